"""Sheets of an .xlsx, read with calamine, and what calamine does not tell.

calamine leaves cells blank where a formula ended in an error or was never calculated,
drops percent formats, and aborts the process on a far-away cell.  So each sheet's part
is walked with lxml before calamine reads it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import python_calamine as calamine

from lianhu_analysis.intake.grids.grid import (
    NOTE,
    Grid,
    behind_text,
    bound_area,
    column_number,
    commented,
    put,
)
from lianhu_analysis.intake.grids.package import Package, explained, local_name
from lianhu_analysis.intake.grids.refusals import corrupt

__all__ = ["BOOK", "OTHERWISE", "UNCALCULATED", "read_xlsx", "shown"]

BOOK = "xl/workbook.xml"
WORKSHEET = calamine.SheetTypeEnum.WorkSheet
PERCENT_FORMATS = {9: "0%", 10: "0.00%"}  # built into Excel
DIGITS = "0123456789"
# Points; and white among Excel's numbered colours.
READABLE, WHITES = 3, ("1", "9")
TRUE = ("1", "true")
UNCALCULATED, OTHERWISE, NO_ZEROS = "#UNCALCULATED!", "#FORMAT!", "0;-0;"
LITERAL = re.compile(r'"([^"]*)"|[\\!](.)')
PLACES = re.compile(r"[0#?][^\0]*[0#?]|[0#?]|General|G/通用格式")
# What a code does not show, behind what it shows as it stands.
UNSHOWN = re.compile(r'("[^"]*"|[\\!].)|\[[^\]]*\]|_.|\*.')
# The decimal point moved (0!.0), thousands left out (0.0,), and the parts of a day.
SCALED = re.compile(r"[0#?]\0+[0#?]|[0#?.],+(?![0#?,])")
DAYS = re.compile("[ymdhs]", re.IGNORECASE)
SIGNS = ("-", "−", "(", "（")
RAISED = "{*}rPr/{*}vertAlign"
# What stands in text boxes and printed headers counts where it is a note, a signature or a unit.
STATED = re.compile(rf"{NOTE.pattern}|(?:计量|金额)?单位[:：]|.{{2,20}}月报$")
# Parts of a printed header (&L), and what else it says of fonts, sizes, colours, pages.
HEADERS = tuple(
    f"{{*}}{kind}{place}" for kind in ("odd", "first") for place in ("Header", "Footer")
)
HEADER_PART, HEADER_CODE = re.compile("&[LCR]"), re.compile(r'&(?:"[^"]*"|K[\dA-F+-]+|\d+|[A-Z&])')
DOLLARS = re.compile(r"\[\$(?!CNY|RMB)[^\]¥￥元-]+[\]-]|(?<!\[)[$€£]")


class Walk(NamedTuple):
    """What calamine would lose of one sheet.

    Attributes
    ----------
    texts
        Row, column and text to show of errors, uncalculated formulas, and formats that tell.
    printed
        What printed headers and footers state.
    """

    texts: list[tuple[int, int, str]]
    hidden_rows: set[int]
    hidden_columns: list[range]
    printed: list[str]


def read_xlsx(data: bytes, package: Package) -> list[Grid]:
    """Read every worksheet of an .xlsx.

    Raises
    ------
    IntakeError
        If it is damaged, encrypted, or reaches further than any table does.
    """
    parts = _Book(package)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [meta for meta in book.sheets_metadata if meta.typ == WORKSHEET]
        return [_read_sheet(book, meta, parts) for meta in sheets]
    except calamine.CalamineError as error:
        raise corrupt(error) from error


def _read_sheet(book: Any, meta: Any, parts: _Book) -> Grid:
    walk, related = parts.walk(meta.name), parts.related(meta.name)
    sheet = book.get_sheet_by_name(meta.name)
    rows = sheet.to_python(skip_empty_area=False)
    for row, column, text in walk.texts:
        put(rows, row, column, text)
    columns = range(max(map(len, rows), default=0))
    return Grid.of(
        meta.name,
        rows,
        merged=tuple((*start, *end) for start, end in sheet.merged_cell_ranges or ()),
        visible=meta.visible == calamine.SheetVisibleEnum.Visible,
        hidden_rows=frozenset(walk.hidden_rows),
        hidden_columns=frozenset(n for n in columns if any(n in x for x in walk.hidden_columns)),
        dates_from_1904=parts.dates_from_1904,
        above=(*walk.printed, *parts.boxes(related)),
        comments=parts.comments(related),
    )


class _Book:
    """The parts of one .xlsx: its sheets, its number formats and its calendar."""

    def __init__(self, package: Package) -> None:
        self._package = package
        root = package.root(BOOK)
        self.dates_from_1904 = _says(root, "workbookPr", "date1904")
        # Its values are not those of its formulas: XlsxWriter writes zero for each.
        self._recalculates = _says(root, "calcPr", "fullCalcOnLoad")
        with explained("xl/styles.xml"):
            styles = package.root("xl/styles.xml")
            self._formats = _formats(styles)
            self._struck, self._unseen = _struck(styles), _unseen(styles)
        targets = package.targets(BOOK)
        texts = enumerate(map(_in_runs, package.root(targets.get("sharedStrings", ""))))
        self._strings = {str(n): text for n, text in texts if text is not None}
        self._parts = {
            sheet.get("name", ""): targets.get(value, "")
            for sheet in root.iter("{*}sheet")
            for name, value in sheet.items()
            if local_name(name) == "id"
        }

    def related(self, name: str) -> Mapping[str, str]:
        """Return the parts that a sheet refers to, by kind."""
        return self._package.targets(self._parts.get(name, ""))

    def boxes(self, related: Mapping[str, str]) -> tuple[str, ...]:
        """Return what notes, signatures and units stand in the text boxes of a sheet."""
        drawing = related.get("drawing", "")
        with explained(drawing):
            lines = self._package.root(drawing).iterfind(".//{*}txBody/{*}p")
            texts = ("".join(run.text or "" for run in line.iter("{*}t")) for line in lines)
            return tuple(text.strip() for text in texts if STATED.match(text.strip()))

    def comments(self, related: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Return the comments of a sheet."""
        part = related.get("comments", "")
        with explained(part):
            found = self._package.root(part).iterfind("{*}commentList/{*}comment")
            texts = ((one.get("ref", ""), one.iter("{*}t")) for one in found)
            return tuple(commented(at, "".join(t.text or "" for t in text)) for at, text in texts)

    def walk(self, name: str) -> Walk:
        """Walk one sheet, whose area is bounded thereby."""
        part = self._parts.get(name, "")
        if part not in self._package:
            raise corrupt(f"{name}: {part or '?'}")
        walk, self._zeros = Walk([], set(), [], []), True
        with explained(part):
            self._walk(part, walk)
        return walk

    def _walk(self, part: str, walk: Walk) -> None:
        row, height, width = -1, 0, 0
        tags = ("{*}sheetView", "{*}col", "{*}row", *HEADERS)
        for element in self._package.elements(part, *tags):
            if (name := local_name(element.tag)) == "sheetView":
                self._zeros = element.get("showZeros", "1") in TRUE
                continue
            if name == "col":
                if _is_hidden(element, "width"):
                    first, last = int(element.get("min", 1)), int(element.get("max", 1))
                    walk.hidden_columns.append(range(first - 1, last))
                continue
            if name != "row":
                texts = HEADER_PART.split(element.text or "")
                said = (HEADER_CODE.sub("", text).strip() for text in texts)
                walk.printed.extend(text for text in said if STATED.match(text))
                continue
            row, column = int(element.get("r", row + 2)) - 1, -1
            if _is_hidden(element, "ht"):
                walk.hidden_rows.add(row)
            for cell in element.iterchildren("{*}c"):
                address = cell.get("r")
                place, column = _split_address(address) if address else (row, column + 1)
                if len(cell):
                    height, width = max(height, place + 1), max(width, column + 1)
                    if (text := self._text(cell)) is not None:
                        walk.texts.append((place, column, text))
            bound_area(height, width)

    def _text(self, cell: Any) -> str | None:
        """Return what a cell shows if calamine would not tell."""
        parts = {local_name(part.tag): part.text for part in cell}
        kind, text = cell.get("t", "n"), parts.get("v")
        # ="" is calculated and blank: its kind is text, and its value is there.
        calculated = text or "is" in parts or (kind == "str" and "v" in parts)
        if "f" in parts and (self._recalculates or not calculated):
            return UNCALCULATED
        if kind == "e":
            return text or "#ERROR"
        if int(cell.get("s", 0)) in self._struck:
            return OTHERWISE if kind == "n" and text else ""
        if kind == "n" and text:
            if int(cell.get("s", 0)) in self._unseen:
                return OTHERWISE
            code = self._formats.get(int(cell.get("s", 0)), "")
            return shown(float(text), code if self._zeros or float(text) else NO_ZEROS)
        return self._strings.get(text or "") if kind == "s" else _in_runs(cell)


def _says(root: Any, element: str, attribute: str, default: str = "") -> bool:
    return any(item.get(attribute, default) in TRUE for item in root.iter(f"{{*}}{element}"))


def _is_hidden(element: Any, size: str) -> bool:
    return element.get("hidden") in TRUE or float(element.get(size, 1)) < 1


def _split_address(address: str) -> tuple[int, int]:
    """Turn ``B3`` into zero-based ``(2, 1)``."""
    letters = address.rstrip(DIGITS)
    row = int(address[len(letters) :])
    if row < 1 or not (letters.isalpha() and letters.isupper()):
        raise ValueError(f"cell address {address!r}")
    return row - 1, column_number(letters)


def _formats(styles: Any) -> dict[int, str]:
    """Return the number formats of the styles that have another than a built-in one."""
    codes = PERCENT_FORMATS | {
        int(item.get("numFmtId", 0)): item.get("formatCode", "")
        for item in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    styled = enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
    return {n: codes[id_] for n, item in styled if (id_ := int(item.get("numFmtId", 0))) in codes}


def _struck(styles: Any) -> set[int]:
    """Return the styles whose font is struck out."""
    fonts = enumerate(styles.iterfind("{*}fonts/{*}font"))
    struck = {str(n) for n, font in fonts if _says(font, "strike", "val", "1")}
    styled = enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
    return {n for n, item in styled if item.get("fontId") in struck}


def _unseen(styles: Any) -> set[int]:
    """Return the styles whose numbers nobody sees: white on white, or too small to read."""
    fonts = [*styles.iterfind("{*}fonts/{*}font")]
    plain = [fill.get("patternType", "none") == "none" for fill in styles.iter("{*}patternFill")]
    found = set()
    for n, item in enumerate(styles.iterfind("{*}cellXfs/{*}xf")):
        font, fill = int(item.get("fontId", 0)), int(item.get("fillId", 0))
        on_paper = fill >= len(plain) or plain[fill]
        if font < len(fonts) and (_is_tiny(fonts[font]) or (on_paper and _is_white(fonts[font]))):
            found.add(n)
    return found


def _is_tiny(font: Any) -> bool:
    size = font.find("{*}sz")
    return size is not None and float(size.get("val", READABLE)) < READABLE


def _is_white(font: Any) -> bool:
    colour = font.find("{*}color")
    said = {} if colour is None else dict(colour.attrib)
    darker = float(said.get("tint", 0)) < 0
    return said.get("rgb", "")[2:].upper() == "FFFFFF" or (
        not darker and (said.get("theme") == "0" or said.get("indexed") in WHITES)
    )


def _in_runs(text: Any) -> str | None:
    """Return what is seen of a text in runs; ``None`` of any other.

    The raised number of a note is no digit of the figure before it: ``210.5[1]``.
    """
    seen, runs = "", [*text.iter("{*}r")]
    for run in runs:
        said = "" if _says(run, "strike", "val", "1") else run.findtext("{*}t") or ""
        raised = run.find(RAISED)
        aside = raised is not None and raised.get("val") != "baseline"
        seen += behind_text(said.strip(), seen) if aside else said
    return seen if runs else None


@lru_cache(maxsize=1024)
def _parts(code: str) -> tuple[str, str, str]:
    """Return the format of a number that is not negative, and the words before and behind it."""
    seen = UNSHOWN.sub(r"\1", code)
    section, bare = seen.partition(";")[0], LITERAL.sub("\0", seen)
    before, _, behind = PLACES.sub("\1", section).partition("\1")
    first, last = ("".join(a or b for a, b in LITERAL.findall(part)) for part in (before, behind))
    return bare, first.strip(" ¥￥$%"), last.strip(" ¥￥$%")


def shown(value: float, code: str) -> str | None:
    """Return what a format makes of a number, as its reader sees it; ``None``: the number.

    ``4.8%``, ``下降3.2``, ``497.3亿元``; where the number itself is shown as another or not at
    all, no figure, and where nought is not shown, nothing.
    """
    bare, before, behind = _parts(code)
    place = 1 if value < 0 else 2 if value == 0 else 0
    section = [*bare.split(";")[place:], bare][0]
    digitless = value == 0 and "#" in section and not {"0", "?"} & {*section}
    if digitless or (";" in bare and not section):
        return OTHERWISE if value else ""
    if "%" in bare:
        return f"{value * 100:.12g}%"
    if value > 0 and section.lstrip().startswith(SIGNS):
        return OTHERWISE  # -0.0 and (0.0) show 4.4 as less than nothing
    if DOLLARS.search(code) or (SCALED.search(bare) and not DAYS.search(bare)):
        return OTHERWISE
    if DAYS.search(bare) or (value < 0 and ";" in code):
        return None
    return f"{before}{value:.12g}{behind}" if before or behind else None
