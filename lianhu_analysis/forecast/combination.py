"""One distribution out of many, weighed and calibrated by what came true in past years.

Candidates are averaged quantile by quantile (Lichtendahl, Grushka-Cockayne
and Winkler, 2013): they share the same future shock, so that a mixture would
be too wide.  The weight of a candidate is its likelihood in its own
past; one that did not beat persistence there has none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.models import Draws
from lianhu_analysis.forecast.record import LEVELS, Record, unit_rank

__all__ = ["Calibration", "Lesson", "Weighing", "calibrate", "combine", "learn", "weigh"]

# Fewer scored years than this cannot tell models apart.
MIN_SCORED = 4
NEGLIGIBLE_WEIGHT = 0.01
# The models' own spread counts as this many years in which it was right.
YEARS_FOR = 8.0


@dataclass(frozen=True)
class Weighing:
    """Weights, and what they rest on.

    Attributes
    ----------
    weights
        By candidate; they sum to one.
    skill
        By candidate: its mean score over persistence's in the same past
        years; below one is better.
    years
        Past years scored.
    reason
        In words.
    """

    weights: Mapping[str, float]
    skill: Mapping[str, float] = field(default_factory=dict)
    years: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Calibration:
    """How the spread of the combination is corrected.

    Attributes
    ----------
    scale
        Its factor.
    freedom
        Degrees of freedom of Student's t that takes the normal's place: the
        factor is itself known from few years only.
    years
        Past years learned from.
    """

    scale: float = 1.0
    freedom: float = YEARS_FOR
    years: int = 0

    @property
    def factors(self) -> FloatArray:
        """Factor of the distance from the median at each of ``LEVELS``."""
        return self.at(LEVELS)

    def at(self, levels: FloatArray) -> FloatArray:
        """Factor of the distance from the median at some levels."""
        normal = stats.norm.ppf(levels)
        heavy = stats.t.ppf(levels, self.freedom)
        ratio = np.divide(heavy, normal, out=np.ones_like(normal), where=np.abs(normal) > 1e-9)
        return np.asarray(self.scale * ratio)


@dataclass(frozen=True)
class Lesson:
    """What the past years at one position teach.

    Attributes
    ----------
    issued
        By past year: quantiles at ``LEVELS`` of the calibrated combination
        that could have been issued.
    ranks
        By past year: where the outcome fell in it, within (0, 1).
    weighings
        By past year: the weights of its time.
    """

    weighing: Weighing
    calibration: Calibration
    issued: Mapping[int, FloatArray]
    ranks: Mapping[int, float]
    weighings: Mapping[int, Weighing]


def weigh(record: Record, benchmark: str) -> Weighing:
    """Give weights from past scores only.

    The weight is proportional to ``skill ** -years``: the
    concentrated Gaussian likelihood of ``years`` errors falls with that power
    of their scale.  The benchmark has skill one.

    Parameters
    ----------
    record
        Runs of the years before.
    """
    runs = [run for run in record.lessons if benchmark in run.quantiles]
    if len(runs) < MIN_SCORED:
        reason = (
            f"可比的历年同期只有 {len(runs)} 年，不足 {MIN_SCORED} 年，学不出权重：只用经校准的基准"
        )
        return Weighing({benchmark: 1.0}, {}, len(runs), reason)
    skill = {}
    for name in {name for run in runs for name in run.quantiles}:
        shared = [run for run in runs if name in run.quantiles]
        if len(shared) < max(MIN_SCORED, len(runs) / 2):
            continue
        own, bar = (np.mean([run.scores[which] for run in shared]) for which in (name, benchmark))
        skill[name] = float(own / bar) if bar > 0 else 1.0
    better = {name: value for name, value in sorted(skill.items()) if value < 1.0}
    if not better:
        reason = f"历年同期（{len(runs)} 年）没有模型胜过基准：只用经校准的基准"
        return Weighing({benchmark: 1.0}, skill, len(runs), reason)
    raw = {benchmark: 1.0} | {
        name: max(value, 0.05) ** -len(runs) for name, value in better.items()
    }
    total = sum(raw.values())
    kept = {name: value / total for name, value in raw.items() if value / total > NEGLIGIBLE_WEIGHT}
    total = sum(kept.values())
    weights = {name: value / total for name, value in kept.items()}
    reason = f"按历年同期（{len(runs)} 年）的得分加权"
    return Weighing(weights, skill, len(runs), reason)


def learn(record: Record, benchmark: str) -> Lesson:
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
        weighing = weigh(record.known_on(run.day), benchmark)
        combined = _averaged(run.quantiles, weighing.weights)
        if combined is None:
            combined = run.quantiles.get(benchmark)
        if combined is None:
            continue
        known = [score for published, score in scores if published <= run.day]
        weighings[run.year] = weighing
        issued[run.year] = _stretch(combined, calibrate(known).factors)
        ranks[run.year] = unit_rank(issued[run.year], run.outcome)
        if run.year not in record.outlier_years:
            score = float(stats.norm.ppf(unit_rank(combined, run.outcome)))
            scores.append((run.published, score))
    calibration = calibrate([score for _, score in scores])
    return Lesson(weigh(record, benchmark), calibration, issued, ranks, weighings)


def calibrate(scores: Sequence[float]) -> Calibration:
    """Learn the spread's factor from the normal scores of past outcomes.

    The factor's square is their mean square, shrunk to one as if ``YEARS_FOR``
    years had shown it (scaled inverse chi-square posterior; Gelman et al.,
    2013, sec. 2.6); the predictive distribution is Student's t with as many
    degrees of freedom.
    """
    freedom = YEARS_FOR + len(scores)
    square = (YEARS_FOR + float(np.sum(np.square(scores)))) / freedom
    return Calibration(float(np.sqrt(square)), freedom, len(scores))


def _averaged(
    quantiles: Mapping[str, FloatArray], weights: Mapping[str, float]
) -> FloatArray | None:
    """Average quantiles over the candidates at hand; ``None`` if none is."""
    present = {name: weight for name, weight in weights.items() if name in quantiles}
    if not present:
        return None
    total = sum(present.values())
    parts = [quantiles[name] * (weight / total) for name, weight in present.items()]
    return np.asarray(np.sum(parts, axis=0))


def _stretch(quantiles: FloatArray, factors: FloatArray) -> FloatArray:
    middle = np.median(quantiles)
    return np.asarray(middle + (quantiles - middle) * factors)


def combine(
    drawn: Mapping[str, Draws],
    weights: Mapping[str, float],
    calibration: Calibration,
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
    levels = (np.arange(ranked.size) + 0.5) / ranked.size
    ranked = np.maximum.accumulate(_stretch(ranked, calibration.at(levels)))
    if integer:
        ranked = np.rint(ranked)
    if base.done is not None:
        ranked = np.maximum(ranked, base.done)
    values = np.empty_like(ranked)
    values[order] = ranked
    moved = base.moved(values)
    name = lead if len(weights) == 1 else "combination"
    n_obs = max(drawn[item].n_obs for item in weights)
    return Draws(name, moved.values, moved.path, n_obs, base.reach, base.done, base.start)
