"""Where estimation starts: principal components of a filled panel, and variations of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lianhu_analysis.forecast.factor.model import FactorModel
from lianhu_analysis.forecast.factor.panel import FloatArray
from lianhu_analysis.forecast.factor.parameters import Parameters, companion
from lianhu_analysis.forecast.factor.windows import Windows

__all__ = ["start_parameters"]

# Starting values stay clear of the edge of what is stationary.
LARGEST_ROOT = 0.95
LEAST_SHARE = 0.05


def start_parameters(model: FactorModel) -> dict[str, Parameters]:
    """Return principal components of the panel, and of its normal scores perturbed.

    The second start comes from ranks, with loadings shaken by half of their
    size, no factor dynamics beyond one lag and no idiosyncratic memory, so that
    agreement of the two means something.
    """
    matrix = _filled(model.windows)
    shape = (model.windows, model.n_factors, model.lags)
    first = _principal_start(matrix, *shape)
    second = _principal_start(_normal_scores(matrix), *shape)
    rng = np.random.default_rng(0)
    shaken = second.loadings * rng.normal(1.0, 0.5, second.loadings.shape)
    transition = np.zeros_like(second.transition)
    transition[:, : model.n_factors] = 0.3 * np.eye(model.n_factors)
    second = replace(
        second,
        loadings=shaken,
        transition=transition,
        factor_cov=np.eye(model.n_factors),
        idiosyncratic_ar=np.zeros_like(second.idiosyncratic_ar),
    )
    return {"principal_components": first, "shaken_normal_scores": second}


def _filled(windows: Windows) -> FloatArray:
    """Shape (T, n): windows standardised, holes filled along straight lines."""
    n_rows, n_series = windows.z.shape
    matrix = np.zeros((n_rows, n_series))
    months = np.arange(n_rows)
    for series in range(n_series):
        column = windows.z[:, series]
        known = np.flatnonzero(~np.isnan(column))
        if known.size > 1 and np.ptp(column[known]) > 0:
            scaled = (column[known] - column[known].mean()) / column[known].std()
            matrix[:, series] = np.interp(months, known, scaled)
    return matrix


def _normal_scores(matrix: FloatArray) -> FloatArray:
    """Replace each column by the normal quantiles of its ranks, which no outlier can bend."""
    from scipy.special import ndtri

    ranks = matrix.argsort(axis=0).argsort(axis=0)
    scores: FloatArray = ndtri((ranks + 0.5) / len(matrix))
    return scores


def _principal_start(matrix: FloatArray, windows: Windows, n_factors: int, lags: int) -> Parameters:
    """Principal components as factors; every other parameter by least squares.

    Doz, Giannone and Reichlin (2012) show that this start is consistent.
    """
    centred = matrix - matrix.mean(axis=0)
    left, size, _ = np.linalg.svd(centred, full_matrices=False)
    factors = left[:, :n_factors] * np.sqrt(len(matrix))
    signs = np.where(np.median(factors.T @ centred, axis=1) < 0, -1.0, 1.0)
    factors = factors * signs * (size[:n_factors] > 0)
    transition, factor_cov = _var(factors, lags)
    loadings, phi, s2 = _regressions(factors, windows)
    return Parameters(loadings, transition, factor_cov, phi, s2)


def _var(factors: FloatArray, lags: int) -> tuple[FloatArray, FloatArray]:
    n_rows, k = factors.shape
    past = np.hstack([factors[lags - j - 1 : n_rows - j - 1] for j in range(lags)])
    now = factors[lags:]
    transition = np.asarray(np.linalg.lstsq(past, now, rcond=None)[0].T, dtype=float)
    root = np.abs(np.linalg.eigvals(companion(transition, lags))).max()
    if root > LARGEST_ROOT:
        shrink = LARGEST_ROOT / root
        transition = transition * np.repeat(shrink ** np.arange(1, lags + 1), k)
    errors = now - past @ transition.T
    return transition, errors.T @ errors / len(now) + 1e-3 * np.eye(k)


def _regressions(
    factors: FloatArray, windows: Windows
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Regress every window on the factors over its own months."""
    n_series, k = windows.z.shape[1], factors.shape[1]
    loadings, phi, s2 = np.zeros((n_series, k)), np.zeros(n_series), np.ones(n_series)
    size = len(windows.weights)
    padded = np.vstack([np.tile(factors[:1], (size - 1, 1)), factors])
    lagged = np.stack([padded[size - 1 - j : len(padded) - j] for j in range(size)])
    for series in range(n_series):
        rows = np.flatnonzero(windows.length[:, series])
        weights = windows.weights[:, rows, series]
        design = np.einsum("jt,jtk->tk", weights, lagged[:, rows])
        z = windows.z[rows, series]
        ridge = design.T @ design + 1e-2 * len(rows) * np.eye(k)
        loadings[series] = np.linalg.solve(ridge, design.T @ z)
        error = z - design @ loadings[series]
        spread = max(float(np.mean(error**2)), LEAST_SHARE * float(np.mean(z**2)), 1e-4)
        s2[series] = spread / float((weights**2).sum(axis=0).mean())
        beside = np.flatnonzero(np.diff(rows) == 1)
        if beside.size > 5:
            phi[series] = (error[beside] @ error[beside + 1]) / max(
                float(error[beside] @ error[beside]), 1e-12
            )
    phi = np.clip(phi, -0.8, 0.8)
    return loadings, phi, s2 * (1 - phi**2)
