"""Bridge equations: what the base indicators of each industry say of the whole."""

from __future__ import annotations

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.models.draws import FULL, ROUNDING_ERROR, Draws, Effort, check_spread
from lianhu_analysis.forecast.models.panel import GrowthPanel
from lianhu_analysis.forecast.shrinkage import fit_shrunk

__all__ = ["bridge"]


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
    change, left_out = 0.0, whole[rows]
    for industry, share in enumerate(parts.shares):
        x, y = moves[:-1][rows, industry], changes[rows, industry]
        told = (x != 0).any(axis=0)
        if told.any():
            fit = fit_shrunk(x[:, told], y)
            change += share * float(fit.predict(moves[-1][industry][told])[0])
            left_out = left_out - share * (y - fit.loo_errors)
    scale = float(np.sqrt(np.mean(left_out**2)))
    if scale < ROUNDING_ERROR:
        raise ForecastError("历史误差全为零，不能估计不确定性")
    base = panel.base[-1]
    path = base + np.outer(change + scale * rng.standard_t(n, size=effort.n_draws), panel.reach)
    start = np.full(effort.n_draws, base)
    draws = Draws("bridge", path[:, -1], path, n, panel.reach, start=start)
    check_spread(draws.values)
    return draws
