"""How indicators hang together: wholes and parts, shares, and what may fall within a year."""

from __future__ import annotations

from dataclasses import field
from functools import cache, partial

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.errors import CatalogueError
from lianhu_analysis.written import packaged, parse_written, shape

__all__ = ["COUNTING_UNITS", "Share", "Structure", "Sum", "load_structure", "read_structure"]

# Units in which things are counted one by one.
COUNTING_UNITS = frozenset("人 人次 户 户次 件 件次 家 个 套 宗 起 栋 处 条 张 天".split())


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


@shape
class Structure:
    """The relations between indicators that accounting demands.

    Attributes
    ----------
    sums
        The parts add up to the whole.
    within
        No part exceeds the whole.
    """

    sums: tuple[Sum, ...] = ()
    within: tuple[Sum, ...] = ()
    shares: tuple[Share, ...] = ()
    falling: Falling = field(default_factory=Falling)
    totals: tuple[Total, ...] = ()

    def total_of(self, indicator: Indicator) -> Total | None:
        """Return the nation's total that bounds an indicator's level, if there is one."""
        return next((total for total in self.totals if indicator.code in total.codes), None)

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
