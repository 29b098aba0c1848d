"""Tables row by row: what is read, and for what is not, at which cell it is told."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from tests.intake.small_tables import DELIVERY, TITLE, check, read, told, values

RETAIL, BUDGET, GDP = "社会消费品零售总额", "一般公共预算收入", "地区生产总值"
HEAD = ("指标", "单位", "累计", "增长(%)")
FIRST, SECOND = (RETAIL, "亿元", 100.0, 5.0), (BUDGET, "亿元", 50.0, 4.0)


# ---- no head


@pytest.mark.parametrize(
    ("rows", "cell", "words"),
    [
        ([(None, "乙", 3.0)], "C2", "没有认出表头，这张工作表没有读；看到的是：题、乙"),
        ([(None, 1.0)], "B2", "看到的是：题"),
        (
            [("甲" * 40,), ("丙", "丁", "戊", "己"), ("庚",), (1.0,)],
            "A5",
            f"题、{'甲' * 30}、丙、丁、戊、己",
        ),
        ([("丙",), ("丁",), ("戊",), (1.0,)], "A5", "题、丙、丁、戊"),
    ],
)
def test_a_sheet_without_a_head_is_told_with_its_first_texts(rows, cell, words):
    found = read(*rows, title="题")
    assert list(told(found)) == [cell] and told(found)[cell].endswith(words)
    assert "看到的是空白" in told(read((None, 1.0), title=" "))["B2"]


def test_figures_above_the_first_head_are_told_beside_its_table():
    found = read(("甲", 5.0), (TITLE,), HEAD, FIRST, title="题")
    check(found, "C5 D5", ("B2", "B2 起有数却没有表头"))


# ---- hidden


def test_a_hidden_column_of_names_refuses_the_table_and_one_of_units_does_not():
    found = read(HEAD, FIRST, hidden_columns=frozenset([0]))
    check(found, "", ("A2", "名称所在的列是隐藏的"))
    check(read(HEAD, FIRST, hidden_columns=frozenset([1])), "C3 D3")


@pytest.mark.parametrize(
    ("hidden", "cell", "count"), [([3], "A4", 1), ([4, 3], "A4", 2), ([4], "A5", 1)]
)
def test_hidden_rows_are_told_once_at_the_first(hidden, cell, count):
    rows = (HEAD, FIRST, SECOND, ("税收收入", "亿元", 40.0, 4.0), (None, None, None, None))
    found = read(*rows, hidden_rows=frozenset([*hidden, 5]))
    assert told(found) == {cell: f"这张表有 {count} 行是隐藏的，没有读"}
    assert [problem.kind for problem in found.problems] == ["skipped"]
    assert len(found.frame) == 2 * (3 - count)


# ---- names


def test_rows_of_metadata_give_units_and_days_to_their_columns():
    found = read(
        ("月份", f"{RETAIL}当月", f"{BUDGET}当月"),
        ("单位", "亿元", "万元"),
        ("发布日期", "2024-10-20", "2024-10-22"),
        ("2024年8月", 10.0, 20000.0),
        title="莲湖区",
    )
    assert values(found) == {"B5": 10.0, "C5": 2.0}
    days = dict(zip(found.frame["cell"], found.frame["published"].dt.date, strict=True))
    assert days == {"B5": dt.date(2024, 10, 20), "C5": dt.date(2024, 10, 22)}


def test_several_rows_without_names_are_refused_and_one_is_of_the_title():
    title = f"{TITLE}{RETAIL}（亿元）"
    head, rows = ("累计", "增长(%)"), [(100.0, 5.0), (90.0, 4.0)]
    check(read(head, *rows, title=title), "", ("A3", "各行没有写明是什么指标"))
    check(read(head, rows[0], title=title), "A3 B3")
    # A hidden row, or one without figures, is none of them.
    hidden = read(head, *rows, title=title, hidden_rows=frozenset([3]))
    check(hidden, "A3 B3", ("A4", "1 行是隐藏的"))
    check(read(head, rows[0], (None, None), title=title), "A3 B3")


@pytest.mark.parametrize(
    ("title", "rows", "words"),
    [
        (
            f"{TITLE}甲乙丙",
            [("地区", "累计(亿元)"), ("莲湖区", 100.0)],
            "各行是地区，标题“莲湖区2024年1-9月甲乙丙”",
        ),
        (
            "莲湖区甲乙丙",
            [("月份", "当月(亿元)"), ("2024年8月", 100.0)],
            "行和列名都没有写指标名称，标题",
        ),
        (
            f"莲湖区{'甲' * 50}",
            [("月份", "当月(亿元)"), ("2024年8月", 100.0)],
            f"“莲湖区{'甲' * 37}”",
        ),
    ],
)
def test_a_table_of_which_neither_title_nor_names_say_what_it_is_of(title, rows, words):
    found = read(*rows, title=title)
    check(found, "", ("B2", words))
    assert found.problems[0].kind == "skipped"


def test_the_title_names_the_indicator_of_regions_and_months():
    found = read(
        ("地区", "累计(亿元)"), ("莲湖区", 100.0), ("西安市", 900.0), title=f"2024年1-9月{RETAIL}"
    )
    check(found, "B3 B4")
    assert found.frame["region"].tolist() == ["610104", "610100"]


SECTIONS = [
    (f"{RETAIL}(亿元)",),
    ("莲湖区", 100.0),
    ("西安市", 900.0),
    (f"{BUDGET}(万元)",),
    ("莲湖区", 100000.0),
]


def test_lines_above_rows_of_regions_name_their_indicator_and_unit():
    head, title = ("地区", "累计"), "2024年1-9月各区指标"
    found = read(head, *SECTIONS, title=title)
    assert values(found) == {"B4": 100.0, "B5": 900.0, "B7": 10.0}
    assert found.frame["indicator"].tolist() == ["csm.retail.total"] * 2 + ["fis.revenue.gpb"]
    # Of a row before the first line, or below one that says something else, nothing is known.
    for rows in (
        [("莲湖区", 7.0), *SECTIONS],
        [*SECTIONS[:2], ("甲乙丙",), *SECTIONS[2:]],
        [(f"限额以上{RETAIL}",), *SECTIONS[1:]],
        [(f"{RETAIL}增速",), *SECTIONS[1:]],
    ):
        check(read(head, *rows, title=title), "", ("B2", "各行是地区"))


def test_figures_without_a_name_are_told_at_the_first_and_the_rest_is_read():
    rows = (HEAD, FIRST, (None, "亿元", 50.0, 4.0), SECOND)
    check(read(*rows), "C3 D3 C5 D5", ("C4", "这一行有数却没有指标名称"))
    check(read(HEAD, FIRST, (None, None, None, 4.0)), "C3 D3", ("D4", "这一行有数却没有指标名称"))


def test_a_blank_name_beside_another_span_is_that_above():
    head = ("指标", "口径", "数值")
    rows = [
        (f"{RETAIL}(亿元)", "当月", 10.0),
        (None, "累计", 100.0),
        (f"{BUDGET}(亿元)", "当月", 1.0),
        (None, "当月", 9.0),
    ]
    check(read(head, *rows), "C3 C4 C5", ("C6", "没有指标名称"))
    assert values(read(head, *rows))["C4"] == 100.0
    assert read(head, *rows[:2]).frame["span"].tolist() == ["single", "ytd"]


@pytest.mark.parametrize(
    ("rows", "cells"),
    [
        ([(f"{RETAIL}(亿元)", 100.0), ("增速(%)", 5.0)], "B3 B4"),
        ([(f"{RETAIL}(亿元)", 100.0), (f"{BUDGET}(亿元)", 9.0), ("增速(%)", 5.0)], "B3 B4 B5"),
        ([(f"{RETAIL}(亿元)", 100.0), (None, None), ("增速(%)", 5.0)], "B3"),
        ([(f"{RETAIL}(亿元)", 100.0), ("增加值", 5.0)], "B3"),
        ([("增速(%)", 5.0), (f"{RETAIL}(亿元)", 100.0)], "B4"),
        ([(f"{RETAIL}(亿元)", 100.0), ("增速(%)", 5.0), ("增速(%)", 4.0)], "B3 B4"),
    ],
)
def test_a_row_of_growth_is_of_the_name_right_above(rows, cells):
    found = read(("指标", "数值"), *rows)
    assert sorted(values(found)) == cells.split()
    growth = found.frame[found.frame["measure"] == "yoy"]
    assert growth["indicator"].isin(["csm.retail.total", "fis.revenue.gpb"]).all()


def test_examples_notes_and_repeated_heads_are_no_rows():
    rows = [
        ("示例", "亿元", 1.0, 2.0),
        ("注：甲", "亿元", 1.0, 2.0),
        ("指标", None, None, None),
        FIRST,
    ]
    check(read(HEAD, *rows), "C6 D6")


def test_a_name_whose_only_figure_stands_in_a_column_that_is_not_read_is_told():
    head, alone = ("指标", "单位", "累计", "比重(%)"), (BUDGET, "亿元", None, 50.0)
    found = read(head, FIRST, alone)
    check(found, "C3", ("D4", "的数在列“比重(%)”里"))
    assert found.problems[0].kind == "skipped"
    check(read(head, FIRST, ("甲", "亿元", None, 50.0)), "C3")
    check(read(head, FIRST, (BUDGET, "亿元", None, "甲")), "C3")


@pytest.mark.parametrize("part", ["  餐饮收入(亿元)", "其中:餐饮收入(亿元)"])
def test_growth_below_a_part_may_be_the_wholes(part):
    found = read(("指标", "数值"), (f"{RETAIL}(亿元)", 100.0), (part, 9.0), ("增速(%)", 5.0))
    check(found, "B3 B4", ("B5" if "B5" in told(found) else "A5", "不在指标目录中"))


def test_growth_behind_its_amount_in_a_second_column_of_names_is_of_the_first():
    rows = [(RETAIL, "总量(亿元)", 100.0), (None, "增速(%)", 5.0), (BUDGET, "总量(亿元)", 9.0)]
    found = read(("指标", "项目", "数值"), *rows, merged=((2, 0, 3, 0),))
    assert values(found) == {"C3": 100.0, "C4": 5.0, "C5": 9.0}
    assert found.frame["measure"].tolist() == ["level", "yoy", "level"]


def test_rows_of_metadata_below_names_are_no_rows_of_the_table():
    found = read(("指标", "本月", "累计"), ("单位", "万元", "亿元"), (RETAIL, 20000.0, 30.0))
    check(found, "B4 C4")
    assert values(found) == {"B4": 2.0, "C4": 30.0}


# ---- other heads and titles below


@pytest.mark.parametrize(
    ("line", "told_of"),
    [
        (("莲湖区2023年1-9月",), True),
        (("单位：万元",), True),
        (("发布日期：2024-10-22",), True),
        (("单位：万元", "甲"), True),
        ((TITLE,), False),
        (("数据来源：统计局",), False),
        (("消费",), False),
        (("各单位",), False),
        (("2024年", "甲"), False),
    ],
)
def test_a_line_of_another_time_unit_or_day_ends_the_table(line, told_of):
    found = read(HEAD, FIRST, line, SECOND)
    if told_of:
        check(found, "C3 D3", ("A4", f"表中间另有标题、单位或发布日期“{line[0]}”"))
    else:
        check(found, "C3 D3 C5 D5")


def test_a_line_of_another_unit_below_all_figures_ends_nothing():
    check(read(HEAD, FIRST, SECOND, ("单位：万元",)), "C3 D3 C4 D4")


def test_a_row_of_a_csv_with_more_fields_than_its_head_is_refused():
    check(read(HEAD, (*FIRST, 7.0), SECOND, sheet=""), "C4 D4", ("A3", "列数多于表头"))
    check(read(HEAD, (*FIRST, None, ""), SECOND, sheet=""), "C3 D3 C4 D4")


# ---- what stands in a cell


def month(*heads: str) -> tuple[str, ...]:
    return ("指标", "单位", *(f"{head}当月" for head in heads))


@pytest.mark.parametrize(
    ("rows", "blank"),
    [
        ([(RETAIL, "亿元", 10.0, 0, 0), (BUDGET, "亿元", 5.0, 0, None)], "D3 E3 D4"),
        ([(RETAIL, "亿元", 10.0, 11.0, 0), (BUDGET, "亿元", 5.0, 6.0, "0")], "E3 E4"),
        ([(RETAIL, "亿元", 10.0, 11.0, 0)], ""),  # one 0 may be true
        ([(RETAIL, "亿元", 10.0, 0, 0)], "D3 E3"),
        ([(RETAIL, "亿元", 10.0, 0, 5.0), (BUDGET, "亿元", 5.0, 0, 6.0)], ""),
        ([(RETAIL, "亿元", 0, 0, 0)], ""),
        ([(RETAIL, "亿元", 10.0, 11.0, 0), (BUDGET, "亿元", 5.0, 6.0, 7.0)], ""),
    ],
)
def test_last_periods_of_nothing_but_zeros_are_to_come(rows, blank):
    found = read(month("7月", "8月", "9月"), *rows, title="莲湖区2024年").frame
    assert found[found["status"] == "not_released"]["cell"].tolist() == blank.split()
    assert found[found["value"].isna()]["cell"].tolist() == blank.split()


def test_last_rows_of_nothing_but_zeros_are_to_come_as_well():
    head = ("月份", f"{RETAIL}当月(亿元)", f"{BUDGET}当月(亿元)")
    found = read(head, ("2024年8月", 1.0, 2.0), ("2024年9月", 0, 0), title="莲湖区").frame
    assert found[found["value"].isna()]["cell"].tolist() == ["B4", "C4"]
    hidden = read(
        HEAD[:2] + month("8月", "9月")[2:],
        (RETAIL, "亿元", 1.0, 0),
        (BUDGET, "亿元", 1.0, 0),
        ("税收收入", "亿元", 1.0, 1.0),
        title="莲湖区2024年",
        hidden_rows=frozenset([4]),
    ).frame
    assert hidden[hidden["value"].isna()]["cell"].tolist() == ["D3", "D4"]


@pytest.mark.parametrize(
    ("area", "cells", "refused"),
    [
        ((2, 2, 3, 2), "D3 D4", "C3"),
        ((2, 2, 2, 3), "C4 D4", "C3"),
        ((3, 2, 4, 2), "C3 D3 C4 D4", ""),  # down to a row without a name
        ((2, 3, 2, 4), "C3 D3 C4 D4", ""),  # over a column that is none of figures
    ],
)
def test_a_figure_merged_over_others_is_of_none(area, cells, refused):
    top, left, bottom, right = area
    covered = {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)} - {
        (top, left)
    }
    rows = [(TITLE,), HEAD, FIRST, SECOND, (None,) * 4]
    shown = [
        tuple(None if (r, c) in covered else cell for c, cell in enumerate(row))
        for r, row in enumerate(rows)
    ]
    found = read(*shown[1:], merged=(area,))
    check(found, cells, *([(refused, "这一格合并了几行或几列")] if refused else []))


# ---- units


@pytest.mark.parametrize(
    ("unit", "name", "beside", "read_all"),
    [
        ("亿元", BUDGET, "万元", False),
        ("亿元", BUDGET, "亿元", True),
        ("亿元", "接待国内外游客人次", "万人次", True),
        ("亿元", BUDGET, "%", True),
    ],
)
def test_the_unit_above_is_none_of_a_row_where_others_state_another(unit, name, beside, read_all):
    rows = [("指标", "单位", "累计"), (RETAIL, None, 100.0), (name, beside, 50.0)]
    found = read((f"单位：{unit}",), *rows)
    assert ("C4" in values(found)) is read_all
    assert ("没有写计量单位" in told(found).get("C4", "")) is not read_all


# ---- what cannot be


def test_an_amount_of_what_has_growth_only_is_refused_and_its_plan_is_not():
    row = ("固定资产投资", "亿元", 100.0)
    check(read(HEAD[:3], row), "", ("C3", "只发布增速，“累计”列却有数 100.0"))
    check(read(("指标", "单位", "年度目标(亿元)"), row), "C3")


def test_a_head_of_the_whole_city_is_of_the_city_and_a_rank_in_it_is_not():
    found = read(("指标", "单位", "全市累计", "全区累计"), (*FIRST[:3], 9.0)).frame
    assert found["region"].tolist() == ["610100", "610104"]
    found = read(("指标", "单位", "累计增长(%)", "全市排名"), (RETAIL, "亿元", 9.0, 3)).frame
    assert found["region"].tolist() == ["610104", "610104"]


def test_nothing_was_known_of_a_period_that_was_not_over():
    for day, cells in ((30, ""), (10, "")):
        early = dataclasses.replace(DELIVERY, day=dt.date(2024, 9, day))
        found = read(HEAD, FIRST, delivery=early)
        assert sorted(values(found)) == (["C3", "D3"] if day == 30 else cells.split())
        assert ("2024-09-10 交付时 2024-09 还没有结束" in str(told(found))) is (day == 10)
    plan = read(
        ("指标", "单位", "年度目标"),
        FIRST[:3],
        delivery=dataclasses.replace(DELIVERY, day=dt.date(2024, 9, 10)),
    )
    check(plan, "C3")


@pytest.mark.parametrize(
    ("whole", "part", "unit", "refused"),
    [
        (31.0, 80.0, "亿元", True),
        (31.0, 31.7, "亿元", True),
        (31.0, 31.6, "亿元", False),  # by less than 2 percent
        (31.0, 30.0, "亿元", False),
        (31.0, 80000.0, "万元", False),
        (-5.0, 1.0, "亿元", False),
    ],
)
def test_a_part_of_revenue_that_exceeds_its_whole_is_no_part(whole, part, unit, refused):
    found = read(HEAD, (BUDGET, "亿元", whole, 5.0), ("税收收入", unit, part, 4.0))
    words = "比同一列的地方一般公共预算收入还大"
    check(found, "C3 D3 D4" if refused else "C3 D3 C4 D4", *([("C4", words)] if refused else []))


def test_nor_is_a_part_of_that_part():
    found = read(
        HEAD,
        (BUDGET, "亿元", 31.0, 5.0),
        ("税收收入", "亿元", 80.0, 4.0),
        ("增值税(地方留成)", "亿元", 10.0, 4.0),
    )
    words = "比同一列的地方一般公共预算收入还大"
    check(found, "C3 D3 D4 D5", ("C4", words), ("C5", words))


@pytest.mark.parametrize(
    ("name", "heads", "level"),
    [
        (BUDGET, ("合计", "中央级"), "中央级"),
        (BUDGET, ("累计", "其中:地方级"), "其中:地方级"),
        (BUDGET, ("累计", "市级"), ""),  # levels of the city are no others' for revenue of a place
        ("税收收入", ("累计", "市级"), "市级"),
        ("增值税(地方留成)", ("累计", "市级"), "市级"),
        (RETAIL, ("累计", "中央级"), ""),
        (BUDGET, ("累计", "本月"), ""),
    ],
)
def test_a_total_of_revenue_beside_a_level_is_that_of_all_levels(name, heads, level):
    found = read(("指标", "单位", *heads), (name, "亿元", 31.0, 5.0))
    words = f"旁边另有“{level}”"
    assert ("C3" in values(found)) is not level
    assert (words in told(found).get("C3", "")) is bool(level)


@pytest.mark.parametrize(
    ("exported", "imported", "short"),
    [(50.0, 39.0, True), (50.0, 40.0, False), (50.0, None, False), (0.0, 39.0, False)],
)
def test_exports_and_imports_far_below_trade_are_of_a_part_of_it(exported, imported, short):
    rows = [
        (name, "亿元", value, 4.0)
        for name, value in (("进出口总值", 100.0), ("出口总值", exported), ("进口总值", imported))
        if value is not None
    ]
    found = read(HEAD, *rows)
    refused = ["C4", "D4", "C5", "D5"] if short else []
    assert [cell for cell, text in told(found).items() if "远不到" in text] == refused
    assert {"C3", "D3"} <= values(found).keys()


@pytest.mark.parametrize(
    ("head", "plan", "done", "read_it"),
    [
        ("年度目标", 6.0, 512.3, False),
        ("年度目标", 10.0, 50.1, False),
        ("年度目标", 10.0, 50.0, True),
        ("年度目标", 0.0, 512.3, True),
        ("年度目标", "—", 512.3, True),
        ("年度目标(%)", 6.0, 512.3, True),
        ("年度目标(万元)", 6.0, 512.3, True),
    ],
)
def test_a_plan_below_a_fifth_of_what_is_done_is_one_of_growth(head, plan, done, read_it):
    found = read(
        ("指标", "单位", head, "累计"), (RETAIL, "亿元", plan, done), (BUDGET, "亿元", 60.0, 50.0)
    )
    words = "C3 不到已完成数的五分之一"
    assert {"D3", "D4"} <= values(found).keys()
    assert ("C3" in values(found), "C4" in values(found)) == (read_it, read_it)
    assert (words in told(found).get("C3", ""), words in told(found).get("C4", "")) == (
        not read_it,
        not read_it,
    )


# ---- changes

CHANGE = ("指标", "单位", "累计", "上年同期")


@pytest.mark.parametrize(
    ("head", "row", "refused"),
    [
        ("同比增减(%)", (190.0, 181.0, 9.0), True),
        ("同比增长", (190.0, 181.0, 9.0), True),
        ("同比增长", (190.4, 181.3, 9.1), True),
        ("同比增减(%)", (190.0, 181.0, 5.0), False),
        ("同比增减(%)", (190.0, 181.0, "9%"), False),
        # A change so close to the growth that it makes is none by chance.
        ("同比增减(%)", (109.0, 100.0, 9.0), False),
        ("同比增减(%)", (114.0, 105.0, 9.0), False),  # 8.57 %
        ("同比增减(%)", (115.0, 106.0, 9.0), True),  # 8.49 %
        ("同比增减(百分点)", (190.0, 181.0, 9.0), False),
        ("同比增减(%)", (190.0, 0.0, 190.0), False),
        ("同比增减(%)", (190.0, None, 9.0), False),
    ],
)
def test_growth_that_is_the_change_between_the_amounts_beside_it_is_none(head, row, refused):
    found = read((*CHANGE, head), (RETAIL, "亿元", *row))
    words = f"{row[2]:g} 正是与 D3 的 {row[1]:g} 之差" if refused else ""
    assert (words in told(found).get("E3", "")) if refused else "之差" not in str(told(found))
    assert "C3" in values(found)


def test_growth_without_a_sign_beside_others_with_one_is_a_change_or_not():
    rows = [(RETAIL, "亿元", 190.0, 9.0), (BUDGET, "亿元", 100.0, "11.1%")]
    found = read(("指标", "单位", "累计", "增减"), *rows)
    check(found, "C3 C4 D4", ("D3", "同一列别的数写有 %，9 没有写"))
    check(read(("指标", "单位", "累计", "增减(%)"), *rows), "C3 D3 C4 D4")


JOBS, FIRMS = "城镇新增就业人数", "新登记企业数"


@pytest.mark.parametrize(
    ("head", "rows", "refused"),
    [
        # 12 % of 3 jobs more are none.
        (
            "增长",
            [(JOBS, "人", 3.0, 12.0), (FIRMS, "户", 300.0, -7.5)],
            {"D3": "D3 的 12 不会是 3 的增速"},
        ),
        ("增长", [(JOBS, "人", 500.0, 12.0), (FIRMS, "户", 300.0, -7.0)], {}),
        ("增长(%)", [(JOBS, "人", 3.0, 12.0), (FIRMS, "户", 300.0, -7.5)], {}),
        ("同比(%)", [(JOBS, "人", 500.0, 12.0), (FIRMS, "户", 300.0, -7.0)], {}),
        (
            "同比",
            [(JOBS, "人", 500.0, 12.0), (FIRMS, "户", 300.0, -7.0)],
            {"D3": "都是整数", "D4": "都是整数"},
        ),
        ("同比", [(JOBS, "人", 500.0, 12.0), (FIRMS, "户", 300.0, -7.5)], {}),
        ("同比", [(JOBS, "人", 500.0, 12.0)], {}),
        ("同比", [(RETAIL, "亿元", 500.0, 12.0), (BUDGET, "亿元", 300.0, -7.0)], {}),
    ],
)
def test_whole_numbers_beside_counts_may_be_changes_of_them(head, rows, refused):
    said = told(read(("指标", "单位", "累计", head), *rows))
    assert said.keys() == refused.keys()
    assert all(words in said[cell] for cell, words in refused.items())


@pytest.mark.parametrize(
    ("count", "growth", "refused"),
    [
        # 3 are 50 % more than 2, and 12 % more than no whole number.
        (3.0, 50.0, False),
        (3.0, 12.0, True),
        (3.0, -40.0, False),  # from 5
        (3.0, -25.0, False),  # from 4
        (3.0, -30.0, True),
        (300.0, 12.0, False),
        (3.0, -150.0, True),
    ],
)
def test_a_count_may_have_grown_by_what_a_whole_number_before_allows(count, growth, refused):
    found = read(("指标", "单位", "累计", "增长"), (JOBS, "人", count, growth))
    assert ("像是增减数" in told(found).get("D3", "")) is refused


def test_growth_in_rows_is_compared_with_the_amounts_above_it():
    title, head = f"{TITLE}{RETAIL}", ("项目", "数值(亿元)")
    rows = [("本期", 190.0), ("上年同期", 181.0), ("增长", 9.0)]
    assert "B5" not in values(read(head, *rows, title=title))


def test_growth_along_a_row_of_months_is_looked_at_as_one_series():
    heads = ("指标", *(f"{n}月当月增长(%)" for n in (6, 7, 8, 9)))
    rows = [(RETAIL, 160.0, 104.0, 103.0, 102.0), (BUDGET, 5.0, 4.0, 3.0, 2.0)]
    said = told(read(heads, *rows, title="莲湖区2024年"))
    assert sorted(said) == ["B3", "C3", "D3", "E3"]
    # Down a column of three and fewer periods it is that of the column.
    rows = [(RETAIL, 160.0, 104.0), (BUDGET, 5.0, 4.0), ("税收收入", 5.0, 4.0)]
    said = told(read(heads[:3], *rows, title="莲湖区2024年"))
    assert sorted(said) == ["C3"]


def test_other_parts_may_exceed_what_they_stand_below():
    found = read(HEAD, (RETAIL, "亿元", 31.0, 5.0), ("餐饮收入", "亿元", 80.0, 4.0))
    assert "C4" in values(found)


@pytest.mark.parametrize(
    ("published", "day", "expected"),
    [
        (dt.date(2024, 10, 20), None, dt.date(2024, 10, 20)),
        (None, dt.date(2024, 11, 20), None),
        (dt.date(2024, 11, 30), dt.date(2024, 11, 20), dt.date(2024, 11, 30)),
    ],
)
def test_a_delivery_says_when_it_was_published(published, day, expected):
    delivery = dataclasses.replace(DELIVERY, published=published, day=day)
    frame = read(HEAD, FIRST, delivery=delivery).frame
    assert set(frame["published_basis"]) == ({"stated"} if expected else {"assumed"})
    if expected:
        assert {one.date() for one in frame["published"]} == {expected}


# ---- notes and comments


@pytest.mark.parametrize(
    ("comments", "refused"),
    [
        ({"D3": "1-8月"}, "D3"),
        ({"D2": "1-8月"}, "D3 D4"),
        ({"A4": "1-8月"}, "C4 D4"),
        ({"B4": "1-8月"}, "C4 D4"),
        ({"D3": "1-9月"}, ""),
        ({"E3": "1-8月"}, ""),
        ({"D3": "张三"}, ""),
    ],
)
def test_a_comment_on_a_figure_its_head_or_its_name_is_of_it(comments, refused):
    said = told(read(HEAD, FIRST, SECOND, comments=tuple(comments.items())))
    assert sorted(said) == refused.split()
    assert all(f"{next(iter(comments))} 的注说是1-8月" in text for text in said.values())


@pytest.mark.parametrize(
    ("head", "row", "refused"),
    [
        (("累计*", "增长(%)"), (100.0, 5.0), "C3 D3"),
        (("累计", "增长(%)*"), (100.0, 5.0), "D3"),
        (("累计*", "本月增长(%)"), (100.0, 5.0), "C3"),  # which is of another amount
        (("累计", "增长(%)"), ("100*", 5.0), "C3 D3"),
        (("累计", "增长(%)"), (100.0, "5*"), "D3"),
        (("累计", "增长(%)"), (100.0, 5.0), ""),
    ],
)
def test_a_mark_on_an_amount_holds_for_its_growth_too_and_not_the_other_way(head, row, refused):
    rows = [("指标", "单位", *head), (RETAIL, "亿元", *row), SECOND, ("注：*为1-8月数据",)]
    said = told(read(*rows))
    of_first = [cell for cell in sorted(said) if cell.endswith("3")]
    assert of_first == refused.split()
    assert all("A5 的注说是1-8月数据" in said[cell] for cell in of_first)


def test_a_remark_beside_a_row_is_of_that_row():
    found = read((*HEAD, "备注"), (*FIRST, "1-8月"), (*SECOND, "全市口径"))
    assert found.frame[found.frame["cell"].isin(["C3", "D3"])]["period"].tolist() == ["2024-08"] * 2
    assert not {"C4", "D4"} & values(found).keys() or found.frame["region"].nunique() == 2


def test_what_stands_in_another_column_is_no_remark():
    found = read((*HEAD, "联系人"), (*FIRST, "1-8月"))
    assert found.frame["period"].tolist() == ["2024-09"] * 2


# ---- what is told of a table that was understood


def test_a_note_says_what_each_column_is():
    (note,) = read((*HEAD[:3], "9月增长(%)", "排名"), (*FIRST, 3)).tables
    assert (note.period, note.published, note.unit) == ("2024-09", "", "")
    assert [
        (c.cell, c.header, c.role, c.measure, c.span, c.period, c.unit, c.form)
        for c in note.columns
    ] == [
        ("A2", "指标", "name", "", "", "", "", ""),
        ("B2", "单位", "unit", "", "", "", "", ""),
        ("C2", "累计", "level", "level", "ytd", "2024-09", "", ""),
        ("D2", "9月增长(%)", "growth", "yoy", "", "2024-09", "%", "percent"),
        ("E2", "排名", "rank", "level", "", "2024-09", "", ""),
    ]
    assert [(r.cell, r.label, r.indicator) for r in note.rows] == [
        ("A3", RETAIL, "csm.retail.total")
    ]
