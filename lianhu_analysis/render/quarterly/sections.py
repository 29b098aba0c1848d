"""The report, section by section, in the order of an official analysis.

Each section is its heading with what stands below it, or nothing where there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.analysis.comparison import MIXED
from lianhu_analysis.analysis.contributions import NOTHING_SPLIT
from lianhu_analysis.analysis.monitor_rules import load_rules
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.intake.checks.check import RULES
from lianhu_analysis.intake.checks.findings import SEVERITY_ZH
from lianhu_analysis.render import tables
from lianhu_analysis.render.drawing.charts import Picture
from lianhu_analysis.render.drawing.monitor_charts import heat_map
from lianhu_analysis.render.drawing.standing_charts import contribution_pictures
from lianhu_analysis.render.quarterly import report_outlook as look
from lianhu_analysis.render.quarterly import report_sources as sources
from lianhu_analysis.render.quarterly.report import (
    TASKS_ZH,
    Report,
    counted,
    from_to_zh,
    headline,
    lagging,
    panel,
    refusals,
    refused,
)
from lianhu_analysis.render.quarterly.report_answers import (
    answer_pictures,
    answer_table,
    sentences_list,
)
from lianhu_analysis.render.quarterly.report_charts import growth_overview, progress_overview
from lianhu_analysis.render.tables import Html

__all__ = ["annex", "brief", "course", "outlook", "problems", "summary", "tasks"]

# Sentences and parts told of growth's pull: GDP by sector and by industry, each with its change.
PULLS_TOLD = 4
NUMERALS = "一二三四五六七八九十"
FALLING, FALLS_SHOWN = 3, 10
# Releases to come, and late projects that are told.
COMING, LATE_SHOWN = 3, 10
# Sentences of the monitor in a brief: pace, both kinds of lights, the longest fall.
BRIEFLY = 4

BEHIND = "落后的指标（距计划，负数为差：增速、比率差几个百分点；数量比常年进度差几个百分点，存量等比上限差百分之几）"
LEVERS = "最需要关注的目标要有把握（达到目标值，不含容差），什么在剩余时期须为多少（达到：往年同期几年如此）"
CORE = "核心指标一览（较上期：没有增速的绝对额与上年同期比；历史位次：在本指标历年各期中由高到低）"

Block = Html | Picture | None


def summary(report: Report) -> list[Html | Picture]:
    """The first screen: the answer, every target, those that need attention, the fans."""
    blocks: list[Block] = [headline(report), panel(report), look.attention_list(report)]
    blocks += [growth_overview(report), progress_overview(report)]
    return [block for block in blocks if block]


def brief(report: Report) -> list[Html | Picture]:
    """One printed page for a month: the answer, every target, the core, what comes next."""
    watched, coming = report.answers.get("monitor"), report.answers.get("calendar")
    compared = None if report.assessment.verdicts else report.answers.get("comparison")
    told = [sentences_list(report, compared)] if compared else []
    told += [sentences_list(report, watched, most=BRIEFLY)] if watched else []
    told += [sentences_list(report, coming, most=1)] if coming else []
    # A report has them in its first appendix; the headline says why of the first target.
    why = refused(report.assessment.verdicts[1:])
    reasons = [tables.bullet_list(why)] if why else []
    return [headline(report), panel(report), *reasons, *_section("本月动态", *told)]


def course(report: Report) -> list[Html | Picture]:
    """How the economy runs: against its past and its neighbours, who pulls, and the focus areas."""
    compared, pulled = report.answers.get("comparison"), report.answers.get("contributions")
    watched = report.answers.get("monitor")
    blocks: list[Html | Picture] = []
    if compared:
        columns = ["name_zh", "period", "growth", "change", "place"]
        table = compared.tables["standing"]
        # A column of dashes says nothing.
        placed = len(table) and table["place"].notna().any()
        blocks += _numbered(
            report,
            "总体运行",
            sentences_list(report, compared),
            answer_table(report, compared, table, columns) if placed else None,
            tables.paragraph(f"{MIXED}。") if placed and MIXED in compared.notes else None,
        )
    if pulled:
        pictures = answer_pictures(report, pulled, contribution_pictures(pulled, 1))
        said = pulled.sentences != NOTHING_SPLIT
        told = sentences_list(report, pulled, most=PULLS_TOLD) if said else None
        blocks += _numbered(report, "行业支撑与拉动", told, *pictures)
    if watched:
        columns = ["area_zh", "indicators", "compared", "faster", "slower", "hot", "normal", "cold"]
        areas = watched.tables["areas"]
        areas = areas[areas["indicators"].gt(0)] if len(areas) else areas
        watched = replace(watched, tables={**watched.tables, "areas": areas})
        maps = [heat_map(watched)] if len(watched.tables["heat"]) else []
        blocks += _numbered(
            report,
            "重点领域",
            sentences_list(report, watched),
            answer_table(report, watched, areas, columns),
            *answer_pictures(report, watched, maps),
        )
    return blocks


def tasks(report: Report) -> list[Html | Picture]:
    """Land and key projects, risks and citizens' matters: what targets, ledgers and cases say."""
    blocks: list[Html | Picture] = []
    if land := report.answers.get("land"):
        columns = ["case_zh", "plan_year", "done", "done_pct", "due_pct", "short"]
        late = land.tables["projects"]
        late = late[late["short"].gt(0)].head(LATE_SHOWN) if len(late) else late
        blocks += _numbered(
            report,
            TASKS_ZH["land"],
            sentences_list(report, land),
            answer_table(report, land, late, columns, "落后序时进度最多的重点项目"),
        )
    if risk := report.answers.get("risk"):
        columns = ["type", "found", "reported", "handled", "closed", "overdue"]
        blocks += _numbered(
            report,
            TASKS_ZH["risk"],
            sentences_list(report, risk),
            answer_table(report, risk, risk.tables["funnel"], columns, "风险事项办到了哪一步"),
        )
    return blocks


def problems(report: Report) -> list[Html | Picture]:
    """What lags behind its plan or keeps falling, by rule."""
    watched = report.answers.get("monitor")
    if watched is None:
        return []
    behind, falls = watched.tables["targets"], watched.tables["falls"]
    # A table without rows may have no columns either.
    if len(behind):
        marks, light = load_rules(), behind["target_light"]
        short = behind["distance"].lt(0) & light.ne(marks.green.name)
        behind = behind[short | light.eq(marks.red.name)]
    if len(falls):
        falls = falls[falls["tier"].eq("core") & falls["run"].ge(FALLING)].head(FALLS_SHOWN)
    columns = ["name_zh", "period", "actual", "plan", "unit", "distance", "target_light"]
    falling = ["name_zh", "period", "value", "run", "heat_light"]
    return _numbered(
        report,
        "存在问题",
        answer_table(report, watched, behind, columns, BEHIND),
        answer_table(report, watched, falls, falling, "连续回落三期及以上的核心指标"),
    )


def _core(report: Report) -> Html:
    """Every core indicator that is published: newest, pace, place in its own history, lights."""
    watched = report.answers.get("monitor")
    if watched is None or watched.tables["core"].empty:
        return Html("")
    rows = watched.tables["core"].dropna(subset="value")
    columns = ["name_zh", "period", "value", "unit", "change", "rank", "target_light", "heat_light"]
    told = answer_table(report, watched, rows, columns, CORE)
    held = _refused_figures(report, rows, watched.tables["anomalies"])
    return tables.join(told, tables.bullet_list(held)) if held else told


def _refused_figures(report: Report, core: pd.DataFrame, found: pd.DataFrame) -> list[Html]:
    """Name newer figures of core indicators that the checks hold back, in a line for each."""
    lines: list[Html] = []
    if found.empty:
        return lines
    told = core[["name_zh", "period"]].rename(columns={"period": "last"})
    wrong = found[found["severity_zh"].eq(SEVERITY_ZH["Error"])].merge(told, on="name_zh")
    for name, rows in wrong[wrong["period"] > wrong["last"]].groupby("name_zh", sort=False):
        codes = sorted(set(rows["period"]))
        ends = (Period.parse(code) for code in (codes[0], codes[-1]))
        when: list[object] = [tables.when(from_to_zh(*ends))]
        if len(codes) > 1:
            when += ["共", counted(report, len(codes), f"{name}：没有采用的期数"), "期"]
        why = tables.cite("、".join(RULES[rule] for rule in dict.fromkeys(rows["rule"])))
        said = ["：", *when, "公布的数没有通过检查（", why, "），更正之前不采用。"]
        lines.append(tables.join(tables.name(name), *said))
    return lines


def outlook(report: Report) -> list[Html | Picture]:
    """What the rest of the year must show, whether history did as much, and all at once."""
    if not report.assessment.verdicts:
        return []
    levers, coming = report.answers.get("levers"), report.answers.get("calendar")
    return _numbered(
        report,
        "目标测算、杠杆与下一批数据",
        _levers(report, levers) if levers else None,
        sentences_list(report, coming, most=COMING) if coming else None,
        look.path_table(report),
        look.precedents_list(report),
        look.joint_paragraph(report),
    )


def _levers(report: Report, answer: Answer) -> Html:
    """What brings each target that needs attention to an even chance, and to four in five."""
    rows = answer.tables["levers"]
    if rows.empty:
        return Html("")
    behind = [item.target.name_zh for item in lagging(report.assessment.verdicts)]
    chosen = rows[rows["said"] & rows["target_zh"].isin(behind) & rows["link"].ne("误差相关")]
    unsaid = chosen[chosen["rest"].isna()]
    chosen = chosen.drop(unsaid.index)
    # Of a longer column pandas would make rows again.
    chosen = chosen.assign(goal=chosen["goal"].map("{:.0%}".format))
    columns = [
        "target_zh", "goal", "name_zh", "period", "forecast_rest", "rest", "year_end", "unit",
        "history_reached", "history_years",
    ]  # fmt: skip
    told = [answer_table(report, answer, chosen, columns, LEVERS)]
    notes = [
        tables.join(tables.name(title), "：剩余时期须为多少说不出。")
        for title in unsaid["target_zh"].unique()
    ]
    return tables.join(*told, tables.bullet_list(notes) if notes else "")


def annex(report: Report) -> list[Html | Picture]:
    """Models and refusals, the record, published facts, data, method."""
    judged = bool(report.assessment.verdicts)
    data = (sources.vintage_table, sources.deliveries_table, sources.method_notes)
    parts: dict[str, Sequence[Callable[[Report], Html]]] = {
        "所用的模型与不作预测的目标": [refusals] * judged,
        "发布过的百分比后来怎样": [look.record_section] * judged,
        "核心指标一览": [_core],
        "公开发布的数字对照（不进入预测）": (sources.facts_table, sources.parents_table),
        "数据、版本与方法": data,
    }
    written = {title: [write(report) for write in each] for title, each in parts.items()}
    told = [(title, blocks) for title, blocks in written.items() if any(blocks)]
    return [
        block
        for numeral, (title, blocks) in zip(NUMERALS, told, strict=False)
        for block in _section(f"附录{numeral}：{title}", *blocks)
    ]


def _numbered(report: Report, title: str, *blocks: Block) -> list[Html | Picture]:
    """Return a section under the next number of the report; nothing if it would be empty."""
    found = _section(f"{NUMERALS[len(report.sections)]}、{title}", *blocks)
    if found:
        report.sections.append(title)
    return found


def _section(title: str, *blocks: Block) -> list[Html | Picture]:
    """Return a heading and what stands below it; nothing if nothing does."""
    kept: Sequence[Html | Picture] = [block for block in blocks if block]
    return [tables.heading(2, title), *kept] if kept else []
