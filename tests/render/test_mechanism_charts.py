"""Bars of ledgers: as long as their figures, the marked ones apart, the due share as a line."""

import pandas as pd
import pytest

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.render.drawing import mechanism_charts
from lianhu_analysis.render.drawing.chart_layout import Setting
from lianhu_analysis.render.drawing.charts import Picture
from lianhu_analysis.render.drawing.mechanism_charts import bars_chart, mechanism_picture

FUNNEL = pd.DataFrame(
    {"type": ["债务", "合计"], "found": [3, 3], "reported": [2, 2], "handled": [1, 1], "closed": [0, 0]}
)  # fmt: skip
TABLES = {
    "projects": pd.DataFrame(
        {"case_zh": ["甲", "乙"], "done_pct": [20.0, 80.0], "due_pct": 75.0, "short": [1.0, -0.2]}
    ),
    "parcels": pd.DataFrame({"case": ["甲"], "output": [5.0], "worst": [True]}),
    "funnel": FUNNEL,
    "response": pd.DataFrame({"type": ["信访"], "on_time_pct": [95.0]}),
}


def answer(tables=TABLES, simulated=False):
    return Answer(
        question="到了哪一步？", region="610104", region_zh="莲湖区", as_of="2024-10-31",
        simulated=simulated, sentences=(), tables=tables,
    )  # fmt: skip


def test_bars_are_stacked_from_left_to_right_and_the_first_row_is_on_top():
    parts = pd.DataFrame({"其他": [None, 4.0], "落后": [3.0, 1.0]}, index=["甲", "乙"])
    figure = bars_chart(parts, Setting(title="题", caption="注", target=6.0, target_text="应完成"))
    (axes,) = figure.axes
    assert [bar.get_width() for bar in axes.patches] == [0.0, 4.0, 3.0, 1.0]
    assert [bar.get_x() for bar in axes.patches] == [0.0, 0.0, 0.0, 4.0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["甲", "乙"]
    assert axes.yaxis_inverted()
    assert [line.get_xdata()[0] for line in axes.lines] == [6.0]
    legend = {text.get_text() for text in axes.get_legend().get_texts()}
    assert legend == {"应完成", "其他", "落后"}


@pytest.mark.parametrize("name", TABLES)
def test_each_table_has_its_picture(name):
    drawn = mechanism_picture(answer(simulated=True), name)
    assert isinstance(drawn, Picture) and drawn.png.startswith(b"\x89PNG")
    assert any("演示数据" in text for text in drawn.drawn)


def test_projects_told_to_different_months_have_no_one_line(monkeypatch):
    aims = []
    chart = mechanism_charts.bars_chart
    monkeypatch.setattr(
        mechanism_charts,
        "bars_chart",
        lambda parts, how: aims.append(how.target) or chart(parts, how),
    )
    projects = TABLES["projects"]
    for due in (75.0, [75.0, 50.0]):
        mechanism_picture(answer({"projects": projects.assign(due_pct=due)}), "projects")
    assert aims == [75.0, None]


def test_nothing_known_is_said_and_not_drawn():
    empty = {name: table.head(0) for name, table in TABLES.items()}
    for name in TABLES:
        assert "没有可以画的" in str(mechanism_picture(answer(empty), name))
