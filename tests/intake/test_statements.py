"""What the lines above a table state behind labels, in one cell or in two."""

import datetime as dt

import pytest

from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.statements import (
    days_in,
    head_lines,
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
