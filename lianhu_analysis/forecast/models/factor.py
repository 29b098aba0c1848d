"""The factor model as a candidate."""

from __future__ import annotations

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.models.draws import FULL, Draws, Effort, check_spread
from lianhu_analysis.forecast.models.panel import GrowthPanel

__all__ = ["factor_model"]


def factor_model(panel: GrowthPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Forecast from the common movement of all indicators (see ``forecast.movement``).

    A dynamic factor model with one factor (Banbura and Modugno, 2014) of
    published growth to date; draws are exact given the ragged edge.

    Raises
    ------
    ForecastError
        If there are too few indicators or months, the estimation did not
        converge, or its two starts disagree.
    """
    if panel.movement is None:
        raise ForecastError("能与该指标一起建因子模型的指标太少")
    path, n_obs = panel.movement.draw(effort.n_draws, rng, final=effort.n_draws >= FULL.n_draws)
    base = panel.ytd_growth_pct[-1, panel.n_known - 1]
    start = np.full(effort.n_draws, base) if panel.n_known else None
    check_spread(path[:, -1])
    return Draws("factor_model", path[:, -1], path, n_obs, panel.reach, start=start)
