"""The heads of a panel: what each column is, and which of them are not read."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.heads import Heads, read_heads
from lianhu_analysis.intake.reading.place import Place
from tests.intake.small_tables import LIANHU, TITLE, XIAN, read_table, refused

RETAIL, BUDGET = "社会消费品零售总额", "一般公共预算收入"


def read(
    *heads: str | None, title: str = TITLE, row: Sequence[object] = (), hidden: Sequence[int] = ()
) -> tuple[Heads, Place]:
    """Read the heads to the right of 指标 and 单位, over two rows of figures."""
    body = tuple(row) or tuple(float(n) for n in range(1, len(heads) + 1))
    rows = (("指标", "单位", *heads), (RETAIL, "亿元", *body), (BUDGET, "亿元", *body))
    return read_table(rows, title, hidden_columns=frozenset(hidden))


def spans(found: Heads) -> list[tuple[str, str]]:
    return [("yoy" if m.is_growth else "level", m.says_span) for m in found.columns]


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        (("累计", "增长(%)"), [("level", "ytd"), ("yoy", "ytd")]),
        (
            ("本月", "增长(%)", "累计", "增长(%)"),
            [("level", "single"), ("yoy", "single"), ("level", "ytd"), ("yoy", "ytd")],
        ),
        (("本月", "累计", "累计增长(%)"), [("level", "single"), ("level", "ytd"), ("yoy", "ytd")]),
    ],
)
def test_a_growth_that_says_no_span_is_of_the_amount_on_its_left(heads, expected):
    found, place = read(*heads)
    assert spans(found) == expected
    assert found.by_growth and found.accumulated and not refused(place)


@pytest.mark.parametrize(
    ("heads", "cell", "words"),
    [
        (("累计", "累计"), "C2", "不止一列"),
        (("累计", "增减", "增长(%)"), "D2", "没有写 %"),
        (("累计", "年度目标", "增长(%)"), "E2", "没有说是当月还是累计"),
        (("1-8月", "甲乙丙丁"), "D2", "不认识"),
    ],
)
def test_a_column_that_may_be_two_things_is_refused_at_its_head(heads, cell, words):
    _, place = read(*heads)
    assert words in refused(place)[cell]


def test_a_change_beside_last_years_growth_only_is_growth():
    found, place = read("累计", "增减", "上年增长(%)")
    assert [m.column.text for m in found.columns] == ["累计", "增减"]
    assert not refused(place)


def test_three_bare_numbers_are_months_and_two_are_nothing():
    found, place = read("7", "8", "9")
    assert [m.column.text for m in found.columns] == ["7月", "8月", "9月"]
    assert not refused(place)
    found, place = read("8", "9")
    assert not found.columns
    assert [text[:8] for text in refused(place).values()] == ["列名“8”不认识", "列名“9”不认识"]


def test_last_years_column_is_left_out_and_told():
    found, place = read("2023年1-9月", "2024年1-9月", "增长(%)")
    assert [m.column.number for m in found.columns] == [3, 4]
    assert set(refused(place)) == {"C2"}
    assert [note.cell for note in place.note.columns if "上年同期" in note.reason] == ["C2"]


def test_heads_of_another_month_than_the_title_are_refused():
    found, place = read("1-8月", "增长(%)")
    assert not found.columns
    assert "不是同一个月" in refused(place)["C2"]


def test_a_number_beside_a_range_is_a_month():
    found, _ = read("8", "1-8", title="莲湖区2024年8月")
    assert spans(found) == [("level", ""), ("level", "ytd")]
    assert {m.part.period.end.month for m in found.columns if m.part} == {8}


def test_a_hidden_column_is_refused():
    found, place = read("本月", "累计", hidden=[2])
    assert spans(found) == [("level", "ytd")]
    assert "隐藏" in refused(place)["C2"]


def test_figures_under_no_head_in_most_rows_refuse_the_table():
    with pytest.raises(IntakeError, match="错了位") as caught:
        read("累计", None, "增长(%)", row=(1.0, 2.0, 3.0))
    assert caught.value.cell == "D3"


def test_a_title_of_ranks_speaks_of_the_column_that_holds_them():
    title = f"{TITLE}指标及排名"
    assert read("累计", title=title)[0].scope == (title,)
    assert read("累计", "排名", title=title)[0].scope == ()


def test_a_growth_behind_last_years_amount_is_of_this_years():
    found, _ = read("2024年1-9月", "2023年1-9月", "增长(%)")
    assert [(m.text, m.is_growth) for m in found.columns] == [
        ("2024年1-9月", False), ("增长(%)", True),
    ]  # fmt: skip
    assert found.columns[1].stated_year == 2024
    # Without this year's beside it, it is of the amount that there is.
    alone, _ = read("2023年1-9月", "增长(%)", title="莲湖区2023年1-9月")
    assert len(alone.columns) == 2


@pytest.mark.parametrize("head", ["同比增减", "增减", "同比变动"])
def test_a_bare_change_beside_amounts_is_no_growth_unless_something_says_percent(head):
    assert "没有写 %" in refused(read("累计", head)[1])["D2"]
    for found, place in (read("累计", f"{head}(%)"), read("累计", head, row=(497.3, "3.5%"))):
        assert spans(found) == [("level", "ytd"), ("yoy", "ytd")] and not refused(place)


def test_growths_that_stand_before_and_between_the_amounts_are_of_none_for_certain():
    found, place = read("增长(%)", "1-9月", "增长(%)", "9月", title="莲湖区2024年9月")
    assert ("yoy", "ytd") not in spans(found)
    assert "说不清各是哪一列的增速" in refused(place)["E2"]


def test_a_growth_that_names_its_indicator_is_of_the_span_of_all_amounts_before_it():
    heads = (f"{RETAIL}(亿元)", "增速(%)", f"{BUDGET}(亿元)", "增速(%)", "固定资产投资增速(%)")
    _, place = read(*heads, title="莲湖区2024年1-9月累计指标")
    assert not refused(place)


def test_a_share_that_names_its_whole_does_not_part_the_amount_and_its_growth():
    found, place = read("上年同期", "本期累计", "增减额", "增减%", "占一般公共预算收入比重%")
    assert spans(found) == [("level", "ytd"), ("yoy", "ytd")] and not refused(place)


@pytest.mark.parametrize("head", ["同比增减额", "同比增减额(亿元)", "同比增减数"])
def test_a_change_in_the_amount_does_not_part_the_amount_and_its_growth(head):
    found, place = read("累计", head, "同比增减(%)")
    assert spans(found) == [("level", "ytd"), ("yoy", "ytd")] and not refused(place)


# ---- What each column of a head is, family by family.

GDP, DEPOSITS, PROFIT = "地区生产总值", "金融机构人民币各项存款余额", "规模以上工业企业利润总额"


def table(
    *heads: str | None,
    title: str = TITLE,
    names: Sequence[str] = (RETAIL, BUDGET),
    rows: Sequence[Sequence[object]] = (),
    corner: Sequence[str] = ("指标", "单位"),
    **more: object,
) -> tuple[Heads, Place]:
    """Read heads to the right of a corner over named rows, of 1, 2, 3 where nothing is said."""
    figures = rows or [[float(n) for n in range(1, len(heads) + 1)] for _ in names]
    stubs = [(name, "亿元")[: len(corner)] for name in names]
    body = [(*stub, *row) for stub, row in zip(stubs, figures, strict=True)]
    return read_table([(*corner, *heads), *body], title, **more)  # type: ignore[arg-type]


def by_region(*heads: str, title: str = TITLE) -> tuple[Heads, Place]:
    """Read heads over rows of regions."""
    return table(*heads, title=title, names=("莲湖区", "西安市"), corner=("地区",))


def times(found: Heads) -> list[tuple[str, int, str]]:
    """Return of each column its text, its year and the code of its period behind the year."""
    return [
        (m.text, m.stated_year, m.part.period.code[4:] if m.part else "") for m in found.columns
    ]


def texts(found: Heads) -> list[str]:
    return [m.text for m in found.columns]


@pytest.mark.parametrize(
    ("heads", "by_growth", "accumulated"),
    [
        (("累计", "增长(%)"), True, {False}),
        (("累计", "增减(百分点)"), False, {False}),  # points are no growth
        (("本月", "累计增长(%)"), True, {True}),
        (("本月",), False, set()),
        (("累计", "累计增长(%)"), True, {False, True}),
        # Columns that are refused say so as well, those of no figures do not.
        (("累计", "累计", "本月"), False, {False}),
        (("本月", "上年累计"), False, set()),
    ],
)
def test_all_heads_say_together_whether_there_is_growth_and_what_is_to_date(
    heads, by_growth, accumulated
):
    found, _ = table(*heads)
    assert (found.by_growth, found.accumulated) == (by_growth, accumulated)


def test_units_of_a_row_of_metadata_are_those_of_their_columns():
    _, place = table("本月", "累计")
    found = read_heads(place, {3: "万元"})
    assert [(m.facets.unit, m.own_unit) for m in found.columns] == [("", False), ("万元", True)]


# Parts of an indicator.
@pytest.mark.parametrize(
    ("heads", "title", "codes"),
    [
        ((GDP, "第二产业", "第三产业"), TITLE, ["gdp.total", "gdp.secondary", "gdp.tertiary"]),
        (("第二产业", "第三产业"), f"{TITLE}{GDP}", ["gdp.secondary", "gdp.tertiary"]),
        ((GDP, RETAIL, "税收收入"), TITLE, ["gdp.total", "csm.retail.total", "fis.tax"]),
        (("第二产业", "第三产业"), TITLE, []),
        ((GDP, "上年同期"), TITLE, ["gdp.total"]),
    ],
)
def test_a_head_is_a_part_of_the_indicator_on_its_left_or_of_the_title(heads, title, codes):
    found, _ = by_region(*heads, title=title)
    assert [m.indicator.code for m in found.columns if m.indicator] == codes


def test_a_head_over_several_is_the_whole_of_which_those_below_are_parts():
    rows = [("地区", f"{GDP}(亿元)", None), (None, "绝对额", "第二产业"), ("莲湖区", 3.0, 1.0)]
    found, _ = read_table(rows, merged=((1, 1, 1, 2), (1, 0, 2, 0)))
    codes = [m.indicator.code for m in found.columns if m.indicator]
    assert codes == ["gdp.total", "gdp.secondary"]


@pytest.mark.parametrize(
    ("heads", "region", "whole"),
    [
        ((f"西安市{BUDGET}", "其中:税收收入"), XIAN, ""),
        ((f"西安市{BUDGET}", "税收收入"), XIAN, ""),
        ((f"全市{BUDGET}", "税收收入"), None, "全市"),
        ((f"西安市{BUDGET}", "莲湖区税收收入"), LIANHU, ""),
        ((f"西安市{BUDGET}", RETAIL), None, ""),
        ((f"西安市{BUDGET}", f"其中:{RETAIL}"), XIAN, ""),
    ],
)
def test_a_part_on_the_right_is_of_the_place_of_its_whole(heads, region, whole):
    found, _ = table(*heads, names=("1月", "2月"), corner=("月份",))
    part = found.columns[1]
    assert (part.region, part.whole) == (region, whole)


@pytest.mark.parametrize("owner", [f"上年{BUDGET}", f"区级{BUDGET}"])
def test_a_part_of_what_is_not_read_is_not_read(owner):
    found, place = table(owner, "税收收入", RETAIL, names=("1月", "2月"), corner=("月份",))
    assert texts(found) == [RETAIL]
    assert f"在“{owner}”右边" in refused(place)["C2"]


def test_a_part_of_what_is_not_understood_is_its_own():
    heads = (f"{BUDGET}甲乙丙", "税收收入")
    found, _ = table(*heads, names=("1月", "2月"), corner=("月份",))
    assert texts(found) == ["税收收入"]


def test_a_title_of_a_part_refuses_the_columns_that_name_an_indicator():
    title = "莲湖区2024年1-9月主要指标（区属）"
    _, place = by_region(RETAIL, GDP, title=title)
    assert all(f"在标题“{title}”之下" in text for text in refused(place).values())
    assert sorted(refused(place)) == ["B2", "C2"]


def test_growth_on_the_beginning_of_the_year_is_refused_by_its_figures():
    found, place = table("年初", "9月末", "增长(%)", rows=[(100.0, 105.0, 5.0), (80.0, 88.0, 10.0)])
    assert texts(found) == ["9月末"]
    assert "正是“9月末”与“年初”之比" in refused(place)["E2"]


def test_the_periods_of_the_heads_are_those_that_are_stated():
    found, _ = table("9月", "1-9月", "累计增长(%)")
    assert [(part.period.code, part.span) for part in found.parts] == [
        ("2000-09", ""),
        ("2000-09", "ytd"),
    ]


# Years.
@pytest.mark.parametrize(
    ("heads", "years"),
    [
        (("2023年9月", "10月", "11月", "2024年2月"), [2023, 2023, 2023, 2024]),
        (("2023年9月", "10月", "2024年1月", "2月", "3月"), [2023, 2023, 2024, 2024, 2024]),
        # Not backwards, from another span, or without a second year that ends the first.
        # What is of neither year for certain is refused.
        (("2023年9月", "8月", "2024年2月"), [2023, 2024]),
        (("2023年5月", "5月", "2024年2月"), [2023, 2024]),
        (("2023年9月", "10月", "11月"), [2023, 0, 0]),
    ],
)
def test_a_year_holds_for_the_months_on_its_right_up_to_the_next(heads, years):
    found, _ = table(*heads, title="莲湖区")
    assert [m.stated_year for m in found.columns] == years


def test_an_undated_month_beside_two_years_is_refused():
    found, place = table("2024年3月", "2023年12月", "11月", title="莲湖区")
    assert texts(found) == ["2024年3月", "2023年12月"]
    assert "没有写年份" in refused(place)["E2"]


GROWN = [(105.0, 100.0, 5.0), (88.0, 80.0, 10.0)]


@pytest.mark.parametrize(
    ("heads", "rows", "years"),
    [
        (("1-9月", "2023年1-9月", "增长(%)"), GROWN, [2024, 2024]),
        (("累计", "2023年1-9月", "增长(%)"), GROWN, [2024, 2024]),
        # Growth that they do not make, and years that are not the one before.
        (("1-9月", "2023年1-9月", "增长(%)"), [(105.0, 100.0, 9.0)] * 2, [0, 2023]),
        (("1-9月", "2022年1-9月", "增长(%)"), GROWN, [0, 2022]),
        # A plan's year is none of them.
        (
            ("1-9月", "2023年1-9月", "增长(%)", "2024年目标"),
            [(*row, 200.0) for row in GROWN],
            [2024, 2024, 2024],
        ),
    ],
)
def test_a_head_beside_that_of_last_year_is_this_years_where_growth_says_so(heads, rows, years):
    found, _ = table(*heads, rows=rows)
    assert [m.stated_year for m in found.columns] == years


@pytest.mark.parametrize(
    ("heads", "title", "read"),
    [
        (("11月", "12月", "1月", "2月"), "莲湖区", []),
        (("11月", "12月", "2024年1月", "2月"), "莲湖区", ["2024年1月"]),
        (("2023年12月", "2024年1月"), "莲湖区", ["2023年12月", "2024年1月"]),
        (("6月", "12月"), "莲湖区2024年", ["6月", "12月"]),  # half a year apart
        (("5月", "12月"), "莲湖区2024年", []),
        (("12月", "5月"), "莲湖区2024年", []),
        (("1-12月", "1月"), "莲湖区2024年", ["1-12月", "1月"]),
    ],
)
def test_months_without_a_year_more_than_half_a_year_apart_are_of_no_year(heads, title, read):
    found, place = table(*heads, title=title)
    assert texts(found) == read
    unclear = {text for text in heads if text not in read}
    said = refused(place)
    assert all(f"列名“{text}”没有写年份" in "".join(said.values()) for text in unclear)


# Numbers as months.
@pytest.mark.parametrize(
    ("heads", "read"),
    [
        (("7", "8", "9"), ["7月", "8月", "9月"]),
        (("8", "9"), []),
        (("7", "8", "9", "备注1"), []),
        (("8", "1-8"), ["8月", "1-8月"]),
        (("7", "1-8"), ["1-8月"]),
        (("7", "8", "累计"), ["累计"]),
    ],
)
def test_a_number_is_a_month_beside_its_range_or_two_more_and_nothing_else(heads, read):
    title = "莲湖区2024年1-8月" if "1-8" in heads else TITLE
    assert texts(table(*heads, title=title)[0]) == read


# Ranks.
@pytest.mark.parametrize(
    ("heads", "left"),
    [
        (("累计(亿元)", "排名"), ["D2"]),
        (("绝对额", "排名"), ["D2"]),
        (("累计", "排名"), []),
        (("增长(%)", "排名"), []),
        (("增减(百分点)", "排名"), []),
        (("总量位次",), ["C2"]),
        (("增长(%)", "增速位次"), []),
        ((RETAIL, "排名", "增速", "排名"), ["D2"]),
        ((RETAIL, "排名"), []),  # no growth stands beside it
        ((f"{RETAIL}增速", "排名", "增速", "排名"), []),
    ],
)
def test_a_rank_of_amounts_is_left_without_a_word(heads, left):
    _, place = table(*heads)
    assert [n.cell for n in place.note.columns if n.reason.startswith("总量的位次")] == left
    assert not [cell for cell in left if cell in refused(place)]


@pytest.mark.parametrize(
    ("heads", "title", "part", "span"),
    [
        (("9月增长(%)", "排名"), "莲湖区2024年", "M09", ""),
        (("1-9月增长(%)", "排名"), "莲湖区2024年", "M09", "ytd"),
        (("8月增长(%)", "9月增长(%)", "排名"), "莲湖区2024年", "M09", ""),
        (("9月增长(%)", "8月增长(%)", "排名"), "莲湖区2024年", "", ""),
        (("1-9月增长(%)", "排名"), TITLE, "", ""),  # the title's own
        (("1-9月增长(%)", "累计排名"), "莲湖区2024年", "", "ytd"),
        (("1-9月增长(%)", "环比增长", "排名"), "莲湖区2024年", "", ""),
        (("本月", "排名"), "莲湖区2024年", "", "single"),
        (("1-9月增长(%)", "与全市差距(百分点)"), "莲湖区2024年", "M09", "ytd"),
        (("1-9月增长(%)", "年度目标"), "莲湖区2024年", "", ""),
    ],
)
def test_a_rank_or_gap_is_of_the_time_of_the_column_right_before_it(heads, title, part, span):
    found, _ = table(*heads, title=title)
    last = found.columns[-1]
    code = f"M{last.part.period.end.month:02}" if last.part else ""
    assert (last.text, code, last.says_span) == (heads[-1], part, span)


def test_a_rank_behind_growth_is_of_its_indicator_as_well():
    found, _ = by_region("GDP", "排名", "增速", "排名")
    assert [(m.text, m.indicator and m.indicator.code) for m in found.columns] == [
        ("GDP", "gdp.total"),
        ("增速", "gdp.total"),
        ("排名", "gdp.total"),
    ]


# Figures under no head.
@pytest.mark.parametrize(("filled", "refuses"), [(1, False), (2, True), (3, True), (4, True)])
def test_a_column_without_a_head_refuses_the_table_from_half_of_its_rows_on(filled, refuses):
    names = (RETAIL, BUDGET, "税收收入", "非税收入")
    rows = [(1.0, 2.0 if n < filled else None, 3.0) for n in range(4)]
    if refuses:
        with pytest.raises(IntakeError, match="错了位") as caught:
            table("累计", None, "增长(%)", names=names, rows=rows)
        assert caught.value.cell == "D3"
        return
    found, place = table("累计", None, "增长(%)", names=names, rows=rows)
    assert refused(place) == {"D3": "这一列有数却没有列名"}
    five = [(1.0, 2.0 if n in (1, 3) else None, 3.0) for n in range(5)]
    _, other = table("累计", None, "增长(%)", names=(*names, GDP), rows=five)
    assert list(refused(other)) == ["D4"]
    # What stands behind it is not growth of what stands before it.
    assert spans(found) == [("level", "ytd"), ("yoy", "")]


def test_a_column_without_a_head_or_figures_is_passed_over_and_one_of_a_csv_told_by_row():
    rows = [(1.0, "甲", 3.0), (1.0, None, 3.0)]
    assert not refused(table("累计", None, "增长(%)", rows=rows)[1])
    assert not refused(table("累计", None, "增长(%)", sheet="")[1])


def test_an_axis_of_six_periods_cannot_have_shifted():
    six, five = [f"{n}月" for n in range(1, 7)], [f"{n}月" for n in range(2, 7)]
    found, place = table(*six, None, title="莲湖区2024年")
    assert texts(found) == six
    assert set(refused(place)) == {"I3"}
    with pytest.raises(IntakeError, match="错了位"):
        table(*five, None, title="莲湖区2024年")


# What is understood, and not read all the same.
@pytest.mark.parametrize(
    ("heads", "title", "cell"),
    [
        (("本月", "累计", "增速(%)"), f"{TITLE}增速", "E2"),
        (("累计", "增速(%)"), f"{TITLE}增速", "D2"),
        (("累计", "累计增速(%)"), f"{TITLE}增速", ""),
        (("绝对额", "增速(%)"), f"{TITLE}增速", ""),
        (("累计", "增速(百分点)"), f"{TITLE}增速", ""),
        (("累计", "增速(%)"), TITLE, ""),
    ],
)
def test_in_a_table_of_growth_a_bare_growth_beside_a_span_is_of_no_span(heads, title, cell):
    said = refused(table(*heads, title=title)[1])
    assert [c for c, text in said.items() if "在增速的表里" in text] == ([cell] if cell else [])


@pytest.mark.parametrize(
    ("heads", "cell"),
    [
        (("全市增长(%)", "全区"), "D2"),
        (("增长(%)", "全区"), "D2"),
        (("累计", "增长(%)", "西安市"), "E2"),
        (("全市", "全市增长(%)", "全区", "全区增长(%)"), ""),
        (("全区", "全市增长(%)"), ""),
        (("增长(%)", "全区累计"), ""),
        (("增长(%)", f"全区{RETAIL}"), ""),
        (("增长(%)", "全区9月"), ""),
    ],
)
def test_a_place_behind_growth_may_be_its_growth_too_unless_that_follows(heads, cell):
    said = refused(table(*heads)[1])
    assert [c for c, text in said.items() if "也可能是增速" in text] == ([cell] if cell else [])


@pytest.mark.parametrize(
    ("heads", "title", "read"),
    [
        (("4月", "5月", "累计"), "莲湖区2024年", False),
        (("4月", "5月", "累计增长(%)"), "莲湖区2024年", False),
        (("1月", "2月", "累计"), "莲湖区2024年", True),
        (("4月", "5月", "累计"), "莲湖区2024年1-5月", True),
        (("5月", "累计"), "莲湖区2024年5月", True),
        (("4月", "5月", "1-5月", "累计增长(%)"), "莲湖区2024年", True),
        (("4月", "5月", "本月"), "莲湖区2024年", True),
        (("二季度", "三季度", "累计"), "莲湖区2024年", True),
    ],
)
def test_to_date_beside_months_that_begin_late_may_be_their_sum(heads, title, read):
    said = refused(table(*heads, title=title)[1])
    assert ("不从一月算起" in "".join(said.values())) is not read


@pytest.mark.parametrize(
    ("heads", "options", "read"),
    [
        (("增减",), {"corner": ("指标",)}, True),
        (("增减",), {}, False),  # units stand beside the rows
        (("增减",), {"corner": ("指标",), "names": (f"{RETAIL}(亿元)", BUDGET)}, False),
        (("增减",), {"corner": ("指标",), "names": (f"{RETAIL}(%)", BUDGET)}, True),
        (("增减",), {"corner": ("指标",), "title": f"{TITLE}（亿元）"}, False),
        (("增减",), {"corner": ("指标",), "title": f"{TITLE}（%）"}, True),
        (("增减", "增速"), {"corner": ("指标",)}, False),
        (("增减", "增减率%"), {"corner": ("指标",)}, False),
        (("增减", "上年增长(%)"), {"corner": ("指标",)}, True),
        (("增减", "位次%"), {}, True),
        (("增减(百分点)",), {}, True),
        (("增减(%)",), {}, True),
        (("增速",), {}, True),
        (("增减",), {"rows": [("3%",), ("4%",)]}, True),
        (("增减",), {"rows": [("3%",), (4.0,)]}, True),
        (("增减",), {"rows": [("—",), (4.0,)]}, False),
        (("增减",), {"rows": [("甲",), ("4%",)]}, True),
    ],
)
def test_a_bare_change_is_growth_only_where_nothing_speaks_of_amounts(heads, options, read):
    found, place = table(*heads, **options)
    assert (heads[0] in texts(found)) is read
    assert ("没有写 %" in "".join(refused(place).values())) is not read


@pytest.mark.parametrize(
    ("heads", "read"),
    [
        (("累计", "累计", "本月"), ["本月"]),
        (("累计", "累计(亿元)"), []),
        (("年度目标", "年度目标", "累计"), ["累计"]),
        (("累计", "累计增长(%)"), ["累计", "累计增长(%)"]),
        (("全市累计", "全区累计"), ["全市累计", "全区累计"]),
        (("累计增长(%)", "累计不变价增长(%)"), ["累计增长(%)", "累计不变价增长(%)"]),
        (("累计增长(%)", "累计增长指数"), ["累计增长(%)", "累计增长指数"]),
        ((f"{RETAIL}累计", f"{BUDGET}累计"), [f"{RETAIL}累计", f"{BUDGET}累计"]),
        (("9月", "1-9月"), ["9月", "1-9月"]),
        (("2022年", "2024年"), ["2022年", "2024年"]),
    ],
)
def test_of_two_columns_that_mean_the_same_neither_is_read(heads, read):
    found, place = table(*heads)
    assert texts(found) == read
    twice = [c for c, text in refused(place).items() if "不止一列是这个意思" in text]
    assert len(twice) == len(heads) - len(read)


# Last year's, and other months.
@pytest.mark.parametrize(
    ("heads", "options", "read"),
    [
        (("2023年", "2024年"), {}, ["2024年"]),
        (("2023年", "2024年", "增长(%)"), {}, ["2024年", "增长(%)"]),
        (("2023年", "2024年"), {"title": "莲湖区"}, ["2023年", "2024年"]),
        (("2023年1-9月", "2024年1-9月"), {"title": "莲湖区"}, ["2024年1-9月"]),
        (("2022年", "2024年"), {}, ["2022年", "2024年"]),
        # A year that has growth of its own is no base of the other's.
        (
            ("2023年", "2023年增长(%)", "2024年", "2024年增长(%)"),
            {},
            ["2023年", "2023年增长(%)", "2024年", "2024年增长(%)"],
        ),
        (("2023年", "2024年"), {"title": "莲湖区2024年增速(%)"}, ["2023年", "2024年"]),
        (
            ("2023年", "2024年", "增减(百分点)"),
            {"title": "莲湖区2024年增速(%)"},
            ["2024年", "增减(百分点)"],
        ),
    ],
)
def test_last_years_column_is_read_only_where_it_is_no_base(heads, options, read):
    found, place = table(*heads, **options)
    assert texts(found) == read
    told = [p for p in place.collector.problems if "上年同期的可比数" in p.message]
    assert len(told) == len(heads) - len(read) and all(p.kind == "skipped" for p in told)


@pytest.mark.parametrize(
    ("rows", "read"),
    [
        ([(100.0, 105.0, 5.0), (80.0, 88.0, 10.0)], ["2024年1-9月", "增长(%)"]),
        ([(100.0, 75.0, 5.0), (80.0, 60.0, 10.0)], ["2023年", "2024年1-9月", "增长(%)"]),
    ],
)
def test_a_whole_year_before_is_read_beside_growth_that_is_not_on_it(rows, read):
    assert texts(table("2023年", "2024年1-9月", "增长(%)", rows=rows)[0]) == read


@pytest.mark.parametrize(
    ("heads", "options"),
    [
        (("1-8月", "1-9月"), {}),
        (("8月", "9月", "1-9月"), {}),
        (("1-8月增长(%)", "1-9月增长(%)"), {}),
        (("1-8月增长(%)", "1-9月", "1-9月增长(%)"), {}),
        (("2023年全年", "2024年1-9月"), {}),
        (("2022年全年", "2024年1-9月"), {}),
        (("2023年1-9月", "增长(%)"), {}),
        (("一季度", "上半年", "前三季度"), {"title": "莲湖区2024年"}),
        (("9月", "1-9月"), {"title": "莲湖区"}),
        (("7月", "8月"), {"title": "莲湖区2024年"}),
        (("1-8月", "年度目标"), {"title": "莲湖区2024年"}),
        # A month late, as the indicator is known, or quarterly in the months after a quarter.
        (("1-8月", "增长(%)"), {"names": (PROFIT, "规模以上工业企业营业收入")}),
        (("1-9月", "增长(%)"), {"names": (GDP, GDP), "title": "莲湖区2024年1-10月"}),
        (("1-9月", "增长(%)"), {"names": (GDP, GDP), "title": "莲湖区2024年1-11月"}),
    ],
)
def test_heads_of_the_titles_month_or_of_several_on_an_axis_agree(heads, options):
    found, place = table(*heads, **options)
    assert texts(found) == list(heads)
    assert not refused(place)


@pytest.mark.parametrize(
    ("heads", "options"),
    [
        (("1-8月", "1-8月增长(%)"), {}),
        (("1-8月", "1-9月增长(%)"), {}),
        (("8月", "1-9月"), {"title": "莲湖区"}),
        (("8月", "1-9月"), {"title": "莲湖区2024年"}),
        (("7月", "8月"), {}),
        (("一季度", "二季度"), {}),
        (("1-9月增长(%)", "1-8月排名"), {"title": "莲湖区2024年"}),
        (("1-8月", "增长(%)"), {"names": (PROFIT, RETAIL)}),
        (("1-8月", "增长(%)"), {"names": ("甲", "乙")}),
        (("1-7月", "增长(%)"), {"names": (PROFIT, PROFIT)}),
        (("1-9月", "增长(%)"), {"names": (GDP, GDP), "title": "莲湖区2024年1-12月"}),
        (("1-8月", "增长(%)"), {"names": (GDP, GDP), "title": "莲湖区2024年1-9月"}),
        (("1-9月", "增长(%)"), {"names": (GDP, GDP), "title": "莲湖区2024年1-8月"}),
    ],
)
def test_heads_of_another_month_than_the_title_or_each_other_refuse_all(heads, options):
    found, place = table(*heads, **options)
    assert not found.columns
    said = refused(place)
    assert [cell for cell, text in said.items() if "不是同一个月" in text] == ["C2", "D2"]


@pytest.mark.parametrize(
    ("heads", "title", "time"),
    [
        (("1-9月",), "莲湖区2024年", (2024, "2024-09")),
        (("2024年1-9月",), "莲湖区", (2024, "2024-09")),
        (("2022年9月", "2024年9月"), "莲湖区", (2024, "2024-09")),
        (("8月", "9月"), "莲湖区2024年", (2024, "2024")),
        # Next year's plan says nothing of the time of the table.
        (("2023年1-9月", "2024年目标"), "莲湖区", (2023, "2023-09")),
        (("本月", "2025年目标"), "莲湖区", (0, "None")),
    ],
)
def test_heads_complete_the_time_of_the_table(heads, title, time):
    found, _ = table(*heads, title=title)
    assert (found.time.year, str(found.time.period)) == time


@pytest.mark.parametrize(
    ("heads", "names", "columns"),
    [
        (("同比(%)", "累计"), (RETAIL, BUDGET), [("累计", "ytd"), ("同比(%)", "ytd")]),
        (("同比(%)", "累计"), ("居民消费价格指数",) * 2, [("同比(%)", ""), ("累计", "ytd")]),
        (
            ("同比(%)", "累计", "排名"),
            (RETAIL, BUDGET),
            [("同比(%)", ""), ("累计", "ytd"), ("排名", "")],
        ),
        (
            ("同比(%)", "累计", "占比"),
            (RETAIL, BUDGET),
            [("累计", "ytd"), ("同比(%)", "ytd")],
        ),
    ],
)
def test_one_growth_on_the_left_of_one_amount_is_of_it(heads, names, columns):
    found, _ = table(*heads, names=names)
    assert [(m.text, m.says_span) for m in found.columns] == columns
