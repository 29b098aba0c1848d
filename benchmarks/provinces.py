"""Does the verdict beat the rule of thumb in calm years broken by shocks?  Simulated provinces.

    python -m benchmarks.provinces [--quick] [--seed N] [--control] [--provinces N]

A province publishes four quarterly series of 2014-2025 (total output, industry, retail sales,
investment) and nothing else: no targets, no region above.  Growth of single quarters drifts down
slowly, with steps and noise that the four share in part; on top come, by about as much as whole
economies met them, the slump of 2020 with its echo a year later and the shocks of 2022 with
theirs, of a size that differs by province, series and quarter.  2020 and 2021 are outlier years,
as in a new workspace.  Every other year is judged after Q1, H1 and Q1-3 from what its day knew
(``forecast.backtest``), against persistence: the year grows as the year so far.

The bars: the mean RMSE ratio to persistence is at most 1.00, both of cells pooled over provinces
and of each province's own cells; 80 % bands hold 74 to 88 % of the outcomes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.economies import (
    REGION,
    TARGET,
    YEAR,
    levels_of,
    one_indicator,
    released,
    to_date_growth,
)
from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.forecast.backtest import COMBINATION, backtest
from lianhu_analysis.forecast.knowledge import Knowledge, Rules
from lianhu_analysis.intake.observations import Observation, frame_observations

__all__ = [
    "SERIES",
    "back_test",
    "draw_province",
    "judge",
    "main",
    "print_years",
    "summarise",
    "verdict",
]

YEARS = range(2014, 2026)
OUTLIERS = (2020, 2021)
# Standard deviations of noise and of steps that are a series' own, in percentage points, and how
# much it feels what all of them feel.
SERIES = {
    "gdp.total": (0.3, 0.15, 1.0),
    "industry.value_added": (0.6, 0.2, 1.2),
    "retail.total": (0.6, 0.2, 1.8),
    "investment.fixed": (2.0, 0.8, 1.8),
}
START, DRIFT, STEP = 8.5, -0.06, 0.12
SHOCKS = {
    2020: (-12.0, -4.0, -1.5, 0.5),
    2021: (12.0, 4.0, 1.0, -1.0),
    2022: (-0.5, -4.5, -1.0, -2.5),
    2023: (-0.5, 3.5, 0.5, 2.0),
}
DEFLATOR = 1.02
POSITIONS = ("Q1", "Q2", "Q3")


def draw_province(
    rng: np.random.Generator, common: np.random.Generator | None = None
) -> pd.DataFrame:
    """Return every figure that a province published, as observations, the oldest first.

    Parameters
    ----------
    common
        Of what its four series share, where others share it too; default: its own.
    """
    n, shared = 4 * len(YEARS), common or rng
    hit = shared.uniform(0.6, 1.4)
    level = START + np.cumsum(shared.normal(DRIFT, STEP, size=n))
    felt = shared.normal(size=n)
    shock = np.concatenate(
        [
            np.multiply(SHOCKS.get(year, (0.0,) * 4), shared.uniform(0.5, 1.5, size=4))
            for year in YEARS
        ]
    )
    rows = []
    for code, (noise, step, share) in SERIES.items():
        own = np.cumsum(rng.normal(scale=step, size=n))
        rest = noise * (0.5 * felt + np.sqrt(0.75) * rng.normal(size=n))
        real = levels_of(START + share * (level - START + hit * shock) + own + rest)
        growth = np.round(to_date_growth(real), 1)
        price = DEFLATOR ** np.arange(len(real))[:, None]
        nominal = np.round(np.cumsum(real * price, axis=1)[1:], 2)
        rows += [
            Observation(
                region=REGION,
                indicator=code,
                measure=measure,
                span="ytd",
                period=f"{year}Q{quarter + 1}",
                value=float(table[row, quarter]),
                unit=unit,
                published=released(year, quarter + 1),
                published_basis="stated",
                source="simulated",
                status="ok",
                provenance="simulated",
            )
            for measure, table, unit in (("level", nominal, "亿元"), ("yoy", growth, "%"))
            for row, year in enumerate(YEARS)
            for quarter in range(4)
        ]
    return frame_observations(rows).sort_values("published", kind="stable", ignore_index=True)


def judge(provinces: int, seed: int) -> pd.DataFrame:
    """Run the product's back-test over provinces; one row a forecast, with ``province``."""
    parts = []
    for number in range(provinces):
        versions = draw_province(np.random.default_rng([seed, number]))
        parts.append(back_test(Knowledge(versions)).assign(province=number))
        print(f"{number + 1}/{provinces}", file=sys.stderr, flush=True)
    return pd.concat(parts, ignore_index=True)


def back_test(knowledge: Knowledge) -> pd.DataFrame:
    """Run the product's back-test over the four series of one province."""
    indicators = tuple(replace(one_indicator(), code=code, name_zh=code) for code in SERIES)
    known = Catalogue(indicators, "simulated", proposal=False)
    targets = [replace(TARGET, indicator=code, year=YEAR) for code in SERIES]
    rules = Rules(("simulated",), outlier_years=OUTLIERS)
    return backtest(knowledge, targets, known, rules)


def summarise(record: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return RMSE over persistence's: ``cells`` (pooled), ``provinces`` and ``years``; ``bands``."""
    known = record[
        ~record["again"]
        & ~record["outlier"]
        & record["position"].isin(POSITIONS)
        & (record["year"] <= YEARS[-1])
    ]
    key = ["province", "indicator", "year", "position"]
    bar = known.loc[known["model"] == known["benchmark"], [*key, "mean"]]
    both = known[known["model"] == COMBINATION].merge(bar, on=key, suffixes=("", "_bar"))
    both["square"] = (both["mean"] - both["outcome"]) ** 2
    both["square_bar"] = (both["mean_bar"] - both["outcome"]) ** 2
    both["in80"] = both["outcome"].between(both["q100"], both["q900"])

    def ratio(by: list[str]) -> pd.Series:
        sums = both.groupby(by)[["square", "square_bar"]].sum()
        return (sums["square"] / sums["square_bar"]) ** 0.5

    own = ratio(["province", "indicator", "position"])
    return {
        "cells": ratio(["indicator", "position"]).unstack("position"),
        "provinces": own.groupby("province").mean().to_frame("ratio"),
        "years": ratio(["year"]).to_frame("ratio"),
        "bands": pd.DataFrame({"in80": [both["in80"].mean()], "verdicts": [len(both)]}),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the tables, and return the exit status."""
    parser = options(
        str(__doc__).splitlines()[0],
        control="the forecasts stand one point too high",
        seed=20261129,
    )
    parser.add_argument("--provinces", type=int, default=40, help="how many are drawn")
    chosen = parser.parse_args(arguments)
    record = judge(2 if chosen.quick else chosen.provinces, chosen.seed)
    record["mean"] += float(chosen.control) * (record["model"] == COMBINATION)
    tables = summarise(record)
    cells = tables["cells"]
    print_table(
        ["series", *cells.columns],
        [[name, *(f"{value:.3f}" for value in row)] for name, row in cells.iterrows()],
    )
    print_years(tables["years"])
    return conclude(verdict(tables))


def print_years(years: pd.DataFrame) -> None:
    """Print the ratio of each year."""
    rows = [[int(str(year)), f"{row['ratio']:.3f}"] for year, row in years.iterrows()]
    print_table(["year", "ratio"], rows)


def verdict(tables: dict[str, pd.DataFrame]) -> Verdict:
    """Hold the tables against the bars."""
    own, (in80, verdicts) = tables["provinces"]["ratio"], tables["bands"].iloc[0]
    pooled, mean = float(tables["cells"].to_numpy().mean()), float(own.mean())
    figure = (
        f"RMSE over persistence's {pooled:.3f} pooled, {mean:.3f} mean of provinces"
        f" ({(own <= 1).mean():.0%} of {len(own)} at or below 1); 80 % bands hold {in80:.1%}"
        f" of {verdicts:.0f}"
    )
    return Verdict(figure, pooled <= 1.0 and mean <= 1.0 and 0.74 <= in80 <= 0.88)


if __name__ == "__main__":
    sys.exit(main())
