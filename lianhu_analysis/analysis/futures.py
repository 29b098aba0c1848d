"""The futures of all figures together, and what they become once something is given.

Targets are coupled as their past errors were (see ``forecast.joint``).  Another indicator joins
them by what links it to each: accounting, where it is a part of the target's whole (one point of
its growth moves the whole's by its weight, and the rest of the whole stays as forecast), else the
correlation of its own past errors with the target's.  What is given moves each draw by its best
linear prediction from what is new to that draw (conditioning by kriging; Chilès and Delfiner,
2012, sec. 7.3), which is the conditional distribution where figures are normal.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import isfinite

import numpy as np

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.assessment import Assessment
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.history import census_base, extract_series, year_periods
from lianhu_analysis.forecast.joint import (
    Key,
    coupled,
    dependence,
    key_of,
    open_figures,
    past_errors,
)
from lianhu_analysis.forecast.models.draws import ROUNDING_ERROR
from lianhu_analysis.forecast.verdict import Knowledge, Rules, Verdict, judge

__all__ = ["Event", "Futures", "forecast_alone", "futures_of", "part_weight"]

# Rounded errors of few years can seem to explain more of an indicator than all of it.
MOST_EXPLAINED = 0.95


@dataclass(frozen=True)
class Event:
    """What is given of one figure.

    Attributes
    ----------
    said
        By how much it moves each draw: shape (n,), or the same for all.
    spread
        Standard deviation about it, in the figure's unit: 0 is certain, infinity says nothing.
    """

    column: int
    said: FloatArray | float
    spread: float = 0.0


@dataclass(frozen=True)
class Futures:
    """Joint futures of the open targets' figures and of indicators beside them.

    Attributes
    ----------
    verdicts
        One for each figure, the ``aims`` targets' first.
    draws
        Shape (n, k): figures at the end of the year, in a common order.
    covariance
        Shape (k, k), of the figures; zero where nothing is known of a link.
    weights
        Shape (k, k): in row i and column j the weight of part j in whole i, else zero.
    absent
        Why a figure that was asked for has no futures.
    """

    assessment: Assessment
    rules: Rules
    knowledge: Knowledge
    verdicts: tuple[Verdict, ...]
    aims: int
    draws: FloatArray
    covariance: FloatArray
    weights: FloatArray
    absent: Mapping[Key, str]

    @cached_property
    def column(self) -> Mapping[Key, int]:
        """Where each figure is found."""
        return {key_of(item): number for number, item in enumerate(self.verdicts)}

    def slope(self, column: int, given: int) -> float:
        """Return how far a figure moves if another one moves by one; 0 if nothing links them."""
        seen = self.covariance[column, given] / self.covariance[given, given]
        return float(self.weights[column, given] or seen)

    def link(self, column: int, events: Sequence[Event]) -> str:
        """Say in Chinese what carries the events to a figure; empty if nothing does."""
        given = [event.column for event in events]
        if column in given:
            return "自身"
        if self.weights[column, given].any():
            return "核算"
        return "误差相关" if self.covariance[column, given].any() else ""

    def given(self, events: Sequence[Event]) -> FloatArray:
        """Return the draws once the events are given, shape (n, k); without any, as they are."""
        drawn, told = self.draws.copy(), [event for event in events if isfinite(event.spread)]
        at = [event.column for event in told]
        news = np.zeros((len(drawn), len(told)))
        for number, event in enumerate(told):
            stream = _stream("given", *key_of(self.verdicts[event.column]))
            news[:, number] = event.said - event.spread * stream.standard_normal(len(drawn))
        among = self.covariance[np.ix_(at, at)] + np.diag([event.spread**2 for event in told])
        # A whole follows its parts, so what is given comes first.
        for column in dict.fromkeys([*at, *range(len(self.verdicts))]) if told else ():
            before, seen = self.draws[:, column], self.weights[column, at] == 0
            row = self.covariance[column, at][seen]
            moved = before + pull(row, among[np.ix_(seen, seen)], news[:, seen])
            moved += (drawn - self.draws)[:, at] @ self.weights[column, at]
            if column not in at and np.array_equal(before, np.round(before)):
                moved = np.round(moved)  # counts stay whole
            verdict = self.verdicts[column]
            done = getattr(verdict.draws, "done", None)
            if done is not None and not load_structure().may_be_undone(verdict.indicator):
                moved = np.maximum(moved, done)
            drawn[:, column] = moved
        return drawn


def pull(row: FloatArray, among: FloatArray, news: FloatArray) -> FloatArray:
    """Return by how much a figure moves with what is new of others: ``d A^-1 c``.

    Parameters
    ----------
    row
        Shape (m,): covariance ``c`` of the figure with the others.
    among
        Shape (m, m): of the others with each other, and on the diagonal the variance of what is
        given beside theirs.
    news
        Shape (n, m): what is given of each, less what each draw has.

    Returns
    -------
    ndarray
        Shape (n,).
    """
    return np.asarray(news @ np.linalg.solve(among, row))


def forecast_alone(assessment: Assessment, key: Key, rules: Rules, knowledge: Knowledge) -> Verdict:
    """Forecast an indicator that has no target, as one with a target is."""
    indicator, growth = assessment.catalogue.get(key[0]), key[1] == "yoy"
    unit, decimals = ("%", 1) if growth else (indicator.unit, None)
    name, year = indicator.name_zh, assessment.year
    # Nothing counts as reached or missed under a bound that far: there is always a forecast.
    target = Target(*key, year, 1e18, "at_most", 0.0, unit, name, "", decimals)
    rows = assessment.rows.behind(indicator)
    return judge(rows, target, assessment.catalogue, rules, knowledge)


def futures_of(
    assessment: Assessment, others: Sequence[Verdict], rules: Rules, knowledge: Knowledge
) -> Futures:
    """Put the open targets and other forecasts together.

    Parameters
    ----------
    others
        Of indicators beside the targets; those without draws are left out.

    Raises
    ------
    ForecastError
        If no target is open, or draws are not of one number.
    """
    aims = list(open_figures(assessment.verdicts).values())
    verdicts = (*aims, *(item for item in others if item.draws is not None))
    if not aims or len({item.draws.values.size for item in verdicts if item.draws}) > 1:
        reason = assessment.joint.reason if aims else "没有尚待实现又有预测的目标"
        raise ForecastError(f"{reason}，情景和杠杆都无从谈起，请先看 lianhu forecast")
    k, n = len(aims), len(verdicts)
    weights = np.zeros((n, n))
    for (i, whole), (j, part) in product(enumerate(aims), enumerate(verdicts)):
        if whole.target.is_growth and part.target.is_growth:
            weights[i, j] = part_weight(whole.indicator, part.indicator, assessment, rules)
    draws = np.column_stack([np.sort(item.draws.values) for item in verdicts if item.draws])
    spreads = np.maximum(draws.std(axis=0), ROUNDING_ERROR)
    seen = assessment.joint.dependence
    among = np.eye(k) if seen is None else seen.correlation
    draws[:, :k] = coupled(aims, seen)
    standard = (draws[:, :k] - draws[:, :k].mean(axis=0)) / spreads[:k]
    correlation = np.eye(n)
    correlation[:k, :k] = among
    for j, item in enumerate(verdicts[k:], k):
        # What a part adds to its whole, if the rest of the whole knows nothing of it.
        part = weights[:k, j] * spreads[j] / spreads[:k]
        tie = np.where(part > 0, part, _error_correlation(item, aims, rules))
        gain = np.linalg.solve(among, tie)
        excess = np.sqrt(max(tie @ gain / MOST_EXPLAINED, 1.0))
        tie, gain = tie / excess, gain / excess
        own = _stream("beside", *key_of(item)).standard_normal(len(draws))
        latent = standard @ gain + np.sqrt(1.0 - tie @ gain) * own
        draws[:, j] = draws[latent.argsort().argsort(), j]
        correlation[j, :k] = correlation[:k, j] = tie
        # Two of them have only that in common which the targets tell of both.
        correlation[j, k:j] = correlation[k:j, j] = correlation[k:j, :k] @ gain
    absent = {key_of(v): v.reason for v in (*others, *assessment.verdicts) if v.draws is None}
    covariance = correlation * np.outer(spreads, spreads)
    told = assessment, rules, knowledge, verdicts, k
    return Futures(*told, draws, covariance, weights, absent)


def _error_correlation(item: Verdict, aims: Sequence[Verdict], rules: Rules) -> FloatArray:
    """Return how an indicator's past errors moved with each target's; 0 where years are few."""
    try:
        errors = [*map(past_errors, aims), past_errors(item)]
        return dependence(errors, rules.outlier_years).correlation[-1, :-1]
    except ForecastError:
        return np.zeros(len(aims))


def part_weight(whole: Indicator, part: Indicator, assessment: Assessment, rules: Rules) -> float:
    """Return the weight of a part's growth in its whole's, from last year's published levels.

    Zero where the catalogue knows of no such part, growth is not on one price basis, or the
    levels are not both published on one census base.
    """
    alike = (whole.unit, whole.growth_basis) == (part.unit, part.growth_basis)
    if not alike or part.code not in load_structure().parts(whole.code):
        return 0.0
    last = []
    for item in (whole, part):
        series = extract_series(assessment.rows.of(item.code), item, "level", rules.provenances)
        point = series.points.get(year_periods(item, assessment.year - 1)[-1])
        if point is None:
            return 0.0
        last.append((census_base(point.published, rules.breaks), point.value))
    (base, level), (part_base, amount) = last
    return amount / level if base == part_base and 0 < amount <= level else 0.0


def _stream(*name: str) -> np.random.Generator:
    """Return the random stream of a name: the same question has the same answer."""
    return np.random.default_rng(zlib.crc32("/".join(("scenario", *name)).encode()))
