"""Likelihood, smoother and EM against brute force, and the optional kernel."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor import FactorModel
from tests.forecast.factor.dense import dense, mixed_panel

CASES = [
    (ar1, first_month, k, lags)
    for ar1 in (True, False)
    for first_month in (1, 5)
    for k, lags in ((2, 2), (1, 1))
]


@pytest.mark.parametrize(("ar1", "first_month", "k", "lags"), CASES)
def test_likelihood_and_factors_equal_the_joint_gaussian(ar1, first_month, k, lags):
    panel, parameters = mixed_panel(1, k=k, lags=lags, first_month=first_month)
    expected = dense(panel, parameters, ar1)
    for n_lags in (None, 16):  # few or many series whitened: the same numbers
        model = FactorModel(panel, k, lags, ar1, n_lags=n_lags)
        assert model.loglike(parameters) == pytest.approx(expected.loglike(), abs=1e-8)
        factors = model.run(parameters).mean[:, :k]
        np.testing.assert_allclose(factors.ravel(), expected.factors(), atol=1e-8)


@pytest.mark.parametrize("ar1", [True, False])
@pytest.mark.parametrize("n_lags", [None, 16])
def test_ecm_never_lowers_the_exact_likelihood(ar1, n_lags):
    panel, parameters = mixed_panel(2)
    model = FactorModel(panel, 2, 2, ar1, n_lags=n_lags)
    path = []
    for _ in range(40):
        parameters, loglike = model.em_step(parameters)
        path.append(loglike)
    assert np.diff(path).min() > -1e-9 * abs(path[-1])
    assert path[-1] > path[0] + 100


def test_loadings_stay_where_statsmodels_leaves_them():
    panel, parameters = mixed_panel(2)
    new, _ = FactorModel(panel, 2, 2).em_step(parameters, loadings=False)
    np.testing.assert_array_equal(new.loadings, parameters.loadings)
    assert np.abs(new.transition - parameters.transition).max() > 1e-3


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
    monkeypatch.delitem(sys.modules, "lianhu_analysis.forecast.factor.filter_numba", raising=False)
    monkeypatch.delattr("lianhu_analysis.forecast.factor.filter_numba", raising=False)
    panel, _ = mixed_panel()
    with pytest.raises(ForecastError, match=r"没有安装 numba.*\[fast\]"):
        FactorModel(panel, 1, 1, kernel="numba")


def test_wrong_parameters_are_refused():
    panel, parameters = mixed_panel()
    model = FactorModel(panel, 2, 2)
    with pytest.raises(ForecastError, match="不平稳"):
        model.loglike(replace(parameters, transition=3 * parameters.transition))
    with pytest.raises(ForecastError, match="参数与模型不符"):
        model.loglike(replace(parameters, loadings=parameters.loadings[:3]))
    with pytest.raises(ForecastError, match="至少为 1"):
        FactorModel(panel, 0, 1)
    with pytest.raises(ForecastError, match="内核"):
        FactorModel(panel, 1, 1, kernel="fortran")


def test_memory_can_be_kept_series_by_series():
    panel, parameters = mixed_panel(2)
    ar1 = np.array([True, True, False, False, False, True, True])
    phi = np.where(ar1, parameters.idiosyncratic_ar, 0.0)
    expected = dense(panel, replace(parameters, idiosyncratic_ar=phi))
    model = FactorModel(panel, 2, 2, ar1)
    assert model.loglike(parameters) == pytest.approx(expected.loglike(), abs=1e-8)
    path = []
    for _ in range(30):
        parameters, loglike = model.em_step(parameters)
        path.append(loglike)
    assert np.diff(path).min() > -1e-9 * abs(path[-1])
    assert (parameters.idiosyncratic_ar[~ar1] == 0).all()
    assert (parameters.idiosyncratic_ar[ar1] != 0).all()


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
        parameters, loglike = model.em_step(parameters)
        path.append(loglike)
    assert np.diff(path).min() > -1e-9 * abs(path[-1])
