"""How many factors, and how many lags of them.

Factors: criterion IC_p2 of Bai and Ng (2002) on the filled, standardised panel.
Lags: Schwarz's criterion for a VAR of the principal components.  Both are
starting advice and can be overridden; no more than one factor is taken for every
``SERIES_PER_FACTOR`` series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.panel import FactorPanel, FloatArray
from lianhu_analysis.forecast.factor.starts import filled
from lianhu_analysis.forecast.factor.windows import find_windows

__all__ = ["Choice", "choose"]

MOST_FACTORS = 6
# With few series the noise of the weakest looks like a factor: IC_p2 overshoots.
SERIES_PER_FACTOR = 10
MOST_LAGS = 3


@dataclass(frozen=True)
class Choice:
    """The numbers chosen and the criteria behind them.

    Attributes
    ----------
    factor_criterion
        IC_p2 of 1, 2, ... factors.
    lag_criterion
        Schwarz's criterion of 1, 2, ... lags.
    """

    n_factors: int
    lags: int
    factor_criterion: tuple[float, ...]
    lag_criterion: tuple[float, ...]


def choose(
    panel: FactorPanel, most_factors: int = MOST_FACTORS, most_lags: int = MOST_LAGS
) -> Choice:
    """Choose the number of factors and lags; the smallest criterion wins.

    Raises
    ------
    ForecastError
        If the panel is too small for a single factor.
    """
    matrix = filled(find_windows(panel))
    n_rows, n_series = matrix.shape
    most_factors = min(most_factors, max(n_series // SERIES_PER_FACTOR, 1), n_series - 1)
    most_lags = min(most_lags, n_rows // 6)
    if most_factors < 1 or most_lags < 1:
        raise ForecastError(f"面板只有 {n_rows} 个月、{n_series} 个指标，不足以估计公共因子")
    left, size, _ = np.linalg.svd(matrix - matrix.mean(axis=0), full_matrices=False)
    total = float((size**2).sum())
    explained = np.cumsum(size**2)
    penalty = (n_series + n_rows) / (n_series * n_rows) * np.log(min(n_series, n_rows))
    factors = [
        float(np.log(max(total - explained[r - 1], 1e-12 * total) / (n_series * n_rows)))
        + float(r * penalty)
        for r in range(1, most_factors + 1)
    ]
    n_factors = int(np.argmin(factors)) + 1
    scores = left[:, :n_factors] * np.sqrt(n_rows)
    lags = [_schwarz(scores, p, most_lags) for p in range(1, most_lags + 1)]
    return Choice(n_factors, int(np.argmin(lags)) + 1, tuple(factors), tuple(lags))


def _schwarz(factors: FloatArray, lags: int, most: int) -> float:
    """Schwarz's criterion on the rows that the longest VAR can use (Luetkepohl, 2005, 4.3.2)."""
    n_rows, k = factors.shape
    past = np.hstack([factors[most - j - 1 : n_rows - j - 1] for j in range(lags)])
    now = factors[most:]
    errors = now - past @ np.linalg.lstsq(past, now, rcond=None)[0]
    log_det = float(np.linalg.slogdet(errors.T @ errors / len(now))[1])
    return log_det + float(np.log(len(now))) / len(now) * k * k * lags
