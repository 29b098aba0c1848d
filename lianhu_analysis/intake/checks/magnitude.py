"""Figures of the wrong size: slips by powers of ten, and figures out of line with their series."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lianhu_analysis.intake.checks.arrays import Bools, Floats, Panel, shift_periods, shift_years
from lianhu_analysis.intake.checks.evidence import Evidence
from lianhu_analysis.intake.checks.expectation import (
    REFERENCE_YEARS,
    Expectation,
    expect,
    log_values,
    median_of,
    usual_by_season,
)
from lianhu_analysis.intake.checks.findings import RESOLVE, Finding, Severity

__all__ = ["distances", "find_out_of_line", "find_slips", "growth_beside"]

# A fourfold change against the same period of the years before.  Half-way to ten on
# the logarithmic scale (3.2) would accuse the lockdown months of catering and travel.
SLIP = 0.6
SLIP_SPREADS = 6.0  # a series that often halves and doubles needs more than fourfold
COUNT_SDS = 4.0  # Poisson: a count of 3 may well become 12
LUMPY_UNKNOWN = 1.5  # counts and land without history: thirtyfold
LARGEST = 2.5  # nothing true moves three hundredfold
SUPPORT = 0.3  # published growth explains a jump to within a factor of two

OUT_OF_LINE = 8.0
FAR_OUT = 16.0
LEVEL_FLOOR = 0.002  # 0.5 %, in decimal logarithms
FAR_OUT_LEVEL = 0.02  # 5 %
GROWTH_FLOOR = 0.5  # percentage points
LEAST_DEPARTURES = 6


def find_slips(panel: Evidence) -> tuple[list[Finding], Bools]:
    """Find levels ten, a hundred ... times too large or small, zeros among them.

    Returns
    -------
    The findings, and a mask of the figures found, so that other rules need not
    accuse the figures beside them.  Zeros are in the mask only.
    """
    first = expect(panel)
    limit = _limits(panel, first)
    clear = _agreed(first, limit)
    second = expect(panel, clear)
    past, near, future = second.past, second.near, second.future
    # Only one year to compare with: it may be that one that is wrong.
    vouched = (second.n_past == 1) & (np.abs(near) < limit / 2) & (np.abs(future) < limit / 2)
    by_year = (second.n_past > 0) & (np.abs(past) >= limit) & ~vouched
    first_year = (second.n_past == 0) & _agreed(second, limit)
    found = (clear | by_year | first_year) & ~_supported(panel) & ~_true_zero(panel)
    distance = np.where(np.isfinite(past), past, np.where(np.isfinite(near), near, future))
    found &= np.isfinite(distance) & panel.is_level[:, None, None]
    places = map(tuple, np.argwhere(found & (panel.values != 0)))
    return [_slip_finding(panel, at, float(distance[at])) for at in places], found


def _limits(panel: Evidence, expectation: Expectation) -> Floats:
    lumpy = panel.is_lumpy[:, None, None]
    limit = np.maximum(SLIP, SLIP_SPREADS * expectation.spread)
    size = panel.values * np.minimum(1.0, 10.0 ** -np.nan_to_num(expectation.past))
    poisson = COUNT_SDS * np.sqrt(2.0 / np.maximum(size, 1.0)) / np.log(10)
    limit = np.where(lumpy & np.isfinite(poisson), np.maximum(limit, poisson), limit)
    unknown = lumpy & ((expectation.spread == 0) | (expectation.n_past < REFERENCE_YEARS))
    return np.minimum(np.where(unknown, np.maximum(limit, LUMPY_UNKNOWN), limit), LARGEST)


def _agreed(expectation: Expectation, limit: Floats) -> Bools:
    """Return where all references that there are say the same, and they are enough."""
    sides = np.stack([expectation.past, expectation.near, expectation.future])
    known = np.isfinite(sides)
    enough = known[1] | (expectation.n_future >= 2) | (known[0] & known[2])
    over = ((sides >= limit) | ~known).all(axis=0)
    under = ((sides <= -limit) | ~known).all(axis=0)
    return (over | under) & known.any(axis=0) & enough


def _supported(panel: Panel) -> Bools:
    """Return where the growth published beside it tells the same story as the jump."""
    growth = growth_beside(panel)
    told = log_values(1 + growth / 100)
    logs = log_values(panel.values)
    step = logs - shift_years(logs, -1)
    jumped = (np.abs(step - told) < SUPPORT) & (np.abs(step) >= SLIP / 2)
    return np.asarray(jumped | (growth <= -100))


def _true_zero(panel: Evidence) -> Bools:
    """Return the zeros of counts and land, and of a time of the year that is 0 in other years."""
    zero = panel.values == 0
    goes_on = np.cumsum((panel.values > 0).reshape(len(zero), -1)[:, ::-1], axis=1)[:, ::-1] > 0
    inside = zero & goes_on.reshape(zero.shape)
    usual = zero & (inside.sum(axis=1)[:, None, :] > inside)
    if panel.frequency == "M":  # a January that is none is a template's, however often
        usual[panel.flags(lambda item: item.no_january), :, 0] = False
    return usual | (zero & panel.is_lumpy[:, None, None])


def growth_beside(panel: Panel) -> Floats:
    """Return, for each level series, the published growth of the same figures."""
    beside = np.full_like(panel.values, np.nan)
    level, growth = panel.pairs("measure", "level", "yoy")
    beside[level] = panel.values[growth]
    return beside


def _slip_finding(panel: Evidence, at: tuple[int, ...], distance: float) -> Finding:
    series, year, position = at
    row = int(panel.rows[series, year, position])
    before = [
        int(panel.rows[series, other, position]) for other in (year - 1, year - 2) if other >= 0
    ]
    other = next((item for item in before if item >= 0), -1)
    power = max(1, round(abs(distance)))
    times = f"{10**power:,} 倍" if distance > 0 else f"{10**power:,} 分之一"
    against = (
        f"{panel.label(other)}的 {panel.value_text(other)}" if other >= 0 else "同一序列其余各期"
    )
    return panel.finding(
        "unit_slip",
        "Error",
        row,
        f"{panel.said(row)}，约为应有大小的{times}（比照{against}）",
        f"多半是计量单位或小数点错了。{RESOLVE}",
        others=[other],
    )


def find_out_of_line(panel: Evidence) -> Iterator[Finding]:
    """Find figures that break the usual step to the periods before and after."""
    is_level = panel.is_level
    logs = log_values(panel.values)
    measured = np.where(is_level[:, None, None], logs, panel.values)
    floor = np.where(is_level, LEVEL_FLOOR, GROWTH_FLOOR)[:, None, None]
    distance, scale = _spikes(panel, measured)
    score = np.abs(distance) / np.maximum(scale, floor)
    wanted = ~(panel.is_lumpy | panel.may_fall | (panel.frequency == "A"))[:, None, None]
    for at in map(tuple, np.argwhere(wanted & (score >= OUT_OF_LINE))):
        far = score[at] >= FAR_OUT and (not is_level[at[0]] or abs(distance[at]) >= FAR_OUT_LEVEL)
        severity: Severity = "Bad" if far else "Uncertain"
        yield _out_of_line_finding(panel, at, float(distance[at]), severity)


def _spikes(panel: Evidence, measured: Floats) -> tuple[Floats, Floats]:
    """Return how far each value departs from the steps beside it, and the usual departure."""
    across = ~panel.is_ytd
    base = np.where(panel.rows >= 0, panel.bases, 0).astype(float)
    sides = []
    scale = np.zeros((len(panel.series), 1, measured.shape[2]))
    for offset in (-1, 1):
        step = measured - shift_periods(measured, offset, across_years=across)
        step = np.where(base == shift_periods(base, offset, across_years=across), step, np.nan)
        usual = median_of(step, axis=1)[:, None, :]
        enough = np.isfinite(step).sum(axis=1)[:, None, :] >= 3
        rest = np.where(enough, step - usual, np.nan)
        sides.append(rest)
        scale = np.fmax(scale, usual_by_season(np.abs(rest), LEAST_DEPARTURES, np.inf))
    before, after = sides
    both = np.isfinite(before) & np.isfinite(after)
    agree = np.sign(before) == np.sign(after)
    smaller = np.where(np.abs(before) < np.abs(after), before, after)
    single = np.where(np.isfinite(before), before, after)
    return np.where(both, np.where(agree, smaller, 0.0), np.nan_to_num(single)), scale


def _out_of_line_finding(
    panel: Evidence, at: tuple[int, ...], distance: float, severity: Severity
) -> Finding:
    series, year, position = at
    row = int(panel.rows[series, year, position])
    flat = panel.rows[series].ravel()
    place = year * panel.values.shape[2] + position
    others = [int(flat[i]) for i in (place - 1, place + 1) if 0 <= i < len(flat)]
    size = (
        f"{100 * (10**distance - 1):+.1f}%"
        if panel.is_level[series]
        else f"{distance:+.1f} 个百分点"
    )
    return panel.finding(
        "out_of_line",
        severity,
        row,
        f"{panel.said(row)}，偏离前后各期历年走势 {size}",
        f"可能是录入错误，也可能确有其事。{RESOLVE}",
        others=others,
    )


def distances(panel: Panel, masked: Bools | None = None) -> Floats:
    """Return how doubtful each figure is: its distance from its own history and neighbours.

    Parameters
    ----------
    masked
        Values that are no reference to others; they are still compared themselves.
    """
    expectation = expect(panel, masked)
    return np.fmax(np.abs(expectation.near), np.abs(expectation.past) / 4)
