"""All simulated deliveries through intake, every stored figure against what its cell means.

    python -m benchmarks.intake_truth [--quick] [--control] [--seed N]

The bar: no wrong value, nothing silently missing, every refusal says where and what to do,
and at most one valid figure in a thousand is refused (its count is in the last line), so that
refusing everything does not pass.  ``--quick`` reads one year and one file of every
other layout; ``--control`` falsifies the truth of one cell and must fail.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from data.simulation.delivery import documents, sidecars, write_files
from data.simulation.pages import Document, Meaning
from data.simulation.process import DEFAULT_SEED
from lianhu_analysis.catalog.indicators import load_catalogue
from lianhu_analysis.intake.grids.grid import cell_address
from lianhu_analysis.intake.ingest import ingest_files
from lianhu_analysis.intake.problems import Problem
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.workspace import load_workspace

__all__ = ["Cell", "Tally", "choose", "compare", "falsify", "main", "read_all", "truth_of"]

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "data/raw/simulated"
QUICK_YEAR = "2018"
TOLERANCE = 1e-9
MOST_REFUSED = 0.001
SHOWN = 12
OUTCOMES = ("right", "wrong", "silent", "refused", "outside")
LOSING = ("wrong", "silent", "malformed")
Address = tuple[str, str, str]  # file, sheet, cell
Key = tuple[object, ...]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """One cell of the truth; zero-based position and the first row that holds figures."""

    family: str
    row: int
    column: int
    first_row: int
    meaning: Meaning

    @property
    def key(self) -> Key:
        """What identifies the figure in the store."""
        item = self.meaning
        return (item.indicator, item.measure, item.span, item.period, item.published)


@dataclass
class Tally:
    """What became of the cells, by layout, and those that count against the bar."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    losing: list[tuple[str, Address, str]] = field(default_factory=list)
    refused: list[tuple[Address, str]] = field(default_factory=list)

    def add(self, family: str, outcome: str, address: Address, note: str) -> None:
        """Count one cell."""
        self.counts[family][outcome] += 1
        if outcome in LOSING:
            self.losing.append((outcome, address, note))
        elif outcome == "refused":
            self.refused.append((address, note))

    def total(self, outcome: str) -> int:
        """Return a count over all layouts."""
        return sum(counts[outcome] for counts in self.counts.values())

    @property
    def holds(self) -> bool:
        """Whether the bar holds."""
        lost = any(self.total(outcome) for outcome in LOSING)
        return not lost and self.valid > 0 and self.refused_share <= MOST_REFUSED

    @property
    def valid(self) -> int:
        """Return the number of figures of the catalogue that were delivered."""
        return sum(self.total(name) for name in ("right", "refused", "silent", "wrong"))

    @property
    def refused_share(self) -> float:
        """Return the share of valid figures that were refused."""
        return self.total("refused") / max(self.valid, 1)

    def figure(self) -> str:
        """Return the one line that is published."""
        return (
            f"{self.total('wrong')} wrong, {self.total('silent')} silently missing, "
            f"{self.total('malformed')} refusals without place or remedy, "
            f"{self.total('refused')} of {self.valid} valid figures refused "
            f"({self.refused_share:.2%}), {self.total('right')} read right, "
            f"{self.total('outside')} outside the catalogue refused"
        )


def choose(made: Sequence[Document], *, quick: bool) -> list[Document]:
    """Return all documents, or those of one year and one of every other layout."""
    if not quick:
        return list(made)
    of_year = [item for item in made if QUICK_YEAR in item.path]
    seen = {item.family for item in of_year}
    others = {item.family: item for item in reversed(made) if item.family not in seen}
    return [*of_year, *others.values()]


def truth_of(made: Iterable[Document]) -> dict[Address, Cell]:
    """Return the meaning of every cell, by file, sheet and cell."""
    truth = {}
    for document in made:
        for page in document.pages:
            first = min((row for row, _ in page.meanings), default=0)
            sheet = "" if document.encoding else page.name
            for (row, column), meaning in page.meanings.items():
                address = (f"{FOLDER}/{document.path}", sheet, cell_address(row, column))
                truth[address] = Cell(document.family, row, column, first, meaning)
    return truth


def falsify(truth: Mapping[Address, Cell]) -> dict[Address, Cell]:
    """Multiply the truth of one cell that every reader can read by ten."""
    address = next(
        address
        for address, cell in truth.items()
        if cell.family == "plain" and cell.meaning.kind == "figure" and cell.meaning.value
    )
    cell = truth[address]
    wrong = replace(cell.meaning, value=10 * (cell.meaning.value or 0.0))
    return {**truth, address: replace(cell, meaning=wrong)}


def read_all(
    made: Sequence[Document], root: Path, seed: int
) -> tuple[list[Row], dict[str, tuple[Problem, ...]]]:
    """Ingest documents in a workspace of their own; return stored rows and problems by file."""
    for name in ("lianhu.toml", "targets.toml"):
        shutil.copy(ROOT / name, root / name)
    write_files(root / FOLDER, made)
    for path, content in sidecars(made, seed).items():
        (root / FOLDER / path).write_bytes(content)
    space = load_workspace(root)
    results = ingest_files(space, load_catalogue(space))
    store = VintageStore(space.processed)
    rows: list[Row] = []
    with duckdb.connect() as connection:
        for path, entry in store.ledger().items():
            for part in entry.parts:
                frame = connection.read_parquet(str(store.root / part)).df()
                rows += [{**item, "file": path} for item in frame.to_dict("records")]
    return rows, {result.path: result.problems for result in results}


def compare(
    truth: Mapping[Address, Cell],
    rows: Iterable[Row],
    problems: Mapping[str, Sequence[Problem]],
) -> Tally:
    """Hold every stored row and every cell of the truth against each other."""
    tally = Tally()
    families = {address[0]: cell.family for address, cell in truth.items()}
    by_key = {(a[0], *cell.key): cell for a, cell in truth.items() if cell.meaning.kind == "figure"}
    read: set[Address] = set()
    read_keys: set[Key] = set()
    for row in rows:
        address = (row["file"], row["sheet"], row["cell"])
        cell = truth.get(address)
        if families.get(row["file"]) == "english_csv":
            # Unquoted commas inside names make columns a matter of opinion.
            cell = by_key.get((row["file"], *_key(row)), cell)
        fault = _fault(row, cell)
        if fault:
            tally.add(families.get(row["file"], "?"), "wrong", address, fault)
        if fault or (cell is not None and cell.meaning.kind == "figure"):
            read.add(address)
            read_keys.add((row["file"], *_key(row)))
            if not fault:
                tally.add(families[row["file"]], "stored", address, "")
    _count_cells(truth, problems, read, read_keys, tally)
    _count_malformed(problems, families, tally)
    return tally


def _key(row: Row) -> Key:
    day = pd.Timestamp(row["published"]).date()
    return (row["indicator"], row["measure"], row["span"], row["period"], day)


def _fault(row: Row, cell: Cell | None) -> str:
    """Say what is wrong with a stored row; empty if nothing is."""
    stored = (
        f"stored {row['indicator']} {row['measure']} {row['span']} {row['period']} = {row['value']}"
    )
    value: float | None = None if pd.isna(row["value"]) else float(row["value"])
    if cell is None:
        return f"{stored}: nothing stands there" if value is not None else ""
    item = cell.meaning
    if item.kind in ("outside", "ignored"):
        return f"{stored}: {item.kind}"
    if item.kind == "no_figure":
        return f"{stored}: the cell holds no figure" if value is not None else ""
    said = f"{item.indicator} {item.measure} {item.span} {item.period} = {item.value} {item.unit}"
    same = _key(row) == cell.key and row["unit"] == item.unit and value is not None
    same = same and row["published_basis"] == item.basis and row["provenance"] == "simulated"
    if same and value is not None and item.value is not None:
        same = abs(value - item.value) <= TOLERANCE * max(1.0, abs(item.value))
    return (
        "" if same else f"{stored} {row['unit']} {row['published']}: it is {said} {item.published}"
    )


def _count_cells(
    truth: Mapping[Address, Cell],
    problems: Mapping[str, Sequence[Problem]],
    read: set[Address],
    read_keys: set[Key],
    tally: Tally,
) -> None:
    refusals = {path: _Refusals(items) for path, items in problems.items()}
    for address, cell in truth.items():
        kind = cell.meaning.kind
        if kind not in ("figure", "outside") or address in read:
            continue
        refused = address[0] in refusals and refusals[address[0]].cover(address, cell)
        if kind == "outside":
            outcome = "outside" if refused else "silent"
            tally.add(cell.family, outcome, address, "outside the catalogue, yet not named")
        elif (address[0], *cell.key) in read_keys:
            tally.add(cell.family, "repeated", address, "")
        else:
            tally.add(cell.family, "refused" if refused else "silent", address, str(cell.key))
    for counts in tally.counts.values():
        counts["right"] = counts["stored"] + counts["repeated"]


class _Refusals:
    """Which cells the problems of one file account for."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.whole_file = any(not item.sheet and not item.cell for item in problems)
        self.places = {(item.sheet, item.cell) for item in problems}

    def cover(self, address: Address, cell: Cell) -> bool:
        """Whether the cell, its row's label, its column's head or its sheet was refused."""
        _, sheet, own = address
        if self.whole_file or (sheet, own) in self.places or (sheet and (sheet, "") in self.places):
            return True
        labels = (cell_address(cell.row, column) for column in range(cell.column))
        # A fault of the title, in the first column above the figures, refuses the sheet.
        heads = (
            cell_address(row, column)
            for row in range(cell.first_row)
            for column in {0, cell.column}
        )
        return any((sheet, place) in self.places for place in (*labels, *heads))


def _count_malformed(
    problems: Mapping[str, Sequence[Problem]], families: Mapping[str, str], tally: Tally
) -> None:
    for path, items in problems.items():
        for item in items:
            placed = bool(item.sheet) or not item.cell or path.endswith(".csv")
            if not (placed and item.message and item.remedy):
                address = (path, item.sheet, item.cell)
                tally.add(families.get(path, "?"), "malformed", address, item.message)


def _print_table(tally: Tally) -> None:
    print(f"{'layout':14}" + "".join(f"{name:>10}" for name in OUTCOMES))
    for family, counts in sorted(tally.counts.items()):
        print(f"{family:14}" + "".join(f"{counts[name]:>10}" for name in OUTCOMES))
    for address, note in tally.refused[:SHOWN]:
        print(f"refused: {' | '.join(address)}: {note}")
    for outcome, address, note in tally.losing[:SHOWN]:
        print(f"{outcome}: {' | '.join(address)}: {note}")
    if len(tally.losing) > SHOWN:
        print(f"... and {len(tally.losing) - SHOWN} more")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 0 where the bar holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake_truth", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one year")
    parser.add_argument("--control", action="store_true", help="falsify one cell: must fail")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    chosen = parser.parse_args(arguments)
    made = choose(list(documents(chosen.seed)), quick=chosen.quick)
    truth = truth_of(made)
    with tempfile.TemporaryDirectory() as folder:
        rows, problems = read_all(made, Path(folder), chosen.seed)
    tally = compare(falsify(truth) if chosen.control else truth, rows, problems)
    _print_table(tally)
    print(f"{'holds' if tally.holds else 'FAILS'}: {tally.figure()}")
    return 0 if tally.holds else 1


if __name__ == "__main__":
    sys.exit(main())
