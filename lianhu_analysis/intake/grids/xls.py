"""Sheets of an old .xls, read with xlrd."""

from __future__ import annotations

from typing import Any

import xlrd

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid, bound_area, cell_address, commented, put
from lianhu_analysis.intake.grids.refusals import corrupt
from lianhu_analysis.intake.grids.xlsx import OTHERWISE, READABLE, UNCALCULATED, WHITES, shown

__all__ = ["read_xls"]

PASTED_BLANK = "\0"
TWIPS = 20  # of a point
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def read_xls(data: bytes) -> list[Grid]:
    """Read every worksheet of an .xls.

    Raises
    ------
    IntakeError
        If it is damaged, encrypted (an .xlsx with a password is kept like an .xls), or
        reaches further than any table does.
    """
    try:
        book = xlrd.open_workbook(
            file_contents=data,
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
            ignore_workbook_corruption=True,
        )
        # xlrd tells an empty text that was pasted from a formula without a result in no other way.
        book._sharedstrings = [text or PASTED_BLANK for text in book._sharedstrings]
        return [_read_sheet(book, sheet) for sheet in book.sheets()]
    except (IntakeError, MemoryError):
        raise
    except Exception as error:  # of all kinds
        if ENCRYPTED_STREAM in data or "encrypted" in str(error):
            message = "文件加了密码"
            raise IntakeError(message, "请取消打开密码后另存，再重新交付") from error
        raise corrupt(error) from error


def _read_sheet(book: Any, sheet: Any) -> Grid:
    struck = {n for n, font in enumerate(book.font_list) if font.struck_out}
    unseen = {n for n, item in enumerate(book.xf_list) if _is_unseen(book, item)}
    formats = [book.format_map[item.format_key].format_str for item in book.xf_list]
    rows: list[list[object]] = []
    for number, cells in enumerate(sheet.get_rows()):
        for column, cell in enumerate(cells):
            # Cells may be there for their borders alone.
            value = _value(book, cell, formats)
            if value is not None and book.xf_list[cell.xf_index].font_index in struck:
                value = OTHERWISE if cell.ctype == xlrd.XL_CELL_NUMBER else None
            if cell.ctype == xlrd.XL_CELL_NUMBER and cell.xf_index in unseen:
                value = OTHERWISE
            if value is not None and (sheet.show_zero_values or cell.value != 0):
                put(rows, number, column, value)
    bound_area(len(rows), max(map(len, rows), default=0))
    return Grid.of(
        sheet.name,
        rows,
        merged=tuple(
            (top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells
        ),
        visible=sheet.visibility == 0,
        hidden_rows=frozenset(
            row
            for row, item in sheet.rowinfo_map.items()
            if item.hidden or not (item.height or item.has_default_height)
        ),
        hidden_columns=frozenset(
            column for column, item in sheet.colinfo_map.items() if item.hidden or item.width == 0
        ),
        dates_from_1904=book.datemode == 1,
        comments=tuple(
            commented(cell_address(*place), note.text)
            for place, note in sheet.cell_note_map.items()
        ),
    )


def _is_unseen(book: Any, style: Any) -> bool:
    """Whether nobody sees a number of a style: white on white, or too small to read."""
    fonts = book.font_list[style.font_index : style.font_index + 1]  # which a writer may leave out
    if not fonts:
        return False
    font = fonts[0]
    white = str(font.colour_index) in WHITES and not style.background.fill_pattern
    return white or font.height < READABLE * TWIPS


def _value(book: Any, cell: Any, formats: list[str]) -> Any:
    kind, value = cell.ctype, cell.value
    if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    if kind == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(value, "#ERROR")
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_TEXT:
        return UNCALCULATED if not value else None if value == PASTED_BLANK else value
    if kind == xlrd.XL_CELL_DATE:
        return _date(value, book.datemode)
    text = shown(value, formats[cell.xf_index])
    return value if text is None else text


def _date(value: float, mode: int) -> Any:
    try:
        found = xlrd.xldate_as_datetime(value, mode)
    except (xlrd.XLDateError, OverflowError):
        return value
    if value < 1:
        return found.time()
    return found if value % 1 else found.date()
