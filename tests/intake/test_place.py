"""One of the tables side by side: its cells, the names of its rows, and where it refuses."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.around import Around, Time
from lianhu_analysis.intake.reading.blocks import Column, Panel, Table
from lianhu_analysis.intake.reading.figures import Collector, Delivery
from lianhu_analysis.intake.reading.notes import TableNote
from lianhu_analysis.intake.reading.place import Place
from lianhu_analysis.intake.reading.words import Grammar, load_vocabulary
from lianhu_analysis.workspace import Region

LIANHU = Region("610104", "莲湖区")
CATALOGUE = read_catalogue(None, {})
GRAMMAR = Grammar(load_vocabulary(), CATALOGUE, (LIANHU,))
DELIVERY = Delivery("a.xlsx", LIANHU, (LIANHU,), file="2024年9月")
RETAIL, BUDGET = "社会消费品零售总额", "一般公共预算收入"
TAX, WHO = CATALOGUE.get("fis.tax"), CATALOGUE.get("csm.retail.total")


def place(
    rows: Sequence[Sequence[object]],
    stub: dict[str, list[int]] | None = None,
    *,
    top: int = 0,
    bottom: int = 0,
    end: int = 0,
    merged: Sequence[tuple[int, int, int, int]] = (),
    titles: Sequence[str] = (),
    sheet: str = "表",
    named: bool = False,
    delivery: Delivery = DELIVERY,
) -> Place:
    grid = Grid(sheet, tuple(map(tuple, rows)), merged=tuple(merged))
    lines = [(f"A{number}", text) for number, text in enumerate(titles, 1)]
    table = Table(grid, lines, top, bottom, end or len(rows))
    around = Around(LIANHU, named=named, time=Time())
    panel = Panel({"name": [0]} if stub is None else stub)
    return Place(table, panel, around, GRAMMAR, Collector(delivery), TableNote(table))


# Cells and names.
def test_the_body_is_what_stands_below_the_head_up_to_the_end():
    rows = [["题"], ["指标", "累计"], ["(亿元)"], [RETAIL, 1.0], [BUDGET, 2.0], ["别的表"]]
    found = place(rows, top=1, bottom=2, end=5)
    assert list(found.body) == [3, 4]
    assert found.names == [RETAIL, BUDGET]
    assert (found.grid.sheet, found.delivery) == ("表", DELIVERY)


def test_names_of_several_columns_are_all_named_one_column_after_the_other():
    rows = [["类别", "指标", "累计"], ["消费", RETAIL, 1.0], ["财政", BUDGET, 2.0]]
    assert place(rows, {"name": [0, 1]}).names == ["消费", "财政", RETAIL, BUDGET]


@pytest.mark.parametrize(
    ("names", "nameless"),
    [
        (["累计", "增速"], True),
        (["累计", "  ", "上年同期"], True),
        (["累计", RETAIL], False),
        ([RETAIL, "累计"], False),
        (["上年同期", "占比"], False),
        (["  ", None], False),
    ],
)
def test_rows_are_nameless_if_all_that_say_something_say_only_what_they_are(names, nameless):
    found = place([["项目", "数值"], *([name, 1.0] for name in names)])
    assert found.is_nameless is nameless


@pytest.mark.parametrize(
    ("cell", "text"),
    [(None, ""), ("  ", ""), (float("nan"), ""), (8, "8"), ("\r\n 零售 \n", " 零售 "), ("—", "—")],
)
def test_a_cell_as_text_is_blank_or_keeps_its_blanks_within_the_line(cell, text):
    assert place([[cell]]).text(0, 0) == text


# 2023年 in A2:A3 beside 8月 and 9月, which tell the rows apart.
YEARS = [["年", "月", "累计"], ["2023年", "8月", 1.0], [None, "9月", 2.0], [None, "10月", 3.0]]
TIMES = {"period": [0, 1]}


@pytest.mark.parametrize(
    ("rows", "stub", "area", "shown"),
    [
        (YEARS, TIMES, (1, 0, 2, 0), ["2023年", "2023年", None]),
        (YEARS, TIMES, (1, 0, 3, 0), ["2023年", "2023年", "2023年"]),
        # Not over two columns, nor from the head down, nor where nothing tells the rows apart.
        (YEARS, TIMES, (1, 0, 2, 1), ["2023年", None, None]),
        (YEARS, TIMES, (0, 0, 2, 0), ["2023年", None, None]),
        (YEARS, {"period": [0]}, (1, 0, 2, 0), ["2023年", None, None]),
        ([*YEARS[:2], [None, "8月", 2.0]], TIMES, (1, 0, 2, 0), ["2023年", None]),
        ([*YEARS[:2], [None, None, 2.0]], TIMES, (1, 0, 2, 0), ["2023年", None]),
        # What a merge covers tells nothing apart: nobody sees it.
        (
            [["月", "累计"], ["8月", 1.0], ["9月", 2.0]],
            {"period": [0]},
            (1, 0, 2, 0),
            ["8月", "9月"],
        ),
        # Units of two rows say nothing of which is which.
        (YEARS, {"name": [0], "unit": [1]}, (1, 0, 2, 0), ["2023年", None, None]),
    ],
)
def test_a_cell_merged_downwards_shows_in_all_rows_that_others_tell_apart(rows, stub, area, shown):
    found = place(rows, stub, merged=[area])
    assert [found.merged(row, 0) for row in found.body] == shown


@pytest.mark.parametrize("role", ["name", "region", "period", "span"])
def test_a_unit_merged_downwards_is_of_all_rows_that_a_name_region_period_or_span_tells_apart(role):
    rows = [["计量单位", "", "累计"], ["亿元", "甲", 1.0], [None, "乙", 2.0]]
    assert place(rows, {"unit": [0], role: [1]}, merged=[(1, 0, 2, 0)]).merged(2, 0) == "亿元"


# What stands above.
def test_captions_are_the_lines_above_that_are_no_notes():
    found = place([["指标", "累计"]], titles=["莲湖区2024年1-9月", "注：全市口径", "税收收入"])
    assert found.captions == ["莲湖区2024年1-9月", "税收收入"]


@pytest.mark.parametrize(
    ("text", "options", "part"),
    [
        ("税收收入", {}, ""),
        ("税收收入", {"titles": ["莲湖区2024年1-9月", " 制造业 "]}, "制造业"),
        ("税收收入", {"titles": ["注：制造业", "莲湖区"]}, ""),
        ("税收收入", {"sheet": "制造业"}, "制造业"),
        ("税收收入", {"file": "大口径"}, "大口径"),
        # A title that says whose the figures are speaks for the sheet, not the file.
        ("税收收入", {"file": "大口径", "named": True}, ""),
        ("税收收入", {"above": ["全口径"], "titles": ["制造业"]}, "全口径"),
        ("税收收入", {"titles": ["制造业", "全口径"]}, "制造业"),
        # The row says so itself.
        ("全口径税收收入", {"titles": ["全口径"]}, ""),
        ("税收收入", {"titles": ["表一 单位：大口径"]}, ""),
    ],
)
def test_a_line_above_makes_a_bare_name_that_of_a_part(text, options, part):
    above, file = options.pop("above", ()), options.pop("file", "2024年9月")
    delivery = dataclasses.replace(DELIVERY, file=file)
    found = place([["指标", "累计"]], delivery=delivery, **options)
    assert found.part_of(TAX, text, above) == part


def test_what_narrows_one_kind_says_nothing_of_another():
    found = place([["指标", "累计"]], titles=["全口径"])
    assert found.part_of(TAX, "税收收入") == "全口径"
    assert found.part_of(WHO, RETAIL) == ""
    population = next(item for item in CATALOGUE.indicators if item.code.startswith("pop."))
    assert found.part_of(population, population.name_zh) == ""  # nothing narrows these


# What is refused, and where.
def test_a_refusal_names_sheet_and_cell():
    found = place([["指标", "累计"], [RETAIL, 1.0]])
    found.refuse(IntakeError("说不清", "请改正"), 1, 1)
    (problem,) = found.collector.problems
    assert (problem.sheet, problem.cell, problem.message) == ("表", "B2", "说不清")


HEADS = [["题"], ["指标", "2024年"], [None, "环比"], [RETAIL, None], [BUDGET, None]]


@pytest.mark.parametrize(
    ("head", "body", "cell"),
    [
        ([[None, "2024年"], [None, "环比"]], [1.0, None], "B3"),
        ([[None, "2024年"], [None, None]], [1.0, None], "B2"),
        # Under no head of its own it is told of at the first line of the head.
        ([[None, None], [None, None]], [1.0, None], "B2"),
        ([[None, "2024年"], [None, "环比"]], [None, "—"], "B3"),
        ([[None, "2024年"], [None, "环比"]], ["完成512.3亿元", None], "B3"),
        ([[None, "2024年"], [None, "环比"]], ["增长4.9%", None], "B3"),
        ([[None, "2024年"], [None, "环比"]], ["见附件", None], ""),
        ([[None, "2024年"], [None, "环比"]], ["第3页", "甲"], ""),
        ([[None, "2024年"], [None, "环比"]], [None, None], ""),
    ],
)
def test_a_column_with_a_figure_is_refused_at_the_lowest_cell_of_its_head(head, body, cell):
    rows = [["题"], *head, *([RETAIL, one] for one in body), ["别的表", 9.0]]
    found = place(rows, top=1, bottom=2, end=5)
    found.refuse_column(Column(1, (), "2024年环比"), IntakeError("不是同比", "不必处理"))
    assert [(p.cell, p.message) for p in found.collector.problems] == (
        [(cell, "不是同比")] if cell else []
    )
    # Whether it holds figures or not, the note says why it is not read.
    (note,) = found.note.columns
    assert (note.cell, note.header, note.role, note.reason) == ("B2", "2024年环比", "", "不是同比")
