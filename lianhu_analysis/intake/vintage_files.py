"""The files of the vintage store: parts and ledger entries, written whole and swept.

One delivered file is one zstd Parquet part a region, and one ledger entry.  The
entry is written last: a part without one does not count.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from lianhu_analysis.errors import StoreError
from lianhu_analysis.intake.problems import Problem
from lianhu_analysis.intake.whole_files import PARTS, locked, sweep, write_parquet, write_whole

__all__ = ["CASES", "REBUILD", "LedgerEntry", "StoreWriter", "read_ledger"]

CASES = "cases"  # folder of the parts that hold cases of ledgers
LEDGER_FORMAT = 1
ORDERED = "FROM frame ORDER BY ALL"
REBUILD = "请删除 data/processed 后重新运行 lianhu ingest（原始文件都在 data/raw）"


@dataclass(frozen=True)
class LedgerEntry:
    """What the store holds of one delivered file.

    Attributes
    ----------
    sha256
        Of the file's bytes.
    fingerprint
        Of everything that its reading depended on.
    parts
        Part paths, relative to the store.
    duplicates
        Rows dropped because they repeated a figure of the same file.
    earlier
        Hashes of the versions that the file had before it was corrected, the oldest first.
    kept
        Those of the parts that hold rows of earlier versions.
    disputed
        Figures of earlier versions that the present one changes or leaves out.
    """

    path: str
    sha256: str
    fingerprint: str
    observations: int = 0
    duplicates: int = 0
    parts: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    earlier: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    disputed: int = 0


def read_ledger(root: Path) -> dict[str, LedgerEntry]:
    """Return the entries of a store by path of the raw file.

    Raises
    ------
    StoreError
        If an entry is not one.
    """
    entries = {}
    for file in sorted((root / "ledger").glob("*.json")):
        try:
            state = file.stat()
            entry = _read_entry(file, state.st_mtime_ns, state.st_size, state.st_ino)
        except FileNotFoundError:
            continue  # withdrawn between the listing and the reading
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"存储目录的登记 {file.name} 读不懂（{error}）。{REBUILD}") from error
        entries[entry.path] = entry
    return entries


@lru_cache(maxsize=10_000)
def _read_entry(file: Path, *_state: int) -> LedgerEntry:
    """Read an entry; once while its file, which is never changed in place, is the same."""
    table = json.loads(file.read_bytes())
    if table.pop("format") != LEDGER_FORMAT:
        raise ValueError("format")
    problems = tuple(Problem(**problem) for problem in table.pop("problems"))
    for name in ("parts", "earlier", "kept"):
        table[name] = tuple(table.get(name, ()))
    return LedgerEntry(**table, problems=problems)


class StoreWriter:
    """Writes what many files gave, each whole before the next.

    The lock is held for one file at a time, so that writers take turns.  What was
    replaced or withdrawn, and what a killed writer left, is swept at the end, once.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._ledger = root / "ledger"
        self._lock_path = root / ".store.lock"
        self._has_written = False

    def append(
        self, frame: pd.DataFrame, about: LedgerEntry, kept: pd.DataFrame | None = None
    ) -> LedgerEntry:
        """Store what one file gave, in place of what it gave before.

        Parameters
        ----------
        frame
            Observations that passed ``validate_observations``, or cases of ledgers.
        about
            What is known of the file; its rows and parts are counted here.
        kept
            Rows of earlier versions of the file.

        Raises
        ------
        StoreError
            If the disk refuses, or another process holds the lock too long.
        """
        identity = _identity(about.path)
        old = {} if kept is None else _pieces(kept, identity)
        pieces = _pieces(frame, identity) | old
        count = sum(map(len, pieces.values()))
        entry = replace(about, observations=count, parts=tuple(pieces), kept=tuple(old))
        with self._locked():
            for part, rows in pieces.items():
                write_parquet(self.root / part, rows, ORDERED)
            text = json.dumps(
                {"format": LEDGER_FORMAT, **asdict(entry)}, ensure_ascii=False, indent=1
            )
            write_whole(self._ledger / f"{identity}.json", text.encode())
        return entry

    def remove(self, path: str) -> None:
        """Withdraw what one file gave."""
        with self._locked():
            (self._ledger / f"{_identity(path)}.json").unlink(missing_ok=True)

    def close(self) -> None:
        """Sweep if anything was written."""
        if self._has_written:
            with self._locked():
                self._sweep()
            self._has_written = False

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with locked(self._lock_path, "存储目录"):
            self._has_written = True
            yield

    def _sweep(self) -> None:
        """Remove parts and partial files of no entry."""
        listed = {part for entry in read_ledger(self.root).values() for part in entry.parts}
        files = self.root.glob("*/region=*/*")
        sweep(file for file in files if file.relative_to(self.root).as_posix() not in listed)
        sweep(self._ledger.glob(PARTS))


def _pieces(frame: pd.DataFrame, identity: str) -> dict[str, pd.DataFrame]:
    """Return the rows of each region by the path of a new part."""
    folder = CASES if "ledger" in frame else "observations"
    return {
        f"{folder}/region={region}/{identity}-{uuid.uuid4().hex[:12]}.parquet": rows
        for region, rows in frame.groupby("region", sort=True)
    }


def _identity(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()[:16]
