"""What notes around a table, and remarks beside a row, say of its figures otherwise than its heads.

``注：1.社会消费品零售总额为1-8月数据；2.除一般公共预算收入外，其他指标均为全市口径`` is two remarks: of
what, and what.  A figure of which a remark says something else than the table is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from lianhu_analysis.catalog.indicators import Indicator, names_of
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.remembering import LONGEST
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.catalog.units import normalise_unit
from lianhu_analysis.intake.reading.figures import POINTS
from lianhu_analysis.intake.reading.meaning import unit_fits
from lianhu_analysis.intake.reading.words import YEAR, Facets, Grammar, Part, Said, fold, is_unit
from lianhu_analysis.workspace import Region

__all__ = [
    "LESS",
    "MARK",
    "MARKS",
    "Figure",
    "Remark",
    "differs",
    "of_what_is_there",
    "remarks_in",
]

# ① is kept apart from 1 where a text is folded.
MARKS = {0x2460 + n: 0xE000 + n for n in range(20)}
MARK = re.compile("[*\ue000-\ue013]")
BEFORE = re.compile(
    r"^[(※]?(?:(?:注|(?:填表)?说明|备注|提示|更正)\d?)?(?:\d{0,2}[.、:()※])*(?:其中)?"
)
OFFICE = re.compile(
    r"(?:由|(?<=[为是系、,;。:]))[一-龥]{1,8}?(?:局|厅|委|委员会|部门|中心|海关)"
    r"(?:\d{1,2}月)?(?:反馈|提供|核定|报送|统计|公布)+的?,?"
)
EXCEPT = re.compile("除(.+?)[以之]?外,?(?:其[他余它]|各项?|所有)*(?:指标|数据)?")
SPARED = re.compile("除([^为是外]+)[为是](.+?)外")
# A subject that names nothing has that of the clause before it.
PRONOUN = re.compile("(?:本次|此次)?(?:数据|统计)*|其中|[它其]|[本当]月|本期|目前|暂")
# 进出口总值的统计期为1-8月 says when 进出口总值 is.
TIME_OF = re.compile(
    "(?:的?(?:数据|统计|报告|所属|更新)*(?:时间|时点|时段|时期|期间|周期|(?<!同)期|截点|口径|范围)"
    "|的?(?<!金额)(?<!金额类)(?<!价值量)指标|(?:填报|上报|报送|引用|采用|选取)的?)+$"
)
# 受1-8月高基数影响 is said of why, not of when.
OF_ANOTHER = re.compile("基[数期]|可比|影响|增[长速幅]|回落|提高|[较比]|同期|[起后前]|以来")
ITS_DATA = re.compile("份?的?(?:数据?|累计数?|情况)?$")
OF_ALL = re.compile(
    "^(?:(?:[本此上下]表|表[中内]|以上|上述)(?:各项|全部|所有|所[列示载])?的?|金额类?指标|价值量?指标)"
)
# 因数据尚未反馈; 统计截止8月31日
CAUSE = re.compile("(?:因|由于|统计)$")
UNITED, SINCE_YEAR = re.compile("以([一-龥]{1,4})为单位"), re.compile(rf"以({YEAR})年为基[期数]")
# 规模以上工业总产值：指规模以上工业企业在一定时期内… says what it is anywhere; 来源于海关 who knows it.
DEFINITION, SOURCE = re.compile(".{2,30}?(?:[:,]|是)指(?![标数])"), re.compile("来源于|来自")
OF_FIGURES = re.compile("(?:数据?|口径)[)。]?$")
COLOURS = re.compile(
    "标?[红黄蓝绿灰]色?(?:字|底|的?数|部分|为|标|填)|标[红黄蓝绿]|底纹|加粗|斜体|粗体"
)
# 全市数据 is all that a note says.
BARE_PLACE = re.compile("系?(.{2,12}?)(?:数据?|口径|指标)?")
# April to September is neither a month nor the year to date.
PART_YEAR = re.compile(r"(?<![\d.年])(?:[2-9]|1[0-2])月?-\d{1,2}月|\d{4}年(?:[2-9]|1[0-2])月?-")
OTHER_MONEY = re.compile("美元|港[币元]|欧元|日元|英镑|外币")
UNIT_OF = re.compile(
    "^(?:[本上]?表[中内]?|以上|数据|金额|货币|的)*(.*?)(?:金额|计量|货币|的)*单位$"
)
GROWTH = re.compile("(?:(?:同比)?增(?:长|速|幅|长率|长速度|减|减率|减幅)|同比)[列栏]?%?$")
AMOUNT = re.compile("(?:绝对[量数值额]?|总量|数值|累计[数值量]?|完成[数值额])列?$")
REAL = re.compile("实际|价格因素|物价|不变价|可比价")
CONSTANT = re.compile(rf"不变价|可比价|{YEAR}年价格")
SINCE = re.compile("(?:及|之)?以?(前|[起来后])")
BASE = re.compile(rf"[比较与]({YEAR})年")
PARTLY = re.compile("[仅只]")
PLACES = re.compile(
    "不?[含包]括?(?:[一-龥]*(?:[区县镇市]|园区|新城|街道)|高新|经开|曲江|浐灞|西咸|航[天空])$|(?:剔除|扣除)[一-龥]*[区县镇市]$"
)
DISTRICTS = re.compile("^各?(?:[区县]+|区县)$")
LESS = re.compile("不[含包](?!括?非实物)|剔除")
WITHOUT = re.compile(f"{LESS.pattern}|扣除")
# What an office adds of a figure, which stays what it is.
BESIDE = ("rank", "gap", "plan_share")
# 为年初预算的74.3% tells a figure, and not what others are.
FIGURED = re.compile(r"\d(?:%|个?百分点|[万亿]元)$")
ON_DAY = re.compile(r"(\d{1,2})月(\d{1,2})日")
NUMBERS = re.compile(r"\d")
FEW_LEFT, SHORT, SHORTEST, LONG = 4, 12, 4, 40


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

    @property
    def is_level(self) -> bool:
        """Whether it is an amount."""
        return self.meaning.measure == "level"

    def not_in(self, text: str) -> bool:
        """Whether a text speaks of dollars, and the indicator is counted in other money."""
        unit, money = self.indicator.unit, OTHER_MONEY.search(text)
        return money is not None and money[0] not in unit and "元" in unit


def remarks_in(cell: str, text: str, grammar: Grammar) -> Iterator[Remark]:
    """Yield what a note says of what."""
    says, void, last = *(grammar.vocabulary.lines[kind] for kind in ("notes", "void")), ""
    if len(text) > LONG and DEFINITION.match(fold(text)):
        return
    folded = EXCEPT.sub(r"除\1外", OFFICE.sub("", fold(text.translate(MARKS))))
    folded = re.sub("未([含包计])", r"不\1", re.sub('["“”‘’]', "", folded))
    folded = UNITED.sub(r"单位为\1", SINCE_YEAR.sub(r"为比\1年", folded))
    parts = re.split("[,;。]", folded)
    # A period alone may be the name of a row that is not filled yet.
    noted = bool(BEFORE.sub("", folded) != folded or OF_FIGURES.search(folded))
    alone = len([*filter(None, parts)]) == 1 and noted
    for part in parts:
        clause = BEFORE.sub("", part)
        if SOURCE.search(clause) and not _told_of_time(clause, grammar):
            continue
        if exception := SPARED.search(clause):  # 除进出口为1-8月外，其余为1-9月
            yield Remark(cell, exception[1], exception[2])
        clause = clause[:-1] if part.startswith("(") and clause.endswith(")") else clause
        named = "、".join(grammar.read(clause).named) if len(clause) < LONGEST else ""
        if void.search(clause):
            yield Remark(cell, named or ("" if OF_ALL.match(last) else last), "作废")
        elif COLOURS.search(clause):
            yield Remark(cell, "", "颜色或字体另有所指")
        elif found := says.fullmatch(clause):
            of = TIME_OF.sub("", CAUSE.sub("", found[1]))
            last = last if PRONOUN.fullmatch(of) or not of else of
            yield Remark(cell, last, found[2])
        elif (place := BARE_PLACE.fullmatch(clause)) and _is_place(place[1], grammar):
            yield Remark(cell, "", place[1])
        elif alone and len(clause) <= SHORT and _is_bare(clause, grammar):
            yield Remark(cell, "", clause)
        elif noted and (told := _told_of_time(clause, grammar)):
            yield told._replace(cell=cell)
        elif named or (clause and len(clause) <= SHORT):
            last = named or clause


def _told_of_time(clause: str, grammar: Grammar) -> Remark | None:
    """Return a clause of when figures are in words that nobody knows: 进出口数收录1-8月."""
    said = grammar.read(grammar.vocabulary.lines["events"].sub(" ", clause))
    if len(said.parts) != 1 or len(clause) > LONG or OF_ANOTHER.search(clause):
        return None
    part = said.parts[0]
    before, _, after = clause.partition(part.text)
    to_date = part.span == "ytd" or (said.names and ITS_DATA.match(after))
    if not to_date or NUMBERS.search(before + after):
        return None
    return Remark("", "、".join(said.named), part.text)


def of_what_is_there(remark: Remark, shown: Sequence[str], grammar: Grammar) -> Remark:
    """Return a remark on when, or whose, figures are as of all of them, if it is of none that is known.

    海关数据为1-8月 may be said of any row; 海关进出口 is said of 进出口总值.

    Parameters
    ----------
    shown
        The names of the table's rows and columns.
    """
    said = grammar.read(remark.text)
    told = any(part.period.frequency != "A" for part in said.parts) or said.facets.lag
    of = OF_ALL.sub("", MARK.sub("", remark.of))
    known = grammar.read(of)
    bare = not of or of != remark.of or GROWTH.search(of) or AMOUNT.search(of) or of[0] == "除"
    if bare or not (told or said.whole) or known.parts or known.years:
        return remark
    if known.regions or known.whole:
        return remark
    if known.names:  # 外贸进出口总值, and not 零售总额中汽车类
        behind = known.left and of.endswith(known.named[-1])
        return remark._replace(of="、".join(known.named)) if behind else remark
    items = {item for text in shown for item in grammar.read(text).names}
    names = [fold(name) for name in (*shown, *(n for item in items for n in names_of(item)))]
    for piece in (part for part in re.split("[、和及与]", of) if len(part) > 1):
        if piece[-1:] in "区县" or piece == "单位" or _names(piece, names):
            return remark
        ends = (piece[n:] for n in range(1, len(piece) - 2))
        if end := next((end for end in ends if any(end in name for name in names)), ""):
            return remark._replace(of=end)
    return remark._replace(of="")


def _is_bare(clause: str, grammar: Grammar) -> bool:
    """Whether a clause says of nothing in particular when, or of what part, all figures are."""
    said = grammar.read(clause)
    f = said.facets
    told = said.parts or said.years or f.lag or f.span or f.scope or f.nothing
    left = set(said.left) - {"单位", "企业"}
    return bool(told) and not (left or said.names or f.fact)


def _is_place(text: str, grammar: Grammar) -> bool:
    """Whether a text is the name of a region, or 全市."""
    said = grammar.read(text)
    return text == said.whole or grammar.is_place(text) or bool(said.regions and not said.left)


def differs(remark: Remark, figure: Figure, grammar: Grammar) -> bool:
    """Whether 单位为万元, 本表数据为当月数 or 增速为环比 is said of a figure that is otherwise."""
    indicator, unit = figure.indicator, figure.meaning.unit
    level, text = figure.is_level, remark.text
    whose = _whose(remark.of, figure, grammar)
    if whose is None:
        return _is_spared(remark, figure, grammar)
    if (of_unit := UNIT_OF.search(whose)) and is_unit(text):
        other = level and _is_other_unit(text, unit, indicator)
        own = _is_about(of_unit[1], indicator, level=level) is not None
        return bool(unit) and own and (other or figure.not_in(text))
    name = _is_about(whose, indicator, level=level)
    if name is None or FIGURED.search(text):
        return False
    if level and is_unit(text) and text != "%":
        return _is_other_unit(text, unit, indicator)
    said, lines = grammar.read(text), grammar.vocabulary.lines
    nothing = said.facets.nothing and not (said.facets.price or said.facets.fact in BESIDE)
    usual = lines["usual"].search(text)
    return (
        bool(nothing and not usual)
        or _is_of_other_time(said, text, figure)
        or _is_elsewhere(said, text, figure.region, grammar)
        or _is_on_another_basis(remark, said, figure, named=bool(name))
        or (not usual and _is_of_another_whole(said, text, indicator, name, lines))
    )


def _is_spared(remark: Remark, figure: Figure, grammar: Grammar) -> bool:
    """Whether all but this are said to be what the table is: 除进出口外，均为1-9月数据."""
    text, said = remark.text, grammar.read(remark.text)
    if not (_spares(remark.of, figure) and (said.parts or said.whole)):
        return False
    other = _is_of_other_time(said, text, figure)
    return not (other or _is_elsewhere(said, text, figure.region, grammar))


def _spares(of: str, figure: Figure) -> bool:
    """Whether the subject of a note is all but an indicator: 除进出口外."""
    names = re.split("[、和及与]", of[1:-1]) if of.startswith("除") else []
    return any(_is_about(n, figure.indicator, level=figure.is_level) is not None for n in names)


def _whose(of: str, figure: Figure, grammar: Grammar) -> str | None:
    """Return of what a remark is, without mark, time or place; ``None`` if not of this figure's."""
    if (marks := MARK.findall(of)) and not OF_ALL.match(MARK.sub("", of)):
        marked = any(mark in figure.shown for mark in marks)
        return fold(figure.indicator.name_zh) if marked else None
    if of.startswith("除"):
        return None if _spares(of, figure) else ""
    of = OF_ALL.sub("", MARK.sub("", of))
    own = figure.region.name_zh[-1:] in "区县"
    of = re.sub("^各(?:区县?|县区?)(?=.)", "", of) if own else of
    said = grammar.read(of)
    times = [(part.text, part.year, part) for part in said.parts]
    for text, year, part in times + [(f"{year}年", year, None) for year in said.years]:
        before, _, after = of.partition(text)
        since = SINCE.match(after)
        if not _is_then(figure.period, year, part, since[1] if since else ""):
            return None
        of = before + after[since.end() if since else 0 :]
    of, region = re.sub("的?(?:数据?|指标)?(?:口径|统计范围)?$", "", of), figure.region.name_zh
    if DISTRICTS.match(of):
        return "" if region[-1:] in "区县" else None
    places = [*(known.name_zh for known in said.regions), *filter(None, [said.whole])]
    if places and region not in places and said.whole[1:] != region[-1:]:
        return None
    return reduce(lambda name, place: name.replace(place, ""), places, of)


def _is_then(own: Period, year: int, part: Part | None, since: str) -> bool:
    """Whether a period is the one named, or in 2022年以前, or 2022年起."""
    if since:
        return own.year <= year if since == "前" else own.year >= year
    return year in (0, own.year) and (part is None or part.of(own.year).period.end == own.end)


def _is_of_another_whole(
    said: Said,
    text: str,
    indicator: Indicator,
    name: str,
    lines: Mapping[str, re.Pattern[str]],
) -> bool:
    """Whether 限额以上, 出口, 仅含出口 or 税务部门组织收入 is said of what is more, or else."""
    lists = text[0] in "含包"
    bare = re.sub("[()]", "", text)
    own = bare in re.sub("[()]", "", fold(indicator.name_zh))  # 项目投资(扣除房地产开发)
    if WITHOUT.match(text) and not own:
        return True
    scope = said.facets.scope if len("".join(said.left)) <= FEW_LEFT else ""
    if any(word not in indicator.name_zh for word in scope.split("、")):
        return True
    parts = load_structure().parts(indicator.code) if lists else frozenset()
    others = {item.code for item in said.names} - {indicator.code, *parts}
    if (lists or not said.left) and others and indicator not in said.names:
        return True
    unknown = said.left and not (lists and said.names)
    unknown = unknown and len(text) <= SHORT and not lines["harmless"].search(text)
    whole = {fold(one) for one in names_of(indicator)}
    return name in whole and bool(unknown or PARTLY.search(text))


def _is_on_another_basis(remark: Remark, said: Said, figure: Figure, *, named: bool) -> bool:
    """Whether prices, money or the year that growth is on are others than the catalogue's."""
    indicator, text = figure.indicator, remark.text
    if figure.not_in(text):
        return True
    if figure.is_level:
        # 绝对额按现价计算 is said of most, though some volumes are at constant prices.
        of_all = AMOUNT.search(remark.of) or (
            OF_ALL.match(remark.of) and not GROWTH.search(remark.of)
        )
        told = of_all and CONSTANT.search(text)
        return bool(told) and indicator.level_price == "current"
    at_current = GROWTH.search(remark.of) and said.facets.price == "current"
    real = named and REAL.search(text) and indicator.growth_basis == "nominal"
    in_points = said.facets.unit == POINTS and figure.meaning.unit != POINTS
    base = BASE.search(text)
    other = base is not None and int(base[1]) != figure.period.year - 1
    return bool((at_current and indicator.growth_basis == "constant") or real) or in_points or other


def _is_of_other_time(said: Said, text: str, figure: Figure) -> bool:
    spans, period = {said.facets.span, *(part.span for part in said.parts)}, figure.period
    if day := ON_DAY.search(text):
        return (int(day[1]), int(day[2])) < (period.end.month, period.end.day)
    if PART_YEAR.search(text):
        return True
    other = bool(spans - {"", "point"}) and figure.span not in (*spans, "annual", "point")
    for part in said.parts:
        other |= part.of(part.year or period.year).period.end != period.end
    years = set() if said.parts or said.left else set(said.years)
    other |= bool(years) and period.year not in years
    return other or bool(said.facets.lag and said.facets.lag != figure.meaning.lag)


def _is_elsewhere(said: Said, text: str, region: Region, grammar: Grammar) -> bool:
    place = BARE_PLACE.fullmatch(text)
    if place and place[1] != said.whole and grammar.is_place(place[1]):
        return place[1] != region.name_zh
    whole = said.whole and not region.name_zh.endswith(said.whole[1])
    named = said.regions and region not in said.regions
    return bool(whole or named or PLACES.search(text))


def _is_other_unit(text: str, unit: str, indicator: Indicator) -> bool:
    odd = normalise_unit(text) != normalise_unit(unit) if unit else False
    dollars = "美元" in text and "元" in indicator.unit
    return odd and (dollars or unit_fits(text, indicator))


def _is_about(whose: str, indicator: Indicator, *, level: bool) -> str | None:
    """Return by which name a note is about the amount or the growth of an indicator, if it is.

    Empty where it is about all of a table.
    """
    growth, amount = GROWTH.search(whose), AMOUNT.search(whose)
    if (growth and level) or (amount and not level):
        return None
    whose = re.sub("存贷款(余额)?", r"存款\1、贷款\1", whose)
    name = re.sub("数据$", "", GROWTH.sub("", AMOUNT.sub("", whose)))
    names = [fold(one.rpartition("/")[2]) for one in names_of(indicator)]
    named = (part for part in re.split("[、和及与]", name) if len(part) > 1)
    return next((part for part in named if _names(part, names)), None if name else "")


def _names(text: str, names: Sequence[str]) -> bool:
    """Whether a text is a part of a name, or short for it: 居民收入, 社零总额."""
    if len(text) < SHORTEST:
        return any(text in name for name in names)
    short = re.compile(".*".join(map(re.escape, text)))
    return any(short.search(name) for name in names)
