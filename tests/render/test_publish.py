from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lxml.html
import pytest
from filelock import FileLock

from lianhu_analysis.errors import ReportError, StoreError, UsageError
from lianhu_analysis.intake import whole_files
from lianhu_analysis.render.publishing import publish as publishing
from lianhu_analysis.render.publishing.publish import (
    ManifestEntry,
    file_hash,
    find_published,
    fingerprint,
    orphans,
    publish,
    read_manifest,
    refuse_another,
    safe_name,
    versions,
)

PRINT = "a" * 64


def entry(name="610104-2024Q3", **changes):
    settings = {
        "name": name,
        "title": f"报告 <{name}>",
        "region": "610104",
        "region_zh": "莲湖区",
        "quarter": "2024Q3",
        "as_of": "2024-10-25",
        "language": "zh-CN",
        "simulated": False,
        "fingerprint": PRINT,
        "inputs": {"store": "b" * 64},
        "parameters": {"quarter": "2024Q3"},
        "versions": {"python": "3.11"},
        **changes,
    }
    return ManifestEntry(**settings)


@pytest.fixture
def private(tmp_path):
    folder = tmp_path / "private"
    folder.mkdir()
    (folder / "610104-2024Q3.html").write_text("<p>报告</p>", encoding="utf-8")
    return folder


@pytest.fixture
def reports(tmp_path):
    return tmp_path / "reports"


def publish_another(reports, tmp_path):
    folder = tmp_path / "another"
    folder.mkdir()
    (folder / "another.html").write_text("<p>另一份</p>", encoding="utf-8")
    publish(folder, reports, entry("another"))


def index_rows(reports):
    tree = lxml.html.document_fromstring((reports / "index.html").read_text("utf-8"))
    return [
        [" ".join(cell.text_content().split()) for cell in row] for row in tree.xpath("//tbody/tr")
    ]


def test_a_published_report_has_files_entry_and_index(private, reports):
    whole = publish(private, reports, entry())
    file = reports / "610104-2024Q3.html"
    assert file.read_text("utf-8") == "<p>报告</p>"
    assert whole.outputs == {"610104-2024Q3.html": file_hash(file)}
    assert read_manifest(reports) == (whole,)
    assert index_rows(reports) == [
        [
            "报告 <610104-2024Q3>",
            "莲湖区",
            "2024Q3",
            "2024-10-25",
            "无判断",
            "—",
            "只有网页",
            "内部",
            "中文",
            "实际数据",
        ]
    ]
    assert sorted(path.name for path in reports.iterdir() if not path.name.startswith(".")) == [
        "610104-2024Q3.html",
        "index.html",
        "manifest",
    ]


def test_simulated_reports_are_marked_in_the_index(private, reports):
    publish(private, reports, entry(simulated=True))
    assert index_rows(reports)[0][-1] == "演示数据（模拟）"


def test_an_unchanged_report_is_found_and_need_not_be_rendered(private, reports):
    whole = publish(private, reports, entry())
    assert find_published(reports, "610104-2024Q3", PRINT) == whole
    assert find_published(reports, "610104-2024Q3", "c" * 64) is None
    assert find_published(reports, "other", PRINT) is None


@pytest.mark.parametrize("damage", ["changed", "removed", "entry"])
def test_a_damaged_report_is_rendered_again_and_not_shown(private, reports, tmp_path, damage):
    publish(private, reports, entry())
    file = reports / "610104-2024Q3.html"
    if damage == "changed":
        file.write_text("<p>篡改</p>", encoding="utf-8")
    elif damage == "removed":
        file.unlink()
    else:
        (reports / "manifest" / "610104-2024Q3.json").write_text('{"name"', encoding="utf-8")
    assert find_published(reports, "610104-2024Q3", PRINT) is None
    publish_another(reports, tmp_path)
    assert [row[0] for row in index_rows(reports)] == ["报告 <another>"]
    assert orphans(reports) == (() if damage == "removed" else ("610104-2024Q3.html",))


def test_a_file_without_entry_is_an_orphan_and_not_shown(private, reports, tmp_path):
    publish(private, reports, entry())
    (reports / "half-made.html").write_text("<p>半成品</p>", encoding="utf-8")
    publish_another(reports, tmp_path)
    assert orphans(reports) == ("half-made.html",)
    assert len(index_rows(reports)) == 2


@pytest.mark.parametrize("survivors", [0, 1])
def test_a_crash_before_the_entry_publishes_nothing(private, reports, monkeypatch, survivors):
    renames = iter([None] * survivors)
    real = os.replace

    def crash(source, target):
        next(renames)  # raises StopIteration when the machine "dies"
        real(source, target)

    with monkeypatch.context() as patch, pytest.raises((StopIteration, RuntimeError)):
        patch.setattr(os, "replace", crash)
        publish(private, reports, entry())
    assert read_manifest(reports) == ()
    assert find_published(reports, "610104-2024Q3", PRINT) is None
    publish(private, reports, entry())
    assert len(read_manifest(reports)) == 1
    assert not list(reports.rglob("*.part"))


def whole_with(private, text):
    for suffix in publishing.SUFFIXES:
        (private / f"610104-2024Q3{suffix}").write_text(f"<p>{text}</p>", encoding="utf-8")


def shown(reports):
    return {file.read_text(encoding="utf-8") for file in reports.glob("610104*") if file.is_file()}


def test_a_report_is_vouched_for_wherever_its_successor_stops(private, reports, monkeypatch):
    rows = {}
    for text in ("new", "old"):
        whole_with(private, text)
        publish(private, reports, entry(title=text))
        rows[text] = index_rows(reports)[0]
    assert rows["new"] != rows["old"]
    whole_with(private, "new")
    real, stopped = publishing.write_whole, 0
    # Three files beside their places, the entry, three files in place, the index.
    for last in range(8):
        calls = iter(range(last))

        def write(target, data, calls=calls):
            if next(calls, None) is None:
                raise StoreError("断电")
            real(target, data)

        with monkeypatch.context() as patch, pytest.raises(StoreError, match="断电"):
            patch.setattr(publishing, "write_whole", write)
            publish(private, reports, entry(title="new", fingerprint="c" * 64))
        (standing,) = read_manifest(reports)
        # The entry is the fourth; from then on it is the new report.
        assert standing.fingerprint == ("c" * 64 if last >= 4 else PRINT)
        found = find_published(reports, "610104-2024Q3", standing.fingerprint)
        assert found == standing
        assert shown(reports) == {"<p>new</p>" if last >= 4 else "<p>old</p>"}
        # The list of reports says what stands, too.
        assert index_rows(reports)[0] == rows["new" if last >= 4 else "old"]
        assert not list(reports.glob("*.pending")), last
        stopped += 1
        whole_with(private, "old")
        publish(private, reports, entry(title="old"))
        whole_with(private, "new")
    assert stopped == 8


def test_a_folder_in_use_is_waited_for_and_then_refused(private, reports, monkeypatch):
    monkeypatch.setattr(whole_files, "LOCK_SECONDS", 0.1)
    reports.mkdir()
    lock = reports / ".publish.lock"
    with FileLock(lock), pytest.raises(StoreError, match=f"占用报告文件夹超过 0 秒（锁文件 {lock}"):
        publish(private, reports, entry())
    assert read_manifest(reports) == ()


def test_a_missing_or_empty_file_publishes_nothing(private, reports):
    with pytest.raises(ReportError, match=r"another.html 不存在或为空"):
        publish(private, reports, entry("another"))
    (private / "610104-2024Q3.html").write_text("")
    with pytest.raises(ReportError, match="不存在或为空"):
        publish(private, reports, entry())
    assert not reports.exists()


def test_the_same_report_gives_the_same_bytes_everywhere(private, reports, tmp_path):
    publish(private, reports, entry())
    publish(private, tmp_path / "again", entry())
    for name in ("index.html", "manifest/610104-2024Q3.json", "610104-2024Q3.html"):
        assert (reports / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_reports_published_at_once_all_arrive(reports, tmp_path):
    def one(number):
        folder = tmp_path / f"p{number}"
        folder.mkdir()
        (folder / f"r{number}.html").write_text(f"<p>{number}</p>", encoding="utf-8")
        publish(folder, reports, entry(f"r{number}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(8)))
    assert len(read_manifest(reports)) == 8
    assert len(index_rows(reports)) == 8


def test_reports_of_two_workspaces_on_one_region_do_not_overwrite_each_other(private, reports):
    publish(private, reports, entry())  # of a version that did not say whose it is
    publish(private, reports, entry(workspace="../east"))
    before = (reports / "610104-2024Q3.html").read_bytes()
    with pytest.raises(ReportError, match=r"另一个工作区（\.\./east）的 610104 的报告"):
        publish(private, reports, entry(workspace="../west", fingerprint="c" * 64))
    assert (reports / "610104-2024Q3.html").read_bytes() == before
    publish(private, reports, entry(workspace="../east"))
    refuse_another(reports, "610103", "../west")


def test_names_that_differ_only_in_case_or_form_collide(private, reports, tmp_path):
    publish(private, reports, entry())
    (private / "610104-2024q3.html").write_text("x", encoding="utf-8")
    with pytest.raises(ReportError, match="只差大小写或字形"):
        publish(private, reports, entry("610104-2024q3"))
    (private / "index.html").write_text("x", encoding="utf-8")
    with pytest.raises(ReportError, match=r"index\.html"):
        publish(private, tmp_path / "fresh", entry("index"))


@pytest.mark.parametrize(
    "parts",
    [
        ("..", "x"),
        ("a/b",),
        ("a\\b",),
        ("a:b",),
        ("con",),
        ("COM1.x",),
        ("nul",),
        ("aux.html",),
        ("a.",),
        ("a ",),
        (".a",),
        ("a\n",),
        ("a\u202eb",),
        ("", "a"),
        ("长" * 41,),
        ("what?",),
    ],
)
def test_a_name_that_some_system_cannot_keep_is_refused(parts):
    if parts == ("..", "x"):
        parts = ("..",)
    with pytest.raises(UsageError, match="不能用作文件名"):
        safe_name(*parts)


def test_names_are_joined_in_one_unicode_form():
    assert safe_name("610104", "2024Q3", "zh") == "610104-2024Q3-zh"
    assert safe_name("莲湖区") == "莲湖区"
    assert safe_name("e\u0301") == "\u00e9"
    assert safe_name("controls") == "controls"


def test_an_entry_with_an_unsafe_name_is_not_published(private, reports):
    with pytest.raises(UsageError):
        publish(private, reports, entry("../x"))
    with pytest.raises(UsageError, match="safe_name"):
        publish(private, reports, entry("e\u0301"))


def test_fingerprint_changes_with_every_part_and_not_with_order():
    base = fingerprint({"a": "1", "b": "2"}, {"q": "2024Q3"}, {"python": "3.11"})
    assert base == fingerprint({"b": "2", "a": "1"}, {"q": "2024Q3"}, {"python": "3.11"})
    others = {
        fingerprint({"a": "1", "b": "3"}, {"q": "2024Q3"}, {"python": "3.11"}),
        fingerprint({"a": "1", "b": "2"}, {"q": "2024Q2"}, {"python": "3.11"}),
        fingerprint({"a": "1", "b": "2"}, {"q": "2024Q3"}, {"python": "3.12"}),
    }
    assert len(others | {base}) == 4


def test_versions_name_what_numbers_depend_on():
    assert {"python", "lianhu-analysis", "statsmodels", "numpy"} <= set(versions())


def test_an_entry_is_plain_json(private, reports):
    publish(private, reports, entry())
    text = Path(reports / "manifest" / "610104-2024Q3.json").read_text("utf-8")
    assert json.loads(text)["inputs"] == {"store": "b" * 64}
    assert "莲湖区" in text


def test_other_forms_are_published_with_the_page_and_go_with_it(private, reports):
    for suffix in (".docx", ".xlsx"):
        (private / f"610104-2024Q3{suffix}").write_bytes(b"PK")
    whole = publish(private, reports, entry())
    assert set(whole.outputs) == {f"610104-2024Q3{kind}" for kind in (".html", ".docx", ".xlsx")}
    assert index_rows(reports)[0][6] == "Word、数字出处表"
    (reports / "610104-2024Q3.docx").write_bytes(b"changed")
    assert read_manifest(reports) == ()
    # A later edition without them must not stand beside what an earlier one said.
    for suffix in (".docx", ".xlsx"):
        (private / f"610104-2024Q3{suffix}").unlink()
    publish(private, reports, entry(fingerprint="c" * 64))
    assert [file.name for file in reports.glob("610104*")] == ["610104-2024Q3.html"]


def test_an_empty_form_refuses_the_report(private, reports):
    (private / "610104-2024Q3.docx").write_bytes(b"")
    with pytest.raises(ReportError, match=r"610104-2024Q3\.docx 不存在或为空"):
        publish(private, reports, entry())
    assert not reports.exists()
