"""The same report in Word, in the form of official documents (GB/T 9704-2012).

A4 with the standard's margins, text 三号仿宋 at 22 lines a page, title 二号小标宋, headings
黑体 and 楷体, page numbers between dashes outside (odd right, even left), three-line tables.
It is made from the body of the page, after every number in it was traced: one description,
two forms.
"""

from __future__ import annotations

import base64
import io
import re
import unicodedata
from copy import deepcopy
from functools import cache
from typing import Any

import lxml.html
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from lianhu_analysis.render.publishing.packages import without_clock
from lianhu_analysis.written import packaged

__all__ = ["render_word", "set_face", "set_indent"]

MASTER = "report.docx"  # page, styles and page numbers: setup/word_master.py makes it
TEXT_WIDTH = Mm(156)
BODY, SMALL, SMALLER = Pt(16), Pt(10.5), Pt(9)
BODY_FACE, KAI, HEI, SONG = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
# Characters between the texts of two columns, and half of them in twentieths of a point.
GAP, CELL_MARGIN = 1.2, 100
# Characters that stay on one line, lines that a head may take, and a cell at most.
SHORT, HEAD_LINES, MOST_LINES = 6.0, 3, 20
# A table so many times as wide as the text has smaller letters.
CROWDED = 1.3
# What no line may break: figures with their signs, up to the sign of a range.
UNBROKEN = re.compile(r"[^\s～/\w]*\d[^\s～/\u4e00-\u9fffA-Za-z_]*～?|[A-Za-z]+|\S|$")
PROPERTY = 255  # letters that Word gives to a property
LATIN = "Times New Roman"
HEADINGS = {"h2": ("Heading 1", HEI), "h3": ("Heading 2", KAI), "h4": ("Heading 3", BODY_FACE)}
BLOCKS = {
    "p",
    "div",
    "section",
    "ul",
    "ol",
    "li",
    "table",
    "figure",
    "img",
    "blockquote",
    *HEADINGS,
}


def render_word(body: str, *, title: str, mark: str = "") -> bytes:
    """Turn the body of a page into a Word document.

    Parameters
    ----------
    body
        Sanitised and traced HTML: see ``page.traced_body``.
    mark
        What title, tables and every page must say of simulated data; empty for real data.
    """
    document = Document(io.BytesIO(packaged(f"render/publishing/templates/{MASTER}")))
    section = document.sections[0]
    for header in (section.header, section.even_page_header) if mark else ():
        header.paragraphs[0].add_run(mark).bold = True
        header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading = document.add_paragraph(style="Title")
    heading.add_run(title)
    if mark:
        document.add_paragraph(style="Subtitle").add_run(mark).bold = True
    writer = _Writer(document, mark)
    writer.blocks(lxml.html.fragment_fromstring(body, create_parent="div"))
    document.core_properties.title = title[:PROPERTY]
    buffer = io.BytesIO()
    document.save(buffer)
    return without_clock(buffer.getvalue())


def set_face(element: Any, chinese: str, latin: str = LATIN) -> None:
    """Set the face of Chinese and Latin text of a style or run."""
    fonts = element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), chinese)
    fonts.set(qn("w:ascii"), latin)
    fonts.set(qn("w:hAnsi"), latin)


def set_indent(element: Any, characters: int) -> None:
    """Indent the first line of a style or paragraph by characters, whatever their size."""
    indent = element.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(100 * characters))
    # What programs that do not count characters go by.
    indent.set(qn("w:firstLine"), str(characters * int(BODY.pt) * 20))


class _Writer:
    """Writes blocks of HTML one after another."""

    def __init__(self, document: Any, mark: str) -> None:
        self.document = document
        self.mark = mark

    def blocks(self, parent: Any) -> None:
        """Write the children of an element; text between blocks is a paragraph."""
        if loose := (parent.text or "").strip():
            self.document.add_paragraph(loose)
        for element in parent:
            self.block(element)
            if rest := (element.tail or "").strip():
                self.document.add_paragraph(rest)

    def block(self, element: Any) -> None:
        """Write one element."""
        tag = element.tag
        if tag in HEADINGS:
            style, face = HEADINGS[tag]
            paragraph = self.document.add_paragraph(style=style)
            set_face(paragraph.add_run(_text(element))._element, face)
            paragraph.paragraph_format.keep_with_next = True
        elif tag == "table":
            self.table(element)
        elif tag == "img":
            self.picture(element)
        elif tag == "li":
            self.document.add_paragraph(_text(element), style="List Bullet")
        elif any(item.tag in BLOCKS for item in element.iterdescendants()):
            self.blocks(element)
        elif text := _text(element):
            paragraph = self.document.add_paragraph(text)
            paragraph.paragraph_format.keep_with_next = text.endswith(("：", ":")) or None

    def table(self, element: Any) -> None:
        """Write a three-line table: caption above, head repeated, rows whole."""
        caption = element.find("caption")
        if caption is not None:
            mark = f" {self.mark}" if self.mark and caption.get("class") != "real" else ""
            titled = self.document.add_paragraph(f"{_text(caption)}{mark}", style="Caption")
            titled.paragraph_format.keep_with_next = True
        rows = [list(row) for row in element.iter("tr")]
        heads = len(list(element.iterfind("thead/tr")))
        width = max(map(len, rows))
        table = self.document.add_table(len(rows), width)
        table.autofit = False
        shares, size = _shares([[_text(cell) for cell in row] for row in rows], width, heads)
        for column, share in zip(table.columns, shares, strict=True):
            column.width = int(TEXT_WIDTH * share)
        for number, (row, cells) in enumerate(zip(table.rows, rows, strict=True)):
            properties = row._tr.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if number < heads:
                properties.append(OxmlElement("w:tblHeader"))
            for cell, source, share in zip(row.cells, cells, shares, strict=False):
                cell.width = int(TEXT_WIDTH * share)
                _write_cell(cell, source, size, is_head=number < heads)
        _three_lines(table, heads)
        self.document.add_paragraph().paragraph_format.line_spacing = Pt(12)

    def picture(self, element: Any) -> None:
        """Write a chart across the text, whole, with its words for who cannot see it."""
        data = base64.b64decode(element.get("src").partition("base64,")[2])
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        set_indent(paragraph._p, 0)
        shape = paragraph.add_run().add_picture(io.BytesIO(data), width=TEXT_WIDTH)
        shape._inline.docPr.set("descr", element.get("alt", ""))


def _shares(rows: list[list[str]], width: int, heads: int) -> tuple[list[float], Pt]:
    """Return each column's part of the text's width, and the size of letters.

    What is short stays on one line.  Where not all fit, what is long is set in as many lines
    everywhere, as far as no figure and no English word is broken; heads have lines of their own.
    """
    columns = [[row[n] for row in rows if n < len(row)] for n in range(width)]
    least = [GAP + max(map(_ems, UNBROKEN.findall("\n".join(texts)))) for texts in columns]
    needed = [
        GAP + max(_ems(text) / (HEAD_LINES if n < heads else 1) for n, text in enumerate(texts))
        for texts in columns
    ]
    size = SMALL if sum(needed) <= CROWDED * TEXT_WIDTH / SMALL else SMALLER
    needed = [max(pair) for pair in zip(needed, least, strict=True)]
    given, lines = needed, 1.0
    while sum(given) > TEXT_WIDTH / size and lines < MOST_LINES:
        lines += 0.1
        given = [
            item if item <= SHORT else max(GAP + (item - GAP) / lines, low)
            for item, low in zip(needed, least, strict=True)
        ]
    return [item / sum(given) for item in given], size


def _ems(text: str) -> float:
    """Return how wide a text is, in Chinese characters."""
    wide = (item == "%" or unicodedata.east_asian_width(item) in "WFA" for item in text)
    return sum(1.0 if item else 0.5 for item in wide)


def _write_cell(cell: Any, source: Any, size: Pt, *, is_head: bool) -> None:
    right = "right" in (source.get("class") or "").split()
    written = deepcopy(_cell_paragraph(is_head, right, size))
    if text := _text(source):
        written.r_lst[0].add_t(text)
    cell._tc.replace(cell.paragraphs[0]._p, written)


@cache
def _cell_paragraph(is_head: bool, right: bool, size: Pt) -> Any:
    """Return the paragraph of a cell without its text: thousands of cells are like it."""
    paragraph = Paragraph(OxmlElement("w:p"), None)  # type: ignore[arg-type]  # in no document
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    set_indent(paragraph._p, 0)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
    run = paragraph.add_run()
    run.font.size = size
    set_face(run._element, HEI if is_head else SONG)
    return paragraph._p


def _three_lines(table: Any, heads: int) -> None:
    """Rule a table above, below, and under its head only."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom"):
        borders.append(_line(side, 12))
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(CELL_MARGIN))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    # The format has an order: borders, layout, margins, look.
    layout = table._tbl.tblPr.find(qn("w:tblLayout"))
    layout.addprevious(borders)
    layout.addnext(margins)
    for row in table.rows[max(heads - 1, 0) : heads]:
        for cell in row.cells:
            under = OxmlElement("w:tcBorders")
            under.append(_line("bottom", 6))
            cell._tc.get_or_add_tcPr().append(under)


def _line(side: str, eighths: int) -> Any:
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    return line


def _text(element: Any) -> str:
    return " ".join(str(element.text_content()).split())
