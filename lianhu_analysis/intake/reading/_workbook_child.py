"""Read workbooks inside a process that may be killed: framed bytes in, framed JSON out.

Run by path with ``python -I -S``, so that a broken or hostile workbook costs a
child process and nothing else; therefore it imports nothing of the suite but its
neighbour ``_workbook_walk``, by path.  A frame is eight bytes of length and as many
bytes.  The first frame out says that the process is ready; every workbook in gives
one frame out, ``{"sheets": [...]}`` or ``{"refused": reason, "detail": text}``, each
with ``"tired"``: whether the process should not be asked again.
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

sys.path.append(str(Path(__file__).parent))

from _workbook_walk import (  # type: ignore[import-not-found]
    OLE_SIGNATURE,
    Refused,
    SheetWalk,
    WorkbookWalk,
)
from _xls_walk import XlsWalk  # type: ignore[import-not-found]

FRAME_BYTES = 8
# Past these the process is given up: memory that one workbook used is rarely all returned.
TIRED_AFTER = 500
TIRED_BYTES = 20_000_000
DATES = frozenset({dt.date, dt.datetime})


def limit_memory(size: int) -> None:
    """Cap the address space where the system can (Windows cannot)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def limit_time(seconds: int) -> None:
    """Let the system end us should our parent be gone and this workbook never end."""
    try:
        import resource
    except ImportError:
        return
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + seconds + 1, hard))


def plain(value: Any) -> Any:
    """Turn a cell into what JSON can carry; dates are left for `plain_rows`."""
    kind = value.__class__
    if kind is float:
        # Excel stores every number as a float: 201003.0 is 201003.
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if kind is str:
        return value or None
    return str(value) if kind in (dt.time, dt.timedelta) else value


def percent_text(value: Any) -> Any:
    """Show a number of a percent format as the reader of the sheet sees its kind: 4.8%."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return f"{value * 100:.12g}%"


def plain_rows(rows: list[list[Any]]) -> tuple[list[list[Any]], list[tuple[Any, ...]]]:
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
    return found, dates


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


def walk_workbook(data: bytes) -> WorkbookWalk | XlsWalk | None:
    """Walk a workbook of either format; nothing for an .xls that is not understood."""
    if not data.startswith(OLE_SIGNATURE):
        return WorkbookWalk(data)
    try:
        return XlsWalk(data)
    except ValueError:
        return None


def read_sheets(data: bytes, calamine: Any) -> list[dict[str, Any]]:
    """Read every worksheet, with what the walk brought back laid over it."""
    walk = walk_workbook(data)
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            read_sheet(workbook, meta, walk, calamine)
            for meta in workbook.sheets_metadata
            if meta.typ == calamine.SheetTypeEnum.WorkSheet
        ]
    except calamine.PasswordError as error:
        raise Refused("encrypted") from error
    except calamine.CalamineError as error:
        raise Refused("corrupt", str(error)) from error


def read_sheet(
    workbook: Any, meta: Any, workbook_walk: WorkbookWalk | XlsWalk | None, calamine: Any
) -> dict[str, Any]:
    """Read one worksheet; its part is walked first, since the walk bounds its area."""
    walk = workbook_walk.sheet(meta.name) if workbook_walk else None
    sheet = workbook.get_sheet_by_name(meta.name)
    rows, dates = plain_rows(sheet.to_python(skip_empty_area=False))
    if walk:
        lay_over(rows, walk)
    width = max(map(len, rows), default=0)
    return {
        "name": meta.name,
        "visible": meta.visible == calamine.SheetVisibleEnum.Visible,
        "rows": rows,
        "dates": dates,
        "merged": sheet.merged_cell_ranges or [],
        "hidden_rows": sorted(walk.hidden_rows) if walk else [],
        "hidden_columns": sorted(walk.hidden_columns(width)) if walk else [],
        "dates_from_1904": bool(workbook_walk and workbook_walk.dates_from_1904),
        "knows_formats": walk is not None,
    }


def answer(data: bytes, calamine: Any) -> dict[str, Any]:
    """Return the sheets of one workbook, or why there are none."""
    try:
        return {"sheets": read_sheets(data, calamine)}
    except Refused as refusal:
        return {"refused": refusal.reason, "detail": refusal.detail}
    except MemoryError:
        return {"refused": "too_large", "detail": ""}


def read_frame(stream: Any) -> bytes | None:
    """Return the next frame; ``None`` when the parent is done or gone."""
    head = stream.read(FRAME_BYTES)
    if len(head) < FRAME_BYTES:
        return None
    size = int.from_bytes(head, "big")
    body: bytes = stream.read(size)
    return body if len(body) == size else None


def write_frame(stream: Any, body: bytes) -> None:
    """Write one frame."""
    stream.write(len(body).to_bytes(FRAME_BYTES, "big"))
    stream.write(body)
    stream.flush()


def main() -> None:
    """Answer until the parent closes its end; any other end is the parent's to explain."""
    packages, memory_bytes, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    sys.path.append(packages)
    stdin, stdout = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever else prints must not end up among the frames.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    import python_calamine as calamine

    gc.disable()
    limit_memory(memory_bytes)
    write_frame(stdout, b"ready")
    served = 0
    while (data := read_frame(stdin)) is not None:
        limit_time(seconds)
        served += 1
        found = answer(data, calamine)
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))[:-1]
        tired = served >= TIRED_AFTER or max(len(data), len(text)) > TIRED_BYTES
        tired = tired or "refused" in found
        body = f'{text},"tired":{"true" if tired else "false"}}}'.encode()
        del found, text, data
        write_frame(stdout, body)


if __name__ == "__main__":
    main()
