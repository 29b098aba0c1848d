"""Growth arithmetic: year-to-date, single periods, the year, and what is still required.

Notation for one year with periods p = 1..n (January-February may be one):
``L_p`` the year-to-date level, ``W_p = L_p / L_n`` last year's cumulative
share, ``w_p = W_p - W_(p-1)`` a period's share, ``g_p`` the growth of the
single period and ``G_p`` of the year to date, all against the same part of
last year.  Then, exactly where growth and shares are on one price basis,

    W_p G_p = sum over i <= p of w_i g_i.

Growth is constant-price and the published levels are at current prices, so
last year's nominal shares stand in for constant-price ones; nobody publishes
those.  Every function is pure and takes and returns arrays of one year.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lianhu_analysis.errors import ForecastError

__all__ = [
    "FloatArray",
    "cumulative_shares",
    "done_by_period",
    "path_growth",
    "required_band",
    "required_growth",
]

FloatArray = NDArray[np.float64]


def done_by_period(ytd_levels: ArrayLike) -> FloatArray:
    """Split what a year did to date into what each period brought to its end; none is negative.

    What a later period took back (a refund, a correction) was done by none before it: 30, 25
    and 60 are 25, 0 and 35.  A year that ended below nothing has all of it in its first period.

    Parameters
    ----------
    ytd_levels
        Shape (n,), the year's periods in order, none missing; January-February, where it is
        one period, stays one.
    """
    kept = np.minimum.accumulate(_vector(ytd_levels)[::-1])[::-1]
    return np.diff(np.maximum(kept, min(0.0, kept[-1])), prepend=0.0)


def cumulative_shares(ytd_levels: ArrayLike) -> FloatArray:
    """Return ``W_p``, the part of the year's total reached by each period.

    Raises
    ------
    ForecastError
        If a level is missing or negative, falls, or the total is not positive.
    """
    levels = _vector(ytd_levels)
    if not np.isfinite(levels).all():
        raise ForecastError("累计值有缺失，不能计算各期占全年的比重")
    if levels[-1] <= 0 or (np.diff(levels, prepend=0.0) < 0).any():
        raise ForecastError("累计值为负或比上期减少，不能计算各期占全年的比重")
    return levels / levels[-1]


def required_growth(target_pct: float, ytd_growth_pct: float, share: float) -> float:
    """Return the growth that the remaining periods need for the target exactly.

    ``(T - W_p G_p) / (1 - W_p)``, in percent, with the unrounded target.

    Raises
    ------
    ForecastError
        If nothing of the year remains, or the share is not a share.
    """
    if not 0.0 <= share < 1.0:
        raise ForecastError(f"已过时期的比重 {share!r} 不在 0 与 1 之间，剩余时期没有所需增速可言")
    return (target_pct - share * ytd_growth_pct) / (1.0 - share)


def required_band(
    target_pct: float, ytd_growth_pct: float, share: float, half_unit: float
) -> tuple[float, float]:
    """Return the lowest and highest required growth that rounding leaves open.

    The published year-to-date growth stands for any figure within
    ``half_unit`` points of it: a published 5.2 may be 5.15 or 5.25.
    """
    low = required_growth(target_pct, ytd_growth_pct + half_unit, share)
    high = required_growth(target_pct, ytd_growth_pct - half_unit, share)
    return low, high


def path_growth(target_pct: float, ytd_growth_pct: float, shares: ArrayLike) -> FloatArray:
    """Return the year-to-date growth after each remaining period of a path to the target.

    Every remaining period grows as ``required_growth`` says:
    ``G_p = (W_k G_k + (W_p - W_k) r) / W_p``, which is the target at the end.

    Parameters
    ----------
    shares
        Shape (m + 1,): ``W_k`` of the latest figure and of the m periods that
        remain; the last is 1.

    Returns
    -------
    ndarray
        Shape (m,), in percent.

    Raises
    ------
    ForecastError
        If the shares do not rise to 1.
    """
    cumulative = _vector(shares)
    # The target can be a period with nothing in it, so shares may stay; they never fall.
    if (np.diff(cumulative) < 0).any() or cumulative[-1] != 1.0 or cumulative[0] < 0:
        raise ForecastError("各期累计比重没有逐期上升到全年，不能说各期须达到的增速")
    base, after = cumulative[0], cumulative[1:]
    needed = required_growth(target_pct, ytd_growth_pct, float(base))
    return (base * ytd_growth_pct + (after - base) * needed) / after


def _vector(values: ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or array.size == 0:
        raise ForecastError("需要一年内按时期排列的一列数")
    return array
