"""Ratios by hand, and a small city."""

import pandas as pd
import pytest

from benchmarks import joint_learning


def test_ratios_by_hand():
    rows = [
        {"way": way, "position": "Q1", "mean": 5.0 + error, "outcome": 5.0, "crps": crps,
         "q100": 4.0, "q900": high}
        for way, error, crps, high in (
            ("alone", 1.0, 0.5, 6.0), ("alone", 0.0, 0.1, 6.0),
            ("together", 0.5, 0.3, 6.0), ("together", 0.5, 0.3, 4.5),
        )
    ]  # fmt: skip
    found = joint_learning.summarise(pd.DataFrame(rows))
    # 0.25 over 0.5 of the squares, 0.6 over 0.6 of the scores.
    assert found.loc["Q1", "rmse"] == pytest.approx(0.5**0.5)
    assert found.loc["all", "crps"] == pytest.approx(1.0)
    assert found.loc["all", ["alone", "together"]].tolist() == [1.0, 0.5]


def test_a_small_city_is_judged_both_ways_and_a_shift_fails_the_bar(capsys):
    assert joint_learning.main(["--quick", "--control"]) == 1
    assert "FAILS: CRPS together over alone" in capsys.readouterr().out
