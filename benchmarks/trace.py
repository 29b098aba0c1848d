"""Does every number that a report prints equal a recomputation from the store?

Reports are published as a user publishes them: page, Word and annex, in both languages.  Beside
them the same sections are written again in this process, from the store alone, and each printed
number is held against its counterpart: its text, its value, and, for a published figure, the
row of the store that it names, rounded here by other means.  Word must print the numbers of the
page in their order, the annex those of its table of origins.
"""

from __future__ import annotations

import io
import math
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import lxml.html
import pandas as pd
from docx import Document
from openpyxl import load_workbook

from benchmarks.bench import Verdict, conclude, options, print_table
from lianhu_analysis.intake.observations import split_source
from lianhu_analysis.pipeline.reports import open_report, plan_report, publish
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.render.quarterly import sections
from lianhu_analysis.render.register import Figure
from lianhu_analysis.workspace import load_workspace

__all__ = ["Edition", "faults_of", "main", "numbers_in", "published"]

ROOT = Path(__file__).resolve().parent.parent
NATIONAL, LIANHU = ROOT / "examples" / "national", ROOT
PERIODS = {NATIONAL: ("2022Q2", "2023Q4", "2024Q3", "2024-08"), LIANHU: ("2024Q2", "2024Q3")}
QUICK = {NATIONAL: ("2024Q3",)}
LANGUAGES = ("zh", "en")
WRITERS = ("summary", "course", "tasks", "problems", "outlook", "annex")
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@dataclass(frozen=True)
class Edition:
    """One published report in its three forms, and what this process worked out for it.

    Attributes
    ----------
    figures
        By ref, of the sections written again.
    store
        The observations known on the report's day.
    """

    name: str
    page: str
    word: bytes
    annex: bytes
    figures: dict[str, Figure]
    store: pd.DataFrame


def published(root: Path, period: str, folder: Path) -> Iterator[Edition]:
    """Publish a period's report in every language, and write its sections again here."""
    space = replace(load_workspace(root), reports=folder)
    plan = plan_report(Session(space), period, {})
    again = open_report(str(root), period, plan.as_of.isoformat())
    for writer in WRITERS if plan.period.frequency == "Q" else ("brief",):
        getattr(sections, writer)(again)
    store = Session(space, plan.as_of).assured.frame
    for language in LANGUAGES:
        spoken = Session(replace(space, language=language))
        plan = plan_report(spoken, period, {})
        outcome = publish(spoken, plan)
        if outcome.error or outcome.path is None:
            raise SystemExit(outcome.error)
        forms = [outcome.path.with_suffix(kind).read_bytes() for kind in (".docx", ".xlsx")]
        figures = {item.ref: item for item in again.register}
        page = outcome.path.read_text(encoding="utf-8")
        yield Edition(plan.name, page, *forms, figures, store)


def numbers_in(text: str) -> list[str]:
    """Return the numbers of a text, periods and dates among them, as printed."""
    return NUMBER.findall(text)


def faults_of(edition: Edition) -> tuple[int, list[str]]:
    """Return how many printed numbers were checked, and what is wrong with them."""
    tree = lxml.html.fromstring(edition.page)
    printed = tree.xpath("//main//data[@data-ref]")
    faults = []
    for item in printed:
        ref, text = item.get("data-ref"), item.text_content()
        figure = edition.figures.get(ref)
        if figure is None:
            faults.append(f"{ref} “{text}” is not worked out again")
        elif (text, item.get("value")) != (figure.text, repr(figure.value)):
            faults.append(f"{figure.label}: printed {text}, worked out {figure.text}")
        elif figure.kind == "observation":
            faults += _cell_faults(figure, edition.store)
    body = tree.xpath("//main")[0]
    for origins in body.xpath(".//details"):
        origins.drop_tree()
    faults += _word_faults(body, edition.word)
    annexed = _annex(edition.annex)
    for ref in {item.get("data-ref") for item in printed}:
        figure = edition.figures.get(ref)
        if figure is None:
            continue
        text, value = annexed.get(ref, ("", math.nan))
        # A workbook keeps fifteen digits.
        if text != figure.text or not math.isclose(value, figure.value, rel_tol=1e-14):
            faults.append(f"annex: {figure.label}: {text} {value}")
    return len(printed) + len(annexed), faults


def _cell_faults(figure: Figure, store: pd.DataFrame) -> list[str]:
    """Hold a published figure against the row of the store that it names."""
    detail = figure.detail
    keys = [
        key
        for key in ("region", "indicator", "measure", "span", "period", "cell", "token")
        if detail.get(key)
    ]
    rows = store
    for key in keys:
        rows = rows[rows[key].astype(str) == detail[key]]
    path = split_source(detail["source"])[0]
    rows = rows[[split_source(source)[0] == path for source in rows["source"]]]
    text = figure.text.replace(",", "")
    places = Decimal(1).scaleb(-len(text.partition(".")[2]))
    said = {
        str(Decimal(repr(float(value))).quantize(places, ROUND_HALF_UP))
        for value in rows["value"].dropna()
    }
    return [] if said == {text} else [f"{figure.label}: printed {text}, the store has {said}"]


def _word_faults(body: lxml.html.HtmlElement, data: bytes) -> list[str]:
    """Word must print the numbers of the page: in text, lists and tables."""
    document = Document(io.BytesIO(data))
    texts = [item.text for item in document.paragraphs[1:]]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    word, page = (sorted(numbers_in(" ".join(found))) for found in (texts, body.itertext()))
    missing = list(page)
    extra = [text for text in word if text not in missing or missing.remove(text) is not None]
    return [f"Word lacks {missing[:5]}"] * bool(missing) + [f"Word adds {extra[:5]}"] * bool(extra)


def _annex(data: bytes) -> dict[str, tuple[str, float]]:
    """Return printed text and value of each row of an annex by its ref."""
    sheet = load_workbook(io.BytesIO(data), read_only=True).worksheets[0]
    rows = sheet.iter_rows(min_row=3, max_col=3, values_only=True)
    return {str(ref): (str(text), float(value)) for ref, text, value in rows}  # type: ignore[arg-type]


def altered(edition: Edition) -> Edition:
    """Change one digit of one number on the page, which must be found."""
    found = re.search(r"(<data [^>]*>)(\d)", edition.page)
    if found is None:
        raise SystemExit("no number to alter")
    digit = str((int(found[2]) + 1) % 10)
    page = edition.page[: found.start(2)] + digit + edition.page[found.end(2) :]
    return replace(edition, page=page)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    asked = options(__doc__ or "", control="one digit of each page is altered").parse_args(
        arguments
    )
    rows, total, wrong = [], 0, 0
    for root, periods in (QUICK if asked.quick else PERIODS).items():
        for period in periods:
            with tempfile.TemporaryDirectory() as folder:
                for edition in published(root, period, Path(folder)):
                    count, faults = faults_of(altered(edition) if asked.control else edition)
                    rows.append((edition.name, count, len(faults)))
                    total, wrong = total + count, wrong + len(faults)
                    for fault in faults[:5]:
                        print(f"{edition.name}: {fault}")
    print_table(("report", "numbers", "wrong"), rows)
    figure = f"{total:,} numbers printed in {len(rows)} reports (page, Word, annex): {wrong} wrong"
    return conclude(Verdict(figure, total > 0 and wrong == 0))


if __name__ == "__main__":
    raise SystemExit(main())
