"""The report's charts: one for each growth target, one for each count, amount and stock."""

from __future__ import annotations

import pandas as pd

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.forecast.history import year_periods
from lianhu_analysis.forecast.verdict import Verdict
from lianhu_analysis.render.drawing import charts
from lianhu_analysis.render.drawing.charts import Picture, picture
from lianhu_analysis.render.quarterly.report import (
    Report,
    forecast_text,
    plain_text,
    status_words,
)

__all__ = ["growth_charts", "progress_charts"]

YEARS_SHOWN = 3


def growth_charts(report: Report) -> list[Picture]:
    """Return a fan chart for every growth target that has figures to draw."""
    return [
        _growth_chart(report, verdict)
        for verdict in report.assessment.verdicts
        if verdict.target.is_growth and verdict.series.points
    ]


def progress_charts(report: Report) -> list[Picture]:
    """Return a chart for every count, amount and stock that has figures to draw."""
    return [
        (_stock_chart if verdict.indicator.kind == "stock" else _progress_chart)(report, verdict)
        for verdict in report.assessment.verdicts
        if not verdict.target.is_growth and verdict.series.points
    ]


def _growth_chart(report: Report, verdict: Verdict) -> Picture:
    target, indicator = verdict.target, verdict.indicator
    history, fan = _history(verdict), _fan(verdict)
    end_text = _end_text(report, verdict)
    aim = f"{plain_text(target.value)}%"
    report.register.target(target, aim)
    figure = charts.fan_chart(
        history,
        fan,
        title=f"{indicator.name_zh}：{status_words(verdict)}",
        caption=caption(report, verdict),
        target=target.value,
        target_text=f"目标 {aim}",
        end_text=end_text,
        simulated=report.simulated,
    )
    direction = "降低率" if indicator.is_reduction else "累计同比增速"
    alt = f"{indicator.name_zh}{direction}的历史、预测扇形与目标线，目标 {aim}，判断：{status_words(verdict)}"
    return picture(figure, alt)


def _progress_chart(report: Report, verdict: Verdict) -> Picture:
    target, indicator = verdict.target, verdict.indicator
    periods = year_periods(indicator, target.year)
    usual = _usual_progress(verdict, periods)
    frame = pd.DataFrame(
        {
            "label": [str(period) for period in periods],
            "actual": verdict.series.values(periods),
            "usual_low": usual.min(axis=1).to_numpy(),
            "usual_mid": usual.median(axis=1).to_numpy(),
            "usual_high": usual.max(axis=1).to_numpy(),
        }
    )
    aim = plain_text(target.value)
    report.register.target(target, aim)
    figure = charts.progress_chart(
        frame,
        _fan(verdict),
        title=f"{indicator.name_zh}：{status_words(verdict)}",
        caption=caption(report, verdict),
        unit=target.unit,
        target=target.value,
        target_text=f"目标 {aim}",
        end_text=_end_text(report, verdict),
        simulated=report.simulated,
    )
    alt = (
        f"{indicator.name_zh}今年累计、常年进度与预测扇形，目标 {aim}{target.unit}，"
        f"判断：{status_words(verdict)}"
    )
    return picture(figure, alt)


def _stock_chart(report: Report, verdict: Verdict) -> Picture:
    """Draw a stock: it does not start from nothing every year."""
    target, indicator = verdict.target, verdict.indicator
    history, fan = _history(verdict), _fan(verdict)
    if len(fan):
        # Only the year's end is forecast; the periods before it stay open.
        between = verdict.required.periods[: -len(fan)]
        open_ones = pd.DataFrame({"label": [str(period) for period in between]})
        history = pd.concat([history, open_ones], ignore_index=True)
    aim = plain_text(target.value)
    report.register.target(target, aim)
    figure = charts.fan_chart(
        history,
        fan,
        title=f"{indicator.name_zh}：{status_words(verdict)}",
        caption=caption(report, verdict),
        unit=target.unit,
        target=target.value,
        target_text=f"目标 {aim}",
        end_text=_end_text(report, verdict),
        simulated=report.simulated,
    )
    alt = (
        f"{indicator.name_zh}的历史、年末预测与目标线，目标 {aim}{target.unit}，"
        f"判断：{status_words(verdict)}"
    )
    return picture(figure, alt)


def _history(verdict: Verdict) -> pd.DataFrame:
    """Columns ``label`` and ``value``: published figures of the last years, up to the newest."""
    target, indicator = verdict.target, verdict.indicator
    years = [
        year
        for year in verdict.series.years
        if target.year - YEARS_SHOWN < year <= target.year or indicator.frequency == "A"
    ]
    periods = [
        period
        for year in years
        for period in year_periods(indicator, year)
        if year < target.year or period in verdict.series.points
    ]
    return pd.DataFrame(
        {"label": [str(period) for period in periods], "value": verdict.series.values(periods)}
    )


def _fan(verdict: Verdict) -> pd.DataFrame:
    if verdict.fan is None:
        return pd.DataFrame(columns=["label"])
    return verdict.fan.rename_axis("label").reset_index()


def _end_text(report: Report, verdict: Verdict) -> str:
    """Return the median of the year's end, as it stands beside the fan."""
    if verdict.fan is None:
        return ""
    median = verdict.quantiles[0.5]
    text = forecast_text(median, verdict.target.unit)
    report.modelled(verdict, median, text, "预测全年中位数")
    return text


def _usual_progress(verdict: Verdict, periods: tuple[Period, ...]) -> pd.DataFrame:
    """Cumulative figures of past years, one row per period, one column per year."""
    years = [year for year in verdict.series.years if year < verdict.target.year]
    columns = {year: verdict.series.values(year_periods(verdict.indicator, year)) for year in years}
    return pd.DataFrame(columns, index=[str(period) for period in periods]).dropna(axis=1)


def caption(report: Report, verdict: Verdict) -> str:
    """Return source and vintage of a chart, in words."""
    frame = report.assessment.frame
    rows = frame.loc[list(verdict.references)]
    files = sorted({str(source).split(" | ", maxsplit=1)[0] for source in rows["source"]})
    shown = files[0] if len(files) == 1 else f"{files[-1]} 等 {len(files)} 个文件"
    return f"数据：{shown}；截至 {report.as_of.isoformat()} 已公布的版本"
