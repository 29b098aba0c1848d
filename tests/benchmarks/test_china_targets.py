import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import china_targets, national_series


def test_rmse_cells_compare_the_same_years():
    frame = pd.DataFrame(
        {
            "indicator": "gdp.total",
            "year": [2018, 2019, 2020, 2022, 2023],
            "month": 3,
            "answered": [True, True, True, True, False],
            "forecast": [6.0, 6.0, 4.0, 5.0, None],
            "persistence": [7.0, 6.0, 2.0, 5.0, 9.0],
            "outcome": [6.0, 6.0, 2.0, 4.0, 5.0],
        }
    )
    cells = china_targets.rmse_cells(frame).set_index("window")
    # Squared errors 0, 0, 4, 1 against 1, 0, 0, 1; without 2020: 0, 0, 1 against 1, 0, 1.
    assert cells.loc["all", "rmse"] == pytest.approx((5 / 4) ** 0.5)
    assert cells.loc["all", "persistence"] == pytest.approx((2 / 4) ** 0.5)
    assert cells.loc["without 2020-21", "ratio"] == pytest.approx(0.5**0.5)
    assert cells["years"].to_list() == [4, 3]
    assert cells["refused"].to_list() == [1, 1]
    assert cells["worst"].to_list() == [2020, 2019]


def test_compiled_figures_give_way_to_official_ones_of_their_time():
    def row(provenance, day, value):
        return ("i", "yoy", "ytd", "2022Q2", provenance, pd.Timestamp(day), value)

    history = pd.DataFrame(
        [
            row("second_hand", "2022-07-15", 2.6),
            row("official", "2022-07-16", 2.5),
            row("official", "2026-04-30", 2.7),
        ],
        columns=["indicator", "measure", "span", "period", "provenance", "published", "value"],
    )
    kept = national_series._without_copies(history)
    assert kept["value"].to_list() == [2.5, 2.7]
    late = history.drop(index=1)
    assert national_series._without_copies(late)["value"].to_list() == [2.6, 2.7]


def test_without_the_compiled_workbook_the_run_says_what_is_left_out(tmp_path: Path):
    series = national_series.national_series(tmp_path / "absent.xlsx")
    assert "absent" in series.left_out[0]
    assert set(series.versions["provenance"]) == {"official"}
    first = {str(p): point for p, point in series.first_figures("gdp.total").items()}
    assert first["2022Q2"].value == 2.5
    assert first["2022Q2"].published == dt.date(2022, 7, 15)
    assert len(series.targets) == 35


def test_three_years_run_through_and_the_straw_man_loses(capsys):
    china_targets.main(["--quick"])
    assert "RMSE" in capsys.readouterr().out.strip().splitlines()[-1]
    assert china_targets.main(["--quick", "--control"]) == 1
    assert capsys.readouterr().out.strip().splitlines()[-1].startswith("FAILS:")
