"""Work on the machines of a dask cluster: what is wrong is told once, what broke is done again.

A worker does each task in a process of its own, as ``run_apart`` does here, and holds the
workspace's lock meanwhile: where a lost worker still does a task, its next try waits for the end.
"""

from __future__ import annotations

import logging
import os
import platform
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from errno import EAGAIN, EDQUOT, EFBIG, EIO, EMFILE, ENOMEM, ENOSPC, EROFS, ESTALE
from pathlib import Path
from typing import Any

from lianhu_analysis.errors import LianhuError, UsageError
from lianhu_analysis.intake.whole_files import locked
from lianhu_analysis.pipeline.apart import DIED, next_task, run_apart
from lianhu_analysis.pipeline.past_runs import code_hash

__all__ = ["run_on_cluster"]

TASK_SECONDS = 3600  # longer than any task takes
ANSWER_SECONDS = 60  # for a scheduler to answer, at first or once it was lost, and for workers
LOOK_SECONDS = 5  # between looks for workers that came or went
TRIES = 3  # of a task whose machine fails
# Faults of a machine, in words: a report's kernel and the store's library tell nothing else.
FAULTS = map(os.strerror, (EAGAIN, EDQUOT, EFBIG, EIO, EMFILE, ENOMEM, ENOSPC, EROFS, ESTALE))
TOLD = (DIED, "磁盘已满", "计算内核中途被终止", "No usable temporary", "看不到文件夹")
MACHINE = re.compile("|".join((*FAULTS, *TOLD)))

Running = dict[Any, tuple[int, str]]  # number and worker of each task under way


def run_on_cluster(
    work: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], jobs: int, address: str
) -> Iterator[tuple[int, Any]]:
    """Call a function once a task on a cluster's workers; otherwise as ``run_apart``.

    Parameters
    ----------
    work
        A function of a module that the workers have too.
    tasks
        The first argument of each is the folder of a workspace, which every worker can reach.
    jobs
        How many at a time at most, on all workers together.
    address
        Of the scheduler, such as ``tcp://host:8786``.

    Raises
    ------
    UsageError
        If ``distributed`` is not installed, or the address is none.
    LianhuError
        If nothing answers there, or does so no more.
    """
    waiting, running = list(range(len(tasks))), Running()
    failed: dict[int, list[str]] = defaultdict(list)
    with _connected(address) as client:
        while waiting or running:
            under_way = [number for number, _ in running.values()]
            number = next_task(tasks, waiting, under_way) if len(running) < jobs else None
            try:
                threads = _threads(client)
                worker = _choose(threads, running, failed[number]) if number is not None else None
                if number is not None and worker is not None:
                    asked = _on_worker, work, tasks[number], code_hash()
                    future = client.submit(*asked, workers=[worker], pure=False)
                    waiting.remove(number)
                    running[future] = number, worker
                    continue
                done = _ended(running, threads)
            except TimeoutError as error:
                raise _unanswered(address, error) from error
            except (OSError, RuntimeError, CancelledError):
                done = list(running)  # a scheduler that is lost has forgotten them
            for future in done:
                number, worker = running.pop(future)
                result = _outcome(future, worker)
                if _fault(result):
                    failed[number].append(worker)
                if _fault(result) and len(failed[number]) < TRIES:
                    waiting.insert(0, number)
                else:
                    yield number, result


def _connected(address: str) -> Any:
    """Return a client of a scheduler, or refuse an address where none answers in time."""
    for name in ("distributed", "distributed.client", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what they tell is told here
    try:
        from distributed import Client
        from distributed.comm.addressing import get_address_host_port

        # A client left half-made by what is no address would later close in any thread that
        # collects garbage, and hold it for minutes.
        get_address_host_port(address)
        return Client(address, timeout=ANSWER_SECONDS)
    except ModuleNotFoundError as error:
        install = "pip install 'lianhu-analysis[batch]'"
        raise UsageError(f"--scheduler 需要 dask 的 distributed。请运行 {install}") from error
    except (ValueError, TypeError) as error:
        raise UsageError(f"--scheduler {address!r} 不行，请写成 tcp://主机:8786 的样子") from error
    except OSError as error:
        raise _unanswered(address, error) from error


def _unanswered(address: str, error: Exception) -> LianhuError:
    return LianhuError(
        f"调度器 {address} 没有应答，或没有工作进程（{error}）。"
        "请核对地址，确认 dask scheduler 与 dask worker 在运行，再运行同一命令接着做"
    )


def _threads(client: Any) -> dict[str, int]:
    """Return how many threads each worker has; wait a while for a first one."""
    if client.status in ("closing", "closed"):
        raise TimeoutError("连接中断")
    if not client.nthreads():
        client.wait_for_workers(1, timeout=ANSWER_SECONDS)
    return dict(client.nthreads())


def _choose(threads: dict[str, int], running: Running, failed: list[str]) -> str | None:
    """Return a worker with a thread to spare, one that did not fail at a task if there is any.

    Left to dask, a worker that fails at once would be given everything.
    """
    busy = Counter(worker for _, worker in running.values())
    trusted = [worker for worker in threads if worker not in failed] or threads
    return next((worker for worker in trusted if busy[worker] < threads[worker]), None)


def _ended(running: Running, threads: dict[str, int]) -> list[Any]:
    """Return what is done, or whose worker is gone, after a while at most."""
    from distributed import wait

    gone = [future for future, (_, worker) in running.items() if worker not in threads]
    with suppress(TimeoutError):
        return gone or list(wait(list(running), LOOK_SECONDS, "FIRST_COMPLETED").done)
    return []


def _outcome(future: Any, worker: str) -> Any:
    """Return what ``_on_worker`` returned, or why it could not."""
    told = f"工作{DIED}，可能是内存不足"
    try:
        if future.done():
            return future.result(timeout=ANSWER_SECONDS)
    except (OSError, CancelledError):
        pass  # it ended since
    except Exception as error:
        told = f"工作进程没有做成（{type(error).__name__}：{error}）"
    remedy = "请看它的记录，核对程序版本和 DASK_DISTRIBUTED__WORKER__DAEMON=False"
    return LianhuError(f"{told}（{worker}）。{remedy}")


def _fault(result: Any) -> str:
    """Return what a result tells of a fault of the machine; nothing of any other."""
    said = result.get("error") if isinstance(result, dict) else result
    return str(said) if isinstance(said, str | LianhuError) and MACHINE.search(str(said)) else ""


def _on_worker(work: Callable[..., Any], task: tuple[Any, ...], code: str) -> Any:
    """Do one task on a worker; name the machine if it is what failed."""
    ((_, result),) = run_apart(_alone, [(work, task, code)], 1)
    if said := _fault(result):
        said = f"{said}（机器 {platform.node()}）"
        return {**result, "error": said} if isinstance(result, dict) else LianhuError(said)
    return result


def _alone(work: Callable[..., Any], task: tuple[Any, ...], code: str) -> Any:
    """Do one task while nobody else does one of its workspace, by the code of who asked."""
    if code_hash() != code:
        raise UsageError(f"机器 {platform.node()} 的程序或程序库与这里版本不同，请更新后重试")
    if not (root := Path(task[0])).is_dir():
        raise LianhuError(f"看不到文件夹 {root}。请在每台机器上把工作区挂载到同一路径")
    with locked(root / ".cluster.lock", f"工作区 {root}", TASK_SECONDS):
        return work(*task)
