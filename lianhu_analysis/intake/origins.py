"""Where each facet of one figure came from: ``lianhu ingest --explain FILE --cell 核算!C9``.

What a figure is was written down when it was read; for each facet the nearest place that
says so is named: the row's own cells, the head, the title, names, the delivery, the catalogue.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import pandas as pd

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.units import normalise_unit
from lianhu_analysis.errors import PeriodError, UnitError, UsageError
from lianhu_analysis.intake.explain import FORMS, ROLES, SPANS, Explanation, Surroundings, place_of
from lianhu_analysis.intake.grids.grid import cell_address
from lianhu_analysis.intake.problems import Problem, place_text
from lianhu_analysis.intake.reading.blocks import is_blank
from lianhu_analysis.intake.reading.figures import Slot
from lianhu_analysis.intake.reading.notes import TableNote
from lianhu_analysis.intake.reading.statements import days_in, title_part
from lianhu_analysis.intake.reading.words import Said, fold, is_unit, native, span_of
from lianhu_analysis.written import packaged_table

__all__ = ["STATES", "CellExplanation", "Facet", "cell_states", "explain_cell"]

TERMS = packaged_table("intake/terms.toml")
STATES, MEASURES = TERMS["states"], TERMS["measures"]
ADDRESS = re.compile(r"(?:(.*)!)?\$?([A-Za-z]{1,3})\$?([1-9]\d*)")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
# Roles of the columns beside the figures, the nearest to the name first.
STUBS = ("name", "region", "period", "span", "unit", "published")
CATALOGUE = "指标目录"


class Place(NamedTuple):
    """A place around a figure: what kind, its address or nothing, its text and what that says."""

    kind: str
    cell: str
    text: str
    said: Said
    raw: object = None


class Facet(NamedTuple):
    """One facet of a figure, and the place that says so."""

    name: str
    value: str
    where: str


@dataclass(frozen=True)
class CellExplanation:
    """One cell as it was read.

    Attributes
    ----------
    state
        One of ``STATES``, or empty for a blank cell or one outside all tables.
    facets
        What its figure is; none if that is not known.
    notes
        What else is to be said, in Chinese.
    problems
        Why it was not read, at itself or at its row, column, table or sheet.
    """

    sheet: str
    cell: str
    token: str
    state: str
    facets: tuple[Facet, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def needs_attention(self) -> bool:
        """Whether someone has something to do about this cell."""
        return self.state == "refused"

    def as_dict(self) -> dict[str, Any]:
        """Return plain types, as ``--json`` prints them."""
        facets = [facet._asdict() for facet in self.facets]
        return asdict(self) | {"facets": facets}

    def lines(self) -> list[str]:
        """Return the explanation in Chinese."""
        told = [
            f"{place_text(self.sheet, self.cell)} “{self.token}”：{STATES.get(self.state, '空白或不在表中')}"
        ]
        told += [f"  {facet.name} {facet.value} ← {facet.where}" for facet in self.facets]
        told += [f"  {note}" for note in self.notes]
        told += [f"  {p.where}：{p.message}。{p.remedy}" for p in self.problems]
        return told


def explain_cell(told: Explanation, address: str) -> CellExplanation:
    """Return what one cell of an explained file is, and which places say so.

    Raises
    ------
    UsageError
        If the address is none, or names a sheet that the file does not have.
    """
    sheet, cell = _parse(told, address)
    row, column = place_of(cell)
    notes = [note for note in told.tables if note.sheet == sheet]
    note = next((one for one in notes if (row, column) in _block(one)), None)
    grid = next((one.table.grid for one in notes), None)
    slot = next((one for one in told.slots if (one.sheet, one.cell) == (sheet, cell)), None)
    kept = _kept(told.frame, sheet, cell, slot)
    if slot is None and kept is not None:
        return _of_record(kept)
    token = grid.at(row, column) if grid else kept["token"] if kept is not None else None
    problems = _problems(told, sheet, row, column, note)
    if note is not None:
        state = cell_states(note, told.slots, told.problems).get((row, column), "")
    else:  # of a described workbook
        refused = any(problem.cell == cell for problem in problems)
        state = ("refused" if refused else "read") if slot else ""
    return CellExplanation(
        sheet,
        cell,
        "" if is_blank(token) else str(token),
        state,
        _facets(slot, note, told),
        _other_cell(sheet, cell, kept) if slot else _reasons(note, row, column, problems),
        tuple(one for one in problems if state != "read" or one.cell == cell),
    )


def cell_states(
    note: TableNote, slots: Iterable[Slot], problems: Iterable[Problem]
) -> dict[tuple[int, int], str]:
    """Return which of ``STATES`` each filled cell of a table is in, by row and column.

    Blank cells of the head belong to it: one text often stands over several columns.
    """
    table = note.table
    at = {p.cell: p.kind for p in problems if p.sheet == note.sheet and p.cell}
    taken = {slot.cell for slot in slots if slot.sheet == note.sheet}
    stub = {place_of(c.cell)[1] for c in note.columns if c.role in STUBS}
    reasons = {place_of(c.cell)[1] for c in note.columns if c.reason}
    titles = {cell for cell, _ in table.titles}
    lost = {place_of(cell) for cell, kind in at.items() if kind == "refused"}
    states: dict[tuple[int, int], str] = {}
    for row, column in _block(note):
        cell = cell_address(row, column)
        in_head = table.top <= row <= table.bottom
        if is_blank(table.grid.at(row, column)):
            states |= {(row, column): "head"} if in_head else {}
            continue
        if cell in at and (at[cell] == "refused" or cell not in taken):
            state = "refused" if at[cell] == "refused" else "left"
        elif row < table.top:
            state = "title" if cell in titles else ""
        elif in_head:
            state = "left" if column in reasons else "head"
        elif column in stub:
            state = "stub"
        elif cell in taken:
            state = "read"
        else:
            heads = {(r, column) for r in range(table.top, table.bottom + 1)}
            state = "refused" if lost & ({(row, n) for n in (*stub, 0)} | heads) else "left"
        if state:
            states[row, column] = state
    return states


def _parse(told: Explanation, address: str) -> tuple[str, str]:
    found = ADDRESS.fullmatch(address.strip())
    places: tuple[TableNote | Slot | Problem, ...] = (*told.tables, *told.slots, *told.problems)
    sheets = list(dict.fromkeys(place.sheet for place in places))
    if found is None:
        raise UsageError(f"--cell {address!r} 不是单元格地址，请写成 核算5!C9 或 C9")
    sheet = (found[1] or "").strip("'")
    if not found[1] and len(sheets) == 1:
        sheet = sheets[0]
    if sheets and sheet not in sheets:
        known = "、".join(filter(None, sheets))
        raise UsageError(f"--cell 请写明工作表，如 {sheets[0]}!{found[2]}{found[3]}；现有：{known}")
    return sheet, f"{found[2].upper()}{found[3]}"


def _block(note: TableNote) -> list[tuple[int, int]]:
    """Return the cells of a panel with its titles, as rows and columns."""
    table = note.table
    titles = [place_of(cell) for cell, _ in table.titles if cell]
    numbers = [place_of(column.cell)[1] for column in note.columns]
    columns = range(min(numbers, default=0), max(numbers, default=-1) + 1)
    body = [(row, column) for row in range(table.top, table.end) for column in columns]
    return [*(place for place in titles if place[0] < table.top), *body]


def _kept(frame: pd.DataFrame, sheet: str, cell: str, slot: Slot | None) -> pd.Series[Any] | None:
    """Return the row stored of a cell, or of another that holds the same figure."""
    found = frame[(frame["sheet"] == sheet) & (frame["cell"] == cell)]
    if found.empty and slot is not None:
        found = frame[
            (frame["indicator"] == slot.code)
            & (frame["region"] == (slot.region.code if slot.region else ""))
            & (frame["measure"] == slot.measure)
            & (frame["span"] == slot.span)
            & (frame["period"] == slot.period.code)
        ]
    return found.iloc[0] if len(found) else None


def _of_record(row: pd.Series[Any]) -> CellExplanation:
    """Return what a row in the columns of the observation table says."""
    names = ("region", "indicator", "measure", "span", "period", "unit", "published")
    shown = {n: row[n].date() if n == "published" else row[n] for n in names}
    facets = tuple(Facet(name, str(value), "这一行的同名列") for name, value in shown.items())
    return CellExplanation(row["sheet"], row["cell"], str(row["token"]), "read", facets)


def _other_cell(sheet: str, cell: str, kept: pd.Series[Any] | None) -> tuple[str, ...]:
    """Return what is to be said of a figure that another cell gives, too."""
    if kept is not None and kept["status"] == "quarantined":
        return ("另一格说的是同一个数而数值不同，两个都不采用",)
    if kept is not None and (kept["sheet"], kept["cell"]) != (sheet, cell):
        return (f"同一个数以 {kept['sheet']}!{kept['cell']} 入库，只存一次",)
    return ()


def _reasons(
    note: TableNote | None, row: int, column: int, problems: Iterable[Problem]
) -> tuple[str, ...]:
    """Return what is noted of row and column of a figure that was not read, beside problems."""
    told = {problem.message for problem in problems}
    rows = note.rows if note else ()
    columns = note.columns if note else ()
    return (
        *(
            f"行 {one.cell} “{one.label}”：{one.reason or one.name_zh}"
            for one in rows
            if place_of(one.cell)[0] == row and one.reason not in told
        ),
        *(
            f"列 {one.cell} “{one.header}”：{one.reason or ROLES.get(one.role, one.role)}"
            for one in columns
            if place_of(one.cell)[1] == column and one.reason not in told
        ),
    )


def _problems(
    told: Explanation, sheet: str, row: int, column: int, note: TableNote | None
) -> tuple[Problem, ...]:
    """Return the problems of a cell, else of its row and column, else of its sheet."""
    here = [(p, place_of(p.cell)) for p in told.problems if p.sheet == sheet and p.cell]
    own = [p for p, place in here if place == (row, column)]
    if own or (note and row <= note.table.bottom):
        return tuple(own)
    if note is None:
        return tuple(p for p in told.problems if p.sheet in (sheet, ""))
    heads = range(note.table.top, note.table.bottom + 1)
    stub = {place_of(c.cell)[1] for c in note.columns if c.role in STUBS} | {0}
    return tuple(
        p for p, (r, c) in here if (r == row and c in stub) or (r in heads and c == column)
    )


def _facets(slot: Slot | None, note: TableNote | None, told: Explanation) -> tuple[Facet, ...]:
    if slot is None or told.around is None:
        return ()
    if note is None:
        return _of_description(slot)
    return tuple(_Witness(slot, note, told, told.around).facets())


def _of_description(slot: Slot) -> tuple[Facet, ...]:
    """Return what a description says of a figure of its workbook."""
    item = slot.indicator
    return (
        Facet("指标", f"{item.name_zh}（{item.code}）", "版式说明"),
        Facet("口径", SPANS[slot.span], "版式说明"),
        Facet("时期", str(slot.period), "这一行的时期列"),
    )


class _Witness:
    """Finds the nearest place that says what a figure's slot holds."""

    def __init__(
        self, slot: Slot, note: TableNote, told: Explanation, around: Surroundings
    ) -> None:
        self.slot, self.note, self.told, self.around = slot, note, told, around
        table, (row, column) = note.table, place_of(slot.cell)
        columns = {c.number: c for panel in table.panels for c in panel.columns}
        over = [one.table for one in told.tables if one.sheet == note.sheet]
        above = [line for one in over if one.top < table.top for line in one.titles]
        self.stored = _kept(told.frame, slot.sheet, slot.cell, slot)
        self.rows = list(self._stub(row))
        self.groups = [
            p for r in range(row - 1, table.bottom, -1) for p in self._stub(r, ("name",))
        ]
        self.heads = self._places("列名", columns[column].cells if column in columns else ())
        before = [
            number
            for one in note.columns
            if one.role == "level" and (number := place_of(one.cell)[1]) < column
        ]
        beside = columns.get(max(before, default=-1)) if slot.measure == "yoy" else None
        self.described = list(self._described(row, column))
        self.left = self._places("左边的列名", beside.cells if beside else ())
        others = [line for n in columns if n != column for line in columns[n].cells]
        self.others = self._places("旁边的列名", others)
        self.titles = self._places("标题", table.titles)
        self.above = self._places("上面一张表的标题", above)
        self.sheet = self._places("工作表名", [("", note.sheet)] if note.sheet else ())
        self.names = [p for kind, name in around.names for p in self._places(kind, [("", name)])]

    def facets(self) -> Iterator[Facet]:
        """Yield every facet with its place."""
        slot, item = self.slot, self.slot.indicator
        measure = ROLES[slot.fact] if slot.fact else MEASURES[slot.measure]
        yield Facet("地区", slot.region.name_zh if slot.region else "", self.region())
        yield Facet("指标", f"{item.name_zh}（{item.code}）", self.indicator())
        yield Facet("度量", measure, self.measure())
        kept = slot.span if self.stored is None else str(self.stored["span"])
        where = self.span() if kept == slot.span else f"各期的合计；{self.span()} 说的不对"
        yield Facet("口径", SPANS[kept], where)
        yield Facet("时期", str(slot.period), self.period())
        yield Facet("单位", *self.unit())
        if slot.measure == "yoy":
            yield Facet("写法", FORMS.get(slot.form, slot.form), self.form())
        yield Facet("发布日", *self.published())

    def region(self) -> str:
        """Return what says whom the figure is about."""
        region, sidecar = self.slot.region, self.around.sidecar
        if region is None:
            return "工作区"

        def says(place: Place) -> bool:
            level = f"全{region.name_zh[-1:]}"
            named = region in place.said.regions or region.name_zh in place.text
            return named or self.around.grammar.region(place.text) == region or level in place.text

        if found := self._first(says, self.rows, self.heads, self.titles, self.sheet):
            return found
        if sidecar.region == region.code:
            return "delivery.toml 的 region"
        found = self._first(says, self.above, self.names)
        own = region == self.around.workspace.region
        return found or ("lianhu.toml：本地区" if own else "工作簿的其他工作表")

    def indicator(self) -> str:
        """Return what names the indicator."""
        code = self.slot.indicator.code
        row = place_of(self.slot.cell)[0]
        for line in self.note.rows:
            if place_of(line.cell)[0] == row and code in line.indicator.split("、"):
                path = f"，路径 {line.path}" if line.path not in ("", line.label) else ""
                return f"行名 {line.cell} “{line.label}”{path}"

        def says(place: Place) -> bool:
            return any(item.code == code for item in place.said.names)

        places = (self.heads, self.left, self.others, self.titles, self.sheet, self.names)
        return self._first(says, *places) or "列名合在一起"

    def measure(self) -> str:
        """Return what says whether it is an amount, growth or a fact beside it."""
        slot = self.slot

        def says(place: Place) -> bool:
            f = place.said.facets
            if slot.fact:
                return f.fact == slot.fact
            growth = f.measure in ("yoy", "reduction") or bool(f.base) or f.form == "index"
            return growth if slot.measure == "yoy" else f.measure == "level"

        titles = (self.titles, self.sheet) if slot.measure == "yoy" else ()
        if found := self._first(says, self.heads, self.rows, *titles):
            return found
        if slot.indicator.kind == "growth_only":
            return f"{CATALOGUE}：只发布增速"
        return "没有说是增速的数是绝对量" if slot.measure == "level" else "表头合在一起"

    def span(self) -> str:
        """Return what says month, year to date or end of period."""
        slot, indicator = self.slot, self.slot.indicator

        def says(place: Place) -> bool:
            return slot.span in (place.said.facets.span, *(part.span for part in place.said.parts))

        places = (self.rows, self.heads, self.left, self.titles, self.sheet)
        if found := self._first(says, *places):
            return found
        if indicator.span == "point" or indicator.kind == "index":
            return f"{CATALOGUE}：{indicator.name_zh} 是{SPANS.get(indicator.span, '指数')}"
        if self.around.sidecar.span == slot.span:
            return "delivery.toml 的 span"
        return self._first(says, self.names) or "由时期和这张表的其他时期推定"

    def period(self) -> str:
        """Return what says month, quarter or year, and what says the year if that is elsewhere."""
        period = self.slot.period
        places = (self.rows, self.heads, self.left, self.titles)
        outer = (self.sheet, self.names, self.others, self.above)
        pinned = bool(self.around.sidecar.period)
        delivery = "delivery.toml 的 period" if pinned else ""

        def find(says: Callable[[Place], bool]) -> str:
            return self._first(says, *places) or delivery or self._first(says, *outer)

        year = find(lambda place: _year_of(place) == period.year)
        if period.frequency == "A":
            return year or "工作簿的其他工作表"
        part = find(lambda place: _ends(place, period))
        if not part:
            return f"{year}；按目录的频率记" if year else "工作簿的其他工作表"
        return part if part == year else f"{part}；年份 ← {year or '工作簿的其他工作表'}"

    def unit(self) -> tuple[str, str]:
        """Return the unit, delivered and stored, and what states it."""
        slot, kept = self.slot, str(self.stored["unit"]) if self.stored is not None else ""
        shown = kept or slot.unit or "没有写"
        if slot.unit and kept and not _same_unit(slot.unit, kept) and slot.measure == "level":
            shown = f"{slot.unit}，存为 {kept}"

        def says(place: Place) -> bool:
            stated = (place.text, place.said.facets.unit)
            titled = bool(slot.unit) and place.kind == "标题" and slot.unit in fold(place.text)
            return titled or any(_same_unit(text, slot.unit or kept) for text in stated)

        places = (self.rows, self.heads, self.described, self.groups, self.titles, self.above)
        if found := self._first(says, *places):
            return shown, found
        if slot.unit and self.around.sidecar.unit == slot.unit:
            return shown, "delivery.toml 的 unit"
        silent = CATALOGUE if slot.indicator.kind == "index" else "没有一处写明"
        return shown, silent if slot.measure == "level" else "增速的单位"

    def form(self) -> str:
        """Return what says how growth is written."""

        def says(place: Place) -> bool:
            index = bool(place.said.facets.base) or place.said.facets.form == "index"
            return index if self.slot.form == "index" else place.said.facets.unit == "%"

        return self._first(says, self.heads, self.rows, self.titles) or "没有说是指数的增速是百分数"

    def published(self) -> tuple[str, str]:
        """Return the day of publication, and what says so."""
        slot, sidecar = self.slot, self.around.sidecar
        if slot.published is None and sidecar.published:
            return str(sidecar.published), "delivery.toml 的 published"
        if slot.published is None:
            day = str(self.stored["published"].date()) if self.stored is not None else "未知"
            return day, f"{CATALOGUE}的发布日历（推定）"

        def says(place: Place) -> bool:
            day = place.raw.date() if isinstance(place.raw, dt.datetime) else None
            return slot.published in (day, *days_in(place.text))

        found = self._first(says, self.rows, self.described, self.titles, self.above)
        return str(slot.published), found or "这一列的发布日期"

    def _first(self, says: Callable[[Place], bool], *groups: Iterable[Place]) -> str:
        """Return the first place that says so, as people find it."""
        found = next((place for group in groups for place in group if says(place)), None)
        if found is None:
            return ""
        return f"{' '.join(filter(None, (found.kind, found.cell)))} “{' '.join(found.text.split())[:40]}”"

    def _places(self, kind: str, lines: Sequence[tuple[str, str]]) -> list[Place]:
        """Return lines as places, the last first: it is nearest to the figures."""
        read = self.around.grammar.read
        return [Place(kind, cell, text, read(title_part(text))) for cell, text in reversed(lines)]

    def _described(self, row: int, column: int) -> Iterator[Place]:
        """Yield the cells between head and figures that describe a column: 单位, 更新时间."""
        table = self.note.table
        first = min(place_of(one.cell)[1] for one in self.note.columns)
        for number in range(table.bottom + 1, row):
            kind = table.grid.at(number, first)
            if self.around.grammar.metadata(kind):
                yield from self._cell(f"“{kind}”行", number, column)

    def _stub(self, row: int, roles: Iterable[str] = STUBS) -> Iterator[Place]:
        """Yield the cells beside the figures of a row, its name first."""
        for column in [c for role in roles for c in self.note.columns if c.role == role]:
            number = place_of(column.cell)[1]
            kind = "行名" if column.role == "name" else f"{ROLES[column.role]}列"
            yield from self._cell(kind, row, number)

    def _cell(self, kind: str, row: int, column: int) -> Iterator[Place]:
        """Yield the place of a cell, unless it is blank."""
        raw = self.note.table.grid.at(row, column)
        if not is_blank(raw):
            text = raw.date().isoformat() if isinstance(raw, dt.datetime) else str(raw)
            yield Place(kind, cell_address(row, column), text, self.around.grammar.read(text), raw)


def _year_of(place: Place) -> int:
    """Return the one year that a place states; 0 if none."""
    years = {*place.said.years, *(part.year for part in place.said.parts)} - {0}
    if not years and place.raw is not None:
        try:
            years = {span_of(place.raw, None)[0].year}
        except PeriodError:
            years = set()
    if not years and not place.cell:  # names of sheet, file and folders write years barely
        years = {int(found) for found in YEAR.findall(place.text)}
    return years.pop() if len(years) == 1 else 0


def _ends(place: Place, period: Period) -> bool:
    """Whether a place states the part of the year that a period is."""
    months = {part.period.end.month for part in place.said.parts}
    if not months and place.raw is not None:
        number = place.raw if isinstance(place.raw, (int, float)) else 0
        try:
            found = f"{int(number)}月" if 1 <= number <= 12 else place.raw
            months = {span_of(found, period.year)[0].end.month}
        except PeriodError:
            months = set()
    return period.end.month in months


def _same_unit(text: str, unit: str) -> bool:
    try:
        return is_unit(text) and normalise_unit(native(text)) == normalise_unit(native(unit))
    except UnitError:
        return False
