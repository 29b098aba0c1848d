"""Made files read as ``lianhu ingest`` reads them, and held against what their cells mean."""

from __future__ import annotations

import math
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from benchmarks.intake_mutants_documents import Document, Fact, address, as_grids, write
from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.deliveries import DeliveryReader, Sidecar
from lianhu_analysis.intake.grids.workbook import WorkbookReader
from lianhu_analysis.intake.problems import Problem
from lianhu_analysis.workspace import load_workspace

__all__ = ["Outcome", "Read", "Result", "judge", "opened_reader"]

MEASURES = ("level", "yoy")
# What stands beside an indicator's figures: its rank, its plan.
BESIDE = "fact."
CONFIG = """
[region]
code = "610104"
name_zh = "莲湖区"

[[parents]]
code = "610100"
name_zh = "西安市"
"""


class Result(Protocol):
    """What reading one file gives."""

    @property
    def frame(self) -> pd.DataFrame:
        """Return the observations."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what was not read."""


Read = Callable[[Document], Result]


@dataclass(frozen=True)
class Outcome:
    """What came of reading one file; the lists hold lines for a person.

    Attributes
    ----------
    expected, right, lost
        Figures that a careful reader stores, those stored right, and those not stored.
    reason
        The first refusal, where something was lost.
    """

    wrong: tuple[str, ...] = ()
    traceback: str = ""
    silent: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    expected: int = 0
    right: int = 0
    lost: int = 0
    reason: str = ""


def judge(document: Document, read: Read) -> Outcome:
    """Read one file and hold it against its truth."""
    expected = {cell.fact.key for _, _, cell in document.truth() if cell.fact and cell.must}
    try:
        reading = read(document)
    except IntakeError as error:
        lines = [str(error)] if expected else []
        lost = len(expected)
        return Outcome(refused=tuple(lines), expected=lost, lost=lost, reason=error.message)
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
        return Outcome(traceback=fault, expected=len(expected), lost=len(expected))
    truth: dict[tuple[str, ...], list[tuple[str, str, Fact]]] = defaultdict(list)
    for sheet, place, cell in document.truth():
        if cell.fact:
            truth[cell.fact.key].append((sheet, place, cell.fact))
    wrong, stored, right = [], set(), set()
    for row in reading.frame.to_dict("records"):
        if row["value"] is None or math.isnan(row["value"]):
            continue
        if row["indicator"].startswith(BESIDE) or row["measure"] not in MEASURES:
            if fault := _fault_beside(row, document):
                wrong.append(f"{row['indicator']} {row['period']} = {row['value']}: {fault}")
            continue
        key = _key(row, truth)
        stored.add(key)
        if fault := _fault(row, truth.get(key, []), document):
            wrong.append(f"{' '.join(key)} = {row['value']} ({row['token']!r}): {fault}")
        else:
            right.add(key)
    missing = sorted(expected - stored)
    lines = [f"{' '.join(key)} not stored" for key in missing]
    if reading.problems and missing:
        lines[0] += f"; first problem: {reading.problems[0].cell} {reading.problems[0].message}"
    return Outcome(
        wrong=tuple(wrong),
        silent=tuple(lines) if missing and not reading.problems else (),
        refused=tuple(lines),
        expected=len(expected),
        right=len(expected & right),
        lost=len(missing),
        reason=reading.problems[0].message if reading.problems and missing else "",
    )


def _fault_beside(row: Mapping[Any, Any], document: Document) -> str:
    """Say what is wrong with a rank, a share or the like: it stands in no figure's cell."""
    for sheet in document.sheets:
        for place, cell in sheet.cells.items():
            here = ("" if document.is_csv else sheet.name, address(*place))
            if here == (row["sheet"], row["cell"]):
                if cell.fact:
                    return f"the cell holds the figure {' '.join(cell.fact.key)}"
                same = isinstance(cell.value, int | float) and cell.value == row["value"]
                return "" if same else f"the cell holds {cell.value}"
    return f"nothing stands in {row['sheet']}!{row['cell']}"


def _key(row: Mapping[Any, Any], truth: Collection[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what a stored figure is called, as the truth calls the same.

    The first quarter, or January, alone is the year so far; a whole year is the year so
    far at its end.
    """
    of = (row["region"], row["indicator"], row["measure"])
    span, period = row["span"], row["period"]
    if span == "single" and period.endswith(("Q1", "-01")):
        return *of, "ytd", period
    ends = [(*of, "ytd", f"{period}{end}") for end in ("Q4", "-12")] if span == "annual" else []
    return next((key for key in ends if key in truth), (*of, span, period))


def _fault(
    row: Mapping[Any, Any], facts: Sequence[tuple[str, str, Fact]], document: Document
) -> str:
    """Say what is wrong with a stored figure; nothing if all is right."""
    if not facts:
        return "nothing of the kind is on the sheet, or it is in doubt"
    same = [item for item in facts if math.isclose(item[2].value, row["value"], rel_tol=1e-9)]
    if not same:
        return f"should be {facts[0][2].value} (cell {facts[0][1]})"
    if (row["sheet"], row["cell"]) not in {(sheet, place) for sheet, place, _ in same}:
        return f"stands in {same[0][0]}!{same[0][1]}, not in {row['sheet']}!{row['cell']}"
    stated = row["published_basis"] == "stated"
    if stated and document.published and row["published"].date() != document.published:
        return f"published {row['published'].date()}, should be {document.published}"
    return ""


@contextmanager
def opened_reader(catalogue: Catalogue) -> Iterator[Read]:
    """Yield the way that ``lianhu ingest`` reads a file of a workspace.

    Workbooks whose bytes are not the point are handed over as the grids that they hold,
    which tests hold against their bytes.
    """
    # One pool for all files, as ingest has.
    with tempfile.TemporaryDirectory() as folder, WorkbookReader() as pool:
        root = Path(folder)
        (root / "lianhu.toml").write_text(CONFIG, encoding="utf-8")
        workspace = load_workspace(root)
        reader = DeliveryReader(workspace, catalogue)

        def read(document: Document) -> Result:
            path = workspace.raw / document.path
            if grids := as_grids(document):
                return reader.read(path, b"", Sidecar(), lambda _: grids)
            return reader.read(path, write(document), Sidecar(), pool.read)

        yield read
