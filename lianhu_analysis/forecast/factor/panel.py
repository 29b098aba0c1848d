"""The panel of a factor model: what is observed of each series, and in which form.

Every series i has a latent monthly growth ``x_it``; a published figure is a
weighted sum of it over a few months (``Form``).  ``published_weights`` gives
those sums, ``check_panel`` refuses a panel that cannot be meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lianhu_analysis.errors import ForecastError

__all__ = ["FactorPanel", "Form", "check_panel", "published_weights", "unit_slip"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

Form = Literal["month", "mariano_murasawa", "quarter_growth", "year_to_date"]

# Mariano and Murasawa (2003), eq. (2): quarterly growth of a flow from monthly growth.
MARIANO_MURASAWA = (1.0, 2.0, 3.0, 2.0, 1.0)
# Fewer figures than this cannot separate a loading from noise.
MIN_FIGURES = 12
# A figure this many times the usual size of its series is a slip of units first.
UNIT_SLIP = 1000.0
ROUNDING_ERROR = 1e-9


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
        if self.values.ndim != 2 or self.shares.shape != self.values.shape:
            raise ForecastError("因子模型面板的数值与比重须为同样大小的二维表（月 × 指标）")
        if not len(self.forms) == len(self.names) == self.values.shape[1]:
            raise ForecastError("因子模型面板的口径、名称与列数不一致")
        if not 1 <= self.first_month <= 12:
            raise ForecastError(f"面板首行的月份 {self.first_month} 不在 1—12 之间")
        for name, form in zip(self.names, self.forms, strict=True):
            if form not in get_args(Form):
                raise ForecastError(f"{name}：未知的口径 {form}，应为 {'、'.join(get_args(Form))}")
        self._check_cells()

    def _check_cells(self) -> None:
        infinite = np.any(np.isinf(self.values), axis=0, keepdims=True)[0]
        if infinite.any():
            raise ForecastError(f"{self._named(infinite)}：含有无穷大的数值，请先核对原始数据")
        good = np.all(np.isfinite(self.shares) & (self.shares > 0), axis=0, keepdims=True)[0]
        wrong = ~good
        if wrong.any():
            raise ForecastError(f"{self._named(wrong)}：各月比重须为正数")
        within = np.isin(self.calendar_months, (3, 6, 9, 12))
        quarterly = np.array([form == "quarter_growth" for form in self.forms])
        empty = np.all(np.isnan(self.values[~within]), axis=0, keepdims=True)[0]
        astray = quarterly & ~empty
        if astray.any():
            raise ForecastError(
                f"{self._named(astray)}：当季增速只能记在季度末月（3、6、9、12 月）"
            )

    def _named(self, which: BoolArray) -> str:
        return "、".join(name for name, hit in zip(self.names, which, strict=True) if hit)

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


def check_panel(panel: FactorPanel) -> None:
    """Refuse a panel on which no estimate can rest; all faults are named at once.

    Raises
    ------
    ForecastError
        Series without a figure, with too few, constant, equal to another one,
        or with a figure thousands of times the usual size.
    """
    faults = list(_faults(panel))
    if faults:
        raise ForecastError("因子模型面板不可用：" + "；".join(faults))


def _faults(panel: FactorPanel) -> Iterator[str]:
    seen: dict[bytes, str] = {}
    for name, column in zip(panel.names, panel.values.T, strict=True):
        known = column[~np.isnan(column)]
        if not known.size:
            yield f"{name}全部缺失，请剔除或补数"
        elif known.size < MIN_FIGURES:
            yield f"{name}只有 {known.size} 个数，至少要 {MIN_FIGURES} 个"
        elif np.ptp(known) < ROUNDING_ERROR:
            yield f"{name}各期数值完全相同，不含信息"
        elif (slip := unit_slip(column)) is not None:
            yield f"{name}第 {slip + 1} 行的 {column[slip]:g} 是同列常见值的千倍以上，疑为单位错误"
        else:
            twin = seen.setdefault(column.tobytes(), name)
            if twin != name:
                yield f"{name}与{twin}逐期相同，重复的指标只能保留一个"


def unit_slip(column: FloatArray) -> int | None:
    """Return the row of the figure that lies a thousand usual deviations from its series, if any."""
    if not np.isfinite(column).any():
        return None
    distance = np.abs(column - np.nanmedian(column))
    usual = float(np.nanmedian(distance))
    if usual == 0.0:
        positive = distance[distance > 0]
        usual = float(np.median(positive)) if positive.size else 1.0
    worst = int(np.nanargmax(distance))
    return worst if distance[worst] > UNIT_SLIP * usual else None
