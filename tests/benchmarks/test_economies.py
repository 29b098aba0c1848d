import datetime as dt

import numpy as np
import pytest

from benchmarks.economies import ECONOMIES, YEAR, Economy, draw_case, position_day


@pytest.fixture(params=ECONOMIES, ids=lambda item: item.name)
def case(request):
    return draw_case(request.param, 16, np.random.default_rng(1))


def test_a_constant_economy_grows_by_its_mean():
    still = Economy("still", matched=True, mean=6.0, step=0.0)
    case = draw_case(still, 16, np.random.default_rng(1))
    growth = case.versions[case.versions["measure"] == "yoy"]
    assert set(growth["value"]) == {6.0}
    assert case.outcome == 6.0
    # 800 a year before the history, 6 % growth for five years, 2 % inflation a year.
    level = case.versions.set_index(["measure", "period"])["value"]
    expected = 800 * 1.06**4 * 1.02**4
    assert level[("level", "2023Q4")] == pytest.approx(expected, rel=0.003)


def test_nothing_of_the_outcome_is_published_before_it(case):
    end = dt.datetime(YEAR + 1, 1, 27)
    assert (case.versions["published"] < end).all()
    assert f"{YEAR}Q4" not in set(case.versions["period"])
    growth = case.versions[case.versions["measure"] == "yoy"]
    first = growth.drop_duplicates("period")
    assert len(first) == 16 + 3
    assert (growth["value"].round(1) == growth["value"]).all()


def test_only_the_revised_economy_has_second_versions(case):
    doubled = case.versions.duplicated(["measure", "period"]).any()
    economy = next(item for item in ECONOMIES if item.revision)
    own = draw_case(economy, 16, np.random.default_rng(1))
    assert doubled == case.versions.equals(own.versions)


def test_targets_are_in_doubt_and_the_truth_knows_more_as_the_year_goes_on():
    economy = ECONOMIES[0]
    cases = [draw_case(economy, 16, np.random.default_rng(seed)) for seed in range(200)]
    met = np.mean([case.met for case in cases])
    assert 0.35 < met < 0.65
    brier = [
        np.mean([(case.oracle[position] - case.met) ** 2 for case in cases])
        for position in ("Q1", "H1", "Q1-3")
    ]
    assert 0.25 > brier[0] > brier[1] > brier[2]


def test_the_break_is_where_it_is_said_to_be():
    economy = next(item for item in ECONOMIES if item.name == "2020 break")
    case = draw_case(economy, 28, np.random.default_rng(2))
    growth = case.versions[case.versions["measure"] == "yoy"].set_index("period")["value"]
    assert growth["2020Q1"] < growth["2019Q1"] - 5 < growth["2021Q1"] - 10


def test_the_days_are_the_releases():
    assert position_day("H1") == dt.date(YEAR, 7, 27)
