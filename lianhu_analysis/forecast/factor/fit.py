"""Estimation: ECM accelerated by SQUAREM from several starts, reported as it went.

Every recorded point has a log-likelihood no lower than the one before it: an
extrapolation (Varadhan and Roland, 2008, scheme S3) that is not stationary or
lowers the likelihood is thrown away and the plain ECM step taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.em import em_step
from lianhu_analysis.forecast.factor.model import FactorModel
from lianhu_analysis.forecast.factor.panel import FloatArray
from lianhu_analysis.forecast.factor.parameters import Parameters
from lianhu_analysis.forecast.factor.starts import start_parameters

__all__ = ["FactorFit", "Start", "fit"]

# Two optima this close in log-likelihood per figure count as the same one.
SAME_OPTIMUM = 1e-4
LONGEST_STEP = 4.0


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
