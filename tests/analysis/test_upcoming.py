"""What is still to come, when, and how much it usually moves a verdict."""

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis import cli
from lianhu_analysis.analysis.upcoming import release_day, upcoming
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.forecast.assessment import assess_targets
from lianhu_analysis.forecast.history import released_zh
from lianhu_analysis.forecast.knowledge import Knowledge
from lianhu_analysis.forecast.past_forecasts import record_of
from lianhu_analysis.forecast.verdict import asked
from lianhu_analysis.render.english import English
from tests.analysis.worlds import AMOUNT, KNOWN, PACE, REGION, RULES, done
from tests.forecast.frames import figures, indicator

DAY = dt.date(2024, 4, 28)
FRAME = done(("2024Q1", 13.0, dt.date(2024, 4, 18)))


def asked_on(day, targets=(AMOUNT,), frame=FRAME):
    knowledge = Knowledge(frame, (), targets)
    assessment = assess_targets(
        frame, targets, region=REGION, year=2024, as_of=day, catalogue=KNOWN, rules=RULES,
        knowledge=knowledge,
    )  # fmt: skip
    return assessment, knowledge


def test_the_day_is_the_median_of_the_delays_of_the_same_period():
    rows = [
        (
            "prj.key.done",
            "level",
            "ytd",
            f"{year}Q2",
            1.0,
            dt.date(year, 6, 30) + dt.timedelta(days=lag),
        )
        for year, lag in zip(range(2019, 2024), (18, 20, 18, 25, 900), strict=True)
    ]
    versions = Knowledge(figures(*rows)).extract(KNOWN.get("prj.key.done"), "level", RULES)
    day, basis = release_day(versions, Period(2024, "Q", 2))
    # 900 days is a delivery of old years; the median of 18, 18, 20, 25 is 19.
    assert (day, basis) == (dt.date(2024, 7, 19), "往年实际间隔（4 年）")
    # Without a past, the catalogue's 17 days.
    assert release_day(versions, Period(2024, "Q", 3)) == (dt.date(2024, 10, 17), "目录的发布规律")


def test_the_usual_change_is_that_of_past_years_at_the_same_step():
    assessment, knowledge = asked_on(DAY)
    table = upcoming(assessment, knowledge, RULES).tables["releases"]
    assert sorted(table["period"]) == ["2024Q2", "2024Q3", "2024Q4"]
    verdict = assessment.verdicts[0]
    sources, candidates = asked(AMOUNT, KNOWN, RULES, knowledge)
    told = []
    for position in (2, 3):
        runs = record_of(sources, candidates, 2024, position).runs
        told.append(
            {
                run.year: sum(w * run.centres[name] for name, w in verdict.weights.items())
                for run in runs
                if set(verdict.weights) <= set(run.centres)
            }
        )
        outcomes = {run.year: run.outcome for run in runs}
    third = table.set_index("period").loc["2024Q3"]
    moved = [abs(told[1][year] - told[0][year]) for year in told[0] if year in told[1]]
    assert len(moved) >= 3
    assert third["usual_change"] == pytest.approx(np.mean(moved))
    last = table.set_index("period").loc["2024Q4"]
    assert last["usual_change"] == pytest.approx(
        np.mean([abs(outcomes[year] - told[1][year]) for year in told[1]])
    )
    assert last["relative"] == pytest.approx(last["usual_change"] / verdict.draws.values.std())


def test_the_next_release_comes_first_and_what_is_late_says_so():
    assessment, knowledge = asked_on(dt.date(2024, 7, 25))
    answer = upcoming(assessment, knowledge, RULES)
    table = answer.tables["releases"]
    assert list(table["next"]) == [True, False, False]
    assert list(table["overdue"]) == [True, False, False]
    assert answer.sentences[0].startswith("名称prj.key.done2024年二季度，应已于 2024-07-18 公布：")
    # What came out and is held back was not late.
    first, *others = assessment.verdicts
    back = replace(first, withheld=first.required.periods[:1])
    held = upcoming(replace(assessment, verdicts=(back, *others)), knowledge, RULES)
    assert list(held.tables["releases"]["held_back"]) == [True, False, False]
    assert not held.tables["releases"]["overdue"].any()
    assert held.sentences[0].startswith("名称prj.key.done2024年二季度，公布的数待更正：")
    assert "awaiting correction" in English({"名称prj.key.done": "x"}).text(held.sentences[0])
    # Those that come after it change nothing of it, nor do they have a sentence.
    alone = upcoming(assessment, knowledge, RULES, only_next=True)
    assert alone.sentences == answer.sentences
    pd.testing.assert_frame_equal(alone.tables["releases"], table[:1])


def test_january_and_february_are_told_as_one():
    tax = indicator("fis.tax", frequency="M", no_january=True)
    assert released_zh(tax, Period(2024, "M", 2)) == "2024年1—2月"
    assert released_zh(tax, Period(2024, "M", 3)) == "2024年3月"
    assert released_zh(replace(tax, no_january=False), Period(2024, "M", 2)) == "2024年2月"
    assert released_zh(replace(tax, frequency="Q"), Period(2024, "Q", 1)) == "2024年一季度"


def test_what_is_not_known_is_blank_with_its_reason():
    assessment, knowledge = asked_on(DAY, (PACE,))
    table = upcoming(assessment, knowledge, RULES).tables["releases"]
    assert table["usual_change"].isna().all()
    assert set(table["reason"]) == {assessment.verdicts[0].reason}
    assert upcoming(assessment, knowledge, RULES).sentences == ()


def test_a_year_whose_figure_is_out_waits_for_nothing():
    frame = done(*((f"2024Q{q}", 20.0 * q, dt.date(2025, 1, 18)) for q in (1, 2, 3, 4)))
    assessment, knowledge = asked_on(dt.date(2025, 1, 31), frame=frame)
    assert upcoming(assessment, knowledge, RULES).tables["releases"].empty


def test_the_command_prints_the_calendar(national, capfd):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["calendar", "--workspace", str(national.root), "--as-of", "2023-05-01", "--json"])
    assert stopped.value.code == 0
    table = pd.DataFrame(json.loads(capfd.readouterr().out)["releases"])
    assert table.loc[0, "period"] == "2023Q2"
    assert (table["usual_change"] > 0).all()
