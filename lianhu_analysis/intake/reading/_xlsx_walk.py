"""What calamine does not tell of an .xlsx: errors, formulas, percent formats, what is hidden.

calamine leaves cells blank where a formula ended in an error or was never calculated,
drops percent formats, and aborts the process on a far-away cell.  So the sheets' parts
are walked with lxml before it reads them.  Part of the child process, which imports
nothing of the suite.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from _common import cell_address, column_number  # type: ignore[import-not-found]
from _package import Package, Refused, local_name  # type: ignore[import-not-found]

__all__ = [
    "UNCALCULATED",
    "SheetWalk",
    "WorkbookWalk",
    "bound_area",
    "is_percent_format",
    "percent_text",
]

MAX_CELLS = 3_000_000
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
PERCENT_FORMATS = {9, 10}  # built into Excel: 0% and 0.00%
DIGITS = "0123456789"
TRUE = ("1", "true")
UNCALCULATED = "#UNCALCULATED!"


def split_address(address: str) -> tuple[int, int]:
    """Turn ``B3`` into zero-based ``(2, 1)``."""
    letters = address.rstrip(DIGITS)
    row = int(address[len(letters) :])
    if row < 1 or not (letters.isalpha() and letters.isupper()):
        raise ValueError(f"cell address {address!r}")
    return row - 1, column_number(letters)


def is_percent_format(code: str) -> bool:
    """Whether a number format shows a hundred times the number, with a percent sign."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", code)


def percent_text(value: Any) -> Any:
    """Show a number of a percent format as the reader of the sheet sees its kind: 4.8%."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return f"{value * 100:.12g}%"


def bound_area(rows: int, columns: int) -> None:
    """Refuse a sheet whose cells with content reach further than any table does."""
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        raise Refused("far_cell", cell_address(rows - 1, columns - 1))


@dataclass
class SheetWalk:
    """One sheet part: its calculated area is bounded, and kept is what calamine would lose.

    Attributes
    ----------
    texts
        Cells that hold an error or an uncalculated formula, and the text to show.
    percents
        Cells with a number of a percent format.
    """

    percent_styles: frozenset[int]
    recalculates: bool = False
    dates_from_1904: bool = False
    texts: list[tuple[int, int, str]] = field(default_factory=list)
    percents: list[tuple[int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    _hidden_ranges: list[tuple[int, int]] = field(default_factory=list)
    _row: int = -1
    _rows: int = 0
    _columns: int = 0

    def hidden_columns(self, width: int) -> set[int]:
        """Return the hidden columns among the first ``width``."""
        return {
            column
            for first, last in self._hidden_ranges
            for column in range(first, min(last + 1, width))
        }

    def note_column(self, column: Any) -> None:
        """Take a range of columns, which may be hidden."""
        if column.get("hidden") in TRUE or float(column.get("width", 1)) == 0:
            first, last = int(column.get("min", 1)), int(column.get("max", 1))
            self._hidden_ranges.append((first - 1, last - 1))

    def note_row(self, row: Any) -> None:
        """Take a row with its cells."""
        self._row = int(row.get("r", self._row + 2)) - 1
        if row.get("hidden") in TRUE or float(row.get("ht", 1)) == 0:
            self.hidden_rows.add(self._row)
        column = -1
        for cell in row.iterchildren("{*}c"):
            if address := cell.get("r"):
                place, column = split_address(address)
            else:
                place, column = self._row, column + 1
            if len(cell):
                self._rows = max(self._rows, place + 1)
                self._columns = max(self._columns, column + 1)
                self._note_cell(cell, place, column)
        bound_area(self._rows, self._columns)

    def _note_cell(self, cell: Any, row: int, column: int) -> None:
        parts = {local_name(part.tag): part.text for part in cell}
        kind, text = cell.get("t", "n"), parts.get("v")
        # ="" is calculated and blank: its kind is text, and its value is there.
        calculated = text or "is" in parts or (kind == "str" and "v" in parts)
        if "f" in parts and (self.recalculates or not calculated):
            self.texts.append((row, column, UNCALCULATED))
        elif kind == "e":
            self.texts.append((row, column, text or "#ERROR"))
        elif kind == "n" and text and int(cell.get("s", 0)) in self.percent_styles:
            self.percents.append((row, column))


class WorkbookWalk:
    """The archive of one .xlsx: its sheets' parts, its percent styles and its calendar."""

    def __init__(self, data: bytes) -> None:
        self._package = Package(data)
        if "xl/workbook.xml" not in self._package:
            raise Refused("other_format")
        book = self._package.root("xl/workbook.xml")
        self._dates_from_1904 = any(
            item.get("date1904") in TRUE for item in book.iter("{*}workbookPr")
        )
        # Its values are not those of its formulas: XlsxWriter writes zero for each.
        self._recalculates = any(
            item.get("fullCalcOnLoad") in TRUE for item in book.iter("{*}calcPr")
        )
        self._percent_styles = frozenset(self._find_percent_styles())
        targets = self._package.targets("xl/workbook.xml")
        self._parts = {
            sheet.get("name", ""): targets.get(value, "")
            for sheet in book.iter("{*}sheet")
            for name, value in sheet.items()
            if local_name(name) == "id"
        }

    def sheet(self, name: str) -> SheetWalk:
        """Walk one sheet."""
        part = self._parts.get(name, "")
        if part not in self._package:
            raise Refused("corrupt", f"{name}: {part or '?'}")
        walk = SheetWalk(self._percent_styles, self._recalculates, self._dates_from_1904)
        try:
            for element in self._package.elements(part, "{*}col", "{*}row"):
                if local_name(element.tag) == "row":
                    walk.note_row(element)
                    element.clear()
                else:
                    walk.note_column(element)
        except ValueError as error:
            raise Refused("corrupt", f"{part}: {error}") from error
        return walk

    def _find_percent_styles(self) -> list[int]:
        """Return the style numbers whose number format shows a percentage."""
        styles = self._package.root("xl/styles.xml")
        formats = PERCENT_FORMATS | {
            int(item.get("numFmtId", 0))
            for item in styles.iterfind("{*}numFmts/{*}numFmt")
            if is_percent_format(item.get("formatCode", ""))
        }
        return [
            number
            for number, item in enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
            if int(item.get("numFmtId", 0)) in formats
        ]
