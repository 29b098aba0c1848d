"""Densities, joint distributions and draws against brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lianhu_analysis.forecast.factor import FactorModel, joint, simulate
from tests.forecast.factor.dense import dense, mixed_panel, wide_panel


def every_cell(n_rows):
    return [(row, series) for row in range(n_rows) for series in range(7)]


@pytest.mark.parametrize("first_month", [1, 5])
@pytest.mark.parametrize("horizon", [0, 14])
def test_every_figure_has_its_exact_density(first_month, horizon):
    panel, parameters = mixed_panel(1, first_month=first_month)
    mean, covariance = dense(panel.extended(0, horizon), parameters).posterior()
    got = joint(FactorModel(panel, 2, 2), parameters, every_cell(30 + horizon))
    np.testing.assert_allclose(got.mean, mean, atol=1e-8)
    np.testing.assert_allclose(got.covariance, covariance, atol=1e-8)


@pytest.mark.parametrize("make", [mixed_panel, wide_panel])
def test_figures_are_jointly_exact(make):
    panel, parameters = make(4)
    n = len(panel.names)
    mean, covariance = dense(panel.extended(0, 6), parameters).posterior()
    cells = [(28, 1), (29, 0), (35, 4), (26, 5), (29, 1), (35, 2), (12, 1), (20, 6), (32, 3)]
    at = [row * n + series for row, series in cells]
    model = FactorModel(panel, parameters.n_factors, parameters.lags)
    got = joint(model, parameters, cells)
    np.testing.assert_allclose(got.mean, mean[at], atol=1e-8)
    np.testing.assert_allclose(got.covariance, covariance[np.ix_(at, at)], atol=1e-8)


def test_a_series_without_any_figure_has_its_prior_around_the_factors():
    panel, parameters = mixed_panel(1)
    values = panel.values.copy()
    values[:, 1] = np.nan
    empty = replace(panel, values=values)
    mean, covariance = dense(empty, parameters).posterior()
    got = joint(FactorModel(empty, 2, 2), parameters, every_cell(30))
    np.testing.assert_allclose(got.mean, mean, atol=1e-8)
    np.testing.assert_allclose(got.covariance, covariance, atol=1e-8)


def test_draws_have_the_exact_moments_and_keep_what_is_published():
    panel, parameters = mixed_panel(5)
    model = FactorModel(panel, 2, 2)
    rows = range(24, 36)
    draws = simulate(
        model,
        parameters,
        [1, 4],
        rows,
        n_draws=20_000,
        rng=np.random.default_rng(0),
    )
    assert draws.shape == (20_000, 12, 2)
    mean, covariance = dense(panel.extended(0, 6), parameters).posterior()
    at = [row * 7 + series for row in rows for series in (1, 4)]
    spread = np.sqrt(np.diagonal(covariance)[at].max())
    flat = draws.reshape(20_000, -1)
    np.testing.assert_allclose(flat.mean(axis=0), mean[at], atol=0.04 * spread)
    np.testing.assert_allclose(np.cov(flat.T), covariance[np.ix_(at, at)], atol=0.04 * spread**2)
    assert (draws[:, 2, 0] == panel.values[26, 1]).all()


def test_draws_repeat_with_the_seed():
    panel, parameters = mixed_panel(5)
    model = FactorModel(panel, 2, 2)
    first, second = (
        simulate(model, parameters, [0], range(33), n_draws=5, rng=np.random.default_rng(7))
        for _ in range(2)
    )
    assert first.shape == (5, 33, 1)
    np.testing.assert_array_equal(first, second)
