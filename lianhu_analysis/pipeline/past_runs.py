"""What was computed before, on disk, by the hash of all that it was computed from.

The folder may be deleted at any time: it saves time and holds nothing else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import heapq
import os
import uuid
from functools import cache
from importlib.metadata import version
from pathlib import Path

import lianhu_analysis
from lianhu_analysis.catalog import ledgers
from lianhu_analysis.intake.corrections import FILE_NAME
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.workspace import CONFIG_NAME, Workspace

__all__ = ["PastRunFiles", "code_hash", "fingerprint", "settings_files"]

# What of the package may change an answer.
SUFFIXES = (".py", ".toml", ".csv", ".css", ".js", ".html", ".j2", ".docx", ".mplstyle")
# Some 60 kB each; the oldest go first.
MAX_FILES = 1_500


@cache
def code_hash() -> str:
    """Hash the code and data of this package, styles included, and name the libraries that compute."""
    libraries = [version(name) for name in ("numpy", "scipy", "pandas", "statsmodels")]
    digest = hashlib.sha256(repr(libraries).encode())
    root = Path(lianhu_analysis.__file__).parent
    for file in sorted(root.rglob("*")):
        if file.suffix in SUFFIXES:
            digest.update(file.relative_to(root).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def settings_files(workspace: Workspace) -> list[Path]:
    """Return the files, there or not, by which people say how a workspace is answered."""
    names = (CONFIG_NAME, FILE_NAME)
    own = [*(workspace.root / name for name in names), workspace.targets]
    own.append(workspace.root / ledgers.FILE_NAME)
    return [*own, workspace.catalogue] if workspace.catalogue else own


def fingerprint(workspace: Workspace, day: dt.date | None) -> str:
    """Hash everything that an answer as of a day depends on: figures, settings, code."""
    digest = hashlib.sha256(f"{day} {code_hash()}".encode())
    for entry in VintageStore(workspace.processed).ledger().values():
        digest.update(f"{entry.path}\0{entry.sha256}\0{entry.fingerprint}\n".encode())
    for file in settings_files(workspace):
        digest.update(file.name.encode())
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()


class PastRunFiles:
    """One file a record, under the store of a workspace, after the hash of what it holds.

    Nothing waits for the disk: a file that a crash left torn does not fit its hash, and is as
    good as none.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.folder = workspace.processed / "past_runs"

    def _path(self, key: str) -> Path:
        return self.folder / f"{code_hash()[:16]}-{key[:32]}.json"

    def get(self, key: str) -> bytes | None:
        """Return what was kept under a key."""
        try:
            said, _, content = self._path(key).read_bytes().partition(b"\n")
        except OSError:
            return None
        return content if said == _digest(content) else None

    def put(self, key: str, content: bytes) -> None:
        """Keep something under a key; where nothing can be written, nothing is kept."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part = self.folder / f"{uuid.uuid4().hex}.part"
            part.write_bytes(_digest(content) + b"\n" + content)
            part.replace(self._path(key))
            files = list(self.folder.iterdir())
            for file in heapq.nsmallest(len(files) - MAX_FILES, files, key=os.path.getmtime):
                file.unlink(missing_ok=True)
        except OSError:
            # A full or read-only disk costs time, not the answer.
            return


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
