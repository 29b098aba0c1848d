import numpy as np
import pandas as pd
import pytest

from benchmarks import us_years
from benchmarks.us_years import FOLDER


def monthly(years=range(2000, 2012), growth=0.05, seed=0):
    """Levels that grow by about the same rate, on the first day of each month."""
    rng = np.random.default_rng(seed)
    days = pd.date_range(f"{years[0]}-01-01", f"{years[-1]}-12-01", freq="MS")
    noise = rng.normal(0, 0.01, days.size)
    return pd.Series(100 * (1 + growth) ** (np.arange(days.size) / 12) * (1 + noise), index=days)


def test_levels_add_up_over_whole_years():
    days = pd.date_range("2019-01-01", "2021-02-01", freq="MS")
    table = us_years.levels_to_date(pd.Series(np.arange(1.0, 27.0), index=days))
    # Means of quarters 2, 5, 8, 11 in the first year; two months are no quarter.
    assert table.loc[2019].to_list() == [2, 7, 15, 26]
    assert table.index.to_list() == [2019, 2020]
    quarters = pd.Series(
        [1.0, 2.0, 3.0, 4.0],
        index=pd.to_datetime([f"2019-0{m}-01" for m in (1, 4, 7)] + ["2019-10-01"]),
    )
    assert us_years.levels_to_date(quarters, quarterly=True).loc[2019].to_list() == [1, 3, 6, 10]


def test_what_comes_out_is_rounded_growth_beside_the_level():
    table = pd.DataFrame({q: [10.0 * q, 10.73 * q] for q in (1, 2, 3, 4)}, index=[2019, 2020])
    rows = us_years.published(table, [2019, 2020])
    growth = rows[rows["measure"] == "yoy"]
    assert growth["value"].to_list() == [7.3] * 4
    assert growth["period"].to_list() == [f"2020Q{q}" for q in (1, 2, 3, 4)]
    assert (rows["measure"] == "level").sum() == 8


def test_cells_weigh_every_series_alike_by_hand():
    verdicts = pd.DataFrame(
        {
            "series": ["a"] * 6 + ["b"] * 6,
            "year": [1, 1, 1, 2, 2, 2] * 2,
            "position": ["Q1", "H1", "Q1-3"] * 4,
            "answered": True,
            "outcome": 5.0,
            "forecast": [6.0] * 6 + [5.5] * 6,
            "persistence": [7.0] * 6 + [6.0] * 6,
            "in80": [True, True, False] * 4,
            "in95": True,
            "probability": [0.9, 0.9, 0.9, 0.1, 0.1, 0.1] * 2,
            "met": [True, True, True, False, False, False] * 2,
        }
    )
    tables = us_years.summarise(verdicts, 1)
    assert tables["ratio"].to_numpy() == pytest.approx(0.5)
    assert tables["mean_ratio"].iloc[0].to_list() == pytest.approx([0.5] * 3)
    assert tables["bands"]["in80"].to_list() == [1.0, 1.0, 0.0]
    # Mean squared error 0.01 against 0.25 of an event that comes true half the time.
    assert tables["skill"]["skill"].to_list() == pytest.approx([0.96] * 3)


def test_years_with_too_little_history_are_not_asked_and_the_straw_man_is_too_narrow():
    table = us_years.levels_to_date(monthly())
    verdicts = us_years.judge_series("made up", table)
    assert verdicts["year"].min() == 2001 + us_years.MIN_HISTORY
    own = verdicts[verdicts["answered"]]
    assert len(own) >= 9
    straw = us_years.judge_series("made up", table, control=True)
    straw = straw[straw["answered"]]
    assert straw["in80"].mean() < own["in80"].mean()


@pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="real file absent: shared/data/us_nowcasting_benchmark; nothing of it was tested",
)
def test_the_straw_man_fails_on_real_gdp(capsys):
    assert us_years.main(["--quick", "--control"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAILS: RMSE -")


def test_without_the_data_nothing_is_claimed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(us_years, "FOLDER", tmp_path)
    assert us_years.main([]) == 1
    assert "nothing measured" in capsys.readouterr().out
