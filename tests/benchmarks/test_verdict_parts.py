"""One part taken out, and put back; figures by hand."""

import pandas as pd
import pytest

from benchmarks import verdict_parts
from lianhu_analysis.forecast import stacking
from lianhu_analysis.forecast.models import state_space


def test_a_part_is_taken_out_and_put_back():
    shipped = stacking.COMMON, state_space.FREEDOM
    for part in verdict_parts.PARTS:
        with verdict_parts.without(part):
            now = stacking.COMMON, state_space.FREEDOM
            assert sum(a != b for a, b in zip(now, shipped, strict=True)) == 1
    assert shipped == (stacking.COMMON, state_space.FREEDOM)


def row(model, mean, crps, **more):
    return {
        "data": "d", "series": "s", "indicator": "i", "position": "Q1", "model": model,
        "benchmark": "persistence", "mean": mean, "crps": crps, "outcome": 5.0, "q025": 3.0,
        "q100": 4.0, "q900": 4.9, "q975": 6.0, "probability": 0.8, "met": True, "outlier": False,
        "again": False, "year": 2020,
    } | more  # fmt: skip


def test_the_combination_is_held_against_the_benchmark_by_hand():
    rows = [
        row("combination", 6.0, 0.5),
        row("persistence", 7.0, 1.0),
        row("combination", 5.0, 0.1, year=2021, met=False, probability=0.2),
        row("persistence", 5.0, 0.2, year=2021, met=False),
        # An outlier, and the same forecast asked again, do not count.
        row("combination", 99.0, 9.0, year=2022, outlier=True),
        row("combination", 6.0, 0.5, again=True),
    ]
    (found,) = verdict_parts.summarise(pd.DataFrame(rows), 1).to_dict("records")
    assert found["rmse"] == pytest.approx(0.5)
    assert found["crps"] == pytest.approx(0.5)
    assert (found["in80"], found["in95"], found["verdicts"]) == (0.0, 1.0, 2)
    # Brier 0.04 against 0.25 of an event that comes true half the time.
    assert found["skill"] == pytest.approx(0.84)


def test_a_part_that_makes_it_worse_fails_the_bar():
    rows = [
        {"data": "d", "part": part, "crps": crps}
        for part, crps in (("", 1.0), ("robust", 0.9), ("humble", 1.1), ("informed", 1.0))
    ]
    verdict = verdict_parts._verdict(pd.DataFrame(rows))
    assert not verdict.holds
    assert "robust -11.1 %" in verdict.figure
    rows[1]["crps"] = 1.0
    assert verdict_parts._verdict(pd.DataFrame(rows)).holds
