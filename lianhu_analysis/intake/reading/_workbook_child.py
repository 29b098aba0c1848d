"""Read one workbook inside a process that may be killed: bytes in, JSON out.

Run by path with ``python -I -S``, so that a broken or hostile workbook costs a
short-lived process and nothing else; therefore it imports nothing of the suite.
The one-line answer is ``{"sheets": [...]}`` or ``{"refused": reason, "detail": text}``.

The reader (calamine) leaves cells blank where a formula ended in an error or was
never calculated, drops percent formats, and aborts the process on a far-away cell.
So the sheet parts are walked once before: the walk bounds the used area and brings
back what the reader would lose.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import sys
import zipfile
from typing import Any
from xml.parsers import expat

MEMORY_BYTES = 1 << 30
MAX_UNPACKED_BYTES = 200_000_000
MAX_CELLS = 3_000_000
PERCENT_FORMATS = {9, 10}  # built into Excel: 0% and 0.00%
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Refused(Exception):
    """The workbook is not read, for a reason that the parent words."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def limit_memory() -> None:
    """Cap the address space where the system can (Windows cannot)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def split_address(address: str) -> tuple[int, int]:
    """Turn ``B3`` into zero-based ``(2, 1)``."""
    match = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", address)
    if match is None:
        raise Refused("corrupt", f"cell address {address!r}")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


class SheetWalk:
    """One pass over a sheet part: the used area, and what the reader would lose."""

    def __init__(self, percent_styles: set[int]) -> None:
        self.percent_styles = percent_styles
        self.rows = self.columns = 0
        self.texts: list[tuple[int, int, str]] = []
        self.percents: list[tuple[int, int]] = []
        self._cell: dict[str, str] | None = None
        self._formula = False
        self._value: list[str] | None = None

    def parse(self, part: Any) -> None:
        """Walk the part, refusing an area that no statistical table fills."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.ParseFile(part)
        except expat.ExpatError as error:
            raise Refused("corrupt", str(error)) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            self._cell, self._formula, self._value = attributes, False, None
            if address := attributes.get("r"):
                row, column = split_address(address)
                self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
                if self.rows * self.columns > MAX_CELLS:
                    raise Refused("far_cell", address)
        elif tag == "f":
            self._formula = True
        elif tag == "v":
            self._value = []

    def _text(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)

    def _end(self, name: str) -> None:
        if name.rpartition(" ")[2] != "c" or self._cell is None:
            return
        cell, self._cell = self._cell, None
        value = "".join(self._value or ())
        self._value = None
        if "r" not in cell:
            return
        row, column = split_address(cell["r"])
        if cell.get("t") == "e":
            self.texts.append((row, column, value or "#ERROR"))
        elif self._formula and not value:
            self.texts.append((row, column, "#UNCALCULATED!"))
        elif cell.get("t", "n") == "n" and int(cell.get("s", "0")) in self.percent_styles:
            self.percents.append((row, column))


def attributes_of(archive: zipfile.ZipFile, part: str, *tags: str) -> list[dict[str, str]]:
    """Collect the attributes of every element of some tags, each with its parent's tag."""
    found: list[dict[str, str]] = []
    path: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag in tags:
            local = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
            found.append(local | {"tag": tag, "parent": path[-1] if path else ""})
        path.append(tag)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: path.pop()
    try:
        with archive.open(part) as stream:
            parser.ParseFile(stream)
    except KeyError:
        return []
    except expat.ExpatError as error:
        raise Refused("corrupt", f"{part}: {error}") from error
    return found


def percent_styles(archive: zipfile.ZipFile) -> set[int]:
    """Return the style numbers whose number format shows a percentage."""
    found = attributes_of(archive, "xl/styles.xml", "numFmt", "xf")
    formats = set(PERCENT_FORMATS)
    for item in found:
        code = re.sub(r'"[^"]*"|\\.', "", item.get("formatCode", ""))
        if item["tag"] == "numFmt" and "%" in code:
            formats.add(int(item["numFmtId"]))
    styles = [item for item in found if item["tag"] == "xf" and item["parent"] == "cellXfs"]
    return {
        number for number, item in enumerate(styles) if int(item.get("numFmtId", "0")) in formats
    }


def walk_sheets(data: bytes) -> dict[str, SheetWalk]:
    """Walk every sheet part of an .xlsx; nothing for the older format."""
    if data.startswith(OLE_SIGNATURE):
        return {}
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        raise Refused("corrupt", str(error)) from error
    unpacked = sum(item.file_size for item in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES:
        raise Refused("too_large", f"{unpacked / 1e6:.0f} MB")
    targets = {
        item.get("Id", ""): item.get("Target", "")
        for item in attributes_of(archive, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    styles = percent_styles(archive)
    walks = {}
    for sheet in attributes_of(archive, "xl/workbook.xml", "sheet"):
        target = targets.get(sheet.get("id", ""), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        walk = SheetWalk(styles)
        try:
            with archive.open(part) as stream:
                walk.parse(stream)
        except KeyError:
            continue
        except (zipfile.BadZipFile, EOFError) as error:
            raise Refused("corrupt", f"{part}: {error}") from error
        walks[sheet["name"]] = walk
    return walks


def plain(value: Any) -> Any:
    """Turn a cell into what JSON can carry; dates become one-key objects."""
    if isinstance(value, dt.datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, (dt.time, dt.timedelta)):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)  # Excel stores every number as a float: 201003.0 is 201003
    return None if value == "" else value


def percent_text(value: Any) -> Any:
    """Show a number of a percent format as the reader of the sheet sees its kind: 4.8%."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return f"{value * 100:.12g}%"


def read_sheets(data: bytes) -> list[dict[str, Any]]:
    """Read every worksheet, with what the walk brought back laid over it."""
    import python_calamine as calamine

    walks = walk_sheets(data)
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise Refused("encrypted") from error
    except calamine.CalamineError as error:
        raise Refused("corrupt", str(error)) from error
    sheets = []
    for meta in workbook.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            sheet = workbook.get_sheet_by_name(meta.name)
        except calamine.CalamineError as error:
            raise Refused("corrupt", f"{meta.name}: {error}") from error
        rows = [[plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        if walk := walks.get(meta.name):
            lay_over(rows, walk)
        sheets.append(
            {
                "name": meta.name,
                "visible": meta.visible == calamine.SheetVisibleEnum.Visible,
                "rows": rows,
                "merged": sheet.merged_cell_ranges or [],
            }
        )
    return sheets


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


def main() -> None:
    """Answer on standard output; any other end is the parent's to explain."""
    sys.path.append(sys.argv[1])
    limit_memory()
    try:
        answer: dict[str, Any] = {"sheets": read_sheets(sys.stdin.buffer.read())}
    except Refused as refusal:
        answer = {"refused": refusal.reason, "detail": refusal.detail}
    except MemoryError:
        answer = {"refused": "too_large", "detail": ""}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
