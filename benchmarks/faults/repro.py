"""The same inputs give the same report, byte for byte, whatever surrounds the program.

    python -m benchmarks.faults.repro [--count N] [--quick] [--seed N]

The report of a workspace - the national one, with ``--quick`` a small one whose template imports
little - is made in processes of their own, first as it is, then in surroundings that are drawn:
time zone, language, hash seed, working directory, file mask, terminal, threads, place of the
workspace, and whether kernels are forked or started plainly.  Each value comes about equally often.
Bar: one digest of page, Word, annex and manifest entry over all of them.  Control: a template that
prints what differs from process to process.

Processors of another kind round their linear algebra otherwise, by some 1e-12 of a growth rate:
what the commands print of the national forecasts must be the same as if on each of them, though
not the last digits that a page or JSON keeps.  Control: draws that take the other of two roots.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.faults.house import ROOT, Tally, end, options, run_command, small_workspace
from benchmarks.faults.partial import write_template

__all__ = ["SURROUNDINGS", "drawn", "main"]

# What surrounds the program; names in capitals are variables, an empty one is not set.
SURROUNDINGS: Mapping[str, Sequence[str]] = {
    "TZ": ("", "Pacific/Kiritimati", "America/Anchorage", "Asia/Shanghai"),
    # A Python that is told PYTHONUTF8=0 under LC_ALL=C cannot tell Chinese names of files.
    "language": (
        "",
        "LC_ALL=C",
        "LC_ALL=C.UTF-8 PYTHONUTF8=0",
        "LANG=zh_CN.GB18030",
        "LANG=zh_CN.UTF-8 PYTHONUTF8=1",
    ),
    "PYTHONHASHSEED": ("0", "1", "7", "42"),
    "OMP_NUM_THREADS": ("", "1", "2"),
    "MPLBACKEND": ("", "svg"),
    "COLUMNS": ("", "40"),
    "TERM": ("", "dumb"),
    "NO_COLOR": ("", "1"),
    "umask": ("022", "077", "000"),
    "cwd": ("", "/"),
    "place": ("space", "区 里/空 格"),
    "kernel": ("forked", "plain"),
}
FULL, QUICK = 24, 2
# Of OpenBLAS, which takes older ones than the machine's; and what is asked on each.
PROCESSORS = ("Prescott", "Haswell")
ASKED = (
    "forecast --as-of 2023-07-31",
    "news --from 2023-07-31 --to 2023-10-31",
    "levers --as-of 2024-07-31",
)
OTHER_ROOT = """
import sys
from lianhu_analysis import cli
from lianhu_analysis.forecast.models import state_space
root_of = state_space.root_of
state_space.root_of = lambda covariance: -root_of(covariance)
cli.main(sys.argv[1:])
"""
PLAIN_KERNEL = """
import sys
from pathlib import Path
from lianhu_analysis.pipeline import batch
batch.can_fork = lambda: False
document = batch.make_report(Path(sys.argv[1]), "2024Q3", {}, None, "", (), False)
sys.exit(document["error"] or document["warning"] or 0)
"""
CHANGING = "from IPython.display import HTML, display\ndisplay(HTML(f'<cite>{hash(\"x\")}</cite>'))"
SECONDS = 600


def drawn(count: int, seed: int) -> list[dict[str, str]]:
    """Return surroundings, in which each value of a name comes about equally often.

    One alone has the second value of each, which differs from the first of all.
    """
    rng = random.Random(seed)
    columns = {}
    for name, values in SURROUNDINGS.items():
        columns[name] = [values[(place + 1) % len(values)] for place in range(count)]
        rng.shuffle(columns[name])
    return [{name: column[place] for name, column in columns.items()} for place in range(count)]


def render(source: Path, around: Mapping[str, str], folder: Path) -> str:
    """Make the report of a copy of a workspace; return one digest of all that is published."""
    place = folder / around.get("place", "space")
    shutil.copytree(source, place)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    environment |= {name: value for name, value in around.items() if name.isupper() and value}
    environment |= dict(pair.split("=") for pair in around.get("language", "").split())
    program = ["-m", "lianhu_analysis", "--workspace", str(place), "report", "2024Q3"]
    if around.get("kernel") == "plain":
        program = ["-c", PLAIN_KERNEL, str(place)]
    done = subprocess.run(
        [sys.executable, *program],
        cwd=around.get("cwd") or str(folder), env=environment, capture_output=True,
        timeout=SECONDS, umask=int(around.get("umask", "022"), 8), check=False,
    )  # fmt: skip
    if done.returncode != 0:
        return f"status {done.returncode}: {done.stderr.decode('utf-8', 'replace')[-300:]}"
    reports = place / "reports"
    digest = hashlib.sha256()
    files = sorted(reports.glob("*.*")) + sorted(reports.glob("manifest/*.json"))
    for file in (file for file in files if not file.name.startswith(".")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def answered(source: Path, processor: str, program: Sequence[str], asked: Sequence[str]) -> str:
    """Ask a copy of a workspace, as if on one processor; return what is printed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_CORETYPE": processor}
    if not processor:
        del environment["OPENBLAS_CORETYPE"]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "space"
        shutil.copytree(source, place, ignore=shutil.ignore_patterns("past_runs"))
        told = [
            subprocess.run(
                [sys.executable, *program, "--workspace", str(place), *command.split()],
                env=environment, stdout=subprocess.PIPE, timeout=SECONDS, check=True,
            )
            for command in asked
        ]  # fmt: skip
    return "".join(done.stdout.decode() for done in told)


def compare_processors(source: Path, quick: bool, tally: Tally) -> None:
    """Ask the same as if on each kind of processor, and once of draws that go the other way."""
    asked, plainly = ASKED[: 1 if quick else None], ("-m", "lianhu_analysis")
    first = answered(source, "", plainly, asked)
    for processor in PROCESSORS[: 1 if quick else None]:
        said = answered(source, processor, plainly, asked)
        tally.expect(said == first, f"as if on a {processor} it prints otherwise")
    said = answered(source, "", ("-c", OTHER_ROOT), asked)
    tally.expect(said != first, "other draws print the same")


def compare(source: Path, count: int, seed: int, tally: Tally) -> None:
    """Make the report as it is and in surroundings that are drawn, and compare with the first."""
    first = ""
    for around in ({}, *drawn(count - 1, seed)):
        with tempfile.TemporaryDirectory() as folder:
            digest = render(source, around, Path(folder))
        first = first or digest
        tally.expect(digest == first and len(digest) == 64, f"{around}: {digest}")


def small(folder: Path, fault: str = "") -> Path:
    """Make a small workspace with a template of its own, ingested."""
    space = small_workspace(folder)
    write_template(space.root / "notebooks" / "reports" / "quarterly.ipynb", fault)
    run_command(["--workspace", str(space.root), "ingest"])
    return space.root


def national(folder: Path) -> Path:
    """Copy the national workspace, ingested."""
    source = ROOT / "examples" / "national"
    made = shutil.ignore_patterns("processed", "reports")
    shutil.copytree(source, folder, ignore=made)
    run_command(["--workspace", str(folder), "ingest"])
    return folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and its control."""
    chosen = options(__doc__, FULL, QUICK).parse_args(arguments)
    tally, control = Tally(), Tally()
    with tempfile.TemporaryDirectory() as folder:
        quick = chosen.count <= QUICK
        economy = national(Path(folder) / "national")
        compare_processors(economy, quick, tally)
        source = small(Path(folder) / "source") if quick else economy
        compare(source, chosen.count, chosen.seed, tally)
        compare(small(Path(folder) / "changing", CHANGING), QUICK, chosen.seed, control)
    kind = "small" if quick else "national"
    figure = f"{len(tally.missed)} of {tally.trials} surroundings changed the {kind} report"
    return end(figure, tally, control)


if __name__ == "__main__":
    sys.exit(main())
