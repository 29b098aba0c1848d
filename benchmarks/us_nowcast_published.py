"""Three of the published models, recomputed as their notebooks have them.

They prove that the protocol is read as it was meant: on the same quarters they
must give the published figures.  Their liberties are theirs: ARMA knows GDP of
the quarter before from vintage -1 on (a lag of one month, not the four of
``meta_data.csv``), ridge and least squares learn from the whole quarter before
at every vintage.
"""

from __future__ import annotations

import warnings

import numpy as np

from benchmarks.us_nowcast_data import VINTAGES, Panel, quarter_ends, view_at
from lianhu_analysis.forecast.growth import FloatArray

__all__ = ["arma_forecasts", "flat_forecasts"]

ARMA_LAG = 1
MAX_ORDER = 3
TRAIN_END = "2004-12"


def arma_forecasts(panel: Panel, rows: list[int]) -> FloatArray:
    """Forecast with an ARMA whose order has the least AIC before 2005, shape (quarters, 5)."""
    from statsmodels.tsa.arima.model import ARIMA

    before = panel.target[quarter_ends(panel, "1947-06", TRAIN_END)]
    orders = [(p, 0, q) for p in range(MAX_ORDER + 1) for q in range(MAX_ORDER + 1)]
    found = np.empty((len(rows), len(VINTAGES)))
    with warnings.catch_warnings():
        # Some of the sixteen orders have roots in common; the least AIC is not among them.
        warnings.simplefilter("ignore")
        order = min(orders, key=lambda order: float(ARIMA(before, order=order).fit().aic))
        done: dict[tuple[int, int], float] = {}
        for at, row in enumerate(rows):
            for column, vintage in enumerate(VINTAGES):
                last = row - 3 * -(-max(0, 1 + ARMA_LAG - vintage) // 3)
                last = min(last, row - 3)
                if (row, last) not in done:
                    known = panel.target[row % 3 : last + 1 : 3]
                    known = known[np.isfinite(known)]
                    steps = (row - last) // 3
                    fit = ARIMA(known, order=order).fit()
                    done[row, last] = float(fit.forecast(steps)[-1])
                found[at, column] = done[row, last]
    return found


def flat_forecasts(panel: Panel, rows: list[int], penalty: float, lags: int) -> FloatArray:
    """Forecast with ridge (or least squares) on months of every series, means for gaps.

    Parameters
    ----------
    penalty
        On coefficients in the data's own units: 0.1 in the notebook of ridge.
    lags
        Months before the quarter's last that are columns: 4 in the notebook of
        ridge, 3 in that of least squares.

    Returns
    -------
    FloatArray
        Shape (quarters, 5).
    """
    target = panel.names.index("gdpc1")
    found = np.empty((len(rows), len(VINTAGES)))
    for at, row in enumerate(rows):
        train = panel.values[: row - 2]
        means = np.nanmean(train, axis=0)
        ends = np.arange(row % 3, row - 2, 3)
        ends = ends[ends >= lags]
        train = np.where(np.isfinite(train), train, means)
        x, y = _flat(train, ends, target, lags), train[ends, target]
        centre = x.mean(axis=0)
        design = np.vstack([x - centre, np.sqrt(penalty) * np.eye(x.shape[1])])
        aim = np.append(y - y.mean(), np.zeros(x.shape[1]))
        slope = np.linalg.lstsq(design, aim, rcond=None)[0]
        for column, vintage in enumerate(VINTAGES):
            seen = view_at(panel, row, vintage).values
            now = _flat(np.where(np.isfinite(seen), seen, means), np.array([row]), target, lags)
            found[at, column] = y.mean() + (now[0] - centre) @ slope
    return found


def _flat(values: FloatArray, ends: np.ndarray, target: int, lags: int) -> FloatArray:
    """Return each series at the quarter's end and in months before, target left out."""
    others = np.delete(values, target, axis=1)
    return np.hstack([others[ends - lag] for lag in range(lags + 1)])
