"""A new district's workbooks, filled in as its economist would: for the guide and its test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from openpyxl import load_workbook

from data.simulation.figures import figures
from lianhu_analysis.catalog.periods import parse_period
from lianhu_analysis.catalog.target_sheet import HEADS

__all__ = ["fill_history", "fill_targets", "fill_with_simulated"]

MONTHS = {"M": 1, "Q": 3, "A": 12}
LAST = (2024, 9)
TARGETS = (
    ("地区生产总值", 6),
    ("规模以上工业增加值增速", 5),
    ("社会消费品零售总额", 6),
    ("地方一般公共预算收入", 7),
)


def fill_history(root: Path, figure: Callable[[str, str, str], float | None]) -> Path:
    """Fill in a workspace's history workbook, put it among the deliveries, return where.

    Parameters
    ----------
    figure
        Of an indicator's name, a period and a head, as the workbook has them.
    """
    book = load_workbook(root / "历史数据.xlsx")
    for sheet in book.worksheets[1:]:
        names, heads = ([cell.value for cell in sheet[row]] for row in (2, 3))
        for period, *cells in sheet.iter_rows(min_row=4):
            for name, head, cell in zip(names[1:], heads[1:], cells, strict=True):
                value = figure(name, period.value, head)
                if value is not None:
                    cell.value, cell.data_type = value, "n"
    path = root / "data" / "raw" / "来文" / "历史数据.xlsx"
    book.save(path)
    return path


def fill_targets(root: Path, *rows: Mapping[str, object]) -> None:
    """Write targets into a workspace's sheet, each by the heads of the sheet."""
    path = root / "目标表.xlsx"
    book = load_workbook(path)
    for row in rows:
        book["目标"].append([row.get(head) for head in HEADS.values()])
    book.save(path)


def fill_with_simulated(root: Path) -> None:
    """Fill in targets and history with simulated figures up to September 2024, marked so."""
    simulated = figures()
    names = {item.name_zh: item for item in simulated.catalogue}

    def figure(name: str, period: str, head: str) -> float | None:
        item, when = names[name], parse_period(period).period
        month = when.number * MONTHS[when.frequency]
        if (when.year, month) > LAST:
            return None
        of = simulated.growth if "%" in head else simulated.level
        return of(item.code, when.year, month)

    fill_history(root, figure)
    common = {"口径": "增速", "年份": 2024, "规则": "左右", "单位": "%"}
    for name, value in TARGETS:
        title = f"{name.removesuffix('增速')}增长{value}%左右"
        own = {"指标": name, "目标值": value, "名称": title, "来源": "2024年政府工作报告（演示）"}
        fill_targets(root, {**common, **own})
    for file in (root / "lianhu.toml", root / "data" / "raw" / "来文" / "delivery.toml"):
        text = file.read_text(encoding="utf-8").replace('"official"', '"simulated"')
        file.write_text(text, encoding="utf-8", newline="\n")


def fill_month(root: Path) -> Path:
    """Fill in the monthly template with simulated figures of September 2024, return where."""
    simulated = figures()
    names = {item.name_zh: item for item in simulated.catalogue}
    book = load_workbook(root / "月报模板.xlsx")
    sheet = book["月报"]
    sheet["A1"].value = str(sheet["A1"].value).replace("部门名称", "区统计局")
    sheet["A2"].value = "发布日期：2024-11-05"
    for name, _, *cells in sheet.iter_rows(min_row=4):
        code = names[name.value].code
        given = (
            simulated.single(code, *LAST),
            simulated.level(code, *LAST),
            simulated.growth(code, *LAST),
        )
        for cell, value in zip(cells, given, strict=True):
            cell.value, cell.data_type = value, "n"
    path = root / "data" / "raw" / "来文" / "2024年1—9月.xlsx"
    book.save(path)
    return path
