"""Reports: indicators in rows, region and period in the title above the header."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from lianhu_analysis.catalog.indicators import Catalogue, Indicator, fold_name
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.units import KNOWN_UNITS, normalise_unit
from lianhu_analysis.errors import IntakeError, UnitError
from lianhu_analysis.intake.reading.figures import (
    Collector,
    Slot,
    is_blank,
    is_reduction,
    period_for,
)
from lianhu_analysis.intake.reading.layouts import ReportColumn, ReportLayout
from lianhu_analysis.intake.reading.report_header import (
    DASHES,
    Header,
    Panel,
    figure_columns,
    find_header,
    header_texts,
    role_of,
)
from lianhu_analysis.intake.reading.titles import foreign_region, title_period
from lianhu_analysis.intake.reading.workbook import Grid, cell_address

__all__ = ["read_report"]

SUB_ITEM = re.compile(r"^(?:其中|#)[:：]?\s*")
NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]+|\d{1,2})[、.．]\s*|^[（(](?:[一二三四五六七八九十]+|\d{1,2})[）)]\s*"
)


@dataclass(frozen=True)
class Sheet:
    """A report sheet whose head has been read."""

    grid: Grid
    header: Header
    period: Period
    published: dt.date | None
    unit: str


def read_report(
    grid: Grid, layout: ReportLayout, catalogue: Catalogue, collector: Collector
) -> None:
    """Read one sheet into the collector; a fault of its head refuses the whole sheet."""
    try:
        sheet = _read_head(grid, layout, collector)
    except IntakeError as error:
        collector.refuse(error.message, error.remedy, sheet=grid.sheet, cell=error.cell)
        return
    for panel in sheet.header.panels:
        columns = figure_columns(sheet.grid, sheet.header, panel, sheet.period, collector)
        _read_panel(sheet, panel, columns, layout, catalogue, collector)


def _read_panel(
    sheet: Sheet,
    panel: Panel,
    columns: Mapping[int, ReportColumn],
    layout: ReportLayout,
    catalogue: Catalogue,
    collector: Collector,
) -> None:
    """Read the rows under one name column."""
    grid, parent = sheet.grid, ""
    depth = sheet.header.bottom - sheet.header.top
    for row in range(sheet.header.bottom + 1, len(grid.rows)):
        label = grid.at(row, panel.name)
        address = cell_address(row, panel.name)
        if role_of(label, layout) == "name":
            if header_texts(grid, row, row + depth) == sheet.header.texts:
                continue  # the header again, on the next printed page
            collector.refuse(
                "同一张工作表里有第二个表头，从这一行起没有读",
                "请把两张表拆成两张工作表，各写标题",
                sheet=grid.sheet,
                cell=address,
            )
            return
        filled = [column for column in columns if not is_blank(grid.at(row, column))]
        if is_blank(label):
            if filled:
                collector.refuse(
                    "这一行有数却没有指标名称",
                    "请填写指标名称；合并的名称单元格请拆开逐行填写",
                    sheet=grid.sheet,
                    cell=cell_address(row, filled[0]),
                )
            continue
        text = _plain_label(str(label))
        sub_item = _is_sub_item(str(label))
        if not sub_item:
            parent = text
        if not filled or any(rule.fullmatch(fold_name(str(label))) for rule in layout.ignore_rows):
            continue
        path = f"{parent}/{text}" if sub_item else text
        match = _match(path, sub_item, layout, catalogue)
        if match is None:
            collector.refuse(*_unmatched(path, sub_item, catalogue), sheet=grid.sheet, cell=address)
            continue
        indicator, label_unit = match
        stated = grid.at(row, panel.unit) if panel.unit is not None else None
        unit = str(stated).strip() if not is_blank(stated) else label_unit or sheet.unit
        for column in filled:
            _read_cell(sheet, row, column, columns[column], indicator, unit, collector)


def _read_head(grid: Grid, layout: ReportLayout, collector: Collector) -> Sheet:
    header = find_header(grid, layout)
    if header is None:
        raise IntakeError(
            f"前 {layout.header_rows} 行中没有找到表头（要有“指标名称”列和至少一列“本月”“本月止累计”"
            f"“累计比上年同期增长”之类）；{_first_texts(grid)}",
            "请补上或改正表头；不是数据的工作表请写入版式说明的 ignore_sheets",
        )
    lines = [
        (cell_address(row, column), str(cell))
        for row in range(header.top)
        for column, cell in enumerate(grid.rows[row])
        if isinstance(cell, str) and cell.strip()
    ]
    delivery = collector.delivery
    for address, text in lines:
        if other := foreign_region(text, delivery.region, delivery.regions):
            raise IntakeError(
                f"标题“{text.strip()}”说的是{other}，不是{delivery.region.name_zh}",
                "请确认没有放错地区；上级地区的数据请另放一个文件夹，在 delivery.toml 写明 region",
                cell=address,
            )
    period = title_period([text for _, text in lines]) or delivery.period
    if period is None:
        raise IntakeError(
            "标题没有写明年份和时期",
            '请在标题中写明（如 2024年1—9月），或在 delivery.toml 写 period = "2024-09"',
            cell=lines[0][0] if lines else "A1",
        )
    return Sheet(grid, header, period, _published(lines, layout), _sheet_unit(lines, layout))


def _first_texts(grid: Grid) -> str:
    found = [str(cell) for row in grid.rows[:3] for cell in row if not is_blank(cell)][:6]
    return f"看到的是：{'、'.join(found)}" if found else "看到的是空白"


def _published(lines: list[tuple[str, str]], layout: ReportLayout) -> dt.date | None:
    for address, text in lines:
        found = layout.published.search(unicodedata.normalize("NFKC", text))
        if found is None:
            continue
        day = re.search(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", found[1])
        try:
            if day is None:
                raise ValueError(found[1])
            return dt.date(*(int(part) for part in day.groups()))
        except ValueError:
            raise IntakeError(
                f"发布日期“{found[1].strip()}”不是一个日子", "请写成 2024-10-22", cell=address
            ) from None
    return None


def _sheet_unit(lines: list[tuple[str, str]], layout: ReportLayout) -> str:
    for _, text in lines:
        if found := layout.sheet_unit.search(re.sub(r"\s+", "", text)):
            return found[1].strip()
    return ""


def _read_cell(
    sheet: Sheet,
    row: int,
    column: int,
    rule: ReportColumn,
    indicator: Indicator,
    unit: str,
    collector: Collector,
) -> None:
    token = sheet.grid.at(row, column)
    address = cell_address(row, column)
    if rule.role == "level" and indicator.kind == "growth_only":
        if not DASHES.fullmatch(str(token).strip()):
            collector.refuse(
                f"{indicator.name_zh} 只发布增速，“{sheet.header.texts[column]}”列却有数 {token}",
                "请把增速填在增长列；绝对量不采用",
                sheet=sheet.grid.sheet,
                cell=address,
            )
        return
    try:
        if (rule.role == "reduction") != is_reduction(indicator) and rule.role != "level":
            raise IntakeError(
                f"{indicator.name_zh} 与列名“{sheet.header.texts[column]}”的正负方向不一致",
                "降低率以正数表示降低；请改正列名，或换成方向一致的数",
            )
        period, span = period_for(indicator, sheet.period, rule.span, rule.per)
        if indicator.no_january and period.frequency == "M" and period.number == 1:
            raise IntakeError(
                f"{indicator.name_zh} 1月不单独发布（1—2月合并），这里却有数 {token}",
                "请核对标题的月份",
            )
    except IntakeError as error:
        if not DASHES.fullmatch(str(token).strip()):
            collector.refuse(error.message, error.remedy, sheet=sheet.grid.sheet, cell=address)
        return
    measure = "level" if rule.role == "level" else "yoy"
    form = "value" if measure == "level" else "percent"
    slot = Slot(
        indicator, measure, span, period, unit, sheet.grid.sheet, address, form, sheet.published
    )
    collector.read(token, slot)


def _is_sub_item(label: str) -> bool:
    text = unicodedata.normalize("NFKC", label)
    return text.startswith("  ") or bool(SUB_ITEM.match(text.strip()))


def _plain_label(label: str) -> str:
    text = unicodedata.normalize("NFKC", label).strip()
    return NUMBERING.sub("", SUB_ITEM.sub("", NUMBERING.sub("", text))).strip()


def _match(
    path: str, sub_item: bool, layout: ReportLayout, catalogue: Catalogue
) -> tuple[Indicator, str] | None:
    """Return the indicator of a label, and the unit that the label carries, if any."""
    candidates = [(path, "")]
    if (found := re.fullmatch(r"(.+?)[(（]([^()（）]+)[)）]", path)) and _is_unit(found[2]):
        candidates.append((found[1], found[2]))
    labels = {fold_name(label): code for label, code in layout.labels.items()}
    for name, unit in candidates:
        if fold_name(name) in labels:
            return catalogue.get(labels[fold_name(name)]), unit
        if not sub_item and (match := catalogue.match_name(name)):
            return match, unit
        parent, _, child = name.partition("/")
        spellings = (name, f"{parent}{child}", f"{parent}:{child}", f"{parent}其中:{child}")
        for spelling in spellings if sub_item else ():
            if match := catalogue.match_name(spelling):
                return match, unit
    return None


def _is_unit(text: str) -> bool:
    try:
        return normalise_unit(text) in KNOWN_UNITS
    except UnitError:
        return False


def _unmatched(path: str, sub_item: bool, catalogue: Catalogue) -> tuple[str, str]:
    name = path.rpartition("/")[2]
    near = [*([item] if (item := catalogue.match_name(name)) else []), *catalogue.near_names(name)]
    hint = "、".join(dict.fromkeys(f"{item.name_zh}（{item.code}）" for item in near))
    meant = f"是否指 {hint}？" if hint else ""
    if sub_item:
        return (
            f"其中项“{path}”不在指标目录中（其中项按完整路径匹配，不按简称）",
            f'{meant}如是，请在版式说明的 [labels] 中登记 "{path}" = 指标代码',
        )
    return (
        f"指标名称“{path}”不在指标目录中",
        f"{meant}如是，请改正名称，或把这个写法加入指标目录的 aliases",
    )
