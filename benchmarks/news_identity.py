"""Whether the news add up: old + revisions + releases + residual = new, for every target and day.

    python -m benchmarks.news_identity [--quick] [--control] [--workspace DIR ...]

Every pair of consecutive publication days (of the region and those above it) in the years that
have targets is split as ``lianhu news`` splits it.  Three things are asked of every target:

- the parts sum to the whole, to 1e-9 (relative to the target's size), forecast and probability;
- old and new are, bit for bit, what ``lianhu forecast`` says on either day, whose verdict is made
  from the store and not from the rows that the split puts together;
- where nothing arrived that the verdict can see, old is new, bit for bit.

The control moves one impact of every pair by a millionth; the run must then fail.  ``--quick``
takes the last eight days of the national workspace.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.bench import Verdict, conclude, options, print_table
from lianhu_analysis.analysis.attribution import outlook
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.workspace import Workspace, load_workspace

__all__ = ["Found", "main", "measure", "publication_days"]

ROOT = Path(__file__).resolve().parents[1]
BAR = 1e-9
PARTS = ("revisions", "releases", "residual")


@dataclass
class Found:
    """What some pairs of days showed.

    Attributes
    ----------
    split, unsplit
        Targets whose change was split, and those with no forecast on one of the days.
    gap
        Largest gap of the identity, relative to the size of the target or 1.
    strange
        Where old or new is not the verdict of its day, or moved without cause.
    """

    pairs: int = 0
    split: int = 0
    moved: int = 0
    unsplit: int = 0
    gap: float = 0.0
    strange: list[str] = field(default_factory=list)


def publication_days(session: Session) -> list[dt.date]:
    """Return the days of publication of the years that have targets, oldest first."""
    first = dt.date(min(item.year for item in session.targets), 1, 1)
    days = {day.date() for day in session.versions["published"]}
    return sorted(day for day in days if day >= first)


def measure(
    workspace: Workspace, days: Sequence[dt.date], *, control: bool = False, told: bool = False
) -> Found:
    """Split every pair of consecutive days."""
    found, start = Found(), time.perf_counter()
    session = Session(workspace)
    sessions = {day: session.on(day) for day in days[:1]}
    for before, after in pairwise(days):
        sessions = {before: sessions[before], after: session.on(after)}
        _check(found, sessions[before], sessions[after], control=control)
        if told:
            print(f"{after} {time.perf_counter() - start:.0f} s, gap {found.gap:.1g}", flush=True)
    return found


def _check(found: Found, earlier: Session, later: Session, *, control: bool) -> None:
    assert earlier.day is not None
    answer, assessment = later.news(earlier.day), later.assess()
    moves = answer.tables["impacts"]
    found.pairs += 1
    official = [earlier.assess(assessment.year).verdicts, assessment.verdicts]
    ends = [
        {(v.target.indicator, v.target.measure, v.target.set_by): v for v in item}
        for item in official
    ]
    for number, row in answer.tables["targets"].iterrows():
        key = (row["indicator"], row["measure"], row["set_by"])
        here = f"{key[0]} {earlier.day} {later.day}"
        for suffix, place in (("", 0), ("_probability", 1)):
            old, new = row[f"old{suffix}"], row[f"new{suffix}"]
            known = [outlook(item.get(key))[place] for item in ends]
            if not np.array_equal([old, new], known, equal_nan=True):
                found.strange.append(f"{here}: {old} {new}, official {known}")
            if not np.isfinite([old, new]).all():
                found.unsplit += place == 0
                continue
            impacts = moves.loc[moves["row"] == number, f"impact{suffix}"].to_numpy(float)
            parts = sum(row[part + suffix] for part in PARTS)
            if control and impacts.size:
                parts += 1e-6
            gaps = [abs(old + parts - new), abs(old + impacts.sum() - new)]
            found.gap = max(found.gap, max(gaps) / max(1.0, abs(old)))
            found.split += place == 0
            found.moved += place == 0 and bool(impacts.any())
            if not impacts.size and old != new:
                found.strange.append(f"{here}: moved without cause")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the table, and return the exit status."""
    parser = options(str(__doc__).splitlines()[0], control="one impact moved by 1e-6", seed=0)
    parser.add_argument("--workspace", type=Path, action="append", help="default: both")
    chosen = parser.parse_args(arguments)
    national = ROOT / "examples" / "national"
    places = chosen.workspace or ([national] if chosen.quick else [ROOT, national])
    rows, every = [], []
    for place in places:
        workspace = load_workspace(place)
        session = Session(workspace)
        if session.day is None:
            print(f"LEFT OUT: {workspace.region.name_zh} has no figures yet (make data)")
            continue
        days = publication_days(session)[-8:] if chosen.quick else publication_days(session)
        found = measure(workspace, days, control=chosen.control, told=not chosen.quick)
        every.append(found)
        for line in found.strange[:10]:
            print(f"STRANGE: {line}")
        rows.append(
            [
                workspace.region.name_en,
                found.pairs,
                found.split,
                found.moved,
                found.unsplit,
                f"{found.gap:.1e}",
                len(found.strange),
            ]
        )
    print_table(["workspace", "pairs", "split", "moved", "no forecast", "gap", "strange"], rows)
    gap = max((item.gap for item in every), default=np.inf)
    strange = sum(len(item.strange) for item in every)
    figure = (
        f"largest gap {gap:.1e} in {sum(item.pairs for item in every)} pairs, {strange} strange"
    )
    return conclude(Verdict(figure, gap <= BAR and not strange and bool(every)))


if __name__ == "__main__":
    sys.exit(main())
