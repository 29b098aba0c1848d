import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.grids.refusals import refusal_of
from lianhu_analysis.intake.grids.workbook import WorkbookReader, read_workbook
from tests.intake.sheets import workbook_bytes
from tests.intake.word_files import docx, p, tbl, tc, tr


def word(body: str) -> tuple[Grid, ...]:
    return read_workbook(docx(body))


def page(text: str, encoding: str = "utf-8") -> tuple[Grid, ...]:
    return read_workbook(text.encode(encoding))


def test_each_table_of_a_word_file_is_a_grid_with_the_text_before_it():
    first, second = word(
        p("莲湖区2024年1—9月主要经济指标")
        + p("单位：亿元")
        + tbl(tr("指标", "本月止累计"), tr("地区生产总值", "1068.49"))
        + p("发布日期：2024-10-22")
        + tbl(tr("", "增长%"), tr("  其中：工业", "4.8%"))
    )
    assert (first.sheet, first.above) == ("表1", ("莲湖区2024年1—9月主要经济指标", "单位：亿元"))
    assert first.rows == (("指标", "本月止累计"), ("地区生产总值", "1068.49"))
    assert (second.sheet, second.above) == ("表2", ("发布日期：2024-10-22",))
    assert second.rows == ((None, "增长%"), ("  其中：工业", "4.8%"))


def test_a_sentence_that_tells_figures_of_its_own_is_no_title():
    (grid,) = word(
        p("2022年1-5月莲湖区主要经济指标")
        + p("1-5月,西安市实现社会消费品零售总额391.9亿元,同比下降7.7%,莲湖区占西安市的比重为7.2%。")
        + p("注：增速按可比口径计算,增长5.0%的除外。")
        + tbl(tr("指标", "累计"), tr("社会消费品零售总额", "3"))
    )
    assert grid.above == (
        "2022年1-5月莲湖区主要经济指标",
        "注：增速按可比口径计算,增长5.0%的除外。",
    )


def test_spans_of_a_word_table_are_merged_ranges():
    (grid,) = word(
        tbl(
            tr(tc("指标", '<w:vMerge w:val="restart"/>'), tc("1—9月", '<w:gridSpan w:val="2"/>')),
            tr(tc("", "<w:vMerge/>"), "累计", "增长%"),
            '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>' + tc("5") + tc("6") + "</w:tr>",
        )
    )
    assert grid.rows == (("指标", "1—9月"), (None, "累计", "增长%"), (None, "5", "6"))
    assert set(grid.merged) == {(0, 0, 1, 0), (0, 1, 0, 2)}


def test_a_table_inside_a_word_table_is_apart():
    inner = tbl(tr("甲", "1"), tr("乙", "2"))
    (grid,) = word(p("标题") + tbl(tr(p("外框") + inner + p(""))))
    assert (grid.sheet, grid.above) == ("表1", ("标题", "外框"))
    assert grid.rows == (("甲", "1"), ("乙", "2"))
    outer, nested = word(p("题") + tbl(tr("社零", "3"), tr("工业", "4"), tr(inner + p(""), "5")))
    assert outer.rows == (("社零", "3"), ("工业", "4"), (None, "5"))
    assert (nested.rows, nested.above) == (grid.rows, ("题", "社零", "3", "工业", "4"))
    outer, nested = word(tbl(tr("指标", "累计", "增长"), tr("社零", "3", "5"), tr(inner + p(""))))
    assert outer.rows == (("指标", "累计", "增长"), ("社零", "3", "5"))


def test_deleted_text_and_doubled_text_boxes_are_not_read():
    box = f'<x:Fallback xmlns:x="urn:x">{p("重复")}</x:Fallback>'
    deleted = (
        "<w:p><w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:r><w:t>新</w:t></w:r></w:p>"
    )
    (grid,) = word(box + deleted + tbl(tr("社零", "3")))
    assert grid.above == ("新",)


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    ("runs", "seen"),
    [
        (run("48.7") + run("1", '<w:vertAlign w:val="superscript"/>'), "48.7[1]"),
        (run("m") + run("2", '<w:vertAlign w:val="superscript"/>'), "m2"),
        (run("48") + run("7", '<w:vertAlign w:val="subscript"/>'), "48[7]"),
        (run("48") + run("7", '<w:position w:val="10"/>'), "48[7]"),
        (run("48") + run("7", '<w:position w:val="0"/>'), "487"),
        (run("总额") + run("1", '<w:vertAlign w:val="superscript"/>'), "总额①"),
        (run("63", "<w:strike/>") + run("48"), "48"),
        (run("63", '<w:dstrike w:val="true"/>') + run("48"), "48"),
        (run("63", "<w:vanish/>") + run("48"), "48"),
        (run("6", '<w:strike w:val="0"/>') + run("48"), "648"),
        (f"<w:moveFrom>{run('63')}</w:moveFrom>" + run("48"), "48"),
        ("<w:r><w:noBreakHyphen/><w:t>3.7</w:t></w:r>", "-3.7"),
        ('<w:r><w:sym w:font="Symbol" w:char="F02D"/></w:r>' + run("3.7"), "�3.7"),
    ],
)
def test_a_cell_of_word_says_what_its_reader_sees(runs, seen):
    (grid,) = word(tbl(tr("工业", "5.2"), tr("建筑业", f"<w:p>{runs}</w:p>")))
    assert grid.at(1, 1) == seen


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        ("48.7<sup>1</sup>", "48.7[1]"),
        ("48.7<sup><a href='#n'> 1 </a></sup>%", "48.7[1]%"),
        ("万m<sup>2</sup>", "万m2"),
        ("<s>63</s>48", "48"),
        ("<del>63</del>48", "48"),
        ("<strike>63</strike><b>48</b>", "48"),
        ("48<span style='Display: None'>63</span>.2", "48.2"),
        ("48<i hidden>63</i>", "48"),
        ("48<b style='visibility:hidden'>63</b>", "48"),
        ("<input value='48.2'>%", "48.2%"),
        ("48<input type='hidden' value='63'>", "48"),
    ],
)
def test_a_cell_of_a_page_says_what_its_reader_sees(cell, seen):
    (grid,) = page(f"<table><tr><td>工业<td>5.2<tr><td>建筑业<td>{cell}</table>")
    assert grid.at(1, 1) == seen


def test_a_table_whose_figures_all_have_notes_is_one():
    (grid,) = page("<table><tr><td>工业<td>5.2<sup>1</sup></table>")
    assert grid.rows == (("工业", "5.2[1]"),)


def test_each_table_of_a_page_is_a_grid_with_the_text_before_it():
    first, second = page(
        "<html><head><title>统计月报</title><style>td{width:9}</style></head><body>"
        "<script>var t='<table><tr><td>1</td></tr></table>'</script>"
        "<h1>主要经济指标</h1><p>单位：<b>亿</b>元<!-- x --><br>2024年9月</p>"
        "<table><caption>表一</caption><thead><tr><th>指标<th>累计</thead>"
        "<tr><td>&nbsp;&nbsp;工业 <td align=right> 1,068.49&nbsp;</table>"
        "<div>注：初步数</div><table><tr><td>社零</td><td>4.8%</td></tr></table></body></html>"
    )
    assert (first.sheet, second.sheet) == ("表1", "表2")
    assert first.above == ("统计月报", "主要经济指标", "单位：亿元", "2024年9月", "表一")
    assert first.rows == (("指标", "累计"), ("\xa0\xa0工业", "1,068.49"), ("注：初步数",))
    assert second.above == ("注：初步数",)


def test_spans_of_a_page_are_merged_ranges():
    (grid,) = page(
        "<table><tr><td rowspan=2>指标<td colspan='2'>1—9月<tr><td>累计<td>增长"
        "<tr><td rowspan=9>工业<td>5<td colspan=x>6</table>"
    )
    assert grid.rows == (("指标", "1—9月"), (None, "累计", "增长"), ("工业", "5", "6"))
    assert set(grid.merged) == {(0, 0, 1, 0), (0, 1, 0, 2)}


NAVIGATION = "<table><tr><td>首页<td>统计数据<tr><td>年报<td>月报</table>"


def test_the_frame_of_a_page_hides_no_table():
    (grid,) = page(
        f"<table><tr><td>{NAVIGATION}<tr><td><table><tr><td>全区主要指标<td>单位：亿元</table>"
        "<table><tr><td>指标<td>累计<tr><td>社零<td>3</table><tr><td>浏览次数<td>77</table>"
    )
    assert grid.sheet == "表1"
    assert grid.rows == (("指标", "累计"), ("社零", "3"))
    assert grid.above[-2:] == ("全区主要指标", "单位：亿元")


def test_a_frame_taken_for_a_table_takes_no_title_from_those_inside():
    _, grid = page(
        "<table><tr><td>2024年9月主要指标<tr><td><table><tr><td>社零<td>3</table>"
        "<tr><td>1<td>2<td>下一页</table>"
    )
    assert (grid.above, grid.rows) == (("2024年9月主要指标",), (("社零", "3"),))


@pytest.mark.parametrize(
    ("encoding", "meta"),
    [
        ("gbk", ""),
        ("gbk", '<meta charset="gb2312">'),
        ("gb18030", '<meta http-equiv="Content-Type" content="text/html; charset=no-such">'),
        ("utf-8", '<meta charset="gb2312">'),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("big5", '<meta charset="big5">'),
        ("utf-8", '<?xml version="1.0" encoding="gbk"?>'),
    ],
)
def test_a_page_is_read_in_the_encoding_it_is_in(encoding, meta):
    (grid,) = page(f"{meta}<p>消費品<table><tr><td>工業<td>4.8</table>", encoding)
    assert (grid.above, grid.rows) == (("消費品",), (("工業", "4.8"),))


def test_a_byte_out_of_place_does_not_lose_the_page():
    data = "<p>莲湖\udcff<table><tr><td>工业<td>4.8</table>".encode("gb18030", "surrogateescape")
    (grid,) = read_workbook(data)
    assert grid.rows == (("工业", "4.8"),)


def test_a_hidden_row_of_a_page_is_told():
    (grid,) = page("<table><tr><td>甲<td>1<tr style='height:0; DISPLAY: none'><td>乙<td>2</table>")
    assert grid.hidden_rows == {1}


def test_only_the_last_lines_before_a_table_are_kept_and_none_is_long():
    lines = "".join(f"<p>第{n}行" for n in range(100))
    (grid,) = page(f"<title>题</title>{lines}<p>{'长' * 900}<table><tr><td>工业<td>4.8</table>")
    assert len(grid.above) == 41
    assert (grid.above[0], grid.above[-1]) == ("题", "长" * 200)


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (docx(p("x"))[:300], "已损坏"),
        (docx(tbl("<w:tr>")), "已损坏"),
        (docx(tbl(tr("x", "1")), **{"word/media/a.bin": bytes(201_000_000)}), "过大"),
        (docx(p("没有表")), "没有带数字的表格"),
        ("<p>没有表".encode(), "没有带数字的表格"),
        (b"<!-- <p> -->", "已损坏"),
        (b"<!-- -->", "内容不是"),
        (b"<table><tr><td>1</table>" * 201, "过大"),
        (b"<table><tr>" + b"<td colspan=999>1" * 99 + b"</table>", "过大"),
        (b"<table>" + b"<tr><td colspan=999><td>1" * 3100 + b"</table>", "过大"),
        (b"<div>" * 5000 + b"<table><tr><td>1</table>", "过大"),
    ],
)
def test_what_is_no_readable_document_is_refused(data, message):
    with pytest.raises(IntakeError, match=message):
        read_workbook(data)


def test_no_entity_is_expanded_and_nothing_outside_is_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("42")
    for declaration in (LAUGHS, f'<!ENTITY a9 SYSTEM "{secret.as_uri()}">'):
        text = f'<!DOCTYPE d [<!ENTITY a0 "ha">{declaration}]><w:document'
        source = zipfile.ZipFile(io.BytesIO(docx(tbl(tr("&amp;a9;", "1")))))
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as target:
            for item in source.infolist():
                content = source.read(item).replace(b"<w:document", text.encode())
                target.writestr(item, content.replace(b"&amp;a9", b"&a9"))
        with pytest.raises(IntakeError):
            read_workbook(stream.getvalue())


def test_a_reader_takes_workbooks_and_documents_in_turn():
    with WorkbookReader() as pool:
        for _ in range(2):
            assert pool.submit(workbook_bytes({"a": [[1]]})).result()[0].rows == ((1,),)
            data = docx(tbl(tr("社零", "3")))
            assert pool.read(data)[0].rows == (("社零", "3"),)
            assert pool.submit(b"<table><tr><td>7").result()[0].rows == (("7",),)


SPANS = st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=4), max_size=4)


def test_every_cell_of_a_page_has_a_place_of_its_own():
    with WorkbookReader() as pool:
        check_places(pool, [])  # the child starts now, so that no example is late
        given(SPANS)(lambda spans: check_places(pool, spans))()


def check_places(pool, spans):
    body = "".join(
        "<tr>" + "".join(f"<td rowspan={high} colspan={wide}>1" for high, wide in row)
        for row in spans
    )
    data = f"<table><tr><td>1{body}</table>".encode()
    (grid,) = pool.read(data)
    assert sum(cell is not None for row in grid.rows for cell in row) == 1 + sum(map(len, spans))
    covered = [
        (row, column)
        for top, left, bottom, right in grid.merged
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    ]
    assert all(bottom <= len(spans) for _, _, bottom, _ in grid.merged)
    hidden = [place for place in covered if grid.at(*place) is None]
    assert len(covered) - len(hidden) == len(grid.merged)


@pytest.mark.parametrize(
    ("suffix", "remedy"),
    [
        (".doc", r"\.docx"),
        (".WPS", r"\.docx"),
        (".rtf", r"\.docx"),
        (".pdf", "原件"),
        (".png", "原件"),
        (".jpg", "原件"),
        (".jpeg", "原件"),
        (".bmp", "原件"),
        (".tif", "原件"),
        (".et", r"\.xlsx"),
        (".ods", r"\.xlsx"),
        (".mht", "仅 HTML"),
    ],
)
def test_other_kinds_are_refused_with_what_to_save_them_as(suffix, remedy):
    with pytest.raises(IntakeError, match=remedy):
        raise refusal_of(suffix)


def test_of_unknown_kinds_less_is_said():
    assert refusal_of("").message == "不能读取没有扩展名的文件"
    assert refusal_of(".json").message == "不能读取 .json 文件"


def test_a_head_that_stands_in_no_row_of_a_page_is_a_line_above_its_table():
    (grid,) = page(
        "<table><thead><th colspan=2>茅箭区2018年1-2月投资</th><tr><th>指标</th><th>累计</th></tr></thead>"
        "<tr><td>增幅%</td><td>15.3</td></tr></table>"
    )
    assert grid.above == ("茅箭区2018年1-2月投资",)
    assert grid.rows == (("指标", "累计"), ("增幅%", "15.3"))


def test_a_list_of_other_pages_says_nothing_of_a_table():
    links = "<li>2024年1-7月主要指标 2024-08-22</li><li>2024年上半年主要指标 [2024-07-23]</li>"
    table = "<table><tr><td>指标</td><td>累计</td></tr><tr><td>社零</td><td>5</td></tr></table>"
    (grid,) = page(f"<html><body>{links}<p>2024年1-8月主要指标</p>{table}</body></html>")
    assert grid.above == ("2024年1-8月主要指标",)
    (grid,) = page(f"<html><body><p>2024年1-8月主要指标 2024-09-20</p>{table}</body></html>")
    assert grid.above == ("2024年1-8月主要指标 2024-09-20",)


def test_a_note_behind_a_table_is_a_row_below_it():
    table = tbl(tr("指标", "累计"), tr("社零①", "5"))
    first, second = word(
        table + p("①为1-8月数") + p("二、投资") + table + p("注：全市数") + p("完")
    )
    assert first.rows == (("指标", "累计"), ("社零①", "5"), ("①为1-8月数",))
    assert second.rows[2:] == (("注：全市数",),) and second.above == ("①为1-8月数", "二、投资")


def test_rows_and_cells_that_a_page_hides_are_hidden_or_blank():
    (grid,) = page(
        "<table><tr><td>工业<td>5.2<td hidden>6.1<td>7.3<tr hidden><td>农业<td>4.1"
        "<tbody style='display:none'><tr><td>建筑业<td>3.3</table>"
    )
    assert grid.rows[0] == ("工业", "5.2", None, "7.3")
    assert grid.hidden_rows == {1, 2}


def test_a_row_deleted_or_hidden_in_word_is_gone_and_a_bullet_may_be_a_minus():
    def marked(mark: str) -> str:
        return tr("农业", "4.1").replace("<w:tr>", f"<w:tr><w:trPr><w:{mark}/></w:trPr>")

    def listed(text: str, number: int) -> str:
        item = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'
        return p(text).replace("<w:p>", f"<w:p><w:pPr>{item}</w:pPr>")

    rows = [tr("工业", "5.2"), marked("del"), tr(listed("商业", 1), listed("3.7", 1))]
    (grid,) = word(tbl(*rows, marked("hidden"), tr("金融业", listed("6.4", 0))))
    assert grid.rows == (("工业", "5.2"), ("商业", "�3.7"), ("金融业", "6.4"))
