"""The heads of a panel: what each column is, and which of them are not read."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.around import read_around
from lianhu_analysis.intake.reading.blocks import find_tables
from lianhu_analysis.intake.reading.figures import Collector, Delivery
from lianhu_analysis.intake.reading.heads import Heads, read_heads
from lianhu_analysis.intake.reading.notes import TableNote
from lianhu_analysis.intake.reading.place import Place
from lianhu_analysis.intake.reading.words import Grammar, load_vocabulary
from lianhu_analysis.workspace import Region

LIANHU, XIAN = Region("610104", "莲湖区"), Region("610100", "西安市")
GRAMMAR = Grammar(load_vocabulary(), read_catalogue(None, {}), (LIANHU, XIAN))
DELIVERY = Delivery("a.xlsx", LIANHU, (LIANHU, XIAN))
TITLE, RETAIL, BUDGET = "莲湖区2024年1-9月", "社会消费品零售总额", "一般公共预算收入"


def read(
    *heads: str | None, title: str = TITLE, row: Sequence[object] = (), hidden: Sequence[int] = ()
) -> tuple[Heads, Place]:
    """Read the heads to the right of 指标 and 单位, over two rows of figures."""
    body = tuple(row) or tuple(float(n) for n in range(1, len(heads) + 1))
    rows = ((title,), ("指标", "单位", *heads), (RETAIL, "亿元", *body), (BUDGET, "亿元", *body))
    grid = Grid("表", rows, hidden_columns=frozenset(hidden))
    (table,) = find_tables(grid, GRAMMAR).tables
    around = read_around(table, GRAMMAR, DELIVERY)
    place = Place(table, table.panels[0], around, GRAMMAR, Collector(DELIVERY), TableNote(table))
    return read_heads(place, {}), place


def spans(found: Heads) -> list[tuple[str, str]]:
    return [("yoy" if m.is_growth else "level", m.says_span) for m in found.columns]


def refused(place: Place) -> dict[str, str]:
    return {problem.cell: problem.message for problem in place.collector.problems}


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
