"""The same product on foreign data: annual growth of twelve US series, against persistence.

    python -m benchmarks.us_years [--quick] [--seed N] [--control]

US monthly and quarterly levels of ``../shared/data/us_nowcasting_benchmark`` are published here
as a district publishes its figures: growth to date with one decimal after each quarter, beside
the level.  Every year with five to fourteen years of history is judged after Q1, H1 and Q1-3 with
the product's defaults, its rules of thumb and time-series models (there are no industries, no
targets and no region above).  Chinese series are short and calm; here are up to seventy years with
recessions in them.  2020-21 are outliers, as in China, and not scored.

Bars: RMSE below persistence's on average, with the whole bootstrap interval over years; 80 %
bands hold 76-84 % and 95 % bands 92-98 %; the Brier skill of P(at least last year's growth)
against the frequency of that event is above zero with its whole interval after each position.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.economies import POSITIONS, TARGET, catalogue, released, second_hand
from benchmarks.real_time import verdict_on
from lianhu_analysis.forecast.scores import brier_skill
from lianhu_analysis.forecast.verdict import Rules
from lianhu_analysis.intake.observations import frame_observations

__all__ = ["FOLDER", "judge_series", "levels_to_date", "main", "published", "summarise"]

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "us_nowcasting_benchmark"
SERIES = {
    "gdpc1": "GDP", "a261rx1q020sbea": "gross domestic income", "indpro": "industrial production",
    "payems": "employment", "dspic96": "disposable income", "houst": "housing starts",
    "permit": "building permits", "rsafs": "retail sales", "boptexp": "exports",
    "boptimp": "imports", "ttlcons": "construction", "dgorder": "durable goods orders",
}  # fmt: skip
QUARTERLY = ("gdpc1", "a261rx1q020sbea")
OUTLIERS = (2020, 2021)
LAST_YEAR = 2022
HISTORY, MIN_HISTORY = 14, 5
RESAMPLES = 2000
QUICK_FROM = 1995
BAND80, BAND95 = (0.76, 0.84), (0.92, 0.98)
LEVELS = (0.025, 0.1, 0.9, 0.975)


def levels_to_date(monthly: pd.Series, *, quarterly: bool = False) -> pd.DataFrame:
    """Add a series of levels up over each of its whole years.

    Parameters
    ----------
    monthly
        By month; a quarterly series stands in one month of each quarter.

    Returns
    -------
    DataFrame
        Shape (years, 4): the level to date by year and quarter.
    """
    known = monthly.dropna().sort_index()
    groups = known.groupby([known.index.year, known.index.quarter])
    whole = groups.mean()[groups.count() == (1 if quarterly else 3)]
    return whole.unstack().dropna().cumsum(axis=1)


def growth_to_date(to_date: pd.DataFrame) -> pd.DataFrame:
    """Return growth on the year before, in %, with one decimal, where that year is known."""
    growth = (100 * (to_date / to_date.shift(1) - 1)).round(1)
    return growth[to_date.index.isin(to_date.index + 1)]


def published(to_date: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Return what comes out: level and growth to date after each quarter of some years."""
    growth = growth_to_date(to_date)
    rows = [
        second_hand(measure, year, quarter, table.loc[year, quarter], FOLDER.name)
        for year in years
        for quarter in (1, 2, 3, 4)
        for measure, table in (("level", to_date), ("yoy", growth))
        if year in table.index
    ]
    return frame_observations(rows).sort_values("published", kind="stable", ignore_index=True)


def judge_series(name: str, to_date: pd.DataFrame, control: bool = False) -> pd.DataFrame:
    """Judge every year of one series after each position.

    Parameters
    ----------
    control
        Forecast last year's growth instead, with half of the product's spread.

    Returns
    -------
    DataFrame
        One row a verdict: ``series``, ``year``, ``position``, ``answered``, ``reason``,
        ``forecast``, ``persistence``, ``outcome``, ``in80``, ``in95``, ``probability``, ``met``.
    """
    known, rules = catalogue(), Rules(("second_hand",), outlier_years=OUTLIERS)
    growth = growth_to_date(to_date)
    rows = []
    for year in growth.index[MIN_HISTORY:]:
        if year > LAST_YEAR or year in OUTLIERS or year - 1 not in growth.index:
            continue
        first = max(year - HISTORY, growth.index[0])
        versions = published(to_date, range(first, year + 1))
        outcome, before = float(growth.loc[year, 4]), float(growth.loc[year - 1, 4])
        target = replace(TARGET, year=int(year), value=before)
        for position, quarter in POSITIONS.items():
            verdict = verdict_on(versions, released(year, quarter), target, known, rules)
            row = {
                "series": name,
                "year": int(year),
                "position": position,
                "answered": verdict.draws is not None,
                "reason": verdict.reason,
                "persistence": float(growth.loc[year, quarter]),
                "outcome": outcome,
                "met": target.met_by(outcome),
            }
            if verdict.draws is not None:
                values = verdict.draws.values
                if control:
                    values = before + 0.5 * (values - values.mean())
                low95, low80, high80, high95 = np.quantile(values, LEVELS)
                row |= {
                    "forecast": float(values.mean()),
                    "in80": low80 <= outcome <= high80,
                    "in95": low95 <= outcome <= high95,
                    "probability": float(np.mean(target.met_by(values))),
                }
            rows.append(row)
    return pd.DataFrame(rows)


def summarise(verdicts: pd.DataFrame, seed: int) -> dict[str, pd.DataFrame]:
    """Return the tables ``ratio`` (RMSE over persistence's), ``mean_ratio``, ``bands``, ``skill``."""
    own = verdicts[verdicts["answered"]].copy()
    own["error"] = (own["forecast"] - own["outcome"]) ** 2
    own["bar"] = (own["persistence"] - own["outcome"]) ** 2
    sums = own.pivot_table(
        index="year", columns=["series", "position"], values=["error", "bar"], aggfunc="sum"
    ).fillna(0.0)
    rng = np.random.default_rng(seed)
    error, bar = (sums[column].to_numpy(dtype=float) for column in ("error", "bar"))
    ratio = np.sqrt(error.sum(axis=0) / bar.sum(axis=0))
    table = pd.Series(ratio, index=sums["error"].columns).unstack("position")[list(POSITIONS)]
    means = [
        float(np.mean(np.sqrt(error[rows].sum(axis=0) / np.maximum(bar[rows].sum(axis=0), 1e-12))))
        for rows in rng.integers(len(sums), size=(RESAMPLES, len(sums)))
    ]
    low, high = np.quantile(means, [0.025, 0.975])
    skill = [
        brier_skill(
            part["probability"].astype(float),
            part["met"].astype(float),
            np.random.default_rng(seed),
            clusters=list(part["year"]),
        ).assign(position=position)
        for position, part in own.groupby("position")
    ]
    bands = own.groupby("position")[["in80", "in95"]].agg(lambda c: float(np.mean(c.astype(bool))))
    return {
        "ratio": table,
        "mean_ratio": pd.DataFrame({"mean": [float(ratio.mean())], "low": [low], "high": [high]}),
        "bands": bands.loc[list(POSITIONS)],
        "skill": pd.concat(skill, ignore_index=True).set_index("position").loc[list(POSITIONS)],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print every table and losing cell, and return the exit status."""
    parser = options(
        str(__doc__).splitlines()[0],
        control="last year's growth as the forecast, with half of the spread",
        seed=20241118,
    )
    chosen = parser.parse_args(arguments)
    file = FOLDER / "data_raw.csv"
    if not file.is_file():
        print(f"LEFT OUT: everything; {file.parent.name} is absent from shared/data")
        return conclude(Verdict("no data, nothing measured", False))
    raw = pd.read_csv(file, parse_dates=["date"]).set_index("date")
    names = ["gdpc1"] if chosen.quick else list(SERIES)
    judged = []
    for name in names:
        to_date = levels_to_date(raw[name], quarterly=name in QUARTERLY)
        to_date = to_date.loc[QUICK_FROM:] if chosen.quick else to_date
        judged.append(judge_series(SERIES[name], to_date, chosen.control))
        print(f"{SERIES[name]}: {len(judged[-1])} verdicts", file=sys.stderr, flush=True)
    verdicts = pd.concat(judged, ignore_index=True)
    tables = summarise(verdicts, chosen.seed)
    _print(verdicts, tables)
    return conclude(_verdict(verdicts, tables))


def _print(verdicts: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> None:
    years = verdicts[verdicts["answered"]].groupby("series")["year"].agg(["min", "max", "nunique"])
    print(f"{len(verdicts)} verdicts, {int(verdicts['answered'].sum())} answered")
    print("\nRMSE over that of persistence, the same years on both sides")
    print_table(
        ["series", "years", "of them", *POSITIONS],
        [
            [
                name,
                f"{years.loc[name, 'min']}-{years.loc[name, 'max']}",
                years.loc[name, "nunique"],
                *(f"{value:.3f}" for value in row),
            ]
            for name, row in zip(tables["ratio"].index, tables["ratio"].to_numpy(), strict=True)
        ],
    )
    print("\nbands, and the Brier skill of P(at least last year's growth)")
    print_table(
        ["after", "in 80 %", "in 95 %", "skill", "low", "high", "met", "verdicts", "years"],
        [
            [
                position,
                f"{tables['bands'].loc[position, 'in80']:.1%}",
                f"{tables['bands'].loc[position, 'in95']:.1%}",
                *tables["skill"].loc[position, ["skill", "low", "high"]],
                *tables["skill"].loc[position, ["n_events", "n_observations", "n_clusters"]],
            ]
            for position in POSITIONS
        ],
    )
    refused = verdicts[~verdicts["answered"]]
    print(f"\nrefused: {len(refused)}")
    for name, part in refused.groupby("series"):
        print(f"  {name}: {len(part)} x {part['reason'].iloc[-1]}")
    ratio = tables["ratio"].stack()
    lost = ratio[ratio >= 1]
    print(f"\nlosing cells: {len(lost)} of {ratio.size}")
    for (name, position), value in lost.items():
        print(f"  {name} after {position}: {value:.3f}")


def _verdict(verdicts: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> Verdict:
    own = verdicts[verdicts["answered"]]
    mean = tables["mean_ratio"].iloc[0]
    in80, in95 = (float(np.mean(own[column].astype(bool))) for column in ("in80", "in95"))
    skill = tables["skill"]
    lost = int((tables["ratio"] >= 1).to_numpy().sum())
    text = (
        f"RMSE {1 - mean['mean']:+.1%} [{1 - mean['high']:+.1%}, {1 - mean['low']:+.1%}] below"
        f" persistence on average, {lost} of {tables['ratio'].size} cells lost; 80 % bands hold"
        f" {in80:.1%}, 95 % bands {in95:.1%}; Brier skill"
        f" {' / '.join(f'{value:.2f}' for value in skill['skill'])}; {len(own)} verdicts"
    )
    holds = (
        mean["high"] < 1
        and BAND80[0] <= in80 <= BAND80[1]
        and BAND95[0] <= in95 <= BAND95[1]
        and bool((skill["low"] > 0).all())
    )
    return Verdict(text, holds)


if __name__ == "__main__":
    sys.exit(main())
