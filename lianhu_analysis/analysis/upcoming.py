"""What is still to come this year, and how much each release usually moves each verdict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from lianhu_analysis.analysis.answer import Answer, answer_of
from lianhu_analysis.analysis.wording import method_of
from lianhu_analysis.catalog.calendar import assumed_release
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.forecast.assessment import Assessment
from lianhu_analysis.forecast.history import Versions, released_zh, year_periods
from lianhu_analysis.forecast.past_forecasts import record_of
from lianhu_analysis.forecast.verdict import Knowledge, Rules, Verdict, asked

__all__ = ["upcoming"]

# Past releases whose delay is looked at; a delivery of whole years at once tells none.
LAGS, LONGEST_LAG = 5, 180
FEWEST_YEARS = 3


def upcoming(
    assessment: Assessment, knowledge: Knowledge, rules: Rules, *, only_next: bool = False
) -> Answer:
    """List the releases that the verdicts wait for, the most informative next one first.

    Parameters
    ----------
    only_next
        Leave out what comes after the next release of each target: sentences tell no more.

    Returns
    -------
    Answer
        Table ``releases``: ``usual_change`` is the mean absolute change of the forecast at that
        release in past years (unit of the target), with today's weights; ``relative`` that
        change over the standard deviation of today's forecast; missing with its ``reason``.
    """
    rows: list[dict[str, Any]] = []
    known = assessment.catalogue
    for verdict in assessment.verdicts:
        spread = np.nan if verdict.draws is None else verdict.draws.values.std()
        periods = verdict.required.periods[: 1 if only_next else None]
        changes, versions = usual_changes(verdict, len(periods), assessment, knowledge, rules)
        for number, period in enumerate(periods):
            day, basis = release_day(versions, period)
            usual, years = changes[number] if changes else (np.nan, 0)
            enough = years >= FEWEST_YEARS
            late = assessment.as_of is not None and day <= assessment.as_of
            rows.append(
                {
                    "indicator": verdict.target.indicator,
                    "name_zh": verdict.name_zh,
                    "period": str(period),
                    "day": day.isoformat(),
                    "day_basis": basis,
                    "overdue": late and period not in verdict.withheld,
                    "held_back": period in verdict.withheld,
                    "next": number == 0,
                    "usual_change": usual if enough else np.nan,
                    "unit": verdict.target.unit,
                    "relative": usual / spread if enough else np.nan,
                    "years": years,
                    "reason": "" if enough else verdict.reason or f"只有 {years} 年可比",
                }
            )
    # The next release of every target comes first, the most informative before all.
    rows.sort(key=lambda row: (not row["next"], -np.nan_to_num(row["relative"]), row["day"]))
    sentences = tuple(
        f"{row['name_zh']}{released_zh(known.get(row['indicator']), Period.parse(row['period']))}，"
        f"{_release_text(row)}：往年这一次平均使"
        f"预测变动 {row['usual_change']:,.2f} {row['unit'].replace('%', '个百分点')}，"
        f"是现在标准差的 {row['relative']:.0%}。"
        for row in rows
        if row["next"] and not row["reason"]
    )
    question = f"{assessment.year} 年还有哪些公布，哪个最能改变判断"
    tables = {"releases": pd.DataFrame(rows)}
    return answer_of(assessment, question, sentences, tables, method_of("upcoming"))


def _release_text(row: Mapping[str, Any]) -> str:
    """Say when a figure comes out, or that it did and does not count before it is corrected."""
    if row["held_back"]:
        return "公布的数待更正"
    return f"{'应已于' if row['overdue'] else '约'} {row['day']} 公布"


def usual_changes(
    verdict: Verdict, releases: int, assessment: Assessment, knowledge: Knowledge, rules: Rules
) -> tuple[list[tuple[float, int]], Versions]:
    """Return the mean absolute change of past forecasts at each coming release, and their number.

    Parameters
    ----------
    releases
        So many of those that remain, the next one first.

    Returns
    -------
    tuple
        The changes, none where there is no forecast; the versions of the target's figures.
    """
    target, remaining = verdict.target, len(verdict.required.periods)
    sources, candidates = asked(target, assessment.catalogue, rules, knowledge)
    last = len(year_periods(verdict.indicator, target.year))
    forecasts: list[dict[int, float]] = []
    outcomes: dict[int, float] = {}
    # The last change asked for ends at the forecast after it, or at the outcome.
    positions = range(last - remaining, last)[: releases + 1]
    for position in positions if verdict.draws else ():
        record = record_of(
            sources, candidates, target.year, position, outlier_years=rules.outlier_years
        )
        forecasts.append({})
        for run in record.lessons:
            told = {name: w for name, w in verdict.weights.items() if name in run.centres}
            outcomes[run.year] = run.outcome
            if told:
                centre = sum(w * run.centres[name] for name, w in told.items())
                forecasts[-1][run.year] = centre / sum(told.values())
    steps = zip(forecasts, [*forecasts[1:], outcomes], strict=False)
    moved = [
        [abs(after[y] - before[y]) for y in before.keys() & after]
        for before, after in islice(steps, releases)
    ]
    return [(float(np.mean(item or [np.nan])), len(item)) for item in moved], sources.versions


def release_day(versions: Versions, period: Period) -> tuple[dt.date, str]:
    """Return the day on which a period usually comes out, and what that rests on."""
    lags = [
        (point.published - point.period.end).days
        for point in versions.first_on(None).points.values()
        if point.period.number == period.number and point.period.year < period.year
    ]
    lags = [lag for lag in lags if 0 < lag <= LONGEST_LAG][-LAGS:]
    if not lags:
        return assumed_release(versions.indicator, period), "目录的发布规律"
    return period.end + dt.timedelta(days=int(np.median(lags))), f"往年实际间隔（{len(lags)} 年）"
