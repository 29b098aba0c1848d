"""What must not change a verdict, and what may only change it one way."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.economies import ECONOMIES, catalogue, draw_case, position_day
from benchmarks.real_time import known_on, verdict_on
from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.forecast.verdict import Rules
from lianhu_analysis.intake.observations import Observation, frame_observations

RULES = Rules(("simulated",))
CLOSE = 0.01
KNOWN = catalogue()
AMOUNT = replace(
    KNOWN.get("gdp.total"), code="prj.key.done", name_zh="重点项目投资", growth_basis="nominal"
)
BOTH = Catalogue((KNOWN.get("gdp.total"), AMOUNT), "simulated", proposal=False)
CASES = [("AR", "H1", 143), ("seasonal", "Q1", 19), ("revised data", "Q1-3", 34)]


@pytest.fixture(params=CASES, ids=lambda item: f"{item[0]} {item[1]}")
def case(request):
    """Versions, target, day: a growth target that is neither certain nor impossible."""
    name, position, seed = request.param
    economy = next(item for item in ECONOMIES if item.name == name)
    drawn = draw_case(economy, 28, np.random.default_rng(seed))
    return drawn.versions, drawn.target, position_day(position)


def amounts(factor: float = 1.0) -> tuple[pd.DataFrame, Target, dt.date]:
    """Quarterly amounts done in eight years, and a target near what is usual."""
    rng = np.random.default_rng(11)
    done = np.cumsum(rng.gamma(20.0, 1.0, size=(8, 4)) * [0.5, 1.0, 1.2, 1.3], axis=1) * factor
    frame = frame_observations(
        [
            Observation(
                region="100000",
                indicator="prj.key.done",
                measure="level",
                span="ytd",
                period=f"{2017 + row}Q{quarter}",
                value=done[row, quarter - 1],
                unit="亿元",
                published=Period(2017 + row, "Q", quarter).end + dt.timedelta(days=20),
                published_basis="stated",
                source="simulated",
                status="ok",
                provenance="simulated",
            )
            for row in range(8)
            for quarter in (1, 2, 3, 4)
            if (row, quarter) < (7, 3)
        ]
    )
    target = Target(
        indicator="prj.key.done", measure="level", year=2024, value=80.5 * factor,
        rule="at_least", tolerance=0.0, unit="亿元", title_zh="目标", source="试", decimals=None,
    )  # fmt: skip
    return frame, target, dt.date(2024, 7, 31)


def probability(versions, target, day, known=BOTH, rules=RULES):
    verdict = verdict_on(versions, day, target, known, rules)
    assert verdict.status == "ok", verdict.reason
    return verdict.probability


def test_the_cases_are_in_doubt(case):
    assert 0.02 < probability(*case) < 0.98
    assert 0.02 < probability(*amounts()) < 0.98


def test_levels_in_another_unit_change_nothing(case):
    versions, target, day = case
    scaled = versions["value"].where(versions["measure"] != "level", versions["value"] * 1e4)
    after = probability(versions.assign(value=scaled), target, day)
    assert after == pytest.approx(probability(*case), abs=CLOSE)


@pytest.mark.parametrize("factor", [0.01, 10_000.0])
def test_an_amount_and_its_target_in_another_unit_change_nothing(factor):
    assert probability(*amounts(factor)) == pytest.approx(probability(*amounts()), abs=CLOSE)


def shifted(versions, years):
    def later(day):
        return day.replace(year=day.year + years)

    periods = [f"{int(text[:4]) + years}{text[4:]}" for text in versions["period"]]
    published = pd.to_datetime([later(day) for day in versions["published"]]).astype(
        versions["published"].dtype
    )
    return versions.assign(period=periods, published=published), later


@pytest.mark.parametrize("years", [-8, 4])
def test_whole_years_later_or_earlier_change_nothing(case, years):
    versions, target, day = case
    moved, later = shifted(versions, years)
    moved_target = replace(target, year=target.year + years)
    after = probability(moved, moved_target, later(day))
    assert after == pytest.approx(probability(*case), abs=CLOSE)


def test_the_order_of_rows_changes_nothing(case):
    versions, target, day = case
    shuffled = versions.sample(frac=1.0, random_state=3).reset_index(drop=True)
    assert probability(shuffled, target, day) == pytest.approx(probability(*case), abs=1e-12)


def test_a_series_of_something_else_changes_nothing(case):
    versions, target, day = case
    other, _, _ = amounts()
    both = pd.concat([other, versions], ignore_index=True)
    assert probability(both, target, day) == pytest.approx(probability(*case), abs=1e-12)


def test_levels_of_another_indicator_change_nothing(case):
    versions, target, day = case
    other = versions[versions["measure"] == "level"].assign(indicator="prj.key.done")
    both = pd.concat([versions, other], ignore_index=True)
    assert probability(both, target, day) == pytest.approx(probability(*case), abs=1e-12)


def test_growth_of_another_indicator_teaches_but_never_speaks(case):
    """Another series has a say in weights and spread only: shifted, it says the same."""
    versions, target, day = case
    growth = versions[versions["measure"] == "yoy"].assign(indicator="prj.key.done")
    both = [
        probability(
            pd.concat([versions, growth.assign(value=growth["value"] + shift)], ignore_index=True),
            target,
            day,
        )
        for shift in (0.0, 3.0)
    ]
    assert both[0] == pytest.approx(both[1], abs=CLOSE)


def test_a_higher_target_is_never_more_probable(case):
    versions, target, day = case
    values = np.round(target.value + np.arange(-20, 21) * 0.1, 1)
    found = [
        probability(versions, replace(target, value=float(value)), day) for value in values[::4]
    ]
    assert (np.diff(found) <= 1e-12).all()
    assert found[0] > found[-1]


def test_a_higher_amount_is_never_more_probable():
    frame, target, day = amounts()
    found = [
        probability(frame, replace(target, value=value), day)
        for value in (70.0, 75.0, 80.0, 85.0, 90.0)
    ]
    assert (np.diff(found) <= 1e-12).all()


def test_the_same_bar_from_below_is_never_more_probable_when_it_falls(case):
    versions, target, day = case
    found = [
        probability(versions, replace(target, value=target.value + step, rule="at_most"), day)
        for step in (-1.0, -0.5, 0.0, 0.5, 1.0)
    ]
    assert (np.diff(found) >= -1e-12).all()


def test_what_is_published_later_never_changes_an_as_of_answer(case):
    versions, target, day = case
    before = probability(*case)
    later = versions[versions["published"] <= pd.Timestamp(day)]
    revised = later.assign(
        value=later["value"] * 1.7 + 5.0, published=pd.Timestamp(day) + pd.Timedelta(days=1)
    ).astype(versions.dtypes)
    poisoned = pd.concat([versions, revised], ignore_index=True)
    assert probability(poisoned, target, day) == before
    assert not known_on(poisoned, day)["value"].isin(revised["value"]).all()
