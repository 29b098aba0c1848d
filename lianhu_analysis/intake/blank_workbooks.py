"""Workbooks for people to fill in, in layouts that ``ingest`` and the targets reader know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.ledgers import load_ledgers
from lianhu_analysis.catalog.target_sheet import HEADS
from lianhu_analysis.written import packaged_table

__all__ = ["texts", "write_history", "write_ledgers", "write_month", "write_targets"]

Rows = Sequence[Sequence[str]]

FREQUENCIES = {"Q": "季度", "M": "月度", "A": "年度"}
SPANS = {"ytd": "累计", "point": "期末", "annual": ""}
WIDTH = 18  # of a column: nine Chinese characters
HEAD_HEIGHT = 48  # points: three lines
LIST_ROWS = 200  # of a targets sheet with lists to choose from


def texts() -> dict[str, Any]:
    """Return what a new workspace's workbooks say beside heads and periods."""
    return packaged_table("intake/skeleton/workbooks.toml")


def write_month(path: Path, name_zh: str, year: int) -> None:
    """Write a monthly workbook without figures, whose day is to be filled in."""
    said = texts()["month"]
    title = said["title"].format(name=name_zh, year=year)
    _book({"月报": [[title], *said["rows"]]}, heads=3).save(path)


def write_ledgers(path: Path) -> None:
    """Write a workbook with a sheet a ledger: what it is for, the day to fill in, the heads."""
    sheets: dict[str, Rows] = {}
    for ledger in load_ledgers().values():
        heads = [f"{'*' if item.required else ''}{item.title}" for item in ledger.columns]
        sheets[ledger.name_zh] = [[f"{ledger.note}带 * 的列必填。"], ["报送日期：请填写"], heads]
    _book(sheets, heads=3).save(path)


def write_history(path: Path, name_zh: str, catalogue: Catalogue, years: range) -> None:
    """Write the core indicators without figures: a period in each row.

    Indicators that are published for the same periods share a sheet, with a column for the
    amount, unless only growth is published, and one for growth.
    """
    said = texts()["history"]
    sheets: dict[str, Rows] = {"填写说明": [[note] for note in said["notes"]]}
    core = sorted((item for item in catalogue if item.tier == "core"), key=_published_for)
    for _, members in groupby(core, key=_published_for):
        first, *rest = members
        name = f"{FREQUENCIES[first.frequency]}{SPANS[first.span]}"
        columns = [column for item in (first, *rest) for column in _columns(item)]
        sheets[f"{name}（一二月合并）" if first.no_january else name] = [
            [said["title"].format(name=name_zh)],
            ["时期", *(above for above, _ in columns)],
            ["", *(below for _, below in columns)],
            *([f"{year}年{part}"] for year in years for part in _parts(first)),
        ]
    _book(sheets, heads=3).save(path)


def write_targets(path: Path, catalogue: Catalogue) -> None:
    """Write a targets sheet without targets, with lists to choose from."""
    said, heads = texts()["targets"], list(HEADS.values())
    names = [[item.name_zh, item.code, item.unit] for item in catalogue]
    sheets: dict[str, Rows] = {
        "目标": [heads],
        "可选指标": [["指标", "代码", "单位"], *names],
        "填写说明": [[note] for note in said["notes"]],
    }
    book = _book(sheets, heads=1)
    offered = {head: f'"{",".join(words)}"' for head, words in said["choices"].items()}
    offered["指标"] = f"可选指标!$A$2:$A${len(names) + 1}"
    for head, words in offered.items():
        column = get_column_letter(heads.index(head) + 1)
        choice = DataValidation("list", words, sqref=f"{column}2:{column}{LIST_ROWS}")
        book["目标"].add_data_validation(choice)
    book.save(path)


def _published_for(item: Indicator) -> tuple[int, int, bool]:
    return list(FREQUENCIES).index(item.frequency), list(SPANS).index(item.span), item.no_january


def _columns(item: Indicator) -> Iterator[tuple[str, str]]:
    so_far = SPANS[item.span]
    if item.kind != "growth_only":
        yield item.name_zh, f"{so_far}（{item.unit}）"
    yield item.name_zh, "降低率（%）" if item.is_reduction else f"{so_far}同比增长（%）"


def _parts(item: Indicator) -> list[str]:
    """Name the parts of a year as tables do, after the year."""
    if item.frequency == "A":
        return [""]
    if item.frequency == "Q":
        return ["一季度", "上半年", "前三季度", "全年"]
    if item.span == "point":
        return [f"{month}月末" for month in range(1, 13)]
    return ["1月"] * (not item.no_january) + [f"1—{month}月" for month in range(2, 13)]


def _book(sheets: Mapping[str, Rows], *, heads: int) -> Workbook:
    """Make sheets of texts, of which the first rows are heads and stay in view."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_format.defaultColWidth = WIDTH
        sheet.freeze_panes = sheet.cell(heads + 1, 2)
        for number, row in enumerate(rows, 1):
            if is_head := number <= heads and len(row) > 1:
                sheet.row_dimensions[number].height = HEAD_HEIGHT
            for column, text in enumerate(row, 1):
                cell = sheet.cell(number, column, text)
                # A text that begins with "=" is no formula.
                cell.data_type = "s"
                if is_head:
                    cell.alignment = Alignment("center", "center", wrap_text=True)
                    cell.font = Font(bold=True)
    return book
