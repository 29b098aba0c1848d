import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.pipeline import open_quality
from lianhu_analysis.render.drawing.chart_layout import Setting
from lianhu_analysis.render.drawing.charts import picture
from lianhu_analysis.render.drawing.theme import covered_characters
from lianhu_analysis.render.quality import STATES, status_chart, status_matrix
from tests.intake.checks.frames import frame, row

CATALOGUE = read_catalogue(None, {})
DAY = dt.date(2024, 10, 21)


@pytest.fixture(scope="module")
def matrix():
    known = frame(
        [
            row("fis.revenue.gpb", "2024-07", 25.0),
            row("fis.revenue.gpb", "2024-08", 28.0, status="corrected"),
            row("fis.revenue.gpb", "2024-08", 3.0, span="single"),
            row("fis.revenue.gpb", "2024-09", None, status="quarantined"),
            row("fis.exp", "2024-07", None, status="not_released"),
            row("fis.exp", "2024-08", None, status="not_meaningful"),
            row("gdp.total", "2024Q2", 400.0),
        ]
    )
    return status_matrix(known, CATALOGUE, DAY, months=12)


def test_every_indicator_and_month_has_a_state(matrix):
    assert matrix.shape == (228, 12)
    assert list(matrix.columns[[0, -1]]) == ["2023-11", "2024-10"]
    assert set(matrix.to_numpy().ravel()) == set(STATES)


def test_states(matrix):
    revenue = matrix.loc["fis.revenue.gpb", ["2024-07", "2024-08", "2024-09", "2024-10"]]
    assert list(revenue) == ["ok", "corrected", "withheld", "not_due"]
    assert matrix.loc["fis.revenue.gpb", "2024-06"] == "none"  # it began in July
    assert list(matrix.loc["fis.exp", ["2024-07", "2024-08", "2024-09"]]) == [
        "missing",
        "ok",
        "missing",
    ]
    # due on 27 October; no month of its own
    assert list(matrix.loc["gdp.total", ["2024-06", "2024-08", "2024-09"]]) == [
        "ok",
        "none",
        "not_due",
    ]
    assert list(matrix.loc["csm.retail.total", ["2024-01", "2024-02", "2024-09"]]) == [
        "none",
        "missing",
        "not_due",
    ]


def test_the_picture_draws_every_name_and_marks_what_is_simulated(matrix):
    names = "".join(item.name_zh for item in CATALOGUE)
    assert set(names) <= covered_characters()
    setting = Setting(title="报送情况", caption="截至今日")
    figure = status_chart(matrix, CATALOGUE, replace(setting, simulated=True))
    shown = picture(figure, "逐月")
    assert "演示数据（模拟）" in shown.drawn
    labels = [text.get_text() for axes in figure.axes for text in axes.get_yticklabels()]
    assert len(labels) == 228
    plain = status_chart(matrix, CATALOGUE, setting)
    assert "演示数据（模拟）" not in picture(plain, "逐月").drawn


def test_the_desk_of_the_national_workspace(national):
    desk = open_quality(str(national.root), "2024-10-31")
    assert not desk.simulated
    assert "827 个已公布的数字" in desk.overview()
    assert (desk.frame["published"] <= pd.Timestamp(2024, 10, 31)).all()
    assert (desk.vintages["published"] <= pd.Timestamp(2024, 10, 31)).all()
    assert "20 个指标逐月的报送情况" in desk.heat_map(12).alt
    # A dash where a figure would stand is none.
    blank = desk.frame.assign(value=desk.frame["value"].where(desk.frame.index != 0))
    assert "826 个已公布的数字" in replace(desk, frame=blank).overview()
    assert desk.findings("Error") == "<p>没有这样的发现。</p>"


def test_a_correction_shows_in_the_picture(national, tmp_path):
    import shutil

    root = tmp_path / "copy"
    shutil.copytree(national.root, root)
    entry = {
        "region": "100000", "indicator": "csm.retail.total", "measure": "level", "span": "ytd",
        "period": "2024-07", "reason": "试", "source": "试", "who": "试",
    }  # fmt: skip
    held = open_quality(str(national.root), "2024-10-31").frame
    value = held[(held["indicator"] == "csm.retail.total") & (held["period"] == "2024-07")]["value"]
    lines = [f'{key} = "{text}"' for key, text in entry.items()]
    lines += [f"expected = {value.iloc[0]}", 'new = "withdraw"', "when = 2024-11-01"]
    (root / "corrections.toml").write_text("[[correction]]\n" + "\n".join(lines), encoding="utf-8")
    desk = open_quality(str(root), "2024-10-31")
    shown = status_matrix(desk.frame, desk.catalogue, dt.date(2024, 10, 31))
    assert shown.loc["csm.retail.total", "2024-07"] == "withheld"


def test_an_empty_workspace(empty):
    desk = open_quality(str(empty.root))
    assert "还没有可用的数据" in desk.overview()
    assert "还没有可用的数据" in desk.heat_map()
    assert desk.gaps() == "<p>没有缺数。</p>"
    assert desk.revisions() == "<p>没有修订过的数。</p>"
