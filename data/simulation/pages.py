"""Sheets in memory, each cell beside what it means.

The meaning is the truth that tests and benchmarks hold a reader against; it is
never written beside the deliveries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from data.simulation.figures import Figures
from lianhu_analysis.catalog.calendar import assumed_release
from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period

__all__ = [
    "DASH",
    "MARK",
    "Document",
    "Hand",
    "Kind",
    "Meaning",
    "Page",
    "Printer",
    "period_of",
]

MARK = "演示数据（模拟）"
DASH = "—"
Kind = Literal["figure", "comparison", "no_figure", "outside", "ignored"]

# How many of the printed unit make one of the catalogue's.
FACTORS: Mapping[tuple[str, str], Fraction] = {
    ("亿元", "万元"): Fraction(10_000),
    ("万元", "亿元"): Fraction(1, 10_000),
    ("万美元", "亿美元"): Fraction(1, 10_000),
    ("亩", "公顷"): Fraction(1, 15),
    ("万千瓦时", "亿千瓦时"): Fraction(1, 10_000),
    ("万千瓦时", "万度"): Fraction(1),
    ("万人", "人"): Fraction(10_000),
    ("万吨标准煤", "吨标准煤"): Fraction(10_000),
}
GROWTH_DECIMALS = {"opn.trade": 2, "opn.export": 2, "opn.import": 2}
# Decimals that a unit adds to those of the catalogue's.
SHIFT = {
    "万元": -4,
    "亿元": 4,
    "亿美元": 4,
    "公顷": 0,
    "亿千瓦时": 4,
    "人": -4,
    "吨标准煤": -4,
    "万度": 0,
}


@dataclass(frozen=True)
class Meaning:
    """What one cell says.

    Attributes
    ----------
    kind
        ``figure``; ``comparison`` (last year's level beside this year's, which a
        reader may take as a later vintage or leave out); ``no_figure`` (a dash);
        ``outside`` (not in the catalogue: to be refused); ``ignored`` (a share
        of the total, a change on the month: no figure of the catalogue).
    value, unit
        In the catalogue's unit; growth in %, the change of a rate in 百分点.
    published
        Stated, or by the calendar's rule where ``basis`` is ``assumed``.
    """

    kind: Kind
    indicator: str = ""
    measure: str = ""
    span: str = ""
    period: str = ""
    value: float | None = None
    unit: str = ""
    published: dt.date | None = None
    basis: str = "stated"


@dataclass
class Page:
    """One sheet or one CSV: rows, merged ranges, and meanings by zero-based position."""

    name: str
    rows: list[list[Any]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    meanings: dict[tuple[int, int], Meaning] = field(default_factory=dict)

    def put(self, row: int, column: int, value: Any, meaning: Meaning | None = None) -> None:
        """Write one cell."""
        while len(self.rows) <= row:
            self.rows.append([])
        line = self.rows[row]
        line.extend([None] * (column + 1 - len(line)))
        line[column] = value
        if meaning:
            self.meanings[row, column] = meaning

    def add(self, *values: Any) -> int:
        """Append a row and return its number."""
        self.rows.append(list(values))
        return len(self.rows) - 1

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Merge a range."""
        self.merged.append((top, left, bottom, right))


@dataclass(frozen=True)
class Document:
    """One delivered file.

    Attributes
    ----------
    path
        Below the folder of simulated deliveries.
    encoding
        Of a CSV; empty for a workbook.
    """

    path: str
    family: str
    pages: tuple[Page, ...]
    encoding: str = ""


class Hand:
    """The clerk who fills the sheet in: most numbers are numbers, a few are not.

    A few become text with separators, full-width digits or a footnote mark,
    names get inner blanks.
    """

    def __init__(self, seed: int, untidy: float = 0.03) -> None:
        self.random = np.random.default_rng(seed)
        self.untidy = untidy
        self.footnote = False

    def number(self, value: float, decimals: int) -> float | int | str:
        """Write one number."""
        plain = round(value, decimals) if decimals > 0 else round(value)
        lot = self.random.random()
        if lot > self.untidy:
            return plain
        text = f"{plain:,.{max(decimals, 0)}f}"
        if lot > self.untidy / 2:
            return text
        if lot > self.untidy / 4:
            return text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789."})
        self.footnote = True
        return f"{text}*"

    def name(self, label: str) -> str:
        """Write a name; short ones are now and then spaced out."""
        body = label.strip()
        if len(body) <= 5 and body.isalpha() and self.random.random() < 0.3:
            return " ".join(body)
        return label


def period_of(indicator: Indicator, year: int, month: int, *, monthly: bool = False) -> Period:
    """Return the period of an indicator's own frequency that ends with a month."""
    if indicator.frequency == "A":
        return Period(year, "A", 1)
    if indicator.frequency == "Q" and not monthly:
        return Period(year, "Q", month // 3)
    return Period(year, "M", month)


@dataclass(frozen=True)
class Printer:
    """Prints figures of one page into cells with their meaning.

    Attributes
    ----------
    published
        As the page states it; ``None``: assumed by the calendar.
    """

    figures: Figures
    hand: Hand
    published: dt.date | None

    def level(
        self,
        code: str,
        year: int,
        month: int,
        unit: str = "",
        *,
        single: bool = False,
        day: dt.date | None = None,
    ) -> tuple[Any, Meaning | None]:
        """Print an amount: the month or quarter alone, or what the catalogue publishes."""
        figures, indicator = self.figures, self.figures.indicator(code)
        as_of = day or self.published or dt.date.min
        alone = single and indicator.span == "ytd"
        value = (
            figures.single(code, year, month) if alone else figures.level(code, year, month, as_of)
        )
        if value is None:
            return None, None
        token, exact = self._in_unit(value, code, unit)
        span = "single" if alone else indicator.span
        return token, self._meaning("level", indicator, span, year, month, exact, day)

    def growth(
        self,
        code: str,
        year: int,
        month: int,
        *,
        single: bool = False,
        day: dt.date | None = None,
    ) -> tuple[Any, Meaning | None]:
        """Print growth in %, or the change of a rate in points."""
        figures, indicator = self.figures, self.figures.indicator(code)
        if not figures.has_growth(code) or not figures.is_due(code, year, month):
            return None, None
        value = (figures.growth_single if single else figures.growth)(code, year, month)
        span = "single" if single else indicator.span
        if value is None:
            return DASH, self._meaning("yoy", indicator, span, year, month, None, day)
        decimals = GROWTH_DECIMALS.get(code, 1)
        points = indicator.kind == "rate"
        token = f"{value:.1f}个百分点" if points else self.hand.number(value, decimals)
        return token, self._meaning("yoy", indicator, span, year, month, value, day)

    def comparison(self, code: str, year: int, month: int, unit: str) -> tuple[Any, Meaning | None]:
        """Print last year's level, restated to the scope of this year's growth."""
        figures, indicator = self.figures, self.figures.indicator(code)
        now, growth = figures.level(code, year, month), figures.growth(code, year, month)
        before = figures.level(code, year - 1, month)
        if before is None:
            return None, None
        if now is not None and growth is not None and indicator.kind != "rate":
            before = now / (1 + growth / 100)
        token, exact = self._in_unit(before, code, unit)
        meaning = self._meaning("level", indicator, indicator.span, year - 1, month, exact, None)
        return token, Meaning(**{**meaning.__dict__, "kind": "comparison"})

    def dash(self, code: str, measure: str = "level", text: str = DASH) -> tuple[Any, Meaning]:
        """Print that there is no figure here."""
        return text, Meaning("no_figure", indicator=code, measure=measure)

    def _in_unit(self, value: float, code: str, unit: str) -> tuple[Any, float]:
        indicator = self.figures.indicator(code)
        decimals = self.figures.decimals[code]
        if not unit or unit == indicator.unit:
            return self.hand.number(value, decimals), round(value, decimals)
        factor = FACTORS[indicator.unit, unit]
        decimals = max(decimals + SHIFT[unit], 0) if unit != "公顷" else 2
        printed = round(float(Fraction(repr(value)) * factor), decimals)
        return self.hand.number(printed, decimals), float(Fraction(repr(printed)) / factor)

    def _meaning(
        self,
        measure: str,
        indicator: Indicator,
        span: str,
        year: int,
        month: int,
        value: float | None,
        day: dt.date | None,
    ) -> Meaning:
        period = period_of(indicator, year, month)
        points = measure == "yoy" and indicator.kind == "rate"
        unit = indicator.unit if measure == "level" else "百分点" if points else "%"
        stated = day or self.published
        return Meaning(
            "no_figure" if value is None else "figure",
            indicator.code,
            measure,
            span,
            str(period),
            value,
            unit,
            stated or assumed_release(indicator, period),
            "stated" if stated else "assumed",
        )
