"""How often percentages came true: one count for past forecasts and for those told in advance."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.forecast.assessment import assess_targets
from lianhu_analysis.forecast.frequency import CLASSES, came_true, frequency_json, of_ranks
from lianhu_analysis.forecast.issued import record_frame
from lianhu_analysis.forecast.verdict import Rules
from lianhu_analysis.render.quarterly.report import WORDS
from tests.forecast.frames import catalogue
from tests.forecast.test_issued import DAY, NATION, entry
from tests.forecast.test_verdict import GDP, gdp_frame, target


def test_ranks_of_past_outcomes_by_hand():
    # A forecast gave 30 % to all above its quantile of 0.7; two of four outcomes lay there.
    found = of_ranks(0.3, [0.1, 0.7, 0.69, 0.9])
    assert (found.low, found.high) == (0.3, 0.3)
    assert (found.n, found.came_true, found.n_targets, found.enough) == (4, 2, 4, False)
    assert of_ranks(0.3, [0.1, 0.3, 0.31, 0.9], at_most=True).came_true == 2
    assert of_ranks(0.3, []).n == 0


def test_past_forecasts_of_a_figure_count_once_whoever_set_targets_for_it():
    def tracks(*targets):
        assessment = assess_targets(
            gdp_frame(), targets, region=NATION, year=2024, as_of=DAY,
            catalogue=catalogue(GDP), rules=Rules(("official",), outlier_years=(2020, 2021)),
        )  # fmt: skip
        return [verdict.track.n for verdict in assessment.verdicts]

    # Eight years before 2024 can be compared.
    assert tracks(target()) == [8]
    assert tracks(target(), target(set_by="市政府", value=5.5)) == [8, 8]


def test_both_kinds_are_enough_from_the_same_number_on():
    assert of_ranks(0.5, [0.5] * 20).enough and not of_ranks(0.5, [0.5] * 19).enough
    issued = [entry(n, year=2000 + n) for n in range(20)]
    assert came_true(record_frame(issued), 0.4).enough
    assert not came_true(record_frame(issued[:19]), 0.4).enough


def test_both_kinds_are_told_in_the_same_fields():
    fields = frequency_json(of_ranks(0.5, [0.6]))
    assert fields == {"low": 0.5, "high": 0.5, "n": 1, "came_true": 1, "n_targets": 1,
                      "enough": False}  # fmt: skip
    assert set(frequency_json(came_true(record_frame([entry(1)]), 0.4))) == set(fields)
    assert frequency_json(None) is None


def test_such_percentages_came_true_by_hand():
    chances = [0.66, 0.7, 0.894, 0.896, 0.655, 0.3]
    record = record_frame(
        [
            entry(number, year=2010 + number, probability=chance, met=number % 2 == 0)
            for number, chance in enumerate(chances)
        ]
    )
    # Printed 66, 70, 89, 90, 66 and 30 %.
    found = came_true(record, 0.8)
    assert (found.low, found.high) == (0.66, 0.9)
    assert (found.n, found.came_true, found.n_targets) == (4, 3, 4)
    assert not found.enough
    assert came_true(record, 0.9).n == 1
    assert came_true(record, 1.0).n == 1
    assert came_true(record, 0.0).n == 0
    assert came_true(record, 0.8, about=True).n == 6
    assert came_true(record_frame([]), 0.5).n == 0


def test_enough_needs_verdicts_and_targets():
    one_year = [entry(n, as_of=f"2024-{n:02d}-28") for n in range(1, 13)]
    assert (
        came_true(record_frame(one_year), 0.4).n,
        came_true(record_frame(one_year), 0.4).enough,
    ) == (
        12,
        False,
    )
    five = [
        entry(n, year=2015 + n // 4, as_of=f"{2015 + n // 4}-0{n % 4 + 1}-28") for n in range(20)
    ]
    assert came_true(record_frame(five), 0.4).enough
    assert not came_true(record_frame(five[:19]), 0.4).enough


def test_classes_are_those_of_the_words():
    assert sorted(floor for floor, _ in WORDS) == list(CLASSES[:-1])


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30))
@settings(max_examples=40)
def test_the_classes_share_the_record_out(pairs):
    record = record_frame(
        [entry(n, probability=p, met=met, year=2000 + n) for n, (p, met) in enumerate(pairs)]
    )
    found = [came_true(record, low) for low in CLASSES[:-1]]
    assert sum(item.n for item in found) == len(pairs)
    assert sum(item.came_true for item in found) == sum(met for _, met in pairs)
    assert isinstance(record, pd.DataFrame)
