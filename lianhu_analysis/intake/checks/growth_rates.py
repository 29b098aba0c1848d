"""Growth rates: against levels where that is allowed, price bands, and other kinds of number."""

from __future__ import annotations

import numpy as np

from lianhu_analysis.intake.checks.evidence import At, Evidence
from lianhu_analysis.intake.checks.expectation import median_of
from lianhu_analysis.intake.checks.findings import Finding, Severity
from lianhu_analysis.intake.checks.magnitude import RESOLVE
from lianhu_analysis.intake.checks.panel import Bools, Floats, Panel, shift_periods, shift_years

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


def check_growth(evidence: Evidence) -> list[Finding]:
    """Check growth rates of all frequencies."""
    findings: list[Finding] = []
    for panel in evidence.panels.values():
        findings += _against_level(evidence, panel)
        findings += _other_kinds(evidence, panel)
    return findings


def _against_level(evidence: Evidence, panel: Panel) -> list[Finding]:
    findings: list[Finding] = []
    indicators = evidence.indicators(panel)
    for level, growth in zip(*panel.pairs("measure", "level", "yoy"), strict=True):
        indicator = indicators[level]
        if indicator is None or indicator.kind == "rate":
            continue
        if indicator.level_gives_growth:
            findings += _ratio(evidence, panel, int(level), int(growth))
        if indicator.growth_basis == "constant" and indicator.level_price == "current":
            findings += _deflator(evidence, panel, int(level), int(growth))
    return findings


def _levels(evidence: Evidence, panel: Panel, level: int) -> tuple[Floats, Floats]:
    """Return levels and those of last year, where both stand on one census base."""
    now = panel.values[level : level + 1]
    base = np.where(np.isfinite(now), evidence.bases(panel)[level : level + 1], -1)
    base = base.astype(float)
    then = np.where(base == shift_years(base, -1), shift_years(now, -1), np.nan)
    return now[0], np.where(then[0] > 0, then[0], np.nan)


def _ratio(evidence: Evidence, panel: Panel, level: int, growth: int) -> list[Finding]:
    now, then = _levels(evidence, panel, level)
    stated = panel.values[growth]
    computed = 100 * (now / then - 1)
    unit = panel.unit_of_print
    rounding = unit[growth][:, None] / 2 + 50 * unit[level][:, None] * (1 + now / then) / then
    excess = np.abs(stated - computed) - rounding
    findings = []
    for year, position in np.argwhere(excess > 1e-9):
        size = float(excess[year, position])
        severity: Severity = (
            "Uncertain"
            if size <= REVISED_BASE
            else "Bad"
            if size <= CLEAR_GROWTH
            else "Severe"
            if size <= WRONG_GROWTH
            else "Error"
        )
        rows = _rows(panel, level, growth, year, position)
        findings.append(
            evidence.finding(
                "growth_vs_level",
                severity,
                rows[0],
                f"{evidence.label_of_row(rows[0])} {stated[year, position]:g}%，"
                f"按绝对额计算是 {computed[year, position]:.1f}%",
                f"上年数如有修订，可以略有出入；没有修订的，{RESOLVE}",
                others=rows,
            )
        )
    return findings


def _deflator(evidence: Evidence, panel: Panel, level: int, growth: int) -> list[Finding]:
    now, then = _levels(evidence, panel, level)
    real = 1 + panel.values[growth] / 100
    price = 100 * (now / then / np.where(real > 0, real, np.nan) - 1)
    findings = []
    for year, position in np.argwhere((price < DEFLATOR_LOW) | (price > DEFLATOR_HIGH)):
        value = float(price[year, position])
        far = not DEFLATOR_LOWEST <= value <= DEFLATOR_HIGHEST
        rows = _rows(panel, level, growth, year, position)
        findings.append(
            evidence.finding(
                "implied_deflator",
                "Severe" if far else "Uncertain",
                rows[1],
                f"{evidence.label_of_row(rows[1])}的绝对额与不变价增速合起来，"
                f"意味着价格比上年同期变动 {value:+.1f}%",
                f"绝对额与增速总有一个可疑，或上年数修订过。{RESOLVE}",
                others=rows,
            )
        )
    return findings


def _rows(panel: Panel, level: int, growth: int, year: int, position: int) -> list[int]:
    return [
        int(panel.rows[growth, year, position]),
        int(panel.rows[level, year, position]),
        int(panel.rows[level, year - 1, position]),
    ]


def _other_kinds(evidence: Evidence, panel: Panel) -> list[Finding]:
    """Find indices (105.3) and fractions (0.053) among percentages."""
    growth = (panel.series["measure"] == "yoy").to_numpy()
    growth = growth & ~evidence.flags(panel, evidence.structure.is_lumpy)
    growth = (growth & _is_steady(panel.values))[:, None, None]
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
    findings = [
        _kind_finding(evidence, panel, at, "index_among_growth", "像是指数（上年=100）")
        for at in map(tuple, np.argwhere(index))
    ]
    return findings + [
        _kind_finding(evidence, panel, at, "fraction_among_growth", "像是小数（0.05 即 5%）")
        for at in map(tuple, np.argwhere(fraction))
    ]


def _is_steady(values: Floats) -> Bools:
    """Return which series seldom move by so much that 100 more or less may be true."""
    distance = np.abs(values - median_of(values, axis=(1, 2))[:, None, None])
    return np.asarray(median_of(distance, axis=(1, 2)) <= STEADY)


def _kind_finding(
    evidence: Evidence, panel: Panel, at: tuple[int, ...], rule: str, kind: str
) -> Finding:
    place: At = (at[0], at[1], at[2])
    row = int(panel.rows[place])
    return evidence.finding(
        rule,
        "Error",
        row,
        f"{evidence.label_of_row(row)} {panel.values[place]:g}%，而前后各期是通常的增速：{kind}",
        f"是指数或小数的，请在版式中写明 form。{RESOLVE}",
    )
