"""The industries that add up to a target, and the base indicators of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.history import Series, Versions, year_periods
from lianhu_analysis.forecast.models.panel import BridgePanel

__all__ = ["Industries", "Industry"]

# Two parts are no breakdown by industry.
MIN_PARTS = 3
# An indicator that hardly ever moved would drown the others.
LEAST_MOVEMENT = 0.5
MONTHS = {"Q": 3, "M": 1}


@dataclass(frozen=True)
class Industry:
    """One part of the whole: its growth and levels, and growth of its base indicators."""

    growth: Versions
    levels: Versions
    base: tuple[Versions, ...]


@dataclass(frozen=True)
class Industries:
    """All parts of one target; every one has published growth."""

    parts: tuple[Industry, ...]

    @classmethod
    def of(
        cls,
        whole: Indicator,
        catalogue: Catalogue,
        extract: Callable[[Indicator, str], Versions],
    ) -> Industries | None:
        """Find the finest breakdown that is published; ``None`` if there is none.

        The parts are those of ``structure.toml``, the base indicators those of
        the catalogue's column ``gdp_component``.
        """
        sums = [item for item in load_structure().sums if item.whole == whole.code]
        for item in sorted(sums, key=lambda found: -len(found.parts)):
            codes = [code for code in item.parts if code not in item.optional or code in catalogue]
            if len(codes) < MIN_PARTS or not all(code in catalogue for code in codes):
                continue
            own = [catalogue.get(code) for code in codes]
            growth = [extract(part, "yoy") for part in own]
            if any(not versions.points for versions in growth):
                continue
            return cls(
                tuple(
                    Industry(
                        versions,
                        extract(part, "level"),
                        tuple(
                            extract(other, "yoy")
                            for other in catalogue
                            if part.gdp_component
                            and other.gdp_component == part.gdp_component
                            and other.code not in codes
                            and other.frequency in MONTHS
                        ),
                    )
                    for part, versions in zip(own, growth, strict=True)
                )
            )
        return None

    def panel_on(self, years: range, n_known: int, day: dt.date | None) -> BridgePanel | None:
        """Lay out the industries as known on a day; ``None`` where their shares are unknown."""
        columns = [_column(part, years, n_known, day) for part in self.parts]
        to_date, final, latest, then = (
            np.column_stack(item) for item in zip(*columns, strict=True)
        )
        shares = self._shares(years[-1], day)
        if shares is None:
            return None
        names = tuple(part.growth.indicator.name_zh for part in self.parts)
        return BridgePanel(names, to_date, final, latest, then, shares)

    def _shares(self, year: int, day: dt.date | None) -> FloatArray | None:
        """Parts of the newest year before ``year`` that all industries' levels know."""
        levels = [part.levels.on(day) for part in self.parts]
        for past in (year - 1, year - 2):
            ends = [
                series.points.get(year_periods(series.indicator, past)[-1]) for series in levels
            ]
            values = np.array([np.nan if point is None else point.value for point in ends])
            if np.isfinite(values).all() and (values > 0).all():
                return np.asarray(values / values.sum())
        return None


def _column(
    part: Industry, years: range, n_known: int, day: dt.date | None
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Growth to date, of the year, and of the base indicators, each of shape (years,)."""
    own = part.growth.on(day)
    periods = [year_periods(own.indicator, year) for year in years]
    to_date = own.values([item[n_known - 1] for item in periods])
    final = own.values([item[-1] for item in periods])
    month = periods[-1][n_known - 1].end.month
    newest, at_month, weights = [], [], []
    for versions in part.base:
        series = versions.on(day)
        last = series.latest(years[-1])
        if last is None:
            continue
        length = MONTHS[series.indicator.frequency]
        number = min(month // length, last.period.number)
        at_month.append(_in_years(series, years, number))
        newest.append(_in_years(series, years, last.period.number))
        spread = np.nanstd(at_month[-1]) if np.isfinite(at_month[-1]).any() else 0.0
        weights.append(1.0 / max(float(spread), LEAST_MOVEMENT))
    return to_date, final, _mean(newest, weights, years), _mean(at_month, weights, years)


def _in_years(series: Series, years: range, number: int) -> FloatArray:
    if number < 1:
        return np.full(len(years), np.nan)
    frequency = series.indicator.frequency
    return series.values([Period(year, frequency, number) for year in years])  # type: ignore[arg-type]


def _mean(columns: list[FloatArray], weights: list[float], years: range) -> FloatArray:
    """Weighted mean over the indicators known in each year."""
    if not columns:
        return np.full(len(years), np.nan)
    table = np.column_stack(columns)
    weight = np.where(np.isfinite(table), np.asarray(weights), 0.0)
    total = weight.sum(axis=1)
    summed = np.where(np.isfinite(table), table, 0.0) * weight
    return np.divide(summed.sum(axis=1), total, out=np.full(len(years), np.nan), where=total > 0)
