"""From an as-of frame to draws of a target."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.indicators import (
    fit_indicators,
    indicator_panel,
    target_draws,
)
from tests.forecast.frames import catalogue, figures, indicator

MONTHLY = [
    indicator(f"m.{name}", name_zh=f"月度{name}", frequency="M", no_january=True) for name in "abcd"
]
GDP = indicator("gdp.total", name_zh="生产总值")
ENERGY = indicator("ene.intensity", name_zh="能耗", frequency="A")
CATALOGUE = catalogue(*MONTHLY, GDP, ENERGY)
YEARS = range(2016, 2025)
RULES = {"provenances": ["official"], "targets": ["gdp.total"]}


def frame(*, months=117, slip=False, copy=False):
    """Growth driven by one cycle; published up to 2024-09 (GDP to 2024Q3)."""
    rng = np.random.default_rng(0)
    cycle = np.zeros(108)
    for t in range(1, 108):
        cycle[t] = 0.8 * cycle[t - 1] + 0.5 * rng.standard_normal()
    rows = []
    for at, item in enumerate([*MONTHLY, GDP]):
        monthly = 5 + (1 + 0.2 * at) * cycle + 0.4 * rng.standard_normal(108)
        for t in range(105):
            year, month = 2016 + t // 12, t % 12 + 1
            ytd = monthly[t - month + 1 : t + 1].mean()
            if slip and item.code == "m.d" and t == 61:
                ytd *= 1e5
            if item is GDP:
                if month % 3 == 0:
                    rows.append((item.code, "yoy", "ytd", f"{year}Q{month // 3}", ytd))
            elif month > 1:
                rows.append((item.code, "yoy", "ytd", f"{year}-{month:02d}", ytd))
    if copy:
        rows = [row for row in rows if row[0] != "m.b"]
        rows += [("m.b", *row[1:]) for row in rows if row[0] == "m.a"]
    return figures(*[(*row, "2024-11-01") for row in rows])


@pytest.fixture(scope="module")
def table():
    return indicator_panel(frame(), CATALOGUE, **RULES)


@pytest.fixture(scope="module")
def fitted(table):
    return fit_indicators(table, n_factors=1, lags=1, kernel="numpy", tolerance=1e-4)


def test_every_usable_indicator_is_in_and_the_others_are_named(table):
    assert [signal.indicator.code for signal in table.signals] == [
        "m.a",
        "m.b",
        "m.c",
        "m.d",
        "gdp.total",
    ]
    assert table.left_out == {"ene.intensity": "年度指标，一年至多一个数"}
    assert table.panel.values.shape == (105, 5)
    assert table.first_year == 2016
    np.testing.assert_allclose(np.nanmean(table.panel.values, axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(np.nanstd(table.panel.values, axis=0), 1)


def test_a_slip_and_a_copy_are_left_out_by_name():
    slipped = indicator_panel(frame(slip=True), CATALOGUE, **RULES)
    assert "单位错误" in slipped.left_out["m.d"]
    assert slipped.left_out["m.d"].startswith("2021 年 2 月的 ")
    copied = indicator_panel(frame(copy=True), CATALOGUE, **RULES)
    assert copied.left_out["m.b"] == "与月度a逐期相同"


def test_draws_continue_from_what_is_published(table, fitted):
    draws = target_draws(table, fitted, "gdp.total", 2024, np.random.default_rng(0))
    known = table.signals[4].values[104]
    assert draws.model == "factor"
    assert draws.path.shape == (10_000, 1)
    np.testing.assert_array_equal(draws.values, draws.path[:, -1])
    # Three quarters of the year are known: the year cannot be far from them.
    assert abs(draws.values.mean() - known) < 1.0
    assert 0.05 < draws.values.std() < 1.0
    monthly = target_draws(table, fitted, "m.a", 2024, np.random.default_rng(0))
    assert monthly.path.shape == (10_000, 3)
    assert (np.diff(monthly.path.std(axis=0)) > 0).all()
    following = target_draws(table, fitted, "gdp.total", 2025, np.random.default_rng(0))
    assert following.path.shape == (10_000, 4)
    assert following.values.std() > draws.values.std()


def test_what_cannot_be_drawn_is_refused_in_words(table, fitted):
    rng = np.random.default_rng(0)
    with pytest.raises(ForecastError, match="没有收敛"):
        target_draws(table, replace(fitted, converged=False), "gdp.total", 2024, rng)
    with pytest.raises(ForecastError, match=r"ene\.intensity 的同比没有进入因子模型：年度指标"):
        target_draws(table, fitted, "ene.intensity", 2024, rng)
    with pytest.raises(ForecastError, match="已全部公布"):
        target_draws(table, fitted, "gdp.total", 2023, rng)
    with pytest.raises(ForecastError, match="80% 区间宽达"):
        wide = replace(table, scale=table.scale * 80)
        target_draws(wide, fitted, "gdp.total", 2024, rng)


def test_outlier_years_are_kept_cut_or_masked():
    shocked = frame()
    hit = shocked["period"].str.startswith("2020")
    shocked.loc[hit, "value"] -= 30.0
    built = {
        outliers: indicator_panel(
            shocked, CATALOGUE, **RULES, outliers=outliers, outlier_years=[2020]
        )
        for outliers in ("keep", "winsor", "mask")
    }
    rows = slice(48, 60)
    worst = {
        name: np.nanmin(
            (item.panel.values * item.scale + item.centre)[rows], axis=0, initial=np.inf
        )
        for name, item in built.items()
    }
    assert (worst["keep"] < -20).all()
    assert (worst["winsor"] > worst["keep"]).all()
    assert np.isinf(worst["mask"]).all()
    assert (built["mask"].scale < built["winsor"].scale).all()
    assert (built["winsor"].scale < built["keep"].scale).all()
    got = fit_indicators(built["mask"], n_factors=1, lags=1, kernel="numpy", tolerance=1e-4)
    assert got.model.layout.n_lags <= 8  # the masked year needs no lags of its own
    assert got.converged


def test_an_empty_frame_is_refused():
    with pytest.raises(ForecastError, match="没有可用于因子模型的观测"):
        indicator_panel(frame().iloc[:0], CATALOGUE, **RULES)
