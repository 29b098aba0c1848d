"""Changes sum to the whole, each is what judging without it says, and nothing moves unseen."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.analysis.attribution import attribute, outlook, shapley
from lianhu_analysis.forecast.assessment import assess_targets
from tests.analysis.worlds import AMOUNT, KNOWN, PACE, REGION, RULES, between, done, grown

APRIL, MAY, JULY, AUGUST = (dt.date(2024, month, 28) for month in (4, 5, 7, 8))
Q1, Q2 = ("2024Q1", 13.0, dt.date(2024, 4, 18)), ("2024Q2", 40.0, dt.date(2024, 7, 18))


def official(frame, day, target):
    """What a verdict made from the day's own frame says."""
    known = frame[frame["published"] <= pd.Timestamp(day)]
    found = assess_targets(
        known, (target,), region=REGION, year=2024, as_of=day, catalogue=KNOWN, rules=RULES
    )
    return outlook(found.verdicts[0])


def test_shapley_averages_over_the_orders():
    worth = {frozenset(): 0.0, frozenset({0}): 1.0, frozenset({1}): 3.0, frozenset({0, 1}): 6.0}
    shares = shapley(2, lambda some: np.array([worth[some]]))
    # First comes 0: it adds 1; second, 6 - 3.  First comes 1: 3; second, 6 - 1.
    assert [float(share[0]) for share in shares] == [(1 + 3) / 2, (3 + 5) / 2]


def test_each_set_is_asked_once():
    asked = []
    shapley(3, lambda some: asked.append(some) or np.array([float(len(some))]))
    assert len(asked) == len(set(asked)) == 8


def test_each_release_moves_the_verdict_by_what_its_day_changed():
    frame = done(Q1, Q2)
    first, last, changes = attribute(between(frame, dt.date(2024, 4, 1), AUGUST), AMOUNT)
    days = [official(frame, day, AMOUNT) for day in (dt.date(2024, 4, 1), APRIL, AUGUST)]
    assert np.array_equal(outlook(first), days[0])
    assert np.array_equal(outlook(last), days[2])
    assert [item.pieces[0].kind for item in changes] == ["release", "release"]
    assert np.allclose([item.impact for item in changes], np.diff(days, axis=0), rtol=0, atol=1e-12)


def test_where_nothing_arrived_nothing_moves_by_a_bit():
    for target, frame in ((AMOUNT, done(Q1)), (PACE, grown(("yoy", "2024Q1", 5.6, Q1[2])))):
        first, last, changes = attribute(between(frame, APRIL, MAY), target)
        assert first.draws is not None and last.draws is not None
        assert np.array_equal(first.draws.values, last.draws.values)
        assert changes == []


def test_what_comes_on_one_day_is_averaged_over_both_orders():
    day = dt.date(2024, 7, 18)
    frame = grown(
        ("yoy", "2024Q1", 5.6, Q1[2]),
        ("yoy", "2024Q2", 5.9, day),
        ("yoy", "2023Q4", 5.9, day),
        ("level", "2024Q2", 400.0, day),
    )
    held = between(frame, APRIL, AUGUST)
    first, last, changes = attribute(held, PACE)
    # The level of this year weighs nothing yet, so it is no piece.
    assert [item.pieces[0].kind for item in changes] == ["release", "revision"]
    release, revision = (item.pieces[0] for item in changes)
    alone = {
        piece.kind: outlook(held.judged(PACE, AUGUST, [other]))
        for piece, other in ((release, revision), (revision, release))
    }
    old, new = outlook(first), outlook(last)
    for change, kind, other in zip(
        changes, ("release", "revision"), ("revision", "release"), strict=True
    ):
        assert np.allclose(change.impact, (alone[kind] - old + new - alone[other]) / 2, atol=1e-12)
    assert np.allclose(old + sum(item.impact for item in changes), new, rtol=0, atol=1e-9)


def test_a_figure_that_changed_without_being_published_is_a_correction():
    old, frame = done(Q1), done(("2024Q1", 15.0, Q1[2]))
    first, last, changes = attribute(between(frame, APRIL, MAY, old=old), AMOUNT)
    (change,) = changes
    assert [(item.kind, list(item.rows["former"])) for item in change.pieces] == [
        ("correction", [13.0])
    ]
    assert np.array_equal(outlook(first), official(old, MAY, AMOUNT))
    assert np.array_equal(outlook(last), official(frame, MAY, AMOUNT))
    assert change.impact[0] > 0


def test_a_doubt_is_a_correction_and_moves_no_amount():
    frame = done(Q1)
    held = between(frame.assign(doubted=frame["period"] == "2024Q1"), APRIL, MAY, old=frame)
    _, _, (change,) = attribute(held, AMOUNT)
    assert change.pieces[0].kind == "correction"
    assert not change.impact.any()


def test_a_refusal_between_is_told_together_with_what_ends_it():
    slip = (("2024Q2", 4000.0, dt.date(2024, 7, 18)), ("2024Q2", 40.0, dt.date(2024, 7, 20)))
    frame = done(Q1, *slip)
    held = between(frame, APRIL, AUGUST)
    assert held.judged(AMOUNT, dt.date(2024, 7, 19)).status != "ok"
    first, last, (change,) = attribute(held, AMOUNT)
    assert [item.kind for item in change.pieces] == ["release", "revision"]
    assert np.allclose(outlook(first) + change.impact, outlook(last), rtol=0, atol=1e-9)


def test_a_target_that_is_raised_moves_the_probability_only():
    raised = replace(AMOUNT, value=95.0, in_force=dt.date(2024, 7, 1))
    held = between(done(Q1), APRIL, JULY, targets=(AMOUNT, raised))
    first, last, (change,) = attribute(held, raised)
    assert (first.target.value, last.target.value) == (90.0, 95.0)
    assert change.pieces[0].kind == "target"
    assert change.impact[0] == 0.0
    assert change.impact[1] < 0.0


def test_what_has_no_forecast_on_one_day_is_not_split():
    frame = grown(("yoy", "2024Q1", 5.6, Q1[2]))
    early = frame[frame["period"].str[:4].astype(int) >= 2024]
    held = between(frame, dt.date(2024, 4, 1), MAY, old=early)
    first, last, (change,) = attribute(held, PACE)
    assert first.status == "refused"
    assert last.status == "ok"
    assert np.isnan(change.impact).all()


figure = st.floats(0.5, 2.0).map(lambda value: round(value, 2))


@settings(max_examples=25)
@given(
    st.lists(figure, min_size=3, max_size=3), st.lists(st.integers(1, 27), min_size=4, max_size=4)
)
def test_the_parts_sum_to_the_whole_whatever_is_published(factors, days):
    frame = done(
        ("2024Q1", 12.0 * factors[0], dt.date(2024, 4, days[0])),
        ("2024Q2", 35.0 * factors[1], dt.date(2024, 7, days[1])),
        ("2024Q1", 12.0 * factors[2], dt.date(2024, 7, days[2])),
        ("2023Q4", 88.0 * factors[2], dt.date(2024, 7, days[3])),
    )
    first, last, changes = attribute(between(frame, dt.date(2024, 3, 1), AUGUST), AMOUNT)
    whole = outlook(last) - outlook(first)
    total = sum((item.impact for item in changes), np.zeros(2))
    known = np.isfinite(whole)
    assert total[known] == pytest.approx(whole[known], rel=0, abs=1e-9)
