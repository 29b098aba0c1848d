import datetime as dt

import pandas as pd
import pytest

from lianhu_analysis.intake import deliveries
from lianhu_analysis.intake.ingest import ingest_files, unread_files
from lianhu_analysis.intake.store import VintageStore
from tests.intake.sheets import month_report, workbook_bytes
from tests.intake.word_files import docx, p, tbl, tr

RETAIL = ("社会消费品零售总额", "亿元", 54.3, 481.25, 4.6)
CSV = "indicator,measure,span,period,value,unit,published\n"
GOOD = "csm.retail.total,level,ytd,2024-08,427,亿元,2024-09-22\n"
DESCRIPTION = """
kind = "series"
[[sheets]]
name = "月度"
[[sheets.tables]]
header_row = 1
period_column = "A"
period_header = "指标"
columns = [{ column = "B", header = "社零", indicator = "csm.retail.total", unit = "亿元" }]
"""


@pytest.fixture
def ingest(workspace, catalogue):
    def run(*paths):
        return {result.path: result for result in ingest_files(workspace, catalogue, paths)}

    return run


@pytest.fixture
def store(workspace):
    return VintageStore(workspace.processed)


def test_each_file_is_read_once(ingest, store, deliver):
    deliver("x/a.xlsx", month_report(RETAIL))
    first = ingest()["data/raw/x/a.xlsx"]
    assert (first.status, first.observations, first.problems) == ("read", 3, ())
    assert len(store.as_of(None)) == 3
    (part,) = store.root.rglob("*.parquet")
    written = part.stat().st_mtime_ns
    second = ingest()["data/raw/x/a.xlsx"]
    assert (second.status, second.observations) == ("unchanged", 3)
    assert part.stat().st_mtime_ns == written


def test_progress_names_each_file(workspace, catalogue, deliver):
    deliver("x/a.csv", CSV + GOOD)
    seen: list[str] = []
    ingest_files(workspace, catalogue, progress=seen.append)
    assert seen == ["data/raw/x/a.csv"]


def test_good_rows_are_stored_and_bad_ones_stay_problems_when_unchanged(ingest, store, deliver):
    deliver("x/a.csv", CSV + GOOD + GOOD.replace("427", "NA"))
    for status in ("read", "unchanged"):
        result = ingest()["data/raw/x/a.csv"]
        assert (result.status, result.observations) == (status, 1)
        assert [problem.cell for problem in result.problems] == ["E3"]
    assert store.as_of(None)["value"].tolist() == [427.0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.xlsx", b""),
        ("text.xlsx", CSV + GOOD),
        ("empty.csv", b""),
        ("header.csv", CSV),
        ("bad.csv", CSV + GOOD.replace("427", "NA")),
        ("wrong.csv", CSV.replace("unit", "units") + GOOD),
        ("~$lock.xlsx", b"\x05user"),
        ("notes.docx", b"PK\x03\x04"),
        ("other.xlsx", {"Sheet1": [["a", "b"], [1, 2]]}),
        ("region.xlsx", month_report(RETAIL, title="雁塔区2024年1—9月")),
        ("far.xlsx", workbook_bytes({"a": []}, lambda book: book["a"].cell(1048576, 16384, 1))),
    ],
)
def test_a_file_of_which_nothing_can_be_read_leaves_nothing(ingest, store, deliver, name, content):
    deliver(f"x/{name}", content)
    for _ in range(2):
        result = ingest()[f"data/raw/x/{name}"]
        assert (result.status, result.observations) == ("quarantined", 0)
        assert all(problem.message and problem.remedy for problem in result.problems)
        assert result.problems
    assert store.ledger() == {}
    assert not store.root.exists()


TITLE, HEAD = "莲湖区2024年1—9月主要经济指标", ("指标", "单位", "本月止累计")
WORD_FILE = docx(p(TITLE) + tbl(tr(*HEAD), tr("社会消费品零售总额", "亿元", "481.25")))
PAGE = (
    f"<html><body><h1>{TITLE}</h1><table><tr><td>{'<td>'.join(HEAD)}"
    "<tr><td>社会消费品零售总额<td>亿元<td>481.25</table></body></html>"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", WORD_FILE),
        ("a.DOCM", WORD_FILE),
        ("a.html", PAGE.encode()),
        ("a.htm", PAGE.encode("gb18030")),
        ("导出.xls", PAGE.encode("gb18030")),
        ("a.xlsx", WORD_FILE),
    ],
)
def test_a_table_of_a_document_is_stored_with_its_place(ingest, store, deliver, name, content):
    deliver(f"x/{name}", content)
    result = ingest()[f"data/raw/x/{name}"]
    assert (result.status, result.observations, result.problems) == ("read", 1, ())
    row = store.as_of(None).iloc[0]
    assert (row["indicator"], row["period"], row["value"]) == (
        "csm.retail.total",
        "2024-09",
        481.25,
    )
    assert (row["sheet"], row["cell"]) == ("表1", "C2")


@pytest.mark.parametrize(
    ("name", "message", "remedy"),
    [
        ("a.doc", "这种文字文档", ".docx"),
        ("a.PDF", "版式文件", "原件"),
        ("a.et", "这种电子表格", ".xlsx"),
        ("a.zip", "压缩包", "解压"),
        ("a.json", "不能读取 .json 文件", "_ 开头"),
    ],
)
def test_what_is_not_read_says_what_to_save_it_as(ingest, deliver, name, message, remedy):
    deliver(f"x/{name}", b"x")
    (problem,) = ingest()[f"data/raw/x/{name}"].problems
    assert message in problem.message and remedy in problem.remedy


def test_one_bad_file_does_not_stop_the_others(ingest, deliver):
    deliver("x/a.xlsx", b"")
    deliver("x/b.csv", CSV + GOOD)
    assert [result.status for result in ingest().values()] == ["quarantined", "read"]


def test_a_quarantined_file_may_be_corrected_in_place(ingest, deliver):
    deliver("x/a.csv", CSV + GOOD.replace("427", "NA"))
    ingest()
    deliver("x/a.csv", CSV + GOOD)
    assert ingest()["data/raw/x/a.csv"].status == "read"


def test_a_corrected_file_adds_what_the_first_could_not_give(ingest, store, deliver, workspace):
    deliver("x/a.csv", CSV + GOOD + GOOD.replace("retail.total", "retail.totl").replace("08", "07"))
    assert len(ingest()["data/raw/x/a.csv"].problems) == 1
    (first,) = store.ledger().values()
    deliver("x/a.csv", CSV + GOOD.replace("08", "07").replace("427", "370") + GOOD)
    result = ingest()["data/raw/x/a.csv"]
    assert (result.status, result.observations, result.problems) == ("read", 2, ())
    assert dict(zip(*(store.as_of(None)[name] for name in ("cell", "value")), strict=True)) == {
        "E2": 370.0,
        "E3": 427.0,
    }
    (entry,) = store.ledger().values()
    assert (entry.earlier, entry.kept, entry.sha256 != first.sha256) == ((first.sha256,), (), True)
    assert ingest()["data/raw/x/a.csv"].status == "unchanged"
    assert unread_files(workspace) == ()


def test_a_corrected_file_does_not_change_what_was_stored(
    ingest, store, deliver, workspace, monkeypatch
):
    deliver("x/a.csv", CSV + GOOD + GOOD.replace("08", "07"))
    ingest()
    before = store.as_of(None)
    deliver("x/a.csv", CSV + GOOD.replace("427", "500") + GOOD.replace("08", "06"))
    for again in (False, True):
        if again:
            monkeypatch.setattr(deliveries, "_code_digest", lambda: "another")
        result = ingest()["data/raw/x/a.csv"]
        assert (result.status, result.observations) == ("read", 3)
        assert [problem.cell for problem in result.problems] == ["E2", "E3"]
        now = store.as_of(None)
        pd.testing.assert_frame_equal(now[now["period"] > "2024-06"].reset_index(drop=True), before)
    (entry,) = store.ledger().values()
    assert len(list(store.root.rglob("*.parquet"))) == len(entry.parts) == 2
    ((path, reason),) = unread_files(workspace)
    assert (path, "2 个数" in reason) == ("data/raw/x/a.csv", True)
    # The original back, and the other version beside it: nothing is left to do.
    deliver("x/a.csv", CSV + GOOD + GOOD.replace("08", "07"))
    deliver("x/b.csv", CSV + GOOD.replace("427", "500").replace("-09-22", "-10-22"))
    results = ingest()
    assert [(item.status, item.problems) for item in results.values()] == [("read", ())] * 2
    assert unread_files(workspace) == ()
    assert store.as_of(dt.date(2024, 9, 30))["value"].tolist() == [427.0] * 3
    assert sorted(store.as_of(None)["value"]) == [427.0, 427.0, 500.0]


def test_a_corrected_file_with_a_later_day_is_a_revision(ingest, store, deliver):
    deliver("x/a.csv", CSV + GOOD)
    ingest()
    deliver("x/a.csv", CSV + GOOD.replace("427", "500").replace("-09-22", "-10-22"))
    result = ingest()["data/raw/x/a.csv"]
    assert (result.status, result.observations, result.problems) == ("read", 2, ())
    assert store.as_of(dt.date(2024, 9, 30))["value"].tolist() == [427.0]
    assert store.as_of(None)["value"].tolist() == [500.0]


@pytest.mark.parametrize("name", ["a.csv", "delivery.toml"])
def test_a_correction_that_cannot_be_read_withdraws_nothing(
    ingest, store, deliver, workspace, name
):
    deliver("x/a.csv", CSV + GOOD)
    ingest()
    deliver("x/a.csv", CSV + GOOD.replace("427", "500").replace("-09-22", "-10-22"))
    ingest()
    deliver(f"x/{name}", "provenence")
    result = ingest()["data/raw/x/a.csv"]
    assert (result.status, result.observations) == ("quarantined", 2)
    assert len(store.history()) == 2
    if name == "a.csv":
        ((_, reason),) = unread_files(workspace)
        assert "没有读入" in reason


def test_a_changed_sidecar_reads_again_and_replaces(ingest, store, deliver):
    deliver("x/a.csv", CSV + GOOD)
    ingest()
    deliver("x/delivery.toml", 'provenance = "second_hand"')
    assert ingest()["data/raw/x/a.csv"].status == "read"
    assert store.as_of(None)["provenance"].tolist() == ["second_hand"]


@pytest.mark.parametrize(
    ("name", "text"),
    [("words.toml", '[labels]\n"社零" = "csm.retail.total"\n'), ("layouts/own.toml", DESCRIPTION)],
)
def test_changed_words_or_descriptions_read_again(ingest, workspace, deliver, name, text):
    deliver("x/a.csv", CSV + GOOD)
    ingest()
    (workspace.root / name).parent.mkdir(exist_ok=True)
    (workspace.root / name).write_text(text, encoding="utf-8")
    assert ingest()["data/raw/x/a.csv"].status == "read"
    assert ingest()["data/raw/x/a.csv"].status == "unchanged"


def test_a_corrected_reader_reads_again(ingest, deliver, monkeypatch):
    deliver("x/a.csv", CSV + GOOD)
    ingest()
    monkeypatch.setattr(deliveries, "_code_digest", lambda: "another")
    assert ingest()["data/raw/x/a.csv"].status == "read"


def test_a_sidecar_that_becomes_wrong_withdraws_its_files(ingest, store, deliver):
    deliver("x/a.csv", CSV + GOOD)
    ingest()
    deliver("x/delivery.toml", 'provenence = "second_hand"')
    result = ingest()["data/raw/x/a.csv"]
    assert (result.status, "provenence" in result.problems[0].message) == ("quarantined", True)
    assert store.as_of(None).empty


def test_a_file_that_was_taken_away_is_told(ingest, deliver):
    file = deliver("x/a.csv", CSV + GOOD)
    ingest()
    file.unlink()
    result = ingest()["data/raw/x/a.csv"]
    assert (result.status, result.observations) == ("unchanged", 1)
    assert "移走" in result.problems[0].message


def test_files_that_disagree_are_both_told_until_one_is_corrected(ingest, store, deliver):
    deliver("x/a.csv", CSV + GOOD)
    deliver("x/b.csv", CSV + GOOD.replace("427", "437"))
    for _ in range(2):
        results = ingest()
        assert all("427 | 437" in result.problems[0].message for result in results.values())
    assert store.as_of(None)["status"].tolist() == ["quarantined"]


def test_a_conflict_is_told_of_a_file_whatever_bars_its_name_holds(ingest, deliver):
    deliver("x/a | 终稿.csv", CSV + GOOD)
    deliver("x/b.csv", CSV + GOOD.replace("427", "437"))
    results = ingest()
    assert all(len(result.problems) == 1 for result in results.values())
    (problem,) = results["data/raw/x/a | 终稿.csv"].problems
    assert "data/raw/x/a | 终稿.csv E2；data/raw/x/b.csv E2" in problem.message


@pytest.mark.parametrize("corrected", [GOOD + GOOD.replace("08", "07"), GOOD.replace("08", "07")])
def test_a_conflict_of_files_ends_when_one_is_corrected(ingest, store, deliver, corrected):
    deliver("x/a.csv", CSV + GOOD)
    deliver("x/b.csv", CSV + GOOD.replace("427", "437") + GOOD.replace("08", "07"))
    ingest()
    deliver("x/b.csv", CSV + corrected)
    assert all(result.problems == () for result in ingest().values())
    assert store.as_of(None)["value"].tolist() == [427.0, 427.0]


@pytest.mark.parametrize("files", [("a", "b"), ("a", "a")])
@pytest.mark.parametrize(
    ("published", "decided"), [("2024-09-22", True), ("", True), ("2024-10-22", False)]
)
def test_a_dispute_that_a_correction_settled_asks_for_nothing(
    ingest, workspace, deliver, files, published, decided
):
    told = {}
    for name, row in zip(files, (GOOD, GOOD.replace("427", "437")), strict=True):
        told[name] = told.get(name, CSV) + row
        deliver(f"x/{name}.csv", told[name])
    assert all(result.needs_attention for result in ingest().values())
    day = f"published = {published}" if published else ""
    (workspace.root / "corrections.toml").write_text(
        f"""[[correction]]
        region = "{workspace.region.code}"
        indicator = "csm.retail.total"
        measure = "level"
        span = "ytd"
        period = "2024-08"
        {day}
        expected = "quarantined"
        new = 437
        reason = "a 是草稿"
        source = "区统计局电话"
        who = "张三"
        when = 2024-09-25
        """
    )
    problems = [problem for result in ingest().values() for problem in result.problems]
    assert len(problems) == len(set(files))
    assert {problem.kind for problem in problems} == {"skipped" if decided else "refused"}
    assert all(("张三 2024-09-25 更正为 437" in problem.message) == decided for problem in problems)


def test_only_the_named_paths_are_read(ingest, store, deliver):
    deliver("x/a.csv", CSV + GOOD)
    other = deliver("y/b.csv", CSV + GOOD)
    assert set(ingest(other)) == {"data/raw/y/b.csv"}
    assert set(store.ledger()) == {"data/raw/y/b.csv"}


def test_a_half_copied_workbook_waits_and_is_read_when_it_is_whole(ingest, store, deliver):
    whole = workbook_bytes(month_report(RETAIL))
    deliver("x/a.xlsx", whole[: len(whole) // 2])
    result = ingest()["data/raw/x/a.xlsx"]
    assert (result.status, "拷贝完" in result.problems[0].message) == ("quarantined", True)
    deliver("x/a.xlsx", whole)
    assert ingest()["data/raw/x/a.xlsx"].status == "read"
    assert len(store.as_of(None)) == 3


def test_a_file_that_keeps_changing_is_told_and_not_read(ingest, store, deliver, monkeypatch):
    file = deliver("x/a.csv", CSV + GOOD)
    read_bytes = type(file).read_bytes

    def read_while_it_grows(path):
        data = read_bytes(path)
        if path.suffix == ".csv":
            path.write_bytes(data + GOOD.encode())
        return data

    monkeypatch.setattr("lianhu_analysis.intake.ingest.SETTLE_SECONDS", 0)
    monkeypatch.setattr(type(file), "read_bytes", read_while_it_grows)
    result = ingest()["data/raw/x/a.csv"]
    assert (result.status, "正在变化" in result.problems[0].message) == ("quarantined", True)
    assert store.ledger() == {}


def test_an_unfinished_download_is_named(ingest, deliver):
    deliver("x/a.xlsx.crdownload", b"PK")
    assert "没有下载" in ingest()["data/raw/x/a.xlsx.crdownload"].problems[0].message


def test_a_plain_csv_is_read_by_its_layout(ingest, store, deliver):
    text = "莲湖区2024年1—9月\n指标名称,单位,本月止累计\n社会消费品零售总额,亿元,481.25\n"
    deliver("x/a.csv", text.encode("gb18030"))
    assert ingest()["data/raw/x/a.csv"].status == "read"
    row = store.as_of(None).iloc[0]
    assert (row["value"], row["sheet"], row["cell"]) == (481.25, "", "C3")


def test_files_are_answered_in_order_however_long_each_takes(ingest, store, deliver):
    names = [f"x/{number:02d}" for number in range(12)]
    for number, name in enumerate(names):
        if number % 3 == 0:
            deliver(f"{name}.csv", CSV + GOOD)
        elif number % 3 == 1:
            deliver(f"{name}.xlsx", month_report(RETAIL))
        else:
            deliver(f"{name}.xlsx", b"PK\x03\x04 no workbook")
    results = ingest()
    assert list(results) == sorted(results)
    assert [result.status for result in results.values()] == ["read", "read", "quarantined"] * 4
    assert len(store.ledger()) == 8


def test_what_a_run_replaced_is_swept_when_it_ends(ingest, store, deliver, monkeypatch):
    for name in ("a", "b", "c"):
        deliver(f"x/{name}.csv", CSV + GOOD)
    ingest()
    first = set(store.root.rglob("*.parquet"))
    monkeypatch.setattr(deliveries, "_code_digest", lambda: "another")
    ingest()
    second = set(store.root.rglob("*.parquet"))
    assert len(first) == len(second) == 3 and not first & second
