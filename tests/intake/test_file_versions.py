"""A file corrected in place: what it could not give is added, what it gave stays."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.intake.file_versions import settle_versions
from lianhu_analysis.intake.observations import (
    KEY,
    Observation,
    empty_observations,
    frame_observations,
)
from lianhu_analysis.intake.same_figures import merge_same_figures

DAYS = [dt.date(2024, 10, day) for day in (18, 22, 30)]


def row(value, cell="D4", *, period="2024-09", day=DAYS[1], status="ok", token=None):
    return Observation(
        region="610104",
        indicator="csm.retail.total",
        measure="level",
        span="ytd",
        period=period,
        value=value,
        unit="亿元",
        published=day,
        published_basis="stated",
        source="data/raw/x/a.xlsx",
        sheet="9月",
        cell=cell,
        token=str(value) if token is None else token,
        status=status,
        provenance="official",
    )


def settle(old, new, **options):
    found = settle_versions(frame_observations(old), frame_observations(new), **options)
    kept, fresh = (
        list(zip(frame["cell"], frame["value"].fillna(-1), strict=True))
        for frame in (found.kept, found.fresh)
    )
    return kept, fresh, found.problems


def test_what_the_first_version_could_not_give_is_added():
    added = row(40.0, "D9", period="2024-08")
    assert settle([row(427.0)], [row(427.0), added]) == ([], [("D4", 427.0), ("D9", 40.0)], ())


def test_a_figure_that_moved_is_found_where_it_stands_now():
    assert settle([row(427.0)], [row(427.0, "D5")]) == ([], [("D5", 427.0)], ())


@pytest.mark.parametrize("day", DAYS[:2])
def test_another_value_without_a_later_day_is_refused_with_both_values(day):
    kept, fresh, (problem,) = settle([row(427.0)], [row(500.0, "D5", day=day)])
    assert (kept, fresh) == ([("D4", 427.0)], [])
    assert (problem.sheet, problem.cell) == ("9月", "D5")
    assert all(word in problem.message for word in ("427.0", "500.0", "csm.retail.total 2024-09"))
    assert all(word in problem.remedy for word in ("出处", "corrections.toml", "另存为新的发布"))


def test_another_value_with_a_later_day_is_a_revision():
    kept, fresh, problems = settle([row(427.0)], [row(500.0, "D5", day=DAYS[2])])
    assert (kept, fresh, problems) == ([("D4", 427.0)], [("D5", 500.0)], ())


@pytest.mark.parametrize("status", ["quarantined", "not_released"])
def test_what_was_withheld_or_blank_gives_way_to_a_figure(status):
    old = row(None, status=status, token="427 | 437")
    assert settle([old], [row(437.0, "D5")]) == ([], [("D5", 437.0)], ())


def test_a_figure_never_gives_way_to_a_blank_or_to_a_rounding():
    kept, fresh, (problem,) = settle([row(427.0)], [row(None, status="not_released")])
    assert (kept, fresh, "没有了" in problem.message) == ([("D4", 427.0)], [], True)
    assert settle([row(427.3)], [row(427.26)]) == ([("D4", 427.3)], [], ())


def test_a_figure_left_out_is_told_unless_the_original_is_back():
    kept, fresh, (problem,) = settle([row(427.0)], [])
    assert (kept, fresh, problem.cell) == ([("D4", 427.0)], [], "D4")
    assert "撤下" in problem.remedy
    assert settle([row(427.0)], [], restored=True) == ([("D4", 427.0)], [], ())


ROWS = st.lists(
    st.builds(
        row,
        st.sampled_from([None, 481.25, 481.3, 500.0]),
        st.sampled_from(["D4", "D9"]),
        period=st.sampled_from(["2024-08", "2024-09"]),
        day=st.sampled_from(DAYS),
        status=st.just("ok"),
    ).map(lambda item: item._replace(status="ok" if item.value else "not_released")),
    max_size=6,
)


@settings(max_examples=200)
@given(ROWS, ROWS)
def test_every_figure_once_stored_stays_on_its_day_and_each_key_is_stored_once(old, new):
    held, _ = merge_same_figures(frame_observations(old))
    present, _ = merge_same_figures(frame_observations(new))
    found = settle_versions(held, present)
    both = pd.concat([found.kept, found.fresh])
    assert not both.duplicated(list(KEY)).any()
    stored = {tuple(item) for item in both[[*KEY, "value"]].dropna().values.tolist()}
    assert {tuple(item) for item in held[[*KEY, "value"]].dropna().values.tolist()} <= stored


def test_nothing_held_is_a_first_delivery():
    found = settle_versions(empty_observations(), frame_observations([row(427.0)]))
    assert (len(found.fresh), len(found.kept), found.problems) == (1, 0, ())
