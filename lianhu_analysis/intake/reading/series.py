"""Descriptions of workbooks that no reader can know (``kind = "series"``), and reading by them.

A description names each sheet, and each column by letter and header, so that a renamed
sheet or a moved column is refused with what was expected and what was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import IntakeError, PeriodError, UsageError
from lianhu_analysis.intake.grids.grid import Grid, cell_address, column_number
from lianhu_analysis.intake.reading.blocks import is_blank
from lianhu_analysis.intake.reading.figures import Collector, Slot, period_for, refuse_january
from lianhu_analysis.intake.reading.place import HIDDEN
from lianhu_analysis.intake.reading.words import fold, span_of
from lianhu_analysis.workspace import Workspace
from lianhu_analysis.written import KNOWN_ONLY, Whole, read_written

__all__ = ["SeriesLayout", "choose_layout", "fold_header", "load_layouts", "read_described"]


@dataclass(frozen=True)
class SeriesColumn:
    """One column of a series table, known by its letter and its exact header.

    Attributes
    ----------
    form
        ``value`` as it stands, ``percent`` a growth in percent, ``index`` a
        growth with the year before at 100, ``fraction`` a growth in parts of 1.
    january
        What to do with a figure of January, or of February alone, of an indicator
        that has no January:
        refuse it, or keep it where the source truly published one.
    skip
        Why the column is not read; then nothing else is needed.
    """

    __pydantic_config__ = KNOWN_ONLY
    column: str
    header: str
    indicator: str = ""
    measure: Literal["level", "yoy"] = "level"
    span: Literal["ytd", "single", "point", "annual"] = "ytd"
    unit: str = ""
    form: Literal["value", "percent", "index", "fraction"] = "value"
    january: Literal["refuse", "keep"] = "refuse"
    skip: str = ""

    def __post_init__(self) -> None:
        """Refuse a column that says too little, or two things."""
        if self.skip:
            return
        if not (self.indicator and self.unit):
            cure = "请补上，或用 skip 写明不读的理由"
            raise ValueError(f"{self.column} 列没有写 indicator 和 unit，{cure}")
        if (self.form != "value") != (self.measure == "yoy"):
            why = f"{self.column} 列 measure = {self.measure!r} 与 form = {self.form!r} 不相配"
            cure = "增速列（yoy）请写 form = percent、index 或 fraction，绝对量列（level）不写 form"
            raise ValueError(f"{why}，{cure}")


@dataclass(frozen=True)
class SeriesTable:
    """Periods in rows, downwards from below the header to the first blank one."""

    __pydantic_config__ = KNOWN_ONLY
    header_row: Whole
    period_column: str
    period_header: str
    columns: tuple[SeriesColumn, ...]


@dataclass(frozen=True)
class SeriesSheet:
    """A sheet known by its exact name, with the tables that lie on it."""

    __pydantic_config__ = KNOWN_ONLY
    name: str
    tables: tuple[SeriesTable, ...]


@dataclass(frozen=True)
class SeriesLayout:
    """A workbook whose sheets each hold tables of one row per period."""

    __pydantic_config__ = KNOWN_ONLY
    kind: Literal["series"]
    sheets: tuple[SeriesSheet, ...]
    ignore_sheets: tuple[re.Pattern[str], ...] = ()
    description: str = ""
    name: str = ""


def fold_header(text: object) -> str:
    """Fold a header or title to what must agree.

    NFKC, without blanks, brackets, percent signs and colons, one kind of dash:
    ``累计比上年同期 增长（%）`` becomes ``累计比上年同期增长``.
    """
    if isinstance(text, float) and text.is_integer():
        text = int(text)  # a month that stands alone in its cell
    return re.sub("[()%:]", "", fold("" if text is None else str(text)))


def load_layouts(workspace: Workspace) -> tuple[SeriesLayout, ...]:
    """Return the workspace's descriptions by name.

    Raises
    ------
    IntakeError
        Naming file and field, if a description is wrong.
    """
    layouts = []
    for path in sorted(workspace.layouts.glob("*.toml")):

        def refuse(faults: Sequence[str], name: str = workspace.relative(path)) -> IntakeError:
            return IntakeError(
                f"版式说明 {name}：{'；'.join(faults)}",
                "一般的表不用说明就能读；用词和别名请写到 words.toml，写法见 docs/intake.md",
            )

        layout = read_written(path, SeriesLayout, refuse)
        layouts.append(replace(layout, name=path.stem))
    return tuple(layouts)


def choose_layout(layouts: Iterable[SeriesLayout], name: str, workspace: Workspace) -> SeriesLayout:
    """Return the one of some descriptions that has a name.

    Raises
    ------
    IntakeError
        Naming those that there are, if there is none such.
    """
    found = {layout.name: layout for layout in layouts}
    if name not in found:
        raise IntakeError(
            f"没有名为 {name!r} 的版式说明",
            f"现有：{'、'.join(sorted(found)) or '无'}。请改正 delivery.toml 的 layout，"
            f"或在 {workspace.relative(workspace.layouts)} 中新建 {name}.toml",
        )
    return found[name]


def read_described(
    grids: list[Grid],
    layout: SeriesLayout,
    catalogue: Catalogue,
    collector: Collector,
    *,
    must: bool,
) -> list[Grid]:
    """Read the sheets that a description names; return the others.

    A table whose headers have moved is refused as a whole; where the description need not
    fit, nothing is read by it then.

    Raises
    ------
    IntakeError
        If it must fit and a sheet is absent.
    """
    rules = layout.ignore_sheets
    ignored = {g.sheet for g in grids if any(r.fullmatch(fold_header(g.sheet)) for r in rules)}
    shown = {fold_header(g.sheet): g for g in grids if g.visible and g.sheet not in ignored}
    absent = [sheet.name for sheet in layout.sheets if fold_header(sheet.name) not in shown]
    if absent and must:
        names = "、".join(f"“{grid.sheet}”" for grid in shown.values())
        faults = "；".join(f"没有名为“{name}”的工作表，文件里有 {names}" for name in absent)
        cure = "请把工作表改回原名；确实改了名的，请改版式说明"
        raise IntakeError(f"{faults}。整个文件没有读", cure)
    named = [(shown[fold_header(sheet.name)], sheet) for sheet in layout.sheets if not absent]
    tables = [(g, table, [*_moved(g, table)]) for g, sheet in named for table in sheet.tables]
    if not must and (absent or any(moved for *_, moved in tables)):
        return grids
    for grid, table, moved in tables:
        for address, message in moved:
            remedy = "这张表没有读。请核对原表是否改了版式；确实改了，请改版式说明"
            collector.refuse(IntakeError(message, remedy), sheet=grid.sheet, cell=address)
        if not moved:
            _read_table(grid, table, catalogue, collector)
    read = {grid.sheet for grid, _ in named}
    others = [grid for grid in grids if grid.sheet not in read | ignored]
    for grid in others if must else ():
        why = f"版式说明 {layout.name} 没有提到这张工作表，没有读"
        error = IntakeError(why, "请在版式说明中补上，或写入 ignore_sheets")
        collector.refuse(error, sheet=grid.sheet)
    return [] if must else others


def _moved(grid: Grid, table: SeriesTable) -> Iterator[tuple[str, str]]:
    """Yield address and wording of every header that is not where it should be."""
    expected = [(table.period_column, table.period_header)]
    expected += [(column.column, column.header) for column in table.columns]
    for letters, header in expected:
        row, column = table.header_row - 1, column_number(letters)
        found = grid.at(row, column)
        if fold_header(found) != fold_header(header):
            seen = "空白" if is_blank(found) else f"“{found}”"
            yield cell_address(row, column), f"应为列名“{header}”，实为{seen}"


def _read_table(grid: Grid, table: SeriesTable, catalogue: Catalogue, collector: Collector) -> None:
    wanted = [(column, column_number(column.column)) for column in table.columns if not column.skip]
    period_column = column_number(table.period_column)
    for row in range(table.header_row, len(grid.rows)):
        filled = [(c, number) for c, number in wanted if not is_blank(grid.at(row, number))]
        if not filled:
            continue
        try:
            if is_blank(stated := grid.at(row, period_column)):
                raise PeriodError("没有写时期")
            period, said = span_of(stated, None)
        except PeriodError as error:
            untimed = IntakeError(f"{error}；这一行没有读", "请改正这一格的时期")
            collector.refuse(untimed, sheet=grid.sheet, cell=cell_address(row, period_column))
            continue
        for column, number in filled:
            token, address = grid.at(row, number), cell_address(row, number)
            try:
                if row in grid.hidden_rows or number in grid.hidden_columns:
                    raise IntakeError("这一格所在的行或列是隐藏的，没有读", HIDDEN, skipped=True)
                if {said, column.span} == {"single", "ytd"}:
                    raise IntakeError(f"“{stated}”不是 span = {column.span!r}", "请核对版式说明")
                slot = _slot(column, period, token, catalogue)
                collector.take(token, slot._replace(sheet=grid.sheet, cell=address))
            except IntakeError as error:
                collector.refuse(error, sheet=grid.sheet, cell=address)


def _slot(column: SeriesColumn, stated: Period, token: object, catalogue: Catalogue) -> Slot:
    try:
        indicator = catalogue.get(column.indicator)
    except UsageError as error:
        raise IntakeError(str(error), "请改正版式说明的 indicator") from error
    period, span = period_for(indicator, stated, column.span)
    if column.january == "refuse":
        refuse_january(indicator, period, span, token)
    return Slot(indicator, column.measure, span, period, column.unit, form=column.form)
