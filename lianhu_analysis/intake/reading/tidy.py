"""Grids and layout descriptions into observations and problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.axes import find_axes
from lianhu_analysis.intake.reading.figures import Collector, Delivery, Reading
from lianhu_analysis.intake.reading.layouts import (
    BUILT_IN,
    AxesLayout,
    Layout,
    ReportLayout,
    SeriesLayout,
)
from lianhu_analysis.intake.reading.report_header import find_header
from lianhu_analysis.intake.reading.tidy_axes import read_axes
from lianhu_analysis.intake.reading.tidy_report import read_report
from lianhu_analysis.intake.reading.tidy_series import find_sheets, read_series, table_faults
from lianhu_analysis.intake.reading.workbook import Grid

__all__ = ["Plan", "choose_layouts", "tidy_grids", "tidy_workbook"]


@dataclass(frozen=True)
class Plan:
    """Which layout reads which sheets, and what is to be told of the others."""

    parts: tuple[tuple[Layout, tuple[Grid, ...]], ...]
    problems: tuple[IntakeError, ...] = ()


def choose_layouts(
    grids: tuple[Grid, ...], layouts: Sequence[Layout], delivery: Delivery | None = None
) -> Plan:
    """Choose the layout of each sheet from what stands on it.

    A description of one workbook (``series``) that finds all its columns reads the
    sheets that it names.  Any other sheet is read by the one description that
    recognises it; the workspace's own come before the built-in ones.

    Raises
    ------
    IntakeError
        If no sheet is recognised, saying for each layout what it expected.
    """
    parts: list[tuple[Layout, tuple[Grid, ...]]] = []
    faults: list[IntakeError] = []
    reasons: list[str] = []
    left = tuple(grid for grid in grids if grid.visible and not _is_empty(grid))
    for layout in layouts:
        if isinstance(layout, SeriesLayout):
            if reason := _series_mismatch(left, layout):
                reasons.append(f"{layout.name}：{reason}")
                continue
            named = tuple(grid for grid, _ in find_sheets(left, layout)[0])
            parts.append((layout, named))
            left = tuple(g for g in left if g not in named and not _ignored(g, layout))
    open_layouts = [layout for layout in layouts if not isinstance(layout, SeriesLayout)]
    unknown: list[Grid] = []
    for grid in left:
        found = _candidates(grid, open_layouts, delivery)
        if len(found) > 1:
            names = "、".join(layout.name for layout in found)
            faults.append(
                IntakeError(
                    f"不止一种版式认得这张工作表：{names}，没有读",
                    "请在 delivery.toml 用 layout 写明其中之一",
                    sheet=grid.sheet,
                )
            )
        elif found:
            parts.append((found[0], (grid,)))
        elif not any(_ignored(grid, layout) for layout in open_layouts):
            unknown.append(grid)
    if not parts and not faults:
        raise IntakeError(
            "没有一种版式认得这个文件。" + "；".join([*reasons, *_expectations(open_layouts)]),
            "请按其中一种改正表头，或在 layouts 文件夹写一份版式说明（见 docs/intake.md）",
        )
    faults += [_unrecognised(grid) for grid in unknown]
    return Plan(tuple(parts), tuple(faults))


def tidy_workbook(
    grids: tuple[Grid, ...], layouts: Sequence[Layout], catalogue: Catalogue, delivery: Delivery
) -> Reading:
    """Read a workbook whose layout is not pinned, sheet by sheet."""
    plan = choose_layouts(grids, layouts, delivery)
    collector = Collector(delivery)
    for fault in plan.problems:
        collector.refuse(fault.message, fault.remedy, sheet=fault.sheet)
    ignoring: list[Layout] = [layout for layout in layouts if not isinstance(layout, SeriesLayout)]
    ignoring += [layout for layout, _ in plan.parts if isinstance(layout, SeriesLayout)]
    for grid in grids:
        told = grid.visible or _is_empty(grid)
        if not told and not any(_ignored(grid, layout) for layout in ignoring):
            _refuse_hidden(grid, collector)
    for layout, part in plan.parts:
        _read_part(part, layout, catalogue, collector)
    return collector.result()


def tidy_grids(
    grids: tuple[Grid, ...], layout: Layout, catalogue: Catalogue, delivery: Delivery
) -> Reading:
    """Read every sheet of a workbook by one layout.

    Whatever sheet, column, row or cell is not read is a problem of the result.
    """
    collector = Collector(delivery)
    wanted = [grid for grid in grids if not _ignored(grid, layout) and not _is_empty(grid)]
    for grid in [grid for grid in wanted if not grid.visible]:
        _refuse_hidden(grid, collector)
    shown = tuple(grid for grid in wanted if grid.visible)
    if isinstance(layout, SeriesLayout):
        _tidy_series(shown, layout, catalogue, collector)
    else:
        _read_part(shown, layout, catalogue, collector)
    return collector.result()


def _read_part(
    grids: tuple[Grid, ...], layout: Layout, catalogue: Catalogue, collector: Collector
) -> None:
    for grid in grids:
        if isinstance(layout, ReportLayout):
            read_report(grid, layout, catalogue, collector)
        elif isinstance(layout, AxesLayout):
            if find_axes(grid, layout, collector.delivery):
                read_axes(grid, layout, catalogue, collector)
            else:
                fault = _unrecognised(grid)
                collector.refuse(fault.message, fault.remedy, sheet=grid.sheet)
        else:
            for found, sheet in find_sheets((grid,), layout)[0]:
                read_series(found, sheet, catalogue, collector)


def _tidy_series(
    grids: tuple[Grid, ...], layout: SeriesLayout, catalogue: Catalogue, collector: Collector
) -> None:
    found, faults = find_sheets(grids, layout)
    if faults:
        # Half of a workbook that is not the described one is worse than none of it.
        raise IntakeError(
            "；".join(faults) + "。整个文件没有读",
            "请把工作表改回原名；确实改了名的，请改版式说明",
        )
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


def _candidates(grid: Grid, layouts: Sequence[Layout], delivery: Delivery | None) -> list[Layout]:
    found = [
        layout
        for layout in layouts
        if not _ignored(grid, layout)
        and (
            find_header(grid, layout) is not None
            if isinstance(layout, ReportLayout)
            else isinstance(layout, AxesLayout) and bool(find_axes(grid, layout, delivery))
        )
    ]
    return [layout for layout in found if not layout.origin.startswith(BUILT_IN)] or found


def _expectations(layouts: Sequence[Layout]) -> list[str]:
    expected = {
        "report": "前 {} 行要有“指标名称”加“本月”“本月止累计”之类的表头",
        "across": "前 {} 行要有“指标”加不止一个写明年份的时期",
        "down": "前 {} 行要有“时间”之类的列名，下面各行是时期",
    }
    return [
        f"{layout.name}：" + expected[getattr(layout, "kind", "report")].format(layout.header_rows)
        for layout in layouts
        if not isinstance(layout, SeriesLayout)
    ]


def _unrecognised(grid: Grid) -> IntakeError:
    texts = [str(cell) for row in grid.rows[:4] for cell in row if cell is not None][:6]
    return IntakeError(
        f"没有一种版式认得这张工作表，没有读；看到的是：{'、'.join(texts)}",
        "请改正表头；不是数据的，请写入版式说明的 ignore_sheets",
        sheet=grid.sheet,
    )


def _refuse_hidden(grid: Grid, collector: Collector) -> None:
    collector.refuse(
        "工作表是隐藏的，没有读",
        "请取消隐藏；不是数据的，请删去或写入版式说明的 ignore_sheets",
        sheet=grid.sheet,
    )


def _series_mismatch(grids: tuple[Grid, ...], layout: SeriesLayout) -> str:
    found, faults = find_sheets(grids, layout)
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
