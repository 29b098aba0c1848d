import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.joint import couple, dependence, joint_json, joint_of, past_errors
from lianhu_analysis.forecast.verdict import judge
from tests.forecast.frames import catalogue, figures, indicator
from tests.forecast.test_verdict import GDP, RULES, gdp_frame, target

RETAIL = indicator("csm.retail.total")
LAND = indicator("lan.supply.area", unit="亩", level_price="na")


def two(goal=5.0, other=5.0, frame=None, second=RETAIL):
    """Verdicts on GDP and on retail sales, which has the very same figures."""
    frame = gdp_frame() if frame is None else frame
    copied = frame.assign(indicator=second.code)
    both = catalogue(GDP, second)
    return (
        judge(frame, target(value=goal), both, RULES),
        judge(copied, target(second.code, value=other), both, RULES),
    )


def test_past_errors_by_hand():
    rows = [
        ("gdp.total", "yoy", "ytd", period, value, "2024-10-18")
        for period, value in {
            "2021Q3": 9.8, "2021Q4": 8.4, "2022Q4": 3.0, "2023Q3": 5.2, "2023Q4": 5.3, "2024Q3": 4.8,
        }.items()
    ]  # fmt: skip
    verdict = judge(figures(*rows), target(), catalogue(GDP), RULES)
    assert past_errors(verdict) == {2021: pytest.approx(-1.4), 2023: pytest.approx(0.1)}
    before = judge(figures(*rows[:-1]), target(), catalogue(GDP), RULES)
    # Before any figure the rule of thumb is last year's growth.
    assert past_errors(before) == {2022: pytest.approx(-5.4), 2023: pytest.approx(2.3)}


def test_errors_of_counts_are_against_the_usual_progress():
    amounts = {"2022Q3": 40.0, "2022Q4": 100.0, "2023Q3": 60.0, "2023Q4": 100.0, "2024Q3": 50.0}
    rows = [(LAND.code, "level", "ytd", p, v, "2024-10-18") for p, v in amounts.items()]
    goal = target(LAND.code, measure="level", value=90.0, rule="at_least", decimals=None)
    verdict = judge(figures(*rows), goal, catalogue(LAND), RULES)
    # Half is usual: 40 would have made 80 and 60 made 120.
    assert past_errors(verdict) == {2022: pytest.approx(20.0), 2023: pytest.approx(-20.0)}


def test_dependence_by_hand():
    years = range(2010, 2020)
    up = {year: float(year) for year in years}
    seen = dependence([up, up | {2020: 1.0}])
    assert seen.years == tuple(years)
    # One pair with r = 1 in ten years: shrunk by 1/9.
    assert seen.shrinkage == pytest.approx(1 / 9)
    assert seen.correlation == pytest.approx(np.array([[1, 8 / 9], [8 / 9, 1]]))
    against = dependence([up, {year: -(float(year) ** 3) for year in years}])
    assert against.correlation[0, 1] == pytest.approx(-8 / 9)
    # What chance shows as well counts as nothing.
    mixed = dict(zip(years, [3.0, 1.0, 4.0, 1.5, 5.0, 9.0, 2.0, 6.0, 0.0, 5.5], strict=True))
    assert dependence([up, mixed]).shrinkage == 1.0
    constant = dependence([up, dict.fromkeys(years, 0.0)])
    assert constant.correlation == pytest.approx(np.eye(2))


def test_too_few_common_years_are_refused():
    first = dict.fromkeys(range(2015, 2022), 1.0)
    with pytest.raises(ForecastError, match="只有 4 年，至少要 5 年"):
        dependence([first, dict.fromkeys(range(2018, 2024), 1.0)])
    with pytest.raises(ForecastError, match="只有 4 年"):
        dependence([first, first], outlier_years=(2019, 2020, 2021))


@given(st.integers(2, 4), st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_coupling_changes_no_marginal(k, seed):
    draw = np.random.default_rng(seed)
    draws = draw.normal(size=(200, k)).round(1)
    factors = draw.normal(size=(k, k + 1))
    correlation = np.corrcoef(factors)
    coupled = couple(draws, correlation, draw)
    assert np.array_equal(np.sort(coupled, axis=0), np.sort(draws, axis=0))


def test_coupled_draws_have_the_rank_correlation_asked_for():
    draw = np.random.default_rng(3)
    skewed = np.exp(draw.normal(size=(20_000, 3)))
    asked = np.array([[1.0, 0.7, -0.4], [0.7, 1.0, 0.0], [-0.4, 0.0, 1.0]])
    coupled = couple(skewed, asked, draw)
    found = np.corrcoef(np.log(coupled), rowvar=False)
    assert found == pytest.approx(asked, abs=0.03)
    with pytest.raises(ForecastError, match="不是半正定"):
        couple(skewed, np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1.0]]), draw)
    with pytest.raises(ForecastError, match="不能相配"):
        couple(skewed, np.eye(2), draw)


def test_targets_that_move_together_are_met_together():
    verdicts = two()
    joint = joint_of(verdicts, RULES.outlier_years)
    first, second = verdicts
    # Ten years less two: the same errors, shrunk by 1/7.
    assert joint.dependence.years == (2014, 2015, 2016, 2017, 2018, 2019, 2022, 2023)
    assert joint.dependence.shrinkage == pytest.approx(1 / 7)
    assert joint.independent == pytest.approx(first.probability * second.probability)
    assert joint.independent < joint.probability < min(first.probability, second.probability)
    assert joint.probability <= joint.probability_about
    assert joint.whole
    again = joint_of(two(), RULES.outlier_years)
    assert again.probability == joint.probability


@given(st.floats(4.0, 5.5), st.floats(4.0, 5.5))
@settings(max_examples=5)
def test_the_joint_chance_lies_between_its_bounds(goal, other):
    verdicts = two(goal, other)
    joint = joint_of(verdicts)
    chances = [item.probability for item in verdicts]
    assert max(sum(chances) - 1, 0) - 1e-9 <= joint.probability <= min(chances) + 1e-9


def test_two_targets_of_one_figure_have_one_future():
    first, second = two()
    city = judge(gdp_frame(), target(value=5.2, set_by="市下达任务"), catalogue(GDP), RULES)
    # Who reaches 5.2 has reached 5.0: the chance of both is that of the higher one.
    alone = joint_of([first, city])
    assert alone.dependence is None
    assert alone.probability == alone.independent == city.probability
    joint = joint_of([first, second, city], RULES.outlier_years)
    assert joint.dependence.correlation.shape == (2, 2)
    assert joint.probability == joint_of([city, second], RULES.outlier_years).probability
    assert joint_json(joint)["joint"]["targets"] == [
        "gdp.total/yoy", "csm.retail.total/yoy", "gdp.total/yoy/市下达任务",
    ]  # fmt: skip


def test_a_refused_target_is_left_out_and_named():
    first, second = two()
    refused = judge(gdp_frame()[:0], target(), catalogue(GDP), RULES)
    content = joint_json(joint_of([first, second, refused], RULES.outlier_years))
    assert content["joint_probability"] is None
    assert "增长5%左右不作预测" in content["joint_reason"]
    assert content["joint"]["targets"] == ["gdp.total/yoy", "csm.retail.total/yoy"]
    assert content["joint"]["left_out"][0]["reason"] == refused.reason
    assert content["joint"]["probability"] == joint_of(two(), RULES.outlier_years).probability
    alone = joint_json(joint_of([first, refused]))
    assert (alone["joint_probability"], alone["joint"]["probability"]) == (None, None)
    assert "不足两项" in alone["joint_reason"]


def test_an_outcome_counts_as_certain():
    first, second = two()
    for final, plain, about in ((5.0, 1.0, 1.0), (4.9, 0.0, 1.0), (4.0, 0.0, 0.0)):
        extra = [("gdp.total", "yoy", "ytd", "2024Q4", final, "2025-01-17")]
        settled = judge(gdp_frame(extra=extra), target(), catalogue(GDP), RULES)
        joint = joint_of([settled, second])
        assert joint.probability == pytest.approx(plain * second.probability)
        assert joint.probability_about == pytest.approx(about * second.probability_about)
        assert joint.dependence is None
    assert joint_of([settled, settled]).probability == 0.0
    del first


def test_few_common_years_give_no_joint_chance():
    joint = joint_of(two(), tuple(range(2014, 2021)))
    assert joint.probability is None
    assert "只有 3 年" in joint.reason
    assert joint_json(joint)["joint_reason"] == joint.reason
