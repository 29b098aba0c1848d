"""Layouts with many periods in one table: series, long form, exports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from data.simulation.pages import DASH, MARK, Meaning, Page, Printer
from data.simulation.reports import Line, month_text, quarter_text

__all__ = [
    "LongRow",
    "english_page",
    "index_page",
    "long_page",
    "newest_first_page",
    "suffix_page",
    "tables_page",
    "vendor_page",
]

NOT_AVAILABLE = "#N/A"
LEVEL_SUFFIX = {"ytd": "累计值", "point": "期末值", "single": "当月值"}
GROWTH_SUFFIX = {"ytd": "累计增长", "point": "同比增长"}
VENDOR_GROWTH = {"ytd": "累计同比", "point": "期末同比"}
QUARTERS = (3, 6, 9, 12)
# Series that are late by a month now and then: absent from one export, there in the next.
LATE_SERIES = ("tra.rail.turnover", "fin.premium", "svc.rdtech.rev", "svc.internet.rev")
LATE_MONTHS = (3, 7)
LongRow = tuple[str, int, int, dt.date]  # indicator, year, month, day of publication
Months = Sequence[tuple[int, int]]


def _head(page: Page, title: str, published: dt.date | None) -> None:
    page.add(f"{title}　{MARK}")
    if published:
        page.add(f"发布日期：{published.isoformat()}")


def newest_first_page(
    page: Page, title: str, lines: Sequence[Line], months: Months, printer: Printer, measure: str
) -> Page:
    """One measure of each indicator; months run from the newest to the oldest."""
    _head(page, title, printer.published)
    page.add("指标", "单位", *(f"{year}年{month}月" for year, month in reversed(months)))
    for line in lines:
        indicator = printer.figures.indicator(line.code)
        if measure == "yoy" and not printer.figures.has_growth(line.code):
            continue
        row = page.add(
            printer.hand.name(line.label), "%" if measure == "yoy" else line.unit or indicator.unit
        )
        for column, (year, month) in enumerate(reversed(months), 2):
            if measure == "yoy":
                value = printer.growth(line.code, year, month)
            else:
                value = printer.level(line.code, year, month, line.unit)
            _put(page, row, column, value, line.code, measure, "…" * 2)
    return page


def _put(
    page: Page,
    row: int,
    column: int,
    value: tuple[Any, Meaning | None],
    code: str,
    measure: str,
    absent: str,
) -> None:
    token, meaning = value
    if meaning is None:
        token, meaning = absent, Meaning("no_figure", indicator=code, measure=measure)
    page.put(row, column, token, meaning)


def suffix_page(
    page: Page, title: str, lines: Sequence[Line], months: Months, printer: Printer, *, worn: bool
) -> Page:
    """One row a series, whose name ends in what it measures and its unit.

    ``worn``: the names after a change of the source's site, with blanks and
    without the underscore.
    """
    _head(page, title, printer.published)
    page.add("指标", *(f"{year}年{month}月" for year, month in reversed(months)))
    for line in lines:
        indicator = printer.figures.indicator(line.code)
        measures = ["level"] if indicator.kind != "growth_only" else []
        measures += ["yoy"] if printer.figures.has_growth(line.code) else []
        for measure in measures:
            growth = measure == "yoy"
            suffix = (GROWTH_SUFFIX if growth else LEVEL_SUFFIX)[indicator.span]
            unit = "%" if growth else line.unit or indicator.unit
            name = f"{line.label}{suffix} ({unit})" if worn else f"{line.label}_{suffix}({unit})"
            row = page.add(f"{name} " if worn else name)
            for column, (year, month) in enumerate(reversed(months), 1):
                value: tuple[Any, Meaning | None] = (None, None)
                if growth:
                    value = printer.growth(line.code, year, month)
                elif not _is_late(line.code, year, month, months):
                    value = printer.level(line.code, year, month, line.unit)
                _put(page, row, column, value, line.code, measure, "")
    page.add(f"数据来源：{MARK}")
    return page


def _is_late(code: str, year: int, month: int, months: Months) -> bool:
    return code in LATE_SERIES and (year, month) == months[-1] and month in LATE_MONTHS


def tables_page(
    page: Page,
    title: str,
    tables: Sequence[tuple[str, Sequence[Line], Months, bool]],
    printer: Printer,
) -> Page:
    """Several tables beside each other, each with a time column of its own."""
    _head(page, title, printer.published)
    left = 0
    for caption, lines, months, quarterly in tables:
        page.put(2, left, caption)
        page.put(3, left, "时间")
        for row, (year, month) in enumerate(months, 4):
            text = quarter_text(year, month) if quarterly else month_text(year, month, "-")
            page.put(row, left, text)
        column = left + 1
        for line in lines:
            unit = line.unit or printer.figures.indicator(line.code).unit
            page.put(3, column, f"{line.label}({unit})")
            growth = printer.figures.has_growth(line.code)
            if growth:
                page.put(3, column + 1, "累计增速")
            for row, (year, month) in enumerate(months, 4):
                value = printer.level(line.code, year, month, line.unit)
                _put(page, row, column, value, line.code, "level", DASH)
                if growth:
                    value = printer.growth(line.code, year, month)
                    _put(page, row, column + 1, value, line.code, "yoy", DASH)
            column += 2 if growth else 1
        left = column + 1
    return page


def index_page(
    page: Page,
    title: str,
    panels: Sequence[Sequence[Line]],
    year: int,
    month: int,
    printer: Printer,
) -> Page:
    """Price indices, side by side, with their bases in the third row of the header."""
    _head(page, title, printer.published)
    heads = ("环比", "同比", "1月" if month == 1 else f"1-{month}月平均")
    bases = ("上月=100", "上年同月=100", "上年同期=100")
    for number, lines in enumerate(panels):
        left = number * 5
        page.put(2, left, "指数名称")
        page.merge(2, left, 4, left)
        page.put(2, left + 1, "价格指数")
        page.merge(2, left + 1, 2, left + 3)
        for offset, (head, base) in enumerate(zip(heads, bases, strict=True), 1):
            page.put(3, left + offset, head)
            page.put(4, left + offset, base)
        for row, line in enumerate(lines, 5):
            page.put(row, left, f"　{line.label}")
            now = printer.figures.level(line.code, year, month) or 0.0
            before = printer.figures.level(line.code, year - 1, month) or 0.0
            page.put(row, left + 1, round(100 + (now - 100) / 12, 1), Meaning("ignored"))
            page.put(row, left + 2, *printer.level(line.code, year, month))
            page.put(row, left + 3, round((now * 2 + before) / 3, 1), Meaning("ignored"))
    return page


def long_page(page: Page, title: str, rows: Sequence[LongRow], printer: Printer) -> Page:
    """One row a figure, with its period, span and day of publication."""
    page.add(f"{title}　{MARK}")
    heads = ("统计时期", "地区", "指标名称", "计量单位", "口径", "数值", "同比增长(%)", "发布日期")
    page.add(*heads)
    for code, year, month, day in rows:
        indicator = printer.figures.indicator(code)
        value, meaning = printer.level(code, year, month, day=day)
        growth, change = printer.growth(code, year, month, day=day)
        if meaning is None and change is None:
            continue
        text, span = _long_period(indicator.span, indicator.frequency, year, month)
        row = page.add(
            *(text, "莲湖区", indicator.name_zh, indicator.unit, span, None, None, day.isoformat())
        )
        if meaning:
            page.put(row, 5, value, meaning)
        if change:
            page.put(row, 6, growth, change)
    return page


def _long_period(span: str, frequency: str, year: int, month: int) -> tuple[str, str]:
    if frequency == "A":
        return (f"{year}年末", "期末") if span == "point" else (f"{year}年", "全年")
    if span == "point":
        return f"{year}年{month}月末", "期末"
    if span == "single":
        quarter = f"{year}年{'一二三四'[month // 3 - 1]}季度"
        return (quarter, "当季") if frequency == "Q" else (f"{year}年{month}月", "当月")
    text = quarter_text(year, month) if frequency == "Q" else month_text(year, month, "-")
    return text, "累计"


def vendor_page(
    page: Page, subject: str, codes: Sequence[str], months: Months, printer: Printer
) -> Page:
    """Series in columns below their metadata, as data vendors export them."""
    figures = printer.figures
    series = [
        (code, measure)
        for code in codes
        for measure in ("level", "yoy")
        if measure == "level" or figures.has_growth(code)
    ]
    page.add(f"{MARK}：莲湖区{subject}")
    metadata: list[list[Any]] = [
        [label] for label in ("指标名称", "频率", "单位", "指标ID", "时间区间", "来源", "更新时间")
    ]
    first, last = months[0], months[-1]
    published = printer.published or dt.date.min
    for number, (code, measure) in enumerate(series, 1):
        indicator = figures.indicator(code)
        growth = measure == "yoy"
        suffix = (VENDOR_GROWTH if growth else LEVEL_SUFFIX)[indicator.span]
        for cells, text in zip(
            metadata,
            (
                f"莲湖区:{indicator.name_zh}:{suffix}",
                {"M": "月", "Q": "季"}[indicator.frequency],
                "%" if growth else indicator.unit,
                f"S{number:07d}",
                f"{first[0]}-{first[1]:02d}:{last[0]}-{last[1]:02d}",
                indicator.department_zh,
                published.isoformat(),
            ),
            strict=True,
        ):
            cells.append(text)
    for cells in metadata:
        page.add(*cells)
    for year, month in months:
        row = page.add(_month_end(year, month).isoformat())
        for column, (code, measure) in enumerate(series, 1):
            value: tuple[Any, Meaning | None] = (None, None)
            if measure == "yoy":
                value = printer.growth(code, year, month)
            elif not _is_late(code, year, month, months):
                token, meaning = printer.level(code, year, month)
                value = (_scientific(token), meaning)
            if figures.indicator(code).frequency == "Q" and month not in QUARTERS:
                page.put(row, column, "")
            else:
                _put(page, row, column, value, code, measure, NOT_AVAILABLE)
    page.add(f"数据来源：{MARK}")
    return page


def _scientific(token: Any) -> Any:
    """Print large numbers as vendors' software does: 2.0276079E7."""
    if isinstance(token, str) or token is None or abs(token) < 100_000:
        return token
    mantissa, _, exponent = f"{token:.10E}".partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{int(exponent)}"


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


ENGLISH_NOTES = (
    "Notes:1.This file is simulated for demonstration and is no statistics. "
    "2.Value added is at current prices, its indices at constant prices, preceding year=100, "
    "and 3,600 words follow in the original, of which these few, with commas, stand for all."
)


def english_page(page: Page, codes: Sequence[str], months: Months, printer: Printer) -> Page:
    """An official English export: tabs, a comma at the end, and unquoted commas in names."""
    quarters = [f"{month // 3}Q {year}" for year, month in months]
    page.add(f"\ufeffDatabase：Lianhu District, Quarterly (simulated, {MARK}) ")
    page.add(f"Time：{quarters[0]}-{quarters[-1]} ")
    page.add("Indicators\t", *(f"{quarter}\t" for quarter in reversed(quarters)), "")
    for code in codes:
        name = printer.figures.indicator(code).name_en
        for measure, label in (
            ("level", f"{name}, Accumulated (100 million yuan) \t"),
            ("yoy", f"Indices of {name} (preceding year=100) , Accumulated\t"),
        ):
            row = page.add(label)
            for column, (year, month) in enumerate(reversed(months), 1):
                if measure == "level":
                    token, meaning = printer.level(code, year, month)
                else:
                    token, meaning = printer.growth(code, year, month)
                    token = round(100 + token, 1) if meaning else None
                page.put(row, column, f"{token}\t", meaning)
            page.put(row, len(months) + 1, "")
    page.add(ENGLISH_NOTES)
    return page
