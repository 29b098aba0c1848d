"""The benchmark's own arithmetic, and its negative control."""

from __future__ import annotations

import datetime as dt

import pytest

from benchmarks import intake_truth
from benchmarks.intake_truth import Cell, Tally, compare
from data.simulation import Meaning
from lianhu_analysis.intake.problems import Problem

FILE, SHEET = "data/raw/simulated/a.xlsx", "9月"
DAY = dt.date(2024, 10, 22)
RETAIL = Meaning("figure", "csm.goods", "level", "ytd", "2024-09", 12.5, "亿元", DAY)
OUTSIDE = Meaning("outside")
DASH = Meaning("no_figure", "csm.goods", "yoy")


@pytest.fixture
def truth():
    meanings = {"C4": (3, 2, RETAIL), "C5": (4, 2, OUTSIDE), "D4": (3, 3, DASH)}
    return {
        (FILE, SHEET, cell): Cell("plain", row, column, 3, meaning)
        for cell, (row, column, meaning) in meanings.items()
    }


def stored(**other):
    row = {
        "file": FILE,
        "sheet": SHEET,
        "cell": "C4",
        "indicator": "csm.goods",
        "measure": "level",
        "span": "ytd",
        "period": "2024-09",
        "value": 12.5,
        "unit": "亿元",
        "published": DAY,
        "published_basis": "stated",
        "provenance": "simulated",
    }
    return row | other


def refusal(cell, sheet=SHEET, remedy="请改正"):
    return Problem(sheet, cell, "不认识", remedy)


UNKNOWN = refusal("A5")


def test_right_figures_and_named_strangers_hold_the_bar(truth):
    tally = compare(truth, [stored()], {FILE: (UNKNOWN,)})
    assert tally.holds
    assert (tally.total("right"), tally.total("outside")) == (1, 1)


@pytest.mark.parametrize(
    "row",
    [
        stored(value=125.0),
        stored(period="2024-08"),
        stored(span="single"),
        stored(indicator="csm.catering"),
        stored(measure="yoy"),
        stored(unit="万元"),
        stored(published=dt.date(2024, 10, 21)),
        stored(published_basis="assumed"),
        stored(provenance="official"),
        stored(value=None),
        stored(cell="C5"),
        stored(cell="D4"),
        stored(cell="F9"),
    ],
)
def test_anything_else_in_the_store_is_wrong(truth, row):
    tally = compare(truth, [row], {FILE: (UNKNOWN, refusal("C4"))})
    assert tally.total("wrong") == 1
    assert not tally.holds


@pytest.mark.parametrize(
    ("problems", "outcome"),
    [
        ((), "silent"),
        ((refusal("C9"),), "silent"),
        ((refusal("C4", sheet="8月"),), "silent"),
        ((refusal("C4"),), "refused"),
        ((refusal("A4"),), "refused"),
        ((refusal("C3"),), "refused"),
        ((refusal("A1"),), "refused"),
        ((refusal(""),), "refused"),
        ((refusal("", sheet=""),), "refused"),
        ((refusal("D3"),), "silent"),
    ],
)
def test_what_was_not_read_was_refused_where_it_stands_or_is_silently_missing(
    truth, problems, outcome
):
    tally = compare(truth, [], {FILE: (UNKNOWN, *problems)})
    assert tally.total(outcome) == 1
    assert not tally.holds


def test_strangers_must_be_named(truth):
    assert compare(truth, [stored()], {FILE: ()}).total("silent") == 1


def test_a_refusal_without_a_remedy_does_not_count_as_one(truth):
    tally = compare(truth, [stored()], {FILE: (UNKNOWN, refusal("D9", remedy=""))})
    assert tally.total("malformed") == 1
    assert not tally.holds


def test_a_figure_that_a_file_states_twice_is_read_once(truth):
    twice = truth | {(FILE, SHEET, "C9"): Cell("plain", 8, 2, 3, RETAIL)}
    tally = compare(twice, [stored()], {FILE: (UNKNOWN,)})
    assert tally.holds
    assert tally.total("right") == 2


def test_the_bar_allows_one_refusal_in_a_thousand_and_names_each():
    tally = Tally()
    for number in range(1998):
        tally.add("plain", "right", (FILE, SHEET, f"C{number}"), "")
    tally.add("plain", "refused", (FILE, SHEET, "C4"), "growth of 104.6")
    tally.add("plain", "refused", (FILE, SHEET, "C5"), "growth of 104.7")
    assert (tally.valid, tally.holds) == (2000, True)
    assert "2 of 2000 valid figures refused (0.10%)" in tally.figure()
    assert [address[2] for address, _ in tally.refused] == ["C4", "C5"]
    tally.add("plain", "refused", (FILE, SHEET, "C6"), "growth of 104.8")
    assert not tally.holds
    assert not Tally().holds


def test_the_control_fails_for_the_one_falsified_cell(capsys):
    assert intake_truth.main(["--quick", "--control"]) == 1
    printed = capsys.readouterr().out
    assert printed.splitlines()[-1].startswith("FAILS: 1 wrong, 0 silently missing, 0 refusals")
    for family in ("plain", "two_row", "vendor_csv", "english_csv", "tables"):
        assert f"\n{family} " in printed
