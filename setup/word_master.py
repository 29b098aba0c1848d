"""Make the packaged Word document that reports are written into: page, styles, page numbers.

    python setup/word_master.py

Same library, same bytes.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import lxml.etree
from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from lianhu_analysis.render.publishing import word
from lianhu_analysis.render.publishing.packages import without_clock

__all__ = ["make_master"]

# The standard's page: text of 156 x 225 mm, 22 lines of 28 characters.
TOP, LEFT, RIGHT, BOTTOM = Mm(37), Mm(28), Mm(26), Mm(35)
LINE = Pt(28.95)
TITLE, PAGE = Pt(22), Pt(14)
TITLE_FACE = "方正小标宋简体"
# What stands in where an office has not bought a face; Word looks it up by itself.
FACES = {
    TITLE_FACE: "宋体",
    word.BODY_FACE: "仿宋",
    word.KAI: "楷体",
    word.HEI: "SimHei",
    word.SONG: "SimSun",
}


def make_master() -> bytes:
    """Return the document without any text."""
    document = Document()
    _set_page(document)
    _set_styles(document)
    document.core_properties.author = ""
    document.core_properties.comments = ""
    buffer = io.BytesIO()
    document.save(buffer)
    return without_clock(buffer.getvalue())


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = TOP, BOTTOM
    section.left_margin, section.right_margin = LEFT, RIGHT
    section.footer_distance = Mm(28)
    document.settings.odd_and_even_pages_header_footer = True
    sides = (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    )
    for footer, side in sides:
        numbered = footer.paragraphs[0]
        numbered.alignment = side
        # One character off the edge of the text.
        numbered.paragraph_format.left_indent = numbered.paragraph_format.right_indent = PAGE
        for text, field in (("— ", ""), ("", "PAGE"), (" —", "")):
            run = numbered.add_run(text)
            word.set_face(run._element, word.SONG, word.SONG)
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


def _set_styles(document: Any) -> None:
    styles, headings = document.styles, word.HEADINGS.values()
    looks = [
        ("Normal", word.BODY_FACE, word.BODY, False, WD_ALIGN_PARAGRAPH.JUSTIFY),
        ("Title", TITLE_FACE, TITLE, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("Subtitle", word.HEI, word.BODY, True, WD_ALIGN_PARAGRAPH.CENTER),
        ("Caption", word.HEI, word.SMALL, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("List Bullet", word.BODY_FACE, word.BODY, False, WD_ALIGN_PARAGRAPH.JUSTIFY),
        *((name, face, word.BODY, False, WD_ALIGN_PARAGRAPH.LEFT) for name, face in headings),
    ]
    for name, face, size, bold, side in looks:
        style = styles[name]
        word.set_face(style.element, face)
        style.font.size, style.font.bold, style.font.italic = size, bold, False
        style.font.color.rgb = None
        form = style.paragraph_format
        form.alignment, form.space_before, form.space_after = side, Pt(0), Pt(0)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
        form.first_line_indent = None
        for border in style.element.findall(f".//{qn('w:pBdr')}"):
            border.getparent().remove(border)
    for name in ("Normal", *(name for name, _ in headings)):
        word.set_indent(styles[name].element, 2)
    # What is based on the text's style would stand two characters off its centre or side.
    for name in ("Title", "Subtitle", "Caption", "Header", "Footer"):
        word.set_indent(styles[name].element, 0)
    styles["Title"].paragraph_format.line_spacing = Pt(36)
    # The template's East Asian text is English or Japanese: breaks and spelling go by it.
    for root in (styles.element, document.settings.element):
        for language in root.iter(qn("w:lang"), qn("w:themeFontLang")):
            language.set(qn("w:eastAsia"), "zh-CN")
    _name_stand_ins(document)


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


if __name__ == "__main__":
    file = Path(word.__file__).with_name("templates") / word.MASTER
    file.write_bytes(make_master())
