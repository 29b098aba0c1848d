import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lianhu_analysis.forecast.combination import (
    calibrate,
    combine,
    learn,
    weigh,
    within_reach,
)
from lianhu_analysis.forecast.models.draws import Draws
from lianhu_analysis.forecast.past_forecasts import LEVELS, Record, Run

NORMAL = stats.norm.ppf(LEVELS)


def run(year, **errors):
    """A year whose outcome is 5; each candidate is normal around 5 plus its error."""
    quantiles = {name: 5.0 + error + 0.5 * NORMAL for name, error in errors.items()}
    return Run(year, dt.date(year, 10, 17), 5.0, dt.date(year + 1, 1, 17), quantiles)


def record(n, outliers=(), **errors):
    return Record(tuple(run(2010 + k, **errors) for k in range(n)), outliers)


def test_too_few_years_give_the_benchmark_and_say_so():
    weighing = weigh(record(2, persistence=1.0, model=0.1), "persistence")
    assert weighing.weights == {"persistence": 1.0}
    assert "太少" in weighing.reason


def test_a_model_that_errs_further_the_same_way_has_no_weight():
    weighing = weigh(record(8, persistence=0.3, worse=0.9), "persistence")
    assert weighing.weights == {"persistence": 1.0}
    assert "没有模型胜过" in weighing.reason


def test_weights_sum_to_one_and_say_what_they_rest_on():
    weighing = weigh(
        record(6, persistence=0.4, better=0.0),
        "persistence",
        [record(4, persistence=1.0, better=0.2)],
    )
    assert set(weighing.weights) == {"better", "persistence"}
    assert sum(weighing.weights.values()) == pytest.approx(1.0)
    assert (weighing.series, weighing.years) == (2, 6)
    assert "权重由 2 个指标、6 年" in weighing.reason


def test_outlier_years_teach_nothing():
    runs = [run(2010 + k, persistence=0.2, model=0.6) for k in range(6)]
    runs += [run(2020, persistence=9.0, model=0.1), run(2021, persistence=9.0, model=0.1)]
    masked = weigh(Record(tuple(runs), (2020, 2021)), "persistence")
    assert masked.weights == {"persistence": 1.0}
    assert "model" in weigh(Record(tuple(runs)), "persistence").weights


def test_what_is_farther_off_than_the_benchmark_errs_pulls_no_harder():
    # The spread of the benchmark is 0.5 (half of its 16 % to 84 %), the reach 0.75.
    said = {"persistence": 5.0 + 0.5 * NORMAL, "near": 5.7 + NORMAL, "far": 8.0 + NORMAL}
    near = within_reach({"persistence": 0.6, "near": 0.4}, said, "persistence")
    assert near == pytest.approx({"persistence": 0.6, "near": 0.4})
    # 3 points away: a quarter of the weight is left, as if it stood 0.75 away.
    far = within_reach({"persistence": 0.6, "far": 0.4}, said, "persistence")
    assert far["far"] == pytest.approx(0.4 * 0.75 / 3.0, rel=0.02)
    assert sum(far.values()) == pytest.approx(1.0)
    farther = dict(said, far=18.0 + NORMAL)
    pulls = [
        within_reach({"far": 0.4}, told, "persistence")["far"] * (told["far"].mean() - 5.0)
        for told in (said, farther)
    ]
    assert pulls == pytest.approx([0.4 * 0.75] * 2, rel=0.02)


def test_the_weight_of_a_candidate_that_said_nothing_is_the_benchmarks():
    said = {"persistence": 5.0 + NORMAL, "model": 5.5 + NORMAL}
    found = within_reach({"persistence": 0.2, "model": 0.5, "silent": 0.3}, said, "persistence")
    assert found == pytest.approx({"persistence": 0.5, "model": 0.5})


def test_a_year_that_the_benchmark_could_not_judge_was_not_issued():
    runs = [run(2010 + k, persistence=1.0, model=0.0) for k in range(8)]
    runs[4] = run(2014, model=0.0)
    lesson = learn(Record(tuple(runs)), "persistence")
    assert 2014 not in lesson.issued
    assert 2015 in lesson.issued


@given(
    st.dictionaries(st.sampled_from("abc"), st.floats(0.0, 1 / 3), max_size=3),
    st.floats(-50, 50),
)
def test_weights_within_reach_sum_to_one_and_are_no_larger_than_learned(weights, distance):
    said = {name: distance * k + NORMAL for k, name in enumerate("abc", 1)}
    found = within_reach(weights, {"bar": NORMAL, **said}, "bar")
    assert sum(found.values()) == pytest.approx(1.0)
    assert all(0.0 <= found[name] <= weight for name, weight in weights.items())
    pull = sum(
        weight * float(np.mean(said[name])) for name, weight in found.items() if name != "bar"
    )
    assert abs(pull) <= 1.5 * 1.0 + 1e-9


def test_the_spread_is_corrected_by_hand():
    # Four years for one, four scores of 2 and -2: (4 + 16) / 8 = 2.5.
    factor, years = calibrate([2.0, -2.0, 2.0, -2.0])
    assert factor == pytest.approx(np.sqrt(2.5))
    assert years == 4
    assert calibrate([]) == (1.0, 0)


def test_few_years_do_not_narrow_the_spread_and_other_series_widen_it():
    assert calibrate([0.1] * 4)[0] == 1.0
    # Five years may: (4 + 0.05) / 9.
    assert calibrate([0.1] * 5)[0] == pytest.approx(np.sqrt(4.05 / 9))
    # Two years of other series, each one row: (4 + 0 + 4 + 6) / 7.
    assert calibrate([0.0], [4.0, 6.0]) == (pytest.approx(np.sqrt(2.0)), 3)


def test_each_year_is_issued_with_what_its_day_knew():
    runs = [run(2010 + k, persistence=1.0, model=0.0) for k in range(8)]
    lesson = learn(Record(tuple(runs)), "persistence")
    assert lesson.weighings[2012].weights == {"persistence": 1.0}
    assert "model" in lesson.weighings[2013].weights
    # A figure that came out after the day of the run was not known to it.
    late = tuple(Run(r.year, r.day, r.outcome, dt.date(2030, 1, 1), r.quantiles) for r in runs)
    lesson = learn(Record(late), "persistence")
    assert lesson.weighings[2017].weights == {"persistence": 1.0}
    # Nor was one of another series.
    lesson = learn(Record(late), "persistence", [Record(late)])
    assert lesson.weighings[2017].weights == {"persistence": 1.0}
    # Nor did it correct the spread.
    assert lesson.issued[2017] == pytest.approx(late[0].quantiles["persistence"])
    # Persistence said 6 and 5 came: below the middle, year after year.
    assert lesson.ranks[2010] == pytest.approx(stats.norm.cdf(-2.0), abs=0.02)


def test_other_series_without_these_models_say_nothing_of_the_spread():
    silent = record(6, other=3.0)
    alone = learn(record(6, persistence=0.5), "persistence")
    beside = learn(record(6, persistence=0.5), "persistence", [silent])
    assert beside.spread_factor == alone.spread_factor
    assert alone.calibrated_years == 6


def test_the_spread_of_today_by_hand():
    # Each outcome lies at -1 of its normal distribution: (4 + 6 * 1) / 10, years of others 1 each.
    alone = learn(record(6, persistence=0.5), "persistence")
    assert alone.spread_factor == pytest.approx(1.0, abs=0.01)
    # At -2: (4 + 6 * 4) / 10.  An outlier year is no score, but it is issued.
    wide = learn(record(6, persistence=1.0), "persistence")
    assert wide.spread_factor == pytest.approx(np.sqrt(2.8), abs=0.02)
    masked = learn(record(6, (2012,), persistence=1.0), "persistence")
    assert (masked.calibrated_years, len(masked.issued)) == (5, 6)
    assert masked.spread_factor == pytest.approx(np.sqrt(24 / 9), abs=0.02)
    # Two others of the same years are one row a year: (4 + 6 * 4 + 6 * 1) / 16.
    others = [record(6, persistence=0.5)] * 2
    both = learn(record(6, persistence=1.0), "persistence", others)
    assert both.calibrated_years == 12
    assert both.spread_factor == pytest.approx(np.sqrt(34 / 16), abs=0.02)


def test_a_year_in_which_nothing_was_said_is_left_out():
    runs = (run(2010, other=0.1), *(run(2011 + k, persistence=0.5) for k in range(3)))
    lesson = learn(Record(runs), "persistence")
    assert set(lesson.issued) == set(lesson.ranks) == set(lesson.weighings) == {2011, 2012, 2013}


def test_negligible_weights_go_to_the_others():
    found = weigh(record(8, persistence=1.0, model=0.0), "persistence")
    assert found.weights["model"] > 0.5
    assert sum(found.weights.values()) == pytest.approx(1.0)
    assert min(found.weights.values()) > 0.01


def draws(name, values):
    values = np.asarray(values, dtype=float)
    path = np.column_stack([values - 1.0, values])
    return Draws(name, values, path, 20, np.array([0.5, 1.0]))


def test_quantiles_are_averaged_and_paths_follow():
    rng = np.random.default_rng(0)
    a, b = draws("a", rng.normal(4, 1, 10_000)), draws("b", rng.normal(6, 3, 10_000))
    both = combine({"a": a, "b": b}, {"a": 0.5, "b": 0.5}, 1.0)
    assert both.model == "combination"
    assert both.values.mean() == pytest.approx(5.0, abs=0.05)
    # Quantile averages of normals are normal with the mean spread, (1 + 3) / 2.
    assert both.values.std() == pytest.approx(2.0, abs=0.05)
    np.testing.assert_allclose(both.path[:, -1], both.values)
    lead = a if np.array_equal(np.argsort(both.values), np.argsort(a.values)) else b
    np.testing.assert_allclose(both.path[:, 0], lead.path[:, 0] + 0.5 * (both.values - lead.values))


def test_one_model_keeps_its_name_and_a_count_stays_whole_and_never_undone():
    values = np.random.default_rng(1).poisson(3.0, 10_000) + 4.0
    what = Draws("progress", values, np.column_stack([values - 0.0, values]), 60, done=4.0)
    one = combine({"progress": what}, {"progress": 1.0}, 1.5, integer=True)
    assert one.model == "progress"
    assert one.values.min() >= 4.0
    assert np.array_equal(one.values, np.rint(one.values))
    assert one.values.std() > what.values.std()


@given(st.floats(0.2, 3.0))
def test_calibration_keeps_the_order_and_the_middle(scale):
    a = draws("a", np.random.default_rng(2).normal(0, 1, 10_000))
    moved = combine({"a": a}, {"a": 1.0}, scale)
    assert np.median(moved.values) == pytest.approx(np.median(a.values), abs=1e-9)
    order = np.argsort(a.values)
    assert (np.diff(moved.values[order]) >= 0).all()
