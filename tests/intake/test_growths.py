"""Of which amount a column of growth is, and whether it is growth on the year before at all."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.around import Around, Time
from lianhu_analysis.intake.reading.blocks import Panel, Table
from lianhu_analysis.intake.reading.figures import Collector
from lianhu_analysis.intake.reading.growths import (
    difference_of,
    is_growth_of,
    is_last_year,
    may_turn,
    of_left,
    other_base,
)
from lianhu_analysis.intake.reading.meaning import ColumnMeaning
from lianhu_analysis.intake.reading.notes import TableNote
from lianhu_analysis.intake.reading.place import Place
from tests.intake.small_tables import DELIVERY, GRAMMAR, LIANHU, XIAN, column, columns

RETAIL, BUDGET, GDP = "社会消费品零售总额", "一般公共预算收入", "地区生产总值"
FAI = "固定资产投资增速(%)"
Heads = Sequence[str | tuple[str, ...]]


def read(heads: Heads, at: int = -1, left: int | None = -1, year: int = 2024) -> ColumnMeaning:
    """Read the growth at a place; ``left`` is the amount before it, -1 the nearest that is one."""
    read = columns(*heads)
    at = at % len(read)
    amounts = [
        m for m in read[:at] if not (m.is_growth or m.facets.nothing or m.facets.fact or m.refusal)
    ]
    nearest = amounts[-1] if amounts else None
    return of_left(at, nearest if left == -1 else left and read[left], read, year)


def why(heads: Heads, *args: int, **options: int | None) -> str:
    with pytest.raises(IntakeError) as caught:
        read(heads, *args, **options)
    assert caught.value.remedy
    return caught.value.message


# Of which indicator.
@pytest.mark.parametrize(
    ("heads", "at", "code"),
    [
        ((GDP, "增速"), -1, "gdp.total"),
        ((GDP, "排名", "增速", "排名"), 2, "gdp.total"),
        ((GDP, RETAIL, "增速"), -1, "csm.retail.total"),
        ((GDP, "增速", RETAIL, "增速"), 1, "gdp.total"),
        ((GDP, "增速", RETAIL, "增速"), 3, "csm.retail.total"),
        ((GDP, "增速", "上年同期", RETAIL, "增速"), 4, "csm.retail.total"),
        ((GDP, FAI), -1, "inv.fai.yoy"),
    ],
)
def test_a_nameless_growth_right_behind_a_named_amount_is_of_it(heads, at, code):
    found = read(heads, at)
    assert found.indicator is not None and found.indicator.code == code


@pytest.mark.parametrize(
    ("heads", "at"),
    [
        ((GDP, "增速", "增速"), 1),  # of the two growths one may be of what is not there
        ((GDP, "增速", "增速"), 2),
        (("增速", GDP, "增速"), 2),
        (("增速", GDP), 0),
        ((GDP, "环比增长", "增速"), 2),
        ((GDP, "增速", "累计", "增速"), 1),
        ((FAI, "增速"), 1),
    ],
)
def test_a_nameless_growth_among_names_that_is_not_one_to_one_is_of_none(heads, at):
    assert "没有说是哪个指标的增速" in why(heads, at)
    assert f"“{heads[at]}”" in why(heads, at)


def test_a_nameless_growth_takes_the_place_of_its_amount_as_well():
    found = read((f"西安市{RETAIL}(亿元)", "增速(%)"))
    assert (found.region, found.amount) == (XIAN, "亿元")
    assert "没有说是哪个指标" in why((f"西安市{RETAIL}", "增速"), left=None)
    assert read(("增速(%)",)).amount == ""


# Of which span.
SERIES = [f"{RETAIL}_{end}" for end in ("当期值", "累计值", "同比增长(%)", "累计增长(%)")]


@pytest.mark.parametrize(
    ("heads", "at", "span"),
    [
        (("累计", "增长(%)"), -1, "ytd"),
        (("本月", "增长(%)"), -1, "single"),
        (("本月", "累计增长(%)"), -1, "ytd"),
        (("本月", "累计", "增长(%)"), -1, "ytd"),
        (("累计", "增长(%)", "不变价增长(%)"), -1, "ytd"),
        (("本月", "累计", "本月增长(%)", "增长(%)"), -1, "ytd"),
        (("9月", "1-9月", "增长(%)"), -1, ""),
        (("9月", "累计", "增长(%)"), -1, "ytd"),
        (("本月", "累计", "环比增长", "同比增长(%)"), -1, "ytd"),
        (("累计", "本月", "本月增长(%)", "增长(%)"), -1, "ytd"),
        (("累计", "累计增长(%)", "增长(%)"), -1, "ytd"),
        (("累计", "上年同期", "增长(%)", "增长(%)"), 2, "ytd"),
        (("本月", "增长(%)", "累计", "增长(%)"), 3, "ytd"),
        # Of the amount of its own indicator, whatever stands between.
        ((f"{RETAIL}本月", f"{BUDGET}累计", f"{RETAIL}增长(%)"), -1, "single"),
        ((f"{RETAIL}当月", f"{RETAIL}累计", f"{BUDGET}当月", f"{RETAIL}增长(%)"), -1, "ytd"),
        # The first growth of another indicator is of the time that all before it are of.
        ((f"{RETAIL}累计", f"{BUDGET}累计", FAI), -1, "ytd"),
        # As databases export them.
        (SERIES, 2, "single"),
        (SERIES, 3, "ytd"),
        ([SERIES[0], *SERIES[2:]], 1, "single"),
        ([SERIES[2], SERIES[3], SERIES[0]], 0, "single"),
        # Of one group, whatever month it says.
        ((("9月", "本月"), ("9月", "增长(%)")), -1, "single"),
        ((("1-9月", "累计"), ("1-9月", "增长(%)")), -1, "ytd"),
        ((("9月", "本月"), ("1-9月", "增长(%)")), -1, ""),
        ((("9月", "当月"), ("9月", "当月增长(%)"), ("9月", "增长(%)")), -1, ""),
        ((("甲", "9月", "本月"), ("乙", "9月", "增长(%)")), -1, ""),
        (("累计", "9月增长(%)"), -1, ""),
        (("9月增长(%)",), -1, ""),
        (("9月增长(%)", "9月累计"), 0, ""),
        (("增长(%)", "累计", "比重(%)"), 0, ""),
        (("增长(%)",), -1, ""),
    ],
)
def test_the_span_of_a_growth_is_its_own_or_its_amounts(heads, at, span):
    assert read(heads, at).facets.span == span


def test_a_series_without_growth_to_date_leaves_open_of_which_span_growth_is():
    assert "前面不止一列" in why([*SERIES[:3], "社会消费品零售总额增速(%)"], 2)
    other = [SERIES[0], SERIES[1], f"{BUDGET}同比增长(%)", SERIES[3]]
    assert "前面不止一列" in why(other, 2)


def test_a_group_whose_first_cell_is_blank_leaves_open_what_its_growth_is_of():
    amount, growth = column(2, "累计", half=True), column(3, "9月", "增长(%)")
    with pytest.raises(IntakeError, match="左边一列说不清属于哪一组"):
        of_left(1, None, [amount, growth], 2024)
    half = column(2, "增长(%)", half=True)
    assert of_left(1, None, [half, growth], 2024) == growth


@pytest.mark.parametrize(
    ("heads", "at", "number"),
    [
        (("全市", "全区", "全市增长(%)", "全区增长(%)"), 2, 2),
        (("全市", "全区", "全市增长(%)", "全区增长(%)"), 3, 3),
        (("全市本月", "全市上年同期", "全区累计", "全市增长(%)"), 3, 2),
        (("西安市本月", "莲湖区累计", "西安市增长(%)"), 2, 2),
        (("西安市本月", "莲湖区累计", "莲湖区增长(%)"), 2, 3),
    ],
)
def test_a_growth_that_names_a_place_is_of_the_one_amount_of_that_place(heads, at, number):
    amount, growth = columns(*heads)[number - 2], read(heads, at)
    assert growth.left
    assert (growth.region, growth.whole) == (amount.region, amount.whole)
    assert growth.facets.span == amount.facets.span


def test_of_two_amounts_of_a_place_growth_is_of_neither_for_certain():
    heads = ("全市本月", "全市累计", "全区累计", "全市增长(%)")
    assert "前面不止一列" in why(heads)
    assert "前面不止一列" in why(("全市", "全区", "增长(%)"))


# What stands between.
@pytest.mark.parametrize(
    ("heads", "words"),
    [
        (("累计", "比重(%)", "增减"), "在“比重(%)”之后"),
        (("累计", "年初", "增长(%)"), "在“年初”之后"),
        (("累计", "环比增长", "增长(%)"), "在“环比增长”之后"),
        (("上年同期", "增长(%)"), "在“上年同期”之后"),
        (("上月", "增长(%)"), "在“上月”之后"),
        (("累计", "年度目标", "增长(%)"), "没有说是当月还是累计"),
        (("累计", "甲乙丙丁", "增长(%)"), "没有说是当月还是累计"),
        (("预计", "增长(%)"), "没有说是当月还是累计"),
        (("增长(%)", "累计", "增长(%)"), "在绝对量之前也有一列"),
        (("本月", "累计", "增长(%)", "增长(%)"), "前面不止一列"),
        (("累计", "本月", "增长(%)"), "前面不止一列"),
        (("9月", "8月", "增长(%)"), "前面不止一列"),
        (("本月", "累计", "全年", "本月增长(%)", "增长(%)"), "前面不止一列"),
        (("2024年", "2022年", "2023年", "增长(%)"), "前面不止一列"),
        (("2024年", "2022年", "增长(%)"), "前面不止一列"),
        ((f"{RETAIL}本月", f"{BUDGET}累计", FAI), "前面不止一列"),
    ],
)
def test_what_stands_before_a_growth_may_leave_open_what_it_is_of(heads, words):
    at = 2 if heads[-2:] == ("增长(%)", "增长(%)") else -1
    assert words in why(heads, at)


@pytest.mark.parametrize(
    ("heads", "span"),
    [
        (("累计", "比重(%)", "增长(%)"), "ytd"),
        (("累计", "年初", "同比增长(%)"), "ytd"),
        (("累计", "环比增长", "同比增长(%)"), "ytd"),
        (("累计", "上年同期", "增长(%)"), "ytd"),
        (("累计", "预计", "增长(%)"), "ytd"),
        (("本月", "累计增长(%)", "累计", "上年同期", "增长(%)"), "ytd"),
        (("上年同期", "增长(%)", "累计", "增长"), "ytd"),
        (("年度目标", "累计", "增长(%)"), "ytd"),
        (("甲乙丙丁", "累计", "增长(%)"), "ytd"),
        (("增长", "累计", "增长(%)"), "ytd"),
        (("8月", "9月", "增长(%)"), ""),
    ],
)
def test_what_stands_before_the_amount_or_says_nothing_of_it_leaves_its_growth(heads, span):
    found = read(heads)
    assert (found.left, found.facets.span) == (True, span)


def test_without_an_amount_a_growth_is_left_as_it_is_unless_a_month_stands_before_it():
    assert read(("增长(%)",)) == columns("增长(%)")[0]
    assert "没有说是当月还是累计" in why(("9月", "增长(%)"), left=None)


# Of which year.
@pytest.mark.parametrize(
    ("heads", "year"),
    [
        (("2023年", "2024年", "增长(%)"), 2024),
        (("2024年", "2023年", "增长(%)"), 2024),
        (("2024年1-9月", "2023年1-9月", "增长(%)"), 2024),
        (("2022年", "2024年", "增长(%)"), 2024),
        (("2023年", "增长(%)"), 2023),
        (("累计", "2024年增长(%)"), 2024),
    ],
)
def test_a_growth_is_of_this_years_amount(heads, year):
    assert read(heads).stated_year == year


def test_a_growth_of_another_year_than_its_amount_is_of_neither():
    assert "说的是2023年，旁边的绝对量是2024年的" in why(("累计", "2023年增长(%)"))
    assert "说的是2023年，旁边的绝对量是2024年的" in why(("2024年", "2023年增长(%)"), year=2023)
    assert read(("2023年", "2023年增长(%)"), year=2024).stated_year == 2023
    assert read(("累计", "2023年增长(%)"), year=0).stated_year == 2023


@pytest.mark.parametrize(
    ("heads", "at", "last"),
    [
        (("2023年", "2024年"), 0, True),
        (("2023年", "2024年"), 1, False),
        (("2022年", "2024年"), 0, False),
        (("2022年", "2023年", "2024年"), 1, False),
        (("2023年", "累计"), 0, False),
        (("2023年", "2024年", "2025年目标"), 0, True),
        (("2023年1-8月", "2023年1-9月", "2024年1-8月", "2024年1-9月"), 1, True),
        (("2023年", "2023年", "2023年", "2024年", "2024年"), 0, False),
    ],
)
def test_last_years_column_stands_beside_one_of_the_year_after_in_a_table_of_two(heads, at, last):
    found = columns(*heads)
    assert is_last_year(found[at], found) is last


def test_of_several_amounts_each_with_its_growth_each_growth_is_of_its_own():
    heads = ("9月", "增长(%)", "8月", "增长(%)", "7月", "增长(%)")
    parts = [read(heads, at).part for at in (1, 3, 5)]
    assert [part and part.period.end.month for part in parts] == [9, 8, 7]


# What goes over from the amount.
def test_a_growth_takes_from_its_amount_what_it_does_not_say_itself():
    found = read(("全市本季(亿元)", "增长(%)"))
    assert (found.whole, found.facets.span, found.facets.per) == ("全市", "single", "quarter")
    assert (found.amount, found.facets.unit, found.left) == ("亿元", "%", True)
    assert read(("2024年1-9月", "增长(%)")).part == columns("2024年1-9月")[0].part
    own = read(("全市累计", "全区增长(%)"))
    assert (own.whole, own.facets.span) == ("全区", "ytd")


@pytest.mark.parametrize(
    ("heads", "price"),
    [
        (("累计(不变价)", "增长(%)"), "constant"),
        (("累计(现价)", "增长(%)"), ""),  # growth beside amounts at current prices is real, or not
        (("累计(现价)", "不变价增长(%)"), "constant"),
        (("累计(不变价)", "现价增长(%)"), "current"),
        (("累计", "增长(%)"), ""),
    ],
)
def test_the_prices_of_a_growth_are_its_own_or_those_of_a_constant_amount(heads, price):
    assert read(heads).facets.price == price


# What the figures say.
def place(*rows: Sequence[object], titles: Sequence[str] = (), sheet: str = "表", year: int = 2024):
    """Return a table of these figures from column C on, below one line of heads."""
    grid = Grid(sheet, ((), *(("", "", *row) for row in rows)))
    table = Table(grid, [("A1", title) for title in titles], 0, 0, len(rows) + 1)
    period = Period(year, "M", 9) if year else None
    around = Around(LIANHU, named=True, time=Time(year, period))
    return Place(
        table, Panel({"name": [0]}), around, GRAMMAR, Collector(DELIVERY), TableNote(table)
    )


@pytest.mark.parametrize(
    ("rows", "most", "half"),
    [
        ([(105.0, 100.0, 5.0)], True, True),
        ([(105.0, 100.0, 5.19)], True, True),
        ([(105.0, 100.0, 5.21)], False, False),
        ([(105.0, 100.0, 4.81)], True, True),
        ([(105.0, 100.0, 4.79)], False, False),
        ([(105.0, 100.0, 5.0), (105.0, 100.0, 9.0)], False, True),
        ([(105.0, 100.0, 5.0), (105.0, 100.0, 9.0), (90.0, 100.0, -10.0)], True, True),
        ([(105.0, 100.0, 5.0), (105.0, 100.0, 9.0), (90.0, 100.0, -9.0)], False, False),
        # Rows without all three, or with nothing to grow from, say nothing.
        ([(105.0, 100.0, 5.0), (105.0, None, 9.0), ("—", 100.0, 9.0)], True, True),
        ([(105.0, 100.0, 5.0), (7.0, 0.0, 9.0)], True, True),
        ([(105.0, None, 5.0)], False, False),
        ([], False, False),
    ],
)
def test_growth_is_of_two_amounts_if_most_rows_or_half_of_them_say_so(rows, most, half):
    one, base, growth = columns("累计", "上年同期", "增长(%)")
    assert is_growth_of(one, base, growth, place(*rows)) is most
    assert is_growth_of(one, base, growth, place(*rows), half=True) is half


@pytest.mark.parametrize(
    ("heads", "said", "held"),
    [
        (("2023年", "2018年"), 10.0, True),  # 1.1 ** 5 = 1.61051: so much a year
        (("2023年", "2018年"), 61.1, True),
        (("2023年", "2019年"), 10.0, False),  # 12.7 a year
        (("2023年", "2019年"), 12.7, True),
        (("2023年", "2022年"), 10.0, False),
        (("2018年", "2023年"), 61.1, True),
        (("2023年", "上年同期"), 10.0, False),
        (("2023年", "上年同期"), 61.1, True),
    ],
)
def test_growth_on_a_year_long_before_may_be_that_of_each_year(heads, said, held):
    one, base, growth = columns(*heads, "增长(%)")
    assert is_growth_of(one, base, growth, place((161.051, 100.0, said))) is held


def refusal(
    heads: Heads, rows: Sequence[Sequence[object]], at: int = -1, year: int = 2024
) -> str | None:
    """Return why the growth at a place is on another base than the year before."""
    read = columns(*heads)
    at = at % len(read)
    amount = next((m for m in reversed(read[:at]) if not (m.is_growth or m.facets.nothing)), None)
    growth = of_left(at, amount, read, year) if amount else read[at]
    error = other_base(growth, read, place(*rows, year=year))
    return error and error.message


GROWN = [(105.0, 100.0, 5.0), (88.0, 80.0, 10.0)]


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        (("累计", "年初", "同比增长(%)"), "正是“累计”与“年初”之比"),
        (("累计", "上月", "同比增长(%)"), "正是“累计”与“上月”之比"),
        (("2024年9月", "2023年12月", "增长(%)"), "正是“2024年9月”与“2023年12月”之比"),
        (("累计", "上年同期", "增长(%)"), None),
        (("累计", "去年同期", "增长(%)"), None),
        (("2024年", "2023年", "增长(%)"), None),
        (("2024年9月", "2023年9月", "增长(%)"), None),
        (("累计", "上年末", "同比增长(%)"), "正是“累计”与“上年末”之比"),
        # The earlier first.
        (("年初", "累计", "同比增长(%)"), "正是“累计”与“年初”之比"),
        (("2015年", "2020年", "增长(%)"), "正是“2020年”与“2015年”之比"),
        (("2023年末", "期末余额", "增长(%)"), "正是“期末余额”与“2023年末”之比"),
        (("2023年末", "2024年末", "增长(%)"), None),
        (("2023年", "2024年9月", "增长(%)"), None),
        (("2023年", "累计", "增长(%)"), None),
        # Others of another indicator, shares, means and plans make no growth.
        ((f"{RETAIL}累计", f"{BUDGET}累计", f"{RETAIL}增长(%)"), None),
        (("累计", "比重(%)", "增长(%)"), None),
        (("累计", "年度目标", "累计增长(%)"), None),
    ],
)
def test_growth_that_two_amounts_make_is_on_the_year_before_or_refused(heads, words):
    turned = heads[0] in ("年初", "2015年", "2023年末", "2023年")

    def told(*rows: tuple[float, float, float]) -> str | None:
        return refusal(heads, [(b, a, c) if turned else (a, b, c) for a, b, c in rows])

    found = told(*GROWN)
    assert (words in found) if words and found else found == words
    # Half of the rows are enough, fewer are not.
    odd = [*GROWN, (105.0, 100.0, 2.0), (105.0, 100.0, 3.0)]
    assert (told(*odd) is None) is (words is None)
    assert told(*odd, (105.0, 100.0, 8.0)) is None


def test_growth_of_another_span_than_the_amounts_that_make_it_is_refused():
    rows = [(50.0, 105.0, 100.0, 5.0), (40.0, 88.0, 80.0, 10.0)]
    heads = ("当月", "累计", "上年同期", "当月增长(%)")
    assert "正是“累计”与“上年同期”之比" in str(refusal(heads, rows))
    assert refusal((*heads[:3], "累计增长(%)"), rows) is None


RATES = [(5.1, 4.8, 0.3), (7.0, 8.5, -1.5), (2.0, 2.0, 0.0)]


@pytest.mark.parametrize(
    ("heads", "titles", "sheet", "words"),
    [
        (("1-9月增速", "1-8月增速", "增幅"), (), "表", "正是“1-9月增速”与“1-8月增速”之差"),
        (("1-9月", "1-8月", "增幅"), ("各行业增速",), "表", "正是“1-9月”与“1-8月”之差"),
        (("1-9月", "1-8月", "增幅"), (), "增长率", "正是“1-9月”与“1-8月”之差"),
        (("1-9月", "1-8月", "增幅"), ("注：增速为可比价",), "表", ""),
        (("1-9月", "1-8月", "增幅"), (), "表", ""),
        (("1-9月增速", "1-8月增速", "增长"), (), "表", ""),
        (("1-9月增速", "1-8月增速", "增速"), (), "表", ""),
        (("1-9月增速", "1-8月增速", "增减(百分点)"), (), "表", ""),
    ],
)
def test_a_change_that_two_growths_differ_by_is_no_growth(heads, titles, sheet, words):
    read = columns(*heads)
    error = difference_of(read[2], read, place(*RATES, titles=titles, sheet=sheet))
    assert (words in error.message and error.skipped) if error else not words


@pytest.mark.parametrize(
    ("rows", "held"),
    [
        (RATES, True),
        ([(row[1], row[0], row[2]) for row in RATES], True),  # whichever stands first
        ([*RATES, (5.1, 4.8, 0.4)], False),
        ([*RATES, (5.1, None, 0.4)], True),
        ([*RATES, (5.1, 4.8, 0.0)], True),  # a 0 may be one that is not filled in
        ([(5.0, 5.0, 0.0)], False),
        ([], False),
        # Amounts of 100 and more differ by amounts.
        ([(99.0, 98.0, 1.0)], True),
        ([(100.0, 98.0, 2.0)], False),
        ([(-100.0, -98.0, -2.0)], False),
        ([(5.0, 4.0, 1.0), (120.0, 119.0, 1.0)], False),
    ],
)
def test_all_rows_with_a_change_must_differ_by_it(rows, held):
    read = columns("1-9月增速", "1-8月增速", "增幅")
    assert (difference_of(read[2], read, place(*rows)) is not None) is held


# Growth on the left of its amount.
@pytest.mark.parametrize(
    ("heads", "names", "titles", "turns"),
    [
        (("同比(%)", "累计"), [RETAIL], (), True),
        (("同比(%)", "累计"), [], (), True),
        (("同比(%)", "累计"), ["金融机构人民币各项存款余额"], (), True),
        (("同比(%)", "累计"), ["甲乙丙丁"], (), True),
        (("同比(%)", "累计"), ["居民消费价格指数", FAI], (), False),
        (("同比(%)", "累计"), ["居民消费价格指数", RETAIL], (), True),
        (("同比(%)", "累计"), [], ("规模以上工业产品销售率",), False),
        (("上年同期", "同比(%)", "累计"), [RETAIL], (), False),
        (("比重(%)", "同比(%)", "累计"), [RETAIL], (), True),
        (("累计", "同比(%)"), [RETAIL], (), True),
    ],
)
def test_growth_on_the_left_is_of_the_amount_on_its_right_where_rows_may_have_amounts(
    heads, names, titles, turns
):
    found = place(*([] for _ in names), titles=titles)
    rows = [(), *((name,) for name in names)]
    object.__setattr__(found.grid, "rows", tuple(rows))
    assert may_turn(columns(*heads), found) is turns
