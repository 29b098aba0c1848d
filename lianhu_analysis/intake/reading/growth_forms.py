"""Growth in the form that its column declares; a figure that looks like another is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.cells import read_value

__all__ = ["Evidence", "evidence_of_form", "growth_in_percent"]

Evidence = Literal["", "percent", "index"]

# Lumpy series (land, foreign investment) do double; broad aggregates do not.
INDEX_LIKE = (80.0, 130.0)
PLAIN_GROWTH = 60.0
FEWEST = 3
INDEX_RANGE = (50.0, 200.0)
PRINTED_DECIMALS = 2


def evidence_of_form(tokens: Iterable[object]) -> Evidence:
    """Say what the figures of one growth column or series together look like.

    Three or more and most of them between 80 and 130 are indices; three or more
    below 60 with few others are growth.
    """
    values = []
    for token in tokens:
        try:
            reading = read_value(token, unit_is_percent=True)
        except IntakeError:
            continue
        if reading.value is not None and not reading.says_percent:
            values.append(reading.value)
    index = sum(INDEX_LIKE[0] <= value <= INDEX_LIKE[1] for value in values)
    plain = sum(abs(value) < PLAIN_GROWTH for value in values)
    if len(values) >= FEWEST and index * 2 > len(values):
        return "index"
    return "percent" if plain >= FEWEST and plain > 4 * index else ""


def growth_in_percent(
    value: float, form: str, indicator: Indicator, evidence: Evidence = ""
) -> float:
    """Return a growth rate in percent.

    Parameters
    ----------
    value
        The figure as delivered.
    form
        ``percent``, ``index`` (last year = 100) or ``fraction``.
    evidence
        What the other figures of the column look like.

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
    doubtful = evidence == "index" or (broad and evidence != "percent")
    if (doubtful or indicator.growth_basis == "constant") and (
        INDEX_LIKE[0] <= value <= INDEX_LIKE[1]
    ):
        raise IntakeError(
            f"{indicator.name_zh} 的增速 {value:g} 像以上年为 100 的指数",
            f"若是指数，请改为增速 {round(value - 100, 10):g}；确是增速的，请写成 {value:g}%",
        )
    if 0 < abs(value) < 1 and round(value, PRINTED_DECIMALS) != round(value, 9):
        raise IntakeError(
            f"{indicator.name_zh} 的增速 {value:g} 像小数，说不清是 {value:g}% 还是 {value * 100:g}%",
            "请写成带百分号的数，或在版式说明中写明 form",
        )
    return value
