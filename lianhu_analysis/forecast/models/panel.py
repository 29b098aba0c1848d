"""What candidates see: one series by year and period as known on a day, and what goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lianhu_analysis.forecast.growth import FloatArray

__all__ = ["GrowthPanel", "ProgressPanel", "StockPanel"]


@dataclass(frozen=True)
class GrowthPanel:
    """What growth models see.

    Attributes
    ----------
    ytd_growth_pct
        Shape (years, n): published year-to-date growth by year and period,
        missing where unknown; the last row is the target's year.
    shares
        Shape (years, n): each year's cumulative shares ``W_p``.
    n_known
        Periods of the target's year that are published.
    outlier
        Shape (years,): years that the models treat as missing.
    year
        The target's year.
    half_unit
        Half of the last published decimal, in points; of one decimal where nobody says.
    first_pct
        Shape (years, n): the same growth as first published; ``None`` where
        it was never revised.  Rules of thumb are judged by it.
    festival
        Shape (years, n): by how much more of Spring Festival fell into the
        period than a year before; ``None`` where the calendar does not matter.
    doubted
        Shape (years, n): figures that the checks find out of line; ``None``
        for none.
    shares_reason
        Why the target's shares are unknown, so that models cut the year by its
        months; empty where they are known.
    """

    frequency: str
    ytd_growth_pct: FloatArray
    shares: FloatArray
    n_known: int
    outlier: np.ndarray
    year: int
    half_unit: float = 0.05
    first_pct: FloatArray | None = None
    festival: FloatArray | None = None
    doubted: np.ndarray | None = None
    shares_reason: str = ""

    def cut_at(self, columns: Sequence[int], max_years: int) -> GrowthPanel:
        """Return the newest years with some periods only: each reaches from the one before.

        Parameters
        ----------
        columns
            Periods to keep, the newest known and the year's last among them.
        """
        rows = slice(-max_years, None)
        parts = np.diff(self.shares[rows], prepend=0.0, axis=1)
        first = np.append(0, np.asarray(columns[:-1], dtype=int) + 1)
        moved = self.festival
        if moved is not None:
            weighed = np.add.reduceat(parts * moved[rows], first, axis=1)
            moved = weighed / np.maximum(np.add.reduceat(parts, first, axis=1), 1e-12)
        doubted = self.doubted
        if doubted is not None:
            doubted = doubted[rows, columns]
        return replace(
            self,
            ytd_growth_pct=self.ytd_growth_pct[rows, columns],
            shares=self.shares[rows, columns],
            n_known=sum(column < self.n_known for column in columns),
            outlier=self.outlier[rows],
            first_pct=None,
            festival=moved,
            doubted=doubted,
        )

    @property
    def as_published(self) -> FloatArray:
        """Growth as first published, shape (years, n)."""
        return self.ytd_growth_pct if self.first_pct is None else self.first_pct

    @property
    def base(self) -> FloatArray:
        """Growth to date at this position, shape (years,); before any figure, of the year before.

        The target's own is the latest version known.
        """
        published = self.as_published
        if self.n_known:
            column = published[:, self.n_known - 1].copy()
            column[-1] = self.ytd_growth_pct[-1, self.n_known - 1]
            return column
        column = np.concatenate([[np.nan], published[:-1, -1]])
        if len(column) > 1:
            column[-1] = self.ytd_growth_pct[-2, -1]
        return column

    @property
    def usable(self) -> np.ndarray:
        """Past years that a rule may learn from, shape (years - 1,)."""
        good = ~self.outlier
        if not self.n_known:
            good = good & np.concatenate([[True], ~self.outlier[:-1]])
        return good[:-1]

    @property
    def outlier_years(self) -> list[str]:
        """The past years that the workspace calls outliers."""
        first = self.year - len(self.outlier) + 1
        return [str(first + row) for row in np.flatnonzero(self.outlier)]

    def too_few(self, n: int, needed: int) -> str:
        """Say that too few years can be compared, and which setting leaves years out."""
        text = f"可比的历史误差不足 {needed} 年，现有 {n} 年"
        if self.outlier_years:
            text += (
                f"（{'、'.join(self.outlier_years)} 年列为异常年份，不计在内，"
                "可补录更早年份的数据，或在工作区设置中改列）"
            )
        return text

    @property
    def reach(self) -> FloatArray:
        """What a change of the year shows after each remaining period: see ``Draws``."""
        shares = self.shares[-1]
        before = shares[self.n_known - 1] if self.n_known else 0.0
        after = shares[self.n_known :]
        if before >= 1.0 or (after <= 0.0).any():
            # Last year did nothing in what remains: no share says how it spreads.
            return np.arange(1, after.size + 1) / after.size
        return np.asarray((after - before) / (after * (1.0 - before)))


@dataclass(frozen=True)
class ProgressPanel:
    """What models of counts and amounts see.

    Attributes
    ----------
    increments
        Shape (years, n): done in each period of past years that are complete from the last
        period known on; one that some of them lack is part of the next.
    actual
        Done so far in the target's year.
    n_known
        Of the periods, those that have passed in the target's year.
    integer
        Whether only whole numbers can occur.
    least, most
        What it cannot fall below, and rise above by the end of each remaining period.
    """

    increments: FloatArray
    actual: float
    n_known: int
    integer: bool
    least: float = 0.0
    most: float | FloatArray = np.inf


@dataclass(frozen=True)
class StockPanel:
    """What models of stocks see.

    Attributes
    ----------
    changes
        Shape (years,): past changes from this position to the year's end.
    actual
        The stock now.
    integer
        Whether only whole numbers can occur.
    least, most
        What it cannot fall below, and rise above.
    """

    changes: FloatArray
    actual: float
    integer: bool
    least: float = 0.0
    most: float = np.inf
