"""The header of a report: where it lies and what each column under it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.remembering import remembered
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.figures import Collector, hidden_columns, is_blank
from lianhu_analysis.intake.reading.labels import LabelReader, Match, split_unit
from lianhu_analysis.intake.reading.layouts import (
    FIGURE_ROLES,
    ColumnSpan,
    Per,
    ReportColumn,
    ReportLayout,
    fold_header,
)
from lianhu_analysis.intake.reading.notes import ColumnNote, TableNote
from lianhu_analysis.intake.reading.sheet_time import SheetTime
from lianhu_analysis.intake.reading.titles import title_period
from lianhu_analysis.intake.reading.workbook import Grid, cell_address

__all__ = [
    "DASHES",
    "FigureColumn",
    "Header",
    "Panel",
    "figure_columns",
    "find_header",
    "header_texts",
    "role_of",
    "stated_in",
    "stated_time",
]

DASHES = re.compile(r"[-—–―－…*]+")
HALF_BLANK = "（上格空白）"
DEEPEST = 3
AMOUNT = re.compile("绝对[额量数值]|总量|数值|完成数?")
PERIOD_HEAD = re.compile(r"(\d{4})年(?:1-)?0?(\d{1,2})月(?:份)?")
FEWEST_PERIODS = 2


@dataclass(frozen=True)
class Panel:
    """One table of possibly several side by side.

    Attributes
    ----------
    name
        The column of its labels: indicators, or regions if ``by_region``.
    columns
        The rule of each column; ``None`` if the layout knows none.
    """

    name: int
    columns: Mapping[int, ReportColumn | None]
    by_region: bool = False

    def beside(self, role: str) -> int | None:
        """Return the first column of a role other than the labels'."""
        return self._firsts.get(role)

    @cached_property
    def _firsts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for number, rule in self.columns.items():
            if rule and number != self.name:
                found.setdefault(rule.role, number)
        return found


@dataclass(frozen=True)
class Header:
    """First and last row, the folded text and the unit over each column, and the panels.

    ``own_units``: columns whose unit stands in the last line of their header, not in
    the head of a group.  ``raw``: the texts as joined, where ``texts`` are in the order
    that the layout knows.
    """

    top: int
    bottom: int
    texts: Mapping[int, str]
    panels: tuple[Panel, ...]
    units: Mapping[int, str] = field(default_factory=dict)
    own_units: frozenset[int] = frozenset()
    raw: Mapping[int, str] = field(default_factory=dict)


class FigureColumn(NamedTuple):
    """A column that is read: its meaning, its unit, and its indicator if it has its own."""

    rule: ReportColumn
    unit: str = ""
    indicator: Indicator | None = None


def find_header(grid: Grid, layout: ReportLayout, start: int = 0) -> Header | None:
    """Find the first rows whose cells name the items and at least one kind of figure."""
    depth = layout.header_depth
    for top in range(start, min(start + layout.header_rows, len(grid.rows))):
        rows = range(top, min(top + max(depth, 1), len(grid.rows)))
        names = _cells_of(grid, rows, layout, "name")
        regions = _cells_of(grid, rows, layout, "region")
        if not (names or regions):
            continue
        bottom = top + depth - 1 if depth else _bottom(grid, top, (names or regions)[0])
        raw, units = header_texts(grid, top, bottom)
        texts = {n: _ordered(grid, top, bottom, n, text, layout) for n, text in raw.items()}
        panels = _panels(names or regions, texts, layout, by_region=not names)
        own = frozenset(n for n in units if _states_unit(grid, bottom, n, top))
        header = Header(top, bottom, texts, panels, units, own, raw)
        if _has_figures(header, layout) and not _is_time_axis(header):
            return header
    return None


def header_texts(grid: Grid, top: int, bottom: int) -> tuple[dict[int, str], dict[int, str]]:
    """Return the folded text and the unit over each column, joined over the header's rows.

    A cell merged over several columns heads each of them.  Under a group head that
    is not merged it cannot be told which group a column belongs to: such a text
    gets a mark that no layout knows.
    """
    texts, units = {}, {}
    width = max((len(row) for row in grid.rows[top : bottom + 1]), default=0)
    for column in range(width):
        cells: dict[tuple[int, int], str] = {}
        for row in range(top, bottom + 1):
            home = _merge_home(grid, row, column)
            value = grid.at(*home)
            if isinstance(value, str):
                value, unit = split_unit(value)
                units.update({column: unit} if unit else {})
            cells[home] = fold_header(value)
        parts = list(cells.values())
        if any(parts):
            mark = HALF_BLANK if not parts[0] else ""
            texts[column] = mark + "".join(parts)
    return texts, units


def _ordered(
    grid: Grid, top: int, bottom: int, column: int, text: str, layout: ReportLayout
) -> str:
    """Return a header of several lines in the order that the layout knows.

    Under 同比增长 the line below says of what (本月), and 绝对额 says only that it is
    no growth.
    """
    if bottom == top or text.startswith(HALF_BLANK) or _rule_of(text, layout):
        return text
    homes = dict.fromkeys(_merge_home(grid, row, column) for row in range(top, bottom + 1))
    values = [grid.at(*home) for home in homes]
    parts = [fold_header(split_unit(v)[0] if isinstance(v, str) else v) for v in values]
    parts = [part for part in parts if part]
    if parts and (stated := PERIOD_HEAD.fullmatch(parts[0])) and len(parts) > 1:
        year, month = stated.groups()
        if (year, month) != _title_month(grid, top):
            return text
        parts = parts[1:]
    amount = [part for part in parts if AMOUNT.fullmatch(part)]
    growth = [part for part in parts if _is_bare_growth(part, layout)]
    others = [part for part in parts if part not in amount and part not in growth]
    if len(amount) + len(growth) != 1:
        return text
    found = "".join((*others, *growth))
    return found if _rule_of(found, layout) else text


def _is_bare_growth(part: str, layout: ReportLayout) -> bool:
    rule = _rule_of(part, layout)
    return rule is not None and rule.role == "growth" and rule.span == "left"


def _title_month(grid: Grid, top: int) -> tuple[str, str]:
    """Return year and month of the lines above, as a header's first line would say them."""
    titles = [cell for row in grid.rows[:top] for cell in row if isinstance(cell, str)]
    try:
        period = title_period(titles)
    except IntakeError:
        return "", ""
    return (str(period.year), str(period.end.month)) if period else ("", "")


def _states_unit(grid: Grid, bottom: int, column: int, top: int) -> bool:
    for row in range(bottom, top - 1, -1):
        home = _merge_home(grid, row, column)
        if not is_blank(value := grid.at(*home)):
            return bool(isinstance(value, str) and split_unit(value)[1])
    return False


def role_of(cell: object, layout: ReportLayout) -> str:
    """Return what a column of this header is for; empty if no layout rule knows it."""
    return _role_of_text(cell, layout) if isinstance(cell, str) else ""


@remembered
def _role_of_text(text: str, layout: ReportLayout) -> str:
    rule = _rule_of(fold_header(text), layout)
    return rule.role if rule else ""


def stated_time(header: Header, panels: Iterable[Panel]) -> tuple[set[int], set[int]]:
    """Return the years and months that the headers of this year's figures state.

    Where months differ, those of the year to date are the sheet's.
    """
    years: set[int] = set()
    months: dict[str, set[int]] = {"ytd": set(), "other": set()}
    for panel in panels:
        for column, rule in panel.columns.items():
            if rule is None or rule.role not in FIGURE_ROLES:
                continue
            year, month = stated_in(header.texts[column], rule, alone=False)
            years |= {year} if year else set()
            months["ytd" if rule.span == "ytd" else "other"] |= {month} if month else set()
    return ({max(years)} if years else set()), months["ytd"] or months["other"]


def figure_columns(
    grid: Grid,
    header: Header,
    panel: Panel,
    time: SheetTime,
    labels: LabelReader,
    collector: Collector,
    note: TableNote,
    sheet_indicator: Indicator | None = None,
) -> dict[int, FigureColumn]:
    """Return the columns of a panel that hold figures, noting every one not read."""
    reader = _ColumnReader(grid, header, panel, time, labels, collector, note, sheet_indicator)
    chosen = reader.choose()
    meanings = Counter(_meaning(column) for column in chosen.values())
    for number, column in list(chosen.items()):
        if meanings[_meaning(column)] > 1:
            reader.refuse(
                number,
                "有不止一列是这个意思，说不清哪一列是本期的",
                "请写明各列的时期，如“上年同期”",
            )
            del chosen[number]
    for number, column in chosen.items():
        note.columns.append(
            ColumnNote(
                cell_address(header.top, number),
                header.texts[number],
                column.rule.role,
                indicator=column.indicator.code if column.indicator else "",
                measure="level" if column.rule.role == "level" else "yoy",
                span=column.rule.span,
                period=str(time.period or ""),
                unit=column.unit or column.rule.unit,
                form="" if column.rule.role == "level" else column.rule.form,
            )
        )
    return chosen


@dataclass
class _ColumnReader:
    grid: Grid
    header: Header
    panel: Panel
    time: SheetTime
    labels: LabelReader
    collector: Collector
    note: TableNote
    sheet_indicator: Indicator | None
    contradicted: bool = False

    def choose(self) -> dict[int, FigureColumn]:
        """Read the columns from the left; each may refer to the one before."""
        chosen: dict[int, FigureColumn] = {}
        left: FigureColumn | None = None
        for number, rule in self.panel.columns.items():
            if number == self.panel.name:
                continue
            column, known = self._column(number, rule)
            if column is None and known:
                continue
            fault = ("不认识", UNKNOWN) if column is None else self._fault(number, column, left)
            if column is None or fault:
                left = None  # whatever stood here, a growth beside it is not of another column
                if fault:
                    self.refuse(number, *fault)
                continue
            if self._is_last_year(number, column.rule):
                self._leave(number, column.rule.role, "上年同期的可比数，不作为上年的数入库")
                continue
            if self._is_bare_month(number, column.rule):
                column = column._replace(rule=_with_span(column.rule, "", column.rule.per))
            if column.rule.span == "left" and left is None:
                column = column._replace(rule=_with_span(column.rule, "period", column.rule.per))
            elif column.rule.span == "left" and left is not None:
                like_left = _with_span(column.rule, left.rule.span, left.rule.per)
                column = column._replace(rule=like_left)
            chosen[number] = column
            left = column if column.rule.role == "level" else left
        if self.contradicted:
            for number in chosen:
                self.refuse(
                    number, "旁边的列名与标题不是同一个月，说不清哪个对", "请改正列名或标题"
                )
            return {}
        return chosen

    def refuse(self, number: int, message: str, remedy: str) -> None:
        """Refuse a column at its header cell."""
        text, address = self.header.texts[number], cell_address(self.header.top, number)
        self.collector.refuse(
            f"列名“{text}”{message}，这一列没有读", remedy, sheet=self.grid.sheet, cell=address
        )
        self.note.columns.append(ColumnNote(address, text, "", reason=message))

    def _leave(self, number: int, role: str, reason: str) -> None:
        self.note.columns.append(
            ColumnNote(
                cell_address(self.header.top, number),
                self.header.texts[number],
                role,
                reason=reason,
            )
        )

    def _column(self, number: int, rule: ReportColumn | None) -> tuple[FigureColumn | None, bool]:
        """Return a column, and whether it is known; an ignored one is known and none."""
        unit = self.header.units.get(number, "")
        indicator = self.sheet_indicator
        if rule is None or (self.panel.by_region and indicator is None and rule.role != "ignore"):
            found = None
            if self.panel.by_region:
                found = self.labels.take_apart(self.header.texts[number])
            if not isinstance(found, Match) or found.rule is None:
                return None, False
            rule, indicator = found.rule, found.indicator
        if rule.role not in FIGURE_ROLES:
            self._leave(number, rule.role, rule.reason or ("不读" if rule.role == "ignore" else ""))
            return None, True
        if rule.role != "level" and _is_amount(self.header, number):
            return None, False
        unit = unit or (rule.unit if rule.role == "level" else "")
        return FigureColumn(rule, unit, indicator), True

    def _fault(
        self, number: int, column: FigureColumn, left: FigureColumn | None
    ) -> tuple[str, str] | None:
        rule = column.rule
        if number in hidden_columns(self.grid):
            return "所在的列是隐藏的", "请取消隐藏；不要的列请删去后再交付"
        rows_say = self.panel.beside("period") is not None
        of_title = not rows_say and not self._is_last_year(number, rule)
        if of_title and (fault := self._time_fault(number, rule)):
            return fault
        if rule.span == "period" and not rows_say:
            return "没有说是当月还是累计", "请写成“本月”“本月止累计”，或加上“时期”列"
        # In the long form the row's own period says it.
        clear = left.indicator == column.indicator if left else rows_say
        if rule.span != "left" or clear:
            return None
        return (
            "没有说是当月还是累计，左边也没有同一指标的读得出的绝对量列",
            "请写成“累计比上年同期增长（%）”或“本月比上年同月增长（%）”",
        )

    def _time_fault(self, number: int, rule: ReportColumn) -> tuple[str, str] | None:
        period = self.time.period
        if period is None:
            return None
        if self.time.only_year and rule.span not in ("annual", "left"):
            return f"是哪个月的说不清：只写了 {period}年", "请在标题中写明月份，如 2024年1—9月"
        year, month = stated_in(self.header.texts[number], rule)
        if (month and month != period.end.month) or (year and year != period.year):
            self.contradicted = True
            return f"与标题的时期 {period} 不是同一个月", "请改正列名或标题"
        return None

    def _is_bare_month(self, number: int, rule: ReportColumn) -> bool:
        """Whether 3月 stands alone: beside no year to date it may as well be one.

        The first month or quarter is the same either way; a title of 当月 says it.
        """
        text = self.header.texts[number]
        _, month = stated_in(text, rule)
        if rule.span != "single" or rule.role != "level" or not month or "当" in text:
            return False
        if month <= (3 if rule.per == "quarter" else 1):
            return False
        others = [other for other in self.panel.columns.values() if other and other is not rule]
        if any(other.role in FIGURE_ROLES and other.span in ("ytd", "annual") for other in others):
            return False
        above = [cell for row in self.grid.rows[: self.header.top] for cell in row]
        titles = "".join(str(cell) for cell in (*above, self.grid.sheet) if isinstance(cell, str))
        return not re.search(r"[当单][月季]", titles) or "累计" in titles

    def _is_last_year(self, number: int, rule: ReportColumn) -> bool:
        year, _ = stated_in(self.header.texts[number], rule)
        return bool(year and self.time.year and year == self.time.year - 1 and rule.role == "level")


@lru_cache(maxsize=512)
def _with_span(rule: ReportColumn, span: ColumnSpan, per: Per) -> ReportColumn:
    return replace(rule, span=span, per=per)


def _is_amount(header: Header, number: int) -> bool:
    """Whether a header of growth states a unit of amounts: 比上年增减（亿元）."""
    unit = header.units.get(number, "")
    return number in header.own_units and unit != "百分点" and not unit.endswith("=100")


UNKNOWN = "请改用常见写法（见 docs/intake.md），或在版式说明中登记这个列名"


def _meaning(column: FigureColumn) -> tuple[object, ...]:
    rule = column.rule
    return (rule.role, rule.span, rule.per, column.indicator.code if column.indicator else "")


@remembered
def stated_in(
    text: str, rule: ReportColumn, *, alone: bool = True
) -> tuple[int | None, int | None]:
    """Return the year and the last month that a header states.

    ``alone``: whether a number by itself counts as a month.
    """
    for pattern in rule.headers:
        if not (found := pattern.fullmatch(text)):
            continue
        groups = found.groupdict()
        month = int(groups["month"]) if groups.get("month") else None
        if groups.get("lone") and alone:
            month = int(groups["lone"])
        if groups.get("quarter"):
            month = 3 * ("一二三四".find(groups["quarter"]) + 1 or int(groups["quarter"]))
        return (int(groups["year"]) if groups.get("year") else None), month
    return None, None


def _has_figures(header: Header, layout: ReportLayout) -> bool:
    rules = [rule for panel in header.panels for rule in panel.columns.values()]
    if any(rule and rule.role in FIGURE_ROLES for rule in rules):
        return True
    # Group heads name the indicators of regions; what follows them is looked up later.
    return any(
        panel.by_region and any(_ends_known(header.texts[n], layout) for n in panel.columns)
        for panel in header.panels
    )


def _ends_known(text: str, layout: ReportLayout) -> bool:
    known = (_rule_of(text[cut:], layout) for cut in range(2, len(text)))
    return any(rule is not None and rule.role in FIGURE_ROLES for rule in known)


def _is_time_axis(header: Header) -> bool:
    """Whether the columns run through time: then they are periods, not kinds of figures.

    Two columns of one month in two years are this year's and last year's.
    """
    times, kinds = set(), set()
    for panel in header.panels:
        for column, rule in panel.columns.items():
            if rule and rule.role in FIGURE_ROLES:
                year, month = stated_in(header.texts[column], rule)
                if year is None and month is None:
                    return False
                times.add((year, month))
                kinds.add((rule.role, rule.span))
    years, months = {year for year, _ in times}, {month for _, month in times}
    if len(times) == 2 and len(years) == 2 and len(months) == 1:
        return False
    return len(times) >= FEWEST_PERIODS and len(kinds) == 1


def _cells_of(grid: Grid, rows: range, layout: ReportLayout, role: str) -> list[int]:
    found = {
        column
        for row in rows
        for column, cell in enumerate(grid.rows[row])
        if role_of(cell, layout) == role
    }
    return sorted(found)


def _panels(
    names: list[int], texts: Mapping[int, str], layout: ReportLayout, *, by_region: bool
) -> tuple[Panel, ...]:
    panels: list[Panel] = []
    for first, following in zip(names, [*names[1:], None], strict=True):
        start = first if panels else 0
        columns = {
            column: _rule_of(text, layout)
            for column, text in texts.items()
            if start <= column and (following is None or column < following)
        }
        panels.append(Panel(first, columns, by_region))
    return tuple(panels)


def _bottom(grid: Grid, top: int, name_column: int) -> int:
    """Return the last row of the header: it may be merged or spill downwards."""
    bottom = top
    for first, left, last, right in grid.merged:
        if first == top and left <= name_column <= right and last > first:
            bottom = last
    while bottom - top < DEEPEST - 1 and _spills(grid, bottom + 1, name_column):
        bottom += 1
    return bottom


def _spills(grid: Grid, row: int, name_column: int) -> bool:
    if not is_blank(grid.at(row, name_column)):
        return False
    texts = [
        cell for cell in (grid.rows[row] if row < len(grid.rows) else ()) if not is_blank(cell)
    ]
    if not texts or not all(isinstance(cell, str) for cell in texts):
        return False
    return not any(
        DASHES.fullmatch(str(cell).strip()) or NUMBER.fullmatch(str(cell).strip()) for cell in texts
    )


NUMBER = re.compile(r"[-+]?[\d,]+(?:\.\d+)?%?")


def _merge_home(grid: Grid, row: int, column: int) -> tuple[int, int]:
    for top, left, bottom, right in grid.merged:
        if top <= row <= bottom and left <= column <= right:
            return top, left
    return row, column


@remembered
def _rule_of(text: str, layout: ReportLayout) -> ReportColumn | None:
    for rule in layout.columns:
        if any(pattern.fullmatch(text) for pattern in rule.headers):
            return rule
    return None
