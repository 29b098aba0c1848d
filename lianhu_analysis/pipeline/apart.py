"""Work in processes of its own, several at a time: one that dies takes nothing else with it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from multiprocessing import connection
from typing import Any

from lianhu_analysis.errors import LianhuError, UsageError, described

__all__ = ["DIED", "PRELOADED", "can_fork", "default_jobs", "next_task", "run_apart", "start_ahead"]

MEMORY_OF_ONE = 1e9  # bytes: a report and its kernel, and what else wants room
INTERRUPT_SECONDS = 10
DIED = "进程意外结束"
# Of linear algebra: more are slower, and a fork must not copy any.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# What reports and answers import, most of it late: imported once, in the process that forks.
PRELOADED = [
    "lianhu_analysis.render.publishing",  # first: it spares the others an import
    *"ipykernel.ipkernel ipykernel.kernelapp nbconvert papermill uharfbuzz seaborn".split(),
    *"lianhu_analysis.pipeline.answers lianhu_analysis.pipeline.reports".split(),
    *(f"lianhu_analysis.render.publishing.{name}" for name in ("annex", "kernels", "page", "word")),
    "lianhu_analysis.forecast.models.state_space",
    "lianhu_analysis.render.quarterly.sections",
    "holidays.countries.china",
    "lianhu_analysis.cli",
]
# One thread at a time may put other words into the environment that all share.
_environment = threading.Lock()


def can_fork() -> bool:
    """Whether processes can be forked here from one that has imported everything."""
    return "forkserver" in multiprocessing.get_all_start_methods()


def start_ahead() -> None:
    """Begin with the imports that ``run_apart`` needs, while something else is done."""
    if not can_fork():
        return
    from multiprocessing import forkserver

    # The folder where the command is given is no place to import from; matplotlib's backend is
    # that of a kernel.
    inline = "module://matplotlib_inline.backend_inline"
    wanted = {"PYTHONSAFEPATH": "1", "MPLBACKEND": os.environ.get("MPLBACKEND") or inline}
    with _environment:
        said = dict(os.environ)
        os.environ.update(ONE_THREAD | wanted)
        try:
            multiprocessing.get_context("forkserver").set_forkserver_preload(PRELOADED)
            forkserver.ensure_running()
        finally:
            os.environ.clear()
            os.environ.update(said)


def default_jobs() -> int:
    """Return how many reports the cores and the memory of this machine bear at once."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if not hasattr(os, "sysconf"):
        return cores or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(cores or 1, int(memory / MEMORY_OF_ONE)))


def run_apart(
    work: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], jobs: int
) -> Iterator[tuple[int, Any]]:
    """Call a function once a task, each time in a process of its own.

    Tasks with the same first argument come one after another, in their order: what is told of
    a workspace may rest on what was told of it before.

    Parameters
    ----------
    work
        A function of a module; what it takes and returns can be pickled.
    jobs
        How many processes at a time.

    Yields
    ------
    Number of the task, and what was returned, or a ``LianhuError`` that says what was raised
    (a ``UsageError`` if it was one); in the order in which they are done.
    """
    start_ahead()
    context: Any = multiprocessing.get_context("forkserver" if can_fork() else "spawn")
    left = list(range(len(tasks)))
    running: dict[Any, tuple[int, Any]] = {}
    try:
        while left or running:
            under_way = [number for number, _ in running.values()]
            number = next_task(tasks, left, under_way) if len(running) < jobs else None
            if number is not None:
                left.remove(number)
                receive, send = context.Pipe(duplex=False)
                with _environment:
                    environment = {**os.environ, **ONE_THREAD}
                arguments = (send, environment, work, tasks[number])
                process = context.Process(target=_work, args=arguments)
                process.start()
                send.close()
                running[receive] = number, process
                continue
            for ready in connection.wait(list(running)):
                number, process = running.pop(ready)
                yield number, _result(ready, process)
    finally:
        for _, process in running.values():
            # Interrupted like us, it cleans up behind itself.
            process.join(INTERRUPT_SECONDS)
            process.terminate()


def next_task(
    tasks: Sequence[tuple[Any, ...]], left: Sequence[int], running: Collection[int]
) -> int | None:
    """Return the first task left of a workspace that no running task is about."""
    busy = {tasks[number][0] for number in running}
    return next((number for number in left if tasks[number][0] not in busy), None)


def _work(
    send: Any,
    environment: dict[str, str],
    work: Callable[..., Any],
    task: tuple[Any, ...],
) -> None:
    gc.freeze()  # what was imported need not be searched for garbage
    parent = [multiprocessing.parent_process()]
    threading.Thread(target=_end_with_parent, args=parent, daemon=True).start()
    os.environ.clear()
    os.environ.update(environment)
    with suppress(KeyboardInterrupt):
        try:
            result = work(*task)
        except UsageError as error:
            result = UsageError(str(error))
        except (LianhuError, OSError) as error:
            result = LianhuError(described(error))
        send.send(result)


def _end_with_parent(parent: Any) -> None:
    """Interrupt this process when nobody is left to take what it returns."""
    connection.wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGINT)


def _result(receive: Any, process: Any) -> Any:
    try:
        return receive.recv()
    except EOFError:
        process.join()
        return LianhuError(
            f"{DIED}（状态 {process.exitcode}），可能是内存不足。请重试，或用 --jobs 1"
        )
    finally:
        receive.close()
        process.join()
