"""Sheets of an old .xls, read with xlrd, or with calamine what xlrd does not take."""

from __future__ import annotations

import gc
import io
from typing import Any

import xlrd

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid, bound_area
from lianhu_analysis.intake.grids.refusals import encrypted
from lianhu_analysis.intake.grids.xlsx import (
    UNCALCULATED,
    is_percent_format,
    percent_text,
    read_sheets,
)

__all__ = ["read_xls"]

PASTED_BLANK = "\0"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def read_xls(data: bytes) -> list[Grid]:
    """Read every worksheet of an .xls.

    Raises
    ------
    IntakeError
        If it is damaged, encrypted (an .xlsx with a password is kept like an .xls), or
        reaches further than any table does.
    """
    if ENCRYPTED_STREAM in data:
        raise encrypted()
    try:
        return _read_book(data)
    except (IntakeError, MemoryError):
        raise
    except Exception as error:  # xlrd raises any kind on what it does not take
        if "encrypted" in str(error):
            raise encrypted() from error
        return read_sheets(data)


def _read_book(data: bytes) -> list[Grid]:
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


def _read_sheet(book: Any, number: int) -> Grid:
    sheet = book.sheet_by_index(number)
    percents = {
        style
        for style, item in enumerate(book.xf_list)
        if is_percent_format(book.format_map[item.format_key].format_str)
    }
    rows = [[_value(book, cell, percents) for cell in row] for row in sheet.get_rows()]
    # Cells may be there for their borders alone.
    for row in rows:
        while row and row[-1] is None:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    bound_area(len(rows), max(map(len, rows), default=0))
    return Grid.of(
        sheet.name,
        rows,
        merged=tuple(
            (top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells
        ),
        visible=sheet.visibility == 0,
        hidden_rows=frozenset(row for row, item in sheet.rowinfo_map.items() if item.hidden),
        hidden_columns=frozenset(
            column for column, item in sheet.colinfo_map.items() if item.hidden or item.width == 0
        ),
        dates_from_1904=book.datemode == 1,
    )


def _value(book: Any, cell: Any, percents: set[int]) -> Any:
    kind, value = cell.ctype, cell.value
    if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    if kind == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(value, "#ERROR")
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_TEXT:
        return UNCALCULATED if not value else "" if value == PASTED_BLANK else value
    if kind == xlrd.XL_CELL_DATE:
        return _date(value, book.datemode)
    return percent_text(value) if cell.xf_index in percents else value


def _date(value: float, mode: int) -> Any:
    try:
        found = xlrd.xldate_as_datetime(value, mode)
    except (xlrd.XLDateError, OverflowError):
        return value
    if value < 1:
        return found.time()
    return found if value % 1 else found.date()
