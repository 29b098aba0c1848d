"""What could not be read, where, and what to do about it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from lianhu_analysis.errors import IntakeError

__all__ = [
    "FileResult",
    "FileStatus",
    "Group",
    "Problem",
    "ProblemKind",
    "grouped",
    "needs_attention",
    "place_text",
    "printable",
]

FileStatus = Literal["read", "quarantined", "unchanged"]
ProblemKind = Literal["refused", "skipped"]
# Of a text that a problem quotes, and of all it says: a cell holds up to 32,767 characters.
QUOTED_LIMIT, TEXT_LIMIT = 200, 1000
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
LONG_QUOTED = re.compile(rf"([“'\"])([^”'\"]{{{QUOTED_LIMIT}}})[^”'\"]+([”'\"])")
NUMBER = re.compile(r"[-−]?\d[\d.,]*")
PLACES_SHOWN = 3
UNPRINTABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # Unicode categories: control, bidi, surrogates


def place_text(*parts: str | None) -> str:
    """Name a place by what is known of it: file, sheet, cell."""
    return "!".join(filter(None, parts))


@dataclass(frozen=True)
class Problem:
    """One thing that was not read: nothing of it is in the store.

    Attributes
    ----------
    sheet, cell
        Where; empty where the whole file or sheet is meant.
    message, remedy
        What is wrong and what to do next, in Chinese; long texts are cut.
    kind
        ``refused``: to be corrected; ``skipped``: not ours, nothing to be done.
    figure
        What a correction would name: region, indicator, measure, span, period and day of
        publication, with blanks between; empty where no figure is disputed.
    """

    sheet: str
    cell: str
    message: str
    remedy: str
    kind: ProblemKind = "refused"
    figure: str = ""

    def __post_init__(self) -> None:
        """Cut what is too long for a line."""
        for name in ("message", "remedy"):
            object.__setattr__(self, name, _bounded(getattr(self, name)))

    @property
    def where(self) -> str:
        """Sheet and cell, as far as they are known."""
        return place_text(self.sheet, self.cell)

    @classmethod
    def of(cls, error: IntakeError, *, sheet: str = "", cell: str = "") -> Problem:
        """Turn a refusal into a line of the report on its file."""
        kind: ProblemKind = "skipped" if error.skipped else "refused"
        return cls(sheet, error.cell or cell, error.message, error.remedy, kind)


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

    @property
    def needs_attention(self) -> bool:
        """Whether someone has something to do about this file."""
        return needs_attention(self.status, self.problems)


def needs_attention(status: FileStatus, problems: Sequence[Problem]) -> bool:
    """Whether someone has something to do about a file of these problems."""
    return status == "quarantined" or any(problem.kind == "refused" for problem in problems)


@dataclass(frozen=True)
class Group:
    """Problems of one kind: the same words but for what is quoted, and for numbers."""

    problems: tuple[Problem, ...]

    @property
    def line(self) -> str:
        """What is wrong, how often, where first, and what to do."""
        first = self.problems[0]
        if len(self.problems) == 1:
            return f"{first.where}{'：' if first.where else ''}{first.message}。{first.remedy}"
        messages = [problem.message for problem in self.problems]
        differ = len({QUOTED.sub("“”", message) for message in messages}) > 1
        places = _places(self.problems)
        return (
            f"{len(self.problems)} 处{'，如' if differ else ''}：{_merged(messages)}"
            f"{f'（{places}）' if places else ''}。"
            f"{_merged([problem.remedy for problem in self.problems])}"
        )


def grouped(problems: Iterable[Problem]) -> tuple[Group, ...]:
    """Put problems of one shape together, in the order of the first of each."""
    groups: dict[tuple[str, ...], list[Problem]] = {}
    for problem in problems:
        shape = (problem.kind, _shape(problem.message), _shape(problem.remedy))
        groups.setdefault(shape, []).append(problem)
    return tuple(Group(tuple(group)) for group in groups.values())


def printable(text: str, keep: str = "") -> str:
    """Return a text with what a terminal would act on as JSON escapes, except ``keep``."""
    if text.isprintable():
        return text
    return "".join(
        json.dumps(char)[1:-1]
        if char not in keep and unicodedata.category(char) in UNPRINTABLE
        else char
        for char in text
    )


def _bounded(text: str) -> str:
    if len(text) <= QUOTED_LIMIT:
        return text
    text = LONG_QUOTED.sub(r"\1\2…\3", text)
    if len(text) <= TEXT_LIMIT:
        return text
    # What is wrong stands at the end as often as at the beginning.
    return f"{text[: TEXT_LIMIT - QUOTED_LIMIT]}……{text[-QUOTED_LIMIT + 2 :]}"


def _shape(text: str) -> str:
    return NUMBER.sub("0", QUOTED.sub("“”", text))


def _merged(texts: Sequence[str]) -> str:
    """Return the first text; where the others quote something else, the first few of all."""
    quoted = [list(dict.fromkeys(slot)) for slot in zip(*map(QUOTED.findall, texts), strict=True)]
    told = (
        "、".join(slot[:PLACES_SHOWN]) + (" 等" if len(slot) > PLACES_SHOWN else "")
        for slot in quoted
    )
    return QUOTED.sub(lambda _: next(told), texts[0])


def _places(problems: Sequence[Problem]) -> str:
    """Return the first addresses, each sheet named once."""
    found = [problem for problem in problems if problem.where]
    told = [
        "、".join(
            problem.where if number == 0 else problem.cell for number, problem in enumerate(run)
        )
        for _, run in groupby(found[:PLACES_SHOWN], key=lambda problem: problem.sheet)
    ]
    return "、".join(told) + (" 等" if len(found) > PLACES_SHOWN else "")
