import datetime as dt
import struct

import pytest

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.workbook import read_workbook
from tests.intake.old_workbooks import (
    blank_formula,
    column,
    error,
    formula_error,
    number,
    old_workbook,
    row,
    text,
)


def test_values_of_an_old_workbook_are_read():
    (grid,) = read_workbook(old_workbook([text(0, 0, "名称"), number(0, 1, 481.25)]))
    assert (grid.sheet, grid.rows) == ("甲", (("名称", 481.25),))
    assert not grid.dates_from_1904


def test_errors_of_an_old_workbook_are_text_not_blanks():
    records = [text(0, 0, "x"), error(0, 1, 0x17), formula_error(0, 2, 0x07), error(1, 0, 0x2A)]
    (grid,) = read_workbook(old_workbook(records))
    assert grid.rows[0] == ("x", "#REF!", "#DIV/0!")
    assert grid.at(1, 0) == "#N/A"


def test_a_formula_without_a_result_is_not_blank():
    (grid,) = read_workbook(old_workbook([text(0, 0, "x"), blank_formula(0, 1)]))
    assert grid.rows == (("x", "#UNCALCULATED!"),)


@pytest.mark.parametrize(
    ("formats", "own", "shown"),
    [
        ((0, 10), None, "4.8%"),
        ((0, 164), (164, "0.0%"), "4.8%"),
        ((0, 164), (164, '0.0"%"'), 0.048),
    ],
)
def test_a_percent_format_of_an_old_workbook_is_kept(formats, own, shown):
    records = [number(0, 0, 0.048, style=1), number(0, 1, 0.048)]
    (grid,) = read_workbook(old_workbook(records, formats=formats, own_format=own))
    assert grid.rows == ((shown, 0.048),)


def test_several_numbers_in_one_record_have_each_their_style():
    cells = b"\0\0\1\0" + b"\0\0" + b"\x03\0\0\0" + b"\1\0" + b"\x03\0\0\0" + b"\2\0"
    (grid,) = read_workbook(old_workbook([(0x00BD, cells)], formats=(0, 9)))
    assert grid.at(0, 2) == "0%" and grid.at(0, 1) == 0


def test_hidden_rows_and_columns_of_an_old_workbook_are_told():
    records = [column(1, 2, hidden=True), column(3, 3), row(0), row(1, hidden=True)]
    records += [number(at, place, 1) for at in range(2) for place in range(4)]
    (grid,) = read_workbook(old_workbook(records))
    assert (grid.hidden_rows, grid.hidden_columns) == ({1}, {1, 2})


def test_an_old_workbook_says_which_calendar_it_keeps():
    (grid,) = read_workbook(old_workbook([number(0, 0, 44104)], from_1904=True))
    assert grid.dates_from_1904


def test_a_small_stream_is_found():
    data = old_workbook([number(0, 0, 0.5, style=1)], formats=(0, 9), small=True)
    (grid,) = read_workbook(data)
    assert grid.rows == (("50%",),)


def test_formats_of_an_older_version_are_known_too():
    data = old_workbook([number(0, 0, 0.5, style=1)], formats=(0, 9), version=0x0500)
    (grid,) = read_workbook(data)
    assert grid.rows == (("50%",),)


def test_an_old_workbook_whose_formats_are_damaged_is_refused_not_read_without_them():
    broken_format = (0x041E, b"\xa4\0")
    data = old_workbook([number(0, 0, 0.5, style=1)], formats=(0, 9), extra=[broken_format])
    with pytest.raises(IntakeError, match="已损坏"):
        read_workbook(data)


def test_an_old_workbook_with_a_password_is_refused():
    protection = (0x002F, struct.pack("<HHHH", 1, 1, 1, 1) + bytes(48))
    with pytest.raises(IntakeError, match="密码"):
        read_workbook(old_workbook([number(0, 0, 0.5)], extra=[protection]))


def test_a_pasted_blank_is_blank_and_no_formula_without_a_result():
    strings = (0x00FC, struct.pack("<II", 1, 1) + b"\0\0\0")
    pasted = (0x00FD, struct.pack("<HHHI", 0, 0, 0, 0))
    (grid,) = read_workbook(old_workbook([pasted, number(0, 1, 7)], extra=[strings]))
    assert grid.rows == ((None, 7),)


def test_dates_of_an_old_workbook_are_days():
    records = [number(0, 0, 45566, style=1), number(0, 1, 45566.5, style=1)]
    (grid,) = read_workbook(old_workbook(records, formats=(0, 14)))
    assert grid.rows == ((dt.date(2024, 10, 1), dt.datetime(2024, 10, 1, 12)),)


def test_merged_ranges_of_an_old_workbook_are_told():
    merged = (0x00E5, struct.pack("<HHHHH", 1, 0, 1, 0, 2))
    (grid,) = read_workbook(old_workbook([number(0, 0, 1), merged]))
    assert grid.merged == ((0, 0, 1, 2),)


def test_a_far_away_cell_of_an_old_workbook_is_refused():
    with pytest.raises(IntakeError, match="IV65536"):
        read_workbook(old_workbook([number(65535, 255, 1)]))


def test_what_is_struck_out_in_an_old_workbook_is_no_figure():
    def font(options: int) -> tuple[int, bytes]:
        return 0x0031, struct.pack("<HHHHHBBBBBB", 200, options, 0, 400, 0, 0, 0, 0, 0, 1, 0) + b"A"

    cells = [number(0, 0, 63.1, style=1), number(0, 1, 7)]
    data = old_workbook(cells, formats=(0, 0), style_fonts=(0, 1), extra=[font(0), font(8)])
    (grid,) = read_workbook(data)
    assert grid.rows == (("#FORMAT!", 7),)


@pytest.mark.parametrize(
    ("size", "colour", "seen"), [(200, 9, False), (20, 0x7FFF, False), (200, 0x7FFF, True)]
)
def test_a_number_that_nobody_sees_in_an_old_workbook_is_no_figure(size, colour, seen):
    def font(height: int, index: int) -> tuple[int, bytes]:
        body = struct.pack("<HHHHHBBBBBB", height, 0, index, 400, 0, 0, 0, 0, 0, 1, 0)
        return 0x0031, body + b"A"

    cells = [number(0, 0, 63.1, style=1), number(0, 1, 7)]
    fonts = [font(200, 0x7FFF), font(size, colour)]
    (grid,) = read_workbook(old_workbook(cells, formats=(0, 0), style_fonts=(0, 1), extra=fonts))
    assert grid.rows == ((63.1 if seen else "#FORMAT!", 7),)


def test_noughts_that_an_old_sheet_hides_are_blank():
    view = (0x023E, struct.pack("<HHHI", 0x06A6, 0, 0, 0) + bytes(8))
    (grid,) = read_workbook(old_workbook([number(0, 0, 0), number(0, 1, 7), view]))
    assert grid.rows == ((None, 7),)
