"""How long 180 workbooks of 230 x 12 take, against openpyxl and against bare calamine.

Every contender reads the same files in a process of its own, in turn, several times
over; the median of its wall times counts, without imports.  Ratios are of one run.

calamine
    ``python-calamine`` alone, cells into lists: no limits, errors and percent formats lost.
openpyxl
    ``load_workbook`` and its values.
pool
    `WorkbookReader`: limited child processes, nothing lost, into grids.
tidy
    The whole way: sidecar, pool, layout, catalogue, into the tidy frame.

Then one new month is delivered to a workspace that holds the others, and ingested.
The bar: the new month takes at most two seconds.  The aim, told as met or not met: tidy
takes at most three times what bare calamine takes.  Processor time, of a contender and
its children together, is told beside wall time, since it moves less with whatever else
the machine is doing: on two cores the wall time cannot be less than half of it.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench import Verdict, conclude, options, print_table

__all__ = ["main", "make_files"]

FILES, ROWS, ROUNDS = 180, 230, 3
QUICK_FILES, QUICK_ROWS = 6, 40
FIRST_YEAR = 2010
MOST_RATIO, MOST_SECONDS = 3.0, 2.0
HEAD = [
    "指标名称",
    "计量单位",
    "本月",
    "本月止累计",
    "本月比上年同月增长(%)",
    "本期累计比上年同期增长(%)",
    "上年同期",
    "结构(%)",
    "占全市比重(%)",
    "排名",
    "序号",
    "备注",
]
CONFIG = '[region]\ncode = "610104"\nname_zh = "莲湖区"\n'


def make_files(folder: Path, count: int, height: int, seed: int) -> list[Path]:
    """Write monthly workbooks with a merged title and head into a workspace; return them."""
    from lianhu_analysis.catalog.indicators import read_catalogue

    chance = random.Random(seed)
    (folder / "lianhu.toml").write_text(CONFIG, encoding="utf-8")
    catalogue = tuple(read_catalogue(None, {}))
    files = []
    for number in range(count):
        year, month = FIRST_YEAR + number // 12, number % 12 + 1
        file = folder / "data" / "raw" / f"{year}-{month:02d}" / "主要指标.xlsx"
        file.parent.mkdir(parents=True)
        file.write_bytes(_workbook(catalogue, year, month, height, chance))
        files.append(file)
    return files


def _workbook(
    catalogue: Sequence[Any], year: int, month: int, height: int, chance: random.Random
) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = f"{month}月"
    sheet.append(
        [
            f"莲湖区{year}年1—{month}月主要经济指标"
            if month > 1
            else f"莲湖区{year}年1月主要经济指标"
        ]
    )
    sheet.append([f"发布日期：{year + month // 12}-{month % 12 + 1:02d}-22"])
    sheet.append(HEAD)
    sheet.append([])
    sheet.merge_cells("A1:L1")
    for column in range(1, len(HEAD) + 1):
        sheet.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)
    for number in range(height - 4):
        item = catalogue[number % len(catalogue)]
        again = number >= len(catalogue)
        name = f"待核{number}" if again else item.name_zh
        sheet.append([name, item.unit, *_figures(item, month, chance), number + 1, "—"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _figures(item: Any, month: int, chance: random.Random) -> list[object]:
    """Return what stands right of a name: dashes where there is nothing to publish."""

    def level() -> float:
        return chance.randrange(1_000, 990_000) / 100

    def growth() -> object:
        value = chance.randrange(15, 300) / 10
        return f"{value}个百分点" if item.kind == "rate" else value

    monthly = item.frequency == "M" or (item.frequency == "Q" and month % 3 == 0)
    known = monthly and not (item.no_january and month == 1) and "降低" not in item.name_zh
    flow = known and item.kind == "flow" and item.frequency == "M"
    levelled = known and item.kind != "growth_only" and item.span != "single"
    return [
        level() if flow else "—",
        level() if levelled else "—",
        growth() if flow else "—",
        growth() if known and item.span != "single" else "—",
        level(),
        chance.randrange(1, 900) / 10,
        chance.randrange(1, 900) / 10,
        chance.randrange(1, 14),
    ]


def read_bare(files: Sequence[Path]) -> int:
    """Read with calamine alone."""
    import python_calamine as calamine

    cells = 0
    for file in files:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.read_bytes()))
        for name in book.sheet_names:
            cells += sum(map(len, book.get_sheet_by_name(name).to_python(skip_empty_area=False)))
    return cells


def read_openpyxl(files: Sequence[Path]) -> int:
    """Read with openpyxl."""
    import openpyxl

    cells = 0
    for file in files:
        book = openpyxl.load_workbook(io.BytesIO(file.read_bytes()), data_only=True)
        cells += sum(len(row) for sheet in book for row in sheet.iter_rows(values_only=True))
    return cells


def read_pool(files: Sequence[Path]) -> int:
    """Read with the pool of limited children."""
    from lianhu_analysis.intake.grids.workbook import WorkbookReader

    with WorkbookReader(workers=2) as pool:
        futures = [pool.submit(file.read_bytes()) for file in files]
        return sum(len(row) for future in futures for grid in future.result() for row in grid.rows)


def read_fresh(files: Sequence[Path]) -> int:
    """Read each workbook with a child process of its own (control)."""
    from lianhu_analysis.intake.grids.workbook import read_workbook

    grids = (grid for file in files for grid in read_workbook(file.read_bytes()))
    return sum(len(row) for grid in grids for row in grid.rows)


def read_tidy(files: Sequence[Path]) -> int:
    """Read into tidy frames, as ingest does before it stores."""
    from lianhu_analysis.catalog.indicators import load_catalogue
    from lianhu_analysis.intake.deliveries import DeliveryReader, read_sidecar
    from lianhu_analysis.intake.grids.workbook import WorkbookReader
    from lianhu_analysis.intake.ingest import AHEAD, WORKERS, ahead
    from lianhu_analysis.workspace import find_workspace

    workspace = find_workspace(files[0].parent)
    deliveries = DeliveryReader(workspace, load_catalogue(workspace))
    with WorkbookReader(WORKERS) as pool:
        begun = (
            deliveries.begin(file, file.read_bytes(), read_sidecar(file, workspace), pool.submit)
            for file in files
        )
        return sum(len(finish().frame) for finish in ahead(begun, AHEAD))


def ingest_rest(files: Sequence[Path]) -> int:
    """Ingest what is new in the workspace of some files."""
    from lianhu_analysis.catalog.indicators import load_catalogue
    from lianhu_analysis.intake.ingest import ingest_files
    from lianhu_analysis.workspace import find_workspace

    workspace = find_workspace(files[0].parent)
    results = ingest_files(workspace, load_catalogue(workspace))
    return sum(result.observations for result in results if result.status == "read")


CONTENDERS: dict[str, Callable[[Sequence[Path]], int]] = {
    "calamine": read_bare,
    "openpyxl": read_openpyxl,
    "pool": read_pool,
    "tidy": read_tidy,
    "fresh": read_fresh,
    "ingest": ingest_rest,
}


def contend(name: str, folder: Path) -> None:
    """Run one contender in this process; print what it took and made as JSON."""
    files = sorted((folder / "data" / "raw").rglob("*.xlsx"))
    work = CONTENDERS[name]
    if name != "ingest":
        work(files[:1])  # imports are not what is measured
    else:
        import lianhu_analysis.intake.ingest  # noqa: F401
    start, used = time.perf_counter(), _processor_seconds()
    made = work(files)
    seconds, used = time.perf_counter() - start, _processor_seconds() - used
    answer = {"seconds": seconds, "cpu": used, "made": made, "peak_mb": _peak_mb()}
    print(json.dumps(answer))


def _processor_seconds() -> float:
    """Return the processor time of this process and of its children that ended."""
    try:
        import resource
    except ImportError:
        return time.process_time()  # Windows does not tell of the children
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(times.ru_utime + times.ru_stime for times in used)


def _peak_mb() -> float:
    """Return the largest memory of this process and of a child of it, where the system tells."""
    try:
        import resource
    except ImportError:
        return float("nan")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(one).ru_maxrss for one in who) / unit


def _start(name: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.intake_speed", "--contender", name]
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr}")
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def compare(folder: Path, files: Sequence[Path], rounds: int, *, control: bool) -> Verdict:
    """Let the contenders run in turn, then deliver the last month anew."""
    names = ["calamine", "openpyxl", "pool", "fresh" if control else "tidy"]
    runs = {name: [] for name in names}  # type: dict[str, list[dict[str, float]]]
    for _ in range(rounds):
        for name in names:
            runs[name].append(_start(name, folder))
    wall, cpu = (
        {name: statistics.median(run[what] for run in found) for name, found in runs.items()}
        for what in ("seconds", "cpu")
    )
    seconds, bare = wall, wall["calamine"]
    rows = [
        [
            name,
            wall[name],
            len(files) / wall[name],
            wall[name] / bare,
            cpu[name],
            cpu[name] / cpu["calamine"],
            statistics.median(run["peak_mb"] for run in found),
        ]
        for name, found in runs.items()
    ]
    head = ["contender", "seconds", "files/s", "x calamine", "cpu s", "x calamine", "peak MB"]
    print_table(head, rows)
    ratio = seconds[names[-1]] / bare
    figure = f"{len(files)} workbooks: {names[-1]} {ratio:.1f}x bare calamine"
    figure += f", pool {seconds['pool'] / bare:.1f}x, openpyxl {seconds['openpyxl'] / bare:.1f}x"
    aim = f"aim of {MOST_RATIO:g}x {'met' if ratio <= MOST_RATIO else 'not met'}"
    figure += f", {aim}"
    if control:
        return Verdict(figure, ratio <= MOST_RATIO)
    new = _time_new_month(folder, files)
    print(f"one new month among {len(files)}: {new:.2f} s")
    return Verdict(f"{figure}; one new month ingested in {new:.2f} s", new <= MOST_SECONDS)


def _time_new_month(folder: Path, files: Sequence[Path]) -> float:
    last = files[-1]
    data = last.read_bytes()
    last.unlink()
    _start("ingest", folder)
    last.write_bytes(data)
    return _start("ingest", folder)["seconds"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; see the module."""
    parser = options(__doc__ or "", control="every workbook is read by a child of its own")
    parser.add_argument("--files", type=int, help="number of workbooks")
    parser.add_argument("--rounds", type=int, help="how often each contender reads them")
    parser.add_argument("--contender", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.contender:
        contend(chosen.contender[0], Path(chosen.contender[1]))
        return 0
    count, height = (QUICK_FILES, QUICK_ROWS) if chosen.quick else (FILES, ROWS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = make_files(folder, chosen.files or count, height, chosen.seed)
        rounds = chosen.rounds or (1 if chosen.quick else ROUNDS)
        return conclude(compare(folder, files, rounds, control=chosen.control))


if __name__ == "__main__":
    sys.exit(main())
