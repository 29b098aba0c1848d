"""Factors and every figure of a panel, known or not, from the factor engine's one pass.

The engine itself is asked for a few figures at a time (`joint`); referees have something to say
about all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianhu_analysis.forecast.factor import FactorModel, Parameters
from lianhu_analysis.forecast.factor.posterior import View

__all__ = ["Smoothed", "smooth"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Smoothed:
    """States and figures given all that is published; rows T + horizon.

    Attributes
    ----------
    factors, factor_covariance
        Shape (T + h, k) and (T + h, k, k).
    mean, variance
        Shape (T + h, n): every series in its published form at every month, the
        figure itself with variance zero where it is published.
    """

    factors: FloatArray
    factor_covariance: FloatArray
    mean: FloatArray
    variance: FloatArray


def smooth(model: FactorModel, parameters: Parameters, horizon: int = 0) -> Smoothed:
    """Return factors and every series in its published form, ``horizon`` months ahead."""
    view = View(model, parameters, horizon)
    n_rows, n_series = len(model.panel.values) + horizon, len(model.panel.names)
    rows = np.arange(n_rows) + view.before
    path = view.core_path(0, rows[-1] + 1)
    mean, variance = np.zeros((2, n_rows, n_series))
    for series in range(n_series):
        figures = view.figures(series, rows)
        direction = view.direction(series)
        used, since = np.flatnonzero(direction), figures.start
        blocks = path.covariance[since:, :, since:][:, used][:, :, :, used]
        g_cov = np.einsum("a,satb,b->st", direction[used], blocks, direction[used])
        mean[:, series] = figures.constant + figures.blend @ (path.mean[since:] @ direction)
        spread = ((figures.blend @ g_cov) * figures.blend).sum(axis=1)
        variance[:, series] = spread + np.diagonal(figures.noise)
    known = ~np.isnan(view.panel.values[rows])
    k, done = model.n_factors, view.done
    return Smoothed(
        done.mean[rows, :k],
        done.covariance[rows][:, :k, :k],
        np.where(known, view.panel.values[rows], mean),
        np.where(known, 0.0, np.maximum(variance, 0.0)),
    )
