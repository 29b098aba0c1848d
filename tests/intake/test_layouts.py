import re

import pytest

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.layouts import choose_layout, fold_header, load_layouts

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


def test_descriptions_are_those_of_the_workspace_by_name(workspace):
    assert load_layouts(workspace) == ()
    write(workspace, "one", SERIES)
    write(workspace, "another", SERIES)
    layouts = load_layouts(workspace)
    assert [layout.name for layout in layouts] == ["another", "one"]
    assert choose_layout(layouts, "one", workspace).origin == "layouts/one.toml"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "series"', 'kind = "pivot"', "kind = 'pivot'"),
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


def test_a_wrong_pattern_is_refused(workspace):
    write(workspace, "wrong", SERIES.replace("[[sheets]]", "ignore_sheets = ['(']\n[[sheets]]", 1))
    with pytest.raises(IntakeError, match="正则"):
        load_layouts(workspace)


def test_an_unknown_name_lists_the_known(workspace):
    write(workspace, "monthly", SERIES)
    with pytest.raises(IntakeError, match="monthly") as caught:
        choose_layout(load_layouts(workspace), "mothly", workspace)
    assert "mothly" in str(caught.value)


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
