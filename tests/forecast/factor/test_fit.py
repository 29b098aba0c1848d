"""Estimation: never downhill, honest about how it ended, the same optimum from two starts."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from lianhu_analysis.forecast.factor import FactorModel, FactorPanel, fit
from lianhu_analysis.forecast.factor.em import em_step
from lianhu_analysis.forecast.factor.fit import start_parameters


def factor_panel(seed=0, *, n_rows=96, n=10, k=1):
    """Monthly and quarterly year-to-date growth driven by k strong factors."""
    rng = np.random.default_rng(seed)
    factors = np.zeros((n_rows, k))
    for t in range(1, n_rows):
        factors[t] = 0.7 * factors[t - 1] + rng.standard_normal(k)
    latent = factors @ rng.standard_normal((k, n)) + 0.7 * rng.standard_normal((n_rows, n))
    month = np.arange(n_rows) % 12 + 1
    ytd = latent.copy()
    for t in range(n_rows):
        if month[t] > 1:
            ytd[t] = ((month[t] - 1) * ytd[t - 1] + latent[t]) / month[t]
    values = np.where(np.arange(n) < n // 2, latent, ytd)
    values[month == 1, n // 2 :] = np.nan
    values[month % 3 != 0, -1] = np.nan
    values[-2:, 0] = np.nan
    forms = ("month",) * (n // 2) + ("year_to_date",) * (n - n // 2)
    names = tuple(f"指标{i}" for i in range(n))
    return FactorPanel(values, forms, 1, np.ones((n_rows, n)), names)


@pytest.fixture(scope="module")
def fitted():
    return fit(FactorModel(factor_panel(), 1, 1))


def test_the_path_never_falls_and_the_report_matches_it(fitted):
    for start in fitted.starts:
        assert min(np.diff(start.path)) >= -1e-9 * abs(start.loglike)
        assert start.path[-1] == start.loglike
        assert start.loglike == pytest.approx(fitted.model.loglike(start.parameters), abs=1e-8)
    assert fitted.loglike == max(start.loglike for start in fitted.starts)
    assert fitted.converged
    assert "似然增量低于" in fitted.reason


def test_two_starts_come_to_the_same_optimum(fitted):
    assert len(fitted.starts) >= 2
    first, second = fitted.starts[:2]
    assert abs(first.path[0] - second.path[0]) > 10
    assert fitted.agree


def test_acceleration_arrives_where_plain_steps_arrive(fitted):
    parameters = fitted.starts[0].parameters
    for _ in range(60):
        parameters, loglike = em_step(fitted.model, parameters)
    assert fitted.loglike > loglike - 0.1
    assert fitted.loglike < loglike + 0.1


def test_too_few_steps_are_not_called_convergence():
    got = fit(FactorModel(factor_panel(), 1, 1), max_iterations=7)
    assert not got.converged
    assert "上限" in got.reason
    assert got.iterations <= 7


def test_starts_can_be_given(fitted):
    own = {"saved": fitted.parameters}
    got = fit(fitted.model, starts=own)
    assert [start.name for start in got.starts] == ["saved"]
    assert got.iterations < fitted.iterations
    assert got.loglike >= fitted.loglike - 1e-9


def test_starts_are_stationary_and_differ():
    starts = start_parameters(FactorModel(factor_panel(), 2, 2))
    assert all(parameters.stationary for parameters in starts.values())
    first, second = starts.values()
    assert np.abs(first.loadings - second.loadings).max() > 0.1


def test_blas_has_one_thread_while_estimating_and_its_own_number_again_afterwards(monkeypatch):
    def threads():
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    seen = []
    step = FactorModel.run
    monkeypatch.setattr(
        FactorModel, "run", lambda *given: (seen.append(threads()), step(*given))[1]
    )
    with threadpool_limits(2, user_api="blas"):
        before = threads()
        fit(FactorModel(factor_panel(), 1, 1), max_iterations=6)
        assert threads() == before
    assert seen and all(found == {1} for found in seen)
