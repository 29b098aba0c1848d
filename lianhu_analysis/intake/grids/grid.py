"""A sheet or table as plain cells, and how its places are called."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lianhu_analysis.errors import IntakeError

__all__ = [
    "MAX_CELLS",
    "NOTE",
    "Grid",
    "behind_text",
    "bound_area",
    "cell_address",
    "column_number",
    "commented",
    "put",
]

# No name or figure is longer, and every search in a longer text costs time.
LONGEST, SHOWN = 2_000, 200
MAX_CELLS = 3_000_000
# Numbers of notes that are written in a circle.
MOST_NOTES = 20
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
AUTHOR = re.compile(r"^.*(?:^|\n)[^\n：:]{1,20}[：:]\s*\n", re.DOTALL)
# Lines around a table that may say what its figures are, or whose.
NOTE = re.compile(
    "[*①-⑳(（]|注[:：\\d]|备注[:：]|说明[:：]|以上|上[表述]|[本上]?表[中内]|本表"
    "|\\d{1,2}[.、)）][^\\d。]{2,24}(?:为|是|系|取|按|截至|截止)"
    # Who signs below it, and whose page it is.
    "|.{0,4}(?:来源|机构|主办|承办|版权所有|编辑|供稿|编印|制表)(?:单位|方)?[:：]"
    r"|[一-龥]{2,16}(?:局|政府|委员会)[\s\d年月日./-]*$"
)


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
    above
        Of a table in a document: the lines of text between it and the table before; of a sheet
        what notes and signatures stand in its text boxes.
        They are no rows of the grid, so that addresses count the table's own rows.
    comments
        Address and text of cells that carry a comment.
    """

    sheet: str
    rows: tuple[tuple[object, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    visible: bool = True
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    dates_from_1904: bool = False
    above: tuple[str, ...] = ()
    comments: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, sheet: str, rows: Iterable[Iterable[object]], **known: Any) -> Grid:
        """Return a grid of cells as the libraries give them, overlong texts cut."""
        return cls(sheet, tuple(tuple(map(_plain, row)) for row in rows), **known)

    def at(self, row: int, column: int) -> object:
        """Return the value at zero-based positions; ``None`` outside the sheet."""
        cells = self.rows[row] if 0 <= row < len(self.rows) else ()
        return cells[column] if 0 <= column < len(cells) else None


def _plain(value: object) -> object:
    # Excel stores every number as a float: 201003.0 is 201003.
    # Formulas leave noise: 5.100000000000001 is 5.1.
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else float(f"{value:.14g}")
    if isinstance(value, (dt.time, dt.timedelta)):
        return str(value)
    if isinstance(value, str) and len(value) > LONGEST:
        # Too long for any name: the beginning tells which cell it is.
        return value[:SHOWN] + "…"
    return None if value == "" else value


def commented(address: str, text: str) -> tuple[str, str]:
    """Return a comment as one line, without the name of its author before it."""
    return address, "；".join(AUTHOR.sub("", text.strip()).split("\n"))


def put(rows: list[list[object]], row: int, column: int, value: object) -> None:
    """Set a cell, which may lie beyond the rows or the columns so far."""
    rows += [[] for _ in range(row + 1 - len(rows))]
    rows[row] += [None] * (column + 1 - len(rows[row]))
    rows[row][column] = value


def bound_area(rows: int, columns: int) -> None:
    """Refuse a sheet whose cells with content reach further than any table does.

    Raises
    ------
    IntakeError
        Naming the furthest cell.
    """
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        address = cell_address(rows - 1, columns - 1)
        why = f"有内容的单元格（{address}）离表格过远，工作表撑得过大"
        raise IntakeError(why, "请按 Ctrl+End 找到并删除多余的行和列，另存后再重新交付")


def cell_address(row: int, column: int) -> str:
    """Return the A1-style address of zero-based positions: ``(0, 27)`` is ``AB1``."""
    return f"{_column_letters(column)}{row + 1}"


@lru_cache(maxsize=1024)
def _column_letters(column: int) -> str:
    before, letter = divmod(column, 26)
    return (_column_letters(before - 1) if before else "") + chr(65 + letter)


@lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """Return the zero-based number of a column: ``AB`` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def behind_text(note: str, before: str) -> str:
    """Return a raised or lowered text behind another: a number there is that of a note.

    It is no digit of a figure (``210.5[1]``), no part of a name (``零售总额①``), and no number
    before what the note says (``①为1-8月数``).
    """
    if note.isdigit() and before[-1:].isdigit():
        return f"[{note}]"
    known = note.isdigit() and 0 < int(note) <= MOST_NOTES
    named = not before.strip() or "一" <= before[-1:] <= "龥"
    return chr(ord("①") + int(note) - 1) if known and named else note
