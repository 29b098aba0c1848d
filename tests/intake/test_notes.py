"""The place of a table, as ``lianhu ingest --explain`` says it."""

from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.blocks import Table
from lianhu_analysis.intake.reading.notes import TableNote


def area(top: int, end: int, rows: list[list[object]]) -> str:
    table = Table(Grid("表", tuple(map(tuple, rows))), [], top, top)
    table.end = end
    return TableNote(table).area


def test_a_table_is_as_wide_as_its_widest_row_and_no_wider():
    rows = [["题", 1, 2, 3, 4], ["指标", "累计"], ["甲", 1.0, 2.0], ["乙", 1.0], ["注", 1, 2, 3]]
    assert area(1, 4, rows) == "A2:C4"
    assert area(0, 5, rows) == "A1:E5"
    assert TableNote(Table(Grid("表", ()), [], 0, 0)).sheet == "表"


def test_a_table_without_rows_is_its_first_cell():
    assert area(2, 2, [[], [], ["甲"]]) == "A3:A3"
