import pytest

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.titles import (
    check_region,
    foreign_region,
    scope_of,
    title_period,
)
from lianhu_analysis.workspace import Region

LIANHU = Region("610104", "莲湖区")
XIAN = Region("610100", "西安市")
SHAANXI = Region("610000", "陕西省")
REGIONS = (LIANHU, XIAN, SHAANXI)


@pytest.mark.parametrize(
    "title",
    [
        "莲湖区2024年1—9月财政收支情况（区财政局）　演示数据（模拟）",
        "陕西省西安市莲湖区2024年9月主要经济指标",
        "莲 湖 区 2024年9月",
        "2024年9月地区生产总值",
        "全区规模以上工业",
        "数据来源：西安市统计局",
        "莲湖区2023年单位地区生产总值能耗情况（市发改委）",
    ],
)
def test_titles_of_our_own_region_or_of_none_pass(title):
    assert foreign_region(title, LIANHU, REGIONS) == ""


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("雁塔区2024年9月主要经济指标", "雁塔区"),
        ("2024年西安市新城区主要经济指标", "新城区"),
        ("西安市2024年9月主要经济指标", "西安市"),
        ("上海市2024年9月", "上海市"),
        ("全国2024年9月主要经济指标", "全国"),
    ],
)
def test_titles_of_another_region_are_named(title, named):
    assert foreign_region(title, LIANHU, REGIONS) == named


def test_a_parents_delivery_must_not_be_about_the_district():
    assert foreign_region("西安市2024年9月", XIAN, REGIONS) == ""
    assert foreign_region("西安市莲湖区2024年9月", XIAN, REGIONS) == "莲湖区"


def test_the_nation_has_two_names():
    nation = Region("100000", "全国")
    assert foreign_region("中国2024年9月主要指标", nation, (nation,)) == ""


@pytest.mark.parametrize(
    ("titles", "period"),
    [
        (["莲湖区2024年1—9月财政收支情况"], Period(2024, "M", 9)),
        (["莲湖区２０２４年１－９月"], Period(2024, "M", 9)),
        (["莲湖区2024年前三季度地区生产总值"], Period(2024, "Q", 3)),
        (["莲湖区2024年9月末储备项目"], Period(2024, "M", 9)),
        (["2023年能耗"], Period(2023, "A", 1)),
        (["莲湖区统计月报", "2024年9月"], Period(2024, "M", 9)),
        (["2024年前三季度", "（2024年1-9月）"], Period(2024, "M", 9)),
        (["莲湖区统计月报", "发布日期：2024年10月22日"], None),
    ],
)
def test_the_period_is_read_from_the_title(titles, period):
    assert title_period(titles) == period


def test_two_periods_are_refused():
    with pytest.raises(IntakeError, match="不止一个时期"):
        title_period(["2024年1-8月", "2024年1-9月"])


def test_another_region_is_named_whatever_the_line_states_besides():
    # 单位： in the same cell used to hide the title from this check.
    assert foreign_region("雁塔区2024年1-9月 单位：亿元", LIANHU, REGIONS) == "雁塔区"


def test_the_large_cities_are_no_region():
    assert foreign_region("2024年12月70个大中城市房价指数", LIANHU, REGIONS) == ""


def test_where_rows_name_their_regions_the_title_may_be_the_parents():
    title = "2024年9月西安市各区县财政收支"
    check_region(title, LIANHU, REGIONS, rows_name_theirs=True)
    with pytest.raises(IntakeError, match="说的是西安市"):
        check_region(title, LIANHU, REGIONS)
    with pytest.raises(IntakeError, match="说的是宝鸡市"):
        check_region("2024年9月宝鸡市各区县", LIANHU, REGIONS, rows_name_theirs=True)


@pytest.mark.parametrize(
    ("title", "scope"),
    [
        ("莲湖区2024年1-9月主要指标", ""),
        ("莲湖区2024年1-9月主要指标（全区）", ""),
        ("莲湖区2024年1-9月主要指标（区属）", "区属"),
        ("莲湖区2024年1-9月民营经济主要指标", "民营"),
        ("莲湖区2024年主要指标预期目标", "预期目标"),
        ("莲湖区2024年1-9月主要指标两年平均", "两年平均"),
        ("莲湖区2024年1-9月主要指标排名", "排名"),
        ("莲湖区2024年1-9月目标任务完成情况", ""),
        ("莲湖区2024年国民经济计划执行情况", ""),
    ],
)
def test_a_title_may_narrow_what_its_figures_are(title, scope):
    assert scope_of(title) == scope


def test_the_month_of_a_meeting_is_no_period():
    assert title_period(["莲湖区2024年10月调度会材料"]) is None
    assert title_period(["2024年1-9月经济指标（2024年10月印发）"]) == Period(2024, "M", 9)
