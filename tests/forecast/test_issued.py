import datetime as dt

import numpy as np
import pytest

from lianhu_analysis.forecast.assessment import assess_targets
from lianhu_analysis.forecast.frequency import came_true
from lianhu_analysis.forecast.issued import (
    LADDER,
    digest,
    frequency_fields,
    issue,
    record_frame,
    score_issued,
    target_of,
    told_in_advance,
)
from lianhu_analysis.forecast.verdict import Rules
from lianhu_analysis.workspace import Region
from tests.forecast.frames import catalogue
from tests.forecast.test_verdict import GDP, gdp_frame, target

NATION = Region("100000", "全国")
DAY = dt.date(2024, 10, 18)


def verdict(**changes):
    """A verdict that stands for draws 4.025, 4.075, ... 4.975."""
    values = {
        "indicator": "gdp.total", "measure": "yoy", "year": 2024, "target": 5.0, "rule": "about",
        "tolerance": 0.2, "decimals": 1, "unit": "%", "title_zh": "增长5%左右",
        "target_source": "报告", "status": "ok", "probability": 0.4, "probability_about": 0.7,
        "mean": 4.5, "persistence": 4.8,
        "quantiles": {str(level): 4 + level for level in LADDER},
    }  # fmt: skip
    return {**values, **changes}


def score(outcome, store_day=dt.date(2024, 11, 1), **changes):
    return score_issued(verdict(**changes), outcome, dt.date(2025, 1, 17), store_day=store_day)


def test_a_score_by_hand():
    scored = score(4.8)
    assert (scored["met"], scored["met_about"]) == (False, True)
    assert (scored["brier"], scored["brier_about"]) == (pytest.approx(0.16), pytest.approx(0.09))
    assert scored["error"] == pytest.approx(-0.3)
    assert scored["persistence_error"] == 0.0
    # A uniform on 4 to 5: (u^3 + (1 - u)^3) / 3 with u = 0.8; twenty steps are near it.
    assert scored["crps"] == pytest.approx((0.8**3 + 0.2**3) / 3, abs=0.001)
    # The tenth and ninetieth percentile lie halfway between the kept ones: 4.1 and 4.9.
    assert scored["covered_80"]
    assert not score(4.95)["covered_80"]
    # Figures are judged as they are printed: 4.95 is 5.0.
    assert score(4.95)["met"] and not score(4.94)["met"]
    assert score(5.0)["met"]


def test_what_the_store_knew_already_was_not_told_in_advance():
    assert not score(4.8)["retrospective"]
    assert score(4.8, store_day=dt.date(2025, 1, 17))["retrospective"]
    assert not score(4.8, store_day=None)["retrospective"]


def test_a_refusal_has_an_outcome_and_no_score():
    refused = verdict(status="refused", probability=None, probability_about=None, quantiles={})
    scored = score_issued(refused, 5.1, dt.date(2025, 1, 17), store_day=None)
    assert scored == {
        "outcome": 5.1, "published": "2025-01-17", "retrospective": False,
        "met": True, "met_about": True,
    }  # fmt: skip


def assessed(frame=None, targets=()):
    return assess_targets(
        gdp_frame() if frame is None else frame,
        targets or [target()],
        region=NATION,
        year=2024,
        as_of=DAY,
        catalogue=catalogue(GDP),
        rules=Rules(("official",)),
    )


def test_what_few_targets_have_is_kept_and_what_others_lack_is_not_missed():
    rare = target(
        value=4.5, upper=5.0, rule="range", tolerance=0.0, in_force=dt.date(2024, 7, 1),
        set_by="市下达任务",
    )  # fmt: skip
    plain, kept = issue(assessed(targets=(target(), rare)))
    assert target_of(kept) == rare
    assert 0 < kept["probability_within"] < kept["probability"]
    # Documents from before these fields stay as they were, and are read.
    assert not {"upper", "probability_within", "in_force", "set_by"} & set(plain)
    assert target_of(plain) == target()
    entries = [
        {**item, "region": "100000", "as_of": "2024-10-18", "issue": number, **score(4.8)}
        for number, item in enumerate((plain, kept, plain, kept), 1)
    ]
    told = told_in_advance(record_frame(entries))
    assert told[["issue", "set_by"]].to_numpy().tolist() == [[1, ""], [2, "市下达任务"]]


def test_what_is_issued_can_be_read_back_and_is_the_same_twice():
    assessment = assessed()
    (kept,) = issue(assessment)
    judged = assessment.verdicts[0]
    assert target_of(kept) == judged.target
    assert kept["probability"] == pytest.approx(judged.probability, abs=1e-10)
    assert list(kept["quantiles"]) == [str(level) for level in LADDER]
    middle = np.quantile(judged.draws.values, [0.475, 0.525]).mean()
    assert (kept["quantiles"]["0.475"] + kept["quantiles"]["0.525"]) / 2 == pytest.approx(middle)
    assert sum(kept["weights"].values()) == pytest.approx(1)
    assert digest(issue(assessed())) == digest([kept])
    assert digest([{**kept, "probability": 0.5}]) != digest([kept])


def test_a_refusal_is_issued_and_an_outcome_is_not():
    (refused,) = issue(assessed(gdp_frame(years=[2023])))
    assert (refused["status"], refused["probability"]) == ("refused", None)
    assert refused["reason"]
    extra = [("gdp.total", "yoy", "ytd", "2024Q4", 5.0, "2025-01-17")]
    assert issue(assessed(gdp_frame(extra=extra))) == []


def entry(number, *, year=2024, as_of="2024-10-31", indicator="gdp.total", **changes):
    values = {
        **verdict(year=year, indicator=indicator), "issue": number, "region": "100000",
        "as_of": as_of, "outcome": 5.0, "published": f"{year + 1}-01-17", "retrospective": False,
        "met": True, "met_about": True, "brier": 0.36, "brier_about": 0.09, "covered_80": True,
    }  # fmt: skip
    return {**values, **changes}


def test_only_what_was_told_in_advance_counts_and_once():
    record = record_frame(
        [
            entry(3, probability=0.9),
            entry(1),
            entry(2, as_of="2024-07-31", retrospective=True),
            entry(4, as_of="2025-02-28", year=2025, outcome=None, met=None, published=None),
            entry(5, as_of="2024-08-31", status="refused", probability=None),
        ]
    )
    assert list(record["as_of"]) == [
        "2024-07-31", "2024-08-31", "2024-10-31", "2024-10-31", "2025-02-28",
    ]  # fmt: skip
    told = told_in_advance(record)
    assert list(told["issue"]) == [1]
    # The outcome was not known before it was published.
    assert told_in_advance(record, dt.date(2025, 1, 16)).empty
    assert len(told_in_advance(record, dt.date(2025, 1, 17))) == 1


def test_a_record_without_any_outcome_counts_nothing():
    waiting = {key: value for key, value in entry(1).items() if key not in ("outcome", "published")}
    told = told_in_advance(record_frame([waiting]), DAY)
    assert told.empty
    assert came_true(told, 0.4).n == 0


def test_fields_beside_a_target():
    told = record_frame([entry(1)])
    fields = frequency_fields(told, {"status": "ok", "probability": 0.5, "probability_about": 0.7})
    assert fields["record"]["n"] == 1
    assert fields["record_about"]["came_true"] == 1
    assert frequency_fields(told, {"status": "refused"}) == {"record": None, "record_about": None}
