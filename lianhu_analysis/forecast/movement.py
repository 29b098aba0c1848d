"""The common movement of all indicators: one factor model, looked at from any day.

Every core indicator that is published monthly or quarterly enters, by its
growth or else by the change of its level (see ``factor.signals``).
Parameters are estimated once for a year, from what was published by the end
of the year before; within the year they are held, and only the ragged edge of
what is known moves the forecast.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.fit import FactorFit
from lianhu_analysis.forecast.factor.indicators import (
    IndicatorPanel,
    fit_indicators,
    indicator_panel,
    target_path,
)
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.history import Series, Versions, year_periods
from lianhu_analysis.workspace import CensusBreak

__all__ = ["MAX_SERIES", "Movement", "MovementView"]

# Fewer series share no movement that could be told from their noise.
MIN_SERIES = 8
# Older years cost time and say little about today's loadings.
MAX_YEARS = 10
# Three years, of whose last one three months are not out yet when it ends.
MIN_MONTHS = 33
# The cost grows with every series, what it adds soon does not (Boivin and Ng, 2006).
MAX_SERIES = 20


@dataclass(frozen=True)
class _Table:
    """A panel that is one with every panel of the same key.

    Attributes
    ----------
    key
        What the estimate depends on, and the names that a refusal says.
    """

    key: tuple[object, ...]
    panel: IndicatorPanel = field(compare=False)

    @classmethod
    def of(cls, table: IndicatorPanel) -> _Table:
        """Take the key from the figures."""
        panel = table.panel
        figures = panel.values.tobytes(), panel.shares.tobytes(), panel.forms
        return cls((*figures, panel.names), table)


@lru_cache(maxsize=128)
def _fitted(table: _Table, final: bool) -> FactorFit | str:
    """Estimate once for the same figures; a refusal is its reason."""
    try:
        found = fit_indicators(table.panel, both_starts=final)
    except ForecastError as error:
        return str(error)
    if not found.converged:
        return f"因子模型的估计没有收敛：{found.reason}"
    if not found.agree:
        return "因子模型从两个初值出发，估计结果不一致"
    return found


@dataclass(frozen=True)
class Movement:
    """All indicators that may move together, in every published version.

    Attributes
    ----------
    indicators
        Those that enter, in order.
    versions
        Growth and levels by indicator code and measure; levels of a
        ``weight_proxy`` too.
    breaks
        Census breaks.
    outlier_years
        Years treated as missing once they are over.
    """

    indicators: tuple[Indicator, ...]
    versions: Mapping[tuple[str, str], Versions]
    breaks: tuple[CensusBreak, ...] = ()
    outlier_years: tuple[int, ...] = ()
    _tables: dict[tuple[int, dt.date], IndicatorPanel | str] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def series(self) -> Sequence[Versions]:
        """Everything that moves the forecast when it is published."""
        codes = {indicator.code for indicator in self.indicators}
        return [item for key, item in self.versions.items() if key[0] in codes]

    def view(self, code: str, year: int, n_known: int, day: dt.date | None) -> MovementView | None:
        """Return one indicator's place in it; ``None`` where there is no such movement."""
        found = [indicator for indicator in self.indicators if indicator.code == code]
        if len(self.indicators) < MIN_SERIES or not found or (code, "yoy") not in self.versions:
            return None
        return MovementView(self, found[0], year, n_known, day)

    def table(self, year: int, day: dt.date | None) -> IndicatorPanel:
        """Lay out the years before ``year`` as known at their end, or on an earlier day.

        Raises
        ------
        ForecastError
            If the history is too short.
        """
        edge = dt.date(year - 1, 12, 31)
        edge = edge if day is None else min(edge, day)
        if (year, edge) not in self._tables:
            try:
                self._tables[year, edge] = self._table(year, edge)
            except ForecastError as error:
                self._tables[year, edge] = str(error)
        found = self._tables[year, edge]
        if isinstance(found, str):
            raise ForecastError(found)
        return found

    def _table(self, year: int, edge: dt.date) -> IndicatorPanel:
        known = self.known(edge, range(year - MAX_YEARS, year))
        table = indicator_panel(
            known,
            self.indicators,
            breaks=self.breaks,
            outlier_years=[item for item in self.outlier_years if item < year],
        )
        if len(table.signals) < MIN_SERIES or len(table.panel.values) < MIN_MONTHS:
            raise ForecastError("各指标共同的历史太短，估计不出因子模型")
        return table

    def known(self, day: dt.date | None, years: range) -> dict[tuple[str, str], Series]:
        """Return the figures of some years as known on a day."""
        found = {}
        for key, versions in self.versions.items():
            series = versions.on(day)
            points = {p: point for p, point in series.points.items() if p.year in years}
            found[key] = Series(series.indicator, series.measure, points)
        return found


@dataclass(frozen=True)
class MovementView:
    """One indicator's place in the common movement, at one position of one year."""

    movement: Movement
    indicator: Indicator
    year: int
    n_known: int
    day: dt.date | None

    def draw(
        self, n_draws: int, rng: np.random.Generator, *, final: bool
    ) -> tuple[FloatArray, int]:
        """Draw growth to date after each remaining period, and count the figures it rests on.

        Parameters
        ----------
        final
            Whether it is to be published: then two starts must end in one place.

        Returns
        -------
        Shape (n_draws, n_remaining), and the number of figures.

        Raises
        ------
        ForecastError
            If the history is too short, or the estimate cannot be stood behind.
        """
        movement, year = self.movement, self.year
        table = movement.table(year, self.day)
        fitted = _fitted(_Table.of(table), final)
        if isinstance(fitted, str):
            raise ForecastError(fitted)
        now = movement.known(self.day, range(table.first_year, year + 1))
        latest = table.updated(now, year)
        periods = year_periods(self.indicator, year)[self.n_known :]
        path = target_path(latest, fitted, self.indicator.code, periods, rng, n_draws)
        return path, int(np.isfinite(latest.panel.values).sum())
