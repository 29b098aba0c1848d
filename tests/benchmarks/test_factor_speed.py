import pytest

from benchmarks import factor_speed
from benchmarks.contenders import run_alone
from benchmarks.factor_panels import write_design


def test_the_sides_make_the_same_steps(capsys):
    assert factor_speed.main(["--quick"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("holds: iteration at 14+1 ")
    for part in ("parameters of numba after 3", "fit at 14+1", "memory 1/", "two fits at once"):
        assert part in last


def test_another_map_is_noticed(capsys):
    assert factor_speed.main(["--quick", "--control"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAILS: ")


def test_a_contender_that_fails_says_why():
    spec = write_design(factor_speed.WARM)
    with pytest.raises(RuntimeError, match="KeyError: 'sleep'"):
        run_alone(factor_speed.NAME, "sleep", "numpy", spec, 1)
