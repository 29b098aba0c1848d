"""Zeros that are no figures: months to come that a template fills, cells left at 0."""

from __future__ import annotations

import numpy as np

from lianhu_analysis.intake.checks.arrays import Bools, Floats, Ints
from lianhu_analysis.intake.checks.evidence import Evidence
from lianhu_analysis.intake.checks.findings import Finding, Severity
from lianhu_analysis.intake.checks.magnitude import growth_beside

__all__ = ["find_zeros"]

# Growth that stops at exactly 0.0: out of its series by so many usual steps, and points.
ZERO_STEPS = 4.0
LEAST_STOP = 1.0
LEAST_RATES = 5  # fewer do not tell what is usual
CLEAR_RUN = 3  # two zeros on end, or side by side, may be chance

REMEDY = (
    "还没有公布的，请部门把这一格留空后重报，或在 corrections.toml 中撤下（new = 'withdraw'）；"
    "确实是 0 的，在其中确认（new = 'confirm'）"
)


def find_zeros(panel: Evidence, slipped: Bools) -> tuple[list[Finding], Bools]:
    """Find levels and growth rates of 0 that nobody measured.

    Parameters
    ----------
    slipped
        The levels of the wrong size (``find_slips``), zeros among them.

    Returns
    -------
    The findings, and ``slipped`` with the zeros found.
    """
    zero = panel.values == 0
    stops = np.zeros(zero.shape, dtype=np.int64)
    for number in np.flatnonzero(~panel.is_level & ~panel.is_lumpy & zero.any(axis=(1, 2))):
        stops[number] = _stops(panel.values[number].ravel()).reshape(zero.shape[1:])
    adds_up = panel.is_flow & panel.is_ytd & ~panel.may_fall
    begun = adds_up[:, None, None] & np.logical_or.accumulate(panel.values > 0, axis=2)
    certain = zero & (slipped | _blank(panel)[panel.rows] | begun)
    level, growth = panel.pairs("measure", "level", "yoy")
    regular = ~panel.is_lumpy[:, None, None]
    # Nothing that grew by nothing from nothing; a month of none within what is sold to date.
    certain[level] |= zero[level] & zero[growth] & regular[level]
    single, to_date = panel.pairs("span", "single", "ytd")
    sold = (panel.values[to_date] > 0) & adds_up[to_date, None, None] & regular[single]
    gone = growth_beside(panel)[single] <= -100
    certain[single] |= zero[single] & sold & ~gone
    certain[growth] |= certain[level] & zero[growth]
    together = (certain | (stops > 0)).sum(axis=0) > 1
    certain |= (stops > 0) & (together | (stops >= CLEAR_RUN))
    masked = slipped | certain | (stops > 1)
    kinds: tuple[tuple[Bools, Severity, str], ...] = (
        (certain, "Error", "这个指标不会是 0，多半是表样里填的 0"),
        (zero & masked & ~certain, "Bad", "连着几期正好是 0，可能是表样里填的 0"),
    )
    findings = [
        panel.finding("zero_filled", severity, row, f"{panel.label(row)} 是 0：{why}", REMEDY)
        for mask, severity, why in kinds
        for row in panel.rows[mask].tolist()
    ]
    return findings, masked


def _stops(rates: Floats) -> Ints:
    """Return at each 0.0 how many stand on end, if growth never otherwise moved so suddenly."""
    length = np.zeros(len(rates), dtype=np.int64)
    held = np.flatnonzero(np.isfinite(rates))
    values = rates[held]
    steps = np.abs(np.diff(values[values != 0]))
    if len(steps) < LEAST_RATES:
        return length
    limit = max(LEAST_STOP, ZERO_STEPS * float(np.median(steps)))
    for run in np.split(np.arange(len(held)), np.flatnonzero(np.diff(values == 0)) + 1):
        beside = np.abs(values[[i for i in (run[0] - 1, run[-1] + 1) if 0 <= i < len(held)]])
        if values[run[0]] == 0 and beside.min() > limit:
            length[held[run]] = len(run)
    return length


def _blank(panel: Evidence) -> Bools:
    """Return the rows of a sheet whose period has several figures, all of them 0."""
    lumpy = [item.code for item in panel.catalogue if panel.structure.is_lumpy(item)]
    frame = panel.frame
    judged = frame[frame["value"].notna() & ~frame["indicator"].isin(lumpy)]
    keys = [judged[name] for name in ("source", "sheet", "published", "region", "period")]
    sheet = judged["value"].abs().groupby(keys)
    blank = (sheet.transform("count") >= CLEAR_RUN) & (sheet.transform("max") == 0)
    return np.asarray(blank.reindex(frame.index, fill_value=False).to_numpy(dtype=bool))
