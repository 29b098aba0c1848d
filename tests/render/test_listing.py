"""Lines of a terminal are for readers: no codes, and nothing where there is nothing."""

import pytest

from lianhu_analysis.intake.checks.findings import Finding
from lianhu_analysis.render.listing import (
    backtest_lines,
    finding_lines,
    findings_summary,
    forecast_lines,
    position_zh,
)


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


CEILING = {
    "kind": "flow", "measure": "yoy",
    "title_zh": "零售增长不超过7%", "set_by": "", "decimals": 1, "actual": 6.6, "actual_period": "2024-10", "unit": "%",
    "withheld": [], "plan": None, "in_force": None, "replaced": [], "status": "ok", "rule": "at_most", "tolerance": 0.0,
    "probability": 0.71, "probability_within": None, "quantiles": {"0.1": 5.4, "0.5": 6.6, "0.9": 7.8},
    "required_span": "2024-11/2024-12", "required": 8.2, "required_low": None, "required_high": None,
    "required_share": None, "record": {"n": 0}, "track": {"n": 3, "enough": False}, "weights": {},
    "weights_reason": "", "required_history": {"n": 0, "reason": "没有可比的年份"},
    "required_path": [{"period": "2024-11", "to_date": 6.8}, {"period": "2024-12", "to_date": 7.0}],
}  # fmt: skip


def told(*targets):
    content = {"as_of": "2024-11-20", "provenance": "official", "region_zh": "某区", "year": 2024}
    joint = {"probability": 0.004}
    return forecast_lines(content | {"targets": list(targets), "joint": joint})


def test_a_ceiling_is_not_to_be_exceeded_in_any_period():
    lines = told(CEILING)
    assert "    2024-11/2024-12 不能超过 8.20 %" in lines
    assert "    逐期不能超过：2024-11 累计 6.80，2024-12 累计 7.00" in lines
    stock = CEILING | {"kind": "stock", "measure": "level", "unit": "个", "required": -5.0}
    assert "    2024-11/2024-12 须净减 5 个以上" in told(stock)
    assert "    2024-11/2024-12 净减不能超过 5 个" in told(stock | {"rule": "at_least"})
    little = stock | {"kind": "flow", "rule": "at_least", "required": 100.0 - 99.996}
    assert "    2024-11/2024-12 需 0.004 个" in told(little)
    unknown = told(CEILING | {"required": None, "required_reason": "没有上年的累计额"})
    assert "    2024-11/2024-12 所需无法给出：没有上年的累计额" in unknown


def test_growth_is_told_as_it_is_published():
    assert "2024-10 为 5.8 %" in "".join(told(CEILING | {"actual": 5.843051}))
    level = {"measure": "level", "unit": "亿元", "decimals": None, "actual": 5.843051}
    assert "2024-10 为 5.843051 亿元" in "".join(told(CEILING | level))


def test_a_figure_that_is_held_back_is_no_figure_to_come():
    held = told(CEILING | {"withheld": ["2024-11"]})
    assert "    2024-11 公布的数有错或几处不一致，更正之前不采用（lianhu check 有说明）" in held
    none = {"actual": None, "actual_period": None}
    assert "- 零售增长不超过7%：没有可用的数" in told(CEILING | none | {"withheld": ["2024-10"]})
    assert "- 零售增长不超过7%：尚未公布" in told(CEILING | none)


def test_where_a_target_is_missed_all_of_them_are_no_longer_a_matter_of_chance():
    lines = told(CEILING, CEILING | {"status": "missed", "reason": "全年数据已公布"})
    assert lines[-1] == "- 同时实现：已有 1 项目标未实现，全部目标同时实现已无可能"


def test_of_no_findings_it_is_said_what_there_is_none_of():
    assert findings_summary([], "没有修订") == "没有修订"
