"""The rows of a report: which indicator, region and period each stands for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lianhu_analysis.catalog.calendar import assumed_release
from lianhu_analysis.catalog.indicators import Indicator, fold_name
from lianhu_analysis.catalog.periods import Period, parse_period
from lianhu_analysis.catalog.units import normalise_unit
from lianhu_analysis.errors import IntakeError, PeriodError
from lianhu_analysis.intake.reading.figures import (
    Collector,
    Slot,
    hidden_rows,
    is_blank,
    period_for,
    refuse_split_january,
    says_nothing,
)
from lianhu_analysis.intake.reading.growth_forms import looks_like_indices
from lianhu_analysis.intake.reading.labels import (
    LabelReader,
    Match,
    Outline,
    check_base,
    own_period,
)
from lianhu_analysis.intake.reading.layouts import ReportColumn, ReportLayout, fold_header
from lianhu_analysis.intake.reading.notes import RowNote, TableNote
from lianhu_analysis.intake.reading.report_header import (
    FigureColumn,
    Header,
    Panel,
    header_texts,
    role_of,
    stated_in,
)
from lianhu_analysis.intake.reading.sheet_time import SheetTime
from lianhu_analysis.intake.reading.statements import stated_day
from lianhu_analysis.intake.reading.workbook import Grid, cell_address
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


@dataclass(frozen=True)
class Row:
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

    def read(self, first: int, end: int) -> None:
        """Read the rows from ``first`` up to ``end``."""
        outline = Outline([(-1, text) for text in self.scope])
        depth = self.header.bottom - self.header.top
        skip = -1
        last_figure = first
        for number in range(first, end):
            if number <= skip:
                continue
            label = self.grid.at(number, self.panel.name)
            if role_of(label, self.layout) in ("name", "region"):
                same = header_texts(self.grid, number, number + depth)[0] == self.header.raw
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
            filled = [c for c in self.columns if not is_blank(self.grid.at(number, c))]
            last_figure = number if filled else last_figure
            if number in hidden_rows(self.grid):
                if filled:
                    self._refuse("这一行是隐藏的，没有读", "请取消隐藏；不要的行请删去", number)
            elif is_blank(label):
                if filled:
                    self._refuse(
                        "这一行有数却没有指标名称",
                        "请填写指标名称；合并的名称单元格请拆开逐行填写",
                        number,
                        filled[0],
                    )
            elif not self._ignored(str(label)) or filled:
                self._read_row(number, str(label), filled, outline)

    def _states_anew(self, first: int, end: int) -> bool:
        """Whether lines between two tables state what the head of the sheet does not."""
        width = range(len(self.grid.rows[0]) if self.grid.rows else 0)

        def texts(rows: range) -> set[str]:
            cells = (self.grid.at(row, column) for row in rows for column in width)
            return {fold_name(str(cell)) for cell in cells if not is_blank(cell)}

        head = texts(range(self.header.top))
        return any(STATEMENT.search(text) for text in texts(range(first, end)) - head)

    def _ignored(self, label: str) -> bool:
        return any(rule.fullmatch(fold_name(label)) for rule in self.layout.ignore_rows)

    def _read_row(self, number: int, text: str, filled: list[int], outline: Outline) -> None:
        if self.panel.by_region:
            self._read_region(number, text, filled)
            return
        label = outline.place(text, has_figures=bool(filled) or self._is_item(number, text))
        if not filled or self._ignored(text):
            return
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
            period, span = self._row_period(number)
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
        for column in filled:
            self._read_cell(row, column)

    def _is_item(self, number: int, text: str) -> bool:
        """Whether a row without figures is a known item left blank, and heads no group."""
        if self._beside(number, "unit") is None:
            return False
        label = Outline().place(text, has_figures=True)
        return not label.parent and isinstance(self.labels.take_apart(label.text), Match)

    def _read_region(self, number: int, text: str, filled: list[int]) -> None:
        region = region_named(text, self.collector)
        if region is None:
            self._note(number, text, reason="不是本工作区的地区")
            return
        self._note(number, text, region.name_zh, period=str(self.time.period or ""))
        for column in filled:
            self._read_cell(Row(number, None, "", None, "", region), column)

    def _read_cell(self, row: Row, number: int) -> None:
        column, token = self.columns[number], self.grid.at(row.number, number)
        rule = column.rule
        indicator = column.indicator or (row.match.indicator if row.match else None)
        if indicator is None:
            return
        is_none = says_nothing(token)
        address = cell_address(row.number, number)
        try:
            slot = self._slot(row, number, column, indicator, address)
        except IntakeError as error:
            if not is_none:
                self.collector.refuse(
                    error.message, error.remedy, sheet=self.grid.sheet, cell=address
                )
            return
        if rule.role == "level" and slot.measure == "level" and indicator.kind == "growth_only":
            if not is_none:
                self.collector.refuse(
                    f"{indicator.name_zh} 只发布增速，“{self.header.texts[number]}”列却有数 {token}",
                    "请把增速填在增长列；绝对量不采用",
                    sheet=self.grid.sheet,
                    cell=address,
                )
            return
        self.collector.read(token, slot)

    def _slot(
        self, row: Row, number: int, column: FigureColumn, indicator: Indicator, address: str
    ) -> Slot:
        rule, match = column.rule, row.match
        text = self.header.texts[number]
        if (rule.role == "reduction") != indicator.is_reduction and rule.role != "level":
            raise IntakeError(
                f"{indicator.name_zh} 与列名“{text}”的正负方向不一致",
                "降低率以正数表示降低；请改正列名，或换成方向一致的数",
            )
        measure = "level" if rule.role == "level" else "yoy"
        form: str = "value" if measure == "level" else rule.form
        unit = _one_unit(row.unit, column.unit, indicator) if measure == "level" else row.unit
        if match and match.base:
            measure, form, unit = _by_base(match, measure, indicator, unit)
        period, span, not_before = self._time_of(row, number, column, indicator)
        if measure == "level" and not unit:
            unit = self.sheet_unit
        if rule.role != "level":
            unit = rule.unit or column.unit or unit
        return Slot(
            indicator,
            measure,
            span,
            period,
            unit,
            self.grid.sheet,
            address,
            form,
            row.published or self.published,
            row.region,
            measure == "yoy" and self._among_indices(number),
            not_before,
        )

    def _time_of(
        self, row: Row, number: int, column: FigureColumn, indicator: Indicator
    ) -> tuple[Period, str, dt.date | None]:
        """Return a cell's period and span, and the day before which it was not known."""
        rule, match = column.rule, row.match
        text, not_before = self.header.texts[number], self.not_before
        span = row.span if rule.span == "period" else rule.span
        if match and match.rule:
            span = _agreed_span(match.rule, rule, span, text)
        stated = row.period or self.time.period
        if not span and (indicator.span == "point" or indicator.kind == "index"):
            span = indicator.span
        if not span or stated is None:
            raise IntakeError(
                f"{indicator.name_zh}：列名“{text}”没有说是当月还是累计",
                "请把列名写成“本月”或“本月止累计”，或写明时期，如 2024年1-9月",
            )
        if match:
            check_base(match, span)
        if match and match.time:
            own = self._lagged(match, stated, row.period or any(stated_in(text, rule)))
            if own != stated:
                # Nothing on the sheet was known before the end of what it is about.
                not_before, stated = max(not_before or stated.end, stated.end), own
        period, span = period_for(indicator, stated, span, rule.per or _per(stated))
        if row.period is None and not (match and match.time):
            self._refuse_too_early(indicator, period, row)
        refuse_split_january(indicator, period, span, self.grid.at(row.number, number))
        return period, span, not_before

    @staticmethod
    def _lagged(match: Match, stated: Period, settled: object) -> Period:
        """Return the period of a row whose name states one: 营业收入（1-8月） among 1-9月."""
        own = own_period(match, stated)
        if own is None or own.end == stated.end:
            return stated
        if settled:
            raise IntakeError(
                f"{match.indicator.name_zh} 的名称说的是 {own}，列名或时期说的是 {stated}",
                "请改正其中之一",
            )
        return own

    def _refuse_too_early(self, indicator: Indicator, period: Period, row: Row) -> None:
        """Refuse a lagged indicator in a report that came out before its own release.

        The report on nine months carries the eight months of services (错月指标).
        """
        day = row.published or self.published or self.collector.delivery.published
        if not indicator.lag_months or day is None:
            return
        due = assumed_release(indicator, period)
        if day < due - dt.timedelta(days=EARLY_DAYS):
            raise IntakeError(
                f"{indicator.name_zh} 是错月指标，{period} 的数要到 {due} 前后才有，"
                f"{day} 发布的表里多半是上一月的数",
                f"请在名称后写明它的时期，如 {indicator.name_zh}（1-8月）；确是本期的也请写明",
            )

    def _among_indices(self, column: int) -> bool:
        if column not in self.forms:
            rows = range(self.header.bottom + 1, len(self.grid.rows))
            self.forms[column] = looks_like_indices(self.grid.at(row, column) for row in rows)
        return self.forms[column]

    def _row_unit(self, number: int, match: Match) -> str:
        column = self.panel.beside("unit")
        stated = self.grid.at(number, column) if column is not None else None
        unit = "" if is_blank(stated) else str(stated).strip()
        if unit and match.unit and normalise_unit(unit) != normalise_unit(match.unit):
            raise IntakeError(
                f"{match.indicator.name_zh} 的名称写 {match.unit}，单位列写 {unit}",
                "请改正其中之一",
                cell=cell_address(number, column or 0),
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
        stated = self.grid.at(number, column) if column is not None else None
        if is_blank(stated):
            return None
        day = stated_day(stated)
        if day is None:
            raise IntakeError(
                f"发布日期“{stated}”不是一个日子；这一行没有读",
                "请写成 2024-10-22",
                cell=cell_address(number, column or 0),
            )
        return day

    def _beside(self, number: int, role: str) -> str | None:
        column = self.panel.beside(role)
        value = self.grid.at(number, column) if column is not None else None
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
    as_ytd = parse_period(text, year=year, default_span="ytd")
    as_single = parse_period(text, year=year, default_span="single")
    return as_ytd.period, as_ytd.span if as_ytd.span == as_single.span else ""


def region_named(text: str, collector: Collector) -> Region | None:
    """Return the workspace's region of a name such as ``西　　安``, if it is one."""
    name = fold_name(text)
    for region in collector.delivery.regions:
        short = region.name_zh[:-1] if len(region.name_zh) > 2 else region.name_zh
        if name in (region.name_zh, short, region.code):
            return region
    return None


def _per(period: Period) -> str:
    return "quarter" if period.frequency == "Q" else ""


def _one_unit(row: str, column: str, indicator: Indicator) -> str:
    if row and column and normalise_unit(row) != normalise_unit(column):
        raise IntakeError(
            f"{indicator.name_zh} 这一行的单位是 {row}，列名写的是 {column}", "请改正其中之一"
        )
    return row or column


def _by_base(match: Match, measure: str, indicator: Indicator, unit: str) -> tuple[str, str, str]:
    """Return measure, form and unit of a label that states an index base."""
    if measure == "yoy":
        raise IntakeError(
            f"{indicator.name_zh} 的名称说是指数（{match.base}），列名说是增速", "请改正其中之一"
        )
    if unit and normalise_unit(unit) != normalise_unit(match.base):
        raise IntakeError(
            f"{indicator.name_zh} 的名称说是指数（{match.base}），单位却是 {unit}", "请改正其中之一"
        )
    if indicator.kind == "index":
        return "level", "value", match.base
    return "yoy", "index", "%"


def _agreed_span(label: ReportColumn, column: ReportColumn, span: str, text: str) -> str:
    same_kind = (label.role == "level") == (column.role == "level") or label.role == "level"
    if not same_kind:
        raise IntakeError(f"名称说的是增速，列名“{text}”说的是绝对量", "请把增速填在增长列")
    if label.span in ("left", "", "period"):
        return span
    if span and span != label.span:
        raise IntakeError(f"名称与列名“{text}”说的口径不同（累计、当月）", "请改正其中之一")
    return label.span
