"""How often percentages such as one came true: in past forecasts, and of those told in advance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["CLASSES", "Frequency", "came_true", "frequency_json", "of_ranks"]

# Percentages that are told with the same words (quarterly report) are one class.
CLASSES = (0.0, 0.1, 0.34, 0.66, 0.9, 1.0)
# Fewer forecasts, or fewer targets of a year behind them, cannot tell: the
# forecasts of one target in one year share its luck.
MIN_FORECASTS, MIN_TARGETS = 20, 5


@dataclass(frozen=True)
class Frequency:
    """How often percentages of one class came true.

    Attributes
    ----------
    low, high
        The class, as printed: ``low`` or more and less than ``high``; both are the
        percentage itself where every forecast was asked for just this one.
    n, came_true
        Forecasts whose outcome is known, and how many of their events happened.
    n_targets
        Different figures of different years among them: who set the target does not matter.
    """

    low: float
    high: float
    n: int
    came_true: int
    n_targets: int

    @property
    def enough(self) -> bool:
        """Whether there are enough of them to tell."""
        return self.n >= MIN_FORECASTS and self.n_targets >= MIN_TARGETS


def of_ranks(probability: float, ranks: Sequence[float], *, at_most: bool = False) -> Frequency:
    """Count how often an event given a probability came true in past forecasts.

    A past forecast gave the probability p to every figure above its quantile
    of level 1 - p, and that came true where the outcome's rank was above it.

    Parameters
    ----------
    ranks
        Where past outcomes fell in their forecasts, within (0, 1): one for each
        figure of a year.
    """
    fallen = np.asarray(ranks, dtype=float)
    true = fallen <= probability if at_most else fallen >= 1.0 - probability
    return Frequency(probability, probability, fallen.size, int(true.sum()), fallen.size)


def came_true(record: pd.DataFrame, probability: float, *, about: bool = False) -> Frequency:
    """Count how often percentages such as this one came true.

    Parameters
    ----------
    record
        Columns ``year``, ``indicator``, ``measure``, ``region``,
        ``probability`` (or ``probability_about``) and ``met`` (or
        ``met_about``); rows without either are not counted.  A record of
        issued verdicts or of a back-test.
    about
        Whether the probability is the one with tolerance.
    """
    chance, happened = ("probability_about", "met_about") if about else ("probability", "met")
    known = record[record[chance].notna() & record[happened].notna()]
    printed = np.floor(known[chance].to_numpy(dtype=float) * 100 + 0.5) / 100
    at = _class_of(np.floor(probability * 100 + 0.5) / 100)
    low, high = CLASSES[at], CLASSES[at + 1]
    same = known[np.array([_class_of(item) == at for item in printed], dtype=bool)]
    targets = same[["region", "year", "indicator", "measure"]].drop_duplicates()
    return Frequency(low, high, len(same), int(same[happened].astype(bool).sum()), len(targets))


def _class_of(printed: float) -> int:
    return int(np.clip(np.searchsorted(CLASSES, printed, side="right") - 1, 0, len(CLASSES) - 2))


def frequency_json(frequency: Frequency | None) -> dict[str, Any] | None:
    """Return a frequency as plain fields."""
    return None if frequency is None else {**asdict(frequency), "enough": frequency.enough}
