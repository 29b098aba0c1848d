"""Tables of a Word file or a saved web page, each with the texts that stand before it.

A table without a figure, such as a page's frame or navigation, is no table here: what it
says counts as text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise, takewhile
from types import MappingProxyType
from typing import Any, NamedTuple

from lxml import etree, html

from lianhu_analysis.catalog.units import parted
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.csv_grid import decode
from lianhu_analysis.intake.grids.grid import NOTE, Grid, behind_text, bound_area, put
from lianhu_analysis.intake.grids.package import LIMIT_CODES, Package, explained, local_name
from lianhu_analysis.intake.grids.refusals import too_large, unknown

__all__ = ["read_page", "read_word"]

MAX_TABLES = 200
MAX_SPAN = 1_000
ABOVE_LINES, ABOVE_LETTERS = 40, 200
FIGURE = re.compile(r"[-+－—]?[\d,，.．\s]*\d[\d,，.．\s]*[%％‰]?(?:\[\d+\])?")
# A sentence of a report, which tells figures of its own.
PROSE = re.compile(r"^(?!注|备注|说明|[*①-⑳]).*(?:增长|下降)\s*\d.*[。；;]$")
LISTED = re.compile(r"[\u4e00-\u9fff)）][^:：]*[\[(（ ]20\d\d[-/.]\d{1,2}[-/.]\d{1,2}[\])）]?$")
LONGEST_FIGURE = 40
HIDDEN = re.compile(
    r"opacity\s*:\s*0(?![\d.]*[1-9])|(?:left|top|text-indent)\s*:\s*-\d{3,}"
    r"|display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all"
    r"|font-size\s*:\s*0(?![\d.]*[1-9])|text-decoration[^;]*line-through",
    re.IGNORECASE,
)
RULE = re.compile(r"\.([\w-]+)\s*\{([^}]*)\}")
BLANKS = re.compile(r"[ \t\r\n\f]+")
CHARSET = re.compile(rb"<(?:meta[^>]*charset|\?xml[^>]*encoding)\s*=\s*[\"']?\s*([\w-]+)", re.I)
CHARSET_WITHIN = 4096
# What a table of Excel kept as XML, or a page kept with its pictures, has not.
MARKUP = re.compile(r"\A(?!MIME-)(?=.*?<(?:html|body|tr|td|div|p|br|title)\b)", re.I | re.DOTALL)
GONE = frozenset("script style noscript template textarea select Fallback del s strike".split())
# Any other element of a page ends the line.
INLINE = frozenset(
    "a abbr b bdi bdo big cite code del em font i ins kbd label mark o:p q s small span strike "
    "strong sub sup tt u var".split()
)
NOTES = ("footnote", "endnote", "comment")
WORD_BREAKS = frozenset({"p", "br", "cr", "tc"})
# A sign of a symbol font may be a minus: nobody knows, and it must not be lost.
WORD_SIGNS = {"tab": " ", "noBreakHyphen": "-", "sym": "�"}
OFF = (["0"], ["false"], ["off"], ["baseline"])
MARKS = tuple("{*}" + name for name in ("strike", "dstrike", "vanish", "vertAlign", "position"))
# The same of a page: the number of a note is no digit of the figure before it.
BESIDE = re.compile(r"vertical-align\s*:\s*(?:super|sub|text-)", re.IGNORECASE)


class Cell(NamedTuple):
    """One cell of a table: where it stands, both ends included, and its element."""

    top: int
    left: int
    bottom: int
    right: int
    element: Any


Tables = dict[Any, list[Cell]]


def read_word(package: Package) -> list[Grid]:
    """Read the tables of a .docx in the order in which they begin.

    Raises
    ------
    IntakeError
        If it is damaged, too large, no .docx, or has no table with a figure.
    """
    main = package.targets("").get("officeDocument", "")
    body = package.root(main).find("{*}body")
    if body is None:
        raise unknown("压缩包里")
    etree.strip_elements(body, "{*}moveFrom")
    for row in body.findall(".//{*}trPr/{*}del/../..") + body.findall(".//{*}trPr/{*}hidden/../.."):
        row.getparent().remove(row)
    styles = package.targets(main).get("styles")
    marks = _marked_styles(package.root(styles)) if styles else {}
    for style in body.iter("{*}rStyle", "{*}pStyle"):
        runs = [style.getparent().getparent()]
        runs = runs if local_name(style.tag) == "rStyle" else list(runs[0].iter("{*}r"))
        for run in runs:
            run.tag = marks.get(next(iter(style.values()), ""), run.tag)
    for mark in body.iter(*MARKS):
        if mark.values() not in OFF:  # the run is called what a page calls it
            mark.getparent().getparent().tag = _mark_of(mark)
    tables = {table: _word_cells(table) for table in body.iter("{*}tbl")}
    return list(_grids(body, tables, [], dict(_word_notes(package, main))))


def _word_notes(package: Package, main: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield footnotes, endnotes and comments, by kind and number."""
    for kind in NOTES:
        for one in package.root(package.targets(main).get(f"{kind}s", "")).iterfind(f"{{*}}{kind}"):
            number = next((v for k, v in one.items() if local_name(k) == "id"), "")
            yield (kind, number), "".join(one.itertext()).strip()


def read_page(data: bytes) -> list[Grid]:
    """Read the tables of an HTML page in the order in which they begin.

    Raises
    ------
    IntakeError
        If it is damaged, too large, no page, or has no table with a figure.
    """
    said = CHARSET.search(data[:CHARSET_WITHIN])
    declared = said[1].decode().lower() if said else "gb18030"
    # A page that says gb2312 writes characters of the larger sets all the same.
    declared = "gb18030" if declared in ("gb2312", "gbk") else declared
    text = decode(data, declared) or data.decode("gb18030", "replace")
    if not MARKUP.match(text):
        raise unknown("内容")
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True
    )
    with explained():
        page = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    if any(entry.type in LIMIT_CODES for entry in parser.error_log):
        raise too_large()
    for item in page.iterfind(".//td//input[@value]"):
        if item.get("type", "text") in ("text", "number"):
            item.tail = item.get("value") + (item.tail or "")
    styles = "".join(item.text or "" for item in page.iter("style"))
    unseen = {found[1] for found in RULE.finditer(styles) if HIDDEN.search(found[2])}
    for item in [*page.iter()]:
        if not unseen.isdisjoint(item.get("class", "").split()):
            item.set("hidden", "")
        if _is_hidden(item) and next(item.iter("tr", "table"), None) is None:
            item[:], item.text = [], None
        elif (
            item.tag in ("sub", "small")
            or BESIDE.search(item.get("style", ""))
            or (item.tag == "a" and item.get("href", "").startswith("#"))
        ):
            item.tag = "sup" if item.tag in INLINE else item.tag
    tables = {table: _page_cells(table) for table in page.iter("table")}
    titles = [line for item in page.iter("title", "h1") for line in _lines(item, tables)]
    body = page.find("body")
    return list(_grids(page if body is None else body, tables, titles))


def _grids(
    body: Any,
    tables: Tables,
    titles: list[str],
    footnotes: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> Iterator[Grid]:
    """Yield each table that holds a figure, with its notes; the titles of the whole stand first."""
    figured = _figured(tables)
    if not figured:
        raise IntakeError("文件里没有带数字的表格", "请把数字做成表格，或另存为 .xlsx 后再交付")
    last = takewhile(lambda item: isinstance(item, str), reversed([*_lines(body, figured)]))
    ordered = [*_ordered(body, figured, []), (None, [*last][::-1])]
    for number, ((table, above), (_, after)) in enumerate(pairwise(ordered), 1):
        name = f"表{number}"
        if number > MAX_TABLES:
            raise too_large(name)
        filled = [(cell, text) for cell in figured[table] if (text := _text(cell, figured))]
        bound_area(*(max((cell[end] + 1 for cell, _ in filled), default=0) for end in (0, 1)))
        rows: list[list[object]] = []
        for cell, text in filled:
            put(rows, cell.top, cell.left, text)
        rows += [[line] for line in map(_footnote, after) if NOTE.match(line)]
        for kind in NOTES:
            numbers = (n for mark in table.iter(f"{{*}}{kind}Reference") for n in mark.values())
            told = (footnotes.get((kind, number), "") for number in numbers)
            rows += [[f"注：{text}"] for text in told if text]
        places = [cell[:4] for cell in figured[table]]
        lines = [(row, row.getparent()) for row in _own(table, "tr", "table")]
        yield Grid.of(
            name,
            rows,
            merged=tuple(place for place in places if place[:2] != place[2:]),
            hidden_rows=frozenset(n for n, row in enumerate(lines) if any(map(_is_hidden, row))),
            above=tuple(dict.fromkeys([*titles, *_unlisted(above[-ABOVE_LINES:])])),
        )
        titles = []


def _footnote(line: str) -> str:
    """Return a line with the number of a note before it in a circle."""
    number, _, text = line.lstrip("[").partition("]")
    return behind_text(number, "") + text if line.startswith("[") else line


def _unlisted(lines: list[str]) -> list[str]:
    """Leave out a list of other pages, each with its day."""
    listed = [line for line in lines if LISTED.search(line)]
    return [line for line in lines if line not in listed] if len(listed) > 1 else lines


def _figured(tables: Tables) -> Tables:
    """Return the tables that hold figures; a page's frame with a counter or pager is none."""
    found: Tables = {}
    for table, cells in reversed(tables.items()):
        texts = [(cell.top, text) for cell in cells if (text := _text(cell, tables))]
        filled = Counter(top for top, _ in texts)
        figures = {top for top, text in texts if _is_figure(text)}
        if any(inner in found for inner in table.iterdescendants(table.tag)):
            named = {top for top, text in texts if not _is_figure(text)}
            figures = {top for top in figures & named if len(figures) > 1 or filled[top] > 2}
        if figures:
            found[table] = cells
    return found


def _ordered(body: Any, figured: Tables, above: list[str]) -> Iterator[tuple[Any, list[str]]]:
    """Yield each table with the lines since the one before, then those inside it."""
    for item in _lines(body, figured):
        if isinstance(item, str):
            told = [] if PROSE.search(item) else [item[:ABOVE_LETTERS]]
            above = [*above[-ABOVE_LINES:], *told]
            continue
        stray = [c for c in _own(item, ("th", "td"), "table") if c.getparent().tag != "tr"]
        for caption in (*item.iterchildren("caption"), *stray):
            above = [*above, *_lines(caption, {})]
        yield item, above
        yield from _ordered(item, figured, above)
        above = []


def _text(cell: Cell, stops: Tables) -> str:
    text = "\n".join(item for item in _lines(cell.element, stops) if isinstance(item, str))
    # The bullet of a list may have been a minus, and the list's number a figure.
    listed = any(item.values() != ["0"] for item in cell.element.iter("{*}numId"))
    return ("�" if listed else "") + text.strip() if _is_figure(text) else text


def _is_hidden(element: Any) -> bool:
    return "hidden" in element.attrib or HIDDEN.search(element.get("style", "")) is not None


def _is_figure(text: str) -> bool:
    return len(text) <= LONGEST_FIGURE and FIGURE.fullmatch(parted(text.strip())[0]) is not None


def _lines(root: Any, stops: Tables) -> Iterator[Any]:
    """Yield the lines below an element, and each table of some without what is inside."""
    page = "}" not in root.tag
    words: list[str | None] = []
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        begins, name = event == "start", local_name(element.tag)
        stopped = element in stops and element is not root
        unseen = stopped or name in GONE
        if begins and unseen:
            walker.skip_subtree()
        if stopped or (name not in INLINE if page else name in WORD_BREAKS):
            line = "".join(filter(None, words))
            line = (BLANKS.sub(" ", line).lstrip(" ") if page else line).rstrip()
            if line:
                yield line
            words = []
        if begins and stopped:
            yield element
        elif begins and name == "sup":
            # The number of a note is no digit of the figure before it.
            note, before = "".join(element.itertext()).strip(), "".join(filter(None, words))
            words.append(behind_text(note, before))
            walker.skip_subtree()
        elif page and not (begins and unseen) and not (not begins and element is root):
            words.append(element.text if begins else element.tail)
        elif not page and begins:
            words.append(element.text if name == "t" else WORD_SIGNS.get(name))


def _marked_styles(styles: Any) -> dict[str, str]:
    """Return what a page calls runs of the styles of a document that strike, hide or raise."""
    found: dict[str, str] = {}
    for style in styles.iter("{*}style"):
        marks = [m for name in MARKS for m in style.iterfind(f"{{*}}rPr/{name}")]
        for mark in (mark for mark in marks if mark.values() not in OFF):
            found[next((v for k, v in style.items() if k.endswith("styleId")), "")] = _mark_of(mark)
    return found


def _mark_of(mark: Any) -> str:
    return "sup" if local_name(mark.tag) in ("vertAlign", "position") else "del"


def _word_cells(table: Any) -> list[Cell]:
    cells: list[Cell] = []
    merging: dict[int, int] = {}
    for top, row in enumerate(_own(table, "{*}tr", "{*}tbl")):
        left = _number(row.find("{*}trPr/{*}gridBefore"), 0)
        for element in _own(row, "{*}tc", "{*}tr"):
            right = left + max(_number(element.find("{*}tcPr/{*}gridSpan"), 1), 1) - 1
            merge = element.find("{*}tcPr/{*}vMerge")
            if merge is None or "restart" in merge.values():
                merging.pop(left, None)
            if left in merging:
                cells[merging[left]] = cells[merging[left]]._replace(bottom=top)
            else:
                if merge is not None:
                    merging[left] = len(cells)
                cells.append(Cell(top, left, top, right, element))
            left = right + 1
    return cells


def _number(element: Any, default: int) -> int:
    """Return what a property of Word says, if it is there and a number."""
    return default if element is None else _span("".join(element.values()), default)


def _page_cells(table: Any) -> list[Cell]:
    cells = []
    taken: dict[int, int] = {}
    rows = _own(table, "tr", "table")
    for top, row in enumerate(rows):
        left = 0
        for element in _own(row, ("td", "th"), "tr"):
            while taken.get(left, -1) >= top:
                left += 1
            right = left + max(_span(element.get("colspan"), 1), 1) - 1
            # A span ends where a cell from above stands in its way.
            free = (column for column in range(left + 1, right + 1) if taken.get(column, -1) >= top)
            right = next(free, right + 1) - 1
            bottom = min(top + (_span(element.get("rowspan"), 1) or len(rows)), len(rows)) - 1
            if bottom > top:
                taken |= dict.fromkeys(range(left, right + 1), bottom)
            cells.append(Cell(top, left, bottom, right, element))
            left = right + 1
    return cells


def _span(text: str | None, default: int) -> int:
    match = re.match(r"\s*(\d{1,5})", text or "")
    return min(int(match[1]), MAX_SPAN) if match else default


def _own(element: Any, tags: Any, owner: str) -> list[Any]:
    """Return the rows of a table or the cells of a row, none of what is nested inside."""
    tags = (tags,) if isinstance(tags, str) else tags
    return [item for item in element.iter(*tags) if next(item.iterancestors(owner)) is element]
