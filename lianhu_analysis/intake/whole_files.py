"""Files that are there whole or not at all, and folders that one process writes at a time."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pandas as pd
from filelock import FileLock, Timeout

from lianhu_analysis.errors import StoreError

__all__ = ["PARTS", "locked", "private_folder", "sweep", "write_parquet", "write_whole"]

PARTS = "*.part"
HOLDER_SUFFIX = ".holder"
LOCK_SECONDS = 60.0
PRIVATE = "lianhu-"
# Between the making of a folder and its lock nobody may take it for left behind.
SETTLING_SECONDS = 60.0


def write_whole(target: Path, data: bytes) -> None:
    """Write ``data`` under another name, then give it its own once it is on disk.

    Raises
    ------
    StoreError
        If the disk is full or refuses; what was there before stays.
    """
    with _settled(target) as temporary:
        temporary.write_bytes(data)


def write_parquet(target: Path, frame: pd.DataFrame, query: str = "FROM frame") -> None:
    """Write what a query makes of ``frame`` as zstd Parquet; otherwise as ``write_whole``."""
    with _settled(target) as temporary, duckdb.cursor() as cursor:
        cursor.register("frame", frame)
        quoted = str(temporary).replace("'", "''")
        cursor.execute(f"COPY ({query}) TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")


@contextmanager
def _settled(target: Path) -> Iterator[Path]:
    """Give a name of this write alone; what is there at the end is made durable and renamed."""
    temporary = target.with_name(f"{target.name}.{uuid.uuid4().hex[:12]}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(target)
        if os.name == "posix":
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except (OSError, duckdb.IOException) as error:
        reason = getattr(error, "strerror", None) or str(error).strip().splitlines()[0]
        reason = "磁盘已满" if "No space left" in reason else reason
        raise StoreError(
            f"{target} 没有写成（{reason}）。原有的文件没有动，请检查磁盘空间和权限后重试"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def sweep(files: Iterable[Path]) -> None:
    """Remove what writers left, such as ``PARTS`` of a folder; for whoever holds its lock."""
    for file in files:
        with suppress(PermissionError):  # Windows: a reader has it open; the next writer sweeps it
            file.unlink(missing_ok=True)


@contextmanager
def locked(path: Path, what: str, seconds: float | None = None) -> Iterator[None]:
    """Hold a lock file; its folder is made if need be.

    Parameters
    ----------
    what
        Is locked, in the words of the refusal.
    seconds
        How long another process is waited for; default ``LOCK_SECONDS``.

    Raises
    ------
    StoreError
        If another process holds it longer, with its number if it told.
    """
    seconds = LOCK_SECONDS if seconds is None else seconds
    path.parent.mkdir(parents=True, exist_ok=True)
    lock, holder = FileLock(path, timeout=seconds), path.with_name(path.name + HOLDER_SUFFIX)
    try:
        lock.acquire()
    except Timeout as error:
        told = "不知是哪个进程"
        with suppress(OSError, UnicodeDecodeError):
            told = holder.read_text(encoding="utf-8")
        raise StoreError(
            f"另一个程序占用{what}超过 {seconds:.0f} 秒（锁文件 {path}，占用者：{told}）。"
            "请等它结束后重试；它若不再动，请结束那个进程，不必删除锁文件"
        ) from error
    try:
        # Beside the lock: on Windows nobody else can read a file that is locked.
        with suppress(OSError):
            holder.write_text(f"进程 {os.getpid()}，{platform.node()}", encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def private_folder() -> Iterator[Path]:
    """Give a folder until the end of the block; those that killed processes left are removed."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PRIVATE}*/.lock"):
        with suppress(OSError, StoreError):
            if not lock.is_symlink() and time.time() - lock.stat().st_mtime > SETTLING_SECONDS:
                with locked(lock, "", 0):
                    pass
                shutil.rmtree(lock.parent)
    with tempfile.TemporaryDirectory(prefix=PRIVATE) as folder, locked(Path(folder, ".lock"), ""):
        yield Path(folder)
