import dataclasses
import datetime as dt

import pytest

from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.figures import Delivery, Reading
from lianhu_analysis.intake.reading.tidy import read_grids
from lianhu_analysis.intake.reading.words import load_vocabulary
from lianhu_analysis.workspace import Region
from tests.intake.sheets import month_report

LIANHU = Region("610104", "莲湖区")
DELIVERY = Delivery("data/raw/a.xlsx", LIANHU, (LIANHU, Region("610100", "西安市")))
RETAIL = ("社会消费品零售总额", "亿元", 54.3, 481.25, 4.6)


@pytest.fixture
def tidy(workspace, catalogue):
    def read(sheets, delivery: Delivery = DELIVERY) -> Reading:
        grids = tuple(
            Grid(name, tuple(tuple(row) for row in rows)) for name, rows in sheets.items()
        )
        words = load_vocabulary(workspace.root / "words.toml")
        return read_grids(grids, words, catalogue, delivery)

    return read


def figures(reading: Reading) -> set[tuple]:
    names = ["indicator", "measure", "span", "period", "value", "unit", "cell"]
    return set(reading.frame[names].itertuples(index=False, name=None))


def messages(reading: Reading) -> str:
    return "\n".join(f"{p.sheet}!{p.cell} {p.message} {p.remedy}" for p in reading.problems)


def test_a_monthly_row_gives_level_by_month_year_to_date_and_growth(tidy):
    reading = tidy(month_report(RETAIL))
    assert reading.problems == ()
    assert figures(reading) == {
        ("csm.retail.total", "level", "single", "2024-09", 54.3, "亿元", "C4"),
        ("csm.retail.total", "level", "ytd", "2024-09", 481.25, "亿元", "D4"),
        ("csm.retail.total", "yoy", "ytd", "2024-09", 4.6, "%", "E4"),
    }
    row = reading.frame.iloc[0]
    assert (row["region"], row["sheet"], row["source"]) == ("610104", "9月", "data/raw/a.xlsx")
    assert (row["published"].date(), row["published_basis"]) == (dt.date(2024, 10, 22), "stated")


def test_units_convert_to_the_catalogues(tidy):
    reading = tidy(month_report(("社会消费品零售总额", "万元", None, "4,812,500", None)))
    assert figures(reading) == {
        ("csm.retail.total", "level", "ytd", "2024-09", 481.25, "亿元", "D4")
    }
    assert reading.frame["token"].item() == "4,812,500"


def test_a_level_without_a_unit_is_not_read_and_its_growth_is(tidy):
    reading = tidy(month_report(("社会消费品零售总额", None, 54.3, None, 4.6)))
    assert [row[1:4] for row in figures(reading)] == [("yoy", "ytd", "2024-09")]
    assert "9月!C4" in messages(reading)
    assert "计量单位" in messages(reading)


def test_an_undeclared_or_unlike_unit_is_refused(tidy):
    rows = [
        ("社会消费品零售总额", "箱", 1, None, None),
        ("地方一般公共预算收入", "吨", 1, None, None),
    ]
    reading = tidy(month_report(*rows))
    assert reading.frame.empty
    assert "箱" in messages(reading) and "吨" in messages(reading)


def test_the_unit_may_stand_in_the_label_or_above_the_header(tidy):
    sheets = {
        "9月": [
            ["莲湖区2024年1—9月"],
            ["单位：万元"],
            ["指标名称", "本月止累计"],
            ["社会消费品零售总额（亿元）", 481.25],
            ["地方一般公共预算收入", 300000],
        ]
    }
    values = {row[0]: row[4] for row in figures(tidy(sheets))}
    assert values == {"csm.retail.total": 481.25, "fis.revenue.gpb": 30.0}


def test_a_growth_only_row_keeps_its_growth_beside_any_unit(tidy):
    reading = tidy(month_report(("固定资产投资(不含农户)", "亿元", "—", "—", -19.4)))
    assert figures(reading) == {("inv.fai.yoy", "yoy", "ytd", "2024-09", -19.4, "%", "E4")}
    assert reading.problems == ()


def test_a_level_of_a_growth_only_indicator_is_not_taken_for_its_growth(tidy):
    reading = tidy(month_report(("固定资产投资(不含农户)", "%", None, 5.2, None)))
    assert reading.frame.empty
    assert "只发布增速" in messages(reading)
    # A name of 增速 in % is growth, whatever column it stands in.
    named = tidy(month_report(("固定资产投资(不含农户)增速", "%", None, 5.2, None))).frame
    assert named[["measure", "span", "value"]].values.tolist() == [["yoy", "ytd", 5.2]]


def test_dashes_are_kept_without_a_value_and_blanks_are_no_rows(tidy):
    reading = tidy(month_report(("社会消费品零售总额", "亿元", "—", 481.25, None)))
    rows = reading.frame.set_index("span")
    assert rows.loc["single", "status"] == "not_meaningful"
    assert rows.loc["single", "token"] == "—"
    assert rows["value"].isna().tolist() == [True, False]


def test_a_formula_error_is_a_problem_at_its_cell(tidy):
    reading = tidy(month_report(("社会消费品零售总额", "亿元", "#REF!", "#UNCALCULATED!", 4.6)))
    assert len(reading.frame) == 1
    assert "9月!C4" in messages(reading) and "9月!D4" in messages(reading)


def test_text_that_looks_like_a_formula_is_a_problem_and_not_run(tidy):
    reading = tidy(month_report(("社会消费品零售总额", "亿元", "=1+1", None, None)))
    assert reading.frame.empty
    assert "=1+1" in messages(reading)


def test_a_near_miss_name_is_suggested_and_not_guessed(tidy):
    reading = tidy(month_report(("社会消费零售总额", "亿元", 54.3, 481.25, 4.6)))
    assert reading.frame.empty
    assert "9月!A4" in messages(reading)
    assert "社会消费品零售总额（csm.retail.total）" in messages(reading)


@pytest.mark.parametrize(
    "label", ["其中：零售业商品销售额", "#零售业商品销售额", "  零售业商品销售额"]
)
def test_a_sub_item_is_not_matched_by_its_bare_label(tidy, label):
    reading = tidy(month_report(RETAIL, (label, "亿元", 1.0, 2.0, 3.0)))
    assert set(reading.frame["indicator"]) == {"csm.retail.total"}
    assert "社会消费品零售总额/零售业商品销售额" in messages(reading)


def test_a_workspace_may_name_a_sub_item_by_its_path(workspace, tidy):
    text = '[labels]\n"社会消费品零售总额/限上" = "trd.retail.sales"\n'
    (workspace.root / "words.toml").write_text(text, encoding="utf-8")
    reading = tidy(month_report(RETAIL, ("其中：限上", "亿元", 1.0, None, None)))
    assert "trd.retail.sales" in set(reading.frame["indicator"])


def test_numbering_and_group_lines_do_not_hide_names(tidy):
    rows = [("一、国内贸易", None, None, None, None), ("1、社会消费品零售总额", *RETAIL[1:])]
    rows += [("注：规模以上为年主营业务收入2000万元", None, None, None, None)]
    reading = tidy(month_report(*rows))
    assert len(reading.frame) == 3
    assert reading.problems == ()


def test_figures_without_a_name_are_a_problem(tidy):
    reading = tidy(month_report((None, "亿元", 1.0, None, None)))
    assert "9月!C4" in messages(reading)


@pytest.mark.parametrize("title", ["雁塔区2024年1—9月", "宝鸡市2024年1—9月", "新城区2024年1—9月"])
def test_another_regions_title_refuses_the_sheet(tidy, title):
    reading = tidy(month_report(RETAIL, title=title))
    assert reading.frame.empty
    assert "不是莲湖区" in messages(reading)


def test_a_parents_title_gives_the_parents_figures(tidy):
    reading = tidy(month_report(RETAIL, title="西安市2024年1—9月"))
    assert set(reading.frame["region"]) == {"610100"}


def test_a_parents_title_passes_where_the_delivery_says_so(tidy):
    delivery = Delivery("a", DELIVERY.regions[1], DELIVERY.regions)
    reading = tidy(month_report(RETAIL, title="西安市2024年1—9月"), delivery)
    assert set(reading.frame["region"]) == {"610100"}


def test_a_title_without_a_period_needs_the_sidecars(tidy):
    assert "标题没有写明年份" in messages(tidy(month_report(RETAIL, title="莲湖区统计月报")))


def test_a_stock_is_at_a_point_whatever_its_header_says(tidy):
    row = ("金融机构人民币各项存款余额", "亿元", None, 3200.5, None)
    assert {item[2:4] for item in figures(tidy(month_report(row)))} == {("point", "2024-09")}


def test_a_quarterly_indicator_takes_the_quarter_or_nothing(tidy):
    row = ("地区生产总值", "亿元", None, 640.2, 5.1)
    assert {r[3] for r in figures(tidy(month_report(row)))} == {"2024Q3"}
    august = tidy(month_report(row, title="莲湖区2024年1—8月"))
    assert august.frame.empty
    assert "按季发布" in messages(august)


def test_a_quarterly_indicator_has_no_single_month(tidy):
    reading = tidy(month_report(("地区生产总值", "亿元", 80.0, None, None)))
    assert reading.frame.empty
    assert "没有单月的数" in messages(reading)


def test_january_of_an_indicator_without_january_is_refused(tidy):
    rows = [RETAIL, ("地方一般公共预算收入", "亿元", 3.0, 3.0, 1.0)]
    reading = tidy(month_report(*rows, title="莲湖区2024年1月"))
    assert set(reading.frame["indicator"]) == {"fis.revenue.gpb"}
    assert "1—2月合并" in messages(reading)


def test_january_and_february_are_one_period(tidy):
    reading = tidy(
        month_report(("社会消费品零售总额", "亿元", "—", 98.0, 3.0), title="莲湖区2024年1—2月")
    )
    assert {(row[2], row[3]) for row in figures(reading)} == {
        ("single", "2024-02"),
        ("ytd", "2024-02"),
    }


def energy(header: str) -> dict:
    row = ["单位地区生产总值能耗降低率", "%", 2.4]
    return {"能耗": [["莲湖区2023年能耗"], ["指标名称", "计量单位", header], row]}


def test_the_energy_reduction_is_kept_positive(tidy):
    reading = tidy(energy("全年降低率（%）"))
    assert figures(reading) == {("ene.intensity", "yoy", "annual", "2023", 2.4, "%", "C3")}


def test_energy_under_a_growth_header_is_refused_because_its_sign_is_unclear(tidy):
    reading = tidy(energy("全年比上年增长（%）"))
    assert reading.frame.empty
    assert "正负方向" in messages(reading)


def test_growth_without_saying_of_what_belongs_to_the_amount_on_its_left(tidy):
    header = ["指标名称", "单位", "9月", "同比增长%", "1-9月", "同比增长%", "上年同期"]
    rows = [
        ["莲湖区2024年9月"],
        header,
        ["社会消费品零售总额", "亿元", 54.3, 6.1, 481.25, 4.6, 460],
    ]
    reading = tidy({"a": rows})
    growth = {row[2]: row[4] for row in figures(reading) if row[1] == "yoy"}
    assert growth == {"single": 6.1, "ytd": 4.6}
    assert reading.problems == ()


def test_a_header_month_other_than_the_titles_refuses_the_table(tidy):
    rows = [
        ["莲湖区2024年9月"],
        ["指标名称", "单位", "1-8月", "累计增长(%)"],
        ["社会消费品零售总额", "亿元", 1, 2],
    ]
    reading = tidy({"a": rows})
    assert reading.frame.empty
    assert "a!C2" in messages(reading) and "a!D2" in messages(reading)
    assert "不是同一个月" in messages(reading)


def test_an_unknown_header_is_named_and_its_column_left_out(tidy):
    rows = [
        ["莲湖区2024年9月"],
        ["指标名称", "单位", "本月", "年度愿景"],
        ["社会消费品零售总额", "亿元", 1, 2],
    ]
    reading = tidy({"a": rows})
    assert len(reading.frame) == 1
    assert "年度愿景" in messages(reading)


def test_a_header_over_two_rows_is_joined(tidy):
    rows = [
        ["莲湖区2024年1—9月"],
        ["指标名称", "计量单位", "本月止累计", "累计比上年"],
        [None, None, None, "同期增长（%）"],
        ["社会消费品零售总额", "亿元", 481.25, 4.6],
    ]
    assert len(tidy({"a": rows}).frame) == 2


def test_the_same_figure_twice_counts_once_and_two_figures_not_at_all(tidy):
    same = tidy(month_report(RETAIL, RETAIL))
    assert (len(same.frame), same.duplicates, same.problems) == (3, 3, ())
    other = (*RETAIL[:3], 481.35, RETAIL[4])
    reading = tidy(month_report(RETAIL, other))
    withheld = reading.frame[reading.frame["status"] == "quarantined"]
    assert withheld["value"].isna().all()
    assert withheld["token"].item() == "481.25 | 481.35"
    assert "9月!D4" in messages(reading) and "9月!D5" in messages(reading)


def test_figures_under_no_head_are_told_with_what_was_seen(tidy):
    reading = tidy({"Sheet1": [["a", "b"], [1, 2]]})
    assert reading.frame.empty
    assert "没有认出表头" in messages(reading) and "看到的是：a、b" in messages(reading)


def test_a_hidden_sheet_is_told_and_not_read(catalogue):
    (name, rows), *_ = month_report(RETAIL).items()
    shown = Grid(name, tuple(tuple(row) for row in rows))
    hidden = Grid("旧表", shown.rows, visible=False)
    reading = read_grids((shown, hidden), load_vocabulary(), catalogue, DELIVERY)
    assert (len(reading.frame), reading.problems[0].sheet) == (3, "旧表")


def test_side_by_side_tables_keep_their_own_rows(tidy):
    header = ["指标名称", "单位", "本月止累计"]
    rows = [
        ["莲湖区2024年1—9月"],
        [*header, *header],
        ["社会消费品零售总额", "亿元", 481.25, "地方一般公共预算收入", "万元", 300000],
    ]
    values = {row[0]: (row[4], row[6]) for row in figures(tidy({"a": rows}))}
    assert values == {"csm.retail.total": (481.25, "C3"), "fis.revenue.gpb": (30.0, "F3")}


def test_the_same_header_again_is_the_next_page_and_another_one_another_table(tidy):
    first = ["指标名称", "单位", "本月", "本月止累计"]
    swapped = ["指标名称", "单位", "本月止累计", "本月"]
    row = ["社会消费品零售总额", "亿元", 54.3, 481.25]
    other = ["地方一般公共预算收入", "亿元", 30.0, 3.1]
    same = tidy({"a": [["莲湖区2024年9月"], first, row, first, other[:2] + other[:1:-1]]})
    assert (len(same.frame), same.problems) == (4, ())
    second = tidy({"a": [["莲湖区2024年9月"], first, row, swapped, other]})
    assert figures(second) == figures(same) - {
        ("fis.revenue.gpb", "level", "single", "2024-09", 3.1, "亿元", "C5"),
        ("fis.revenue.gpb", "level", "ytd", "2024-09", 30.0, "亿元", "D5"),
    } | {
        ("fis.revenue.gpb", "level", "single", "2024-09", 3.1, "亿元", "D5"),
        ("fis.revenue.gpb", "level", "ytd", "2024-09", 30.0, "亿元", "C5"),
    }


def test_a_second_table_has_the_period_of_its_own_title(tidy):
    header = ["指标名称", "单位", "本月止累计"]
    rows = [["莲湖区2024年1—9月"], header, ["社会消费品零售总额", "亿元", 481.25], []]
    rows += [["莲湖区2024年1—8月"], header[::-1], [300000, "万元", "地方一般公共预算收入"]]
    assert {(row[0], row[3], row[4]) for row in figures(tidy({"a": rows}))} == {
        ("csm.retail.total", "2024-09", 481.25),
        ("fis.revenue.gpb", "2024-08", 30.0),
    }


def test_two_columns_of_one_meaning_are_both_left_out(tidy):
    header = ["指标名称", "单位", "本月", "本月止累计", "本月止累计"]
    reading = tidy({"a": [["莲湖区2024年9月"], header, [*RETAIL[:4], 460.0]]})
    assert set(reading.frame["span"]) == {"single"}
    assert "a!D2" in messages(reading) and "a!E2" in messages(reading)


def test_growth_beside_an_unknown_column_is_not_taken_for_another_columns(tidy):
    header = ["指标名称", "单位", "本月", "预期目标", "增长（%）"]
    reading = tidy(
        {"a": [["莲湖区2024年9月"], header, ["社会消费品零售总额", "亿元", 54.3, 700, 4.6]]}
    )
    assert set(reading.frame["measure"]) == {"level"}
    assert "a!E2" in messages(reading)


@pytest.mark.parametrize("merged", [((1, 2, 1, 3),), ()])
def test_columns_under_a_group_head_are_not_mistaken_for_plain_ones(catalogue, merged):
    rows = (
        ("莲湖区2024年9月",),
        ("指标名称", "单位", "税收收入", None),
        (None, None, "本月", "累计"),
        ("社会消费品零售总额", "亿元", 54.3, 481.25),
    )
    grid = Grid("a", rows, merged=((1, 0, 2, 0), *merged))
    reading = read_grids((grid,), load_vocabulary(), catalogue, DELIVERY)
    assert reading.frame.empty


HEADER = ("指标名称", "计量单位", "本月", "本月止累计", "累计比上年同期增长（%）")
REVENUE = ("地方一般公共预算收入", "亿元", 7, 55, 3.4)


@pytest.mark.parametrize(
    ("between", "told"),
    [
        ("莲湖区2024年1—8月财政收支", "说的不是同一个时期"),
        ("宝鸡市2024年1—9月财政收支", "说的是宝鸡市"),
        ("发布日期：2024-09-20", "早于统计时期"),
    ],
    ids=["period", "region", "day"],
)
def test_a_second_table_is_read_by_what_its_own_title_states(tidy, between, told):
    reading = tidy(month_report(RETAIL, (), (between,), HEADER, REVENUE))
    assert set(reading.frame["indicator"]) == {"csm.retail.total"}
    assert told in messages(reading)


@pytest.mark.parametrize(
    "between",
    [
        "莲湖区2024年1—8月财政收支",
        "西安市2024年1—9月财政收支",
        "单位：万元",
        "发布日期：2024-09-20",
    ],
    ids=["period", "region", "unit", "day"],
)
def test_rows_below_a_line_that_states_something_else_are_not_read_as_the_first(tidy, between):
    reading = tidy(month_report(RETAIL, (), (between,), REVENUE))
    assert set(reading.frame["indicator"]) == {"csm.retail.total"}
    assert "另有标题、单位或发布日期" in messages(reading)


def test_a_header_repeated_on_the_next_page_is_read_on(tidy):
    sheets = month_report(RETAIL, (), HEADER, REVENUE)
    title = [sheets["9月"][0][0]]
    for again in (sheets, month_report(RETAIL, title, HEADER, REVENUE)):
        reading = tidy(again)
        assert reading.problems == ()
        assert set(reading.frame["indicator"]) == {"csm.retail.total", "fis.revenue.gpb"}


@pytest.mark.parametrize("office", ["莲湖区统计局", "雁塔区", "雁塔区统计局"])
def test_another_region_in_brackets_is_another_region(tidy, office):
    own = "莲湖区" in office
    sheets = month_report(RETAIL, title=f"2024年1—9月主要经济指标（{office}）")
    if own:
        assert tidy(sheets).problems == ()
        return
    reading = tidy(sheets)
    assert reading.frame.empty
    assert "雁塔区" in messages(reading)
    # Beside the region's own name the brackets hold only the office that reports.
    beside = month_report(RETAIL, title="莲湖区2024年1—9月主要经济指标（雁塔区统计局）")
    assert tidy(beside).problems == ()


def test_nothing_is_published_before_its_period_has_ended(tidy):
    sheets = month_report(RETAIL, title="莲湖区2024年1—12月主要经济指标")
    reading = tidy(sheets)
    assert reading.frame.empty
    assert "发布日 2024-10-22 早于统计时期 2024-12 结束" in messages(reading)


def test_unit_and_day_in_one_cell_are_both_understood(tidy):
    sheets = {
        "9月": [
            ["莲湖区2024年1—9月主要经济指标"],
            ["单位：万元 发布日期：2024-10-25"],
            ["指标名称", "本月止累计"],
            ["社会消费品零售总额", 4812500],
        ]
    }
    reading = tidy(sheets)
    (row,) = reading.frame.to_dict("records")
    assert (row["value"], row["unit"], str(row["published"].date())) == (
        481.25,
        "亿元",
        "2024-10-25",
    )
    assert (row["published_basis"], reading.problems) == ("stated", ())


def day_of(tidy, *line):
    """Return publication day and basis of a sheet with one line above its header."""
    header = ["指标名称", "计量单位", "本月止累计"]
    row = ["社会消费品零售总额", "亿元", 481.25]
    title = ["莲湖区2024年1—9月主要经济指标"]
    reading = tidy({"9月": [title, list(line), header, row]})
    if reading.frame.empty:
        return messages(reading)
    (found,) = reading.frame.to_dict("records")
    return str(found["published"].date()), found["published_basis"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["发布日期", "2024-10-25"], ("2024-10-25", "stated")),
        (["发布日期：", dt.datetime(2024, 10, 25)], ("2024-10-25", "stated")),
        (["公布时间：2024年10月25日"], ("2024-10-25", "stated")),
        # A sheet made on the 25th was not known on the 22nd, the day of the calendar.
        (["制表日期：2024-10-25"], ("2024-10-25", "assumed")),
        (["2024年10月25日"], ("2024-10-25", "assumed")),
        (["制表日期：2024-10-05"], ("2024-10-22", "assumed")),
    ],
)
def test_a_day_beside_or_under_another_name_is_never_overlooked(tidy, line, expected):
    assert day_of(tidy, *line) == expected


@pytest.mark.parametrize("line", [["发布日期："], ["发布日期", None], ["发布日期", "单位：亿元"]])
def test_a_day_that_was_left_out_refuses_the_sheet(tidy, line):
    assert "发布日期没有填写" in day_of(tidy, *line)


@pytest.mark.parametrize(
    ("line", "value", "told"),
    [
        ("单位：亿元、%", 481.25, ""),
        ("填报单位：莲湖区统计局　单位：万元", 0.048125, ""),
        ("填报单位：莲湖区统计局", None, "没有写计量单位"),
        ("单位：万元　单位：亿元", None, "不止一个单位"),
        ("单位：万块", None, "没有登记“万块”"),
    ],
)
def test_the_unit_above_the_header_is_one_declared_unit(tidy, line, value, told):
    title = ["莲湖区2024年1—9月主要经济指标"]
    header = ["指标名称", "本月止累计"]
    reading = tidy({"9月": [title, [line], header, ["一般公共预算支出", 481.25]]})
    assert list(reading.frame["value"]) == ([] if value is None else [value])
    assert told in messages(reading)


def test_a_figure_of_february_alone_is_refused_where_january_and_february_are_one(tidy):
    sheets = {
        "2月": [
            ["莲湖区2024年1—2月主要经济指标"],
            ["发布日期：2024-03-22"],
            ["指标名称", "计量单位", "本月", "本月止累计", "本月比上年同月增长(%)", "累计增长(%)"],
            ["社会消费品零售总额", "亿元", 60, 130, 5, 6],
            ["商品零售额", "亿元", "—", 120, None, 6],
            ["地方一般公共预算收入", "亿元", 3, 7, 5, 6],
        ]
    }
    reading = tidy(sheets)
    frame = reading.frame.dropna(subset=["value"])
    single = frame[frame["span"] == "single"]
    assert set(single["indicator"]) == {"fis.revenue.gpb"}
    assert [problem.cell for problem in reading.problems] == ["C4", "E4"]
    assert "没有2月单月的数，这里的 60 没有读" in messages(reading)
    dash = reading.frame[reading.frame["cell"] == "C5"]
    assert list(dash["status"]) == ["not_meaningful"]


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        (0.4, "若是涨幅，请填指数 100.4"),
        (-0.4, "若是涨幅，请填指数 99.6"),
        (49.9, "若是涨幅，请填指数 149.9"),
        (200.1, "请核对这一格的数"),
    ],
)
def test_a_price_index_that_looks_like_a_change_is_refused(tidy, value, remedy):
    sheets = {
        "9月": [
            ["莲湖区2024年9月主要经济指标"],
            ["指标名称", "本月"],
            ["居民消费价格指数(上年同月=100)", value],
        ]
    }
    reading = tidy(sheets)
    assert reading.frame.empty
    assert f"{value} 不像以上年为 100 的指数" in messages(reading)
    assert reading.problems[0].remedy == remedy


@pytest.mark.parametrize("value", [50.0, 100.4, 200.0])
def test_a_price_index_is_read_as_it_stands(tidy, value):
    rows = [
        ["莲湖区2024年9月主要经济指标"],
        ["指标名称", "本月"],
        ["居民消费价格指数(上年同月=100)", value],
    ]
    assert list(tidy({"9月": rows}).frame["value"]) == [value]


BARE_TITLE = "2024年1—9月主要经济指标"


@pytest.mark.parametrize(
    ("folders", "file", "says", "other"),
    [
        (("碑林区",), "月报", "", "碑林区"),
        (("9月", "碑林区"), "月报", "", "碑林区"),
        (("碑林区统计局",), "月报", "", "碑林区"),
        (("西安市",), "月报", "", "西安市"),
        (("西安",), "月报", "", "西安市"),
        ((), "月报", "填报单位：碑林区统计局", "碑林区"),
        (("莲湖区",), "月报", "报送单位：西安市碑林区统计局", "碑林区"),
        (("西安市统计局",), "月报", "", ""),
        (("莲湖区", "西安市"), "月报", "", ""),
        (("西安市",), "莲湖区月报", "", ""),
        ((), "月报", "填报单位：西安市莲湖区统计局", ""),
        ((), "月报", "资料来源：西安市统计局", ""),
    ],
)
def test_a_folder_or_reporting_office_of_another_region_is_evidence(
    tidy, folders, file, says, other
):
    rows = month_report(RETAIL, ("全区工业用电量", "亿千瓦时", 1.2, 9.6, 3.1), title=BARE_TITLE)
    rows["9月"].insert(1, [says])
    delivery = dataclasses.replace(DELIVERY, folders=folders, file=file)
    reading = tidy(rows, delivery)
    assert (f"说的是{other}" in messages(reading)) is bool(other)
    assert reading.frame.empty is bool(other)
    if other:
        named = month_report(RETAIL, title="莲湖区" + BARE_TITLE)
        assert len(tidy(named, delivery).frame) == 3
        assert not tidy(rows, dataclasses.replace(delivery, pinned=True)).frame.empty


@pytest.mark.parametrize(
    ("head", "token", "taken"),
    [
        ("位次", 4.5, False),
        ("位次", -3, False),
        ("位次", 0, False),
        ("位次", "4%", False),
        ("位次", 4, True),
        ("完成年度计划（%）", "7412%", False),
        ("完成年度计划（%）", "112.4%", True),
        ("年度计划", 0.06, False),
        ("年度计划", 640, True),
    ],
)
def test_a_fact_that_can_be_none_is_refused(tidy, head, token, taken):
    rows = month_report(("社会消费品零售总额", "亿元", 54.3, 481.25, token))
    rows["9月"][2][4] = head
    reading = tidy(rows)
    facts = [code for code in reading.frame["indicator"] if code.startswith("fact.")]
    assert (len(facts), "像" in messages(reading)) == (int(taken), not taken)


def test_a_reporting_office_may_stand_at_the_foot(tidy):
    rows = month_report(RETAIL, title=BARE_TITLE)
    rows["9月"].append(["填报单位：碑林区统计局", "填报人：张三", None, "联系电话：029-87300000"])
    assert "说的是碑林区" in messages(tidy(rows))
    rows["9月"][-1][0] = "填报单位：莲湖区统计局"
    assert len(tidy(rows).frame) == 3


def test_a_sheet_beside_the_own_regions_that_is_called_as_a_place_is_of_that_place(tidy):
    def table(name, value):
        return [["2024年1-9月"], ["指标", "单位", "累计"], [name, "亿元", value]]

    own, other = table("社会消费品零售总额", 512.3), table("地区生产总值", 900.5)
    sheets = {"莲湖": own, "碑林": other}
    assert {row[0] for row in figures(tidy(sheets))} == {"csm.retail.total"}
    assert "碑林" in messages(tidy(sheets))
    # A title that says it, and a name that says what it holds, are believed.
    told = {"莲湖": own, "核算": [["莲湖区2024年1-9月"], *other[1:]]}
    assert len(figures(tidy(told))) == 2
    assert len(figures(tidy({"莲湖": own, "地区生产总值": other}))) == 2
    assert len(figures(tidy({"汇总": own, "碑林": other}))) == 1


MONTH_OF_NOBODY = [
    ["2024年1-9月主要指标"],
    ["指标", "单位", "累计"],
    ["社会消费品零售总额", "亿元", 512.3],
]


@pytest.mark.parametrize(
    ("sheets", "read"),
    [
        ({"表": [["碑林区统计局"], *MONTH_OF_NOBODY]}, 0),
        ({"表": [["西安市统计局"], *MONTH_OF_NOBODY]}, 0),
        ({"表": [*MONTH_OF_NOBODY, ["碑林区统计局  2024年10月20日"]]}, 0),
        ({"表": [["填报单位：土门街道办事处"], *MONTH_OF_NOBODY]}, 0),
        ({"表": [*MONTH_OF_NOBODY, ["填报单位：西电集团"]]}, 0),
        ({"封面": [["西安市统计局"], ["2024年9月"]], "表": MONTH_OF_NOBODY}, 0),
        ({"一": [["碑林区2024年1-9月"], *MONTH_OF_NOBODY[1:]], "二": MONTH_OF_NOBODY}, 0),
        ({"表": [["莲湖区统计局"], *MONTH_OF_NOBODY]}, 1),
        ({"表": [["区统计局"], *MONTH_OF_NOBODY]}, 1),
        ({"表": [*MONTH_OF_NOBODY, ["资料来源：西安市统计局"]]}, 1),
        ({"表": [["西安市统计局"], ["莲湖区2024年1-9月"], *MONTH_OF_NOBODY[1:]]}, 1),
    ],
)
def test_whose_a_table_without_a_region_is(tidy, sheets, read):
    assert len(figures(tidy(sheets))) == read


# ---- Sheets of one book.

HEAD = ["指标", "单位", "累计"]
DATED = [["莲湖区2024年1-9月"], HEAD, ["社会消费品零售总额", "亿元", 100.0]]
BARE = [["莲湖区"], HEAD, ["一般公共预算收入", "亿元", 50.0]]
SERVICES = "规模以上服务业企业营业收入"


def sheet(title: str, name: str = "税收收入", head: str = "累计") -> list[list[object]]:
    return [[title], ["指标", "单位", head], [name, "亿元", 90.0]]


def read_book(read, sheets, **delivery: object) -> Reading:
    return read(sheets, dataclasses.replace(DELIVERY, **delivery))


@pytest.mark.parametrize(
    ("other", "period"),
    [
        ([], "2024-09"),
        (sheet("莲湖区2024年1-9月"), "2024-09"),
        (sheet("莲湖区2024年9月", head="本月"), "2024-09"),
        (sheet("莲湖区2023年"), "2024-09"),
        # What is known a month late, and last year's, date no others.
        (sheet("莲湖区2024年1-8月", SERVICES), "2024-09"),
        (sheet("莲湖区上年同期2023年1-9月"), "2024-09"),
        # Of two months the sheet may be of either, and a head of October says of more.
        (sheet("莲湖区2024年1-8月"), ""),
        (sheet("莲湖区", head="10月累计"), ""),
    ],
)
def test_a_sheet_without_a_time_is_of_the_one_that_all_others_state(tidy, other, period):
    found = read_book(
        tidy, {"甲": DATED, "丙": other, "乙": BARE} if other else {"甲": DATED, "乙": BARE}
    )
    ours = found.frame[found.frame["sheet"] == "乙"]
    assert " ".join(ours["period"]) == period
    told = [problem.cell for problem in found.problems if problem.sheet == "乙"]
    assert told == ([] if period else ["C3"])


QUARTERS = ["2024年一季度", "2024年二季度", "2024年三季度", "2024年四季度"]


@pytest.mark.parametrize(
    ("whole", "secondary", "tertiary", "single"),
    [
        ([100.0, 210.0, 330.0], [40.0, 45.0, 50.0], [60.0, 65.0, 70.0], True),
        ([100.0, 210.0], [40.0, 45.0], [60.0, 65.0], True),
        ([100.0, 210.0, 330.0], [40.0, 85.0, 135.0], [60.0, 125.0, 195.0], False),
        ([100.0], [40.0], [60.0], False),
        # Neither adds up, one quarter adds up both ways, a part or a quarter is absent.
        ([100.0, 210.0, 330.0], [40.0, 45.0, 50.0], [60.0, 65.0, 99.0], False),
        ([100.0, 210.0, 330.0], [40.0, 45.0, 50.0], [60.0, 65.0, None], False),
        ([None, 210.0, 330.0], [40.0, 45.0, 50.0], [60.0, 65.0, 70.0], False),
    ],
)
def test_parts_that_add_up_one_quarter_after_the_other_are_single_quarters(
    tidy, whole, secondary, tertiary, single
):
    head = ["时间", "地区生产总值累计", "第二产业增加值累计", "第三产业增加值累计"]
    rows = [list(row) for row in zip(QUARTERS, whole, secondary, tertiary, strict=False)]
    found = tidy({"表": [["莲湖区（亿元）"], head, *rows]})
    spans = found.frame.groupby("indicator")["span"].agg(set).to_dict()
    parts = {"single"} if single else {"ytd"}
    assert spans == {"gdp.total": {"ytd"}, "gdp.secondary": parts, "gdp.tertiary": parts}
    told = [(p.cell, p.kind) for p in found.problems if "单季数" in p.message]
    assert told == ([("C3", "skipped")] if single else [])


NAMELESS = [["2024年1-9月"], HEAD, ["社会消费品零售总额", "亿元", 100.0]]


@pytest.mark.parametrize(
    ("delivery", "region", "words"),
    [
        ({}, "610104", ""),
        ({"file": "西安统计月报"}, "", "说的是西安市"),
        ({"file": "西安市莲湖区月报"}, "610104", ""),
        ({"file": "全市月报"}, "610100", ""),
        ({"file": "全区月报"}, "610104", ""),
        ({"file": "全市月报", "pinned": True}, "610104", ""),
        ({"folders": ("西安市",)}, "", "说的是西安市"),
        ({"folders": ("碑林区",)}, "", "说的是碑林区"),
        ({"folders": ("西安市统计局",)}, "610104", ""),
        ({"folders": ("碑林区",), "file": "莲湖区月报"}, "610104", ""),
    ],
)
def test_a_book_that_names_no_region_is_of_that_of_its_file_and_folders(
    tidy, delivery, region, words
):
    found = read_book(tidy, {"甲": NAMELESS}, **delivery)
    assert " ".join(found.frame["region"]) == region
    assert words in messages(found) and bool(words) is bool(found.problems)


@pytest.mark.parametrize(
    ("office", "words"),
    [
        ("填报单位：碑林区统计局", "说的是碑林区"),
        ("填报单位：北院门街道办", "说的是北院门街道办"),
        ("填报单位：莲湖区统计局", ""),
    ],
)
def test_the_office_that_reports_says_whose_a_book_is(tidy, office, words):
    found = tidy({"甲": [["2024年1-9月", office], *NAMELESS[1:]]})
    assert found.frame.empty is bool(words)
    assert words in messages(found)


AREAS = [
    ["2024年1-9月社会消费品零售总额"],
    ["地区", "累计(亿元)"],
    ["全市", 900.0],
    ["莲湖区", 100.0],
    ["碑林区", 200.0],
]


@pytest.mark.parametrize(
    ("value", "cells"),
    [
        # The other sheet equals the row of the district, that of the city, or none.
        (100.0, {("610100", 900.0), ("610104", 100.0)}),
        (100.05, {("610100", 900.0), ("610104", 100.05)}),
        (900.0, {("610100", 900.0), ("610104", 100.0)}),
        (555.0, {("610104", 100.0)}),
    ],
)
def test_whose_a_sheet_is_is_told_by_the_row_of_a_table_of_areas_that_it_equals(tidy, value, cells):
    own = [*NAMELESS[:2], ["社会消费品零售总额", "亿元", value]]
    found = tidy({"各区": AREAS, "指标": own})
    assert set(zip(found.frame["region"], found.frame["value"], strict=True)) == cells
    assert ("说的是全市" in messages(found)) is (value == 555.0)


def test_a_book_of_other_places_is_none_of_ours(tidy):
    others = [*AREAS[:3], ["碑林区", 100.0], ["雁塔区", 200.0], ["未央区", 300.0]]
    found = tidy({"各区": others, "指标": NAMELESS})
    assert found.frame.empty and "说的是别的地区" in messages(found)
    # Two are too few to say so.
    assert "说的是全市" in messages(tidy({"各区": others[:-1], "指标": NAMELESS}))


def test_columns_of_the_city_behind_the_districts_make_the_book_no_citys(tidy):
    beside = [
        ["2024年1-9月"],
        ["指标", "单位", "累计", "全市累计"],
        ["一般公共预算收入", "亿元", 50.0, 900.0],
    ]
    found = tidy({"甲": beside, "乙": NAMELESS})
    regions = zip(found.frame["sheet"], found.frame["cell"], found.frame["region"], strict=True)
    assert sorted(regions) == [
        ("乙", "C3", "610104"),
        ("甲", "C3", "610104"),
        ("甲", "D3", "610100"),
    ]
