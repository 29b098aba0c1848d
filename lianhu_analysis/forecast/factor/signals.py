"""What each indicator contributes to the factor panel: one signal, or a reason why none.

Published growth to date comes first, in points and as it is published; then
growth of single months or quarters.  Where only levels are published, their
change on a year earlier serves as a signal for the factors; it is never shown,
and never stands in for the published growth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.panel import FloatArray, Form
from lianhu_analysis.forecast.history import (
    Point,
    Series,
    census_base,
    weights_for,
    year_periods,
)
from lianhu_analysis.workspace import CensusBreak

__all__ = ["Known", "Signal", "month_shares", "row_of", "take_signal"]

# What is known on a day, by indicator code and ``yoy`` (growth to date), ``single``
# (growth of single months or quarters) or ``level``.
Known = Mapping[tuple[str, str], Series]
MIN_FIGURES = {"M": 24, "Q": 12}
# Months of a period's end for each frequency.
MONTHS = {"M": 1, "Q": 3}
LONGEST_SILENCE = 15


@dataclass(frozen=True)
class Signal:
    """One series of the panel before standardising.

    Attributes
    ----------
    measure
        ``yoy`` for published growth to date, ``single`` for that of single
        months or quarters, ``change`` for the change of levels.
    first_year
        Row 0 is its January.
    breaks
        Where levels of a flow change their census base.
    usual_month
        What the change of a flow's level is a percentage of.
    values
        Shape (T,): in points of growth, or in percent of the usual month.
    """

    indicator: Indicator
    measure: str
    form: Form
    first_year: int
    breaks: tuple[CensusBreak, ...]
    usual_month: float
    values: FloatArray

    def updated(self, known: Known, n_rows: int) -> Signal:
        """Return the same signal of another day's figures, in the same units."""
        values = np.full(n_rows, np.nan)
        points = _points(
            known, self.indicator, "level" if self.measure == "change" else self.measure
        )
        joint = self.measure == "single" and self.indicator.no_january
        for period, point in points.items():
            row = row_of(period, self.first_year)
            if not 0 <= row < n_rows or (joint and period.frequency == "M" and period.number <= 2):
                continue
            before = points.get(period.same_last_year)
            if self.measure != "change":
                values[row] = point.value
            elif before is not None:
                values[row] = self._change(before, point, row % 12 + 1)
        return replace(self, values=values)

    def _change(self, before: Point, point: Point, months: int) -> float:
        """Change of a level on the same period a year earlier, if both are of one census base."""
        bases = {census_base(item.published, self.breaks) for item in (before, point)}
        change, kind = point.value - before.value, self.indicator.kind
        if len(bases) > 1:
            return np.nan
        if kind == "flow":
            return 100.0 * change / months / self.usual_month if self.usual_month > 0 else np.nan
        if kind != "stock":
            return change
        positive = min(point.value, before.value) > 0
        return 100.0 * float(np.log(point.value / before.value)) if positive else np.nan


def row_of(period: Period, first_year: int) -> int:
    """Row of the month in which a period ends; row 0 is January of the first year."""
    return (period.year - first_year) * 12 + period.number * MONTHS[period.frequency] - 1


def take_signal(
    indicator: Indicator,
    known: Known,
    *,
    first_year: int,
    n_rows: int,
    breaks: Sequence[CensusBreak],
) -> Signal:
    """Return the signal of one indicator.

    ``year_to_date`` growth keeps its form; growth of a stock is that of a month.
    A single month that is January and February at once is none.
    Levels: a flow gives its cumulative change on a year earlier per month
    elapsed, in percent of its mean month; a stock 100 times the log change; a
    rate or index its change in points.

    Raises
    ------
    ForecastError
        If nothing usable is published; says why.
    """
    if indicator.frequency == "A":
        raise ForecastError("年度指标，一年至多一个数")
    needed = MIN_FIGURES[indicator.frequency]
    cumulative = indicator.kind in ("flow", "growth_only") or indicator.span == "ytd"
    whole: Form = "year_to_date" if cumulative else "month"
    part: Form = "month" if indicator.frequency == "M" else "quarter_growth"
    usual_month = _mean_month(indicator, known) if indicator.kind == "flow" else 1.0
    for measure, form in (("yoy", whole), ("single", part), ("change", whole)):
        empty = Signal(
            indicator, measure, form, first_year, tuple(breaks), usual_month, np.zeros(0)
        )
        signal = empty.updated(known, n_rows)
        seen = np.flatnonzero(np.isfinite(signal.values))
        if seen.size >= needed:
            break
    if seen.size < needed:
        raise ForecastError(f"可用的同比只有 {seen.size} 期，至少要 {needed} 期")
    if n_rows - 1 - seen[-1] > LONGEST_SILENCE:
        raise ForecastError(f"已有 {n_rows - 1 - seen[-1]} 个月没有新数")
    if np.ptp(signal.values[seen]) < 1e-9:
        raise ForecastError("各期数值完全相同")
    return signal


def _points(known: Known, indicator: Indicator, measure: str) -> Mapping[Period, Point]:
    found = known.get((indicator.code, measure))
    return {} if found is None else found.points


def _mean_month(indicator: Indicator, known: Known) -> float:
    """Mean month of the years that were published whole."""
    points = _points(known, indicator, "level")
    years = sorted({period.year for period in points})
    ends = [year_periods(indicator, year)[-1] for year in years]
    whole = [points[end].value / 12 for end in ends if end in points]
    return float(np.mean(np.abs(whole))) if whole else 0.0


def month_shares(signal: Signal, known: Known) -> FloatArray:
    """Shape (T,): each month's share of its year, for year-to-date growth.

    A year is weighed as in ``weights_for``, the months of a quarter and of a
    joint January-February alike; a year without published levels as the
    nearest year that has them, and equal months where there is none at all.
    """
    indicator, n_rows = signal.indicator, signal.values.size
    shares = np.full(n_rows, np.nan)
    if signal.measure != "yoy" or signal.form != "year_to_date":
        return np.ones(n_rows)
    own, proxy = (known.get((code, "level")) for code in (indicator.code, indicator.weight_proxy))
    for begin in range(0, n_rows, 12):
        year = signal.first_year + begin // 12
        try:
            weights = weights_for(year, indicator, own, proxy, signal.breaks)
        except ForecastError:
            continue
        parts = np.diff(weights.shares, prepend=0.0)
        if (parts > 0).all():
            shares[begin : begin + 12] = _spread(parts)[: n_rows - begin]
    return _fill_years(shares)


def _spread(parts: FloatArray) -> FloatArray:
    """Shape (12,): parts of a year (4, 11 or 12 of them) spread over the months."""
    if parts.size == 4:
        return np.repeat(parts / 3, 3)
    if parts.size == 11:
        return np.concatenate([np.repeat(parts[0] / 2, 2), parts[1:]])
    return parts


def _fill_years(shares: FloatArray) -> FloatArray:
    """Give years without shares those of the nearest year that has them."""
    n_rows = shares.size
    padded = np.full(-(-n_rows // 12) * 12, np.nan)
    padded[:n_rows] = shares
    years = padded.reshape(-1, 12)
    whole = np.flatnonzero(np.isfinite(years).all(axis=1))
    if not whole.size:
        return np.where(np.isfinite(shares), shares, 1.0)
    for year in range(len(years)):
        nearest = whole[np.abs(whole - year).argmin()]
        years[year] = np.where(np.isfinite(years[year]), years[year], years[nearest])
    return years.ravel()[:n_rows]
