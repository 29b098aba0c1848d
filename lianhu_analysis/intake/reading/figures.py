"""One delivered cell into one observation, or into the reason why not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, cast

import pandas as pd

from lianhu_analysis.catalog.calendar import assumed_release
from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Frequency, Period
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.catalog.units import convert, normalise_unit, parted
from lianhu_analysis.errors import IntakeError, LianhuError, PeriodError
from lianhu_analysis.intake.observations import Observation, frame_observations
from lianhu_analysis.intake.problems import Problem
from lianhu_analysis.intake.reading.cells import Reading as CellReading
from lianhu_analysis.intake.reading.cells import read_value, says_direction, try_to_read
from lianhu_analysis.intake.reading.notes import TableNote
from lianhu_analysis.intake.reading.words import Part
from lianhu_analysis.intake.same_figures import merge_rows
from lianhu_analysis.workspace import NATION, Region

__all__ = [
    "POINTS",
    "Collector",
    "Delivery",
    "Neighbours",
    "Reading",
    "Slot",
    "judge",
    "neighbours",
    "period_for",
    "refuse_january",
    "says_nothing",
]

POINTS = "百分点"
FREQUENCIES = {"M": "月", "Q": "季", "A": "年"}
RANK = re.compile(r"^\s*第?(?=\d+\s*[位名]?\s*$)|[位名]\s*$|(?<=\d)/\d+\s*$")  # 3/13
FACT_UNITS = {"rank": "位", "gap": "百分点", "plan_share": "%"}
IN_POINTS = re.compile(rf"\s*个?\s*{POINTS}\s*$")


# Lumpy series (land, foreign investment) do double; broad aggregates do not.
INDEX_LIKE = (80.0, 130.0)
# Rates that may be below 1 %, always or early in the year; none is several wholes.
TINY, PROGRESS = re.compile("不良|强度|数字经济"), re.compile("[完开]成?工?率|进度|清偿率")
SPRING, MOST_PERCENT = 3, 400.0
# No county has less of these, of what a district may have at most.
HEADLINES, LEAST = ("gdp.total", "csm.retail.total", "fis.revenue.gpb"), 2e-6
# Totals of which a small district may have none in a while.
MAY_BE_NONE = re.compile(
    r"inv\.|prj\.|fis\.(?:vat|cit)|opn\.import|soc\.|csm\.(?:cat|online)|ene\."
)
FEWEST = 3
WIDE = 30.0
DOUBLED = 200.0
INDEX_RANGE = (50.0, 200.0)
NO_GROWTH = 1000.0
ALL_OF_IT = 100.0
PRINTED_DECIMALS = 2
WHOLE_SHARES, MOST_SHARE, LEAST_PLAN = 2.0, 500.0, 0.3


@dataclass(frozen=True)
class Delivery:
    """What is known of a file before it is opened.

    Attributes
    ----------
    source
        ``path | title | address``, as stored with every row.
    region
        The region that the file is about.
    regions
        The workspace's own region and those above it.
    peers
        Other regions whose figures are taken, only to be compared with.
    published
        The stated day of rows that state none; ``None``: assume the calendar's.
    period
        The stated period of sheets whose title states none.
    file, folders
        Names of the file, without its suffix, and of its folders, the nearest first.
    pinned
        Whether the delivery itself says which region it is about.
    day
        A day in the name of the file or a folder: nothing later was known.
    span, unit
        Of figures that state none, as the delivery says.
    book
        The one period that other sheets of the workbook state in full.
    notes
        Cell and text of the lines on its sheets without figures: 填报说明.
    """

    source: str
    region: Region
    regions: tuple[Region, ...]
    provenance: str = "official"
    published: dt.date | None = None
    period: Period | None = None
    file: str = ""
    folders: tuple[str, ...] = ()
    peers: tuple[Region, ...] = ()
    pinned: bool = False
    day: dt.date | None = None
    span: str = ""
    unit: str = ""
    book: Part | None = None
    notes: tuple[tuple[str, str], ...] = ()

    @cached_property
    def codes(self) -> dict[str, str]:
        """Names of the known regions by their codes."""
        return {region.code: region.name_zh for region in (*self.regions, *self.peers)}

    def at_level(self, level: str) -> Region | None:
        """Return the region that 全市, 全区 and the like mean: its own or one above it."""
        if self.region.name_zh.endswith(level):
            return self.region
        known = (*self.regions, *self.peers) if level == "国" else self.regions
        above = [r for r in known if r != self.region and r.name_zh.endswith(level)]
        return above[0] if len(above) == 1 else None

    def of_whole(self, whole: str, said: str) -> Region:
        """Return the region that 全市 and the like mean where a name or head says so.

        Raises
        ------
        IntakeError
            If it is none of the workspace's.
        """
        found = self.at_level(whole[1])
        if found is None:
            why = f"{said}说的是{whole}，不是{self.region.name_zh}"
            cure = "上级地区的数，请先在 lianhu.toml 登记 [[parents]]"
            raise IntakeError(why, cure)
        return found


class Neighbours(NamedTuple):
    """What most figures of one growth column or series look like.

    Attributes
    ----------
    indices
        They lie where indices with last year at 100 do.
    unrounded
        They are percentages in full precision, so that a small one is no fraction.
    wide
        They are of one indicator and far apart, so that a large one is no index.
    hundreds
        A % that their number format adds may stand there twice (12.5 shown as 1250%), or
        behind indices (104.8%).
    fractions
        Most are below 1, and some too fine for percentages as they are printed.
    """

    indices: bool = False
    unrounded: bool = False
    wide: bool = False
    hundreds: bool = False
    fractions: bool = False


class Slot(NamedTuple):
    """What a cell stands for, before it is read.

    Attributes
    ----------
    unit
        As delivered; empty where nothing states one.
    form
        ``value``, or for growth ``percent``, ``index`` or ``fraction``.
    published
        The day that the sheet itself states.
    region
        Where the row or its label names one.
    beside
        What the growth figures beside it look like.
    not_before
        A day before which the sheet was not known, where it states no publication day.
    fact
        Of a rank, a plan or a share of it: which of them.
    filled_in
        Whether a 0 stands in a period to come, as a template has it.
    common
        Whether its unit is that of the whole table, stated over it alone.
    """

    indicator: Indicator
    measure: str
    span: str
    period: Period
    unit: str
    sheet: str = ""
    cell: str = ""
    form: str = "value"
    published: dt.date | None = None
    region: Region | None = None
    beside: Neighbours | None = None
    not_before: dt.date | None = None
    fact: str = ""
    filled_in: bool = False
    common: bool = False

    @property
    def code(self) -> str:
        """The indicator under which it is stored; of a fact about it, one of its own."""
        return f"fact.{self.fact}.{self.indicator.code}" if self.fact else self.indicator.code


@dataclass(frozen=True)
class Reading:
    """What one file gave.

    Attributes
    ----------
    frame
        Observations in the tidy shape, one row a key.
    problems
        Everything that was not read.
    duplicates
        Rows that repeated a figure of the same file.
    tables
        What was understood of each table.
    slots
        What each cell that was read or refused by itself stands for.
    """

    frame: pd.DataFrame
    problems: tuple[Problem, ...]
    duplicates: int = 0
    tables: tuple[TableNote, ...] = ()
    slots: tuple[Slot, ...] = ()


class _WrongUnit(IntakeError):
    """An amount is more than any region has, or less: what stands beside it is in the same unit."""


class Collector:
    """Gathers the rows of one delivery, and the problems beside them."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.rows: list[Observation] = []
        self.problems: list[Problem] = []
        self.tables: list[TableNote] = []
        self.slots: list[Slot] = []
        self.too_large: set[tuple[str, ...]] = set()
        self.units: dict[tuple[str, str], str] = {}  # those over a table, by sheet and cell
        self.wrong_units: set[tuple[str, str]] = set()

    def refuse(self, error: IntakeError, *, sheet: str = "", cell: str = "") -> None:
        """Note that something is not read; the error itself may say where more exactly."""
        self.problems.append(Problem.of(error, sheet=sheet, cell=cell))

    def take(self, token: object, slot: Slot) -> None:
        """Read one cell that is not blank into its slot."""
        self.slots.append(slot)
        if slot.common:
            self.units[slot.sheet, slot.cell] = slot.unit
        try:
            self.rows.append(_observe(token, slot, self.delivery))
        except IntakeError as error:
            self.refuse(error, sheet=slot.sheet, cell=slot.cell)
            if isinstance(error, _WrongUnit):
                self.too_large.add((slot.sheet, slot.code, "level", slot.period.code))
                self.wrong_units |= {(slot.sheet, slot.unit)} if slot.common else set()
        except LianhuError as error:
            cure = "请核对这一格；有误的，请报送改正后的新文件"
            refused = IntakeError(f"{slot.indicator.name_zh}：{error}", cure)
            self.refuse(refused, sheet=slot.sheet, cell=slot.cell)

    def result(self) -> Reading:
        """Return the observations, one a key, and every problem."""
        taken: list[Observation] = []
        for row in self.rows:
            unit = self.units.get((row.sheet, row.cell), "")
            beside = (row.sheet, row.indicator, row.measure, row.period) in self.too_large
            if beside or (row.sheet, unit) in self.wrong_units:
                why = f"“{row.token}”与旁边那个单位写错的数单位相同，不采用"
                wrong = IntakeError(why, "请核对单位后另报新文件", cell=row.cell)
                self.refuse(wrong, sheet=row.sheet)
            else:
                taken.append(row)
        rows, conflicts = merge_rows(taken)
        return Reading(
            frame_observations(rows),
            (*self.problems, *conflicts),
            len(taken) - len(rows),
            tuple(self.tables),
            tuple(self.slots),
        )


def says_nothing(token: object) -> bool:
    """Whether a cell holds a sign for no figure, such as a dash or ``#N/A``."""
    reading = try_to_read(token)
    return reading is not None and reading.value is None


def period_for(indicator: Indicator, title: Period, span: str, per: str = "") -> tuple[Period, str]:
    """Return the period and span of a column in a sheet of one title period.

    A stock is always at a point, whatever its header says.

    Raises
    ------
    IntakeError
        If the indicator has no such period, such as a quarter in August.
    """
    name, wanted = indicator.name_zh, indicator.frequency
    if indicator.span == "point":
        span = "point"
    elif span == "annual" or (span == "ytd" and wanted == "A"):
        span, wanted = "annual", "A"
    elif span == "single":
        often, wanted = wanted, "Q" if per == "quarter" else "M"
        if often == "A" or (often == "Q" and wanted == "M"):
            why = f"{name} 按{FREQUENCIES[often]}发布，没有单月的数"
            raise IntakeError(why, "请核对这一格是否填错了行或列")
    try:
        return title.as_frequency(cast(Frequency, wanted)), span
    except PeriodError as error:
        word = FREQUENCIES[wanted]
        why = f"{name} 按{word}发布，{title} 不在{word}末"
        cure = "请核对标题的时期，或把这一行移到相应时期的表中"
        raise IntakeError(why, cure) from error


def refuse_january(indicator: Indicator, period: Period, span: str, token: object) -> None:
    """Refuse a figure that splits the joint first period of an indicator without a January.

    January and February are one period, the year to date of February: no figure of
    January is published, and none of February alone.  A sign for no figure passes
    as February's own.
    """
    if not indicator.no_january or period.frequency != "M" or period.number > 2:
        return
    if period.number == 1:
        why = f"{indicator.name_zh} 1月不单独发布（1—2月合并），这里却有数 {token}"
        cure = '请核对时期；当年确有1月数的，在版式说明的这一列写 january = "keep"'
        raise IntakeError(why, cure)
    if span == "single" and not says_nothing(token):
        why = f"{indicator.name_zh} 1—2月合并发布，没有2月单月的数，这里的 {token} 没有读"
        cure = "合并的数请填在累计列（1—2月）；本月列请留空或填 —"
        raise IntakeError(why, cure)


def judge(row: Observation, catalogue: Catalogue, beside: Neighbours) -> None:
    """Refuse a record whose like in a table would be.

    Raises
    ------
    IntakeError
        If its form or its size is in doubt.  January, once published alone, is for the checks.
    """
    if row.value is None or row.indicator not in catalogue:
        return
    indicator, period = catalogue.get(row.indicator), Period.parse(row.period)
    if row.measure == "level":
        slot = Slot(indicator, row.measure, row.span, period, row.unit)
        _level(row.value, slot, row.region)
    elif row.unit == "%":
        _in_percent(row.value, "percent", indicator, beside)


def neighbours(tokens: Iterable[object], *, one_indicator: bool = False) -> Neighbours:
    """Look at the figures of one growth column or series."""
    found = [reading for token in tokens if (reading := try_to_read(token))]
    values = [r.value for r in found if r.value is not None and not r.says_percent]
    enough = len(values) >= FEWEST
    indices = sum(INDEX_LIKE[0] <= value <= INDEX_LIKE[1] for value in values)
    large = [value for value in values if abs(value) >= 1]
    small = [value for value in values if abs(value) < 1]
    shown = [abs(r.value or 0) for r in found if r.token.endswith("%")]
    least = INDEX_LIKE[0] if len(shown) >= FEWEST else DOUBLED
    return Neighbours(
        enough and indices * 2 > len(values),
        enough and sum(map(_is_fine, large)) > 1 and len(large) * 2 > len(values),
        enough
        and one_indicator
        and indices * 4 < len(values)
        and any(abs(v) >= WIDE and not INDEX_LIKE[0] <= v <= INDEX_LIKE[1] for v in values),
        sum(value >= least for value in shown) * 2 > len(shown),
        (any(map(_is_fine, small)) or _has_hundredths(small)) and len(small) * 2 > len(values),
    )


def _has_hundredths(values: Sequence[float]) -> bool:
    """Whether most have two decimals, where growth is printed with one: 0.05 may be 5%."""
    return sum(_is_fine(value, 1) for value in values) * 2 > len(values) > 1


def _is_fine(value: float, decimals: int = PRINTED_DECIMALS) -> bool:
    """Whether a percentage has more decimals than are printed."""
    return round(value, decimals) != round(value, 9)


def _observe(token: object, slot: Slot, delivery: Delivery) -> Observation:
    if slot.filled_in:
        reading = CellReading(None, "not_released", str(token))
        value, unit = None, "%" if slot.measure == "yoy" else slot.indicator.unit
    elif slot.fact:
        reading = _read_without({"rank": RANK, "gap": IN_POINTS}.get(slot.fact), token)
        if _is_odd(reading, slot.fact):
            why = f"{slot.indicator.name_zh} 的 {reading.token} 像小数或写错的数，说不清是多少"
            raise IntakeError(why, "请核对；是百分数的，请写成带百分号的数，另报新文件")
        value, unit = reading.value, FACT_UNITS.get(slot.fact) or _unit_of_plan(reading, slot)
    elif slot.measure == "yoy":
        reading, value, unit = _read_growth(token, slot)
    else:
        reading, slot = _read_level(token, slot)
        code = (slot.region or delivery.region).code
        value = None if reading.value is None else _level(reading.value, slot, code)
        unit = slot.indicator.unit
    published, basis = slot.published or delivery.published, "stated"
    if published is None:
        assumed = assumed_release(slot.indicator, slot.period)
        latest = max(assumed, slot.not_before or assumed)
        # A plan is known long before its year is over.
        published = slot.not_before if slot.fact == "plan" and slot.not_before else latest
        basis = "assumed"
    elif published < slot.period.end and slot.fact != "plan":
        # A period can be published on its last day, and not before.
        why = f"{slot.indicator.name_zh} 的发布日 {published} 早于统计时期 {slot.period} 结束"
        cure = "请核对发布日期和标题的时期"
        raise IntakeError(why, cure)
    return Observation(
        (slot.region or delivery.region).code,
        slot.code,
        slot.measure,
        slot.span,
        slot.period.code,
        value,
        unit,
        published,
        basis,
        delivery.source,
        slot.sheet,
        slot.cell,
        reading.token,
        reading.status,
        delivery.provenance,
    )


def _read_without(words: re.Pattern[str] | None, token: object) -> CellReading:
    """Read a figure without words that say what it is: 第4位, 0.2个百分点."""
    if words is None or not isinstance(token, str):
        return read_value(token, unit_is_percent=True)
    return read_value(words.sub("", token), unit_is_percent=True)._replace(token=token)


def _is_odd(reading: CellReading, fact: str) -> bool:
    """Whether a figure is no rank, or may as well be a hundredth of a plan or of its share."""
    value, in_words = reading.value, reading.says_percent
    if value is None or fact == "rank":
        return value is not None and (in_words or value < 1 or value != int(value))
    least = {"plan": LEAST_PLAN, "plan_share": WHOLE_SHARES}.get(fact, 0)
    return (0 < value < least and not in_words) or (fact == "plan_share" and value > MOST_SHARE)


def _unit_of_plan(reading: CellReading, slot: Slot) -> str:
    """Return the unit of a plan: a percentage is of growth, also in a row of amounts."""
    growth = slot.indicator.kind == "growth_only" and not slot.unit
    if reading.value is None or reading.says_percent or growth:
        return "%"
    if not slot.unit:
        raise _without_unit(slot.indicator, "的计划", skipped=True)
    return slot.unit


def _without_unit(indicator: Indicator, what: str = "", *, skipped: bool = False) -> IntakeError:
    """Return the refusal of an amount of which nothing says the unit."""
    why = f"{indicator.name_zh} {what}没有写计量单位"
    cure = f"请在“计量单位”列填写（目录中为 {indicator.unit}），不填不会按目录单位推定"
    return IntakeError(why, cure, skipped=skipped)


def _read_growth(token: object, slot: Slot) -> tuple[CellReading, float | None, str]:
    """Return what a cell says, its growth and the unit of that.

    Growth is in percent; a rate's change is in points, and must say so.
    """
    indicator = slot.indicator
    if indicator.kind == "rate":
        return _read_points(token, slot)
    reading = read_value(token, unit_is_percent=True)
    if POINTS in slot.unit:
        why = f"{indicator.name_zh} 的增速不能以百分点计，这里多半是增速的变化"
        raise IntakeError(why, "是变化的不必处理；是增速的，请把单位写为 %，另报新文件")
    value, beside = reading.value, slot.beside or Neighbours()
    if beside.hundreds and reading.token.endswith("%") and abs(value or 0) >= INDEX_LIKE[0]:
        why = f"{indicator.name_zh} 的增速 {reading.token} 像是指数，或百分数又加了百分号格式"
        cure = "请把单元格格式改为“常规”、核对后另报新文件；确是如此的，请写成“增长1.6倍”这样"
        raise IntakeError(why, cure)
    if indicator.is_reduction and value:
        # 下降2.3% is a reduction of 2.3; -2.3 may be meant so, or be a rise.
        if says_direction(reading.token):
            value = -value
        elif value < 0:
            why = f"{indicator.name_zh} 的 {reading.token} 说不清是降低还是上升"
            cure = "降低的请填正数，上升的请写成“上升2.3%”这样，另报新文件"
            raise IntakeError(why, cure)
    # 4.8% and 增长1.6倍 say what they are, whatever form the column has.
    if value is not None and not reading.says_percent:
        value = _in_percent(value, slot.form, indicator, beside)
    return reading, value, "%"


def _read_points(token: object, slot: Slot) -> tuple[CellReading, float | None, str]:
    in_points = isinstance(token, str) and POINTS in token
    reading = _read_without(IN_POINTS if in_points else None, token)
    if reading.value is None or in_points or POINTS in slot.unit:
        return reading, reading.value, POINTS
    why = f"{slot.indicator.name_zh} 本身是比率，{reading.token!r} 说不清是百分比还是百分点"
    raise IntakeError(why, "请写成“-3.9个百分点”，或把单位写为百分点")


def _read_level(token: object, slot: Slot) -> tuple[CellReading, Slot]:
    """Return what a cell says, and its slot in the unit that the cell itself may state."""
    bare, own = parted(token) if isinstance(token, str) else (token, "")
    if own and POINTS not in own:
        stated = slot.unit.strip()
        if stated and normalise_unit(stated) != own:
            why = f"{slot.indicator.name_zh} 的“{token}”写的单位与表中的“{stated}”不同"
            raise IntakeError(why, "请核对单位，一个数只写一种，另报新文件")
        reading = read_value(bare)._replace(token=str(token))
        return reading, slot._replace(unit=own)
    return read_value(token, unit_is_percent=slot.unit.strip() in ("%", "％")), slot


def _level(value: float, slot: Slot, region: str) -> float:
    if not slot.unit.strip():
        raise _without_unit(slot.indicator)
    converted = convert(value, slot.unit, slot.indicator.unit)
    low, high = INDEX_RANGE
    if slot.indicator.unit.endswith("=100") and not low <= converted <= high:
        why = f"{slot.indicator.name_zh} 的 {value:g} 不像以上年为 100 的指数"
        cure = f"若是涨幅，请填指数 {100 + value:g}" if abs(value) < low else "请核对这一格的数"
        raise IntakeError(why, cure)
    name, month = slot.indicator.name_zh, slot.period.end.month
    share = slot.indicator.kind == "rate" and slot.indicator.unit == "%" and not TINY.search(name)
    share &= month > SPRING or not PROGRESS.search(name)
    if share and (0 < converted <= 1 or converted > MOST_PERCENT):
        why = f"{slot.indicator.name_zh} 的 {value:g} 像小数，或多写了位数"
        raise IntakeError(why, "请写成带百分号的数，核对后另报新文件")
    total = load_structure().total_of(slot.indicator)
    if total and region != NATION:
        most, more = total.most_of(slot.indicator, region)
        if converted > most:
            said = f"{total.value:.15g} {total.unit}{more}还多"
            why = f"{name} 的 {value:.15g} {slot.unit}比全国{total.year}年的 {said}"
            raise _WrongUnit(why, "单位多半写错了，请核对后另报新文件")
        to_date = slot.span == "ytd" and month >= SPRING
        if slot.indicator.code in HEADLINES and to_date and 0 < converted < most * LEAST:
            why = f"{name} 的 {value:.15g} {slot.unit}比哪个区县都少"
            raise _WrongUnit(why, "单位多半写错了，请核对后另报新文件")
    never_none = total and slot.indicator.code in total.codes and slot.indicator.kind == "flow"
    if converted == 0 and never_none and not MAY_BE_NONE.match(slot.indicator.code):
        raise IntakeError(f"{name} 的 0 不像有这个数", "没有数的请留空，另报新文件")
    return converted


def _in_percent(value: float, form: str, indicator: Indicator, beside: Neighbours) -> float:
    """Return a growth rate in percent.

    Parameters
    ----------
    value
        The figure as delivered.
    form
        ``percent``, ``index`` (last year = 100) or ``fraction``.
    beside
        What the figures beside it look like.

    Raises
    ------
    IntakeError
        If the figure is not of that form; the form is never guessed from it.
    """
    if form == "fraction":
        value, form = round(100 + value * 100, 10), "index"
    if form == "index":
        # A year in which a total fell by half or doubled is not an index misread.
        if not INDEX_RANGE[0] <= value <= INDEX_RANGE[1]:
            why = f"{indicator.name_zh} 的 {value:g} 不像以上年为 100 的指数"
            cure = "请核对；如果这一格已是增速，请改正原表或版式说明的 form"
            raise IntakeError(why, cure)
        return round(value - 100, 10)
    broad = indicator.tier == "core" or indicator.kind in ("growth_only", "index")
    doubtful = broad or beside.indices or indicator.growth_basis == "constant"
    most = INDEX_RANGE[1] if beside.indices else INDEX_LIKE[1]  # 160 below 104.2, 102.8
    if doubtful and not beside.wide and INDEX_LIKE[0] <= value <= most:
        why = f"{indicator.name_zh} 的增速 {value:g} 像以上年为 100 的指数"
        cure = f"若是指数，请改为增速 {round(value - 100, 10):g}；确是增速的，请写成 {value:g}%"
        raise IntakeError(why, cure)
    if abs(value) >= NO_GROWTH:
        why = f"{indicator.name_zh} 的增速 {value:g} 像增减额"
        raise IntakeError(why, f"增减额不入库；确是增速的，请写成“增长{value / 100:g}倍”")
    if value < -ALL_OF_IT and not load_structure().may_be_undone(indicator):
        why = f"{indicator.name_zh} 的增速 {value:g} 比全部还要多降，不会是增速"
        raise IntakeError(why, "请核对这一格，另报新文件")
    fine = -1 < value < 1 and _is_fine(value)
    if not beside.unrounded and (fine or (beside.fractions and value != 0)):
        why = f"{indicator.name_zh} 的增速 {value:g} 像小数，说不清是 {value:g}% 还是 {value * 100:g}%"
        cure = "请写成带百分号的数，或在版式说明中写明 form"
        raise IntakeError(why, cure)
    return value
