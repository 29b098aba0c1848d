from __future__ import annotations

import math

import pytest

from lianhu_analysis.errors import ReportError
from lianhu_analysis.render import tables
from lianhu_analysis.render.tables import (
    Html,
    cite,
    code,
    html_table,
    join,
    name,
    number_text,
    probability_text,
    traced,
    when,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.3, "5.3"),
        (5.95, "6.0"),  # half up on the digits, as published; the binary value is below
        (0.25, "0.3"),
        (2.675, "2.7"),
        (-0.04, "0.0"),
        (-1.25, "-1.3"),
        (6, "6.0"),
    ],
)
def test_growth_rounds_as_published_figures_do(value, text):
    assert number_text(value, 1) == text


def test_amounts_and_counts_separate_thousands():
    assert number_text(1234567.891, 2) == "1,234,567.89"
    assert number_text(1234) == "1,234"


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0, "<1%"),
        (0.004, "<1%"),
        (0.01, "1%"),
        (0.624, "62%"),
        (0.99, "99%"),
        (0.9951, ">99%"),
        (1, ">99%"),
    ],
)
def test_no_forecast_is_certain(probability, text):
    assert probability_text(probability) == text


@pytest.mark.parametrize("probability", [-0.01, 1.01, math.nan])
def test_what_is_no_probability_is_refused(probability):
    with pytest.raises(ReportError, match="不在 0 与 1 之间"):
        probability_text(probability)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_missing_value_is_never_written_as_a_number(value):
    with pytest.raises(ReportError, match="请写明原因"):
        number_text(value)


def test_a_reason_on_a_page_has_no_blanks_of_a_terminal():
    told = tables.reason("可用的历史只有 7 期，至少要 12 期；GDP level")
    assert told == "<cite>可用的历史只有7期，至少要12期；GDP level</cite>"


def test_text_is_escaped_and_html_is_not():
    assert join("<b>&", Html("<i>x</i>")) == "&lt;b&gt;&amp;<i>x</i>"
    assert when("<2024>") == "<time>&lt;2024&gt;</time>"
    assert code('"a"') == "<code>&quot;a&quot;</code>"
    assert name("限上<企业>") == "<dfn>限上&lt;企业&gt;</dfn>"


def test_only_web_addresses_become_links():
    assert cite("标题", "javascript:alert(1)") == "<cite>标题</cite>"
    assert cite("标题", 'https://a.cn/"x') == (
        '<cite><a href="https://a.cn/&quot;x">标题</a></cite>'
    )


def test_a_traced_figure_links_to_its_origin():
    assert traced("5.5", "fig-3", 5.53) == (
        '<a class="origin" href="#fig-3">'
        '<data class="n" value="5.53" data-ref="fig-3">5.5</data></a>'
    )


def test_table_escapes_text_and_marks_headers():
    table = html_table(["指标", "增速"], [["<gdp>", Html("<b>5</b>")]], "表<1>", numeric=(1,))
    assert table == (
        '<div class="table"><table><caption>表&lt;1&gt;</caption><thead><tr>'
        '<th scope="col">指标</th><th scope="col" class="right">增速</th></tr></thead>'
        '<tbody><tr><th scope="row">&lt;gdp&gt;</th><td class="right" data-label="增速"><b>5</b></td></tr></tbody>'
        "</table></div>"
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [(["a"], "有 1 格，应为 2 格"), (["a", " "], "“增速”为空"), ([None, "b"], "“指标”为空")],
)
def test_a_table_has_no_blank_and_no_missing_cell(row, message):
    with pytest.raises(ReportError, match=message):
        html_table(["指标", "增速"], [["x", "y"], row], "表")
