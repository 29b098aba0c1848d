"""Writes the simulated releases as the monthly workbooks that one district could receive."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from data.simulation.process import DEFAULT_SEED, simulate
from data.simulation.releases import RELEASES, Release, published_figures

__all__ = ["MARK", "write_delivery"]

MARK = "演示数据（模拟）"
DASH = "—"
DISTRICT = "莲湖区"

LEVEL_HEADERS = {"single": "本月", "ytd": "本月止累计"}
GROWTH_HEADER = "累计比上年同期增长（%）"
SPECIAL_HEADERS: dict[str, tuple[tuple[str, str, str], ...]] = {
    # release: (header, measure, span) of each column of figures
    "标准地": (("本季止累计", "level", "ytd"),),
    "储备项目": (("期末数", "level", "point"),),
    "生产总值": (("本季止累计", "level", "ytd"), (GROWTH_HEADER, "yoy", "ytd")),
    "能耗": (("全年降低率（%）", "yoy", "annual"),),
}
QUARTER_TITLES = {3: "一季度", 6: "上半年", 9: "前三季度", 12: "全年"}

FIRST_MONTHLY_BOOK = 2023  # earlier years come as one workbook each
ENERGY_BOOK_MONTH = 4  # arrives in May, with the figures of April

FIXED_TIME = "2025-01-31T00:00:00Z"
ZIP_TIME = (2025, 1, 31, 0, 0, 0)

SIDECAR = """\
title = "莲湖区月度经济指标（演示数据，模拟）"
provenance = "simulated"
region = "610104"
notes = \"\"\"
由 python -m data.simulation 生成（种子 {seed}），不是真实统计数据。
与莲湖区已公布的2022、2023年数字一致，其余均为虚构。
\"\"\"
"""
README = """\
# 演示数据（模拟）

由 `python -m data.simulation --seed {seed}` 生成，不是真实统计数据；删掉后可随时重做，内容不变。

{books} 个工作簿，{figures} 个数，2015年1月至2024年12月，最后发布日 {last}。
2015—2022年每年一个工作簿，2023年起每月一个；一张工作表是一个部门的一次发布，各有发布日期。

与已公布的数一致之处：2023年地区生产总值、二三产业、规上工业增加值增速与总产值、
一般公共预算收入；2022年规上工业总产值与社会消费品零售总额。其余均为虚构，
2024年的走势也不取自任何来源。

增速按可比口径另算，不等于两年绝对额之比。2024年全年的地区生产总值按普查后的基期公布。
"""


def write_delivery(out: Path, seed: int = DEFAULT_SEED) -> tuple[Path, ...]:
    """Write all workbooks, the sidecar and a README; the same seed gives the same bytes."""
    figures = published_figures(simulate(seed))
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, sheets in _books(figures):
        path = out / f"lianhu_{name}.xlsx"
        _replace(path, _book_bytes(sheets))
        written.append(path)
    last = figures["published"].max()
    readme = README.format(seed=seed, books=len(written), figures=len(figures), last=last)
    _replace(out / "delivery.toml", SIDECAR.format(seed=seed).encode())
    _replace(out / "README.md", readme.encode())
    return tuple(written)


Sheet = tuple[str, list[list[Any]]]


def _books(figures: pd.DataFrame) -> Iterator[tuple[str, list[Sheet]]]:
    by_sheet = {
        cast(tuple[str, tuple[int, int]], key): rows
        for key, rows in figures.groupby(["release", "period_end"])
    }
    books: dict[str, list[tuple[dt.date, Sheet]]] = {}
    for release in RELEASES:
        for year, month in sorted({end for name, end in by_sheet if name == release.name}):
            rows = by_sheet[release.name, (year, month)]
            book = _book_name(release, year, month)
            sheet = _sheet(release, rows, year, month)
            books.setdefault(book, []).append((rows["published"].iloc[0], sheet))
    for name in sorted(books):
        yield name, [sheet for _, sheet in sorted(books[name], key=lambda item: item[0])]


def _book_name(release: Release, year: int, month: int) -> str:
    if release.name == "能耗":
        year, month = year + 1, ENERGY_BOOK_MONTH
    return str(year) if year < FIRST_MONTHLY_BOOK else f"{year}-{month:02d}"


def _sheet(release: Release, figures: pd.DataFrame, year: int, month: int) -> Sheet:
    columns = _columns(release)
    values = figures.set_index(["indicator", "measure", "span"])["value"].to_dict()
    day = figures["published"].iloc[0]
    title = f"{DISTRICT}{_period_title(release, year, month)}{release.subject_zh}"
    rows: list[list[Any]] = [
        [f"{title}（{release.department_zh}）　{MARK}"],
        [f"发布日期：{day.isoformat()}", None, MARK],
        ["指标名称", "计量单位", *(header for header, _, _ in columns)],
    ]
    for row in release.rows:
        cells = [_cell(values.get((row.indicator, m, s)), m, row.decimals) for _, m, s in columns]
        rows.append([row.name_zh, row.unit, *cells])
    name = f"{year}年能耗" if release.name == "能耗" else f"{month:02d}月{release.name}"
    return name, rows


def _columns(release: Release) -> tuple[tuple[str, str, str], ...]:
    if release.name in SPECIAL_HEADERS:
        return SPECIAL_HEADERS[release.name]
    levels = tuple((header, "level", span) for span, header in LEVEL_HEADERS.items())
    return (*levels, (GROWTH_HEADER, "yoy", "ytd")) if release.growth else levels


def _cell(value: float | None, measure: str, decimals: int) -> float | int | str:
    if value is None:
        return DASH
    return round(value) if measure == "level" and decimals == 0 else value


def _period_title(release: Release, year: int, month: int) -> str:
    if release.name == "能耗":
        return f"{year}年"
    if release.name == "储备项目":
        return f"{year}年{month}月末"
    if release.name in SPECIAL_HEADERS:
        return f"{year}年{QUARTER_TITLES[month]}"
    return f"{year}年1月" if month == 1 else f"{year}年1—{month}月"


def _book_bytes(sheets: list[Sheet]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet: Worksheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for row_number in (1, 3):
            for cell in sheet[row_number]:
                cell.font = Font(bold=True)
        for column, width in zip("ABCDE", (34, 12, 18, 18, 28), strict=True):
            sheet.column_dimensions[column].width = width
        for line in sheet.iter_rows(min_row=4, min_col=3):
            for cell in line:
                if isinstance(cell.value, float):
                    cell.number_format = "0.0" if _is_growth(sheet, cell.column) else "0.00"
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_clock(buffer.getvalue())


def _is_growth(sheet: Worksheet, column: int) -> bool:
    return str(sheet.cell(row=3, column=column).value).endswith("（%）")


def _without_clock(content: bytes) -> bytes:
    """Repack a workbook with fixed times, so that its bytes depend on its cells only."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", FIXED_TIME.encode(), data)
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, data)
    return buffer.getvalue()


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.partial")
    temporary.write_bytes(content)
    temporary.replace(path)
