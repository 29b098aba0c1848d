"""What calamine does not tell of an .xlsx: errors, formulas, percent formats, what is hidden.

calamine leaves cells blank where a formula ended in an error or was never calculated,
drops percent formats, and aborts the process on a far-away cell.  So the parts of the
archive are walked before it reads them.  Part of the child process, which imports
nothing of the suite: only the standard library is used here.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any
from xml.parsers import expat

__all__ = [
    "OLE_SIGNATURE",
    "UNCALCULATED",
    "Refused",
    "SheetWalk",
    "WorkbookWalk",
    "is_percent_format",
]

MAX_UNPACKED_BYTES = 200_000_000
MAX_CELLS = 3_000_000
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
PERCENT_FORMATS = {9, 10}  # built into Excel: 0% and 0.00%
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TRUE = ("1", "true")
UNCALCULATED = "#UNCALCULATED!"

# The plain form in which Excel, WPS and openpyxl write a sheet; see `SheetWalk.scan`.
# An attribute list is matched as a whole, so that nothing inside a quotation counts.
ATTRIBUTES = rb'((?:\s+[A-Za-z][\w:.-]*="[^"<>]*")*)\s*'
ANY_CELL = re.compile(rb"<c[\s/>]")
CELL = re.compile(rb"<c" + ATTRIBUTES + rb"(?:/>|>(.*?)</c>)", re.DOTALL)
ADDRESS_OF_CELL = re.compile(rb'<c r="([A-Z]{1,3}[1-9][0-9]{0,6})"')
LETTERS, DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"
FILLED = re.compile(rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"[^<>]*(?<!/)>(?!</c>)')
ROW = re.compile(rb"<row" + ATTRIBUTES + rb"/?>")
COLUMN = re.compile(rb"<col" + ATTRIBUTES + rb"/?>")
ATTRIBUTE = re.compile(rb'([\w:.-]+)="([^"]*)"')
STYLE = re.compile(rb'\ss="([0-9]+)"')
VALUE = re.compile(rb"<v(?:\s[^<>]*)?(?:/>|>([^<]*)</v>)")
FORMULA = re.compile(rb"<f[\s/>]")
INLINE = re.compile(rb"<is[\s/>]")
ENCODING = re.compile(rb"<\?xml[^<>]*encoding=[\"']([^\"']+)[\"']")


class Refused(Exception):
    """The workbook is not read, for a reason that the parent words."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def split_address(address: str) -> tuple[int, int]:
    """Turn ``B3`` into zero-based ``(2, 1)``."""
    match = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", address)
    if match is None or match[2] == "0":
        raise Refused("corrupt", f"cell address {address!r}")
    return int(match[2]) - 1, column_of(match[1])


def column_of(letters: str) -> int:
    """Turn ``AB`` into zero-based 27."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def is_percent_format(code: str) -> bool:
    """Whether a number format shows a hundred times the number, with a percent sign."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", code)


class SheetWalk:
    """One sheet part: the used area, and what the reader would lose.

    Attributes
    ----------
    texts
        Cells that hold an error or an uncalculated formula, and the text to show.
    percents
        Cells with a number of a percent format.
    """

    def __init__(self, percent_styles: frozenset[int], *, recalculates: bool) -> None:
        self.percent_styles = percent_styles
        self.recalculates = recalculates
        self.texts: list[tuple[int, int, str]] = []
        self.percents: list[tuple[int, int]] = []
        self.hidden_rows: set[int] = set()
        self._hidden_ranges: list[tuple[int, int]] = []
        self._rows = self._columns = 0

    def hidden_columns(self, width: int) -> set[int]:
        """Return the hidden columns among the first ``width``."""
        return {
            column
            for first, last in self._hidden_ranges
            for column in range(first, min(last + 1, width))
        }

    def hide_columns(self, first: int, last: int) -> None:
        """Note that a range of columns is hidden, both ends included."""
        self._hidden_ranges.append((first, last))

    def scan(self, part: bytes) -> bool:
        """Take everything from a part in plain form, quickly; else leave it to `parse`.

        The form is plain if it is UTF-8 without comments or other declarations and
        every cell states its address first.  Then a search cannot be misled.
        """
        declared = ENCODING.match(part)
        if b"<!" in part or (declared and declared[1].lower() != b"utf-8"):
            return False
        if b"<worksheet" not in part[:1000] or part.count(b"\0"):
            return False
        cells = len(ANY_CELL.findall(part))
        found = ADDRESS_OF_CELL.findall(part)
        if len(found) != cells:
            return False
        _parse(expat.ParserCreate(), part)
        if cells:
            # All addresses at once: a call for each would cost as much as the search.
            addresses = b" ".join(found)
            columns = set(addresses.translate(None, DIGITS).split())
            self._scan_area(part, columns, set(addresses.translate(None, LETTERS).split()))
        if b'"e"' in part or FORMULA.search(part) or self.percent_styles:
            contents = CELL.findall(part)
            if len(contents) != cells:
                return False
            for attributes, content in contents:
                self._scan_cell(attributes, content)
        if b" hidden=" in part or b' ht="0' in part or b' width="0' in part:
            for number, attributes in enumerate(ROW.findall(part)):
                self._note_row(_attributes(attributes), number)
            for attributes in COLUMN.findall(part):
                self._note_column(_attributes(attributes))
        return True

    def _scan_area(self, part: bytes, columns: set[bytes], rows: set[bytes]) -> None:
        """Bound the area of the cells; if that is too large, of those that hold something."""
        if max(map(int, rows)) * (1 + max(map(_column, columns))) > MAX_CELLS:
            filled = FILLED.findall(part)
            columns, rows = {letters for letters, _ in filled}, {row for _, row in filled}
        if rows:
            self._bound(max(map(int, rows)) - 1, max(map(_column, columns)))

    def _scan_cell(self, attributes: bytes, content: bytes) -> None:
        formula = FORMULA.search(content) is not None
        style = STYLE.search(attributes)
        percent = style is not None and int(style[1]) in self.percent_styles
        if not (formula or percent or b't="e"' in attributes):
            return
        value = VALUE.search(content)
        cell = _attributes(attributes)
        self._note_cell(
            cell,
            split_address(cell["r"]),
            formula=formula,
            value=None if value is None else (value[1] or b"").decode(),
            inline=INLINE.search(content) is not None,
        )

    def parse(self, part: Any) -> None:
        """Take everything from a part in any form that XML allows."""
        _Events(self).parse(part)

    def _note_cell(
        self,
        cell: dict[str, str],
        place: tuple[int, int],
        *,
        formula: bool,
        value: str | None,
        inline: bool,
    ) -> None:
        row, column = place
        kind = cell.get("t", "n")
        # ="" is calculated and blank: its kind is text, and its value is there.
        calculated = bool(value) or inline or (kind == "str" and value is not None)
        if formula and (self.recalculates or not calculated):
            self.texts.append((row, column, UNCALCULATED))
        elif kind == "e":
            self.texts.append((row, column, value or "#ERROR"))
        elif kind == "n" and value and int(cell.get("s", "0")) in self.percent_styles:
            self.percents.append((row, column))

    def _note_row(self, row: dict[str, str], expected: int) -> int:
        number = int(row.get("r", str(expected + 1))) - 1
        if row.get("hidden") in TRUE or _is_zero(row.get("ht")):
            self.hidden_rows.add(number)
        return number

    def _note_column(self, column: dict[str, str]) -> None:
        if column.get("hidden") in TRUE or _is_zero(column.get("width")):
            self.hide_columns(int(column.get("min", "1")) - 1, int(column.get("max", "1")) - 1)

    def _bound(self, row: int, column: int) -> None:
        self._rows, self._columns = max(self._rows, row + 1), max(self._columns, column + 1)
        beyond = self._rows > MAX_ROWS or self._columns > MAX_COLUMNS
        if beyond or self._rows * self._columns > MAX_CELLS:
            raise Refused("far_cell", _address(self._rows - 1, self._columns - 1))


class _Events:
    """The slow way through a sheet part, element by element."""

    def __init__(self, walk: SheetWalk) -> None:
        self.walk = walk
        self._row, self._column = -1, -1
        self._cell: dict[str, str] | None = None
        self._formula = self._inline = False
        self._value: list[str] | None = None
        self._in_value = False

    def parse(self, part: Any) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.ParseFile(part)
        except (expat.ExpatError, ValueError) as error:
            raise Refused("corrupt", str(error)) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "row":
            self._row = self.walk._note_row(attributes, self._row + 1)
            self._column = -1
        elif tag == "col":
            self.walk._note_column(attributes)
        elif tag == "c":
            self._cell, self._formula, self._inline, self._value = attributes, False, False, None
            if address := attributes.get("r"):
                self._row, self._column = split_address(address)
            else:
                self._column += 1
        elif tag == "f":
            self._formula = True
        elif tag == "is":
            self._inline = True
        elif tag == "v":
            self._value, self._in_value = [], True
        if tag in ("f", "is", "v") and self._cell is not None:
            self.walk._bound(self._row, self._column)

    def _text(self, text: str) -> None:
        if self._in_value and self._value is not None:
            self._value.append(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "v":
            self._in_value = False
        if tag != "c" or self._cell is None:
            return
        cell, self._cell = self._cell, None
        value = None if self._value is None else "".join(self._value)
        self.walk._note_cell(
            cell,
            (self._row, self._column),
            formula=self._formula,
            value=value,
            inline=self._inline,
        )


class WorkbookWalk:
    """The archive of one .xlsx: its sheets' parts, its percent styles and its calendar."""

    def __init__(self, data: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, RuntimeError) as error:
            raise Refused("corrupt", str(error)) from error
        items = self._archive.infolist()
        unpacked = sum(item.file_size for item in items)
        if unpacked > MAX_UNPACKED_BYTES:
            raise Refused("too_large", f"{unpacked / 1e6:.0f} MB")
        # calamine takes names in any case and with either slash.
        self._names = {item.filename.lower().replace("\\", "/"): item.filename for item in items}
        if len(self._names) < len(items):
            raise Refused("corrupt", "two parts of one name")
        if "xl/workbook.xml" not in self._names:
            raise Refused("other_format")
        book = self._elements("xl/workbook.xml", {"sheet", "workbookPr", "calcPr"})
        properties = [item for item in book if item["tag"] != "sheet"]
        self.dates_from_1904 = any(item.get("date1904") in TRUE for item in properties)
        # Its values are not those of its formulas: XlsxWriter writes zero for each.
        self.recalculates = any(item.get("fullCalcOnLoad") in TRUE for item in properties)
        self._percent_styles = self._find_percent_styles()
        targets = {
            item.get("Id", ""): item.get("Target", "")
            for item in self._elements("xl/_rels/workbook.xml.rels", {"Relationship"})
        }
        self._parts = {
            item.get("name", ""): _part_name(targets.get(item.get("id", ""), ""))
            for item in book
            if item["tag"] == "sheet"
        }

    def sheet(self, name: str) -> SheetWalk:
        """Walk one sheet."""
        part = self._parts.get(name, "")
        content = self._read(part)
        if content is None:
            raise Refused("corrupt", f"{name}: {part or '?'}")
        walk = self._new_walk()
        try:
            if not walk.scan(content):
                walk = self._new_walk()
                walk.parse(io.BytesIO(content))
        except ValueError as error:
            raise Refused("corrupt", f"{part}: {error}") from error
        return walk

    def _new_walk(self) -> SheetWalk:
        return SheetWalk(self._percent_styles, recalculates=self.recalculates)

    def _read(self, part: str) -> bytes | None:
        name = self._names.get(part.lower())
        if name is None:
            return None
        try:
            return self._archive.read(name)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            ValueError,
            RuntimeError,  # a part with a password of its own
        ) as error:
            raise Refused("corrupt", f"{part}: {error}") from error

    def _elements(self, part: str, tags: Iterable[str]) -> list[dict[str, str]]:
        """Return the attributes of every element of some tags, each with its parent's tag."""
        content = self._read(part)
        if content is None:
            return []
        wanted = frozenset(tags)
        found: list[dict[str, str]] = []
        path: list[str] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            tag = name.rpartition(" ")[2]
            if tag in wanted:
                local = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
                found.append(local | {"tag": tag, "parent": path[-1] if path else ""})
            path.append(tag)

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = start
        parser.EndElementHandler = lambda _: path.pop()
        _parse(parser, content)
        return found

    def _find_percent_styles(self) -> frozenset[int]:
        """Return the style numbers whose number format shows a percentage."""
        found = self._elements("xl/styles.xml", {"numFmt", "xf"})
        formats = set(PERCENT_FORMATS)
        for item in found:
            if item["tag"] == "numFmt" and is_percent_format(item.get("formatCode", "")):
                formats.add(int(item.get("numFmtId", "0")))
        styles = [item for item in found if item["tag"] == "xf" and item["parent"] == "cellXfs"]
        return frozenset(
            number
            for number, item in enumerate(styles)
            if int(item.get("numFmtId", "0")) in formats
        )


def _parse(parser: Any, content: bytes) -> None:
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Refused("corrupt", str(error)) from error


def _part_name(target: str) -> str:
    joined = target if target.startswith("/") else f"/xl/{target}"
    return posixpath.normpath(joined).lstrip("/")


def _column(letters: bytes) -> int:
    return column_of(letters.decode())


def _attributes(text: bytes) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in ATTRIBUTE.findall(text)}


def _is_zero(length: str | None) -> bool:
    return length is not None and float(length) == 0


def _address(row: int, column: int) -> str:
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
