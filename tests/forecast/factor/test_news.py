"""News adds up, equals differences of smoothed figures, and equals statsmodels'."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor import FactorModel, FactorPanel, Parameters, joint, news
from tests.forecast.factor.dense import mixed_panel

TARGETS = [(29, 1), (35, 4), (35, 1), (30, 0)]


def vintages(seed=6, *, withdraw=False):
    """Old and new vintage: four releases, two revisions, two more months."""
    new, parameters = mixed_panel(seed)
    new = new.extended(0, 2)
    values = new.values.copy()
    values[28:30, 0] = [0.3, -0.4]
    values[27, 1] = 0.8
    values[31, 6] = 1.5
    old = values[:30].copy()
    old[28:, 0] = np.nan
    old[27, 1] = np.nan
    old[20, 1] += 0.5
    old[26, 4] -= 0.3
    if withdraw:
        values[24, 0] = np.nan
    shares = new.shares
    return (
        replace(new, values=old, shares=shares[:30]),
        replace(new, values=values),
        parameters,
    )


@pytest.mark.parametrize("withdraw", [False, True])
def test_news_adds_up_to_the_change_of_the_smoothed_figures(withdraw):
    old, new, parameters = vintages(withdraw=withdraw)
    got = news(FactorModel(old, 2, 2), new, parameters, TARGETS)
    before, after = (
        joint(FactorModel(panel, 2, 2), parameters, TARGETS).mean for panel in (old, new)
    )
    np.testing.assert_allclose(got.old, before, atol=1e-8)
    np.testing.assert_allclose(got.new, after, atol=1e-8)
    total = got.old + got.revisions.impacts.sum(axis=0) + got.releases.impacts.sum(axis=0)
    np.testing.assert_allclose(total, got.new, atol=1e-9)
    assert len(got.releases.cells) == 4
    # Row 26 ends a quarter, so both revised series have a figure.
    assert len(got.revisions.cells) == 2 + withdraw


def test_one_release_moves_the_forecast_by_its_weight_times_its_surprise():
    old, new, parameters = vintages()
    values = np.vstack([old.values, np.full((2, 7), np.nan)])
    values[27, 1] = 0.8
    got = news(FactorModel(old, 2, 2), replace(new, values=values), parameters, TARGETS)
    assert got.releases.cells == ((27, 1),)
    assert got.revisions.cells == ()
    np.testing.assert_allclose(
        got.new - got.old, got.releases.weights[0] * (0.8 - got.releases.expected[0])
    )


def test_panels_that_are_not_two_vintages_are_refused():
    old, new, parameters = vintages()
    with pytest.raises(ForecastError, match="不能比较新息"):
        news(FactorModel(old, 2, 2), replace(new, first_month=4), parameters, TARGETS)
    with pytest.raises(ForecastError, match="少于旧一期"):
        news(FactorModel(new, 2, 2), old, parameters, TARGETS)


def test_news_equals_statsmodels():
    from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ

    rng = np.random.default_rng(3)
    months = pd.period_range("2015-01", periods=48, freq="M")
    quarters = pd.period_range("2015Q1", periods=16, freq="Q")
    monthly = pd.DataFrame(rng.standard_normal((48, 4)), index=months, columns=list("abcd"))
    quarterly = pd.DataFrame(rng.standard_normal((16, 1)), index=quarters, columns=["q"])
    monthly.iloc[46:, 1] = np.nan
    old_monthly, old_quarterly = monthly.copy(), quarterly.copy()
    old_monthly.iloc[47] = np.nan
    old_quarterly.iloc[15] = np.nan
    old_monthly.iloc[40, 2] += 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        build = {"factors": 1, "factor_orders": 1, "standardize": False}
        before = DynamicFactorMQ(old_monthly, endog_quarterly=old_quarterly, **build)
        after = DynamicFactorMQ(monthly, endog_quarterly=quarterly, **build)
        start = before.start_params
        result = before.smooth(start)
        theirs = after.smooth(start).news(
            result, impacted_variable="q", start="2019-03", end="2019-03"
        )
    n = 5
    parameters = Parameters(
        start[:n, None],
        start[n : n + 1, None],
        start[n + 1 : n + 2, None] ** 2,
        start[n + 2 : 2 * n + 2],
        start[2 * n + 2 :],
    )
    forms = ("month",) * 4 + ("mariano_murasawa",)
    panels = [
        FactorPanel(np.asarray(mod.endog), forms, 1, np.ones((48, n)), tuple("abcdq"))
        for mod in (before, after)
    ]
    model = FactorModel(panels[0], 1, 1)
    assert model.loglike(parameters) == pytest.approx(before.loglike(start), abs=1e-8)
    ours = news(model, panels[1], parameters, [(50, 4)])
    impacts = theirs.impacts.iloc[0]
    assert ours.old[0] == pytest.approx(impacts["estimate (prev)"], abs=1e-8)
    assert ours.new[0] == pytest.approx(impacts["estimate (new)"], abs=1e-8)
    assert ours.revisions.impacts.sum() == pytest.approx(impacts["impact of revisions"], abs=1e-8)
    weights = theirs.weights.xs("q", axis=1, level=1).iloc[:, 0]
    assert [(str(date), name) for date, name in weights.index] == [
        (str(months[row]), "abcdq"[series]) for row, series in ours.releases.cells
    ]
    np.testing.assert_allclose(ours.releases.weights[:, 0], weights, atol=1e-8)
