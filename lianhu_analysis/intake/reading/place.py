"""One of the tables side by side, with all that stands around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid, cell_address
from lianhu_analysis.intake.reading.around import Around
from lianhu_analysis.intake.reading.blocks import Column, Panel, Table, is_blank, is_value
from lianhu_analysis.intake.reading.figures import Collector, Delivery
from lianhu_analysis.intake.reading.notes import ColumnNote, TableNote
from lianhu_analysis.intake.reading.statements import title_part
from lianhu_analysis.intake.reading.words import Grammar, fold

__all__ = ["HIDDEN", "Place"]

HIDDEN = "要收的，请报送取消了隐藏的新文件；不要的不必处理"
# 完成512.3亿元，同比增长4.9%: a figure within a sentence.
AMOUNT = re.compile(r"\d\s*(?:[万亿千百]?元|[%％亩]|[万亿])")


@dataclass
class Place:
    """One of the tables side by side, and all that stands around it; tells what is not read.

    What is told goes to the user, and into the note on the table.
    """

    table: Table
    panel: Panel
    around: Around
    grammar: Grammar
    collector: Collector
    note: TableNote

    @property
    def grid(self) -> Grid:
        """The sheet."""
        return self.table.grid

    @property
    def delivery(self) -> Delivery:
        """What is known of the file."""
        return self.collector.delivery

    @property
    def body(self) -> range:
        """The rows below the head."""
        return range(self.table.bottom + 1, self.table.end)

    @property
    def names(self) -> list[str]:
        """The names of the rows."""
        return [self.text(r, n) for n in self.panel.stub.get("name", []) for r in self.body]

    @cached_property
    def is_nameless(self) -> bool:
        """Whether the names of rows say what their figures are, and none whose: 累计, 增速."""
        said = [self.grammar.read(text) for text in self.names if text.strip()]
        told = [one for one in said if not one.facets.nothing]
        return bool(told) and all(one.is_nameless for one in told)

    @cached_property
    def _tops(self) -> dict[tuple[int, int], int]:
        roles = ("name", "region", "period", "span")
        stub = [n for role in roles for n in self.panel.stub.get(role, [])]
        tops: dict[tuple[int, int], int] = {}
        for top, left, bottom, right in self.grid.merged:
            rows = range(top, bottom + 1)
            others = ({self.text(row, n).strip() for row in rows} - {""} for n in stub if n != left)
            if top > self.table.bottom and left == right and len(rows) in map(len, others):
                tops |= {(row, left): top for row in rows}
        return tops

    def merged(self, row: int, column: int) -> object:
        """Return a cell beside figures, and of one merged downwards what it shows.

        Another column must tell its rows apart: a slip may merge two names into one.
        """
        return self.grid.at(self._tops.get((row, column), row), column)

    def text(self, row: int, column: int) -> str:
        """Return a cell as text."""
        cell = self.grid.at(row, column)
        return "" if is_blank(cell) else str(cell).strip("\r\n")

    def refuse(self, error: IntakeError, row: int, column: int) -> None:
        """Refuse a cell, a row or a column at its address."""
        self.collector.refuse(error, sheet=self.grid.sheet, cell=cell_address(row, column))

    def part_of(self, item: Indicator, text: str, above: Sequence[str] = ()) -> str:
        """Return the title or line above under which a name of this kind is not of the whole."""
        narrows = self.grammar.vocabulary.lines.get(item.code.partition(".")[0])
        if narrows is None or narrows.search(f"{fold(text)}/{item.name_zh}/"):
            return ""
        file = () if self.around.named else (self.delivery.file,)
        lines = (*above, *self.captions, self.grid.sheet, *file)
        return next((line.strip() for line in lines if narrows.search(title_part(line))), "")

    @property
    def captions(self) -> list[str]:
        """The lines above the head that are no notes."""
        return [title for _, title in self.table.titles if not self.grammar.is_note(title)]

    def leave(self, column: Column, reason: str) -> None:
        """Note that a column is not read, which needs no telling."""
        cell = cell_address(self.table.top, column.number)
        self.note.columns.append(ColumnNote(cell, column.text, "", reason=reason))

    def refuse_column(self, column: Column, error: IntakeError) -> None:
        """Refuse a column at the lowest cell of its own head, if it holds any figure."""
        self.leave(column, error.message)
        cells = [self.grid.at(row, column.number) for row in self.body]
        if any(is_value(c) or (isinstance(c, str) and AMOUNT.search(c)) for c in cells):
            rows = range(self.table.top, self.table.bottom + 1)
            own = [row for row in rows if not is_blank(self.grid.at(row, column.number))]
            self.refuse(error, max(own, default=self.table.top), column.number)
