import datetime as dt

import pandas as pd

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.intake.checks.revisions import (
    REVISION_COLUMNS,
    revision_findings,
    revisions,
)
from lianhu_analysis.workspace import CensusBreak
from tests.intake.checks.frames import frame, row

CATALOGUE = read_catalogue(None, {})
SALES = "csm.retail.total"


def versions(*pairs, code=SALES, measure="level"):
    """Each pair is (period, first, revised); the revision comes a month after."""
    rows = []
    for period, first, revised in pairs:
        month = pd.Timestamp(f"{period}-20") + pd.DateOffset(months=1)
        rows.append(row(code, period, first, measure=measure, published=month.date()))
        later = (month + pd.DateOffset(months=1)).date()
        rows.append(row(code, period, revised, measure=measure, published=later))
    return frame(rows)


USUAL = [
    ("2023-02", 100, 100.2),
    ("2023-03", 150, 149.5),
    ("2023-04", 200, 200.6),
    ("2023-05", 250, 250.4),
]


def test_a_change_is_measured_and_too_short_a_history_is_said():
    table = revisions(versions(*USUAL[:1]))
    assert tuple(table.columns) == REVISION_COLUMNS
    only = table.iloc[0]
    assert (only["before"], only["value"], round(only["change"], 6)) == (100, 100.2, 0.2)
    assert round(only["size"], 6) == 0.002
    assert (only["n_past"], only["verdict"]) == (0, "too_few")
    finding = revision_findings(table, CATALOGUE)[0]
    assert finding.severity == "Undefined"
    assert "2023年1—1月" not in finding.message and "以往没有修订过，无从判断" in finding.message
    assert "社会消费品零售总额" in finding.message


def test_a_revision_larger_than_its_own_history():
    table = revisions(versions(*USUAL, ("2023-06", 300, 306), ("2023-07", 350, 351)))
    newest = table.set_index("period")
    # past sizes .002, .0033, .003, .0016: median .0025; 2 % is eight times that
    assert newest.loc["2023-06", "verdict"] == "unusual"
    assert newest.loc["2023-07", "verdict"] == "usual"
    assert newest.loc["2023-06", "n_past"] == 4
    worst = revision_findings(table, CATALOGUE)[0]
    assert (worst.severity, worst.period) == ("Bad", "2023-06")
    assert "明显大于以往 4 次修订的中位数 0.25%" in worst.message


def test_what_did_not_change_is_no_revision():
    assert revisions(versions(("2023-02", 100, 100))).empty


def test_growth_is_measured_in_points():
    table = revisions(versions(("2023-02", 4.8, 5.4), measure="yoy"))
    assert round(table.iloc[0]["size"], 6) == 0.6


def test_a_revision_across_a_census_is_named():
    crossed = [CensusBreak(dt.date(2023, 4, 1), "普查")]
    table = revisions(versions(("2023-02", 100, 110)), breaks=crossed)
    assert table.iloc[0]["verdict"] == "census_break"


def test_only_the_newest_and_nothing_from_later():
    data = versions(*USUAL)
    assert list(revisions(data, since=dt.date(2023, 6, 30))["period"]) == ["2023-05"]
    assert list(revisions(data, as_of=dt.date(2023, 5, 31))["period"]) == ["2023-03", "2023-02"]


def test_values_that_are_withheld_are_left_out():
    data = versions(("2023-02", 100, 101))
    assert revisions(data.assign(value=float("nan"))).empty
