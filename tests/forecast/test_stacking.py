import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lianhu_analysis.forecast.past_forecasts import LEVELS, Record, Run
from lianhu_analysis.forecast.stacking import COMMON, OWN, YEARS_FOR_SCALE, stack

NORMAL = stats.norm.ppf(LEVELS)


def run(year, outcome, **said):
    quantiles = {name: centre + 0.5 * NORMAL for name, centre in said.items()}
    return Run(year, dt.date(year, 10, 17), outcome, dt.date(year + 1, 1, 17), quantiles)


def series(moves, errors, outliers=()):
    """Persistence says 5; the model stands ``moves`` from it, the outcome ``errors``."""
    runs = [
        run(2010 + k, 5.0 + error, persistence=5.0, model=5.0 + move)
        for k, (move, error) in enumerate(zip(moves, errors, strict=True))
    ]
    return Record(tuple(runs), outliers)


def averaged(matrix, right, total, rows):
    """Average the weights of all strengths of the priors by their evidence, written out."""
    coefficients, evidence = [], []
    for c in COMMON:
        for d in OWN:
            precision = np.array(matrix) + np.diag([c, d])
            b = np.linalg.solve(precision, right)
            squares = total - b @ right
            evidence.append(
                -0.5 * np.log(np.linalg.det(precision) / (c * d))
                - 0.5 * (YEARS_FOR_SCALE + rows) * np.log(YEARS_FOR_SCALE + squares)
            )
            coefficients.append(0.5 + b.sum())
    return np.exp(evidence) @ coefficients / np.sum(np.exp(evidence))


def test_one_series_by_hand():
    moves, errors = np.array([1.0, -1.0, 1.0]), np.array([1.0, -1.0, 1.0])
    found = stack(series(moves, errors), (), "persistence").weights["model"]
    # The errors' own scale is one.  With precisions c and d the coefficients of the common
    # and the own column, of what the plain average of the two leaves (outcomes less half the
    # moves), solve [[3 + c, 3], [3, 3 + d]] b = [1.5, 1.5].
    by_hand = averaged([[3.0, 3.0], [3.0, 3.0]], [1.5, 1.5], total=0.75, rows=3.0)
    assert found == pytest.approx(by_hand)


def test_another_series_teaches_the_common_part_alone_by_hand():
    moves = np.array([1.0, -1.0, 1.0])
    found = stack(series(moves, 0.5 * moves), [series(moves, moves)], "persistence")
    # In its own errors the first stands twice as far out: moves 2, outcomes 1 in each year, of
    # which the plain average leaves nothing; the other's moves and outcomes are 1, less a half.
    # Two series tell of each year, so that a row of the other counts half.  Only the own rows
    # have the deviation: [[12 + 1.5 + c, 12], [12, 12 + d]] b = [0.75, 0].
    by_hand = averaged([[13.5, 12.0], [12.0, 12.0]], [0.75, 0.0], total=0.375, rows=4.5)
    assert found.weights["model"] == pytest.approx(by_hand)


def test_other_series_count_as_one_row_a_year():
    own = series([0.5, -0.5, 0.5, -0.5], [0.2, -0.1, 0.1, -0.1])
    other = series([1.0, -1.0, 1.0, -1.0], [0.9, -1.1, 1.0, -0.8])
    once = stack(own, [other], "persistence")
    often = stack(own, [other] * 20, "persistence")
    # Twenty copies of one series are twenty-one series, but hardly more evidence than one.
    assert once.weights["model"] == pytest.approx(often.weights["model"], abs=0.1)
    assert (once.years, once.series, often.series) == (4, 2, 21)
    assert once.weights["model"] > stack(own, (), "persistence").weights["model"]


def test_a_model_that_points_the_wrong_way_gets_nothing():
    wrong = series([1.0, -1.0, 1.0, -1.0, 1.0], [-0.5, 0.5, -0.5, 0.5, -0.5])
    assert stack(wrong, (), "persistence").weights["model"] == 0.0


def test_more_years_are_followed_further():
    rng = np.random.default_rng(3)
    weights = []
    for years in (3, 6, 12, 40):
        moves = rng.normal(size=years)
        weights.append(stack(series(moves, moves), (), "persistence").weights["model"])
    assert weights == sorted(weights)
    assert weights[0] < 0.85
    assert weights[-1] > 0.95


def test_outlier_years_and_records_of_two_years_teach_nothing():
    two = series([1.0, -1.0], [1.0, -1.0])
    assert (
        stack(two, (), "persistence").weights == {"model": 0.0}
        or not stack(two, (), "persistence").years
    )
    masked = series([0.1, -0.1, 0.1, 9.0], [-0.1, 0.1, -0.1, 9.0], outliers=(2013,))
    assert stack(masked, (), "persistence").weights["model"] == 0.0
    assert stack(Record(()), (), "persistence").weights == {}


@given(
    st.lists(
        st.tuples(st.floats(-3, 3), st.floats(-3, 3), st.floats(-3, 3)), min_size=3, max_size=9
    )
)
@settings(max_examples=50)
def test_weights_are_never_negative_nor_more_than_one_together(rows):
    runs = [
        run(2010 + k, 5.0 + error, persistence=5.0, a=5.0 + a, b=5.0 + b)
        for k, (a, b, error) in enumerate(rows)
    ]
    weights = stack(Record(tuple(runs)), (), "persistence").weights
    assert all(value >= 0.0 for value in weights.values())
    assert sum(weights.values()) <= 1.0 + 1e-12


def test_the_unit_of_the_figures_does_not_matter():
    moves, errors = np.array([1.0, -2.0, 0.5, 1.0]), np.array([0.4, -1.0, 0.3, 0.9])
    one = stack(series(moves, errors), (), "persistence").weights["model"]
    ten = stack(series(10 * moves, 10 * errors), (), "persistence").weights["model"]
    assert one == pytest.approx(ten)


def test_years_that_say_nothing_leave_the_plain_average():
    # The outcome lies where the average of benchmark and model stood.
    found = stack(series([1.0, -1.0, 1.0], [0.5, -0.5, 0.5]), (), "persistence")
    assert found.weights["model"] == pytest.approx(0.5)
    # Moves too small to be told from zero teach nothing.
    small = stack(series([1e-9, -1e-9, 1e-9], [0.5, -0.5, 0.5]), (), "persistence")
    assert small.weights["model"] == pytest.approx(0.5, abs=1e-6)
