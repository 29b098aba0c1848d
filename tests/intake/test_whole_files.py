import os
import re
import subprocess
import sys

import duckdb
import pandas as pd
import pytest
from filelock import FileLock

from lianhu_analysis.errors import StoreError
from lianhu_analysis.intake import whole_files
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.intake.whole_files import (
    PARTS,
    locked,
    private_folder,
    sweep,
    write_parquet,
    write_whole,
)
from tests.conftest import ROOT

# In a process of its own no file may grow beyond a block: what a full disk does to a writer.
FULL = """
import pathlib, resource, sys
import numpy as np, pandas as pd
from lianhu_analysis.errors import StoreError
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.intake.whole_files import write_parquet, write_whole
from tests.intake.test_store import put, rows

folder = pathlib.Path(sys.argv[1])
writes = {
    "bytes": lambda: write_whole(folder / "a.json", bytes(10_000)),
    "parquet": lambda: write_parquet(
        folder / "b.parquet", pd.DataFrame({"value": np.random.default_rng(1).normal(size=10_000)})
    ),
    "store": lambda: put(VintageStore(folder), "a.csv", rows(5.2, "2024-10-22")),
}
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (512, hard))
try:
    writes[sys.argv[2]]()
except StoreError as error:
    print(error)
"""


def write_on_a_full_disk(folder, what):
    """Return what a writer says there."""
    pytest.importorskip("resource")  # limits of a process: not on Windows
    done = subprocess.run(
        [sys.executable, "-c", FULL, folder, what],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_a_file_is_replaced_whole_and_its_temporary_name_is_gone(tmp_path):
    target = tmp_path / "new" / "a.json"
    write_whole(target, b"old")
    write_whole(target, b"new")
    assert target.read_bytes() == b"new"
    assert names(tmp_path) == ["new/a.json"]


def test_two_writers_of_one_file_do_not_share_a_temporary_name(tmp_path, monkeypatch):
    seen = []
    real = os.fsync

    def between(number):
        if not seen:
            seen.extend(names(tmp_path))
            write_whole(tmp_path / "a", b"second, whole")
        real(number)

    monkeypatch.setattr(whole_files.os, "fsync", between)
    write_whole(tmp_path / "a", b"first")
    assert (tmp_path / "a").read_bytes() == b"first"
    assert len(seen) == 1 and seen[0].startswith("a.") and seen[0].endswith(".part")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_cannot_be_made_durable_leaves_the_old_file(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    target = tmp_path / "a"
    target.write_bytes(b"old")
    monkeypatch.setattr(whole_files.os, "fsync", full)
    with pytest.raises(
        StoreError, match=f"{target} 没有写成（磁盘已满）.*原有的文件没有动.*磁盘空间"
    ):
        write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(("what", "name"), [("bytes", "a.json"), ("parquet", "b.parquet")])
def test_a_full_disk_leaves_no_part_and_says_which_file(tmp_path, what, name):
    assert f"{name} 没有写成" in write_on_a_full_disk(tmp_path, what)
    assert list(tmp_path.iterdir()) == []


def test_a_store_on_a_full_disk_keeps_what_it_had(tmp_path):
    told = write_on_a_full_disk(tmp_path, "store")
    assert re.search(r"observations/region=610104/.*parquet 没有写成", told)
    assert VintageStore(tmp_path).as_of(None).empty
    assert list(tmp_path.rglob("*.par*")) == []


def test_a_parquet_is_what_the_query_makes_of_the_frame(tmp_path):
    path = tmp_path / "it's" / "a.parquet"
    write_parquet(path, pd.DataFrame({"a": [2, 1]}), "SELECT a FROM frame ORDER BY a")
    with duckdb.connect() as connection:
        read = connection.execute("FROM read_parquet($1)", [str(path)]).fetchall()
    assert read == [(1,), (2,)]


def test_leftovers_are_swept_and_nothing_else(tmp_path):
    for name in ("a.json", "a.json.0123456789ab.part", "b.part"):
        (tmp_path / name).touch()
    sweep(tmp_path.glob(PARTS))
    assert names(tmp_path) == ["a.json"]


def test_one_process_at_a_time_and_the_refusal_says_what_is_held_and_by_whom(tmp_path):
    path = tmp_path / "new" / ".lock"
    wait = (
        "import sys, pathlib\n"
        "from lianhu_analysis.intake.whole_files import locked\n"
        "with locked(pathlib.Path(sys.argv[1]), '判断记录'):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", wait, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        told = f"占用判断记录超过 0 秒（锁文件 {path}，占用者：进程 {other.pid}，.*请等它结束后重试"
        with pytest.raises(StoreError, match=told), locked(path, "判断记录", 0.05):
            pass
        other.communicate(b"")
    with locked(path, "判断记录", 0.05):
        assert path.exists()
    assert [file.name for file in path.parent.iterdir()] == [".lock"]


def test_a_holder_that_did_not_tell_is_unknown(tmp_path):
    path = tmp_path / ".lock"
    with (
        FileLock(path),
        pytest.raises(StoreError, match="占用者：不知是哪个进程"),
        locked(path, "存储目录", 0.05),
    ):
        pass


def test_a_private_folder_of_a_killed_process_is_removed_by_the_next(monkeypatch, tmp_path):
    monkeypatch.setattr(whole_files.tempfile, "tempdir", str(tmp_path))
    left, other = tmp_path / "lianhu-left", tmp_path / "another"
    for folder in (left, other):
        folder.mkdir()
        (folder / ".lock").touch()
        os.utime(folder / ".lock", (0, 0))
    with private_folder() as first:
        os.utime(first / ".lock", (0, 0))  # old, but held
        with private_folder() as second:
            assert {path.name for path in tmp_path.iterdir()} == {
                first.name,
                second.name,
                "another",
            }
    assert list(tmp_path.iterdir()) == [other]
