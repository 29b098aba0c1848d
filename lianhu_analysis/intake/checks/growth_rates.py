"""Growth rates: against levels where that is allowed, price bands, and other kinds of number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lianhu_analysis.intake.checks.arrays import Bools, Floats, Panel, shift_periods, shift_years
from lianhu_analysis.intake.checks.evidence import Evidence
from lianhu_analysis.intake.checks.expectation import MAD_TO_SD, median_of
from lianhu_analysis.intake.checks.findings import RESOLVE, Finding, Severity, graded

__all__ = ["check_growth"]

REVISED_BASE = 0.5  # percentage points that a later revision of last year's level explains
CLEAR_GROWTH = 5.0
WRONG_GROWTH = 20.0

# Yearly price changes of China's industries since 1992 lie within -15 and 20 %
# (mining apart); half as much again is no price any more.
DEFLATOR_LOW, DEFLATOR_HIGH = -15.0, 20.0
DEFLATOR_LOWEST, DEFLATOR_HIGHEST = -35.0, 50.0

STEADY = 15.0  # percentage points: the usual distance from the median of a series' growth
INDEX_LEAST = 50.0
INDEX_NEAR = 20.0
INDEX_FAR = 60.0
LOW_BASE = -25.0
FRACTION_NEAR = 3.0
FRACTION_LARGEST = 0.5

TEN_LEAST = 1.0  # usual growth of less is too near 0 for ten times to stand out
TEN_SCATTER = 0.3  # of the usual growth: wider neighbours tell no factor of ten
TEN_NEAR = 0.5
TEN_FAR, TEN_CLEAR = 2.5, 30.0
TEN_LOW_BASE = -5.0

BEYOND = 5.0  # usual distances outside all that the series did before
BEYOND_FLOOR = 1.0  # percentage points: a smaller usual distance is luck
LEAST_YEARS = 2  # of growth at the same time of the year before it
TOGETHER = 4  # what so many series do at once is no slip of the pen


def check_growth(panel: Evidence) -> Iterator[Finding]:
    """Check growth rates."""
    kinds = _other_kinds(panel)
    named = {item.key for item in kinds}
    yield from kinds
    yield from _against_level(panel)
    yield from [item for item in _beyond_history(panel) if item.key not in named]


def _beyond_history(panel: Evidence) -> Iterator[Finding]:
    """Find growth, that of levels too, far outside all that its series did before."""
    level = panel.is_level
    computed = 100 * (panel.values / _last_year(panel) - 1)
    rates = np.where(level[:, None, None], computed, panel.values)
    rates[(panel.is_rate & level) | panel.is_lumpy] = np.nan
    low, high = _range_before(rates)
    outside = np.fmax(rates - high, low - rates)
    # Over two years a rebound and the collapse before it are ordinary growth.
    factors = (1 + rates / 100) * (1 + shift_years(rates, -1) / 100)
    over_two = 100 * (np.sqrt(np.maximum(factors, 0)) - 1)
    known = np.cumsum(np.isfinite(rates), axis=1) > LEAST_YEARS
    found = known & (outside >= BEYOND * BEYOND_FLOOR) & ~((over_two >= low) & (over_two <= high))
    for number, year, position in np.argwhere(found):
        past = rates[number].ravel()[: year * rates.shape[2] + position]
        usual = MAD_TO_SD * median_of(np.abs(past - median_of(past)))
        found[number, year, position] = outside[number, year, position] >= BEYOND * usual
    levels, growth = panel.pairs("measure", "level", "yoy")
    found[levels] &= ~found[growth]
    together = found.sum(axis=0)
    for at in map(tuple, np.argwhere(found)):
        many, row = int(together[at[1:]]), int(panel.rows[at])
        if many < TOGETHER or not found[: at[0], *at[1:]].any():
            moved = f"比上年同期变动 {rates[at]:+.1f}%，" if level[at[0]] else ""
            also = f"；同期共有 {many} 个序列如此，多半确有其事" if many >= TOGETHER else ""
            yield panel.finding(
                "beyond_history",
                "Uncertain" if also else "Bad",
                row,
                f"{panel.said(row)}，{moved}远在以往的 {low[at]:+.1f}% 至 {high[at]:+.1f}% 之外{also}",
                f"可能是录入错误或口径变动，也可能确有其事。{RESOLVE}",
                others=panel.rows[found[:, *at[1:]], *at[1:]] if also else (),
            )


def _range_before(rates: Floats) -> tuple[Floats, Floats]:
    """Return at each rate the smallest and largest of those before it in its series."""
    flat = rates.reshape(len(rates), -1)
    before = np.concatenate([np.full((len(flat), 1), np.nan), flat[:, :-1]], axis=1)
    low, high = (side.accumulate(before, axis=1) for side in (np.fmin, np.fmax))
    return low.reshape(rates.shape), high.reshape(rates.shape)


def _last_year(panel: Evidence) -> Floats:
    """Return levels of last year, where both years stand on one census base."""
    base = np.where(np.isfinite(panel.values), panel.bases, -1).astype(float)
    then = np.where(base == shift_years(base, -1), shift_years(panel.values, -1), np.nan)
    return np.where(then > 0, then, np.nan)


def _against_level(panel: Evidence) -> Iterator[Finding]:
    """Compare growth with the ratio of levels, or take from both the change of prices."""
    level, growth = panel.pairs("measure", "level", "yoy")
    now, stated, then = panel.values[level], panel.values[growth], _last_year(panel)[level]
    unit = panel.unit_of_print[:, :, None]
    computed = 100 * (now / then - 1)
    rounding = unit[growth] / 2 + 50 * unit[level] * (1 + now / then) / then
    given = panel.flags(lambda item: item.level_gives_growth and item.kind != "rate")
    excess = np.where(given[level][:, None, None], np.abs(stated - computed) - rounding, np.nan)
    real = panel.flags(
        lambda item: item.growth_basis == "constant" and item.level_price == "current"
    )
    volume = np.where(real[level][:, None, None] & (stated > -100), 1 + stated / 100, np.nan)
    price = 100 * (now / then / volume - 1)
    for number, year, position in np.argwhere(excess > 1e-9):
        size = float(excess[number, year, position])
        rows = _rows(panel, level[number], growth[number], year, position)
        yield panel.finding(
            "growth_vs_level",
            graded(size, REVISED_BASE, CLEAR_GROWTH, WRONG_GROWTH),
            rows[0],
            f"{panel.label(rows[0])} {stated[number, year, position]:g}%，"
            f"按绝对额计算是 {computed[number, year, position]:.1f}%",
            f"上年数如有修订，可以略有出入；没有修订的，{RESOLVE}",
            others=rows,
        )
    for number, year, position in np.argwhere((price < DEFLATOR_LOW) | (price > DEFLATOR_HIGH)):
        value = float(price[number, year, position])
        rows = _rows(panel, level[number], growth[number], year, position)
        yield panel.finding(
            "implied_deflator",
            "Uncertain" if DEFLATOR_LOWEST <= value <= DEFLATOR_HIGHEST else "Severe",
            rows[1],
            f"{panel.label(rows[1])}的绝对额与不变价增速合起来，"
            f"意味着价格比上年同期变动 {value:+.1f}%",
            f"绝对额与增速总有一个可疑，或上年数修订过。{RESOLVE}",
            others=rows,
        )


def _rows(panel: Panel, level: int, growth: int, year: int, position: int) -> list[int]:
    """Return the rows of growth, its level and that of last year."""
    at = [(growth, year, position), (level, year, position), (level, year - 1, position)]
    return [int(panel.rows[place]) for place in at]


def _other_kinds(panel: Evidence) -> list[Finding]:
    """Find indices (105.3) and fractions (0.053) among percentages."""
    growth = (~panel.is_level & ~panel.is_lumpy & _is_steady(panel.values))[:, None, None]
    across = np.ones(len(panel.series), dtype=bool)
    beside = np.stack(
        [shift_periods(panel.values, step, across_years=across) for step in (-3, -2, -1, 1, 2, 3)]
    )
    usual = median_of(beside)
    values = panel.values
    last_year = np.nan_to_num(shift_years(values, -1))
    index: Bools = growth & (values >= INDEX_LEAST) & (np.abs(values - usual) >= INDEX_FAR)
    index &= (np.abs(values - 100 - usual) <= INDEX_NEAR) & (last_year > LOW_BASE)
    finer = panel.unit_of_print[:, :, None] <= 0.001
    fraction: Bools = growth & finer & (np.abs(values) <= FRACTION_LARGEST) & (values != 0)
    fraction &= (np.abs(100 * values - usual) <= FRACTION_NEAR) & (
        np.abs(values - usual) > np.abs(100 * values - usual)
    )
    fraction &= ~np.isclose(np.round(values, 1), values)
    tenfold = growth & ~index & ~fraction & _tenfold(values, beside, usual)
    larger = np.abs(values) > np.abs(usual)
    settled = np.isfinite(beside[3:]).any(axis=0) | (np.abs(values - usual) >= TEN_CLEAR)
    form = "是指数或小数的，请在版式中写明 form。"
    kinds: tuple[tuple[Bools, str, Severity, str, str], ...] = (
        (index, "index_among_growth", "Error", "像是指数（上年=100）", form),
        (fraction, "fraction_among_growth", "Error", "像是小数（0.05 即 5%）", form),
        (tenfold & larger & settled, "tenfold_growth", "Error", "像是大了十倍", ""),
        (tenfold & larger & ~settled, "tenfold_growth", "Severe", "像是大了十倍", ""),
        (tenfold & ~larger, "tenfold_growth", "Bad", "像是小了十倍", ""),
    )
    return [
        panel.finding(
            rule,
            severity,
            int(panel.rows[at]),
            f"{panel.label(int(panel.rows[at]))} {values[at]:g}%，而前后各期是通常的增速：{kind}",
            f"{remedy}{RESOLVE}",
        )
        for mask, rule, severity, kind, remedy in kinds
        for at in map(tuple, np.argwhere(mask))
    ]


def _tenfold(values: Floats, beside: Floats, usual: Floats) -> Bools:
    """Return which rates are those beside them ten times too large or small."""
    scatter = np.nanmax(np.abs(np.nan_to_num(beside - usual)), axis=0)
    calm = (np.isfinite(beside).sum(axis=0) >= 3) & (np.abs(usual) >= TEN_LEAST)
    calm &= scatter <= TEN_SCATTER * np.abs(usual)
    near = np.maximum(scatter, TEN_NEAR)
    far = np.abs(values - usual) >= np.maximum(TEN_FAR, 2 * near)
    low_base = shift_years(values, -1) < np.minimum(usual, 0.0) + TEN_LOW_BASE
    large = (np.abs(values / 10 - usual) <= near) & ~low_base
    return np.asarray(calm & far & (large | (np.abs(10 * values - usual) <= near)))


def _is_steady(values: Floats) -> Bools:
    """Return which series seldom move by so much that 100 more or less may be true."""
    distance = np.abs(values - median_of(values, axis=(1, 2))[:, None, None])
    return np.asarray(median_of(distance, axis=(1, 2)) <= STEADY)
