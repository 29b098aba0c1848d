"""Slips by 10, 100, 1,000 and 10,000: how many are kept out, how many right figures with them.

    python -m benchmarks.unit_slips [--quick] [--seed N] [--control]

Bar: on series that are not lumpy every slip by 100 and more is caught, at least 95 % of those
by 10, and at most 0.5 % of right levels are accused of one.  Caught means that the wrong cell
itself has a finding of severity Error, which keeps it out of forecasts and reports.  Counts
and land, and figures that may be negative, are published as they are.

Each slip is put in twice: into the newest figure of a series on the day of its arrival, when
only the past can be compared with, and into any figure of the whole history.  A figure whose
same period of last year is not known then is counted apart.
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

__all__ = ["main", "measure"]

POWERS = (-4, -3, -2, -1, 1, 2, 3, 4)
BAR_TEN, BAR_MORE, BAR_ALARMS = 0.95, 1.0, 0.005
SHARE = 0.05
LOST_SHOWN = 40


def measure(
    world: World, check: Check, *, days: int, rounds: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put slips into one world.

    Returns
    -------
    One row a slip (``world``, ``mode``, ``kind``, ``power``, ``caught``, and the figure), and
    one row a clean frame (``levels``, ``alarms``, ``errors``).
    """
    random = np.random.default_rng([seed, len(world.history)])
    moments = [(day, True) for day in world.days(days, random)]
    last = pd.Timestamp(world.history["published"].max()).date()
    moments += [(last, False)] * rounds
    slips, clean = [], []
    for day, newest in moments:
        frame = world.known(day)
        known = check(world, frame)
        level = frame["measure"] == "level"
        alarms = {item.key for item in known if item.rule == "unit_slip"}
        errors = {item.key for item in known if item.severity == "Error"}
        clean.append(
            {
                "world": world.name,
                "day": day,
                "levels": int((level & frame["value"].notna()).sum()),
                "alarms": len(alarms),
                "errors": len(errors),
            }
        )
        drawn = batches(
            world,
            frame,
            newest=newest,
            share=SHARE,
            count=len(POWERS),
            measures=["level"],
            random=random,
        )
        for power, labels in zip(POWERS, drawn, strict=True):
            slips.append(_slip(world, check, frame, labels, power, newest, errors))
    return pd.concat(slips, ignore_index=True), pd.DataFrame(clean)


def _slip(
    world: World,
    check: Check,
    frame: pd.DataFrame,
    labels: np.ndarray,
    power: int,
    newest: bool,
    errors: set[tuple[str, ...]],
) -> pd.DataFrame:
    wrong = frame.copy()
    wrong.loc[labels, "value"] *= 10.0**power
    found = {item.key for item in check(world, wrong) if item.severity == "Error"}
    rows = frame.loc[labels, [*KEY, "value"]]
    keys = [tuple(row) for row in rows[KEY].itertuples(index=False)]
    before = {(*key[:-1], str(int(key[-1][:4]) - 1) + key[-1][4:]) for key in keys}
    held = frame[frame["value"].notna()][KEY]
    present = before & set(map(tuple, held.itertuples(index=False)))
    return rows.assign(
        world=world.name,
        mode="arrival" if newest else "history",
        kind=world.kinds(rows),
        power=power,
        caught=[key in found for key in keys],
        referenced=[
            (*key[:-1], str(int(key[-1][:4]) - 1) + key[-1][4:]) in present for key in keys
        ],
        others=len(found - set(keys) - errors) / len(keys),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the table and the losing cells, and return the exit status."""
    parser = options(str(__doc__).splitlines()[0], control="checks switched off")
    chosen = parser.parse_args(arguments)
    check = no_check if chosen.control else run_checks
    sizes = {"days": 2, "rounds": 1} if chosen.quick else {"days": 16, "rounds": 12}
    worlds = [national()] if chosen.quick else [national(), simulated()]
    measured = [measure(world, check, seed=chosen.seed, **sizes) for world in worlds]
    slips = pd.concat([item[0] for item in measured], ignore_index=True)
    clean = pd.concat([item[1] for item in measured], ignore_index=True)
    _print(slips, clean)
    return conclude(_verdict(slips, clean))


def _print(slips: pd.DataFrame, clean: pd.DataFrame) -> None:
    table = slips.assign(
        times=10 ** slips["power"].abs(),
        compared=slips["referenced"].map({True: "yes", False: "no"}),
    )
    grouped = table.groupby(["world", "mode", "kind", "compared", "times"])["caught"]
    rows = [(*key, len(part), int(part.sum()), f"{part.mean():.1%}") for key, part in grouped]
    print_table(["world", "mode", "kind", "last year", "times", "slips", "caught", "share"], rows)
    lost = slips[~slips["caught"] & (slips["kind"] == "regular") & slips["referenced"]]
    print(f"\nlosing cells of regular series: {len(lost)}")
    for row in lost.head(LOST_SHOWN).itertuples():
        print(
            f"  {row.world} {row.mode} {row.indicator} {row.span} {row.period}"
            f" {row.value:g} x 1e{row.power}"
        )
    print(f"right figures kept out beside one slip: {slips['others'].mean():.3f}")
    for name, part in clean.groupby("world"):
        print(
            f"{name}: {part['alarms'].sum()} of {part['levels'].sum()} right levels accused of a slip,"
            f" {part['errors'].sum()} figures with any Error"
        )


def _verdict(slips: pd.DataFrame, clean: pd.DataFrame) -> Verdict:
    judged = slips[(slips["kind"] == "regular") & slips["referenced"]]
    ten = judged[judged["power"].abs() == 1]["caught"]
    more = judged[judged["power"].abs() > 1]["caught"]
    alarms = clean["alarms"].sum() / clean["levels"].sum()
    lumpy = slips[slips["kind"] == "lumpy"]["caught"]
    published = f"{lumpy.mean():.1%} of {len(lumpy)}" if len(lumpy) else "none here"
    text = (
        f"unit slips by 100 and more caught {more.mean():.1%} of {len(more)},"
        f" by 10 {ten.mean():.1%} of {len(ten)}; false alarms {alarms:.2%};"
        f" counts and land {published}"
    )
    holds = more.mean() >= BAR_MORE and ten.mean() >= BAR_TEN and alarms <= BAR_ALARMS
    return Verdict(text, bool(holds))


if __name__ == "__main__":
    sys.exit(main())
