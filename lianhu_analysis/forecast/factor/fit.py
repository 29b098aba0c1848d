"""Estimation: ECM accelerated by SQUAREM from several starts, reported as it went.

Every recorded point has a log-likelihood no lower than the one before it: an
extrapolation (Varadhan and Roland, 2008, scheme S3) that is not stationary or
lowers the likelihood is thrown away and the plain ECM step taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.em import em_step
from lianhu_analysis.forecast.factor.model import FactorModel
from lianhu_analysis.forecast.factor.panel import FloatArray
from lianhu_analysis.forecast.factor.parameters import Parameters, companion
from lianhu_analysis.forecast.factor.windows import Windows

__all__ = ["FactorFit", "Start", "fit", "start_parameters"]

# Two optima this close in log-likelihood per figure count as the same one.
SAME_OPTIMUM = 1e-4
LONGEST_STEP = 4.0
# Starting values stay clear of the edge of what is stationary.
LARGEST_ROOT = 0.95
LEAST_SHARE = 0.05


@dataclass(frozen=True)
class Start:
    """How estimation went from one start.

    Attributes
    ----------
    path
        Log-likelihood at the start and after every cycle; never falls.
    iterations
        ECM steps taken, those of rejected extrapolations included.
    reason
        Why it stopped, in words.
    """

    name: str
    parameters: Parameters
    loglike: float
    path: tuple[float, ...]
    iterations: int
    converged: bool
    reason: str


@dataclass(frozen=True)
class FactorFit(Start):
    """The best of all starts, and all of them.

    Attributes
    ----------
    agree
        Whether every start came to the same log-likelihood.
    """

    model: FactorModel
    starts: tuple[Start, ...]
    agree: bool


def fit(
    model: FactorModel,
    *,
    tolerance: float = 1e-6,
    max_iterations: int = 500,
    starts: dict[str, Parameters] | None = None,
) -> FactorFit:
    """Estimate the parameters.

    BLAS runs on one thread meanwhile: matrices are small, and two processes of
    two threads each are many times slower than of one.

    Parameters
    ----------
    tolerance
        Log-likelihood per figure: estimation has converged when two cycles in
        a row (two or three ECM steps each) gain less than this.
    max_iterations
        ECM steps from each start.
    starts
        Named starting points; two different ones if not
        given (``start_parameters``).

    Raises
    ------
    ForecastError
        If no start has a finite likelihood.
    """
    chosen = start_parameters(model) if starts is None else starts
    with threadpool_limits(1, user_api="blas"):
        done = [
            _climb(model, name, parameters, tolerance, max_iterations)
            for name, parameters in chosen.items()
        ]
    best = max(done, key=lambda item: item.loglike)
    if not np.isfinite(best.loglike):
        raise ForecastError("因子模型的似然值在所有初值下都不是有限数，请检查面板的量级")
    worst = min(item.loglike for item in done)
    agree = best.loglike - worst < SAME_OPTIMUM * model.n_figures
    return FactorFit(**vars(best), model=model, starts=tuple(done), agree=agree)


def _climb(
    model: FactorModel, name: str, start: Parameters, tolerance: float, max_iterations: int
) -> Start:
    """Run SQUAREM cycles from one start."""
    least = tolerance * model.n_figures
    point, (after, loglike) = start, em_step(model, start)
    path, steps, small, longest = [loglike], 1, 0, 1.0
    reason = f"达到 {max_iterations} 步上限，似然值仍在上升"
    while steps + 3 <= max_iterations and np.isfinite(loglike):
        second, first_loglike = em_step(model, after)
        steps += 1
        jump, length = _extrapolate(point, after, second, longest)
        accepted = False
        if jump is not None:
            landed, jump_loglike = em_step(model, jump)
            steps += 1
            accepted = jump_loglike >= first_loglike
        if accepted and jump is not None:
            point, after, loglike = jump, landed, jump_loglike
            if length >= longest:
                longest *= LONGEST_STEP
        else:
            longest = max(longest / LONGEST_STEP, 1.0)
            point = second
            after, loglike = em_step(model, second)
            steps += 1
        gain = loglike - path[-1]
        path.append(loglike)
        small = small + 1 if gain < least else 0
        if small == 2:
            reason = f"连续两轮的似然增量低于 {least:.2g}"
            break
    return Start(name, point, loglike, tuple(path), steps, small == 2, reason)


def _extrapolate(
    start: Parameters, after: Parameters, second: Parameters, longest: float
) -> tuple[Parameters | None, float]:
    """Return the squared extrapolation and its step length, ``None`` where it is no model."""
    origin = start.to_free()
    r = after.to_free() - origin
    v = second.to_free() - origin - 2.0 * r
    size = float(np.linalg.norm(v))
    if size == 0.0:
        return None, 0.0
    length = min(max(float(np.linalg.norm(r)) / size, 1.0), longest)
    if length == 1.0:
        return second, 1.0
    with np.errstate(over="ignore"):
        free: FloatArray = origin + 2.0 * length * r + length**2 * v
        jump = start.from_free(free)
    finite = np.isfinite(free).all() and np.isfinite(jump.idiosyncratic_var).all()
    return (jump if finite and jump.stationary else None), length


# --- where it starts


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
