import pytest

from lianhu_analysis.catalog.indicators import load_catalogue
from lianhu_analysis.errors import UsageError
from lianhu_analysis.intake.explain import explain_file
from lianhu_analysis.intake.origins import cell_states, explain_cell
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.workspace import load_workspace
from tests.conftest import ROOT, copy_workspace

SHEETS = {
    "8月": [
        ["莲湖区主要经济指标"],
        ["发布日期：2022-09-20"],
        ["指标名称", "计量单位", "20221-8", "上年同期", "比上年±%"],
        ["一、国内贸易"],
        ["社会消费品零售总额", "万元", 3001000, 290, 3.5],
        ["  其中：城区", "亿元", 100.1, 90, 4.5],
        ["  其中：网上", "亿元", 10.1, 9, 4.5],
        ["进出口总量", "亿元", 1, 2, 3],
        ["地方一般公共预算收入", "亿元", "约5", "", "—"],
    ]
}
MONTHS = {
    "累计增速": [
        ["2023年主要指标 累计增速（%）"],
        ["指标", "单位", *[f"2023年{month}月" for month in range(2, 8)]],
        ["社会消费品零售总额", "%", *[3.1 + month / 10 for month in range(6)]],
        ["建筑业总产值", "%", *[1.1 + month / 10 for month in range(6)]],
    ]
}


@pytest.fixture
def explained(workspace, catalogue, deliver):
    return explain_file(deliver("x/a.xlsx", SHEETS), workspace, catalogue)


@pytest.fixture
def origin(explained):
    def look(address):
        told = explain_cell(explained, address)
        return told, {facet.name: (facet.value, facet.where) for facet in told.facets}

    return look


def test_each_column_says_what_it_is_or_why_it_is_not_read(explained):
    (table,) = explained.tables
    assert (table.sheet, table.area) == ("8月", "A3:E9")
    assert (table.period, table.published) == ("2022-08", "2022-09-20")
    columns = {note.cell: (note.role, note.span, note.reason) for note in table.columns}
    assert columns["A3"] == ("name", "", "")
    assert columns["C3"] == ("level", "ytd", "")
    assert columns["E3"] == ("growth", "ytd", "")
    assert "可比数" in columns["D3"][2]


def test_each_line_says_which_indicator_it_is_or_why_none(explained):
    rows = {note.cell: note for note in explained.tables[0].rows}
    assert (rows["A5"].indicator, rows["A5"].unit) == ("csm.retail.total", "万元")
    assert rows["A5"].path == "国内贸易/社会消费品零售总额"
    assert "按完整路径" in rows["A7"].reason


def test_the_text_is_chinese_and_names_block_titles_cells_and_remedies(explained):
    lines = list(explained.lines())
    assert lines[1] == (
        "表 8月!A3:E9：表头 A3:E3，标题 A1 “莲湖区主要经济指标”、A2 “发布日期：2022-09-20”，"
        "地区 莲湖区，时期 2022-08，发布日 2022-09-20"
    )
    assert "  列 C3 “20221-8” → 绝对量，累计，2022-08" in lines
    assert any(line.startswith("  不读的行，原因见后：") and "A7" in line for line in lines)
    assert any(line.startswith("不收 2 处：") and "A6、A7" in line for line in lines)


def test_json_says_the_same_in_plain_types(explained):
    (table,) = explained.as_dict()["tables"]
    assert (table["area"], table["head"], table["regions"]) == ("A3:E9", "A3:E3", ["莲湖区"])
    assert table["titles"][0] == ["A1", "莲湖区主要经济指标"]
    assert {"A3", "C3", "D3"} <= {column["cell"] for column in table["columns"]}


def test_refusals_of_one_kind_are_one_line(workspace, catalogue, deliver):
    rows = [[f"其他{name}收入", "亿元", 1, 1, 1] for name in "甲乙丙丁戊"]
    told = explain_file(
        deliver("x/a.xlsx", {"8月": [*SHEETS["8月"][:3], *rows]}), workspace, catalogue
    )
    assert sum(line.startswith(("问题", "不收")) for line in told.lines()) == 1
    assert "A4 “其他甲收入”、A5 “其他乙收入”、A6 “其他丙收入” 等 5 行" in "\n".join(told.lines())


def test_a_run_of_periods_is_one_line_and_says_what_the_title_makes_of_it(
    workspace, catalogue, deliver
):
    told = explain_file(deliver("x/a.xlsx", MONTHS), workspace, catalogue)
    said = [line for line in told.lines() if line.startswith("  列 C2")]
    assert said == [
        "  列 C2 “2023年2月” 至 H2 “2023年7月”（6 个） → 增速，累计，百分数，2023-02 至 2023-07"
    ]


def test_a_cell_says_what_it_is_and_where_each_facet_came_from(origin):
    told, facets = origin("8月!E5")
    assert told.lines()[0] == "8月!E5 “3.5”：读入"
    assert facets["地区"] == ("莲湖区", "标题 A1 “莲湖区主要经济指标”")
    assert facets["指标"] == (
        "社会消费品零售总额（csm.retail.total）",
        "行名 A5 “社会消费品零售总额”，路径 国内贸易/社会消费品零售总额",
    )
    assert facets["度量"] == ("同比增速", "列名 E3 “比上年±%”")
    assert facets["口径"][0] == "累计"
    assert "20221-8" in facets["口径"][1]
    assert facets["时期"] == ("2022-08", "左边的列名 C3 “20221-8”")
    assert facets["单位"] == ("%", "列名 E3 “比上年±%”")
    assert facets["写法"][0] == "百分数"
    assert facets["发布日"] == ("2022-09-20", "标题 A2 “发布日期：2022-09-20”")


def test_a_unit_is_told_as_delivered_and_as_stored(origin):
    _, facets = origin("C5")
    assert facets["单位"] == ("万元，存为 亿元", "单位列 B5 “万元”")
    assert facets["度量"][0] == "绝对量"


def test_a_cell_that_is_left_out_names_the_cells_that_say_so(origin):
    told, facets = origin("8月!D5")
    assert (told.state, facets, told.needs_attention) == ("left", {}, False)
    assert any("列 D3 “上年同期”" in note and "可比数" in note for note in told.notes)
    told, _ = origin("8月!C7")
    assert told.state == "left"
    assert [problem.cell for problem in told.problems] == ["A7"]


def test_a_refused_figure_is_explained_all_the_same(origin):
    told, facets = origin("8月!C9")
    assert (told.state, told.token, told.needs_attention) == ("refused", "约5", True)
    assert facets["单位"][0] == "亿元"
    assert told.problems[0].cell == "C9"
    assert told.problems[0].remedy in told.lines()[-1]


def test_heads_titles_and_blanks_are_what_they_are(origin):
    states = {
        cell: origin(f"8月!{cell}")[0].state for cell in ("A1", "C3", "D3", "A5", "D9", "Z99")
    }
    assert states == {"A1": "title", "C3": "head", "D3": "left", "A5": "stub", "D9": "", "Z99": ""}


def test_an_undated_table_is_dated_by_names_or_the_delivery(workspace, catalogue, deliver):
    table = {"Sheet1": [["指标名称", "1-8月绝对额(亿元)"], ["社会消费品零售总额", 300.1]]}
    path = deliver("x/2022年月报.xlsx", table)
    facets = explain_cell(explain_file(path, workspace, catalogue), "B2").facets
    where = {facet.name: facet.where for facet in facets}
    assert where["时期"] == "列名 B1 “1-8月绝对额(亿元)”；年份 ← 文件名 “2022年月报”"
    assert where["地区"] == "lianhu.toml：本地区"
    assert where["发布日"] == "指标目录的发布日历（推定）"
    deliver(
        "x/delivery.toml",
        b'period = "2022-08"\npublished = 2022-09-20\nregion = "610104"\n',
    )
    facets = explain_cell(explain_file(path, workspace, catalogue), "B2").facets
    where = {facet.name: facet.where for facet in facets}
    assert where["时期"].endswith("年份 ← delivery.toml 的 period")
    assert where["发布日"] == "delivery.toml 的 published"
    assert where["地区"] == "delivery.toml 的 region"


def test_a_span_that_the_sums_unmask_is_told_as_stored(workspace, catalogue, deliver):
    quarters = ["2023年一季度", "2023年1-2季度"]
    rows = [
        ["莲湖区地区生产总值", None, None],
        ["指标", *(f"{quarter} 累计(亿元)" for quarter in quarters)],
        ["地区生产总值", 290, 598],
        ["第二产业增加值", 90, 98],
        ["第三产业增加值", 200, 210],
    ]
    told = explain_file(deliver("x/a.xlsx", {"核算": rows}), workspace, catalogue)
    said = explain_cell(told, "C4")
    (span,) = [facet for facet in said.facets if facet.name == "口径"]
    assert (said.state, span.value) == ("read", "当期")
    assert span.where.startswith("各期的合计；")
    assert "按合计核对" in explain_cell(told, "B4").problems[0].message


def test_rows_that_describe_columns_are_named(workspace, catalogue, deliver):
    export = (
        "指标名称,莲湖区：社会消费品零售总额：累计值\n"
        "单位,亿元\n更新时间,2024-10-22\n2024-09,481.25\n"
    )
    told = explain_cell(explain_file(deliver("x/a.csv", export), workspace, catalogue), "B4")
    where = {facet.name: facet.where for facet in told.facets}
    assert where["单位"] == "“单位”行 B2 “亿元”"
    assert where["发布日"] == "“更新时间”行 B3 “2024-10-22”"
    assert where["地区"].startswith("列名 B1")


def test_a_figure_said_twice_names_the_cell_that_is_stored(workspace, catalogue, deliver):
    rows = [["莲湖区2022年1-8月"], ["指标名称", "累计(亿元)"], ["社会消费品零售总额", 300.1]]
    told = explain_file(deliver("x/a.xlsx", {"一": rows, "二": rows}), workspace, catalogue)
    kept = told.frame.iloc[0]
    other = "二" if kept["sheet"] == "一" else "一"
    said = explain_cell(told, f"{other}!B3")
    assert (said.state, said.notes) == ("read", (f"同一个数以 {kept['sheet']}!B3 入库，只存一次",))


def test_a_figure_of_a_described_workbook_is_explained_by_its_description(
    workspace, catalogue, deliver
):
    workspace.layouts.mkdir()
    (workspace.layouts / "own.toml").write_text(
        'kind = "series"\n[[sheets]]\nname = "月度"\n[[sheets.tables]]\nheader_row = 1\n'
        'period_column = "A"\nperiod_header = "指标"\n'
        'columns = [{ column = "B", header = "社零", indicator = "csm.retail.total", unit = "亿元" }]',
        encoding="utf-8",
    )
    path = deliver("x/a.xlsx", {"月度": [["指标", "社零"], ["2024-03", 80.5], ["2024-04", "约5"]]})
    told = explain_file(path, workspace, catalogue)
    said = explain_cell(told, "B2")
    assert (said.state, said.token) == ("read", "80.5")
    assert said.facets[0][1:] == ("社会消费品零售总额（csm.retail.total）", "版式说明")
    refused = explain_cell(told, "月度!B3")
    assert (refused.state, refused.problems[0].cell) == ("refused", "B3")


def test_a_cell_of_a_page_is_addressed_as_a_sheet(workspace, catalogue, deliver):
    page = (
        "<h1>莲湖区2024年1-9月</h1><table><tr><td>指标</td><td>累计(亿元)</td></tr>"
        "<tr><td>社会消费品零售总额</td><td>481.25</td></tr></table>"
    )
    said = explain_cell(explain_file(deliver("x/a.html", page), workspace, catalogue), "表1!B2")
    assert (said.state, said.token) == ("read", "481.25")
    assert ("标题 “莲湖区2024年1-9月”") in {facet.where for facet in said.facets}


def test_a_row_in_the_columns_of_the_store_is_explained_by_its_columns(
    tmp_path,
):
    space = load_workspace(copy_workspace(ROOT / "examples" / "national", tmp_path / "national"))
    path = space.raw / "nbs_first" / "nbs_first.csv"
    told = explain_file(path, space, load_catalogue(space))
    cell = told.frame.iloc[0]["cell"]
    said = explain_cell(told, cell)
    assert said.state == "read"
    assert {facet.where for facet in said.facets} == {"这一行的同名列"}


@pytest.mark.parametrize("address", ["8月", "8月!5", "!!", "C0"])
def test_what_is_no_address_is_a_wrong_call(explained, address):
    with pytest.raises(UsageError, match="单元格地址"):
        explain_cell(explained, address)


def test_a_sheet_that_is_not_there_is_a_wrong_call(explained):
    with pytest.raises(UsageError, match="现有：8月"):
        explain_cell(explained, "9月!C5")


def test_every_filled_cell_of_a_table_has_a_state(explained):
    (note,) = explained.tables
    states = cell_states(note, explained.slots, explained.problems)
    filled = {
        (row, column)
        for row, cells in enumerate(SHEETS["8月"])
        for column, cell in enumerate(cells)
        if cell != ""
    }
    assert set(states) >= filled


def test_explaining_stores_nothing(explained, workspace):
    assert VintageStore(workspace.processed).ledger() == {}


def test_a_file_that_is_refused_is_explained_by_its_refusal(workspace, catalogue, deliver):
    told = explain_file(deliver("x/a.xlsx", b""), workspace, catalogue)
    assert (told.status, told.observations, len(told.problems)) == ("quarantined", 0, 1)
    assert "空的" in list(told.lines())[1]
    assert told.needs_attention


def test_a_file_elsewhere_is_a_wrong_call(workspace, catalogue, tmp_path):
    with pytest.raises(UsageError, match="之下"):
        explain_file(tmp_path / "lianhu.toml", workspace, catalogue)
