"""Rules of thumb, and what may be learned about them from the years past.

Each rule says by how much the year's growth will differ from the growth to
date.  Its past errors at the same position of the year give its spread: with
n of them and normal errors the next one is Student's t with n degrees of
freedom, scaled by their root mean square (Gelman et al., 2013, sec. 3.2; the
rules have no mean to estimate).
"""

from __future__ import annotations

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.models.draws import (
    FULL,
    ROUNDING_ERROR,
    Draws,
    Effort,
    check_spread,
)
from lianhu_analysis.forecast.models.panel import GrowthPanel
from lianhu_analysis.forecast.shrinkage import fit_shrunk

__all__ = ["carry_forward", "mean_reversion", "parent_pooling", "persistence"]

# A gap that fewer years know cannot show its pull; a past of fewer is no mean.
MIN_GAPS = 3
MIN_PAST = 2


def persistence(panel: GrowthPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Let the year grow as the year so far, with the errors that this rule made.

    Before any figure of the year, as last year did.

    Raises
    ------
    ForecastError
        If there are fewer past errors than asked for, or none to start from.
    """
    nothing = np.zeros(len(panel.base))
    return _rule("persistence", panel, nothing, np.empty((len(nothing), 0)), rng, effort)


def carry_forward(panel: GrowthPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Let the remaining periods grow as the latest single one (a random walk).

    Raises
    ------
    ForecastError
        Where it says what persistence says.
    """
    known = panel.n_known
    if known < 2:
        raise ForecastError("本年公布的还不到两期，没有最近一期的当期增速")
    growth = panel.as_published.copy()
    growth[-1] = panel.ytd_growth_pct[-1]
    now, before = panel.shares[:, known - 1], panel.shares[:, known - 2]
    if (now <= before).any():
        raise ForecastError("有的时期比重为零，不能由累计增速倒推当期增速")
    single = (now * growth[:, known - 1] - before * growth[:, known - 2]) / (now - before)
    change = (1.0 - now) * (single - growth[:, known - 1])
    return _rule("carry_forward", panel, change, np.empty((len(change), 0)), rng, effort)


def mean_reversion(panel: GrowthPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Let growth be pulled to the region's own past and to the target announced.

    The year's change from its growth to date is regressed, over past years at
    the same position, on the gap to the mean of the years before and on the
    gap to the announced target: officials steer, and the data say how much
    (shrunk as in Hoerl and Kennard, 1970).

    Raises
    ------
    ForecastError
        If too few years know either gap.
    """
    base = panel.base
    finals = np.where(panel.outlier, np.nan, panel.as_published[:, -1])
    past = np.array([_mean_of(finals[:row]) for row in range(len(base))])
    gaps = [past - base]
    if panel.announced is not None:
        gaps.append(panel.announced - base)
    return _rule("mean_reversion", panel, np.zeros(len(base)), _known(panel, gaps), rng, effort)


def parent_pooling(panel: GrowthPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Let the gap to the region above shrink as it did in past years.

    Partial pooling (Gelman et al., 2013, ch. 5) by one shrunk coefficient on
    the gap to the parent's newest growth to date.

    Raises
    ------
    ForecastError
        If the parent's growth is not in the store for enough years.
    """
    if panel.above is None:
        raise ForecastError("库中没有上级地区的同一指标")
    newest = np.flatnonzero(np.isfinite(panel.above[-1]))
    if not newest.size:
        raise ForecastError("上级地区本年尚无数据")
    gap = panel.above[:, newest[-1]] - panel.base
    return _rule("parent_pooling", panel, np.zeros(len(gap)), _known(panel, [gap]), rng, effort)


def _mean_of(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size >= MIN_PAST else float("nan")


def _known(panel: GrowthPanel, gaps: list[FloatArray]) -> FloatArray:
    """Keep the gaps known now and in enough past years, shape (years, k)."""
    final = panel.as_published[:-1, -1]
    kept = []
    for gap in gaps:
        seen = panel.usable & np.isfinite(gap[:-1]) & np.isfinite(final - panel.base[:-1])
        if np.isfinite(gap[-1]) and seen.sum() >= MIN_GAPS and np.any(gap[:-1][seen] != 0):
            # In a year that does not know it, a gap says nothing.
            kept.append(np.where(np.isfinite(gap), gap, 0.0))
    if not kept:
        raise ForecastError(f"差距可知的历史不到 {MIN_GAPS} 年，看不出有多大的拉力")
    return np.column_stack(kept)


def _rule(
    name: str,
    panel: GrowthPanel,
    change: FloatArray,
    gaps: FloatArray,
    rng: np.random.Generator,
    effort: Effort,
) -> Draws:
    """Draw the year from growth to date, a stated change, and shrunk pulls of gaps.

    Parameters
    ----------
    change
        Shape (years,): the change from growth to date that the rule states.
    gaps
        Shape (years, k).
    """
    base = panel.base
    if not np.isfinite(base[-1]):
        raise ForecastError("没有本年或上年的增速，无从外推")
    errors = panel.as_published[:-1, -1] - base[:-1] - change[:-1]
    rows = panel.usable & np.isfinite(errors)
    n = int(rows.sum())
    if n < effort.min_years:
        raise ForecastError(f"只有 {n} 年可比的历史误差，至少要 {effort.min_years} 年")
    y, now = errors[rows], gaps[-1]
    if now.size:
        # A conjugate regression (Gelman et al., 2013, sec. 14.8) on what shows no pull
        # unless it did.
        fit = fit_shrunk(gaps[:-1][rows], y)
        pulled = float(fit.predict(now)[0])
        scale = fit.noise_scale * float(np.sqrt(fit.covariance(now)[0, 0]))
    else:
        pulled, scale = 0.0, float(np.sqrt(np.mean(y**2)))
    centre = base[-1] + change[-1] + pulled
    if scale < ROUNDING_ERROR:
        raise ForecastError("历史误差全为零，不能估计不确定性")
    move = centre - base[-1] + scale * rng.standard_t(n, size=effort.n_draws)
    path = base[-1] + np.outer(move, panel.reach)
    start = np.full(effort.n_draws, base[-1]) if panel.n_known else None
    draws = Draws(name, path[:, -1], path, n, panel.reach, start=start)
    check_spread(draws.values)
    return draws
