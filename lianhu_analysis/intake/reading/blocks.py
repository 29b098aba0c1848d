"""Tables found by their figures: the head above, the stub beside, the lines over it.

Prior art: unpivotr (Garmonsway) peels heads off by direction, tidychef relates cells in
space; both want a recipe per table, which is inferred here from the cells and their words.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from bisect import bisect
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple

from lianhu_analysis.catalog.remembering import remembered
from lianhu_analysis.catalog.units import parted
from lianhu_analysis.errors import PeriodError
from lianhu_analysis.intake.grids.grid import Grid, cell_address, column_number
from lianhu_analysis.intake.reading.cells import is_number, try_to_read
from lianhu_analysis.intake.reading.statements import (
    FIRST_SERIAL,
    LAST_SERIAL,
    SERIAL_ZERO,
    Line,
    head_lines,
    is_statement,
)
from lianhu_analysis.intake.reading.words import (
    BARE,
    GROWTHS,
    REGION,
    YEAR,
    Grammar,
    fold,
    span_of,
    unit_in,
)

__all__ = [
    "Column",
    "Panel",
    "Sheet",
    "Table",
    "find_tables",
    "is_blank",
    "is_period_cell",
    "is_value",
]

ENGLISH = re.compile("[^一-龥]*[a-z]{3}[^一-龥]*")
DEEPEST = 5
LOOKED_AT = 40
SERIALS = range(FIRST_SERIAL, LAST_SERIAL + 1)
WHOLE = re.compile("全[国省市区县](?:合计|总计)?")
PLACE = re.compile(rf"{REGION.pattern}|{WHOLE.pattern}")
SPLIT = re.compile(r"([A-Z]*)(\d*)")
WOULD_BE = re.compile(r"=|##|#[A-Z]|\([+-]?[\d.,]+%?\)$|[\d ]+\d(?:\.\d+)?$")
STUBS = ("name", "region", "period")


class Column(NamedTuple):
    """One column of figures: its own head cells from the top down, and its joined text.

    ``half`` is set where a blank cell above leaves open which group it belongs to.
    """

    number: int
    cells: tuple[Line, ...]
    text: str
    half: bool = False


@dataclass
class Panel:
    """One of the tables side by side: its stub columns by role, and its columns of figures."""

    stub: dict[str, list[int]] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)

    def corner(self, table: Table) -> list[str]:
        """Return the heads of its names."""
        rows = range(table.top, table.bottom + 1)
        cells = (table.grid.at(row, n) for n in self.stub.get("name", []) for row in rows)
        return [cell for cell in cells if isinstance(cell, str)]

    def first(self, role: str) -> int | None:
        """Return the first stub column of a role."""
        return next(iter(self.stub.get(role, ())), None)


@dataclass
class Table:
    """A head and the rows under it.

    Attributes
    ----------
    titles
        The lines above the head that belong to it.
    top, bottom
        First and last row of the head.
    end
        The row after the last one.
    """

    grid: Grid
    titles: list[Line]
    top: int
    bottom: int
    end: int = 0
    panels: list[Panel] = field(default_factory=list)

    def parted(self, grammar: Grammar) -> list[tuple[Table, list[Panel]]]:
        """Return the table with its panels; one for each where a line names a place over each."""
        if len(self.panels) < 2:
            return [(self, self.panels)]
        starts = [min(chain(*p.stub.values(), (c.number for c in p.columns))) for p in self.panels]
        over: dict[str, dict[int, Line]] = defaultdict(dict)
        for cell, text in self.titles:
            column, row = SPLIT.fullmatch(cell).groups()  # type: ignore[union-attr]
            if column and (grammar.region(text) or PLACE.search(fold(text))):
                over[row][max(bisect(starts, column_number(column)) - 1, 0)] = (cell, text)
        rows = [found for found in over.values() if len(found) == len(self.panels)]
        if not rows:
            return [(self, self.panels)]
        places, parts = {line for found in rows for line in found.values()}, []
        for n, panel in enumerate(self.panels):
            others = places - {found[n] for found in rows}
            titles = [line for line in self.titles if line not in others]
            parts.append((replace(self, titles=titles), [panel]))
        return parts


def is_blank(cell: object) -> bool:
    """Whether a cell holds nothing at all (a dash is something)."""
    if cell is None:
        return True
    if isinstance(cell, str):
        return not cell or cell.isspace()
    return isinstance(cell, float) and math.isnan(cell)


def is_value(cell: object) -> bool:
    """Whether a cell holds a figure or a sign for none, as a number or as text."""
    return _is_value_text(cell) if isinstance(cell, str) else is_number(cell)


@remembered
def _is_value_text(text: str) -> bool:
    # =1+1, #REF!, (4.6) and 1 567 stand where a figure would; # 工业 does not.
    read = try_to_read(parted(text)[0]) or WOULD_BE.match(text.strip())
    return bool(text.strip()) and read is not None


def is_period_cell(cell: object) -> bool:
    """Whether a cell is a period by itself: a date, a code, a serial number, words."""
    if isinstance(cell, str):
        return _is_period_text(cell)
    return isinstance(cell, dt.date) or _is_coded(cell) or _is_year(cell)


@remembered
def _is_period_text(text: str) -> bool:
    try:
        span_of(text, 2000)
    except PeriodError:
        return False
    return True


class Sheet(NamedTuple):
    """The tables of a grid from the top down, and the address of the first figure under no head."""

    grid: Grid
    tables: list[Table]
    headless: str = ""


def find_tables(grid: Grid, grammar: Grammar) -> Sheet:
    """Return a sheet with the tables on it."""
    return _Finder(grid, grammar).find()


class _Finder:
    def __init__(self, grid: Grid, grammar: Grammar) -> None:
        self.grid, self.grammar = grid, grammar
        self.covered = {
            (row, column): (top, left)
            for top, left, bottom, right in grid.merged
            for row in range(top, min(bottom + 1, len(grid.rows)))
            for column in range(left, right + 1)
        }

    def _home(self, row: int, column: int) -> tuple[int, int]:
        """Return the cell that holds what a merged one shows."""
        return self.covered.get((row, column), (row, column))

    def find(self) -> Sheet:
        tables: list[Table] = []
        headless = ""
        held = row = 0  # lines from `held` on belong to what comes next
        rows = self.grid.rows
        while row < len(rows):
            current = tables[-1] if tables else None
            if self._is_head(row, current):
                top = self._extended_upwards(row, held)
                bottom = self._band(row)
                titles = self._titles(held, top, current)
                if current and rows[top : bottom + 1] == rows[current.top : current.bottom + 1]:
                    titles = titles or current.titles  # the same head on the next printed page
                table = Table(self.grid, titles, top, bottom)
                if current is not None:
                    current.end = max(held, current.bottom + 1)
                self._divide(table)
                tables.append(table)
                held = row = bottom + 1
                continue
            if self._has_figures(row):
                if current is None:
                    first = next(n for n, cell in enumerate(rows[row]) if is_value(cell))
                    headless = headless or cell_address(row, first)
                held = row + 1
            row += 1
        if tables:
            tables[-1].end = len(rows)
        for table in tables:
            self._settle(table)
        return Sheet(self.grid, [table for table in tables if table.panels], headless)

    def _has_figures(self, row: int) -> bool:
        return row not in self.grid.hidden_rows and any(
            is_value(cell) and not (isinstance(cell, str) and self.grammar.role(cell))
            for cell in self.grid.rows[row]
        )

    def _is_head(self, row: int, current: Table | None) -> bool:
        """Whether a row names columns: the first of a head, or the head of another table."""
        cells = [(n, c) for n, c in enumerate(self.grid.rows[row]) if not is_blank(c)]
        if row in self.grid.hidden_rows or not cells or self._describes(row, cells[0], current):
            return False
        texts = {n: c for n, c in cells if isinstance(c, str) and not is_value(c)}
        stated = {n for n, c in texts.items() if is_statement(c)}
        texts = {n: c for n, c in texts.items() if n not in stated}
        heads = {n for n, c in texts.items() if self._heads(c)}
        # 发布日期 beside its day is no head.
        roles = {n for n, c in texts.items() if self.grammar.role(c) not in ("", "published")}
        first, last = cells[0][0], cells[-1][0]
        alone = len(cells) == 1 and not (first > 0 and (row, first) in self.covered)
        # 2024年9月, and 单位：亿元 beside it, is a title in two cells.
        if alone or (last in stated and len(heads | roles) < 2) or self._is_caption(row, roles):
            return False
        if any(is_value(c) for _, c in cells):
            return self._is_head_of_numbers(cells, bool(roles), current)
        if not texts:
            return len(cells) > 1 and all(isinstance(c, dt.date) for _, c in cells)
        days = {n for n, c in cells if isinstance(c, dt.date)}
        over = texts.keys() - {first} or texts.keys()
        if current is not None:
            over = {c.number for panel in current.panels for c in panel.columns}
        named = roles and (len(roles) > 1 or (texts.keys() | days) - {first})
        # Places right of a blank corner: 全市, 莲湖区.
        areas = first > 0 and len(texts) > 1 and all(map(self._is_area, texts.values()))
        return bool(named or heads & over or areas)

    def _is_area(self, text: str) -> bool:
        said = self.grammar.read(text)
        return bool(said.regions or said.whole or self.grammar.is_place(text))

    def _is_caption(self, row: int, roles: set[int]) -> bool:
        """Whether a row is a title with the month right of it, over the last of several columns."""
        (first, _), *rest = [(n, c) for n, c in enumerate(self.grid.rows[row]) if not is_blank(c)]
        below = self._name_columns(row + 1) if row + 1 < len(self.grid.rows) else []
        if len(rest) != 1 or roles or first not in below:
            return False
        last, text = rest[0]
        beside = self.grid.at(row + 1, last - 1)
        is_column = isinstance(beside, str) and self.grammar.role(beside) not in STUBS
        return is_column and (row, last) not in self.covered and is_period_cell(text)

    def _describes(self, row: int, first: tuple[int, object], current: Table | None) -> bool:
        """Whether a row describes the columns above it, as 单位 and 频率 of an export do.

        地区 behind figures is the head of another table.
        """
        number, cell = first
        if current and any(map(self._has_figures, range(current.bottom + 1, row))):
            return False
        stubs = [
            p.stub.get(role, []) for p in (current.panels if current else []) for role in STUBS
        ]
        return any(number in stub for stub in stubs) and bool(self.grammar.metadata(cell))

    def _is_head_of_numbers(
        self, cells: Sequence[tuple[int, object]], has_roles: bool, current: Table | None
    ) -> bool:
        """Whether the numbers of a row are heads: months or years beside a word for a head."""
        numbers = [c for _, c in cells if is_value(c)]
        if not all(_may_head(c) for c in numbers):
            return False
        texts = [_head_text(c) for _, c in cells]
        years = len(cells) > 1 and all(re.fullmatch(f"{YEAR}年", text) for text in texts)
        years = years and current is None
        return years or (has_roles and len(numbers) < len(cells))

    def _heads(self, text: str) -> bool:
        """Whether a text says something that heads say."""
        said = self.grammar.read(text)
        f = said.facets
        any_word = f.measure or f.span or f.nothing or f.base or f.form
        return bool(said.parts or said.years or said.names or any_word) and not said.left

    def _extended_upwards(self, row: int, held: int) -> int:
        """Include lines over the columns only: 2024年1-9月 above 绝对额 and 增速."""
        top = row
        first = next(n for n, c in enumerate(self.grid.rows[row]) if not is_blank(c))
        while top - 1 >= held and row - top < DEEPEST - 2:
            cells = [(n, c) for n, c in enumerate(self.grid.rows[top - 1]) if not is_blank(c)]
            if not cells or any(not isinstance(c, (str, dt.date)) for _, c in cells):
                break
            if cells[0][0] <= first or any(is_statement(str(c)) for _, c in cells):
                break
            if not any(self._heads(str(c)) for _, c in cells):
                break
            top -= 1
        return top

    def _band(self, row: int) -> int:
        """Return the last row of a head: rows without figures whose names' column is blank."""
        bottom, names = row, self._name_columns(row)
        first = next((n for n, c in enumerate(self.grid.rows[row]) if not is_blank(c)), 0)
        last = min(row + DEEPEST, len(self.grid.rows)) - 1
        while bottom < last and self._continues(row, bottom + 1, names, first):
            bottom += 1
            names += self._name_columns(bottom)
        return bottom

    def _name_columns(self, row: int) -> list[int]:
        cells = enumerate(self.grid.rows[row])
        return [n for n, c in cells if isinstance(c, str) and self.grammar.role(c) in STUBS]

    def _continues(self, top: int, row: int, names: Sequence[int], first: int) -> bool:
        """Whether a row goes on with the head that begins at ``top``."""
        if row in self.grid.hidden_rows:
            return False
        own = [(n, c) for n, c in enumerate(self.grid.rows[row]) if not is_blank(c)]
        own = [(n, c) for n, c in own if self._home(row, n)[0] > top]
        if not own:
            return any(top <= self._home(row, n)[0] < row for n in range(len(self.grid.rows[top])))
        for _, cell in own:
            if not isinstance(cell, (str, dt.date)) or (
                is_value(cell) and not self._heads(str(cell))
            ):
                return False
        if first > 0 and not names:
            # A blank corner: the row of the stub's own head ends the band.
            return all(n >= first or self.grammar.role(str(c)) for n, c in own)
        stub = names or [first]
        in_stub = [c for n, c in own if n in stub]
        blocked = any(
            not self.grammar.role(str(c)) or self.grammar.metadata(str(c)) for c in in_stub
        )
        return not blocked and len(in_stub) < len(own)

    def _titles(self, held: int, top: int, current: Table | None) -> list[Line]:
        """Return the lines above a head; after another table, those from a title on or without a gap."""
        start = held
        if current is not None:
            start = top
            while start > held and any(not is_blank(c) for c in self.grid.rows[start - 1]):
                start -= 1
            apart = ((r, t) for r in range(held, start) for _, t in head_lines(self.grid, r, r + 1))
            said = (r for r, t in apart if self._heads(t) or self.grammar.region(t))
            start = min(said, default=start)
        lines = head_lines(self.grid, start, top)
        first = next((c for c in self.grid.rows[top] if not is_blank(c)), "")
        stated = isinstance(first, str) and is_statement(first)
        corner = head_lines(self.grid, top, top + 1)[:1] if stated else []
        above = [("", text) for text in self.grid.above] if current is None else []
        return [*above, *lines, *corner]

    def _divide(self, table: Table) -> None:
        """Divide the columns of a head into panels; called before its last row is known."""
        table.end = min(len(self.grid.rows), table.bottom + 1 + LOOKED_AT)
        rows = range(table.bottom + 1, table.end)
        width = max((len(self.grid.rows[r]) for r in range(table.top, table.end)), default=0)
        panel = Panel()
        panels = [panel]
        gap = False
        for number in range(width):
            role, cells, text = self._column_kind(table, number, rows)
            if not role and not cells:
                gap = True
                continue
            again = role in panel.stub or gap
            has_name = any(stub in panel.stub for stub in STUBS)
            if role in STUBS and panel.columns and again and has_name:
                panel = Panel()
                panels.append(panel)
            if role == "figure":
                panel.columns.append(Column(number, cells, text))
            elif role:
                panel.stub.setdefault(role, []).append(number)
            gap = False
        table.panels = [p for p in panels if p.columns]
        for one in table.panels:
            if len(names := one.stub.get("name", [])) > 1:
                one.stub["name"] = [n for n in names if not self._is_foreign(n, rows)] or names

    def _is_foreign(self, number: int, rows: range) -> bool:
        """Whether a column says in English what another says in Chinese."""
        texts = [str(c) for r in rows if not is_blank(c := self.grid.at(r, number))]
        return bool(texts) and all(ENGLISH.fullmatch(text) for text in texts)

    def _column_kind(
        self, table: Table, number: int, rows: range
    ) -> tuple[str, tuple[Line, ...], str]:
        """Return a column's role, its head cells and their text."""
        cells = self._stack(table, number)
        text = "".join(t for _, t in cells)
        role = self.grammar.role(text) or next(
            (r for _, t in reversed(cells) if (r := self.grammar.role(t))), ""
        )
        filled = [c for r in rows if not is_blank(c := self.grid.at(r, number))]
        body = [c for c in filled if not self._is_remark(c)]
        counts = Counter(map(self._content, body))
        if number > 1 and not role:  # amounts may well be as large as the days since 1900
            coded = sum(not isinstance(c, (str, dt.date)) and _is_coded(c) for c in body)
            counts.update(value=coded, period=-coded)
        most = counts.most_common(1)[0][0] if counts else ""
        remarked = bool(text and self.grammar.read(text).facets.nothing)  # 说明：全市
        places = counts["region"] and self._are_places(number, rows) and not remarked
        if role in ("name", "") and places:
            role = "region"
        elif role == "region" and not (counts["region"] or self._are_places(number, rows)):
            role = "name"  # 地区 in the corner is of the columns
        elif role and counts:
            role = _role_by_content(role, counts)
        if role:
            return role, cells, text
        if not filled and not cells:
            return "", (), ""
        said = self.grammar.read(text)
        f = said.facets
        firm = f.measure or f.span or f.unit or said.parts or said.years or said.names
        beside = self.grammar.read("".join(t for _, t in self._stack(table, number + 1)))
        plain = not beside.years and all(is_number(c) and c in range(1, 13) for c in body)
        months = most == "period" or plain
        leftmost = all(is_blank(self.grid.at(r, n)) for r in rows for n in range(number))
        if leftmost and body and months and said.years and not said.facets.measure:
            return "period", cells, text  # 2024年 above 1月, 2月, 3月
        if most == "value" or not most or firm or said.facets.nothing:
            return "figure", cells, text
        return {"text": "name"}.get(most, most), cells, text

    def _are_places(self, number: int, rows: range) -> bool:
        """Whether no name beside figures is an indicator's: 全市 and districts that nobody knows."""
        cells = [self.grid.at(row, number) for row in rows if self._has_figures(row)]
        texts = [cell for cell in cells if isinstance(cell, str) and not is_value(cell)]
        said = [self.grammar.read(text) for text in texts]
        return len(texts) == sum(not is_blank(cell) for cell in cells) and not any(
            one.names or one.facets.measure or one.parts for one in said
        )

    def _is_remark(self, cell: object) -> bool:
        """Whether a first cell heads no data: 频率, 单位, 注：…."""
        if not isinstance(cell, str) or not fold(cell):
            return False
        return bool(self.grammar.metadata(cell)) or self.grammar.is_note(cell)

    def _content(self, cell: object) -> str:
        """Return what a cell of the body looks like: value, period, region, unit or text."""
        if not isinstance(cell, str):
            return "period" if isinstance(cell, dt.date) or _is_coded(cell) else "value"
        kinds = (
            ("value", is_value(cell)),
            ("region", bool(self.grammar.region(cell)) or bool(WHOLE.fullmatch(fold(cell)))),
            ("unit", unit_in(cell) != ""),
            ("period", _is_period_text(cell)),
        )
        return next((kind for kind, holds in kinds if holds), "text")

    def _stack(self, table: Table, number: int) -> tuple[Line, ...]:
        cells: dict[tuple[int, int], str] = {}
        for row in range(table.top, table.bottom + 1):
            home = self._home(row, number)
            value = self.grid.at(*home)
            if not is_blank(value) and not (isinstance(value, str) and is_statement(value)):
                cells[home] = _head_text(value)
        return tuple((cell_address(*home), text) for home, text in cells.items())

    def _settle(self, table: Table) -> None:
        """Fill heads of groups that are not merged, once the table's end is known."""
        for panel in table.panels:
            owned = {column.number: column for column in panel.columns}
            for row in range(table.top, table.bottom):
                self._fill_right(table, row, owned)
            panel.columns = list(owned.values())

    def _fill_right(self, table: Table, row: int, owned: dict[int, Column]) -> None:
        below = {n: self._text_below(table, row, n) for n in owned}
        loose = [n for n in owned if below[n] and (row, n) not in self.covered]
        labels = {n for n in loose if not is_blank(self.grid.at(row, n))}
        above = range(table.top, row + 1)
        blanks = [n for n in loose if all(is_blank(self.grid.at(r, n)) for r in above)]
        if not labels or not blanks:
            return
        # One with no blank behind it says nothing of where others begin.
        wide = {n for n in labels if n + 1 in blanks}
        wide |= {n for n in owned if below[n] and self.covered.get((row, n)) == (row, n)}
        restarts = len(wide) > 1 and len({below[n] for n in wide}) == 1
        # A label typed over the last or middle column of its group leaves its first one bare.
        bare = Counter(below[n] for n in loose if n > min(labels))
        shifted = any(bare[below[n]] for n in blanks if n < min(labels))
        alone = len(labels) == 1 and min(labels) == min(owned)
        for n in blanks:
            left = max((label for label in labels if label < n), default=None)
            right = min((label for label in labels if label > n), default=None)
            # Behind the last group there is none that it could begin.
            repeated = below[n] in {below[label] for label in (labels if right else wide)}
            sure = alone or (restarts and not shifted and not repeated)
            if left is not None and right is not None and not (sure or shifted):
                sure = self._is_of_left(row, right, labels, below)
            if left is None or not sure:
                owned[n] = owned[n]._replace(half=True)
                continue
            text = _head_text(self.grid.at(row, left))
            cells = ((cell_address(row, left), text), *owned[n].cells)
            owned[n] = owned[n]._replace(cells=cells, text=text + owned[n].text)

    def _is_of_left(self, row: int, right: int, labels: set[int], below: dict[int, str]) -> bool:
        """Whether blanks before a label cannot be of it, since one would say the same twice."""
        nearest = max(n for n in below if n < right)
        end = min((label for label in labels if label > right), default=max(below) + 1)
        if below[nearest] not in {below[n] for n in below if right <= n < end}:
            return False
        said = self.grammar.read(_head_text(self.grid.at(row, right)) + below[nearest])
        growth = said.facets.measure in GROWTHS
        return bool(said.facets.span or said.parts) or not growth

    def _text_below(self, table: Table, row: int, number: int) -> str:
        for below in range(row + 1, table.bottom + 1):
            home = self._home(below, number)
            if home[0] > row and not is_blank(value := self.grid.at(*home)):
                return _head_text(value)
        return ""


def _role_by_content(role: str, counts: Counter[str]) -> str:
    """Return what a stub column is by its cells, where its head may say several things."""
    most = sum(counts.values()) / 2
    if role == "unit":
        if counts["unit"] < counts["region"]:
            return "region"
        texts_only = not counts["unit"] and counts["text"] > counts["value"]
        return "name" if texts_only else "unit"
    if role in STUBS and counts["region"] > most:
        return "region"
    if role == "period" and counts["text"] > most:
        return "name"  # 年份 in the corner is of the columns
    return "period" if role in ("name", "region", "span") and counts["period"] > most else role


def _head_text(value: object) -> str:
    if is_number(value) and float(value).is_integer():
        number = int(value)
        if number not in SERIALS:
            return f"{number}年" if _is_year(number) else str(number)
        value = SERIAL_ZERO + dt.timedelta(days=number)
    text = str(value)
    if isinstance(value, dt.date):
        # 2024-01-09 was most likely 1-9 before a spreadsheet took it for a day.
        whole = value.day in (1, monthrange(value.year, value.month)[1])
        text = f"{value.year}年{value.month}月" if whole else value.strftime("%Y-%m-%d")
    return f"{text.strip()}年" if re.fullmatch(YEAR, text.strip()) else text


def _is_coded(cell: object) -> bool:
    """Whether a number is most likely a code of year and month, or a date's."""
    number = int(cell) if is_number(cell) and float(cell).is_integer() else 0
    return number in SERIALS or (190_001 <= number <= 210_012 and 1 <= number % 100 <= 12)


def _is_year(cell: object) -> bool:
    return is_number(cell) and float(cell).is_integer() and 1950 <= cell <= 2100


def _may_head(cell: object) -> bool:
    """Whether a number may be a head: a month, a year, a code of both, a date."""
    if isinstance(cell, str):
        return bool(BARE.fullmatch(fold(cell))) or is_period_cell(cell)
    return is_period_cell(cell) or cell in range(1, 13)
