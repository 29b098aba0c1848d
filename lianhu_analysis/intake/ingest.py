"""Every delivered file into the vintage store, with an answer for each."""

from __future__ import annotations

import hashlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from lianhu_analysis.catalog.indicators import Catalogue, load_catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.cases import settle_cases
from lianhu_analysis.intake.corrections import WITHHELD, Correction, load_corrections
from lianhu_analysis.intake.deliveries import DeliveryReader, read_sidecar
from lianhu_analysis.intake.file_versions import Settled, settle_versions
from lianhu_analysis.intake.grids.workbook import WorkbookReader
from lianhu_analysis.intake.observations import validate_observations
from lianhu_analysis.intake.problems import FileResult, Problem
from lianhu_analysis.intake.raw_files import find_files
from lianhu_analysis.intake.reading.figures import Reading
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.intake.vintage_files import CASES, LedgerEntry, StoreWriter
from lianhu_analysis.workspace import Workspace

__all__ = ["AHEAD", "WORKERS", "ahead", "ingest_files", "unread_files"]

SETTLE_ATTEMPTS = 3
SETTLE_SECONDS = 0.5
# Files opened before one is stored: enough to keep the children busy, few to hold in memory.
AHEAD = 8
WORKERS = min(4, os.cpu_count() or 1)
T = TypeVar("T")


def ingest_files(
    workspace: Workspace,
    catalogue: Catalogue,
    paths: Sequence[Path] = (),
    *,
    progress: Callable[[str], None] | None = None,
) -> tuple[FileResult, ...]:
    """Read what is new or is read differently now, and report on every file.

    Parameters
    ----------
    paths
        Files or folders under ``data/raw``; none for all of it.
    progress
        Called with each file's path before it is read.

    Raises
    ------
    CatalogueError
        If ``corrections.toml`` has a fault; nothing was read.
    """
    decided = {
        (*item.key, str(item.published or "")): item
        for item in load_corrections(workspace)
        if item.expected == WITHHELD
    }
    store = VintageStore(workspace.processed)
    known = store.ledger()
    found = find_files(workspace, paths)
    # The children start with the first workbook that has to be read.
    with WorkbookReader(WORKERS) as pool, store.writing() as writer:
        ingest = _Ingest(
            workspace, DeliveryReader(workspace, catalogue), store, known, pool, writer
        )
        begun = (ingest.begin(path, file, progress) for path, file in found.files.items())
        results = [finish() for finish in ahead(begun, AHEAD)]
    results += [FileResult(path, "quarantined", 0, (problem,)) for path, problem in found.troubles]
    if not paths:
        gone = known.keys() - found.files.keys()
        results += [_missing(known[path]) for path in gone if not found.is_hidden(path)]
    conflicts = store.conflicts()

    def told(result: FileResult) -> Iterator[Problem]:
        problems = (*result.problems, *conflicts.get(result.path, ()))
        return (_settled_by(decided, problem) for problem in problems)

    in_order = sorted(results, key=lambda result: result.path)
    return tuple(replace(result, problems=tuple(told(result))) for result in in_order)


def unread_files(workspace: Workspace) -> tuple[tuple[str, str], ...]:
    """Return path and reason of each raw file that the store does not hold as it lies there.

    A report made meanwhile would miss its figures, or cite cells that say
    something else by now.
    """
    known = VintageStore(workspace.processed).ledger()
    found = find_files(workspace)
    files = found.files
    reader = DeliveryReader(workspace, load_catalogue(workspace))
    reasons = {path: "没有入库（未读入，或整个被隔离）" for path in files if path not in known}
    reasons |= {path: problem.message for path, problem in found.troubles}
    again = []
    for path, entry in sorted(known.items()):
        if found.is_hidden(path):
            continue
        if path not in files:
            reasons[path] = "已入库，原始文件却不在了"
            continue
        data, problem = _read_settled(files[path])
        if problem:
            reasons[path] = problem.message
        elif hashlib.sha256(data).hexdigest() != entry.sha256:
            reasons[path] = "入库之后被改动过，改动没有读入"
        elif entry.disputed:
            reasons[path] = f"改动后有 {entry.disputed} 个数与库中的不同或没有了，库中仍是原来的"
        elif not reader.would_read_alike(files[path], entry.sha256, entry.fingerprint):
            again.append(path)
    if again:
        changed = "入库之后读法（指标目录、delivery.toml、本程序等）有变，没有重新读入"
        reasons[again[0]] = f"{changed}；这样的文件有 {len(again)} 个"
    return tuple(sorted(reasons.items()))


@dataclass(frozen=True)
class _Ingest:
    """One run: files are opened and read ahead, and stored one after the other, in order."""

    workspace: Workspace
    deliveries: DeliveryReader
    store: VintageStore
    known: Mapping[str, LedgerEntry]
    pool: WorkbookReader
    writer: StoreWriter

    def begin(
        self, path: str, file: Path, progress: Callable[[str], None] | None = None
    ) -> Callable[[], FileResult]:
        """Open a file and begin to read it if it is new; the call returned does the rest."""
        entry = self.known.get(path)
        held = entry.observations if entry else 0
        if progress:
            progress(path)
        data, problem = _read_settled(file)
        if problem:
            return partial(FileResult, path, "quarantined", held, (problem,))
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            sidecar = read_sidecar(file, self.workspace)
            mark = self.deliveries.fingerprint(sha256, sidecar)
        except IntakeError as error:
            return partial(self._quarantine, path, sha256, (Problem.of(error),))
        if entry and entry.fingerprint == mark:
            return partial(FileResult, path, "unchanged", held, entry.problems)
        read = self.deliveries.begin(file, data, sidecar, self.pool.submit)
        if sidecar.provenance == "simulated":
            read = partial(_excused, read)
        return partial(self._store, path, sha256, mark, read)

    def _store(self, path: str, sha256: str, mark: str, read: Callable[[], Reading]) -> FileResult:
        try:
            reading = read()
            if reading.frame.empty:
                problems = reading.problems
                if all(problem.kind == "skipped" for problem in problems):
                    problems = (*problems, _without_figures())
                return self._quarantine(path, sha256, problems)
            is_cases = "ledger" in reading.frame
            frame = reading.frame if is_cases else validate_observations(reading.frame, path)
            earlier, parts = self._versions(path, sha256)
            if any(part.startswith(f"{CASES}/") != is_cases for part in parts):
                raise IntakeError("原来一份是台账、一份是统计表", "请恢复原件，另存为新文件")
        except IntakeError as error:
            return self._quarantine(path, sha256, (Problem.of(error),))
        settled = Settled(frame)
        if earlier and is_cases:
            settled = Settled(*settle_cases(self.store.rows(parts), frame))
        elif earlier:
            held = self.store.rows(parts)
            known = self.store.history(held["region"].unique())
            settled = settle_versions(held, frame, known=known, restored=sha256 in earlier)
        about = LedgerEntry(
            path,
            sha256,
            mark,
            duplicates=reading.duplicates,
            problems=(*reading.problems, *settled.problems),
            earlier=earlier,
            disputed=len(settled.problems),
        )
        written = self.writer.append(settled.fresh, about, settled.kept)
        return FileResult(path, "read", written.observations, written.problems)

    def _versions(self, path: str, sha256: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the hashes of a file's earlier versions, and the parts that hold their rows."""
        entry = self.known.get(path)
        if entry is None:
            return (), ()
        if entry.sha256 == sha256:
            return entry.earlier, entry.kept
        return (*entry.earlier, entry.sha256), entry.parts

    def _quarantine(self, path: str, sha256: str, problems: tuple[Problem, ...]) -> FileResult:
        """Report a file of which nothing can be read; nothing of this version is in the store.

        What earlier versions gave could not be read again, and stays.
        """
        entry = self.known.get(path)
        if entry and (entry.earlier or entry.sha256 != sha256):
            return FileResult(path, "quarantined", entry.observations, problems)
        if entry:
            self.writer.remove(path)
        return FileResult(path, "quarantined", 0, problems)


def ahead(items: Iterable[T], count: int) -> Iterator[T]:
    """Yield items in order, each when some more have been made after it."""
    waiting: deque[T] = deque()
    for item in items:
        waiting.append(item)
        if len(waiting) > count:
            yield waiting.popleft()
    yield from waiting


def _read_settled(file: Path) -> tuple[bytes, Problem | None]:
    """Return a file's bytes once it stands still, or why they are not to be had."""
    try:
        for attempt in range(SETTLE_ATTEMPTS):
            if attempt:
                time.sleep(SETTLE_SECONDS)
            before = file.stat()
            data = file.read_bytes()
            after = file.stat()
            if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
                return data, None
    except OSError as error:
        message, remedy = f"打不开文件（{error.strerror}）", "请核对权限，关闭占用它的程序后重试"
    else:
        message = "文件正在变化，像是还没有拷贝完，没有读"
        remedy = "请等拷贝完成后再运行 lianhu ingest"
    return b"", Problem("", "", message, remedy)


def _excused(read: Callable[[], Reading]) -> Reading:
    """Read a simulated file: nobody has anything to correct in it."""
    reading = read()
    problems = tuple(replace(problem, kind="skipped") for problem in reading.problems)
    return replace(reading, problems=problems)


def _settled_by(decided: Mapping[tuple[str, ...], Correction], problem: Problem) -> Problem:
    """Say of a dispute that someone has decided it, so that nobody else has to."""
    *key, day = problem.figure.split(" ")
    item = decided.get((*key, day)) or decided.get((*key, ""))
    if item is None:
        return problem
    return replace(problem, **item.settling(problem.message), kind="skipped")


def _without_figures() -> Problem:
    message = "文件中没有一个可以入库的数"
    remedy = "请核对是否交错了文件；不收的，请放进名称以 _ 开头的文件夹"
    return Problem("", "", message, remedy)


def _missing(entry: LedgerEntry) -> FileResult:
    problem = Problem(
        "",
        "",
        "文件入库后被移走，库中的数失去了凭证",
        "请把原件放回；确要撤回这次交付的，请删除 data/processed 后重新运行 lianhu ingest",
    )
    return FileResult(entry.path, "unchanged", entry.observations, (*entry.problems, problem))
