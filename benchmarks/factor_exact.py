"""Whether the factor engine's likelihood, states and densities are the exact ones.

Panels with known parameters are drawn (`factor_panels`), and the engine's log-likelihood,
smoothed factors and predictions of every figure, six months ahead, are compared with the
referees' (`factor_reference`): statsmodels' `DynamicFactorMQ` for months with
Mariano-Murasawa quarters, a dense `MLEModel` with cumulators for growth as it is published
in China.  Cells: 40+1, 100+4 and 220+8 series, 1, 2 and 4 factors, 1 and 2 lags,
idiosyncratic AR(1) on and off (``phi`` zero).  180 months, but 96 and 48 for the dense model
at 100+4 and 220+8, whose matrices differ from month to month (memory, time).

Then draws of the simulation smoother are compared with exact moments: on a small panel with
the joint covariance of all its figures, on the large ones with mean and variance of each
figure.  The bound is what chance leaves at one in a thousand over all the figures compared.

The bar: nothing differs by more than 1e-6 (absolute below one, relative above; the
log-likelihood always absolute), and all densities lie within their bounds.
"""

from __future__ import annotations

import dataclasses
import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.factor_panels import Design, Drawn, draw_panel, extend
from benchmarks.factor_reference import (
    States,
    dense_states,
    joint_moments,
    mixed_frequency_model,
    mixed_frequency_states,
)
from benchmarks.factor_smooth import smooth
from lianhu_analysis.forecast.factor import FactorModel, Parameters, simulate

__all__ = ["main"]

SIZES = ((40, 1), (100, 4), (220, 8))
FACTORS, LAGS = (1, 2, 4), (1, 2)
MONTHS, QUICK_MONTHS, HORIZON = 180, 48, 6
DENSE_MONTHS = {40: 180, 100: 96, 220: 48}
MOST_ERROR = 1e-6
CHANCE = 1e-3
DRAWS, QUICK_DRAWS = 4000, 1000
FALSE_LOADING = 1.01
LAST = 12  # series and months of a large panel that are drawn


@dataclass(frozen=True)
class Errors:
    """Largest differences between the engine and its referee."""

    loglike: float
    factors: float
    factor_cov: float
    mean: float
    variance: float

    @property
    def worst(self) -> float:
        """The largest of them."""
        return max(dataclasses.astuple(self))


def designs(*, quick: bool) -> Iterator[Design]:
    """Yield the cells."""
    sizes = ((8, 2),) if quick else SIZES
    factors = (2,) if quick else FACTORS
    for size, k, lags, ar1, growth in itertools.product(
        sizes, factors, LAGS, (True, False), (False, True)
    ):
        months = DENSE_MONTHS.get(size[0], MONTHS) if growth else MONTHS
        yield Design(
            *size,
            n_factors=k,
            lags=lags,
            months=QUICK_MONTHS if quick else months,
            growth=growth,
            idiosyncratic_ar1=ar1,
            # A panel that begins within a year, too.
            first_month=1 if k == 1 else 4,
        )


def judge(design: Design, drawn: Drawn) -> States:
    """Ask the referee of a design."""
    panel = extend(drawn.panel, 0, HORIZON)
    if design.growth:
        return dense_states(panel, drawn.parameters)
    model = mixed_frequency_model(
        panel, design.n_factors, design.lags, idiosyncratic_ar1=design.idiosyncratic_ar1
    )
    return mixed_frequency_states(model, drawn.parameters)


def falsify(parameters: Parameters) -> Parameters:
    """Return parameters with one loading 1 % off (control)."""
    loadings = parameters.loadings.copy()
    loadings[1, 0] *= FALSE_LOADING
    return dataclasses.replace(parameters, loadings=loadings)


def compare(design: Design, drawn: Drawn, states: States, kernel: str, *, control: bool) -> Errors:
    """Measure how far the engine is from its referee."""
    model = FactorModel(drawn.panel, design.n_factors, design.lags, kernel=kernel)
    parameters = falsify(drawn.parameters) if control else drawn.parameters
    smoothed = smooth(model, parameters, horizon=HORIZON)
    return Errors(
        abs(model.loglike(parameters) - states.loglike),
        _distance(smoothed.factors, states.factors),
        _distance(smoothed.factor_covariance, states.factor_cov),
        _distance(smoothed.mean, states.signal),
        _distance(smoothed.variance, states.signal_var),
    )


def _distance(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> float:
    """Return the largest difference, absolute below one and relative above."""
    return float(np.max(np.abs(ours - theirs) / np.maximum(1.0, np.abs(theirs))))


def _kernels() -> list[str]:
    try:
        import numba  # noqa: F401
    except ImportError:
        return ["numpy"]
    return ["numpy", "numba"]


def compare_all(*, quick: bool, seed: int, control: bool) -> tuple[list[list[object]], float]:
    """Compare every cell; return rows to print and the largest error."""
    rows: list[list[object]] = []
    worst = 0.0
    for number, design in enumerate(designs(quick=quick)):
        drawn = draw_panel(design, seed + number)
        states = judge(design, drawn)
        for kernel in _kernels():
            errors = compare(design, drawn, states, kernel, control=control)
            worst = max(worst, errors.worst)
            rows.append([*_describe(design), kernel, *map(_power, dataclasses.astuple(errors))])
            if not quick:
                print(*rows[-1], file=sys.stderr, flush=True)
    return rows, worst


def _describe(design: Design) -> list[object]:
    return [
        f"{design.size} x {design.months}",
        "growth" if design.growth else "MM",
        design.n_factors,
        design.lags,
        "AR(1)" if design.idiosyncratic_ar1 else "white",
    ]


def _power(error: float) -> str:
    return f"{error:.0e}"


def compare_draws(design: Design, seed: int, n_draws: int) -> tuple[float, float]:
    """Compare draws with the joint distribution of every figure of a small panel.

    Returns
    -------
    The largest deviation of a mean or covariance, in its own standard deviations, and the
    one that chance allows.
    """
    drawn = draw_panel(design, seed)
    states, cov = joint_moments(extend(drawn.panel, 0, HORIZON), drawn.parameters)
    model = FactorModel(drawn.panel, design.n_factors, design.lags)
    n = len(drawn.panel.names)
    rng = np.random.default_rng(seed)
    rows = range(design.months + HORIZON)
    draws = simulate(model, drawn.parameters, range(n), rows, n_draws=n_draws, rng=rng)
    unknown = states.signal_var.ravel() > MOST_ERROR
    mean, cov = states.signal.ravel()[unknown], cov[np.ix_(unknown, unknown)]
    sample = draws.reshape(n_draws, -1)[:, unknown]
    known = draws.reshape(n_draws, -1)[:, ~unknown]
    if np.abs(known - states.signal.ravel()[~unknown]).max() > MOST_ERROR:
        return np.inf, 0.0
    variance = np.diag(cov)
    found = (sample - mean).T @ (sample - mean) / n_draws
    of_mean = (sample.mean(axis=0) - mean) / np.sqrt(variance / n_draws)
    of_cov = (found - cov) / np.sqrt((np.outer(variance, variance) + cov**2) / n_draws)
    worst = max(np.abs(of_mean).max(), np.abs(of_cov).max())
    return float(worst), _bound(len(mean) * (len(mean) + 3) // 2)


def compare_margins(design: Design, seed: int, n_draws: int) -> tuple[float, float]:
    """Compare draws with mean and variance of the figures of a large panel's last series."""
    drawn = draw_panel(design, seed)
    model = FactorModel(drawn.panel, design.n_factors, design.lags)
    smoothed = smooth(model, drawn.parameters, horizon=HORIZON)
    n = len(drawn.panel.names)
    columns = range(n - LAST, n)
    rng = np.random.default_rng(seed)
    rows = range(design.months - LAST, design.months + HORIZON)
    draws = simulate(model, drawn.parameters, columns, rows, n_draws=n_draws, rng=rng)
    mean, variance = (part[rows][:, columns] for part in (smoothed.mean, smoothed.variance))
    unknown = variance > MOST_ERROR
    sample, mean, variance = draws[:, unknown], mean[unknown], variance[unknown]
    of_mean = (sample.mean(axis=0) - mean) / np.sqrt(variance / n_draws)
    of_variance = ((sample - mean) ** 2).mean(axis=0) / variance - 1.0
    of_variance *= np.sqrt(n_draws / 2)
    worst = max(np.abs(of_mean).max(), np.abs(of_variance).max())
    return float(worst), _bound(2 * len(mean))


def _bound(figures: int) -> float:
    return float(norm.isf(CHANCE / 2 / figures))


def draw_all(*, quick: bool, seed: int) -> list[list[object]]:
    """Compare draws with exact densities; return rows to print."""
    n_draws = QUICK_DRAWS if quick else DRAWS
    rows: list[list[object]] = []
    for growth, ar1 in itertools.product((False, True), (True, False)):
        small = Design(5, 2, 2, 2, 30, growth=growth, idiosyncratic_ar1=ar1, first_month=4)
        found = compare_draws(small, seed, n_draws)
        rows.append([*_describe(small), "joint", *found])
    for size in () if quick else SIZES[::2]:
        large = Design(*size, n_factors=2, growth=True)
        found = compare_margins(large, seed, n_draws // 4)
        rows.append([*_describe(large), "margins", *found])
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; see the module."""
    parser = options(__doc__ or "", control="one loading of the engine's is 1 % off")
    chosen = parser.parse_args(arguments)
    rows, worst = compare_all(quick=chosen.quick, seed=chosen.seed, control=chosen.control)
    cell = ["panel", "forms", "factors", "lags", "idiosyncratic"]
    print_table([*cell, "kernel", "loglike", "factors", "cov", "mean", "variance"], rows)
    print()
    densities = draw_all(quick=chosen.quick, seed=chosen.seed)
    print_table([*cell, "draws", "worst deviation", "allowed"], densities)
    within = sum(row[-2] <= row[-1] for row in densities)  # type: ignore[operator]
    figure = f"largest difference from statsmodels in {len(rows)} cells {worst:.1e}"
    figure += f"; densities of draws within chance in {within} of {len(densities)} panels"
    return conclude(Verdict(figure, worst <= MOST_ERROR and within == len(densities)))


if __name__ == "__main__":
    sys.exit(main())
