"""Figures as windows: non-overlapping weighted sums of the months since the last figure.

A year-to-date figure ``y_t = sum_{u <= t} share_u x_u / S_t`` (``S`` the shares
cumulated since January) less its predecessor of the same year,

    y_t - (S_s / S_t) y_s = sum_{s < u <= t} (share_u / S_t) x_u,

is a weighted sum of the months since that predecessor only.  The map from
figures to windows is linear and unit lower triangular, so nothing is lost and
no Jacobian is needed; the joint January-February figure is a window of two
months and quarterly year-to-date growth one of three.  Windows are then scaled
to weights that sum to one, and the log-likelihood takes the log of the scale
back (``log_scale``).  Mariano-Murasawa figures keep their own weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianhu_analysis.forecast.factor.panel import FactorPanel, FloatArray, published_weights

__all__ = ["Windows", "find_windows"]


@dataclass(frozen=True)
class Windows:
    """All figures of a panel, each as ``z_t = sum_j a_j x_(t-j)``.

    Attributes
    ----------
    z
        Shape (T, n), missing where there is no figure.
    weights
        Shape (W, T, n): ``a_j``, zero beyond the window and where there is none.
    length
        Shape (T, n): months that the window spans, 0 where there is none.
    log_scale
        Sum over figures of the log of the scale taken out.
    """

    z: FloatArray
    weights: FloatArray
    length: NDArray[np.int64]
    log_scale: float


def find_windows(panel: FactorPanel) -> Windows:
    """Turn every figure of the panel into its window."""
    n_rows, n_series = panel.values.shape
    z = panel.values.copy()
    weights = np.zeros((12, n_rows, n_series))
    log_scale = 0.0
    for series, form in enumerate(panel.forms):
        observed = np.flatnonzero(~np.isnan(z[:, series]))
        own = np.zeros((12, n_rows))
        own[:, observed] = published_weights(panel, series)[:, observed]
        if form == "year_to_date":
            log_scale += _subtract_earlier(own, z[:, series], panel, observed)
        weights[:, :, series] = own
    length = np.where(weights != 0, np.arange(1, 13)[:, None, None], 0).max(axis=0)
    longest = max(int(length.max(initial=1)), 1)
    return Windows(z, weights[:longest].copy(), length, log_scale)


def _subtract_earlier(
    weights: FloatArray, z: FloatArray, panel: FactorPanel, observed: NDArray[np.int64]
) -> float:
    """Reduce year-to-date figures to windows in place; return the log of the scales."""
    figures = z.copy()
    scales = np.ones(observed.size)
    months = panel.calendar_months
    for at in range(observed.size):
        t, s = observed[at], observed[at - 1] if at else -12
        lag = int(t - s)
        if lag < months[t]:
            # Weights of the months up to s are those of y_s times S_s / S_t.
            ratio = weights[lag:, t].sum()
            z[t] = figures[t] - ratio * figures[s]
            weights[lag:, t] = 0.0
        scales[at] = weights[:, t].sum()
    weights[:, observed] /= scales
    z[observed] /= scales
    return float(np.log(scales).sum())
