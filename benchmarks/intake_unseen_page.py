"""Printing tables that no reader has seen: heads, stubs and what stands around them, by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.intake_mutants_documents import Document, Sheet
from benchmarks.intake_unseen_draw import REGION, Draw
from benchmarks.intake_unseen_words import (
    CORNERS,
    UNIT_HEADS,
    Column,
    heads_in_one,
    heads_stacked,
)
from lianhu_analysis.catalog.indicators import Indicator

__all__ = ["Heads", "print_heads", "report"]

SUBJECTS = ["主要经济指标", "主要指标完成情况", "经济运行情况", "统计月报", "国民经济主要指标"]
NOTES = ["注：绝对额按现价计算，增速按可比口径计算。", "（本页为快报数）", "注:部分指标为初步数"]
GROUPS = ["一、工业", "二、投资和建设", "三、消费", "四、财政金融", "五、其他"]
SMALLER = {"亿元": ("万元", 10_000), "万平方米": ("平方米", 10_000), "万人": ("人", 10_000)}


@dataclass
class Heads:
    """The heads of some columns, from the top down, and whether blanks repeat what is left."""

    paths: Sequence[tuple[str, ...]]
    merged: bool = True

    @property
    def height(self) -> int:
        """Return the number of rows."""
        return max(len(path) for path in self.paths)


def print_heads(sheet: Sheet, top: int, left: int, heads: Heads) -> None:
    """Print stacked heads; without merging a head stands over the first of its columns."""
    height = heads.height
    for row in range(height):
        start = 0
        while start < len(heads.paths):
            path = heads.paths[start]
            end = start
            while (
                end + 1 < len(heads.paths)
                and len(path) > row + 1
                and heads.paths[end + 1][: row + 1] == path[: row + 1]
            ):
                end += 1
            if row < len(path):
                text = path[row] or None
                sheet.put(top + row, left + start, text, "header")
                bottom = height - 1 if row == len(path) - 1 else row
                if heads.merged and (end > start or bottom > row):
                    sheet.merged.append((top + row, left + start, top + bottom, left + end))
            start = end + 1


def _columns_of_heads(draw: Draw, columns: Sequence[Column], unit: str) -> Heads:
    """Return the heads of the figures in one to four rows."""
    chance, spelling = draw.chance, draw.spelling
    rows = chance.choice([1, 1, 2, 2, 3, 4])
    in_one = heads_in_one(spelling, columns)
    paths: list[tuple[str, ...]]
    if rows == 1:
        paths = [(text.replace("|", chance.choice(["", " ", "\n"])),) for text in in_one]
    elif rows == 2 and chance.random() < 0.3:  # a printed line broken into two cells
        paths = [tuple(text.split("|")) for text in in_one]
        return Heads(paths, merged=False)
    else:
        paths = heads_stacked(spelling, columns)
    if rows > 2:
        # A month's column belongs under no head that says January to that month.
        period = "" if "single" in columns else spelling.through()
        over = chance.choice([REGION, f"{draw.year}年{period}"])
        paths = [(over, *path) for path in paths]
    if unit:
        level = f"（{unit}）"
        marks = [level if c in ("single", "ytd", "last_year") else "" for c in columns]
        if rows == 4:
            deep = max(len(path) for path in paths)
            paths = [
                (*path, *([""] * (deep - len(path))), mark or "（%）") if mark else path
                for path, mark in zip(paths, marks, strict=True)
            ]
        else:
            paths = [(*p[:-1], p[-1] + mark) for p, mark in zip(paths, marks, strict=True)]
    return Heads(paths, merged=chance.random() < 0.7)


def report(
    family: str,
    draw: Draw,
    items: Sequence[Indicator],
    columns: Sequence[Column],
    *,
    panels: bool = False,
) -> Document:
    """Print indicators in rows and one period: heads, units and period where chance puts them."""
    chance, sheet = draw.chance, Sheet("Sheet1")
    units = {item.unit for item in items if item.kind != "growth_only"}
    places = ["column", "column", "name"] + (["head", "line"] if len(units) == 1 else [])
    where = chance.choice(places)
    unit = next(iter(units)) if len(units) == 1 else ""
    name = _title(draw, sheet, family)
    top = 1 + max(row for row, _ in sheet.cells)
    if where == "line" and chance.random() < 0.3:
        sheet.change((0, 0), value=f"{sheet.cells[0, 0].value}（单位：{unit}）")
    elif where == "line":
        sheet.put(top, chance.choice([0, len(columns)]), f"单位：{unit}、%", "note")
        top += 1
    heads = _columns_of_heads(draw, columns, unit if where == "head" else "")
    corner = chance.choice(CORNERS)
    stub: list[tuple[str, ...]] = [(corner or "",)]
    if where == "column":
        stub.append((chance.choice(UNIT_HEADS),))
    band = Heads([*stub, *heads.paths], heads.merged)
    half = (len(items) + 1) // 2
    parts = [items[:half], items[half:]] if panels else [items]
    for number, part in enumerate(parts):
        left = number * (len(band.paths) + chance.randint(0, 1))
        print_heads(sheet, top, left, band)
        body = top + band.height
        _rows(draw, sheet, body, left, part, columns, where, band if not panels else None)
    document = Document(family, name, [sheet], draw.published)
    return document


def _title(draw: Draw, sheet: Sheet, family: str) -> str:
    """Print the title and what is under it; return the path of the file."""
    chance, spelling = draw.chance, draw.spelling
    subject, through, year = chance.choice(SUBJECTS), spelling.through(), f"{draw.year}年"
    place = chance.choice(["title", "title", "behind", "below", "sheet", "file", "folder"])
    path = f"{family}/报表.xlsx"
    title = f"{REGION}{subject}"
    if place == "title":
        title = chance.choice(
            [f"{REGION}{year}{through}{subject}", f"{year}{through}{REGION}{subject}"]
        )
    elif place == "behind":
        title = f"{year}{REGION}{subject}（{through}）"
    elif place == "below":
        title = chance.choice([f"{year}{REGION}{subject}", f"{REGION}{year}{subject}"])
    elif place == "sheet":
        sheet.name = f"{year}{spelling.through()}"
    elif place == "file":
        path = f"{family}/{REGION}{year}{spelling.through()}报表.xlsx"
    else:
        path = f"{family}/{year}{spelling.through()}/报表.xlsx"
    sheet.put(0, 0, title, "title")
    row = 1
    if place == "below":
        sheet.put(row, 0, chance.choice([through, f"（{through}）"]), "title")
        row += 1
    if chance.random() < 0.6:
        sheet.put(row, 0, f"发布日期：{draw.published.isoformat()}", "published")
    return path


def _rows(
    draw: Draw,
    sheet: Sheet,
    top: int,
    left: int,
    items: Sequence[Indicator],
    columns: Sequence[Column],
    where: str,
    again: Heads | None,
) -> None:
    """Print the rows, with groups, notes, blanks or the heads of the next page between them."""
    chance, row = draw.chance, top
    between = chance.choice(["", "", "note", "blank", "heads", "groups"]) if again else ""
    at = chance.randint(1, max(1, len(items) - 1))
    form = chance.choice(["{}", "{}", "{n}、{}", "{n}.{}", "（{n}）{}", "　{}"])
    for number, item in enumerate(items, 1):
        if between == "groups" and (number == 1 or number == at + 1):
            sheet.put(row, left, GROUPS[number != 1], "note")
            row += 1
        elif number == at + 1 and between in ("note", "blank"):
            sheet.put(row, left, chance.choice(NOTES) if between == "note" else None, "note")
            row += 1
        elif number == at + 1 and between == "heads" and again:
            print_heads(sheet, row, left, again)
            row += again.height
        _row(draw, sheet, row, left, item, columns, where, form.replace("{n}", str(number)))
        row += 1
    if chance.random() < 0.4:
        sheet.put(row + chance.randint(0, 1), left, chance.choice(NOTES), "note")


def _row(
    draw: Draw,
    sheet: Sheet,
    row: int,
    left: int,
    item: Indicator,
    columns: Sequence[Column],
    where: str,
    form: str,
) -> None:
    unit, factor = item.unit, 1
    if where in ("column", "name") and unit in SMALLER and draw.chance.random() < 0.3:
        unit, factor = SMALLER[unit]
    shown = "%" if item.kind == "growth_only" else unit
    name = form.format(item.name_zh)
    first = left + (2 if where == "column" else 1)
    sheet.put(row, left, f"{name}({shown})" if where == "name" else name, "label")
    if where == "column":
        sheet.put(row, left + 1, shown, "unit")
    for column, kind in enumerate(columns, first):
        value, fact = draw.cell(item, kind, draw.month, factor)
        sheet.put(row, column, value, "figure", fact)
