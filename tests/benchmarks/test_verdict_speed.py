import pytest

from benchmarks import verdict_speed


@pytest.fixture
def clock(monkeypatch):
    """Answers that take as long as whether something was kept says."""

    def timed(code, arguments):
        if arguments == ["--help"]:
            return 0.2
        kept = code / "kept"
        if kept.exists():
            return 1.0
        kept.touch()
        return 3.0

    monkeypatch.setattr(verdict_speed, "_timed", timed)
    monkeypatch.setattr(
        verdict_speed, "_forget", lambda workspace: (workspace / "kept").unlink(missing_ok=True)
    )


def test_cold_and_warm_are_told_apart(clock, tmp_path):
    found = verdict_speed.measure(tmp_path, tmp_path, 3, control=False)
    assert found == {"cold": 3.0, "warm": 1.0, "help": 0.2}


def test_the_control_forgets(clock, tmp_path):
    found = verdict_speed.measure(tmp_path, tmp_path, 1, control=True)
    assert found["warm"] == found["cold"] > verdict_speed.BARS["warm"]


def test_the_command_runs_and_prints_its_bars(capsys):
    assert verdict_speed.main(["--quick"]) in (0, 1)
    lines = capsys.readouterr().out.strip().splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["cold", "warm", "help"]
    assert "MB" in lines[-1]
