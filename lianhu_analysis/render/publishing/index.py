"""The page that lists the published reports: each with its verdicts, found by words and filters.

It is the only page of ours with a script, a constant one that the content policy names by its
hash: it hides rows, and neither asks anybody nor writes anything.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from lianhu_analysis.render.publishing.manifest import FORMATS, REPORT_SUFFIX, ManifestEntry
from lianhu_analysis.render.tables import SIMULATED_MARK, TERMS, Html, html_table, join, name, when

__all__ = ["index_page"]

TITLE = "经济分析报告"
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
AUDIENCE_NAMES = {"internal": "内部", "public": "公开"}
SIGNS = TERMS["signs"]
UNKNOWN = ("—", "none")
CHANGES_TOLD = 2
LEGEND = (
    "判断依次为各项目标：成 已实现，稳 很有把握，望 有望，疑 难以判断，难 难度较大，危 很难，未 未实现，"
    "— 不作预测。"
)
SCRIPT = Path(__file__).parent / "templates" / "index.js"


def index_page(entries: Sequence[ManifestEntry]) -> str:
    """Return the page that lists reports, the newest period first."""
    # Page making costs seconds to import: only where a page is made.
    from lianhu_analysis.render.publishing.page import build_document

    ordered = sorted(entries, key=_place, reverse=True)
    if not ordered:
        listed = "<p>还没有发布的报告。</p>"
    else:
        heads = "报告 地区 时期 数据截至 判断 比上一份 其他格式 读者 语言 性质".split()
        rows = [_row(entry, _before(entry, ordered)) for entry in ordered]
        table = html_table(heads, rows, "已发布的报告")
        listed = f'{_controls(ordered)}<p class="note">{LEGEND}</p>{table}'
    script = SCRIPT.read_text(encoding="utf-8") if ordered else ""
    body = (
        f'<a class="skip" href="#main">跳到正文</a><header><h1>{TITLE}</h1></header>'
        f'<main id="main">{listed}<p class="note">只列出完整运行、数字全部可追溯的报告。</p></main>'
    )
    return build_document(body, title=TITLE, script=script)


def _place(entry: ManifestEntry) -> tuple[str, ...]:
    """Order by the month in which a period ends, whatever a manifest says for one."""
    year, _, number = entry.quarter.partition("Q")
    end = f"{year}-{3 * int(number):02d}" if number in tuple("1234") else entry.quarter
    return end, entry.region, entry.as_of, entry.quarter, entry.name


def _controls(entries: Sequence[ManifestEntry]) -> str:
    """Return the search box, and a choice for each column in which the reports differ."""
    choices = {
        "年份": sorted({entry.quarter[:4] for entry in entries}, reverse=True),
        "地区": sorted({entry.region_zh for entry in entries}),
        "读者": sorted({AUDIENCE_NAMES[entry.audience] for entry in entries}),
        "语言": sorted({LANGUAGE_NAMES.get(entry.language, "中文") for entry in entries}),
    }
    selects = [
        f'<label>{label} <select data-filter><option value="">全部</option>'
        + "".join(f"<option>{html.escape(item)}</option>" for item in found)
        + "</select></label>"
        for label, found in choices.items()
        if len(found) > 1
    ]
    search = '<label>查找 <input type="search" data-filter></label>'
    return f'<p class="filters">{search}{"".join(selects)} 共 <span id="shown"></span> 份</p>'


def _row(entry: ManifestEntry, before: ManifestEntry | None) -> list[object]:
    mark = Html(f'<span class="simulated">{SIMULATED_MARK}</span>')
    return [
        Html(f'<a href="{quote(entry.name)}{REPORT_SUFFIX}">{html.escape(entry.title)}</a>'),
        entry.region_zh,
        when(entry.quarter),
        when(entry.as_of),
        _strip(entry),
        _changes(entry, before),
        _other_formats(entry),
        AUDIENCE_NAMES[entry.audience],
        LANGUAGE_NAMES.get(entry.language, "中文"),
        mark if entry.simulated else "实际数据",
    ]


def _strip(entry: ManifestEntry) -> Html:
    """Show each target's verdict as a coloured sign, its words on hover and for screen readers."""
    signs = [
        f'<span class="sign {SIGNS.get(words, UNKNOWN)[1]}" role="img" '
        f'aria-label="{html.escape(f"{target}：{words}")}" title="{html.escape(f"{target}：{words}")}">'
        f"{SIGNS.get(words, UNKNOWN)[0]}</span>"
        for target, words in entry.verdicts
    ]
    return Html(f'<span class="strip">{"".join(signs)}</span>' if signs else "无判断")


def _before(entry: ManifestEntry, entries: Sequence[ManifestEntry]) -> ManifestEntry | None:
    """Return the same reader's report on the same year before it that tells its verdicts."""
    same = (
        item
        for item in entries
        if (item.region, item.audience, item.language)
        == (entry.region, entry.audience, entry.language)
        and item.quarter[:4] == entry.quarter[:4]
        and item.as_of < entry.as_of
        and item.verdicts
    )
    return max(same, key=lambda item: (item.as_of, item.name), default=None)


def _changes(entry: ManifestEntry, before: ManifestEntry | None) -> Html | str:
    if before is None or not entry.verdicts:
        return "—"
    told, now = _by_target(before), _by_target(entry)
    moved = [
        join(name(key[0]), "：", told[key], "→", words)
        for key, words in now.items()
        if told.get(key, words) != words
    ]
    more = f"等 {len(moved)} 项" if len(moved) > CHANGES_TOLD else ""
    # A target that was set anew has no verdict before, nor is it unchanged.
    others = "" if told.keys() == now.keys() else "目标有变动"
    shown = "；".join(moved[:CHANGES_TOLD]) + more
    return Html("；".join(filter(None, [shown, others])) or "判断不变")


def _by_target(entry: ManifestEntry) -> dict[tuple[str, int], str]:
    """Return verdicts by target: its name, which several may share, and the how manieth of it."""
    names = [target for target, _ in entry.verdicts]
    verdicts = enumerate(entry.verdicts)
    return {(target, names[:n].count(target)): words for n, (target, words) in verdicts}


def _other_formats(entry: ManifestEntry) -> Html:
    """Link the Word document and the annex of a report, where it has them."""
    links = [
        f'<a href="{quote(entry.name)}.{kind}">{words}</a>'
        for kind, words in FORMATS.items()
        if kind != "html" and f"{entry.name}.{kind}" in entry.outputs
    ]
    return Html("、".join(links) or "只有网页")
