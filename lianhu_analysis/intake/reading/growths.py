"""Of which amount a column of growth is, and whether it is growth on the year before at all.

Heads say it, the order of the columns, and last the amounts beside them: 9 of 190 and 181.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import permutations

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.around import Time
from lianhu_analysis.intake.reading.cells import is_number
from lianhu_analysis.intake.reading.figures import POINTS
from lianhu_analysis.intake.reading.meaning import ColumnMeaning
from lianhu_analysis.intake.reading.place import Place
from lianhu_analysis.intake.reading.statements import title_part

__all__ = [
    "SAY_WHICH",
    "difference_of",
    "is_growth_of",
    "is_last_year",
    "may_turn",
    "of_left",
    "other_base",
]

SAY_WHICH = "请写成“累计比上年同期增长（%）”或“本月比上年同月增长（%）”，另报新文件"
# Growth of printed amounts, in points.
ROUNDED, EXACT, PERCENT = 0.2, 1e-6, 100.0
RATE = re.compile("增速|增幅|增长率")
# What a growth that says none of it has of the amount that it is of.
OF_AMOUNT = ("year", "tail", "region", "whole")
EARLIER, ON_YEAR = re.compile("上[年月]"), re.compile("[同上去]")
YEAR_BEFORE = re.compile("[上去]年|同期")


def of_left(
    place: int, left: ColumnMeaning | None, read: Sequence[ColumnMeaning], year: int
) -> ColumnMeaning:
    """Let a growth that says nothing of its span be of the amount on its left.

    Where heads name indicators, a nameless growth must stand right after its amount, one to one.
    """
    growth = read[place]
    named = [m.indicator for m in read if m.indicator and not m.facets.nothing]
    # 税收比重 beside the growth of rows that have names is of one of them.
    if growth.indicator is None and any(item.kind != "rate" for item in named):
        plain = [m for m in read if m.facets.fact != "rank"]  # GDP, 排名, 增速, 排名
        pairs = [(a, b) for a, b in zip([None, *plain], plain, strict=False) if b.is_growth]
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
    # After 全年目标 a bare 增长 may as well be the plan's; 实际增速 beside 目标增速 is none.
    done = "实际" in growth.text
    planned = (m for m in between if not (done and m.is_planned_growth))
    if any(m.facets.fact == "plan" or (m.refusal and not m.facets.nothing) for m in planned) or (
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
    if left is None or not is_last_year(left, before):
        return left
    kind = (left.indicator, left.region, left.says_span)
    amounts = [m for m in before if m.stated_year == left.stated_year + 1 and not m.is_growth]
    newer = [m for m in amounts if (m.indicator, m.region, m.says_span) == kind]
    return newer[0] if len(newer) == 1 else left


def is_last_year(m: ColumnMeaning, columns: Sequence[ColumnMeaning]) -> bool:
    """Whether a column is the year before of one beside it, in a table of two years."""
    stated = [o.stated_year for o in columns if o.stated_year and o.facets.fact != "plan"]
    years, stating = set(stated), len(stated)
    return len(years) == 2 and max(years) == m.stated_year + 1 and stating <= 4


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
    own = [m for m in amounts if indicator and m.indicator == indicator]
    left = own[-1] if own and left not in own else left  # 零售额, 财政收入, 零售额增速
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


def may_turn(read: Sequence[ColumnMeaning], place: Place) -> bool:
    """Whether growth on the left is of the amount on its right: not behind last year's amount."""
    first = next(n for n, m in enumerate(read) if m.is_growth)
    if first and EARLIER.search(read[first - 1].facets.nothing):  # 上年同期, 增长, 累计
        return False
    texts = (*place.names, *(title for _, title in place.table.titles))
    of = {i.kind for text in texts for i in place.grammar.read(text).names} or {"flow"}
    return bool(of & {"flow", "stock"})


def difference_of(
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


def other_base(
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
        if held and is_growth_of(one, base, growth, place, half=True):
            its = (one.says_span, one.part and one.part.period)
            if its == own and _is_year_before(base, one, place.around.time):
                return None
            error = growth.unread(f"正是“{one.text}”与“{base.text}”之比", SAY_WHICH)
    return error


def _is_of_time(m: ColumnMeaning) -> bool:
    """Whether a column is of this or another time: no change, share or mean."""
    return not m.facets.nothing or bool(EARLIER.search(m.facets.nothing)) or "年初" in m.text


def _is_year_before(base: ColumnMeaning, one: ColumnMeaning, time: Time) -> bool:
    """Whether an amount is that of the same part of the year before."""
    if base.facets.nothing:
        return bool(YEAR_BEFORE.search(base.facets.nothing)) and "末" not in base.text
    if (base.stated_year or time.year) != (one.stated_year or time.year) - 1:
        return False
    ends = [m.part.period.end.month if m.part else 12 * ("年末" in m.text) for m in (one, base)]
    # 期末余额 under a title of September, behind 2023年末
    own, its = ends[0] or time.month, ends[1]
    return own == its or 0 in (own, its)


def is_growth_of(
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


def _numbers_of(columns: Sequence[ColumnMeaning], place: Place) -> list[list[float]]:
    """Return what some columns hold in the rows in which all of them hold numbers."""
    numbers = [m.column.number for m in columns]
    cells = ([place.grid.at(row, n) for n in numbers] for row in place.body)
    found = ([float(cell) for cell in row if is_number(cell)] for row in cells)
    return [row for row in found if len(row) == len(numbers)]
