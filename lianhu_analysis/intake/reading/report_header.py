"""The header of a report: where it lies and what each column under it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.intake.reading.figures import Collector, is_blank
from lianhu_analysis.intake.reading.layouts import ReportColumn, ReportLayout, fold_header
from lianhu_analysis.intake.reading.workbook import Grid, cell_address

__all__ = [
    "DASHES",
    "Header",
    "Panel",
    "figure_columns",
    "find_header",
    "header_texts",
    "role_of",
]

DASHES = re.compile(r"[-—–―－…*]+")
FIGURES = ("level", "growth", "reduction")
HALF_BLANK = "（上格空白）"


@dataclass(frozen=True)
class Panel:
    """One table of possibly several side by side: a name column and what follows it."""

    name: int
    unit: int | None
    columns: Mapping[int, ReportColumn | None]


@dataclass(frozen=True)
class Header:
    """First and last row, the folded text over each column, and the panels."""

    top: int
    bottom: int
    texts: Mapping[int, str]
    panels: tuple[Panel, ...]


def find_header(grid: Grid, layout: ReportLayout) -> Header | None:
    """Find the first row whose cells name the items and at least one kind of figure."""
    for top in range(min(layout.header_rows, len(grid.rows))):
        names = [n for n, cell in enumerate(grid.rows[top]) if role_of(cell, layout) == "name"]
        if not names:
            continue
        bottom = _bottom(grid, top, names[0])
        texts = header_texts(grid, top, bottom)
        header = Header(top, bottom, texts, _panels(names, texts, layout))
        rules = [rule for panel in header.panels for rule in panel.columns.values()]
        if any(rule and rule.role in FIGURES for rule in rules):
            return header
    return None


def header_texts(grid: Grid, top: int, bottom: int) -> dict[int, str]:
    """Return the folded text over each column, joined over the rows of the header.

    A cell merged over several columns heads each of them.  Under a group head that
    is not merged it cannot be told which group a column belongs to: such a text
    gets a mark that no layout knows.
    """
    texts = {}
    for column in range(len(grid.rows[top])):
        cells: dict[tuple[int, int], str] = {}
        for row in range(top, bottom + 1):
            home = _merge_home(grid, row, column)
            cells[home] = fold_header(grid.at(*home))
        parts = list(cells.values())
        if any(parts):
            mark = HALF_BLANK if not parts[0] else ""
            texts[column] = mark + "".join(parts)
    return texts


def role_of(cell: object, layout: ReportLayout) -> str:
    """Return what a column of this header is for; empty if no layout rule knows it."""
    rule = _rule_of(fold_header(cell), layout) if isinstance(cell, str) else None
    return rule.role if rule else ""


def figure_columns(
    grid: Grid, header: Header, panel: Panel, period: Period, collector: Collector
) -> dict[int, ReportColumn]:
    """Return the columns of a panel that hold figures, noting every one not read."""
    chosen: dict[int, ReportColumn] = {}
    left: ReportColumn | None = None
    for column, rule in panel.columns.items():
        if rule is not None and rule.role not in FIGURES:
            continue
        fault = _fault(header.texts[column], rule, left, period)
        if rule is None or fault:
            left = None  # whatever stood here, a growth beside it is not of another column
            _refuse(grid, header, column, fault, collector)
            continue
        if rule.span == "left" and left is not None:
            chosen[column] = replace(rule, span=left.span, per=left.per)
        else:
            chosen[column] = rule
        left = rule if rule.role == "level" else left
    meanings = Counter((rule.role, rule.span, rule.per) for rule in chosen.values())
    for column, rule in list(chosen.items()):
        if meanings[(rule.role, rule.span, rule.per)] > 1:
            fault = ("有不止一列是这个意思，说不清哪一列是本期的", "请写明各列的时期，如“上年同期”")
            _refuse(grid, header, column, fault, collector)
            del chosen[column]
    return chosen


def _fault(
    text: str, rule: ReportColumn | None, left: ReportColumn | None, period: Period
) -> tuple[str, str] | None:
    if rule is None:
        return "不认识", "请改用常见写法（见 docs/intake.md），或在版式说明中登记这个列名"
    for pattern in rule.headers:
        found = pattern.fullmatch(text)
        stated = found.groupdict().get("month") if found else None
        if stated and int(stated) != period.end.month:
            return f"与标题的时期 {period} 不是同一个月", "请改正列名或标题"
    if rule.span == "left" and left is None:
        return (
            "没有说是当月还是累计，左边也没有读得出的绝对量列",
            "请写成“累计比上年同期增长（%）”或“本月比上年同月增长（%）”",
        )
    return None


def _refuse(
    grid: Grid, header: Header, column: int, fault: tuple[str, str] | None, collector: Collector
) -> None:
    message, remedy = fault or ("", "")
    collector.refuse(
        f"列名“{header.texts[column]}”{message}，这一列没有读",
        remedy,
        sheet=grid.sheet,
        cell=cell_address(header.top, column),
    )


def _panels(names: list[int], texts: Mapping[int, str], layout: ReportLayout) -> tuple[Panel, ...]:
    panels: list[Panel] = []
    for first, following in zip(names, [*names[1:], None], strict=True):
        start = first if panels else 0
        columns = {
            column: _rule_of(text, layout)
            for column, text in texts.items()
            if start <= column and (following is None or column < following)
        }
        units = (column for column, rule in columns.items() if rule and rule.role == "unit")
        panels.append(Panel(first, next(units, None), columns))
    return tuple(panels)


def _bottom(grid: Grid, top: int, name_column: int) -> int:
    """Return the last row of the header: it may be merged or spill downwards."""
    for first, left, last, right in grid.merged:
        if first == top and left <= name_column <= right and last > first:
            return last
    following = grid.rows[top + 1] if top + 1 < len(grid.rows) else ()
    texts = [cell for cell in following if not is_blank(cell)]
    spills = bool(texts) and all(isinstance(cell, str) for cell in texts)
    spills = spills and not any(DASHES.fullmatch(str(cell).strip()) for cell in texts)
    return top + 1 if spills and is_blank(grid.at(top + 1, name_column)) else top


def _merge_home(grid: Grid, row: int, column: int) -> tuple[int, int]:
    for top, left, bottom, right in grid.merged:
        if top <= row <= bottom and left <= column <= right:
            return top, left
    return row, column


def _rule_of(text: str, layout: ReportLayout) -> ReportColumn | None:
    for rule in layout.columns:
        if any(pattern.fullmatch(text) for pattern in rule.headers):
            return rule
    return None
