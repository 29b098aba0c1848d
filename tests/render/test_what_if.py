"""A scenario's picture and sliders say what the scenario says."""

import sys

import pytest

from lianhu_analysis.analysis.scenarios import read_scenario, scenario_answer
from lianhu_analysis.render import what_if
from lianhu_analysis.render.drawing.chart_layout import Setting
from lianhu_analysis.render.drawing.outlook_charts import change_chart
from tests.analysis.district import beside

FUTURES = beside("gdp.tertiary")


def ask(written):
    scenario, refuse = read_scenario(written)
    return scenario_answer(scenario, FUTURES, refuse)


def test_each_target_is_a_dumbbell_and_the_unknown_has_no_end():
    rows = ask({"path": [{"indicator": "gdp.total", "rest": 6.0}]}).tables["targets"]
    rows.loc[1, "probability_after"] = float("nan")
    figure = change_chart(rows, Setting(title="变", caption="源"))
    (axes,) = figure.axes
    before, after = axes.lines
    assert list(before.get_xdata()) == pytest.approx(100 * rows["probability_before"])
    assert after.get_xdata()[1] != after.get_xdata()[1]
    assert [item.get_text() for item in axes.get_yticklabels()] == list(rows["name_zh"])


def test_the_picture_tells_the_sentences():
    answer = ask({"title": "试", "path": [{"indicator": "gdp.total", "rest": 6.0}]})
    drawn = what_if.change_picture(answer)
    assert drawn.alt == "；".join(answer.sentences)
    assert any("试：各项目标会怎样" in text for text in drawn.drawn)


def test_a_slider_moves_the_probabilities_at_once_and_says_what_cannot_be():
    box = what_if.sliders(FUTURES, ask)
    *moving, below = box.children
    by_name = {slider.description: slider for slider in moving}
    assert "没有一项目标的概率变动" in below.value
    whole, part = by_name["名称gdp.total（%）"], by_name["名称gdp.tertiary（%）"]
    assert whole.min < whole.value < whole.max
    whole.value = 6.0
    assert "概率由" in below.value
    part.value = 6.0
    assert "合计与分项" in below.value


def test_without_widgets_a_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert "请改参数格里的路径再运行" in what_if.sliders(FUTURES, ask)
