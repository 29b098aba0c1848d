"""What if: paths fixed for some indicators, and what becomes of every target.

An indicator's own path conditions it by arithmetic: the year grows by ``W G + (1 - W) r`` if the
rest of it grows by ``r``, the formula of required growth read backwards.  Everything else moves
through the links of ``analysis.futures``, or not at all, and then it is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isnan, nan
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from lianhu_analysis.analysis.answer import Answer, answer_of, became, chance_text
from lianhu_analysis.analysis.futures import Event, Futures
from lianhu_analysis.analysis.wording import method_of
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.errors import ForecastError, PeriodError, UsageError
from lianhu_analysis.forecast.assessment import Assessment
from lianhu_analysis.forecast.history import year_periods
from lianhu_analysis.forecast.joint import Key, key_of, met_together
from lianhu_analysis.forecast.knowledge import GrowthSources
from lianhu_analysis.forecast.verdict import Verdict
from lianhu_analysis.written import KNOWN_ONLY, Filled, Number, Spread, Whole, parse_written

__all__ = ["path_fields", "read_scenario", "rest_of", "scenario_answer"]

FAR = 3.0  # standard deviations from the forecast
TOLD = 0.01  # a change of a probability that a sentence is worth
HEAD = re.compile(r"\s*\[\[\s*path\s*\]\]")
Refuse = Callable[[list[str]], UsageError]


@dataclass(frozen=True, kw_only=True)
class FixedPath:
    """What one indicator is assumed to do in the rest of the year.

    Attributes
    ----------
    measure
        ``yoy`` or ``level``; empty for that of the indicator's target, else ``yoy``.
    rest
        Growth of the remaining periods in percent, or the amount done in them.
    year
        Growth to date by the end of the year, or the level reached then.
    shock
        Points added to forecast growth of ``periods`` (default: all that remain), or an amount
        added in them.
    spread
        Standard deviation about it, in its unit; 0 for certain.
    """

    __pydantic_config__ = KNOWN_ONLY
    indicator: Filled
    measure: Literal["", "yoy", "level"] = ""
    rest: Number | None = None
    year: Number | None = None
    shock: Number | None = None
    periods: tuple[Filled, ...] = ()
    spread: Spread = 0.0

    def key(self, assessment: Assessment) -> Key:
        """Return the figure that it speaks of."""
        targets = [item.target for item in assessment.verdicts]
        own = [item.measure for item in targets if item.indicator == self.indicator]
        return self.indicator, self.measure or next(iter(own), "yoy")


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Paths that are assumed together, for the targets of a year (default: the latest)."""

    __pydantic_config__ = KNOWN_ONLY
    title: str = "情景"
    year: Whole | None = None
    path: tuple[FixedPath, ...] = ()


def read_scenario(written: str | Path | Mapping[str, Any]) -> tuple[Scenario, Refuse]:
    """Read a scenario from a TOML file, or from a mapping of the same fields.

    Returns
    -------
    tuple
        The scenario, and what makes an error of faults found in it later: each starts with
        ``path 第 n 条：`` and is told with its line in the file.

    Raises
    ------
    UsageError
        With every fault of its form.
    """
    data = written if isinstance(written, Mapping) else Path(written).read_bytes()
    lines = data.decode("utf-8-sig", "replace").splitlines() if isinstance(data, bytes) else []
    heads = [number for number, line in enumerate(lines, 1) if HEAD.match(line)]

    def located(fault: str) -> str:
        found = re.match(r"path 第 (\d+) 条", fault)
        return f"第 {heads[int(found[1]) - 1]} 行起的 {fault}" if found and heads else fault

    def refuse(faults: list[str]) -> UsageError:
        name = "" if isinstance(written, Mapping) else f"{Path(written).name} 的"
        return UsageError(f"{name}情景有 {len(faults)} 处问题：{'；'.join(map(located, faults))}")

    return parse_written(data, Scenario, refuse), refuse


def rest_of(verdict: Verdict) -> tuple[float, float]:
    """Return ``base`` and ``span``, by which the rest makes the year: ``base + span * rest``.

    From published figures alone; missing where the share of the year behind is not published.
    """
    share, actual = verdict.required.share, verdict.actual
    if share is None or actual is None:
        return (nan, nan) if verdict.required.value is None else (actual or 0.0, 1.0)
    return share.value * actual, 1.0 - share.value


def least_rest(verdict: Verdict) -> float:
    """Return the least that the rest of the year can show: growth, an amount, change of a stock."""
    if load_structure().may_be_undone(verdict.indicator):
        return -inf
    if verdict.target.is_growth:
        return -100.0
    return 0.0 if verdict.indicator.piles_up else -rest_of(verdict)[0]


def events_of(scenario: Scenario, futures: Futures, refuse: Refuse) -> list[Event]:
    """Turn paths into what is given of figures.

    Raises
    ------
    UsageError
        With every path that is contradictory, published already, impossible or not forecast.
    """
    faults: list[str] = []
    events: dict[int, Event] = {}
    for number, path in enumerate(scenario.path, 1):
        try:
            event = _event(path, futures)
            if twice := [n for n, other in events.items() if _clash(event, other, futures)]:
                raise UsageError(
                    f"与第 {twice[0]} 条说的是同一个数、合计与分项或可能重叠的分项，请只留一条"
                )
            events[number] = event
        except (UsageError, ForecastError, PeriodError) as error:
            faults.append(f"path 第 {number} 条：{error}")
    if faults:
        raise refuse(faults)
    return list(events.values())


def _event(path: FixedPath, futures: Futures) -> Event:
    key = path.key(futures.assessment)
    indicator = futures.assessment.catalogue.get(path.indicator)
    if indicator.in_points and key[1] == "yoy":
        raise UsageError(
            f'{indicator.name_zh}是比率，它的增减是百分点，不是增速。请写 measure = "level"'
        )
    if key not in futures.column:
        raise ForecastError(f"{path.indicator} {futures.absent.get(key, '没有预测')}，不能再设")
    told = [name for name in ("rest", "year", "shock") if getattr(path, name) is not None]
    if len(told) != 1 or (path.periods and told != ["shock"]):
        raise UsageError("rest、year、shock 须写一个，也只能写一个；periods 只与 shock 合用")
    (name,), column = told, futures.column[key]
    verdict, value, drawn = futures.verdicts[column], getattr(path, name), futures.draws[:, column]
    base, span = rest_of(verdict)
    part = {"rest": span, "year": 1.0}.get(name, _felt(path, span, verdict, futures))
    if isnan(part):
        raise ForecastError(f"{verdict.required.reason}。可改写 year（全年数）")
    final = {"rest": base, "year": 0.0}.get(name, float(drawn.mean())) + part * value
    rest = final if isnan(span) else (final - base) / span
    if rest < (least := least_rest(verdict)):
        raise ForecastError(
            f"{name} = {value:,.10g} 意味着剩余时期为 {rest:,.2f} {verdict.target.unit}，"
            f"不可能低于 {least:,.10g}（增速不低于 -100%，累计数不减少，存量不为负）"
        )
    return Event(column, part * value if name == "shock" else final - drawn, part * path.spread)


def _felt(path: FixedPath, span: float, verdict: Verdict, futures: Futures) -> float:
    """Return the part of the year in which a shock is felt; amounts are told whole."""
    periods = [Period.parse(text) for text in path.periods]
    if over := [str(period) for period in periods if period not in verdict.required.periods]:
        left = verdict.required.span
        raise UsageError(f"periods：{over[0]} 已公布，或不是剩余的时期（{left}）")
    if not periods or not (verdict.target.is_growth and verdict.indicator.piles_up):
        return span
    known, indicator = futures.assessment, verdict.indicator
    sources = GrowthSources.of(futures.knowledge, indicator, known.catalogue, futures.rules)
    parts = np.diff(sources.panel_on(known.year, None).shares[-1], prepend=0.0)
    chosen = [period in periods for period in year_periods(indicator, known.year)]
    return float(parts[chosen].sum())


def _clash(event: Event, other: Event, futures: Futures) -> bool:
    """Whether two paths speak of one figure, a whole and its part, or parts that may overlap."""
    a, b, weights = event.column, other.column, futures.weights
    code, second = (futures.verdicts[column].indicator.code for column in (a, b))
    parts = load_structure().parts
    wholes = [
        futures.verdicts[n].indicator.code for n in np.flatnonzero(weights[:, a] * weights[:, b])
    ]
    overlap = not all(load_structure().apart(code, second, whole) for whole in wholes)
    return code == second or code in parts(second) or second in parts(code) or overlap


def scenario_answer(scenario: Scenario, futures: Futures, refuse: Refuse) -> Answer:
    """Say what every target, and all of them together, become.

    Returns
    -------
    Answer
        Tables ``paths`` (what is given, beside the forecast and the past), ``targets`` (one row a
        target: chances and means before and after, by which link; blank where none) and ``joint``.
    """
    events = events_of(scenario, futures, refuse)
    drawn = futures.given(events)
    paths = [path_fields(item.column, futures, drawn[:, item.column]) for item in events]
    verdicts = futures.assessment.verdicts
    targets = pd.DataFrame([_target_row(item, events, futures, drawn) for item in verdicts])
    joint = _joint(futures, drawn)
    moved = targets[targets["difference"].abs() >= TOLD].sort_values("difference", key=abs)[::-1]
    sentences = [f"设{row['name_zh']}{row['told']}。" for row in paths]
    sentences += [] if len(moved) else [f"没有一项目标的概率变动到 {TOLD * 100:g} 个百分点。"]
    for row in [*moved.to_dict("records"), *joint.to_dict("records")]:
        by = f"（{row['link']}）" if "link" in row else ""
        sentences.append(
            f"{row['name_zh']}：概率{became(row['chance_before'], row['chance_after'])}{by}。"
        )
    seen = futures.assessment.joint.dependence
    years = "不知道" if seen is None else f"由 {len(seen.years)} 年估计"
    notes = [*method_of("scenarios"), f"目标之间误差的相关{years}"]
    if unlinked := "、".join(targets.loc[targets["link"].isna() & bool(events), "name_zh"]):
        notes.append(f"没有模型把所设路径与{unlinked}连起来：影响不知道，留空；联合概率里照原预测")
    if far := "、".join(row["name_zh"] for row in paths if abs(row["stretch"]) > FAR):
        notes.append(f"{far}离预测超过 {FAR:g} 个标准差，对别的目标的影响只是外推")
    tables = {"paths": pd.DataFrame(paths), "targets": targets, "joint": joint}
    question = f"{scenario.title}：各项目标会怎样"
    return answer_of(futures.assessment, question, tuple(sentences), tables, tuple(notes))


def path_fields(column: int, futures: Futures, drawn: np.ndarray) -> dict[str, Any]:
    """Say how far a figure goes from its forecast, and how often its past went as far.

    Parameters
    ----------
    drawn
        Shape (n,): the year's figure with what is given; its median counts, as on the page.
    """
    verdict, both = futures.verdicts[column], (futures.draws[:, column], drawn)
    whole = all(np.array_equal(draws, np.round(draws)) for draws in both)
    expected, then = (
        float(np.quantile(draws, 0.5, method="higher" if whole else "linear")) for draws in both
    )
    (base, span), change, form = rest_of(verdict), then - expected, ",.0f" if whole else ",.2f"
    past, rest = verdict.required.precedents.values, (then - base) / span
    as_far = [value >= rest if change >= 0 else value <= rest for value in past]
    unit, period, side = verdict.target.unit, verdict.required.span, "低" if change < 0 else "高"
    of, gap = ("%", " 个百分点") if unit == "%" else (f" {unit}", f" {unit}")
    # 第三产业增加值 is an amount by its name.
    grown = verdict.target.is_growth and not verdict.indicator.name_zh.endswith(("增速", "率"))
    comes_to = "增速为" if grown else "为"
    told = f"全年{comes_to} {then:{form}}{of}（比预测{side} {abs(change):{form}}{gap}"
    # Before the first figure the rest of the year is the year.
    if verdict.actual is not None and not isnan(rest):
        # What the rest brings to a stock is not how much it is then.
        brings = "净增" if verdict.indicator.kind == "stock" else comes_to
        when, more = period.replace("/", "—"), f"{abs(change / span):{form}}"
        told += f"），即 {when} {brings} {rest:{form}}{of}（比预测{side} {more}{gap}"
    if past and not isnan(rest):
        told += f"，往年 {len(past)} 年中 {sum(as_far)} 年不{'高' if change < 0 else '低'}于此"
    return {
        "name_zh": verdict.indicator.name_zh,
        "indicator": verdict.indicator.code,
        "measure": verdict.target.measure,
        "period": period,
        "unit": unit,
        "forecast_rest": (expected - base) / span,
        "rest": rest,
        "forecast_year": expected,
        "year_end": then,
        "more_year": change,
        "more_rest": change / span,
        "stretch": change / float(np.sqrt(futures.covariance[column, column])),
        "history_reached": nan if isnan(rest) or not past else sum(as_far),
        "history_years": len(past),
        "told": f"{told}）",
    }


def _target_row(
    item: Verdict, events: Sequence[Event], futures: Futures, drawn: np.ndarray
) -> dict[str, Any]:
    target, means = item.target, [nan, nan]
    link = "不作预测" if item.status == "refused" else "已有结果"
    before = after = nan if item.probability is None else item.probability
    if item.draws is not None:
        column = futures.column[key_of(item)]
        link = futures.link(column, events)
        values = [futures.draws[:, column], drawn[:, column]]
        before, after = map(target.chance_in, values)
        means = [float(value.mean()) for value in values]
        # What nothing links to what is given is not known to stay as it is.
        if events and not link:
            after = means[1] = nan
    row = _chances(target.name_zh, before, after)
    row |= {"indicator": target.indicator, "unit": target.unit, "link": link or None}
    return row | {"mean_before": means[0], "mean_after": means[1]}


def _joint(futures: Futures, drawn: np.ndarray) -> pd.DataFrame:
    """One row, or none where targets cannot be spoken of together."""
    covered = [item for item in futures.assessment.verdicts if item.status != "refused"]
    before, after = (
        met_together(covered, {key: values[:, n] for key, n in futures.column.items()}, about=False)
        for values in (futures.draws, drawn)
    )
    row = _chances(f"{len(covered)} 项目标都达到", before[0], after[0])
    known = futures.assessment.joint.probability is not None
    return pd.DataFrame([row] if known else [], columns=list(row))


def _chances(name: str, before: float, after: float) -> dict[str, Any]:
    row = {"name_zh": name, "probability_before": before, "probability_after": after}
    said = {"chance_before": chance_text(before), "chance_after": chance_text(after)}
    return row | {"difference": after - before} | said
