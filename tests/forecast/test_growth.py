import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import (
    cumulative_shares,
    done_by_period,
    path_growth,
    required_band,
    required_growth,
)

growth = st.floats(-90, 300, allow_nan=False)


def years(periods: int, elements: st.SearchStrategy[float]) -> st.SearchStrategy[np.ndarray]:
    return arrays(float, periods, elements=elements)


@st.composite
def growth_and_shares(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    periods = draw(st.sampled_from([1, 4, 11, 12]))
    parts = draw(years(periods, st.floats(0.05, 1.0)))
    cumulative = np.cumsum(parts) / parts.sum()
    return draw(years(periods, growth)), cumulative


def test_what_was_done_by_period_keeps_january_february_whole():
    # 1-2月 200, 1-3月 330, 1-4月 430: eleven-period years start with two months in one.
    assert done_by_period([200.0, 330.0, 430.0]).tolist() == [200.0, 130.0, 100.0]


def test_what_was_taken_back_was_done_by_no_period_before():
    # 5 of the first quarter's 30 were paid back in the second: 25 of the year's 60 were done by June.
    assert done_by_period([30.0, 25.0, 40.0, 60.0]).tolist() == [25.0, 0.0, 15.0, 20.0]
    assert done_by_period([-5.0, 2.0, 10.0]).tolist() == [0.0, 2.0, 8.0]
    assert done_by_period([4.0, -3.0, -1.0]).sum() == -1.0


@given(growth_and_shares(), st.floats(-50, 100))
def test_the_required_growth_meets_the_target_exactly(case, target):
    single, shares = case
    if shares.size < 2:
        return
    parts = np.diff(shares, prepend=0.0)
    ytd = np.cumsum(parts * single) / shares
    for known in range(1, shares.size):
        required = required_growth(target, ytd[known - 1], shares[known - 1])
        filled = np.where(np.arange(shares.size) < known, single, required)
        assert parts @ filled == pytest.approx(target, abs=1e-6)


def test_required_growth_of_the_fourth_quarter_of_2024_by_hand():
    # Levels first published: 2023 Q1-3 913,027 and the year 1,260,582 (100 million yuan).
    # (5.0 - 0.724290... * 4.8) / (1 - 0.724290...) = 1.5234076 / 0.2757100 = 5.5254
    share = 913_027 / 1_260_582
    assert required_growth(5.0, 4.8, share) == pytest.approx(5.5254, abs=5e-5)


def test_required_growth_of_2023_agrees_with_what_the_bureau_said():
    # 2022 Q1-3 870,269 and the year 1,210,207; published growth to Q3 5.2.
    share = 870_269 / 1_210_207
    assert required_growth(5.0, 5.2, share) == pytest.approx(4.488, abs=5e-4)
    low, high = required_band(5.0, 5.2, share, 0.05)
    assert (round(low, 2), round(high, 2)) == (4.36, 4.62)


@pytest.mark.parametrize("share", [1.0, 1.2, -0.1, float("nan")])
def test_nothing_is_required_of_a_year_that_is_over(share):
    with pytest.raises(ForecastError, match="比重"):
        required_growth(5.0, 4.8, share)


def test_a_column_without_figures_is_refused():
    with pytest.raises(ForecastError, match="一列数"):
        done_by_period([])
    with pytest.raises(ForecastError, match="一列数"):
        cumulative_shares([[1.0, 2.0]])


def test_a_year_may_be_of_any_size():
    assert cumulative_shares([0.1, 0.2, 0.2, 0.4]).tolist() == [0.25, 0.5, 0.5, 1.0]
    assert cumulative_shares([0.0, 1.0]).tolist() == [0.0, 1.0]


def test_shares_by_hand():
    assert cumulative_shares([20.0, 45.0, 70.0, 100.0]).tolist() == [0.2, 0.45, 0.7, 1.0]


@pytest.mark.parametrize(
    "levels", [[1.0, np.nan, 3.0], [1.0, 0.5, 3.0], [0.0, 0.0, 0.0], [-1.0, 2.0, 3.0]]
)
def test_shares_of_levels_that_are_no_year_are_refused(levels):
    with pytest.raises(ForecastError, match="累计值"):
        cumulative_shares(levels)


def test_a_path_by_hand():
    # Two quarters at 4.8 with 45 of 100 done: the rest needs (5 - 0.45 * 4.8) / 0.55 = 5.1636.
    found = path_growth(5.0, 4.8, [0.45, 0.72, 1.0])
    assert found == pytest.approx([(0.45 * 4.8 + 0.27 * 5.163636) / 0.72, 5.0])
    assert path_growth(5.0, 0.0, [0.0, 0.5, 1.0]) == pytest.approx([5.0, 5.0])
    for shares in ([0.5, 0.4, 1.0], [0.5, 0.9], [-0.1, 1.0], [0.2, 1.2]):
        with pytest.raises(ForecastError, match="累计比重没有逐期上升到全年"):
            path_growth(5.0, 4.8, shares)


@given(growth, growth, years(5, st.floats(0.05, 1.0)))
def test_a_path_asks_the_same_growth_of_what_remains_wherever_one_stands(target, actual, parts):
    shares = np.cumsum(parts) / parts.sum()
    shares[-1] = 1.0
    path = path_growth(target, actual, shares)
    needed = required_growth(target, actual, shares[0])
    assert path[-1] == pytest.approx(target, abs=1e-6)
    for value, share in zip(path[:-1], shares[1:-1], strict=True):
        assert required_growth(target, value, share) == pytest.approx(needed, abs=1e-5)
    # As single periods: every remaining one grows by what is needed.
    whole = shares * np.concatenate([[actual], path])
    single = np.diff(whole) / np.diff(shares)
    assert single == pytest.approx(np.full(4, needed), abs=1e-5)
