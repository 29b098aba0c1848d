"""Mutations of where things stand and how they look; a careful reader reads on."""

# Every mutation takes a document and a source of chance, needed or not.
# ruff: noqa: ARG001

from __future__ import annotations

import calendar
import datetime as dt
import random
import re
from dataclasses import replace

from benchmarks.intake_mutants_documents import Document, Place, Sheet
from benchmarks.intake_mutants_families import FAMILIES
from benchmarks.intake_mutants_kinds import LABELLED, SINGLE_HEADER, TIMED, Unfit, first, kind

__all__: list[str] = []

# Where things stand


@kind(valid=True, families=tuple(FAMILIES))
def unchanged(document: Document, chance: random.Random) -> None:
    """Leave the sheet as it is."""


@kind(valid=True)
def extra_title_rows(document: Document, chance: random.Random) -> None:
    """Put lines above the title."""
    sheet, count = first(document), chance.randint(1, 3)
    sheet.insert_rows(0, count)
    sheet.put(0, 0, chance.choice(["附表1", "内部资料，注意保存", "表三"]), "note")


@kind(valid=True)
def header_lower(document: Document, chance: random.Random) -> None:
    """Leave blank lines between the title and the header."""
    sheet = first(document)
    sheet.insert_rows(sheet.head(), chance.randint(1, 3))


@kind(valid=True)
def table_further_right(document: Document, chance: random.Random) -> None:
    """Leave blank columns on the left."""
    first(document).insert_columns(0, chance.randint(1, 2))


@kind(valid=True, families=("plain", "bulletin", "newest_first", "long", "long_csv", "records_csv"))
def columns_reordered(document: Document, chance: random.Random) -> None:
    """Move whole columns of figures, with their headers."""
    sheet = first(document)
    columns = sheet.figure_columns()
    moved = columns[1:] + columns[:1] if len(columns) == 2 else chance.sample(columns, len(columns))
    to = dict(zip(columns, moved, strict=True))
    sheet.move(lambda row: row, lambda column: to.get(column, column))


@kind(valid=True, families=("plain", "bulletin"))
def month_and_ytd_swapped(document: Document, chance: random.Random) -> None:
    """Put the year to date before the month, headers and figures."""
    sheet = first(document)
    left, right = sheet.figure_columns()[:2]
    to = {left: right, right: left}
    sheet.move(lambda row: row, lambda column: to.get(column, column))


@kind(
    valid=True,
    families=("plain", "month_header", "last_year", "two_rows", "newest_first", "series"),
)
def rows_reordered(document: Document, chance: random.Random) -> None:
    """Put the rows in another order."""
    sheet = first(document)
    rows = sheet.body_rows()
    to = dict(zip(rows, chance.sample(rows, len(rows)), strict=True))
    sheet.move(lambda row: to.get(row, row), lambda column: column)


@kind(valid=True, families=LABELLED)
def blank_rows(document: Document, chance: random.Random) -> None:
    """Leave blank lines between the rows."""
    sheet = first(document)
    rows = sheet.body_rows()[1:]
    for row in sorted(chance.sample(rows, min(2, len(rows))), reverse=True):
        sheet.insert_rows(row)


@kind(valid=True, families=("plain", "bulletin", "two_rows", "month_header"))
def column_of_numbers(document: Document, chance: random.Random) -> None:
    """Number the rows in a column of their own, on the left."""
    sheet = first(document)
    head = sheet.head()
    sheet.insert_columns(0)
    sheet.put(head, 0, "序号", "header")
    for number, row in enumerate(sheet.body_rows(), 1):
        sheet.put(row, 0, number, "note")
    if any(cell[0] > head for cell in sheet.places("header")):
        sheet.merged.append((head, 0, max(row for row, _ in sheet.places("header")), 0))


@kind(valid=True, families=("plain", "bulletin", "month_header"))
def column_of_remarks(document: Document, chance: random.Random) -> None:
    """Add a column that holds no figures of the catalogue."""
    sheet = first(document)
    right = max(column for _, column in sheet.cells) + 1
    sheet.put(sheet.head(), right, chance.choice(["备注", "排名", "占全市比重（%）"]), "header")
    for row in sheet.body_rows():
        sheet.put(row, right, chance.randrange(1, 14), "note")


@kind(valid=True)
def rows_below(document: Document, chance: random.Random) -> None:
    """Write notes below the table."""
    sheet = first(document)
    bottom = max(row for row, _ in sheet.cells) + chance.randint(1, 2)
    for row, text in enumerate(["注：本表数据为快报数。", "数据来源：莲湖区统计局"], bottom):
        sheet.put(row, 0, text, "note")


@kind(valid=True, families=("plain", "bulletin", "month_header"))
def header_again(document: Document, chance: random.Random) -> None:
    """Repeat the header where the next printed page begins."""
    sheet = first(document)
    head, row = sheet.head(), chance.choice(sheet.body_rows()[1:])
    sheet.insert_rows(row)
    for place in [place for place in sheet.places("header") if place[0] == head]:
        sheet.put(row, place[1], sheet.cells[place].value, "header")


@kind(valid=True)
def text_sheet(document: Document, chance: random.Random) -> None:
    """Add a sheet of explanations."""
    other = Sheet("说明")
    other.put(0, 0, "本表由各单位填报，有疑问请联系区统计局。", "note")
    document.sheets.insert(chance.randint(0, 1), other)


# How it looks


@kind(valid=True)
def merged_title(document: Document, chance: random.Random) -> None:
    """Merge the title over the table."""
    sheet = first(document)
    sheet.merged.append((0, 0, 0, max(column for _, column in sheet.cells)))


@kind(valid=True, families=SINGLE_HEADER)
def merged_header(document: Document, chance: random.Random) -> None:
    """Let every header cell take two rows."""
    sheet = first(document)
    head = sheet.head()
    sheet.insert_rows(head + 1)
    sheet.merged += [(head, column, head + 1, column) for _, column in sheet.places("header")]


@kind(valid=True, families=LABELLED)
def header_spaced(document: Document, chance: random.Random) -> None:
    """Write headers with inner blanks and line breaks."""
    sheet = first(document)
    sheet.change_all("header", lambda cell: replace(cell, value=_spaced(str(cell.value), chance)))


def _spaced(text: str, chance: random.Random) -> str:
    at = chance.randint(1, max(1, len(text) - 1))
    if text[at - 1].isdigit() or text[at : at + 1].isdigit():
        return f" {text} "
    return text[:at] + chance.choice([" ", "\n", "　"]) + text[at:]


@kind(valid=True, families=LABELLED)
def names_spaced(document: Document, chance: random.Random) -> None:
    """Pad names with blanks, as they are spread over a printed column."""
    sheet, blank = first(document), chance.choice([" ", "　"])
    for place in sheet.places("label"):
        text = str(sheet.cells[place].value)
        at = chance.randint(1, len(text) - 1)
        sheet.change(place, value=text[:at] + blank + text[at:])


@kind(valid=True, families=LABELLED)
def names_numbered(document: Document, chance: random.Random) -> None:
    """Number the names."""
    sheet, form = first(document), chance.choice(["{}、", "{}.", "（{}）", "{}．"])
    for number, place in enumerate(sheet.places("label"), 1):
        sheet.change(place, value=form.format(number) + str(sheet.cells[place].value))


@kind(valid=True, families=LABELLED)
def unit_in_name(document: Document, chance: random.Random) -> None:
    """Write the unit behind the name and leave the unit's column blank."""
    sheet = first(document)
    for row, column in sheet.places("label"):
        unit = sheet.cells.pop((row, column + 1))
        sheet.change((row, column), value=f"{sheet.cells[row, column].value}({unit.value})")


DASHES = ["—", "～", "~", "至", "-", "–", "－"]


@kind(valid=True, families=("plain", "bulletin", "two_rows", "panels"))
def title_period_spelt(document: Document, chance: random.Random) -> None:
    """Write the title's months in another way."""
    sheet = first(document)
    place = sheet.places("title")[0]
    text = str(sheet.cells[place].value)
    found = re.search(r"1—(\d+)月", text)
    if found is None:
        raise Unfit
    spelt = chance.choice([f"1{dash}{found[1]}月" for dash in DASHES] + [f"1—{found[1]}月份"])
    sheet.change(place, value=text.replace(found[0], spelt))


@kind(valid=True, families=("newest_first", *TIMED, "long"))
def periods_spelt(document: Document, chance: random.Random) -> None:
    """Write the months of a table in another way."""
    sheet, dash = first(document), chance.choice(DASHES)
    for place in [*sheet.places("period"), *sheet.places("header")]:
        text = str(sheet.cells[place].value)
        sheet.change(place, value=re.sub(r"(?<=年1)-(?=\d)", dash, text))


@kind(valid=True, families=TIMED)
def periods_as_dates(document: Document, chance: random.Random) -> None:
    """Write months as dates, their last days, in either date system."""
    sheet = first(document)
    document.from_1904 = chance.random() < 0.5
    for place in sheet.places("period"):
        year, month = (int(text) for text in re.findall(r"(\d+)(?=年|月)", _text(sheet, place)))
        day = dt.date(year, month, calendar.monthrange(year, month)[1])
        sheet.change(place, value=day, shown='yyyy"年"m"月"')


def _text(sheet: Sheet, place: Place) -> str:
    return str(sheet.cells[place].value)


@kind(valid=True)
def counts_from_1904(document: Document, chance: random.Random) -> None:
    """Save in the date system of 1904, publication day as a date where it has a cell."""
    document.from_1904 = True
    sheet = first(document)
    for place in sheet.places("published"):
        if not str(sheet.cells[place].value).startswith("发布"):
            sheet.change(place, value=document.published, shown="yyyy-mm-dd")
