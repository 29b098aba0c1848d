"""Where tables of periods against indicators lie on a sheet, and what their periods are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.remembering import remembered
from lianhu_analysis.errors import IntakeError, PeriodError
from lianhu_analysis.intake.reading.figures import Delivery, is_blank
from lianhu_analysis.intake.reading.layouts import AxesLayout, fold_header
from lianhu_analysis.intake.reading.report_rows import stated_span
from lianhu_analysis.intake.reading.sheet_time import SheetTime, sheet_time
from lianhu_analysis.intake.reading.statements import head_lines, title_part
from lianhu_analysis.intake.reading.workbook import Grid

__all__ = [
    "Axes",
    "Stated",
    "axes_time",
    "axis_period",
    "find_axes",
    "is_unit_header",
    "metadata_of",
]

FEWEST_PERIODS = 2
LAST_YEAR = 2100
TITLE_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年")
LOOKED_AT = 12


@dataclass(frozen=True)
class Stated:
    """A period on an axis, and its span where the text says it."""

    period: Period
    span: str


@dataclass(frozen=True)
class Axes:
    """Where a table lies: its header and its first column."""

    top: int
    bottom: int
    corner: int
    columns: tuple[int, ...]


def find_axes(grid: Grid, layout: AxesLayout, delivery: Delivery | None = None) -> list[Axes]:
    """Return the tables whose corner, and whose periods, are where the layout expects them."""
    for top in range(min(layout.header_rows, len(grid.rows))):
        corners = [n for n, cell in enumerate(grid.rows[top]) if _is_corner(cell, layout)]
        if not corners:
            continue
        time = axes_time(grid, delivery, top)
        find = _across if layout.kind == "across" else _down
        if tables := find(grid, layout, top, corners, time):
            return tables
    return []


def _across(
    grid: Grid, layout: AxesLayout, top: int, corners: list[int], time: SheetTime
) -> list[Axes]:
    width = len(grid.rows[top])
    columns = [
        n
        for n in range(corners[0] + 1, width)
        if not is_blank(grid.at(top, n)) and not is_unit_header(grid.at(top, n))
    ]
    if len(columns) < FEWEST_PERIODS:
        return []
    if any(axis_period(grid.at(top, n), time, layout) is None for n in columns):
        return []
    if len(columns) == 2 and _are_one_month(grid, top, columns, time, layout):
        return []  # this year's and last year's: a report
    return [Axes(top, top, corners[0], tuple(columns))]


def _are_one_month(
    grid: Grid, top: int, columns: list[int], time: SheetTime, layout: AxesLayout
) -> bool:
    stated = [axis_period(grid.at(top, n), time, layout) for n in columns]
    return len({found.period.end.month for found in stated if found}) == 1


def _down(
    grid: Grid, layout: AxesLayout, top: int, corners: list[int], time: SheetTime
) -> list[Axes]:
    tables = []
    for corner, following in zip(corners, [*corners[1:], None], strict=True):
        bottom = top
        for first, left, last, right in grid.merged:
            if first == top and left <= corner <= right:
                bottom = max(bottom, last)
        while bottom < top + 2 and _is_second_header(grid, bottom + 1, corner):
            bottom += 1
        cells = (grid.at(row, corner) for row in range(bottom + 1, len(grid.rows)))
        stated = (cell for cell in cells if not is_blank(cell) and not metadata_of(cell, layout))
        below = list(islice(stated, LOOKED_AT))
        good = sum(axis_period(cell, time, layout) is not None for cell in below)
        if good < 1 or good * 2 < len(below):
            return []
        end = (
            following
            if following is not None
            else max(len(row) for row in grid.rows[top : bottom + 1])
        )
        tables.append(Axes(top, bottom, corner, tuple(range(corner + 1, end))))
    return tables


def axes_time(grid: Grid, delivery: Delivery | None, top: int) -> SheetTime:
    """Return the year of periods that state none; several periods in a title are no fault.

    Only the lines above row ``top`` say it: under 2023年12月 a bare 1月 is of 2024.
    """
    titles = [title_part(text) for _, text in head_lines(grid, 0, top)]
    years = {year for title in titles for year in TITLE_YEAR.findall(title)}
    return _time_of(
        f"{years.pop()}年" if len(years) == 1 else "",
        grid.sheet,
        delivery.file if delivery else "",
        delivery.folders if delivery else (),
        delivery.period if delivery else None,
    )


@lru_cache(maxsize=64)
def _time_of(
    title: str, sheet: str, file: str, folders: tuple[str, ...], pinned: Period | None
) -> SheetTime:
    try:
        return sheet_time([title] if title else [], sheet, file, folders, pinned)
    except IntakeError:
        return SheetTime(None, None)


def axis_period(
    text: object, time: SheetTime, layout: AxesLayout, *, from_1904: bool = False
) -> Stated | None:
    """Return the period of an axis cell; ``None`` if it is none."""
    if is_blank(text):
        return None
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        if text > LAST_YEAR and from_1904:
            return None  # counted from another day than it says
        if float(text).is_integer() and 1 <= text <= 12 and layout.span and time.year:
            return Stated(Period(time.year, "M", int(text)), "")
        if 1 <= text < 10000 and not 1900 <= text <= 2100:
            return None
    try:
        period, span = stated_span(text, time.year)
    except PeriodError:
        return None
    # 三季度 heads the quarter's column, whether single or accumulated.
    return Stated(period, "" if period.frequency == "Q" and span == "single" else span)


def metadata_of(cell: object, layout: AxesLayout) -> str:
    """Return what a row of metadata holds, by its first cell; empty if it is none."""
    return _metadata_of_text(cell, layout) if isinstance(cell, str) else ""


@remembered
def _metadata_of_text(text: str, layout: AxesLayout) -> str:
    folded = fold_header(text)
    return next((what for rule, what in layout.metadata.items() if rule.fullmatch(folded)), "")


def _is_corner(cell: object, layout: AxesLayout) -> bool:
    return isinstance(cell, str) and _is_corner_text(cell, layout)


@remembered
def _is_corner_text(text: str, layout: AxesLayout) -> bool:
    return any(rule.fullmatch(fold_header(text)) for rule in layout.corners)


def is_unit_header(cell: object) -> bool:
    """Whether a column beside the names holds their units."""
    return isinstance(cell, str) and fold_header(cell) in ("单位", "计量单位")


def _is_second_header(grid: Grid, row: int, corner: int) -> bool:
    if not is_blank(grid.at(row, corner)) or row >= len(grid.rows):
        return False
    filled = [cell for cell in grid.rows[row] if not is_blank(cell)]
    return (
        bool(filled)
        and all(isinstance(cell, str) for cell in filled)
        and not any(re.fullmatch(r"[-+]?[\d.,]+%?|[-—…]+", str(cell).strip()) for cell in filled)
    )
