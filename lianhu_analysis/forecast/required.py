"""What the remaining periods must show: in sum, period by period, and how often they ever did.

Everything is arithmetic on published figures; a share that was not published
is not filled in, and what cannot be said is refused with its reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import (
    FloatArray,
    done_by_period,
    path_growth,
    required_band,
    required_growth,
)
from lianhu_analysis.forecast.history import Point, Series, Share, share_for, year_periods
from lianhu_analysis.forecast.precedents import (
    Precedents,
    compare,
    past_amounts,
    past_growth,
    precedents_json,
)
from lianhu_analysis.workspace import CensusBreak

__all__ = [
    "Required",
    "Step",
    "amount_required",
    "growth_required",
    "required_json",
]


BOUNDS = ["single", "single_low", "single_high", "to_date", "to_date_low", "to_date_high"]
NO_SUM = "存量的增速、比率和指数不逐期累加，剩余时期所需无从计算"
NOTHING_LEFT = Precedents(reason="没有剩余时期")


@dataclass(frozen=True)
class Step:
    """What one remaining period must show.

    Attributes
    ----------
    single, to_date
        Growth in percent of the period alone and of the year to its end, or
        the amount done in it and by its end; ``None`` where it cannot be said.
    single_low, single_high, to_date_low, to_date_high
        What the rounding of the published growth leaves open.
    level
        The level to this period's end a year (or more) before, whose share
        weighs it; ``None`` for amounts, and where nothing had to be weighed.
    before
        Of a quarter begun: level and growth up to it.
    """

    period: Period
    single: float | None
    to_date: float | None
    single_low: float | None = None
    single_high: float | None = None
    to_date_low: float | None = None
    to_date_high: float | None = None
    level: Point | None = None
    before: tuple[Point, Point] | None = None
    reason: str = ""


@dataclass(frozen=True)
class Required:
    """What the remaining periods must show for the target to be met exactly.

    Attributes
    ----------
    value
        Growth in percent, or an amount in the target's unit; ``None`` if it
        cannot be said, for ``reason``.
    low, high
        Band that the rounding of the published figure alone leaves open.
    periods
        The remaining periods.
    share
        The share of last year that lay behind at the latest figure.
    stand_in_error
        Largest change of ``value`` if another known year's share stood in;
        ``None`` if there is no other, and so no measure of it.
    path
        One step for each remaining period, all with the same growth (or in
        the usual proportions of amounts); empty for ``path_reason``.  An assessment leaves out
        the periods that are over on its day.
    quarters
        The same for the quarters not over yet, of a monthly indicator.
    precedents
        How often history reached such growth.
    """

    value: float | None
    periods: tuple[Period, ...]
    low: float | None = None
    high: float | None = None
    share: Share | None = None
    stand_in_error: float | None = None
    reason: str = ""
    path: tuple[Step, ...] = ()
    quarters: tuple[Step, ...] = ()
    path_reason: str = ""
    precedents: Precedents = NOTHING_LEFT

    @property
    def references(self) -> tuple[int, ...]:
        """Rows of the frame that the figures came from, the latest figure aside."""
        points = [] if self.share is None else [self.share.so_far, self.share.whole]
        for step in (*self.path, *self.quarters):
            points += [step.level] if step.level else []
            points += step.before or ()
        return tuple(dict.fromkeys(point.reference for point in points))

    def over(self, day: dt.date | None) -> bool:
        """Whether the periods that are not published are over, so that nothing can change them."""
        return bool(self.periods) and self.periods[-1].end < (day or dt.date.min)

    @property
    def span(self) -> str:
        """Remaining periods as ``2024Q4`` or ``2024-10/2024-12``."""
        if not self.periods:
            return ""
        first, last = str(self.periods[0]), str(self.periods[-1])
        return first if first == last else f"{first}/{last}"


def growth_required(
    target: Target,
    growth: Series,
    remaining: tuple[Period, ...],
    own: Series,
    proxy: Series | None,
    breaks: Sequence[CensusBreak] = (),
    outlier_years: Sequence[int] = (),
) -> Required:
    """Say what growth the remaining periods need.

    Parameters
    ----------
    growth
        Published year-to-date growth of the indicator.
    remaining
        Periods of the target's year without a figure.
    own, proxy
        Year-to-date levels of the indicator and of its proxy.
    """
    if not growth.indicator.piles_up:
        return _unsaid(remaining, NO_SUM)
    latest = growth.latest(target.year)
    past = past_growth(target, growth, len(remaining), (own, proxy), breaks)
    if latest is None:
        value = target.value
        quarters = [Period(target.year, "Q", number) for number in range(1, 5)]
        steps, in_quarters = (
            tuple(Step(period, value, value, value, value, value, value) for period in periods)
            for periods in (remaining, quarters if growth.indicator.frequency == "M" else [])
        )
        found = Required(value, remaining, value, value, path=steps, quarters=in_quarters)
        return _with_precedents(found, target, past, outlier_years)
    try:
        share = share_for(latest.period, growth.indicator, own, proxy, breaks)
        value = required_growth(target.value, latest.value, share.value)
    except ForecastError as error:
        return _unsaid(remaining, str(error))
    if (value > 100) if growth.indicator.is_reduction else (value < -100):
        # Nothing at all falls by as much as 100 %.
        met = (target.rule == "at_most") == growth.indicator.is_reduction
        how = "能" if met else "不能"
        return _unsaid(remaining, f"剩余时期即使归零（下降 100%），按上年比重全年也{how}达标")
    low, high = required_band(target.value, latest.value, share.value, target.half_unit)
    others = [required_growth(target.value, latest.value, other) for other in share.alternatives]
    spread = max((abs(other - value) for other in others), default=None)
    found = Required(value, remaining, low, high, share, spread)
    levels = own if share.basis != "proxy" or proxy is None else proxy
    weights = _Weighing(growth, levels, share, breaks)
    found = replace(found, path=_growth_path(target, latest, found, weights))
    found = replace(found, quarters=_growth_quarters(target, latest, found, weights))
    return _with_precedents(found, target, past, outlier_years)


def amount_required(
    target: Target,
    levels: Series,
    remaining: tuple[Period, ...],
    outlier_years: Sequence[int] = (),
) -> Required:
    """Say what remains of a count or amount, spread by usual progress.

    Parameters
    ----------
    levels
        What was done to date (of a stock: what there was), as published.
    """
    latest = levels.latest(target.year)
    actual = 0.0 if latest is None else latest.value
    if levels.indicator.kind in ("rate", "index"):
        return _unsaid(remaining, NO_SUM)
    if latest is None and not levels.indicator.piles_up:
        return _unsaid(remaining, "本年尚无数据，没有起点")
    # Less than nothing where a ceiling is passed, or a stock may fall by so much.
    needed = target.value - actual
    found = Required(needed if target.rule == "at_most" else max(needed, 0.0), remaining)
    if not remaining:
        return replace(found, path_reason="没有剩余时期")
    known = len(year_periods(levels.indicator, target.year)) - len(remaining)
    past = past_amounts(target, levels, known)
    usual = _usual_proportions(target, levels, known)
    if target.rule == "at_most":
        found = replace(found, path_reason="上限目标没有“须完成”的进度")
    elif found.value == 0:
        found = replace(found, path_reason="已达到目标，剩余时期不再需要")
    elif not levels.indicator.piles_up:
        found = replace(found, path_reason="存量有增有减，没有常年进度可分摊")
    elif usual is None:
        told = len(levels.whole_years(target.year).columns) > 0
        why = "历年这些时期都没有进展" if told else "往年同期没有完整公布的进展"
        found = replace(found, path_reason=f"{why}，不能按常年进度分摊")
    else:
        found = _amount_path(found, levels, actual, usual)
    compared = _with_precedents(replace(found, value=needed), target, past, outlier_years)
    return replace(compared, value=found.value)


def _unsaid(remaining: tuple[Period, ...], reason: str) -> Required:
    nothing = Precedents(reason=reason)
    return Required(None, remaining, reason=reason, path_reason=reason, precedents=nothing)


@dataclass(frozen=True)
class _Weighing:
    """The levels of one year that weigh the parts of the target's."""

    growth: Series
    levels: Series
    share: Share
    breaks: Sequence[CensusBreak]

    def level(self, period: Period) -> Point:
        """Return the level behind ``W_p`` in the year of the share; refuse an unpublished one."""
        if period == year_periods(self.growth.indicator, period.year)[-1]:
            return self.share.whole
        year = self.share.year
        points = {p: point for p, point in self.levels.points.items() if p.year == year}
        only = replace(self.levels, points=points)
        try:
            return share_for(period, self.growth.indicator, only, None, self.breaks).so_far
        except ForecastError:
            place = Period(year, period.frequency, period.number)
            raise ForecastError(
                f"{self.share.indicator.name_zh} {place} 的累计绝对额没有同一口径的公布数，"
                f"不能说 {period} 须达到的累计增速"
            ) from None


def _growth_path(
    target: Target, latest: Point, found: Required, weights: _Weighing
) -> tuple[Step, ...]:
    """Constant growth of every remaining period, and the year to date that it gives."""
    base = weights.share.value
    steps = []
    for period in found.periods:
        step = Step(period, found.value, None, found.low, found.high)
        try:
            level = weights.level(period)
            share = level.value / weights.share.whole.value
            middle, low, high = (
                float(path_growth(target.value, latest.value + slack, [base, share, 1.0])[0])
                for slack in (0.0, -target.half_unit, target.half_unit)
            )
            step = replace(step, to_date=middle, to_date_low=low, to_date_high=high, level=level)
        except ForecastError as error:
            step = replace(step, reason=str(error))
        steps.append(step)
    return tuple(steps)


def _growth_quarters(
    target: Target, latest: Point, found: Required, weights: _Weighing
) -> tuple[Step, ...]:
    """What the quarters not over yet must show, those begun included."""
    steps = []
    for end, quarter, before in _quarters(found.path):
        step = replace(end, period=quarter)
        # A quarter of which nothing is known yet grows as all that remains.
        if before is None or before.end < latest.period.end:
            step = _begun_quarter(step, before, end, weights, target.half_unit)
        steps.append(step)
    return tuple(steps)


def _quarters(path: Sequence[Step]) -> Iterator[tuple[Step, Period, Period | None]]:
    """Yield the step at the end of each quarter of months, the quarter, and the month before it."""
    for end in path:
        year, month = end.period.year, end.period.number
        if end.period.frequency == "M" and month % 3 == 0:
            before = Period(year, "M", month - 3) if month > 3 else None
            yield end, Period(year, "Q", month // 3), before


def _begun_quarter(
    step: Step, before: Period | None, end: Step, weights: _Weighing, half_unit: float
) -> Step:
    """A quarter partly published: its own growth from the year before it and to its end."""
    step = replace(step, single=None, single_low=None, single_high=None)
    if end.to_date is None or end.to_date_low is None or end.to_date_high is None:
        return step
    if before is None:  # the first quarter is the year to date
        return replace(
            step, single=end.to_date, single_low=end.to_date_low, single_high=end.to_date_high
        )
    known = weights.growth.points.get(before)
    if known is None:
        return replace(
            step, reason=f"{before} 的累计增速没有公布，不能说 {step.period} 须达到的增速"
        )
    try:
        start_level = weights.level(before)
        start, stop = start_level.value, weights.level(end.period).value
    except ForecastError as error:
        return replace(step, reason=str(error))
    if stop <= start:
        return replace(step, reason=f"{step.period} 上年同期没有发生额，谈不上增速")
    single, low, high = (
        (stop * to_date - start * (known.value + slack)) / (stop - start)
        for to_date, slack in (
            (end.to_date, 0.0),
            (end.to_date_low, half_unit),
            (end.to_date_high, -half_unit),
        )
    )
    return replace(
        step, single=single, single_low=low, single_high=high, before=(start_level, known)
    )


def _amount_path(
    found: Required, levels: Series, actual: float, proportions: FloatArray
) -> Required:
    """Spread what remains in the proportions in which past years did theirs."""
    singles = (found.value or 0.0) * proportions
    to_date = actual + np.cumsum(singles)
    path = tuple(
        Step(period, float(single), float(total))
        for period, single, total in zip(found.periods, singles, to_date, strict=True)
    )
    by_period = {step.period: step.to_date for step in path}
    quarters = []
    for end, quarter, before in _quarters(path):
        start = 0.0 if before is None else by_period.get(before)
        if start is None and before is not None and before in levels.points:
            start = levels.points[before].value
        if start is None or end.to_date is None:
            reason = f"{before} 的累计数没有公布，不能说 {quarter} 须完成多少"
            quarters.append(Step(quarter, None, end.to_date, reason=reason))
        else:
            quarters.append(Step(quarter, end.to_date - start, end.to_date))
    return replace(found, path=path, quarters=tuple(quarters))


def _usual_proportions(target: Target, levels: Series, known: int) -> FloatArray | None:
    """Return how complete past years spread what they did after ``known`` periods."""
    if known + 1 == len(year_periods(levels.indicator, target.year)):
        return np.ones(1)  # all that remains is of one period
    whole = levels.whole_years(target.year)
    rows = [done_by_period(values.to_numpy()) for _, values in whole.items()]
    if not rows:
        return None
    usual = np.vstack(rows).sum(axis=0)[known:]
    return usual / usual.sum() if usual.sum() > 0 else None


def _with_precedents(
    found: Required, target: Target, past: Precedents, outlier_years: Sequence[int]
) -> Required:
    value = found.value or 0.0
    slack = max((found.high or value) - value, 0.0)
    at_most = target.rule == "at_most"
    compared = compare(past, value, slack, at_most=at_most, outlier_years=outlier_years)
    return replace(found, precedents=compared)


def required_json(required: Required) -> dict[str, Any]:
    """Return the fields of ``lianhu forecast --json`` that say what is required."""
    share = required.share
    return {
        "required": required.value,
        "required_low": required.low,
        "required_high": required.high,
        "required_span": required.span,
        "required_reason": required.reason,
        "required_share": None
        if share is None
        else {
            "value": share.value,
            "year": share.year,
            "indicator": share.indicator.code,
            "name_zh": share.indicator.name_zh,
            "basis": share.basis,
        },
        "stand_in_error": required.stand_in_error,
        "required_path": [_step_json(step) for step in required.path],
        "required_quarters": [_step_json(step) for step in required.quarters],
        "required_path_reason": required.path_reason,
        "required_history": precedents_json(required.precedents),
    }


def _step_json(step: Step) -> dict[str, Any]:
    told = {name: getattr(step, name) for name in ("period", *BOUNDS, "reason")}
    return told | {"period": str(step.period)}
