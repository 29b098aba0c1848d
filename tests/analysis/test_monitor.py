"""The page of indicators: lights with their reasons, never a light where nothing is known."""

import datetime as dt
import re
from dataclasses import replace

import pandas as pd
import pytest

from lianhu_analysis.analysis import monitor
from lianhu_analysis.analysis.monitor_rules import load_rules
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.forecast.assessment import assess_targets
from lianhu_analysis.forecast.knowledge import Knowledge
from lianhu_analysis.forecast.verdict import Rules, judge
from lianhu_analysis.intake.checks.findings import CellRef, Finding
from lianhu_analysis.intake.corrections import Assured
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.render.english import English, has_chinese
from lianhu_analysis.workspace import Region, load_workspace
from tests.forecast.frames import catalogue, figures, indicator
from tests.forecast.test_verdict import target

MARKS = load_rules()
RULES = Rules(("official",), (), (2020, 2021))
GDP = indicator("gdp.total")
DONE = indicator("prj.done", theme="effective_investment")
OLD = indicator("csm.old", tier="monitor", theme="potential_consumption")
RISK = indicator("rsk.count", tier="monitor", mechanism="risk", theme="risk", sensitive=True)
NONE = indicator("opn.none", tier="monitor", theme="opening_up")
YEARLY = indicator("ene.use", tier="monitor", frequency="A", theme="environment")
LIST = catalogue(GDP, DONE, OLD, RISK, NONE, YEARLY)
DISTRICT, CITY = Region("100000", "某区", "X"), Region("200000", "某市", "Y")
NOVEMBER = dt.date(2024, 11, 30)


def quarter(n):
    return f"{2016 + n // 4}Q{n % 4 + 1}"


def world():
    """Five years of everything; the city's growth in the newest quarter only."""
    growth = [5.0 + (n * 7 % 5) / 10 for n in range(33)] + [5.2, 4.9]  # to 2024Q3
    rows = [("gdp.total", "yoy", "ytd", quarter(n), v, "2024-10-20") for n, v in enumerate(growth)]
    for year in range(2021, 2024):
        shares = {
            2021: (0.2, 0.4, 0.6, 1.0),
            2022: (0.2, 0.4, 0.7, 1.0),
            2023: (0.2, 0.5, 0.8, 1.0),
        }
        rows += [
            ("prj.done", "level", "ytd", f"{year}Q{q}", 100 * share, "2024-10-20")
            for q, share in enumerate(shares[year], start=1)
        ]
    rows += [("prj.done", "level", "ytd", "2024Q3", 65.0, "2024-10-20")]
    rows += [("csm.old", "yoy", "ytd", quarter(n), 3.0 + n % 3, "2023-01-20") for n in range(28)]
    rows += [("rsk.count", "yoy", "ytd", quarter(n), 9.0 + n % 4, "2024-10-20") for n in range(35)]
    rows += [("ene.use", "yoy", "annual", str(y), 2.0, "2024-06-20") for y in range(2016, 2024)]
    city = figures(("gdp.total", "yoy", "ytd", "2024Q3", 5.1, "2024-10-20")).assign(region="200000")
    return pd.concat([figures(*rows), city], ignore_index=True)


def asked(targets=(), frame=None, findings=(), at=None):
    frame = world() if frame is None else frame
    assessment = assess_targets(
        frame,
        targets,
        region=DISTRICT,
        parents=(CITY,),
        year=2024,
        as_of=NOVEMBER,
        catalogue=LIST,
        rules=RULES,
    )
    own = frame[frame["region"] == "100000"]
    return monitor.monitor(assessment, Assured(frame, tuple(findings)), RULES, Knowledge(own), at)


@pytest.fixture(scope="module")
def answer():
    return asked(
        [target(value=4.8), target("prj.done", measure="level", value=100.0, rule="at_least")]
    )


def everyone(answer):
    return pd.concat([answer.tables["core"], answer.tables["monitor"]])


def row(answer, code):
    return everyone(answer).set_index("code").loc[code]


def test_one_row_an_indicator_in_the_order_of_the_list(answer):
    for tier in ("core", "monitor"):
        assert list(answer.tables[tier]["code"]) == [i.code for i in LIST if i.tier == tier]


def test_the_newest_growth_its_change_rank_and_gap(answer):
    found = row(answer, "gdp.total")
    assert (found["period"], found["value"], found["unit"]) == ("2024Q3", 4.9, "增速%")
    assert (found["change"], found["run"], found["rank"]) == (-0.3, 2, "35/35")  # 5.4, 5.2, 4.9
    # Eight years of 2.0 each.
    assert row(answer, "ene.use")["rank"] == "并列1/8"
    assert English({}).text("并列1/8") == "Joint 1/8"
    assert found["gap"] == -0.2


def test_an_amount_is_compared_with_a_year_before(answer):
    found = row(answer, "prj.done")
    assert (found["value"], found["unit"], found["change"]) == (65.0, "亿元", -15.0)
    assert pd.isna(found["rank"])  # third of four is a rank of nothing
    assert pd.isna(found["run"])


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("prj.done", "没有公布增速"),
        ("csm.old", "早已没有新数"),
        ("rsk.count", "不论冷热"),
        ("opn.none", "没有这一口径的数据"),
        ("ene.use", "年度指标、历史太短或没有波动"),
    ],
)
def test_no_light_of_heat_without_its_reason(answer, code, reason):
    found = row(answer, code)
    assert pd.isna(found["heat_light"]) and pd.isna(found["score"])
    assert found["heat_reason"] == reason
    assert (found["plan_reason"] == "没有计划") == (code != "prj.done")


def test_a_figure_that_is_no_news_keeps_its_value_only(answer):
    found = row(answer, "csm.old")
    assert found["value"] == 3.0 and found["period"] == "2022Q4"
    assert pd.isna(found["change"]) and pd.isna(found["run"])
    assert not answer.tables["falls"]["code"].eq("csm.old").any()


def test_the_light_of_heat_is_that_of_the_score(answer):
    found = row(answer, "gdp.total")
    values = [5.0 + (n * 7 % 5) / 10 for n in range(33)] + [5.2, 4.9]
    usual = pd.Series([v for n, v in enumerate(values) if quarter(n)[:4] not in ("2020", "2021")])[
        -20:
    ]
    assert found["score"] == pytest.approx((4.9 - usual.mean()) / usual.std())
    assert found["heat_light"] == MARKS.light(found["score"])


def test_plans_have_lights_distances_and_our_probability(answer):
    plans = answer.tables["targets"].set_index("code")
    assert plans.loc["gdp.total", "target_light"] == "黄·欠缺"  # above the plan, below the city
    assert plans.loc["gdp.total", "distance"] == pytest.approx(0.1)
    assert "比上级 -0.2" in plans.loc["gdp.total", "target_reason"]
    # 65 % done, usually (60 + 70 + 80) / 300, never less than 60 %.
    assert plans.loc["prj.done", "target_light"] == "黄·欠缺"
    assert plans.loc["prj.done", "distance"] == pytest.approx(-5.0)
    assert 0 < plans.loc["gdp.total", "probability"] <= 1
    assert row(answer, "gdp.total")["target_light"] == "黄·欠缺"


GROWTH = judge(world()[world()["region"] == "100000"], target(), LIST, RULES)


@pytest.mark.parametrize(
    ("rule", "value", "actual", "gap", "light"),
    [
        ("about", 5.0, 4.8, 0.0, "绿·达标"),  # within the tolerance of 左右
        ("about", 5.0, 4.8, None, "绿·达标"),  # the city is unknown, which is said
        ("about", 5.0, 4.8, -0.1, "黄·欠缺"),
        ("about", 5.0, 4.7, 0.3, "黄·欠缺"),
        ("at_least", 5.0, 4.9, 0.0, "黄·欠缺"),
        ("at_least", 5.0, -0.1, 3.0, "红·落后"),
        # A plan below zero may be met while things fall.
        ("at_least", -2.0, -1.0, None, "绿·达标"),
        ("at_least", -2.0, -1.0, -0.3, "黄·欠缺"),
        ("at_least", -2.0, -2.1, 0.3, "红·落后"),
        ("at_most", 3.0, 3.0, None, "绿·达标"),
        ("at_most", 3.0, 3.5, None, "红·落后"),
        ("about", 5.0, None, None, None),
    ],
)
def test_lights_of_growth(rule, value, actual, gap, light):
    aim = target(value=value, rule=rule, tolerance=0.2 if rule == "about" else 0.0)
    distance, found, reason = monitor.target_light(
        replace(GROWTH, target=aim, actual=actual), gap, MARKS
    )
    assert found == light and reason
    # Above a ceiling is worse, as below any other plan.
    worse = -1 if rule == "at_most" else 1
    assert distance == (None if actual is None else pytest.approx(worse * (actual - value)))
    if gap is None and actual is not None:
        assert ("库中没有上级同期的数" in reason) == aim.is_growth
    # A nation has nobody above.
    assert (
        "上级"
        not in monitor.target_light(
            replace(GROWTH, target=aim, actual=actual), None, MARKS, above=False
        )[2]
    )


def test_a_plan_that_is_met_when_the_year_is_over_is_green_whatever_the_city_did():
    aim = target(value=1.0, rule="at_least")
    verdict = replace(GROWTH, target=aim, actual=1.0)
    open_, over = (
        monitor.target_light(replace(verdict, status=status), -2.0, MARKS)[1]
        for status in ("ok", "reached")
    )
    assert (open_, over) == ("黄·欠缺", "绿·达标")


def test_a_light_and_its_reason_go_by_what_is_printed():
    # A workbook held -0.04 and 5.95, which are published as 0.0 and 6.0.
    for value, actual, light, said in (
        (0.0, -0.04, "绿·达标", "0，计划 0"),
        (6.0, 5.95, "绿·达标", "6，计划 6"),
        (6.0, -35.785686, "红·落后", "-35.8，计划 6"),
    ):
        verdict = replace(GROWTH, target=target(value=value, rule="at_least"), actual=actual)
        distance, found, reason = monitor.target_light(verdict, None, MARKS)
        assert found == light and reason.startswith(said)
        assert distance == pytest.approx(float(said.partition("，")[0]) - value)


def test_growth_that_misses_its_plan_for_the_year_is_behind():
    missed = replace(GROWTH, target=target(value=5.0), actual=4.7, status="missed")
    assert monitor.target_light(missed, None, MARKS)[1] == "红·落后"


def test_an_amount_within_the_tolerance_of_its_plan_is_green():
    aim = target("prj.done", measure="level", value=100.0, tolerance=2.0, decimals=None)
    for actual, status, light, said in (
        (99.0, "reached", "绿·达标", "完成 99.0%"),
        (97.9, "missed", "红·落后", "完成 97.9%"),
    ):
        verdict = replace(GROWTH, target=aim, actual=actual, status=status)
        assert monitor.target_light(verdict, None, MARKS)[1] == light
        assert said in monitor.target_light(verdict, None, MARKS)[2]
    near = replace(GROWTH, target=replace(aim, tolerance=0.0), actual=99.96, status="missed")
    assert "完成 99.9%" in monitor.target_light(near, None, MARKS)[2]


def test_a_plan_for_an_amount_is_not_held_against_growth():
    rows = [("gdp.total", "level", "ytd", "2024Q3", 65.0, "2024-10-20")]
    frame = pd.concat([world(), figures(*rows)], ignore_index=True)
    answer = asked([target(measure="level", value=100.0, rule="at_least", unit="亿元")], frame)
    found = row(answer, "gdp.total")
    assert found["value"] == 4.9 and pd.isna(found["plan"]) and pd.isna(found["distance"])
    assert answer.tables["targets"].loc[0, ["actual", "plan"]].tolist() == [65.0, 100.0]


def test_of_two_plans_the_one_for_what_is_shown_is_held_against_it():
    frame = pd.concat(
        [world(), figures(("gdp.total", "level", "ytd", "2024Q3", 65.0, "2024-10-20"))],
        ignore_index=True,
    )
    amount = target(measure="level", value=100.0, rule="at_least", unit="亿元")
    for plans in ([amount, target(value=5.5)], [target(value=5.5), amount]):
        found = row(asked(plans, frame), "gdp.total")
        assert (found["value"], found["plan"], found["target_light"]) == (4.9, 5.5, "黄·欠缺")


def test_lights_of_plans_are_told_with_their_year_and_not_without_a_plan(answer):
    assert "2024年 2 项目标的达标灯：黄·欠缺 2 项。" in answer.sentences
    assert not any("达标灯" in said for said in asked().sentences)


AMOUNT = target("prj.done", measure="level", value=100.0, rule="at_least", tolerance=0.0)
PROGRESS = judge(world()[world()["region"] == "100000"], AMOUNT, LIST, RULES)


@pytest.mark.parametrize(
    ("changes", "light", "distance"),
    [
        ({"actual": 70.0}, "绿·达标", 0.0),
        ({"actual": 60.0}, "黄·欠缺", -10.0),
        ({"actual": 59.0}, "红·落后", -11.0),
        ({"actual": 100.0, "status": "reached"}, "绿·达标", 0.0),
        ({"actual": 97.0, "status": "missed"}, "红·落后", -3.0),
        ({"actual": 65.0, "usual_share": None}, None, None),
    ],
)
def test_lights_of_amounts(changes, light, distance):
    found = monitor.target_light(replace(PROGRESS, **changes), None, MARKS)
    assert found[1] == light
    assert found[0] == (None if distance is None else pytest.approx(distance))


@pytest.mark.parametrize(
    ("changes", "value", "light", "distance"),
    [
        ({"actual": 70.0}, 100.0, "绿·达标", 0.0),  # usually seven tenths are there
        ({"actual": 71.0}, 100.0, "黄·欠缺", -1.0),
        ({"actual": 101.0}, 100.0, "红·落后", -31.0),
        ({"actual": 101.0, "status": "missed"}, 100.0, "红·落后", -1.0),
        ({"actual": 71.0, "usual_share": None}, 100.0, "绿·达标", None),
        ({"actual": 0.0}, 0.0, "绿·达标", None),
        ({"actual": 1.0, "status": "missed"}, 0.0, "红·落后", None),
    ],
)
def test_lights_of_ceilings_on_amounts(changes, value, light, distance):
    aim = replace(AMOUNT, rule="at_most", value=value)
    found = monitor.target_light(replace(PROGRESS, target=aim, **changes), None, MARKS)
    assert found[1] == light
    assert found[0] == (None if distance is None else pytest.approx(distance))


def test_a_ceiling_on_a_stock_is_held_against_the_whole_of_it():
    debt = replace(PROGRESS.indicator, kind="stock", span="point")
    aim = replace(AMOUNT, rule="at_most")
    verdict = replace(PROGRESS, target=aim, indicator=debt)
    lights = [monitor.target_light(replace(verdict, actual=v), None, MARKS) for v in (98.0, 107.0)]
    assert [light[:2] for light in lights] == [
        (pytest.approx(2.0), "绿·达标"), (pytest.approx(-7.0), "红·落后"),
    ]  # fmt: skip


def test_what_is_decided_is_not_held_against_usual_progress():
    said = [
        monitor.target_light(replace(PROGRESS, actual=100.0, status=status), None, MARKS)[2]
        for status in ("reached", "ok")
    ]
    assert "完成 100.0%" in said[0] and "常年" not in said[0]
    assert "常年 70.0%" in said[1]


def test_figures_beside_a_light_have_all_their_digits():
    many = replace(PROGRESS.target, value=1_800_000.0)
    said = monitor.target_light(replace(PROGRESS, actual=1_523_456.5, target=many), None, MARKS)[2]
    assert said.startswith("1,523,456.5，计划 1,800,000，")


def test_with_few_complete_years_the_limit_is_a_part_of_the_usual():
    few = replace(MARKS, min_years=4)
    # 70 % less three tenths is 49 %.
    assert monitor.target_light(replace(PROGRESS, actual=49.0), None, few)[1] == "黄·欠缺"
    assert monitor.target_light(replace(PROGRESS, actual=48.0), None, few)[1] == "红·落后"


def test_counts_of_areas_add_up(answer):
    areas = answer.tables["areas"].set_index("area_zh")
    assert areas.loc[["核心指标", "监测指标"], "indicators"].tolist() == [2, 4]
    assert (
        areas.loc["效益投资", "indicators"] == len(answer.tables["focus_effective_investment"]) == 1
    )
    # Of the core only GDP has growth; an amount below last year's does not slow down.
    assert areas.loc["核心指标", ["faster", "slower"]].tolist() == [0, 1]


def test_paces_are_those_of_the_period_that_is_asked_for():
    frame = world()
    rows = [
        ("prj.done", "yoy", "ytd", p, v, "2024-10-20")
        for p, v in (("2024Q1", 1.0), ("2024Q2", 2.0))
    ]
    frame = pd.concat([frame[frame["indicator"].ne("prj.done")], figures(*rows)], ignore_index=True)
    # GDP of the third quarter fell from 5.2; of investment nothing is known since the second.
    told = asked(frame=frame, at=Period(2024, "Q", 3))
    said = "2 项核心指标中 1 项有至2024年9月的增速和上期可比：0 项加快、1 项回落。"
    assert told.sentences[0] == said and not has_chinese(English({}).text(said))
    newest = asked(frame=frame).sentences[0]
    assert newest == "2 项核心指标中 2 项最新的增速有上期可比：1 项加快、1 项回落。"
    assert not has_chinese(English({}).text(newest))
    before = asked(frame=frame, at=Period(2024, "Q", 2)).tables["areas"].iloc[0]
    assert before[["compared", "faster", "slower"]].to_list() == [2, 1, 1]  # GDP: 5.4 to 5.2


def test_a_finding_on_the_newest_figure_is_an_anomaly():
    def finding(period, severity="Bad", region="100000"):
        return Finding(
            severity, "stale_repeat", region, "official", "gdp.total", "yoy", "ytd", period, (),
            (CellRef("a.csv", "", "B2"),), "与上年同期一模一样", "请核对",
        )  # fmt: skip

    found = asked(
        findings=[
            finding("2024Q3"),
            finding("2024Q2"),
            finding("2024Q3", "Uncertain"),
            finding("2024Q3", region="200000"),
        ]
    ).tables["anomalies"]
    assert found.to_numpy().tolist() == [
        ["名称gdp.total", "2024Q3", "可疑", "stale_repeat", "与上年同期一模一样"]
    ]


def test_every_number_said_stands_in_a_table(answer):
    said = " ".join(answer.sentences)
    core = answer.tables["areas"].iloc[0]
    paces = f"{core.faster} 项加快、{core.slower} 项回落"
    assert f"{core.indicators} 项核心指标中 {core.compared} 项最新的增速有上期可比：{paces}" in said
    assert not re.search(r"nan|None|扩散指数", said)


def test_diffusion_is_said_of_the_newest_months_with_series_enough(monkeypatch):
    monkeypatch.setattr(monitor, "load_rules", lambda: replace(MARKS, min_series=1))
    found = asked()
    newest = found.tables["diffusion"].iloc[-1]
    said = "扩散指数 0.0%：1 项增速中 0 项加快、1 项回落（持平的算半项）。"  # from 5.2 to 4.9
    assert (newest.month, f"2024年9月{said}" in found.sentences) == ("2024-09", True)


def test_sensitive_indicators_are_marked(answer):
    assert everyone(answer).set_index("code")["sensitive"].to_dict() == {
        item.code: item.sensitive for item in LIST
    }


def test_the_nation_is_monitored(national):
    answer = Session(national, dt.date(2024, 10, 31)).monitor()
    assert not answer.simulated
    found = row(answer, "gdp.total")
    assert (found["period"], found["value"], found["change"]) == ("2024Q3", 4.8, -0.2)
    # No parent, so nobody to be held against.
    assert everyone(answer)["gap"].isna().all()
    index = answer.tables["index"]
    assert index["index"].isna().all() and "一致指数" not in " ".join(answer.sentences)


def test_the_plan_of_a_year_that_is_over_is_not_held_against_the_next(national):
    answer = Session(national, dt.date(2026, 5, 1)).monitor()
    found = row(answer, "gdp.total")
    assert found["period"] == "2026Q1"
    assert pd.isna(found["plan"]) and pd.isna(found["target_light"])


def test_an_empty_store_has_no_light(empty):
    answer = Session(load_workspace(empty.root)).monitor()
    indicators = everyone(answer)
    assert len(indicators) == len(Session(empty).catalogue)
    assert indicators["heat_light"].isna().all() and indicators["target_light"].isna().all()
    assert set(indicators["heat_reason"]) == {"没有这一口径的数据"}


def test_of_a_first_delivery_pace_and_lights_are_unknown_and_not_nought(empty):
    answer = Session(empty).monitor()
    areas = answer.tables["areas"]
    assert areas[["faster", "slower", "hot", "normal", "cold"]].isna().all(axis=None)
    assert areas["compared"].eq(0).all()
    assert "说不出加快还是回落" in answer.sentences[0]
    assert answer.sentences[1] == "核心指标的景气灯都不亮：没有数字，历史太短，或数字太旧。"
