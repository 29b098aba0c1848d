import datetime as dt

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.history import (
    IndicatorRows,
    extract_series,
    share_for,
    weights_for,
    year_periods,
)
from lianhu_analysis.workspace import CensusBreak
from tests.forecast.frames import figures, indicator

GDP = indicator("gdp.total")
BREAK = CensusBreak(dt.date(2024, 12, 26), "第五次经济普查")


def levels(*rows, of=GDP):
    frame = figures(*[(of.code, "level", "ytd", *row) for row in rows])
    return extract_series(frame, of, "level", ["official"])


def whole_year(year, values, published=None):
    return [
        (f"{year}Q{q}", value, published or f"{year}-12-01")
        for q, value in enumerate(values, start=1)
    ]


def test_rows_of_some_indicators_keep_their_order_and_labels():
    names = ["b.one", "a.two", "c.three", "a.two", "b.one"]
    frame = figures(*[(n, "level", "ytd", "2023Q1", 1.0, "2023-04-18") for n in names])
    frame.index = [7, 3, 5, 1, 9]
    rows = IndicatorRows(frame)
    pd.testing.assert_frame_equal(rows.of("a.two", "b.one"), frame.loc[[7, 3, 1, 9]])
    assert rows.of("d.four", "").empty
    behind = rows.behind(indicator("a.two", weight_proxy="c.three"))
    assert list(behind["indicator"]) == ["a.two", "c.three", "a.two"]


def test_periods_of_a_year_keep_january_february_as_one():
    monthly = indicator("csm.retail.total", frequency="M", no_january=True)
    assert [str(p) for p in year_periods(monthly, 2024)][:2] == ["2024-02", "2024-03"]
    assert len(year_periods(monthly, 2024)) == 11
    assert len(year_periods(indicator(frequency="M"), 2024)) == 12
    assert [str(p) for p in year_periods(indicator(frequency="A"), 2024)] == ["2024"]


def test_facts_never_enter_a_series():
    simulated = figures(
        ("gdp.total", "yoy", "ytd", "2023Q4", 5.0, "2024-01-27"), provenance="simulated"
    )
    fact = figures(
        ("gdp.total", "yoy", "ytd", "2023Q4", 5.4, "2024-03-31"), provenance="published_fact"
    )
    frame = pd.concat([simulated, fact], ignore_index=True)
    series = extract_series(frame, GDP, "yoy", ["simulated"])
    assert [point.value for point in series.points.values()] == [5.0]


def test_a_stock_is_read_at_its_point_and_a_flow_year_to_date():
    frame = figures(
        ("gdp.total", "level", "single", "2024Q2", 30.0, "2024-07-17"),
        ("gdp.total", "level", "ytd", "2024Q2", 55.0, "2024-07-17"),
    )
    assert (
        extract_series(frame, GDP, "level", ["official"])
        .values(year_periods(GDP, 2024))
        .tolist()[1]
        == 55.0
    )


def test_last_years_levels_weigh_the_year():
    weights = weights_for(2024, GDP, levels(*whole_year(2023, [20, 45, 70, 100])), None, [])
    assert weights.shares.tolist() == [0.2, 0.45, 0.7, 1.0]
    assert len(weights.references) == 4


def test_levels_of_two_census_bases_are_never_mixed():
    # 2024 to Q3 on the old base, the year itself on the new one: 2023 stands in.
    rows = [
        *whole_year(2023, [20, 45, 70, 100]),
        ("2024Q1", 21.0, "2024-04-17"),
        ("2024Q2", 47.0, "2024-07-17"),
        ("2024Q3", 73.0, "2024-10-18"),
        ("2024Q4", 130.0, "2025-01-17"),
    ]
    weights = weights_for(2025, GDP, levels(*rows), None, [BREAK])
    assert weights.shares.tolist() == [0.2, 0.45, 0.7, 1.0]
    # Negative control: without the break the wrong share would be taken.
    assert weights_for(2025, GDP, levels(*rows), None, []).shares[2] == pytest.approx(73 / 130)


def test_an_unpublished_quarter_is_filled_along_another_years_pattern():
    rows = whole_year(2022, [20, 40, 70, 100]) + whole_year(2023, [0, 50, 77, 110])[1:]
    weights = weights_for(2024, GDP, levels(*rows), None, [])
    # 2022's first quarter is half of its first half; half of 50 is 25.
    np.testing.assert_allclose(weights.shares, [25 / 110, 50 / 110, 0.7, 1.0])
    assert [point is None for point in weights.points] == [True, False, False, False]


def test_a_gap_without_any_complete_year_is_not_invented():
    rows = whole_year(2020, [0, 456_614, 722_786, 1_015_986])[1:]
    with pytest.raises(ForecastError, match="累计绝对额"):
        weights_for(2021, GDP, levels(*rows), None, [])


def share(text, series, breaks=(), proxy=None, of=GDP):
    return share_for(Period.parse(text), of, series, proxy, breaks)


def test_a_share_needs_only_its_own_level_and_the_whole():
    rows = [("2021Q2", 532_167.0, "2021-07-15"), ("2021Q4", 1_143_670.0, "2022-01-17")]
    rows += whole_year(2020, [0, 456_614, 722_786, 1_015_986])[1:]
    half = share("2022Q2", levels(*rows))
    assert (half.basis, half.year) == ("own", 2021)
    assert half.value == pytest.approx(532_167 / 1_143_670)
    assert half.alternatives == (pytest.approx(456_614 / 1_015_986),)
    # The third quarter of 2021 was not published: the year before stands in, and says so.
    late = share("2022Q3", levels(*rows))
    assert (late.basis, late.year) == ("earlier", 2020)
    with pytest.raises(ForecastError, match="2017—2021 年没有同一普查口径"):
        share("2022Q1", levels(*rows))


def test_a_share_never_crosses_a_census():
    rows = [("2024Q3", 73.0, "2024-10-18"), ("2024Q4", 130.0, "2025-01-17")]
    rows += whole_year(2023, [20, 45, 70, 100])
    assert share("2025Q3", levels(*rows), [BREAK]).year == 2023
    assert share("2025Q3", levels(*rows)).year == 2024


def test_a_year_without_its_total_is_no_year():
    rows = whole_year(2022, [20, 40, 70, 100]) + whole_year(2023, [22, 50, 77, 110])[:3]
    weights = weights_for(2024, GDP, levels(*rows), None, [])
    assert weights.shares.tolist() == [0.2, 0.4, 0.7, 1.0]


def test_a_proxy_stands_in_and_says_so_in_the_indicators_own_periods():
    growth_only = indicator("inv.fai.yoy", kind="growth_only", frequency="M", no_january=True)
    done = indicator("prj.key.done", frequency="M")
    frame = figures(
        *[
            ("prj.key.done", "level", "ytd", f"2023-{month:02d}", month * 10.0, "2024-01-10")
            for month in range(1, 13)
        ]
    )
    proxy = extract_series(frame, done, "level", ["official"])
    own = extract_series(frame, growth_only, "level", ["official"])
    weights = weights_for(2024, growth_only, own, proxy, [])
    assert weights.shares.size == 11
    assert weights.shares[0] == pytest.approx(2 / 12)


def test_with_nothing_to_weigh_by_the_reason_names_what_was_tried():
    with pytest.raises(ForecastError, match=r"名称gdp\.total在 2019—2023 年"):
        weights_for(2024, GDP, levels(*whole_year(2010, [20, 45, 70, 100])), None, [])
