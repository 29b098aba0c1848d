"""The report's charts: one for each growth target, one for each count."""

from __future__ import annotations

import pandas as pd

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.forecast.history import year_periods
from lianhu_analysis.forecast.verdict import Verdict
from lianhu_analysis.render import tables
from lianhu_analysis.render.drawing import charts
from lianhu_analysis.render.drawing.charts import Picture, picture
from lianhu_analysis.render.quarterly.report import Report, plain_text, status_words

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
    """Return a progress chart for every count and amount with a usual progress."""
    return [
        _progress_chart(report, verdict)
        for verdict in report.assessment.verdicts
        if not verdict.target.is_growth and verdict.usual_share is not None
    ]


def _growth_chart(report: Report, verdict: Verdict) -> Picture:
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
    history = pd.DataFrame(
        {
            "label": [str(period) for period in periods],
            "value": verdict.series.values(periods),
        }
    )
    fan = pd.DataFrame(columns=["label"])
    end_text = ""
    if verdict.fan is not None:
        fan = verdict.fan.rename_axis("label").reset_index()
        median = verdict.quantiles[0.5]
        end_text = tables.growth_text(median)
        report.modelled(verdict, median, end_text, "预测全年中位数")
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
        title=f"{indicator.name_zh}：{status_words(verdict)}",
        caption=caption(report, verdict),
        unit=target.unit,
        target=target.value,
        target_text=f"目标 {aim}",
        simulated=report.simulated,
    )
    alt = f"{indicator.name_zh}今年累计与常年进度，目标 {aim}{target.unit}，判断：{status_words(verdict)}"
    return picture(figure, alt)


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
