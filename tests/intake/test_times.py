"""When a figure is of: row, head and title complete each other, the nearest first."""

from __future__ import annotations

import datetime as dt

import pytest

from lianhu_analysis.catalog.calendar import assumed_release
from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.around import Time
from lianhu_analysis.intake.reading.blocks import Column
from lianhu_analysis.intake.reading.heads import Heads
from lianhu_analysis.intake.reading.meaning import Row, column_meaning
from lianhu_analysis.intake.reading.times import Axis, find_when
from lianhu_analysis.intake.reading.words import Facets, Grammar, Part, load_vocabulary
from lianhu_analysis.workspace import Region
from tests.intake.small_tables import read, told

CATALOGUE = read_catalogue(None, {})
GRAMMAR = Grammar(load_vocabulary(), CATALOGUE, (Region("610104", "莲湖区"),))
TITLE = Time(2024, Period(2024, "M", 9), "ytd", (), True)


def when(code: str, head: str, *, row: str = "", named: str = "", lag: int = 0, **axis):
    column = column_meaning(Column(1, (("B1", head),), head), GRAMMAR)
    meaning = Facets(measure="level", span=column.facets.span, per=column.facets.per)
    given = {"time": TITLE} | axis
    day = given.pop("day", None)
    heads = Heads((), given.pop("time"), by_growth=False, accumulated=frozenset(), scope=())
    said = Row(facets=Facets(lag=lag), part=part(row), named=part(named))
    found = find_when(CATALOGUE.get(code), meaning, column, said, Axis(heads, **given), day)
    return found.period.code, found.span


def part(text: str) -> Part | None:
    return GRAMMAR.read(text).parts[0] if text else None


@pytest.mark.parametrize(
    ("code", "head", "row", "found"),
    [
        ("csm.retail.total", "本月", "", ("2024-09", "single")),
        ("csm.retail.total", "绝对额", "", ("2024-09", "ytd")),
        ("csm.retail.total", "1-8月", "", ("2024-08", "ytd")),
        ("csm.retail.total", "累计", "2023年5月", ("2023-05", "ytd")),
        ("csm.retail.total", "2023年", "1-5月", ("2023-05", "ytd")),
        ("gdp.total", "前三季度", "", ("2024Q3", "ytd")),
        ("fin.deposit.rmb", "本月", "", ("2024-09", "point")),
    ],
)
def test_the_nearest_place_says_it(code, head, row, found):
    assert when(code, head, row=row) == found


@pytest.mark.parametrize(
    ("code", "head", "options", "message"),
    [
        ("csm.retail.total", "绝对额", {"time": Time()}, "没有写明年份和时期"),
        ("csm.retail.total", "9月", {"time": Time()}, "没有写年份"),
        ("csm.retail.total", "9月", {}, "没有说是当月还是累计"),
        ("csm.retail.total", "1-8月", {"row": "2024年1-9月"}, "不是同一个时期"),
        ("csm.retail.total", "1-9月", {"named": "1-8月"}, "名称说的是"),
        (
            "csm.retail.total",
            "本月",
            {"named": "1-8月"},
            "名称说的是 1-8月，列名“本月”说的口径不同",
        ),
        ("gdp.total", "1-8月", {}, "按季发布"),
        ("svc.revenue", "累计", {"day": dt.date(2024, 10, 20)}, "错月指标"),
    ],
)
def test_what_is_missing_or_contradicts_is_refused(code, head, options, message):
    with pytest.raises(IntakeError, match=message):
        when(code, head, **options)


def test_a_name_or_its_group_may_be_of_the_month_before():
    assert when("csm.retail.total", "累计", named="1-8月") == ("2024-08", "ytd")
    assert when("ind.revenue", "累计", lag=1) == ("2024-08", "ytd")
    # Two months before January and February's are December's, three are too many.
    february = Time(2024, Period(2024, "M", 2), "ytd", (), True)
    year = when("ind.revenue", "累计", named="2023年1-12月", time=february)
    assert year == ("2023-12", "ytd")
    with pytest.raises(IntakeError, match="名称说的是 2023-11"):
        when("ind.revenue", "累计", named="2023年1-11月", time=february)


def test_the_delivery_says_the_span_where_nothing_else_does():
    month = Time(2024, Period(2024, "M", 9))
    assert when("csm.retail.total", "绝对额", time=month, default="ytd") == ("2024-09", "ytd")


# ---- Heads and rows beside each other, in small tables.

RETAIL, BUDGET, GDP = "社会消费品零售总额", "一般公共预算收入", "地区生产总值"
DEPOSITS, CPI = "金融机构人民币各项存款余额", "居民消费价格指数(西安)"


def by_cell(found) -> dict[str, str]:
    frame = found.frame
    said = (f"{p} {s}" for p, s in zip(frame["period"], frame["span"], strict=True))
    return dict(zip(frame["cell"], said, strict=True))


def under(title: str, *heads: str, name: str = RETAIL, unit: str = "亿元") -> tuple[dict, dict]:
    """Return period and span of the figures of one row by column, and what is told of others."""
    figures = [100.0 + number for number in range(len(heads))]
    found = read(("指标", "单位", *heads), (name, unit, *figures), title=f"莲湖区{title}")
    return {cell[0]: said for cell, said in by_cell(found).items()}, told(found)


@pytest.mark.parametrize(
    ("title", "heads", "found"),
    [
        ("2024年", ("9月", "1-9月"), ["2024-09 single", "2024-09 ytd"]),
        ("2024年", ("8月", "9月", "1-9月"), ["2024-08 single", "2024-09 single", "2024-09 ytd"]),
        ("2024年", ("3月", "4月", "1-12月"), ["2024-03 single", "2024-04 single", "2024-12 ytd"]),
        ("2024年", ("3月", "一季度"), ["2024-03 single", "2024-03 ytd"]),
        ("2024年", ("本月", "1-9月"), ["2024-09 single", "2024-09 ytd"]),
        ("2024年", ("9月", "累计"), ["2024-09 single", "2024-09 ytd"]),
        ("2024年9月", ("9月", "累计"), ["2024-09 single", "2024-09 ytd"]),
        # Quarters: a first one is to date as well, others are what stands beside them.
        ("2024年", ("一季度", "上半年"), ["2024-03 ytd", "2024-06 ytd"]),
        (
            "2024年",
            ("一季度", "上半年", "前三季度", "全年"),
            ["2024-03 ytd", "2024-06 ytd", "2024-09 ytd", "2024-12 ytd"],
        ),
        (
            "2024年",
            ("一季度", "二季度", "三季度", "四季度", "全年"),
            ["2024Q1 single", "2024Q2 single", "2024Q3 single", "2024Q4 single", "2024-12 ytd"],
        ),
        # Years.
        ("2024年", ("全年",), ["2024 annual"]),
        ("2024年全年", ("累计",), ["2024-12 ytd"]),
        ("2024年9月末", ("数值", "年度目标"), ["2024-09 ytd", "2024 annual"]),
        ("2024年1-9月", ("数值", "年度目标"), ["2024-09 ytd", "2024 annual"]),
    ],
)
def test_columns_tell_each_others_spans(title, heads, found):
    read_by, said = under(title, *heads)
    assert list(read_by.values()) == found
    assert not said


@pytest.mark.parametrize(
    ("title", "heads", "words"),
    [
        ("2024年", ("8月", "9月"), {"C3": "没有说是当月还是累计", "D3": "没有说是当月还是累计"}),
        ("2024年", ("9月末",), {"C3": "没有说是当月还是累计"}),
        ("2024年9月", ("数值",), {"C3": "没有说是当月还是累计"}),
        ("2024年9月末", ("数值",), {"C3": "没有说是当月还是累计"}),
        ("2024年1-9月", ("9月",), {"C3": "没有说是当月还是累计"}),
        ("2024年", ("数值",), {"C3": "没有说是当月还是累计"}),
        ("2024年", ("9月", "全年目标"), {"C3": "没有说是当月还是累计"}),
        # 3, 6 and 9 may be ends of quarters to date, and 三季度 behind 上半年 three of them.
        ("2024年", ("3月", "6月", "1-12月"), {"C3": "没有说是", "D3": "没有说是"}),
        ("2024年", ("一季度", "上半年", "三季度"), {"E3": "没有说是当月还是累计"}),
        ("2024年", ("一季度", "二季度", "三季度"), {"D3": "没有说是", "E3": "没有说是"}),
        ("2024年9月", ("本期", "累计"), {"C3": "列名“本期”旁边另有“累计”"}),
        ("2024年", ("2023年", "1-9月"), {"C3": "旁边另有月份或季度，说不清是全年还是到那时"}),
        ("2024年", ("本期",), {"C3": "没有说是当月还是累计"}),
        ("2024年", ("累计",), {"C3": "是哪个月的说不清，只写了 2024年"}),
        ("2024年1-9月", ("年末",), {"C3": "列名“年末”说的是年末，时期是 2024-09"}),
    ],
)
def test_a_span_that_nothing_tells_is_refused_at_its_figure(title, heads, words):
    read_by, said = under(title, *heads)
    assert said.keys() == words.keys()
    assert all(text in said[cell] for cell, text in words.items())
    assert len(read_by) == len(heads) - len(words)


@pytest.mark.parametrize(
    ("name", "unit", "title", "heads", "found"),
    [
        (DEPOSITS, "亿元", "2024年9月", ("数值",), ["2024-09 point"]),
        (DEPOSITS, "亿元", "2024年", ("一季度", "二季度"), ["2024-03 point", "2024-06 point"]),
        (DEPOSITS, "亿元", "2024年12月", ("年末数",), ["2024-12 point"]),
        (CPI, "上年同月=100", "2024年9月", ("数值",), ["2024-09 single"]),
        (CPI, "上年同月=100", "2024年9月", ("本月", "累计"), ["2024-09 single", "2024-09 ytd"]),
        (CPI, "上年同月=100", "2024年", ("一季度", "二季度"), ["2024Q1 single", "2024Q2 single"]),
        (GDP, "亿元", "2024年", ("三季度", "前三季度"), ["2024Q3 single", "2024Q3 ytd"]),
        (GDP, "亿元", "2024年9月", ("累计",), ["2024Q3 ytd"]),
    ],
)
def test_stocks_and_indices_need_no_word_and_quarterly_indicators_are_of_quarters(
    name, unit, title, heads, found
):
    read_by, said = under(title, *heads, name=name, unit=unit)
    assert list(read_by.values()) == found
    assert not said


@pytest.mark.parametrize(
    ("title", "rows", "name", "found"),
    [
        ("", ("2022年", "2023年"), RETAIL, ["2022 annual", "2023 annual"]),
        # 2023年 above months is the year to its end.
        (
            "",
            ("2022年", "2023年", "2024年1-9月"),
            RETAIL,
            ["2022-12 ytd", "2023-12 ytd", "2024-09 ytd"],
        ),
        ("", ("2024年一季度", "2024年上半年"), GDP, ["2024Q1 ytd", "2024Q2 ytd"]),
        (
            "",
            ("2023年三季度", "2023年四季度", "2023年"),
            GDP,
            ["2023Q3 single", "2023Q4 single", "2023Q4 ytd"],
        ),
        ("累计", ("2024年8月", "2024年9月"), RETAIL, ["2024-08 ytd", "2024-09 ytd"]),
        (
            "当月",
            ("2024年8月", "2024年9月", "2024年1-9月"),
            RETAIL,
            ["2024-08 single", "2024-09 single", "2024-09 ytd"],
        ),
        ("", ("2024年2月", "2024年1-2月"), BUDGET, ["2024-02 single", "2024-02 ytd"]),
    ],
)
def test_rows_tell_each_others_spans(title, rows, name, found):
    body = [(row, 100.0 + number) for number, row in enumerate(rows)]
    table = read(("时间", f"{name}(亿元)"), *body, title=f"莲湖区{title}")
    assert list(by_cell(table).values()) == found
    assert not told(table)


@pytest.mark.parametrize(
    ("title", "rows", "words"),
    [
        ("", ("2024年8月", "2024年9月"), {"B3": "没有说是当月", "B4": "没有说是当月"}),
        ("", ("2024年1-8月", "2024年9月"), {"B4": "没有说是当月"}),
        ("", ("2024年一季度", "2024年二季度"), {"B3": "没有说是当月", "B4": "没有说是当月"}),
        (
            "2024年9月",
            ("2023年", "2024年"),
            {"B3": "标题说的是 2024-09，这一行只写了 2023 年", "B4": "这一行只写了 2024 年"},
        ),
    ],
)
def test_a_row_whose_span_nothing_tells_is_refused(title, rows, words):
    body = [(row, 100.0 + number) for number, row in enumerate(rows)]
    said = told(read(("时间", f"{RETAIL}(亿元)"), *body, title=f"莲湖区{title}"))
    assert said.keys() == words.keys()
    assert all(text in said[cell] for cell, text in words.items())


@pytest.mark.parametrize(
    ("code", "day", "early"),
    [
        ("svc.revenue", dt.date(2024, 10, 20), True),
        ("svc.revenue", None, False),
        ("csm.retail.total", dt.date(2024, 10, 5), False),
    ],
)
def test_a_report_before_the_release_of_what_is_known_late_has_the_month_before(code, day, early):
    if early:
        with pytest.raises(IntakeError, match="错月指标，2024-09 的数"):
            when(code, "累计", day=day)
    else:
        assert when(code, "累计", day=day) == ("2024-09", "ytd")


def test_a_week_before_its_release_is_too_early_by_a_day_more():
    due = assumed_release(CATALOGUE.get("svc.revenue"), Period(2024, "M", 9))
    assert when("svc.revenue", "累计", day=due - dt.timedelta(days=7)) == ("2024-09", "ytd")
    with pytest.raises(IntakeError, match="错月指标"):
        when("svc.revenue", "累计", day=due - dt.timedelta(days=8))


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"named": "1-7月"}, ("2024-07", "ytd")),  # two months late
        ({"named": "9月"}, ("2024-09", "ytd")),
        ({"lag": 1}, ("2024-08", "ytd")),
        ({"lag": 2}, ("2024-07", "ytd")),
    ],
)
def test_a_name_states_a_month_up_to_two_before_the_tables(options, found):
    assert when("ind.revenue", "累计", **options) == found


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"named": "1-6月"}, "的名称说的是 2024-06，标题、列名或时期说的是 2024-09"),
        ({"named": "1-10月"}, "的名称说的是 2024-10"),
        ({"named": "2023年1-9月"}, "的名称说的是 2023-09"),
        ({"named": "1-8月", "row": "2024年1-9月"}, "的名称说的是 2024-08，列名或时期说的是"),
    ],
)
def test_a_name_of_another_month_contradicts_its_table(options, words):
    with pytest.raises(IntakeError, match=words):
        when("ind.revenue", "累计", **options)


def test_a_lag_in_january_or_of_what_is_never_late_is_told_nowhere():
    january = Time(2024, Period(2024, "M", 1), "ytd", (), True)
    assert when("ind.revenue", "累计", lag=1, time=january) == ("2024-01", "ytd")
    with pytest.raises(IntakeError, match="的名称说的是上月的数"):
        when("csm.retail.total", "累计", lag=1)
