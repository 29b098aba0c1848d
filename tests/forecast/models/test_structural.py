import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.statespace.sarimax import SARIMAX
from statsmodels.tsa.statespace.structural import UnobservedComponents

from lianhu_analysis.forecast.models import (
    GrowthPanel,
    local_level,
    sarimax,
    unobserved_components,
)
from lianhu_analysis.forecast.models import structural as engine

SHARES = np.array([0.22, 0.46, 0.72, 1.0])


def panel(single, n_known=4, **changes):
    """Year-to-date growth of single-period growth, shape (years, 4)."""
    single = np.asarray(single, dtype=float)
    ytd = np.cumsum(np.diff(SHARES, prepend=0.0) * single, axis=1) / SHARES
    ytd[-1, n_known:] = np.nan
    values = {
        "frequency": "Q", "ytd_growth_pct": ytd, "shares": np.tile(SHARES, (len(ytd), 1)),
        "n_known": n_known, "outlier": np.zeros(len(ytd), dtype=bool),
    }  # fmt: skip
    return GrowthPanel(**{**values, **changes})


def wandering(years=8, seed=0):
    rng = np.random.default_rng(seed)
    return (5 + np.cumsum(rng.normal(0, 0.2, years * 4)) + rng.normal(0, 0.4, years * 4)).reshape(
        years, 4
    )


def test_the_likelihood_is_that_of_statsmodels_local_level():
    y = wandering().ravel() - 5.0
    steps = np.arange(1.0, y.size + 1)
    found, expected = [], []
    for ratio in (0.05, 0.3, 2.0):
        covariance = np.eye(y.size) + ratio * np.minimum.outer(steps, steps) + engine.DIFFUSE
        found.append(engine.log_evidence(covariance[None], y)[0])
        model = UnobservedComponents(y, level="local level")
        model.ssm.loglikelihood_burn = 0
        # The scale that statsmodels holds is integrated out here: both are
        # maximal in it at the same place, so that ratios of models agree.
        grid = np.linspace(np.log(0.005), np.log(5.0), 4001)
        llf = []
        for log_scale in grid[::40]:
            scale = np.exp(log_scale)
            start = np.array([[(engine.DIFFUSE + ratio) * scale]])
            model.ssm.initialize_known(np.array([0.0]), start)
            llf.append(model.loglike([scale, ratio * scale]))
        top = np.array(llf) + 0.5 * grid[::40]  # one degree of freedom less
        expected.append(np.log(np.trapezoid(np.exp(top - top.max()), grid[::40])) + top.max())
    np.testing.assert_allclose(np.diff(found), np.diff(expected), atol=1e-4)


def test_the_forecast_is_that_of_statsmodels_filter():
    # One signal-to-noise ratio, no rounding, whole shares: the mean and variance of
    # the next four quarters are those of the Kalman filter.
    y = wandering().ravel() - 5.0
    steps = np.arange(1.0, y.size + 5)
    whole = np.eye(y.size + 4) + 0.3 * np.minimum.outer(steps, steps) + engine.DIFFUSE
    draws = engine._draw(whole[None], y, np.random.default_rng(1), 200_000)
    model = UnobservedComponents(y, level="local level")
    model.ssm.initialize_known(np.array([0.0]), np.array([[engine.DIFFUSE + 0.3]]))
    result = model.filter([1.0, 0.3])
    forecast = result.get_forecast(4)
    np.testing.assert_allclose(draws.mean(axis=0), forecast.predicted_mean, atol=0.01)
    factor = np.linalg.cholesky(whole[: y.size, : y.size])
    square = np.sum(np.linalg.solve(factor, y) ** 2) / (y.size - 1)
    expected = square * forecast.var_pred_mean * (y.size - 1) / (y.size - 3)
    np.testing.assert_allclose(draws.var(axis=0), expected, rtol=0.03)


def test_the_autoregression_is_that_of_statsmodels_sarimax():
    y = wandering().ravel() - 5.0
    phi, ratio = 0.8, 3.0
    apart = np.abs(np.subtract.outer(np.arange(y.size), np.arange(y.size)))
    covariance = np.eye(y.size) + ratio * phi**apart
    factor = np.linalg.cholesky(covariance)
    white = np.linalg.solve(factor, y)
    llf = -0.5 * (y.size * np.log(2 * np.pi) + white @ white) - np.log(np.diag(factor)).sum()
    model = SARIMAX(y, order=(1, 0, 0), measurement_error=True)
    assert llf == pytest.approx(model.loglike([phi, 1.0, ratio * (1 - phi**2)]), abs=1e-6)


@pytest.mark.parametrize("model", [local_level, unobserved_components, sarimax])
@pytest.mark.parametrize("n_known", [0, 1, 3])
def test_single_periods_and_year_to_date_agree_in_every_draw(model, n_known):
    what = panel(wandering(), n_known)
    draws = model(what, np.random.default_rng(2))
    single = draws.single(SHARES)
    assert single.shape == draws.path.shape == (10_000, 4 - n_known)
    done = np.zeros(10_000) if n_known == 0 else SHARES[n_known - 1] * draws.start
    parts = np.diff(SHARES, prepend=0.0)[n_known:]
    year = done + single @ parts
    np.testing.assert_allclose(year, draws.values, atol=1e-9)
    if n_known:
        # The start is the published figure, up to its own rounding.
        published = what.ytd_growth_pct[-1, n_known - 1]
        assert np.abs(draws.start - published).max() < 0.2


def test_a_moved_draw_spreads_the_change_over_the_remaining_periods_alike():
    draws = local_level(panel(wandering(), 2), np.random.default_rng(3))
    moved = draws.moved(draws.values + 0.5)
    change = moved.single(SHARES) - draws.single(SHARES)
    # Half a point of the year over 54 % of it: 0.926 points in each quarter.
    np.testing.assert_allclose(change, 0.5 / 0.54, atol=1e-9)


@given(st.floats(0.5, 3.0), st.floats(-3, 3))
@settings(max_examples=8, deadline=None)
def test_growth_scaled_and_shifted_gives_draws_scaled_and_shifted(factor, shift):
    one = panel(wandering(6), 2, half_unit=0.0)
    other = panel(wandering(6) * factor + shift, 2, half_unit=0.0)
    a, b = (local_level(item, np.random.default_rng(4)) for item in (one, other))
    np.testing.assert_allclose(b.values, a.values * factor + shift, atol=2e-3 * factor)


def test_effects_of_the_period_are_found():
    # Every fourth quarter is two points lower: only the model with effects knows.
    rng = np.random.default_rng(5)
    single = 5 + rng.normal(0, 0.2, (9, 4)) - np.array([0, 0, 0, 2.0])
    plain, seasonal = (
        model(panel(single, 3), np.random.default_rng(6)).single(SHARES).mean()
        for model in (local_level, unobserved_components)
    )
    assert abs(seasonal - 3.0) < abs(plain - 3.0)
    assert seasonal == pytest.approx(3.0, abs=0.8)


def test_the_festival_moves_the_months_that_it_moves_between():
    rng = np.random.default_rng(7)
    festival = np.zeros((9, 4))
    festival[:, 0] = [0.5, -0.5, 0.3, -0.3, 0.5, -0.5, 0.4, -0.4, 0.6]
    festival[:, 1] = -festival[:, 0]
    single = 5 + 4 * festival + rng.normal(0, 0.3, (9, 4))
    blind = sarimax(panel(single, 1), np.random.default_rng(8)).single(SHARES)[:, 0]
    seeing = sarimax(panel(single, 1, festival=festival), np.random.default_rng(8))
    # The second quarter: 5 - 4 * 0.6 = 2.6.
    assert seeing.single(SHARES)[:, 0].mean() == pytest.approx(2.6, abs=0.5)
    assert seeing.single(SHARES)[:, 0].std() < 0.7 * blind.std()


def test_growth_at_the_half_year_and_the_end_only_is_enough():
    years = panel(wandering(years=12), n_known=2)
    growth = years.ytd_growth_pct.copy()
    growth[:, [0, 2]] = np.nan
    # No two periods in a row: no single period is known, and none is needed.
    halves = dataclasses.replace(years, ytd_growth_pct=growth)
    draws = local_level(halves, np.random.default_rng(1))
    assert draws.n_obs == 23
    assert abs(draws.values.mean() - growth[-1, 1]) < 1.0
