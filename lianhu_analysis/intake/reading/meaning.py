"""What the figure at the crossing of a row and a column is, whatever the period.

Facets of the row, the column and the places around are joined, the nearest first; what
is said twice differently, or is missing where the catalogue cannot supply it, is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from lianhu_analysis.catalog.indicators import Indicator, names_of
from lianhu_analysis.catalog.units import convert, normalise_unit
from lianhu_analysis.errors import IntakeError, UnitError
from lianhu_analysis.intake.reading.blocks import Column
from lianhu_analysis.intake.reading.figures import POINTS
from lianhu_analysis.intake.reading.words import (
    GROWTHS,
    NOTHING,
    WORDS_ZH,
    Facets,
    Grammar,
    Part,
    Said,
    fold,
    is_unit,
)
from lianhu_analysis.workspace import Region

__all__ = [
    "CHANGES",
    "ColumnMeaning",
    "Row",
    "at_odds",
    "column_meaning",
    "understand",
    "unit_fits",
]

CHANGES = ("%", POINTS)
FIRMS, COUNTED = re.compile("企业|单位数|经营主体|工商户|首店"), {"家", "个", "户"}
YEARLY = re.compile("年度|全年|当年|本年|年初|预算")
ANYTHING = ("情况", "完成情况", "进展情况")
ELSEWHERE = "不收的不必处理；要收的，请先在 lianhu.toml 登记为 [[parents]] 或 [[peers]]"
NOT_OURS = "不收的不必处理；要收的，请先把它加入指标目录"
UNKNOWN = "不是数据的列不必处理；是数据的，可以把这个说法登记到工作区的 words.toml"


def at_odds(contradiction: str) -> IntakeError:
    """Return the refusal of a figure of which two places say different things."""
    return IntakeError(contradiction, "请改正其中之一，另报新文件")


class ColumnMeaning(NamedTuple):
    """One column of figures.

    Attributes
    ----------
    part, year
        The period that the head states, or its year alone.
    left, amount
        Whether a growth column is of the amount on its left, and the unit of that.
    tail
        The end of a name, as 总产值, which the indicator of row or title must have.
    own_unit
        Whether the unit stands in the cell that says what the column is.
    """

    column: Column
    facets: Facets = NOTHING
    part: Part | None = None
    year: int = 0
    indicator: Indicator | None = None
    region: Region | None = None
    whole: str = ""
    own_unit: bool = False
    left: bool = False
    amount: str = ""
    tail: str = ""
    refusal: IntakeError | None = None

    @property
    def text(self) -> str:
        """The head as people see it."""
        return self.column.text

    @property
    def is_growth(self) -> bool:
        """Whether the column holds growth."""
        return self.facets.measure in GROWTHS and not self.facets.fact

    @property
    def is_planned_growth(self) -> bool:
        """Whether the column holds growth that is aimed at."""
        return self.facets.measure in GROWTHS and self.facets.fact == "plan"

    @property
    def says_span(self) -> str:
        """The span that the head states, in words or by its period."""
        return self.facets.span or (self.part.span if self.part else "")

    @property
    def stated_year(self) -> int:
        """The year that the head states; 0 if none."""
        return self.part.year if self.part else self.year

    def unread(self, why: str, cure: str, *, skipped: bool = False) -> IntakeError:
        """Return the refusal of this column."""
        shown = f"（上格空白）{self.text}" if self.column.half else self.text
        return IntakeError(f"列名“{shown}”{why}，这一列没有读", cure, skipped=skipped)


@dataclass(frozen=True)
class Row:
    """One row of a table: what its name says, and what stands beside it.

    Rows are the same whose figures mean the same, whatever their region and period.

    Attributes
    ----------
    unit, span, per
        As they stand beside the name.
    inherited
        Unit of the group line or item that it is a part of.
    region, published
        Where the row names them.
    part, named
        The period beside the name, and the months that the name itself states.
    several
        The indicators that title and name make up with ends of heads: 规模以上 批发业 销售额.
    """

    indicator: Indicator | None = None
    facets: Facets = NOTHING
    unit: str = ""
    inherited: str = ""
    span: str = ""
    per: str = ""
    region: Region | None = field(default=None, compare=False)
    part: Part | None = field(default=None, compare=False)
    named: Part | None = field(default=None, compare=False)
    published: dt.date | None = field(default=None, compare=False)
    several: tuple[Indicator, ...] = ()

    @property
    def figure(self) -> tuple[object, ...]:
        """What another row must share to be about the same figures."""
        said = self.facets
        beside = (self.region, self.part, self.named, self.span, self.per)
        facets = (said.measure, said.span, said.per, said.lag, said.fact)
        return (self.indicator, self.several, *facets, *beside)

    def is_named(self, text: str) -> bool:
        """Whether a name is the catalogue's own, not another way of saying it."""
        return self.indicator is not None and fold(self.indicator.name_zh) in fold(text)


def column_meaning(column: Column, grammar: Grammar) -> ColumnMeaning:
    """Join what the cells of a head say; what no word covers refuses the column."""
    apart = Said.joined(grammar.read(cell) for _, cell in column.cells)
    joined = min(
        grammar.read(column.text), apart, key=lambda said: len(said.left) + bool(said.facets.clash)
    )
    if tail := grammar.tail(column.text, joined.left):
        amount = joined.facets._replace(measure=joined.facets.measure or "level")
        joined = joined._replace(left=(), facets=amount)
    facets, own = joined.facets, False
    since = grammar.vocabulary.lines["events"].search(fold(column.text))
    if since and since[0][0] in "比较":  # 比1-8月提高(百分点), not 9月上报
        facets = facets._replace(nothing=facets.nothing or "与前几个月的比较，不是增速")
    if facets.lag and joined.indicator is None:
        facets = facets._replace(nothing=facets.nothing or "上月的数，不是本期的")
    cells = (grammar.read(cell).facets for _, cell in reversed(column.cells))
    if said := next((cell for cell in cells if cell.unit), None):
        own = bool(said.measure or said.span or len(column.cells) == 1)
        facets = facets._replace(unit=said.unit)
    if own and facets.measure == "yoy" and not facets.sure and facets.unit not in ("", *CHANGES):
        facets = facets._replace(nothing=facets.nothing or "增减额不是数据本身")  # 增减（亿元）
    only_growth = joined.indicator is not None and joined.indicator.kind == "growth_only"
    if only_growth and joined.named[-1].endswith("增速"):
        facets = facets._replace(measure="yoy", sure=True)
    region = joined.regions[0] if len(joined.regions) == 1 else None
    part = joined.parts[0] if len(joined.parts) == 1 else None
    ends = {(p.period.end.month, p.period.frequency) for p in joined.parts}
    if len(joined.parts) > 1 and len(ends) == 1 and len({p.year for p in joined.parts} - {0}) < 2:
        dated = max(joined.parts, key=lambda p: p.year)
        spans = {p.span for p in joined.parts} - {""}
        part = dated._replace(span=spans.pop()) if len(spans) == 1 else dated
    year = joined.years[0] if joined.years and part is None else 0
    if part is not None and not part.year and len(joined.years) == 1:
        part = part.of(joined.years[0])
    if facets.fact == "plan" and not YEARLY.search(column.text):
        whole = part is None or (part.span, part.period.end.month) in (("ytd", 12), ("annual", 12))
        if not whole or "半年" in column.text:
            facets = facets._replace(fact="", nothing="一年中某一段的目标，不是全年的")
    read = ColumnMeaning(column, facets, part, year, joined.indicator, region, joined.whole, own)
    refusal = None if facets.nothing else _head_fault(read, joined, grammar)
    return read._replace(tail=tail, refusal=refusal)


def _head_fault(read: ColumnMeaning, said: Said, grammar: Grammar) -> IntakeError | None:
    """Return why a head does not say what its column is."""
    facets, left = read.facets, "、".join(dict.fromkeys(said.left))
    if grammar.is_place(left):
        return read.unread(f"说的是{left}，不是本工作区的地区", ELSEWHERE, skipped=True)
    seen = "" if left == read.text else f"（不认识的是“{left}”）"
    change = facets.measure == "yoy" and read.own_unit and facets.unit not in ("", *CHANGES)
    whole = "请报送在列名写全指标名称的新文件；口径相同的可登记到 words.toml 的 [labels]"
    many = len(said.parts) > 1 and not read.part
    lowest = read.column.cells[-1][1] if read.column.cells else read.text
    faults = (
        (read.column.half, "上面一格空白，说不清属于哪一组", "请报送合并了组名所占各格的新文件"),
        (facets.clash, f"里有相互矛盾的说法（{facets.clash}）", "请只保留一种说法，另报新文件"),
        (said.left, f"不认识{seen}", UNKNOWN),
        (fold(lowest) in ANYTHING, "说的可能是数，也可能是进度", UNKNOWN),
        (len(said.names) > 1, "说了不止一个指标", "请一列只写一个指标，另报新文件"),
        (facets.lag, "说的是上月的数", "请写明时期（如 1-8月），另报新文件"),
        (many, "说了不止一个时期", "请一列只写一个时期，另报新文件"),
        (facets.scope, f"说的可能只是{facets.scope}的数", whole),
        (change, "不认识：单位不是 %，说的是增减额", "增速请注明 %，另报新文件；增减额不入库"),
    )
    return next((read.unread(why, cure) for is_so, why, cure in faults if is_so), None)


@lru_cache(maxsize=65_536)
def understand(
    row: Row,
    column: ColumnMeaning,
    around: Facets,
    title: Indicator | None,
    sheet_unit: str,
    by_growth: bool,
) -> tuple[Indicator, Facets]:
    """Return of which indicator the figures of a row under a column are, and what of it.

    Where nothing says their span it is empty.

    Parameters
    ----------
    around
        Span and measure that the title states, and % where it or the line of units does.
    title
        The indicator of the title, where neither row nor column names one.
    sheet_unit
        The unit above the head, of amounts that state none.
    by_growth
        Whether another column of the table holds growth, so that this one does not.

    Raises
    ------
    IntakeError
        Why that cannot be told; without a remedy, nothing of ours is missing.
    """
    indicator = _indicator(row, column, title)
    if column.facets.fact or row.facets.fact:
        return indicator, _fact(indicator, row, column, sheet_unit)
    measure = _measure(indicator, row, column, around, sheet_unit, by_growth)
    measure, form, units = _form(indicator, row, column, measure)
    is_level = measure == "level"
    _check_direction(indicator, column, measure)
    _check_price(indicator, row.facets.price, column.facets.price, is_level)
    span = _span(indicator, row, column, is_level)
    unit = (
        _one_unit(indicator, units if any(units[:2]) else [row.inherited, *units], sheet_unit)
        if is_level
        else _unit_of_growth(indicator, units, column, column.amount or row.inherited or sheet_unit)
    )
    per = column.facets.per or row.facets.per or row.per
    joint = row.facets.joint or column.facets.joint
    measure = "level" if is_level else "yoy"
    return indicator, Facets(measure, span, per, form, unit=unit, joint=joint)


def _indicator(row: Row, column: ColumnMeaning, title: Indicator | None) -> Indicator:
    mine = next((one for one in row.several if _ends(one, column.tail)), row.indicator)
    if row.several and not (mine and column.tail):
        why = f"指标目录中没有这一行的{column.tail or column.text}"
        raise IntakeError(why, "不收的不必处理；要收的，请把它加入指标目录", skipped=True)
    head = column.indicator
    if mine and head and mine.code != head.code:
        why = f"行说的是 {mine.name_zh}，列名“{column.text}”说的是 {head.name_zh}；这一格没有读"
        raise at_odds(why)
    found = mine or head or title
    if found is None:
        why = f"列名“{column.text}”没有说是哪个指标，行和标题也没有"
        cure = "请报送在行、列名或标题中写明指标名称的新文件"
        raise IntakeError(why, cure)
    if not _ends(found, column.tail):
        raise at_odds(f"{found.name_zh}：列名“{column.text}”说的不是它；这一格没有读")
    return found


def _ends(indicator: Indicator, tail: str) -> bool:
    """Whether a name of an indicator ends as a head says."""
    names = [fold(name) for name in names_of(indicator)]
    return any(n.endswith(tail) or n.replace("总额", "额").endswith(tail) for n in names)


def _fact(indicator: Indicator, row: Row, column: ColumnMeaning, sheet_unit: str) -> Facets:
    """Return a rank, a plan or a share of it: a fact beside the observations."""
    said, head = row.facets, column.facets
    fact = head.fact or said.fact
    span = "annual" if fact == "plan" else row.span or said.span or head.span
    # What is done of the year's plan is done to date.
    span = span or ("ytd" if fact == "plan_share" else "")
    own = head.unit or row.unit or said.unit or sheet_unit
    # 年度目标 of an amount in % is its growth.
    growth = indicator.kind not in ("rate", "index") and own == "%"
    growth |= not GROWTHS.isdisjoint((head.measure, said.measure))
    growth &= fact == "plan"
    unit = ("%" if growth else own) if fact == "plan" else ""
    return Facets("yoy" if growth else "level", span, head.per, unit=unit, fact=fact)


def _measure(
    indicator: Indicator,
    row: Row,
    column: ColumnMeaning,
    around: Facets,
    sheet_unit: str,
    by_growth: bool,
) -> str:
    """Return level, yoy or reduction, as head, name, title or, last, unit and indicator say."""
    said, head, name = row.facets, column.facets, indicator.name_zh
    stated, named = head.measure, said.measure.replace("value", "level")
    if stated == "value":
        in_percent = (row.unit or said.unit) == "%" and head.unit in ("", "%") and not by_growth
        growth = in_percent and (named == "yoy" or indicator.kind == "growth_only")
        stated = "" if growth else "level"
    if named == "yoy" and stated == "level":
        why = f"{name} 的名称说的是增速，列名“{column.text}”说的是绝对量"
        cure = "请报送把增速填在增长列的新文件"
        raise IntakeError(why, cure)
    percent = "%" in (row.unit, said.unit, head.unit, around.unit)
    if named == "yoy" and not (stated or said.sure or percent):
        why = f"{name}：这一行没有写 %，说不清是增速还是增减额"
        raise IntakeError(why, "是增速的，请报送注明 % 的新文件；增减额不入库")
    if found := stated or named:
        return found
    unit = row.unit or said.unit or head.unit or row.inherited or sheet_unit
    if around.measure and not by_growth:
        if unit not in ("", *CHANGES) and not (around.unit and unit == sheet_unit):
            raise at_odds(f"标题说是增速，{name} 的单位却是 {unit}")
        return around.measure
    # 固定资产投资 in 亿元 is an amount, which is not published, and no growth.
    is_growth = said.sure or unit_fits(unit, indicator)
    # 固定资产投资增速 in % under 1-9月 is growth, whatever stands beside it.
    named_so = said.sure and "%" in (row.unit, said.unit)
    if indicator.kind == "growth_only" and is_growth and (named_so or not by_growth):
        return "reduction" if indicator.is_reduction else "yoy"
    rates = ("rate", "index", "growth_only")
    if "%" in (row.unit, said.unit, head.unit) and indicator.kind not in rates:
        why = f"{name}：列名“{column.text}”的单位是 %，没有说是增速还是比重"
        cure = "请把列名写成“同比增长（%）”之类，另报新文件"
        raise IntakeError(why, cure)
    return "level"


def _form(
    indicator: Indicator, row: Row, column: ColumnMeaning, measure: str
) -> tuple[str, str, list[str]]:
    """Return measure, form and units, where label or head may state an index and its base."""
    said, head, name = row.facets, column.facets, indicator.name_zh
    own = head.unit if column.own_unit or head.measure != "yoy" else ""
    of_money = "元" in own and "元" in indicator.unit  # 亿美元 over 亿元: one of them is wrong
    if (row.unit or said.unit) and not (of_money or unit_fits(own, indicator)):
        own = ""  # 销售面积（万平方米） below 绝对额（亿元）
    units = [row.unit, said.unit, own]
    base = said.base or head.base
    if not base and "index" not in (head.form, said.form):
        return measure, "percent", units
    if indicator.kind == "index":
        if base and base != indicator.unit:
            raise IntakeError(
                f"{name} 中以{base.removesuffix('=100')}为 100 的指数不入库", NOT_OURS
            )
        is_change = measure == "yoy" and not base
        return ("yoy" if is_change else "level"), "percent", [base] if base else units
    if said.base and head.measure == "yoy":
        raise at_odds(f"{name} 的名称说是指数（{base}），列名“{column.text}”说是增速")
    stated = [unit for unit in units if unit and unit != "%"]
    if said.base and any(normalise_unit(unit) != normalise_unit(base) for unit in stated):
        raise at_odds(f"{name} 的名称说是指数（{base}），单位却是 {stated[0]}")
    return "yoy", "index", units


def _check_direction(indicator: Indicator, column: ColumnMeaning, measure: str) -> None:
    if measure != "level" and (measure == "reduction") != indicator.is_reduction:
        why = f"{indicator.name_zh} 与列名“{column.text}”的正负方向不一致"
        cure = "降低率以正数表示降低；请改正列名，或换成方向一致的数，另报新文件"
        raise IntakeError(why, cure)


def _check_price(indicator: Indicator, named: str, head: str, is_level: bool) -> None:
    price = named or head
    if is_level:
        fits = price == "current" and indicator.level_price in ("current", "")
    else:
        bases = ("constant", "comparable") if price == "constant" else ("nominal",)
        fits = indicator.growth_basis in bases and (price == "constant" or not named)
    if price and not fits:
        why = f"“{indicator.name_zh}”按{WORDS_ZH[price]}计，与目录中的口径不同"
        cure = "口径确实相同的，请改指标目录的 level_price 或 growth_basis"
        raise IntakeError(why, cure)


def _span(indicator: Indicator, row: Row, column: ColumnMeaning, is_level: bool) -> str:
    spans = {row.span, row.facets.span, column.facets.span} - {""}
    if len(spans) > 1 and indicator.span != "point":
        raise at_odds(f"{indicator.name_zh} 的名称与列名“{column.text}”说的口径不同（累计、当月）")
    span = spans.pop() if len(spans) == 1 else ("point" if spans else "")
    if indicator.kind != "index" or not is_level:
        return span
    base = row.facets.base or column.facets.base
    if base == "上年同月=100" and span not in ("single", ""):
        why = f"{indicator.name_zh} 以上年同月为100，时期或列名却是累计"
        cure = "累计的指数应以上年同期为100，请核对后另报新文件"
        raise IntakeError(why, cure)
    return span or indicator.span


def _one_unit(indicator: Indicator, units: list[str], outer: str) -> str:
    """Return the one unit of an amount, as row, label and head state it; else an outer one."""
    stated = [unit for unit in units if unit]
    if indicator.kind == "index" and "%" in stated:
        # 99.6 % of the same month of last year is 99.6 with that month at 100.
        stated = [unit for unit in stated if unit != "%"] or [indicator.unit]
    if len({normalise_unit(unit) for unit in stated}) > 1:
        raise at_odds(f"{indicator.name_zh} 的单位有两种写法：{'、'.join(stated)}")
    unit = stated[0] if stated else outer
    return indicator.unit if _counts_firms(unit, indicator) else unit


def _counts_firms(unit: str, indicator: Indicator) -> bool:
    """Whether 个, 户 and 家 are of the same: each is one firm."""
    firms = FIRMS.search(indicator.name_zh) is not None
    return firms and {normalise_unit(unit), indicator.unit} <= COUNTED


def _unit_of_growth(indicator: Indicator, units: list[str], column: ColumnMeaning, far: str) -> str:
    """Return % or 百分点; growth of an amount in another kind of unit is of something else.

    A unit that stands farther off is heeded where it is of another currency.
    """
    if all(unit in ("", *CHANGES) for unit in units) and "元" in far and "元" in indicator.unit:
        units = [*units, far]
    other = next((unit for unit in units if unit and not unit_fits(unit, indicator)), "")
    if other and indicator.kind in ("flow", "stock"):
        why = f"{indicator.name_zh} 的单位是 {other}，说的不是以{indicator.unit}计的数"
        raise IntakeError(why, "")
    points = next((unit for unit in reversed(units) if POINTS in unit), "")
    return points or ("%" if column.facets.unit == "%" else "")


def unit_fits(unit: str, indicator: Indicator) -> bool:
    """Whether a unit converts to the indicator's, or is of a change or unknown."""
    if not is_unit(unit) or normalise_unit(unit) in CHANGES or _counts_firms(unit, indicator):
        return True
    try:
        convert(1.0, unit, indicator.unit)
    except UnitError:
        return False
    return True
