import numpy as np
import pandas as pd
import pytest

from benchmarks import us_nowcast, us_nowcast_data, us_nowcast_models
from benchmarks.us_nowcast_data import FOLDER, VINTAGES, Panel, quarter_ends, view_at
from benchmarks.us_nowcast_models import CANDIDATES, predict_shrunk

real = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="real file absent: shared/data/us_nowcasting_benchmark; nothing of it was tested",
)


def small_panel(months=360, seed=4):
    """A made-up economy: eight monthly series and two quarterly ones, one common factor."""
    rng = np.random.default_rng(seed)
    factor = np.zeros(months)
    for t in range(1, months):
        factor[t] = 0.7 * factor[t - 1] + rng.normal()
    values = np.full((months, 10), np.nan)
    values[:, :8] = 0.002 * (factor[:, None] + rng.normal(size=(months, 8)))
    values[:60, 7] = np.nan
    quarter = np.convolve(factor, [1, 2, 3, 2, 1])[:months] / 3 * 0.002
    for column in (8, 9):
        ends = np.arange(2, months, 3)
        values[ends, column] = quarter[ends] + rng.normal(size=ends.size) * 0.002
    return Panel(
        values=values,
        months=pd.period_range("1980-01", periods=months, freq="M"),
        names=(*"abcdefgh", "gdi", "gdpc1"),
        lags=np.array([0, 0, 1, 1, 1, 0, 1, 1, 1, 4]),
        quarterly=np.array([False] * 8 + [True] * 2),
    )


def test_the_shrunk_bridge_has_the_penalty_of_the_least_leave_one_out_error():
    rng = np.random.default_rng(3)
    x, new = rng.normal(size=(12, 3)), np.ones((1, 3))
    y, weights = 2.0 + x[:, 0] + rng.normal(size=12), np.linspace(0.5, 1.5, 12)
    w = weights * 12 / weights.sum()
    centre = w @ x / 12
    z = (x - centre) / np.sqrt(w @ (x - centre) ** 2 / 12)

    def solve(rows, penalty):
        design = np.column_stack([np.ones(rows.sum()), z[rows]])
        gram = design.T @ (w[rows, None] * design) + penalty * np.diag([0, 1, 1, 1])
        return np.linalg.solve(gram, design.T @ (w[rows] * y[rows]))

    costs = {
        penalty: np.mean(
            [
                w[row] * (y[row] - solve(np.arange(12) != row, penalty) @ [1.0, *z[row]]) ** 2
                for row in range(12)
            ]
        )
        for penalty in 12 * us_nowcast_models.PENALTIES_PER_ROW
    }
    best = solve(np.ones(12, dtype=bool), min(costs, key=costs.get))
    told = (new[0] - centre) / np.sqrt(w @ (x - centre) ** 2 / 12)
    assert predict_shrunk(x, y, weights, new) == pytest.approx(best @ [1.0, *told])


def test_a_vintage_hides_what_was_not_published():
    panel = small_panel()
    row = 299
    # Vintage 0, lag 0: the month before is the last one known; lag 1: two before.
    view = view_at(panel, row, 0)
    assert np.isnan(view.values[row, 0]) and not np.isnan(view.values[row - 1, 0])
    assert np.isnan(view.values[row - 1, 2]) and not np.isnan(view.values[row - 2, 2])
    # GDP, lag 4: the quarter before is known from vintage 2 on, two before from -1 on.
    known = {
        v: [bool(np.isfinite(view_at(panel, row, v).target[row - b])) for b in (0, 3, 6)]
        for v in VINTAGES
    }
    assert known == {
        -2: [False, False, False],
        -1: [False, False, True],
        0: [False, False, True],
        1: [False, False, True],
        2: [False, True, True],
    }
    assert list(view.age[[0, 2, 9]]) == [1, 2, 5]
    assert len(view.values) == row + 1


def test_no_lag_shows_the_target_itself():
    view = view_at(small_panel(), 299, 2, lags=np.zeros(10, dtype=int))
    assert np.isnan(view.target[299])


@pytest.mark.parametrize("name", CANDIDATES)
@pytest.mark.parametrize("vintage", [-2, 1])
def test_a_poisoned_future_changes_no_forecast(name, vintage):
    panel = small_panel()
    row = 299
    clean = us_nowcast.forecast(panel, row, vintage, CANDIDATES[name])
    poisoned = panel.values.copy()
    hidden = np.isnan(view_at(panel, row, vintage).values) & np.isfinite(poisoned[: row + 1])
    assert hidden.any()
    poisoned[: row + 1][hidden] = 1e6
    poisoned[row + 1 :] = -1e6
    dirty = Panel(poisoned, panel.months, panel.names, panel.lags, panel.quarterly)
    assert us_nowcast.forecast(dirty, row, vintage, CANDIDATES[name]) == clean


@pytest.mark.parametrize("name", CANDIDATES)
def test_what_is_known_does_change_forecasts(name):
    panel = small_panel()
    moved = panel.values.copy()
    ends = np.arange(290, 294)
    moved[ends] += 0.01
    moved_panel = Panel(moved, panel.months, panel.names, panel.lags, panel.quarterly)
    model = CANDIDATES[name]
    before = us_nowcast.forecast(panel, 299, 2, model)
    assert us_nowcast.forecast(moved_panel, 299, 2, model) != before


@pytest.mark.parametrize("name", [n for n in CANDIDATES if "bridge" in n])
def test_bridges_find_the_common_factor(name):
    panel = small_panel()
    rows = quarter_ends(panel, "2006-03", "2009-12")
    found = np.array([us_nowcast.forecast(panel, r, 2, CANDIDATES[name]) for r in rows])
    actual = panel.target[rows]
    naive = np.sqrt(
        np.mean((actual - panel.target[quarter_ends(panel, "1981", "2005")].mean()) ** 2)
    )
    assert np.sqrt(np.mean((found - actual) ** 2)) < 0.6 * naive


def test_gaps_are_filled_from_what_moves_together():
    rng = np.random.default_rng(0)
    factor = rng.normal(size=(200, 1))
    z = factor @ np.ones((1, 5)) + 0.1 * rng.normal(size=(200, 5))
    holed = z.copy()
    holed[:50, 4] = np.nan
    filled, loadings = us_nowcast_models.impute(holed, 1)
    assert np.abs(filled[:50, 4] - z[:50, 4]).mean() < 0.15
    assert (filled[50:] == z[50:]).all()
    assert loadings.T @ loadings == pytest.approx(np.eye(1))


def test_without_data_nothing_is_claimed(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(us_nowcast, "FOLDER", tmp_path / "absent")
    assert us_nowcast.main([]) == 1
    assert "nothing was measured" in capsys.readouterr().out


@real
def test_the_published_vintages_are_those_of_the_real_file():
    panel = us_nowcast_data.read_panel()
    rows = quarter_ends(panel, *us_nowcast_data.TEST)
    assert len(rows) == 21
    assert panel.values.shape == (913, 24)
    assert panel.lags[panel.names.index("gdpc1")] == 4


@real
def test_quick_run_is_well_below_arma(capsys):
    assert us_nowcast.main(["--quick"]) == 0
    assert capsys.readouterr().out.strip().splitlines()[-1].startswith("holds: quick: pool")


@real
def test_shuffled_growth_fails(capsys):
    assert us_nowcast.main(["--quick", "--control"]) == 1
    assert capsys.readouterr().out.strip().splitlines()[-1].startswith("FAILS: quick: pool")
