"""Charts of required paths, precedents, correlations, calibration and weights."""

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis.render.drawing import outlook_charts, review_charts
from lianhu_analysis.render.drawing.chart_layout import Setting
from lianhu_analysis.render.drawing.charts import picture
from lianhu_analysis.render.tables import SIMULATED_MARK

HISTORY = pd.DataFrame({"label": ["2024Q1", "2024Q2"], "value": [5.3, 5.0]})
PATH = pd.DataFrame(
    {
        "label": ["2024Q3", "2024Q4"],
        "required": [5.2, 5.5],
        "required_low": [5.15, 5.5],
        "required_high": [5.25, 5.5],
        "low": [4.8, 4.6],
        "median": [5.0, 5.0],
        "high": [5.2, 5.4],
    }
)
PAST = pd.DataFrame(
    {
        "label": ["2021", "2022", "2023"],
        "value": [4.0, -1.0, 6.0],
        "slack": [0.3, 0.3, 0.3],
        "enough": [False, False, True],
    }
)
CALIBRATION = pd.DataFrame(
    {
        "probability": [0.05, 0.5, 1.0],
        "frequency": [0.1, 0.5, 1.0],
        "n_observations": [20, 3, 8],
    }
)
WEIGHTS = pd.DataFrame(
    {f"模型{n}": [0.1, 0.1] for n in range(10)}, index=pd.Index([2022, 2023], name="year")
)


def path(**changes):
    return outlook_charts.path_chart(
        changes.pop("history", HISTORY),
        changes.pop("path", PATH),
        Setting(title="须增", caption="来源", target=5.5, target_text="目标 5.5%", **changes),
    )


def precedents(**changes):
    return outlook_charts.precedents_chart(
        PAST,
        Setting(title="达到过", caption="来源", target=5.0, target_text="所需 5.00", **changes),
    )


def correlations(**changes):
    matrix = np.array([[1.0, 0.7, -0.2], [0.7, 1.0, 0.0], [-0.2, 0.0, 1.0]])
    names = ["地区生产总值", "固定资产投资(不含农户)增速", "土地供应面积"]
    return outlook_charts.correlation_chart(
        matrix, names, Setting(title="同涨同落", caption="来源", **changes)
    )


def calibration(**changes):
    return review_charts.calibration_chart(
        CALIBRATION, Setting(title="校准", caption="来源", **changes)
    )


def ranks(**changes):
    places = np.linspace(0.01, 0.99, 40)
    return review_charts.ranks_chart(places, Setting(title="位置", caption="来源", **changes))


def skill(**changes):
    table = pd.DataFrame({"label": ["Q1", "Q2"], "ratio": [0.8, 1.2]})
    return review_charts.skill_chart(table, Setting(title="误差", caption="来源", **changes))


def weights(**changes):
    return review_charts.weights_chart(WEIGHTS, Setting(title="权重", caption="来源", **changes))


NAMED = Setting(title="t", caption="c")
EVERY = [path, precedents, correlations, calibration, ranks, skill, weights]


@pytest.mark.parametrize("draw", EVERY, ids=lambda draw: draw.__name__)
def test_every_chart_is_drawn_and_marked(draw):
    plain, marked = draw(), draw(simulated=True)
    assert picture(plain, "图").png.startswith(b"\x89PNG")
    assert SIMULATED_MARK in picture(marked, "图").drawn
    assert SIMULATED_MARK not in picture(plain, "图").drawn


@pytest.mark.parametrize("draw", EVERY, ids=lambda draw: draw.__name__)
def test_every_chart_is_translated(draw, english):
    drawn = draw()
    words = [text for axes in drawn.axes for text in axes.get_legend_handles_labels()[1]]
    assert not [text for text in words if any(ord(c) > 0x2E7F for c in text) and "模型" not in text]


def test_the_path_starts_from_the_latest_figure():
    (axes,) = path().axes
    lines = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert lines["达标路径"] == [[1.0, 5.0], [2.0, 5.2], [3.0, 5.5]]
    assert lines["预测中位数"][0] == [1.0, 5.0]
    assert [tick.get_text() for tick in axes.get_xticklabels()][-1] == "2024Q4"
    # Before any figure it starts where it can.
    (axes,) = path(history=HISTORY[:0]).axes
    lines = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert lines["达标路径"] == [[0.0, 5.2], [1.0, 5.5]]


def test_without_a_forecast_there_is_a_path_and_no_band():
    bare = PATH.assign(low=np.nan, median=np.nan, high=np.nan)
    (axes,) = path(path=bare).axes
    assert "预测中位数" not in axes.get_legend_handles_labels()[1]
    assert picture(path(path=bare), "图").png


def test_enough_and_not_enough_are_told_apart():
    (axes,) = precedents().axes
    heights = {c.get_label(): [bar.get_height() for bar in c] for c in axes.containers[:2]}
    assert heights == {"合乎所需": [6.0], "不合所需": [4.0, -1.0]}


def test_few_events_are_drawn_hollow():
    (axes,) = calibration().axes
    labels = axes.get_legend_handles_labels()[1]
    assert {"实现的比例", "不足五次", "完全校准", "偶然范围"} == set(labels)


def test_stacked_weights_reach_one_and_ten_models_are_told_apart():
    (axes,) = weights().axes
    tops = [bar.get_y() + bar.get_height() for bar in axes.containers[-1]]
    assert tops == pytest.approx([1.0, 1.0])
    looks = {(c[0].get_facecolor(), c[0].get_hatch()) for c in axes.containers}
    assert len(looks) == 10
