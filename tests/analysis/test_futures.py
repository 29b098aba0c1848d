"""What is given conditions the rest as the normal distribution says, by hand."""

import dataclasses

import numpy as np
import pytest

from lianhu_analysis.analysis.futures import Event, futures_of, pull
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.knowledge import Knowledge
from tests.analysis.district import beside, pair, world
from tests.forecast.test_verdict import RULES

# Two growth rates: means 5 and 6, standard deviations 0.5 and 2, correlation 0.6.
MEAN, COVARIANCE = np.array([5.0, 6.0]), np.array([[0.25, 0.6], [0.6, 4.0]])
DRAWS = np.random.default_rng(1).multivariate_normal(MEAN, COVARIANCE, 200_000)


def test_a_certain_figure_conditions_the_other_by_hand():
    drawn = pair(DRAWS, COVARIANCE).given([Event(0, 6.0 - DRAWS[:, 0])])
    assert drawn[:, 0] == pytest.approx(np.full(len(DRAWS), 6.0))
    # Mean 6 + 0.6 / 0.25 * (6 - 5) = 8.4, variance 4 - 0.6^2 / 0.25 = 2.56.
    assert drawn[:, 1].mean() == pytest.approx(8.4, abs=0.02)
    assert drawn[:, 1].var() == pytest.approx(2.56, rel=0.01)


def test_an_uncertain_figure_counts_for_as_much_as_it_is_certain():
    drawn = pair(DRAWS, COVARIANCE).given([Event(0, 6.0 - DRAWS[:, 0], 0.5)])
    # Half the weight each: mean 5.5, variance 0.25 * 0.25 / 0.5; the other moves by 0.6 / 0.5.
    assert drawn[:, 0].mean() == pytest.approx(5.5, abs=0.01)
    assert drawn[:, 0].var() == pytest.approx(0.125, rel=0.02)
    assert drawn[:, 1].mean() == pytest.approx(7.2, abs=0.02)
    assert drawn[:, 1].var() == pytest.approx(4.0 - 0.36 / 0.5, rel=0.02)


def test_a_shift_leaves_the_spread():
    drawn = pair(DRAWS, COVARIANCE).given([Event(0, 1.0)])
    assert drawn[:, 0] == pytest.approx(DRAWS[:, 0] + 1.0)
    assert drawn[:, 1] == pytest.approx(DRAWS[:, 1] + 2.4)


def test_two_figures_given_at_once_are_weighed_together():
    # c' A^-1 d with A = [[1, .5], [.5, 1]], c = (.6, .3): gains .6 and 0.
    moved = pull(
        np.array([0.6, 0.3]), np.array([[1.0, 0.5], [0.5, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    )
    assert moved == pytest.approx([0.6, 0.0])


def test_a_part_moves_its_whole_by_its_weight_exactly():
    weights = np.array([[0.0, 0.3], [0.0, 0.0]])
    drawn = pair(DRAWS, COVARIANCE, weights).given([Event(1, 8.0 - DRAWS[:, 1])])
    assert drawn[:, 0] == pytest.approx(DRAWS[:, 0] + 0.3 * (8.0 - DRAWS[:, 1]))


@pytest.mark.parametrize("events", [[], [Event(0, 3.0, np.inf)]], ids=["nothing", "infinite"])
def test_what_says_nothing_changes_nothing(events):
    futures = beside("gdp.tertiary")
    assert np.array_equal(futures.given(events), futures.draws)


def test_draws_are_those_of_the_forecast_and_their_joint_chance_too():
    futures = beside("gdp.secondary", "gdp.tertiary")
    for verdict, drawn in zip(futures.verdicts, futures.draws.T, strict=True):
        assert np.array_equal(np.sort(drawn), np.sort(verdict.draws.values))
    met = [
        verdict.target.met_by(drawn)
        for verdict, drawn in zip(futures.verdicts[:3], futures.draws.T, strict=False)
    ]
    together = (np.all(met, axis=0).sum() + 0.5) / (len(futures.draws) + 1)
    assert together == pytest.approx(world().joint.probability)


def test_links_are_accounting_correlation_or_none():
    futures = beside("gdp.secondary", "gdp.tertiary", "ene.elec")
    at = {code: n for (code, _), n in futures.column.items()}
    given = [Event(at["gdp.tertiary"], 0.0)]
    assert futures.weights[at["gdp.total"], at["gdp.tertiary"]] == pytest.approx(0.6)
    assert futures.link(at["gdp.total"], given) == "核算"
    assert futures.slope(at["gdp.total"], at["gdp.tertiary"]) == pytest.approx(0.6)
    # Four usual years are too few for a correlation.
    for code in ("gdp.total", "csm.retail.total", "lan.acq.projects"):
        assert futures.link(at[code], [Event(at["ene.elec"], 0.0)]) == ""
    retail = futures.link(at["csm.retail.total"], [Event(at["gdp.total"], 0.0)])
    assert retail == "误差相关"
    values = np.linalg.eigvalsh(futures.covariance)
    assert values.min() > 0


def test_a_part_is_drawn_together_with_its_whole():
    futures = beside("gdp.tertiary")
    at = futures.column["gdp.tertiary", "yoy"]
    whole, part = futures.draws[:, 0], futures.draws[:, at]
    told = futures.covariance[0, at] / np.sqrt(
        futures.covariance[0, 0] * futures.covariance[at, at]
    )
    # The draws are not normal: their correlation is close to what was asked for.
    assert np.corrcoef(whole, part)[0, 1] == pytest.approx(told, abs=0.08)


def test_without_an_open_target_there_is_nothing_to_ask():
    over = dataclasses.replace(world(), verdicts=world().verdicts[-1:])
    with pytest.raises(ForecastError, match="没有尚待实现又有预测的目标"):
        futures_of(over, [], RULES, Knowledge(over.frame))


def test_counts_stay_whole_and_never_fall_below_what_is_done():
    futures = beside()
    at = futures.column["lan.acq.projects", "level"]
    drawn = futures.given([Event(0, -20.0)])[:, at]
    assert np.array_equal(drawn, np.round(drawn))
    assert drawn.min() >= 7
