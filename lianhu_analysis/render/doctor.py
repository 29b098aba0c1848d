"""Is this workspace fit to work: Python, fonts, kernel, locks, orphans, and data that is overdue."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pandas as pd

from lianhu_analysis.catalog.calendar import assumed_release
from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Frequency, Period
from lianhu_analysis.catalog.reference_period import PER_YEAR
from lianhu_analysis.errors import StoreError
from lianhu_analysis.forecast.history import released_zh
from lianhu_analysis.intake.checks.findings import SEVERITIES, Severity
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.intake.whole_files import locked
from lianhu_analysis.render.drawing.theme import font_file
from lianhu_analysis.render.publishing.publish import orphans
from lianhu_analysis.workspace import Workspace

__all__ = ["Diagnosis", "diagnose", "release_day"]

OLDEST_PYTHON = (3, 11)
KERNEL = "python3"
# jupyter_client reads the first two as the interpreter that it runs in.
OWN_PYTHON = ("python", "python3", sys.executable)
REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)([^\\]*)")
NEVER_SHOWN = 3
TARGET_FILES = ("targets.toml", "目标表.xlsx")
REMAKE = "请运行 make venv 重建环境"


@dataclass(frozen=True)
class Diagnosis:
    """One thing looked at: how it stands, and what to do if it is not well.

    Attributes
    ----------
    topic
        ``python``, ``fonts``, ``kernel``, ``packages``, ``targets``, ``lock``, ``orphans`` or
        ``freshness``.
    """

    severity: Severity
    topic: str
    message: str
    remedy: str = ""


def diagnose(
    workspace: Workspace,
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    as_of: dt.date | None,
    requirements: Path | None = None,
) -> tuple[Diagnosis, ...]:
    """Look at the machine, the workspace's folders and what is due; say the worst first.

    Parameters
    ----------
    frame
        The workspace's own observations as of the day; those of other provenance than it
        forecasts from count for nothing.
    as_of
        The day by whose calendar figures are due; ``None`` if the store is empty.
    requirements
        The lock file that the packages are measured by; ``None`` for no such check.
    """
    lines = [*_machine(requirements), *_folders(workspace)]
    if as_of is None:
        lines.append(
            Diagnosis(
                "Bad", "freshness", "库中没有数据", "请把文件放进 data/raw，再运行 lianhu ingest"
            )
        )
    else:
        own = frame[frame["provenance"].isin(workspace.forecast_provenance)]
        lines += overdue(own, catalogue, as_of)
    return tuple(sorted(lines, key=lambda line: SEVERITIES.index(line.severity)))


def _either(topic: str, fault: str, cure: str, well: str) -> Diagnosis:
    return Diagnosis("Error", topic, fault, cure) if fault else Diagnosis("Good", topic, well)


def _machine(requirements: Path | None) -> Iterator[Diagnosis]:
    version, least = (".".join(map(str, item)) for item in (sys.version_info[:3], OLDEST_PYTHON))
    old = f"Python {version} 太旧" if sys.version_info[:2] < OLDEST_PYTHON else ""
    yield _either("python", old, f"请安装 Python {least} 或更新的版本", f"Python {version}")
    files = [font_file("regular"), font_file("bold")]
    fonts = "、".join(file.name for file in files if not file.is_file())
    lost = f"缺少内置字体 {fonts}" if fonts else ""
    shown = "内置中文字体都在；图中遇到其中没有的生僻字，以〓代替"
    yield _either("fonts", lost, "请重新取得完整的程序", shown)
    kernel = dict(_interpreters()).get(KERNEL)
    if kernel is None or kernel in OWN_PYTHON:
        none = f"没有笔记本内核 {KERNEL}，报告无法生成" if kernel is None else ""
        yield _either("kernel", none, REMAKE, f"笔记本内核 {KERNEL} 可用")
    else:
        other = f"笔记本内核 {KERNEL}（{kernel}）不是本程序的"
        cure = "要在 JupyterLab 中使用，请从环境变量 JUPYTER_PATH 中去掉它所在的文件夹"
        yield Diagnosis("Uncertain", "kernel", other, f"报告不受影响；{cure}")
    if requirements is not None:
        yield from _unlike_lock(requirements)


def _interpreters() -> Iterator[tuple[str, str]]:
    """Yield name and interpreter of each kernel; its file where that is damaged, or says more."""
    from jupyter_client.kernelspec import KernelSpecManager
    from traitlets import TraitError

    manager = KernelSpecManager()
    for name, folder in manager.find_kernel_specs().items():
        told = str(Path(folder) / "kernel.json")
        with suppress(OSError, ValueError, TypeError, LookupError, TraitError):
            spec = manager.get_kernel_spec(name)
            told = told if spec.env else spec.argv[0]
        yield name, told


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with locked(path, "", 0):
            return False
    except StoreError:
        return True


def _unlike_lock(requirements: Path) -> Iterator[Diagnosis]:
    """Yield the packages whose version is not the locked one."""
    for line in requirements.read_text(encoding="utf-8").splitlines():
        found = REQUIREMENT.match(line)
        if not found or ";" in found[3]:
            continue  # a marker: may rightly be absent here
        name, wanted, words = found[1], found[2], "没有安装"
        with suppress(importlib.metadata.PackageNotFoundError):
            installed = importlib.metadata.version(name)
            words = "" if installed == wanted else f"装的是 {installed}"
        if words:
            yield Diagnosis("Bad", "packages", f"{name} 应为锁定的 {wanted}，{words}", REMAKE)


def _folders(workspace: Workspace) -> Iterator[Diagnosis]:
    for name in TARGET_FILES:
        unread = workspace.root / name
        if unread.is_file() and unread.resolve() != workspace.targets.resolve():
            told = f"{name} 没有用到：目标读自 {workspace.targets.name}"
            cure = "要用它，请改 lianhu.toml [paths] 的 targets；不要的请移走，免得改错了文件"
            yield Diagnosis("Uncertain", "targets", told, cure)
    if _is_held(workspace.processed / ".store.lock"):
        cure = "请等它结束；长时间不结束的，关闭它后重试（锁随进程结束自动释放，不必删除文件）"
        yield Diagnosis("Uncertain", "lock", "另一个程序正在写入版本库", cure)
    ledger = VintageStore(workspace.processed).ledger()
    listed = {part for entry in ledger.values() for part in entry.parts}
    parts = workspace.processed.glob("*/region=*/*")
    stray = [part.relative_to(workspace.processed).as_posix() not in listed for part in parts]
    if any(stray):
        told = f"版本库中有 {sum(stray)} 个没有登记的文件（中断的写入留下的，不会被读取）"
        cure = "下一次 lianhu ingest 写入时自动清除"
        yield Diagnosis("Uncertain", "orphans", told, cure)
    for path in ledger:
        if not (workspace.root / path).is_file():
            told = f"{path} 已不在，库中它的数失去了凭证"
            yield Diagnosis("Severe", "orphans", told, "请把原件放回")
    for name in orphans(workspace.reports):
        told = f"reports/{name} 没有登记，不是完整生成的报告"
        yield Diagnosis("Bad", "orphans", told, "请删除它，或重新生成")


def overdue(frame: pd.DataFrame, catalogue: Catalogue, as_of: dt.date) -> list[Diagnosis]:
    """Return what was due by a day and is not there, one line an indicator."""
    last = _last_periods(frame)
    lines, never = [], []
    for indicator in catalogue:
        if indicator.code not in last:
            never.append(indicator)
            continue
        missing = next_due(indicator, last[indicator.code], as_of)
        if not missing:
            continue
        first, day = missing[0]
        # A day of an earlier year would be read as one of this year.
        due = f"{day:%m-%d}" if day.year == as_of.year else day.isoformat()
        more = f"；此后还缺 {len(missing) - 1} 期" if len(missing) > 1 else ""
        named = f"{indicator.name_zh}{released_zh(indicator, first)}"
        told = f"{named}的数应于 {due} 公布，库中尚无{more}"
        cure = f"请向{indicator.department_zh or '发布部门'}要来"
        lines.append(Diagnosis("Uncertain", "freshness", told, cure))
    if never:
        names = "、".join(item.name_zh for item in never[:NEVER_SHOWN])
        others = "等" if len(never) > NEVER_SHOWN else ""
        told = f"{len(never)} 个指标从未入库（{names}{others}）"
        cure = "请核对报送单位；不报送的，从指标目录中删去"
        lines.append(Diagnosis("Uncertain", "freshness", told, cure))
    return lines or [Diagnosis("Good", "freshness", f"截至 {as_of}，到期的数都已入库")]


def _last_periods(frame: pd.DataFrame) -> Mapping[str, Period]:
    """Return each indicator's last period for which there is a row."""
    last: dict[str, Period] = {}
    pairs = frame[["indicator", "period"]].drop_duplicates()
    for code, text in zip(pairs["indicator"], pairs["period"], strict=True):
        period = Period.parse(str(text))
        last[str(code)] = max(last.get(code, period), period, key=lambda one: one.end)
    return last


def next_due(indicator: Indicator, last: Period, as_of: dt.date) -> list[tuple[Period, dt.date]]:
    """Return the periods after the last one known that were due by a day, each with its day."""
    frequency = cast("Frequency", indicator.frequency)
    at = _in_frequency(last, frequency)
    due: list[tuple[Period, dt.date]] = []
    while True:
        at = at.shift(1)
        if indicator.no_january and frequency == "M" and at.number == 1:
            continue
        day = release_day(indicator, at)
        if day > as_of:
            return due
        due.append((at, day))


def release_day(indicator: Indicator, period: Period) -> dt.date:
    """Return the day on which a figure is due: the catalogue's, or the Monday after a weekend."""
    day = assumed_release(indicator, period)
    return day + dt.timedelta(days=7 - day.weekday() if day.weekday() >= 5 else 0)


def _in_frequency(period: Period, frequency: Frequency) -> Period:
    """Return the last whole period of a frequency that has ended by the end of this one."""
    per = PER_YEAR[frequency]
    whole = period.end.month * per // 12
    return (
        Period(period.year, frequency, whole) if whole else Period(period.year - 1, frequency, per)
    )
