"""Reports: figures under headers that say what they are, tables above one another."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from lianhu_analysis.catalog.indicators import Catalogue, Indicator, fold_name
from lianhu_analysis.catalog.units import normalise_unit
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.figures import Collector, hidden_columns, is_blank, is_figure
from lianhu_analysis.intake.reading.labels import is_unit, label_reader
from lianhu_analysis.intake.reading.layouts import AxesLayout, ReportLayout
from lianhu_analysis.intake.reading.notes import TableNote
from lianhu_analysis.intake.reading.report_header import (
    Header,
    Panel,
    figure_columns,
    find_header,
    header_texts,
    role_of,
    stated_time,
)
from lianhu_analysis.intake.reading.report_rows import PanelReader
from lianhu_analysis.intake.reading.sheet_time import SheetTime, resolve_time, sheet_time
from lianhu_analysis.intake.reading.statements import (
    Line,
    days_in,
    head_lines,
    stated_day,
    statements,
)
from lianhu_analysis.intake.reading.titles import check_region, scope_of
from lianhu_analysis.intake.reading.workbook import Grid, cell_address

__all__ = ["Head", "read_head", "read_report"]


@dataclass(frozen=True)
class Head:
    """What the lines above a header say.

    Attributes
    ----------
    scope
        A title that narrows what the figures are about, such as 区属.
    not_before
        The latest other day written above the header (制表日期): the sheet was not
        known before it, whatever day the calendar assumes.
    """

    published: dt.date | None
    unit: str
    scope: tuple[str, ...]
    titles: tuple[str, ...]
    not_before: dt.date | None = None


def read_report(
    grid: Grid, layout: ReportLayout, catalogue: Catalogue, collector: Collector
) -> None:
    """Read one sheet into the collector; a fault of a head refuses its table."""
    header = find_header(grid, layout)
    if header is None:
        collector.refuse(
            f"前 {layout.header_rows} 行中没有找到表头（要有“指标名称”列和至少一列“本月”“本月止累计”"
            f"“累计比上年同期增长”之类）；{_first_texts(grid)}",
            "请补上或改正表头；不是数据的工作表请写入版式说明的 ignore_sheets",
            sheet=grid.sheet,
        )
        return
    first_line, head = 0, None
    while header is not None:
        following = _next_header(grid, header, layout)
        end = _title_start(grid, following.top, header.bottom) if following else len(grid.rows)
        lines = head_lines(grid, first_line, header.top)
        try:
            by_region = any(panel.by_region for panel in header.panels)
            head = read_head(grid, lines, layout, collector, head, by_region=by_region)
            time = _time(grid, head, header, collector)
            _read_table(grid, header, end, head, time, layout, catalogue, collector)
        except IntakeError as error:
            cell = error.cell or (lines[0][0] if lines else "A1")
            collector.refuse(error.message, error.remedy, sheet=grid.sheet, cell=cell)
            if head is None:
                return
        first_line, header = end, following


def _read_table(
    grid: Grid,
    header: Header,
    end: int,
    head: Head,
    time: SheetTime,
    layout: ReportLayout,
    catalogue: Catalogue,
    collector: Collector,
) -> None:
    delivery = collector.delivery
    labels = label_reader(catalogue, layout, delivery.region, delivery.regions)
    for panel in header.panels:
        area = f"{cell_address(header.top, panel.name)}:{cell_address(end - 1, max(panel.columns))}"
        note = TableNote(
            grid.sheet,
            layout.name,
            area,
            str(time.period or ""),
            str(head.published or ""),
            head.unit,
        )
        collector.tables.append(note)
        if panel.name in hidden_columns(grid):
            collector.refuse(
                "名称所在的列是隐藏的，这张表没有读",
                "请取消隐藏后再交付",
                sheet=grid.sheet,
                cell=cell_address(header.top, panel.name),
            )
            continue
        indicator = _sheet_indicator(grid, layout, catalogue)
        if _is_headless(grid, header, panel, end, collector):
            continue
        columns = figure_columns(grid, header, panel, time, labels, collector, note, indicator)
        PanelReader(
            grid,
            header,
            panel,
            columns,
            head.scope,
            head.published,
            head.unit,
            time,
            layout,
            labels,
            collector,
            note,
            head.not_before,
        ).read(header.bottom + 1, end)


def _sheet_indicator(grid: Grid, layout: ReportLayout, catalogue: Catalogue) -> Indicator | None:
    codes = [
        code for pattern, code in layout.sheet_indicators.items() if pattern.fullmatch(grid.sheet)
    ]
    return catalogue.get(codes[0]) if codes else None


def _is_headless(grid: Grid, header: Header, panel: Panel, end: int, collector: Collector) -> bool:
    """Refuse a table with figures under no header: its headers may have shifted.

    A CSV's rows that are too long are refused one by one.
    """
    width = max((len(row) for row in grid.rows[header.top : end]), default=0)
    starts = sorted(other.name for other in header.panels if other.name > panel.name)
    last = starts[0] if starts else (width if grid.sheet else max(header.texts) + 1)
    for column in range(panel.name + 1, last):
        if column in header.texts:
            continue
        for row in range(header.bottom + 1, end):
            value = grid.at(row, column)
            if is_figure(value):
                collector.refuse(
                    "这一列有数却没有列名，列名可能错了位，这张表没有读",
                    "请补上列名，或删去多余的数",
                    sheet=grid.sheet,
                    cell=cell_address(row, column),
                )
                return True
    return False


def _next_header(grid: Grid, header: Header, layout: ReportLayout) -> Header | None:
    """Return the next header below that is not the same one on another printed page."""
    depth = header.bottom - header.top
    for row in range(header.bottom + 1, len(grid.rows)):
        if not any(role_of(grid.at(row, panel.name), layout) for panel in header.panels):
            continue
        if header_texts(grid, row, row + depth)[0] == header.raw:
            continue
        found = find_header(grid, layout, row)
        if found and found.top == row:
            return found
    return None


def _title_start(grid: Grid, top: int, above: int) -> int:
    """Return the first of the lines right above a header that hold no figures."""
    row = top
    while row - 1 > above and _is_line(grid.rows[row - 1]):
        row -= 1
    return row


def _is_line(row: tuple[object, ...]) -> bool:
    filled = [cell for cell in row if not is_blank(cell)]
    return all(isinstance(cell, str) for cell in filled) and len(filled) <= 2


def _time(grid: Grid, head: Head, header: Header, collector: Collector) -> SheetTime:
    delivery = collector.delivery
    time = sheet_time(head.titles, grid.sheet, delivery.file, delivery.folders, delivery.period)
    time = resolve_time(time, *stated_time(header, header.panels))
    if time.period is None and not any(panel.beside("period") for panel in header.panels):
        raise IntakeError(
            "标题没有写明年份和时期",
            '请在标题中写明（如 2024年1—9月），或在 delivery.toml 写 period = "2024-09"',
        )
    return time


def read_head(
    grid: Grid,
    lines: list[Line],
    layout: ReportLayout | AxesLayout,
    collector: Collector,
    inherited: Head | None = None,
    *,
    by_region: bool = False,
) -> Head:
    """Read the lines above a header.

    Parameters
    ----------
    inherited
        The head of the table above it on the same sheet.
    by_region
        Whether each row of the table names its region.

    Raises
    ------
    IntakeError
        If they name another region, two units, or a day of publication that is none.
    """
    lines = [
        (address, text)
        for address, text in lines
        if not any(rule.fullmatch(fold_name(text)) for rule in layout.ignore_rows)
    ]
    delivery = collector.delivery
    for address, text in [*lines, ("", grid.sheet)]:
        check_region(text, delivery.region, delivery.regions, address, rows_name_theirs=by_region)
    texts = [text for _, text in lines]
    scope = tuple(text.strip() for text in [*texts, grid.sheet] if scope_of(text))
    published = _published(lines, layout)
    unit = _sheet_unit(lines, layout)
    days = [day for text in texts for day in days_in(text)]
    if inherited is None:
        return Head(published, unit, scope, tuple(texts), max(days, default=None))
    # A table without a title of its own stands under the sheet's.
    titles = tuple(texts) if any(re.search(r"\d{4}\s*年|\d月", text) for text in texts) else ()
    return Head(
        published or inherited.published,
        unit or inherited.unit,
        scope or inherited.scope,
        titles or inherited.titles,
        max([*days, *([inherited.not_before] if inherited.not_before else [])], default=None),
    )


def _first_texts(grid: Grid) -> str:
    found = [str(cell) for row in grid.rows[:3] for cell in row if not is_blank(cell)][:6]
    return f"看到的是：{'、'.join(found)}" if found else "看到的是空白"


def _published(lines: list[Line], layout: ReportLayout | AxesLayout) -> dt.date | None:
    for address, piece in _pieces(lines, layout.published):
        found = layout.published.search(piece)
        stated = found[1].strip() if found else ""
        day = stated_day(stated)
        if day is None:
            raise IntakeError(
                f"发布日期“{stated}”不是一个日子" if stated else "发布日期没有填写",
                "请写成 2024-10-22",
                cell=address,
            )
        return day
    return None


def _pieces(lines: list[Line], wanted: re.Pattern[str]) -> list[Line]:
    """Return the statements of some lines that a pattern knows, with or without a value."""
    found = []
    for address, text in lines:
        folded = unicodedata.normalize("NFKC", text)
        pieces = [piece for piece in statements(folded) if wanted.search(f"{piece}?")]
        if not pieces and wanted.search(folded):
            pieces = [folded]
        found += [(address, piece) for piece in pieces]
    return found


def _sheet_unit(lines: list[Line], layout: ReportLayout | AxesLayout) -> str:
    """Return the one unit that stands above a header; 填报单位 names an office.

    Raises
    ------
    IntakeError
        If there are two.
    """
    known: dict[str, str] = {}
    others = []
    for address, piece in _pieces(lines, layout.sheet_unit):
        text = re.sub(r"\s+", "", piece)
        if (found := layout.sheet_unit.search(text)) is None:
            continue
        if unit := _unit_of_amounts(found[1]):
            known.setdefault(unit, address)
        elif layout.sheet_unit.match(text):
            others.append(found[1])
    if len(known) > 1:
        raise IntakeError(
            f"表头上方写了不止一个单位：{'、'.join(known)}",
            "请在“计量单位”列逐行写明，或只留一个",
            cell=list(known.values())[1],
        )
    return next(iter([*known, *others]), "")


def _unit_of_amounts(text: str) -> str:
    """Return a declared unit, without the % beside it: 亿元、%."""
    if is_unit(text):
        return normalise_unit(text)
    parts = [part for part in re.split("[、,，/和]", text) if part not in ("%", "％")]
    return normalise_unit(parts[0]) if len(parts) == 1 and is_unit(parts[0]) else ""
