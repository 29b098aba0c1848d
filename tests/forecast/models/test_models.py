import numpy as np
import pytest

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.models import growth_model
from lianhu_analysis.forecast.models.draws import N_DRAWS, PAST
from lianhu_analysis.forecast.models.panel import GrowthPanel, ProgressPanel, StockPanel
from lianhu_analysis.forecast.models.progress import (
    _scatter,
    no_change,
    pace,
    progress,
    stock_change,
)
from lianhu_analysis.forecast.models.rules import persistence

SHARES = np.array([0.22, 0.46, 0.72, 1.0])


def rng():
    return np.random.default_rng(7)


def growth_panel(ytd, n_known, *, outlier=(), frequency="Q"):
    ytd = np.asarray(ytd, dtype=float)
    return GrowthPanel(
        frequency=frequency,
        ytd_growth_pct=ytd,
        shares=np.tile(SHARES, (len(ytd), 1)),
        n_known=n_known,
        outlier=np.array([row in outlier for row in range(len(ytd))]),
        year=2024,
    )


def steady_years(n=8, last=(5.0, 5.0, 5.0, np.nan), seed=0):
    noise = np.random.default_rng(seed).normal(0, 0.2, size=(n - 1, 4))
    return np.vstack([5.0 + noise, np.array(last)])


def test_persistence_centres_on_the_year_so_far_and_spreads_by_its_own_past_errors():
    # Past errors after Q3 are +0.3, -0.3, +0.3, -0.3, +0.3, -0.3: mean square 0.09.
    past = [[5, 5, 5, 5 + 0.3 * (-1) ** k] for k in range(6)]
    draws = persistence(growth_panel([*past, [4, 4.5, 4.8, np.nan]], 3), rng())
    assert draws.n_obs == 6
    assert np.median(draws.values) == pytest.approx(4.8, abs=0.02)
    # The rule has no mean to estimate: Student's t with six degrees of freedom,
    # whose 90 % point is 1.440, on the root mean square.
    expected = 4.8 + 1.440 * 0.3
    assert np.quantile(draws.values, 0.9) == pytest.approx(expected, abs=0.03)


def test_persistence_leaves_outlier_years_out():
    past = [[5, 5, 5, 5.1]] * 5 + [[5, 5, 5, -20.0]]
    calm = persistence(growth_panel([*past, [5, 5, 5, np.nan]], 3, outlier={5}), rng())
    assert calm.n_obs == 5
    assert calm.values.std() < 1.0


def test_persistence_needs_three_past_errors_and_a_year_that_has_begun():
    past = [[5, 5, 5, 5.1]] * 3
    assert persistence(growth_panel([*past, [5, 5, 5, np.nan]], 3), rng()).n_obs == 3
    with pytest.raises(ForecastError, match="不足 3 年，现有 2 年"):
        persistence(growth_panel([*past[1:], [5, 5, 5, np.nan]], 3), rng())
    # Before the first figure the year is expected to grow as the last one did.
    finals = [[5, 5, 5, 5 + 0.1 * (-1) ** k] for k in range(7)]
    draws = persistence(growth_panel([*finals, [np.nan] * 4], 0), rng())
    assert np.median(draws.values) == pytest.approx(5.1, abs=0.02)
    assert draws.path.shape == (N_DRAWS, 4)
    with pytest.raises(ForecastError, match="无从外推"):
        persistence(growth_panel([[np.nan] * 4], 0), rng())


@pytest.mark.parametrize(
    ("past", "reason"),
    [
        ([[5, 5, 5, 5.0]] * 6, "全为零"),
        ([[5, 5, 5, 5 + 90.0 * (-1) ** k] for k in range(6)], "没有判断价值"),
    ],
)
def test_persistence_without_a_sensible_spread_is_refused(past, reason):
    with pytest.raises(ForecastError, match=reason):
        persistence(growth_panel([*past, [5, 5, 5, np.nan]], 3), rng())


def test_the_growth_model_of_steady_growth_stays_there():
    draws = growth_model(growth_panel(steady_years(), 3), rng())
    assert draws.values.shape == (N_DRAWS,)
    assert draws.path.shape == (N_DRAWS, 1)
    assert draws.n_obs == 7 * 4 + 3
    assert draws.values.mean() == pytest.approx(5.0, abs=0.15)
    # Only the fourth quarter is open: its share scales what is uncertain.
    assert 0.02 < draws.values.std() < 0.5


def test_uncertainty_shrinks_as_the_year_goes_by():
    spreads = []
    for known in (1, 2, 3):
        last = [5.0 if period < known else np.nan for period in range(4)]
        spreads.append(
            growth_model(growth_panel(steady_years(12, last), known), rng()).values.std()
        )
    assert spreads[0] > spreads[1] > spreads[2]


def test_the_draws_repeat_with_the_seed():
    panel = growth_panel(steady_years(), 3)
    assert np.array_equal(growth_model(panel, rng()).values, growth_model(panel, rng()).values)


def test_outlier_years_do_not_reach_the_model():
    wild = steady_years()
    wild[3] = [-6.0, 8.0, -4.0, 9.0]
    masked = growth_model(growth_panel(wild, 3, outlier={3}), rng())
    open_eyes = growth_model(growth_panel(wild, 3), rng())
    assert masked.n_obs == open_eyes.n_obs - 4
    assert masked.values.std() < open_eyes.values.std() / 3


@pytest.mark.parametrize(
    ("ytd", "reason"),
    [
        (np.full((8, 4), np.nan), "只有 0 期"),
        (np.full((8, 4), 5.0), "完全相同"),
        (steady_years(3), "只有 11 期，至少要 12 期"),
        (np.vstack([steady_years(8)[:7] * 10_000, [[5, 5, 5, np.nan]]]), "疑为单位"),
    ],
    ids=["missing", "constant", "short", "slip"],
)
def test_panels_that_cannot_support_a_forecast_are_refused(ytd, reason):
    ytd = np.array(ytd)
    ytd[-1, 3] = np.nan
    with pytest.raises(ForecastError, match=reason):
        growth_model(growth_panel(ytd, 3), rng())


def test_a_year_without_any_history_is_refused():
    with pytest.raises(ForecastError, match="只有 0 期"):
        growth_model(growth_panel([[np.nan] * 4], 0), rng())


def test_progress_follows_the_usual_shape_not_the_calendar():
    # A tenth by mid-year, all the rest in the last quarter: half-way is not half.
    increments = np.array([[5.0, 5.0, 10.0, 80.0]] * 6) * np.array(
        [[0.9], [1.1], [1.0], [0.95], [1.05], [1.0]]
    )
    draws = progress(ProgressPanel(increments, actual=10.0, n_known=2, integer=False), rng())
    assert draws.values.mean() == pytest.approx(100.0, rel=0.05)


def test_progress_of_two_erratic_years_still_goes_by_what_is_done():
    # Half of either year was done by now: 260 leads to 520, not to 260.  With two years some
    # draws of the spread are so wide that their usual progress underflows to nothing.
    increments = np.array([[100.0] * 4, [130.0] * 4])
    draws = progress(ProgressPanel(increments, 260.0, n_known=2, integer=False), rng(), PAST)
    assert np.median(draws.values) == pytest.approx(520.0, rel=0.03)


def test_progress_counts_are_whole_and_never_fall():
    increments = np.random.default_rng(3).poisson(2.0, size=(8, 12)).astype(float)
    draws = progress(ProgressPanel(increments, actual=15.0, n_known=9, integer=True), rng())
    assert np.array_equal(draws.values, np.rint(draws.values))
    assert draws.values.min() >= 15.0
    assert (np.diff(draws.path, axis=1) >= 0).all()
    # Nine months brought 15 where 18 are usual: about 5 to 6 more are to come.
    assert draws.values.mean() == pytest.approx(20.7, abs=0.8)


def test_nothing_done_yet_is_not_nothing_ever():
    increments = np.array([[0.0, 1.0, 1.0, 2.0], [1.0, 0.0, 1.0, 2.0]] * 4)
    draws = progress(ProgressPanel(increments, actual=0.0, n_known=1, integer=True), rng())
    assert draws.values.mean() > 1.0


def test_a_start_where_nothing_is_usual_tells_no_pace():
    # Nothing was ever done in the first quarter: three done now are three more, not a faster year.
    increments = np.array([[0.0, 4.0, 6.0, 10.0], [0.0, 5.0, 7.0, 8.0]] * 4)
    draws = progress(ProgressPanel(increments, actual=3.0, n_known=1, integer=True), rng())
    assert draws.values.mean() == pytest.approx(23.0, abs=0.3)


def test_few_years_know_less_of_what_is_usual_than_many():
    year = np.array([[4.0, 6.0, 5.0, 10.0], [6.0, 4.0, 7.0, 8.0]])
    few, many = (
        progress(ProgressPanel(np.tile(year, (n, 1)), 10.0, 2, False), rng()).values
        for n in (3, 30)
    )
    assert few.mean() == pytest.approx(many.mean(), rel=0.03)
    assert few.std() > 1.1 * many.std()


@pytest.mark.parametrize(
    ("increments", "reason"),
    [
        (np.ones((2, 12)), "至今到年末都有数的往年不足 3 年，现有 2 年"),
        (np.zeros((6, 12)), "均为 0"),
    ],
)
def test_progress_without_a_past_is_refused(increments, reason):
    with pytest.raises(ForecastError, match=reason):
        progress(ProgressPanel(increments, 1.0, 3, True), rng())


def stock(changes, actual, **how):
    return StockPanel(np.array(changes, dtype=float), actual, integer=False, **how)


def test_usual_change_by_hand():
    # Changes 2, 4, 6, 8, 10: mean 6, s = sqrt(10); one more has scale sqrt(10 * 1.2).
    draws = stock_change(stock([2, 4, 6, 8, 10], 10.0), rng())
    assert np.median(draws.values) == pytest.approx(16.0, abs=0.15)
    # 97.5 % point of Student's t with four degrees of freedom: 2.776.
    expected = 16.0 + 2.776 * np.sqrt(12.0)
    assert np.quantile(draws.values, 0.975) == pytest.approx(expected, rel=0.05)


def test_usual_change_needs_years_that_differ():
    with pytest.raises(ForecastError, match="不足 3 年，现有 2 年"):
        stock_change(stock([1.0, 2.0, np.nan], 5.0), rng())
    # Four years without a change made 99 of 98 certain, and 99 of 100 impossible.
    with pytest.raises(ForecastError, match="变化完全相同"):
        stock_change(stock([0.0] * 4, 99.0), rng())


@pytest.mark.parametrize("model", [stock_change, no_change])
def test_what_was_below_nought_before_may_be_so_again(model):
    changes = [-0.2, -0.1, -0.3, -0.2]
    assert model(stock(changes, -0.9, least=-np.inf), rng()).values.min() < -0.9
    assert model(stock(changes, 0.1), rng()).values.min() == 0.0


@pytest.mark.parametrize(("changes", "actual"), [([1.0] * 4, -5.0), ([-9.0, 0, 0, 0], 5.0)])
def test_what_was_below_nothing_has_no_usual_progress(changes, actual):
    # A profit of -5 to date ended every forecast of the workspace with an error.
    increments = np.array([[10.0, 20.0, 30.0, 40.0]] * 4 + [changes])
    for model in (progress, pace):
        with pytest.raises(ForecastError, match="有过负数"):
            model(ProgressPanel(increments, actual, 2, integer=False), rng())


def test_the_scatter_within_years_is_that_of_statsmodels_poisson_regression():
    import statsmodels.api as sm

    table = np.random.default_rng(6).poisson(5.0, size=(6, 4)).astype(float)
    years = np.kron(np.eye(6), np.ones((4, 1)))
    periods = np.kron(np.ones((6, 1)), np.eye(4))[:, 1:]
    design = np.column_stack([years, periods])
    fit = sm.GLM(table.ravel(), design, family=sm.families.Poisson()).fit(scale="X2")
    statistic, freedom = _scatter(table)
    assert freedom == fit.df_resid == 15
    assert statistic / freedom == pytest.approx(fit.scale, rel=1e-6)


def test_three_years_know_little_of_the_scatter_within_a_year():
    # Every year brings 100, so that nothing is left open but the scatter: variance over mean is 4
    # with two degrees of freedom.  Taken as known it would give the tails of a normal, whose
    # inner 98 % are 1.8 times as wide as its inner 80 %; Student's t of two gives 3.7.
    increments = np.array([[40.0, 60.0], [60.0, 40.0], [50.0, 50.0]])
    assert _scatter(increments) == (8.0, 2)
    values = progress(ProgressPanel(increments, 50.0, 1, False), rng()).values
    low, tenth, ninth, high = np.quantile(values, [0.01, 0.1, 0.9, 0.99])
    assert (high - low) / (ninth - tenth) > 2.2


@pytest.mark.parametrize("increments", [np.full((5, 1), 7.0), np.array([[0.0] * 4, [2.0] * 4])])
def test_one_period_or_one_year_shows_no_scatter(increments):
    statistic, freedom = _scatter(increments)
    assert statistic / freedom == 1.0
    assert freedom > 100_000


def test_years_that_are_all_alike_are_no_traceback():
    increments = np.tile([2.0, 3.0, 4.0, 6.0], (5, 1))
    draws = progress(ProgressPanel(increments, actual=5.0, n_known=2, integer=True), rng())
    assert np.median(draws.values) == pytest.approx(15.0, abs=1.0)
