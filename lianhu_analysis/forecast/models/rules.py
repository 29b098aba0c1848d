"""The rule of thumb: the year grows as the year so far.

The past errors of the rule at the same position of the year give its spread: with n of them and
normal errors the next one is Student's t with n degrees of freedom, scaled by their root mean
square (Gelman et al., 2013, sec. 3.2; the rule has no mean to estimate).  Outlier years are not
learned from, but where fewer than five others are known they widen the spread.
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
    student_t,
)
from lianhu_analysis.forecast.models.panel import GrowthPanel

__all__ = ["FEW_YEARS", "persistence"]

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
    base = float(panel.base[-1])
    if not np.isfinite(base):
        raise ForecastError("本年的累计增速和上年全年的增速都没有，无从外推")
    errors = panel.as_published[:-1, -1] - panel.base[:-1]
    rows = panel.usable & np.isfinite(errors)
    n = int(rows.sum())
    if n < effort.min_years:
        raise ForecastError(panel.too_few(n, effort.min_years))
    scale = _scale(errors[rows], errors[~panel.usable & np.isfinite(errors)])
    if scale < ROUNDING_ERROR:
        raise ForecastError("历史误差全为零，不能估计不确定性")
    move = scale * student_t(n, effort, rng)
    path = base + np.outer(move, panel.reach)
    draws = Draws("persistence", path[:, -1], path, n, panel.reach)
    check_spread(draws.values)
    return draws


def _scale(errors: FloatArray, of_outliers: FloatArray) -> float:
    """Return the root mean square error; few years borrow the outlier years', within bounds."""
    squares = errors**2
    lacking = max(FEW_YEARS - squares.size, 0)
    if lacking and of_outliers.size:
        most = OUTLIER_LIMIT**2 * squares.mean()
        borrowed = np.minimum(np.sort(of_outliers**2)[-lacking:], most)
        squares = np.concatenate([squares, borrowed])
    return float(np.sqrt(squares.mean()))
