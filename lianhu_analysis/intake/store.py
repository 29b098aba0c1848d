"""The vintage store: what was published on which day, as whole immutable parts.

Whatever two files say of one key is settled when it is read, so that the order of
deliveries never matters.  How its files are written: ``vintage_files``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from lianhu_analysis.errors import StoreError
from lianhu_analysis.intake.observations import (
    CASE_COLUMNS,
    COLUMNS,
    KEY,
    VINTAGE_OF,
    WITH_VALUE,
    empty_observations,
    path_of,
)
from lianhu_analysis.intake.problems import Problem
from lianhu_analysis.intake.same_figures import merge_same_figures
from lianhu_analysis.intake.vintage_files import (
    CASES,
    REBUILD,
    LedgerEntry,
    StoreWriter,
    read_ledger,
)

__all__ = ["LedgerEntry", "VintageStore", "latest"]

ORDER = ", ".join(KEY)
EVERYTHING = ", ".join(COLUMNS)
# Of which the disputed figures are looked for together: a store of any size takes no more memory.
REGIONS_AT_ONCE = 10
# Signs for no figure hide none; it is withdrawn in words or by a correction.
SAYING = (*WITH_VALUE, "quarantined")


class VintageStore:
    """The store under one workspace's ``data/processed``.

    Any number of processes may read, and write in turn.
    """

    def __init__(self, processed: Path) -> None:
        self.root = processed

    # Writing

    def writing(self) -> closing[StoreWriter]:
        """Write what many files gave; what they replaced is swept once, at the end."""
        return closing(StoreWriter(self.root))

    # Reading

    def ledger(self) -> dict[str, LedgerEntry]:
        """Return the entries by path of the raw file.

        Raises
        ------
        StoreError
            If an entry is not one.
        """
        return read_ledger(self.root)

    def rows(self, parts: Sequence[str]) -> pd.DataFrame:
        """Return what some parts of one file hold, as it was stored.

        Raises
        ------
        StoreError
            If one of them is lost or damaged.
        """
        if not parts:
            return empty_observations()
        files = [str(self.root / part) for part in parts]
        try:
            return _ask(files, "*", "ORDER BY ALL")
        except duckdb.Error as error:
            why = f"存储目录的文件缺失或已损坏（{_first_line(error)}）"
            raise StoreError(f"{why}。{REBUILD}") from error

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
        return latest(self.history(regions, indicators=indicators, day=day))

    def history(
        self,
        regions: Iterable[str] | None = None,
        *,
        indicators: Iterable[str] | None = None,
        day: dt.date | None = None,
    ) -> pd.DataFrame:
        """Return every version of every figure, published by a day if one is given."""
        where, values = _where(day, indicator=indicators)
        frame = self._query(regions, EVERYTHING, f"WHERE {where} ORDER BY {ORDER}", values)
        if frame is None or frame.empty:
            return empty_observations()
        merged, _ = merge_same_figures(frame)
        if len(merged) < len(frame):
            merged = merged.sort_values(list(KEY), ignore_index=True)
        return merged

    def cases(self, region: str, day: dt.date | None = None) -> pd.DataFrame:
        """Return every version of every case of a region's ledgers, delivered by a day."""
        where, values = _where(day)
        frame = self._query([region], "*", f"WHERE {where} ORDER BY ALL", values, CASES)
        return pd.DataFrame(columns=list(CASE_COLUMNS)) if frame is None else frame

    def last_published(
        self, provenances: Iterable[str] | None = None, regions: Iterable[str] | None = None
    ) -> dt.date | None:
        """Return the day of the last published number of some provenances and regions.

        A period that a table leaves open, or fills with nought, is not published.
        """
        where, values = _where(None, provenance=provenances)
        where += " AND NOT isnan(value)"
        found = self._query(regions, "max(published) AS day", f"WHERE {where}", values)
        return None if found is None or found["day"].isna().all() else found["day"].iloc[0].date()

    def conflicts(self) -> dict[str, tuple[Problem, ...]]:
        """Return, by raw file, each figure of which another file says otherwise."""
        files = Counter(region_of(part) for entry in self.ledger().values() for part in entry.parts)
        # What one file says twice was settled as it was read.
        several = sorted(region for region, number in files.items() if number > 1)
        found: dict[str, list[Problem]] = defaultdict(list)
        for start in range(0, len(several), REGIONS_AT_ONCE):
            for path, problem in self._disputed(several[start : start + REGIONS_AT_ONCE]):
                found[path].append(problem)
        return {path: tuple(problems) for path, problems in found.items()}

    def _disputed(self, regions: Sequence[str]) -> Iterator[tuple[str, Problem]]:
        """Yield raw file and problem of each figure of some regions that files disagree on."""
        repeating = f"QUALIFY count(*) OVER (PARTITION BY {ORDER}) > 1"
        repeated = self._query(regions, EVERYTHING, repeating, {})
        if repeated is None or repeated.empty:
            return
        key = list(KEY)
        distinct = repeated.drop_duplicates([*key, "value", "status"])
        differing = distinct[distinct.duplicated(key, keep=False)][key].drop_duplicates()
        for _, group in repeated.merge(differing, on=key).groupby(key, sort=True):
            _, problems = merge_same_figures(group)
            paths = dict.fromkeys(map(path_of, group["source"]))
            yield from ((path, problem) for path in paths for problem in problems)

    def _query(
        self,
        regions: Iterable[str] | None,
        select: str,
        rest: str,
        values: Mapping[str, Any],
        folder: str = "observations",
    ) -> pd.DataFrame | None:
        """Ask the parts of the ledger; again if a writer replaced one meanwhile."""
        wanted = None if regions is None else set(regions)
        for attempt in range(4):
            parts = [
                str(self.root / part)
                for entry in self.ledger().values()
                for part in entry.parts
                if part.startswith(f"{folder}/") and (wanted is None or region_of(part) in wanted)
            ]
            if not parts:
                return None
            try:
                return _ask(sorted(parts), select, rest, values)
            except duckdb.Error as error:
                gone = isinstance(error, duckdb.IOException)
                if attempt == 3 or not gone:
                    why = "缺少登记过的文件" if gone else "的文件已损坏"
                    raise StoreError(f"存储目录{why}（{_first_line(error)}）。{REBUILD}") from error
        return None


def region_of(part: str) -> str:
    """Return the region of a part's path: ``observations/region=610104/…``."""
    return Path(part).parent.name.removeprefix("region=")


def latest(versions: pd.DataFrame) -> pd.DataFrame:
    """Return the newest version of each figure, of versions as ``history`` returns them.

    A place left open, and a sign such as a dash, take that of no figure that was known before.
    """
    said = versions.sort_values("status", key=lambda s: s.isin(SAYING), kind="stable")
    found = said.drop_duplicates(list(VINTAGE_OF), keep="last")
    return found.sort_index(ignore_index=True)


def _ask(
    parts: Sequence[str], select: str, rest: str, values: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Ask some parts for what is selected of their rows."""
    source = "read_parquet($parts, hive_partitioning=false)"
    with duckdb.connect() as connection:
        # In a notebook a query of two seconds would draw a bar into what the cell says.
        connection.execute("SET enable_progress_bar = false")
        found = connection.execute(
            f"SELECT {select} FROM {source} {rest}", {"parts": parts, **(values or {})}
        )
        return found.df()


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _where(day: dt.date | None, **wanted: Iterable[str] | None) -> tuple[str, dict[str, Any]]:
    """Return a condition and its values: published by a day, and in each column some codes."""
    clauses = ["true"]
    values: dict[str, Any] = {}
    if day is not None:
        clauses.append("published <= $day")
        values["day"] = dt.datetime(day.year, day.month, day.day)
    for column, codes in wanted.items():
        if codes is not None:
            clauses.append(f"list_contains(${column}, {column})")
            values[column] = list(codes)
    return " AND ".join(clauses), values
