"""Single cells wrong by 3 to 30 %, growth also by ten times: how many are noticed.

    python -m benchmarks.typos [--quick] [--seed N] [--control]

No bar on the rate: small errors within the noise of a series cannot be told from news.  A
typo is noticed if a finding that the right figures did not have names the cell; ``at the
cell`` if that finding is on the cell itself, ``kept out`` if it is an Error.  The run fails if
larger errors are not noticed more often than smaller ones.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.wrong_figures import (
    KEY,
    Check,
    World,
    batches,
    national,
    no_check,
    run_checks,
    simulated,
)
from lianhu_analysis.catalog.structure import COUNTING_UNITS

__all__ = ["main", "measure"]

SIZES = (0.03, 0.05, 0.10, 0.20, 0.30)
# A percentage of another cell format: 4.8 as 48 or as 0.48, of rates that are no near-zeros.
TENFOLD = (9.0, -0.9)
LEAST_RATE = 2.0
SHARE = 0.03


def measure(
    world: World, check: Check, *, days: int, rounds: int, seed: int
) -> tuple[pd.DataFrame, float]:
    """Put typos into one world.

    Returns
    -------
    One row a typo, and the findings of severity Uncertain or worse per thousand right figures.
    """
    random = np.random.default_rng([seed, len(world.history)])
    moments = [(day, True) for day in world.days(days, random)]
    last = pd.Timestamp(world.history["published"].max()).date()
    moments += [(last, False)] * rounds
    typos, alarms, figures = [], 0, 0
    sizes = {"level": SIZES, "yoy": (*SIZES, *TENFOLD)}
    for day, newest in moments:
        frame = world.known(day)
        known = check(world, frame)
        alarms += sum(item.severity in ("Error", "Severe", "Bad", "Uncertain") for item in known)
        figures += len(frame)
        before = {(item.rule, item.key, item.severity) for item in known}
        for measured in ("level", "yoy"):
            drawn = batches(
                world,
                frame,
                newest=newest,
                share=SHARE,
                count=len(sizes[measured]),
                measures=[measured],
                random=random,
            )
            for size, labels in zip(sizes[measured], drawn, strict=True):
                typos.append(_typo(world, check, frame, labels, size, newest, before, random))
    return pd.concat(typos, ignore_index=True), 1000 * alarms / figures


def _typo(
    world: World,
    check: Check,
    frame: pd.DataFrame,
    labels: np.ndarray,
    size: float,
    newest: bool,
    before: set[tuple[object, ...]],
    random: np.random.Generator,
) -> pd.DataFrame:
    wrong = frame.copy()
    if size in TENFOLD:
        labels = labels[frame.loc[labels, "value"].abs().to_numpy() >= LEAST_RATE]
    signs = random.choice([-1.0, 1.0], size=len(labels)) if size not in TENFOLD else 1.0
    signs = np.broadcast_to(signs, len(labels))
    values = frame.loc[labels, "value"].to_numpy()
    whole = frame.loc[labels, "unit"].isin(COUNTING_UNITS)
    finer = 1 + (size in TENFOLD)
    printed = np.select([frame.loc[labels, "measure"] == "yoy", whole], [finer, 0], 2)
    moved = [
        round(v * (1 + s * size), int(d)) for v, s, d in zip(values, signs, printed, strict=True)
    ]
    wrong.loc[labels, "value"] = moved
    new = [
        item
        for item in check(world, wrong)
        if (item.rule, item.key, item.severity) not in before
        and item.severity in ("Error", "Severe", "Bad", "Uncertain")
    ]
    on = {item.key for item in new}
    out = {item.key for item in new if item.severity == "Error"}
    named = {(cell.source, cell.sheet, cell.cell) for item in new for cell in item.cells}
    rows = frame.loc[labels]
    keys = [tuple(row) for row in rows[KEY].itertuples(index=False)]
    places = [tuple(row) for row in rows[["source", "sheet", "cell"]].itertuples(index=False)]
    return pd.DataFrame(
        {
            "world": world.name,
            "mode": "arrival" if newest else "history",
            "kind": world.kinds(rows).to_numpy(),
            "measure": rows["measure"].to_numpy(),
            "size": size,
            "changed": np.array(moved) != values,
            "named": [place in named for place in places],
            "at": [key in on for key in keys],
            "out": [key in out for key in keys],
        }
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the rates by size, and return the exit status."""
    parser = options(str(__doc__).splitlines()[0], control="checks switched off")
    chosen = parser.parse_args(arguments)
    check = no_check if chosen.control else run_checks
    sizes = {"days": 1, "rounds": 2} if chosen.quick else {"days": 16, "rounds": 12}
    worlds = [national()] if chosen.quick else [national(), simulated()]
    measured = [measure(world, check, seed=chosen.seed, **sizes) for world in worlds]
    typos = pd.concat([item[0] for item in measured], ignore_index=True)
    typos = typos[typos["changed"]]
    grouped = typos.groupby(["world", "mode", "measure", "kind", "size"])
    rows = [
        (*key[:-1], f"{key[-1]:.0%}", len(part), *(f"{part[name].mean():.0%}" for name in NOTICED))
        for key, part in grouped
    ]
    head = [
        "world",
        "mode",
        "measure",
        "kind",
        "size",
        "typos",
        "noticed",
        "at the cell",
        "kept out",
    ]
    print_table(head, rows)
    for world, (_, rate) in zip(worlds, measured, strict=True):
        print(f"{world.name}: {rate:.1f} findings per 1,000 right figures")
    return conclude(_verdict(typos))


NOTICED = ("named", "at", "out")


def _verdict(typos: pd.DataFrame) -> Verdict:
    regular = typos[typos["kind"] == "regular"]
    level = regular[regular["measure"] == "level"]
    growth = regular[regular["measure"] == "yoy"]
    rates = level.groupby("size")["named"].mean()
    lumpy = typos[(typos["kind"] == "lumpy") & (typos["measure"] == "level")]["named"]
    published = f"{lumpy.mean():.0%} of {len(lumpy)}" if len(lumpy) else "none here"
    text = (
        f"typos noticed in {len(level)} levels by size {_by_size(level)};"
        f" in {len(growth)} growth rates {_by_size(growth)}; counts and land {published}"
    )
    return Verdict(text, bool(rates.iloc[-1] > rates.iloc[0]))


def _by_size(typos: pd.DataFrame) -> str:
    rates = typos.groupby("size")["named"].mean()
    return ", ".join(f"{size:.0%}: {rate:.0%}" for size, rate in rates.items())


if __name__ == "__main__":
    sys.exit(main())
