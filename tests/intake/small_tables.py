"""Small tables as they are read: their heads, and their cells."""

from __future__ import annotations

from collections.abc import Sequence

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.around import read_around
from lianhu_analysis.intake.reading.blocks import Column, find_tables
from lianhu_analysis.intake.reading.figures import Collector, Delivery, Reading
from lianhu_analysis.intake.reading.heads import Heads, read_heads
from lianhu_analysis.intake.reading.meaning import ColumnMeaning, column_meaning
from lianhu_analysis.intake.reading.notes import TableNote
from lianhu_analysis.intake.reading.place import Place
from lianhu_analysis.intake.reading.statements import Line
from lianhu_analysis.intake.reading.tidy import read_grids
from lianhu_analysis.intake.reading.words import Grammar, load_vocabulary
from lianhu_analysis.workspace import Region

LIANHU, XIAN = Region("610104", "莲湖区"), Region("610100", "西安市")
CATALOGUE, WORDS = read_catalogue(None, {}), load_vocabulary()
GRAMMAR = Grammar(WORDS, CATALOGUE, (LIANHU, XIAN))
DELIVERY = Delivery("a.xlsx", LIANHU, (LIANHU, XIAN))
TITLE = "莲湖区2024年1-9月"
Rows = Sequence[Sequence[object]]


def column(number: int, *cells: str, half: bool = False) -> ColumnMeaning:
    """Read a head of one cell or of several, from the top down."""
    lines = tuple((f"{chr(65 + number)}{row}", text) for row, text in enumerate(cells, 2))
    return column_meaning(Column(number, lines, "".join(cells), half), GRAMMAR)


def columns(*heads: str | tuple[str, ...]) -> list[ColumnMeaning]:
    """Read heads side by side, the first in column C; like cells over neighbours are merged."""
    found: list[ColumnMeaning] = []
    above: dict[int, Line] = {}
    for number, head in enumerate(heads, 2):
        texts = (head,) if isinstance(head, str) else head
        cells = [(f"{chr(65 + number)}{row}", text) for row, text in enumerate(texts, 2)]
        for row, (_, text) in enumerate(cells[:-1]):
            if above.get(row, ("", ""))[1] == text:
                cells[row] = above[row]
        above = dict(enumerate(cells[:-1]))
        found.append(column_meaning(Column(number, tuple(cells), "".join(texts)), GRAMMAR))
    return found


def read_table(
    rows: Rows,
    title: str = TITLE,
    sheet: str = "表",
    delivery: Delivery = DELIVERY,
    **of_grid: object,
) -> tuple[Heads, Place]:
    """Read the heads of a table below its title."""
    grid = Grid(sheet, ((title,), *map(tuple, rows)), **of_grid)  # type: ignore[arg-type]
    (table,) = find_tables(grid, GRAMMAR).tables
    around = read_around(table, GRAMMAR, delivery)
    place = Place(table, table.panels[0], around, GRAMMAR, Collector(delivery), TableNote(table))
    return read_heads(place, {}), place


def refused(place: Place) -> dict[str, str]:
    """Return what was refused so far, by cell."""
    return {problem.cell: problem.message for problem in place.collector.problems}


def read(
    *rows: Sequence[object],
    title: str = TITLE,
    sheet: str = "表",
    delivery: Delivery = DELIVERY,
    **of_grid: object,
) -> Reading:
    """Read a table of some rows below its title in A1."""
    grid = Grid(sheet, ((title,), *map(tuple, rows)), **of_grid)  # type: ignore[arg-type]
    return read_grids((grid,), WORDS, CATALOGUE, delivery)


def values(found: Reading) -> dict[str, float]:
    """Return the figures by their cells."""
    return dict(zip(found.frame["cell"], found.frame["value"].tolist(), strict=True))


def told(found: Reading) -> dict[str, str]:
    """Return what is told, by its cell."""
    return {problem.cell: problem.message for problem in found.problems}


def check(found: Reading, cells: str, *problems: tuple[str, str]) -> None:
    """Check which cells are read, and which are told of with which words."""
    assert sorted(values(found)) == sorted(cells.split())
    said = told(found)
    assert sorted(said) == sorted(cell for cell, _ in problems)
    for cell, words in problems:
        assert words in said[cell]
