"""Eight writers, two publishers and a reader in one workspace at the same time.

    python -m benchmarks.faults.race [--count N] [--quick] [--seed N]

Writers append to the store, each a file after the other (``--count`` in all); publishers put the
same report into place, again and again; a reader asks store and pages meanwhile.  Then one process
holds the lock and never lets go.  Bar: every append is there once and as written, no page is ever
a mixture, the last report is vouched for, and who waits for the stuck process is told whom within
the time that is set.  Control: the same without locks.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults.house import Tally, end, options, patched, small_workspace
from benchmarks.faults.writing import REPORT, forked, publish_round, warm
from lianhu_analysis.errors import StoreError
from lianhu_analysis.intake import vintage_files, whole_files
from lianhu_analysis.intake.observations import Observation, frame_observations
from lianhu_analysis.intake.store import LedgerEntry, VintageStore
from lianhu_analysis.render.publishing import publish
from lianhu_analysis.workspace import Workspace

__all__ = ["main"]

WRITERS, PUBLISHERS = 8, 2
PATIENCE = 600.0  # seconds, on a machine with less than a processor for each


def append(space: Workspace, writer: int, count: int) -> None:
    """Append one file after the other, each with a figure that no other has."""
    with VintageStore(space.processed).writing() as store:
        for number in range(count):
            row = Observation(
                region="610199", indicator="gdp.total", measure="yoy", span="ytd",
                period="2023Q4", value=writer * 1000.0 + number, unit="%",
                published=dt.date(2024, 1, 1) + dt.timedelta(days=writer * 1000 + number),
                published_basis="stated", source="x", cell="A1", token="x", status="ok",
                provenance="official",
            )  # fmt: skip
            path = f"data/raw/{writer}-{number}.csv"
            store.append(frame_observations([row]), LedgerEntry(path, "x", "x"))


def look(space: Workspace, until: Path) -> list[str]:
    """Ask store and page until a file appears; return what was wrong."""
    wrong: list[str] = []
    seen = 0
    while not until.exists():
        frame = VintageStore(space.processed).history(["610199"])
        if len(frame) < seen:
            wrong.append(f"{seen} rows became {len(frame)}")
        seen = len(frame)
        page = space.reports / f"{REPORT}.html"
        if page.exists():
            text = page.read_text(encoding="utf-8")
            if len(set(re.findall(r"<p>(\d+)</p>", text))) != 1:
                wrong.append("a page is a mixture")
    return wrong


def start(work: Callable[[], object]) -> int:
    """Run something in a forked process; return its number."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if not work() else 1
        except BaseException as error:
            print(f"  {type(error).__name__}: {error}", flush=True)
        finally:
            os._exit(status)
    return child


def publish_often(space: Workspace, first: int, times: int) -> None:
    """Put a report into place again and again, from a private folder of this process."""
    for number in range(first, first + times):
        publish_round(space, number, f"private{first}")


def race(count: int, tally: Tally) -> None:
    """Let all of them run, and look at what stands in the end."""
    each = max(1, count // WRITERS)
    with tempfile.TemporaryDirectory() as folder:
        space = small_workspace(Path(folder) / "space")
        done = Path(folder) / "done"
        reader = start(lambda: look(space, done))
        times = max(2, each // 10)
        work = [
            start(lambda writer=writer: append(space, writer, each)) for writer in range(WRITERS)
        ]  # type: ignore[misc]
        work += [
            start(lambda first=first: publish_often(space, first, times))  # type: ignore[misc]
            for first in (1000 * (1 + number) for number in range(PUBLISHERS))
        ]
        statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in work]
        done.touch()
        statuses.append(os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1]))
        tally.expect(not any(statuses), f"processes ended with {statuses}")
        values = forked(lambda: sorted(VintageStore(space.processed).history(["610199"])["value"]))[
            1
        ]
        found = set(map(float, re.findall(r"\d+\.\d+", values)))
        for writer in range(WRITERS):
            for number in range(each):
                tally.expect(writer * 1000.0 + number in found, f"lost {writer}-{number}")
        strays = [path.name for path in space.root.rglob(whole_files.PARTS)]
        tally.expect(not strays, f"left {strays[:3]}")
        vouched = publish.read_manifest(space.reports)
        tally.expect(len(vouched) == 1, "the last report is not vouched for")


def wait_for_the_stuck(tally: Tally) -> None:
    """Let a process hold the lock for good, and wait for it."""
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "lock"

        def hold() -> None:
            with whole_files.locked(lock, "存储目录"):
                time.sleep(PATIENCE)

        child = start(hold)
        while not lock.with_name("lock.holder").exists():
            time.sleep(0.01)
        begun = time.monotonic()
        try:
            with whole_files.locked(lock, "存储目录", 1.0):
                told = "taken twice"
        except StoreError as error:
            told = str(error)
        waited = time.monotonic() - begun
        os.kill(child, 9)
        os.waitpid(child, 0)
        tally.expect(f"进程 {child}" in told and waited < 10, f"{waited:.1f} s: {told}")


@contextmanager
def unlocked(*_: object) -> Iterator[None]:
    """Lock nothing."""
    yield


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and its control."""
    chosen = options(__doc__, 2000, 16).parse_args(arguments)
    warm()
    tally, control = Tally(), Tally()
    race(chosen.count, tally)
    wait_for_the_stuck(tally)
    with patched(vintage_files, "locked", unlocked), patched(publish, "locked", unlocked):
        race(max(80, chosen.count // 10), control)
    figure = f"{len(tally.missed)} lost, mixed or waiting without limit in {chosen.count} appends"
    return end(f"{figure} of {WRITERS} writers", tally, control)


if __name__ == "__main__":
    sys.exit(main())
