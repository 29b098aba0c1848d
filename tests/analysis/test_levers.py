"""A lever does what it says when it is pulled."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis.analysis import levers
from lianhu_analysis.analysis.futures import futures_of
from lianhu_analysis.analysis.levers import levers_answer, parts_beside, shift_needed
from lianhu_analysis.analysis.scenarios import read_scenario, scenario_answer
from lianhu_analysis.errors import ForecastError, UsageError
from lianhu_analysis.forecast.assessment import assess_targets
from lianhu_analysis.forecast.knowledge import Knowledge
from lianhu_analysis.workspace import Region
from tests.analysis.district import beside, world
from tests.forecast.frames import catalogue, figures, indicator
from tests.forecast.test_verdict import RULES, target

OTHERS = ("gdp.secondary", "gdp.tertiary")


def test_the_shift_is_an_order_statistic_by_hand():
    draws = np.array([4.0, 4.2, 4.4, 4.6, 4.8, 5.0, 5.2, 5.4, 5.6])
    # Of nine, (m + .5) / 10 must be at least .5: m = 5, so the fifth highest must reach 4.95.
    assert shift_needed(target(), draws, 0.5) == pytest.approx(0.15)
    assert target().chance_in(draws + 0.15 + 1e-9) >= 0.5
    assert target().chance_in(draws + 0.15 - 1e-6) < 0.5
    assert shift_needed(target(), draws + 2.0, 0.8) == 0.0
    most = target(rule="at_most", tolerance=0.0)
    # The eighth lowest, 5.4, must come down to 5.05.
    assert shift_needed(most, draws, 0.8) == pytest.approx(-0.35)
    counts = np.array([1.0, 2.0, 3.0])
    assert shift_needed(target(value=5, decimals=None), counts, 0.5) == 3.0


def test_parts_are_those_with_a_weight():
    assert parts_beside(world(), RULES) == [("gdp.secondary", "yoy"), ("gdp.tertiary", "yoy")]


def test_every_lever_brings_the_chance_it_promises():
    futures = beside(*OTHERS)
    told = levers_answer(futures)
    rows = told.tables["levers"]
    # The chance of a target stands in a table even where it needs no lever.
    assert len(told.tables["chances"]) == len(told.sentences)
    assert set(rows["link"]) >= {"自身", "核算"}
    for item in rows.to_dict("records"):
        path = {"indicator": item["indicator"], "measure": item["measure"]}
        scenario, refuse = read_scenario(
            {"path": [path | {"shock": item["rest"] - item["forecast_rest"]}]}
        )
        after = scenario_answer(scenario, futures, refuse).tables["targets"]
        chance = after.set_index("indicator").loc[item["target"], "probability_after"]
        # Counts come in steps: theirs may be more.
        assert chance >= item["goal"] - 0.005
        if item["target"] != "lan.acq.projects":
            assert chance == pytest.approx(item["goal"], abs=0.005)


def test_the_most_usual_comes_first_and_history_is_counted():
    rows = levers_answer(beside(*OTHERS), ["gdp.total"]).tables["levers"]
    for _, group in rows.groupby("goal"):
        shares = (group["history_reached"] / group["history_years"]).to_list()
        assert shares == sorted(shares, reverse=True)
    own = rows[rows["link"] == "自身"].iloc[0]
    past = world().verdict("gdp.total").required.precedents.values
    assert own["history_reached"] == sum(value >= own["rest"] for value in past)
    assert own["history_years"] == len(past)


def test_years_are_counted_in_whole_numbers_beside_unknown_ones(monkeypatch):
    futures = beside(*OTHERS)
    unknown = futures.verdicts[futures.aims].indicator.code
    usual = levers.path_fields

    def some_unknown(column, *rest):
        row = usual(column, *rest)
        return row | ({"history_reached": np.nan} if row["indicator"] == unknown else {})

    monkeypatch.setattr(levers, "path_fields", some_unknown)
    counted = levers_answer(futures, ["gdp.total"]).tables["levers"]["history_reached"]
    assert counted.isna().any() and {str(n) for n in counted.dropna()} <= {
        str(n) for n in range(20)
    }


def test_counts_come_in_whole_steps():
    told = levers_answer(beside(*OTHERS), ["lan.acq.projects"])
    own = told.tables["levers"].query("link == '自身'")
    assert own["said"].all()
    half = own.set_index("goal").loc[0.5]
    assert (half["year_end"], half["rest"]) == (11, 4)  # seven are done
    assert "全年为 11 个（比预测高 " in told.sentences[0]
    assert " 个），即 2024Q4 为 4 个" in told.sentences[0]


def test_a_lever_of_growth_says_how_many_points_above_the_forecast_it_is():
    told = levers_answer(beside(*OTHERS), ["gdp.total"])
    half = told.tables["levers"].query("link == '自身'").iloc[0]
    said = f"全年增速为 {half['year_end']:.2f}%（比预测高 {half['more_year']:.2f} 个百分点）"
    assert said in told.sentences[0]


def test_of_some_targets_only_their_own_parts_are_asked_and_no_lever_changes():
    assert parts_beside(world(), RULES, ["lan.acq.projects"]) == []
    every, some = levers_answer(beside(*OTHERS)), levers_answer(beside(*OTHERS), ["gdp.total"])
    rows = every.tables["levers"]
    own = rows[rows["target"].eq("gdp.total")].reset_index(drop=True)
    pd.testing.assert_frame_equal(some.tables["levers"], own)
    assert set(some.sentences) < set(every.sentences)


def test_a_target_that_is_none_is_refused():
    with pytest.raises(UsageError, match=r"'gdp\.tertiary'.*可填 gdp\.total"):
        levers_answer(beside(*OTHERS), ["gdp.tertiary"])
    with pytest.raises(UsageError, match=r"fis\.revenue\.gpb"):
        levers_answer(beside(*OTHERS), ["fis.revenue.gpb"])


def test_a_chance_that_is_told_as_the_goal_needs_no_lever(monkeypatch):
    futures = beside(*OTHERS)
    monkeypatch.setattr(type(target()), "chance_in", lambda *_: 0.796)  # told as 80 %
    (said,) = levers_answer(futures, ["gdp.total"]).sentences
    assert said == "增长5%左右：现有 80% 的把握（不含容差）。"


def test_no_lever_asks_to_undo_what_is_done():
    # Eight accidents of at most ten are there: 80 % would have wanted seven in the whole year.
    accidents = indicator("rsk.accident", unit="起", level_price="na")
    rests = (2, 9, 1, 8, 4, 0, 7, 3, 5, 6)
    rows = [
        (accidents.code, "level", "ytd", f"{year}Q{q}", 2.0 * q + (q == 4) * rest, f"{year}-12-{q + 20}")
        for year, rest in zip(range(2014, 2024), rests, strict=True)
        for q in range(1, 5)
    ] + [(accidents.code, "level", "ytd", "2024Q3", 8.0, "2024-10-15")]  # fmt: skip
    aim = target(accidents.code, measure="level", value=10.0, rule="at_most", tolerance=0.0,
                 unit="起", decimals=None)  # fmt: skip
    known = Knowledge(figures(*rows))
    assessment = assess_targets(
        known.versions, [aim], region=Region("100000", "某区"), year=2024,
        as_of=dt.date(2024, 10, 31), catalogue=catalogue(accidents), rules=RULES, knowledge=known,
    )  # fmt: skip
    rows = levers_answer(futures_of(assessment, [], RULES, known)).tables["levers"]
    assert (rows["goal"].to_list(), rows["rest"].to_list()) == ([0.5], [2.0])


def test_what_is_over_is_no_lever():
    futures = beside(*OTHERS)
    january = replace(futures.assessment, as_of=dt.date(2025, 1, 10))
    with pytest.raises(ForecastError, match="全年数尚未公布"):
        levers_answer(replace(futures, assessment=january))


def test_no_share_is_asked_to_exceed_the_whole():
    # 80 % for 99 would have wanted a year of 101 %.
    share = indicator("env.good_share", kind="rate", unit="%", level_price="na")
    rows = [
        (share.code, "level", "ytd", f"{year}Q{q}", 92.0 + q + (q == 4) * (year % 4), f"{year}-12-{q + 20}")
        for year in range(2012, 2024)
        for q in range(1, 5)
    ] + [(share.code, "level", "ytd", "2024Q3", 95.0, "2024-10-15")]  # fmt: skip
    aim = target(share.code, measure="level", value=99.0, rule="at_least", tolerance=0.0, unit="%",
                 decimals=None)  # fmt: skip
    known = Knowledge(figures(*rows))
    assessment = assess_targets(
        known.versions, [aim], region=Region("100000", "某区"), year=2024,
        as_of=dt.date(2024, 10, 31), catalogue=catalogue(share), rules=RULES, knowledge=known,
    )  # fmt: skip
    told = levers_answer(futures_of(assessment, [], RULES, known))
    assert told.tables["levers"]["goal"].tolist() == [0.5]
    assert told.tables["levers"]["year_end"].max() <= 100.0 and "80%" not in told.sentences[0]
