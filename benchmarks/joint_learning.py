"""What is gained if the districts of a city learn weights and spread together?

    python -m benchmarks.joint_learning [--quick] [--seed N] [--control] [--cities N]

A city has six districts like the provinces of ``benchmarks.provinces``, with four series each;
what the series of a province share, all districts of a city share.  Every district is judged in
every year that is no outlier, alone and as ``lianhu forecast --joint`` does, with the records of
the five others in its pool.  RMSE and CRPS over those of each district alone, and the share of
outcomes in 80 % bands.

The bar of what may be offered as an option: CRPS together is no more than 1 % above alone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.provinces import YEARS, back_test, draw_province
from benchmarks.verdict_parts import Kept
from lianhu_analysis.forecast.backtest import COMBINATION
from lianhu_analysis.forecast.knowledge import Knowledge

__all__ = ["DISTRICTS", "judge_city", "main", "summarise"]

DISTRICTS = 6
BAR = 0.01


def judge_city(seed: Sequence[int], districts: int = DISTRICTS) -> pd.DataFrame:
    """Return the combination's forecasts of a city's districts, ``way`` alone or together."""
    kept = Kept()  # the records are the same, whoever learns from them
    known = [
        Knowledge(
            draw_province(np.random.default_rng([*seed, number]), np.random.default_rng(seed)),
            past_runs=kept,
        )
        for number in range(districts)
    ]
    parts = []
    for number, own in enumerate(known):
        others = tuple(item for item in known if item is not own)
        for way, told in (("alone", own), ("together", replace(own, pools={}, neighbours=others))):
            parts.append(back_test(told).assign(district=number, way=way))
    table = pd.concat(parts, ignore_index=True)
    wanted = (table["model"] == COMBINATION) & ~table["outlier"] & (table["year"] <= YEARS[-1])
    return table[wanted & (table["position"] != "none")]


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Return by position and over all of them: RMSE and CRPS over alone, shares in 80 % bands."""
    scored = table.assign(
        square=(table["mean"] - table["outcome"]) ** 2,
        inside=table["outcome"].between(table["q100"], table["q900"]),
    )
    everything = pd.concat([scored, scored.assign(position="all")])
    means = everything.groupby(["position", "way"])[["square", "crps", "inside"]].mean()
    alone, together = means.xs("alone", level="way"), means.xs("together", level="way")
    return pd.DataFrame(
        {
            "rmse": (together["square"] / alone["square"]) ** 0.5,
            "crps": together["crps"] / alone["crps"],
            "alone": alone["inside"],
            "together": together["inside"],
        }
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the table, and return the exit status."""
    parser = options(
        str(__doc__).splitlines()[0],
        control="what is learned together is shifted by a point",
        seed=20261129,
    )
    parser.add_argument("--cities", type=int, default=8, help="how many are drawn")
    chosen = parser.parse_args(arguments)
    cities, districts = (1, 2) if chosen.quick else (chosen.cities, DISTRICTS)
    parts = []
    for number in range(cities):
        parts.append(judge_city([chosen.seed, number], districts))
        print(f"{number + 1}/{cities}", file=sys.stderr, flush=True)
    table = pd.concat(parts, ignore_index=True)
    if chosen.control:
        table.loc[table["way"] == "together", ["mean", "crps"]] += 1.0
    found = summarise(table)
    print_table(
        ["after", "RMSE", "CRPS", "in 80 % alone", "together"],
        [
            [str(name), f"{row['rmse']:.3f}", f"{row['crps']:.3f}", f"{row['alone']:.1%}",
             f"{row['together']:.1%}"]
            for name, row in found.iterrows()
        ],
    )  # fmt: skip
    ratio = float(found.loc["all", "crps"])
    figure = f"CRPS together over alone {ratio:.3f} in {cities} cities of {districts} districts"
    return conclude(Verdict(figure, ratio <= 1 + BAR))


if __name__ == "__main__":
    sys.exit(main())
