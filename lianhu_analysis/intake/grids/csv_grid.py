"""CSV as delivered: its text, and its cells as a grid."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import repeat

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import MAX_CELLS, Grid

__all__ = ["decode", "decode_csv", "read_csv_grid"]

MOST_BYTES = 30_000_000
# The National Bureau's export parts its fields by a tab and a comma, and quotes nothing.
TAB_COMMA = "\t,"
TABLE_COMMAS = 3


def decode(data: bytes, declared: str = "gb18030") -> str | None:
    """Decode strictly as UTF-16 if marked so, as UTF-8, as declared, or as GB 18030.

    The order matters: most Chinese text in UTF-8 also decodes as GB 18030, into
    other characters and without an error.
    """
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", declared, "gb18030"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return None


def decode_csv(data: bytes) -> str:
    """Return the text of a CSV.

    Raises
    ------
    IntakeError
        If it is empty, no text, or larger than any statistical table is.
    """
    if len(data) > MOST_BYTES:
        cure = "请只留下需要的表，或分成几个文件交付"
        raise IntakeError(f"CSV 有 {len(data) / 1e6:.0f} MB，不像统计报表", cure)
    if not data.strip():
        raise IntakeError("文件是空的", "请重新导出或重新拷贝后再交付")
    text = decode(data)
    if text is None or "\0" in text:
        why = "既不是 UTF-8 也不是 GB 18030 编码的文本"
        raise IntakeError(why, "请另存为“CSV UTF-8（逗号分隔）”")
    return text


def read_csv_grid(data: bytes) -> Grid:
    """Return a CSV as one grid without a sheet name; every cell is text or ``None``.

    Rows are the file's lines, so that addresses lead back to them.

    Raises
    ------
    IntakeError
        If it is no text, too large, or not parted by commas, tabs or semicolons.
    """
    text = decode_csv(data)
    delimiter = max(",\t;", key=text.count)
    if text.count(delimiter) + text.count("\n") > MAX_CELLS:
        raise IntakeError("CSV 的单元格过多，不像统计报表", "请分成几个文件交付")
    lines: Iterator[list[str]] = _rows(text, delimiter)
    header = next((line for line in io.StringIO(text) if line.count(",") >= TABLE_COMMAS), "")
    if header and header.count(TAB_COMMA) == header.count(","):
        lines = (line.rstrip("\n").split(TAB_COMMA) for line in io.StringIO(text))
    return Grid.of("", (map(_cell, fields) for fields in lines))


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the fields of each line; those inside a quotation have none of their own."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 0
    try:
        for fields in reader:
            begun = reader.line_num - 1 - len(re.findall(r"\r\n|\r|\n", " ".join(fields)))
            yield from repeat([], begun - line)
            yield fields
            line = max(begun, line) + 1
            yield from repeat([], reader.line_num - line)
            line = reader.line_num
    except csv.Error as error:
        why = f"第 {reader.line_num} 行附近不是有效的 CSV（{error}）"
        raise IntakeError(why, "请检查引号是否成对") from error


def _cell(field: str) -> str:
    bare = field.strip("\t\r\n\ufeff")
    return bare if bare.strip() else ""
