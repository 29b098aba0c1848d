import pytest

from benchmarks import unit_slips


@pytest.fixture
def last_line(capsys):
    return lambda: capsys.readouterr().out.strip().splitlines()[-1]


def test_slips_in_real_figures_are_kept_out(last_line):
    assert unit_slips.main(["--quick"]) == 0
    line = last_line()
    assert line.startswith("holds: unit slips by 100 and more caught 100.0% of")
    assert "false alarms 0.00%" in line


def test_without_checks_the_bar_fails(last_line):
    assert unit_slips.main(["--quick", "--control"]) == 1
    assert last_line().startswith("FAILS: unit slips by 100 and more caught 0.0%")
