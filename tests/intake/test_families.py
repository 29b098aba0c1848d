"""Every family of layouts that districts hand round, in look-alikes of our own."""

from __future__ import annotations

import datetime as dt

import pytest

from lianhu_analysis.intake.grids.csv_grid import read_csv_grid
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.figures import Delivery, Reading
from lianhu_analysis.intake.reading.series import load_layouts
from lianhu_analysis.intake.reading.tidy import read_grids
from lianhu_analysis.intake.reading.words import load_vocabulary
from lianhu_analysis.workspace import Region

LIANHU, XIAN = Region("610104", "莲湖区"), Region("610100", "西安市")
RETAIL, BUDGET = "社会消费品零售总额", "地方一般公共预算收入"


class SeenGrid(Grid):
    """A grid with rows and columns that its reader does not see."""

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


@pytest.fixture
def read(workspace, catalogue):
    def tidy(
        rows, *, sheet="表", merged=(), file="", folders=(), published=None, **grid_of
    ) -> Reading:
        grid = rows
        if not isinstance(rows, Grid):
            grid = Grid(sheet, tuple(tuple(row) for row in rows), merged=tuple(merged))
        for name, value in grid_of.items():
            object.__setattr__(grid, name, value)
        said = {"file": file, "folders": folders, "published": published}
        delivery = Delivery("a.xlsx", LIANHU, (LIANHU, XIAN), **said)
        words = load_vocabulary(workspace.root / "words.toml")
        return read_grids((grid,), words, catalogue, delivery, load_layouts(workspace))

    return tidy


def short(reading: Reading) -> dict[str, tuple]:
    """Map each cell to what it was read as."""
    names = ["cell", "indicator", "measure", "span", "period", "value"]
    rows = reading.frame[names].itertuples(index=False, name=None)
    return {cell: tuple(rest) for cell, *rest in rows}


def facts(reading: Reading) -> dict[str, tuple]:
    return {cell: row for cell, row in short(reading).items() if row[0].startswith("fact")}


def told(reading: Reading) -> str:
    return "\n".join(f"{p.cell} {p.message}" for p in reading.problems)


def retail(measure: str, span: str, period: str, value: float) -> tuple:
    return ("csm.retail.total", measure, span, period, value)


def test_a_head_is_noted_with_what_it_was_read_as(read):
    rows = [
        ["莲湖区2024年1-9月主要指标"],
        ["指标", "单位", f"{RETAIL}累计", "增长(%)"],
        ["合计", "亿元", 1.0, 2.0],
    ]
    (table,) = read(rows).tables
    noted = {
        c.cell: (c.role, c.indicator, c.measure, c.span, c.period, c.unit, c.form)
        for c in table.columns
    }
    code = "csm.retail.total"
    assert noted["A2"] == ("name", "", "", "", "", "", "")
    assert noted["C2"] == ("level", code, "level", "ytd", "2024-09", "", "")
    assert noted["D2"] == ("growth", code, "yoy", "ytd", "2024-09", "%", "percent")


def test_a_column_of_years_goes_before_the_year_of_the_title(read):
    rows = [
        [f"莲湖区2024年{RETAIL}"],
        ["年份", "月份", "累计(亿元)"],
        [2023, "1-8月", 10.5],
        [None, "1-9月", 11.5],
        [2024, "1-2月", 3.5],
    ]
    assert short(read(rows)) == {
        "C3": retail("level", "ytd", "2023-08", 10.5),
        "C4": retail("level", "ytd", "2023-09", 11.5),
        "C5": retail("level", "ytd", "2024-02", 3.5),
    }


def test_bare_numbers_below_a_head_of_months_are_months_to_the_twelfth(read):
    rows = [["莲湖区2023年"], ["年份", "月份", f"{RETAIL}累计(亿元)"], [2023, 11, 11.5]]
    rows += [[None, 12, 12.5], [None, 13, 13.5]]
    reading = read(rows)
    assert short(reading) == {
        "C3": retail("level", "ytd", "2023-11", 11.5),
        "C4": retail("level", "ytd", "2023-12", 12.5),
    }
    assert "B5" in told(reading)


def test_a1_split_words_and_a_year_in_the_folders_only(read):
    rows = [
        ["主要经济指标"],
        ["项 目 名 称", "计算 单位", "4月", "1-4月 累计", "累计比上年同期 增长(%)", "结构(%)"],
        [RETAIL, "万元", "543000", "4,812,500", 4.6, 12],
    ]
    reading = read(rows, folders=("4yf", "2011n"))
    assert short(reading) == {
        "C3": retail("level", "single", "2011-04", 54.3),
        "D3": retail("level", "ytd", "2011-04", 481.25),
        "E3": retail("yoy", "ytd", "2011-04", 4.6),
    }
    assert reading.problems == ()


def test_a1_header_cells_that_spill_over_three_lines(read):
    rows = [
        ["莲湖区2015年3月"],
        ["项目名称", "计算", "3月", "1-3月", "累计比上年"],
        [None, "单位", None, "累计", "同期增长"],
        [None, None, None, None, "(%)"],
        [RETAIL, "亿元", 1, 2, 3],
    ]
    assert short(read(rows)) == {
        "C5": retail("level", "single", "2015-03", 1),
        "D5": retail("level", "ytd", "2015-03", 2),
        "E5": retail("yoy", "ytd", "2015-03", 3),
    }


def test_a2_a_header_that_lost_its_separators_and_last_year_beside(read):
    rows = [
        ["指标名称", "单位", "20221-8", "上年同期", "比上年±%"],
        [RETAIL, "亿元", 300.1, 290, 3.5],
    ]
    reading = read(rows)
    assert short(reading) == {
        "C2": retail("level", "ytd", "2022-08", 300.1),
        "E2": retail("yoy", "ytd", "2022-08", 3.5),
    }
    (note,) = [column for column in reading.tables[0].columns if column.cell == "D1"]
    assert "可比数" in note.reason


@pytest.mark.parametrize("month", ["8", 8.0, 8])
def test_a3_months_as_bare_numbers_and_growth_without_levels(read, month):
    rows = [
        ["指标名称", "计 量 单", month, "1-8", "去年同期", "±%"],
        ["固定资产投资(不含农户)", "亿元", "——", "——", "——", -19.4],
        [RETAIL, "亿元", 50, 400.5, 390, 2.7],
    ]
    assert short(read(rows, sheet="2019")) == {
        "F2": ("inv.fai.yoy", "yoy", "ytd", "2019-08", -19.4),
        "C3": retail("level", "single", "2019-08", 50),
        "D3": retail("level", "ytd", "2019-08", 400.5),
        "F3": retail("yoy", "ytd", "2019-08", 2.7),
    }


def test_a3_a_bare_number_alone_is_no_month(read):
    reading = read([["指标名称", "单位", "8"], [RETAIL, "亿元", 50]], sheet="2019")
    assert reading.frame.empty
    assert "C1 列名“8”不认识" in told(reading)


def test_a4_month_and_year_to_date_each_with_its_growth(read):
    rows = [
        ["莲湖区2006年9月主要指标"],
        [
            "指标名称",
            "单位",
            "本月",
            "本月止累计",
            "本月比上年同月增长(%)",
            "本期累计比上年同期增长(%)",
        ],
        [RETAIL, "亿元", 50, 400.5, 1.1, 2.7],
    ]
    assert short(read(rows)) == {
        "C3": retail("level", "single", "2006-09", 50),
        "D3": retail("level", "ytd", "2006-09", 400.5),
        "E3": retail("yoy", "single", "2006-09", 1.1),
        "F3": retail("yoy", "ytd", "2006-09", 2.7),
    }


def test_a5_relative_words_take_the_titles_month(read):
    rows = [
        ["2022年9月社会消费品零售总额"],
        ["指标", "单位", "本月", "比去年同月增长(%)", "1-本月", "比去年同期增长(%)"],
        [RETAIL, "亿元", 50, 1.1, 400.5, 2.7],
    ]
    assert {row[1:3] for row in short(read(rows)).values()} == {
        ("level", "single"),
        ("level", "ytd"),
        ("yoy", "single"),
        ("yoy", "ytd"),
    }


REGIONS = [
    ["2024年9月财政收支"],
    ["地 区", "一般公共预算收入(万元)", None, None, None, "一般公共预算支出(万元)", None, None],
    [None, "当月", "累计", "为预算的%", "增幅%", "当月", "累计", "增幅%"],
    ["莲 湖 区", 1000, 30000, 70, 3.3, 2000, 40000, 5.5],
    ["碑 林 区", 1001, 30001, 70, 3.4, 2001, 40001, 5.6],
]
MERGED = ((1, 0, 2, 0), (1, 1, 1, 4), (1, 5, 1, 7))


def test_a6_regions_in_rows_under_merged_group_heads(read):
    reading = read(REGIONS, merged=MERGED)
    assert short(reading) == {
        "B4": ("fis.revenue.gpb", "level", "single", "2024-09", 0.1),
        "C4": ("fis.revenue.gpb", "level", "ytd", "2024-09", 3.0),
        "D4": ("fact.plan_share.fis.revenue.gpb", "level", "ytd", "2024-09", 70.0),
        "E4": ("fis.revenue.gpb", "yoy", "ytd", "2024-09", 3.3),
        "F4": ("fis.exp", "level", "single", "2024-09", 0.2),
        "G4": ("fis.exp", "level", "ytd", "2024-09", 4.0),
        "H4": ("fis.exp", "yoy", "ytd", "2024-09", 5.5),
    }
    assert set(reading.frame["region"]) == {"610104"}


def test_a6_group_heads_that_are_not_merged_are_read_where_their_columns_start_anew(read):
    merged = read(REGIONS, merged=MERGED)
    assert short(read(REGIONS, merged=((1, 0, 2, 0),))) == short(merged)
    # Another order under the second head: where its group begins is anybody's guess.
    other = [list(row) for row in REGIONS]
    other[2] = [None, "当月", "累计", "为预算的%", "增幅%", "累计", "当月", "增幅%"]
    reading = read(other, merged=((1, 0, 2, 0),))
    assert "C4" not in short(reading)
    assert "上格空白" in told(reading)


def test_heads_over_the_last_column_of_their_groups_leave_the_others_open(read):
    rows = [
        ["2024年9月财政收支"],
        [
            "地区",
            None,
            f"{BUDGET}（万元）",
            None,
            "一般公共预算支出（万元）",
            None,
            "税收收入（万元）",
        ],
        [None, "当月", "累计", "当月", "累计", "当月", "累计"],
        ["莲湖区", 1000, 30000, 2000, 40000, 800, 20000],
    ]
    reading = read(rows, merged=((1, 0, 2, 0),))
    assert {row[2] for row in short(reading).values()} == {"ytd"}
    assert told(reading).count("上格空白") == 3


def test_a_head_of_one_column_does_not_say_where_groups_begin(read):
    rows = [
        ["指标", "单位", "全年目标", None, "2024年1-9月", None, "全市增速", "全市排名"],
        [None, None, "总量", "增速（%）", "总量", "增速（%）", "（%）", None],
        ["地区生产总值", "亿元", 735, 6, 512.3, 5.4, 4.8, 3],
    ]
    reading = read(rows, merged=((0, 0, 1, 0), (0, 1, 1, 1), (0, 7, 1, 7)))
    assert {"C3", "D3", "E3", "F3"} <= set(short(reading))
    assert short(reading)["F3"] == ("gdp.total", "yoy", "ytd", "2024Q3", 5.4)
    assert short(reading)["D3"] == ("fact.plan.gdp.total", "yoy", "annual", "2024", 6)


def test_a8_indicators_in_rows_and_months_in_columns_newest_first(read):
    rows = [
        ["指标", dt.date(2025, 11, 1), "2025年10月", "2025年2月"],
        ["工业投资累计增长(%)", 1.9, 2.7, 4],
        ["社会消费品零售总额_累计值(亿元)", 101, "", 20],
        ["税收收入_当期值(万元)", 1000, "…", "—"],
        ["金融机构人民币各项存款余额_期末值(亿元)", 900, 890, 880],
    ]
    reading = read(rows)
    assert short(reading) | {"C4": None, "D4": None} == {
        "B2": ("inv.industry.yoy", "yoy", "ytd", "2025-11", 1.9),
        "C2": ("inv.industry.yoy", "yoy", "ytd", "2025-10", 2.7),
        "D2": ("inv.industry.yoy", "yoy", "ytd", "2025-02", 4),
        "B3": retail("level", "ytd", "2025-11", 101),
        "D3": retail("level", "ytd", "2025-02", 20),
        "B4": ("fis.tax", "level", "single", "2025-11", 0.1),
        "C4": None,
        "D4": None,
        "B5": ("fin.deposit.rmb", "level", "point", "2025-11", 900),
        "C5": ("fin.deposit.rmb", "level", "point", "2025-10", 890),
        "D5": ("fin.deposit.rmb", "level", "point", "2025-02", 880),
    }
    statuses = reading.frame.set_index("cell")["status"]
    assert (statuses["C4"], statuses["D4"]) == ("below_unit", "not_meaningful")


def test_a8_a_flow_whose_span_nobody_states_is_refused(read):
    reading = read([["指标", "2025年11月", "2025年10月"], [f"{RETAIL}(亿元)", 1, 2]])
    assert reading.frame.empty
    assert "没有说是当月还是累计" in told(reading)


def test_a8_label_and_period_that_disagree_are_refused(read):
    rows = [["指标", "2025年1-11月", "2025年1-10月"], [f"{RETAIL}_当期值(亿元)", 1, 2]]
    reading = read(rows)
    assert reading.frame.empty
    assert "口径不同" in told(reading)


@pytest.mark.parametrize(
    ("title", "unit", "value", "expected"),
    [
        ("莲湖区2025年主要指标 累计值", "亿元", 90, ("level", "ytd", 90)),
        ("莲湖区2025年主要指标 累计增速（%）", "%", 4.5, ("yoy", "ytd", 4.5)),
        ("莲湖区2025年主要指标 当月值", "亿元", 9, ("level", "single", 9)),
        ("莲湖区2025年主要指标 累计增速（%）", "亿元", 4.5, None),
        ("莲湖区2025年主要指标 累计值和当月值", "亿元", 90, None),
        ("莲湖区2025年主要指标 环比累计", "亿元", 90, None),
    ],
)
def test_a8_the_title_may_say_what_all_figures_are(read, title, unit, value, expected):
    rows = [[title], ["指标", "单位", "2025年10月", "2025年9月"], [BUDGET, unit, value, value]]
    reading = read(rows)
    found = {row[1:3] + row[4:] for row in short(reading).values()}
    assert found == ({expected} if expected else set())
    assert bool(reading.problems) == (expected is None)


def test_a9_a_first_quarter_among_years_to_date_is_one(read):
    rows = [["时间", f"{RETAIL}(亿元)", "累计增速"], ["2024年一季度", 1, 2], ["2024年上半年", 3, 4]]
    assert short(read(rows)) == {
        "B2": retail("level", "ytd", "2024-03", 1),
        "C2": retail("yoy", "ytd", "2024-03", 2),
        "B3": retail("level", "ytd", "2024-06", 3),
        "C3": retail("yoy", "ytd", "2024-06", 4),
    }
    alone = read([["时间", f"{RETAIL}(亿元)"], ["2024年一季度", 1], ["2024年二季度", 3]])
    assert alone.frame.empty


def test_a9_a_first_quarter_beside_the_first_half_is_to_date(read):
    rows = [["指标", "一季度", "上半年"], ["地区生产总值（亿元）", 66.6, 141.2]]
    assert short(read([["2025年主要指标"], *rows])) == {
        "B3": ("gdp.total", "level", "ytd", "2025Q1", 66.6),
        "C3": ("gdp.total", "level", "ytd", "2025Q2", 141.2),
    }


def test_a9_growth_is_of_the_amount_before_it_only_one_to_one(read):
    header = ["时间", f"{RETAIL}累计值(亿元)", "税收收入累计值(亿元)", "累计增速", "累计增速"]
    reading = read([header, ["2024年3月", 1, 2, 3, 4]])
    assert set(reading.frame["measure"]) == {"level"}
    assert {p.cell for p in reading.problems} == {"D1", "E1"}


def test_a9_tables_side_by_side_each_with_its_own_time(read):
    rows = [
        ["时间", "社会消费品零售总额累计值(亿元)", "社会消费品零售总额累计增长(%)", None, "月份",
         "税收收入累计(亿元)", "税收收入累计增长(%)"],
        ["2024Q1", 100, 3.3, None, "2024年1月", 10, 1],
        ["2024Q2", 210, 3.4, None, dt.date(2024, 2, 1), 20, 2],
        [None, None, None, None, "45352", 30, 3],
    ]  # fmt: skip
    figures = short(read(rows))
    assert figures["B3"] == retail("level", "ytd", "2024-06", 210)
    assert figures["F2"] == ("fis.tax", "level", "ytd", "2024-01", 10)
    assert figures["G3"] == ("fis.tax", "yoy", "ytd", "2024-02", 2)
    assert figures["F4"] == ("fis.tax", "level", "ytd", "2024-03", 30)
    assert len(figures) == 10


def test_two_columns_of_one_meaning_in_a_table_of_periods_are_refused(read):
    rows = [["时间", f"{RETAIL}累计值(亿元)", f"{RETAIL}_累计值(万元)"], ["2024年3月", 1, 2]]
    reading = read(rows)
    assert reading.frame.empty
    assert {p.cell for p in reading.problems} == {"B1", "C1"}


def test_the_long_form_one_row_for_indicator_and_period(read):
    rows = [
        ["指标名称", "时期", "数值", "单位", "同比增长(%)"],
        [RETAIL, "2024年1-9月", 481.25, "亿元", 4.6],
        ["地区生产总值", "2024年前三季度", 640.2, "亿元", 5.1],
        ["实有经营主体总数", "2024年9月", 30, "万户", None],
        [BUDGET, "2024年9月", 30, "亿元", 1],
    ]
    reading = read(rows)
    assert short(reading) == {
        "C2": retail("level", "ytd", "2024-09", 481.25),
        "E2": retail("yoy", "ytd", "2024-09", 4.6),
        "C3": ("gdp.total", "level", "ytd", "2024Q3", 640.2),
        "E3": ("gdp.total", "yoy", "ytd", "2024Q3", 5.1),
        "C4": ("mkt.stock", "level", "point", "2024Q3", 30),
    }
    assert {p.cell for p in reading.problems} == {"C5", "E5"}


def test_the_long_form_may_say_the_span_in_a_column(read):
    rows = [
        ["地区", "指标名称", "统计时期", "口径", "数值", "单位"],
        ["莲湖区", RETAIL, "2024-09", "累计", 481.25, "亿元"],
        ["莲湖区", RETAIL, "2024-09", "当月", 54.3, "亿元"],
        ["碑林区", RETAIL, "2024-09", "当月", 99.9, "亿元"],
        ["莲湖区", RETAIL, "2024年1-8月", "当月", 99.9, "亿元"],
        ["莲湖区", RETAIL, "2024-07", "滚动", 99.9, "亿元"],
    ]
    reading = read(rows)
    assert short(reading) == {
        "E2": retail("level", "ytd", "2024-09", 481.25),
        "E3": retail("level", "single", "2024-09", 54.3),
    }
    assert {p.cell for p in reading.problems} == {"C5", "D6"}


def test_a_column_of_spans_may_say_growth_and_no_plan(read):
    rows = [
        ["指标", "单位", "口径", "2024年1-9月"],
        [RETAIL, "亿元", "累计", 481.25],
        [RETAIL, "%", "累计增速", 4.6],
        [RETAIL, None, "累计同比增速", 4.6],
        [RETAIL, "亿元", "年度计划", 700],
    ]
    reading = read(rows)
    assert short(reading)["D2"] == retail("level", "ytd", "2024-09", 481.25)
    assert {short(reading).get(cell) for cell in ("D3", "D4")} - {None} == {
        retail("yoy", "ytd", "2024-09", 4.6)
    }
    assert "D5" not in short(reading)
    assert "C5 口径“年度计划”不认识" in told(reading)


def test_a7_price_indices_in_panels_with_a_line_of_bases(read):
    head = ["指数名称", "价格指数", None, None]
    rows = [
        ["莲湖区2025年2月价格指数"],
        [*head, *head],
        [None, "环比", "同比", "1-2月平均"] * 2,
        [None, "上月=100", "上年同月=100", "上年同期=100"] * 2,
        [
            *["居民消费价格指数(西安)", 100.1, 101.7, 101.6],
            *["新建商品住宅销售价格指数(西安)", 100.2, 102.8, 102.9],
        ],
    ]
    merged = ((1, 0, 3, 0), (1, 1, 1, 3), (1, 4, 3, 4), (1, 5, 1, 7))
    reading = read(rows, merged=merged)
    assert short(reading) == {
        "C5": ("pri.cpi", "level", "single", "2025-02", 101.7),
        "G5": ("re.price.new", "level", "single", "2025-02", 102.8),
    }
    assert reading.problems == ()


@pytest.mark.parametrize("sub", [["本月", "本月止累计"], ["当月", "累计"]])
def test_two_rows_whose_group_heads_say_amount_and_growth(read, sub):
    rows = [
        ["莲湖区2024年1—9月"],
        ["指标名称", "计量单位", "绝对额", None, "同比增长（%）", None],
        [None, None, *sub, *sub],
        [RETAIL, "亿元", 54.3, 481.25, 6.1, 4.6],
    ]
    merged = ((1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 1, 5))
    assert short(read(rows, merged=merged)) == {
        "C4": retail("level", "single", "2024-09", 54.3),
        "D4": retail("level", "ytd", "2024-09", 481.25),
        "E4": retail("yoy", "single", "2024-09", 6.1),
        "F4": retail("yoy", "ytd", "2024-09", 4.6),
    }


@pytest.mark.parametrize("head", ["2024年9月", "2024年8月"])
def test_three_rows_with_the_month_on_top_which_must_be_the_titles(read, head):
    rows = [
        ["莲湖区2024年9月主要经济指标"],
        ["指标名称", "计量单位", head, None],
        [None, None, "绝对额", "增速（%）"],
        [None, None, "累计", "累计"],
        [RETAIL, "亿元", 481.25, 4.6],
    ]
    merged = ((1, 0, 3, 0), (1, 1, 3, 1), (1, 2, 1, 3))
    if head == "2024年9月":
        assert short(read(rows, merged=merged)) == {
            "C5": retail("level", "ytd", "2024-09", 481.25),
            "D5": retail("yoy", "ytd", "2024-09", 4.6),
        }
    else:
        reading = read(rows, merged=merged)
        assert reading.frame.empty
        assert "不是同一个月" in told(reading)


def test_the_long_form_may_say_the_day_of_publication_in_a_column(read):
    header = ["指标名称", "时期", "数值", "单位", "发布日期"]
    rows = [header, [RETAIL, "2024年1-9月", 481.25, "亿元", "2024-10-22"]]
    rows.append([RETAIL, "2024年1-8月", 427, "亿元", "下月"])
    reading = read(rows)
    assert [str(day.date()) for day in reading.frame["published"]] == ["2024-10-22"]
    assert "E3 发布日期“下月”" in told(reading)


def test_a10_english_names_are_the_catalogues_own(read):
    text = (
        "Database：Quarterly\nIndicators\t,4Q 2023\t,3Q 2023\t,2Q 2023\t,\n"
        "Value added of construction, Accumulated (100 million yuan)\t,3\t,2\t,1\t,\n"
        "Indices of Value added of construction (preceding year=100) , Accumulated"
        "\t,105.0\t,104.0\t,103.0\t,\n"
    )
    assert short(read(read_csv_grid(text.encode())))["B4"] == (
        "bld.va",
        "yoy",
        "ytd",
        "2023Q4",
        5.0,
    )


ENGLISH = """\ufeffDatabase：Quarterly\x20
Time：4Q 2023-1Q 2024\x20
Indicators\t,1Q 2024\t,4Q 2023\t,3Q 2023\t,
Gross Domestic Product, Accumulated (100 million yuan) \t,100.5\t,412.0\t,300.25\t,
Indices of GDP (preceding year=100) , Current Quarter\t,105.0\t,\t,104.8\t,
Note：1. Levels, at current prices, of 2024, are preliminary.
2. See the "yearbook", please.
Data Sources：Bureau
"""


def test_a10_an_english_export_parted_by_tabs_and_commas(workspace, read):
    (workspace.root / "words.toml").write_text(
        '[labels]\n"Gross Domestic Product" = "gdp.total"\n', encoding="utf-8"
    )
    reading = read(read_csv_grid(ENGLISH.encode()))
    assert short(reading) == {
        "B4": ("gdp.total", "level", "ytd", "2024Q1", 100.5),
        "C4": ("gdp.total", "level", "ytd", "2023Q4", 412.0),
        "D4": ("gdp.total", "level", "ytd", "2023Q3", 300.25),
        "B5": ("gdp.total", "yoy", "single", "2024Q1", 5.0),
        "D5": ("gdp.total", "yoy", "single", "2023Q3", 4.8),
    }
    assert reading.problems == ()


SERIES = [
    "西安:GDP:现价:累计值",
    "莲湖:社会消费品零售总额:累计同比",
    "莲湖:社会消费品零售总额:累计值",
    "莲湖:社会消费品零售总额:当月同比(1-2月合并)",
]
VENDOR = f"""指标名称,{",".join(SERIES)}
频率,季,月,月,月
单位,亿元,%,亿元,%
指标ID,M1,M2,M3,M4
时间区间,a,b,c,d
来源,国家统计局,x,x,x
更新时间,2024-10-18,2024-10-18,2024-10-18,2024-10-18
2024-02-29,#N/A,5.4,2.0276079E2,5.4
2024-03-31,3000.5,5.3,302.5,5.6

数据来源：Wind
"""


def test_a11_a_vendors_export_in_gb_with_metadata_and_footer(read):
    reading = read(read_csv_grid(VENDOR.encode("gb18030")))
    assert short(reading) == {
        "B9": ("gdp.total", "level", "ytd", "2024Q1", 3000.5),
        "C8": retail("yoy", "ytd", "2024-02", 5.4),
        "C9": retail("yoy", "ytd", "2024-03", 5.3),
        "D8": retail("level", "ytd", "2024-02", 202.76079),
        "D9": retail("level", "ytd", "2024-03", 302.5),
        "E9": retail("yoy", "single", "2024-03", 5.6),
    }
    assert reading.duplicates == 1  # the month's February is that of January and February
    assert set(reading.frame.loc[reading.frame["indicator"] == "gdp.total", "region"]) == {"610100"}
    # The vendor's day of update is the vintage of every figure of its column.
    assert {str(day.date()) for day in reading.frame["published"]} == {"2024-10-18"}


def test_a_csv_whose_row_has_shifted_is_refused_whole(read):
    text = f"莲湖区2024年1-9月\n指标名称,单位,本月止累计,增长%\n{RETAIL},亿元,1,234.5,4.6\n税收收入,亿元,30,1\n"
    reading = read(read_csv_grid(text.encode()))
    assert set(reading.frame["indicator"]) == {"fis.tax"}
    assert "A3 这一行的列数多于表头" in told(reading)


def test_tabs_after_figures_do_not_make_another_kind_of_csv():
    grid = read_csv_grid(b"a,b,c,d\n1\t,2\t,3\t,4\t\n")
    assert grid.rows == (("a", "b", "c", "d"), ("1", "2", "3", "4"))


def test_csv_addresses_count_the_files_lines():
    grid = read_csv_grid(b'a,b\n\n"x\ny",1\nz,2\n')
    assert [row for row in grid.rows if row] == [("a", "b"), ("x\ny", "1"), ("z", "2")]
    assert grid.rows[4] == ("z", "2")


def test_group_lines_narrow_what_their_items_mean(read):
    rows = [
        ["莲湖区2024年1—9月"],
        ["指标名称", "单位", "本月止累计"],
        ["一、限额以上单位", None, None],
        ["批发业商品销售额", "亿元", 1],
        ["二、规模以上工业", None, None],
        ["总产值", "亿元", 3],
        ["三、区属", None, None],
        [RETAIL, "亿元", 4],
        ["四、财政", None, None],
        ["1、税收收入", "亿元", 5],
        ["其中：", None, None],
        ["增值税(地方留成)", "亿元", 2],
        ["2、全区社会消费品零售总额(億元)", None, 6],
        ["区属社会消费品零售总额", "亿元", 7],
    ]
    reading = read(rows)
    assert {cell: row[0] for cell, row in short(reading).items()} == {
        "C4": "trd.wholesale.above",
        "C6": "ind.output_above",
        "C10": "fis.tax",
        "C12": "fis.vat",
        "C13": "csm.retail.total",
    }
    assert {p.cell for p in reading.problems} == {"A8", "A14"}


@pytest.mark.parametrize(
    "title", ["莲湖区2024年1—9月区属单位主要指标", "莲湖区2024年1—9月市属企业"]
)
def test_a_title_of_part_of_the_territory_gives_no_figures_of_the_whole(read, title):
    reading = read([[title], ["指标名称", "单位", "累计"], [RETAIL, "亿元", 4]])
    assert reading.frame.empty
    assert "区属" in told(reading) or "市属" in told(reading)


@pytest.mark.parametrize("word", ["排名", "预期目标", "（限额以下）", "占全市比重", "环比"])
def test_a_label_of_something_else_than_figures_is_not_read(read, word):
    rows = [["莲湖区2024年1—9月"], ["指标名称", "单位", "累计", "增长(%)"]]
    reading = read([*rows, [RETAIL + word, "亿元", 4, 5], [BUDGET, "亿元", 1, 2]])
    assert set(reading.frame["indicator"]) == {"fis.revenue.gpb"}
    assert "A3" in told(reading)
    across = read([["指标", "2024年1-9月", "2024年1-8月"], [RETAIL + word, 4, 5]])
    assert across.frame.empty


def test_the_whole_of_a_parent_is_the_parents_and_of_another_region_refused(read):
    rows = [["2024年1—9月全市主要指标"], ["指标名称", "单位", "累计"], [RETAIL, "亿元", 4]]
    assert set(read(rows).frame["region"]) == {"610100"}
    rows[0] = ["2024年1—9月全省主要指标"]
    assert "全省" in told(read(rows))


@pytest.mark.parametrize(
    ("label", "unit", "value", "expected"),
    [
        ("居民消费价格指数(上年同月=100)", None, 100.4, ("level", "single", 100.4)),
        ("地区生产总值指数(上年同期=100)", None, 105.2, None),
        ("社会消费品零售总额(上年=100)", None, 104.6, ("yoy", "single", 4.6)),
        ("社会消费品零售总额(上月=100)", None, 100.1, None),
        ("社会消费品零售总额(2020年=100)", None, 130.1, None),
        ("社会消费品零售总额(亿元)", "万元", 54.3, None),
    ],
)
def test_base_and_unit_in_a_label(read, label, unit, value, expected):
    rows = [["莲湖区2024年9月"], ["指标名称", "单位", "本月"], [label, unit, value]]
    reading = read(rows)
    found = [row[1:3] + row[4:] for row in short(reading).values()]
    assert found == ([expected] if expected else [])
    assert bool(reading.problems) == (expected is None)


@pytest.mark.parametrize("value", [104.6, 117.7, 0.048, 0.1234])
def test_growth_that_looks_like_an_index_or_a_fraction_is_refused(read, value):
    rows = [
        ["莲湖区2024年1—9月"],
        ["指标名称", "单位", "累计", "增长(%)"],
        [RETAIL, "亿元", 1, value],
    ]
    reading = read(rows)
    assert list(short(reading)) == ["C3"]
    assert "D3" in told(reading)


def test_a_doubling_of_a_lumpy_series_stands_unless_its_neighbours_are_indices(read):
    rows = [["莲湖区2024年1—9月"], ["指标名称", "单位", "累计", "增长(%)"]]
    names = ["政府性基金预算收入", "税收收入", "非税收入", "餐饮收入", "出口总值", "进出口总值"]
    plain = [
        [name, "亿元", 1, growth]
        for name, growth in zip(names, (92.7, 1, 2, 3, 4, -5), strict=True)
    ]
    assert short(read([*rows, *plain]))["D3"][-1] == 92.7
    indices = [
        [name, "亿元", 1, 100 + growth]
        for name, growth in zip(names, (9, 1, 2, 3, 4, -5), strict=True)
    ]
    reading = read([*rows, *indices])
    assert set(reading.frame["measure"]) == {"level"}
    assert len(reading.problems) == 6


def test_the_whole_year_on_an_axis_of_quarters_is_its_fourth(read):
    rows = [["时间", f"{RETAIL}(亿元)"], ["2024年前三季度", 3], ["2024年全年", 4]]
    assert short(read(rows))["B3"] == retail("level", "ytd", "2024-12", 4)
    years = read([["时间", f"{RETAIL}(亿元)"], ["2023年", 3], ["2024年", 4]])
    assert short(years)["B3"] == retail("level", "annual", "2024", 4)


@pytest.mark.parametrize(("value", "stored"), [("104.6%", 104.6), ("4.8%", 4.8), (0.1, 0.1)])
def test_growth_that_says_what_it_is_stands(read, value, stored):
    rows = [
        ["莲湖区2024年1—9月"],
        ["指标名称", "单位", "累计", "增长(%)"],
        [RETAIL, "亿元", 1, value],
    ]
    assert short(read(rows))["D3"] == retail("yoy", "ytd", "2024-09", stored)


def test_points_are_no_growth_of_an_amount(read):
    rows = [
        ["莲湖区2024年1—9月"],
        ["指标名称", "单位", "累计", "增减(百分点)"],
        [RETAIL, "亿元", 1, 2.0],
    ]
    rows.append(["规模以上工业产品销售率", "%", 96.8, -3.9])
    reading = read(rows)
    assert short(reading)["D4"] == ("ind.sales_ratio", "yoy", "ytd", "2024-09", -3.9)
    assert set(reading.frame.set_index("cell").loc[["D4"], "unit"]) == {"百分点"}
    assert "D3" in told(reading)


@pytest.mark.parametrize(
    ("token", "stored"),
    [("-0.3个百分点", -0.3), ("0.2 百分点", 0.2), ("-0.3", None), (-0.3, None), ("—", None)],
)
def test_the_change_of_a_rate_says_in_its_cell_that_it_is_in_points(read, token, stored):
    rows = [["指标", "单位", "累计", "同比增减"], ["规模以上工业产品销售率", "%", 97.1, token]]
    rows.append([RETAIL, "亿元", 5.0, "3.1%"])
    reading = read([["莲湖区2024年1-9月主要指标"], *rows])
    kept = reading.frame.set_index("cell")
    assert kept.at["D4", "value"] == 3.1
    if stored is not None:
        found = kept.loc["D3", ["measure", "value", "unit", "token"]].tolist()
        assert found == ["yoy", stored, "百分点", token]
    elif token == "—":
        assert kept.at["D3", "status"] == "not_meaningful"
        assert not reading.problems
    else:
        assert "D3" not in kept.index
        assert "说不清是百分比还是百分点" in told(reading)


def test_a_year_over_a_column_is_of_the_months_in_the_title(read):
    rows = [["指标", "2024年", "2023年"], [f"{RETAIL}（亿元）", 5.0, 4.0]]
    reading = read([["2024年1-9月主要指标"], *rows])
    assert short(reading) == {"B3": retail("level", "ytd", "2024-09", 5.0)}


def test_a_change_in_an_amount_is_no_growth(read):
    rows = [["莲湖区2024年1—9月"], ["指标名称", "单位", "累计", "比上年同期增减(亿元)"]]
    reading = read([*rows, [RETAIL, "亿元", 100, 4.6]])
    assert list(short(reading)) == ["C3"]
    (table,) = reading.tables
    assert {c.cell: c.reason for c in table.columns}["D2"] == "增减额不是数据本身"


def test_an_index_column_is_growth_only_where_its_header_says_so(read):
    rows = [
        ["莲湖区2024年1—9月"],
        ["指标名称", "单位", "累计", "累计指数(上年同期=100)"],
        [RETAIL, "亿元", 1, 104.6],
    ]
    assert short(read(rows))["D3"] == retail("yoy", "ytd", "2024-09", 4.6)


def test_a_unit_in_the_header_must_agree_with_the_rows(read):
    rows = [
        ["莲湖区2024年9月"],
        ["指标名称", "单位", "本月(万元)"],
        [RETAIL, "亿元", 1],
        [BUDGET, None, 2],
    ]
    reading = read(rows)
    assert short(reading) == {"C4": ("fis.revenue.gpb", "level", "single", "2024-09", 0.0002)}
    assert "C3" in told(reading)


@pytest.mark.parametrize(
    ("title", "sheet", "file"),
    [
        ("莲湖区2024年1—8月", "9月", ""),
        ("莲湖区2024年1—9月", "2023年", ""),
        ("莲湖区2024年1—8月", "表", "2024年1-9月月报"),
    ],
)
def test_times_that_contradict_each_other_are_refused(read, title, sheet, file):
    reading = read(
        [[title], ["指标名称", "单位", "累计"], [RETAIL, "亿元", 4]], sheet=sheet, file=file
    )
    assert reading.frame.empty
    assert "不是同一个时期" in told(reading)


@pytest.mark.parametrize(
    ("sheet", "file", "folders", "period"),
    [
        ("2024年", "x2023", (), "2024-08"),
        ("表", "统计月报2023", ("2022",), "2023-08"),
        ("表", "月报", ("2024-10-22_统计局", "2024"), "2024-08"),
        ("表", "月报_2024-08", (), "2024-08"),
        ("表", "月报_2024-09", (), None),
        ("表", "月报", ("2024-10-22_统计局",), None),
    ],
)
def test_the_year_comes_from_the_nearest_place_that_states_it(read, sheet, file, folders, period):
    rows = [["指标名称", "单位", "1-8月"], [RETAIL, "亿元", 4]]
    reading = read(rows, sheet=sheet, file=file, folders=folders)
    assert [row[3] for row in short(reading).values()] == ([period] if period else [])
    assert bool(reading.problems) == (period is None)


def test_hidden_rows_and_columns_are_told_and_not_read(read):
    rows = [["莲湖区2024年9月"], ["指标名称", "单位", "本月", "累计"], [RETAIL, "亿元", 1, 2]]
    rows.append([BUDGET, "亿元", 3, 4])
    grid = SeenGrid("表", tuple(tuple(row) for row in rows))
    reading = read(grid, hidden_rows=frozenset({2}), hidden_columns=frozenset({3}))
    assert list(short(reading)) == ["C4"]
    assert "D2" in told(reading) and "A3 这张表有 1 行是隐藏的" in told(reading)


def test_figures_in_a_column_without_a_header_are_told(read):
    rows = [["莲湖区2024年9月"], ["指标名称", "单位", "本月"], [RETAIL, "亿元", 1, 2]]
    reading = read(rows)
    assert reading.frame.empty
    assert "D3 这一列有数却没有列名" in told(reading)


def test_one_stray_figure_without_a_header_leaves_the_columns_beside_it_read(read):
    rows = [["莲湖区2024年9月"], ["指标名称", "单位", "本月"], [RETAIL, "亿元", 1]]
    rows += [[BUDGET, "亿元", 2, 7], ["规模以上工业总产值", "亿元", 3]]
    reading = read(rows)
    assert list(short(reading)) == ["C3", "C4", "C5"]
    assert "D4 这一列有数却没有列名，" not in told(reading)


def test_a_sheet_that_nobody_knows_is_told_beside_those_that_are_read(workspace, catalogue):
    known = Grid("9月", (("莲湖区2024年9月",), ("指标名称", "单位", "本月"), (RETAIL, "亿元", 1)))
    other = Grid("杂项", (("a", "b"), (1, 2)))
    delivery = Delivery("a.xlsx", LIANHU, (LIANHU,))
    reading = read_grids((known, other), load_vocabulary(), catalogue, delivery)
    assert len(reading.frame) == 1
    assert [p.sheet for p in reading.problems] == ["杂项"]
    alone = read_grids((other,), load_vocabulary(), catalogue, delivery)
    assert alone.frame.empty
    assert "没有认出表头" in told(alone)


@pytest.mark.parametrize(
    "lines",
    [
        ["2016年莲湖区1-9月主要指标"],
        ["2016年莲湖区主要经济指标完成情况（1-9月）"],
        ["莲湖区2016年统计月报", "1-9月"],
        ["2016年莲湖区9月份主要指标", "（1—9月）"],
    ],
)
def test_year_and_part_may_stand_apart(read, lines):
    rows = [*([line] for line in lines), ["指标名称", "单位", "本月止累计"], [RETAIL, "亿元", 5]]
    assert list(short(read(rows)).values()) == [retail("level", "ytd", "2016-09", 5)]


@pytest.mark.parametrize(
    "lines",
    [
        ["2016年莲湖区主要指标（1-8月、1-9月）"],
        ["2016年莲湖区主要指标", "1-8月", "1-9月"],
        ["2016年莲湖区主要指标（10月调度会）"],
        ["2016年莲湖区1-9月主要指标（全年预计）"],
        ["2016年莲湖区1-9月主要指标（2015年为基期）"],
    ],
)
def test_parts_that_may_mean_two_things_are_refused(read, lines):
    rows = [*([line] for line in lines), ["指标名称", "单位", "本月止累计"], [RETAIL, "亿元", 5]]
    reading = read(rows)
    assert reading.frame.empty
    assert reading.problems


def test_a6_a_title_of_the_city_over_rows_of_its_districts(read):
    rows = [
        ["2024年9月西安市各区县财政收支（单位：万元）"],
        ["县 区", BUDGET, None],
        [None, "当月", "累计"],
        ["莲 湖 区", 10000, 90000],
        ["碑 林 区", 11000, 91000],
    ]
    reading = read(rows, merged=((1, 1, 1, 2), (1, 0, 2, 0)))
    assert short(reading) == {
        "B4": ("fis.revenue.gpb", "level", "single", "2024-09", 1.0),
        "C4": ("fis.revenue.gpb", "level", "ytd", "2024-09", 9.0),
    }


def test_a_bare_month_below_a_stated_one_has_no_year(read):
    # 上半年 below 2020年四季度 is of 2021, not of 2020.
    rows = [
        ["时间", "地区生产总值_累计值(亿元)"],
        ["2020年前三季度", 3],
        ["2020年四季度", 4],
        ["上半年", 2],
    ]
    reading = read(rows)
    assert list(short(reading)) == ["B2", "B3"]
    assert "上半年" in told(reading)


@pytest.mark.parametrize(
    ("title", "sheet", "head"),
    [
        ("莲湖区2025年3月主要指标", "表", "3月"),
        ("莲湖区2025年三季度主要指标", "表", "三季度"),
    ],
)
def test_a_bare_month_beside_no_year_to_date_may_as_well_be_one(read, title, sheet, head):
    item = "地区生产总值" if "季" in head else RETAIL
    rows = [[title], ["指标", "单位", head, "同比增长(%)"], [item, "亿元", 20, 3]]
    reading = read([*rows, ["居民消费价格指数(上年同月=100)", None, 100.4]], sheet=sheet)
    assert [cell for cell in short(reading) if cell.endswith("3")] == []
    assert "没有说是当月还是累计" in told(reading)
    # A price index is of its month whatever stands beside it.
    if "月" in head:
        assert short(reading)["C4"] == ("pri.cpi", "level", "single", "2025-03", 100.4)


@pytest.mark.parametrize(
    ("title", "heads"),
    [
        ("莲湖区2025年3月当月指标", ["3月", "同比增长(%)"]),
        ("莲湖区2025年3月指标", ["3月", "1-3月"]),
        ("莲湖区2025年1月指标", ["1月", "同比增长(%)"]),
        ("莲湖区2025年3月指标", ["当月", "同比增长(%)"]),
    ],
)
def test_a_month_that_something_tells_from_the_year_to_date_is_read(read, title, heads):
    reading = read([[title], ["指标", "单位", *heads], [BUDGET, "亿元", 20, 33]])
    assert short(reading)["C3"][2:] == ("single", f"2025-0{title[8]}", 20)
    assert reading.problems == ()


HEADS = ["指标名称", "计量单位", "本月止累计", "累计比上年同期增长（%）"]


@pytest.mark.parametrize("mark", ["①", "¹", "*", "[注]", "（注1）"])
def test_a_footnote_at_a_name_is_no_month(read, mark):
    # A raised digit folds into a plain one, and a plain one heads a column of a month.
    rows = [["莲湖区2024年9月"], HEADS, [RETAIL + mark, "亿元", 20, 3]]
    assert short(read(rows)) == {
        "C3": retail("level", "ytd", "2024-09", 20),
        "D3": retail("yoy", "ytd", "2024-09", 3),
    }
    axis = [["指标", "2024年9月", "2024年8月"], [f"{RETAIL}{mark}(亿元)", 20, 19]]
    assert read(axis).frame.empty


def test_a_circled_number_before_a_name_numbers_it(read):
    rows = [["莲湖区2024年9月"], HEADS, [f"①{RETAIL}", "亿元", 20, 3]]
    assert set(short(read(rows))) == {"C3", "D3"}


@pytest.mark.parametrize(
    "label", [f"{RETAIL}（1-8月）", f"{RETAIL}1—8月", f"{RETAIL}(2024年1-8月)"]
)
def test_a_name_may_state_the_month_before_the_titles(read, label):
    reading = read([["莲湖区2024年9月"], HEADS, [label, "亿元", 20, 3]])
    assert short(reading) == {
        "C3": retail("level", "ytd", "2024-08", 20),
        "D3": retail("yoy", "ytd", "2024-08", 3),
    }
    # The sheet was not known before September had ended.
    assert {str(day.date()) for day in reading.frame["published"]} == {"2024-09-30"}


@pytest.mark.parametrize(
    ("label", "head"),
    [
        (f"{RETAIL}(2023年1-9月)", "本月止累计"),
        (f"{RETAIL}(上半年)", "本月止累计"),
        (f"{RETAIL}(1-10月)", "本月止累计"),
        (f"{RETAIL}(1-8月)", "1-9月"),
    ],
)
def test_a_name_that_states_another_time_is_refused(read, label, head):
    rows = [["莲湖区2024年9月"], [*HEADS[:2], head], [label, "亿元", 20]]
    reading = read(rows)
    assert reading.frame.empty
    assert "名称说的是" in told(reading)


def test_a_name_of_another_month_than_its_axis_is_refused(read):
    rows = [["指标", "2024年9月", "2024年8月"], [f"{RETAIL}1-8月(亿元)", 20, 19]]
    assert short(read(rows)) == {"C2": retail("level", "ytd", "2024-08", 19)}


def test_a_lagged_indicator_in_a_report_that_came_out_too_early_is_refused(read):
    head = [["莲湖区2024年1-9月主要指标"], ["发布日期：2024-10-20"], HEADS]
    name = "规模以上服务业企业营业收入"
    reading = read([*head, [name, "亿元", 20, 3]])
    assert reading.frame.empty
    assert "错月指标，2024-09 的数要到 2024-11-01 前后才有" in told(reading)
    lagged = short(read([*head, [f"{name}（1-8月）", "亿元", 20, 3]]))
    assert lagged["C4"] == ("svc.revenue", "level", "ytd", "2024-08", 20)
    stated = short(read([*head, [f"{name}（1-9月）", "亿元", 20, 3]]))
    assert stated["C4"] == ("svc.revenue", "level", "ytd", "2024-09", 20)


def test_the_regions_own_name_before_an_indicator_says_nothing_new(read):
    rows = [
        ["2024年9月"],
        HEADS,
        [f"莲湖区{RETAIL}", "亿元", 20, 3],
        [f"碑林区{RETAIL}", "亿元", 1, 2],
    ]
    reading = read(rows)
    assert set(short(reading)) == {"C3", "D3"}
    assert "碑林区" in told(reading)


@pytest.mark.parametrize(
    "words", ["（区属）", "排名", "民营经济", "两年平均", "年均增速", "预期目标", "预计"]
)
def test_a_title_that_narrows_its_figures_gives_none_of_the_whole(read, words):
    title = [f"莲湖区2024年1-9月指标{words}"]
    tables = (
        [HEADS, [RETAIL, "亿元", 20, 3]],
        [["指标", "2024年1-9月", "2024年1-8月"], [f"{RETAIL}(亿元)", 20, 19]],
        [["时间", f"{RETAIL}_累计值(亿元)"], ["2024年9月", 20], ["2024年8月", 19]],
    )
    for table in tables:
        reading = read([title, *table])
        assert reading.frame.empty, table
        assert reading.problems


def test_an_item_left_blank_is_no_group_line(read):
    rows = [
        ["莲湖区2024年9月"],
        HEADS,
        ["限额以上单位消费品零售额", "亿元", None, None],
        [BUDGET, "亿元", 20, 3],
        ["限额以上", "亿元", None, None],
        [RETAIL, "亿元", 20, 3],
    ]
    reading = read(rows)
    # 限额以上 is no item of the catalogue, so it narrows what follows.
    assert set(short(reading)) == {"C4", "D4"}
    assert "限额以上的数" in told(reading)


def test_sectors_without_an_indent_are_parts_of_the_item_above(read):
    rows = [
        ["莲湖区2024年前三季度"],
        ["指标名称", "单位", "累计", "同比增长(%)"],
        ["地区生产总值", "亿元", 60, 5],
        ["第一产业", "亿元", 1, 2],
        ["第二产业", "亿元", 20, 4],
        ["第三产业", "亿元", 39, 6],
        ["固定资产投资(不含农户)", "亿元", None, 5],
        ["第二产业", "亿元", None, 7],
        ["全社会用电量", "万千瓦时", 9, 5],
        ["第二产业", "万千瓦时", 3, 7],
    ]
    found = short(read(rows))
    assert found["C5"][:2] == ("gdp.secondary", "level")
    assert found["D6"] == ("gdp.tertiary", "yoy", "ytd", "2024Q3", 6)
    # The sectors of investment and of electricity are other things.
    assert not {"D8", "C10", "D10", "C4"} & set(found)


def test_more_than_the_nation_has_is_a_unit_misread(read):
    rows = [
        ["莲湖区2024年9月主要指标", None, None],
        ["指标名称", "单位", "1-9月累计"],
        ["全社会用电量", "亿千瓦时", 201234.5],
        ["城镇居民人均可支配收入", "亿元", 43210],
        [RETAIL, "亿元", 505],
    ]
    reading = read(rows)
    assert list(short(reading).values()) == [retail("level", "ytd", "2024-09", 505)]
    why = told(reading)
    assert "全社会用电量 的 201234.5 亿千瓦时比全国2024年的 98521 亿千瓦时的十分之一还多" in why
    assert "城镇居民人均可支配收入 的 43210 亿元比全国2024年的 54188 元 20 倍还多" in why
    rows[2][2], rows[3][1] = 20.12345, "元"
    assert len(read(rows).frame) == 3


def test_what_stands_beside_more_than_the_nation_has_is_in_the_same_wrong_unit(read):
    rows = [
        ["莲湖区2024年1-9月主要指标", None, None, None, None],
        ["指标名称", "单位", "本月", "本月止累计", "累计增长%"],
        [RETAIL, "亿元", 95000, 1053000, 2.4],
        ["地方一般公共预算收入", "亿元", 1.6, 18.7, 5.8],
    ]
    reading = read(rows)
    assert set(reading.frame["value"]) == {2.4, 1.6, 18.7, 5.8}
    # Less than a tenth of the nation's, but of the same row.
    rows[2][2] = 40000
    reading = read(rows)
    assert set(reading.frame["value"]) == {2.4, 1.6, 18.7, 5.8}
    assert "“40000”与旁边那个单位写错的数单位相同" in told(reading)


@pytest.mark.parametrize(
    ("unit", "revenue", "spending", "kept"),
    [
        ("亿元", 27.9, 41.2, "B4 B5"),
        ("亿元", 279000, 41200, ""),
        ("亿元", 27900, 41200, ""),
        ("万元", 279000, 412000, "B4 B5"),
        ("万元", 27.9, 41.2, ""),
    ],
)
def test_a_unit_over_a_table_that_is_wrong_for_one_figure_is_for_all(
    read, unit, revenue, spending, kept
):
    rows = [["莲湖区2024年1-9月财政收支"], [f"单位：{unit}"], ["指标", "累计"]]
    rows += [["地方一般公共预算收入", revenue], ["一般公共预算支出", spending]]
    assert list(short(read(rows))) == kept.split()


@pytest.mark.parametrize(
    ("name", "unit", "value", "kept"),
    [
        ("城镇新增就业人数", "万人", 24500, 0),
        ("城镇新增就业人数", "万人", 2.45, 1),
        ("新登记经营主体数", "万户", 24500, 0),
        ("接待游客人次", "万人次", 24500, 1),
        ("金融机构人民币存款余额", "亿元", 2790000, 0),
        ("金融机构人民币存款余额", "亿元", 2790, 1),
        ("地区生产总值", "亿元", 0, 0),
        ("生产安全事故起数", "起", 0, 1),
        ("房地产开发投资", "亿元", 0, 1),
    ],
)
def test_more_than_a_district_can_have_and_nothing_at_all(read, name, unit, value, kept):
    rows = [["莲湖区2024年1-9月主要指标"], ["指标", "单位", "累计"], [name, unit, value]]
    assert len(read(rows).frame) == kept


@pytest.mark.parametrize(("title", "n"), [("2023年全年", 2), ("2023年", 0)])
def test_the_year_to_date_of_a_whole_year_is_that_of_its_last_month(read, title, n):
    rows = [
        [f"莲湖区{title}主要经济指标", None, None, None],
        ["指标名称", "单位", "累计", "累计比上年同期增长（%）"],
        [RETAIL, "亿元", 505, 5.9],
    ]
    reading = read(rows)
    assert list(reading.frame["period"]) == ["2023-12"] * n
    assert list(reading.frame["span"]) == ["ytd"] * n


def test_another_name_beside_the_full_one_is_another_figure(read):
    rows = [
        ["莲湖区2024年9月财政收入（单位：万元）", None, None],
        ["指标名称", "1-9月累计", "同比增长%"],
        ["一般公共预算收入", 512345, 3.1],
        ["1、地方一般公共预算收入", 312345, 4.2],
        ["(1)税收收入", 212345, 2.5],
        ["2、上划中央收入", 200000, 1.4],
    ]
    reading = read(rows)
    own = {cell: row[-1] for cell, row in short(reading).items() if row[0] == "fis.revenue.gpb"}
    assert own == {"B4": 31.2345, "C4": 4.2}
    assert "“一般公共预算收入”与同一张表里的“地方一般公共预算收入”不是一个数" in told(reading)
    alone = read([*rows[:3], *rows[4:5]])
    assert {row[-1] for row in short(alone).values() if row[0] == "fis.revenue.gpb"} == {
        51.2345,
        3.1,
    }


def test_a_part_has_the_unit_of_its_whole(read):
    rows = [
        ["莲湖区2024年9月对外贸易", None],
        ["指标名称", "1-9月累计"],
        ["进出口总额（亿元）", 20.5],
        ["其中：出口", 15.5],
        ["进口", 5.0],
        ["接待国内外游客人次", 12],
    ]
    reading = read(rows)
    found = {row[0]: row[-1] for row in short(reading).values()}
    assert found == {"opn.trade": 20.5, "opn.export": 15.5, "opn.import": 5.0}
    assert "接待国内外游客人次 没有写计量单位" in told(reading)
    beside = [rows[0], ["指标名称", "单位", "1-9月累计"]]
    beside += [["进出口总额", "亿元", 20.5], ["其中：出口", None, 15.5], ["进口", None, 5.0]]
    assert {row[0]: row[-1] for row in short(read(beside)).values()} == found


def test_a_rank_is_of_the_column_on_its_left(read):
    rows = [
        ["2024年各区县规模以上工业增加值", None, None, None, None],
        ["区县", "9月增速(%)", "位次", "1-9月增速(%)", "位次"],
        ["莲湖区", 8.8, 3, 7.1, 5],
    ]
    ranks = {cell: row[2:] for cell, row in facts(read(rows)).items()}
    assert ranks == {"C3": ("single", "2024-09", 3), "E3": ("ytd", "2024-09", 5)}
    rows[1:] = [["区县", "位次", "9月增速(%)", "1-9月增速(%)"], ["莲湖区", 3, 8.8, 7.1]]
    reading = read(rows)
    assert len(reading.frame) == 2
    assert [(p.cell, p.kind) for p in reading.problems] == [("B3", "skipped")]


def test_a_dispatch_table_has_the_years_plan_beside_what_is_done(read):
    rows = [
        ["莲湖区2024年主要目标任务分解表（截至9月底）"],
        ["指标名称", "单位", "年度目标", "时序进度目标", "1-9月完成", "完成率%", "同比增长%"],
        ["社零总额", "亿元", 820, 615, 612.3, 74.7, 6.3],
        ["土地供应面积", "亩", 1200, 900, 523.7, 43.6, None],
    ]
    reading = read(rows, published=dt.date(2024, 10, 28))
    assert facts(reading) == {
        "C3": ("fact.plan.csm.retail.total", "level", "annual", "2024", 820),
        "F3": ("fact.plan_share.csm.retail.total", "level", "ytd", "2024-09", 74.7),
        "C4": ("fact.plan.lan.supply.area", "level", "annual", "2024", 1200),
        "F4": ("fact.plan_share.lan.supply.area", "level", "ytd", "2024-09", 43.6),
    }
    assert {cell: row for cell, row in short(reading).items() if cell not in facts(reading)} == {
        "E3": retail("level", "ytd", "2024-09", 612.3),
        "G3": retail("yoy", "ytd", "2024-09", 6.3),
        "E4": ("lan.supply.area", "level", "ytd", "2024-09", 523.7),
    }
    assert reading.frame["published"].eq("2024-10-28").all()
    # Without a day it is known with the table, not when its year is over.
    undated = read(rows).frame
    plans = undated[undated["indicator"].str.startswith("fact.plan.")]
    assert plans["published"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2024-09-30"]


def test_a_plan_has_the_unit_of_its_head_or_row_and_a_percentage_is_of_growth(read):
    def plans(head, unit, value):
        rows = [["莲湖区2024年9月主要指标"], ["指标", "单位", head, "1-9月累计"]]
        frame = read([*rows, [RETAIL, unit, value, 612.3]]).frame
        found = frame[frame["indicator"].eq("fact.plan.csm.retail.total")]
        return found[["value", "unit"]].to_numpy().tolist()

    assert plans("年度目标", "亿元", 820) == [[820.0, "亿元"]]
    assert plans("年度目标", "亿元", "6%") == [[6.0, "%"]]
    assert plans("年度目标（%）", "亿元", 6) == [[6.0, "%"]]
    assert plans("年度目标", None, 820) == []


@pytest.mark.parametrize(
    "title", ["2024年莲湖区主要目标任务分解表", "莲湖区2024年1-9月主要目标任务分解表"]
)
def test_a_table_of_targets_alone_is_not_read(read, title):
    rows = [[title], ["指标名称", "单位", "一季度", "上半年"], [RETAIL, "亿元", 200, 410]]
    assert read(rows).frame.empty


def test_what_remains_beside_the_target_is_left_out(read):
    rows = [
        ["2024年前三季度莲湖区主要指标与目标差距表"],
        ["指标", "全年目标", "前三季度实际", "差距"],
        [f"{RETAIL}增速（%）", 6, 5.2, -0.8],
    ]
    reading = read(rows, published=dt.date(2024, 10, 28))
    assert short(reading) == {
        "B3": ("fact.plan.csm.retail.total", "yoy", "annual", "2024", 6),
        "C3": retail("yoy", "ytd", "2024-09", 5.2),
    }


@pytest.mark.parametrize(
    "head",
    "完成全年任务（%）,占全年任务（%）,完成年计划%,全年任务完成率,任务完成（%）,完成市考核目标（%）,为年计划%,年度任务完成比例,目标完成进度".split(
        ","
    ),
)
def test_what_is_done_of_a_plan_is_no_plan(read, head):
    rows = [["指标", "单位", "2024年1-9月", head], [RETAIL, "亿元", 420.1, 69.4]]
    share = ("fact.plan_share.csm.retail.total", "level", "ytd", "2024-09", 69.4)
    assert facts(read(rows)) == {"D2": share}


@pytest.mark.parametrize(
    "head", ["任务完成", "目标完成数", "完成年度任务（亿元）", "增长目标完成（%）"]
)
def test_a_head_that_may_be_of_a_plan_or_of_what_is_done_is_left_out(read, head):
    rows = [["指标", "单位", "2024年1-9月", head], [RETAIL, "亿元", 420.1, 69.4]]
    assert facts(read(rows)) == {}


def test_a_target_of_growth_in_a_row_of_amounts_is_a_percentage(read):
    head = ["指标", "单位", "全年目标", "增速目标", "2024年1-9月"]
    rows = [head, [RETAIL, "亿元", 605, 6, 420.1], ["地区生产总值", "亿元", 735, 6.5, 512.3]]
    reading = read(rows)
    plan = "fact.plan.csm.retail.total"
    assert facts(reading) == {
        "C2": (plan, "level", "annual", "2024", 605),
        "D2": (plan, "yoy", "annual", "2024", 6),
        "C3": ("fact.plan.gdp.total", "level", "annual", "2024", 735),
        "D3": ("fact.plan.gdp.total", "yoy", "annual", "2024", 6.5),
    }
    units = dict(zip(reading.frame["cell"], reading.frame["unit"], strict=True))
    assert (units["C2"], units["D2"]) == ("亿元", "%")


def test_a_column_of_targets_far_below_what_is_done_is_of_growth(read):
    rows = [
        ["指标", "单位", "目标", "2024年1-9月"],
        ["地区生产总值", "亿元", 6, 512.3],
        [BUDGET, "亿元", 7, 33.2],
        ["规上工业增加值增速", "%", 5, None],
    ]
    reading = read(rows)
    assert facts(reading) == {"C4": ("fact.plan.ind.va_above.yoy", "yoy", "annual", "2024", 5)}
    assert "C2 不到已完成数的五分之一" in str(told(reading))


NOTED = [
    ["莲湖区2024年1-9月主要经济指标"],
    ["指标", "单位", "累计", "同比增长(%)"],
    [RETAIL, "亿元", 512.3, 3.1],
    ["一般公共预算收入", "亿元", 40.2, 1.1],
    ["进出口总额", "亿元", 91.2, 1.3],
]


@pytest.mark.parametrize(
    ("note", "missing"),
    [
        ("注：本表为限额以上单位数据。", "C3 D3 C4 D4 C5 D5"),
        ("注：社会消费品零售总额增速为限上增速。", "D3"),
        ("注：社会消费品零售总额增速为9月当月增速。", "D3"),
        ("注：社会消费品零售总额增速已剔除价格因素。", "D3"),
        ("注：社会消费品零售总额为限额以上单位消费品零售额。", "C3 D3"),
        ("注：增速为比2019年同期增长。", "D3 D4 D5"),
        ("注：增速列为全市增速。", "D3 D4 D5"),
        ("注：绝对量为上年同期数。", "C3 C4 C5"),
        ("注：进出口增速按美元计价。", "D5"),
        ("注：财政数据截至8月底。", "C4 D4"),
        ("注：一般公共预算收入为全口径。", "C4 D4"),
        ("注：一般公共预算收入含上划收入。", "C4 D4"),
        ("注：财政总收入含上划收入。", ""),
        ("注：进出口总额按人民币计价；地区生产总值绝对数按现价计算，增长速度按不变价计算。", ""),
        ("注：规模以上工业为年主营业务收入2000万元及以上的工业法人单位。", ""),
        ("注：一般公共预算收入增速按同口径计算，社会消费品零售总额为初步数。", ""),
    ],
)
def test_a_note_may_say_that_figures_are_otherwise(read, note, missing):
    found = set(short(read([*NOTED, [note]])))
    assert {f"{c}{r}" for c in "CD" for r in "345"} - found == set(missing.split())


@pytest.mark.parametrize("name", ["社会消费品零售总额（9月）", "三季度社会消费品零售总额"])
def test_a_name_of_a_month_alone_is_not_to_date(read, name):
    head = ["指标", "单位", "绝对量", "同比(%)"]
    reading = read([NOTED[0], head, [name, "亿元", 60.1, 2.6], NOTED[3]])
    assert set(short(reading)) == {"C4", "D4"}
    assert "标题或列名说的是累计" in told(reading)
    stock = ["金融机构人民币存款余额（9月）", "亿元", 60.1, 2.6]
    assert set(short(read([*NOTED[:2], stock]))) == {"C3", "D3"}


def test_a_row_of_last_month_is_no_sum_to_date(read):
    reading = read([*NOTED[:3], ["进出口总额（上月）", "亿元", 8.2, 1.1]])
    assert set(short(reading)) == {"C3", "D3"}
    assert "没有说是当月还是累计" in told(reading)


TO_DATE = [["莲湖区2024年1-9月主要经济指标"], ["指标", "单位", "绝对量", "同比(%)"]]


@pytest.mark.parametrize(
    "line",
    "上年同期 开发区 民营经济 年度目标 全市 碑林区 限额以上 央企 老城区 农村 全口径 2023年".split(),
)
def test_what_a_line_says_of_its_rows_it_says_of_their_parts(read, line):
    rows = [["一般公共预算收入", "亿元", 40.2, 1.1], ["其中：税收收入", "亿元", 31.1, 1.3]]
    gdp = [["地区生产总值", "亿元", 900.1, 5], ["第二产业", "亿元", 300.1, 4]]
    assert short(read([*TO_DATE, [line], *rows, *gdp])) == {}


@pytest.mark.parametrize(
    "line", ["财政", "一、综合", "（二）财政金融", "景区和商圈", "全区", "2024年"]
)
def test_a_line_of_a_theme_narrows_nothing(read, line):
    rows = [["一般公共预算收入", "亿元", 40.2, 1.1], ["其中：税收收入", "亿元", 31.1, 1.3]]
    assert set(short(read([*TO_DATE, [line], *rows]))) == {"C4", "D4", "C5", "D5"}


def test_lines_of_a_month_and_of_what_is_to_date(read):
    rows = [["当月"], [RETAIL, "亿元", 60.1, 1.1], ["累计"], ["进出口总额", "亿元", 91.1, 2.1]]
    assert short(read([*TO_DATE, *rows])) == {
        "C4": retail("level", "single", "2024-09", 60.1),
        "D4": retail("yoy", "single", "2024-09", 1.1),
        "C6": ("opn.trade", "level", "ytd", "2024-09", 91.1),
        "D6": ("opn.trade", "yoy", "ytd", "2024-09", 2.1),
    }


@pytest.mark.parametrize(
    ("whole", "span", "period"),
    [
        ("一般公共预算收入（9月当月）", "single", "2024-09"),
        ("一般公共预算收入（1-8月）", "ytd", "2024-08"),
    ],
)
def test_a_part_is_of_the_time_of_its_whole(read, whole, span, period):
    rows = [[whole, "亿元", 40.2, 1.1], ["其中：税收收入", "亿元", 31.1, 1.3]]
    assert short(read([*TO_DATE, *rows]))["C4"] == ("fis.tax", "level", span, period, 31.1)


@pytest.mark.parametrize("kind", ["（上年同期）", "（预计）", "年度目标", "（全口径）"])
def test_a_part_of_what_is_not_read_is_not_read(read, kind):
    rows = [[f"一般公共预算收入{kind}", "亿元", 40.2, 1.1], ["其中：税收收入", "亿元", 31.1, 1.3]]
    found = read([*TO_DATE, *rows])
    assert not {code for code in found.frame["indicator"] if not code.startswith("fact")}


def test_a_part_is_of_the_region_of_its_whole(read):
    rows = [["全市一般公共预算收入", "亿元", 400.2, 1.1], ["其中：税收收入", "亿元", 310.1, 1.3]]
    assert set(read([*TO_DATE, *rows]).frame["region"]) == {"610100"}
    heads = ["月份", "西安市地区生产总值(亿元)", "第二产业(亿元)", "莲湖区地区生产总值(亿元)"]
    reading = read([["莲湖区2024年"], heads, ["1-9月", 8000.1, 2631.1, 800.1]])
    frame = reading.frame.set_index("cell")
    assert list(frame.loc[["B3", "C3", "D3"], "region"]) == ["610100", "610100", "610104"]


@pytest.mark.parametrize("name", ["2023年社会消费品零售总额", "社会消费品零售总额（2019年）"])
def test_a_name_of_another_year_is_not_of_the_titles(read, name):
    reading = read([*TO_DATE, [name, "亿元", 502.2, 1.1], ["一般公共预算支出", "亿元", 31.1, 1.3]])
    assert set(short(reading)) == {"C4", "D4"}
    this_year = read([*TO_DATE, ["2024年社会消费品零售总额", "亿元", 502.2, 1.1]])
    assert set(short(this_year)) == {"C3", "D3"}


@pytest.mark.parametrize(
    ("whole", "one", "two", "read_too"),
    [
        ("限额以上单位消费品零售额", "其中：商品零售", "餐饮收入", 1),
        ("跨境电商进出口额", "其中：出口", "进口", 1),
        ("服务贸易进出口总额", "出口", "进口", 0),
        ("财政总收入", "税收收入", "非税收入", 0),
        ("农村社会消费品零售额", "商品零售额", "餐饮收入", 0),
        ("一般公共预算收入", "税收收入", "非税收入", 3),
        ("进出口总额", "其中：出口", "进口", 3),
        ("社会消费品零售总额", "商品零售额", "餐饮收入", 3),
        ("财政总收入", "一般公共预算收入", "政府性基金收入", 2),
    ],
)
def test_rows_that_add_up_to_another_whole_are_its_parts(read, whole, one, two, read_too):
    rows = [[whole, "亿元", 30.0], [one, "亿元", 20.0], [two, "亿元", 10.0]]
    assert len(short(read([TO_DATE[0], TO_DATE[1][:3], *rows]))) == read_too


@pytest.mark.parametrize(("exports", "read_too"), [(40.2, 1), (80.0, 3)])
@pytest.mark.parametrize("indent", ["", "  "])
def test_rows_that_add_up_to_a_part_that_is_not_known_are_its_parts(
    read, exports, read_too, indent
):
    rows = [["进出口总额", "亿元", 100.3], ["其中：民营企业", "亿元", 60.5]]
    rows += [[f"{indent}出口", "亿元", exports], [f"{indent}进口", "亿元", 20.3]]
    assert len(short(read([TO_DATE[0], TO_DATE[1][:3], *rows]))) == read_too


@pytest.mark.parametrize("whole", ["居民人均可支配收入", "全体居民人均可支配收入"])
def test_town_below_all_households_is_its_own_indicator(read, whole):
    rows = [[whole, "元", 34021], ["  其中：城镇居民", "元", 40210], ["  农村居民", "元", 15210]]
    assert set(short(read([TO_DATE[0], TO_DATE[1][:3], *rows]))) == {"C4"}


def test_a_rank_between_an_amount_and_its_growth_is_the_amounts(read):
    heads = [
        "区县",
        "GDP(亿元)",
        "排名",
        "增速(%)",
        "排名",
        "社会消费品零售总额(亿元)",
        "排名",
        "增速(%)",
        "排名",
    ]
    reading = read(
        [["2024年1-9月各区主要指标"], heads, ["莲湖区", 612.3, 4, 5.1, 6, 301.2, 3, 4.2, 5]]
    )
    figures = {cell: row for cell, row in short(reading).items() if cell not in facts(reading)}
    assert {cell: row[0] for cell, row in figures.items()} == {
        "B3": "gdp.total",
        "D3": "gdp.total",
        "F3": "csm.retail.total",
        "H3": "csm.retail.total",
    }
    assert {cell: (row[0], row[-1]) for cell, row in facts(reading).items()} == {
        "E3": ("fact.rank.gdp.total", 6),
        "I3": ("fact.rank.csm.retail.total", 5),
    }


@pytest.mark.parametrize(
    "head",
    ["同比增长幅度", "同比变动幅度", "同比增减百分比", "增长百分比", "同比升降幅", "同比增减率"],
)
def test_growth_has_many_names(read, head):
    heads = ["指标", "1-9月(亿元)", f"{head}(%)"]
    found = short(read([["莲湖区2024年"], heads, [RETAIL, 301.2, 4.2]]))
    assert found["C3"] == ("csm.retail.total", "yoy", "ytd", "2024-09", 4.2)


def test_prices_rise_and_fall_by_a_rate(read):
    heads = ["项目", "环比涨跌幅（%）", "同比涨跌幅（%）", "1-9月同比涨跌幅度（%）"]
    found = short(read([["2024年9月居民消费价格"], heads, ["居民消费价格", 0.1, 0.4, 0.3]]))
    assert found["C3"] == ("pri.cpi", "yoy", "single", "2024-09", 0.4)
    assert found["D3"] == ("pri.cpi", "yoy", "ytd", "2024-09", 0.3)


def test_the_month_and_what_is_to_date_of_one_indicator_are_no_parts(read):
    rows = [["进口总额", "累计", 30.0], ["进口总额", "当月", 20.0], ["出口总额", "当月", 10.0]]
    found = short(read([TO_DATE[0], ["指标", "口径", "亿元"], *rows]))
    assert found["C4"] == ("opn.import", "level", "single", "2024-09", 20)


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        (["限上社会消费品零售总额(亿元)", "商品零售(亿元)", "餐饮收入(亿元)"], ""),
        (["2023年地区生产总值(亿元)", "第二产业(亿元)", "2024年地区生产总值(亿元)"], "D3"),
        (
            ["社会消费品零售总额(亿元)", "上年同期社会消费品零售总额(亿元)", "其中:餐饮收入(亿元)"],
            "B3",
        ),
        (["地区生产总值(亿元,预计)", "第二产业(亿元)"], ""),
        (["民营一般公共预算收入(亿元)", "其中:税收收入(亿元)"], ""),
        (["一般公共预算收入(亿元)", "其中:税收收入(亿元)", "地区生产总值(亿元)"], "B3 C3 D3"),
    ],
)
def test_a_column_of_a_part_is_of_what_its_whole_is(read, heads, cells):
    figures = [900.1 - 100 * n for n in range(len(heads))]
    reading = read([["2024年1-9月各区主要指标"], ["地区", *heads], ["莲湖区", *figures]])
    assert set(short(reading)) == set(cells.split())


@pytest.mark.parametrize(
    "title",
    "莲湖区重点商圈2024年1-9月主要经济指标,莲湖区四上企业2024年1-9月主要经济指标,莲湖区2024年1-9月主要经济指标(大兴新区),"
    "2024年1-9月莲湖区不含烟草主要指标,莲湖区纳税大户2024年1-9月主要经济指标".split(","),
)
def test_a_title_of_a_part_of_the_district_narrows_its_figures(read, title):
    rows = [TO_DATE[1], ["税收收入", "亿元", 31.1, 1.3], [RETAIL, "亿元", 112.3, 3.1]]
    assert short(read([[title], *rows])) == {}


def test_the_file_or_the_sheet_may_say_so_as_well(read):
    rows = [["2024年1-9月主要经济指标"], TO_DATE[1], [RETAIL, "亿元", 112.3, 3.1]]
    assert short(read(rows, file="莲湖区民营经济2024年9月")) == {}
    assert short(read(rows, sheet="同期")) == {}
    assert set(short(read(rows, file="莲湖区各街道2024年9月"))) == {"C3", "D3"}
    named = [["莲湖区2024年1-9月主要经济指标"], *rows[1:]]
    assert set(short(read(named, file="民营经济2024年9月"))) == {"C3", "D3"}


@pytest.mark.parametrize("what", ["完成率(%)", "拉动点数(百分点)", "上年同期增速(%)", "权重"])
def test_a_title_of_another_measure_leaves_no_growth(read, what):
    head = ["地区", "固定资产投资"]
    rows = [[f"2024年1-9月各区主要经济指标{what}"], head, ["莲湖区", 5.2], ["碑林区", 6.2]]
    assert short(read(rows)) == {}


def test_the_sectors_below_a_title_of_gross_product_are_its_parts(read):
    rows = [
        ["2022年全区生产总值及其增长速度"],
        ["单位:亿元"],
        ["指 标", "绝对数", "比上年增长%"],
        ["生产总值", 295.4, 7.7],
        ["第二产业", 210.1, 11.6],
        ["批发和零售业", 13.4, -5.2],
        ["金融业", 8.8, 4.8],
    ]
    found = short(read(rows, published=dt.date(2023, 4, 20)))
    assert found["B6"] == ("gdp.wholesale_retail", "level", "annual", "2022", 13.4)
    assert found["C7"] == ("gdp.finance", "yoy", "annual", "2022", 4.8)


def test_a_column_of_last_year_at_100_is_growth(read):
    head = ["指标", "2011年", "2011年为上年%\n(按可比价计算)"]
    rows = [["地区生产总值"], ["计量单位:亿元"], head, ["地区生产总值", 614.5, 112]]
    found = short(read(rows, published=dt.date(2012, 8, 30)))
    assert found["C4"] == ("gdp.total", "yoy", "annual", "2011", 12)


def test_a_title_over_two_lines_says_whose_revenue_it_is(read):
    rows = [
        ["规模以上工业企业主要经济效益指标"],
        ["2024年9月"],
        ["指标名称", "1-9月", "比去年同期增长(%)"],
        ["营业收入(亿元)", 348.6, -2.4],
        ["利润总额(亿元)", 26.1, -2.7],
    ]
    found = short(read(rows))
    assert found["B4"] == ("ind.revenue", "level", "ytd", "2024-09", 348.6)
    assert found["C5"] == ("ind.profit", "yoy", "ytd", "2024-09", -2.7)


def test_a_title_by_districts_names_the_indicator(read):
    rows = [
        ["社会消费品零售总额(按区分)"],
        ["2024年1-8月"],
        ["单位:万元"],
        ["项 目", "2024年8月", "同比增长(%)", "2024年1-8月", "同比增长(%)"],
        ["莲湖区", 893416, 5.7, 6361906, 4.6],
        ["碑林区", 851562, 5.8, 6707682, 4.1],
    ]
    found = short(read(rows))
    assert found["B5"] == retail("level", "single", "2024-08", 89.3416)
    assert found["E5"] == retail("yoy", "ytd", "2024-08", 4.6)


def test_of_names_in_two_languages_the_chinese_are_read(read):
    rows = [
        ["主要经济指标"],
        ["项    目", "Item", 2020, 2021],
        ["地区生产总值 (万元)", "Gross Domestic Product (10000 yuan)", 5957284, 7060232],
    ]
    found = short(read(rows, published=dt.date(2022, 11, 30)))
    assert found["D3"] == ("gdp.total", "level", "annual", "2021", 706.0232)


@pytest.mark.parametrize(
    "heads",
    [
        ["1-9月累计", "2023年1-9月", "同比增长(%)"],
        ["累计", "2023年累计", "增速(%)"],
        ["1-9月", "2023年1-9月", "增速(%)"],
    ],
)
def test_last_years_column_may_write_its_year_out_alone(read, heads):
    rows = [TO_DATE[0], ["指标", "单位", *heads], [RETAIL, "亿元", 512.3, 497.0, 3.1]]
    assert short(read(rows)) == {
        "C3": retail("level", "ytd", "2024-09", 512.3),
        "E3": retail("yoy", "ytd", "2024-09", 3.1),
    }


@pytest.mark.parametrize("head", ["比1-8月提高(百分点)", "较上半年回落（百分点）", "比一季度变化"])
def test_a_change_since_earlier_months_is_left_out(read, head):
    rows = [TO_DATE[0], ["指标", "单位", "累计", "同比增长(%)", head]]
    assert set(short(read([*rows, [RETAIL, "亿元", 512.3, 3.1, 0.3]]))) == {"C3", "D3"}


def test_a_head_of_what_was_reported_in_a_month_is_told(read):
    rows = [TO_DATE[0], ["指标", "单位", "累计", "9月上报数"], [RETAIL, "亿元", 512.3, 60.1]]
    reading = read(rows)
    assert "D3" in short(reading) or "9月上报数" in told(reading)


@pytest.mark.parametrize(
    "name", ["地区生产总值指数(上年=100)", "地区生产总值增速(%)", "地区生产总值构成(%)"]
)
def test_a_short_name_below_another_measure_of_its_whole_is_no_amount(read, name):
    rows = [["2-3 地区生产总值"], ["单位:亿元"], ["项目", 2010, 2013, 2014]]
    rows += [["地区生产总值", 266.5, 617.2, 707.8], [name, 115.4, 116.2, 110.5]]
    reading = read([*rows, ["第二产业", 117.5, 119.1, 111.9]], published=dt.date(2015, 8, 30))
    assert "gdp.secondary" not in set(reading.frame["indicator"])
    assert "第二产业" in told(reading)


@pytest.mark.parametrize(
    "names",
    [
        ["地区生产总值", "增速(%)", "第二产业", "增速(%)"],
        ["地区生产总值", "地区生产总值增速(%)", "第二产业增加值", "第二产业增加值增速(%)"],
    ],
)
def test_amounts_and_growth_by_turns_in_rows(read, names):
    figures = zip(names, [512.3, 5.1, 104.2, 5.9], strict=True)
    rows = [["2024年1-9月主要指标"], ["单位：亿元"], ["指标", "累计"], *map(list, figures)]
    assert short(read(rows)) == {
        "B4": ("gdp.total", "level", "ytd", "2024Q3", 512.3),
        "B5": ("gdp.total", "yoy", "ytd", "2024Q3", 5.1),
        "B6": ("gdp.secondary", "level", "ytd", "2024Q3", 104.2),
        "B7": ("gdp.secondary", "yoy", "ytd", "2024Q3", 5.9),
    }


def test_sectors_below_gross_product_in_heads_of_three_rows(read):
    rows = [
        ["历年地区生产总值"],
        ["年份", "生产总值(万元)", None, None, None, None],
        [None, "合计", "第一产业", "第二产业", None, "第三产业"],
        [None, None, None, None, "工业", None],
        [2004, 1802940, 152242, 816160, 644451, 834538],
        [2005, 2052164, 164150, 934787, 779727, 953227],
    ]
    merged = ((1, 1, 1, 5), (1, 0, 3, 0))
    found = short(read(rows, merged=merged, published=dt.date(2008, 8, 30)))
    assert found["B5"] == ("gdp.total", "level", "annual", "2004", 180.294)
    assert found["D6"] == ("gdp.secondary", "level", "annual", "2005", 93.4787)
    assert found["F5"] == ("gdp.tertiary", "level", "annual", "2004", 83.4538)


PLACES = [["全市", "亿元", 5000.1, 3.3], ["莲湖区", "亿元", 512.3, 3.1]]


def test_lines_of_indicators_over_rows_of_regions(read):
    budget = [["二、一般公共预算收入"], ["全市", "亿元", 700.1, 3.3], ["莲湖区", "亿元", 40.3, 1.1]]
    rows = [TO_DATE[0], ["指标", "单位", "累计", "同比增长(%)"]]
    reading = read([*rows, ["一、社会消费品零售总额", "亿元"], *PLACES, *budget])
    assert short(reading)["C5"] == retail("level", "ytd", "2024-09", 512.3)
    assert short(reading)["D8"] == ("fis.revenue.gpb", "yoy", "ytd", "2024-09", 1.1)
    assert list(reading.frame.set_index("cell").loc[["C4", "C5"], "region"]) == ["610100", "610104"]


@pytest.mark.parametrize(
    "line",
    [
        "某某指数",
        "限额以上社会消费品零售总额",
        "2023年社会消费品零售总额",
        "社会消费品零售总额（预计）",
    ],
)
def test_lines_of_anything_else_over_rows_of_regions_refuse_the_table(read, line):
    rows = [TO_DATE[0], ["指标", "单位", "累计", "同比增长(%)"], [line, "亿元"], *PLACES]
    reading = read(rows)
    assert short(reading) == {} and "各行是地区" in told(reading)


@pytest.mark.parametrize(
    ("count", "change", "may_be"),
    [(12, -2, False), (12, 3, False), (12, 20, True), (1200, 3, True)],
)
def test_a_whole_number_that_is_no_growth_of_a_count_is_a_change(read, count, change, may_be):
    rows = [TO_DATE[0], ["指标", "单位", "累计", "同比"], ["生产安全事故起数", "起", count, change]]
    assert ("D3" in short(read(rows))) == may_be
    rows[1][3] = "同比增长(%)"
    assert "D3" in short(read(rows))


@pytest.mark.parametrize(
    ("note", "period"),
    [
        ("注：一般公共预算收入为全市数。", None),
        ("注：一般公共预算收入为1-8月数。", "2024-08"),
        ("注：一般公共预算收入为快报数。", "2024-09"),
    ],
)
def test_a_note_on_a_whole_is_on_its_parts_too(read, note, period):
    rows = [["一般公共预算收入", "亿元", 40.2, 1.1], ["其中：税收收入", "亿元", 31.1, 1.3]]
    found = short(read([*TO_DATE, *rows, [note]]))
    assert found.get("C4", (None,) * 5)[3] == period


def test_a_rank_of_so_many_is_a_rank(read):
    rows = [["指标", "2024年1-9月增速", "全市位次"], [RETAIL, "3.8%", "3/13"]]
    assert facts(read(rows)) == {"C2": ("fact.rank.csm.retail.total", "level", "ytd", "2024-09", 3)}


def test_what_builders_complete_is_not_of_real_estate(read):
    rows = [
        ["2022年建筑业企业生产情况"],
        ["指标", "单位", "2022年"],
        ["房屋竣工面积", "万平方米", 55.3],
    ]
    assert short(read(rows, published=dt.date(2023, 9, 30))) == {}
    rows[0] = ["2022年房地产开发和建筑业生产情况"]
    assert list(short(read(rows, published=dt.date(2023, 9, 30)))) == ["C3"]


def test_a_rank_is_not_of_an_earlier_month_beside_it(read):
    head = ["指 标", "1-9月增速", "1-8月增速", "增速变化（百分点）", "全市排名"]
    rows = [["莲湖区主要指标（2024年1-9月）"], head, [RETAIL, "6.3%", "6.5%", -0.2, 3]]
    assert facts(read(rows)) == {"E3": ("fact.rank.csm.retail.total", "level", "ytd", "2024-09", 3)}
    rows = [["莲湖区主要指标"], ["指 标", "2024年1-9月增速", "2024年1-8月增速", "全市排名"]]
    assert facts(read([*rows, [RETAIL, "6.3%", "6.5%", 3]])) == {}


def test_a_sheet_of_all_streets_has_the_district_in_its_last_row(read):
    rows = [
        ["莲湖区各街道2024年1-9月主要指标完成情况"],
        ["街道", "社零（万元）", "同比%"],
        ["青年路街道", 45678, 6.1],
        ["全区", 6123000, 6.3],
    ]
    assert short(read(rows, sheet="街道")) == {
        "B4": retail("level", "ytd", "2024-09", 612.3),
        "C4": retail("yoy", "ytd", "2024-09", 6.3),
    }


@pytest.mark.parametrize("line", [["（单位：亿元）"], [None, None, "单位：亿元"]])
def test_below_a_line_of_another_unit_nothing_is_read_wherever_it_stands(read, line):
    rows = [
        ["莲湖区2024年1—9月", None, "单位：万元"],
        ["指标", "累计", "增长(%)"],
        [BUDGET, 310256, 3.0],
        line,
        [RETAIL, 497.3, 3.5],
    ]
    reading = read(rows)
    assert list(short(reading)) == ["B3", "C3"]
    assert "以下各行没有读" in str(told(reading))


def test_a_line_of_earlier_months_is_when_the_rows_below_it_are_of(read):
    rows = [
        ["莲湖区2024年1—9月"],
        ["指标", "单位", "累计", "增长(%)"],
        [RETAIL, "亿元", 497.3, 3.5],
        ["以下为1-8月数据"],
        ["房地产开发投资", "亿元", 20.2, -9.0],
        ["以下为1-5月数据"],
        [BUDGET, "亿元", 17.2, 1.0],
    ]
    found = short(read(rows))
    assert found["D3"] == retail("yoy", "ytd", "2024-09", 3.5)
    assert found["D5"] == ("inv.re", "yoy", "ytd", "2024-08", -9.0)
    assert list(found) == ["C3", "D3", "C5", "D5"]


@pytest.mark.parametrize(
    ("growths", "kept"),
    [
        ((0.065, 0.21, -0.016), []),
        ((0.065, 0.3), []),
        ((0.6, 0.21, -0.3), ["D3", "D4", "D5"]),
        ((0.065, 3.2, 4.4), ["D4", "D5"]),
    ],
)
def test_beside_fractions_in_most_rows_of_a_column_no_growth_is_a_percentage(read, growths, kept):
    names = (BUDGET, "税收收入", "进出口总值")
    body = [[name, "亿元", 1, value] for name, value in zip(names, growths, strict=False)]
    rows = [["莲湖区2024年1—9月"], ["指标", "单位", "累计", "增长(%)"], *body]
    assert [cell for cell in short(read(rows)) if cell[0] == "D"] == kept


def test_a_figure_merged_over_rows_of_two_names_is_of_neither(read):
    rows = [
        ["莲湖区2024年1—9月"],
        ["指标", "单位", "累计", "增长(%)"],
        ["批发业商品销售额", "亿元", 611.2, 3.5],
        ["零售业商品销售额", "亿元", None, 4.0],
        [RETAIL, "亿元", 497.3, 3.5],
        [None, None, None, None],
    ]
    reading = read(rows, merged=[(2, 2, 3, 2), (4, 0, 5, 0), (4, 2, 5, 2), (4, 3, 5, 3)])
    assert list(short(reading)) == ["D3", "D4", "C5", "D5"]
    assert "C3 这一格合并了几行" in told(reading)


@pytest.mark.parametrize(
    "title",
    [
        "莲湖区（不含大学城）2024年1—9月",
        "全区（除托管街道）2024年1—9月",
        "莲湖区2024年1—9月（剔除高新区）",
    ],
)
def test_a_title_that_leaves_out_a_part_of_the_region_gives_no_figures_of_the_whole(read, title):
    assert not short(read([[title], ["指标", "单位", "累计"], [RETAIL, "亿元", 401.3]]))


def test_a_title_may_leave_out_farm_households(read):
    rows = [["莲湖区2024年1—9月固定资产投资（不含农户）"], ["指标", "增长(%)"], ["民间投资", 2.5]]
    assert len(short(read(rows))) == 1


def test_a_unit_beside_a_row_may_go_on_with_that_of_its_growth(read):
    rows = [
        ["莲湖区2024年1—9月"],
        ["指标", "单位", "1-9月完成", "增长"],
        [RETAIL, "亿元、%", 497.3, "↑3.5"],
        ["财政总收入", "万元/%", 889000, 1.2],
        ["其中：一般公共预算收入", "万元/%", 310256, "▼1.2%"],
    ]
    assert short(read(rows)) == {
        "C3": retail("level", "ytd", "2024-09", 497.3),
        "D3": retail("yoy", "ytd", "2024-09", 3.5),
        "C5": ("fis.revenue.gpb", "level", "ytd", "2024-09", 31.0256),
        "D5": ("fis.revenue.gpb", "yoy", "ytd", "2024-09", -1.2),
    }


def test_growth_on_the_year_before_in_a_year_that_is_over_is_annual(read):
    rows = [
        ["2023年莲湖区国民经济主要指标"],
        ["指标", "单位", "绝对数", "比上年增长%"],
        [RETAIL, "亿元", 805.2, 7.1],
    ]
    assert short(read(rows, published=dt.date(2024, 3, 20))) == {
        "C3": retail("level", "annual", "2023", 805.2),
        "D3": retail("yoy", "annual", "2023", 7.1),
    }
    # Of months that nobody names it may be, where the year goes on, or growth is on its same months.
    assert read(rows, published=dt.date(2023, 10, 20)).frame.empty
    assert read(rows).frame.empty
    rows[1][3] = "比上年同期增长%"
    assert read(rows, published=dt.date(2024, 3, 20)).frame.empty


def test_a_table_of_last_years_figures_below_this_years_is_not_this_years(read):
    head = ["指标", "单位", "1-9月", "增长%"]
    rows = [
        ["莲湖区2024年1-9月主要指标"],
        head,
        [RETAIL, "亿元", 497.3, 3.5],
        [],
        ["附：上年同期数"],
        head,
        [RETAIL, "亿元", 480.5, 6.1],
        ["税收收入", "亿元", 24.9, 1.8],
    ]
    assert set(short(read(rows))) == {"C3", "D3"}


def test_under_a_title_of_units_above_the_limit_a_bare_trade_is_of_them(read):
    rows = [
        ["莲湖区限额以上批零住餐四大行业（2024年10月）"],
        ["行业", "单位", "本月", "1-10月累计", "去年同期累计", "增减额", "增幅%"],
        ["批发业商品销售额", "万元", 318200, 3050100, 2900400, 149700, 5.2],
    ]
    code = "trd.wholesale.above"
    assert short(read(rows)) == {
        "C3": (code, "level", "single", "2024-10", 31.82),
        "D3": (code, "level", "ytd", "2024-10", 305.01),
        "G3": (code, "yoy", "ytd", "2024-10", 5.2),
    }
    for title in ("限额以上单位及社会消费品零售总额", "限额以上、限额以下销售额"):
        rows[0] = [f"莲湖区{title}（2024年10月）"]
        assert read(rows).frame.empty


def test_investment_by_sector_in_a_table_of_growth_names_its_parts(read):
    rows = [
        ["莲湖区2024年1-9月投资分类增速"],
        ["指标", "1-8月", "1-9月"],
        ["固定资产投资", -3.1, -2.2],
        ["  按产业分"],
        ["    第二产业", 20.4, 17.7],
        ["      其中：工业投资", 20.4, 17.7],
        ["    第三产业", -4.9, -3.6],
        ["      #房地产开发投资", -11.8, -10.9],
    ]
    found = {cell: said[:1] + said[-1:] for cell, said in short(read(rows)).items()}
    assert (found["C6"], found["C8"]) == (("inv.industry.yoy", 17.7), ("inv.re", -10.9))
    assert not any(cell in found for cell in ("C5", "C7"))


def test_months_across_of_the_year_of_each_row_are_single_beside_a_year_to_date(read):
    rows = [
        ["莲湖区全社会用电量（万千瓦时）"],
        ["项目", "年份", "1月", "2月", "1-2月累计"],
        ["全社会用电量", "2024年", 19800, 17200, 37000],
        [None, "2023年", 18500, 17900, 36400],
    ]
    found = short(read(rows, merged=[(2, 0, 3, 0)]))
    assert {cell: said[2:4] for cell, said in found.items()} == {
        "C3": ("single", "2024-01"),
        "D3": ("single", "2024-02"),
        "E3": ("ytd", "2024-02"),
        "C4": ("single", "2023-01"),
        "D4": ("single", "2023-02"),
        "E4": ("ytd", "2023-02"),
    }


def test_districts_under_a_head_of_items_are_regions_whatever_notes_stand_below(read):
    rows = [
        ["2018年1-8月各区社会消费品零售总额（亿元）"],
        ["项 目", "8月", "同比增长(%)", "1-8月", "同比增长(%)"],
        ["全 市", 991.5, 5.7, 7355.5, 4.4],
        ["莲湖区", 85.2, 5.8, 670.8, 4.1],
        ["别处区", 20.1, 5.6, 170.2, 4.0],
        ["社会消费品零售总额统计范围、采集渠道及主要指标解释"],
    ]
    frame = read(rows).frame
    found = {(r.region, r.measure, r.span): r.value for r in frame.itertuples()}
    assert found["610104", "level", "ytd"] == 670.8
    assert found["610100", "yoy", "single"] == 5.7
    assert len(found) == 8


def test_a_district_marked_as_a_part_of_its_city_is_that_district(read):
    rows = [
        ["2024年1-6月各区县社会消费品零售总额（亿元）"],
        ["区县", "总额", "增长(%)"],
        ["西安市", 2480.1, 2.2],
        ["#莲湖区", 361.2, 3.9],
    ]
    assert {(r.region, r.value) for r in read(rows).frame.itertuples()} == {
        ("610100", 2480.1),
        ("610100", 2.2),
        ("610104", 361.2),
        ("610104", 3.9),
    }


def test_a_numbered_table_is_no_part_of_the_one_above_it(read):
    head = ["", "9月", "1-9月累计", "累计增长%"]
    rows = [
        ["2021年1-9月进度数据"],
        ["3、第三产业增加值构成"],
        head,
        ["批发和零售业", "——", 9.6, 0.1],
        ["5、规模以上工业产销"],
        head,
        ["规模以上工业增加值(亿元)", 120.6, 1014.3, 15.9],
    ]
    assert short(read(rows))["D7"][:2] == ("ind.va_above.yoy", "yoy")


TRADES = [
    ["规模以上服务业合计", 320.5, 6.1, 12.3, 4.5],
    ["其中：租赁和商务服务业", 55.1, 7.3, 3.3, 2.2],
    ["信息传输业", 60.2, 9.9, 5.5, 8.1],
    ["科学研究和技术服务业", 44.2, 8.8, 1.1, 6.6],
]
OF_TRADES = ["行业", "营业收入", "同比增长%", "利润总额", "同比增长%"]


@pytest.mark.parametrize(
    "title", ["规模以上服务业主要经济指标", "规上服务业企业分行业营业收入和利润"]
)
def test_trades_are_of_what_the_title_and_the_head_make_of_them(read, title):
    reading = read([[f"莲湖区2024年1-8月{title}"], ["单位：亿元"], OF_TRADES, *TRADES])
    assert {cell: (row[0], row[1], row[4]) for cell, row in short(reading).items()} == {
        "B4": ("svc.revenue", "level", 320.5),
        "C4": ("svc.revenue", "yoy", 6.1),
        "D4": ("svc.profit", "level", 12.3),
        "E4": ("svc.profit", "yoy", 4.5),
        "B5": ("svc.leasing.rev", "level", 55.1),
        "C5": ("svc.leasing.rev", "yoy", 7.3),
        "B7": ("svc.rdtech.rev", "level", 44.2),
        "C7": ("svc.rdtech.rev", "yoy", 8.8),
    }
    left = {
        problem.cell for problem in reading.problems if "没有这一行的利润总额" in problem.message
    }
    assert left == {"D5", "E5", "D7", "E7"}


@pytest.mark.parametrize(
    ("title", "rows"),
    [
        ("规模以上服务业国有企业主要经济指标", TRADES[1:]),
        ("规模以上服务业主要经济指标（预计）", TRADES[1:]),
        ("服务业主要经济指标", TRADES[3:]),
        # Trades below a kind of firms are parts of it, whether 其中 says so or not.
        ("规模以上服务业主要经济指标", [["国有控股企业", 9, 3.3, 1, 1.2], *TRADES[1:]]),
        ("规模以上服务业主要经济指标", [["大型", 9, 3.3, 1, 1.2], *TRADES[3:]]),
        ("规模以上服务业主要经济指标|二、骨干企业", TRADES[1:]),
        ("规模以上服务业主要经济指标|（二）民营", TRADES[1:]),
        ("规模以上服务业重点监测企业主要经济指标", TRADES[1:]),
    ],
)
def test_trades_of_a_part_are_not_those_of_the_whole(read, title, rows):
    first, *others = title.split("|")
    titles = [[f"莲湖区2024年1-8月{first}"], *([line] for line in others)]
    reading = read([*titles, ["单位：亿元"], OF_TRADES, *rows])
    assert reading.frame.empty
    assert reading.problems


def test_trades_above_the_limit_are_of_the_units_above_it(read):
    head = ["行业", "商品销售额", "增速%"]
    rows = [["批发业", 320.5, 6.1], ["零售业", 80.1, 5.2]]
    reading = read([["莲湖区2024年1-9月限上批发零售业经营情况"], ["单位：亿元"], head, *rows])
    assert {cell: row[0] for cell, row in short(reading).items()} == {
        "B4": "trd.wholesale.above",
        "C4": "trd.wholesale.above",
        "B5": "trd.retail.above",
        "C5": "trd.retail.above",
    }


def test_a_bare_growth_behind_another_is_of_the_amount_that_has_none_yet(read):
    head = ["指标", "本月", "本月止累计", "本月同比增长%", "同比增长%"]
    rows = [["莲湖区2024年9月主要指标"], ["单位：亿元"], head, [RETAIL, 54.3, 481.25, 4.6, 5.1]]
    assert short(read(rows)) == {
        "B4": retail("level", "single", "2024-09", 54.3),
        "C4": retail("level", "ytd", "2024-09", 481.25),
        "D4": retail("yoy", "single", "2024-09", 4.6),
        "E4": retail("yoy", "ytd", "2024-09", 5.1),
    }


@pytest.mark.parametrize(
    ("head", "row", "said"),
    [
        (["区县", "1-9月", "增速%"], ["莲湖区", 20, 3], "各行是地区，标题"),
        (["时间", "累计值", "累计增速%"], ["2024年9月", 20, 3], "行和列名都没有写指标名称，标题"),
    ],
)
def test_a_table_whose_title_is_no_indicator_says_what_its_rows_are(read, head, row, said):
    reading = read([["莲湖区2024年1-9月不知名的指标"], ["单位：亿元"], head, row])
    assert reading.frame.empty
    assert said in told(reading)


@pytest.mark.parametrize("row", [["进出口总额", "亿元", 100.0], ["进出口总额（亿元）", "", 100.0]])
def test_an_amount_whose_row_and_head_name_two_currencies_is_refused(read, row):
    reading = read([["莲湖区2024年1-9月"], ["指标", "单位", "绝对额（亿美元）"], row])
    assert reading.frame.empty
    assert "单位有两种写法" in told(reading)


@pytest.mark.parametrize(
    ("title", "heads", "stored"),
    [
        ("2024年1-9月", ["2024年1-9月（亿元）", "2023年增速%"], {"B3"}),
        ("2024年1-9月", ["2023年增速%", "2024年1-9月（亿元）"], {"C3"}),
        ("2024年1-9月", ["绝对额（亿元）", "2023年增速%"], {"B3"}),
        ("2024年1-9月", ["绝对额（亿元）", "2024年增速%"], {"B3", "C3"}),
        ("", ["2024年1-9月（亿元）", "2024年增速%"], {"B3", "C3"}),
    ],
)
def test_growth_of_another_year_is_not_of_the_amount_beside_it(read, title, heads, stored):
    reading = read([[f"莲湖区{title}主要指标"], ["指标", *heads], [RETAIL, 100.0, 4.0]])
    assert set(short(reading)) == stored
    assert {row[3] for row in short(reading).values()} == {"2024-09"}
    assert len(stored) == 2 or "说的是2023年，旁边的绝对量是2024年的" in told(reading)


BY_INDUSTRY = [
    ["地区生产总值", 880.0, 5.2],
    ["第二产业", 180.0, 4.0],
    ["工业", 100.0, 3.0],
    ["建筑业", 80.0, 5.0],
    ["第三产业", 700.0, 5.6],
    ["批发和零售业", 120.0, 4.4],
    ["交通运输、仓储和邮政业", 80.0, 6.0],
    ["住宿和餐饮业", 30.0, 6.0],
    ["金融业", 150.0, 6.0],
    ["房地产业", 70.0, 1.0],
    ["其他服务业", 250.0, 6.6],
]


def test_a_flat_list_of_industries_is_of_the_sectors_that_it_adds_up_to(read):
    heads = ["行业", "1-9月（亿元）", "增速%"]
    reading = read([["莲湖区2024年1-9月地区生产总值"], heads, *BY_INDUSTRY])
    codes = "total secondary tertiary wholesale_retail transport hotel_catering finance realestate"
    wanted = {f"gdp.{code}" for code in (*codes.split(), "other_services")} | {"ind.va", "bld.va"}
    assert {row[0] for row in short(reading).values()} == wanted
    assert len(short(reading)) == 2 * len(BY_INDUSTRY) and not reading.problems


def test_industries_that_do_not_add_up_are_not_taken_by_a_name_of_many_tables(read):
    heads = ["行业", "1-9月（亿元）", "增速%"]
    rows = [row for row in BY_INDUSTRY if row[0] != "金融业"]
    reading = read([["莲湖区2024年1-9月"], heads, *rows])
    assert "gdp.realestate" not in {row[0] for row in short(reading).values()}
    assert "“房地产业”在几种表里都有" in told(reading)


def test_bare_years_beside_months_of_a_year_are_whole_years(read):
    head = ["指标", "2022年", "2023年", "2024年1-9月", "同比(%)"]
    body = ["社会消费品零售总额(亿元)", 510.0, 533.0, 402.1, 4.4]
    assert short(read([head, body])) == {
        "B2": retail("level", "ytd", "2022-12", 510.0),
        "C2": retail("level", "ytd", "2023-12", 533.0),
        "D2": retail("level", "ytd", "2024-09", 402.1),
        "E2": retail("yoy", "ytd", "2024-09", 4.4),
    }
    titled = read([["2024年1-9月主要指标"], head, body])
    assert short(titled)["B3"] == retail("level", "ytd", "2022-12", 510.0)


def test_growth_right_of_the_amount_to_date_of_a_month_is_to_date(read):
    heads = [["", "2023年9月", "", "2024年9月", ""], ["", "累计", "增速", "累计", "增速"]]
    for unit in ("单位：亿元", ""):  # whether the amount is read or not
        reading = read([["主要指标", unit], *heads, [RETAIL, 385.1, 5.0, 402.1, 4.4]])
        assert short(reading)["E4"] == retail("yoy", "ytd", "2024-09", 4.4)


def test_next_years_plan_does_not_make_this_year_the_last_one(read):
    head = ["指标", "2024年1-9月", "增速", "2025年目标"]
    reading = read([head, ["社会消费品零售总额（亿元）", 402.1, 4.4, "6%"]])
    assert short(reading) == {
        "B2": retail("level", "ytd", "2024-09", 402.1),
        "C2": retail("yoy", "ytd", "2024-09", 4.4),
        "D2": ("fact.plan.csm.retail.total", "level", "annual", "2025", 6.0),
    }


def test_the_month_right_of_a_title_is_no_head_of_the_last_column(read):
    rows = [["莲湖区主要指标", "", "2024年9月"], ["指标", "累计（亿元）", "增速%"]]
    assert short(read([*rows, [RETAIL, 402.1, 4.4]])) == {
        "B3": retail("level", "ytd", "2024-09", 402.1),
        "C3": retail("yoy", "ytd", "2024-09", 4.4),
    }
    rows = [["主要指标", "", "2024年9月", ""], ["指标", "累计（亿元）", "增速%", "备注"]]
    reading = read([*rows, [RETAIL, 402.1, 4.4, "无"]])
    assert reading.frame.empty
    assert "左边一列说不清属于哪一组" in told(reading)


def gdp(span: str, period: str, value: float) -> tuple:
    return ("gdp.total", "level", span, period, value)


def test_a_third_quarter_after_the_first_half_may_be_three_quarters(read):
    head = ["指标", "一季度", "上半年", "三季度"]
    row = ["地区生产总值（亿元）", 190.2, 395.3, 612.3]
    reading = read([["2024年主要指标"], head, row])
    assert set(short(reading)) == {"B3", "C3"}
    assert "列名“三季度”没有说是当月还是累计" in told(reading)
    both = read([["2024年主要指标"], [*head, "前三季度"], [*row[:3], 217.0, 612.3]])
    assert short(both)["D3"] == gdp("single", "2024Q3", 217.0)


def test_rows_of_quarters_beside_sums_of_theirs_are_single(read):
    top = [["地区生产总值（亿元）"], ["", "2024", "2025"]]
    rows = [["一季度", 190.2], ["二季度", 205.1], ["上半年", 395.3], ["三季度", 217.0]]
    assert short(read([*top, *rows])) == {
        "B3": gdp("single", "2024Q1", 190.2),
        "B4": gdp("single", "2024Q2", 205.1),
        "B5": gdp("ytd", "2024Q2", 395.3),
        "B6": gdp("single", "2024Q3", 217.0),
    }
    rows = [["一季度", 190.2], ["上半年", 395.3], ["三季度", 612.3]]
    assert set(short(read([*top, *rows]))) == {"B3", "B4"}
    top = [["2024年社会消费品零售总额（亿元）"], ["时间", "总额"]]
    months = [*top, ["9月", 45.0], ["1-9月", 402.1]]
    assert short(read(months)) == {
        "B3": retail("level", "single", "2024-09", 45.0),
        "B4": retail("level", "ytd", "2024-09", 402.1),
    }


def test_four_quarters_beside_the_whole_year_are_single(read):
    quarters = [190.2, 205.1, 217.0, 292.0]
    singles = [("single", f"2024Q{n}", value) for n, value in enumerate(quarters, 1)]
    heads = ["指标", "1季度", "2季度", "3季度", "4季度", "全年"]
    row = ["地区生产总值（亿元）", *quarters, 904.3]
    found = short(read([["2024年主要指标"], heads, row], published=dt.date(2025, 1, 25)))
    assert list(found.values()) == [gdp(*one) for one in (*singles, ("ytd", "2024Q4", 904.3))]
    rows = [[head, value] for head, value in zip(heads[1:], row[1:], strict=True)]
    top = [["2024年地区生产总值（亿元）"], ["时间", "总量"]]
    assert short(read([*top, *rows], published=dt.date(2025, 1, 25)))["B6"] == gdp(*singles[-1])


def test_rows_that_nothing_tells_apart_are_refused(read):
    top = [["2024年1-9月社会消费品零售总额（亿元）"], ["责任单位", "累计完成", "同比%"]]
    reading = read([*top, ["甲公司", 100.0, 2.0], ["合计", 402.1, 4.4]])
    assert reading.frame.empty
    assert "B3 各行没有写明是什么指标、地区或时期" in told(reading)
    assert set(short(read([*top, ["区商务局", 402.1, 4.4]]))) == {"B3", "C3"}


@pytest.mark.parametrize("token", ["4", "第4", "第4位", "4位", "第4名"])
def test_a_rank_may_say_that_it_is_one(read, token):
    head = ["指标", "增速%", "全市位次"]
    rows = [["2024年1-9月"], head, [RETAIL, 4.4, token], ["固定资产投资", 6.1, 3]]
    assert facts(read(rows))["C3"][-1] == 4.0


@pytest.mark.parametrize(
    ("token", "stored"),
    [("0.2个百分点", 0.2), ("-0.2百分点", -0.2), ("低0.2个百分点", None), ("0.2%", 0.2)],
)
def test_a_gap_may_say_that_it_is_in_points(read, token, stored):
    head = ["指标", "增速%", "与全市差距"]
    rows = [["2024年1-9月"], head, [RETAIL, 4.4, token], ["固定资产投资", 6.1, 0.3]]
    found = facts(read(rows))
    assert ("C3" in found) == (stored is not None)
    assert stored is None or found["C3"][-1] == stored


def test_what_stands_beside_the_figures_to_date_is_not_to_date(read):
    top = [["2024年1-9月 单位：亿元"], ["指标", "本期", "累计", "增速%"]]
    reading = read([*top, [RETAIL, 45.0, 402.1, 4.4]])
    assert short(reading) == {
        "C3": retail("level", "ytd", "2024-09", 402.1),
        "D3": retail("yoy", "ytd", "2024-09", 4.4),
    }
    assert "列名“本期”旁边另有“累计”" in told(reading)


@pytest.mark.parametrize("head", ["1-9月", "累计"])
def test_a_row_of_last_month_does_not_make_the_next_one_so(read, head):
    rows = [
        ["莲湖区2024年1-9月主要指标"],
        ["指标", "单位", head, "增长(%)"],
        ["规模以上服务业营业收入（上月数）", "亿元", 71.5, 2.6],
        [RETAIL, "亿元", 52.5, 3.4],
    ]
    found = short(read(rows))
    assert found["C3"] == ("svc.revenue", "level", "ytd", "2024-08", 71.5)
    assert found["C4"] == retail("level", "ytd", "2024-09", 52.5)
    assert found["D4"] == retail("yoy", "ytd", "2024-09", 3.4)


@pytest.mark.parametrize("heads", [["全市"], ["全省", "全市"], ["西安市"]])
def test_a_bare_place_behind_growth_may_head_growth_as_well(read, heads):
    rows = [
        ["莲湖区2024年1-9月主要指标"],
        ["指标", "单位", "1-9月", "增速(%)", *heads],
        [RETAIL, "亿元", 52.5, 3.4, *(5.1, 5.6)[: len(heads)]],
    ]
    reading = read(rows)
    assert list(short(reading)) == ["C3", "D3"]
    assert "说的可能是数，也可能是增速" in told(reading)


def test_growth_right_of_places_tells_that_they_head_amounts(read):
    rows = [
        ["2024年1-9月主要指标"],
        ["指标", "单位", "莲湖区", "增速(%)", "全市", "增速(%)"],
        [RETAIL, "亿元", 52.5, 3.4, 420.5, 5.1],
    ]
    frame = read(rows).frame
    assert dict(zip(frame.cell, frame.region, strict=True)) == {
        "C3": "610104",
        "D3": "610104",
        "E3": "610100",
        "F3": "610100",
    }


def test_two_units_above_a_head_are_refused_wherever_they_stand(read):
    side = [
        ["莲湖区2024年1-9月主要指标"],
        ["财政（万元）", None, None, "消费（亿元）"],
        ["指标", "1-9月", None, "指标", "1-9月"],
        [BUDGET, 36500, None, RETAIL, 52.5],
    ]
    line = [["莲湖区2024年1-9月消费（亿元）"], ["单位：万元"], ["指标", "1-9月"], [RETAIL, 525000]]
    for rows in (side, line):
        reading = read(rows)
        assert reading.frame.empty
        assert "不止一个单位" in told(reading)


def test_the_unit_of_a_group_and_that_of_the_head_are_two(read):
    rows = [["莲湖区2024年1-9月"], ["指标", "1-9月(亿元)"], [RETAIL, 52.5]]
    rows += [["二、财政（万元）"], [BUDGET, 36500]]
    reading = read(rows)
    assert list(short(reading)) == ["B3"]
    assert "单位有两种写法" in told(reading)


def test_a_table_of_amounts_below_one_of_growth_is_none_of_growth(read):
    rows = [
        ["莲湖区2024年1-9月主要指标累计增速（%）"],
        ["指标", "1-9月"],
        [RETAIL, 3.4],
        [],
        ["主要指标总量（亿元）"],
        ["指标", "1-9月"],
        [BUDGET, 36.5],
    ]
    assert short(read(rows)) == {
        "B3": retail("yoy", "ytd", "2024-09", 3.4),
        "B7": ("fis.revenue.gpb", "level", "ytd", "2024-09", 36.5),
    }


@pytest.mark.parametrize("own", ["二、本区主要指标", "二、我区主要指标", "2024年1-9月我区指标"])
def test_our_district_below_the_whole_city_is_the_district(read, own):
    rows = [
        ["2024年1-9月主要指标"],
        ["一、全市主要指标"],
        ["指标", "单位", "1-9月"],
        [RETAIL, "亿元", 420.5],
        [],
        [own],
        ["指标", "单位", "1-9月"],
        [BUDGET, "亿元", 36.5],
    ]
    frame = read(rows).frame
    assert dict(zip(frame.cell, frame.region, strict=True)) == {"C4": "610100", "C8": "610104"}


@pytest.mark.parametrize(
    ("title", "region", "period"),
    [("莲湖区2024年1-8月", "610104", "2024-08"), ("西安市", "610100", "2024-09")],
)
def test_a_title_apart_from_the_second_head_is_its_title(read, title, region, period):
    head = ["指标", "单位", "累计"]
    rows = [["莲湖区2024年1-9月"], head, [RETAIL, "亿元", 52.5], []]
    rows += [[title], [], head, [BUDGET, "亿元", 36.5]]
    second = read(rows).frame.set_index("cell").loc["C8"]
    assert (second.region, second.period) == (region, period)


def test_a_quantity_that_nobody_knows_below_a_title_is_not_the_titles(read):
    rows = [
        [f"莲湖区2024年1-9月{RETAIL}"],
        ["其中：通过公共网络实现的零售额"],
        ["地区", "累计(亿元)", "增速(%)"],
        ["莲湖区", 7.5, 3.4],
    ]
    assert read(rows).frame.empty


@pytest.mark.parametrize(
    "heads",
    [
        ["总量", "比重(%)", "增减(%)"],
        ["1-9月", "占全市比重(%)", "比上年同期提高(%)"],
        ["9月末", "年初余额", "增长(%)"],
        ["9月当月", "8月当月", "增长(%)"],
        ["累计", "2023年累计", "增速(%)"],
    ],
)
def test_growth_behind_a_share_or_an_earlier_time_may_be_on_that(read, heads):
    name = "金融机构人民币各项存款余额" if "9月末" in heads else BUDGET
    rows = [["莲湖区2024年1-9月"], ["指标", "单位", *heads], [name, "亿元", 36.5, 34.5, 3.4]]
    assert "E3" not in short(read(rows))


@pytest.mark.parametrize("last", ["上年同期", "上月累计"])
def test_growth_of_last_years_amount_is_not_this_years(read, last):
    rows = [
        ["莲湖区2024年1-9月"],
        ["指标", "单位", last, "增长(%)", "本年累计", "增长(%)"],
        [RETAIL, "亿元", 50.5, 6.4, 52.5, 3.4],
    ]
    assert short(read(rows)) == {"E3": retail("level", "ytd", "2024-09", 52.5)}


def test_a_month_beside_the_year_to_date_is_single_whatever_the_title_says(read):
    rows = [["莲湖区2024年1-9月累计主要指标"], ["指标", "单位", "9月", "1-9月增速(%)"]]
    assert short(read([*rows, [RETAIL, "亿元", 5.5, 3.4]])) == {
        "C3": retail("level", "single", "2024-09", 5.5),
        "D3": retail("yoy", "ytd", "2024-09", 3.4),
    }


def test_the_whole_year_beside_one_month_of_it_is_refused(read):
    rows = [[f"莲湖区2023年{BUDGET}"], ["月份", "全年累计(亿元)"], ["9月", 36.5], ["12月", 48.5]]
    assert short(read(rows)) == {"B4": ("fis.revenue.gpb", "level", "ytd", "2023-12", 48.5)}


def test_an_index_whose_title_says_last_month_is_not_on_the_year(read):
    rows = [["莲湖区2024年9月居民消费价格指数（上月=100）"], ["指标", "单位", "9月"]]
    assert read([*rows, ["居民消费价格指数", "%", 100.3]]).frame.empty


def test_a_figure_merged_over_two_columns_is_of_neither(read):
    rows = [["莲湖区2024年9月"], ["指标", "本月增速(%)", "累计增速(%)"]]
    reading = read([*rows, [RETAIL, 3.4, None], [BUDGET, 2.1, 2.6]], merged=[(2, 1, 2, 2)])
    assert list(short(reading)) == ["B4", "C4"]
    assert "这一格合并了几行或几列" in told(reading)


@pytest.mark.parametrize(
    "months",
    [("11月", "12月", "1月"), ("2023年11月", "12月", "2024年1月"), ("10月", "12月", "2月")],
)
def test_months_over_the_new_year_in_one_year_are_refused(read, months):
    rows = [[f"莲湖区2024年{BUDGET}"], ["月份", "当月(亿元)"]]
    rows += [[month, n + 3.5] for n, month in enumerate(months)]
    reading = read(rows)
    assert reading.frame.empty
    assert "跨了年" in told(reading)


def test_years_from_the_newest_down_are_not_over_the_new_year(read):
    rows = [[f"莲湖区{BUDGET}"], ["年份", "月份", "累计(亿元)"], [2024, "1-2月", 3.5]]
    rows += [[None, "1-12月", 48.5], [2023, "1-2月", 3.1], [None, "1-12月", 46.5]]
    assert list(short(read(rows))) == ["C3", "C4", "C5", "C6"]


@pytest.mark.parametrize(
    ("heads", "stored"),
    [
        (["2023年11月", "12月", "2024年1月"], {"B3", "D3"}),
        (["2024年1月", "12月", "2023年11月"], {"B3", "D3"}),
        (["11月", "12月", "1月"], set()),
        (["2023年11月", "2023年12月", "2024年1月"], {"B3", "C3", "D3"}),
        (["10月", "11月", "12月"], {"B3", "C3", "D3"}),
    ],
)
def test_heads_of_months_that_run_over_the_new_year_say_their_year(read, heads, stored):
    rows = [
        ["2024年全社会用电量当月（万千瓦时）"],
        ["指标", *heads],
        ["全社会用电量", 3.0, 4.0, 5.0],
    ]
    assert set(short(read(rows, published=dt.date(2025, 1, 20)))) == stored


def test_growth_right_of_last_years_amount_is_not_turned_to_this_years(read):
    head = ["指标", "上年同期", "增长(%)", "本年累计"]
    reading = read([["2024年1-9月 单位：亿元"], head, [RETAIL, 385.2, 3.3, 402.1]])
    assert set(short(reading)) == {"D3"}
    assert "说不清是什么的增速" in told(reading)


@pytest.mark.parametrize("sheet", ["月度", "季度", "分月度"])
def test_a_sheet_of_months_is_of_no_unit(read, sheet):
    """度 is a kilowatt hour, too."""
    rows = [["2024年1-9月 单位：亿元"], ["指标", "累计"], [RETAIL, 402.1]]
    assert short(read(rows, sheet=sheet))["B3"] == retail("level", "ytd", "2024-09", 402.1)


def test_rows_that_state_their_year_may_stand_in_any_order(read):
    head = [["时间", "社会消费品零售总额累计值(亿元)"]]
    rows = [["2024年1-12月", 540.0], ["2024年1-2月", 85.0], ["2024年1-3月", 129.0]]
    assert set(short(read([*head, *rows], published=dt.date(2025, 1, 20)))) == {"B2", "B3", "B4"}


def test_growth_right_of_a_change_in_the_amount_is_of_the_amount(read):
    heads = ["指标", "单位", "1-9月", "增减（亿元）", "增幅（%）"]
    rows = [["莲湖区2024年1-9月主要指标"], heads, [RETAIL, "亿元", 512.3, 24.1, 4.9]]
    assert short(read(rows)) == {
        "C3": retail("level", "ytd", "2024-09", 512.3),
        "E3": retail("yoy", "ytd", "2024-09", 4.9),
    }


@pytest.mark.parametrize("head", ["环比（%）", "比上月增加（亿元）", "比上月"])
def test_a_bare_growth_right_of_a_change_on_last_month_may_be_that(read, head):
    rows = [["莲湖区2024年9月主要指标"], ["指标", "单位", "本月", head, "增长（%）"]]
    reading = read([*rows, [RETAIL, "亿元", 62.3, 1.2, 7.0]])
    assert list(short(reading)) == ["C3"]
    assert "E2" in told(reading)
    rows[1][-1] = "同比增长（%）"
    reading = read([*rows, [RETAIL, "亿元", 62.3, 1.2, 7.0]])
    assert short(reading)["E3"] == retail("yoy", "single", "2024-09", 7.0)


def test_growth_of_no_span_beside_one_to_date_is_not_the_titles(read):
    rows = [["莲湖区2024年1-9月主要指标增速（%）"], ["指标", "同比", "累计"]]
    reading = read([*rows, [RETAIL, 4.9, 5.2], ["固定资产投资", 1.9, 2.2]])
    assert {value for *_, value in short(reading).values()} == {5.2, 2.2}
    assert "B2" in told(reading)


def test_months_that_end_quarters_beside_a_year_are_not_surely_single(read):
    rows = [[f"莲湖区{RETAIL}（亿元）"], ["年份", "3月", "6月", "9月", "1-12月"]]
    reading = read([*rows, [2023, 150.1, 310.2, 470.3, 640.0]])
    assert short(reading) == {"E3": retail("level", "ytd", "2023-12", 640.0)}
    rows[1] = ["年份", "7月", "8月", "9月", "1-9月"]
    reading = read([*rows, [2023, 50.1, 51.2, 52.3, 470.3]])
    assert short(reading)["B3"] == retail("level", "single", "2023-07", 50.1)


def test_a_head_that_is_only_a_unit_is_of_amounts(read):
    rows = [["莲湖区2024年1-9月消费"], ["指标", "万元", "同比（%）"], [RETAIL, 5_123_000, 4.9]]
    assert short(read(rows)) == {
        "B3": retail("level", "ytd", "2024-09", 512.3),
        "C3": retail("yoy", "ytd", "2024-09", 4.9),
    }


def test_sectors_in_short_are_the_sectors(read):
    rows = [["莲湖区2024年1-9月地区生产总值"], ["指标", "总量（亿元）", "增速（%）"]]
    rows += [["地区生产总值", 812.3, 5.4], ["一产", 0.6, 1.0], ["二产", 200.1, 4.0]]
    reading = read([*rows, ["三产", 611.6, 5.9]])
    assert short(reading)["B5"] == ("gdp.secondary", "level", "ytd", "2024Q3", 200.1)
    assert short(reading)["C6"] == ("gdp.tertiary", "yoy", "ytd", "2024Q3", 5.9)


@pytest.mark.parametrize("note", ["注：表中金额单位为万元", f"注：{RETAIL}单位为万元。"])
def test_a_note_of_another_unit_than_the_heads_refuses_the_amounts(read, note):
    rows = [["莲湖区2024年1-9月主要指标"], ["指标", "累计（亿元）", "同比（%）"]]
    reading = read([*rows, [RETAIL, 51230.1, 4.9], [note]])
    assert list(short(reading)) == ["C3"]
    assert "A4 的注" in told(reading)
    assert len(short(read([*rows, [RETAIL, 512.3, 4.9], [note.replace("万元", "亿元")]]))) == 2


@pytest.mark.parametrize("head", ["与目标差距（百分点）", "距全年目标（亿元）"])
def test_the_gap_to_a_target_is_no_second_target(read, head):
    rows = [["莲湖区2024年1-9月"], ["指标", "年度目标（%）", "1-9月增速（%）", head]]
    reading = read([*rows, ["固定资产投资", 6, 2.0, -4.0]])
    assert [value for *_, value in short(reading).values()] == [6, 2.0]


def test_a_count_is_read_by_the_names_that_offices_type(read):
    rows = [["莲湖区2024年9月工作进展"], ["指标", "单位", "累计", "增长（%）"]]
    rows += [["供应土地", "亩", 523.7, 3.1], ["失业人员再就业", "人", 8000, 2.1]]
    found = [code for code, *_ in short(read(rows)).values()]
    assert found == ["lan.supply.area"] * 2 + ["emp.reemploy"] * 2


def test_two_bare_growths_behind_two_amounts_are_of_neither(read):
    rows = [["莲湖区2024年9月"], ["指标", "单位", "本月", "累计", "增速%", "增速%"]]
    assert list(short(read([*rows, [RETAIL, "亿元", 62.3, 512.3, 3.1, 4.9]]))) == ["C3", "D3"]


def test_a_title_of_all_years_names_its_indicator(read):
    rows = [[f"莲湖区历年{RETAIL}"], ["年份", "总额（亿元）", "增长（%）"]]
    rows += [["2022", 640.1, 5.0], ["2023", 660, 4.0], ["2024", 480.0, 4.9]]
    reading = read(rows, published=dt.date(2024, 10, 25))
    assert short(reading) == {
        "B3": retail("level", "annual", "2022", 640.1),
        "B4": retail("level", "annual", "2023", 660),
        "C3": retail("yoy", "annual", "2022", 5.0),
        "C4": retail("yoy", "annual", "2023", 4.0),
    }


def test_names_may_state_the_whole_time_of_their_rows(read):
    rows = [["莲湖区主要指标"], ["指标", "单位", "数值", "增长%"]]
    rows += [
        [f"2024年1-9月{RETAIL}", "亿元", 512.3, 4.9],
        ["2024年9月末人民币存款余额", "亿元", 3500, 8],
    ]
    reading = read([*rows, ["2023年地区生产总值", "亿元", 1000, 5.0]])
    assert short(reading) == {
        "C3": retail("level", "ytd", "2024-09", 512.3),
        "D3": retail("yoy", "ytd", "2024-09", 4.9),
        "C4": ("fin.deposit.rmb", "level", "point", "2024-09", 3500),
        "D4": ("fin.deposit.rmb", "yoy", "point", "2024-09", 8),
        "C5": ("gdp.total", "level", "annual", "2023", 1000),
        "D5": ("gdp.total", "yoy", "annual", "2023", 5.0),
    }


@pytest.mark.parametrize(
    ("title", "codes"),
    [
        ("规模以上工业企业主要经济指标", ["ind.revenue", "ind.profit"]),
        ("规模以上服务业（单位：亿元）", ["svc.revenue", "svc.profit"]),
        ("规模以上工业企业（国有控股）主要指标", []),
        ("新增规模以上工业企业情况", []),
        ("规模以上工业、服务业", []),
        ("规模以上工业企业前10强", []),
    ],
)
def test_a_title_of_all_industry_says_whose_revenue_its_rows_are(read, title, codes):
    rows = [[f"莲湖区2024年1-8月{title}"], ["指标", "单位", "累计"]]
    reading = read([*rows, ["营业收入", "亿元", 112.1], ["利润总额", "亿元", 8.1]])
    assert [code for code, *_ in short(reading).values()] == codes


def test_revenue_of_a_group_below_the_title_is_not_of_all_industry(read):
    rows = [["莲湖区2024年1-8月规模以上工业"], ["指标", "单位", "累计"]]
    rows += [["营业收入", "亿元", 112.1], ["国有控股企业"], ["利润总额", "亿元", 8.1]]
    assert [code for code, *_ in short(read(rows)).values()] == ["ind.revenue"]


def test_indices_with_a_percent_sign_are_no_growth(read):
    rows = [["莲湖区2024年1-9月"], ["指标", "单位", "累计", "同比"]]
    rows += [[RETAIL, "亿元", 54.3, "103.6%"], [BUDGET, "亿元", 8.1, "96.2%"]]
    rows += [["进出口总额", "亿元", 12.4, "107.9%"]]
    reading = read(rows)
    assert set(short(reading)) == {"C3", "C4", "C5"}
    assert told(reading).count("像是指数") == 3


def test_a_share_of_a_plan_may_be_in_parts_of_one(read):
    rows = [["莲湖区2024年1-9月"], ["指标", "单位", "累计", "完成年度计划(%)"]]
    rows += [
        [RETAIL, "亿元", 54.3, 0.78],
        [BUDGET, "亿元", 8.1, "0.78%"],
        ["进出口总额", "亿元", 12.4, 71.3],
    ]
    reading = read(rows)
    assert {cell: row[-1] for cell, row in facts(reading).items()} == {"D4": 0.78, "D5": 71.3}
    assert "D3" in told(reading) and "像小数" in told(reading)


def test_two_days_of_publication_are_none(read):
    head = ["指标", "单位", "累计"]
    days = ["发布日期：2024-10-22", "公布时间：2024-11-25"]
    twice = read([["莲湖区2024年1-9月"], days, head, [RETAIL, "亿元", 54.3]])
    assert not short(twice) and "另写了一个" in told(twice)
    days[1] = "公布时间：2024年10月22日"
    assert short(read([["莲湖区2024年1-9月"], days, head, [RETAIL, "亿元", 54.3]]))


@pytest.mark.parametrize("shift", [1, 2])
def test_a_group_head_that_is_not_over_its_first_column_says_nothing_of_the_next(read, shift):
    width = shift + 1
    blank = [None] * shift
    top = ["指标", *blank, "9月", *blank, "1-9月"]
    lower = [None, *["绝对量（亿元）", "增长%", "排名"][:width] * 2]
    rows = [
        ["莲湖区2024年主要指标"],
        top,
        lower,
        [RETAIL, *[62.3, 5.2, 3][:width], *[512.3, 4.9, 4][:width]],
    ]
    assert not [
        row
        for row in short(read(rows)).values()
        if row[1] == "level" and row[0] == "csm.retail.total"
    ]


def test_rows_that_only_say_what_the_titles_indicator_is_of(read):
    rows = [[f"莲湖区2024年{RETAIL}"], ["", "1-2月", "1-3月"], ["累计（亿元）", 100, 150]]
    reading = read([*rows, ["上年同期（亿元）", 95, 144], ["增速（%）", 4.0, 4.1]])
    assert short(reading) == {
        "B3": retail("level", "ytd", "2024-02", 100),
        "B5": retail("yoy", "ytd", "2024-02", 4.0),
        "C3": retail("level", "ytd", "2024-03", 150),
        "C5": retail("yoy", "ytd", "2024-03", 4.1),
    }
    rows[0] = ["莲湖区2024年主要指标"]
    assert short(read(rows)) == {}


@pytest.mark.parametrize(
    ("name", "note"), [("莲湖区*", "注：*不含大兴新区"), ("莲湖区", "注：莲湖区不含大兴新区")]
)
def test_a_note_that_leaves_out_a_part_of_a_region_refuses_its_row(read, name, note):
    rows = [[f"2024年1-9月西安市各区县{RETAIL}"], ["区县", "零售额（亿元）", "增速（%）"]]
    reading = read([*rows, ["西安市", 3800, 4.1], [name, 512.3, 4.9], [note]])
    assert [cell[1:] for cell in short(reading)] == ["3", "3"]
    assert "不含大兴新区" in told(reading)


@pytest.mark.parametrize(
    ("note", "read_of"),
    [
        ("注：本表数据为当月数", ""),
        ("注：本表数据为1-8月", ""),
        ("注：数据为2023年1-9月", ""),
        ("注：以上为规模以上数据", ""),
        ("注：增长为环比", "C"),
        ("注：增速均为比年初", "C"),
        ("注：以上数据均为1-9月累计", "CD"),
        ("注：增速为同比", "CD"),
        ("注：数据截至9月底", "CD"),
        ("注：表中数据为快报数", "CD"),
    ],
)
def test_what_a_note_says_of_all_must_not_differ_from_the_table(read, note, read_of):
    rows = [["莲湖区2024年1-9月主要指标"], ["指标", "单位", "数量", "增长%"]]
    reading = read([*rows, [RETAIL, "亿元", 512.3, 4.9], [note]])
    assert "".join(cell[0] for cell in short(reading)) == read_of


@pytest.mark.parametrize(
    ("head", "plan"),
    [("三季度目标", None), ("1-9月计划", None), ("下半年目标", None), ("12月目标", None)]
    + [(head, ("annual", "2024")) for head in ("全年目标", "2024年计划", "年度目标")],
)
def test_the_target_of_a_part_of_the_year_is_not_the_years(read, head, plan):
    rows = [["莲湖区2024年1-9月"], ["指标", "单位", head, "1-9月完成"]]
    found = facts(read([*rows, [RETAIL, "亿元", 700, 512.3]]))
    assert [(span, period) for _, _, span, period, _ in found.values()] == ([plan] if plan else [])


def test_a_rank_right_of_growth_is_not_turned_before_it(read):
    rows = [["2024年1-9月各区县"], ["区县", "GDP增速（%）", "位次", "较上半年位次变化"]]
    found = short(read([*rows, ["莲湖区", 5.4, 3, 1]]))
    assert found["B3"] == ("gdp.total", "yoy", "ytd", "2024Q3", 5.4)


def test_an_indented_part_below_one_without_indent_is_a_part_of_that(read):
    rows = [["莲湖区2024年1-9月"], ["指标", "累计（亿元）"], [RETAIL, 512.3]]
    rows += [["其中：限额以上消费品零售额", 230], ["  其中：餐饮收入", 12]]
    reading = read(rows)
    assert [code for code, *_ in short(reading).values()] == [
        "csm.retail.total",
        "csm.above.retail",
    ]
    assert "限额以上消费品零售额/餐饮收入" in told(reading)
    rows[-1] = ["其中：餐饮收入", 62]
    assert "csm.catering" in [code for code, *_ in short(read(rows)).values()]


DOTTED = [
    ("（2024.9）", ("2024-09", "single")),
    ("2024/9", ("2024-09", "single")),
    ("2024.09", ("2024-09", "single")),
    ("2024.9月", ("2024-09", "single")),
    # May have been 2024.10; a day; an amount; a number.
    ("2024.1", None),
    ("2024.10.25", None),
    ("（社零2024.5亿元）", None),
    ("2024.95", None),
    ("2024.9-10", None),
    ("2024.3-2024.9", None),
]


@pytest.mark.parametrize(("month", "expected"), DOTTED)
def test_a_month_behind_a_dot_dates_a_table(read, month, expected):
    rows = [[f"莲湖区主要经济指标{month}"], ["指标", "单位", "本月"], [RETAIL, "亿元", 62.5]]
    found = [(period, span) for _, _, span, period, _ in short(read(rows)).values()]
    assert found == ([expected] if expected else [])


def test_months_behind_a_dot_head_columns_and_rows(read):
    heads = ["指标", "单位", "2024.9", "2024.1-9"]
    found = short(read([["莲湖区主要指标"], heads, [RETAIL, "亿元", 62.5, 512.3]]))
    assert [row[2:4] for row in found.values()] == [("single", "2024-09"), ("ytd", "2024-09")]
    rows = [[RETAIL], ["时间", "累计（亿元）"], ["2024.8", 450], ["2024.9", 512.3]]
    assert [row[3] for row in short(read(rows)).values()] == ["2024-08", "2024-09"]


@pytest.mark.parametrize("name", ["2024.9", "2024.09"])
def test_a_file_of_a_month_behind_a_dot_may_be_of_its_delivery(read, name):
    rows = [["莲湖区主要指标"], ["指标", "单位", "本月"], [RETAIL, "亿元", 62.5]]
    assert not short(read(rows, file=name))
    assert [row[3] for row in short(read(rows, sheet=name)).values()] == ["2024-09"]


@pytest.mark.parametrize(
    "name",
    [
        "交通运输仓储和邮政业",
        "交通运输、仓储及邮政业",
        "交通运输仓储邮政业",
        "交通运输、仓储与邮政业",
    ],
)
def test_a_name_is_the_same_however_it_joins_its_words(read, name):
    rows = [["莲湖区2024年前三季度"], ["指标", "单位", "累计"], [f"{name}增加值", "亿元", 20.5]]
    assert [row[0] for row in short(read(rows)).values()] == ["gdp.transport"]


@pytest.mark.parametrize("head", ["同比", "±", "同比（%）"])
@pytest.mark.parametrize(
    ("growth", "read_of"),
    [(24, "C"), (24.0, "C"), ("24%", "CE"), (4.9, "CE"), (7, "CE"), (0, "CE")],
)
def test_the_change_from_last_years_amount_is_no_growth(read, head, growth, read_of):
    rows = [["莲湖区2024年1-9月"], ["指标", "单位", "1-9月", "上年同期", head]]
    reading = read([*rows, [RETAIL, "亿元", 512.3, 488.3, growth]])
    assert "".join(cell[0] for cell in short(reading)) == read_of


@pytest.mark.parametrize(("growth", "read_of"), [(24, "3"), (4.9, "35"), ("24%", "35")])
def test_a_row_of_changes_from_last_years_amounts_is_none_of_growth(read, growth, read_of):
    rows = [["莲湖区2024年1-9月"], ["指标", f"{RETAIL}（亿元）"], ["累计", 512.3]]
    found = short(read([*rows, ["上年同期", 488.3], ["同比", growth]]))
    assert "".join(cell[1] for cell in found) == read_of


def test_a_growth_may_be_by_chance_what_an_amount_exceeds_a_figure_of_another_kind(read):
    rows = [["莲湖区2024年1-9月"], ["指标", "单位", "1-9月", "占比（%）", "同比"]]
    assert "E3" in short(read([*rows, [RETAIL, "亿元", 8.4, 3, 5.4]]))


def test_amounts_near_a_hundred_change_by_what_they_grow(read):
    rows = [["莲湖区2024年1-9月"], ["指标", "单位", "1-9月", "上年同期", "同比"]]
    assert list(short(read([*rows, [RETAIL, "亿元", 105.1, 100.0, 5.1]]))) == ["C3", "E3"]


def test_one_percentage_does_not_make_those_of_a_column(read):
    rows = [
        ["莲湖区2024年1-9月"],
        ["指标", "单位", "1-9月", "变化"],
        [RETAIL, "亿元", 512.3, "4.9%"],
    ]
    reading = read([*rows, ["环境空气质量优良天数", "天", 190, 9]])
    assert list(short(reading)) == ["C3", "D3", "C4"]
    assert "9 没有写" in told(reading)


@pytest.mark.parametrize(
    ("name", "unit", "code"),
    [
        ("优良天数", "天", "env.good_days"),
        ("PM2.5平均浓度", "微克/立方米", "env.pm25"),
        ("建安投资增速", "%", "inv.jianan.yoy"),
        ("民间固定资产投资增速", "%", "inv.private.yoy"),
        ("全社会固定资产投资(不含农户)增速", "%", "inv.fai.yoy"),
        ("生产总值(GDP)", "亿元", "gdp.total"),
    ],
)
def test_everyday_names_are_known(read, name, unit, code):
    rows = [["莲湖区2024年1-9月"], ["指标", "单位", "累计"], [name, unit, 21.3]]
    assert [row[0] for row in short(read(rows)).values()] == [code]


@pytest.mark.parametrize(
    ("heads", "ranks"),
    [
        (["总量（亿元）", "位次", "增速（%）"], {}),
        (["总量（亿元）", "增速（%）", "位次"], {"D3": 3}),
        (["总量（亿元）", "位次", "增速（%）", "位次"], {"E3": 3}),
        (["总量（亿元）", "增速（%）", "总量位次", "增速位次"], {"E3": 3}),
        (["总量（亿元）", "位次"], {}),
    ],
)
def test_a_rank_of_amounts_is_none_of_growth(read, heads, ranks):
    of = {"总量（亿元）": 512.3, "增速（%）": 4.9, "总量位次": 5, "增速位次": 3}
    row = [of.get(h, 5 if heads[n - 1] == "总量（亿元）" else 3) for n, h in enumerate(heads)]
    rows = [["莲湖区2024年1-9月"], ["指标", *heads], [RETAIL, *row]]
    assert {cell: fact[-1] for cell, fact in facts(read(rows)).items()} == ranks


@pytest.mark.parametrize("corner", ["", "指标", "地区"])
@pytest.mark.parametrize("heads", [("全市", "全区"), ("西安市", "莲湖区")])
def test_places_head_columns_right_of_any_corner(read, corner, heads):
    rows = [["2024年1-9月主要指标增速（%）"], [corner, *heads]]
    rows += [["规模以上工业增加值", 8.2, 6.2], ["固定资产投资", 2.2, 2.0]]
    frame = read(rows).frame.set_index("cell")
    assert frame["value"].to_dict() == {"B3": 8.2, "C3": 6.2, "B4": 2.2, "C4": 2.0}
    assert frame.loc[["B3", "C3"], "region"].tolist() == ["610100", "610104"]


@pytest.mark.parametrize("corner", ["", "指标"])
def test_measures_in_rows_are_of_the_places_in_the_columns(read, corner):
    rows = [[f"2024年1-9月{RETAIL}"], [corner, "新城区", "莲湖区", "雁塔区"]]
    reading = read([*rows, ["总量（亿元）", 500, 512.3, 1000], ["增速（%）", 4, 4.9, 6]])
    assert [(cell, row[1]) for cell, row in short(reading).items()] == [
        ("C3", "level"),
        ("C4", "yoy"),
    ]
    assert "新城区" in told(reading)


LAND = ["土地供应面积", "亩"]


@pytest.mark.parametrize(
    ("title", "head"),
    [
        ("（截至9月底）", "完成"),
        ("（截至2024年9月30日）", "已完成"),
        ("", "截至9月底完成"),
        ("", "截止9月末"),
    ],
)
def test_up_to_a_month_is_the_year_to_date_beside_the_years_plan(read, title, head):
    rows = [[f"莲湖区2024年主要任务完成情况{title}"], ["指标", "单位", "全年目标", head, "完成率"]]
    found = short(read([*rows, [*LAND, 1200, 723.7, "60.3%"]]))
    assert found["D3"] == ("lan.supply.area", "level", "ytd", "2024-09", 723.7)
    assert found["E3"][2:4] == ("ytd", "2024-09")


@pytest.mark.parametrize("title", ["（截至9月底）", "（截至2024年9月30日）"])
def test_up_to_a_month_alone_does_not_say_since_when(read, title):
    rows = [[f"莲湖区2024年土地供应情况{title}"], ["指标", "单位", "完成"], [*LAND, 723.7]]
    assert not short(read(rows))
    assert short(read([[f"莲湖区2024年1-9月{LAND[0]}"], ["指标", "单位", "截至9月底"], rows[2]]))


def test_up_to_a_day_within_a_month_is_no_month(read):
    rows = [
        ["莲湖区2024年任务完成情况（截至2024年10月15日）"],
        ["指标", "单位", "全年目标", "完成"],
    ]
    assert "D3" not in short(read([*rows, [*LAND, 1200, 723.7]]))


@pytest.mark.parametrize(
    ("token", "stored"),
    [
        (2.3, 2.3),
        ("下降2.3%", 2.3),
        ("降低2.3%", 2.3),
        ("↓2.3", 2.3),
        ("下滑2.3%", 2.3),
        ("上升2.3%", -2.3),
        ("持平", None),
        (0, 0.0),
        (-2.3, None),
        ("-2.3%", None),
    ],
)
def test_a_rate_of_reduction_is_positive_where_it_falls(read, token, stored):
    rows = [["莲湖区2023年"], ["指标", "单位", "全年"], ["单位地区生产总值能耗降低率", "%", token]]
    found = short(read(rows, published=dt.date(2024, 6, 1))).get("C3")
    assert (found[-1] if found else None) == stored


@pytest.mark.parametrize(
    ("whole", "part", "code"),
    [
        (RETAIL, "限上单位零售额", "csm.above.retail"),
        (RETAIL, "限额以上企业（单位）消费品零售额", "csm.above.retail"),
        ("规模以上工业总产值", "战略性新兴产业", "ind.strategic"),
        ("一般公共预算收入", "增值税", "fis.vat"),
        ("金融机构人民币各项贷款余额", "企（事）业单位贷款", "fin.corp_loan"),
    ],
)
def test_parts_are_known_below_their_whole(read, whole, part, code):
    rows = [["莲湖区2024年9月"], ["指标", "单位", "累计"], [whole, "亿元", 512.3]]
    found = short(read([*rows, [f"其中：{part}", "亿元", 230.5]]))
    assert found["C4"][0] == code and found["C4"][-1] == 230.5


@pytest.mark.parametrize("title", ["季度分解", "目标分解表", "分解方案（2024年）"])
def test_figures_broken_down_from_a_target_are_none_that_were_reached(read, title):
    rows = [[f"莲湖区2024年主要指标{title}"], ["指标", "单位", "1-3月", "1-6月"]]
    assert not short(read([*rows, [RETAIL, "亿元", 165.5, 330.5]]))


def test_a_column_of_figures_within_sentences_is_told_where_it_is_not_read(read):
    rows = [["莲湖区2024年1-9月"], ["指标", "完成情况", "备注"]]
    reading = read([*rows, [RETAIL, "完成512.3亿元，同比增长4.9%", "较好"]])
    assert not short(reading) and "完成情况" in told(reading)
    rows = [["莲湖区2024年1-9月"], ["指标", "单位", "累计", "存在问题"]]
    assert not read([*rows, [RETAIL, "亿元", 512.3, "2个项目停工"]]).problems


def month_under(title, lines=(), head="1-9月"):
    rows = [[title], *([line] for line in lines), ["指标", "单位", head, "同比增长(%)"]]
    return [*rows, [RETAIL, "亿元", 301.2, 4.2], ["一般公共预算收入", "亿元", 31.2, 2.8]]


@pytest.mark.parametrize(
    "title",
    [
        *("2024年1-9月副省级城市主要经济指标", "2024年1-9月国家主要经济指标"),
        *("2024年1-9月集团公司主要经济指标", "2024年1-9月某企业主要经济指标"),
        *("莲湖区2024年1-9月规上企业主要指标", "莲湖区2024年1-9月亿元以上企业主要指标"),
        *("莲湖区2024年1-9月汽车行业主要经济指标", "莲湖区2024年1-9月产业链主要经济指标"),
        *("莲湖镇2024年1-9月主要经济指标", "莲湖区属企业2024年1-9月主要指标"),
        *("莲湖区工业园2024年1-9月主要指标", "莲湖区城投公司2024年1-9月主要经济指标"),
        *("工商银行莲湖支行2024年1-9月主要指标", "莲湖公园2024年1-9月主要指标"),
        *("宝鸡2024年1-9月主要经济指标", "成都2024年1-9月经济运行主要指标"),
        *("北京朝阳2024年1-9月主要指标", "2024年1-9月高新主要经济指标"),
        *("咸阳市莲湖区2024年1-9月主要指标", "2024年1-9月开封莲湖区主要经济指标"),
        *("莲湖区2024年国庆黄金周主要指标", "莲湖区2024年“五一”假期主要指标"),
        *("莲湖区2024年9月上旬主要经济指标", "莲湖区2024年9月1-20日主要经济指标"),
        *("莲湖区2024年9月第二周主要经济指标", "莲湖区2024年1月-9月10日主要经济指标"),
        *("莲湖区2024年下半年主要经济指标", "莲湖区2024年二三季度主要经济指标"),
        *("莲湖区2024年1-9月主要经济指标（月平均）", "莲湖区2024年1-9月户均主要经济指标"),
        *("莲湖区2024年主要经济指标展望", "莲湖区2024年主要经济指标责任书"),
        *("莲湖区2024年1-9月主要经济指标占西安比", "莲湖区2024年1-9月样本单位主要经济指标"),
        *("莲湖区2024年财政收支预算表", "莲湖区2024年一般公共预算收支预算（草案）"),
        *("莲湖区2024年部门预算收支总表", "莲湖区主要经济指标（2024年9月编印）"),
    ],
)
def test_titles_of_what_is_not_all_of_the_district_in_the_period(read, title):
    assert short(read(month_under(title, head="数值"))) == {}


@pytest.mark.parametrize(
    ("title", "region"),
    [
        ("莲湖区2024年1-9月国民经济主要指标完成情况", "610104"),
        ("莲湖区2024年1-9月财政预算执行情况", "610104"),
        ("莲湖区2024年1-9月一般公共预算收支情况表", "610104"),
        ("莲湖区2024年9月主要指标（2024年10月编印）", "610104"),
        ("西安莲湖2024年1-9月主要经济指标", "610104"),
        ("西安市莲湖区2024年1-9月主要经济指标", "610104"),
        ("西安2024年1-9月主要经济指标", "610100"),
        ("2024年1-9月高新技术产业主要指标", "610104"),
        ("莲湖区第七次全国人口普查2024年1-9月主要数据", "610104"),
    ],
)
def test_titles_of_all_of_a_region(read, title, region):
    found = read(month_under(title))
    assert len(short(found)) == 4
    assert set(found.frame["region"]) == {region}


@pytest.mark.parametrize("sheet", "7-9月 二三季度 9月上年 9月同期 9月预 9月估 碑林 市本级".split())
def test_names_of_sheets_of_another_time_or_place(read, sheet):
    assert short(read(month_under("2024年主要经济指标", head="累计"), sheet=sheet)) == {}


@pytest.mark.parametrize("file", ["2024年7-9月", "2024年预算公开", "碑林9月", "土门街办9月"])
def test_names_of_files_of_another_time_or_place(read, file):
    assert short(read(month_under("2024年主要经济指标", head="累计"), file=file)) == {}


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("统计时间：2024年1-8月", ""),
        ("截止时间：2024-08-31", ""),
        ("（数据截至9月25日）", ""),
        ("币种：美元", ""),
        ("统计范围：规模以上企业", ""),
        ("对比期：上月", "C4 C5"),
        ("统计时间：2024年1-9月", "C4 D4 C5 D5"),
        ("截止时间：2024-09-30", "C4 D4 C5 D5"),
        ("货币单位：人民币", "C4 D4 C5 D5"),
    ],
)
def test_lines_between_title_and_heads(read, line, kept):
    found = short(read(month_under("莲湖区2024年1-9月主要经济指标", [line])))
    assert list(found) == kept.split()


@pytest.mark.parametrize(
    "line", ["全市平均增速为3%。", "高新区增速最快。", "8月份，增速加快。", "预计全年可完成目标。"]
)
def test_a_sentence_above_a_caption_is_of_other_things_as_well(read, line):
    title = "莲湖区2024年1-9月主要经济指标"
    rows = month_under("莲湖区经济运行情况", [line, f"表1 {title}"])
    assert len(short(read(rows))) == 4
    rows = month_under("莲湖区经济运行情况", ["以下为全市数据。", f"表1 {title}"])
    assert short(read(rows)) == {}


@pytest.mark.parametrize(
    ("heads", "row", "kept"),
    [
        (["年初", "9月末", "增长%"], (2000, 2100, 5.0), "D3"),
        (["2023年末", "2024年9月末", "增长%"], (2000, 2100, 5.0), "D3"),
        (["8月末", "9月末", "增减%"], (2000, 2100, 5.0), "C3 D3"),
        (["2023年9月末", "2024年9月末", "增长%"], (2000, 2100, 5.0), "D3 E3"),
        (["上年同期", "9月末", "增长%"], (2000, 2100, 5.0), "D3 E3"),
    ],
)
def test_growth_is_on_the_year_before_or_not_read(read, heads, row, kept):
    rows = [["莲湖区2024年9月末金融情况"], ["指标", "单位", *heads]]
    rows += [["金融机构人民币各项存款余额", "亿元", *row]]
    assert sorted(short(read(rows))) == kept.split()


@pytest.mark.parametrize(
    ("heads", "row", "kept"),
    [
        (["2019年", "2023年", "增长%"], (390, 480, 23.1), "C3 D3"),
        (["2021年", "2022年", "2023年", "增长%"], (400, 410, 480, 20.0), "C3 D3 E3"),
        (["2022年", "2023年", "增长%"], (390, 480, 23.1), "D3 E3"),
        (["2024年1-8月", "2024年1-9月", "增长%"], (270, 301.2, 11.6), "C3 D3"),
        (["上年同期", "1-9月", "9月当月", "增长%"], (289.1, 301.2, 33.1, 4.2), "D3 E3"),
        (["1-9月累计", "9月当月", "增长%"], (301.2, 33.1, 4.2), "C3 D3"),
        (["9月当月", "1-9月累计", "增长%"], (33.1, 301.2, 4.2), "C3 D3 E3"),
        (["2021年", "2022年"], (400, 410), "C3 D3"),
    ],
)
def test_growth_of_amounts_that_are_not_a_year_apart(read, heads, row, kept):
    year = "2024年" if any("9月" in head for head in heads) else ""
    rows = [[f"莲湖区{year}主要经济指标"], ["指标", "单位", *heads], [RETAIL, "亿元", *row]]
    assert sorted(short(read(rows))) == kept.split()


def test_parts_that_add_up_to_an_inner_whole_are_its_own(read):
    inner = [["其中：限额以上单位消费品零售额", "亿元", 60, 2]]
    parts = [["商品零售", "亿元", 50, 2], ["餐饮收入", "亿元", 10, 2]]
    whole = [[RETAIL, "亿元", 130, 3]]
    assert list(short(read([*TO_DATE, *whole, *inner, *parts]))) == ["C3", "D3", "C4", "D4"]
    parts = [["商品零售", "亿元", 100, 2], ["餐饮收入", "亿元", 30, 2]]
    assert len(short(read([*TO_DATE, *whole, *inner, *parts]))) == 8


@pytest.mark.parametrize("whole", ["全口径税收收入", "税务部门组织收入"])
def test_what_stands_below_a_part_of_an_unknown_whole_may_be_its_like(read, whole):
    rows = [["一般公共预算收入", "亿元", 31, 2], [whole, "亿元", 70, 2]]
    rows += [["其中：增值税", "亿元", 30, 2], ["企业所得税", "亿元", 20, 2], [RETAIL, "亿元", 9, 1]]
    assert list(short(read([*TO_DATE, *rows]))) == ["C3", "D3", "C7", "D7"]


def test_a_row_of_what_was_deregistered_is_no_note(read):
    rows = [["新登记经营主体", "户", 20000, 3], ["其中：企业", "户", 8000, 3]]
    rows += [["注销经营主体", "户", 5000, 3], ["其中：企业", "户", 1000, 3]]
    found = read([*TO_DATE, *rows, ["个体工商户", "户", 4000, 2]])
    assert list(short(found)) == ["C3", "D3", "C4", "D4"]
    assert "注销经营主体" in told(found)


def test_all_districts_side_by_side(read):
    heads = ["全市", "新城区", "碑林区", "灞桥区", "未央区", "雁塔区", "阎良区", "莲湖区"]
    rows = [["2024年1-9月主要经济指标分区县"], ["指标", "单位", *heads]]
    rows += [[RETAIL, "亿元", 3000, 400, 330, 900, 300, 200, 100, 150]]
    found = read(rows)
    assert short(found) == {
        "C3": retail("level", "ytd", "2024-09", 3000),
        "J3": retail("level", "ytd", "2024-09", 150),
    }


def test_rates_as_fractions_and_with_a_digit_too_many(read):
    share, ratio = "税收收入占一般公共预算收入比重", "规模以上工业产销率"
    done, bad = ["重点项目投资完成率", "%", 0.7], ["银行业不良贷款率(辖区)", "%", 0.9]
    for month, late in ((3, "C5 C6"), (9, "C6")):
        rows = [[f"莲湖区2024年1-{month}月主要指标"], ["指标", "单位", f"1-{month}月"]]
        for values, kept in (((0.806, 0.968), ""), ((806, 968), ""), ((80.6, 101.8), "C3 C4 ")):
            named = zip((share, ratio), ("%", "%"), values, strict=True)
            found = short(read([*rows, *map(list, named), done, bad]))
            assert list(found) == (kept + late).split()


def test_the_one_index_that_is_far_off(read):
    rows = [[RETAIL, "亿元", 301.2, 104.2], ["一般公共预算收入", "亿元", 31.2, 102.8]]
    rows += [["进出口总值", "亿元", 60.1, 94.5], ["商品房销售面积", "万平方米", 10, 160]]
    assert list(short(read([*TO_DATE, *rows]))) == ["C3", "C4", "C5", "C6"]


@pytest.mark.parametrize(
    ("head", "fact"),
    [
        *(
            (head, "")
            for head in "上年目标 十四五目标 月度计划 剩余任务 未完成计划 与计划差".split()
        ),
        *((head, "") for head in "上月排名 上期排名 去年同期排名 全国排名 排名得分".split()),
        *(("本期排名", "rank"), ("全市排名", "rank"), ("年度目标", "plan")),
    ],
)
def test_plans_and_ranks_of_other_times(read, head, fact):
    rows = [
        TO_DATE[0],
        [*TO_DATE[1], head],
        [RETAIL, "亿元", 301.2, 4.2, 6 if fact == "rank" else 450],
    ]
    found = facts(read(rows))
    assert [row[0] for row in found.values()] == ([f"fact.{fact}.csm.retail.total"] if fact else [])


def test_final_accounts_beside_the_budget(read):
    heads = ["项目", "预算数", "决算数", "决算数为预算数的%"]
    rows = [["2023年莲湖区一般公共预算收支决算表"], ["单位：万元"], heads]
    found = read(
        [*rows, ["一般公共预算收入", 400000, 410000, 102.5]], published=dt.date(2024, 3, 1)
    )
    assert short(found)["C4"] == ("fis.revenue.gpb", "level", "annual", "2023", 41.0)
    assert {row[0].split(".")[1] for row in facts(found).values()} == {"plan"}


def test_growth_in_dollars_is_not_growth_in_yuan(read):
    heads = ["项目", "1至当月累计（亿元）", "累计同比%"]
    for title, kept in (("西安市进出口总值表（美元值）", []), ("西安市进出口总值表", ["B3", "C3"])):
        assert list(short(read([[f"2024年9月{title}"], heads, ["进出口总值", 2900, 5]]))) == kept
    rows = [TO_DATE[0], [*TO_DATE[1][:3], "同比（美元）%"], ["进出口总值", "亿元", 60.1, -5.5]]
    assert list(short(read(rows))) == ["C3"]


def test_a_sheet_made_on_a_day_says_nothing_of_later_months(read):
    late = [["规模以上服务业营业收入", "亿元", 100, 3], [RETAIL, "亿元", 300, 3]]
    rows = [TO_DATE[0], ["制表日期：2024-10-20"], TO_DATE[1], *late]
    day = dt.date(2024, 12, 25)
    assert {row[0] for row in short(read(rows, published=day)).values()} == {"csm.retail.total"}
    rows[1] = ["制表日期：2024-09-20"]
    assert short(read(rows, published=day)) == {}


def test_growth_behind_the_amounts_of_two_places_is_of_the_one_that_it_names(read):
    heads = ["指标", "单位", "全区", "全市", "全区增长%", "全市增长%"]
    found = read([TO_DATE[0], heads, [RETAIL, "亿元", 301.2, 3000, 4.2, 3.3]])
    growth = found.frame[found.frame["measure"] == "yoy"]
    assert dict(zip(growth["region"], growth["value"], strict=True)) == {
        "610104": 4.2,
        "610100": 3.3,
    }


def test_a_title_narrows_nothing_that_is_called_so_itself(read):
    rows = [["莲湖区2024年1-9月民间固定资产投资"], ["指标", "同比增长（%）"]]
    rows += [["民间固定资产投资", 2.5], ["房地产开发投资", 1.5]]
    assert short(read(rows)) == {"B3": ("inv.private.yoy", "yoy", "ytd", "2024-09", 2.5)}


def test_amounts_at_constant_prices_below_a_note_that_most_are_not(read):
    rows = [*TO_DATE, ["电信业务总量", "亿元", 30.1, 4.2], [RETAIL, "亿元", 301.2, 4.2]]
    assert len(short(read([*rows, ["注：绝对额按现价计算，增长速度按可比价计算"]]))) == 4


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("全市增速%", "610100"),
        ("同比（全市）%", "610100"),
        ("同比增长%", "610104"),
        ("全国增速%", ""),
    ],
)
def test_a_row_of_growth_of_another_place(read, name, region):
    rows = [["莲湖区2024年1-9月主要经济指标"], ["", RETAIL, "一般公共预算收入"]]
    rows += [["单位", "亿元", "亿元"], ["1-9月", 301.2, 31.2], [name, 3, 4]]
    found = read(rows).frame
    assert set(found[found["measure"] == "yoy"]["region"]) == ({region} if region else set())


def test_rows_that_compare_with_the_city_do_not_make_a_sheet_the_citys(read):
    rows = [["2024年1-9月主要经济指标"], *TO_DATE[1:], [RETAIL, "亿元", 301.2, 4.2]]
    assert set(read([*rows, ["全市平均增速", "%", "", 4.2]]).frame["region"]) == {"610104"}
    found = read([*rows, [f"{RETAIL}（全市）", "亿元", 3012, 4.1]]).frame
    assert dict(zip(found["value"], found["region"], strict=True)) == {
        301.2: "610104",
        4.2: "610104",
        3012: "610100",
        4.1: "610100",
    }


@pytest.mark.parametrize("title", ["重点行业工业总产值", "装备制造业产值分行业", "支柱产业产值"])
def test_the_total_of_some_trades_is_not_all_of_industry(read, title):
    rows = [[f"莲湖区2024年1-9月{title}"], ["行业", "规模以上工业总产值（亿元）", "增速%"]]
    assert short(read([*rows, ["汽车制造业", 20, 4], ["总计", 50, 3.4]])) == {}


def test_growth_of_an_earlier_period_beside_the_tables(read):
    rows = [TO_DATE[0], ["指标", "单位", "1-9月", "同比增长%", "1-8月增速%"]]
    assert short(read([*rows, [RETAIL, "亿元", 301.2, 4.2, 4.0]])) == {
        "C3": retail("level", "ytd", "2024-09", 301.2),
        "D3": retail("yoy", "ytd", "2024-09", 4.2),
        "E3": retail("yoy", "ytd", "2024-08", 4.0),
    }


def test_a_series_that_writes_its_year_once(read):
    rows = [[f"莲湖区{RETAIL}"], ["时间", "累计（亿元）", "累计增速%"]]
    rows += [["2023年1-2月", 60, 3], ["1-3月", 90, 3.1], ["2024年1-2月", 62, 4], ["1-3月", 93, 4.1]]
    levels = [row for row in short(read(rows)).values() if row[1] == "level"]
    assert [row[3:] for row in levels] == [
        ("2023-02", 60), ("2023-03", 90), ("2024-02", 62), ("2024-03", 93),
    ]  # fmt: skip
    # January below December is of a year that nobody writes.
    rows = [*rows[:2], ["2023年11月", 3, 2], ["12月", 6.5, 3], ["1月", 4, 1]]
    assert {row[3] for row in short(read(rows)).values()} <= {"2023-11", "2023-12"}


@pytest.mark.parametrize("title", ["2019-2021年莲湖区{}及增速", "图1 莲湖区{}"])
def test_a_chart_of_several_years(read, title):
    rows = [
        [title.format(RETAIL)],
        ["年份", "总额（亿元）", "增速（%）"],
        [2019, 450, 6],
        [2020, 430, -4],
    ]
    assert set(short(read(rows, published=dt.date(2024, 4, 1)))) == {"B3", "C3", "B4", "C4"}


def test_gross_product_in_the_national_form(read):
    heads = ["", "绝对额（亿元）", "比上年同期增长（%）"]
    rows = [["表1 2024年前三季度莲湖区GDP初步核算数据"], heads, ["GDP", 694.7, 4.8]]
    rows += [["第一产业", 0.3, 3.4], ["第二产业", 236, 5.4], ["第三产业", 458.4, 4.7]]
    found = short(read([*rows, ["工业", 191, 5.6], ["建筑业", 45.7, 4.1], ["金融业", 55.8, 5.2]]))
    assert {row[0] for row in found.values()} == {
        "gdp.total", "gdp.secondary", "gdp.tertiary", "ind.va", "bld.va", "gdp.finance",
    }  # fmt: skip


def test_all_of_last_year_beside_this_years_months(read):
    rows = [TO_DATE[0], ["指标", "单位", "2023年", "2024年1-9月", "同比增长%"]]
    assert list(short(read([*rows, [RETAIL, "亿元", 400, 301.2, 4.2]]))) == ["C3", "D3", "E3"]
    assert list(short(read([*rows, [RETAIL, "亿元", 289.1, 301.2, 4.2]]))) == ["D3", "E3"]


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ([["一般公共预算收入", "亿元", 31, 2], ["税收收入", "亿元", 80, 2]], "C4"),
        ([["税收收入", "亿元", 80, 2], ["增值税", "亿元", 30, 2], ["一般公共预算收入", "亿元", 31, 2]], "C3 C4"),
        ([["一般公共预算收入", "亿元", 31, 2], ["税收收入", "万元", 200000, 2]], ""),
    ],
)  # fmt: skip
def test_a_part_is_not_larger_than_its_whole(read, rows, missing):
    found = set(short(read([*TO_DATE, *rows])))
    cells = {f"{column}{n}" for n in range(3, 3 + len(rows)) for column in "CD"}
    assert cells - found == set(missing.split())


@pytest.mark.parametrize(
    ("title", "row"),
    [
        *((t, ["商品房销售面积", "万平方米", 20, 3]) for t in ("办公楼销售情况", "二手房交易情况")),
        *((t, ["出口总值", "亿元", 20, 3]) for t in ("加工贸易情况", "对美进出口情况")),
        *((t, ["规模以上工业总产值", "亿元", 20, 3]) for t in ("轻工业情况", "央企工业情况")),
        *((t, ["接待游客人次", "万人次", 20, 3]) for t in ("入境旅游情况", "乡村旅游情况")),
        *((t, ["工业用电量", "万千瓦时", 20, 3]) for t in ("大工业用电情况",)),
        *((t, [RETAIL, "亿元", 20, 3]) for t in ("主要指标（样表）", "主要指标（未审定）")),
    ],
)
def test_titles_of_parts_by_kinds_of_indicators(read, title, row):
    assert short(read([[f"莲湖区2024年1-9月{title}"], TO_DATE[1], row])) == {}


def test_floor_space_of_builders_below_their_line(read):
    rows = [["一、建筑业"], ["总产值", "亿元", 300, 4], ["房屋竣工面积", "万平方米", 100, 3]]
    rows += [["二、房地产"], ["房屋竣工面积", "万平方米", 30, 3]]
    found = {row[0]: row[4] for row in short(read([*TO_DATE, *rows])).values() if row[1] == "level"}
    assert found["re.floor.done"] == 30


@pytest.mark.parametrize("heads", [["1-8月", "1-9月", "增幅"], ["上半年", "前三季度", "增减"]])
@pytest.mark.parametrize("name", ["固定资产投资", "规模以上工业增加值"])
def test_the_difference_of_two_growth_rates_is_none(read, heads, name):
    rows = [[f"2024年1-9月各区县{name}增速（%）"], ["区县", *heads]]
    found = short(read([*rows, ["全市", 1.4, 1.2, -0.2], ["莲湖区", -3, -3.3, -0.3]]))
    assert {cell: row[4] for cell, row in found.items()} == {
        "B3": 1.4, "C3": 1.2, "B4": -3, "C4": -3.3,
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["莲湖区1", "莲湖区[1]", "莲湖区(3)", "3莲湖区", "★莲湖区", "莲湖区：", "我区", "莲湖区小计"],
)
def test_what_stands_beside_the_own_name_in_a_table_of_districts(read, name):
    rows = [["2024年1-9月各区县一般公共预算收入"], ["单位", "累计（亿元）", "增速%"]]
    found = read([*rows, ["全市", 700, 4.5], [name, 31, 5.2]]).frame
    assert set(found[found["region"] == "610104"]["value"]) == {31, 5.2}


def test_a_row_of_the_own_region_that_is_not_read_is_told(read):
    rows = [["2024年1-9月各区县一般公共预算收入"], ["单位", "累计（亿元）", "增速%"]]
    found = read([*rows, ["全市", 700, 4.5], ["莲湖区（含托管）", 31, 5.2]])
    assert "“莲湖区（含托管）”" in told(found)


@pytest.mark.parametrize("said", ["（上年）", "（上期）", "（比年初）"])
def test_what_stands_in_brackets_behind_a_groups_name(read, said):
    rows = [[f"一、消费{said}"], [RETAIL, "亿元", 301.2, 4.2], ["二、财政"]]
    found = short(read([*TO_DATE, *rows, ["一般公共预算收入", "亿元", 31.2, 2.8]]))
    assert {row[0] for row in found.values()} == {"fis.revenue.gpb"}


@pytest.mark.parametrize("sheet", "外区 标兵 兄弟区 废 勿用 人均 商圈 测试数据".split())
def test_sheets_and_groups_of_others_or_of_nothing(read, sheet):
    rows = month_under("2024年1-9月主要经济指标", head="累计")
    assert short(read(rows, sheet=sheet)) == {}
    group = [*TO_DATE, [f"二、{sheet}"], [RETAIL, "亿元", 301.2, 4.2]]
    assert short(read(group)) == {}


@pytest.mark.parametrize("head", ["进度排名", "完成率位次", "环比排名", "考核排名", "位次（上月）"])
def test_ranks_of_something_else_than_growth(read, head):
    rows = [TO_DATE[0], [*TO_DATE[1], head], [RETAIL, "亿元", 301.2, 4.2, 3]]
    assert facts(read(rows)) == {}


def test_growth_a_year_on_the_average_of_several(read):
    rows = [["莲湖区主要指标"], ["指标", "单位", "2018年", "2023年", "增长%"]]
    rows += [[RETAIL, "亿元", 390, 480, 4.2], ["一般公共预算收入", "亿元", 30, 40, 5.9]]
    assert list(short(read(rows, published=dt.date(2024, 3, 1)))) == ["C3", "D3", "C4", "D4"]


def test_a_file_of_a_holiday(read):
    rows = [
        ["莲湖区2024年旅游接待情况"],
        ["指标", "单位", "2024年"],
        ["接待游客人次", "万人次", 80],
    ]
    day = dt.date(2025, 3, 1)
    assert short(read(rows, file="2024年旅游", published=day))
    assert not short(read(rows, file="2024五一旅游", published=day))
