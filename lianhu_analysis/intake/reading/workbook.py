"""Excel bytes into plain grids, read by child processes that have limits."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from lianhu_analysis.errors import IntakeError

__all__ = [
    "Grid",
    "WorkbookReader",
    "cell_address",
    "column_letters",
    "column_number",
    "read_grids",
    "read_workbook",
]

CHILD = Path(__file__).with_name("_workbook_child.py")
TIMEOUT_SECONDS = 60.0
MEMORY_BYTES = 1 << 30
MAX_FILE_BYTES = 64_000_000
FRAME_BYTES = 8
GOODBYE_SECONDS = 5.0
ZIP_SIGNATURE = b"PK\x03\x04"
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

RESAVE = "请在 Excel 或 WPS 中打开后另存为 .xlsx，再重新交付"
REFUSALS = {
    "corrupt": ("工作簿已损坏，无法读取", RESAVE),
    "encrypted": ("工作簿加了密码", "请取消打开密码后另存，再重新交付"),
    "too_large": ("工作簿展开后过大，不像统计报表", "请删去无关的工作表或图片后另存，再重新交付"),
    "far_cell": (
        "有内容的单元格离表格过远，工作表撑得过大",
        "请按 Ctrl+End 找到并删除多余的行和列，另存后再重新交付",
    ),
    "other_format": ("压缩包里不是 .xlsx 工作簿（可能是 .xlsb、.ods 或普通压缩文件）", RESAVE),
}


@dataclass(frozen=True)
class Grid:
    """One worksheet as plain values: text, number, bool, date or ``None``.

    Attributes
    ----------
    merged
        Merged ranges as zero-based ``(top, left, bottom, right)``, inclusive.
    visible
        Whether the sheet is shown when the workbook is opened.
    hidden_rows, hidden_columns
        Zero-based numbers of rows and columns that are hidden, filtered out or
        without height or width.
    dates_from_1904
        Whether the workbook counts days from 1904: a date kept as a bare number
        is 1,462 less than the same date in the usual system.
    knows_formats
        Whether error values, percent formats and what is hidden are known.  Of an
        .xls older than Excel 97 they are not: an error reads as a blank cell,
        ``4.8%`` as ``0.048``, and hidden rows as shown.
    """

    sheet: str
    rows: tuple[tuple[object, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    visible: bool = True
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    dates_from_1904: bool = False
    knows_formats: bool = True

    def at(self, row: int, column: int) -> object:
        """Return the value at zero-based positions; ``None`` outside the sheet."""
        if row < 0 or column < 0:
            return None
        try:
            return self.rows[row][column]
        except IndexError:
            return None


def cell_address(row: int, column: int) -> str:
    """Return the A1-style address of zero-based positions: ``(0, 27)`` is ``AB1``."""
    return f"{column_letters(column)}{row + 1}"


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """Return the letters of a zero-based column: 27 is ``AB``."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the zero-based number of a column: ``AB`` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def read_grids(path: Path) -> tuple[Grid, ...]:
    """Read a workbook file; see `read_workbook`."""
    return read_workbook(path.read_bytes())


def read_workbook(data: bytes, *, timeout: float = TIMEOUT_SECONDS) -> tuple[Grid, ...]:
    """Read one workbook in a child process of its own; see `WorkbookReader.read`."""
    with WorkbookReader(timeout=timeout) as reader:
        return reader.read(data)


class WorkbookReader:
    """Child processes that read workbooks, reused from one to the next.

    Each workbook has its own limit of time and memory.  A child that dies or is
    stopped is replaced, and only its workbook is refused.  Threads may share a
    reader.

    Parameters
    ----------
    workers
        Most children at one time; they are started when first needed.
    timeout
        Seconds that one workbook may take.

    Examples
    --------
    >>> with WorkbookReader(workers=2) as reader:
    ...     for grid in reader.read(data):
    ...         print(grid.sheet)
    """

    def __init__(self, workers: int = 1, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self.timeout = timeout
        self._slots = threading.Semaphore(workers)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="workbook")
        self._guard = threading.Lock()
        self._idle: list[_Child] = []
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every child; what was submitted and not begun is given up."""
        self._closed = True
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._end_idle()

    def read(self, data: bytes) -> tuple[Grid, ...]:
        """Read every worksheet of a workbook, in order.

        Formulas that ended in an error are their text (``#REF!``).  Formulas
        never calculated, or to be calculated again on opening, are
        ``#UNCALCULATED!``; an .xls does not tell the latter, nor a formula never
        calculated from one that ended in nothing.  A number of a percent format
        is text such as ``4.8%``.

        Raises
        ------
        IntakeError
            If the bytes are no workbook, are encrypted or damaged, or need more
            time, memory or area than any statistical table does.
        """
        _refuse_by_signature(data)
        answer = self._ask(data)
        if "refused" in answer:
            message, remedy = REFUSALS[answer["refused"]]
            detail = f"（{answer['detail']}）" if answer["detail"] else ""
            raise IntakeError(message + detail, remedy)
        return tuple(_grid(sheet) for sheet in answer["sheets"])

    def submit(self, data: bytes) -> Future[tuple[Grid, ...]]:
        """Begin to read a workbook while the caller does something else.

        The future's ``result()`` returns or raises what `read` does.
        """
        return self._threads.submit(self.read, data)

    def _ask(self, data: bytes) -> dict[str, Any]:
        with self._slots:
            while True:
                child = self._take()
                used = child.served > 0
                try:
                    answer = child.ask(data, self.timeout)
                except _Lost as lost:
                    if used and not lost.timed_out:
                        continue  # what it read before may be to blame: ask a fresh one
                    raise lost.refusal(self.timeout) from lost
                self._give_back(child, tired=answer.pop("tired"))
                if used and answer.get("refused") == "too_large":
                    self._end_idle()
                    continue  # memory that earlier workbooks left in use does not count
                return answer

    def _take(self) -> _Child:
        with self._guard:
            if self._closed:
                raise ValueError("the workbook reader is closed")
            return self._idle.pop() if self._idle else _Child()

    def _give_back(self, child: _Child, *, tired: bool) -> None:
        with self._guard:
            if not (tired or child.stopped or self._closed):
                self._idle.append(child)
                return
        child.end()

    def _end_idle(self) -> None:
        with self._guard:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()


class _Lost(Exception):
    """A child gave no answer."""

    def __init__(self, *, timed_out: bool, never_ready: bool) -> None:
        super().__init__()
        self.timed_out, self.never_ready = timed_out, never_ready

    def refusal(self, timeout: float) -> IntakeError:
        if self.timed_out:
            return IntakeError(f"工作簿读了 {timeout:g} 秒仍未读完，已停止", RESAVE)
        if self.never_ready:
            return IntakeError("读取工作簿的程序启动不了", "请运行 make venv 修复运行环境后重试")
        return IntakeError("工作簿使读取程序中止（损坏，或展开后占用内存过大）", RESAVE)


class _Child:
    """One child process: frames of a length and as many bytes go in, and JSON comes out."""

    def __init__(self) -> None:
        self.served = 0
        self.stopped = False
        self._ready = False
        self._process = subprocess.Popen(
            _command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._stdin = cast(IO[bytes], self._process.stdin)
        self._stdout = cast(IO[bytes], self._process.stdout)

    def ask(self, data: bytes, timeout: float) -> dict[str, Any]:
        """Return the answer of one workbook; whatever goes wrong ends the child."""
        # A timer that kills works on every system; waiting on pipes with a limit does not.
        timer = threading.Timer(timeout, self._stop)
        timer.start()
        try:
            answer = self._exchange(data)
        except (OSError, ValueError, EOFError):
            timer.cancel()
            timed_out = self.stopped
            self._kill()
            raise _Lost(timed_out=timed_out, never_ready=not self._ready) from None
        except BaseException:
            timer.cancel()
            self._kill()
            raise
        timer.cancel()
        self.served += 1
        return answer

    def end(self) -> None:
        """Let the child end by itself, or end it."""
        try:
            self._stdin.close()
            self._process.wait(GOODBYE_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            pass
        self._kill()

    def _exchange(self, data: bytes) -> dict[str, Any]:
        stdin, stdout = self._stdin, self._stdout
        stdin.write(len(data).to_bytes(FRAME_BYTES, "big"))
        stdin.write(data)
        stdin.flush()
        if not self._ready:
            _read_frame(stdout.read)
            self._ready = True
        answer = json.loads(_read_frame(stdout.read))
        if not isinstance(answer, dict) or "tired" not in answer:
            raise ValueError("no answer")
        return answer

    def _stop(self) -> None:
        self.stopped = True
        self._process.kill()

    def _kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._stdin, self._stdout):
            try:
                pipe.close()
            except OSError:
                continue  # what was still to be written has no reader


def _command() -> list[str]:
    found = importlib.util.find_spec("python_calamine")
    if found is None or found.origin is None:
        raise IntakeError("没有安装 python-calamine，不能读取工作簿", "请运行 make venv")
    packages = str(Path(found.origin).parent.parent)
    limits = [str(MEMORY_BYTES), str(int(TIMEOUT_SECONDS))]
    return [sys.executable, "-I", "-S", "-X", "utf8", str(CHILD), packages, *limits]


def _read_frame(read: Callable[[int], bytes]) -> bytes:
    head = read(FRAME_BYTES)
    size = int.from_bytes(head, "big")
    if len(head) < FRAME_BYTES or size > MEMORY_BYTES:
        raise EOFError
    body = read(size)
    if len(body) < size:
        raise EOFError
    return body


def _refuse_by_signature(data: bytes) -> None:
    if not data:
        raise IntakeError("文件是空的（0 字节）", "请重新导出或重新拷贝后再交付")
    if len(data) > MAX_FILE_BYTES:
        raise IntakeError(f"文件有 {len(data) / 1e6:.0f} MB，不像统计报表", RESAVE)
    if data.startswith(OLE_SIGNATURE):
        if ENCRYPTED_STREAM in data:
            raise IntakeError(*REFUSALS["encrypted"])
    elif not data.startswith(ZIP_SIGNATURE):
        raise IntakeError("扩展名是工作簿，内容却不是 Excel 文件", RESAVE)


def _grid(sheet: dict[str, Any]) -> Grid:
    rows = sheet["rows"]
    for row, column, kind, text in sheet["dates"]:
        read = dt.date.fromisoformat if kind == "date" else dt.datetime.fromisoformat
        rows[row][column] = read(text)
    return Grid(
        sheet=sheet["name"],
        rows=tuple(map(tuple, rows)),
        merged=tuple(
            (top, left, bottom, right) for (top, left), (bottom, right) in sheet["merged"]
        ),
        visible=sheet["visible"],
        hidden_rows=frozenset(sheet["hidden_rows"]),
        hidden_columns=frozenset(sheet["hidden_columns"]),
        dates_from_1904=sheet["dates_from_1904"],
        knows_formats=sheet["knows_formats"],
    )
