"""What each row of a table belongs to: groups, parts, members of groupings, sectors."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianhu_analysis.intake.reading.outline import (
    Item,
    Label,
    adds_up,
    decimals,
    outline,
    read_line,
)

WHOLE, OTHER = "社会消费品零售总额", "一般公共预算收入"
GDP, FAI = "地区生产总值", "固定资产投资"
SECTORS = ("第一产业", "第二产业", "第三产业")
Row = tuple[object, ...]


def place(*rows: Row, scope: Iterable[str] = ()) -> list[Label]:
    """Place rows of a label and figures; a row without figures may be a group line."""
    items = [
        Item(number, read_line(str(label)), bool(figures), figures)  # type: ignore[arg-type]
        for number, (label, *rest) in enumerate(rows)
        for figures in [tuple(rest)]
    ]
    return list(outline(items, scope).values())


def paths(*rows: Row) -> list[str]:
    return [label.path for label in place(*rows)]


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("一、工业", "工业"),
        ("十一、交通", "交通"),
        ("（一）工业", "工业"),
        ("1、工业", "工业"),
        ("１．工业", "工业"),
        ("(1)工业", "工业"),
        ("10、工业", "工业"),
        ("12.工业", "工业"),
        ("① 工业", "工业"),
        ("工业①", "工业"),
        ("工业*", "工业"),
        ("工业（注1）", "工业"),
        ("　　工业", "工业"),
        ("1.5倍", "1.5倍"),
    ],
)
def test_numbering_and_footnotes_are_taken_off(label, text):
    line = read_line(label)
    assert (line.text, line.is_part, line.grouping) == (text, False, "")


@pytest.mark.parametrize(
    "label",
    ["其中：住宅", "其中:住宅", "其中住宅", "#住宅", "# 住宅", "2、其中：住宅", "  其中：住宅"],
)
def test_a_part_says_so(label):
    line = read_line(label)
    assert (line.text, line.is_part, line.is_marker) == ("住宅", True, False)


@pytest.mark.parametrize("label", ["其中：", "其中", "在总额中：", "  #"])
def test_a_marker_says_only_that_parts_follow(label):
    assert read_line(label).is_marker


@pytest.mark.parametrize(
    ("label", "grouping", "text"),
    [
        ("按产业分", "按产业分", ""),
        ("按经营地分：", "按经营地分", ""),
        ("按经营地分：城镇", "按经营地分", "城镇"),
        ("1、按轻重工分组", "按轻重工分组", ""),
        ("按国民经济行业分类", "按国民经济行业分类", ""),
        ("按登记注册类型划分", "按登记注册类型划分", ""),
        ("依行业分", "依行业分", ""),
        ("按可比价计算", "", "按可比价计算"),
    ],
)
def test_what_opens_a_grouping(label, grouping, text):
    line = read_line(label)
    assert (line.grouping, line.text) == (grouping, text)


@given(st.text())
def test_no_label_raises_and_none_keeps_blanks_around(label):
    line = read_line(label)
    assert line.text == line.text.strip()
    assert read_line(line.text) == read_line(line.text)


def test_group_lines_hold_until_one_of_their_depth():
    rows = [
        ("一、工业",),
        ("规上工业", 1),
        ("（一）能源",),
        ("用电量", 1),
        ("二、贸易",),
        (WHOLE, 2),
    ]
    assert [label.groups for label in place(*rows)] == [
        (),
        ("工业",),
        ("工业",),
        ("工业", "能源"),
        (),
        ("贸易",),
    ]


def test_a_list_that_begins_below_a_line_without_number_belongs_to_it():
    rows = [
        ("一、工业",),
        ("小微企业",),
        ("1、产值", 1),
        ("2、销售额", 1),
        ("全部",),
        ("1、产值", 2),
        ("二、贸易",),
        (WHOLE, 2),
    ]
    found = [label.groups for label in place(*rows) if label.text in ("产值", "销售额", WHOLE)]
    small, whole = ("工业", "小微企业"), ("工业", "全部")
    assert found == [small, small, whole, ("贸易",)]


@pytest.mark.parametrize("line", ["小微企业", "一、规上工业"])
def test_a_numbered_item_that_goes_on_ends_the_group_before_it(line):
    rows = [("一、产值", 1), (line,), ("利润", 1), ("二、总产值", 1), ("#利润", 1), ("利润", 1)]
    found = place(*rows)
    assert found[2].groups and not any(label.groups for label in found[3:])


def test_a_scope_of_the_title_is_the_outermost_group():
    assert place((WHOLE, 1), scope=("区属",))[0].groups == ("区属",)


@pytest.mark.parametrize("part", ["其中：限额以上", "#限额以上", "　　限额以上", "  限额以上"])
def test_a_part_is_known_by_its_path_only(part):
    assert paths((WHOLE, 10), (part, 4), (OTHER, 3)) == [WHOLE, f"{WHOLE}/限额以上", OTHER]


def test_parts_aligned_behind_the_first_are_parts_too():
    rows = [(WHOLE, 10), ("其中：城镇", 7), ("      乡村", 3), (OTHER, 3)]
    assert paths(*rows) == [WHOLE, f"{WHOLE}/城镇", f"{WHOLE}/乡村", OTHER]


def test_parts_after_a_marker_line():
    rows = [(WHOLE, 10), ("其中：",), ("限额以上", 4), ("限额以下", 6), ("二、财政",), (OTHER, 3)]
    labels = place(*rows)
    assert [label.is_part for label in labels] == [False, False, True, True, False, False]
    assert labels[3].path == f"{WHOLE}/限额以下"


def test_parts_of_parts_by_indent():
    rows = [(WHOLE, 10), ("　　限额以上", 4), ("　　　　汽车类", 2), ("　　限额以下", 6)]
    assert paths(*rows)[1:] == [f"{WHOLE}/限额以上", "限额以上/汽车类", f"{WHOLE}/限额以下"]


def test_members_of_groupings_belong_to_the_item_above_them_all():
    rows = [
        (WHOLE, 10),
        ("按经营地分",),
        ("城镇", 7),
        ("乡村", 3),
        ("按类型分：",),
        ("商品零售", 8),
        ("餐饮", 2),
    ]
    labels = place(*rows)
    members = [labels[n] for n in (2, 3, 5, 6)]
    assert all(label.is_member and not label.is_part for label in members)
    assert {label.parents[0] for label in members} == {WHOLE}


def test_a_part_of_a_member_is_no_member():
    labels = place(
        (WHOLE, 10), ("按类型分",), ("商品零售", 8), ("　　粮油、食品类", 3), ("餐饮", 2)
    )
    assert [(label.is_member, label.is_part) for label in labels[2:]] == [
        (True, False),
        (False, True),
        (True, False),
    ]
    assert labels[3].parents[0] == "商品零售"


def test_a_grouping_with_its_first_member_in_the_same_cell():
    labels = place((WHOLE, 10), ("按经营地分：城镇", 7), ("乡村", 3))
    assert [(label.text, label.is_member) for label in labels[1:]] == [
        ("城镇", True),
        ("乡村", True),
    ]
    assert {label.parents[0] for label in labels[1:]} == {WHOLE}


def test_numbering_of_the_owners_depth_ends_its_groupings():
    rows = [
        (f"一、{WHOLE}", 10),
        ("1、按经营地分",),
        ("城镇", 7),
        ("2、按类型分",),
        ("餐饮", 2),
        (f"二、{OTHER}", 5),
    ]
    labels = place(*rows)
    assert labels[4].parents[0] == WHOLE
    assert not labels[5].is_member and labels[5].parents == ()


@pytest.mark.parametrize("grouping", [[], [("按产业分",)], [("按三次产业分：",)]])
@pytest.mark.parametrize("whole", [GDP, FAI])
def test_sectors_are_parts_of_the_item_above_even_without_an_indent(whole, grouping):
    rows = [(whole, 10.0), *grouping, *zip(SECTORS, (1.0, 4.0, 5.0), strict=True)]
    assert paths(*rows)[-3:] == [f"{whole}/{sector}" for sector in SECTORS]


@pytest.mark.parametrize("grouping", [[], [("按产业分",)]])
def test_sectors_without_amounts_are_parts_of_the_item_right_above(grouping):
    rows = [(FAI, None), *grouping, *((sector, None) for sector in SECTORS)]
    assert paths(*rows)[-3:] == [f"{FAI}/{sector}" for sector in SECTORS]


def test_sectors_are_parts_of_what_they_sum_to_and_not_of_what_stands_between():
    rows = [(GDP, 10.0), ("工业增加值", 3.5), *zip(SECTORS, (1.0, 4.0, 5.0), strict=True)]
    assert paths(*rows)[-3:] == [f"{GDP}/{sector}" for sector in SECTORS]


def test_sectors_that_sum_to_nothing_above_are_parts_of_nothing_known():
    labels = place((GDP, 20.0), *zip(SECTORS, (1.0, 4.0, 5.0), strict=True))[1:]
    assert all(label.is_part and label.parents[:1] != (GDP,) for label in labels)


@pytest.mark.parametrize(
    ("amounts", "whole"),
    [((664.9, 168.0, 496.5), True), ((664.9, 168.0, 520.5), False), ((664.9, 68.0, 196.5), False)],
)
def test_two_sectors_are_of_the_item_right_above_that_they_nearly_fill(amounts, whole):
    rows = list(zip((GDP, *SECTORS[1:]), amounts, strict=True))
    assert (f"{GDP}/第二产业" in paths(*rows)) == whole
    assert f"{GDP}/第二产业" not in paths(rows[0], (FAI, 3.3), *rows[1:])


@pytest.mark.parametrize("first", [(GDP, FAI), (FAI, GDP)])
def test_each_run_of_sectors_has_its_own_whole(first):
    one, other = first
    rows = [
        (one, 10.0),
        *zip(SECTORS, (1.0, 4.0, 5.0), strict=True),
        (other, 7.0),
        *zip(SECTORS, (0.5, 2.5, 4.0), strict=True),
    ]
    found = paths(*rows)
    assert found[1:4] == [f"{one}/{sector}" for sector in SECTORS]
    assert found[5:] == [f"{other}/{sector}" for sector in SECTORS]


def test_industries_between_do_not_break_a_run_of_sectors():
    rows = [
        (GDP, 10.0),
        ("第一产业", 1.0),
        ("农业", 1.0),
        ("第二产业", 4.0),
        ("工业", 3.0),
        ("第三产业", 5.0),
    ]
    labels = {label.text: label for label in place(*rows)}
    assert {labels[sector].path for sector in SECTORS} == {f"{GDP}/{sector}" for sector in SECTORS}
    assert labels["工业"].parents[0] == "第二产业" and not labels["工业"].is_part


def test_sectors_under_a_group_line_are_of_no_item_above_it():
    labels = place((GDP, 10.0), (FAI,), *zip(SECTORS, (0.1, 2.0, 3.0), strict=True))
    assert all(GDP not in label.parents for label in labels[2:])


AMOUNTS = st.integers(1, 999_999)


@given(st.lists(AMOUNTS, min_size=2, max_size=6), st.integers(0, 3))
def test_rounded_parts_add_up_to_their_rounded_whole(amounts, decimals):
    exact = [amount / 700 for amount in amounts]
    parts = [(round(value, decimals),) for value in exact]
    assert adds_up((round(sum(exact), decimals),), parts)


@given(st.lists(AMOUNTS, min_size=2, max_size=6), st.floats(0.03, 3))
def test_what_is_off_by_more_than_rounding_does_not(amounts, off):
    values = [amount + 0.37 for amount in amounts]
    whole = round(sum(values) * (1 + off) + len(values), 2)
    assert not adds_up((whole,), [(round(value, 2),) for value in values])


@given(st.lists(AMOUNTS, min_size=2, max_size=4), st.permutations(range(4)))
def test_neither_the_order_of_parts_nor_blank_columns_matter(amounts, order):
    parts = [(None, amount / 10) for amount in amounts]
    whole = (3.0, sum(amount for amount in amounts) / 10)
    shuffled = [parts[n] for n in order if n < len(parts)]
    assert adds_up(whole, parts) and adds_up(whole, shuffled)


def test_without_one_column_of_all_figures_nothing_is_shown():
    assert not adds_up((None, 5.0), [(1.0, None), (2.0, 3.0)])
    assert not adds_up((), [])


def test_rounding_leaves_half_a_step_for_each_part_and_one_for_the_whole():
    # Two parts and their whole are off by 0.15 at most.
    assert adds_up((10.1,), [(4.9,), (5.1,)])
    assert not adds_up((10.2,), [(4.9,), (5.1,)])


def test_a_round_part_makes_no_wider_tolerance():
    # 740.0 is printed to one decimal as its fellows are.
    assert not adds_up((912.9,), [(0.3,), (171.2,), (740.0,)])


def test_sectors_in_other_columns_than_the_total_are_of_the_item_above_them():
    amounts = [(None, 100.0), (30.0, None), (50.0, None), (20.0, None)]
    labels = place(*((name, *row) for name, row in zip((GDP, *SECTORS), amounts, strict=True)))
    assert [label.parents[0] for label in labels[1:]] == [GDP] * 3
    # In the same column a total that they do not make is not theirs.
    labels = place((GDP, 100.0), *((name, 10.0) for name in SECTORS))
    assert GDP not in labels[1].parents[:1]


def test_a_part_within_a_part_belongs_to_the_inner_one():
    """其中： below 其中：; names behind it are its fellows, whatever stands below one of them."""
    above, goods = "限额以上消费品零售额", "商品零售"
    found = place(
        (WHOLE, 361.2),
        (f"  #{above}", 194.0),
        ("    其中：餐饮收入", 13.1),
        (f"    其中：{goods}", 180.9),
        ("      其中：粮油、食品类", 18.0),
        ("           汽车类", 52.0),
        ("             其中：新能源汽车", 21.0),
        ("           家用电器类", 14.1),
    )
    owners = [label.parents[:1] for label in found[1:]]
    assert owners == [(WHOLE,), (above,), (above,), (goods,), (goods,), ("汽车类",), (goods,)]
    assert all(label.is_part for label in found[1:])


@pytest.mark.parametrize(
    ("building", "within"), [(64.36, True), (64.58, True), (69.6, False), (64.1, False)]
)
def test_industry_and_building_may_exceed_the_secondary_sector_a_little(building, within):
    # 驻马店市驿城区 2023 as published: 176.90 and 64.58 of 241.26.
    labels = place(("第二产业", 241.26), ("工业", 176.90), ("建筑业", building))
    assert ("第二产业" in labels[2].parents) == within
    other = place(("第二产业", 241.26), ("工业", 176.90), ("建筑安装", 64.58))
    assert "第二产业" not in other[2].parents


@pytest.mark.parametrize(
    ("whole", "parts", "options", "holds"),
    [
        # Half of the last printed digit a figure, the whole's included.
        ([10.0], ([4.0], [6.0]), {}, True),
        ([10.0], ([4.0], [7.0]), {}, True),  # 1 of at most 1.5
        ([10.0], ([4.0], [8.0]), {}, False),
        ([10.0], ([4.5], [5.6]), {}, True),  # 0.1 of at most 0.15
        ([10.0], ([4.5], [5.7]), {}, False),
        ([10.0], ([4.5], [5.3]), {}, False),
        ([-10.0], ([-4.0], [-6.0]), {}, True),
        ([0.0], ([0.0], [0.0]), {}, True),
        # Every column that has all of them, and one at least.
        ([10.0, 20.0], ([4.0, 1.0], [6.0, 2.0]), {}, False),
        ([10.0, 20.0], ([4.0, None], [6.0, 2.0]), {}, True),
        ([10.0, None], ([4.0, 1.0], [6.0, 2.0]), {}, True),
        ([None], ([4.0], [6.0]), {}, False),
        ([10.0], ([None], [6.0]), {}, False),
        ([], (), {}, False),
        # Short of it or over it by a share.
        ([100.5], ([40.0], [55.5]), {"short": 0.05}, True),
        ([100.5], ([40.0], [55.0]), {"short": 0.05}, False),
        ([100.5], ([40.0], [65.5]), {"short": 0.05}, False),
        ([100.5], ([40.0], [65.5]), {"over": 0.05}, True),
        ([100.5], ([40.0], [66.0]), {"over": 0.05}, False),
        ([100.5], ([40.0], [55.5]), {"over": 0.05}, False),
        ([-100.5], ([-40.0], [-55.5]), {"over": 0.05}, True),
    ],
)
def test_parts_add_up_to_a_whole_within_what_printing_cuts_off(whole, parts, options, holds):
    assert adds_up(whole, parts, **options) is holds


@pytest.mark.parametrize(
    ("value", "printed"),
    [(5.0, 0), (5, 0), (0.5, 1), (512.35, 2), (1e-7, 0), (1e22, 0), (-0.25, 2)],
)
def test_a_figure_is_printed_with_its_decimals(value, printed):
    assert decimals(value) == printed
