"""Lines of a terminal are for readers: no codes, and nothing where there is nothing."""

import pytest

from lianhu_analysis.intake.checks.findings import Finding
from lianhu_analysis.render.listing import backtest_lines, finding_lines, position_zh


def test_what_is_missing_stands_in_no_cell():
    figure = ("610104", "official", "gdp.total", "level", "ytd", "2024Q3")
    finding = Finding("Bad", "gap", *figure, (), (), "缺数", "请要来")
    assert finding_lines([finding]) == ["可疑  缺数  〔gap〕", "    请要来"]


@pytest.mark.parametrize(("position", "told"), [("none", "尚无"), ("02", "2月"), ("Q3", "三季度")])
def test_positions_of_a_year_are_said_in_words(position, told):
    assert position_zh(position) == told


def test_a_backtest_is_told_in_words():
    scores = dict.fromkeys(
        "rmse rmse_benchmark mae bias crps crps_benchmark log_score".split(), 1.0
    )
    scores |= {"coverage_80": 0.5, "coverage_95": 1.0, "rank_mean": 0.5, "dm_p_value": None}
    scores |= {"n_observations": 4, "loses": True, "scope": "without_outliers"}
    cell = {"name_zh": "甲", "position": "Q1", "model": "combination"} | scores
    shown = {"region_zh": "某区", "as_of": "2024-10-31", "years": [2020, 2023], "n_forecasts": 4}
    lines = backtest_lines(
        {"cells": [cell], "losing": [cell], "events": [], "reliability": [], "simulated": False}
        | shown
    )
    assert lines[2] == "- 甲，已知到一季度，剔除异常年份（基准 RMSE 1.000）"
    assert lines[3].startswith("    多模型加权组合  4 年  RMSE 1.000")
    assert lines[5].startswith("    甲，已知到一季度，剔除异常年份：RMSE 1.000 对 1.000")
