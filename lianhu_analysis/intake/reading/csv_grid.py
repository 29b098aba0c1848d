"""CSV as delivered, tidy or not: which of the two it is, and its cells as a grid."""

from __future__ import annotations

import csv
import io
import re

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.records import REQUIRED, decode_csv
from lianhu_analysis.intake.reading.workbook import Grid

__all__ = ["is_tidy_csv", "read_csv_grid"]

ENOUGH = 3
MOST_CELLS = 2_000_000
# The National Bureau's export parts its fields by a tab and a comma, and quotes nothing.
TAB_COMMA = "\t,"


def is_tidy_csv(data: bytes) -> bool:
    """Whether the first line names columns of the observation table.

    A misspelt column must be refused as such, so not all need be right.
    """
    first = decode_csv(data).partition("\n")[0]
    names = {name.strip().strip('"') for name in first.split(",")}
    return len(names & set(REQUIRED)) >= ENOUGH


def read_csv_grid(data: bytes) -> Grid:
    """Return a CSV as one grid without a sheet name; every cell is text or ``None``.

    Rows are the file's lines, so that addresses lead back to them.

    Raises
    ------
    IntakeError
        If it is no text, or not parted by commas, tabs or semicolons.
    """
    text = decode_csv(data)
    if "\0" in text:
        raise IntakeError("文件含有二进制内容，不是 CSV", "请重新导出为 CSV 后再交付")
    lines = text.splitlines()
    header = next((line for line in lines if line.count(",") >= ENOUGH), "")
    if header and header.count(TAB_COMMA) == header.count(","):
        rows = [line.split(TAB_COMMA) if TAB_COMMA in line else [line] for line in lines]
        return _grid(rows)
    delimiter = max(",\t;", key=text.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        line = 0
        for fields in reader:
            rows += [[] for _ in range(line, reader.line_num - 1 - _inner_breaks(fields))]
            rows.append(fields)
            rows += [[] for _ in range(len(rows), reader.line_num)]
            line = reader.line_num
    except csv.Error as error:
        raise IntakeError(
            f"第 {reader.line_num} 行附近不是有效的 CSV（{error}）", "请检查引号是否成对"
        ) from error
    return _grid(rows)


def _inner_breaks(fields: list[str]) -> int:
    return sum(len(re.findall(r"\r\n|\r|\n", field)) for field in fields)


def _grid(rows: list[list[str]]) -> Grid:
    if sum(len(row) for row in rows) > MOST_CELLS:
        raise IntakeError("CSV 的单元格过多，不像统计报表", "请分成几个文件交付")
    return Grid("", tuple(tuple(_cell(field) for field in row) for row in rows))


def _cell(field: str) -> str | None:
    bare = field.strip("\t\r\n\ufeff")
    return bare if bare.strip() else None
