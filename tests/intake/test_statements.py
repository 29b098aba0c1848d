"""What the lines above a table state behind labels, in one cell or in two."""

import datetime as dt

import pytest

from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.statements import (
    days_in,
    head_lines,
    is_statement,
    stated_day,
    statements,
    title_part,
)


@pytest.mark.parametrize(
    ("text", "title", "parts"),
    [
        ("莲湖区2024年1-9月主要指标", "莲湖区2024年1-9月主要指标", []),
        ("单位：万元 发布日期：2024-10-22", "", ["单位:万元", "发布日期:2024-10-22"]),
        ("雁塔区2024年9月　单位：亿元", "雁塔区2024年9月", ["单位:亿元"]),
        ("2024年9月财政收支（单位：万元）", "2024年9月财政收支", ["单位:万元"]),
        ("主要指标单位：万元", "主要指标", ["单位:万元"]),
        ("填报单位：莲湖区统计局；制表人：张三", "", ["填报单位:莲湖区统计局", "制表人:张三"]),
        ("数据来源：西安市统计局", "", ["数据来源:西安市统计局"]),
        ("发布日期：", "", ["发布日期:"]),
    ],
)
def test_a_line_is_a_title_and_statements(text, title, parts):
    assert title_part(text) == title
    assert statements(text) == parts


@pytest.mark.parametrize(
    ("row", "first"),
    [
        (["发布日期", "2024-10-25"], "发布日期:2024-10-25"),
        (["发布日期：", None, dt.datetime(2024, 10, 25)], "发布日期：2024-10-25"),
        (["发布日期：", 45590], "发布日期：2024-10-25"),
        (["单位：", "万元"], "单位：万元"),
        (["单位：", " 万元 "], "单位：万元"),
        (["单位：", "  ", "万元"], "单位：万元"),
        (["发布日期：", "单位：万元"], "发布日期："),
        (["发布日期："], "发布日期："),
        (["莲湖区", "2024-10-25"], "莲湖区"),
    ],
)
def test_a_label_takes_the_value_beside_it(row, first):
    (_, text), *_ = head_lines(Grid("表", (tuple(row),)), 0, 1)
    assert text == first


def test_a_count_of_days_from_1904_is_no_day():
    grid = Grid("表", (("发布日期：", 44128),))
    object.__setattr__(grid, "dates_from_1904", True)
    assert stated_day(head_lines(grid, 0, 1)[0][1]) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-10-22", dt.date(2024, 10, 22)),
        ("2024 年 10 月 22 日", dt.date(2024, 10, 22)),
        ("２０２４．１０．２２", dt.date(2024, 10, 22)),
        ("20241022", dt.date(2024, 10, 22)),
        ("2024-10-22 09:30", dt.date(2024, 10, 22)),
        (dt.datetime(2024, 10, 22, 9), dt.date(2024, 10, 22)),
        ("2024-10-22 至 2024-10-25", None),
        ("2024年10月", None),
        ("10月22日", None),
        ("2024-13-22", None),
        ("待定", None),
    ],
)
def test_a_day_is_one_day_or_none(text, day):
    assert stated_day(text) == day


def test_all_days_of_a_text_are_found():
    assert list(days_in("制表2024-10-20，修改2024年10月25日")) == [
        dt.date(2024, 10, 20),
        dt.date(2024, 10, 25),
    ]


def test_every_text_of_some_rows_is_a_line_with_its_address():
    grid = Grid("表", (("题",), (None, "甲", 3.0, "  ", "乙"), ("丙",)))
    assert head_lines(grid, 0, 2) == [("A1", "题"), ("B2", "甲"), ("E2", "乙")]
    assert head_lines(grid, 2, 3) == [("A3", "丙")]


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (36525, "36525"),
        (36526, "2000-01-01"),
        (73050, "2099-12-31"),
        (73051, "73051"),
        (45590.75, "2024-10-25"),
    ],
)
def test_a_count_of_days_is_a_day_from_2000_to_2099(days, shown):
    (line,) = head_lines(Grid("表", (("发布日期：", days),)), 0, 1)
    assert line == ("A1", f"发布日期：{shown}")


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (("万元", "单位：", "亿元"), "单位：亿元"),
        (("万元", "单位："), "单位："),
        (("甲：", "亿元"), "甲："),
        (("单位：万元", "亿元"), "单位：万元"),
        (("单位：", "", None, "亿元"), "单位：亿元"),
        (("单位：", "制表人：张三"), "单位："),
        (("单位：", dt.datetime(2024, 10, 25, 9)), "单位：2024-10-25"),
        (("续表（全市）",), "全市"),
        (("续表",), "续表"),
    ],
)
def test_a_line_is_a_label_with_the_first_value_on_its_right_or_itself(row, line):
    lines = dict(head_lines(Grid("表", (row,)), 0, 1))
    assert line in lines.values()
    assert len(lines) == sum(isinstance(cell, str) and bool(cell.strip()) for cell in row)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("指标（单位：万元）", ["单位:万元"]),
        ("指标（单位：万元（含税））", ["单位:万元(含税)"]),
        ("单位：万元（含税）", ["单位:万元(含税)"]),
        ("单位：万元）甲", ["单位:万元)甲"]),
        ("【单位：万元】", ["单位:万元"]),
        ("〔单位：万元 〕；", ["单位:万元"]),
    ],
)
def test_brackets_around_a_statement_go_and_those_within_it_stay(text, parts):
    assert statements(text) == parts


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("单位：万元", True),
        ("（单位：万元）", True),
        ("莲湖区 单位：万元", False),
        ("莲湖区", False),
        ("2024-10-22", True),
        ("2024年10月22日", True),
        ("2024年10月", False),
        ("2024-10-22 莲湖区", False),
    ],
)
def test_a_statement_says_nothing_but_what_stands_behind_its_label_or_a_day(text, stated):
    assert is_statement(text) is stated


def test_a_date_is_its_own_day():
    assert stated_day(dt.date(2024, 10, 22)) == dt.date(2024, 10, 22)
    assert list(days_in("2024-02-30，2024年2月29日")) == [dt.date(2024, 2, 29)]
