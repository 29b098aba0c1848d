"""Each fault bench in a quick run: its bar holds and its control is caught."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.faults import (
    bombs,
    formulas,
    inject,
    repro,
    soak,
    upgrade,
    xss,
)
from benchmarks.faults.house import Tally, end
from benchmarks.faults.mutcode import changes
from benchmarks.faults.writing import at_call
from tests.render.browser import needs_chromium

ROOT = Path(__file__).parents[2]


def run_apart(name, *arguments, status=0):
    """Run a bench that forks in a process of its own, which has no threads of other tests."""
    command = [sys.executable, "-m", f"benchmarks.faults.{name}", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout.strip().splitlines()[-1]


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


def test_a_fault_in_the_kernel():
    assert run_apart("partial", "--quick").startswith("holds: 0 of 4 broken runs")


def test_a_writer_that_is_killed():
    assert run_apart("kill", "--quick").startswith("holds: 0 lost, torn or unvouched in 2 kills")


def test_a_disk_that_fails():
    assert run_apart("iofault", "--quick").startswith("holds: 0 of 6 failing calls")


def test_a_call_that_is_to_fail_fails_and_no_other(tmp_path):
    seen = []
    with at_call(2, seen.append) as calls:
        for name in "abc":
            (tmp_path / name).write_text(name)
    assert (calls, seen) == (["open"] * 3, ["open"])


def test_what_a_day_knew():
    assert run_apart("asof", "--count", "1").startswith(
        "holds: 0 of 15 answers changed in 1 sequences"
    )


def test_hostile_workbooks(last_line):
    assert bombs.main(["--quick"]) == 0
    assert last_line().startswith("holds: 0 of 13 hostile files")


@needs_chromium
def test_script_in_every_text(last_line):
    assert xss.main(["--count", "12"]) == 0
    assert last_line().startswith("holds: 0 of ")


def test_every_payload_is_another_one():
    assert len(set(xss.payloads())) == len(xss.payloads()) >= 200


def test_writers_at_the_same_time():
    assert run_apart("race", "--quick").startswith(
        "holds: 0 lost, mixed or waiting without limit in 16 appends"
    )


def test_a_cluster_that_breaks():
    pytest.importorskip("distributed", reason="the extra `batch` is not installed")
    assert run_apart("cluster", "--count", "1").startswith(
        "holds: 0 lost, half, other or twice of 4 reports on 1 broken clusters"
    )


def test_what_another_release_wrote(last_line):
    assert upgrade.main(["--quick"]) == 0
    assert last_line().startswith("holds: 0 of 19 misread")


def test_a_report_in_other_surroundings(last_line):
    assert repro.main(["--quick"]) == 0
    assert last_line().startswith("holds: 0 of 4 surroundings changed")


def test_rounds_of_work(last_line):
    assert soak.main(["--quick"]) == 0
    assert last_line().startswith("holds: 0 of 5 kinds grew in 4 rounds")


def test_a_changed_library_is_noticed_by_its_tests():
    assert run_apart("mutcode", "--quick").endswith("killed, 1 of 1 named")
    told = run_apart("mutcode", "--quick", "--control", status=1)
    assert told.startswith("FAILS: ")
    assert told.endswith("killed, 0 of 1 named")


def told_of(source):
    return sorted((line, before, after) for line, before, after, _ in changes(source))


def test_every_place_that_runs_is_changed_and_no_text():
    source = '''"""1 + 1."""
__all__ = ["least"]
if TYPE_CHECKING:
    SIZE = 3
def least(x: tuple[int, 2], *, 小: bool = True) -> tuple[int, 2]:
    """1 < 2."""
    if not x:
        raise ValueError(f"{x + 1}")
    x = x[小:]
    return min(x) < 1.5 and x
'''
    assert told_of(source) == [
        (7, "not x", "(x)"),
        (7, "not x", "False"),
        (7, "not x", "True"),
        (8, 'raise ValueError(f"{x + 1}")', "pass"),
        (9, "x = x[小:]", "pass"),
        (9, "x[小:]", "(x[小 + 1:])"),
        (10, "1.5", "(0.5)"),
        (10, "1.5", "(2.5)"),
        (10, "min(x)", "(max(x))"),
        (10, "min(x) < 1.5", "(min(x) <= 1.5)"),
        (10, "min(x) < 1.5 and x", "(min(x) < 1.5 or x)"),
        (10, "return min(x) < 1.5 and x", "return None"),
    ]
    changed = [text for _, _, after, text in changes(source) if after == "(x[小 + 1:])"]
    assert changed == [source.replace("x[小:]", "(x[小 + 1:])")]


def test_sums_are_reversed_and_a_loop_keeps_its_condition():
    assert told_of("while a - b:\n    c += [d for d in e if d is None]\n    break\n") == [
        (1, "a - b", "(a + b)"),
        (2, "c += [d for d in e if d is None]", "pass"),
        (2, "d is None", "(d is not None)"),
        (2, "d is None", "False"),
        (2, "d is None", "True"),
        (3, "break", "pass"),
    ]
