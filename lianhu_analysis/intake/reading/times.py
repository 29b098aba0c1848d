"""The period and span of a figure: what row, column and title state, completed by each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import NamedTuple

from lianhu_analysis.catalog.calendar import assumed_release
from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.around import Time
from lianhu_analysis.intake.reading.figures import period_for
from lianhu_analysis.intake.reading.heads import Heads
from lianhu_analysis.intake.reading.meaning import ColumnMeaning, Row, at_odds
from lianhu_analysis.intake.reading.words import Facets, Part

__all__ = ["Axis", "When", "find_when"]

# A report this long before its own release most likely carries the month before.
EARLY_DAYS = 7
MOST_LAGGED = 2
MARCH, DECEMBER = 3, 12
STATE_PERIOD = (
    '请在 delivery.toml 写 period = "2024-09"，或在标题写明（如 2024年1—9月），另报新文件'
)


class Axis(NamedTuple):
    """The periods along a table: those of its heads, and those of its rows.

    ``span`` is what the title states for figures that state none, ``default`` the delivery;
    ``alone`` says whether the rows are periods and nothing else.
    """

    heads: Heads
    rows: tuple[Part, ...] = ()
    span: str = ""
    default: str = ""
    alone: bool = False


@dataclass(frozen=True)
class When:
    """When a figure is of.

    Attributes
    ----------
    reported
        The end of the table's period where the figure's own is earlier: nothing was known before.
    """

    period: Period
    span: str
    reported: dt.date | None = None


def find_when(
    indicator: Indicator,
    meaning: Facets,
    column: ColumnMeaning,
    row: Row,
    axis: Axis,
    day: dt.date | None,
) -> When:
    """Return the period and span of a figure.

    Parameters
    ----------
    day
        Of publication, as stated.

    Raises
    ------
    IntakeError
        If nothing states them, two places contradict each other, or the indicator has no
        such period.
    """
    time = axis.heads.time
    row = _dated(row, column, time)
    part, named = row.part, row.named
    if part and time.title and time.month:
        years = {p.period.year for p in axis.rows if p.period.frequency == "A"}
        if {part.period.year, time.year} <= years:
            raise at_odds(f"标题说的是 {time.period}，这一行只写了 {part.period.year} 年")
    stated = _stated(part, column, axis.heads)
    _refuse_year_end(column, stated.period)
    span, period = meaning.span or stated.span, stated.period
    if not (meaning.span or part or indicator.span == "point"):
        _refuse_beside_to_date(column, axis.heads)
    if meaning.fact == "plan" and not (part or column.part):
        # The year's, in a table of its months.
        return When(*period_for(indicator, Period(period.year, "A", 1), span), period.end)
    # What a title says of its span gives way to the head's.
    near = bool(part or column.part)
    early = part and part.period.end.month < DECEMBER and span == "annual" and not meaning.fact
    if near and (early or not _fits(stated.span, meaning.span, indicator)):
        raise at_odds(f"{indicator.name_zh} 的名称或列名与时期 {period} 说的口径不同（累计、当期）")
    own = _lagged(indicator, row, period, column)
    if own is not None:
        if named:
            _check_name(named, meaning.span, stated.span, indicator, column)
        span = span or (named.span if named else "")
    reported = period.end if own is not None and own.end != period.end else None
    period = own or period
    parts = axis.rows or axis.heads.parts
    whose = part is None or part.period.frequency == "A"  # the year of a row, the month of a head
    headed = column if whose and column.part is not None else None
    span = span or _unsaid_span(indicator, stated.period, headed, axis, day)
    if span == "point" and indicator.span != "point":
        # Up to the end of September, but since when?  Beside the year's plan, since its begin.
        planned = any(c.facets.fact in ("plan", "plan_share") for c in axis.heads.columns)
        span = "ytd" if planned or axis.heads.time.span == "ytd" else axis.default
    if not span and indicator.span != "point":
        raise IntakeError(
            f"{indicator.name_zh}：列名“{column.text}”没有说是当月还是累计",
            "请把列名写成“本月”或“本月止累计”，或写明时期（如 2024年1-9月），另报新文件；"
            '全是当月数、全年数的，也可在 delivery.toml 写 span = "single"、"annual"',
        )
    finer = any(p.period.frequency != "A" for p in parts)
    # 全年 after 前三季度, and 累计 under a title that says 全年.
    whole = (span == "annual" and finer) or (span == "ytd" and not near and time.span == "annual")
    if whole and indicator.frequency != "A":
        period, span = Period(period.year, "M", 12), "ytd"
    if not near and period.frequency == "A" and span != "annual" and indicator.frequency != "A":
        why = f"{indicator.name_zh}：是哪个月的说不清，只写了 {period.year}年"
        raise IntakeError(why, "请在标题中写明月份，如 2024年1—9月")
    per = meaning.per or ("quarter" if period.frequency == "Q" else "")
    period, span = period_for(indicator, period, span, per)
    if part is None and own is None:
        _refuse_early(indicator, period, day)
    return When(period, span, reported)


def _dated(row: Row, column: ColumnMeaning, time: Time) -> Row:
    """Return a row of the time that its name states, where nothing else does: 2024年1-9月零售额."""
    alone = row.named and row.named.year and not (row.part or column.part or time.period)
    return replace(row, part=row.named, named=None) if alone else row


def _check_name(
    named: Part, said: str, outer: str, indicator: Indicator, column: ColumnMeaning
) -> None:
    """Refuse a name of another span than its head, or of 9月 under a title of 1-9月."""
    if not _fits(named.span, said or outer, indicator):
        why = f"{indicator.name_zh} 的名称说的是 {named.text}，列名“{column.text}”说的口径不同"
        raise at_odds(why)
    alone = not (named.span or said) and named.period.number > 1
    if alone and outer == "ytd" and indicator.span != "point":
        why = f"{indicator.name_zh} 的名称只说是 {named.text}，标题或列名说的是累计"
        raise IntakeError(why, "请把名称写成“1-9月”或“9月当月”之类，另报新文件")


def _refuse_beside_to_date(column: ColumnMeaning, heads: Heads) -> None:
    """Refuse 本期 beside 累计 of the same: a title's 1-9月 is the latter's."""
    of = (column.indicator, column.region, column.whole, column.is_growth, column.facets.fact)
    for other in heads.columns:
        its = (other.indicator, other.region, other.whole, other.is_growth, other.facets.fact)
        if column.part is None and its == of and other.facets.span == "ytd" and not other.part:
            raise at_odds(f"列名“{column.text}”旁边另有“{other.text}”，说不清是当月还是累计")


def _refuse_year_end(column: ColumnMeaning, period: Period) -> None:
    """Refuse 年末 under a title of September: last year's, or what is to be."""
    if "年末" in column.text and period.end.month != DECEMBER:
        raise at_odds(f"列名“{column.text}”说的是年末，时期是 {period}")


def _fits(one: str, other: str, indicator: Indicator) -> bool:
    """Whether two spans do not contradict: a stock is at a point, and a year is its own to date."""
    spans = {one, other} - {"", "annual"}
    return len(spans) < 2 or "point" in spans or indicator.span == "point"


def _stated(part: Part | None, column: ColumnMeaning, heads: Heads) -> Part:
    """Return the period that row, column or title states, the year of one with the part of another."""
    head, time = column.part, heads.time
    if part is not None and head is not None:
        if part.period.frequency == "A" and head.period.frequency != "A":
            return head.of(part.period.year)
        if head.period.frequency != "A" and head.period.end.month != part.period.end.month:
            raise at_odds(f"行的时期 {part.period} 与列名“{column.text}”不是同一个时期")
    if part is not None and part.period.frequency == "A" and time.part:
        return time.part.of(part.period.year)
    if part is not None:
        return part.of(column.year) if column.year else part
    if head is not None:
        year = head.year or column.year or time.year
        if not year:
            why = f"列名“{column.text}”没有写年份，标题、工作表名、文件名也没有"
            raise IntakeError(why, STATE_PERIOD)
        return head.of(year)
    if column.year:
        yearly = Part(Period(column.year, "A", 1), column.year, "annual", column.text)
        titled = Part(time.period, 0, time.span, "") if time.period and time.month else time.part
        said = column.facets.span or column.facets.fact == "plan"  # 2024年累计 says it
        parts = () if said else heads.parts
        finer = [p.year for p in parts if p.period.frequency != "A"]
        if finer and column.year >= min(finer):
            raise at_odds(f"列名“{column.text}”旁边另有月份或季度，说不清是全年还是到那时")
        # 2022年 beside 2024年1-9月 is all of it.
        return titled.of(column.year) if titled and not finer else yearly
    if time.period is None:
        raise IntakeError("标题没有写明年份和时期", STATE_PERIOD)
    return Part(time.period, time.period.year, time.span, "")


def _lagged(indicator: Indicator, row: Row, stated: Period, column: ColumnMeaning) -> Period | None:
    """Return the period that a name or group states: 营业收入（1-8月） among figures of 1-9月."""
    named, lag = row.named, row.facets.lag
    if named is None:
        if lag and not indicator.lag_months:
            why = f"{indicator.name_zh} 的名称说的是上月的数，没有说是当月还是累计"
            raise IntakeError(why, "请写明时期（如 1-8月），另报新文件")
        month = stated.end.month - lag
        return Period(stated.year, "M", month) if lag and month >= 1 else None
    if named.period.frequency == "A" and named.year == stated.year:
        return None
    period = named.of(named.year or stated.year).period
    months = (stated.end.year - period.end.year) * 12 + stated.end.month - period.end.month
    if not 0 <= months <= MOST_LAGGED:
        why = f"{indicator.name_zh} 的名称说的是 {period}，标题、列名或时期说的是 {stated}"
        cure = "错月的指标请写明年份，或另放一张表，另报新文件"
        raise IntakeError(why, cure)
    # A head of its own month is believed, unless the indicator cannot be of that month.
    trails = bool(indicator.lag_months)
    quarterly = indicator.frequency == "Q" and stated.end.month % 3 != 0
    if months and (row.part or (column.part and not trails and not quarterly)):
        raise at_odds(f"{indicator.name_zh} 的名称说的是 {period}，列名或时期说的是 {stated}")
    return period


def _unsaid_span(
    indicator: Indicator,
    period: Period,
    headed: ColumnMeaning | None,
    axis: Axis,
    day: dt.date | None,
) -> str:
    """Return the span of a figure that no word states, where the table leaves no other."""
    # Of no other span, unless it is of months, too.
    quarterly = indicator.kind == "rate" and indicator.frequency == period.frequency == "Q"
    if indicator.span == "point" or indicator.kind == "index" or quarterly:
        return indicator.span
    parts = axis.rows or axis.heads.parts
    to_date = {p.period.end.month for p in parts if p.span == "ytd"}
    beside = period.end.month in to_date  # 9月 beside 1-9月
    unsaid = {p.period.code[-2:] for p in parts if not p.span}
    headed_spans = {c.says_span for c in axis.heads.columns if not c.facets.fact}
    apart = "Q4" in unsaid and "annual" in ({p.span for p in axis.rows} or headed_spans)
    beside |= period.frequency == "Q" and apart
    if axis.span and not (beside and headed):
        return axis.span
    spans = {p.span for p in parts if p.period.number != 1} - {"annual"}
    if period.code.endswith("Q1") and spans == {"ytd"}:
        return "ytd"  # 一季度 beside 上半年
    january = period.frequency == "M" and period.number == 1 and not indicator.no_january
    quarter = period.frequency == "M" and period.number <= MARCH  # 1月, 2月, 3月, 一季度
    quarter |= set(range(1, MARCH + 1)) <= {p.period.end.month for p in parts if not p.span}
    quarter &= period.frequency == "M" and any(p.period.code.endswith("Q1") for p in parts)
    kinds = {False, headed.is_growth or bool(headed.facets.fact)} if headed else set()
    # 三季度 after 上半年 is often 前三季度; after 二季度 it is not.  四季度 beside 全年 is no year.
    summed = period.frequency == "Q" and any(month > MARCH for month in to_date)
    beside |= summed and ("Q2" in unsaid or period.number == 1)
    # 3月, 6月 and 9月 beside 1-12月 may be to date as well.
    heads = [p for p in axis.heads.parts if p.period.frequency == "M"]
    months = {p.period.end.month for p in heads}
    named = {p.period.end.month for p in heads if p.span}
    quarterly = len(months) > 1 and months > named and not any(m % MARCH for m in months)
    accumulated = bool(axis.heads.accumulated & kinds) and not (summed or quarterly)
    if (beside and (axis.alone or headed)) or (headed and (january or quarter or accumulated)):
        return "single"
    # The first quarter is the year to date as well.
    first = period.code.endswith("Q1") and not axis.rows
    if first or (period.number == 1 and spans == {"ytd"}):
        return "ytd"
    over = day is not None and day > period.end and not axis.rows
    # 同期 may be of months that nobody names.
    over = over and not any("同" in column.text for column in axis.heads.columns)
    yearly = period.frequency == "A" and (indicator.frequency == "A" or over)
    return "annual" if yearly else axis.default


def _refuse_early(indicator: Indicator, period: Period, day: dt.date | None) -> None:
    """Refuse a lagged indicator in a report that came out before its own release.

    The report on nine months carries the eight months of services (错月指标).
    """
    due = assumed_release(indicator, period)
    if indicator.lag_months and day is not None and day < due - dt.timedelta(days=EARLY_DAYS):
        raise IntakeError(
            f"{indicator.name_zh} 是错月指标，{period} 的数要到 {due} 前后才有，"
            f"{day} 发布的表里多半是上一月的数",
            f"请在名称后写明它的时期，如 {indicator.name_zh}（1-8月），另报新文件；确是本期的也请写明",
        )
