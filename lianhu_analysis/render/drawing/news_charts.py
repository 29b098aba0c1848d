"""A chart of what moved a forecast, from what it was to what it is."""

from __future__ import annotations

import numpy as np

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.errors import ReportError
from lianhu_analysis.render.drawing.chart_layout import LABEL_SIZE, Setting, new_figure
from lianhu_analysis.render.drawing.charts import Picture, picture
from lianhu_analysis.render.drawing.theme import PALETTE

__all__ = ["news_chart"]

MAX_BARS = 8


def news_chart(answer: Answer, row: int = 0) -> Picture:
    """Draw a waterfall from a target's old forecast to its new one.

    Parameters
    ----------
    answer
        Of ``analysis.news``.
    row
        Of its table ``targets``.

    Raises
    ------
    ReportError
        If the change cannot be split.
    """
    target, moves = answer.tables["targets"].loc[row], answer.tables["impacts"]
    if target["reason"]:
        raise ReportError(f"{target['name_zh']}的变化无从分解，不能画：{target['reason']}")
    moves = moves[moves["row"] == row].fillna({"period": "", "name_zh": ""})
    # The largest in the order in which they came, the rest as one.
    largest = moves.loc[moves["impact"].abs().nlargest(MAX_BARS).sort_index().index]
    names = largest["period"] + " " + largest["name_zh"] + largest["kind_zh"]
    steps = [0.0, *largest["impact"], moves["impact"].sum() - largest["impact"].sum(), 0.0]
    setting = Setting(
        title=answer.sentences[row].split("。")[0],
        caption=f"{answer.region_zh}，{answer.question}（截至 {answer.as_of}）",
        unit=str(target["unit"]),
        simulated=answer.simulated,
    )
    figure, axes = new_figure(setting)
    figure.subplots_adjust(left=0.38)
    ends = target["old"] + np.cumsum(steps)
    colours = [PALETTE["good" if step >= 0 else "target"] for step in steps]
    bars = axes.barh(range(len(steps)), steps, left=ends - steps, color=colours, height=0.55)
    axes.plot(ends[[0, -1]], [0, len(steps) - 1], "o", color=PALETTE["ink"])
    told = [f"{ends[0]:,.2f}", *(f"{step:+,.2f}" for step in steps[1:-1]), f"{ends[-1]:,.2f}"]
    axes.bar_label(bars, told, padding=6, size=LABEL_SIZE)
    axes.set_yticks(range(len(steps)), ["原预测", *names, "其余", "新预测"])
    axes.invert_yaxis()
    axes.use_sticky_edges = False
    axes.margins(x=0.2)
    return picture(figure, answer.sentences[row])
