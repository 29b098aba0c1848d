"""What lies under a workspace's raw folder, and what there cannot be reached."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lianhu_analysis.errors import UsageError
from lianhu_analysis.intake.problems import Problem
from lianhu_analysis.workspace import Workspace

__all__ = ["SIDECAR_NAME", "Found", "find_files"]

SIDECAR_NAME = "delivery.toml"


@dataclass(frozen=True)
class Found:
    """The files to read, and the places that were not searched.

    Attributes
    ----------
    files
        By the path under which the store knows them, in order.
    troubles
        Path and reason of each file or folder that cannot be reached.
    """

    files: dict[str, Path]
    troubles: tuple[tuple[str, Problem], ...]

    def is_hidden(self, path: str) -> bool:
        """Whether a known file lies at or below a place that could not be searched."""
        return any(path == place or path.startswith(f"{place}/") for place, _ in self.troubles)


def find_files(workspace: Workspace, paths: Sequence[Path] = ()) -> Found:
    """Find the files to read: those of ``paths``, or all under the raw folder.

    Links are followed.  Sidecars, README files and what begins with ``.`` or ``_`` are no data.

    Raises
    ------
    UsageError
        If a path does not exist or lies outside the raw folder.
    """
    files: dict[str, Path] = {}
    troubles: dict[str, Problem] = {}
    reached: dict[Path, Problem | None] = {}
    for start in [_start(workspace, path) for path in paths] or [workspace.raw]:
        reached |= _walk(start, workspace.raw)
    for path, problem in sorted(reached.items(), key=lambda item: item[0]):
        name = workspace.relative(path)
        if problem is not None:
            troubles[name] = problem
        elif name in files:
            # The same name in two encodings.
            message = "两个文件的名字读出来一样（编码不同），只读了一个"
            troubles[name] = Problem("", "", message, "请把其中一个改名")
        else:
            files[name] = path
    return Found(files, tuple(troubles.items()))


def _start(workspace: Workspace, path: Path) -> Path:
    if not os.path.lexists(path):
        raise UsageError(f"找不到 {path}。请核对路径")
    below = workspace.below_raw(path)
    if below is None:
        raise UsageError(
            f"{path} 不在 {workspace.relative(workspace.raw)} 之下。"
            "请先把文件放进去，原样保存，不要改动"
        )
    return workspace.raw / below


def _walk(start: Path, raw: Path) -> Iterator[tuple[Path, Problem | None]]:
    """Yield each data file at or below a path; with a reason, what cannot be reached."""
    waiting: list[tuple[Path, frozenset[str]]] = [(start, frozenset())]
    while waiting:
        path, above = waiting.pop()
        if not _is_data(path.relative_to(raw)):
            continue
        try:
            mode = path.stat().st_mode
            if not stat.S_ISDIR(mode):
                yield path, None if stat.S_ISREG(mode) else _unreadable("不是普通文件")
                continue
            real = os.path.realpath(path)
            if real in above:
                raise OSError(errno.ELOOP, "")
            with os.scandir(path) as entries:
                waiting += [(path / entry.name, above | {real}) for entry in entries]
        except OSError as error:
            yield path, _reason(path, error, is_raw=path == raw)


def _is_data(path: Path) -> bool:
    if any(part.startswith((".", "_")) for part in path.parts):
        return False
    return path.name != SIDECAR_NAME and path.stem.lower() != "readme"


def _reason(path: Path, error: OSError, *, is_raw: bool) -> Problem:
    if error.errno == errno.ELOOP:
        return _unreadable("链接绕回自己")
    if path.is_symlink() and isinstance(error, FileNotFoundError):
        return _unreadable("链接指向的文件或文件夹不存在")
    if is_raw and isinstance(error, FileNotFoundError):
        return Problem("", "", "文件夹不存在", "请建立它，或改正 lianhu.toml 的 [paths] raw")
    message = f"打不开（{error.strerror}），其中的文件都没有读"
    return Problem("", "", message, "请核对权限后重试；不是数据的，请把名称改为以 _ 开头")


def _unreadable(what: str) -> Problem:
    return Problem("", "", f"{what}，没有读", "请换成文件本身，或删去它")
