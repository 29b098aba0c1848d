"""Read files inside a process that may be killed: framed bytes in, framed JSON out.

Run by path with ``python -I -S``, so that a broken or hostile file costs a child process
and nothing else; therefore it imports nothing of the suite but its neighbours, by path.
The first frame out says that the
process is ready; every file in, four letters of its kind and its bytes, gives one frame
out, ``{"sheets": [...]}`` or ``{"refused": reason, "detail": text}``, each with
``"tired"``: whether the process should not be asked again.
"""

from __future__ import annotations

import datetime as dt
import gc
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]

sys.path += [str(Path(__file__).parent), *sys.argv[1].split(os.pathsep)]

import python_calamine as calamine
from _common import read_frame, write_frame  # type: ignore[import-not-found]
from _package import Refused  # type: ignore[import-not-found]
from _xlsx_walk import SheetWalk, WorkbookWalk, percent_text  # type: ignore[import-not-found]

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Past these the process is given up: memory that one workbook used is rarely all returned.
TIRED_AFTER = 500
TIRED_BYTES = 20_000_000
DATES = frozenset({dt.date, dt.datetime})


def limit_memory(size: int) -> None:
    """Cap the address space where the system can (Windows cannot)."""
    if resource:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def limit_time(seconds: int) -> None:
    """Let the system end us should our parent be gone and this workbook never end."""
    if resource:
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used) + seconds + 1, hard))


def plain(value: Any) -> Any:
    """Turn a cell into what JSON can carry; dates are left for `listed`."""
    kind = value.__class__
    if kind is float:
        # Excel stores every number as a float: 201003.0 is 201003.
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if kind is str:
        return value or None
    return str(value) if kind in (dt.time, dt.timedelta) else value


def listed(rows: list[list[Any]]) -> dict[str, Any]:
    """Return rows that JSON can carry, and the dates apart with their places."""
    dates = []
    found = []
    for number, row in enumerate(rows):
        if not DATES.isdisjoint(map(type, row)):
            for column, cell in enumerate(row):
                if type(cell) in DATES:
                    dates.append((number, column, type(cell).__name__, cell.isoformat()))
                    row[column] = ""
        # Most cells are text or blank: a call for each of them would cost as much as reading.
        found.append([(cell or None) if cell.__class__ is str else plain(cell) for cell in row])
    return {"rows": found, "dates": dates}


def lay_over(rows: list[list[Any]], walk: SheetWalk) -> None:
    """Put back error texts, uncalculated formulas and percent signs, in place."""
    for row, column, text in walk.texts:
        while len(rows) <= row:
            rows.append([])
        rows[row] += [None] * (column + 1 - len(rows[row]))
        rows[row][column] = text
    for row, column in walk.percents:
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = percent_text(rows[row][column])


def read_book(data: bytes) -> list[dict[str, Any]]:
    """Read every worksheet of a workbook, old or new."""
    if not data.startswith(OLE_SIGNATURE):
        return read_sheets(data, WorkbookWalk(data))
    try:
        from _xls_walk import read_xls  # type: ignore[import-not-found]

        return [sheet | listed(sheet["rows"]) for sheet in read_xls(data)]
    except (Refused, MemoryError):
        raise
    except Exception as error:  # of all kinds; calamine reads some of what xlrd does not
        if "encrypted" in str(error):
            raise Refused("encrypted") from error
        return read_sheets(data, None)


def read_sheets(data: bytes, walk: WorkbookWalk | None) -> list[dict[str, Any]]:
    """Read every worksheet with calamine, with what the walk brought back laid over it."""
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            read_sheet(workbook, meta, walk and walk.sheet(meta.name))
            for meta in workbook.sheets_metadata
            if meta.typ == calamine.SheetTypeEnum.WorkSheet
        ]
    except calamine.PasswordError as error:
        raise Refused("encrypted") from error
    except calamine.CalamineError as error:
        raise Refused("corrupt", str(error)) from error


def read_sheet(workbook: Any, meta: Any, walk: SheetWalk | None) -> dict[str, Any]:
    """Read one worksheet, which was walked before, since the walk bounds its area."""
    sheet = workbook.get_sheet_by_name(meta.name)
    found = listed(sheet.to_python(skip_empty_area=False))
    rows = found["rows"]
    if walk:
        lay_over(rows, walk)
    width = max(map(len, rows), default=0)
    return found | {
        "name": meta.name,
        "visible": meta.visible == calamine.SheetVisibleEnum.Visible,
        "merged": sheet.merged_cell_ranges or [],
        "hidden_rows": sorted(walk.hidden_rows) if walk else [],
        "hidden_columns": sorted(walk.hidden_columns(width)) if walk else [],
        "dates_from_1904": bool(walk and walk.dates_from_1904),
        "knows_formats": walk is not None,
    }


def answer(kind: bytes, data: bytes) -> dict[str, Any]:
    """Return the sheets of one file, or why there are none."""
    try:
        if kind == b"book":
            return {"sheets": read_book(data)}
        from _document_walk import read_page, read_word  # type: ignore[import-not-found]

        return {"sheets": (read_word if kind == b"word" else read_page)(data)}
    except Refused as refusal:
        return {"refused": refusal.reason, "detail": refusal.detail}
    except MemoryError:
        return {"refused": "too_large", "detail": ""}


def main() -> None:
    """Answer until the parent closes its end; any other end is the parent's to explain."""
    memory_bytes, seconds = int(sys.argv[2]), int(sys.argv[3])
    stdin, stdout = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever else prints must not end up among the frames.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    gc.disable()
    limit_memory(memory_bytes)
    write_frame(stdout, b"ready")
    served = 0
    while (order := read_frame(stdin, memory_bytes)) is not None:
        limit_time(seconds)
        served += 1
        found = answer(order[:4], order[4:])
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))[:-1]
        tired = served >= TIRED_AFTER or max(len(order), len(text)) > TIRED_BYTES
        tired = tired or "refused" in found
        body = f'{text},"tired":{"true" if tired else "false"}}}'.encode()
        del found, text, order
        write_frame(stdout, body)


if __name__ == "__main__":
    main()
