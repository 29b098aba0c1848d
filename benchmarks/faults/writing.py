"""One round of everything that writes, and what must hold of it whenever it was cut short.

A round delivers one new version of a published figure, ingests it, records the verdicts and puts a
small report into place.  `findings` names what was lost or torn; it asks the files alone.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.faults.house import TIDY_HEAD, run_command, tidy_line
from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.errors import LianhuError
from lianhu_analysis.intake.reading.words import load_vocabulary
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.intake.whole_files import PARTS
from lianhu_analysis.pipeline.past_runs import code_hash
from lianhu_analysis.pipeline.record import read_record
from lianhu_analysis.render.publishing import publish
from lianhu_analysis.render.publishing.page import build_document
from lianhu_analysis.workspace import Workspace

__all__ = [
    "REPORT",
    "act",
    "at_call",
    "deliver",
    "entry_of",
    "findings",
    "forked",
    "leftovers",
    "publish_round",
    "warm",
]

REPORT = "610199-2024Q3"
PAGE = re.compile(r"<p>(\d+)</p>")
# What makes a write real, one after the other.
POINTS = ("replace", "fsync", "open", "unlink")


def deliver(space: Workspace, number: int) -> None:
    """Put a raw file: growth of 2023, as published anew."""
    day = f"{2025 + number // 300}-{1 + number // 25 % 12:02d}-{1 + number % 25:02d}"
    text = TIDY_HEAD + tidy_line("2023Q4", value_of(number), day)
    (space.raw / "a" / f"n{number:05d}.csv").write_text(text, encoding="utf-8")


def value_of(number: int) -> float:
    """Return the value that a delivery says: with two decimals, as no other figure has."""
    return round(1.05 + number / 10, 2)


def entry_of(number: int) -> publish.ManifestEntry:
    """Return the manifest entry of a report that a round publishes."""
    return publish.ManifestEntry(
        name=REPORT, title="某区", region="610199", region_zh="某区", quarter="2024Q3",
        as_of="2024-10-31", language="zh", simulated=False, fingerprint=str(number), inputs={},
        parameters={}, versions={},
    )  # fmt: skip


def act(space: Workspace, number: int) -> int:
    """Ingest, record and publish; return the worst exit status."""
    call = ["--workspace", str(space.root)]
    worst = max(run_command([*call, name]).status or 0 for name in ("ingest", "record"))
    publish_round(space, number)
    return worst


def publish_round(space: Workspace, number: int, folder: str = "private") -> None:
    """Put the small report of a round into place, in its three forms."""
    private = space.root / folder
    private.mkdir(exist_ok=True)
    for suffix in publish.SUFFIXES:
        text = f"<p>{number}</p>\n" * 3000
        (private / f"{REPORT}{suffix}").write_text(text, encoding="utf-8")
    publish.publish(private, space.reports, entry_of(number))


def findings(space: Workspace, delivered: int, before: int) -> list[str]:
    """Name what is lost or torn.

    Parameters
    ----------
    delivered
        Rounds begun, the last of them cut short.
    before
        Rounds that were whole.
    """
    found = []
    try:
        store = VintageStore(space.processed)
        held = {Path(path).stem for path in store.ledger()}
        lost = {f"n{number:05d}" for number in range(before)} - held
        found += [f"store lost {name}" for name in sorted(lost)]
        values = set(store.history(["610199"])["value"].round(2))
        for number in range(delivered):
            if (f"n{number:05d}" in held) != (value_of(number) in values):
                found.append(f"ledger and store differ on delivery {number}")
        record = read_record(space)
        if before and record.empty:
            found.append("record lost")
    except (LianhuError, OSError, ValueError) as error:
        found.append(f"unreadable: {error}")
    for suffix in publish.SUFFIXES:
        file = space.reports / f"{REPORT}{suffix}"
        if file.exists():
            text = file.read_text(encoding="utf-8")
            numbers = set(PAGE.findall(text))
            if len(numbers) != 1 or text.count("\n") != 3000:
                found.append(f"torn {file.name}")
        elif before:
            found.append(f"lost {file.name}")
    for file in (space.reports / publish.MANIFEST_FOLDER).glob("*.json"):
        if publish._read_entry(file) is None:
            found.append(f"torn {file.name}")
    return found


def leftovers(space: Workspace) -> list[str]:
    """Return what a writer left that nothing vouches for."""
    listed = {
        part for entry in VintageStore(space.processed).ledger().values() for part in entry.parts
    }
    parts = [
        path.relative_to(space.processed).as_posix()
        for path in space.processed.glob("*/region=*/*")
    ]
    # What was kept of past runs is no one's to miss: the oldest of its files go by themselves.
    strays = [path.name for path in space.root.rglob(PARTS) if path.parent.name != "past_runs"]
    return (
        strays
        + [part for part in parts if part not in listed]
        + list(publish.orphans(space.reports))
    )


def warm() -> None:
    """Load what a round needs, without starting a thread, so that forks begin at once."""
    for name in (
        "intake.ingest", "intake.new_workspace", "intake.problems", "pipeline.answers",
        "pipeline.record", "pipeline.session", "render.listing", "render.record_listing",
        "render.publishing.page", "forecast.verdict", "forecast.models.panel",
        "forecast.models.state_space",
    ):  # fmt: skip
        dir(importlib.import_module(f"lianhu_analysis.{name}"))
    load_structure()
    read_catalogue(None, {})
    load_vocabulary()
    code_hash()
    build_document("<p>1</p>", title="x")


def forked(work: Callable[[], object]) -> tuple[int, str]:
    """Run in a forked process; return its exit status, below 0 for a signal, and what it printed."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        status = 1
        with contextlib.suppress(BaseException), os.fdopen(write, "w") as stream:
            text = io.StringIO()
            try:
                print(work(), file=text)
                status = 0
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", file=text)
            stream.write(text.getvalue())
        os._exit(status)
    os.close(write)
    with os.fdopen(read) as stream:
        said = stream.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.strip()


@contextlib.contextmanager
def at_call(
    number: int, fault: Callable[[str], None], points: tuple[str, ...] = POINTS
) -> Iterator[list[str]]:
    """Let a fault come at the n-th call of what makes a write real.

    Gives the names of the calls so far.  `open` counts only when it is for writing.
    """
    calls: list[str] = []
    kept = {name: getattr(os, name) for name in points if name != "open"}

    def counted(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **more: object) -> object:
            calls.append(name)
            if len(calls) == number:
                fault(name)
            return real(*arguments, **more)

        return call

    opened = io.open

    def open_counted(file: object, mode: str = "r", *rest: object, **more: object) -> object:
        if "w" in mode or "+" in mode or "a" in mode or "x" in mode:
            calls.append("open")
            if len(calls) == number:
                fault("open")
        return opened(file, mode, *rest, **more)  # type: ignore[call-overload]

    for name, real in kept.items():
        setattr(os, name, counted(name, real))
    if "open" in points:
        io.open = open_counted  # type: ignore[assignment]
    try:
        yield calls
    finally:
        for name, real in kept.items():
            setattr(os, name, real)
        io.open = opened


def die(_: str) -> None:
    """End this process as a loss of power would."""
    os.kill(os.getpid(), signal.SIGKILL)


if sys.platform == "win32":
    raise SystemExit("these benches fork, which Windows cannot")
