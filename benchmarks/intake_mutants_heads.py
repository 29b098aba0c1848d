"""Mutations of what stands above a table, and of what a name says besides its name."""

# Every mutation takes a document and a source of chance, needed or not.

from __future__ import annotations

import random
import re
from dataclasses import replace

from benchmarks.intake_mutants_documents import Document, Sheet
from benchmarks.intake_mutants_kinds import (
    LABELLED,
    TIMED,
    Unfit,
    excuse,
    facts_of_row,
    first,
    forget,
    kind,
    label_row,
)
from lianhu_analysis.catalog.periods import Period

__all__: list[str] = []

HEADED = ("plain", "bulletin", "month_header", "last_year", "two_rows", "three_rows", "panels")
STATED = (*HEADED, "newest_first", *TIMED)
RELATIVE = ("plain", "bulletin", "two_rows", "panels")


def _day(document: Document) -> str:
    if document.published is None:
        raise Unfit
    return document.published.isoformat()


@kind(valid=True, families=STATED)
def unit_and_day_in_one_cell(document: Document, chance: random.Random) -> None:
    """Write unit and publication day into one cell."""
    day = _day(document)
    text = chance.choice(
        [
            f"单位：亿元 发布日期：{day}",
            f"发布日期：{day}　　单位：亿元",
            f"(单位:亿元，发布日期:{day})",
        ]
    )
    sheet = first(document)
    sheet.change(sheet.places("published")[0], value=text)


@kind(valid=True, families=STATED)
def day_beside_its_label(document: Document, chance: random.Random) -> None:
    """Write the publication day into the cell beside its label."""
    day, sheet = _day(document), first(document)
    row, column = sheet.places("published")[0]
    label = chance.choice(["发布日期", "发布日期：", "公布日期：", "发布时间:"])
    sheet.change((row, column), value=label)
    shown = chance.choice([day, document.published, day.replace("-", "/")])
    right = column + chance.randint(1, 2)
    sheet.put(row, right, shown, "note")
    if shown == document.published:
        sheet.change((row, right), shown="yyyy-mm-dd")


@kind(valid=True, families=STATED)
def unit_behind_the_title(document: Document, chance: random.Random) -> None:
    """Write the unit behind the title."""
    sheet = first(document)
    place = sheet.places("title")[0]
    behind = chance.choice(["　单位：亿元", "（单位：亿元）", "单位：亿元"])
    sheet.change(place, value=f"{sheet.cells[place].value}{behind}")


@kind(valid=True, families=("plain", "bulletin", "two_rows", "panels"))
def year_and_months_apart(document: Document, chance: random.Random) -> None:
    """State the year before the region and the months behind the title or below it."""
    sheet = first(document)
    place = sheet.places("title")[0]
    found = re.fullmatch(r"莲湖区(\d+年)(1—\d+月)(.*)", str(sheet.cells[place].value))
    if found is None:
        raise Unfit
    year, months, what = found.groups()
    title = chance.choice([f"{year}莲湖区{months}{what}", f"莲湖区{year}{what}（{months}）"])
    if chance.random() < 0.3:
        title = f"莲湖区{year}{what}"
        sheet.insert_rows(1)
        sheet.put(1, 0, months, "title")
    sheet.change(place, value=title)


@kind(valid=True, families=LABELLED)
def footnote_at_a_name(document: Document, chance: random.Random) -> None:
    """Mark names with footnotes, and explain them below."""
    sheet = first(document)
    for place in sheet.places("label"):
        if chance.random() < 0.5:
            mark = chance.choice(["①", "²", "*", "[注]", "（注1）"])
            sheet.change(place, value=f"{sheet.cells[place].value}{mark}")
    sheet.put(max(row for row, _ in sheet.cells) + 1, 0, "注：口径见年鉴。", "note")


@kind(valid=True, families=RELATIVE)
def name_states_its_months(document: Document, chance: random.Random) -> None:
    """Let a name say that its figures end one month before the title's."""
    sheet = first(document)
    place = label_row(sheet, chance, panels=True)
    facts = facts_of_row(sheet, place)
    stated = [fact for at in facts if (fact := sheet.cells[at].fact)]
    if not stated or any(fact.span == "point" for fact in stated):
        raise Unfit
    before = Period.parse(stated[0].period).shift(-1)
    if before.number < 2 or before.number == 12:
        raise Unfit
    sheet.change(place, value=f"{sheet.cells[place].value}（1-{before.number}月）")
    for at in facts:
        fact = sheet.cells[at].fact
        if fact is None or fact.span == "single":
            forget(sheet, [at])
        else:
            sheet.change(at, fact=replace(fact, period=str(before)))


@kind(valid=False, families=("plain", "bulletin", "month_header", "newest_first", *TIMED))
def narrowed_title(document: Document, chance: random.Random) -> None:
    """Say in the title that all figures are of a part, an average or a plan."""
    sheet = first(document)
    place = sheet.places("title")[0]
    words = ["（区属）", "（民营经济）", "两年平均", "预期目标", "排名", "(市属企业)"]
    sheet.change(place, value=f"{sheet.cells[place].value}{chance.choice(words)}")
    _only_named_so(sheet)


def _only_named_so(sheet: Sheet) -> None:
    """Let nothing be stored but where the name itself says the same; that may be."""
    own = re.compile("区属|民营|民间|非公|平均|目标")
    names = " ".join(str(sheet.cells[p].value) for p in sheet.cells if sheet.cells[p].fact is None)
    if own.search(re.sub(r"（区属）|（民营经济）|两年平均|预期目标", "", names)):
        raise Unfit
    forget(sheet, sheet.facts())


@kind(valid=False, families=HEADED)
def another_region_before_a_unit(document: Document, chance: random.Random) -> None:
    """Name another region in a title that goes on with the unit."""
    sheet = first(document)
    place = sheet.places("title")[0]
    title = str(sheet.cells[place].value).replace("莲湖区", chance.choice(["雁塔区", "碑林区"]))
    sheet.change(place, value=f"{title} 单位：亿元")
    forget(sheet, sheet.facts())


@kind(valid=False, families=STATED)
def day_left_out(document: Document, chance: random.Random) -> None:
    """Leave the publication day to be filled in: no day may be assumed instead."""
    sheet = first(document)
    sheet.change(
        sheet.places("published")[0], value=chance.choice(["发布日期：", "发布日期", "公布日期:"])
    )
    forget(sheet, sheet.facts())


@kind(valid=False, families=("plain", "bulletin", "month_header"))
def name_of_other_months(document: Document, chance: random.Random) -> None:
    """Let a name say months that the sheet cannot be about."""
    sheet = first(document)
    place = label_row(sheet, chance)
    sheet.change(
        place, value=f"{sheet.cells[place].value}{chance.choice(['（2014年1-9月）', '(1-13月)'])}"
    )
    forget(sheet, facts_of_row(sheet, place))
    excuse(sheet, sheet.facts())


@kind(valid=False, families=("plain", "bulletin", "month_header"))
def lagged_row(document: Document, chance: random.Random) -> None:
    """Name a row after an indicator whose figures come out later than the report."""
    sheet = first(document)
    place = label_row(sheet, chance)
    row, column = place
    if chance.random() < 0.5:
        sheet.change(place, value="规模以上服务业企业营业收入")
    else:
        sheet.change(place, value="规模以上租赁和商务服务业营业收入")
    sheet.put(row, column + 1, "亿元", "unit")
    forget(sheet, facts_of_row(sheet, place))
