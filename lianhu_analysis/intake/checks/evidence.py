"""What every rule is given: the figures as arrays, what they are, and how to word a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.structure import Structure
from lianhu_analysis.errors import PeriodError
from lianhu_analysis.intake.checks.arrays import Bools, Floats, Ints, Panel
from lianhu_analysis.intake.checks.findings import FIGURE, RESOLVE, CellRef, Finding, Severity
from lianhu_analysis.workspace import CensusBreak

__all__ = ["Evidence", "base_on", "doubtful", "figure_name", "with_unit"]


def base_on(days: NDArray[np.datetime64], breaks: Iterable[CensusBreak]) -> Ints:
    """Return the number of the census base in force on days of publication."""
    marks = np.array(sorted(item.day for item in breaks), dtype="datetime64[D]")
    return np.searchsorted(marks, days, side="right")


def figure_name(figure: Mapping[str, Any], catalogue: Catalogue) -> str:
    """Name a figure as a reader does: indicator, period, and whether it is growth."""
    period = Period.parse(str(figure["period"]))
    try:
        when = period.label_zh(figure["span"])
    except PeriodError:
        when = str(period)
    growth = "同比" if figure["measure"] == "yoy" else ""
    return f"{catalogue.name_of(str(figure['indicator']))}{when}{growth}"


def with_unit(value: float, unit: str, form: str = ",.10g") -> str:
    """Write a number without needless decimals, and its unit."""
    return f"{value:{form}}{'' if unit == '%' else ' '}{unit}"


@dataclass(frozen=True, kw_only=True)
class Evidence(Panel):
    """The figures of one frequency known on a day, and what they are measured by.

    Attributes
    ----------
    frame
        Observations of all frequencies, labelled 0..n-1.
    columns
        The frame as lists: a row of a data frame takes a hundred times longer to get.
    region
        The workspace's own region; parts that the catalogue leaves out are
        nothing there, though not in the regions above it.
    """

    frame: pd.DataFrame
    columns: Mapping[str, list[Any]]
    catalogue: Catalogue
    structure: Structure
    breaks: tuple[CensusBreak, ...]
    region: str | None = None

    def _figure(self, row: int) -> dict[str, Any]:
        return {name: values[row] for name, values in self.columns.items()}

    @cached_property
    def indicators(self) -> list[Indicator | None]:
        """The catalogue's row of each series, none for reference facts."""
        known = self.catalogue
        codes = self.series["indicator"]
        return [known.get(code) if code in known else None for code in codes]

    def flags(self, test: Callable[[Indicator], bool]) -> Bools:
        """Return for each series whether its indicator passes a test."""
        return np.array(
            [item is not None and test(item) for item in self.indicators], dtype=np.bool_
        )

    @cached_property
    def is_lumpy(self) -> Bools:
        """Which series come in pieces: counts and land."""
        return self.flags(self.structure.is_lumpy)

    @cached_property
    def may_fall(self) -> Bools:
        """Which series may fall within a year, or be negative."""
        return self.flags(self.structure.may_fall)

    @cached_property
    def is_rate(self) -> Bools:
        """Which series are of rates and indices, of which no parts add up."""
        return self.flags(lambda item: item.kind in ("rate", "index"))

    @cached_property
    def is_flow(self) -> Bools:
        """Which series are levels of flows."""
        return self.is_level & self.flags(lambda item: item.kind == "flow")

    @cached_property
    def bases(self) -> Ints:
        """The census base of every value; counts, land and rates know of no census."""
        outside = (self.is_lumpy | self.is_rate)[:, None, None]
        return np.where(outside, 0, base_on(self.published.astype("datetime64[D]"), self.breaks))

    def label(self, row: int) -> str:
        """Name a figure as a reader does: indicator, period, and whether it is growth."""
        return figure_name(self._figure(row), self.catalogue)

    def value_text(self, row: int) -> str:
        """Return the figure of a row with its unit, without needless decimals."""
        figure = self._figure(row)
        return with_unit(figure["value"], figure["unit"])

    def said(self, row: int) -> str:
        """Name the figure of a row and say what it is."""
        return f"{self.label(row)} {self.value_text(row)}"

    def sheet(self, row: int) -> tuple[str, str, str]:
        """Return file, sheet and day of a row: one table as it was delivered."""
        figure = self._figure(row)
        return str(figure["source"]), str(figure["sheet"]), str(figure["published"])

    def cell(self, row: int) -> CellRef:
        """Return where the figure of a row stands."""
        figure = self._figure(row)
        return CellRef(str(figure["source"]), str(figure["sheet"]), str(figure["cell"]))

    def finding(
        self,
        rule: str,
        severity: Severity,
        row: int,
        message: str,
        remedy: str = RESOLVE,
        *,
        others: Iterable[int] = (),
    ) -> Finding:
        """Word a finding on one row; ``others`` are the rows it was compared with."""
        figure = self._figure(row)
        rows = dict.fromkeys([row, *(int(other) for other in others if other >= 0)])
        return Finding(
            severity=severity,
            rule=rule,
            **{name: str(figure[name]) for name in FIGURE},
            values=tuple((self.label(item), float(self.columns["value"][item])) for item in rows),
            cells=tuple(self.cell(item) for item in rows),
            message=message,
            remedy=remedy,
        )


def doubtful(distances: Sequence[float]) -> list[int]:
    """Return which of some figures is the wrong one: the one far off, else all of them.

    Parameters
    ----------
    distances
        Of each from what its own history implies, in its own usual size.
    """
    sizes: Floats = np.nan_to_num(np.abs(np.array(distances, dtype=float)), nan=0.0)
    order = np.argsort(-sizes)
    if len(sizes) > 1 and sizes[order[0]] > 0 and sizes[order[0]] >= 2 * sizes[order[1]]:
        return [int(order[0])]
    return list(range(len(sizes)))
