"""What the cells of a report's row stand for under each column, whatever the period."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.units import normalise_unit
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.problems import Refusal
from lianhu_analysis.intake.reading.labels import Match, check_base
from lianhu_analysis.intake.reading.layouts import ReportColumn
from lianhu_analysis.intake.reading.report_header import FigureColumn

__all__ = ["Meaning", "row_reader"]


class Meaning(NamedTuple):
    """What a row's cell under a column stands for, whatever the period.

    Attributes
    ----------
    span
        Empty where neither row nor column says it.
    unit
        As row or column states it; empty where neither does.
    fault
        Why no period can fit.
    asks
        What its period depends on besides the one that is stated: the indicator's own
        span and frequency, ``span`` and ``per``.
    """

    indicator: Indicator
    measure: str
    span: str
    per: str
    unit: str
    form: str
    fault: Refusal | None
    asks: tuple[str, str, str, str]


Meanings = tuple[Meaning | Refusal | None, ...]


@lru_cache(maxsize=256)
def row_reader(
    columns: tuple[tuple[FigureColumn, str], ...],
) -> Callable[[Match | None, str, str], Meanings]:
    """Return what tells what the cells of a row under some columns stand for.

    It takes the row's label (``None`` where rows are regions), its unit and its span
    as it states them, and answers ``None`` under a column without an indicator.

    Parameters
    ----------
    columns
        Each with the text of its header.
    """

    def understand(match: Match | None, unit: str, span: str) -> Meanings:
        return tuple(_understand(match, unit, span, column, text) for column, text in columns)

    return lru_cache(maxsize=1024)(understand)


def _understand(
    match: Match | None, row_unit: str, row_span: str, column: FigureColumn, text: str
) -> Meaning | Refusal | None:
    rule = column.rule
    indicator = column.indicator or (match.indicator if match else None)
    if indicator is None:
        return None
    if (rule.role == "reduction") != indicator.is_reduction and rule.role != "level":
        return Refusal(
            f"{indicator.name_zh} 与列名“{text}”的正负方向不一致",
            "降低率以正数表示降低；请改正列名，或换成方向一致的数",
        )
    measure = "level" if rule.role == "level" else "yoy"
    form: str = "value" if measure == "level" else rule.form
    span = row_span if rule.span == "period" else rule.span
    fault = None
    try:
        unit = _one_unit(row_unit, column.unit, indicator) if measure == "level" else row_unit
        if match and match.base:
            measure, form, unit = _by_base(match, measure, indicator, unit)
        if match and match.rule:
            span = _agreed_span(match.rule, rule, span, text)
    except IntakeError as error:
        return Refusal(error.message, error.remedy)
    if not span and (indicator.span == "point" or indicator.kind == "index"):
        span = indicator.span
    if match:
        try:
            check_base(match, span)
        except IntakeError as error:
            fault = Refusal(error.message, error.remedy)
    if rule.role != "level":
        unit = rule.unit or column.unit or unit
    asks = (indicator.span, indicator.frequency, span, rule.per)
    return Meaning(indicator, measure, span, rule.per, unit, form, fault, asks)


def _one_unit(row: str, column: str, indicator: Indicator) -> str:
    if row and column and normalise_unit(row) != normalise_unit(column):
        raise IntakeError(
            f"{indicator.name_zh} 这一行的单位是 {row}，列名写的是 {column}", "请改正其中之一"
        )
    return row or column


def _by_base(match: Match, measure: str, indicator: Indicator, unit: str) -> tuple[str, str, str]:
    """Return measure, form and unit of a label that states an index base."""
    if measure == "yoy":
        raise IntakeError(
            f"{indicator.name_zh} 的名称说是指数（{match.base}），列名说是增速", "请改正其中之一"
        )
    if unit and normalise_unit(unit) != normalise_unit(match.base):
        raise IntakeError(
            f"{indicator.name_zh} 的名称说是指数（{match.base}），单位却是 {unit}", "请改正其中之一"
        )
    if indicator.kind == "index":
        return "level", "value", match.base
    return "yoy", "index", "%"


def _agreed_span(label: ReportColumn, column: ReportColumn, span: str, text: str) -> str:
    same_kind = (label.role == "level") == (column.role == "level") or label.role == "level"
    if not same_kind:
        raise IntakeError(f"名称说的是增速，列名“{text}”说的是绝对量", "请把增速填在增长列")
    if label.span in ("left", "", "period"):
        return span
    if span and span != label.span:
        raise IntakeError(f"名称与列名“{text}”说的口径不同（累计、当月）", "请改正其中之一")
    return label.span
