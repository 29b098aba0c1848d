"""What was known on a day never changes when later files arrive.

    python -m benchmarks.faults.asof [--count N] [--quick] [--seed N]

Each trial is a workspace of its own that ingests a random sequence of deliveries: first figures,
later vintages, revisions, and files into which new figures are written while old ones are changed,
removed or put in another order.  After each delivery published after some day, ``as_of`` that day,
the history up to it and the answer after corrections must be to the last digit what they were.  Control: a store
whose latest vintage is the last one written, whatever its day.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks.faults.house import TIDY_HEAD, Tally, end, options, patched, small_workspace
from lianhu_analysis.intake import store as stores
from lianhu_analysis.intake.corrections import Correction, apply_corrections
from lianhu_analysis.intake.observations import KEY
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.pipeline import ingest

__all__ = ["main"]

CODES = ("gdp.total", "gdp.secondary")
PERIODS = ("2023Q1", "2023Q2", "2023Q3", "2023Q4")
START = dt.date(2024, 11, 1)
STEPS = 6


class Files:
    """The raw files of a workspace, as offices deliver, complete and change them."""

    def __init__(self, folder: Path, draw: random.Random) -> None:
        self.folder, self.draw = folder, draw
        self.rows: dict[str, list[list[str]]] = {}

    def arrive(self, day: dt.date) -> None:
        """Deliver a file that comes out on a day, or bring it into one that is there."""
        name = f"{day}.csv"
        if self.rows and self.draw.random() < 0.4:
            name = self.draw.choice(list(self.rows))
            self.change(self.rows[name])
        rows = self.rows.setdefault(name, [])
        for code in CODES:
            for period in self.draw.sample(PERIODS, self.draw.randint(1, 3)):
                value = f"{self.draw.gauss(5, 1):.1f}"
                rows.append(["610199", code, "yoy", "ytd", period, value, "%", str(day)])
        text = TIDY_HEAD + "".join(",".join(row) + "\n" for row in rows)
        (self.folder / name).write_text(text, encoding="utf-8")

    def change(self, rows: list[list[str]]) -> None:
        """Change or remove what a file said before, without another day of publication."""
        kind = self.draw.choice(("nothing", "value", "gone", "order"))
        if kind == "value":
            self.draw.choice(rows)[5] = f"{self.draw.gauss(5, 1):.1f}"
        elif kind == "gone" and len(rows) > 1:
            rows.pop(self.draw.randrange(len(rows)))
        elif kind == "order":
            self.draw.shuffle(rows)


def corrections_of(frame: pd.DataFrame, draw: random.Random) -> list[Correction]:
    """Correct one figure that the store holds."""
    if frame.empty:
        return []
    row = frame.iloc[draw.randrange(len(frame))]
    return [
        Correction(
            region=row["region"], indicator=row["indicator"], measure=row["measure"],
            span=row["span"], period=row["period"], published=row["published"].date(),
            provenance=row["provenance"], expected=float(row["value"]), new=9.9,
            reason="x", source="x", who="x", when=dt.date(2024, 6, 1),
        )
    ]  # fmt: skip


def answers(store: VintageStore, day: dt.date, fixes: Sequence[Correction]) -> str:
    """Return everything that a day knew, as text.

    Without the cell: an equal figure is cited where it stands now (docs/decisions.md, 12).
    """
    frame = store.as_of(day)
    corrected, _ = apply_corrections(
        frame, [fix for fix in fixes if fix.published <= day], as_of=day
    )
    history = store.history(day=day)
    tables = [part[[*KEY, "value", "unit", "status"]] for part in (frame, corrected, history)]
    return "\n".join(table.to_csv(index=False) for table in tables)


def sequence(folder: Path, draw: random.Random, tally: Tally) -> None:
    """Let deliveries arrive in one workspace, and ask every earlier day again after each."""
    space = small_workspace(folder)
    files = Files(space.raw / "a", draw)
    store = VintageStore(space.processed)
    day, told, fixes = START, {}, []
    for _ in range(STEPS):
        day += dt.timedelta(days=draw.randint(1, 40))
        files.arrive(day)
        ingest(space)
        if draw.random() < 0.3:
            fixes += corrections_of(store.as_of(day), draw)
            told = {known: answers(store, known, fixes) for known in told}
        for known, before in told.items():
            tally.expect(answers(store, known, fixes) == before, f"{known} changed on {day}")
        told[day] = answers(store, day, fixes)


def run(count: int, seed: int) -> Tally:
    """Run the sequences; each answer asked again is a trial."""
    tally = Tally()
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            sequence(Path(folder) / "space", random.Random(f"{seed} {number}"), tally)
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and its control."""
    chosen = options(__doc__, 2000, 3).parse_args(arguments)
    tally = run(chosen.count, chosen.seed)

    where = stores._where
    with patched(stores, "_where", lambda _, **wanted: where(None, **wanted)):
        control = run(2, chosen.seed)
    figure = f"{len(tally.missed)} of {tally.trials} answers changed in {chosen.count} sequences"
    return end(figure, tally, control)


if __name__ == "__main__":
    sys.exit(main())
