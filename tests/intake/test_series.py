import datetime as dt
import re

import pytest

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.figures import Delivery, Reading
from lianhu_analysis.intake.reading.series import choose_layout, fold_header, load_layouts
from lianhu_analysis.intake.reading.tidy import read_grids
from lianhu_analysis.intake.reading.words import load_vocabulary
from lianhu_analysis.workspace import Region

SERIES = """
kind = "series"
[[sheets]]
name = "月度"
[[sheets.tables]]
header_row = 1
period_column = "A"
period_header = "指标"
columns = [{ column = "B", header = "社零(亿元)", indicator = "csm.retail.total", unit = "亿元" }]
"""


def write(workspace, name: str, text: str) -> None:
    workspace.layouts.mkdir(exist_ok=True)
    (workspace.layouts / f"{name}.toml").write_text(text, encoding="utf-8")


def test_descriptions_are_read_by_name(workspace):
    write(workspace, "own", SERIES)
    write(workspace, "another", SERIES)
    assert [layout.name for layout in load_layouts(workspace)] == ["another", "own"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "series"', 'kind = "pivot"', "kind = 'pivot' 不认识"),
        ('kind = "series"', 'kind = "report"', "一般的表不用说明就能读"),
        ('header = "社零(亿元)"', 'heading = "社零"', "不认识的字段 heading"),
        (', unit = "亿元"', "", "没有写 indicator 和 unit"),
        ('unit = "亿元"', 'unit = "%", measure = "yoy"', "不相配"),
        ('unit = "亿元"', 'unit = "%", measure = "yoy", form = "ratio"', "form = 'ratio'"),
        ("header_row = 1", "", "header_row"),
        ("[[sheets]]", "[[sheets]", "TOML"),
    ],
)
def test_a_wrong_description_is_named_with_its_field(workspace, old, new, message):
    assert old in SERIES
    write(workspace, "wrong", SERIES.replace(old, new))
    with pytest.raises(IntakeError, match=re.escape(message)) as caught:
        load_layouts(workspace)
    assert "wrong" in str(caught.value)


def test_every_fault_of_a_description_is_told_at_once(workspace):
    write(
        workspace,
        "wrong",
        SERIES.replace('kind = "series"', 'kind = "series"\nignore_sheets = ["("]\ntyp = 1')
        .replace("header_row = 1", 'header_row = "1"')
        .replace('column = "B"', "column = 2"),
    )
    with pytest.raises(IntakeError) as caught:
        load_layouts(workspace)
    for words in (
        "layouts/wrong.toml",
        "ignore_sheets 第 1 条：'(' 不是有效的正则表达式",
        "不认识的字段 typ",
        "sheets 第 1 条 tables 第 1 条：header_row = '1' 应写成不加引号的整数",
        "columns 第 1 条：column = 2 应写成加引号的文字",
    ):
        assert words in str(caught.value)


def test_an_unknown_name_lists_the_known(workspace):
    write(workspace, "own", SERIES)
    with pytest.raises(IntakeError, match="own"):
        choose_layout(load_layouts(workspace), "onw", workspace)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("累计比上年同期 增长（%）", "累计比上年同期增长"),
        ("１—９月", "1-9月"),
        (8.0, "8"),
        (None, ""),
    ],
)
def test_headers_are_compared_folded(text, folded):
    assert fold_header(text) == folded


LIANHU = Region("610104", "莲湖区")
DELIVERY = Delivery("data/raw/a.xlsx", LIANHU, (LIANHU,), published=dt.date(2025, 1, 20))
LAYOUT = """
kind = "series"
[[sheets]]
name = "月度"
[[sheets.tables]]
header_row = 1
period_column = "A"
period_header = "指标"
columns = [
  { column = "B", header = "社零累计(亿元)", indicator = "csm.retail.total", unit = "亿元" },
  { column = "C", header = "累计增速(%)", indicator = "csm.retail.total", measure = "yoy", form = "index", unit = "%" },
  { column = "D", header = "投资(亿元)", skip = "不发布" },
]
"""
HEADER = ("指标", "社零累计（亿元）", "累计增速（%）", "投资(亿元)")


@pytest.fixture
def layout(workspace):
    def write(text: str = LAYOUT):
        workspace.layouts.mkdir(exist_ok=True)
        (workspace.layouts / "own.toml").write_text(text, encoding="utf-8")
        return choose_layout(load_layouts(workspace), "own", workspace)

    return write


def grid(*rows, header=HEADER, name="月度") -> Grid:
    return Grid(name, (header, *rows))


def test_text_dates_and_codes_in_one_period_column(layout, catalogue):
    rows = [
        ("2024年9月", 481.25, 104.6, 99),
        (dt.date(2024, 10, 1), "530.5\t", 104.4, None),
        (202411, 590.1, 95.5, None),
    ]
    reading = read_grids((grid(*rows),), load_vocabulary(), catalogue, DELIVERY, pinned=layout())
    assert reading.problems == ()
    level = reading.frame[reading.frame["measure"] == "level"]
    assert dict(zip(level["period"], level["value"], strict=True)) == {
        "2024-09": 481.25,
        "2024-10": 530.5,
        "2024-11": 590.1,
    }
    growth = reading.frame[reading.frame["measure"] == "yoy"]
    assert growth["value"].tolist() == [4.6, 4.4, -4.5]
    assert growth["token"].tolist() == ["104.6", "104.4", "95.5"]


def test_a_row_of_a_single_month_is_no_year_to_date(layout, catalogue):
    rows = [("2024年9月当月", 50.5, 104.6), ("2024年1-10月", 530.5, 104.4)]
    reading = read_grids((grid(*rows),), load_vocabulary(), catalogue, DELIVERY, pinned=layout())
    assert reading.frame["value"].tolist() == [530.5, 4.4]
    assert [problem.cell for problem in reading.problems] == ["B2", "C2"]
    single = layout(LAYOUT.replace('unit = "亿元"', 'unit = "亿元", span = "single"'))
    reading = read_grids((grid(*rows),), load_vocabulary(), catalogue, DELIVERY, pinned=single)
    assert reading.frame["value"].tolist() == [50.5, 4.4]
    assert [problem.cell for problem in reading.problems] == ["C2", "B3"]


def test_a_percent_in_a_column_of_fractions_is_refused(layout, catalogue):
    own = layout(LAYOUT.replace('form = "index"', 'form = "fraction"'))
    rows = [("2024年9月", 481.25, 0.046), ("2024年10月", 530.5, 4.4), ("2024年11月", 590.1, -0.5)]
    reading = read_grids((grid(*rows),), load_vocabulary(), catalogue, DELIVERY, pinned=own)
    growth = reading.frame[reading.frame["measure"] == "yoy"]
    assert growth["value"].tolist() == [4.6, -50.0]
    assert [problem.cell for problem in reading.problems] == ["C3"]


def test_a_percent_in_an_index_column_is_refused(layout, catalogue):
    reading = read_grids(
        (grid(("2024年9月", None, 4.6, None)),),
        load_vocabulary(),
        catalogue,
        DELIVERY,
        pinned=layout(),
    )
    assert reading.frame.empty
    assert (reading.problems[0].cell, "指数" in reading.problems[0].message) == ("C2", True)


def test_a_moved_header_refuses_the_table_and_says_what_was_expected(layout, catalogue):
    moved = grid(
        ("2024年9月", 1, 104.6, 481.25), header=("指标", "投资(亿元)", *HEADER[2:3], HEADER[1])
    )
    reading = read_grids((moved,), load_vocabulary(), catalogue, DELIVERY, pinned=layout())
    assert reading.frame.empty
    assert reading.problems[0].cell == "B1"
    assert "应为列名“社零累计(亿元)”，实为“投资(亿元)”" in reading.problems[0].message


def test_a_hidden_sheet_is_not_the_one_described(layout, catalogue):
    hidden = grid(("2024年9月", 1, 104.6, 2))
    object.__setattr__(hidden, "visible", False)
    other = grid(("2024年9月", 1, 104.6, 2), name="月度(2)")
    with pytest.raises(IntakeError, match=r"没有名为“月度”的工作表，文件里有 “月度\(2\)”"):
        read_grids((hidden, other), load_vocabulary(), catalogue, DELIVERY, pinned=layout())


def test_a_renamed_sheet_refuses_the_whole_file_and_says_what_was_expected(layout, catalogue):
    renamed = grid(("2024年9月", 1, 104.6, 2), name="月度(2)")
    with pytest.raises(
        IntakeError, match=r"没有名为“月度”的工作表，文件里有 “月度\(2\)”"
    ) as caught:
        read_grids((renamed,), load_vocabulary(), catalogue, DELIVERY, pinned=layout())
    assert "整个文件没有读" in str(caught.value)


def test_an_unreadable_period_takes_only_its_row(layout, catalogue):
    rows = [("2024.1", 1.0, None, None), ("2024年9月", 481.25, None, None), (None, 5.0, None, None)]
    reading = read_grids((grid(*rows),), load_vocabulary(), catalogue, DELIVERY, pinned=layout())
    assert reading.frame["period"].tolist() == ["2024-09"]
    assert [problem.cell for problem in reading.problems] == ["A2", "A4"]


def test_a_january_figure_is_kept_only_where_the_layout_says_so(layout, catalogue):
    january = grid(("2011年1月", 15249.0, None, None))
    refused = read_grids((january,), load_vocabulary(), catalogue, DELIVERY, pinned=layout())
    assert refused.frame.empty
    assert "1—2月合并" in refused.problems[0].message
    text = LAYOUT.replace('unit = "亿元" }', 'unit = "亿元", january = "keep" }')
    kept = read_grids((january,), load_vocabulary(), catalogue, DELIVERY, pinned=layout(text))
    assert kept.frame[["period", "span", "value"]].values.tolist() == [["2011-01", "ytd", 15249.0]]


def test_an_unknown_code_in_a_layout_is_named(layout, catalogue):
    text = LAYOUT.replace("csm.retail.total", "csm.retail.totl")
    reading = read_grids(
        (grid(("2024年9月", 1.0, None, None)),),
        load_vocabulary(),
        catalogue,
        DELIVERY,
        pinned=layout(text),
    )
    assert "csm.retail.total" in reading.problems[0].message


def test_a_layout_that_fits_is_used_and_one_that_does_not_is_left_out(layout, catalogue):
    own = layout()
    row = ("2024年9月", 481.25, 104.6, 99)
    fitting = read_grids((grid(row),), load_vocabulary(), catalogue, DELIVERY, (own,))
    assert set(fitting.frame["indicator"]) == {"csm.retail.total"}
    other = grid(row, header=("指标", "x", "y", "z"))
    left = read_grids((other,), load_vocabulary(), catalogue, DELIVERY, (own,))
    assert left.frame.empty and left.problems


def test_hidden_rows_and_columns_are_not_read_by_a_description(workspace, catalogue):
    write(workspace, "own", SERIES)
    region = Region("610104", "莲湖区")
    rows = (("指标", "社零(亿元)"), ("2024年8月", 427.0), ("2024年9月", 481.3))

    def read(**hidden: frozenset[int]) -> Reading:
        grid = Grid("月度", rows, **hidden)
        layouts = load_layouts(workspace)
        delivery = Delivery("a.xlsx", region, (region,))
        words = load_vocabulary(workspace.root / "words.toml")
        return read_grids((grid,), words, catalogue, delivery, layouts, layouts[0])

    seen = read(hidden_rows=frozenset({1}))
    assert list(seen.frame["value"]) == [481.3]
    assert [(p.cell, "隐藏" in p.message) for p in seen.problems] == [("B2", True)]
    assert read(hidden_columns=frozenset({1})).frame.empty


ROW = ("2024年9月", 481.25, 104.6, 99)


def described(grids, own, catalogue, *, pinned: bool) -> Reading:
    words = load_vocabulary()
    if pinned:
        return read_grids(tuple(grids), words, catalogue, DELIVERY, pinned=own)
    return read_grids(tuple(grids), words, catalogue, DELIVERY, (own,))


def places(reading: Reading) -> list[tuple[str, str]]:
    return [(problem.sheet, problem.cell) for problem in reading.problems]


def test_another_sheet_is_told_where_the_description_must_fit_and_read_where_it_need_not(
    layout, catalogue
):
    head = ("指标", "单位", "1-9月")
    other = grid(("一般公共预算收入", "亿元", 30.0), header=head, name="财政2024年")
    pinned = described([grid(ROW), other], layout(), catalogue, pinned=True)
    assert set(pinned.frame["indicator"]) == {"csm.retail.total"}
    assert places(pinned) == [("财政2024年", "")]
    assert "版式说明 own 没有提到这张工作表" in pinned.problems[0].message
    found = described([grid(ROW), other], layout(), catalogue, pinned=False)
    assert set(found.frame["indicator"]) == {"csm.retail.total", "fis.revenue.gpb"}
    assert found.problems == ()


@pytest.mark.parametrize("pinned", [True, False])
def test_a_sheet_that_is_ignored_is_neither_read_nor_told(layout, catalogue, pinned):
    own = layout(LAYOUT.replace('kind = "series"', 'kind = "series"\nignore_sheets = ["说明.*"]'))
    notes = grid(("一般公共预算收入", "亿元", 30.0), header=("指标", "单位", "累计"), name="说明 1")
    found = described([notes, grid(ROW)], own, catalogue, pinned=pinned)
    assert len(found.frame) == 2 and found.problems == ()


TWO = LAYOUT + LAYOUT[LAYOUT.index("[[sheets]]") :].replace("月度", "年度")


def test_every_sheet_that_is_not_there_is_told_and_a_description_that_need_not_fit_left_out(
    layout, catalogue
):
    with pytest.raises(IntakeError, match="没有名为“年度”的工作表，文件里有 “月度”。整个文件"):
        described([grid(ROW)], layout(TWO), catalogue, pinned=True)
    with pytest.raises(IntakeError, match="“月度”的工作表，文件里有 “甲”；没有名为“年度”"):
        described([grid(ROW, name="甲")], layout(TWO), catalogue, pinned=True)
    alone = described([grid(ROW)], layout(TWO), catalogue, pinned=False)
    # One of two sheets is no such workbook, and is read as any other.
    plain = read_grids((grid(ROW),), load_vocabulary(), catalogue, DELIVERY)
    assert alone.frame["measure"].tolist() == plain.frame["measure"].tolist() == ["level"]
    both = described([grid(ROW), grid(ROW, name="年度")], layout(TWO), catalogue, pinned=False)
    assert len(both.frame) == 2 and both.duplicates == 2


def test_a_header_that_moved_refuses_its_table_only_and_a_blank_one_says_so(layout, catalogue):
    moved = grid(ROW, header=("指标", None, "累计增速", "投资(亿元)"), name="年度")
    found = described([grid(ROW), moved], layout(TWO), catalogue, pinned=True)
    assert len(found.frame) == 2
    assert places(found) == [("年度", "B1")]
    assert "应为列名“社零累计(亿元)”，实为空白" in found.problems[0].message
    left = described([grid(ROW), moved], layout(TWO), catalogue, pinned=False)
    assert "版式说明" not in str(left.problems)


def test_a_row_without_figures_needs_no_period_and_a_figure_does(layout, catalogue):
    rows = [(None, None, None, 5.0), ("合计", None, None, None), (None, 1.0, None, None), ROW]
    found = described([grid(*rows)], layout(), catalogue, pinned=True)
    assert places(found) == [("月度", "A4")]
    assert "没有写时期；这一行没有读" in found.problems[0].message
    assert found.frame["cell"].tolist() == ["B5", "C5"]
