"""The news say what was expected, what came, and what it did; what cannot be split says why."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis import cli
from lianhu_analysis.analysis.attribution import attribute
from lianhu_analysis.analysis.news import _sentence, news, news_json
from lianhu_analysis.errors import UsageError
from lianhu_analysis.pipeline.session import Session
from tests.analysis.worlds import AMOUNT, PACE, REGION, between, done, grown

MARCH, MAY, AUGUST = (dt.date(2024, month, 28) for month in (3, 5, 8))
FRAME = pd.concat(
    [
        done(("2024Q1", 13.0, dt.date(2024, 4, 18)), ("2024Q2", 40.0, dt.date(2024, 7, 18)),
             ("2023Q4", 87.0, dt.date(2024, 7, 20))),
        grown(("yoy", "2024Q1", 5.6, dt.date(2024, 4, 18))),
    ],
    ignore_index=True,
)  # fmt: skip


@pytest.fixture(scope="module")
def answer():
    return news(between(FRAME, MAY, AUGUST), 2024, (REGION,))


def test_a_release_is_held_against_the_median_of_the_forecast_before(answer):
    before, _, _ = attribute(between(FRAME, MAY, AUGUST), AMOUNT)
    row = answer.tables["impacts"].iloc[0]
    assert (row["kind"], row["period"], row["published"]) == ("release", "2024Q2", 40.0)
    assert row["expected"] == before.fan.loc["2024Q2", 0.5]
    assert row["weight"] == pytest.approx(row["impact"] / (40.0 - row["expected"]))
    assert (row["theme"], row["mechanism"]) == ("effective_investment", "economy")


def test_a_revision_is_held_against_what_stood_there(answer):
    row = answer.tables["impacts"].iloc[1]
    assert (row["kind"], row["period"], row["day"]) == ("revision", "2023Q4", "2024-07-20")
    assert (row["expected"], row["published"]) == (88.0, 87.0)


def test_parts_are_sums_of_impacts_and_make_the_new_from_the_old(answer):
    row, moves = answer.tables["targets"].iloc[0], answer.tables["impacts"]
    moves = moves[moves["row"] == 0]
    for suffix in ("", "_probability"):
        by_kind = moves.groupby("kind")[f"impact{suffix}"].sum()
        assert row["releases" + suffix] == by_kind["release"]
        assert row["revisions" + suffix] == by_kind["revision"]
        parts = sum(row[name + suffix] for name in ("old", "revisions", "releases", "residual"))
        assert parts == pytest.approx(row["new" + suffix], rel=0, abs=1e-9)
    themes = answer.tables["themes"]
    assert themes["impact"].sum() == pytest.approx(moves["impact"].sum(), abs=1e-12)


def test_the_sentence_has_the_numbers_of_the_tables(answer):
    row, move = answer.tables["targets"].iloc[0], answer.tables["impacts"].iloc[0]
    said = answer.sentences[0]
    for text in (f"{row['old']:.2f}", f"{row['new']:.2f}", f"{row['new_probability']:.0%}"):
        assert text in said
    assert f"2024年上半年名称prj.key.done公布 40，预期 {move['expected']:.2f}" in said
    assert f"{'上调' if move['impact'] > 0 else '下调'} {abs(move['impact']):.2f} 亿元" in said


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (
            91.0,
            "变为 91，",
        ),
        (89.5, "变为 89.50，"),
    ],
)
def test_of_a_year_that_is_out_nothing_is_left_to_chance(year, said):
    frame = done(
        ("2024Q1", 13.0, dt.date(2024, 4, 18)),
        ("2024Q2", 40.0, dt.date(2024, 7, 18)),
        ("2024Q4", year, dt.date(2025, 1, 18)),
    )
    held = between(frame, AUGUST, dt.date(2025, 1, 28), targets=(AMOUNT,))
    (sentence,) = news(held, 2024, (REGION,)).sentences
    assert said in sentence
    assert f"变为 {'100%' if year >= AMOUNT.value else '0'}（已定）。" in sentence


def test_what_moved_it_is_something_that_moved_it_the_way_that_it_went():
    row = {"reason": "", "name_zh": "收入", "old": 6.2, "new": 5.5, "unit": "%",
           "old_probability": 0.4, "new_probability": 0.2}  # fmt: skip
    july, august = (
        {"period_zh": f"2024年1—{month}月", "name_zh": "收入", "kind_zh": "公布", "impact": impact,
         "impact_probability": impact / 10}
        for month, impact in ((7, 1.3), (8, -1.0))
    )  # fmt: skip
    assert "2024年1—8月收入公布，使预测下调 1.00 个百分点。" in _sentence(row, [july, august])
    risen = _sentence(row | {"new": 6.5}, [july, august])
    assert "2024年1—7月收入公布，使预测上调 1.30 个百分点。" in risen


def test_another_target_is_what_moved_the_chance():
    row = {"name_zh": "零售增长4%", "reason": "", "unit": "%"}
    row |= {"old": 4.78, "new": 4.55, "old_probability": 0.001, "new_probability": 0.999}
    release = {"kind": "release", "kind_zh": "公布", "impact": -0.1, "impact_probability": 0.0}
    release |= {"period_zh": "2024年1—8月", "name_zh": "零售", "published": 4.5, "expected": 4.69}
    target = {"kind": "target", "kind_zh": "定目标", "day": "2024-08-01"}
    told = [release, target | {"impact": 0.0, "impact_probability": 0.99}]
    said = _sentence(row, told)
    assert said.endswith("2024-08-01 定目标，使概率上调 99.0 个百分点。")
    assert "公布 4.5" in _sentence(row, [release])


def test_a_forecast_that_stays_is_told_once_and_its_chance_by_what_moved_it():
    row = {"reason": "", "name_zh": "征收", "old": 6.0, "new": 6.0, "unit": "个",
           "old_probability": 0.96, "new_probability": 0.8}  # fmt: skip
    july = {"period_zh": "2024年1—7月", "name_zh": "征收", "kind_zh": "公布", "published": 3.0,
            "impact": 0.0, "impact_probability": -0.16}  # fmt: skip
    assert _sentence(row, [july]) == (
        "征收：预测仍为 6，概率由 96% 变为 80%。2024年1—7月征收公布 3，使概率下调 16.0 个百分点。"
    )
    fewer = _sentence(row | {"new": 5.0}, [july | {"impact": -1.0}])
    assert "预测由 6 变为 5" in fewer and fewer.endswith("使预测下调 1 个。")


def test_a_target_that_nothing_reached_did_not_move(answer):
    row = answer.tables["targets"].iloc[1]
    assert row["old"] == row["new"]
    assert (row["revisions"], row["releases"], row["residual"]) == (0.0, 0.0, 0.0)
    assert answer.sentences[1] == "增长5.8%：没有变化。"


def test_what_cannot_be_split_is_missing_with_its_reason():
    frame = grown(("yoy", "2024Q1", 5.6, dt.date(2024, 4, 18)))
    early = frame[frame["period"].str[:4].astype(int) >= 2024]
    held = between(frame, MARCH, MAY, targets=(PACE,), old=early)
    answer = news(held, 2024, (REGION,))
    row = answer.tables["targets"].iloc[0]
    assert np.isnan([row["old"], row["releases"], row["residual"]]).all()
    assert np.isfinite(row["new"])
    assert row["reason"].startswith("2024-03-28 ")
    assert row["reason"] in answer.sentences[0]
    assert news_json(answer)["targets"][0]["releases"] is None


def test_a_target_announced_later_had_no_verdict_before():
    held = between(done(), MARCH, MAY, targets=(AMOUNT,))
    announced = [
        item.__class__(**{**item.__dict__, "in_force": dt.date(2024, 4, 1)})
        for item in held.targets
    ]
    held = between(done(), MARCH, MAY, targets=tuple(announced))
    assert (
        news(held, 2024, (REGION,)).tables["targets"].iloc[0]["reason"]
        == "2024-03-28 还没有这项目标"
    )


def test_the_document_has_the_impacts_beside_their_target(answer):
    document = news_json(answer)
    assert [len(row["impacts"]) for row in document["targets"]] == [2, 0]
    assert document["targets"][0]["impacts"][0]["impact"] == document["impacts"][0]["impact"]


def test_the_news_of_a_session_are_about_its_own_verdicts(national):
    session = Session(national, dt.date(2023, 10, 31))
    since = dt.date(2023, 7, 31)
    row = session.news(since).tables["targets"].iloc[0]
    for day, name in ((since, "old"), (session.day, "new")):
        verdict = Session(national, day).assess(2023).verdicts[0]
        assert (row[name], row[f"{name}_probability"]) == (
            verdict.quantiles[0.5],
            verdict.probability,
        )
    with pytest.raises(UsageError, match="--from 2023-10-31 不早于 --to 2023-10-31"):
        session.news(session.day)


def test_the_command_prints_the_document_and_keeps_it(national, capfd):
    words = [
        "news",
        "--workspace",
        str(national.root),
        "--from",
        "2023-07-31",
        "--to",
        "2023-10-31",
    ]
    printed = []
    for _ in range(2):
        with pytest.raises(SystemExit) as stopped:
            cli.main([*words, "--json"])
        assert stopped.value.code == 0
        printed.append(json.loads(capfd.readouterr().out))
    assert printed[0] == printed[1]
    row = printed[0]["targets"][0]
    parts = [row[name] for name in ("old", "revisions", "releases", "residual")]
    assert sum(parts) == pytest.approx(row["new"], rel=0, abs=1e-9)
    assert {
        "indicator",
        "period",
        "kind",
        "expected",
        "published",
        "weight",
        "impact",
        "theme",
    } <= set(row["impacts"][0])


def test_without_data_there_is_no_day_to_speak_of(empty):
    with pytest.raises(UsageError, match="还没有可用的数据"):
        Session(empty).news()
