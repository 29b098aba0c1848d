"""What calamine does not tell of an old .xls: errors, percent formats, what is hidden.

The records are those of BIFF8 (Microsoft, "[MS-XLS]: Excel Binary File Format") inside a
compound file ("[MS-CFB]").  Part of the child process, which imports nothing of the suite.
A file of another version, or one that is not understood, is left to calamine alone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from _workbook_walk import (  # type: ignore[import-not-found]
    UNCALCULATED,
    SheetWalk,
    is_percent_format,
)

__all__ = ["XlsWalk"]

WORKBOOK = "Workbook"
BIFF8 = 0x0600
FREE_FROM = 0xFFFFFFFA
SMALL_STREAM = 4096
BOF, EOF, DATEMODE, BOUNDSHEET, FORMAT, XF = 0x0809, 0x000A, 0x0022, 0x0085, 0x041E, 0x00E0
ROW, COLINFO, BOOLERR, FORMULA = 0x0208, 0x007D, 0x0205, 0x0006
NUMBER, RK, MULRK = 0x0203, 0x027E, 0x00BD
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
PERCENT_FORMATS = {9, 10}


class XlsWalk:
    """The records of one .xls: its sheets, its percent styles and its calendar.

    Raises
    ------
    ValueError
        If the file is of another version or not understood.
    """

    def __init__(self, data: bytes) -> None:
        self.dates_from_1904 = False
        self._sheets: dict[str, int] = {}
        try:
            self._stream = _find_stream(data, WORKBOOK)
            styles = self._read_globals()
        except (struct.error, IndexError) as error:
            raise ValueError(str(error)) from error
        self._percent_styles = frozenset(styles)

    def sheet(self, name: str) -> SheetWalk | None:
        """Walk one sheet; nothing if it is not understood."""
        walk = SheetWalk(self._percent_styles, recalculates=False)
        if name not in self._sheets:
            return None
        try:
            for kind, body in self._records(self._sheets[name]):
                _note(walk, kind, body)
        except (struct.error, IndexError, ValueError):
            return None
        return walk

    def _read_globals(self) -> set[int]:
        percent, styles = set(PERCENT_FORMATS), []
        for kind, body in self._records(0):
            if kind == DATEMODE:
                self.dates_from_1904 = body[:2] == b"\1\0"
            elif kind == BOUNDSHEET:
                (offset,) = struct.unpack_from("<I", body)
                self._sheets[_text(body[8:], body[6], body[7])] = offset
            elif kind == FORMAT:
                number, length, flags = struct.unpack_from("<HHB", body)
                if is_percent_format(_text(body[5:], length, flags)):
                    percent.add(number)
            elif kind == XF:
                styles.append(struct.unpack_from("<H", body, 2)[0])
        return {style for style, number in enumerate(styles) if number in percent}

    def _records(self, offset: int) -> Iterator[tuple[int, bytes]]:
        """Yield the records of one substream, from its BOF to its EOF."""
        kind, length = struct.unpack_from("<HH", self._stream, offset)
        (version,) = struct.unpack_from("<H", self._stream, offset + 4)
        if kind != BOF or version != BIFF8:
            raise ValueError("no BIFF8")
        depth = 0
        while True:
            kind, length = struct.unpack_from("<HH", self._stream, offset)
            body = self._stream[offset + 4 : offset + 4 + length]
            offset += 4 + length
            # A chart inside a sheet is a substream of its own.
            depth += (kind == BOF) - (kind == EOF)
            if depth == 0:
                return
            if depth == 1:
                yield kind, body


def _note(walk: SheetWalk, kind: int, body: bytes) -> None:
    if kind == ROW:
        (row,) = struct.unpack_from("<H", body)
        if struct.unpack_from("<H", body, 12)[0] & 0x20:
            walk.hidden_rows.add(row)
    elif kind == COLINFO:
        first, last, width, _, flags = struct.unpack_from("<5H", body)
        if flags & 1 or width == 0:
            walk.hide_columns(first, last)
    elif kind in (NUMBER, RK):
        _note_number(walk, *struct.unpack_from("<HHH", body))
    elif kind == MULRK:
        row, first = struct.unpack_from("<HH", body)
        for number in range((len(body) - 6) // 6):
            (style,) = struct.unpack_from("<H", body, 4 + 6 * number)
            _note_number(walk, row, first + number, style)
    elif kind == BOOLERR and body[7]:
        row, column = struct.unpack_from("<HH", body)
        walk.texts.append((row, column, ERRORS.get(body[6], "#ERROR")))
    elif kind == FORMULA:
        row, column, style = struct.unpack_from("<HHH", body)
        if body[12:14] != b"\xff\xff":
            _note_number(walk, row, column, style)
        elif body[6] == 2:
            walk.texts.append((row, column, ERRORS.get(body[8], "#ERROR")))
        elif body[6] == 3:
            # Blank: ="" and a formula that no program calculated are written alike.
            walk.texts.append((row, column, UNCALCULATED))


def _note_number(walk: SheetWalk, row: int, column: int, style: int) -> None:
    if style in walk.percent_styles:
        walk.percents.append((row, column))


def _text(data: bytes, length: int, flags: int) -> str:
    return data[: 2 * length].decode("utf-16-le") if flags & 1 else data[:length].decode("latin-1")


def _find_stream(data: bytes, wanted: str) -> bytes:
    """Return one stream of a compound file."""
    sector_size, small_size = (1 << shift for shift in struct.unpack_from("<HH", data, 0x1E))
    if sector_size not in (512, 4096) or small_size != 64:
        raise ValueError("sector size")
    table = _sector_table(data, sector_size)
    directory = _chain(data, sector_size, struct.unpack_from("<I", data, 0x30)[0], table, offset=1)
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    for entry in entries:
        (length,) = struct.unpack_from("<H", entry, 64)
        if entry[: max(length - 2, 0)].decode("utf-16-le", "replace") != wanted or entry[66] != 2:
            continue
        start, size = struct.unpack_from("<II", entry, 116)
        if size >= SMALL_STREAM:
            return _chain(data, sector_size, start, table, offset=1)[:size]
        root = struct.unpack_from("<I", entries[0], 116)[0]
        container = _chain(data, sector_size, root, table, offset=1)
        small = _chain(data, sector_size, struct.unpack_from("<I", data, 0x3C)[0], table, offset=1)
        links = struct.unpack(f"<{len(small) // 4}I", small)
        return _chain(container, small_size, start, links, offset=0)[:size]
    raise ValueError(f"no stream {wanted}")


def _sector_table(data: bytes, size: int) -> tuple[int, ...]:
    """Return which sector follows which."""
    sectors = list(struct.unpack_from("<109I", data, 0x4C))
    following, count = struct.unpack_from("<II", data, 0x44)
    for _ in range(min(count, len(data) // size)):
        part = struct.unpack_from(f"<{size // 4}I", data, (following + 1) * size)
        sectors += part[:-1]
        following = part[-1]
    parts = [
        data[(sector + 1) * size : (sector + 2) * size] for sector in sectors if sector < FREE_FROM
    ]
    table = b"".join(parts)
    return struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])


def _chain(data: bytes, size: int, start: int, links: tuple[int, ...], *, offset: int) -> bytes:
    parts = []
    # A chain that bites its tail ends as well.
    for _ in range(len(links) + 1):
        if start >= FREE_FROM:
            break
        parts.append(data[(start + offset) * size : (start + offset + 1) * size])
        start = links[start]
    return b"".join(parts)
