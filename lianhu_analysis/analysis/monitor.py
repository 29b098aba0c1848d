"""The indicators at a glance: pace, rank, plan and city, two kinds of lights, focus areas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from lianhu_analysis.analysis import climate
from lianhu_analysis.analysis.answer import DECIMALS, Answer, answer_of
from lianhu_analysis.analysis.monitor_rules import MonitorRules, load_rules
from lianhu_analysis.analysis.wording import part_text
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import GROWTH_DECIMALS, as_published, growth_decimals
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.assessment import Assessment
from lianhu_analysis.forecast.history import year_periods
from lianhu_analysis.forecast.knowledge import GrowthSources, Knowledge, Rules
from lianhu_analysis.forecast.verdict import DECIDED, Verdict
from lianhu_analysis.intake.checks.findings import SEVERITY_ZH
from lianhu_analysis.intake.corrections import Assured

__all__ = ["monitor"]

GROWTH = "增速%"
LONG_FALL = 3
NEWS_DAYS, LAST_TURN = 100, 24  # days, and months of the index
RECENT_MONTHS = 3  # an older diffusion index is no news
NEVER = "9999"  # later than every period
TIERS = {"core": "核心指标", "monitor": "监测指标"}
ITEM = ["code", "tier", "theme", "name_zh", "sensitive", "unit", "frequency"]
KNOWN = "code period year month value decimals change rank tied n run grown paced score gap".split()
PLAN = ["plan", "distance", "target_light", "target_reason", "probability"]
FOUND = ["name_zh", "period", "severity_zh", "rule", "message"]
ADJUSTED = ["month", "growth", "adjusted", "trend", "code", "name_zh"]
HEATS = {"hot": "热", "normal": "正常", "cold": "冷"}  # words in the names of lights
AREA_COUNTS = ("indicators", "compared", "faster", "slower", "flat", *HEATS)


def monitor(
    assessment: Assessment,
    known: Assured,
    rules: Rules,
    knowledge: Knowledge,
    at: Period | None = None,
    today: dt.date | None = None,
) -> Answer:
    """Say of every indicator how it stands, and of the whole how warm it is.

    Parameters
    ----------
    known
        Observations of the region and of those above it as of the assessment's day, with what
        the checks find.
    at
        The month or quarter whose growth is counted as faster or slower; default: of each
        indicator the newest.
    today
        The day from which a figure is old; default: the assessment's.

    Returns
    -------
    Answer
        Tables ``core`` and ``monitor`` (one row an indicator), ``targets``, ``areas`` (counts by tier and focus
        area) and a ``focus_THEME`` for each, ``falls``, ``anomalies``, ``heat`` (theme by month),
        ``diffusion``, ``index``, ``turning_points`` and ``adjusted`` (growth of single periods
        without the calendar's effects).
    """
    marks = load_rules()
    table = figures(assessment, known.frame, rules, marks)
    plans = targets(assessment, table, marks)
    rows = newest(assessment, table, plans, marks, today)
    focus = {
        theme: rows[rows["theme"].eq(theme) | rows["code"].isin(others)]
        for theme, others in marks.focus.items()
    }
    tiers = {tier: rows[rows["tier"] == tier] for tier in TIERS}
    groups = {TIERS[tier]: group for tier, group in tiers.items()}
    groups |= {marks.themes[theme]: group for theme, group in focus.items()}
    paced = rows if at is None else table[_ends(table).eq(f"{at.end:%Y-%m}")]
    warm = table[table["warm"] & table["grown"]]
    index, left_out = _index(assessment, rules, knowledge, marks)
    tables = {
        **tiers,
        "targets": plans,
        "areas": pd.DataFrame(
            [_counts(name, group, paced) for name, group in groups.items()]
        ).astype(dict.fromkeys(AREA_COUNTS, "Int64")),
        **{f"focus_{theme}": group for theme, group in focus.items()},
        "falls": rows[rows["run"] >= LONG_FALL].sort_values("run", ascending=False),
        "anomalies": _anomalies(assessment, rows, known),
        "heat": climate.theme_heat(table, marks),
        "diffusion": climate.diffusion(climate.columns(warm), marks.min_series),
        **index,
    }
    question, notes = "各项指标冷热如何，离计划多远", (*left_out, *marks.said())
    said = tuple(_sentences(tables, assessment.year, at))
    return answer_of(assessment, question, said, tables, notes)


def figures(
    assessment: Assessment, frame: pd.DataFrame, rules: Rules, marks: MonitorRules
) -> pd.DataFrame:
    """Return every figure of the region that may feed a forecast, with what it is held against.

    Parameters
    ----------
    frame
        Observations as for ``monitor``; growth of the region above counts whoever printed it,
        since it is only compared with.

    Returns
    -------
    DataFrame
        See ``climate.standings``; with ``theme``, ``warm`` (whether it tells of heat), ``score``
        (missing where it does not) and ``gap`` (growth above that of the region above).
    """
    catalogue = assessment.catalogue
    own = frame[frame["region"].eq(assessment.region.code)]
    decimals = growth_decimals(item.target for item in assessment.verdicts)
    fed = own[own["provenance"].isin(list(rules.provenances))]
    parents = [parent.code for parent in assessment.parents[:1]]
    # Differences, and lights, are those of figures as they are printed.
    own, above = (
        _as_printed(climate.lay_out(rows, catalogue), decimals)
        for rows in (fed, frame[frame["region"].isin(parents)])
    )
    above = above.loc[above["grown"], ["code", "slot", "value"]].rename(columns={"value": "above"})
    table = climate.standings(own).merge(above, on=["code", "slot"], how="left")
    # Nobody could know a year for an outlier while it lasted.
    past = [y for y in rules.outlier_years if y < (assessment.as_of or dt.date.max).year]
    table = climate.with_scores(table, marks, past)
    warm = table["code"].isin(marks.warm(catalogue))
    gap = (table["value"] - table.pop("above")).where(table["grown"]).round(climate.DECIMALS)
    themes = table["code"].map({item.code: item.theme for item in catalogue})
    return table.assign(theme=themes, warm=warm, score=table["score"].where(warm), gap=gap)


def _as_printed(table: pd.DataFrame, decimals: Mapping[str, int]) -> pd.DataFrame:
    digits = [decimals.get(code, GROWTH_DECIMALS) for code in table["code"]]
    cells = zip(table["value"], digits, table["grown"], strict=True)
    value = [as_published(x, places) if grown else x for x, places, grown in cells]
    shown = pd.Series(digits, index=table.index, dtype=float).where(table["grown"])
    return table.assign(value=value, **{DECIMALS: shown})


def newest(
    assessment: Assessment,
    table: pd.DataFrame,
    plans: pd.DataFrame,
    marks: MonitorRules,
    today: dt.date | None = None,
) -> pd.DataFrame:
    """Return one row an indicator, in the catalogue's order: its newest figure and lights.

    A figure that is no news any more keeps its value and has neither pace nor light of heat.
    """
    items = pd.DataFrame([vars(item) for item in assessment.catalogue])[ITEM]
    rows = items.merge(table.groupby("code").tail(1)[KNOWN], on="code", how="left")
    # A plan for an amount is not held against growth, nor one for growth against an amount.
    other = plans["actual"].ne(plans["code"].map(rows.set_index("code")["value"]))
    first = plans.loc[other.sort_values(kind="stable").index].drop_duplicates("code")
    rows = rows.merge(first[["code", "actual", *PLAN]], on="code", how="left")
    actual = rows.pop("actual")
    rows.loc[actual.notna() & actual.ne(rows["value"]), ["plan", "distance"]] = None
    rows.loc[rows["year"] > assessment.year, PLAN] = None  # a plan of a year that is over
    grown, none = rows["grown"].eq(True), rows["period"].isna()
    reductions = [item.code for item in assessment.catalogue if item.is_reduction]
    now = pd.Period(today or assessment.as_of or dt.date.min, "M").ordinal
    age = now - pd.PeriodIndex(rows["month"], freq="M").asi8
    stale = ~none & (age > rows["frequency"].map(dict(marks.stale_months)))
    cold = ~rows["code"].isin(marks.warm(assessment.catalogue))
    score = rows["score"].mask(stale)
    why = [none, stale, cold, ~rows["paced"].eq(True), score.isna()]
    tied = rows.pop("tied").gt(1).map({True: "并列", False: ""})
    places = tied + rows.pop("rank").map("{:.0f}".format) + "/" + rows["n"].map("{:.0f}".format)
    return rows.assign(
        unit=rows["unit"].where(~grown | rows["code"].isin(reductions), GROWTH),
        change=rows["change"].mask(stale),
        run=rows["run"].where(grown & ~stale).astype("Int64"),
        rank=places.where(rows["n"] >= marks.min_ranked),
        plan_reason=rows.pop("target_reason").fillna("没有计划"),
        score=score,
        heat_light=score.map(marks.light),
        heat_reason=np.select(why, marks.no_heat, ""),
    ).drop(columns=["frequency", "year", "month", "n", "paced"])


def targets(assessment: Assessment, table: pd.DataFrame, marks: MonitorRules) -> pd.DataFrame:
    """Return one row a target: plan, distance, light with its reason, our probability."""
    gaps = table.set_index(["code", "period"])["gap"].dropna().to_dict()
    rows = []
    for verdict in assessment.verdicts:
        code, plan = verdict.target.indicator, verdict.target.value
        period = None if verdict.actual_period is None else verdict.actual_period.code
        gap = gaps.get((code, period)) if verdict.target.is_growth else None
        said = target_light(verdict, gap, marks, above=bool(assessment.parents))
        unit, (actual, digits) = verdict.target.unit, _printed(verdict)
        rows.append(
            (code, verdict.name_zh, period, unit, digits, actual, plan, *said, verdict.judged)
        )
    head = ["code", "name_zh", "period", "unit", DECIMALS, "actual"]
    return pd.DataFrame(rows, columns=[*head, *PLAN])


def target_light(
    verdict: Verdict, gap: float | None, marks: MonitorRules, *, above: bool = True
) -> tuple[float | None, str | None, str]:
    """Return the distance to a plan, its light (达标灯), and what that rests on.

    Growth by the rule of Tianjin (2022): green at or above plan and city, yellow growing but
    below one of them, red falling where the plan is not that low, or missed at the year's end.
    Amounts against the part of the year's whole that was done by now in complete past years,
    ceilings the other way round.  Where nothing can be said there is no light.

    Parameters
    ----------
    gap
        Growth above that of the region above in the same period, ``None`` if not in the store.
    above
        Whether there is a region above.

    Returns
    -------
    tuple
        The distance is in points, less than nothing where it is worse: growth above the plan's,
        or the part of the year's amount that is done above what usually is; of ceilings below.
    """
    target, (actual, _) = verdict.target, _printed(verdict)
    if actual is None:
        return None, None, "本年尚无数据"
    met = bool(target.met_by(actual, about=True))
    said = f"{actual:,.10g}，计划 {target.value:,.10g}"
    if target.is_growth:
        unknown = "，库中没有上级同期的数" if above else ""
        said += unknown if gap is None else f"，比上级 {gap:+g}"
    if target.rule == "at_most":
        return _below(verdict, marks, said, met=met)
    if target.is_growth:
        above_city = gap is None or gap >= 0 or verdict.status in DECIDED
        light = marks.green if met and above_city else marks.yellow
        if (actual < 0 and not met) or verdict.status == "missed":
            light = marks.red
        return round(actual - target.value, climate.DECIMALS), light.name, said
    if (progress := _progress(verdict, marks)) is None:
        return None, marks.green.name if met else None, f"{said}，没有往年进度可比"
    (usual, slowest), done = progress, actual / target.value
    usually = f"，常年 {usual:.1%}，底线 {slowest:.1%}"
    said += f"，完成 {part_text(100 * done, 1)}{'' if verdict.status in DECIDED else usually}"
    late = marks.yellow if done >= slowest else marks.red
    return 100 * (done - usual), (marks.green if met or done >= usual else late).name, said


def _below(
    verdict: Verdict, marks: MonitorRules, said: str, *, met: bool
) -> tuple[float | None, str | None, str]:
    """Return what ``target_light`` says of a ceiling: how far below it, or its usual progress."""
    target, actual = verdict.target, _printed(verdict)[0] or 0.0
    light = (marks.green if met else marks.red).name
    if target.is_growth or verdict.indicator.in_points:
        return round(target.value - actual, climate.DECIMALS), light, said
    # A stock has no progress: the whole of its ceiling may be there at any time.
    progress = _progress(verdict, marks) if verdict.indicator.piles_up else (1.0, 1.0)
    if progress is None:
        return None, light, f"{said}，没有往年进度可比"
    usual, _ = progress
    if usual < 1:
        said += f"，常年到此时为 {usual:.1%}"
    if met and actual > usual * target.value:
        light = marks.yellow.name
    return 100 * (usual - actual / target.value) if target.value else None, light, said


def _printed(verdict: Verdict) -> tuple[float | None, int | None]:
    """Return the latest figure as it is printed; of growth with the number of its decimals."""
    if verdict.actual is None or not verdict.target.is_growth:
        return verdict.actual, None
    digits = verdict.target.growth_decimals
    return as_published(verdict.actual, digits), digits


def _progress(verdict: Verdict, marks: MonitorRules) -> tuple[float, float] | None:
    """Return the part of a year usually done by now, and the least of complete past years."""
    if verdict.status in DECIDED:
        return 1.0, 1.0
    if verdict.usual_share is None or verdict.actual_period is None:
        return None
    periods = year_periods(verdict.indicator, verdict.target.year)
    now = periods.index(verdict.actual_period)
    whole = verdict.series.whole_years(verdict.target.year, (now, len(periods) - 1))
    shares = whole.iloc[now] / whole.iloc[-1]
    enough = shares.count() >= marks.min_years
    usual = verdict.usual_share
    return usual, float(shares.min()) if enough else usual * (1 - marks.behind)


def _ends(table: pd.DataFrame) -> pd.Series:
    """Return the months in which periods end: that of a January is its own."""
    return table["period"].where(table["frequency"].eq("M"), table["month"])


def _counts(name: str, rows: pd.DataFrame, paced: pd.DataFrame) -> dict[str, Any]:
    """Count the paces and lights of some indicators; of none that has one, they are unknown.

    Parameters
    ----------
    paced
        Figures whose growth is counted.
    """
    own = paced[paced["code"].isin(rows["code"])]
    change, light = own["change"].where(own["grown"].eq(True)), rows["heat_light"].fillna("")
    paces = {"faster": change > 0, "slower": change < 0, "flat": change == 0}
    heats = {name: light.str.contains(word).sum() for name, word in HEATS.items()}
    compared, lit = change.notna().sum(), light.ne("").sum()
    counts: dict[str, Any] = {"area_zh": name, "indicators": len(rows), "compared": compared}
    counts |= {key: paced.sum() if compared else None for key, paced in paces.items()}
    return counts | {key: count if lit else None for key, count in heats.items()}


def _anomalies(assessment: Assessment, rows: pd.DataFrame, known: Assured) -> pd.DataFrame:
    """Return what the checks find out of line in the newest period of each indicator."""
    newest_period = rows.dropna(subset="period").set_index("code")["period"].to_dict()
    name_of, region = assessment.catalogue.name_of, assessment.region.code
    found = [
        (name_of(f.indicator), f.period, SEVERITY_ZH[f.severity], f.rule, f.message)
        for f in known.findings
        if f.region == region and f.severity in ("Error", "Severe", "Bad")
        if f.period >= newest_period.get(f.indicator, NEVER)
    ]
    return pd.DataFrame(list(dict.fromkeys(found)), columns=FOUND)


def _index(
    assessment: Assessment, rules: Rules, knowledge: Knowledge, marks: MonitorRules
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Return the coincident index, its turning points and components, and what is missing."""
    catalogue, found, left_out = assessment.catalogue, [], []
    for item in (catalogue.get(code) for code in marks.components if code in catalogue):
        sources = GrowthSources.of(knowledge, item, catalogue, rules)
        try:
            table = climate.adjusted_growth(sources)
            found.append(table.assign(code=item.code, name_zh=item.name_zh))
        except ForecastError as error:
            left_out.append(f"一致指数不含{item.name_zh}：{error}")
    adjusted = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=ADJUSTED)
    panel = adjusted.pivot(index="month", columns="code", values="trend")
    index = climate.composite(panel, marks.min_components, marks.scale)
    turns = climate.turning_points(index, marks.turning_window)
    table = pd.DataFrame({"index": index, "n": panel.count(axis=1)}).reset_index()
    return {"index": table, "turning_points": turns, "adjusted": adjusted}, left_out


def _sentences(tables: Mapping[str, pd.DataFrame], year: int, at: Period | None) -> Iterator[str]:
    core = tables["areas"].iloc[0]
    pace = "，说不出加快还是回落"
    if core.compared:
        flat = f"、{core.flat} 项持平" if core.flat else ""
        pace = f"：{core.faster} 项加快、{core.slower} 项回落{flat}"
    known = f"有至{at.end.year}年{at.end.month}月的增速和上期可比" if at else "最新的增速有上期可比"
    yield f"{core.indicators} 项核心指标中 {core.compared} 项{known}{pace}。"
    if pd.notna(core.normal):
        yield f"核心指标景气灯：过热偏热 {core.hot} 项，正常 {core.normal} 项，偏冷过冷 {core.cold} 项。"
    else:
        yield "核心指标的景气灯都不亮：没有数字，历史太短，或数字太旧。"
    lights = tables["targets"]["target_light"].fillna("不亮").value_counts()
    counts = "，".join(f"{name} {number} 项" for name, number in lights.items())
    if counts:
        yield f"{year}年 {len(tables['targets'])} 项目标的达标灯：{counts}。"
    falls = tables["falls"]
    # One that ended half a year ago is no news.
    recent = [
        at is None or (at.end - Period.parse(p).end).days < NEWS_DAYS for p in falls["period"]
    ]
    for row in falls[recent].head(1).itertuples():
        yield f"连续回落最久的是{row.name_zh}（{row.run} 期，至{_month(row.period)}）。"
    diffused = tables["diffusion"].tail(RECENT_MONTHS).dropna(subset="diffusion")
    for row in diffused.tail(1).itertuples():
        paces = f"{row.n} 项增速中 {row.faster} 项加快、{row.slower} 项回落（持平的算半项）"
        yield f"{_month(row.month)}扩散指数 {row.diffusion:.1f}%：{paces}。"
    for row in tables["index"].dropna(subset="index").tail(1).itertuples():
        yield f"{_month(row.month)}一致指数 {row.index:.1f}（均值为一百，不是预测）。"
    months = tables["index"]["month"]
    turns = tables["turning_points"]
    for row in turns[turns["month"].isin(months.tail(LAST_TURN))].tail(1).itertuples():
        yield f"一致指数最近一个转折点是{_month(row.month)}的{row.kind}。"


def _month(code: object) -> str:
    return Period.parse(str(code)).label_zh("single")
