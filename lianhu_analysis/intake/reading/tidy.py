"""A whole delivery: which sheets there are, whom and what time the book is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.around import level_region
from lianhu_analysis.intake.reading.blocks import Table, find_tables, is_blank
from lianhu_analysis.intake.reading.figures import Collector, Delivery, Reading
from lianhu_analysis.intake.reading.layouts import SeriesLayout, fold_header
from lianhu_analysis.intake.reading.tables import read_sheet
from lianhu_analysis.intake.reading.tidy_series import find_sheets, read_series, table_faults
from lianhu_analysis.intake.reading.words import Grammar, Vocabulary, fold
from lianhu_analysis.workspace import Region

__all__ = ["read_grids"]


def read_grids(
    grids: tuple[Grid, ...],
    vocabulary: Vocabulary,
    catalogue: Catalogue,
    delivery: Delivery,
    layouts: Sequence[SeriesLayout] = (),
    pinned: SeriesLayout | None = None,
) -> Reading:
    """Read every sheet of a delivery; what is not read is a problem of the result.

    Parameters
    ----------
    layouts, pinned
        Descriptions of workbooks that no reader can know; the one that the delivery
        names must fit.

    Raises
    ------
    IntakeError
        If a pinned description does not fit: half of a workbook that is not the
        described one is worse than none of it.
    """
    collector = Collector(delivery)
    grammar = _grammar(vocabulary, catalogue, (*delivery.regions, *delivery.peers))
    left = [grid for grid in grids if not is_empty(grid)]
    for layout in [pinned] if pinned else layouts:
        left = _read_described(left, layout, catalogue, collector, must=pinned is not None)
    for grid in left:
        if not grid.visible:
            collector.refuse(
                "这张工作表是隐藏的，没有读", "请取消隐藏；不要的工作表请删去", sheet=grid.sheet
            )
    shown = [grid for grid in left if grid.visible]
    found = [(grid, *find_tables(grid, grammar)) for grid in shown]
    tables = [table for _, some, _ in found for table in some]
    collector.delivery = replace(delivery, book=_period_of_book(tables, grammar))
    whose = _Whose(grammar, delivery, shown)
    for grid, some, headless in found:
        read_sheet(grid, some, headless, grammar, collector, whose.book)
    if not any(some or headless for _, some, headless in found) and not collector.rows:
        if not collector.problems:
            raise IntakeError(
                "没有一张工作表里有数",
                "请核对是否交错了文件；只作凭证的文件请放进名称以 _ 开头的文件夹",
            )
    return collector.result()


@lru_cache(maxsize=16)
def _grammar(vocabulary: Vocabulary, catalogue: Catalogue, regions: tuple[Region, ...]) -> Grammar:
    return Grammar(vocabulary, catalogue, regions)


def is_empty(grid: Grid) -> bool:
    """Whether a sheet holds nothing."""
    return all(is_blank(cell) for row in grid.rows for cell in row)


def _read_described(
    grids: list[Grid],
    layout: SeriesLayout,
    catalogue: Catalogue,
    collector: Collector,
    *,
    must: bool,
) -> list[Grid]:
    """Read the sheets that a description names; return the others."""
    shown = tuple(grid for grid in grids if grid.visible and not _ignored(grid, layout))
    found, faults = find_sheets(shown, layout)
    if faults and must:
        raise IntakeError(
            "；".join(faults) + "。整个文件没有读", "请把工作表改回原名；确实改了名的，请改版式说明"
        )
    fits = not faults and not any(
        table_faults(grid, table) for grid, sheet in found for table in sheet.tables
    )
    if not (fits or must):
        return grids
    for grid, sheet in found:
        read_series(grid, sheet, catalogue, collector)
    named = [grid for grid, _ in found]
    others = [g for g in grids if g not in named and not _ignored(g, layout)]
    if must:
        for grid in others:
            collector.refuse(
                f"版式说明 {layout.name} 没有提到这张工作表，没有读",
                "请在版式说明中补上，或写入 ignore_sheets",
                sheet=grid.sheet,
            )
        return []
    return others


def _ignored(grid: Grid, layout: SeriesLayout) -> bool:
    return any(rule.fullmatch(fold_header(grid.sheet)) for rule in layout.ignore_sheets)


def _period_of_book(tables: Iterable[Table], grammar: Grammar) -> Period | None:
    """Return the one year and month to date that heads and titles state, for those that do not."""
    found: set[Period] = set()
    for table in tables:
        texts = [text for _, text in table.titles]
        texts += [column.text for panel in table.panels for column in panel.columns]
        for text in texts:
            found |= {p.period for p in grammar.read(text).parts if p.year and p.span == "ytd"}
    months = {(period.year, period.end.month) for period in found}
    return found.pop() if len(months) == 1 and len(found) == 1 else None


class _Whose:
    """Whom a workbook's sheets are about, where they do not say it themselves.

    A city's monthly report names the city on its contents page, in a label, or by the
    row 全市 that its other figures equal; a district must not take them for its own.
    """

    def __init__(self, grammar: Grammar, delivery: Delivery, grids: Sequence[Grid]) -> None:
        self.grammar, self.delivery = grammar, delivery
        self.book: Region | None = None
        self.refusal = ""
        if not delivery.pinned:
            self._judge(grids)

    def _judge(self, grids: Sequence[Grid]) -> None:
        own = self.delivery.region
        level = own.name_zh[-1:]
        for text in (self.delivery.file, *self.delivery.folders):
            if own.name_zh in text:
                return
        words = {word for grid in grids for word in _wholes(grid, self.grammar)}
        if f"全{level}" in words or not words:
            return
        others = sorted(words)
        if len(others) == 1:
            self.book = level_region(others[0][1], self.grammar, self.delivery) or Region(
                "", others[0]
            )


def _wholes(grid: Grid, grammar: Grammar) -> set[str]:
    """Return 全市 and the like where a sheet says them of its figures, not of one row of areas."""
    found = set()
    for row in grid.rows:
        for cell in row:
            if isinstance(cell, str) and len(cell) < 60:
                said = grammar.read(cell)
                if said.whole and fold(cell) != said.whole:
                    found.add(said.whole)
    return found
