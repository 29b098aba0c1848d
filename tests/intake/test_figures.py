"""What most figures of a column look like, and what that says of one of them."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.observations import Observation
from lianhu_analysis.intake.reading.figures import (
    Collector,
    Delivery,
    Neighbours,
    Slot,
    judge,
    neighbours,
    period_for,
    refuse_january,
    says_nothing,
)
from lianhu_analysis.workspace import Region


@pytest.mark.parametrize(
    ("figures", "indices"),
    [
        ([100.5, 99.8, 104.0], True),
        ([80, 130, 5.0], True),
        # Two of four lie between 80 and 130.
        ([130, 131, 100, 5.0], False),
        ([79.9, 100, 5.0, 6.0], False),
        # Too few to say.
        ([100.5, 99.8], False),
        # 104.6% says what it is.
        (["104.6%", "103.2%", "101.0%", 5.1], False),
    ],
)
def test_most_lie_where_indices_do(figures, indices):
    assert neighbours(figures).indices is indices


@pytest.mark.parametrize(
    ("figures", "unrounded"),
    [
        ([3.4567, 5.1234, 0.51], True),
        ([3.4567, 5.1, 6.2], False),
        ([3.4567, 0.1234, 0.51, 5.4321], False),
        ([3.46, 5.12, 6.25], False),
    ],
)
def test_growth_in_full_precision_stands_in_two_figures_of_one_and_more(figures, unrounded):
    assert neighbours(figures).unrounded is unrounded


@pytest.mark.parametrize(
    ("figures", "one_indicator", "wide"),
    [
        ([5.0, 6.1, 45.0], True, True),
        ([5.0, 6.1, -45.0], True, True),
        ([5.0, 6.1, 45.0], False, False),
        ([5.0, 6.1, 29.9], True, False),
        # 110 may be an index.
        ([5.0, 6.1, 110.0, 4.0, 3.0], True, False),
        ([5.0, 110.0, 45.0, 3.0], True, False),
    ],
)
def test_figures_of_one_indicator_may_lie_far_apart(figures, one_indicator, wide):
    assert neighbours(figures, one_indicator=one_indicator).wide is wide


def test_a_percentage_may_be_shown_a_hundred_times():
    assert neighbours(["1250%", "-320%", "5%"]).hundreds
    assert not neighbours(["1250%", "32%", "5%"]).hundreds
    assert neighbours(["104.6%", "97.1%", "5%"]).hundreds
    assert not neighbours(["104.6%", "12%", "5%"]).hundreds
    assert neighbours([None, "—", "甲"]) == Neighbours()


@pytest.mark.parametrize(
    ("growth", "fractions"),
    [
        ([0.05, 0.08, 0.12], True),
        ([0.051, 0.08, 0.1], True),
        ([0.6, 0.21, -0.3], False),
        ([0.05], False),
        ([0.05, 3.1, 4.2], False),
    ],
)
def test_hundredths_may_be_parts_of_one(growth, fractions):
    assert neighbours(growth).fractions is fractions


# ---- One cell into one observation.

CATALOGUE = read_catalogue(None, {})
LIANHU, XIAN, SHAANXI = (
    Region("610104", "莲湖区"),
    Region("610100", "西安市"),
    Region("610000", "陕西省"),
)
DELIVERY = Delivery("a.xlsx", LIANHU, (LIANHU, XIAN))
SEPTEMBER = Period(2024, "M", 9)
RETAIL, FDI, CPI = "csm.retail.total", "opn.fdi", "pri.cpi"
FAI, RATIO, REDUCED = "inv.fai.yoy", "ind.sales_ratio", "ene.intensity"
INDICES, FINE, WIDE = Neighbours(indices=True), Neighbours(unrounded=True), Neighbours(wide=True)


def take(
    token: object,
    code: str = RETAIL,
    unit: str = "亿元",
    delivery: Delivery = DELIVERY,
    **more: object,
) -> Observation | str:
    """Return what a cell gives, or why it gives nothing."""
    options = {"measure": "level", "span": "ytd", "period": SEPTEMBER} | more
    collector = Collector(delivery)
    collector.take(token, Slot(CATALOGUE.get(code), unit=unit, sheet="表", cell="C3", **options))
    if collector.problems:
        (problem,) = collector.problems
        assert (problem.sheet, problem.cell) == ("表", "C3") and problem.remedy
        return problem.message
    (row,) = collector.rows
    return row


def value(found: Observation | str) -> tuple[float | None, str]:
    assert isinstance(found, Observation), found
    return found.value, found.unit


def growth(token: object, code: str = RETAIL, unit: str = "%", **more: object) -> Observation | str:
    return take(token, code, unit, measure="yoy", form=str(more.pop("form", "percent")), **more)


@pytest.mark.parametrize(
    ("token", "code", "unit", "expected"),
    [
        (100.0, RETAIL, "亿元", 100.0),
        (100000.0, RETAIL, "万元", 10.0),
        ("100亿元", RETAIL, "", 100.0),
        ("100亿元", RETAIL, "亿元", 100.0),
        ("—", RETAIL, "亿元", None),
        ("95%", RATIO, "%", 95.0),
        (400.0, RATIO, "%", 400.0),
        (1.01, RATIO, "%", 1.01),
        (0.0, RATIO, "%", 0.0),
        (50.0, CPI, "上年同月=100", 50.0),
        (200.0, CPI, "上年同月=100", 200.0),
    ],
)
def test_an_amount_is_given_in_the_unit_of_the_catalogue(token, code, unit, expected):
    found = take(token, code, unit)
    assert value(found) == (expected, CATALOGUE.get(code).unit)


@pytest.mark.parametrize(
    ("token", "code", "unit", "words"),
    [
        (100.0, RETAIL, " ", "没有写计量单位"),
        ("100万元", RETAIL, "亿元", "写的单位与表中的“亿元”不同"),
        ("5%", RETAIL, "亿元", "单位不是百分比"),
        (1.0, RATIO, "%", "像小数，或多写了位数"),
        (0.95, RATIO, "%", "像小数，或多写了位数"),
        (400.1, RATIO, "%", "像小数，或多写了位数"),
        (49.9, CPI, "上年同月=100", "不像以上年为 100 的指数"),
        (200.1, CPI, "上年同月=100", "不像以上年为 100 的指数"),
        (4.0e6, RETAIL, "亿元", "比全国"),
        (100.0, RETAIL, "箱", "社会消费品零售总额："),
    ],
)
def test_an_amount_of_no_or_another_unit_or_size_is_refused_at_its_cell(token, code, unit, words):
    assert words in str(take(token, code, unit))


def test_a_change_is_offered_as_the_index_that_it_would_be():
    collector = Collector(DELIVERY)
    for token in (2.1, -2.1, 210.0):
        collector.take(
            token, Slot(CATALOGUE.get(CPI), "level", "single", SEPTEMBER, "上年同月=100")
        )
    assert [problem.remedy for problem in collector.problems] == [
        "若是涨幅，请填指数 102.1", "若是涨幅，请填指数 97.9", "请核对这一格的数"
    ]  # fmt: skip


def test_figures_in_the_unit_of_one_that_is_larger_than_the_nations_are_not_taken():
    collector = Collector(DELIVERY)
    retail = CATALOGUE.get(RETAIL)
    august = Period(2024, "M", 8)
    cells = [(4.0e6, SEPTEMBER, "表"), (100.0, SEPTEMBER, "表"), (90.0, august, "表")]
    for token, period, sheet in (*cells, (80.0, SEPTEMBER, "别的")):
        collector.take(token, Slot(retail, "level", "ytd", period, "亿元", sheet, f"C{token:g}"))
    found = collector.result()
    assert sorted(found.frame["value"]) == [80.0, 90.0]
    assert [(p.sheet, p.cell) for p in found.problems] == [("表", "C4e+06"), ("表", "C100")]


@pytest.mark.parametrize(
    ("token", "options", "expected"),
    [
        (5.2, {}, 5.2),
        ("5.2%", {}, 5.2),
        ("增长1.6倍", {}, 160.0),
        (0.0, {}, 0.0),
        ("—", {}, None),
        # An index, and the part of one that growth is.
        (105.2, {"form": "index"}, 5.2),
        (50.0, {"form": "index"}, -50.0),
        (200.0, {"form": "index"}, 100.0),
        (0.052, {"form": "fraction"}, 5.2),
        ("5.2%", {"form": "index"}, 5.2),
        # Near 100 only what may be so.
        (79.9, {}, 79.9),
        (130.1, {}, 130.1),
        (100.0, {"beside": WIDE}, 100.0),
        (100.0, {"code": FDI, "unit": ""}, 100.0),
        (999.9, {}, 999.9),
        # Parts of one only beside figures in full precision.
        (0.05, {}, 0.05),
        (1.0543, {}, 1.0543),
        (0.0543, {"beside": FINE}, 0.0543),
        (0.0, {"beside": Neighbours(fractions=True)}, 0.0),
        ("79%", {"beside": Neighbours(hundreds=True)}, 79.0),
        (2.3, {"code": REDUCED, "period": Period(2024, "A", 1)}, 2.3),
        ("下降2.3%", {"code": REDUCED, "period": Period(2024, "A", 1)}, 2.3),
        ("上升2.3%", {"code": REDUCED, "period": Period(2024, "A", 1)}, -2.3),
    ],
)
def test_growth_is_given_in_percent(token, options, expected):
    assert value(growth(token, **options)) == (expected, "%")


@pytest.mark.parametrize(
    ("token", "options", "words"),
    [
        (80.0, {}, "像以上年为 100 的指数"),
        (130.0, {}, "像以上年为 100 的指数"),
        (100.0, {"code": FAI}, "像以上年为 100 的指数"),
        (160.0, {"beside": INDICES}, "像以上年为 100 的指数"),
        (200.0, {"beside": INDICES}, "像以上年为 100 的指数"),
        (100.0, {"code": FDI, "beside": INDICES}, "像以上年为 100 的指数"),
        (49.9, {"form": "index"}, "不像以上年为 100 的指数"),
        (200.1, {"form": "index"}, "不像以上年为 100 的指数"),
        (1000.0, {}, "像增减额"),
        (-1000.0, {}, "像增减额"),
        (0.0543, {}, "像小数，说不清是 0.0543% 还是 5.43%"),
        (-0.0543, {}, "像小数"),
        (0.05, {"beside": Neighbours(fractions=True)}, "像小数"),
        ("80%", {"beside": Neighbours(hundreds=True)}, "像是指数"),
        ("-80%", {"beside": Neighbours(hundreds=True)}, "像是指数"),
        (5.2, {"unit": "个百分点"}, "不能以百分点计"),
        (-2.3, {"code": REDUCED, "period": Period(2024, "A", 1)}, "说不清是降低还是上升"),
        (2.3, {"code": RATIO}, "说不清是百分比还是百分点"),
    ],
)
def test_growth_whose_form_or_size_is_in_doubt_is_refused(token, options, words):
    assert words in str(growth(token, **options))


@pytest.mark.parametrize(
    ("token", "unit", "expected"),
    [
        ("-3.9个百分点", "%", -3.9),
        (-3.9, "百分点", -3.9),
        ("-3.9", "个百分点", -3.9),
        ("—", "%", None),
    ],
)
def test_the_change_of_a_rate_is_in_points(token, unit, expected):
    assert value(growth(token, RATIO, unit)) == (expected, "百分点")


@pytest.mark.parametrize(
    ("fact", "token", "expected"),
    [
        ("rank", 3, (3.0, "位")),
        ("rank", "第3位", (3.0, "位")),
        ("rank", "3/13", (3.0, "位")),
        ("rank", 1, (1.0, "位")),
        ("gap", "0.2个百分点", (0.2, "百分点")),
        ("gap", -0.2, (-0.2, "百分点")),
        ("plan_share", 74.3, (74.3, "%")),
        ("plan_share", "1.5%", (1.5, "%")),
        ("plan_share", 2, (2.0, "%")),
        ("plan_share", 500, (500.0, "%")),
        ("plan_share", 0, (0.0, "%")),
        ("plan", 600, (600.0, "亿元")),
        ("plan", "6%", (6.0, "%")),
        ("plan", 0.3, (0.3, "亿元")),
        ("plan", "0.2%", (0.2, "%")),
        ("plan", "—", (None, "%")),
    ],
)
def test_a_rank_a_gap_a_plan_or_what_is_done_of_it_is_a_fact(fact, token, expected):
    found = take(token, fact=fact)
    assert value(found) == expected
    assert isinstance(found, Observation)
    assert (found.indicator, found.token) == (f"fact.{fact}.{RETAIL}", str(token))


@pytest.mark.parametrize(
    ("fact", "token"),
    [
        ("rank", 0),
        ("rank", 2.5),
        ("rank", "3%"),
        ("plan", 0.29),
        ("plan_share", 1.9),
        ("plan_share", 0.743),
        ("plan_share", 500.1),
    ],
)
def test_a_fact_that_is_no_rank_or_may_be_a_hundredth_is_refused(fact, token):
    assert "像小数或写错的数" in str(take(token, fact=fact))


def test_a_plan_without_a_unit_is_of_growth_only_where_nothing_else_is_published():
    assert value(take(6.0, FAI, "", fact="plan")) == (6.0, "%")
    assert value(take(6.0, FAI, "亿元", fact="plan")) == (6.0, "亿元")
    assert "的计划没有写计量单位" in str(take(600.0, RETAIL, "", fact="plan"))


def test_a_nought_of_a_period_to_come_is_none():
    found = take(0, filled_in=True)
    assert value(found) == (None, "亿元")
    assert isinstance(found, Observation)
    assert (found.token, found.status) == ("0", "not_released")
    assert value(growth(0, filled_in=True)) == (None, "%")


@pytest.mark.parametrize(
    ("stated", "not_before", "fact", "day", "basis"),
    [
        (dt.date(2024, 10, 25), None, "", dt.date(2024, 10, 25), "stated"),
        (dt.date(2024, 9, 30), None, "", dt.date(2024, 9, 30), "stated"),
        (None, dt.date(2025, 3, 1), "", dt.date(2025, 3, 1), "assumed"),
        (None, dt.date(2024, 3, 1), "plan", dt.date(2024, 3, 1), "assumed"),
        (dt.date(2024, 3, 1), None, "plan", dt.date(2024, 3, 1), "stated"),
    ],
)
def test_a_figure_was_published_when_it_is_said_or_as_the_calendar_has_it(
    stated, not_before, fact, day, basis
):
    found = take(600.0, published=stated, not_before=not_before, fact=fact)
    assert isinstance(found, Observation)
    assert (found.published, found.published_basis) == (day, basis)


def test_an_assumed_day_is_not_before_the_sheet_was_known_nor_after_its_release():
    plain, late = take(1.0), take(1.0, not_before=dt.date(2024, 10, 1))
    assert isinstance(plain, Observation) and isinstance(late, Observation)
    assert plain.published == late.published > dt.date(2024, 10, 1)
    stated = dataclasses.replace(DELIVERY, published=dt.date(2024, 10, 30))
    found = take(1.0, delivery=stated)
    assert isinstance(found, Observation)
    assert (found.published, found.published_basis) == (dt.date(2024, 10, 30), "stated")
    assert "早于统计时期 2024-09 结束" in str(take(1.0, published=dt.date(2024, 9, 29)))


def test_a_figure_is_of_the_region_of_its_row_or_of_the_delivery():
    own, other = take(1.0), take(1.0, region=XIAN)
    assert isinstance(own, Observation) and isinstance(other, Observation)
    assert (own.region, other.region) == ("610104", "610100")


# ---- Periods.


@pytest.mark.parametrize(
    ("code", "title", "span", "per", "expected"),
    [
        (RETAIL, SEPTEMBER, "ytd", "", ("2024-09", "ytd")),
        (RETAIL, SEPTEMBER, "single", "", ("2024-09", "single")),
        (RETAIL, SEPTEMBER, "single", "quarter", ("2024Q3", "single")),
        ("gdp.total", SEPTEMBER, "ytd", "", ("2024Q3", "ytd")),
        ("gdp.total", SEPTEMBER, "single", "quarter", ("2024Q3", "single")),
        ("fin.deposit.rmb", SEPTEMBER, "ytd", "", ("2024-09", "point")),
        ("inn.rd", Period(2024, "M", 12), "ytd", "", ("2024", "annual")),
        (RETAIL, Period(2024, "M", 12), "annual", "", ("2024", "annual")),
    ],
)
def test_a_column_is_of_the_period_that_its_indicator_has(code, title, span, per, expected):
    period, found = period_for(CATALOGUE.get(code), title, span, per)
    assert (period.code, found) == expected


@pytest.mark.parametrize(
    ("code", "title", "span", "per", "words"),
    [
        ("gdp.total", Period(2024, "M", 8), "ytd", "", "按季发布，2024-08 不在季末"),
        ("gdp.total", SEPTEMBER, "single", "month", "按季发布，没有单月的数"),
        ("inn.rd", SEPTEMBER, "single", "", "按年发布，没有单月的数"),
        ("inn.rd", SEPTEMBER, "single", "quarter", "按年发布，没有单月的数"),
        (RETAIL, Period(2024, "M", 8), "single", "quarter", "按季发布，2024-08 不在季末"),
        (RETAIL, SEPTEMBER, "annual", "", "按年发布，2024-09 不在年末"),
    ],
)
def test_an_indicator_has_no_other_period(code, title, span, per, words):
    with pytest.raises(IntakeError, match=words):
        period_for(CATALOGUE.get(code), title, span, per)


@pytest.mark.parametrize(
    ("code", "period", "span", "token", "words"),
    [
        (RETAIL, Period(2024, "M", 1), "single", 1.0, "1月不单独发布"),
        (RETAIL, Period(2024, "M", 1), "ytd", "—", "1月不单独发布"),
        (RETAIL, Period(2024, "M", 2), "single", 1.0, "没有2月单月的数"),
        (RETAIL, Period(2024, "M", 2), "single", "—", ""),
        (RETAIL, Period(2024, "M", 2), "ytd", 1.0, ""),
        (RETAIL, Period(2024, "M", 3), "single", 1.0, ""),
        ("gdp.total", Period(2024, "Q", 1), "single", 1.0, ""),
        ("fis.revenue.gpb", Period(2024, "M", 1), "single", 1.0, ""),
    ],
)
def test_january_and_february_are_one_period_of_what_has_no_january(
    code, period, span, token, words
):
    if not words:
        refuse_january(CATALOGUE.get(code), period, span, token)
        return
    with pytest.raises(IntakeError, match=words):
        refuse_january(CATALOGUE.get(code), period, span, token)


@pytest.mark.parametrize(
    ("token", "nothing"), [("—", True), ("#N/A", True), (0, False), ("甲", False), ("5%", False)]
)
def test_a_sign_for_no_figure_says_nothing(token, nothing):
    assert says_nothing(token) is nothing


# ---- Regions.


@pytest.mark.parametrize(
    ("level", "name"), [("区", "莲湖区"), ("市", "西安市"), ("省", ""), ("国", "全国"), ("县", "")]
)
def test_all_of_a_level_is_the_own_region_or_the_one_above_it(level, name):
    delivery = dataclasses.replace(DELIVERY, peers=(Region("100000", "全国"), SHAANXI))
    found = delivery.at_level(level)
    assert (found.name_zh if found else "") == name
    if name:
        assert delivery.of_whole(f"全{level}", "甲").name_zh == name
    else:
        with pytest.raises(IntakeError, match=f"甲说的是全{level}，不是莲湖区"):
            delivery.of_whole(f"全{level}", "甲")


def test_of_two_regions_of_a_level_above_none_is_meant_for_certain():
    two = dataclasses.replace(DELIVERY, regions=(LIANHU, XIAN, Region("610400", "咸阳市")))
    assert two.at_level("市") is None
    assert two.codes == {"610104": "莲湖区", "610100": "西安市", "610400": "咸阳市"}


# ---- Records.


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"value": None}, ""),
        ({"indicator": "none.such", "value": 1e9}, ""),
        ({"value": 4.0e6}, "比全国"),
        ({"region": "100000", "value": 4.0e6}, ""),
        ({"measure": "yoy", "unit": "%", "value": 104.0}, "像以上年为 100 的指数"),
        ({"measure": "yoy", "unit": "百分点", "value": 104.0}, ""),
        ({"measure": "yoy", "unit": "%", "value": 4.0}, ""),
    ],
)
def test_a_record_is_judged_as_a_cell_of_a_table_would_be(change, words):
    row = take(100.0)
    assert isinstance(row, Observation)
    row = row._replace(**change)
    if not words:
        judge(row, CATALOGUE, Neighbours())
        return
    with pytest.raises(IntakeError, match=words):
        judge(row, CATALOGUE, Neighbours())
