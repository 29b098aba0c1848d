"""Chinese growth of 2011-2025, forecast after each month of the year, against persistence.

    python -m benchmarks.china_targets [--quick] [--seed N] [--control]

Annual growth of GDP, investment, retail sales and industry is judged by the product as of the
day of each figure of the year, from what the national workspace had by then, with the longer
series of ``../shared/data/national_cn`` where that folder is present (else it says what it
leaves out).  Persistence, "the year grows as the year so far", is recomputed in the same run on
the same years.  Settings are the product's defaults; nothing was tuned on these results.

Bars: after Q1, H1 and Q1-3 the RMSE is below persistence's in every cell, with and without
2020-21, and on average 20 % below; the Brier skill of P(announced target met), pooled over
targets and positions, is above climatology with its whole bootstrap interval.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.national_series import NationalSeries, national_series
from benchmarks.real_time import verdict_on
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.forecast.history import year_periods
from lianhu_analysis.forecast.scores import brier_skill, calibration_table, diebold_mariano

__all__ = ["main", "measure", "rmse_cells"]

INDICATORS = {
    "gdp.total": "GDP",
    "inv.fai.yoy": "investment",
    "csm.retail.total": "retail sales",
    "gdp.industry": "industry",
}
YEARS = range(2011, 2026)
OUTLIERS = (2020, 2021)
POSITIONS = {3: "Q1", 6: "H1", 9: "Q1-3"}
BAR_MEAN = 0.20
# A cell of fewer years says nothing.
MIN_YEARS = 3


def measure(
    series: NationalSeries,
    years: Sequence[int],
    control: bool = False,
    codes: Sequence[str] = tuple(INDICATORS),
) -> pd.DataFrame:
    """Judge indicators after each of their figures.

    Parameters
    ----------
    control
        Forecast last year's growth instead, with certainty: a straw man that must lose.

    Returns
    -------
    DataFrame
        One row a verdict: ``indicator``, ``year``, ``month`` (the last month known),
        ``published``, ``answered``, ``reason``, ``forecast``, ``persistence``, ``outcome``,
        ``announced``, ``rule``, ``probability``, ``probability_about``, ``met``,
        ``met_about``, ``weights``.
    """
    rows = []
    for code in codes:
        for year in years:
            rows += _year(series, code, year, control)
    return pd.DataFrame(rows)


def _year(series: NationalSeries, code: str, year: int, control: bool) -> list[dict[str, object]]:
    indicator = series.catalogue.get(code)
    first = series.first_figures(code)
    periods = year_periods(indicator, year)
    if periods[-1] not in first:
        return []
    outcome = first[periods[-1]].value
    announced = {item.year: item for item in series.targets if item.indicator == code}
    target = announced.get(year) or _unannounced(code, year)
    rows = []
    for period in periods[:-1]:
        if period not in first:
            continue
        point = first[period]
        verdict = verdict_on(
            series.versions,
            point.published,
            target,
            series.catalogue,
            series.rules,
            tuple(announced.values()),
        )
        row: dict[str, object] = {
            "indicator": code,
            "year": year,
            "month": period.end.month,
            "published": point.published,
            "answered": verdict.draws is not None,
            "reason": verdict.reason,
            "forecast": verdict.mean,
            "persistence": point.value,
            "outcome": outcome,
            "announced": year in announced,
            "rule": target.rule,
        }
        if verdict.draws is not None and year in announced:
            row |= _event(target, outcome, verdict.probability, verdict.probability_about)
        if control:
            past = first.get(Period(year - 1, indicator.frequency, periods[-1].number))
            row["forecast"] = np.nan if past is None else past.value
            row["answered"] = bool(row["answered"]) and past is not None
            if "met" in row and past is not None:
                row["probability"] = float(past.value < target.value)
        rows.append(row)
    return rows


def _event(
    target: Target, outcome: float, probability: float | None, about: float | None
) -> dict[str, object]:
    return {
        "probability": probability,
        "probability_about": about,
        "met": target.met_by(outcome),
        "met_about": target.met_by(outcome, about=True),
    }


def _unannounced(code: str, year: int) -> Target:
    """Ask for a forecast only: no target is known, and none is made up."""
    return Target(
        indicator=code, measure="yoy", year=year, value=float("nan"), rule="at_least",
        tolerance=0.0, unit="%", title_zh="未公布目标", source="", decimals=1,
    )  # fmt: skip


def rmse_cells(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return RMSE of product and persistence by indicator, position and window.

    Returns
    -------
    DataFrame
        ``indicator``, ``after``, ``window``, ``years``, ``refused``, ``rmse``,
        ``persistence``, ``ratio``, ``p_value`` (Diebold-Mariano on squared errors),
        ``worst`` (the year in which the product loses most to persistence).
    """
    chosen = verdicts[verdicts["month"].isin(POSITIONS)]
    rows = []
    for (code, month), part in chosen.groupby(["indicator", "month"], sort=False):
        for window, kept in (
            ("all", part),
            ("without 2020-21", part[~part["year"].isin(OUTLIERS)]),
        ):
            own = kept[kept["answered"]].sort_values("year")
            if len(own) < MIN_YEARS:
                continue
            error = (own["forecast"] - own["outcome"]).astype(float)
            other = (own["persistence"] - own["outcome"]).astype(float)
            test = diebold_mariano(error**2, other**2)
            rmse, bar = np.sqrt(np.mean(error**2)), np.sqrt(np.mean(other**2))
            rows.append(
                {
                    "indicator": INDICATORS[str(code)],
                    "after": POSITIONS[month],
                    "window": window,
                    "years": len(own),
                    "refused": len(kept) - len(own),
                    "rmse": rmse,
                    "persistence": bar,
                    "ratio": rmse / bar if bar > 0 else np.nan,
                    "p_value": float(test["p_value"].iloc[0]),
                    "worst": int(own.loc[(error**2 - other**2).idxmax(), "year"]),
                }
            )
    return pd.DataFrame(rows)


def target_skill(verdicts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return Brier skill of "announced target met", by position and pooled."""
    events = verdicts[verdicts["month"].isin(POSITIONS) & verdicts["announced"]]
    events = events[events["answered"]].dropna(subset=["probability"])
    parts = [(name, events[events["month"] == month]) for month, name in POSITIONS.items()]
    rows = []
    for name, part in [*parts, ("pooled", events)]:
        for question in ("", "_about"):
            if len(part) < MIN_YEARS:
                continue
            found = brier_skill(
                part[f"probability{question}"].astype(float),
                part[f"met{question}"].astype(float),
                np.random.default_rng(seed),
                clusters=list(part["year"]),
            )
            rows.append(found.assign(after=name, question="about" if question else "plain"))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print every table and losing cell, and return the exit status."""
    parser = options(
        str(__doc__).splitlines()[0], control="last year's growth as the forecast", seed=20241118
    )
    chosen = parser.parse_args(arguments)
    series = national_series()
    for line in series.left_out:
        print(f"LEFT OUT: {line}")
    years = range(2022, 2025) if chosen.quick else YEARS
    codes = ["gdp.total"] if chosen.quick else list(INDICATORS)
    verdicts = measure(series, years, chosen.control, codes)
    cells = rmse_cells(verdicts)
    skill = target_skill(verdicts, chosen.seed)
    _print(verdicts, cells, skill)
    return conclude(_verdict(cells, skill))


def _print(verdicts: pd.DataFrame, cells: pd.DataFrame, skill: pd.DataFrame) -> None:
    print(f"\n{len(verdicts)} verdicts, {int(verdicts['answered'].sum())} answered")
    print("RMSE in percentage points, the same years on both sides")
    print_table(list(cells.columns), cells.to_numpy().tolist())
    by_month = verdicts[verdicts["answered"] & ~verdicts["year"].isin(OUTLIERS)]
    print("\nRMSE after each month without 2020-21: product / persistence (years)")
    print_table(["indicator", *(f"m{month}" for month in range(2, 12))], _monthly(by_month))
    print('\n"announced target met" against the frequency of these very events')
    if len(skill):
        columns = [
            "after",
            "question",
            "skill",
            "low",
            "high",
            "n_events",
            "n_observations",
            "n_clusters",
        ]
        print_table(columns, skill[columns].to_numpy().tolist())
    events = verdicts[verdicts["announced"]].dropna(subset=["probability"])
    events = events[events["month"].isin(POSITIONS)]
    if len(events):
        table = calibration_table(
            events["probability"].astype(float), events["met"].astype(float), 5
        )
        print("\nhow often such percentages came true")
        print_table(list(table.columns), table.to_numpy().tolist())
    refused = verdicts[~verdicts["answered"]].groupby(["indicator", "year"])["reason"]
    print(f"\nrefused: {int((~verdicts['answered']).sum())} verdicts")
    for (code, year), reasons in refused:
        print(f"  {INDICATORS[code]} {year}: {len(reasons)} x {reasons.iloc[-1]}")
    lost = cells[cells["ratio"] >= 1]
    print(f"\nlosing cells: {len(lost)} of {len(cells)}")
    for row in lost.itertuples():
        print(
            f"  {row.indicator} after {row.after}, {row.window}:"
            f" {row.rmse:.3f} against {row.persistence:.3f}, most of it in {row.worst}"
        )


def _monthly(answered: pd.DataFrame) -> list[list[str]]:
    rows = []
    for code, name in INDICATORS.items():
        own = answered[answered["indicator"] == code]
        cells = []
        for month in range(2, 12):
            part = own[own["month"] == month]
            if part.empty:
                cells.append("-")
                continue
            rmse, bar = (
                np.sqrt(np.mean((part[column] - part["outcome"]).astype(float) ** 2))
                for column in ("forecast", "persistence")
            )
            cells.append(f"{rmse:.2f}/{bar:.2f} ({len(part)})")
        rows.append([name, *cells])
    return rows


def _verdict(cells: pd.DataFrame, skill: pd.DataFrame) -> Verdict:
    if cells.empty or skill.empty:
        return Verdict("no forecasts to score", False)
    gain = 1 - cells["ratio"].mean()
    lost = int((cells["ratio"] >= 1).sum())
    pooled = skill[(skill["after"] == "pooled") & (skill["question"] == "plain")].iloc[0]
    text = (
        f"RMSE {gain:+.1%} below persistence on average, {lost} of {len(cells)} cells lost;"
        f" announced target met: Brier skill {pooled['skill']:.2f}"
        f" [{pooled['low']:.2f}, {pooled['high']:.2f}], {pooled['n_events']:.0f} met of"
        f" {pooled['n_observations']:.0f} verdicts in {pooled['n_clusters']:.0f} years"
    )
    return Verdict(text, bool(gain >= BAR_MEAN and not lost and pooled["low"] > 0))


if __name__ == "__main__":
    sys.exit(main())
