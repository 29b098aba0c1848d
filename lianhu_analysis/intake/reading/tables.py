"""Tables into observations and problems: one reader for every table."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, floor

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.structure import COUNTING_UNITS, load_structure
from lianhu_analysis.catalog.units import normalise_unit
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid, cell_address
from lianhu_analysis.intake.reading.around import Around, read_around, title_indicator
from lianhu_analysis.intake.reading.blocks import STUBS, Sheet, is_blank, is_value
from lianhu_analysis.intake.reading.cells import is_number
from lianhu_analysis.intake.reading.figures import (
    POINTS,
    Collector,
    Neighbours,
    Slot,
    neighbours,
    refuse_january,
    says_nothing,
)
from lianhu_analysis.intake.reading.heads import OF_LEFT, RANKS, Heads, read_heads
from lianhu_analysis.intake.reading.meaning import (
    CHANGES,
    ColumnMeaning,
    Row,
    at_odds,
    understand,
    unit_fits,
)
from lianhu_analysis.intake.reading.notes import ColumnNote, TableNote
from lianhu_analysis.intake.reading.outline import Item, decimals, outline, read_line
from lianhu_analysis.intake.reading.place import HIDDEN, Place
from lianhu_analysis.intake.reading.remarks import MARKS, Figure, Remark, differs, remarks_in
from lianhu_analysis.intake.reading.rows import REMARKS, RowReader
from lianhu_analysis.intake.reading.statements import is_statement, stated_day
from lianhu_analysis.intake.reading.times import Axis, find_when
from lianhu_analysis.intake.reading.words import YEAR, Facets, Grammar, Said, fold, is_unit
from lianhu_analysis.workspace import Region

__all__ = ["read_sheet"]

IN_PERCENT = "增减额不入库；确是增速的，请写成带百分号的数，另报新文件"
EXAMPLE = re.compile("示?例|样例|范例")
EARLIER = re.compile(rf"[上去]年|同期|基[数期]|{YEAR}")
# What a rate is called; 同比 alone may be a change.
RATE = re.compile("[增幅率速长涨]")
# A change that is so far from the growth that the same amounts make is none by chance, in points.
CLEARLY = HALF = 0.5
MOST_OF_PLAN = 5
# Levels of government that share a revenue; taxes that they share in any case.
STATE = re.compile("中央|上划|国税|[#:]地方级|留成")
SHARED = re.compile("中央|上划|国税|地税|地方|留成|[省市区县]本?级")
SHARED_TAXES = frozenset({"fis.tax", "fis.vat", "fis.cit"})
# Trade and its two parts, and by how little these may miss it.
TRADE, MOSTLY = ("opn.trade", "opn.export", "opn.import"), 0.9
# By which a part may exceed its whole: 建筑业 counts its services with 第二产业, and roundings.
A_LITTLE = 1.02


def read_sheet(
    sheet: Sheet, grammar: Grammar, collector: Collector, book: Region | None = None
) -> None:
    """Read every table of a sheet into the collector.

    Parameters
    ----------
    book
        Whom the workbook is about, where a sheet does not say.
    """
    above: Around | None = None
    for table in sheet.tables:
        for part, panels in table.parted(grammar):
            try:
                around = read_around(part, grammar, collector.delivery, book, above)
            except IntakeError as error:
                cell = part.titles[0][0] if part.titles else "A1"
                collector.refuse(error, sheet=sheet.grid.sheet, cell=cell)
                continue
            for panel in panels:
                note = TableNote(part, unit=around.unit)
                _PanelReader(part, panel, around, grammar, collector, note).read()
            above = around
    if sheet.headless:
        why = f"{sheet.headless} 起有数却没有表头" if sheet.tables else _no_head(sheet.grid)
        cure = "请报送在数的上一行写明列名（如“指标名称、计量单位、本月止累计、同比增长（%）”）的新文件"
        collector.refuse(IntakeError(why, cure), sheet=sheet.grid.sheet, cell=sheet.headless)


def _no_head(grid: Grid) -> str:
    texts = [str(c) for row in grid.rows[:4] for c in row if isinstance(c, str) and c.strip()][:6]
    seen = f"看到的是：{'、'.join(text[:30] for text in texts)}" if texts else "看到的是空白"
    return f"没有认出表头，这张工作表没有读；{seen}"


@dataclass
class _PanelReader(Place):
    """Reads one of the tables side by side, row by row."""

    published: dict[int, dt.date | None] = field(default_factory=dict)
    metadata: set[int] = field(default_factory=set)
    title: Indicator | None = None
    whole: Indicator | None = None
    beside: dict[int, Neighbours] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)
    read_rows: Mapping[int, Row] = field(default_factory=dict)
    heads: Heads = field(init=False)
    rows: RowReader = field(init=False)

    def read(self) -> None:
        """Read heads, then rows; whatever is not read is told."""
        self.collector.tables.append(self.note)
        try:
            self._refuse_hidden_names()
            self.heads = read_heads(self, self._metadata())
            if self.heads.columns:
                self.rows = RowReader(self, self.heads)
                self._note_heads()
                self._find_title()
                self._read_rows()
        except IntakeError as error:
            self.refuse(error, self.table.top, 0)

    def _refuse_hidden_names(self) -> None:
        stub = [n for role, found in self.panel.stub.items() if role != "unit" for n in found]
        if hidden := [n for n in stub if n in self.grid.hidden_columns]:
            why = "名称所在的列是隐藏的，这张表没有读"
            cure = "请报送取消了隐藏的新文件"
            raise IntakeError(why, cure, cell=cell_address(self.table.top, hidden[0]))

    def _metadata(self) -> dict[int, str]:
        """Read rows between head and figures that describe the columns: 单位, 更新时间."""
        units: dict[int, str] = {}
        column = self.panel.first("period")
        column = self.panel.first("name") if column is None else column
        for row in self.body if column is not None else ():
            first = self.grid.at(row, column or 0)
            what = self.grammar.metadata(first)
            self.metadata |= {row} if what else set()
            for n in (c.number for c in self.panel.columns):
                if what == "unit" and not is_blank(cell := self.grid.at(row, n)):
                    units[n] = str(cell).strip()
                elif what == "published":
                    self.published[n] = stated_day(self.grid.at(row, n) or "")
        return units

    def _find_title(self) -> None:
        """Find the indicator of title or sheet where neither rows nor columns name one."""
        by_region = "region" in self.panel.stub
        if not {"name", "region", "period", "span"} & self.panel.stub.keys():
            self._refuse_nameless()
        named = "name" in self.panel.stub and not self.is_nameless
        named |= any(c.indicator for c in self.heads.columns)
        said = self.table.titles
        if not self.heads.scope:  # ranks have a column of their own
            said = [(cell, RANKS.sub("", text)) for cell, text in said]
        self.whole = title_indicator(said, self.grid.sheet, self.grammar)
        if not named or by_region:
            self.title = self.whole
        if named or self.title is not None or self._sections:
            return
        titles = (text for _, text in reversed(self.table.titles) if not is_statement(text))
        seen = next(titles, self.grid.sheet)
        what = "各行是地区，" if by_region else "行和列名都没有写指标名称，"
        why = f"{what}标题“{seen.strip()[:40]}”说的不是目录中的指标；这张表没有读"
        cure = "不收的不必处理；要收的，请把标题的写法加入指标目录的 aliases"
        cell = cell_address(self.table.top, self.heads.columns[0].column.number)
        raise IntakeError(why, cure, cell=cell, skipped=True)

    @cached_property
    def _sections(self) -> dict[int, tuple[Indicator, str]]:
        """Return the indicator that a line above rows of regions names, and its unit, by row."""
        found: dict[int, tuple[Indicator, str]] = {}
        last: tuple[Indicator, str] | None = None
        for row in self.body if "region" in self.panel.stub else ():
            text = self.text(row, self.panel.first("region") or 0)
            if self._filled(row) and last is None:
                return {}
            if self._filled(row) and last:
                found[row] = last
            elif text.strip() and not self.grammar.is_note(text):
                said = self.grammar.read(read_line(text).text)
                unit = said.facets.unit
                plain = Said(Facets(unit=unit), names=said.names, named=said.named)
                if said.indicator is None or said != plain:
                    return {}
                last = (said.indicator, unit)
        return found

    def _refuse_nameless(self) -> None:
        """Refuse several rows that nothing tells apart, as a list of 责任单位."""
        rows = [r for r in self.body if r not in self.grid.hidden_rows and self._filled(r)]
        if len(rows) > 1:
            why = "各行没有写明是什么指标、地区或时期，这张表没有读"
            cell = cell_address(rows[0], self.heads.columns[0].column.number)
            raise IntakeError(why, "请报送写明各行名称的新文件", cell=cell)

    # ---- rows

    def _read_rows(self) -> None:
        items = self._items()
        labels = outline(items, self.heads.scope)
        titles = [fold(text) for _, text in self.table.titles]
        pattern = self.grammar.vocabulary.lines["contexts"]
        contexts = [found for text in titles for found in pattern.findall(text)]
        contexts = [] if "外币" in "".join(titles) else contexts
        if self.whole is not None:
            contexts.append(self.whole.name_zh)  # 批发和零售业 below 地区生产总值
        units = {item.line.text: self.grammar.read(item.line.text).facets.unit for item in items}
        rows: dict[int, Row] = {}
        for item in items:
            if item.has_figures:
                label = labels[item.row]
                whole = not (label.groups or label.is_part or label.is_member)
                label = label._replace(parents=(*label.parents, *(contexts if whole else ())))
                if (row := self.rows.read(item.row, label, units)) is not None:
                    rows[item.row] = row
        self.read_rows = rows
        full = {row.figure for n, row in rows.items() if row.is_named(labels[n].text)}
        for number, row in rows.items():
            text = labels[number].text
            if row.figure in full and row.indicator and not row.is_named(text):
                # 一般公共预算收入 beside 地方一般公共预算收入 is all that is collected in a place.
                why = f"“{text}”与同一张表里的“{row.indicator.name_zh}”不是一个数，没有读"
                cure = "不收的不必处理；是同一个指标的，请报送只留一行的新文件"
                column = self.panel.first("name") or 0
                self.refuse(IntakeError(why, cure, skipped=True), number, column)
            else:
                self._read_cells(number, row)

    def _items(self) -> list[Item]:
        """Return the rows of the body that are read or open a group, in order."""
        names = self.panel.stub.get("name", [])
        rates = self.around.facets.measure or self.around.unit == "%"
        of_amounts = [c for c in self.heads.columns if not (c.is_growth or c.facets.fact or rates)]
        levels = [c.column.number for c in of_amounts if c.facets.unit != "%"]
        items: list[Item] = []
        for number in self.body:
            texts = [self.text(number, n) for n in names]
            label = next((text for text in reversed(texts) if text.strip()), "")
            filled = self._filled(number)
            if names and filled and not label.strip():
                label = str(self.merged(number, names[-1]) or self._above(number, names[-1]))
            if not self._is_read(number, label, filled):
                continue
            if not filled and label.strip():
                self._tell_unread(number, label)
            has_values = any(is_value(self.grid.at(number, n)) for n in filled)
            if not has_values and any(i.has_figures for i in items) and self._restates(number):
                break
            whole = self._of(number, label, names, items) if filled else ""
            if len(names) > 1 and texts[0].strip() and texts[-1].strip() and filled:
                # The first of several name columns heads a group for the rows below it.
                items.append(Item(-number - 1, read_line(texts[0]), False))
            if whole:
                label = f"{whole}{label.strip()}"
            if filled and names and not label.strip():
                why = "这一行有数却没有指标名称"
                self.refuse(IntakeError(why, "请报送填写了指标名称的新文件"), number, filled[0])
                if self._heads_anew(number, filled):
                    break
                continue
            values = (self.grid.at(number, n) for n in levels)
            amounts = tuple(float(v) if is_number(v) else None for v in values) if filled else ()
            items.append(Item(number, read_line(label), bool(filled), amounts))
        if self.hidden:
            column = names[0] if names else self.heads.columns[0].column.number
            why = f"这张表有 {len(self.hidden)} 行是隐藏的，没有读"
            self.refuse(IntakeError(why, HIDDEN, skipped=True), self.hidden[0], column)
        return items

    def _heads_anew(self, number: int, filled: Sequence[int]) -> bool:
        """Refuse the rest of a table below a row that changes a head or two: 1-8月 over 累计."""
        texts = [text for n in filled if not is_value(text := self.text(number, n))]
        said = [self.grammar.read(text) for text in texts]
        if not any(one.parts or one.facets.span or one.facets.nothing for one in said):
            return False
        why = f"表中间另有列名“{texts[0].strip()[:40]}”，以下各行没有读"
        cure = "请报送在它下面再写一次整行表头、或分成两张工作表的新文件"
        self.refuse(IntakeError(why, cure), number, filled[0])
        return True

    def _tell_unread(self, number: int, label: str) -> None:
        """Tell of an indicator whose only figure stands in a column that is not read: 比重, 平均."""
        left = [c for c in self.panel.columns if is_number(self.grid.at(number, c.number))]
        if left and self.grammar.read(label).indicator and not self.hidden:
            why = f"“{label.strip()}”的数在列“{left[0].text}”里，这一列没有读"
            cure = "不收的不必处理；要收的，请报送把它写在数值列的新文件"
            self.refuse(IntakeError(why, cure, skipped=True), number, left[0].number)

    def _above(self, number: int, name: int) -> str:
        """Return the name right above a blank one, where another span stands beside it.

        Not where names stand below their first row.
        """
        spans = self.panel.stub.get("span", [])
        here, above = ([self.text(row, n) for n in spans] for row in (number, number - 1))
        told = all((*here, *above, self.text(self.body.start, name)))
        return self.text(number - 1, name) if told and here != above else ""

    def _of(self, number: int, label: str, names: Sequence[int], items: Sequence[Item]) -> str:
        """Return the name on the left of 增速, or right above it if that is no part."""
        bare = self.grammar.read(label)
        if not (bare.facets.measure and bare.is_nameless):
            return ""
        if len(names) > 1:
            return str(self.merged(number, names[0]) or "")
        if bare.facets.measure == "level":
            return ""  # 增加值 below 总产值 is no growth of it
        above = self.text(number - 1, names[0]) if names and number > self.body.start else ""
        line, said = read_line(above), self.grammar.read(above)
        whole = items and items[-1].row == number - 1 and (said.names or said.left)
        return above if whole and not (line.is_part or line.indent or line.is_marker) else ""

    def _filled(self, number: int) -> list[int]:
        numbers = (c.column.number for c in self.heads.columns)
        return [n for n in numbers if not is_blank(self.grid.at(number, n))]

    def _is_read(self, number: int, label: str, filled: Sequence[int]) -> bool:
        """Whether a row is neither empty nor a note, and can be read."""
        if number in self.metadata or not (filled or label.strip()):
            return False
        first = next((c for c in self.grid.rows[number] if not is_blank(c)), "")
        if self.grammar.is_note(label or str(first)) or EXAMPLE.fullmatch(str(first).strip()):
            return False
        if number in self.grid.hidden_rows:
            self.hidden += [number] if filled else []
            return False
        return not self._spills_over(number) if filled else self.grammar.role(label) != "name"

    def _spills_over(self, number: int) -> bool:
        """Refuse a row of a CSV that has more fields than its head: they have shifted."""
        if self.grid.sheet or all(map(is_blank, self.grid.rows[number][self._width :])):
            return False
        why = "这一行的列数多于表头，数可能错了位，没有读"
        cure = "含逗号的文字和千分位要用双引号括起来，请另报新文件"
        self.refuse(IntakeError(why, cure), number, 0)
        return True

    @cached_property
    def _width(self) -> int:
        """Return how many columns are headed."""
        panels = self.table.panels
        headed = [c.number for panel in panels for c in panel.columns if c.text]
        stubs = [n for panel in panels for found in panel.stub.values() for n in found]
        return max(headed + stubs) + 1

    def _restates(self, number: int) -> bool:
        """Refuse the rest of a table below a line that states another time, unit or day."""
        cells = [str(c) for c in self.grid.rows[number] if not is_blank(c)]
        known = {fold(text) for _, text in self.table.titles}
        line = cells[0]
        if fold(line) in known or (len(cells) > 1 and not is_statement(line)):
            return False
        said = self.grammar.read(line)
        timed = any(p.year for p in said.parts) or bool(said.years and said.parts)
        if not timed and not (is_statement(line) and re.search("单位|发布|公布", line)):
            return False
        below = self.grid.rows[number + 1 : self.table.end]
        if any(is_value(cell) for row in below for cell in row):
            why = f"表中间另有标题、单位或发布日期“{line.strip()[:40]}”，以下各行没有读"
            cure = "请报送在它下面再写一次表头、或分成两张工作表的新文件"
            self.refuse(IntakeError(why, cure), number, 0)
        return True

    @cached_property
    def _zeros_to_come(self) -> set[tuple[int, int]]:
        """Return the cells of last periods that are all 0, after others that are not: a template's."""
        columns, rows = self.heads.columns, [r for r in self.body if r not in self.grid.hidden_rows]
        lines = [
            (part, [(row, c.column.number) for c in columns])
            for row, part in self.rows.periods.items()
        ] or [(c.part, [(row, c.column.number) for row in rows]) for c in columns if c.part]
        zeros: set[tuple[int, int]] = set()
        for _, cells in sorted(lines, key=lambda line: line[0].period.end, reverse=True):
            filled = {place for place in cells if not is_blank(self.grid.at(*place))}
            if any(self.grid.at(*place) not in (0, "0") for place in filled):
                return zeros if len(zeros) > 1 else set()
            zeros |= filled
        return set()

    @cached_property
    def _merged_over_others(self) -> set[tuple[int, int]]:
        """Return the cells of figures that are merged over other columns, or rows of other names."""
        stub = [n for role in STUBS for n in self.panel.stub.get(role, [])]
        columns = {c.column.number for c in self.heads.columns}
        return {
            (top, left)
            for top, left, bottom, right in self.grid.merged
            if any(self.text(row, n).strip() for row in range(top + 1, bottom + 1) for n in stub)
            or len(columns.intersection(range(left, right + 1))) > 1
        }

    @cached_property
    def _units(self) -> set[str]:
        """Return the units of amounts that stand beside the rows."""
        column = self.panel.first("unit")
        texts = [self.text(row, column) for row in self.body] if column is not None else []
        return {normalise_unit(text) for text in texts if is_unit(text)} - set(CHANGES)

    @cached_property
    def _axis(self) -> Axis:
        rows = tuple(self.rows.periods.values()) if "period" in self.panel.stub else ()
        alone = bool(rows) and len(self.panel.stub) == 1
        return Axis(self.heads, rows, self.around.facets.span, self.delivery.span, alone)

    # ---- cells

    def _read_cells(self, place: int, row: Row) -> None:
        for column in self.heads.columns:
            number = column.column.number
            if is_blank(token := self.grid.at(place, number)):
                continue
            try:
                if (place, number) in self._merged_over_others:
                    why = "这一格合并了几行或几列，说不清是哪一格的数，还是合在一起的"
                    raise IntakeError(why, "请报送取消了合并、每格各写各的数的新文件")
                self.collector.take(token, self._slot(place, row, column, token))
            except IntakeError as error:
                # A sign for no figure may stand where there can be none.
                if error.remedy and not says_nothing(token):
                    error.skipped |= bool(column.facets.fact)
                    self.refuse(error, place, number)

    def _slot(self, place: int, row: Row, column: ColumnMeaning, token: object) -> Slot:
        around, delivery, number = self.around, self.delivery, column.column.number
        unit = around.unit or delivery.unit
        others = (u for u in self._units - {unit} if row.indicator and unit_fits(u, row.indicator))
        if not row.unit and any(others):
            unit = ""  # 亿元 above a table, 万元 beside other rows of it
        title = self.title
        if title is None and place in self._sections:
            title, own_unit = self._sections[place]
            unit = own_unit or unit
        indicator, meaning = understand(
            row, column, around.facets, title, unit, self.heads.by_growth
        )
        earliest = min(filter(None, (delivery.day, around.not_before)), default=None)
        day = row.published or around.published or self._handed(earliest)
        when = find_when(indicator, meaning, column, row, self._axis, day)
        if meaning.fact == "plan" and meaning.unit != "%" and number in self._small_plans:
            why = f"{indicator.name_zh}：{self._small_plans[number]} 不到已完成数的五分之一，像是增速的目标"
            raise IntakeError(why, "是增速的，请把列名写成“增速目标（%）”，另报新文件")
        if meaning.measure == "yoy" and not meaning.fact:
            self._refuse_change(place, column, indicator)
        joint = meaning.joint and when.period.frequency == "M" and when.period.number == 2
        span = "ytd" if joint else when.span
        refuse_january(indicator, when.period, span, token)
        if indicator.kind == "growth_only" and meaning.measure == "level" and not meaning.fact:
            why = f"{indicator.name_zh} 只发布增速，“{column.text}”列却有数 {str(token)[:20]}"
            cure = "绝对量不采用；是增速的，请报送填在增长列的新文件"
            raise IntakeError(why, cure)
        region = column.region
        if column.whole and meaning.fact in ("", "plan", "plan_share"):
            region = delivery.of_whole(column.whole, f"列名“{column.text}”")
        published = row.published or self.published.get(number) or around.published
        may_come = published or meaning.fact == "plan" or (delivery.published and not earliest)
        known = earliest or when.period.end
        if not may_come and when.period.end > known:
            why = f"{indicator.name_zh}：{known} 交付时 {when.period} 还没有结束，不可能有这个数"
            cure = "还没有到的时期不必处理；交付日期写错的，请在 delivery.toml 写明 published"
            raise IntakeError(why, cure)
        region = row.region or region or around.region
        # 全口径 and 地方级 of a revenue have one name; other parts that are too large are a slip.
        of_revenue = meaning.measure == "level" and indicator.code.startswith("fis.")
        if of_revenue and (whole := self._exceeded(row, number, indicator.code)):
            why = f"{indicator.name_zh}：{str(token)[:20]} 比同一列的{whole}还大，说的不会是它的一部分"
            raise IntakeError(why, "请核对两者的口径（如全口径、地方级），另报新文件")
        # Growth beside 合计 is of all levels, too.
        revenue = indicator.code.startswith("fis.") and not meaning.fact
        if revenue and (level := self._level_of(column, indicator.code)):
            why = f"{indicator.name_zh}：旁边另有“{level}”，这一列说的可能是各级合计"
            raise IntakeError(why, "不收的不必处理；要收的，请报送只有地方级的新文件", skipped=True)
        if self._falls_short(row, indicator.code):
            why = f"{indicator.name_zh}：与另一部分合计远不到同一列的总额，说的只是其中一部分"
            raise IntakeError(why, "请核对口径（如一般贸易、民营企业），另报新文件")
        if not meaning.fact:
            self._refuse_by_notes(
                place,
                column,
                Figure(
                    indicator,
                    meaning._replace(lag=row.facets.lag),
                    span,
                    when.period,
                    region,
                ),
            )
        of_table = bool(unit) and not (row.unit or row.inherited or column.facets.unit)
        return Slot(
            indicator,
            meaning.measure,
            span,
            when.period,
            meaning.unit,
            self.grid.sheet,
            cell_address(place, number),
            meaning.form,
            published,
            region,
            self._neighbours(place, number) if meaning.measure == "yoy" else None,
            max(filter(None, (around.not_before, when.reported)), default=None),
            meaning.fact,
            (place, number) in self._zeros_to_come,
            of_table and meaning.measure == "level" and load_structure().is_total(indicator),
        )

    def _handed(self, earliest: dt.date | None) -> dt.date | None:
        """Return the day of a delivery; a sheet made before says nothing that was known later."""
        handed = self.delivery.published
        return min(handed, earliest) if handed and earliest else handed

    @cached_property
    def _in_percent(self) -> set[int]:
        """Return the columns of which some cell writes its own %."""
        numbers = (column.number for column in self.panel.columns)
        return {n for n in numbers if any(self.text(r, n).endswith("%") for r in self.body)}

    @cached_property
    def _earlier(self) -> tuple[list[int], list[int]]:
        """Return the columns, and the rows, that are not read and say that they are of last year."""
        read = {c.column.number for c in self.heads.columns}
        name = self.panel.first("name") or 0
        columns = [c.number for c in self.panel.columns if EARLIER.search(c.text)]
        rows = [row for row in self.body if EARLIER.search(self.text(row, name))]
        return [n for n in columns if n not in read], [r for r in rows if r not in self.read_rows]

    def _refuse_change(self, row: int, column: ColumnMeaning, indicator: Indicator) -> None:
        """Refuse what is no growth but the change from an amount beside it: 9 of 190 and 181."""
        own = column.column.number
        growth = self.grid.at(row, own)
        in_points = column.facets.unit == POINTS or indicator.kind == "rate"
        if not is_number(growth) or not growth or in_points:
            return
        in_percent = {column.facets.unit, self.around.unit} & set(CHANGES)
        told = column.facets.sure or in_percent
        if not in_percent and indicator.unit in ("天", "无量纲"):
            why = f"{indicator.name_zh}：{growth:g} 没有写 %，说不清是增速还是增减数"
            raise IntakeError(why, IN_PERCENT)
        if not told and own in self._in_percent:
            why = f"{indicator.name_zh}：同一列别的数写有 %，{growth:g} 没有写，说不清是增速还是增减额"
            raise IntakeError(why, IN_PERCENT)
        whole = not in_percent and indicator.unit in COUNTING_UNITS and float(growth).is_integer()
        if whole and (changes := self._changes_of_counts.get(own)):
            raise IntakeError(f"{indicator.name_zh}：{changes}", IN_PERCENT)
        if column.is_growth:
            before = [(row, n) for n in self._earlier[0]]
            now = [(row, c.column.number) for c in self.heads.columns]
        else:  # the row is of growth, and its amounts stand above it
            before = [(n, own) for n in self._earlier[1]]
            now = [(n, own) for n in self.read_rows] if before else []
        for place, other in itertools.product(now, before):
            one, base = self.grid.at(*place), self.grid.at(*other)
            if not (is_number(one) and is_number(base) and base):
                continue
            change = round(float(one) - float(base), decimals(growth)) == growth
            if change and abs((one / base - 1) * 100 - growth) > CLEARLY:
                where = cell_address(*other)
                why = f"{indicator.name_zh}：{growth:g} 正是与 {where} 的 {base:g} 之差，不像增速"
                raise IntakeError(why, IN_PERCENT)

    @cached_property
    def _changes_of_counts(self) -> dict[int, str]:
        """Return columns whose whole numbers beside counts are no growth, and why."""
        amounts = [c for c in self.heads.columns if not (c.is_growth or c.facets.fact)]
        counted = [
            n
            for n, row in self.read_rows.items()
            if row.indicator and row.indicator.unit in COUNTING_UNITS
        ]
        found: dict[int, str] = {}
        for column in (c.column for c in self.heads.columns if c.is_growth):
            number = column.number
            told = [
                (row, float(n))
                for row in counted
                if is_number(n := self.grid.at(row, number)) and n
            ]
            whole = [(row, n) for row, n in told if n.is_integer()]
            for row, growth in whole:
                cells = (self.grid.at(row, c.column.number) for c in amounts)
                counts = [float(cell) for cell in cells if is_number(cell)]
                if counts and not any(_may_have_grown(count, growth) for count in counts):
                    where = cell_address(row, number)
                    why = f"{where} 的 {growth:g} 不会是 {counts[-1]:g} 的增速，这一列像是增减数"
                    found.setdefault(number, why)
            if 1 < len(whole) == len(told) and not RATE.search(column.text):
                found.setdefault(number, "列名没有写 %，数又都是整数，说不清是增速还是增减数")
        return found

    def _exceeded(self, row: Row, column: int, code: str) -> str:
        """Return the whole that a part is larger than, or that its own whole is: 税收收入 of 80 of 31."""
        whole_of, amounts = load_structure().wholes, self._amounts
        key = _same_amounts(row, column)
        for whole in whole_of(code):
            one, all_of_it = amounts.get((code, *key)), amounts.get((whole, *key))
            if one is not None and all_of_it is not None and one > all_of_it * A_LITTLE > 0:
                return self.grammar.catalogue.get(whole).name_zh
            if all_of_it is not None and (outer := self._exceeded(row, column, whole)):
                return outer
        return ""

    def _level_of(self, column: ColumnMeaning, code: str) -> str:
        """Return the column of one level of government beside one of all of them: 合计, 中央级."""
        # 增值税(地方留成) is a tax of its own, and no level of another.
        others = (c.text for c in self.panel.columns if not self.grammar.read(c.text).names)
        # 全市 beside 市级 and 区县级 is all of what is the city's.
        levels = SHARED if code in SHARED_TAXES and not column.whole else STATE
        found = (text for text in others if levels.search(text))
        return "" if levels.search(column.text) else next(found, "")

    def _falls_short(self, row: Row, code: str) -> bool:
        """Whether exports and imports of a table are only those of a part of its trade."""
        for column in self.heads.columns if code in TRADE[1:] else ():
            key = _same_amounts(row, column.column.number)
            whole, *parts = (self._amounts.get((one, *key), 0.0) for one in TRADE)
            if all(parts) and sum(parts) < whole * MOSTLY:
                return True
        return False

    @cached_property
    def _amounts(self) -> dict[tuple[object, ...], float]:
        """Return the amounts of the rows that are read, by indicator and whose and when they are."""
        columns = [
            c.column.number for c in self.heads.columns if not (c.is_growth or c.facets.fact)
        ]
        return {
            (row.indicator.code, *_same_amounts(row, n)): float(cell)
            for number, row in self.read_rows.items()
            for n in columns
            if row.indicator and is_number(cell := self.grid.at(number, n))
        }

    @cached_property
    def _small_plans(self) -> dict[int, str]:
        """Return columns of plans, with a cell, that say 6 where 512.3 are done: of growth."""
        columns = self.heads.columns
        found: dict[int, str] = {}
        for plan, done in itertools.product(columns, columns):
            amounts = not (done.is_growth or done.facets.fact)
            if plan.facets.fact == "plan" and amounts and done.facets.unit == plan.facets.unit:
                for row in self.read_rows:
                    its, other = (self.grid.at(row, c.column.number) for c in (plan, done))
                    if is_number(its) and is_number(other) and other > its * MOST_OF_PLAN > 0:
                        found.setdefault(plan.column.number, cell_address(row, plan.column.number))
        return found

    def _refuse_by_notes(self, place: int, column: ColumnMeaning, figure: Figure) -> None:
        """Refuse a figure of which a note, or a remark beside it, says something else."""
        head = cell_address(self.table.bottom, column.column.number)
        of_heads = [Remark(head, "增速", column.text)] if "美元" in column.text else []
        # What is said of an amount holds for its growth on the right.
        before = [m for m in self.heads.columns if m.column.number < column.column.number]
        columns = [column, *(before[-1:] if column.left else ())]
        comments = [said for one in columns for said in self._comments(place, one)]
        remarks = (*self.around.notes, *self._remarks(place), *comments, *of_heads)
        if not remarks:
            return
        beside = (self.text(place, n) for role in STUBS for n in self.panel.stub.get(role, []))
        heads = (m.text for m in columns)
        tokens = (self.text(place, m.column.number) for m in columns)
        shown = " ".join((*heads, *tokens, *beside, *self.captions))
        figure = figure._replace(shown=fold(shown.translate(MARKS)))
        for remark in remarks:
            if differs(remark, figure, self.grammar):
                name, text = figure.indicator.name_zh, remark.text
                raise at_odds(f"{name}：{remark.cell or '表外'} 的注说是{text}，表中说的不同")

    @cached_property
    def _of_remarks(self) -> list[int]:
        return [c.number for c in self.panel.columns if fold(c.text) in REMARKS]

    def _remarks(self, row: int) -> Iterator[Remark]:
        """Yield what 备注 beside a row says of it."""
        for number in self._of_remarks:
            if text := self.text(row, number).strip():
                yield from self._said(cell_address(row, number), text)

    @cached_property
    def _commented(self) -> dict[str, str]:
        return dict(self.grid.comments)

    def _comments(self, row: int, column: ColumnMeaning) -> Iterator[Remark]:
        """Yield what comments on a figure, its head or its name say of it."""
        if not self._commented:
            return
        stub = (n for numbers in self.panel.stub.values() for n in numbers)
        own = (cell_address(row, n) for n in (column.column.number, *stub))
        for cell in (*own, *(cell for cell, _ in column.column.cells)):
            if text := self._commented.get(cell):
                yield from self._said(cell, text)

    def _said(self, cell: str, text: str) -> Iterator[Remark]:
        """Yield what a text says of the one figure that it is about."""
        said, clauses = self.grammar.read(text), list(remarks_in(cell, text, self.grammar))
        alone = not (said.left or said.facets.fact in OF_LEFT)
        yield from (remark._replace(of="") for remark in clauses)
        if alone and not clauses:
            yield Remark(cell, "", fold(text))

    def _neighbours(self, row: int, column: int) -> Neighbours:
        """Return what the growth figures of the same series or column look like."""
        across = "name" in self.panel.stub and len({p.period for p in self.heads.parts}) > 2
        series = -1 - row if across else column
        if series not in self.beside:
            cells = (
                [self.grid.at(row, c.number) for c in self.panel.columns]
                if across
                else [self.grid.at(r, column) for r in self.body]
            )
            self.beside[series] = neighbours(cells, one_indicator=self.title is not None)
        return self.beside[series]

    # ---- notes

    def _note_heads(self) -> None:
        time, top = self.heads.time, self.table.top
        self.note.period = str(time.period or time.year or "")
        self.note.published = str(self.around.published or "")
        stub = [(n, role) for role, numbers in self.panel.stub.items() for n in numbers]
        for n, role in stub:
            self.note.columns.append(ColumnNote(cell_address(top, n), self.text(top, n), role))
        for m in self.heads.columns:
            period = m.part.period if m.part and m.part.year else time.period
            self.note.columns.append(
                ColumnNote(
                    cell_address(top, m.column.number),
                    m.text,
                    m.facets.fact or ("growth" if m.is_growth else "level"),
                    indicator=m.indicator.code if m.indicator else "",
                    measure="yoy" if m.is_growth else "level",
                    span=m.says_span,
                    period=str(period or ""),
                    unit=m.facets.unit,
                    form=(m.facets.form or "percent") if m.is_growth else "",
                )
            )


def _same_amounts(row: Row, column: int) -> tuple[object, ...]:
    """Return what two amounts must share to be compared as they stand."""
    said, when = row.facets, (row.part, row.named, row.span, row.per)
    unit = row.unit or said.unit or row.inherited
    return (column, unit, said.measure, said.fact, row.region, *when)


def _may_have_grown(count: float, growth: float) -> bool:
    """Whether a count may have grown by so many percent, rounded, from a whole number."""
    if growth < -100:
        return False
    least, most = (count / (1 + (growth + half) / 100) for half in (HALF, -HALF))
    return not 0 < least < most or floor(most) >= ceil(least)
