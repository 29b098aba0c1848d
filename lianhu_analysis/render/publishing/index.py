"""The page that lists the published reports: each with its verdicts, found by words and filters.

It is the only page of ours with a script, a constant one that the content policy names by its
hash: it hides rows, and neither asks anybody nor writes anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lianhu_analysis.render.publishing.manifest import FORMATS, ManifestEntry
from lianhu_analysis.render.tables import SIMULATED_MARK, TERMS, Html, join, name

__all__ = ["index_page"]

TITLE = "经济分析报告"
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
AUDIENCE_NAMES = {"internal": "内部", "public": "公开"}
SIGNS = TERMS["signs"]
UNKNOWN = ("—", "none")
CHANGES_TOLD = 2
TEMPLATES = Path(__file__).parent / "templates"


def index_page(entries: Sequence[ManifestEntry]) -> str:
    """Return the page that lists reports, the newest period first."""
    # Page making costs seconds to import: only where a page is made.
    import jinja2

    from lianhu_analysis.render.publishing.page import build_document

    ordered = sorted(entries, key=_place, reverse=True)
    template = jinja2.Template((TEMPLATES / "index.html.j2").read_text("utf-8"), autoescape=True)
    body = template.render(
        title=TITLE,
        mark=SIMULATED_MARK,
        choices=_choices(ordered),
        rows=[_row(entry, _before(entry, ordered)) for entry in ordered],
    )
    script = (TEMPLATES / "index.js").read_text("utf-8") if ordered else ""
    return build_document(body, title=TITLE, script=script)


def _place(entry: ManifestEntry) -> tuple[str, ...]:
    """Order by the month in which a period ends, whatever a manifest says for one."""
    year, _, number = entry.quarter.partition("Q")
    end = f"{year}-{3 * int(number):02d}" if number in tuple("1234") else entry.quarter
    return end, entry.region, entry.as_of, entry.quarter, entry.name


def _choices(entries: Sequence[ManifestEntry]) -> dict[str, list[str]]:
    """Return what can be chosen of each column in which the reports may differ."""
    return {
        "年份": sorted({entry.quarter[:4] for entry in entries}, reverse=True),
        "地区": sorted({entry.region_zh for entry in entries}),
        "读者": sorted({AUDIENCE_NAMES[entry.audience] for entry in entries}),
        "语言": sorted({LANGUAGE_NAMES.get(entry.language, "中文") for entry in entries}),
    }


def _row(entry: ManifestEntry, before: ManifestEntry | None) -> tuple[object, ...]:
    """Return a report, its reader and language, its signs, what changed and its other formats."""
    return (
        entry,
        AUDIENCE_NAMES[entry.audience],
        LANGUAGE_NAMES.get(entry.language, "中文"),
        # A coloured sign for each target, with its words on hover and for screen readers.
        [(target, words, *SIGNS.get(words, UNKNOWN)) for target, words in entry.verdicts],
        _changes(entry, before),
        {
            kind: words
            for kind, words in FORMATS.items()
            if kind != "html" and f"{entry.name}.{kind}" in entry.outputs
        },
    )


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
