"""Five hundred panels that cannot support a forecast: none may be shown as a number.

    python -m benchmarks.refusals [--quick] [--seed N] [--control]

A growth panel (quarterly GDP of ``benchmarks.economies``) or a count panel (months of projects)
is spoilt in one of five ways: all figures missing; constant; three points; a slip by 10,000 in
a figure that every rule looks at; growth that explodes, so that no estimate settles.  The
product judges it as of a day in the year.  Bar: no mean, quantile or probability is shown, and
every refusal says why.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.economies import (
    CODE,
    ECONOMIES,
    POSITIONS,
    YEAR,
    catalogue,
    draw_case,
    position_day,
)
from benchmarks.real_time import verdict_on
from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.verdict import Rules, verdict_json
from lianhu_analysis.forecast.verdict import Verdict as Answer
from lianhu_analysis.intake.observations import Observation, frame_observations

__all__ = ["KINDS", "judge_panels", "main"]

COUNTS = "prj.reserve.count"
SLIP = 10_000.0
HISTORY_YEARS = 7
RULES = Rules(("simulated",))
Spoil = Callable[[pd.DataFrame, str, np.random.Generator], pd.DataFrame]


def known_catalogue() -> Catalogue:
    """Return the growth indicator of the economies and a monthly count."""
    growth = catalogue().get(CODE)
    counts = replace(
        growth,
        code=COUNTS,
        name_zh="项目储备数",
        unit="个",
        frequency="M",
        level_price="na",
        growth_basis="",
        release_lag_days=10,
    )
    return Catalogue((growth, counts), "simulated", proposal=False)


def _whose(frame: pd.DataFrame) -> pd.Series:
    """The figures that are forecast: growth, or the only level of a count."""
    return frame["measure"] == ("yoy" if (frame["measure"] == "yoy").any() else "level")


def _missing(frame: pd.DataFrame, position: str, rng: np.random.Generator) -> pd.DataFrame:
    del position, rng
    return frame.assign(value=np.nan, status="not_released")


def _constant(frame: pd.DataFrame, position: str, rng: np.random.Generator) -> pd.DataFrame:
    """Growth that never differs; a count that never moved."""
    del position
    if frame["indicator"].iloc[0] == COUNTS:
        return frame.assign(value=0.0)
    value = float(np.round(rng.uniform(2, 9), 1))
    return frame.assign(value=frame["value"].mask(_whose(frame), value))


def _three_points(frame: pd.DataFrame, position: str, rng: np.random.Generator) -> pd.DataFrame:
    """Keep the three newest figures known at the position."""
    del rng
    known = frame[_whose(frame) & (frame["published"] <= pd.Timestamp(position_day(position)))]
    return frame.loc[known.index[-3:]]


def _slip(frame: pd.DataFrame, position: str, rng: np.random.Generator) -> pd.DataFrame:
    """Multiply a figure that every rule uses: this position's or a year's end, in any year."""
    number = POSITIONS[position]
    ends = {f"Q{number}", "Q4"} | {f"-{3 * number:02d}", "-12"}
    own = _whose(frame) & frame["period"].str[4:].isin(ends) & (frame["value"].abs() > 0.05)
    own &= frame["published"] <= pd.Timestamp(position_day(position))
    chosen = rng.choice(frame.index[own])
    return frame.assign(value=frame["value"].where(frame.index != chosen, frame["value"] * SLIP))


def _explosive(frame: pd.DataFrame, position: str, rng: np.random.Generator) -> pd.DataFrame:
    """Growth that swings ever wider; a count whose corrections swallow it."""
    del position
    own = _whose(frame)
    swings = rng.uniform(5, 15) * (-1.35) ** np.arange(own.sum()) * rng.uniform(0.8, 1.2, own.sum())
    return frame.assign(value=frame["value"].mask(own, pd.Series(swings, index=frame.index[own])))


KINDS: Mapping[str, Spoil] = {
    "all missing": _missing,
    "constant": _constant,
    "three points": _three_points,
    "slip by 10,000": _slip,
    "no convergence": _explosive,
}


def _growth_panel(rng: np.random.Generator) -> tuple[pd.DataFrame, Target]:
    economy = ECONOMIES[rng.integers(len(ECONOMIES) - 1)]
    case = draw_case(economy, 4 * HISTORY_YEARS, rng)
    return case.versions, case.target


def _count_panel(rng: np.random.Generator) -> tuple[pd.DataFrame, Target]:
    usual = rng.uniform(1, 8, size=12)
    years = range(YEAR - HISTORY_YEARS, YEAR + 1)
    counts = np.cumsum(rng.poisson(usual * rng.gamma(25, 0.04, size=(len(years), 1))), axis=1)
    frame = frame_observations([
 Observation(
            region="100000", indicator=COUNTS, measure="level", span="ytd",
            period=f"{year}-{month:02d}", value=float(counts[row, month - 1]), unit="个",
            published=Period(year, "M", month).end + dt.timedelta(days=10),
            published_basis="stated", source="simulated", status="ok",
            provenance="simulated",
        )
        for row, year in enumerate(years)
        for month in range(1, 13)
        if (year, month) != (YEAR, 12)
    ])  # fmt: skip
    target = Target(
        indicator=COUNTS, measure="level", year=YEAR, value=float(round(1.5 * usual.sum())),
        rule="at_least", tolerance=0.0, unit="个", title_zh="模拟目标", source="simulated",
        decimals=None,
    )  # fmt: skip
    return frame.sort_values("published", kind="stable", ignore_index=True), target


def judge_panels(count: int, seed: int, control: bool = False) -> pd.DataFrame:
    """Judge spoilt panels.

    Parameters
    ----------
    control
        Leave the panels sound: then numbers are shown.

    Returns
    -------
    DataFrame
        One row a panel: ``kind``, ``family``, ``position``, ``shown``, ``reason``.
    """
    known = known_catalogue()
    rows = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        kind = list(KINDS)[number % len(KINDS)]
        family = "growth" if (number // len(KINDS)) % 3 else "counts"
        if family == "counts" and kind == "no convergence":
            family = "growth"
        position = list(POSITIONS)[rng.integers(len(POSITIONS))]
        frame, target = _growth_panel(rng) if family == "growth" else _count_panel(rng)
        if not control:
            frame = KINDS[kind](frame, position, rng).reset_index(drop=True)
        verdict = verdict_on(frame, position_day(position), target, known, RULES)
        rows.append(
            {
                "kind": kind,
                "family": family,
                "position": position,
                "shown": shows_a_number(verdict),
                "reason": verdict.reason,
                "number": number,
            }
        )
    return pd.DataFrame(rows)


def shows_a_number(verdict: Answer) -> bool:
    """Whether a reader would see a forecast: a mean, quantile, probability, or another status."""
    content = verdict_json(verdict)
    figures: list[FloatArray | float | None] = [content["mean"], content["probability"]]
    figures += [content["probability_about"], *content["quantiles"].values()]
    return verdict.status != "refused" or any(figure is not None for figure in figures)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the table and what was shown, and return the exit status."""
    parser = options(
        str(__doc__).splitlines()[0], control="panels that are not spoilt", seed=20241118
    )
    chosen = parser.parse_args(arguments)
    panels = judge_panels(30 if chosen.quick else 500, chosen.seed, chosen.control)
    grouped = panels.groupby(["kind", "family"], sort=False)
    print_table(
        ["kind", "family", "panels", "shown", "without a reason"],
        [
            [*key, len(part), int(part["shown"].sum()), int((part["reason"] == "").sum())]
            for key, part in grouped
        ],
    )
    reasons = panels[~panels["shown"]].groupby("kind", sort=False)["reason"]
    for kind, found in reasons:
        print(f"{kind}: {found.value_counts().index[0]}")
    shown = panels[panels["shown"]]
    for row in shown.head(20).itertuples():
        print(f"SHOWN: {row.kind}, {row.family}, after {row.position}, panel {row.number}")
    silent = int((panels["reason"] == "").sum())
    text = f"{len(shown)} of {len(panels)} shown as numbers, {silent} without a reason"
    return conclude(Verdict(text, shown.empty and not silent))


if __name__ == "__main__":
    sys.exit(main())
