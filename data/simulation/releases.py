"""From the simulated economy to the figures that departments publish, each on its day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.simulation.process import FIRST_YEAR, YEARS, Array, Economy, round_half_up

__all__ = [
    "CENSUS_UPLIFT",
    "COLUMNS",
    "LAST_DAY",
    "QUARTER_ENDS",
    "RELEASES",
    "Release",
    "Row",
    "published_figures",
    "release_day",
    "round_half_up",
    "target_growth",
    "target_levels",
]

LAST_DAY = dt.date(2025, 1, 31)
FIRST_PUBLISHED_YEAR = 2015

# From this day GDP levels stand on the base of the fifth census, as the
# nation's do; the size is invented, the growth rates do not know of it.
CENSUS_DAY = dt.date(2024, 12, 26)
CENSUS_UPLIFT = {"secondary": 0.008, "tertiary": 0.02}

COLUMNS = (
    "release",
    "period_end",
    "indicator",
    "name_zh",
    "measure",
    "span",
    "period",
    "value",
    "unit",
    "published",
)


@dataclass(frozen=True)
class Row:
    """One line of a release: an indicator and where its path is found."""

    indicator: str
    name_zh: str
    unit: str
    decimals: int = 2


@dataclass(frozen=True)
class Release:
    """One department's sheet.

    Attributes
    ----------
    months
        Months of the year whose figures it reports.
    lag_days
        From the end of the reported period to publication; as in the
        catalogue.  A weekend moves it to the Monday.
    level, growth, single
        Whether it prints levels, growth, and the level of the month alone.
    span
        Of what it prints, other than the month alone.
    """

    name: str
    subject_zh: str
    department_zh: str
    lag_days: int
    rows: tuple[Row, ...]
    months: tuple[int, ...]
    level: bool = True
    growth: bool = True
    single: bool = True
    span: str = "ytd"


Paths = Mapping[str, Mapping[str, Array]]  # by measure, then by indicator

EVERY_MONTH = tuple(range(1, 13))
NO_JANUARY = tuple(range(2, 13))
QUARTER_ENDS = (3, 6, 9, 12)

GDP_LAG_DAYS = 27
LAND_OFFICE = "市自然资源和规划局莲湖分局"
RELEASES: tuple[Release, ...] = (
    Release(
        "财政",
        "财政收支情况",
        "区财政局",
        10,
        (Row("fis.revenue.gpb", "地方一般公共预算收入", "亿元"),),
        EVERY_MONTH,
    ),
    Release(
        "土地",
        "土地供应和征收储备情况",
        LAND_OFFICE,
        10,
        (
            Row("lan.supply.area", "土地供应面积", "亩"),
            Row("lan.acq.projects", "土地征收项目推进数", "个", 0),
            Row("lan.reserve.projects", "土地储备(收储)项目数", "个", 0),
        ),
        EVERY_MONTH,
        growth=False,
    ),
    Release(
        "重点项目",
        "重点项目进展情况",
        "区发改委",
        10,
        (Row("prj.key.done", "重点项目完成投资", "亿元"),),
        EVERY_MONTH,
        growth=False,
    ),
    Release(
        "标准地",
        "“标准地”供应情况",
        LAND_OFFICE,
        10,
        (Row("lan.standard", "“标准地”供应宗数", "宗", 0),),
        QUARTER_ENDS,
        growth=False,
        single=False,
    ),
    Release(
        "储备项目",
        "谋划储备项目情况",
        "区发改委",
        15,
        (Row("prj.reserve.count", "储备项目数", "个", 0),),
        QUARTER_ENDS,
        growth=False,
        single=False,
        span="point",
    ),
    Release(
        "工业",
        "规模以上工业主要指标",
        "区统计局",
        20,
        (
            Row("ind.va_above.yoy", "规模以上工业增加值", "%"),
            Row("ind.output_above", "规模以上工业总产值", "亿元"),
        ),
        NO_JANUARY,
    ),
    Release(
        "投资消费",
        "投资和消费主要指标",
        "区统计局",
        22,
        (
            Row("inv.fai.yoy", "固定资产投资(不含农户)", "%"),
            Row("csm.retail.total", "社会消费品零售总额", "亿元"),
        ),
        NO_JANUARY,
    ),
    Release(
        "生产总值",
        "地区生产总值",
        "区统计局",
        GDP_LAG_DAYS,
        (
            Row("gdp.total", "地区生产总值", "亿元"),
            Row("gdp.secondary", "第二产业增加值", "亿元"),
            Row("gdp.tertiary", "第三产业增加值", "亿元"),
        ),
        QUARTER_ENDS,
        single=False,
    ),
    Release(
        "能耗",
        "单位地区生产总值能耗情况",
        "区发改委",
        150,
        (Row("ene.intensity", "单位地区生产总值能耗降低率", "%"),),
        (12,),
        level=False,
        single=False,
        span="annual",
    ),
)


def published_figures(economy: Economy) -> pd.DataFrame:
    """List every figure published up to ``LAST_DAY``.

    Returns
    -------
    Columns of ``COLUMNS``: ``period_end`` the (year, month) reported, ``measure``, ``span`` and ``period`` as in the
    observation table, ``value`` rounded as printed, ``published`` a date.
    """
    paths = {"level": target_levels(economy), "yoy": target_growth(economy)}
    rows: list[tuple[object, ...]] = []
    for release in RELEASES:
        for year in range(FIRST_PUBLISHED_YEAR, YEARS[-1] + 1):
            for month in release.months:
                day = release_day(year, month, release.lag_days)
                if day <= LAST_DAY:
                    rows += _release_rows(release, paths, year, month, day)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _release_rows(
    release: Release, paths: Paths, year: int, month: int, day: dt.date
) -> Iterator[tuple[object, ...]]:
    end = (year, month)
    for row in release.rows:
        for measure, span, value in _cells(release, row, paths, end):
            unit = "%" if measure == "yoy" else row.unit
            period = _period(release, span, end)
            yield (
                release.name,
                end,
                row.indicator,
                row.name_zh,
                measure,
                span,
                period,
                value,
                unit,
                day,
            )


def _cells(
    release: Release, row: Row, paths: Paths, end: tuple[int, int]
) -> Iterator[tuple[str, str, float]]:
    year, month = end[0] - FIRST_YEAR, end[1] - 1
    levels = paths["level"].get(row.indicator)
    if release.level and levels is not None:
        if release.single and end[1] > release.months[0]:
            step = levels[year, month] - levels[year, month - 1]
            yield "level", "single", float(round_half_up(step, row.decimals))
        elif release.single and end[1] == 1:
            yield "level", "single", float(levels[year, 0])
        yield "level", release.span, float(levels[year, month])
    if release.growth:
        yield "yoy", release.span, float(round_half_up(paths["yoy"][row.indicator][year, month], 1))


def target_levels(economy: Economy) -> dict[str, Array]:
    """Year-to-date levels as printed: every later difference is of rounded figures."""
    sectors = {
        name: round_half_up(getattr(economy, name).cumsum(axis=1), 2)
        for name in ("secondary", "tertiary")
    }
    for year in YEARS:
        for month in QUARTER_ENDS:
            if release_day(year, month, GDP_LAG_DAYS) >= CENSUS_DAY:
                for name, uplift in CENSUS_UPLIFT.items():
                    cell = (year - FIRST_YEAR, month - 1)
                    sectors[name][cell] = round_half_up(sectors[name][cell] * (1 + uplift), 2)
    monthly = {
        "ind.output_above": economy.output,
        "csm.retail.total": economy.retail,
        "fis.revenue.gpb": economy.revenue,
        "prj.key.done": economy.key_projects,
        "lan.supply.area": economy.land_area,
        "lan.acq.projects": economy.land_acquisitions,
        "lan.reserve.projects": economy.land_reserves,
        "lan.standard": economy.standard_land,
    }
    return {
        # The total is the sum of the printed parts, to the second decimal.
        "gdp.total": round_half_up(sectors["secondary"] + sectors["tertiary"], 2),
        "gdp.secondary": sectors["secondary"],
        "gdp.tertiary": sectors["tertiary"],
        "prj.reserve.count": np.repeat(economy.projects_in_reserve, 3, axis=1),
        **{name: round_half_up(path.cumsum(axis=1), 2) for name, path in monthly.items()},
    }


def target_growth(economy: Economy) -> dict[str, Array]:
    """Year-to-date growth in %; the first year has none."""
    real = {
        "gdp.total": economy.secondary_real + economy.tertiary_real,
        "gdp.secondary": economy.secondary_real,
        "gdp.tertiary": economy.tertiary_real,
        "ind.va_above.yoy": economy.industry_real,
        "inv.fai.yoy": economy.investment,
    }
    nominal = {
        "ind.output_above": ("output", economy.output),
        "csm.retail.total": ("retail", economy.retail),
        "fis.revenue.gpb": ("revenue", economy.revenue),
    }
    growth = {name: _ytd_growth(path) for name, path in real.items()}
    for name, (scope, path) in nominal.items():
        growth[name] = _ytd_growth(path) + 100 * economy.scope[scope][:, np.newaxis]
    growth["ene.intensity"] = np.repeat(economy.energy_reduction[:, np.newaxis], 12, axis=1)
    return growth


def _ytd_growth(monthly: Array) -> Array:
    ytd = monthly.cumsum(axis=1)
    growth = np.full_like(ytd, np.nan)
    growth[1:] = 100 * (ytd[1:] / ytd[:-1] - 1)
    return growth


def release_day(year: int, month: int, lag_days: int) -> dt.date:
    """Return the working day on which figures of a month come out."""
    first = dt.date(year + month // 12, month % 12 + 1, 1)
    day = first + dt.timedelta(days=lag_days - 1)
    return day + dt.timedelta(days=7 - day.weekday() if day.weekday() >= 5 else 0)


def _period(release: Release, span: str, end: tuple[int, int]) -> str:
    year, month = end
    if span == "annual":
        return str(year)
    if release.months == QUARTER_ENDS:
        return f"{year}Q{month // 3}"
    return f"{year}-{month:02d}"
