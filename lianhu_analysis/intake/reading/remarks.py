"""What notes around a table, and remarks beside a row, say of its figures otherwise than its heads.

``注：1.社会消费品零售总额为1-8月数据；2.除一般公共预算收入外，其他指标均为全市口径`` is two remarks: of
what, and what.  A figure of which a remark says something else than the table is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lianhu_analysis.catalog.indicators import Indicator, names_of
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.catalog.units import normalise_unit
from lianhu_analysis.intake.reading.figures import POINTS
from lianhu_analysis.intake.reading.meaning import unit_fits
from lianhu_analysis.intake.reading.words import YEAR, Facets, Grammar, Said, fold, is_unit
from lianhu_analysis.workspace import Region

__all__ = ["MARKS", "Figure", "Remark", "differs", "remarks_in"]

# ① is kept apart from 1 where a text is folded.
MARKS = {0x2460 + n: 0xE000 + n for n in range(20)}
MARK = re.compile("[*\ue000-\ue013]")
BEFORE = re.compile(r"^[(※]?(?:(?:注|说明|备注)\d?)?(?:\d{0,2}[.、:()※])*")
OFFICE = re.compile(
    r"(?:由|(?<=[为是系、,;。:]))[一-龥]{1,8}?(?:局|厅|委|委员会|部门|中心|海关)"
    r"(?:反馈|提供|核定|报送|统计|公布)+的?,?"
)
EXCEPT = re.compile("除(.+?)[以之]?外,?(?:其[他余它]|各项?|所有)*(?:指标|数据)?")
# A subject that names nothing has that of the clause before it.
PRONOUN = re.compile("(?:统计)?(?:时间|期间|口径|范围)|其中|[它其]")
OF_ALL = re.compile("^(?:[本上下]表|表[中内]|以上|上述)(?:各项|全部|所有)?的?")
UNIT_OF = re.compile(
    "^(?:[本上]?表[中内]?|以上|数据|金额|货币|的)*(.*?)(?:金额|计量|货币|的)*单位$"
)
GROWTH = re.compile("(?:(?:同比)?增(?:长|速|幅|长率|长速度|减|减率|减幅)|同比)列?$")
AMOUNT = re.compile("(?:绝对[量数值额]|总量|数值|累计[数值量]|完成[数值额])列?$")
REAL = re.compile("实际|价格因素|不变价|可比价")
SINCE = re.compile("(?:及|之)?以?(前|[起来后])")
BASE = re.compile(rf"[比较与]({YEAR})年")
PARTLY = re.compile("[仅只]")
PLACES = re.compile(
    "不?[含包]括?[一-龥]*(?:[区县镇市]|园区|新城|街道)$|(?:剔除|扣除)[一-龥]*[区县镇市]$"
)
DISTRICTS = re.compile("^各?(?:[区县]+|区县)$")
# What an office says of figures that are nevertheless all of what they are called.
HARMLESS = re.compile(
    "新口径|反馈|核[定算实]|初步|快报|评估|修订|普查|[年月]报|统计|计算|[公发]布|法定|[在属]地|[本全]区|辖区|海关|调整|法人|元"
)
FEW_LEFT, SHORT = 4, 12


class Remark(NamedTuple):
    """One clause: its cell, of what it is (empty: of all), and what it says."""

    cell: str
    of: str
    text: str


class Figure(NamedTuple):
    """A figure as the table has it; ``shown`` is all that stands over and beside it, folded."""

    indicator: Indicator
    meaning: Facets
    span: str
    period: Period
    region: Region
    shown: str = ""


def remarks_in(cell: str, text: str, grammar: Grammar) -> Iterator[Remark]:
    """Yield what a note says of what."""
    says, last = grammar.vocabulary.lines["notes"], ""
    folded = EXCEPT.sub(r"除\1外", OFFICE.sub("", fold(text.translate(MARKS))))
    for part in re.split("[,;。]", folded):
        clause = BEFORE.sub("", part)
        clause = clause[:-1] if part.startswith("(") and clause.endswith(")") else clause
        if found := says.fullmatch(clause):
            of = found[1]
            last = last if PRONOUN.fullmatch(of) or not of else of
            yield Remark(cell, last, found[2])
        elif clause and len(clause) <= SHORT:
            last = clause


def differs(remark: Remark, figure: Figure, grammar: Grammar) -> bool:
    """Whether 单位为万元, 本表数据为当月数 or 增速为环比 is said of a figure that is otherwise."""
    indicator, meaning = figure.indicator, figure.meaning
    level, (_, of, text) = meaning.measure == "level", remark
    whose = _whose(of, figure, grammar)
    if whose is None:
        return False
    if (unit := UNIT_OF.search(whose)) and is_unit(text):
        its = meaning.unit and unit[1] in indicator.name_zh
        other = level and _is_other_unit(text, meaning.unit, indicator)
        return bool(its) and (other or _in_dollars(text, indicator))
    its_name = _is_about(whose, indicator, level=level)
    if its_name is None:
        return False
    if level and is_unit(text) and text != "%":
        return _is_other_unit(text, meaning.unit, indicator)
    said = grammar.read(text)
    if _is_of_other_time(said, figure) or _is_elsewhere(said, text, figure.region):
        return True
    scope = said.facets.scope if len("".join(said.left)) <= FEW_LEFT else ""
    other = any(word not in indicator.name_zh for word in scope.split("、"))
    parts = load_structure().parts(indicator.code) if (lists := text[0] in "含包") else set()
    others = {item.code for item in said.names} - {indicator.code, *parts}
    other |= (lists or not said.left) and bool(others) and indicator not in said.names
    real = REAL.search(text) and its_name and indicator.growth_basis == "nominal"
    # 绝对额按现价计算 is said of most, though some volumes are at constant prices.
    at_prices = (indicator.level_price if level else indicator.growth_basis, said.facets.price)
    told = AMOUNT.search(of) if level else GROWTH.search(of)
    odd = ("current", "constant") if level else ("constant", "current")
    other |= bool(told) and at_prices == odd
    in_points = not level and said.facets.unit == POINTS and meaning.unit != POINTS
    other |= bool(not level and real) or in_points or _in_dollars(text, indicator)
    whole = {fold(name) for name in names_of(indicator)}
    named = lists and said.names
    unknown = said.left and not named and len(text) <= SHORT and not HARMLESS.search(text)
    other |= its_name in whole and bool(unknown or PARTLY.search(text))
    base = BASE.search(text)
    other |= not level and base is not None and int(base[1]) != figure.period.year - 1
    return other or bool(said.facets.nothing and not said.facets.price)


def _whose(of: str, figure: Figure, grammar: Grammar) -> str | None:
    """Return of what a remark is, without mark, year or place; ``None`` if not of this figure's."""
    if MARK.search(of):
        marked = any(mark in figure.shown for mark in MARK.findall(of))
        return fold(figure.indicator.name_zh) if marked else None
    if of.startswith("除"):
        names = re.split("[、和及与]", of[1:-1])
        level = figure.meaning.measure == "level"
        return None if any(_is_about(n, figure.indicator, level=level) for n in names) else ""
    of = OF_ALL.sub("", of)
    said = grammar.read(of)
    for years, text in [((p.year, p), p.text) for p in said.parts] + [
        ((y, None), f"{y}年") for y in said.years
    ]:
        year, part = years
        own = figure.period
        before, _, after = of.partition(text)
        since = SINCE.match(after)
        if since and since[1] == "前":
            holds = own.year <= year
        elif since:
            holds = own.year >= year
        else:
            holds = year in (0, own.year) and (
                part is None or part.of(own.year).period.end == own.end
            )
        if not holds:
            return None
        of = before + (after[since.end() :] if since else after)
    of = re.sub("的?(?:数据?|指标)$", "", of)
    if DISTRICTS.match(of):
        return "" if figure.region.name_zh[-1:] in "区县" else None
    if said.whole or said.regions:
        places = {region.name_zh for region in said.regions} | {said.whole}
        own_name = figure.region.name_zh
        held = own_name in places or own_name[-1:] == said.whole[1:]
        name = of
        for place in places:
            name = name.replace(place, "")
        return name if held else None
    return of


def _is_of_other_time(said: Said, figure: Figure) -> bool:
    spans, period = {said.facets.span, *(part.span for part in said.parts)}, figure.period
    other = bool(spans - {"", "point"}) and figure.span not in (*spans, "annual", "point")
    for part in said.parts:
        other |= part.of(part.year or period.year).period.end != period.end
    return other or bool(said.facets.lag and said.facets.lag != figure.meaning.lag)


def _is_elsewhere(said: Said, text: str, region: Region) -> bool:
    whole = said.whole and not region.name_zh.endswith(said.whole[1])
    named = said.regions and region not in said.regions
    return bool(whole or named or PLACES.search(text))


def _in_dollars(text: str, indicator: Indicator) -> bool:
    return "美元" in text and "美元" not in indicator.unit and "元" in indicator.unit


def _is_other_unit(text: str, unit: str, indicator: Indicator) -> bool:
    odd = normalise_unit(text) != normalise_unit(unit) if unit else False
    return odd and (unit_fits(text, indicator) or _in_dollars(text, indicator))


def _is_about(whose: str, indicator: Indicator, *, level: bool) -> str | None:
    """Return by which name a note is about the amount or the growth of an indicator, if it is.

    Empty where it is about all of a table.
    """
    growth, amount = GROWTH.search(whose), AMOUNT.search(whose)
    if (growth and level) or (amount and not level):
        return None
    name = re.sub("数据$", "", GROWTH.sub("", AMOUNT.sub("", whose)))
    names = [fold(one.rpartition("/")[2]) for one in names_of(indicator)]
    named = (part for part in re.split("[、和及与]", name) if len(part) > 1)
    return next((part for part in named if any(part in one for one in names)), None if name else "")
