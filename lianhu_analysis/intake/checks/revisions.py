"""What changed since the version before, and whether by more than is usual."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.intake.checks.evidence import base_on, figure_name, with_unit
from lianhu_analysis.intake.checks.findings import FIGURE, CellRef, Finding, Severity, sort_findings
from lianhu_analysis.workspace import CensusBreak

__all__ = ["REVISION_COLUMNS", "revision_findings", "revisions"]

SERIES = list(FIGURE[:-1])
REVISION_COLUMNS = (
    *FIGURE,
    "unit",
    "published_before",
    "before",
    "published",
    "value",
    "change",
    "size",
    "usual",
    "n_past",
    "verdict",
    "source",
    "sheet",
    "cell",
)

LEAST_PAST = 4  # fewer past revisions are no history
UNUSUAL = 5.0  # times the median: beyond all but a few in a hundred of heavy-tailed revisions
# What changes in the last decimal printed is rounding, not a revision of note.
LEAST_LEVEL, LEAST_GROWTH = 0.001, 0.1


def revisions(
    vintages: pd.DataFrame,
    *,
    breaks: Sequence[CensusBreak] = (),
    since: dt.date | None = None,
    as_of: dt.date | None = None,
) -> pd.DataFrame:
    """List every change of a figure from one version to the next.

    Parameters
    ----------
    vintages
        Every version of the figures (``VintageStore.history``).
    since
        Only changes published later than this day; their history is whole all the same.
    as_of
        What was published later plays no part.

    Returns
    -------
    One row a change, the newest first: the figure, ``before`` and ``value``
    with their days; ``change`` in the figure's unit; ``size`` as a share of
    ``before`` for levels, in points for growth; ``usual`` the median size of
    the series' earlier revisions and ``n_past`` their number; ``verdict``:
    ``unusual`` (more than five times the usual), ``usual``, ``too_few`` (no
    history to judge by) or ``census_break`` (between two census bases).
    """
    known = vintages[vintages["value"].notna()]
    if as_of is not None:
        known = known[known["published"] <= pd.Timestamp(as_of)]
    known = known.sort_values([*FIGURE, "published"], kind="stable").reset_index(drop=True)
    by_figure = known.groupby(list(FIGURE), sort=False)
    table = known.assign(
        before=by_figure["value"].shift(),
        published_before=by_figure["published"].shift(),
    )
    table = table[table["before"].notna() & (table["before"] != table["value"])]
    change = table["value"] - table["before"]
    relative = change.abs() / table["before"].abs().where(table["before"] != 0)
    table = table.assign(
        change=change,
        size=relative.where(table["measure"] == "level", change.abs()),
        crossed=base_on(table["published"].to_numpy(), breaks)
        != base_on(table["published_before"].to_numpy(), breaks),
    )
    table = _history(table)
    if since is not None:
        table = table[table["published"] > pd.Timestamp(since)]
    table = table.assign(verdict=_verdicts(table))
    ordered = table.sort_values(["published", *FIGURE], ascending=[False] + [True] * len(FIGURE))
    return ordered[list(REVISION_COLUMNS)].reset_index(drop=True)


def _history(table: pd.DataFrame) -> pd.DataFrame:
    """Add the median and number of each series' revisions published earlier."""
    usual = pd.Series(np.nan, index=table.index)
    count = pd.Series(0, index=table.index)
    for _, group in table.groupby(SERIES, sort=False):
        plain = group[~group["crossed"]]
        for day in group["published"].unique():
            past = plain.loc[plain["published"] < day, "size"]
            now = group.index[group["published"] == day]
            count.loc[now] = len(past)
            usual.loc[now] = past.median() if len(past) else np.nan
    return table.assign(usual=usual, n_past=count)


def _verdicts(table: pd.DataFrame) -> np.ndarray:
    least = np.where(table["measure"] == "level", LEAST_LEVEL, LEAST_GROWTH)
    unusual = table["size"] > np.maximum(UNUSUAL * table["usual"], least + 1e-9)
    return np.select(
        [table["crossed"] & (table["measure"] == "level"), table["n_past"] < LEAST_PAST, unusual],
        ["census_break", "too_few", "unusual"],
        "usual",
    )


def revision_findings(table: pd.DataFrame, catalogue: Catalogue) -> tuple[Finding, ...]:
    """Word the revisions: unusual ones are Bad, those that nothing can be said of Undefined."""
    severities: dict[str, Severity] = {
        "unusual": "Bad",
        "too_few": "Undefined",
        "census_break": "Good",
        "usual": "Good",
    }
    findings = []
    for row in table.to_dict("records"):
        figure: dict[str, str] = {key: str(row[key]) for key in FIGURE}
        was, now = (with_unit(row[key], row["unit"]) for key in ("before", "value"))
        unit = "个百分点" if row["unit"] == "%" else row["unit"]
        change = with_unit(row["change"], unit, "+,.6g")
        findings.append(
            Finding(
                severity=severities[row["verdict"]],
                rule="revision",
                **figure,
                values=(("before", float(row["before"])), ("value", float(row["value"]))),
                cells=(CellRef(str(row["source"]), str(row["sheet"]), str(row["cell"])),),
                message=f"{figure_name(figure, catalogue)}由 {was} 修订为 {now}（{change}）："
                f"{_judgement(row)}",
                remedy="请向部门问明修订原因，并写进报告"
                if row["verdict"] == "unusual"
                else "不必处理",
            )
        )
    return sort_findings(findings)


def _judgement(row: dict[Any, Any]) -> str:
    verdict, count = str(row["verdict"]), int(str(row["n_past"]))
    if verdict == "census_break":
        return "普查口径变动"
    if verdict == "too_few":
        past = f"以往只有 {count} 次修订" if count else "以往没有修订过"
        return f"{past}，无从判断大小是否寻常"
    scale = 100.0 if row["measure"] == "level" else 1.0
    unit = "%" if row["measure"] == "level" else " 个百分点"
    usual = f"{scale * float(str(row['usual'])):.2g}{unit}"
    words = "明显大于" if verdict == "unusual" else "与平常相近，"
    return f"{words}以往 {count} 次修订的中位数 {usual}"
