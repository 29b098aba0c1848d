"""The report's charts: one for each growth target, one for each count, amount and stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.forecast.history import year_periods
from lianhu_analysis.forecast.verdict import Verdict
from lianhu_analysis.intake.observations import path_of
from lianhu_analysis.render.drawing import charts
from lianhu_analysis.render.drawing.chart_layout import Setting
from lianhu_analysis.render.drawing.charts import Panel, Picture, picture
from lianhu_analysis.render.quarterly.report import (
    Report,
    aim_figure,
    aim_text,
    forecast_text,
    status_words,
)

__all__ = [
    "growth_charts",
    "growth_overview",
    "plain_setting",
    "progress_charts",
    "progress_overview",
]

YEARS_SHOWN = 3


def growth_charts(report: Report) -> list[Picture]:
    """Return a fan chart for every growth target that has figures to draw."""
    drawn = []
    for verdict in report.assessment.verdicts:
        if verdict.target.is_growth and verdict.series.points:
            direction = "降低率" if verdict.indicator.is_reduction else "累计同比增速"
            shown = f"{direction}的历史、预测扇形与目标线"
            drawn.append(_picture(report, verdict, _panel(verdict), shown))
    return drawn


def progress_charts(report: Report) -> list[Picture]:
    """Return a chart for every count, amount and stock that has figures to draw."""
    drawn = []
    for verdict in report.assessment.verdicts:
        if not verdict.target.is_growth and verdict.series.points:
            panel, shown = _panel(verdict), "今年累计、常年进度与预测扇形"
            if not panel.counts:
                panel, shown = _to_the_end(panel, verdict), "的历史、年末预测与目标线"
            drawn.append(_picture(report, verdict, panel, shown))
    return drawn


def growth_overview(report: Report) -> Picture | None:
    """Return small fans of all growth targets in one picture; ``None`` if none has figures."""
    shown = [item for item in report.assessment.verdicts if item.target.is_growth]
    return _overview(report, shown, "增长目标：已公布的累计增速、预测扇形与目标线")


def progress_overview(report: Report) -> Picture | None:
    """Return the progress of all counts, amounts and stocks in one picture."""
    shown = [item for item in report.assessment.verdicts if not item.target.is_growth]
    return _overview(report, shown, "数量目标：今年累计、常年进度、预测扇形与目标线")


def _overview(report: Report, verdicts: Sequence[Verdict], title: str) -> Picture | None:
    shown = [item for item in verdicts if item.series.points]
    if not shown:
        return None
    if len(shown) == 1:
        (alone,) = (growth_charts if shown[0].target.is_growth else progress_charts)(report)
        return alone
    caption = f"截至 {report.as_of.isoformat()} 已公布的版本，各数出处见附表"
    setting = Setting(title=title, caption=caption, simulated=report.assessment.simulated)
    told = "；".join(f"{item.name_zh}{status_words(item)}" for item in shown)
    return picture(charts.fan_grid([_panel(item) for item in shown], setting), f"{title}。{told}")


def _panel(verdict: Verdict) -> Panel:
    """Return the figures of a verdict: of a count this year's, else those of the last years."""
    target, indicator, usual = verdict.target, verdict.indicator, None
    fan = pd.DataFrame(columns=["label"])
    if verdict.fan is not None:
        fan = verdict.fan.rename_axis("label").reset_index()
    periods, counts = _published(verdict), not target.is_growth and indicator.piles_up
    if counts:
        whole = year_periods(indicator, target.year)
        periods, past = whole[: len(whole) - len(fan)], verdict.series.whole_years(target.year)
        # As lights and sentences mean it: the parts of a year that past years had done, of the target.
        shares = past[past.columns[past.iloc[-1] > 0]]
        if len(shares.columns):
            paths, all_years = shares / shares.iloc[-1], shares.sum(axis=1)
            middle = all_years / all_years.iloc[-1]
            usual = target.value * np.column_stack([paths.min(axis=1), middle, paths.max(axis=1)])
    values = verdict.series.values(periods)
    labels = [str(period) for period in periods]
    return Panel(verdict.name_zh, labels, values, fan, target.value, usual, counts)


def _to_the_end(panel: Panel, verdict: Verdict) -> Panel:
    """Leave the periods before the year's end open, where of a stock only that is forecast."""
    left = verdict.required.periods
    between = [str(period) for period in left[: len(left) - len(panel.fan)]] * bool(len(panel.fan))
    values = np.append(panel.values, np.full(len(between), np.nan))
    return replace(panel, labels=[*panel.labels, *between], values=values)


def _picture(report: Report, verdict: Verdict, panel: Panel, shown: str) -> Picture:
    """Draw the chart of a target; the figures that stand in it are registered."""
    target, name, words = verdict.target, verdict.name_zh, status_words(verdict)
    # The unit of growth goes with the target that stands beside its line.
    own, after = ("%", "") if target.is_growth else ("", target.shown_unit)
    aim, end_text = aim_text(target, own), _end_text(report, verdict)
    aim_figure(report, target, own)
    setting = plain_setting(report, verdict, f"{name}：{words}")
    setting = replace(setting, target=target.value, target_text=f"目标 {aim}", end_text=end_text)
    figure = charts.fan_chart(panel, setting)
    return picture(figure, f"{name}{shown}，目标 {aim}{after}，判断：{words}")


def _published(verdict: Verdict) -> tuple[Period, ...]:
    """Return the periods of the last years, up to the newest figure."""
    target, indicator = verdict.target, verdict.indicator
    return tuple(
        period
        for year in verdict.series.years
        if target.year - YEARS_SHOWN < year <= target.year or indicator.frequency == "A"
        for period in year_periods(indicator, year)
        if period not in verdict.required.periods
    )


def _end_text(report: Report, verdict: Verdict) -> str:
    """Return the median of the year's end, as it stands beside the fan."""
    if verdict.fan is None:
        return ""
    median = verdict.quantiles[0.5]
    text = forecast_text(median, verdict)
    report.modelled(verdict, median, text, "预测全年中位数")
    return text


def plain_setting(report: Report, verdict: Verdict, title: str) -> Setting:
    """Return what stands around every chart of a target: its source and vintage, in words."""
    frame = report.assessment.frame
    rows = frame.loc[list(verdict.references)]
    files = sorted(set(map(path_of, rows["source"])))
    shown = files[0] if len(files) == 1 else f"{files[-1]} 等 {len(files)} 个文件"
    caption = f"数据：{shown}；截至 {report.as_of.isoformat()} 已公布的版本"
    simulated = report.assessment.simulated
    return Setting(
        title=title, caption=caption, unit=verdict.target.shown_unit, simulated=simulated
    )
