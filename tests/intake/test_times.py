"""When a figure is of: row, head and title complete each other, the nearest first."""

from __future__ import annotations

import datetime as dt

import pytest

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.around import Time
from lianhu_analysis.intake.reading.blocks import Column
from lianhu_analysis.intake.reading.heads import Heads
from lianhu_analysis.intake.reading.meaning import Row, column_meaning
from lianhu_analysis.intake.reading.times import Axis, find_when
from lianhu_analysis.intake.reading.words import Facets, Grammar, Part, load_vocabulary
from lianhu_analysis.workspace import Region

CATALOGUE = read_catalogue(None, {})
GRAMMAR = Grammar(load_vocabulary(), CATALOGUE, (Region("610104", "莲湖区"),))
TITLE = Time(2024, Period(2024, "M", 9), "ytd", (), True)


def when(code: str, head: str, *, row: str = "", named: str = "", lag: int = 0, **axis):
    column = column_meaning(Column(1, (("B1", head),), head), GRAMMAR)
    meaning = Facets(measure="level", span=column.facets.span, per=column.facets.per)
    given = {"time": TITLE} | axis
    day = given.pop("day", None)
    heads = Heads((), given.pop("time"), by_growth=False, accumulated=frozenset(), scope=())
    said = Row(facets=Facets(lag=lag), part=part(row), named=part(named))
    found = find_when(CATALOGUE.get(code), meaning, column, said, Axis(heads, **given), day)
    return found.period.code, found.span


def part(text: str) -> Part | None:
    return GRAMMAR.read(text).parts[0] if text else None


@pytest.mark.parametrize(
    ("code", "head", "row", "found"),
    [
        ("csm.retail.total", "本月", "", ("2024-09", "single")),
        ("csm.retail.total", "绝对额", "", ("2024-09", "ytd")),
        ("csm.retail.total", "1-8月", "", ("2024-08", "ytd")),
        ("csm.retail.total", "累计", "2023年5月", ("2023-05", "ytd")),
        ("csm.retail.total", "2023年", "1-5月", ("2023-05", "ytd")),
        ("gdp.total", "前三季度", "", ("2024Q3", "ytd")),
        ("fin.deposit.rmb", "本月", "", ("2024-09", "point")),
    ],
)
def test_the_nearest_place_says_it(code, head, row, found):
    assert when(code, head, row=row) == found


@pytest.mark.parametrize(
    ("code", "head", "options", "message"),
    [
        ("csm.retail.total", "绝对额", {"time": Time()}, "没有写明年份和时期"),
        ("csm.retail.total", "9月", {"time": Time()}, "没有写年份"),
        ("csm.retail.total", "9月", {}, "没有说是当月还是累计"),
        ("csm.retail.total", "1-8月", {"row": "2024年1-9月"}, "不是同一个时期"),
        ("csm.retail.total", "1-9月", {"named": "1-8月"}, "名称说的是"),
        (
            "csm.retail.total",
            "本月",
            {"named": "1-8月"},
            "名称说的是 1-8月，列名“本月”说的口径不同",
        ),
        ("gdp.total", "1-8月", {}, "按季发布"),
        ("svc.revenue", "累计", {"day": dt.date(2024, 10, 20)}, "错月指标"),
    ],
)
def test_what_is_missing_or_contradicts_is_refused(code, head, options, message):
    with pytest.raises(IntakeError, match=message):
        when(code, head, **options)


def test_a_name_or_its_group_may_be_of_the_month_before():
    assert when("csm.retail.total", "累计", named="1-8月") == ("2024-08", "ytd")
    assert when("ind.revenue", "累计", lag=1) == ("2024-08", "ytd")
    # Two months before January and February's are December's, three are too many.
    february = Time(2024, Period(2024, "M", 2), "ytd", (), True)
    year = when("ind.revenue", "累计", named="2023年1-12月", time=february)
    assert year == ("2023-12", "ytd")
    with pytest.raises(IntakeError, match="名称说的是 2023-11"):
        when("ind.revenue", "累计", named="2023年1-11月", time=february)


def test_the_delivery_says_the_span_where_nothing_else_does():
    month = Time(2024, Period(2024, "M", 9))
    assert when("csm.retail.total", "绝对额", time=month, default="ytd") == ("2024-09", "ytd")
