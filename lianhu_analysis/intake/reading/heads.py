"""The heads of a panel: what each of its columns is, and which of them are not read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product

from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import cell_address
from lianhu_analysis.intake.reading.around import Time, resolve_time, title_indicator
from lianhu_analysis.intake.reading.blocks import (
    Column,
    is_period_cell,
    is_value,
)
from lianhu_analysis.intake.reading.figures import POINTS
from lianhu_analysis.intake.reading.growths import (
    ON_YEAR,
    SAY_WHICH,
    difference_of,
    is_growth_of,
    is_last_year,
    may_turn,
    of_left,
    other_base,
)
from lianhu_analysis.intake.reading.meaning import ColumnMeaning, column_meaning
from lianhu_analysis.intake.reading.outline import read_line
from lianhu_analysis.intake.reading.place import HIDDEN, Place
from lianhu_analysis.intake.reading.words import (
    BARE,
    GROWTHS,
    NOTHING,
    Part,
    fold,
    is_unit,
)

__all__ = ["HALF_A_YEAR", "OF_LEFT", "RANKS", "Heads", "read_heads"]

NOTED = re.compile("备?注释?|(?:备注|情况|指标)?说明")
MANY = 5
HALF_A_YEAR = 6
OF_OWNER = "请报送在列名写明地区、时期和口径的新文件"
# Facts of the column on their left, where they do not say of what period.
OF_LEFT = ("rank", "gap")
OF_PROVINCE = re.compile("[全本我]省|全国")
RANKS = re.compile("[及和与、]?(?:排名|位次|排位|排序|名次)")


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
    read = _with_parts(_with_bare_numbers(_without_notes(place)), place)
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
        part, refusal = m.part, m.refusal
        later = part and last and part.period.end.month > last.period.end.month
        if last and part and not part.year and later and part.span == last.span:
            part = part.of(last.year)
        last = part if part and part.year else None
        if part and not part.year and not (m.facets.nothing or m.year):
            # Left of 2023年12月, or behind it, 11月 may be of either.
            why = "没有写年份，旁边的列写了不止一年，说不清是哪一年"
            refusal = m.unread(why, "请报送各列写明年份的新文件")
        found.append(m._replace(part=part, refusal=refusal))
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
    if not any(is_growth_of(*triple, place) for triple in triples):
        return read
    return [
        m if m not in bare else m._replace(part=m.part and m.part.of(year), year=year) for m in read
    ]


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


def _without_notes(place: Place) -> list[Column]:
    """Leave out 注：以上为全市数据 right of the last head: a note, and no head as 备注 is."""
    return [
        column
        for column in place.panel.columns
        if not place.grammar.is_note(column.text)
        or NOTED.fullmatch(fold(column.text))
        or any(is_value(place.grid.at(row, column.number)) for row in place.body)
    ]


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
    if kinds == [True, False] and may_turn(read, place):
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
        # Left of all others a rank is of the column right of it.
        beside = read[number - 1 : number] if number else read[1:2]
        if meaning.facets.fact == "rank" and _of_amounts(meaning, beside, read):
            place.leave(meaning.column, "总量的位次，不是增速的")
            continue
        if meaning.facets.fact == "rank" and _among_others(meaning, place):
            place.leave(meaning.column, "不是在上一级地区里的位次")
            continue
        try:
            _check(meaning, read, scope, place)
            year = place.around.time.year
            whole = of_left(number, left, read, year) if meaning.is_growth else meaning
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
        if no_growth := other_base(growth, read, place) or difference_of(growth, read, place):
            found.remove(growth)
            place.refuse_column(growth.column, no_growth)
    return found


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


def _among_others(rank: ColumnMeaning, place: Place) -> bool:
    """Whether a district's rank is among all of the province, not of its city."""
    return place.delivery.region.name_zh[-1:] in "区县" and bool(OF_PROVINCE.search(rank.text))


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
        kept = yearly and not place.around.time.year
        # 2022年 with growth of its own is no base of 2023's; beside a change between them it is.
        alone = len(columns) == sum(bool(c.text) for c in place.panel.columns)
        alone &= all(m.facets.unit != POINTS for m in columns)
        titled = alone and place.around.facets.measure == "yoy"
        grown = {m.stated_year for m in columns if m.is_growth or titled}
        for m in columns:
            compared = is_last_year(m, columns) and not (kept or m.stated_year in grown)
            if compared and not _is_all_of_last_year(m, columns, place):
                why = "是上年同期的可比数，不作为上年的数入库"
                cure = "不收的不必处理；要收的，请另报上年的表"
                place.refuse_column(m.column, m.unread(why, cure, skipped=True))
                found.remove(m)
    # A whole year before the title's stands beside for reference.
    said = [(m.says_span, m.part) for m in found if m.part and m.facets.fact != "plan"]
    said = [(s, part) for s, part in said if part.span != "annual" or not 0 < part.year < time.year]
    ends = {part.period.end.month for _, part in said}
    stated = time.period.end.month if time.title and time.period else 0
    if rows_say or not ends or (not stated and (axis or len(ends) == 1)):
        return found
    # 1-8月增速 beside 1-9月 and its growth states its own month.
    if len(ends) == 1 and stated and _is_of_late(place, stated, *ends):
        parts = dict(said)
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
    on_it = any(is_growth_of(o, m, g, place) for o, g in product(amounts, growths))
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
