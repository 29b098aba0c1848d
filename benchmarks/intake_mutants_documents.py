"""Delivered files that carry the truth: every cell knows the figure that it stands for.

A document is changed by moving and rewriting cells; what a careful reader would
store moves with them.  Only then is it written as the bytes of a real file.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from lianhu_analysis.intake.grids.grid import Grid

__all__ = [
    "REGION_CODE",
    "Cell",
    "Document",
    "Fact",
    "Place",
    "Role",
    "Sheet",
    "address",
    "as_grids",
    "write",
]

REGION_CODE = "610104"

Role = Literal["title", "published", "header", "label", "unit", "figure", "period", "note"]
Place = tuple[int, int]


@dataclass(frozen=True)
class Fact:
    """One figure as the store should hold it; ``value`` in the catalogue's unit."""

    indicator: str
    measure: str
    span: str
    period: str
    value: float
    region: str = REGION_CODE

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What tells figures apart."""
        return self.region, self.indicator, self.measure, self.span, self.period


@dataclass(frozen=True)
class Cell:
    """What is written in a cell, and the truth of it.

    Attributes
    ----------
    fact
        The figure that may be stored; ``None``: nothing may be.
    must
        Whether a careful reader stores it (else it may also be refused).
    shown
        Number format.
    is_error
        Whether the text is a formula's error.
    """

    value: object
    role: Role
    fact: Fact | None = None
    must: bool = True
    shown: str = ""
    is_error: bool = False

    def without_fact(self, value: object, **changes: object) -> Cell:
        """Return the cell with other content of which nothing may be stored."""
        return replace(self, value=value, fact=None, **changes)  # type: ignore[arg-type]


@dataclass
class Sheet:
    """Cells at zero-based places."""

    name: str
    cells: dict[Place, Cell] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    visible: bool = True

    def put(
        self, row: int, column: int, value: object, role: Role, fact: Fact | None = None
    ) -> None:
        """Write one cell; ``None`` stays blank."""
        if value is not None:
            self.cells[row, column] = Cell(value, role, fact)

    def places(self, role: Role) -> list[Place]:
        """Return the places of a role, in reading order."""
        return sorted(place for place, cell in self.cells.items() if cell.role == role)

    def facts(self) -> list[Place]:
        """Return the places that hold a figure."""
        return sorted(place for place, cell in self.cells.items() if cell.fact)

    def body_rows(self) -> list[int]:
        """Return the rows that hold figures, from the top."""
        return sorted({row for row, _ in self.places("figure")})

    def figure_columns(self) -> list[int]:
        """Return the columns that hold figures, from the left."""
        return sorted({column for _, column in self.places("figure")})

    def head(self) -> int:
        """Return the first row of the header."""
        return min(row for row, _ in self.places("header"))

    def change(self, place: Place, **changes: object) -> None:
        """Change some attributes of a cell."""
        self.cells[place] = replace(self.cells[place], **changes)  # type: ignore[arg-type]

    def change_all(self, role: Role, make: Callable[[Cell], Cell]) -> None:
        """Replace every cell of a role."""
        for place in self.places(role):
            self.cells[place] = make(self.cells[place])

    def move(self, row_of: Callable[[int], int], column_of: Callable[[int], int]) -> None:
        """Give every cell, range and hidden line its new place."""
        self.cells = {(row_of(r), column_of(c)): cell for (r, c), cell in self.cells.items()}
        self.merged = [
            (row_of(top), column_of(left), row_of(bottom), column_of(right))
            for top, left, bottom, right in self.merged
        ]
        self.hidden_rows = {row_of(row) for row in self.hidden_rows}
        self.hidden_columns = {column_of(column) for column in self.hidden_columns}

    def insert_rows(self, at: int, count: int = 1) -> None:
        """Push what lies at and below a row downwards."""
        self.move(lambda row: row + count if row >= at else row, lambda column: column)

    def insert_columns(self, at: int, count: int = 1) -> None:
        """Push what lies at and right of a column to the right."""
        self.move(lambda row: row, lambda column: column + count if column >= at else column)


@dataclass
class Document:
    """One file to be delivered.

    Attributes
    ----------
    path
        Under data/raw.
    published
        The publication day that the file states, if any.
    """

    family: str
    path: str
    sheets: list[Sheet]
    published: dt.date | None = None
    from_1904: bool = False
    encoding: str = "utf-8-sig"
    newline: str = "\r\n"
    cut_at: float = 1.0

    @property
    def is_csv(self) -> bool:
        """Whether it is a text file."""
        return self.path.endswith(".csv")

    def truth(self) -> Iterator[tuple[str, str, Cell]]:
        """Yield sheet, address and cell of every figure that may be stored."""
        for sheet in self.sheets:
            for place in sheet.facts():
                yield "" if self.is_csv else sheet.name, address(*place), sheet.cells[place]


def address(row: int, column: int) -> str:
    """Return the A1-style address, without the reader's own arithmetic."""
    return f"{get_column_letter(column + 1)}{row + 1}"


def write(document: Document) -> bytes:
    """Return the bytes of the file."""
    data = _csv(document) if document.is_csv else _workbook(document)
    return data[: int(len(data) * document.cut_at)]


def as_grids(document: Document) -> tuple[Grid, ...] | None:
    """Return what reading the bytes of a workbook gives, without the way there.

    ``None`` where the bytes are the point: a text, half a file, formats, dates, formulas.
    """
    if document.is_csv or document.from_1904 or document.cut_at < 1:
        return None
    cells = [cell for sheet in document.sheets for cell in sheet.cells.values()]
    if any(cell.shown or cell.is_error or not _is_bare(cell.value) for cell in cells):
        return None
    return tuple(_grid(sheet) for sheet in document.sheets)


def _is_bare(value: object) -> bool:
    if isinstance(value, str):
        return bool(value) and not value.startswith(("=", "#"))
    return isinstance(value, int | float)


def _grid(sheet: Sheet) -> Grid:
    covered = {
        (row, column)
        for top, left, bottom, right in sheet.merged
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    }
    cells = {place: cell.value for place, cell in sheet.cells.items() if place not in covered}
    height = max((row for row, _ in cells), default=-1) + 1
    width = max((column for _, column in cells), default=-1) + 1
    return Grid(
        sheet.name,
        tuple(tuple(cells.get((row, column)) for column in range(width)) for row in range(height)),
        tuple(sorted(sheet.merged)),
        sheet.visible,
        frozenset(sheet.hidden_rows),
        frozenset(sheet.hidden_columns),
    )


def _csv(document: Document) -> bytes:
    (sheet,) = document.sheets
    height = max(row for row, _ in sheet.cells) + 1
    width = max(column for _, column in sheet.cells) + 1
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator=document.newline)
    for row in range(height):
        cells = [sheet.cells.get((row, column)) for column in range(width)]
        writer.writerow(["" if cell is None else str(cell.value) for cell in cells])
    return stream.getvalue().encode(document.encoding)


def _workbook(document: Document) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    if document.from_1904:
        book.epoch = CALENDAR_MAC_1904
    for sheet in document.sheets:
        page = book.create_sheet(sheet.name)
        for (row, column), cell in sheet.cells.items():
            written = page.cell(row + 1, column + 1, cell.value)
            if cell.is_error:
                written.data_type = "e"
            if cell.shown:
                written.number_format = cell.shown
        for top, left, bottom, right in sheet.merged:
            page.merge_cells(
                start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
            )
        for row in sheet.hidden_rows:
            page.row_dimensions[row + 1].hidden = True
        for column in sheet.hidden_columns:
            page.column_dimensions[get_column_letter(column + 1)].hidden = True
        page.sheet_state = "visible" if sheet.visible else "hidden"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
