"""The factor model by brute force: one joint covariance of all months, nothing eliminated."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import solve_discrete_lyapunov

from lianhu_analysis.forecast.factor import FactorPanel, Parameters
from lianhu_analysis.forecast.factor.panel import published_weights

BEFORE = 24


@dataclass(frozen=True)
class Dense:
    """Prior covariance of every figure (T n, T n), and of factors with figures."""

    figures: np.ndarray
    factors_figures: np.ndarray
    values: np.ndarray

    @property
    def known(self):
        return ~np.isnan(self.values)

    def loglike(self):
        cov = self.figures[np.ix_(self.known, self.known)]
        y = self.values[self.known]
        quadratic = y @ np.linalg.solve(cov, y)
        return -0.5 * (np.linalg.slogdet(cov)[1] + quadratic + y.size * np.log(2 * np.pi))

    def posterior(self):
        """Mean (T n,) and covariance (T n, T n) of all figures given the known ones."""
        across = self.figures[:, self.known]
        weights = np.linalg.solve(across[self.known], across.T).T
        return weights @ self.values[self.known], self.figures - weights @ across.T

    def factors(self):
        across = self.factors_figures[:, self.known]
        cov = self.figures[np.ix_(self.known, self.known)]
        return across @ np.linalg.solve(cov, self.values[self.known])


def dense(panel: FactorPanel, parameters: Parameters) -> Dense:
    n_rows, n = panel.values.shape
    k, months = parameters.n_factors, n_rows + BEFORE
    factors = factor_covariance(parameters, months)
    latent = np.einsum("ik,akbl,jl->aibj", parameters.loadings, factors, parameters.loadings)
    distance = np.abs(np.subtract.outer(np.arange(months), np.arange(months)))
    for i in range(n):
        phi = parameters.idiosyncratic_ar[i]
        latent[:, i, :, i] += parameters.idiosyncratic_var[i] / (1 - phi**2) * phi**distance
    design = np.zeros((n_rows, n, months, n))
    extended = panel.extended(BEFORE, 0)
    for i in range(n):
        weights = published_weights(extended, i)[:, BEFORE:]
        for lag, t in zip(*np.nonzero(weights), strict=True):
            design[t, i, t + BEFORE - lag, i] = weights[lag, t]
    design = design.reshape(n_rows * n, -1)
    across = np.einsum("akbl,jl->akbj", factors, parameters.loadings).reshape(months * k, -1)
    return Dense(
        design @ latent.reshape(months * n, -1) @ design.T,
        (across @ design.T).reshape(months, k, -1)[BEFORE:].reshape(n_rows * k, -1),
        panel.values.ravel(),
    )


def factor_covariance(parameters, months):
    """Shape (months, k, months, k)."""
    k, kp = parameters.transition.shape
    matrix, noise = np.eye(kp, k=-k), np.zeros((kp, kp))
    matrix[:k] = parameters.transition
    noise[:k, :k] = parameters.factor_cov
    ahead = solve_discrete_lyapunov(matrix, noise)
    covariance = np.zeros((months, k, months, k))
    for lag in range(months):
        for t in range(lag, months):
            covariance[t, :, t - lag] = ahead[:k, :k]
            covariance[t - lag, :, t] = ahead[:k, :k].T
        ahead = matrix @ ahead
    return covariance


def mixed_panel(seed=0, *, n_rows=30, k=2, lags=2, first_month=1):
    """Return seven short series of every form with gaps, a late start and a ragged edge.

    Series 1 has joint January-February figures, 4 is quarterly year-to-date,
    6 has a gap of fifteen months.
    """
    rng = np.random.default_rng(seed)
    forms = (
        "month",
        "year_to_date",
        "mariano_murasawa",
        "quarter_growth",
        "year_to_date",
        "year_to_date",
        "month",
    )
    values = rng.standard_normal((n_rows, 7))
    month = (first_month - 1 + np.arange(n_rows)) % 12 + 1
    values[month == 1, 1] = np.nan
    values[np.ix_(month % 3 != 0, [2, 3, 4])] = np.nan
    values[5, 1] = np.nan
    values[-2:, 0] = np.nan
    values[-3:, 1] = np.nan
    values[9:11, 0] = np.nan
    values[:6, 6] = np.nan
    values[12:27, 6] = np.nan
    values[month == 3, 5] = np.nan
    values[:4, 5] = np.nan
    shares = rng.uniform(0.5, 1.5, (n_rows, 7))
    transition = np.zeros((k, k * lags))
    transition[:, :k] = np.array([[0.5, 0.1], [-0.2, 0.4]])[:k, :k]
    if lags == 2:
        transition[:, k:] = 0.1 * np.eye(k)
    root = rng.standard_normal((k, k)) * 0.3 + np.eye(k)
    parameters = Parameters(
        rng.standard_normal((7, k)),
        transition,
        root @ root.T,
        rng.uniform(-0.6, 0.8, 7),
        rng.uniform(0.5, 1.5, 7),
    )
    return FactorPanel(values, forms, first_month, shares, tuple("甲乙丙丁戊己庚")), parameters


def wide_panel(seed=0):
    """Return 28 series of one factor: nearly all are whitened, over segments of the whole panel."""
    parts = [mixed_panel(seed + number, k=1, lags=1) for number in range(4)]
    first, parameters = parts[0]
    values, shares = (
        np.hstack([getattr(panel, name) for panel, _ in parts]) for name in ("values", "shares")
    )
    names = tuple(f"{name}{number}" for number in range(4) for name in first.names)
    own = ("loadings", "idiosyncratic_ar", "idiosyncratic_var")
    stacked = {name: np.concatenate([getattr(item, name) for _, item in parts]) for name in own}
    panel = FactorPanel(values, first.forms * 4, 1, shares, names)
    return panel, replace(parameters, **stacked)
