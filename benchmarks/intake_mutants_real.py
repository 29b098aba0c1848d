"""Mutations into what offices hand round: bare heads, templates filled with zeros, groupings."""

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
    TIMED,
    Unfit,
    first,
    is_growth,
    kind,
    label_row,
    row_places,
)
from benchmarks.intake_mutants_values import built_in

__all__: list[str] = []

AMOUNTS = ["绝对额", "总量", "总额"]
RATES = ["增速（%）", "增幅(%)", "增速"]


@kind(valid=True, families=LABELLED)
def corner_blank(document: Document, chance: random.Random) -> None:
    """Leave the head over the names blank."""
    sheet = first(document)
    columns = {column for _, column in sheet.places("label")}
    for place in sheet.places("header"):
        if place[1] in columns:
            del sheet.cells[place]


@kind(valid=True, families=("plain", "panels"))
def bare_heads(document: Document, chance: random.Random) -> None:
    """Head figures with no more than amount and growth: the title alone carries the period."""
    sheet = first(document)
    amount, rate = chance.choice(AMOUNTS), chance.choice(RATES)
    for place in sheet.places("header"):
        text = str(sheet.cells[place].value)
        if text == "本月":
            _drop_column(sheet, place[1])
            break
    for place in sheet.places("header"):
        text = str(sheet.cells[place].value)
        if "增长" in text:
            sheet.change(place, value=rate)
        elif "累计" in text:
            sheet.change(place, value=amount)


def _drop_column(sheet: Sheet, column: int) -> None:
    sheet.cells = {place: cell for place, cell in sheet.cells.items() if place[1] != column}
    sheet.move(lambda row: row, lambda c: c - 1 if c > column else c)


@kind(valid=True, families=("two_rows",))
def months_over_measures(document: Document, chance: random.Random) -> None:
    """Put the month and the year to date over amount and growth, instead of below."""
    sheet = first(document)
    head, (single, ytd, single_growth, _) = sheet.head(), sheet.figure_columns()
    to = {ytd: single_growth, single_growth: ytd}
    body = {place: cell for place, cell in sheet.cells.items() if place[0] > head + 1}
    above = {place: cell for place, cell in sheet.cells.items() if place[0] <= head + 1}
    moved = {(row, to.get(column, column)): cell for (row, column), cell in body.items()}
    sheet.cells = above | moved
    month, total = chance.choice([("本月", "本月止累计"), ("当月", "累计"), ("本月", "1-本月")])
    sheet.change((head, single), value=month)
    sheet.change((head, single_growth), value=total)
    for column, text in ((single, "绝对额"), (ytd, "增速（%）")):
        sheet.change((head + 1, column), value=text)
        sheet.change((head + 1, column + 2), value=text)


@kind(valid=True, families=("newest_first",))
def joint_months(document: Document, chance: random.Random) -> None:
    """Head January and February as one, and the other months alone or from January on."""
    sheet, through = first(document), chance.random() < 0.5
    for place in sheet.places("header"):
        text = str(sheet.cells[place].value)
        if through or text.endswith("年2月"):
            sheet.change(place, value=re.sub(r"年(\d+月)$", r"年1-\1", text))


@kind(valid=True, families=("newest_first", *TIMED))
def zeros_to_come(document: Document, chance: random.Random) -> None:
    """Fill the months to come with zeros, as a template does."""
    sheet = first(document)
    if document.published is None or document.published.month == 1:
        raise Unfit
    year = document.published.year
    coming = range(document.published.month, 13)
    if document.family == "newest_first":
        _zeros_across(sheet, [f"{year}年{month}月" for month in coming])
    else:
        _zeros_down(sheet, [f"{year}年1-{month}月" for month in coming])


def _zeros_across(sheet: Sheet, texts: list[str]) -> None:
    head, start, rows = sheet.head(), sheet.figure_columns()[0], sheet.body_rows()
    for text in texts:
        sheet.insert_columns(start)
        sheet.put(head, start, text, "header")
        for row in rows:
            sheet.put(row, start, 0, "note")


def _zeros_down(sheet: Sheet, texts: list[str]) -> None:
    bottom = max(sheet.body_rows())
    figures = sheet.figure_columns()
    columns = {column for _, column in sheet.places("period")}
    for row, text in enumerate(texts, bottom + 1):
        for column in columns:
            sheet.put(row, column, text, "period")
        for column in figures:
            sheet.put(row, column, 0, "note")


GROUPINGS = {
    "按产业分": ["第一产业", "第二产业", "第三产业"],
    "按隶属关系分": ["中央", "地方"],
    "按登记注册类型分": ["内资企业", "港澳台商投资企业", "外商投资企业"],
}


@kind(valid=True, families=("plain", "bulletin", "month_header", "two_rows"))
def grouping(document: Document, chance: random.Random) -> None:
    """Break a row down below it: its parts are none of the catalogue, whatever they are called."""
    sheet = first(document)
    place = label_row(sheet, chance)
    title, names = chance.choice(list(GROUPINGS.items()))
    whole = str(sheet.cells[place].value)
    if any(built_in().match_name(f"{whole}/{name}") for name in names):
        raise Unfit
    cells = [(at, sheet.cells[at]) for at in row_places(sheet, place[0])]
    sheet.insert_rows(place[0] + 1, len(names) + 1)
    sheet.put(place[0] + 1, place[1], title, "note")
    left = {at: float(cell.value) for at, cell in cells if isinstance(cell.value, float)}
    for number, name in enumerate(names):
        row = place[0] + 2 + number
        for (_, column), cell in cells:
            sheet.cells[row, column] = cell.without_fact(cell.value)
        sheet.change((row, place[1]), value=name, role="note")
        last = number == len(names) - 1
        for at, rest in left.items():
            part = rest if last else round(rest * chance.uniform(0.2, 0.6), 2)
            left[at] = round(rest - part, 2)
            sheet.change((row, at[1]), value=_part(sheet, at, part, chance), role="note")


def _part(sheet: Sheet, whole: Place, share: float, chance: random.Random) -> float:
    """Return a part's amount; of a growth, another growth."""
    if is_growth(sheet.cells[whole]):
        return chance.randrange(15, 300) / 10
    return share


@kind(valid=True, families=(*REPORTS, *TIMED))
def growth_in_full(document: Document, chance: random.Random) -> None:
    """Leave growth as the formula gave it, five decimals, one of it below one percent."""
    sheet = first(document)
    places = [place for place in sheet.facts() if is_growth(sheet.cells[place])]
    if len(places) < 3:
        raise Unfit
    small = chance.choice(places)
    for place in places:
        fact = sheet.cells[place].fact
        value = float(str(sheet.cells[place].value)) + chance.randrange(-4_900, 4_900) / 100_000
        value = round(chance.uniform(0.11, 0.98) if place == small else value, 5)
        if fact:
            sheet.change(place, value=value, fact=replace(fact, value=value))
