import pytest

from lianhu_analysis.errors import UsageError
from lianhu_analysis.intake.explain import explain_file
from lianhu_analysis.intake.store import VintageStore

SHEETS = {
    "8月": [
        ["莲湖区主要经济指标"],
        ["发布日期：2022-09-20"],
        ["指标名称", "计量单位", "20221-8", "上年同期", "比上年±%"],
        ["一、国内贸易"],
        ["社会消费品零售总额", "亿元", 300.1, 290, 3.5],
        ["  其中：限上", "亿元", 100.1, 90, 4.5],
        ["进出口总量", "亿元", 1, 2, 3],
    ]
}


@pytest.fixture
def explained(workspace, catalogue, deliver):
    return explain_file(deliver("x/a.xlsx", SHEETS), workspace, catalogue)


def test_each_column_says_what_it_is_or_why_it_is_not_read(explained):
    (table,) = explained.tables
    assert (table.sheet, table.area, table.layout) == ("8月", "A3:E7", "monthly_report")
    assert (table.period, table.published) == ("2022-08", "2022-09-20")
    columns = {note.cell: (note.role, note.span, note.reason) for note in table.columns}
    assert columns["C3"] == ("level", "ytd", "")
    assert columns["E3"] == ("growth", "ytd", "")
    assert "可比数" in columns["D3"][2]


def test_each_line_says_which_indicator_it_is_or_why_none(explained):
    rows = {note.cell: note for note in explained.tables[0].rows}
    assert (rows["A5"].indicator, rows["A5"].unit) == ("csm.retail.total", "亿元")
    assert rows["A5"].path == "国内贸易/社会消费品零售总额"
    assert "按完整路径" in rows["A6"].reason
    assert "不在指标目录" in rows["A7"].reason


def test_the_text_is_chinese_and_names_cells_and_remedies(explained):
    lines = explained.lines()
    assert lines[0] == "data/raw/x/a.xlsx：2 个数，2 个问题"
    assert "  列 C3 “20221-8” → 绝对量，累计，2022-08" in lines
    assert any(line.startswith("问题 8月!A7：") and "进出口总值" in line for line in lines)
    assert explained.as_dict()["tables"][0]["columns"][0]["cell"] == "B3"


def test_explaining_stores_nothing(explained, workspace):
    assert VintageStore(workspace.processed).ledger() == {}


def test_a_file_that_is_refused_is_explained_by_its_refusal(workspace, catalogue, deliver):
    told = explain_file(deliver("x/a.xlsx", b""), workspace, catalogue)
    assert (told.status, told.observations, len(told.problems)) == ("quarantined", 0, 1)
    assert "空的" in told.lines()[1]


def test_a_file_elsewhere_is_a_wrong_call(workspace, catalogue, tmp_path):
    with pytest.raises(UsageError, match="之下"):
        explain_file(tmp_path / "lianhu.toml", workspace, catalogue)
