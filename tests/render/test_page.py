from __future__ import annotations

import base64
import hashlib
import re

import lxml.html
import nbformat
import pytest
from fontTools.ttLib import TTFont

from lianhu_analysis.errors import ReportError
from lianhu_analysis.render.english import English
from lianhu_analysis.render.publishing.page import (
    TEMPLATES,
    build_document,
    printed_figures,
    render_page,
    sanitise,
    traced_body,
)
from lianhu_analysis.render.register import FigureRegister
from lianhu_analysis.render.tables import cite, html_table, word
from tests.render.browser import browser, needs_chromium

TITLE = "莲湖区2024年前三季度经济分析"


def render(worked, **changes):
    settings = {
        "title": TITLE,
        "simulated": True,
        **changes,
    }
    return whole(worked.executed.notebook, worked.register, **settings)


def whole(notebook, register, *, title=TITLE, **settings):
    """Trace a notebook's body and put it into a page."""
    body = traced_body(notebook, register, title=title)
    return render_page(body, register, title=title, **settings)


@pytest.fixture(scope="module")
def page(worked):
    return render(worked)


@pytest.fixture(scope="module")
def tree(page):
    return lxml.html.document_fromstring(page)


def changed(worked, tmp_path, change):
    """Return the path of the worked notebook after a change to it."""
    notebook = nbformat.read(worked.executed.notebook, as_version=4)
    change(notebook)
    path = tmp_path / "changed.ipynb"
    nbformat.write(notebook, path)
    return path


def output_of(data, metadata=None):
    cell = nbformat.v4.new_code_cell("x")
    cell.outputs = [nbformat.v4.new_output("display_data", data=data, metadata=metadata or {})]
    return lambda notebook: notebook.cells.insert(3, cell)


def test_page_has_language_skip_link_contents_and_main(tree):
    assert tree.get("lang") == "zh-CN"
    assert tree.xpath("//a[@class='skip']/@href") == ["#main"]
    assert [link.text_content() for link in tree.xpath("//nav//a")] == [
        "结论先行",
        "扇形图怎么看",
        "数字出处",
    ]
    for anchor in tree.xpath("//nav//a/@href"):
        assert len(tree.xpath(f"//main//*[@id='{anchor[1:]}']")) == 1


def test_page_shows_neither_code_nor_prompts_nor_the_run_token(page, worked):
    notebook = nbformat.read(worked.executed.notebook, as_version=4)
    token = re.search(r'run_token = "(\w{32})"', nbformat.writes(notebook).replace("\\", "")).group(
        1
    )
    for trace in (
        "import pandas",
        "In [",
        "In&nbsp;[",
        "fan_chart",
        "EndMarker",
        "run_token",
        token,
    ):
        assert trace not in page
    assert not [cell.id for cell in notebook.cells if cell.id in page]


def test_every_link_to_an_origin_has_its_row(tree):
    targets = set(tree.xpath("//a[@class='origin']/@href"))
    assert targets == {"#fig-1", "#fig-2", "#fig-3", "#fig-4"}
    for target in targets:
        assert len(tree.xpath(f"//tr[@id='{target[1:]}']")) == 1


def test_an_origin_is_folded_away_and_told_beside_its_number(tree):
    (folded,) = tree.xpath("//details[@class='origins']")
    assert folded.get("open") is None
    assert not tree.xpath("//main//a[@class='origin'][not(@data-tip)][not(ancestor::details)]")
    (tip,) = set(tree.xpath("//main//a[@href='#fig-1'][not(ancestor::details)]/@data-tip"))
    row = tree.xpath("//tr[@id='fig-1']")[0].text_content()
    assert tip.split("：")[0] in row


def test_every_cell_carries_its_head_for_a_phone(tree):
    for table in tree.xpath("//table"):
        heads = [head.text_content() for head in table.xpath(".//thead//th")]
        for row in table.xpath(".//tbody/tr"):
            assert row.xpath("td/@data-label") == heads[1:]


def test_simulated_tables_and_printed_pages_carry_the_mark(page, worked):
    assert '<body class="simulated-data">' in page
    assert ".simulated-data caption:not(.real)::after" in page
    assert "@page simulated { @top-center" in page
    assert "<body>" in render(worked, simulated=False)


def test_what_a_table_says_of_itself_stays_on_the_page():
    # That its figures are real, which the page's mark would deny, and that a word is not broken.
    table = html_table(["a", "b"], [["1", word("黄·欠缺")]], "公布数", real=True)
    kept = sanitise(table)
    assert '<caption class="real">' in kept and '<cite class="word">' in kept


def test_simulated_data_is_marked_on_the_page_and_its_tab(page, worked):
    real = render(worked, simulated=False)
    assert page.count("演示数据（模拟）") == real.count("演示数据（模拟）") + 4
    assert "<title>演示数据（模拟）" in page


def test_page_asks_nobody_for_anything(page, tree):
    for address in tree.xpath("//@src"):
        assert address.startswith("data:image/png;base64,")
    assert set(re.findall(r"url\([^,]*,", page)) == {'url("data:font/woff;base64,'}
    assert "@import" not in page
    assert tree.xpath("//script|//link|//iframe|//object|//embed|//form|//svg|//base") == []
    external = [link for link in tree.xpath("//@href") if not link.startswith("#")]
    assert external == tree.xpath("//cite//a/@href") == ["https://example.org/2024q3"]


def test_content_policy_allows_only_our_style_and_data(page, tree):
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    style = re.search(r"<style>(.*?)</style>", page, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; img-src data:; font-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert tree.xpath("//@style") == []


def test_images_have_words(tree):
    (alt,) = tree.xpath("//img/@alt")
    assert alt.startswith("前三季度增长5.3%")


def test_the_mark_of_a_simulation_is_bold_wherever_it_stands(tmp_path):
    page = build_document('<table><td><span class="simulated">演示</span></td></table>', title="单")
    (data,) = re.findall(r"font-weight: 700; src: url\(\"data:font/woff;base64,([^\"]+)", page)
    (tmp_path / "bold.woff").write_bytes(base64.b64decode(data))
    with TTFont(tmp_path / "bold.woff") as font:
        assert set("演示") <= {chr(code) for code in font.getBestCmap()}


def test_embedded_fonts_hold_every_character_of_the_page(page, tree, tmp_path):
    fonts = re.findall(r"font-weight: (\d+); src: url\(\"data:font/woff;base64,([^\"]+)", page)
    held = {}
    for weight, data in fonts:
        file = tmp_path / f"{weight}.woff"
        file.write_bytes(base64.b64decode(data))
        with TTFont(file) as font:
            held[weight] = {chr(code) for code in font.getBestCmap()}
    signs = set(tree.xpath("//body")[0].text_content()) - set("\n")
    assert signs <= held["400"]
    bold = {
        sign for node in tree.xpath("//h1|//h2|//h3|//th|//strong") for sign in node.text_content()
    }
    assert bold - {"\n"} <= held["700"]
    assert sum(len(data) for _, data in fonts) < 120_000


def test_same_inputs_give_the_same_bytes(worked, page, tmp_path):
    def renew(notebook):
        notebook.metadata["papermill"] = {"start_time": "2030-01-01", "duration": 9.9}
        for number, cell in enumerate(notebook.cells):
            cell.id = f"other-{number}"
            cell.metadata["papermill"] = {"duration": number}

    assert render(worked) == page
    path = changed(worked, tmp_path, renew)
    again = whole(
        path,
        worked.register,
        title=TITLE,
        simulated=True,
    )
    assert again == page


@pytest.mark.parametrize(
    ("change", "quoted"),
    [
        (output_of({"text/html": "<p>增长8.8%</p>"}), "“增长8.8%”中的数字没有出处"),
        (output_of({"text/plain": "8.8"}), "“8.8”中的数字没有出处"),
        (output_of({"text/markdown": "约**六成**"}), "“六成”没有出处"),
        (lambda book: book.cells.append(nbformat.v4.new_markdown_cell("增长8.8%")), "增长8.8%"),
        (lambda book: book.cells.append(nbformat.v4.new_markdown_cell("## 2024年")), "2024年"),
        (output_of({"image/png": "aGk="}), "没有经 charts.picture 画出"),
        (
            output_of({"image/png": "aGk="}, {"image/png": {"alt": "图", "drawn": ["目标 9.9"]}}),
            "图中“9.9”没有出处",
        ),
        (
            output_of({"image/png": "aGk="}, {"image/png": {"alt": "增9.9%", "drawn": []}}),
            "“9.9%”没有出处",
        ),
    ],
)
def test_an_untraced_number_refuses_the_page(worked, tmp_path, change, quoted):
    path = changed(worked, tmp_path, change)
    with pytest.raises(ReportError, match=re.escape(quoted)):
        whole(path, worked.register)


def test_the_title_follows_the_rule_too(worked):
    with pytest.raises(ReportError, match=r"“8\.8%”没有出处"):
        render(worked, title="增长8.8%")


def test_a_number_that_is_not_in_this_register_refuses_the_page(worked):
    with pytest.raises(ReportError, match="登记簿中没有 fig-1"):
        whole(worked.executed.notebook, FigureRegister())


def test_printed_figures_end_with_what_their_formulas_use(worked):
    body = traced_body(worked.executed.notebook, worked.register, title=TITLE)
    refs = printed_figures(body, worked.register)
    assert refs == list(dict.fromkeys(refs))
    assert set(refs) == {"fig-1", "fig-2", "fig-3", "fig-4"}


def test_a_figure_used_twice_in_a_formula_has_one_row():
    register = FigureRegister()
    first = register.ref(register.model(2.0, "2.0", label="x", model="y", as_of="2024-10-31"))
    body = register.arithmetic(f"{{{first}}} * {{{first}}}", label="平方")
    assert printed_figures(body, register) == ["fig-2", "fig-1"]


def test_page_in_english(worked):
    english = English({})
    html = render(worked, title="Lianhu Q3 2024", english=english)
    assert '<html lang="en">' in html
    assert "<title>Demonstration data (simulated): Lianhu Q3 2024" in html
    for said in ("Skip to content", "Contents", "Where each number comes from"):
        assert said in html
    assert "演示数据" not in html.partition("<body")[0]


HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<svg onload=alert(1)><text>x</text></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/p.png'>",
    "<img src='data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>@import url(https://evil.example/x.css)</style>",
    "<p style='background:url(https://evil.example/x.png)'>x</p>",
    "<p onclick=alert(1) id=main>x</p>",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example>",
    "<form action=https://evil.example><button>x</button></form>",
    "<object data=x></object><embed src=x>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--><script>alert(1)</script>-->",
    "<template><script>alert(1)</script></template>",
    "<p class='x\" onload=alert(1)'>x</p>",
]
DANGEROUS = re.compile(
    r"<script|onload|onerror|onclick|javascript:|alert|evil\.example|<svg|<style|<iframe|<object"
    r"|<embed|<link|<meta|<base|<form|style=|\bid=|data:text|svg\+xml",
    re.I,
)


@pytest.mark.parametrize("fragment", HOSTILE)
def test_sanitising_leaves_nothing_that_runs_or_calls(fragment):
    clean = sanitise(fragment)
    tree = lxml.html.fragment_fromstring(clean, create_parent="div")
    kept = " ".join(
        [element.tag for element in tree.iter() if isinstance(element.tag, str)]
        + [f"{key}={value}" for element in tree.iter() for key, value in element.attrib.items()]
    )
    assert not DANGEROUS.search(kept)
    assert "alert" not in re.sub(r"&[lg]t;", "", clean) or "&lt;" in clean


@pytest.mark.parametrize("mime", ["text/html", "text/markdown"])
def test_no_output_of_a_notebook_brings_a_script(worked, tmp_path, mime):
    hostile = {
        mime: "<svg onload=alert()></svg><script>alert()</script>",
        "application/javascript": "alert()",
        "image/svg+xml": "<svg onload=alert()></svg>",
    }
    path = changed(worked, tmp_path, output_of(hostile))
    html = whole(path, worked.register)
    assert "alert" not in html
    assert "<script" not in html


@pytest.mark.parametrize("mime", ["application/javascript", "image/svg+xml", "text/latex"])
def test_an_output_that_would_vanish_refuses_the_page(worked, tmp_path, mime):
    path = changed(worked, tmp_path, output_of({mime: "alert()"}))
    with pytest.raises(ReportError, match=f"有一个输出是 {re.escape(mime)}，页面放不下"):
        whole(path, worked.register)


def test_pandas_styler_brings_neither_style_nor_script(worked, tmp_path):
    import pandas as pd

    styler = pd.DataFrame({"a": ["<script>alert()</script>"]}).style.hide(axis="index")
    styled = styler.set_caption("<script>alert()</script>标题").set_properties(color="red")
    path = changed(worked, tmp_path, output_of({"text/html": styled.to_html()}))
    html = whole(path, worked.register)
    assert "alert" not in html
    assert "标题" in html
    assert len(re.findall("<style", html)) == 1


def test_our_own_markup_survives_sanitising():
    html = (
        '<p>增长<a class="origin" href="#fig-1"><data class="n" value="5.3" data-ref="fig-1">5.3'
        "</data></a>%，<time>2024年</time><dfn>生产总值</dfn><code>C7</code></p>"
    )
    assert sanitise(html).replace(' rel="noopener noreferrer"', "") == html


def test_a_document_is_escaped():
    html = build_document("<p>x</p>", title="<script>&")
    assert "<title>&lt;script&gt;&amp;</title>" in html


@needs_chromium
def test_on_paper_no_cell_of_a_full_table_is_cut_in_two(tmp_path):
    # Levers of long targets on A4 without its margins: 50 stood above its %.
    heads = ["目标", "把握", "指标", "时期", "原预测", "须为", "全年", "单位", "达到", "年数"]
    names = ["规模以上工业增加值增长6%—6.5%", "固定资产投资(不含农户)增速"]
    figures = ["5.10", "6.44", "5.45", "%", "2", "5"]
    row = [names[0], cite("50%"), names[1], "2024-10—2024-12", *figures]
    table = html_table(heads, [row, row], "杠杆", numeric=(4, 5, 6, 8, 9))
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    file = tmp_path / "page.html"
    file.write_text(f"<meta charset=utf-8><style>{style}</style><main>{table}</main>", "utf-8")
    lines = "[...document.querySelectorAll('td cite')].map(cell => cell.getClientRects().length)"
    with browser(tmp_path / "profile") as page:
        page.open(file, width=673, media="print")
        assert page.ask(lines) == [1, 1]
        assert page.ask("document.documentElement.scrollWidth") <= 673
