"""Figures that are other figures: copied columns, and repeats of an earlier period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from lianhu_analysis.intake.checks.accumulation import first_position
from lianhu_analysis.intake.checks.arrays import Floats, Panel, shift_periods, shift_years
from lianhu_analysis.intake.checks.evidence import Evidence
from lianhu_analysis.intake.checks.findings import Finding, Severity

__all__ = ["check_copies"]

# Two true figures of four digits agree by chance once in thousands.
DIGITS = 4
COPIED_PERIODS = 3
REPEATS_OF_ONE_SHEET = 2  # one is chance; two figures of one sheet are a column not filled in
# Shorter figures count where most of a sheet repeats: one copied from last month.
SHORT_DIGITS, COPIED_FIGURES = 2, 3


def check_copies(panel: Evidence, doubt: Floats) -> Iterator[Finding]:
    """Find copied columns and stale repeats."""
    digits = _digits(panel)
    yield from _copied_series(panel, digits)
    yield from _copied_growth(panel, digits)
    yield from _copied_single(panel, doubt)
    yield from _repeats(panel, digits)


def _digits(panel: Panel) -> Floats:
    """Count significant digits as printed: 54.30 has three, 481.25 five."""
    units = np.abs(panel.values) / panel.unit_of_print[:, :, None]
    whole = np.where(np.isfinite(units), np.rint(units), 0.0)
    for _ in range(6):
        whole = np.where((whole > 0) & (whole % 10 == 0), whole / 10, whole)
    return np.where(whole > 0, np.floor(np.log10(np.maximum(whole, 1.0))) + 1, 0.0)


def _copied_series(panel: Evidence, digits: Floats) -> Iterator[Finding]:
    """Find two indicators with the same levels over several periods."""
    level = panel.is_level & ~panel.is_rate
    at = np.argwhere(level[:, None, None] & (digits >= DIGITS))
    if not len(at):
        return
    table = panel.series.iloc[at[:, 0]][["region", "provenance", "span"]].reset_index(drop=True)
    table = table.assign(
        series=at[:, 0],
        place=at[:, 1] * panel.values.shape[2] + at[:, 2],
        value=panel.values[tuple(at.T)],
    )
    key = ["region", "provenance", "span", "place", "value"]
    table = table[table.duplicated(key, keep=False)]
    pairs = table.merge(table, on=key, suffixes=("", "_other"))
    pairs = pairs[pairs["series"] < pairs["series_other"]].sort_values("place")
    rows = panel.rows.reshape(len(panel.series), -1)
    for _, group in pairs.groupby(["series", "series_other"]):
        first, second = (int(group[name].to_numpy()[0]) for name in ("series", "series_other"))
        # A January that is none lies between December and February.
        run = (group["place"].diff() > 2).cumsum()
        for _, part in group.groupby(run):
            if part["value"].nunique() < COPIED_PERIODS:
                continue
            for pair in rows[[first, second]][:, part["place"]].T.tolist():
                yield from [
                    panel.finding(
                        "copied_column",
                        "Error",
                        mine,
                        f"{panel.label(mine)}与{panel.label(other)}"
                        f"都是 {panel.value_text(mine)}，且连续 {len(part)} 期相同：一列可能抄自另一列",
                        others=[other],
                    )
                    for mine, other in (pair, pair[::-1])
                ]


def _copied_growth(panel: Evidence, digits: Floats) -> Iterator[Finding]:
    """Find growth rates that are the level beside them."""
    level, growth = panel.pairs("measure", "level", "yoy")
    same = (panel.values[level] == panel.values[growth]) & (digits[level] >= DIGITS)
    for pair, year, position in np.argwhere(same):
        rows = [
            int(panel.rows[growth[pair], year, position]),
            int(panel.rows[level[pair], year, position]),
        ]
        yield panel.finding(
            "copied_column",
            "Error",
            rows[0],
            f"{panel.label(rows[0])}与绝对额都是 {panel.values[level[pair], year, position]:,.10g}："
            "增速一列可能抄自绝对额",
            others=rows,
        )


def _copied_single(panel: Evidence, doubt: Floats) -> Iterator[Finding]:
    """Find single periods that are the year to date beside them, or the other way round."""
    if panel.frequency == "A":
        return
    for mine, other in zip(*panel.pairs("span", "single", "ytd"), strict=True):
        if not panel.is_flow[mine]:
            continue
        start = first_position(panel, mine) + 1
        earlier = np.nan_to_num(panel.values[other, :, start - 1 : -1])
        same = panel.values[mine, :, start:] == panel.values[other, :, start:]
        same &= (panel.values[mine, :, start:] > 0) & (earlier > 0)
        for year, place in np.argwhere(same):
            position = int(place) + start
            rows = [int(panel.rows[number, year, position]) for number in (mine, other)]
            doubts = [doubt[number, year, position] for number in (mine, other)]
            accused = rows[int(np.argmax(np.nan_to_num(doubts)))]
            yield panel.finding(
                "copied_column",
                "Error",
                accused,
                f"{panel.label(rows[0])}的当期数与累计数都是 {panel.value_text(rows[0])}："
                "相邻两列可能抄重了",
                others=rows,
            )


def _repeats(panel: Evidence, digits: Floats) -> Iterator[Finding]:
    """Find levels that repeat the period before, or the same period of last year."""
    wanted = panel.is_level & ~panel.is_lumpy & ~panel.is_rate
    wanted = wanted[:, None, None] & (digits >= SHORT_DIGITS)
    across = ~panel.is_ytd
    before = shift_periods(panel.values, -1, across_years=across)
    rows = panel.rows.astype(float)
    for words, other, other_rows in (
        ("上一期", before, shift_periods(rows, -1, across_years=across)),
        ("上年同期", shift_years(panel.values, -1), shift_years(rows, -1)),
    ):
        if panel.frequency == "A" and words == "上一期":
            continue
        same = wanted & (panel.values == other)
        long = same & (digits >= DIGITS)
        sheets = Counter(panel.sheet(int(row)) for row in panel.rows[long])
        copied = _copied_sheets(panel, same, wanted & np.isfinite(other))
        for at in map(tuple, np.argwhere(same)):
            row = int(panel.rows[at])
            sheet = panel.sheet(row)
            if not long[at] and sheet not in copied:
                continue
            many = sheets[sheet] >= REPEATS_OF_ONE_SHEET or sheet in copied
            severity: Severity = "Severe" if many else "Uncertain"
            message = f"{panel.said(row)}，与{words}一模一样：可能没有更新"
            yield panel.finding("stale_repeat", severity, row, message, others=[other_rows[at]])


def _copied_sheets(
    panel: Evidence, same: np.ndarray, compared: np.ndarray
) -> set[tuple[str, str, str]]:
    """Return the sheets most of whose figures repeat others, of the periods in which any does."""
    repeated = Counter(panel.sheet(int(row)) for row in panel.rows[same])
    often = {sheet for sheet, count in repeated.items() if count >= COPIED_FIGURES}
    if not often:
        return set()
    told = Counter(panel.sheet(int(row)) for row in panel.rows[compared & same.any(axis=0)])
    return {sheet for sheet in often if 2 * repeated[sheet] > told[sheet]}
