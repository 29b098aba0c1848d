"""Real published figures: the breaks in them are seen, and none is called an Error."""

import datetime as dt
import re
from pathlib import Path

import pandas as pd
import pytest

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.intake.checks.check import check_observations
from lianhu_analysis.workspace import CensusBreak
from tests.intake.checks.frames import frame, row

SHARED = Path(__file__).resolve().parents[4] / "shared"
PROVINCES = SHARED / "data" / "province_gdp_ytd_level_2013_2018.csv"
FACTS = SHARED / "reference" / "district_facts.csv"
CATALOGUE = read_catalogue(None, {})
CENSUS = CensusBreak(dt.date(2019, 11, 22), "第四次全国经济普查")
MEASURES = {
    "level_ytd": ("level", "ytd"),
    "level_month": ("level", "single"),
    "stock": ("level", "point"),
    "yoy_ytd": ("yoy", "ytd"),
    "yoy_ytd_derived": ("yoy", "ytd"),
    "yoy_real": ("yoy", "ytd"),
    "yoy_month": ("yoy", "single"),
    "share": ("level", "ytd"),
}
QUARTERS = {"一季度": "Q1", "上半年": "Q2", "前三季度": "Q3", "全年": "Q4"}
# As the pages say it, where the catalogue has another name for it.
NAMES = {
    "公共财政预算收入": "fis.revenue.gpb",
    "固定资产投资": "inv.fai.yoy",
    "固定资产投资额": "inv.fai.yoy",
    "固定资产投资总额": "inv.fai.yoy",
    "规模以上工业增加值": "ind.va_above.yoy",
    "进出口总额": "opn.trade",
    "进出口总值": "opn.trade",
    "外贸出口总额": "opn.export",
    "限额以上零售额": "csm.above.retail",
    "税收总额": "fis.tax",
    "税收总收入": "fis.tax",
    "财政支出": "fis.exp",
    "地方财政支出": "fis.exp",
}


def real(file: Path) -> pd.DataFrame:
    if not file.is_file():
        pytest.skip(
            f"real file absent: shared/{file.relative_to(SHARED)}; nothing of it was tested"
        )
    return pd.read_csv(file)


def findings_by_province(breaks):
    for province, figures in real(PROVINCES).groupby("region"):
        rows = [
            row(
                "gdp.total",
                f"{item.year}Q{item.quarter}",
                item.value,
                region="610000",
                # The year that is on the base of the census was published so after it.
                published=dt.date(2020, 1, 20) if item.year == 2018 and breaks else None,
            )
            for item in figures.itertuples()
        ]
        for item in check_observations(frame(rows), CATALOGUE, breaks=breaks, region="610000"):
            yield province, item


def falls(breaks):
    """Province and year in which a GDP to date falls below all that it did before."""
    return {
        (province, item.period[:4])
        for province, item in findings_by_province(breaks)
        if item.rule == "beyond_history" and "变动 -" in item.message
    }


REAL_BREAKS = {("辽宁省", "2016"), ("内蒙古自治区", "2017")}


def test_the_breaks_of_provincial_gdp_are_seen_and_no_other_fall():
    assert falls([CENSUS]) == REAL_BREAKS
    # The census of 2018 cut these provinces by 9 to 35 %; undeclared, that is a break too.
    cut = {(province, "2018") for province in ("天津市", "吉林省", "山东省")}
    assert falls([]) == REAL_BREAKS | cut


def test_no_provincial_gdp_is_an_error():
    for breaks in ([], [CENSUS]):
        worst = {item.severity for _, item in findings_by_province(breaks)}
        assert not worst & {"Error", "Severe"}


def period_of(text: str, year: int, monthly: bool) -> str | None:
    if text in QUARTERS:
        return f"{year}-{3 * int(QUARTERS[text][1]):02d}" if monthly else f"{year}{QUARTERS[text]}"
    month = re.search(r"(\d+)月末?$", text)
    return f"{year}-{int(month[1]):02d}" if month else None


def facts_of(figures: pd.DataFrame) -> list[dict]:
    """The facts that the catalogue knows, as observations; the first of each figure."""
    rows = {}
    for item in figures.dropna(subset=["year", "value"]).itertuples():
        name = re.sub("增速$", "", item.indicator_zh)
        known = CATALOGUE.match_name(item.indicator_zh) or CATALOGUE.match_name(name)
        code = known.code if known else NAMES.get(name)
        period = code and period_of(
            item.period_text, int(item.year), CATALOGUE.get(code).frequency == "M"
        )
        if not period or item.basis not in MEASURES:
            continue
        measure, span = MEASURES[item.basis]
        key = (code, measure, span, period)
        rows.setdefault(
            key,
            row(
                code, period, item.value, measure=measure, span=span, unit=item.unit,
                provenance="published_fact", token="",
            ),
        )  # fmt: skip
    return list(rows.values())


def test_no_published_fact_of_a_district_is_an_error():
    checked, accused = 0, []
    for region, figures in real(FACTS).groupby("region"):
        rows = facts_of(figures)
        if not rows:
            continue
        checked += len(rows)
        accused += [
            (region, item.rule, item.message)
            for item in check_observations(frame(rows), CATALOGUE, region="610104")
            if item.severity == "Error"
        ]
    assert accused == []
    assert checked > 400
