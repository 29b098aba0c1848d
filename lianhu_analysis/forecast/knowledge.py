"""All that was published about a target, so that any past day can be looked from again."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.calendar import festival_share
from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray, done_by_period
from lianhu_analysis.forecast.history import (
    IndicatorRows,
    Series,
    Versions,
    extract_versions,
    weights_for,
    year_periods,
)
from lianhu_analysis.forecast.models import GROWTH_CANDIDATES
from lianhu_analysis.forecast.models.draws import FULL
from lianhu_analysis.forecast.models.panel import GrowthPanel, ProgressPanel, StockPanel
from lianhu_analysis.forecast.past_forecasts import PastRuns, Record, Sources, record_of
from lianhu_analysis.workspace import CensusBreak

__all__ = ["GrowthSources", "Knowledge", "LevelSources", "Rules", "whole_numbers"]

# Series that weights and spread are learned from, beside the target's own; the cost grows with
# every one, what it adds soon does not.
MAX_POOL = 16


@dataclass(frozen=True)
class Rules:
    """What a workspace says about forecasting: see ``Workspace``."""

    provenances: tuple[str, ...]
    breaks: tuple[CensusBreak, ...] = ()
    outlier_years: tuple[int, ...] = ()


@dataclass(frozen=True)
class Knowledge:
    """Every version published by a day: of the region, and of those above it.

    Attributes
    ----------
    versions
        Observations of the region, all versions (an as-of frame is a poor
        one: it knows first figures only where they were never revised).
    above
        The same of each region above, nearest first.
    targets
        Targets of every year and every version: what was announced.
    past_runs
        Where past runs are kept; ``None`` for nowhere.
    pools
        Records made before, by the target's year and the month: for those only who know the
        same of the years before.
    neighbours
        What was known of other regions; weights and spread are learned from their past, too.
    """

    versions: pd.DataFrame
    above: tuple[pd.DataFrame, ...] = ()
    targets: tuple[Target, ...] = ()
    past_runs: PastRuns | None = None
    pools: dict[tuple[int, int], dict[tuple[int, str], Record]] = field(
        default_factory=dict, repr=False, compare=False
    )
    neighbours: tuple[Knowledge, ...] = ()
    _extracted: dict[tuple[int, str, str, tuple[str, ...]], Versions] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def _rows(self) -> list[IndicatorRows]:
        return [IndicatorRows(frame) for frame in (self.versions, *self.above)]

    def extract(
        self,
        indicator: Indicator,
        measure: str,
        rules: Rules,
        level: int = 0,
    ) -> Versions:
        """Return every version of one measure: see ``extract_versions``.

        Parameters
        ----------
        level
            0 is the region, 1 its parent.
        """
        if level > len(self.above):
            return Versions(indicator, measure, ())
        key = (level, indicator.code, measure, rules.provenances)
        if key not in self._extracted:
            rows = self._rows[level].of(indicator.code)
            self._extracted[key] = extract_versions(rows, indicator, measure, rules.provenances)
        return self._extracted[key]

    def pool(
        self, catalogue: Catalogue, rules: Rules, target: Target, n_known: int
    ) -> tuple[Record, ...]:
        """Return the records of other growth series at the same month of the year.

        They are those of the region and of the regions above, targets and core
        indicators first, and of the neighbours; made once for all targets of one month.

        Parameters
        ----------
        n_known
            Periods of the target's year that are published.
        """
        indicator = catalogue.get(target.indicator)
        if not indicator.piles_up:
            return ()  # its errors are not theirs
        periods = year_periods(indicator, target.year)
        month = periods[n_known - 1].end.month if n_known else 0
        own = [key for key in self.pooled(catalogue) if key != (0, target.indicator)]
        found = self._records(catalogue, rules, own, target.year, month)
        for other in self.neighbours:
            told = [key for key in other.pooled(catalogue) if key[0] == 0]
            found += other._records(catalogue, rules, told, target.year, month)
        return tuple(found)

    def _records(
        self,
        catalogue: Catalogue,
        rules: Rules,
        wanted: Sequence[tuple[int, str]],
        year: int,
        month: int,
    ) -> list[Record]:
        kept = self.pools.setdefault((year, month), {})
        for level, code in wanted:
            if (level, code) in kept:
                continue
            indicator = catalogue.get(code)
            sources = GrowthSources.of(self, indicator, catalogue, rules, level)
            reached = sum(item.end.month <= month for item in year_periods(indicator, year))
            kept[level, code] = record_of(
                sources, GROWTH_CANDIDATES, year, reached, outlier_years=rules.outlier_years
            )
        return [kept[key] for key in wanted]

    def pooled(self, catalogue: Catalogue) -> list[tuple[int, str]]:
        """Say which growth series are asked: by level above the region, and code."""
        aims = {item.indicator for item in self.targets}
        known = []
        for level, frame in enumerate((self.versions, *self.above)):
            codes = set(frame.loc[frame["measure"] == "yoy", "indicator"])
            for indicator in catalogue:
                if indicator.code in codes and indicator.frequency in ("M", "Q"):
                    first = indicator.code not in aims, indicator.tier != "core"
                    known.append((*first, level, indicator.code))
        # The order of the catalogue must not choose among equals, nor that of the rows.
        return [(level, code) for *_, level, code in sorted(known)[:MAX_POOL]]

    def announced(self, indicator: str, measure: str) -> tuple[Target, ...]:
        """Return the targets announced for one figure of the region, every version."""
        wanted = (indicator, measure)
        return tuple(item for item in self.targets if (item.indicator, item.measure) == wanted)


@dataclass(frozen=True, kw_only=True)
class GrowthSources(Sources):
    """The published versions behind a growth target, seen from any day.

    Attributes
    ----------
    levels, proxy
        The levels whose shares weigh the year.
    targets
        What was announced for this growth, every year and version: it says to how many decimals.
    """

    levels: Versions
    proxy: Versions | None
    targets: tuple[Target, ...]
    rules: Rules
    _shares: dict[tuple[int, int, int], FloatArray | str] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(
        cls,
        knowledge: Knowledge,
        indicator: Indicator,
        catalogue: Catalogue,
        rules: Rules,
        level: int = 0,
    ) -> GrowthSources:
        """Collect what is known about growth of an indicator, in the region or one above."""
        proxy = None
        if indicator.weight_proxy:
            proxy = knowledge.extract(catalogue.get(indicator.weight_proxy), "level", rules, level)
        return cls(
            versions=knowledge.extract(indicator, "yoy", rules, level),
            levels=knowledge.extract(indicator, "level", rules, level),
            proxy=proxy,
            targets=() if level else knowledge.announced(indicator.code, "yoy"),
            rules=rules,
            past_runs=knowledge.past_runs,
        )

    def told(self, before: int) -> str:
        """Return everything that runs of the years before one may depend on, as text."""
        series = [self.versions, self.levels, *([self.proxy] if self.proxy else [])]
        texts = [item.told(before) for item in series]
        halves = [(item.year, item.half_unit) for item in self.targets]
        return "|".join([*texts, repr(halves), repr(self.rules)])

    def panel_on(self, year: int, day: dt.date | None) -> GrowthPanel:
        """Lay out what was known on a day about ``year`` and the years before it."""
        indicator = self.versions.indicator
        latest, first = self.versions.on(day), self.versions.first_on(day)
        years = range(min([*latest.years, year]), year + 1)
        rows = [year_periods(indicator, item) for item in years]
        growth = np.vstack([latest.values(periods) for periods in rows])
        known = np.flatnonzero(np.isfinite(growth[-1]))
        n_known = int(known[-1]) + 1 if known.size else 0
        shares, reason = self._shares_of(years, day)
        doubted = {p for p, point in latest.points.items() if point.doubted and day is None}
        # The target of the nearest year says to how many decimals.
        nearest = min(self.targets, key=lambda item: abs(item.year - year), default=None)
        return GrowthPanel(
            frequency=indicator.frequency,
            ytd_growth_pct=growth,
            shares=shares,
            n_known=n_known,
            # Nobody could know a year for an outlier while it lasted.
            outlier=np.array([y in self.rules.outlier_years and y < year for y in years]),
            year=year,
            half_unit=GrowthPanel.half_unit if nearest is None else nearest.half_unit,
            first_pct=np.vstack([first.values(periods) for periods in rows]),
            festival=_festival(indicator, years),
            shares_reason=reason,
            # What is doubted today was not yet on the days before.
            doubted=np.array([[p in doubted for p in periods] for periods in rows]),
        )

    def _shares_of(self, years: range, day: dt.date | None) -> tuple[FloatArray, str]:
        """Shares by year, and why the target's are unknown if they are.

        A year without any has the target's; where that has none either, the
        newest known, and where there are none at all, its months.  Models may
        use such shares, since their past is scored with them; what a reader
        will recompute (``required``) may not.
        """
        own = self.levels.on(day)
        proxy = None if self.proxy is None else self.proxy.on(day)
        found: dict[int, FloatArray] = {}
        reason = ""
        for year in years:
            shares = self._shares_in(year, own, proxy, day)
            if not isinstance(shares, str):
                found[year] = shares
            elif year == years[-1]:
                reason = shares
        periods = year_periods(self.versions.indicator, years[-1])
        default = found[max(found)] if found else np.array([p.end.month / 12 for p in periods])
        return np.vstack([found.get(year, default) for year in years]), reason

    def _shares_in(
        self, year: int, own: Series, proxy: Series | None, day: dt.date | None
    ) -> FloatArray | str:
        """Shares of one year, or why there are none; the same levels give the same shares."""
        reach = range(year - 6, year)
        counted = (
            year,
            self.levels.known_in(reach, day),
            0 if self.proxy is None else self.proxy.known_in(reach, day),
        )
        if counted not in self._shares:
            try:
                weights = weights_for(year, self.versions.indicator, own, proxy, self.rules.breaks)
                self._shares[counted] = weights.shares
            except ForecastError as error:
                self._shares[counted] = str(error)
        return self._shares[counted]


def _festival(indicator: Indicator, years: range) -> FloatArray | None:
    """How much more of the festival each period held than a year before."""
    if indicator.frequency != "M":
        return None
    share = {
        year: np.array(
            [
                festival_share(period, no_january=indicator.no_january)
                for period in year_periods(indicator, year)
            ]
        )
        for year in range(years[0] - 1, years[-1] + 1)
    }
    return np.vstack([share[year] - share[year - 1] for year in years])


def whole_numbers(versions: Versions, target: Target) -> bool:
    """Whether a level is counted in whole numbers."""
    integer = (
        float(target.plan or target.value).is_integer() and versions.indicator.level_price == "na"
    )
    return integer and all(float(point.value).is_integer() for point in versions.points)


@dataclass(frozen=True, kw_only=True)
class LevelSources(Sources):
    """The published versions behind a count, an amount or a stock.

    Attributes
    ----------
    integer
        Whether only whole numbers can occur.
    beyond
        Whether a rate may exceed 100 %, as its target does, though it never did.
    """

    integer: bool
    beyond: bool = False

    def told(self, before: int) -> str:
        """Return everything that runs of the years before one may depend on, as text."""
        return f"{self.versions.told(before)}|{self.integer}|{self.beyond}"

    def panel_on(self, year: int, day: dt.date | None) -> ProgressPanel | StockPanel:
        """Lay out what was known on a day about ``year`` and the years before it.

        Raises
        ------
        ForecastError
            If a stock has no figure of the year to start from.
        """
        indicator = self.versions.indicator
        series = self.versions.on(day)
        periods = year_periods(indicator, year)
        point = series.latest(year)
        n_known = 0 if point is None else periods.index(point.period) + 1
        if not indicator.piles_up:
            if point is None:
                raise ForecastError("本年尚无数据，没有起点")
            years = [item for item in series.years if item < year]
            past = [series.values(year_periods(indicator, item)) for item in years]
            changes = np.array([values[-1] - values[n_known - 1] for values in past])
            values = [item.value for item in series.points.values()]
            part = indicator.in_points and max(values) <= 100 and not self.beyond
            ends = -math.inf if min(values) < 0 else 0.0, 100.0 if part else math.inf
            return StockPanel(changes, point.value, self.integer, *ends)
        now, last = max(n_known - 1, 0), len(periods) - 1
        whole = series.whole_years(year, range(now, last + 1))
        if len(whole.columns) < FULL.min_years:  # as of what is published by quarters only
            whole = series.whole_years(year, [now, last] if n_known else [last])
        whole = whole.reindex(range(last + 1))
        # A January that is never published, or a month that is lost, is part of the next figure.
        kept = whole.notna().all(axis=1).to_numpy(copy=True)
        # The path to the end has no holes.
        holes = np.flatnonzero(~kept[n_known:])
        kept[n_known : n_known + holes.max(initial=-1) + 1] = False
        rows = [done_by_period(values[kept].to_numpy()) for _, values in whole.items()]
        increments = np.vstack(rows) if rows else np.zeros((0, len(periods)))
        actual = 0.0 if point is None else point.value
        days = np.array([item.end.timetuple().tm_yday for item in periods], dtype=float)
        # Days of the year, if no more were ever counted by then; leap years have one more.
        daily = indicator.unit == "天" and (increments.cumsum(axis=1) <= days[kept] + 1).all()
        passed = days[n_known - 1] if n_known else 0
        most = actual + days[n_known:][kept[n_known:]] - passed if daily else math.inf
        return ProgressPanel(increments, actual, int(kept[:n_known].sum()), self.integer, most=most)
