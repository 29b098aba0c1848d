"""The rows of a report: which indicator, region and period each stands for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from lianhu_analysis.catalog.calendar import assumed_release
from lianhu_analysis.catalog.indicators import Indicator, fold_name
from lianhu_analysis.catalog.periods import Period, parse_period
from lianhu_analysis.catalog.remembering import remembered
from lianhu_analysis.catalog.units import normalise_unit
from lianhu_analysis.errors import IntakeError, PeriodError
from lianhu_analysis.intake.problems import Refusal
from lianhu_analysis.intake.reading.figures import (
    Collector,
    Slot,
    find_period,
    hidden_rows,
    is_blank,
    says_nothing,
    split_january,
)
from lianhu_analysis.intake.reading.growth_forms import looks_like_indices
from lianhu_analysis.intake.reading.labels import (
    Label,
    LabelReader,
    Line,
    Match,
    Outline,
    own_period,
    read_line,
)
from lianhu_analysis.intake.reading.layouts import ReportLayout, fold_header
from lianhu_analysis.intake.reading.notes import RowNote, TableNote
from lianhu_analysis.intake.reading.report_header import (
    FigureColumn,
    Header,
    Panel,
    header_texts,
    role_of,
    stated_in,
)
from lianhu_analysis.intake.reading.report_meaning import Meaning, row_reader
from lianhu_analysis.intake.reading.sheet_time import SheetTime
from lianhu_analysis.intake.reading.statements import stated_day
from lianhu_analysis.intake.reading.workbook import Grid, cell_address, column_letters
from lianhu_analysis.workspace import Region

__all__ = ["PanelReader", "region_named", "stated_span"]

SPAN_WORDS = {
    "累计": "ytd",
    "累计值": "ytd",
    "本月止累计": "ytd",
    "当月": "single",
    "本月": "single",
    "当月值": "single",
    "当季": "single",
    "本季": "single",
    "当期": "single",
    "期末": "point",
    "时点": "point",
    "年度": "annual",
    "全年": "annual",
}


Filled = Mapping[int, object]
Fit = tuple[Period | None, str]


class Row(NamedTuple):
    """One row understood."""

    number: int
    match: Match | None
    unit: str
    period: Period | None
    span: str
    region: Region | None
    published: dt.date | None = None


# Releases move by a few days; a lagged indicator comes out ten days or more later.
EARLY_DAYS = 7
# What a title line states: a time, a region, a unit, a day.
STATEMENT = re.compile(r"\d年|月|季度|半年|[省市区县]|单位[:：]|日期[:：]")


@dataclass
class PanelReader:
    """Reads the rows under one column of labels."""

    grid: Grid
    header: Header
    panel: Panel
    columns: Mapping[int, FigureColumn]
    scope: tuple[str, ...]
    published: dt.date | None
    sheet_unit: str
    time: SheetTime
    layout: ReportLayout
    labels: LabelReader
    collector: Collector
    note: TableNote
    not_before: dt.date | None = None
    forms: dict[int, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        texts = tuple((c, self.header.texts[n]) for n, c in self.columns.items())
        self._understand = row_reader(texts)
        self._letters = {n: column_letters(n) for n in self.columns}
        self._line_of = lines_of(self.layout)
        self._dated = any(self.panel.beside(role) is not None for role in ("period", "span"))
        # By what a meaning asks for: of the period that the sheet states.
        self._fits: dict[tuple[str, str, str, str], Fit] = {}

    def read(self, first: int, end: int) -> None:
        """Read the rows from ``first`` up to ``end``."""
        outline = Outline([(-1, text) for text in self.scope])
        depth = self.header.bottom - self.header.top
        grid, columns, hidden = self.grid, tuple(self.columns), hidden_rows(self.grid)
        skip = -1
        last_figure = first
        for number in range(first, end):
            if number <= skip:
                continue
            label = grid.at(number, self.panel.name)
            kind, line = self._line_of("" if label is None else str(label))
            if kind == "header" and isinstance(label, str):
                same = header_texts(grid, number, number + depth)[0] == self.header.raw
                if same and not self._states_anew(last_figure + 1, number):
                    skip = number + depth  # the header again, on the next printed page
                    continue
                self._refuse(
                    "像第二个表头，上面另有标题、单位或发布日期，从这一行起没有读"
                    if same
                    else "像第二个表头却读不出，从这一行起没有读",
                    "请把两张表拆成两张工作表，各写标题",
                    number,
                )
                return
            filled = {n: cell for n in columns if not is_blank(cell := grid.at(number, n))}
            last_figure = number if filled else last_figure
            if number in hidden:
                if filled:
                    self._refuse("这一行是隐藏的，没有读", "请取消隐藏；不要的行请删去", number)
            elif is_blank(label):
                if filled:
                    self._refuse(
                        "这一行有数却没有指标名称",
                        "请填写指标名称；合并的名称单元格请拆开逐行填写",
                        number,
                        next(iter(filled)),
                    )
            elif filled or kind != "ignored":
                text = str(label)
                if self.panel.by_region:
                    self._read_region(number, text, filled)
                    continue
                is_item = bool(filled) or self._is_item(number, line)
                placed = outline.place(line, has_figures=is_item)
                if filled and kind != "ignored":
                    self._read_row(number, text, placed, filled)

    def _states_anew(self, first: int, end: int) -> bool:
        """Whether lines between two tables state what the head of the sheet does not."""
        width = range(len(self.grid.rows[0]) if self.grid.rows else 0)

        def texts(rows: range) -> set[str]:
            cells = (self.grid.at(row, column) for row in rows for column in width)
            return {fold_name(str(cell)) for cell in cells if not is_blank(cell)}

        head = texts(range(self.header.top))
        return any(STATEMENT.search(text) for text in texts(range(first, end)) - head)

    def _read_row(self, number: int, text: str, label: Label, filled: Filled) -> None:
        if not self.grid.sheet and self._spills_over(number):
            return
        region = self._beside(number, "region")
        if region is not None and region_named(region, self.collector) is None:
            return
        match = self.labels.read(label)
        if not isinstance(match, Match):
            self._refuse(match.message, match.remedy, number)
            self._note(number, text, label.full_path, reason=match.message)
            return
        try:
            period, span = self._row_period(number) if self._dated else (None, "")
            unit = self._row_unit(number, match)
            published = self._row_published(number)
        except IntakeError as error:
            self.collector.refuse(
                error.message, error.remedy, sheet=self.grid.sheet, cell=error.cell
            )
            self._note(number, text, label.full_path, match.indicator, reason=error.message)
            return
        named = region_named(region, self.collector) if region is not None else match.region
        row = Row(number, match, unit, period, span, named, published)
        self._note(
            number, text, label.full_path, match.indicator, unit, str(period or self.time.period)
        )
        self._read_cells(row, filled)

    def _is_item(self, number: int, line: Line) -> bool:
        """Whether a row without figures is a known item left blank, and heads no group."""
        if self._beside(number, "unit") is None:
            return False
        label = Outline().place(line, has_figures=True)
        return not label.parent and isinstance(self.labels.take_apart(label.text), Match)

    def _read_region(self, number: int, text: str, filled: Filled) -> None:
        region = region_named(text, self.collector)
        if region is None:
            self._note(number, text, reason="不是本工作区的地区")
            return
        self._note(number, text, region.name_zh, period=str(self.time.period or ""))
        self._read_cells(Row(number, None, "", None, "", region), filled)

    def _read_cells(self, row: Row, filled: Filled) -> None:
        meanings = self._understand(row.match, row.unit, row.span)
        for column, meaning in zip(self.columns, meanings, strict=True):
            if column not in filled or meaning is None:
                continue
            token = filled[column]
            slot = None
            if isinstance(meaning, Meaning):
                slot = self._slot(row, column, token, meaning)
            if slot is not None:
                self.collector.take(token, slot)
            elif not says_nothing(token):
                # A sign for no figure may stand where there can be none.
                refusal = self._misfit(row, column, token, meaning)
                self._refuse(refusal.message, refusal.remedy, row.number, column)

    def _slot(self, row: Row, number: int, token: object, meaning: Meaning) -> Slot | None:
        """Return what a cell stands for; ``None`` if there can be no figure, see `_misfit`."""
        indicator, own, not_before = meaning.indicator, row.period, self.not_before
        if row.match and row.match.time:
            stated = own or self.time.period
            lagged = self._lagged(row, number, row.match, stated) if stated else None
            if stated is None or lagged is None or isinstance(lagged, Refusal):
                return None
            if lagged != stated:
                # Nothing on the sheet was known before the end of what it is about.
                own, not_before = lagged, max(not_before or stated.end, stated.end)
        period, span = self._fit(meaning, own)
        if period is None or meaning.fault or self._is_too_early(indicator, period, row):
            return None
        if indicator.no_january and split_january(indicator, period, span, token):
            return None
        growth = meaning.measure == "yoy"
        if indicator.kind == "growth_only" and not growth:
            return None
        return Slot(
            indicator,
            meaning.measure,
            span,
            period,
            meaning.unit or ("" if growth else self.sheet_unit),
            self.grid.sheet,
            f"{self._letters[number]}{row.number + 1}",
            meaning.form,
            row.published or self.published,
            row.region,
            growth and self._among_indices(number),
            not_before,
        )

    def _misfit(self, row: Row, number: int, token: object, meaning: Meaning | Refusal) -> Refusal:
        """Return why there can be no figure where one stands."""
        if isinstance(meaning, Refusal):
            return meaning
        indicator, stated = meaning.indicator, row.period or self.time.period
        text = self.header.texts[number]
        if not meaning.span or stated is None:
            return Refusal(
                f"{indicator.name_zh}：列名“{text}”没有说是当月还是累计",
                "请把列名写成“本月”或“本月止累计”，或写明时期，如 2024年1-9月",
            )
        if meaning.fault:
            return meaning.fault
        lagged = self._lagged(row, number, row.match, stated) if row.match else stated
        if isinstance(lagged, Refusal):
            return lagged
        found = find_period(indicator, lagged, meaning.span, _per(meaning, lagged))
        if isinstance(found, Refusal):
            return found
        early = self._is_too_early(indicator, found[0], row)
        fault = self._too_early(indicator, found[0], row) if early else None
        return (
            fault
            or split_january(indicator, *found, token)
            or Refusal(
                f"{indicator.name_zh} 只发布增速，“{text}”列却有数 {token}",
                "请把增速填在增长列；绝对量不采用",
            )
        )

    def _fit(self, meaning: Meaning, own: Period | None) -> Fit:
        """Return period and span of a figure: of the row's own period, or the sheet's."""
        fit = self._fits.get(meaning.asks) if own is None else None
        if fit is None:
            stated = own or self.time.period
            fit = (None, "")
            if stated is not None and meaning.span:
                per = _per(meaning, stated)
                found = find_period(meaning.indicator, stated, meaning.span, per)
                fit = fit if isinstance(found, Refusal) else found
            if own is None:
                self._fits[meaning.asks] = fit
        return fit

    def _lagged(self, row: Row, number: int, match: Match, stated: Period) -> Period | Refusal:
        """Return the period of a row whose name states one: 营业收入（1-8月） among 1-9月."""
        try:
            own = own_period(match, stated)
        except IntakeError as error:
            return Refusal(error.message, error.remedy)
        if own is None or own.end == stated.end:
            return stated
        if row.period or any(stated_in(self.header.texts[number], self.columns[number].rule)):
            return Refusal(
                f"{match.indicator.name_zh} 的名称说的是 {own}，列名或时期说的是 {stated}",
                "请改正其中之一",
            )
        return own

    def _is_too_early(self, indicator: Indicator, period: Period, row: Row) -> bool:
        """Whether a lagged indicator is in a report that came out before its own release.

        The report on nine months carries the eight months of services (错月指标).
        """
        if not indicator.lag_months or row.period or (row.match and row.match.time):
            return False
        day = self._day(row)
        early = dt.timedelta(days=EARLY_DAYS)
        return day is not None and day < assumed_release(indicator, period) - early

    def _too_early(self, indicator: Indicator, period: Period, row: Row) -> Refusal:
        due = assumed_release(indicator, period)
        return Refusal(
            f"{indicator.name_zh} 是错月指标，{period} 的数要到 {due} 前后才有，"
            f"{self._day(row)} 发布的表里多半是上一月的数",
            f"请在名称后写明它的时期，如 {indicator.name_zh}（1-8月）；确是本期的也请写明",
        )

    def _day(self, row: Row) -> dt.date | None:
        return row.published or self.published or self.collector.delivery.published

    def _among_indices(self, column: int) -> bool:
        if column not in self.forms:
            below = self.grid.rows[self.header.bottom + 1 :]
            self.forms[column] = looks_like_indices(
                row[column] for row in below if column < len(row)
            )
        return self.forms[column]

    def _row_unit(self, number: int, match: Match) -> str:
        column = self.panel.beside("unit")
        if column is None:
            return match.unit
        stated = self.grid.at(number, column)
        unit = "" if is_blank(stated) else str(stated).strip()
        if unit and match.unit and normalise_unit(unit) != normalise_unit(match.unit):
            raise IntakeError(
                f"{match.indicator.name_zh} 的名称写 {match.unit}，单位列写 {unit}",
                "请改正其中之一",
                cell=cell_address(number, column),
            )
        return unit or match.unit

    def _row_period(self, number: int) -> tuple[Period | None, str]:
        column = self.panel.beside("period")
        said = self._beside(number, "span")
        span = SPAN_WORDS.get(fold_header(said), "") if said is not None else ""
        if column is None:
            return None, span
        stated = self.grid.at(number, column)
        address = cell_address(number, column)
        try:
            period, own = stated_span(stated, self.time.year)
        except PeriodError as error:
            raise IntakeError(
                f"{error}；这一行没有读", "请改正这一格的时期", cell=address
            ) from error
        if said is not None and not span:
            raise IntakeError(
                f"口径“{said}”不认识", "请写累计、当月、当季、期末或年度", cell=address
            )
        if own == "annual" and span == "ytd":
            own = ""  # 全年 is the year to date of its last month
        if span and own and span != own:
            raise IntakeError(
                f"时期“{stated}”与口径“{said}”相互矛盾", "请改正其中之一", cell=address
            )
        return period, span or own

    def _row_published(self, number: int) -> dt.date | None:
        column = self.panel.beside("published")
        stated = None if column is None else self.grid.at(number, column)
        if column is None or is_blank(stated):
            return None
        day = stated_day(stated)
        if day is None:
            raise IntakeError(
                f"发布日期“{stated}”不是一个日子；这一行没有读",
                "请写成 2024-10-22",
                cell=cell_address(number, column),
            )
        return day

    def _beside(self, number: int, role: str) -> str | None:
        column = self.panel.beside(role)
        if column is None:
            return None
        value = self.grid.at(number, column)
        return None if is_blank(value) else str(value)

    def _spills_over(self, number: int) -> bool:
        """Refuse a row of a CSV that has more fields than its header: they have shifted."""
        width = max(self.header.texts) + 1
        if all(is_blank(cell) for cell in self.grid.rows[number][width:]):
            return False
        self._refuse(
            "这一行的列数多于表头，数可能错了位，没有读",
            "含逗号的文字和千分位要用双引号括起来",
            number,
        )
        return True

    def _refuse(self, message: str, remedy: str, row: int, column: int | None = None) -> None:
        address = cell_address(row, self.panel.name if column is None else column)
        self.collector.refuse(message, remedy, sheet=self.grid.sheet, cell=address)

    def _note(
        self,
        row: int,
        label: str,
        path: str = "",
        indicator: Indicator | None = None,
        unit: str = "",
        period: str = "",
        reason: str = "",
    ) -> None:
        self.note.rows.append(
            RowNote(
                cell_address(row, self.panel.name),
                label.strip(),
                path,
                indicator.code if indicator else "",
                indicator.name_zh if indicator else "",
                unit,
                period,
                reason,
            )
        )


def stated_span(text: object, year: int | None) -> tuple[Period, str]:
    """Return the period of a cell, and its span where the text itself says it.

    Raises
    ------
    PeriodError
        If the cell is no period.
    """
    found = _span_in_text(text, year) if isinstance(text, str) else _span_or_fault(text, year)
    if isinstance(found, str):
        raise PeriodError(found)
    return found


def _span_or_fault(text: object, year: int | None) -> tuple[Period, str] | str:
    try:
        as_ytd = parse_period(text, year=year, default_span="ytd")
        as_single = parse_period(text, year=year, default_span="single")
    except PeriodError as error:
        return str(error)
    return as_ytd.period, as_ytd.span if as_ytd.span == as_single.span else ""


@remembered
def _span_in_text(text: str, year: int | None) -> tuple[Period, str] | str:
    return _span_or_fault(text, year)


@lru_cache(maxsize=64)
def lines_of(layout: ReportLayout) -> Callable[[str], tuple[str, Line]]:
    """Return what reads a row's label: whether it is a ``header`` or ``ignored``, and the rest."""

    @remembered
    def line_of(label: str) -> tuple[str, Line]:
        kind = ""
        if role_of(label, layout) in ("name", "region"):
            kind = "header"
        elif any(rule.fullmatch(fold_name(label)) for rule in layout.ignore_rows):
            kind = "ignored"
        return kind, read_line(label)

    return line_of


def region_named(text: str, collector: Collector) -> Region | None:
    """Return the workspace's region of a name such as ``西　　安``, if it is one."""
    name = fold_name(text)
    for region in collector.delivery.regions:
        short = region.name_zh[:-1] if len(region.name_zh) > 2 else region.name_zh
        if name in (region.name_zh, short, region.code):
            return region
    return None


def _per(meaning: Meaning, stated: Period) -> str:
    return meaning.per or ("quarter" if stated.frequency == "Q" else "")
