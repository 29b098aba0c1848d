"""Growth in the form that its column declares; a figure that looks like another is refused."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.cells import read_value

__all__ = ["INDEX_RANGE", "Neighbours", "growth_in_percent", "neighbours"]

# Lumpy series (land, foreign investment) do double; broad aggregates do not.
INDEX_LIKE = (80.0, 130.0)
FEWEST = 3
WIDE = 30.0
INDEX_RANGE = (50.0, 200.0)
PRINTED_DECIMALS = 2


class Neighbours(NamedTuple):
    """What most figures of one growth column or series look like.

    Attributes
    ----------
    indices
        They lie where indices with last year at 100 do.
    unrounded
        They are percentages in full precision, so that a small one is no fraction.
    wide
        They are of one indicator and far apart, so that a large one is no index.
    """

    indices: bool = False
    unrounded: bool = False
    wide: bool = False


def neighbours(tokens: Iterable[object], *, one_indicator: bool = False) -> Neighbours:
    """Look at the figures of one growth column or series."""
    values = []
    for token in tokens:
        if isinstance(token, float) and math.isfinite(token):
            values.append(token)
            continue
        try:
            reading = read_value(token, unit_is_percent=True)
        except IntakeError:
            continue
        if reading.value is not None and not reading.says_percent:
            values.append(reading.value)
    enough = len(values) >= FEWEST
    indices = sum(INDEX_LIKE[0] <= value <= INDEX_LIKE[1] for value in values)
    large = [value for value in values if abs(value) >= 1]
    fine = sum(round(value, PRINTED_DECIMALS) != round(value, 9) for value in large)
    return Neighbours(
        enough and indices * 2 > len(values),
        enough and fine > 1 and len(large) * 2 > len(values),
        enough
        and one_indicator
        and indices * 4 < len(values)
        and any(abs(v) >= WIDE and not INDEX_LIKE[0] <= v <= INDEX_LIKE[1] for v in values),
    )


def growth_in_percent(value: float, form: str, indicator: Indicator, beside: Neighbours) -> float:
    """Return a growth rate in percent.

    Parameters
    ----------
    value
        The figure as delivered.
    form
        ``percent``, ``index`` (last year = 100) or ``fraction``.
    beside
        What the figures beside it look like.

    Raises
    ------
    IntakeError
        If the figure is not of that form; the form is never guessed from it.
    """
    if form == "fraction":
        return round(value * 100, 10)
    if form == "index":
        # A year in which a total fell by half or doubled is not an index misread.
        if not INDEX_RANGE[0] <= value <= INDEX_RANGE[1]:
            raise IntakeError(
                f"{indicator.name_zh} 的 {value:g} 不像以上年为 100 的指数",
                "请核对；如果这一格已是增速，请改正原表或版式说明的 form",
            )
        return round(value - 100, 10)
    broad = indicator.tier == "core" or indicator.kind == "growth_only"
    doubtful = broad or beside.indices or indicator.growth_basis == "constant"
    if doubtful and not beside.wide and INDEX_LIKE[0] <= value <= INDEX_LIKE[1]:
        raise IntakeError(
            f"{indicator.name_zh} 的增速 {value:g} 像以上年为 100 的指数",
            f"若是指数，请改为增速 {round(value - 100, 10):g}；确是增速的，请写成 {value:g}%",
        )
    if (
        not beside.unrounded
        and -1 < value < 1
        and round(value, PRINTED_DECIMALS) != round(value, 9)
    ):
        raise IntakeError(
            f"{indicator.name_zh} 的增速 {value:g} 像小数，说不清是 {value:g}% 还是 {value * 100:g}%",
            "请写成带百分号的数，或在版式说明中写明 form",
        )
    return value
