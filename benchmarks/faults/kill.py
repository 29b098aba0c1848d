"""SIGKILL in the midst of ingest, record and publishing: nothing lost, nothing torn.

    python -m benchmarks.faults.kill [--count N] [--quick] [--seed N]

Each trial is a round of `benchmarks.faults.writing` in a process of its own that is killed: at
every other trial at a moment drawn by seed, else at a write, sync or rename.  Bar: all that was
stored, recorded and published before is there and whole, a report once published is vouched for at
every moment, and the next run brings the rest and sweeps what was left.  Control: a writer that
writes in place.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks.faults.house import Tally, end, options, patched, small_workspace
from benchmarks.faults.writing import (
    REPORT,
    act,
    at_call,
    deliver,
    die,
    findings,
    forked,
    leftovers,
    publish_round,
    warm,
)
from lianhu_analysis.render.publishing import publish
from lianhu_analysis.workspace import Workspace

__all__ = ["main"]

ROUNDS = 25  # on one workspace, so that it stays small


def write_in_place(target: Path, data: bytes) -> None:
    """Write as nobody should: what was there is gone before the new is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as stream:
        for start in range(0, len(data), 5000):
            stream.write(data[start : start + 5000])
            stream.flush()
            os.fsync(stream.fileno())


def kill_at_moment(space: Workspace, number: int, seconds: float) -> None:
    """Run a round in a process, and kill it after some time."""
    child = os.fork()
    if child == 0:
        try:
            act(space, number)
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def kill_at_call(
    space: Workspace, number: int, call: int, whole: Callable[[Workspace, int], object] = act
) -> None:
    """Run a round, or part of one, in a process that kills itself at the n-th write or rename."""

    def work() -> None:
        with at_call(call, die):
            whole(space, number)

    forked(work)


def trial(space: Workspace, number: int, draw: random.Random, tally: Tally) -> None:
    """Kill one round, look, run again, look again."""
    deliver(space, number)
    if number % 2:
        kill_at_moment(space, number, draw.uniform(0.0, 0.6))
    else:
        kill_at_call(space, number, draw.randint(1, 45))
    whole = [file for file in publish.SUFFIXES if (space.reports / f"{REPORT}{file}").exists()]
    vouched = not whole or bool(publish.read_manifest(space.reports))
    tally.expect(vouched, f"round {number}: a report stands unvouched")
    status, told = forked(lambda: findings(space, number + 1, number))
    tally.expect(status == 0 and told == "[]", f"round {number}: {told}")

    def again() -> list[str]:
        act(space, number)
        return findings(space, number + 1, number + 1) + leftovers(space)

    status, told = forked(again)
    tally.expect(status == 0 and told == "[]", f"round {number}, run again: {told}")


def kill(count: int, seed: int) -> Tally:
    """Run the trials; return the tally."""
    draw, tally = random.Random(seed), Tally()
    for _ in range(0, count, ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            space = small_workspace(Path(folder) / "space")
            for number in range(min(ROUNDS, count)):
                trial(space, number, draw, tally)
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and its control."""
    chosen = options(__doc__, 1000, 2).parse_args(arguments)
    warm()
    tally = kill(chosen.count, chosen.seed)
    control = Tally()
    # Amid the pieces of the three forms of a report that go into place, of a new one each.
    for call in (30, 35, 40, 45):
        with patched(publish, "write_whole", write_in_place), tempfile.TemporaryDirectory() as new:
            space = small_workspace(Path(new) / "space")
            kill_at_call(space, 0, call, publish_round)
            told = forked(partial(findings, space, 1, 0))[1]
            control.expect("torn" not in told, told)
    kills = tally.trials // 3
    figure = f"{len(tally.missed)} lost, torn or unvouched in {kills} kills, each run again"
    return end(figure, tally, control)


if __name__ == "__main__":
    sys.exit(main())
