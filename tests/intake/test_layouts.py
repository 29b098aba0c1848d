import re

import pytest

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.layouts import (
    ReportLayout,
    fold_header,
    load_layout,
    load_layouts,
)

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


def roles(layout: ReportLayout, header: str) -> set[tuple[str, str]]:
    return {
        (rule.role, rule.span)
        for rule in layout.columns
        if any(pattern.fullmatch(fold_header(header)) for pattern in rule.headers)
    }


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("项 目 名 称", ("name", "")),
        ("计算 单位", ("unit", "")),
        ("本月", ("level", "single")),
        ("4月", ("level", "single")),
        ("1-4月 累计", ("level", "ytd")),
        ("本月止累计", ("level", "ytd")),
        ("本季止累计", ("level", "ytd")),
        ("期末数", ("level", "point")),
        ("累计比上年同期 增长(%)", ("growth", "ytd")),
        ("本期累计比上年同期增长（％）", ("growth", "ytd")),
        ("本月比上年同月增长(%)", ("growth", "single")),
        ("比去年同期增长(%)", ("growth", "left")),
        ("比上年±%", ("growth", "left")),
        ("±%", ("growth", "left")),
        ("全年降低率（%）", ("reduction", "annual")),
        ("上年同期", ("ignore", "")),
        ("比上月增长(%)", ("ignore", "")),
        ("比年初增长(%)", ("ignore", "")),
    ],
)
def test_each_common_header_has_one_meaning(workspace, header, expected):
    layout = load_layout(workspace, "monthly_report")
    assert isinstance(layout, ReportLayout)
    assert roles(layout, header) == {expected}


@pytest.mark.parametrize("header", ["累计增加", "预期目标", "两年平均增长", "占GDP比"])
def test_other_headers_have_none(workspace, header):
    layout = load_layout(workspace, "monthly_report")
    assert isinstance(layout, ReportLayout)
    assert roles(layout, header) == set()


def test_the_workspaces_own_come_first_and_replace(workspace):
    write(workspace, "monthly_report", SERIES)
    write(workspace, "another", SERIES)
    names = [layout.name for layout in load_layouts(workspace)]
    assert names == ["another", "monthly_report", "periods_across", "periods_down"]
    assert load_layout(workspace, "monthly_report").origin == "layouts/monthly_report.toml"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "series"', 'kind = "pivot"', "kind = 'pivot'"),
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


def test_a_wrong_pattern_is_refused(workspace):
    write(workspace, "wrong", 'kind = "report"\n[[columns]]\nrole = "name"\nheaders = ["("]\n')
    with pytest.raises(IntakeError, match="正则"):
        load_layouts(workspace)


def test_an_unknown_name_lists_the_known(workspace):
    with pytest.raises(IntakeError, match="monthly_report"):
        load_layout(workspace, "mothly")
