import pytest

from lianhu_analysis.errors import UsageError
from lianhu_analysis.intake.explain import explain_file
from lianhu_analysis.intake.origins import STATES
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.pipeline import open_intake
from lianhu_analysis.render import intake
from lianhu_analysis.render.intake import IntakeDesk, block_frame, coloured_table
from tests.intake.conftest import catalogue, deliver, workspace  # noqa: F401

SHEETS = {
    "8月": [
        ["莲湖区主要经济指标"],
        ["指标名称", "单位", "2022年1-8月", None, "备注"],
        [None, None, "绝对额", "增速（%）", None],
        ["社会消费品零售总额", "亿元", 300.1, 3.5, "<script>alert(1)</script>"],
        ["地方一般公共预算收入", "亿元", "约5", 4.5, None],
        ["某某收入", "亿元", 1, 2, None],
    ]
}
STATES_BY_HAND = [
    ["title", "", "", "", ""],
    ["head", "head", "head", "head", "left"],
    ["head", "head", "head", "head", "head"],
    ["stub", "stub", "read", "read", "left"],
    ["stub", "stub", "refused", "read", ""],
    ["left", "stub", "left", "left", ""],
]


@pytest.fixture
def told(workspace, catalogue, deliver):  # noqa: F811
    return explain_file(deliver("x/a.xlsx", SHEETS), workspace, catalogue)


@pytest.fixture
def block(told):
    return block_frame(told.tables, told.slots, told.problems)


def test_each_cell_of_a_block_has_its_text_and_its_state(block):
    found = block.pivot(index="row", columns="column", values="state")
    assert found.to_numpy().tolist() == STATES_BY_HAND
    figure = block[(block["row"] == 4) & (block["column"] == "D")].iloc[0]
    assert (figure["text"], figure["hint"]) == ("3.5", "莲湖区 社会消费品零售总额 2022-08 同比")
    refused = block[(block["row"] == 5) & (block["column"] == "C")].iloc[0]
    assert "约5" in refused["hint"]


def test_a_block_is_drawn_in_colours_escaped_and_without_a_script(block):
    html = coloured_table(block, "8月 <b>")
    assert html.count("<td") == len(block)
    assert html.count(intake.STYLES["read"]) == 3
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "8月 &lt;b&gt;" in html


def test_a_long_block_is_cut_and_says_so(block, monkeypatch):
    monkeypatch.setattr(intake, "ROWS_SHOWN", 4)
    html = coloured_table(block, "8月")
    assert html.count("<tr>") == 1 + 4
    assert "其余 2 行没有画出" in html


def test_every_state_has_a_style():
    assert set(intake.STYLES) == {*STATES, ""}


def test_the_desk_says_what_was_read_and_how_to_mend_the_rest(told, workspace):  # noqa: F811
    desk = IntakeDesk(told)
    assert "读入 3 个数，1 张表；1 个问题，1 处不收" in desk.overview()
    assert "8月　A2:E6　莲湖区　2022-08" in desk.tables()
    refusals = desk.refusals()
    assert refusals.index("要改") < refusals.index("不收")
    assert "请填写数值" in refusals
    assert "列名 D3 “增速（%）”" in desk.cell("D4")
    assert "核算!C9" in desk.cell("")
    assert VintageStore(workspace.processed).ledger() == {}


def test_a_file_that_cannot_be_read_has_no_tables_but_a_reason(workspace, catalogue, deliver):  # noqa: F811
    desk = IntakeDesk(explain_file(deliver("x/a.xlsx", b""), workspace, catalogue))
    assert "没有可以画的表" in desk.tables()
    assert "空的" in desk.refusals()


def test_the_last_workbook_is_opened_where_none_is_named(workspace, deliver):  # noqa: F811
    assert "还没有工作簿" in open_intake(str(workspace.root)).refusals()
    deliver("a/1月.xlsx", SHEETS)
    deliver("b/2月.xlsx", SHEETS)
    assert open_intake(str(workspace.root)).told.path == "data/raw/b/2月.xlsx"
    for file in ("a/1月.xlsx", "data/raw/a/1月.xlsx"):
        assert open_intake(str(workspace.root), file).told.path == "data/raw/a/1月.xlsx"
    with pytest.raises(UsageError, match="找不到"):
        open_intake(str(workspace.root), "c.xlsx")
