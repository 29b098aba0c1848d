"""The tracer of printed numbers finds what is altered on the page, in Word and in the annex."""

import dataclasses

import lxml.html
import pandas as pd
import pytest

from benchmarks.trace import Edition, altered, faults_of, numbers_in
from lianhu_analysis.render import tables
from lianhu_analysis.render.publishing.annex import render_annex
from lianhu_analysis.render.publishing.page import printed_figures, render_page
from lianhu_analysis.render.publishing.word import render_word
from lianhu_analysis.render.register import FigureRegister

ROW = {
    "region": "610104",
    "indicator": "gdp.total",
    "measure": "yoy",
    "span": "ytd",
    "period": "2024Q3",
    "value": 5.25,
    "published": pd.Timestamp("2024-10-25"),
    "source": "data/raw/月报.xlsx",
    "sheet": "核算",
    "cell": "C9",
    "token": "5.25",
    "status": "ok",
}


@pytest.fixture(scope="module")
def edition():
    register = FigureRegister()
    growth = register.observation(ROW, "5.3", label="地区生产总值")
    chance = register.probability(1 / 3, label="达标概率", model="基准", as_of="2024-10-31")
    body = tables.join(
        tables.paragraph("增长", growth, "%，概率", chance, "，", tables.when("2024年前三季度")),
        tables.html_table(["指标", "增速"], [["甲", growth]], "表"),
    )
    refs = printed_figures(body, register)
    return Edition(
        "x",
        render_page(body, register, title="报告"),
        render_word(body, title="报告"),
        render_annex(register, refs, title="报告", simulated=False),
        {item.ref: item for item in register},
        pd.DataFrame([ROW]),
    )


def test_what_is_printed_as_it_was_worked_out_is_right(edition):
    count, faults = faults_of(edition)
    assert faults == []
    # Thrice in the text, twice among the origins, twice in the annex.
    assert count == 7


def test_an_altered_digit_is_found_on_the_page_in_word_and_in_the_annex(edition):
    _, faults = faults_of(altered(edition))
    assert any("printed 6.3, worked out 5.3" in fault for fault in faults)
    other = render_word("<p>增长5.4%</p>", title="报告")
    _, faults = faults_of(dataclasses.replace(edition, word=other))
    assert any("Word lacks" in fault for fault in faults)
    register = FigureRegister()
    register.observation({**ROW, "value": 6.0}, "6.0", label="x")
    annex = render_annex(register, ["fig-1"], title="报告", simulated=False)
    _, faults = faults_of(dataclasses.replace(edition, annex=annex))
    assert sum(fault.startswith("annex: ") for fault in faults) == 2


def test_a_figure_that_the_store_does_not_have_is_found(edition):
    store = pd.DataFrame([{**ROW, "value": 5.2}])
    _, faults = faults_of(dataclasses.replace(edition, store=store))
    assert any("the store has {'5.2'}" in fault for fault in faults)


def test_numbers_of_a_text():
    text = lxml.html.fromstring("<p>1,234.5、-3%，2024，4。</p>").text_content()
    assert numbers_in(text) == ["1,234.5", "3", "2024", "4"]
