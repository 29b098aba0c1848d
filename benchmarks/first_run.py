"""How long a fresh checkout takes to its first reports, and how much disk it needs.

    python -m benchmarks.first_run              # venv, data, report, then a second report
    python -m benchmarks.first_run --all        # check and wheelhouse, too

The committed files are unpacked into a folder of their own, and ``make`` is called there, target
after target.  It needs the network as the first ``make`` does.  The bar: the first reports within
ten minutes and 2 GB.  The last line is what they took.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from benchmarks.bench import Verdict, conclude, print_table

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
FIRST = ("venv", "data", "report", "report")
MORE = ("check", "wheelhouse")
MOST_SECONDS, MOST_MB = 600, 2000


def megabytes(folder: Path) -> float:
    """Return the size of all files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 1e6


def timed(folder: Path, target: str) -> float:
    """Return the seconds that a target takes.

    Raises
    ------
    CalledProcessError
        If it fails.
    """
    plain = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    start = time.perf_counter()
    subprocess.run(["make", target], cwd=folder, env=plain, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> int:
    """Time the targets; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="check and wheelhouse, too")
    targets = FIRST + (MORE if parser.parse_args().all else ())
    archive = subprocess.run(
        ["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    rows: list[tuple[str, float, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        for target in targets:
            seconds = timed(folder, target)
            rows.append((target, round(seconds, 1), round(megabytes(folder))))
    print_table(("make", "seconds", "MB in all"), rows)
    taken, size = sum(row[1] for row in rows[:3]), rows[2][2]
    told = f"first reports after {taken:.0f} s and {size:.0f} MB"
    return conclude(Verdict(told, taken <= MOST_SECONDS and size <= MOST_MB))


if __name__ == "__main__":
    sys.exit(main())
