"""The indicator of a row: by its path, else by a name that says all."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.around import Around, Time
from lianhu_analysis.intake.reading.blocks import Panel, Table
from lianhu_analysis.intake.reading.figures import Collector, Delivery
from lianhu_analysis.intake.reading.heads import Heads
from lianhu_analysis.intake.reading.notes import TableNote
from lianhu_analysis.intake.reading.outline import Label
from lianhu_analysis.intake.reading.place import Place
from lianhu_analysis.intake.reading.rows import RowReader
from lianhu_analysis.intake.reading.words import Grammar, load_vocabulary
from lianhu_analysis.workspace import Region
from tests.intake.small_tables import check, read, told

LIANHU, XIAN = Region("610104", "莲湖区"), Region("610100", "西安市")
CATALOGUE = read_catalogue(None, {})
GRAMMAR = Grammar(load_vocabulary(), CATALOGUE, (LIANHU, XIAN))
RETAIL, ABOVE = "社会消费品零售总额", "限额以上单位消费品零售额"
ABOVE_TRADE = "限额以上批发和零售业商品销售额"
DELIVERY = Delivery("a.xlsx", LIANHU, (LIANHU, XIAN))


def find(label: Label, *, known: tuple[str, ...] = (), scope: tuple[str, ...] = ()):
    above = {text: GRAMMAR.read(text).names[0] for text in known}
    table = Table(Grid("表", ()), [], 0, 0)
    around, collector = Around(LIANHU, named=False, time=Time()), Collector(DELIVERY)
    place = Place(table, Panel(), around, GRAMMAR, collector, TableNote(table))
    heads = Heads((), Time(), by_growth=False, accumulated=frozenset(), scope=scope)
    return RowReader(place, heads, above).find_name(label)


@pytest.mark.parametrize(
    ("label", "code"),
    [
        (Label("社会消费品零售总额"), "csm.retail.total"),
        (Label("工业", parents=("地区生产总值",), is_member=True), "ind.va"),
        (Label("工业", parents=("第二产业", "地区生产总值")), "ind.va"),
        (Label("总产值", groups=("规模以上工业",)), "ind.output_above"),
        (Label("工业投资", parents=("固定资产投资",), is_member=True), "inv.industry.yoy"),
        (
            Label("工业投资", parents=("第二产业", "固定资产投资"), is_part=True, is_marked=True),
            "inv.industry.yoy",
        ),
        (Label("工业产销率", groups=("规模以上工业：",)), "ind.sales_ratio"),
        (Label("批发业商品销售额", groups=("限额以上：",)), "trd.wholesale.above"),
        (Label("限上单位消费品零售额"), "csm.above.retail"),
        (
            Label("批发业商品销售额", parents=(ABOVE_TRADE,), is_numbered=True),
            "trd.wholesale.above",
        ),
        (Label("批发业商品销售额", parents=(ABOVE_TRADE,)), "trd.wholesale.sales"),
        (Label("餐饮收入", parents=(ABOVE, RETAIL)), "csm.catering"),
        (
            Label("人民币存款余额", parents=("期末金融机构本外币存款余额",), is_part=True),
            "fin.deposit.rmb",
        ),
        (
            Label("地方一般公共预算收入", parents=("一般公共预算总收入",), is_part=True),
            "fis.revenue.gpb",
        ),
        (Label("租赁和商务服务业", parents=("规上服务业营收",), is_part=True), "svc.leasing.rev"),
        (Label("工业", parents=("全社会用电量",)), "ene.elec_ind"),
        (Label("工业投资", parents=("项目投资",), is_part=True), "inv.industry.yoy"),
        (Label("实际利用外资", groups=("外资",)), "opn.fdi"),
    ],
)
def test_a_row_is_found_by_its_path_or_its_own_name(label, code):
    found = find(label, known=tuple(p for p in label.parents if GRAMMAR.read(p).indicator))
    assert found.indicator.code == code


@pytest.mark.parametrize(
    ("label", "words"),
    [
        (Label("第二产业", parents=("固定资产投资",), is_part=True), "固定资产投资/第二产业"),
        (
            Label("零售业商品销售额", parents=("社会消费品零售总额",), is_part=True),
            "按完整路径匹配",
        ),
        (Label("区属社会消费品零售总额"), "区属"),
        (Label("社会消费品零售总额", groups=("限额以上单位",)), "限额以上"),
        (Label("社会消费品零售总额排名"), "位次"),
        (Label("铁路客运量"), "不在指标目录中"),
        (Label("餐饮收入", parents=(ABOVE, RETAIL), is_numbered=True), f"在“{ABOVE}”之下"),
        (Label("餐饮收入", parents=(ABOVE,), is_part=True), f"{ABOVE}/餐饮收入"),
        (Label("新设外商投资企业数", groups=("外资",)), "在“外资”之下"),
    ],
)
def test_another_thing_of_that_name_is_none_of_ours(label, words):
    with pytest.raises(IntakeError, match=re.escape(words)):
        find(label, known=tuple(p for p in label.parents))


def test_a_hint_never_reads_the_sectors_of_two_tables_as_one_indicator():
    label = Label("第二产业", parents=("固定资产投资",), is_part=True)
    with pytest.raises(IntakeError) as caught:
        find(label, known=("固定资产投资",))
    assert "gdp." not in caught.value.remedy


def test_a_marked_part_needs_accounting_and_an_indented_one_a_list():
    listed = Label("民间投资", parents=("固定资产投资",), is_part=True)
    marked = listed._replace(is_marked=True)
    other = Label("工业投资", parents=("民间投资",), is_part=True)
    counted = Label("在库投资项目数", parents=("固定资产投资",), is_part=True)
    assert find(counted, known=("固定资产投资",)).indicator is not None
    with pytest.raises(IntakeError):
        find(counted._replace(is_marked=True), known=("固定资产投资",))
    assert find(listed, known=("固定资产投资",)).indicator is not None
    assert find(marked, known=("固定资产投资",)).indicator is not None
    with pytest.raises(IntakeError):
        find(other, known=("民间投资",))


def test_a_label_may_name_the_city():
    found = find(Label("全市社会消费品零售总额"))
    assert found.regions == (XIAN,)


def test_a_title_of_part_of_the_whole_keeps_bare_names_from_matching():
    scope = ("莲湖区2024年1-9月指标（区属）",)
    with pytest.raises(IntakeError, match="区属"):
        find(Label("社会消费品零售总额", groups=scope), scope=scope)


# ---- What stands beside a name.

BUDGET, GDP, TAX = "一般公共预算收入", "地区生产总值", "税收收入"
OF_REGIONS = f"2024年1-9月{RETAIL}"
HEAD = ("指标", "单位", "累计", "增长(%)")


@pytest.mark.parametrize(
    ("rows", "regions", "problems"),
    [
        ([("全市", 9.0), ("全区", 1.0)], "610100 610104", []),
        ([("全市合计", 9.0), ("本区", 1.0)], "610100 610104", []),
        ([("西安", 9.0), ("我区", 1.0)], "610100 610104", []),
        ([("西安市(3)", 9.0), ("莲湖区1", 1.0)], "610100 610104", []),
        ([("西安市：", 9.0), ("★莲湖区", 1.0)], "610100 610104", []),
        # Places that nobody knows are not ours; what has our name in it is to be mended.
        ([("雁塔区", 9.0), ("全省", 4.0), ("莲湖区", 1.0)], "610104", []),
        (
            [("莲湖区", 1.0), ("莲湖区街道", 2.0)],
            "610104",
            [("A4", "“莲湖区街道”不是本工作区的地区")],
        ),
        ([("莲湖区", 1.0), ("增长%", 2.0)], "610104", [("A4", "“增长%”不是本工作区的地区")]),
        ([("莲湖区", 1.0), (None, 2.0)], "610104", [("A4", "没有写地区，不能算作上一行的")]),
        ([("莲湖区", 1.0), ("〃", 2.0)], "610104", [("A4", "地区“〃”说的是哪里说不清")]),
        ([("莲湖区", 1.0), ("同上", 2.0)], "610104", [("A4", "地区“同上”说的是哪里说不清")]),
    ],
)
def test_each_row_is_of_the_region_beside_it_or_of_none(rows, regions, problems):
    found = read(("地区", "累计(亿元)"), *rows, title=OF_REGIONS)
    assert " ".join(found.frame["region"]) == regions
    said = told(found)
    assert sorted(said) == [cell for cell, _ in problems]
    assert all(words in said[cell] for cell, words in problems)


def test_days_and_spans_beside_a_row_are_its_own_or_refuse_it():
    found = read(
        ("指标", "单位", "发布日期", "累计"),
        (RETAIL, "亿元", "2024-10-22", 1.0),
        (BUDGET, "亿元", "十月", 2.0),
        (TAX, "亿元", dt.datetime(2024, 10, 25), 1.0),
    )
    check(found, "D3 D5", ("C4", "发布日期“十月”不是一个日子"))
    assert found.frame["published"].dt.day.tolist() == [22, 25]
    found = read(
        ("指标", "单位", "口径", "数值"),
        (RETAIL, "亿元", "累计", 1.0),
        (BUDGET, "亿元", "甲", 2.0),
        (TAX, "亿元", "上年累计", 1.0),
        ("非税收入", "亿元", None, 1.0),
        ("商品零售额", "亿元", "增速", 1.0),
        (GDP, "亿元", "当季", 2.0),
        ("餐饮收入", "%", "累计增速", 1.0),
    )
    unknown = [
        (f"C{row}", f"口径“{text}”不认识")
        for row, text in ((4, "甲"), (5, "上年累计"), (7, "增速"))
    ]
    check(found, "D3 D6 D8 D9", *unknown)
    assert found.frame.set_index("cell")["span"].to_dict() == {
        "D3": "ytd",
        "D6": "ytd",
        "D8": "single",
        "D9": "ytd",
    }


@pytest.mark.parametrize(
    ("period", "span", "found"),
    [
        ("2024年1-8月", "累计", "2024-08 ytd"),
        ("2024年8月", "当月", "2024-08 single"),
        ("2024年8月", "累计", "2024-08 ytd"),
        ("2024年", "累计", "2024-12 ytd"),
        ("2024年1-8月", "当月", ""),
        ("2024年", "当月", ""),
    ],
)
def test_a_period_and_a_span_beside_a_row_agree(period, span, found):
    rows = [("月份", "口径", f"{RETAIL}(亿元)"), (period, span, 1.0), ("2022年1-7月", "累计", 1.0)]
    frame = read(*rows, title="莲湖区")
    first = frame.frame[frame.frame["cell"] == "C3"]
    assert " ".join([*first["period"], *first["span"]]) == found
    assert ("与口径相互矛盾" in told(frame).get("A3", "")) is not found


# ---- Periods down an axis.

MONTHLY = f"{RETAIL}当月(亿元)"


def periods(
    *rows: tuple[object, ...], title: str = "莲湖区2024年", head: str = "月份", **grid: object
):
    """Return the periods of rows that are read, by row, and what is told, by cell."""
    name = f"{GDP}当季(亿元)" if head == "季度" else MONTHLY
    found = read((head, name), *rows, title=title, **grid)
    by_row = dict(zip(found.frame["cell"].str[1:].map(int), found.frame["period"], strict=True))
    return by_row, told(found)


@pytest.mark.parametrize(
    ("rows", "options", "found"),
    [
        ([(8, 1.0), (12, 2.0)], {}, {3: "2024-08", 4: "2024-12"}),
        ([(" 08 ", 1.0), ("9", 2.0)], {}, {3: "2024-08", 4: "2024-09"}),
        ([(1, 1.0), (4, 2.0)], {"head": "季度"}, {3: "2024Q1", 4: "2024Q4"}),
        ([(8, 1.0), (9, 2.0)], {"head": "2024年", "title": "莲湖区"}, {3: "2024-08", 4: "2024-09"}),
        ([(202408, 1.0), ("202410", 2.0)], {"title": "莲湖区"}, {3: "2024-08", 4: "2024-10"}),
        ([(45505, 1.0), (45536, 2.0)], {"title": "莲湖区"}, {3: "2024-08", 4: "2024-09"}),
        (
            [("2023年", None), ("11月", 1.0), ("2024年", None), ("3月", 4.0)],
            {"title": "莲湖区"},
            {4: "2023-11", 6: "2024-03"},
        ),
        # Half a year back is another order, more is another year.
        ([("9月", 1.0), ("3月", 2.0)], {}, {3: "2024-09", 4: "2024-03"}),
        (
            [("2023年12月", 2.0), ("2024年3月", 3.0)],
            {"title": "莲湖区"},
            {3: "2023-12", 4: "2024-03"},
        ),
    ],
)
def test_rows_of_periods_are_of_the_year_that_they_a_head_or_a_title_state(rows, options, found):
    assert periods(*rows, **options) == (found, {})


@pytest.mark.parametrize(
    ("rows", "options", "read_rows", "cells", "words"),
    [
        ([(8, 1.0), (0, 2.0)], {}, [3], "A4", "读不懂报告期“0”"),
        ([(8, 1.0), (13, 2.0)], {}, [3], "A4", "读不懂报告期“13”"),
        ([(1, 1.0), (5, 2.0)], {"head": "季度"}, [3], "A4", "5季度"),
        ([("10月", 1.0), ("3月", 2.0)], {}, [], "A3 A4", "跨了年"),
        ([("11月", 1.0), ("12月", 2.0), ("3月", 3.0)], {}, [], "A3 A4 A5", "跨了年"),
        ([("8月", 1.0), ("8月", 2.0), ("9月", 3.0)], {}, [5], "A3 A4", "写了不止一行"),
        ([("8月", 1.0), ("8月", 1.0), ("9月", 3.0)], {}, [3, 5], "", ""),
        (
            [(44044, 1.0), (44075, 2.0)],
            {"dates_from_1904": True, "title": "莲湖区"},
            [],
            "A3 A4",
            "从 1904 年算起",
        ),
        (
            [(202408, 1.0), (202409, 2.0)],
            {"dates_from_1904": True, "title": "莲湖区"},
            [3, 4],
            "",
            "",
        ),
    ],
)
def test_a_row_whose_period_cannot_be_told_is_refused_at_it(rows, options, read_rows, cells, words):
    found, said = periods(*rows, **options)
    assert list(found) == read_rows or ((not words and set(found) >= {4}) or set(found) == {3, 5})
    assert sorted(said) == cells.split()
    assert all(words in text for text in said.values())


def test_a_range_below_that_of_a_year_goes_on_in_it_and_one_that_begins_anew_does_not():
    head = ("月份", f"{RETAIL}(亿元)")
    rows = [
        ("2023年1-2月", 1.0),
        ("1-3月", 2.0),
        ("1-2月", 3.0),
        ("2024年1-2月", 4.0),
        ("1-3月", 5.0),
    ]
    found = read(head, *rows, title="莲湖区")
    check(found, "B3 B4 B6 B7", ("A5", "缺少年份"))
    assert found.frame["period"].tolist() == ["2023-02", "2023-03", "2024-02", "2024-03"]


def test_of_two_columns_of_periods_one_holds_the_year_down_to_the_next():
    rows = [
        ("2023年", "11月", 1.0),
        (None, "12月", 2.0),
        ("2024年", "3月", 3.0),
        (None, "4月", 4.0),
    ]
    found = read(("年", "月", MONTHLY), *rows, title="莲湖区")
    assert found.frame["period"].tolist() == ["2023-11", "2023-12", "2024-03", "2024-04"]
    # A year in the middle of its rows, as merged cells are saved, heads none of those above.
    middle = [(None, "11月", 1.0), ("2023年", "12月", 2.0)]
    assert read(("年", "月", MONTHLY), *middle, title="莲湖区").frame["period"].tolist() in (
        [],
        ["2023-12"],
    )


# ---- What a name is not.


@pytest.mark.parametrize(
    ("rows", "cells", "problems"),
    [
        # The local part of a revenue makes the bare name that of all levels.
        (
            [(BUDGET, 10.0), ("地方级收入", 4.0)],
            "",
            [("A3", "表里另有“地方级收入”"), ("A4", "不在指标目录中")],
        ),
        (
            [(BUDGET, 10.0), ("其中：地方级", 4.0)],
            "",
            [("A3", "表里另有“其中：地方级”"), ("A4", "按完整路径匹配")],
        ),
        ([("一般公共预算支出", 10.0), ("其中：地方级", 4.0)], "C3 D3", [("A4", "按完整路径匹配")]),
        # A part behind one of an unknown whole may be that whole's, too.
        (
            [("甲税收入", 10.0), ("其中：增值税(地方留成)", 4.0), ("企业所得税(地方留成)", 3.0)],
            "",
            [
                ("A3", "不在指标目录中"),
                ("A4", "按完整路径匹配"),
                ("A5", "在一个没有收的“其中”项之后"),
            ],
        ),
        (
            [
                ("甲税收入", 10.0),
                ("其中：增值税(地方留成)", 4.0),
                (RETAIL, 9.0),
                ("企业所得税(地方留成)", 3.0),
            ],
            "C5 D5 C6 D6",
            [("A3", "不在指标目录中"), ("A4", "按完整路径匹配")],
        ),
        (
            [("甲税收入", 10.0), ("其中：增值税(地方留成)", 4.0), (BUDGET, 9.0)],
            "C5 D5",
            [("A3", "不在指标目录中"), ("A4", "按完整路径匹配")],
        ),
        # Rows that add up to one that is not ours are its parts.
        (
            [("服务贸易", 10.0), ("出口总值", 4.0), ("进口总值", 6.0)],
            "",
            [("A3", "不在指标目录中"), ("A4", "合计正是“服务贸易”"), ("A5", "合计正是“服务贸易”")],
        ),
        (
            [("服务贸易", 20.0), ("出口总值", 4.0), ("进口总值", 6.0)],
            "C4 D4 C5 D5",
            [("A3", "不在指标目录中")],
        ),
        ([("进出口总值", 10.0), ("出口总值", 4.0), ("进口总值", 6.0)], "C3 D3 C4 D4 C5 D5", []),
        # A group line narrows what stands below it.
        (
            [("限额以上单位", None), (RETAIL, 9.0)],
            "",
            [("A4", "在“限额以上单位”之下，说的可能只是限额以上")],
        ),
        ([("雁塔区", None), (RETAIL, 9.0)], "", [("A4", "在“雁塔区”之下，说的可能只是雁塔区")]),
        ([("西安市", None), (RETAIL, 9.0)], "", [("A4", "在“西安市”之下")]),
        ([("上年同期", None), (RETAIL, 9.0)], "", [("A4", "在“上年同期”之下")]),
        ([("莲湖区", None), (RETAIL, 9.0)], "C4 D4", []),
        ([("消费", None), (RETAIL, 9.0)], "C4 D4", []),
    ],
)
def test_a_bare_name_is_not_of_the_whole_where_rows_around_it_say_so(rows, cells, problems):
    body = [
        (name, None, None, None) if value is None else (name, "亿元", value, 1.0)
        for name, value in rows
    ]
    check(read(HEAD, *body), cells, *problems)


def test_a_sector_below_growth_of_the_whole_is_amount_or_growth_and_says_which_itself():
    rows = [(f"{GDP}增速(%)", 5.0), ("第二产业", 4.0), ("第三产业增加值(亿元)", 4.0)]
    found = read(("指标", "数值"), *rows)
    check(found, "B3 B5", ("A4", f"“第二产业”在“{GDP}增速(%)”之下"))
    beside = [(f"{GDP}增速", "%", 5.0), ("第二产业", None, 4.0), ("第二产业增加值", "亿元", 4.0)]
    check(read(("指标", "单位", "数值"), *beside), "C3 C5", ("A4", f"“第二产业”在“{GDP}增速”之下"))
    # Below the amount itself it is its part, whatever stood above that.
    again = [(f"{GDP}增速", "%", 5.0), (GDP, "亿元", 9.0), ("第二产业", "亿元", 4.0)]
    check(read(("指标", "单位", "数值"), *again), "C3 C4 C5")


@pytest.mark.parametrize(
    ("title", "heads", "rows", "found"),
    [
        (
            "规模以上服务业企业主要指标",
            ("营业收入(亿元)", "增长(%)"),
            [("租赁和商务服务业", 10.0, 1.0)],
            {"B3": "svc.leasing.rev", "C3": "svc.leasing.rev"},
        ),
        (
            "限额以上批发零售住宿餐饮业",
            ("销售额(亿元)",),
            [("批发业", 10.0), ("零售业", 3.0)],
            {"B3": "trd.wholesale.above", "B4": "trd.retail.above"},
        ),
        # Below another kind than trades they may be parts of that.
        (
            "限额以上批发零售住宿餐饮业",
            ("销售额(亿元)",),
            [("国有企业", 10.0), ("零售业", 3.0)],
            {},
        ),
    ],
)
def test_title_name_and_head_make_up_the_indicators_of_trades(title, heads, rows, found):
    frame = read(("行业", *heads), *rows, title=f"莲湖区2024年1-9月{title}").frame
    assert dict(zip(frame["cell"], frame["indicator"], strict=True)) == found


def test_a_line_above_states_the_month_of_those_below_it_and_a_name_the_region_of_its_parts():
    services = [
        ("规上服务业（1-8月）", None, None, None),
        ("规模以上租赁和商务服务业营业收入", "亿元", 10.0, 1.0),
    ]
    assert read(HEAD, *services).frame["period"].tolist() == ["2024-08"] * 2
    city = [(f"全市{RETAIL}", "亿元", 10.0, 1.0), ("  其中：餐饮收入", "亿元", 4.0, 1.0)]
    assert read(HEAD, *city).frame["region"].tolist() == ["610100"] * 4


def test_a_note_on_a_row_says_what_it_was_matched_with_or_why_it_is_not_read():
    (note,) = read(
        HEAD,
        (RETAIL, "亿元", 1.0, 2.0),
        ("  其中：餐饮收入", "万元", 1.0, 2.0),
        ("甲乙丙", "亿元", 1.0, 2.0),
    ).tables
    assert [
        (r.cell, r.label, r.path, r.indicator, r.name_zh, r.unit, r.period) for r in note.rows
    ] == [
        ("A3", RETAIL, RETAIL, "csm.retail.total", RETAIL, "亿元", "2024-09"),
        ("A4", "餐饮收入", f"{RETAIL}/餐饮收入", "csm.catering", "餐饮收入", "万元", "2024-09"),
        ("A5", "甲乙丙", "甲乙丙", "", "", "", ""),
    ]
    assert "不在指标目录中" in note.rows[2].reason and not note.rows[0].reason


# ---- What is told of a row in brackets, beside it, and in notes.


@pytest.mark.parametrize(
    ("rows", "periods", "refused"),
    [
        # 88.2（1-8月）is no figure, and tells of what the growth beside it is.
        ([(RETAIL, "亿元", "88.2（1-8月）", 5.0)], {"D3": "2024-08"}, {"C3": "不止一个数"}),
        ([(f"{RETAIL}（1-8月）", "亿元", 88.2, 5.0)], {"C3": "2024-08", "D3": "2024-08"}, {}),
        (
            [
                ("一、消费（上年）",),
                (RETAIL, "亿元", 88.2, 5.0),
                ("二、财政",),
                (BUDGET, "亿元", 50.0, 4.0),
            ],
            {"C6": "2024-09", "D6": "2024-09"},
            {"A4": "在“上年”之下"},
        ),
        (
            [
                (RETAIL, "亿元", 88.2, 5.0),
                ("餐饮收入", "亿元", 8.0, 5.0),
                ("注：餐饮收入为1-8月数据",),
            ],
            {"C3": "2024-09", "D3": "2024-09", "C4": "2024-08", "D4": "2024-08"},
            {},
        ),
        (
            [(RETAIL, "亿元", 88.2, 5.0), (BUDGET, "亿元", 8.0, 5.0), ("注：社零额不含限额以下",)],
            {"C4": "2024-09", "D4": "2024-09"},
            {"A3": "在“不含限额以下”之下"},
        ),
    ],
)
def test_brackets_and_notes_say_of_a_row_when_or_of_what_part_it_is(rows, periods, refused):
    found = read(HEAD, *rows)
    assert dict(zip(found.frame["cell"], found.frame["period"], strict=True)) == periods
    said = told(found)
    assert said.keys() == refused.keys()
    assert all(words in said[cell] for cell, words in refused.items())


@pytest.mark.parametrize(
    ("head", "remark", "period", "words"),
    [
        ("备注", "限额以上", "", "在“限额以上”之下"),
        ("备注", "全市", "", "在“全市”之下"),
        ("说明", "上年", "", "在“上年”之下"),
        ("说明", "8月末", "2024-08", ""),
        ("备注", "张三", "2024-09", ""),
        ("备注", "位次3", "2024-09", ""),
    ],
)
def test_a_remark_beside_a_row_says_of_what_it_is(head, remark, period, words):
    found = read((*HEAD, head), (RETAIL, "亿元", 100.0, 5.0, remark))
    assert found.frame["period"].tolist() == [period] * 2 * bool(period)
    assert words in told(found).get("A3", "")


def test_a_note_on_a_region_is_of_its_row():
    rows = [("莲湖区", 1.0), ("西安市", 9.0), ("注：西安市为1-8月数据",)]
    found = read(("地区", "累计(亿元)"), *rows, title=OF_REGIONS)
    assert found.frame["period"].tolist() == ["2024-09", "2024-08"]


@pytest.mark.parametrize(
    ("rows", "amounts"),
    [
        # A part is in the unit of its whole, a group's line of all below it.
        ([(RETAIL, "亿元", 88.0), ("  餐饮收入", None, 8.0)], [88.0, 8.0]),
        ([(RETAIL, "亿元", 88.0), ("餐饮收入", None, 8.0)], [88.0, 8.0]),
        (
            [("消费(亿元)", None, None), (RETAIL, None, 88.0), ("餐饮收入", "万元", 880.0)],
            [88.0, 0.088],
        ),
        ([(GDP, "亿元", 5.0), ("第三产业", None, 4.0)], [5.0, 4.0]),
    ],
)
def test_a_row_without_a_unit_has_that_of_what_it_stands_below(rows, amounts):
    assert read(HEAD[:3], *rows).frame["value"].tolist() == amounts


def test_the_unit_of_growth_is_none_of_an_amount_below_it():
    rows = [(f"{GDP}增速", "%", 5.0), ("第三产业增加值", None, 4.0)]
    check(read(("指标", "单位", "数值"), *rows), "C3", ("C4", "没有写计量单位"))
