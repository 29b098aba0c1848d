"""Tables are found by their figures: the head above, the stub beside, the lines over it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

import openpyxl.utils
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.blocks import (
    Table,
    find_tables,
    is_blank,
    is_period_cell,
    is_value,
)
from lianhu_analysis.intake.reading.notes import TableNote
from lianhu_analysis.intake.reading.words import Grammar, load_vocabulary
from lianhu_analysis.workspace import Region

REGIONS = (Region("610104", "莲湖区"), Region("610100", "西安市"))
GRAMMAR = Grammar(load_vocabulary(), read_catalogue(None, {}), REGIONS)
RETAIL, BUDGET = "社会消费品零售总额", "一般公共预算收入"
AUGUST, SEPTEMBER = dt.datetime(2024, 8, 1), dt.datetime(2024, 9, 1)
Rows = Sequence[Sequence[object]]


def find(rows: Rows, merged: Sequence[str] = (), **grid_of: object) -> tuple[list[Table], bool]:
    """Return the tables of some rows, and whether figures stand under no head."""
    ranges = []
    for area in merged:
        left, top, right, bottom = openpyxl.utils.range_boundaries(area)
        ranges.append((top - 1, left - 1, bottom - 1, right - 1))
    grid = Grid("表", tuple(map(tuple, rows)), merged=tuple(ranges), **grid_of)  # type: ignore[arg-type]
    sheet = find_tables(grid, GRAMMAR)
    return sheet.tables, bool(sheet.headless)


def one(rows: Rows, merged: Sequence[str] = (), **grid_of: object) -> Table:
    (table,), headless = find(rows, merged, **grid_of)
    assert not headless
    return table


def heads(table: Table, panel: int = 0) -> dict[int, str]:
    """Return the joined text over each column of figures."""
    return {column.number: column.text for column in table.panels[panel].columns}


def rows_of(table: Table) -> tuple[int, int, int]:
    return table.top, table.bottom, table.end


def test_a_head_its_stub_and_the_lines_above():
    table = one([["莲湖区2024年1-9月"], ["指标", "单位", "本月", "累计"], [RETAIL, "亿元", 1, 2]])
    assert rows_of(table) == (1, 1, 3)
    assert table.panels[0].stub == {"name": [0], "unit": [1]}
    assert heads(table) == {2: "本月", 3: "累计"}
    assert ("A1", "莲湖区2024年1-9月") in table.titles
    assert TableNote(table).area == "A2:D3"


@pytest.mark.parametrize("second", [[], ["单位"]])
def test_a_blank_corner_is_the_head_of_the_names(second):
    unit = ["亿元"] * len(second)
    table = one([[None, *second, "本月", "累计"], [RETAIL, *unit, 1, 2], [BUDGET, *unit, 3, 4]])
    assert table.panels[0].first("name") == 0
    assert list(heads(table).values()) == ["本月", "累计"]


@pytest.mark.parametrize(
    ("rows", "merged"),
    [
        ([["指标", "2024年1-9月", None], [None, "绝对额", "增速"]], ["A1:A2", "B1:C1"]),
        ([["指标", "2024年1-9月", None], [None, "绝对额", "增速"]], ["B1:C1"]),
        ([["指标", "2024年1-9月", None], [None, "绝对额", "增速"]], []),
        ([[None, "2024年1-9月", None], ["指标", "绝对额", "增速"]], ["B1:C1"]),
        ([[None, "2024年1-9月", None], ["指标", "绝对额", "增速"]], []),
        ([[None, "2024年1-9月", None], [None, "绝对额", "增速"]], ["A1:A2", "B1:C1"]),
    ],
)
@pytest.mark.parametrize("title", [[], [["地区生产总值"]], [["地区生产总值"], []]])
def test_a_head_of_a_group_counts_for_the_columns_under_it(rows, merged, title):
    shift = len(title)
    moved = [
        "".join(c if c.isalpha() else str(int(c) + shift) if c.isdigit() else c for c in area)
        for area in merged
    ]
    table = one([*title, *rows, [RETAIL, 1, 2]], moved)
    assert rows_of(table) == (shift, shift + 1, shift + 3)
    assert heads(table) == {1: "2024年1-9月绝对额", 2: "2024年1-9月增速"}
    assert table.panels[0].stub == {"name": [0]}


def test_two_years_are_a_head():
    table = one([[None, 2023, 2024], [RETAIL, 1.5, 2.5]])
    assert rows_of(table) == (0, 0, 2)
    assert heads(table) == {1: "2023年", 2: "2024年"}


def test_heads_of_groups_without_merges_that_restart():
    rows = [
        ["指标", BUDGET, None, "一般公共预算支出", None],
        [None, "当月", "累计", "当月", "累计"],
        ["莲湖区", 1, 2, 3, 4],
        ["西安市", 1, 2, 3, 4],
    ]
    table = one(rows)
    assert heads(table) == {
        1: f"{BUDGET}当月",
        2: f"{BUDGET}累计",
        3: "一般公共预算支出当月",
        4: "一般公共预算支出累计",
    }
    assert table.panels[0].stub == {"region": [0]}


def test_a_half_merged_head_leaves_open_which_group_a_column_is_of():
    rows = [
        ["指标", BUDGET, None, None, "一般公共预算支出", None],
        [None, "当月", "累计", "完成", "当月", "余额"],
        [RETAIL, 1, 2, 3, 4, 5],
    ]
    table = one(rows, ["B1:C1"])
    texts = heads(table)
    assert texts[1] == f"{BUDGET}当月" and texts[2] == f"{BUDGET}累计"
    # 完成 stands under a blank that no merge explains: it is of neither group for certain.
    assert BUDGET not in texts[3] and "支出" not in texts[3]


def test_units_below_the_heads_belong_to_them():
    table = one([["指标", "累计", "增速"], [None, "(亿元)", "(%)"], [RETAIL, 1, 2]])
    assert heads(table) == {1: "累计(亿元)", 2: "增速(%)"}


def test_a_head_of_four_rows():
    rows = [
        ["指标", "2024年", None, None],
        [None, "1-9月", None, None],
        [None, "累计", None, "增长"],
        [None, "绝对额", "占比", "%"],
        [RETAIL, 1, 2, 3],
    ]
    table = one(rows, ["A1:A4", "B1:D1", "B2:D2", "B3:C3"])
    assert rows_of(table) == (0, 3, 5)
    assert heads(table)[1] == "2024年1-9月累计绝对额"
    assert heads(table)[3] == "2024年1-9月增长%"


@pytest.mark.parametrize("gap", [[], [None]])
@pytest.mark.parametrize("stub", ["地区", "指标"])
def test_panels_side_by_side(gap, stub):
    left, right = ("莲湖区", "西安市") if stub == "地区" else (RETAIL, BUDGET)
    head = [stub, "累计", "增长"]
    table = one([[*head, *gap, *head], [left, 1, 2, *gap, right, 3, 4]])
    second = 3 + len(gap)
    role = "region" if stub == "地区" else "name"
    assert [panel.stub for panel in table.panels] == [{role: [0]}, {role: [second]}]
    assert heads(table, 1) == {second + 1: "累计", second + 2: "增长"}


@pytest.mark.parametrize("note", ["注：快报数", "说明：口径有调整", "一、工业", "其中："])
def test_lines_between_the_rows_do_not_end_a_table(note):
    assert rows_of(one([["指标", "累计"], [RETAIL, 1], [note], [BUDGET, 2]])) == (0, 0, 4)


@pytest.mark.parametrize("gap", [[], [[]], [[None], [None]]])
def test_tables_one_above_the_other_each_with_its_title(gap):
    first = [["莲湖区2024年1-9月"], ["指标", "累计"], [RETAIL, 1]]
    second = [["莲湖区2024年1-8月"], ["指标", "累计"], [RETAIL, 2]]
    (upper, lower), headless = find([*first, *gap, *second])
    assert not headless
    assert [text for _, text in upper.titles] == ["莲湖区2024年1-9月"]
    assert [text for _, text in lower.titles] == ["莲湖区2024年1-8月"]
    assert upper.end <= lower.top


@pytest.mark.parametrize("again", [["指标", "累计"], ["指标", "本月"]])
def test_a_head_that_comes_again_begins_another_table(again):
    (first, second), _ = find([["指标", "累计"], [RETAIL, 1], again, [BUDGET, 2]])
    assert rows_of(first) == (0, 0, 2)
    assert rows_of(second) == (2, 2, 4)
    assert heads(second) == {1: again[1]}


def test_hidden_rows_are_no_heads():
    table = one([["指标", "上年同期"], ["指标", "累计"], [RETAIL, 1]], hidden_rows=frozenset({0}))
    assert heads(table) == {1: "累计"}


@pytest.mark.parametrize(
    ("first", "second", "texts"),
    [
        (2023, 2024, ["2023年", "2024年"]),
        (2023.0, 2024.0, ["2023年", "2024年"]),
        (AUGUST, SEPTEMBER, ["2024年8月", "2024年9月"]),
        (45505, 45536, ["2024年8月", "2024年9月"]),
        (202408, 202409, ["202408", "202409"]),
        (8, "1-8", ["8", "1-8"]),
        (8.0, 9.0, ["8", "9"]),
        ("2022", " 2023 ", ["2022年", "2023年"]),
        ("8", "1-8", ["8", "1-8"]),
        ("2024-08", "2024-09", ["2024-08", "2024-09"]),
    ],
)
def test_numbers_and_dates_may_be_heads(first, second, texts):
    table = one([["指标", first, second], [RETAIL, 61.5, 62.5], [BUDGET, 1.5, 2.5]])
    assert list(heads(table).values()) == texts
    assert rows_of(table) == (0, 0, 3)


def test_dates_over_a_blank_corner():
    assert heads(one([[None, AUGUST, SEPTEMBER], [RETAIL, 1.5, 2.5]])) == {
        1: "2024年8月",
        2: "2024年9月",
    }


@pytest.mark.parametrize(
    "rows",
    [
        [
            ["指标", "时期", "口径", "数值"],
            [RETAIL, "2024年8月", "累计", 1],
            [BUDGET, "2024年9月", "当月", 2],
        ],
        [
            ["指标", "时期", "口径", "数值"],
            [RETAIL, "2024年8月", "累计", "—"],
            [BUDGET, "2024年9月", "当月", 2],
        ],
        [
            ["指标", "时期", "口径", "数值"],
            [RETAIL, "2024年8月", "累计", None],
            [BUDGET, "2024年9月", "当月", 2],
        ],
        [
            ["指标", "时期", "口径", "数值"],
            [RETAIL, AUGUST, "累计", 1],
            [BUDGET, SEPTEMBER, "当月", 2],
        ],
        [
            ["指标", "时期", "口径", "数值"],
            [RETAIL, 202408, "累计", 1],
            [BUDGET, 202409, "当月", 2],
        ],
    ],
    ids=["text", "dash", "blank", "date", "code"],
)
def test_rows_of_a_long_form_are_no_heads(rows):
    table = one(rows)
    assert rows_of(table) == (0, 0, 3)
    assert table.panels[0].stub == {"name": [0], "period": [1], "span": [2]}
    assert heads(table) == {3: "数值"}


def test_rows_with_growth_only_are_no_heads():
    rows = [
        ["指标", "单位", "累计", "增长"],
        *[["固定资产投资", "—", "—", growth] for growth in (2.3, "持平")],
    ]
    assert rows_of(one(rows)) == (0, 0, 3)


def test_periods_down_name_their_columns():
    table = one([["时间", f"{RETAIL}_累计值(亿元)"], ["2024年8月", 1], ["2024年9月", 2]])
    assert table.panels[0].stub == {"period": [0]}
    assert heads(table) == {1: f"{RETAIL}_累计值(亿元)"}


@pytest.mark.parametrize("head", ["单位", "项目", "指标", "地区", None])
def test_what_stands_below_says_more_than_a_head(head):
    rows = [[head, "累计", "增速"], ["莲湖区", 1, 2], ["西安市", 3, 4]]
    assert one(rows).panels[0].stub == {"region": [0]}


def test_rows_between_head_and_figures_that_describe_the_columns_are_no_head():
    rows = [["指标", RETAIL, BUDGET], ["单位", "亿元", "亿元"], ["频率", "月", "月"]]
    table = one([*rows, ["2024-08", 1, 2], ["2024-09", 1, 2]])
    assert rows_of(table) == (0, 0, 5)
    assert table.panels[0].stub == {"period": [0]}


def test_two_columns_of_names():
    rows = [["类别", "指标", "累计"], ["工业", RETAIL, 1], [None, BUDGET, 2]]
    assert one(rows).panels[0].stub == {"name": [0, 1]}


def test_figures_above_the_first_head_are_told():
    (table,), headless = find([["第一季度", 1], ["指标", "累计"], [RETAIL, 2]])
    assert headless and rows_of(table) == (1, 1, 3)


@pytest.mark.parametrize("rows", [[], [[]], [["说明"], ["这是文字"]], [["莲湖区2024年1-9月"]]])
def test_a_sheet_without_figures_has_no_table(rows):
    assert find(rows) == ([], False)


def test_a_sheet_without_heads_has_none_either():
    assert find([[RETAIL, 1], [BUDGET, 2]]) == ([], True)


TEXTS = "指标 累计 增速 单位 地区 时期 莲湖区 2024年9月 — 注：甲 单位：亿元 亿元 甲".split()
NUMBERS = [1, 8, 4.6, 2024, 202409, 45536, SEPTEMBER, True, None, ""]
CELLS = st.sampled_from([*TEXTS, RETAIL, *NUMBERS])


@given(st.lists(st.lists(CELLS, max_size=5), max_size=7), st.booleans())
@settings(max_examples=300)
def test_whatever_the_cells_each_row_is_in_one_table_at_most(rows, merge):
    merged = ["A1:B1", "B2:B3"] if merge else []
    tables, _ = find(rows, merged)
    for table in tables:
        assert 0 <= table.top <= table.bottom < table.end <= len(rows)
        numbers = [c.number for panel in table.panels for c in panel.columns]
        stubs = [n for panel in table.panels for found in panel.stub.values() for n in found]
        assert len(set(numbers + stubs)) == len(numbers + stubs)
    for upper, lower in pairwise(tables):
        assert upper.end <= lower.top


@pytest.mark.parametrize(
    ("cell", "blank", "value", "period"),
    [
        (None, True, False, False),
        (" \u3000", True, False, False),
        (float("nan"), True, False, False),
        (True, False, False, False),
        (4.6, False, True, False),
        ("1,234.5", False, True, False),
        ("4.6%", False, True, False),
        ("—", False, True, False),
        ("#N/A", False, True, False),
        ("=A1+B1", False, True, False),
        ("增长1.6倍", False, True, False),
        ("亿元", False, False, False),
        ("2024年9月", False, False, True),
        ("前三季度", False, False, True),
        (202409, False, True, True),
        (202413, False, True, False),
        (36525, False, True, False),
        (36526, False, True, True),
        (73050, False, True, True),
        (73051, False, True, False),
        (202412, False, True, True),
        (202401, False, True, True),
        (202400, False, True, False),
        (190001, False, True, True),
        (189912, False, True, False),
        (210012, False, True, True),
        (210101, False, True, False),
        (1950, False, True, True),
        (1949, False, True, False),
        (2100, False, True, True),
        (2101, False, True, False),
        (2024.5, False, True, False),
        (45536, False, True, True),
        (SEPTEMBER, False, False, True),
    ],
)
def test_what_a_cell_holds(cell, blank, value, period):
    assert (is_blank(cell), is_value(cell), is_period_cell(cell)) == (blank, value, period)
