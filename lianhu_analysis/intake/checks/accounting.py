"""What must add up: wholes and parts, parts within wholes, regions within regions, shares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations

import numpy as np

from lianhu_analysis.catalog.structure import Share, Sum
from lianhu_analysis.intake.checks.arrays import Bools, Floats, Panel
from lianhu_analysis.intake.checks.evidence import Evidence, doubtful
from lianhu_analysis.intake.checks.findings import RESOLVE, Finding, Severity
from lianhu_analysis.workspace import NATION

__all__ = ["check_accounting"]

# Of the figure to blame; what rounding leaves open is always allowed first.
CLEAR_PART = 0.02
CLEAR_WHOLE = 0.01
OTHER_DAY = 0.02  # figures of different days may stand on different revisions
# Units of what a region has no more of than the region that it lies in; profits may be losses.
ADDED_UP = re.compile("[万亿]?(?:元|美元|平方米|亩|千瓦时|[人户件家个套宗栋处张起]次?)")
EACH = re.compile("人均|平均|利润|天数|水平|消费支出|可支配")
CLEAR_SHARE = 1.0  # percentage points
OTHER_DAY_ZH = "各数不是同日公布，可能一个修订了、另一个没有。"


def check_accounting(panel: Evidence, doubt: Floats) -> Iterator[Finding]:
    """Check sums, of-which items and shares, each within what rounding leaves open."""
    for relation in panel.structure.sums:
        for numbers in _complete(panel, relation):
            members = panel.take(numbers)
            gap = members.values[1:].sum(axis=0) - members.values[0]
            right = (np.abs(gap) <= _rounding(members)).sum()
            if len(numbers) <= len(relation.parts) and 2 * right < np.isfinite(gap).sum():
                gap = np.maximum(gap, 0.0)  # the part that the catalogue leaves out is there
            yield from _broken(members, gap, "components_sum", doubt[numbers])
    inside = {"part_exceeds_whole": _parts_within, "exceeds_region_above": _regions_within}
    for rule, pairs in inside.items():
        for numbers in pairs(panel):
            members = panel.take(numbers)
            gap = np.maximum(members.values[1] - members.values[0], 0.0)
            yield from _broken(members, gap, rule, doubt[numbers])
    for share in panel.structure.shares:
        yield from _shares(panel, share)


def _parts_within(panel: Evidence) -> Iterator[list[int]]:
    """Yield the series of a part and, before it, of the whole that it is within."""
    for relation in panel.structure.within:
        for part in relation.parts:
            yield from _complete(panel, Sum(relation.whole, (part,)))


def _regions_within(panel: Evidence) -> Iterator[list[int]]:
    """Yield the series of an amount in a region and, before it, in one that it lies in."""
    added_up = [
        item.code
        for item in panel.catalogue
        if ADDED_UP.fullmatch(item.unit) and not EACH.search(item.name_zh)
    ]
    for (above, wholes), (own, parts) in permutations(panel.levels.items(), 2):
        within = "" if above[0] == NATION else re.sub("(?:00)+$", "", above[0])
        if own[0] != above[0] and own[0].startswith(within) and own[1:] == above[1:]:
            shared = (code for code in added_up if code in parts and code in wholes)
            yield from ([wholes[code], parts[code]] for code in shared)


def _complete(panel: Evidence, relation: Sum) -> Iterator[list[int]]:
    """Yield the series of a relation, the whole first, where it has all its members."""
    known = panel.catalogue
    parts = [code for code in relation.parts if code in known or code not in relation.optional]
    wanted = [relation.whole, *parts]
    left_out = len(parts) < len(relation.parts)
    for (region, _, _), number in panel.levels.items():
        if left_out and panel.region not in (None, region):
            continue
        if all(code in number for code in wanted):
            yield [number[code] for code in wanted]


def _rounding(members: Panel) -> Floats:
    """Return half units of print of all members, (years, 1)."""
    return 0.5 * members.unit_of_print.sum(axis=0)[:, None] + 1e-9


def _same_day(members: Panel) -> Bools:
    return np.asarray((members.published == members.published[0]).all(axis=0))


def _broken(members: Evidence, gap: Floats, rule: str, doubt: Floats) -> Iterator[Finding]:
    same_base = (members.bases == members.bases[0]).all(axis=0)
    same_day = _same_day(members)
    for year, position in np.argwhere((np.abs(gap) > _rounding(members)) & same_base):
        at = (slice(None), year, position)
        rows = [int(row) for row in members.rows[at]]
        values = members.values[at]
        size = abs(float(gap[year, position]))
        suspects = doubtful(doubt[at].tolist())
        blamed = [0]
        severity: Severity = "Bad"
        if not same_day[year, position]:
            severity = "Severe" if size > OTHER_DAY * abs(values[0]) else "Uncertain"
        elif size > CLEAR_WHOLE * abs(values[0]) or (
            len(suspects) == 1 and size > CLEAR_PART * abs(values[suspects[0]])
        ):
            severity, blamed = "Error", suspects
        if rule == "components_sum":
            total = values[1:].sum()
            message = f"各项之和是 {total:,.10g}，相差 {total - values[0]:+,.10g}"
            message = f"{members.said(rows[0])}，{message}"
        elif rule == "exceeds_region_above":
            message = f"{members.said(rows[1])}，大于所在地区的 {members.value_text(rows[0])}"
        else:
            message = f"{members.said(rows[1])}，大于其所属的{members.said(rows[0])}"
        other_day = "" if same_day[year, position] else OTHER_DAY_ZH
        for index in blamed:
            named = len(rows) > 2 and index and severity == "Error"
            most = f"；最可疑的是{members.label(rows[index])}" if named else ""
            yield members.finding(
                rule, severity, rows[index], message + most, other_day + RESOLVE, others=rows
            )


def _shares(panel: Evidence, share: Share) -> Iterator[Finding]:
    for numbers in _complete(panel, Sum(share.share, (share.part, share.whole))):
        members = panel.take(numbers)
        stated, part, whole = members.values
        unit = members.unit_of_print[:, :, None]
        computed = 100 * part / np.where(whole > 0, whole, np.nan)
        rounding = unit[0] / 2 + 100 * (unit[1] + computed / 100 * unit[2]) / 2 / np.abs(whole)
        gap = np.abs(stated - computed)
        same_day = _same_day(members)
        for year, position in np.argwhere(gap > rounding + 1e-9):
            rows = [int(row) for row in members.rows[:, year, position]]
            clear = gap[year, position] > CLEAR_SHARE and same_day[year, position]
            yield panel.finding(
                "share_differs",
                "Error" if clear else "Bad" if same_day[year, position] else "Uncertain",
                rows[0],
                f"{panel.said(rows[0])}，"
                f"按{panel.label(rows[1])}与{panel.label(rows[2])}计算是 "
                f"{computed[year, position]:.2f}%",
                others=rows,
            )
