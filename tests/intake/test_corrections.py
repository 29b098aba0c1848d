import datetime as dt

import pandas as pd
import pytest

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.errors import CatalogueError
from lianhu_analysis.intake.corrections import (
    FILE_NAME,
    apply_corrections,
    assure,
    load_corrections,
    withhold_errors,
)
from lianhu_analysis.intake.observations import validate_observations
from tests.intake.checks.frames import change, frame, monthly, row

CATALOGUE = read_catalogue(None, {})
REVENUE = "fis.revenue.gpb"
ENTRY = {
    "region": '"610104"',
    "indicator": f'"{REVENUE}"',
    "measure": '"level"',
    "span": '"ytd"',
    "period": '"2022-06"',
    "expected": "786.2",
    "new": "78.62",
    "reason": '"单位误作万元"',
    "source": '"区财政局更正函〔2022〕7号"',
    "who": '"张三"',
    "when": "2022-08-03",
}


def entry(**changed):
    fields = {key: value for key, value in (ENTRY | changed).items() if value is not None}
    return (
        "[[correction]]\n" + "\n".join(f"{key} = {value}" for key, value in fields.items()) + "\n"
    )


@pytest.fixture
def read_corrections(workspace):
    def read(text):
        (workspace.root / FILE_NAME).write_text(text, encoding="utf-8")
        return load_corrections(workspace)

    return read


@pytest.fixture(scope="module")
def wrong():
    data = frame(monthly(REVENUE))
    return change(data, "2022-06", 786.2)


def at(data, period="2022-06"):
    return data[data["period"] == period].iloc[0]


def test_a_value_is_replaced_and_its_cell_kept(wrong, read_corrections):
    corrected, faults = apply_corrections(wrong, read_corrections(entry()))
    assert faults == ()
    now, before = at(corrected), at(wrong)
    assert (now["value"], now["status"]) == (78.62, "corrected")
    assert (now["cell"], now["token"], now["source"]) == (
        before["cell"],
        before["token"],
        before["source"],
    )
    assert at(wrong)["status"] == "ok"
    assert len(validate_observations(corrected, "test")) == len(wrong)


def test_an_error_is_withheld_until_someone_decides(wrong, read_corrections):
    held = assure(wrong, CATALOGUE)
    assert (pd.isna(at(held.frame)["value"]), at(held.frame)["status"]) == (True, "quarantined")
    assert at(held.frame)["token"] == at(wrong)["token"]
    assert held.findings[0].severity == "Error"
    assert at(held.frame, "2022-05")["status"] == "ok"
    assert len(validate_observations(held.frame, "test")) == len(wrong)

    mended = assure(wrong, CATALOGUE, read_corrections(entry()))
    assert (at(mended.frame)["value"], at(mended.frame)["status"]) == (78.62, "corrected")
    assert not [item for item in mended.findings if item.severity == "Error"]

    confirmed = assure(wrong, CATALOGUE, read_corrections(entry(new='"confirm"')))
    assert (at(confirmed.frame)["value"], at(confirmed.frame)["status"]) == (786.2, "ok")
    remark = next(item for item in confirmed.findings if item.rule == "unit_slip")
    assert remark.severity == "Good"
    assert "张三 2022-08-03 确认属实：单位误作万元（区财政局更正函〔2022〕7号）" in remark.message

    withdrawn = assure(wrong, CATALOGUE, read_corrections(entry(new='"withdraw"')))
    assert at(withdrawn.frame)["status"] == "quarantined"
    assert not [item for item in withdrawn.findings if item.severity == "Error"]


def test_an_entry_that_does_not_fit_is_a_finding_and_does_nothing(wrong, read_corrections):
    corrections = read_corrections(entry(expected="999.0"))
    held = assure(wrong, CATALOGUE, corrections)
    assert at(held.frame)["status"] == "quarantined"
    fault = next(item for item in held.findings if item.rule == "correction")
    assert fault.severity == "Severe"
    assert "库中现在是 786.2，不是 999" in fault.message
    assert fault.cells[0].text == f"{FILE_NAME}!第 1 条"


def test_an_entry_on_a_figure_that_is_not_there(wrong, read_corrections):
    _, faults = apply_corrections(wrong, read_corrections(entry(period='"2022Q2"')))
    assert [(item.severity, item.rule) for item in faults] == [("Bad", "correction")]
    _, faults = apply_corrections(
        wrong, read_corrections(entry(period='"2031-06"')), as_of=dt.date(2024, 1, 31)
    )
    assert faults == ()


def test_an_entry_on_one_version(wrong, read_corrections):
    day = at(wrong)["published"].date()
    corrected, _ = apply_corrections(wrong, read_corrections(entry(published=str(day))))
    assert at(corrected)["value"] == 78.62
    _, faults = apply_corrections(wrong, read_corrections(entry(published="2022-07-01")))
    assert [item.severity for item in faults] == ["Good"]  # a later version is in force
    _, faults = apply_corrections(
        wrong, read_corrections(entry(published="2022-09-01")), as_of=dt.date(2022, 8, 1)
    )
    assert faults == ()


def test_two_provenances_need_to_be_told_apart(wrong, read_corrections):
    both = pd.concat([wrong, wrong.assign(provenance="second_hand")], ignore_index=True)
    _, faults = apply_corrections(both, read_corrections(entry()))
    assert "provenance" in faults[0].remedy
    corrected, faults = apply_corrections(both, read_corrections(entry(provenance='"official"')))
    assert faults == ()
    assert (corrected["status"] == "corrected").sum() == 1


def test_a_conflict_of_two_files_is_settled(read_corrections):
    data = frame([row(REVENUE, "2022-06", None, status="quarantined", token="78.6 / 79.1")])
    corrections = read_corrections(entry(expected='"quarantined"'))
    corrected, faults = apply_corrections(data, corrections)
    assert faults == ()
    assert (at(corrected)["value"], at(corrected)["status"]) == (78.62, "corrected")


def test_nothing_is_withheld_without_errors(wrong):
    assert withhold_errors(wrong, ()) is wrong


def test_every_fault_of_the_file_is_named_at_once(read_corrections):
    text = entry(reason=None, when='"2022-08-03"', new='"delete"', expected="true") + entry(
        measure='"growth"', period='"2022年6月"', typo="1", who='" "'
    )
    with pytest.raises(CatalogueError) as error:
        read_corrections(text)
    said = "\n".join(error.value.faults)
    for words in (
        "第 1 条：缺少 reason",
        "第 1 条：when = '2022-08-03' 应写成不加引号的日期",
        "第 1 条：new = 'delete'：请写数字，或 'withdraw'、'confirm'",
        "第 1 条：expected = True：请写数字，或 'quarantined'",
        "第 2 条：不认识的字段 typo",
        "第 2 条：measure = 'growth' 不认识",
        "第 2 条：period",
        "第 2 条：who 是空的",
    ):
        assert words in said


@pytest.mark.parametrize(
    "other", [{"published": dt.date(2022, 7, 20)}, {"provenance": '"official"'}]
)
def test_one_of_every_version_and_one_of_this_one_are_of_the_same_figure(other, read_corrections):
    for both in ((entry(), entry(**other)), (entry(**other), entry())):
        with pytest.raises(CatalogueError, match="第 2 条与第 1 条说的是同一个数"):
            read_corrections("".join(both))
    days = [entry(published=day) for day in (dt.date(2022, 7, 20), dt.date(2022, 8, 20))]
    assert len(read_corrections("".join(days))) == 2


def test_a_correction_that_does_not_say_which_origin_it_means_settles_nothing(
    wrong, read_corrections
):
    both = pd.concat([wrong, wrong.assign(provenance="simulated")], ignore_index=True)
    held = assure(both, CATALOGUE, read_corrections(entry()))
    assert held.frame.loc[held.frame["period"] == "2022-06", "value"].isna().all()
    one = assure(both, CATALOGUE, read_corrections(entry(provenance='"official"')))
    told = one.frame[one.frame["period"] == "2022-06"].set_index("provenance")["status"]
    assert told.to_dict() == {"official": "corrected", "simulated": "quarantined"}


def test_the_same_figure_twice_and_no_toml(read_corrections):
    with pytest.raises(CatalogueError, match="第 2 条与第 1 条说的是同一个数"):
        read_corrections(entry() + entry())
    with pytest.raises(CatalogueError, match="不是有效的 TOML"):
        read_corrections("[[correction]]\nregion = 610104x")
    with pytest.raises(CatalogueError, match="不认识的字段 corrections"):
        read_corrections("[corrections]\na = 1")


def test_the_file_of_a_workspace(workspace):
    assert load_corrections(workspace) == ()
    (workspace.root / FILE_NAME).write_text(entry(), encoding="utf-8")
    only = load_corrections(workspace)[0]
    assert (only.expected, only.new) == (786.2, 78.62)
    (workspace.root / FILE_NAME).write_bytes('[[correction]]\nreason = "单位"'.encode("gb18030"))
    with pytest.raises(CatalogueError, match="UTF-8"):
        load_corrections(workspace)


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.symlink_to(path)])
def test_corrections_that_cannot_be_opened_are_not_passed_over(workspace, make):
    make(workspace.root / FILE_NAME)
    with pytest.raises(CatalogueError, match="打不开"):
        load_corrections(workspace)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[correction]\n", "correction = .*应写成几项"),
        (entry(indicator='["gdp.total"]'), "indicator = .*加引号的文字"),
        (entry(reason='"\\u0000"'), "reason.*控制字符"),
        ("x = " + "[" * 5000, "套得太深|不是有效的 TOML"),
    ],
)
def test_corrections_of_another_shape_are_refused(read_corrections, text, told):
    with pytest.raises(CatalogueError, match=told):
        read_corrections(text)
