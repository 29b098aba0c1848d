"""The targets' releases as plain monthly workbooks: the layout that did not change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import cast

import pandas as pd

from data.simulation.pages import DASH, MARK, Document, Meaning, Page
from data.simulation.process import simulate
from data.simulation.releases import (
    CENSUS_UPLIFT,
    QUARTER_ENDS,
    RELEASES,
    Release,
    published_figures,
    round_half_up,
)

__all__ = ["plain_documents"]

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

# Levels of the year before, restated when the fifth census was in.
RESTATED_YEAR, RESTATED_DAY, RESTATED_BOOK = 2023, dt.date(2024, 12, 27), "2024-12"


def plain_documents(seed: int) -> Iterator[Document]:
    """Yield the workbooks of the targets, one a year and later one a month."""
    figures = published_figures(simulate(seed))
    for name, pages in _books(figures):
        restated = _restated(figures) if name == RESTATED_BOOK else ()
        yield Document(f"lianhu_{name}.xlsx", "plain", (*pages, *restated))


def _books(figures: pd.DataFrame) -> Iterator[tuple[str, list[Page]]]:
    by_sheet = {
        cast(tuple[str, tuple[int, int]], key): rows
        for key, rows in figures.groupby(["release", "period_end"])
    }
    books: dict[str, list[tuple[dt.date, Page]]] = {}
    for release in RELEASES:
        for year, month in sorted({end for name, end in by_sheet if name == release.name}):
            rows = by_sheet[release.name, (year, month)]
            book = _book_name(release, year, month)
            page = _page(release, rows, year, month)
            books.setdefault(book, []).append((rows["published"].iloc[0], page))
    for name in sorted(books):
        yield name, [page for _, page in sorted(books[name], key=lambda item: item[0])]


def _restated(figures: pd.DataFrame) -> Iterator[Page]:
    """Yield the quarters of the year before on the new base; growth stays as it was."""
    release = next(item for item in RELEASES if item.name == "生产总值")
    for month in QUARTER_ENDS:
        rows = figures[
            (figures["release"] == release.name)
            & figures["period_end"].map(lambda end, month=month: end == (RESTATED_YEAR, month))
        ].copy()
        level = rows["measure"] == "level"
        for sector, uplift in CENSUS_UPLIFT.items():
            of_sector = level & (rows["indicator"] == f"gdp.{sector}")
            rows.loc[of_sector, "value"] = round_half_up(
                rows.loc[of_sector, "value"].to_numpy() * (1 + uplift), 2
            )
        parts = rows[level & (rows["indicator"] != "gdp.total")]["value"].sum()
        rows.loc[level & (rows["indicator"] == "gdp.total"), "value"] = round(float(parts), 2)
        page = _page(release, rows.assign(published=RESTATED_DAY), RESTATED_YEAR, month)
        page.name = f"{RESTATED_YEAR}年{month:02d}月修订"
        page.rows[0][0] = page.rows[0][0].replace("地区生产总值（", "地区生产总值普查后修订数（")
        yield page


def _book_name(release: Release, year: int, month: int) -> str:
    if release.name == "能耗":
        year, month = year + 1, ENERGY_BOOK_MONTH
    return str(year) if year < FIRST_MONTHLY_BOOK else f"{year}-{month:02d}"


def _page(release: Release, figures: pd.DataFrame, year: int, month: int) -> Page:
    columns = _columns(release)
    by_cell = {
        (row.indicator, row.measure, row.span): (
            float(str(row.value)),
            str(row.period),
            str(row.unit),
        )
        for row in figures.itertuples()
    }
    day = figures["published"].iloc[0]
    title = f"{DISTRICT}{_period_title(release, year, month)}{release.subject_zh}"
    page = Page(f"{year}年能耗" if release.name == "能耗" else f"{month:02d}月{release.name}")
    page.add(f"{title}（{release.department_zh}）　{MARK}")
    page.add(f"发布日期：{day.isoformat()}", None, MARK)
    page.add("指标名称", "计量单位", *(header for header, _, _ in columns))
    for row in release.rows:
        number = page.add(row.name_zh, row.unit)
        for column, (_, measure, span) in enumerate(columns, 2):
            key = (row.indicator, measure, span)
            if key not in by_cell:
                page.put(number, column, DASH, Meaning("no_figure", row.indicator, measure))
                continue
            value, period, unit = by_cell[key]
            whole = measure == "level" and row.decimals == 0
            meaning = Meaning("figure", row.indicator, measure, span, period, value, unit, day)
            page.put(number, column, round(value) if whole else value, meaning)
    return page


def _columns(release: Release) -> tuple[tuple[str, str, str], ...]:
    if release.name in SPECIAL_HEADERS:
        return SPECIAL_HEADERS[release.name]
    levels = tuple((header, "level", span) for span, header in LEVEL_HEADERS.items())
    return (*levels, (GROWTH_HEADER, "yoy", "ytd")) if release.growth else levels


def _period_title(release: Release, year: int, month: int) -> str:
    if release.name == "能耗":
        return f"{year}年"
    if release.name == "储备项目":
        return f"{year}年{month}月末"
    if release.name in SPECIAL_HEADERS:
        return f"{year}年{QUARTER_TITLES[month]}"
    return f"{year}年1月" if month == 1 else f"{year}年1—{month}月"
