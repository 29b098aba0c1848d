import numpy as np
import pytest

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.models.panel import GrowthPanel
from lianhu_analysis.forecast.models.rules import persistence

SHARES = np.array([0.2, 0.4, 0.7, 1.0])
OPEN = [4.0, np.nan, np.nan, np.nan]
STARTS = np.array([4.0, 8.0, 5.0, 7.0, 3.0, 9.0, 4.5, 7.5])


def panel(ytd, n_known, **changes):
    ytd = np.asarray(ytd, dtype=float)
    values = {
        "frequency": "Q", "ytd_growth_pct": ytd, "shares": np.tile(SHARES, (len(ytd), 1)),
        "n_known": n_known, "outlier": np.zeros(len(ytd), dtype=bool), "year": 2024,
    }  # fmt: skip
    return GrowthPanel(**{**values, **changes})


def rng():
    return np.random.default_rng(7)


def test_rules_are_judged_by_what_was_first_published():
    past = np.array([[5, 5, 5, 5 + 0.3 * (-1) ** k] for k in range(6)])
    revised = past + np.array([0, 0, 0, 1.0])
    last = [[5, 5, 5, np.nan]]
    what = panel([*revised, *last], 3, first_pct=np.array([*past, *last]))
    assert persistence(what, rng()).values.std() < 0.6


@pytest.mark.parametrize("n_known", [1, 2, 3])
def test_the_mean_of_the_rule_is_the_year_so_far(n_known):
    past = [[5, 5, 5, 5 + 0.3 * (-1) ** k] for k in range(3)]
    draws = persistence(panel([*past, [4.0, 4.3, 4.6, np.nan]], n_known), rng())
    base = (4.0, 4.3, 4.6)[n_known - 1]
    # Independent draws of three degrees of freedom are off by as much as 0.03.
    np.testing.assert_allclose([draws.values.mean(), np.median(draws.values)], base, atol=1e-12)
    np.testing.assert_allclose(draws.path.mean(axis=0), base, atol=1e-12)


def test_a_refusal_for_few_years_names_the_setting_that_leaves_years_out():
    past = [[5, 5, 5, 5.1]] * 4
    outlier = np.array([False, True, True, False, False])
    with pytest.raises(
        ForecastError, match=r"不足 3 年，现有 2 年.*2021、2022 年列为异常年份.*工作区设置"
    ):
        persistence(panel([*past, OPEN], 1, outlier=outlier), rng())
    with pytest.raises(ForecastError, match=r"可比的历史误差不足 3 年，现有 2 年$"):
        persistence(panel([*past[:2], OPEN], 1), rng())


def test_years_are_cut_at_some_periods_and_the_newest_years_kept():
    ytd = np.arange(12.0).reshape(3, 4)
    what = panel(ytd, 3, festival=np.array([[1.0, -1.0, 0.0, 0.0]] * 3)).cut_at([1, 2, 3], 2)
    assert what.ytd_growth_pct.tolist() == [[5, 6, 7], [9, 10, 11]]
    assert what.shares.tolist() == [[0.4, 0.7, 1.0]] * 2
    assert what.n_known == 2
    # Two halves of the same weight cancel out within the first part.
    np.testing.assert_allclose(what.festival, 0.0, atol=1e-12)


def test_few_years_borrow_the_errors_of_outlier_years_within_bounds():
    # Three errors of 0.2 beside outliers of 0.5 and 9: (3 * 0.04 + 0.25 + 9 * 0.04) / 5.
    past = [[5, 5, 5, final] for final in (5.2, 4.8, 5.5, 14.0, 5.2)]
    outlier = np.array([False, False, True, True, False, False])
    draws = persistence(panel([*past, [5, 5, 5, np.nan]], 3, outlier=outlier), rng())
    assert draws.n_obs == 3
    expected = np.sqrt((3 * 0.04 + 0.25 + 9 * 0.04) / 5)
    # Student's t with three degrees of freedom: 90 % point 1.638.
    assert np.quantile(draws.values, 0.9) == pytest.approx(5.0 + 1.638 * expected, abs=0.03)
