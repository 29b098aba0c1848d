"""Estimation's step: new parameters from the smoothed state.

Expectation/conditional maximisation (Meng and Rubin, 1993; for the factor
model Banbura and Modugno, 2014) with the factors, and what is hidden of the
idiosyncratic terms, as complete data:

1. factors: regression of ``f_t`` on ``f_(t-1) .. f_(t-p)``, with the stationary
   start;
2. loadings: generalised least squares on the whitened rows given ``phi, s2``;
   an explicit series regresses its latent growth on the factors;
3. ``phi, s2``: exact maximum likelihood of an AR(1) (Beach and MacKinnon, 1978)
   from expected second moments of ``e`` at the new loadings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianhu_analysis.forecast.factor.model import FactorModel, Pass
from lianhu_analysis.forecast.factor.panel import FloatArray
from lianhu_analysis.forecast.factor.parameters import (
    Parameters,
    companion,
    stationary_covariance,
    stationary_factors,
)
from lianhu_analysis.forecast.factor.rows import SegmentGroup, ar1_covariance

__all__ = ["Moments", "em_step", "state_sums", "whitened_moments"]

# A series that its factors explain to this part would stop the filter.
LEAST_VARIANCE = 1e-6

# Expected second moments (m, m) of the state: at row 0, and summed over the other rows.
Sums = tuple[FloatArray, FloatArray]


@dataclass
class Moments:
    """Expected second moments of ``e`` by series, over the months that count.

    Attributes
    ----------
    before, across, after
        Shape (n,): sums of ``e_(t-1)^2``, ``e_t e_(t-1)`` and ``e_t^2``.
    first
        Shape (n,): sum of ``e^2`` over the months from which a term starts.
    starts
        Shape (n,): how many those are.
    months
        Shape (n,): number of months, starts included.
    """

    before: FloatArray
    across: FloatArray
    after: FloatArray
    first: FloatArray
    starts: FloatArray
    months: FloatArray


def em_step(model: FactorModel, parameters: Parameters) -> tuple[Parameters, float]:
    """Return the parameters after one step, and the log-likelihood before it.

    No step lowers the exact likelihood.
    """
    done = model.run(parameters)
    sums = state_sums(done)
    var_sums = _factor_sums(model, sums, len(done.mean) - 1)
    transition, factor_cov = _maximise_var(var_sums, parameters.transition, parameters.factor_cov)
    shift = _explicit_shift(model, parameters, sums)
    loadings = _update_loadings(model, done, parameters.loadings)
    loadings[model.layout.explicit] += shift
    moments = whitened_moments(model, parameters, done, loadings)
    _explicit_moments(model, sums, shift, moments)
    return Parameters(loadings, transition, factor_cov, *_exact_ar1(moments)), done.loglike


def state_sums(done: Pass) -> Sums:
    """Expected second moments (m, m) of the state: at row 0, and summed over the other rows."""
    mean, covariance = done.mean, done.covariance
    first = covariance[0] + np.outer(mean[0], mean[0])
    return first, covariance[1:].sum(axis=0) + mean[1:].T @ mean[1:]


# --- factors


def _factor_sums(model: FactorModel, sums: Sums, count: int) -> _FactorSums:
    """Collect products of the factors over all months; ``count`` transitions lie after row 0."""
    start, second = sums
    k, p, n_lags = model.n_factors, model.lags, model.layout.n_lags
    width, past = k * n_lags, slice(k, k + k * p)
    zz, xz, xx = second[past, past].copy(), second[:k, past].copy(), second[:k, :k].copy()
    for lag in range(n_lags - p):
        own = slice(lag * k, (lag + 1) * k)
        earlier = slice((lag + 1) * k, (lag + 1 + p) * k)
        zz += start[earlier, earlier]
        xz += start[own, earlier]
        xx += start[own, own]
    earliest = slice(width - k * p, width)
    return _FactorSums(zz, xz, xx, count + n_lags - p, start[earliest, earliest])


@dataclass(frozen=True)
class _FactorSums:
    """Expected sums for a VAR with stationary start ``f_0 .. f_(p-1)`` of moment ``first``."""

    zz: FloatArray
    xz: FloatArray
    xx: FloatArray
    count: int
    first: FloatArray

    def residual(self, transition: FloatArray) -> FloatArray:
        cross = transition @ self.xz.T
        total: FloatArray = self.xx - cross - cross.T + transition @ self.zz @ transition.T
        return total

    def objective(self, transition: FloatArray, cov: FloatArray) -> float:
        """Expected complete-data log-likelihood, less constants."""
        k, kp = transition.shape
        if np.abs(np.linalg.eigvals(companion(transition, kp // k))).max() >= 1.0:
            return -np.inf
        _, start = stationary_factors(transition, cov, kp // k)
        sign, log_det = np.linalg.slogdet(cov)
        sign_start, log_det_start = np.linalg.slogdet(start)
        if sign <= 0 or sign_start <= 0:
            return -np.inf
        value = self.count * log_det + np.trace(np.linalg.solve(cov, self.residual(transition)))
        value += log_det_start + np.trace(np.linalg.solve(start, self.first))
        return -0.5 * float(value)


def _maximise_var(
    sums: _FactorSums, transition: FloatArray, cov: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Maximise the expected likelihood of the factors, stationary start included.

    With ``X`` the adjoint of the start's Lyapunov equation, the first-order
    conditions are ``A = (xz + Q [2 X F P]_top) zz^-1`` and ``Q = (residual + 2 Q X_top
    Q) / count``, iterated from the conditional maximum; nothing is taken that
    lowers the objective.
    """
    best = (sums.objective(transition, cov), transition, cov)
    k, kp = transition.shape
    inverse = np.linalg.inv(sums.zz)
    a = sums.xz @ inverse
    q = sums.residual(a) / sums.count
    for _ in range(8):
        value = sums.objective(a, q)
        if value > best[0]:
            gain = value - best[0]
            best = (value, a, q)
            if gain < 1e-10 * abs(value):
                break
        if not np.isfinite(value):
            break
        matrix, start = stationary_factors(a, q, kp // k)
        inverse_start = np.linalg.inv(start)
        slope = -0.5 * (inverse_start - inverse_start @ sums.first @ inverse_start)
        adjoint = stationary_covariance(matrix.T, np.asarray(slope, dtype=float))
        pull = 2.0 * (adjoint @ matrix @ start)[:k]
        a = (sums.xz + q @ pull) @ inverse
        q = (sums.residual(a) + 2.0 * q @ adjoint[:k, :k] @ q) / sums.count
        q = 0.5 * (q + q.T)
    return best[1], best[2]


# --- loadings


def _block(done: Pass, k: int, a: int, b: int) -> FloatArray:
    """Shape (T, k k): smoothed covariance of ``f_(t-a)`` and ``f_(t-b)``."""
    block = done.covariance[:, a * k : (a + 1) * k, b * k : (b + 1) * k]
    return block.reshape(len(block), k * k)


def _factors(done: Pass, k: int, lag: int) -> FloatArray:
    return done.mean[:, lag * k : (lag + 1) * k]


def _update_loadings(model: FactorModel, done: Pass, old: FloatArray) -> FloatArray:
    """Generalised least squares of every whitened series on its rows; ``old`` without any."""
    rows, k = done.rows, model.n_factors
    n_rows, n_series = rows.y.shape
    normal = np.zeros((n_series, k * k))
    right = np.zeros((n_series, k))
    used = [lag for lag in range(model.layout.n_lags) if rows.lags[lag].any()]
    for a in used:
        weighted = rows.precision * rows.lags[a]
        right += (weighted * rows.y).T @ _factors(done, k, a)
        for b in used[: used.index(a) + 1]:
            products = _factors(done, k, a)[:, :, None] * _factors(done, k, b)[:, None, :]
            moment = _block(done, k, a, b) + products.reshape(n_rows, k * k)
            if a != b:
                moment = moment + moment.reshape(-1, k, k).transpose(0, 2, 1).reshape(n_rows, -1)
            normal += (weighted * rows.lags[b]).T @ moment
    square = normal.reshape(n_series, k, k)
    present = np.any(rows.precision > 0, axis=0, keepdims=True)[0]
    square[~present] = np.eye(k)
    return np.where(present[:, None], np.linalg.solve(square, right[:, :, None])[:, :, 0], old)


def _explicit_shift(model: FactorModel, parameters: Parameters, sums: Sums) -> FloatArray:
    """Shape (q, k): how the loadings of explicit series move.

    Latent growth ``x = lambda'f + e`` is complete data, so the change of
    ``lambda`` is the regression of ``e`` on ``f``, both quasi-differenced.
    """
    k, layout = model.n_factors, model.layout
    change = np.zeros((layout.explicit.size, k))
    for at, series in enumerate(layout.explicit):
        phi = parameters.idiosyncratic_ar[series]
        total = np.zeros((k + 1, k + 1))
        for moment, lag, last in _months(model, at, sums):
            # e and f of this month less phi times the month before; the earliest stands alone.
            steps = [(lag, np.sqrt(1 - phi**2))] if last else [(lag, 1.0), (lag + 1, -phi)]
            mixed = np.zeros((k + 1, model.state.size))
            for month, weight in steps:
                mixed[0, model.state.top[at] + month] = weight
                mixed[1:, month * k : (month + 1) * k] = weight * np.eye(k)
            total += mixed @ moment @ mixed.T
        normal, right = total[1:, 1:], total[1:, 0]
        change[at] = np.linalg.solve(normal, right)
    return change


def _months(model: FactorModel, at: int, sums: Sums) -> list[tuple[FloatArray, int, bool]]:
    """Transitions of an explicit term as (moments, lag), the earliest month marked ``last``.

    Months before row 0 that the first state holds are among them.
    """
    first, rest = sums
    earliest = int(model.layout.explicit_lags[at]) - 1
    before = [(first, lag, False) for lag in range(earliest)]
    return [(rest, 0, False), *before, (first, earliest, True)]


# --- idiosyncratic terms


def whitened_moments(
    model: FactorModel, parameters: Parameters, done: Pass, loadings: FloatArray
) -> Moments:
    """Expected moments of the whitened series' ``e`` from first to last month seen."""
    layout, n_series = model.layout, loadings.shape[0]
    squares = _squares(loadings)
    fitted = _factors(done, model.n_factors, 0) @ loadings.T
    error = np.where(model.windows.length == 1, model.windows.z, np.nan) - fitted
    square = error**2 + _block(done, model.n_factors, 0, 0) @ squares
    product = error[1:] * error[:-1] + (_block(done, model.n_factors, 0, 1) @ squares)[1:]
    step = layout.step[1:]
    alone = layout.alone
    moments = Moments(
        np.where(step, square[:-1], 0.0).sum(axis=0),
        np.where(step, product, 0.0).sum(axis=0),
        np.where(step, square[1:], 0.0).sum(axis=0),
        np.where(alone, square, 0.0).sum(axis=0),
        alone.sum(axis=0).astype(float),
        alone.sum(axis=0) + layout.step.sum(axis=0).astype(float),
    )
    for group in layout.segments:
        expected = _segment_moments(group, parameters, done, loadings, model.n_factors)
        diagonal = np.diagonal(expected, axis1=1, axis2=2)
        beside = np.diagonal(expected, offset=1, axis1=1, axis2=2)
        moments.before += np.bincount(group.series, diagonal[:, :-1].sum(axis=1), n_series)
        moments.across += np.bincount(group.series, beside.sum(axis=1), n_series)
        moments.after += np.bincount(group.series, diagonal[:, 1:].sum(axis=1), n_series)
        months = np.bincount(group.series, minlength=n_series) * (group.span - 1)
        moments.months += months
        if not group.reset:
            moments.first += np.bincount(group.series, diagonal[:, 0], n_series)
            starts = np.bincount(group.series, minlength=n_series)
            moments.starts += starts
            moments.months += starts
    return moments


def _squares(loadings: FloatArray) -> FloatArray:
    """Shape (k k, n)."""
    n, k = loadings.shape
    return (loadings[:, :, None] * loadings[:, None, :]).reshape(n, k * k).T


def _segment_moments(
    group: SegmentGroup, parameters: Parameters, done: Pass, loadings: FloatArray, k: int
) -> FloatArray:
    """Shape (B, span, span): ``E[e e']`` over the months of each segment."""
    own, span = group.series, group.span
    phi, s2 = parameters.idiosyncratic_ar[own], parameters.idiosyncratic_var[own]
    gamma = ar1_covariance(phi, span)
    across = gamma @ group.weights.transpose(0, 2, 1)
    regress = across @ np.linalg.inv(group.weights @ across)
    hidden = gamma - regress @ across.transpose(0, 2, 1)
    common, spread = _common_part(group, done, loadings, k)
    error = group.z - np.einsum("bqm,bm->bq", group.weights, common)
    moment = error[:, :, None] * error[:, None, :]
    moment += group.weights @ spread @ group.weights.transpose(0, 2, 1)
    expected: FloatArray = regress @ moment @ regress.transpose(0, 2, 1)
    return expected + s2[:, None, None] * hidden


def _common_part(
    group: SegmentGroup, done: Pass, loadings: FloatArray, k: int
) -> tuple[FloatArray, FloatArray]:
    """Mean (B, span) and covariance (B, span, span) of ``lambda'f`` over the segment."""
    own, span = group.series, group.span
    ends, which = np.unique(group.end, return_inverse=True)
    lam = loadings[own]
    # Lag span - 1 is the first month: reverse to run forward in time.
    mean = done.mean[ends, : k * span].reshape(-1, span, k)[:, ::-1]
    common = np.einsum("bmk,bk->bm", mean[which], lam)
    cov = done.covariance[ends][:, : k * span, : k * span].reshape(-1, span, k, span, k)
    cov = cov[:, ::-1, :, ::-1].transpose(0, 1, 3, 2, 4).reshape(len(ends), span * span, k * k)
    squares = _squares(loadings)
    spread = np.einsum("bxs,bs->bx", cov[which], squares[:, own].T)
    return common, spread.reshape(-1, span, span)


def _explicit_moments(model: FactorModel, sums: Sums, shift: FloatArray, moments: Moments) -> None:
    """Write the moments of the explicit series, at loadings moved by ``shift``."""
    k = model.n_factors
    for at, series in enumerate(model.layout.explicit):
        top, totals = model.state.top[at], np.zeros(4)
        for moment, lag, last in _months(model, at, sums):
            # e - shift'f of this month and, unless it is the earliest, of the one before.
            error = np.zeros((1 if last else 2, model.state.size))
            for row in range(len(error)):
                error[row, top + lag + row] = 1.0
                error[row, (lag + row) * k : (lag + row + 1) * k] = -shift[at]
            own = error @ moment @ error.T
            totals += [0.0, 0.0, 0.0, own[0, 0]] if last else [own[1, 1], own[0, 1], own[0, 0], 0]
        moments.before[series], moments.across[series] = totals[0], totals[1]
        moments.after[series], moments.first[series] = totals[2], totals[3]
        extra = int(model.layout.explicit_lags[at]) - 1
        moments.starts[series] = 1.0
        moments.months[series] = len(model.windows.z) + extra


def _exact_ar1(moments: Moments) -> tuple[FloatArray, FloatArray]:
    """Maximise the likelihood of an AR(1) with stationary start, ``s2`` concentrated out.

    With ``D`` the sum of squares without the first and last month, ``B`` the
    cross products, ``Y`` all squares, n months and c starts, the condition is
    the cubic ``(1 - c/n) D phi^3 - (1 - 2c/n) B phi^2 - (D + c Y/n) phi + B =
    0``, which has one root between -1 and 1 (Beach and MacKinnon, 1978, for c = 1).
    """
    n, cross = np.maximum(moments.months, 1.0), moments.across
    part = moments.starts / n
    inner = moments.before - moments.first
    total = moments.after + moments.first
    low, high = np.full_like(n, -1.0), np.full_like(n, 1.0)
    for _ in range(24):
        phi = 0.5 * (low + high)
        value = inner * (1 - part) * phi**3 - cross * (1 - 2 * part) * phi**2
        value += cross - (inner + part * total) * phi
        low, high = np.where(value > 0, phi, low), np.where(value > 0, high, phi)
    # Halving has found the root's neighbourhood, Newton's steps its digits.
    phi = 0.5 * (low + high)
    for _ in range(3):
        value = inner * (1 - part) * phi**3 - cross * (1 - 2 * part) * phi**2
        value += cross - (inner + part * total) * phi
        slope = 3 * inner * (1 - part) * phi**2 - 2 * cross * (1 - 2 * part) * phi
        slope -= inner + part * total
        phi = np.clip(phi - value / np.where(slope < 0, slope, -np.inf), low, high)
    s2 = (total - 2 * phi * cross + phi**2 * inner) / n
    return phi, np.maximum(s2, LEAST_VARIANCE)
