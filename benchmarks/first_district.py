"""How long a new district takes from its folder to its first report, typing left out.

    python -m benchmarks.first_district

The commands of docs/guide_zh.md, each a process of its own as a user starts it, in a folder of
their own; targets and history (41 indicators, 2017 to September 2024) are filled in with simulated
figures by a program.  The bar: two minutes.  The last line is what the commands took.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bench import Verdict, conclude, print_table
from data.simulation.new_district import fill_with_simulated

__all__ = ["main", "make_district"]

NAME = "演示区"
INIT = ("init", NAME, "--year", "2024")
COMMANDS = (("ingest",), ("check",), ("forecast",), ("report", "2024Q3"))
MOST_SECONDS = 120


def lianhu(folder: Path, arguments: Sequence[str]) -> float:
    """Run one command in a folder and return its seconds."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "lianhu_analysis", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - start


def make_district(folder: Path) -> tuple[Path, list[tuple[str, float]]]:
    """Make a workspace with its first report; return it, and the seconds of each command."""
    root = folder / NAME
    taken = [("init", lianhu(folder, INIT))]
    fill_with_simulated(root)
    taken += [(command[0], lianhu(root, command)) for command in COMMANDS]
    return root, taken


def main() -> int:
    """Time the commands; return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        _, taken = make_district(Path(folder))
    print_table(("lianhu", "seconds"), [(name, round(seconds, 1)) for name, seconds in taken])
    whole = sum(seconds for _, seconds in taken)
    return conclude(Verdict(f"{whole:.0f} s from init to report", whole <= MOST_SECONDS))


if __name__ == "__main__":
    sys.exit(main())
