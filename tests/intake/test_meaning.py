"""What a figure is where a row and a column cross, or why that cannot be told."""

from __future__ import annotations

from itertools import product

import pytest

from lianhu_analysis.catalog.indicators import Indicator, read_catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.blocks import Column
from lianhu_analysis.intake.reading.meaning import (
    ColumnMeaning,
    Row,
    column_meaning,
    understand,
    unit_fits,
)
from lianhu_analysis.intake.reading.words import Facets, Grammar, load_vocabulary
from lianhu_analysis.workspace import Region

REGIONS = (Region("610104", "莲湖区"), Region("610100", "西安市"))
GRAMMAR = Grammar(load_vocabulary(), read_catalogue(None, {}), REGIONS)
RETAIL, BUDGET, GDP = "社会消费品零售总额", "一般公共预算收入", "地区生产总值"
INDUSTRY, FAI, CPI = "规模以上工业增加值", "固定资产投资(不含农户)", "居民消费价格指数"
ENERGY, DEPOSITS, RATIO = (
    "单位地区生产总值能耗降低率",
    "金融机构人民币各项存款余额",
    "规模以上工业产品销售率",
)


def head(*cells: str, half: bool = False) -> ColumnMeaning:
    """Read a head of one cell or of several, from the top down."""
    lines = tuple((f"B{number}", text) for number, text in enumerate(cells, 1))
    return column_meaning(Column(1, lines, "".join(cells), half), GRAMMAR)


def mean(
    name: str,
    *cells: str,
    unit: str = "",
    above: str = "",
    sheet_unit: str = "",
    title: Facets | None = None,
    about: str = "",
    by_growth: bool = False,
    span: str = "",
) -> tuple[Indicator, Facets] | IntakeError:
    """Cross a row of a name and its unit with a column; ``above``: the group's unit."""
    said = GRAMMAR.read(name)
    row = Row(said.indicator, said.facets, unit, above, span)
    named = GRAMMAR.read(about).indicator if about else None
    column = head(*cells)
    assert column.refusal is None, column.refusal
    try:
        return understand(row, column, title or Facets(), named, sheet_unit, by_growth)
    except IntakeError as error:
        return error


def what(found: tuple[Indicator, Facets] | IntakeError) -> Facets:
    assert not isinstance(found, IntakeError), found
    return found[1]


def short(found: tuple[Indicator, Facets] | IntakeError) -> tuple[str, ...]:
    said = what(found)
    return said.measure, said.span, said.unit, said.form


def why(found: tuple[Indicator, Facets] | IntakeError) -> str:
    assert isinstance(found, IntakeError), found
    assert found.remedy
    return found.message


# Heads.
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("2024年1-9月", "绝对额(亿元)"), ("level", "", 2024, 9, "亿元")),
        (("2024年1-9月", "增速(%)"), ("yoy", "", 2024, 9, "%")),
        (("2024年", "1-9月", "累计", "增长%"), ("yoy", "ytd", 2024, 9, "%")),
        (("本月止累计",), ("", "ytd", 0, 0, "")),
        (("2024年8月",), ("", "", 2024, 8, "")),
        (("2024年", "9月"), ("", "", 2024, 9, "")),
        (("1-9月", "2024年1-9月"), ("", "", 2024, 9, "")),
        (("2024年1-9月完成情况", "增速(%)"), ("yoy", "", 2024, 9, "%")),
        (("累计完成情况",), ("value", "ytd", 0, 0, "")),
    ],
)
def test_the_cells_of_a_head_are_joined(cells, expected):
    found = head(*cells)
    part = found.part
    assert found.refusal is None
    assert (
        found.facets.measure,
        found.facets.span,
        found.stated_year,
        part.period.end.month if part else 0,
        found.facets.unit,
    ) == expected


def test_two_parts_that_end_together_are_one_of_the_span_that_either_says():
    assert head("2024年9月", "1-9月").says_span == "ytd"
    assert head("2024年9月", "9月").says_span == ""
    assert head("1-9月", "2024年1-9月").says_span == "ytd"
    assert head("2024年9月", "8月").part is None


def test_a_year_alone_is_no_part():
    found = head("2023年")
    assert (found.part, found.year) == (None, 2023)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("外星数",), "不认识（不认识的是“外星”）"),
        (("当月", "累计"), "相互矛盾"),
        ((f"{RETAIL}及{BUDGET}",), "不认识|不止一个指标"),
        ((RETAIL, BUDGET), "不止一个指标"),
        (("8月和9月",), "不认识|不止一个时期"),
        (("8月", "9月"), "不止一个时期"),
        (("限额以上",), "只是限额以上的数"),
        (("完成情况",), "可能是进度"),
        (("2024年9月", "当月", "完成情况"), "可能是进度"),
        ((f"限额以上{RETAIL}",), "可能只是限额以上的数"),
        (("比上年增长（亿元）",), "增减额"),
    ],
)
def test_a_head_that_cannot_be_told_is_refused_by_name(cells, reason):
    refusal = head(*cells).refusal
    assert refusal is not None and refusal.remedy
    assert any(part in refusal.message for part in reason.split("|")), refusal.message
    assert "".join(cells)[:4] in refusal.message


def test_a_blank_above_leaves_open_which_group_it_is():
    refusal = head("当月", half=True).refusal
    assert refusal is not None and "上格空白" in refusal.message


@pytest.mark.parametrize("text", ["上年同期", "环比增长", "占比", "排名", "全年目标", "备注"])
def test_what_is_no_observation_is_no_fault_either(text):
    found = head(text)
    assert found.facets.nothing and found.refusal is None


# Amounts and growth.
@pytest.mark.parametrize(
    ("name", "cells", "options", "expected"),
    [
        (RETAIL, ["本月"], {"unit": "亿元"}, ("level", "single", "亿元", "percent")),
        (RETAIL, ["累计"], {"unit": "万元"}, ("level", "ytd", "万元", "percent")),
        (RETAIL, ["累计增长（%）"], {"unit": "亿元"}, ("yoy", "ytd", "%", "percent")),
        (f"{RETAIL}(亿元)", ["累计"], {}, ("level", "ytd", "亿元", "percent")),
        (RETAIL, ["累计（亿元）"], {}, ("level", "ytd", "亿元", "percent")),
        (RETAIL, ["累计"], {"sheet_unit": "万元"}, ("level", "ytd", "万元", "percent")),
        (
            RETAIL,
            ["累计"],
            {"above": "亿元", "sheet_unit": "万元"},
            ("level", "ytd", "亿元", "percent"),
        ),
        (RETAIL, ["累计"], {}, ("level", "ytd", "", "percent")),
        (f"{RETAIL}_累计值", ["数值"], {"unit": "亿元"}, ("level", "ytd", "亿元", "percent")),
        (f"{RETAIL}_累计增长(%)", ["绝对数"], {}, None),
        (f"{RETAIL}_累计增长(%)", ["数值"], {}, ("yoy", "ytd", "", "percent")),
        (FAI, ["完成值"], {"unit": "%", "span": "ytd"}, ("yoy", "ytd", "", "percent")),
        (f"{RETAIL}增速", ["完成值"], {"unit": "%", "span": "ytd"}, ("yoy", "ytd", "", "percent")),
        (f"{RETAIL}:当月同比", ["2024年8月"], {}, ("yoy", "single", "", "percent")),
        (DEPOSITS, ["期末余额"], {"unit": "亿元"}, ("level", "point", "亿元", "percent")),
        (RETAIL, ["数值"], {"unit": "亿元", "span": "ytd"}, ("level", "ytd", "亿元", "percent")),
        (
            RETAIL,
            ["数值"],
            {"unit": "亿元", "span": "single"},
            ("level", "single", "亿元", "percent"),
        ),
    ],
)
def test_what_a_figure_is(name, cells, options, expected):
    found = mean(name, *cells, **options)
    if expected is None:
        assert isinstance(found, IntakeError)
    else:
        assert short(found) == expected


def test_span_is_empty_where_nothing_says_it():
    assert short(mean(RETAIL, "数值", unit="亿元"))[1] == ""


@pytest.mark.parametrize(
    ("name", "cells", "options", "reason"),
    [
        (RETAIL, [f"{BUDGET}累计"], {}, "列名“一般公共预算收入累计”说的是 地方一般公共预算收入"),
        (f"{RETAIL}_累计增长(%)", ["绝对额"], {}, "说的是增速"),
        (f"{RETAIL}_累计值", ["本月"], {"unit": "亿元"}, "口径不同"),
        (RETAIL, ["本月"], {"unit": "亿元", "span": "ytd"}, "口径不同"),
        (f"{RETAIL}(万元)", ["累计"], {"unit": "亿元"}, "两种写法：亿元、万元"),
        (f"{RETAIL}(万元)", ["累计（亿元）"], {}, "两种写法"),
        (RETAIL, ["累计"], {"unit": "%"}, "没有说是增速还是比重"),
        (RETAIL, ["累计降低率（%）"], {"unit": "亿元"}, "正负方向"),
        (f"{RETAIL}(现价)", ["可比价增速"], {"unit": "亿元"}, "可比价|相互矛盾|口径"),
    ],
)
def test_what_is_said_twice_differently_is_refused(name, cells, options, reason):
    message = why(mean(name, *cells, **options))
    assert any(part in message for part in reason.split("|")), message


def test_without_any_name_nothing_can_be_told():
    assert "没有说是哪个指标，行和标题也没有" in why(mean("", "累计（亿元）"))


def test_the_title_names_the_indicator_where_neither_row_nor_column_does():
    found = mean("", "累计（亿元）", about=RETAIL)
    assert isinstance(found, tuple) and found[0].code == "csm.retail.total"
    named = mean("", f"{BUDGET}累计（亿元）", about=RETAIL)
    assert isinstance(named, tuple) and named[0].code == "fis.revenue.gpb"


# What the indicator's own nature supplies.
def test_what_has_growth_only_needs_no_word_for_it_where_no_column_holds_growth():
    assert short(mean(INDUSTRY, "累计", unit="%"))[:2] == ("yoy", "ytd")
    assert short(mean(INDUSTRY, "累计", by_growth=True))[0] == "level"


def test_a_reduction_is_a_positive_rate_under_a_head_that_says_so():
    assert short(mean(ENERGY, "全年降低率（%）"))[:2] == ("yoy", "annual")
    assert short(mean(ENERGY, "全年", unit="%"))[0] == "yoy"


def test_the_energy_reduction_under_a_growth_head_is_refused():
    assert "正负方向" in why(mean(ENERGY, "全年增长（%）"))


def test_growth_under_a_reduction_is_refused():
    assert "正负方向" in why(mean(FAI, "累计降低率（%）"))


def test_a_rates_own_percent_is_its_level():
    assert short(mean(RATIO, "累计（%）"))[0] == "level"
    assert short(mean(RATIO, "累计增减（百分点）", unit="%"))[::2] == ("yoy", "百分点")


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        (f"{CPI}(上年同月=100)", ["本月"], ("level", "single", "上年同月=100")),
        (CPI, ["上年同月=100"], ("level", "single", "上年同月=100")),
        (CPI, ["同比", "上年同月=100"], ("level", "single", "上年同月=100")),
    ],
)
def test_the_base_is_the_unit_of_a_price_index(name, cells, expected):
    found = short(mean(name, *cells))
    assert found[0] == expected[0] and found[2] == expected[2]
    assert found[1] in ("", expected[1])


def test_growth_of_a_price_index_is_growth():
    assert short(mean(CPI, "累计增长（%）"))[:2] == ("yoy", "ytd")


def test_the_same_month_as_base_of_a_year_to_date_is_refused():
    assert "上年同月为100" in why(mean(f"{CPI}(上年同月=100)", "累计"))


@pytest.mark.parametrize("cell", ["累计(上年同期=100)", "累计指数（上年=100）"])
def test_an_index_of_an_amount_is_its_growth(cell):
    assert short(mean(GDP, cell))[::3] == ("yoy", "index")
    assert short(mean(f"{GDP}(上年=100)", "累计"))[::3] == ("yoy", "index")


def test_an_index_that_is_also_called_growth_is_refused():
    assert "说是指数" in why(mean(f"{GDP}(上年=100)", "累计增长（%）"))


@pytest.mark.parametrize("unit", ["", "%"])
def test_a_title_of_growth_counts_where_no_column_holds_growth(unit):
    title = Facets(measure="yoy", span="ytd")
    assert short(mean(RETAIL, "1-9月", unit=unit, title=title))[0] == "yoy"
    assert short(mean(RETAIL, "1-9月", title=title, by_growth=True))[0] == "level"
    assert "标题说是增速" in why(mean(RETAIL, "1-9月", unit="亿元", title=title))


@pytest.mark.parametrize(
    "cells", [("2024年", "1-9月"), ("1-9月", "2024年"), ("1-9月", "绝对额", "2024年")]
)
def test_a_year_above_or_below_its_months_is_theirs(cells):
    part = head(*cells).part
    assert (part.year, str(part.period), part.span) == (2024, "2024-09", "ytd")


@pytest.mark.parametrize(
    ("name", "column", "options", "span", "unit"),
    [
        (BUDGET, "位次", {"span": "ytd"}, "ytd", ""),
        (BUDGET, "累计位次", {}, "ytd", ""),
        (f"{BUDGET}累计", "位次", {}, "ytd", ""),
        (BUDGET, "位次", {}, "", ""),
        (
            BUDGET,
            "年度目标",
            {"unit": "亿元", "sheet_unit": "万元", "span": "ytd"},
            "annual",
            "亿元",
        ),
        (BUDGET, "年度目标", {"sheet_unit": "万元"}, "annual", "万元"),
    ],
)
def test_the_span_and_unit_of_a_fact(name, column, options, span, unit):
    found = what(mean(name, column, **options))
    assert (found.span, found.unit, found.fact != "") == (span, unit, True)


@pytest.mark.parametrize("fact", ["排名", "完成全年目标（%）", "与全市比较"])
def test_facts_are_kept_beside_the_figures_and_are_no_growth(fact):
    found = what(mean(RETAIL, fact, unit="亿元"))
    assert found.fact and found.measure == "level"


def test_february_joint_with_january_says_so():
    assert what(mean(f"{RETAIL}:当月同比(1-2月合并)", "2024年2月")).joint


NAMES = [RETAIL, INDUSTRY, CPI, ENERGY, DEPOSITS, RATIO, "", f"{RETAIL}_累计值(亿元)"]
CELLS = [
    "本月",
    "累计",
    "增速(%)",
    "降低率",
    "数值",
    "上年=100",
    "排名",
    "期末",
    "增减（百分点）",
    RETAIL,
]


@pytest.mark.parametrize(("name", "cell"), list(product(NAMES, CELLS)))
def test_every_crossing_is_understood_or_refused_with_a_reason(name, cell):
    for unit in ("", "亿元", "%", "上年同月=100"):
        found = mean(name, cell, unit=unit)
        if not isinstance(found, IntakeError):
            assert short(found)[0] in ("level", "yoy") and short(found)[3] in (
                "percent",
                "index",
                "",
            )
        else:
            # What is no fault, as an index of another base, needs no remedy.
            assert found.message


@pytest.mark.parametrize(
    ("name", "outer", "stored"),
    [
        ("进出口总值", "万美元", False),
        ("进出口总值", "万元", True),
        ("实际利用外资", "亿元", False),
        ("实际利用外资（万美元）", "亿元", True),
        ("商品房销售面积", "亿元", True),
    ],
)
def test_growth_in_another_currency_is_another_growth(name, outer, stored):
    for where in ({"above": outer}, {"sheet_unit": outer}):
        found = mean(name, "累计增长（%）", **where)
        assert isinstance(found, tuple) == stored, found


@pytest.mark.parametrize("name", [RETAIL, DEPOSITS, BUDGET, GDP, INDUSTRY])
def test_prices_are_those_of_the_catalogue_or_the_figure_is_refused(name):
    real = name in (BUDGET, GDP, INDUSTRY)  # of which growth is counted at constant prices
    for cell in ("累计不变价增长(%)", "累计可比价增长(%)"):
        found = mean(name, cell)
        assert short(found)[0] == "yoy" if real else "按可比价计，与目录中的口径不同" in why(found)
    current = mean(name, "累计现价增长(%)")
    assert "按现价计，与目录中的口径不同" in why(current) if real else short(current)[0] == "yoy"
    if name != INDUSTRY:  # which has no amount
        assert short(mean(name, "累计(现价)", unit="亿元"))[0] == "level"
    assert "按可比价计" in why(mean(name, "累计(不变价)", unit="亿元"))


@pytest.mark.parametrize(
    ("unit", "of_retail", "of_firms"),
    [
        ("亿元", True, False),
        ("万元", True, False),
        ("万美元", False, False),
        ("家", False, True),
        ("个", False, True),
        ("户", False, True),
        ("人", False, False),
        ("%", True, True),
        ("百分点", True, True),
        ("", True, True),
        ("甲", True, True),  # no unit that is known
    ],
)
def test_a_unit_fits_if_it_converts_or_is_of_a_change_or_unknown(unit, of_retail, of_firms):
    retail, firms = (GRAMMAR.read(name).indicator for name in (RETAIL, "规模以上工业企业单位数"))
    assert retail is not None and firms is not None
    assert (unit_fits(unit, retail), unit_fits(unit, firms)) == (of_retail, of_firms)


@pytest.mark.parametrize(
    ("name", "cell", "options", "unit"),
    [
        ("规模以上工业企业单位数", "数值", {"unit": "户"}, "家"),
        ("规模以上工业企业单位数", "数值", {"unit": "人"}, "人"),
        ("商品房销售面积", "绝对额（亿元）", {"unit": "万平方米"}, "万平方米"),
        ("商品房销售面积", "绝对额（亿元）", {}, "亿元"),
        (CPI, "累计（%）", {}, "上年同月=100"),
        (CPI, "本月", {"unit": "%"}, "上年同月=100"),
        (RETAIL, "累计", {"above": "亿元", "unit": "万元"}, "万元"),
        (RETAIL, "累计增减（百分点）", {}, "百分点"),
        (RETAIL, "累计增长（%）", {"unit": "吨"}, "%"),
    ],
)
def test_the_unit_of_a_figure_is_that_of_its_row_before_that_of_its_head(name, cell, options, unit):
    assert short(mean(name, cell, **options))[2] == unit


def test_two_units_of_money_and_an_amount_of_an_index_contradict_each_other():
    assert "两种写法：亿元、亿美元" in why(mean("进出口总值", "累计（亿美元）", unit="亿元"))
    assert "说是指数（上年=100），单位却是 亿元" in why(
        mean(f"{GDP}(上年=100)", "累计", unit="亿元")
    )
    assert "以上年为 100 的指数不入库" in why(mean(f"{CPI}(上年=100)", "累计"))
    assert "没有写 %" in why(mean(f"{RETAIL}增减", "累计", unit="亿元"))


def test_a_span_beside_a_stock_is_at_a_point_and_that_of_a_quarter_its_own():
    assert short(mean(DEPOSITS, "当月", unit="亿元", span="ytd"))[1] == "point"
    found = what(mean(RETAIL, "本季", unit="亿元"))
    assert (found.span, found.per) == ("single", "quarter")


def test_a_row_is_named_by_the_catalogue_only_where_it_has_an_indicator():
    retail = GRAMMAR.read(RETAIL).indicator
    assert Row(retail).is_named(f"全市{RETAIL}") and not Row(retail).is_named("社零总额")
    assert not Row().is_named(RETAIL)
