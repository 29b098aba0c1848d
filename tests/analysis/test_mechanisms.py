"""What cases add up to, who is behind, what is overdue: small ledgers, counted by hand."""

import dataclasses
import datetime as dt
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.analysis.mechanisms import (
    land_and_projects,
    ledger_sums,
    risk_and_governance,
)
from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.catalog.ledgers import load_ledgers
from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.forecast.assessment import assess_targets
from lianhu_analysis.forecast.verdict import Rules
from lianhu_analysis.intake.cases import cases_on
from lianhu_analysis.intake.observations import CASE_COLUMNS
from lianhu_analysis.workspace import Region
from tests.forecast.frames import figures

CATALOGUE = read_catalogue(None, {})
REGION = Region("100000", "某区")


def known(delivered="2024-10-08", provenance="official", **kinds):
    """Cases of each kind, one mapping a case, delivered on a day."""
    rows = [
        ("100000", kind, case["case"], pd.Timestamp(delivered), provenance, json.dumps(case), "a.csv", "", "A2")
        for kind, cases in kinds.items()
        for case in cases
    ]  # fmt: skip
    return cases_on(pd.DataFrame(rows, columns=list(CASE_COLUMNS)), load_ledgers())


def assessed(*rows, targets=(), provenance="official"):
    return assess_targets(
        figures(*rows, provenance=provenance),
        targets,
        region=REGION,
        year=2024,
        as_of=dt.date(2024, 10, 31),
        catalogue=CATALOGUE,
        rules=Rules((provenance,), (), ()),
    )


def level(code, period, value, span="ytd", published="2024-10-10"):
    return (code, "level", span, period, value, published)


def parcel(case, area=10.0, **others):
    return {"case": case, "area": area, "stage": "已供", **others}


def project(case, plan=10.0, done=None, reserve="否", period="2024-09", **others):
    told = {"case": case, "case_zh": f"项目{case}", "type": "其他", "stage": "在建"}
    amounts = {"plan_total": 2 * plan, "plan_year": plan, "done": done}
    return told | amounts | {"reserve": reserve, "period": period} | others


def test_a_ledger_is_summed_to_the_end_of_the_published_period():
    cases = known(
        parcels=[
            parcel("A", 10.25, supplied="2024-01-01", standard="是"),
            parcel("B", 20.5, supplied="2024-09-30", standard="否"),
            parcel("C", 40.0, supplied="2024-10-01", standard="是"),
            parcel("D", 80.0, supplied="2023-12-31"),
            parcel("E", 160.0, acquired="2024-02-01"),
        ]
    )
    frame = assessed(
        level("lan.supply.area", "2024-09", 30.75),
        level("lan.supply.parcels", "2024-09", 4.0),
        level("lan.standard", "2024Q3", 1.0),
        level("lan.acq.projects", "2024-01", 0.0),
    )
    sums = ledger_sums(frame, cases, ["parcels"]).set_index("indicator")
    assert sums["from_ledger"].to_dict() == {
        "lan.supply.area": 30.75, "lan.supply.parcels": 2.0, "lan.standard": 1.0,
        "lan.acq.projects": 0.0,
    }  # fmt: skip
    assert sums["apart"].to_dict() == {
        "lan.supply.area": 0.0, "lan.supply.parcels": -2.0, "lan.standard": 0.0,
        "lan.acq.projects": 0.0,
    }  # fmt: skip
    (said,) = [text for text in land_and_projects(frame, cases).sentences if "不一致" in text]
    assert "土地供应宗数2024年9月末台账 2，公布 4，相差 -2 宗" in said


def test_what_is_not_known_is_no_sum():
    at = {"prj.key.done": ("2024-09", 12.0), "prj.key.count": ("2024Q3", 2.0)}
    frame = assessed(
        *(level(code, *said, "point" if "count" in code else "ytd") for code, said in at.items())
    )
    blank = known(projects=[project("A", done=12.0), project("B")])
    sums = ledger_sums(frame, blank, ["projects"]).set_index("indicator")["from_ledger"]
    assert pd.isna(sums["prj.key.done"]) and sums["prj.key.count"] == 2.0
    # A ledger of October says nothing of what stood at the end of September.
    later = known(projects=[project("A", done=12.0, period="2024-10")])
    sums = ledger_sums(frame, later, ["projects"])
    assert sums["from_ledger"].isna().all() and sums["apart"].isna().all()
    assert not [text for text in land_and_projects(frame, later).sentences if "不一致" in text]
    # No ledger is no sum of nothing.
    assert ledger_sums(frame, known(), ["projects"]).empty


def test_a_ledger_older_than_the_figure_is_not_held_against_it():
    frame = assessed(level("lan.supply.area", "2024-09", 30.0))
    supplied = {"parcels": [parcel("A", 5.0, supplied="2024-02-01")]}
    for day, apart in (("2024-07-08", None), ("2024-09-30", -25.0), ("2024-10-08", -25.0)):
        (told,) = ledger_sums(frame, known(day, **supplied), ["parcels"])["apart"]
        assert told == apart or (apart is None and pd.isna(told))


def test_a_ledger_begun_after_the_year_is_not_held_against_its_figures():
    frame = assessed(
        level("lan.supply.area", "2023-12", 30.0), level("rsk.accident", "2023-12", 19.0)
    )
    frame = dataclasses.replace(frame, year=2023)
    cases = {"parcels": [parcel("A", 5.0, supplied="2023-11-01")]}
    assert list(ledger_sums(frame, known("2024-01-12", **cases), ["parcels"])["apart"]) == [-25.0]
    begun = known("2024-02-12", **cases)
    assert ledger_sums(frame, begun, ["parcels"]).empty
    assert not [text for text in land_and_projects(frame, begun).sentences if "不一致" in text]


def test_figures_of_another_provenance_are_not_compared():
    frame = assessed(level("lan.supply.area", "2024-09", 30.0), provenance="simulated")
    cases = known(parcels=[parcel("A", 5.0, supplied="2024-02-01")])
    assert ledger_sums(frame, cases, ["parcels"]).empty


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(1, 10**6)), max_size=20),
    st.integers(1, 12),
)
def test_a_sum_is_that_of_the_months_so_far(parcels, month):
    cases = known(
        "2024-12-31",
        parcels=[
            parcel(f"{n}", area / 100, supplied=f"2024-{of:02d}-15")
            for n, (of, area) in enumerate(parcels)
        ],
    )
    frame = assessed(level("lan.supply.area", f"2024-{month:02d}", 0.0))
    sums = ledger_sums(frame, cases, ["parcels"])
    expected = sum(area for of, area in parcels if of <= month) / 100
    assert list(sums["from_ledger"]) == ([pytest.approx(expected)] if parcels else [])


def test_projects_are_held_against_the_part_of_the_year_gone_by():
    cases = known(
        projects=[
            project("A", 10.0, 7.5),
            project("B", 20.0, 5.0),
            project("C", 4.0, 4.0),
            project("D", 8.0, 3.0, period="2024-06"),
            project("E", 6.0),
            project("R", 30.0, reserve="是"),
        ]
    )
    answer = land_and_projects(assessed(), cases)
    table = answer.tables["projects"].set_index("case")
    assert list(table.index) == ["B", "D", "A", "C", "E"]
    assert table["short"].to_dict() == {
        "A": 0.0, "B": 10.0, "C": -1.0, "D": 1.0, "E": pytest.approx(float("nan"), nan_ok=True),
    }  # fmt: skip
    assert table["done_pct"]["B"] == 25.0 and table["due_pct"]["D"] == 50.0
    (said,) = answer.sentences
    assert said.startswith(
        "5 个有年度计划的项目中 2 个落后于按月均摊的序时进度，共少完成 11.00 亿元"
    )
    assert said.endswith("最多的是项目B、项目D；没有填完成数的 1 个不算。")


def test_projects_of_last_year_are_not_behind_this_years_plan():
    cases = known(projects=[project("A", 10.0, 7.0), project("B", 20.0, 5.0, period="2023-12")])
    answer = land_and_projects(assessed(), cases)
    assert list(answer.tables["projects"]["case"]) == ["A"]
    assert answer.sentences[0].startswith(
        "1 个有年度计划的项目中 1 个落后于按月均摊的序时进度，共少完成 0.50"
    )


def test_parcels_are_ranked_and_those_without_output_are_not():
    outputs = {"A": 5.0, "B": 9.0, "C": 9.0, "D": 1.0, "E": 3.0, "F": 7.0, "G": 2.0, "H": 8.0}
    known_ones = [parcel(name, output=value) for name, value in outputs.items()]
    answer = land_and_projects(assessed(), known(parcels=[*known_ones, parcel("Z")]))
    table = answer.tables["parcels"].set_index("case")
    assert table["order"].to_dict() == {
        "B": 1, "C": 1, "H": 3, "F": 4, "A": 5, "E": 6, "G": 7, "D": 8,
    }  # fmt: skip
    assert list(table.index[table["worst"]]) == ["G", "D"]
    (said,) = answer.sentences
    assert "8 宗地有亩均产出，后四分之一有 2 宗，最低的是D、G；没有填的 1 宗不参加排位" in said
    stages = answer.tables["stages"].to_dict("records")
    assert stages == [{"stage": "已供", "n_cases": 9, "area": 90.0}]


def test_targets_stand_beside_what_is_usual_and_what_the_ledger_says():
    target = Target(
        indicator="lan.supply.area", measure="level", year=2024, value=120.0, rule="at_least",
        tolerance=0.0, unit="亩", title_zh="供地120亩", source="报告", decimals=None,
    )  # fmt: skip
    past = [
        level("lan.supply.area", f"{year}-{month:02d}", 10.0 * month, published=f"{year}-12-31")
        for year in range(2018, 2024)
        for month in range(1, 13)
    ]
    this = [level("lan.supply.area", f"2024-{month:02d}", 8.0 * month) for month in range(1, 10)]
    frame = assessed(*past, *this, targets=[target])
    cases = known(parcels=[parcel("A", 72.0, supplied="2024-03-01")])
    answer = land_and_projects(frame, cases)
    (row,) = answer.tables["targets"].to_dict("records")
    assert (row["actual"], row["aim"]) == (72.0, 120.0)
    assert row["done_pct"] == 60.0 and row["usual_pct"] == 75.0
    assert (
        "供地120亩：2024年9月末为 72 亩，完成目标的 60%，常年到此时完成 75%，达标概率"
        in answer.sentences[0]
    )
    assert answer.tables["sums"]["apart"].tolist() == [0.0]
    unforecast = land_and_projects(assessed(*this, targets=[target]), cases)
    assert unforecast.sentences[0] == "供地120亩：2024年9月末为 72 亩，完成目标的 60%，不作预测。"
    near = [level("lan.supply.area", f"2024-{n:02d}", 119.5 * n / 12) for n in range(1, 13)]
    for rule, told in (
        ("at_least", "119.5 亩，完成目标的 99%，未实现"),
        ("at_most", "119.5 亩，已实现"),
    ):
        aim = dataclasses.replace(target, rule=rule)
        said = land_and_projects(assessed(*near, targets=[aim]), cases).sentences[0]
        assert said.startswith(f"供地120亩：2024年12月末为 {told}")
    ranked = known(parcels=[parcel(name, output=5.0 - n) for n, name in enumerate("ABCD")])
    assert land_and_projects(assessed(), ranked).sentences[0].endswith("最低的是D。")


def risk(case, found, reported=None, handled=None, closed=None, due=None, type="债务"):
    steps = {"found": found, "reported": reported, "handled": handled, "closed": closed}
    return {"case": case, "type": type, "due": due, **steps}


def test_the_funnel_counts_steps_and_overdue_cases_are_those_open_after_their_day():
    cases = known(
        risks=[
            risk("A", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", due="2024-01-04"),
            risk("B", "2024-02-01", "2024-02-02", due="2024-10-07"),
            risk("C", "2024-02-01", due="2024-10-08", type="安全生产"),
            risk("D", "2023-11-01", "2023-11-02", "2023-11-03", due="2023-12-31"),
            risk("E", "2024-03-01"),
        ]
    )
    answer = risk_and_governance(assessed(), cases)
    funnel = answer.tables["funnel"].set_index("type")
    assert funnel.loc["债务"].to_list() == [3, 2, 1, 1, 1]
    assert funnel.loc["安全生产"].to_list() == [1, 0, 0, 0, 0]
    assert funnel.loc["合计"].to_list() == [4, 2, 1, 1, 1]
    overdue = answer.tables["overdue"].set_index("case")
    assert overdue["days_late"].to_dict() == {"D": 282, "B": 1}
    assert overdue["step_zh"].to_dict() == {"D": "处置", "B": "上报"}
    assert overdue["due"]["D"] == "2023-12-31"
    assert answer.sentences == (
        "截至 2024-10-08 报送，2024年风险发现 4 件，上报 2 件，处置 1 件，办结 1 件；"
        "连同以前年度，逾期未办结 2 件。",
    )


def matter(case, received, due=None, answered=None, type="信访"):
    return {"case": case, "type": type, "received": received, "due": due, "answered": answered}


def test_answers_in_time_are_a_share_of_what_was_due():
    cases = known(
        governance=[
            matter("A", "2024-09-01", "2024-09-11", "2024-09-11"),
            matter("B", "2024-09-01", "2024-09-11", "2024-09-13"),
            matter("C", "2024-09-01", "2024-09-11"),
            matter("D", "2024-09-20", "2024-10-20", "2024-09-22"),
            matter("E", "2024-09-20", None, "2024-09-23", type="欠薪"),
            matter("F", "2023-09-20", "2023-10-20"),
        ]
    )
    answer = risk_and_governance(assessed(level("gov.petition", "2024-09", 4.0)), cases)
    table = answer.tables["response"].set_index("type")
    assert table.loc["信访", ["received", "answered", "n_due", "on_time"]].to_list() == [4, 3, 3, 1]
    assert table["on_time_pct"]["信访"] == pytest.approx(100 / 3)
    assert table["median_days"].to_dict() == {"信访": 10.0, "欠薪": 3.0, "合计": 6.5}
    # Nothing of it has a last day: no share, not a share of nothing.
    assert pd.isna(table["on_time_pct"]["欠薪"])
    assert answer.sentences[0] == (
        "2024年受理群众事项 5 件，到期的 3 件中按时答复 33.3%，答复用时的中位数 6.5 天。"
    )
    assert answer.tables["sums"]["apart"].tolist() == [0.0]


def test_what_is_not_quite_all_is_no_hundred_percent():
    asked = [matter(f"{n}", "2024-09-01", "2024-09-11", "2024-09-05") for n in range(2999)]
    late = matter("late", "2024-09-01", "2024-09-11", "2024-09-13")
    answer = risk_and_governance(assessed(), known(governance=[*asked, late]))
    assert "到期的 3000 件中按时答复 99.9%" in answer.sentences[0]


def test_an_answer_is_as_of_the_last_delivery_that_it_tells():
    # Ledgers of 8 November under 截至 2024-10-31, the day of the last figure.
    projects = [project("A", 10.0, 7.0), project("B", 20.0, 5.0, period="2025-01")]
    for delivered, day in (("2024-11-08", "2024-11-08"), ("2024-10-08", "2024-10-31")):
        answer = land_and_projects(assessed(), known(delivered, projects=projects))
        assert answer.as_of == day
    assert answer.sentences[-1] == "1 个项目已改按以后年度的计划报送，不在其内。"


def test_no_share_and_no_median_is_told_of_nothing():
    fresh = known(governance=[matter("A", "2024-10-01", "2024-10-20")])
    answer = risk_and_governance(assessed(), fresh)
    assert answer.sentences[0] == "2024年受理群众事项 1 件，没有到期的，没有答复的。"


def test_answers_say_what_is_sensitive_simulated_missing_and_disputed():
    cases = known(provenance="simulated", parcels=[parcel("A")])
    land, risk_answer = (
        land_and_projects(assessed(), cases),
        risk_and_governance(assessed(), cases),
    )
    assert (land.sensitive, risk_answer.sensitive) == (False, True)
    assert risk_answer.as_dict()["sensitive"] is True
    assert land.simulated and not land_and_projects(assessed(), known()).simulated
    assert land.notes == ("没有这些台账，说不出：重点项目、两个疏解、文物保护",)
    assert risk_answer.notes == (
        "没有这些台账，说不出：风险隐患、社会治理",
        "敏感台账，不进公开报告：风险隐患、社会治理",
    )
    assert risk_answer.sentences == ()
    assert all(table.empty for table in risk_answer.tables.values())
