"""Numbers of an answer's sentences, tables and pictures lead to where they came from."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis.analysis.answer import answer_of
from lianhu_analysis.render.drawing.charts import Picture
from lianhu_analysis.render.quarterly.audience import _public_answer
from lianhu_analysis.render.quarterly.report_answers import (
    UNPLACED,
    answer_pictures,
    answer_table,
    sentences_list,
)
from lianhu_analysis.render.register import FigureRegister
from lianhu_analysis.render.trace import check_html, check_prose
from tests.forecast.frames import catalogue
from tests.forecast.test_verdict import GDP
from tests.render.test_outlook import cells, report, words  # noqa: F401

TABLE = pd.DataFrame(
    {
        "indicator": [GDP.code, "gdp.tertiary"],
        "name_zh": [GDP.name_zh, "第三产业"],
        "period": ["2024Q3", "2024Q3"],
        "growth": [4.8, 5.31],
        "points": [4.8, -0.26],
        "probability": [0.2, np.nan],
    }
)


def asked(page, *sentences, table=TABLE):
    return answer_of(page.assessment, "谁在拉动", sentences, {"rows": table})


@pytest.fixture
def page(report):  # noqa: F811
    return dataclasses.replace(report, register=FigureRegister())


def test_sentences_are_traced_to_tables_periods_and_counts(page):
    answer = asked(page, "2024年前三季度增长 4.8%，第三产业下拉 0.3 个百分点，2 项中 20%。")
    html = sentences_list(page, answer)
    assert check_html(html, page.register, set()) == ()
    # Blanks between numbers and Chinese are the terminal's.
    assert "增长4.8%，第三产业下拉0.3个百分点，2项中20%。" in words(html)
    told = words(sentences_list(page, asked(page, "2024年 2 项目标。")))
    assert told == "2024年2项目标。"
    kinds = {item.text: item.kind for item in page.register}
    assert kinds == {"4.8": "observation", "0.3": "analysis", "2": "arithmetic", "20": "analysis"}
    # What is published leads to its cell.
    published = next(item for item in page.register if item.text == "4.8")
    assert published.detail["period"] == "2024Q3"


def test_a_number_told_without_its_sign_says_so_where_it_leads(page):
    sentences_list(page, asked(page, "第三产业下拉 0.26 个百分点，增长 5.31%。"))
    assert [item.label for item in page.register] == [
        "第三产业：拉动点（取绝对值）",
        "第三产业：增速%",
    ]


def test_a_place_is_no_difference_of_the_same_size(page):
    table = TABLE.assign(place=[2, 1], known=[3, 3], unknown=[1, 1], ahead=[2.0, 1.0])
    said = f"2024年前三季度{GDP.name_zh}增长 4.8%，高 2.0 个百分点，居有数的 3 个区县并列第 2 位，另有 1 个区县没有数。"
    sentences_list(page, asked(page, said, table=table))
    ends = [item.label.rpartition("：")[2] for item in page.register][1:]
    assert ends == ["本地高出", "有数地区", "位次", "没有数的地区"]


def test_certainty_years_and_cases_of_ledgers_are_no_figures_of_their_own(page):
    cases = pd.DataFrame({"case": ["O014"], "case_zh": ["演示项目50"], "probability": [0.9999]})
    answer = asked(page, "2024，达标概率 >99%，最低的是O014、演示项目50。", table=cases)
    html = sentences_list(page, answer)
    assert check_html(html, page.register, set()) == ()
    (chance,) = page.register
    assert (chance.text, chance.share) == (">99%", True)


@pytest.mark.parametrize("placed", [True, False])
def test_a_share_may_be_above_one(page, placed):
    table = pd.DataFrame({"name_zh": ["甲"], "relative": [1.891 if placed else 3.0]})
    html = sentences_list(page, asked(page, "是现在标准差的 189%。", table=table))
    assert words(html) == "是现在标准差的189%。"
    (figure,) = page.register
    assert (figure.text, UNPLACED in figure.label) == ("189", not placed)


def test_how_many_are_above_zero_is_a_count_of_the_table(page):
    late = pd.DataFrame({"case_zh": list("甲乙丙丁"), "short": [0.5, 0.25, -0.1, 0.1]})
    sentences_list(page, asked(page, "4 个项目中 3 个落后。", table=late))
    assert [(item.text, item.kind) for item in page.register] == [
        ("4", "arithmetic"),
        ("3", "arithmetic"),
    ]


def test_a_number_is_looked_up_first_in_the_rows_that_its_sentence_names(page):
    table = pd.DataFrame(
        {
            "name_zh": ["第一产业", "第二产业", "第三产业"],
            "points": [3.9, 0.5, 3.87],
            "growth": [2.5, 4.1, 5.2],
            "pace": ["慢", "快", "快"],
        }
    )
    sentences_list(page, asked(page, "第三产业拉动 3.9 个百分点，3 项中 2 项加快。", table=table))
    told = {item.text: (item.label, item.kind) for item in page.register}
    assert told["3.9"] == ("第三产业：拉动点", "analysis")
    # Two rows are fast: a count, and no 2.5 rounded.
    assert told["2"][1] == "arithmetic"


def test_a_sum_of_a_column_is_a_number_of_its_table(page):
    late = pd.DataFrame({"case_zh": ["甲", "乙", "丙"], "short": [0.5, 0.25, -0.1]})
    html = sentences_list(page, asked(page, "2 个落后，共少完成 0.75 亿元。", table=late.head(2)))
    assert "共少完成0.75亿元" in words(html)


def test_a_number_that_is_in_no_table_leads_to_its_sentence_alone(page):
    html = sentences_list(page, asked(page, "增长 7.7%。"))
    assert check_html(html, page.register, set()) == ()
    (figure,) = page.register
    assert figure.label.startswith(f"{UNPLACED}“增长 7.7%。”")


def test_tables_are_traced_and_say_nothing_where_they_are_empty(page):
    answer = asked(page)
    html = answer_table(
        page, answer, answer.tables["rows"], ["name_zh", "period", "points", "probability"]
    )
    assert check_html(html, page.register, {GDP.name_zh}) == ()
    assert cells(html)[1] == ["第三产业", "2024Q3", "-0.26", "—"]
    assert answer_table(page, asked(page), TABLE[:0], ["name_zh"]) == ""
    assert sentences_list(page, asked(page)) == ""


def test_numbers_in_a_picture_are_registered(page):
    drawn = Picture(b"", "图", ("第三产业：-0.3",))
    assert answer_pictures(page, asked(page), [drawn]) == [drawn]
    assert check_prose("第三产业：-0.3", page.register) == []


def test_a_public_answer_names_nothing_that_is_hidden(page):
    answer = asked(page, f"{GDP.name_zh}增长 4.8%。", "第三产业增长 5.3%。")
    hidden = frozenset({GDP.code})
    public = _public_answer(answer, hidden, {GDP.name_zh})
    assert public.sentences == ("第三产业增长 5.3%。",)
    assert public.tables["rows"]["indicator"].tolist() == ["gdp.tertiary"]


def test_a_public_answer_does_not_tell_of_what_is_hidden_under_another_name(page):
    told = (
        "2024年1—9月固定资产投资增长 6.7%。",
        "第三产业拉动 3.9 个百分点。",
        "28个地块：9月末为 13 个。",
    )
    answer = dataclasses.replace(
        asked(page, *told, "规模以上工业总产值增长 4.8%。"),
        notes=("一致指数不含固定资产投资增速：太旧了", "留下的"),
    )
    names = {"固定资产投资增速", "第三产业增加值", "28个地块", "规模以上工业增加值增速"}
    public = _public_answer(answer, frozenset({"inv.fai.yoy"}), names)
    assert public.sentences == ("规模以上工业总产值增长 4.8%。",)
    assert public.notes == ("留下的",)


def test_a_number_is_of_the_row_that_the_sentence_names(page):
    # Others have the same number, the same light, or the same period and no name in the sentence.
    other = {"name_zh": "惠企资金", "period": "2023-12", "target_light": "黄·欠缺"}
    rows = [other | {"run": 7.0, "faster": 71.0}, {"month": "2023-11", "faster": 71.0, "n": 96}]
    table = pd.DataFrame([*rows, {"month": "2023-12", "faster": 71.0, "n": 96, "diffusion": 76.04}])
    lights = pd.DataFrame(
        {"title_zh": list("甲乙丙丁戊己庚辛"), "target_light": ["黄·欠缺"] + [None] * 7}
    )
    told = [
        "2023年12月扩散指数 76.0%：96 项增速中 71 项加快。",
        "8 项目标的达标灯：不亮 7 项，黄·欠缺 1 项。",
    ]
    diffusion = table.iloc[1:][["month", "faster", "n", "diffusion"]]
    answer = answer_of(
        page.assessment,
        "冷热如何",
        tuple(told),
        {"core": table.iloc[:1][[*other, "run", "faster"]], "d": diffusion, "targets": lights},
    )
    sentences_list(page, answer)
    assert [(item.text, item.label) for item in page.register] == [
        ("76.0", "扩散指数"),
        ("96", "项数"),
        ("71", "加快"),
        *((n, "分析“冷热如何”的表中的项数") for n in "871"),
    ]


@pytest.mark.parametrize(
    ("sentence", "labels"),
    [
        (
            "地区生产总值增长 5.2%，回落 0.2 个百分点；规模以上工业增加值回落 0.2 个百分点；残差 0.0。",
            ["地区生产总值：增速%", "地区生产总值：较上期（取绝对值）",
             "规模以上工业增加值增速：较上期（取绝对值）", "残差：拉动点"],
        ),
        (
            "第二产业拉动 1.8 个百分点（1.8—1.8）。",
            ["第二产业：拉动点", "第二产业：最低", "第二产业：最高"],
        ),
        (
            "核心指标 4 项加快、4 项回落、3 项持平，过热偏热 3 项，常年到此时完成 68%，完成 68%。",
            ["加快", "回落", "持平", "偏热", "常年完成%", "完成%"],
        ),
    ],
)  # fmt: skip
def test_a_number_is_of_the_row_named_last_and_of_the_column_told_beside_it(page, sentence, labels):
    names = ["地区生产总值", "第二产业", "规模以上工业增加值增速", "残差"]
    parts = pd.DataFrame(
        {
            "name_zh": names,
            "unit": ["亿元", "亿元", "%", "百分点"],
            "growth": [5.2, 4.9, 6.1, np.nan],
            "change": [-0.2, 0.0, -0.2, np.nan],
            "points": [5.2, 1.78, np.nan, 0.0],
            "low": [np.nan, 1.76, np.nan, np.nan],
            "high": [np.nan, 1.80, np.nan, np.nan],
        }
    )
    counts = {"faster": 4.0, "slower": 4.0, "flat": 3.0, "hot": 3.0}
    shares = {"done_pct": 68.04, "usual_pct": 68.21}
    areas = pd.DataFrame([{"area_zh": "核心指标"} | counts | shares])
    answer = answer_of(page.assessment, "谁", (sentence,), {"parts": parts, "areas": areas})
    sentences_list(page, answer)
    assert [item.label for item in page.register] == labels


def test_a_period_in_a_table_is_named_as_its_figure_is_published(page):
    rows = pd.DataFrame({"code": [GDP.code, "x"], "period": ["2024Q3", "2024Q3"]})
    html = answer_table(page, asked(page, table=rows), rows, ["period"])
    assert "<time>2024年前三季度</time>" in html and "<time>2024Q3</time>" in html
    left = pd.DataFrame({"indicator": [GDP.code], "goal": ["50%"], "period": ["2024-10/2024-12"]})
    html = answer_table(page, asked(page, table=left), left, ["period"])
    assert "<time>2024年10月—12月</time>" in html


def test_growth_of_a_month_alone_is_not_named_as_growth_to_date(page):
    # The nation publishes industrial growth by single months, though others have it to date.
    frame = page.assessment.frame.assign(span="single")
    monthly = dataclasses.replace(GDP, kind="growth_only")
    assessment = dataclasses.replace(page.assessment, frame=frame, catalogue=catalogue(monthly))
    alone = dataclasses.replace(page, assessment=assessment)
    rows = pd.DataFrame({"indicator": [GDP.code], "period": ["2024Q3"], "growth": [4.8]})
    html = answer_table(alone, asked(alone, table=rows), rows, ["period", "growth"])
    assert "<time>2024年三季度</time>" in html


def test_a_short_word_of_a_table_is_not_broken(page):
    rows = pd.DataFrame(
        {"name_zh": ["增速"], "target_light": ["黄·欠缺"], "link": ["很长很长的一句说明文字"]}
    )
    html = answer_table(page, asked(page, table=rows), rows, list(rows))
    assert '<cite class="word">黄·欠缺</cite>' in html
    assert "<cite>很长很长的一句说明文字</cite>" in html
