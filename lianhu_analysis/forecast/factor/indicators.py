"""All indicators of a region as one factor model: panel in, draws out.

``indicator_panel`` lays everything known on a day out as a standardised
``FactorPanel`` and names what it leaves out; ``fit_indicators`` estimates;
``target_draws`` returns the futures of one target in its own units, as every
candidate model does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.choice import choose
from lianhu_analysis.forecast.factor.fit import FactorFit, fit
from lianhu_analysis.forecast.factor.model import FactorModel, Kernel
from lianhu_analysis.forecast.factor.panel import BoolArray, FactorPanel, FloatArray, unit_slip
from lianhu_analysis.forecast.factor.posterior import simulate
from lianhu_analysis.forecast.factor.signals import (
    MIN_FIGURES,
    Signal,
    month_shares,
    row_of,
    take_signal,
)
from lianhu_analysis.forecast.history import Series, extract_series, year_periods
from lianhu_analysis.forecast.models import N_DRAWS, Draws
from lianhu_analysis.workspace import CensusBreak

__all__ = [
    "IndicatorPanel",
    "Outliers",
    "fit_indicators",
    "indicator_panel",
    "target_draws",
]

# How the pandemic years enter: as they are, cut to the usual range, or not at all.
Outliers = Literal["keep", "winsor", "mask"]
# Usual deviations (1.4826 median absolute deviations) beyond which winsor cuts.
USUAL_DEVIATIONS = 4.0
# Months without a figure after which an idiosyncratic term starts afresh.
MEMORY = 12
PLAUSIBLE_GROWTH = 60.0
MAX_SPREAD = 30.0


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
    remembers
        Shape (n,): whether the idiosyncratic term is AR(1).
    left_out
        Indicator codes that are not in the panel, with the reason.
    """

    panel: FactorPanel
    first_year: int
    signals: tuple[Signal, ...]
    centre: FloatArray
    scale: FloatArray
    remembers: BoolArray
    left_out: Mapping[str, str]

    def column(self, code: str, measure: str = "yoy") -> int:
        """Return the series of an indicator's published growth.

        Raises
        ------
        ForecastError
            If the panel does not hold it; says why.
        """
        for at, signal in enumerate(self.signals):
            if (signal.indicator.code, signal.measure) == (code, measure):
                return at
        raise ForecastError(
            f"{code} 的同比没有进入因子模型：{self.left_out.get(code, '没有公布同比')}"
        )


def indicator_panel(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    provenances: Sequence[str],
    breaks: Sequence[CensusBreak] = (),
    targets: Sequence[str] = (),
    outliers: Outliers = "winsor",
    outlier_years: Sequence[int] = (),
) -> IndicatorPanel:
    """Build the panel from one region's as-of observations.

    Parameters
    ----------
    frame
        Observations of one region as of a day.
    targets
        Codes to be forecast.  Their idiosyncratic terms keep an AR(1) memory
        even where they are quarterly, which costs states; other quarterly
        cumulative series have white noise.
    outliers
        ``mask`` leaves the figures of ``outlier_years`` out, ``winsor`` cuts
        every figure before the last year to the usual range of its series.

    Raises
    ------
    ForecastError
        If fewer than two indicators are usable.
    """
    series = _all_series(frame, catalogue, provenances)
    ends = [period for item in series.values() for period in item.points]
    if not ends:
        raise ForecastError("没有可用于因子模型的观测")
    first_year = min(period.year for period in ends)
    n_rows = max(row_of(period, first_year) for period in ends) + 1
    build = {"first_year": first_year, "n_rows": n_rows}
    signals: list[Signal] = []
    shares: list[FloatArray] = []
    left_out: dict[str, str] = {}
    seen: dict[bytes, str] = {}
    for indicator in catalogue:
        growth, level = (series[indicator.code, measure] for measure in ("yoy", "level"))
        try:
            signal = take_signal(indicator, growth, level, breaks=breaks, **build)
            _refuse_copy_or_slip(signal, seen, first_year)
        except ForecastError as error:
            left_out[indicator.code] = str(error)
            continue
        proxy = series.get((indicator.weight_proxy, "level"))
        signals.append(signal)
        shares.append(month_shares(signal, level, proxy, breaks=breaks, **build))
    if len(signals) < 2:
        raise ForecastError(f"可用的指标只有 {len(signals)} 个，不足以估计公共因子")
    values = np.column_stack([signal.values for signal in signals])
    values = _treat_outliers(values, outliers, [year - first_year for year in outlier_years])
    kept = [at for at in range(len(signals)) if _still_usable(values[:, at])]
    for at in sorted(set(range(len(signals))) - set(kept)):
        left_out[signals[at].indicator.code] = "剔除异常年份后数据不足或不再变动"
    signals, values = [signals[at] for at in kept], values[:, kept]
    centre, scale = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    panel = FactorPanel(
        (values - centre) / scale,
        tuple(signal.form for signal in signals),
        1,
        np.column_stack([shares[at] for at in kept]),
        tuple(signal.indicator.name_zh for signal in signals),
    )
    remembers = np.array([_remembers(signal, targets) for signal in signals])
    return IndicatorPanel(panel, first_year, tuple(signals), centre, scale, remembers, left_out)


def fit_indicators(
    table: IndicatorPanel,
    *,
    n_factors: int | None = None,
    lags: int | None = None,
    kernel: Kernel | None = None,
    tolerance: float = 1e-6,
    max_iterations: int = 300,
) -> FactorFit:
    """Estimate the model; numbers of factors and lags by ``choose`` unless given.

    ``kernel`` is numba where it is installed.
    """
    chosen = choose(table.panel)
    model = FactorModel(
        table.panel,
        n_factors or chosen.n_factors,
        lags or chosen.lags,
        table.remembers,
        kernel or ("numba" if find_spec("numba") else "numpy"),
        memory=MEMORY,
    )
    return fit(model, tolerance=tolerance, max_iterations=max_iterations)


def target_draws(
    table: IndicatorPanel,
    fitted: FactorFit,
    code: str,
    year: int,
    rng: np.random.Generator,
    n_draws: int = N_DRAWS,
) -> Draws:
    """Return simulated futures of one indicator's published growth in ``year``.

    Given the parameters; their own uncertainty is not in the draws.

    Raises
    ------
    ForecastError
        If estimation did not converge, the year is published whole, or the
        draws are implausible.
    """
    if not fitted.converged:
        raise ForecastError(f"因子模型的估计没有收敛：{fitted.reason}")
    column = table.column(code)
    indicator = table.signals[column].indicator
    remaining = _remaining(table, column, indicator, year)
    rows = [row_of(period, table.first_year) for period in remaining]
    draws = simulate(
        fitted.model,
        fitted.parameters,
        [column],
        n_draws=n_draws,
        rng=rng,
        months=rows,
        horizon=max(rows[-1] + 1 - len(table.panel.values), 0),
    )
    path = table.centre[column] + table.scale[column] * draws[:, :, 0]
    _refuse_implausible(path[:, -1])
    return Draws("factor", path[:, -1], path, fitted.model.n_figures)


def _all_series(
    frame: pd.DataFrame, catalogue: Catalogue, provenances: Sequence[str]
) -> dict[tuple[str, str], Series]:
    """Both measures of every indicator."""
    groups = {
        (str(code), str(measure)): rows
        for (code, measure), rows in frame.groupby(["indicator", "measure"], sort=False)
    }
    empty = frame.iloc[:0]
    return {
        (indicator.code, measure): extract_series(
            groups.get((indicator.code, measure), empty), indicator, measure, provenances
        )
        for indicator in catalogue
        for measure in ("yoy", "level")
        if indicator.frequency in ("M", "Q")
    } | {
        (indicator.code, measure): Series(indicator, measure, {})
        for indicator in catalogue
        for measure in ("yoy", "level")
        if indicator.frequency == "A"
    }


def _refuse_copy_or_slip(signal: Signal, seen: dict[bytes, str], first_year: int) -> None:
    slip = unit_slip(signal.values)
    if slip is not None:
        when = f"{first_year + slip // 12} 年 {slip % 12 + 1} 月"
        raise ForecastError(f"{when}的 {signal.values[slip]:g} 是常见值的千倍以上，疑为单位错误")
    twin = seen.setdefault(signal.values.tobytes(), signal.indicator.name_zh)
    if twin != signal.indicator.name_zh:
        raise ForecastError(f"与{twin}逐期相同")


def _treat_outliers(values: FloatArray, outliers: Outliers, years: Sequence[int]) -> FloatArray:
    """Shape (T, n): figures with outlier years masked or all past figures cut."""
    if outliers == "keep":
        return values
    year = np.arange(len(values)) // 12
    if outliers == "mask":
        return np.where(np.isin(year, years)[:, None], np.nan, values)
    centre = np.nanmedian(values, axis=0)
    usual = 1.4826 * np.nanmedian(np.abs(values - centre), axis=0)
    reach = np.where(usual > 0, USUAL_DEVIATIONS * usual, np.inf)
    cut = np.clip(values, centre - reach, centre + reach)
    return np.where((year < year[-1])[:, None], cut, values)


def _still_usable(values: FloatArray) -> bool:
    known = values[np.isfinite(values)]
    return known.size >= MIN_FIGURES["Q"] and float(np.ptp(known)) > 1e-9


def _remembers(signal: Signal, targets: Sequence[str]) -> bool:
    quarterly_sum = signal.indicator.frequency == "Q" and signal.form == "year_to_date"
    return not quarterly_sum or signal.indicator.code in targets


def _remaining(
    table: IndicatorPanel, column: int, indicator: Indicator, year: int
) -> tuple[Period, ...]:
    """Periods of the year after the last published one."""
    periods = year_periods(indicator, year)
    values = table.signals[column].values
    n_known = 0
    for at, period in enumerate(periods):
        row = row_of(period, table.first_year)
        if 0 <= row < len(values) and np.isfinite(values[row]):
            n_known = at + 1
    if n_known == len(periods):
        raise ForecastError(f"{indicator.name_zh} {year} 年的数据已全部公布，无须预测")
    return periods[n_known:]


def _refuse_implausible(values: FloatArray) -> None:
    if not np.isfinite(values).all():
        raise ForecastError("因子模型的模拟结果中有非有限值")
    if abs(values.mean()) > PLAUSIBLE_GROWTH:
        raise ForecastError(f"因子模型的预测均值 {values.mean():.1f}% 超出合理范围，请先核对数据")
    spread = float(np.subtract(*np.quantile(values, [0.9, 0.1])))
    if spread > MAX_SPREAD:
        raise ForecastError(f"因子模型的 80% 区间宽达 {spread:.1f} 个百分点，没有判断价值")
