"""A waterfall ends at the whole; every figure that is known is drawn, the own region stands out."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.render.drawing.chart_layout import Setting
from lianhu_analysis.render.drawing.standing_charts import (
    contribution_pictures,
    rows_chart,
    standing_pictures,
)
from lianhu_analysis.render.drawing.theme import PALETTE


def test_a_bar_begins_where_it_should_and_tells_its_change():
    rows = pd.DataFrame(
        {
            "label": ["甲", "乙"], "value": [2.0, np.nan], "previous": [2.3, np.nan], "low": [1.9, np.nan],
            "high": [2.2, np.nan], "start": [1.0, 3.0], "change": [-0.3, np.nan], "strong": [True, False],
            "decimals": [1, 1],
        }
    )  # fmt: skip
    axes = rows_chart(rows, Setting(title="题", caption="注")).axes[0]
    bar = axes.patches[0]
    assert (bar.get_x(), bar.get_width()) == (1.0, 2.0)
    assert bar.get_facecolor()[:3] == pytest.approx(
        [int(PALETTE["actual"][i : i + 2], 16) / 255 for i in (1, 3, 5)]
    )
    texts = [text.get_text() for text in axes.texts]
    assert "2.0（-0.3）" in texts and not any("nan" in text for text in texts)
    # Half up, as sentences and tables round: 6.05 was 6.0 here and 6.1 there.
    halves = rows.assign(value=6.05, change=-0.25, low=np.nan, high=np.nan)
    axes = rows_chart(halves, Setting(title="题", caption="注")).axes[0]
    assert "6.1（-0.3）" in [text.get_text() for text in axes.texts]


def test_pictures_say_what_they_show(national):
    session = Session(national, dt.date(2024, 10, 31))
    # On that day no part was published: there is nothing to draw.
    assert contribution_pictures(session.contributions("2024Q3")) == []
    pictures = contribution_pictures(Session(national).contributions("2024Q3"))
    assert len(pictures) == 2
    assert contribution_pictures(Session(national).contributions("2024Q3"), 1) == pictures[:1]
    assert pictures[0].alt.startswith(
        "2024年前三季度国内生产总值（三次产业）增长 4.8%，第三产业拉动最多：2.8 个百分点"
    )
    assert "第一产业 0.2" in pictures[0].alt
    whole = Session(national).contributions("2024Q3")
    table = whole.tables["contributions"]
    down = table.assign(points=-table["points"].abs(), low=np.nan, high=np.nan, growth=-4.8)
    fallen = contribution_pictures(replace(whole, tables={"contributions": down}))[0].alt
    assert "下降 4.8%，第三产业下拉最多：2.8 个百分点" in fallen and "拉动" not in fallen
    alone = session.comparison("gdp.total", "2024Q3")
    assert standing_pictures(alone) == []  # nobody to stand beside
    rows = alone.tables["regions"]
    other = rows.assign(region="1", region_zh="邻国", growth=5.0)
    both = replace(alone, tables={"regions": pd.concat([rows, other], ignore_index=True)})
    assert standing_pictures(both)[0].alt == (
        "2024Q3 国内生产总值：2 个地区的同比增速。邻国 5.0、全国 4.8"
    )
    other = rows.assign(region="1", region_zh="邻国", growth=6.05)
    both = replace(alone, tables={"regions": pd.concat([rows, other], ignore_index=True)})
    assert standing_pictures(both)[0].alt.endswith("邻国 6.1、全国 4.8")
    saved = both.tables["regions"].assign(name_zh="能耗降低率")
    told = standing_pictures(replace(both, tables={"regions": saved}))[0].alt
    assert told.startswith("2024Q3 能耗降低率：2 个地区。")
