"""What a public report leaves out, and that nothing else changes."""

import dataclasses

import lxml.html
import pandas as pd
import pytest

from lianhu_analysis.analysis.answer import answer_of
from lianhu_analysis.errors import ReportError
from lianhu_analysis.forecast.issued import record_frame
from lianhu_analysis.render.english import English, has_chinese
from lianhu_analysis.render.quarterly import report_outlook as look
from lianhu_analysis.render.quarterly.audience import for_public, refuse_hidden
from lianhu_analysis.render.quarterly.report import headline, panel
from lianhu_analysis.render.quarterly.report_sources import (
    _fact_text,
    deliveries_table,
    facts_table,
    parents_table,
)
from lianhu_analysis.render.register import FigureRegister
from lianhu_analysis.render.trace import check_html
from lianhu_analysis.workspace import Region
from tests.forecast.test_issued import entry
from tests.render.test_outlook import GDP, LAND, NAMES, RETAIL, report  # noqa: F401


def words(html):
    return lxml.html.fromstring(f"<div>{html}</div>").text_content()


def fact(region, code, value, source):
    return {
        "region": region, "indicator": code, "measure": "level", "span": "annual",
        "period": "2023", "value": value, "unit": "亿元", "published": pd.Timestamp("2024-03-01"),
        "published_basis": "stated", "source": source, "sheet": "", "cell": "", "token": str(value),
        "status": "ok", "provenance": "published_fact",
    }  # fmt: skip


@pytest.fixture(scope="module")
def internal(report):  # noqa: F811
    facts = [
        fact("100000", RETAIL.code, 471.5, "a.csv"),
        fact("100000", f"fact.plan.{RETAIL.code}", 480.25, "a.csv"),
        fact("100000", LAND.code, 77.5, "b.csv"),
        fact("610000", RETAIL.code, 1071.5, "a.csv"),
    ]
    told = record_frame([entry(1), entry(2, indicator=RETAIL.code)])
    above = dataclasses.replace(report.assessment, parents=(Region("610000", "某省"),))
    return dataclasses.replace(report, assessment=above, context=pd.DataFrame(facts), record=told)


def page(report):  # noqa: F811
    """Every part of the page with figures of its own."""
    fresh = dataclasses.replace(report, register=FigureRegister())
    parts = [
        headline(fresh), panel(fresh), look.joint_paragraph(fresh),
        look.path_table(fresh), look.precedents_list(fresh), look.record_section(fresh),
        facts_table(fresh), parents_table(fresh), deliveries_table(fresh),
    ]  # fmt: skip
    names = {*NAMES, f"plan.{RETAIL.code}"}
    assert [fault for part in parts for fault in check_html(part, fresh.register, names)] == []
    return "".join(map(words, parts)), fresh


def test_no_figure_of_a_hidden_indicator_is_on_a_public_page(internal):
    hidden = frozenset({RETAIL.code})
    before, _ = page(internal)
    assert all(text in before for text in (RETAIL.name_zh, "471.5", "480.25", "1,071.5", "a.csv"))
    after, public = page(for_public(internal, hidden, (2020, 2021)))
    refuse_hidden(public.register, hidden)
    for text in (RETAIL.name_zh, RETAIL.code, "471.5", "480.25", "1,071.5", "a.csv"):
        assert text not in after, text
    assert "本页是公开版，未列出敏感指标的目标1项、对照数字3行。" in after
    assert "2项目标都达到目标值的概率为" in after
    assert public.record["indicator"].tolist() == [GDP.code]
    assert [item["indicator"] for item in public.issued] == [GDP.code, LAND.code]


def test_a_section_that_is_left_out_is_named(internal):
    risk = answer_of(internal.assessment, "问", ("一件。",), {}, sensitive=True)
    asked = dataclasses.replace(internal, answers={"risk": risk}, register=FigureRegister())
    public = for_public(asked, frozenset(), ())
    assert not public.answers
    assert "本页是公开版，未列出风险与社会治理一章。" in words(headline(public))
    both = for_public(asked, frozenset({RETAIL.code}), ())
    said = "本页是公开版，未列出风险与社会治理一章、敏感指标的目标1项、对照数字3行。"
    assert said in words(headline(both))
    assert not has_chinese(English({}).text(said))
    # One without a sentence made no section that could be left out.
    empty = dataclasses.replace(asked, answers={"risk": dataclasses.replace(risk, sentences=())})
    assert "一章" not in words(headline(for_public(empty, frozenset(), ())))
    every = for_public(asked, frozenset(), (), tells_sensitive=True)
    assert every.answers and "没有要略去的敏感指标" in words(headline(every))
    # A zero is no omission.
    land = for_public(
        dataclasses.replace(asked, context=asked.context[:0]), frozenset({LAND.code}), ()
    )
    assert "敏感指标的目标1项。" in words(headline(land))


def test_no_sentence_tells_of_a_target_of_a_hidden_indicator_by_its_title(internal):
    titles = {item.target.indicator: item.target.title_zh for item in internal.assessment.verdicts}
    told = tuple(f"{title}：9月末为 13。" for title in titles.values())
    asked = answer_of(internal.assessment, "问", (*told, "2024年 3 项目标的达标灯：绿 3 项。"), {})
    public = for_public(
        dataclasses.replace(internal, answers={"land": asked}), frozenset({LAND.code}), ()
    )
    kept = public.answers["land"].sentences
    assert kept == tuple(text for text in told if not text.startswith(titles[LAND.code]))
    assert len(kept) == len(told) - 1


def test_what_stays_is_the_same_to_the_digit(internal):
    public = for_public(internal, frozenset({RETAIL.code}), (2020, 2021))
    kept = {item.target.indicator: item for item in public.assessment.verdicts}
    for verdict in internal.assessment.verdicts:
        if verdict.target.indicator in kept:
            assert kept[verdict.target.indicator] is verdict
    everything = for_public(internal, frozenset(), ())
    assert everything.assessment is internal.assessment
    text, _ = page(everything)
    assert "本页是公开版，没有要略去的敏感指标。" in text and "471.5" in text


def test_a_page_of_hidden_targets_alone_says_so(internal):
    hidden = frozenset({GDP.code, RETAIL.code, LAND.code})
    text, _ = page(for_public(internal, hidden, ()))
    assert "没有可列出的目标" in text and "未列出敏感指标的目标3项" in text
    assert "公开发布的数字" not in text


def test_a_template_that_prints_one_all_the_same_is_refused(internal):
    _, told = page(internal)
    with pytest.raises(
        ReportError, match=rf"敏感指标 {RETAIL.code}、.* 的数字，未发布.*\[report\]"
    ):
        refuse_hidden(told.register, frozenset({RETAIL.code}))
    refuse_hidden(told.register, frozenset())


@pytest.mark.parametrize(
    ("token", "value", "unit", "text"),
    [
        ("5.20", 5.2, "%", "5.20"), ("5.2%", 5.2, "%", "5.2"), ("5", 5.0, "%", "5"),
        ("1,234.5亿元", 1234.5, "亿元", "1,234.5"), ("12345", 1.2345, "亿元", "1.2345"),
        ("1234567.8", 123.45678, "亿元", "123.45678"), ("0.053", 5.3, "%", "5.3"),
        ("36.5万亿元", 365000.0, "亿元", "365,000"),
    ],
)  # fmt: skip
def test_a_fact_has_the_decimals_of_its_number_not_of_what_stands_behind_it(
    token, value, unit, text
):
    assert _fact_text(pd.Series({"token": token, "value": value, "unit": unit})) == text
