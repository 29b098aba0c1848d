import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.forecast.history import position_day, year_periods
from lianhu_analysis.forecast.knowledge import GrowthSources, Knowledge, Rules
from lianhu_analysis.forecast.models import GROWTH_CANDIDATES
from lianhu_analysis.forecast.past_forecasts import LEVELS, record_of, unit_rank
from tests.forecast.frames import catalogue, figures, indicator
from tests.forecast.test_verdict import GDP, RULES, gdp_frame, target


def sources(frame, rules=RULES, past_runs=None):
    knowledge = Knowledge(frame, targets=(target(),), past_runs=past_runs)
    return GrowthSources.of(knowledge, GDP, catalogue(GDP), rules)


@given(st.floats(-3, 4))
def test_ranks_are_within_the_unit_and_grow_with_the_outcome(outcome):
    assert 0 < unit_rank(LEVELS, outcome) < 1
    assert unit_rank(LEVELS, outcome) <= unit_rank(LEVELS, outcome + 0.1)
    if 0.01 < outcome < 0.99:
        assert unit_rank(LEVELS, outcome) == pytest.approx(outcome, abs=1e-9)


def test_the_rank_of_a_whole_number_is_the_middle_of_its_own_probability():
    assert unit_rank(np.repeat([1.0, 2.0], 100), 1.0) == pytest.approx(0.25)


def test_a_position_begins_on_the_day_of_its_figure():
    frame = figures(
        ("gdp.total", "yoy", "ytd", "2022Q4", 5.0, "2023-01-17"),
        ("gdp.total", "yoy", "ytd", "2023Q1", 5.0, "2023-04-17"),
        ("gdp.total", "yoy", "ytd", "2023Q2", 5.0, "2023-07-17"),
    )
    first = Knowledge(frame).extract(GDP, "yoy", RULES).first_on(None).points
    periods = year_periods(GDP, 2023)
    assert position_day(first, periods, 1) == dt.date(2023, 4, 17)
    assert position_day(first, periods, 0) == dt.date(2023, 1, 17)
    assert position_day(first, periods, 3) is None


def test_years_delivered_at_once_were_never_known_period_by_period():
    frame = figures(
        *[("gdp.total", "yoy", "ytd", f"2023Q{q}", 5.0, "2024-02-01") for q in range(1, 5)]
    )
    first = Knowledge(frame).extract(GDP, "yoy", RULES).first_on(None).points
    assert position_day(first, year_periods(GDP, 2023), 2) is None


def test_a_past_run_sees_first_figures_and_is_scored_by_them():
    rows = [("gdp.total", "yoy", "ytd", "2023Q4", 9.0, "2025-01-01")]  # a later revision
    frame = gdp_frame(extra=rows)
    record = record_of(sources(frame), GROWTH_CANDIDATES, 2024, 3)
    plain = record_of(sources(gdp_frame()), GROWTH_CANDIDATES, 2024, 3)
    assert [run.year for run in record.runs] == list(range(2014, 2024))
    for one, other in zip(record.runs, plain.runs, strict=True):
        assert one.outcome == other.outcome
        assert all(np.array_equal(one.quantiles[n], other.quantiles[n]) for n in one.quantiles)


@pytest.mark.parametrize("year", [2019, 2022])
def test_poisoned_futures_change_nothing_that_was_said(year):
    # Every row published after the day of the run is poisoned, and later versions
    # of every earlier figure are added: nothing may move but the outcome's score.
    frame = gdp_frame()
    clean = record_of(sources(frame), GROWTH_CANDIDATES, 2024, 2)
    run = next(item for item in clean.runs if item.year == year)
    late = frame["published"] > pd.Timestamp(run.day)
    poisoned = frame.assign(value=frame["value"].where(~late, frame["value"] * -7 + 3))
    later = frame[~late].assign(value=99.0, published=pd.Timestamp(run.day) + pd.Timedelta(days=1))
    poisoned = pd.concat([poisoned, later], ignore_index=True)
    again = record_of(sources(poisoned), GROWTH_CANDIDATES, 2024, 2)
    same = next(item for item in again.runs if item.year == year)
    assert same.day == run.day
    assert set(same.quantiles) == set(run.quantiles)
    for name, quantiles in run.quantiles.items():
        assert np.array_equal(same.quantiles[name], quantiles), name
    # The control: poison from the day itself on does move what is said.
    early = frame["published"] >= pd.Timestamp(run.day)
    broken = frame.assign(value=frame["value"].where(~early, frame["value"] * -7 + 3))
    moved = record_of(sources(broken), GROWTH_CANDIDATES, 2024, 2)
    other = next(item for item in moved.runs if item.year == year)
    assert any(not np.array_equal(other.quantiles[n], run.quantiles[n]) for n in other.quantiles)


def test_an_outlier_year_is_none_while_it_lasts():
    frame = gdp_frame()
    what = sources(frame)
    assert not what.panel_on(2020, dt.date(2020, 11, 1)).outlier[-1]
    assert what.panel_on(2021, dt.date(2021, 11, 1)).outlier[-2]


def test_shares_of_a_past_day_are_those_known_then():
    frame = gdp_frame()
    revised = frame[frame["measure"] == "level"].assign(published=pd.Timestamp("2023-06-01"))
    revised = revised.assign(
        value=revised["value"].where(~revised["period"].str.endswith("Q1"), 30)
    )
    what = sources(pd.concat([frame, revised], ignore_index=True), Rules(("official",)))
    assert what.panel_on(2023, dt.date(2023, 5, 1)).shares[-1][0] == pytest.approx(0.20)
    assert what.panel_on(2023, dt.date(2023, 8, 1)).shares[-1][0] == pytest.approx(0.30)


@given(st.integers(0, 3))
@settings(max_examples=4)
def test_the_panel_of_today_knows_the_position(n_known):
    frame = gdp_frame(last=tuple(f"2024Q{q}" for q in range(1, n_known + 1)))
    panel = sources(frame).panel_on(2024, None)
    assert panel.n_known == n_known
    assert panel.shares[-1].tolist() == [0.2, 0.45, 0.72, 1.0]


def test_months_get_the_festival():
    retail = indicator("csm.retail.total", frequency="M", no_january=True)
    months = [(y, m) for y in (2022, 2023) for m in range(2, 13)]
    rows = [
        (retail.code, "yoy", "ytd", f"{y}-{m:02d}", 5.0, f"{y + m // 12}-{m % 12 + 1:02d}-16")
        for y, m in months
    ]
    own = figures(*rows, (retail.code, "yoy", "ytd", "2024-02", 5.0, "2024-03-16"))
    what = GrowthSources.of(Knowledge(own), retail, catalogue(retail), RULES)
    panel = what.panel_on(2024, None)
    # The festival fell on 22 January 2023 and on 10 February 2024: wholly within
    # January-February in both years.
    assert panel.festival[-1].tolist() == [0.0] * 11
    assert str(Period.parse("2024-03")) == "2024-03"


class Shelf(dict):
    """What keeps past runs, and counts how often it could help."""

    def put(self, key, content):
        self[key] = content


def test_past_runs_come_back_as_they_were_and_only_for_the_same_figures():
    shelf = Shelf()
    first = record_of(sources(gdp_frame(), past_runs=shelf), GROWTH_CANDIDATES, 2024, 2)
    assert len(shelf) == 1
    again = record_of(sources(gdp_frame(), past_runs=shelf), GROWTH_CANDIDATES, 2024, 2)
    assert len(shelf) == 1
    for one, other in zip(first.runs, again.runs, strict=True):
        assert (one.year, one.day, one.outcome, one.published) == (
            other.year, other.day, other.outcome, other.published,
        )  # fmt: skip
        assert all(np.array_equal(one.quantiles[n], other.quantiles[n]) for n in one.quantiles)
    rows = [("gdp.total", "yoy", "ytd", "2019Q2", 5.9, "2019-12-01")]
    record_of(sources(gdp_frame(extra=rows), past_runs=shelf), GROWTH_CANDIDATES, 2024, 2)
    record_of(sources(gdp_frame(), past_runs=shelf), GROWTH_CANDIDATES, 2024, 1)
    outliers = Rules(("official",), outlier_years=(2015,))
    record_of(sources(gdp_frame(), outliers, shelf), GROWTH_CANDIDATES, 2024, 2)
    assert len(shelf) == 4


@pytest.mark.parametrize("period", ["2023Q4", "2024Q1"])
def test_figures_of_the_year_itself_make_no_past_run_again(period):
    frame = gdp_frame()
    late = dt.date(2024, 6, 1)
    added = figures(
        ("gdp.total", "yoy", "ytd", period, 9.9, late),
        ("gdp.total", "level", "ytd", "2024Q1", 1.0, late),
    )
    more = pd.concat([frame, added], ignore_index=True)
    year = 2024 if period.startswith("2024") else 2023
    shelf = Shelf()
    record_of(sources(frame, past_runs=shelf), GROWTH_CANDIDATES, year, 1)
    kept = set(shelf)
    found = record_of(sources(more, past_runs=shelf), GROWTH_CANDIDATES, year, 1)
    assert set(shelf) == kept
    fresh = record_of(sources(more), GROWTH_CANDIDATES, year, 1)
    assert [run.year for run in found.runs] == [run.year for run in fresh.runs]
    for mine, other in zip(found.runs, fresh.runs, strict=True):
        assert {name: list(values) for name, values in mine.quantiles.items()} == {
            name: list(values) for name, values in other.quantiles.items()
        }
