"""Mutations that leave a column or a sheet in doubt, and those of text files."""

# Every mutation takes a document and a source of chance, needed or not.
# ruff: noqa: ARG001

from __future__ import annotations

import random
import re
from dataclasses import replace

from benchmarks.intake_mutants_documents import Document, Place, Sheet
from benchmarks.intake_mutants_families import REPORTS
from benchmarks.intake_mutants_kinds import (
    LABELLED,
    STACKED,
    TIMED,
    WORKBOOKS,
    Unfit,
    excuse,
    facts_of_row,
    first,
    forget,
    kind,
    label_row,
)

__all__: list[str] = []

# Sheets in doubt: what is doubtful is not stored, and the rest may be


@kind(valid=False, families=STACKED)
def merged_names(document: Document, chance: random.Random) -> None:
    """Merge one name over two rows of different figures."""
    sheet = first(document)
    row, column = label_row(sheet, chance)
    if (row + 1, column) not in sheet.cells:
        raise Unfit
    excuse(sheet, facts_of_row(sheet, (row, column)))
    forget(sheet, facts_of_row(sheet, (row + 1, column)))
    del sheet.cells[row + 1, column]
    sheet.merged.append((row, column, row + 1, column))


@kind(valid=False, families=("plain", "bulletin", "month_header", "last_year"))
def header_cells_shifted(document: Document, chance: random.Random) -> None:
    """Shift the header by one column against the figures."""
    sheet = first(document)
    forget(sheet, sheet.facts())
    moved = {place: sheet.cells.pop(place) for place in sheet.places("header")}
    for (row, column), cell in moved.items():
        sheet.cells[row, column + 1] = cell


@kind(valid=False, families=("plain", "bulletin", "month_header"))
def figures_shifted(document: Document, chance: random.Random) -> None:
    """Shift the headers of the figures alone: the first figure stands under no header."""
    sheet = first(document)
    head = sheet.head()
    columns = sheet.figure_columns()
    forget(sheet, sheet.facts())
    cells = {column + 1: sheet.cells.pop((head, column)) for column in columns}
    for column, cell in cells.items():
        sheet.cells[head, column] = cell


@kind(valid=False, families=("plain", "bulletin"))
def month_and_ytd_exchanged(document: Document, chance: random.Random) -> None:
    """Exchange two headers but not the figures: as labelled, or not at all."""
    sheet = first(document)
    head = sheet.head()
    left, right = sheet.figure_columns()[:2]
    one, other = sheet.cells[head, left].value, sheet.cells[head, right].value
    sheet.change((head, left), value=other)
    sheet.change((head, right), value=one)
    for row in sheet.body_rows():
        _as_labelled(sheet, (row, left), (row, right))
    excuse(sheet, sheet.facts())


def _as_labelled(sheet: Sheet, total: Place, month: Place) -> None:
    """Take one figure as the year to date and the other as the month's.

    Of January and February together no single month can be told, so that only the
    figure that is labelled the year to date may be stored, and nothing says that it is not.
    """
    fact = sheet.cells[month].fact if month in sheet.cells else None
    # A stock is at a point, whatever its header says.
    if fact is None or fact.span == "point":
        return
    value, alone = sheet.cells[total].value, sheet.cells[total].fact is not None
    if isinstance(value, float):
        sheet.change(total, fact=replace(fact, span="ytd", value=value))
        sheet.change(month, fact=replace(fact, span="single") if alone else None)
    else:
        sheet.change(month, fact=replace(fact, span="single"))


@kind(valid=False, families=("month_header", "last_year"))
def header_of_another_month(document: Document, chance: random.Random) -> None:
    """Let a header name another month than the title."""
    sheet = first(document)
    for place in sheet.places("header"):
        text = str(sheet.cells[place].value)
        changed = re.sub(r"(?<=-)(\d+)(?=月)", lambda found: str(int(found[1]) % 11 + 1), text)
        if changed != text:
            sheet.change(place, value=changed)
            forget(sheet, [p for p in sheet.facts() if p[1] >= place[1]])
    excuse(sheet, sheet.facts())


@kind(valid=False, families=REPORTS)
def two_periods(document: Document, chance: random.Random) -> None:
    """State a second period above the table."""
    sheet = first(document)
    sheet.insert_rows(1)
    year, month = chance.randint(2016, 2024), chance.randint(2, 12)
    second = f"{year - 3}年1—{month}月"
    titles = " ".join(str(sheet.cells[place].value) for place in sheet.places("title"))
    titles = re.sub(r"\s*[-–－~～至]\s*", "—", titles)
    if second in titles or f"{year - 3}年{month}月" in titles:
        raise Unfit  # the same period again
    sheet.put(1, 0, second, "title")
    forget(sheet, sheet.facts())


@kind(valid=False, families=("plain", "bulletin", "two_rows", "panels"))
def no_period(document: Document, chance: random.Random) -> None:
    """State no period at all."""
    sheet = first(document)
    sheet.name = "报表"
    sheet.change(sheet.places("title")[0], value="莲湖区主要经济指标")
    forget(sheet, sheet.facts())


@kind(valid=False, families=tuple(name for name in WORKBOOKS if name != "areas"))
def another_region(document: Document, chance: random.Random) -> None:
    """Name another region in the title."""
    sheet = first(document)
    place = sheet.places("title")[0]
    other = chance.choice(["雁塔区", "碑林区", "新城区", "西安市雁塔区"])
    sheet.change(place, value=str(sheet.cells[place].value).replace("莲湖区", other))
    if sheet.places("title") and document.family != "long":
        forget(sheet, sheet.facts())
    else:
        excuse(sheet, sheet.facts())


@kind(valid=False, families=("plain", "bulletin", "newest_first"))
def column_twice(document: Document, chance: random.Random) -> None:
    """Give two columns one header, the month doubled: neither is known to be right."""
    sheet = first(document)
    head = sheet.head()
    columns = sheet.figure_columns()
    one, other = chance.sample(columns, 2)
    sheet.change((head, other), value=sheet.cells[head, one].value)
    forget(sheet, [place for place in sheet.facts() if place[1] in (one, other)])
    excuse(sheet, sheet.facts())


@kind(valid=False, families=("newest_first",))
def months_exchanged(document: Document, chance: random.Random) -> None:
    """Exchange two months in the header: as labelled, or not at all."""
    sheet = first(document)
    head = sheet.head()
    one, other = chance.sample(sheet.figure_columns(), 2)
    values = {one: sheet.cells[head, other].value, other: sheet.cells[head, one].value}
    for column, value in values.items():
        sheet.change((head, column), value=value)
    for row in sheet.body_rows():
        cells = {one: sheet.cells[row, one], other: sheet.cells[row, other]}
        facts = {one: cells[one].fact, other: cells[other].fact}
        for column, twin in ((one, other), (other, one)):
            fact, elsewhere = facts[column], facts[twin]
            if fact and elsewhere:
                sheet.change((row, column), fact=replace(fact, period=elsewhere.period))
    excuse(sheet, sheet.facts())


@kind(valid=False, families=(*TIMED, "vendor_csv"))
def period_twice(document: Document, chance: random.Random) -> None:
    """Write one period on two rows: neither is known to be right."""
    sheet = first(document)
    places = sheet.places("period")
    column = places[0][1]
    rows = [row for row, c in places if c == column]
    if len(rows) < 2:
        raise Unfit
    one, other = chance.sample(rows, 2)
    sheet.change((other, column), value=sheet.cells[one, column].value)
    right = min((c for _, c in places if c > column), default=10_000)
    doubtful = [p for p in sheet.facts() if p[0] in (one, other) and column < p[1] < right]
    forget(sheet, doubtful)
    excuse(sheet, sheet.facts())


@kind(valid=False, families=LABELLED)
def header_unknown(document: Document, chance: random.Random) -> None:
    """Call one column of figures something that nobody declared."""
    sheet = first(document)
    head = max(row for row, _ in sheet.places("header"))
    columns = [c for r, c in sheet.places("header") if r == head and c in sheet.figure_columns()]
    column = chance.choice(columns)
    sheet.change(
        (head, column), value=chance.choice(["完成情况", "预计", "目标", "环比", "两年平均增长"])
    )
    forget(sheet, [place for place in sheet.facts() if place[1] == column])
    # A growth column may have taken its meaning from the column on its left.
    excuse(sheet, sheet.facts())


@kind(valid=False)
def cut_off(document: Document, chance: random.Random) -> None:
    """Copy only a part of the file."""
    document.cut_at = chance.uniform(0.2, 0.95)
    for sheet in document.sheets:
        forget(sheet, sheet.facts())


# Text files


@kind(valid=True, families=("long_csv", "records_csv", "vendor_csv"))
def another_encoding(document: Document, chance: random.Random) -> None:
    """Save the text in another encoding, with other line ends."""
    document.encoding = chance.choice(["utf-8", "utf-8-sig", "gb18030"])
    document.newline = chance.choice(["\n", "\r\n"])


@kind(valid=True, families=("records_csv",))
def record_not_a_number(document: Document, chance: random.Random) -> None:
    """Write something in a tidy record that is no figure."""
    sheet = first(document)
    place = chance.choice(sheet.facts())
    text = chance.choice(["", "—", "12.3 13.4", "增长5.4", "nan", "１２．３", "#REF!"])
    sheet.cells[place] = sheet.cells[place].without_fact(text)
