"""Answers of ``analysis/`` on the page: each number of a sentence or table leads to where it came from.

A sentence of an answer is made from its tables, so each number in it is looked up there; one
that is not there leads to the sentence alone, and no sentence of ours may have such a one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, product

import pandas as pd

from lianhu_analysis.analysis.answer import Answer, Row
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import ReportError
from lianhu_analysis.render import tables
from lianhu_analysis.render.analyses import COLUMNS, cell_texts
from lianhu_analysis.render.drawing.charts import Picture
from lianhu_analysis.render.quarterly.report import Report, counted
from lianhu_analysis.render.register import read_number
from lianhu_analysis.render.tables import Html
from lianhu_analysis.render.trace import NUMERIC, PERIOD

__all__ = ["UNPLACED", "answer_pictures", "answer_table", "sentences_list", "traced_sentence"]

# How a ledger calls its cases, and a table its periods.
CASES = ("case", "case_zh")
TIMES = ("period", "month")
# Of a number that an answer says and puts into no table: a fault of ours, found in the tests.
UNPLACED = "不在表中："
EXACT = 1e-9
# Row, column and value of one number of a table.
Numbered = tuple[Row, str, float]
TOKENS = re.compile(rf"(?P<period>{PERIOD})|(?P<number>{NUMERIC.pattern})|{tables.BLANK}")


def sentences_list(report: Report, answer: Answer, *, most: int | None = None) -> Html:
    """Print the sentences of an answer as a paragraph; nothing if there are none.

    Parameters
    ----------
    most
        Only so many of the first.
    """
    told = [traced_sentence(report, answer, sentence) for sentence in answer.sentences[:most]]
    return tables.paragraph(*told) if told else Html("")


def answer_table(
    report: Report, answer: Answer, name: str, columns: Sequence[str], *, caption: str = ""
) -> Html:
    """Print some columns of one of the answer's tables; nothing if it has no rows.

    Parameters
    ----------
    caption
        Default: the answer's question.
    """
    table = answer.tables[name]
    if table.empty:
        return Html("")
    records = table.to_dict("records")
    rows = [
        [_cell(report, answer, row, *cell) for cell in zip(columns, texts, strict=True)]
        for row, texts in zip(records, cell_texts(records, columns), strict=True)
    ]
    numeric = [n for n, column in enumerate(columns) if table[column].dtype.kind in "if"]
    heads = [COLUMNS[column] for column in columns]
    return tables.html_table(heads, rows, caption or answer.question, numeric=numeric)


def answer_pictures(report: Report, answer: Answer, pictures: Sequence[Picture]) -> list[Picture]:
    """Return pictures of an answer, every number that they draw registered."""
    for picture in pictures:
        for text in picture.drawn:
            traced_sentence(report, answer, text)
    return list(pictures)


def _cell(report: Report, answer: Answer, row: Row, column: str, text: str) -> Html:
    value = row[column]
    if isinstance(value, bool) or not isinstance(value, int | float) or pd.isna(value):
        # Words of a ledger or a rule may hold digits, and are no numbers of ours.
        return tables.when(text.replace("/", "—")) if column == "period" else tables.cite(text)
    return _figure(report, answer, row, column, float(value), text)


def _figure(
    report: Report,
    answer: Answer,
    row: Row,
    column: str,
    value: float,
    text: str,
    *,
    share: bool = False,
) -> Html:
    """Register one number of a table: as its cell where it was published, else as computed."""
    reference = _published(report, row, value)
    if reference is not None:
        return report.register.observation(
            report.row(reference), text, label=report.label(reference)
        )
    about = row.get("name_zh") or row.get("title_zh") or ""
    held = row.get(column)
    # 低于全国 0.7 个百分点 is told of -0.7 above.
    turned = "（取绝对值）" if isinstance(held, int | float) and held < 0 < value else ""
    return report.register.model(
        value,
        text,
        label="：".join(filter(None, (str(about), COLUMNS.get(column, "")))) + turned,
        model=f"分析“{answer.question}”，由公布数算出",
        as_of=report.as_of.isoformat(),
        share=share,
    )


def _published(report: Report, row: Row, value: float) -> int | None:
    """Return the row of the frame that publishes this very number, if one does."""
    code, period = row.get("indicator", row.get("code")), row.get("period")
    if not isinstance(code, str) or not isinstance(period, str):
        return None
    return report.cells.get((code, period, value))


def traced_sentence(report: Report, answer: Answer, sentence: str) -> Html:
    """Mark periods, and look every number of a sentence up in the answer's tables."""
    parts: list[str | Html] = []
    # What the sentence names comes first: one number stands in many rows.
    rows = {id(row): row for row, _, _ in answer.numbers}
    near = {key: _nearness(row, sentence) for key, row in rows.items()}
    ordered = sorted(answer.numbers, key=lambda item: -near[id(item[0])])
    numbers = [
        [item for item in ordered if bool(near[id(item[0])]) is named] for named in (True, False)
    ]
    for piece in _named(report, answer, sentence):
        if isinstance(piece, Html):
            parts.append(piece)
            continue
        at = 0
        for match in TOKENS.finditer(piece):
            parts.append(piece[at : match.start()])
            at = match.end()
            if match["period"]:
                parts.append(tables.when(match["period"]))
            elif match["number"]:
                parts.append(_looked_up(report, answer, numbers, match["number"], sentence))
        parts.append(piece[at:])
    return tables.join(*parts)


def _named(report: Report, answer: Answer, sentence: str) -> list[str | Html]:
    """Cut names with digits out of a sentence: they are no numbers."""
    names = {item.name_zh for item in report.assessment.catalogue}
    names |= {item.target.title_zh for item in report.assessment.verdicts}
    told = (table.get(column, ()) for table in answer.tables.values() for column in CASES)
    cases = {str(name) for column in told for name in column}
    digits = sorted((n for n in names | cases if re.search(r"\d", n)), key=len, reverse=True)
    if not digits:
        return [sentence]
    pieces = re.split(f"({'|'.join(map(re.escape, digits))})", sentence)
    marks = (tables.name(piece) if piece in names else tables.cite(piece) for piece in pieces[1::2])
    return [next(marks) if number % 2 else piece for number, piece in enumerate(pieces)]


def _nearness(row: Row, sentence: str) -> int:
    """Count what a sentence says of a row: nothing if only its period, and the row has a name."""
    words = {key: word for key, word in row.items() if isinstance(word, str) and len(word) > 1}
    told = "/".join(words.pop(key) for key in TIMES if key in words)
    times = [Period.parse(part) for part in told.split("/") if part]
    when = sum(time.label_zh(span) in sentence for time in times for span in ("single", "ytd"))
    # Lights are of many rows.
    names = [word in sentence for key, word in words.items() if not str(key).endswith("light")]
    return sum(names) + when if any(names) or not names else 0


def _looked_up(
    report: Report, answer: Answer, numbers: Sequence[Sequence[Numbered]], token: str, sentence: str
) -> Html:
    """Find a printed number: as it stands in a row, as a count of rows, or rounded."""
    read = read_number(token)
    if read is not None and read[0]:  # never certain: ``<1%``, ``>99%``
        for row, column, value in chain(*numbers):
            if 0 <= value <= 1 and (value < 0.01, value > 0.99)[read[0] == ">"]:
                return _figure(report, answer, row, column, value, token, share=True)
    elif read is not None:
        percent = "%" if token.endswith("%") else ""
        rounded = 0.5 * 10.0 ** -read[2] + EXACT
        for rows, slack in product(numbers, (EXACT, rounded)):
            for row, column, value in rows:
                # A ratio may be above one: 189% of the standard deviation.
                shares = (100 * value, abs(100 * value)) if percent else ()
                for shown in (value, abs(value), *shares):
                    if abs(shown - read[1]) <= slack:
                        number = _figure(
                            report, answer, row, column, shown, token.removesuffix("%")
                        )
                        return tables.join(number, percent)
            # A whole number is sooner a count than another number rounded.
            if not percent and read[2] == 0 and int(read[1]) in answer.counts:
                return counted(report, int(read[1]), f"分析“{answer.question}”的表中的项数")
    if re.fullmatch(r"(?:19|20)\d{2}", token):
        return tables.when(token)  # a year, of what comes once a year
    about = {"name_zh": f"{UNPLACED}“{sentence}”"}
    if read is None or read[0]:
        raise ReportError(f"“{answer.question}”的一句话中，{token} 没有出处：“{sentence}”")
    figure = _figure(report, answer, about, "", read[1], token.removesuffix("%"))
    return tables.join(figure, "%" if token.endswith("%") else "")
