"""The same inputs give the same report, byte for byte, whatever surrounds the program.

    python -m benchmarks.faults.repro [--count N] [--quick]

The report of a workspace - the national one, with ``--quick`` a small one whose template imports
little - is made in processes of their own under other time zones, languages, hash seeds, working
directories, file masks, terminals, thread counts and places of the workspace.  Bar: one digest of
page, Word, annex and manifest entry over all of them.  Control: a template that prints what differs
from process to process.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.faults.house import ROOT, Tally, end, options, run_command, small_workspace
from benchmarks.faults.partial import write_template

__all__ = ["SURROUNDINGS", "main"]

SURROUNDINGS: tuple[Mapping[str, str], ...] = (
    {},
    {"TZ": "Pacific/Kiritimati", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "1", "umask": "077",
     "place": "区 里/空 格"},
    {"TZ": "America/Anchorage", "LANG": "zh_CN.GB18030", "PYTHONHASHSEED": "42", "cwd": "/",
     "COLUMNS": "40", "NO_COLOR": "1"},
    {"TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "0", "PYTHONHASHSEED": "7",
     "TERM": "dumb", "umask": "000", "OMP_NUM_THREADS": "2", "MPLBACKEND": "svg"},
)  # fmt: skip
CHANGING = "from IPython.display import HTML, display\ndisplay(HTML(f'<cite>{hash(\"x\")}</cite>'))"
SECONDS = 600


def render(source: Path, around: Mapping[str, str], folder: Path) -> str:
    """Make the report of a copy of a workspace; return one digest of all that is published."""
    place = folder / around.get("place", "space")
    shutil.copytree(source, place)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    environment |= {name: value for name, value in around.items() if name.isupper()}
    done = subprocess.run(
        [sys.executable, "-m", "lianhu_analysis", "--workspace", str(place), "report", "2024Q3"],
        cwd=around.get("cwd", str(folder)), env=environment, capture_output=True, timeout=SECONDS,
        umask=int(around.get("umask", "022"), 8), check=False,
    )  # fmt: skip
    if done.returncode != 0:
        return f"status {done.returncode}: {done.stderr.decode('utf-8', 'replace')[-300:]}"
    reports = place / "reports"
    digest = hashlib.sha256()
    files = sorted(reports.glob("*.*")) + sorted(reports.glob("manifest/*.json"))
    for file in (file for file in files if not file.name.startswith(".")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def compare(source: Path, count: int, tally: Tally) -> None:
    """Make the report under each of some surroundings, and compare with the first."""
    first = ""
    for around in SURROUNDINGS[:count]:
        with tempfile.TemporaryDirectory() as folder:
            digest = render(source, around, Path(folder))
        first = first or digest
        tally.expect(digest == first and len(digest) == 64, f"{dict(around)}: {digest}")


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
    chosen = options(__doc__, len(SURROUNDINGS), 2).parse_args(arguments)
    tally, control = Tally(), Tally()
    with tempfile.TemporaryDirectory() as folder:
        quick = chosen.count < len(SURROUNDINGS)
        source = (small if quick else national)(Path(folder) / "source")
        compare(source, chosen.count, tally)
        compare(small(Path(folder) / "changing", CHANGING), 2, control)
    kind = "small" if quick else "national"
    figure = f"{len(tally.missed)} of {tally.trials} surroundings changed the {kind} report"
    return end(figure, tally, control)


if __name__ == "__main__":
    sys.exit(main())
