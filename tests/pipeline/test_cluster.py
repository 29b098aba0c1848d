"""Work on a real cluster on loopback: what is wrong comes back once, what broke is done again."""

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lianhu_analysis import cli
from lianhu_analysis.errors import LianhuError, StoreError, UsageError
from lianhu_analysis.intake.whole_files import write_whole
from lianhu_analysis.pipeline import apart, cluster
from lianhu_analysis.render.publishing import notebook

pytest.importorskip("distributed", reason="the extra `batch` is not installed")
ROOT = Path(__file__).parents[2]


def work(root, kind, *rest):
    """Do as told, noting which worker did it."""
    with (root / "tries").open("a") as tries:
        tries.write(f"{os.environ['NAME']} {os.getpid()} {kind}\n")
    tried = (root / "tries").read_text().splitlines()
    if kind == "refuse":
        raise LianhuError("数据有误")
    if kind == "misuse":
        raise UsageError("用法有误")
    if kind == "full" or (kind == "full once" and len(tried) == 1):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "x.html")
    if kind == "report" and len(tried) == 1:
        return {
            "status": "failed",
            "error": "单元出错：OSError: [Errno 28] No space left on device",
        }
    if kind == "die":
        os._exit(9)
    if kind == "wait":
        while not (root / "sign").exists():
            time.sleep(0.05)
    return os.environ["NAME"], os.environ["OMP_NUM_THREADS"]


def dask_setup(worker):
    """Prepare a worker, as its option ``--preload`` asks, for nothing but what is done here."""
    apart.PRELOADED[:] = [__name__]


def tries(root):
    """Return the worker, process and kind of each try."""
    try:
        return [line.split(maxsplit=2) for line in (root / "tries").read_text().splitlines()]
    except FileNotFoundError:
        return []


def until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


class Cluster:
    """A scheduler and workers on loopback, each a process of its own."""

    def __init__(self, folder):
        self.folder, self.processes = folder, {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"

    def start(self, name, *arguments, **more):
        if name == "scheduler":
            told = ["--port", self.address.rpartition(":")[2], "--no-dashboard"]
        else:
            told = [self.address, "--nthreads", "1", "--preload", __name__, *arguments]
        kind = "scheduler" if name == "scheduler" else "worker"
        command = [sys.executable, "-m", "dask", kind, "--host", "127.0.0.1", *told]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "NAME": name, **more}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, cwd=self.folder
            )

    def start_all(self):
        for name in ("scheduler", "one", "other"):
            self.start(name, "--no-nanny")
        for name in ("one", "other"):
            self.await_worker(name)

    def await_worker(self, name):
        until(lambda: "Registered" in (self.folder / f"{name}.log").read_text())

    def end(self, name, number=signal.SIGKILL):
        process = self.processes.pop(name)
        process.send_signal(number)
        process.wait(30)


@pytest.fixture
def two(tmp_path):
    """Return a cluster of two workers."""
    made = Cluster(tmp_path)
    made.start_all()
    yield made
    for name in list(made.processes):
        made.end(name)


def folders(tmp_path, *names):
    for name in names:
        (tmp_path / name).mkdir()
    return [tmp_path / name for name in names]


def test_each_task_comes_back_and_only_what_broke_is_done_again(tmp_path, two, monkeypatch):
    kinds = "give", "refuse", "misuse", "full once", "full", "report", "die"
    roots = folders(tmp_path, *kinds)
    tasks = list(zip(roots, kinds, strict=True))
    told = [*tasks, (tmp_path / "gone", "give"), (roots[0], "refuse"), (roots[0], "give")]
    found = dict(cluster.run_on_cluster(work, told, 9, two.address))
    assert found[0] in (("one", "1"), ("other", "1"))
    assert type(found[1]) is LianhuError and str(found[1]) == "数据有误"
    assert type(found[2]) is UsageError and str(found[2]) == "用法有误"
    assert found[3][1] == found[5][1] == "1"
    assert "No space left" in str(found[4]) and "机器 " in str(found[4])
    assert "状态 9" in str(found[6])
    assert "看不到文件夹" in str(found[7]) and not (tmp_path / "gone").exists()
    # Who failed is not asked again while there is another.
    assert [len(tries(root)) for root in roots] == [3, 1, 1, 2, 3, 2, 3]
    for root in roots[3:]:
        assert len({name for name, *_ in tries(root)}) == 2
    # Of one workspace in their order.
    assert [kind for *_, kind in tries(roots[0])] == ["give", "refuse", "give"]
    # Other code would give other numbers.
    monkeypatch.setattr(cluster, "code_hash", lambda: "other code")
    ((_, result),) = cluster.run_on_cluster(work, [(roots[0], "give")], 1, two.address)
    assert isinstance(result, UsageError) and "版本不同" in str(result)
    assert len(tries(roots[0])) == 3


def test_what_a_killed_worker_did_is_done_by_another_and_it_ends(tmp_path, two):
    (root,) = folders(tmp_path, "甲")
    found = cluster.run_on_cluster(work, [(root, "wait")], 9, two.address)
    killed = []

    def kill_first(*_):
        until(lambda: tries(root))
        killed.extend(tries(root)[0][:2])
        two.end(killed[0])
        until(lambda: len(tries(root)) == 2)
        (root / "sign").touch()

    from threading import Thread

    thread = Thread(target=kill_first)
    thread.start()
    ((_, result),) = found
    thread.join()
    assert result[0] == {"one": "other", "other": "one"}[killed[0]]
    until(lambda: not Path("/proc", killed[1]).exists())


def test_a_scheduler_that_comes_back_is_told_what_is_left(tmp_path, two):
    roots = folders(tmp_path, "甲", "乙")
    (roots[0] / "sign").touch()
    found = cluster.run_on_cluster(work, [(root, "wait") for root in roots], 9, two.address)
    assert next(found)[0] == 0
    until(lambda: tries(roots[1]))
    two.end("scheduler")
    (roots[1] / "sign").touch()
    for name in ("one", "other"):  # they end without it, as they should
        two.processes.pop(name).wait(30)
    two.start_all()
    assert [number for number, _ in found] == [1]
    assert len(tries(roots[0])) == 1 and len(tries(roots[1])) == 2


def test_a_scheduler_that_stays_away_is_said(tmp_path, two, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 3)
    roots = folders(tmp_path, "甲", "乙")
    (roots[0] / "sign").touch()
    found = cluster.run_on_cluster(work, [(root, "wait") for root in roots], 2, two.address)
    assert next(found)[0] == 0
    two.end("scheduler")
    with pytest.raises(LianhuError, match="没有应答"):
        next(found)
    (roots[1] / "sign").touch()


@pytest.mark.parametrize("address", ["nowhere", "xyz://here:1", "127.0.0.1:port", ":::"])
def test_what_is_no_address_is_refused(tmp_path, monkeypatch, address):
    # A client left half-made is closed by whichever thread collects it, which then hangs.
    monkeypatch.setattr("distributed.Client", lambda *_, **__: pytest.fail("made a client"))
    with pytest.raises(UsageError, match="tcp://主机"):
        list(cluster.run_on_cluster(work, [(tmp_path, "give")], 9, address))


UNANSWERED = """
import sys
from lianhu_analysis import cli
from lianhu_analysis.pipeline import apart, cluster
cluster.ANSWER_SECONDS = 1
cli.main(sys.argv[1:])
"""


def test_an_address_that_nobody_answers_is_refused_in_time(national, tmp_path):
    address = Cluster(tmp_path).address
    asked = ["monitor", "--workspaces", str(national.root), "--scheduler", address]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", UNANSWERED, *asked],
        env=environment, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"没有完成：调度器 {address} 没有应答")


def test_without_workers_the_wait_has_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 1)
    made = Cluster(tmp_path)
    made.start("scheduler")
    try:
        with pytest.raises(LianhuError, match="没有工作进程"):
            list(cluster.run_on_cluster(work, [(tmp_path, "give")], 9, made.address))
    finally:
        made.end("scheduler")


def test_a_worker_under_a_nanny_says_what_it_needs(tmp_path):
    roots = folders(tmp_path, "甲", "乙")
    made = Cluster(tmp_path)
    made.start("scheduler")
    for name in ("False", "True"):
        made.start(name, DASK_DISTRIBUTED__WORKER__DAEMON=name)
        made.await_worker(name)
    try:
        tasks = [(root, "give") for root in roots]
        found = dict(cluster.run_on_cluster(work, tasks, 9, made.address))
        assert ("False", "1") in found.values()
        (refused,) = (said for said in found.values() if isinstance(said, LianhuError))
        assert "daemonic" in str(refused)
        assert "DASK_DISTRIBUTED__WORKER__DAEMON=False" in str(refused)
    finally:
        for name in list(made.processes):
            made.end(name, signal.SIGTERM)


def test_without_distributed_the_remedy_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'lianhu-analysis\[batch\]'"):
        list(cluster.run_on_cluster(work, [(tmp_path, "give")], 9, "tcp://127.0.0.1:1"))


def test_faults_of_a_machine_are_known_by_what_is_said_of_them(tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError) as stopped:
        write_whole(tmp_path / "x", b"x")
    assert cluster.MACHINE.search(str(stopped.value))
    dead = type("DeadKernelError", (RuntimeError,), {})()
    assert cluster.MACHINE.search(notebook._reason(dead))
    assert not cluster.MACHINE.search("报告 x 的数字与版本库不符，未发布")


def test_a_question_is_answered_as_without_a_cluster(national, tmp_path, two, capfd):
    for name in ("甲", "乙"):
        shutil.copytree(national.root, tmp_path / "regions" / name)
    asked = ["forecast", "--workspaces", str(tmp_path / "regions" / "*"), "--json"]
    said = []
    for more in (["--scheduler", two.address], []):
        with pytest.raises(SystemExit) as stopped:
            cli.main([*asked, *more])
        assert stopped.value.code == 0
        said.append(json.loads(capfd.readouterr().out))
    assert said[0] == said[1] and len(said[0]["workspaces"]) == 2


def test_a_cluster_is_for_many_workspaces(national, capfd):
    for command in ("ingest", "forecast", "report", "monitor", "news"):
        with pytest.raises(SystemExit) as stopped:
            cli.main(["--workspace", str(national.root), command, "--scheduler", "tcp://x:1"])
        assert stopped.value.code == 2
        assert "--workspaces" in capfd.readouterr().err
