"""What was known on a day, as series by year, and the weights of a year's parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray, cumulative_shares
from lianhu_analysis.workspace import CensusBreak

__all__ = [
    "OLDEST_SHARES",
    "IndicatorRows",
    "Point",
    "Series",
    "Share",
    "Versions",
    "Weights",
    "census_base",
    "extract_series",
    "extract_versions",
    "held_back",
    "period_zh",
    "periods_asked",
    "position_day",
    "published_spans",
    "released_zh",
    "share_for",
    "weights_for",
    "year_periods",
]

# Shares older than this say little about today's seasonal pattern.
OLDEST_SHARES = 5


@dataclass(frozen=True)
class Point:
    """One published figure and the key that leads back to its cell.

    Attributes
    ----------
    doubted
        Whether the checks find it out of line.
    """

    period: Period
    value: float
    published: dt.date
    provenance: str
    reference: int
    doubted: bool = False


@dataclass(frozen=True)
class Series:
    """One measure of one indicator as known on a day: points by period, in order.

    ``reference`` of a point is its row label in the observation frame.
    """

    indicator: Indicator
    measure: str
    points: Mapping[Period, Point]

    def values(self, periods: Sequence[Period]) -> FloatArray:
        """Return values of these periods, missing where there is none."""
        return np.array(
            [self.points[p].value if p in self.points else np.nan for p in periods], dtype=float
        )

    @property
    def years(self) -> list[int]:
        """Years with at least one point, in order."""
        return sorted({period.year for period in self.points})

    def whole_years(self, before: int, needed: Sequence[int] | None = None) -> pd.DataFrame:
        """Return the years before one with all of some periods, by their numbers, or with all.

        One row a period of the year, one column a year.
        """
        years = [year for year in self.years if year < before]
        columns = {year: self.values(year_periods(self.indicator, year)) for year in years}
        table = pd.DataFrame(columns)
        seen = table if needed is None else table.reindex(list(needed))
        return table[seen.columns[seen.notna().all()]]

    def latest(self, year: int) -> Point | None:
        """Return the last point of a year, or none."""
        own = [point for period, point in self.points.items() if period.year == year]
        return max(own, key=lambda point: point.period.end) if own else None


@dataclass(frozen=True)
class Versions:
    """Every published version of one measure of one indicator, oldest publication first."""

    indicator: Indicator
    measure: str
    points: tuple[Point, ...]

    def on(self, day: dt.date | None) -> Series:
        """Return the series as known on a day; ``None`` for everything."""
        known = {p.period: p for p in self.points if day is None or p.published <= day}
        ordered = dict(sorted(known.items(), key=lambda item: item[0].end))
        return Series(self.indicator, self.measure, ordered)

    def first_on(self, day: dt.date | None) -> Series:
        """Return the series as first published, so far as known on a day."""
        known: dict[Period, Point] = {}
        for point in self.points:
            if day is None or point.published <= day:
                known.setdefault(point.period, point)
        return Series(self.indicator, self.measure, known)

    def told(self, before: int) -> str:
        """Return all figures of the years before one as text: equal texts are equal versions."""
        known = (p for p in self.points if p.period.year < before)
        rows = (f"{p.period} {p.value!r} {p.published}" for p in known)
        return f"{self.indicator!r} {self.measure}: {';'.join(rows)}"

    def known_in(self, years: range, day: dt.date | None) -> int:
        """Count the versions of some years' periods published by a day."""
        return sum(p.period.year in years for p in self.points if day is None or p.published <= day)


@dataclass(frozen=True)
class Weights:
    """Cumulative shares ``W_p`` of one year's periods, and where they come from.

    Attributes
    ----------
    shares
        Shape (n,), last element 1.
    points
        The level behind each share, in order; ``None`` where it was filled.
    """

    shares: FloatArray
    points: tuple[Point | None, ...]

    @property
    def references(self) -> tuple[int, ...]:
        """Row labels of the levels used."""
        return tuple(point.reference for point in self.points if point is not None)


@dataclass(frozen=True)
class Share:
    """``W_p`` of one period, from two published levels of one year and census base.

    Attributes
    ----------
    so_far, whole
        The level to date and of the whole year.
    basis
        ``own`` (last year), ``earlier`` (an older year) or ``proxy`` (another
        indicator).
    alternatives
        The same share in other years: what the choice of year can change.
    """

    so_far: Point
    whole: Point
    indicator: Indicator
    basis: str
    alternatives: tuple[float, ...]

    @property
    def value(self) -> float:
        """The share, between 0 and 1."""
        return self.so_far.value / self.whole.value

    @property
    def year(self) -> int:
        """The year of the levels."""
        return self.whole.period.year


def year_periods(indicator: Indicator, year: int) -> tuple[Period, ...]:
    """Return the periods in which a year is published, in order.

    January is absent where January-February come as one.
    """
    if indicator.frequency == "A":
        return (Period(year, "A", 1),)
    if indicator.frequency == "Q":
        return tuple(Period(year, "Q", number) for number in range(1, 5))
    first = 2 if indicator.no_january else 1
    return tuple(Period(year, "M", number) for number in range(first, 13))


def released_zh(indicator: Indicator, period: Period) -> str:
    """Name a period as its figure comes out: January and February come as one without a January."""
    joint = period == year_periods(indicator, period.year)[0]
    return period.label_zh("ytd" if joint else "single")


def periods_asked(
    known: Iterable[str], asked: Period | None, frequency: str
) -> tuple[Period, Period | None]:
    """Return the period asked for, or the last one known, and the last one known before it.

    Parameters
    ----------
    known
        Codes of the periods of an indicator that are published, of one frequency.

    Raises
    ------
    PeriodError
        If no period of that frequency ends with the one asked for.
    ForecastError
        If none is asked for and none is known.
    """
    codes = sorted(known)
    if asked is None and not codes:
        raise ForecastError("没有公布增速")
    at = (asked or Period.parse(codes[-1])).as_frequency(frequency)  # type: ignore[arg-type]
    before = [code for code in codes if code < at.code]
    return at, Period.parse(before[-1]) if before else None


def position_day(
    first: Mapping[Period, Point], periods: tuple[Period, ...], n_known: int
) -> dt.date | None:
    """Return the day on which a year stood at a position; ``None`` if it never did.

    It is the day of the position's figure; before the first of a year, that of the last of the
    year before.
    """
    year = periods[0].year
    if n_known:
        reached = first.get(periods[n_known - 1])
    else:
        last = periods[-1]
        reached = first.get(Period(year - 1, last.frequency, last.number))
    if reached is None:
        return None
    day = reached.published
    later = (first[p].published for p in periods[n_known:] if p in first)
    earlier = (first[p].published for p in periods[:n_known] if p in first)
    # Deliveries of whole years at once were never known period by period.
    if any(told <= day for told in later) or any(told > day for told in earlier):
        return None
    return day


class IndicatorRows:
    """A frame by indicator: many series are taken out of it without going through all of it."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._places = frame.groupby("indicator", sort=False).indices

    def of(self, *codes: str) -> pd.DataFrame:
        """Return the rows of some indicators, in the order and with the labels of the frame."""
        found = [self._places[code] for code in codes if code in self._places]
        return self._frame.iloc[np.sort(np.concatenate(found))] if found else self._frame.iloc[:0]

    def behind(self, indicator: Indicator) -> pd.DataFrame:
        """Return the rows that ``judge`` looks at: with those of the proxy of its weights."""
        return self.of(indicator.code, indicator.weight_proxy)


def extract_series(
    frame: pd.DataFrame, indicator: Indicator, measure: str, provenances: Sequence[str]
) -> Series:
    """Take one measure of one indicator out of an as-of frame.

    Only rows whose provenance may feed a forecast count, so a published fact
    shown beside a simulated history never enters it.  For a flow the span is
    year-to-date, for a stock the point, for annual indicators the year.

    Parameters
    ----------
    frame
        Observations of one region as of a day.
    """
    return extract_versions(frame, indicator, measure, provenances).on(None)


def held_back(
    frame: pd.DataFrame, indicator: Indicator, measure: str, provenances: Sequence[str]
) -> list[str]:
    """Return the periods of such a series whose figures are withheld as wrong or disputed."""
    own = frame["indicator"].eq(indicator.code) & frame["measure"].eq(measure)
    own &= frame["span"].isin(published_spans(indicator)) & frame["status"].eq("quarantined")
    return list(frame.loc[own & frame["provenance"].isin(provenances), "period"])


def published_spans(indicator: Indicator) -> list[str]:
    """Return the spans in which an indicator's series stands: to date, at the end, of the year."""
    if indicator.frequency == "A":
        return ["annual", "ytd", "point"]
    usual = {"flow": "ytd", "growth_only": "ytd", "stock": "point"}
    return [usual.get(indicator.kind, indicator.span)]


def period_zh(indicator: Indicator, period: Period) -> str:
    """Name a period as the indicator is published: to date, at its end, or of itself alone."""
    match published_spans(indicator):
        case ["point"]:
            return period.label_zh("point")
        case ["single"]:
            return period.label_zh("single")
    return period.label_zh("ytd")


def extract_versions(
    frame: pd.DataFrame, indicator: Indicator, measure: str, provenances: Sequence[str]
) -> Versions:
    """Take every version of one measure of one indicator out of a frame.

    Parameters
    ----------
    frame
        Observations of one region: as of a day, or all versions of them.
    """
    spans = published_spans(indicator)
    # Arrays, not frames: it is done hundreds of times a report, of few rows each.
    known = frame["value"].notna().to_numpy()
    own = np.flatnonzero(known & (frame["indicator"].to_numpy() == indicator.code))
    own = own[np.argsort(frame["published"].to_numpy()[own], kind="stable")]
    days = frame["published"].to_numpy()[own].astype("datetime64[D]").tolist()
    doubted = frame["doubted"] if "doubted" in frame else pd.Series(False, frame.index)
    names = ("measure", "span", "provenance", "period", "value")
    columns = [column.to_numpy()[own] for column in (*(frame[name] for name in names), doubted)]
    labels, points = frame.index.to_numpy()[own].tolist(), []
    for label, day, kind, span, provenance, text, value, doubt in zip(
        labels, days, *columns, strict=True
    ):
        told = kind == measure and span in spans and provenance in provenances
        if told and (period := Period.parse(str(text))).frequency == indicator.frequency:
            points.append(Point(period, float(value), day, str(provenance), label, bool(doubt)))
    return Versions(indicator, measure, tuple(points))


def weights_for(
    year: int,
    indicator: Indicator,
    own: Series | None,
    proxy: Series | None,
    breaks: Sequence[CensusBreak],
) -> Weights:
    """Choose the shares that weigh the parts of ``year``.

    Last year's own year-to-date levels come first, then older years of the
    same indicator, then the proxy's; levels of one year are used together
    only if all stand on one census base.  A yearly figure has one part.

    Parameters
    ----------
    indicator
        Whose year is weighed: its periods are the parts.
    own, proxy
        Its own and its proxy's year-to-date levels as known on the day; ``None`` where not published.

    Raises
    ------
    ForecastError
        If no year in reach has usable levels.
    """
    if indicator.frequency == "A":
        return Weights(np.ones(1), ())
    reach = [year_periods(indicator, year - back) for back in range(1, OLDEST_SHARES + 1)]
    for series in (own, proxy):
        if series is None:
            continue
        # The shares of the years, newest first, that need no filling.
        complete = {
            periods[0].year: found.shares
            for periods in reach
            if (found := _shares_of(series, periods, breaks, {})) is not None
        }
        for periods in reach:
            found = _shares_of(series, periods, breaks, complete)
            if found is not None:
                return found
    raise ForecastError(_no_levels(year, own, proxy, "逐期齐全、"))


def share_for(
    period: Period,
    indicator: Indicator,
    own: Series | None,
    proxy: Series | None,
    breaks: Sequence[CensusBreak],
) -> Share:
    """Choose the share of the year that lay behind at ``period``'s end a year ago.

    The newest year in reach whose level to date and whole are both published
    on one census base is taken; nothing is filled in.

    Raises
    ------
    ForecastError
        If no year in reach has both.
    """
    for series, is_proxy in ((own, False), (proxy, True)):
        if series is None:
            continue
        found = {}
        for year in range(period.year - 1, period.year - 1 - OLDEST_SHARES, -1):
            last = year_periods(indicator, year)[-1]
            so_far = series.points.get(Period(year, period.frequency, period.number))
            whole = series.points.get(last)
            if so_far and whole and _comparable(so_far, whole, breaks):
                found[year] = (so_far, whole)
        if found:
            so_far, whole = found.pop(year := next(iter(found)))
            # A year that ended early says nothing of the rest.
            others = tuple(a.value / b.value for a, b in found.values() if a.value < b.value)
            basis = "proxy" if is_proxy else "own" if year == period.year - 1 else "earlier"
            return Share(so_far, whole, series.indicator, basis, others[:3])
    raise ForecastError(_no_levels(period.year, own, proxy))


def _comparable(so_far: Point, whole: Point, breaks: Sequence[CensusBreak]) -> bool:
    same_base = census_base(so_far.published, breaks) == census_base(whole.published, breaks)
    return same_base and 0 < so_far.value <= whole.value


def _no_levels(year: int, own: Series | None, proxy: Series | None, whole: str = "") -> str:
    tried = "与".join(s.indicator.name_zh for s in (own, proxy) if s is not None) or "该指标"
    return (
        f"{year} 年各期比重无从计算：{tried}在 {year - OLDEST_SHARES}—{year - 1} 年"
        f"没有{whole}同一普查口径的累计绝对额"
    )


def census_base(published: dt.date, breaks: Sequence[CensusBreak]) -> int:
    """Return how many census revisions a figure published on a day has seen."""
    return sum(item.day <= published for item in breaks)


def _shares_of(
    series: Series,
    periods: tuple[Period, ...],
    breaks: Sequence[CensusBreak],
    patterns: Mapping[int, FloatArray],
) -> Weights | None:
    """Shares of one year, with gaps filled by the nearest complete year's pattern."""
    last = series.points.get(periods[-1])
    if last is None:
        return None
    base = census_base(last.published, breaks)
    usable = [
        series.points.get(period)
        if period in series.points and census_base(series.points[period].published, breaks) == base
        else None
        for period in periods
    ]
    levels = np.array([np.nan if point is None else point.value for point in usable])
    missing = np.isnan(levels)
    if missing.any():
        # Interpolated along the nearest complete year's shares, if half or more is there.
        if not patterns or missing.sum() > len(periods) // 2:
            return None
        nearest = min(patterns, key=lambda other: abs(other - periods[-1].year))
        levels = _fill(levels, patterns[nearest])
    try:
        return Weights(cumulative_shares(levels), tuple(usable))
    except ForecastError:
        return None


def _fill(levels: FloatArray, pattern: FloatArray) -> FloatArray:
    """Interpolate missing year-to-date levels along another year's shares."""
    known = ~np.isnan(levels)
    anchors = np.concatenate([[0.0], pattern[known]])
    values = np.concatenate([[0.0], levels[known]])
    return np.where(known, levels, np.interp(pattern, anchors, values))
