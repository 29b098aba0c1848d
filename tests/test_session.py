"""One workspace on one day, asked many times: read once, tables that agree with the document."""

import datetime as dt
import json
from dataclasses import replace

import pandas as pd
import pytest

import lianhu_analysis as lh
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import StoreError, UsageError
from lianhu_analysis.forecast.assessment import assessment_json, verdict_frame
from lianhu_analysis.intake.checks.check import check_observations
from lianhu_analysis.intake.new_workspace import create_workspace
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.pipeline import session
from lianhu_analysis.pipeline.answers import ingest
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.workspace import load_workspace
from tests.conftest import copy_workspace

OCTOBER = dt.date(2024, 10, 31)


def test_a_day_is_read_from_the_store_once(national, monkeypatch):
    read = []
    whole = VintageStore.history
    monkeypatch.setattr(
        VintageStore, "history", lambda self, *a, **k: read.append(a) or whole(self, *a, **k)
    )
    session = Session(national, OCTOBER)
    assert session.assess(2024) is session.assess(2024)
    session.assess(2023)
    assert len(session.versions) == len(session.versions)
    assert len(read) == 1


def test_a_period_is_told_as_the_day_knows_it_without_what_came_after(national):
    session, half = Session(national, OCTOBER), Period.parse("2024Q2")
    assert session.newer_than(half)[-1] == "2024Q3"
    told = session.of(half)
    for frame in (told.assured.frame, told.versions, told.everywhere):
        assert max(Period.parse(code).end for code in frame["period"]) == half.end
    assert "2024年上半年" in told.comparison().sentences[0]
    assert told.monitor(2024).tables["core"]["period"].max() == "2024Q2"
    assert told.today == half.end + dt.timedelta(days=31) < session.today == OCTOBER
    # The newest period is told by the session as it is.
    assert session.of(Period.parse("2024Q3")) is session


def test_before_any_target_has_begun_the_first_is_asked_about(national):
    assert Session(national, dt.date(2010, 12, 31)).year == 2011
    assert Session(national, dt.date(2016, 1, 1)).year == 2016


def test_an_answer_of_the_same_day_is_computed_once(tmp_path, national):
    space = load_workspace(copy_workspace(national.root, tmp_path / "space"))
    ingest(space)
    asked = []

    def answer():
        asked.append("")
        return Session(space, OCTOBER).comparison()

    first = Session(space, OCTOBER).kept_answer("comparison", answer)
    assert Session(space, OCTOBER).kept_answer("comparison", answer).as_dict() == first.as_dict()
    assert len(asked) == 1
    Session(space, OCTOBER).kept_answer("another", answer)
    Session(space, dt.date(2024, 10, 30)).kept_answer("comparison", answer)
    assert len(asked) == 3


def test_the_table_of_verdicts_says_what_the_document_says(national):
    session = lh.open(str(national.root), "2024-10-31")
    table = session.verdicts(2024)
    document = assessment_json(session.assess(2024))["targets"]
    assert len(table) == len(document) > 0
    for (_, row), item in zip(table.iterrows(), document, strict=True):
        for name in ("indicator", "target", "actual", "required", "probability", "status"):
            assert row[name] == item[name] or (pd.isna(row[name]) and item[name] is None)
        assert row["persistence"] == item["benchmark"]["persistence"]
        for level, value in item["quantiles"].items():
            assert row[f"q{level}"] == value
        weights = row.filter(like="weight.").dropna()
        assert weights.to_dict() == pytest.approx(
            {f"weight.{model}": weight for model, weight in item["weights"].items()}
        )
    # What is plain can be exported; nothing nested is left in a cell.
    assert not table.map(lambda cell: isinstance(cell, dict | list)).any().any()
    # Where a share of last year is known of some targets, no column says of the others it is none.
    (known,) = session.assess(2024).verdicts
    unknown = replace(known, required=replace(known.required, share=None))
    both = verdict_frame(replace(session.assess(2024), verdicts=(known, unknown)))
    assert "required_share" not in both and len(both) == 2


def test_what_the_checks_found_is_kept_with_the_same_figures(tmp_path, national, monkeypatch):
    root = copy_workspace(national.root, tmp_path / "space")
    space = load_workspace(root)
    ingest(space)
    first = Session(space, OCTOBER).assured
    assert len(first.findings) > 3
    checked = []
    monkeypatch.setattr(
        session,
        "check_observations",
        lambda *a, **k: checked.append(a) or check_observations(*a, **k),
    )
    again = Session(space, OCTOBER).assured
    assert again.findings == first.findings and not checked
    pd.testing.assert_frame_equal(again.frame, first.frame)
    # Another day, other settings, other figures: each is checked.
    Session(space, dt.date(2024, 7, 31)).assured  # noqa: B018
    (root / "corrections.toml").write_text("# 没有更正\n", encoding="utf-8")
    assert Session(space, OCTOBER).assured.findings == first.findings
    assert len(checked) == 2


def test_peers_are_checked_apart_and_told_with_the_others(national, tmp_path):
    root = copy_workspace(national.root, tmp_path / "space")
    config = (root / "lianhu.toml").read_text(encoding="utf-8")
    peers = '\n[[peers]]\ncode = "{}"\nname_zh = "{}"\n'
    config += peers.format("000001", "甲国") + peers.format("999999", "乙国")
    (root / "lianhu.toml").write_text(config, encoding="utf-8")
    delivery = root / "data" / "raw" / "2024-10-25_peers"
    delivery.mkdir()
    rows = [
        f"{code},gdp.total,yoy,ytd,2024Q3,5.{code[-1]},%,2024-10-24"
        for code in ("000001", "999999")
    ]
    head = "region,indicator,measure,span,period,value,unit,published"
    (delivery / "peers.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    space = load_workspace(root)
    assert not any(item.needs_attention for item in ingest(space))
    session = Session(space, OCTOBER)
    whole = session.everywhere
    assert list(whole["region"].unique()) == ["000001", "100000", "999999"]
    own = whole[whole["region"] == "100000"].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, session.assured.frame)
    assert list(whole["value"].iloc[[0, -1]]) == [5.1, 5.9]


def test_another_day_keeps_the_list_and_knows_less(national):
    session = Session(national, OCTOBER)
    before = session.on(dt.date(2024, 7, 31))
    assert before.catalogue is session.catalogue
    assert before.day == dt.date(2024, 7, 31)
    assert len(before.versions) < len(session.versions)
    assert before.versions["published"].max() <= pd.Timestamp(before.day)


def test_figures_from_before_and_after_a_delivery_are_not_told_together(tmp_path, national):
    # GDP of 4.9, delivered meanwhile, was 更正 4.9 and 下调 in the news of a session that had 4.8.
    space = load_workspace(copy_workspace(national.root, tmp_path / "space"))
    ingest(space)
    asked = Session(space, OCTOBER)
    before = asked.verdicts()
    folder = space.raw / "later"
    folder.mkdir()
    (folder / "delivery.toml").write_text('provenance = "official"\nregion = "100000"\n', "utf-8")
    head = "indicator,measure,span,period,value,unit,published"
    row = "gdp.total,yoy,ytd,2024Q3,4.9,%,2024-10-25"
    (folder / "later.csv").write_text(f"{head}\n{row}\n", "utf-8")
    ingest(space)
    for ask in (
        asked.news,
        lambda: asked.show("gdp.total"),
        asked.known,
        lambda: asked.cases,
    ):
        with pytest.raises(StoreError, match="请重新打开"):
            ask()
    again = Session(space, OCTOBER)
    assert again.verdicts()["actual"].tolist() != before["actual"].tolist()
    assert again.show("gdp.total")["value"].iloc[-1] == 4.9
    # So do corrections and targets.
    space.targets.write_text(space.targets.read_text("utf-8") + "\n", "utf-8")
    with pytest.raises(StoreError, match="请重新打开"):
        again.news()


def test_observations_of_one_indicator_are_a_table_with_cells(national):
    shown = lh.open(str(national.root)).show("gdp.total")
    assert set(shown["indicator"]) == {"gdp.total"}
    assert shown["cell"].notna().all()
    with pytest.raises(UsageError, match="--region"):
        lh.open(str(national.root)).show("gdp.total", "123456")


def test_observations_are_shown_as_they_enter_forecasts(tmp_path, national):
    root = copy_workspace(national.root, tmp_path / "space")
    space = load_workspace(root)
    ingest(space)
    entry = """[[correction]]
region = "100000"
indicator = "gdp.total"
measure = "yoy"
span = "ytd"
period = "2024Q3"
expected = 4.8
new = 4.9
reason = "录入错误"
source = "来函"
who = "某人"
when = 2024-11-01
"""
    (root / "corrections.toml").write_text(entry, encoding="utf-8")
    shown = Session(space, OCTOBER).show("gdp.total").set_index(["period", "measure"])
    row = shown.loc[("2024Q3", "yoy")]
    assert (row["value"], row["status"], row["token"]) == (4.9, "corrected", "4.8")


def test_a_day_that_is_none_is_refused(national):
    with pytest.raises(UsageError, match="2024/10/31"):
        lh.open(str(national.root), "2024/10/31")


def test_an_empty_store_is_no_day(tmp_path):
    create_workspace(tmp_path / "x", "x", "999999")
    session = Session(load_workspace(tmp_path / "x"))
    assert session.day is None
    assert session.verdicts().empty or session.verdicts()["status"].eq("refused").all()


def test_a_document_is_computed_once(national):
    asked = []

    def answer():
        asked.append(1)
        return {"n": len(asked)}

    session = Session(national, OCTOBER)
    question = json.dumps("a question of this test")
    assert session.kept(question, answer) == session.kept(question, answer) == {"n": 1}
    assert Session(national, dt.date(2024, 7, 31)).kept(question, answer) == {"n": 2}


def test_amounts_stored_in_another_unit_than_the_list_has_now_are_refused(tmp_path, national):
    space = load_workspace(copy_workspace(national.root, tmp_path / "space"))
    ingest(space)
    listed = space.root / "indicators.csv"
    lines = listed.read_text(encoding="utf-8").splitlines()
    (retail,) = (line for line in lines if line.startswith("csm.retail.total"))
    changed = "\n".join(lines).replace(retail, retail.replace("亿元", "万元"))
    listed.write_text(changed, encoding="utf-8")
    with pytest.raises(StoreError, match="社会消费品零售总额的单位是亿元，指标目录现在写的是万元"):
        Session(space, OCTOBER).assess(2024)
    ingest(space)
    (row,) = Session(space, dt.date(2010, 5, 1)).show("csm.retail.total")[:1].itertuples()
    assert (row.value, row.unit) == (127_181_000, "万元")
