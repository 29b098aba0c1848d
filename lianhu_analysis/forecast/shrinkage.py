"""Regression with shrunk coefficients, for equations with few rows.

A rule of thumb asks how much of a gap past years closed, a bridge equation what
an industry's base indicators say of it.  With ten years least squares fits
noise; here every coefficient is pulled towards zero by a Gaussian prior, so
that nothing said means nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray

__all__ = ["ShrunkRegression", "fit_shrunk"]

MIN_ROWS = 3
# Of a pull that few years can show: as if this many more had shown none.
PENALTY = 2.0
# A column that moves less than this, relative to its size, tells nothing.
CONSTANT = 1e-12


@dataclass(frozen=True)
class ShrunkRegression:
    """A fitted regression ``y = x @ coefficients + noise``.

    Attributes
    ----------
    coefficients
        Shape (k,): in units of the target per unit of the column.
    loo_errors
        Shape (n,): each row's error when the row itself is left out (the
        scale of the columns held).
    noise_scale
        Posterior scale of the noise; it has n degrees of freedom.
    scale
        Shape (k,): what a column is divided by before it is penalised.
    basis, precision
        Shapes (k, r) and (r,): right singular vectors of the standardised
        columns and posterior precision (over noise variance) along them.
    """

    coefficients: FloatArray
    loo_errors: FloatArray
    noise_scale: float
    scale: FloatArray
    basis: FloatArray
    precision: FloatArray

    def predict(self, x: FloatArray) -> FloatArray:
        """Return the posterior mean of the target, shape (m,), for rows of shape (m, k)."""
        return np.asarray(np.atleast_2d(x) @ self.coefficients)

    def covariance(self, x: FloatArray) -> FloatArray:
        """Return the covariance, over the noise variance, of new targets at rows (m, k)."""
        z = np.atleast_2d(np.asarray(x, dtype=float)) / self.scale
        along = z @ self.basis
        # What lies outside the rows that were seen is known from the prior alone.
        outside = z - along @ self.basis.T
        known = (along / self.precision) @ along.T + outside @ outside.T / PENALTY
        return np.asarray(known + np.eye(len(z)))


def fit_shrunk(x: FloatArray, y: FloatArray) -> ShrunkRegression:
    """Fit a ridge regression.

    The model: ``y_i = x_i'b + e_i`` with ``e_i ~ N(0, s2)`` and ``b_j ~ N(0, s2 /
    (penalty sd_j**2))``, where ``sd_j`` is the column's root mean square (Hoerl
    and Kennard, 1970): the penalty counts as so many rows that showed nothing.

    Parameters
    ----------
    x, y
        Shapes (n, k) and (n,); k may exceed n.

    Raises
    ------
    ForecastError
        If a value is missing, a column is zero, or there are fewer than three
        rows.
    """
    n = y.size
    if n < MIN_ROWS:
        raise ForecastError(f"回归只有 {n} 期可用，至少要 {MIN_ROWS} 期")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ForecastError("回归的自变量或因变量有缺失，请先补齐或剔除")
    scale = np.sqrt(np.ones(n) @ x**2 / n)
    size = np.maximum(np.abs(x).max(axis=0, initial=0.0), np.finfo(float).tiny)
    constant = np.flatnonzero(scale <= CONSTANT * size)
    if constant.size:
        raise ForecastError(f"回归的第 {constant[0] + 1} 个自变量没有变化，请剔除")
    left, singular, right = np.linalg.svd(x / scale, full_matrices=False)
    precision = singular**2 + PENALTY
    kept, seen = singular**2 / precision, left.T @ y
    residual = y - left @ (kept * seen)
    return ShrunkRegression(
        coefficients=right.T @ (singular / precision * seen) / scale,
        loo_errors=residual / (1.0 - (left**2) @ kept),
        noise_scale=float(np.sqrt(max(float(y @ residual), 0.0) / n)),
        scale=scale,
        basis=right.T,
        precision=precision,
    )
