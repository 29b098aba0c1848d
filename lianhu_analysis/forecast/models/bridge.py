"""Bridge equations: what the base indicators of each industry say of the whole."""

from __future__ import annotations

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.models.draws import FULL, ROUNDING_ERROR, Draws, Effort, check_spread
from lianhu_analysis.forecast.models.panel import GrowthPanel

__all__ = ["bridge"]

# Coefficients are pulled to zero as if this many years had shown no effect.
YEARS_AGAINST = 2.0


def bridge(panel: GrowthPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Forecast each industry from its base indicators, and add the industries up.

    An industry's change from growth to date to growth of the year is regressed,
    over past years at the same position, on two figures of its base
    indicators: how their mean growth moved since the industry's last figure,
    and how far it stands from the industry's own.  Shrunk to zero, where the
    industry goes on as before (bridge equations: Baffigi, Golinelli and
    Parigi, 2004; ridge: Hoerl and Kennard, 1970).  Last year's shares weigh
    the industries, so that they sum to the whole.  The spread is that of the
    whole's errors with each past year left out of its own equations.

    Raises
    ------
    ForecastError
        If there are no industries, or too few past years know them.
    """
    parts = panel.bridge
    if parts is None or not panel.n_known:
        raise ForecastError("没有分行业的增速和比重，不能用分行业的桥接方程")
    moves = np.stack([parts.latest - parts.then, parts.latest - parts.to_date], axis=2)
    # An industry without a base indicator goes on as before.
    moves = np.where(np.isfinite(moves), moves, 0.0)
    changes = parts.final[:-1] - parts.to_date[:-1]
    whole = panel.as_published[:-1, -1] - panel.base[:-1]
    rows = panel.usable & np.isfinite(changes).all(axis=1) & np.isfinite(whole)
    n = int(rows.sum())
    if n < effort.min_years:
        raise ForecastError(f"分行业的历史只有 {n} 年可比，至少要 {effort.min_years} 年")
    if not np.isfinite(parts.to_date[-1]).all():
        raise ForecastError("本年有的行业尚无累计增速")
    now, past, y = moves[-1], moves[:-1][rows], changes[rows]
    change = float(parts.shares @ _predict(past, y, now))
    left_out = np.array(
        [
            whole[rows][row]
            - parts.shares
            @ _predict(np.delete(past, row, axis=0), np.delete(y, row, axis=0), past[row])
            for row in range(n)
        ]
    )
    scale = float(np.sqrt(np.mean(left_out**2)))
    if scale < ROUNDING_ERROR:
        raise ForecastError("历史误差全为零，不能估计不确定性")
    base = panel.base[-1]
    path = base + np.outer(change + scale * rng.standard_t(n, size=effort.n_draws), panel.reach)
    start = np.full(effort.n_draws, base)
    draws = Draws("bridge", path[:, -1], path, n, panel.reach, start=start)
    check_spread(draws.values)
    return draws


def _predict(past: FloatArray, y: FloatArray, now: FloatArray) -> FloatArray:
    """Return each industry's predicted change, shape (industries,).

    Parameters
    ----------
    past, y, now
        Shapes (years, industries, k), (years, industries), (industries, k).
    """
    x = np.swapaxes(past, 0, 1)
    gram = np.swapaxes(x, 1, 2) @ x
    penalty = YEARS_AGAINST * np.mean(x**2, axis=1) + 1e-12
    gram += penalty[:, :, None] * np.eye(x.shape[2])
    right = np.swapaxes(x, 1, 2) @ y.T[:, :, None]
    pull = np.linalg.solve(gram, right)[..., 0]
    return np.asarray(np.sum(pull * now, axis=1))
