"""Old .xls workbooks, written record by record as [MS-XLS] and [MS-CFB] say."""

from __future__ import annotations

import struct
from collections.abc import Sequence

Record = tuple[int, bytes]
SECTOR = 512
END, FAT_SECTOR, FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def number(row: int, column: int, value: float, style: int = 0) -> Record:
    return 0x0203, struct.pack("<HHHd", row, column, style, value)


def text(row: int, column: int, value: str) -> Record:
    head = struct.pack("<HHHHB", row, column, 0, len(value), 1)
    return 0x0204, head + value.encode("utf-16-le")


def error(row: int, column: int, code: int) -> Record:
    return 0x0205, struct.pack("<HHHBB", row, column, 0, code, 1)


def formula_error(row: int, column: int, code: int) -> Record:
    return _formula(row, column, bytes([2, 0, code, 0, 0, 0, 0xFF, 0xFF]))


def blank_formula(row: int, column: int) -> Record:
    return _formula(row, column, bytes([3, 0, 0, 0, 0, 0, 0xFF, 0xFF]))


def _formula(row: int, column: int, result: bytes) -> Record:
    return 0x0006, struct.pack("<HHH", row, column, 0) + result + bytes(6) + bytes(
        [2, 0, 0x1C, 0x17]
    )


def row(at: int, *, hidden: bool = False) -> Record:
    return 0x0208, struct.pack("<HHHHHHHH", at, 0, 9, 255, 0, 0, 0x20 if hidden else 0, 0)


def column(first: int, last: int, *, hidden: bool = False) -> Record:
    return 0x007D, struct.pack("<HHHHHH", first, last, 2048, 0, int(hidden), 0)


def old_workbook(
    records: Sequence[Record],
    *,
    formats: Sequence[int] = (0,),
    style_fonts: Sequence[int] = (0, 0, 0, 0),
    own_format: tuple[int, str] | None = None,
    from_1904: bool = False,
    version: int = 0x0600,
    small: bool = False,
    extra: Sequence[Record] = (),
) -> bytes:
    """Write one sheet named 甲; ``formats`` are the number formats of the styles.

    ``extra`` are further records of the whole workbook.
    """
    globals_: list[Record] = [(0x0022, struct.pack("<H", from_1904)), *extra]
    if own_format:
        at, code = own_format
        globals_.append((0x041E, struct.pack("<HHB", at, len(code), 0) + code.encode("latin-1")))
    styles = zip(style_fonts, formats, strict=False)
    globals_ += [(0x00E0, struct.pack("<HH", font, item) + bytes(16)) for font, item in styles]
    bounds = 4 + 8 + 2
    before = _stream(0x0005, globals_, version, closed=False)
    offset = len(before) + bounds + 4
    sheet = struct.pack("<IBBBB", offset, 0, 0, 1, 1) + "甲".encode("utf-16-le")
    book = before + _record(0x0085, sheet) + _record(0x000A, b"")
    book += _stream(0x0010, records, version)
    return _compound(book if small else book.ljust(4096, b"\0"))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _stream(kind: int, records: Sequence[Record], version: int, *, closed: bool = True) -> bytes:
    begin = _record(0x0809, struct.pack("<HHHHII", version, kind, 0x0DBB, 0x07CC, 0, 6))
    body = b"".join(_record(*record) for record in records)
    return begin + body + (_record(0x000A, b"") if closed else b"")


def _compound(stream: bytes) -> bytes:
    """Put one stream into a compound file: sectors of table, directory, then content."""
    small = len(stream) < 4096
    padded = stream.ljust(-(-len(stream) // SECTOR) * SECTOR, b"\0")
    count = len(padded) // SECTOR
    table = [FAT_SECTOR, END, *range(3, 2 + count), END]
    minifat = b""
    if small:
        links = -(-len(stream) // 64)
        minifat = struct.pack(f"<{links}I", *range(1, links), END).ljust(SECTOR, b"\xff")
        table.append(END)
    fat = struct.pack(f"<{len(table)}I", *table).ljust(SECTOR, b"\xff")
    start, size = (2, len(padded)) if small else (END, 0)
    directory = _entry("Root Entry", 5, start, size, child=1)
    directory += _entry("Workbook", 2, 0 if small else 2, len(stream))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6)
    )
    header += bytes(6) + struct.pack("<IIII", 0, 1, 1, 0) + struct.pack("<I", 4096)
    header += struct.pack("<IIII", 2 + count if small else END, int(small), END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    return header + fat + directory.ljust(SECTOR, b"\0") + padded + minifat


def _entry(name: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
    letters = name.encode("utf-16-le") + b"\0\0"
    body = letters.ljust(64, b"\0") + struct.pack(
        "<HBBIII", len(letters), kind, 1, FREE, FREE, child
    )
    return body + bytes(36) + struct.pack("<III", start, size, 0)
