"""A chart for every target: growth, count and stock."""

import dataclasses
import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.forecast.assessment import assess_targets
from lianhu_analysis.forecast.verdict import Rules
from lianhu_analysis.render.quarterly.report import Report, forecast_text
from lianhu_analysis.render.quarterly.report_charts import (
    _panel,
    growth_charts,
    growth_overview,
    progress_charts,
    progress_overview,
)
from lianhu_analysis.workspace import Region
from tests.forecast.frames import catalogue, figures, indicator
from tests.forecast.test_verdict import GDP, gdp_frame, target

LAND = indicator("lan.supply.area", name_zh="供地", unit="亩", level_price="na")
STOCK = indicator("prj.reserve.count", name_zh="储备项目", unit="个", kind="stock", span="point",
                  frequency="M", level_price="na")  # fmt: skip
LEVEL = {"measure": "level", "rule": "at_least", "tolerance": 0.0, "decimals": None}


def rows():
    years = range(2014, 2025)
    for year in years:
        for quarter in range(1, 3 if year == 2024 else 5):
            done = quarter * 20.0 + (year % 3) * quarter
            yield (LAND.code, "level", "ytd", f"{year}Q{quarter}", done, f"{year + 1}-01-09")
        for month in range(1, 10 if year == 2024 else 13):
            kept = 10.0 + month + year % 4 + (month == 12) * (year % 3)
            yield (STOCK.code, "level", "point", f"{year}-{month:02d}", kept, f"{year + 1}-01-09")


@pytest.fixture(scope="module")
def report():
    frame = pd.concat([gdp_frame(), figures(*rows())], ignore_index=True)
    assessment = assess_targets(
        frame,
        [
            target(),
            target(LAND.code, value=100.0, unit="亩", title_zh="供地100亩", **LEVEL),
            target(STOCK.code, value=20.0, unit="个", title_zh="储备20个", **LEVEL),
        ],
        region=Region("100000", "全国"),
        year=2024,
        as_of=dt.date(2025, 1, 20),
        catalogue=catalogue(GDP, LAND, STOCK),
        rules=Rules(("official",), outlier_years=(2020, 2021)),
    )
    return Report(assessment, Period(2024, "Q", 3), {}, frame[:0])


def test_every_target_has_a_chart_with_its_fan(report):
    assert [verdict.status for verdict in report.assessment.verdicts] == ["ok"] * 3
    growth, level = growth_charts(report), progress_charts(report)
    assert (len(growth), len(level)) == (1, 2)
    assert "供地今年累计、常年进度与预测扇形，目标 100亩" in level[0].alt
    assert "储备项目的历史、年末预测与目标线，目标 20个" in level[1].alt
    for verdict, chart in zip(report.assessment.verdicts, [*growth, *level], strict=True):
        median = forecast_text(verdict.quantiles[0.5], verdict)
        assert median in chart.drawn


def test_all_targets_of_a_kind_stand_in_one_picture(report):
    growth, level = growth_overview(report), progress_overview(report)
    # One alone has the room of a chart of its own.
    assert growth.alt == growth_charts(report)[0].alt
    assert {"供地", "储备项目"} < set(level.drawn)
    assert "供地" in level.alt
    none = dataclasses.replace(report.assessment, verdicts=())
    assert growth_overview(dataclasses.replace(report, assessment=none)) is None


@pytest.mark.parametrize(
    ("value", "likely", "unit", "text"),
    [
        (5.04, 1.2, "%", "5.0"), (26.0, 8.0, "个", "26"), (1083.44, 600.0, "亩", "1,083"),
        (79.62, 3.1, "亿元", "79.6"), (21.34, 0.18, "亿元", "21.34"), (846.4, 4.0, "亿元", "846.4"),
    ],
)  # fmt: skip
def test_a_forecast_has_the_digits_that_its_likely_range_bears(value, likely, unit, text):
    ends = {0.1: value - likely / 2, 0.5: value, 0.9: value + likely / 2}
    assert forecast_text(value, SimpleNamespace(target=target(unit=unit), quantiles=ends)) == text


def test_a_period_of_the_year_that_is_missing_is_a_gap(report):
    verdict = report.assessment.verdicts[0]
    first = Period(verdict.target.year, "Q", 1)
    known = {period: point for period, point in verdict.series.points.items() if period != first}
    assert verdict.actual_period.end > first.end
    series = dataclasses.replace(verdict.series, points=known)
    panel = _panel(dataclasses.replace(verdict, series=series))
    drawn = dict(zip(panel.labels, panel.values, strict=True))
    assert pd.isna(drawn[str(first)]) and panel.labels[-1] == str(verdict.actual_period)


def test_usual_progress_is_the_usual_part_of_the_target(report):
    verdict = report.assessment.verdict("lan.supply.area", "level")
    usual = _panel(verdict).usual
    # Each past year had done a quarter, a half, three quarters and all of its own amount.
    whole = verdict.target.value
    for column in range(3):
        assert usual[:, column] == pytest.approx(whole * np.array([0.25, 0.5, 0.75, 1.0]))
