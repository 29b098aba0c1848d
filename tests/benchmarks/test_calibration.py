import pandas as pd
import pytest

from benchmarks import calibration


@pytest.fixture
def last_line(capsys):
    return lambda: capsys.readouterr().out.strip().splitlines()[-1]


def test_the_run_ends_with_its_figure(last_line):
    calibration.main(["--quick", "--replications", "1", "--processes", "1", "--seed", "3"])
    assert "8 economies x 3 lengths x 1: 80 % bands hold" in last_line()


def verdicts(inside: int, outside: int) -> pd.DataFrame:
    """Answers with an 80 % band of 5 to 7, that many outcomes in and out of it."""
    n = inside + outside
    return pd.DataFrame(
        {
            "economy": "AR",
            "matched": True,
            "quarters": 28,
            "replication": range(n),
            "position": "Q1",
            "answered": True,
            "outcome": [6.0] * inside + [7.5] * outside,
            "low95": 4.0,
            "low80": 5.0,
            "high80": 7.0,
            "high95": 8.0,
            "probability": [0.9] * inside + [0.1] * outside,
            "met": [True] * inside + [False] * outside,
            "oracle": [1.0] * inside + [0.0] * outside,
        }
    )


def test_shares_inside_and_skill_are_counted():
    tables = calibration.summarise(verdicts(8, 2), seed=1)
    (row,) = tables["bands"].itertuples()
    assert (row.verdicts, row.answered, row.in80, row.in95) == (10, 1.0, 0.8, 1.0)
    skill = tables["pooled_skill"].iloc[0]
    # Brier 0.01 against 0.8 * 0.2 of the frequency.
    assert skill["skill"] == pytest.approx(1 - 0.01 / 0.16)
    assert skill["oracle"] == 1.0
    assert tables["calibration"]["calibration_error"].iloc[0] == pytest.approx(0.1)


def test_every_cell_off_its_bar_is_named():
    ranks = pd.DataFrame({"candidate": ["x"], "p_value": [1e-9]})
    lost = calibration.losing_cells(calibration.summarise(verdicts(6, 4), seed=1), ranks)
    assert lost == [
        "AR, 28 quarters: 80 % bands hold 60.0%, not 76%-84%",
        "AR, 28 quarters: 95 % bands hold 100.0%, not 92%-98%",
        "AR: calibration error 0.100 > 0.03",
        "x: ranks not uniform, p = 1e-09",
    ]


def test_half_of_the_spread_holds_fewer_outcomes():
    economy = calibration.ECONOMIES[0]
    whole, half = (
        calibration.judge_cases(economy, 28, range(2), 3, spread) for spread in (1.0, 0.5)
    )
    width, narrow = ((frame["high80"] - frame["low80"]).to_numpy() for frame in (whole, half))
    assert narrow == pytest.approx(0.5 * width)
    assert set(whole["position"]) == {"Q1", "H1", "Q1-3"}


def test_unanswered_verdicts_do_not_count_as_covered():
    frame = verdicts(8, 2)
    frame.loc[frame.index >= 5, "answered"] = False
    tables = calibration.summarise(frame, seed=1)
    assert tables["bands"]["answered"].iloc[0] == 0.5
    ranks = pd.DataFrame({"candidate": [], "p_value": []})
    assert "AR, 28 quarters: only 50% answered" in calibration.losing_cells(tables, ranks)
