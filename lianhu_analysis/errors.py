"""One tree of errors; each says where, what is wrong and what to do next.

LianhuError
├── UsageError          the command was called wrongly (exit status 2)
├── WorkspaceError      lianhu.toml, targets or a folder is missing or wrong
├── CatalogueError      faults of an indicator list or targets file, all at once
├── PeriodError         a period text that is wrong or ambiguous
├── UnitError           a unit that is not declared, or does not convert
├── IntakeError         a file, sheet or cell that cannot be read
├── StoreError          the vintage store refused a write or cannot be read
├── ForecastError       an arithmetic input that cannot support a forecast
└── ReportError         a report that did not run whole and is not published

Messages that economists read are in Chinese.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "CatalogueError",
    "ForecastError",
    "IntakeError",
    "LianhuError",
    "PeriodError",
    "ReportError",
    "StoreError",
    "UnitError",
    "UsageError",
    "WorkspaceError",
    "described",
]


class LianhuError(Exception):
    """Anything that the suite refuses, with its remedy."""


class UsageError(LianhuError):
    """The command line, or a report parameter, is wrong."""


class WorkspaceError(LianhuError):
    """A workspace file is missing or wrong."""


class CatalogueError(LianhuError):
    """An indicator list or targets file with faults.

    Parameters
    ----------
    source
        The file concerned, as the user knows it.
    faults
        Every fault found, each naming line, field and remedy.
    """

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        self.source = source
        self.faults = tuple(faults)
        lines = "\n".join(f"  - {fault}" for fault in self.faults)
        super().__init__(f"{source} 有 {len(self.faults)} 处问题：\n{lines}")


class PeriodError(LianhuError, ValueError):
    """A period text that cannot be read as one period and span."""


class UnitError(LianhuError):
    """A unit that is unknown, or that does not convert into the catalogue's."""


class IntakeError(LianhuError):
    """Something in a delivered file that cannot be read.

    Parameters
    ----------
    message
        What is wrong.
    remedy
        What the reader should do next.
    cell
        Where on its sheet, if that is known.
    skipped
        Whether it is most likely not ours, so that there is nothing to mend.
    """

    def __init__(self, message: str, remedy: str, *, cell: str = "", skipped: bool = False) -> None:
        self.message = message
        self.remedy = remedy
        self.cell = cell
        self.skipped = skipped
        super().__init__(f"{cell + '：' if cell else ''}{message}。{remedy}")


class StoreError(LianhuError):
    """The vintage store cannot take or give what was asked."""


class ForecastError(LianhuError):
    """Inputs that cannot support the arithmetic asked of them."""


class ReportError(LianhuError):
    """A report that is not whole, and so is not published."""


def described(error: Exception) -> str:
    """Say what an error says; of a file that the system refuses, which and what to do."""
    if not isinstance(error, OSError):
        return str(error)
    place = f"{error.filename}：" if error.filename else ""
    return f"{place}{error.strerror or error}。请检查权限和磁盘空间后重试"
