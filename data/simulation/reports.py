"""Layouts with indicators in rows and one period a sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from data.simulation.figures import Figures
from data.simulation.pages import DASH, MARK, Meaning, Page, Printer

__all__ = ["INDENT", "Line", "Slot", "month_text", "quarter_text", "report_page", "shown_lines"]

Slot = Literal["single", "main", "yoy_single", "yoy", "prior", "structure"]
INDENT = "  "
CUMULATIVE = {3: "一季度", 6: "上半年", 9: "前三季度", 12: "全年"}


@dataclass(frozen=True)
class Line:
    """One row of a report.

    Attributes
    ----------
    code
        Empty for a group line without figures.
    label
        As printed, 其中 included.
    unit
        As printed; empty: the catalogue's.
    share
        Of an item outside the catalogue: its part of ``code``.
    """

    code: str
    label: str
    unit: str = ""
    share: float = 0.0

    @property
    def is_sub_item(self) -> bool:
        """Whether it belongs to the line above."""
        return self.label.startswith(("其中", "#"))


@dataclass(frozen=True)
class Place:
    """What the cells of one sheet are about."""

    figures: Figures
    printer: Printer
    year: int
    month: int
    quarterly: bool = False


def month_text(year: int, month: int, dash: str = "—") -> str:
    """Name the months of a year to date."""
    return f"{year}年1月" if month == 1 else f"{year}年1{dash}{month}月"


def quarter_text(year: int, month: int) -> str:
    """Name the quarters of a year to date."""
    return f"{year}年{CUMULATIVE[month]}"


def shown_lines(lines: Sequence[Line], figures: Figures, year: int, month: int) -> tuple[Line, ...]:
    """Keep the lines that have something to report for a period, and their group lines."""
    kept: list[Line] = []
    for line in lines:
        if not line.code or _is_due(line, figures, year, month):
            kept.append(line)
    return tuple(
        line
        for line, following in zip(kept, [*kept[1:], Line("", "")], strict=True)
        if line.code or following.code
    )


def _is_due(line: Line, figures: Figures, year: int, month: int) -> bool:
    if figures.indicator(line.code).frequency == "A" and month != 12:
        return False
    growth = figures.has_growth(line.code) and figures.growth(line.code, year, month) is not None
    return growth or figures.level(line.code, year, month) is not None


def report_page(
    page: Page,
    family: str,
    title: str,
    panels: Sequence[Sequence[Line]],
    place: Place,
    *,
    columns: Mapping[str, Sequence[Slot]] | None = None,
) -> Page:
    """Fill a sheet: title, day, header, and one or more panels of lines side by side."""
    slots = (columns or SLOTS)[family]
    page.add(f"{title}　{MARK}")
    if place.printer.published:
        page.add(f"发布日期：{place.printer.published.isoformat()}")
    top = len(page.rows)
    width = 2 + len(slots)
    for number, _ in enumerate(panels):
        HEADERS[family](page, top, number * (width + 1), place)
    first = len(page.rows)
    for number, lines in enumerate(panels):
        _fill(page, first, number * (width + 1), lines, slots, place, numbered=family in NUMBERED)
    if place.printer.hand.footnote:
        page.add("注：带*的为初步数，以后可能修订。")
    return page


def _fill(
    page: Page,
    row: int,
    left: int,
    lines: Sequence[Line],
    slots: Sequence[Slot],
    place: Place,
    *,
    numbered: bool,
) -> None:
    number = 0
    hand = place.printer.hand
    for row_number, line in enumerate(lines, row):
        number = 0 if not line.code else number + (not line.is_sub_item)
        label = hand.name(line.label)
        if line.is_sub_item:
            label = f"{INDENT}{line.label}"
        elif numbered and line.code and "、" not in line.label:
            label = f"{number}、{label}"
        page.put(row_number, left, label)
        if not line.code:
            continue
        page.put(row_number, left + 1, line.unit or place.figures.indicator(line.code).unit)
        for column, slot in enumerate(slots, left + 2):
            value, meaning = _cell(line, slot, place)
            if value is not None:
                page.put(row_number, column, value, meaning)


def _cell(line: Line, slot: Slot, place: Place) -> tuple[Any, Meaning | None]:
    if line.share:
        return _outside(line, slot, place)
    if slot == "structure":
        return None, None
    if slot in ("yoy", "yoy_single"):
        return _growth_cell(line.code, slot, place)
    return _level_cell(line, slot, place)


def _growth_cell(code: str, slot: Slot, place: Place) -> tuple[Any, Meaning | None]:
    indicator, printer = place.figures.indicator(code), place.printer
    if indicator.span == "single" or not place.figures.has_growth(code):
        return None, None
    if slot == "yoy":
        return printer.growth(code, place.year, place.month)
    alone = indicator.frequency == "M" and indicator.span == "ytd" and indicator.kind != "rate"
    if place.quarterly or not alone:
        return printer.dash(code, "yoy")
    return printer.growth(code, place.year, place.month, single=True)


def _level_cell(line: Line, slot: Slot, place: Place) -> tuple[Any, Meaning | None]:
    indicator, printer = place.figures.indicator(line.code), place.printer
    where = (line.code, place.year, place.month)
    if indicator.kind == "growth_only":
        return printer.dash(line.code, text="——" if slot == "prior" else DASH)
    if slot == "prior":
        return printer.comparison(*where, line.unit)
    if slot == "main":
        if indicator.span == "single":
            return printer.dash(line.code)
        return printer.level(*where, line.unit)
    own_length = indicator.frequency == ("Q" if place.quarterly else "M")
    alone = indicator.span == "ytd" and own_length and indicator.kind == "flow"
    if not alone and indicator.span != "single":
        return (None, None) if indicator.kind == "rate" else printer.dash(line.code)
    token, meaning = printer.level(*where, line.unit, single=True)
    return (token, meaning) if meaning else printer.dash(line.code)


def _outside(line: Line, slot: Slot, place: Place) -> tuple[Any, Meaning | None]:
    """Print what the catalogue does not hold; its size hangs on a figure that it does."""
    whole = place.figures.level(line.code, place.year, place.month)
    growth = place.figures.growth(line.code, place.year, place.month)
    if slot == "structure":
        return round(100 * line.share, 1), Meaning("ignored")
    if slot == "prior":
        before = place.figures.level(line.code, place.year - 1, place.month)
        return (
            (None, None) if before is None else (round(before * line.share, 2), Meaning("ignored"))
        )
    if slot in ("yoy", "yoy_single"):
        return (None if growth is None else round(growth + 0.7, 1)), Meaning("outside")
    if whole is None or slot == "single":
        return None, None
    return round(whole * line.share, 2), Meaning("outside")


def _one_row(*texts: Callable[[Place], str]) -> Callable[[Page, int, int, Place], None]:
    def write(page: Page, top: int, left: int, place: Place) -> None:
        for column, text in enumerate(texts, left):
            page.put(top, column, text(place))

    return write


def _says(text: str) -> Callable[[Place], str]:
    return lambda _: text


def _stop(place: Place) -> str:
    return "本季" if place.quarterly else "本月"


def _two_rows(page: Page, top: int, left: int, place: Place) -> None:
    parts = (_stop(place), f"{_stop(place)}止累计")
    for column, text in ((0, "指标名称"), (1, "计量单位")):
        page.put(top, left + column, text)
        page.merge(top, left + column, top + 1, left + column)
    for column, text in ((2, "绝对额"), (4, "同比增长（%）")):
        page.put(top, left + column, text)
        page.merge(top, left + column, top, left + column + 1)
        for offset, part in enumerate(parts):
            page.put(top + 1, left + column + offset, part)


def _three_rows(page: Page, top: int, left: int, place: Place) -> None:
    for column, text in ((0, "指标名称"), (1, "计量单位")):
        page.put(top, left + column, text)
        page.merge(top, left + column, top + 2, left + column)
    page.put(top, left + 2, f"{place.year}年{place.month}月")
    page.merge(top, left + 2, top, left + 5)
    for column, text in ((2, "绝对额"), (4, "增速（%）")):
        page.put(top + 1, left + column, text)
        page.merge(top + 1, left + column, top + 1, left + column + 1)
        for offset, part in enumerate(("当月", "累计")):
            page.put(top + 2, left + column + offset, part)


def _months_in_header(page: Page, top: int, left: int, place: Place) -> None:
    month, total = f"{place.month}月", f"1-{place.month}月"
    spilled = (
        ("项 目 名 称", "计算", month, total, "累计比上年同期", "结构"),
        (None, "单位", None, "累计", "增长(%)", "(%)"),
    )
    if place.year == 2015:
        for row, texts in enumerate(spilled, top):
            for column, text in enumerate(texts, left):
                page.put(row, column, text)
        return
    single = (
        "项 目 名 称",
        "计算 单位",
        month,
        f"{total} 累计",
        "累计比上年同期 增长(%)",
        "结构(%)",
    )
    for column, text in enumerate(single, left):
        page.put(top, column, text)


def _this_year(place: Place) -> str:
    if place.year == 2022:
        return f"{place.year}1-{place.month}"  # the words 年 and 月 got lost on the way
    return f"{place.year}年1-{place.month}月"


NAME, UNIT = _says("指标名称"), _says("计量单位")
NUMBERED = frozenset({"month_header"})
SLOTS: Mapping[str, tuple[Slot, ...]] = {
    "bulletin": ("single", "main", "yoy_single", "yoy"),
    "annual": ("main", "yoy"),
    "month_header": ("single", "main", "yoy", "structure"),
    "last_year": ("main", "prior", "yoy"),
    "two_row": ("single", "main", "yoy_single", "yoy"),
    "three_row": ("single", "main", "yoy_single", "yoy"),
    "panels": ("main", "yoy"),
}
HEADERS: Mapping[str, Callable[[Page, int, int, Place], None]] = {
    "bulletin": _one_row(
        NAME,
        UNIT,
        _says("本月"),
        _says("本月止累计"),
        _says("本月比上年同月增长(%)"),
        _says("本期累计比上年同期增长(%)"),
    ),
    "annual": _one_row(NAME, UNIT, _says("全年"), _says("全年比上年增长(%)")),
    "month_header": _months_in_header,
    "last_year": _one_row(NAME, UNIT, _this_year, _says("上年同期"), _says("比上年±%")),
    "two_row": _two_rows,
    "three_row": _three_rows,
    "panels": _one_row(
        NAME, UNIT, lambda place: f"{_stop(place)}止累计", _says("比上年同期增长(%)")
    ),
}
