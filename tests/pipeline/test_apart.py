"""Work in processes of its own: each result, each refusal, and what death of one does."""

import multiprocessing
import os
import time

from lianhu_analysis.errors import CatalogueError, LianhuError, UsageError
from lianhu_analysis.pipeline import apart


def work(value, kind):
    if kind == "refuse":
        raise UsageError(value)
    if kind == "faults":
        raise CatalogueError(value, ["甲", "乙"])
    if kind == "system":
        raise PermissionError(13, "Permission denied", value)
    if kind == "die":
        os._exit(9)
    if kind == "wait":
        while not value.exists():
            time.sleep(0.02)
    return value, os.getpid(), os.environ.get("LIANHU_SAID"), os.environ["OMP_NUM_THREADS"]


def test_each_task_has_a_process_and_a_result_of_its_own(monkeypatch):
    monkeypatch.setenv("LIANHU_SAID", "今天")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    found = dict(apart.run_apart(work, [(n, "give") for n in range(5)], 2))
    assert [found[n][0] for n in range(5)] == [0, 1, 2, 3, 4]
    assert len({os.getpid(), *(result[1] for result in found.values())}) == 6
    assert {result[2:] for result in found.values()} == {("今天", "1")}


def test_what_fails_or_dies_stops_nothing_else():
    tasks = [(1, "die"), ("甲", "refuse"), ("表", "faults"), ("x.html", "system"), ("好", "give")]
    found = dict(apart.run_apart(work, tasks, 2))
    assert "状态 9" in str(found[0]) and "--jobs 1" in str(found[0])
    assert isinstance(found[1], UsageError) and str(found[1]) == "甲"
    assert not isinstance(found[2], UsageError) and "表 有 2 处问题" in str(found[2])
    assert "x.html：Permission denied" in str(found[3])
    assert all(isinstance(found[n], LianhuError) for n in range(4))
    assert found[4][0] == "好"


def test_results_come_as_they_are_done(tmp_path):
    sign = tmp_path / "sign"
    found = apart.run_apart(work, [(sign, "wait"), (1, "give"), (2, "give")], 2)
    assert [next(found)[0], next(found)[0]] == [1, 2]
    sign.touch()
    assert [number for number, _ in found] == [0]


def test_tasks_of_one_workspace_come_one_after_another(tmp_path):
    sign = tmp_path / "sign"
    found = apart.run_apart(work, [(sign, "wait"), (sign, "give"), (1, "give")], 3)
    assert next(found)[0] == 2
    sign.touch()
    assert [number for number, _ in found] == [0, 1]


def test_who_stops_waiting_leaves_no_process(tmp_path, monkeypatch):
    monkeypatch.setattr(apart, "INTERRUPT_SECONDS", 0.1)
    found = apart.run_apart(
        work, [(1, "give"), *((tmp_path / f"never{n}", "wait") for n in range(3))], 2
    )
    assert next(found)[0] == 0
    assert multiprocessing.active_children()
    found.close()
    for process in multiprocessing.active_children():
        process.join(10)
    assert not multiprocessing.active_children()


def test_jobs_are_bounded_by_cores_and_memory(monkeypatch):
    cores = apart.default_jobs()
    assert 1 <= cores <= (os.cpu_count() or 1)
    monkeypatch.setattr(apart, "MEMORY_OF_ONE", 1e15)
    assert apart.default_jobs() == 1
