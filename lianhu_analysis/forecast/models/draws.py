"""Simulated futures, what may be asked of them, and when they cannot be stood behind."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray

__all__ = [
    "FULL",
    "PAST",
    "PLAUSIBLE_GROWTH",
    "ROUNDING_ERROR",
    "Draws",
    "Effort",
    "check_spread",
    "root_of",
    "student_t",
]

N_DRAWS = 10_000
# District growth beyond this is a slip of units before it is an economy.
PLAUSIBLE_GROWTH = 60.0
MAX_SPREAD = 30.0
# Growth rates that differ by less than this differ by floating-point error.
ROUNDING_ERROR = 1e-6


@dataclass(frozen=True)
class Effort:
    """How much is drawn, and how much history is asked for.

    Attributes
    ----------
    min_points
        Published figures, at the quarters' ends and the newest, that a
        time-series model needs: fewer cannot separate noise from movement.
    min_years
        Past years that a rule needs.
    """

    n_draws: int
    min_years: int
    min_points: int


# What is published, and what is asked of a model in its own past: there a
# poor forecast costs it its weight, so the bar is what makes it computable.
FULL = Effort(N_DRAWS, 3, 12)
PAST = Effort(1_000, 2, 8)


@dataclass(frozen=True)
class Draws:
    """Simulated futures of one target.

    Attributes
    ----------
    values
        Shape (n_draws,): the target's figure at the end of the year.
    path
        Shape (n_draws, n_remaining): the year-to-date figure (or cumulative
        amount) after each remaining period; the last column is ``values``.
    n_obs
        Number of observations that the model was estimated on.
    reach
        Shape (n_remaining,): how far a change of the year-end figure by one
        shows after each remaining period.  Growth spreads it evenly over the
        remaining periods, by their shares.
    done
        For an amount: what is done already, below which no future can fall;
        its changes are proportional to what a draw adds to it.
    """

    model: str
    values: FloatArray
    path: FloatArray
    n_obs: int
    reach: FloatArray | None = None
    done: float | None = None

    def moved(self, values: FloatArray) -> Draws:
        """Give each draw another year-end figure, and the path that leads to it.

        The change is a constant growth of the remaining periods (or a constant
        factor of what remains to be done), so that year-to-date figures and
        single periods go on agreeing exactly.

        Parameters
        ----------
        values
            Shape (n_draws,).
        """
        if self.done is not None:
            added = np.maximum(self.values - self.done, 0.0)
            factor = np.divide(
                np.maximum(values - self.done, 0.0), added, out=np.ones_like(added), where=added > 0
            )
            path = self.done + (self.path - self.done) * factor[:, None]
        else:
            reach = np.ones(self.path.shape[1]) if self.reach is None else self.reach
            path = self.path + np.outer(values - self.values, reach)
        path = np.column_stack([path[:, :-1], values])
        return replace(self, values=values, path=path)


def student_t(degrees: int, effort: Effort, rng: np.random.Generator) -> FloatArray:
    """Draw Student's t, shape (n_draws,), each draw with its opposite.

    Their mean is then zero (antithetic variates; Hammersley and Morton, 1956): with few degrees
    of freedom that of 10,000 independent draws is so far off that a printed decimal shows it.
    """
    half = rng.standard_t(degrees, size=effort.n_draws // 2)
    return rng.permutation(np.concatenate([half, -half]))


def root_of(covariance: FloatArray) -> FloatArray:
    """Return the symmetric square root of a covariance, by which normal draws are multiplied.

    It is unique (Higham, 2008, ch. 6).  Eigenvectors are not: their signs, and their directions
    where values are equal, depend on the processor, and so would a printed decimal of a forecast.

    Parameters
    ----------
    covariance
        Shape (k, k); rounding may leave it a hair from symmetric and from positive.
    """
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)


def check_spread(values: FloatArray) -> None:
    """Refuse growth draws that are not finite, not plausible, or not useful.

    Raises
    ------
    ForecastError
        With the reason.
    """
    if not np.isfinite(values).all():
        raise ForecastError("模拟结果中有非有限值")
    if abs(values.mean()) > PLAUSIBLE_GROWTH:
        raise ForecastError(f"预测均值 {values.mean():.1f}% 超出合理范围，疑为数据错误，请先核对")
    spread = float(np.subtract(*np.quantile(values, [0.9, 0.1])))
    if spread < ROUNDING_ERROR:
        raise ForecastError("历史误差全为零，不能估计不确定性")
    if spread > MAX_SPREAD:
        raise ForecastError(f"80% 区间宽达 {spread:.1f} 个百分点，没有判断价值")
