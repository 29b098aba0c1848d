"""Three small nowcasting models and their pool; each sees one ``View`` and returns one figure.

All three end in the same shrunk bridge equation of GDP growth (``predict_shrunk``)
and differ in how the months not yet published are dealt with: a Bayesian vector autoregression completes every
series, a factor model completes a few common factors, or only published months
are used, as they lie.  Every training quarter is given the columns that it
would have had at the same vintage, so that coefficients are those of the
horizon.  No setting depends on the quarter: they were chosen on quarters before
2005 (see ``us_nowcast``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.us_nowcast_data import View
from lianhu_analysis.forecast.growth import FloatArray

__all__ = [
    "CANDIDATES",
    "POOLED",
    "Model",
    "autoregression",
    "bvar_bridge",
    "factor_bridge",
    "lag_bridge",
    "predict_shrunk",
]

Model = Callable[[View], float]

# Growth of a quarter's average from monthly growth (Mariano and Murasawa, 2003).
QUARTER_WEIGHTS = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 3.0
# Penalties per row to choose from: from almost least squares to almost nothing said.
PENALTIES_PER_ROW = np.logspace(-4, 4, 49)
# Older quarters count half per ten years.
HALF_LIFE = 40.0
# Months beyond three standard deviations (strikes, storms) are drawn in to them.
CLIP = 3.0
N_FACTORS = 5
# Factors that stand in for a series before it begins, in the autoregression.
FILL_FACTORS = 3
FACTOR_LAGS = 2
VAR_LAGS = 3
TIGHTNESS = 0.1
CROSS_TIGHTNESS = 0.5
# Months of a series needed before it is used, and quarters of a column.
MIN_MONTHS = 60
MIN_QUARTERS = 40
# The longest reach of a column behind the quarter it belongs to.
REACH = 18


@dataclass(frozen=True)
class Monthly:
    """Standardised monthly series of a view.

    Attributes
    ----------
    z
        Shape (T, k): missing where unknown.
    age
        Shape (k,): see ``View``.
    complete
        Rows up to here have every series published.
    start
        First row used.
    """

    z: FloatArray
    age: np.ndarray
    complete: int
    start: int


@dataclass(frozen=True)
class StateSpace:
    """``s_t = A s_{t-1} + noise (variance Q)``, ``z_t = H s_t + noise (variance diag R)``."""

    transition: FloatArray
    state_cov: FloatArray
    loadings: FloatArray
    noise_var: FloatArray


def autoregression(view: View) -> float:
    """Regress the quarter on the newest published growth of GDP: AR(1), direct."""
    known = view.target[view.quarter_rows]
    last = int(np.flatnonzero(np.isfinite(known))[-1])
    steps = len(known) - 1 - last
    growth = known[np.isfinite(known)]
    design = np.column_stack([np.ones(growth.size - steps), growth[:-steps]])
    slope = np.linalg.lstsq(design, growth[steps:], rcond=None)[0]
    return float(slope @ [1.0, growth[-1]])


def lag_bridge(view: View) -> float:
    """Bridge from published months only: unrestricted MIDAS with ridge (Foroni et al., 2015).

    Columns per monthly series: growth of the newest three published months
    over the three before, the same three months earlier, and the newest three
    single months.
    """
    monthly = standardise(view)
    rows = _rows(view, monthly)
    three = np.full_like(monthly.z, np.nan)
    for lag, weight in enumerate(QUARTER_WEIGHTS):
        shifted = np.full_like(monthly.z, np.nan)
        shifted[lag:] = monthly.z[: len(monthly.z) - lag]
        three = weight * shifted if lag == 0 else three + weight * shifted
    columns = []
    for series, age in enumerate(monthly.age):
        columns += [three[rows - age - lag, series] for lag in (0, 3)]
        columns += [monthly.z[rows - age - lag, series] for lag in (0, 1, 2)]
    return _bridge(view, rows, np.column_stack(columns))


def bvar_bridge(view: View) -> float:
    """Bridge from series completed by a Bayesian vector autoregression.

    Monthly VAR with a Minnesota prior (Litterman, 1986) centred on white
    noise of growth; months missing at the edge are the conditional mean given
    what other series show of them (Banbura, Giannone and Lenza, 2015).
    """
    monthly = standardise(view)
    rows = _rows(view, monthly)
    filled, _ = impute(monthly.z[monthly.start : monthly.complete + 1], FILL_FACTORS)
    series = filled.shape[1]
    model = _companion_var(filled, max(VAR_LAGS, len(QUARTER_WEIGHTS)))
    lags = model.transition.shape[0] // series
    state = np.full((len(monthly.z), model.transition.shape[0]), np.nan)
    for row in range(lags - 1, len(filled)):
        state[monthly.start + row] = filled[row - lags + 1 : row + 1][::-1].ravel()
    none = np.zeros_like(model.state_cov)
    ends = _complete(model, monthly, state, none, rows)
    stacked = ends.reshape(len(rows), lags, series)
    return _bridge(view, rows, _quarter(stacked))


def factor_bridge(view: View) -> float:
    """Bridge from common factors: the two-step estimator of Doz, Giannone and Reichlin (2011).

    Loadings and factor dynamics come from principal components, the factors
    of every month, complete or not, from the Kalman filter.
    """
    monthly = standardise(view)
    rows = _rows(view, monthly)
    filled, loadings = impute(monthly.z[monthly.start : monthly.complete + 1], N_FACTORS)
    model = _factor_model(monthly, filled, loadings)
    means, cov = _filter(model, filled)
    state = np.full((len(monthly.z), means.shape[1]), np.nan)
    state[monthly.start : monthly.start + len(means)] = means
    ends = _complete(model, monthly, state, cov, rows)
    return _bridge(view, rows, _quarter(ends.reshape(len(rows), -1, N_FACTORS)))


# The pool is their average, equal weights (Bates and Granger, 1969; Timmermann, 2006).
POOLED = ("lag bridge", "factor bridge", "BVAR bridge")
CANDIDATES: dict[str, Model] = {
    "AR(1), direct": autoregression,
    "lag bridge": lag_bridge,
    "factor bridge": factor_bridge,
    "BVAR bridge": bvar_bridge,
}


def standardise(view: View) -> Monthly:
    """Return the monthly series that are long enough, in standard deviations, clipped."""
    enough = np.isfinite(view.values).sum(axis=0) >= MIN_MONTHS
    use = np.flatnonzero(~view.quarterly & enough)
    values = view.values[:, use]
    z = (values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0)
    reported = np.isfinite(z).sum(axis=1) >= min(4, len(use))
    return Monthly(
        z=np.clip(z, -CLIP, CLIP),
        age=view.age[use],
        complete=len(z) - 1 - int(view.age[use].max()),
        start=int(np.argmax(reported)),
    )


def impute(z: FloatArray, n_factors: int) -> tuple[FloatArray, FloatArray]:
    """Fill gaps by iterated principal components (Stock and Watson, 2002, appendix A).

    Returns
    -------
    filled, loadings
        Shapes (T, k) and (k, n_factors), loadings orthonormal.
    """
    gap = ~np.isfinite(z)
    filled = np.where(gap, 0.0, z)
    for _ in range(50):
        # Eigenvectors of a small matrix; eigh sorts them upwards.
        loadings = np.linalg.eigh(filled.T @ filled)[1][:, : -n_factors - 1 : -1]
        new = np.where(gap, filled @ loadings @ loadings.T, z)
        if np.abs(new - filled).max() < 1e-4:
            break
        filled = new
    return filled, loadings


def _rows(view: View, monthly: Monthly) -> np.ndarray:
    """Return the quarters to learn from and, last, the one to forecast."""
    known = view.quarter_rows[np.isfinite(view.target[view.quarter_rows])]
    return np.append(known[known >= monthly.start + REACH], view.quarter_rows[-1])


def _bridge(view: View, rows: np.ndarray, columns: FloatArray) -> float:
    """Regress GDP growth on columns and the newest figures of quarterly series."""
    quarters = [
        view.values[rows - 3 * -(-int(view.age[series]) // 3), series]
        for series in np.flatnonzero(view.quarterly)
    ]
    x = np.column_stack([columns, *quarters])
    x = x[:, (np.isfinite(x[:-1]).sum(axis=0) >= MIN_QUARTERS) & np.isfinite(x[-1])]
    # Before a series begins it says nothing: its mean.
    x = np.where(np.isfinite(x), x, np.nanmean(x[:-1], axis=0))
    weights = 0.5 ** ((rows[-2] - rows[:-1]) / 3.0 / HALF_LIFE)
    return predict_shrunk(x[:-1], view.target[rows[:-1]], weights, x[-1:])


def predict_shrunk(x: FloatArray, y: FloatArray, weights: FloatArray, new: FloatArray) -> float:
    """Predict a row by a weighted ridge regression on standardised columns.

    Hoerl and Kennard (1970), the intercept not shrunk, the penalty that of the
    least mean square of leave-one-out errors (Allen, 1974, PRESS).
    """
    n = len(y)
    w = weights * n / weights.sum()
    centre, y_centre = w @ x / n, float(w @ y / n)
    scale = np.sqrt(w @ (x - centre) ** 2 / n)
    root = np.sqrt(w)
    left, singular, right = np.linalg.svd(root[:, None] * (x - centre) / scale, full_matrices=False)
    target = root * (y - y_centre)

    def press(penalty: float) -> float:
        kept = singular**2 / (singular**2 + penalty)
        residual = target - left @ (kept * (left.T @ target))
        # A row that determines its own fit has no error of its own to judge by.
        with np.errstate(divide="ignore", invalid="ignore"):
            cost = float(np.mean((residual / (1.0 - w / n - (left**2) @ kept)) ** 2))
        return cost if np.isfinite(cost) else np.inf

    penalty = min(n * PENALTIES_PER_ROW, key=press)
    slope = right.T @ (singular / (singular**2 + penalty) * (left.T @ target))
    coefficients = slope / scale
    return float((y_centre - float(centre @ coefficients) + new @ coefficients)[0])


def _quarter(stacked: FloatArray) -> FloatArray:
    """Return quarterly growth from the newest months first, shape (m, lags, k) -> (m, k)."""
    return np.asarray(np.einsum("l,mlk->mk", QUARTER_WEIGHTS, stacked[:, :5]))


def _companion_var(filled: FloatArray, depth: int) -> StateSpace:
    """Estimate the VAR equation by equation, and stack ``depth`` months into its state."""
    months, series = filled.shape
    past = np.column_stack([filled[VAR_LAGS - j : months - j] for j in range(1, VAR_LAGS + 1)])
    now = filled[VAR_LAGS:]
    lag_of = np.repeat(np.arange(1, VAR_LAGS + 1), series)
    gram, cross = past.T @ past, past.T @ now
    coefficients = np.empty((series, past.shape[1]))
    for own in range(series):
        persistence = np.corrcoef(filled[1:, own], filled[:-1, own])[0, 1]
        scale = TIGHTNESS / lag_of
        scale = np.where(np.tile(np.arange(series) == own, VAR_LAGS), 1.0, CROSS_TIGHTNESS) * scale
        prior = np.diag((1.0 - min(persistence**2, 0.9)) / scale**2)
        coefficients[own] = np.linalg.solve(gram + prior, cross[:, own])
    error = now - past @ coefficients.T
    cov = error.T @ error / len(error)
    # Drawn a tenth of the way to its diagonal, so that it can be inverted safely.
    cov = 0.9 * cov + 0.1 * np.diag(np.diag(cov))
    return StateSpace(
        transition=_stable_companion(coefficients, series, depth),
        state_cov=_first_block(cov, series * depth),
        loadings=np.eye(series, series * depth),
        noise_var=np.full(series, 1e-9),
    )


def _factor_model(monthly: Monthly, filled: FloatArray, loadings: FloatArray) -> StateSpace:
    """Estimate factor dynamics and each series' own noise from principal components."""
    factors = filled @ loadings
    months = len(factors)
    past = np.column_stack([factors[FACTOR_LAGS - j : months - j] for j in (1, 2)])
    now = factors[FACTOR_LAGS:]
    coefficients = np.linalg.lstsq(past, now, rcond=None)[0].T
    error = now - past @ coefficients.T
    depth = len(QUARTER_WEIGHTS)
    own = monthly.z[monthly.start : monthly.complete + 1] - factors @ loadings.T
    return StateSpace(
        transition=_stable_companion(coefficients, N_FACTORS, depth),
        state_cov=_first_block(error.T @ error / len(error), N_FACTORS * depth),
        loadings=np.hstack([loadings, np.zeros((len(loadings), N_FACTORS * (depth - 1)))]),
        noise_var=np.nanvar(own, axis=0) + 1e-3,
    )


def _stable_companion(coefficients: FloatArray, series: int, depth: int) -> FloatArray:
    size = series * depth
    matrix = np.zeros((size, size))
    matrix[:series, : coefficients.shape[1]] = coefficients
    matrix[series:, :-series] = np.eye(size - series)
    largest = float(np.abs(np.linalg.eigvals(matrix)).max())
    if largest > 0.99:
        matrix[:series] *= 0.97 / largest
    return matrix


def _first_block(cov: FloatArray, size: int) -> FloatArray:
    block = np.zeros((size, size))
    block[: len(cov), : len(cov)] = cov
    return block


def _filter(model: StateSpace, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return filtered states of complete months and their covariance once it has settled."""
    size = len(model.transition)
    cov, previous = np.eye(size), np.zeros((size, size))
    for _ in range(500):
        cov = model.transition @ cov @ model.transition.T + model.state_cov
        gain = _gain(model, cov, np.arange(z.shape[1]))
        cov = cov - gain @ model.loadings @ cov
        if np.abs(cov - previous).max() < 1e-10:
            break
        previous = cov
    states = np.zeros((len(z), size))
    for row in range(len(z)):
        ahead = model.transition @ states[row - 1] if row else states[0]
        states[row] = ahead + gain @ (z[row] - model.loadings @ ahead)
    return states, cov


def _complete(
    model: StateSpace, monthly: Monthly, state: FloatArray, cov: FloatArray, rows: np.ndarray
) -> FloatArray:
    """Carry states from the last complete month to the quarter's end, month by month.

    Each month is updated with the series that are known of it at this vintage;
    rows share the pattern, and so the gains.

    Returns
    -------
    FloatArray
        Shape (len(rows), size of the state).
    """
    back = int(monthly.age.max())
    ends = state[rows - back]
    for left in range(back - 1, -1, -1):
        ends = ends @ model.transition.T
        cov = model.transition @ cov @ model.transition.T + model.state_cov
        known = np.flatnonzero(monthly.age <= left)
        if known.size:
            gain = _gain(model, cov, known)
            news = monthly.z[rows - left][:, known] - ends @ model.loadings[known].T
            ends = ends + np.where(np.isfinite(news), news, 0.0) @ gain.T
            cov = cov - gain @ model.loadings[known] @ cov
    return ends


def _gain(model: StateSpace, cov: FloatArray, known: np.ndarray) -> FloatArray:
    """Return the Kalman gain of some series, shape (size of the state, len(known))."""
    seen = model.loadings[known] @ cov
    inner = seen @ model.loadings[known].T + np.diag(model.noise_var[known])
    return np.asarray(np.linalg.solve(inner, seen).T)
