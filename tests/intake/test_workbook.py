import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading import workbook as reader
from lianhu_analysis.intake.reading.workbook import (
    OLE_SIGNATURE,
    cell_address,
    column_number,
    read_grids,
    read_workbook,
)
from tests.intake.sheets import workbook_bytes


def rewrite_sheet(data: bytes, old: str, new: str) -> bytes:
    """Change the XML of the first sheet, as other programs would have written it."""
    source = zipfile.ZipFile(io.BytesIO(data))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                text = content.decode()
                assert old in text
                content = text.replace(old, new).encode()
            target.writestr(item, content)
    return stream.getvalue()


def test_values_keep_their_kind_and_place():
    rows = [["名称", 201003, 112.2], [None, dt.date(2024, 10, 1), "10719.74\t"]]
    (grid,) = read_workbook(workbook_bytes({"月度": rows}))
    assert grid.sheet == "月度"
    assert grid.rows == (("名称", 201003, 112.2), (None, dt.date(2024, 10, 1), "10719.74\t"))
    assert (grid.at(0, 2), grid.at(9, 9)) == (112.2, None)


def test_a_blank_first_column_does_not_shift_addresses():
    (grid,) = read_workbook(workbook_bytes({"a": [[], [None, None, 5]]}))
    assert grid.at(1, 2) == 5


def test_errors_and_uncalculated_formulas_are_text_not_blanks():
    def finish(book: openpyxl.Workbook) -> None:
        book["a"]["B1"] = "#REF!"
        book["a"]["B1"].data_type = "e"
        book["a"]["C1"] = "=SUM(A1:B1)"

    (grid,) = read_workbook(workbook_bytes({"a": [["x"]]}, finish))
    assert grid.rows == (("x", "#REF!", "#UNCALCULATED!"),)


def test_a_calculated_formula_is_its_value():
    data = workbook_bytes({"a": [["x", 7]]})
    data = rewrite_sheet(data, "<v>7</v>", "<f>3+4</f><v>7</v>")
    (grid,) = read_workbook(data)
    assert grid.rows == (("x", 7),)


@pytest.mark.parametrize("number_format", ["0%", "0.0%", "0.00%;[Red]-0.00%"])
def test_a_percent_format_is_kept_as_a_percent_sign(number_format):
    def finish(book: openpyxl.Workbook) -> None:
        book["a"]["A1"].number_format = number_format

    (grid,) = read_workbook(workbook_bytes({"a": [[0.048, 0.048]]}, finish))
    assert grid.rows == (("4.8%", 0.048),)


def test_a_quoted_percent_sign_is_no_percent_format():
    def finish(book: openpyxl.Workbook) -> None:
        book["a"]["A1"].number_format = '0.0"%"'

    (grid,) = read_workbook(workbook_bytes({"a": [[4.8]]}, finish))
    assert grid.rows == ((4.8,),)


def test_formula_like_text_stays_text():
    def finish(book: openpyxl.Workbook) -> None:
        book["a"]["A1"] = "=cmd|' /C calc'!A0"
        book["a"]["A1"].data_type = "s"

    (grid,) = read_workbook(workbook_bytes({"a": [["x"]]}, finish))
    assert grid.rows == (("=cmd|' /C calc'!A0",),)


def test_dates_of_the_1904_system_are_the_same_days():
    def finish(book: openpyxl.Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904
        book["a"]["A1"] = dt.date(2024, 10, 1)

    (grid,) = read_workbook(workbook_bytes({"a": [["x"]]}, finish))
    assert grid.rows == ((dt.date(2024, 10, 1),),)


def test_merged_ranges_and_hidden_sheets_are_told():
    def finish(book: openpyxl.Workbook) -> None:
        book["a"].merge_cells("A1:B2")
        book["b"].sheet_state = "hidden"

    first, second = read_workbook(workbook_bytes({"a": [["x"]], "b": [["y"]]}, finish))
    assert first.merged == ((0, 0, 1, 1),)
    assert (first.visible, second.visible) == (True, False)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "空的"),
        ("指标名称,单位\n".encode(), "不是 Excel"),
        (OLE_SIGNATURE + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (OLE_SIGNATURE + b"\0" * 512, "损坏"),
        (workbook_bytes({"a": [["x"]]})[:2000], "损坏"),
    ],
    ids=["empty", "text", "encrypted", "broken xls", "cut off"],
)
def test_what_is_no_readable_workbook_is_refused(data, message):
    with pytest.raises(IntakeError, match=message):
        read_workbook(data)


def test_a_damaged_sheet_part_is_refused():
    data = rewrite_sheet(workbook_bytes({"a": [["x"]]}), "</worksheet>", "</worksheet")
    with pytest.raises(IntakeError, match="损坏"):
        read_workbook(data)


def test_a_far_away_cell_is_refused_before_it_takes_memory():
    data = workbook_bytes({"a": [["x"]]}, lambda book: book["a"].cell(1048576, 16384, 1))
    assert len(data) < 6000
    with pytest.raises(IntakeError, match="XFD1048576"):
        read_workbook(data)


def test_a_zip_bomb_is_refused_by_its_declared_size():
    stream = io.BytesIO(workbook_bytes({"a": [["x"]]}))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(201_000_000))
    assert len(stream.getvalue()) < 300_000
    with pytest.raises(IntakeError, match="过大"):
        read_workbook(stream.getvalue())


def test_billion_laughs_and_outside_entities_are_refused():
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE w [<!ENTITY a0 "ha">{laughs}]><worksheet'
    data = rewrite_sheet(workbook_bytes({"a": [["x"]]}), "<worksheet", bomb)
    data = rewrite_sheet(data, "<sheetData>", "<sheetData>&a9;")
    with pytest.raises(IntakeError):
        read_workbook(data)


def test_a_child_that_aborts_is_an_error_and_not_our_end(tmp_path, monkeypatch):
    child = tmp_path / "child.py"
    child.write_text("import os; os.abort()")
    monkeypatch.setattr(reader, "CHILD", child)
    with pytest.raises(IntakeError, match="中止"):
        read_workbook(workbook_bytes({"a": [["x"]]}))


def test_a_child_that_never_ends_is_stopped(tmp_path, monkeypatch):
    child = tmp_path / "child.py"
    child.write_text("while True: pass")
    monkeypatch.setattr(reader, "CHILD", child)
    with pytest.raises(IntakeError, match="已停止"):
        read_workbook(workbook_bytes({"a": [["x"]]}), timeout=0.5)


def test_a_file_is_read_by_its_path(tmp_path: Path):
    file = tmp_path / "a.xlsx"
    file.write_bytes(workbook_bytes({"a": [[1]]}))
    assert read_grids(file)[0].rows == ((1,),)


@pytest.mark.parametrize(
    ("row", "column", "address"), [(1, 3, "D2"), (0, 25, "Z1"), (176, 26, "AA177")]
)
def test_addresses_are_those_of_the_spreadsheet(row, column, address):
    assert cell_address(row, column) == address


@given(st.integers(0, 16383))
def test_columns_go_there_and_back(column):
    assert column_number(cell_address(0, column).rstrip("1")) == column
