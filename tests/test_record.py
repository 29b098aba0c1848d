"""The record: kept once, scored once the outcome is out, never changed."""

import dataclasses
import datetime as dt
import json

import pandas as pd
import pytest
from filelock import FileLock

from lianhu_analysis import pipeline
from lianhu_analysis.errors import StoreError
from lianhu_analysis.intake import whole_files
from lianhu_analysis.pipeline import answers
from lianhu_analysis.pipeline import record as keeping
from lianhu_analysis.pipeline.record import describe_record
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.render import record_listing
from lianhu_analysis.workspace import load_workspace
from tests.conftest import ROOT, copy_workspace

OCTOBER, JULY = dt.date(2024, 10, 31), dt.date(2024, 7, 31)


@pytest.fixture
def space(national, tmp_path):
    """The national workspace with a record of its own."""
    return dataclasses.replace(national, record_folder=tmp_path / "record")


@pytest.fixture(scope="module")
def growing(tmp_path_factory):
    """A workspace whose store ends in October 2024, and a way to deliver the rest."""
    folder = copy_workspace(ROOT / "examples" / "national", tmp_path_factory.mktemp("grow") / "n")
    file = folder / "data" / "raw" / "nbs_first" / "nbs_first.csv"
    whole = pd.read_csv(file, dtype=str, keep_default_na=False)
    early = whole["published"].ne("") & whole["published"].le("2024-10-31")
    early |= whole["published"].eq("") & whole["period"].le("2024Q3")
    for other in folder.glob("data/raw/*/*.csv"):
        if other.parent.name not in ("nbs_first", "nbs_2020-05"):
            other.unlink()
    whole[early].to_csv(file, index=False)
    space = load_workspace(folder)
    pipeline.ingest(space)

    def deliver():
        rest = file.with_name("later.csv")
        whole[~early].to_csv(rest, index=False)
        pipeline.ingest(space)

    return space, deliver


def files(space):
    return {
        path.relative_to(space.record).as_posix(): path.read_bytes()
        for path in space.record.rglob("*.json")
    }


def test_what_is_issued_later_is_not_known_on_an_earlier_day(space):
    describe_record(Session(space, OCTOBER), 2024)
    earlier = describe_record(Session(space, JULY), 2024)
    assert [item["as_of"] for item in earlier["open"]] == ["2024-07-31"]


def test_verdicts_are_kept_once_and_scored_when_the_outcome_is_out(space):
    first = describe_record(Session(space, OCTOBER), 2024)
    assert (first["issued"], first["archived"], first["scored_now"]) == (1, 1, [])
    assert [item["indicator"] for item in first["open"]] == ["gdp.total"]
    before = files(space)
    again = describe_record(Session(space, OCTOBER), 2024)
    assert (again["archived"], files(space)) == (0, before)
    assert "没有重复存档" in record_listing.record_lines(again)[0]
    # The day before the outcome it is still open.
    assert describe_record(Session(space, dt.date(2025, 1, 16)), 2024)["scored_now"] == []
    later = describe_record(Session(space, dt.date(2025, 1, 17)), 2024)
    scored = {item["as_of"]: item for item in later["scored_now"]}
    assert set(scored) == {"2024-10-31", "2025-01-16"}
    assert scored["2024-10-31"]["outcome"] == 5.0
    assert scored["2024-10-31"]["met"]
    assert scored["2024-10-31"]["brier"] == pytest.approx(
        (1 - scored["2024-10-31"]["probability"]) ** 2
    )
    assert later["open"] == []
    assert (later["issued"], later["archived"]) == (0, 0)
    assert "无可存档" in record_listing.record_lines(later)[0]
    # What was written before is as it was.
    assert {name: files(space)[name] for name in before} == before
    assert describe_record(Session(space, dt.date(2025, 1, 17)), 2024)["scored_now"] == []


def test_an_outcome_that_came_later_is_not_known_on_an_earlier_day(space):
    describe_record(Session(space, OCTOBER), 2024)
    later = describe_record(Session(space, dt.date(2025, 1, 17)), 2024)
    assert (len(later["scored"]), later["open"]) == (1, [])
    earlier = describe_record(Session(space, OCTOBER), 2024)
    assert earlier["scored"] == [] and earlier["summary"]["retrospective"] == 0
    assert [item["as_of"] for item in earlier["open"]] == ["2024-10-31"]


def test_two_targets_of_one_figure_are_kept_and_scored_apart(national, tmp_path):
    text = national.targets.read_text(encoding="utf-8")
    (ours,) = [part for part in text.split("\n\n") if '"gdp.total"' in part and "= 2024" in part]
    file = tmp_path / "targets.toml"
    file.write_text(f'{ours}\n{ours}\nset_by = "市下达任务：A/B"\n', encoding="utf-8")
    space = dataclasses.replace(national, targets=file, record_folder=tmp_path / "record")
    kept = describe_record(Session(space, OCTOBER), 2024)
    assert [item["set_by"] for item in kept["open"]] == ["", "市下达任务：A/B"]
    scored = describe_record(Session(space, dt.date(2025, 1, 17)), 2024)
    assert len(scored["scored_now"]) == 2
    assert sum("（市下达任务：A/B）：" in line for line in record_listing.record_lines(scored)) == 1
    assert len(files(space)) == 3


def test_a_verdict_on_a_known_past_is_kept_apart(space):
    describe_record(Session(space, OCTOBER), 2024)
    content = describe_record(Session(space), 2024)
    assert content["scored"][0]["retrospective"]
    assert (content["summary"]["told_in_advance"], content["summary"]["retrospective"]) == (0, 1)
    lines = record_listing.record_lines(content)
    assert any("补记，不计入" in line for line in lines)
    assert "还没有" in lines[-1]
    item = answers.describe_forecast(Session(space, OCTOBER), 2024)["targets"][0]
    assert item["record"]["n"] == 0


def test_a_verdict_told_in_advance_counts_once_its_outcome_is_delivered(growing):
    space, deliver = growing
    kept = describe_record(Session(space), 2024)
    assert (kept["as_of"], kept["archived"]) == ("2024-10-18", 1)
    deliver()
    content = describe_record(Session(space, dt.date(2025, 3, 1)), 2024)
    (scored,) = content["scored_now"]
    assert not scored["retrospective"]
    assert content["summary"]["told_in_advance"] == 1
    assert any("1 项" in line and "Brier" in line for line in record_listing.record_lines(content))
    told = answers.describe_forecast(Session(space, dt.date(2025, 5, 1)), 2025)["targets"][0]
    assert (
        told["record"]["n"]
        + sum(
            item["probability"]["n"]
            for item in content["summary"]["classes"]
            if item["probability"]["low"] != told["record"]["low"]
        )
        == 1
    )
    # On a day before the outcome nobody knew of it.
    earlier = answers.describe_forecast(Session(space, dt.date(2024, 12, 1)), 2024)["targets"][0]
    assert earlier["record"]["n"] == 0


def test_what_the_record_holds_says_what_it_rests_on(space):
    describe_record(Session(space, JULY), 2024)
    (file,) = space.record.glob("issued/*.json")
    assert file.name.startswith("00001-100000-2024-2024-07-31-")
    batch = json.loads(file.read_text(encoding="utf-8"))
    assert (batch["as_of"], batch["store_day"], batch["region"]) == (
        "2024-07-31",
        "2026-04-30",
        "100000",
    )
    assert batch["versions"]["statsmodels"]
    assert len(batch["store_fingerprint"]) == 64
    assert str(space.root) not in file.read_text(encoding="utf-8")
    describe_record(Session(space, OCTOBER), 2024)
    assert sorted(path.name[:6] for path in space.record.glob("issued/*.json")) == [
        "00001-",
        "00002-",
    ]


def test_a_damaged_record_is_refused_and_left_alone(space):
    describe_record(Session(space, OCTOBER), 2024)
    (file,) = space.record.glob("issued/*.json")
    file.write_text(file.read_text(encoding="utf-8")[:100], encoding="utf-8")
    with pytest.raises(StoreError, match=rf"{file.name} 读不出.*请从备份恢复"):
        describe_record(Session(space, OCTOBER), 2024)
    assert len(list(space.record.rglob("*.json"))) == 1


def test_a_killed_write_leaves_nothing_that_counts(space, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        describe_record(Session(space, OCTOBER), 2024)
    monkeypatch.undo()
    assert files(space) == {}
    assert describe_record(Session(space, OCTOBER), 2024)["archived"] == 1


def test_a_record_in_use_is_waited_for_and_then_refused(space, monkeypatch):
    monkeypatch.setattr(whole_files, "LOCK_SECONDS", 0.1)
    space.record.mkdir(parents=True)
    with (
        FileLock(space.record / keeping.LOCK_NAME),
        pytest.raises(StoreError, match="占用判断记录"),
    ):
        describe_record(Session(space, OCTOBER), 2024)


def test_verdicts_of_another_region_in_the_same_folder_play_no_part(space):
    describe_record(Session(space, OCTOBER), 2024)
    (file,) = space.record.glob("issued/*.json")
    batch = json.loads(file.read_text(encoding="utf-8"))
    other = file.with_name(file.name.replace("00001-100000", "00002-610100"))
    other.write_text(json.dumps({**batch, "region": "610100"}), encoding="utf-8")
    assert len(keeping.read_record(space)) == 1


def test_verdicts_on_simulated_figures_are_not_scored_by_real_ones(space):
    describe_record(Session(space, OCTOBER), 2024)
    (file,) = space.record.glob("issued/*.json")
    batch = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**batch, "provenance": ["simulated"]}), encoding="utf-8")
    content = describe_record(Session(space, dt.date(2025, 1, 31)), 2024)
    assert (content["scored_now"], content["open"], content["scored"]) == ([], [], [])


def test_an_empty_workspace_has_nothing_to_keep(empty):
    content = describe_record(Session(empty), None)
    assert (content["as_of"], content["archived"]) == (None, 0)
    assert record_listing.record_lines(content) == [record_listing.NO_DATA]
