"""Years to date against their own months: falls, single periods under a year-to-date header."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lianhu_analysis.intake.checks.arrays import Bools, Floats, Ints, Panel, shift_years
from lianhu_analysis.intake.checks.evidence import Evidence, doubtful
from lianhu_analysis.intake.checks.expectation import log_values
from lianhu_analysis.intake.checks.findings import RESOLVE, Finding, Severity, graded
from lianhu_analysis.intake.checks.magnitude import growth_beside

__all__ = ["check_accumulation", "first_position"]

SMALL_FALL = 0.01  # earlier months of the year may have been revised by that much
EARLY = 0.4  # a single period that is so much of the year so far: a collapse looks the same
TOLD = 0.08  # decimal logarithm: growth published beside it tells of the fall
CLEAR_SINGLE = 0.2  # decimal logarithm: below two thirds of last year's year to date
TIMES_NEARER = 3.0  # ... and three times nearer to last year's single period
SMALL_GAP, LARGE_GAP = 0.1, 0.5


def check_accumulation(panel: Evidence, doubt: Floats) -> Iterator[Finding]:
    """Check that years to date accumulate, and agree with single periods."""
    if panel.frequency == "A":
        return
    strict = panel.is_flow & ~panel.may_fall
    singles, found = _single_under_ytd(panel, strict)
    yield from found
    yield from _negative(panel, strict)
    yield from _falls(panel, strict, singles, doubt)
    yield from _single_against_ytd(panel, panel.without(singles))


def _previous(panel: Panel) -> tuple[Floats, Ints]:
    """Return, at each value, the last one before it in its year, and its row."""
    before, rows = panel.values.copy(), panel.rows.copy()
    for position in range(1, before.shape[2]):
        gap = ~np.isfinite(before[:, :, position])
        before[gap, position] = before[gap, position - 1]
        rows[gap, position] = rows[gap, position - 1]
    before[:, :, 1:], rows[:, :, 1:] = before[:, :, :-1].copy(), rows[:, :, :-1].copy()
    before[:, :, 0], rows[:, :, 0] = np.nan, -1
    return before, rows


def _same_base(panel: Evidence, other_rows: Ints) -> Bools:
    by_row = np.zeros(len(panel.frame), dtype=np.int64)
    by_row[panel.rows[panel.rows >= 0]] = panel.bases[panel.rows >= 0]
    return np.asarray(panel.bases == by_row[other_rows])


def _negative(panel: Evidence, strict: Bools) -> Iterator[Finding]:
    for row in panel.rows[strict[:, None, None] & (panel.values < 0)].tolist():
        said = f"{panel.label(row)} 是负数（{panel.value_text(row)}），这个指标不会是负的"
        yield panel.finding("negative_value", "Error", row, said)


def _falls(panel: Evidence, strict: Bools, singles: Bools, doubt: Floats) -> Iterator[Finding]:
    before, before_rows = _previous(panel.without(singles))
    tolerance = panel.unit_of_print[:, :, None]
    fall = before - panel.values
    mask = (strict & panel.is_ytd)[:, None, None] & (fall > tolerance) & ~singles
    mask &= _same_base(panel, before_rows) & (panel.values >= 0)
    for at in map(tuple, np.argwhere(mask)):
        row, other = int(panel.rows[at]), int(before_rows[at])
        severity: Severity = "Bad" if fall[at] <= SMALL_FALL * before[at] else "Error"
        series, year = at[0], at[1]
        earlier = int(np.flatnonzero(panel.rows[series, year] == other)[0])
        pair = [(row, doubt[at]), (other, doubt[series, year, earlier])]
        blamed = doubtful([size for _, size in pair]) if severity == "Error" else [0]
        for index in blamed:
            accused, beside = pair[index][0], pair[1 - index][0]
            yield panel.finding(
                "ytd_falls",
                severity,
                accused,
                f"{panel.label(row)}累计 {panel.value_text(row)}，"
                f"少于{panel.label(other)}的 {panel.value_text(other)}，当期成了负数",
                others=[beside],
            )


def _single_under_ytd(panel: Evidence, strict: Bools) -> tuple[Bools, list[Finding]]:
    """Find year-to-date figures that are as large as one period alone."""
    before, _ = _previous(panel)
    ytd_then = shift_years(panel.values, -1)
    single_then = ytd_then - shift_years(before, -1)
    logs = log_values(panel.values)
    logs_then = log_values(ytd_then)
    to_ytd = np.abs(logs - logs_then)
    to_single = np.abs(logs - log_values(single_then))
    mask = (strict & ~panel.is_lumpy & panel.is_ytd)[:, None, None] & np.isfinite(before)
    mask &= (to_ytd >= CLEAR_SINGLE) & (to_single * TIMES_NEARER <= to_ytd)
    mask &= panel.values < ytd_then
    told = log_values(1 + growth_beside(panel) / 100)
    mask &= ~(np.abs(logs - logs_then - told) < TOLD)
    clear = (single_then <= EARLY * ytd_then) | np.isfinite(told)
    findings = []
    for at in map(tuple, np.argwhere(mask)):
        row = int(panel.rows[at])
        then = int(panel.rows[at[0], at[1] - 1, at[2]])
        findings.append(
            panel.finding(
                "single_under_ytd",
                "Error" if clear[at] else "Severe",
                row,
                f"{panel.label(row)}累计 {panel.value_text(row)}，"
                f"只有上年同期 {panel.value_text(then)} 的 {panel.values[at] / ytd_then[at]:.0%}，"
                "与上年当期数相近：累计栏里填的可能是当期数",
                others=[then],
            )
        )
    return mask, findings


def _single_against_ytd(panel: Evidence, cumulated: Panel) -> Iterator[Finding]:
    for mine, other in zip(*panel.pairs("span", "single", "ytd"), strict=True):
        if not panel.is_flow[mine]:
            continue
        single, ytd = panel.values[mine], cumulated.values[other]
        before = np.full_like(ytd, np.nan)
        before[:, 1:] = ytd[:, :-1]
        before[:, first_position(panel, mine)] = 0.0
        step = ytd - before
        unit = panel.unit_of_print[mine] + 2 * panel.unit_of_print[other]
        gap = np.abs(single - step)
        share = gap / np.maximum(np.maximum(np.abs(step), np.abs(single)), 1e-12)
        bases = panel.bases[other]
        same = np.ones_like(ytd, dtype=bool)
        same[:, 1:] = bases[:, 1:] == bases[:, :-1]
        copied = single == ytd  # has a rule of its own
        over = np.isnan(before) & (single > ytd + unit[:, None]) & ~panel.may_fall[mine]
        for year, position in np.argwhere(over):
            rows = [int(panel.rows[one, year, position]) for one in (mine, other)]
            said = (
                f"{panel.said(rows[0])}，比累计的 {panel.value_text(rows[1])} 还多：两列可能填反了"
            )
            for row, other_row in (rows, rows[::-1]):
                yield panel.finding(
                    "single_vs_ytd", "Error", row, said, RESOLVE, others=[other_row]
                )
        for year, position in np.argwhere((gap > 0.5 * unit[:, None] + 1e-9) & same & ~copied):
            at, total = (mine, year, position), (other, year, position)
            rows = [int(panel.rows[at]), int(panel.rows[total])]
            if position:
                rows.append(int(panel.rows[other, year, position - 1]))
            yield panel.finding(
                "single_vs_ytd",
                graded(float(share[year, position]), SMALL_GAP, LARGE_GAP),
                rows[0],
                f"{panel.said(rows[0])}，而两期累计数之差是 {step[year, position]:,.10g}",
                f"前几期如有修订，可以不等；没有修订的，{RESOLVE}",
                others=rows,
            )


def first_position(panel: Evidence, series: int) -> int:
    """Return where a year of a series begins, and one period is the year to date."""
    indicator = panel.indicators[series]
    return int(panel.frequency == "M" and indicator is not None and indicator.no_january)
