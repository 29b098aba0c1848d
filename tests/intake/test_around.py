"""What stands around a table: whom it is about, of what time, in which unit, published when."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.around import (
    Around,
    Time,
    foreign_region,
    read_around,
    resolve_time,
    time_around,
    title_indicator,
)
from lianhu_analysis.intake.reading.blocks import Panel, Table
from lianhu_analysis.intake.reading.figures import Delivery
from lianhu_analysis.intake.reading.words import Grammar, load_vocabulary
from lianhu_analysis.workspace import Region

LIANHU = Region("610104", "莲湖区")
XIAN = Region("610100", "西安市")
SHAANXI = Region("610000", "陕西省")
NATION = Region("100000", "全国")
REGIONS = (LIANHU, XIAN, SHAANXI)
GRAMMAR = Grammar(load_vocabulary(), read_catalogue(None, {}), REGIONS)
DELIVERY = Delivery("a.xlsx", LIANHU, REGIONS)
SEPTEMBER = Period(2024, "M", 9)


def around(*titles: str, sheet: str = "表", **options: object) -> Around:
    """Read lines above a table, each in its row of the first column."""
    names = {field.name for field in dataclasses.fields(Delivery)} - {"book"}
    stub: dict[str, list[int]] = {"period": [0]} if options.pop("axis", False) else {}
    stub |= {"region": [0]} if options.pop("regions_in_rows", False) else {}
    of_delivery = {name: value for name, value in options.items() if name in names}
    rest = {name: value for name, value in options.items() if name not in names}
    lines = [(f"A{number}", text) for number, text in enumerate(titles, 1)]
    delivery = dataclasses.replace(DELIVERY, **of_delivery)  # type: ignore[arg-type]
    table = Table(Grid(sheet, ()), lines, 0, 0, panels=[Panel(stub)])
    return read_around(table, GRAMMAR, delivery, **rest)  # type: ignore[arg-type]


def period(*titles: str, sheet: str = "表", **options: object) -> Period | None:
    return around(*titles, sheet=sheet, **options).time.period


# Whom the figures are about.
@pytest.mark.parametrize(
    ("region", "level", "found"),
    [
        (LIANHU, "区", LIANHU),
        (LIANHU, "市", XIAN),
        (LIANHU, "省", SHAANXI),
        (LIANHU, "县", None),
        (XIAN, "市", XIAN),
        (LIANHU, "国", NATION),
    ],
)
def test_a_whole_is_the_region_itself_or_one_above_it_and_no_peer(region, level, found):
    peers = (Region("610400", "咸阳市"), NATION)
    assert dataclasses.replace(DELIVERY, region=region, peers=peers).at_level(level) == found


def test_a_whole_that_is_nobodys_is_refused_with_what_says_it():
    with pytest.raises(IntakeError, match="列名“全县”说的是全县，不是莲湖区"):
        DELIVERY.of_whole("全县", "列名“全县”")


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
        "2024年12月70个大中城市房价指数",
    ],
)
def test_titles_of_our_own_region_or_of_none_pass(title):
    assert foreign_region(title, LIANHU, GRAMMAR) == ""
    assert around(title, axis=True).region == LIANHU


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("雁塔区2024年9月主要经济指标", "雁塔区"),
        ("2024年西安市新城区主要经济指标", "新城区"),
        ("西安市2024年9月主要经济指标", "西安市"),
        ("上海市2024年9月", "上海市"),
        ("全国2024年9月主要经济指标", "全国"),
        ("中国2024年9月主要经济指标", "中国"),
        ("雁塔区2024年1-9月 单位：亿元", "雁塔区"),
    ],
)
def test_titles_of_another_region_are_named(title, named):
    assert foreign_region(title, LIANHU, GRAMMAR) == named


@pytest.mark.parametrize(
    "title",
    ["雁塔区2024年9月主要经济指标", "2024年9月上海市", "全国2024年9月", "2024年9月全县指标"],
)
def test_a_region_that_is_not_the_workspaces_refuses_and_names_the_cell(title):
    with pytest.raises(IntakeError, match=r"说的是.+，不是莲湖区") as caught:
        around("主要经济指标", title)
    assert caught.value.cell == "A2" and "lianhu.toml" in caught.value.remedy


@pytest.mark.parametrize("title", ["西安市2024年9月主要经济指标", "2024年9月全市主要经济指标"])
def test_a_parent_is_whom_its_own_title_names(title):
    assert around(title).region == XIAN
    with pytest.raises(IntakeError, match=r"不是莲湖区"):
        around(title, pinned=True)


@pytest.mark.parametrize(
    "letterhead", ["西安市统计月报", "西安市统计局莲湖分局", "陕西省统计局", "西安市统计局编印"]
)
def test_the_line_right_above_the_head_is_nearest(letterhead):
    assert around(letterhead, "莲湖区2024年9月主要经济指标").region == LIANHU


def test_a_title_is_nearer_than_the_sheets_name():
    assert around("莲湖区2024年9月", sheet="西安市").region == LIANHU
    assert around("2024年9月", sheet="西安市").region == XIAN


def test_a_parents_delivery_must_not_be_about_the_district():
    assert foreign_region("西安市2024年9月", XIAN, GRAMMAR) == ""
    assert foreign_region("西安市莲湖区2024年9月", XIAN, GRAMMAR) == "莲湖区"


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("渭南市临渭区2024年9月主要经济指标", ""),
        ("关于更正陕西省渭南市临渭区2024年1-9月财政收入的说明", ""),
        ("渭南市2024年9月主要经济指标", "渭南市"),
        ("渭南市与临渭区2024年9月主要经济指标", "渭南市"),
        ("渭南市华州区、临渭区2024年9月", "华州区"),
    ],
)
def test_the_region_above_need_not_be_known_where_the_title_goes_on_to_ours(title, named):
    own = Region("610502", "临渭区")
    alone = Grammar(load_vocabulary(), read_catalogue(None, {}), (own,))
    assert foreign_region(title, own, alone) == named


def test_the_nation_has_two_names():
    nation = Region("100000", "全国")
    of_nation = Grammar(load_vocabulary(), read_catalogue(None, {}), (nation,))
    assert foreign_region("中国2024年9月主要指标", nation, of_nation) == ""


def test_where_rows_name_their_regions_the_title_may_be_the_parents():
    title = "2024年9月西安市各区县财政收支"
    assert around(title, regions_in_rows=True).region == LIANHU
    with pytest.raises(IntakeError, match="说的是宝鸡市"):
        around("2024年9月宝鸡市各区县", regions_in_rows=True)


def test_a_book_about_another_region_counts_where_the_sheet_names_none():
    assert around("2024年9月", book=XIAN).region == XIAN
    assert around("莲湖区2024年9月", book=XIAN).region == LIANHU
    with pytest.raises(IntakeError, match="全市") as caught:
        around("2024年9月", book=Region("", "全市"))
    assert "delivery.toml" in caught.value.remedy


# Of what time.
@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (["莲湖区2024年1—9月财政收支情况"], SEPTEMBER),
        (["莲湖区２０２４年１－９月"], SEPTEMBER),
        (["莲湖区2024年前三季度地区生产总值"], Period(2024, "Q", 3)),
        (["莲湖区2024年9月末储备项目"], SEPTEMBER),
        (["2023年能耗"], Period(2023, "A", 1)),
        (["莲湖区统计月报", "2024年9月"], SEPTEMBER),
        (["2024年前三季度", "（2024年1-9月）"], SEPTEMBER),
        (["2016年莲湖区主要指标（1-9月）"], Period(2016, "M", 9)),
        (["莲湖区统计月报", "发布日期：2024年10月22日"], None),
        (["莲湖区2024年10月调度会材料"], None),
        (["2024年1-9月经济指标（2024年10月印发）"], SEPTEMBER),
        (["2024年1-9月经济指标（10月22日印发）"], SEPTEMBER),
        (["莲湖区主要指标（2024年10月报送）"], None),
        (["2024年1-9月经济指标（10月份上报）"], SEPTEMBER),
    ],
)
def test_the_period_is_read_from_the_title(titles, expected):
    found = period(*titles)
    if expected is None:
        assert found is None or found.frequency == "A"
    else:
        assert found == expected


@pytest.mark.parametrize(
    "titles",
    [
        ("2024年1-8月", "2024年1-9月"),
        ("2024年9月及2024年8月对比",),
        ("2023年主要指标", "2024年主要指标"),
    ],
)
def test_two_periods_are_refused_unless_they_stand_on_an_axis(titles):
    with pytest.raises(IntakeError, match="不止一个时期"):
        around(*titles)
    assert around(*titles, axis=True).time.period is None or len(titles) > 1


@pytest.mark.parametrize(
    ("sheet", "file", "folders", "expected"),
    [
        ("2024年9月", "", (), SEPTEMBER),
        ("9月", "月报_2024", (), SEPTEMBER),
        ("表", "月报2024年1-9月", (), SEPTEMBER),
        ("表", "1-9月", ("2024年",), SEPTEMBER),
        ("表", "主要指标", ("4yf", "2011n"), Period(2011, "M", 4)),
        ("1-9月", "", ("2023年", "2024年"), Period(2023, "M", 9)),
        ("表", "月报", ("2024年9月", "2024"), SEPTEMBER),
    ],
)
def test_without_a_title_the_nearest_name_says_it(sheet, file, folders, expected):
    try:
        assert period("主要指标", sheet=sheet, file=file, folders=folders) == expected
    except IntakeError as error:
        # Folders of two years say nothing for certain.
        assert len(folders) == 2 and "不是同一个时期" in error.message


@pytest.mark.parametrize(
    ("options", "places"),
    [
        ({"sheet": "8月"}, ("标题", "工作表名")),
        ({"file": "月报_2024年8月"}, ("标题", "文件名")),
        ({"folders": ("2024年8月",)}, ("标题", "文件夹名")),
        ({"sheet": "2023年"}, ("标题", "工作表名")),
    ],
)
def test_places_that_contradict_each_other_are_both_named(options, places):
    with pytest.raises(IntakeError, match="不是同一个时期") as caught:
        around("莲湖区2024年1-9月主要指标", **options)
    assert all(place in caught.value.message for place in places)
    assert "delivery.toml" in caught.value.remedy


@pytest.mark.parametrize(
    "options",
    [
        {"file": "202410"},
        {"file": "月报_2024-10"},
        {"file": "统计局_2024-10-22"},
        {"folders": ("2024-10-22_统计局",)},
        {"folders": ("20241022",)},
        {"folders": ("2025",)},
    ],
)
def test_a_day_or_month_of_delivery_contradicts_nothing(options):
    assert period("莲湖区2024年1-9月主要指标", **options) == SEPTEMBER


def test_a_code_in_a_files_name_counts_only_where_a_head_names_the_month():
    time = around("主要指标", file="月报_202409").time
    assert time.period is None and time.hints == ((2024, 9),)
    assert resolve_time(time, set(), {9}).period == SEPTEMBER
    assert resolve_time(time, set(), {8}).period is None


def test_the_delivery_says_it_where_the_title_does_not():
    assert period("主要指标", period=SEPTEMBER) == SEPTEMBER
    assert period("主要指标", period=SEPTEMBER, file="月报_2024年8月") == SEPTEMBER
    assert period("2024年8月主要指标", period=SEPTEMBER) == Period(2024, "M", 8)


@pytest.mark.parametrize(
    ("known", "years", "ends", "expected"),
    [
        (Time(2024), set(), {9}, SEPTEMBER),
        (Time(), {2024}, {9}, SEPTEMBER),
        (Time(), {2023, 2024}, {9}, None),
        (Time(2024), set(), {8, 9}, None),
        (Time(2024, Period(2024, "M", 8)), set(), {9}, Period(2024, "M", 8)),
        (Time(2024, Period(2024, "A", 1)), set(), {9}, SEPTEMBER),
    ],
)
def test_heads_complete_what_the_places_around_say(known, years, ends, expected):
    assert resolve_time(known, years, ends).period == expected


@pytest.mark.parametrize(
    ("title", "span", "measure"),
    [
        ("2024年1-9月累计值", "ytd", ""),
        ("2024年9月当月值", "single", ""),
        ("2024年1-9月累计增速（%）", "ytd", "yoy"),
        ("2024年1-9月主要指标增速", "", "yoy"),
        ("2024年1-9月经济增长情况", "", ""),
        ("2024年1-9月累计总量及增速", "ytd", ""),
        ("2024年9月主要经济指标", "", ""),
        ("2024年1-9月累计和当月", "", ""),
        ("2024年9月环比增长", "", ""),
    ],
)
def test_a_title_may_say_what_all_its_figures_are(title, span, measure):
    found = around(title).facets
    assert (found.span, found.measure) == (span, measure)


# What narrows them, in which unit, published when.
@pytest.mark.parametrize(
    ("title", "narrowed"),
    [
        ("莲湖区2024年1-9月主要指标", False),
        ("莲湖区2024年1-9月主要指标（全区）", False),
        ("莲湖区2024年1-9月主要指标（区属）", True),
        ("莲湖区2024年1-9月民营经济主要指标", True),
        ("莲湖区2024年主要指标预期目标", True),
        ("莲湖区2024年1-9月主要指标两年平均", True),
        ("莲湖区2024年1-9月主要指标排名", True),
        ("莲湖区2024年1-9月目标任务完成情况", False),
        ("莲湖区2024年国民经济计划执行情况", False),
        ("莲湖区2024年1-9月主要指标（上年同期）", True),
        ("莲湖区去年同期主要指标", True),
        ("附：上年同期数", True),
        ("莲湖区2024年1-9月主要指标同期数", True),
        ("莲湖区2024年1-9月主要指标增减额", True),
        ("莲湖区2024年1-9月各行业贡献率（%）", True),
        ("莲湖区2024年1-9月增速比上月变化", True),
        ("莲湖区2024年1-9月增速差（百分点）", True),
        ("莲湖区2024年1-9月主要指标测算", True),
        ("莲湖区2024年1-9月主要指标与去年同期对比", False),
        ("莲湖区2024年1-9月比去年同期增长情况", False),
        ("莲湖区2024年1-9月价格指数（上年同期=100）", False),
        ("莲湖区2024年1-9月主要指标总量及占比", False),
        ("莲湖区2024年1-9月主要指标增速变化情况", False),
        ("莲湖区2024年1-9月国有控股企业主要指标", True),
        ("莲湖区2024年1-9月高新技术企业经营情况", True),
        ("莲湖区2024年1-9月小微企业主要指标", True),
        ("莲湖区2024年1-9月重点工业企业主要指标", True),
        ("莲湖区2024年1-9月亿元以上项目投资情况", True),
        ("莲湖区2024年1-9月动漫产业园主要指标", True),
        ("莲湖区2024年1-9月主要指标环比增速", True),
        ("莲湖区2024年1-9月主要指标同比及环比增速", False),
        ("莲湖区2024年1-9月人均主要指标", True),
        ("莲湖区2024年1-9月平均每天主要经济活动", True),
        ("莲湖区2024年1-9月主要指标（不变价）", True),
        ("莲湖区2024年1-9月主要指标（增速按不变价）", False),
        ("莲湖区2024年1-9月三次产业构成", True),
        ("莲湖区2024年1-9月主要指标总量及构成", False),
        ("莲湖区2024年1-9月规模以上工业企业主要指标", False),
        ("莲湖区2024年1-9月城镇居民人均可支配收入", False),
        ("莲湖区2024年1-9月高新技术企业数", False),
        ("莲湖区2024年1-9月主要指标（不含土门）", True),
        ("莲湖区2024年1-9月固定资产投资（不含农户）", False),
        ("莲湖区2024年1-9月财政收入（剔除留抵退税因素）", False),
        ("莲湖区2024年1-9月主要指标及占全市比重", False),
    ],
)
def test_a_title_may_narrow_what_its_figures_are(title, narrowed):
    assert bool(around(title).scope) == narrowed
    assert bool(around("2024年", sheet=title.replace("莲湖区", "")[:31]).scope) == narrowed


@pytest.mark.parametrize("name", ["西安经济技术开发区", "小寨路街道"])
def test_a_workspace_may_itself_be_a_zone_or_a_street(name):
    title, own = f"{name}2024年1-9月主要指标", Region("610199", name)
    assert not around(title, region=own).scope
    assert around(title).scope == (title,)


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        ("单位：亿元", "亿元"),
        ("莲湖区2024年1-9月 计量单位：万元", "万元"),
        ("单位：亿元、%", "亿元"),
        ("（单位：万元）", "万元"),
        ("填报单位：莲湖区统计局", ""),
        ("莲湖区2024年1-9月", ""),
    ],
)
def test_the_unit_above_a_head(line, unit):
    assert around(line).unit == unit


def test_an_office_is_no_unit_beside_one():
    assert around("单位：统计局", "单位：亿元").unit == "亿元"


def test_two_units_above_a_head_are_refused():
    with pytest.raises(IntakeError, match="不止一个单位：亿元、万元"):
        around("单位：亿元", "单位：万元")


@pytest.mark.parametrize(
    "line",
    [
        "发布日期：2024-10-22",
        "公布时间：2024年10月22日",
        "莲湖区月报　发布日期：2024/10/22",
        "发布时间：2024-10-22 09:15 来源：统计局",
        "发布时间：2024-10-22 09:15:33　浏览次数：5",
    ],
)
def test_the_day_of_publication(line):
    assert around("莲湖区2024年1-9月", line).published == dt.date(2024, 10, 22)


@pytest.mark.parametrize("line", ["发布日期：", "发布日期：十月下旬", "发布日期：2024-10-32"])
def test_a_day_that_is_none_is_refused(line):
    with pytest.raises(IntakeError, match="发布日期") as caught:
        around("莲湖区2024年1-9月", line)
    assert caught.value.cell == "A2"


def test_any_other_day_is_one_before_which_the_sheet_was_not_known():
    found = around("莲湖区2024年1-9月", "制表日期：2024-10-18", "2024年10月20日")
    assert (found.published, found.not_before) == (None, dt.date(2024, 10, 20))


@pytest.mark.parametrize(
    ("titles", "sheet", "code"),
    [
        (["莲湖区2024年1-9月社会消费品零售总额"], "表", "csm.retail.total"),
        (["2024年1-9月各区县社会消费品零售总额"], "表", "csm.retail.total"),
        (["2024年1-9月各区县、开发区社会消费品零售总额"], "表", "csm.retail.total"),
        (["2024年社会消费品零售总额分月情况"], "表", "csm.retail.total"),
        (["2024年1-8月"], "社会消费品零售总额", "csm.retail.total"),
        (["2024年1-8月"], "3社会消费品零售总额", "csm.retail.total"),
        (["一般公共预算收入完成情况"], "表", "fis.revenue.gpb"),
        (["限额以上社会消费品零售总额"], "表", ""),
        (["社会消费品零售总额和一般公共预算收入"], "表", ""),
        (["莲湖区主要经济指标"], "表", ""),
        (["外星社会消费品零售总额"], "表", ""),
    ],
)
def test_the_one_indicator_of_a_title_or_sheet(titles, sheet, code):
    found = title_indicator([("A1", text) for text in titles], sheet, GRAMMAR)
    assert (found.code if found else "") == code


NAMES = st.text(
    "莲湖西安雁塔区市全各县2024年01-9月季度前三上半累计值增速单位：亿元发布日期（）、_ ",
    max_size=20,
)


@given(st.lists(NAMES, max_size=3), NAMES, NAMES)
def test_places_are_read_or_refused_with_a_remedy(titles, sheet, file):
    delivery = dataclasses.replace(DELIVERY, file=file)
    try:
        time_around(titles, sheet, GRAMMAR, delivery)
        around(*titles, sheet=sheet, file=file)
    except IntakeError as error:
        assert error.message and error.remedy


@pytest.mark.parametrize(
    ("title", "options", "expected"),
    [
        # A yearly table comes out in a later year's file, whose month is not its own.
        ("莲湖区2023年", {"file": "2024年2月"}, "2023"),
        ("莲湖区2023年1-9月", {"file": "统计2024"}, "2023-09"),
        ("莲湖区2023年", {"period": SEPTEMBER}, "2023"),
        ("莲湖区2024年8月", {"period": SEPTEMBER}, "2024-08"),
        ("莲湖区", {"period": SEPTEMBER}, "2024-09"),
        ("莲湖区", {"sheet": "2024.9"}, "2024-09"),
        ("莲湖区", {"sheet": "2024.13"}, "None"),
        ("莲湖区", {"folders": ("9月", "2024年")}, "2024-09"),
        ("莲湖区9月", {"file": "2024"}, "2024-09"),
        ("莲湖区2024年9月、1-9月", {}, "2024-09"),
        ("莲湖区2024年9月三季度", {}, "2024-09"),
        ("莲湖区2024年全年", {}, "2024"),
    ],
)
def test_the_year_and_the_month_are_of_places_that_agree(title, options, expected):
    assert str(period(title, **options)) == expected


@pytest.mark.parametrize(
    ("title", "options", "where"),
    [
        ("莲湖区2023年1-9月", {"file": "2024年2月"}, "文件名“2024年2月”"),
        ("莲湖区2023年1-9月", {"file": "统计2024年"}, "文件名“统计2024年”"),
        ("莲湖区2024年", {"file": "2023年2月"}, "文件名“2023年2月”"),
        ("莲湖区2023年", {"sheet": "2024年2月"}, "工作表名“2024年2月”"),
        ("莲湖区2023年1-9月", {"sheet": "2024"}, "工作表名“2024”"),
        ("莲湖区", {"sheet": "8月", "period": SEPTEMBER}, "delivery.toml“2024-09”"),
        ("莲湖区9月、10月", {}, "标题中有不止一个时期：9月、10月"),
    ],
)
def test_a_year_before_or_beside_another_contradicts_it(title, options, where):
    with pytest.raises(IntakeError) as caught:
        around(title, **options)
    assert where in caught.value.message


@pytest.mark.parametrize("file", ["2024.9", "202409", "2024-09"])
def test_a_code_in_a_files_name_is_a_hint_only(file):
    time = around("莲湖区", file=file).time
    assert (time.year, time.period, time.hints) == (0, None, ((2024, 9),))


def test_a_month_of_no_year_is_kept_with_its_span():
    time = around("莲湖区1-9月").time
    assert time.part is not None and time.period is None
    assert (time.part.period.end.month, time.part.year, time.span) == (9, 0, "ytd")


@pytest.mark.parametrize(
    ("lines", "cell", "words"),
    [
        (["发布日期：2024-10-22", "公布时间：2024-10-23"], "A3", "发布日期“2024-10-23”"),
        (["发布日期：十月"], "A2", "发布日期“十月”"),
        (["发布日期："], "A2", "发布日期没有填写"),
        (["单位：亿元", "单位：万元"], "A3", "不止一个单位：亿元、万元"),
        (["雁塔区"], "A2", "说的是雁塔区，不是莲湖区"),
    ],
)
def test_a_line_that_is_wrong_is_named_by_its_cell(lines, cell, words):
    with pytest.raises(IntakeError) as caught:
        around("莲湖区2024年1-9月", *lines)
    assert caught.value.cell == cell and words in caught.value.message


def test_the_latest_other_day_above_is_one_before_which_nothing_was_known():
    assert around("莲湖区", "2024-10-21", "制表日期：2024-10-20").not_before == dt.date(
        2024, 10, 21
    )
    assert around("莲湖区", "发布日期：2024-10-22").published == dt.date(2024, 10, 22)
    assert around("莲湖区").not_before is None
