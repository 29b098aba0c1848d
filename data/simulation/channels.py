"""What each department sends, in which layout and in which year."""

from __future__ import annotations

import datetime as dt
import tomllib
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from data.simulation.compilations import (
    LongRow,
    english_page,
    index_page,
    long_page,
    newest_first_page,
    suffix_page,
    tables_page,
    vendor_page,
)
from data.simulation.figures import POPULATION, POPULATION_DAY, Figures
from data.simulation.pages import Document, Hand, Page, Printer
from data.simulation.releases import LAST_DAY, QUARTER_ENDS, release_day
from data.simulation.reports import (
    Line,
    Place,
    month_text,
    quarter_text,
    report_page,
    shown_lines,
)

__all__ = ["PUBLISHED_YEARS", "department_documents"]

TABLES = Path(__file__).with_name("tables.toml")
PUBLISHED_YEARS = tuple(range(2015, 2025))
DISTRICT = "莲湖区"
MONTHLY_FROM = 2024  # from here a file a month, before a file a year

# Days by which a release was late, by channel, year and month.
LATE = {
    ("fiscal", 2016, 2): 9,
    ("projects", 2020, 2): 24,
    ("bulletin", 2020, 2): 12,
    ("society", 2021, 12): 15,
    ("fiscal", 2022, 1): 11,
    ("accounts", 2020, 3): 10,
}
# Units that changed: until the year named, the table printed another one.
OLD_UNITS = {
    "csm.": (2017, "亿元", "万元"),
    "trd.": (2017, "亿元", "万元"),
    "lan.": (2018, "亩", "公顷"),
}
NEW_UNITS = {"pol.redeem": (2021, "亿元")}


def department_documents(figures: Figures, seed: int) -> Iterator[Document]:
    """Yield every file of the departments whose tables do not carry the targets."""
    for year in PUBLISHED_YEARS:
        yield from _bulletin(figures, seed, year)
        yield from _fiscal(figures, seed, year)
        yield from _services(figures, seed, year)
        yield from _accounts(figures, seed, year)
        yield from _outward(figures, year)
        yield from _prices(figures, year)
        yield from _culture(figures, seed, year)
        yield from _projects(figures, seed, year)
        yield from _society(figures, seed, year)


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(TABLES.read_text(encoding="utf-8"))


def _lines(channel: str, table: str, figures: Figures, year: int) -> tuple[Line, ...]:
    return tuple(_line(text, figures, year) for text in _tables()[channel][table])


def _line(text: str, figures: Figures, year: int) -> Line:
    if text.startswith("= "):
        return Line("", text.removeprefix("= "))
    code, label, unit, share = (*(part.strip() for part in text.split("|")), "", "", "")[:4]
    indicator = figures.indicator(code)
    name = label or (indicator.aliases[0] if indicator.aliases else indicator.name_zh)
    if indicator.kind != "growth_only" and not unit:
        unit = _unit(code, indicator.unit, year)
    return Line(code, name, unit, float(share or 0))


def _unit(code: str, unit: str, year: int) -> str:
    for prefix, (until, usual, old) in OLD_UNITS.items():
        if code.startswith(prefix) and unit == usual and year < until:
            return old
    for prefix, (since, new) in NEW_UNITS.items():
        if code == prefix and year >= since:
            return new
    return unit


def _hand(seed: int, *name: object) -> Hand:
    return Hand(zlib.crc32(repr((seed, *name)).encode()))


def _day(channel: str, year: int, month: int, lag: int) -> dt.date:
    return release_day(year, month, lag + LATE.get((channel, year, month), 0))


def _books(
    folder: str, stem: str, family: str, year: int, pages: Sequence[tuple[int, Page]]
) -> Iterator[Document]:
    """Bind sheets into one workbook a year, or one a month."""
    if year < MONTHLY_FROM:
        if pages:
            yield Document(f"{folder}/{stem}_{year}.xlsx", family, tuple(page for _, page in pages))
        return
    for month, page in pages:
        yield Document(f"{folder}/{stem}_{year}-{month:02d}.xlsx", family, (page,))


def _bulletin(figures: Figures, seed: int, year: int) -> Iterator[Document]:
    family = "month_header" if year < 2019 else "last_year" if year < 2023 else "three_row"
    pages = []
    for month in range(2, 13):
        day = _day("bulletin", year, month, 22)
        printer = Printer(
            figures, _hand(seed, "bulletin", year, month), None if year < 2019 else day
        )
        lines = [
            line
            for table in ("industry", "investment", "real_estate", "trade")
            for line in _lines("bulletin", table, figures, year)
        ]
        if family != "month_header":
            lines = [line for line in lines if line.label != "在总额中:"]
        title, name = _bulletin_title(year, month)
        place = Place(figures, printer, year, month)
        page = report_page(
            Page(name), family, title, [shown_lines(lines, figures, year, month)], place
        )
        pages.append((month, page))
    if year in (2017, 2018):
        path = (
            f"统计月报/{year}年/统计月报.xlsx" if year == 2018 else "统计月报/统计月报_2017年.xlsx"
        )
        yield Document(path, family, tuple(page for _, page in pages))
    elif year == 2023:
        for month, page in pages:
            yield Document(f"统计月报/统计月报_{year}-{month:02d}.xlsx", family, (page,))
    else:
        yield from _books("统计月报", "统计月报", family, year, pages)


def _bulletin_title(year: int, month: int) -> tuple[str, str]:
    """Return title and sheet name; before 2019 the year stands in only one place."""
    if year == 2015:
        return f"{DISTRICT}{year}年{month}月统计月报", f"{month}月"
    if year < 2019:
        return f"{DISTRICT}统计月报", f"{year}年{month}月" if year == 2016 else f"{month}月"
    if year < 2023:
        return f"{DISTRICT}{month_text(year, month)}主要经济指标", f"1-{month}月"
    return f"{DISTRICT}{year}年{month}月主要经济指标", f"{month}月"


def _fiscal(figures: Figures, seed: int, year: int) -> Iterator[Document]:
    family = "two_row" if year < 2021 else "panels"
    pages = []
    for month in range(1, 13):
        day = _day("fiscal", year, month, 10)
        printer = Printer(figures, _hand(seed, "fiscal", year, month), day)
        tables = [
            shown_lines(_lines("fiscal", table, figures, year), figures, year, month)
            for table in ("revenue", "expenditure")
        ]
        panels = tables if family == "panels" else [[*tables[0], *tables[1]]]
        title = f"{DISTRICT}{month_text(year, month)}财政收支明细（区财政局）"
        place = Place(figures, printer, year, month)
        pages.append((month, report_page(Page(f"{month}月"), family, title, panels, place)))
    yield from _books("区财政局", "财政收支", family, year, pages)


def _services(figures: Figures, seed: int, year: int) -> Iterator[Document]:
    lines = _lines("services", "all", figures, year)
    subject = f"{DISTRICT}{year}年规模以上服务业和工业效益主要指标"
    if year < 2023:
        months = [(year, month) for month in range(2, 13)]
        printer = Printer(figures, _hand(seed, "services", year), _day("services", year, 12, 32))
        pages = (
            newest_first_page(Page("累计值"), f"{subject} 累计值", lines, months, printer, "level"),
            newest_first_page(
                Page("累计增速"), f"{subject} 累计增速（%）", lines, months, printer, "yoy"
            ),
        )
        yield Document(f"规上服务业/服务业_{year}.xlsx", "newest_first", pages)
        return
    for month in (3, 6, 9, 12) if year < MONTHLY_FROM else range(2, 13):
        day = _day("services", year, month, 32)
        if day > LAST_DAY:
            continue
        before = [(year - 1, number) for number in range(month, 13) if number > 1]
        months = [*before, *((year, number) for number in range(2, month + 1))]
        printer = Printer(figures, _hand(seed, "services", year, month), day)
        page = suffix_page(Page("数据"), subject, lines, months, printer, worn=year >= MONTHLY_FROM)
        yield Document(f"规上服务业/服务业_{year}-{month:02d}.xlsx", "suffix", (page,))


def _accounts(figures: Figures, seed: int, year: int) -> Iterator[Document]:
    industries = _lines("accounts", "industries", figures, year)
    others = _lines("accounts", "others", figures, year)
    pages = []
    for month in QUARTER_ENDS:
        tables = [("行业增加值", industries, 27), ("建筑业和工资", others, 32)]
        for subject, lines, lag in tables[1:] if year < 2019 else tables:
            day = _day("accounts", year, month, lag)
            if day > LAST_DAY:
                continue
            printer = Printer(figures, _hand(seed, "accounts", subject, year, month), day)
            place = Place(figures, printer, year, month, quarterly=True)
            title = f"{DISTRICT}{quarter_text(year, month)}{subject}（区统计局）"
            name = f"{month // 3}季度{subject}"
            shown = shown_lines(lines, figures, year, month)
            pages.append((month, report_page(Page(name), "two_row", title, [shown], place)))
    if year < 2019:
        day = _day("accounts", year, 12, 27)
        page = english_page(
            Page(""),
            [line.code for line in industries],
            [(year, month) for month in QUARTER_ENDS],
            Printer(figures, Hand(0, untidy=0), day),
        )
        path = f"行业增加值_英文/{year}/quarterly_value_added.csv"
        yield Document(path, "english_csv", (page,), "utf-8")
    path = f"国民经济核算/核算_{year}.xlsx"
    yield Document(path, "two_row", tuple(page for _, page in pages))


def _outward(figures: Figures, year: int) -> Iterator[Document]:
    codes = [line.code for line in _lines("outward", "all", figures, year)]
    for month in (12,) if year < MONTHLY_FROM else range(1, 13):
        day = _day("outward", year, month, 27)
        if day > LAST_DAY:
            continue
        months = [(year, number) for number in range(1, month + 1)]
        printer = Printer(figures, Hand(0, untidy=0), day)
        page = vendor_page(Page(""), "外经金融和交通数据", codes, months, printer)
        name = f"{year}" if year < MONTHLY_FROM else f"{year}-{month:02d}"
        yield Document(f"外经金融/外经金融_{name}.csv", "vendor_csv", (page,), "gb18030")


def _prices(figures: Figures, year: int) -> Iterator[Document]:
    pages = []
    for month in range(1, 13):
        day = _day("prices", year, month, 16)
        printer = Printer(figures, Hand(0, untidy=0), day)
        panels = [_lines("prices", table, figures, year) for table in ("consumer", "homes")]
        title = f"{DISTRICT}{year}年{month}月价格指数（国家统计局西安调查队）"
        page = index_page(Page(f"{month}月"), title, panels, year, month, printer)
        pages.append((month, page))
    yield from _books("价格指数", "价格指数", "index_panels", year, pages)


def _culture(figures: Figures, seed: int, year: int) -> Iterator[Document]:
    for month in (12,) if year < MONTHLY_FROM else QUARTER_ENDS:
        day = _day("culture", year, month, 25)
        printer = Printer(figures, _hand(seed, "culture", year, month), day)
        years = (year,) if year < MONTHLY_FROM else (year - 1, year)
        until = (year, month)
        quarters = [(y, m) for y in years for m in QUARTER_ENDS if (y, m) <= until]
        months = [(y, m) for y in years for m in range(1, 13) if (y, m) <= until]
        tables = [
            (caption, _present(_lines("culture", table, figures, year), figures, year), when, long)
            for caption, table, when, long in (
                ("文化旅游和消费", "quarterly", quarters, True),
                ("景区和商圈", "monthly", months, False),
                ("招商引资和科技", "capital", months, False),
            )
        ]
        title = f"{DISTRICT}{year}年文旅商务主要指标"
        page = tables_page(Page("文旅商务"), title, tables, printer)
        name = f"{year}" if year < MONTHLY_FROM else f"{year}-{month:02d}"
        yield Document(f"文旅商务/文旅商务_{name}.xlsx", "tables", (page,))


def _present(lines: Sequence[Line], figures: Figures, year: int) -> tuple[Line, ...]:
    return tuple(line for line in lines if figures.level(line.code, year, 12) is not None)


def _projects(figures: Figures, seed: int, year: int) -> Iterator[Document]:
    families = ((2017, "bulletin"), (2020, "two_row"), (2023, "last_year"), (2025, "three_row"))
    family = next(name for until, name in families if year < until)
    pages = []
    for month in range(1, 13):
        if family == "last_year" and month == 1:
            continue
        printer = Printer(
            figures, _hand(seed, "projects", year, month), _day("projects", year, month, 15)
        )
        lines = shown_lines(_lines("projects", "all", figures, year), figures, year, month)
        period = f"{year}年{month}月" if family == "three_row" else month_text(year, month)
        title = f"{DISTRICT}{period}项目土地和政策落实情况"
        place = Place(figures, printer, year, month)
        pages.append((month, report_page(Page(f"{month}月"), family, title, [lines], place)))
    yield from _books("项目土地", "项目土地", family, year, pages)
    yield from _annual(figures, seed, "projects", "项目土地/年度指标", year - 1)


def _annual(figures: Figures, seed: int, channel: str, path: str, year: int) -> Iterator[Document]:
    """Figures of a year, one sheet for each day on which some of them came out."""
    if year < PUBLISHED_YEARS[0]:
        return
    lines = _lines(channel, "annual", figures, year)
    lags = sorted({figures.indicator(line.code).release_lag_days for line in lines})
    pages = []
    for lag in lags:
        printer = Printer(figures, _hand(seed, channel, year, lag), release_day(year, 12, lag))
        chosen = [line for line in lines if figures.indicator(line.code).release_lag_days == lag]
        place = Place(figures, printer, year, 12)
        title = f"{DISTRICT}{year}年部分年度指标"
        name = f"{lag}天后发布"
        pages.append(report_page(Page(name), "annual", title, [chosen], place))
    days = [release_day(year, 12, lag) for lag in lags]
    kept = tuple(page for page, day in zip(pages, days, strict=True) if day <= LAST_DAY)
    if kept:
        yield Document(f"{path}_{year}.xlsx", "annual", kept)


def _society(figures: Figures, seed: int, year: int) -> Iterator[Document]:
    if year < 2019:
        yield from _society_sheets(figures, seed, year)
        yield from _annual(figures, seed, "society", "社会治理/年度指标", year - 1)
        return
    if year == 2019:
        yield from _society_sheets(figures, seed, year)
    rows = _society_rows(figures, year)
    for month in (12,) if year < MONTHLY_FROM else range(1, 13):
        chosen = [
            row
            for row in rows
            if year < MONTHLY_FROM or (row[3].year, row[3].month) == _next_month(year, month)
        ]
        page = Page("部门数据" if year < MONTHLY_FROM else "")
        printer = Printer(figures, _hand(seed, "society", year, month), None)
        title = f"{DISTRICT}{year}年部门数据"
        long_page(page, title, chosen, printer)
        if year < MONTHLY_FROM:
            yield Document(f"社会治理/部门数据_{year}.xlsx", "long", (page,))
        elif chosen:
            path = f"社会治理/部门数据_{year}-{month:02d}.csv"
            yield Document(path, "long", (page,), "utf-8-sig")


def _next_month(year: int, month: int) -> tuple[int, int]:
    return year + month // 12, month % 12 + 1


def _society_sheets(figures: Figures, seed: int, year: int) -> Iterator[Document]:
    family = "bulletin" if year < 2019 else "two_row"
    monthly = _lines("society", "monthly", figures, year)
    quarterly = [
        line
        for line in _lines("society", "quarterly", figures, year)
        if figures.indicator(line.code).span != "single"
    ]
    pages = []
    for month in range(1, 13):
        lines = [*monthly, *(quarterly if month in QUARTER_ENDS else ())]
        day = _day("society", year, month, 32)
        printer = Printer(figures, _hand(seed, "society", year, month), day)
        place = Place(figures, printer, year, month)
        title = f"{DISTRICT}{month_text(year, month)}部门主要指标"
        shown = shown_lines(lines, figures, year, month)
        pages.append((month, report_page(Page(f"{month}月"), family, title, [shown], place)))
    yield Document(f"社会治理/部门指标_{year}.xlsx", family, tuple(page for _, page in pages))


def _society_rows(figures: Figures, year: int) -> list[LongRow]:
    """Everything that came out in a year, row by row; 2019 has annual figures only."""
    rows: list[LongRow] = []
    for table in ("monthly", "quarterly", "annual"):
        if table != "annual" and year < 2020:
            continue
        for line in _lines("society", table, figures, year):
            rows += _of_line(line.code, figures, year)
    if POPULATION_DAY.year == year:
        rows += [
            (code, past, 12, POPULATION_DAY) for past in range(2015, 2020) for code in POPULATION
        ]
    return sorted((row for row in rows if row[3] <= LAST_DAY), key=lambda row: row[3])


def _of_line(code: str, figures: Figures, year: int) -> Iterator[LongRow]:
    indicator = figures.indicator(code)
    lag = indicator.release_lag_days
    if indicator.frequency == "A":
        yield code, year - 1, 12, release_day(year - 1, 12, lag)
        return
    for month in QUARTER_ENDS if indicator.frequency == "Q" else range(1, 13):
        yield code, year, month, release_day(year, month, lag)
