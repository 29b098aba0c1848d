"""The panel of a factor model: what is observed of each series, and in which form.

Every series i has a latent monthly growth ``x_it``; a published figure is a
weighted sum of it over a few months (``Form``).  ``published_weights`` gives
those sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lianhu_analysis.errors import ForecastError

__all__ = ["FactorPanel", "Form", "published_weights"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

Form = Literal["month", "mariano_murasawa", "quarter_growth", "year_to_date"]

# Mariano and Murasawa (2003), eq. (2): quarterly growth of a flow from monthly growth.
MARIANO_MURASAWA = (1.0, 2.0, 3.0, 2.0, 1.0)


@dataclass(frozen=True)
class FactorPanel:
    """Figures of n series over T consecutive months, in model units.

    Attributes
    ----------
    values
        Shape (T, n): published figures, missing (NaN) where there is none.
    forms
        Length n: how the figures of each series arise from its latent growth.
    first_month
        Calendar month (1-12) of row 0.
    shares
        Shape (T, n), positive: each month's share of its year, in any scale;
        used by the forms ``quarter_growth`` and ``year_to_date``.
    names
        Length n: what errors call the series.
    """

    values: FloatArray
    forms: tuple[Form, ...]
    first_month: int
    shares: FloatArray
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.values.shape != self.shares.shape or not (
            len(self.forms) == len(self.names) == self.values.shape[1]
        ):
            raise ForecastError("因子模型面板的数值、比重、口径与名称不是同样多的指标和月份")
        wrong = np.isinf(self.values) | ~(self.shares > 0) | np.isinf(self.shares)
        if wrong.any():
            faulty = "、".join(self.names[at] for at in np.unique(np.nonzero(wrong)[1]))
            raise ForecastError(f"{faulty}：含有无穷大的数值，或各月比重不是正数")

    @property
    def calendar_months(self) -> NDArray[np.int64]:
        """Shape (T,): calendar month (1-12) of each row."""
        return (self.first_month - 1 + np.arange(len(self.values))) % 12 + 1

    def extended(self, before: int, after: int) -> FactorPanel:
        """Add empty months at both ends; their shares are those of the nearest year known."""
        n_rows, n_series = self.values.shape
        empty = [np.full((size, n_series), np.nan) for size in (before, after)]
        rows = np.arange(-before, n_rows + after)
        early = rows + 12 * np.maximum(-(rows // 12), 0)
        late = rows - 12 * np.maximum(-((n_rows - 1 - rows) // 12), 0)
        source = np.clip(np.where(rows < 0, early, late), 0, n_rows - 1)
        return FactorPanel(
            np.vstack([empty[0], self.values, empty[1]]),
            self.forms,
            (self.first_month - 1 - before) % 12 + 1,
            self.shares[source],
            self.names,
        )


def published_weights(panel: FactorPanel, series: int) -> FloatArray:
    """Return how a figure of one series arises from latent growth, month by month.

    Returns
    -------
    Shape (12, T): element (j, t) is the weight of ``x_(t-j)`` in the figure of
    month t.  ``quarter_growth`` of a month within a quarter is that of the
    three months that end there.
    """
    n_rows = len(panel.values)
    weights = np.zeros((12, n_rows))
    form = panel.forms[series]
    if form == "month":
        weights[0] = 1.0
    elif form == "mariano_murasawa":
        weights[:5] = np.array(MARIANO_MURASAWA)[:, None]
    else:
        shares = panel.extended(11, 0).shares[:, series]
        depth = np.full(n_rows, 3) if form == "quarter_growth" else panel.calendar_months
        for lag in range(12):
            weights[lag] = np.where(lag < depth, shares[11 - lag : 11 - lag + n_rows], 0.0)
        weights /= weights.sum(axis=0)
    return weights
