"""What most figures of a column look like, and what that says of one of them."""

from __future__ import annotations

import pytest

from lianhu_analysis.intake.reading.figures import Neighbours, neighbours


@pytest.mark.parametrize(
    ("figures", "indices"),
    [
        ([100.5, 99.8, 104.0], True),
        ([80, 130, 5.0], True),
        # Two of four lie between 80 and 130.
        ([130, 131, 100, 5.0], False),
        ([79.9, 100, 5.0, 6.0], False),
        # Too few to say.
        ([100.5, 99.8], False),
        # 104.6% says what it is.
        (["104.6%", "103.2%", "101.0%", 5.1], False),
    ],
)
def test_most_lie_where_indices_do(figures, indices):
    assert neighbours(figures).indices is indices


@pytest.mark.parametrize(
    ("figures", "unrounded"),
    [
        ([3.4567, 5.1234, 0.51], True),
        ([3.4567, 5.1, 6.2], False),
        ([3.4567, 0.1234, 0.51, 5.4321], False),
        ([3.46, 5.12, 6.25], False),
    ],
)
def test_growth_in_full_precision_stands_in_two_figures_of_one_and_more(figures, unrounded):
    assert neighbours(figures).unrounded is unrounded


@pytest.mark.parametrize(
    ("figures", "one_indicator", "wide"),
    [
        ([5.0, 6.1, 45.0], True, True),
        ([5.0, 6.1, -45.0], True, True),
        ([5.0, 6.1, 45.0], False, False),
        ([5.0, 6.1, 29.9], True, False),
        # 110 may be an index.
        ([5.0, 6.1, 110.0, 4.0, 3.0], True, False),
        ([5.0, 110.0, 45.0, 3.0], True, False),
    ],
)
def test_figures_of_one_indicator_may_lie_far_apart(figures, one_indicator, wide):
    assert neighbours(figures, one_indicator=one_indicator).wide is wide


def test_a_percentage_may_be_shown_a_hundred_times():
    assert neighbours(["1250%", "-320%", "5%"]).hundreds
    assert not neighbours(["1250%", "32%", "5%"]).hundreds
    assert neighbours(["104.6%", "97.1%", "5%"]).hundreds
    assert not neighbours(["104.6%", "12%", "5%"]).hundreds
    assert neighbours([None, "—", "甲"]) == Neighbours()


@pytest.mark.parametrize(
    ("growth", "fractions"),
    [
        ([0.05, 0.08, 0.12], True),
        ([0.051, 0.08, 0.1], True),
        ([0.6, 0.21, -0.3], False),
        ([0.05], False),
        ([0.05, 3.1, 4.2], False),
    ],
)
def test_hundredths_may_be_parts_of_one(growth, fractions):
    assert neighbours(growth).fractions is fractions
