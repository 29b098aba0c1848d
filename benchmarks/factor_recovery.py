"""Whether the factor engine finds what is there: factors and honest bands, beside statsmodels.

Panels of 40+1 series and 180 months are drawn (`factor_panels`), with a ragged edge, January
holes and late starts; both sides estimate everything from the same figures, each from its own
start with its own defaults, and forecast all series one to six months beyond the panel.

trace R2
    Squared correlation of the true factors with the span of the smoothed ones,
    ``tr(F' G (G'G)^-1 G'F) / tr(F'F)``, both less their means.
coverage
    Share of true figures within the forecast bands of 80 and 95 %, of the mixed-frequency
    model's normal density; for the engine also within the quantiles of its draws.

Bands take estimated parameters for true ones, so that a little less than the nominal share is
expected; the row ``truth`` smooths with the parameters that the panels were drawn from.  The
bar: the engine's trace R2 at least statsmodels' less 0.005 and its bands cover 80 % to within 4
and 95 % to within 3 points.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from statsmodels.tools.sm_exceptions import ConvergenceWarning, EstimationWarning

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.factor_panels import Design, Drawn, draw_panel
from benchmarks.factor_reference import mixed_frequency_model
from benchmarks.factor_smooth import smooth
from lianhu_analysis.forecast.factor import FactorModel, Parameters, fit, simulate

__all__ = ["main", "trace_r2"]

Array = NDArray[np.float64]
DESIGN = Design(40, 1, horizon=6)
QUICK_DESIGN = Design(10, 1, months=72, horizon=6)
PANELS, QUICK_PANELS = 20, 2
ITERATIONS, QUICK_ITERATIONS = 500, 30  # statsmodels' default, and fewer
DRAWS = 500
LEVELS = (0.80, 0.95)
LEAST_GAIN = -0.005
MOST_MISS = (0.04, 0.03)
QUICK_MISS = 0.15  # two small panels say little


@dataclass
class Record:
    """What one side found, panel by panel."""

    r2: list[float] = field(default_factory=list)
    inside: dict[float, list[float]] = field(default_factory=lambda: {one: [] for one in LEVELS})

    def add(self, r2: float, inside: Sequence[float]) -> None:
        """Note one panel."""
        self.r2.append(r2)
        for level, share in zip(LEVELS, inside, strict=True):
            self.inside[level].append(share)

    def coverage(self, level: float) -> float:
        """Return the share of figures within a band."""
        return float(np.mean(self.inside[level]))

    def row(self) -> list[object]:
        """Return what is printed: means and the standard errors over panels."""
        error = np.std(self.r2) / np.sqrt(len(self.r2))
        cells: list[object] = [f"{np.mean(self.r2):.4f}", f"{error:.4f}"]
        for level in LEVELS:
            error = np.std(self.inside[level]) / np.sqrt(len(self.r2))
            cells += [f"{self.coverage(level):.1%}", f"{error:.1%}"]
        return cells


def trace_r2(true: Array, smoothed: Array) -> float:
    """Return how much of the true factors the smoothed ones span."""
    true, smoothed = true - true.mean(axis=0), smoothed - smoothed.mean(axis=0)
    inside = smoothed @ np.linalg.lstsq(smoothed, true, rcond=None)[0]
    return float((inside**2).sum() / (true**2).sum())


def _shares_inside(truth: Array, mean: Array, variance: Array) -> list[float]:
    distance = np.abs(truth - mean) / np.sqrt(variance)
    return [float(np.mean(distance <= norm.ppf(0.5 + level / 2))) for level in LEVELS]


def _shares_of_draws(truth: Array, draws: Array) -> list[float]:
    shares = []
    for level in LEVELS:
        low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2], axis=0)
        shares.append(float(np.mean((low <= truth) & (truth <= high))))
    return shares


def smooth_engine(drawn: Drawn, parameters: Parameters, design: Design) -> tuple[Array, ...]:
    """Return the engine's factors, and mean and variance of the months beyond the panel."""
    model = FactorModel(drawn.panel, design.n_factors, design.lags)
    smoothed = smooth(model, parameters, horizon=design.horizon)
    ahead = slice(design.months, None)
    return smoothed.factors[: design.months], smoothed.mean[ahead], smoothed.variance[ahead]


def _fit_peer(drawn: Drawn, design: Design, iterations: int) -> Any:
    """Return statsmodels' results; that they did not converge is no reason to drop them."""
    model = mixed_frequency_model(drawn.panel, design.n_factors, design.lags)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", EstimationWarning)
        return model.fit(maxiter=iterations, disp=0)


def recover(
    design: Design, panels: int, seed: int, iterations: int, *, control: bool
) -> dict[str, Record]:
    """Estimate some panels with both sides; return what each found."""
    records = {side: Record() for side in ("truth", "engine", "draws", "statsmodels")}
    for number in range(panels):
        drawn = draw_panel(design, seed + number)
        past, truth = drawn.factors[: design.months], drawn.complete[design.months :]
        factors, mean, variance = smooth_engine(drawn, drawn.parameters, design)
        records["truth"].add(trace_r2(past, factors), _shares_inside(truth, mean, variance))
        model = FactorModel(drawn.panel, design.n_factors, design.lags)
        parameters = fit(model).parameters
        factors, mean, variance = smooth_engine(drawn, parameters, design)
        if control:
            variance = variance / 4
        records["engine"].add(trace_r2(past, factors), _shares_inside(truth, mean, variance))
        columns = range(len(drawn.panel.names))
        rng = np.random.default_rng(seed + number)
        months = range(design.months, design.months + design.horizon)
        draws = simulate(model, parameters, columns, months, n_draws=DRAWS, rng=rng)
        inside = _shares_of_draws(truth, draws)
        records["draws"].add(trace_r2(past, factors), inside)
        peer = _fit_peer(drawn, design, iterations)
        forecast = peer.get_forecast(design.horizon)
        mean, deviation = np.array(forecast.predicted_mean), np.array(forecast.se_mean)
        factors = np.array(peer.factors.smoothed)[:, : design.n_factors]
        inside = _shares_inside(truth, mean, deviation**2)
        records["statsmodels"].add(trace_r2(past, factors), inside)
    return records


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; see the module."""
    parser = options(__doc__ or "", control="the engine's bands are half as wide")
    parser.add_argument("--panels", type=int, help="number of panels")
    chosen = parser.parse_args(arguments)
    design = QUICK_DESIGN if chosen.quick else DESIGN
    panels = chosen.panels or (QUICK_PANELS if chosen.quick else PANELS)
    iterations = QUICK_ITERATIONS if chosen.quick else ITERATIONS
    records = recover(design, panels, chosen.seed, iterations, control=chosen.control)
    head = ["", "trace R2", "+-", "80 % covers", "+-", "95 % covers", "+-"]
    print_table(head, [[side, *record.row()] for side, record in records.items()])
    engine, peer = records["engine"], records["statsmodels"]
    gain = float(np.mean(engine.r2) - np.mean(peer.r2))
    misses = [QUICK_MISS] * len(LEVELS) if chosen.quick else MOST_MISS
    holds = gain >= LEAST_GAIN
    for side in ("engine", "draws"):
        for level, most in zip(LEVELS, misses, strict=True):
            holds &= abs(records[side].coverage(level) - level) <= most
    figure = f"{panels} panels of {design.size}: trace R2 {np.mean(engine.r2):.3f}"
    figure += f" (statsmodels {np.mean(peer.r2):.3f})"
    for level in LEVELS:
        figure += f"; {level:.0%} bands cover {engine.coverage(level):.1%}"
        figure += f" (statsmodels {peer.coverage(level):.1%})"
    return conclude(Verdict(figure, holds))


if __name__ == "__main__":
    sys.exit(main())
