"""Zeros that are no figures: months to come that a template fills, cells left at 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from lianhu_analysis.intake.checks.evidence import Evidence
from lianhu_analysis.intake.checks.findings import Finding
from lianhu_analysis.intake.checks.panel import Bools, Floats, Ints, Panel

__all__ = ["find_zeros"]

# Growth that stops at exactly 0.0: out of its series by so many usual steps, and points.
ZERO_STEPS = 4.0
LEAST_STOP = 1.0
LEAST_RATES = 5  # fewer do not tell what is usual
CLEAR_RUN = 3  # two zeros on end are seldom chance, three never

REMEDY = (
    "还没有公布的，请部门把这一格留空后重报，或在 corrections.toml 中撤下（new = 'withdraw'）；"
    "确实是 0 的，在其中确认（new = 'confirm'）"
)


def find_zeros(
    evidence: Evidence, slipped: Mapping[str, Bools]
) -> tuple[list[Finding], dict[str, Bools]]:
    """Find levels and growth rates of 0 that nobody measured.

    Parameters
    ----------
    slipped
        By frequency, the levels of the wrong size (``find_slips``), zeros among them.

    Returns
    -------
    The findings, and ``slipped`` with the zeros found.
    """
    findings: list[Finding] = []
    masks = {}
    for name, panel in evidence.panels.items():
        zero = panel.values == 0
        stops = np.zeros(zero.shape, dtype=np.int64)
        lumpy = evidence.flags(panel, evidence.structure.is_lumpy)
        for number in np.flatnonzero(~panel.is_level & ~lumpy & zero.any(axis=(1, 2))):
            stops[number] = _stops(panel.values[number].ravel()).reshape(zero.shape[1:])
        certain = zero & slipped[name] | _blank(evidence, panel, zero, ~lumpy)
        level, growth = panel.pairs("measure", "level", "yoy")
        certain[growth] |= certain[level] & zero[growth]
        together = (certain | (stops > 0)).sum(axis=0) > 1
        certain |= (stops > 0) & (together | (stops >= CLEAR_RUN))
        masks[name] = slipped[name] | certain | (stops > 1)
        findings += [
            _finding(evidence, int(panel.rows[tuple(at)]), bool(certain[tuple(at)]))
            for at in np.argwhere(masks[name] & zero)
        ]
    return findings, masks


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


def _blank(evidence: Evidence, panel: Panel, zero: Bools, steady: Bools) -> Bools:
    """Return the figures of a sheet whose period has several, all of them 0."""
    found = np.zeros_like(zero)
    for year, position in np.argwhere((zero & steady[:, None, None]).any(axis=0)):
        rows = panel.rows[:, year, position]
        held = np.flatnonzero(steady & (rows >= 0))
        sheets = [evidence.sheet(int(row)) for row in rows[held]]
        filled = Counter(
            sheet
            for sheet, number in zip(sheets, held, strict=True)
            if zero[number, year, position]
        )
        found[held, year, position] = [
            filled[sheet] == count > 1 for sheet, count in ((s, sheets.count(s)) for s in sheets)
        ]
    return found


def _finding(evidence: Evidence, row: int, certain: bool) -> Finding:
    why = (
        "这个指标不会是 0，多半是表样里填的 0"
        if certain
        else "连着几期正好是 0，可能是表样里填的 0"
    )
    return evidence.finding(
        "zero_filled",
        "Error" if certain else "Bad",
        row,
        f"{evidence.label_of_row(row)} 是 0：{why}",
        REMEDY,
    )
