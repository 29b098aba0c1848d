"""The reference period of a figure: a year, quarter or month, and its codes and names."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, get_args

from lianhu_analysis.errors import PeriodError

__all__ = ["PER_YEAR", "Frequency", "Period", "ReadPeriod", "Span"]

Frequency = Literal["A", "Q", "M"]
Span = Literal["ytd", "single", "point", "annual"]

FIRST_YEAR, LAST_YEAR = 1900, 2100
PER_YEAR: dict[str, int] = {"A": 1, "Q": 4, "M": 12}
QUARTER_NAMES = "一二三四"
QUARTERS_SO_FAR = ("一季度", "上半年", "前三季度", "全年")


@dataclass(frozen=True, order=True)
class Period:
    """A year, quarter or month; ordered in time within one frequency.

    Raises
    ------
    PeriodError
        If there is no such period, or its year is outside 1900-2100.
    """

    year: int
    frequency: Frequency
    number: int

    def __post_init__(self) -> None:
        if self.frequency not in PER_YEAR:
            raise PeriodError(f"没有“{self.frequency}”这种频率。请用 A（年）、Q（季）或 M（月）")
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise PeriodError(
                f"年份 {self.year} 不在 {FIRST_YEAR}–{LAST_YEAR} 之间。请改正年份，写足四位"
            )
        if not 1 <= self.number <= PER_YEAR[self.frequency]:
            unit = {"A": "年", "Q": "季度", "M": "月"}[self.frequency]
            limit = PER_YEAR[self.frequency]
            raise PeriodError(
                f"{self.year} 年没有第 {self.number} {unit}。请改为 1–{limit} 之间的数"
            )

    def __str__(self) -> str:
        return self.code

    @cached_property
    def code(self) -> str:
        """As ``2024``, ``2024Q3`` or ``2024-09``."""
        if self.frequency == "A":
            return f"{self.year}"
        if self.frequency == "Q":
            return f"{self.year}Q{self.number}"
        return f"{self.year}-{self.number:02d}"

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, code: str) -> Period:
        """Read one of the three codes ``2024``, ``2024Q3`` and ``2024-09``, and nothing else.

        Raises
        ------
        PeriodError
            For any other text; ``parse_period`` reads free spellings.
        """
        found = re.fullmatch(r"([0-9]{4})(?:Q([1-4])|-(0[1-9]|1[0-2]))?", code)
        if not found:
            raise PeriodError(f"“{code[:40]}”不是报告期代码。请写成 2024、2024Q3 或 2024-09 的形式")
        year, quarter, month = found.groups()
        if quarter:
            return cls(int(year), "Q", int(quarter))
        return cls(int(year), "M", int(month)) if month else cls(int(year), "A", 1)

    @property
    def _last_month(self) -> int:
        return self.number * (12 // PER_YEAR[self.frequency])

    @cached_property
    def start(self) -> dt.date:
        """First day."""
        return dt.date(self.year, self._last_month - 12 // PER_YEAR[self.frequency] + 1, 1)

    @cached_property
    def end(self) -> dt.date:
        """Last day."""
        last_day = calendar.monthrange(self.year, self._last_month)[1]
        return dt.date(self.year, self._last_month, last_day)

    def shift(self, n: int) -> Period:
        """Return the period ``n`` steps of its own frequency later."""
        per_year = PER_YEAR[self.frequency]
        years, index = divmod(self.number - 1 + n, per_year)
        return Period(self.year + years, self.frequency, index + 1)

    def as_frequency(self, frequency: Frequency) -> Period:
        """Return the period of another frequency that ends on the same day.

        Raises
        ------
        PeriodError
            If none does, such as a quarter for 2024-08.
        """
        if frequency not in PER_YEAR:
            raise PeriodError(f"没有“{frequency}”这种频率。请用 A（年）、Q（季）或 M（月）")
        if frequency == self.frequency:
            return self
        number, rest = divmod(self._last_month, 12 // PER_YEAR[frequency])
        if rest:
            name = {"A": "年", "Q": "季度", "M": "月"}[frequency]
            raise PeriodError(
                f"{self} 的最后一天不是任何{name}的最后一天，不能换成{name}。请改用期末相同的报告期"
            )
        return Period(self.year, frequency, number)

    def label_zh(self, span: Span) -> str:
        """Return the name that a Chinese reader expects, such as ``2024年1—9月``.

        Raises
        ------
        PeriodError
            If the span is unknown, or annual for less than a year.
        """
        if span not in get_args(Span) or (span == "annual" and self._last_month != 12):
            raise PeriodError(f"{self} 没有“{span}”这种口径。请核对报告期和口径")
        if self.frequency == "A" or span == "annual":
            return f"{self.year}年末" if span == "point" else f"{self.year}年"
        if span == "ytd":
            if self.frequency == "Q":
                return f"{self.year}年{QUARTERS_SO_FAR[self.number - 1]}"
            return f"{self.year}年{'1—' if self.number > 1 else ''}{self.number}月"
        name = (
            f"{self.number}月" if self.frequency == "M" else f"{QUARTER_NAMES[self.number - 1]}季度"
        )
        return f"{self.year}年{name}{'末' if span == 'point' else ''}"


@dataclass(frozen=True)
class ReadPeriod:
    """What a text said: the period, and how the figure beside it accumulates."""

    period: Period
    span: Span
