import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.csv_grid import read_csv_grid


def test_a_csv_larger_than_any_table_is_refused_before_it_takes_memory():
    data = b"a,1\n" * 8_000_000
    tracemalloc.start()
    with pytest.raises(IntakeError, match="32 MB"):
        read_csv_grid(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_too_many_cells_are_refused():
    with pytest.raises(IntakeError, match="单元格过多"):
        read_csv_grid(b"," * 3_000_001)


def test_a_text_too_long_for_any_name_is_cut():
    grid = read_csv_grid(b"a,1\nb," + b"x" * 32_767 + b"\n")
    assert grid.rows == (("a", "1"), ("b", "x" * 200 + "…"))


FIELD = st.text(st.sampled_from('甲1 ,"\n'), max_size=4)


@given(st.lists(st.lists(FIELD, min_size=1, max_size=4), max_size=6))
def test_every_field_stands_at_the_line_where_its_record_begins(records):
    text, expected = "甲,1,2,3\n", {0: ["甲", "1", "2", "3"]}
    for fields in records:
        expected[text.count("\n")] = fields
        text += ",".join('"' + field.replace('"', '""') + '"' for field in fields) + "\n"
    grid = read_csv_grid(text.encode())
    assert len(grid.rows) == text.count("\n")
    for row, cells in enumerate(grid.rows):
        shown = [field.strip("\n") or None for field in expected.get(row, [])]
        assert list(cells) == [field if field and field.strip() else None for field in shown]
