"""The tidy shape: how rows become a frame, and what the store's door lets in."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.observations import (
    COLUMNS,
    Observation,
    empty_observations,
    frame_observations,
    is_hidden,
    validate_observations,
)

ROW = {
    "region": "610104",
    "indicator": "csm.retail.total",
    "measure": "level",
    "span": "ytd",
    "period": "2024-09",
    "value": 481.25,
    "unit": "亿元",
    "published": dt.date(2024, 10, 22),
    "published_basis": "stated",
    "source": "data/raw/x/a.xlsx",
    "sheet": "9月",
    "cell": "D4",
    "token": "481.25",
    "status": "ok",
    "provenance": "official",
}
NO_VALUE = {"value": None, "status": "not_released", "token": "…"}


def made(*rows):
    return frame_observations([Observation(**row) for row in rows])


def test_rows_become_the_tidy_shape_and_what_is_absent_is_empty_or_missing():
    frame = made(ROW, NO_VALUE)
    assert frame.dtypes.to_dict() == empty_observations().dtypes.to_dict()
    assert list(frame.columns) == list(COLUMNS) and list(frame.index) == [0, 1]
    first, second = frame.to_dict("records")
    assert first == ROW | {"published": pd.Timestamp(2024, 10, 22)}
    assert (second["region"], second["sheet"], second["token"]) == ("", "", "…")
    assert pd.isna(second["value"]) and pd.isna(second["published"])


def test_no_rows_are_the_empty_frame():
    assert made().equals(empty_observations())


def test_a_good_frame_passes_with_its_columns_in_order():
    frame = made(ROW, ROW | NO_VALUE | {"period": "2024-08"})
    turned = frame[list(COLUMNS)[::-1]]
    assert validate_observations(turned, "a.xlsx").equals(frame)


BAD = [
    ({"region": "61010"}, "region"),
    ({"indicator": ""}, "indicator"),
    ({"measure": "share"}, "measure"),
    ({"span": "week"}, "span"),
    ({"period": "2024-13"}, "period"),
    ({"value": None}, "value 应当有数"),
    ({"status": "below_unit"}, "value 应当有数"),
    ({"unit": ""}, "unit"),
    ({"published": None}, "published"),
    ({"published_basis": "guessed"}, "published_basis"),
    ({"source": ""}, "source"),
    ({"status": "fine"}, "status"),
    ({"provenance": "rumour"}, "provenance"),
]


@pytest.mark.parametrize(("change", "named"), BAD)
def test_a_fault_is_named_with_its_file(change, named):
    frame = made(ROW, ROW | {"period": "2024-08"} | change)
    with pytest.raises(IntakeError, match=named) as error:
        validate_observations(frame, "a.xlsx")
    assert "a.xlsx" in error.value.message


def test_two_rows_of_one_key_are_a_fault():
    with pytest.raises(IntakeError, match=r"一个数有两行（csm.retail.total 2024-09 9月!D4）"):
        validate_observations(made(ROW, ROW | {"value": 1.0}), "a.xlsx")


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame.assign(other="x"),
        lambda frame: frame.drop(columns="token"),
        lambda frame: frame.assign(value="481.25"),
    ],
)
def test_other_columns_or_kinds_are_a_fault(change):
    with pytest.raises(IntakeError):
        validate_observations(change(made(ROW)), "a.xlsx")


GOOD = {
    "region": {"610104"},
    "period": {"2024", "2024Q1", "2024-07"},
    "status": {"ok", "corrected", "below_unit"},
    "unit": {"亿元"},
    "span": {"ytd", "point"},
}


@settings(max_examples=40)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "region": st.sampled_from(["610104", "61010", "", "６１０１０４", "610104\n"]),
                "period": st.sampled_from(["2024", "2024Q1", "2024-07", "2024\n", "24", ""]),
                "status": st.sampled_from(["ok", "corrected", "below_unit", "fine"]),
                "value": st.sampled_from([None, 0.0, -1.5, float("inf")]),
                "unit": st.sampled_from(["亿元", ""]),
                "span": st.sampled_from(["ytd", "point", "YTD"]),
            }
        ),
        min_size=1,
        max_size=3,
    )
)
def test_the_door_lets_in_what_is_right_and_nothing_else(changes):
    frame = made(*(ROW | change for change in changes))
    keys = {(row["region"], row["span"], row["period"]) for row in changes}
    right = len(keys) == len(changes) and all(
        all(row[name] in allowed for name, allowed in GOOD.items())
        and (row["value"] is not None) == (row["status"] != "below_unit")
        for row in changes
    )
    if right:
        assert len(validate_observations(frame, "a.xlsx")) == len(changes)
    else:
        with pytest.raises(IntakeError, match=r"a\.xlsx"):
            validate_observations(frame, "a.xlsx")


def test_what_is_hidden_hides_its_facts_and_nothing_else():
    codes = pd.Series(["a.b", "fact.rank.a.b", "fact.a.b", "a.b.c"])
    assert is_hidden(codes, frozenset({"a.b"})).tolist() == [True, True, False, False]
