"""How indicators hang together: wholes and parts, shares, and what may fall within a year."""

from __future__ import annotations

from dataclasses import field
from functools import cache, partial
from typing import Literal

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.units import convert
from lianhu_analysis.errors import CatalogueError
from lianhu_analysis.written import packaged, parse_written, shape

__all__ = [
    "COUNTING_UNITS",
    "MONEY",
    "Share",
    "Structure",
    "Sum",
    "load_structure",
    "read_structure",
]

# Units in which things are counted one by one.
COUNTING_UNITS = frozenset("人 人次 户 户次 件 件次 家 个 套 宗 起 栋 处 条 张 天".split())
# Of these no region has more than the nation has people.
COUNTED_ONCE = COUNTING_UNITS - {"人次", "天"}
MONEY = frozenset(("元", "万元", "亿元"))
A_TENTH = 0.1
# How much of the nation a province, a city and what is below it may have, by the end of its code.
SHARES = (("0000", 1.0), ("00", 0.4), ("", A_TENTH))


@shape
class Sum:
    """A whole and its parts.

    Attributes
    ----------
    optional
        Parts that count as nothing where the catalogue does not have them.
    name_zh
        Of the division, as in 按三次产业; empty where it needs none.
    """

    whole: str
    parts: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    name_zh: str = ""


@shape
class Share:
    """A published share in %: ``part`` over ``whole``."""

    share: str
    part: str
    whole: str


@shape
class Falling:
    """Year-to-date figures that may be less than those of the month before.

    Attributes
    ----------
    codes, names
        Of the indicators; words in their names.
    corrected
        Counts that only corrections make fewer: what happened is not undone.
    """

    codes: frozenset[str] = frozenset()
    corrected: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()


@shape
class Total:
    """What the nation has in a year: no region below it has more, or not ``times`` as much.

    Attributes
    ----------
    others
        ``money`` or ``count``: amounts, or counts, without a total of their own that it bounds
        roughly.
    times
        1 of totals; more of figures a head.
    source, url
        Where it is published.
    """

    codes: frozenset[str]
    value: float
    unit: str
    year: int
    source: str
    url: str
    times: float = 1.0
    others: Literal["", "money", "count"] = ""

    def most_of(self, indicator: Indicator, region: str) -> tuple[float, str]:
        """Return the most that a region may have, in the indicator's unit, and how it is said.

        A county or district has less than a tenth of the nation, a city than four tenths; of
        figures a head any may have ``times`` as much.
        """
        unit = "人" if self.others == "count" and indicator.unit in COUNTED_ONCE else indicator.unit
        share = 1.0 if self.times > 1 else next(s for end, s in SHARES if region.endswith(end))
        said = {1.0: ""}.get(share, f"的十分之{'一' if share == A_TENTH else '四'}")
        said = f" {self.times:g} 倍" if self.times > 1 else said
        return self.times * share * convert(self.value, self.unit, unit), said


@shape
class Structure:
    """The relations between indicators that accounting demands.

    Attributes
    ----------
    sums
        The parts add up to the whole.
    within
        No part exceeds the whole.
    turned_over
        Amounts that one and the same money makes many times: sales of securities.
    """

    sums: tuple[Sum, ...] = ()
    within: tuple[Sum, ...] = ()
    shares: tuple[Share, ...] = ()
    falling: Falling = field(default_factory=Falling)
    totals: tuple[Total, ...] = ()
    turned_over: frozenset[str] = frozenset()

    def total_of(self, indicator: Indicator) -> Total | None:
        """Return the nation's total that bounds an indicator's level, if there is one."""
        money = indicator.unit in MONEY and indicator.code not in self.turned_over
        kind = "money" if money else "count" if indicator.unit in COUNTED_ONCE else ""
        kind = kind if indicator.kind in ("flow", "stock") else ""
        others = (total for total in self.totals if kind and total.others == kind)
        own = (total for total in self.totals if indicator.code in total.codes)
        return next(own, None) or next(others, None)

    def is_total(self, indicator: Indicator) -> bool:
        """Whether it is an amount of money, and none a head."""
        total = self.total_of(indicator)
        return total is not None and total.times == 1 and indicator.unit in MONEY

    def may_fall(self, indicator: Indicator) -> bool:
        """Whether its year to date may fall, by corrections too, or be negative."""
        return indicator.code in self.falling.corrected or self.may_be_undone(indicator)

    def may_be_undone(self, indicator: Indicator) -> bool:
        """Whether its year to date may fall other than by a correction of what was counted."""
        return indicator.code in self.falling.codes or any(
            word in indicator.name_zh for word in self.falling.names
        )

    def parts(self, whole: str) -> frozenset[str]:
        """Return the parts of a whole that are named as such, of sums and others."""
        groups = [item.parts for item in (*self.sums, *self.within) if item.whole == whole]
        return frozenset().union(*groups)

    def wholes(self, part: str) -> frozenset[str]:
        """Return what an indicator is a part of."""
        items = (*self.sums, *self.within)
        return frozenset(item.whole for item in items if part in item.parts)

    def apart(self, first: str, second: str, whole: str) -> bool:
        """Whether two parts share nothing, as parts of one sum do."""
        both = {first, second}
        return any(item.whole == whole and both.issubset(item.parts) for item in self.sums)

    def is_lumpy(self, indicator: Indicator) -> bool:
        """Whether it comes in pieces, so that a tenfold month is no wonder: counts and land."""
        return indicator.unit in COUNTING_UNITS or indicator.theme == "land"


@cache
def load_structure() -> Structure:
    """Read the packaged ``structure.toml``."""
    return read_structure(packaged("catalog/data/structure.toml"))


def read_structure(data: bytes) -> Structure:
    """Read relations from TOML.

    Raises
    ------
    CatalogueError
        Naming every field that is missing or misspelt.
    """
    return parse_written(data, Structure, partial(CatalogueError, "structure.toml"))
