"""Regression with shrunk coefficients, for equations with few rows.

A rule of thumb asks how much of a gap past years closed, a bridge equation what
the parts say of the whole.  With ten years or twenty quarters least squares fits
noise; here every coefficient is pulled towards a stated value (zero, or the
part's share in the whole) by a Gaussian prior, as hard as is stated or as the
rows themselves choose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray

__all__ = ["PENALTY", "Criterion", "ShrunkRegression", "draw_predictions", "fit_shrunk"]

Criterion = Literal["loo", "gcv", "evidence"]
# Penalties per row tried where the caller names none: from almost least
# squares to almost the prior.
PENALTIES_PER_ROW = np.logspace(-4, 4, 49)
MIN_ROWS = 3
# Of a pull that few years can show: as if this many more had shown none.
PENALTY = np.array([2.0])
# A column that moves less than this, relative to its size, tells nothing.
CONSTANT = 1e-12


@dataclass(frozen=True)
class ShrunkRegression:
    """A fitted regression ``y = intercept + x @ coefficients + noise``.

    Without an intercept it is zero, and so is ``centre``.

    Attributes
    ----------
    coefficients
        Shape (k,): in units of the target per unit of the column.
    intercept
        In units of the target.
    penalty
        The penalty on standardised coefficients, chosen or given.
    effective_parameters
        Trace of the hat matrix, intercept included: between 1 and k + 1.
    loo_errors
        Shape (n,): each row's error when the row itself is left out (the
        penalty, and the scale of the columns, held).
    n_obs
        Rows.
    freedom
        Degrees of freedom of the noise: rows, less one for an intercept.
    noise_scale
        Posterior scale of the noise of a row of weight one.
    centre, scale
        Shape (k,): weighted mean of the columns, and what a column is divided
        by before it is penalised.
    basis, precision
        Shapes (k, r) and (r,): right singular vectors of the standardised
        columns and posterior precision (over noise variance) along them.
    """

    coefficients: FloatArray
    intercept: float
    penalty: float
    effective_parameters: float
    loo_errors: FloatArray
    n_obs: int
    freedom: int
    noise_scale: float
    centre: FloatArray
    scale: FloatArray
    basis: FloatArray
    precision: FloatArray

    def predict(self, x: FloatArray) -> FloatArray:
        """Return the posterior mean of the target, shape (m,), for rows of shape (m, k)."""
        return np.asarray(self.intercept + np.atleast_2d(x) @ self.coefficients)

    def covariance(self, x: FloatArray) -> FloatArray:
        """Return the covariance, over the noise variance, of new targets at rows of shape (m, k).

        Raises
        ------
        ForecastError
            If a value is missing or the number of columns is another.
        """
        rows = np.atleast_2d(np.asarray(x, dtype=float))
        if rows.shape[1] != self.centre.size or not np.isfinite(rows).all():
            raise ForecastError(f"预测用的自变量应为 {self.centre.size} 列且无缺失，请先补齐")
        z = (rows - self.centre) / self.scale
        along = z @ self.basis
        # What lies outside the rows that were seen is known from the prior alone.
        outside = z - along @ self.basis.T
        known = (along / self.precision) @ along.T + outside @ outside.T / self.penalty
        centre = 1.0 / self.n_obs if self.freedom < self.n_obs else 0.0
        return np.asarray(known + centre + np.eye(len(rows)))


def fit_shrunk(
    x: FloatArray,
    y: FloatArray,
    *,
    weights: FloatArray | None = None,
    prior_mean: FloatArray | None = None,
    prior_scale: FloatArray | None = None,
    penalties: FloatArray | None = None,
    criterion: Criterion = "loo",
    intercept: bool = True,
) -> ShrunkRegression:
    """Fit a ridge regression, choosing its penalty from the rows given.

    The model: ``y_i = a + x_i'b + e_i`` with ``e_i ~ N(0, s2 / w_i)``, flat
    ``a``, and ``b_j ~ N(m_j, s2 g_j**2 / (penalty sd_j**2))``, where ``sd_j``
    is the column's own spread: Hoerl and Kennard (1970) with a prior mean and
    a prior scale per column, the intercept not shrunk.  A penalty of 2 counts
    as two rows that showed the prior mean.

    Parameters
    ----------
    x, y
        Shapes (n, k) and (n,), nothing missing; k may exceed n.
    weights
        Shape (n,), positive: relative precision of the rows (older rows less,
        say).  Only their ratios matter.
    prior_mean
        Shape (k,): what coefficients are pulled to, in the units of
        ``coefficients``; zero if not given.
    prior_scale
        Shape (k,), positive: columns with a larger one are shrunk less
        (Minnesota-type priors); one if not given.
    penalties
        Penalties to choose from; one value fixes it.
    criterion
        ``loo``: mean square of leave-one-out errors (Allen, 1974, PRESS);
        ``gcv``: Golub, Heath and Wahba (1979, eq. 1.4); ``evidence``: the
        marginal likelihood with the noise variance integrated out (MacKay, 1992).
    intercept
        Without one the columns are not centred, and ``sd_j`` is their root
        mean square: nothing said means nothing changes.

    Raises
    ------
    ForecastError
        If shapes disagree, a value is missing, a column is constant, or there
        are fewer than three rows (four with an intercept).
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    _check_rows(x, y, MIN_ROWS + intercept)
    n, k = x.shape
    freedom = n - intercept
    w = _checked(weights, n, "权重")
    w = w * n / w.sum()
    mean = np.zeros(k) if prior_mean is None else np.asarray(prior_mean, dtype=float)
    centre, y_centre = (w @ x / n, float(w @ y / n)) if intercept else (np.zeros(k), 0.0)
    spread = np.sqrt(w @ (x - centre) ** 2 / n)
    _check_spread(spread, np.abs(x).max(axis=0, initial=0.0))
    scale = spread / _checked(prior_scale, k, "先验尺度")
    root = np.sqrt(w)
    left, singular, right = np.linalg.svd(root[:, None] * (x - centre) / scale, full_matrices=False)
    target = root * (y - y_centre - (x - centre) @ mean)
    grid = n * PENALTIES_PER_ROW if penalties is None else np.atleast_1d(penalties).astype(float)
    _checked(grid, grid.size, "惩罚")
    share = w / n if intercept else np.zeros(n)
    scores = [_score(left, singular, target, share, freedom, g, criterion) for g in grid]
    penalty = float(grid[int(np.argmin(scores))])
    kept = singular**2 / (singular**2 + penalty)
    residual = target - left @ (kept * (left.T @ target))
    leverage = share + (left**2) @ kept
    slope = right.T @ (singular / (singular**2 + penalty) * (left.T @ target))
    coefficients = mean + slope / scale
    return ShrunkRegression(
        coefficients=coefficients,
        intercept=y_centre - float(centre @ coefficients),
        penalty=penalty,
        effective_parameters=intercept + float(kept.sum()),
        loo_errors=residual / root / (1.0 - leverage),
        n_obs=n,
        freedom=freedom,
        noise_scale=float(np.sqrt(max(target @ residual, 0.0) / freedom)),
        centre=centre,
        scale=scale,
        basis=right.T,
        precision=singular**2 + penalty,
    )


def draw_predictions(
    fit: ShrunkRegression, x: FloatArray, n_draws: int, rng: np.random.Generator
) -> FloatArray:
    """Draw new targets from the posterior predictive distribution, jointly.

    Student's t with ``freedom`` degrees of freedom (Gelman et al., 2013, sec. 14.2
    and 14.8; prior of the noise variance proportional to its inverse): one
    draw has one noise variance and one set of coefficients for all rows.  The
    penalty is taken as known.

    Parameters
    ----------
    x
        Shape (m, k): rows to predict, each of weight one.

    Returns
    -------
    FloatArray
        Shape (n_draws, m).

    Raises
    ------
    ForecastError
        If a value is missing or the number of columns is another.
    """
    covariance = fit.covariance(x)
    noise = rng.standard_normal((n_draws, len(covariance))) @ np.linalg.cholesky(covariance).T
    sigma = fit.noise_scale * np.sqrt(fit.freedom / rng.chisquare(fit.freedom, size=n_draws))
    return np.asarray(fit.predict(x) + sigma[:, None] * noise)


def _score(
    left: FloatArray,
    singular: FloatArray,
    target: FloatArray,
    share: FloatArray,
    freedom: int,
    penalty: float,
    criterion: Criterion,
) -> float:
    """Return what a penalty costs by the criterion; smaller is better."""
    kept = singular**2 / (singular**2 + penalty)
    residual = target - left @ (kept * (left.T @ target))
    if criterion == "loo":
        leverage = share + (left**2) @ kept
        # A row that determines its own fit has no error of its own to judge by.
        with np.errstate(divide="ignore", invalid="ignore"):
            cost = float(np.mean((residual / (1.0 - leverage)) ** 2))
        return cost if np.isfinite(cost) else np.inf
    if criterion == "gcv":
        free = freedom - float(kept.sum())
        return float(residual @ residual) / free**2 if free > CONSTANT * freedom else np.inf
    unexplained = max(float(target @ residual), np.finfo(float).tiny)
    return float(np.log1p(singular**2 / penalty).sum() + freedom * np.log(unexplained))


def _checked(values: FloatArray | None, size: int, what: str) -> FloatArray:
    """Return positive values of the size asked for, ones where none are given."""
    if values is None:
        return np.ones(size)
    found = np.asarray(values, dtype=float)
    if found.shape != (size,) or not (np.isfinite(found) & (found > 0)).all():
        raise ForecastError(f"{what}应为 {size} 个正数")
    return found


def _check_rows(x: FloatArray, y: FloatArray, needed: int) -> None:
    if x.ndim != 2 or y.shape != x.shape[:1] or x.shape[1] == 0:
        raise ForecastError(f"自变量 {x.shape} 与因变量 {y.shape} 的行数不一致，或没有自变量")
    if len(y) < needed:
        raise ForecastError(f"回归只有 {len(y)} 期可用，至少要 {needed} 期")
    if not np.isfinite(y).all():
        raise ForecastError("回归的因变量有缺失，请先剔除这些期")
    missing = np.flatnonzero(~np.isfinite(x).all(axis=0))
    if missing.size:
        raise ForecastError(f"回归的第 {missing[0] + 1} 个自变量有缺失，请先补齐或剔除")


def _check_spread(spread: FloatArray, size: FloatArray) -> None:
    constant = np.flatnonzero(spread <= CONSTANT * np.maximum(size, np.finfo(float).tiny))
    if constant.size:
        raise ForecastError(f"回归的第 {constant[0] + 1} 个自变量没有变化，请剔除")
