"""Mutations of how figures are written, of what is hidden, and of single cells and rows."""

# Every mutation takes a document and a source of chance, needed or not.
# ruff: noqa: ARG001

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from benchmarks.intake_mutants_documents import Cell, Document, Sheet
from benchmarks.intake_mutants_families import FAMILIES, PARENT_CODE, REPORTS
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
    is_growth,
    is_level,
    is_number,
    kind,
    label_row,
    pick,
    row_places,
)
from lianhu_analysis.catalog.indicators import Catalogue, names_of, read_catalogue

__all__: list[str] = []

# How figures are written


@kind(valid=True, families=WORKBOOKS)
def numbers_as_text(document: Document, chance: random.Random) -> None:
    """Write figures as text."""
    _as_text(first(document), chance, lambda text: text)


@kind(valid=True, families=WORKBOOKS)
def full_width(document: Document, chance: random.Random) -> None:
    """Write figures in full-width characters."""
    wide = {ord(char): ord(char) + 0xFEE0 for char in "0123456789.-%"}
    _as_text(first(document), chance, lambda text: text.translate(wide))


@kind(valid=True, families=tuple(name for name in FAMILIES if name != "records_csv"))
def blanks_around(document: Document, chance: random.Random) -> None:
    """Leave tabs and blanks around figures."""
    _as_text(
        first(document), chance, lambda text: chance.choice(["{}\t", " {}", "{} "]).format(text)
    )


@kind(valid=True, families=WORKBOOKS)
def thousands(document: Document, chance: random.Random) -> None:
    """Write amounts with separators."""
    sheet = first(document)
    for place in [place for place in sheet.facts() if is_level(sheet.cells[place])]:
        sheet.change(place, value=f"{sheet.cells[place].value:,.2f}")


def _as_text(sheet: Sheet, chance: random.Random, make: Callable[[str], str]) -> None:
    for place in [place for place in sheet.facts() if is_number(sheet.cells[place])]:
        if chance.random() < 0.8:
            sheet.change(place, value=make(repr(sheet.cells[place].value)))


NO_FIGURE = ["-", "—", "——", "…", "……", "......", "--", "***", "#N/A", "－", "/"]


@kind(valid=True, families=tuple(name for name in FAMILIES if name != "records_csv"))
def dashes(document: Document, chance: random.Random) -> None:
    """Put signs for "no figure" in place of figures."""
    sheet = first(document)
    for place in chance.sample(sheet.facts(), min(3, len(sheet.facts()))):
        sheet.cells[place] = sheet.cells[place].without_fact(chance.choice(NO_FIGURE))


@kind(valid=True)
def blanks(document: Document, chance: random.Random) -> None:
    """Leave figures out."""
    sheet = first(document)
    for place in chance.sample(sheet.facts(), min(3, len(sheet.facts()))):
        del sheet.cells[place]


@kind(
    valid=True,
    families=("plain", "bulletin", "month_header", "last_year", "two_rows", "panels", "series"),
)
def percent_format(document: Document, chance: random.Random) -> None:
    """Store growth as a fraction under a percent format."""
    sheet = first(document)
    for place in [place for place in sheet.facts() if is_growth(sheet.cells[place])]:
        value = sheet.cells[place].value
        sheet.change(place, value=float(f"{value / 100:.12g}"), shown="0.0%")  # type: ignore[operator]


@kind(valid=True, families=(*REPORTS, "tables", "long"))
def growth_in_words(document: Document, chance: random.Random) -> None:
    """Write growth as 增长 and 下降, and one as a multiple."""
    sheet = first(document)
    places = [place for place in sheet.facts() if is_growth(sheet.cells[place])]
    for number, place in enumerate(places):
        cell = sheet.cells[place]
        value = float(str(cell.value))
        if number == 0 and cell.fact:
            sheet.change(place, value="增长1.6倍", fact=replace(cell.fact, value=160.0))
        else:
            mark = chance.choice(["", "%"])
            sheet.change(place, value=f"{'增长' if value >= 0 else '下降'}{abs(value)}{mark}")


@kind(valid=True, families=(*REPORTS, "long"))
def footnote_marks(document: Document, chance: random.Random) -> None:
    """Mark figures, and explain the marks below."""
    sheet, mark = first(document), chance.choice(["*", "①", "[注]", " ①"])
    numbers = [place for place in sheet.facts() if is_number(sheet.cells[place])]
    for place in chance.sample(numbers, min(3, len(numbers))):
        sheet.change(place, value=f"{sheet.cells[place].value}{mark}")
    sheet.put(max(row for row, _ in sheet.cells) + 1, 0, "注：* 为初步核算数。", "note")


@kind(valid=True, families=LABELLED)
def unit_and_figures_changed(document: Document, chance: random.Random) -> None:
    """State amounts in a smaller unit."""
    _rescale(first(document), figures=True)


@kind(valid=True, families=LABELLED)
def unit_alone_changed(document: Document, chance: random.Random) -> None:
    """State another unit beside the same figures: they are what the sheet says."""
    _rescale(first(document), figures=False)


SMALLER = {
    "亿元": ("万元", 10_000),
    "万平方米": ("平方米", 10_000),
    "亿千瓦时": ("万千瓦时", 10_000),
}
SMALLER |= {"万人": ("人", 10_000), "万美元": ("美元", 10_000), "万千瓦时": ("千瓦时", 10_000)}


def _rescale(sheet: Sheet, *, figures: bool) -> None:
    changed = False
    for row, column in sheet.places("label"):
        beside = sheet.cells[row, column + 1]
        if beside.value not in SMALLER:
            continue
        unit, factor = SMALLER[str(beside.value)]
        changed = True
        sheet.change((row, column + 1), value=unit)
        for place in facts_of_row(sheet, (row, column)):
            cell = sheet.cells[place]
            if not is_level(cell) or cell.fact is None:
                continue
            value = float(str(cell.value))
            if figures:
                sheet.change(place, value=round(value * factor, 2))
            else:
                sheet.change(place, fact=replace(cell.fact, value=float(f"{value / factor:.15g}")))
    if not changed:
        raise Unfit


# What is hidden


@kind(valid=True, families=WORKBOOKS)
def hidden_row(document: Document, chance: random.Random) -> None:
    """Hide a row of figures: it may be left out, aloud; the others are read."""
    sheet = first(document)
    row = chance.choice(sheet.body_rows())
    sheet.hidden_rows.add(row)
    excuse(sheet, [place for place in sheet.facts() if place[0] == row])


@kind(valid=True, families=("plain", "bulletin", "month_header", "newest_first", "two_rows"))
def hidden_column(document: Document, chance: random.Random) -> None:
    """Hide a column of figures."""
    sheet = first(document)
    column = chance.choice(sheet.figure_columns())
    sheet.hidden_columns.add(column)
    excuse(sheet, [place for place in sheet.facts() if place[1] == column])


@kind(valid=True, families=STACKED)
def hidden_stale_row(document: Document, chance: random.Random) -> None:
    """Hide an older version of a row above it."""
    sheet = first(document)
    row, _column = label_row(sheet, chance)
    sheet.insert_rows(row)
    sheet.hidden_rows.add(row)
    for place in row_places(sheet, row + 1):
        cell = sheet.cells[place]
        value = round(cell.value + 7.5, 2) if isinstance(cell.value, float) else cell.value
        sheet.cells[row, place[1]] = cell.without_fact(value)


@kind(valid=True, families=WORKBOOKS)
def hidden_stale_sheet(document: Document, chance: random.Random) -> None:
    """Hide an older version of the sheet."""
    sheet = first(document)
    stale = {
        place: cell.without_fact(round(cell.value + 7.5, 2) if is_number(cell) else cell.value)  # type: ignore[operator]
        for place, cell in sheet.cells.items()
    }
    old = Sheet(f"{sheet.name}旧", stale, list(sheet.merged), visible=False)
    document.sheets.insert(chance.randint(0, 1), old)


# Cells and rows in doubt: only they are left out


@kind(valid=True, families=WORKBOOKS)
def formula_error(document: Document, chance: random.Random) -> None:
    """Let a formula end in an error."""
    sheet = first(document)
    place = chance.choice(sheet.facts())
    text = chance.choice(["#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!"])
    sheet.cells[place] = sheet.cells[place].without_fact(text, is_error=True)


@kind(valid=True, families=WORKBOOKS)
def formula_not_calculated(document: Document, chance: random.Random) -> None:
    """Leave a formula without a value."""
    sheet = first(document)
    place = chance.choice(sheet.facts())
    sheet.cells[place] = sheet.cells[place].without_fact("=1+2")


DOUBTFUL = [
    "12.3 13.4",
    "（3.2）",
    "13、3",
    "3.9个百分点",
    "持平",
    "12.3万元",
    "约5",
    "5.4-5.6",
    "二",
    "1O.5",
]


@kind(valid=True, families=(*REPORTS, *TIMED, "long", "long_csv", "vendor_csv"))
def doubtful_growth(document: Document, chance: random.Random) -> None:
    """Write a growth that can be read in two ways."""
    sheet = first(document)
    place = pick(sheet, chance, is_growth)
    sheet.cells[place] = sheet.cells[place].without_fact(chance.choice(DOUBTFUL))


@kind(valid=True, families=(*REPORTS, "tables", "long"))
def growth_as_fraction(document: Document, chance: random.Random) -> None:
    """Write one growth as 0.0486 among percentages, without a percent format."""
    sheet = first(document)
    place = pick(sheet, chance, is_growth)
    value = float(f"{float(str(sheet.cells[place].value)) / 100 + 0.0001:.4f}")
    sheet.cells[place] = sheet.cells[place].without_fact(value)


@kind(valid=True, families=(*REPORTS, *TIMED, "long"))
def growth_as_index(document: Document, chance: random.Random) -> None:
    """Write one growth as 104.6 among percentages, where no such growth can be."""
    sheet = first(document)
    place = pick(sheet, chance, lambda cell: is_growth(cell) and _never_doubles(cell))
    value = round(100 + float(str(sheet.cells[place].value)) / 10, 1)
    sheet.cells[place] = sheet.cells[place].without_fact(value)


def _never_doubles(cell: Cell) -> bool:
    item = built_in().get(cell.fact.indicator) if cell.fact else None
    if item is None:
        return False
    return item.tier == "core" or item.kind == "growth_only" or item.growth_basis == "constant"


@cache
def built_in() -> Catalogue:
    """Return the catalogue that documents are drawn from."""
    return read_catalogue(None, {})


@kind(valid=True, families=WORKBOOKS)
def figure_turned_date(document: Document, chance: random.Random) -> None:
    """Let the spreadsheet turn 5.4 into the fourth of May."""
    sheet = first(document)
    place = pick(sheet, chance, is_number)
    day = dt.date(2024, chance.randint(1, 12), chance.randint(1, 28))
    sheet.cells[place] = sheet.cells[place].without_fact(day, shown="m.d")


@kind(valid=True, families=LABELLED)
def level_as_percent(document: Document, chance: random.Random) -> None:
    """Show an amount under a percent format."""
    sheet = first(document)
    place = pick(sheet, chance, is_level)
    row = place[0]
    units = [cell for where, cell in sheet.cells.items() if where[0] == row and cell.role == "unit"]
    if any(cell.value == "%" for cell in units):
        raise Unfit
    sheet.change(place, fact=None, shown="0.00%")


@kind(valid=True, families=LABELLED)
def unit_missing(document: Document, chance: random.Random) -> None:
    """Leave a unit out: the amounts of the row are not known."""
    _spoil_unit(first(document), chance, None)


@kind(valid=True, families=LABELLED)
def unit_unknown(document: Document, chance: random.Random) -> None:
    """State a unit that is not declared, or of another kind."""
    _spoil_unit(first(document), chance, chance.choice(["标准箱", "万标箱", "千克", "亿"]))


def _spoil_unit(sheet: Sheet, chance: random.Random, unit: str | None) -> None:
    row, column = chance.choice(sheet.places("label"))
    places = facts_of_row(sheet, (row, column))
    if sheet.cells[row, column + 1].value == "%":
        raise Unfit
    if unit is None:
        del sheet.cells[row, column + 1]
    else:
        sheet.change((row, column + 1), value=unit)
    for place in places:
        if is_level(sheet.cells[place]):
            sheet.change(place, fact=None)


@kind(valid=True, families=LABELLED)
def name_unknown(document: Document, chance: random.Random) -> None:
    """Name a row that is not in the catalogue: another scope, or an invention."""
    sheet = first(document)
    place = label_row(sheet, chance, panels=True)
    form = chance.choice(["区属{}", "{}（限额以下）", "全市{}", "{}预期目标", "{}排名", "待核{}"])
    for at in facts_of_row(sheet, place):
        fact = sheet.cells[at].fact
        # What is called the whole city's may be taken as the city's, or left out.
        if fact and form.startswith("全市"):
            sheet.change(at, fact=replace(fact, region=PARENT_CODE), must=False)
        else:
            forget(sheet, [at])
    sheet.change(place, value=form.format(sheet.cells[place].value))


@kind(valid=True, families=("plain", "bulletin", "month_header", "two_rows"))
def sub_item(document: Document, chance: random.Random) -> None:
    """Turn a row into a part of the row above: it is another thing, unless the catalogue says so."""
    sheet = first(document)
    labels = sheet.places("label")
    number = chance.randrange(1, len(labels))
    above, name = (str(sheet.cells[labels[n]].value) for n in (number - 1, number))
    whole = built_in().match_name(above)
    paths = [f"{known}/{name}" for known in (names_of(whole) if whole else ())]
    if any(map(built_in().match_name, paths)):
        raise Unfit("the part is one of the catalogue")
    place = labels[number]
    forget(sheet, facts_of_row(sheet, place))
    form = chance.choice(["其中：{}", "#{}", "  其中:{}"])
    sheet.change(place, value=form.format(sheet.cells[place].value))


@kind(valid=True, families=STACKED)
def row_twice(document: Document, chance: random.Random) -> None:
    """Repeat a row with other figures: where they differ, neither is known to be right."""
    sheet = first(document)
    row, _ = label_row(sheet, chance)
    bottom = max(sheet.body_rows()) + 1
    for place in row_places(sheet, row):
        cell = sheet.cells[place]
        if isinstance(cell.value, float):
            forget(sheet, [place] if cell.fact else [])
            cell = cell.without_fact(round(cell.value + 7.5, 2))
        sheet.cells[bottom, place[1]] = cell


@kind(valid=True, families=STACKED)
def row_repeated(document: Document, chance: random.Random) -> None:
    """Repeat a row as it is: one figure, printed twice."""
    sheet = first(document)
    row, _ = label_row(sheet, chance)
    bottom = max(sheet.body_rows()) + 1
    for place in row_places(sheet, row):
        sheet.cells[bottom, place[1]] = sheet.cells[place]
