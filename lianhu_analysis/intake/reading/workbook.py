"""Bytes of workbooks and documents into plain grids, by child processes with limits."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self, cast

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading._common import (
    cell_address,
    column_letters,
    column_number,
    read_frame,
    write_frame,
)

__all__ = [
    "Grid",
    "WorkbookReader",
    "cell_address",
    "column_letters",
    "column_number",
    "cut_long",
    "read_grids",
    "read_workbook",
]

LIBRARIES = ("python_calamine", "lxml", "xlrd")
CHILD = Path(__file__).with_name("_workbook_child.py")
TIMEOUT_SECONDS = 60.0
MEMORY_BYTES = 1 << 30
GOODBYE_SECONDS = 5.0
# No name or figure is longer, and every search in a longer text costs time.
LONGEST, SHOWN = 2_000, 200
ZIP_SIGNATURE = b"PK\x03\x04"
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "工作簿": (ZIP_SIGNATURE, OLE_SIGNATURE),
    "文档": (ZIP_SIGNATURE,),
    "网页": (b"",),
}
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


class Kind(NamedTuple):
    """A kind of file: what it and its format are called, what to do, how large it may be."""

    name: str
    format: str
    resave: str
    most_bytes: int


RESAVE = "请在 {} 或 WPS 中打开后另存为 {}，再重新交付"
AS_BOOK = "请用浏览器打开，把表格复制到 Excel 并另存为 .xlsx，再重新交付"
KINDS = {
    "book": Kind("工作簿", " .xlsx 工作簿", RESAVE.format("Excel", ".xlsx"), 64_000_000),
    "word": Kind("文档", " .docx 文档", RESAVE.format("Word", ".docx"), 30_000_000),
    "page": Kind("网页", "网页", AS_BOOK, 30_000_000),
}
REFUSALS = {
    "corrupt": ("{0.name}已损坏，无法读取", ""),
    "encrypted": ("{0.name}加了密码", "请取消打开密码后另存，再重新交付"),
    "too_large": ("{0.name}展开后过大，不像统计报表", "请删去无关的工作表或图片后另存，再重新交付"),
    "far_cell": (
        "有内容的单元格离表格过远，工作表撑得过大",
        "请按 Ctrl+End 找到并删除多余的行和列，另存后再重新交付",
    ),
    "no_table": ("{0.name}里没有带数字的表格", "请把数字做成表格，或另存为 .xlsx 后再交付"),
    "other_format": ("压缩包里不是{0.format}（可能是 .xlsb、.ods 或普通压缩文件）", ""),
}


@dataclass(frozen=True)
class Grid:
    """One worksheet or table as plain values: text, number, bool, date or ``None``.

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
    above
        Of a table in a document: the lines of text between it and the table before.
        They are no rows of the grid, so that addresses count the table's own rows.
    cut
        Addresses of texts that were too long for any name, of which only the beginning
        and an ellipsis are kept.
    """

    sheet: str
    rows: tuple[tuple[object, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    visible: bool = True
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    dates_from_1904: bool = False
    knows_formats: bool = True
    above: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()

    def at(self, row: int, column: int) -> object:
        """Return the value at zero-based positions; ``None`` outside the sheet."""
        if row < 0 or column < 0:
            return None
        try:
            return self.rows[row][column]
        except IndexError:
            return None


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

    def read(self, data: bytes, kind: str = "book") -> tuple[Grid, ...]:
        """Read every worksheet of a workbook, or every table of a document, in order.

        Formulas that ended in an error are their text (``#REF!``).  Formulas
        never calculated, or to be calculated again on opening, are
        ``#UNCALCULATED!``; an .xls does not tell the latter, nor a formula never
        calculated from one that ended in nothing.  A number of a percent format
        is text such as ``4.8%``.

        Parameters
        ----------
        kind
            ``book``, ``word`` for a .docx, or ``page`` for a saved web page.

        Raises
        ------
        IntakeError
            If the bytes are no such file, are encrypted or damaged, or need more
            time, memory or area than any statistical table does.
        """
        _refuse_by_signature(data, KINDS[kind])
        answer = self._ask(data, kind)
        if "refused" in answer:
            raise _refusal(answer["refused"], KINDS[kind], answer["detail"])
        return tuple(_grid(sheet) for sheet in answer["sheets"])

    def submit(self, data: bytes, kind: str = "book") -> Future[tuple[Grid, ...]]:
        """Begin to read a file while the caller does something else.

        The future's ``result()`` returns or raises what `read` does.
        """
        return self._threads.submit(self.read, data, kind)

    def _ask(self, data: bytes, kind: str) -> dict[str, Any]:
        with self._slots:
            while True:
                child = self._take()
                used = child.served > 0
                try:
                    answer = child.ask(kind, data, self.timeout)
                except _Lost as lost:
                    if used and not lost.timed_out:
                        continue  # what it read before may be to blame: ask a fresh one
                    raise lost.refusal(self.timeout, KINDS[kind]) from lost
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

    def refusal(self, timeout: float, kind: Kind) -> IntakeError:
        if self.never_ready and not self.timed_out:
            return IntakeError("读取工作簿的程序启动不了", "请运行 make venv 修复运行环境后重试")
        end = "使读取程序中止（损坏，或展开后占用内存过大）"
        if self.timed_out:
            end = f"读了 {timeout:g} 秒仍未读完，已停止"
        return IntakeError(kind.name + end, kind.resave)


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

    def ask(self, kind: str, data: bytes, timeout: float) -> dict[str, Any]:
        """Return the answer of one file; whatever goes wrong ends the child."""
        # A timer that kills works on every system; waiting on pipes with a limit does not.
        timer = threading.Timer(timeout, self._stop)
        timer.start()
        try:
            answer = self._exchange(kind, data)
        except BaseException as error:
            timed_out = self.stopped
            self._kill()
            if isinstance(error, (OSError, ValueError)):
                raise _Lost(timed_out=timed_out, never_ready=not self._ready) from None
            raise
        finally:
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

    def _exchange(self, kind: str, data: bytes) -> dict[str, Any]:
        write_frame(self._stdin, kind.encode(), data)
        if not self._ready:
            self._ready = read_frame(self._stdout, MEMORY_BYTES) is not None
        answer = json.loads(read_frame(self._stdout, MEMORY_BYTES) or "")
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
    found = [importlib.util.find_spec(name) for name in LIBRARIES]
    origins = [spec.origin for spec in found if spec and spec.origin]
    if len(origins) < len(LIBRARIES):
        raise IntakeError(f"没有装齐 {'、'.join(LIBRARIES)}，不能读取工作簿", "请运行 make venv")
    packages = os.pathsep.join({str(Path(origin).parent.parent) for origin in origins})
    limits = [str(MEMORY_BYTES), str(int(TIMEOUT_SECONDS))]
    return [sys.executable, "-I", "-S", "-X", "utf8", str(CHILD), packages, *limits]


def _refuse_by_signature(data: bytes, kind: Kind) -> None:
    if not data:
        raise IntakeError("文件是空的（0 字节）", "请重新导出或重新拷贝后再交付")
    if len(data) > kind.most_bytes:
        raise IntakeError(f"文件有 {len(data) / 1e6:.0f} MB，不像统计报表", kind.resave)
    if data.startswith(OLE_SIGNATURE) and ENCRYPTED_STREAM in data:
        raise _refusal("encrypted", kind)
    if not data.startswith(SIGNATURES[kind.name]):
        program = "Word" if kind.name == "文档" else "Excel"
        raise IntakeError(f"扩展名是{kind.name}，内容却不是 {program} 文件", kind.resave)


def _refusal(reason: str, kind: Kind, detail: str = "") -> IntakeError:
    message, remedy = REFUSALS[reason]
    shown = message.format(kind) + (f"（{detail}）" if detail else "")
    return IntakeError(shown, remedy or kind.resave)


def cut_long(row: int, cells: list[Any]) -> list[str]:
    """Cut the overlong texts of a row in place, and return their addresses."""
    long = [n for n, cell in enumerate(cells) if cell.__class__ is str and len(cell) > LONGEST]
    for column in long:
        cells[column] = cells[column][:SHOWN] + "…"
    return [cell_address(row, column) for column in long]


def _grid(sheet: dict[str, Any]) -> Grid:
    rows = sheet["rows"]
    for row, column, kind, text in sheet.get("dates", ()):
        read = dt.date.fromisoformat if kind == "date" else dt.datetime.fromisoformat
        rows[row][column] = read(text)
    cut = [address for number, row in enumerate(rows) for address in cut_long(number, row)]
    return Grid(
        sheet=sheet["name"],
        rows=tuple(map(tuple, rows)),
        merged=tuple(
            (top, left, bottom, right) for (top, left), (bottom, right) in sheet["merged"]
        ),
        visible=sheet.get("visible", True),
        hidden_rows=frozenset(sheet.get("hidden_rows", ())),
        hidden_columns=frozenset(sheet.get("hidden_columns", ())),
        dates_from_1904=sheet.get("dates_from_1904", False),
        knows_formats=sheet.get("knows_formats", True),
        above=tuple(sheet.get("above", ())),
        cut=tuple(cut),
    )
