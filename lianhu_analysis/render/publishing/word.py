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
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from lianhu_analysis.render.publishing.packages import without_clock

__all__ = ["render_word"]

# The standard's page: text of 156 x 225 mm, 22 lines of 28 characters.
TOP, LEFT, RIGHT, BOTTOM = Mm(37), Mm(28), Mm(26), Mm(35)
TEXT_WIDTH = Mm(156)
LINE = Pt(28.95)
BODY, TITLE, SMALL, PAGE = Pt(16), Pt(22), Pt(10.5), Pt(14)
# What stands in where an office has not bought a face; Word looks it up by itself.
FACES = {
    "方正小标宋简体": "宋体",
    "仿宋_GB2312": "仿宋",
    "楷体_GB2312": "楷体",
    "黑体": "SimHei",
    "宋体": "SimSun",
}
TITLE_FACE, BODY_FACE, KAI, HEI, SONG = FACES
# Characters between the texts of two columns, and half of them in twentieths of a point.
GAP, CELL_MARGIN = 1.0, 100
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
    document = Document()
    _set_page(document, mark)
    _set_styles(document)
    heading = document.add_paragraph(style="Title")
    heading.add_run(title)
    if mark:
        document.add_paragraph(style="Subtitle").add_run(mark).bold = True
    writer = _Writer(document, mark)
    writer.blocks(lxml.html.fragment_fromstring(body, create_parent="div"))
    document.core_properties.title = title[:PROPERTY]
    document.core_properties.author = ""
    document.core_properties.comments = ""
    buffer = io.BytesIO()
    document.save(buffer)
    return without_clock(buffer.getvalue())


def _set_page(document: Any, mark: str) -> None:
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = TOP, BOTTOM
    section.left_margin, section.right_margin = LEFT, RIGHT
    section.footer_distance = Mm(28)
    document.settings.odd_and_even_pages_header_footer = True
    sides = (
        (section.header, section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_header, section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    )
    for header, footer, side in sides:
        if mark:
            header.paragraphs[0].add_run(mark).bold = True
            header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        numbered = footer.paragraphs[0]
        numbered.alignment = side
        # One character off the edge of the text.
        numbered.paragraph_format.left_indent = numbered.paragraph_format.right_indent = PAGE
        for text, field in (("— ", ""), ("", "PAGE"), (" —", "")):
            run = numbered.add_run(text)
            _face(run._element, SONG, SONG)
            run.font.size = PAGE
            if field:
                _add_field(run._element, field)


def _add_field(run: Any, instruction: str) -> None:
    for kind, text in (("begin", ""), ("", instruction), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run.append(element)


def _face(element: Any, chinese: str, latin: str = LATIN) -> None:
    """Set the face of Chinese and Latin text of a style or run."""
    fonts = element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), chinese)
    fonts.set(qn("w:ascii"), latin)
    fonts.set(qn("w:hAnsi"), latin)


def _set_styles(document: Any) -> None:
    styles = document.styles
    looks = [
        ("Normal", BODY_FACE, BODY, False, WD_ALIGN_PARAGRAPH.JUSTIFY),
        ("Title", TITLE_FACE, TITLE, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("Subtitle", HEI, BODY, True, WD_ALIGN_PARAGRAPH.CENTER),
        ("Caption", HEI, SMALL, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("List Bullet", BODY_FACE, BODY, False, WD_ALIGN_PARAGRAPH.JUSTIFY),
        *((name, face, BODY, False, WD_ALIGN_PARAGRAPH.LEFT) for name, face in HEADINGS.values()),
    ]
    for name, face, size, bold, side in looks:
        style = styles[name]
        _face(style.element, face)
        style.font.size, style.font.bold, style.font.italic = size, bold, False
        style.font.color.rgb = None
        form = style.paragraph_format
        form.alignment, form.space_before, form.space_after = side, Pt(0), Pt(0)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
        form.first_line_indent = None
        for border in style.element.findall(f".//{qn('w:pBdr')}"):
            border.getparent().remove(border)
    for name in ("Normal", *(name for name, _ in HEADINGS.values())):
        _indent(styles[name].element, 2)
    # What is based on the text's style would stand two characters off its centre or side.
    for name in ("Title", "Subtitle", "Caption", "Header", "Footer"):
        _indent(styles[name].element, 0)
    styles["Title"].paragraph_format.line_spacing = Pt(36)
    # The template's East Asian text is English or Japanese: breaks and spelling go by it.
    for root in (styles.element, document.settings.element):
        for language in root.iter(qn("w:lang"), qn("w:themeFontLang")):
            language.set(qn("w:eastAsia"), "zh-CN")
    _name_stand_ins(document)


def _indent(element: Any, characters: int) -> None:
    """Indent the first line of a style or paragraph by characters, whatever their size."""
    indent = element.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(100 * characters))
    # What programs that do not count characters go by.
    indent.set(qn("w:firstLine"), str(characters * int(BODY.pt) * 20))


def _name_stand_ins(document: Any) -> None:
    """Name for each face what may stand in for it."""
    table = next(
        part for part in document.part.package.iter_parts() if "fontTable" in part.partname
    )
    root = lxml.etree.fromstring(table.blob)
    for face, other in FACES.items():
        font = lxml.etree.SubElement(root, qn("w:font"), {qn("w:name"): face})
        lxml.etree.SubElement(font, qn("w:altName"), {qn("w:val"): other})
    table._blob = lxml.etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


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
            _face(paragraph.add_run(_text(element))._element, face)
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
            mark = f"（{self.mark}）" if self.mark else ""
            titled = self.document.add_paragraph(f"{_text(caption)}{mark}", style="Caption")
            titled.paragraph_format.keep_with_next = True
        rows = [list(row) for row in element.iter("tr")]
        heads = len(list(element.iterfind("thead/tr")))
        width = max(map(len, rows))
        table = self.document.add_table(len(rows), width)
        table.autofit = False
        shares = _shares([[_text(cell) for cell in row] for row in rows], width)
        for column, share in zip(table.columns, shares, strict=True):
            column.width = int(TEXT_WIDTH * share)
        for number, (row, cells) in enumerate(zip(table.rows, rows, strict=True)):
            properties = row._tr.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if number < heads:
                properties.append(OxmlElement("w:tblHeader"))
            for cell, source, share in zip(row.cells, cells, shares, strict=False):
                cell.width = int(TEXT_WIDTH * share)
                _write_cell(cell, source, is_head=number < heads)
        _three_lines(table, heads)
        self.document.add_paragraph().paragraph_format.line_spacing = Pt(12)

    def picture(self, element: Any) -> None:
        """Write a chart across the text, whole, with its words for who cannot see it."""
        data = base64.b64decode(element.get("src").partition("base64,")[2])
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _indent(paragraph._p, 0)
        shape = paragraph.add_run().add_picture(io.BytesIO(data), width=TEXT_WIDTH)
        shape._inline.docPr.set("descr", element.get("alt", ""))


def _shares(rows: list[list[str]], width: int) -> list[float]:
    """Return each column's part of the text's width: what is short stays on one line.

    Where not all fit, the longest give way, as far as no figure and no English word is broken.
    """
    columns = [[row[n] for row in rows if n < len(row)] for n in range(width)]
    needed = [GAP + max(map(_ems, texts)) for texts in columns]
    least = [GAP + max(map(_ems, UNBROKEN.findall("\n".join(texts)))) for texts in columns]
    most, room = max(needed), TEXT_WIDTH / SMALL
    given = needed
    while sum(given) > room and most > GAP:
        most -= 0.1
        given = [max(min(item, most), low) for item, low in zip(needed, least, strict=True)]
    return [item / sum(given) for item in given]


def _ems(text: str) -> float:
    """Return how wide a text is, in Chinese characters."""
    wide = (item == "%" or unicodedata.east_asian_width(item) in "WFA" for item in text)
    return sum(1.0 if item else 0.5 for item in wide)


def _write_cell(cell: Any, source: Any, *, is_head: bool) -> None:
    right = "right" in (source.get("class") or "").split()
    written = deepcopy(_cell_paragraph(is_head, right))
    if text := _text(source):
        written.r_lst[0].add_t(text)
    cell._tc.replace(cell.paragraphs[0]._p, written)


@cache
def _cell_paragraph(is_head: bool, right: bool) -> Any:
    """Return the paragraph of a cell without its text: thousands of cells are like it."""
    paragraph = Paragraph(OxmlElement("w:p"), None)  # type: ignore[arg-type]  # in no document
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    _indent(paragraph._p, 0)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
    run = paragraph.add_run()
    run.font.size = SMALL
    _face(run._element, HEI if is_head else SONG)
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
