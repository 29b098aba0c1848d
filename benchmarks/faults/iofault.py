"""A disk that fails at every opening to write, sync, rename and removal in turn: said, and nothing changed.

    python -m benchmarks.faults.iofault [--count N] [--quick] [--seed N]

A round of `benchmarks.faults.writing` is counted once without fault; then it is run again and
again, each time with no space, a read-only disk, or an input/output error at the k-th call, for
every k (``--count`` bounds the trials).  Bar: no traceback; a command that could not write exits
with 3 (1 where it did the rest) and names the path; what stood before is whole; no temporary file
is left.  Control: a writer that does not tidy up and says nothing.
"""

from __future__ import annotations

import errno
import os
import random
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults.house import Tally, end, options, patched, run_command, small_workspace
from benchmarks.faults.writing import at_call, deliver, findings, leftovers, publish_round
from lianhu_analysis.errors import LianhuError
from lianhu_analysis.intake import whole_files
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.render.publishing.publish import read_manifest
from lianhu_analysis.workspace import Workspace

__all__ = ["main"]

ERRORS = (errno.ENOSPC, errno.EROFS, errno.EIO, errno.EACCES, errno.EDQUOT)
STEPS = ("ingest", "record", "publish")


def run_step(space: Workspace, step: str, number: int) -> tuple[int | None, str]:
    """Run one step; return its exit status, or ``None`` for a traceback, and what it said."""
    if step != "publish":
        ran = run_command(["--workspace", str(space.root), step])
        return ran.status, ran.told
    try:
        publish_round(space, number)
    except LianhuError as error:
        return 3, str(error)
    except OSError as error:
        # What the command line makes of it: see ``cli.main``.
        return (3, str(error)) if error.filename else (None, repr(error))
    return 0, ""


def calls_of(space: Workspace, step: str, number: int) -> list[str]:
    """Return the calls of a step that nothing disturbs."""
    with at_call(0, lambda _: None) as calls:
        run_step(space, step, number)
    return list(calls)


def fail(space: Workspace, step: str, number: int, call: int, error: int, tally: Tally) -> None:
    """Run a step with one failing call, and judge."""

    def fault(name: str) -> None:
        raise OSError(error, os.strerror(error), f"{space.root}/{name}")

    with at_call(call, fault) as calls:
        status, told = run_step(space, step, number)
    happened = len(calls) >= call
    name = calls[call - 1] if happened else "-"
    wrong = findings(space, number + 1, number)
    wrong += [left for left in leftovers(space) if left.endswith(".part")]
    if status is None or "Traceback" in told:
        wrong.append("traceback")
    # What is kept only to save time, or swept later, may fail unsaid.
    if status not in (0, None) and (
        status not in (1, 3) or not re.search(r"/|\.json|\.html", told)
    ):
        wrong.append(f"status {status}")
    if status == 0 and not stands(space, step, number):
        wrong.append("not done and not said")
    what = f"{step} call {call} {name} {errno.errorcode[error]}"
    tally.expect(not wrong, f"{what}: {'; '.join(wrong)}\n    {told[-300:]!r}")


def stands(space: Workspace, step: str, number: int) -> bool:
    """Whether a step did what it is for."""
    if step == "ingest":
        return f"data/raw/a/n{number:05d}.csv" in VintageStore(space.processed).ledger()
    if step == "record":
        return any((space.record / "issued").glob("*.json"))
    return any(item.fingerprint == str(number) for item in read_manifest(space.reports))


def fail_everywhere(count: int, seed: int, steps: Sequence[str] = STEPS) -> Tally:
    """Let every call of every step fail, drawn in random order where there are too many."""
    tally, draw = Tally(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        space = small_workspace(Path(folder) / "space")
        number = 0
        deliver(space, number)
        for step in STEPS:
            run_step(space, step, number)
        for step in steps:
            number += 1
            deliver(space, number)
            for earlier in STEPS[: STEPS.index(step)]:
                run_step(space, earlier, number)
            total = len(calls_of(space, step, number))
            trials = [(call, error) for call in range(1, total + 2) for error in ERRORS]
            for call, error in draw.sample(trials, min(len(trials), count // len(steps))):
                number += 1
                deliver(space, number)
                for earlier in STEPS[: STEPS.index(step)]:
                    run_step(space, earlier, number)
                fail(space, step, number, call, error, tally)
                run_step(space, step, number)
    return tally


@contextmanager
def careless(target: Path) -> Iterator[Path]:
    """Write beside, rename, and keep silent whatever happens."""
    temporary = target.with_name(f"{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(target)
    except OSError:
        return


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and its control."""
    chosen = options(__doc__, 600, 6).parse_args(arguments)
    tally = fail_everywhere(chosen.count, chosen.seed)
    with patched(whole_files, "_settled", careless):
        control = fail_everywhere(5, chosen.seed, ["publish"])
    return end(
        f"{len(tally.missed)} of {tally.trials} failing calls unsaid or harmful", tally, control
    )


if __name__ == "__main__":
    sys.exit(main())
