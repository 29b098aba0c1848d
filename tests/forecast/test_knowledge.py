import datetime as dt
from dataclasses import replace

import pytest

from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.forecast.knowledge import GrowthSources, Knowledge, Rules
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
        "persistence", "growth_model", "own_past",
    }  # fmt: skip
    # Made once for all targets of one month.
    assert knowledge.pool(catalogue(*ITEMS), RULES, AIM, 2)[0] is pool[0]


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


def test_a_day_knows_the_version_of_that_day_by_who_comes_first():
    middle, late = (
        replace(AIM, value=value, in_force=dt.date(2024, month, 1))
        for value, month in ((5.5, 7), (5.0, 10))
    )
    city = replace(AIM, value=7.0, set_by="市下达任务")
    knowledge = Knowledge(history(["c.target"]), targets=(AIM, late, city, middle))
    sources = GrowthSources.of(knowledge, ITEMS[2], catalogue(*ITEMS), RULES)
    days = (dt.date(2024, 6, 30), dt.date(2024, 7, 1), dt.date(2024, 12, 31), None)
    assert [sources.announced_on(day)[2024] for day in days] == [6.0, 5.5, 5.0, 5.0]
    assert sources.panel_on(2024, days[1]).announced[-1] == 5.5


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
