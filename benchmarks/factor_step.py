"""statsmodels' EM step with the factor engine's filter and moments.

In statsmodels 0.15.0 the loadings never move when idiosyncratic terms are AR(1): measurement
error is zero, so that its M-step, which takes ``e`` for known, returns what it was given; and
every autoregression is a regression that leaves its start out.  One and the same map for both
sides is what makes times and parameters of equal iterations comparable (`factor_speed`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lianhu_analysis.forecast.factor import FactorModel, Parameters
from lianhu_analysis.forecast.factor.em import Moments, state_sums, whitened_moments

__all__ = ["statsmodels_step"]

Array = NDArray[np.float64]


def statsmodels_step(model: FactorModel, parameters: Parameters) -> tuple[Parameters, float]:
    """Return the parameters after one step, and the log-likelihood before it."""
    done = model.run(parameters)
    _, rest = state_sums(done)
    k = model.n_factors
    past = slice(k, k + k * model.lags)
    transition = np.linalg.solve(rest[past, past], rest[:k, past].T).T
    cov = (rest[:k, :k] - transition @ rest[:k, past].T) / (len(done.mean) - 1)
    moments = whitened_moments(model, parameters, done, parameters.loadings)
    _fill_ends(model, parameters, moments)
    for top, series in zip(model.state.top, model.layout.explicit, strict=True):
        moments.before[series] = rest[top + 1, top + 1]
        moments.across[series] = rest[top, top + 1]
        moments.after[series] = rest[top, top]
    phi = moments.across / np.where(moments.before > 0, moments.before, 1.0)
    s2 = (moments.after - phi * moments.across) / (moments.months - 1)
    cov = 0.5 * (cov + cov.T)
    return Parameters(parameters.loadings, transition, cov, phi, s2), done.loglike


def _fill_ends(model: FactorModel, parameters: Parameters, moments: Moments) -> None:
    """Extend the sums to months before the first and after the last figure."""
    n_rows = len(model.windows.z)
    seen = model.windows.length > 0
    first = np.where(seen.any(axis=0), seen.argmax(axis=0), 0)
    first = first - np.maximum(model.windows.length[first, np.arange(first.size)] - 1, 0)
    last = n_rows - 1 - seen[::-1].argmax(axis=0)
    phi, s2 = parameters.idiosyncratic_ar, parameters.idiosyncratic_var
    # The last month's square is what the sums "after" hold beyond "before".
    final = moments.first + moments.after - moments.before
    _extend(first, phi, s2, moments.first.copy(), moments.after, moments.across, moments.before)
    _extend(n_rows - 1 - last, phi, s2, final, moments.before, moments.across, moments.after)
    moments.months[:] = n_rows


def _extend(
    count: NDArray[np.int64],
    phi: Array,
    s2: Array,
    square: Array,
    near: Array,
    across: Array,
    far: Array,
) -> None:
    """Add ``count`` unseen months beyond an end whose expected square is ``square``.

    An AR(1) runs the same way backward as forward in time.
    """
    for month in range(int(count.max(initial=0))):
        on = count > month
        beyond = phi**2 * square + s2
        near += np.where(on, square, 0.0)
        across += np.where(on, phi * square, 0.0)
        far += np.where(on, beyond, 0.0)
        square = np.where(on, beyond, square)
