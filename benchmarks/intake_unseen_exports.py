"""Families that are exports or long forms, written again."""

from __future__ import annotations

import calendar
from collections.abc import Callable

from benchmarks.intake_mutants_documents import Document, Fact, Sheet
from benchmarks.intake_unseen_draw import (
    REGION,
    Draw,
    figure_of,
    is_flow,
    is_quarterly,
    items_of,
    months_of,
    put_title,
    spell_month,
    usable,
)
from benchmarks.intake_unseen_page import Heads, print_heads
from benchmarks.intake_unseen_words import Column
from lianhu_analysis.catalog.indicators import Indicator

__all__ = ["english_csv", "index_panels", "long_form", "vendor_csv"]


def long_form(draw: Draw) -> Document:
    """One indicator and span a row, with a column of 口径; columns in any order."""
    chance, sheet = draw.chance, Sheet("数据")
    items, month = items_of(draw, is_flow), draw.month
    top = put_title(draw, sheet, f"{REGION}主要指标明细")
    names = {
        "time": chance.choice(["时间", "月份", "时期"]),
        "name": chance.choice(["指标名称", "指标", "项目"]),
        "unit": chance.choice(["单位", "计量单位"]),
        "scope": "口径",
        "level": chance.choice(["数值", "绝对额", "总量"]),
        "yoy": chance.choice(["同比±%", "增速（%）", "同比增长(%)"]),
    }
    order = [*chance.sample(["time", "name", "unit", "scope"], 4), "level", "yoy"]
    for column, key in enumerate(order):
        sheet.put(top, column, names[key], "header")
    spans = [("累计", "ytd", "yoy"), (chance.choice(["当月", "本月"]), "single", "yoy_single")]
    row = top
    for item in items:
        for word, level, growth in spans[:1] if draw.quarterly else spans:
            row += 1
            text = f"{draw.year}年{spell_month(draw, month, through=level == 'ytd')}"
            cells = {"time": text, "name": item.name_zh, "unit": item.unit, "scope": word}
            for column, key in enumerate(order):
                if key in cells:
                    sheet.put(row, column, cells[key], "label" if key == "name" else "note")
                else:
                    kind = level if key == "level" else growth
                    sheet.put(row, column, *figure_of(draw, item, kind, month))
    return Document("long", "long/报表.xlsx", [sheet], draw.published)


def index_panels(draw: Draw) -> Document:
    """Price indices: of the month before, of the year before, and the mean so far."""
    chance, sheet = draw.chance, Sheet(f"{draw.month}月")
    items = usable(draw.catalogue, lambda i: i.unit.startswith("上年"), chance, 5)
    top = put_title(draw, sheet, f"{REGION}{draw.year}年{draw.month}月价格指数")
    columns = [
        ("环比", "上月=100"),
        ("同比", "上年同月=100"),
        (f"1-{draw.month}月平均", "上年同期=100"),
    ]
    chance.shuffle(columns)
    how = chance.choice(["stacked", "base", "joined"])
    paths = {
        "stacked": columns,
        "base": [(base,) for _, base in columns],
        "joined": [(f"{name}\n({base})",) for name, base in columns],
    }[how]
    corner = chance.choice(["指数名称", "指数", "项目", ""])
    band = Heads([(corner,), *paths], merged=chance.random() < 0.6)
    panels = [items[:3], items[3:]] if chance.random() < 0.5 else [items]
    for number, part in enumerate(panels):
        left = number * 5
        print_heads(sheet, top, left, band)
        for row, item in enumerate(part, top + band.height):
            sheet.put(row, left, chance.choice(["　", ""]) + item.name_zh, "label")
            for column, (_, base) in enumerate(columns, left + 1):
                value = round(100 + draw.chance.randrange(-49, 60) / 10, 1)
                month = draw.period(draw.month)
                fact = Fact(item.code, "level", "single", month, value)
                sheet.put(row, column, value, "figure", fact if base == "上年同月=100" else None)
    return Document("index_panels", "index_panels/报表.xlsx", [sheet], draw.published)


def english_csv(draw: Draw) -> Document:
    """An English export, well quoted or as a workbook, with its quarters in either order."""
    chance, sheet = draw.chance, Sheet("")
    items = usable(draw.catalogue, lambda i: is_quarterly(i) and i.unit == "亿元", chance, 4)
    months = months_of(draw)
    lines = ["Database: Lianhu District, Quarterly", f"Time: 1Q {draw.year}-4Q {draw.year}"]
    top = chance.randint(1, 2)
    for row, line in enumerate(lines[:top]):
        sheet.put(row, 0, line, "title")
    sheet.put(top, 0, chance.choice(["Indicators", "Indicators\t", "Indicator"]), "header")
    for column, month in enumerate(months, 1):
        sheet.put(top, column, f"{month // 3}Q {draw.year}", "period")
    row = top
    for item in items:
        names = (
            f"{item.name_en}, Accumulated (100 million yuan)",
            f"Indices of {item.name_en} (preceding year=100), Accumulated",
        )
        for name, column in zip(names, ("ytd", "yoy"), strict=True):
            row += 1
            sheet.put(row, 0, name + chance.choice(["", " "]), "label")
            for place, month in enumerate(months, 1):
                value, fact = draw.cell(item, column, month)
                if column == "yoy":
                    value = round(100 + float(str(value)), 1)
                sheet.put(row, place, value, "figure", fact)
    return Document("english_csv", "english_csv/export.csv", [sheet])


def vendor_csv(draw: Draw) -> Document:
    """A vendor's export: its rows of metadata in another order, some left out, either way up."""
    chance, sheet, months = draw.chance, Sheet(""), months_of(draw)
    items = items_of(draw, is_flow)[:4]
    series = [(item, column) for item in items for column in ("ytd", "yoy")]
    tails = chance.choice([("累计值", "累计同比"), ("累计值", "累计增长")])
    meta: dict[str, Callable[[Indicator, Column], str]] = {
        "频率": lambda _, __: "月",
        "单位": lambda item, kind: item.unit if kind == "ytd" else "%",
        "指标ID": lambda _, __: f"M{chance.randrange(10**7):07d}",
        "来源": lambda _, __: "统计局",
        "更新时间": lambda _, __: draw.published.isoformat(),
    }
    kept = ["单位", *(key for key in meta if key != "单位" and chance.random() < 0.7)]
    chance.shuffle(kept)
    if chance.random() < 0.5:
        sheet.put(0, 0, f"{REGION}数据", "title")
    top = len(sheet.cells)
    sheet.put(top, 0, "指标名称", "header")
    for column, (item, kind) in enumerate(series, 1):
        name = f"{REGION}:{item.name_zh}:{tails[kind == 'yoy']}"
        sheet.put(top, column, name, "header")
        for row, key in enumerate(kept, top + 1):
            sheet.put(row, column, meta[key](item, kind), "note")
    for row, key in enumerate(kept, top + 1):
        sheet.put(row, 0, key, "note")
    form = chance.choice(["{y}-{m:02d}-{d:02d}", "{y}/{m}/{d}", "{y}-{m:02d}"])
    row = top + len(kept)
    for month in months:
        row += 1
        last = calendar.monthrange(draw.year, month)[1]
        sheet.put(row, 0, form.format(y=draw.year, m=month, d=last), "period")
        for column, (item, kind) in enumerate(series, 1):
            value, role, fact = figure_of(draw, item, kind, month)
            gone = chance.random() < 0.05
            sheet.put(row, column, "#N/A" if gone else value, role, None if gone else fact)
    if chance.random() < 0.5:
        sheet.put(row + 1, 0, "数据来源：Wind", "note")
    document = Document("vendor_csv", "vendor_csv/export.csv", [sheet])
    document.encoding = chance.choice(["gb18030", "utf-8-sig"])
    return document
