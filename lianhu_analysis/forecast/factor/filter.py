"""Kalman filter and smoother for an information block and a few exact rows a month.

Plain functions of arrays, so that numba compiles these very lines.
Notation as in Durbin and Koopman (2012, ch. 4); ``P`` covariance of the
predicted state, ``J_t = sum_i d_i d_i' / r_i`` and ``h_t = sum_i d_i ytilde_i /
r_i`` the month's whitened rows on the factor lags (Jungbacker and Koopman,
2015, collapse the panel in the same way).
"""

from __future__ import annotations

import numpy as np

from lianhu_analysis.forecast.factor.panel import BoolArray, FloatArray
from lianhu_analysis.forecast.factor.rows import IntArray

__all__ = ["filter_forward", "smooth_backward"]

Filtered = tuple[
    FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray
]


def filter_forward(  # noqa: PLR0915 - one month is one unbroken story; numba compiles it whole
    transition: FloatArray,
    factor_cov: FloatArray,
    source: IntArray,
    scale: FloatArray,
    noise: FloatArray,
    initial: FloatArray,
    information: FloatArray,
    score: FloatArray,
    start: IntArray,
    design: FloatArray,
    z: FloatArray,
) -> Filtered:
    """Run the filter.

    Parameters
    ----------
    transition, factor_cov
        ``A`` (k, k p) and ``Q`` (k, k).
    source, scale, noise
        Shape (m,): the shift, and the variance that each month adds.
    initial
        Shape (m, m): covariance of the first state, whose mean is zero.
    information, score
        ``J`` (T, k L, k L) and ``h`` (T, k L).
    start, design, z
        Exact rows by month: ``Z`` (R, m) and values (R,).

    Returns
    -------
    Log-likelihood by month less the terms that do not depend on the state
    (T,), predicted means (T, m) and covariances (T, m, m), ``u = (I + J P)^-1 (h
    - J a)`` (T, k L) and ``G = (I + J P)^-1 J`` (T, k L, k L), and for the exact rows
    the gain (R, m), ``F^-1 v`` (R,) and ``F^-1`` (R, most rows a month).
    """
    n_rows = score.shape[0]
    k, kp = transition.shape
    width = score.shape[1]
    m = source.size
    most = 1
    for t in range(n_rows):
        most = max(most, start[t + 1] - start[t])
    loglike = np.zeros(n_rows)
    means = np.zeros((n_rows, m))
    covariances = np.zeros((n_rows, m, m))
    weighted = np.zeros((n_rows, width))
    gains = np.zeros((n_rows, width, width))
    exact_gain = np.zeros((z.size, m))
    exact_error = np.zeros(z.size)
    exact_precision = np.zeros((z.size, most))
    eye = np.eye(width)
    scales = np.outer(scale, scale)
    a = np.zeros(m)
    p = initial.copy()
    for t in range(n_rows):
        means[t] = a
        covariances[t] = p
        # The whitened rows, in information form.
        j = information[t]
        to_factors = np.ascontiguousarray(p[:, :width])
        ahead = np.ascontiguousarray(to_factors[:width])
        factors = np.ascontiguousarray(a[:width])
        explained = j @ factors
        b = score[t] - explained
        m_matrix = eye + j @ ahead
        inverse = np.linalg.inv(m_matrix)
        u = inverse @ b
        g = inverse @ j
        g = 0.5 * (g + g.T)
        weighted[t] = u
        gains[t] = g
        log_det = np.linalg.slogdet(m_matrix)[1]
        quadratic = factors @ (explained - 2.0 * score[t]) - b @ (ahead @ u)
        loglike[t] = -0.5 * (log_det + quadratic)
        a = a + to_factors @ u
        p = p - to_factors @ (g @ np.ascontiguousarray(to_factors.T))
        # The exact rows, all of the month at once.
        first, last = start[t], start[t + 1]
        if last > first:
            rows = design[first:last]
            across = p @ np.ascontiguousarray(rows.T)
            f = rows @ across
            f_inverse = np.linalg.inv(f)
            v = z[first:last] - rows @ a
            f_v = f_inverse @ v
            gain = across @ f_inverse
            exact_gain[first:last] = gain.T
            exact_error[first:last] = f_v
            exact_precision[first:last, : last - first] = f_inverse
            loglike[t] -= 0.5 * (np.linalg.slogdet(f)[1] + v @ f_v)
            a = a + across @ f_v
            p = p - gain @ np.ascontiguousarray(across.T)
        p = 0.5 * (p + p.T)
        # The next month.
        top = transition @ np.ascontiguousarray(p[:kp])
        head = transition @ np.ascontiguousarray(a[:kp])
        a = scale * a[source]
        a[:k] = head
        p = p[source][:, source] * scales
        shifted = top[:, source] * scale
        p[:k] = shifted
        p[:, :k] = shifted.T
        p[:k, :k] = np.ascontiguousarray(top[:, :kp]) @ transition.T + factor_cov
        for i in range(width, m):
            p[i, i] += noise[i]
    return (
        loglike,
        means,
        covariances,
        weighted,
        gains,
        exact_gain,
        exact_error,
        exact_precision,
    )


def smooth_backward(
    transition: FloatArray,
    target: IntArray,
    kept: BoolArray,
    own: FloatArray,
    means: FloatArray,
    covariances: FloatArray,
    weighted: FloatArray,
    gains: FloatArray,
    start: IntArray,
    design: FloatArray,
    exact_gain: FloatArray,
    exact_error: FloatArray,
    exact_precision: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Run the smoother (de Jong, 1989) back through what ``filter_forward`` returned.

    Parameters
    ----------
    target, kept
        Shape (m,): where each element goes in the next month.
    own
        Shape (m,): what each element passes on to its own place, ``phi`` for the
        current month of explicit terms and zero for all else.

    Returns
    -------
    Smoothed means (T, m), covariances (T, m, m), and ``N`` (T, m, m).
    """
    n_rows, m = means.shape
    k, kp = transition.shape
    width = weighted.shape[1]
    passed = kept.astype(np.float64)
    smoothed = np.zeros((n_rows, m))
    variances = np.zeros((n_rows, m, m))
    informations = np.zeros((n_rows, m, m))
    back = np.ascontiguousarray(transition.T)
    r = np.zeros(m)
    n = np.zeros((m, m))
    for t in range(n_rows - 1, -1, -1):
        if t < n_rows - 1:
            # Transposed transition.
            head = back @ np.ascontiguousarray(r[:k])
            r = passed * r[target] + own * r
            r[:kp] += head
            rows = passed.reshape(-1, 1) * n[target] + own.reshape(-1, 1) * n
            rows[:kp] += back @ np.ascontiguousarray(n[:k])
            n = rows[:, target] * passed + rows * own
            n[:, :kp] += np.ascontiguousarray(rows[:, :k]) @ transition
        first, last = start[t], start[t + 1]
        if last > first:
            z_rows = design[first:last]
            across = np.ascontiguousarray(z_rows.T)
            gain = exact_gain[first:last]
            precision = np.ascontiguousarray(exact_precision[first:last, : last - first])
            r = r + across @ (exact_error[first:last] - gain @ r)
            gain_n = gain @ n
            inner = gain_n @ np.ascontiguousarray(gain.T) + precision
            half = across @ (gain_n - 0.5 * (inner @ z_rows))
            n = n - half - half.T
        p = covariances[t]
        to_factors = np.ascontiguousarray(p[:, :width])
        g = gains[t]
        r[:width] += weighted[t] - g @ (np.ascontiguousarray(to_factors.T) @ r)
        n_to = n @ to_factors
        inner = g @ (np.ascontiguousarray(to_factors.T) @ n_to) @ g + g
        crossed = n_to @ g
        n[:, :width] -= crossed
        n[:width, :] -= crossed.T
        n[:width, :width] += inner
        n = 0.5 * (n + n.T)
        smoothed[t] = means[t] + p @ r
        variances[t] = p - p @ (n @ p)
        informations[t] = n
    return smoothed, variances, informations
