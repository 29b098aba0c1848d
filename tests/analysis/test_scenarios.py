"""A scenario is arithmetic on published figures, says what nothing links, and refuses with a line."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.analysis.answer import chance_text
from lianhu_analysis.analysis.futures import Event, forecast_alone, futures_of
from lianhu_analysis.analysis.scenarios import (
    _clash,
    path_fields,
    read_scenario,
    rest_of,
    scenario_answer,
)
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.errors import UsageError
from lianhu_analysis.forecast.knowledge import Knowledge
from tests.analysis.district import beside, world
from tests.forecast.frames import catalogue, indicator
from tests.forecast.test_verdict import RULES

OTHERS = ("gdp.secondary", "gdp.tertiary", "ene.elec")


def ask(*paths, title="试"):
    scenario, refuse = read_scenario({"title": title, "path": list(paths)})
    return scenario_answer(scenario, beside(*OTHERS), refuse)


def row(answer, indicator, table="targets"):
    rows = answer.tables[table]
    return rows[rows["indicator"] == indicator].iloc[0]


def test_the_rest_of_the_year_makes_the_year_by_hand():
    verdict = world().verdict("gdp.total")
    # 72 of 100 lie behind, growing by 4.8: 0.72 * 4.8 + 0.28 * 6 = 5.136.
    base, span = rest_of(verdict)
    assert base + span * 6.0 == pytest.approx(5.136)
    told = row(ask({"indicator": "gdp.total", "rest": 6.0}), "gdp.total", "paths")
    assert told["year_end"] == pytest.approx(5.136)
    assert told["rest"] == pytest.approx(6.0)
    # As required growth backwards: 5.0 needs what makes 5.0.
    needed = verdict.required.value
    assert base + span * needed == pytest.approx(5.0)


def test_a_path_of_the_target_decides_it():
    met = row(ask({"indicator": "gdp.total", "rest": 6.0}), "gdp.total")
    missed = row(ask({"indicator": "gdp.total", "year": 4.9}), "gdp.total")
    assert (met["chance_after"], missed["chance_after"]) == (">99%", "<1%")
    assert met["probability_before"] == world().verdict("gdp.total").probability


def test_a_part_moves_its_whole_by_last_years_weight():
    answer = ask({"indicator": "gdp.tertiary", "shock": 2.0})
    # Two points more in the last 0.28 of the year, 0.6 of the whole.
    assert row(answer, "gdp.total")["mean_after"] - row(answer, "gdp.total")[
        "mean_before"
    ] == pytest.approx(2.0 * 0.28 * 0.6)
    assert row(answer, "gdp.total")["link"] == "核算"
    both = ask(
        {"indicator": "gdp.tertiary", "shock": 2.0}, {"indicator": "gdp.secondary", "shock": 2.0}
    )
    moved = row(both, "gdp.total")
    assert moved["mean_after"] - moved["mean_before"] == pytest.approx(2.0 * 0.28)


def test_a_shock_of_given_periods_counts_by_their_share():
    one = row(ask({"indicator": "gdp.total", "shock": -3.0}), "gdp.total", "paths")
    same = row(
        ask({"indicator": "gdp.total", "shock": -3.0, "periods": ["2024Q4"]}), "gdp.total", "paths"
    )
    assert one["year_end"] - one["forecast_year"] == pytest.approx(-3.0 * 0.28)
    assert same["year_end"] == pytest.approx(one["year_end"])


def test_what_nothing_links_is_blank_and_said():
    answer = ask({"indicator": "ene.elec", "year": 9.0})
    open_ones = answer.tables["targets"].iloc[:3]
    assert open_ones["probability_after"].isna().all()
    assert open_ones["chance_after"].isna().all()
    assert any("没有模型把所设路径与增长5%左右" in note for note in answer.notes)
    (together,) = answer.tables["joint"].to_dict("records")
    assert together["probability_after"] == together["probability_before"]


@pytest.mark.parametrize(
    "paths", [(), ({"indicator": "gdp.total", "rest": 9.0, "spread": float("inf")},)]
)
def test_a_scenario_that_says_nothing_changes_nothing(paths):
    answer = ask(*paths)
    changes = answer.tables["targets"]["difference"].to_numpy()
    assert np.abs(changes).max() < 1e-12
    (together,) = answer.tables["joint"].to_dict("records")
    assert together["probability_after"] == together["probability_before"]
    assert together["probability_before"] == pytest.approx(world().joint.probability, abs=1e-12)


def test_a_published_outcome_stays():
    answer = ask({"indicator": "gdp.total", "rest": 9.0})
    assert row(answer, "fis.revenue.gpb")["link"] == "已有结果"
    assert row(answer, "fis.revenue.gpb")["difference"] == 0.0


@settings(max_examples=25)
@given(
    st.floats(-5.0, 15.0), st.floats(0.0, 5.0), st.sampled_from([0.0, 0.3, 2.0]),
    st.sampled_from(["gdp.total", "csm.retail.total"]), st.sampled_from(["rest", "year", "shock"]),
)  # fmt: skip
def test_a_higher_path_never_lowers_its_own_target(low, more, spread, code, kind):
    chances = [
        row(ask({"indicator": code, kind: value, "spread": spread}), code)["probability_after"]
        for value in (low, low + more)
    ]
    assert chances[0] <= chances[1]


FILE = """title = "错"

[[path]]
indicator = "gdp.total"
rest = 6.0

[[path]]
{entry}
"""
FAULTS = {
    'indicator = "gdp.total"\nyear = 5.5': "与第 1 条说的是同一个数",
    'indicator = "gdp.nothing"\nrest = 5.5': "没有代码 'gdp.nothing'",
    'indicator = "fis.revenue.gpb"\nrest = 5.5': "全年数据已公布，不能再设",
    'indicator = "csm.retail.total"\nrest = -101': "rest = -101 意味着剩余时期为 -101.00 %，不可能低于 -100",
    # Seven are done.
    'indicator = "lan.acq.projects"\nyear = 6': "意味着剩余时期为 -1.00 个，不可能低于 0",
    'indicator = "csm.retail.total"\nshock = -1\nperiods = ["2024Q2"]': "periods：2024Q2 已公布",
    'indicator = "csm.retail.total"\nshock = -1\nperiods = ["春节"]': "春节",
    'indicator = "gdp.tertiary"\nrest = 5.0': "合计与分项",
    'indicator = "csm.retail.total"': "rest、year、shock 须写一个",
    'indicator = "csm.retail.total"\nrest = 5\nspread = -1': "spread = -1 应写成不小于 0 的数",
    'indicator = "csm.retail.total"\nrest = "5"': "应写成不加引号的数",
    'indicator = "csm.retail.total"\nrest = nan': "不是有限的数",
    'indicator = "csm.retail.total"\nrset = 5': "不认识的字段 rset",
    "rest = 5": "缺少 indicator",
}


@pytest.mark.parametrize("entry", FAULTS)
def test_a_path_that_cannot_be_is_refused_with_its_line(entry, tmp_path):
    file = tmp_path / "scenario.toml"
    file.write_text(FILE.format(entry=entry), encoding="utf-8")
    with pytest.raises(UsageError) as error:
        scenario, refuse = read_scenario(file)
        scenario_answer(scenario, beside(*OTHERS), refuse)
    assert FAULTS[entry] in str(error.value)
    assert "scenario.toml 的情景有" in str(error.value)
    assert "第 7 行起的 path 第 2 条" in str(error.value)


def test_growth_whose_share_is_not_published_takes_only_the_years_figure():
    with pytest.raises(UsageError, match=r"各期比重无从计算.*可改写 year"):
        ask({"indicator": "ene.elec", "rest": 9.0})
    assert np.isnan(row(ask({"indicator": "ene.elec", "year": 9.0}), "ene.elec", "paths")["rest"])


def test_every_fault_is_told_at_once():
    with pytest.raises(UsageError, match="情景有 2 处问题") as error:
        ask({"indicator": "gdp.total"}, {"indicator": "gdp.nothing", "rest": 1.0})
    assert "path 第 1 条" in str(error.value)


def test_parts_that_may_overlap_are_refused():
    # Above-scale retail and catering are both named as parts of retail, of no one sum.
    structure = load_structure()
    assert structure.apart("gdp.secondary", "gdp.tertiary", "gdp.total")
    assert not structure.apart("csm.above.retail", "csm.catering", "csm.retail.total")
    assert not structure.apart("gdp.finance", "gdp.tertiary", "gdp.total")


def test_a_probability_is_never_certain():
    assert [chance_text(item) for item in (0.0, 0.004, 0.5, 0.999, float("nan"))] == [
        "<1%", "<1%", "50%", ">99%", None,
    ]  # fmt: skip


def test_before_the_first_figure_the_rest_is_the_year_and_said_once():
    futures = beside(*OTHERS)
    column = next(n for n, v in enumerate(futures.verdicts) if v.indicator.code == "gdp.total")
    assert (
        "），即 2024Q4 增速为 "
        in path_fields(column, futures, futures.draws[:, column] + 1.0)["told"]
    )
    verdicts = list(futures.verdicts)
    # Of a stock the rest of the year is what comes to it.
    verdicts[column] = replace(
        verdicts[column], indicator=replace(verdicts[column].indicator, kind="stock")
    )
    stock = replace(futures, verdicts=tuple(verdicts))
    assert "即 2024Q4 净增 " in path_fields(column, stock, futures.draws[:, column] + 1.0)["told"]
    verdicts[column] = replace(verdicts[column], actual=None)
    begun = replace(futures, verdicts=tuple(verdicts))
    told = path_fields(column, begun, futures.draws[:, column] + 1.0)["told"]
    assert told.count("为 ") == 1 and "比预测高 1.00 个百分点，往年 " in told


def test_a_path_below_what_is_done_is_taken_where_that_may_fall():
    verdict = world().verdict("lan.acq.projects", "level")
    profit = replace(verdict, indicator=replace(verdict.indicator, name_zh="利润总额"))
    futures = beside(*OTHERS)
    column = futures.column["lan.acq.projects", "level"]
    verdicts = [*futures.verdicts]
    verdicts[column] = profit
    known = replace(futures, verdicts=tuple(verdicts))
    # Seven are done, and six are given.
    given = Event(column, 6.0 - futures.draws[:, column])
    assert set(known.given([given])[:, column]) == {6.0}
    assert set(futures.given([given])[:, column]) == {7.0}


def test_a_rate_in_percent_has_no_growth_to_be_given():
    rate = indicator("fis.tax_share", kind="rate", unit="%")
    known = replace(world(), catalogue=catalogue(*world().catalogue, rate))
    scenario, refuse = read_scenario({"path": [{"indicator": "fis.tax_share", "year": 80}]})
    with pytest.raises(UsageError, match='增减是百分点，不是增速。请写 measure = "level"'):
        scenario_answer(scenario, replace(beside(*OTHERS), assessment=known), refuse)


def test_amount_and_growth_of_one_indicator_contradict_each_other():
    found = world()
    amount = ("csm.retail.total", "level")
    futures = futures_of(
        found, [forecast_alone(found, amount, RULES, Knowledge(found.frame))], RULES,
        Knowledge(found.frame),
    )  # fmt: skip
    assert amount in futures.column
    level = {"indicator": amount[0], "measure": "level", "year": 500.0}
    growth = {"indicator": amount[0], "measure": "yoy", "year": 3.0}
    for paths in ([level, growth], [growth, level]):
        scenario, refuse = read_scenario({"path": paths})
        with pytest.raises(UsageError, match="path 第 2 条：与第 1 条说的是同一个数"):
            scenario_answer(scenario, futures, refuse)


def test_a_part_of_a_whole_without_a_target_contradicts_it_too():
    events = [Event(0, 0.0), Event(1, 0.0)]
    futures = beside(*OTHERS)
    items = [
        replace(futures.verdicts[n], indicator=indicator(code))
        for n, code in enumerate(("fis.tax", "fis.vat", "fis.cit"))
    ]
    known = replace(futures, verdicts=(*items, *futures.verdicts[3:]), weights=futures.weights * 0)
    assert _clash(*events, known) and _clash(*events[::-1], known)
    assert not _clash(Event(1, 0.0), Event(2, 0.0), known)
