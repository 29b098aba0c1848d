"""Addresses and frames: what the child process and its parent both use.

Imported by path in the child, so only the standard library is used here.  A frame is
eight bytes of length and as many bytes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import IO

__all__ = ["cell_address", "column_letters", "column_number", "read_frame", "write_frame"]

FRAME_BYTES = 8


def cell_address(row: int, column: int) -> str:
    """Return the A1-style address of zero-based positions: ``(0, 27)`` is ``AB1``."""
    return f"{column_letters(column)}{row + 1}"


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """Return the letters of a zero-based column: 27 is ``AB``."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """Return the zero-based number of a column: ``AB`` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def read_frame(stream: IO[bytes], most: int) -> bytes | None:
    """Return the next frame; ``None`` when the other side is done, gone or babbling."""
    head = stream.read(FRAME_BYTES)
    size = int.from_bytes(head, "big")
    if len(head) < FRAME_BYTES or size > most:
        return None
    body = stream.read(size)
    return body if len(body) == size else None


def write_frame(stream: IO[bytes], *parts: bytes) -> None:
    """Write one frame."""
    for part in (sum(map(len, parts)).to_bytes(FRAME_BYTES, "big"), *parts):
        stream.write(part)
    stream.flush()
