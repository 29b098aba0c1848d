"""Hostile workbooks, documents, pages and CSV: refused or read, in bounded time and memory.

    python -m benchmarks.faults.bombs [--count N] [--quick] [--seed N]

Zip bombs with true and false sizes, entities that multiply, cells a million columns away, merged
areas as large as a sheet, huge and many shared strings, nested and overlapping zips, thousands of
members, deep and wide pages, broken OLE containers, macros, external links.  Each is read as
``lianhu ingest`` reads it, from a process of its own.  Bar: the reading process lives, the answer
(a refusal, or grids where nothing speaks against them) costs at most 5 seconds of processor time
and 512 MB, and no file outside is touched.  Control: a reader that parses the same bytes with
openpyxl in place.
"""

from __future__ import annotations

import io
import random
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence

import openpyxl

from benchmarks.faults.house import Tally, end, options
from benchmarks.faults.writing import forked
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.csv_grid import read_csv_grid
from lianhu_analysis.intake.grids.workbook import read_workbook

__all__ = ["hostile_files", "main"]

SECONDS, MEGABYTES = 5.0, 512
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
WORD = "word/document.xml"


def workbook(parts: dict[str, bytes] | None = None, level: int = 1) -> bytes:
    """Return a small workbook with some parts replaced or added."""
    book = openpyxl.Workbook()
    book.active.append(["指标", "2024年9月"])  # type: ignore[union-attr]
    book.active.append(["某", 1.5])  # type: ignore[union-attr]
    plain, result = io.BytesIO(), io.BytesIO()
    book.save(plain)
    given = dict(parts or {})
    with zipfile.ZipFile(plain) as source:
        named = {name: source.read(name) for name in source.namelist()} | given
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as target:
        for name, data in named.items():
            target.writestr(name, data)
    return result.getvalue()


def sheet(rows: str, after: str = "", before: str = "") -> dict[str, bytes]:
    """Return a sheet of some rows."""
    text = f"{before}<worksheet {SPACE}><sheetData>{rows}</sheetData>{after}</worksheet>"
    return {SHEET: text.encode()}


def entities(depth: int, width: int, root: str) -> str:
    """Return a document type whose last entity is ``width ** depth`` texts."""
    lines = [f'<!ENTITY a{n} "{f"&a{n - 1};" * width}">' for n in range(1, depth)]
    return f'<!DOCTYPE {root} [<!ENTITY a0 "ha">{"".join(lines)}]>'


def shrunk(data: bytes) -> bytes:
    """Let every member of a zip claim a hundredth of its size."""
    changed = bytearray(data)
    for sign, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = changed.find(sign)
        while place >= 0:
            size = int.from_bytes(changed[place + at : place + at + 4], "little")
            changed[place + at : place + at + 4] = (size // 100).to_bytes(4, "little")
            place = changed.find(sign, place + 4)
    return bytes(changed)


def _document(text: str) -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("[Content_Types].xml", "<Types/>")
        target.writestr(WORD, text)
    return result.getvalue()


def _bombs(size: int) -> Iterator[tuple[str, Callable[[], bytes]]]:
    mega = size * 1_000_000
    yield "zip bomb", lambda: workbook({SHEET: b" " * (mega * 20)})
    yield "zip bomb beside", lambda: workbook({"xl/media/a.png": b"\0" * (mega * 20)})
    yield "false size", lambda: shrunk(workbook({SHEET: b"<" + b" " * (mega * 10)}))
    yield (
        "one text",
        lambda: workbook(
            {STRINGS: f"<sst {SPACE}><si><t>{'x' * mega * 4}</t></si></sst>".encode()}
        ),
    )
    yield (
        "many texts",
        lambda: workbook(
            {STRINGS: f"<sst {SPACE}>{'<si><t>x</t></si>' * (size * 100_000)}</sst>".encode()}
        ),
    )
    yield (
        "rich texts",
        lambda: workbook(
            {
                STRINGS: f"<sst {SPACE}><si>{'<r><t>x</t></r>' * (size * 100_000)}</si></sst>".encode()
            }
        ),
    )
    yield (
        "many cells",
        lambda: workbook(sheet(f"<row>{'<c><v>1</v></c>' * 1000}</row>" * (size * 100))),
    )
    yield "empty rows", lambda: workbook(sheet("<row/>" * (size * 100_000)))
    yield (
        "merged areas",
        lambda: workbook(
            sheet(
                '<row r="1"><c r="A1"><v>1</v></c></row>',
                "".join(f'<mergeCell ref="A{n}:XFD{n}"/>' for n in range(1, size * 1000)),
            )
        ),
    )
    yield (
        "laughs",
        lambda: workbook(
            sheet(
                '<row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row>',
                before=entities(10, 5 + size, "worksheet"),
            )
        ),
    )
    yield (
        "quadratic",
        lambda: workbook(
            sheet(
                f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"&a;" * size * 10_000}</t></is></c></row>',
                before=f'<!DOCTYPE w [<!ENTITY a "{"x" * 100_000}">]>',
            )
        ),
    )
    yield "many members", lambda: workbook({f"xl/x{n}.xml": b"<x/>" for n in range(size * 2000)})
    yield "deep xml", lambda: workbook({SHEET: b"<a>" * (size * 20_000)})
    yield (
        "attributes",
        lambda: workbook(
            sheet("<row " + " ".join(f'a{n}="1"' for n in range(size * 20_000)) + "/>")
        ),
    )
    yield "deep page", lambda: b"<table><tr><td>" * (size * 5_000) + b"1"
    yield "wide page", lambda: b"<table><tr><td colspan=%d000000>1</td></tr></table>" % size
    yield "tall page", lambda: b"<table><tr><td rowspan=%d000000>1<td>2</tr></table>" % size
    yield "long page", lambda: b"<table>" + b"<tr><td>a<td>1</tr>" * (size * 10_000) + b"</table>"
    yield (
        "laughing document",
        lambda: _document(entities(10, 5 + size, "d") + "<w:document>&a9;</w:document>"),
    )
    yield (
        "ole",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(size).randbytes(size * 20_000),
    )
    yield "wide csv", lambda: b"," * (size * 200_000)
    yield "quoted csv", lambda: b'"' + b"x" * mega


def _single() -> Iterator[tuple[str, Callable[[], bytes]]]:
    inner = workbook()
    outside = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    link = b'<externalLink xmlns="x"><externalBook r:id="rId1"/></externalLink>'
    corner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    yield "far cell", lambda: workbook(sheet(corner))
    yield "column ZZZZZZ", lambda: workbook(sheet('<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>'))
    yield (
        "row 4e9",
        lambda: workbook(sheet('<row r="4000000000"><c r="A4000000000"><v>1</v></c></row>')),
    )
    yield (
        "merged sheet",
        lambda: workbook(
            sheet(corner[:40], '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')
        ),
    )
    yield "outside entity", lambda: workbook(sheet("<row><c><v>&a;</v></c></row>", before=outside))
    yield "workbook in a workbook", lambda: workbook({SHEET: inner})
    yield "nested zips", lambda: workbook({f"xl/embeddings/{n}.xlsx": inner for n in range(50)})
    yield (
        "climbing names",
        lambda: workbook({"../../../tmp/canary-bomb": b"x", "/tmp/canary-bomb": b"x"}),
    )
    yield "macros", lambda: workbook({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 99})
    yield "external link", lambda: workbook({"xl/externalLinks/externalLink1.xml": link})
    yield "no sheet", lambda: workbook({BOOK: f"<workbook {SPACE}/>".encode()})
    yield "cut in half", lambda: inner[: len(inner) // 2]
    yield "only a sign", lambda: b"PK\x03\x04"


def hostile_files() -> list[tuple[str, Callable[[], bytes]]]:
    """Return the files by name, the largest of each kind first."""
    sized = [(f"{name} {size}", make) for size in (9, 3) for name, make in _bombs(size)]
    return [*_single(), *sized]


def read_here(name: str, data: bytes) -> str:
    """Read a file as ingest does; return what came of it, processor seconds and megabytes."""
    try:
        grids = (read_csv_grid(data),) if "csv" in name else read_workbook(data)
        told = f"{len(grids)} grids"
    except IntakeError as error:
        told = f"refused: {error.message}"
    used = [resource.getrusage(who) for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)]
    seconds = used[0].ru_utime + used[0].ru_stime + ("csv" in name) * used[1].ru_utime
    return f"{seconds:.2f} {used[0].ru_maxrss / 1024:.0f} {told}"


def read_all(files: Sequence[tuple[str, Callable[[], bytes]]], tally: Tally) -> tuple[float, float]:
    """Read files each from a process of its own; return the most seconds and megabytes."""
    slowest = largest = 0.0
    for name, make in files:
        data = make()
        status, told = forked(lambda name=name, data=data: read_here(name, data))  # type: ignore[misc]
        if status != 0:
            tally.expect(False, f"{name}: the reader died ({status}): {told[:200]}")
            continue
        seconds, megabytes = map(float, told.split(" ", 2)[:2])
        held = seconds <= SECONDS and megabytes <= MEGABYTES
        tally.expect(held, f"{name} ({len(data) / 1e6:.1f} MB): {told[:120]}")
        slowest, largest = max(slowest, seconds), max(largest, megabytes)
    return slowest, largest


def parse_in_place(data: bytes) -> str:
    """Read as a notebook would: in this very process, without a look at the sizes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
    return str(len(list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows())))  # type: ignore[union-attr]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and its control."""
    chosen = options(__doc__, len(hostile_files()), 13).parse_args(arguments)
    tally, control = Tally(), Tally()
    slowest, largest = read_all(hostile_files()[: chosen.count], tally)
    status, told = forked(lambda: parse_in_place(workbook(sheet(hostile_corner()))))
    control.expect(status == 0, told)
    figure = f"{len(tally.missed)} of {tally.trials} hostile files beyond {SECONDS:g} s or {MEGABYTES} MB"
    return end(f"{figure} (most {slowest:.1f} s, {largest:.0f} MB)", tally, control)


def hostile_corner() -> str:
    """Return two cells as far apart as a sheet has room."""
    return '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


if __name__ == "__main__":
    sys.exit(main())
