from __future__ import annotations

import pandas as pd
import pytest

from lianhu_analysis.intake.observations import Observation, frame_observations
from lianhu_analysis.render.register import FigureRegister
from lianhu_analysis.render.tables import cite, code, join, name, paragraph, when
from lianhu_analysis.render.trace import check_html, check_origins, check_prose

ROW = {
    "region": "610104",
    "indicator": "gdp",
    "measure": "yoy",
    "span": "ytd",
    "period": "2024Q3",
    "value": 5.3,
    "unit": "%",
    "published": pd.Timestamp("2024-10-22"),
    "published_basis": "assumed",
    "source": "data/raw/q3.xlsx | 运行情况 | https://example.org/q3",
    "sheet": "主要指标",
    "cell": "C7",
    "token": "5.3",
    "status": "ok",
    "provenance": "official",
}


@pytest.fixture
def register():
    register = FigureRegister()
    register.observation(ROW)
    return register


@pytest.mark.parametrize(
    "html",
    [
        "<p>增长5.3%</p>",  # right number, but typed by hand
        "<p>第<b>1</b>位</p>",
        "<p>５.３</p>",
        "<p>٣</p>",
        "<p>½</p>",
        "<p>百分之五</p>",
        "<p>千分之二</p>",
        "<p>约六成</p>",
        "<p>提高一个百分点，翻两番</p>",
        "<p>三百亿元</p>",
        "<p><b>百分</b>之五</p>",  # broken by markup
        "<pre>0.1</pre>",
        "<h2>2024年</h2>",
        "<data>5.3</data>",
        "<time>5.3</time>",
        "<time>2024年前三季度增长5.3%</time>",
        "<time>12345</time>",
        '<img alt="增长9.9%">',
        '<a title="9.9">x</a>',
        '<p aria-label="三成">x</p>',
        "text 7",
    ],
)
def test_an_untraced_number_is_found(html, register):
    (fault, *_) = check_html(html, register)
    assert "没有出处" in fault or "不是时期" in fault or "登记簿中没有" in fault


@pytest.mark.parametrize(
    "html",
    [
        "<p>完成任务，建成投产，达成共识，一成不变；二成立</p>",
        "<p>第三产业、一般公共预算、百强企业、亩均</p>",
        "<p>① 工业；km²；CO₂</p>",
        "<p><code>表3!C7</code><cite>第12号公报</cite><dfn>规上工业（2011年口径）</dfn></p>",
        '<img alt="2024年前三季度增长5.3%">',
        '<p title="2024-10-22公布">x</p>',
        "<!-- 5.3 --><p>x</p>",
    ],
)
def test_what_is_no_figure_passes(html, register):
    assert check_html(html, register) == ()


@pytest.mark.parametrize(
    "period",
    [
        "2024",
        "2024年",
        "2024年1—9月",
        "2024年前三季度",
        "2024年三季度",
        "2024年9月末",
        "2024年12月31日",
        "2024年上半年",
        "2024Q3",
        "2024-09",
        "2024-10-22",
        "2019—2023年",
        "2024年一季度、2024年上半年",
        "前三季度",
        "1—9月",
        "Q3 2024",
        "full-year 2024",
        "January–September 2024",
        "22 October 2024",
    ],
)
def test_periods_and_dates_stand_in_time(period, register):
    assert check_html(when(period), register) == ()


def test_a_registered_figure_passes(register):
    figure = register.observation(ROW)
    html = paragraph(
        name("生产总值"), when("2024年前三季度"), "增长", figure, "%", code("v1"), cite("公报1")
    )
    assert check_html(html, register) == ()


def test_a_figure_changed_after_registering_is_found(register):
    figure = register.observation(ROW)
    for old, new in ((">5.3<", ">5.9<"), ('value="5.3"', 'value="5.9"'), ("fig-1", "fig-2")):
        assert check_html(figure.replace(old, new), register), (old, new)
    assert check_html(join(figure, "7"), register) == ("“7”中的数字没有出处",)
    assert check_html(figure.replace("5.3</data>", "5.3<b>7</b></data>"), register)


def test_a_name_with_digits_must_be_in_the_catalogue(register):
    html = name("187项监测指标")
    assert check_html(html, register, names={"187项监测指标"}) == ()
    assert check_html(html, register, names={"其他"}) == ("“187项监测指标”不是指标目录中的名称",)


def test_the_fault_quotes_the_text(register):
    assert check_html("<p>比上年增长8.8%</p>", register) == ("“比上年增长8.8%”中的数字没有出处",)
    assert check_prose("2024年增长8.8%，目标5.3", register) == [
        "“8.8%”没有出处，见“2024年增长8.8%，目标5.3”"
    ]


def observations(**changes):
    return frame_observations([Observation(**{**ROW, **changes})])


def test_figures_of_the_store_are_found_in_the_store(register):
    assert check_origins(register, observations()) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"value": 5.4},
        {"cell": "C8"},
        {"token": "5.30"},
        {"source": "other.xlsx"},
        {"published": pd.Timestamp("2024-11-01")},
        {"period": "2024Q2"},
    ],
)
def test_a_figure_that_no_row_gives_is_found(register, change):
    (fault,) = check_origins(register, observations(**change))
    assert "5.3 在数据库中没有对应的一行" in fault
    assert "C7" in fault
