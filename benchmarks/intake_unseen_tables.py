"""Every family of tables, written again: other words, other stacking, other order."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from benchmarks.intake_mutants_documents import Document, Fact, Sheet
from benchmarks.intake_unseen_draw import (
    REGION,
    Draw,
    figure_of,
    is_flow,
    is_money,
    is_quarterly,
    items_of,
    months_of,
    put_title,
    spell_month,
    usable,
)
from benchmarks.intake_unseen_exports import english_csv, index_panels, long_form, vendor_csv
from benchmarks.intake_unseen_page import Heads, print_heads, report
from benchmarks.intake_unseen_words import CORNERS, UNIT_HEADS, Column
from lianhu_analysis.catalog.indicators import Catalogue, Indicator

__all__ = ["FAMILIES", "draw_unseen"]

PARENT_CODE = "610100"
AREAS = ["新城区", "碑林区", "灞桥区", "未央区", "雁塔区", "长安区"]
Build = Callable[[Draw], Document]


def draw_unseen(family: str, catalogue: Catalogue, chance: random.Random) -> Document:
    """Return a table of a family as nobody has printed it yet."""
    quarterly = family == "english_csv" or (family in QUARTERLY and chance.random() < 0.25)
    month = chance.choice([3, 6, 9, 12]) if quarterly else chance.randint(3, 12)
    return FAMILIES[family](Draw(chance, catalogue, chance.randint(2016, 2024), month, quarterly))


def _shuffled(draw: Draw, columns: Sequence[Column], beside: Sequence[Column] = ()) -> list[Column]:
    """Return columns in another order; a growth stays right of an amount."""
    chosen = [column for column in columns if not (draw.quarterly and "single" in column)]
    if "single" in chosen and draw.chance.random() < 0.4:
        chosen = [*chosen[1:2], chosen[0], *chosen[2:]] if "yoy_single" in chosen else chosen
    if beside and draw.chance.random() < 0.4:
        chosen.append(draw.chance.choice(beside))
    return chosen


def _plain(draw: Draw) -> Document:
    return report(
        "plain", draw, items_of(draw), _shuffled(draw, ["single", "ytd", "yoy"], ["rank"])
    )


def _bulletin(draw: Draw) -> Document:
    columns = _shuffled(draw, ["single", "ytd", "yoy_single", "yoy"], ["plan", "gap"])
    return report("bulletin", draw, items_of(draw), columns)


def _month_header(draw: Draw) -> Document:
    columns = [*_shuffled(draw, ["single", "ytd", "yoy"]), "share"]
    return report("month_header", draw, items_of(draw), columns)


def _last_year(draw: Draw) -> Document:
    columns = _shuffled(draw, ["ytd", "last_year", "yoy"], ["rank", "gap"])
    return report("last_year", draw, items_of(draw), columns)


def _two_row(draw: Draw) -> Document:
    columns = _shuffled(draw, ["single", "ytd", "yoy_single", "yoy"])
    return report("two_row", draw, items_of(draw, is_money), columns)


def _three_row(draw: Draw) -> Document:
    columns = _shuffled(draw, ["single", "ytd", "yoy_single", "yoy"], ["rank", "plan"])
    return report("three_row", draw, items_of(draw, is_flow), columns)


def _panels(draw: Draw) -> Document:
    columns = _shuffled(draw, ["ytd", "yoy"], ["rank"])
    return report("panels", draw, items_of(draw), columns, panels=True)


def _newest_first(draw: Draw) -> Document:
    """Months across: the measure in the title or the sheet, the year over the months or before."""
    chance, sheet, months = draw.chance, Sheet("Sheet1"), months_of(draw)
    items = items_of(draw, is_flow)
    growth = chance.random() < 0.4
    said = chance.choice(["累计增速（%）", "累计同比增长"] if growth else ["累计值", "累计"])
    explicit = chance.random() < 0.5  # 1-9月 says itself that it is the year to date
    in_sheet = chance.random() < 0.3
    if in_sheet:
        sheet.name = said.removesuffix("（%）")
    what = "" if in_sheet else said
    over = chance.random() < 0.4
    year = f"{draw.year}年"
    title = f"{REGION}{'' if over else year}主要指标{what}"
    top = put_title(draw, sheet, title)
    texts = [
        spell_month(draw, month, through=explicit or (month == 2 and not growth))
        for month in months
    ]
    paths = [(year, text) if over else (text,) for text in texts]
    if not over and chance.random() < 0.5:
        paths = [(year + path[0],) for path in paths]
    stub: list[tuple[str, ...]] = [(chance.choice(CORNERS) or "",), (chance.choice(UNIT_HEADS),)]
    heads = Heads([*stub, *paths], merged=chance.random() < 0.7)
    print_heads(sheet, top, 0, heads)
    for row, item in enumerate(items, top + heads.height):
        sheet.put(row, 0, item.name_zh, "label")
        sheet.put(row, 1, "%" if growth else item.unit, "unit")
        for column, month in enumerate(months, 2):
            sheet.put(row, column, *figure_of(draw, item, "yoy" if growth else "ytd", month))
    return Document("newest_first", "newest_first/报表.xlsx", [sheet], draw.published)


def _suffix(draw: Draw) -> Document:
    """Names that say measure and unit; months across, or the names across and months down."""
    chance, sheet, months = draw.chance, Sheet("数据"), months_of(draw)
    items = items_of(draw, is_flow)
    top = put_title(draw, sheet, f"{REGION}{draw.year}年主要指标")
    level, growth = chance.choice(
        [
            ("_累计值({u})", "_累计增长(%)"),
            ("累计值 ({u})", "累计增长 (%)"),
            ("_累计值（{u}）",) * 2,
        ]
    )
    series = [(item, column) for item in items for column in ("ytd", "yoy")]
    if level == growth:
        series = [(item, "ytd") for item in items]
    names = [i.name_zh + (level if c == "ytd" else growth).format(u=i.unit) for i, c in series]
    texts = [f"{draw.year}年{spell_month(draw, month, through=False)}" for month in months]
    down = chance.random() < 0.4
    sheet.put(top, 0, chance.choice(["时间", "月份", None] if down else CORNERS), "header")
    for number, name in enumerate(names, 1):
        sheet.put(*((top, number) if down else (top + number, 0)), name, "label")
    for number, text in enumerate(texts, 1):
        sheet.put(*((top + number, 0) if down else (top, number)), text, "period")
    for line, (item, column) in enumerate(series, 1):
        for number, month in enumerate(months, 1):
            place = (top + number, line) if down else (top + line, number)
            sheet.put(*place, *figure_of(draw, item, column, month))
    return Document("suffix", "suffix/报表.xlsx", [sheet], draw.published)


def _tables(draw: Draw) -> Document:
    """Periods down, an amount and its growth across; several tables on a sheet, each its time."""
    chance, sheet = draw.chance, Sheet("Sheet1")
    items, months = items_of(draw, is_flow)[:4], months_of(draw)
    top = put_title(draw, sheet, f"{REGION}{draw.year}年主要指标")
    stacked, apart, explicit = (chance.random() < 0.5 for _ in range(3))
    left = 0
    for part in (items[:2], items[2:]) if chance.random() < 0.6 else (items,):
        if not part:
            continue
        paths: list[tuple[str, ...]] = [(chance.choice(["时间", "月 份", "月份", ""]),)]
        for item in part:
            heads = ("累计", "累计增速(%)")
            paths += (
                [(f"{item.name_zh}({item.unit})", head) for head in heads]
                if stacked
                else [(f"{item.name_zh}累计({item.unit})",), (heads[1],)]
            )
        band = Heads(paths, merged=chance.random() < 0.7)
        print_heads(sheet, top, left, band)
        for row, month in enumerate(months, top + band.height):
            text = spell_month(draw, month, through=explicit or month == 2)
            sheet.put(row, left, text if apart else f"{draw.year}年{text}", "period")
            for number, item in enumerate(part):
                for step, column in enumerate(("ytd", "yoy")):
                    place = left + 1 + 2 * number + step
                    sheet.put(row, place, *figure_of(draw, item, column, month))
        left += len(paths) + 1
    return Document("tables", "tables/报表.xlsx", [sheet], draw.published)


def _annual(draw: Draw) -> Document:
    """A whole year's figures, the year in the title or in a head."""
    chance, sheet, year = draw.chance, Sheet("Sheet1"), f"{draw.year}年"
    draw.month = 12
    items = usable(
        draw.catalogue, lambda i: i.frequency == "A" and i.kind in ("flow", "stock"), chance, 5
    )
    in_head = chance.random() < 0.4
    top = put_title(draw, sheet, REGION + ("部分年度指标" if in_head else f"{year}部分年度指标"))
    amount = year if in_head else chance.choice(["全年", "绝对额", "总量"])
    rate = chance.choice(["比上年增长(%)", "比上年±%", "增速（%）"])
    paths = [(chance.choice(CORNERS) or "",), (chance.choice(UNIT_HEADS),), (amount,), (rate,)]
    print_heads(sheet, top, 0, Heads(paths))
    for row, item in enumerate(items, top + 1):
        sheet.put(row, 0, item.name_zh, "label")
        sheet.put(row, 1, item.unit, "unit")
        for column, measure in enumerate(("level", "yoy"), 2):
            level = measure == "level"
            value = draw.level(item, 12) if level else draw.growth_pct(item, 12, "annual")
            fact = Fact(item.code, measure, item.span, str(draw.year), value)
            sheet.put(row, column, value, "figure", fact)
    return Document("annual", "annual/报表.xlsx", [sheet])


def _regions(draw: Draw) -> Document:
    """One indicator for every district of the city: its name in the title or the sheet."""
    chance, sheet, spelling = draw.chance, Sheet("Sheet1"), draw.spelling
    (item, *_) = items_of(draw, is_money)
    title = f"{draw.year}年{spelling.through()}各区县{item.name_zh}"
    if chance.random() < 0.3:
        title = f"{item.name_zh}（{draw.year}年{spelling.through()}）"
    if chance.random() < 0.3:
        title = f"西安市{title}"
    top = put_title(draw, sheet, title)
    in_line = chance.random() < 0.4
    if in_line:
        sheet.put(top, 2, f"单位：{item.unit}、%", "note")
        top += 1
    amount = spelling.pick(["绝对额", "总量", "累计", "总额"]) + (
        "" if in_line else f"（{item.unit}）"
    )
    heads = [amount, spelling.pick(["增速（%）", "±%", "同比增长(%)"])]
    beside = chance.sample(["排名", "增速排位"], 1) if chance.random() < 0.4 else []
    corner = chance.choice(["地区", "区县", "项目", "单位", "城市", ""])
    print_heads(sheet, top, 0, Heads([(corner,), *((text,) for text in [*heads, *beside])]))
    rows = [chance.choice(["全市", "西安市"]), *chance.sample([*AREAS, REGION], 7)]
    owners = {REGION: "610104", rows[0]: PARENT_CODE}
    for row, name in enumerate(rows, top + 1):
        spread = chance.random() < 0.2
        sheet.put(row, 0, "　".join(name) if spread else name, "label")
        values = {"level": draw.chance.randrange(900, 90_000) / 100}
        values["yoy"] = draw.chance.randrange(11, 190) / 10
        for column, (measure, value) in enumerate(values.items(), 1):
            fact = None
            if name in owners:
                period = draw.period(draw.month)
                fact = Fact(item.code, measure, "ytd", period, value, owners[name])
            sheet.put(row, column, value, "figure", fact)
        for column, _ in enumerate(beside, 3):
            sheet.put(row, column, row - top - 1 or None, "note")
    return Document("regions", "regions/报表.xlsx", [sheet], draw.published)


def _groups(draw: Draw) -> Document:
    """Parts below their total, called 其中, marked or indented, or below a line 按…分."""
    chance, sheet = draw.chance, Sheet("Sheet1")
    total, parts = chance.choice(OUTLINES)
    draw.quarterly = total == "地区生产总值"
    draw.month = chance.choice([3, 6, 9, 12]) if draw.quarterly else draw.month
    spelling = draw.spelling
    top = put_title(draw, sheet, f"{REGION}{draw.year}年{spelling.through()}主要经济指标")
    heads = [chance.choice(CORNERS) or "", chance.choice(UNIT_HEADS)]
    heads += [spelling.pick(["累计", "本月止累计", "绝对额"]), spelling.pick(["增速（%）", "±%"])]
    print_heads(sheet, top, 0, Heads([(text,) for text in heads]))
    whole = _named(draw.catalogue, total)
    inner = [_named(draw.catalogue, f"{total}/{name}") for name in parts]
    others = usable(draw.catalogue, is_quarterly if draw.quarterly else is_money, chance, 3)
    others = [item for item in others if item not in (whole, *inner)]
    items = [whole, *inner, *others]
    amounts = {item.code: draw.level(item, draw.month) for item in items}
    rest = 0.0 if draw.quarterly else 9.5
    amounts[whole.code] = round(sum(amounts[item.code] for item in inner) + rest, 2)
    row = top + 1
    names = [total, *_marked(draw, parts), *(item.name_zh for item in others)]
    grouped = draw.quarterly and chance.random() < 0.6
    for name, item in zip(names, items, strict=True):
        if grouped and item is inner[0]:
            sheet.put(row, 0, "按产业分", "note")
            row += 1
        sheet.put(row, 0, name, "label")
        sheet.put(row, 1, item.unit, "unit")
        growth = draw.growth_pct(item, draw.month, "ytd")
        for column, value in enumerate((amounts[item.code], growth), 2):
            measure = "level" if column == 2 else "yoy"
            fact = Fact(item.code, measure, "ytd", draw.period(draw.month), value)
            sheet.put(row, column, value, "figure", fact)
        row += 1
    return Document("groups", "groups/报表.xlsx", [sheet], draw.published)


def _marked(draw: Draw, parts: Sequence[str]) -> list[str]:
    """Return the names of parts as a table shows that they are parts."""
    mark = draw.chance.choice(["　", "#", ""] if draw.quarterly else ["其中：", "　", "#", "  "])
    if mark == "其中：":
        return [mark + parts[0], *("　　　" + name for name in parts[1:])]
    return [mark + name for name in parts]


OUTLINES = [
    ("地区生产总值", ["第二产业", "第三产业"]),
    ("社会消费品零售总额", ["商品零售", "餐饮收入"]),
    ("一般公共预算收入", ["税收收入", "非税收入"]),
    ("进出口总值", ["出口", "进口"]),
    ("新登记经营主体数", ["企业", "个体工商户"]),
]


def _named(catalogue: Catalogue, name: str) -> Indicator:
    found = catalogue.match_name(name)
    if found is None:
        raise ValueError(f"{name} is not in the catalogue")
    return found


FAMILIES: Mapping[str, Build] = {
    "plain": _plain,
    "bulletin": _bulletin,
    "month_header": _month_header,
    "last_year": _last_year,
    "two_row": _two_row,
    "three_row": _three_row,
    "panels": _panels,
    "newest_first": _newest_first,
    "suffix": _suffix,
    "tables": _tables,
    "annual": _annual,
    "long": long_form,
    "index_panels": index_panels,
    "english_csv": english_csv,
    "vendor_csv": vendor_csv,
    "regions": _regions,
    "groups": _groups,
}
QUARTERLY = ("plain", "last_year", "panels", "newest_first", "suffix", "tables", "long", "regions")
