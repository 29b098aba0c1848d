import dataclasses
import datetime as dt

import pytest

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.forecast.history import extract_series, year_periods
from lianhu_analysis.forecast.required import amount_required, growth_required, required_json
from lianhu_analysis.workspace import CensusBreak
from tests.forecast.frames import figures, indicator

GDP = indicator("gdp.total")
RETAIL = indicator("csm.retail.total", frequency="M", no_january=True)
LAND = indicator("lan.supply.area", unit="亩", level_price="na", frequency="Q")
BREAKS = (CensusBreak(dt.date(2023, 12, 26), "普查"),)


def target(item, **changes):
    values = {
        "indicator": item.code, "measure": "yoy", "year": 2024, "value": 5.0, "rule": "at_least",
        "tolerance": 0.0, "unit": "%", "title_zh": "目标", "source": "报告", "decimals": 1,
    }  # fmt: skip
    return Target(**{**values, **changes})


def rows(code, measure, values, first="2023-04-17"):
    """Figures by period; each is published on ``first`` or in the year after its own."""
    return [
        (code, measure, "ytd", period, value, first if period[:4] == first[:4] else day)
        for period, value in values.items()
        for day in [f"{int(period[:4]) + 1}-01-17"]
    ]


LEVELS_2023 = {"2023Q1": 20.0, "2023Q2": 45.0, "2023Q3": 72.0, "2023Q4": 100.0}


def growth(levels, growths, item=GDP, breaks=(), goal=None, **options):
    frame = figures(*rows(item.code, "yoy", growths), *rows(item.code, "level", levels))
    series = extract_series(frame, item, "yoy", ["official"])
    own = extract_series(frame, item, "level", ["official"])
    goal = goal or target(item)
    point = series.latest(goal.year)
    periods = year_periods(item, goal.year)
    remaining = periods[0 if point is None else periods.index(point.period) + 1 :]
    return growth_required(goal, series, remaining, own, None, breaks, **options)


def path(steps):
    return [
        (
            str(step.period),
            *(None if v is None else round(v, 4) for v in (step.single, step.to_date)),
        )
        for step in steps
    ]


def test_every_remaining_quarter_by_hand():
    found = growth(LEVELS_2023, {"2024Q1": 4.7, "2024Q2": 4.8})
    # (5 - 0.45 * 4.8) / 0.55 = 5.1636; (0.45 * 4.8 + 0.27 * 5.1636) / 0.72 = 4.9364.
    assert path(found.path) == [("2024Q3", 5.1636, 4.9364), ("2024Q4", 5.1636, 5.0)]
    third = found.path[0]
    assert third.single_low == pytest.approx((5 - 0.45 * 4.85) / 0.55)
    assert third.to_date_low == pytest.approx(
        (0.45 * 4.75 + 0.27 * (5 - 0.45 * 4.75) / 0.55) / 0.72
    )
    assert third.to_date_low < third.to_date < third.to_date_high
    assert found.path[1].to_date_low == found.path[1].to_date_high == pytest.approx(5.0)
    assert found.quarters == ()


def test_a_share_that_was_not_published_is_not_filled_in():
    levels = {key: value for key, value in LEVELS_2023.items() if key != "2023Q3"}
    found = growth(levels, {"2024Q2": 4.8})
    assert path(found.path) == [("2024Q3", 5.1636, None), ("2024Q4", 5.1636, 5.0)]
    assert "2023Q3 的累计绝对额没有同一口径的公布数" in found.path[0].reason
    # Nor is one of another census base.
    frame_levels = rows(GDP.code, "level", LEVELS_2023, first="2023-04-17")
    mixed = [(*r[:5], "2024-01-17" if r[3] != "2023Q3" else "2023-10-17") for r in frame_levels]
    frame = figures(*mixed, ("gdp.total", "yoy", "ytd", "2024Q2", 4.8, "2024-07-17"))
    series, own = (extract_series(frame, GDP, m, ["official"]) for m in ("yoy", "level"))
    remaining = year_periods(GDP, 2024)[2:]
    found = growth_required(target(GDP), series, remaining, own, None, BREAKS)
    assert path(found.path) == [("2024Q3", 5.1636, None), ("2024Q4", 5.1636, 5.0)]


def test_the_band_is_that_of_the_decimals_published():
    past = {"2023Q2": 4.95, "2023Q4": 5.25}
    found = growth(
        {**LEVELS_2023, "2022Q2": 40.0, "2022Q4": 100.0},
        {**past, "2024Q2": 4.82},
        goal=target(GDP, decimals=2),
    )
    # Half of 0.01, and what it moves: (5 - 0.45 * (4.82 +- 0.005)) / 0.55.
    assert found.low == pytest.approx((5 - 0.45 * 4.825) / 0.55)
    assert found.high == pytest.approx((5 - 0.45 * 4.815) / 0.55)
    third = found.path[0]
    assert third.to_date_low == pytest.approx((0.45 * 4.815 + 0.27 * third.single_high) / 0.72)
    # Of a past year, in which the share to date was 0.4: 0.005 * 1.4 / 0.6.
    assert found.precedents.slacks == pytest.approx([0.005 * 1.4 / 0.6])
    months = {f"2023-{month:02d}": 10.0 * month for month in range(2, 13)}
    published = {"2024-09": 4.0, "2024-10": 4.4}
    whole = growth(months, published, RETAIL, goal=target(RETAIL, decimals=0))
    assert whole.quarters[0].single_low == pytest.approx((60 - 9 * 4.5) / 3)


def test_without_shares_there_is_neither_path_nor_precedent():
    found = growth({}, {"2024Q2": 4.8})
    assert (found.value, found.path) == (None, ())
    assert "累计绝对额" in found.path_reason
    assert found.precedents.reason == found.reason
    content = required_json(found)["required_history"]
    assert (content["reached"], content["n"], content["years"]) == (None, 0, [])
    assert "累计绝对额" in content["reason"]


def test_before_the_first_figure_every_period_must_show_the_target():
    found = growth({}, {"2023Q4": 5.2, "2022Q4": 4.9})
    assert path(found.path) == [(f"2024Q{q}", 5.0, 5.0) for q in range(1, 5)]
    assert found.precedents.years == (2022, 2023)
    assert found.precedents.count() == (1, 2)


def test_months_and_their_quarters_by_hand():
    levels = {f"2023-{month:02d}": 10.0 * month for month in range(2, 13)}
    found = growth(levels, {"2024-09": 4.0, "2024-10": 4.4}, RETAIL)
    # (5 - 4.4 * 10/12) / (2/12) = 8; November (44 + 8) / 11.
    assert path(found.path) == [("2024-11", 8.0, 4.7273), ("2024-12", 8.0, 5.0)]
    # The fourth quarter as a whole: (12 * 5 - 9 * 4) / 3 = 8.
    assert path(found.quarters) == [("2024Q4", 8.0, 5.0)]
    assert found.quarters[0].single_low == pytest.approx((60 - 9 * 4.05) / 3)
    # Begun quarters that cannot be said: no figure of September.
    found = growth(levels, {"2024-10": 4.4}, RETAIL)
    assert path(found.quarters) == [("2024Q4", None, 5.0)]
    assert "2024-09 的累计增速没有公布" in found.quarters[0].reason
    # Quarters not begun grow as all that remains; the first one is the year to date.
    found = growth(levels, {"2024-02": 3.0}, RETAIL)
    needed = (5 - 3 * 2 / 12) / (10 / 12)
    assert path(found.quarters)[1] == ("2024Q2", round(needed, 4), round((6 + 4 * needed) / 6, 4))
    assert found.quarters[0].single == pytest.approx((2 * 3 + needed) / 3)
    assert found.quarters[0].single == found.quarters[0].to_date


def test_how_often_history_reached_it_by_hand():
    levels = {
        f"{year}Q{q}": v for year in (2020, 2021, 2022, 2023) for q, v in ((3, 72.0), (4, 100.0))
    }
    growths = {"2021Q3": 9.8, "2021Q4": 8.4, "2022Q3": 3.0, "2022Q4": 3.0, "2023Q3": 5.2, "2023Q4": 5.3,
               "2024Q3": 4.9}  # fmt: skip
    found = growth(levels, growths, outlier_years=(2020, 2021))
    assert found.value == pytest.approx((5 - 0.72 * 4.9) / 0.28)  # 5.2571
    # (8.4 - 0.72 * 9.8) / 0.28 = 4.8; 3.0; (5.3 - 0.72 * 5.2) / 0.28 = 5.5571.
    past = found.precedents
    assert past.years == (2021, 2022, 2023)
    assert past.values == pytest.approx([4.8, 3.0, 5.5571], abs=1e-4)
    assert past.slacks == pytest.approx([0.05 * 1.72 / 0.28] * 3)
    assert past.enough == (False, False, True)
    # This year's rounding adds 0.1286 to each year's 0.3071.
    assert past.close == (False, False, True)
    assert (past.count(), past.count(outliers=False)) == ((1, 3), (1, 2))
    content = required_json(found)["required_history"]
    assert (content["reached"], content["n"], content["close"]) == (1, 3, 1)
    assert content["years"][0] == {"year": 2021, "value": pytest.approx(4.8), "reached": False}


def test_the_rounding_of_this_year_can_decide_as_well():
    levels = {f"{year}Q{q}": v for year in (2022, 2023) for q, v in ((3, 72.0), (4, 100.0))}
    found = growth(levels, {"2023Q3": 5.3, "2023Q4": 5.4, "2024Q3": 4.9})
    # (5.4 - 0.72 * 5.3) / 0.28 is 0.4 above what is required; its own rounding moves it by
    # 0.05 * 1.72 / 0.28 = 0.3071, this year's by 0.05 * 0.72 / 0.28 = 0.1286.
    assert found.precedents.values[0] - found.value == pytest.approx(0.4)
    assert found.precedents.close == (True,)


def test_the_error_of_another_years_share_is_the_largest():
    levels = {f"{year}Q4": 100.0 for year in (2021, 2022, 2023)}
    levels |= {"2021Q3": 70.0, "2022Q3": 75.0, "2023Q3": 72.0}
    found = growth(levels, {"2024Q3": 4.9})
    # (5 - s * 4.9) / (1 - s): 5.2571 of 0.72, 5.2333 of 0.70, 5.3 of 0.75.
    assert found.stand_in_error == pytest.approx(5.3 - 5.257143, abs=1e-6)


def test_the_levels_of_the_proxy_weigh_its_path():
    proxy = indicator("ind.va")
    frame = figures(
        *rows(GDP.code, "yoy", {"2024Q1": 4.7, "2024Q2": 4.8}),
        *rows(GDP.code, "level", {"2023Q3": 10.0}),
        *rows(proxy.code, "level", LEVELS_2023),
    )
    series, own = (extract_series(frame, GDP, m, ["official"]) for m in ("yoy", "level"))
    levels = extract_series(frame, proxy, "level", ["official"])
    remaining = year_periods(GDP, 2024)[2:]
    found = growth_required(target(GDP), series, remaining, own, levels)
    assert path(found.path) == [("2024Q3", 5.1636, 4.9364), ("2024Q4", 5.1636, 5.0)]
    content = required_json(found)
    assert content["required_share"] == {
        "value": 0.45, "year": 2023, "indicator": "ind.va", "name_zh": "名称ind.va", "basis": "proxy",
    }  # fmt: skip
    assert content["required_path"][0]["to_date"] == pytest.approx(4.9364, abs=1e-4)
    # Two levels of the share, and of the path the third quarter's.
    labels = frame.index[(frame["indicator"] == "ind.va") & (frame["period"] != "2023Q1")]
    assert sorted(found.references) == sorted(labels)


def test_a_year_of_two_vintages_says_nothing():
    frame = figures(
        *rows(GDP.code, "level", {"2022Q3": 72.0, "2022Q4": 100.0, **LEVELS_2023}),
        ("gdp.total", "yoy", "ytd", "2023Q3", 5.2, "2023-10-18"),
        ("gdp.total", "yoy", "ytd", "2023Q4", 5.4, "2024-12-26"),
        ("gdp.total", "yoy", "ytd", "2024Q3", 4.8, "2024-10-18"),
    )
    series, own = (extract_series(frame, GDP, m, ["official"]) for m in ("yoy", "level"))
    remaining = year_periods(GDP, 2024)[3:]
    found = growth_required(target(GDP), series, remaining, own, None)
    assert found.precedents.years == ()
    assert "往年没有同时公布两端增速和比重" in found.precedents.reason
    # Revised on one day, both count again.
    frame.loc[frame["period"].eq("2023Q3") & frame["measure"].eq("yoy"), "published"] = frame.loc[
        frame["period"].eq("2023Q4") & frame["measure"].eq("yoy"), "published"
    ].iloc[0]
    series = extract_series(frame, GDP, "yoy", ["official"])
    assert growth_required(target(GDP), series, remaining, own, None).precedents.years == (2023,)


def amount(levels, item=LAND, **changes):
    goal = target(item, measure="level", unit="亩", decimals=None, **{"value": 100.0, **changes})
    frame = figures(
        *(
            (
                item.code,
                "level",
                "point" if item.kind == "stock" else "ytd",
                p,
                v,
                f"{int(p[:4]) + 1}-01-09",
            )
            for p, v in levels.items()
        )
    )
    series = extract_series(frame, item, "level", ["official"])
    point = series.latest(2024)
    periods = year_periods(item, 2024)
    remaining = periods[0 if point is None else periods.index(point.period) + 1 :]
    return amount_required(goal, series, remaining, (2022,))


PAST = {"2022Q1": 10.0, "2022Q2": 30.0, "2022Q3": 60.0, "2022Q4": 80.0,
        "2023Q1": 20.0, "2023Q2": 40.0, "2023Q3": 50.0, "2023Q4": 120.0}  # fmt: skip


def test_an_amount_is_spread_by_usual_progress_by_hand():
    found = amount({**PAST, "2024Q1": 5.0, "2024Q2": 22.0})
    # Third quarters did 30 + 10, fourth ones 20 + 70: 78 remain, 40 : 90.
    assert found.value == 78.0
    assert path(found.path) == [("2024Q3", 24.0, 46.0), ("2024Q4", 54.0, 100.0)]
    # After June 2022 did 50 and 2023 did 80.
    assert found.precedents.values == (50.0, 80.0)
    assert (found.precedents.count(), found.precedents.count(outliers=False)) == ((1, 2), (1, 1))
    assert found.precedents.close == (False, False)


def test_all_that_remains_of_an_amount_is_of_the_last_period():
    found = amount({"2024Q1": 5.0, "2024Q2": 22.0, "2024Q3": 60.0})
    assert (path(found.path), found.path_reason) == ([("2024Q4", 40.0, 100.0)], "")


def test_the_year_itself_and_later_ones_are_not_usual():
    later = {"2025Q1": 100.0, "2025Q2": 110.0, "2025Q3": 120.0, "2025Q4": 130.0}
    found = amount({**PAST, "2024Q1": 5.0, "2024Q2": 22.0, **later})
    assert path(found.path) == [("2024Q3", 24.0, 46.0), ("2024Q4", 54.0, 100.0)]
    assert found.precedents.years == (2022, 2023)


def test_a_fall_is_no_progress_and_years_of_nothing_have_no_proportions():
    fallen = {"2023Q1": 20.0, "2023Q2": 40.0, "2023Q3": 30.0, "2023Q4": 120.0, "2024Q2": 22.0}
    assert path(amount(fallen).path) == [("2024Q3", 0.0, 22.0), ("2024Q4", 78.0, 100.0)]
    nothing = {f"2023Q{n}": 0.0 for n in range(1, 5)}
    assert "历年这些时期都没有进展" in amount({**nothing, "2024Q2": 22.0}).path_reason
    # Nothing done yet, nothing known of the year: all of it remains.
    ahead = amount(PAST)
    assert ahead.value == 100.0
    # First quarters did 30, second ones 40, third ones 40, fourth ones 90.
    assert path(ahead.path) == [
        ("2024Q1", 15.0, 15.0), ("2024Q2", 20.0, 35.0), ("2024Q3", 20.0, 55.0), ("2024Q4", 45.0, 100.0),
    ]  # fmt: skip


def test_every_quarter_of_an_amount_by_months():
    item = dataclasses.replace(LAND, frequency="M")
    past = {f"2023-{month:02d}": 5.0 * month for month in range(1, 13)}
    # 88 remain of ten months: 8.8 each.
    found = amount({**past, "2024-01": 5.0, "2024-02": 12.0}, item)
    assert path(found.quarters) == [
        ("2024Q1", 20.8, 20.8), ("2024Q2", 26.4, 47.2), ("2024Q3", 26.4, 73.6), ("2024Q4", 26.4, 100.0),
    ]  # fmt: skip


def test_a_month_before_the_first_figure_has_every_quarter_at_the_target():
    found = growth({}, {"2023-12": 5.2}, RETAIL)
    assert path(found.quarters) == [(f"2024Q{q}", 5.0, 5.0) for q in range(1, 5)]
    assert [str(step.period) for step in found.path][:2] == ["2024-02", "2024-03"]
    assert found.span == "2024-02/2024-12"


def test_months_of_an_amount_and_the_quarter_begun():
    item = dataclasses.replace(LAND, frequency="M")
    past = {f"2023-{month:02d}": 5.0 * month for month in range(1, 13)}
    found = amount({**past, "2024-09": 55.0, "2024-10": 70.0}, item)
    assert path(found.path) == [("2024-11", 15.0, 85.0), ("2024-12", 15.0, 100.0)]
    assert path(found.quarters) == [("2024Q4", 45.0, 100.0)]
    found = amount({**past, "2024-10": 70.0}, item)
    assert path(found.quarters) == [("2024Q4", None, 100.0)]
    assert "2024-09 的累计数没有公布" in found.quarters[0].reason


@pytest.mark.parametrize(
    ("levels", "changes", "item", "reason"),
    [
        ({**PAST, "2024Q2": 120.0}, {}, LAND, "已达到目标"),
        ({"2024Q2": 20.0}, {}, LAND, "往年同期没有完整公布的进展"),
        ({**PAST, "2024Q2": 20.0}, {"rule": "at_most"}, LAND, "上限目标"),
        ({**PAST, "2024Q2": 20.0}, {}, dataclasses.replace(LAND, kind="stock"), "存量有增有减"),
    ],
)
def test_a_path_that_cannot_be_said_is_refused(levels, changes, item, reason):
    found = amount(levels, item, **changes)
    assert found.path == ()
    assert reason in found.path_reason


def test_a_stock_counts_past_changes_and_a_ceiling_counts_years_below_it():
    stock = amount({**PAST, "2024Q2": 22.0}, dataclasses.replace(LAND, kind="stock"))
    assert stock.precedents.values == (50.0, 80.0)
    # 78 more are allowed: 2022 stayed below, 2023 did not.
    ceiling = amount({**PAST, "2024Q2": 22.0}, rule="at_most")
    assert ceiling.precedents.enough == (True, False)


def test_nothing_remains_at_the_end_of_the_year():
    found = amount({**PAST, "2024Q4": 90.0})
    assert (found.periods, found.path, found.path_reason) == ((), (), "没有剩余时期")
    assert found.precedents.reason == "没有剩余时期"
    assert Period(2024, "Q", 4) not in found.periods


def test_a_stock_may_fall_again_and_a_ceiling_be_passed():
    stock = dataclasses.replace(LAND, kind="stock")
    past = {"2022Q2": 60.0, "2022Q4": 50.0, "2023Q2": 60.0, "2023Q4": 57.0}
    # 120 of 100 is there: 10 and 3 less at the year's end was enough, too.
    over = amount({**past, "2024Q2": 120.0}, stock)
    assert (over.value, over.precedents.values) == (0.0, (-10.0, -3.0))
    assert over.precedents.count() == (2, 2)
    # Under a ceiling of 115, it must fall by 5: one of two years did.
    ceiling = amount({**past, "2024Q2": 120.0}, stock, value=115.0, rule="at_most")
    assert (ceiling.value, ceiling.precedents.count()) == (-5.0, (1, 2))


def test_a_year_that_ended_early_says_nothing_of_the_rest():
    early = {"2023Q2": 100.0, "2023Q4": 100.0}
    found = growth(early, {"2024Q2": 4.8})
    assert found.value is None and found.path == ()
    assert "已过时期的比重 1.0" in found.reason == found.path_reason
    # Another year that ended early is no measure of what the choice of a year does.
    found = growth({**LEVELS_2023, **{"2022Q2": 90.0, "2022Q4": 90.0}}, {"2024Q2": 4.8})
    assert found.value == pytest.approx((5 - 0.45 * 4.8) / 0.55)
    assert found.stand_in_error is None


def test_the_growth_of_a_stock_does_not_add_up_period_by_period():
    # 98 of December's 100 stood there in September: that is no part of a year's growth.
    deposits = indicator("fin.deposit.rmb", kind="stock", span="point")
    levels = {f"2023Q{q}": v for q, v in ((1, 95.0), (2, 97.0), (3, 98.0), (4, 100.0))}
    points = [
        (deposits.code, measure, "point", period, value, f"{int(period[:4]) + 1}-01-10")
        for measure, told in (("level", levels), ("yoy", {"2023Q4": 8.0, "2024Q3": 8.2}))
        for period, value in told.items()
    ]
    growths, own = (
        extract_series(figures(*points), deposits, measure, ["official"])
        for measure in ("yoy", "level")
    )
    left = year_periods(deposits, 2024)[3:]
    found = growth_required(target(deposits, value=8.5), growths, left, own, None)
    assert (found.value, found.path, found.precedents.count()) == (None, (), (0, 0))
    assert "不逐期累加" in found.reason


@pytest.mark.parametrize(("rule", "sure"), [("at_least", "能"), ("at_most", "不能")])
def test_growth_that_nothing_can_undo_or_bring_is_said_so(rule, sure):
    # (5 - 0.72 * 60) / 0.28 = -136.4: all of what is left would be lost, and more.
    found = growth(LEVELS_2023, {"2024Q3": 60.0}, goal=target(GDP, rule=rule))
    assert found.value is None and found.path == ()
    assert f"全年也{sure}达标" in found.reason
    # A reduction of 25 after one of 5 would need one of 76, one of 40 of 130.
    less = dataclasses.replace(GDP, kind="growth_only", name_zh="能耗降低率")
    reduced = [
        growth(LEVELS_2023, {"2024Q3": 5.0}, less, goal=target(less, value=value, rule=rule))
        for value in (25.0, 40.0)
    ]
    assert reduced[0].value == pytest.approx((25 - 0.72 * 5) / 0.28)
    assert f"全年也{'不能' if rule == 'at_least' else '能'}达标" in reduced[1].reason
