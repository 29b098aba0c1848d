"""What was computed before comes back only for the same figures, settings and code."""

import datetime as dt
import os
import shutil

import pytest

from lianhu_analysis.pipeline import answers, past_runs
from lianhu_analysis.pipeline.past_runs import PastRunFiles, fingerprint
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.workspace import load_workspace
from tests.conftest import copy_workspace

DAY = dt.date(2024, 10, 31)


@pytest.fixture
def space(national, tmp_path):
    folder = copy_workspace(national.root, tmp_path / "全国 副本")
    shutil.copytree(national.processed, folder / "data" / "processed", dirs_exist_ok=True)
    return load_workspace(folder)


def test_an_answer_kept_is_the_answer(space):
    first = answers.describe_forecast(Session(space, DAY), 2024)
    files = sorted((space.processed / "past_runs").iterdir())
    assert files
    assert answers.describe_forecast(Session(space, DAY), 2024) == first
    assert sorted((space.processed / "past_runs").iterdir()) == files
    shutil.rmtree(space.processed / "past_runs")
    assert answers.describe_forecast(Session(space, DAY), 2024) == first


def test_a_torn_file_is_as_good_as_none(space):
    shelf = PastRunFiles(space)
    shelf.put("a" * 64, b"[1.5, 2.5]")
    assert shelf.get("a" * 64) == b"[1.5, 2.5]"
    (file,) = shelf.folder.glob(f"*-{'a' * 32}.json")
    whole = file.read_bytes()
    for torn in (whole[:-1], whole[:30], b"", bytes(len(whole))):
        file.write_bytes(torn)
        assert shelf.get("a" * 64) is None


def test_every_input_is_in_the_fingerprint(space, monkeypatch):
    seen = {fingerprint(space, DAY), fingerprint(space, dt.date(2024, 10, 30))}
    (space.root / "corrections.toml").write_text("# 新的更正\n", encoding="utf-8")
    seen.add(fingerprint(space, DAY))
    space.targets.write_text(space.targets.read_text(encoding="utf-8") + "\n# 改\n", "utf-8")
    seen.add(fingerprint(space, DAY))
    monkeypatch.setattr(past_runs, "code_hash", lambda: "other code")
    seen.add(fingerprint(space, DAY))
    assert len(seen) == 5


def test_the_shelf_is_bounded_and_a_disk_that_refuses_costs_only_time(space, monkeypatch):
    monkeypatch.setattr(past_runs, "MAX_FILES", 3)
    shelf = PastRunFiles(space)
    for number in range(5):
        shelf.put(f"{number:032x}", b"[]")
        newest = sorted(shelf.folder.iterdir(), key=lambda file: file.stat().st_mtime)[-1]
        os.utime(newest, (number, number))
    assert len(list(shelf.folder.iterdir())) == 3
    assert shelf.get("f" * 64) is None
    shutil.rmtree(shelf.folder)
    shelf.folder.write_bytes(b"")  # a file where the folder should be
    shelf.put("a" * 64, b"[]")
    assert shelf.get("a" * 64) is None
