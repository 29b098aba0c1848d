"""How long an answer takes: cold, warm, and the help, from the command line.

    python -m benchmarks.verdict_speed [--quick] [--control] [--before CHECKOUT]

``lianhu forecast`` is asked in a copy of a workspace whose figures are ingested: first with
nothing kept from before (cold), then again (warm); ``lianhu --help`` beside it.  Each command is
a process of its own, the median of three counts.  ``--before`` names a checkout of another commit
whose commands run in turn with these, on the same copy; the last column is then their ratio.

Bars, on a quiet core: cold at most 5 s, warm 1.5 s, help 0.4 s.  The control throws what was kept
away before the warm question.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bench import Verdict, conclude, options, print_table

__all__ = ["main", "measure"]

ROOT = Path(__file__).resolve().parents[1]
BARS = {"cold": 5.0, "warm": 1.5, "help": 0.4}
AS_OF = "2024-10-31"


def measure(code: Path, workspace: Path, rounds: int, *, control: bool) -> dict[str, float]:
    """Return the median seconds of each command."""
    asked = ["--workspace", str(workspace), "forecast", "--as-of", AS_OF, "--json"]
    seconds: dict[str, list[float]] = {name: [] for name in BARS}
    for _ in range(rounds):
        _forget(workspace)
        seconds["cold"].append(_timed(code, asked))
        if control:
            _forget(workspace)
        seconds["warm"].append(_timed(code, asked))
        seconds["help"].append(_timed(code, ["--help"]))
    return {name: statistics.median(values) for name, values in seconds.items()}


def _forget(workspace: Path) -> None:
    shutil.rmtree(workspace / "data" / "processed" / "past_runs", ignore_errors=True)


def _timed(code: Path, arguments: Sequence[str]) -> float:
    command = [sys.executable, "-m", "lianhu_analysis", *arguments]
    start = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(code)}
    subprocess.run(command, check=True, capture_output=True, env=environment, cwd=code)
    return time.perf_counter() - start


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the table, and return the exit status."""
    parser = options(str(__doc__).splitlines()[0], control="forget what was kept", seed=0)
    parser.add_argument("--before", type=Path, help="a checkout of another commit")
    chosen = parser.parse_args(arguments)
    source = ROOT / "examples" / "national" if chosen.quick else ROOT
    if not any((source / "data" / "processed" / "observations").glob("**/*.parquet")):
        print(f"LEFT OUT: everything; {source.name} has no figures yet (make data)")
        return conclude(Verdict("no figures, nothing measured", False))
    with tempfile.TemporaryDirectory() as folder:
        space = Path(folder) / "workspace"
        space.mkdir()
        for file in source.glob("*.toml"):
            if file.name != "pyproject.toml":
                shutil.copy(file, space)
        for file in source.glob("*.csv"):
            shutil.copy(file, space)
        shutil.copytree(source / "data" / "processed", space / "data" / "processed")
        (space / "data" / "raw").mkdir()
        rounds = 1 if chosen.quick else 3
        own = measure(ROOT, space, rounds, control=chosen.control)
        before = None
        if chosen.before:
            before = measure(chosen.before.resolve(), space, rounds, control=chosen.control)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print_table(
        ["command", "seconds", "bar", "before", "of that"],
        [
            [
                name,
                f"{own[name]:.2f}",
                bar,
                "-" if before is None else f"{before[name]:.2f}",
                "-" if before is None else f"{own[name] / before[name]:.2f}",
            ]
            for name, bar in BARS.items()
        ],
    )
    text = ", ".join(f"{name} {own[name]:.2f} s" for name in BARS) + f"; at most {peak:.0f} MB"
    return conclude(Verdict(text, all(own[name] <= bar for name, bar in BARS.items())))


if __name__ == "__main__":
    sys.exit(main())
