import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lianhu_analysis.intake.checks.arrays import build_panels, shift_periods, shift_years
from lianhu_analysis.intake.checks.evidence import doubtful
from lianhu_analysis.intake.checks.expectation import median_of
from tests.intake.checks.frames import frame, row

YES, NO = np.array([True]), np.array([False])


def test_a_panel_holds_each_figure_at_its_year_and_period():
    data = frame(
        [
            row("fis.exp", "2022-11", 1.5),
            row("fis.exp", "2023-01", 2.25),
            row("fis.exp", "2023-02", None, status="not_meaningful"),
            row("gdp.total", "2023Q2", 400.0),
            row("bld.output", "2023", 182.89, span="annual"),
        ]
    )
    panels = build_panels(data)
    assert sorted(panels) == ["A", "M", "Q"]
    monthly = panels["M"]
    assert monthly.values.shape == (1, 2, 12)
    assert (monthly.values[0, 0, 10], monthly.values[0, 1, 0]) == (1.5, 2.25)
    assert (monthly.rows[0, 1, 0], monthly.rows[0, 1, 1]) == (1, -1)
    assert (monthly.stated[0, 1, 1], monthly.stated[0, 1, 2]) == (True, False)
    np.testing.assert_allclose(monthly.unit_of_print, [[0.1, 0.01]])
    assert panels["Q"].values[0, 0, 1] == 400
    assert panels["A"].values.shape == (1, 1, 1)


def test_shifts():
    values = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    np.testing.assert_array_equal(shift_years(values, -1), [[[np.nan, np.nan], [1, 2]]])
    np.testing.assert_array_equal(shift_years(values, 5), np.full((1, 2, 2), np.nan))
    across = shift_periods(values, -1, across_years=YES)
    np.testing.assert_array_equal(across, [[[np.nan, 1], [2, 3]]])
    within = shift_periods(values, -1, across_years=NO)
    np.testing.assert_array_equal(within, [[[np.nan, 1], [np.nan, 3]]])


@given(
    arrays.arrays(
        float,
        (5, 7),
        elements=st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))),
    )
)
def test_the_median_leaves_out_what_is_missing(stack):
    expected = [
        np.median(column[np.isfinite(column)]) if np.isfinite(column).any() else np.nan
        for column in stack.T
    ]
    np.testing.assert_allclose(median_of(stack), expected)
    assert median_of(np.empty((3, 0, 2)), axis=(1, 2)).shape == (3,)


def test_the_doubtful_one():
    assert doubtful([0.1, 0.9, 0.2]) == [1]
    assert doubtful([0.5, 0.9, 0.2]) == [0, 1, 2]
    assert doubtful([float("nan"), 0.0]) == [0, 1]
