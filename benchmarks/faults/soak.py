"""The same work over and over in one process: nothing grows.

    python -m benchmarks.faults.soak [--count N] [--quick]

Each round ingests, checks, forecasts, records, publishes a small report and reads a workbook, of
figures that stay the same.  After a third of the rounds for warming up, what the process holds is
compared with the end.  Bar: less than 20 kB a round of resident memory, no more open files,
threads, child processes or temporary files than before.  Control: rounds that keep four megabytes, an
open file and a temporary one.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults.bombs import workbook
from benchmarks.faults.house import Tally, end, options, patched, run_command, small_workspace
from benchmarks.faults.writing import act, deliver
from lianhu_analysis.intake.grids.workbook import read_workbook
from lianhu_analysis.workspace import Workspace

__all__ = ["main"]

KILOBYTES = 20.0  # a round
STEPS, STEPS_OF_FEW, MANY = 2000.0, 8000.0, 100


@dataclass(frozen=True)
class Held:
    """What a process holds at a moment."""

    kilobytes: float
    files: int
    threads: int
    children: int
    temporary: int


def held(temporary: Path) -> Held:
    """Measure this process (Linux)."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    return Held(
        kilobytes=pages * os.sysconf("SC_PAGE_SIZE") / 1024,
        files=len(list(Path("/proc/self/fd").iterdir())),
        threads=threading.active_count(),
        children=len(children),
        temporary=len(list(temporary.iterdir())),
    )


def work(space: Workspace, book: bytes) -> None:
    """Do everything once."""
    act(space, 0)
    for command in ("check", "forecast", "monitor", "doctor"):
        run_command(["--workspace", str(space.root), command])
    read_workbook(book)


def soak(rounds: int, turn: Callable[[], None], temporary: Path, tally: Tally) -> float:
    """Work for some rounds; return the kilobytes of memory that one round added."""
    warming = max(3, rounds // 3)
    for _ in range(warming):
        turn()
    before = held(temporary)
    for _ in range(rounds):
        turn()
    after = held(temporary)
    grown = (after.kilobytes - before.kilobytes) / rounds
    # Of few rounds the allocator's own steps, of megabytes, are all that can be seen.
    steps = STEPS if rounds >= MANY else STEPS_OF_FEW
    tally.expect(grown <= KILOBYTES + steps / rounds, f"{grown:.1f} kB a round")
    for name in ("files", "threads", "children", "temporary"):
        more = getattr(after, name) - getattr(before, name)
        tally.expect(more <= 0, f"{more} more {name}")
    return grown


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and its control."""
    chosen = options(__doc__, 300, 4).parse_args(arguments)
    tally, control, kept = Tally(), Tally(), []
    with tempfile.TemporaryDirectory() as folder:
        space = small_workspace(Path(folder) / "space")
        deliver(space, 0)
        temporary = Path(folder) / "temporary"
        temporary.mkdir()

        def leak() -> None:
            stream = (temporary / str(len(kept))).open("wb")
            kept.append((os.urandom(4_000_000), stream))

        with patched(tempfile, "tempdir", str(temporary)):
            book = workbook()
            grown = soak(chosen.count, lambda: work(space, book), temporary, tally)
            soak(4, leak, temporary, control)
        for _, stream in kept:
            stream.close()
    figure = f"{len(tally.missed)} of {tally.trials} kinds grew in {chosen.count} rounds"
    return end(f"{figure} ({max(grown, 0):.1f} kB of memory a round)", tally, control)


if __name__ == "__main__":
    sys.exit(main())
