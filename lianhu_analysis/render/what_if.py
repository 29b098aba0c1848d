"""What a notebook shows of scenarios: the change of every probability, and sliders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isnan
from typing import Any

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.analysis.futures import Futures
from lianhu_analysis.analysis.scenarios import rest_of
from lianhu_analysis.errors import LianhuError
from lianhu_analysis.forecast.joint import key_of
from lianhu_analysis.render import analyses, tables
from lianhu_analysis.render.drawing.chart_layout import Setting
from lianhu_analysis.render.drawing.charts import Picture, picture
from lianhu_analysis.render.drawing.outlook_charts import change_chart

__all__ = ["change_picture", "sliders"]

REACH = 3.0  # standard deviations of the forecast, each way


def change_picture(answer: Answer) -> Picture:
    """Draw what a scenario makes of every target's probability."""
    rows = answer.tables["targets"]
    title = f"{answer.question}：{(rows['difference'].abs() >= 0.01).sum()} 项的概率变动"
    caption = f"{answer.region_zh}，截至 {answer.as_of}；没有联系的不画菱形"
    setting = Setting(title=title, caption=caption, unit="%", simulated=answer.simulated)
    return picture(change_chart(rows, setting), "；".join(answer.sentences))


def sliders(futures: Futures, ask: Callable[[Mapping[str, Any]], Answer]) -> Any:
    """Return a slider for the rest of the year of each figure, and what follows beneath.

    Parameters
    ----------
    ask
        Answers a scenario given as a mapping: those sliders that were moved.

    Returns
    -------
    VBox
        Of ipywidgets; where that is not installed, a sentence that says what to do instead.
    """
    try:
        import ipywidgets as widgets
    except ImportError:
        return tables.paragraph("这里没有 ipywidgets，滑块用不了：请改参数格里的路径再运行")
    below, moving = widgets.HTML(), {}
    for column, verdict in enumerate(futures.verdicts):
        base, span = rest_of(verdict)
        if isnan(span):
            continue
        rest = (futures.draws[:, column] - base) / span
        middle, reach = float(rest.mean()), REACH * float(rest.std())
        name = f"{verdict.indicator.name_zh}（{verdict.target.unit}）"
        moving[key_of(verdict)] = widgets.FloatSlider(
            middle, min=middle - reach, max=middle + reach, step=max(reach, 0.1) / 100, description=name,
            style={"description_width": "20em"}, layout={"width": "44em"}, readout_format=".2f",
        )  # fmt: skip
    start = {key: slider.value for key, slider in moving.items()}

    def show(_: object = None) -> None:
        paths = [
            {"indicator": key[0], "measure": key[1], "rest": slider.value}
            for key, slider in moving.items()
            if slider.value != start[key]
        ]
        try:
            answer = ask({"title": "滑块所设", "path": paths})
            below.value = tables.join(analyses.say(answer), analyses.table(answer, "targets"))
        except LianhuError as error:
            below.value = tables.paragraph(error)

    for slider in moving.values():
        slider.observe(show, "value")
    show()
    return widgets.VBox([*moving.values(), below])
