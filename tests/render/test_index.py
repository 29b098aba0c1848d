"""The list of reports: verdicts, what changed, and what the search finds."""

import lxml.html
import pytest

from lianhu_analysis.render.publishing.index import SIGNS, index_page
from lianhu_analysis.render.publishing.manifest import ManifestEntry
from lianhu_analysis.render.quarterly.report import WORDS
from tests.render.browser import browser, needs_chromium


def entry(quarter="2024Q3", as_of="2024-10-31", verdicts=(), **changes):
    settings = {
        "name": f"610104-{quarter}-{as_of}",
        "title": f"莲湖区{quarter}",
        "region": "610104",
        "region_zh": "莲湖区",
        "quarter": quarter,
        "as_of": as_of,
        "language": "zh",
        "simulated": False,
        "fingerprint": "a" * 64,
        "inputs": {},
        "parameters": {},
        "versions": {},
        "verdicts": verdicts,
    }
    return ManifestEntry(**settings | changes)


def rows(page):
    tree = lxml.html.document_fromstring(page)
    heads = [head.text_content() for head in tree.xpath("//thead//th")]
    return [
        dict(zip(heads, (cell.text_content() for cell in row), strict=True))
        for row in tree.xpath("//tbody/tr")
    ]


def test_each_report_shows_its_verdicts_and_what_changed_since_the_one_before():
    before = entry("2024Q2", "2024-07-31", [["生产总值", "有望实现"], ["土地", "很难实现"]])
    after = entry(verdicts=[["生产总值", "实现难度较大"], ["土地", "很难实现"]])
    other = entry("2024Q1", "2024-04-30", [["生产总值", "已实现"]], audience="public")
    found = rows(index_page([before, other, after]))
    assert [row["时期"] for row in found] == ["2024Q3", "2024Q2", "2024Q1"]
    assert [row["判断"] for row in found] == ["难危", "望危", "成"]
    # Another reader's report is not the one before.
    assert [row["比上一份"] for row in found] == ["生产总值：有望实现→实现难度较大", "—", "—"]
    assert [row["读者"] for row in found] == ["内部", "内部", "公开"]
    # Nor is one that an earlier release made, which does not tell its verdicts.
    silent = entry("2024Q4", "2025-01-30")
    assert [rows(index_page([after, silent]))[0][key] for key in ("判断", "比上一份")] == [
        "无判断",
        "—",
    ]
    same = entry("2024Q4", "2025-01-31", after.verdicts)
    assert rows(index_page([after, silent, same]))[0]["比上一份"] == "判断不变"


def test_many_changes_are_counted_and_a_target_that_is_new_is_none():
    before = entry("2024Q2", "2024-07-31", [[f"甲{n}", "已实现"] for n in range(4)])
    after = entry(verdicts=[[f"甲{n}", "未实现"] for n in range(4)] + [["乙", "未实现"]])
    (told, _) = rows(index_page([before, after]))
    assert told["比上一份"] == "甲0：已实现→未实现；甲1：已实现→未实现等 4 项；目标有变动"


def test_a_target_that_was_set_anew_is_not_unchanged():
    before = entry("2024Q2", "2024-07-31", [["增长5%左右", "很有把握实现"]])
    (told, _) = rows(index_page([before, entry(verdicts=[["增长5.4%左右", "很难实现"]])]))
    assert told["比上一份"] == "目标有变动"


def test_targets_that_share_a_title_are_told_apart():
    before = entry("2024Q2", "2024-07-31", [["增长6%", "有望实现"], ["增长6%", "很难实现"]])
    (told, _) = rows(index_page([before, entry(verdicts=before.verdicts)]))
    assert told["比上一份"] == "判断不变"
    after = entry(verdicts=[["增长6%", "未实现"], ["增长6%", "很难实现"]])
    (told, _) = rows(index_page([before, after]))
    assert told["比上一份"] == "增长6%：有望实现→未实现"


def test_a_sign_has_its_words_for_those_who_cannot_see_it():
    page = index_page([entry(verdicts=[["<b>", "不作预测"]])])
    (sign,) = lxml.html.document_fromstring(page).xpath("//*[@role='img']")
    assert (sign.text, sign.get("aria-label")) == ("—", "<b>：不作预测")
    assert {words for _, words in WORDS} <= set(SIGNS)


def test_the_script_is_ours_alone_and_named_by_the_policy():
    page = index_page([entry(title="<script>alert(1)</script>")])
    tree = lxml.html.document_fromstring(page)
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "script-src 'sha256-" in policy
    assert len(tree.xpath("//script")) == 1
    assert "script" not in index_page([])


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Five hundred reports of fifty districts."""
    entries = [
        entry(
            f"20{year}Q{quarter}",
            f"20{year}-{3 * quarter:02d}-28",
            [[f"目标{n}", list(SIGNS)[(n + district) % len(SIGNS)]] for n in range(12)],
            name=f"{district:06d}-20{year}Q{quarter}",
            region=f"{district:06d}",
            region_zh=f"第{district}区",
            audience="public" if district % 2 else "internal",
        )
        for district in range(50)
        for year in (23, 24, 25)
        for quarter in (1, 2, 3, 4)
    ][:500]
    file = tmp_path_factory.mktemp("index") / "index.html"
    file.write_text(index_page(entries), encoding="utf-8")
    return file


@needs_chromium
def test_five_hundred_reports_are_searched_without_a_request(many, tmp_path):
    with browser(tmp_path / "profile") as page:
        page.open(many, width=1200)
        shown = "document.getElementById('shown').textContent"
        assert page.ask(shown) == "500"
        search = """(() => {{ const box = document.querySelectorAll('[data-filter]')[{0}];
            box.value = '{1}'; box.dispatchEvent(new Event('input')); return {2}; }})()"""
        assert page.ask(search.format(0, "第7区 2024Q3", shown)) == "1"
        assert page.ask(search.format(0, "第7区", shown)) == "12"
        assert page.ask(search.format(1, "2024", shown)) == "4"
        assert page.ask(search.format(0, "没有这样的", shown)) == "0"
        assert {url for url in page.requests if not url.startswith("data:")} == {many.as_uri()}
        assert page.errors == []
        page.ask(search.format(0, "第7区", shown))
        assert page.axe() == []
        page.open(many, width=360)
        assert page.ask("document.documentElement.scrollWidth") <= 360


def test_a_manifest_that_says_no_period_is_listed_with_the_others():
    found = rows(index_page([entry("2024Q4", "2025-01-31"), entry("2024Q9"), entry("Q")]))
    assert sorted(row["时期"] for row in found) == ["2024Q4", "2024Q9", "Q"]


def test_the_newest_period_stands_first_whether_month_or_quarter():
    made = [
        entry("2024Q1", "2024-04-30"),
        entry("2024-11", "2024-12-31"),
        entry("2024-04", "2024-05-31"),
    ]
    found = [row["时期"] for row in rows(index_page(made))]
    assert found == ["2024-11", "2024-04", "2024Q1"]
