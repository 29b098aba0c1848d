import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.shrinkage import PENALTY, fit_shrunk


def some(n=12, k=3, seed=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, k)) * [1.0, 10.0, 0.1][:k]
    return x, x @ np.array([1.0, 0.2, -3.0])[:k] + rng.normal(size=n)


def test_a_fit_by_hand():
    x, y = np.array([[1.0], [2.0], [2.0]]), np.array([1.0, 1.0, 2.0])
    # sum(xy) = 7, sum(xx) = 9, mean square 3: two rows of no pull make 9 + 2 * 3 = 15.
    fit = fit_shrunk(x, y)
    assert fit.coefficients == pytest.approx([7 / 15])
    assert fit.predict(np.array([3.0])) == pytest.approx([7 / 5])
    assert fit.noise_scale == pytest.approx(np.sqrt((6 - 7 * 7 / 15) / 3))
    assert fit.covariance(np.array([3.0]))[0, 0] == pytest.approx(1 + 9 / 15)
    for row in range(3):
        keep = np.arange(3) != row
        pull = (x[keep, 0] @ y[keep]) / (x[keep, 0] @ x[keep, 0] + 6)
        assert fit.loo_errors[row] == pytest.approx(y[row] - pull * x[row, 0])


def test_leave_one_out_errors_are_those_of_fits_without_the_row():
    x, y = some()
    fit = fit_shrunk(x, y)
    z = x / fit.scale
    for row in range(12):
        keep = np.arange(12) != row
        beta = np.linalg.solve(z[keep].T @ z[keep] + PENALTY * np.eye(3), z[keep].T @ y[keep])
        assert fit.loo_errors[row] == pytest.approx(y[row] - beta @ z[row])


def test_many_columns_are_known_only_by_the_prior_outside_the_rows():
    x = np.eye(5, 8) + 0.01 * np.random.default_rng(0).normal(size=(5, 8))
    x[0, 5:] = 0.1
    fit = fit_shrunk(x, np.arange(5.0))
    z, new = x / fit.scale, np.linspace(-1, 1, 8)
    direct = 1 + new @ np.linalg.solve(z.T @ z + PENALTY * np.eye(8), new)
    assert fit.covariance(new * fit.scale)[0, 0] == pytest.approx(direct)


@settings(max_examples=25, deadline=None)
@given(unit=st.floats(1e-3, 1e3), target_unit=st.floats(1e-3, 1e3), seed=st.integers(0, 50))
def test_units_do_not_matter(unit, target_unit, seed):
    x, y = some(seed=seed)
    plain, scaled = fit_shrunk(x, y), fit_shrunk(x * unit, y * target_unit)
    assert scaled.predict(x * unit) == pytest.approx(
        plain.predict(x) * target_unit, rel=1e-6, abs=1e-6 * target_unit
    )


def test_refusals_say_what_to_do():
    x, y = some()
    holed, flat = x.copy(), x.copy()
    holed[2, 1] = np.nan
    flat[:, 2] = 0.0
    for rows, target, words in [
        (x[:2], y[:2], "只有 2 期可用，至少要 3 期"),
        (holed, y, "有缺失"),
        (x, np.where(y == y[0], np.nan, y), "有缺失"),
        (flat, y, "第 3 个自变量没有变化"),
    ]:
        with pytest.raises(ForecastError, match=words):
            fit_shrunk(rows, target)
