"""CSV as delivered, tidy or not: which of the two it is, and its cells as a grid."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.records import REQUIRED, decode_csv
from lianhu_analysis.intake.reading.workbook import Grid, cut_long

__all__ = ["is_tidy_csv", "read_csv_grid"]

ENOUGH = 3
MOST_BYTES = 30_000_000
MOST_CELLS = 2_000_000
# The National Bureau's export parts its fields by a tab and a comma, and quotes nothing.
TAB_COMMA = "\t,"


def is_tidy_csv(data: bytes) -> bool:
    """Whether the first line names columns of the observation table.

    A misspelt column must be refused as such, so not all need be right.

    Raises
    ------
    IntakeError
        If it is no text, or larger than any statistical table is.
    """
    first = _text(data).partition("\n")[0]
    names = {name.strip().strip('"') for name in first.split(",")}
    return len(names & set(REQUIRED)) >= ENOUGH


def read_csv_grid(data: bytes) -> Grid:
    """Return a CSV as one grid without a sheet name; every cell is text or ``None``.

    Rows are the file's lines, so that addresses lead back to them.

    Raises
    ------
    IntakeError
        If it is no text, too large, or not parted by commas, tabs or semicolons.
    """
    text = _text(data)
    if "\0" in text:
        raise IntakeError("文件含有二进制内容，不是 CSV", "请重新导出为 CSV 后再交付")
    header = next((line for line in io.StringIO(text) if line.count(",") >= ENOUGH), "")
    if header and header.count(TAB_COMMA) == header.count(","):
        return _grid(line.rstrip("\n").split(TAB_COMMA) for line in io.StringIO(text))
    return _grid(_rows(text, max(",\t;", key=text.count)))


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise IntakeError(
            f"CSV 有 {len(data) / 1e6:.0f} MB，不像统计报表", "请只留下需要的表，或分成几个文件交付"
        )
    return decode_csv(data)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the fields of each line; those inside a quotation have none of their own."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 0
    try:
        for fields in reader:
            begun = reader.line_num - 1 - sum(map(_breaks, fields))
            yield from repeat([], begun - line)
            yield fields
            line = max(begun, line) + 1
            yield from repeat([], reader.line_num - line)
            line = reader.line_num
    except csv.Error as error:
        raise IntakeError(
            f"第 {reader.line_num} 行附近不是有效的 CSV（{error}）", "请检查引号是否成对"
        ) from error


def _breaks(field: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", field))


def _grid(lines: Iterable[list[str]]) -> Grid:
    rows: list[tuple[Any, ...]] = []
    cut: list[str] = []
    room = MOST_CELLS
    for number, fields in enumerate(lines):
        room -= len(fields)
        if room < 0:
            raise IntakeError("CSV 的单元格过多，不像统计报表", "请分成几个文件交付")
        cells = [_cell(field) for field in fields]
        cut += cut_long(number, cells)
        rows.append(tuple(cells))
    return Grid("", tuple(rows), cut=tuple(cut))


def _cell(field: str) -> str | None:
    bare = field.strip("\t\r\n\ufeff")
    return bare if bare.strip() else None
