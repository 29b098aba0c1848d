"""One key, one figure, whatever the order in which it was said."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.intake.observations import Observation, frame_observations
from lianhu_analysis.intake.same_figures import merge_rows, merge_same_figures


def row(value, cell, *, period="2024-09", status="ok", source="a.xlsx", measure="level"):
    return Observation(
        region="610104",
        indicator="csm.retail.total",
        measure=measure,
        span="ytd",
        period=period,
        value=value,
        unit="亿元" if measure == "level" else "%",
        published=dt.date(2024, 10, 22),
        published_basis="stated",
        source=source,
        sheet="9月",
        cell=cell,
        token=str(value),
        status=status,
        provenance="official",
    )


def test_rows_of_different_keys_stay_as_they_are():
    rows = [row(1.0, "D4"), row(2.0, "D4", period="2024-08"), row(4.6, "E4", measure="yoy")]
    assert merge_rows(rows) == (rows, ())


def test_the_same_figure_counts_once_and_the_finer_one_stays():
    rows = [row(481.3, "D4"), row(2.0, "D5", period="2024-08"), row(481.25, "D9")]
    kept, problems = merge_rows(rows)
    assert [(item.value, item.cell) for item in kept] == [(2.0, "D5"), (481.25, "D9")]
    assert problems == ()


def test_a_figure_stands_before_a_sign_for_none():
    kept, problems = merge_rows([row(None, "C4", status="not_meaningful"), row(481.25, "D4")])
    assert [(item.value, item.status) for item in kept] == [(481.25, "ok")]
    assert problems == ()


def test_different_figures_are_withheld_and_every_cell_is_named():
    kept, problems = merge_rows([row(481.25, "D4"), row(482.25, "D9"), row(481.25, "D7")])
    (item,) = kept
    assert (item.value, item.status, item.sheet) == (None, "quarantined", "")
    assert (item.cell, item.token) == ("9月!D4 | 9月!D9", "481.25 | 482.25")
    (problem,) = problems
    assert "9月!D4" in problem.message and "9月!D9" in problem.message
    assert (problem.sheet, problem.cell) == ("9月", "D4")


def test_files_that_disagree_are_both_named():
    _, problems = merge_rows([row(481.25, "D4"), row(482.25, "E9", source="b.xlsx | 公报")])
    assert "a.xlsx 9月!D4；b.xlsx 9月!E9" in problems[0].message


def test_what_was_withheld_stays_withheld():
    kept, problems = merge_rows([row(481.25, "D4"), row(None, "D9", status="quarantined")])
    assert [item.status for item in kept] == ["quarantined"] and len(problems) == 1


ROWS = st.lists(
    st.builds(
        row,
        st.sampled_from([None, 481.25, 481.3, 481.0, 500.0, 0.0]),
        st.sampled_from(["D4", "D9", "E4"]),
        period=st.sampled_from(["2024-08", "2024-09"]),
        status=st.sampled_from(["ok", "not_released"]),
        measure=st.sampled_from(["level", "yoy"]),
    ),
    max_size=7,
)


@settings(max_examples=60)
@given(rows=ROWS, order=st.randoms(use_true_random=False))
def test_order_never_matters_and_a_frame_is_merged_like_its_rows(rows, order):
    kept, problems = merge_rows(rows)
    frame, of_frame = merge_same_figures(frame_observations(rows))
    assert frame.equals(frame_observations(kept)) and of_frame == problems
    again, others = merge_rows(order.sample(rows, len(rows)))
    assert others == problems
    assert sorted(map(str, again)) == sorted(map(str, kept))
    keys = [(item.period, item.measure) for item in kept]
    assert len(set(keys)) == len(keys)
