"""The report's charts: one for each growth target, one for each count, amount and stock."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from lianhu_analysis.forecast.history import year_periods
from lianhu_analysis.forecast.verdict import Verdict
from lianhu_analysis.intake.observations import path_of
from lianhu_analysis.render.drawing import charts
from lianhu_analysis.render.drawing.chart_layout import Setting
from lianhu_analysis.render.drawing.charts import Picture, picture
from lianhu_analysis.render.quarterly.report import (
    Report,
    aim_figure,
    aim_text,
    forecast_text,
    status_words,
)

__all__ = ["growth_charts", "growth_overview", "progress_charts", "progress_overview"]

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
        (_progress_chart if verdict.indicator.piles_up else _stock_chart)(report, verdict)
        for verdict in report.assessment.verdicts
        if not verdict.target.is_growth and verdict.series.points
    ]


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
    setting = Setting(title=title, caption=caption, simulated=report.simulated)
    told = "；".join(f"{item.name_zh}{status_words(item)}" for item in shown)
    return picture(charts.fan_grid([_panel(item) for item in shown], setting), f"{title}。{told}")


def _panel(verdict: Verdict) -> charts.Panel:
    history, usual = _history(verdict), None
    if not verdict.target.is_growth and verdict.indicator.piles_up:
        periods = year_periods(verdict.indicator, verdict.target.year)
        known = len(periods) if verdict.fan is None else len(periods) - len(verdict.fan)
        past = verdict.series.whole_years(verdict.target.year)
        labels = [str(period) for period in periods[:known]]
        history = pd.DataFrame({"label": labels, "value": verdict.series.values(periods[:known])})
        if len(past.columns):
            usual = past.agg(["min", "median", "max"], axis=1).to_numpy(dtype=float)
    return charts.Panel(
        title=verdict.name_zh,
        labels=list(history["label"]),
        values=history["value"].to_numpy(dtype=float),
        fan=_fan(verdict),
        target=verdict.target.value,
        usual=usual,
    )


def _growth_chart(report: Report, verdict: Verdict) -> Picture:
    indicator = verdict.indicator
    direction = "降低率" if indicator.is_reduction else "累计同比增速"
    figure = charts.fan_chart(_history(verdict), _fan(verdict), _setting(report, verdict))
    return _picture(figure, verdict, f"{direction}的历史、预测扇形与目标线")


def _progress_chart(report: Report, verdict: Verdict) -> Picture:
    periods = year_periods(verdict.indicator, verdict.target.year)
    usual = verdict.series.whole_years(verdict.target.year)
    frame = pd.DataFrame(
        {
            "label": [str(period) for period in periods],
            "actual": verdict.series.values(periods),
            "usual_low": usual.min(axis=1).to_numpy(),
            "usual_mid": usual.median(axis=1).to_numpy(),
            "usual_high": usual.max(axis=1).to_numpy(),
        }
    )
    figure = charts.progress_chart(frame, _fan(verdict), _setting(report, verdict))
    return _picture(figure, verdict, "今年累计、常年进度与预测扇形")


def _stock_chart(report: Report, verdict: Verdict) -> Picture:
    """Draw a stock: it does not start from nothing every year."""
    history, fan = _history(verdict), _fan(verdict)
    if len(fan):
        # Only the year's end is forecast; the periods before it stay open.
        between = verdict.required.periods[: -len(fan)]
        open_ones = pd.DataFrame({"label": [str(period) for period in between]})
        history = pd.concat([history, open_ones], ignore_index=True)
    figure = charts.fan_chart(history, fan, _setting(report, verdict))
    return _picture(figure, verdict, "的历史、年末预测与目标线")


def _setting(report: Report, verdict: Verdict) -> Setting:
    """Return what the chart of every target says; its figures are registered."""
    target = verdict.target
    end_text = _end_text(report, verdict)
    aim = _aim(verdict)
    aim_figure(report, target, "%" if target.is_growth else "")
    return Setting(
        title=f"{verdict.name_zh}：{status_words(verdict)}",
        caption=caption(report, verdict),
        unit=target.unit,
        target=target.value,
        target_text=f"目标 {aim}",
        end_text=end_text,
        simulated=report.simulated,
    )


def _aim(verdict: Verdict) -> str:
    """Return the target as it stands beside its line: the unit of growth goes with it."""
    return aim_text(verdict.target, "%" if verdict.target.is_growth else "")


def _picture(figure: Figure, verdict: Verdict, shown: str) -> Picture:
    target, name = verdict.target, verdict.name_zh
    unit = "" if target.is_growth else target.unit
    words = status_words(verdict)
    return picture(figure, f"{name}{shown}，目标 {_aim(verdict)}{unit}，判断：{words}")


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
        if period not in verdict.required.periods
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
    text = forecast_text(median, verdict)
    report.modelled(verdict, median, text, "预测全年中位数")
    return text


def caption(report: Report, verdict: Verdict) -> str:
    """Return source and vintage of a chart, in words."""
    frame = report.assessment.frame
    rows = frame.loc[list(verdict.references)]
    files = sorted(set(map(path_of, rows["source"])))
    shown = files[0] if len(files) == 1 else f"{files[-1]} 等 {len(files)} 个文件"
    return f"数据：{shown}；截至 {report.as_of.isoformat()} 已公布的版本"
