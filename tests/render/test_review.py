"""How past forecasts are shown: every figure from the record, nothing where there is none."""

import datetime as dt

import lxml.html
import pandas as pd
import pytest

from lianhu_analysis.errors import UsageError
from lianhu_analysis.forecast.issued import record_frame
from lianhu_analysis.render.drawing.charts import Picture
from lianhu_analysis.render.review import ReviewDesk
from tests.forecast.frames import catalogue
from tests.forecast.test_issued import entry
from tests.forecast.test_verdict import GDP


def rows():
    """Six years at two positions: the combination is nearer than the rule of thumb but in 2020."""
    for year in range(2015, 2021):
        for n_known, position in ((0, "none"), (3, "Q3")):
            for model, miss in (("persistence", 0.2), ("growth_model", 0.1), ("combination", 0.1)):
                wide = miss if year < 2020 else 3 * miss
                mean = 5.0 + wide
                yield {
                    "indicator": "gdp.total", "measure": "yoy", "year": year, "position": position,
                    "n_known": n_known, "day": dt.date(year, 10, 20), "model": model,
                    "benchmark": "persistence",
                    "weight": 1.0 if model == "combination" else 0.5, "outcome": 5.0, "mean": mean,
                    "q025": mean - 1, "q100": mean - 0.5, "q500": mean, "q900": mean + 0.5,
                    "q975": mean + 1, "crps": wide / 2, "log_score": 1.0, "rank": 0.4,
                    "event": "announced", "threshold": 5.0,
                    "probability": 0.7 if year % 2 else 0.2, "met": float(year % 2),
                    "outlier": year == 2020, "again": False,
                }  # fmt: skip


def desk(backtest=None, record=()):
    table = pd.DataFrame(rows()) if backtest is None else backtest
    return ReviewDesk(
        region_zh="全国",
        as_of=dt.date(2024, 10, 31),
        simulated=True,
        catalogue=catalogue(GDP),
        backtest=table,
        record=record_frame(record),
    )


def words(html):
    return lxml.html.fromstring(f"<div>{html}</div>").text_content()


def cells(html):
    root = lxml.html.fromstring(f"<div>{html}</div>")
    return [[cell.text_content() for cell in row] for row in root.xpath(".//tbody/tr")]


def test_the_overview_counts():
    text = words(
        desk(record=[entry(1), entry(2, as_of="2024-07-31", retrospective=True)]).overview()
    )
    assert "演示数据（模拟）" in text
    assert "1 个指标、2015—2020 年，共 36 次预测" in text
    # The outcome came out in January 2025, after the day.
    assert "存档的判断 2 项，其中事先发布且已有结果的 0 项" in text


def test_events_and_classes_come_from_the_record():
    table = cells(desk().events())
    first = next(row for row in table if row[:3] == ["组合", "公布的目标", "全部年份"])
    # (0.3^2 + 0.2^2) / 2 against 0.25 of the frequency.
    assert first[3:5] == ["0.065", "0.74"]
    assert first[7:] == ["12", "6", "6"]
    years = pd.DataFrame(rows())
    single = cells(desk(years[years["year"] == years["year"].max()]).events())
    assert single[0][5] == "算不出"
    classes = {row[0]: row[1:] for row in cells(desk().came_true())}
    assert classes["66%～90%"] == ["6／6", "没有", "太少，尚不能说"]
    assert classes["10%～34%"] == ["0／6", "没有", "太少，尚不能说"]


def test_pictures_say_what_they_show():
    review = desk()
    shown = [review.calibration(), review.ranks(), review.skill(), review.weights()]
    assert all(isinstance(item, Picture) for item in shown)
    assert "12 次预测" in shown[0].alt
    assert "2 个时点中 0 个不及基准" in shown[2].drawn[0]
    assert "三季度" in shown[3].drawn[0]
    assert review.weights("gdp.total", "none").drawn[0].startswith("名称gdp.total（尚无）")
    with pytest.raises(UsageError, match=r"时点 'Q2' 不认识。可填 none、Q3"):
        review.weights("gdp.total", "Q2")


def test_growth_and_level_of_an_indicator_are_not_mixed():
    growth = pd.DataFrame(rows())
    level = growth.assign(measure="level", mean=growth["mean"] + growth["weight"], weight=0.9)
    review = desk(pd.concat([growth, level], ignore_index=True))
    assert "2 个时点中 0 个不及基准" in review.skill().drawn[0]
    assert "2 个时点中 2 个不及基准" in review.skill("gdp.total", "level").drawn[0]
    assert review.weights().alt == desk(growth).weights().alt
    assert isinstance(review.weights("gdp.total", "Q3", "level"), Picture)
    assert "度量" in review.cells().data


def test_losing_cells_are_listed_and_winning_ones_are_not():
    table = pd.DataFrame(rows())
    worse = table["model"].eq("combination") & table["position"].eq("Q3")
    table.loc[worse, "mean"] += 1.0
    review = desk(table)
    assert "2 个时点中 1 个不及基准" in review.skill().drawn[0]
    assert "Q3" in review.losing().data
    assert "没有这样的格子" in words(desk().losing())
    assert "结构时间序列模型" in review.cells().data


def test_issued_verdicts_are_shown():
    html = desk(record=[entry(1), entry(2, outcome=None, met=None, published=None)]).issued().data
    assert "增长5%左右" in html
    assert "还没有存档的判断" in words(desk().issued())


def test_nothing_yet_is_said():
    bare = desk(pd.DataFrame())
    for item in (
        bare.overview(), bare.events(), bare.calibration(), bare.ranks(), bare.skill(),
        bare.weights(),
    ):  # fmt: skip
        assert "谈不上准不准" in words(item)
    assert "没有这样的格子" in words(bare.cells())
    # Only in the year that is left out was there a forecast.
    table = pd.DataFrame(rows())
    assert "谈不上准不准" in words(desk(table[table["outlier"]]).skill())
    assert {row[1] for row in cells(bare.came_true())} == {"没有"}
