"""Many reports at once, against a plain loop of papermill and nbconvert over the same notebook.

    python -m benchmarks.report_batch [--quick] [--control] [--pairs N] [--spaces N]

Copies of Lianhu's workspace, four quarters of each.  The plain loop is what anybody would write:
papermill with a fresh kernel for each report, then nbconvert's page.  Ours is the command line
from its start to its end: ``lianhu report`` with the page alone, which besides checks every
number, prints its origin, embeds the font and keeps the verdicts.  Both run in turn, with nothing
kept from before; the median of the pairs' ratios counts.  Every number that a page prints, in
order, and the charts must be the same in both.  Processor seconds are told beside wall seconds:
what else the machine does moves them less.

Bar: on two cores at least 3.5 times as fast.  The control forgets to fork: one job, and plain
kernels.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import nbformat
import papermill
import psutil
from nbconvert import HTMLExporter

from benchmarks.bench import Verdict, conclude, options, print_table

__all__ = [
    "copies",
    "environment",
    "forget",
    "main",
    "numbers_of",
    "pictures_of",
    "processor_seconds",
]

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "notebooks" / "reports" / "quarterly.ipynb"
BAR = 3.5
QUARTERS = ("2023Q4", "2024Q1", "2024Q2", "2024Q3")
DAYS = ("2024-01-31", "2024-04-30", "2024-07-31", "2024-10-31")
NUMBER = re.compile(r'<data\b[^>]*data-ref="(fig-\d+)"[^>]*>([^<]*)</data>')
WITHOUT_FORK = """
import sys
from lianhu_analysis import cli
from lianhu_analysis.pipeline import apart, batch
apart.can_fork = batch.can_fork = lambda: False
cli.main(sys.argv[1:])
"""


def numbers_of(page: str) -> list[tuple[str, str]]:
    """Return each number that a page prints, with its place in the register, in order."""
    told, *_ = page.split('<details class="origins">')
    return NUMBER.findall(told)


def pictures_of(page: str) -> int:
    """Count the charts of a page."""
    return len(re.findall(r'<img\b[^>]*src="data:image/png', page))


def ours(spaces: Sequence[Path], jobs: int, *, control: bool) -> tuple[float, float]:
    """Make every report by the command line; return wall and processor seconds."""
    forget(spaces)
    program = ["-c", WITHOUT_FORK] if control else ["-m", "lianhu_analysis"]
    asked = [*QUARTERS, "--workspaces", str(spaces[0].parent / "*"), "--force", "--format", "html"]
    command = [sys.executable, *program, "report", *asked, "--jobs", "1" if control else str(jobs)]
    start, used = time.perf_counter(), 0.0
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=ROOT, env=environment())
        while process.poll() is None:
            used = max(used, processor_seconds(process.pid))
            time.sleep(0.2)
        seconds = time.perf_counter() - start
        said.seek(0)
        if process.returncode:
            raise SystemExit(f"lianhu report ended with {process.returncode}:\n{said.read()}")
    return seconds, used


def processor_seconds(pid: int) -> float:
    """Return what a process and its descendants used, also those that ended."""
    total = 0.0
    with suppress(psutil.NoSuchProcess):
        for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                # User and system time, of the process and of children that it has waited for.
                total += sum(process.cpu_times()[:4])
    return total


def plain(spaces: Sequence[Path]) -> tuple[float, float]:
    """Make every report by papermill and nbconvert, one after another; return as ``ours``."""
    forget(spaces)
    os.environ.update(environment())
    start, before = time.perf_counter(), sum(os.times()[:4])
    for space in spaces:
        for quarter, day in zip(QUARTERS, DAYS, strict=True):
            output = space / f"{quarter}.ipynb"
            told = {"workspace": str(space), "quarter": quarter, "as_of": day}
            papermill.execute_notebook(
                TEMPLATE, output, told, kernel_name="python3", progress_bar=False
            )
            body, _ = HTMLExporter(exclude_input=True).from_notebook_node(
                nbformat.read(output, as_version=4)
            )
            output.with_suffix(".html").write_text(body, encoding="utf-8")
    return time.perf_counter() - start, sum(os.times()[:4]) - before


def differing(spaces: Sequence[Path]) -> list[str]:
    """Name the reports whose numbers or charts are not the same in both."""
    found = []
    for space in spaces:
        for quarter, day in zip(QUARTERS, DAYS, strict=True):
            (page,) = space.glob(f"reports/*-{quarter}-{day}.html")
            pages = [path.read_text(encoding="utf-8") for path in (page, space / f"{quarter}.html")]
            told = [(numbers_of(text), pictures_of(text)) for text in pages]
            if told[0] != told[1] or not told[0][0]:
                found.append(f"{space.name} {quarter}")
    return found


def environment() -> dict[str, str]:
    """Return the environment of a command that runs this checkout, one BLAS thread each."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads, "PYTHONPATH": str(ROOT)}


def forget(spaces: Sequence[Path]) -> None:
    """Delete what was computed before."""
    for space in spaces:
        shutil.rmtree(space / "data" / "processed" / "past_runs", ignore_errors=True)


def copies(source: Path, folder: Path, number: int) -> list[Path]:
    """Copy a workspace with its figures and without anything that was made of them."""
    spaces = []
    for place in range(number):
        space = folder / f"region{place}"
        space.mkdir()
        for name in ("lianhu.toml", "targets.toml", "indicators.csv"):
            if (source / name).is_file():
                shutil.copy(source / name, space)
        shutil.copytree(source / "data" / "processed", space / "data" / "processed")
        shutil.rmtree(space / "data" / "processed" / "past_runs", ignore_errors=True)
        shutil.copytree(source / "data" / "raw", space / "data" / "raw")
        spaces.append(space)
    return spaces


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the table, and return the exit status."""
    parser = options(str(__doc__).splitlines()[0], control="one job, no forked kernel", seed=0)
    parser.add_argument("--pairs", type=int, default=3, help="how often both run")
    parser.add_argument("--spaces", type=int, default=4, help="workspaces, four reports each")
    chosen = parser.parse_args(arguments)
    if chosen.quick:
        chosen.pairs, chosen.spaces = 1, 1
    source = ROOT / "examples" / "national" if chosen.quick else ROOT
    if not any((source / "data" / "processed" / "observations").glob("**/*.parquet")):
        print(f"LEFT OUT: everything; {source.name} has no figures yet (make data)")
        return conclude(Verdict("no figures, nothing measured", False))
    rows = []
    jobs = 2
    with tempfile.TemporaryDirectory() as folder:
        spaces = copies(source, Path(folder), chosen.spaces)
        n = len(spaces) * len(QUARTERS)
        # What a report tells of the verdicts before it is on record from here on.
        ours(spaces, jobs, control=False)
        for pair in range(chosen.pairs):
            load = os.getloadavg()[0]
            seconds = plain(spaces), ours(spaces, jobs, control=chosen.control)
            rows.append((*seconds, load, os.getloadavg()[0]))
            print(f"pair {pair + 1} is measured", file=sys.stderr)
        unlike = differing(spaces)
    print_table(
        [
            "pair",
            "plain s",
            "ours s",
            "ratio",
            "plain CPU s/report",
            "ours",
            "ratio",
            "load",
            "after",
        ],
        [
            [
                pair,
                f"{plain_s:.0f}",
                f"{ours_s:.0f}",
                f"{plain_s / ours_s:.2f}",
                f"{plain_cpu / n:.1f}",
                f"{ours_cpu / n:.1f}",
                f"{plain_cpu / ours_cpu:.2f}",
                f"{load:.1f}",
                f"{after:.1f}",
            ]
            for pair, ((plain_s, plain_cpu), (ours_s, ours_cpu), load, after) in enumerate(rows, 1)
        ],
    )
    if unlike:
        print(f"numbers or charts differ: {'、'.join(unlike)}")
    ratio, spared = (
        statistics.median(first[place] / second[place] for first, second, *_ in rows)
        for place in (0, 1)
    )
    each = statistics.median(second[0] for _, second, *_ in rows) / n
    figure = (
        f"{n} reports {ratio:.2f} times as fast as papermill + nbconvert ({each:.1f} s each, "
        f"{1 / spared:.2f} of its processor time; {jobs} jobs, {os.cpu_count()} cores), "
        f"{len(unlike)} with other numbers or charts"
    )
    return conclude(Verdict(figure, ratio >= BAR and not unlike))


if __name__ == "__main__":
    sys.exit(main())
