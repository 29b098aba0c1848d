"""Series: periods in rows, indicators in columns, at places that a layout names."""

from __future__ import annotations

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.periods import Period, parse_period
from lianhu_analysis.errors import IntakeError, PeriodError, UsageError
from lianhu_analysis.intake.grids.grid import Grid, cell_address, column_number
from lianhu_analysis.intake.reading.figures import (
    Collector,
    Slot,
    is_blank,
    period_for,
    refuse_split_january,
)
from lianhu_analysis.intake.reading.layouts import (
    SeriesColumn,
    SeriesLayout,
    SeriesSheet,
    SeriesTable,
    fold_header,
)

__all__ = ["find_sheets", "read_series", "table_faults"]


def find_sheets(
    grids: tuple[Grid, ...], layout: SeriesLayout
) -> tuple[list[tuple[Grid, SeriesSheet]], list[str]]:
    """Return each described sheet with its grid, and a line for each that is absent."""
    by_name = {fold_header(grid.sheet): grid for grid in grids}
    found, faults = [], []
    for sheet in layout.sheets:
        if grid := by_name.get(fold_header(sheet.name)):
            found.append((grid, sheet))
        else:
            names = "、".join(f"“{grid.sheet}”" for grid in grids)
            faults.append(f"没有名为“{sheet.name}”的工作表，文件里有 {names}")
    return found, faults


def table_faults(grid: Grid, table: SeriesTable) -> list[tuple[str, str]]:
    """Return address and wording of every header that is not where it should be."""
    expected = [(table.period_column, table.period_header)]
    expected += [(column.column, column.header) for column in table.columns]
    faults = []
    for letters, header in expected:
        row, column = table.header_row - 1, column_number(letters)
        found = grid.at(row, column)
        if fold_header(found) != fold_header(header):
            seen = "空白" if is_blank(found) else f"“{found}”"
            faults.append((cell_address(row, column), f"应为列名“{header}”，实为{seen}"))
    return faults


def read_series(grid: Grid, sheet: SeriesSheet, catalogue: Catalogue, collector: Collector) -> None:
    """Read one sheet; a table whose headers have moved is refused as a whole."""
    for table in sheet.tables:
        faults = table_faults(grid, table)
        for address, message in faults:
            collector.refuse(
                message,
                "这张表没有读。请核对原表是否改了版式；确实改了，请改版式说明",
                sheet=grid.sheet,
                cell=address,
            )
        if not faults:
            _read_table(grid, table, catalogue, collector)


def _read_table(grid: Grid, table: SeriesTable, catalogue: Catalogue, collector: Collector) -> None:
    wanted = [column for column in table.columns if not column.skip]
    period_column = column_number(table.period_column)
    for row in range(table.header_row, len(grid.rows)):
        stated = grid.at(row, period_column)
        filled = [c for c in wanted if not is_blank(grid.at(row, column_number(c.column)))]
        if not filled:
            continue
        try:
            if is_blank(stated):
                raise PeriodError("没有写时期")
            period = parse_period(stated, default_span="ytd").period
        except PeriodError as error:
            collector.refuse(
                f"{error}；这一行没有读",
                "请改正这一格的时期",
                sheet=grid.sheet,
                cell=cell_address(row, period_column),
            )
            continue
        for column in filled:
            _read_cell(grid, row, period, column, catalogue, collector)


def _read_cell(
    grid: Grid,
    row: int,
    stated: Period,
    column: SeriesColumn,
    catalogue: Catalogue,
    collector: Collector,
) -> None:
    number = column_number(column.column)
    address = cell_address(row, number)
    try:
        indicator = catalogue.get(column.indicator)
        period, span = period_for(indicator, stated, column.span)
        if column.january == "refuse":
            refuse_split_january(indicator, period, span, grid.at(row, number))
    except UsageError as error:
        collector.refuse(str(error), "请改正版式说明的 indicator", sheet=grid.sheet, cell=address)
        return
    except IntakeError as error:
        collector.refuse(error.message, error.remedy, sheet=grid.sheet, cell=address)
        return
    slot = Slot(
        indicator, column.measure, span, period, column.unit, grid.sheet, address, column.form
    )
    collector.read(grid.at(row, number), slot)
