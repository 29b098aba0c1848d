"""A region's indicators as one factor model: series in, paths of a target out.

``indicator_panel`` lays everything known on a day out as a standardised
``FactorPanel`` and names what it leaves out; ``fit_indicators`` estimates;
``IndicatorPanel.updated`` shows the same series on a later day, and
``target_path`` draws the futures of one of them in its own units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.fit import FactorFit, fit, start_parameters
from lianhu_analysis.forecast.factor.model import FactorModel
from lianhu_analysis.forecast.factor.panel import FactorPanel, FloatArray
from lianhu_analysis.forecast.factor.posterior import simulate
from lianhu_analysis.forecast.factor.signals import (
    MIN_FIGURES,
    Known,
    Signal,
    month_shares,
    row_of,
    take_signal,
)
from lianhu_analysis.workspace import CensusBreak

__all__ = [
    "IndicatorPanel",
    "fit_indicators",
    "indicator_panel",
    "target_path",
    "unit_slip",
]

# Months without a figure after which an idiosyncratic term starts afresh.
MEMORY = 12
# A figure this many times the usual size of its series is a slip of units first.
UNIT_SLIP = 1000.0


@dataclass(frozen=True)
class IndicatorPanel:
    """The panel of a region's indicators and the way back to their units.

    Attributes
    ----------
    panel
        Standardised; row 0 is January of ``first_year``.
    signals
        Length n: what each series is.
    centre, scale
        Shape (n,): value = centre + scale * standardised value.
    left_out
        Indicator codes that are not in the panel, with the reason.
    outlier_years
        Years whose figures are left out.
    """

    panel: FactorPanel
    first_year: int
    signals: tuple[Signal, ...]
    centre: FloatArray
    scale: FloatArray
    left_out: Mapping[str, str]
    outlier_years: tuple[int, ...] = ()

    def column(self, code: str) -> int:
        """Return the series of an indicator's published growth.

        Raises
        ------
        ForecastError
            If the panel does not hold it; says why.
        """
        for at, signal in enumerate(self.signals):
            if (signal.indicator.code, signal.measure) == (code, "yoy"):
                return at
        raise ForecastError(
            f"{code} 的同比没有进入因子模型：{self.left_out.get(code, '没有公布同比')}"
        )

    def updated(self, known: Known, year: int) -> IndicatorPanel:
        """Return the same series as known on another day, with rows to December of ``year``.

        Centre, scale and months' shares stay: parameters of this panel hold for that one.
        A new figure that is a slip of units counts as not published.
        """
        n_rows = 12 * (year - self.first_year + 1)
        signals = tuple(signal.updated(known, n_rows) for signal in self.signals)
        columns = [
            _without_years(signal.values, self.first_year, self.outlier_years) for signal in signals
        ]
        values = np.column_stack(columns)
        for column in values.T:
            while (slip := unit_slip(column)) is not None:
                column[slip] = np.nan
        longer = self.panel.extended(0, n_rows - len(self.panel.values))
        panel = replace(longer, values=(values - self.centre) / self.scale)
        return replace(self, panel=panel, signals=signals)


def indicator_panel(
    known: Known,
    indicators: Sequence[Indicator],
    *,
    breaks: Sequence[CensusBreak] = (),
    outlier_years: Sequence[int] = (),
) -> IndicatorPanel:
    """Build the panel of some indicators from what is known on a day.

    Parameters
    ----------
    known
        Growth and levels; those of a ``weight_proxy`` serve for its shares.
    outlier_years
        Years whose figures are left out.

    Raises
    ------
    ForecastError
        If fewer than two indicators are usable.
    """
    used = {item.code for item in indicators if item.frequency != "A"}
    ends = [period for key, item in known.items() if key[0] in used for period in item.points]
    if not ends:
        raise ForecastError("没有可用于因子模型的观测")
    first_year = min(period.year for period in ends)
    n_rows = max(row_of(period, first_year) for period in ends) + 1
    signals: list[Signal] = []
    columns: list[FloatArray] = []
    left_out: dict[str, str] = {}
    seen: dict[bytes, str] = {}
    for indicator in indicators:
        try:
            signal = take_signal(
                indicator, known, first_year=first_year, n_rows=n_rows, breaks=breaks
            )
            column = _without_years(signal.values, first_year, outlier_years)
            for values in (signal.values, column):
                _refuse_copy_or_slip(values, indicator.name_zh, seen, first_year)
            _refuse_unusable(column)
        except ForecastError as error:
            left_out[indicator.code] = str(error)
            continue
        signals.append(signal)
        columns.append(column)
    if len(signals) < 2:
        raise ForecastError(f"可用的指标只有 {len(signals)} 个，不足以估计公共因子")
    values = np.column_stack(columns)
    centre, scale = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    panel = FactorPanel(
        (values - centre) / scale,
        tuple(signal.form for signal in signals),
        1,
        np.column_stack([month_shares(signal, known) for signal in signals]),
        tuple(signal.indicator.name_zh for signal in signals),
    )
    return IndicatorPanel(
        panel,
        first_year,
        tuple(signals),
        centre,
        scale,
        left_out,
        tuple(outlier_years),
    )


def fit_indicators(
    table: IndicatorPanel, *, tolerance: float = 1e-6, both_starts: bool = True
) -> FactorFit:
    """Estimate a model of one factor with one lag.

    With so few series the likelihood of two factors often has two maxima.  One
    start instead of two is half of the time, and nothing to publish.
    """
    model = FactorModel(table.panel, 1, 1, memory=MEMORY)
    starts = start_parameters(model)
    if not both_starts:
        starts = dict(list(starts.items())[:1])
    return fit(model, tolerance=tolerance, max_iterations=300, starts=starts)


def target_path(
    table: IndicatorPanel,
    fitted: FactorFit,
    code: str,
    periods: Sequence[Period],
    rng: np.random.Generator,
    n_draws: int,
) -> FloatArray:
    """Return simulated futures of one indicator's published growth.

    Given the parameters; their own uncertainty is not in the draws.

    Parameters
    ----------
    table
        The panel that ``fitted`` was estimated on, or a later one of it.
    periods
        To draw; a published one is itself in every draw.

    Returns
    -------
    Shape (n_draws, len(periods)).

    Raises
    ------
    ForecastError
        If estimation did not converge or the panel does not hold the indicator.
    """
    if not fitted.converged:
        raise ForecastError(f"因子模型的估计没有收敛：{fitted.reason}")
    column = table.column(code)
    rows = [row_of(period, table.first_year) for period in periods]
    draws = simulate(
        fitted.model.with_panel(table.panel),
        fitted.parameters,
        [column],
        rows,
        n_draws=n_draws,
        rng=rng,
    )
    return np.asarray(table.centre[column] + table.scale[column] * draws[:, :, 0])


def _refuse_copy_or_slip(
    values: FloatArray, name: str, seen: dict[bytes, str], first_year: int
) -> None:
    slip = unit_slip(values)
    if slip is not None:
        when = f"{first_year + slip // 12} 年 {slip % 12 + 1} 月"
        raise ForecastError(f"{when}的 {values[slip]:g} 是常见值的千倍以上，疑为单位错误")
    twin = seen.setdefault(values.tobytes(), name)
    if twin != name:
        raise ForecastError(f"与{twin}逐期相同")


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


def _without_years(values: FloatArray, first_year: int, years: Sequence[int]) -> FloatArray:
    """Shape (T,): one series without the figures of some years."""
    year = first_year + np.arange(len(values)) // 12
    return np.where(np.isin(year, years), np.nan, values)


def _refuse_unusable(values: FloatArray) -> None:
    known = values[np.isfinite(values)]
    if known.size < MIN_FIGURES["Q"] or float(np.ptp(known)) <= 1e-9:
        raise ForecastError("剔除异常年份后数据不足或不再变动")
