"""Likelihood, smoother and EM against brute force, and the optional kernel."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor import FactorModel
from lianhu_analysis.forecast.factor.em import em_step
from lianhu_analysis.forecast.factor.model import _compiled
from tests.forecast.factor.dense import dense, mixed_panel, wide_panel

CASES = [(first_month, k, lags) for first_month in (1, 5) for k, lags in ((2, 2), (1, 1))]


@pytest.mark.parametrize(("first_month", "k", "lags"), CASES)
def test_likelihood_and_factors_equal_the_joint_gaussian(first_month, k, lags):
    panel, parameters = mixed_panel(1, k=k, lags=lags, first_month=first_month)
    without = replace(parameters, idiosyncratic_ar=np.zeros(7))
    for truth in (parameters, without):
        expected = dense(panel, truth)
        model = FactorModel(panel, k, lags)
        assert model.loglike(truth) == pytest.approx(expected.loglike(), abs=1e-8)
        factors = model.run(truth).mean[:, :k]
        np.testing.assert_allclose(factors.ravel(), expected.factors(), atol=1e-8)


def test_series_whitened_over_the_whole_panel_give_the_same_numbers():
    panel, parameters = wide_panel()
    model = FactorModel(panel, 1, 1)
    # Only Mariano-Murasawa quarters, whose windows overlap, keep a state.
    assert model.layout.explicit.tolist() == [2, 9, 16, 23]
    assert model.loglike(parameters) == pytest.approx(dense(panel, parameters).loglike(), abs=1e-8)


@pytest.mark.parametrize("k", [1, 2])
def test_ecm_never_lowers_the_exact_likelihood(k):
    panel, parameters = wide_panel(2) if k == 1 else mixed_panel(2)
    model = FactorModel(panel, k, k)
    path = []
    for _ in range(40):
        parameters, loglike = em_step(model, parameters)
        path.append(loglike)
    assert np.diff(path).min() > -1e-9 * abs(path[-1])
    assert path[-1] > path[0] + 100


def test_numba_agrees_with_numpy():
    pytest.importorskip("numba")
    panel, parameters = mixed_panel(3)
    slow, fast = (FactorModel(panel, 2, 2, kernel=kernel) for kernel in ("numpy", "numba"))
    expected, got = slow.run(parameters), fast.run(parameters)
    assert got.loglike == pytest.approx(expected.loglike, abs=1e-10 * abs(expected.loglike))
    np.testing.assert_allclose(got.mean, expected.mean, atol=1e-10)
    np.testing.assert_allclose(got.covariance, expected.covariance, atol=1e-10)


def test_importing_the_package_does_not_import_numba():
    code = "import lianhu_analysis.forecast.factor, sys; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_missing_numba_is_said_in_words(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    _compiled.cache_clear()
    panel, _ = mixed_panel()
    with pytest.raises(ForecastError, match=r"没有安装 numba.*\[fast\]"):
        FactorModel(panel, 1, 1, kernel="numba")


def test_wrong_parameters_are_refused():
    panel, parameters = mixed_panel()
    model = FactorModel(panel, 2, 2)
    with pytest.raises(ForecastError, match="不平稳"):
        model.loglike(replace(parameters, transition=3 * parameters.transition))
    with pytest.raises(ForecastError, match="内核"):
        FactorModel(panel, 1, 1, kernel="fortran")


def test_a_term_starts_afresh_after_a_gap_longer_than_memory():
    panel, parameters = mixed_panel(2)
    # Two halves of a series, 15 months apart, as two series of the same loading.
    halves = np.repeat(panel.values[:, [6]], 2, axis=1)
    halves[12:, 0] = np.nan
    halves[:12, 1] = np.nan
    split = replace(
        panel,
        values=np.hstack([panel.values[:, :6], halves]),
        forms=(*panel.forms, "month"),
        shares=np.hstack([panel.shares, panel.shares[:, [6]]]),
        names=(*panel.names, "辛"),
    )
    twice = [0, 1, 2, 3, 4, 5, 6, 6]
    doubled = replace(
        parameters,
        loadings=parameters.loadings[twice],
        idiosyncratic_ar=parameters.idiosyncratic_ar[twice],
        idiosyncratic_var=parameters.idiosyncratic_var[twice],
    )
    model = FactorModel(panel, 2, 2, memory=12)
    assert model.loglike(parameters) == pytest.approx(dense(split, doubled).loglike(), abs=1e-8)
    assert model.layout.n_lags < 16
    path = []
    for _ in range(30):
        parameters, loglike = em_step(model, parameters)
        path.append(loglike)
    assert np.diff(path).min() > -1e-9 * abs(path[-1])
