import numpy as np
import pytest

from benchmarks import refusals


@pytest.fixture
def last_line(capsys):
    return lambda: capsys.readouterr().out.strip().splitlines()[-1]


def test_spoiled_panels_are_refused_with_a_reason(last_line):
    assert refusals.main(["--quick", "--seed", "4"]) == 0
    assert last_line() == "holds: 0 of 30 shown as numbers, 0 without a reason"


def test_sound_panels_are_shown_and_fail_the_bar(last_line):
    assert refusals.main(["--quick", "--control"]) == 1
    assert last_line().startswith("FAILS: 30 of 30 shown as numbers")


def test_each_spoiled_panel_is_spoiled():
    frame, _ = refusals._growth_panel(np.random.default_rng(1))
    own = frame["measure"] == "yoy"
    spoil = {
        kind: change(frame, "H1", np.random.default_rng(2))
        for kind, change in refusals.KINDS.items()
    }
    assert spoil["all missing"]["value"].isna().all()
    assert spoil["constant"].loc[own, "value"].nunique() == 1
    assert list(spoil["three points"]["period"]) == ["2023Q4", "2024Q1", "2024Q2"]
    changed = spoil["slip by 10,000"]["value"] / frame["value"]
    assert sorted(changed.round())[-2:] == [1.0, 10_000.0]
    assert spoil["no convergence"].loc[own, "value"].abs().max() > 600
