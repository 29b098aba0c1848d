"""What the published figures say about any other figure: means, densities, joint draws.

One pass of filter and smoother holds everything.  With the *core* of a month,
``c_t = (f_t, e_t of the explicit series)``, and the latent growth of series i
``x_i = g_i + e_i``, ``g_it = l_i' c_t``:

1. the joint covariance of the core over months follows from the pass
   (``core_path``; Durbin and Koopman, 2012, sec. 4.7);
2. given the factors, ``e_i`` of a whitened series is the regression ``K`` of an
   AR(1) on the series' own windows, ``x_i = K z + (I - K W) g_i + noise``;
3. a published figure is a weighted sum of ``x_i``.

So every figure is a constant, plus a combination of the core path, plus noise of
its own series, and joint moments of any set of figures are small products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lianhu_analysis.forecast.factor.model import FactorModel, Pass
from lianhu_analysis.forecast.factor.panel import FactorPanel, FloatArray, published_weights
from lianhu_analysis.forecast.factor.parameters import Parameters
from lianhu_analysis.forecast.factor.rows import IntArray, ar1_covariance

__all__ = ["Cell", "Joint", "View", "joint", "simulate"]

# A figure: (row of the panel, series).
Cell = tuple[int, int]


@dataclass(frozen=True)
class Joint:
    """Mean (N,) and covariance (N, N) of N figures given all that is published."""

    mean: FloatArray
    covariance: FloatArray


@dataclass(frozen=True)
class _Path:
    """The core from row ``start`` on: mean (R, c), covariance (R, c, R, c)."""

    start: int
    mean: FloatArray
    covariance: FloatArray


@dataclass(frozen=True)
class _Figures:
    """Figures of one series: ``constant + blend g`` with g from ``start``, plus noise."""

    start: int
    constant: FloatArray
    blend: FloatArray
    noise: FloatArray


def joint(model: FactorModel, parameters: Parameters, cells: Sequence[Cell]) -> Joint:
    """Return the joint distribution of figures, in the order of ``cells``.

    Rows may lie beyond the panel's end.
    """
    last = max(row for row, _ in cells)
    view = View(model, parameters, max(last + 1 - len(model.panel.values), 0))
    order: dict[int, list[int]] = {}
    for at, (_, series) in enumerate(cells):
        order.setdefault(series, []).append(at)
    parts = {
        series: view.figures(series, np.array([cells[at][0] for at in ats]) + view.before)
        for series, ats in order.items()
    }
    start = min(part.start for part in parts.values())
    path = view.core_path(start, last + view.before + 1)
    n_months, width = path.mean.shape
    blend = np.zeros((len(cells), n_months, width))
    mean, noise = np.zeros(len(cells)), np.zeros((len(cells), len(cells)))
    for series, ats in order.items():
        part, begin = parts[series], parts[series].start - start
        stop = begin + part.blend.shape[1]
        blend[ats, begin:stop] = part.blend[:, :, None] * view.direction(series)
        mean[ats] = part.constant
        noise[np.ix_(ats, ats)] = part.noise
    flat = blend.reshape(len(cells), -1)
    mean += flat @ path.mean.ravel()
    size = n_months * width
    covariance = flat @ path.covariance.reshape(size, size) @ flat.T + noise
    return Joint(mean, 0.5 * (covariance + covariance.T))


def simulate(
    model: FactorModel,
    parameters: Parameters,
    columns: Sequence[int],
    months: Sequence[int],
    *,
    n_draws: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Draw figures of several series jointly, given all that is published.

    Every draw is exact: it comes from the joint distribution of the requested
    figures, ragged edge, idiosyncratic terms and their memory included.

    Parameters
    ----------
    columns
        Series to draw, in their published forms.
    months
        Rows to draw; they may lie beyond the panel's end.

    Returns
    -------
    Shape (n_draws, len(months), len(columns)); a published figure is itself in
    every draw.
    """
    n_rows = len(model.panel.values)
    cells = [(int(row), int(series)) for row in months for series in columns]
    given = joint(model, parameters, cells)
    values, vectors = np.linalg.eigh(given.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    draws = given.mean + rng.standard_normal((n_draws, len(cells))) @ root.T
    known = np.array([model.panel.values[r, s] if r < n_rows else np.nan for r, s in cells])
    draws = np.where(np.isnan(known), draws, known)
    return draws.reshape(n_draws, len(months), len(columns))


class View:
    """One pass over the panel with the months around it that figures reach into."""

    def __init__(self, model: FactorModel, parameters: Parameters, horizon: int) -> None:
        self.before = _reach_before(model.panel)
        self.panel = model.panel.extended(self.before, horizon)
        self.model = model.with_panel(self.panel)
        self.parameters = parameters
        self.done: Pass = self.model.run(parameters)
        self._explicit = {int(i): at for at, i in enumerate(self.model.layout.explicit)}

    def direction(self, series: int) -> FloatArray:
        """Shape (c,): ``l_i``."""
        vector = np.zeros(self.model.n_factors + len(self._explicit))
        vector[: self.model.n_factors] = self.parameters.loadings[series]
        if series in self._explicit:
            vector[self.model.n_factors + self._explicit[series]] = 1.0
        return vector

    def core_path(self, start: int, stop: int) -> _Path:
        """Joint moments of the core over rows ``start`` to ``stop``."""
        state, done = self.model.state, self.done
        core = np.concatenate([np.arange(state.n_factors), state.top])
        n_months, width = stop - start, core.size
        covariance = np.zeros((n_months, width, n_months, width))
        ahead = np.zeros((state.size, 0))
        predicted = done.filtered[2]
        for at in range(n_months):
            t = start + at
            ahead = np.hstack([ahead, predicted[t][:, core]])
            given = ahead[core] - (predicted[t][core] @ done.information[t]) @ ahead
            block = given.reshape(width, at + 1, width)
            covariance[at, :, : at + 1] = block
            covariance[: at + 1, :, at] = block.transpose(1, 2, 0)
            ahead = self._carry(t, ahead)
        return _Path(start, done.mean[start:stop][:, core], covariance)

    def _carry(self, t: int, error: FloatArray) -> FloatArray:
        """Take errors of the predicted state (m, N) through month t to the next one."""
        state, explicit = self.model.state, self.model.explicit
        _, _, predicted, _, gains, exact_gain, _, _ = self.done.filtered
        width = gains.shape[1]
        error = error - predicted[t][:, :width] @ (gains[t] @ error[:width])
        rows = slice(explicit.start[t], explicit.start[t + 1])
        error = error - exact_gain[rows].T @ (self.done.design[rows] @ error)
        phi = self.parameters.idiosyncratic_ar[self.model.layout.explicit]
        transition = self.parameters.transition
        moved: FloatArray = state.scale(phi)[:, None] * error[state.source]
        moved[: state.n_factors] = transition @ error[: transition.shape[1]]
        return moved

    def figures(self, series: int, rows: IntArray) -> _Figures:
        """Write the figures of one series at ``rows`` in terms of its ``g``."""
        weights = published_weights(self.panel, series)[:, rows]
        reach = int(rows.min()) - int(np.flatnonzero(weights.any(axis=1)).max())
        start = max(reach, 0)
        if series not in self._explicit:
            start = self._clean_start(series, start)
        stop = int(rows.max()) + 1
        sums = np.zeros((rows.size, stop - start))
        for at, row in enumerate(rows):
            for lag in np.flatnonzero(weights[:, at]):
                if row - lag >= start:
                    sums[at, row - lag - start] = weights[lag, at]
        if series in self._explicit:
            return _Figures(start, np.zeros(rows.size), sums, np.zeros((rows.size, rows.size)))
        stop = max(stop, self._segment_end(series, stop - 1) + 1)
        sums = np.pad(sums, ((0, 0), (0, stop - start - sums.shape[1])))
        constant, blend, noise = self._regression(series, start, stop)
        return _Figures(start, sums @ constant, sums @ blend, sums @ noise @ sums.T)

    def _regression(
        self, series: int, start: int, stop: int
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """``K z`` (R,), ``I - K W`` (R, R) and the covariance (R, R) of what stays hidden."""
        windows = self.model.windows
        phi = self.parameters.idiosyncratic_ar[series : series + 1]
        size = stop - start
        gamma = self.parameters.idiosyncratic_var[series] * ar1_covariance(phi, size)[0]
        ends = start + np.flatnonzero(windows.length[start:stop, series])
        design = np.zeros((ends.size, size))
        for at, end in enumerate(ends):
            length = int(windows.length[end, series])
            months = end - np.arange(length) - start
            design[at, months] = windows.weights[:length, end, series]
        across = gamma @ design.T
        regress = np.linalg.solve(design @ across, across.T).T
        constant = regress @ windows.z[ends, series]
        return constant, np.eye(size) - regress @ design, gamma - regress @ across.T

    def _clean_start(self, series: int, row: int) -> int:
        """Last month up to ``row`` before which nothing of the series matters."""
        length = self.model.windows.length[:, series]
        resets = np.flatnonzero(length[: row + 1] == 1)
        if resets.size:
            return int(resets[-1])
        seen = np.flatnonzero(length)
        return min(row, int(seen[0] - length[seen[0]] + 1)) if seen.size else row

    def _segment_end(self, series: int, row: int) -> int:
        """Last month of the segment in which ``row`` lies: later windows that bear on it."""
        length = self.model.windows.length[row:, series]
        resets = np.flatnonzero(length == 1)
        if resets.size:
            return row + int(resets[0])
        ends = np.flatnonzero(length)
        return row + int(ends[-1]) if ends.size else row


def _reach_before(panel: FactorPanel) -> int:
    """Months before row 0 that some figure of the panel reaches into."""
    reach = {"month": 0, "mariano_murasawa": 4, "quarter_growth": 2}
    reach["year_to_date"] = panel.first_month - 1
    return max((reach[form] for form in panel.forms), default=0)
