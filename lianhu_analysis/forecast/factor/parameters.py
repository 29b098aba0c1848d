"""Parameters of the factor model, and their free form for the optimiser."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianhu_analysis.forecast.factor.panel import FloatArray

__all__ = ["Parameters", "stationary_covariance", "stationary_factors"]


@dataclass(frozen=True)
class Parameters:
    """``x_it = lambda_i' f_t + e_it``, ``f`` a VAR(p), ``e_i`` an AR(1).

    Attributes
    ----------
    loadings
        Shape (n, k): ``lambda``.
    transition
        Shape (k, k p): ``A = [A_1 ... A_p]`` of ``f_t = sum_j A_j f_(t-j) + u_t``.
    factor_cov
        Shape (k, k): ``Q``, the covariance of ``u_t``.
    idiosyncratic_ar
        Shape (n,): ``phi`` of ``e_it = phi_i e_i(t-1) + v_it``.
    idiosyncratic_var
        Shape (n,): ``s2``, the variance of ``v_it``.
    """

    loadings: FloatArray
    transition: FloatArray
    factor_cov: FloatArray
    idiosyncratic_ar: FloatArray
    idiosyncratic_var: FloatArray

    @property
    def n_factors(self) -> int:
        """``k``."""
        return int(self.transition.shape[0])

    @property
    def lags(self) -> int:
        """``p``."""
        return self.transition.shape[1] // self.transition.shape[0]

    @property
    def stationary(self) -> bool:
        """Whether factors and idiosyncratic terms have a stationary start."""
        roots = np.linalg.eigvals(companion(self.transition, self.lags))
        return bool(np.abs(roots).max() < 1.0 and np.abs(self.idiosyncratic_ar).max() < 1.0)

    def to_free(self) -> FloatArray:
        """Return the parameters as one unrestricted vector."""
        chol = np.linalg.cholesky(self.factor_cov)
        diagonal = np.diag_indices(self.n_factors)
        chol[diagonal] = np.log(chol[diagonal])
        parts = [
            self.loadings.ravel(),
            self.transition.ravel(),
            chol[np.tril_indices(self.n_factors)],
            np.log(self.idiosyncratic_var),
            np.arctanh(self.idiosyncratic_ar),
        ]
        return np.concatenate(parts)

    def from_free(self, free: FloatArray) -> Parameters:
        """Return the parameters of this shape that ``to_free`` turned into ``free``."""
        n, k = self.loadings.shape
        sizes = np.cumsum([n * k, self.transition.size, k * (k + 1) // 2, n])
        loadings, transition, lower, log_var, ar = np.split(free, sizes)
        chol = np.zeros((k, k))
        chol[np.tril_indices(k)] = lower
        diagonal = np.diag_indices(k)
        chol[diagonal] = np.exp(chol[diagonal])
        return Parameters(
            loadings.reshape(n, k),
            transition.reshape(self.transition.shape),
            chol @ chol.T,
            np.tanh(ar),
            np.exp(log_var),
        )


def companion(transition: FloatArray, n_lags: int) -> FloatArray:
    """Shape (k L, k L): the map of ``[f_t ... f_(t-L+1)]`` to the next month."""
    k, width = transition.shape
    matrix = np.eye(k * n_lags, k=-k)
    matrix[:k, :] = 0.0
    matrix[:k, :width] = transition
    return matrix


def stationary_covariance(matrix: FloatArray, noise: FloatArray) -> FloatArray:
    """Solve ``P = M P M' + N`` by doubling (Anderson and Moore, 1979, sec. 6.7)."""
    total, power = noise, matrix
    for _ in range(60):
        step = power @ total @ power.T
        total = total + step
        if np.abs(step).max() <= 1e-16 * np.abs(total).max():
            break
        power = power @ power
    return 0.5 * (total + total.T)


def stationary_factors(
    transition: FloatArray, factor_cov: FloatArray, n_lags: int
) -> tuple[FloatArray, FloatArray]:
    """Return the companion matrix of L months of factors, and their covariance."""
    k = len(transition)
    matrix, noise = companion(transition, n_lags), np.zeros((k * n_lags, k * n_lags))
    noise[:k, :k] = factor_cov
    return matrix, stationary_covariance(matrix, noise)
