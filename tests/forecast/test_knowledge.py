import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.knowledge import (
    GrowthSources,
    Knowledge,
    LevelSources,
    Rules,
    whole_numbers,
)
from tests.forecast.frames import catalogue, figures, indicator

ITEMS = [
    indicator("a.monitored", tier="monitor"),
    indicator("b.core"),
    indicator("c.target"),
    indicator("d.yearly", frequency="A"),
    indicator("e.level_only"),
]
AIM = Target(
    indicator="c.target", measure="yoy", year=2024, value=6.0, rule="at_least", tolerance=0.0,
    unit="%", title_zh="目标", source="", decimals=1,
)  # fmt: skip
RULES = Rules(("official",))


def history(codes, shift=0.0):
    return figures(
        *(
            (code, "yoy", "ytd", f"{year}Q{q}", 5.0 + shift + 0.1 * q * (year % 3), day)
            for code in codes
            for year in range(2014, 2024)
            for q, day in enumerate(
                (f"{year}-04-17", f"{year}-07-17", f"{year}-10-17", f"{year + 1}-01-17"), start=1
            )
        ),
        ("d.yearly", "yoy", "annual", "2023", 2.0, "2024-02-10"),
        ("e.level_only", "level", "ytd", "2023Q2", 50.0, "2023-07-17"),
    )


def test_the_pool_is_other_growth_of_the_region_and_its_parents_at_the_same_month():
    own = history(["a.monitored", "b.core", "c.target"])
    knowledge = Knowledge(own, (history(["c.target"], 1.0),), (AIM,))
    pool = knowledge.pool(catalogue(*ITEMS), RULES, AIM, 2)
    # The region's a and b, and the parent's c; not the target itself, nothing yearly.
    assert len(pool) == 3
    assert all(run.day.month == 7 for record in pool for run in record.runs)
    assert {run.year for run in pool[0].runs} == set(range(2014, 2024))
    assert {name for record in pool for run in record.runs for name in run.quantiles} <= {
        "persistence", "growth_model",
    }  # fmt: skip
    # Made once for all targets of one month.
    assert knowledge.pool(catalogue(*ITEMS), RULES, AIM, 2)[0] is pool[0]


def test_neighbours_teach_what_they_know_of_themselves():
    other = Knowledge(history(["b.core", "c.target"]), (history(["a.monitored"], 1.0),))
    alone = Knowledge(history(["b.core", "c.target"]), targets=(AIM,))
    joint = replace(alone, neighbours=(other,), pools={})
    own, pool = (item.pool(catalogue(*ITEMS), RULES, AIM, 2) for item in (alone, joint))
    # The region's own b; then the neighbour's b and c, the target's figure too; not its parent's.
    assert (len(own), len(pool)) == (1, 3)
    assert [run.centres for run in pool[0].runs] == [run.centres for run in own[0].runs]
    assert not alone.neighbours


def test_the_order_of_rows_and_of_the_catalogue_choose_nothing():
    own = history(["a.monitored", "b.core", "c.target"])
    straight = Knowledge(own, targets=(AIM,)).pool(catalogue(*ITEMS), RULES, AIM, 1)
    turned = Knowledge(own.iloc[::-1].sort_values("published", kind="stable"), targets=(AIM,))
    other = turned.pool(catalogue(*reversed(ITEMS)), RULES, AIM, 1)
    assert [run.centres for item in straight for run in item.runs] == [
        run.centres for item in other for run in item.runs
    ]


def test_what_was_announced_is_the_regions_own():
    knowledge = Knowledge(history(["c.target"]), targets=(AIM,))
    assert knowledge.announced("c.target", "yoy") == (AIM,)
    assert knowledge.announced("b.core", "yoy") == ()


def test_targets_then_core_indicators_teach_first_and_only_sixteen_do():
    own = history(["a.monitored", "b.core", "c.target"])
    knowledge = Knowledge(own, (history(["c.target"], 1.0),), (AIM,))
    assert knowledge.pooled(catalogue(*ITEMS)) == [
        (0, "c.target"), (1, "c.target"), (0, "b.core"), (0, "a.monitored"),
    ]  # fmt: skip
    many = [indicator(f"m{number:02d}") for number in range(20)]
    frame = figures(*((m.code, "yoy", "ytd", "2023Q1", 5.0, "2023-04-17") for m in many))
    assert Knowledge(frame).pooled(catalogue(*many)) == [(0, m.code) for m in many[:16]]


def test_before_the_first_figure_the_pool_stands_in_january():
    knowledge = Knowledge(history(["b.core", "c.target"]), targets=(AIM,))
    (record,) = knowledge.pool(catalogue(*ITEMS), RULES, AIM, 0)
    assert {run.day.month for run in record.runs} == {1}


GROWTH = (
    ("2022Q1", 5.0, "2022-04-17"),
    ("2022Q2", 5.2, "2022-07-17"),
    ("2022Q3", 5.3, "2022-10-17"),
    ("2022Q4", 5.5, "2023-01-17"),
    ("2022Q4", 5.7, "2023-12-26"),
    ("2023Q1", 4.0, "2023-04-17"),
    ("2023Q2", 4.4, "2023-07-17"),
)
LEVELS = {"2022Q1": 20.0, "2022Q2": 45.0, "2022Q3": 72.0, "2022Q4": 100.0}
NONE = np.nan


def growth(*rows):
    return figures(*(("c.target", "yoy", "ytd", *row) for row in rows))


def sources(frame, above=(), level=0):
    knowledge = Knowledge(frame, tuple(above), (AIM,))
    rules = Rules(("official",), outlier_years=(2022, 2023))
    return GrowthSources.of(knowledge, ITEMS[2], catalogue(*ITEMS), rules, level)


CITY = growth(("2022Q2", 3.0, "2022-07-19"))
PROVINCE = growth(("2023Q1", 6.0, "2023-04-20"), ("2023Q3", 6.6, "2023-10-25"))


def test_the_panel_of_growth_by_hand():
    levels = [("c.target", "level", "ytd", p, v, "2023-01-17") for p, v in LEVELS.items()]
    frame = figures(*(("c.target", "yoy", "ytd", *row) for row in GROWTH), *levels)
    what = sources(frame)
    panel = what.panel_on(2023, None)
    np.testing.assert_array_equal(
        panel.ytd_growth_pct, [[5.0, 5.2, 5.3, 5.7], [4.0, 4.4, NONE, NONE]]
    )
    np.testing.assert_array_equal(panel.first_pct, [[5.0, 5.2, 5.3, 5.5], [4.0, 4.4, NONE, NONE]])
    # 2022 has no levels before it, and stands in the shares of 2023.
    np.testing.assert_array_equal(panel.shares, [[0.2, 0.45, 0.72, 1.0]] * 2)
    assert (panel.year, panel.n_known, panel.shares_reason) == (2023, 2, "")
    assert panel.outlier.tolist() == [True, False]
    assert panel.festival is None
    assert not panel.doubted.any()
    early = what.panel_on(2023, dt.date(2023, 5, 1))
    np.testing.assert_array_equal(
        early.ytd_growth_pct, [[5.0, 5.2, 5.3, 5.5], [4.0, NONE, NONE, NONE]]
    )
    assert early.n_known == 1
    # A year without figures has its row.
    ahead = what.panel_on(2024, None)
    assert (len(ahead.shares), ahead.n_known) == (3, 0)


def test_without_levels_the_year_is_cut_by_its_months():
    panel = sources(growth(*GROWTH)).panel_on(2023, None)
    np.testing.assert_array_equal(panel.shares, [[0.25, 0.5, 0.75, 1.0]] * 2)
    assert "2023 年各期比重无从计算" in panel.shares_reason


def test_of_a_target_past_runs_depend_on_its_decimals_only():
    def told(aim):
        knowledge = Knowledge(growth(*GROWTH), targets=(aim,))
        return GrowthSources.of(knowledge, ITEMS[2], catalogue(*ITEMS), RULES).told(2023)

    assert told(replace(AIM, title_zh="改了的名称", value=5.5)) == told(AIM)
    assert told(replace(AIM, decimals=2)) != told(AIM)


def test_a_figure_is_doubted_today_and_was_not_before():
    frame = growth(*GROWTH)
    what = sources(frame.assign(doubted=frame["period"] == "2023Q1"))
    assert what.panel_on(2023, None).doubted.tolist() == [[False] * 4, [True, False, False, False]]
    assert not what.panel_on(2023, dt.date(2023, 12, 31)).doubted.any()


def test_a_region_above_has_its_own_figures_and_no_targets():
    frames = growth(*GROWTH), [CITY, PROVINCE]
    own, city, province = (sources(*frames, level=level) for level in range(3))
    assert [len(item.versions.points) for item in (own, city, province)] == [7, 1, 2]
    assert [item.targets for item in (own, city, province)] == [(AIM,), (), ()]


def amounts(item, values, year=2024):
    rows = [(item.code, "level", item.span, p, v, "2024-07-17") for p, v in values.items()]
    versions = Knowledge(figures(*rows)).extract(item, "level", RULES)
    return LevelSources(versions=versions, integer=True)


COUNT = indicator("lan.supply", level_price="na")
STOCK = indicator("prj.count", kind="stock", span="point", level_price="na")
PAST = {
    "2022Q1": 10.0,
    "2022Q2": 30.0,
    "2022Q3": 25.0,
    "2022Q4": 80.0,
    "2023Q3": 20.0,
    "2023Q4": 26.0,
}


def test_the_panel_of_an_amount_by_hand():
    what = amounts(COUNT, {**PAST, "2024Q1": 9.0, "2024Q2": 22.0})
    panel = what.panel_on(2024, None)
    # 2023 is not whole; of 30 to June 5 were taken back.
    assert panel.increments.tolist() == [[10.0, 15.0, 0.0, 55.0]]
    assert (panel.actual, panel.n_known, panel.integer) == (22.0, 2, True)
    empty = what.panel_on(2022, None)
    assert (empty.increments.shape, empty.actual, empty.n_known) == ((0, 4), 80.0, 4)
    ahead = what.panel_on(2025, None)
    # Of 2023 the first half is one with the third quarter.
    assert ahead.increments.tolist() == [[25.0, 55.0], [20.0, 6.0]]
    assert (ahead.actual, ahead.n_known) == (0.0, 0)
    assert "2024Q1" not in what.told(2024)
    assert "2023Q4 26.0 2024-07-17" in what.told(2024)


def test_periods_before_now_that_a_year_lacks_are_part_of_the_next():
    what = amounts(COUNT, {**PAST, "2024Q3": 17.0})
    panel = what.panel_on(2024, None)
    # 2023 is published from its third quarter on.
    assert panel.increments.tolist() == [[25.0, 55.0], [20.0, 6.0]]
    assert (panel.actual, panel.n_known) == (17.0, 1)
    without = {period: value for period, value in PAST.items() if period != "2022Q3"}
    panel = amounts(COUNT, {**without, "2024Q2": 17.0}).panel_on(2024, None)
    # The path to the end of the year has no holes: what is left of it is one step.
    assert panel.increments.tolist() == [[10.0, 20.0, 50.0]]
    assert panel.n_known == 2


def test_an_amount_that_is_published_by_quarters_only():
    years = range(2019, 2024)
    done = {f"{y}-{m:02d}": float(y - 2000) * m for y in years for m in (3, 6, 9, 12)}
    monthly = indicator("lan.supply", frequency="M", level_price="na")
    panel = amounts(monthly, {**done, "2024-03": 70.0, "2024-06": 130.0}).panel_on(2024, None)
    assert panel.increments[0].tolist() == [57.0, 57.0, 114.0]
    assert (len(panel.increments), panel.n_known, panel.actual) == (5, 2, 130.0)


def test_the_panel_of_a_stock_by_hand():
    what = amounts(STOCK, {**PAST, "2024Q3": 17.0})
    panel = what.panel_on(2024, None)
    # From the third quarter to the end: 80 - 25 and 26 - 20.
    assert panel.changes.tolist() == [55.0, 6.0]
    assert panel.actual == 17.0
    with pytest.raises(ForecastError, match="没有起点"):
        what.panel_on(2025, None)


@pytest.mark.parametrize(
    ("item", "values", "goal", "whole"),
    [
        (COUNT, (10.0, 80.0), {}, True),
        (COUNT, (10.5, 80.0), {}, False),
        (COUNT, (10.0, 80.0), {"value": 99.5}, False),
        (COUNT, (10.0, 80.0), {"value": 99.5, "plan": 100.0}, True),
        (indicator("lan.supply"), (10.0, 80.0), {}, False),
    ],
)
def test_what_is_counted_in_whole_numbers(item, values, goal, whole):
    versions = amounts(item, dict(zip(("2024Q1", "2024Q2"), values, strict=True))).versions
    assert whole_numbers(versions, replace(AIM, measure="level", **{"value": 100.0, **goal})) is (
        whole
    )


def test_the_festival_is_counted_against_the_year_before():
    monthly = replace(ITEMS[2], frequency="M", no_january=False)
    frame = figures(("c.target", "yoy", "ytd", "2023-12", 5.0, "2024-01-17"))
    sources = GrowthSources.of(Knowledge(frame), monthly, catalogue(monthly), RULES)
    # 22 January 2023: 15 January to 4 February, 17 days and 4.
    # 10 February 2024: 3 to 23 February.  2022 (1 February): 7 days of January and 14.
    found = sources.panel_on(2024, None).festival * 21
    assert found[0, :3] == pytest.approx([10, -10, 0])
    assert found[1, :3] == pytest.approx([-17, 17, 0])
    assert found.shape == (2, 12)


def test_models_round_as_the_target_of_the_nearest_year_is_published():
    finer = replace(AIM, year=2022, decimals=2)
    knowledge = Knowledge(history(["a.monitored", "c.target"]), targets=(AIM, finer))
    halves = {
        (code, year): GrowthSources.of(knowledge, item, catalogue(*ITEMS), RULES)
        .panel_on(year, None)
        .half_unit
        for code, item in (("a.monitored", ITEMS[0]), ("c.target", ITEMS[2]))
        for year in (2020, 2023, 2024)
    }
    # One decimal where no target says, or where it says so: the same number to the bit.
    assert {halves["a.monitored", year] for year in (2020, 2024)} == {0.05}
    assert [halves["c.target", year] for year in (2020, 2023, 2024)] == [0.005, 0.05, 0.05]
