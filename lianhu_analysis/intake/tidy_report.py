"""Reports: indicators in rows, region and period in the title above the header."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from lianhu_analysis.catalog.indicators import Catalogue, Indicator, fold_name
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.units import KNOWN_UNITS, normalise_unit
from lianhu_analysis.errors import IntakeError, UnitError
from lianhu_analysis.intake.figures import Collector, Slot, is_blank, is_reduction, period_for
from lianhu_analysis.intake.layouts import ReportColumn, ReportLayout, fold_header
from lianhu_analysis.intake.titles import foreign_region, title_period
from lianhu_analysis.intake.workbook import Grid, cell_address

__all__ = ["find_header", "read_report"]

SUB_ITEM = re.compile(r"^(?:其中|#)[:：]?\s*")
NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]+|\d{1,2})[、.．]\s*|^[（(](?:[一二三四五六七八九十]+|\d{1,2})[）)]\s*"
)
DASHES = re.compile(r"[-—–―－…*]+")


@dataclass(frozen=True)
class Header:
    """Where the header lies, and what each column under it is."""

    top: int
    bottom: int
    columns: dict[int, tuple[str, ReportColumn | None]]

    def only(self, role: str) -> int | None:
        """Return the first column of a role."""
        found = (n for n, (_, rule) in self.columns.items() if rule and rule.role == role)
        return next(found, None)


@dataclass(frozen=True)
class Sheet:
    """A report sheet whose head has been read."""

    grid: Grid
    header: Header
    period: Period
    published: dt.date | None
    unit: str


def find_header(grid: Grid, layout: ReportLayout) -> Header | None:
    """Find the first row whose cells name the items and at least one kind of figure."""
    for top in range(min(layout.header_rows, len(grid.rows))):
        names = [n for n, cell in enumerate(grid.rows[top]) if _role_of(cell, layout) == "name"]
        if not names:
            continue
        bottom = _header_bottom(grid, top, names[0])
        columns = {}
        for column in range(len(grid.rows[top])):
            text = "".join(fold_header(grid.at(row, column)) for row in range(top, bottom + 1))
            if text:
                columns[column] = (text, _rule_of(text, layout))
        header = Header(top, bottom, columns)
        if any(header.only(role) is not None for role in ("level", "growth", "reduction")):
            return header
    return None


def read_report(
    grid: Grid, layout: ReportLayout, catalogue: Catalogue, collector: Collector
) -> None:
    """Read one sheet into the collector; a fault of its head refuses the whole sheet."""
    try:
        sheet = _read_head(grid, layout, collector)
    except IntakeError as error:
        collector.refuse(error.message, error.remedy, sheet=grid.sheet, cell=error.cell)
        return
    columns = _figure_columns(sheet, collector)
    unit_column, name_column = sheet.header.only("unit"), sheet.header.only("name")
    parent = ""
    for row in range(sheet.header.bottom + 1, len(grid.rows)):
        label = grid.at(row, name_column or 0)
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
        address = cell_address(row, name_column or 0)
        if match is None:
            collector.refuse(*_unmatched(path, sub_item, catalogue), sheet=grid.sheet, cell=address)
            continue
        stated = grid.at(row, unit_column) if unit_column is not None else None
        indicator, label_unit = match
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


def _header_bottom(grid: Grid, top: int, name_column: int) -> int:
    """Return the last row of the header: it may be merged or spill downwards."""
    for first, left, last, right in grid.merged:
        if first == top and left <= name_column <= right and last > first:
            return last
    following = grid.rows[top + 1] if top + 1 < len(grid.rows) else ()
    texts = [cell for cell in following if not is_blank(cell)]
    spills = bool(texts) and all(isinstance(cell, str) for cell in texts)
    spills = spills and not any(DASHES.fullmatch(str(cell).strip()) for cell in texts)
    return top + 1 if spills and is_blank(grid.at(top + 1, name_column)) else top


def _rule_of(text: str, layout: ReportLayout) -> ReportColumn | None:
    for rule in layout.columns:
        if any(pattern.fullmatch(text) for pattern in rule.headers):
            return rule
    return None


def _role_of(cell: object, layout: ReportLayout) -> str:
    rule = _rule_of(fold_header(cell), layout) if isinstance(cell, str) else None
    return rule.role if rule else ""


def _figure_columns(sheet: Sheet, collector: Collector) -> dict[int, ReportColumn]:
    """Return the columns that hold figures, noting those whose header is not known."""
    chosen: dict[int, ReportColumn] = {}
    left: ReportColumn | None = None
    for column, (text, rule) in sheet.header.columns.items():
        address = cell_address(sheet.header.top, column)
        if rule is None:
            collector.refuse(
                f"不认识的列名“{text}”，这一列没有读",
                "请改用常见写法（见 docs/intake.md），或在版式说明中登记这个列名",
                sheet=sheet.grid.sheet,
                cell=address,
            )
            continue
        if rule.role not in ("level", "growth", "reduction"):
            continue
        if wrong := _wrong_month(text, rule, sheet.period):
            collector.refuse(wrong, "请改正列名或标题", sheet=sheet.grid.sheet, cell=address)
            continue
        if rule.span == "left":
            if left is None:
                collector.refuse(
                    f"列名“{text}”没有说是当月还是累计，左边也没有绝对量列",
                    "请写成“累计比上年同期增长（%）”或“本月比上年同月增长（%）”",
                    sheet=sheet.grid.sheet,
                    cell=address,
                )
                continue
            rule = ReportColumn(rule.role, rule.headers, left.span, left.per)  # noqa: PLW2901
        if rule.role == "level":
            left = rule
        chosen[column] = rule
    return chosen


def _wrong_month(text: str, rule: ReportColumn, period: Period) -> str:
    for pattern in rule.headers:
        found = pattern.fullmatch(text)
        stated = found.groupdict().get("month") if found else None
        if stated and int(stated) != period.end.month:
            return f"列名“{text}”与标题的时期 {period} 不是同一个月"
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
                f"{indicator.name_zh} 只发布增速，“{sheet.header.columns[column][0]}”列却有数 {token}",
                "请把增速填在增长列；绝对量不采用",
                sheet=sheet.grid.sheet,
                cell=address,
            )
        return
    try:
        if (rule.role == "reduction") != is_reduction(indicator) and rule.role != "level":
            raise IntakeError(
                f"{indicator.name_zh} 与列名“{sheet.header.columns[column][0]}”的正负方向不一致",
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
