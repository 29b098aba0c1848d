"""The mixed-frequency dynamic factor model: likelihood and smoother.

``x_it = lambda_i' f_t + e_it``: factors a stationary VAR(p), idiosyncratic terms
AR(1), figures weighted sums of ``x`` (``panel.Form``), no
measurement error.  For the forms that it has, this is the model of
statsmodels' ``DynamicFactorMQ``, with the same log-likelihood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.filter import Filtered, filter_forward, smooth_backward
from lianhu_analysis.forecast.factor.panel import FactorPanel, FloatArray
from lianhu_analysis.forecast.factor.parameters import Parameters
from lianhu_analysis.forecast.factor.rows import Layout, Rows, choose_layout, whiten
from lianhu_analysis.forecast.factor.state import (
    ExplicitRows,
    State,
    explicit_rows,
    initial_covariance,
    make_state,
)
from lianhu_analysis.forecast.factor.windows import Windows, find_windows

__all__ = ["FactorModel", "Kernel", "Pass"]

Kernel = Literal["numpy", "numba"]


@dataclass(frozen=True)
class Pass:
    """What one run of filter and smoother leaves.

    Attributes
    ----------
    loglike
        Exact log-likelihood of the published figures.
    rows
        The whitened rows at these parameters.
    design
        Shape (R, m): the exact rows.
    filtered
        As ``filter.filter_forward`` returns it.
    mean, covariance, information
        Smoothed state (T, m), its covariance (T, m, m), and ``N`` (T, m, m).
    """

    loglike: float
    rows: Rows
    design: FloatArray
    filtered: Filtered
    mean: FloatArray
    covariance: FloatArray
    information: FloatArray


class FactorModel:
    """A panel with the number of factors and lags: everything but the parameters.

    Parameters
    ----------
    panel
        What was observed.
    n_factors, lags
        ``k`` and ``p``.
    kernel
        ``numpy``, or the same lines compiled by the optional ``numba``.
    memory
        Months without a figure after which an AR(1) term starts afresh from its
        stationary distribution; never if not given, which is exact.  Outlier
        years taken out leave long gaps that would need as many lags.
    """

    def __init__(
        self,
        panel: FactorPanel,
        n_factors: int,
        lags: int,
        *,
        kernel: Kernel = "numpy",
        memory: int | None = None,
    ) -> None:
        self.panel = panel
        self.n_factors = n_factors
        self.lags = lags
        self.memory = memory
        self.kernel: Kernel = kernel
        self._forwards, self._backwards = _compiled(kernel)

    # Found when first asked for: another panel's model often only serves to extend it.

    @cached_property
    def windows(self) -> Windows:
        """The figures as windows."""
        return find_windows(self.panel)

    @cached_property
    def layout(self) -> Layout:
        """Which series are whitened, which keep a state."""
        return choose_layout(
            self.panel,
            self.windows,
            n_factors=self.n_factors,
            lags=self.lags,
            memory=self.memory,
        )

    @cached_property
    def state(self) -> State:
        """Where things are in the state vector."""
        return make_state(self.n_factors, self.layout)

    @cached_property
    def explicit(self) -> ExplicitRows:
        """Windows of the explicit series."""
        return explicit_rows(self.layout, self.windows)

    @cached_property
    def n_figures(self) -> int:
        """Number of published figures."""
        return int((self.windows.length > 0).sum())

    def with_panel(self, panel: FactorPanel) -> FactorModel:
        """Return the same model of another panel."""
        return FactorModel(panel, self.n_factors, self.lags, kernel=self.kernel, memory=self.memory)

    def loglike(self, parameters: Parameters) -> float:
        """Return the exact log-likelihood, all constants included.

        Raises
        ------
        ForecastError
            If the parameters are not stationary.
        """
        return self._forward(parameters)[0]

    def run(self, parameters: Parameters) -> Pass:
        """Run filter and smoother."""
        loglike, rows, design, filtered = self._forward(parameters)
        own = np.zeros(self.state.size)
        own[self.state.top] = parameters.idiosyncratic_ar[self.layout.explicit]
        mean, covariance, information = self._backwards(
            np.ascontiguousarray(parameters.transition),
            self.state.target,
            self.state.kept,
            own,
            *filtered[1:5],
            self.explicit.start,
            design,
            *filtered[5:],
        )
        return Pass(loglike, rows, design, filtered, mean, covariance, information)

    def _forward(self, parameters: Parameters) -> tuple[float, Rows, FloatArray, Filtered]:
        if not parameters.stationary:
            raise ForecastError("参数不平稳：因子或异质项的自回归根不在单位圆内")
        phi, s2 = parameters.idiosyncratic_ar, parameters.idiosyncratic_var
        rows = whiten(self.layout, self.windows, phi, s2)
        information, score = _collapse(rows, parameters.loadings)
        explicit = self.layout.explicit
        design = self.explicit.design(self.state, parameters.loadings[explicit])
        noise = np.zeros(self.state.size)
        noise[self.state.top] = s2[explicit]
        filtered = self._forwards(
            np.ascontiguousarray(parameters.transition),
            np.ascontiguousarray(parameters.factor_cov),
            self.state.source,
            self.state.scale(phi[explicit]),
            noise,
            initial_covariance(self.state, self.layout, parameters),
            information,
            score,
            self.explicit.start,
            design,
            self.explicit.z,
        )
        used = rows.precision > 0
        constant = self.n_figures * np.log(2 * np.pi) - np.log(rows.precision[used]).sum()
        constant += (rows.precision * rows.y**2).sum() + 2 * self.windows.log_scale
        return float(filtered[0].sum() - 0.5 * constant), rows, design, filtered


@lru_cache
def _compiled(kernel: Kernel) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return filter and smoother."""
    if kernel == "numpy":
        return filter_forward, smooth_backward
    if kernel != "numba":
        raise ForecastError(f"未知的计算内核 {kernel}，应为 numpy 或 numba")
    try:
        from numba import njit
    except ImportError as error:
        raise ForecastError(
            "没有安装 numba：请运行 pip install 'lianhu-analysis[fast]'，或改用 kernel='numpy'"
        ) from error
    return njit(cache=True)(filter_forward), njit(cache=True)(smooth_backward)


def _collapse(rows: Rows, loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ``J_t = sum_i d d' (x) lambda lambda' / r`` (T, k L, k L) and ``h_t`` (T, k L)."""
    n_lags, n_rows, n_series = rows.lags.shape
    k = loadings.shape[1]
    squares = (loadings[:, :, None] * loadings[:, None, :]).reshape(n_series, k * k)
    information = np.zeros((n_rows, n_lags, k, n_lags, k))
    score = np.zeros((n_rows, n_lags, k))
    used = [lag for lag in range(n_lags) if rows.lags[lag].any()]
    for a in used:
        weighted = rows.precision * rows.lags[a]
        score[:, a] = (weighted * rows.y) @ loadings
        for b in used[: used.index(a) + 1]:
            block = ((weighted * rows.lags[b]) @ squares).reshape(n_rows, k, k)
            information[:, a, :, b] = block
            information[:, b, :, a] = block
    return information.reshape(n_rows, n_lags * k, -1), score.reshape(n_rows, n_lags * k)
