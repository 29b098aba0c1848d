"""What the reader sees in one file: ``lianhu ingest --explain FILE``.

It is written down while the file is read, so it cannot differ from what is stored.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.deliveries import (
    DeliveryReader,
    Sidecar,
    read_sidecar,
)
from lianhu_analysis.intake.grids.grid import cell_address, column_number
from lianhu_analysis.intake.observations import frame_observations
from lianhu_analysis.intake.problems import (
    FileStatus,
    Problem,
    grouped,
    needs_attention,
    place_text,
)
from lianhu_analysis.intake.raw_files import find_files
from lianhu_analysis.intake.reading.figures import Slot
from lianhu_analysis.intake.reading.notes import ColumnNote, RowNote, TableNote
from lianhu_analysis.intake.reading.words import Grammar
from lianhu_analysis.workspace import Workspace
from lianhu_analysis.written import packaged_table

__all__ = ["FORMS", "ROLES", "SPANS", "Explanation", "Surroundings", "explain_file", "place_of"]

TERMS = packaged_table("intake/terms.toml")
ROLES, SPANS, FORMS = TERMS["roles"], TERMS["spans"], TERMS["forms"]
ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d*)")
SHOWN = 3
RUN = 4  # so many columns or rows that differ only in their period are one line

Note = TypeVar("Note", ColumnNote, RowNote)


@dataclass(frozen=True)
class Surroundings:
    """What is known of a file beside its cells.

    Attributes
    ----------
    names
        Kind and text of the names of file and folders, the nearest first.
    """

    workspace: Workspace
    sidecar: Sidecar
    names: tuple[tuple[str, str], ...]
    grammar: Grammar


@dataclass(frozen=True)
class Explanation:
    """One file as it was read.

    Attributes
    ----------
    tables
        What was understood of each table.
    slots
        What each cell stands for that was read, or refused by itself.
    frame
        The figures that would be stored.
    around
        ``None`` if the file could not be opened.
    """

    path: str
    tables: tuple[TableNote, ...]
    problems: tuple[Problem, ...]
    slots: tuple[Slot, ...] = field(default=(), repr=False)
    frame: pd.DataFrame = field(
        default_factory=lambda: frame_observations([]), repr=False, compare=False
    )
    around: Surroundings | None = field(default=None, repr=False)

    @property
    def observations(self) -> int:
        """How many figures would be stored."""
        return len(self.frame)

    @property
    def status(self) -> FileStatus:
        """``read``, or ``quarantined`` if nothing of it can be stored."""
        return "read" if self.observations else "quarantined"

    def as_dict(self) -> dict[str, Any]:
        """Return plain types, as ``--json`` prints them."""
        return {
            "path": self.path,
            "status": self.status,
            "observations": self.observations,
            "tables": [self._table_dict(note) for note in self.tables],
            "problems": list(map(asdict, self.problems)),
        }

    @property
    def needs_attention(self) -> bool:
        """Whether someone has something to do about this file."""
        return needs_attention(self.status, self.problems)

    def regions(self, note: TableNote) -> tuple[str, ...]:
        """Return whose figures a table gave."""
        body = range(note.table.bottom + 1, note.table.end)
        names = (
            slot.region.name_zh
            for slot in self.slots
            if slot.region and slot.sheet == note.sheet and place_of(slot.cell)[0] in body
        )
        return tuple(dict.fromkeys(names))

    def _table_dict(self, note: TableNote) -> dict[str, Any]:
        table = note.table
        return {
            "sheet": note.sheet,
            "area": note.area,
            "head": _head(note),
            "titles": [list(line) for line in table.titles],
            "regions": list(self.regions(note)),
            "period": note.period,
            "published": note.published,
            "unit": note.unit,
            "columns": [asdict(column) for column in note.columns],
            "rows": [row._asdict() for row in note.rows],
        }

    def lines(self) -> Iterator[str]:
        """Yield the explanation in Chinese; what is alike is one line."""
        refused = [problem for problem in self.problems if problem.kind == "refused"]
        skipped = [problem for problem in self.problems if problem.kind == "skipped"]
        what = "行台账" if "ledger" in self.frame else "个数"
        counts = f"{self.observations} {what}，{len(refused)} 个问题"
        yield f"{self.path}：{counts}，{len(skipped)} 处不收"
        told = {problem.message for problem in self.problems}
        for note in self.tables:
            yield f"表 {place_text(note.sheet, note.area)}：{'，'.join(self._facts(note))}"
            columns = sorted(note.columns, key=lambda column: place_of(column.cell)[::-1])
            yield from (f"  列 {line}" for line in _runs(columns, _column_words))
            read = [row for row in note.rows if not row.reason]
            yield from (
                f"  行 {line}" for line in _runs(read, partial(_row_words, period=note.period))
            )
            left = [row for row in note.rows if row.reason]
            if below := [row for row in left if row.reason in told]:
                yield f"  不读的行，原因见后：{_named(below)}"
            others = [Problem("", row.cell, row.reason, "") for row in left if row not in below]
            yield from (f"  不读的行：{group.line.rstrip('。')}" for group in grouped(others))
        yield from (f"问题 {group.line}" for group in grouped(refused))
        yield from (f"不收 {group.line}" for group in grouped(skipped))

    def _facts(self, note: TableNote) -> Iterator[str]:
        yield f"表头 {_head(note)}"
        titles = note.table.titles
        lines = [f"{cell} “{' '.join(text.split())[:40]}”" for cell, text in titles if cell]
        yield from [f"标题 {'、'.join(lines)}"] if lines else []
        regions = self.regions(note)
        shown = "、".join(regions[:SHOWN]) + (
            f" 等 {len(regions)} 个" if len(regions) > SHOWN else ""
        )
        facts = {
            "地区": shown,
            "时期": note.period,
            "发布日": note.published,
            "表内单位": note.unit,
        }
        yield from (f"{name} {said}" for name, said in facts.items() if said)


def explain_file(path: Path, workspace: Workspace, catalogue: Catalogue) -> Explanation:
    """Read one file under ``data/raw`` without storing anything, and say how.

    Raises
    ------
    UsageError
        If there is no such file, or it lies elsewhere.
    """
    name = workspace.relative(path)
    find_files(workspace, [path])
    reader = DeliveryReader(workspace, catalogue)
    try:
        sidecar = read_sidecar(path, workspace)
        reading = reader.read(path, path.read_bytes(), sidecar)
    except IntakeError as error:
        return Explanation(name, (), (Problem.of(error),))
    if "ledger" in reading.frame:
        return Explanation(name, (), reading.problems, frame=reading.frame)
    delivery = reader.delivery(path, sidecar)
    around = Surroundings(
        workspace,
        sidecar,
        (("文件名", delivery.file), *(("文件夹名", folder) for folder in delivery.folders)),
        Grammar(reader.vocabulary, catalogue, workspace.regions.values()),
    )
    frame = reading.frame
    spans = dict(zip(zip(frame["sheet"], frame["cell"], strict=True), frame["span"], strict=True))
    # The sums of all figures may unmask a span that a head states.
    stored = [
        one._replace(span=spans.get((one.sheet, one.cell), one.span)) for one in reading.slots
    ]
    return Explanation(
        name,
        tuple(_settled(note, stored) for note in reading.tables),
        reading.problems,
        reading.slots,
        frame,
        around,
    )


def place_of(cell: str) -> tuple[int, int]:
    """Return the zero-based row and column of an address such as ``AB12``; -1 of any other."""
    found = ADDRESS.fullmatch(cell)
    return (int(found[2]) - 1, column_number(found[1])) if found else (-1, -1)


def _settled(note: TableNote, slots: Sequence[Slot]) -> TableNote:
    """Say of columns and rows what their figures became, which a title may decide."""
    body = range(note.table.bottom + 1, note.table.end)
    columns: dict[int, list[Slot]] = defaultdict(list)
    rows: dict[int, list[Slot]] = defaultdict(list)
    own = {place_of(column.cell)[1] for column in note.columns}
    for slot in (one for one in slots if one.sheet == note.sheet):
        row, column = place_of(slot.cell)
        if row in body and column in own:
            columns[column].append(slot)
            rows[row].append(slot)
    heads = [replace(one, **_common(columns[place_of(one.cell)[1]])) for one in note.columns]
    periods = [_common(rows[place_of(row.cell)[0]]).get("period", row.period) for row in note.rows]
    settled = [row._replace(period=said) for row, said in zip(note.rows, periods, strict=True)]
    return replace(note, columns=heads, rows=settled)


def _common(slots: Sequence[Slot]) -> dict[str, str]:
    """Return what all of some figures have in common, as a note on their column says it.

    Of several periods there is none to name.
    """
    said = {
        "role": {slot.fact or ("growth" if slot.measure == "yoy" else "level") for slot in slots},
        "measure": {slot.measure for slot in slots},
        "span": {slot.span for slot in slots},
        "period": {str(slot.period) for slot in slots},
        "form": {slot.form if slot.measure == "yoy" else "" for slot in slots},
    }
    common = {name: next(iter(found)) for name, found in said.items() if len(found) == 1}
    return {"period": "", **common} if slots else {}


def _head(note: TableNote) -> str:
    """Return the head band of a table, from its first to its last column."""
    table = note.table
    places = [place_of(column.cell)[1] for column in note.columns] or [0]
    first, last = cell_address(table.top, min(places)), cell_address(table.bottom, max(places))
    return first if first == last else f"{first}:{last}"


def _runs(notes: Sequence[Note], words: Callable[[Note], tuple[str, str]]) -> Iterator[str]:
    """Yield a line a note; of a long run that differs only in label and period, one."""
    for text, group in groupby(notes, key=lambda note: words(note)[0]):
        run = list(group)
        for part in [run] if len(run) >= RUN else [[note] for note in run]:
            cells = f"{part[0].cell} “{_label(part[0])}”"
            periods = [period for _, period in (words(part[0]), words(part[-1]))]
            if len(part) > 1:
                cells += f" 至 {part[-1].cell} “{_label(part[-1])}”（{len(part)} 个）"
            said = [text, " 至 ".join(dict.fromkeys(filter(None, periods)))]
            yield f"{cells} → {'，'.join(filter(None, said))}"


def _label(note: ColumnNote | RowNote) -> str:
    return " ".join((note.header if isinstance(note, ColumnNote) else note.label).split())


def _named(rows: Sequence[RowNote]) -> str:
    shown = "、".join(f"{row.cell} “{_label(row)}”" for row in rows[:SHOWN])
    return shown + (f" 等 {len(rows)} 行" if len(rows) > SHOWN else "")


def _column_words(column: ColumnNote) -> tuple[str, str]:
    """Return what a column is, and its period."""
    if column.reason:
        return f"不读：{column.reason}", ""
    said = [column.indicator, ROLES.get(column.role, column.role), SPANS.get(column.span, "")]
    said += [f"单位 {column.unit}" if column.unit else "", FORMS.get(column.form, "")]
    return "，".join(part for part in said if part), column.period


def _row_words(row: RowNote, period: str) -> tuple[str, str]:
    """Return what a row is, and its period where the table has another or none."""
    path = f"路径 {row.path}" if row.path not in ("", row.name_zh) else ""
    name = f"{row.name_zh}（{row.indicator}）" if row.indicator else ""
    own = "" if row.period == period else row.period
    return "，".join(part for part in (name, row.unit, path) if part), own
