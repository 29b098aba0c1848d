"""Each section says something, or is not there; an analysis without rows leaves no gap and no fault."""

import dataclasses

import pandas as pd
import pytest

from lianhu_analysis.analysis.answer import answer_of
from lianhu_analysis.analysis.comparison import MIXED
from lianhu_analysis.analysis.contributions import COVERED, FARM_DRIFT, PRICE_DRIFT, REST_ZH
from lianhu_analysis.analysis.monitor_rules import load_rules
from lianhu_analysis.analysis.wording import method_of
from lianhu_analysis.render.english import English, has_chinese
from lianhu_analysis.render.quarterly import sections
from lianhu_analysis.render.register import FigureRegister
from lianhu_analysis.render.tables import Html
from tests.forecast.test_verdict import GDP
from tests.render.test_outlook import cells as listed
from tests.render.test_outlook import report, words  # noqa: F401

TABLES = {
    "comparison": ("standing", "regions"),
    "contributions": ("contributions",),
    "monitor": ("core", "targets", "areas", "falls", "heat", "anomalies"),
    "land": ("projects", "parcels", "targets", "stages", "sums"),
    "risk": ("funnel", "overdue", "response", "sums"),
    "levers": ("levers",),
    "calendar": ("releases",),
}


def empty_answers(assessment):
    return {
        name: answer_of(assessment, "题", (), {table: pd.DataFrame() for table in tables})
        for name, tables in TABLES.items()
    }


def written(page):
    parts = [
        part
        for write in (
            sections.summary, sections.course, sections.tasks, sections.problems,
            sections.outlook, sections.annex,
        )
        for part in write(page)
    ]  # fmt: skip
    return "".join(str(part) for part in parts if isinstance(part, Html))


def test_analyses_without_rows_leave_no_heading(report):  # noqa: F811
    page = dataclasses.replace(
        report,
        answers=empty_answers(report.assessment),
        register=FigureRegister(),
        sections=[],
    )
    html = written(page)
    assert "一、目标测算" in html
    for title in ("总体运行", "行业支撑", "重点领域", "项目与土地", "风险与社会治理", "存在问题"):
        assert title not in html


def test_without_targets_and_analyses_only_data_and_method_are_told(report):  # noqa: F811
    bare = dataclasses.replace(report.assessment, verdicts=())
    page = dataclasses.replace(
        report, assessment=bare, answers={}, register=FigureRegister(), sections=[]
    )
    html = written(page)
    assert "没有可列出的目标，本报告不作判断" in html
    assert html.count("<h2>") == 1
    assert "附录一：数据、版本与方法" in html


def test_the_rules_of_lights_and_indices_stand_with_the_method(report):  # noqa: F811
    answers = empty_answers(report.assessment)
    rules = load_rules().said()
    answers["monitor"] = dataclasses.replace(answers["monitor"], notes=rules)
    page = dataclasses.replace(report, answers=answers, register=FigureRegister(), sections=[])
    html = "".join(map(str, sections.annex(page)))
    english = English({}).html(html)
    for rule in rules:
        assert f"<cite>{rule}。</cite>" in html and rule not in english


def test_notes_on_who_stands_where_and_who_pulls_stand_with_the_method(report):  # noqa: F811
    answers = empty_answers(report.assessment)
    odd = (
        "进出口总值没有比较：没有公布增速",
        "进出口总值（进出口）没有分解：没有可用的2024年1—9月增速",
        "地区生产总值（三次产业）没有分解：没有可用的2024年前三季度增速",
    )
    limits = {"covered": COVERED, "rest": REST_ZH, "drift": PRICE_DRIFT, "farm": FARM_DRIFT}
    notes = [*method_of("comparison"), *method_of("contributions", **limits), *odd, MIXED]
    answers["comparison"] = dataclasses.replace(answers["comparison"], notes=tuple(notes))
    page = dataclasses.replace(report, answers=answers, register=FigureRegister(), sections=[])
    html = "".join(map(str, sections.annex(page)))
    english = English({"进出口总值": "Trade", "地区生产总值": "GDP"}).html(html)
    for note in notes:
        assert f"<cite>{note}。</cite>" in html and note not in english


def test_simulated_figures_beside_real_ones_are_told_of_below_them(report):  # noqa: F811
    answers = empty_answers(report.assessment)
    rows = pd.DataFrame(
        {
            "name_zh": ["进出口总值"],
            "growth": [1.0],
            "change": [0.1],
            "place": [2],
            "period": ["2024"],
        }
    )
    answers["comparison"] = dataclasses.replace(
        answers["comparison"],
        sentences=("进出口总值增长 1.0%。",),
        tables={"standing": rows},
        notes=(MIXED,),
    )
    page = dataclasses.replace(report, answers=answers, register=FigureRegister(), sections=[])
    assert f"<p>{MIXED}。</p>" in "".join(map(str, sections.course(page)))


def test_a_brief_without_targets_tells_of_growth(report):  # noqa: F811
    answers = empty_answers(report.assessment)
    said = ("2024年1—9月进出口总值与上年同期持平。",)
    answers["comparison"] = dataclasses.replace(answers["comparison"], sentences=said)
    told = []
    for verdicts in ((), report.assessment.verdicts):
        assessment = dataclasses.replace(report.assessment, verdicts=verdicts)
        page = dataclasses.replace(
            report, assessment=assessment, answers=answers, register=FigureRegister(), sections=[]
        )
        told.append("进出口总值" in "".join(map(str, sections.brief(page))))
    assert told == [True, False]


def test_a_brief_says_why_a_target_is_not_forecast(report):  # noqa: F811
    first, *others = report.assessment.verdicts
    why = "可比的历史误差不足 3 年，现有 0 年"
    silent = [
        dataclasses.replace(item, status="refused", reason=why, draws=None) for item in others
    ]
    assessment = dataclasses.replace(report.assessment, verdicts=(first, *silent))
    page = dataclasses.replace(
        report, assessment=assessment, answers={}, register=FigureRegister(), sections=[]
    )
    html = "".join(map(str, sections.brief(page)))
    assert silent and html.count("可比的历史误差不足3年，现有0年") == len(silent)
    told = English({}).html(html)
    assert (
        "no forecast, <cite>fewer than 3 years of comparable past errors: 0 so far</cite>." in told
    )


def test_what_is_on_target_is_not_told_as_behind(report):  # noqa: F811
    rows = [
        ("左右之内", 5.9, 6.0, -0.1, "绿·达标"),
        ("欠缺", 5.2, 6.0, -0.8, "黄·欠缺"),
        ("只低于上级", 6.3, 6.0, 0.3, "黄·欠缺"),
        ("超过上限", 6.5, 6.0, 0.5, "红·落后"),
        ("没有灯", 17.0, 20.0, None, None),
    ]
    columns = ["name_zh", "actual", "plan", "distance", "target_light"]
    plans = pd.DataFrame(rows, columns=columns).assign(code="none", period="2024Q3", unit="%")
    answers = empty_answers(report.assessment)
    watched = answers["monitor"]
    tables = {**watched.tables, "targets": plans}
    answers["monitor"] = dataclasses.replace(watched, tables=tables)
    page = dataclasses.replace(report, answers=answers, register=FigureRegister(), sections=[])
    html = "".join(map(str, sections.problems(page)))
    assert [row[0] for row in listed(html) if row[0] in plans["name_zh"].tolist()] == [
        "欠缺",
        "超过上限",
    ]


def test_what_is_counted_has_its_unit_and_no_decimals(report):  # noqa: F811
    columns = ["name_zh", "unit", "actual", "plan", "distance", "target_light"]
    rows = [("增速", "%", 5.2, 6.0, -0.8, "黄·欠缺"), ("项目", "个", 13.0, 28.0, -5.24, "黄·欠缺")]
    plans = pd.DataFrame(rows, columns=columns).assign(code="none", period="2024Q3")
    answers = empty_answers(report.assessment)
    watched = answers["monitor"]
    answers["monitor"] = dataclasses.replace(watched, tables={**watched.tables, "targets": plans})
    page = dataclasses.replace(report, answers=answers, register=FigureRegister(), sections=[])
    html = "".join(map(str, sections.problems(page)))
    assert [row for row in listed(html) if row[0] in ("增速", "项目")] == [
        ["增速", "2024Q3", "5.2", "6.0", "%", "-0.8", "黄·欠缺"],
        ["项目", "2024Q3", "13", "28", "个", "-5.24", "黄·欠缺"],
    ]


@pytest.mark.parametrize("known", [0, 1])
def test_sections_are_numbered_as_they_come(report, known):  # noqa: F811
    areas = pd.DataFrame(
        {
            "area_zh": ["核心指标"], "indicators": [41], "compared": [38], "faster": [14], "slower": [24], "hot": [3],
            "normal": [30], "cold": [7],
        }
    )  # fmt: skip
    answers = empty_answers(report.assessment)
    if known:
        monitor = answers["monitor"]
        tables = {**monitor.tables, "areas": areas}
        answers["monitor"] = dataclasses.replace(monitor, tables=tables)
    page = dataclasses.replace(report, answers=answers, register=FigureRegister(), sections=[])
    html = written(page)
    assert ("一、重点领域" in html) is bool(known)
    assert f"{'一二'[known]}、目标测算" in html


def test_levers_of_the_targets_to_watch_are_told_as_a_table_of_figures(report):  # noqa: F811
    name = report.assessment.verdicts[0].target.name_zh
    row = {
        "target_zh": name, "target": "none", "goal": 0.5, "name_zh": "第三产业增加值", "period": "2024-10/2024-12",
        "forecast_rest": 4.8, "rest": 6.31, "year_end": 5.06, "unit": "%", "history_reached": 1,
        "history_years": 8, "said": True, "link": "核算", "told": "全年为 5.06%，即",
    }  # fmt: skip
    others = [{"said": False}, {"target_zh": "别的目标"}, {"link": "误差相关"}]
    others.append({"goal": 0.8, "rest": 7.0})
    # What the rest must bring is not known: it is said once, and no row of dashes.
    blank = {"rest": float("nan"), "forecast_rest": float("nan"), "history_years": 0}
    others += [blank, blank | {"goal": 0.8}]
    levers = pd.DataFrame([row, *(row | other for other in others)])
    answers = empty_answers(report.assessment)
    answers["levers"] = dataclasses.replace(answers["levers"], tables={"levers": levers})
    page = dataclasses.replace(report, answers=answers, register=FigureRegister(), sections=[])
    told = [cells for cells in listed(written(page)) if "第三产业增加值" in cells]
    same = ["第三产业增加值", "2024年10月—12月", "4.80"]
    assert told == [
        [name, "50%", *same, "6.31", "5.06", "%", "1", "8"],
        [name, "80%", *same, "7.00", "5.06", "%", "1", "8"],
    ]
    assert {"6.31", "5.06", "8"} <= {figure.text for figure in page.register}
    # Of such alone there is no table.
    alone = pd.DataFrame([row | blank, row | blank | {"goal": 0.8}])
    answers["levers"] = dataclasses.replace(answers["levers"], tables={"levers": alone})
    bare = dataclasses.replace(report, answers=answers, register=FigureRegister(), sections=[])
    assert sections.LEVERS not in written(bare) and "须为多少说不出" in written(bare)
    said = f"{name}：剩余时期须为多少说不出。"
    assert written(page).count("须为多少说不出") == 1
    assert not has_chinese(English({name: "Some target"}).text(said))


def test_newer_figures_that_the_checks_hold_back_are_named_below_the_last_one(report):  # noqa: F811
    answers = empty_answers(report.assessment)
    core = pd.DataFrame(
        {"code": [GDP.code, "a"], "name_zh": [GDP.name_zh, "甲"], "period": ["2023-12", "2024-09"]}
    ).assign(value=1.0, unit="增速%", change=0.1, rank="1/9", target_light=None, heat_light=None)
    found = [
        *[(GDP.name_zh, f"2024-0{month}", "错误", "growth_vs_level", "") for month in (1, 2, 3)],
        (GDP.name_zh, "2024-04", "可疑", "gap", ""),
        ("甲", "2024-09", "错误", "gap", ""),
    ]
    columns = ["name_zh", "period", "severity_zh", "rule", "message"]
    shown = {"core": core, "anomalies": pd.DataFrame(found, columns=columns)}
    watched = answers["monitor"]
    answers["monitor"] = dataclasses.replace(watched, tables={**watched.tables, **shown})
    page = dataclasses.replace(report, answers=answers, register=FigureRegister(), sections=[])
    html = "".join(map(str, sections.annex(page)))
    said = f"{GDP.name_zh}：2024年1月—3月共3期公布的数没有通过检查（增速与绝对额不符），更正之前不采用。"
    assert said in words(html) and words(html).count("没有通过检查") == 1
    assert not has_chinese(English({GDP.name_zh: "GDP"}).text(said))
