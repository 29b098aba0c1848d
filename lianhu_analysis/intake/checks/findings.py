"""What a check says of a figure: how bad, where it stands, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from lianhu_analysis.intake.observations import path_of
from lianhu_analysis.intake.problems import place_text
from lianhu_analysis.written import packaged_table

__all__ = [
    "FIGURE",
    "RESOLVE",
    "SEVERITIES",
    "SEVERITY_ZH",
    "CellRef",
    "Finding",
    "Severity",
    "graded",
    "sort_findings",
]

Severity = Literal["Undefined", "Error", "Severe", "Bad", "Uncertain", "Good"]

# The quality scale of JDemetra+ (Grudkowska, JDemetra+ Reference Manual, 2015),
# in the order in which readers should look at findings.
SEVERITIES: tuple[Severity, ...] = ("Error", "Severe", "Bad", "Uncertain", "Undefined", "Good")
SEVERITY_ZH: dict[str, str] = packaged_table("intake/terms.toml")["severities"]

FIGURE = ("region", "provenance", "indicator", "measure", "span", "period")
Key = tuple[str, ...]
RESOLVE = "请核对原表：有误的请部门重报，或在 corrections.toml 中更正；属实的在其中确认（new = 'confirm'）"


@dataclass(frozen=True)
class CellRef:
    """Where a figure stands."""

    source: str
    sheet: str
    cell: str

    @property
    def text(self) -> str:
        """File, sheet and cell as a reader looks them up."""
        return place_text(path_of(self.source), self.sheet, self.cell)


@dataclass(frozen=True)
class Finding:
    """One remark on one figure.

    Attributes
    ----------
    rule
        Name of the rule; docs/checks.md has each.
    values
        The figures compared, each with what it is.
    cells
        Where they stand; the figure concerned first.
    message, remedy
        What is wrong and what to do next, in Chinese.
    """

    severity: Severity
    rule: str
    region: str
    provenance: str
    indicator: str
    measure: str
    span: str
    period: str
    values: tuple[tuple[str, float], ...]
    cells: tuple[CellRef, ...]
    message: str
    remedy: str

    @property
    def key(self) -> Key:
        """The figure concerned: region, provenance, indicator, measure, span, period."""
        return tuple(getattr(self, name) for name in FIGURE)

    @classmethod
    def from_plain(cls, content: dict[str, Any]) -> Finding:
        """Return the finding that ``dataclasses.asdict`` told, also by way of JSON."""
        values = tuple((name, value) for name, value in content["values"])
        cells = tuple(CellRef(**cell) for cell in content["cells"])
        return cls(**{**content, "values": values, "cells": cells})

    def as_dict(self) -> dict[str, Any]:
        """Return plain types, as ``lianhu check --json`` prints them."""
        content = asdict(self)
        content["values"] = [{"name": name, "value": value} for name, value in self.values]
        return content


def graded(size: float, *limits: float) -> Severity:
    """Return Uncertain up to the first limit, Bad up to the second, and so on to Error."""
    scale: tuple[Severity, ...] = ("Uncertain", "Bad", "Severe", "Error")
    return scale[sum(size > limit for limit in limits)]


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put the worst first, then by figure; the same finding once."""
    unique = dict.fromkeys(findings)
    return tuple(
        sorted(unique, key=lambda item: (SEVERITIES.index(item.severity), item.key, item.rule))
    )
