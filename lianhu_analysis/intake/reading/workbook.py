"""Excel bytes into plain grids, read by a child process that has limits."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianhu_analysis.errors import IntakeError

__all__ = ["Grid", "cell_address", "column_number", "read_grids", "read_workbook"]

CHILD = Path(__file__).with_name("_workbook_child.py")
TIMEOUT_SECONDS = 60.0
MAX_FILE_BYTES = 64_000_000
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
    """

    sheet: str
    rows: tuple[tuple[object, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    visible: bool = True

    def at(self, row: int, column: int) -> object:
        """Return the value at zero-based positions; ``None`` outside the sheet."""
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return None


def cell_address(row: int, column: int) -> str:
    """Return the A1-style address of zero-based positions: ``(0, 27)`` is ``AB1``."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


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
    """Read every worksheet of a workbook, in order.

    Formulas that ended in an error are their text (``#REF!``), formulas never
    calculated are ``#UNCALCULATED!``, and a number of a percent format is text
    such as ``4.8%`` (.xlsx; the older .xls does not tell).

    Raises
    ------
    IntakeError
        If the bytes are no workbook, are encrypted or damaged, or need more
        time, memory or area than any statistical table does.
    """
    _refuse_by_signature(data)
    reader = importlib.util.find_spec("python_calamine")
    if reader is None or reader.origin is None:
        raise IntakeError("没有安装 python-calamine，不能读取工作簿", "请运行 make venv")
    packages = str(Path(reader.origin).parent.parent)
    command = [sys.executable, "-I", "-S", "-X", "utf8", str(CHILD), packages]
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise IntakeError(f"工作簿读了 {timeout:.0f} 秒仍未读完，已停止", RESAVE) from error
    try:
        answer = json.loads(done.stdout) if done.returncode == 0 else None
    except ValueError:
        answer = None
    if answer is None:
        raise IntakeError(
            "工作簿使读取程序中止（损坏，或展开后占用内存过大）",
            RESAVE,
        )
    if "refused" in answer:
        message, remedy = REFUSALS[answer["refused"]]
        detail = f"（{answer['detail']}）" if answer["detail"] else ""
        raise IntakeError(message + detail, remedy)
    return tuple(_grid(sheet) for sheet in answer["sheets"])


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
    return Grid(
        sheet=sheet["name"],
        rows=tuple(tuple(_value(cell) for cell in row) for row in sheet["rows"]),
        merged=tuple(
            (top, left, bottom, right) for (top, left), (bottom, right) in sheet["merged"]
        ),
        visible=sheet["visible"],
    )


def _value(cell: object) -> object:
    if isinstance(cell, dict):
        if "date" in cell:
            return dt.date.fromisoformat(cell["date"])
        return dt.datetime.fromisoformat(cell["datetime"])
    return cell
