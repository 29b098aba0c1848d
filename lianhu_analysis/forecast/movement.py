"""The common movement of all indicators: one factor model, looked at from any day.

Every core indicator with published growth to date enters, monthly and
quarterly together.  Parameters are estimated once for a year, from what was
published by the end of the year before; within the year they are held, and
only the ragged edge of what is known moves the forecast.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor import (
    FactorFit,
    FactorModel,
    FactorPanel,
    Form,
    fit,
    simulate,
)
from lianhu_analysis.forecast.factor.fit import start_parameters
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.history import Versions, year_periods

__all__ = ["MAX_SERIES", "Movement", "MovementView"]

# Fewer series share no movement that could be told from their noise.
MIN_SERIES = 8
# Older years cost time and say little about today's loadings.
MAX_YEARS = 10
MIN_MONTHS = 36
# A series of fewer figures cannot tell its loading.
MIN_FIGURES = 12
# The cost grows with every series, what it adds soon does not (Boivin and Ng, 2006).
MAX_SERIES = 20
MONTHS = {"M": 1, "Q": 3}


@dataclass(frozen=True)
class _Estimate:
    """A fit, and how its columns were standardised."""

    found: FactorFit
    columns: tuple[int, ...]
    mean: FloatArray
    scale: FloatArray


@lru_cache(maxsize=128)
def _fitted(table: bytes, names: tuple[str, ...], final: bool) -> _Estimate | str:
    """Estimate once for the same figures; a refusal is its reason."""
    try:
        return _fit(np.frombuffer(table).reshape(-1, len(names)), names, final)
    except ForecastError as error:
        return str(error)


def _fit(table: FloatArray, names: tuple[str, ...], final: bool) -> _Estimate:
    columns = tuple(map(int, np.flatnonzero(np.isfinite(table).sum(axis=0) >= MIN_FIGURES)))
    months = np.flatnonzero(np.isfinite(table).any(axis=1))
    if len(columns) < MIN_SERIES or not months.size or len(table) - months[0] < MIN_MONTHS:
        raise ForecastError("各指标共同的历史太短，估计不出因子模型")
    chosen = table[months[0] - months[0] % 12 :, columns]
    mean, scale = np.nanmean(chosen, axis=0), np.nanstd(chosen, axis=0)
    if (scale <= 0).any():
        raise ForecastError("有的指标历史数值完全相同，估计不出因子模型")
    kept = tuple(names[column] for column in columns)
    model = FactorModel(_panel((chosen - mean) / scale, kept), 1, 1)
    starts = start_parameters(model)
    found = fit(model, starts=starts if final else dict(list(starts.items())[:1]))
    if not found.converged:
        raise ForecastError(f"因子模型的估计没有收敛：{found.reason}")
    if not found.agree:
        raise ForecastError("因子模型从两个初值出发，估计结果不一致")
    return _Estimate(found, columns, mean, scale)


def _panel(values: FloatArray, names: tuple[str, ...]) -> FactorPanel:
    """Lay standardised figures out; months weigh alike, as nobody publishes their shares."""
    return FactorPanel(
        values=values,
        forms=cast("tuple[Form, ...]", ("year_to_date",) * len(names)),
        first_month=1,
        shares=np.ones(values.shape),
        names=names,
    )


@dataclass(frozen=True)
class Movement:
    """All indicators that may move together, in every published version.

    Attributes
    ----------
    series
        Growth to date of monthly and quarterly indicators.
    outlier_years
        Years treated as missing once they are over.
    """

    series: tuple[Versions, ...]
    outlier_years: tuple[int, ...] = ()

    def view(self, code: str, year: int, n_known: int, day: dt.date | None) -> MovementView | None:
        """Return one indicator's place in it; ``None`` where there is no such movement."""
        codes = [versions.indicator.code for versions in self.series]
        if len(codes) < MIN_SERIES or code not in codes:
            return None
        return MovementView(self, codes.index(code), year, n_known, day)

    def estimate(self, year: int, day: dt.date | None, *, final: bool) -> _Estimate:
        """Fit the model for a year.

        Parameters
        ----------
        final
            Whether it is to be published: then two starts must end in one place.

        Raises
        ------
        ForecastError
            If the history is too short, or the estimate cannot be stood behind.
        """
        edge = dt.date(year - 1, 12, 31)
        table = self.table(year, edge if day is None else min(edge, day))[:-12]
        names = tuple(versions.indicator.name_zh for versions in self.series)
        found = _fitted(table.tobytes(), names, final)
        if isinstance(found, str):
            raise ForecastError(found)
        return found

    def table(self, year: int, day: dt.date | None) -> FloatArray:
        """Return growth to date by month and series as known on a day, shape (months, series)."""
        years = range(year - MAX_YEARS, year + 1)
        table = np.full((len(years), 12, len(self.series)), np.nan)
        for column, versions in enumerate(self.series):
            series = versions.on(day)
            length = MONTHS[series.indicator.frequency]
            for row, item in enumerate(years):
                if item in self.outlier_years and item < year:
                    continue
                periods = year_periods(series.indicator, item)
                at = [length * period.number - 1 for period in periods]
                table[row, at, column] = series.values(periods)
        return table.reshape(-1, len(self.series))

    def futures(
        self,
        column: int,
        year: int,
        day: dt.date | None,
        months: list[int],
        n_draws: int,
        rng: np.random.Generator,
        *,
        final: bool,
    ) -> tuple[FloatArray, int]:
        """Draw one indicator's growth to date at some months of ``year``, and count the figures.

        Raises
        ------
        ForecastError
            If the model cannot be stood behind, or does not hold the indicator.
        """
        estimate = self.estimate(year, day, final=final)
        if column not in estimate.columns:
            raise ForecastError("该指标的历史太短，不在因子模型之内")
        at = estimate.columns.index(column)
        table = self.table(year, day)
        start = int(np.flatnonzero(np.isfinite(table).any(axis=1))[0])
        start -= start % 12
        values = (table[start:, estimate.columns] - estimate.mean) / estimate.scale
        names = tuple(self.series[number].indicator.name_zh for number in estimate.columns)
        model = FactorModel(_panel(values, names), 1, 1)
        rows = [len(values) - 12 + month - 1 for month in months]
        drawn = simulate(
            model, estimate.found.parameters, [at], n_draws=n_draws, rng=rng, months=rows
        )[:, :, 0]
        n_obs = int(np.isfinite(values).sum())
        return np.asarray(drawn * estimate.scale[at] + estimate.mean[at]), n_obs


@dataclass(frozen=True)
class MovementView:
    """One indicator's place in the common movement, at one position of one year."""

    movement: Movement
    column: int
    year: int
    n_known: int
    day: dt.date | None

    def draw(
        self, n_draws: int, rng: np.random.Generator, *, final: bool
    ) -> tuple[FloatArray, int]:
        """Draw growth to date after each remaining period, shape (n_draws, n_remaining)."""
        indicator = self.movement.series[self.column].indicator
        length = MONTHS[indicator.frequency]
        periods = year_periods(indicator, self.year)[self.n_known :]
        months = [length * period.number for period in periods]
        return self.movement.futures(
            self.column, self.year, self.day, months, n_draws, rng, final=final
        )
