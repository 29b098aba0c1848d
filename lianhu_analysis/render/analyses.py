"""How an analysis is shown: lines for a terminal, sentences and tables for a notebook or page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.render import tables
from lianhu_analysis.render.tables import SIMULATED_MARK, Html

__all__ = ["answer_lines", "say", "table"]

# What readers call the columns; a column that is not here is for machines and not shown.
COLUMNS = {
    "name_zh": "指标",
    "period": "时期",
    "unit": "单位",
    "old": "原预测",
    "new": "新预测",
    "revisions": "修订",
    "releases": "公布",
    "residual": "重新估计",
    "old_probability": "原概率",
    "new_probability": "新概率",
    "target_zh": "目标",
    "day": "公布日",
    "kind_zh": "方式",
    "expected": "预期",
    "published": "公布数",
    "weight": "权重",
    "impact": "影响",
    "impact_probability": "概率变化",
    "usual_change": "通常变动",
    "relative": "标准差倍数",
    "years": "年数",
    "reason": "说明",
}
WIDTH = 150


def answer_lines(document: Mapping[str, Any]) -> list[str]:
    """Return the document of an answer as lines for a terminal."""
    mark = f"  {SIMULATED_MARK}" if document["simulated"] else ""
    lines = [f"{document['region_zh']}：{document['question']}  截至 {document['as_of']}{mark}"]
    lines += [f"- {sentence}" for sentence in document["sentences"]]
    for rows in document.values():
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            lines += ["", *_table_lines(rows)]
    return lines + [f"注：{note}" for note in document["notes"]]


def _table_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    shown = [name for name in rows[0] if name in COLUMNS]
    drawn = Table(box=None, pad_edge=False)
    for name in shown:
        right = any(isinstance(row[name], int | float) for row in rows)
        drawn.add_column(COLUMNS[name], justify="right" if right else "left", no_wrap=True)
    for row in rows:
        drawn.add_row(*(cell_text(row[name]) for name in shown))
    console = Console(width=WIDTH, no_color=True, highlight=False, markup=False)
    with console.capture() as captured:
        console.print(drawn)
    return [line.rstrip() for line in captured.get().splitlines()]


def cell_text(value: Any) -> str:
    """Write a cell; what is unknown is a dash."""
    if value is None or value == "" or pd.isna(value):
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def say(answer: Answer) -> Html:
    """Return the sentences of an answer, its limits folded beneath, marked where simulated."""
    mark = [tables.mark_simulated()] if answer.simulated else []
    head = tables.paragraph(f"{answer.region_zh}，截至 {answer.as_of}")
    notes = [tables.bullet_list(answer.notes)] if answer.notes else []
    return tables.join(*mark, head, tables.bullet_list(answer.sentences), *notes)


def table(answer: Answer, name: str) -> Html:
    """Return one table of an answer for a notebook or page, with its question as caption."""
    rows = answer.tables[name]
    shown = [column for column in rows if column in COLUMNS]
    numeric = [n for n, column in enumerate(shown) if rows[column].dtype.kind in "if"]
    cells = [[cell_text(value) for value in row] for row in rows[shown].astype(object).to_numpy()]
    return tables.html_table(
        [COLUMNS[item] for item in shown], cells, answer.question, numeric=numeric
    )
