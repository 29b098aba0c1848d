"""How far each figure lies from what its own history and its neighbours imply.

All distances are decimal logarithms: 1 is ten times too large, -4 is 亿元 read as 万元.
Medians are used throughout, so that one wrong figure moves no expectation but its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lianhu_analysis.intake.checks.arrays import Bools, Floats, Panel, shift_periods, shift_years

__all__ = ["Expectation", "expect", "median_of"]

REFERENCE_YEARS = 3  # older years say more about trends than about size
LEAST_STEPS = 3  # a seasonal step from fewer years may be the wrong figure itself
LEAST_SPREAD = 6  # deviations from which a usual deviation can be told
MAD_TO_SD = 1.4826
LARGEST_TREND = 0.1  # a year's growth of 26 %; beyond it the trend is no trend


@dataclass(frozen=True)
class Expectation:
    """Distances of every value of a panel, each (series, years, periods).

    Attributes
    ----------
    past, future
        From the same period of up to three years before, and after.
    n_past, n_future
        How many of those years there are.
    near
        From the periods beside it, by the usual step between them.
    spread
        Usual size of ``past`` at this time of the year.
    """

    past: Floats
    future: Floats
    n_past: Floats
    n_future: Floats
    near: Floats
    spread: Floats


def median_of(stack: Floats, axis: int | tuple[int, ...] = 0) -> Floats:
    """Return medians without the missing; missing where there is nothing."""
    axes = (axis,) if isinstance(axis, int) else axis
    moved = np.moveaxis(stack, axes, range(-len(axes), 0))
    kept = moved.shape[: -len(axes)]
    flat = np.sort(
        moved.reshape(*kept, math.prod(moved.shape[len(kept) :])), axis=-1
    )  # NaN comes last
    if not flat.shape[-1]:
        return np.full(kept, np.nan)
    count = np.isfinite(flat).sum(axis=-1, keepdims=True)
    low = np.take_along_axis(flat, np.maximum((count - 1) // 2, 0), axis=-1)
    high = np.take_along_axis(flat, np.minimum(count // 2, flat.shape[-1] - 1), axis=-1)
    return np.asarray(np.where(count > 0, (low + high) / 2, np.nan)[..., 0])


def expect(panel: Panel, masked: Bools | None = None) -> Expectation:
    """Compare each value with its references.

    Parameters
    ----------
    masked
        Values that are no reference to others; they are still compared themselves.
    """
    # A zero is at most what prints as zero; it is compared, and is no reference to others.
    least = panel.unit_of_print.min(axis=1)[:, None, None] / 2
    logs = log_values(np.where(panel.values == 0, least, panel.values))
    reference = log_values(panel.values)
    if masked is not None:
        reference = np.where(masked, np.nan, reference)
    trend = _trend(reference)

    def beside(sign: int) -> tuple[Floats, Floats]:
        years = [sign * n for n in range(1, REFERENCE_YEARS + 1)]
        stack = np.stack([shift_years(reference, n) - n * trend for n in years])
        return logs - median_of(stack), np.isfinite(stack).sum(axis=0).astype(float)

    (past, n_past), (future, n_future) = beside(-1), beside(1)
    return Expectation(
        past, future, n_past, n_future, _near(panel, logs, reference), _spread(past, panel)
    )


def log_values(values: Floats) -> Floats:
    """Return decimal logarithms of what is positive, missing elsewhere."""
    return np.log10(np.where(values > 0, values, np.nan))


def _trend(logs: Floats) -> Floats:
    """Return each series' usual change in a year, (series, 1, 1)."""
    step = logs - shift_years(logs, -1)
    trend = median_of(step, axis=(1, 2))
    few = np.isfinite(step).sum(axis=(1, 2)) < LEAST_SPREAD
    trend = np.where(few | ~np.isfinite(trend), 0.0, trend)
    return np.clip(trend, -LARGEST_TREND, LARGEST_TREND)[:, None, None]


def _near(panel: Panel, logs: Floats, reference: Floats) -> Floats:
    """Compare with one and two periods before and after; years have their own comparison."""
    if panel.frequency == "A":
        return np.full_like(logs, np.nan)
    periods, is_ytd = np.arange(1, panel.values.shape[2] + 1), panel.is_ytd
    stack = []
    for offset in (-2, -1, 1, 2):
        other = shift_periods(reference, offset, across_years=~is_ytd)
        steps = other - reference
        usual = median_of(steps, axis=1)[:, None, :]
        known = np.isfinite(steps).sum(axis=1)[:, None, :] >= LEAST_STEPS
        moved = np.clip(periods + offset, 1, len(periods))
        even = np.where(is_ytd[:, None, None], np.log10(moved / periods), 0.0)
        stack.append(other - np.where(known, usual, even))
    return np.asarray(logs - median_of(np.stack(stack)))


def _spread(past: Floats, panel: Panel) -> Floats:
    """Return the usual size of deviations, by time of the year where known, else by series."""
    centred = np.abs(past - median_of(past, axis=(1, 2))[:, None, None])
    whole = median_of(centred, axis=(1, 2))
    enough = np.isfinite(centred).sum(axis=(1, 2)) >= LEAST_SPREAD
    local = usual_by_season(centred, LEAST_SPREAD, np.where(enough, whole, 0.0))
    return local * np.ones((1, len(panel.values[0]), 1))


def usual_by_season(sizes: Floats, least: int, otherwise: Floats | float) -> Floats:
    """Return the usual size around each time of the year, (series, 1, periods).

    Parameters
    ----------
    sizes
        Absolute deviations.
    least
        Fewer of them tell nothing: ``otherwise`` stands there.
    """
    local = np.empty((sizes.shape[0], 1, sizes.shape[2]))
    for position in range(sizes.shape[2]):
        window = sizes[:, :, max(position - 1, 0) : position + 2]
        known = np.isfinite(window).sum(axis=(1, 2)) >= least
        local[:, 0, position] = np.where(known, median_of(window, axis=(1, 2)), otherwise)
    return MAD_TO_SD * local
