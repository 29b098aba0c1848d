"""Bytes of workbooks and documents into grids, by child processes with limits."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Self, cast

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.grids.refusals import RESAVE

__all__ = ["FILES", "WorkbookReader", "read_workbook"]

FILES = (".xlsx", ".xlsm", ".xls", ".docx", ".docm", ".html", ".htm")
CHILD = Path(__file__).with_name("child.py")
LIBRARY = Path(__file__).parents[3]
TIMEOUT_SECONDS = 60.0
MEMORY_BYTES = 1 << 30
MOST_BYTES = 64_000_000


def read_workbook(data: bytes) -> tuple[Grid, ...]:
    """Read one file in a child process of its own; see `WorkbookReader.read`."""
    with WorkbookReader() as reader:
        return reader.read(data)


class WorkbookReader:
    """Child processes that read workbooks, Word files and web pages, each with limits.

    A child reads one file after the other; whatever goes wrong in it ends it, and
    costs that file alone.  Threads may share a reader.

    Parameters
    ----------
    workers
        Most children at one time; they are started when first needed.
    timeout
        Seconds that one file may take.

    Examples
    --------
    >>> with WorkbookReader(workers=2) as reader:
    ...     for grid in reader.read(data):
    ...         print(grid.sheet)
    """

    def __init__(self, workers: int = 1, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self.timeout = timeout
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="workbook")
        self._children: dict[int, _Child] = {}  # of each thread

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every child; what was submitted and not begun is given up."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        while self._children:
            self._children.popitem()[1].end()

    def read(self, data: bytes) -> tuple[Grid, ...]:
        """Read every worksheet of a workbook, or every table of a document, in order.

        What the file is, its content tells.  Formulas that ended in an error are
        their text (``#REF!``).  Formulas never calculated, or to be calculated
        again on opening, are ``#UNCALCULATED!``; an .xls does not tell the latter,
        nor a formula never calculated from one that ended in nothing.  A number of
        a percent format is text such as ``4.8%``.  The tables of a document are
        those that hold a figure; they are named 表1, 表2, … and carry the text
        before each in `Grid.above`.

        Raises
        ------
        IntakeError
            If the bytes are no such file, are encrypted or damaged, or need more
            time, memory or area than any statistical table does.
        """
        return self.submit(data).result()

    def submit(self, data: bytes) -> Future[tuple[Grid, ...]]:
        """Begin to read a file while the caller does something else.

        The future's ``result()`` returns or raises what `read` does.
        """
        return self._threads.submit(self._read, data)

    def _read(self, data: bytes) -> tuple[Grid, ...]:
        if not data:
            raise IntakeError("文件是空的（0 字节）", "请重新导出或重新拷贝后再交付")
        if len(data) > MOST_BYTES:
            raise IntakeError(f"文件有 {len(data) / 1e6:.0f} MB，不像统计报表", RESAVE)
        thread = threading.get_ident()
        while True:
            child = self._children.get(thread) or _Child()
            self._children[thread] = child
            used = child.served > 0
            try:
                return child.ask(data, self.timeout)
            except IntakeError as error:
                self._children.pop(thread).end()
                if not used or isinstance(error, _Late):
                    raise
            # What it read before may be to blame, or the memory left in use: ask a fresh one.


class _Late(IntakeError):
    """A child did not answer in time."""


class _Child:
    """One child process: bytes go in, and grids or a refusal come out."""

    def __init__(self) -> None:
        packages = os.pathsep.join([*filter(None, sys.path), str(LIBRARY)])
        limits = [str(MEMORY_BYTES), str(int(TIMEOUT_SECONDS))]
        self.served = 0
        self._ready = False
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-X", "utf8", str(CHILD), packages, *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, data: bytes, timeout: float) -> tuple[Grid, ...]:
        """Return the grids of one file; after any other end the child is of no more use.

        Raises
        ------
        IntakeError
            If the child refuses the file, or does not answer.
        """
        end = time.monotonic() + timeout
        # A timer that kills works on every system; waiting on pipes with a limit does not.
        timer = threading.Timer(timeout, self._process.kill)
        timer.start()
        try:
            answer = self._exchange(data)
        except Exception as error:  # the pipe breaks, or what half an answer does to pickle
            if time.monotonic() >= end:
                raise _Late(f"读了 {timeout:g} 秒仍未读完，已停止", RESAVE) from error
            raise self._explained() from error
        finally:
            timer.cancel()
        self.served += 1
        if all(isinstance(item, Grid) for item in answer):
            return tuple(answer)
        raise IntakeError(*answer)

    def _exchange(self, data: bytes) -> Any:
        stdin, stdout = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        self._ready = self._ready or _Answer(stdout).load() == "ready"
        pickle.dump(data, stdin)
        stdin.flush()
        return _Answer(stdout).load()

    def _explained(self) -> IntakeError:
        if self._ready:
            return IntakeError("文件使读取程序中止（损坏，或展开后占用内存过大）", RESAVE)
        return IntakeError("读取工作簿的程序启动不了", "请运行 make venv 修复运行环境后重试")

    def end(self) -> None:
        """End the process, and close its pipes."""
        self._process.kill()
        self._process.communicate()


class _Answer(pickle.Unpickler):
    """What a child said, which can name nothing but grids and days."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a class by its name."""
        known = (Grid, dt.date, dt.datetime)
        return {(cls.__module__, cls.__name__): cls for cls in known}[module, name]
