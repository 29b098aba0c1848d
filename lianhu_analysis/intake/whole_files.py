"""Files that are there whole or not at all, and folders that one process writes at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from lianhu_analysis.errors import StoreError

__all__ = ["PART_SUFFIX", "locked", "settle", "write_whole"]

PART_SUFFIX = ".part"


def write_whole(target: Path, data: bytes) -> None:
    """Write ``data`` under another name, then give it its own once it is on disk."""
    temporary = target.with_name(target.name + PART_SUFFIX)
    temporary.write_bytes(data)
    settle(temporary, target)


def settle(temporary: Path, target: Path) -> None:
    """Make a written file durable, then give it its name in one step."""
    with temporary.open("rb+") as stream:
        os.fsync(stream.fileno())
    temporary.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def locked(path: Path, seconds: float, what: str) -> Iterator[None]:
    """Hold a lock file; its folder is made if need be.

    Parameters
    ----------
    seconds
        How long another process is waited for.
    what
        Is locked, in the words of the refusal.

    Raises
    ------
    StoreError
        If another process holds it longer.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, timeout=seconds)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreError(f"另一个程序占用{what}超过 {seconds:.0f} 秒。请等它结束后重试") from error
    try:
        yield
    finally:
        lock.release()
