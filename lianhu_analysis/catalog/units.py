"""Units of measurement: only declared ones convert, and exactly."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from lianhu_analysis.catalog.remembering import remembered
from lianhu_analysis.errors import UnitError
from lianhu_analysis.written import packaged_table

__all__ = ["KNOWN_UNITS", "convert", "normalise_unit", "parted"]

KNOWN_UNITS: frozenset[str]

TRADITIONAL = str.maketrans("億萬圓畝頃戶噸個標準煤時幣", "亿万元亩顷户吨个标准煤时币")
BLANKS = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
BRACKETS = re.compile(r"^[(\[【<〔](.*)[)\]】>〕]$")
LABEL = re.compile(r"^(?:计量)?单位:")
WITH_UNIT = re.compile(r"([+\-−–]?[\d,.]*\d)([^\d,.%+*/-]+)")


@dataclass(frozen=True)
class _Table:
    """Every canonical unit's dimension and factor, and every other spelling's unit."""

    dimensions: dict[str, str]
    factors: dict[str, Fraction]
    aliases: dict[str, str]


def convert(value: float, from_unit: str, to_unit: str) -> float:
    """Return ``value`` in another unit, computed exactly on its decimal digits.

    A missing value (NaN) stays missing.

    Raises
    ------
    UnitError
        Naming both units, if one is not declared, they measure different
        things, or the value is not finite.
    """
    ratio = _ratio(from_unit, to_unit)
    value = float(value)
    if math.isnan(value) or ratio is None:
        return value
    try:
        # repr gives the digits as published; the float itself is their binary neighbour.
        return float(Fraction(repr(value)) * ratio)
    except (ValueError, OverflowError) as error:
        raise UnitError(
            f"不能把 {value} {from_unit}换算成“{to_unit}”：不是有限的数。请核对数值"
        ) from error


@lru_cache(maxsize=1024)
def _ratio(from_unit: str, to_unit: str) -> Fraction | None:
    """Return how many of one unit another is; ``None`` if they are the same."""
    table = _table()
    source, target = normalise_unit(from_unit), normalise_unit(to_unit)
    for unit, text in ((source, from_unit), (target, to_unit)):
        if unit not in table.factors:
            raise UnitError(
                f"不能把“{from_unit}”换算成“{to_unit}”：没有登记“{text}”这个单位。"
                "请核对单位；若确有此单位，请登记到 units.toml"
            )
    if table.dimensions[source] != table.dimensions[target]:
        raise UnitError(
            f"不能把“{from_unit}”换算成“{to_unit}”："
            f"一个是{table.dimensions[source]}，一个是{table.dimensions[target]}。请核对这一列的单位"
        )
    return None if source == target else table.factors[source] / table.factors[target]


@remembered
def normalise_unit(text: str) -> str:
    """Return the declared spelling of a unit.

    Width, blanks, outer brackets, ``单位：`` and traditional characters are
    folded.  A unit that is not declared comes back folded, and is not in
    ``KNOWN_UNITS``.
    """
    folded = _fold(text)
    aliases = _table().aliases
    return aliases.get(folded, aliases.get(folded.casefold(), folded))


@remembered
def parted(text: str) -> tuple[str, str]:
    """Part a figure from the declared unit that it brings along (``210.5亿元``); else no unit."""
    found = WITH_UNIT.fullmatch(_fold(text))
    unit = normalise_unit(found[2]) if found else ""
    return (found[1], unit) if found and unit in _table().factors else (text, "")


def _fold(text: str) -> str:
    folded = BLANKS.sub("", unicodedata.normalize("NFKC", text)).translate(TRADITIONAL)
    before = ""
    while folded != before:
        before = folded
        folded = LABEL.sub("", BRACKETS.sub(r"\1", folded))
    return folded


@cache
def _table() -> _Table:
    return _read_table(packaged_table("catalog/data/units.toml"))


def _read_table(declared: dict[str, Any]) -> _Table:
    """Build the table.

    Raises
    ------
    UnitError
        If a spelling is declared twice, or an alias points outside its dimension.
    """
    table = _Table({}, {}, {})
    for dimension in declared["dimension"]:
        for unit, factor in dimension["factors"].items():
            _declare(table, unit, unit)
            table.dimensions[unit] = dimension["name"]
            table.factors[unit] = Fraction(factor)
        for alias, unit in dimension.get("aliases", {}).items():
            if unit not in dimension["factors"]:
                raise UnitError(f"units.toml：别名“{alias}”指向的“{unit}”不在同一组。请改正")
            _declare(table, alias, unit)
    return table


def _declare(table: _Table, spelling: str, unit: str) -> None:
    if spelling in table.aliases:
        raise UnitError(f"units.toml：“{spelling}”登记了两次。请删去一处")
    table.aliases[spelling] = unit


def __getattr__(name: str) -> frozenset[str]:
    # The table is read when it is first wanted, never when the module is imported.
    if name == "KNOWN_UNITS":
        return frozenset(_table().factors)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
