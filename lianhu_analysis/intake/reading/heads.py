"""The heads of a panel: what each of its columns is, and which of them are not read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, permutations, product

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid, cell_address
from lianhu_analysis.intake.reading.around import Around, Time, resolve_time, title_indicator
from lianhu_analysis.intake.reading.blocks import (
    Column,
    Panel,
    Table,
    is_blank,
    is_period_cell,
    is_value,
)
from lianhu_analysis.intake.reading.cells import is_number
from lianhu_analysis.intake.reading.figures import POINTS, Collector, Delivery
from lianhu_analysis.intake.reading.meaning import ColumnMeaning, column_meaning
from lianhu_analysis.intake.reading.notes import ColumnNote, TableNote
from lianhu_analysis.intake.reading.outline import read_line
from lianhu_analysis.intake.reading.statements import title_part
from lianhu_analysis.intake.reading.words import (
    BARE,
    GROWTHS,
    NOTHING,
    Grammar,
    Part,
    fold,
    is_unit,
)

__all__ = ["HALF_A_YEAR", "Heads", "Place", "read_heads"]

MANY = 5
HALF_A_YEAR = 6
HIDDEN = "要收的，请报送取消了隐藏的新文件；不要的不必处理"
SAY_WHICH = "请写成“累计比上年同期增长（%）”或“本月比上年同月增长（%）”，另报新文件"
# Growth of printed amounts, in points.
ROUNDED, EXACT, PERCENT = 0.2, 1e-6, 100.0
RATE = re.compile("增速|增幅|增长率")
OF_OWNER = "请报送在列名写明地区、时期和口径的新文件"
# Facts of the column on their left, where they do not say of what period.
OF_LEFT = ("rank", "gap")
# What a growth that says none of it has of the amount that it is of.
OF_AMOUNT = ("year", "tail", "region", "whole")
EARLIER, ON_YEAR = re.compile("上[年月]"), re.compile("[同上去]")
YEAR_BEFORE = re.compile("[上去]年|同期")
# 完成512.3亿元，同比增长4.9%: a figure within a sentence.
AMOUNT = re.compile(r"\d\s*(?:[万亿千百]?元|[%％亩]|[万亿])")
RANKS = re.compile("[及和与、]?(?:排名|位次|排位|排序|名次)")


@dataclass
class Place:
    """One of the tables side by side, and all that stands around it; tells what is not read.

    What is told goes to the user, and into the note on the table.
    """

    table: Table
    panel: Panel
    around: Around
    grammar: Grammar
    collector: Collector
    note: TableNote

    @property
    def grid(self) -> Grid:
        """The sheet."""
        return self.table.grid

    @property
    def delivery(self) -> Delivery:
        """What is known of the file."""
        return self.collector.delivery

    @property
    def body(self) -> range:
        """The rows below the head."""
        return range(self.table.bottom + 1, self.table.end)

    @property
    def names(self) -> list[str]:
        """The names of the rows."""
        return [self.text(r, n) for n in self.panel.stub.get("name", []) for r in self.body]

    @cached_property
    def is_nameless(self) -> bool:
        """Whether the names of rows say what their figures are, and none whose: 累计, 增速."""
        said = [self.grammar.read(text) for text in self.names if text.strip()]
        told = [one for one in said if not one.facets.nothing]
        return bool(told) and all(one.is_nameless for one in told)

    @cached_property
    def _tops(self) -> dict[tuple[int, int], int]:
        roles = ("name", "region", "period", "span")
        stub = [n for role in roles for n in self.panel.stub.get(role, [])]
        tops: dict[tuple[int, int], int] = {}
        for top, left, bottom, right in self.grid.merged:
            rows = range(top, bottom + 1)
            others = ({self.text(row, n).strip() for row in rows} - {""} for n in stub if n != left)
            if top > self.table.bottom and left == right and len(rows) in map(len, others):
                tops |= {(row, left): top for row in rows}
        return tops

    def merged(self, row: int, column: int) -> object:
        """Return a cell beside figures, and of one merged downwards what it shows.

        Another column must tell its rows apart: a slip may merge two names into one.
        """
        return self.grid.at(self._tops.get((row, column), row), column)

    def text(self, row: int, column: int) -> str:
        """Return a cell as text."""
        cell = self.grid.at(row, column)
        return "" if is_blank(cell) else str(cell).strip("\r\n")

    def refuse(self, error: IntakeError, row: int, column: int) -> None:
        """Refuse a cell, a row or a column at its address."""
        self.collector.refuse(error, sheet=self.grid.sheet, cell=cell_address(row, column))

    def part_of(self, item: Indicator, text: str, above: Sequence[str] = ()) -> str:
        """Return the title or line above under which a name of this kind is not of the whole."""
        narrows = self.grammar.vocabulary.lines.get(item.code.partition(".")[0])
        if narrows is None or narrows.search(f"{fold(text)}/{item.name_zh}/"):
            return ""
        file = () if self.around.named else (self.delivery.file,)
        lines = (*above, *self.captions, self.grid.sheet, *file)
        return next((line.strip() for line in lines if narrows.search(title_part(line))), "")

    @property
    def captions(self) -> list[str]:
        """The lines above the head that are no notes."""
        return [title for _, title in self.table.titles if not self.grammar.is_note(title)]

    def leave(self, column: Column, reason: str) -> None:
        """Note that a column is not read, which needs no telling."""
        cell = cell_address(self.table.top, column.number)
        self.note.columns.append(ColumnNote(cell, column.text, "", reason=reason))

    def refuse_column(self, column: Column, error: IntakeError) -> None:
        """Refuse a column at the lowest cell of its own head, if it holds any figure."""
        self.leave(column, error.message)
        cells = [self.grid.at(row, column.number) for row in self.body]
        if any(is_value(c) or (isinstance(c, str) and AMOUNT.search(c)) for c in cells):
            rows = range(self.table.top, self.table.bottom + 1)
            own = [row for row in rows if not is_blank(self.grid.at(row, column.number))]
            self.refuse(error, max(own, default=self.table.top), column.number)


@dataclass(frozen=True)
class Heads:
    """The columns that are read, and what all heads together say.

    Attributes
    ----------
    by_growth
        Whether some column holds growth, so that another one does not.
    accumulated
        Whether some amount, and some growth, read or not, says that it is the year to date.
    scope
        Titles that narrow the figures to a part of the whole.
    """

    columns: tuple[ColumnMeaning, ...]
    time: Time
    by_growth: bool
    accumulated: frozenset[bool]
    scope: tuple[str, ...]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The periods that they state."""
        return tuple(m.part for m in self.columns if m.part is not None)


def read_heads(place: Place, units: dict[int, str]) -> Heads:
    """Return what the columns of a panel are.

    Parameters
    ----------
    units
        Of columns, as a row of metadata states them.

    Raises
    ------
    IntakeError
        If figures stand under no head where most rows have them: the heads may have shifted.
    """
    read = _with_parts(_with_bare_numbers(place.panel.columns), place)
    read = [
        m._replace(facets=m.facets._replace(unit=units[n]), own_unit=True)
        if (n := m.column.number) in units
        else m
        for m in read
    ]
    read = _with_this_year(_with_years_carried(read, place), place)
    ranked = any(m.facets.fact == "rank" for m in read)
    # A title of 排名 speaks of the column that holds them.
    narrows = place.grammar.vocabulary.lines["scope"]
    scope = tuple(t for t in place.around.scope if not ranked or narrows.search(RANKS.sub("", t)))
    found = _within_a_year(_without_twins(_chosen(read, scope, place), place), place)
    time = _time(found, place.around.time)
    found = _agreeing(found, time, place)
    return Heads(
        tuple(found),
        time,
        any(m.is_growth and m.facets.unit != POINTS for m in found),
        frozenset(m.is_growth for m in read if not m.facets.nothing and m.says_span == "ytd"),
        scope,
    )


def _with_parts(columns: Sequence[Column], place: Place) -> list[ColumnMeaning]:
    """Read 第二产业 on the right of 地区生产总值, or under a title of it, as a part of it."""
    whole = title_indicator(place.table.titles, place.grid.sheet, place.grammar)
    found: list[ColumnMeaning] = []
    owner: ColumnMeaning | None = None
    for column in columns:
        meaning = column_meaning(column, place.grammar)
        if meaning.indicator and meaning.tail and len(column.cells) > 1:
            # 第二产业 below 生产总值（万元）, in one head
            said = place.grammar.read(f"{meaning.indicator.name_zh}/{column.cells[-1][1]}")
            if said.indicator not in (None, meaning.indicator) and not said.left:
                meaning = meaning._replace(indicator=said.indicator, tail="", refusal=None)
        elif meaning.indicator:
            whole = meaning.indicator
        elif whole and column.cells and not meaning.facets.nothing:
            path = f"{whole.name_zh}/{read_line(column.text).text}"
            named = column._replace(text=path, cells=((column.cells[-1][0], path),))
            part = column_meaning(named, place.grammar)
            meaning = part if part.indicator not in (None, whole) and not part.refusal else meaning
        if owner and _is_part(meaning, owner):
            meaning = _as_part(meaning, owner)
        elif meaning.indicator and not meaning.facets.fact:
            narrowed = meaning.facets.scope or meaning.facets.nothing
            owner = meaning if narrowed or not meaning.refusal else None
        found.append(meaning)
    return found


def _with_years_carried(read: list[ColumnMeaning], place: Place) -> list[ColumnMeaning]:
    """Read 10月 and 11月 right of 2023年9月 and left of 2024年2月 as of 2023."""
    stated = {m.part.year for m in read if m.part} - {0}
    if place.around.time.year or len(stated) < 2:
        return read
    found: list[ColumnMeaning] = []
    last: Part | None = None
    for m in read:
        part = m.part
        later = part and last and part.period.end.month > last.period.end.month
        if last and part and not part.year and later and part.span == last.span:
            part = part.of(last.year)
        last = part if part and part.year else None
        found.append(m._replace(part=part))
    return found


def _with_this_year(read: list[ColumnMeaning], place: Place) -> list[ColumnMeaning]:
    """Read 1-9月 beside 2023年1-9月 as of the title's year, where the growth beside them says so."""
    year = place.around.time.year
    plain = [m for m in read if not (m.facets.nothing or m.facets.fact)]
    if {m.stated_year for m in plain} - {0} != {year - 1}:
        return read
    bare = [m for m in plain if not m.stated_year and (m.part or not m.is_growth)]
    earlier = [m for m in plain if m.stated_year and not m.is_growth]
    growths = [m for m in plain if m.is_growth]
    triples = product((m for m in bare if not m.is_growth), earlier, growths)
    if not any(_is_growth_of(*triple, place) for triple in triples):
        return read
    return [
        m if m not in bare else m._replace(part=m.part and m.part.of(year), year=year) for m in read
    ]


def _numbers_of(columns: Sequence[ColumnMeaning], place: Place) -> list[list[float]]:
    """Return what some columns hold in the rows in which all of them hold numbers."""
    numbers = [m.column.number for m in columns]
    cells = ([place.grid.at(row, n) for n in numbers] for row in place.body)
    found = ([float(cell) for cell in row if is_number(cell)] for row in cells)
    return [row for row in found if len(row) == len(numbers)]


def _is_growth_of(
    amount: ColumnMeaning,
    last: ColumnMeaning,
    growth: ColumnMeaning,
    place: Place,
    *,
    half: bool = False,
) -> bool:
    """Whether growth is that of an amount on last year's in more than, or in, half of the rows."""
    told = [row for row in _numbers_of((amount, last, growth), place) if row[1]]
    # 2023年 on 2018年 may be growth a year, on the average.
    years = max(amount.stated_year - last.stated_year, 1) if last.stated_year else 1
    held = sum(
        min(abs((abs(one / base) ** (1 / n) - 1) * 100 - said) for n in (1, years)) < ROUNDED
        for one, base, said in told
    )
    return held * 2 > len(told) or (half and held > 0 and held * 2 == len(told))


def _is_part(part: ColumnMeaning, owner: ColumnMeaning) -> bool:
    """Whether a column says nothing of its own but that it is a part of one on its left."""
    if not owner.indicator or not part.indicator:
        return False
    structural = part.indicator.code in load_structure().parts(owner.indicator.code)
    own = part.region or part.whole or part.year or part.part or part.facets.nothing
    return (structural or read_line(part.text).is_part) and not own


def _as_part(part: ColumnMeaning, owner: ColumnMeaning) -> ColumnMeaning:
    """Return 其中:税收收入 right of 全市一般公共预算收入 as the city's, too."""
    if owner.facets.nothing or owner.refusal:
        why = f"在“{owner.text}”右边，说的可能是它的一部分"
        return part._replace(refusal=part.unread(why, OF_OWNER))
    of_owner = {name: getattr(owner, name) for name in ("region", "whole", "year", "part")}
    return part._replace(**of_owner)


def _with_bare_numbers(columns: Sequence[Column]) -> list[Column]:
    """Read 8 beside 1-8 as months: a number by itself needs another to say so."""
    bare = {c.number: fold(c.text) for c in columns if BARE.fullmatch(fold(c.text))}
    ends = {text.partition("-")[2] for text in bare.values() if "-" in text}
    axis = len(bare) > 2 and len(bare) == sum(bool(c.text) for c in columns)
    return [
        c._replace(text=f"{text}月", cells=tuple((cell, f"{shown}月") for cell, shown in c.cells))
        if (text := bare.get(c.number, "")) and ("-" in text or text in ends or axis)
        else c
        for c in columns
    ]


def _chosen(
    read: Sequence[ColumnMeaning], scope: Sequence[str], place: Place
) -> list[ColumnMeaning]:
    """Read the columns from the left; a growth may refer to the amount before it.

    Of one growth and one amount the growth is of the amount, in either order, unless all rows
    are of growth or indices: 同比 before 累计.
    """
    kinds = [m.facets.fact or m.is_growth for m in read if not m.facets.nothing or m.facets.fact]
    if kinds == [True, False] and _may_turn(read, place):
        read = read[::-1]
    found: list[ColumnMeaning] = []
    left: ColumnMeaning | None = None
    for number, meaning in enumerate(read):
        if not meaning.text:
            _refuse_unheaded(meaning.column, place)
            left = None
            continue
        if meaning.facets.nothing and not meaning.facets.fact:
            place.leave(meaning.column, meaning.facets.nothing)
            continue
        if meaning.facets.fact == "rank" and _of_amounts(meaning, read[number - 1 : number], read):
            place.leave(meaning.column, "总量的位次，不是增速的")
            continue
        try:
            _check(meaning, read, scope, place)
            year = place.around.time.year
            whole = _of_left(number, left, read, year) if meaning.is_growth else meaning
        except IntakeError as error:
            left = None  # whatever stood here, a growth beside it is not of another column
            place.refuse_column(meaning.column, error)
            continue
        if not whole.is_growth and not whole.facets.fact:
            left = whole
        if whole.facets.fact in OF_LEFT:
            whole = _as_beside(whole, found, place)
        found.append(whole)
    for growth in [m for m in found if m.is_growth and not ON_YEAR.search(m.text)]:
        if no_growth := _other_base(growth, read, place) or _difference(growth, read, place):
            found.remove(growth)
            place.refuse_column(growth.column, no_growth)
    return found


def _difference(
    growth: ColumnMeaning, read: Sequence[ColumnMeaning], place: Place
) -> IntakeError | None:
    """Refuse a column of 增幅 that is what two others differ by: 1-8月 and 1-9月 of growth."""
    if growth.facets.unit == POINTS or re.search("增速|增长", growth.text):
        return None
    titled = any(RATE.search(title_part(title)) for title in (*place.captions, place.grid.sheet))
    others = [m for m in read if m is not growth and (titled or RATE.search(m.text))]
    for one, base in permutations(others, 2):
        told = _numbers_of((one, base, growth), place)
        held = [abs(a - b - said) < EXACT for a, b, said in told if said]
        if held and all(held) and max(abs(a) for a, *_ in told) < PERCENT:
            why = f"正是“{one.text}”与“{base.text}”之差，是增速的变化，不是增速"
            return growth.unread(why, SAY_WHICH, skipped=True)
    return None


def _other_base(
    growth: ColumnMeaning, read: Sequence[ColumnMeaning], place: Place
) -> IntakeError | None:
    """Refuse a bare growth that two amounts make, if it is not its own amount's on the year.

    9月末 on 年初, 2020年 on 2015年; or 1-9月 on 上年同期, where it stands behind 9月当月.
    """
    amounts = [m for m in read if not (m.is_growth or m.facets.fact) and _is_of_time(m)]
    own, error = (growth.says_span, growth.part and growth.part.period), None
    for one, base in permutations(amounts, 2):
        alike = None in (one.indicator, base.indicator) or one.indicator == base.indicator
        held = alike and not one.facets.nothing
        if held and _is_growth_of(one, base, growth, place, half=True):
            its = (one.says_span, one.part and one.part.period)
            if its == own and _is_year_before(base, one, place.around.time.year):
                return None
            error = growth.unread(f"正是“{one.text}”与“{base.text}”之比", SAY_WHICH)
    return error


def _is_of_time(m: ColumnMeaning) -> bool:
    """Whether a column is of this or another time: no change, share or mean."""
    return not m.facets.nothing or bool(EARLIER.search(m.facets.nothing)) or "年初" in m.text


def _is_year_before(base: ColumnMeaning, one: ColumnMeaning, year: int) -> bool:
    """Whether an amount is that of the same part of the year before."""
    if base.facets.nothing:
        return bool(YEAR_BEFORE.search(base.facets.nothing)) and "末" not in base.text
    if (base.stated_year or year) != (one.stated_year or year) - 1:
        return False
    ends = {m.part.period.end.month if m.part else 12 * ("末" in m.text) for m in (one, base)}
    return len(ends - {0}) < 2


def _of_amounts(
    rank: ColumnMeaning, before: Sequence[ColumnMeaning], read: Sequence[ColumnMeaning]
) -> bool:
    """Whether a rank is of amounts, as it says or as the column right before it does."""
    if said := rank.facets.measure:
        return said == "level"
    units = {"", "%", POINTS}
    # GDP, 排名, 增速, 排名: beside growth a bare name is of amounts.
    by_growth = any(m.is_growth and not m.indicator for m in read)
    return any(
        m.facets.measure == "level"
        or m.facets.unit not in units
        or (m.indicator and by_growth and not m.is_growth and not m.facets.fact)
        for m in before
    )


def _may_turn(read: Sequence[ColumnMeaning], place: Place) -> bool:
    """Whether growth on the left is of the amount on its right: not behind last year's amount."""
    first = next(n for n, m in enumerate(read) if m.is_growth)
    if first and EARLIER.search(read[first - 1].facets.nothing):  # 上年同期, 增长, 累计
        return False
    texts = (*place.names, *(title for _, title in place.table.titles))
    of = {i.kind for text in texts for i in place.grammar.read(text).names} or {"flow"}
    return bool(of & {"flow", "stock"})


def _as_beside(fact: ColumnMeaning, found: Sequence[ColumnMeaning], place: Place) -> ColumnMeaning:
    """Return a rank as of the column right beside it, and of its time where no title says it.

    Of a column of an earlier month than another it is most likely not.
    """
    if not found or found[-1].column.number != fact.column.number - 1:
        return fact
    last = max((m.part.period.end for m in found if m.part), default=None)
    left = found[-1]
    if left.is_growth and not fact.indicator and fact.facets.fact == "rank":
        fact = fact._replace(indicator=left.indicator)
    newest = left.part is None or left.part.period.end == last
    if place.around.time.span or fact.part or fact.says_span or not newest:
        return fact
    return fact._replace(part=left.part, facets=fact.facets._replace(span=left.says_span))


def _refuse_unheaded(column: Column, place: Place) -> None:
    """Refuse figures under no head; where most rows have them, the other columns with them."""
    grid, body, columns = place.grid, place.body, place.panel.columns
    rows = [r for r in body if is_value(grid.at(r, column.number))]
    if not rows or not grid.sheet:
        return  # of a CSV each row that spills over is refused
    headed = [c.number for c in columns if c.text]
    others = [r for r in body if any(is_value(grid.at(r, n)) for n in headed)]
    # Heads that are an unbroken axis of periods cannot have shifted.
    axis = sum(is_period_cell(c.text) for c in columns if c.text) > MANY
    shifted = len(rows) * 2 >= len(others) and not axis
    more = "，列名可能错了位，这张表没有读" if shifted else ""
    why, cure = f"这一列有数却没有列名{more}", "要收的，请报送补上了列名的新文件；不收的不必处理"
    error = IntakeError(why, cure, cell=cell_address(rows[0], column.number))
    if shifted:
        raise error
    place.refuse(error, rows[0], column.number)


def _check(
    m: ColumnMeaning, read: Sequence[ColumnMeaning], scope: Sequence[str], place: Place
) -> None:
    """Refuse a column that is not understood, and one that is not read all the same."""
    if m.refusal:
        raise m.refusal
    if m.column.number in place.grid.hidden_columns:
        raise m.unread("所在的列是隐藏的", HIDDEN)
    if m.indicator and (title := scope[0] if scope else place.part_of(m.indicator, m.text)):
        under = f"在标题“{title}”之下，说的可能不是全部"
        raise m.unread(under, "口径确实相同的，请报送标题改正后的新文件")
    f = m.facets
    of_growth = place.around.facets.measure and m.is_growth and f.unit != POINTS
    amounts = (o for o in read if not (o.is_growth or o.facets.nothing))
    if of_growth and not m.says_span and any(o.says_span for o in amounts):
        raise m.unread("在增速的表里，旁边另有一列说了时段，说不清这一列是哪一段的增速", SAY_WHICH)
    growths = {o.column.number for o in read if o.is_growth}
    bare = (m.whole or m.region) and f == NOTHING and not (m.indicator or m.part)
    before = any(n < m.column.number for n in growths)
    if bare and before and m.column.number + 1 not in growths:
        raise m.unread("说的可能是数，也可能是增速", "请写成“全市增速（%）”之类，另报新文件")
    months = {o.part.period: o.part.span for o in read if o.part and o.part.period.frequency == "M"}
    spans = {*months.values(), place.around.time.span}
    whole = m.part or "ytd" in spans or any(month.number == 1 for month in months)
    if f.span == "ytd" and not whole and len(months) > 1:
        why = "旁边几个月不从一月算起，说不清是这几个月的合计还是年初以来的累计"
        raise m.unread(why, "请写成“1-9月”之类，另报新文件")
    if f.measure != "yoy" or f.sure or f.unit in ("%", POINTS) or f.fact:
        return
    cells = [place.text(r, m.column.number) for r in place.body]
    if all(cell.endswith("%") for cell in filter(is_value, cells)):
        return
    others = [o.facets for o in read if o is not m and not o.facets.nothing]
    rival = any(o.measure == "yoy" and (o.sure or o.unit == "%") for o in others)
    if rival or place.around.unit not in ("", "%") or _among_amounts(read, cells, place):
        cure = "是增速的，请报送注明 % 的新文件；增减额不入库"
        raise m.unread("没有写 %，说不清是增速还是增减额", cure)


def _among_amounts(read: Sequence[ColumnMeaning], cells: list[str], place: Place) -> bool:
    """Whether units stand beside the rows, and no % there, in any head or in the column."""
    beside = {place.text(r, n) for n in place.panel.stub.get("unit", []) for r in place.body}
    beside |= {place.grammar.read(text).facets.unit for text in place.names}
    shown = fold("".join((*(o.text for o in read), *cells)))
    return "%" not in shown and any(u != "%" and is_unit(u) for u in beside)


def _of_left(
    place: int, left: ColumnMeaning | None, read: Sequence[ColumnMeaning], year: int
) -> ColumnMeaning:
    """Let a growth that says nothing of its span be of the amount on its left.

    Where heads name indicators, a nameless growth must stand right after its amount, one to one.
    """
    growth = read[place]
    if growth.indicator is None and any(m.indicator for m in read if not m.facets.nothing):
        plain = [m for m in read if m.facets.fact != "rank"]  # GDP, 排名, 增速, 排名
        pairs = [(a, b) for a, b in pairwise([None, *plain]) if b and b.is_growth]
        nameless = [(a, b) for a, b in pairs if not (b.indicator or b.facets.nothing)]
        paired = all(a and a.indicator and not a.is_growth for a, _ in nameless)
        if not paired or left is None or (left, growth) not in nameless:
            cure = "请报送在列名写明指标的新文件，或让每个增速列紧跟它的绝对量列"
            raise growth.unread("没有说是哪个指标的增速", cure)
        growth = growth._replace(indicator=left.indicator, region=left.region)
    growth = growth._replace(amount=left.facets.unit if left else "")
    its = [m for m in read if m.indicator and m.indicator == growth.indicator and m is not growth]
    spans = {(m.is_growth, m.says_span) for m in its}
    if not growth.says_span and {(False, "single"), (True, "ytd")} <= spans:
        # 当期值, 累计值, 同比增长 and 累计增长 of one indicator, as databases export them
        return growth._replace(facets=growth.facets._replace(span="single"))
    if growth.part is not None and not growth.facets.span:
        return _of_group(growth, read[place - 1] if place else growth)
    if growth.facets.span:
        return growth
    if whose := _same_place(growth, read[:place]):
        left = whose
    beside = whose or (read[place - 1] if place else growth)
    # 增减 behind 比重 is most likely the share's; behind 年初 or 环比 it is on that.
    of_share = "比重" in beside.facets.nothing and not growth.facets.sure
    on_that = re.search("年初|环比", beside.facets.nothing) and not ON_YEAR.search(growth.text)
    if of_share or on_that or (left is None and EARLIER.search(beside.facets.nothing)):
        raise growth.unread(f"在“{beside.text}”之后，说不清是什么的增速", SAY_WHICH)
    left = _of_this_year(left, read[:place])
    between = [m for m in read[:place] if not left or m.column.number > left.column.number]
    # After 全年目标 a bare 增长 may as well be the plan's.
    if any(m.facets.fact == "plan" or (m.refusal and not m.facets.nothing) for m in between) or (
        left is None and any("预计" in m.facets.nothing or m.part for m in between)
    ):
        raise growth.unread("没有说是当月还是累计，左边也没有读得出的绝对量列", SAY_WHICH)
    if left is None:
        return growth
    before = read[:place] if whose is None else [whose]
    told = [m for m in before if not m.facets.nothing]
    if told[0].is_growth and told[0].facets == growth.facets:
        raise growth.unread("在绝对量之前也有一列，说不清各是哪一列的增速", SAY_WHICH)
    found = _amount_of(before, left, growth.indicator, year)
    several = sum(not m.is_growth for m in told) > 1
    # Behind 1-9月, 9月 it may be of either; behind 9月, 1-9月 it is of what is to date.
    to_date = several and not told[-2].is_growth and told[-2].says_span == "ytd"
    either = found and found.says_span == "single" and to_date
    if found is None or either or (several and _is_followed_by_its_like(place, read)):
        raise growth.unread("前面不止一列，说不清是哪一列的增速", SAY_WHICH)
    if growth.year not in (0, year := found.stated_year or year) and year:
        raise growth.unread(f"说的是{growth.year}年，旁边的绝对量是{year}年的", SAY_WHICH)
    price = growth.facets.price or found.facets.price.replace("current", "")
    facets = growth.facets._replace(span=found.facets.span, per=found.facets.per, price=price)
    own = {name: getattr(growth, name) or getattr(found, name) for name in OF_AMOUNT}
    return growth._replace(facets=facets, part=found.part, left=True, **own)


def _same_place(growth: ColumnMeaning, before: Sequence[ColumnMeaning]) -> ColumnMeaning | None:
    """Return the one amount of the place that a growth names: 全区增长 behind 全区, 全市."""
    place = (growth.region, growth.whole)
    amounts = [m for m in before if not (m.is_growth or m.facets.nothing)]
    same = [m for m in amounts if (m.region, m.whole) == place]
    return same[0] if len(same) == 1 < len(amounts) and place != (None, "") else None


def _is_followed_by_its_like(place: int, read: Sequence[ColumnMeaning]) -> bool:
    """Whether another growth of the same comes next: 增速, 增速 behind 本月 and 累计."""
    growth, after = read[place], (m for m in read[place + 1 :] if not m.facets.nothing)
    other = next(after, None)
    alike = other and (other.facets, other.indicator) == (growth.facets, growth.indicator)
    return bool(alike and other and other.part is None)


def _of_group(growth: ColumnMeaning, beside: ColumnMeaning) -> ColumnMeaning:
    """Return growth right of 累计 under one head of a month as to date, too."""
    if beside.column.half and not beside.is_growth:
        raise growth.unread("左边一列说不清属于哪一组，这一列是当月还是累计也就说不清", SAY_WHICH)
    one_group = growth.column.cells[:-1] == beside.column.cells[:-1] != ()
    if not one_group or growth.part != beside.part or beside.is_growth:
        return growth
    return growth._replace(facets=growth.facets._replace(span=beside.facets.span))


def _of_this_year(
    left: ColumnMeaning | None, before: Sequence[ColumnMeaning]
) -> ColumnMeaning | None:
    """Return this year's amount where last year's stands between it and its growth."""
    if left is None or not _is_last_year(left, before):
        return left
    kind = (left.indicator, left.region, left.says_span)
    amounts = [m for m in before if m.stated_year == left.stated_year + 1 and not m.is_growth]
    newer = [m for m in amounts if (m.indicator, m.region, m.says_span) == kind]
    return newer[0] if len(newer) == 1 else left


def _amount_of(
    before: Sequence[ColumnMeaning], left: ColumnMeaning, indicator: Indicator | None, year: int
) -> ColumnMeaning | None:
    """Return the amount that a bare growth is of: the one before it, unless that has its growth.

    The first growth of another indicator is of the time that all amounts before it are of.
    """
    amounts = [m for m in before if not m.is_growth and not m.facets.nothing]
    growths = [m for m in before if m.is_growth and not m.facets.nothing]
    named = [m.indicator for m in (*amounts, *growths)]
    if indicator and indicator not in named and None not in named[: len(amounts)]:
        times = {(m.facets.span, m.part and m.part._replace(text="")) for m in amounts}
        return left if len(times) == 1 else None
    since = max((m.column.number for m in growths), default=-1)
    if since < left.column.number:
        newer = [m for m in amounts if m.column.number > since]
        places = {(m.region, m.whole) for m in newer}
        month = left.part.period.end.month if left.part else 0
        months = (m.part.period.end.month if m.part and month else month for m in newer)
        last = max((m.stated_year or year, end) for m, end in zip(newer, months, strict=True))
        return left if len(places) == 1 and last == (left.stated_year or year, month) else None
    taken = {m.says_span for m in growths}
    rest = [m for m in amounts if len(amounts) == 1 or m.says_span not in taken]
    return rest[0] if len(rest) == 1 else None


def _without_twins(columns: Sequence[ColumnMeaning], place: Place) -> list[ColumnMeaning]:
    counts = Counter(map(_key, columns))
    for m in columns:
        if counts[_key(m)] > 1:
            why = "有不止一列是这个意思，说不清哪一列是本期的"
            cure = "请报送写明各列时期（如“上年同期”）的新文件"
            place.refuse_column(m.column, m.unread(why, cure, skipped=bool(m.facets.fact)))
    return [m for m in columns if counts[_key(m)] == 1]


def _within_a_year(columns: list[ColumnMeaning], place: Place) -> list[ColumnMeaning]:
    """Refuse heads without a year where December stands beside January."""
    parts = [m.part for m in columns if m.part]
    over = any(
        a.span == b.span and abs(a.period.end.month - b.period.end.month) > HALF_A_YEAR
        for a, b in pairwise(parts)
        if not (a.year and b.year)
    )
    unclear = [m for m in columns if over and m.part and not m.part.year]
    for m in unclear:
        cure = "请报送各列写明年份的新文件"
        place.refuse_column(m.column, m.unread("没有写年份，各列又跨了年，说不清是哪一年", cure))
    return [m for m in columns if m not in unclear]


def _key(m: ColumnMeaning) -> tuple[object, ...]:
    period = (m.part.period, m.part.year, m.part.span) if m.part else None
    f = m.facets
    measure = f.measure if f.measure in GROWTHS else "level"
    of = (m.indicator, m.tail, m.region, m.whole)
    return (f.fact, measure, f.span, f.form, f.base, f.price, period, m.year, *of)


def _time(columns: Iterable[ColumnMeaning], time: Time) -> Time:
    """Complete a table's time by its heads; where months differ, those to date are the table's."""
    columns = [m for m in columns if m.facets.fact != "plan"]  # next year's may stand beside
    parts = [m.part for m in columns if m.part is not None]
    years = {m.stated_year for m in columns if m.stated_year}
    to_date = {p.period.end.month for p in parts if p.span == "ytd"}
    ends = to_date or {p.period.end.month for p in parts}
    return resolve_time(time, {max(years)} if years else set(), ends)


def _agreeing(columns: Sequence[ColumnMeaning], time: Time, place: Place) -> list[ColumnMeaning]:
    """Leave out last year's columns, and refuse a table whose heads are of different months."""
    found, rows_say = list(columns), "period" in place.panel.stub
    axis = _is_axis(columns, place.around.facets.span)
    if not axis and not rows_say:
        yearly = not any(m.is_growth or m.part for m in columns)
        # 2022年 with growth of its own is no base of 2023's; beside a change between them it is.
        alone = len(columns) == sum(bool(c.text) for c in place.panel.columns)
        alone &= all(m.facets.unit != POINTS for m in columns)
        titled = alone and place.around.facets.measure == "yoy"
        grown = {m.stated_year for m in columns if m.is_growth or titled}
        for m in columns:
            kept = (yearly and not place.around.time.year) or _is_all_of_last_year(
                m, columns, place
            )
            if _is_last_year(m, columns) and not (kept or m.stated_year in grown):
                why = "是上年同期的可比数，不作为上年的数入库"
                cure = "不收的不必处理；要收的，请另报上年的表"
                place.refuse_column(m.column, m.unread(why, cure, skipped=True))
                found.remove(m)
    # A whole year before the title's stands beside for reference.
    said = [m for m in found if m.part and m.facets.fact != "plan"]
    said = [m for m in said if m.part.span != "annual" or not 0 < m.part.year < time.year]  # type: ignore[union-attr]
    ends = {m.part.period.end.month for m in said}  # type: ignore[union-attr]
    stated = time.period.end.month if time.title and time.period else 0
    if rows_say or not ends or (not stated and (axis or len(ends) == 1)):
        return found
    # 1-8月增速 beside 1-9月 and its growth states its own month.
    if len(ends) == 1 and stated and _is_of_late(place, stated, *ends):
        parts = {m.says_span: m.part for m in said}
        found = [m._replace(part=m.part or parts.get(m.says_span)) for m in found]
        if all(m.part for m in found):
            return found
    axis |= stated in ends and max(ends) == stated and _is_growth_before(found, stated)
    same_year = {m.part.year for m in found if m.part} <= {0, time.year} or not stated or axis
    if (ends == {stated} and same_year) or (axis and stated in ends) or (not stated and axis):
        return found
    for m in found:
        why = "与标题或旁边的列不是同一个月，说不清哪个对"
        place.refuse_column(m.column, m.unread(why, "请报送改正列名或标题后的新文件"))
    return []


def _is_of_late(place: Place, stated: int, end: int) -> bool:
    """Whether a report on a month has these rows of an earlier one: a month late, or quarterly."""
    items = [item for name in place.names for item in place.grammar.read(name).names]
    return bool(items) and all(
        stated - end == item.lag_months
        if item.lag_months
        else item.frequency == "Q" and end % 3 == 0 and 0 < stated - end < 3
        for item in items
    )


def _is_all_of_last_year(m: ColumnMeaning, columns: Sequence[ColumnMeaning], place: Place) -> bool:
    """Whether 2023年 beside 2024年1-9月 is the whole year: growth beside them is not on it."""
    amounts = [o for o in columns if o.part and o.part.period.frequency != "A" and not o.is_growth]
    growths = [o for o in columns if o.is_growth]
    on_it = any(_is_growth_of(o, m, g, place) for o, g in product(amounts, growths))
    return m.part is None and bool(amounts and growths) and not on_it


def _is_growth_before(columns: Sequence[ColumnMeaning], stated: int) -> bool:
    """Whether all columns of earlier months than the title's hold growth that is of no amount."""
    earlier = [m for m in columns if m.part and m.part.period.end.month < stated]
    return all(m.is_growth and not m.left for m in earlier)


def _is_axis(columns: Iterable[ColumnMeaning], span: str) -> bool:
    """Whether several columns of one kind are of different months.

    A first quarter is to date as well, and so is whatever the title says to be.
    """
    ends: dict[tuple[str, str], set[int]] = {}
    for m in columns:
        if m.part is not None:
            said = m.facets.span or m.part.span or span
            kinds = {said, "ytd"} if m.part.period.number == 1 else {said}
            for kind in kinds:
                of = ("" if m.left else m.facets.measure, kind)
                ends.setdefault(of, set()).add(m.part.period.end.month)
    return any(len(months) > 1 for months in ends.values())


def _is_last_year(m: ColumnMeaning, columns: Sequence[ColumnMeaning]) -> bool:
    """Whether a column is the year before of one beside it, in a table of two years."""
    stated = [o.stated_year for o in columns if o.stated_year and o.facets.fact != "plan"]
    years, stating = set(stated), len(stated)
    return len(years) == 2 and max(years) == m.stated_year + 1 and stating <= 4
