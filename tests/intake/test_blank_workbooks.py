"""The workbooks that a new district fills in are read, every figure, as they ask for it."""

import re

import pytest
from openpyxl import load_workbook

from data.simulation.new_district import fill_history, fill_targets
from lianhu_analysis import pipeline
from lianhu_analysis.catalog.indicators import load_catalogue
from lianhu_analysis.catalog.targets import load_targets
from lianhu_analysis.errors import CatalogueError
from lianhu_analysis.intake.blank_workbooks import write_history, write_ledgers, write_month
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.workspace import load_workspace

QUARTERS = {"一季度": 1, "上半年": 2, "前三季度": 3, "全年": 4}


def meaning(item, period, head):
    """What a cell says by its indicator, row and head, worked out apart from the reader."""
    year, rest = int(period[:4]), period[5:]
    if not rest:
        code = str(year)
    elif rest in QUARTERS:
        code = f"{year}Q{QUARTERS[rest]}"
    else:
        month = re.search(r"(\d+)月末?$", rest)[1]
        code = f"{year}-{int(month):02d}"
    return item.code, "yoy" if "%" in head else "level", item.span, code


def test_every_figure_of_a_filled_history_is_read_as_its_row_and_head_say(empty):
    catalogue = load_catalogue(empty)
    names = {item.name_zh: item for item in catalogue}
    meant = {}

    def figure(name, period, head):
        # No two alike, and none that is out of the way for an amount or a growth.
        value = round(5 + len(meant) / 1000, 3)
        meant[meaning(names[name], period, head)] = value
        return value

    fill_history(empty.root, figure)
    (result,) = pipeline.ingest(empty)
    assert (result.status, result.problems) == ("read", ())
    stored = VintageStore(empty.processed).as_of(None)
    read = {
        (row.indicator, row.measure, row.span, row.period): row.value for row in stored.itertuples()
    }
    assert read == meant
    assert {code for code, *_ in read} == {item.code for item in catalogue if item.tier == "core"}
    assert len({code for code, *_ in read}) == 41
    amounts = {code for code, measure, *_ in read if measure == "level"}
    assert amounts == {
        item.code for item in catalogue if item.tier == "core" and item.kind != "growth_only"
    }
    # The day of a history is that of each indicator's own release, and marked so.
    assert set(stored["published_basis"]) == {"assumed"}
    assert stored["published"].nunique() > 50


def test_cells_left_empty_are_no_observations(empty):
    def figure(name, period, head):
        return (
            6.1 if (name, period) == ("社会消费品零售总额", "2024年1—9月") and "%" in head else None
        )

    fill_history(empty.root, figure)
    (result,) = pipeline.ingest(empty)
    assert (result.status, result.observations, result.problems) == ("read", 1, ())
    (row,) = VintageStore(empty.processed).as_of(None).itertuples()
    assert (row.indicator, row.period, row.value) == ("csm.retail.total", "2024-09", 6.1)


def test_a_history_left_empty_gives_nothing_and_says_so(empty):
    fill_history(empty.root, lambda *_: None)
    (result,) = pipeline.ingest(empty)
    assert (result.status, result.observations) == ("quarantined", 0)


@pytest.mark.parametrize("write", [write_history, write_month, write_ledgers])
def test_no_text_is_a_formula(tmp_path, empty, write):
    path = tmp_path / "a.xlsx"
    own = {
        write_history: ("=1+1", load_catalogue(empty), range(2024, 2025)),
        write_month: ("=1+1", 2024),
        write_ledgers: (),
    }
    write(path, *own[write])
    cells = [cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    if own[write]:
        assert any(str(cell.value).startswith("=1+1") for cell in cells)


def targets_of(space, *rows):
    fill_targets(space.root, *rows)
    return load_targets(load_workspace(space.root), load_catalogue(space))


GROWTH = {
    "指标": "地区生产总值",
    "口径": "增速",
    "年份": 2024,
    "目标值": 6,
    "规则": "左右",
    "单位": "%",
    "名称": "地区生产总值增长6%左右",
    "来源": "2024年政府工作报告",
}


def test_a_targets_sheet_begins_without_targets_and_takes_names_as_well_as_codes(empty):
    assert targets_of(empty) == ()
    by_name, by_alias, by_code = targets_of(
        empty,
        GROWTH,
        {**GROWTH, "指标": "一般公共预算收入"},
        {**GROWTH, "指标": "csm.retail.total", "口径": "数量", "单位": "亿元", "规则": "不低于"},
    )
    assert (by_name.indicator, by_name.rule, by_name.tolerance) == ("gdp.total", "about", 0.2)
    assert by_alias.indicator == "fis.revenue.gpb"
    assert (by_code.measure, by_code.unit) == ("level", "亿元")


def test_a_name_that_is_none_is_refused_at_its_cell(empty):
    with pytest.raises(CatalogueError, match=r"第 2 行（地区总值） 指标（A 列）：.*没有 地区总值"):
        targets_of(empty, {**GROWTH, "指标": "地区总值"})


def test_the_lists_offer_only_what_the_reader_knows(empty):
    book = load_workbook(empty.targets)
    offered = {
        book["目标"][str(item.sqref).split(":")[0][:-1] + "1"].value: item.formula1
        for item in book["目标"].data_validations.dataValidation
    }
    assert set(offered) == {"指标", "口径", "规则", "依据"}
    catalogue = load_catalogue(empty)
    first, last = re.fullmatch(r"可选指标!\$A\$(\d+):\$A\$(\d+)", offered["指标"]).groups()
    names = [book["可选指标"][f"A{row}"].value for row in range(int(first), int(last) + 1)]
    assert names == [item.name_zh for item in catalogue]
    rules = offered["规则"].strip('"').split(",")
    upper = {"区间": {"上限": 7}}
    rows = [
        {
            **GROWTH,
            "指标": name,
            "口径": measure,
            "规则": rule,
            "依据": basis,
            **upper.get(rule, {}),
        }
        for name, rule, measure, basis in (
            (names[0], rules[0], "增速", "公布"),
            (names[1], rules[1], "增速", "转载"),
            (names[2], rules[2], "增速", "公布"),
            (names[3], rules[3], "增速", "转载"),
        )
    ]
    assert offered["口径"] == '"增速,数量"'
    assert offered["依据"] == '"公布,转载"'
    assert {item.rule for item in targets_of(empty, *rows)} == {
        "at_least", "about", "at_most", "range",
    }  # fmt: skip
