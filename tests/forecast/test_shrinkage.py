import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.shrinkage import PENALTY, draw_predictions, fit_shrunk

# Mean 0, spread sqrt(2), least-squares slope 9/10, intercept 3.
X = np.array([[-2.0], [-1.0], [0.0], [1.0], [2.0]])
Y = np.array([1.0, 2.0, 4.0, 3.0, 5.0])


def some(n=12, k=3, seed=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, k)) * [1.0, 10.0, 0.1][:k]
    return x, 2.0 + x @ np.array([1.0, 0.2, -3.0])[:k] + rng.normal(size=n)


def test_the_penalty_works_on_the_standardised_column():
    # sum(zy)/(sum(zz) + penalty) = (9/sqrt 2)/(5 + 5) per sqrt 2: half of 9/10.
    fit = fit_shrunk(X, Y, penalties=[5.0])
    assert fit.coefficients == pytest.approx([0.45])
    assert fit.intercept == pytest.approx(3.0)
    assert fit.effective_parameters == pytest.approx(1.5)
    assert fit.predict(np.array([[2.0]])) == pytest.approx([3.9])


def test_coefficients_are_pulled_to_the_prior_mean():
    # Half way from 9/10 to 2; the intercept follows the means.
    fit = fit_shrunk(X + 1.0, Y, penalties=[5.0], prior_mean=[2.0])
    assert fit.coefficients == pytest.approx([1.45])
    assert fit.intercept == pytest.approx(3.0 - 1.45)


def test_a_prior_scale_of_two_is_a_quarter_of_the_penalty():
    assert fit_shrunk(X, Y, penalties=[5.0], prior_scale=[2.0]).coefficients == pytest.approx(
        fit_shrunk(X, Y, penalties=[1.25]).coefficients
    )


def test_a_row_of_weight_two_counts_like_two_rows():
    x, y = some()
    doubled = fit_shrunk(np.vstack([x, x[:1]]), np.append(y, y[0]), penalties=[4.0])
    # Weights are ratios, and the penalty is per sum of weights: 13 rows against 12.
    weights = np.array([2.0] + [1.0] * 11)
    weighted = fit_shrunk(x, y, weights=weights, penalties=[4.0 * 12 / 13])
    assert weighted.coefficients == pytest.approx(doubled.coefficients)
    assert weighted.intercept == pytest.approx(doubled.intercept)


@pytest.mark.parametrize("weighted", [False, True])
def test_leave_one_out_errors_are_those_of_fits_without_the_row(weighted):
    x, y = some()
    w = np.linspace(0.5, 1.5, 12) if weighted else np.ones(12)
    fit = fit_shrunk(x, y, weights=w, penalties=[3.0])
    z = (x - x.mean(axis=0)) / fit.scale
    for row in range(12):
        keep = np.arange(12) != row
        design = np.column_stack([np.ones(11), z[keep]])
        gram = design.T @ (w[keep, None] * design) + np.diag([0, 3.0, 3.0, 3.0])
        beta = np.linalg.solve(gram, design.T @ (w[keep] * y[keep]))
        assert fit.loo_errors[row] == pytest.approx(y[row] - beta @ [1.0, *z[row]])


def test_the_chosen_penalty_has_the_least_leave_one_out_error():
    x, y = some()
    grid = np.logspace(-2, 3, 20)
    errors = [np.mean(fit_shrunk(x, y, penalties=[g]).loo_errors ** 2) for g in grid]
    assert fit_shrunk(x, y, penalties=grid).penalty == grid[int(np.argmin(errors))]


def test_generalised_cross_validation_and_evidence_by_their_formulas():
    x, y = some()
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    r = y - y.mean()
    grid = np.logspace(-2, 3, 20)
    gcv, evidence = [], []
    for g in grid:
        hat = z @ np.linalg.solve(z.T @ z + g * np.eye(3), z.T)
        gcv.append(np.sum((r - hat @ r) ** 2) / (11 - np.trace(hat)) ** 2)
        marginal = np.eye(12) + z @ z.T / g
        evidence.append(
            np.linalg.slogdet(marginal)[1] + 11 * np.log(r @ np.linalg.solve(marginal, r))
        )
    assert fit_shrunk(x, y, penalties=grid, criterion="gcv").penalty == grid[np.argmin(gcv)]
    chosen = fit_shrunk(x, y, penalties=grid, criterion="evidence").penalty
    assert chosen == grid[np.argmin(evidence)]


def test_noise_is_shrunk_away_and_signal_is_kept():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, 30))
    signal = fit_shrunk(x, x[:, 0] * 5 + x[:, 1] * 5 + rng.normal(size=40))
    noise = fit_shrunk(x, rng.normal(size=40))
    assert noise.effective_parameters < 3 < signal.effective_parameters


def test_draws_have_the_mean_and_spread_of_the_formula():
    fit = fit_shrunk(X, Y, penalties=[5.0])
    # Unexplained 10 - 0.5 * 8.1 = 5.95 (r'r less half the explained), 4 degrees of freedom.
    assert fit.noise_scale == pytest.approx(np.sqrt(5.95 / 4))
    draws = draw_predictions(fit, np.array([[2.0], [0.0]]), 200_000, np.random.default_rng(5))
    assert np.median(draws, axis=0) == pytest.approx([3.9, 3.0], abs=0.02)
    # Student's t, 4 degrees: its 90 % point is 1.5332 scales; z = sqrt 2 adds 2/10.
    scale = fit.noise_scale * np.sqrt(1 + 1 / 5 + np.array([0.2, 0.0]))
    assert np.quantile(draws, 0.9, axis=0) == pytest.approx([3.9, 3.0] + 1.5332 * scale, abs=0.03)


def test_draws_of_many_columns_know_only_the_prior_outside_the_rows():
    x = np.eye(5, 8) + 0.01 * np.random.default_rng(0).normal(size=(5, 8))
    fit = fit_shrunk(x, Y, penalties=[1.0])
    z = (x - fit.centre) / fit.scale
    new = (fit.centre + fit.scale * np.linspace(-1, 1, 8))[None]
    direct = (
        1
        + 1 / 5
        + np.linspace(-1, 1, 8) @ np.linalg.solve(z.T @ z + np.eye(8), np.linspace(-1, 1, 8))
    )
    draws = draw_predictions(fit, new, 200_000, np.random.default_rng(5))
    spread = np.subtract(*np.quantile(draws, [0.9, 0.1]))
    assert spread == pytest.approx(2 * 1.5332 * fit.noise_scale * np.sqrt(direct), rel=0.02)


@settings(max_examples=25, deadline=None)
@given(
    shift=st.floats(-100, 100),
    unit=st.floats(1e-3, 1e3),
    target_unit=st.floats(1e-3, 1e3),
    seed=st.integers(0, 50),
)
def test_units_do_not_matter(shift, unit, target_unit, seed):
    x, y = some(seed=seed)
    plain = fit_shrunk(x, y)
    scaled = fit_shrunk(x * unit + shift, y * target_unit)
    assert scaled.penalty == plain.penalty
    assert scaled.predict(x * unit + shift) == pytest.approx(
        plain.predict(x) * target_unit, rel=1e-6, abs=1e-6 * target_unit
    )


def test_a_perfect_fit_is_left_alone():
    x = some()[0]
    fit = fit_shrunk(x, 1.0 + x @ [1.0, 2.0, 3.0], penalties=[1e-9])
    assert fit.coefficients == pytest.approx([1.0, 2.0, 3.0], rel=1e-6)
    assert fit.noise_scale < 1e-3


def test_refusals_say_what_to_do():
    x, y = some()
    holed = x.copy()
    holed[2, 1] = np.nan
    flat = x.copy()
    flat[:, 2] = 7.0
    for rows, target, words in [
        (x[:3], y[:3], "只有 3 期可用"),
        (x, y[:5], "行数不一致"),
        (holed, y, "第 2 个自变量有缺失"),
        (flat, y, "第 3 个自变量没有变化"),
        (x, np.where(y == y[0], np.nan, y), "因变量有缺失"),
    ]:
        with pytest.raises(ForecastError, match=words):
            fit_shrunk(rows, target)
    with pytest.raises(ForecastError, match="权重应为 12 个正数"):
        fit_shrunk(x, y, weights=np.zeros(12))
    with pytest.raises(ForecastError, match="应为 3 列"):
        draw_predictions(fit_shrunk(x, y), x[:, :2], 10, np.random.default_rng(0))


def test_without_an_intercept_nothing_is_said_by_hand():
    x, y = np.array([[1.0], [2.0], [2.0]]), np.array([1.0, 1.0, 2.0])
    # sum(xy) = 7, sum(xx) = 9, mean square 3: two rows of no pull make 9 + 2 * 3 = 15.
    fit = fit_shrunk(x, y, penalties=PENALTY, intercept=False)
    assert fit.coefficients == pytest.approx([7 / 15])
    assert (fit.intercept, fit.freedom) == (0.0, 3)
    assert fit.noise_scale == pytest.approx(np.sqrt((6 - 7 * 7 / 15) / 3))
    assert fit.covariance(np.array([3.0]))[0, 0] == pytest.approx(1 + 9 / 15)
    for row in range(3):
        keep = np.arange(3) != row
        pull = (x[keep, 0] @ y[keep]) / (x[keep, 0] @ x[keep, 0] + 6)
        assert fit.loo_errors[row] == pytest.approx(y[row] - pull * x[row, 0])
    with pytest.raises(ForecastError, match="只有 2 期可用，至少要 3 期"):
        fit_shrunk(x[:2], y[:2], intercept=False)
