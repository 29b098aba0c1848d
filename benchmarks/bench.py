"""What every benchmark shares: its options, its timing, its last line and its exit status."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Verdict", "conclude", "median_seconds", "options", "print_table"]


@dataclass(frozen=True)
class Verdict:
    """What a benchmark found.

    Attributes
    ----------
    figure
        The one line that is published.
    holds
        Whether the bar that the benchmark states holds.
    """

    figure: str
    holds: bool


def options(description: str, *, control: str, seed: int = 20240930) -> argparse.ArgumentParser:
    """Return a parser with the options that every benchmark has.

    Parameters
    ----------
    control
        What the negative control does; with it the benchmark must fail.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a small run, for the tests")
    parser.add_argument("--seed", type=int, default=seed, help="seed of whatever is drawn")
    parser.add_argument("--control", action="store_true", help=f"negative control: {control}")
    return parser


def median_seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the median wall time of some runs; the first of them is not spared."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a head, columns aligned, figures to the right."""
    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *texts, strict=True)]
    for row in [list(head), *texts]:
        cells = [
            text.ljust(width) if number == 0 else text.rjust(width)
            for number, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def _text(cell: object) -> str:
    return f"{cell:.3g}" if isinstance(cell, float) else str(cell)


def conclude(verdict: Verdict) -> int:
    """Print the figure as the last line, and return the exit status."""
    print(f"{'holds' if verdict.holds else 'FAILS'}: {verdict.figure}")
    return 0 if verdict.holds else 1
