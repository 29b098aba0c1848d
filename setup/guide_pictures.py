"""Draw the pictures of docs/guide_zh.md and README.md from what the project itself makes.

    python -m setup.guide_pictures

A new district is made with simulated figures; its workbooks are drawn cell by cell, its page and
that of the national workspace are looked at in Chromium.  Writes docs/images/*.png.
"""

from __future__ import annotations

import base64
import html
import io
import shutil
import sys
import tempfile
from pathlib import Path
from subprocess import run

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from PIL import Image

from benchmarks.first_district import make_district
from data.simulation.new_district import fill_month
from tests.render.browser import Page, browser

__all__ = ["main", "sheet_page"]

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
FONT = ROOT / "lianhu_analysis/render/drawing/fonts/LianhuSansSC-Regular.otf"
COLOURS = 128
STYLE = """
@font-face { font-family: own; src: url("%s"); }
body { margin: 0; font: 13px own; background: #fff; }
.tab { display: inline-block; margin: 6px 0 0 46px; padding: 2px 14px; border: 1px solid #107c41;
  color: #107c41; }
table { border-collapse: collapse; }
td, th { border: 1px solid #d4d4d4; padding: 3px 6px; min-width: 40px; max-width: 150px;
  height: 17px; overflow-wrap: break-word; }
th { background: #f0f0f0; color: #555; font-weight: normal; text-align: center; min-width: 30px; }
td.number { text-align: right; }
td.head { text-align: center; font-weight: bold; }
td.over { white-space: nowrap; max-width: 0; overflow: visible; }
"""


def sheet_page(path: Path, sheet: str, rows: list[int], columns: int) -> str:
    """Return a page that shows some rows of a sheet as a spreadsheet program would."""
    cells = load_workbook(path)[sheet]
    letters = "".join(f"<th>{get_column_letter(n)}</th>" for n in range(1, columns + 1))
    lines = [f"<tr><th></th>{letters}</tr>"]
    for number in rows:
        drawn = []
        for cell in cells[number][:columns]:
            kind = "number" if cell.data_type == "n" and cell.value is not None else "text"
            kind = "head" if cell.font.bold else kind
            beside = cells.cell(number, cell.column + 1).value
            if kind == "text" and beside is None and cell.column < columns:
                kind = "over"
            text = "" if cell.value is None else str(cell.value)
            drawn.append(f'<td class="{kind}">{html.escape(text)}</td>')
        lines.append(f"<tr><th>{number}</th>{''.join(drawn)}</tr>")
    table = f"<table>{''.join(lines)}</table><div class='tab'>{html.escape(sheet)}</div>"
    style = STYLE % FONT.as_uri()
    return f"<!doctype html><meta charset='utf-8'><style>{style}</style><body>{table}</body>"


def main() -> int:
    """Write every picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root, _ = make_district(folder)
        fill_month(root)
        (report,) = (root / "reports").glob("999999-*.html")
        nation = folder / "national"
        without = shutil.ignore_patterns("processed", "reports")
        shutil.copytree(ROOT / "examples" / "national", nation, ignore=without)
        for command in (["ingest"], ["report", "2024Q3"]):
            run(
                [sys.executable, "-m", "lianhu_analysis", "--workspace", nation, *command],
                check=True,
            )
        (national,) = (nation / "reports").glob("100000-2024Q3-*.html")
        history = root / "data/raw/来文/历史数据.xlsx"
        month = root / "data/raw/来文/2024年1—9月.xlsx"
        pages = {
            "targets": sheet_page(root / "目标表.xlsx", "目标", [1, 2, 3, 4, 5], 10),
            "history": sheet_page(history, "季度累计", [1, 2, 3, *range(28, 36)], 7),
            "month": sheet_page(month, "月报", [1, 2, 3, 4, 5, 6], 5),
        }
        with browser(folder / "profile") as page:
            for title, text in pages.items():
                file = folder / f"{title}.html"
                file.write_text(text, encoding="utf-8")
                page.open(file, width=1100)
                size = page.ask(
                    "(() => { const box = document.querySelector('table').getBoundingClientRect();"
                    " return [box.width, document.body.scrollHeight]; })()"
                )
                _write(page, f"guide-{title}", size[0] + 2, size[1] + 6)
            page.open(national, width=985)
            _write(page, "national-2024Q3", 985, 1100)
            page.open(report, width=1000)
            _write(page, "guide-report", 1000, 1150)
            top = page.ask(
                "(() => { const all = [...document.querySelectorAll('h1, h2, h3, summary')];"
                " const last = all.findLast(item => item.innerText.includes('数字出处'));"
                " last.closest('details')?.setAttribute('open', '');"
                " return last.getBoundingClientRect().top + scrollY; })()"
            )
            _write(page, "guide-trace", 1000, 420, top)
    return 0


def _write(page: Page, title: str, width: float, height: float, top: float = 0) -> None:
    clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
    shot = page.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
    picture = Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")
    # Few colours: a page is text on white.
    picture.quantize(COLOURS).save(IMAGES / f"{title}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
