"""The vintage store: what was published on which day, as whole immutable parts.

One delivered file is one zstd Parquet part a region, and one ledger entry.  The
entry is written last: a part without one does not count.  Whatever two files say
of one key is settled when it is read, so that the order of deliveries never matters.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pandas as pd
from filelock import FileLock, Timeout

from lianhu_analysis.errors import StoreError
from lianhu_analysis.intake.observations import COLUMNS, KEY, empty_observations
from lianhu_analysis.intake.problems import Problem
from lianhu_analysis.intake.same_figures import merge_same_figures

__all__ = ["LedgerEntry", "VintageStore"]

LOCK_SECONDS = 120.0
LEDGER_FORMAT = 1
REBUILD = "请删除 data/processed 后重新运行 lianhu ingest（原始文件都在 data/raw）"
VINTAGE_OF = tuple(name for name in KEY if name != "published")
ORDER = ", ".join(KEY)
T = TypeVar("T")


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
    """

    path: str
    sha256: str
    fingerprint: str
    observations: int
    duplicates: int
    parts: tuple[str, ...]
    problems: tuple[Problem, ...]

    def regions(self) -> set[str]:
        """Return the region codes of the parts."""
        return {Path(part).parent.name.removeprefix("region=") for part in self.parts}


class VintageStore:
    """The store under one workspace's ``data/processed``.

    Any number of processes may read, and write in turn.
    """

    def __init__(self, processed: Path) -> None:
        self.root = processed
        self._ledger = processed / "ledger"
        self._lock_path = processed / ".store.lock"

    # Writing

    def append(
        self,
        frame: pd.DataFrame,
        *,
        path: str,
        sha256: str,
        fingerprint: str,
        problems: Sequence[Problem] = (),
        duplicates: int = 0,
    ) -> LedgerEntry:
        """Store what one file gave, in place of what it gave before.

        Parameters
        ----------
        frame
            Observations that passed ``validate_observations``.
        path
            Of the raw file, relative to the workspace.

        Raises
        ------
        StoreError
            If the disk refuses, or another process holds the lock too long.
        """
        identity = _identity(path)
        parts = {
            str(region): f"observations/region={region}/{identity}-{uuid.uuid4().hex[:12]}.parquet"
            for region in sorted(frame["region"].unique())
        }
        entry = LedgerEntry(
            path=path,
            sha256=sha256,
            fingerprint=fingerprint,
            observations=len(frame),
            duplicates=duplicates,
            parts=tuple(parts.values()),
            problems=tuple(problems),
        )
        with self._locked():
            for region, part in parts.items():
                self._write_part(frame[frame["region"] == region], self.root / part)
            text = json.dumps(
                {"format": LEDGER_FORMAT, **asdict(entry)}, ensure_ascii=False, indent=1
            )
            _write_whole(self._ledger / f"{identity}.json", text.encode())
            self._sweep()
        return entry

    def remove(self, path: str) -> None:
        """Withdraw what one file gave."""
        with self._locked():
            (self._ledger / f"{_identity(path)}.json").unlink(missing_ok=True)
            self._sweep()

    # Reading

    def ledger(self) -> dict[str, LedgerEntry]:
        """Return the entries by path of the raw file.

        Raises
        ------
        StoreError
            If an entry is not one.
        """
        entries = {}
        for file in sorted(self._ledger.glob("*.json")):
            try:
                table = json.loads(file.read_bytes())
                if table.pop("format") != LEDGER_FORMAT:
                    raise ValueError("format")
                problems = tuple(Problem(**problem) for problem in table.pop("problems"))
                entry = LedgerEntry(**table | {"parts": tuple(table["parts"])}, problems=problems)
            except FileNotFoundError:
                continue  # withdrawn between the listing and the reading
            except (ValueError, KeyError, TypeError) as error:
                raise StoreError(
                    f"存储目录的登记 {file.name} 读不懂（{error}）。{REBUILD}"
                ) from error
            entries[entry.path] = entry
        return entries

    def as_of(
        self,
        day: dt.date | None,
        *,
        regions: Iterable[str] | None = None,
        indicators: Iterable[str] | None = None,
    ) -> pd.DataFrame:
        """Return what was known on a day: the latest vintage of each figure.

        Parameters
        ----------
        day
            Rows published later are left out; ``None`` for everything known.
        regions, indicators
            Codes to keep; ``None`` for all.
        """
        return self._select(regions, indicators, day, latest=True)

    def vintages(self, indicator: str, region: str) -> pd.DataFrame:
        """Return every published version of an indicator's figures."""
        return self._select([region], [indicator], None, latest=False)

    def history(
        self, regions: Iterable[str] | None = None, *, day: dt.date | None = None
    ) -> pd.DataFrame:
        """Return every version of every figure, published by a day if one is given."""
        return self._select(regions, None, day, latest=False)

    def last_published(
        self, provenances: Iterable[str] | None = None, regions: Iterable[str] | None = None
    ) -> dt.date | None:
        """Return the day of the last publication of some provenances and regions."""
        where, values = _where(None, None, provenances)
        rows = self._query(
            regions,
            lambda connection, parts: connection.execute(
                f"SELECT max(published) FROM read_parquet($parts, hive_partitioning=false) WHERE {where}",
                {"parts": parts, **values},
            ).fetchall(),
        )
        return rows[0][0].date() if rows and rows[0][0] is not None else None

    def conflicts(self) -> dict[str, tuple[Problem, ...]]:
        """Return, by raw file, each figure of which another file says otherwise."""
        repeated = self._query(
            None,
            lambda connection, parts: connection.execute(
                f"SELECT {', '.join(COLUMNS)} FROM read_parquet($parts, hive_partitioning=false)"
                f" QUALIFY count(*) OVER (PARTITION BY {ORDER}) > 1",
                {"parts": parts},
            ).df(),
        )
        found: dict[str, list[Problem]] = {}
        if repeated is None or repeated.empty:
            return {}
        key = list(KEY)
        distinct = repeated.drop_duplicates([*key, "value", "status"])
        differing = distinct[distinct.duplicated(key, keep=False)][key].drop_duplicates()
        for _, group in repeated.merge(differing, on=key).groupby(key, sort=True):
            _, problems = merge_same_figures(group)
            if not problems:
                continue
            for path in dict.fromkeys(
                str(source).partition(" | ")[0] for source in group["source"]
            ):
                found.setdefault(path, []).extend(problems)
        return {path: tuple(problems) for path, problems in found.items()}

    def _select(
        self,
        regions: Iterable[str] | None,
        indicators: Iterable[str] | None,
        day: dt.date | None,
        *,
        latest: bool,
    ) -> pd.DataFrame:
        where, values = _where(day, indicators, None)
        newest = (
            f" QUALIFY published = max(published) OVER (PARTITION BY {', '.join(VINTAGE_OF)})"
            if latest
            else ""
        )
        frame = self._query(
            regions,
            lambda connection, parts: connection.execute(
                f"SELECT {', '.join(COLUMNS)} FROM read_parquet($parts, hive_partitioning=false)"
                f" WHERE {where}{newest} ORDER BY {ORDER}",
                {"parts": parts, **values},
            ).df(),
        )
        if frame is None or frame.empty:
            return empty_observations()
        merged, _ = merge_same_figures(frame)
        if len(merged) < len(frame):
            merged = merged.sort_values(list(KEY), ignore_index=True)
        return merged

    def _query(
        self,
        regions: Iterable[str] | None,
        ask: Callable[[duckdb.DuckDBPyConnection, list[str]], T],
    ) -> T | None:
        """Ask the parts of the ledger; again if a writer replaced one meanwhile."""
        wanted = None if regions is None else set(regions)
        for attempt in range(4):
            parts = [
                str(self.root / part)
                for entry in self.ledger().values()
                for part in entry.parts
                if wanted is None or Path(part).parent.name.removeprefix("region=") in wanted
            ]
            if not parts:
                return None
            try:
                with duckdb.connect() as connection:
                    return ask(connection, sorted(parts))
            except duckdb.IOException as error:
                if attempt == 3:
                    raise StoreError(
                        f"存储目录缺少登记过的文件（{_first_line(error)}）。{REBUILD}"
                    ) from error
            except duckdb.Error as error:
                raise StoreError(
                    f"存储目录的文件已损坏（{_first_line(error)}）。{REBUILD}"
                ) from error
        return None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._lock_path, timeout=LOCK_SECONDS)
        try:
            lock.acquire()
        except Timeout as error:
            raise StoreError(
                f"另一个程序占用存储目录超过 {LOCK_SECONDS:.0f} 秒。请等它结束后重试"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _write_part(self, frame: pd.DataFrame, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(".partial")
        with duckdb.connect() as connection:
            connection.register("frame", frame)
            connection.execute(
                f"COPY (SELECT {', '.join(COLUMNS)} FROM frame ORDER BY {ORDER})"
                f" TO '{_quoted(temporary)}' (FORMAT parquet, COMPRESSION zstd)"
            )
        _settle(temporary, target)

    def _sweep(self) -> None:
        """Remove what a killed writer left: parts and partial files of no entry."""
        listed = {part for entry in self.ledger().values() for part in entry.parts}
        for file in (self.root / "observations").glob("*/*"):
            if file.relative_to(self.root).as_posix() not in listed:
                _discard(file)
        for file in self._ledger.glob("*.partial"):
            _discard(file)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _identity(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()[:16]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _where(
    day: dt.date | None, indicators: Iterable[str] | None, provenances: Iterable[str] | None
) -> tuple[str, dict[str, Any]]:
    clauses = ["true"]
    values: dict[str, Any] = {}
    if day is not None:
        clauses.append("published <= $day")
        values["day"] = dt.datetime(day.year, day.month, day.day)
    for column, wanted in (("indicator", indicators), ("provenance", provenances)):
        if wanted is not None:
            clauses.append(f"list_contains(${column}, {column})")
            values[column] = list(wanted)
    return " AND ".join(clauses), values


def _write_whole(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".partial")
    temporary.write_bytes(data)
    _settle(temporary, target)


def _settle(temporary: Path, target: Path) -> None:
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


def _discard(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except PermissionError:
        return  # Windows: a reader has it open; the next writer sweeps it
