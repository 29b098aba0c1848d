"""Grids into observations and problems: one reader for every table."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lianhu_analysis.catalog.calendar import assumed_release
from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.errors import IntakeError, PeriodError
from lianhu_analysis.intake.problems import Refusal
from lianhu_analysis.intake.reading.around import (
    SCOPE,
    Around,
    Time,
    foreign_region,
    level_region,
    read_around,
    resolve_time,
    title_indicator,
)
from lianhu_analysis.intake.reading.blocks import (
    Column,
    Panel,
    Table,
    is_blank,
    is_value,
)
from lianhu_analysis.intake.reading.figures import (
    POINTS,
    Collector,
    Slot,
    find_period,
    says_nothing,
    split_january,
)
from lianhu_analysis.intake.reading.growth_forms import Neighbours, neighbours
from lianhu_analysis.intake.reading.meaning import (
    ColumnMeaning,
    Meaning,
    RowMeaning,
    column_meaning,
    understand,
)
from lianhu_analysis.intake.reading.notes import ColumnNote, RowNote, TableNote
from lianhu_analysis.intake.reading.outline import Item, Label, outline, read_line
from lianhu_analysis.intake.reading.statements import is_statement, stated_day
from lianhu_analysis.intake.reading.words import (
    BARE,
    NOTHING,
    Grammar,
    Part,
    Said,
    fold,
    native,
    span_of,
)
from lianhu_analysis.intake.reading.workbook import Grid, cell_address
from lianhu_analysis.workspace import Region

__all__ = ["read_grid"]

# A report this long before its own release most likely carries the month before.
EARLY_DAYS = 7
MOST_LAGGED = 2
NO_INDICATOR = RowMeaning()
RANKS = re.compile("排名|位次|排位")


@dataclass(frozen=True)
class Row:
    """A row whose stub is understood."""

    number: int
    meaning: RowMeaning
    part: Part | None = None
    lag_part: Part | None = None
    region: Region | None = None
    published: dt.date | None = None


def read_grid(
    grid: Grid,
    tables: Sequence[Table],
    headless: Sequence[tuple[str, str]],
    grammar: Grammar,
    collector: Collector,
    book: Region | None = None,
) -> bool:
    """Read every table of a sheet into the collector; return whether there was one.

    Parameters
    ----------
    headless
        Addresses of figures that stand under no head.
    book
        Whom the workbook is about, where a sheet does not say.
    """
    inherited: Around | None = None
    for table in tables:
        reader = _TableReader(table, grammar, collector, book, inherited)
        inherited = reader.read() or inherited
    if headless:
        collector.refuse(
            f"{headless[0][0]} 起有数却没有表头" if tables else _no_head(grid),
            "请在数的上一行写明列名，如“指标名称、计量单位、本月、本月止累计、同比增长（%）”",
            sheet=grid.sheet,
            cell=headless[0][0],
        )
    return bool(tables or headless)


def _no_head(grid: Grid) -> str:
    texts = [str(c) for row in grid.rows[:4] for c in row if isinstance(c, str) and c.strip()][:6]
    seen = f"看到的是：{'、'.join(texts)}" if texts else "看到的是空白"
    return f"没有认出表头，这张工作表没有读；{seen}"


@dataclass
class _TableReader:
    table: Table
    grammar: Grammar
    collector: Collector
    book: Region | None
    inherited: Around | None
    around: Around = None  # type: ignore[assignment]  # set by read()

    @property
    def grid(self) -> Grid:
        return self.table.grid

    def read(self) -> Around | None:
        """Read the panels one by one; return what stands around, for the next table."""
        try:
            self.around = self._read_around()
        except IntakeError as error:
            titles = self.table.titles
            cell = error.cell or (titles[0][0] if titles else "A1")
            self.collector.refuse(error.message, error.remedy, sheet=self.grid.sheet, cell=cell)
            return None
        for panel in self.table.panels:
            _PanelReader(self, panel).read()
        return self.around

    def _read_around(self) -> Around:
        by_region = any("region" in panel.stub for panel in self.table.panels)
        titles, sheet = self.table.titles, self.grid.sheet
        delivery = self.collector.delivery
        own_period = self._heads_have_periods()
        if self.inherited is not None and not self._states_time(titles):
            around = read_around(
                titles,
                "",
                self.grammar,
                replace(delivery, file="", folders=(), period=None),
                regions_in_rows=by_region,
                book=self.book,
            )
            old = self.inherited
            return around._replace(
                region=around.region if around.named else old.region,
                time=old.time,
                published=around.published or old.published,
                unit=around.unit or old.unit,
                scope=around.scope or old.scope,
                facets=around.facets if around.facets != NOTHING else old.facets,
                not_before=max(filter(None, (around.not_before, old.not_before)), default=None),
            )
        return read_around(
            titles,
            sheet,
            self.grammar,
            delivery,
            regions_in_rows=by_region,
            book=self.book,
            axis=own_period,
        )

    def _states_time(self, titles: Sequence[tuple[str, str]]) -> bool:
        said = [self.grammar.read(text) for _, text in titles if not is_statement(text)]
        return any(one.parts or one.years for one in said)

    def _heads_have_periods(self) -> bool:
        """Whether periods stand on an axis, so that a title may speak of several."""
        if any("period" in panel.stub for panel in self.table.panels):
            return True
        ends = set()
        for panel in self.table.panels:
            for column in panel.columns:
                said = self.grammar.read(column.text)
                ends |= {
                    (p.year, p.period.end.month) for p in said.parts if not said.facets.nothing
                }
        return len({month for _, month in ends}) > 1


class _PanelReader:
    def __init__(self, owner: _TableReader, panel: Panel) -> None:
        self.owner, self.panel = owner, panel
        self.table, self.grid = owner.table, owner.table.grid
        self.grammar, self.collector = owner.grammar, owner.collector
        self.around, self.delivery = owner.around, owner.collector.delivery
        self.rows = range(self.table.bottom + 1, self.table.end)
        self.published: dict[int, dt.date | None] = {}
        self.metadata: set[int] = set()
        self.column_units: dict[int, str] = {}
        self.forms: dict[int, Neighbours] = {}
        self._periods: dict[object, tuple[Period, str] | Refusal] = {}
        self.note = TableNote(self.grid.sheet, self.table.area, unit=self.around.unit)
        self.title: Indicator | None = None

    def read(self) -> None:
        self.collector.tables.append(self.note)
        stub = [n for role, found in self.panel.stub.items() if role != "unit" for n in found]
        hidden = [n for n in stub if n in self.grid.hidden_columns]
        if hidden:
            self._refuse(
                "名称所在的列是隐藏的，这张表没有读",
                "请取消隐藏后再交付",
                self.table.top,
                hidden[0],
            )
            return
        self._read_metadata()
        columns = self._columns()
        if columns is None:
            return
        self.time = self._resolve(columns)
        self.note.period = str(self.time.period or self.time.year or "")
        self.note.published = str(self.around.published or "")
        columns = self._agree_with_title(columns)
        self._note_columns(columns)
        if not columns:
            return
        # Without a name in row or column, the title or the sheet names the indicator.
        named = "name" in self.panel.stub or any(c.indicator for c in columns)
        if not named or "region" in self.panel.stub:
            self.title, _ = title_indicator(self.table.titles, self.grid.sheet, self.grammar)
            if self.title is None and not named:
                self._refuse(
                    "各行是地区，标题和工作表名却没有说是哪个指标；这张表没有读"
                    if "region" in self.panel.stub
                    else "行、列名和标题都没有写指标名称；这张表没有读",
                    "请在标题写明指标名称，如“社会消费品零售总额”",
                    self.table.top,
                    columns[0].column.number,
                    skipped=True,
                )
                return
        self._read_rows(columns)

    # ---- heads

    def _read_metadata(self) -> None:
        """Read rows between head and figures that describe the columns: 单位, 更新时间."""
        column = self.panel.first("period")
        if column is None:
            column = self.panel.first("name")
        if column is None:
            return
        for row in self.rows:
            first = self.grid.at(row, column)
            what = (
                self.grammar.vocabulary.metadata.get(fold(first)) if isinstance(first, str) else ""
            )
            if not what:
                continue
            self.metadata.add(row)
            for item in self.panel.columns:
                cell = self.grid.at(row, item.number)
                if is_blank(cell):
                    continue
                if what == "unit":
                    self.column_units[item.number] = str(cell).strip()
                elif what == "published":
                    self.published[item.number] = stated_day(cell)

    def _columns(self) -> list[ColumnMeaning] | None:
        """Return what each column is; ``None`` if the head may have shifted."""
        read: list[ColumnMeaning] = []
        for column in self._with_bare_numbers(self.panel.columns):
            meaning = column_meaning(column, self.grammar)
            if unit := self.column_units.get(column.number):
                meaning = meaning._replace(facets=meaning.facets._replace(unit=unit), own_unit=True)
            read.append(meaning)
        named = any(m.indicator for m in read)
        ranked = any(m.facets.fact == "rank" for m in read)
        # A title of 排名 speaks of the column that holds them.
        self.scope = tuple(
            text for text in self.around.scope if not ranked or SCOPE.search(RANKS.sub("", text))
        )
        found: list[ColumnMeaning] = []
        left: ColumnMeaning | None = None
        for meaning in read:
            if not meaning.text and not self._unheaded(meaning.column):
                return None
            if not meaning.text:
                left = None
                continue
            refusal = meaning.refusal
            if refusal is None and meaning.column.number in self.grid.hidden_columns:
                refusal = Refusal(
                    f"列名“{meaning.text}”所在的列是隐藏的，这一列没有读",
                    "请取消隐藏；不要的列请删去后再交付",
                )
            if refusal is None and meaning.indicator and self.scope:
                refusal = Refusal(
                    f"列名“{meaning.text}”在标题“{self.scope[0]}”之下，说的可能不是全部，这一列没有读",
                    "请核对标题；口径确实相同的，请改正标题",
                )
            if refusal is None and self._may_be_a_change(meaning, read):
                refusal = Refusal(
                    f"列名“{meaning.text}”没有写 %，说不清是增速还是增减额，这一列没有读",
                    "是增速的请注明 %；增减额不入库",
                )
            growth = meaning.facets.measure in ("yoy", "reduction") and not meaning.facets.fact
            if refusal is None and growth:
                meaning = self._of_left(meaning, left, read, named)
                refusal = meaning.refusal
            if meaning.facets.nothing and not meaning.facets.fact:
                self._leave(meaning, meaning.facets.nothing)
                continue
            if refusal is not None:
                left = None
                self._refuse_column(meaning, refusal)
                continue
            if meaning.facets.measure not in ("yoy", "reduction") and not meaning.facets.fact:
                left = meaning
            found.append(meaning)
        return self._without_twins(found)

    def _may_be_a_change(self, growth: ColumnMeaning, read: Sequence[ColumnMeaning]) -> bool:
        """Whether 增减 may as well be of the amount: no % beside it, where others have one."""
        f = growth.facets
        if f.measure != "yoy" or f.sure or f.unit in ("%", POINTS) or f.nothing:
            return False
        others = (m.facets for m in read if m is not growth)
        rival = any(
            o.measure == "yoy" and (o.sure or o.unit == "%") and not o.nothing for o in others
        )
        return rival or (bool(self.around.unit) and self.around.unit != "%")

    def _with_bare_numbers(self, columns: Iterable[Column]) -> list[Column]:
        """Read 8 beside 1-8 as months: a number by itself needs another to say so."""
        columns = list(columns)
        bare = {c.number: fold(c.text) for c in columns if BARE.fullmatch(fold(c.text))}
        ends = {text.partition("-")[2] for text in bare.values() if "-" in text}
        axis = len(bare) > 2 and len(bare) == len([c for c in columns if c.text])
        found = []
        for column in columns:
            text = bare.get(column.number, "")
            if text and ("-" in text or text in ends or axis):
                cells = tuple((cell, f"{shown}月") for cell, shown in column.cells)
                column = column._replace(text=f"{text}月", cells=cells)
            found.append(column)
        return found

    def _unheaded(self, column: Column) -> bool:
        """Refuse figures under no head; return whether the other columns may still be read."""
        rows = [r for r in self.rows if is_value(self.grid.at(r, column.number))]
        if not self.grid.sheet:
            return True  # of a CSV each row that spills over is refused
        others = [
            r
            for r in self.rows
            if any(is_value(self.grid.at(r, c.number)) for c in self.panel.columns if c.text)
        ]
        if not rows:
            return True
        shifted = len(rows) * 2 >= len(others)
        self._refuse(
            "这一列有数却没有列名" + ("，列名可能错了位，这张表没有读" if shifted else ""),
            "请补上列名；不要的数请删去",
            rows[0],
            column.number,
        )
        return not shifted

    def _of_left(
        self,
        growth: ColumnMeaning,
        left: ColumnMeaning | None,
        read: Sequence[ColumnMeaning],
        named: bool,
    ) -> ColumnMeaning:
        """Let a growth that says nothing of its span be of the amount on its left."""
        place = next(n for n, m in enumerate(read) if m.column.number == growth.column.number)
        if named and growth.indicator is None:
            nameless = [
                n
                for n, m in enumerate(read)
                if m.facets.measure in ("yoy", "reduction")
                and m.indicator is None
                and not m.facets.nothing
            ]
            paired = all(
                n
                and read[n - 1].indicator
                and read[n - 1].facets.measure not in ("yoy", "reduction")
                for n in nameless
            )
            if not paired or left is not read[place - 1]:
                return growth._replace(
                    refusal=Refusal(
                        f"列名“{growth.text}”没有说是哪个指标的增速，这一列没有读",
                        "请在列名写明指标，或让每个增速列紧跟它的绝对量列",
                    )
                )
            growth = growth._replace(indicator=left.indicator, region=left.region)
        if growth.facets.span or growth.part is not None:
            return growth
        between = [m for m in read[:place] if not left or m.column.number > left.column.number]
        # After 全年目标 a bare 增长 may as well be the plan's.
        blocked = any(
            m.facets.fact == "plan" or (m.refusal is not None and not m.facets.nothing)
            for m in between
        )
        if blocked:
            return growth._replace(
                refusal=Refusal(
                    f"列名“{growth.text}”没有说是当月还是累计，左边也没有读得出的绝对量列，这一列没有读",
                    "请写成“累计比上年同期增长（%）”或“本月比上年同月增长（%）”",
                )
            )
        if left is None:
            return growth
        facets = growth.facets._replace(span=left.facets.span, per=left.facets.per)
        return growth._replace(
            facets=facets, part=left.part, year=growth.year or left.year, left=True
        )

    def _without_twins(self, columns: list[ColumnMeaning]) -> list[ColumnMeaning]:
        def key(m: ColumnMeaning) -> tuple[object, ...]:
            period = (m.part.period, m.part.year, m.part.span) if m.part else None
            f = m.facets
            measure = f.measure if f.measure in ("yoy", "reduction") else "level"
            return (f.fact, measure, f.span, f.form, period, m.year, m.indicator, m.region, m.whole)

        counts = Counter(map(key, columns))
        columns = [m for m in columns if not m.facets.fact or counts[key(m)] == 1]
        twins = [m for m in columns if counts[key(m)] > 1]
        for meaning in twins:
            self._refuse_column(
                meaning,
                Refusal(
                    f"列名“{meaning.text}”有不止一列是这个意思，说不清哪一列是本期的，这一列没有读",
                    "请写明各列的时期，如“上年同期”",
                ),
            )
        return [m for m in columns if m not in twins]

    def _resolve(self, columns: Sequence[ColumnMeaning]) -> Time:
        parts = [m.part for m in columns if m.part is not None]
        years = {part.year for part in parts if part.year} | {m.year for m in columns if m.year}
        accumulated = {p.period.end.month for p in parts if p.span == "ytd"}
        ends = accumulated or {p.period.end.month for p in parts}
        return resolve_time(self.around.time, {max(years)} if years else set(), ends)

    def _agree_with_title(self, columns: list[ColumnMeaning]) -> list[ColumnMeaning]:
        """Leave out last year's columns, and refuse a table whose head is of another month."""
        time, found = self.time, []
        parts = [m.part for m in columns if m.part is not None]
        ends = {p.period.end.month for p in parts}
        years = {p.year for p in parts if p.year} | {m.year for m in columns if m.year}
        rows_say = "period" in self.panel.stub
        axis = self._is_axis(columns)
        for m in columns:
            year = m.part.year if m.part else m.year
            if year and not axis and not rows_say and len(years) == 2 and year == min(years):
                same = [
                    o
                    for o in columns
                    if o is not m and (o.part.year if o.part else o.year) == year + 1
                ]
                if same and len(parts) + sum(bool(o.year) for o in columns) <= 4:
                    self._leave(m, "上年同期的可比数，不作为上年的数入库")
                    continue
            found.append(m)
        if rows_say:
            return found
        if len(ends) > 1 and not axis:
            stated = 0
        elif not time.title or time.period is None:
            return found
        else:
            stated = time.period.end.month
        wrong = [
            m
            for m in found
            if m.part
            and (m.part.period.end.month != stated or (m.part.year and m.part.year != time.year))
        ]
        if wrong and (not axis or stated not in ends):
            for m in found:
                self._refuse_column(
                    m,
                    Refusal(
                        f"列名“{m.text}”与标题或旁边的列不是同一个月，说不清哪个对，这一列没有读",
                        "请改正列名或标题",
                    ),
                )
            return []
        return found

    def _is_axis(self, columns: Sequence[ColumnMeaning]) -> bool:
        """Whether several columns of one kind are of different months."""
        ends: dict[tuple[str, str], set[int]] = {}
        for m in columns:
            if m.part is not None:
                kind = ("" if m.left else m.facets.measure, m.part.span or m.facets.span)
                ends.setdefault(kind, set()).add(m.part.period.end.month)
        return any(len(months) > 1 for months in ends.values())

    def _leave(self, meaning: ColumnMeaning, reason: str) -> None:
        cell = cell_address(self.table.top, meaning.column.number)
        self.note.columns.append(ColumnNote(cell, meaning.text, "", reason=reason))

    def _refuse_column(self, meaning: ColumnMeaning, refusal: Refusal) -> None:
        number = meaning.column.number
        if not any(is_value(self.grid.at(r, number)) for r in self.rows):
            self._leave(meaning, refusal.message)
            return
        self._leave(meaning, refusal.message)
        row = self.table.top if not meaning.column.cells else None
        cell = meaning.column.cells[-1][0] if row is None else cell_address(row, number)
        self.collector.refuse(
            refusal.message,
            refusal.remedy,
            sheet=self.grid.sheet,
            cell=cell_address(self.table.top, number) if cell_column(cell) != number else cell,
        )

    def _note_columns(self, columns: Iterable[ColumnMeaning]) -> None:
        for role, numbers in self.panel.stub.items():
            for number in numbers:
                cell = cell_address(self.table.top, number)
                self.note.columns.append(
                    ColumnNote(cell, str(self.grid.at(self.table.top, number) or ""), role)
                )
        for m in columns:
            growth = m.facets.measure in ("yoy", "reduction")
            self.note.columns.append(
                ColumnNote(
                    cell_address(self.table.top, m.column.number),
                    m.text,
                    m.facets.fact or ("growth" if growth else "level"),
                    indicator=m.indicator.code if m.indicator else "",
                    measure="yoy" if growth else "level",
                    span=m.facets.span or (m.part.span if m.part else ""),
                    period=str(m.part.period)
                    if m.part and m.part.year
                    else str(self.time.period or ""),
                    unit=m.facets.unit,
                    form=(m.facets.form or "percent") if growth else "",
                )
            )

    # ---- rows

    def _read_rows(self, columns: Sequence[ColumnMeaning]) -> None:
        self.by_growth = any(m.facets.measure in ("yoy", "reduction") for m in columns)
        self.parts = [m.part for m in columns if m.part is not None]
        names = self.panel.stub.get("name", [])
        items = self._items(names, columns)
        labels = outline(items, self.scope)
        said = "".join(fold(text) for _, text in self.table.titles)
        contexts = [w for w in self.grammar.vocabulary.contexts if w in said and "外币" not in said]
        units: dict[str, str] = {}
        codes: dict[str, Indicator] = {}
        twice = self._periods_twice()
        for item in items:
            if item.row in twice and item.has_figures:
                self._refuse(
                    "这个时期写了不止一行，数又不同，说不清哪一行对，没有读",
                    "请核对各行的时期",
                    item.row,
                    self.panel.first("period") or 0,
                )
                continue
            label = labels[item.row]
            label = label._replace(parents=(*label.parents, *contexts))
            said = self.grammar.read(item.line.text) if item.line.text else Said()
            if said.facets.unit:
                units[item.line.text] = said.facets.unit
            if not item.has_figures:
                continue
            row = self._row(item, label, codes, units)
            if isinstance(row, Refusal):
                continue
            if row.meaning.indicator is not None:
                codes[item.line.text] = row.meaning.indicator
            self._read_cells(row, columns)

    def _items(self, names: Sequence[int], columns: Sequence[ColumnMeaning]) -> list[Item]:
        """Return the rows of the body that are read or open a group, in order."""
        numbers = [m.column.number for m in columns]
        levels = [
            m.column.number
            for m in columns
            if m.facets.measure not in ("yoy", "reduction")
            and not m.facets.fact
            and m.facets.unit != "%"
        ]
        items: list[Item] = []
        held: list[str] = [""] * len(names)
        for number in self.rows:
            cells = self.grid.rows[number]
            filled = [n for n in numbers if n < len(cells) and not is_blank(cells[n])]
            texts = [
                str(c).strip("\r\n") if not is_blank(c := self.grid.at(number, n)) else ""
                for n in names
            ]
            if number in self.metadata or (not filled and not any(texts)):
                continue
            first = next((t for t in texts if t), "")
            if first and self.grammar.vocabulary.ignore.fullmatch(fold(first)):
                continue
            if number in self.grid.hidden_rows:
                if filled:
                    self._refuse(
                        "这一行是隐藏的，没有读",
                        "请取消隐藏；不要的行请删去",
                        number,
                        names[0] if names else filled[0],
                    )
                continue
            if self._spills_over(number, filled):
                continue
            alone = sum(not is_blank(c) for c in cells) == 1 or is_statement(first)
            if not filled and alone and self._restates(number, first):
                break
            if len(names) > 1:
                # The first of several name columns heads a group, and counts for the rows below it.
                held = [t or h for t, h in zip(texts, held, strict=True)]
                first = texts[-1] or first
                if texts[0] and texts[-1] and filled:
                    items.append(Item(-number - 1, read_line(texts[0]), False))
            if filled and names and not first:
                self._refuse("这一行有数却没有指标名称", "请填写指标名称", number, filled[0])
                continue
            if self.grammar.role(first) == "name" and not filled:
                continue
            line = read_line(first) if first else read_line("")
            known_blank = not filled and self._is_item_left_blank(number, line)
            amounts = tuple(
                float(v)
                if isinstance(v := self.grid.at(number, n), (int, float))
                and not isinstance(v, bool)
                else None
                for n in levels
            )
            items.append(Item(number, line, bool(filled) or known_blank, amounts))
            if known_blank and not filled:
                items[-1] = items[-1]._replace(amounts=())
        return items

    def _periods_twice(self) -> set[int]:
        """Return rows of one period on an axis of periods, where they do not say the same."""
        if "name" in self.panel.stub or "region" in self.panel.stub:
            return set()
        rows: dict[object, list[int]] = {}
        for number in self.rows:
            if number in self.grid.hidden_rows:
                continue
            try:
                part, span, _ = self._row_period(number)
            except IntakeError:
                continue
            if part is not None:
                rows.setdefault((part.period, part.span, span), []).append(number)
        return {
            number
            for found in rows.values()
            if len({tuple(self.grid.rows[n][1:]) for n in found}) > 1
            for number in found
        }

    def _is_item_left_blank(self, number: int, line: object) -> bool:
        """Whether a row without figures is a known item left blank, and heads no group."""
        unit = self.panel.first("unit")
        if unit is None or is_blank(self.grid.at(number, unit)):
            return False
        return self.grammar.read(line.text).indicator is not None  # type: ignore[attr-defined]

    def _spills_over(self, number: int, filled: Sequence[int]) -> bool:
        """Refuse a row of a CSV that has more fields than its head: they have shifted."""
        if self.grid.sheet or not filled:
            return False
        headed = (c.number for p in self.table.panels for c in p.columns if c.text)
        width = max(headed, default=0) + 1
        width = max(
            [width, *(n + 1 for p in self.table.panels for f in p.stub.values() for n in f)]
        )
        head = max(
            (len(self.grid.rows[r]) for r in range(self.table.top, self.table.bottom + 1)),
            default=0,
        )
        if all(is_blank(cell) for cell in self.grid.rows[number][max(width, min(head, width)) :]):
            return False
        self._refuse(
            "这一行的列数多于表头，数可能错了位，没有读",
            "含逗号的文字和千分位要用双引号括起来",
            number,
            0,
        )
        return True

    def _restates(self, number: int, text: str) -> bool:
        """Refuse the rest of a table below a line that states another time, region, unit or day."""
        lines = [str(c) for c in self.grid.rows[number] if isinstance(c, str) and c.strip()]
        known = {fold(t) for _, t in self.table.titles}
        for line in lines:
            if fold(line) in known:
                continue
            said = self.grammar.read(line)
            timed = any(p.year for p in said.parts) or (bool(said.years) and bool(said.parts))
            stated = is_statement(line) and re.search("单位|发布|公布", line)
            if timed or stated:
                if any(
                    is_value(c)
                    for r in range(number + 1, self.table.end)
                    for c in self.grid.rows[r]
                ):
                    self._refuse(
                        f"表中间另有标题、单位或发布日期“{line.strip()[:40]}”，以下各行没有读",
                        "请在它下面再写一次表头，或分成两张工作表",
                        number,
                        0,
                    )
                return True
        return False

    def _row(
        self, item: Item, label: Label, codes: dict[str, Indicator], units: dict[str, str]
    ) -> Row | Refusal:
        number = item.row
        try:
            region, part, span, per, published, unit = self._stub(number)
        except IntakeError as error:
            self.collector.refuse(
                error.message, error.remedy, sheet=self.grid.sheet, cell=error.cell
            )
            self._note_row(number, item, label, reason=error.message)
            return Refusal(error.message, error.remedy)
        if isinstance(region, str):
            self._note_row(number, item, label, reason=region)
            return Refusal(region, "")
        meaning = NO_INDICATOR
        lag_part = None
        if item.line.text:
            found = self._name(item, label, codes)
            if isinstance(found, Refusal):
                self._refuse_row(number, found, skipped=found.remedy.startswith("这一行不收的"))
                self._note_row(number, item, label, reason=found.message)
                return found
            indicator, said, named = found
            region = named or region
            above = label.parents if label.is_part or label.is_member else ()
            inherited = next(
                (units[p] for p in (*above, *reversed(label.groups)) if p in units), ""
            )
            lag_part = said.parts[0] if said.parts else None
            facets = said.facets
            groups = [self.grammar.read(g).facets for g in label.groups] + [
                self.grammar.read(p).facets for p in label.parents[:1]
            ]
            lag = max([facets.lag, *(g.lag for g in groups)], default=0)
            meaning = RowMeaning(indicator, facets._replace(lag=lag), unit, inherited, span, per)
        else:
            meaning = RowMeaning(None, NOTHING, unit, "", span, per)
        self._note_row(
            number,
            item,
            label,
            meaning.indicator,
            unit or meaning.facets.unit,
            str(part.period if part else self.time.period or ""),
        )
        return Row(number, meaning, part, lag_part, region, published)

    def _stub(
        self, number: int
    ) -> tuple[Region | str | None, Part | None, str, str, dt.date | None, str]:
        """Read what stands beside the name: region, period, span, publication day, unit."""
        region: Region | str | None = None
        column = self.panel.first("region")
        if column is not None and not is_blank(cell := self.grid.at(number, column)):
            region = self._region(str(cell))
        part, span, per = self._row_period(number)
        published = None
        column = self.panel.first("published")
        if column is not None and not is_blank(cell := self.grid.at(number, column)):
            published = stated_day(cell)
            if published is None:
                raise IntakeError(
                    f"发布日期“{cell}”不是一个日子；这一行没有读",
                    "请写成 2024-10-22",
                    cell=cell_address(number, column),
                )
        column = self.panel.first("unit")
        cell = None if column is None else self.grid.at(number, column)
        unit = "" if is_blank(cell) else native(str(cell)).strip()
        return region, part, span, per, published, unit

    def _region(self, text: str) -> Region | str:
        folded = fold(text)
        if len(folded) == 2 and folded[0] == "全":
            found = level_region(folded[1], self.grammar, self.delivery)
        elif folded in ("合计", "总计"):
            found = None
        else:
            found = self.grammar.region(text)
        return found or f"“{text.strip()}”不是本工作区的地区，这一行没有收"

    def _row_period(self, number: int) -> tuple[Part | None, str, str]:
        columns = self.panel.stub.get("period", [])
        column = self.panel.first("span")
        span = per = ""
        if column is not None and not is_blank(cell := self.grid.at(number, column)):
            said = self.grammar.read(str(cell))
            span, per = said.facets.span, said.facets.per
            if not span or said.left:
                raise IntakeError(
                    f"口径“{cell}”不认识",
                    "请写累计、当月、当季、期末或年度",
                    cell=cell_address(number, column),
                )
        stated: Part | None = None
        year = 0
        for n in columns:
            cell = self.grid.at(number, n)
            if is_blank(cell) and len(columns) > 1:
                cell = next(
                    (
                        c
                        for r in range(number, self.table.bottom, -1)
                        if not is_blank(c := self.grid.at(r, n))
                    ),
                    None,
                )
            if is_blank(cell):
                raise IntakeError(
                    "没有写时期；这一行没有读", "请改正这一格的时期", cell=cell_address(number, n)
                )
            found = self._period(cell, n, year)
            if len(columns) > 1 and found.period.frequency == "A":
                year = found.year
                stated = stated or found
            else:
                stated = found
        if stated is None:
            return None, span, per
        own = stated.span
        if own == "annual" and span == "ytd":
            own = ""  # 全年 is the year to date of its last month
        if span and own and span != own:
            raise IntakeError(
                f"时期“{stated.text}”与口径相互矛盾",
                "请改正其中之一",
                cell=cell_address(number, columns[0]),
            )
        return stated._replace(span=span or own), span, per

    def _period(self, cell: object, column: int, year: int) -> Part:
        text = str(cell).strip()
        bare = isinstance(cell, (int, float)) and not isinstance(cell, bool) and 1 <= cell <= 12
        head = self.grammar.role(str(self.grid.at(self.table.bottom, column) or ""))
        if bare and head == "period":
            quarterly = "季" in str(self.grid.at(self.table.bottom, column) or "")
            text = f"{int(cell)}季度" if quarterly else f"{int(cell)}月"  # type: ignore[call-overload]
            cell = text
        try:
            if (
                isinstance(cell, (int, float))
                and cell > 2100
                and cell < 190_001
                and getattr(self.grid, "dates_from_1904", False)
            ):
                raise PeriodError(f"“{cell}”是从 1904 年算起的日子，说不清是哪个月")
            known = year or self._year_of_axis()
            period, span = span_of(cell, known or None)
            explicit = bool(re.search(r"\d{4}|\d{2}", text)) and known != period.year
        except PeriodError as error:
            message = str(error)
            raise IntakeError(f"{message}；这一行没有读", "请改正这一格的时期", cell="") from error
        return Part(period, period.year if (known or explicit) else period.year, span, text)

    def _year_of_axis(self) -> int:
        """Return the year that the lines above state for periods that state none."""
        return self.time.year

    # ---- names

    def _name(
        self, item: Item, label: Label, codes: dict[str, Indicator]
    ) -> tuple[Indicator, Said, Region | None] | Refusal:
        core = item.line.text
        said = self.grammar.read(core)
        for parent in label.parents:
            names = [parent] + ([codes[parent].name_zh] if parent in codes else [])
            for name in dict.fromkeys(names):
                found = self.grammar.read(f"{_bare(name)}/{core}")
                own = codes.get(parent) or self.grammar.read(name).indicator
                whole = bool(found.named) and "/" in found.named[0] and found.indicator != own
                if found.indicator and whole and not found.left:
                    return self._accept(
                        found.indicator, said._replace(facets=found.facets), label, by_path=True
                    )
        for group in reversed(label.groups):
            for joined in (f"{_bare(group)}/{core}", f"{_bare(group)}{core}"):
                if indicator := self.grammar.name(joined) or self._whole(joined):
                    return self._accept(indicator, said, label, by_path=True)
        if label.is_part and said.indicator is not None and not said.left:
            above = [codes[parent] for parent in label.parents if parent in codes]
            marked = label.is_marked
            if any(_is_part_of(said.indicator, parent, marked) for parent in above[:1]):
                return self._accept(said.indicator, said, label)
            return self._unmatched(label, core)
        if label.is_part or said.indicator is None or said.left:
            return self._unmatched(label, core)
        return self._accept(said.indicator, said, label)

    def _whole(self, text: str) -> Indicator | None:
        said = self.grammar.read(text)
        alone = said.indicator is not None and not said.left and not said.facets.scope
        return said.indicator if alone and "/" in text and self.grammar.name(_bare(text)) else None

    def _accept(
        self, indicator: Indicator, said: Said, label: Label, *, by_path: bool = False
    ) -> tuple[Indicator, Said, Region | None] | Refusal:
        f, text = said.facets, label.text
        if f.clash:
            return Refusal(f"“{text}”里有相互矛盾的说法（{f.clash}）", "请只保留一种说法")
        if f.nothing:
            return Refusal(
                f"“{text}”说的不是 {indicator.name_zh} 的数或增速（{f.nothing}），不读",
                "这一行不收的，不必处理",
            )
        region = said.regions[0] if len(said.regions) == 1 else None
        if said.whole:
            region = level_region(said.whole[1], self.grammar, self.delivery)
            if region is None:
                return Refusal(
                    f"“{text}”说的是{said.whole}，不是{self.delivery.region.name_zh}",
                    "请核对是否放错了地区",
                )
        if f.scope and not by_path:
            return Refusal(
                f"“{text}”说的可能只是{f.scope}的数，不按简称匹配",
                f'这一行不收的，不必处理；要收的，请在工作区的 words.toml 的 [labels] 中登记 "{text}" = "指标代码"',
            )
        if not by_path and (fault := self._group_fault(label, indicator)):
            return fault
        return indicator, said, region

    def _group_fault(self, label: Label, indicator: Indicator) -> Refusal | None:
        """Return why a bare name is not its indicator under its group lines, if so."""
        name = fold(label.text) + fold(indicator.name_zh)
        own = self.delivery.region.name_zh[-1:]
        parents = label.parents if label.is_part or label.is_member else ()
        for group in (*label.groups, *parents):
            said = self.grammar.read(group)
            words = [w for w in said.facets.scope.split("、") if w and w not in name]
            if group in label.groups:
                words += [w for w in (said.facets.nothing,) if w]
                if said.whole and said.whole[1] != own:
                    words.append(said.whole)
                if other := foreign_region(group, self.delivery.region, self.grammar.regions):
                    words.append(other)
            if group in self.scope:
                words.append(group)
            if words:
                named = "、".join(dict.fromkeys(words))
                return Refusal(
                    f"“{label.text}”在“{group}”之下，说的可能只是{named}的数，不按简称匹配",
                    f'这一行不收的，不必处理；要收的，请在工作区的 words.toml 的 [labels] 中登记 "{group}/{label.text}" = "指标代码"',
                )
        return None

    def _unmatched(self, label: Label, core: str) -> Refusal:
        same = self.grammar.catalogue.match_name(core)
        near = [*([same] if same else []), *self.grammar.catalogue.near_names(core)]
        near = [item for item in near if not re.search("第[一二三]产业", core)]
        hint = "、".join(dict.fromkeys(f"{item.name_zh}（{item.code}）" for item in near))
        if label.is_part and label.parents:
            meant = f"是否指 {hint}？如是，请" if hint else "这一行不收的，不必处理；要收的，请"
            return Refusal(
                f"其中项“{label.path}”不在指标目录中（其中项按完整路径匹配，不按简称）",
                f'这一行不收的，不必处理；{"要收的，请" if not hint else meant}在工作区的 words.toml 的 [labels] 中登记 "{label.path}" = "指标代码"',
            )
        if hint:
            return Refusal(
                f"指标名称“{label.text}”不在指标目录中",
                f"是否指 {hint}？如是，请改正名称，或把这个写法加入指标目录的 aliases",
            )
        return Refusal(
            f"指标名称“{label.text}”不在指标目录中",
            "这一行不收的，不必处理；要收的，请把这个写法加入指标目录的 aliases",
        )

    # ---- cells

    def _read_cells(self, row: Row, columns: Sequence[ColumnMeaning]) -> None:
        cells = self.grid.rows[row.number]
        for column in columns:
            number = column.column.number
            token = cells[number] if number < len(cells) else None
            if is_blank(token):
                continue
            slot = self._slot(row, column, token)
            if isinstance(slot, Slot):
                self.collector.take(token, slot)
            elif not says_nothing(token) and not column.facets.fact:
                # A sign for no figure may stand where there can be none.
                self._refuse(slot.message, slot.remedy, row.number, number)

    def _slot(self, row: Row, column: ColumnMeaning, token: object) -> Slot | Refusal:
        meaning = understand(
            row.meaning, column, self.around.facets, self.title, self.around.unit, self.by_growth
        )
        if isinstance(meaning, Refusal):
            return meaning
        indicator, name = meaning.indicator, meaning.indicator.name_zh
        region = row.region or column.region
        if column.whole and not meaning.fact:
            region = level_region(column.whole[1], self.grammar, self.delivery)
            if region is None:
                return Refusal(f"列名“{column.text}”说的是{column.whole}", "请核对地区")
        not_before = self.around.not_before
        found = self._when(row, column, meaning)
        if isinstance(found, Refusal):
            return found
        period, span, lagged_from = found
        if lagged_from is not None:
            # Nothing on the sheet was known before the end of what it is about.
            not_before = max(not_before or lagged_from.end, lagged_from.end)
        if meaning.joint and period.frequency == "M" and period.number == 2:
            span = "ytd"
        if fault := split_january(indicator, period, span, token):
            return fault
        if indicator.kind == "growth_only" and meaning.measure == "level" and not meaning.fact:
            return Refusal(
                f"{name} 只发布增速，“{column.text}”列却有数 {token}",
                "请把增速填在增长列；绝对量不采用",
            )
        published = (
            row.published or self.published.get(column.column.number) or self.around.published
        )
        latest = published or self.delivery.published or self.delivery.day
        if (
            latest is not None
            and period.end > latest
            and not published
            and not self.delivery.published
        ):
            return Refusal(
                f"{name}：{latest} 交付时 {period} 还没有结束，不可能有这个数 {token}",
                "还没有到的时期请留空；日期写错的请改正文件夹名或 delivery.toml",
            )
        growth = meaning.measure == "yoy"
        return Slot(
            indicator,
            meaning.measure,
            span,
            period,
            meaning.unit,
            self.grid.sheet,
            cell_address(row.number, column.column.number),
            meaning.form,
            published,
            region or self.around.region,
            self._neighbours(row.number, column.column.number) if growth else None,
            not_before,
            meaning.fact,
        )

    def _when(
        self, row: Row, column: ColumnMeaning, meaning: Meaning
    ) -> tuple[Period, str, Period | None] | Refusal:
        """Return period and span of a figure, and the table's period where its own is earlier."""
        key = (
            row.part,
            row.lag_part,
            row.meaning.facets.lag,
            column.column.number,
            meaning.span,
            meaning.per,
            meaning.indicator,
            row.published,
        )
        if key not in self._periods:
            self._periods[key] = self._find_when(row, column, meaning)  # type: ignore[assignment]
        return self._periods[key]  # type: ignore[return-value]

    def _find_when(
        self, row: Row, column: ColumnMeaning, meaning: Meaning
    ) -> tuple[Period, str, Period | None] | Refusal:
        indicator, name = meaning.indicator, meaning.indicator.name_zh
        stated = self._stated(row, column)
        if isinstance(stated, Refusal):
            return Refusal(f"{name}：{stated.message}", stated.remedy)
        part, span = stated
        span = meaning.span or span
        if part.span and meaning.span and part.span not in (meaning.span, "annual"):
            if not (indicator.span == "point" or part.span == "point"):
                return Refusal(
                    f"{name} 的名称或列名与时期 {part.period} 说的口径不同（累计、当期）",
                    "请改正其中之一",
                )
        period = part.period
        own = self._lagged(row, column, period, name)
        if isinstance(own, Refusal):
            return own
        if own is not None:
            lagged_from: Period | None = period if own.end != period.end else None
            period = own
            said = row.lag_part.span if row.lag_part else ""
            if said and span and said != span and indicator.span != "point":
                return Refusal(
                    f"{name} 的名称说的是 {row.lag_part.text}，列名“{column.text}”说的口径不同",  # type: ignore[union-attr]
                    "请改正其中之一",
                )
            span = span or said
        else:
            lagged_from = None
        if not span:
            span = self._unsaid_span(row, column, part, indicator)
        if not span and indicator.span != "point":
            return Refusal(
                f"{name}：列名“{column.text}”没有说是当月还是累计",
                "请把列名写成“本月”或“本月止累计”，或写明时期，如 2024年1-9月",
            )
        within = self._axis_within_years(row)
        if span == "annual" and within and indicator.frequency != "A" and period.frequency != "A":
            span = "ytd"
        if span == "annual" and within and indicator.frequency != "A":
            period, span = Period(period.year, "M", 12), "ytd"
        if (
            span == "single"
            and row.part is None
            and column.part is None
            and period.frequency == "A"
        ):
            return Refusal(
                f"{name}：是哪个月的说不清，只写了 {period.year}年",
                "请在标题中写明月份，如 2024年1—9月",
            )
        if (
            period.frequency == "A"
            and span in ("ytd", "single", "point")
            and indicator.frequency != "A"
            and not row.part
            and not column.part
        ):
            return Refusal(
                f"{name}：是哪个月的说不清，只写了 {period.year}年",
                "请在标题中写明月份，如 2024年1—9月",
            )
        per = meaning.per or ("quarter" if period.frequency == "Q" else "")
        found = find_period(indicator, period, span, per)
        if isinstance(found, Refusal):
            return found
        if self._is_too_early(indicator, found[0], row, own is not None):
            due = assumed_release(indicator, found[0])
            return Refusal(
                f"{name} 是错月指标，{found[0]} 的数要到 {due} 前后才有，"
                f"{self._day(row)} 发布的表里多半是上一月的数",
                f"请在名称后写明它的时期，如 {name}（1-8月）；确是本期的也请写明",
            )
        return (*found, lagged_from)

    def _stated(self, row: Row, column: ColumnMeaning) -> tuple[Part, str] | Refusal:
        """Return the period that row, column or title states, completed by each other."""
        mine, head, time = row.part, column.part, self.time
        if mine is not None and head is not None:
            if head.period.frequency == "A" or (head.period.end.month == mine.period.end.month):
                head = None
            elif mine.period.frequency == "A":
                head = head._replace(
                    period=Period(mine.period.year, head.period.frequency, head.period.number),
                    year=mine.period.year,
                )
                return head, head.span
            else:
                return Refusal(
                    f"行的时期 {mine.period} 与列名“{column.text}”不是同一个时期", "请改正其中之一"
                )
        if mine is not None:
            if column.year and column.year != mine.period.year:
                period = Period(column.year, mine.period.frequency, mine.period.number)
                return mine._replace(period=period, year=column.year), mine.span
            return mine, mine.span
        if head is not None:
            year = head.year or column.year or time.year
            if not year:
                return Refusal(
                    f"列名“{column.text}”没有写年份，标题、工作表名、文件名也没有",
                    '请在标题中写明（如 2024年1—9月），或在 delivery.toml 写 period = "2024-09"',
                )
            period = Period(year, head.period.frequency, head.period.number)
            return head._replace(period=period, year=year), head.span
        if column.year:
            return Part(Period(column.year, "A", 1), column.year, "annual", column.text), "annual"
        if time.period is None:
            return Refusal(
                "标题没有写明年份和时期",
                '请在标题中写明（如 2024年1—9月），或在 delivery.toml 写 period = "2024-09"',
            )
        return Part(time.period, time.period.year, "", ""), time.span

    def _unsaid_span(
        self, row: Row, column: ColumnMeaning, part: Part, indicator: Indicator
    ) -> str:
        """Return the span of a figure that no word states, where the table leaves no other."""
        if indicator.span == "point":
            return "point"
        if indicator.kind == "index":
            return indicator.span
        title = self.around.facets.span
        if title:
            return title
        if column.part is not None and not row.part:
            others = {
                p.span
                for p in self.parts
                if p is not column.part and p.period.end.month == part.period.end.month
            }
            explicit = any(m == "ytd" for m in others) or self._accumulated
            if explicit or (
                part.period.frequency == "M"
                and part.period.number == 1
                and not indicator.no_january
            ):
                return "single"
        axis = self._axis_parts(row)
        spans = {p.span for p in axis if p.period.number != 1}
        if part.period.number == 1 and spans - {"annual"} == {"ytd"}:
            return "ytd"
        if (
            row.part is None
            and column.part is None
            and self.time.period
            and self.time.period.frequency == "A"
            and indicator.frequency == "A"
        ):
            return "annual"
        return ""

    @property
    def _accumulated(self) -> bool:
        """Whether some column, hidden or not, says that it is the year to date."""
        said = [self.grammar.read(column.text) for column in self.panel.columns]
        return any(
            s.facets.measure not in ("yoy", "reduction")
            and not s.facets.nothing
            and (s.facets.span == "ytd" or any(p.span == "ytd" for p in s.parts))
            for s in said
        )

    def _axis_parts(self, row: Row) -> list[Part]:
        if row.part is None:
            return list(self.parts)
        if not hasattr(self, "_axis"):
            self._axis: list[Part] = []
            for number in self.rows:
                try:
                    part, _, _ = self._row_period(number)
                except IntakeError:
                    continue
                if part is not None:
                    self._axis.append(part)
        return self._axis

    def _axis_within_years(self, row: Row) -> bool:
        return any(p.period.frequency != "A" for p in self._axis_parts(row))

    def _lagged(
        self, row: Row, column: ColumnMeaning, stated: Period, name: str
    ) -> Period | Refusal | None:
        """Return the period of a row whose name or group states one: 营业收入（1-8月） among 1-9月."""
        lag = row.meaning.facets.lag
        if row.lag_part is None:
            if not lag:
                return None
            month = stated.end.month - lag
            return Period(stated.year, "M", month) if month >= 1 else None
        own = row.lag_part
        year = own.year or stated.year
        period = Period(year, own.period.frequency, own.period.number)
        months = (stated.end.year - period.end.year) * 12 + stated.end.month - period.end.month
        if not 0 <= months <= MOST_LAGGED:
            return Refusal(
                f"{name} 的名称说的是 {period}，标题、列名或时期说的是 {stated}",
                "请改正其中之一；错月的指标请写明年份，或另放一张表",
            )
        indicator = row.meaning.indicator
        own_kind = indicator is not None and (
            bool(indicator.lag_months) or (indicator.frequency == "Q" and stated.end.month % 3 != 0)
        )
        if months and (row.part is not None or (column.part is not None and not own_kind)):
            return Refusal(
                f"{name} 的名称说的是 {period}，列名或时期说的是 {stated}", "请改正其中之一"
            )
        return period

    def _is_too_early(self, indicator: Indicator, period: Period, row: Row, stated: bool) -> bool:
        """Whether a lagged indicator is in a report that came out before its own release.

        The report on nine months carries the eight months of services (错月指标).
        """
        if not indicator.lag_months or row.part or stated:
            return False
        day = self._day(row)
        return day is not None and day < assumed_release(indicator, period) - dt.timedelta(
            days=EARLY_DAYS
        )

    def _day(self, row: Row) -> dt.date | None:
        return row.published or self.around.published or self.delivery.published

    def _neighbours(self, row: int, column: int) -> Neighbours:
        """Return what the growth figures of the same series or column look like."""
        across = "name" in self.panel.stub and len({p.period for p in self.parts}) > 2
        series = -1 - row if across else column
        if series not in self.forms:
            cells = (
                [self.grid.at(row, c.number) for c in self.panel.columns]
                if across
                else [self.grid.at(r, column) for r in self.rows]
            )
            self.forms[series] = neighbours(cells, one_indicator=self.title is not None)
        return self.forms[series]

    # ---- telling

    def _refuse(
        self, message: str, remedy: str, row: int, column: int, *, skipped: bool = False
    ) -> None:
        self.collector.refuse(
            message, remedy, sheet=self.grid.sheet, cell=cell_address(row, column), skipped=skipped
        )

    def _refuse_row(self, number: int, refusal: Refusal, *, skipped: bool) -> None:
        column = self.panel.first("name") or 0
        self._refuse(refusal.message, refusal.remedy, number, column, skipped=skipped)

    def _note_row(
        self,
        number: int,
        item: Item,
        label: Label,
        indicator: Indicator | None = None,
        unit: str = "",
        period: str = "",
        reason: str = "",
    ) -> None:
        column = next(
            (
                self.panel.first(r)
                for r in ("name", "region", "period")
                if self.panel.first(r) is not None
            ),
            0,
        )
        self.note.rows.append(
            RowNote(
                cell_address(number, column or 0),
                item.line.text or str(self.grid.at(number, column or 0) or ""),
                "/".join((*label.groups, label.path)),
                indicator.code if indicator else "",
                indicator.name_zh if indicator else "",
                unit,
                period,
                reason,
            )
        )


def cell_column(cell: str) -> int:
    """Return the zero-based column of an address."""
    number = 0
    for char in cell:
        if char.isalpha():
            number = number * 26 + ord(char.upper()) - 64
    return number - 1


def _bare(name: str) -> str:
    """Return a name without what stands in brackets at its end."""
    return re.sub(r"[(（][^()（）]*[)）]$", "", name.strip())


def _is_part_of(part: Indicator, whole: Indicator, marked: bool) -> bool:
    """Whether a name below another's is its own: a part in accounting, or one of a list."""
    alike = part.code.partition(".")[0] == whole.code.partition(".")[0]
    if not marked and whole.tier == "core" and alike:
        return True
    structure = load_structure()
    return any(
        whole.code == item.whole and part.code in item.parts
        for item in (*structure.sums, *structure.within)
    )
