"""How often history did in the same part of a year what is required of this one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import required_growth
from lianhu_analysis.forecast.history import Point, Series, share_for, year_periods
from lianhu_analysis.workspace import CensusBreak

__all__ = [
    "Precedents",
    "compare",
    "past_amounts",
    "past_growth",
    "precedents_json",
]

# A year's growth is first published in the winter after it; from this month on
# a figure of the year is a revision.
REVISED_FROM = 7


@dataclass(frozen=True)
class Precedents:
    """The same part of past years, and whether it would have been enough.

    Attributes
    ----------
    years, values
        Past years, oldest first, and the growth in percent (or the amount) of
        their same remaining periods.
    slacks
        How far the rounding of published growth may move each value.
    outlier
        Whether the workspace calls the year an outlier.
    enough
        Whether each value is as required.
    close
        Whether rounding could change that.
    reason
        Why nothing can be said, where there is no year.
    """

    years: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    slacks: tuple[float, ...] = ()
    outlier: tuple[bool, ...] = ()
    enough: tuple[bool, ...] = ()
    close: tuple[bool, ...] = ()
    reason: str = ""

    def count(self, *, outliers: bool = True) -> tuple[int, int]:
        """Return in how many years it was enough, and out of how many."""
        kept = [e for e, o in zip(self.enough, self.outlier, strict=True) if outliers or not o]
        return sum(kept), len(kept)


def past_growth(
    target: Target,
    growth: Series,
    n_remaining: int,
    levels: tuple[Series, Series | None],
    breaks: Sequence[CensusBreak],
) -> Precedents:
    """Growth of the last ``n_remaining`` periods of each past year, from published figures.

    ``(G_n - W_k G_k) / (1 - W_k)`` with the share of the year before; a year
    whose two growth figures are not of one vintage, or whose share is not
    published, says nothing.
    """
    indicator = growth.indicator
    found = []
    for year in growth.years:
        periods = year_periods(indicator, year)
        whole = growth.points.get(periods[-1])
        if year >= target.year or whole is None:
            continue
        if n_remaining == len(periods):
            found.append((year, whole.value, target.half_unit))
            continue
        so_far = growth.points.get(periods[len(periods) - n_remaining - 1])
        if so_far is None or not _one_vintage(so_far, whole):
            continue
        try:
            share = share_for(so_far.period, indicator, *levels, breaks).value
        except ForecastError:
            continue
        if share < 1.0:
            value = required_growth(whole.value, so_far.value, share)
            found.append((year, value, target.half_unit * (1 + share) / (1 - share)))
    return _laid_out(found, "往年没有同时公布两端增速和比重的年份")


def past_amounts(target: Target, levels: Series, known: int) -> Precedents:
    """Return what each past year did after its first ``known`` periods."""
    found = []
    for year in levels.years:
        periods = year_periods(levels.indicator, year)
        whole = levels.points.get(periods[-1])
        so_far = levels.points.get(periods[known - 1]) if known else None
        if year >= target.year or whole is None or (known and so_far is None):
            continue
        if not levels.indicator.piles_up and so_far is None:
            continue  # a stock starts from somewhere
        found.append((year, whole.value - (so_far.value if so_far else 0.0), 0.0))
    return _laid_out(found, "往年没有同期和年末都公布的年份")


def _laid_out(found: Sequence[tuple[int, float, float]], reason: str) -> Precedents:
    """Return years, values and slacks, not compared yet; without any, the reason."""
    if not found:
        return Precedents(reason=reason)
    years, values, slacks = zip(*found, strict=True)
    return Precedents(years, values, slacks)


def _one_vintage(so_far: Point, whole: Point) -> bool:
    """Whether both growth figures are first releases, or were revised on one day."""
    if so_far.published == whole.published:
        return True
    revised = dt.date(whole.period.year + 1, REVISED_FROM, 1)
    return so_far.published <= whole.published < revised


def compare(
    past: Precedents, required: float, slack: float, *, at_most: bool, outlier_years: Sequence[int]
) -> Precedents:
    """Compare past years with what is required now.

    Parameters
    ----------
    required, slack
        What this year needs, and by how much rounding may raise it.
    at_most
        Whether less is better.
    """
    sign = -1.0 if at_most else 1.0
    margins = [sign * (value - required) for value in past.values]
    slacks = zip(margins, past.slacks, strict=True)
    return replace(
        past,
        outlier=tuple(year in outlier_years for year in past.years),
        enough=tuple(margin >= -1e-9 for margin in margins),
        close=tuple(abs(margin) < own + slack for margin, own in slacks),
    )


def precedents_json(precedents: Precedents) -> dict[str, Any]:
    """Return ``required_history`` of ``lianhu forecast --json``."""
    enough, n = precedents.count()
    usual, usual_n = precedents.count(outliers=False)
    return {
        "reached": enough if n else None,
        "n": n,
        "reached_without_outliers": usual if usual_n else None,
        "n_without_outliers": usual_n,
        "close": sum(precedents.close),
        "years": [
            {"year": year, "value": value, "reached": reached}
            for year, value, reached in zip(
                precedents.years, precedents.values, precedents.enough, strict=True
            )
        ],
        "reason": precedents.reason,
    }
