"""What candidates see: one series by year and period as known on a day, and what goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lianhu_analysis.forecast.growth import FloatArray

__all__ = ["BridgePanel", "GrowthPanel", "ProgressPanel", "StockPanel"]


class CommonMovement(Protocol):
    """What a factor model says of one indicator: see ``forecast.movement``."""

    def draw(
        self, n_draws: int, rng: np.random.Generator, *, final: bool
    ) -> tuple[FloatArray, int]:
        """Draw growth to date after each remaining period; and the figures it rests on."""
        ...


@dataclass(frozen=True)
class BridgePanel:
    """The industries that add up to the target, at one position of every year.

    Attributes
    ----------
    names
        The industries.
    to_date, final
        Shape (years, industries): growth to date at the position, and of the
        whole year (missing for the target's).
    latest, then
        Shape (years, industries): mean growth to date of the industry's base
        indicators, at the newest month known at that position, and at the
        month in which the industry's own figure to date ends.
    shares
        Shape (industries,): parts of last year's total; they sum to one.
    """

    names: tuple[str, ...]
    to_date: FloatArray
    final: FloatArray
    latest: FloatArray
    then: FloatArray
    shares: FloatArray


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
    half_unit
        Half of the last published decimal, in points.
    first_pct
        Shape (years, n): the same growth as first published; ``None`` where
        it was never revised.  Rules of thumb are judged by it.
    announced
        Shape (years,): the target announced for each year, missing where
        there was none.
    above
        Shape (years, n): the parent region's growth; it may be known further
        into the year.  ``None`` without one.
    festival
        Shape (years, n): by how much more of Spring Festival fell into the
        period than a year before; ``None`` where the calendar does not matter.
    bridge
        The industries behind the target; ``None`` where there are none.
    movement
        The indicator's place in the common movement of all; ``None`` where
        too few others are published.
    shares_reason
        Why the target's shares are unknown, so that models cut the year by its
        months; empty where they are known.
    """

    frequency: str
    ytd_growth_pct: FloatArray
    shares: FloatArray
    n_known: int
    outlier: np.ndarray
    half_unit: float = 0.05
    first_pct: FloatArray | None = None
    announced: FloatArray | None = None
    above: FloatArray | None = None
    festival: FloatArray | None = None
    bridge: BridgePanel | None = None
    movement: CommonMovement | None = None
    shares_reason: str = ""

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
        Shape (years, n): done in each period of complete past years.
    actual
        Done so far in the target's year.
    n_known
        Periods of the target's year that are published.
    integer
        Whether only whole numbers can occur.
    """

    increments: FloatArray
    actual: float
    n_known: int
    integer: bool


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
    """

    changes: FloatArray
    actual: float
    integer: bool
