"""Tables that say something else than they seem to, kind by kind, through the whole reader."""

import datetime as dt
import io
import zipfile

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Color, Font, PatternFill

from tests.intake.one_file import read_file
from tests.intake.sheets import workbook_bytes
from tests.intake.word_files import WORD, docx, p, tbl, tc, tr

OWN, CITY = "610104", "610100"
RETAIL, BUDGET, INCOME = "csm.retail.total", "fis.revenue.gpb", "inc.urban"
TITLE = ["莲湖区2024年1-9月主要指标"]
HEADS = ["指标", "单位", "累计", "增长%"]
SALES = ["社会消费品零售总额", "亿元", 301.2, 4.2]
TAXES = ["一般公共预算收入", "亿元", 27.9, 1.8]
PAY = ["城镇居民人均可支配收入", "元", 40211, 4.9]
MONTH = [TITLE, HEADS, SALES, TAXES, PAY]


@pytest.fixture
def stored(workspace, catalogue, deliver):
    """Deliver one file; return its figures as ``(region, code, measure, span, period, value)``."""

    def read(content, path="a.xlsx", day="2024-10-22"):
        if isinstance(content, str):
            content = content.encode()
        elif isinstance(content, list):
            content = {"表": content}
        file = deliver(path, content)
        (file.parent / "delivery.toml").write_text(f"published = {day}\n", encoding="utf-8")
        names = ["region", "indicator", "measure", "span", "period", "value"]
        return [
            tuple(row)
            for row in read_file(workspace, catalogue, file).frame[names].itertuples(index=False)
        ]

    return read


def codes(figures):
    return [row[1] for row in figures]


@pytest.mark.parametrize(
    ("title", "region"),
    [
        ("2024年1-9月主要指标在全市位次", OWN),
        ("2024年1-9月主要经济指标全市排名情况", OWN),
        ("2024年1-9月主要指标在全市各区县排名", OWN),
        ("2024年1-9月主要指标与全市对比", OWN),
        ("全市2024年1-9月主要指标", CITY),
    ],
)
def test_what_is_compared_with_the_city_is_not_the_citys(stored, title, region):
    rows = [[title], [*HEADS, "位次"], [*SALES, 5]]
    assert {row[0] for row in stored(rows)} == {region}
    assert {row[0] for row in stored({title[:31]: [["2024年1-9月"], *rows[1:]]})} == {region}


@pytest.mark.parametrize(
    ("day", "read"), [(dt.datetime(2024, 1, 9), 0), (dt.datetime(2024, 9, 30), 1)]
)
def test_a_day_in_a_head_was_most_likely_a_span_of_months(stored, day, read):
    rows = [["莲湖区主要指标（累计）"], ["指标", "单位", day], TAXES[:3]]
    assert len(stored(rows)) == read


@pytest.mark.parametrize(
    ("changes", "read"),
    [((-5, -2), 0), ((11, -300), 0), ((11, 3), 0), ((11.2, -3.5), 2), (("11%", "-3%"), 2)],
)
def test_whole_numbers_beside_counts_are_most_likely_changes(stored, changes, read):
    rows = [["火灾起数", "起", 101, changes[0]], ["新登记企业数", "户", 8800, changes[1]]]
    figures = stored([TITLE, ["指标", "单位", "累计", "同比±"], *rows])
    assert [row[2] for row in figures].count("yoy") == read


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        ("注：社会消费品零售总额因数据尚未反馈，暂用上月数。", {BUDGET, INCOME}),
        ("注：社会消费品零售总额统计截止8月31日。", {BUDGET, INCOME}),
        ("注：城镇居民人均可支配收入按季发布，本月沿用上季数。", {RETAIL, BUDGET}),
        ("注：社零总额未包括限额以下个体户。", {BUDGET, INCOME}),
        ("报告期：2024年8月", set()),
        ("数据所属期：2024年1-8月", set()),
        ("报告期：2024年1-9月", {RETAIL, BUDGET, INCOME}),
        ("注：统计时段：2023年10月至2024年9月。", set()),
        ("注：全市数据。", set()),
        ("注：系高新区数据。", set()),
        ("注：碑林区数据", set()),
        ("注：莲湖区数据", {RETAIL, BUDGET, INCOME}),
        ("注：由于四舍五入，部分数据合计数与分项之和略有差异。", {RETAIL, BUDGET, INCOME}),
    ],
)
def test_notes_of_time_and_place_in_more_words(stored, note, kept):
    assert set(codes(stored([*MONTH, [note]]))) == kept


@pytest.mark.parametrize(
    ("note", "lost"),
    [
        ("注：社零总额单位为万元。", {(RETAIL, "level")}),
        ("注：金额类指标以万元计。", {(c, "level") for c in (RETAIL, BUDGET, INCOME)}),
        ("注：累计数为2024年4-9月合计。", {(c, "level") for c in (RETAIL, BUDGET, INCOME)}),
        ("注：居民收入增速为扣除价格因素后的实际增速。", {(INCOME, "yoy")}),
        ("注：增速为三年复合增速。", {(c, "yoy") for c in (RETAIL, BUDGET, INCOME)}),
        ("注：居民收入增速为名义增速。", set()),
    ],
)
def test_notes_of_units_and_growth_in_more_words(stored, note, lost):
    whole = {(code, measure) for code in (RETAIL, BUDGET, INCOME) for measure in ("level", "yoy")}
    assert whole - {(row[1], row[2]) for row in stored([*MONTH, [note]])} == lost


@pytest.mark.parametrize(
    "rows",
    [
        [
            ["莲湖区地区生产总值（按2020年价格计算）"],
            ["年份", "地区生产总值（亿元）"],
            ["2023年", 850.1],
        ],
        [
            ["莲湖区历年地区生产总值"],
            ["年份", "地区生产总值（亿元）"],
            ["2023年", 850.1],
            ["注：本表按2020年价格计算。"],
        ],
    ],
)
def test_amounts_at_the_prices_of_a_year_are_not_current(stored, rows):
    assert stored(rows) == []


def test_a_year_with_growth_of_its_own_is_read_and_one_without_is_told(stored, workspace):
    heads = [["指标", "单位", "2022年绝对数", "2022年增长%", "2023年绝对数", "2023年增长%"]]
    rows = [["莲湖区主要指标"], *heads, ["地区生产总值", "亿元", 811.1, 4.1, 850.1, 4.8]]
    assert {(row[4], row[5]) for row in stored(rows)} == {
        ("2022", 811.1),
        ("2022", 4.1),
        ("2023", 850.1),
        ("2023", 4.8),
    }
    rows = [
        ["莲湖区主要指标增速（%）"],
        ["指标", "2023年1-9月", "2024年1-9月"],
        [SALES[0], 3.1, 4.2],
    ]
    assert {(row[4], row[5]) for row in stored(rows)} == {("2023-09", 3.1), ("2024-09", 4.2)}


PAGE = """<html><body>{}<h2>2024年1-9月主要经济指标</h2><table><tr><td>指标</td><td>单位</td><td>累计</td></tr>
<tr><td>社会消费品零售总额</td><td>亿元</td><td>340.1</td></tr></table>{}</body></html>"""


@pytest.mark.parametrize(
    ("above", "below", "read"),
    [
        ("", "<p>碑林区统计局 2024年10月25日</p>", 0),
        ("<p>来源：雁塔区统计局 发布时间：2024-10-25</p>", "", 0),
        ("", "<p>版权所有：碑林区人民政府</p>", 0),
        ("", "<p>主办：咸阳市秦都区人民政府</p>", 0),
        ("", "<p>来源：西安市统计局</p>", 1),
        ("", "<p>版权所有：莲湖区人民政府</p>", 1),
    ],
)
def test_whose_page_it_is_stands_around_the_table(stored, above, below, read):
    assert len(stored(PAGE.format(above, below), "a.html")) == read


@pytest.mark.parametrize(
    "line", ["来源：雁塔区统计局", "（雁塔区统计局供稿）", "编印：西安市统计局"]
)
def test_the_source_of_a_sheet_that_names_no_region(stored, line):
    rows = [["2024年1-9月主要经济指标"], HEADS, SALES]
    assert stored([*rows, [line]]) == []
    assert len(stored([TITLE, *rows[1:], [line]])) == 2


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("2024年全市.xlsx", {(CITY, RETAIL), (CITY, BUDGET)}),
        ("2024年全市排名.xlsx", set()),
        ("2024年限上企业.xlsx", {(OWN, BUDGET)}),
        ("北院门街道/2024年9月.xlsx", set()),
        ("上年同期/2024年9月.xlsx", set()),
        ("预计/2024年9月.xlsx", set()),
        ("月报/2024年9月.xlsx", {(OWN, RETAIL), (OWN, BUDGET)}),
    ],
)
def test_what_files_and_folders_are_called(stored, path, found):
    rows = [["指标", "单位", "1-9月累计", "同比增长%"], SALES, TAXES]
    assert {row[:2] for row in stored(rows, path)} == found


@pytest.mark.parametrize(
    ("group", "row", "read"),
    [
        ("机电产品", ["出口", "亿元", 6, 1.1], 0),
        ("一、国内旅游", ["接待游客人次", "万人次", 3000, 4.0], 0),
        ("一、住宅", ["商品房销售面积", "万平方米", 51.3, -22.1], 0),
        ("建筑施工领域", ["生产安全事故起数", "起", 2, 1], 0),
        ("制造业", ["固定资产投资", "%", None, 3.1], 0),
        ("服务业", ["实际利用外资", "万美元", 80, 1], 0),
        ("高技术产业", ["规模以上工业增加值", "%", None, 4.1], 0),
        ("工业", ["工业投资", "%", None, 3.1], 1),
        ("房地产", ["房地产开发投资", "亿元", 30.1, -12], 2),
        ("旅游", ["接待游客人次", "万人次", 3000, 4.0], 2),
        ("住宿和餐饮业", SALES, 2),
        ("夜间经济", SALES, 0),
        ("一、房地产销售", ["商品房销售面积", "万平方米", 51.3, -22.1], 2),
    ],
)
def test_a_line_or_column_that_names_a_part_is_heard(stored, group, row, read):
    assert len(stored([TITLE, HEADS, [group], row])) == read
    heads = ["领域", *HEADS]
    assert len(stored([TITLE, heads, [group.lstrip("一、"), *row]])) == read


@pytest.mark.parametrize(
    ("title", "row"),
    [
        ("建筑施工安全生产情况", ["生产安全事故起数", "起", 8, 1]),
        ("高校毕业生就业情况", ["城镇新增就业人数", "人", 8, 1]),
        ("夜间经济运行情况", SALES),
        ("城乡居民养老保险情况", ["基本养老保险参保人数", "万人", 8, 1]),
        ("服务业主要指标", ["固定资产投资", "%", None, 3.1]),
        ("主要指标预判", SALES),
        ("主要指标需完成数", SALES),
        ("主要指标与上月相比", SALES),
        ("部分企业主要指标", SALES),
        ("农贸市场主要指标", SALES),
        ("主要指标（大口径）", SALES),
        ("一般公共预算收入表（草案）", TAXES),
    ],
)
def test_titles_of_parts_guesses_and_other_bases(stored, title, row):
    assert stored([[f"莲湖区2024年1-9月{title}"], HEADS, row]) == []


def test_exports_and_imports_far_below_the_trade_are_a_parts(stored):
    rows = [["进出口总值", "亿元", 41.7, 4.1], ["加工贸易", "亿元", 10, 1]]
    parts = [["出口", "亿元", 6, 1.1], ["进口", "亿元", 3.5, 1.0]]
    assert set(codes(stored([TITLE, HEADS, *rows, *parts]))) == {"opn.trade"}


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("目标差距", None),
        ("排位提升", None),
        ("增速比全市低", None),
        ("“十四五”目标", None),
        ("较目标%", None),
        ("全年目标", (OWN, f"fact.plan.{RETAIL}")),
        ("全市目标", (CITY, f"fact.plan.{RETAIL}")),
    ],
)
def test_heads_that_resemble_a_plan_a_rank_or_a_gap(stored, head, found):
    figures = stored([TITLE, [*HEADS, head], [*SALES, 450]])
    facts = [row[:2] for row in figures if row[1].startswith("fact.")]
    assert facts == ([found] if found else [])


def test_a_ditto_mark_for_a_region_is_refused_aloud(workspace, catalogue, deliver):
    heads = [["2024年1-9月"], ["地区", "指标", "单位", "累计"]]
    rows = [["莲湖区", *SALES[:3]], ["〃", *TAXES[:3]]]
    found = read_file(workspace, catalogue, deliver("a.xlsx", {"表": [*heads, *rows]}))
    assert set(found.frame["indicator"]) == {RETAIL}
    assert any("地区“〃”" in problem.message for problem in found.problems)


@pytest.mark.parametrize("row", [PAY, SALES])
def test_real_growth_is_not_the_nominal_one(stored, row):
    figures = stored([TITLE, [*HEADS[:3], "同比实际%"], row])
    assert [figure[2] for figure in figures] == ["level"]


YEARBOOK = [["3-1 社会消费品零售总额"], ["指标", "单位", "绝对额", "比上年增长%"], SALES]


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("莲湖统计年鉴2024.xlsx", YEARBOOK),
        ("2024年统计年鉴/3-1.xlsx", YEARBOOK),
        ("2024年政府工作报告.xlsx", YEARBOOK),
        ("a.xlsx", [["莲湖区统计年鉴（2024年）"], *YEARBOOK]),
    ],
)
def test_a_yearbook_is_not_of_the_year_of_its_data(stored, path, rows):
    assert stored(rows, path, "2025-01-25") == []
    dated = [["3-1 社会消费品零售总额（2023年）"], *YEARBOOK[1:]]
    assert {row[4] for row in stored([*rows[:-3], *dated], path, "2025-01-25")} == {"2023"}


BUDGET_SHEET = [["财政收入"], HEADS, TAXES]


@pytest.mark.parametrize(
    "others",
    [
        {"上年同期": [["莲湖区2023年1-9月社零"], HEADS, SALES]},
        {
            "效益": [
                ["规上工业效益（2024年1-8月）"],
                HEADS,
                ["规模以上工业企业营业收入", "亿元", 90, 1],
            ],
            "工业": [
                ["规上工业"],
                ["指标", "单位", "9月", "1-9月"],
                ["规模以上工业总产值", "亿元", 11, 101],
            ],
        },
        {
            "服务业": [
                ["莲湖区2024年1-8月规上服务业"],
                HEADS[:3],
                ["规模以上服务业营业收入", "亿元", 90],
            ]
        },
    ],
)
def test_last_years_and_late_sheets_date_no_others(stored, others):
    assert BUDGET not in codes(stored({**others, "财政": BUDGET_SHEET}, "月报.xlsx"))


def test_a_sheet_of_the_month_dates_the_others(stored):
    own = [["莲湖区2024年1-9月社零"], HEADS, SALES]
    figures = stored({"社零": own, "财政": BUDGET_SHEET}, "月报.xlsx")
    assert {row[4] for row in figures} == {"2024-09"}


# ---- what is plain all the same


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["规模以上工业企业单位数", "个", 106], "ind.firms"),
        (["规上服务业企业单位数", "户", 312], "svc.firms"),
        (["新登记企业数", "家", 88], "mkt.new_firm"),
        (["规上工业利润总额", "亿元", 9.1], "ind.profit"),
        (["批发业销售额", "亿元", 90.1], "trd.wholesale.sales"),
        (["服务业增加值", "亿元", 590.1], "gdp.tertiary"),
        (["老旧小区改造完成数", "家", 8], ""),
    ],
)
def test_firms_in_other_counters_and_short_names(stored, row, code):
    assert codes(stored([TITLE, HEADS[:3], row])) == [code] * bool(code)


@pytest.mark.parametrize(
    ("whole", "part", "code"),
    [
        ("各项存款余额", "其中：人民币各项存款余额", "fin.deposit.rmb"),
        ("本外币各项贷款", "其中：人民币", "fin.loan.rmb"),
        ("批发业商品销售额", "#限额以上", "trd.wholesale.above"),
        ("限额以上单位消费品零售额", "#汽车类", "csm.cat.auto"),
        ("一、全行业用电", "#工业", "ene.elec_ind"),
    ],
)
def test_parts_by_their_path(stored, whole, part, code):
    unit = "万千瓦时" if code.startswith("ene") else "亿元"
    rows = [[whole, unit, 1890.1, 8], [part, unit, 1870.1, 8.1]]
    assert codes(stored([TITLE, HEADS, *rows])).count(code) == 2


def test_a_database_tells_growth_of_the_month_and_to_date(stored):
    name = "社会消费品零售总额"
    heads = [
        f"{name}_{end}" for end in ("当期值(亿元)", "累计值(亿元)", "同比增长(%)", "累计增长(%)")
    ]
    figures = stored([["时间", *heads], ["2024年9月", 33.1, 301.2, 4.4, 4.2]])
    assert {(row[2], row[3], row[5]) for row in figures} == {
        ("level", "single", 33.1),
        ("level", "ytd", 301.2),
        ("yoy", "single", 4.4),
        ("yoy", "ytd", 4.2),
    }


def test_a_year_that_is_written_once_holds_until_the_next(stored):
    heads = ["指标", "2023年9月", "10月", "11月", "2024年2月", "3月"]
    rows = [["莲湖区主要指标累计增速（%）"], heads, ["社会消费品零售总额", 3.1, 3.2, 3.3, 4.1, 4.2]]
    periods = ["2023-09", "2023-10", "2023-11", "2024-02", "2024-03"]
    assert [row[4] for row in stored(rows, day="2024-04-20")] == periods
    rows = [["莲湖区社会消费品零售总额"], ["时间", "累计（亿元）"], ["2023年"], ["1-2月", 60.1]]
    figures = stored([*rows, ["2024年"], ["1-2月", 63.1]])
    assert {(row[4], row[5]) for row in figures} == {("2023-02", 60.1), ("2024-02", 63.1)}


@pytest.mark.parametrize(("head", "read"), [("2023年比2022年增长%", 2), ("2023年比2019年增长%", 1)])
def test_growth_on_the_year_before_by_its_number(stored, head, read):
    rows = [
        ["莲湖区主要指标"],
        ["指标", "单位", "2023年", head],
        ["地区生产总值", "亿元", 850.1, 4.8],
    ]
    assert len(stored(rows)) == read


@pytest.mark.parametrize(
    ("title", "heads", "spans"),
    [
        ("莲湖区2024年9月统计快报", "本月 累计", {"single", "ytd"}),
        ("莲湖区2024年1-9月统计快报", "累计 累计", {"ytd"}),
    ],
)
def test_the_first_title_dates_the_tables_of_a_report(stored, title, heads, spans):
    first, second = ([["指标", "单位", head], TAXES[:3]] for head in heads.split())
    figures = stored({"一": [[title], *first], "二": [["财政"], *second[:1], PAY[:3]]})
    assert {row[4] for row in figures if row[1] == BUDGET} == {"2024-09"}
    assert {row[3] for row in figures} == spans


@pytest.mark.parametrize(
    ("title", "name", "unit", "code"),
    [
        ("规模以上工业企业主要经济指标", "企业单位数", "家", "ind.firms"),
        ("规上工业企业主要经济效益指标", "营业收入", "亿元", "ind.revenue"),
        ("规模以上工业企业财务指标", "资产负债率", "%", "ind.liability_ratio"),
        ("建筑业主要指标", "签订合同额", "亿元", "bld.contract"),
        ("部分工业企业主要指标", "企业单位数", "家", ""),
    ],
)
def test_a_title_of_its_trade_completes_a_bare_name(stored, title, name, unit, code):
    rows = [[f"莲湖区2024年1-9月{title}"], HEADS[:3], [name, unit, 55.1]]
    assert codes(stored(rows)) == [code] * bool(code)


# ---- found on genuine pages


def test_a_row_of_the_whole_district_over_its_streets_is_of_no_other_region(stored):
    streets = [["2024年1-9月各街道规上工业总产值"], ["街道", "累计（万元）"], ["全区", 2101000]]
    sheets = {"1": [["2024年1-9月主要指标"], HEADS, SALES], "2": [*streets, ["北院门街道", 10]]}
    assert RETAIL in codes(stored(sheets, "月报.xlsx"))
    compared = [
        ["2024年1-9月地区生产总值"],
        ["地区", "累计（亿元）"],
        ["莲湖区", 901.1],
        ["全市", 9001.1],
    ]
    sheets["2"] = compared
    assert RETAIL in codes(stored(sheets, "莲湖月报.xlsx"))
    assert RETAIL not in codes(stored(sheets, "月报.xlsx"))


@pytest.mark.parametrize(
    ("title", "name", "code"),
    [
        ("2024年9月规模以上工业企业生产、销售主要数据", "工业总产值(现价)", "ind.output_above"),
        ("2024年9月规模以上工业产销情况", "产品销售率", "ind.sales_ratio"),
        ("2024年9月规模以上工业统计表", "企业个数", "ind.firms"),
    ],
)
def test_titles_of_above_scale_industry(stored, title, name, code):
    unit = {"ind.sales_ratio": "%", "ind.firms": "个"}.get(code, "万元")
    rows = [[f"莲湖区{title}"], ["指标名称", "计量单位", "本月止累计"], [name, unit, 95.2]]
    assert codes(stored(rows)) == [code]


DEFINED = (
    "社会消费品零售总额：指企业（单位）通过交易售给个人、社会集团非生产、非经营用的实物商品金额，"
    "包括生产的成品价值、对外加工费收入三部分。"
)
OF_SHOPS = "注：社会消费品零售总额包括实物商品网上零售额，不包括非实物商品网上零售额。"


@pytest.mark.parametrize(
    "note",
    [
        DEFINED,
        OF_SHOPS,
        "注：社会消费品零售总额数据来源于海关，用电量数据来源于国网西安供电公司。",
        "注：以上增速为可比价",
        "注：社会消费品零售总额统计范围为年主营业务收入2000万元及以上的企业。",
    ],
)
def test_definitions_and_sources_cost_no_figure(stored, note):
    assert len(stored([*MONTH, [note]])) == 6


@pytest.mark.parametrize(
    ("note", "lost"),
    [
        ("注：增速栏为当月同比", {"yoy"}),
        ("注：增速以2019年为基期", {"yoy"}),
        ("注：绝对数为计划数。", {"level"}),
        ("注：金额以千元为单位。", {"level"}),
        ("填表说明：单位均为万元", {"level"}),
    ],
)
def test_notes_of_columns_in_more_words(stored, note, lost):
    assert {"level", "yoy"} - {row[2] for row in stored([*MONTH, [note]])} == lost


def test_a_block_of_what_is_known_late_has_its_own_month(stored):
    rows = [
        ["莲湖区2024年1-9月进度数据"],
        ["5、规模以上工业产销"],
        ["", "9月", "1-9月累计", "累计增长%"],
    ]
    rows += [["规模以上工业总产值(亿元)", 21, 210, 3], ["6、规模以上工业企业经济效益"]]
    rows += [
        ["", "8月", "1-8月累计", "累计增长%"],
        ["规模以上工业企业利润总额(亿元)", "——", 19.2, 17],
    ]
    periods = {(row[1], row[4]) for row in stored(rows) if row[5] == row[5]}
    assert periods == {("ind.output_above", "2024-09"), ("ind.profit", "2024-08")}
    rows[-1][0] = "社会消费品零售总额(亿元)"  # known in time, and not of August
    assert RETAIL not in codes(stored(rows))


def test_the_fourth_quarter_beside_the_whole_year_under_a_title_of_the_year(stored):
    rows = [
        ["2020年全年莲湖区生产总值（GDP）初步核算结果"],
        ["", "绝对额(亿元)4季度", "绝对额(亿元)全年"],
    ]
    figures = stored([*rows, ["GDP", 262.98, 1059.86]], day="2021-01-20")
    assert {(row[3], row[5]) for row in figures} == {("single", 262.98), ("ytd", 1059.86)}


@pytest.mark.parametrize(
    ("heads", "row", "found"),
    [
        (["指标", "单位", "我区", "全市"], [*SALES[:2], 301.2, 4010], {(OWN, 301.2), (CITY, 4010)}),
        ([*HEADS[:3], "2023年全年"], [*SALES[:3], 390], {(OWN, 301.2), (OWN, 390)}),
        (["指标", "单位", "截至本月"], SALES[:3], {(OWN, 301.2)}),
        (["指标", "单位", "年初以来"], SALES[:3], {(OWN, 301.2)}),
    ],
)
def test_heads_of_genuine_reports(stored, heads, row, found):
    figures = stored([["莲湖区2024年1-9月主要指标"], heads, row])
    assert {(figure[0], figure[5]) for figure in figures} == found
    assert {figure[3] for figure in figures} <= {"ytd", "annual"}


def test_the_corner_may_name_the_other_axis(stored):
    rows = [["莲湖区主要经济指标"], ["年份", "2022年", "2023年"]]
    rows += [["社会消费品零售总额（亿元）", 301.2, 320.1], ["一般公共预算收入（亿元）", 30.2, 32.1]]
    figures = stored(rows, day="2024-03-20")
    assert {row[4] for row in figures} == {"2022", "2023"} and len(figures) == 4


def test_a_rate_by_quarters_is_of_the_quarter(stored):
    rows = [["莲湖区2024年三季度工业产能利用率"], ["指标", "单位", "三季度"]]
    figures = stored([*rows, ["规模以上工业产能利用率", "%", 76.1]])
    assert [row[1:5] for row in figures] == [("ind.capacity", "level", "single", "2024Q3")]


def test_a_year_in_the_middle_of_its_rows_heads_none(stored):
    rows = [["莲湖区社会消费品零售总额"], ["年份", "月份", "累计（亿元）"], ["", "1-8月", 240]]
    rows += [["2023年", "1-9月", 270], ["", "1-8月", 250], ["2024年", "1-9月", 281]]
    assert {(row[4], row[5]) for row in stored(rows)} == {("2023-09", 270), ("2024-09", 281)}


def test_a_place_in_a_remark_makes_no_regions_of_the_others(stored):
    rows = [
        TITLE,
        [*HEADS, "说明"],
        [*TAXES, "未扣除留抵退税"],
        ["进出口总值", "亿元", 41, 3, "全市"],
    ]
    assert set(codes(stored(rows))) == {BUDGET}


def test_growth_on_the_month_before_is_not_on_the_year(stored):
    rows = [["莲湖区2024年9月"], ["指标", "单位", "本月", "上月", "增长%"]]
    figures = stored([*rows, ["社会消费品零售总额", "亿元", 33.2, 31.2, 6.4]])
    assert [row[2] for row in figures] == ["level"]


@pytest.mark.parametrize("word", ["例", "示例"])
def test_an_example_is_no_figure(stored, word):
    rows = [TITLE, ["序号", *HEADS], [word, *SALES], [1, *TAXES]]
    assert set(codes(stored(rows))) == {BUDGET}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("续表（1-8月）", (OWN, "2024-08")),
        ("续表（全市）", (CITY, "2024-09")),
        ("续表（2023年）", None),
        ("续表（预计）", None),
        ("续表1", (OWN, "2024-09")),
    ],
)
def test_what_a_continued_table_says_besides(stored, line, found):
    figures = stored([TITLE, HEADS, SALES, [line], HEADS, TAXES])
    assert {(row[0], row[4]) for row in figures if row[1] == BUDGET} == (
        {found} if found else set()
    )


@pytest.mark.parametrize("heads", ["合计 中央级 区级", "总额 上划中央 地方", "累计 国税 地税"])
def test_taxes_of_all_levels_are_not_the_local_ones(stored, heads):
    rows = [["莲湖区2024年1-9月税收收入（万元）"], ["项目", *heads.split()]]
    assert stored([*rows, ["税收收入", 900000, 400000, 230000]]) == []


@pytest.mark.parametrize(("part", "read"), [("其中：中央级", 0), ("其中：区级", 1), ("市级", 1)])
def test_a_revenue_beside_its_parts_by_level(stored, part, read):
    rows = [TITLE, HEADS[:3], TAXES[:3], [part, "亿元", 9.1]]
    assert codes(stored(rows)).count(BUDGET) == read


def test_all_of_a_city_beside_its_levels_is_the_citys(stored):
    rows = [["西安市2024年1-9月财政收支（亿元）"], ["指标", "全市", "市级", "区县级"]]
    figures = stored([*rows, ["税收收入", 500.1, 200.1, 300.0]])
    assert [(row[0], row[1], row[5]) for row in figures] == [(CITY, "fis.tax", 500.1)]


def test_a_tax_by_its_name_is_no_level_of_another(stored):
    heads = ["地区", "税收收入(亿元)", "增值税(地方留成)(亿元)", "一般公共预算支出(亿元)"]
    figures = stored([["莲湖区2024年1-9月财政收支"], heads, ["莲湖区", 22.9, 9.1, 31.1]])
    assert set(codes(figures)) == {"fis.tax", "fis.vat", "fis.exp"}


def test_a_figure_in_a_column_that_is_not_read_is_told(workspace, catalogue, deliver):
    rows = [TITLE, ["指标", "单位", "平均浓度", "累计"], ["PM2.5", "微克/立方米", 41, None]]
    found = read_file(
        workspace, catalogue, deliver("a.xlsx", {"表": [*rows, ["优良天数", "天", None, 201]]})
    )
    assert any(p.cell == "C3" and "平均浓度" in p.message for p in found.problems)


@pytest.mark.parametrize(
    ("title", "head"),
    [
        ("莲湖区2024年9月主要指标", "年末"),
        ("莲湖区2024年9月新增存贷款", "9月末"),
    ],
)
def test_what_is_no_stock_of_the_month(stored, title, head):
    rows = [[title], ["指标", "单位", head], ["金融机构人民币各项存款余额", "亿元", 1890]]
    assert stored(rows) == []


# ---- notes that stand where few look


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        ("注：1-8月数", set()),
        ("（1-8月）", set()),
        ("注：预计数", set()),
        ("注：限上", set()),
        ("注：含高新", set()),
        ("注：不含军工", set()),
        ("时间截点：8月31日", set()),
        ("注：标红数据为预计数", set()),
        ("注：黄色底纹为上月数", set()),
        ("注：1-9月数", {RETAIL, BUDGET, INCOME}),
        ("注：初步核算数", {RETAIL, BUDGET, INCOME}),
        ("注：不含农户", {RETAIL, BUDGET, INCOME}),
    ],
)
def test_notes_that_name_nothing_are_of_all(stored, note, kept):
    assert set(codes(stored([*MONTH, [note]]))) == kept


@pytest.mark.parametrize(("remark", "kept"), [("预计", 0), ("限上", 0), ("良好", 2)])
def test_a_remark_right_of_a_row_under_no_head_is_of_that_row(stored, remark, kept):
    found = codes(stored([TITLE, HEADS, [*SALES, remark], TAXES]))
    assert (found.count(RETAIL), found.count(BUDGET)) == (kept, 2)


RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
DRAWN = "http://schemas.openxmlformats.org/drawingml/2006"


def with_box(rows, text):
    """Return a workbook with a text box on its sheet."""
    source, stream = zipfile.ZipFile(io.BytesIO(workbook_bytes({"表": rows}))), io.BytesIO()
    drawing = f'<drawing xmlns:r="{RELATED}" r:id="r9"/></worksheet>'.encode()
    box = (
        f'<d:wsDr xmlns:d="{DRAWN}/spreadsheetDrawing" xmlns:a="{DRAWN}/main"><d:txBody><a:p><a:r>'
    )
    with zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</worksheet>", drawing)
            target.writestr(name, content)
        relation = (
            f'<Relationship Id="r9" Type="{RELATED}/drawing" Target="../drawings/drawing1.xml"/>'
        )
        relations = f'<Relationships xmlns="{PACKAGE}">{relation}</Relationships>'
        target.writestr("xl/worksheets/_rels/sheet1.xml.rels", relations)
        shape = f"{box}<a:t>{text}</a:t></a:r></a:p></d:txBody></d:wsDr>"
        target.writestr("xl/drawings/drawing1.xml", shape)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("注：本表为1-8月数据", 0),
        ("注：社会消费品零售总额为限额以上单位口径", 0),
        ("单位：亿元", 2),
        ("图1 增速走势", 2),
    ],
)
def test_a_note_in_a_text_box(stored, text, read):
    assert len(stored(with_box([TITLE, HEADS, SALES], text))) == read


def test_a_signature_in_a_text_box(stored):
    assert stored(with_box([["2024年1-9月"], HEADS, SALES], "碑林区统计局")) == []


@pytest.mark.parametrize("kind", ["footnote", "endnote", "comment"])
@pytest.mark.parametrize(("note", "read"), [("限额以上单位口径", 0), ("初步核算数", 1)])
def test_a_note_of_word(stored, kind, note, read):
    mark = f"<w:p><w:r><w:t>{SALES[0]}</w:t></w:r><w:r><w:{kind}Reference w:id='2'/></w:r></w:p>"
    table = tbl(tr("指标", "单位", "累计"), tr(tc(mark), "亿元", "301.2"))
    told = f'<w:{kind}s xmlns:w="{WORD}"><w:{kind} w:id="2">{p(note)}</w:{kind}></w:{kind}s>'
    relation = f'<Relationship Id="f" Type="{RELATED}/{kind}s" Target="{kind}s.xml"/>'
    relations = f'<Relationships xmlns="{PACKAGE}">{relation}</Relationships>'
    parts = {f"word/{kind}s.xml": told, "word/_rels/document.xml.rels": relations}
    assert len(stored(docx(p(TITLE[0]) + table, **parts), "a.docx")) == read


@pytest.mark.parametrize("style", ["opacity:0", "position:absolute;left:-9999px"])
def test_text_of_a_page_that_nobody_sees(stored, style):
    figure = f"<span style='{style}'>8</span>340.1"
    assert [row[5] for row in stored(PAGE.format("", "").replace("340.1", figure), "a.html")] == [
        340.1
    ]


def test_growth_beside_taxes_of_all_levels_is_theirs(stored):
    rows = [["莲湖区2024年1-9月税收收入（万元）"], ["项目", "中央级", "区级", "合计", "同比增减%"]]
    assert stored([*rows, ["税收收入", 40, 23, 63, 9.4]]) == []
    assert stored([["莲湖区2024年1-9月大口径财政收入"], HEADS, ["税收收入", "亿元", 63, 9.4]]) == []


@pytest.mark.parametrize("head", ["1-8月", "预计"])
def test_a_head_that_changes_in_the_middle_ends_what_is_read(stored, head):
    figures = stored([TITLE, HEADS, SALES, ["", "", head, ""], TAXES])
    assert set(codes(figures)) == {RETAIL}


def test_growth_below_a_region_is_told(workspace, catalogue, deliver):
    rows = [["2024年1-9月主要指标"], ["", "社会消费品零售总额（亿元）", "一般公共预算收入（亿元）"]]
    rows += [["莲湖区", 301.2, 27.9], ["增长%", 4.2, 1.8]]
    found = read_file(workspace, catalogue, deliver("a.xlsx", {"表": rows}))
    assert any("增长%" in problem.message for problem in found.problems)


BY_AREA = ["地区", "累计", "增长%"]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([["一般公共预算收入（亿元）"], BY_AREA, ["莲湖区", 27.9, 1.8]], {(BUDGET, 27.9), (BUDGET, 1.8)}),
        ([["新增就业（人）"], BY_AREA, ["莲湖区", 19800, 1.8]], set()),
        ([["工业用水量（亿元）"], BY_AREA, ["莲湖区", 27.9, 1.8]], set()),
        ([["地区", "全年计划（亿元）"], ["莲湖区", 420]], set()),
        ([["地区", "1-8月累计", "增长%"], ["莲湖区", 260, 1.8]], set()),
        ([BY_AREA, ["莲湖区", 301.2, 4.2]], {(RETAIL, 301.2), (RETAIL, 4.2)}),
    ],
)  # fmt: skip
def test_tables_by_area_below_one_another_have_their_own_heads(stored, rows, found):
    over = [["2024年1-9月主要指标"], ["社会消费品零售总额（亿元）"], BY_AREA, ["全市", 3301, 3.1]]
    figures = stored([*over, *rows])
    assert {(row[1], row[5]) for row in figures if row[0] == OWN} == found
    assert {row[5] for row in figures if row[0] == CITY} == {3301, 3.1}


@pytest.mark.parametrize("head", ["当年累计", "本年本月累计", "年累计"])
def test_more_words_for_the_year_to_date(stored, head):
    figures = stored([["莲湖区2024年9月主要指标"], ["指标", "单位", head], SALES[:3]])
    assert [row[3:5] for row in figures] == [("ytd", "2024-09")]


def test_an_appendix_over_rows_of_cities(stored):
    rows = [["附录 1-13 社会消费品零售总额"], ["地区", "2023年（亿元）"], ["西安市", 4900.1]]
    assert [row[0] for row in stored([*rows, ["成都", 9900.1]])] == [CITY]


def test_a_note_on_all_districts_is_on_this_one(stored):
    rows = [["2024年1-9月社会消费品零售总额"], ["地区", "累计（亿元）"], ["莲湖区", 301.2]]
    assert stored([*rows, ["注：各区社零为限上口径"]]) == []


@pytest.mark.parametrize(
    ("cell", "text", "left"),
    [
        ("C3", "张三:\n此数为1-8月数", 4),
        ("C3", "全市数", 4),
        ("C3", "旧数，勿用", 4),
        ("D3", "此数为1-8月数", 5),
        ("A3", "为全市数", 4),
        ("C2", "本列为1-8月数", 0),
        ("A1", "预计数", 0),
        ("C3", "应为312.4", 4),
        ("C3", "李四:\n已与财政局核对", 6),
        ("A3", "来源：区统计局", 6),
        ("D9", "此数为1-8月数", 6),
    ],
)
def test_a_comment_is_of_its_cell_and_the_growth_beside_it(stored, cell, text, left):
    def comment(book):
        book["表"][cell].comment = Comment(text, "张三")

    assert len(stored(workbook_bytes({"表": MONTH}, comment))) == left


@pytest.mark.parametrize(
    ("font", "fill", "read"),
    [
        (Font(color="FFFFFFFF"), None, 5),
        (Font(color=Color(theme=0)), None, 5),
        (Font(color=Color(theme=0, tint=-0.5)), None, 6),
        (Font(color="FFFFFFFF"), PatternFill("solid", fgColor="FF000080"), 6),
        (Font(color="FFFF0000"), None, 6),
        (Font(sz=1), None, 5),
        (Font(sz=9), None, 6),
    ],
)
def test_a_number_that_nobody_sees_is_no_figure(stored, font, fill, read):
    def hide(book):
        book["表"]["C3"].font = font
        if fill:
            book["表"]["C3"].fill = fill

    assert len(stored(workbook_bytes({"表": MONTH}, hide))) == read


def test_a_row_of_less_than_a_point_is_hidden(stored):
    def shrink(book):
        book["表"].row_dimensions[3].height = 0.75

    assert RETAIL not in codes(stored(workbook_bytes({"表": MONTH}, shrink)))


@pytest.mark.parametrize("code", ['0.0"*"', "0.0\\*"])
def test_a_mark_that_only_a_format_shows(stored, code):
    def mark(book):
        book["表"]["C3"].number_format = code

    rows = [*MONTH, ["*为1-8月数"]]
    assert RETAIL not in codes(stored(workbook_bytes({"表": rows}, mark)))


def test_the_unit_in_a_printed_header(stored):
    def head(book):
        book["表"].oddHeader.left.text = "&8莲湖区统计局"
        book["表"].oddHeader.right.text = "单位：万元"
        book["表"].oddFooter.center.text = "第&P页"

    rows = [TITLE, ["指标", "累计"], [SALES[0], 3012000]]
    assert [row[5] for row in stored(workbook_bytes({"表": rows}, head))] == [301.2]


@pytest.mark.parametrize(
    ("mark", "note", "months"),
    [
        ("", "<sup>1</sup> 本表为1-8月数", []),
        ("", "[1] 本表为1-8月数", []),
        ("<sup>1</sup>", "<sup>1</sup>为1-8月数", ["2024-08"]),
        ("<sup>1</sup>", "[1]社会消费品零售总额为1-8月数", ["2024-08"]),
        ("<sup>2</sup>", "[1]为1-8月数", ["2024-09"]),
        ("", "[1] 数据来源：区统计局", ["2024-09"]),
    ],
)
def test_a_note_behind_its_number_below_the_table_of_a_page(stored, mark, note, months):
    rows = f"<tr><td>指标<td>单位<td>累计</tr><tr><td>{SALES[0]}{mark}<td>亿元<td>301.2</tr>"
    page = f"<html><body><p>{TITLE[0]}</p><table>{rows}</table><p>{note}</p></body></html>"
    assert [row[4] for row in stored(page, "a.html")] == months


@pytest.mark.parametrize(("last", "read"), [("增速（%）", 5), ("总量（亿元）", 4)])
def test_the_last_group_of_heads_that_are_not_merged(stored, last, read):
    groups = ["区县", "地区生产总值", "", "固定资产投资", "社会消费品零售总额", ""]
    parts = ["", "总量（亿元）", "增速（%）", "增速（%）", "总量（亿元）", last]
    rows = [["全市", 8712.1, 4.6, 3.1, 3612.2, 4.0], ["莲湖区", 652.1, 5.1, 7.1, 341.2, 4.4]]
    figures = stored([["2024年前三季度各区县主要指标"], groups, parts, *rows])
    assert len([row for row in figures if row[0] == OWN]) == read


PLACES = [["地区", "亿元", "增长%"], ["西安市", 3401.2, 3.3], ["莲湖区", 401.2, 4.4]]


@pytest.mark.parametrize("time", ["2024年1-9月", "2024年前三季度"])
def test_a_period_before_a_city_is_no_part_of_its_name(stored, time):
    rows = [[f"{time}西安市各区县社会消费品零售总额"], *PLACES]
    assert {row[0] for row in stored(rows)} == {OWN, CITY}


def test_a_sheet_named_after_another_district_contradicts_a_title(stored):
    assert stored({"碑林区": MONTH}) == []
    assert len(stored({"西安市": MONTH})) == len(stored({"莲湖区": MONTH})) == 6


def test_days_and_numbers_without_a_unit_have_no_growth_without_a_percent_sign(stored):
    days = ["空气质量优良天数", "天", 198, 5]
    assert [row[2] for row in stored([TITLE, ["指标", "单位", "累计", "同比"], days])] == ["level"]
    assert len(stored([TITLE, HEADS, days])) == 2


def test_growth_of_less_than_all_of_it_only_of_what_may_turn(stored):
    rows = [
        ["社会消费品零售总额", "亿元", 301.2, -104.4],
        ["规模以上工业利润总额", "亿元", -3, -120],
    ]
    assert [(row[1], row[2]) for row in stored([TITLE, HEADS, *rows])] == [
        (RETAIL, "level"),
        ("ind.profit", "level"),
        ("ind.profit", "yoy"),
    ]


def test_a_rank_left_of_amounts_is_of_them_and_one_in_the_province_is_not_kept(stored):
    head = ["区县", "亿元", "增长%"]
    rows = [["2024年1-9月社会消费品零售总额"], ["位次", *head], [1, "莲湖区", 401.2, 4.4]]
    assert codes(stored(rows)) == [RETAIL, RETAIL]
    rows = [TITLE, [*HEADS, "全省位次"], [*SALES, 33]]
    assert codes(stored(rows)) == [RETAIL, RETAIL]
    rows[1][-1] = "全市位次"
    assert codes(stored(rows)) == [RETAIL, RETAIL, f"fact.rank.{RETAIL}"]


def test_a_format_may_show_a_number_as_less_than_nothing(stored):
    def as_minus(book):
        book["表"]["D3"].number_format = "-0.0"
        book["表"]["D4"].number_format = "(0.0)"
        book["表"]["D5"].number_format = "0.0_);(0.0)"

    growths = [row[1] for row in stored(workbook_bytes({"表": MONTH}, as_minus)) if row[2] == "yoy"]
    assert growths == [INCOME]


def test_a_printed_header_names_the_city_of_a_monthly_report(stored):
    def headed(book):
        book["表"].oddHeader.center.text = "西安市统计月报"

    rows = [["2024年1-9月主要指标"], *MONTH[1:]]
    assert {row[0] for row in stored(workbook_bytes({"表": rows}, headed))} == {CITY}
    assert {row[0] for row in stored(workbook_bytes({"表": MONTH}, headed))} == {OWN}


@pytest.mark.parametrize(
    "title",
    [
        "莲湖区“十四五”规划主要指标",
        "莲湖区“十四五”时期主要指标",
        "莲湖区2024年主要预期指标",
    ],
)
def test_years_to_come_of_a_plan_are_no_figures(stored, title):
    rows = [[title], ["指标", "单位", "2020年", "2024年"], ["地区生产总值", "亿元", 801.2, 990]]
    assert stored(rows, day="2026-01-05") == []
    done = [["莲湖区“十四五”规划主要指标完成情况"], *rows[1:]]
    assert len(stored(done, day="2026-01-05")) == 2


def test_a_preliminary_figure_is_not_taken_beside_the_final_one(stored):
    rows = [TITLE, ["指标", "单位", "快报数", "最终数"], [*SALES[:2], 401.2, 410.2]]
    assert stored(rows) == []
    assert len(stored([TITLE, ["指标", "单位", "最终数"], [*SALES[:2], 410.2]])) == 1


@pytest.mark.parametrize(
    ("head", "fact"),
    [
        ("低于目标（百分点）", ""),
        ("高于年度目标（百分点）", ""),
        ("完成半年目标%", ""),
        ("上年同期完成率%", ""),
        ("完成奋斗目标%", ""),
        ("完成年度目标%", f"fact.plan_share.{RETAIL}"),
    ],
)
def test_what_is_no_plan_of_the_year(stored, head, fact):
    found = codes(stored([TITLE, [*HEADS, head], [*SALES, 70]]))
    assert found == [RETAIL, RETAIL, *([fact] if fact else [])]


def test_a_plan_in_percent_of_an_amount_is_of_its_growth(stored):
    rows = [TITLE, [*HEADS, "年度目标%"], [*SALES, 6]]
    assert (f"fact.plan.{RETAIL}", "yoy", 6) in {(row[1], row[2], row[5]) for row in stored(rows)}


@pytest.mark.parametrize(
    "rows",
    [
        [*MONTH, ["注：本表金额单位为万元。"]],
        [*MONTH[:2], ["单位：万元"], *MONTH[2:]],
    ],
)
def test_the_unit_of_all_amounts_below_the_heads_or_the_table(stored, rows):
    rows = [[cell for n, cell in enumerate(row) if n != 1] for row in rows]
    rows = [[row[0], row[1] * 10_000, row[2]] if len(row) == 3 else row for row in rows]
    rows[1] = ["指标", "累计", "增长%"]
    assert (RETAIL, "level", SALES[2]) in {(row[1], row[2], row[5]) for row in stored(rows)}


def test_growth_that_is_done_is_not_that_aimed_at_beside_it(stored):
    heads = ["指标", "单位", "累计", "目标增速%", "实际增速%"]
    rows = [["莲湖区2024年前三季度主要指标"], heads, ["地区生产总值", "亿元", 652.1, 6, 5.1]]
    assert {(row[1], row[2], row[5]) for row in stored(rows)} == {
        ("gdp.total", "level", 652.1),
        ("gdp.total", "yoy", 5.1),
        ("fact.plan.gdp.total", "yoy", 6),
    }


def test_months_behind_a_quarter_are_months(stored):
    heads = ["指标", "单位", "1月", "2月", "3月", "一季度", "4月"]
    rows = [["莲湖区2024年用电量"], heads, ["全社会用电量", "亿千瓦时", 2.1, 2, 2.2, 6.3, 2.3]]
    found = {(row[3], row[4]): row[5] for row in stored(rows)}
    assert found["single", "2024-04"] == 23_000


def test_a_quarter_of_a_monthly_rate_is_of_no_span_that_is_known(stored):
    sold = ["规模以上工业产品销售率", "%", 97.1, 98.2]
    rows = [["莲湖区2024年主要指标"], ["指标", "单位", "二季度", "三季度"], sold]
    assert stored(rows) == []


def test_the_six_districts_are_no_region(stored):
    rows = [["2024年1-9月西安市城六区社会消费品零售总额"], *PLACES]
    assert {row[0] for row in stored(rows)} == {OWN, CITY}


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("莲湖区2024年1-9月主要指标当月增速", 0),
        ("莲湖区2024年1-9月主要指标增速", 1),
        ("莲湖区2024年9月主要指标当月增速", 1),
    ],
)
def test_growth_of_one_month_under_a_title_of_nine_is_of_either(stored, title, read):
    assert (
        len(stored([[title], ["指标", "单位", "增速%"], ["社会消费品零售总额", "%", 4.2]])) == read
    )


def test_real_income_in_brackets_is_not_nominal(stored):
    real = ["城镇居民人均可支配收入（实际）", "元", 40211, 4.9]
    assert codes(stored([TITLE, HEADS, SALES, real])) == [RETAIL, RETAIL]
