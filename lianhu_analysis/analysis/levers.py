"""Levers: the smallest change of one indicator that brings a target to a chance.

Each draw of the lever's figure moves by the same change and keeps its uncertainty; nothing else
is given.  The target's draws then move by that change times the slope between them, so that order
statistics of its own draws give the change, with no search.  It is the ``shock`` of a scenario.
"""

from __future__ import annotations

from collections.abc import Collection
from math import ceil, isnan, nan
from typing import Any

import numpy as np
import pandas as pd

from lianhu_analysis.analysis.answer import Answer, answer_of, chance_text
from lianhu_analysis.analysis.futures import Event, Futures, part_weight
from lianhu_analysis.analysis.scenarios import least_rest, path_fields
from lianhu_analysis.analysis.wording import method_of
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.errors import ForecastError, UsageError
from lianhu_analysis.forecast.assessment import Assessment
from lianhu_analysis.forecast.joint import Key, key_of
from lianhu_analysis.forecast.verdict import Rules, Verdict

__all__ = ["levers_answer", "parts_beside", "strictly"]

GOALS = (0.5, 0.8)
# What must leave its own forecast by more standard deviations moves nothing in practice.
FARTHEST = 4.0


def parts_beside(
    assessment: Assessment, rules: Rules, indicators: Collection[str] = ()
) -> list[Key]:
    """Return the growth of the direct parts of the open targets, where their weight is known.

    Parameters
    ----------
    indicators
        Of the targets; none for all.
    """
    catalogue = assessment.catalogue
    return [
        (code, "yoy")
        for whole in assessment.verdicts
        if whole.draws is not None and whole.target.is_growth
        if not indicators or whole.target.indicator in indicators
        for code in sorted(load_structure().parts(whole.indicator.code))
        if code in catalogue
        and part_weight(whole.indicator, catalogue.get(code), assessment, rules)
    ]


def shift_needed(target: Target, draws: np.ndarray, goal: float) -> float:
    """Return the smallest shift of all draws that gives a target a chance; 0 if it has it.

    Parameters
    ----------
    draws
        Shape (n,).
    goal
        Between 0 and 1.
    """
    sign = -1.0 if target.rule == "at_most" else 1.0
    # So many must meet it: see ``chance``.
    enough = min(ceil(goal * (draws.size + 1.0) - 0.5), draws.size)
    decisive = np.sort(sign * draws)[-enough]
    shift = sign * target.value - target.half_unit - decisive
    if np.array_equal(draws, np.round(draws)):
        shift = np.ceil(shift)
    return sign * max(float(shift), 0.0)


def levers_answer(futures: Futures, indicators: Collection[str] = ()) -> Answer:
    """Say what brings each open target to each of ``GOALS``, the most usual way first.

    Parameters
    ----------
    indicators
        Of the targets; none for all.

    Returns
    -------
    Answer
        Table ``levers``: one row for each target, goal and lever, ``said`` where the sentence
        names it: the target's own figure and the most usual other; ``chances``: of each target.

    Raises
    ------
    UsageError
        If there is no such open target.
    ForecastError
        If the periods of all are over.
    """
    day = futures.assessment.as_of
    known = [
        item
        for item in futures.assessment.verdicts
        if item.draws is not None and not item.required.over(day)
    ]
    if not known:
        raise ForecastError("各项目标的时期都已过去，全年数尚未公布，没有什么可以再变")
    chosen = [item for item in known if not indicators or item.target.indicator in indicators]
    if not chosen:
        codes = "、".join(dict.fromkeys(item.target.indicator for item in known))
        asked = "、".join(map(repr, indicators))
        raise UsageError(f"{asked} 没有尚待实现又有预测的目标，可填 {codes}")
    rows, chances, sentences = [], [], []
    for verdict in chosen:
        drawn = futures.draws[:, futures.column[key_of(verdict)]]
        before = verdict.target.chance_in(drawn)
        chances.append({"target_zh": verdict.target.name_zh, "probability": before})
        name, strict = verdict.target.name_zh, strictly(verdict.target)
        head = f"{name}：现有 {chance_text(before)} 的把握{strict}"
        told: dict[str, str] = {}  # goals by what brings them: a step of a count may bring both
        for goal in (item for item in GOALS if item > round(before, 2)):
            found = sorted(_levers(verdict, goal, before, futures), key=_unusual)
            own = next((row for row in found if row["link"] == "自身"), None)
            if own is None or (
                verdict.indicator.in_points and drawn.max() <= 100 < own["year_end"]
            ):
                continue  # nothing done is undone, and no share is more than the whole
            others = [row for row in found if row is not own][:1]
            ways = [f"须{own['told']}", *(f"或{row['name_zh']}{row['told']}" for row in others)]
            said = "；".join(ways)
            told[said] = f"{told[said]}或 {goal:.0%}" if said in told else f"要有 {goal:.0%}"
            rows += [row | {"said": row is own or row in others} for row in found]
        sentences.append(
            "；".join([head, *(f"{goals}，{said}" for said, goals in told.items())]) + "。"
        )
    question = "要使目标有五成、八成把握，什么要变多少"
    # Of some levers no year is known: whole numbers stay whole beside what is missing.
    levers = pd.DataFrame(rows).astype({"history_reached": "Int64"} if rows else {})
    tables = {"levers": levers, "chances": pd.DataFrame(chances)}
    notes = method_of("levers", farthest=FARTHEST)
    return answer_of(futures.assessment, question, tuple(sentences), tables, notes)


def strictly(target: Target) -> str:
    """Say of a target of 左右 that chances here are those of its value itself."""
    return "（不含容差）" if target.rule == "about" else ""


def _levers(verdict: Verdict, goal: float, before: float, futures: Futures) -> list[dict[str, Any]]:
    """Return a row for each lever of a target."""
    aim, rows = futures.column[key_of(verdict)], []
    shift = shift_needed(verdict.target, futures.draws[:, aim], goal)
    for column in range(len(futures.verdicts)):
        slope = 1.0 if column == aim else futures.slope(aim, column)
        link = futures.link(aim, [Event(column, 0.0)])
        # Beside targets and parts of this one, a chance correlation would be taken for a lever.
        if not slope or (column >= futures.aims and link != "核算"):
            continue
        row = path_fields(column, futures, futures.draws[:, column] + shift / slope)
        # Of a rest that is not known nothing is impossible; what is over changes no more.
        lever = futures.verdicts[column]
        possible = not row["rest"] < least_rest(lever)
        possible &= not lever.required.over(futures.assessment.as_of)
        if possible and (column == aim or 0 < row["stretch"] <= FARTHEST):
            named = {"target_zh": verdict.target.name_zh, "target": verdict.target.indicator}
            now = {"probability_before": before, "chance_before": chance_text(before)}
            rows.append(named | {"goal": goal, **now, "link": link} | row)
    return rows


def _unusual(row: dict[str, Any]) -> tuple[float, float]:
    """Order levers: the share of years that went as far (half, where none is known), stretch."""
    share = row["history_reached"] / (row["history_years"] or nan)
    return -0.5 if isnan(share) else -share, abs(row["stretch"])
