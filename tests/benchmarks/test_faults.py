"""Each fault bench in a quick run: its bar holds and its control is caught."""

import pytest

from benchmarks.faults import formulas, inject, partial
from benchmarks.faults.house import Tally, end


@pytest.fixture
def last_line(capsys):
    return lambda: capsys.readouterr().out.strip().splitlines()[-1]


def test_a_miss_fails_and_so_does_a_control_that_was_not_caught(last_line):
    sound, broken = Tally(), Tally()
    sound.expect(True, "")
    broken.expect(False, "the other edition")
    assert end("0 of 1", sound, broken) == 0
    assert last_line() == "holds: 0 of 1; control caught in 1 of 1"
    assert end("0 of 1", sound, sound) == 1
    assert end("1 of 1", broken, broken) == 1
    assert end("0 of 0", Tally(), broken) == 1


def test_hostile_settings_and_parameters(last_line):
    assert inject.main(["--quick"]) == 0
    assert last_line().startswith("holds: 0 of ")


def test_texts_that_begin_like_a_formula(last_line):
    assert formulas.main(["--quick"]) == 0
    assert last_line().startswith("holds: 0 live of ")


def test_a_live_cell_of_a_csv_is_seen():
    assert formulas.live_csv("a,-1.5,=1+1\n+1,ok,＝1\n") == ["=1+1", "+1", "＝1"]


def test_a_fault_in_the_kernel(last_line):
    assert partial.main(["--quick"]) == 0
    assert last_line().startswith("holds: 0 of 5 broken runs")
