"""Texts that begin like a formula, put wherever an exported workbook or CSV takes text.

    python -m benchmarks.faults.formulas [--count N] [--quick] [--seed N]

The annex of a report takes titles, labels, sheet names, cells, raw texts, sources and models; the
workbooks that ``lianhu init`` writes take the name of the region.  Each trial puts a text drawn by
seed into each of these places, and opens what was written as the XML that a spreadsheet program
reads.  Bar: no formula, no link to another file and no macro in any workbook; no cell of a CSV
that begins like a formula.  Control: an annex whose texts are written as openpyxl likes.
"""

from __future__ import annotations

import csv
import io
import random
import re
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.faults.house import Tally, end, options, patched
from lianhu_analysis.errors import UsageError
from lianhu_analysis.intake.new_workspace import create_workspace
from lianhu_analysis.render.publishing import annex
from lianhu_analysis.render.register import FigureRegister

__all__ = ["live_csv", "live_parts", "main"]

STARTS = (*"=+-@\t\r\n;|", "＝", "﹦", "＋", " =", "'=", "\u200b=", "\ufeff=", "\x07=", "_x003D_")
BODIES = (
    "1+1", "HYPERLINK(1)", "cmd|'/c calc'!A0", "WEBSERVICE(B1)", "SUM(A1:A9)", "IMPORTXML(A1,A2)",
    "[other.xlsx]表!A1", "'file:///x'#A1", "DDE(1;2;3)", "2024", "{1,2}", "RTD(,,)", "EXEC(1)", "5",
)  # fmt: skip
LIVE = re.compile(rb"<(?:\w+:)?(?:f|hyperlink|ddeLink|externalReference|oleObject)\b")
LIVE_NAME = re.compile(r"vba|externalLink|activeX|embeddings|connections", re.IGNORECASE)
LIVE_START = re.compile(r"^[\s'\u200b\ufeff]*[=+@＝＋﹦]|^-(?![\d.]+$)|^[\t\r]")


def live_parts(workbook: bytes) -> list[str]:
    """Name the parts of a workbook that a spreadsheet program would compute or fetch."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as package:
        return [
            name
            for name in package.namelist()
            if LIVE_NAME.search(name) or LIVE.search(package.read(name))
        ]


def live_csv(text: str) -> list[str]:
    """Return the cells of a CSV that a spreadsheet program would compute."""
    return [
        cell for row in csv.reader(io.StringIO(text)) for cell in row if LIVE_START.search(cell)
    ]


def draw_text(draw: random.Random) -> str:
    """Return a text that begins like a formula, sometimes with more before or behind it."""
    text = draw.choice(STARTS) + draw.choice(BODIES)
    return draw.choice((text, text, f"{text}莲湖区", text + text))


def annex_of(draw: random.Random) -> bytes:
    """Write an annex with a hostile text in every place."""
    register = FigureRegister()
    row = {
        "region": "610104", "indicator": "gdp.total", "measure": "yoy", "span": "ytd",
        "period": "2024Q3", "value": 5.3, "published": "2024-10-29", "status": "ok",
        "provenance": "official", "source": f"data/raw/{draw_text(draw)}.xlsx | {draw_text(draw)}",
        "sheet": draw_text(draw), "cell": draw_text(draw), "token": draw_text(draw),
    }  # fmt: skip
    ref = FigureRegister.ref(register.observation(row))
    register.arithmetic(f"{{{ref}}} - 5", label=draw_text(draw))
    register.probability(0.2, label=draw_text(draw), model=draw_text(draw), as_of="2024-10-31")
    refs = [figure.ref for figure in register]
    return annex.render_annex(register, refs, title=draw_text(draw), simulated=False)


def export(count: int, seed: int) -> Tally:
    """Export to every place, and look for what is live."""
    draw, tally = random.Random(seed), Tally()
    for _ in range(count):
        found = live_parts(annex_of(draw))
        tally.expect(not found, f"annex: {found}")
        name = draw_text(draw)
        with tempfile.TemporaryDirectory() as folder:
            try:
                create_workspace(Path(folder) / "new", name, "610104")
            except UsageError:
                tally.expect(True, "")
                continue
            for file in sorted(Path(folder).rglob("*")):
                if file.suffix == ".xlsx":
                    found = live_parts(file.read_bytes())
                    tally.expect(not found, f"{file.name} of a region named {name!r}: {found}")
                elif file.suffix == ".csv":
                    found = live_csv(file.read_text(encoding="utf-8-sig"))
                    tally.expect(not found, f"{file.name}: {found[:3]}")
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and its control."""
    chosen = options(__doc__, 1000, 10).parse_args(arguments)
    tally = export(chosen.count, chosen.seed)

    def as_it_likes(sheet: object, value: object, *, bold: bool = False) -> object:
        del bold
        return annex.WriteOnlyCell(sheet, value=value)

    with patched(annex, "_cell", as_it_likes):
        control = Tally()
        found = live_parts(annex_of(random.Random(1)))
        control.expect(not found, "annex")
    return end(f"{len(tally.missed)} live of {tally.trials} files exported", tally, control)


if __name__ == "__main__":
    sys.exit(main())
