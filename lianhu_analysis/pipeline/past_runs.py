"""Past runs of the models on disk, by the hash of all that they were computed from.

The folder may be deleted at any time: it saves time and holds nothing else.
"""

from __future__ import annotations

import hashlib
import os
from functools import cached_property
from pathlib import Path

import statsmodels

from lianhu_analysis import catalog, forecast
from lianhu_analysis.intake.whole_files import write_whole
from lianhu_analysis.workspace import Workspace

__all__ = ["PastRunFiles", "code_digest"]

FOLDER = "past_runs"
# Some 60 kB each; the oldest go first.
MAX_FILES = 1_500


def code_digest() -> str:
    """Hash the code that forecasts depend on."""
    digest = hashlib.sha256(statsmodels.__version__.encode())
    for package in (catalog, forecast):
        for file in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


class PastRunFiles:
    """One file a record, under the store of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.folder = workspace.processed / FOLDER

    @cached_property
    def _code(self) -> str:
        return code_digest()[:16]

    def _path(self, key: str) -> Path:
        return self.folder / f"{self._code}-{key[:32]}.json"

    def get(self, key: str) -> bytes | None:
        """Return what was kept under a key."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, key: str, content: bytes) -> None:
        """Keep something under a key; where nothing can be written, nothing is kept."""
        path = self._path(key)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(path.with_suffix(f".{os.getpid()}.part"), path, content)
            files = sorted(self.folder.iterdir(), key=lambda file: file.stat().st_mtime)
            for file in files[:-MAX_FILES]:
                file.unlink(missing_ok=True)
        except OSError:
            # A full or read-only disk costs time, not the answer.
            return
