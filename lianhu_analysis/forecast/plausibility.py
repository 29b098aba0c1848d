"""Figures that a slip of units explains better than the year does."""

from __future__ import annotations

from lianhu_analysis.forecast.history import Series

__all__ = ["suspected_slip"]

# Lumpy counts honestly differ tenfold between years; units slip by a hundred and more.
SLIP_RATIO = 50.0
# Fewer other years do not show what is usual.
MIN_OTHERS = 3
# Growth beyond this, in percent, is no growth.
LARGEST_GROWTH = 600.0


def suspected_slip(series: Series, year: int) -> str:
    """Say which figure is a slip and not a figure, in words; empty if none is.

    Growth beyond ``LARGEST_GROWTH`` is one, in the year itself or before.  Of
    counts, amounts and stocks, a year's largest figure is compared with the
    largest of all other years up to ``year``: where it is more than
    ``SLIP_RATIO`` times as large, neither the figure nor what is learned from
    it can be stood behind.

    Parameters
    ----------
    series
        Growth, cumulative counts or amounts, or a stock, as known on a day.
    """
    if series.measure == "yoy":
        until = (point for period, point in series.points.items() if period.year <= year)
        wild = next((point for point in until if abs(point.value) > LARGEST_GROWTH), None)
        if wild is None:
            return ""
        return f"{wild.period} 的增速 {wild.value:.10g}% 疑为单位或口径错误，请先核对"
    largest = {
        item: max(
            (point for period, point in series.points.items() if period.year == item),
            key=lambda point: point.value,
        )
        for item in series.years
        if item <= year
    }
    for item, point in largest.items():
        others = [other.value for past, other in largest.items() if past != item]
        if len(others) >= MIN_OTHERS and point.value > SLIP_RATIO * max(others) > 0:
            times = point.value / max(others)
            return (
                f"{point.period} 的 {point.value:.10g} 是其他各年最大值 {max(others):.10g} 的"
                f" {times:.0f} 倍，疑为单位或录入错误，请先核对"
            )
    return ""
