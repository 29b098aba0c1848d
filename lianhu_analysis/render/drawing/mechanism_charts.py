"""Charts of ledgers: projects, parcels, the steps of risks, answers in time; bars with names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.analysis.mechanisms import STEPS, WHOLE
from lianhu_analysis.render import tables
from lianhu_analysis.render.drawing.chart_layout import Setting, finish, new_figure
from lianhu_analysis.render.drawing.charts import Picture, picture
from lianhu_analysis.render.drawing.theme import PALETTE
from lianhu_analysis.render.tables import Html

__all__ = ["mechanism_picture"]

COLOURS = ("actual", "forecast", "good", "other", "bar")
MOST = 16  # bars with legible names
# By table: title, unit, names of the bars; what is drawn and its word.
SHAPES = {
    "projects": ("离序时进度最远的项目", "%", "case_zh", {"done_pct": "完成本年计划"}),
    "parcels": ("亩均产出最低的地块", "万元/亩", "case", {"output": "亩均产出"}),
    "funnel": ("本年风险走到哪一步", "件", "type", STEPS),
    "response": ("到期的事项中按时答复的比例", "%", "type", {"on_time_pct": "按时答复"}),
}


def bars_chart(parts: pd.DataFrame, setting: Setting) -> Figure:
    """Draw a bar a row, the first on top, its columns one after the other; a target is a line."""
    figure, axes = new_figure(setting)
    places, left = np.arange(len(parts)), np.zeros(len(parts))
    for (name, values), colour in zip(parts.fillna(0.0).items(), COLOURS, strict=False):
        axes.barh(places, values, left=left, color=PALETTE[colour], label=str(name))
        left += values.to_numpy()
    if setting.target is not None:
        axes.axvline(setting.target, color=PALETTE["target"], ls="--", label=setting.target_text)
    finish(axes, [], [])
    axes.set_yticks(places, [str(name) for name in parts.index])
    axes.invert_yaxis()
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.set_xlim(0, 1.05 * max(left.max(), setting.target or 0.0))
    figure.subplots_adjust(left=0.2)
    return figure


def mechanism_picture(answer: Answer, name: str) -> Picture | Html:
    """Draw one table of an answer about mechanisms: see ``SHAPES``."""
    table, (title, unit, label, amounts) = answer.tables[name], SHAPES[name]
    if table.empty:
        return tables.paragraph(f"没有可以画的：{title}。")
    parts = table.set_index(label)[list(amounts)].rename(columns=amounts)
    setting = Setting(
        title=title,
        caption=f"截至 {answer.as_of} 报送的台账",
        unit=unit,
        simulated=answer.simulated,
    )
    if name == "funnel":
        parts = parts.drop(index=WHOLE).T
    elif name == "projects":
        parts, due = parts.head(MOST), table["due_pct"].unique()
        if len(due) == 1:  # not of projects told to different months
            setting = replace(setting, target=float(due[0]), target_text="序时进度")
    elif name == "parcels":
        parts, worst = parts.tail(MOST), table.loc[table["worst"], "output"].max()
        if pd.notna(worst):
            setting = replace(setting, target=float(worst), target_text="后四分之一")
    return picture(bars_chart(parts, setting), title)
