"""Grids and a layout description into observations and problems."""

from __future__ import annotations

from collections.abc import Sequence

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.figures import Collector, Delivery, Reading
from lianhu_analysis.intake.reading.layouts import Layout, ReportLayout, SeriesLayout
from lianhu_analysis.intake.reading.report_header import find_header
from lianhu_analysis.intake.reading.tidy_report import read_report
from lianhu_analysis.intake.reading.tidy_series import find_sheets, read_series, table_faults
from lianhu_analysis.intake.reading.workbook import Grid

__all__ = ["choose_layout", "tidy_grids"]


def choose_layout(grids: tuple[Grid, ...], layouts: Sequence[Layout]) -> Layout:
    """Return the first layout that recognises a workbook.

    Raises
    ------
    IntakeError
        Saying for each layout what it expected and what it found.
    """
    reasons = []
    for layout in layouts:
        reason = _mismatch(grids, layout)
        if not reason:
            return layout
        reasons.append(f"{layout.name}：{reason}")
    raise IntakeError(
        "没有一种版式认得这个工作簿。" + "；".join(reasons),
        "请按其中一种改正表头，或在 layouts 文件夹写一份版式说明（见 docs/intake.md）",
    )


def tidy_grids(
    grids: tuple[Grid, ...], layout: Layout, catalogue: Catalogue, delivery: Delivery
) -> Reading:
    """Read every sheet of a workbook by one layout.

    Whatever sheet, column, row or cell is not read is a problem of the result.
    """
    collector = Collector(delivery)
    wanted = [grid for grid in grids if not _ignored(grid, layout) and not _is_empty(grid)]
    for grid in [grid for grid in wanted if not grid.visible]:
        collector.refuse(
            "工作表是隐藏的，没有读",
            "请取消隐藏；不是数据的，请删去或写入版式说明的 ignore_sheets",
            sheet=grid.sheet,
        )
    shown = tuple(grid for grid in wanted if grid.visible)
    if isinstance(layout, ReportLayout):
        for grid in shown:
            read_report(grid, layout, catalogue, collector)
    else:
        _tidy_series(shown, layout, catalogue, collector)
    return collector.result()


def _tidy_series(
    grids: tuple[Grid, ...], layout: SeriesLayout, catalogue: Catalogue, collector: Collector
) -> None:
    found, faults = find_sheets(grids, layout)
    for fault in faults:
        collector.refuse(fault, "请把工作表改回原名；确实改了名的，请改版式说明")
    for grid, sheet in found:
        read_series(grid, sheet, catalogue, collector)
    described = {grid.sheet for grid, _ in found}
    for grid in grids:
        if grid.sheet not in described:
            collector.refuse(
                f"版式说明 {layout.name} 没有提到这张工作表，没有读",
                "请在版式说明中补上，或写入 ignore_sheets",
                sheet=grid.sheet,
            )


def _mismatch(grids: tuple[Grid, ...], layout: Layout) -> str:
    shown = tuple(g for g in grids if g.visible and not _is_empty(g) and not _ignored(g, layout))
    if isinstance(layout, ReportLayout):
        if any(find_header(grid, layout) for grid in shown):
            return ""
        return f"各工作表前 {layout.header_rows} 行都没有“指标名称”加“本月”“本月止累计”之类的表头"
    found, faults = find_sheets(shown, layout)
    faults += [
        f"{grid.sheet}!{address} {message}"
        for grid, sheet in found
        for table in sheet.tables
        for address, message in table_faults(grid, table)
    ]
    return "；".join(faults[:3])


def _ignored(grid: Grid, layout: Layout) -> bool:
    return any(pattern.fullmatch(grid.sheet) for pattern in layout.ignore_sheets)


def _is_empty(grid: Grid) -> bool:
    return all(cell is None for row in grid.rows for cell in row)
