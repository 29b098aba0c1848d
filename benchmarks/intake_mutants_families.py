"""The layouts that districts really deliver, as documents with drawn figures."""

from __future__ import annotations

import calendar
import datetime as dt
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from benchmarks.intake_mutants_documents import REGION_CODE, Document, Fact, Sheet
from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Period

__all__ = ["FAMILIES", "PARENT_CODE", "REPORTS", "Draw", "draw_document"]

REGION, PARENT_CODE = "莲湖区", "610100"
POINTS = "个百分点"


@dataclass(frozen=True)
class Draw:
    """What one document is drawn from: a month, some indicators and a source of chance."""

    chance: random.Random
    catalogue: Catalogue
    year: int
    month: int
    indicators: tuple[Indicator, ...]
    drawn: set[float] = field(default_factory=set)

    @property
    def published(self) -> dt.date:
        """Return the publication day: the 22nd of the month after."""
        later = Period(self.year, "M", self.month).shift(1)
        return dt.date(later.year, later.number, 22)

    def level(self) -> float:
        """Return an amount; no two figures of a document are alike."""
        return self._new(lambda: self.chance.randrange(1_000, 990_000) / 100)

    def growth_pct(self) -> float:
        """Return a growth that looks neither like an index nor like a fraction."""
        return self._new(self._growth_pct)

    def _growth_pct(self) -> float:
        if self.chance.random() < 0.7:
            return self.chance.randrange(15, 400) / 10
        return -self.chance.randrange(15, 306) / 10

    def _new(self, draw: Callable[[], float]) -> float:
        value = draw()
        while value in self.drawn:
            value = draw()
        self.drawn.add(value)
        return value


def draw_document(family: str, catalogue: Catalogue, chance: random.Random) -> Document:
    """Return a document of a family."""
    usable = _all_usable(catalogue)
    if family in FLOWS_ONLY:
        usable = [item for item in usable if item.kind == "flow"]
    count = chance.randint(4, 9)
    picked = tuple(chance.sample(usable, count))
    # January and February are one report; a table of months has two of them at least.
    earliest = 2 if family in REPORTS else 3
    draw = Draw(chance, catalogue, chance.randint(2016, 2025), chance.randint(earliest, 12), picked)
    return FAMILIES[family](draw)


@cache
def _all_usable(catalogue: Catalogue) -> list[Indicator]:
    return [item for item in catalogue if _usable(item, catalogue)]


def _usable(item: Indicator, catalogue: Catalogue) -> bool:
    plain = "降低" not in item.name_zh and catalogue.match_name(item.name_zh) == item
    published = item.span in ("ytd", "point") and item.kind in (
        "flow",
        "stock",
        "rate",
        "growth_only",
    )
    # Lagged indicators are not in a report of the 22nd; see ``lagged_row``.
    return plain and published and item.frequency == "M" and not item.lag_months


def _title(draw: Draw, what: str = "主要经济指标") -> str:
    return f"{REGION}{draw.year}年1—{draw.month}月{what}"


def _top(draw: Draw, sheet: Sheet, title: str) -> None:
    sheet.put(0, 0, title, "title")
    sheet.put(1, 0, f"发布日期：{draw.published.isoformat()}", "published")


Column = str  # single, ytd, yoy_single, yoy, share, blank


def _figure(
    draw: Draw, item: Indicator, column: Column, month: Period
) -> tuple[object, Fact | None]:
    """Return what stands in a cell, and the figure that it is."""
    code, span = item.code, "point" if item.span == "point" else "ytd"
    flow = item.kind == "flow"
    if column in ("single", "yoy_single") and (not flow or _is_joint(item, month)):
        # What stands here of January and February together is none of February.
        joint = draw.level() if column == "single" else draw.growth_pct()
        return (joint if flow else "—"), None
    if column == "single":
        value = draw.level()
        return value, Fact(code, "level", "single", str(month), value)
    if column == "ytd":
        if item.kind == "growth_only":
            return "—", None
        value = draw.level() if item.kind != "rate" else draw.chance.randrange(100, 9900) / 100
        return value, Fact(code, "level", span, str(month), value)
    value = draw.growth_pct()
    if item.kind == "rate":
        fact = Fact(code, "yoy", span, str(month), value)
        return f"{value}{POINTS}", fact
    fact = Fact(code, "yoy", "single" if column == "yoy_single" else span, str(month), value)
    return value, fact


def _is_joint(item: Indicator, month: Period) -> bool:
    return month.number == 2 and item.no_january


def _fill(
    draw: Draw,
    sheet: Sheet,
    top: int,
    left: int,
    columns: Sequence[Column],
    items: Iterable[Indicator],
) -> None:
    """Write rows of name, unit and figures."""
    month = Period(draw.year, "M", draw.month)
    for row, item in enumerate(items, top):
        sheet.put(row, left, item.name_zh, "label")
        sheet.put(row, left + 1, item.unit, "unit")
        for column, kind in enumerate(columns, left + 2):
            if kind == "share":
                sheet.put(row, column, draw.chance.randrange(10, 900) / 10, "figure")
            elif kind == "last_year":
                dash = item.kind == "growth_only"
                sheet.put(row, column, "—" if dash else draw.level(), "figure")
            else:
                value, fact = _figure(draw, item, kind, month)
                sheet.put(row, column, value, "figure", fact)


def _heads(sheet: Sheet, row: int, left: int, texts: Sequence[str | None]) -> None:
    for column, text in enumerate(texts, left):
        sheet.put(row, column, text, "header")


def _document(
    draw: Draw, family: str, sheet: Sheet, *, suffix: str = "xlsx", stated: bool = True
) -> Document:
    name = f"{family}/报表.{suffix}"
    return Document(family, name, [sheet], draw.published if stated else None)


def _plain(draw: Draw) -> Document:
    sheet = Sheet(f"{draw.month}月")
    _top(draw, sheet, _title(draw))
    _heads(sheet, 2, 0, ["指标名称", "计量单位", "本月", "本月止累计", "累计比上年同期增长（%）"])
    _fill(draw, sheet, 3, 0, ["single", "ytd", "yoy"], draw.indicators)
    return _document(draw, "plain", sheet)


def _bulletin(draw: Draw) -> Document:
    sheet = Sheet("综合")
    _top(draw, sheet, _title(draw))
    _heads(
        sheet,
        2,
        0,
        [
            "指标名称",
            "计量单位",
            "本月",
            "本月止累计",
            "本月比上年同月增长(%)",
            "本期累计比上年同期增长(%)",
        ],
    )
    _fill(draw, sheet, 3, 0, ["single", "ytd", "yoy_single", "yoy"], draw.indicators)
    return _document(draw, "bulletin", sheet)


def _month_header(draw: Draw) -> Document:
    sheet = Sheet(f"{draw.month}月")
    _top(draw, sheet, f"{REGION}{draw.year}年{draw.month}月统计月报")
    month = draw.month
    _heads(
        sheet,
        2,
        0,
        [
            "项 目 名 称",
            "计算 单位",
            f"{month}月",
            f"1-{month}月 累计",
            "累计比上年同期 增长(%)",
            "结构(%)",
        ],
    )
    _fill(draw, sheet, 3, 0, ["single", "ytd", "yoy", "share"], draw.indicators)
    return _document(draw, "month_header", sheet)


def _last_year(draw: Draw) -> Document:
    sheet = Sheet("主要指标")
    _top(draw, sheet, f"{REGION}{draw.year}年1-{draw.month}月主要经济指标")
    head = f"{draw.year}年1-{draw.month}月"
    _heads(sheet, 2, 0, ["指标名称", "计量单位", head, "上年同期", "比上年±%"])
    _fill(draw, sheet, 3, 0, ["ytd", "last_year", "yoy"], draw.indicators)
    return _document(draw, "last_year", sheet)


def _two_rows(draw: Draw) -> Document:
    sheet = Sheet(f"{draw.month}月")
    _top(draw, sheet, _title(draw))
    _heads(sheet, 2, 0, ["指标名称", "计量单位", "绝对额", None, "同比增长（%）"])
    _heads(sheet, 3, 2, ["本月", "本月止累计", "本月", "本月止累计"])
    sheet.merged += [(2, 0, 3, 0), (2, 1, 3, 1), (2, 2, 2, 3), (2, 4, 2, 5)]
    _fill(draw, sheet, 4, 0, ["single", "ytd", "yoy_single", "yoy"], draw.indicators)
    return _document(draw, "two_rows", sheet)


def _three_rows(draw: Draw) -> Document:
    sheet = Sheet("月报")
    _top(draw, sheet, f"{REGION}{draw.year}年{draw.month}月主要经济指标")
    _heads(sheet, 2, 0, ["指标名称", "计量单位", f"{draw.year}年{draw.month}月"])
    _heads(sheet, 3, 2, ["绝对额", None, "增速（%）"])
    _heads(sheet, 4, 2, ["当月", "累计", "当月", "累计"])
    sheet.merged += [(2, 0, 4, 0), (2, 1, 4, 1), (2, 2, 2, 5), (3, 2, 3, 3), (3, 4, 3, 5)]
    _fill(draw, sheet, 5, 0, ["single", "ytd", "yoy_single", "yoy"], draw.indicators)
    return _document(draw, "three_rows", sheet)


def _panels(draw: Draw) -> Document:
    sheet = Sheet("并列")
    _top(draw, sheet, _title(draw))
    half = (len(draw.indicators) + 1) // 2
    texts = ["指标名称", "计量单位", "本月止累计", "比上年同期增长(%)"]
    for left, items in ((0, draw.indicators[:half]), (5, draw.indicators[half:])):
        _heads(sheet, 2, left, texts)
        _fill(draw, sheet, 3, left, ["ytd", "yoy"], items)
    return _document(draw, "panels", sheet)


def _newest_first(draw: Draw) -> Document:
    sheet = Sheet("累计值")
    _top(draw, sheet, f"{REGION}{draw.year}年主要指标 累计值")
    months = [Period(draw.year, "M", number) for number in range(draw.month, 1, -1)]
    _heads(sheet, 2, 0, ["指标", "单位", *(f"{month.year}年{month.number}月" for month in months)])
    for row, item in enumerate(draw.indicators, 3):
        sheet.put(row, 0, item.name_zh, "label")
        sheet.put(row, 1, item.unit, "unit")
        for column, month in enumerate(months, 2):
            value = draw.level()
            sheet.put(row, column, value, "figure", _ytd(item, month, value))
    return _document(draw, "newest_first", sheet)


def _ytd(item: Indicator, month: Period, value: float, measure: str = "level") -> Fact:
    return Fact(item.code, measure, "ytd", str(month), value)


def _through(month: Period) -> str:
    return f"{month.year}年1-{month.number}月" if month.number > 1 else f"{month.year}年1月"


def _series(draw: Draw) -> Document:
    sheet = Sheet("月度")
    _top(draw, sheet, f"{REGION}{draw.year}年月度数据")
    _time_table(draw, sheet, 2, 0, draw.indicators[:4])
    return _document(draw, "series", sheet)


def _tables(draw: Draw) -> Document:
    sheet = Sheet("分块")
    _top(draw, sheet, f"{REGION}{draw.year}年主要指标")
    _time_table(draw, sheet, 3, 0, draw.indicators[:2])
    _time_table(draw, sheet, 3, 6, draw.indicators[2:4])
    return _document(draw, "tables", sheet)


def _time_table(draw: Draw, sheet: Sheet, head: int, left: int, items: Sequence[Indicator]) -> None:
    """Write periods in rows, an amount and its growth for each indicator in columns."""
    sheet.put(head, left, "时间", "header")
    for column, item in enumerate(items):
        place = left + 1 + 2 * column
        _heads(sheet, head, place, [f"{item.name_zh}累计值({item.unit})", "累计增速(%)"])
    for row, number in enumerate(range(2, draw.month + 1), head + 1):
        month = Period(draw.year, "M", number)
        sheet.put(row, left, _through(month), "period")
        for column, item in enumerate(items):
            place = left + 1 + 2 * column
            level, growth = draw.level(), draw.growth_pct()
            sheet.put(row, place, level, "figure", _ytd(item, month, level))
            sheet.put(row, place + 1, growth, "figure", _ytd(item, month, growth, "yoy"))


NEIGHBOURS = ["新城区", "碑林区", "灞桥区", "未央区", "雁塔区", "长安区"]


def _areas(draw: Draw) -> Document:
    """Write one indicator for every district of the city; other districts' rows are nobody's."""
    sheet, chance, item = Sheet("分区县"), draw.chance, draw.indicators[0]
    through = f"{draw.year}年1—{draw.month}月"
    title = chance.choice(["{t}各区县{n}", "西安市{t}各区县{n}", "各区县{n}（{t}）"])
    _top(draw, sheet, title.format(t=through, n=item.name_zh))
    amount, rate = chance.choice(["绝对额", "总量", "累计"]), chance.choice(["增速", "同比增长"])
    corner = chance.choice(["项目", "地区", "区县", "单位", None])
    _heads(sheet, 2, 0, [corner, f"{amount}（{item.unit}）", f"{rate}（%）", "排名"])
    month = Period(draw.year, "M", draw.month)
    whole = chance.choice(["全市", "西安市"])
    owners = {whole: PARENT_CODE, REGION: REGION_CODE}
    for row, name in enumerate([whole, *chance.sample([REGION, *NEIGHBOURS], 7)], 3):
        sheet.put(row, 0, name, "note")
        for column, measure in ((1, "level"), (2, "yoy")):
            value = draw.level() if measure == "level" else draw.growth_pct()
            fact = replace(_ytd(item, month, value, measure), region=owners.get(name, ""))
            sheet.put(row, column, value, "figure", fact if fact.region else None)
        sheet.put(row, 3, None if name == whole else row - 3, "note")
    return _document(draw, "areas", sheet)


LONG = ["统计时期", "地区", "指标名称", "计量单位", "口径", "数值", "同比增长(%)", "发布日期"]


def _long(draw: Draw, suffix: str = "xlsx") -> Document:
    sheet = Sheet("数据")
    sheet.put(0, 0, f"{REGION}{draw.year}年主要指标明细", "title")
    _heads(sheet, 1, 0, LONG)
    month = Period(draw.year, "M", draw.month)
    row = 2
    for item in draw.indicators:
        for kind, words in (("ytd", "累计"), ("single", "当月")):
            level, growth = draw.level(), draw.growth_pct()
            text = _through(month) if kind == "ytd" else f"{month.year}年{month.number}月"
            sheet.put(row, 0, text, "period")
            sheet.put(row, 1, REGION, "note")
            sheet.put(row, 2, item.name_zh, "label")
            sheet.put(row, 3, item.unit, "unit")
            sheet.put(row, 4, words, "note")
            sheet.put(row, 5, level, "figure", Fact(item.code, "level", kind, str(month), level))
            sheet.put(row, 6, growth, "figure", Fact(item.code, "yoy", kind, str(month), growth))
            sheet.put(row, 7, draw.published.isoformat(), "published")
            row += 1
    family = "long" if suffix == "xlsx" else "long_csv"
    return _document(draw, family, sheet, suffix=suffix)


def _long_csv(draw: Draw) -> Document:
    return _long(draw, "csv")


def _records_csv(draw: Draw) -> Document:
    """Write tidy records in the columns of docs/data.md."""
    sheet = Sheet("")
    names = ["region", "indicator", "measure", "span", "period", "value", "unit", "published"]
    _heads(sheet, 0, 0, names)
    month = Period(draw.year, "M", draw.month)
    row = 1
    for item in draw.indicators:
        for measure in ("level", "yoy"):
            value = draw.level() if measure == "level" else draw.growth_pct()
            fact = Fact(item.code, measure, "ytd", str(month), value)
            sheet.put(row, 0, REGION_CODE, "note")
            sheet.put(row, 1, item.code, "label")
            sheet.put(row, 2, measure, "note")
            sheet.put(row, 3, "ytd", "note")
            sheet.put(row, 4, str(month), "period")
            sheet.put(row, 5, value, "figure", fact)
            sheet.put(row, 6, item.unit if measure == "level" else "%", "unit")
            sheet.put(row, 7, draw.published.isoformat(), "published")
            row += 1
    return _document(draw, "records_csv", sheet, suffix="csv")


def _vendor_csv(draw: Draw) -> Document:
    """Write a vendor's export: GB encoding, metadata rows, one column a series."""
    sheet = Sheet("")
    sheet.put(0, 0, f"{REGION}：经济数据", "title")
    series = [(item, measure) for item in draw.indicators[:4] for measure in ("level", "yoy")]
    meta: Mapping[str, Callable[[Indicator, str], str]] = {
        "指标名称": lambda item, m: (
            f"{REGION}:{item.name_zh}:{'累计值' if m == 'level' else '累计同比'}"
        ),
        "频率": lambda _, __: "月",
        "单位": lambda item, m: item.unit if m == "level" else "%",
        "指标ID": lambda _, __: f"M{draw.chance.randrange(10**7):07d}",
        "时间区间": lambda _, __: f"{draw.year}-02:{draw.year}-{draw.month:02d}",
        "来源": lambda _, __: "统计局",
        "更新时间": lambda _, __: draw.published.isoformat(),
    }
    for row, (name, text) in enumerate(meta.items(), 1):
        sheet.put(row, 0, name, "header" if row == 1 else "note")
        for column, (item, measure) in enumerate(series, 1):
            role = "unit" if name == "单位" else "header" if row == 1 else "note"
            sheet.put(row, column, text(item, measure), role)  # type: ignore[arg-type]
    for row, number in enumerate(range(2, draw.month + 1), 8):
        month = Period(draw.year, "M", number)
        day = calendar.monthrange(draw.year, number)[1]
        sheet.put(row, 0, f"{draw.year}-{number:02d}-{day:02d}", "period")
        for column, (item, measure) in enumerate(series, 1):
            value = draw.level() if measure == "level" else draw.growth_pct()
            sheet.put(row, column, value, "figure", _ytd(item, month, value, measure))
    document = _document(draw, "vendor_csv", sheet, suffix="csv")
    document.encoding = "gb18030"
    return document


FAMILIES: Mapping[str, Callable[[Draw], Document]] = {
    "plain": _plain,
    "bulletin": _bulletin,
    "month_header": _month_header,
    "last_year": _last_year,
    "two_rows": _two_rows,
    "three_rows": _three_rows,
    "panels": _panels,
    "newest_first": _newest_first,
    "series": _series,
    "tables": _tables,
    "long": _long,
    "long_csv": _long_csv,
    "records_csv": _records_csv,
    "vendor_csv": _vendor_csv,
    "areas": _areas,
}
# Indicators in rows, one period in the head of the sheet.
REPORTS = ("plain", "bulletin", "month_header", "last_year", "two_rows", "three_rows", "panels")
FLOWS_ONLY = tuple(name for name in FAMILIES if name not in REPORTS)
