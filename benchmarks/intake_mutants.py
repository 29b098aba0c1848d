"""Structural mutants of delivered files: nothing wrong is stored, and little that is right refused.

Each mutant is a real file written from a table whose truth is known, changed in one
way that deliveries show (see ``intake_mutants_kinds``).  It is read as ``lianhu ingest``
reads it, and what came out is held against the truth:

wrong
    A figure in the result that the truth does not have, or of another value, cell,
    region or publication day.
traceback
    Any exception that is not a refusal in words.
silent
    A figure that is neither stored nor mentioned by any problem.
refused
    A mutant that a careful person reads without a doubt, of which something was not
    stored.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from benchmarks import (
    intake_mutants_doubt,
    intake_mutants_form,
    intake_mutants_heads,
    intake_mutants_real,
    intake_mutants_values,
)
from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.intake_judge import Outcome, judge, opened_reader
from benchmarks.intake_mutants_documents import Document, Sheet
from benchmarks.intake_mutants_families import FAMILIES, draw_document
from benchmarks.intake_mutants_kinds import KINDS, Kind, Unfit
from lianhu_analysis.catalog.indicators import Catalogue, read_catalogue

__all__ = ["Tally", "make_mutant", "run"]

MUTANTS, QUICK = 3_000, 150
MOST_REFUSED = 0.02
SHOWN = 20
# Each registers its mutations.
MODULES = (
    intake_mutants_form,
    intake_mutants_heads,
    intake_mutants_values,
    intake_mutants_real,
    intake_mutants_doubt,
)


@dataclass(frozen=True)
class Mutant:
    """One file to read, and what was done to it."""

    number: int
    kind: Kind
    document: Document


@dataclass
class Tally:
    """Outcomes of all mutants, by mutation and family."""

    mutants: int = 0
    valid: int = 0
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    made: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, mutant: Mutant, outcome: Outcome) -> None:
        """Count one mutant."""
        cell = (mutant.kind.name, mutant.document.family)
        where = f"#{mutant.number} {cell[0]} x {cell[1]}: "
        self.mutants += 1
        self.made[cell] += 1
        self.wrong += [where + line for line in outcome.wrong]
        self.silent += [where + line for line in outcome.silent]
        if outcome.traceback:
            self.tracebacks.append(where + outcome.traceback)
        if mutant.kind.valid and outcome.expected:
            self.valid += 1
            if outcome.refused:
                self.refused[cell] += 1
                self.reasons.setdefault(cell, outcome.refused[0])

    def verdict(self) -> Verdict:
        """Return the published line."""
        lost = sum(self.refused.values())
        share = lost / max(self.valid, 1)
        figure = (
            f"{self.mutants} mutants: {len(self.wrong)} wrong values, {len(self.tracebacks)} tracebacks, "
            f"{len(self.silent)} silently missing, {lost} of {self.valid} valid refused ({share:.1%})"
        )
        clean = not (self.wrong or self.tracebacks or self.silent)
        return Verdict(figure, clean and share <= MOST_REFUSED)


def make_mutant(number: int, seed: int, catalogue: Catalogue) -> Mutant:
    """Return one mutant; the same number and seed give the same file."""
    pairs = _pairs(seed)
    kind, family = pairs[number % len(pairs)]
    for attempt in range(100):
        chance = random.Random(f"{seed}/{number}/{attempt}")
        document = draw_document(family, catalogue, chance)
        try:
            kind.mutate(document, chance)
        except Unfit:
            continue
        return Mutant(number, kind, document)
    raise ValueError(f"{kind.name} fits no {family}")


@cache
def _pairs(seed: int) -> list[tuple[Kind, str]]:
    """Return every mutation with every family, in an order of the seed's."""
    pairs = [(kind, family) for kind in KINDS.values() for family in kind.families]
    random.Random(seed).shuffle(pairs)
    return pairs


def exchange_columns(sheet: Sheet) -> None:
    """Exchange the figures of two columns and leave the truth where it was (control)."""
    columns = sheet.figure_columns()[:2]
    for row in sheet.body_rows():
        if all((row, column) in sheet.cells for column in columns) and len(columns) == 2:
            one, other = (sheet.cells[row, column] for column in columns)
            sheet.change((row, columns[0]), value=other.value, shown=other.shown)
            sheet.change((row, columns[1]), value=one.value, shown=one.shown)


def run(count: int, seed: int, *, control: bool = False) -> Tally:
    """Make, write, read and judge some mutants."""
    tally = Tally()
    catalogue = read_catalogue(None, {})
    with opened_reader(catalogue) as read:
        for number in range(count):
            mutant = make_mutant(number, seed, catalogue)
            if control:
                exchange_columns(mutant.document.sheets[0])
            tally.add(mutant, judge(mutant.document, read))
    return tally


def report(tally: Tally) -> None:
    """Print what was lost, by mutation and family, and everything that is wrong."""
    for title, lines in (
        ("wrong values", tally.wrong),
        ("tracebacks", tally.tracebacks),
        ("silently missing", tally.silent),
    ):
        if lines:
            print(f"{title}, by mutation and family:")
            for cell, count in Counter(
                line.split(": ")[0].split(" ", 1)[1] for line in lines
            ).items():
                print(f"  {cell}: {count}")
            print("the first of them:", *lines[:SHOWN], sep="\n  ")
    families = list(FAMILIES)
    kinds = [kind for kind in KINDS.values() if kind.valid]
    rows: list[list[object]] = [
        [kind.name, *(_share(tally, kind.name, family) for family in families)] for kind in kinds
    ]
    print("valid mutants refused / made, by mutation and family:")
    print_table(["mutation", *families], [row for row in rows if any("/" in str(c) for c in row)])
    print("refused, by mutation:")
    print_table(["mutation", "made", "refused", "share"], _by_kind(tally))
    for (kind, family), reason in sorted(tally.reasons.items()):
        # A family that is not read even unchanged is told once.
        if kind == "unchanged" or ("unchanged", family) not in tally.reasons:
            print(f"  {kind} x {family}: {reason}")


def _by_kind(tally: Tally) -> list[list[object]]:
    """Return how many valid mutants of each kind were made and refused, the worst first."""
    rows: list[list[object]] = []
    for kind in (kind for kind in KINDS.values() if kind.valid):
        made = sum(tally.made[kind.name, family] for family in kind.families)
        lost = sum(tally.refused[kind.name, family] for family in kind.families)
        rows.append([kind.name, made, lost, f"{lost / max(made, 1):.1%}"])
    return sorted(rows, key=lambda row: float(str(row[3]).rstrip("%")), reverse=True)


def _share(tally: Tally, kind: str, family: str) -> str:
    made, lost = tally.made[kind, family], tally.refused[kind, family]
    return f"{lost}/{made}" if lost else "." if made else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; see the module."""
    parser = options(__doc__ or "", control="figures of two columns are exchanged in the file")
    parser.add_argument("--count", type=int, help="number of mutants")
    chosen = parser.parse_args(arguments)
    count = chosen.count or (QUICK if chosen.quick else MUTANTS)
    tally = run(count, chosen.seed, control=chosen.control)
    report(tally)
    return conclude(tally.verdict())


if __name__ == "__main__":
    sys.exit(main())
