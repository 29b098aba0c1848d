"""Pictures of the rest of the year for the notebooks: required paths, precedents, targets together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.targets import precedent_words
from lianhu_analysis.forecast.history import year_periods
from lianhu_analysis.forecast.joint import Joint
from lianhu_analysis.forecast.verdict import Verdict
from lianhu_analysis.render import tables
from lianhu_analysis.render.drawing.chart_layout import Setting
from lianhu_analysis.render.drawing.charts import Picture, picture
from lianhu_analysis.render.drawing.outlook_charts import (
    correlation_chart,
    path_chart,
    precedents_chart,
)
from lianhu_analysis.render.quarterly.report import Report, aim_text, growth_needed, value_text
from lianhu_analysis.render.quarterly.report_charts import plain_setting

__all__ = ["joint_picture", "path_pictures", "precedent_pictures"]


def path_pictures(report: Report) -> list[Picture]:
    """Return, for every target with more than one remaining step or figure, its path."""
    return [
        _path_picture(report, verdict)
        for verdict in report.assessment.verdicts
        if verdict.required.path and verdict.indicator.frequency != "A"
    ]


def precedent_pictures(report: Report) -> list[Picture]:
    """Return, for every target that history can speak of, what past years did."""
    return [
        _precedent_picture(report, verdict)
        for verdict in report.assessment.verdicts
        if verdict.required.value is not None and verdict.required.precedents.years
    ]


def path_frames(verdict: Verdict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the year so far and the path of a verdict, as ``path_chart`` takes them."""
    year = verdict.target.year
    known = [
        period
        for period in year_periods(verdict.indicator, year)
        if period not in verdict.required.periods
    ]
    history = pd.DataFrame(
        {"label": [str(period) for period in known], "value": verdict.series.values(known)}
    )
    levels = {"low": 0.1, "median": 0.5, "high": 0.9}
    rows, fan = [], verdict.fan
    for step in verdict.required.path:
        label = str(step.period)
        row = {
            name: np.nan if fan is None else fan[level].get(label, np.nan)
            for name, level in levels.items()
        }
        row["required"] = step.to_date
        row["required_low"] = step.to_date if step.to_date_low is None else step.to_date_low
        row["required_high"] = step.to_date if step.to_date_high is None else step.to_date_high
        rows.append(row)
    path = pd.DataFrame(rows).astype(float)
    path.insert(0, "label", [str(step.period) for step in verdict.required.path])
    return history, path


def _path_picture(report: Report, verdict: Verdict) -> Picture:
    target, name = verdict.target, verdict.name_zh
    history, path = path_frames(verdict)
    told = f"{_told(verdict)}{target.shown_unit}"
    finding = f"{'不能超过' if target.rule == 'at_most' else '还须完成'} {told}"
    if target.is_growth:
        finding = f"剩余时期{growth_needed(verdict, '须')} {told}"
    aim = aim_text(target, target.shown_unit if target.is_growth else "")
    setting = plain_setting(report, verdict, f"{name}：{finding}")
    setting = replace(setting, target=target.value, target_text=f"目标 {aim}")
    return picture(
        path_chart(history, path, setting), f"{name}今年累计、达标须走的路径与预测，{finding}"
    )


def _precedent_picture(report: Report, verdict: Verdict) -> Picture:
    past, required = verdict.required.precedents, verdict.required
    name = verdict.name_zh
    enough, n = past.count()
    frame = pd.DataFrame(
        {
            "label": [str(year) for year in past.years],
            "value": past.values,
            "slack": past.slacks,
            "enough": past.enough,
        }
    )
    told = precedent_words(verdict.target.rule, enough, n).format(f" {enough} ")
    finding = f"往年同期 {n} 年中{told}"
    title = f"{name}（{required.span.replace('/', ' 至 ')}）：{finding}"
    setting = plain_setting(report, verdict, title)
    setting = replace(setting, target=required.value, target_text=f"所需 {_told(verdict)}")
    return picture(
        precedents_chart(frame, setting), f"{name}往年同一段时期的数字与今年所需，{finding}"
    )


def _told(verdict: Verdict) -> str:
    """Write what is required: growth with two decimals, amounts as their unit is written."""
    value = verdict.required.value or 0.0
    if verdict.target.is_growth:
        return tables.number_text(value, 2)
    return value_text(round(value, 2), verdict.target.shown_unit)


def joint_picture(report: Report, joint: Joint) -> Picture | tables.Html:
    """Return how the targets' errors moved together, or why that is not known."""
    if joint.dependence is None:
        reason = joint.reason or "尚无结果的目标不足两项"
        return tables.paragraph(f"没有相关可画：{reason}。")
    names = {
        (item.target.indicator, item.target.measure): item.indicator.name_zh
        for item in report.assessment.verdicts
        if item.draws is not None
    }
    years = joint.dependence.years
    setting = Setting(
        title="各目标的误差怎样同涨同落",
        caption=f"往年同期误差的名次相关（{years[0]}—{years[-1]} 年中 {len(years)} 年），"
        f"已向零收缩 {joint.dependence.shrinkage:.0%}",
        simulated=report.assessment.simulated,
    )
    figure = correlation_chart(joint.dependence.correlation, list(names.values()), setting)
    return picture(figure, "各目标往年同期误差的名次相关，紫色同涨同落，橙色此涨彼落")
