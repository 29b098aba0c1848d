"""How growth, and a difference of growth, is said as a statistician says it; notes on method."""

from __future__ import annotations

from functools import cache
from math import isnan

from lianhu_analysis.catalog.targets import as_published, half_up
from lianhu_analysis.written import packaged_table

__all__ = ["HALF_UNIT", "gap_text", "grew_text", "half_up", "method_of", "pace_text", "part_text"]

HALF_UNIT = 0.05  # of growth with one decimal: below it a difference is none


def grew_text(growth: float, decimals: int = 1, up: str = "增长") -> str:
    """Write growth on a year before as a statistician says it: a fall is no growth of less."""
    size = half_up(abs(growth), decimals)
    return f"{'下降' if growth < 0 else up} {size}%" if size else "同比持平"


def pace_text(
    growth: float, before: float, then: str, what: str = "", decimals: int = 1, up: str = "增长"
) -> str:
    """Compare growth with that of the period before, both as they are printed.

    Parameters
    ----------
    what
        What is compared, where both are no falls.
    up
        The word for growth; what rises otherwise has a rise that widens.
    """
    if isnan(before):
        return ""
    now, was = (as_published(value, decimals) for value in (growth, before))
    if (now > 0, now < 0) != (was > 0, was < 0):
        told, turned = (grew_text(x, decimals, up).removeprefix("同比") for x in (was, now))
        return f"由{then}的{told}转为{turned[:2]}"
    words = ("加快", "回落", what) if up == "增长" else ("扩大", "收窄", "升幅")
    words = ("收窄", "扩大", "降幅") if now < 0 else words
    return gap_text(now - was, then, *words, decimals=decimals)


def gap_text(
    points: float, beside: str, up: str, down: str, what: str = "", decimals: int = 1
) -> str:
    """Tell a difference; nothing where it is not known."""
    if isnan(points):
        return ""
    # What differences of published decimals are.
    if not half_up(points := round(points, 6), decimals):
        return f"{what}与{beside}持平"
    size = half_up(abs(points), decimals)
    return f"{what}比{beside}{up if points > 0 else down} {size} 个百分点"


def part_text(percent: float, decimals: int) -> str:
    """Write how much of something is done: what is not all of it is never printed as 100 %."""
    most = percent if percent >= 100 else 100 - 10.0**-decimals
    return f"{min(percent, most):.{decimals}f}%"


def method_of(analysis: str, **limits: object) -> tuple[str, ...]:
    """Return the notes on how an analysis is made; ``limits`` are those that they tell."""
    return tuple(text.format(**limits) for text in _methods()[analysis])


@cache
def _methods() -> dict[str, list[str]]:
    return packaged_table("analysis/data/methods.toml")
