"""What the page says of the rest of the year, of all targets at once, and of the record."""

import dataclasses
import datetime as dt
import re

import lxml.html
import numpy as np
import pandas as pd
import pytest

from lianhu_analysis.analysis.answer import answer_of
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.forecast.assessment import assess_targets, assessment_json
from lianhu_analysis.forecast.history import period_zh, year_periods
from lianhu_analysis.forecast.issued import record_frame
from lianhu_analysis.forecast.verdict import Rules
from lianhu_analysis.render.english import English, has_chinese
from lianhu_analysis.render.quarterly import report_outlook as look
from lianhu_analysis.render.quarterly.report import (
    Report,
    headline,
    panel,
    plain_text,
    title_text,
)
from lianhu_analysis.render.quarterly.report_outlook import attention_list
from lianhu_analysis.render.quarterly.report_sources import (
    deliveries_table,
    facts_table,
    method_notes,
)
from lianhu_analysis.render.register import FigureRegister
from lianhu_analysis.render.trace import check_html
from lianhu_analysis.workspace import Region
from tests.forecast.frames import catalogue, figures, indicator
from tests.forecast.test_issued import entry
from tests.forecast.test_verdict import GDP, gdp_frame, target

RETAIL = indicator("csm.retail.total", frequency="M")
LAND = indicator("lan.supply.area", unit="亩", level_price="na")
NAMES = {"增长5%左右", "名称gdp.total", "名称csm.retail.total", "名称lan.supply.area", "供地100亩"}


def retail_rows(known=10):
    rows = []
    for year in range(2014, 2025):
        for month in range(1, 13):
            if year == 2024 and month > known:
                break
            period, day = f"{year}-{month:02d}", f"{year + month // 12}-{month % 12 + 1:02d}-15"
            growth = round(5 + 0.1 * ((year * 7 + month * 3) % 9 - 4), 1)
            rows.append(("csm.retail.total", "yoy", "ytd", period, growth, day))
            rows.append(("csm.retail.total", "level", "ytd", period, 10.0 * month, day))
    return rows


def land_rows():
    return [
        (
            "lan.supply.area",
            "level",
            "ytd",
            f"{year}Q{q}",
            q * 20.0 + (year % 3) * q,
            f"{year + 1}-01-09",
        )
        for year in range(2014, 2025)
        for q in range(1, 5 if year < 2024 else 3)
    ]


@pytest.fixture(scope="module")
def report():
    """Three targets in October 2024: GDP by quarters, retail sales by months, land."""
    frame = pd.concat([gdp_frame(), figures(*retail_rows(), *land_rows())], ignore_index=True)
    assessment = assess_targets(
        frame,
        [
            target(),
            target(RETAIL.code),
            target(
                LAND.code, measure="level", value=100.0, rule="at_least", tolerance=0.0,
                unit="亩", decimals=None, title_zh="供地100亩",
            ),
        ],
        region=Region("100000", "全国"),
        year=2024,
        as_of=dt.date(2024, 11, 20),
        catalogue=catalogue(GDP, RETAIL, LAND),
        rules=Rules(("official",), outlier_years=(2020, 2021)),
    )  # fmt: skip
    return Report(assessment, Period(2024, "Q", 3), {}, frame[:0])


def cells(html):
    root = lxml.html.fromstring(f"<div>{html}</div>")
    return [[cell.text_content() for cell in row] for row in root.xpath(".//tbody/tr")]


def words(html):
    return lxml.html.fromstring(f"<div>{html}</div>").text_content()


def test_each_remaining_period_is_told_and_traced(report):
    html = look.path_table(report)
    assert check_html(html, report.register, NAMES) == ()
    rows = cells(html)
    assert rows[0] == ["增长5%左右", "2024年四季度", "5.51", "5", "%"]
    # Months of a quarter say the same: the quarter is told, and what it alone must show.
    retail = rows[1]
    required = report.assessment.verdict(RETAIL.code).required
    assert retail[1] == "2024年四季度"
    assert retail[2] == f"{required.quarters[0].single:.2f}"
    land = [row for row in rows if row[0] == "供地100亩"]
    path = report.assessment.verdict(LAND.code, "level").required.path
    assert [row[3] for row in land] == ["100"] or [row[3] for row in land] == [
        f"{path[0].to_date:.0f}",
        "100",
    ]


def test_of_a_year_without_a_figure_no_period_that_is_over_is_asked_for(report):
    frame = report.assessment.frame
    frame = frame[~frame["period"].str.startswith("2024")].reset_index(drop=True)
    for day, left, told in (
        (dt.date(2024, 8, 15), ["2024年三季度", "2024年四季度"], True),
        (
            dt.date(2024, 1, 5),
            ["2024年一季度", "2024年二季度", "2024年三季度", "2024年四季度"],
            False,
        ),
    ):
        assessment = assess_targets(
            frame, [target(RETAIL.code)], region=Region("100000", "全国"), year=2024, as_of=day,
            catalogue=catalogue(RETAIL), rules=Rules(("official",)),
        )  # fmt: skip
        page = dataclasses.replace(report, assessment=assessment, register=FigureRegister())
        html = look.path_table(page)
        assert [row[1] for row in cells(html)] == left
        assert ("本年尚无公布数，已过的各期不列" in words(html)) == told
        path = assessment_json(assessment)["targets"][0]["required_path"]
        assert path[0]["period"] == ("2024-08" if told else "2024-01")
        said = English({"某目标": "Some target"}).text("某目标：本年尚无公布数，已过的各期不列。")
        assert said.endswith("periods that are over are left out.")


def test_nothing_is_asked_of_periods_that_are_over(report):
    def asked(day):
        assessment = assess_targets(
            figures(*retail_rows(known=8)), [target(RETAIL.code)],
            region=Region("100000", "全国"), year=2024, as_of=dt.date.fromisoformat(day),
            catalogue=catalogue(RETAIL), rules=Rules(("official",)),
        )  # fmt: skip
        page = dataclasses.replace(report, assessment=assessment, register=FigureRegister())
        return look.path_table(page)

    # September's figure is not out, but no September can grow any more.
    assert [row[1] for row in cells(asked("2024-09-30"))] == ["2024年三季度", "2024年四季度"]
    assert [row[1] for row in cells(asked("2024-10-15"))] == ["2024年四季度"]
    said = words(asked("2025-01-05"))
    assert said == "增长5%左右：不给逐期要求，全年数尚未公布。"
    assert not has_chinese(English({"增长5%左右": "About 5%"}).text(said))


def test_a_report_on_an_older_period_says_which_newer_ones_are_known(report):
    assert "注意" not in words(headline(report))
    newer = {"quarter": Period(2024, "Q", 2), "newer": ["2024-07", "2024Q3"]}
    older = dataclasses.replace(report, **newer, register=FigureRegister())
    said = "注意：截至2024-11-20，2024年上半年以后的数字已经公布，最新的到2024年前三季度；"
    said += "预测、判断和台账以当日已知的全部数字为准，运行情况只说到2024年上半年。"
    assert said in words(headline(older))
    assert check_html(headline(older), older.register, NAMES) == ()
    assert not has_chinese(English({}).text(said))
    empty = dataclasses.replace(report.assessment, verdicts=())
    assert said in words(headline(dataclasses.replace(older, assessment=empty)))


def test_reasons_why_files_are_left_out_may_hold_numbers(report):
    why = "入库之后读法（指标目录、delivery.toml、本程序等）有变，没有重新读入；这样的文件有 4 个"
    page = dataclasses.replace(report, unread=(("data/raw/a.csv", why),), register=FigureRegister())
    for shown in (headline, deliveries_table):
        html = shown(page)
        assert check_html(html, page.register, NAMES) == ()
    assert "data/raw/a.csv：入库之后读法" in words(html) and "这样的文件有4个。" in words(html)


def test_history_and_the_joint_chance_are_told_and_traced(report):
    past = look.precedents_list(report)
    assert check_html(past, report.register, NAMES) == ()
    counts = report.assessment.verdicts[0].required.precedents
    assert f"{counts.count()[1]}年可比，达到过{counts.count()[0]}次" in words(past)
    joint = look.joint_paragraph(report)
    assert check_html(joint, report.register, NAMES) == ()
    assert "3项目标都达到目标值的概率为" in words(joint)
    assert "年中可比的8年" in words(joint)


def test_targets_that_all_have_their_outcome_are_told_as_decided(report):
    done = [
        dataclasses.replace(v, status="reached", draws=None) for v in report.assessment.verdicts
    ]
    assessment = dataclasses.replace(report.assessment, verdicts=tuple(done))
    page = dataclasses.replace(report, assessment=assessment, register=FigureRegister())
    assert words(look.joint_paragraph(page)) == "3项目标均已实现。"
    assert words(look.path_table(page)) == "没有可逐期列出的要求。"
    assert look.precedents_list(page) == "" and look.attention_list(page) == ""


def test_a_ceiling_that_is_passed_is_told_as_missed_and_first_of_all(report):
    *_, land = report.assessment.verdicts
    ceiling = dataclasses.replace(
        land.target, rule="at_most", value=30.0, title_zh="供地不超过30亩", in_charge="某局"
    )
    assessment = assess_targets(
        report.assessment.frame, [target(), ceiling], region=Region("100000", "全国"), year=2024,
        as_of=dt.date(2024, 11, 20), catalogue=catalogue(GDP, LAND), rules=Rules(("official",)),
    )  # fmt: skip
    page = dataclasses.replace(report, assessment=assessment, register=FigureRegister())
    html = look.attention_list(page)
    said = "供地不超过30亩：已突破上限，2024年上半年为44亩，超出14亩。责任部门：某局。"
    assert said in words(html)
    assert check_html(html, page.register, NAMES | {"供地不超过30亩"}) == ()
    assert cells(panel(page))[1][3:] == ["—", "—", "—", "未实现（已突破上限）"]
    assert words(look.joint_paragraph(page)).startswith("已有1项目标未实现")
    assert "供地" not in words(look.path_table(page)) + words(look.precedents_list(page))
    english = English({"供地不超过30亩": "At most 30 mu", "某局": "Some bureau"})
    assert not has_chinese(
        english.text("供地不超过30亩：已突破上限，2024年上半年为44亩，超出14亩。")
    )
    assert english.text("未实现（已突破上限）1项") == "1 missed (ceilings passed)"


def test_growth_is_printed_with_the_decimals_that_are_published(report):
    frame, first = report.assessment.frame.copy(), report.assessment.verdicts[0]
    frame.loc[first.actual_reference, "value"] = 4.82
    finer = dataclasses.replace(first, target=dataclasses.replace(first.target, decimals=2))

    def told(verdict):
        assessment = dataclasses.replace(report.assessment, verdicts=(verdict,), frame=frame)
        page = dataclasses.replace(report, assessment=assessment, register=FigureRegister())
        return words(headline(page)), cells(panel(page))[0], page.register

    sentence, row, register = told(finer)
    low, high = (f"{finer.quantiles[level]:.2f}" for level in (0.1, 0.9))
    assert row[1] == "4.82%"
    assert row[4].endswith(f"（{low}～{high}）")
    assert "为4.82%" in sentence
    halves = {item.detail["formula"].split("+ ")[1].split(")")[0] for item in register
              if "四舍五入" in item.label}  # fmt: skip
    assert halves == {"0.005", "-0.005"}
    # A workbook holds more decimals than are published, and all of them are one figure.
    frame.loc[first.actual_reference, "value"] = 4.843051
    sentence, row, register = told(first)
    assert row[1] == "4.8%" and "为4.8%" in sentence
    assert 4.843051 in [item.value for item in register if item.text == "4.8"]


def test_beside_each_percentage_stands_how_often_such_ones_came_true(report):
    def with_track(n, came_true):
        track, about = (
            dataclasses.replace(report.assessment.verdicts[0].track_about, n=n, came_true=true)
            for true in (came_true, came_true + 3)
        )
        verdicts = tuple(
            dataclasses.replace(v, track=track, track_about=about)
            for v in report.assessment.verdicts
        )
        assessment = dataclasses.replace(report.assessment, verdicts=verdicts)
        return dataclasses.replace(report, assessment=assessment)

    enough, few = with_track(25, 19), with_track(14, 11)
    true, about, unknown = ("25 次同期预测中成真 19 次", "25 次同期预测中成真 22 次", "往年太少")
    for base, plain, wider in ((enough, true, about), (few, unknown, unknown)):
        page = dataclasses.replace(base, register=FigureRegister())
        assert check_html(panel(page), page.register, NAMES) == ()
        labels = [item.label for item in page.register if "达标概率" in item.label]
        assert labels
        assert all((wider if "左右" in label else plain) in label for label in labels)
        assert {"左右" in label for label in labels} == {True, False}


def test_what_cannot_be_required_is_said_with_its_reason_below_the_table(report):
    first = report.assessment.verdicts[0]
    unknown = dataclasses.replace(first.required, value=None, reason="没有比重", share=None)
    verdicts = (dataclasses.replace(first, required=unknown),)
    assessment = dataclasses.replace(report.assessment, verdicts=verdicts)
    page = panel(dataclasses.replace(report, assessment=assessment, register=FigureRegister()))
    assert cells(page)[0][3] == "说不出"
    assert f"{first.name_zh}的剩余时期所需说不出：没有比重。" in words(page)


def test_the_panel_says_how_the_chance_moved_since_the_verdict_before(report):
    verdict = report.assessment.verdicts[0]
    now = round(100 * verdict.probability_about)
    issued = entry(1, year=2024, as_of="2024-07-31", met=None) | {
        "indicator": verdict.target.indicator, "measure": "yoy", "set_by": "",
        "probability_about": (now - 7) / 100, "target": verdict.target.value, "rule": "about",
        "tolerance": verdict.target.tolerance,
    }  # fmt: skip
    page = dataclasses.replace(report, before=record_frame([issued]), register=FigureRegister())
    # A record keeps ten digits: 5.00000000001 is no other target.
    same = record_frame([issued | {"target": verdict.target.value + 1e-11}])
    assert "目标已调整" not in cells(panel(dataclasses.replace(page, before=same)))[0][-1]
    other = record_frame([issued | {"target": verdict.target.value + 1.0}])
    assert cells(panel(dataclasses.replace(page, before=other)))[0][-1] == "目标已调整"
    narrow = record_frame([issued | {"tolerance": 0.1}])
    assert cells(panel(dataclasses.replace(page, before=narrow)))[0][-1] == "目标已调整"
    first = panel(dataclasses.replace(page, before=record_frame([]), register=FigureRegister()))
    assert "概率较上次" not in first and {len(row) for row in cells(first)} == {7}
    rows = cells(panel(page))
    assert rows[0][-1] == "升7"
    assert rows[1][-1] == "—"
    (moved,) = [item for item in page.register if "相差的百分点" in item.label]
    assert "2024-07-31" in moved.label
    # What is >99% and was >99% has not changed for a reader.
    sure = dataclasses.replace(verdict, probability_about=0.999)
    almost = record_frame([issued | {"probability_about": 0.9931}])
    assessment = dataclasses.replace(report.assessment, verdicts=(sure,))
    page = dataclasses.replace(
        page, assessment=assessment, before=almost, register=FigureRegister()
    )
    assert cells(panel(page))[0][-1] == "不变"


def test_what_is_not_forecast_is_named_where_attention_is_asked_for(report):
    first, *others = report.assessment.verdicts
    silent = dataclasses.replace(others[0], status="refused", reason="历史太短", draws=None)
    for verdicts in ((first, silent), (first,)):
        assessment = dataclasses.replace(report.assessment, verdicts=verdicts)
        page = dataclasses.replace(report, assessment=assessment, register=FigureRegister())
        told = f"另有目标不作预测：{silent.target.name_zh}，原因见附录。"
        assert (told in words(attention_list(page))) == (len(verdicts) == 2)


def test_an_index_is_printed_without_a_unit(report):
    verdict = report.assessment.verdicts[0]
    unit = dataclasses.replace(verdict.target, unit="上年同月=100", measure="level")
    assert (unit.shown_unit, verdict.target.shown_unit) == ("", "%")
    shown = dataclasses.replace(verdict, target=unit)
    assessment = dataclasses.replace(report.assessment, verdicts=(shown,))
    page = dataclasses.replace(report, assessment=assessment, register=FigureRegister())
    assert "=100" not in words(panel(page))


def test_a_figure_that_is_held_back_is_told_beside_the_targets(report):
    verdicts = [
        dataclasses.replace(item, withheld=tuple(item.required.periods[:1]))
        for item in report.assessment.verdicts
    ]
    verdicts[1] = dataclasses.replace(
        verdicts[1], actual=None, actual_period=None, actual_reference=None
    )
    held = dataclasses.replace(report.assessment, verdicts=tuple(verdicts))
    page = dataclasses.replace(report, assessment=held, register=FigureRegister())
    said = words(panel(page))
    told = "公布的数有错或几处不一致，更正之前不采用。"
    for verdict, period in zip(verdicts, ("全年", "1—11月", "前三季度"), strict=True):
        assert f"{verdict.target.name_zh}：2024年{period}{told}" in said
    assert "2024年没有可用的数" in said
    assert check_html(panel(page), page.register, NAMES) == ()


@pytest.mark.parametrize(
    ("measure", "says"),
    [
        ("yoy", "不超过目标值的概率为.*要不超过目标，2024年四季度增长不能超过"),
        ("level", "不超过目标值的概率为.*2024年下半年不能超过"),
    ],
)
def test_a_ceiling_is_nothing_to_be_reached(report, measure, says):
    code = {"yoy": GDP, "level": LAND}[measure].code
    verdict = report.assessment.verdict(code, measure)
    most = dataclasses.replace(verdict.target, rule="at_most", tolerance=0.0)
    verdicts = (dataclasses.replace(verdict, target=most),)
    assessment = dataclasses.replace(report.assessment, verdicts=verdicts)
    page = dataclasses.replace(report, assessment=assessment, register=FigureRegister())
    told = words(headline(page))
    assert re.search(says, told) and "达到或超过" not in told and "需增长" not in told
    assert cells(panel(page))[0][3].startswith("不超过")
    assert all(row[2].startswith("不超过") for row in cells(look.path_table(page)))
    history = words(look.precedents_list(page))
    assert re.search("年可比，(都|有[0-9]+年)做到|年可比，都没有做到", history)
    assert "达到过" not in history


@pytest.mark.parametrize(
    ("reached", "listed", "attention"),
    [
        # Without the outlier year none kept to it, too.
        (0, "8年可比，都没有做到。", "往年同期8年都没有做到。"),
        (3, "8年可比，有3年做到；剔除异常年份，7年中2年。", "往年同期8年中有3年做到。"),
        (8, "8年可比，都做到了。", "往年同期8年都做到了。"),
    ],
)
def test_of_a_ceiling_is_told_how_many_years_stayed_within_it(report, reached, listed, attention):
    verdict = report.assessment.verdict(LAND.code, "level")
    past = verdict.required.precedents
    enough = tuple(number < reached for number in range(8))
    alike = {"years": tuple(range(2016, 2024)), "enough": enough, "outlier": (True, *[False] * 7)}
    past = dataclasses.replace(past, **alike, close=(False,) * 8)
    required = dataclasses.replace(verdict.required, precedents=past)
    most = dataclasses.replace(verdict.target, rule="at_most", tolerance=0.0)
    hard = {"probability": 0.01, "probability_about": 0.01, "required": required, "target": most}
    verdicts = (dataclasses.replace(verdict, **hard),)
    assessment = dataclasses.replace(report.assessment, verdicts=verdicts)
    page = dataclasses.replace(report, assessment=assessment, register=FigureRegister())
    told = words(look.precedents_list(page)), words(look.attention_list(page))
    assert listed in told[0] and attention in told[1]
    names = {verdict.target.name_zh: "Land", verdict.name_zh: "Land"}
    said = (text.removeprefix("最需要关注的目标：") for text in told)
    assert not any(has_chinese(English(names).text(text)) for text in said)


def test_only_parts_in_the_accounts_are_told_as_levers(report):
    verdict = report.assessment.verdicts[0]
    row = {
        "target": verdict.target.indicator, "target_zh": verdict.target.name_zh, "goal": 0.5, "name_zh": RETAIL.name_zh,
        "year_end": 6.4, "more_year": 1.2, "told": "全年为 6.40 %（比预测高 1.20），即",
    }  # fmt: skip
    # What only rose and fell with it in past years is nothing that a head could order.
    for link, after in (("核算", "，把握（不含容差）可到50%。"), ("误差相关", "年达到过。")):
        levers = answer_of(
            report.assessment, "题", (), {"levers": pd.DataFrame([row | {"link": link}])}
        )
        page = dataclasses.replace(report, answers={"levers": levers}, register=FigureRegister())
        told = words(look._attention(page, verdict))
        assert told.endswith(after)
        # What moves another target of the same indicator says nothing of this one.
        other = dataclasses.replace(verdict.target, set_by="市下达任务")
        told = words(look._attention(page, dataclasses.replace(verdict, target=other)))
        assert told.endswith("年达到过。")
        # Nor does what moves a target of another indicator that has the same title.
        other = dataclasses.replace(verdict.target, indicator="csm.retail.total")
        told = words(look._attention(page, dataclasses.replace(verdict, target=other)))
        assert "把握" not in told


def test_the_department_in_charge_stands_behind_the_target_that_needs_attention(report):
    verdict = report.assessment.verdicts[0]
    charged = dataclasses.replace(verdict.target, in_charge="区第2统计局")
    page = dataclasses.replace(report, answers={}, register=FigureRegister())
    told = words(look._attention(page, dataclasses.replace(verdict, target=charged)))
    assert told.endswith("。责任部门：区第2统计局。")
    assert "责任部门" not in words(look._attention(page, verdict))


def test_the_files_of_every_printed_figure_are_listed(report):
    page = dataclasses.replace(report, register=FigureRegister())
    bare = dataclasses.replace(page.assessment, verdicts=())
    nothing = dataclasses.replace(page, assessment=bare)
    assert "正文没有印出公布数" in words(deliveries_table(nothing))
    reference = page.assessment.verdicts[0].actual_reference
    row = page.row(reference)
    page.register.observation(row, f"{row['value']:.1f}")
    told = dataclasses.replace(page, assessment=bare)
    assert [item[0] for item in cells(deliveries_table(told))] == [
        row["source"].partition(" | ")[0]
    ]


def test_a_fact_that_is_not_printed_lists_no_file(report):
    fact = report.assessment.frame.iloc[[0]].assign(source="facts.csv", provenance="second_hand")
    bare = dataclasses.replace(report.assessment, verdicts=())
    page = dataclasses.replace(report, assessment=bare, context=fact, register=FigureRegister())
    assert "正文没有印出公布数" in words(deliveries_table(page))
    facts_table(page)
    assert [item[0] for item in cells(deliveries_table(page))] == ["facts.csv"]


def test_the_title_states_the_verdict(report):
    assert title_text(report).startswith("某区2024年") or "全年目标" in title_text(report)
    nothing = dataclasses.replace(report.assessment, verdicts=())
    bare = title_text(dataclasses.replace(report, assessment=nothing))
    assert bare.endswith("经济分析")


def test_the_record_so_far_or_that_there_is_none(report):
    assert "还没有，说不出" in words(look.record_section(report))
    entries = [
        entry(n, year=2010 + n // 4, as_of=f"{2010 + n // 4}-0{n % 4 + 1}-28", met=n % 2 == 0)
        for n in range(24)
    ]
    told = dataclasses.replace(report, record=record_frame(entries))
    html = look.record_section(told)
    assert check_html(html, told.register, NAMES) == ()
    assert cells(html) == [
        ["达标概率", "34%～66%", "24", "6", "12次成真"],
        ["按容差的概率", "66%～90%", "24", "6", "24次成真"],
    ]
    few = dataclasses.replace(report, record=record_frame(entries[:3]))
    assert "太少，尚不能说" in words(look.record_section(few))


def test_what_cannot_be_told_is_refused_with_the_reason(report):
    frame = gdp_frame()
    assessment = assess_targets(
        frame[frame["measure"] == "yoy"],
        [target()],
        region=Region("100000", "全国"),
        year=2024,
        as_of=dt.date(2024, 11, 20),
        catalogue=catalogue(GDP),
        rules=Rules(("official",)),
    )
    bare = Report(assessment, Period(2024, "Q", 3), {}, frame[:0])
    # Why a requirement cannot be said is told once, by the verdicts.
    assert "累计绝对额" in words(panel(bare))
    assert words(look.path_table(bare)) == "没有可逐期列出的要求。"
    assert look.precedents_list(bare) == ""
    assert "不足两项" in words(look.joint_paragraph(bare))


def one(report, verdict, **changes):
    """Return what the first screen says of one target alone, and its row."""
    verdict = dataclasses.replace(verdict, **changes)
    assessment = dataclasses.replace(report.assessment, verdicts=(verdict,))
    page = dataclasses.replace(report, assessment=assessment, register=FigureRegister())
    return words(headline(page)), cells(panel(page))[0], words(method_notes(page))


def test_what_a_stock_needs_is_its_change(report):
    stock = dataclasses.replace(LAND, kind="stock", span="point")
    verdict = report.assessment.verdict(LAND.code, "level")
    told, row, _ = one(report, verdict, indicator=stock)
    assert "2024年下半年还需净增" in told and row[3].startswith("净增")
    most = dataclasses.replace(verdict.target, rule="at_most")
    told, row, _ = one(report, verdict, indicator=stock, target=most)
    assert "2024年下半年净增不能超过" in told and row[3].startswith("净增不超过")
    # What must fall, or may, is told as a fall.
    down = dataclasses.replace(verdict.required, value=-7.0)
    told, row, _ = one(report, verdict, indicator=stock, target=most, required=down)
    assert "2024年下半年须净减7亩以上。" in told and row[3] == "须净减7亩以上"
    told, row, _ = one(report, verdict, indicator=stock, required=down)
    assert "2024年下半年净减不能超过7亩。" in told and row[3] == "净减不超过7亩"
    for said in ("2024年下半年须净减7亩以上。", "须净减7亩以上", "净减不超过7亩"):
        assert not has_chinese(English({}).text(said))


def test_a_tolerance_is_in_the_unit_of_its_target(report):
    verdict = report.assessment.verdict(LAND.code, "level")
    about = dataclasses.replace(verdict.target, rule="about", tolerance=2.5)
    told, _, notes = one(report, verdict, target=about)
    assert "“左右”按容许低2.5亩计" in told and "“左右”按容许低2.5 亩判断" in notes
    growth = report.assessment.verdicts[0]
    told, _, notes = one(report, growth)
    assert "“左右”按容许低0.2个百分点计" in told and "按容许低0.2 个百分点判断" in notes


def test_before_its_first_figure_the_rest_of_a_year_is_all_of_it(report):
    # January and February come as one: from February on is the whole year.
    verdict = report.assessment.verdict(RETAIL.code)
    months = year_periods(dataclasses.replace(RETAIL, no_january=True), 2024)
    required = dataclasses.replace(verdict.required, value=5.0, periods=months, share=None)
    nothing = {"actual": None, "actual_period": None, "actual_reference": None}
    told, _, _ = one(report, verdict, required=required, **nothing)
    assert "2024年全年需增长" in told


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (6.0, "6"),
        (1200.0, "1,200"),
        (15234.56, "15,234.56"),
        (1234567.5, "1,234,567.5"),
        (-0.0, "0"),
    ],
)
def test_a_target_is_printed_as_it_is_set(value, text):
    assert plain_text(value) == text


def test_a_rate_is_printed_with_the_decimals_that_it_is_judged_by(report):
    frame, verdict = report.assessment.frame.copy(), report.assessment.verdicts[0]
    frame.loc[verdict.actual_reference, ["measure", "value"]] = "level", 75.45
    page = dataclasses.replace(
        report, assessment=dataclasses.replace(report.assessment, frame=frame)
    )
    assert words(page.observed(verdict.actual_reference)) == "75.45"


def test_an_amount_that_misses_by_little_is_not_printed_as_the_target(report):
    frame, verdict = report.assessment.frame.copy(), report.assessment.verdicts[0]
    told = ["level", 99.996, "亿元"]
    frame.loc[verdict.actual_reference, ["measure", "value", "unit"]] = told
    page = dataclasses.replace(
        report, assessment=dataclasses.replace(report.assessment, frame=frame)
    )
    assert words(page.observed(verdict.actual_reference)) == "99.996"


@pytest.mark.parametrize(
    ("rule", "value", "asked", "english"),
    [
        ("at_least", -2.0, "全年目标增速在-2%以上。", "growth of at least -2%"),
        ("at_least", 0.0, "全年目标增速在0%以上。", "growth of at least 0%"),
        ("at_most", -2.0, "全年目标增速在-2%以下。", "growth of at most -2%"),
        ("at_least", 2.0, "全年目标增长2%以上。", "growth of at least 2%"),
    ],
)
def test_nobody_grows_by_less_than_nothing(report, rule, value, asked, english):
    verdict = report.assessment.verdict(GDP.code)
    aim = dataclasses.replace(target(value=value, rule=rule, tolerance=0.0), set_by="")
    fallen = dataclasses.replace(verdict.required, value=value - 3)
    told, _, _ = one(report, verdict, target=aim, required=fallen)
    assert asked in told and "增长-" not in told
    needs = "增速不能超过" if rule == "at_most" else "增速需为"
    assert f"{needs}" in told
    page = English({verdict.name_zh: "GDP"}).text(told)
    assert english in page and "must be" in page


@pytest.mark.parametrize(
    ("item", "label"),
    [
        (GDP, "名称gdp.total同比增速，2024年前三季度"),
        (
            dataclasses.replace(GDP, kind="growth_only", name_zh="能耗降低率"),
            "能耗降低率，2024年前三季度",
        ),
    ],
)
def test_a_rate_of_reduction_is_growth_by_its_own_name(report, item, label):
    assessment = dataclasses.replace(report.assessment, catalogue=catalogue(item))
    page = dataclasses.replace(report, assessment=assessment)
    assert page.label(report.assessment.verdict(GDP.code).actual_reference) == label


@pytest.mark.parametrize(("value", "formula"), [(100.0, "100 - {}"), (20.0, "{} - 20")])
def test_an_amount_that_lacks_is_a_difference_of_two_traced_numbers(report, value, formula):
    verdict = report.assessment.verdict(LAND.code, "level")
    so_far = verdict.actual
    stock = dataclasses.replace(LAND, kind="stock", span="point")
    lacking = dataclasses.replace(verdict.required, value=value - so_far)
    aim = dataclasses.replace(verdict.target, value=value)
    verdict = dataclasses.replace(verdict, indicator=stock, required=lacking, target=aim)
    assessment = dataclasses.replace(report.assessment, verdicts=(verdict,))
    page = dataclasses.replace(report, assessment=assessment, register=FigureRegister())
    panel(page)
    (needed,) = (figure for figure in page.register if figure.kind == "arithmetic")
    assert page.register.formula_text(needed) == formula.format(plain_text(so_far))
    assert needed.value == abs(value - so_far)


def test_what_is_counted_one_by_one_has_no_path_and_says_so(report):
    verdict = report.assessment.verdict(LAND.code, "level")
    aim = dataclasses.replace(verdict.target, unit="个", title_zh="开工")
    assessment = dataclasses.replace(
        report.assessment, verdicts=(dataclasses.replace(verdict, target=aim),)
    )
    page = dataclasses.replace(report, assessment=assessment, register=FigureRegister())
    told = words(look.path_table(page))
    assert told == "开工：逐件计数，不分摊到各期，还需多少见首页的表。"
    assert not has_chinese(English({"开工": "Starts"}).text(told))


def test_the_first_table_tells_the_light_of_what_it_shows(report):
    first, *_ = report.assessment.verdicts
    lit = [first.target.indicator, first.target.value, first.actual_period.code, "黄·欠缺"]
    columns = ["code", "plan", "period", "target_light"]
    for row, shown in (
        (lit, "黄灯"),
        ([*lit[:2], "2024Q1", "黄·欠缺"], None),
        ([*lit[:3], np.nan], None),
    ):
        watched = answer_of(
            report.assessment, "题", (), {"targets": pd.DataFrame([row], columns=columns)}
        )
        page = dataclasses.replace(report, answers={"monitor": watched}, register=FigureRegister())
        html = panel(page)
        assert ("达标灯" in html) == (shown is not None)
        assert not has_chinese(English({}).text("绿灯") + English({}).text("红灯"))
        # A brief has one page.
        month = dataclasses.replace(page, quarter=Period(2024, "M", 9), register=FigureRegister())
        assert "达标灯" not in panel(month)
        if shown:
            assert [row[7] for row in cells(html)] == [shown, "—", "—"]
            assert check_html(html, page.register, NAMES) == ()


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({}, "2024年前三季度"),
        ({"kind": "stock", "span": "point"}, "2024年三季度末"),
        # A price index is of its month alone.
        ({"kind": "index", "span": "single"}, "2024年三季度"),
    ],
)
def test_the_period_of_a_figure_is_named_as_it_is_published(changes, label):
    assert period_zh(dataclasses.replace(GDP, **changes), Period(2024, "Q", 3)) == label


def test_a_reduction_of_nothing_is_told_as_a_rate(report):
    verdict = report.assessment.verdict(GDP.code)
    saved = dataclasses.replace(GDP, kind="growth_only", name_zh="能耗降低率")
    aim = dataclasses.replace(target(value=0.0, rule="at_least", tolerance=0.0), set_by="")
    needed = dataclasses.replace(verdict.required, value=-1.0)
    told, *_ = one(report, verdict, indicator=saved, target=aim, required=needed)
    assert "全年目标降低率在0%以上。" in told and "降低率需为" in told
    page = English({verdict.name_zh: "GDP", "能耗降低率": "Saving"}).text(told)
    assert "a reduction of at least 0%" in page


def test_of_a_year_that_is_over_nothing_more_is_asked(report):
    day = dt.date(2025, 1, 10)
    late = dataclasses.replace(
        report,
        assessment=dataclasses.replace(report.assessment, as_of=day),
        register=FigureRegister(),
    )
    gdp = late.assessment.verdict(GDP.code)
    told, row, _ = one(late, gdp)
    assert "2024年四季度须已增长" in told and "需增长" not in told
    page = English({gdp.name_zh: "GDP"}).text(told)
    assert "growth in Q4 2024 must have been" in page
    land = late.assessment.verdict(LAND.code, "level")
    told, *_ = one(late, land)
    assert "须已完成" in told and "还需" not in told
    unknown = dataclasses.replace(gdp.required, value=None, reason="缺比重")
    told, row, _ = one(late, gdp, required=unknown)
    assert "全年数尚待公布。" in told and row[3] == "待公布" and "缺比重" not in told
    assert not has_chinese(English({}).text("全年数尚待公布") + English({}).text("待公布"))


def test_a_ceiling_on_an_amount_is_kept_and_not_reached(report):
    land = report.assessment.verdict(LAND.code, "level")
    most = dataclasses.replace(land.target, rule="at_most")
    told, *_ = one(report, land, target=most)
    assert "全年目标控制在100亩以内。" in told
    assert "at most 100 mu" in English({land.name_zh: "Land"}).text(told)
