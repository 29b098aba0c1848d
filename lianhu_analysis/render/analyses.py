"""How an analysis is shown: lines for a terminal, sentences and tables for a notebook or page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from lianhu_analysis.analysis.answer import DECIMALS, Answer, Row
from lianhu_analysis.catalog.targets import decimals_of, half_up
from lianhu_analysis.render import tables
from lianhu_analysis.render.tables import NO_DATA, PROVENANCE_NAMES, SIMULATED_MARK, Html

__all__ = ["COLUMNS", "answer_lines", "cell_texts", "monitor_page", "say", "table"]

# What readers call the columns; a column that is not here is for machines and not shown.
COLUMNS = tables.TERMS["answers"]
# Columns of published figures and of differences between them.
PUBLISHED = frozenset(
    "value actual change gap plan distance growth previous ahead to_next to_best published".split()
)
# Those of them whose decimals a row of growth tells, of all rows of the same table.
GROWN = PUBLISHED - {"published"}
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

    Growth and its differences have the decimals that their row tells.  Other numbers of one
    column and unit have the same: published ones and their differences as many as all of them
    need, two at most, rates at least one; others two, whole amounts none.
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
        [_cell_text(row[column], _told(row, column, decimals[column, unit])) for column in columns]
        for row, unit in zip(rows, units, strict=True)
    ]


def _told(row: Row, column: str, decimals: int) -> int:
    told = row.get(DECIMALS)
    return decimals if told is None or pd.isna(told) or column not in GROWN else int(told)


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
    head = tables.paragraph(f"{answer.region_zh}，截至 {answer.as_of}")
    notes = [tables.bullet_list(answer.notes)] if answer.notes else []
    return tables.join(
        tables.mark(answer.simulated), head, tables.bullet_list(answer.sentences), *notes
    )


def table(answer: Answer, name: str) -> Html:
    """Return one table of an answer for a notebook or page, with its question as caption."""
    rows = answer.tables[name]
    shown = [str(column) for column in rows if column in COLUMNS]
    numeric = [n for n, column in enumerate(shown) if rows[column].dtype.kind in "if"]
    cells = cell_texts(rows.astype(object).to_dict("records"), shown)
    return tables.html_table(
        [COLUMNS[item] for item in shown], cells, answer.question, numeric=numeric
    )
