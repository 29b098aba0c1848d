"""Sheets of an old .xls, read with xlrd.

Part of the child process, which imports nothing of the suite.
"""

from __future__ import annotations

import gc
import io
from typing import Any

import xlrd
from _xlsx_walk import (  # type: ignore[import-not-found]
    UNCALCULATED,
    bound_area,
    is_percent_format,
    percent_text,
)

__all__ = ["read_xls"]

BLANK = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)
PASTED_BLANK = "\0"


def read_xls(data: bytes) -> list[dict[str, Any]]:
    """Read every worksheet; what xlrd raises on a file that it does not take is not caught."""
    book = xlrd.open_workbook(
        file_contents=data,
        logfile=io.StringIO(),
        formatting_info=True,
        on_demand=True,
        ragged_rows=True,
        ignore_workbook_corruption=True,
    )
    # xlrd tells an empty text that was pasted from a formula without a result in no other way.
    book._sharedstrings = [text or PASTED_BLANK for text in book._sharedstrings]
    found = [_read_sheet(book, number) for number in range(book.nsheets)]
    del book
    gc.collect()  # a book and its sheets hold each other
    return found


def _read_sheet(book: Any, number: int) -> dict[str, Any]:
    sheet = book.sheet_by_index(number)
    percents = {
        style
        for style, item in enumerate(book.xf_list)
        if is_percent_format(book.format_map[item.format_key].format_str)
    }
    rows = [_read_row(book, sheet, row, percents) for row in range(sheet.nrows)]
    while rows and not rows[-1]:
        rows.pop()
    width = max(map(len, rows), default=0)
    bound_area(len(rows), width)
    rows = [row + [None] * (width - len(row)) for row in rows]
    return {
        "name": sheet.name,
        "visible": sheet.visibility == 0,
        "rows": rows,
        "merged": [
            ((top, left), (bottom - 1, right - 1))
            for top, bottom, left, right in sheet.merged_cells
        ],
        "hidden_rows": [row for row, item in sheet.rowinfo_map.items() if item.hidden],
        "hidden_columns": [
            column for column, item in sheet.colinfo_map.items() if item.hidden or item.width == 0
        ],
        "dates_from_1904": book.datemode == 1,
    }


def _read_row(book: Any, sheet: Any, row: int, percents: set[int]) -> list[Any]:
    kinds = sheet.row_types(row)
    width = len(kinds)
    while width and kinds[width - 1] in BLANK:
        width -= 1
    return [_read_cell(book, sheet.cell(row, column), percents) for column in range(width)]


def _read_cell(book: Any, cell: Any, percents: set[int]) -> Any:
    kind, value = cell.ctype, cell.value
    if kind == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(value, "#ERROR")
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_TEXT:
        return UNCALCULATED if not value else None if value == PASTED_BLANK else value
    if kind == xlrd.XL_CELL_DATE:
        return _read_date(value, book.datemode)
    if kind == xlrd.XL_CELL_NUMBER and cell.xf_index in percents:
        return percent_text(value)
    return value


def _read_date(value: float, mode: int) -> Any:
    try:
        found = xlrd.xldate_as_datetime(value, mode)
    except (xlrd.XLDateError, OverflowError):
        return value
    if value < 1:
        return found.time()
    return found if value % 1 else found.date()
