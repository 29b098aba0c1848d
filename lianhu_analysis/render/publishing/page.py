"""An executed notebook becomes one self-contained page that asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

import lxml.html
import nbformat
import nh3

from lianhu_analysis.errors import ReportError
from lianhu_analysis.render import tables
from lianhu_analysis.render.drawing.theme import Weight, covered_characters, font_file
from lianhu_analysis.render.english import English
from lianhu_analysis.render.publishing.notebook import END_TAG
from lianhu_analysis.render.register import FigureRegister
from lianhu_analysis.render.tables import SIMULATED_MARK
from lianhu_analysis.render.trace import check_html, check_prose

__all__ = ["build_document", "data_of", "printed_figures", "render_page", "sanitise", "traced_body"]

# What page.css sets in bold.
BOLD = "|".join(f".//{tag}" for tag in "h1 h2 h3 h4 h5 h6 th strong b caption".split())
BOLD += "|.//*[@class='simulated']"
TEMPLATES = Path(__file__).parent / "templates"
PAGE_FONT = "Lianhu Page"
SHOWN_KINDS = ("text/html", "image/png", "text/markdown", "text/plain")

TAGS = set(
    "a abbr b blockquote br caption cite code col colgroup data dd dfn div dl dt em "
    "figcaption figure h2 h3 h4 h5 h6 hr i img li ol p pre q section small span strong sub "
    "sup table tbody td tfoot th thead time tr ul wbr".split()
)
# Their content goes with them: text of a script or of a drawing is no prose.
# So does the notebook's own title: the page has one of its own, with region and quarter.
CONTENT_TAGS = set(
    "applet audio canvas embed frame frameset h1 head iframe math noembed noframes noscript "
    "object plaintext script select style svg template textarea title video xmp".split()
)
ATTRIBUTES = {
    "a": {"href", "class"},
    "caption": {"class"},
    "cite": {"class"},
    "data": {"value", "data-ref", "class"},
    "img": {"src", "alt"},
    "th": {"scope", "class", "colspan", "rowspan"},
    "td": {"class", "colspan", "rowspan", "data-label"},
    "ol": {"start"},
    "time": {"datetime"},
    **{tag: {"class"} for tag in ("div", "p", "section", "span", "table", "tr", "li", "ul")},
}
IMAGE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/]+={0,2}")
ADDRESS = re.compile(r"https?://[^\s\"'<>]+|#fig-\d+")
CLASS = re.compile(r"[a-z][a-z0-9 -]{0,60}")

HINT = "正文中带虚线的数字，指向或点按即见出处，再点跳到下表：文件、工作表、单元格和原文。"


def traced_body(
    notebook: Path,
    register: FigureRegister,
    *,
    title: str,
    names: Collection[str] | None = None,
) -> str:
    """Return what an executed and verified notebook says, as sanitised HTML.

    Parameters
    ----------
    register
        The figures that the notebook registered.
    names
        Names that ``<dfn>`` may hold when they contain digits.

    Raises
    ------
    ReportError
        If any number in title, text or pictures is not traced, quoting each.
    """
    executed = nbformat.read(notebook, as_version=4)
    _refuse(title, _output_faults(executed))
    body = sanitise(_convert(executed))
    faults = check_prose(title, register, names or ())
    faults += _drawn_faults(executed, register, names or ())
    _refuse(title, [*faults, *check_html(body, register, names)])
    return body


def printed_figures(body: str, register: FigureRegister) -> list[str]:
    """Return the refs of a body's numbers in their order, then of those that formulas use."""
    return _with_inputs(tuple(dict.fromkeys(re.findall(r'data-ref="([^"]+)"', body))), register)


def data_of(body: str) -> list[tuple[str, str, str]]:
    """Return ref, value and text of every traced number of a body, sorted."""
    root = lxml.html.fragment_fromstring(body, create_parent="div")
    return sorted(
        (item.get("data-ref", ""), item.get("value", ""), item.text_content())
        for item in root.iter("data")
    )


def render_page(
    body: str,
    register: FigureRegister,
    *,
    title: str,
    simulated: bool = False,
    english: English | None = None,
) -> str:
    """Turn a traced body into a page: the whole document.

    Parameters
    ----------
    body
        From ``traced_body``.
    simulated
        Whether the page must carry the mark of simulated data.
    english
        Of an English edition, whose body, register and title are in English already.
    """
    if refs := printed_figures(body, register):
        origins = register.provenance_table(refs)
        _refuse(title, check_html(origins, register))
        body = _with_tips(body, register)
        body += (
            '<details class="origins"><summary><h2>数字出处</h2></summary>'
            f'<p class="note">{HINT}</p>{origins}</details>'
        )
    body, contents = _with_contents(body)
    header = f"<h1>{html.escape(title)}</h1>"
    header += tables.mark(simulated)
    # The answer first: the contents stand before the first heading, after what has none.
    answer, heading, rest = body.partition("<h2 ")
    nav = f'<nav class="contents" aria-label="目录"><ul>{contents}</ul></nav>' if contents else ""
    whole = (
        f'<a class="skip" href="#main">跳到正文</a><header>{header}</header>'
        f'<main id="main">{answer}{nav}{heading}{rest}</main>'
    )
    mark = SIMULATED_MARK if simulated else ""
    if english is None:
        return build_document(whole, title=f"{mark}{title}", mark=mark)
    mark = english.text(mark)
    tab_title = f"{mark}: {title}" if simulated else title
    return build_document(english.html(whole), title=tab_title, language="en", mark=mark)


def sanitise(fragment: str) -> str:
    """Keep only harmless tags, attributes and addresses of an HTML fragment."""
    return nh3.clean(
        fragment,
        tags=TAGS,
        clean_content_tags=CONTENT_TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_filter_attribute,
        url_schemes={"http", "https", "data"},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


def build_document(
    body: str, *, title: str, language: str = "zh-CN", mark: str = "", script: str = ""
) -> str:
    """Put a body of ours into a document with style, font and content policy.

    Parameters
    ----------
    mark
        What every table and every printed page must say of simulated data; empty for real data.
    script
        A constant of ours; reports have none.
    """
    marked = ' class="simulated-data"' if mark else ""
    style = _font_faces(body) + (TEMPLATES / "page.css").read_text(encoding="utf-8")
    style = style.replace(SIMULATED_MARK, mark)
    policy = (
        f"default-src 'none'; img-src data:; font-src data:; style-src {_digest(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    policy += f"; script-src {_digest(script)}" if script else ""
    script = f"<script>{script}</script>\n" if script else ""
    whole = Template((TEMPLATES / "document.html").read_text(encoding="utf-8"))
    return whole.substitute(
        language=language, policy=policy, title=html.escape(title), style=style,
        marked=marked, body=body, script=script,
    )  # fmt: skip


def _digest(text: str) -> str:
    """Return how a content policy names a style or script."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _filter_attribute(tag: str, attribute: str, value: str) -> str | None:
    match tag, attribute:
        case "img", "src":
            return value if IMAGE.fullmatch(value) else None
        case "a", "href":
            return value if ADDRESS.fullmatch(value) else None
        case _, "class":
            return value if CLASS.fullmatch(value) else None
    return value


def _convert(notebook: nbformat.NotebookNode) -> str:
    from nbconvert import HTMLExporter, TemplateExporter

    shown = nbformat.from_dict(notebook)
    shown.cells = [cell for cell in notebook.cells if END_TAG not in cell.metadata.get("tags", [])]
    exporter = HTMLExporter(
        template_name="report",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        preprocessors=[],
    )
    exporter.config.NbConvertBase.display_data_priority = list(SHOWN_KINDS)
    # HTMLExporter's own parses all of it once more, for what is sanitised away after it.
    body, _ = TemplateExporter.from_notebook_node(exporter, shown)
    return str(body)


def _refuse(title: str, faults: Sequence[str]) -> None:
    if faults:
        # One line: a terminal is told no line breaks of ours, nor a workbook's.
        raise ReportError(
            f"报告“{title}”有 {len(faults)} 处不能发布：{'；'.join(faults)}。"
            "数字请经 FigureRegister 印出，时期用 <time>，名称用 <dfn>，文件与版本用 <code>"
        )


def _outputs(notebook: nbformat.NotebookNode) -> Iterator[Any]:
    for cell in notebook.cells:
        if END_TAG not in cell.metadata.get("tags", []):
            yield from cell.get("outputs", [])


def _is_picture(output: Any) -> bool:
    kinds = output.get("data", {})
    return "image/png" in kinds and "text/html" not in kinds


def _output_faults(notebook: nbformat.NotebookNode) -> list[str]:
    """Find outputs that would vanish from the page, and pictures without words."""
    faults: list[str] = []
    for output in _outputs(notebook):
        kinds = output.get("data", {})
        if kinds and not set(kinds) & set(SHOWN_KINDS):
            faults.append(f"有一个输出是 {'、'.join(kinds)}，页面放不下，请改用图、表或文字")
        about = output.get("metadata", {}).get("image/png", {})
        if _is_picture(output) and not (about.get("alt") and "drawn" in about):
            faults.append("有一张图没有经 charts.picture 画出，缺少文字说明")
    return faults


def _drawn_faults(
    notebook: nbformat.NotebookNode, register: FigureRegister, names: Collection[str]
) -> list[str]:
    """Find numbers that a picture draws in its title or remarks without origin."""
    return [
        f"图中{fault}"
        for output in _outputs(notebook)
        if _is_picture(output)
        for text in output.metadata["image/png"]["drawn"]
        for fault in check_prose(text, register, names)
    ]


def _with_inputs(refs: tuple[str, ...], register: FigureRegister) -> list[str]:
    """Add the figures that formulas point to, so that no chain ends off the page."""
    chain = list(refs)
    for ref in chain:  # grows while it is walked
        formula = register.figure(ref).detail.get("formula", "")
        # A formula may use a figure more than once.
        used = dict.fromkeys(re.findall(r"\{(fig-\d+)\}", formula))
        chain += [item for item in used if item not in chain]
    return chain


def _with_tips(body: str, register: FigureRegister) -> str:
    """Put each number's origin beside it, to be seen on hover, focus and tap."""
    root = lxml.html.fragment_fromstring(body, create_parent="div")
    for link in root.iter("a"):
        if link.get("class") == "origin":
            link.set("data-tip", register.origin_text(link.get("href", "").removeprefix("#")))
    return _inner_html(root)


def _with_contents(body: str) -> tuple[str, str]:
    """Give headings stable anchors, and list them."""
    root = lxml.html.fragment_fromstring(body, create_parent="div")
    items: list[str] = []
    for number, element in enumerate(root.iter("h2", "h3"), start=1):
        element.set("id", f"s-{number}")
        inner = _inner_html(element)
        for nested in ("a", "data"):  # a link cannot stand inside a link
            inner = re.sub(rf"</?{nested}\b[^>]*>", "", inner)
        items.append(f'<li class="{element.tag}"><a href="#s-{number}">{inner}</a></li>')
    return _inner_html(root), "".join(items)


def _inner_html(element: Any) -> str:
    inner = html.escape(element.text or "", quote=False)
    return inner + "".join(lxml.html.tostring(child, encoding="unicode") for child in element)


def _font_faces(body: str) -> str:
    root = lxml.html.fragment_fromstring(body, create_parent="div")
    bold = "".join(element.text_content() for element in root.xpath(BOLD))
    covered = covered_characters()
    text = lxml.html.fragment_fromstring(body, create_parent="div").text_content()
    regular = _font_face("regular", 400, covered & set(text))
    return regular + _font_face("bold", 700, covered & set(bold))


@lru_cache(maxsize=16)
def _font_face(weight: Weight, css_weight: int, wanted: frozenset[str]) -> str:
    """Embed the part of the packaged font that a text needs."""
    import uharfbuzz
    from fontTools.ttLib import TTFont

    if not wanted:
        return ""
    part = uharfbuzz.SubsetInput()
    part.unicode_set.update(map(ord, wanted))
    part.name_id_set.set({0, 13, 14})
    part.drop_table_tag_set.update(int.from_bytes(tag) for tag in (b"GPOS", b"GSUB"))
    part.flags |= uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    whole = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(font_file(weight)))
    packed = io.BytesIO(uharfbuzz.subset(whole, part).blob.data)
    buffer = io.BytesIO()
    with TTFont(packed, recalcTimestamp=False, recalcBBoxes=False) as font:
        font.flavor = "woff"  # woff2 takes thirty times as long to be a tenth smaller
        font.save(buffer)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return (
        f'@font-face {{ font-family: "{PAGE_FONT}"; font-weight: {css_weight}; '
        f'src: url("data:font/woff;base64,{data}") format("woff"); }}\n'
    )
