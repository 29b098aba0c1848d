"""The state: L months of factors, then each explicit idiosyncratic term with its own lags.

The month's transition only shifts: element i becomes ``scale_i`` times element
``source_i``, except that the first k are ``A`` times the factors of p months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianhu_analysis.forecast.factor.panel import BoolArray, FloatArray
from lianhu_analysis.forecast.factor.parameters import Parameters, stationary_factors
from lianhu_analysis.forecast.factor.rows import IntArray, Layout, ar1_covariance
from lianhu_analysis.forecast.factor.windows import Windows

__all__ = ["ExplicitRows", "State", "explicit_rows", "initial_covariance", "make_state"]


@dataclass(frozen=True)
class State:
    """Where things are in the state vector of length m.

    Attributes
    ----------
    top
        Shape (q,): the current month of each explicit term; lag j follows at + j.
    source, target
        Shape (m,): the element that this one is made from, and the one that it
        becomes (itself where it drops out).
    kept
        Shape (m,): whether it becomes another element.
    """

    n_factors: int
    n_lags: int
    top: IntArray
    source: IntArray
    target: IntArray
    kept: BoolArray

    @property
    def size(self) -> int:
        """``m``."""
        return self.source.size

    def scale(self, phi: FloatArray) -> FloatArray:
        """Shape (m,): 1 where the month shifts, ``phi`` for the explicit terms' own month."""
        values = np.ones(self.size)
        values[self.top] = phi
        return values


@dataclass(frozen=True)
class ExplicitRows:
    """Windows of the explicit series, in order of months.

    Attributes
    ----------
    start
        Shape (T + 1,): rows of month t are ``start[t]`` to ``start[t + 1]``.
    series
        Shape (R,): position among the explicit series.
    weights
        Shape (R, W).
    z
        Shape (R,).
    """

    start: IntArray
    series: IntArray
    weights: FloatArray
    z: FloatArray

    def design(self, state: State, loadings: FloatArray) -> FloatArray:
        """Shape (R, m): each window as a combination of the state.

        ``loadings`` has shape (q, k), those of the explicit series.
        """
        k = state.n_factors
        matrix = np.zeros((self.z.size, state.size))
        rows = np.arange(self.z.size)
        for lag in range(self.weights.shape[1]):
            weight = self.weights[:, lag]
            matrix[:, lag * k : (lag + 1) * k] = weight[:, None] * loadings[self.series]
            used = rows[weight != 0]
            matrix[used, state.top[self.series[used]] + lag] = weight[used]
        return matrix


def make_state(n_factors: int, layout: Layout) -> State:
    """Lay the state out."""
    n_factor_states = n_factors * layout.n_lags
    top = n_factor_states + np.concatenate([[0], np.cumsum(layout.explicit_lags)[:-1]]).astype(int)
    top = top[: layout.explicit.size]
    size = n_factor_states + int(layout.explicit_lags.sum())
    source = np.arange(size)
    source[n_factors:n_factor_states] -= n_factors
    for start, length in zip(top, layout.explicit_lags, strict=True):
        source[start + 1 : start + length] -= 1
    target = np.arange(size)
    moved = source != np.arange(size)
    target[source[moved]] = np.flatnonzero(moved)
    return State(n_factors, layout.n_lags, top, source, target, target != np.arange(size))


def explicit_rows(layout: Layout, windows: Windows) -> ExplicitRows:
    """Collect the windows of the explicit series."""
    months, series = np.nonzero(windows.length[:, layout.explicit])
    start = np.searchsorted(months, np.arange(len(windows.z) + 1))
    own = layout.explicit[series]
    return ExplicitRows(start, series, windows.weights[:, months, own].T, windows.z[months, own])


def initial_covariance(state: State, layout: Layout, parameters: Parameters) -> FloatArray:
    """Shape (m, m): the stationary covariance of the state."""
    covariance = np.zeros((state.size, state.size))
    width = state.n_factors * state.n_lags
    _, covariance[:width, :width] = stationary_factors(
        parameters.transition, parameters.factor_cov, state.n_lags
    )
    for top, length, i in zip(state.top, layout.explicit_lags, layout.explicit, strict=True):
        gamma = ar1_covariance(parameters.idiosyncratic_ar[i : i + 1], int(length))[0]
        block = slice(top, top + length)
        covariance[block, block] = parameters.idiosyncratic_var[i] * gamma
    return covariance
