"""Time-series models of single-period growth, conditioned exactly on published figures.

Growth of single periods is a Gaussian process: a level that wanders or
returns, plus noise, plus effects of the period and of Spring Festival.  What
is published is its share-weighted average to date, rounded.  Given the ratios
of the variances the futures follow by conditioning one normal vector on
another (the smoother of Harvey, 1989, ch. 3, written as in Rasmussen and
Williams, 2006, ch. 2); the common scale is integrated out, which gives
Student's t.  The ratios are not estimated but averaged over a small grid by
their marginal likelihood: plug-in intervals of short series cover too little,
and there is no optimiser that could fail to converge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.models.draws import (
    FULL,
    PLAUSIBLE_GROWTH,
    ROUNDING_ERROR,
    Draws,
    Effort,
    check_spread,
)
from lianhu_analysis.forecast.models.panel import GrowthPanel

__all__ = ["local_level", "log_evidence", "sarimax", "unobserved_components"]

# Variance of the unknown mean over that of the noise: as good as flat.
DIFFUSE = 1e4
# Older years say little about today's movement, and cost the cube of their number.
MAX_YEARS = 12
# Signal-to-noise ratios: from a fixed mean to a random walk.
RATIOS = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
AR_RATIOS = (0.3, 1.0, 3.0, 10.0)
AR_COEFFICIENTS = (0.4, 0.6, 0.8, 0.9, 0.95)
# Variance of effects of the period, and of a whole festival moved, over noise.
PERIOD_EFFECTS = (0.0, 0.3, 3.0)
FESTIVAL_EFFECT = 4.0
NEGLIGIBLE = 1e-3


@dataclass(frozen=True)
class Published:
    """Figures to condition on and figures to draw, in one covariance frame.

    Attributes
    ----------
    values
        Shape (n_obs,): published year-to-date growth.
    seen, wanted
        Positions, in the flattened (years, n) panel, of the published figures
        and of those to draw.
    parts, shares
        Shape (years, n): single and cumulative shares.
    rounding
        Variance of the rounding of a published figure over the noise's.
    """

    values: FloatArray
    seen: np.ndarray
    wanted: np.ndarray
    parts: FloatArray
    shares: FloatArray
    rounding: float

    def accumulate(self, covariance: FloatArray) -> FloatArray:
        """Turn a covariance of single periods into one of year-to-date figures."""
        years, n = self.shares.shape
        for _ in range(2):
            rows = covariance.reshape(years, n, -1) * self.parts[:, :, None]
            rows = np.cumsum(rows, axis=1) / self.shares[:, :, None]
            covariance = rows.reshape(years * n, -1).T
        return covariance


def local_level(panel: GrowthPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Forecast single-period growth as a random walk seen with noise.

    The local level model (Harvey, 1989, ch. 2).

    Raises
    ------
    ForecastError
        If the points are too few, constant or implausible.
    """
    wander = _random_walk(panel)
    grid = [(ratio,) for ratio in RATIOS]
    return _structural("local_level", panel, [wander], grid, rng, effort)


def unobserved_components(
    panel: GrowthPanel, rng: np.random.Generator, effort: Effort = FULL
) -> Draws:
    """Forecast with a level, effects of the period, and of Spring Festival.

    The basic structural model (Harvey, 1989, ch. 4) of growth, with the moving
    holiday of Lin and Liu (2002) for monthly series.

    Raises
    ------
    ForecastError
        As ``local_level``.
    """
    years, n = _recent(panel).ytd_growth_pct.shape
    bases = [_random_walk(panel), np.tile(np.eye(n), (years, years))]
    grid: list[tuple[float, ...]] = [(r, s) for r in RATIOS for s in PERIOD_EFFECTS]
    bases, grid = _with_festival(panel, bases, grid)
    return _structural("unobserved_components", panel, bases, grid, rng, effort)


def sarimax(panel: GrowthPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Forecast with a mean to which growth returns, and Spring Festival.

    A first-order autoregression seen with noise, an ARMA(1, 1) with regressors
    (Box and Jenkins, 1970, ch. 4; statsmodels' SARIMAX).

    Raises
    ------
    ForecastError
        As ``local_level``.
    """
    years, n = _recent(panel).ytd_growth_pct.shape
    apart = np.abs(np.subtract.outer(np.arange(years * n), np.arange(years * n)))
    bases = [coefficient**apart for coefficient in AR_COEFFICIENTS]
    grid = [
        tuple(ratio * (number == chosen) for number in range(len(bases)))
        for chosen in range(len(bases))
        for ratio in AR_RATIOS
    ]
    bases, grid = _with_festival(panel, bases, grid)
    return _structural("sarimax", panel, bases, grid, rng, effort)


def log_evidence(covariance: FloatArray, values: FloatArray) -> FloatArray:
    """Return the log marginal likelihood of each model, up to a common constant.

    The scale is integrated out under a flat prior on its logarithm, with one
    degree of freedom spent on the mean.

    Parameters
    ----------
    covariance
        Shape (models, n_obs, n_obs), in units of the noise variance.
    values
        Shape (n_obs,).
    """
    factor = np.linalg.cholesky(covariance)
    white = np.linalg.solve(factor, values[None, :, None])[..., 0]
    determinant = 2.0 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    squares = np.sum(white**2, axis=1)
    return np.asarray(-0.5 * determinant - 0.5 * (values.size - 1) * np.log(squares))


def _structural(
    name: str,
    panel: GrowthPanel,
    bases: Sequence[FloatArray],
    grid: Sequence[tuple[float, ...]],
    rng: np.random.Generator,
    effort: Effort,
) -> Draws:
    """Average the grid's models and draw the rest of the year.

    Parameters
    ----------
    bases
        Covariances of single periods, each of shape (years * n, years * n).
    grid
        For each model the multiple of every base, in units of the noise.
    """
    panel = _recent(panel)
    published = _published(panel, effort)
    size = published.shares.size
    rows = np.concatenate([published.seen, published.wanted])
    accumulated = [published.accumulate(base)[np.ix_(rows, rows)] for base in bases]
    fixed = published.accumulate(np.eye(size) + DIFFUSE)[np.ix_(rows, rows)]
    whole = fixed + np.tensordot(np.asarray(grid), np.stack(accumulated), axes=1)
    n_obs = published.values.size
    whole[:, range(n_obs), range(n_obs)] += published.rounding
    middle = published.values.mean()
    future = _draw(whole, published.values - middle, rng, effort.n_draws) + middle
    start = future[:, 0] if panel.n_known else None
    path = future[:, 1:] if panel.n_known else future
    check_spread(path[:, -1])
    return Draws(name, path[:, -1], path, n_obs, panel.reach, start=start)


def _draw(
    whole: FloatArray, values: FloatArray, rng: np.random.Generator, n_draws: int
) -> FloatArray:
    """Draw what is wanted given ``values``, shape (n_draws, wanted)."""
    n_obs = values.size
    evidence = log_evidence(whole[:, :n_obs, :n_obs], values)
    weight = np.exp(evidence - evidence.max())
    kept = np.flatnonzero(weight > NEGLIGIBLE)
    weight = weight[kept] / weight[kept].sum()
    seen, cross = whole[kept, :n_obs, :n_obs], whole[kept, :n_obs, n_obs:]
    solved = np.linalg.solve(
        seen, np.concatenate([cross, np.broadcast_to(values[:, None], (len(kept), n_obs, 1))], 2)
    )
    mean = np.swapaxes(cross, 1, 2) @ solved[:, :, -1:]
    left = whole[kept, n_obs:, n_obs:] - np.swapaxes(cross, 1, 2) @ solved[:, :, :-1]
    squares = values @ solved[:, :, -1].T
    which = rng.choice(len(kept), size=n_draws, p=weight)
    root = _root(left)[which]
    normal = rng.normal(size=(n_draws, mean.shape[1], 1))
    scale = np.sqrt(squares[which] / rng.chisquare(n_obs - 1, size=n_draws))
    return np.asarray(mean[which, :, 0] + scale[:, None] * (root @ normal)[..., 0])


def _root(covariance: FloatArray) -> FloatArray:
    """Return matrix square roots of covariances that rounding may leave a hair from positive."""
    values, vectors = np.linalg.eigh((covariance + np.swapaxes(covariance, 1, 2)) / 2)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :])


def _published(panel: GrowthPanel, effort: Effort) -> Published:
    """Check what is published and lay it out.

    Raises
    ------
    ForecastError
        If the points are too few, constant, or off by a unit.
    """
    years, n = panel.ytd_growth_pct.shape
    parts = np.diff(panel.shares, prepend=0.0, axis=1)
    if (parts <= 0).any():
        raise ForecastError("有的时期比重为零，不能由累计增速倒推当期增速")
    growth = panel.ytd_growth_pct.copy()
    growth[panel.outlier] = np.nan
    growth[-1, panel.n_known :] = np.nan
    seen = np.flatnonzero(np.isfinite(growth.ravel()))
    needed = effort.min_points[panel.frequency]
    if seen.size < needed:
        raise ForecastError(f"可用的历史只有 {seen.size} 期，至少要 {needed} 期")
    single = np.diff(panel.shares * growth, prepend=0.0, axis=1) / parts
    known = single[np.isfinite(single)]
    if known.size < 2:
        # Growth published at quarter ends only has no single months: its size must do.
        known = growth.ravel()[seen]
    if np.ptp(growth.ravel()[seen]) < ROUNDING_ERROR or np.ptp(known) < ROUNDING_ERROR:
        raise ForecastError("历史数值完全相同，不能估计波动")
    largest = float(known[np.abs(known).argmax()])
    if abs(largest) > 10 * PLAUSIBLE_GROWTH:
        raise ForecastError(f"历史增速中有 {largest:.1f}%，疑为单位或口径错误，请先核对")
    # The noise's size, for the rounding only: it is integrated out elsewhere.
    noise = max(1.4826 * float(np.median(np.abs(np.diff(known)))) / np.sqrt(2.0), panel.half_unit)
    return Published(
        values=growth.ravel()[seen],
        seen=seen,
        wanted=np.arange((years - 1) * n + max(panel.n_known - 1, 0), years * n),
        parts=parts,
        shares=panel.shares,
        rounding=panel.half_unit**2 / 3.0 / noise**2,
    )


def _recent(panel: GrowthPanel) -> GrowthPanel:
    """Keep the newest years only."""
    if len(panel.ytd_growth_pct) <= MAX_YEARS:
        return panel
    last = slice(-MAX_YEARS, None)
    return GrowthPanel(
        frequency=panel.frequency,
        ytd_growth_pct=panel.ytd_growth_pct[last],
        shares=panel.shares[last],
        n_known=panel.n_known,
        outlier=panel.outlier[last],
        half_unit=panel.half_unit,
        festival=None if panel.festival is None else panel.festival[last],
    )


def _random_walk(panel: GrowthPanel) -> FloatArray:
    steps = np.arange(1.0, _recent(panel).ytd_growth_pct.size + 1.0)
    return np.minimum.outer(steps, steps)


def _with_festival(
    panel: GrowthPanel, bases: list[FloatArray], grid: list[tuple[float, ...]]
) -> tuple[list[FloatArray], list[tuple[float, ...]]]:
    """Let every model have a festival effect, too, where the calendar matters."""
    festival = _recent(panel).festival
    if festival is None or not np.any(festival):
        return bases, grid
    effect = np.outer(festival.ravel(), festival.ravel())
    both = [(*item, size) for item in grid for size in (0.0, FESTIVAL_EFFECT)]
    return [*bases, effect], both
