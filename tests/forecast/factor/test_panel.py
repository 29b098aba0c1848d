"""Panels: what the forms mean, and what is refused by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor import FactorPanel, check_panel
from lianhu_analysis.forecast.factor.panel import published_weights, unit_slip


def panel_of(values, form="month", first_month=1, shares=None):
    values = np.atleast_2d(np.asarray(values, dtype=float).T).T
    n = values.shape[1]
    shares = np.ones(values.shape) if shares is None else shares
    names = tuple(f"指标{i + 1}" for i in range(n))
    return FactorPanel(values, (form,) * n, first_month, shares, names)


def wave(n_rows=24, seed=0):
    return np.random.default_rng(seed).standard_normal(n_rows)


def test_weights_of_each_form():
    shares = np.arange(1.0, 15.0)[:, None]
    at = {
        form: published_weights(panel_of(np.full(14, np.nan), form, 1, shares), 0)
        for form in ("month", "mariano_murasawa", "quarter_growth", "year_to_date")
    }
    assert at["month"][:, 5].tolist() == [1] + [0] * 11
    assert at["mariano_murasawa"][:6, 5].tolist() == [1, 2, 3, 2, 1, 0]
    np.testing.assert_allclose(at["quarter_growth"][:4, 5], [6 / 15, 5 / 15, 4 / 15, 0])
    np.testing.assert_allclose(at["year_to_date"][:4, 2], [3 / 6, 2 / 6, 1 / 6, 0])
    # A new year restarts: January alone, then February and January.
    np.testing.assert_allclose(at["year_to_date"][:3, 12], [1, 0, 0])
    np.testing.assert_allclose(at["year_to_date"][:3, 13], [14 / 27, 13 / 27, 0])


def test_extension_repeats_the_seasonal_shares():
    shares = np.arange(1.0, 25.0)[:, None]
    longer = panel_of(wave(), shares=shares).extended(3, 2)
    assert longer.first_month == 10
    assert longer.shares[:, 0].tolist() == [10, 11, 12, *range(1, 25), 13, 14]
    assert np.isnan(longer.values[[0, 1, 2, -1, -2]]).all()


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (np.full(24, np.nan), "指标2全部缺失"),
        (np.full(24, 3.0), "指标2各期数值完全相同"),
        (np.r_[wave(8, 1), np.full(16, np.nan)], "指标2只有 8 个数"),
        (np.r_[wave(23, 1), 1e4], "指标2第 24 行的 10000 .*单位错误"),
        (wave(), "指标2与指标1逐期相同"),
    ],
)
def test_useless_series_are_refused_by_name(column, message):
    with pytest.raises(ForecastError, match=message):
        check_panel(panel_of(np.column_stack([wave(), column])))


def test_all_faults_are_named_at_once():
    values = np.column_stack([wave(), np.full(24, np.nan), np.ones(24)])
    with pytest.raises(ForecastError, match=r"指标2.*指标3"):
        check_panel(panel_of(values))


def test_a_good_panel_passes():
    check_panel(panel_of(np.column_stack([wave(seed=1), wave(seed=2)])))


def test_impossible_cells_are_refused():
    good = panel_of(wave())
    with pytest.raises(ForecastError, match="指标1：含有无穷大"):
        replace(good, values=np.full((24, 1), np.inf))
    with pytest.raises(ForecastError, match="指标1：各月比重须为正数"):
        replace(good, shares=np.zeros((24, 1)))
    with pytest.raises(ForecastError, match="指标1：当季增速只能记在季度末月"):
        replace(good, forms=("quarter_growth",))
    with pytest.raises(ForecastError, match="指标1：未知的口径"):
        replace(good, forms=("weekly",))
    with pytest.raises(ForecastError, match="1—12"):
        replace(good, first_month=13)


def test_a_slip_is_a_thousand_usual_deviations_away_and_silence_is_none():
    assert unit_slip(np.array([5.0, 6.0, np.nan, 4.0, 5.0e4])) == 4
    assert unit_slip(np.array([5.0, 6.0, np.nan, 4.0, 40.0])) is None
    assert unit_slip(np.full(3, np.nan)) is None
