"""From an as-of frame to draws of a target."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.indicators import (
    fit_indicators,
    indicator_panel,
    target_path,
)
from lianhu_analysis.forecast.history import extract_series
from tests.forecast.frames import figures, indicator

MONTHLY = [
    indicator(f"m.{name}", name_zh=f"月度{name}", frequency="M", no_january=True) for name in "abcd"
]
GDP = indicator("gdp.total", name_zh="生产总值")
ENERGY = indicator("ene.intensity", name_zh="能耗", frequency="A")
INDICATORS = (*MONTHLY, GDP, ENERGY)
YEARS = range(2016, 2025)
Q4 = [Period(2024, "Q", 4)]


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


def known(observations):
    return {
        (item.code, measure): extract_series(
            observations[
                (observations["indicator"] == item.code) & (observations["measure"] == measure)
            ],
            item,
            measure,
            ["official"],
        )
        for item in INDICATORS
        for measure in ("yoy", "level")
    }


@pytest.fixture(scope="module")
def table():
    return indicator_panel(known(frame()), INDICATORS)


@pytest.fixture(scope="module")
def fitted(table):
    return fit_indicators(table, tolerance=1e-4)


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
    slipped = indicator_panel(known(frame(slip=True)), INDICATORS)
    assert "单位错误" in slipped.left_out["m.d"]
    assert slipped.left_out["m.d"].startswith("2021 年 2 月的 ")
    copied = indicator_panel(known(frame(copy=True)), INDICATORS)
    assert copied.left_out["m.b"] == "与月度a逐期相同"


def test_draws_continue_from_what_is_published(table, fitted):
    rng = np.random.default_rng(0)
    year = target_path(table, fitted, "gdp.total", Q4, rng, 2000)
    known_ytd = table.signals[4].values[104]
    assert year.shape == (2000, 1)
    # Three quarters of the year are known: the year cannot be far from them.
    assert abs(year.mean() - known_ytd) < 1.0
    assert 0.05 < year.std() < 1.0
    months = [Period(2024, "M", number) for number in (10, 11, 12)]
    monthly = target_path(table, fitted, "m.a", months, rng, 2000)
    assert monthly.shape == (2000, 3)
    assert (np.diff(monthly.std(axis=0)) > 0).all()
    following = [Period(2025, "Q", number) for number in range(1, 5)]
    assert target_path(table, fitted, "gdp.total", following, rng, 2000).std() > year.std()


def test_a_later_day_keeps_units_and_moves_what_is_known(table, fitted):
    same = table.updated(known(frame()), 2024)
    assert same.panel.values.shape == (108, 5)
    np.testing.assert_allclose(same.panel.values[:105], table.panel.values, equal_nan=True)
    assert np.isnan(same.panel.values[105:]).all()
    later = frame()
    last = (later["indicator"] == "gdp.total") & (later["period"] == "2024Q3")
    later.loc[last, "value"] += 2.0
    moved = table.updated(known(later), 2024)
    base, higher = (
        target_path(item, fitted, "gdp.total", Q4, np.random.default_rng(0), 2000).mean()
        for item in (same, moved)
    )
    assert 0.5 < higher - base < 2.5


def test_a_slip_in_a_new_figure_moves_nothing(table, fitted):
    slipped, silent = frame(), frame()
    last = (slipped["indicator"] == "m.b") & (slipped["period"] == "2024-09")
    slipped.loc[last, "value"] *= 1e4
    paths = [
        target_path(
            table.updated(known(item), 2024), fitted, "gdp.total", Q4, np.random.default_rng(0), 99
        )
        for item in (slipped, silent[~last])
    ]
    np.testing.assert_array_equal(*paths)


def test_what_cannot_be_drawn_is_refused_in_words(table, fitted):
    rng = np.random.default_rng(0)
    with pytest.raises(ForecastError, match="没有收敛"):
        target_path(table, replace(fitted, converged=False), "gdp.total", Q4, rng, 100)
    with pytest.raises(ForecastError, match=r"ene\.intensity 的同比没有进入因子模型：年度指标"):
        target_path(table, fitted, "ene.intensity", Q4, rng, 100)


def test_outlier_years_are_left_out():
    shocked = frame()
    hit = shocked["period"].str.startswith("2020")
    shocked.loc[hit, "value"] -= 30.0
    kept, masked = (
        indicator_panel(known(shocked), INDICATORS, outlier_years=years) for years in ((), (2020,))
    )
    assert np.nanmin((kept.panel.values * kept.scale + kept.centre)[48:60]) < -20
    assert np.isnan(masked.panel.values[48:60]).all()
    assert (masked.scale < kept.scale).all()
    got = fit_indicators(masked, tolerance=1e-4)
    assert got.model.layout.n_lags <= 8  # the masked year needs no lags of its own
    assert got.converged


def test_an_empty_frame_is_refused():
    with pytest.raises(ForecastError, match="没有可用于因子模型的观测"):
        indicator_panel(known(frame().iloc[:0]), INDICATORS)
