"""The store with 1, 10 and 100 regions of 228 series x 120 months each: does a region cost more?

    python -m benchmarks.scale_store [--quick] [--control] [--sizes 1 10 100 1000]

One workspace whose peers are the regions, one tidy delivery a region, ingested as anybody's
are.  Then, of regions all over the store: everything known on a day, the panels that the checks
and models take, and one series.  Each size is measured in a process of its own, whose peak memory
is told; the machine's load beside it.

Bars: ingest, day and panel cost at most 1.3 times as much a region as with one region, one
series at most 3 times, and reading takes at most 1.3 times the memory.  The control asks for
every region where one is wanted.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.bench import Verdict, conclude, options, print_table

__all__ = ["main", "make_space"]

MOST, MOST_SERIES = 1.3, 3.0
SIZES = (1, 10, 100)
SERIES, MONTHS = 228, 120
FIRST_YEAR = 2014
ASKED = 9
DAY = "2023-12-31"
HEAD = "region,indicator,measure,span,period,value,unit,published"


def make_space(folder: Path, regions: int, series: int, months: int, seed: int) -> Path:
    """Write a workspace of some regions, one tidy delivery each; return its folder."""
    from lianhu_analysis.catalog.indicators import read_catalogue

    chance = np.random.default_rng(seed)
    monthly = [item for item in read_catalogue(None, {}) if item.frequency == "M"]
    flows = [item for item in monthly if item.kind == "flow"]
    stocks = [(item, "level", "point") for item in monthly if item.kind == "stock"]
    # To date, then of the month alone: of each the level, then growth.
    wanted = [
        (item, name, span)
        for span in ("ytd", "single")
        for name in ("level", "yoy")
        for item in flows
    ]
    items = [*stocks, *wanted]
    codes = [_code(number) for number in range(regions)]
    peers = "".join(f'[[peers]]\ncode = "{code}"\nname_zh = "{code}区"\n' for code in codes[1:])
    config = f'[region]\ncode = "{codes[0]}"\nname_zh = "甲区"\n{peers}'
    (folder / "lianhu.toml").write_text(config, encoding="utf-8")
    for code in codes:
        rows = [HEAD]
        for number in range(series):
            item, measure, span = items[number]
            level = measure == "level"
            unit = item.unit if level else "%"
            values = chance.uniform(1.0, 9.0, months).round(1)
            for month, value in enumerate(values):
                year, of_year = FIRST_YEAR + month // 12, month % 12 + 1
                if of_year == 1 and item.no_january:
                    continue
                last = f"{year + of_year // 12}-{of_year % 12 + 1:02d}-28"
                amount = value * of_year if span == "ytd" and level else value
                rows.append(
                    f"{code},{item.code},{measure},{span},{year}-{of_year:02d},{amount:.1f},{unit},{last}"
                )
        file = folder / "data" / "raw" / code / "tidy.csv"
        file.parent.mkdir(parents=True)
        file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def _code(number: int) -> str:
    return f"{610200 + number:06d}"


def measure(folder: Path, regions: int, *, control: bool) -> dict[str, float]:
    """Ingest a workspace and ask its store, in this process; return seconds a region and MB."""
    import datetime as dt

    from lianhu_analysis import pipeline
    from lianhu_analysis.intake.checks.arrays import build_panels
    from lianhu_analysis.intake.store import VintageStore
    from lianhu_analysis.workspace import load_workspace

    space, day = load_workspace(folder), dt.date.fromisoformat(DAY)
    start = time.perf_counter()
    results = pipeline.ingest(space)
    ingested = (time.perf_counter() - start) / regions
    if faults := [item for item in results if item.status != "read" or not item.observations]:
        raise SystemExit(f"not ingested: {faults[0]}")
    after_ingest = _peak()
    store = VintageStore(space.processed)
    asked = [_code(int(place)) for place in np.linspace(0, regions - 1, ASKED)]
    every = [_code(place) for place in range(regions)]
    frames = {code: store.as_of(day, regions=[code]) for code in asked[:1]}
    frame = frames[asked[0]]
    code = str(frame["indicator"].iloc[0])

    def wanted(region: str) -> list[str]:
        return every if control else [region]

    found = {
        "ingest": ingested,
        "day": _median(asked, lambda region: store.as_of(day, regions=wanted(region))),
        "panel": _median(asked, lambda _: build_panels(frame)),
        "one series": _median(
            asked, lambda region: store.as_of(day, regions=wanted(region), indicators=[code])
        ),
        "rows": float(len(frame)),
        "ingest MB": after_ingest,
        "peak MB": _peak(),
    }
    return found


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _median(regions: Sequence[str], work: Callable[[str], object]) -> float:
    found = []
    for region in regions:
        start = time.perf_counter()
        work(region)
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def _apart(regions: int, chosen: argparse.Namespace) -> dict[str, float]:
    """Measure one size in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        series, months = (24, 24) if chosen.quick else (SERIES, MONTHS)
        make_space(Path(folder), regions, series, months, chosen.seed)
        command = [sys.executable, "-m", "benchmarks.scale_store", "--within", folder]
        command += ["--sizes", str(regions), *(["--control"] if chosen.control else [])]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the table, and return the exit status."""
    parser = options(str(__doc__).splitlines()[0], control="ask for every region each time")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of regions")
    parser.add_argument("--within", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.within:
        print(json.dumps(measure(chosen.within, chosen.sizes[0], control=chosen.control)))
        return 0
    if chosen.quick:
        chosen.sizes = (1, 6)
    rows, loads = [], []
    for regions in chosen.sizes:
        loads.append(os.getloadavg()[0])
        rows.append(_apart(regions, chosen))
        print(f"{regions} regions measured", file=sys.stderr)
    first = rows[0]
    names = ("ingest", "day", "panel", "one series")
    print_table(
        ["regions", "rows each", *(f"{name} ms" for name in names), "peak MB", "load"],
        [
            [
                regions,
                f"{row['rows']:.0f}",
                *(f"{1000 * row[name]:.1f}" for name in names),
                f"{row['peak MB']:.0f}",
                f"{load:.1f}",
            ]
            for regions, row, load in zip(chosen.sizes, rows, loads, strict=True)
        ],
    )
    worst = {name: max(row[name] / first[name] for row in rows) for name in (*names, "peak MB")}
    holds = all(worst[name] <= MOST for name in ("ingest", "day", "panel", "peak MB"))
    holds = holds and worst["one series"] <= MOST_SERIES
    told = ", ".join(f"{name} {ratio:.2f}" for name, ratio in worst.items())
    figure = f"up to {max(chosen.sizes)} regions, a region's cost against one alone: {told}"
    return conclude(Verdict(figure, holds))


if __name__ == "__main__":
    sys.exit(main())
