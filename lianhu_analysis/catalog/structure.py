"""How indicators hang together: wholes and parts, shares, and what may fall within a year."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.errors import CatalogueError

__all__ = ["COUNTING_UNITS", "Share", "Structure", "Sum", "load_structure", "read_structure"]

# Units in which things are counted one by one.
COUNTING_UNITS = frozenset("人 人次 户 户次 件 件次 家 个 套 宗 起 栋 处 条 张 天".split())


@dataclass(frozen=True)
class Sum:
    """A whole and its parts.

    Attributes
    ----------
    optional
        Parts that count as nothing where the catalogue does not have them.
    """

    whole: str
    parts: tuple[str, ...]
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Share:
    """A published share in %: ``part`` over ``whole``."""

    share: str
    part: str
    whole: str


@dataclass(frozen=True)
class Structure:
    """The relations between indicators that accounting demands.

    Attributes
    ----------
    sums
        The parts add up to the whole.
    within
        No part exceeds the whole.
    may_fall_codes, may_fall_names
        Year-to-date figures that may be less than those of the month before:
        codes, and words in an indicator's name.
    """

    sums: tuple[Sum, ...]
    within: tuple[Sum, ...]
    shares: tuple[Share, ...]
    may_fall_codes: frozenset[str]
    may_fall_names: tuple[str, ...]

    def may_fall(self, indicator: Indicator) -> bool:
        """Whether its year to date may fall, or be negative."""
        return indicator.code in self.may_fall_codes or any(
            word in indicator.name_zh for word in self.may_fall_names
        )

    def is_lumpy(self, indicator: Indicator) -> bool:
        """Whether it comes in pieces, so that a tenfold month is no wonder: counts and land."""
        return indicator.unit in COUNTING_UNITS or indicator.theme == "land"


@cache
def load_structure() -> Structure:
    """Read the packaged ``structure.toml``."""
    data = resources.files("lianhu_analysis.catalog") / "data" / "structure.toml"
    return read_structure(data.read_text(encoding="utf-8"), "structure.toml")


def read_structure(text: str, source: str) -> Structure:
    """Read relations from TOML.

    Raises
    ------
    CatalogueError
        Naming the entry that lacks or misspells a field.
    """
    table = tomllib.loads(text)
    faults = [f"不认识的一节 {key}" for key in table if key not in SECTIONS]
    for section, fields in SECTIONS.items():
        entries = table.get(section, [])
        for number, entry in enumerate(entries if isinstance(entries, list) else [entries], 1):
            faults += _entry_faults(f"{section} 第 {number} 节", entry, *fields)
    if faults:
        raise CatalogueError(source, faults)
    falls = table.get("may_fall", {})
    return Structure(
        sums=tuple(_sum(entry) for entry in table.get("sums", [])),
        within=tuple(_sum(entry) for entry in table.get("within", [])),
        shares=tuple(Share(**entry) for entry in table.get("shares", [])),
        may_fall_codes=frozenset(falls.get("codes", [])),
        may_fall_names=tuple(falls.get("names", [])),
    )


SECTIONS: dict[str, tuple[set[str], set[str]]] = {
    "sums": ({"whole", "parts"}, {"optional"}),
    "within": ({"whole", "parts"}, set()),
    "shares": ({"share", "part", "whole"}, set()),
    "may_fall": (set(), {"codes", "names"}),
}


def _entry_faults(
    where: str, entry: dict[str, Any], required: set[str], optional: set[str]
) -> Sequence[str]:
    missing = [f"{where} 缺少 {name}" for name in sorted(required - set(entry))]
    return missing + [
        f"{where} 有不认识的字段 {name}" for name in sorted(set(entry) - required - optional)
    ]


def _sum(entry: dict[str, Any]) -> Sum:
    return Sum(entry["whole"], tuple(entry["parts"]), frozenset(entry.get("optional", [])))
