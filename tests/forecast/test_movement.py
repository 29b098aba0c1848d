import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.history import Point, Versions, year_periods
from lianhu_analysis.forecast.models import FULL, PAST, GrowthPanel, factor_model
from lianhu_analysis.forecast.movement import Movement, _fitted
from tests.forecast.frames import indicator

YEARS = range(2018, 2025)
LAST = (2024, 9)


def movement(n_series=10, seed=0, later=0.0):
    """Series that follow one cycle; the first is quarterly and ends with the third quarter of 2024."""
    rng = np.random.default_rng(seed)
    cycle = np.zeros(len(YEARS) * 12)
    for month in range(1, cycle.size):
        cycle[month] = 0.85 * cycle[month - 1] + rng.normal()
    series = []
    for number in range(n_series):
        month = 5 + cycle + rng.normal(0, 0.5, cycle.size)
        to_date = np.cumsum(month.reshape(-1, 12), axis=1) / np.arange(1, 13)
        what = indicator(
            f"test.s{number}", frequency="Q" if number == 0 else "M", no_january=number > 0
        )
        points = []
        for row, year in enumerate(YEARS):
            for period in year_periods(what, year):
                end = period.end.month
                if (year, end) > (LAST if number == 0 else (2024, 11)):
                    continue
                value = to_date[row, end - 1]
                published = period.end + dt.timedelta(days=15)
                if published > dt.date(2023, 11, 1):
                    value += later
                points.append(Point(period, float(value), published, "official", 0))
        series.append(Versions(what, "yoy", tuple(points)))
    truth = (np.cumsum(5 + cycle.reshape(-1, 12), axis=1) / np.arange(1, 13))[:, -1]
    indicators = tuple(item.indicator for item in series)
    versions = {(item.indicator.code, "yoy"): item for item in series}
    return Movement(indicators, versions, (), (2020,)), truth


def panel(view, known=5.0, n_known=3):
    ytd = np.full((8, 4), 5.0)
    ytd[-1] = [known if period < n_known else np.nan for period in range(4)]
    shares = np.tile([0.25, 0.5, 0.75, 1.0], (8, 1))
    return GrowthPanel("Q", ytd, shares, n_known, np.zeros(8, dtype=bool), movement=view)


def test_the_year_follows_what_the_others_know_already():
    what, truth = movement()
    view = what.view("test.s0", 2024, 3, None)
    draws = factor_model(panel(view), np.random.default_rng(1), FULL)
    assert draws.path.shape == (10_000, 1)
    # The others know November: most of the quarter's common movement is there.
    assert draws.values.mean() == pytest.approx(truth[-1], abs=0.4)
    assert draws.values.std() < 0.5


def test_what_came_later_moves_no_estimate_and_no_draw_of_a_past_day():
    day = dt.date(2023, 10, 31)
    said = []
    for later in (0.0, 40.0):
        what, _ = movement(later=later)
        view = what.view("test.s0", 2023, 3, day)
        said.append(factor_model(panel(view), np.random.default_rng(2), PAST).values)
    assert np.array_equal(*said)


def test_few_series_or_a_short_history_are_refused():
    what, _ = movement(n_series=5)
    assert what.view("test.s0", 2024, 3, None) is None
    what, _ = movement()
    assert what.view("other", 2024, 3, None) is None
    young = what.view("test.s0", 2019, 3, dt.date(2019, 10, 31))
    with pytest.raises(ForecastError, match="可用的指标只有 0 个"):
        factor_model(panel(young), np.random.default_rng(3), PAST)


def test_an_outlier_year_is_missing_once_it_is_over():
    what, _ = movement()
    end = dt.date(2023, 12, 31)
    rows = slice(24, 36)  # 2020, of a panel that begins in 2018
    during = what.view("test.s1", 2020, 5, dt.date(2020, 7, 31))
    assert np.isfinite(what.table(2023, end).panel.values[:24]).any()
    assert np.isnan(what.table(2023, end).panel.values[rows]).all()
    known = what.known(during.day, range(2018, 2021))
    assert any(period.year == 2020 for period in known["test.s1", "yoy"].points)


def test_the_same_figures_are_estimated_once():
    first, _ = movement(seed=7)
    again, _ = movement(seed=7)
    before = _fitted.cache_info().misses
    for what in (first, again):
        view = what.view("test.s0", 2024, 3, None)
        factor_model(panel(view), np.random.default_rng(1), FULL)
    assert _fitted.cache_info().misses == before + 1


def test_levels_without_growth_move_it_too():
    """The last series publishes levels only: its change on a year before is its signal."""
    what, truth = movement()
    known = dict(what.versions)
    growth = known.pop(("test.s9", "yoy"))
    levels, total = [], {}
    for point in growth.points:
        before = total.get(
            (point.period.year - 1, point.period.number), 100.0 * point.period.number
        )
        total[point.period.year, point.period.number] = value = before * (1 + point.value / 100)
        levels.append(replace(point, value=value))
    known["test.s9", "level"] = Versions(growth.indicator, "level", tuple(levels))
    what = replace(what, versions=known)
    table = what.table(2024, dt.date(2023, 12, 31))
    assert [signal.measure for signal in table.signals] == ["yoy"] * 9 + ["change"]
    assert what.view("test.s9", 2024, 11, None) is None
    draws = factor_model(panel(what.view("test.s0", 2024, 3, None)), np.random.default_rng(1), FULL)
    assert draws.values.mean() == pytest.approx(truth[-1], abs=0.4)
