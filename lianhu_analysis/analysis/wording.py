"""How growth, and a difference of growth, is said as a statistician says it; notes on method."""

from __future__ import annotations

from functools import cache
from math import isnan

from lianhu_analysis.catalog.targets import half_up
from lianhu_analysis.written import packaged_table

__all__ = ["HALF_UNIT", "gap_text", "grew_text", "half_up", "method_of", "pace_text", "part_text"]

HALF_UNIT = 0.05  # of growth with one decimal: below it a difference is none


def grew_text(growth: float) -> str:
    """Write growth on a year before as a statistician says it: a fall is no growth of less."""
    size = half_up(abs(growth))
    return f"{'下降' if growth < 0 else '增长'} {size}%" if size else "同比持平"


def pace_text(growth: float, before: float, then: str, what: str = "") -> str:
    """Compare growth with that of the period before; ``what`` names it where it is no fall."""
    now, was = grew_text(growth), grew_text(before)
    if {now[:2], was[:2]} == {"增长", "下降"}:
        return f"由{then}的{was}转为{now[:2]}"
    if growth < 0 and before < 0:
        return gap_text(growth - before, then, "收窄", "扩大", "降幅")
    return gap_text(growth - before, then, "加快", "回落", what)


def gap_text(points: float, beside: str, up: str, down: str, what: str = "") -> str:
    """Tell a difference; nothing where it is not known."""
    if isnan(points):
        return ""
    if not half_up(points := round(points, 6)):  # what differences of published decimals are
        return f"{what}与{beside}持平"
    return f"{what}比{beside}{up if points > 0 else down} {half_up(abs(points))} 个百分点"


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
