"""The corrections file: what someone decided about a published figure, and why.

A correction says what a cell ought to have said; it is no news.  So it holds on every day
on which the figure was known, whenever it was written down.
"""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import PlainValidator

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import CatalogueError
from lianhu_analysis.intake.checks.check import check_observations
from lianhu_analysis.intake.checks.findings import FIGURE, CellRef, Finding, Severity, sort_findings
from lianhu_analysis.intake.observations import Measure, PeriodCode, Provenance, Span
from lianhu_analysis.workspace import CensusBreak, Workspace
from lianhu_analysis.written import KNOWN_ONLY, Day, Filled, read_written, shape

__all__ = [
    "FILE_NAME",
    "Assured",
    "Correction",
    "apply_corrections",
    "assure",
    "load_corrections",
    "withhold_errors",
]

FILE_NAME = "corrections.toml"
WITHHELD = "quarantined"
_refuse = partial(CatalogueError, FILE_NAME)


def _figure_or(*words: str) -> PlainValidator:
    def check(written: object) -> float | str:
        if written in words:
            return str(written)
        number = isinstance(written, int | float) and not isinstance(written, bool)
        if not number or not math.isfinite(written):  # type: ignore[arg-type]
            raise ValueError(f"请写数字，或 {'、'.join(map(repr, words))}")
        return float(written)  # type: ignore[arg-type]

    return PlainValidator(check)


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One entry of the file.

    Attributes
    ----------
    published
        Of the one version meant; ``None`` for every version that says ``expected``.
    expected
        What the store holds; ``"quarantined"`` for a figure that it withholds
        because two files say different things.
    new
        The right value; ``"withdraw"`` where there is none, ``"confirm"`` where
        ``expected`` is right.
    reason, source, who, when
        Why, by which document, decided by whom, on which day.
    """

    __pydantic_config__ = KNOWN_ONLY
    region: Filled
    indicator: Filled
    measure: Measure
    span: Span
    period: PeriodCode
    published: Day | None = None
    provenance: Provenance | Literal[""] = ""
    expected: Annotated[float | str, _figure_or(WITHHELD)]
    new: Annotated[float | str, _figure_or("withdraw", "confirm")]
    reason: Filled
    source: Filled
    who: Filled
    when: Day

    @property
    def key(self) -> tuple[str, ...]:
        """The figure concerned: region, indicator, measure, span, period."""
        return self.region, self.indicator, self.measure, self.span, self.period

    @property
    def decision(self) -> str:
        """Say what was decided, by whom and when."""
        what = {"withdraw": "撤下", "confirm": "确认属实"}.get(str(self.new), f"更正为 {self.new}")
        return f"{self.who} {self.when} {what}：{self.reason}（{self.source}）"

    def settling(self, message: str) -> dict[str, Any]:
        """Return message and remedy of what this decides: nobody else has to do anything."""
        return {"message": f"{message}。已处理：{self.decision}", "remedy": "不必处理"}


@shape
class _File:
    correction: tuple[Correction, ...] = ()


@dataclass(frozen=True)
class Assured:
    """Observations with every correction made and every error withheld, and the findings."""

    frame: pd.DataFrame
    findings: tuple[Finding, ...]


def load_corrections(workspace: Workspace) -> tuple[Correction, ...]:
    """Read the workspace's ``corrections.toml``; none if there is no such file.

    Raises
    ------
    CatalogueError
        With every fault of the file.
    """
    path = workspace.root / FILE_NAME
    if not os.path.lexists(path):
        return ()
    corrections = read_written(path, _File, _refuse).correction
    faults = []
    for (first, one), (number, item) in combinations(enumerate(corrections, 1), 2):
        days, origins = {one.published, item.published}, {one.provenance, item.provenance}
        if one.key == item.key and all(len(said - {None, ""}) < 2 for said in (days, origins)):
            faults.append(f"第 {number} 条与第 {first} 条说的是同一个数。请只留一条")
    if faults:
        raise _refuse(faults)
    return corrections


def apply_corrections(
    frame: pd.DataFrame, corrections: Sequence[Correction], *, as_of: dt.date | None = None
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Make the corrections that fit.

    A replaced value has status ``corrected``, a withdrawn one ``quarantined``;
    source, cell and token stay as delivered.

    Parameters
    ----------
    frame
        Observations as of a day, or every version of them.
    as_of
        That day; entries on what was published later are left alone.

    Returns
    -------
    The frame, and a finding for each entry that does not fit what the store holds.
    """
    result = frame.copy()
    findings = []
    for number, item in enumerate(corrections, 1):
        rows, fitting = _fitting(frame, item)
        if len(fitting) and (item.provenance or frame.loc[fitting, "provenance"].nunique() == 1):
            _change(result, fitting, item)
        elif misfit := _misfit(frame, rows, fitting, item, as_of):
            findings.append(_finding(number, item, *misfit))
    return result, tuple(findings)


def _versions(frame: pd.DataFrame, item: Correction) -> pd.Index:
    """Return the rows of a correction's figure, whenever published and by whomever."""
    columns = ["region", "indicator", "measure", "span", "period"]
    return frame.index[(frame[columns] == list(item.key)).all(axis=1)]


def _fitting(frame: pd.DataFrame, item: Correction) -> tuple[pd.Index, pd.Index]:
    """Return the rows that a correction is about, and those that hold what it expects."""
    rows = _versions(frame, item)
    if item.provenance:
        rows = rows[frame.loc[rows, "provenance"] == item.provenance]
    if item.published is not None:
        rows = rows[frame.loc[rows, "published"] == pd.Timestamp(item.published)]
    if item.expected == WITHHELD:
        return rows, rows[(frame.loc[rows, "status"] == WITHHELD).to_numpy()]
    values = frame.loc[rows, "value"].to_numpy(dtype=float)
    return rows, rows[np.isclose(values, item.expected, rtol=1e-9, atol=0)]


def _change(frame: pd.DataFrame, rows: pd.Index, item: Correction) -> None:
    if item.new != "confirm":
        withdrawn = item.new == "withdraw"
        frame.loc[rows, "value"] = np.nan if withdrawn else item.new
        frame.loc[rows, "status"] = WITHHELD if withdrawn else "corrected"


def _misfit(
    frame: pd.DataFrame,
    rows: pd.Index,
    fitting: pd.Index,
    item: Correction,
    as_of: dt.date | None,
) -> tuple[Severity, str, str] | None:
    """Say why an entry does nothing; ``None`` where its figure was not yet known."""
    if len(fitting):
        origins = "、".join(sorted(set(frame.loc[fitting, "provenance"])))
        return "Severe", f"同一个数有几种来历（{origins}）", "请在这一条中写明 provenance"
    if len(rows):
        held = "、".join(f"{value:,.10g}" for value in frame.loc[rows, "value"].dropna())
        expected = "被隔离的状态" if item.expected == WITHHELD else f"{item.expected:,.10g}"
        return (
            "Severe",
            f"库中现在是 {held or '没有数值'}，不是 {expected}",
            "原件可能已有新版本：请核对后修改 expected，或删去这一条",
        )
    if as_of is not None and as_of < max(item.published or as_of, Period.parse(item.period).start):
        return None
    published = frame.loc[_versions(frame, item), "published"]
    if published.empty or item.published is None:
        remedy = "请核对地区、指标、度量、口径和报告期；尚未公布的，公布后再登记"
        return "Bad", "库中没有这个数", remedy
    if published.min() > pd.Timestamp(item.published):
        return "Good", "所指的版本已被新公布的取代，这一条不再起作用", "不必处理"
    return "Severe", "库中没有这一天公布的版本", "请核对 published"


def _finding(
    number: int, item: Correction, severity: Severity, message: str, remedy: str
) -> Finding:
    return Finding(
        severity,
        "correction",
        **{name: getattr(item, name) for name in FIGURE},
        values=() if isinstance(item.expected, str) else (("expected", item.expected),),
        cells=(CellRef(FILE_NAME, "", f"第 {number} 条"),),
        message=f"更正没有起作用（{item.indicator} {item.period}）：{message}",
        remedy=remedy,
    )


def withhold_errors(frame: pd.DataFrame, findings: Sequence[Finding]) -> pd.DataFrame:
    """Take the value out of every figure with a finding of severity Error.

    The row stays, with status ``quarantined``, its cell and its token.
    """
    bad = {item.key for item in findings if item.severity == "Error"}
    if not bad:
        return frame
    keys = pd.MultiIndex.from_frame(frame[list(FIGURE)])
    mask = keys.isin(list(bad)) & frame["value"].notna().to_numpy()
    result = frame.copy()
    result.loc[mask, "value"] = np.nan
    result.loc[mask, "status"] = WITHHELD
    return result


def assure(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    corrections: Sequence[Correction] = (),
    *,
    breaks: Sequence[CensusBreak] = (),
    as_of: dt.date | None = None,
    region: str | None = None,
    check: Callable[..., Sequence[Finding]] = check_observations,
) -> Assured:
    """Correct, check and withhold: what forecasts and reports may use.

    Parameters
    ----------
    frame
        Observations as of a day (``VintageStore.as_of``).
    region
        The workspace's own region.
    check
        ``check_observations``, or what remembers its findings.
    """
    corrected, misfits = apply_corrections(frame, corrections, as_of=as_of)
    found = check(corrected, catalogue, breaks=breaks, region=region)
    settled = _decided(frame, corrections)
    findings = [_settle(item, settled) for item in found]
    return Assured(withhold_errors(corrected, findings), sort_findings((*misfits, *findings)))


def _decided(
    frame: pd.DataFrame, corrections: Sequence[Correction]
) -> dict[tuple[str, ...], Correction]:
    """Return the corrections in force by figure."""
    decided = {}
    for item in corrections:
        _, fitting = _fitting(frame, item)
        origins = frame.loc[fitting, "provenance"].unique()
        if len(origins) == 1:  # of several none was corrected
            decided[(item.region, str(origins[0]), *item.key[1:])] = item
    return decided


def _settle(finding: Finding, decided: dict[tuple[str, ...], Correction]) -> Finding:
    """Turn an error that someone has decided on into a remark on that decision."""
    item = decided.get(finding.key)
    if item is None or finding.severity not in ("Error", "Severe", "Bad", "Uncertain"):
        return finding
    return replace(finding, severity="Good", **item.settling(finding.message))
