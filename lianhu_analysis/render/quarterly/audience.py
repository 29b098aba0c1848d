"""For whom a report is: a public one leaves out what the catalogue marks sensitive."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pandas as pd

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.errors import ReportError
from lianhu_analysis.forecast.joint import joint_of
from lianhu_analysis.intake.observations import is_hidden
from lianhu_analysis.render.quarterly.report import TASKS_ZH, Report
from lianhu_analysis.render.quarterly.report_sources import facts_above, own_facts
from lianhu_analysis.render.register import FigureRegister

__all__ = ["AUDIENCES", "for_public", "refuse_hidden"]

AUDIENCES = ("internal", "public")


def for_public(
    report: Report,
    hidden: frozenset[str],
    outlier_years: Sequence[int],
    *,
    tells_sensitive: bool = False,
) -> Report:
    """Return the report without targets and rows of some indicators; what stays is unchanged.

    Parameters
    ----------
    hidden
        Codes of indicators; empty if the workspace lets all be told.
    outlier_years
        As in ``joint_of``: the chance of all targets at once is told of those that stay.
    tells_sensitive
        Whether answers that rest on sensitive ledgers stay.
    """
    assessment = report.assessment
    shown = tuple(item for item in assessment.verdicts if item.target.indicator not in hidden)
    if withheld := len(assessment.verdicts) - len(shown):
        joint = joint_of(shown, outlier_years)
        assessment = replace(assessment, verdicts=shown, joint=joint)
    named = {item.name_zh for item in assessment.catalogue if item.code in hidden}
    targets = [item.target for item in report.assessment.verdicts]
    named |= {item.title_zh for item in targets if item.indicator in hidden}
    # Of some lights and all of them, those of the others are known.
    named |= {"项目标的达标灯"} if withheld else set()
    public = replace(
        report,
        assessment=assessment,
        context=report.context[~is_hidden(report.context["indicator"], hidden)],
        record=report.record[~report.record["indicator"].isin(hidden)],
        answers={
            name: _public_answer(answer, hidden, named)
            for name, answer in report.answers.items()
            if tells_sensitive or not answer.sensitive
        },
    )
    rows = sum(len(facts(report)) - len(facts(public)) for facts in (own_facts, facts_above))
    # An answer without a sentence made no section.
    gone = (
        name for name, one in report.answers.items() if name not in public.answers and one.sentences
    )
    sections = [TASKS_ZH[name] for name in gone]
    return replace(public, withheld=(withheld, rows, sections))


def _public_answer(answer: Answer, hidden: frozenset[str], names: Collection[str]) -> Answer:
    """Return an answer without rows of hidden indicators, and what names one or a target of one."""
    # 固定资产投资增速 is told as 固定资产投资增长 6.7%, 第三产业增加值 as 第三产业拉动.
    said = {name.removesuffix(end) for name in names for end in ("增速", "增加值")}
    sentences, notes = (
        tuple(text for text in texts if not any(name in text for name in said))
        for texts in (answer.sentences, answer.notes)
    )
    kept = {}
    for title, table in answer.tables.items():
        column = next((name for name in ("indicator", "code") if name in table), None)
        named = table["name_zh"].isin(names) if "name_zh" in table else False
        coded = is_hidden(table[column].astype(str), hidden) if column else False
        kept[title] = table[~(pd.Series(named, index=table.index) | coded)]
    return replace(answer, sentences=sentences, notes=notes, tables=kept)


def refuse_hidden(register: FigureRegister, hidden: frozenset[str]) -> None:
    """Check that no figure of a page is one of some indicators, whatever its template says.

    Raises
    ------
    ReportError
        Naming them.
    """
    told = pd.Series([item.detail.get("indicator", "") for item in register], dtype=str)
    if found := sorted(set(told[is_hidden(told, hidden)])):
        raise ReportError(
            f"公开报告中有敏感指标 {'、'.join(found)} 的数字，未发布。请从模板中删去，"
            "或在 lianhu.toml 写明 [report] sensitive = true"
        )
