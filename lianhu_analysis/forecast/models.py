"""Candidate models: each takes what was known on a day and returns simulated futures.

A model returns ``Draws``: simulated values of the target at the end of its
year.  Means, quantiles and probabilities are arithmetic on draws, done once
for all models in ``verdict``.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray, single_growth_from_ytd

__all__ = [
    "Draws",
    "GrowthPanel",
    "ProgressPanel",
    "local_level",
    "persistence",
    "progress",
    "usual_change",
]

N_DRAWS = 10_000
# Fewer points than this cannot separate noise from movement.
MIN_POINTS = {"A": 12, "Q": 16, "M": 33}
MIN_YEARS = 5
# District growth beyond this is a slip of units before it is an economy.
PLAUSIBLE_GROWTH = 60.0
MAX_SPREAD = 30.0
# Growth rates that differ by less than this differ by floating-point error.
ROUNDING_ERROR = 1e-6


@dataclass(frozen=True)
class Draws:
    """Simulated futures of one target.

    Attributes
    ----------
    values
        Shape (n_draws,): the target's figure at the end of the year.
    path
        Shape (n_draws, n_remaining): the year-to-date figure (or cumulative
        amount) after each remaining period.
    n_obs
        Number of observations that the model was estimated on.
    """

    model: str
    values: FloatArray
    path: FloatArray
    n_obs: int


@dataclass(frozen=True)
class GrowthPanel:
    """What growth models see.

    Attributes
    ----------
    ytd_growth_pct
        Shape (years, n): published year-to-date growth by year and period,
        missing where unknown; the last row is the target's year.
    shares
        Shape (years, n): each year's cumulative shares ``W_p``.
    n_known
        Periods of the target's year that are published.
    outlier
        Shape (years,): years that the models treat as missing.
    half_unit
        Half of the last published decimal, in points.
    """

    frequency: str
    ytd_growth_pct: FloatArray
    shares: FloatArray
    n_known: int
    outlier: np.ndarray
    half_unit: float = 0.05


@dataclass(frozen=True)
class ProgressPanel:
    """What models of counts and amounts see.

    Attributes
    ----------
    increments
        Shape (years, n): done in each period of complete past years.
    actual
        Done so far in the target's year.
    n_known
        Periods of the target's year that are published.
    integer
        Whether only whole numbers can occur.
    """

    increments: FloatArray
    actual: float
    n_known: int
    integer: bool


def persistence(panel: GrowthPanel, rng: np.random.Generator) -> Draws:
    """Let the year grow as the year so far, with the errors that this rule made.

    Past errors (full year less year-to-date at the same period, outlier years
    left out) give the spread; with few years it is Student's t with one
    degree of freedom less than there are years.

    Raises
    ------
    ForecastError
        If there are fewer than five past errors, or nothing of the year yet.
    """
    if panel.n_known == 0:
        raise ForecastError("本年尚无数据，无法按“全年与累计同速”外推")
    at = panel.n_known - 1
    history = panel.ytd_growth_pct[:-1][~panel.outlier[:-1]]
    errors = history[:, -1] - history[:, at]
    errors = errors[np.isfinite(errors)]
    if errors.size < MIN_YEARS:
        raise ForecastError(f"只有 {errors.size} 年可比的历史误差，至少要 {MIN_YEARS} 年")
    actual = panel.ytd_growth_pct[-1, at]
    scale = np.sqrt(np.mean(errors**2) * (1 + 1 / errors.size))
    noise = rng.standard_t(errors.size - 1, size=N_DRAWS) * scale
    remaining = panel.shares.shape[1] - panel.n_known
    steps = np.arange(1, remaining + 1) / remaining
    draws = _draws("persistence", actual + np.outer(noise, steps), errors.size)
    _check_spread(draws.values)
    return draws


def local_level(panel: GrowthPanel, rng: np.random.Generator) -> Draws:
    """Forecast single-period growth as a random walk seen with noise.

    A local level model (Harvey, 1989, ch. 2) of single-period growth is
    fitted by statsmodels; its simulated futures are weighed with last year's
    shares into the year.  The scale of the draws is widened as in the
    posterior under a flat prior on log variance, given the signal-to-noise
    ratio: scaled by sqrt(n / chi-square(n)).  The published year-to-date
    figure enters with its own rounding.

    Raises
    ------
    ForecastError
        If the points are too few, constant, implausible, or the fit did not
        converge.
    """
    single = np.vstack(
        [
            single_growth_from_ytd(g, w)
            for g, w in zip(panel.ytd_growth_pct, panel.shares, strict=True)
        ]
    )
    single[panel.outlier] = np.nan
    series = single.ravel()[: single.size - single.shape[1] + panel.n_known]
    n_obs = int(np.isfinite(series).sum())
    _check_points(series, panel.frequency, n_obs)
    series = series[np.argmax(np.isfinite(series)) :]
    remaining = panel.shares.shape[1] - panel.n_known
    future = _simulate_local_level(series, remaining, rng)
    centre = future.mean(axis=0)
    widen = np.sqrt(n_obs / rng.chisquare(n_obs, size=N_DRAWS))
    future = centre + (future - centre) * widen[:, None]
    draws = _draws("local_level", _year_to_date(panel, future, rng), n_obs)
    _check_spread(draws.values)
    return draws


def progress(panel: ProgressPanel, rng: np.random.Generator) -> Draws:
    """Project a count or amount from this year's pace against the usual progress.

    The usual increments by period come from a Poisson regression on period
    effects with overdispersion (quasi-likelihood, McCullagh and Nelder, 1989,
    ch. 6), fitted by statsmodels.  The year's pace is a gamma variable
    with mean one and the spread of past years; what was done so far updates it
    (gamma-Poisson conjugacy, Gelman et al., 2013, sec. 2.6).

    Raises
    ------
    ForecastError
        If there are fewer than five complete past years, or nothing was ever
        done in them.
    """
    years, periods = panel.increments.shape
    if years < MIN_YEARS:
        raise ForecastError(f"只有 {years} 个完整年度的进度，至少要 {MIN_YEARS} 年")
    if panel.increments.sum() <= 0:
        raise ForecastError("历年均无进展，没有常年进度可比")
    usual, dispersion = _usual_increments(panel.increments)
    total = usual.sum()
    totals = panel.increments.sum(axis=1)
    between = max(float(totals.var(ddof=1)) / total**2 - dispersion / total, 1e-4)
    expected = usual[: panel.n_known].sum()
    shape = 1 / between + panel.actual / dispersion
    rate = 1 / between + expected / dispersion
    pace = rng.gamma(shape, 1 / rate, size=N_DRAWS)
    mean = pace[:, None] * usual[None, panel.n_known :]
    done = _overdispersed(mean, dispersion, panel.integer, rng)
    path = panel.actual + np.cumsum(done, axis=1)
    return _draws("progress", path, int(years * periods))


def usual_change(
    changes: Sequence[float], actual: float, integer: bool, rng: np.random.Generator
) -> Draws:
    """Add to a stock the change that past years saw from this period to year end.

    The predictive distribution of one more change under normality: Student's
    t with n - 1 degrees of freedom and scale s * sqrt(1 + 1/n).

    Raises
    ------
    ForecastError
        If fewer than five past years are known.
    """
    past = np.asarray(changes, dtype=float)
    past = past[np.isfinite(past)]
    if past.size < MIN_YEARS:
        raise ForecastError(f"只有 {past.size} 年同期至年末的变化，至少要 {MIN_YEARS} 年")
    scale = past.std(ddof=1) * np.sqrt(1 + 1 / past.size)
    values = actual + past.mean() + scale * rng.standard_t(past.size - 1, size=N_DRAWS)
    if integer:
        values = np.rint(values)
    return _draws("usual_change", np.maximum(values, 0.0)[:, None], past.size)


def _simulate_local_level(
    series: FloatArray, remaining: int, rng: np.random.Generator
) -> FloatArray:
    """Fit the local level model and draw shape (n_draws, remaining) futures."""
    # Two seconds of import are paid only where something is estimated.
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    with warnings.catch_warnings():
        # Convergence is judged below, in words, not by a warning on the page.
        warnings.simplefilter("ignore")
        result = UnobservedComponents(series, level="local level").fit(disp=0)
        if not result.mle_retvals["converged"] or not np.isfinite(result.llf):
            raise ForecastError("局部水平模型的极大似然估计没有收敛")
        future = result.simulate(remaining, anchor="end", repetitions=N_DRAWS, rng=rng)
    return np.asarray(future, dtype=float).reshape(remaining, N_DRAWS).T


def _year_to_date(panel: GrowthPanel, future: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return year-to-date growth after each remaining period, in every draw."""
    shares = panel.shares[-1]
    parts = np.diff(shares, prepend=0.0)[panel.n_known :]
    done = np.zeros(N_DRAWS)
    if panel.n_known:
        rounding = rng.uniform(-panel.half_unit, panel.half_unit, size=N_DRAWS)
        at = panel.n_known - 1
        done = shares[at] * (panel.ytd_growth_pct[-1, at] + rounding)
    return (done[:, None] + np.cumsum(future * parts, axis=1)) / shares[panel.n_known :]


def _usual_increments(increments: FloatArray) -> tuple[FloatArray, float]:
    """Return the mean increment of each period and the overdispersion."""
    import statsmodels.api as sm

    years, periods = increments.shape
    active = increments.sum(axis=0) > 0
    usual = np.zeros(periods)
    design = np.kron(np.ones((years, 1)), np.eye(int(active.sum())))
    model = sm.GLM(increments[:, active].ravel(), design, family=sm.families.Poisson())
    with warnings.catch_warnings():
        # Years that agree to the last digit are a perfect prediction, not a fault.
        warnings.simplefilter("ignore")
        fit = model.fit(scale="X2")
    usual[active] = np.exp(np.asarray(fit.params))
    return usual, max(float(fit.scale), 1e-6)


def _overdispersed(
    mean: FloatArray, dispersion: float, integer: bool, rng: np.random.Generator
) -> FloatArray:
    """Draw non-negative values with this mean and variance ``dispersion * mean``."""
    positive = np.maximum(mean, 1e-12)
    if not integer:
        return rng.gamma(positive / dispersion, dispersion)
    if dispersion > 1:
        return rng.poisson(rng.gamma(positive / (dispersion - 1), dispersion - 1)).astype(float)
    return rng.poisson(positive).astype(float)


def _check_points(series: FloatArray, frequency: str, n_obs: int) -> None:
    needed = MIN_POINTS[frequency]
    if n_obs < needed:
        raise ForecastError(f"可用的历史只有 {n_obs} 期，至少要 {needed} 期")
    known = series[np.isfinite(series)]
    if np.ptp(known) < ROUNDING_ERROR:
        raise ForecastError("历史数值完全相同，不能估计波动")
    if np.abs(known).max() > 10 * PLAUSIBLE_GROWTH:
        raise ForecastError(
            f"历史增速中有 {known[np.abs(known).argmax()]:.1f}%，疑为单位或口径错误，请先核对"
        )


def _check_spread(values: FloatArray) -> None:
    if not np.isfinite(values).all():
        raise ForecastError("模拟结果中有非有限值")
    if abs(values.mean()) > PLAUSIBLE_GROWTH:
        raise ForecastError(f"预测均值 {values.mean():.1f}% 超出合理范围，疑为数据错误，请先核对")
    spread = float(np.subtract(*np.quantile(values, [0.9, 0.1])))
    if spread < ROUNDING_ERROR:
        raise ForecastError("历史误差全为零，不能估计不确定性")
    if spread > MAX_SPREAD:
        raise ForecastError(f"80% 区间宽达 {spread:.1f} 个百分点，没有判断价值")


def _draws(model: str, path: FloatArray, n_obs: int) -> Draws:
    return Draws(model=model, values=path[:, -1], path=path, n_obs=n_obs)
