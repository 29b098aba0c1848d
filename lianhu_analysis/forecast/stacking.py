"""How far to follow each candidate away from the benchmark, learned from few years of many series.

In each past year of each series a candidate stood some way from the benchmark, and the outcome
some way; the weight is the coefficient of the second on the first (stacked regressions; Breiman,
1996), with everything in units of the series' own benchmark errors.  Every series of the region
and its parents has a say, but the series of one year share its luck, so that all of them together
count as one row a year.  A weight is common to all plus the target's own deviation.  The common
part is shrunk to the plain average of benchmark and candidates, which few years seldom beat (the
combination puzzle: Stock and Watson, 2004; Claeskens et al., 2016), the deviation to zero (ridge:
Hoerl and Kennard, 1970), and how strongly is averaged by the marginal likelihood of the record
itself (Gelman et al., 2013, ch. 5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.past_forecasts import Record

__all__ = ["Weighing", "stack"]

# Strength of the two priors, as if so many years had shown the plain average, and no deviation.
COMMON, OWN = (0.5, 2.0, 8.0, 32.0), (8.0, 32.0)
# Scaled errors have variance one: as if so many years had shown it.
YEARS_FOR_SCALE = 4.0
# Fewer past errors of the benchmark give no unit to measure in.
MIN_YEARS = 3
# Errors below the last published decimal say nothing about models.
LEAST_SCALE = 0.05


@dataclass(frozen=True)
class Weighing:
    """Weights, and what they rest on.

    Attributes
    ----------
    weights
        By candidate.
    years, series
        Past years, and series of the region and its parents, learned from.
    reason
        In words.
    """

    weights: Mapping[str, float]
    years: int = 0
    series: int = 0
    reason: str = ""


def stack(own: Record, pool: Sequence[Record], benchmark: str) -> Weighing:
    """Learn the weights of the candidates beside the benchmark.

    Parameters
    ----------
    own
        The target's record.
    pool
        Records of other series at the same time of the year.

    Returns
    -------
    Weights of each candidate but the benchmark: at least zero, in all at most one.
    """
    records = [own, *pool]
    names = sorted(
        {name for item in records for run in item.lessons for name in run.centres} - {benchmark}
    )
    told = [_scaled(item, names, benchmark) for item in records]
    years = sorted({year for item in told for year in item})
    series = sum(bool(item) for item in told)
    if not names or not years:
        return Weighing({}, len(years), series)
    equal = 1.0 / (1 + len(names))
    counts = {year: sum(year in item for item in told) for year in years}
    rows, outcomes, counted = [], [], []
    for number, item in enumerate(told):
        for year, (moves, outcome) in item.items():
            rows.append(np.concatenate([moves, moves * (number == 0)]))
            outcomes.append(outcome - equal * moves.sum())
            counted.append(1.0 if number == 0 else 1.0 / counts[year])
    root = np.sqrt(np.array(counted))
    x, y = np.array(rows) * root[:, None], np.array(outcomes) * root
    found, evidence = [], []
    for common, deviation in product(COMMON, OWN):
        prior = np.repeat([common, deviation], len(names))
        precision = x.T @ x + np.diag(prior)
        coefficients = np.linalg.solve(precision, x.T @ y)
        squares = float(y @ y - coefficients @ (x.T @ y))
        shrunk = np.linalg.slogdet(precision)[1] - np.log(prior).sum()
        rows_for = YEARS_FOR_SCALE + float(np.sum(counted))
        evidence.append(-0.5 * shrunk - 0.5 * rows_for * np.log(YEARS_FOR_SCALE + squares))
        found.append(coefficients[: len(names)] + coefficients[len(names) :])
    chance = np.exp(np.array(evidence) - max(evidence))
    weights = np.maximum(equal + chance @ np.array(found) / chance.sum(), 0.0)
    weights /= max(1.0, float(weights.sum()))
    return Weighing(dict(zip(names, map(float, weights), strict=True)), len(years), series)


def _scaled(
    record: Record, names: Sequence[str], benchmark: str
) -> dict[int, tuple[FloatArray, float]]:
    """By year, how far candidates and outcome lay from the benchmark, in its own errors."""
    runs = [run for run in record.lessons if benchmark in run.centres]
    if len(runs) < MIN_YEARS:
        return {}
    errors = np.array([run.outcome - run.centres[benchmark] for run in runs])
    scale = max(float(np.sqrt(np.mean(errors**2))), LEAST_SCALE)
    told = {}
    for run, error in zip(runs, errors, strict=True):
        bar = run.centres[benchmark]
        # A candidate that was refused said nothing.
        moves = np.array([run.centres.get(name, bar) - bar for name in names])
        told[run.year] = (moves / scale, float(error / scale))
    return told
