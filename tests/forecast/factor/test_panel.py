"""Panels: what the forms mean, and what is refused by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor import FactorPanel
from lianhu_analysis.forecast.factor.indicators import unit_slip
from lianhu_analysis.forecast.factor.panel import published_weights


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


def test_impossible_cells_are_refused():
    good = panel_of(wave())
    with pytest.raises(ForecastError, match="指标1：含有无穷大"):
        replace(good, values=np.full((24, 1), np.inf))
    for shares in (np.zeros((24, 1)), np.full((24, 1), np.nan)):
        with pytest.raises(ForecastError, match=r"指标1：.*比重不是正数"):
            replace(good, shares=shares)
    with pytest.raises(ForecastError, match="不是同样多"):
        replace(good, forms=("month", "month"))


def test_a_slip_is_a_thousand_usual_deviations_away_and_silence_is_none():
    assert unit_slip(np.array([5.0, 6.0, np.nan, 4.0, 5.0e4])) == 4
    assert unit_slip(np.array([5.0, 6.0, np.nan, 4.0, 40.0])) is None
    assert unit_slip(np.full(3, np.nan)) is None
