"""Counts, amounts and stocks: what is usually done by now, and how past years went on."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.models.draws import FULL, ROUNDING_ERROR, Draws, Effort, student_t
from lianhu_analysis.forecast.models.panel import ProgressPanel, StockPanel

__all__ = ["no_change", "pace", "progress", "stock_change"]

# Degrees of freedom of what is taken as known: one period, or one year, shows no scatter.
MANY = 1_000_000


def progress(panel: ProgressPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Project a count or amount from this year's pace against the usual progress.

    Counts are gamma-Poisson (Gelman et al., 2013, sec. 2.6): a year has a pace
    with mean one and the spread of past years, and its periods scatter around
    pace times usual increment with the overdispersion of a Poisson regression
    on years and periods (quasi-likelihood, McCullagh and Nelder, 1989, ch. 6).
    A few years know neither the usual increments nor their scatter nor the
    spread of the paces: all are drawn from what the years leave open, and
    the draws are resampled by how well each foretold what was done so far
    (sampling-importance-resampling, Rubin, 1988).

    Raises
    ------
    ForecastError
        If there are fewer than four complete past years, or nothing was ever
        done in them.
    """
    years, periods = panel.increments.shape
    _need_years(panel, effort)
    statistic, freedom = _scatter(panel.increments)
    dispersion = statistic / rng.chisquare(freedom, size=effort.n_draws)
    usual, between = _usual(panel.increments, dispersion, rng)
    expected = usual[:, : panel.n_known].sum(axis=1) / dispersion
    shape, seen = 1.0 / between, np.zeros(effort.n_draws)
    if panel.increments[:, : panel.n_known].any():
        # Where nothing is usually done by now, what is done tells no pace.
        seen = panel.actual / dispersion
        # One draw that underflows to no usual progress is unlikely; the others stand.
        expected = np.maximum(expected, np.finfo(float).tiny)
        log_weight = _log_negative_binomial(seen, shape, expected) - np.log(dispersion)
        weight = np.exp(log_weight - log_weight.max())
        chosen = rng.choice(weight.size, size=weight.size, p=weight / weight.sum())
        usual, shape, expected = usual[chosen], shape[chosen], expected[chosen]
        dispersion, seen = dispersion[chosen], seen[chosen]
    pace = rng.gamma(shape + seen, 1.0 / (shape + expected))
    mean = pace[:, None] * usual[:, panel.n_known :]
    done = _overdispersed(mean, dispersion[:, None], panel.integer, rng)
    path = panel.actual + np.cumsum(done, axis=1)
    return Draws("progress", path[:, -1], path, int(years * periods), done=panel.actual)


def pace(panel: ProgressPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Let the year end where its part done so far usually leads, with past errors.

    The rule of thumb: so much is done, so much of a year is usually done by
    now.  Past errors of the rule, each year against the progress usual in the
    others, are taken in logarithms of the whole; Student's t as in ``rules``.

    Raises
    ------
    ForecastError
        If past years are too few, nothing was ever done in them, or nothing
        is usually done by now.
    """
    _need_years(panel, effort)
    known = panel.n_known
    so_far = panel.increments[:, :known].sum(axis=1)
    totals = panel.increments.sum(axis=1)
    if not known or panel.actual <= 0 or so_far.sum() <= 0:
        raise ForecastError("至今尚无进展，不能按进度推算")
    others = (so_far.sum() - so_far) / np.maximum(totals.sum() - totals, ROUNDING_ERROR)
    good = (so_far > 0) & (others > 0)
    errors = np.log(totals[good] * others[good] / so_far[good])
    if errors.size < effort.min_years:
        raise ForecastError(f"可比的进度不足 {effort.min_years} 年，现有 {errors.size} 年")
    scale = np.sqrt(np.mean(errors**2))
    if scale < ROUNDING_ERROR:
        raise ForecastError("历年进度完全相同，不能估计不确定性")
    whole = panel.actual * totals.sum() / so_far.sum()
    # A factor beyond e is no pace any more; it keeps the heavy tail finite.
    log = np.clip(scale * student_t(errors.size, effort, rng), -1.0, 1.0)
    values = np.maximum(whole * np.exp(log), panel.actual)
    values = np.rint(values) if panel.integer else values
    left = np.cumsum(panel.increments[:, known:].sum(axis=0))
    reach = left / left[-1] if left[-1] > 0 else np.linspace(0, 1, left.size + 1)[1:]
    path = panel.actual + np.outer(values - panel.actual, reach)
    return Draws("pace", values, path, errors.size, done=panel.actual)


def stock_change(panel: StockPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Add to a stock the change that past years saw from this period to year end.

    The predictive distribution of one more change under normality: Student's
    t with n - 1 degrees of freedom and scale s * sqrt(1 + 1/n).

    Raises
    ------
    ForecastError
        If too few past years are known, or all changed by the same.
    """
    past = _past_changes(panel, effort)
    scale = past.std(ddof=1) * np.sqrt(1 + 1 / past.size)
    if scale < ROUNDING_ERROR:
        raise ForecastError("历年同期至年末的变化完全相同，不能估计不确定性")
    values = panel.actual + past.mean() + scale * student_t(past.size - 1, effort, rng)
    return _year_end("usual_change", panel, values, past.size)


def no_change(panel: StockPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Let a stock stay where it is, with the changes that past years saw as its errors.

    Raises
    ------
    ForecastError
        If past years are too few.
    """
    past = _past_changes(panel, effort)
    scale = np.sqrt(np.mean(past**2))
    if scale < ROUNDING_ERROR:
        raise ForecastError("历年同期至年末均无变化，不能估计不确定性")
    values = panel.actual + scale * student_t(past.size, effort, rng)
    return _year_end("no_change", panel, values, past.size)


def _past_changes(panel: StockPanel, effort: Effort) -> FloatArray:
    past = panel.changes[np.isfinite(panel.changes)]
    if past.size < effort.min_years:
        raise ForecastError(f"同期至年末的变化不足 {effort.min_years} 年，现有 {past.size} 年")
    return past


def _year_end(name: str, panel: StockPanel, values: FloatArray, years: int) -> Draws:
    values = np.clip(np.rint(values) if panel.integer else values, panel.least, panel.most)
    return Draws(name, values, values[:, None], years)


def _need_years(panel: ProgressPanel, effort: Effort) -> None:
    years = len(panel.increments)
    if years < effort.min_years:
        raise ForecastError(f"至今到年末都有数的往年不足 {effort.min_years} 年，现有 {years} 年")
    if panel.actual < 0 or (panel.increments.sum(axis=1) < 0).any():
        raise ForecastError("累计数有过负数，没有常年进度可比")
    if panel.increments.sum() <= 0:
        raise ForecastError("历年均为 0，没有常年进度可比")


def _scatter(increments: FloatArray) -> tuple[float, int]:
    """Return what is left when every year and period has its own rate, and its degrees of freedom.

    Pearson's statistic of the Poisson regression on years and periods; of a whole table its fit
    is row sum times column sum over the total (McCullagh and Nelder, 1989, sec. 6.4).  Over its
    degrees of freedom it estimates variance over mean, over chi-square draws it draws it.
    """
    table = increments[increments.sum(axis=1) > 0][:, increments.sum(axis=0) > 0]
    years, periods = table.shape
    if years < 2 or periods < 2:
        return float(MANY), MANY
    fitted = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    chi_square = float(((table - fitted) ** 2 / fitted).sum())
    freedom = (years - 1) * (periods - 1)
    return max(chi_square, 1e-6 * freedom), freedom


def _usual(
    increments: FloatArray, dispersion: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Draw usual increments, shape (n_draws, n), and the variance of the paces, by dispersion.

    The totals' variance about their mean is that of the paces and of the
    scatter: scaled inverse chi-square with one degree of freedom fewer than
    years (Gelman et al., 2013, sec. 3.2).  A period's usual increment is gamma
    with the sum of the past ones as its shape; all of them share the paces
    that the past years happened to have.
    """
    years, n_draws = len(increments), dispersion.size
    sums = increments.sum(axis=0)
    totals = increments.sum(axis=1)
    spread = float(totals.var(ddof=1)) * (years - 1) / rng.chisquare(years - 1, size=n_draws)
    level = totals.mean()
    between = np.maximum(spread / level**2 - dispersion / level, 1e-4)
    each = dispersion[:, None]
    rates = rng.gamma(sums / each, each / years)
    happened = rng.gamma(years / between, between / years)
    return rates * happened[:, None], between


def _log_negative_binomial(seen: FloatArray, shape: FloatArray, expected: FloatArray) -> FloatArray:
    """Return the log probability of what was done so far, in units of its dispersion."""
    return np.asarray(
        gammaln(seen + shape)
        - gammaln(shape)
        - gammaln(seen + 1.0)
        + shape * np.log(shape / (shape + expected))
        + seen * np.log(expected / (shape + expected))
    )


def _overdispersed(
    mean: FloatArray, dispersion: FloatArray, integer: bool, rng: np.random.Generator
) -> FloatArray:
    """Draw non-negative values with this mean and variance ``dispersion * mean``."""
    positive = np.maximum(mean, 1e-12)
    if not integer:
        return rng.gamma(positive / dispersion, dispersion)
    # Whole numbers scatter no less than Poisson's.
    beyond = np.maximum(dispersion - 1, 1e-9)
    return rng.poisson(rng.gamma(positive / beyond, beyond)).astype(float)
