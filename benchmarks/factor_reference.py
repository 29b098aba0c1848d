"""Referees of the factor engine: three other ways to the same likelihood and states.

`mixed_frequency_model`
    statsmodels' `DynamicFactorMQ`, for single months and Mariano-Murasawa quarters.
`DenseModel`
    A statsmodels `MLEModel` with every idiosyncratic term and every cumulator as a state of
    its own, for all forms.  Nothing is optimised.
`joint_moments`
    No filter at all: the covariance of everything that happened, written out, and the
    normal distribution conditioned on what was published.  For small panels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import block_diag, solve_discrete_lyapunov
from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ
from statsmodels.tsa.statespace.kalman_smoother import SMOOTHER_STATE, SMOOTHER_STATE_COV
from statsmodels.tsa.statespace.mlemodel import MLEModel

from benchmarks.factor_panels import LONGEST_WINDOW, extend, windows
from lianhu_analysis.forecast.factor import FactorPanel, Parameters

__all__ = [
    "DenseModel",
    "States",
    "dense_states",
    "frame_of",
    "joint_moments",
    "mixed_frequency_model",
    "mixed_frequency_states",
    "pack",
    "unpack",
]

Array = NDArray[np.float64]
LAGS_OF_FORM = {"month": 1, "mariano_murasawa": 5, "quarter_growth": 3, "year_to_date": 1}
FIRST_PERIOD_YEAR = 2009


@dataclass(frozen=True)
class States:
    """What a referee says.

    Attributes
    ----------
    loglike
        With all constants.
    factors, factor_cov
        Smoothed factors, shapes (T, k) and (T, k, k).
    signal, signal_var
        Mean and variance of every figure in its published form given what was published,
        shapes (T, n); of figures that were published the figure itself.
    """

    loglike: float
    factors: Array
    factor_cov: Array
    signal: Array
    signal_var: Array


def frame_of(panel: FactorPanel) -> pd.DataFrame:
    """Return the values of a panel with the periods of its rows."""
    start = pd.Period(year=FIRST_PERIOD_YEAR, month=panel.first_month, freq="M")
    index = pd.period_range(start, periods=len(panel.values), freq="M")
    return pd.DataFrame(panel.values, index=index, columns=list(panel.names))


def mixed_frequency_model(
    panel: FactorPanel, n_factors: int, lags: int, *, idiosyncratic_ar1: bool = True
) -> DynamicFactorMQ:
    """Return statsmodels' model of a panel, unscaled.

    Raises
    ------
    ValueError
        If the panel has forms that statsmodels doesn't know, or quarters before months.
    """
    monthly = sum(form == "month" for form in panel.forms)
    quarterly = len(panel.forms) - monthly
    if panel.forms != ("month",) * monthly + ("mariano_murasawa",) * quarterly:
        raise ValueError("statsmodels knows single months, then Mariano-Murasawa quarters")
    return DynamicFactorMQ(
        frame_of(panel),
        k_endog_monthly=monthly,
        factors=n_factors,
        factor_orders={tuple(map(str, range(n_factors))): lags},
        idiosyncratic_ar1=idiosyncratic_ar1,
        standardize=False,
    )


def pack(model: DynamicFactorMQ, parameters: Parameters) -> Array:
    """Return our parameters as statsmodels' vector."""
    place = model._p
    vector = np.zeros(model.k_params)
    k = parameters.loadings.shape[1]
    vector[place["loadings"]] = parameters.loadings.ravel()
    vector[place["factor_ar"]] = parameters.transition.ravel()
    root = np.linalg.cholesky(parameters.factor_cov)
    vector[place["factor_cov"]] = root[np.tril_indices(k)]
    if model.idiosyncratic_ar1:
        vector[place["idiosyncratic_ar1"]] = parameters.idiosyncratic_ar
    vector[place["idiosyncratic_var"]] = parameters.idiosyncratic_var
    return vector


def unpack(model: DynamicFactorMQ, vector: Array) -> Parameters:
    """Return statsmodels' vector as our parameters."""
    place, n, k = model._p, model.k_endog, model.k_factors
    root = np.zeros((k, k))
    root[np.tril_indices(k)] = vector[place["factor_cov"]]
    ar = vector[place["idiosyncratic_ar1"]] if model.idiosyncratic_ar1 else np.zeros(n)
    return Parameters(
        loadings=vector[place["loadings"]].reshape(n, k),
        transition=vector[place["factor_ar"]].reshape(k, -1),
        factor_cov=root @ root.T,
        idiosyncratic_ar=np.array(ar),
        idiosyncratic_var=vector[place["idiosyncratic_var"]],
    )


def mixed_frequency_states(model: DynamicFactorMQ, parameters: Parameters) -> States:
    """Smooth with statsmodels' own model."""
    model.update(pack(model, parameters))
    return _smooth(model, parameters.loadings.shape[1])


def dense_states(panel: FactorPanel, parameters: Parameters) -> States:
    """Smooth with the dense model, from a January on: earlier months say nothing."""
    before = panel.first_month - 1
    model = DenseModel(extend(panel, before, 0), parameters)
    states = _smooth(model, parameters.loadings.shape[1])
    return States(
        states.loglike,
        *(part[before:] for part in (states.factors, states.factor_cov)),
        *(part[before:] for part in (states.signal, states.signal_var)),
    )


class DenseModel(MLEModel):
    """The factor model with nothing left out of the state vector, parameters fixed.

    The state holds the factors and as many of their lags as a form or the VAR needs, then for
    each series its idiosyncratic term with the lags that its form needs, then for each
    year-to-date series its cumulator ``C_t = (1 - w_t) C_(t-1) + w_t x_t``: transition and
    selection differ from month to month.  There is no measurement error.

    Parameters
    ----------
    panel
        Its first row is a January.
    parameters
        The engine's own.
    """

    def __init__(self, panel: FactorPanel, parameters: Parameters) -> None:
        self.parts = _Parts(panel, parameters)
        size, shocks = self.parts.size, self.parts.shocks
        super().__init__(frame_of(panel), k_states=size, k_posdef=shocks)
        months, n = panel.values.shape
        design = np.zeros((n, size, months))
        transition = np.zeros((size, size, months))
        selection = np.zeros((size, shocks, months))
        for month in range(months):
            design[:, :, month] = self.parts.design(month)
            # statsmodels' index is of the month that is left, ours of the month that comes.
            coming = min(month + 1, months - 1)
            transition[:, :, month], selection[:, :, month] = self.parts.move(coming)
        self["design"], self["transition"], self["selection"] = design, transition, selection
        self["state_cov"] = self.parts.shock_cov
        self.ssm.initialize_known(np.zeros(size), self.parts.start_cov())

    @property
    def start_params(self) -> Array:
        """Nothing is estimated."""
        return np.zeros(0)


class _Parts:
    """Where the states of `DenseModel` stand, and its matrices."""

    def __init__(self, panel: FactorPanel, parameters: Parameters) -> None:
        self.panel, self.parameters = panel, parameters
        n, self.k = parameters.loadings.shape
        self.order = parameters.transition.shape[1] // self.k
        self.weights = windows(panel.forms, panel.shares, panel.first_month)
        of_forms = [LAGS_OF_FORM[form] for form in panel.forms]
        self.lags = max(self.order, *of_forms)
        factors = self.k * self.lags
        self.idiosyncratic = factors + np.cumsum([0, *of_forms])
        cumulated = [series for series in range(n) if panel.forms[series] == "year_to_date"]
        self.base = int(self.idiosyncratic[-1])
        self.cumulator = {series: self.base + at for at, series in enumerate(cumulated)}
        self.size, self.shocks = self.base + len(cumulated), self.k + n
        self.shock_cov = block_diag(parameters.factor_cov, np.diag(parameters.idiosyncratic_var))
        self._move = self._base_move(of_forms)

    def design(self, month: int) -> Array:
        """Return what is published in a month in terms of its states, shape (n, size)."""
        design = np.zeros((len(self.panel.forms), self.size))
        for series, form in enumerate(self.panel.forms):
            if form == "year_to_date":
                design[series, self.cumulator[series]] = 1.0
                continue
            for lag in range(LAGS_OF_FORM[form]):
                weight = self.weights[month, series, lag]
                start = lag * self.k
                design[series, start : start + self.k] = weight * self.parameters.loadings[series]
                design[series, self.idiosyncratic[series] + lag] = weight
        return design

    def move(self, month: int) -> tuple[Array, Array]:
        """Return transition and selection into a month."""
        transition, selection = self._move[0].copy(), self._move[1].copy()
        for series, row in self.cumulator.items():
            weight = self.weights[month, series, 0]
            growth = self._growth(series)
            transition[row, : self.base] = weight * growth @ transition[: self.base, : self.base]
            transition[row, row] = 1.0 - weight
            selection[row] = weight * growth @ selection[: self.base]
        return transition, selection

    def start_cov(self) -> Array:
        """Return the covariance of the first month's states: stationary, cumulators restarted."""
        transition, selection = (matrix[: self.base] for matrix in self._move)
        inflow = selection @ self.shock_cov @ selection.T
        stationary = solve_discrete_lyapunov(transition[:, : self.base], inflow)
        rows = [self._growth(series) for series in self.cumulator]
        lift = np.vstack([np.eye(self.base), *rows])
        return np.asarray(lift @ stationary @ lift.T)

    def _growth(self, series: int) -> Array:
        """Return a month's growth of a series in terms of the states but the cumulators."""
        row = np.zeros(self.base)
        row[: self.k] = self.parameters.loadings[series]
        row[self.idiosyncratic[series]] = 1.0
        return row

    def _base_move(self, of_forms: list[int]) -> tuple[Array, Array]:
        transition = np.zeros((self.size, self.size))
        selection = np.zeros((self.size, self.shocks))
        factors = self.k * self.lags
        transition[: self.k, : self.k * self.order] = self.parameters.transition
        transition[self.k : factors, : factors - self.k] = np.eye(factors - self.k)
        selection[: self.k, : self.k] = np.eye(self.k)
        for series, lags in enumerate(of_forms):
            row = self.idiosyncratic[series]
            transition[row, row] = self.parameters.idiosyncratic_ar[series]
            for lag in range(1, lags):
                transition[row + lag, row + lag - 1] = 1.0
            selection[row, self.k + series] = 1.0
        return transition, selection


def _smooth(model: MLEModel, n_factors: int) -> States:
    """Smooth as a model stands, keeping nothing but the states (memory)."""
    result = model.ssm.smooth(SMOOTHER_STATE | SMOOTHER_STATE_COV, update_filter=False)
    mean, cov = result.smoothed_state, result.smoothed_state_cov
    months = mean.shape[1]
    signal, signal_var = np.empty((months, model.k_endog)), np.empty((months, model.k_endog))
    noise = np.diag(model["obs_cov"])
    for month in range(months):
        design = model["design"]
        design = design[:, :, month] if design.ndim == 3 else design
        signal[month] = design @ mean[:, month]
        signal_var[month] = ((design @ cov[:, :, month]) * design).sum(axis=1) + noise
    known = ~np.isnan(model.endog)
    signal[known], signal_var[known] = model.endog[known], 0.0
    return States(
        loglike=float(np.sum(model.ssm._kalman_filter.loglikelihood)),
        factors=mean[:n_factors].T.copy(),
        factor_cov=cov[:n_factors, :n_factors].transpose(2, 0, 1).copy(),
        signal=signal,
        signal_var=signal_var,
    )


def joint_moments(panel: FactorPanel, parameters: Parameters) -> tuple[States, Array]:
    """Condition the joint normal distribution of all months on what was published.

    Returns
    -------
    The states, and the covariance of all figures given those published, shape
    (T n, T n), months outermost.
    """
    months, n = panel.values.shape
    k = parameters.factor_cov.shape[0]
    ahead = LONGEST_WINDOW - 1
    total = months + ahead
    factor_cov = _factor_covariances(parameters, total)
    lag = np.abs(np.arange(total)[:, None] - np.arange(total))
    ar, variance = parameters.idiosyncratic_ar, parameters.idiosyncratic_var
    # Latent growth of month t and series i stands at t n + i.
    load = np.kron(np.eye(total), parameters.loadings)
    latent = load @ factor_cov @ load.T
    for series in range(n):
        at = np.arange(total) * n + series
        latent[np.ix_(at, at)] += variance[series] / (1 - ar[series] ** 2) * ar[series] ** lag
    published = np.zeros((months * n, total * n))
    weights = windows(panel.forms, panel.shares, panel.first_month)
    for month in range(months):
        for back in range(LONGEST_WINDOW):
            rows = np.arange(n)
            at = (month + ahead - back) * n + rows
            published[month * n + rows, at] = weights[month, :, back]
    cov = published @ latent @ published.T
    with_factors = published @ load @ factor_cov[:, ahead * k :]
    known = ~np.isnan(panel.values.ravel())
    values = panel.values.ravel()[known]
    root = np.linalg.cholesky(cov[np.ix_(known, known)])
    white = np.linalg.solve(root, values)
    loglike = -0.5 * (white @ white + len(values) * np.log(2 * np.pi))
    loglike -= np.log(np.diag(root)).sum()
    gain = np.linalg.solve(root, cov[known]).T
    gain_factors = np.linalg.solve(root, with_factors[known]).T
    rest = cov - gain @ gain.T
    rest_factors = factor_cov[ahead * k :, ahead * k :] - gain_factors @ gain_factors.T
    of_month = [slice(month * k, month * k + k) for month in range(months)]
    states = States(
        loglike=float(loglike),
        factors=(gain_factors @ white).reshape(months, k),
        factor_cov=np.array([rest_factors[part, part] for part in of_month]),
        signal=(gain @ white).reshape(months, n),
        signal_var=np.diag(rest).reshape(months, n),
    )
    return states, rest


def _factor_covariances(parameters: Parameters, months: int) -> Array:
    """Return the covariance of all months' factors, shape (T k, T k)."""
    k = parameters.factor_cov.shape[0]
    order = parameters.transition.shape[1] // k
    companion = np.zeros((k * order, k * order))
    companion[:k] = parameters.transition
    companion[k:, :-k] = np.eye(k * (order - 1))
    inflow = np.zeros_like(companion)
    inflow[:k, :k] = parameters.factor_cov
    step = solve_discrete_lyapunov(companion, inflow)
    cov = np.zeros((months, k, months, k))
    for lag in range(months):
        for month in range(months - lag):
            cov[month + lag, :, month, :] = step[:k, :k]
            cov[month, :, month + lag, :] = step[:k, :k].T
        step = companion @ step
    return cov.reshape(months * k, months * k)
