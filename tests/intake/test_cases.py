"""Ledgers as people send them: faults named by cell, corrections by later delivery, any day's answer."""

import datetime as dt
import json

import pandas as pd
import pytest

from lianhu_analysis.catalog.ledgers import load_ledgers
from lianhu_analysis.intake.cases import cases_on
from lianhu_analysis.intake.explain import explain_file
from lianhu_analysis.intake.ingest import ingest_files, unread_files
from lianhu_analysis.intake.new_workspace import create_workspace
from lianhu_analysis.intake.store import VintageStore
from tests.intake.sheets import workbook_bytes

HEADS = ["地块编号", "面积（亩）", "标准地", "阶段", "供应日"]
DAY = ["报送日期：2024-10-08"]


@pytest.fixture
def ingest(workspace, catalogue):
    return lambda: {item.path: item for item in ingest_files(workspace, catalogue)}


@pytest.fixture
def cases(workspace):
    def known(kind, day=None):
        frame = VintageStore(workspace.processed).cases("610104", day)
        return cases_on(frame, load_ledgers()).tables[kind].set_index("case")

    return known


def sheet(*rows, heads=HEADS, day=DAY):
    return [day, heads, *rows]


def test_a_ledger_is_recognised_by_its_heads_wherever_it_lies(deliver, ingest, cases):
    deliver(
        "来文/交来的表.xlsx", {"Sheet1": sheet(["甲1", 12.5, "是", "已供", dt.date(2024, 3, 5)])}
    )
    deliver("ledgers/a_20241008.csv", '宗地编号,土地面积,阶段\n甲2,"1,030",待供\n')
    results = ingest()
    assert {item.status for item in results.values()} == {"read"}
    assert [item.observations for item in results.values()] == [1, 1]
    known = cases("parcels")
    assert known["area"].to_dict() == {"甲1": 12.5, "甲2": 1030.0}
    assert known.loc["甲1", "supplied"] == pd.Timestamp("2024-03-05")
    assert known["supplied"].isna()["甲2"] and known["standard"].isna()["甲2"]
    assert [item.status for item in ingest().values()] == ["unchanged"] * 2


def test_every_fault_is_named_with_its_cell_and_what_to_write_and_the_others_are_taken(
    deliver, ingest, cases
):
    rows = [
        ["甲1", 12.5, "是", "已供", "2024年3月5日"],
        ["甲2", "十亩", "对", "卖了", "2024-12-05"],
        [None, 3, None, "待供", None],
        ["甲4", 7, None, "待供", "2024-02-30"],
        ["甲5", -7, None, "待供", "#REF!"],
    ]
    deliver("a.xlsx", {"地块": sheet(*rows)})
    (result,) = ingest().values()
    assert (result.status, result.observations) == ("read", 1)
    assert list(cases("parcels").index) == ["甲1"]
    told = {problem.cell: problem for problem in result.problems}
    assert set(told) == {"B4", "C4", "D4", "E4", "A5", "E6", "B7", "E7"}
    assert {problem.sheet for problem in result.problems} == {"地块"}
    assert "地块台账第 4 行“面积”读不懂 '十亩'" in told["B4"].message
    assert told["B4"].remedy == "请填不小于 0 的数，如 12.5"
    assert told["C4"].remedy == "请填是、否"
    assert told["D4"].remedy == "请填征收、储备、待供、已供、已建成"
    assert "2024-12-05 晚于报送日 2024-10-08" in told["E4"].message
    assert "“地块编号”空着" in told["A5"].message


def test_wrong_heads_are_all_named_and_a_missing_one_stops_the_sheet(deliver, ingest):
    heads = ["序号", "地块编号", "面积（公顷）", "供应日", "阶段", "地块编号", "主人"]
    deliver("a.xlsx", {"地块": sheet([1, "甲1", 2, None, "待供", "x", "y"], heads=heads)})
    (result,) = ingest().values()
    assert (result.status, result.observations) == ("quarantined", 0)
    told = {problem.cell: problem.message for problem in result.problems}
    assert set(told) == {"C2", "F2", "G2", "A2"}
    assert "'面积(公顷)' 不认识" in told["C2"]
    assert "缺少“面积（亩）”列，整张表没有读" in told["A2"]


BARE = ["地块编号", "土地面积", "标准地", "阶段", "供应日"]


@pytest.mark.parametrize(
    "rows",
    [
        [["单位：公顷"], DAY, BARE, ["甲1", 2, "是", "已供", None]],
        [["地块台账（平方米）"], DAY, BARE, ["甲1", 2, "是", "已供", None]],
        [DAY, [None, "面积（公顷）"], BARE, ["甲1", 2, "是", "已供", None]],
        [DAY, BARE, [None, "（公顷）"], ["甲1", 2, "是", "已供", None]],
        [DAY, BARE, ["甲1", 2, "是", "已供", None], ["注：土地面积单位为公顷。"]],
    ],
)
def test_a_head_without_its_unit_is_not_read_beside_another_unit(rows, deliver, ingest):
    deliver("a.xlsx", {"地块": rows})
    (result,) = ingest().values()
    assert (result.status, result.observations) == ("quarantined", 0)
    assert any("表中另写有别的单位" in problem.message for problem in result.problems)


@pytest.mark.parametrize("line", ["单位：亩", "（单位：亩，万元/亩）", "填报单位：区资源规划局"])
def test_a_head_without_its_unit_is_read_beside_that_unit(line, deliver, ingest, cases):
    deliver("a.xlsx", {"地块": [[line], DAY, BARE, ["甲1", 2, "是", "已供", None]]})
    ingest()
    assert cases("parcels")["area"].to_dict() == {"甲1": 2.0}


def test_a_ledger_is_of_the_region_that_it_names(deliver, ingest, cases, workspace):
    rows = sheet(["甲1", 2, "是", "已供", None])
    for name in ("碑林区", "西安市", "陕西省西安市莲湖区"):
        deliver(f"{name}.xlsx", {"地块": [[f"{name}地块台账"], *rows]})
    results = ingest()
    assert results["data/raw/碑林区.xlsx"].status == "quarantined"
    assert len(VintageStore(workspace.processed).cases("610100")) == 1
    assert list(cases("parcels")["area"]) == [2.0]


def test_the_day_of_a_ledger_is_not_that_up_to_which_it_tells(deliver, ingest, cases):
    rows = sheet(["甲1", 2, "是", "已供", "2024-10-01"], day=["截至2024年9月30日"])
    deliver("a.xlsx", {"地块": [DAY, *rows]})
    beside = sheet(["甲2", 2, "是", "已供", None], day=["报送日期", dt.datetime(2024, 10, 8)])
    deliver("b_20240930.xlsx", {"地块": beside})
    deliver("c.xlsx", {"地块": [["报送日期：2024-10-09"], *sheet(["甲3", 2, None, "待供"])]})
    assert ingest()["data/raw/c.xlsx"].status == "quarantined"
    assert list(cases("parcels").index) == ["甲1", "甲2"]
    assert cases("parcels", dt.date(2024, 10, 7)).empty


def test_what_is_only_planned_has_not_happened(deliver, ingest, cases):
    days = ["计划2024-09-05", "未供（原定2024年9月5日）", "2024-03-05 00:00:00", "2024年3月5日"]
    rows = [[f"甲{n}", 2, None, "待供", day] for n, day in enumerate(days)]
    deliver("a.xlsx", {"地块": sheet(*rows)})
    (result,) = ingest().values()
    assert list(cases("parcels").index) == ["甲2", "甲3"]
    assert [problem.cell for problem in result.problems] == ["E3", "E4"]


def test_the_end_of_the_year_to_come_is_no_month_so_far(deliver, ingest, cases):
    heads = ["项目编号", "项目名称", "类别", "阶段", "储备项目", "截至月", "总投资"]
    months = ["2024年1-9月", "2024-10", "2024年", "2024-12"]
    rows = [[f"P{n}", "某", "其他", "在建", "否", month, 5] for n, month in enumerate(months)]
    deliver("a.xlsx", {"项目": sheet(*rows, heads=heads)})
    (result,) = ingest().values()
    assert list(cases("projects")["period"]) == ["2024-09", "2024-10"]
    assert [problem.cell for problem in result.problems] == ["F5", "F6"]


def test_totals_and_notes_below_are_no_cases(deliver, ingest, cases):
    rows = [["甲1", 5, None, "待供", None], ["合计", 5], [], ["注：面积为净用地"]]
    deliver("a.xlsx", {"地块": sheet(*rows)})
    (result,) = ingest().values()
    assert result.problems == () and list(cases("parcels").index) == ["甲1"]


def test_totals_are_no_cases_however_they_are_written_and_names_are_no_notes(
    deliver, ingest, cases
):
    heads = ["名称", "疏解编号", "类别", "截至月", "常住人口（万人）"]
    rows = [["说明书巷街道", "S1"], ["注塑厂街道", "S2"], ["全区合计", "S0"], ["合　计", "-"]]
    rows += [["小 计（2个）", "S3"]]
    rows = [[*row, "人口密度", "2024-09", 3.5] for row in rows]
    deliver("a.xlsx", {"疏解": sheet(*rows, heads=heads)})
    (result,) = ingest().values()
    assert list(cases("relocations").index) == ["S1", "S2"] and result.problems == ()


def test_a_key_written_twice_differently_is_taken_neither_way(deliver, ingest, cases):
    rows = [[name, area, None, "待供", None] for name, area in (("甲1", 5), ("甲2", 6), ("甲1", 7))]
    deliver("a.xlsx", {"地块": sheet(*rows, rows[1])})
    (result,) = ingest().values()
    assert list(cases("parcels").index) == ["甲2"]
    assert [problem.cell for problem in result.problems] == ["A3", "A5"]
    assert "'甲1' 不止一行" in result.problems[0].message


def test_steps_that_go_back_in_time_are_refused(deliver, ingest, cases):
    text = (
        "风险编号,类别,发现日,上报日,办结日\nR1,债务,2024-09-05,2024-09-01,\n"
        "R2,债务,2024-09-05,,2024-09-04\nR3,债务,2024-09-05,2024-09-05,2024-09-05\n"
    )
    deliver("风险_2024-10-08.csv", text.encode("gb18030"))
    (result,) = ingest().values()
    assert [problem.cell for problem in result.problems] == ["D2", "E3"]
    assert "“上报日”2024-09-01 早于之前一步的 2024-09-05" in result.problems[0].message
    assert list(cases("risks").index) == ["R3"]


def test_a_later_delivery_replaces_by_key_and_each_day_is_answered_as_it_was(
    deliver, ingest, cases
):
    deliver(
        "1.xlsx", {"地块": sheet(["甲1", 5, None, "待供", None], ["甲2", 6, None, "待供", None])}
    )
    later = sheet(["甲1", 5.5, None, "已供", "2024-10-20"], day=["报送日期：2024-11-08"])
    deliver("2.xlsx", {"地块": later})
    ingest()
    assert cases("parcels", dt.date(2024, 10, 7)).empty
    then = cases("parcels", dt.date(2024, 11, 7))
    assert then["area"].to_dict() == {"甲1": 5.0, "甲2": 6.0}
    now = cases("parcels")
    assert now["area"].to_dict() == {"甲1": 5.5, "甲2": 6.0}
    assert now["stage"].to_dict() == {"甲1": "已供", "甲2": "待供"}


def test_a_case_entered_by_mistake_is_voided_by_a_later_delivery(deliver, ingest, cases):
    heads = [*HEADS, "作废"]
    deliver("1.xlsx", {"地块": sheet(["甲1", 5, None, "待供", None])})
    void = sheet(["甲1", 5, None, "待供", None, "是"], heads=heads, day=["报送日期：2024-11-08"])
    deliver("2.xlsx", {"地块": void})
    ingest()
    assert list(cases("parcels", dt.date(2024, 10, 31)).index) == ["甲1"]
    assert cases("parcels").empty


def test_a_file_changed_in_place_loses_nothing_and_changes_nothing_under_its_day(
    deliver, ingest, cases, workspace
):
    path = "a.xlsx"
    first = [["甲1", 5, None, "待供", None], ["甲2", 6, None, "待供", None], ["甲3", "x"]]
    deliver(path, {"地块": sheet(*first)})
    ingest()
    second = [["甲1", 50, None, "待供", None], ["甲3", 7, None, "待供", None]]
    deliver(path, {"地块": sheet(*second)})
    (result,) = ingest().values()
    assert cases("parcels")["area"].to_dict() == {"甲1": 5.0, "甲2": 6.0, "甲3": 7.0}
    assert [problem.cell for problem in result.problems] == ["A3", "A4"]
    assert "报送日却没有变" in result.problems[0].message
    assert "'甲2' 在改动后的文件里没有了" in result.problems[1].message
    assert unread_files(workspace)[0][1].startswith("改动后有 2 个数")
    # With a day of its own the change counts, and the past stays.
    deliver(path, {"地块": sheet(*second, day=["报送日期：2024-10-15"])})
    (result,) = ingest().values()
    assert result.problems == ()
    assert cases("parcels")["area"].to_dict() == {"甲1": 50.0, "甲2": 6.0, "甲3": 7.0}
    assert cases("parcels", dt.date(2024, 10, 10))["area"]["甲1"] == 5.0


def test_two_files_of_one_day_that_disagree_give_neither(deliver, ingest, cases, workspace):
    deliver(
        "1.xlsx", {"地块": sheet(["甲1", 5, None, "待供", None], ["甲2", 6, None, "待供", None])}
    )
    deliver(
        "2.xlsx", {"地块": sheet(["甲1", 9, None, "待供", None], ["甲2", 6, None, "待供", None])}
    )
    ingest()
    assert list(cases("parcels").index) == ["甲2"]
    known = cases_on(VintageStore(workspace.processed).cases("610104"), load_ledgers())
    assert known.disputed == ("甲1（data/raw/1.xlsx!地块!A3）", "甲1（data/raw/2.xlsx!地块!A3）")
    assert known.delivered == {"parcels": pd.Timestamp("2024-10-08")}


def test_without_a_day_nothing_is_known_of_when(deliver, ingest):
    deliver("a.csv", "地块编号,面积,阶段\n甲1,5,待供\n")
    (result,) = ingest().values()
    assert result.status == "quarantined"
    assert "报送日期：2024-10-08" in result.problems[0].remedy


def test_the_provenance_of_the_delivery_goes_with_every_case(deliver, ingest, workspace):
    deliver("x/delivery.toml", 'provenance = "simulated"\npublished = 2024-10-08\n')
    deliver("x/a.csv", "地块编号,面积,阶段\n甲1,5,待供\n甲2,?,待供\n")
    (result,) = ingest().values()
    assert [problem.kind for problem in result.problems] == ["skipped"]
    frame = VintageStore(workspace.processed).cases("610104")
    assert list(frame["provenance"]) == ["simulated"]
    assert json.loads(frame["content"][0]) == {"case": "甲1", "area": 5.0, "stage": "待供"}
    assert cases_on(frame, load_ledgers()).provenances == {"simulated"}


def test_ledgers_and_statistics_do_not_get_into_each_others_way(deliver, ingest, workspace):
    statistics = [
        ["莲湖区2024年1—9月主要指标"],
        ["发布日期：2024-10-22"],
        ["指标名称", "计量单位", "本月", "本月止累计"],
        ["土地供应面积", "亩", 10, 520],
    ]
    ledger = sheet(["甲1", 5, None, "待供", None])
    deliver("统计.xlsx", {"月报": statistics})
    deliver("混.xlsx", {"地块": ledger, "月报": statistics, "空": [[None]]})
    results = ingest()
    assert results["data/raw/统计.xlsx"].observations == 2
    mixed = results["data/raw/混.xlsx"]
    assert mixed.observations == 1
    assert [(problem.sheet, problem.cell) for problem in mixed.problems] == [("月报", "")]
    store = VintageStore(workspace.processed)
    assert len(store.as_of(None)) == 2 and len(store.cases("610104")) == 1
    assert store.conflicts() == {} and store.last_published() == dt.date(2024, 10, 22)
    # The other kind of file under the same name is not taken for its next version.
    deliver("统计.xlsx", {"地块": ledger})
    changed = ingest()["data/raw/统计.xlsx"]
    assert (changed.status, changed.observations) == ("quarantined", 2)
    assert len(store.as_of(None)) == 2


def test_a_hidden_sheet_is_not_read_unseen(deliver, ingest, cases):
    rows = {"地块": sheet(["甲1", 5, None, "待供", None]), "旧": sheet(["甲2", 6, None, "待供"])}

    def hide(book):
        book["旧"].sheet_state = "hidden"

    deliver("a.xlsx", workbook_bytes(rows, hide))
    (result,) = ingest().values()
    assert list(cases("parcels").index) == ["甲1"]
    assert [problem.sheet for problem in result.problems] == ["旧"]


def test_explain_says_how_many_rows_and_what_is_wrong(deliver, workspace, catalogue):
    file = deliver("a.xlsx", {"地块": sheet(["甲1", 5, None, "待供", None], ["甲2"])})
    told = explain_file(file, workspace, catalogue)
    assert next(iter(told.lines())).endswith("1 行台账，2 个问题，0 处不收")
    assert told.as_dict()["observations"] == 1


def test_the_template_reads_once_its_day_is_filled_in(tmp_path, deliver, ingest, cases):
    from openpyxl import load_workbook

    create_workspace(tmp_path / "new", "某区", "610199")
    book = load_workbook(tmp_path / "new" / "台账模板.xlsx")
    assert book.sheetnames == [item.name_zh for item in load_ledgers().values()]
    rows = {
        item.name_zh: [
            [book[item.name_zh]["A1"].value],
            ["报送日期：2024-10-08"],
            [cell.value for cell in book[item.name_zh][3]],
        ]
        for item in load_ledgers().values()
    }
    rows["文物保护"].append(["H1", "某塔", "省级"])
    deliver("填好的.xlsx", workbook_bytes(rows))
    (result,) = ingest().values()
    assert (result.observations, result.problems) == (1, ())
    assert cases("heritage")["level"]["H1"] == "省级"


def test_rows_of_another_district_are_not_the_own(deliver, ingest, cases):
    rows = [
        ["莲湖区", "甲1", 12.5, "待供"],
        ["碑林区", "甲2", 30, "待供"],
        [None, "甲3", 4, "待供"],
    ]
    deliver("a.xlsx", {"地块": [DAY, ["区县", "地块编号", "面积（亩）", "阶段"], *rows]})
    (result,) = ingest().values()
    assert list(cases("parcels").index) == ["甲1", "甲3"]
    assert [(problem.cell, "碑林区" in problem.message) for problem in result.problems] == [
        ("A4", True)
    ]
