"""Growth in the form that its column declares; a figure that looks like another is refused."""

from __future__ import annotations

import math
from collections.abc import Iterable

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.cells import read_value

__all__ = ["INDEX_RANGE", "growth_in_percent", "looks_like_indices"]

# Lumpy series (land, foreign investment) do double; broad aggregates do not.
INDEX_LIKE = (80.0, 130.0)
FEWEST = 3
INDEX_RANGE = (50.0, 200.0)
PRINTED_DECIMALS = 2


def looks_like_indices(tokens: Iterable[object]) -> bool:
    """Whether most figures of one growth column or series lie where indices do."""
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
    index = sum(INDEX_LIKE[0] <= value <= INDEX_LIKE[1] for value in values)
    return len(values) >= FEWEST and index * 2 > len(values)


def growth_in_percent(
    value: float, form: str, indicator: Indicator, among_indices: bool = False
) -> float:
    """Return a growth rate in percent.

    Parameters
    ----------
    value
        The figure as delivered.
    form
        ``percent``, ``index`` (last year = 100) or ``fraction``.
    among_indices
        Whether the figures beside it look like indices.

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
    doubtful = broad or among_indices or indicator.growth_basis == "constant"
    if doubtful and INDEX_LIKE[0] <= value <= INDEX_LIKE[1]:
        raise IntakeError(
            f"{indicator.name_zh} 的增速 {value:g} 像以上年为 100 的指数",
            f"若是指数，请改为增速 {round(value - 100, 10):g}；确是增速的，请写成 {value:g}%",
        )
    if -1 < value < 1 and round(value, PRINTED_DECIMALS) != round(value, 9):
        raise IntakeError(
            f"{indicator.name_zh} 的增速 {value:g} 像小数，说不清是 {value:g}% 还是 {value * 100:g}%",
            "请写成带百分号的数，或在版式说明中写明 form",
        )
    return value
