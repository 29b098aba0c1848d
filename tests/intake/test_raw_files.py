"""Every file below the raw folder is known by its own path, and what is not reached is told."""

import os
import sys
from pathlib import Path

import pytest

from lianhu_analysis.errors import UsageError
from lianhu_analysis.intake.ingest import ingest_files, unread_files
from lianhu_analysis.intake.raw_files import find_files
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.workspace import load_workspace
from tests.intake.conftest import CONFIG

CSV = (
    "indicator,measure,span,period,value,unit,published\n"
    "csm.retail.total,level,ytd,2024-08,{},亿元,2024-09-22\n"
)
GBK = os.fsdecode("月报.csv".encode("gbk"))


def test_sidecars_readmes_and_hidden_files_are_no_data(workspace, deliver):
    for name in ("README.md", "delivery.toml", ".DS_Store", "_scans/page.pdf", "b.csv", "~$a.xlsx"):
        deliver(f"x/{name}", "")
    assert list(find_files(workspace).files) == ["data/raw/x/b.csv", "data/raw/x/~$a.xlsx"]


def test_paths_must_exist_and_lie_under_raw(workspace, tmp_path, deliver):
    file = deliver("x/a.csv", "")
    assert find_files(workspace, [file.parent]).files == {"data/raw/x/a.csv": file}
    with pytest.raises(UsageError, match="找不到"):
        find_files(workspace, [workspace.raw / "none"])
    with pytest.raises(UsageError, match="之下"):
        find_files(workspace, [tmp_path / "lianhu.toml"])


@pytest.fixture(params=["absolute", "upwards", "linked"])
def elsewhere(request, tmp_path):
    """A workspace whose raw folder lies outside of it, and the folder's name."""
    share, root = tmp_path / "共享盘", tmp_path / "space"
    share.mkdir()
    (root / "data").mkdir(parents=True)
    if request.param == "linked":
        (root / "data/raw").symlink_to(share)
    raw = {"absolute": share.as_posix(), "upwards": "../共享盘", "linked": "data/raw"}
    text = f'{CONFIG}\n[paths]\nraw = "{raw[request.param]}"\n'
    (root / "lianhu.toml").write_text(text, encoding="utf-8")
    for month, value in (("2024-03", 427), ("2024-04", 437)):
        (share / month).mkdir()
        (share / month / "月报.csv").write_text(CSV.format(value).replace("08", month[-2:]))
    return load_workspace(root), "data/raw" if request.param == "linked" else "共享盘"


def test_files_of_one_name_stay_apart_wherever_the_raw_folder_lies(elsewhere, catalogue):
    workspace, folder = elsewhere
    paths = [f"{folder}/2024-03/月报.csv", f"{folder}/2024-04/月报.csv"]
    results = ingest_files(workspace, catalogue)
    assert [(item.path, item.status) for item in results] == [(path, "read") for path in paths]
    assert sorted(VintageStore(workspace.processed).as_of(None)["value"]) == [427, 437]
    assert {item.status for item in ingest_files(workspace, catalogue)} == {"unchanged"}
    real = workspace.raw.resolve() / "2024-04"
    assert list(find_files(workspace, [real]).files) == paths[1:]
    assert unread_files(workspace) == ()


def test_the_sidecar_of_a_linked_folder_holds(workspace, catalogue, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/a.csv").write_text(CSV.format(427))
    (workspace.raw / "来文").symlink_to(tmp_path / "outside")
    (workspace.raw / "delivery.toml").write_text('provenance = "second_hand"')
    (result,) = ingest_files(workspace, catalogue)
    assert (result.path, result.status) == ("data/raw/来文/a.csv", "read")
    row = VintageStore(workspace.processed).as_of(None).iloc[0]
    assert (row["source"], row["provenance"]) == ("data/raw/来文/a.csv", "second_hand")


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux only")
def test_a_name_in_gbk_bytes_is_read_and_told_in_characters(workspace, catalogue, deliver):
    deliver("来文/a.csv", CSV.format(427))
    deliver(f"x/{GBK}", CSV.format(437).replace("08", "07"))
    deliver(f"x/{GBK[:-4]}.xlsx", b"")
    results = ingest_files(workspace, catalogue)
    assert [(item.path, item.status) for item in results] == [
        ("data/raw/x/月报.csv", "read"),
        ("data/raw/x/月报.xlsx", "quarantined"),
        ("data/raw/来文/a.csv", "read"),
    ]
    assert unread_files(workspace) == (
        ("data/raw/x/月报.xlsx", "没有入库（未读入，或整个被隔离）"),
    )
    sources = VintageStore(workspace.processed).as_of(None)["source"]
    assert set(sources) == {"data/raw/x/月报.csv", "data/raw/来文/a.csv"}


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux only")
def test_one_name_in_two_encodings_is_told(workspace, deliver):
    for name in ("月报.csv", GBK, os.fsdecode(b"\xff.csv")):
        deliver(f"x/{name}", CSV.format(427))
    found = find_files(workspace)
    assert list(found.files) == ["data/raw/x/月报.csv", "data/raw/x/\\xff.csv"]
    ((path, problem),) = found.troubles
    assert path == "data/raw/x/月报.csv" and "改名" in problem.remedy


def test_what_cannot_be_reached_is_told_and_not_called_missing(
    workspace, catalogue, deliver, monkeypatch
):
    deliver("x/a.csv", CSV.format(427))
    deliver("y/b.csv", CSV.format(427))
    ingest_files(workspace, catalogue)
    (workspace.raw / "gone.xlsx").symlink_to("nowhere.xlsx")
    (workspace.raw / "self").symlink_to("self")
    (workspace.raw / "y/up").symlink_to("..")
    (workspace.raw / "_scans").symlink_to("nowhere")
    scandir = os.scandir

    def guarded(path):
        if Path(path).name == "x":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    told = {
        item.path: item.problems[0].message
        for item in ingest_files(workspace, catalogue)
        if item.status == "quarantined"
    }
    assert {path: message[:5] for path, message in told.items()} == {
        "data/raw/gone.xlsx": "链接指向的",
        "data/raw/self": "链接绕回自",
        "data/raw/x": "打不开（P",
        "data/raw/y/up": "链接绕回自",
    }
    assert dict(unread_files(workspace)) == told


def test_a_raw_folder_that_is_not_there_is_told(workspace, catalogue):
    workspace.raw.rmdir()
    (result,) = ingest_files(workspace, catalogue)
    assert (result.path, result.problems[0].message) == ("data/raw", "文件夹不存在")
