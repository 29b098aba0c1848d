"""Signals: what each kind of indicator contributes, and why some contribute nothing."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.signals import month_shares, take_signal
from lianhu_analysis.forecast.history import extract_series, extract_versions
from lianhu_analysis.workspace import CensusBreak
from tests.forecast.frames import figures, indicator

RETAIL = indicator("csm.retail", frequency="M", no_january=True)
GDP = indicator("gdp.total")
DEPOSITS = indicator("fin.deposit", frequency="M", kind="stock", span="point")
RATE = indicator("ind.margin", frequency="M", kind="rate", span="point")


def series(of, measure, span, values):
    """``values`` by period text."""
    rows = [(of.code, measure, span, period, v, "2024-12-01") for period, v in values.items()]
    return extract_series(figures(*rows), of, measure, ["official"])


def monthly(years, value):
    return {f"{y}-{m:02d}": value(y, m) for y in years for m in range(1, 13)}


def known(of, growth=None, level=None, single=None):
    found = {"yoy": growth, "single": single, "level": level}
    return {(of.code, measure): item for measure, item in found.items() if item is not None}


def signal(of, growth=None, level=None, n_rows=48, breaks=(), single=None):
    figures = known(of, growth, level, single)
    return take_signal(of, figures, first_year=2020, n_rows=n_rows, breaks=breaks)


def test_published_growth_keeps_its_points_and_its_form():
    growth = monthly(range(2020, 2024), lambda y, m: y - 2020 + m / 100)
    got = signal(RETAIL, series(RETAIL, "yoy", "ytd", growth))
    assert (got.form, got.measure) == ("year_to_date", "yoy")
    np.testing.assert_allclose(got.values[[0, 13, 47]], [0.01, 1.02, 3.12])
    stock = signal(DEPOSITS, series(DEPOSITS, "yoy", "point", growth))
    assert stock.form == "month"


def test_growth_of_single_months_serves_where_none_to_date_is_published():
    growth = monthly(range(2020, 2024), lambda y, m: y - 2020 + m / 100)
    rows = [(RETAIL.code, "yoy", "single", p, v, "2024-12-01") for p, v in growth.items()]
    single = extract_versions(figures(*rows), RETAIL, "yoy", ["official"], "single").on(None)
    got = signal(RETAIL, single=single)
    assert (got.form, got.measure) == ("month", "single")
    # What is called February is January and February at once: no single month.
    assert np.isnan(got.values[[0, 1, 12, 13]]).all()
    np.testing.assert_allclose(got.values[[2, 14, 47]], [0.03, 1.03, 3.12])
    later = got.updated(known(RETAIL, single=single), 60)
    np.testing.assert_array_equal(later.values[:48], got.values)
    both = signal(RETAIL, series(RETAIL, "yoy", "ytd", growth), single=single)
    assert (both.form, both.measure) == ("year_to_date", "yoy")
    quarters = {f"{y}Q{q}": y - 2020 + q / 10 for y in range(2020, 2024) for q in range(1, 5)}
    rows = [(GDP.code, "yoy", "single", p, v, "2024-12-01") for p, v in quarters.items()]
    single = extract_versions(figures(*rows), GDP, "yoy", ["official"], "single").on(None)
    assert signal(GDP, single=single).form == "quarter_growth"


def test_quarters_stand_at_their_last_month():
    growth = {f"{y}Q{q}": y - 2020 + q / 10 for y in range(2020, 2024) for q in range(1, 5)}
    got = signal(GDP, series(GDP, "yoy", "ytd", growth))
    assert np.flatnonzero(np.isfinite(got.values)).tolist() == list(range(2, 48, 3))
    assert got.values[5] == pytest.approx(0.2)


def test_levels_of_a_flow_give_the_cumulative_change_per_month_elapsed():
    # Ten a month in 2020, then one more a month in every later year.
    level = monthly(range(2020, 2024), lambda y, m: m * (10 + (y - 2020) + (y == 2022) * m))
    got = signal(RETAIL, level=series(RETAIL, "level", "ytd", level))
    assert got.measure == "change"
    mean_month = np.mean([10, 11, 24, 13])
    assert np.isnan(got.values[:12]).all()
    np.testing.assert_allclose(got.values[12:24], 100 / mean_month)
    assert got.values[24] == pytest.approx(100 * 2 / mean_month)


def test_levels_of_stocks_and_rates():
    level = monthly(range(2020, 2024), lambda y, m: 100 * 1.1 ** (y - 2020) + m * (y == 2022))
    stock = signal(DEPOSITS, level=series(DEPOSITS, "level", "point", level))
    assert stock.values[12] == pytest.approx(100 * np.log(1.1))
    rate = signal(RATE, level=series(RATE, "level", "point", level))
    assert rate.values[12] == pytest.approx(10.0)


def test_levels_of_two_census_bases_are_never_compared():
    level = monthly(range(2020, 2024), lambda y, m: m * (10.0 + y - 2020 + m * (y == 2022)))
    rows = [
        (RETAIL.code, "level", "ytd", period, value, f"{int(period[:4]) + 1}-06-30")
        for period, value in level.items()
    ]
    level = extract_series(figures(*rows), RETAIL, "level", ["official"])
    census = CensusBreak(dt.date(2024, 1, 1), "普查")
    got = signal(RETAIL, level=level, n_rows=48, breaks=[census])
    assert np.isfinite(got.values[12:36]).all()
    assert np.isnan(got.values[36:]).all()


@pytest.mark.parametrize(
    ("of", "growth", "n_rows", "message"),
    [
        (indicator("ene.x", frequency="A"), {}, 48, "年度指标"),
        (RETAIL, {}, 48, "只有 0 期，至少要 24 期"),
        (RETAIL, monthly(range(2020, 2022), lambda y, m: m), 48, "24 个月没有新数"),
        (RETAIL, monthly(range(2020, 2024), lambda y, m: 3.0), 48, "完全相同"),
    ],
)
def test_unusable_indicators_say_why(of, growth, n_rows, message):
    published = series(of, "yoy", "ytd", growth) if growth else None
    with pytest.raises(ForecastError, match=message):
        signal(of, published, n_rows=n_rows)


def test_months_weigh_as_last_years_levels_and_other_years_as_the_nearest():
    growth = {f"{y}Q{q}": y - 2020 + q / 10 for y in range(2020, 2024) for q in range(1, 5)}
    got = signal(GDP, series(GDP, "yoy", "ytd", growth), n_rows=45)
    level = {f"2021Q{q}": value for q, value in enumerate([30.0, 60.0, 90.0, 120.0], 1)}
    level |= {f"2022Q{q}": value for q, value in enumerate([15.0, 45.0, 75.0, 120.0], 1)}
    shares = month_shares(got, known(GDP, level=series(GDP, "level", "ytd", level)))
    np.testing.assert_allclose(shares[24:36], 1 / 12)  # 2022 as 2021
    np.testing.assert_allclose(shares[36:39], 15 / 120 / 3)  # 2023 as 2022
    np.testing.assert_allclose(shares[:12], 1 / 12)  # 2020 as the nearest year


def test_joint_january_february_is_split_evenly():
    growth = monthly(range(2020, 2024), lambda y, m: y - 2020 + m / 100)
    got = signal(RETAIL, series(RETAIL, "yoy", "ytd", growth))
    level = {f"2022-{m:02d}": 10.0 * m for m in range(2, 13)}
    shares = month_shares(got, known(RETAIL, level=series(RETAIL, "level", "ytd", level)))
    np.testing.assert_allclose(shares, 1 / 12)


def test_without_levels_months_weigh_alike():
    growth = monthly(range(2020, 2024), lambda y, m: y - 2020 + m / 100)
    got = signal(RETAIL, series(RETAIL, "yoy", "ytd", growth), n_rows=47)
    shares = month_shares(got, {})
    assert shares.tolist() == [1.0] * 47
