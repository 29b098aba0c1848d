"""What could not be read, where, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from lianhu_analysis.errors import IntakeError

__all__ = ["FileResult", "FileStatus", "Problem", "ProblemKind", "Refusal"]

ProblemKind = Literal["refused", "skipped"]
FileStatus = Literal["read", "quarantined", "unchanged"]


@dataclass(frozen=True)
class Problem:
    """One thing that was not read: nothing of it is in the store.

    Attributes
    ----------
    sheet, cell
        Where; empty where the whole file or sheet is meant.
    message, remedy
        What is wrong and what to do next, in Chinese.
    kind
        ``skipped`` where nothing of ours is missing and nothing need be done.
    """

    sheet: str
    cell: str
    message: str
    remedy: str
    kind: ProblemKind = "refused"

    @classmethod
    def of(cls, error: IntakeError, *, sheet: str = "", cell: str = "") -> Problem:
        """Turn a refusal into a line of the report on its file."""
        return cls(error.sheet or sheet, error.cell or cell, error.message, error.remedy)

    def as_dict(self) -> dict[str, str]:
        """Return plain types, as the command line and the ledger write them."""
        return asdict(self)


@dataclass(frozen=True)
class Refusal:
    """Why something is not read, and what to do; where it stands is told later."""

    message: str
    remedy: str

    def error(self, *, cell: str = "") -> IntakeError:
        """Return the error to raise."""
        return IntakeError(self.message, self.remedy, cell=cell)


@dataclass(frozen=True)
class FileResult:
    """What became of one delivered file.

    Attributes
    ----------
    status
        ``read`` and stored; ``quarantined`` as a whole, nothing stored;
        ``unchanged`` since it was stored.
    observations
        Rows of this file in the store.
    problems
        Everything of it that is not in the store, also if it was read earlier.
    """

    path: str
    status: FileStatus
    observations: int
    problems: tuple[Problem, ...] = ()
