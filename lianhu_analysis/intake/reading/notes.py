"""What a reading understood of each table, for ``lianhu ingest --explain``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from lianhu_analysis.intake.grids.grid import cell_address
from lianhu_analysis.intake.reading.blocks import Table

__all__ = ["ColumnNote", "RowNote", "TableNote"]


@dataclass(frozen=True)
class ColumnNote:
    """One column: what its head says, or why it is not read."""

    cell: str
    header: str
    role: str
    indicator: str = ""
    measure: str = ""
    span: str = ""
    period: str = ""
    unit: str = ""
    form: str = ""
    reason: str = ""


class RowNote(NamedTuple):
    """One row: the line of the catalogue that it matched, or why it is not read."""

    cell: str
    label: str
    path: str = ""
    indicator: str = ""
    name_zh: str = ""
    unit: str = ""
    period: str = ""
    reason: str = ""


@dataclass
class TableNote:
    """One table of a sheet, or one of those side by side.

    Attributes
    ----------
    table
        The block itself: its grid, head band and titles.
    """

    table: Table
    period: str = ""
    published: str = ""
    unit: str = ""
    columns: list[ColumnNote] = field(default_factory=list)
    rows: list[RowNote] = field(default_factory=list)

    @property
    def sheet(self) -> str:
        """Name of the sheet."""
        return self.table.grid.sheet

    @property
    def area(self) -> str:
        """The block as ``A3:E8``."""
        rows = self.table.grid.rows[self.table.top : self.table.end]
        last, width = max(self.table.end - 1, self.table.top), max(map(len, rows), default=1)
        return f"{cell_address(self.table.top, 0)}:{cell_address(last, width - 1)}"
