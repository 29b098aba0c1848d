"""Answers of ``analysis/`` on the page: each number of a sentence or table leads to where it came from.

A sentence of an answer is made from its tables, so each number in it is looked up there; one
that is not there refuses the report.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

import pandas as pd

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.errors import ReportError
from lianhu_analysis.render import tables
from lianhu_analysis.render.analyses import COLUMNS, cell_text
from lianhu_analysis.render.quarterly.report import Report
from lianhu_analysis.render.register import read_number
from lianhu_analysis.render.tables import Html
from lianhu_analysis.render.trace import NUMERIC, PERIOD

__all__ = ["answer_table", "sentences_list"]

DECIMALS = (0, 1, 2)
# Codes of the catalogue's measures by the column that shows them.
TOKENS = re.compile(rf"(?P<period>{PERIOD})|(?P<number>{NUMERIC.pattern})")


def sentences_list(report: Report, answer: Answer, *, most: int | None = None) -> Html:
    """Print the sentences of an answer; nothing if it has none.

    Raises
    ------
    ReportError
        If a sentence has a number that is in none of the answer's tables.
    """
    told = [_traced(report, answer, sentence) for sentence in answer.sentences[:most]]
    return tables.join(*(tables.paragraph(item) for item in told))


def answer_table(
    report: Report, answer: Answer, name: str, columns: Sequence[str], *, most: int | None = None
) -> Html:
    """Print some columns of one of the answer's tables; nothing if it has no rows."""
    table = answer.tables[name].head(most) if most else answer.tables[name]
    if table.empty:
        return Html("")
    rows = [
        [_cell(report, answer, row, column) for column in columns] for _, row in table.iterrows()
    ]
    numeric = [n for n, column in enumerate(columns) if table[column].dtype.kind in "if"]
    heads = [COLUMNS[column] for column in columns]
    return tables.html_table(heads, rows, answer.question, numeric=numeric)


def _cell(report: Report, answer: Answer, row: pd.Series, column: str) -> Html:
    value = row[column]
    text = cell_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or pd.isna(value):
        return tables.when(text) if column == "period" else tables.name(text)
    return _figure(report, answer, row, column, float(value), text)


def _figure(
    report: Report, answer: Answer, row: pd.Series, column: str, value: float, text: str
) -> Html:
    """Register one number of a table: as its cell where it was published, else as computed."""
    reference = _published(report, row, value)
    if reference is not None:
        return report.register.observation(
            report.row(reference), text, label=report.label(reference)
        )
    about = row.get("name_zh") or row.get("title_zh") or ""
    return report.register.model(
        value,
        text,
        label="：".join(filter(None, (str(about), COLUMNS.get(column, column)))),
        model=f"分析“{answer.question}”，由公布数算出",
        as_of=report.as_of.isoformat(),
    )


def _published(report: Report, row: pd.Series, value: float) -> int | None:
    """Return the row of the frame that publishes this very number, if one does."""
    code, period = row.get("indicator"), row.get("period")
    if not isinstance(code, str) or not isinstance(period, str):
        return None
    frame = report.assessment.frame
    same = frame["indicator"].eq(code) & frame["period"].eq(period) & frame["value"].eq(value)
    found = frame.index[same]
    return int(found[-1]) if len(found) else None


def _traced(report: Report, answer: Answer, sentence: str) -> Html:
    """Mark periods, and look every number of a sentence up in the answer's tables."""
    parts: list[str | Html] = []
    rest, at = _named(report, sentence), 0
    for piece in rest:
        if isinstance(piece, Html):
            parts.append(piece)
            continue
        at = 0
        for match in TOKENS.finditer(piece):
            parts.append(piece[at : match.start()])
            at = match.end()
            if match["period"]:
                parts.append(tables.when(match["period"]))
            else:
                parts.append(_looked_up(report, answer, match["number"], sentence))
        parts.append(piece[at:])
    return tables.join(*parts)


def _named(report: Report, sentence: str) -> list[str | Html]:
    """Cut names with digits out of a sentence: they are no numbers."""
    names = {item.name_zh for item in report.assessment.catalogue}
    names |= {item.target.title_zh for item in report.assessment.verdicts}
    digits = sorted((n for n in names if re.search(r"\d", n)), key=len, reverse=True)
    if not digits:
        return [sentence]
    pieces = re.split(f"({'|'.join(map(re.escape, digits))})", sentence)
    return [tables.name(piece) if number % 2 else piece for number, piece in enumerate(pieces)]


def _looked_up(report: Report, answer: Answer, token: str, sentence: str) -> Html:
    read = read_number(token)
    if read is not None:
        for row, column, value in _numbers(answer):
            shown = value * 100 if token.endswith("%") and abs(value) <= 1 else value
            for candidate in (shown, abs(shown), value):
                if abs(candidate - read[1]) <= 0.5 * 10.0 ** -read[2] + 1e-9:
                    number = token.removesuffix("%")
                    sign = "%" if token.endswith("%") else ""
                    return tables.join(
                        _figure(report, answer, row, column, candidate, number), sign
                    )
    raise ReportError(
        f"“{answer.question}”的一句话中，{token} 不在其任何表中，没有出处：“{sentence}”"
    )


def _numbers(answer: Answer) -> Iterator[tuple[pd.Series, str, float]]:
    """Go through the numbers of an answer: cells, then how many rows its tables have."""
    for table in answer.tables.values():
        for _, row in table.iterrows():
            for column, value in row.items():
                is_number = isinstance(value, int | float) and not isinstance(value, bool)
                if is_number and math.isfinite(value):
                    yield row, str(column), float(value)
