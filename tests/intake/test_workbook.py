import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids import workbook as reader
from lianhu_analysis.intake.grids.grid import cell_address, column_number
from lianhu_analysis.intake.grids.workbook import WorkbookReader, read_workbook
from tests.intake.sheets import workbook_bytes

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def rewrite_sheet(data: bytes, old: str, new: str, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """Change the XML of the first sheet, as other programs would have written it."""
    source = zipfile.ZipFile(io.BytesIO(data))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == part:
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


def test_the_noise_of_sums_is_no_digit():
    rows = [[4.8 + 0.3, 1.1 - 0.3, 48.25, 1523456.789, 1e300]]
    (grid,) = read_workbook(workbook_bytes({"a": rows}))
    assert grid.rows == ((5.1, 0.8, 48.25, 1523456.789, 1e300),)


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


def calculated(data: bytes) -> bytes:
    """Say that the values of formulas are those of a program that calculates."""
    return rewrite_sheet(data, 'fullCalcOnLoad="1"', "", part="xl/workbook.xml")


def test_a_calculated_formula_is_its_value():
    data = workbook_bytes({"a": [["x", 7]]})
    data = rewrite_sheet(data, "<v>7</v>", "<f>3+4</f><v>7</v>")
    (grid,) = read_workbook(calculated(data))
    assert grid.rows == (("x", 7),)


def test_a_formula_to_be_calculated_on_opening_has_no_value_yet():
    data = workbook_bytes({"a": [["x", 7]]})
    data = rewrite_sheet(data, "<v>7</v>", "<f>3+4</f><v>0</v>")
    (grid,) = read_workbook(data)
    assert grid.rows == (("x", "#UNCALCULATED!"),)


def test_a_formula_that_ends_in_nothing_is_blank():
    data = workbook_bytes({"a": [["x", 7, 8]]})
    data = rewrite_sheet(
        data,
        '<c r="B1" t="n"><v>7</v></c>',
        '<c r="B1" t="str"><f>IF(A1="","y","")</f><v></v></c>',
    )
    (grid,) = read_workbook(calculated(data))
    assert grid.rows == (("x", None, 8),)


def test_errors_of_cells_without_an_address_are_kept():
    data = workbook_bytes({"a": [["x", 7], [8]]})
    data = rewrite_sheet(data, '<c r="B1" t="n"><v>7</v></c>', '<c t="e"><v>#DIV/0!</v></c>')
    (grid,) = read_workbook(data)
    assert grid.rows[0] == ("x", "#DIV/0!")


def test_hidden_rows_and_columns_are_told():
    def finish(book: openpyxl.Workbook) -> None:
        book["a"].row_dimensions[2].hidden = True
        book["a"].column_dimensions.group("B", "C", hidden=True)

    data = workbook_bytes({"a": [[1, 2, 3, 4, 5]] * 4}, finish)
    data = rewrite_sheet(data, '<row r="3">', '<row r="3" ht="0" customHeight="1">')
    data = rewrite_sheet(data, "</cols>", '<col min="5" max="16384" width="0"/></cols>')
    (grid,) = read_workbook(data)
    assert (grid.hidden_rows, grid.hidden_columns) == ({1, 2}, {1, 2, 4})
    (grid,) = read_workbook(workbook_bytes({"a": [[1, 2]]}))
    assert (grid.hidden_rows, grid.hidden_columns) == (frozenset(), frozenset())


def test_a_far_away_cell_that_is_only_styled_is_no_matter():
    def finish(book: openpyxl.Workbook) -> None:
        book["a"].cell(1048576, 16384).number_format = "0.0%"

    (grid,) = read_workbook(workbook_bytes({"a": [["x"]]}, finish))
    assert grid.rows == (("x",),)


SPELLINGS = {
    "single quotes": ('r="A1"', "r='A1'"),
    "a comment": ("<sheetData>", "<!-- x --><sheetData>"),
    "another order": ('<c r="B1" t="e">', '<c t="e" r="B1">'),
    "blanks": ('<c r="B1" t="e">', '<c  r="B1"\n t="e" >'),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_every_way_to_write_the_xml_gives_the_same(name):
    def finish(book: openpyxl.Workbook) -> None:
        book["a"]["B1"] = "#REF!"
        book["a"]["B1"].data_type = "e"
        book["a"].row_dimensions[2].hidden = True

    data = rewrite_sheet(workbook_bytes({"a": [["x"], [2]]}, finish), *SPELLINGS[name])
    (grid,) = read_workbook(data)
    assert grid.rows == (("x", "#REF!"), (2, None)) or grid.rows == (("x", "#REF!"), (2,))
    assert grid.hidden_rows == {1}


# How a cell may be written, and what its reader sees.  Style 1 is a percent format.
CELLS = {
    "": None,
    '<c r="{0}"/>': None,
    '<c r="{0}" s="1" />': None,
    '<c r="{0}" s="1"><v>0.5</v></c>': "50%",
    "<c s='1' t='n' r='{0}'><v>0.5</v></c>": "50%",
    '<c r="{0}" s="0" t="n"><v>0.5</v></c>': 0.5,
    '<c r="{0}" t="e"><v>#N/A</v></c>': "#N/A",
    '<c r="{0}" t="b"><v>1</v></c>': True,
    '<c r="{0}" s="1"><f>A1&gt;2</f></c>': "#UNCALCULATED!",
    '<c r="{0}" s="1"><f>A1</f><v/></c>': "#UNCALCULATED!",
    '<c r="{0}" s="1"><f>A1</f><v>.25</v></c>': "25%",
    '<c r="{0}" t="str"><f t="shared" si="0"/><v></v></c>': None,
    '<c r="{0}" t="inlineStr"><is><t>a &lt;f&gt; "e"</t></is></c>': 'a <f> "e"',
    '<c r="{0}" s="1" t="str"><f>A1</f><v>x</v></c>': "x",
}
ROWS = {"": False, ' hidden="1"': True, ' ht="0" customHeight="1"': True, ' ht="14.5"': False}
COLUMNS = {'hidden="1"': True, 'width="0" customWidth="1"': True, 'width="9.1"': False}
ROW = st.tuples(st.sampled_from(sorted(ROWS)), st.lists(st.sampled_from(sorted(CELLS)), max_size=6))


def test_whatever_a_cell_holds_is_seen_as_the_reader_of_the_sheet_sees_it():
    with WorkbookReader() as books:
        check_cells(books, [], min(COLUMNS))  # the child starts now, so that no example is late
        given(st.lists(ROW, max_size=6), st.sampled_from(sorted(COLUMNS)))(
            lambda rows, column: check_cells(books, rows, column)
        )()


def check_cells(books, rows, column):
    def percent(book: openpyxl.Workbook) -> None:
        book["a"]["Z99"].number_format = "0%"

    body = "".join(
        f'<row r="{number}"{attributes}>'
        + "".join(cell.format(f"{chr(65 + n)}{number}") for n, cell in enumerate(cells))
        + "</row>"
        for number, (attributes, cells) in enumerate(rows, 1)
    )
    cols = f'<cols><col min="2" max="3" {column}/></cols><sheetData>{body}'
    data = rewrite_sheet(workbook_bytes({"a": []}, percent), "<sheetData>", cols)
    (grid,) = books.read(calculated(data))
    for row, (attributes, cells) in enumerate(rows):
        assert [grid.at(row, n) for n in range(len(cells))] == [CELLS[cell] for cell in cells]
        assert (row in grid.hidden_rows) == ROWS[attributes]
    width = max(map(len, grid.rows), default=0)
    assert grid.hidden_columns == ({1, 2} & set(range(width)) if COLUMNS[column] else set())


def test_hidden_columns_without_end_are_told_as_far_as_the_table_goes():
    cols = '<cols><col min="2" max="999999999999" hidden="1"/></cols><sheetData>'
    (grid,) = read_workbook(rewrite_sheet(workbook_bytes({"a": [[1, 2]]}), "<sheetData>", cols))
    assert grid.hidden_columns == {1}


@pytest.mark.parametrize("address", ["a1", "A0", "A", "1"])
def test_a_cell_at_no_address_is_refused(address):
    data = rewrite_sheet(workbook_bytes({"a": [["x"]]}), 'r="A1"', f'r="{address}"')
    with pytest.raises(IntakeError, match="已损坏"):
        read_workbook(data)


def test_a_text_too_long_for_any_name_is_cut():
    (grid,) = read_workbook(workbook_bytes({"a": [["x" * 32_767, 1], ["y" * 2_000, None]]}))
    assert grid.at(0, 0) == "x" * 200 + "…"
    assert grid.at(1, 0) == "y" * 2_000


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

        book["a"]["B1"] = 44104

    (grid,) = read_workbook(workbook_bytes({"a": [["x"]]}, finish))
    assert grid.rows == ((dt.date(2024, 10, 1), 44104),)
    assert grid.dates_from_1904
    assert not read_workbook(workbook_bytes({"a": [["x"]]}))[0].dates_from_1904


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
        (bytes(64_000_001), "64 MB"),
        ("指标名称,单位\n".encode(), r"内容不是 \.xlsx"),
        (b"<Workbook><Table><Row><Cell>1", r"内容不是 \.xlsx"),
        (b"MIME-Version: 1.0\n\n<html><table><tr><td>1", r"内容不是 \.xlsx"),
        (OLE_SIGNATURE + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (OLE_SIGNATURE + b"\0" * 512, "已损坏"),
        (workbook_bytes({"a": [["x"]]})[:2000], "已损坏"),
    ],
    ids=["empty", "large", "text", "XML", "MIME", "encrypted", "broken xls", "cut off"],
)
def test_what_is_no_readable_workbook_is_refused(data, message):
    with pytest.raises(IntakeError, match=message):
        read_workbook(data)


def test_a_damaged_sheet_part_is_refused():
    data = rewrite_sheet(workbook_bytes({"a": [["x"]]}), "</worksheet>", "</worksheet")
    with pytest.raises(IntakeError, match="已损坏"):
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


@pytest.mark.parametrize("member", ["content.xml", "xl/workbook.bin"])
def test_an_archive_that_is_no_xlsx_is_refused(member):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(member, b"<x/>")
    with pytest.raises(IntakeError, match=r"不是 \.xlsx"):
        read_workbook(stream.getvalue())


def test_a_workbook_over_its_memory_is_refused_and_the_next_is_read(monkeypatch):
    monkeypatch.setattr(reader, "MEMORY_BYTES", 150 << 20)
    text = "<t>" + "x" * 90_000_000
    large = rewrite_sheet(workbook_bytes({"a": [["x"]]}), "<t>", text)
    with WorkbookReader() as pool:
        with pytest.raises(IntakeError, match="过大"):
            pool.read(large)
        assert pool.read(workbook_bytes({"a": [["x"]]}))[0].rows == (("x",),)


# A child that does as the file says.
CHILD = """
import os, pickle, sys, time
from pathlib import Path
sys.path += sys.argv[1].split(os.pathsep)
from lianhu_analysis.intake.grids.grid import Grid
stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
def say(body):
    stdout.write(body); stdout.flush()
say(pickle.dumps("ready"))
served = 0
while True:
    try:
        order = pickle.load(stdin)
    except EOFError:
        break
    served += 1
    if b"abort" in order or (b"fragile" in order and served > 1):
        os.abort()
    if b"hang" in order:
        time.sleep(60)
    if b"babble" in order:
        say(b"no pickle"); continue
    if b"short" in order:
        say(pickle.dumps(b"x" * 99)[:-9]); os._exit(0)
    if b"other" in order:
        say(pickle.dumps(Path("x"))); continue
    if b"refuse" in order:
        say(pickle.dumps((str(os.getpid()), ""))); continue
    say(pickle.dumps([Grid(str(os.getpid()), ())]))
    if b"tired" in order:
        break
"""


@pytest.fixture
def pool(tmp_path, monkeypatch):
    child = tmp_path / "child.py"
    child.write_text(CHILD)
    monkeypatch.setattr(reader, "CHILD", child)
    with WorkbookReader(timeout=30) as found:
        yield found


def told(pool: WorkbookReader, order: str) -> str:
    """Return the number of the child that read, or why none did."""
    try:
        return pool.read(order.encode())[0].sheet
    except IntakeError as error:
        return error.message


def test_one_child_reads_one_workbook_after_the_other(pool):
    first = told(pool, "one")
    assert first.isdigit()
    assert told(pool, "two") == first


@pytest.mark.parametrize("order", ["abort", "babble", "short", "other"])
def test_a_child_that_dies_is_replaced_and_its_workbook_alone_refused(pool, order):
    first = told(pool, "one")
    assert "中止" in told(pool, order)
    after = told(pool, "two")
    assert after.isdigit() and after != first


def test_what_kills_only_a_used_child_is_read_by_a_fresh_one(pool):
    first = told(pool, "one")
    second = told(pool, "fragile")
    assert second.isdigit() and second != first


def test_what_a_used_child_refuses_is_asked_of_a_fresh_one(pool):
    first = told(pool, "one")
    assert told(pool, "refuse") not in (first, told(pool, "two"))


def test_a_child_that_is_tired_is_not_asked_again(pool):
    assert told(pool, "tired") != told(pool, "one")


def test_a_child_that_never_ends_is_stopped(pool):
    pool.timeout = 0.5
    assert "0.5 秒仍未读完" in told(pool, "hang")
    pool.timeout = 30
    assert told(pool, "one").isdigit()


def test_a_child_that_cannot_start_is_not_the_fault_of_the_workbook(tmp_path, monkeypatch):
    child = tmp_path / "child.py"
    child.write_text("import no_such_module")
    monkeypatch.setattr(reader, "CHILD", child)
    with pytest.raises(IntakeError, match="启动不了"):
        read_workbook(workbook_bytes({"a": [["x"]]}))


def test_a_closed_reader_leaves_no_process_and_no_descriptor(pool):
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("the system does not list descriptors")
    before = len(list(descriptors.iterdir()))
    for _ in range(5):
        told(pool, "one")
        told(pool, "abort")
    pool.close()
    assert len(list(descriptors.iterdir())) == before
    children = Path("/proc/thread-self/children").read_text().split()
    assert not children
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.read(workbook_bytes({"a": [["x"]]}))


def test_workbooks_are_read_while_the_caller_does_something_else():
    books = [workbook_bytes({"a": [[number]]}) for number in range(6)]
    with WorkbookReader(workers=2) as pool:
        futures = [pool.submit(book) for book in [*books, b"no workbook"]]
        assert [future.result()[0].rows for future in futures[:-1]] == [
            ((number,),) for number in range(6)
        ]
        with pytest.raises(IntakeError, match="内容不是"):
            futures[-1].result()


@pytest.mark.parametrize(
    ("row", "column", "address"), [(1, 3, "D2"), (0, 25, "Z1"), (176, 26, "AA177")]
)
def test_addresses_are_those_of_the_spreadsheet(row, column, address):
    assert cell_address(row, column) == address


@given(st.integers(0, 16383))
def test_columns_go_there_and_back(column):
    assert column_number(cell_address(0, column).rstrip("1")) == column


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        (6.1, '"-"0.0', "-6.1"),
        (2.2, '"下降"0.0;"升"0.0', "下降2.2"),
        (-2.2, '0.0;"下降"0.0', -2.2),
        (497.3, '0.0"亿元"', "497.3亿元"),
        (9, '0"月"', "9月"),
        (4.8, '0.0"%"', 4.8),
        (310256, "0!.0000", "#FORMAT!"),
        (4973000, "0!.0,", "#FORMAT!"),
        (4973, '#,##0.0,"千"', "#FORMAT!"),
        (4973, "#,##0.00_ ", 4973),
        (3.2, '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', 3.2),
        (3.2, '"¥"#,##0.00', 3.2),
        (3.2, "0.0_);[Red]\\(0.0\\)", 3.2),
        (-51000, "#,##0,;-#,##0,", "#FORMAT!"),
        (76000, '[<10000]0;0!.0,"万"', "#FORMAT!"),
        (41, ";;;", "#FORMAT!"),
        (-4.1, "0.0;;", "#FORMAT!"),
        (0, "0.0;-0.0;;@", None),
        (0, "0%;-0%;", None),
        (0, '0.0;-0.0;"-"', 0),
        (4.1, "0.0;-0.0;;@", 4.1),
        (0, "#,###", None),
        (0, "#.##;-#.##", None),
        (7, "#,###", 7),
        (48.2, "[$$-409]#,##0.00", "#FORMAT!"),
        (48.2, "[$US$-409] #,##0.00", "#FORMAT!"),
        (48.2, "[$€-2]0.0", "#FORMAT!"),
        (48.2, "\\$#,##0.00;\\-\\$#,##0.00", "#FORMAT!"),
        (48.2, "[$¥-804]#,##0.00", 48.2),
        (48.2, "[$CNY]0.0;[$-804]0.0", 48.2),
    ],
)
def test_a_number_is_what_its_format_shows(value, code, seen):
    def finish(book: openpyxl.Workbook) -> None:
        book["a"]["A1"].number_format = code

    (grid,) = read_workbook(workbook_bytes({"a": [[value]]}, finish))
    assert grid.at(0, 0) == seen


def test_a_date_whose_format_has_words_is_a_date():
    def finish(book: openpyxl.Workbook) -> None:
        book["a"]["A1"].number_format = 'yyyy"年"m"月"'

    (grid,) = read_workbook(workbook_bytes({"a": [[dt.date(2024, 9, 1)]]}, finish))
    assert grid.at(0, 0) == dt.date(2024, 9, 1)


def test_what_is_struck_out_is_no_figure_and_no_name():
    def finish(book: openpyxl.Workbook) -> None:
        for cell in ("A1", "B1", "D1"):
            book["a"][cell].font = Font(strike=True)
        book["a"]["C1"].font = Font(strike=False, bold=True)

    (grid,) = read_workbook(workbook_bytes({"a": [["工业", 63.1, 48.2]]}, finish))
    assert grid.rows == ((None, "#FORMAT!", 48.2),)


def with_strings(data: bytes, strings: str) -> bytes:
    """Add the part in which other programs than openpyxl keep the texts of cells."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relation = f'<Relationship Id="s" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
    rels = "xl/_rels/workbook.xml.rels"
    stream = io.BytesIO(rewrite_sheet(data, "</Relationships>", relation, rels))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{strings}</sst>')
    return stream.getvalue()


@pytest.mark.parametrize(
    ("runs", "shown"),
    [
        (["48.7", ({"vertAlign": "superscript"}, "1")], "48.7[1]"),
        (["万m", ({"vertAlign": "superscript"}, "2")], "万m2"),
        (["CO", ({"vertAlign": "subscript"}, "2")], "CO2"),
        ([({"strike": True}, "63"), "48.7"], "48.7"),
    ],
)
@pytest.mark.parametrize("shared", [False, True])
def test_a_cell_in_runs_says_what_its_reader_sees(runs, shown, shared):
    parts = [
        one if isinstance(one, str) else TextBlock(InlineFont(**one[0]), one[1]) for one in runs
    ]
    data = workbook_bytes({"a": [[CellRichText(*parts), "甲"]]})
    if shared:
        sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
        inside = re.search("<is>(.*?)</is>", sheet)[1]
        data = rewrite_sheet(data, f't="inlineStr"><is>{inside}</is>', 't="s"><v>1</v>')
        data = with_strings(data, f"<si><t>乙</t></si><si>{inside}</si>")
    (grid,) = read_workbook(data)
    assert grid.at(0, 0) == shown


def test_noughts_that_a_sheet_hides_are_blank_on_that_sheet():
    def finish(book: openpyxl.Workbook) -> None:
        book["a"].sheet_view.showZeros = False

    first, second = read_workbook(workbook_bytes({"a": [[0, 5, 0.0, "0"]], "b": [[0]]}, finish))
    assert (first.rows, second.rows) == (((None, 5, None, "0"),), ((0,),))
