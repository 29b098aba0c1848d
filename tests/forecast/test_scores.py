import numpy as np
import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast import scores

finite = st.floats(-100, 100, allow_nan=False, width=32)
probability = st.floats(0, 1, allow_nan=False)


def rng():
    return np.random.default_rng(1)


def row(frame):
    assert len(frame) == 1
    return frame.iloc[0]


def test_point_errors_by_hand():
    # Errors 1, 0, -2.
    found = row(scores.point_scores([1, 2, 4], [2, 2, 2]))
    assert found["rmse"] == pytest.approx(np.sqrt(5 / 3))
    assert (found["mae"], found["bias"]) == (1.0, pytest.approx(-1 / 3))
    assert found["n_observations"] == 3


def test_crps_of_quantiles_by_hand():
    # Pinball losses 0 and (1 - 0.75) * 1 at y = 0; 0.25 * 2 and 0.75 * 1 at y = 2.
    found = scores.crps_of_quantiles([0, 2], [[0, 1], [0, 1]], [0.25, 0.75])
    assert found == pytest.approx([0.25, 1.25])
    with pytest.raises(ForecastError, match="从低到高排列"):
        scores.crps_of_quantiles([0], [[1, 0]], [0.25, 0.75])
    with pytest.raises(ForecastError, match="不能相配"):
        scores.crps_of_quantiles([0], [[1, 0]], [0.5])
    with pytest.raises(ForecastError, match="在 0 与 1 之间"):
        scores.crps_of_quantiles([0], [[0, 1]], [0.5, 1.0])
    # All quantiles on one point; and a uniform on (0, 1) with the outcome in its middle, whose
    # CRPS is the integral of (F - 1)^2: 1/24 on each side.
    levels = (np.arange(200) + 0.5) / 200
    assert scores.crps_of_quantiles([5.0], [np.full(200, 3.0)], levels) == pytest.approx(2.0)
    assert scores.crps_of_quantiles([0.5], [levels], levels) == pytest.approx(1 / 12, abs=1e-4)


def test_log_score_by_hand():
    # Equal draws: the last decimal alone is the bandwidth, a normal density of scale 1.
    found = scores.log_scores([0, 1, 1000], np.zeros((3, 4)), half_unit=1.0)
    half_log = 0.5 * np.log(2 * np.pi)
    assert found == pytest.approx([half_log, half_log + 0.5, -np.log(1e-4)])
    with pytest.raises(ForecastError, match="完全相同"):
        scores.log_scores([0], np.zeros((1, 4)))


def test_log_score_of_normal_draws_is_that_of_the_normal():
    draws = rng().normal(2, 3, size=(1, 20_000))
    expected = np.log(3 * np.sqrt(2 * np.pi)) + 0.5 * (1 / 3) ** 2
    assert scores.log_scores([3.0], draws)[0] == pytest.approx(expected, abs=0.02)


def test_brier_skill_by_hand():
    assert scores.brier_scores([0.8, 0.4], [1, 0]) == pytest.approx([0.04, 0.16])
    # Mean 0.1 against 0.5 * 0.5 of a climatology that knows the frequency.
    found = row(scores.brier_skill([0.8, 0.4], [True, False], rng()))
    assert (found["brier"], found["skill"]) == (pytest.approx(0.1), pytest.approx(0.6))
    assert (found["n_events"], found["n_observations"], found["n_clusters"]) == (1, 2, 2)
    assert found["brier_climatology"] == pytest.approx(0.25)


def test_brier_skill_that_cannot_be_said_is_missing():
    always = row(scores.brier_skill([0.8, 0.9], [1, 1], rng()))
    assert np.isnan(always["skill"])
    assert np.isnan(always["low"])
    one_year = row(scores.brier_skill([0.8, 0.4], [1, 0], rng(), clusters=[2024, 2024]))
    assert one_year["skill"] == pytest.approx(0.6)
    assert np.isnan(one_year["high"])


def test_the_bootstrap_draws_whole_clusters():
    draw = rng()
    p = draw.uniform(size=60)
    o = draw.uniform(size=60) < p
    alone = row(scores.brier_skill(np.repeat(p, 5), np.repeat(o, 5), rng()))
    years = np.repeat(range(60), 5)
    together = row(scores.brier_skill(np.repeat(p, 5), np.repeat(o, 5), rng(), clusters=years))
    assert alone["skill"] == pytest.approx(together["skill"])
    assert together["high"] - together["low"] > 1.8 * (alone["high"] - alone["low"])
    assert together["low"] < together["skill"] < together["high"]
    # Five copies in a cluster say as much as one.
    single = row(scores.brier_skill(p, o, rng()))
    assert together["low"] == pytest.approx(single["low"])


def test_calibration_by_hand():
    p, o = [0.1, 0.1, 0.9, 1.0], [0, 1, 1, 1]
    table = scores.calibration_table(p, o)
    assert list(table["low"]) == [0.1, 0.9]
    assert list(table["probability"]) == pytest.approx([0.1, 0.95])
    assert list(table["frequency"]) == [0.5, 1.0]
    assert list(table["n_observations"]) == [2, 2]
    found = row(scores.calibration_error(p, o))
    assert found["calibration_error"] == pytest.approx((0.4 * 2 + 0.05 * 2) / 4)
    assert (found["n_bins"], found["n_observations"]) == (2, 4)
    # 0.3 is the lower end of its class, whatever floating point makes of 0.3 * 10.
    assert scores.calibration_table([0.3, 0.7], [0, 1])["low"].tolist() == [0.3, 0.7]


def test_diebold_mariano_by_hand():
    # One step ahead the corrected statistic is that of Student's t test: 2 / (1 / sqrt 3).
    one = row(scores.diebold_mariano([1, 2, 3], [0, 0, 0]))
    assert one["difference"] == 2
    assert one["statistic"] == pytest.approx(2 * np.sqrt(3))
    assert one["p_value"] == pytest.approx(0.0742, abs=5e-5)
    assert one["n_observations"] == 3


@pytest.mark.parametrize(
    ("losses", "others"),
    [([1, 1, 1], [0, 0, 0]), ([1.0], [0.0])],
    ids=["equal differences", "one observation"],
)
def test_diebold_mariano_that_cannot_be_said_is_missing(losses, others):
    found = row(scores.diebold_mariano(losses, others))
    assert np.isnan(found["statistic"])
    assert np.isnan(found["p_value"])


def test_diebold_mariano_rejects_equal_forecasts_as_often_as_it_says():
    draw = rng()
    rejected = [
        row(scores.diebold_mariano(draw.normal(size=12) ** 2, draw.normal(size=12) ** 2))["p_value"]
        < 0.1
        for _ in range(600)
    ]
    assert 0.05 < np.mean(rejected) < 0.14


@pytest.mark.parametrize(
    "call",
    [
        lambda: scores.point_scores([1.0], [np.nan]),
        lambda: scores.point_scores([], []),
        lambda: scores.point_scores([1, 2], [1]),
        lambda: scores.crps_of_quantiles([1.0], [[np.inf]], [0.5]),
        lambda: scores.crps_of_quantiles([1, 2], [[1.0]], [0.5]),
        lambda: scores.brier_scores([1.2], [1]),
        lambda: scores.brier_scores([0.2], [0.5]),
        lambda: scores.brier_skill([0.2, 0.3], [0, 1], rng(), clusters=[2020]),
        lambda: scores.diebold_mariano([1, 2], [2]),
    ],
)
def test_what_cannot_be_scored_is_refused(call):
    with pytest.raises(ForecastError):
        call()


@given(st.lists(finite, min_size=2, max_size=30), finite)
@settings(max_examples=50)
def test_quantiles_of_every_draw_give_the_crps_of_the_draws(values, outcome):
    ordered = np.sort(values)[None, :]
    levels = (np.arange(len(values)) + 0.5) / len(values)
    kept = scores.crps_of_quantiles([outcome], ordered, levels)
    assert kept == pytest.approx(
        scoringrules.crps_ensemble(np.array([outcome]), ordered, backend="numpy"), abs=1e-6
    )


@given(st.lists(st.tuples(probability, st.booleans()), min_size=1, max_size=40))
@settings(max_examples=50)
def test_brier_and_calibration_stay_in_bounds(pairs):
    p, o = zip(*pairs, strict=True)
    found = row(scores.brier_skill(p, o, rng()))
    assert 0 <= found["brier"] <= 1
    assert found["n_events"] == sum(o)
    table = scores.calibration_table(p, o)
    assert table["n_observations"].sum() == len(p)
    assert ((table["low"] <= table["probability"] + 1e-6) & (table["frequency"] <= 1)).all()
    assert 0 <= row(scores.calibration_error(p, o))["calibration_error"] <= 1
    # The frequency itself has neither skill nor calibration error.
    rate = np.full(len(o), np.mean(o))
    plain = row(scores.brier_skill(rate, o, rng()))
    assert np.isnan(plain["skill"]) or plain["skill"] == pytest.approx(0, abs=1e-9)
    assert row(scores.calibration_error(rate, o))["calibration_error"] == pytest.approx(0, abs=1e-9)


@given(arrays(float, 8, elements=finite), arrays(float, 8, elements=finite))
@settings(max_examples=50)
def test_diebold_mariano_changes_sign_with_the_order(first, second):
    one = row(scores.diebold_mariano(first, second))
    other = row(scores.diebold_mariano(second, first))
    assert one["difference"] == pytest.approx(-other["difference"])
    assert one["statistic"] == pytest.approx(-other["statistic"], nan_ok=True)
    assert one["p_value"] == pytest.approx(other["p_value"], nan_ok=True)


@given(arrays(float, (5, 9), elements=finite), arrays(float, 5, elements=finite))
@settings(max_examples=50)
def test_log_scores_stay_below_that_of_the_floor(draws, outcomes):
    assert (scores.log_scores(outcomes, draws, half_unit=0.05) <= -np.log(1e-4) + 1e-9).all()
