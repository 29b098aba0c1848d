"""How an analysis is shown: lines for a terminal, sentences and tables for a notebook or page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from lianhu_analysis.analysis.answer import Answer, Row
from lianhu_analysis.catalog.targets import decimals_of, half_up
from lianhu_analysis.render import tables
from lianhu_analysis.render.tables import NO_DATA, PROVENANCE_NAMES, SIMULATED_MARK, Html

__all__ = ["answer_lines", "monitor_page", "say", "table"]

# What readers call the columns; a column that is not here is for machines and not shown.
COLUMNS = {
    "target_zh": "目标",
    "goal": "把握",
    "name_zh": "指标",
    "period": "时期",
    "unit": "单位",
    # monitor
    "area_zh": "方面",
    "value": "最新",
    "actual": "实际",
    "change": "较上期",
    "run": "连落",
    "place": "位次",
    "rank": "历史位次",
    "gap": "比上级",
    "plan": "计划",
    "distance": "距计划",
    "target_light": "达标灯",
    "target_reason": "依据",
    "probability": "概率",
    "heat_light": "景气灯",
    "indicators": "项数",
    "compared": "可比",
    "faster": "加快",
    "slower": "回落",
    "flat": "持平",
    "hot": "偏热",
    "normal": "正常",
    "cold": "偏冷",
    "month": "月份",
    "n": "项数",
    "diffusion": "扩散指数",
    "index": "一致指数",
    "severity_zh": "程度",
    "rule": "规则",
    "message": "内容",
    # contributions and comparison
    "region_zh": "地区",
    "growth": "增速%",
    "weight": "权重",
    "weight_pct": "比重%",
    "points": "拉动点",
    "low": "最低",
    "high": "最高",
    "share": "贡献率%",
    "ahead": "本地高出",
    "previous": "上期",
    "published_rank": "公布位次",
    "known": "有数地区",
    "moved": "前移位次",
    "to_next": "距前一位",
    "to_best": "距首位",
    "provenance": "来历",
} | {
    # Of cases of ledgers, and of what they add up to.
    "case": "编号", "case_zh": "名称", "type": "类别", "matter": "事项", "use": "用途",
    "entry_rules": "准入条件", "area": "面积", "investment": "亩均投资", "output": "亩均产出",
    "order": "位次", "worst": "后四分之一", "stage": "阶段", "n_cases": "件数",
    "plan_year": "本年计划", "done": "本年完成", "due_pct": "序时进度%", "short": "差额",
    "ledger_zh": "台账", "from_ledger": "台账合计", "as_published": "公布数", "apart": "相差",
    "title_zh": "目标", "aim": "目标值", "actual_period": "截至",
    "done_pct": "完成%", "usual_pct": "常年完成%",
    "found": "发现", "reported": "上报", "handled": "处置", "closed": "办结", "overdue": "逾期",
    "step_zh": "已到", "due": "应办结日", "days_late": "逾期天数", "received": "受理",
    "answered": "答复", "n_due": "到期", "on_time": "按时", "on_time_pct": "按时%",
    "median_days": "用时中位数",
    # Of scenarios and levers.
    "forecast_rest": "原预测",
    "rest": "须为",
    "year_end": "全年",
    "stretch": "标准差",
    "history_reached": "达到",
    "history_years": "年数",
    "chance_before": "原概率",
    "chance_after": "情景概率",
    "link": "联系",
    # Of news and the calendar.
    "old": "原预测",
    "new": "新预测",
    "revisions": "修订",
    "releases": "公布",
    "residual": "重新估计",
    "old_probability": "原概率",
    "new_probability": "新概率",
    "theme_zh": "主题",
    "day": "公布日",
    "kind_zh": "方式",
    "expected": "预期",
    "published": "公布数",
    "impact": "影响",
    "impact_probability": "概率变化",
    "usual_change": "通常变动",
    "relative": "标准差倍数",
    "years": "年数",
    "reason": "说明",
}  # fmt: skip
# Columns of published figures and of differences between them.
PUBLISHED = frozenset(
    "value actual change gap plan distance growth previous ahead to_next to_best published".split()
)
# Wider than any table: what a terminal has no room for it wraps, and no figure is cut off.
WIDTH = 10_000
# Of the monitor's document: what is printed on its page.
PAGE = ("sentences", "notes", "core", "monitor", "targets", "areas", "anomalies")


def answer_lines(document: Mapping[str, Any]) -> list[str]:
    """Return the document of an answer as lines for a terminal."""
    if document["as_of"] is None and "sums" not in document:  # ledgers have days of their own
        return [NO_DATA]
    until = f"  截至 {document['as_of']}" if document["as_of"] else ""
    mark = f"  {SIMULATED_MARK}" if document["simulated"] else ""
    lines = [f"{document['region_zh']}：{document['question']}{until}{mark}"]
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
    for cells in cell_texts(rows, shown):
        drawn.add_row(*cells)
    console = Console(width=WIDTH, no_color=True, highlight=False, markup=False)
    with console.capture() as captured:
        console.print(drawn)
    return [line.rstrip() for line in captured.get().splitlines()]


def cell_texts(rows: Sequence[Row], columns: Sequence[str]) -> list[list[str]]:
    """Write the cells of a table; what is unknown is a dash.

    Numbers of one column and unit have the same decimals: published ones and their differences
    as many as all of them need, two at most, rates at least one; others two, whole amounts none.
    """
    units = [str(row.get("unit", "%")) for row in rows]
    decimals = defaultdict[tuple[str, str], int](int)
    for (row, unit), column in product(zip(rows, units, strict=True), columns):
        if isinstance(value := row[column], float) and not pd.isna(value):
            needed, rate = decimals_of(float(half_up(value, 2))), int("%" in unit)
            if column not in PUBLISHED:
                needed = 2 if needed or rate else 0
            decimals[column, unit] = max(decimals[column, unit], needed, rate)
    return [
        [_cell_text(row[column], decimals[column, unit]) for column in columns]
        for row, unit in zip(rows, units, strict=True)
    ]


def _cell_text(value: Any, decimals: int) -> str:
    if value is None or pd.isna(value) or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    words = PROVENANCE_NAMES.get(str(value), str(value))
    return f"{half_up(value, decimals):,}" if isinstance(value, float) else words


def monitor_page(document: Mapping[str, Any], every: bool) -> dict[str, Any]:
    """Return what fits on one page of the monitor's document; the monitored ones on request."""
    plain = {key: value for key, value in document.items() if not isinstance(value, list)}
    kept = [key for key in PAGE if every or key != "monitor"]
    return plain | {key: document[key] for key in kept}


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
    cells = cell_texts(rows.astype(object).to_dict("records"), shown)
    return tables.html_table(
        [COLUMNS[item] for item in shown], cells, answer.question, numeric=numeric
    )
