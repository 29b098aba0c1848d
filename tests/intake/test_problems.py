"""What is told of what was not read: bounded, grouped, and safe to print."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianhu_analysis.intake.problems import FileResult, Problem, grouped, printable

REMEDY = "不收的，不必处理"


def outside(name, cell, sheet="核算", kind="refused"):
    return Problem(sheet, cell, f"指标名称“{name}”不在指标目录中", REMEDY, kind)


def test_problems_of_one_kind_are_one_line_with_the_first_places():
    same = [outside("利税", f"B{row}") for row in range(5, 69)]
    (group,) = grouped(same)
    assert group.line == (
        "64 处：指标名称“利税”不在指标目录中（核算!B5、B6、B7 等）。不收的，不必处理"
    )


def test_what_differs_is_named_as_far_as_it_fits():
    names = [outside(name, "B5", sheet) for name, sheet in zip("甲乙丙丁", "一一二二", strict=True)]
    (group,) = grouped(names)
    assert "指标名称“甲”、“乙”、“丙” 等不在指标目录中（一!B5、B5、二!B5 等）" in group.line
    numbers = [
        Problem("", cell, f"增速 {value} 像指数", f"请改为增速 {value - 100}")
        for cell, value in (("C3", 107.5), ("C4", 95))
    ]
    (group,) = grouped(numbers)
    assert group.line == "2 处，如：增速 107.5 像指数（C3、C4）。请改为增速 7.5"


def test_entries_to_write_are_named_as_far_as_they_fit():
    entries = [
        Problem("核算", f"B{row}", f"“{name}”不在目录中", f'请登记 "{name}" = "指标代码"')
        for row, name in enumerate("甲乙", 5)
    ]
    (group,) = grouped(entries)
    assert group.line.endswith('请登记 "甲"、"乙" = "指标代码"')


def test_one_problem_is_told_as_it_is():
    (group,) = grouped([Problem("", "", "文件是空的", "请重新交付")])
    assert group.line == "文件是空的。请重新交付"
    (group,) = grouped([outside("利税", "B5")])
    assert group.line == "核算!B5：指标名称“利税”不在指标目录中。不收的，不必处理"


def test_other_words_or_another_kind_are_another_group():
    problems = [
        outside("甲", "B5"),
        outside("乙", "B6", kind="skipped"),
        Problem("核算", "B7", "不是数", REMEDY),
    ]
    assert [group.problems for group in grouped(problems)] == [(item,) for item in problems]


PROBLEMS = st.builds(
    Problem, st.sampled_from(["", "表"]), st.sampled_from(["", "B5"]), st.text(), st.text()
)


@given(st.lists(PROBLEMS))
def test_grouping_loses_no_problem(problems):
    groups = grouped(problems)
    assert sorted(map(repr, problems)) == sorted(
        repr(problem) for group in groups for problem in group.problems
    )
    assert all(group.line for group in groups)


@pytest.mark.parametrize("mark", ["“{}”", "'{}'", '"{}"', "{}"])
def test_a_cell_of_any_length_makes_a_short_message(mark):
    text = mark.format("长" * 32_767)
    problem = Problem("", "B5", f"指标名称{text}不在指标目录中", f"请改正{text}")
    assert problem.message.startswith("指标名称") and problem.message.endswith("不在指标目录中")
    assert len(problem.message) <= 1000 and len(problem.remedy) <= 1000
    if mark != "{}":
        assert len(problem.message) < 230


def test_nothing_that_a_terminal_acts_on_is_printed():
    name = "\x1b[31m红\n第二行\u202e倒\x85\udcd4\x7f"
    assert printable(name) == r"\u001b[31m红\n第二行\u202e倒\u0085\udcd4\u007f"
    assert printable("一\n二\u202e", keep="\n") == "一\n二\\u202e"


@given(st.text())
def test_printing_keeps_json_what_it_was(text):
    document = json.dumps({"name": text}, ensure_ascii=False, indent=2)
    shown = printable(document, keep="\n")
    assert json.loads(shown) == {"name": text}
    shown.encode()


def test_what_is_not_ours_needs_no_attention():
    skipped = outside("利税", "B5", kind="skipped")
    assert not FileResult("a.xlsx", "read", 3, (skipped,)).needs_attention
    assert FileResult("a.xlsx", "read", 3, (skipped, outside("利税", "B6"))).needs_attention
    assert FileResult("a.xlsx", "quarantined", 0, (skipped,)).needs_attention
