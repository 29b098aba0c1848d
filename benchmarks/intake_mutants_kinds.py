"""The mutations, each with what a careful reader does with it, decided in advance.

``valid``: a careful person reads the sheet without a doubt, so a figure that must be
stored and is not counts as refused.  Otherwise something is in doubt: what is doubtful
must not be stored, and whatever else is right may be.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.intake_mutants_documents import Cell, Document, Place, Sheet
from benchmarks.intake_mutants_families import FAMILIES, REPORTS

__all__ = [
    "KINDS",
    "LABELLED",
    "SINGLE_HEADER",
    "STACKED",
    "TIMED",
    "WORKBOOKS",
    "Kind",
    "Unfit",
    "excuse",
    "facts_of_row",
    "first",
    "forget",
    "is_growth",
    "is_level",
    "is_number",
    "kind",
    "label_row",
    "pick",
    "row_places",
]

WORKBOOKS = tuple(name for name in FAMILIES if not name.endswith("_csv"))
LABELLED = (*REPORTS, "newest_first")
SINGLE_HEADER = ("plain", "bulletin", "month_header", "last_year")
TIMED = ("series", "tables")
STACKED = tuple(name for name in LABELLED if name != "panels")

Mutate = Callable[[Document, random.Random], None]


class Unfit(Exception):
    """This document has nothing that the mutation could change."""


@dataclass(frozen=True)
class Kind:
    """One mutation.

    Attributes
    ----------
    valid
        Whether a careful reader stores everything that still must be stored.
    families
        Those that it can be done to.
    """

    name: str
    valid: bool
    families: tuple[str, ...]
    mutate: Mutate


KINDS: dict[str, Kind] = {}


def kind(*, valid: bool, families: Sequence[str] = WORKBOOKS) -> Callable[[Mutate], Mutate]:
    """Register a mutation under the name of its function."""

    def register(mutate: Mutate) -> Mutate:
        KINDS[mutate.__name__] = Kind(mutate.__name__, valid, tuple(families), mutate)
        return mutate

    return register


def first(document: Document) -> Sheet:
    """Return the sheet that is changed."""
    return document.sheets[0]


def pick(sheet: Sheet, chance: random.Random, wanted: Callable[[Cell], bool]) -> Place:
    """Return the place of one figure of some kind."""
    found = [place for place in sheet.facts() if wanted(sheet.cells[place])]
    if not found:
        raise Unfit
    return chance.choice(found)


def is_number(cell: Cell) -> bool:
    """Whether a figure is written as a number."""
    return isinstance(cell.value, float) and cell.fact is not None


def is_growth(cell: Cell) -> bool:
    """Whether a figure is a growth written as a number."""
    return is_number(cell) and cell.fact is not None and cell.fact.measure == "yoy"


def is_level(cell: Cell) -> bool:
    """Whether a figure is an amount written as a number."""
    return is_number(cell) and cell.fact is not None and cell.fact.measure == "level"


def row_places(sheet: Sheet, row: int) -> list[Place]:
    """Return the filled places of a row."""
    return sorted(place for place in sheet.cells if place[0] == row)


def label_row(sheet: Sheet, chance: random.Random, *, panels: bool = False) -> Place:
    """Return the place of one row's name."""
    places = sheet.places("label")
    if not places or (not panels and len({column for _, column in places}) > 1):
        raise Unfit
    return chance.choice(places)


def facts_of_row(sheet: Sheet, label: Place) -> list[Place]:
    """Return the figures that belong to a name: to the next name on the right."""
    row, left = label
    beside = [column for r, column in sheet.places("label") if r == row and column > left]
    right = min(beside, default=10_000)
    return [place for place in sheet.facts() if place[0] == row and left < place[1] < right]


def forget(sheet: Sheet, places: Sequence[Place]) -> None:
    """Let nothing of some cells be stored."""
    for place in places:
        sheet.change(place, fact=None)


def excuse(sheet: Sheet, places: Sequence[Place]) -> None:
    """Let some figures be refused as well."""
    for place in places:
        sheet.change(place, must=False)
