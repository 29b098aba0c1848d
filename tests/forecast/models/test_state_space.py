import sys

import numpy as np
import pytest

from lianhu_analysis.forecast.models.draws import FULL, root_of
from lianhu_analysis.forecast.models.panel import GrowthPanel
from lianhu_analysis.forecast.models.state_space import (
    DIFFUSE,
    PASSES,
    YearToDateGrowth,
    average,
    model_of,
)

YEARS, N = 8, 4
RNG = np.random.default_rng(5)
SHARES = np.cumsum(RNG.uniform(0.5, 1.5, (YEARS, N)), axis=1)
SHARES = SHARES / SHARES[:, -1:]
FESTIVAL = RNG.normal(size=(YEARS, N))
GROWTH = RNG.normal(5.0, 1.0, (YEARS, N))
GROWTH[-1, 2:], GROWTH[2, 1], GROWTH[4] = np.nan, np.nan, np.nan
ROUNDING = 0.02


def dense(params, tails):
    """Covariance of all published figures, written out period by period."""
    persistence, level, effect, festival, echo, shift = params
    size = YEARS * N
    part = np.diff(SHARES, prepend=0.0, axis=1)
    to_date = np.zeros((size, size))
    for year in range(YEARS):
        own = slice(year * N, (year + 1) * N)
        to_date[own, own] = np.tril(np.tile(part[year], (N, 1))) / SHARES[year][:, None]
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    step = level if persistence == 1.0 else level * (1.0 - persistence**2)
    reach = np.tril(persistence**apart)
    single = DIFFUSE + reach @ np.diag(np.append(level, step * tails[0])) @ reach.T
    if shift:
        # The steps of the newest year; those before the first period have no tails.
        steps = np.concatenate([np.full(N, level), level * tails[0]])
        year = np.tril(np.triu(np.ones((size, size + N - 1))), N - 1)
        single = DIFFUSE + year @ np.diag(steps) @ year.T
    # Noise of the year before the first has an echo in it.
    noise = np.zeros((size, size + N))
    noise[np.arange(size), np.arange(size) + N] = 1.0
    noise[np.arange(size), np.arange(size)] -= echo
    single += noise @ np.diag(np.concatenate([np.ones(N + 1), tails[1]])) @ noise.T
    single += effect * np.tile(np.eye(N), (YEARS, YEARS))
    single += festival * np.outer(FESTIVAL.ravel(), FESTIVAL.ravel())
    return to_date @ single @ to_date.T


@pytest.mark.parametrize(
    "params",
    [
        (1.0, 0.3, 0.3, 4.0, 0.0, 0.0),
        (0.6, 2.0, 3.0, 4.0, 1.0, 0.0),
        (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        (1.0, 2.0, 0.3, 4.0, 0.0, 1.0),
    ],
    ids=["walk", "returning", "constant", "shifts"],
)
@pytest.mark.parametrize("heavy", [False, True])
def test_the_filter_is_the_dense_normal(params, heavy):
    model = YearToDateGrowth(GROWTH, SHARES, FESTIVAL, ROUNDING)
    tails = np.random.default_rng(1).uniform(1, 5, model.tails.shape) if heavy else model.tails
    model.tails = tails
    at = YEARS * N - 3  # the second quarter of the last year
    found = model.newest(np.array(params), at)
    whole = dense(params, tails)
    seen = np.flatnonzero(np.isfinite(GROWTH.ravel()))
    values = GROWTH.ravel()[seen] - model.centre
    observed = whole[np.ix_(seen, seen)] + ROUNDING * np.eye(seen.size)
    squares = values @ np.linalg.solve(observed, values)
    n = seen.size
    evidence = -0.5 * np.linalg.slogdet(observed)[1] - 0.5 * (n - 1) * np.log(squares / n)
    evidence -= 0.5 * n * np.log(2 * np.pi)
    assert found.log_evidence == pytest.approx(evidence, abs=1e-8)
    assert found.scale == pytest.approx(squares / n, rel=1e-9)
    # The year's growth, from what is known: by statsmodels' own results, and by the normal.
    model.update(np.array(params))
    result = model.ssm.filter()
    cross = whole[-1, seen]
    mean = cross @ np.linalg.solve(observed, values)
    variance = whole[-1, -1] - cross @ np.linalg.solve(observed, cross)
    assert result.filtered_state[2, -1] == pytest.approx(mean, abs=1e-8)
    assert result.filtered_state_cov[2, 2, -1] == pytest.approx(variance * squares / n, abs=1e-6)
    assert found.state[2] == pytest.approx(result.filtered_state[2, at], abs=1e-10)
    # The concentrated likelihood is statsmodels' own.
    assert model.loglike(np.array(params)) == pytest.approx(
        found.log_evidence - 0.5 * np.log(found.scale) - 0.5 * n, abs=1e-8
    )


def test_an_economist_gets_the_results_object_of_statsmodels():
    model = YearToDateGrowth(GROWTH, SHARES, FESTIVAL, ROUNDING)
    result = model.results(PASSES[0].middle)
    text = str(result.summary())
    assert "ratio.level" in text
    assert "echo" in text
    assert "shift" in text
    assert result.get_prediction().predicted_mean.shape == (YEARS * N,)
    assert result.smoothed_state.shape == (4 + 2 * N, YEARS * N)


def panel(ytd, n_known, **changes):
    ytd = np.asarray(ytd, dtype=float)
    shares = np.tile(np.array([0.22, 0.46, 0.72, 1.0]), (len(ytd), 1))
    values = {
        "frequency": "Q", "ytd_growth_pct": ytd, "shares": shares, "n_known": n_known,
        "outlier": np.zeros(len(ytd), dtype=bool), "year": 2024,
    }  # fmt: skip
    return GrowthPanel(**{**values, **changes})


def to_date(single, shares):
    part = np.diff(shares, prepend=0.0, axis=1)
    return np.round(np.cumsum(part * single, axis=1) / shares, 1)


def calm_years(last):
    single = 5.0 + np.random.default_rng(2).normal(0, 0.25, (10, 4))
    single[-1, : len(last)] = last
    ytd = to_date(single, np.tile([0.22, 0.46, 0.72, 1.0], (10, 1)))
    ytd[-1, len(last) :] = np.nan
    return ytd


def forecast(what):
    return float(average(what, np.random.default_rng(1), FULL).values.mean())


def test_one_bad_quarter_is_not_the_year_and_a_second_one_is_believed():
    # 5.0 and then 0.4: growth to date 2.6. If the rest grew as the bad quarter: 1.4; as before: 3.9.
    once = forecast(panel(calm_years([5.0, 0.4]), 2))
    assert 2.2 < once < 3.9
    # A second quarter like it says that it stays: the rest at 0.4 gives 1.4, at 5 gives 2.7.
    twice = forecast(panel(calm_years([5.0, 0.4, 0.4]), 3))
    assert twice < 2.2
    # One that rebounds says that it has passed.
    back = forecast(panel(calm_years([5.0, 0.4, 5.0]), 3))
    assert back > 3.4


def test_a_figure_that_the_checks_doubt_moves_the_forecast_less():
    ytd = calm_years([5.0, 2.5])
    doubted = np.zeros((10, 4), dtype=bool)
    plain = forecast(panel(ytd, 2, doubted=doubted))
    doubted[-1, 1] = True
    assert forecast(panel(ytd, 2, doubted=doubted)) > plain + 0.1


def test_a_shock_of_last_year_echoes_in_this_years_base():
    single = 5.0 + np.random.default_rng(2).normal(0, 0.25, (10, 4))
    single[-2, 1], single[-1, 1] = 0.4, 9.6  # last year's slump, this year's low base
    shares = np.tile([0.22, 0.46, 0.72, 1.0], (10, 1))
    ytd = to_date(single, shares)
    ytd[-1, 2:] = np.nan
    # Growth to date is 7.4; without the echo the year would be thought to go on like that.
    assert forecast(panel(ytd, 2)) == pytest.approx(6.1, abs=0.5)


def test_a_shift_of_the_level_shows_in_growth_for_a_year():
    # The economy itself is a walk: what one quarter adds, growth shows until it is in the base.
    steps = np.random.default_rng(3).normal(1.25, 1.0, 44)
    single = np.convolve(steps, np.ones(4), "valid")[:40].reshape(10, 4)
    single[-1, 2:] = np.nan
    ytd = to_date(single, np.tile([0.25, 0.5, 0.75, 1.0], (10, 1)))
    what = panel(ytd, 2, shares=np.tile([0.25, 0.5, 0.75, 1.0], (10, 1)))
    # Of the third quarter's growth three steps are known, of the fourth's two; the rest is usual.
    rest = np.array([steps[38:41].sum() + 1.25, steps[39:41].sum() + 2.5])
    expected = float(np.mean([*single[-1, :2], *rest]))
    held = float(ytd[-1, 1])
    assert abs(expected - held) > 0.5
    assert abs(forecast(what) - expected) < abs(forecast(what) - held) / 2


def test_months_are_cut_at_quarters_and_filled_in_between():
    shares = np.tile(np.arange(2, 13) / 12, (8, 1))
    ytd = np.round(5.0 + np.random.default_rng(4).normal(0, 0.2, (8, 11)), 1)
    ytd[-1, 7:] = np.nan  # January-August is known
    what = panel(ytd, 7, frequency="M", shares=shares)
    draws = average(what, np.random.default_rng(1), FULL)
    assert draws.path.shape == (FULL.n_draws, 4)
    # September ends its quarter; October to December grow alike in each draw.
    known = np.full(FULL.n_draws, ytd[-1, 6])  # up to its rounding
    done = shares[-1, 6:] * np.column_stack([known, draws.path])
    single = np.diff(done, axis=1) / np.diff(shares[-1, 6:])
    np.testing.assert_allclose(single[:, 1], single[:, 2], atol=1e-9)
    np.testing.assert_allclose(single[:, 2], single[:, 3], atol=1e-9)
    assert np.abs(single[:, 0] - single[:, 1]).mean() > 0.05


def test_before_the_first_figure_the_whole_year_is_drawn():
    ytd = calm_years([])
    draws = average(panel(ytd, 0), np.random.default_rng(1), FULL)
    assert draws.path.shape == (FULL.n_draws, 4)
    assert draws.values.mean() == pytest.approx(5.0, abs=0.3)


def test_the_model_of_the_festival_leaves_it_out_where_it_never_moves():
    ytd = calm_years([5.0])
    still = model_of(panel(ytd, 1, festival=np.zeros((10, 4))))
    assert not still.loading[:, -1].any()
    moving = model_of(panel(ytd, 1, festival=np.tile([0.5, -0.5, 0, 0], (10, 1))))
    assert moving.loading[:, -1].any()
    assert sys.modules[YearToDateGrowth.__module__].FREEDOM > 2  # a variance exists


def test_draws_do_not_hang_on_which_of_equally_right_eigenvectors_a_processor_finds(monkeypatch):
    known = panel(calm_years([5.0, 0.4]), 2)
    first = average(known, np.random.default_rng(1), FULL)
    eigh = np.linalg.eigh

    def turned(covariance):
        values, vectors = eigh(covariance)
        vectors = vectors * np.where(np.arange(values.size) % 2, -1.0, 1.0)
        # Two of one value may lie anywhere in the plane that they span.
        for at in np.flatnonzero(np.diff(values) < 1e-9 * values[-1]):
            turn = np.array([[0.6, -0.8], [0.8, 0.6]])
            vectors[:, at : at + 2] = vectors[:, at : at + 2] @ turn
        return values, vectors

    monkeypatch.setattr(np.linalg, "eigh", turned)
    again = average(known, np.random.default_rng(1), FULL)
    assert again.path == pytest.approx(first.path, abs=1e-6)
    root = root_of(np.array([[2.0, 1.0], [1.0, 2.0]]))
    assert root @ root == pytest.approx(np.array([[2.0, 1.0], [1.0, 2.0]]))
    assert root == pytest.approx(root.T)
