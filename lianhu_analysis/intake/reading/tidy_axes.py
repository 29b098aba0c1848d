"""Tables of periods against indicators, either way round, known by their names."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field, replace

from lianhu_analysis.catalog.indicators import Catalogue, fold_name
from lianhu_analysis.catalog.periods import Period, parse_period
from lianhu_analysis.catalog.units import normalise_unit
from lianhu_analysis.errors import IntakeError, PeriodError
from lianhu_analysis.intake.problems import Refusal
from lianhu_analysis.intake.reading.axes import (
    Axes,
    Stated,
    axes_time,
    axis_period,
    find_axes,
    is_unit_header,
    metadata_of,
)
from lianhu_analysis.intake.reading.figures import (
    POINTS,
    Collector,
    Slot,
    hidden_columns,
    hidden_rows,
    is_blank,
    period_for,
    refuse_split_january,
    says_nothing,
)
from lianhu_analysis.intake.reading.growth_forms import looks_like_indices
from lianhu_analysis.intake.reading.labels import (
    Label,
    LabelReader,
    Match,
    Outline,
    check_base,
    label_reader,
    own_period,
    read_line,
)
from lianhu_analysis.intake.reading.layouts import AxesLayout, ReportColumn, fold_header
from lianhu_analysis.intake.reading.notes import ColumnNote, RowNote, TableNote
from lianhu_analysis.intake.reading.sheet_time import SheetTime
from lianhu_analysis.intake.reading.statements import head_lines, stated_day
from lianhu_analysis.intake.reading.tidy_report import Head, read_head
from lianhu_analysis.intake.reading.workbook import Grid, cell_address

__all__ = ["read_axes"]

TITLE_SPANS = {"累计": "ytd", "当[月季期]|单[月季]": "single"}
TITLE_GROWTH = ReportColumn("growth", ())


def read_axes(grid: Grid, layout: AxesLayout, catalogue: Catalogue, collector: Collector) -> None:
    """Read every table of a sheet into the collector."""
    try:
        tables = find_axes(grid, layout, collector.delivery)
        first = tables[0].top if tables else 0
        time = axes_time(grid, collector.delivery, first)
        head = read_head(grid, head_lines(grid, 0, first), layout, collector)
    except IntakeError as error:
        collector.refuse(error.message, error.remedy, sheet=grid.sheet, cell=error.cell or "A1")
        return
    delivery = collector.delivery
    labels = label_reader(catalogue, layout, delivery.region, delivery.regions)
    for table in tables:
        area = f"{cell_address(table.top, table.corner)}:{cell_address(len(grid.rows) - 1, table.columns[-1])}"
        note = TableNote(
            grid.sheet, layout.name, area, published=str(head.published or ""), unit=head.unit
        )
        collector.tables.append(note)
        reader = _AxesReader(grid, layout, table, labels, head, time, collector, note)
        if layout.kind == "across":
            reader.read_across()
        else:
            reader.read_down()


@dataclass
class _AxesReader:
    grid: Grid
    layout: AxesLayout
    table: Axes
    labels: LabelReader
    head: Head
    time: SheetTime
    collector: Collector
    note: TableNote
    units: dict[int, str] = field(default_factory=dict)
    days: dict[int, dt.date | None] = field(default_factory=dict)
    forms: dict[int, bool] = field(default_factory=dict)
    _axis: tuple[Stated, ...] | None = None

    def __post_init__(self) -> None:
        self._title = _title_meaning(self.grid, self.head)

    def read_across(self) -> None:
        """Read labels downwards against the periods of the header."""
        columns = self._period_columns()
        unit_column = next(
            (
                n
                for n in range(self.table.corner + 1, len(self.grid.rows[self.table.top]))
                if is_unit_header(self.grid.at(self.table.top, n))
            ),
            None,
        )
        outline = Outline([(-1, text) for text in self.head.scope])
        for row in range(self.table.bottom + 1, len(self.grid.rows)):
            text = self.grid.at(row, self.table.corner)
            filled = [n for n in columns if not is_blank(self.grid.at(row, n))]
            if self._left_out(row, text, filled):
                continue
            if is_blank(text):
                self._refuse("这一行有数却没有指标名称", "请填写指标名称", row, filled[0])
                continue
            label = outline.place(read_line(str(text)), has_figures=bool(filled))
            if not filled:
                continue
            match = self.labels.read(label)
            if not isinstance(match, Match):
                self._refuse(match.message, match.remedy, row, self.table.corner)
                self._row_note(row, str(text), label.full_path, None, "", match.message)
                continue
            stated = self.grid.at(row, unit_column) if unit_column is not None else None
            unit = "" if is_blank(stated) else str(stated).strip()
            self._row_note(row, str(text), label.full_path, match, unit)
            for column in filled:
                self._read_cell(row, column, match, columns[column], unit)

    def read_down(self) -> None:
        """Read periods downwards against the labels of the header."""
        matches = self._label_columns()
        for row in range(self.table.bottom + 1, len(self.grid.rows)):
            stated = self.grid.at(row, self.table.corner)
            filled = [n for n in matches if not is_blank(self.grid.at(row, n))]
            if metadata_of(stated, self.layout) or self._left_out(row, stated, filled):
                continue
            try:
                if is_blank(stated):
                    raise PeriodError("没有写时期")
                period = self._stated(stated)
            except PeriodError as error:
                if filled:
                    self._refuse(
                        f"{error}；这一行没有读", "请改正这一格的时期", row, self.table.corner
                    )
                continue
            for column in filled:
                self._read_cell(row, column, matches[column], period, self.units.get(column, ""))

    def _left_out(self, row: int, text: object, filled: list[int]) -> bool:
        if not filled and is_blank(text):
            return True
        if any(rule.match(fold_name(str(text))) for rule in self.layout.ignore_rows):
            return True
        if row in hidden_rows(self.grid):
            if filled:
                self._refuse("这一行是隐藏的，没有读", "请取消隐藏；不要的行请删去", row, filled[0])
            return True
        spare = self.grid.rows[row][self.table.columns[-1] + 1 :] if not self.grid.sheet else ()
        if filled and any(not is_blank(cell) for cell in spare):
            self._refuse(
                "这一行的列数多于表头，数可能错了位，没有读",
                "含逗号的文字和千分位要用双引号括起来",
                row,
                self.table.corner,
            )
            return True
        return False

    def _period_columns(self) -> dict[int, Stated]:
        found: dict[int, Stated] = {}
        for column in self.table.columns:
            text = self.grid.at(self.table.top, column)
            try:
                found[column] = self._stated(text)
            except PeriodError as error:
                self._refuse(f"{error}；这一列没有读", "请改正列名", self.table.top, column)
        repeated = Counter(found.values())
        for column, stated in list(found.items()):
            fault = ""
            if repeated[stated] > 1:
                fault = f"时期 {stated.period} 有不止一列"
            elif column in hidden_columns(self.grid):
                fault = "这一列是隐藏的"
            if fault:
                self._refuse(
                    f"{fault}，没有读", "请核对后删去多余的列或取消隐藏", self.table.top, column
                )
                del found[column]
            self.note.columns.append(
                ColumnNote(
                    cell_address(self.table.top, column),
                    fold_header(self.grid.at(self.table.top, column)),
                    "period",
                    span=stated.span,
                    period=str(stated.period),
                    reason=fault,
                )
            )
        return found

    def _label_columns(self) -> dict[int, Match]:
        found: dict[int, Match] = {}
        for column in self.table.columns:
            text = self._header_text(column)
            if not text:
                continue
            address = cell_address(self.table.top, column)
            unit = self._metadata_text(column, "unit")
            match = self._beside_left(column, found) or self._by_name(text)
            reason = ""
            if column in hidden_columns(self.grid):
                reason, remedy = "这一列是隐藏的", "请取消隐藏；不要的列请删去"
            elif not isinstance(match, Match):
                refusal = match or self.labels.read(
                    Outline().place(read_line(text), has_figures=True)
                )
                if isinstance(refusal, Match):
                    reason, remedy = "名称拆不开", "请改正名称"
                else:
                    reason, remedy = refusal.message, refusal.remedy
            elif match.rule is not None and match.rule.role == "ignore":
                self._column_note(address, text, match, unit, match.rule.reason or "不读")
                continue
            if reason or not isinstance(match, Match):
                self.collector.refuse(
                    f"{reason}；这一列没有读", remedy, sheet=self.grid.sheet, cell=address
                )
                self.note.columns.append(ColumnNote(address, text, "", reason=reason))
                continue
            found[column] = match
            self.units[column] = unit
            self.days[column] = stated_day(self._metadata_text(column, "published"))
            self._column_note(address, text, match, unit)
        meanings = Counter(_meaning(match) for match in found.values())
        for column, match in list(found.items()):
            if meanings[_meaning(match)] > 1:
                self._refuse(
                    f"列名“{self._header_text(column)}”的意思有不止一列，没有读",
                    "请写明各列的口径",
                    self.table.top,
                    column,
                )
                del found[column]
        return found

    def _beside_left(self, column: int, found: dict[int, Match]) -> Match | None:
        """Return a growth that says only 累计增速: it is of the amount right before it.

        So it is only where each of them stands right of an amount, one to one.
        """
        columns = [n for n in self.table.columns if self._header_text(n)]
        bare = {n: rule for n in columns if (rule := self._bare_growth(n))}
        if column not in bare:
            return None
        before = dict(zip(columns[1:], columns, strict=False))
        if any(before.get(n) is None or before[n] in bare for n in bare):
            return None
        left = found.get(before[column])
        if left is None or (left.rule is not None and left.rule.role != "level"):
            return None
        rule = bare[column]
        span = left.rule.span if rule.span == "left" and left.rule else rule.span
        return Match(left.indicator, rule=replace(rule, span=span), region=left.region)

    def _by_name(self, text: str) -> Match | Refusal | None:
        match = self.labels.take_apart(text)
        if isinstance(match, Match) and self.head.scope:
            label = Label(text, self.head.scope)
            return self.labels.group_fault(label, match.indicator) or match
        return match

    def _bare_growth(self, column: int) -> ReportColumn | None:
        text = fold_header(self._header_text(column))
        for rule in self.layout.columns:
            if rule.role == "growth" and any(p.fullmatch(text) for p in rule.headers):
                return rule
        return None

    def _header_text(self, column: int) -> str:
        rows = range(self.table.top, self.table.bottom + 1)
        homes: dict[tuple[int, int], str] = {}
        for row in rows:
            home = next(
                (
                    (top, left)
                    for top, left, bottom, right in self.grid.merged
                    if top <= row <= bottom and left <= column <= right
                ),
                (row, column),
            )
            value = self.grid.at(*home)
            homes[home] = "" if is_blank(value) else str(value).strip()
        parts = list(homes.values())
        if len(parts) > 1 and not parts[0] and any(parts):
            return f"（上格空白）{''.join(parts)}"
        return "".join(parts)

    def _metadata_text(self, column: int, what: str) -> str:
        for row in range(self.table.bottom + 1, min(self.table.bottom + 12, len(self.grid.rows))):
            if metadata_of(self.grid.at(row, self.table.corner), self.layout) == what:
                value = self.grid.at(row, column)
                return "" if is_blank(value) else str(value).strip()
        return ""

    def _stated(self, text: object) -> Stated:
        found = axis_period(
            text,
            self.time,
            self.layout,
            from_1904=bool(getattr(self.grid, "dates_from_1904", False)),
        )
        if found is None:
            parse_period(text, year=self.time.year)  # says what is wrong
            raise PeriodError(f"“{text}”没有写年份")
        return found

    def _read_cell(self, row: int, column: int, match: Match, stated: Stated, unit: str) -> None:
        token = self.grid.at(row, column)
        address = cell_address(row, column)
        try:
            slot = self._slot(match, stated, unit, address, token)
            if slot.measure == "yoy":
                slot = slot._replace(among_indices=self._among_indices(row, column))
            if self.days.get(column):
                slot = slot._replace(published=self.days[column])
        except IntakeError as error:
            if not says_nothing(token):
                self.collector.refuse(
                    error.message, error.remedy, sheet=self.grid.sheet, cell=address
                )
            return
        self.collector.read(token, slot)

    def _among_indices(self, row: int, column: int) -> bool:
        across = self.layout.kind == "across"
        series = row if across else column
        if series not in self.forms:
            cells = (
                [self.grid.at(row, n) for n in self.table.columns]
                if across
                else [
                    self.grid.at(n, column)
                    for n in range(self.table.bottom + 1, len(self.grid.rows))
                ]
            )
            self.forms[series] = looks_like_indices(cells)
        return self.forms[series]

    def _slot(self, match: Match, stated: Stated, unit: str, address: str, token: object) -> Slot:
        indicator, rule = match.indicator, match.rule
        title = self._title
        if rule is None and title and title[0] == "yoy":
            rule = replace(TITLE_GROWTH, span=title[1])  # type: ignore[arg-type]
            if unit not in ("", "%", POINTS):
                raise IntakeError(
                    f"标题说是增速，{indicator.name_zh} 的单位却是 {unit}", "请改正其中之一"
                )
        measure = "yoy" if rule and rule.role in ("growth", "reduction") else "level"
        if rule is None and indicator.kind == "growth_only":
            measure = "yoy"  # its name itself says 增速
        form = rule.form if rule and measure == "yoy" else "percent"
        if rule and (rule.role == "reduction") != indicator.is_reduction and measure == "yoy":
            raise IntakeError(f"{indicator.name_zh} 与名称的正负方向不一致", "请改正名称")
        unit = _agreed_unit(unit, match, measure)
        if match.base:
            if measure == "yoy" and rule and rule.role == "growth":
                raise IntakeError(
                    f"{indicator.name_zh} 既写指数（{match.base}）又写增速", "请改正其中之一"
                )
            if indicator.kind != "index":
                measure, form, unit = "yoy", "index", "%"
        if measure == "level" and indicator.kind == "growth_only":
            raise IntakeError(f"{indicator.name_zh} 只发布增速", "请报增速；绝对量不采用")
        span = self._span(match, rule, stated)
        check_base(match, span)
        own = own_period(match, stated.period)
        if own is not None and own.end != stated.period.end:
            raise IntakeError(
                f"{indicator.name_zh} 的名称说的是 {own}，时期是 {stated.period}", "请改正其中之一"
            )
        per = (rule.per if rule else "") or ("quarter" if stated.period.frequency == "Q" else "")
        period, span = period_for(indicator, stated.period, span, per)
        if match.merged_january and period.frequency == "M" and period.number == 2:
            span = "ytd"
        refuse_split_january(indicator, period, span, token)
        return Slot(
            indicator,
            measure,
            span,
            period,
            (unit or self.head.unit or self.layout.unit) if measure == "level" else unit,
            self.grid.sheet,
            address,
            "value" if measure == "level" else form,
            self.head.published,
            match.region,
        )

    def _span(self, match: Match, rule: ReportColumn | None, stated: Stated) -> str:
        said: str = rule.span if rule else ""
        said = "" if said in ("left", "period") else said
        if said and stated.span and stated.span not in (said, "annual"):
            raise IntakeError(
                f"{match.indicator.name_zh} 的名称与时期 {stated.period} 说的口径不同（累计、当期）",
                "请改正其中之一",
            )
        if match.indicator.span == "point":
            return "point"
        if match.indicator.kind == "index" and not said and not stated.span:
            return match.indicator.span
        span = said or stated.span or self.layout.span
        within_years = any(other.period.frequency != "A" for other in self._periods())
        if span == "annual" and within_years and match.indicator.frequency != "A":
            return "ytd"  # 全年 after 前三季度 is the year to date of its last quarter
        title = self._title
        if not span and title and title[0] == "level":
            span = title[1]
        if not span and self._begins_a_year_to_date(stated.period):
            span = "ytd"
        if not span:
            raise IntakeError(
                f"{match.indicator.name_zh} 没有说是当月还是累计",
                "请在名称中写明（如 _累计值、累计增长），或把时期写成 2024年1-9月，或在版式说明写 span",
            )
        return span

    def _begins_a_year_to_date(self, period: Period) -> bool:
        """Whether a first month or quarter stands on an axis of 上半年 and 1-9月 otherwise."""
        spans = {other.span for other in self._periods() if other.period.number != 1}
        return period.number == 1 and spans - {"annual"} == {"ytd"}

    def _periods(self) -> tuple[Stated, ...]:
        if self._axis is None:
            rows = self.grid.rows[self.table.bottom + 1 :]
            cells = (
                [self.grid.at(self.table.top, n) for n in self.table.columns]
                if self.layout.kind == "across"
                else [row[self.table.corner] for row in rows if self.table.corner < len(row)]
            )
            found = (axis_period(cell, self.time, self.layout) for cell in cells)
            self._axis = tuple(stated for stated in found if stated)
        return self._axis

    def _column_note(
        self, address: str, text: str, match: Match, unit: str, reason: str = ""
    ) -> None:
        rule = match.rule
        self.note.columns.append(
            ColumnNote(
                address,
                text,
                rule.role if rule else "level",
                match.indicator.code,
                "yoy" if rule and rule.role == "growth" else "level",
                rule.span if rule else "",
                unit=unit or match.unit or match.base,
                form=rule.form if rule and rule.role == "growth" else "",
                reason=reason,
            )
        )

    def _row_note(
        self, row: int, text: str, path: str, match: Match | None, unit: str, reason: str = ""
    ) -> None:
        self.note.rows.append(
            RowNote(
                cell_address(row, self.table.corner),
                text.strip(),
                path,
                match.indicator.code if match else "",
                match.indicator.name_zh if match else "",
                unit or (match.unit or match.base if match else ""),
                reason=reason,
            )
        )

    def _refuse(self, message: str, remedy: str, row: int, column: int) -> None:
        self.collector.refuse(
            message, remedy, sheet=self.grid.sheet, cell=cell_address(row, column)
        )


def _title_meaning(grid: Grid, head: Head) -> tuple[str, str] | None:
    """Return measure and span that the title or the sheet's name states for all figures."""
    text = re.sub(r"\s+", "", "".join((*head.titles, grid.sheet)))
    spans = {span for words, span in TITLE_SPANS.items() if re.search(words, text)}
    growth = bool(re.search("增长|增速|增幅|同比", text))
    if len(spans) != 1 or re.search("环比|指数|比重", text):
        return None
    return ("yoy" if growth else "level"), spans.pop()


def _agreed_unit(unit: str, match: Match, measure: str) -> str:
    stated = [text for text in (unit, match.unit) if text]
    if measure == "level" and match.base and match.indicator.kind == "index":
        stated.append(match.base)
    if measure == "level" and len({normalise_unit(text) for text in stated}) > 1:
        raise IntakeError(
            f"{match.indicator.name_zh} 的单位有两种写法：{'、'.join(stated)}", "请改正其中之一"
        )
    return stated[0] if stated else ""


def _meaning(match: Match) -> tuple[str, ...]:
    rule, region = match.rule, match.region
    return (
        match.indicator.code,
        rule.role if rule else "",
        rule.span if rule else "",
        region.code if region else "",
    )
