"""Rules of thumb: the year grows as the year so far, or its rest as something that may pull at it.

The past errors of a rule at the same position of the year give its spread: with n of them and
normal errors the next one is Student's t with n degrees of freedom, scaled by their root mean
square (Gelman et al., 2013, sec. 3.2; a rule has no mean to estimate).  Outlier years are not
learned from, but where fewer than five others are known they widen the spread.  How much a pull
is worth is for the combination to learn.
"""

from __future__ import annotations

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.models.draws import FULL, ROUNDING_ERROR, Draws, Effort, check_spread
from lianhu_analysis.forecast.models.panel import GrowthPanel

__all__ = ["own_past", "persistence"]

# Of the last years, so many must be known and no outliers: else nothing recent says what is usual.
RECENT, MIN_PAST = 3, 2
# So few comparable years cannot show how far a rule may err: outlier years fill them up, each
# counting at most as so many usual errors.
FEW_YEARS, OUTLIER_LIMIT = 5, 3.0


def persistence(panel: GrowthPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Let the year grow as the year so far; before any figure of the year, as last year did.

    Raises
    ------
    ForecastError
        If there are fewer past errors than asked for, or none to start from.
    """
    return _rule("persistence", panel, panel.base, "没有本年或上年的增速，无从外推", rng, effort)


def own_past(panel: GrowthPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Let the rest of the year grow as the years before it did on average.

    Raises
    ------
    ForecastError
        As ``persistence``.
    """
    finals = np.where(panel.outlier, np.nan, panel.as_published[:, -1])
    past = np.array([_mean_of(finals[:row]) for row in range(len(finals))])
    centres = _rest_grows_as(panel, past)
    unknown = f"近 {RECENT} 年里可比的不足 {MIN_PAST} 年，没有平均增速"
    return _rule("own_past", panel, centres, unknown, rng, effort)


def _rest_grows_as(panel: GrowthPanel, rates: FloatArray) -> FloatArray:
    """Return each year's growth if its rest grows at some rate, shape (years,).

    What is done is done: late in a year no rule pulls far.
    """
    if not panel.n_known:
        return rates
    done = panel.shares[:, panel.n_known - 1]
    return np.asarray(done * panel.base + (1.0 - done) * rates)


def _mean_of(values: FloatArray) -> float:
    known = np.isfinite(values)
    return float(values[known].mean()) if known[-RECENT:].sum() >= MIN_PAST else float("nan")


def _scale(errors: FloatArray, of_outliers: FloatArray) -> float:
    """Return the root mean square error; few years borrow the outlier years', within bounds."""
    squares = errors**2
    lacking = max(FEW_YEARS - squares.size, 0)
    if lacking and of_outliers.size:
        most = OUTLIER_LIMIT**2 * squares.mean()
        borrowed = np.minimum(np.sort(of_outliers**2)[-lacking:], most)
        squares = np.concatenate([squares, borrowed])
    return float(np.sqrt(squares.mean()))


def _rule(
    name: str,
    panel: GrowthPanel,
    centres: FloatArray,
    unknown: str,
    rng: np.random.Generator,
    effort: Effort,
) -> Draws:
    """Draw the year from what a rule says of it and the errors that this made.

    Parameters
    ----------
    centres
        Shape (years,): what the rule says of each year.
    unknown
        Why there may be none for the target's.
    """
    if not np.isfinite(centres[-1]):
        raise ForecastError(unknown)
    errors = panel.as_published[:-1, -1] - centres[:-1]
    rows = panel.usable & np.isfinite(errors)
    n = int(rows.sum())
    if n < effort.min_years:
        raise ForecastError(panel.too_few(n, effort.min_years))
    scale = _scale(errors[rows], errors[~panel.usable & np.isfinite(errors)])
    if scale < ROUNDING_ERROR:
        raise ForecastError("历史误差全为零，不能估计不确定性")
    base = panel.base[-1] if np.isfinite(panel.base[-1]) else centres[-1]
    move = centres[-1] - base + scale * rng.standard_t(n, size=effort.n_draws)
    path = base + np.outer(move, panel.reach)
    start = np.full(effort.n_draws, base) if panel.n_known else None
    draws = Draws(name, path[:, -1], path, n, panel.reach, start=start)
    check_spread(draws.values)
    return draws
