"""Every delivered file into the vintage store, with an answer for each."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.deliveries import find_files, fingerprint, read_delivery, read_sidecar
from lianhu_analysis.intake.observations import validate_observations
from lianhu_analysis.intake.problems import FileResult, Problem
from lianhu_analysis.intake.reading.workbook import Grid, WorkbookReader
from lianhu_analysis.intake.store import LedgerEntry, VintageStore
from lianhu_analysis.workspace import Workspace

__all__ = ["ingest_files", "unread_files"]

SETTLE_ATTEMPTS = 3
SETTLE_SECONDS = 0.5


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
    """
    store = VintageStore(workspace.processed)
    known = store.ledger()
    results = []
    # The children start with the first workbook that has to be read.
    with WorkbookReader() as reader:
        for file in find_files(workspace, paths):
            path = workspace.relative(file)
            if progress:
                progress(path)
            results.append(
                _ingest(file, path, known.get(path), store, workspace, catalogue, reader.read)
            )
    if not paths:
        present = {result.path for result in results}
        results += [_missing(entry) for path, entry in known.items() if path not in present]
    conflicts = store.conflicts()
    return tuple(
        replace(result, problems=(*result.problems, *conflicts.get(result.path, ())))
        for result in sorted(results, key=lambda result: result.path)
    )


def unread_files(workspace: Workspace) -> tuple[tuple[str, str], ...]:
    """Return path and reason of each raw file that the store does not hold as it lies there.

    A report made meanwhile would miss its figures, or cite cells that say
    something else by now.
    """
    known = VintageStore(workspace.processed).ledger()
    files = {workspace.relative(file): file for file in find_files(workspace)}
    reasons = {path: "没有入库（未读入，或整个被隔离）" for path in files if path not in known}
    for path, entry in known.items():
        if path not in files:
            reasons[path] = "已入库，原始文件却不在了"
        elif hashlib.sha256(files[path].read_bytes()).hexdigest() != entry.sha256:
            reasons[path] = "入库之后被改动过"
    return tuple(sorted(reasons.items()))


def _ingest(
    file: Path,
    path: str,
    entry: LedgerEntry | None,
    store: VintageStore,
    workspace: Workspace,
    catalogue: Catalogue,
    read: Callable[[bytes], tuple[Grid, ...]],
) -> FileResult:
    data, problem = _read_settled(file)
    if problem:
        return FileResult(path, "quarantined", entry.observations if entry else 0, (problem,))
    sha256 = hashlib.sha256(data).hexdigest()
    if entry and entry.sha256 != sha256:
        return FileResult(path, "quarantined", entry.observations, (_edited(),))
    try:
        sidecar = read_sidecar(file, workspace)
        mark = fingerprint(sha256, sidecar, workspace, catalogue)
        if entry and entry.fingerprint == mark:
            return FileResult(path, "unchanged", entry.observations, entry.problems)
        reading = read_delivery(file, data, sidecar, workspace, catalogue, read)
        if reading.frame.empty:
            problems = reading.problems or (
                Problem("", "", "文件中没有一行数据", "请核对是否交错了文件"),
            )
            return _quarantine(path, problems, entry, store)
        frame = validate_observations(reading.frame, path)
    except IntakeError as error:
        return _quarantine(path, (Problem.of(error),), entry, store)
    store.append(
        frame,
        path=path,
        sha256=sha256,
        fingerprint=mark,
        problems=reading.problems,
        duplicates=reading.duplicates,
    )
    return FileResult(path, "read", len(frame), reading.problems)


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


def _quarantine(
    path: str, problems: tuple[Problem, ...], entry: LedgerEntry | None, store: VintageStore
) -> FileResult:
    """Report a file of which nothing can be read; nothing of it stays in the store."""
    if entry:
        store.remove(path)
    return FileResult(path, "quarantined", 0, problems)


def _edited() -> Problem:
    return Problem(
        "",
        "",
        "这个文件入库后被改动过，改动没有读；库中仍是原来的数",
        "原始文件不得修改：请恢复原件，把改动后的版本另存为新文件交付（修订也是一次新的发布）",
    )


def _missing(entry: LedgerEntry) -> FileResult:
    problem = Problem(
        "",
        "",
        "文件入库后被移走，库中的数失去了凭证",
        "请把原件放回；确要撤回这次交付的，请删除 data/processed 后重新运行 lianhu ingest",
    )
    return FileResult(entry.path, "unchanged", entry.observations, (*entry.problems, problem))
