"""What each indicator contributes to the factor panel: one signal, or a reason why none.

Published growth to date comes first, in points and as it is published; then
growth of single months or quarters.  Where only levels are published, their
change on a year earlier serves as a signal for the factors; it is never shown,
and never stands in for the published growth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.panel import FloatArray, Form
from lianhu_analysis.forecast.history import Series, weights_for, year_periods
from lianhu_analysis.workspace import CensusBreak

__all__ = ["Signal", "month_shares", "row_of", "take_signal"]

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
    values
        Shape (T,): in points of growth, or in percent of the usual month.
    breaks
        Where levels of a flow change their census base.
    usual_month
        What the change of a flow's level is a percentage of.
    """

    indicator: Indicator
    measure: str
    form: Form
    values: FloatArray
    breaks: tuple[CensusBreak, ...] = ()
    usual_month: float = 1.0

    def updated(
        self, growth: Series, single: Series, level: Series, *, first_year: int, n_rows: int
    ) -> Signal:
        """Return the same signal of another day's figures, in the same units."""
        if self.measure != "change":
            series = growth if self.measure == "yoy" else single
            return replace(self, values=_published(series, self.measure, first_year, n_rows))
        values = _change(level, first_year, n_rows, self.breaks, self.usual_month)
        return replace(self, values=values)


def row_of(period: Period, first_year: int) -> int:
    """Row of the month in which a period ends; row 0 is January of the first year."""
    return (period.year - first_year) * 12 + period.number * MONTHS[period.frequency] - 1


def take_signal(
    indicator: Indicator,
    growth: Series,
    single: Series,
    level: Series,
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
    form: Form = "year_to_date" if cumulative else "month"
    measure, usual_month = "yoy", 1.0
    values = _published(growth, measure, first_year, n_rows)
    if np.isfinite(values).sum() < needed:
        measure, values = "single", _published(single, "single", first_year, n_rows)
        form = "month" if indicator.frequency == "M" else "quarter_growth"
    if np.isfinite(values).sum() < needed:
        form = "year_to_date" if cumulative else "month"
        usual_month = _mean_month(level) if indicator.kind == "flow" else 1.0
        measure = "change"
        values = _change(level, first_year, n_rows, breaks, usual_month)
    known = np.flatnonzero(np.isfinite(values))
    if known.size < needed:
        raise ForecastError(f"可用的同比只有 {known.size} 期，至少要 {needed} 期")
    if n_rows - 1 - known[-1] > LONGEST_SILENCE:
        raise ForecastError(f"已有 {n_rows - 1 - known[-1]} 个月没有新数")
    if np.ptp(values[known]) < 1e-9:
        raise ForecastError("各期数值完全相同")
    return Signal(indicator, measure, form, values, tuple(breaks), usual_month)


def _published(growth: Series, measure: str, first_year: int, n_rows: int) -> FloatArray:
    """Published growth by row."""
    values = np.full(n_rows, np.nan)
    joint = measure == "single" and growth.indicator.no_january
    for period, point in growth.points.items():
        row = row_of(period, first_year)
        if 0 <= row < n_rows and not (joint and period.frequency == "M" and period.number <= 2):
            values[row] = point.value
    return values


def _change(
    level: Series,
    first_year: int,
    n_rows: int,
    breaks: Sequence[CensusBreak],
    usual_month: float,
) -> FloatArray:
    """Change of levels on the same period a year earlier, both of one census base."""
    indicator = level.indicator
    values = np.full(n_rows, np.nan)
    for period, point in level.points.items():
        before = level.points.get(Period(period.year - 1, period.frequency, period.number))
        if before is None or _base(before.published, breaks) != _base(point.published, breaks):
            continue
        row = row_of(period, first_year)
        if not 0 <= row < n_rows:
            continue
        change = point.value - before.value
        if indicator.kind == "flow":
            monthly = 100.0 * change / (row % 12 + 1)
            values[row] = monthly / usual_month if usual_month > 0 else np.nan
        elif indicator.kind == "stock" and min(point.value, before.value) > 0:
            values[row] = 100.0 * np.log(point.value / before.value)
        elif indicator.kind != "stock":
            values[row] = change
    return values


def _mean_month(level: Series) -> float:
    """Mean month of the years that were published whole."""
    whole = [
        level.points[last].value / 12
        for year in level.years
        for last in [year_periods(level.indicator, year)[-1]]
        if last in level.points
    ]
    return float(np.mean(np.abs(whole))) if whole else 0.0


def _base(published: object, breaks: Sequence[CensusBreak]) -> int:
    return sum(item.day <= published for item in breaks)  # type: ignore[operator]


def month_shares(
    signal: Signal,
    level: Series,
    proxy: Series | None,
    *,
    first_year: int,
    n_rows: int,
    breaks: Sequence[CensusBreak],
) -> FloatArray:
    """Shape (T,): each month's share of its year, for year-to-date growth.

    A year is weighed as in ``weights_for``, the months of a quarter and of a
    joint January-February alike; a year without published levels as the
    nearest year that has them, and equal months where there is none at all.
    """
    shares = np.full(n_rows, np.nan)
    if signal.measure != "yoy" or signal.form != "year_to_date":
        return np.ones(n_rows)
    last_year = first_year + (n_rows - 1) // 12
    for year in range(first_year, last_year + 1):
        try:
            weights = weights_for(year, signal.indicator, level, proxy, breaks)
        except ForecastError:
            continue
        parts = np.diff(weights.shares, prepend=0.0)
        if (parts <= 0).any():
            continue
        spread = _spread(parts)
        begin = (year - first_year) * 12
        shares[begin : begin + 12] = spread[: n_rows - begin]
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
        partial = np.isfinite(years).any(axis=1)
        return np.ones(n_rows) if not partial.any() else np.where(np.isfinite(shares), shares, 1.0)
    for year in range(len(years)):
        nearest = whole[np.abs(whole - year).argmin()]
        years[year] = np.where(np.isfinite(years[year]), years[year], years[nearest])
    return years.ravel()[:n_rows]
