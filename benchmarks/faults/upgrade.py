"""What the release before wrote is read by this one; what a later one wrote is refused.

    python -m benchmarks.faults.upgrade [--count N] [--quick] [--write FOLDER]

``tests/data/written_before`` holds a small workspace with store, record and manifest as the release
before wrote them (made with ``--write`` at its release).  Bar: every day's answer, the record and
the published report are read as they were told then (``told.json``), also after this release has
written beside them; and every change that a later release might make - another format number, a
field more or less, another column, another kind of file - is refused with the file's name, or
vouches for nothing; none is taken for something it is not.  Control: a reader that takes any format.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.faults.house import (
    ROOT,
    TIDY_HEAD,
    Tally,
    end,
    options,
    patched,
    run_command,
    tidy_line,
)
from benchmarks.faults.writing import REPORT, entry_of
from lianhu_analysis.errors import LianhuError
from lianhu_analysis.intake import vintage_files
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.pipeline.record import read_record
from lianhu_analysis.render.publishing import publish
from lianhu_analysis.workspace import load_workspace

__all__ = ["main", "write_fixture"]

BEFORE = ROOT / "tests" / "data" / "written_before"
SETTINGS = (
    '[region]\ncode = "610199"\nname_zh = "某区"\n\n'
    '[paths]\nprocessed = "store"\nreports = "published"\n'
)
TARGETS = (
    '[[target]]\nindicator = "gdp.total"\nmeasure = "yoy"\nyear = 2024\nvalue = 6.0\n'
    'rule = "about"\nunit = "%"\ntitle_zh = "增长6%左右"\nsource = "报告"\n'
)
FIRST = (
    ("2023Q3", 5.1, "2023-10-20"),
    ("2023Q4", 5.2, "2024-01-20"),
    ("2024Q3", 4.9, "2024-10-20"),
)
DAYS = ("2023-12-31", "2024-06-30", "2024-12-31")


def write_fixture(root: Path) -> None:
    """Write the workspace that the next release must read."""
    raw = root / "data" / "raw" / "a"
    raw.mkdir(parents=True)
    (root / "lianhu.toml").write_text(SETTINGS, encoding="utf-8")
    (root / "targets.toml").write_text(TARGETS, encoding="utf-8")
    first = TIDY_HEAD + "".join(tidy_line(*row) for row in FIRST)
    (raw / "gdp.csv").write_text(first, encoding="utf-8")
    (raw / "new.csv").write_text(
        TIDY_HEAD + tidy_line("2023Q4", 5.4, "2024-12-26"), encoding="utf-8"
    )
    for command in ("ingest", "record"):
        run_command(["--workspace", str(root), command])
    private = root / "private"
    private.mkdir()
    (private / f"{REPORT}.html").write_text("<p>7</p>\n", encoding="utf-8")
    publish.publish(private, root / "published", entry_of(7))
    for made in (private, root / "store" / "past_runs"):
        shutil.rmtree(made, ignore_errors=True)
    for file in root.rglob(".*"):
        file.unlink()
    (root / "published" / publish.INDEX_NAME).unlink()
    told = json.dumps(told_of(root), ensure_ascii=False, indent=1)
    (root / "told.json").write_text(told + "\n", encoding="utf-8")


def told_of(root: Path) -> dict[str, Any]:
    """Return what store, record and manifest say."""
    space = load_workspace(root)
    store = VintageStore(space.processed)
    known = {day: store.as_of(_day(day))[["period", "value", "unit", "status"]] for day in DAYS}
    record = read_record(space)
    return {
        "days": {day: frame.to_dict("records") for day, frame in known.items()},
        "record": record[["year", "indicator", "as_of", "status"]].to_dict("records"),
        "reports": [[item.name, item.fingerprint] for item in publish.read_manifest(space.reports)],
    }


def _day(text: str) -> Any:
    import datetime as dt

    return dt.date.fromisoformat(text)


def _json(root: Path, place: str, change: Callable[[dict[str, Any]], None]) -> str:
    file = sorted(root.glob(place))[0]
    table = json.loads(file.read_text(encoding="utf-8"))
    change(table)
    file.write_text(json.dumps(table), encoding="utf-8")
    return file.name


def _parquet(root: Path, select: str) -> str:
    file = sorted(root.glob("store/observations/*/*.parquet"))[0]
    changed = file.with_suffix(".new")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {select} FROM '{file}') TO '{changed}' (FORMAT parquet)")
    changed.replace(file)
    return file.name


LEDGER, RECORD, MANIFEST = (
    "store/ledger/*.json",
    "published/record/issued/*.json",
    "published/manifest/*.json",
)
# What a later release might have written; none of it may be taken for what this one writes.
LATER: dict[str, Callable[[Path], str]] = {
    "ledger format 2": lambda root: _json(root, LEDGER, lambda table: table.update(format=2)),
    "ledger format 0": lambda root: _json(root, LEDGER, lambda table: table.update(format=0)),
    "ledger format in words": lambda root: _json(
        root, LEDGER, lambda table: table.update(format="1.1")
    ),
    "ledger without format": lambda root: _json(root, LEDGER, lambda table: table.pop("format")),
    "ledger field more": lambda root: _json(root, LEDGER, lambda table: table.update(base=2020)),
    "ledger field less": lambda root: _json(root, LEDGER, lambda table: table.pop("sha256")),
    "record format 2": lambda root: _json(root, RECORD, lambda table: table.update(format=2)),
    "record without format": lambda root: _json(root, RECORD, lambda table: table.pop("format")),
    "manifest field more": lambda root: _json(
        root, MANIFEST, lambda table: table.update(edition=2)
    ),
    "manifest field less": lambda root: _json(
        root, MANIFEST, lambda table: table.pop("fingerprint")
    ),
    "column less": lambda root: _parquet(root, "* EXCLUDE (provenance)"),
    "column renamed": lambda root: _parquet(root, "* RENAME (value AS figure)"),
}


def later(name: str, tally: Tally) -> None:
    """Let a later release have written, and see that nothing is guessed."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "space"
        shutil.copytree(BEFORE, root)
        file = LATER[name](root)
        before = json.loads((BEFORE / "told.json").read_text(encoding="utf-8"))
        try:
            told = told_of(root)
        except LianhuError as error:
            named = file in str(error) or Path(file).suffix == ".parquet"
            tally.expect(named and "请" in str(error), f"{name}: {error}")
            return
        unvouched = "manifest" in name and told == before | {"reports": []}
        tally.expect(unvouched, f"{name}: taken as {str(told)[:200]}")


def read_before(tally: Tally) -> None:
    """Read what the release before wrote, and write beside it."""
    expected = json.loads((BEFORE / "told.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "space"
        shutil.copytree(BEFORE, root)
        for part, found in told_of(root).items():
            tally.expect(found == expected[part], f"{part}: {found} is not {expected[part]}")
        line = tidy_line("2024Q4", 5.0, "2025-01-20")
        (root / "data" / "raw" / "a" / "more.csv").write_text(TIDY_HEAD + line, encoding="utf-8")
        for command in ("ingest", "record"):
            ran = run_command(["--workspace", str(root), command])
            tally.expect(ran.status == 0, f"{command}: {ran.told[-300:]}")
        now = told_of(root)
        tally.expect(now["days"] == expected["days"], f"days after an ingest: {now['days']}")
        kept = all(row in now["record"] for row in expected["record"])
        tally.expect(kept and now["reports"] == expected["reports"], "record or report lost")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and its control, or write the fixture for the next release."""
    parser = options(__doc__, len(LATER), len(LATER))
    parser.add_argument("--write", type=Path, help="write the workspace of this release there")
    chosen = parser.parse_args(arguments)
    if chosen.write:
        write_fixture(chosen.write)
        return 0
    tally, control = Tally(), Tally()
    read_before(tally)
    for name in list(LATER)[: chosen.count]:
        later(name, tally)
    with patched(vintage_files, "LEDGER_FORMAT", 2):
        later("ledger format 2", control)
    return end(f"{len(tally.missed)} of {tally.trials} misread", tally, control)


if __name__ == "__main__":
    sys.exit(main())
