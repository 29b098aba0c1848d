import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.forecast.assessment import assess_targets
from lianhu_analysis.forecast.models.draws import FULL
from lianhu_analysis.forecast.models.state_space import average
from lianhu_analysis.forecast.verdict import Knowledge, Rules, asked, judge, verdict_json
from lianhu_analysis.workspace import CensusBreak, Region
from tests.forecast.frames import catalogue, figures, indicator

GDP = indicator("gdp.total")
RULES = Rules(("official",), (CensusBreak(dt.date(2024, 12, 26), "五经普"),), (2020, 2021))


def target(code="gdp.total", **changes):
    values = {
        "indicator": code, "measure": "yoy", "year": 2024, "value": 5.0, "rule": "about",
        "tolerance": 0.2, "unit": "%", "title_zh": "增长5%左右", "source": "报告", "decimals": 1,
    }  # fmt: skip
    return Target(**{**values, **changes})


def gdp_frame(last=("2024Q3",), years=range(2014, 2024), extra=()):
    """Growth of 5 or so every quarter, levels of 20/45/72/100 every year."""
    noise = np.random.default_rng(0).normal(0, 0.2, 100).round(1)
    rows = []
    for year in years:
        for quarter, level in zip(range(1, 5), (20.0, 45.0, 72.0, 100.0), strict=True):
            period, day = (
                f"{year}Q{quarter}",
                f"{year + quarter // 4}-{quarter * 3 % 12 + 1:02d}-17",
            )
            growth = round(5.0 + noise[len(rows) // 2], 1)
            rows.append(("gdp.total", "yoy", "ytd", period, growth, day))
            rows.append(("gdp.total", "level", "ytd", period, level, day))
    for number, period in enumerate(last):
        rows.append(("gdp.total", "yoy", "ytd", period, 4.8, f"2024-{7 + number:02d}-17"))
    return figures(*rows, *extra)


def test_a_growth_target_by_hand():
    verdict = judge(gdp_frame(), target(), catalogue(GDP), RULES)
    assert verdict.status == "ok"
    assert (verdict.actual, str(verdict.actual_period)) == (4.8, "2024Q3")
    # (5 - 0.72 * 4.8) / 0.28 = 5.5142857
    assert verdict.required.value == pytest.approx(5.5142857)
    assert verdict.required.low == pytest.approx((5 - 0.72 * 4.85) / 0.28)
    assert verdict.required.high == pytest.approx((5 - 0.72 * 4.75) / 0.28)
    assert verdict.required.span == "2024Q4"
    assert verdict.benchmark == {"persistence": 4.8}
    # Ten steady years: what wanders little beats persistence, and is averaged with it.
    assert verdict.draws.model == "combination"
    assert sum(verdict.weights.values()) == pytest.approx(1.0)
    assert verdict.weights["growth_model"] > 0.05
    assert 0 < verdict.probability < verdict.probability_about < 1


def test_both_probabilities_count_published_figures():
    verdict = judge(gdp_frame(), target(), catalogue(GDP), RULES)
    # 4.95 is published as 5.0, and 4.75 as 4.8 = 5.0 - 0.2.
    n = verdict.draws.values.size
    # Half a draw on either side: never quite 0 or 1.
    assert verdict.probability == (np.sum(verdict.draws.values >= 4.95) + 0.5) / (n + 1)
    assert verdict.probability_about == (np.sum(verdict.draws.values >= 4.75) + 0.5) / (n + 1)


def test_a_higher_target_never_has_a_higher_probability():
    chances = [
        judge(gdp_frame(), target(value=value), catalogue(GDP), RULES).probability
        for value in (4.0, 4.5, 4.8, 5.0, 5.5)
    ]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > chances[-1]


def test_irrelevant_series_and_shuffled_rows_change_nothing():
    frame = gdp_frame()
    other = figures(("csm.retail.total", "yoy", "ytd", "2024-08", 99.0, "2024-09-16"))
    mixed = pd.concat([frame, other]).sample(frac=1.0, random_state=1).reset_index(drop=True)
    both = [judge(item, target(), catalogue(GDP), RULES) for item in (frame, mixed)]
    assert np.array_equal(both[0].draws.values, both[1].draws.values)
    assert both[0].required.value == both[1].required.value


def test_the_published_outcome_ends_the_forecast():
    cases = {4.9: ("reached", 0.0, 1.0), 5.0: ("reached", 1.0, 1.0), 4.7: ("missed", 0.0, 0.0)}
    for final, (status, plain, about) in cases.items():
        extra = [("gdp.total", "yoy", "ytd", "2024Q4", final, "2025-01-17")]
        verdict = judge(gdp_frame(extra=extra), target(), catalogue(GDP), RULES)
        assert (verdict.status, verdict.probability, verdict.probability_about) == (
            status,
            plain,
            about,
        )
        assert verdict.actual == final
        assert verdict.draws is None
        assert "已公布" in verdict.required.reason


def test_without_levels_the_required_growth_is_refused_and_models_cut_the_year_by_its_months():
    frame = gdp_frame()
    verdict = judge(frame[frame["measure"] == "yoy"], target(), catalogue(GDP), RULES)
    assert verdict.required.value is None
    assert "累计绝对额" in verdict.required.reason
    assert verdict.status == "ok"
    assert "累计绝对额" in verdict.attempts[0][1]
    assert "按月数均分" in verdict.attempts[0][1]


def test_too_little_data_is_refused_with_the_reason():
    frame = gdp_frame(years=[2023])
    verdict = judge(frame, target(), catalogue(GDP), RULES)
    assert verdict.status == "refused"
    assert "不足 3 年，现有 1 年" in verdict.reason
    assert "至少要 12 期" in verdict.reason
    assert verdict.mean is None
    content = verdict_json(verdict)
    assert content["status"] == "refused"
    assert content["quantiles"] == {}
    # What can be said without a model is still said.
    assert content["required"] == pytest.approx(5.5142857)


def test_no_data_at_all_is_refused():
    verdict = judge(gdp_frame()[:0], target(), catalogue(GDP), RULES)
    assert verdict.status == "refused"
    assert verdict.actual is None


def test_before_the_first_figure_the_whole_year_must_show_the_target():
    verdict = judge(gdp_frame(last=()), target(), catalogue(GDP), RULES)
    assert verdict.required.value == 5.0
    assert verdict.required.span == "2024Q1/2024Q4"
    last_year = verdict.series.latest(2023).value
    assert verdict.benchmark == {"persistence": last_year}
    assert verdict.status == "ok"


def test_the_fan_has_a_row_for_each_remaining_period():
    verdict = judge(gdp_frame(last=("2024Q1",)), target(), catalogue(GDP), RULES)
    assert list(verdict.fan.index) == ["2024Q2", "2024Q3", "2024Q4"]
    assert (np.diff(verdict.fan.to_numpy(), axis=1) >= 0).all()
    np.testing.assert_allclose(verdict.fan.iloc[-1], list(verdict.quantiles.values()))


LAND = indicator("lan.supply.area", frequency="M", unit="亩", level_price="na")
AREA = target("lan.supply.area", measure="level", value=1200.0, rule="at_least", tolerance=0.0,
              unit="亩", decimals=None)  # fmt: skip


def land_frame(actual, months=9):
    rows = []
    for year in range(2015, 2024):
        for month in range(1, 13):
            done = 1000.0 * (0.04 * month if month <= 10 else 0.4 + 0.3 * (month - 10))
            rows.append(
                (LAND.code, "level", "ytd", f"{year}-{month:02d}", done, f"{year + 1}-01-10")
            )
    for month in range(1, months + 1):
        rows.append(
            (LAND.code, "level", "ytd", f"2024-{month:02d}", actual * month / months, "2024-10-10")
        )
    return figures(*rows)


def test_counts_compare_with_the_progress_usual_by_that_month():
    # By September 36 % of a year is usual: 432 mu are on the way to 1,200, not to 576.
    verdict = judge(land_frame(432.0), AREA, catalogue(LAND), RULES)
    assert verdict.usual_share == pytest.approx(0.36)
    assert verdict.benchmark["persistence"] == pytest.approx(1200.0)
    assert verdict.draws.model == "progress"
    assert verdict.required.value == pytest.approx(768.0)
    assert verdict.required.span == "2024-10/2024-12"
    assert 900 < verdict.mean < 1300
    # The size of the unit is none of its business.
    small = land_frame(432.0)
    small["value"] /= 1e5
    aim = dataclasses.replace(AREA, value=0.012)
    verdict = judge(small, aim, catalogue(LAND), RULES)
    assert verdict.usual_share == pytest.approx(0.36)
    assert verdict.benchmark["persistence"] == pytest.approx(0.012)


def test_a_count_that_is_there_already_is_reached():
    verdict = judge(land_frame(1250.0), AREA, catalogue(LAND), RULES)
    assert (verdict.status, verdict.probability) == ("reached", 1.0)
    assert verdict.required.value == 0.0


def test_before_its_first_figure_a_count_is_at_the_pace_of_past_years():
    verdict = judge(land_frame(0.0, months=0), AREA, catalogue(LAND), RULES)
    assert (verdict.usual_share, verdict.benchmark) == (0.0, {"persistence": 1000.0})


def test_years_in_which_nothing_was_done_have_no_pace():
    frame = land_frame(432.0)
    frame.loc[frame["period"] < "2024", "value"] = 0.0
    verdict = judge(frame, AREA, catalogue(LAND), RULES)
    assert (verdict.usual_share, verdict.benchmark) == (None, {})


def test_a_count_just_there_is_reached_and_a_ceiling_passed_is_not():
    exact = judge(land_frame(1200.0), AREA, catalogue(LAND), RULES)
    assert (exact.status, exact.probability, exact.benchmark["persistence"]) == (
        "reached",
        1.0,
        1200.0,
    )
    ceiling = dataclasses.replace(AREA, rule="at_most")
    passed = judge(land_frame(1250.0), ceiling, catalogue(LAND), RULES)
    assert (passed.status, passed.reason, passed.probability) == ("missed", "累计数已超过上限", 0.0)
    # So are accidents, which only corrections make fewer; no rest of less than none is asked for.
    assert passed.broken and passed.required.value is None
    accident = dataclasses.replace(LAND, code="rsk.accident")
    told = land_frame(1250.0).assign(indicator="rsk.accident")
    beyond = dataclasses.replace(ceiling, indicator="rsk.accident")
    assert judge(told, beyond, catalogue(accident), RULES).broken
    out = judge(land_frame(1250.0, months=12), ceiling, catalogue(LAND), RULES)
    assert (out.status, out.broken) == ("missed", False)
    # 1,200 exactly is not above it; and what may fall again may come back under it.
    under = judge(land_frame(1200.0), ceiling, catalogue(LAND), RULES)
    assert (under.status, under.required.value) == ("ok", 0.0)
    profit = dataclasses.replace(LAND, name_zh="利润总额")
    again = judge(land_frame(1250.0), ceiling, catalogue(profit), RULES)
    assert (again.status, again.required.value) == ("ok", -50.0)
    # No future falls: it says so.
    assert "这样的累计数可能回落，预测没有计入" in again.weights_reason
    assert "回落" not in under.weights_reason


@pytest.mark.parametrize("rule", ["at_least", "range"])
def test_what_may_fall_again_is_not_reached_within_the_year(rule):
    profit = dataclasses.replace(LAND, name_zh="利润总额")
    goal = dataclasses.replace(AREA, rule=rule, upper=1300.0 if rule == "range" else None)
    verdict = judge(land_frame(1250.0), goal, catalogue(profit), RULES)
    assert (verdict.status, verdict.probability) == ("refused", None)
    assert verdict.reason == "累计数已达到目标，但这样的累计数可能回落"
    done = judge(land_frame(1250.0, months=12), goal, catalogue(profit), RULES)
    assert (done.status, done.probability) == ("reached", 1.0)


def test_a_count_without_a_past_is_refused():
    frame = land_frame(432.0)
    verdict = judge(frame[frame["period"] >= "2023"], AREA, catalogue(LAND), RULES)
    assert verdict.status == "refused"
    assert "至今到年末都有数的往年" in verdict.reason


def test_a_january_that_is_never_published_costs_no_answer():
    frame = land_frame(432.0)
    lost = frame[~(frame["period"].str.endswith("-01") | frame["period"].eq("2021-05"))]
    whole, verdict = (judge(one, AREA, catalogue(LAND), RULES) for one in (frame, lost))
    assert verdict.usual_share == pytest.approx(whole.usual_share)
    medians = [np.median(one.draws.values) for one in (verdict, whole)]
    assert medians[0] == pytest.approx(medians[1], rel=0.02)
    # Without October and November the rest of the year is one step, and the answer much the same.
    quarters = frame[frame["period"].str[-2:].isin(["03", "06", "09", "12"])]
    coarse = judge(quarters, AREA, catalogue(LAND), RULES)
    assert np.median(coarse.draws.values) == pytest.approx(medians[1], rel=0.02)
    assert coarse.fan.index.tolist() == ["2024-12"]


STOCK = indicator("prj.reserve.count", kind="stock", span="point", unit="个", level_price="na")


def test_a_stock_adds_the_usual_change_to_year_end():
    rows = [
        (
            STOCK.code,
            "level",
            "point",
            f"{year}Q{q}",
            float(10 + q + (q == 4) * (year % 3)),
            f"{year}-12-31",
        )
        for year in range(2015, 2024)
        for q in range(1, 5)
    ]
    rows.append((STOCK.code, "level", "point", "2024Q3", 17.0, "2024-10-15"))
    aim = target(STOCK.code, measure="level", value=20.0, rule="at_least", tolerance=0.0, unit="个",
                 decimals=None)  # fmt: skip
    verdict = judge(figures(*rows), aim, catalogue(STOCK), RULES)
    # From the third quarter to year end the stock rose by 1, 2 or 3: by 2 on average.
    assert verdict.draws.model == "usual_change"
    assert np.median(verdict.draws.values) == 19.0
    assert 0 < verdict.probability < 0.5
    assert verdict.benchmark == {"persistence": 17.0}


def test_a_stock_is_never_fewer_than_none():
    # Past years are now wider than the models said: stretched, the draws at 0 were 1 below it.
    changes = (1, -1, 1, -2, 2, -1, 14, -12, 16, -14, 18, -16)
    rows = [
        (
            STOCK.code,
            "level",
            "point",
            f"{year}Q{q}",
            30.0 + change * (q == 4),
            f"{year}-12-{q + 20}",
        )
        for year, change in zip(range(2012, 2024), changes, strict=True)
        for q in range(1, 5)
    ]
    rows.append((STOCK.code, "level", "point", "2024Q3", 3.0, "2024-10-15"))
    aim = target(STOCK.code, measure="level", value=4.0, rule="at_least", tolerance=0.0, unit="个",
                 decimals=None)  # fmt: skip
    verdict = judge(figures(*rows), aim, catalogue(STOCK), RULES)
    assert verdict.lesson.spread_factor > 1.2
    assert verdict.quantiles[0.025] == 0.0 and verdict.fan[0.025].iloc[0] == 0.0


def test_a_target_at_most_counts_from_the_other_side():
    about = judge(gdp_frame(), target(rule="at_most", tolerance=0.0), catalogue(GDP), RULES)
    n = about.draws.values.size
    assert about.probability == (np.sum(about.draws.values <= 5.05) + 0.5) / (n + 1)
    final = [("gdp.total", "yoy", "ytd", "2024Q4", 5.1, "2025-01-17")]
    verdict = judge(
        gdp_frame(extra=final), target(rule="at_most", tolerance=0.0), catalogue(GDP), RULES
    )
    assert verdict.status == "missed"


def test_a_range_is_judged_at_its_lower_bound_and_by_what_lies_within():
    goal = target(value=4.8, upper=5.0, rule="range", tolerance=0.0)
    verdict = judge(gdp_frame(), goal, catalogue(GDP), RULES)
    values = verdict.draws.values
    assert verdict.probability == (np.sum(values >= 4.75) + 0.5) / (values.size + 1)
    inside = (values >= 4.75) & (values < 5.05)
    assert verdict.probability_within == (np.sum(inside) + 0.5) / (values.size + 1)
    # (4.8 - 0.72 * 4.8) / 0.28 = 4.8
    assert verdict.required.value == pytest.approx(4.8)
    assert judge(gdp_frame(), target(), catalogue(GDP), RULES).probability_within is None
    for final, status, within in ((4.7, "missed", 0.0), (5.0, "reached", 1.0), (5.1, "reached", 0)):
        extra = [("gdp.total", "yoy", "ytd", "2024Q4", final, "2025-01-17")]
        settled = judge(gdp_frame(extra=extra), goal, catalogue(GDP), RULES)
        assert (settled.status, settled.probability_within) == (status, within)


def test_an_amount_in_its_range_may_still_leave_it():
    land = indicator("lan.supply.area", unit="亩", level_price="na")
    rows = [
        (land.code, "level", "ytd", f"{year}Q{n}", 25.0 * n + year % 3, f"{year}-12-31")
        for year in range(2014, 2025)
        for n in range(1, 5)
        if (year, n) != (2024, 4)
    ]
    goal = target(
        land.code, measure="level", value=70.0, upper=90.0, rule="range", unit="亩", decimals=None
    )
    verdict = judge(figures(*rows), goal, catalogue(land), RULES)
    assert (verdict.status, verdict.probability) == ("reached", 1.0)
    # Every year has made 100 to 102 of it.
    assert verdict.probability_within < 0.1
    # 75 is above 74, and will not come back.
    low = judge(figures(*rows), dataclasses.replace(goal, upper=74.0), catalogue(land), RULES)
    assert (low.status, low.probability_within, low.draws) == ("reached", 0.0, None)
    assert low.reason == "累计数已高于区间"
    wide = judge(figures(*rows), dataclasses.replace(goal, upper=110.0), catalogue(land), RULES)
    assert wide.probability_within > 0.9


def test_every_target_of_an_indicator_is_judged_in_its_version_of_the_day():
    people, city = target(value=5.0), target(value=5.2, set_by="市下达任务")
    revised = target(value=4.6, in_force=dt.date(2024, 7, 1))

    def assessed(day):
        return assess_targets(
            gdp_frame(), [people, city, revised], region=Region("100000", "全国"), year=2024,
            as_of=day, catalogue=catalogue(GDP), rules=RULES,
        )  # fmt: skip

    late = assessed(dt.date(2024, 10, 18))
    assert [item.target for item in late.verdicts] == [revised, city]
    assert [item.replaced for item in late.verdicts] == [(people,), ()]
    assert late.verdict("gdp.total").target == revised
    assert late.verdict("gdp.total", "yoy", "市下达任务").name_zh == "名称gdp.total（市下达任务）"
    with pytest.raises(KeyError):
        late.verdict("gdp.total", "yoy", "省下达任务")
    content = [verdict_json(item) for item in late.verdicts]
    assert [(item["target"], item["set_by"], item["in_force"]) for item in content] == [
        (4.6, "", "2024-07-01"), (5.2, "市下达任务", None),
    ]  # fmt: skip
    assert [item["target"] for item in content[0]["replaced"]] == [5.0]
    assert [item.target for item in assessed(dt.date(2024, 6, 30)).verdicts] == [people, city]


def test_a_stock_without_a_figure_of_the_year_has_no_start():
    frame = figures((STOCK.code, "level", "point", "2023Q4", 17.0, "2024-01-10"))
    aim = target(STOCK.code, measure="level", value=20.0, unit="个", decimals=None)
    verdict = judge(frame, aim, catalogue(STOCK), RULES)
    assert (verdict.status, verdict.reason) == ("refused", "本年尚无数据，没有起点")
    assert (verdict.benchmark, verdict.lesson) == ({}, None)
    # There were 17, not none, to add to.
    assert (verdict.required.value, verdict.required.reason) == (None, verdict.reason)


def test_doubted_figures_and_few_years_are_told():
    frame = gdp_frame()
    plain = judge(frame, target(), catalogue(GDP), RULES).weights_reason
    assert "可疑" not in plain
    assert "年可比" not in plain
    growths = frame["measure"] == "yoy"
    doubted = frame.assign(doubted=growths & frame["period"].isin(["2023Q2", "2023Q3"]))
    told = judge(doubted, target(), catalogue(GDP), RULES).weights_reason
    assert told.endswith("；2 个公布数被检查列为可疑，时间序列模型以三倍的噪声看待")
    # 2018, 2019, 2022 and 2023 can be compared, which is one too few.
    few = judge(gdp_frame(years=range(2018, 2024)), target(), catalogue(GDP), RULES)
    assert "；只有 4 年可比，区间因此放宽" in few.weights_reason
    assert few.weights_reason.endswith("（2020、2021 年列为异常，只用来放宽区间）")
    none = dataclasses.replace(RULES, outlier_years=())
    few = judge(gdp_frame(years=range(2020, 2024)), target(), catalogue(GDP), none)
    assert few.weights_reason.endswith("；只有 4 年可比，区间因此放宽")


def test_what_was_not_forecast_has_no_calibration():
    refused = verdict_json(judge(gdp_frame(years=[2023]), target(), catalogue(GDP), RULES))
    final = [("gdp.total", "yoy", "ytd", "2024Q4", 5.0, "2025-01-17")]
    settled = verdict_json(judge(gdp_frame(extra=final), target(), catalogue(GDP), RULES))
    for content in (refused, settled):
        assert content["calibration"] is None
        assert (content["mean"], content["quantiles"]) == (None, {})
    # Four quarters of 2023, and those of this year.
    assert (refused["n_obs"], refused["actual_period"]) == (5, "2024Q3")
    assert settled["n_obs"] == 42
    assert settled["benchmark"] == {"persistence": 5.0}
    assert judge(gdp_frame(last=()), target(), catalogue(GDP), RULES).actual_period is None


def test_a_verdict_names_the_rows_that_it_rests_on():
    frame = gdp_frame()
    verdict = judge(frame, target(), catalogue(GDP), RULES)
    growths = frame.index[frame["measure"] == "yoy"]
    # Of the levels those of last year, whose shares weigh this one.
    levels = frame.index[(frame["measure"] == "level") & frame["period"].str.startswith("2023")]
    assert set(verdict.references) == {*growths, *levels}


def test_the_json_has_every_field_of_the_contract():
    content = verdict_json(judge(gdp_frame(), target(), catalogue(GDP), RULES))
    fields = {
        "indicator", "measure", "target", "rule", "tolerance", "unit", "actual", "actual_period",
        "mean", "quantiles", "probability", "probability_about", "required", "required_span",
        "benchmark", "weights", "n_obs", "status", "reason",
    }  # fmt: skip
    assert fields <= set(content)
    levels = ["0.025", "0.05", "0.1", "0.25", "0.5", "0.75", "0.9", "0.95", "0.975"]
    assert list(content["quantiles"]) == levels
    assert sum(content["weights"].values()) == pytest.approx(1.0)
    assert content["calibration"]["years"] == 6
    assert content["track"] is None


def test_outlier_years_are_the_workspaces_to_say():
    with_2020 = dataclasses.replace(RULES, outlier_years=())
    masked = judge(gdp_frame(), target(), catalogue(GDP), RULES)
    whole = judge(gdp_frame(), target(), catalogue(GDP), with_2020)
    assert whole.lesson.weighing.years == masked.lesson.weighing.years + 2
    points = []
    for rules in (RULES, with_2020):
        sources, _ = asked(target(), catalogue(GDP), rules, Knowledge(gdp_frame()))
        panel = sources.panel_on(2024, None)
        points.append(average(panel, np.random.default_rng(0), FULL).n_obs)
    assert points[1] == points[0] + 8


def test_a_candidate_too_far_from_the_benchmark_is_held_back_and_the_page_says_so():
    near = judge(gdp_frame(("2024Q1",)), target(), catalogue(GDP), RULES)
    start = ("gdp.total", "yoy", "ytd", "2024Q1", 9.0, "2024-04-17")
    far = judge(gdp_frame((), extra=[start]), target(), catalogue(GDP), RULES)
    # Ten years around 5: whoever says so again stands four points from 9.
    assert far.weights["persistence"] > near.weights.get("persistence", 0.0)
    assert "离基准太远，只跟到基准通常误差的一倍半" in far.weights_reason
    assert "太远" not in near.weights_reason
    # No more than one and a half of its errors of some 0.2.
    assert 8.5 < far.mean < 9.0


@pytest.mark.parametrize(
    ("changes", "withheld"),
    [
        ({}, ["2024Q4"]),
        ({"period": "2024Q3"}, []),  # an older version of what is known
        ({"period": "2023Q4"}, []),
        ({"measure": "level"}, []),
        ({"span": "single"}, []),
        ({"provenance": "simulated"}, []),
        ({"status": "not_released"}, []),
    ],
)
def test_a_later_figure_that_is_held_back_is_told(changes, withheld):
    frame = gdp_frame(extra=[("gdp.total", "yoy", "ytd", "2024Q4", np.nan, "2025-01-17")])
    last = {"status": "quarantined", **changes}
    frame.loc[frame.index[-1], list(last)] = list(last.values())
    verdict = judge(frame, target(), catalogue(GDP), RULES)
    assert [str(period) for period in verdict.withheld] == withheld
    assert verdict_json(verdict)["withheld"] == withheld
    assert verdict.status == "ok" and str(verdict.actual_period) == "2024Q3"


# The mean to date of what falls till September and then rises: by 8 to the year's end.
TO_DATE = (80, 75, 68, 60, 54, 48, 44, 41, 40, 42, 45, 48)
DUST = indicator("env.pm25", kind="rate", unit="微克/立方米", frequency="M", level_price="na")


def dust_verdict(rule, value, months=9, item=DUST):
    rows = [
        (item.code, "level", item.span, f"{year}-{month:02d}",
         TO_DATE[month - 1] + year % 3 + (month == 12) * (year % 3 - 1.0),
         f"{year + month // 12}-{month % 12 + 1:02d}-10")
        for year in range(2015, 2025)
        for month in range(1, 13 if year < 2024 else months + 1)
    ]  # fmt: skip
    aim = target(item.code, measure="level", value=value, rule=rule, tolerance=0.0,
                 unit=item.unit, decimals=None)  # fmt: skip
    return judge(figures(*rows), aim, catalogue(item), RULES)


def test_a_rate_does_not_pile_up():
    # 42 in September: 50 is usual by December, and no part of a year's 45 is left over.
    verdict = dust_verdict("at_most", 45.0)
    assert (verdict.status, verdict.actual, verdict.usual_share) == ("ok", 42.0, None)
    assert verdict.quantiles[0.5] == 50.0 and verdict.probability < 0.01
    assert verdict.required.value is None and "不逐期累加" in verdict.required.reason
    # 80 in January is no year of 60 reached.
    early = dust_verdict("at_least", 60.0, months=1)
    assert (early.status, early.quantiles[0.5]) == ("ok", 50.0)
    assert dust_verdict("at_least", 48.0, months=12).status == "reached"


@pytest.mark.parametrize("months", [9, 12])
def test_the_last_single_figure_is_none_of_the_year(months):
    jobless = dataclasses.replace(DUST, code="emp.survey_unemp", span="single", unit="%")
    verdict = dust_verdict("at_most", 45.0, months, jobless)
    assert verdict.status == "refused" and verdict.draws is None
    assert "最后一期不是全年数" in verdict.reason


@pytest.mark.parametrize(
    ("target_value", "unit", "most"), [(98.0, "%", 100.0), (102.0, "%", 104.0), (98.0, "‰", 104.0)]
)
def test_a_share_ends_at_the_whole(target_value, unit, most):
    # 98 in September of years that ended 1 to 3 above: the likely range went to 101 %.
    share = dataclasses.replace(DUST, code="env.good_share", unit=unit)
    rows = [
        (share.code, "level", "ytd", f"{year}-{month:02d}", 90.0 + month * 0.5 + (month == 12) * (year % 3),
         f"{year + month // 12}-{month % 12 + 1:02d}-10")
        for year in range(2012, 2024)
        for month in range(1, 13)
    ] + [(share.code, "level", "ytd", "2024-09", 98.5, "2024-10-10")]  # fmt: skip
    aim = target(share.code, measure="level", value=target_value, rule="at_least", tolerance=0.0,
                 unit=unit, decimals=None)  # fmt: skip
    verdict = judge(figures(*rows), aim, catalogue(share), RULES)
    assert verdict.status == "ok"
    assert (verdict.draws.values.max() <= 100.0) == (most == 100.0)
    assert (verdict.fan[0.975].iloc[0] <= 100.0) == (most == 100.0)


def test_no_more_days_are_good_than_are_left():
    # 300 of 305 days by October, more than ever: by December 361 at most.
    air = dataclasses.replace(LAND, code="env.good_days", unit="天")
    rows = [
        (air.code, "level", "ytd", f"{year}-{month:02d}", 24.0 * month + (month > 10) * 2 * (year % 4),
         f"{year + month // 12}-{month % 12 + 1:02d}-10")
        for year in range(2015, 2024)
        for month in range(1, 13)
    ] + [
        (air.code, "level", "ytd", f"2024-{month:02d}", 30.0 * month, "2024-11-10")
        for month in range(1, 11)
    ]  # fmt: skip
    aim = target(air.code, measure="level", value=355.0, rule="at_least", tolerance=0.0,
                 unit="天", decimals=None)  # fmt: skip
    verdict = judge(figures(*rows), aim, catalogue(air), RULES)
    assert verdict.draws.path.max(axis=0).tolist() == [330.0, 361.0]
    assert verdict.draws.values.max() == 361.0
    # Days that several things share (of exhibitions) were more than the year's before.
    several = figures(*((*row[:4], row[4] * (1 + (row[3] < "2024")), row[5]) for row in rows))
    assert judge(several, aim, catalogue(air), RULES).draws.values.max() > 361.0


def test_growth_of_a_stock_is_said_by_its_own_past_alone():
    deposits = indicator("fin.deposit.rmb", kind="stock", span="point", unit="亿元")
    frame = gdp_frame().assign(indicator=deposits.code, span="point")
    whole = pd.concat([frame, gdp_frame()], ignore_index=True)
    rules = Knowledge(whole)
    verdict = judge(frame, target(deposits.code), catalogue(deposits, GDP), RULES, rules)
    assert (verdict.status, verdict.weights) == ("ok", {"persistence": 1.0})
    assert "1 个指标" in verdict.weights_reason and "没有别的模型可问" in verdict.weights_reason
    assert verdict.quantiles[0.5] == pytest.approx(4.8, abs=0.02)


def test_a_rate_may_be_below_nought():
    # -0.9 per mille in September, 0.2 less by December: the ceiling at nought held it at 0.
    nature = dataclasses.replace(DUST, code="pop.natural", unit="‰")
    rows = [
        (nature.code, "level", "ytd", f"{year}-{month:02d}", -0.4 - 0.05 * month - 0.01 * (year % 3) * (month == 12),
         f"{year + month // 12}-{month % 12 + 1:02d}-10")
        for year in range(2015, 2025)
        for month in range(1, 13 if year < 2024 else 10)
    ]  # fmt: skip
    aim = target(nature.code, measure="level", value=-0.5, rule="at_least", tolerance=0.0,
                 unit="‰", decimals=None)  # fmt: skip
    verdict = judge(figures(*rows), aim, catalogue(nature), RULES)
    assert verdict.quantiles[0.5] == pytest.approx(-0.85 - 0.16, abs=0.02)
    assert verdict.probability < 0.1
