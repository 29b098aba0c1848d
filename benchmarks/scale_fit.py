"""How many regions are judged a minute, what memory that takes, and what every county would.

    python -m benchmarks.scale_fit [--quick] [--control] [--regions N]

Copies of Lianhu's workspace (228 series, twelve targets) are judged by one command from its start
to its end, ``lianhu forecast --workspaces``, with nothing kept from before: first one at a time,
then one on each of two cores.  Memory is the largest sum of what the command's processes held at
once (what they share is counted in each), looked at ten times a second.

On paper: 2,850 counties in four quarters, at the processor seconds found here, if every county has
as many series and targets as Lianhu and its figures are ingested.

Bars: two jobs judge at least 1.6 times as many a minute as one, and hold at most 1 GB each beside
the process that they are forked from.  The control gives the second run one job too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.report_batch import copies, environment, forget, processor_seconds

__all__ = ["main", "measure", "on_paper"]

ROOT = Path(__file__).resolve().parents[1]
AS_OF = "2024-10-31"
FASTER, MEGABYTES = 1.6, 1024
COUNTIES, QUARTERS = 2850, 4


def measure(spaces: Sequence[Path], jobs: int) -> tuple[float, float, float]:
    """Judge every workspace; return wall seconds, processor seconds, most MB held at once."""
    forget(spaces)
    asked = ["forecast", "--as-of", AS_OF, "--workspaces", str(spaces[0].parent / "*")]
    command = [sys.executable, "-m", "lianhu_analysis", *asked, "--jobs", str(jobs), "--json"]
    start, most, used = time.perf_counter(), 0.0, 0.0
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, cwd=ROOT, env=environment()
    ) as process:
        while process.poll() is None:
            most = max(most, _megabytes(process.pid))
            used = max(used, processor_seconds(process.pid))
            time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"lianhu forecast ended with {process.returncode}")
    return time.perf_counter() - start, used, most


def _megabytes(pid: int) -> float:
    held = 0
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    for process in family:
        try:
            held += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return held / 2**20


def on_paper(used: float, regions: int) -> float:
    """Return the core-hours of every county in every quarter of a year."""
    return used / regions * COUNTIES * QUARTERS / 3600


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the table, and return the exit status."""
    parser = options(str(__doc__).splitlines()[0], control="one job both times", seed=0)
    parser.add_argument("--regions", type=int, default=12, help="how many are judged")
    chosen = parser.parse_args(arguments)
    source = ROOT / "examples" / "national" if chosen.quick else ROOT
    if not any((source / "data" / "processed" / "observations").glob("**/*.parquet")):
        print(f"LEFT OUT: everything; {source.name} has no figures yet (make data)")
        return conclude(Verdict("no figures, nothing measured", False))
    regions = 2 if chosen.quick else chosen.regions
    folder = Path(tempfile.mkdtemp())
    try:
        spaces = copies(source, folder, regions)
        rows = []
        for jobs in (1, 1 if chosen.control else 2):
            load = os.getloadavg()[0]
            rows.append((jobs, *measure(spaces, jobs), load))
    finally:
        shutil.rmtree(folder)
    print_table(
        [
            "jobs",
            "regions",
            "seconds",
            "a minute",
            "CPU s each",
            "peak MB",
            "core-hours of all counties",
            "load",
        ],
        [
            [
                jobs,
                regions,
                f"{seconds:.0f}",
                f"{60 * regions / seconds:.1f}",
                f"{used / regions:.1f}",
                f"{most:.0f}",
                f"{on_paper(used, regions):.1f}",
                f"{load:.1f}",
            ]
            for jobs, seconds, used, most, load in rows
        ],
    )
    (_, alone, *_), (jobs, together, used, most, _) = rows
    faster = alone / together
    figure = (
        f"{60 * regions / together:.1f} regions a minute, {faster:.2f} times one job, {most:.0f} MB; "
        f"{COUNTIES} counties x {QUARTERS} quarters: {on_paper(used, regions):.0f} core-hours"
    )
    return conclude(Verdict(figure, faster >= FASTER and most <= MEGABYTES * (jobs + 1)))


if __name__ == "__main__":
    sys.exit(main())
