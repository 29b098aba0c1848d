"""Which quarters and workspaces are meant, and what is said while they are made."""

import pytest

from lianhu_analysis.errors import LianhuError, UsageError
from lianhu_analysis.pipeline import batch


def test_ranges_of_quarters_are_written_out_once():
    assert batch.periods_of(["2025Q1", "2023Q3..2024Q2", "2024Q1"]) == [
        "2023Q3", "2023Q4", "2024Q1", "2024Q2", "2025Q1",
    ]  # fmt: skip
    assert batch.periods_of([]) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2024Q2..2024Q1", "请写成 2024Q1..2024Q2"),
        ("2024Q5", "'2024Q5' 不是季度"),
        ("2024Q1..2024-06", "'2024Q1..2024-06' 的两端须都是季度，或都是月份"),
        ("..2024Q1", "'' 不是季度"),
    ],
)
def test_what_is_no_quarter_or_no_range_is_refused(text, told):
    with pytest.raises(UsageError, match=told.replace(".", r"\.")):
        batch.periods_of([text])


def test_patterns_find_workspaces_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("regions/乙区", "regions/甲区", "regions/空"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("甲区", "乙区"):
        (tmp_path / "regions" / name / "lianhu.toml").touch()
    (tmp_path / "regions" / "说明.txt").touch()
    both = [tmp_path / "regions" / name for name in ("乙区", "甲区")]
    assert sorted(batch.find_workspaces(["regions/*"])) == sorted(both)
    assert batch.find_workspaces(["regions/甲区", "regions/*"])[0] == both[1]
    assert len(batch.find_workspaces(["regions/甲区", str(tmp_path / "**")])) == 2
    with pytest.raises(UsageError, match=r"'regions/空' 没有找到工作区.*通配符要加引号"):
        batch.find_workspaces(["regions/*", "regions/空"])


def test_what_is_left_is_told_in_minutes():
    assert batch.time_left(60.0, 5, 60) == "约剩 12 分钟"
    assert batch.time_left(60.0, 60, 5) == "约剩不到 1 分钟"


def test_the_summary_counts_what_became_of_each():
    statuses = ["rendered", "unchanged", "unchanged"]
    assert batch.summary(statuses) == "共 3 份：新生成 1，无变化 2，失败 0"
    assert batch.summary([*statuses, "failed"]).endswith("失败 1（原因见上）")


def test_a_report_that_could_not_be_planned_has_a_document_too():
    made = {"name": "x", "page": "y"}
    assert batch.document_of(made, "甲区 2024Q3") is made
    lost = batch.document_of(LianhuError("没有目标"), "甲区 2024Q3")
    assert (lost["name"], lost["status"], lost["error"]) == ("甲区 2024Q3", "failed", "没有目标")
