"""The corrections file: what someone decided about a published figure, and why.

A correction says what a cell ought to have said; it is no news.  So it holds on every day
on which the figure was known, whenever it was written down.
"""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import CatalogueError, PeriodError
from lianhu_analysis.intake.checks.check import check_observations
from lianhu_analysis.intake.checks.findings import CellRef, Finding, Severity, sort_findings
from lianhu_analysis.intake.observations import MEASURES, PROVENANCES, SPANS
from lianhu_analysis.workspace import CensusBreak, Workspace

__all__ = [
    "FILE_NAME",
    "Assured",
    "Correction",
    "apply_corrections",
    "assure",
    "load_corrections",
    "read_corrections",
    "withhold_errors",
]

FILE_NAME = "corrections.toml"
Action = Literal["replace", "withdraw", "confirm"]
ACTIONS: dict[str, Action] = {"withdraw": "withdraw", "confirm": "confirm"}
REQUIRED: dict[str, tuple[type, ...]] = {
    "region": (str,),
    "indicator": (str,),
    "measure": (str,),
    "span": (str,),
    "period": (str,),
    "expected": (int, float, str),
    "new": (int, float, str),
    "reason": (str,),
    "source": (str,),
    "who": (str,),
    "when": (dt.date,),
}
OPTIONAL: dict[str, tuple[type, ...]] = {"published": (dt.date,), "provenance": (str,)}
WITHHELD = "quarantined"


@dataclass(frozen=True)
class Correction:
    """One entry of the file.

    Attributes
    ----------
    published
        Of the one version meant; ``None`` for every version that says ``expected``.
    expected
        What the store holds; ``None`` for a figure that it withholds
        because two files say different things (written ``"quarantined"``).
    new
        The right value, for ``replace``.
    reason, source, who, when
        Why, by which document, decided by whom, on which day.
    """

    number: int
    region: str
    indicator: str
    measure: str
    span: str
    period: str
    published: dt.date | None
    provenance: str
    expected: float | None
    action: Action
    new: float | None
    reason: str
    source: str
    who: str
    when: dt.date

    @property
    def decision(self) -> str:
        """Say what was decided, by whom and when."""
        what = {"replace": f"更正为 {self.new}", "withdraw": "撤下", "confirm": "确认属实"}
        return f"{self.who} {self.when} {what[self.action]}：{self.reason}（{self.source}）"


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
    if not path.is_file():
        return ()
    try:
        return read_corrections(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CatalogueError(FILE_NAME, ["不是 UTF-8 编码。请用 UTF-8 保存"]) from error


def read_corrections(text: str) -> tuple[Correction, ...]:
    """Read corrections from TOML.

    Raises
    ------
    CatalogueError
        With every fault, each naming its entry and field.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(FILE_NAME, [f"不是有效的 TOML：{error}。请改正后重试"]) from error
    faults = [
        f"不认识的一节 {key}。每条更正写成 [[correction]]" for key in table if key != "correction"
    ]
    entries = table.get("correction", [])
    for number, entry in enumerate(entries, 1):
        faults += [f"第 {number} 条：{fault}" for fault in _entry_faults(entry)]
    if faults:
        raise CatalogueError(FILE_NAME, faults)
    corrections = tuple(_correction(number, entry) for number, entry in enumerate(entries, 1))
    seen: dict[tuple[object, ...], int] = {}
    for item in corrections:
        key = (*_key(item), item.published, item.provenance)
        if key in seen:
            faults.append(f"第 {item.number} 条与第 {seen[key]} 条说的是同一个数。请只留一条")
        seen.setdefault(key, item.number)
    if faults:
        raise CatalogueError(FILE_NAME, faults)
    return corrections


def _entry_faults(entry: dict[str, Any]) -> list[str]:
    faults = [f"缺少 {name}" for name in REQUIRED if name not in entry]
    faults += [f"不认识的字段 {name}" for name in entry if name not in REQUIRED | OPTIONAL]
    for name, kinds in (REQUIRED | OPTIONAL).items():
        if name not in entry:
            continue
        value = entry[name]
        if isinstance(value, (bool, dt.datetime)) or not isinstance(value, kinds):
            shape = "不加引号的日期，如 2024-11-02" if kinds == (dt.date,) else "数字或文字"
            faults.append(f"{name} = {value!r} 应写成{shape}")
        elif isinstance(value, str) and not value.strip():
            faults.append(f"{name} 是空的。请填写")
        elif isinstance(value, float) and not math.isfinite(value):
            faults.append(f"{name} = {value!r} 不是一个数")
    for name, choices in (("measure", MEASURES), ("span", SPANS), ("provenance", PROVENANCES)):
        if name in entry and entry[name] not in choices:
            faults.append(f"{name} = {entry[name]!r} 不认识，可填 {'、'.join(choices)}")
    if isinstance(entry.get("new"), str) and entry["new"] not in ACTIONS:
        faults.append(
            f"new = {entry['new']!r} 不认识。请写数字、'withdraw'（撤下）或 'confirm'（属实）"
        )
    if isinstance(entry.get("expected"), str) and entry["expected"] != WITHHELD:
        faults.append(
            f"expected = {entry['expected']!r} 不认识。请写库中现有的数字，或 'quarantined'"
        )
    if isinstance(entry.get("period"), str):
        try:
            Period.parse(entry["period"])
        except PeriodError as error:
            faults.append(f"period：{error}")
    return faults


def _correction(number: int, entry: dict[str, Any]) -> Correction:
    new, expected = entry["new"], entry["expected"]
    return Correction(
        number=number,
        **{name: entry[name] for name in ("region", "indicator", "measure", "span", "period")},
        published=entry.get("published"),
        provenance=entry.get("provenance", ""),
        expected=None if isinstance(expected, str) else float(expected),
        action=ACTIONS[new] if isinstance(new, str) else "replace",
        new=None if isinstance(new, str) else float(new),
        **{name: entry[name] for name in ("reason", "source", "who", "when")},
    )


def _key(item: Correction) -> tuple[str, ...]:
    return item.region, item.indicator, item.measure, item.span, item.period


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
    for item in corrections:
        rows = _rows_of(frame, item)
        fitting = rows[_says(frame, rows, item.expected)]
        if len(fitting) and (item.provenance or frame.loc[fitting, "provenance"].nunique() == 1):
            _change(result, fitting, item)
        elif fault := _misfit(frame, rows, fitting, item, as_of):
            findings.append(fault)
    return result, tuple(findings)


def _rows_of(frame: pd.DataFrame, item: Correction) -> pd.Index:
    columns = ("region", "indicator", "measure", "span", "period")
    mask = pd.Series(True, index=frame.index)
    for column, value in zip(columns, _key(item), strict=True):
        mask &= frame[column] == value
    if item.provenance:
        mask &= frame["provenance"] == item.provenance
    if item.published is not None:
        mask &= frame["published"] == pd.Timestamp(item.published)
    return frame.index[mask]


def _says(frame: pd.DataFrame, rows: pd.Index, expected: float | None) -> np.ndarray:
    if expected is None:
        return (frame.loc[rows, "status"] == WITHHELD).to_numpy()
    return np.isclose(frame.loc[rows, "value"].to_numpy(dtype=float), expected, rtol=1e-9, atol=0)


def _change(frame: pd.DataFrame, rows: pd.Index, item: Correction) -> None:
    if item.action == "replace":
        frame.loc[rows, "value"] = item.new
        frame.loc[rows, "status"] = "corrected"
    elif item.action == "withdraw":
        frame.loc[rows, "value"] = np.nan
        frame.loc[rows, "status"] = WITHHELD


def _misfit(
    frame: pd.DataFrame,
    rows: pd.Index,
    fitting: pd.Index,
    item: Correction,
    as_of: dt.date | None,
) -> Finding | None:
    """Say why an entry does nothing; ``None`` where its figure was not yet known."""
    severity: Severity = "Severe"
    held = "、".join(f"{value:,.10g}" for value in frame.loc[rows, "value"].dropna())
    if len(fitting):
        message = (
            f"同一个数有几种来历（{'、'.join(sorted(set(frame.loc[fitting, 'provenance'])))}）"
        )
        remedy = "请在这一条中写明 provenance"
    elif len(rows):
        message = f"库中现在是 {held or '没有数值'}，不是 {_expected_text(item)}"
        remedy = "原件可能已有新版本：请核对后修改 expected，或删去这一条"
    else:
        anywhen = frame[
            (frame["region"] == item.region)
            & (frame["indicator"] == item.indicator)
            & (frame["measure"] == item.measure)
            & (frame["span"] == item.span)
            & (frame["period"] == item.period)
        ]
        if as_of is not None and (
            (item.published is not None and item.published > as_of)
            or Period.parse(item.period).start > as_of
        ):
            return None
        if len(anywhen) and item.published is not None:
            if anywhen["published"].min() > pd.Timestamp(item.published):
                severity = "Good"
                message = "所指的版本已被新公布的取代，这一条不再起作用"
                remedy = "不必处理"
            else:
                message, remedy = "库中没有这一天公布的版本", "请核对 published"
        else:
            severity = "Bad"
            message = "库中没有这个数"
            remedy = "请核对地区、指标、度量、口径和报告期；尚未公布的，公布后再登记"
    return Finding(
        severity=severity,
        rule="correction",
        region=item.region,
        provenance=item.provenance,
        indicator=item.indicator,
        measure=item.measure,
        span=item.span,
        period=item.period,
        values=() if item.expected is None else (("expected", item.expected),),
        cells=(CellRef(FILE_NAME, "", f"第 {item.number} 条"),),
        message=f"更正没有起作用（{item.indicator} {item.period}）：{message}",
        remedy=remedy,
    )


def _expected_text(item: Correction) -> str:
    return "被隔离的状态" if item.expected is None else f"{item.expected:,.10g}"


def withhold_errors(frame: pd.DataFrame, findings: Sequence[Finding]) -> pd.DataFrame:
    """Take the value out of every figure with a finding of severity Error.

    The row stays, with status ``quarantined``, its cell and its token.
    """
    bad = {item.key for item in findings if item.severity == "Error"}
    if not bad:
        return frame
    columns = ["region", "provenance", "indicator", "measure", "span", "period"]
    keys = pd.MultiIndex.from_frame(frame[columns])
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
) -> Assured:
    """Correct, check and withhold: what forecasts and reports may use.

    Parameters
    ----------
    frame
        Observations as of a day (``VintageStore.as_of``).
    region
        The workspace's own region.
    """
    corrected, misfits = apply_corrections(frame, corrections, as_of=as_of)
    found = check_observations(corrected, catalogue, breaks=breaks, region=region)
    settled = _decided(frame, corrections)
    findings = [_settle(item, settled) for item in found]
    return Assured(withhold_errors(corrected, findings), sort_findings((*misfits, *findings)))


def _decided(
    frame: pd.DataFrame, corrections: Sequence[Correction]
) -> dict[tuple[str, ...], Correction]:
    """Return the corrections in force by figure."""
    decided = {}
    for item in corrections:
        rows = _rows_of(frame, item)
        for provenance in frame.loc[rows[_says(frame, rows, item.expected)], "provenance"].unique():
            decided[(item.region, str(provenance), *_key(item)[1:])] = item
    return decided


def _settle(finding: Finding, decided: dict[tuple[str, ...], Correction]) -> Finding:
    """Turn an error that someone has decided on into a remark on that decision."""
    item = decided.get(finding.key)
    if item is None or finding.severity not in ("Error", "Severe", "Bad", "Uncertain"):
        return finding
    fields = {**finding.__dict__, "severity": "Good"}
    fields["message"] = f"{finding.message}。已处理：{item.decision}"
    fields["remedy"] = "不必处理"
    return Finding(**fields)
