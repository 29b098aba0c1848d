import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis.forecast.backtest import backtest, cells, events_table, reliability
from lianhu_analysis.forecast.verdict import Knowledge, judge
from tests.forecast.frames import catalogue, figures
from tests.forecast.test_verdict import AREA, GDP, LAND, RULES, gdp_frame, land_frame, target


@pytest.fixture(scope="module")
def record():
    return backtest(Knowledge(gdp_frame()), [target()], catalogue(GDP), RULES)


def test_one_row_a_forecast(record):
    assert set(record["position"]) == {"none", "Q1", "Q2", "Q3"}
    after_q3 = record[(record["position"] == "Q3") & (record["year"] == 2023)]
    assert {"combination", "persistence", "growth_model"} <= set(after_q3["model"])
    weights = after_q3[after_q3["model"] != "combination"]["weight"]
    assert weights.sum() == pytest.approx(1.0)
    assert (record["q100"] <= record["q900"]).all()
    assert record["rank"].between(0, 1, inclusive="neither").all()
    assert set(record.loc[record["outlier"], "year"]) == {2020, 2021}


def test_years_that_a_forecast_would_have_refused_are_not_scored(record):
    # Growth from 2014 on: after Q3, three comparable years lie behind 2017; before the
    # first figure of a year a rule needs the year before as well.
    assert record.loc[record["position"] == "Q3", "year"].min() == 2017
    assert record.loc[record["position"] == "none", "year"].min() == 2018


def test_the_event_is_the_announced_target_or_last_years_growth(record):
    # 2024 alone has a target; the years before are asked whether they reached the year before.
    assert set(record["event"]) == {"last_year"}
    one = record[(record["year"] == 2023) & (record["model"] == "combination")].iloc[-1]
    last = record.loc[record["year"] == 2022, "outcome"].iloc[0]
    assert one["threshold"] == last
    assert one["met"] == float(one["outcome"] >= last - 0.05)


def test_cells_by_hand(record):
    table = cells(record)
    row = table[
        (table["model"] == "persistence") & (table["position"] == "Q3") & (table["scope"] == "all")
    ].iloc[0]
    own = record[(record["model"] == "persistence") & (record["position"] == "Q3")]
    errors = own["mean"] - own["outcome"]
    assert row["rmse"] == pytest.approx(np.sqrt((errors**2).mean()))
    assert row["bias"] == pytest.approx(errors.mean())
    assert row["rmse"] == row["rmse_benchmark"]
    assert not row["loses"]
    combined = table[table["model"] == "combination"]
    assert set(combined["scope"]) == {"all", "without_outliers"}
    wide = combined["n_observations"].where(combined["scope"] == "all").max()
    assert combined["n_observations"].where(combined["scope"] != "all").max() == wide - 2
    worse = (combined["rmse"] > combined["rmse_benchmark"]) | (
        combined["crps"] > combined["crps_benchmark"]
    )
    assert (combined["loses"] == worse).all()


def test_poisoned_futures_leave_the_record_of_the_past_as_it_was(record):
    frame = gdp_frame()
    day = pd.Timestamp("2022-10-17")  # after the third quarter of 2022
    late = frame["published"] > day
    later = frame[~late].assign(value=99.0, published=day + pd.Timedelta(days=1))
    poisoned = frame.assign(value=frame["value"].where(~late, -7 * frame["value"]))
    again = backtest(
        Knowledge(pd.concat([poisoned, later], ignore_index=True)),
        [target()], catalogue(GDP), RULES,
    )  # fmt: skip
    said = ["year", "position", "model", "day", "weight", "mean", "q025", "q100", "q900", "q975"]
    past, other = (
        item[(item["day"] <= day) & (item["year"] >= 2017)][said].reset_index(drop=True)
        for item in (record.assign(day=pd.to_datetime(record["day"])),
                     again.assign(day=pd.to_datetime(again["day"])))
    )  # fmt: skip
    assert "combination" in set(past["model"])
    assert len(past) > 50
    pd.testing.assert_frame_equal(past, other, check_exact=True)


def test_the_record_says_what_the_verdict_of_that_day_said(record):
    frame = gdp_frame()
    day = pd.Timestamp("2023-10-17")
    known = frame[frame["published"] <= day].reset_index(drop=True)
    verdict = judge(known, target(year=2023), catalogue(GDP), RULES)
    row = record[(record["year"] == 2023) & (record["position"] == "Q3")]
    row = row[row["model"] == "combination"].iloc[0]
    # The same weights and calibration; 10,000 draws stand against 1,000.
    assert verdict.mean == pytest.approx(row["mean"], abs=0.03)
    assert verdict.quantiles[0.9] == pytest.approx(row["q900"], abs=0.05)


def test_probabilities_are_scored_and_classed(record):
    table = events_table(record)
    both = table[(table["model"] == "combination") & (table["event"] == "both")]
    assert set(both["scope"]) == {"all", "without_outliers"}
    assert (both["n_events"] <= both["n_observations"]).all()
    classes = reliability(record)
    assert classes["n_observations"].sum() == both["n_observations"].max()


def test_counts_have_a_record_too():
    frame = land_frame(432.0)
    months = frame["period"].str.slice(5).astype(int)
    year = frame["period"].str.slice(0, 4).astype(int)
    noise = np.random.default_rng(0).uniform(0.8, 1.2, 3000)[year]
    noise *= np.random.default_rng(1).uniform(0.98, 1.02, len(frame))
    frame = frame.assign(
        value=frame["value"] * noise,
        published=pd.to_datetime(
            {"year": year + months // 12, "month": months % 12 + 1, "day": 10}
        ).astype(frame["published"].dtype),
    )
    record = backtest(Knowledge(frame), [AREA], catalogue(LAND), RULES, range(2019, 2024))
    assert {"progress", "pace", "combination"} <= set(record["model"])
    assert record["year"].min() == 2019


def test_the_chance_of_a_count_is_that_which_the_verdict_of_that_day_gave():
    rows = [
        (LAND.code, "level", "ytd", f"{year}Q{n}", float(n + (n == 4) * (year % 3)), day)
        for year in range(2012, 2024)
        for n, day in enumerate([f"{year}-04-10", f"{year}-07-10", f"{year}-10-10", f"{year + 1}-01-10"], 1)
    ]  # fmt: skip
    parcels = dataclasses.replace(LAND, frequency="Q", unit="宗")
    whole = figures(*rows)
    for rule in ("at_least", "at_most"):
        aim = dataclasses.replace(AREA, value=5.0, unit="宗", rule=rule, year=2023)
        record = backtest(Knowledge(whole, targets=(aim,)), [aim], catalogue(parcels), RULES)
        own = record[record["year"].eq(2023) & record["model"].eq("combination")]
        for row in own.iloc[[0, -1]].to_dict("records"):
            known = whole[whole["published"] <= pd.Timestamp(row["day"])].reset_index(drop=True)
            verdict = judge(known, aim, catalogue(parcels), RULES)
            # Half of those that say five were counted out.
            assert row["probability"] == pytest.approx(verdict.probability, abs=0.05)


def test_each_target_of_a_year_is_an_event_and_each_forecast_one_row():
    people = target(year=2023, value=5.0)
    revised = target(year=2023, value=4.5, in_force=dt.date(2023, 8, 1))
    city = target(year=2023, value=5.1, rule="at_most", tolerance=0.0, set_by="市下达任务")
    knowledge = Knowledge(gdp_frame(), targets=(people, city, revised))
    record = backtest(knowledge, knowledge.targets, catalogue(GDP), RULES, range(2022, 2024))
    own = record[(record["year"] == 2023) & (record["model"] == "combination")]
    # The first half year was out in July, before the revision; the third quarter after it.
    asked = own.groupby("position")["threshold"].apply(list)
    assert (asked["Q2"], asked["Q3"]) == ([5.0, 5.1], [4.5, 5.1])
    outcome = own["outcome"].iloc[0]
    met = own.groupby("position")["met"].apply(list)["Q3"]
    assert met == [float(outcome >= 4.45), float(outcome <= 5.15)]
    assert own["again"].tolist() == [False, True] * 4
    table = cells(record)
    assert (table.loc[table["scope"] == "all", "n_observations"] <= 2).all()


def test_nothing_to_look_at_is_an_empty_record():
    record = backtest(Knowledge(gdp_frame()[:0]), [target()], catalogue(GDP), RULES)
    assert record.empty
    assert cells(record).empty
    assert reliability(record).empty
