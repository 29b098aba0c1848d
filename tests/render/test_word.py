"""The Word document has the standard's form, the page's words and whole tables."""

import base64
import io
import zipfile

import lxml.etree
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from PIL import Image

from lianhu_analysis.render.publishing.word import MASTER, render_word
from lianhu_analysis.render.tables import SIMULATED_MARK, html_table
from lianhu_analysis.written import packaged
from setup.word_master import make_master

MASTER_PATH = f"render/publishing/templates/{MASTER}"


def png():
    buffer = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


BODY = f"""<h2>一、总体判断</h2><p>增长 <data value="5.3">5.3</data>%，
<script_like>&lt;script&gt;</script_like>高于全市。</p><h3>（一）工业</h3><ul><li>一项</li><li>又一项</li></ul>
<div class="table"><table><caption>增速</caption><thead><tr><th>指标</th><th class="right">增速（%）</th></tr></thead>
<tbody><tr><th>地区生产总值</th><td class="right">5.3</td></tr></tbody></table></div>
<figure><img src="data:image/png;base64,{png()}" alt="增速加快"></figure>"""


def opened(mark=""):
    data = render_word(BODY, title="某区2024年前三季度经济运行分析", mark=mark)
    return Document(io.BytesIO(data)), data


def test_the_page_is_that_of_the_standard():
    document, _ = opened()
    section = document.sections[0]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    sides = section.top_margin, section.left_margin, section.right_margin, section.bottom_margin
    assert [round(side.mm) for side in sides] == [37, 28, 26, 35]
    normal = document.styles["Normal"]
    assert normal.font.size == Pt(16)
    assert normal.element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert normal.paragraph_format.line_spacing.pt == 28.95
    # 22 lines of it fill the text of 225 mm, but for the last one's spacing.
    assert 22 * 28.95 <= 225 / 25.4 * 72 < 23 * 28.95
    assert document.styles["Title"].font.size == Pt(22)
    faces = [
        document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Title", "Heading 1", "Heading 2")
    ]
    assert faces == ["方正小标宋简体", "黑体", "楷体_GB2312"]


def test_the_packaged_document_is_what_setup_makes():
    made = [zipfile.ZipFile(io.BytesIO(data)) for data in (make_master(), packaged(MASTER_PATH))]
    assert made[0].namelist() == made[1].namelist()
    for name in made[0].namelist():
        assert made[0].read(name) == made[1].read(name), name


def test_pages_are_numbered_between_dashes_outside():
    document, _ = opened()
    section = document.sections[0]
    assert document.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, 2), (section.even_page_footer, 0)):
        paragraph = footer.paragraphs[0]
        assert int(paragraph.alignment) == side
        assert "PAGE" in paragraph._p.xml
        assert paragraph.text.startswith("— ")
        assert paragraph.text.endswith(" —")
        # One character of 14 points off the edge.
        form = paragraph.paragraph_format
        assert (form.left_indent, form.right_indent) == (Pt(14), Pt(14))


def test_the_first_line_stands_in_by_two_characters_but_for_what_is_centred():
    document, _ = opened("演示")

    def first(element):
        indent = element.pPr.ind
        return [indent.get(qn(f"w:{name}")) for name in ("firstLineChars", "firstLine")]

    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
        assert first(document.styles[name].element) == ["200", "640"]
    for name in ("Title", "Subtitle", "Caption", "Header", "Footer"):
        assert first(document.styles[name].element) == ["0", "0"]
    assert first(document.tables[0].rows[0].cells[0].paragraphs[0]._p) == ["0", "0"]


def test_its_chinese_is_chinese_for_breaks_and_spelling():
    document, _ = opened()
    for root in (document.styles.element, document.settings.element):
        told = list(root.iter(qn("w:lang"), qn("w:themeFontLang")))
        assert {item.get(qn("w:eastAsia")) for item in told} == {"zh-CN"}


def test_words_headings_and_lists_are_those_of_the_page():
    document, _ = opened()
    told = [(item.style.name, item.text) for item in document.paragraphs if item.text]
    assert told[:6] == [
        ("Title", "某区2024年前三季度经济运行分析"),
        ("Heading 1", "一、总体判断"),
        ("Normal", "增长 5.3%， <script>高于全市。"),
        ("Heading 2", "（一）工业"),
        ("List Bullet", "一项"),
        ("List Bullet", "又一项"),
    ]


def test_what_leads_a_list_does_not_end_a_page():
    body = "<p>最需要关注的目标：</p><ul><li>一项</li></ul><p>又一段。</p>"
    document = Document(io.BytesIO(render_word(body, title="某区", mark="")))
    kept = {item.text: item.paragraph_format.keep_with_next for item in document.paragraphs}
    assert (kept["最需要关注的目标："], kept["一项"], kept["又一段。"]) == (True, None, None)


def test_tables_have_three_lines_a_repeated_head_and_whole_rows():
    document, _ = opened()
    (table,) = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["指标", "增速（%）"],
        ["地区生产总值", "5.3"],
    ]
    xml = table._tbl.xml
    assert xml.count("w:cantSplit") == 2
    assert xml.count("<w:tblHeader") == 1
    sides = {line.tag.partition("}")[2] for line in table._tbl.tblPr.find(qn("w:tblBorders"))}
    assert sides == {"top", "bottom"}
    assert xml.count("<w:tcBorders>") == 2
    widths = [column.width for column in table.columns]
    assert widths[0] > widths[1]
    assert abs(sum(widths) - Mm(156)) < 1000


def test_what_is_short_stays_on_one_line_and_the_longest_give_way():
    long, figure = "规模以上工业增加值增速增长百分之五左右", "1234567890.1～1234567890.2"
    cells = "".join(f"<td>{text}</td>" for text in (long, "523.70 亩", figure, "—", *[long] * 4))
    body = f"<table><tr>{cells}</tr><tr>{cells}</tr></table>"
    document = Document(io.BytesIO(render_word(body, title="表")))
    # A table so crowded has letters of 9 points, of which a line of the page holds 49.
    widths = [column.width.pt / 9 for column in document.tables[0].columns]
    # Half a range, 7 wide, and a gap of 1.2; 4.5 of an amount, 1 of a dash; what is left of 49
    # goes to the other five in equal parts.
    assert [round(item, 1) for item in widths] == pytest.approx(
        [6.6, 5.7, 8.2, 2.2, 6.6, 6.6, 6.6, 6.6], abs=0.15
    )
    assert {run.font.size.pt for run in document.tables[0].cell(0, 0).paragraphs[0].runs} == {9}
    english = body.replace(long, "Completed investment of key projects", 1).replace(long, "Met", 5)
    document = Document(io.BytesIO(render_word(english, title="表")))
    # "investment" is five wide, and a gap.
    assert document.tables[0].columns[0].width.pt / 9 >= 6.0
    document = Document(io.BytesIO(render_word(body, title="表")))
    parts = [item.tag.partition("}")[2] for item in document.tables[0]._tbl.tblPr]
    assert parts[-4:] == ["tblBorders", "tblLayout", "tblCellMar", "tblLook"]
    margins = document.tables[0]._tbl.tblPr.find(qn("w:tblCellMar"))
    assert [side.get(qn("w:w")) for side in margins] == ["100", "100"]


def test_a_chart_is_whole_and_has_words():
    document, _ = opened()
    (shape,) = document.inline_shapes
    assert shape.width == Mm(156)
    assert shape._inline.docPr.get("descr") == "增速加快"


def test_a_table_of_real_figures_is_not_called_simulated():
    body = html_table(["甲"], [["1"]], "公报", real=True) + html_table(["乙"], [["2"]], "演示")
    data = render_word(body, title="题", mark=SIMULATED_MARK)
    document = Document(io.BytesIO(data))
    captions = [item.text for item in document.paragraphs if item.style.name == "Caption"]
    assert captions == ["公报", f"演示 {SIMULATED_MARK}"]


def test_simulated_data_are_marked_on_every_page_and_table():
    document, data = opened(mark=SIMULATED_MARK)
    section = document.sections[0]
    for header in (section.header, section.even_page_header):
        assert header.paragraphs[0].text == "演示数据（模拟）"
    captions = [item.text for item in document.paragraphs if item.style.name == "Caption"]
    assert captions == ["增速 演示数据（模拟）"]
    assert b"\xe6\xbc\x94" not in opened()[1]
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        # No macro, no link to the outside.
        assert not [name for name in package.namelist() if "vba" in name.lower()]
        for name in package.namelist():
            if name.endswith(".rels"):
                root = lxml.etree.fromstring(package.read(name))
                assert not root.xpath("//*[@TargetMode='External']")


def test_a_title_longer_than_a_property_stands_whole_in_the_text():
    title = "某区" * 200
    document = Document(io.BytesIO(render_word("<p>x</p>", title=title)))
    assert document.paragraphs[0].text == title
    assert document.core_properties.title == title[:255]


def test_a_head_takes_lines_of_its_own_and_breaks_no_word():
    heads, cells = ["Kind", "Reported", "较上次（百分点）"], ["Work safety", "96", "降11"]
    rows = (
        "".join(f"<{tag}>{text}</{tag}>" for text in texts)
        for tag, texts in (("th", heads), ("td", cells))
    )
    body = "<table><thead><tr>{}</tr></thead><tbody><tr>{}</tr></tbody></table>".format(*rows)
    (table,) = Document(io.BytesIO(render_word(body, title="表"))).tables
    kind, reported, change = (column.width for column in table.columns)
    # Eleven letters, eight that are one word, and a third of eight characters, each with a gap.
    assert [kind / reported, change / reported] == pytest.approx([6.7 / 5.2, 3.87 / 5.2], rel=0.02)
