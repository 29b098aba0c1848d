"""Which workspaces and quarters are meant, and one report of them made in a process of its own."""

from __future__ import annotations

import datetime as dt
import glob
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import LianhuError, PeriodError, UsageError
from lianhu_analysis.pipeline.apart import can_fork
from lianhu_analysis.workspace import CONFIG_NAME, load_workspace

__all__ = [
    "document_of",
    "find_workspaces",
    "make_report",
    "parse_period",
    "periods_of",
    "summary",
    "time_left",
]


def find_workspaces(patterns: Sequence[str]) -> list[Path]:
    """Return the workspace folders that patterns such as ``regions/*`` match, each once.

    Raises
    ------
    UsageError
        If a pattern matches none.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - it may be absolute
        spaces = [Path(match).resolve() for match in matches if Path(match, CONFIG_NAME).is_file()]
        if not spaces:
            raise UsageError(
                f"--workspaces {pattern!r} 没有找到工作区（含 {CONFIG_NAME} 的文件夹）。"
                "请检查路径；通配符要加引号，如 --workspaces 'regions/*'"
            )
        found |= dict.fromkeys(spaces)
    return list(found)


def parse_period(text: str) -> Period:
    """Read a quarter such as ``2024Q3``, or a month such as ``2024-08``; refuse all else."""
    with suppress(PeriodError):
        if (period := Period.parse(text)).frequency in "QM":
            return period
    raise UsageError(f"{text!r} 不是季度或月份。请写成 2024Q3 或 2024-08 的样子")


def periods_of(texts: Sequence[str]) -> list[str]:
    """Return the periods meant, ``2023Q1..2024Q4`` written out, each once, the oldest first.

    A report tells what was judged before it.

    Raises
    ------
    UsageError
        If one is no quarter or month, or a range ends before it begins.
    """
    found: dict[str, dt.date] = {}
    for text in texts:
        first, _, last = text.partition("..")
        period, end = parse_period(first), parse_period(last or first)
        if end.frequency != period.frequency:
            raise UsageError(f"{text!r} 的两端须都是季度，或都是月份")
        if end.end < period.end:
            raise UsageError(f"{text!r} 的起点晚于终点。请写成 {last}..{first}")
        while period.end <= end.end:
            found[str(period)] = period.end
            period = period.shift(1)
    return sorted(found, key=lambda text: (found[text], text))


def make_report(
    root: Path,
    period: str,
    parameters: Mapping[str, str],
    day: dt.date | None,
    language: str,
    formats: Sequence[str],
    force: bool,
) -> dict[str, Any]:
    """Plan and publish one report, in a process that has done nothing before.

    Parameters
    ----------
    period, language
        Empty for the newest quarter, and for the workspace's own.
    parameters, day, formats, force
        As in ``plan_report`` and ``publish``.

    Returns
    -------
    Its document: an ``Outcome`` whose path is that in the workspace; beside it ``page``, the
    whole path, and ``unread``, the files whose present content it leaves out, with the reason.
    """
    from lianhu_analysis.intake.ingest import unread_files
    from lianhu_analysis.pipeline import reports
    from lianhu_analysis.pipeline.session import Session
    from lianhu_analysis.render.publishing.kernels import forked_kernel

    space = load_workspace(root)
    space = replace(space, language=language or space.language)
    with forked_kernel() if can_fork() else nullcontext():
        asked = Session(space, day)
        plan = reports.plan_report(asked, period, parameters, formats)
        outcome = reports.publish(asked, plan, force=force)
    told = {**asdict(outcome), "path": outcome.path and space.relative(outcome.path)}
    return {**told, "page": str(outcome.path), "unread": unread_files(space)}


def document_of(result: dict[str, Any] | LianhuError, label: str) -> dict[str, Any]:
    """Return the document of a report that was made, or why it could not even be planned."""
    if not isinstance(result, LianhuError):
        return result
    document = {"name": label, "path": None, "status": "failed", "error": str(result)}
    return {**document, "warning": "", "page": "", "unread": ()}


def summary(statuses: Sequence[str]) -> str:
    """Say what became of many reports."""
    counts = Counter(statuses)
    made = f"共 {len(statuses)} 份：新生成 {counts['rendered']}，无变化 {counts['unchanged']}"
    return f"{made}，失败 {counts['failed']}{'（原因见上）' if counts['failed'] else ''}"


def time_left(seconds: float, done: int, left: int) -> str:
    """Say about how long what is left takes, at the pace of what is done."""
    minutes = seconds / done * left / 60
    return f"约剩 {minutes:.0f} 分钟" if minutes >= 1 else "约剩不到 1 分钟"
