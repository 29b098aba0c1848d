"""Answers of ``analysis/`` on the page: each number of a sentence or table leads to where it came from.

A sentence of an answer is made from its tables, so each number in it is looked up there; one
that is not there leads to the sentence alone, and no sentence of ours may have such a one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from lianhu_analysis.analysis.answer import Answer, Row
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import PeriodError, ReportError
from lianhu_analysis.forecast.history import period_zh
from lianhu_analysis.render import tables
from lianhu_analysis.render.analyses import COLUMNS, cell_texts
from lianhu_analysis.render.drawing.charts import Picture
from lianhu_analysis.render.quarterly.report import Report, counted, from_to_zh
from lianhu_analysis.render.register import read_number
from lianhu_analysis.render.tables import Html
from lianhu_analysis.render.trace import NUMERIC, PERIOD

__all__ = ["answer_pictures", "answer_table", "sentences_list", "traced_sentence"]

# How a ledger calls its cases, and a table its periods.
CASES = ("case", "case_zh")
TIMES = ("period", "month")
# Of a number that an answer says and puts into no table: a fault of ours, found in the tests.
UNPLACED = "不在表中："
EXACT = 1e-9
WORD = 10  # letters that a line holds
FIGURES = ("growth", "actual", "value")  # what a row of a table tells of its period
# Row, column and value of one number of a table.
Numbered = tuple[Row, str, float]
# What stands between two numbers tells of one of them.
PAUSE = re.compile(r"[，。：；、（）]|\d")
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
    report: Report, answer: Answer, table: pd.DataFrame, columns: Sequence[str], caption: str = ""
) -> Html:
    """Print some columns of rows of the answer; nothing if there are none.

    Parameters
    ----------
    caption
        Default: the answer's question.
    """
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
        written = tables.word if len(text) <= WORD else tables.cite
        return _time(report, row, text) if column == "period" else written(text)
    return _figure(report, answer, row, column, float(value), text)


def _time(report: Report, row: Row, text: str) -> Html:
    """Name the period of a figure, of an indicator, or the periods of a year that are left."""
    code, catalogue = row.get("indicator", row.get("code")), report.assessment.catalogue
    first, _, last = text.partition("/")
    figures = (_published(report, row, row[column]) for column in FIGURES if column in row)
    published = next((reference for reference in figures if reference is not None), None)
    try:
        if "goal" in row:
            text = from_to_zh(Period.parse(first), Period.parse(last or first))
        elif published is not None:
            text = report.period_of(published)
        elif code in catalogue:
            text = period_zh(catalogue.get(str(code)), Period.parse(text))
    except PeriodError:  # not published
        pass
    return tables.when(text)


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
        kind="analysis",
        label="：".join(filter(None, (str(about), COLUMNS.get(column, "")))) + turned,
        model=f"分析“{answer.question}”",
        as_of=report.as_of,
        share=share,
    )


def _published(report: Report, row: Row, value: float) -> int | None:
    """Return the row of the frame that publishes this very number, if one does."""
    return report.cells.get((row.get("indicator", row.get("code")), row.get("period", ""), value))


def traced_sentence(report: Report, answer: Answer, sentence: str) -> Html:
    """Mark periods and names, and look every number of a sentence up in the answer's tables."""
    known, written = _with_digits(report, answer)
    parts: list[str | Html] = []
    at, used = 0, set[tuple[int, str]]()
    for match in re.finditer(f"(?P<name>{written})|{TOKENS.pattern}", sentence):
        parts.append(sentence[at : match.start()])
        at = match.end()
        if match["name"]:
            parts.append((tables.name if match["name"] in known else tables.cite)(match["name"]))
        elif match["period"]:
            parts.append(tables.when(match["period"]))
        elif match["number"]:
            parts.append(_looked_up(report, answer, match, used))
    return tables.join(*parts, sentence[at:])


def _with_digits(report: Report, answer: Answer) -> tuple[set[str], str]:
    """Return our names, and a pattern of names and cases with digits: they are no numbers."""
    names = {item.name_zh for item in report.assessment.catalogue}
    names |= {item.target.title_zh for item in report.assessment.verdicts}
    told = (table.get(column, ()) for table in answer.tables.values() for column in CASES)
    cases = {str(name) for column in told for name in column}
    digits = sorted((n for n in names | cases if re.search(r"\d", n)), key=len, reverse=True)
    return names, "|".join(map(re.escape, digits)) or "(?!)"


def _nearness(row: Row, said: str) -> tuple[int, int]:
    """Return how much is said of a row, and where last: nothing if its period, but not its name."""
    words = {key: word for key, word in row.items() if isinstance(word, str) and len(word) > 1}
    told = "/".join(words.pop(key) for key in TIMES if key in words)
    times = [Period.parse(part) for part in told.split("/") if part]
    when = [time.label_zh(span) for time in times for span in ("single", "ytd")]
    # Units and lights are of many rows; 规模以上工业增加值增速 is told as 规模以上工业增加值增长.
    names = {word for key, word in words.items() if not str(key).endswith(("unit", "light"))}
    heard = {word.removesuffix("增速") for word in names}
    named = [said.rfind(word) + len(word) for word in heard if word in said]
    if names and not named:
        return 0, 0
    return len(named) + sum(word in said for word in when), max(named, default=0)


def _looked_up(
    report: Report, answer: Answer, match: re.Match[str], used: set[tuple[int, str]]
) -> Html:
    """Find a printed number: in the row named last, as a count of rows, or in another row."""
    token, sentence = match["number"], match.string
    read = read_number(token)
    found = list(_alike(answer, token, *read)) if read else []
    if read is None or (read[0] and not found):
        raise ReportError(f"“{answer.question}”的一句话中，{token} 没有出处：“{sentence}”")
    after = PAUSE.split(sentence[match.end() :])[0]
    beside = PAUSE.split(sentence[: match.start()])[-1] + after
    said = sentence[: match.end()] + after
    near = {id(row): _nearness(row, said) for row, _, _ in found}

    def fit(item: Numbered) -> tuple[bool, bool, bool, int, int, int, bool]:
        (told, last), (row, column, shown) = near[id(item[0])], item
        # Decimals of the row that is meant are rounded; else what stands as it is comes first.
        exact = bool(told and read[2]) or abs(abs(shown) - abs(read[1])) <= EXACT
        heads = len(set(COLUMNS.get(column, "")) & set(beside))
        # 并列第 2 位 is a place, and 2.0 个百分点 is none.
        placed = ("位" in COLUMNS.get(column, "")) == after.lstrip().startswith("位")
        return told > 0, placed, exact, last, told, heads, (id(row), column) not in used

    best = max(found, key=fit, default=None)
    percent = "%" if token.endswith("%") and not read[0] else ""
    # A whole number is sooner a count than another number rounded.
    whole = not (percent or read[0] or read[2]) and int(read[1]) in answer.counts
    if whole and not (best and all(fit(best)[:3])):
        return counted(report, int(read[1]), f"分析“{answer.question}”的表中的项数")
    if best is None and re.fullmatch(r"(?:19|20)\d{2}", token):
        return tables.when(token)  # a year, of what comes once a year
    row, column, shown = best or ({"name_zh": f"{UNPLACED}“{sentence}”"}, "", read[1])
    used.add((id(row), column))
    text = token.removesuffix(percent)
    figure = _figure(report, answer, row, column, shown, text, share=bool(read[0]))
    return tables.join(figure, percent)


def _alike(
    answer: Answer, token: str, certain: str, number: float, decimals: int
) -> Iterator[Numbered]:
    """Yield the numbers of an answer that are printed so, each as it is shown."""
    slack = 0.5 * 10.0**-decimals + EXACT
    for row, column, value in answer.numbers:
        # A ratio may be above one: 189% of the standard deviation.
        shares = (100 * value, abs(100 * value)) if token.endswith("%") else ()
        shown = [each for each in (value, abs(value), *shares) if abs(each - number) <= slack]
        if certain:  # never: ``<1%``, ``>99%``
            shown = [value] * (0 <= value < 0.01 if certain == "<" else 0.99 < value <= 1)
        if shown:
            yield row, column, shown[0]
