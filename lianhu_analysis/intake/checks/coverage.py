"""What is missing or misplaced: gaps, Januaries, series that stopped, census breaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from lianhu_analysis.catalog.calendar import assumed_release
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.reference_period import PER_YEAR
from lianhu_analysis.intake.checks.arrays import Bools, Panel
from lianhu_analysis.intake.checks.evidence import Evidence, figure_name
from lianhu_analysis.intake.checks.findings import RESOLVE, Finding, Severity

__all__ = ["census_breaks", "check_coverage"]

LEAST_VALUES = 6  # fewer are no series
LEAST_DENSITY = 0.6
REDELIVER = "请向部门要来这一期；确无此数的，不必处理"
DELIVERED = ("official", "simulated")  # facts copied from pages come as they come
GRACE_DAYS = 5  # a weekend, and a day or two


def check_coverage(panel: Evidence) -> Iterator[Finding]:
    """Find gaps, Januaries, and deliveries that shrank."""
    if panel.frequency != "A":
        expected = _expected(panel)
        yield from _gaps(panel, expected)
        yield from _stopped(panel, expected)
    if panel.frequency == "M":
        yield from _januaries(panel)


def _expected(panel: Evidence) -> Bools:
    """Return by series and position of the year whether a figure is usual there."""
    present = panel.stated
    years = present.any(axis=2)
    share = present.sum(axis=1) / np.maximum(years.sum(axis=1), 1)[:, None]
    dense = present.sum(axis=(1, 2)) >= LEAST_VALUES
    span = years.sum(axis=1) * np.maximum((share >= 0.5).sum(axis=1), 1)
    dense &= present.sum(axis=(1, 2)) >= LEAST_DENSITY * span
    known = panel.flags(lambda _: True) & panel.series["provenance"].isin(DELIVERED).to_numpy()
    return np.asarray((share >= 0.5) & (dense & known)[:, None])


def _gaps(panel: Evidence, expected: Bools) -> Iterator[Finding]:
    flat = panel.stated.reshape(len(panel.series), -1)
    begun = np.maximum.accumulate(flat, axis=1)
    goes_on = np.maximum.accumulate(flat[:, ::-1], axis=1)[:, ::-1]
    inside = (begun & goes_on & ~flat).reshape(panel.stated.shape)
    wanted = inside & (expected & _main_span(panel)[:, None])[:, None, :]
    if panel.frequency == "M":
        wanted[:, :, 0] = False  # Januaries have a rule of their own
    per = PER_YEAR[panel.frequency]
    for number in np.flatnonzero(wanted.any(axis=(1, 2))):
        places = np.flatnonzero(wanted[number])
        # One gap until a figure is there again.
        held = np.cumsum(panel.stated[number].ravel())[places]
        for mark in np.unique(held):
            run = places[held == mark]
            first = (int(number), int(run[0]) // per, int(run[0]) % per)
            count = f"（连同以后共 {len(run)} 期）" if len(run) > 1 else ""
            yield _missing(panel, first, "gap", "Uncertain", f"缺数{count}：此前、此后都有")


def _main_span(panel: Evidence) -> Bools:
    """Return which series are published as the catalogue says; a column beside them may go."""
    return np.array(
        [
            item is not None and span in (item.span, "point" if item.kind == "stock" else "ytd")
            for item, span in zip(panel.indicators, panel.series["span"], strict=True)
        ],
        dtype=np.bool_,
    )


def _januaries(panel: Evidence) -> Iterator[Finding]:
    delivered = panel.series["provenance"].isin(DELIVERED).to_numpy()
    cumulated = panel.series["span"].isin(["ytd", "point"]).to_numpy()
    for number, indicator in enumerate(panel.indicators):
        if indicator is None or not cumulated[number] or not delivered[number]:
            continue
        january, february = panel.stated[number, :, 0], panel.stated[number, :, 1]
        if indicator.no_january:
            for year in np.flatnonzero(january & (panel.rows[number, :, 0] >= 0)):
                row = int(panel.rows[number, year, 0])
                yield panel.finding(
                    "january_present",
                    "Bad",
                    row,
                    f"{panel.said(row)}，而这个指标一、二月合并发布，没有1月数",
                    f"可能是1—2月的数填在了1月。{RESOLVE}",
                )
            continue
        if panel.stated[number].sum() < LEAST_VALUES:
            continue
        missing = np.flatnonzero(february & ~january)
        for year in missing if january.any() else missing[-1:]:
            if not panel.stated[number].ravel()[: year * 12].any():
                continue  # the series begins in this year
            yield _missing(
                panel,
                (number, int(year), 0),
                "january_missing",
                "Bad",
                "缺1月数：这个指标有1月数，2月也有",
            )


def _stopped(panel: Evidence, expected: Bools) -> Iterator[Finding]:
    """Find series that lack the last period of the department that delivers them."""
    per = PER_YEAR[panel.frequency]
    flat = panel.stated.reshape(len(panel.series), -1)
    last = np.where(flat.any(axis=1), flat.shape[1] - 1 - flat[:, ::-1].argmax(axis=1), -1)
    newest = panel.published.reshape(len(panel.series), -1).max(axis=1)
    groups: dict[tuple[str, str, str], list[int]] = {}
    # Of the indicator, in whichever span or measure: a column may go, a figure may not.
    owned = panel.series.groupby(["region", "provenance", "indicator"]).ngroup().to_numpy()
    kept = np.zeros(len(owned), dtype=np.int64)
    np.maximum.at(kept, owned, last)
    kept = kept[owned]
    for number, indicator in enumerate(panel.indicators):
        if indicator is not None and expected[number].any():
            region, provenance = panel.owners[number]
            groups.setdefault((region, provenance, indicator.department_zh), []).append(number)
    for numbers in groups.values():
        end = max(last[numbers])
        day = dt.date(1970, 1, 1) + dt.timedelta(days=int(max(newest[numbers])))
        for number in numbers:
            indicator = panel.indicators[number]
            due = next(
                (at for at in range(last[number] + 1, end + 1) if expected[number, at % per]), None
            )
            if due is None or indicator is None or kept[number] >= due:
                continue
            at = (number, due // per, due % per)
            released = assumed_release(indicator, _period(panel, at))
            if released + dt.timedelta(days=GRACE_DAYS) <= day:
                yield _missing(
                    panel,
                    at,
                    "coverage_shrank",
                    "Bad",
                    f"没有报来：{indicator.department_zh}这一期的其他指标已有",
                )


def _period(panel: Panel, at: tuple[int, int, int]) -> Period:
    return Period(panel.first_year + at[1], panel.frequency, at[2] + 1)  # type: ignore[arg-type]


def _missing(
    panel: Evidence, at: tuple[int, int, int], rule: str, severity: Severity, words: str
) -> Finding:
    series: dict[str, Any] = {
        str(name): str(value) for name, value in panel.series.iloc[at[0]].items()
    }
    figure = series | {"period": str(_period(panel, at))}
    return Finding(
        severity=severity,
        rule=rule,
        **figure,
        values=(),
        cells=(),
        message=f"{figure_name(figure, panel.catalogue)}{words}",
        remedy=REDELIVER,
    )


def census_breaks(panels: Iterable[Evidence]) -> Iterator[Finding]:
    """Name each census break that levels of a region cross: a break, no error."""
    crossing: dict[tuple[str, str, int], list[tuple[Evidence, int, int]]] = {}
    for panel in panels:
        counted = panel.flags(lambda item: item.kind in ("flow", "stock"))
        for number in np.flatnonzero(panel.is_level & counted):
            rows = panel.rows[number].ravel()
            held, bases = rows[rows >= 0], panel.bases[number].ravel()[rows >= 0]
            region, provenance = panel.owners[number]
            for place in np.flatnonzero(np.diff(bases) > 0):
                pair = (panel, int(held[place + 1]), int(held[place]))
                key = (region, provenance, int(bases[place + 1]) - 1)
                crossing.setdefault(key, []).append(pair)
    for (_, _, at), pairs in crossing.items():
        panel, row, other = pairs[0]
        crossed = panel.breaks[at]
        yield panel.finding(
            "census_break",
            "Good",
            row,
            f"{crossed.day} 起公布的绝对额以{crossed.name}后的口径计，与此前公布的不可相减、不可相除"
            f"（{len(pairs)} 个序列，如{panel.label(row)}与{panel.label(other)}）",
            "这是口径变动，不是错误，不必处理；跨越它的核查没有做",
            others=[other],
        )
