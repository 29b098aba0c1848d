"""What the figure at the crossing of a row and a column is, whatever the period.

Facets of the row, the column and the places around are joined, the nearest first; what
is said twice differently, or is missing where the catalogue cannot supply it, is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.units import convert, normalise_unit
from lianhu_analysis.errors import UnitError
from lianhu_analysis.intake.problems import Refusal
from lianhu_analysis.intake.reading.blocks import Column
from lianhu_analysis.intake.reading.words import (
    NOTHING,
    Facets,
    Grammar,
    Part,
    Said,
    is_unit,
)
from lianhu_analysis.workspace import Region

__all__ = ["ColumnMeaning", "Meaning", "RowMeaning", "column_meaning", "understand"]

POINTS = "百分点"
CHANGES = ("%", POINTS)
UNKNOWN = "请改正列名；词表里没有的说法，可以登记到工作区的 words.toml；不是数据的列可以不管"


class ColumnMeaning(NamedTuple):
    """One column of figures.

    Attributes
    ----------
    part, year
        The period that the head states, or its year alone.
    left
        Whether a growth column is of the amount on its left.
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
    left: bool = False
    own_unit: bool = False
    refusal: Refusal | None = None

    @property
    def text(self) -> str:
        """The head as people see it."""
        return self.column.text

    @property
    def is_growth(self) -> bool:
        """Whether the column holds growth."""
        return self.facets.measure in ("yoy", "reduction") and not self.facets.fact

    @property
    def says_ytd(self) -> bool:
        """Whether the head says that it is the year to date."""
        return self.facets.span == "ytd" or (self.part is not None and self.part.span == "ytd")

    @property
    def stated_year(self) -> int:
        """The year that the head states; 0 if none."""
        return self.part.year if self.part else self.year


@dataclass(frozen=True)
class RowMeaning:
    """One row of a table as its stub says.

    Attributes
    ----------
    inherited
        Unit of the group line or item that it is a part of.
    """

    indicator: Indicator | None = None
    facets: Facets = NOTHING
    unit: str = ""
    inherited: str = ""
    span: str = ""
    per: str = ""

    def __hash__(self) -> int:
        code = self.indicator.code if self.indicator else ""
        return hash((code, self.facets, self.unit, self.inherited, self.span))


class Meaning(NamedTuple):
    """What a figure is, whatever its period; empty ``span``: nothing says it."""

    indicator: Indicator
    measure: str
    span: str
    per: str
    unit: str
    form: str
    joint: bool = False
    fact: str = ""


def column_meaning(column: Column, grammar: Grammar) -> ColumnMeaning:
    """Join what the cells of a head say; what no word covers refuses the column."""
    text = column.text
    joined = grammar.read(text)
    if joined.left or joined.facets.clash:
        apart = _together([grammar.read(cell) for _, cell in column.cells])
        if len(apart.left) + bool(apart.facets.clash) < len(joined.left) + bool(
            joined.facets.clash
        ):
            joined = apart
    facets, own = joined.facets, False
    for _, cell in reversed(column.cells):
        said = grammar.read(cell).facets
        if said.unit:
            own = bool(said.measure or said.span or len(column.cells) == 1)
            facets = facets._replace(unit=said.unit)
            break
    if (
        joined.indicator
        and joined.indicator.kind == "growth_only"
        and joined.named[-1].endswith("增速")
    ):
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
        period = Period(joined.years[0], part.period.frequency, part.period.number)
        part = part._replace(period=period, year=joined.years[0])
    refusal = None
    if facets.nothing and not (facets.nothing and column.half and not joined.left):
        refusal = None
    elif column.half:
        refusal = _unclear(
            f"（上格空白）{text}", "上面一格空白，说不清属于哪一组", "请合并组名所占的格"
        )
    elif facets.clash:
        refusal = _unclear(text, f"里有相互矛盾的说法（{facets.clash}）", "请只保留一种说法")
    elif joined.left:
        named = "、".join(joined.left)
        seen = "" if named == text else f"（不认识的是“{named}”）"
        refusal = _unclear(text, f"不认识{seen}", UNKNOWN)
    elif len(joined.names) > 1:
        refusal = _unclear(text, "说了不止一个指标", "请一列只写一个指标")
    elif len(joined.parts) > 1 and part is None:
        refusal = _unclear(text, "说了不止一个时期", "请一列只写一个时期")
    elif facets.scope and joined.indicator is None:
        refusal = _unclear(text, f"只是{facets.scope}的数", "请在列名写全指标名称")
    elif facets.scope:
        refusal = _unclear(
            text, f"说的可能只是{facets.scope}的数", "请核对；口径相同的请登记到 [labels]"
        )
    elif facets.measure == "yoy" and own and facets.unit and facets.unit not in CHANGES:
        refusal = _unclear(text, "不认识：单位不是 %，说的是增减额", "增速请注明 %；增减额不入库")
    return ColumnMeaning(
        column, facets, part, year, joined.indicator, region, joined.whole, False, own, refusal
    )


def _unclear(text: str, reason: str, remedy: str) -> Refusal:
    return Refusal(f"列名“{text}”{reason}，这一列没有读", remedy)


def _together(parts: list[Said]) -> Said:
    facets = NOTHING
    for part in parts:
        facets = facets.join(part.facets)
    flat = {
        name: tuple(dict.fromkeys(item for part in parts for item in getattr(part, name)))
        for name in ("names", "named", "parts", "years", "regions", "left")
    }
    whole = next((part.whole for part in parts if part.whole), "")
    return Said(facets, whole=whole, **flat)  # type: ignore[arg-type]


@lru_cache(maxsize=65_536)
def understand(
    row: RowMeaning,
    column: ColumnMeaning,
    around: Facets,
    title: Indicator | None,
    sheet_unit: str,
    by_growth: bool,
) -> Meaning | Refusal:
    """Return what the figures of a row under a column are, or why that cannot be told.

    Parameters
    ----------
    around
        Span and measure that the title states.
    title
        The indicator of the title, where neither row nor column names one.
    sheet_unit
        The unit above the head, of amounts that state none.
    by_growth
        Whether another column of the table holds growth, so that this one does not.
    """
    if row.indicator and column.indicator and row.indicator.code != column.indicator.code:
        return Refusal(
            f"行说的是 {row.indicator.name_zh}，列名“{column.text}”说的是 {column.indicator.name_zh}",
            "请核对列名；这一格没有读",
        )
    indicator = row.indicator or column.indicator or title
    if indicator is None:
        return Refusal("没有指标名称", "请在行、列名或标题中写明指标名称")
    name = indicator.name_zh
    said, head = row.facets, column.facets
    if fact := head.fact or said.fact:
        span = "annual" if fact == "plan" else row.span or said.span or head.span
        unit = row.unit or said.unit or sheet_unit if fact == "plan" else ""
        return Meaning(indicator, "level", span, head.per, unit, "", False, fact)
    if said.measure == "yoy" and head.measure == "level":
        return Refusal(
            f"{name} 的名称说的是增速，列名“{column.text}”说的是绝对量", "请把增速填在增长列"
        )
    measure = head.measure or said.measure
    if said.measure == "reduction" and head.measure == "yoy":
        measure = "yoy"
    if not measure and around.measure and not by_growth:
        measure = around.measure
        if row.unit not in ("", *CHANGES):
            return Refusal(f"标题说是增速，{name} 的单位却是 {row.unit}", "请改正其中之一")
    base = said.base or head.base
    units = [row.unit, said.unit, head.unit if column.own_unit or head.measure != "yoy" else ""]
    if not measure:
        measure = _measure_of(indicator, [*units, column.facets.unit], by_growth)
        if not measure:
            return Refusal(
                f"{name}：列名“{column.text}”的单位是 %，没有说是增速还是比重",
                "请把列名写成“同比增长（%）”之类",
            )
    form = "percent"
    if base or head.form == "index" or said.form == "index":
        found = _by_base(indicator, base, measure, head, said, units, column.text)
        if isinstance(found, Refusal):
            return found
        measure, form, base_unit = found
        if base_unit:
            units = [base_unit]
    if measure in ("yoy", "reduction") and (measure == "reduction") != indicator.is_reduction:
        return Refusal(
            f"{name} 与列名“{column.text}”的正负方向不一致",
            "降低率以正数表示降低；请改正列名，或换成方向一致的数",
        )
    price = said.price or head.price
    is_level = measure == "level"
    if price and not _price_fits(price, indicator, is_level):
        return Refusal(
            f"“{name}”按{'现价' if price == 'current' else '可比价'}计，与目录中的口径不同",
            "请核对；口径确实相同的，请改指标目录的 level_price 或 growth_basis",
        )
    spans = {row.span, said.span, head.span} - {""}
    if len(spans) > 1 and not indicator.span == "point":
        return Refusal(
            f"{name} 的名称与列名“{column.text}”说的口径不同（累计、当月）", "请改正其中之一"
        )
    span = next(iter(spans), "") if len(spans) < 2 else "point"
    per = head.per or said.per or row.per
    unit: str | Refusal
    if is_level:
        unit = _one_unit(name, units, row.inherited or sheet_unit, indicator)
        if isinstance(unit, Refusal):
            return unit
    else:
        unit = next((u for u in reversed(units) if POINTS in u), "%" if head.unit == "%" else "")
        other = next((u for u in units if u and not _converts(u, indicator)), "")
        if other and indicator.kind in ("flow", "stock"):
            return Refusal(
                f"{name} 的单位是 {other}，说的不是以{indicator.unit}计的数", "请核对单位"
            )
    if indicator.kind == "index" and is_level:
        span = span or indicator.span
        if base == "上年同月=100" and span not in ("single", ""):
            return Refusal(
                f"{name} 以上年同月为100，时期或列名却是累计", "请核对：累计的指数应以上年同期为100"
            )
    measure, joint = "level" if is_level else "yoy", said.joint or head.joint
    return Meaning(indicator, measure, span, per, unit, form, joint)


def _measure_of(indicator: Indicator, units: list[str], by_growth: bool) -> str:
    """Return the measure of a figure that no word calls one: by its unit and its indicator."""
    if indicator.kind == "growth_only" and not by_growth:
        return "reduction" if indicator.is_reduction else "yoy"
    if "%" in units and indicator.kind not in ("rate", "index", "growth_only"):
        return ""
    return "level"


def _by_base(
    indicator: Indicator,
    base: str,
    measure: str,
    head: Facets,
    said: Facets,
    units: list[str],
    text: str,
) -> tuple[str, str, str] | Refusal:
    """Return measure, form and unit of figures whose label or head states an index."""
    if indicator.kind == "index":
        return ("yoy" if measure == "yoy" and not base else "level"), "percent", base
    if said.base and head.measure == "yoy":
        return Refusal(
            f"{indicator.name_zh} 的名称说是指数（{base}），列名“{text}”说是增速", "请改正其中之一"
        )
    stated = [unit for unit in units if unit and unit != "%"]
    if said.base and any(normalise_unit(unit) != normalise_unit(base) for unit in stated):
        return Refusal(
            f"{indicator.name_zh} 的名称说是指数（{base}），单位却是 {stated[0]}", "请改正其中之一"
        )
    return "yoy", "index", ""


def _converts(unit: str, indicator: Indicator) -> bool:
    if not is_unit(unit) or normalise_unit(unit) in CHANGES:
        return True
    try:
        convert(1.0, unit, indicator.unit)
    except UnitError:
        return False
    return True


def _price_fits(price: str, indicator: Indicator, is_level: bool) -> bool:
    if price == "current":
        return is_level and indicator.level_price in ("current", "")
    return not is_level and indicator.growth_basis in ("constant", "comparable")


def _one_unit(name: str, units: list[str], outer: str, indicator: Indicator) -> str | Refusal:
    stated = [unit for unit in units if unit]
    distinct = {normalise_unit(unit) for unit in stated}
    if indicator.kind == "index" and "%" in distinct:
        # 99.6 % of the same month of last year is 99.6 with that month at 100.
        distinct.discard("%")
        stated = [unit for unit in stated if unit != "%"] or [indicator.unit]
    if len(distinct) > 1:
        return Refusal(f"{name} 的单位有两种写法：{'、'.join(stated)}", "请改正其中之一")
    return stated[0] if stated else outer
