"""Observations as arrays of series x years x periods, so that a rule is one expression."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lianhu_analysis.catalog.reference_period import PER_YEAR
from lianhu_analysis.intake.checks.findings import FIGURE

__all__ = ["Bools", "Floats", "Panel", "build_panels", "shift_periods", "shift_years"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Shape = tuple[int, int, int]

SERIES_OF = list(FIGURE[:-1])
MOST_DECIMALS = 6


@dataclass(frozen=True)
class Panel:
    """All series of one frequency.

    Attributes
    ----------
    series
        One row a series: region, provenance, indicator, measure, span.
    first_year
        Year of the first column of the arrays.
    values
        (series, years, periods); missing is NaN.
    rows
        Position in the frame of each value, -1 where there is none.
    stated
        Where there is a row, also one whose status says that it has no value.
    published
        Day of publication as days since 1970; 0 where there is none.
    unit_of_print
        (series, years): half of it is what rounding may have moved a figure.
    """

    frequency: str
    series: pd.DataFrame
    first_year: int
    values: Floats
    rows: Ints
    stated: Bools
    published: Ints
    unit_of_print: Floats

    @cached_property
    def owners(self) -> list[tuple[str, str]]:
        """Region and provenance of each series."""
        return list(zip(self.series["region"], self.series["provenance"], strict=True))

    @cached_property
    def levels(self) -> dict[tuple[str, str, str], dict[str, int]]:
        """Series of levels: by region, provenance and span, then indicator."""
        table: dict[tuple[str, str, str], dict[str, int]] = {}
        for number, row in enumerate(self.series.itertuples(index=False)):
            if row.measure == "level":
                key = (str(row.region), str(row.provenance), str(row.span))
                table.setdefault(key, {})[str(row.indicator)] = number
        return table

    @property
    def is_level(self) -> Bools:
        """Which series are levels; the others are growth."""
        return np.asarray((self.series["measure"] == "level").to_numpy())

    @property
    def is_ytd(self) -> Bools:
        """Which series accumulate over the year."""
        return np.asarray((self.series["span"] == "ytd").to_numpy())

    def without(self, mask: Bools) -> Self:
        """Return the panel with some values taken out."""
        return replace(
            self, values=np.where(mask, np.nan, self.values), rows=np.where(mask, -1, self.rows)
        )

    def take(self, numbers: list[int]) -> Self:
        """Return the panel of some series, in this order."""
        by_series = ("values", "rows", "stated", "published", "unit_of_print")
        arrays: dict[str, Any] = {name: getattr(self, name)[numbers] for name in by_series}
        return replace(self, series=self.series.iloc[numbers], **arrays)

    def pairs(self, column: str, first: str, second: str) -> tuple[Ints, Ints]:
        """Return the series that differ in one column only, and there as stated."""
        key = [name for name in SERIES_OF if name != column]
        numbered = self.series.reset_index(names="number")
        both = numbered[numbered[column] == first].merge(
            numbered[numbered[column] == second], on=key
        )
        return both["number_x"].to_numpy(), both["number_y"].to_numpy()


def build_panels(frame: pd.DataFrame) -> dict[str, Panel]:
    """Return the panels of the frequencies present.

    Parameters
    ----------
    frame
        Observations as of a day, one row a figure, labelled 0..n-1.
    """
    code = frame["period"].astype("str")
    frequency = pd.Series(
        np.select([code.str.len() == 4, code.str.contains("Q")], ["A", "Q"], "M"), index=frame.index
    )
    panels = {}
    for name in ("M", "Q", "A"):
        mine = frame[frequency == name]
        if not mine.empty:
            panels[name] = _panel(mine, name)
    return panels


def _panel(rows: pd.DataFrame, frequency: str) -> Panel:
    code = rows["period"].astype("str")
    year = code.str[:4].astype(int).to_numpy()
    position = np.zeros(len(rows), dtype=int)
    if frequency != "A":
        position = code.str[5:].astype(int).to_numpy() - 1
    groups = rows.groupby(SERIES_OF, sort=True)
    number = groups.ngroup().to_numpy()
    series = rows.assign(_n=number).drop_duplicates("_n").sort_values("_n")[SERIES_OF]
    first = int(year.min())
    shape = (len(series), int(year.max()) - first + 1, PER_YEAR[frequency])
    values = np.full(shape, np.nan)
    places = np.full(shape, -1, dtype=np.int64)
    stated = np.zeros(shape, dtype=bool)
    days = np.zeros(shape, dtype=np.int64)
    at = (number, year - first, position)
    values[at] = rows["value"].to_numpy(dtype=float)
    places[at] = np.where(rows["value"].notna(), rows.index.to_numpy(dtype=np.int64), -1)
    stated[at] = True
    days[at] = rows["published"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return Panel(
        frequency,
        series.reset_index(drop=True),
        first,
        values,
        places,
        stated,
        days,
        np.maximum(10.0 ** -_decimals(values).max(axis=2), _converted_unit(rows, at, shape)),
    )


def _converted_unit(rows: pd.DataFrame, at: tuple[Any, ...], shape: Shape) -> Floats:
    """Return the unit of print by series and year where a coarser unit was delivered.

    4.35 公顷 is 65.25 亩: printed to 0.15, not to 0.01.
    """
    token = rows["token"].str.replace(",", "")
    number = pd.to_numeric(token, errors="coerce").to_numpy(dtype=float)
    decimals = token.str.extract(r"\.(\d+)$")[0].str.len().fillna(0).to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = rows["value"].to_numpy(dtype=float) / number
    unit = np.where((factor > 1.5) & np.isfinite(factor), factor * 10.0**-decimals, 0.0)
    units = np.zeros(shape)
    units[at] = unit
    return np.asarray(units.max(axis=2))


def _decimals(values: Floats) -> Floats:
    """Count the decimals printed; a missing value has none."""
    count = np.zeros(values.shape)
    settled = ~np.isfinite(values)
    filled = np.where(settled, 0.0, values)
    for places in range(MOST_DECIMALS + 1):
        fits = np.isclose(np.round(filled, places), filled, rtol=1e-12, atol=1e-9)
        count = np.where(fits & ~settled, places, count)
        settled |= fits
    return np.where(settled, count, MOST_DECIMALS)


def shift_years(values: Floats, years: int) -> Floats:
    """Return, at each figure, the one of the same period some years off (-1: last year).

    Years are the second axis; what nothing moves to is missing.
    """
    moved = np.full_like(values, np.nan)
    if abs(years) < values.shape[1]:
        if years < 0:
            moved[:, -years:] = values[:, :years]
        else:
            moved[:, : values.shape[1] - years] = values[:, years:]
    return moved


def shift_periods(values: Floats, steps: int, *, across_years: Bools) -> Floats:
    """Return, at each figure, the one some periods off (-1: the period before).

    Parameters
    ----------
    across_years
        For each series, whether the period before January is last December.
    """
    series, years, periods = values.shape
    cube = shift_years(values.reshape(series, years * periods), steps).reshape(values.shape)
    position = np.arange(periods)
    outside = (position + steps < 0) | (position + steps >= periods)
    cube[np.ix_(~across_years, np.ones(years, dtype=bool), outside)] = np.nan
    return cube
