"""One distribution out of many, weighed and calibrated by what came true in past years.

Candidates are averaged quantile by quantile (Lichtendahl, Grushka-Cockayne and Winkler, 2013):
they share the same future shock, so that a mixture would be too wide.  Weights come from
``stacking``; the spread is corrected by where past outcomes fell, in this series and, as one
row a year, in all others of the region and its parents.

A weight was learned from years in which the candidate stood near the benchmark.  Where it stands
farther off than the benchmark usually errs, the weight says nothing of such a distance: beyond
``REACH`` spreads the pull grows no more (bounded influence; Huber, 1964).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.models.draws import Draws
from lianhu_analysis.forecast.past_forecasts import Record, Run, spread_of, unit_rank
from lianhu_analysis.forecast.stacking import Weighing, stack

__all__ = ["Lesson", "combine", "learn", "within_reach"]

NEGLIGIBLE_WEIGHT = 0.01
# The models' own spread counts as this many years in which it was right.
YEARS_FOR = 4.0
# Fewer years than this cannot show that the spread is too wide.
YEARS_TO_NARROW = 5
# How many spreads of the benchmark from it a candidate is followed.
REACH = 1.5


@dataclass(frozen=True)
class Lesson:
    """What the past years at one position teach.

    Attributes
    ----------
    weighing
        Its weights sum to one, as those of every year.
    spread_factor, calibrated_years
        How the spread of the combination is corrected (the candidates' own distributions have
        the heavy tails of few years), and from how many past years that was learned.
    issued
        By past year: quantiles at ``LEVELS`` of the calibrated combination
        that could have been issued.
    ranks
        By past year: where the outcome fell in it, within (0, 1).
    weighings
        By past year: the weights of its time.
    """

    weighing: Weighing
    spread_factor: float
    calibrated_years: int
    issued: Mapping[int, FloatArray]
    ranks: Mapping[int, float]
    weighings: Mapping[int, Weighing]


def weigh(record: Record, benchmark: str, pool: Sequence[Record] = ()) -> Weighing:
    """Give weights from past forecasts only: see ``stacking.stack``.

    Parameters
    ----------
    record
        Runs of the years before.
    pool
        Records of other series of the region and its parents.
    """
    found = stack(record, pool, benchmark)
    kept = {name: value for name, value in found.weights.items() if value > NEGLIGIBLE_WEIGHT}
    weights = {benchmark: 1.0 - sum(kept.values())} | kept
    weights = {name: value for name, value in weights.items() if value > NEGLIGIBLE_WEIGHT}
    total = sum(weights.values())
    weights = {name: value / total for name, value in weights.items()}
    source = f"由 {found.series} 个指标、{found.years} 年的历史"
    if not found.years:
        reason = "可比的历年同期太少，学不出权重：只用经校准的基准"
    elif all(set(run.quantiles) <= {benchmark} for item in (record, *pool) for run in item.runs):
        reason = f"{source}校准，没有别的模型可问：只用经校准的基准"
    elif set(weights) == {benchmark}:
        reason = f"{source}看，没有模型胜过基准：只用经校准的基准"
    else:
        reason = f"权重{source}学得，年数越少越靠近各模型的平均"
    return replace(found, weights=weights, reason=reason)


def learn(record: Record, benchmark: str, pool: Sequence[Record] = ()) -> Lesson:
    """Go through the past years in order and learn what today's forecast may use.

    The combination of each year has the weights and the calibration that its
    time could know.  Its normal score in its outcome calibrates the years
    after it.
    """
    scores: list[tuple[dt.date, float]] = []
    issued: dict[int, FloatArray] = {}
    ranks: dict[int, float] = {}
    weighings: dict[int, Weighing] = {}
    for run in record.runs:
        if benchmark not in run.quantiles:
            continue  # nothing could have been issued
        known_pool = [item.known_on(run.day) for item in pool]
        weighing = weigh(record.known_on(run.day), benchmark, known_pool)
        combined, weights = _averaged(run, weighing.weights, benchmark)
        known = [score for published, score in scores if published <= run.day]
        weighings[run.year] = replace(weighing, weights=weights)
        factor, _ = calibrate(known, _pooled_squares(known_pool, weighing, benchmark))
        issued[run.year] = _stretch(combined, factor)
        ranks[run.year] = unit_rank(issued[run.year], run.outcome)
        if run.year not in record.outlier_years:
            scores.append((run.published, _normal_score(combined, run.outcome)))
    weighing = weigh(record, benchmark, pool)
    pooled = _pooled_squares(pool, weighing, benchmark)
    calibration = calibrate([score for _, score in scores], pooled)
    return Lesson(weighing, *calibration, issued, ranks, weighings)


def _pooled_squares(pool: Sequence[Record], weighing: Weighing, benchmark: str) -> Sequence[float]:
    """By past year, the mean squared normal score of the other series under these weights."""
    squares: dict[int, list[float]] = {}
    for record in pool:
        for run in record.lessons:
            if benchmark in run.quantiles:
                combined, _ = _averaged(run, weighing.weights, benchmark)
                score = _normal_score(combined, run.outcome)
                squares.setdefault(run.year, []).append(score**2)
    return [float(np.mean(item)) for item in squares.values()]


def _normal_score(quantiles: FloatArray, outcome: float) -> float:
    return float(special.ndtri(unit_rank(quantiles, outcome)))


def calibrate(scores: Sequence[float], pooled: Sequence[float] = ()) -> tuple[float, int]:
    """Learn the spread's factor from the normal scores of past outcomes; say of how many years.

    The factor's square is their mean square, shrunk to one as if ``YEARS_FOR``
    years had shown it (mean of the scaled inverse chi-square posterior; Gelman
    et al., 2013, sec. 2.6).  Few years do not narrow it.

    Parameters
    ----------
    pooled
        By year, the mean squared score of other series.
    """
    years = len(scores) + len(pooled)
    square = (YEARS_FOR + float(np.sum(np.square(scores)) + np.sum(pooled))) / (YEARS_FOR + years)
    if len(scores) < YEARS_TO_NARROW:
        square = max(square, 1.0)
    return float(np.sqrt(square)), years


def within_reach(
    weights: Mapping[str, float], said: Mapping[str, FloatArray], benchmark: str
) -> dict[str, float]:
    """Follow no candidate farther from the benchmark than ``REACH`` of its spreads.

    Parameters
    ----------
    said
        By candidate, quantiles or draws; the benchmark is among them.

    Returns
    -------
    Weights that sum to one; what a candidate loses, or one that said nothing, is the benchmark's.
    """
    centres = {name: float(np.mean(values)) for name, values in said.items()}
    return _near(weights, centres, spread_of(said[benchmark]), benchmark)


def _near(
    weights: Mapping[str, float], centres: Mapping[str, float], spread: float, benchmark: str
) -> dict[str, float]:
    bar, reach, kept = centres[benchmark], REACH * spread, {}
    for name, weight in weights.items():
        if name != benchmark and name in centres:
            distance = abs(centres[name] - bar)
            kept[name] = weight if distance <= reach else weight * reach / distance
    return {benchmark: 1.0 - sum(kept.values())} | kept


def _averaged(
    run: Run, weights: Mapping[str, float], benchmark: str
) -> tuple[FloatArray, dict[str, float]]:
    """Average quantiles over the candidates at hand; return the weights that they had, too."""
    near = _near(weights, run.centres, run.spreads[benchmark], benchmark)
    parts = [run.quantiles[name] * weight for name, weight in near.items()]
    return np.asarray(np.sum(parts, axis=0)), near


def _stretch(quantiles: FloatArray, factor: float) -> FloatArray:
    middle = np.median(quantiles)
    return np.asarray(middle + (quantiles - middle) * factor)


def combine(
    drawn: Mapping[str, Draws],
    weights: Mapping[str, float],
    spread_factor: float,
    *,
    integer: bool = False,
) -> Draws:
    """Combine and calibrate draws; every draw stays a coherent path.

    The candidate of most weight lends its paths; each of its draws is moved to
    the combined year-end figure of the same rank.

    Parameters
    ----------
    integer
        Whether only whole numbers can occur.
    """
    lead = max(weights, key=lambda name: weights[name])
    base = drawn[lead]
    order = np.argsort(base.values, kind="stable")
    ranked = sum(
        (np.sort(drawn[name].values) * weight for name, weight in weights.items()),
        start=np.zeros(base.values.size),
    )
    ranked = _stretch(ranked, spread_factor)
    if integer:
        ranked = np.rint(ranked)
    if base.done is not None:
        ranked = np.maximum(ranked, base.done)
    values = np.empty_like(ranked)
    values[order] = ranked
    moved = base.moved(values)
    name = lead if len(weights) == 1 else "combination"
    n_obs = max(drawn[item].n_obs for item in weights)
    return replace(moved, model=name, n_obs=n_obs)
