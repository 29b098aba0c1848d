"""Contributions sum to growth, are those worked out by hand, and their range holds the truth."""

import datetime as dt
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianhu_analysis.analysis.contributions import (
    FARM_DRIFT,
    PRICE_DRIFT,
    _sentences,
    breakdown_of,
    contributions,
    repriced,
    who_pulls,
)
from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import ForecastError, UsageError
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.render.english import English, has_chinese
from lianhu_analysis.workspace import CensusBreak
from tests.conftest import ROOT

CATALOGUE = read_catalogue(ROOT / "examples" / "national" / "indicators.csv", {})
SECTORS = ("gdp.primary", "gdp.secondary", "gdp.tertiary")
CENSUS = CensusBreak(dt.date(2024, 12, 26), "普查")
NOW = "2024-10-20"


def versions(*rows):
    """Return rows of (indicator, measure, period, value[, published])."""
    frame = pd.DataFrame(
        [(*row, NOW)[:5] for row in rows],
        columns=["indicator", "measure", "period", "value", "published"],
    )
    return frame.assign(
        region="100000",
        span="ytd",
        provenance="official",
        published=pd.to_datetime(frame["published"]),
    )


def quarter(levels, growth, period="2024Q3"):
    """Return last year's levels and this year's growth of GDP and its three sectors."""
    codes, last = ("gdp.total", *SECTORS), f"{int(period[:4]) - 1}{period[4:]}"
    told = [(code, "level", last, value) for code, value in zip(codes, levels, strict=True)]
    return told + [(code, "yoy", period, value) for code, value in zip(codes, growth, strict=True)]


def split(*rows, whole="gdp.total", parts=SECTORS, breaks=()):
    return breakdown_of(versions(*rows), CATALOGUE.get(whole), parts, breaks)


def table_of(*rows, period="2024Q3", **how):
    return contributions(split(*rows, **how), period)


PLAIN = quarter([1000, 50, 350, 600], [5.2, 4.0, 6.0, 4.8])


def test_points_and_shares_are_those_of_the_hand():
    table = table_of(*PLAIN)
    # 5 % x 4.0, 35 % x 6.0, 60 % x 4.8; what is left of 5.2.
    points = {
        "gdp.total": 5.2,
        **dict(zip(SECTORS, (0.2, 2.1, 2.88), strict=True)),
        "residual": 0.02,
    }
    assert table["points"].to_dict() == pytest.approx(points)
    assert table["share"].to_dict() == pytest.approx({k: v / 0.052 for k, v in points.items()})
    assert list(table["weight_pct"].iloc[:4]) == pytest.approx([100, 5, 35, 60])


def test_a_part_that_is_not_published_is_named_and_not_assumed():
    table = table_of(*PLAIN[:-1])
    assert table.loc["gdp.tertiary", "reason"] == "没有可用的2024年前三季度增速"
    assert np.isnan(table.loc["gdp.tertiary", "points"])
    assert table.loc["residual", "points"] == pytest.approx(5.2 - 0.2 - 2.1)
    without_level = [row for row in PLAIN if row[:2] != ("gdp.primary", "level")]
    assert "2023年前三季度绝对额" in table_of(*without_level).loc["gdp.primary", "reason"]


@pytest.mark.parametrize(
    ("gone", "said"), [("level", "2023年前三季度绝对额"), ("yoy", "2024年前三季度增速")]
)
def test_without_the_whole_nothing_is_split(gone, said):
    with pytest.raises(ForecastError, match=said):
        table_of(*[row for row in PLAIN if row[:2] != ("gdp.total", gone)])


def test_without_last_years_levels_this_years_are_taken_back():
    this = [
        (code, measure, "2024Q3" if measure == "level" else period, value)
        for code, measure, period, value in PLAIN
    ]
    table = table_of(*this)
    # 50 of 1.04, 350 of 1.06 and 600 of 1.048, each of 1000 of 1.052.
    weights = [100 * w * 1.052 / g for w, g in ((0.05, 1.04), (0.35, 1.06), (0.6, 1.048))]
    assert list(table["weight_pct"].iloc[:4]) == pytest.approx([100, *weights])
    assert table.loc["gdp.secondary", "points"] == pytest.approx(weights[1] * 0.06)
    assert not split(*this).has_last_year("2024Q3") and split(*PLAIN).has_last_year("2024Q3")


def test_levels_of_two_census_bases_are_never_divided():
    later = [("gdp.total", "level", "2023Q3", 1100, "2025-01-17")]
    # The whole was revised, the parts were not: the release before, which has them all.
    table = table_of(*PLAIN, *later, breaks=[CENSUS])
    assert list(table["weight_pct"].iloc[1:4]) == pytest.approx([5, 35, 60])
    # One part was never published on the old base: what one base has most of.
    torn = [(*row, "2025-01-17") if row[:2] == ("gdp.primary", "level") else row for row in PLAIN]
    torn_table = table_of(*torn, breaks=[CENSUS])
    assert "同一普查口径" in torn_table.loc["gdp.primary", "reason"]
    assert torn_table.loc["gdp.tertiary", "weight_pct"] == pytest.approx(60)


def test_the_range_of_nominal_growth_is_rounding_alone():
    shop = ("csm.retail.total", ["inv.re", "ind.va_above.yoy"])  # any two indicators will do
    table = table_of(
        (shop[0], "level", "2023-09", 100), ("inv.re", "level", "2023-09", 40),
        ("ind.va_above.yoy", "level", "2023-09", 60), (shop[0], "yoy", "2024-09", 5.2),
        ("inv.re", "yoy", "2024-09", 7.0), ("ind.va_above.yoy", "yoy", "2024-09", 4.0),
        whole=shop[0], parts=shop[1], period="2024-09",
    )  # fmt: skip
    # Forty per cent of 6.95 and of 7.05.
    assert tuple(table.loc["inv.re", ["low", "high"]]) == pytest.approx((2.78, 2.82))
    assert table.loc["inv.re", "share_low"] == pytest.approx(100 * 2.78 / 5.25)
    assert table.loc["inv.re", "share_high"] == pytest.approx(100 * 2.82 / 5.15)


def test_older_levels_grow_to_last_year_and_this_years_are_taken_back():
    years = [("gdp.total", "level", "2020Q3", 800), ("gdp.tertiary", "level", "2020Q3", 400)]
    years += [("gdp.total", "yoy", f"{y}Q3", 10.0) for y in (2021, 2022, 2023)]
    years += [("gdp.tertiary", "yoy", f"{y}Q3", 0.0) for y in (2021, 2022, 2023)]
    years += [("gdp.total", "level", "2024Q3", 1104.6), ("gdp.tertiary", "level", "2024Q3", 733.6)]
    weights = split(*PLAIN, *years).weights("2024Q3").loc["gdp.tertiary"]
    assert weights[2020] == pytest.approx(100 * 400 / (800 * 1.1**3))
    assert weights[2023] == pytest.approx(60)
    assert weights[2024] == pytest.approx(100 * (733.6 / 1.048) / (1104.6 / 1.052))
    assert weights[[2019, 2021, 2022]].isna().all()


def test_the_base_year_known_leaves_no_drift_of_prices():
    codes = ("gdp.total", *SECTORS)
    base = [(c, "level", "2020Q3", v) for c, v in zip(codes, (1000, 50, 350, 600), strict=True)]
    base += [(c, "yoy", f"{y}Q3", 0.0) for c in codes for y in (2021, 2022, 2023)]
    wide, narrow = (table_of(*rows).loc["gdp.secondary"] for rows in (PLAIN, [*PLAIN, *base]))
    # Weights are known, so 35 % x (6.0 -+ 0.05) is all that rounding leaves.
    assert (narrow["low"], narrow["high"]) == pytest.approx((0.35 * 5.95, 0.35 * 6.05))
    assert wide["low"] < 2.0 and wide["high"] > 2.2


def test_a_share_of_what_does_not_grow_is_blank():
    table = table_of(*quarter([1000, 50, 350, 600], [-0.4, 1.0, -3.0, 1.0]))
    assert table["share"].isna().all() and table["share_high"].isna().all()
    assert table.loc["gdp.secondary", "points"] == pytest.approx(-1.05)


# A county that publishes its points, first three quarters of 2020 (shared reference, district
# facts: https://71584.cn/yuanling/...): levels and growth of its sectors.  Last year's levels are
# not among the facts; this year's, taken back by growth, stand in.
COUNTY = {"levels": (125.95, 18.33, 53.78, 53.84), "growth": (3.6, 2.2, 5.7, 1.9)}


def test_the_range_holds_what_a_county_published():
    growth = np.array(COUNTY["growth"])
    levels = list(np.array(COUNTY["levels"]) / (1 + growth / 100))
    levels[0] = sum(levels[1:])
    table = table_of(*quarter(levels, growth, "2020Q3"), period="2020Q3").iloc[1:4]
    for name, published in (("", (0.2, 2.6, 0.8)), ("share", (6.6, 70.4, 23.0))):
        low, high = (table[f"{name}_{end}".strip("_")] for end in ("low", "high"))
        assert (low - 0.05 <= np.array(published)).all(), name
        assert (np.array(published) <= high + 0.05).all(), name
    # It is the price of farm products that moved: outside what is allowed to other parts.
    farm, published = COUNTY["levels"][1] / 1.022 / levels[0], 0.066 * 3.6 / 2.2
    assert repriced(farm, 1 / FARM_DRIFT) <= published < repriced(farm, 1 / PRICE_DRIFT)


@pytest.mark.parametrize("primary", [1.8, 3.0, 4.2])
@pytest.mark.parametrize("tertiary", [3.4, 3.9, 4.4])
def test_the_range_holds_a_district_whose_last_years_shares_miss(primary, tertiary):
    # Published: 3.4 %, points 0.1, 0.9, 2.4, shares 1.5, 27.2, 71.3 %; last year's shares give
    # 1.9, 25.2, 72.9 %.  Its growth by sector is not at hand: whatever it was, within reason.
    pulled = np.array([0.019, 0.252, 0.729]) * 3.4
    weights = np.array([pulled[0] / primary, 0, pulled[2] / tertiary])
    weights[1] = 1 - weights.sum()
    growth = [primary, pulled[1] / weights[1], tertiary]
    table = table_of(*quarter([1000, *(1000 * weights)], [3.4, *growth])).iloc[1:4]
    assert list(table["share"]) == pytest.approx([1.9, 25.2, 72.9])
    for name, published in (("", (0.1, 0.9, 2.4)), ("share", (1.5, 27.2, 71.3))):
        low, high = (table[f"{name}_{end}".strip("_")] for end in ("low", "high"))
        assert (low - 0.05 <= np.array(published)).all(), name
        assert (np.array(published) <= high + 0.05).all(), name


rates = st.lists(st.floats(-6, 12), min_size=3, max_size=3)


@settings(max_examples=60)
@given(
    volumes=st.lists(st.floats(5, 100), min_size=3, max_size=3),
    prices=st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3),
    growth=rates,
)
def test_points_sum_to_growth_and_the_range_holds_the_truth(volumes, prices, growth):
    volumes, growth = np.array(volumes), np.array(growth)
    weights = volumes / volumes.sum()
    truth = weights * growth
    # Last year's levels at prices that moved since the base year; rounded growth.
    moved = np.array([FARM_DRIFT, PRICE_DRIFT, PRICE_DRIFT]) ** 0.5
    levels = volumes * moved ** (2 * np.array(prices) - 1)
    published = [truth.sum(), *growth]
    rows = quarter([levels.sum(), *levels], [round(rate, 1) for rate in published])
    table = table_of(*rows)
    parts, total = table.iloc[1:4], table["growth"].iloc[0]
    assert parts["points"].sum() + table.loc["residual", "points"] == pytest.approx(total, abs=1e-9)
    assert (parts["low"] <= parts["points"] + 1e-9).all()
    assert (parts["points"] <= parts["high"] + 1e-9).all()
    shares = levels / levels.sum()
    allowed = np.array([FARM_DRIFT, PRICE_DRIFT, PRICE_DRIFT])
    if ((repriced(shares, 1 / allowed) <= weights) & (weights <= repriced(shares, allowed))).all():
        assert (parts["low"] - 1e-6 <= truth).all() and (truth <= parts["high"] + 1e-6).all()


@pytest.mark.parametrize(
    ("primary", "growth", "told"), [(10, 5.2, "残差 0.2"), (150, 6.0, "其余部分 1.7")]
)
def test_a_sector_that_the_catalogue_lacks_is_no_residual(primary, growth, told):
    whole = 1000 + primary
    rows = quarter([whole, primary, 400, 600], [growth, 6.0, 5.0, 5.0])
    rows = [row for row in rows if row[0] != "gdp.primary"]
    region = SimpleNamespace(code="100000", name_zh="某县")
    space = SimpleNamespace(region=region, forecast_provenance=("official",), census_breaks=())
    answer = who_pulls(versions(*rows), read_catalogue(None, {}), space, dt.date(2024, 10, 31))
    # 5.2 less 1000/1010 x 5 is 0.25; 6.0 less 1000/1150 x 5 is 1.65, and parts that leave out a
    # seventh of the whole need not sum to its growth.
    assert f"{told} 个百分点。" in answer.sentences[0]
    table = answer.tables["contributions"].set_index("indicator")
    assert table.loc["residual", "name_zh"].iloc[0] == told.split()[0]


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("残差", "没有哪一部分的同向变动达到公布的小数位"),
        # 0.3 is more than the whole 0.1: what took it back is told.
        ("其余部分", "主要是其余部分多拉动 0.3 个百分点，而第三产业少拉动 0.2 个百分点"),
    ],
)
def test_what_moved_the_other_way_moved_all_the_same(rest, told):
    columns = ["name_zh", "growth", "points", "low", "high", "share", "change", "period", "before"]
    rows = [
        ("地区生产总值", 6.4, 6.4, 6.4, 6.4, 100, 0.1, "2024Q3", "2024Q2"),
        ("第三产业", 6.1, 4.8, 4.7, 4.9, 75, -0.2, "2024Q3", "2024Q2"),
        (rest, np.nan, 1.6, np.nan, np.nan, 25, 0.3, "2024Q3", "2024Q2"),
    ]
    _, second = _sentences(pd.DataFrame(rows, columns=columns).assign(decimals=1))
    assert second == f"增速比2024年上半年加快 0.1 个百分点，{told}。"


def test_a_fall_of_the_whole_is_told_as_one():
    columns = ["name_zh", "growth", "points", "low", "high", "share", "change", "period", "before"]
    rows = [
        ("出口", -3.0, -3.0, -3.0, -3.0, np.nan, 2.0, "2024-09", "2024-08"),
        ("加工贸易", 2.0, 0.3, 0.2, 0.4, np.nan, 0.1, "2024-09", "2024-08"),
        ("其他贸易", -1.0, -0.3, -0.4, -0.2, np.nan, 0.1, "2024-09", "2024-08"),
        ("一般贸易", -4.0, -3.2, -3.3, -3.1, np.nan, 1.9, "2024-09", "2024-08"),
        ("残差", np.nan, 0.2, np.nan, np.nan, np.nan, 0.1, "2024-09", "2024-08"),
    ]
    first, second = _sentences(pd.DataFrame(rows, columns=columns).assign(decimals=1))
    # What takes most away comes first.
    assert first == (
        "2024年1—9月出口下降 3.0%：一般贸易下拉 3.2 个百分点（3.1—3.3）；其他贸易下拉 0.3 个百分点（0.2—0.4）；"
        "加工贸易拉动 0.3 个百分点（0.2—0.4）；残差 0.2 个百分点。"
    )
    names = ("出口", "一般贸易", "其他贸易", "加工贸易")
    assert not has_chinese(English(dict.fromkeys(names, "Trade")).text(first))
    assert second.startswith("降幅比2024年1—8月收窄 2.0 个百分点，主要是一般贸易少下拉 1.9")


def test_who_slowed_it_down(national):
    document = Session(national).contributions("2024Q3").as_dict()
    rows = document["contributions"]
    sectors = [row for row in rows if row["whole"] == "gdp.total"][:5]
    assert sum(row["points"] for row in sectors[1:]) == pytest.approx(sectors[0]["growth"])
    assert sum(row["change"] for row in sectors[1:]) == pytest.approx(sectors[0]["change"])
    # 91,338.4 x 3.5 and so on of 913,027, published 2026-04-30; 0.1 point less than in H1.
    assert sectors[0]["growth"] == 4.8 and sectors[0]["change"] == pytest.approx(-0.1)
    told = "".join(document["sentences"])
    assert "第三产业拉动 2.8 个百分点" in told and "增速比2024年上半年回落 0.1 个百分点" in told
    assert "第二产业少拉动 0.2 个百分点" in told
    json.dumps(document, allow_nan=False)


def test_what_is_split_and_what_is_not_is_said(national):
    answer = who_pulls(
        versions(*PLAIN), CATALOGUE, Session(national).workspace, dt.date(2024, 10, 31), Period(2024, "Q", 3)
    )  # fmt: skip
    assert not answer.simulated
    assert list(answer.tables["contributions"]["indicator"][:2]) == ["gdp.total", "gdp.primary"]
    # Where all parts lack for one reason, one line says so.
    (lacking,) = (note for note in answer.notes if "（行业）" in note)
    assert "：各部分都没有计算，没有可用的2024年前三季度增速" in lacking
    assert "固定资产投资" in answer.notes[0]
    nothing = who_pulls(versions(*PLAIN).iloc[:0], CATALOGUE, Session(national).workspace, None)
    assert nothing.sentences == ("没有合计与各部分都已公布的指标，说不出谁在拉动。",)


def test_figures_out_of_line_are_told(national):
    # 5.18 points of all the parts, whatever prices, are not 9.2: nothing is split.
    rows = quarter([1000, 50, 350, 600], [9.2, 4.0, 6.0, 4.8])
    answer = who_pulls(versions(*rows), CATALOGUE, Session(national).workspace, None)
    name = CATALOGUE.get("gdp.total").name_zh
    said = f"2024年前三季度{name}（三次产业）：各部分之和与合计不符，不作分解，请核对口径与修订。"
    assert answer.sentences == (said,)
    assert "gdp.secondary" not in set(answer.tables["contributions"]["indicator"])
    assert not has_chinese(English({name: "GDP"}).text(said))


def test_a_period_that_is_none_is_refused(national):
    with pytest.raises(UsageError, match="2024Q5"):
        Session(national).contributions("2024Q5")


def test_without_any_part_nothing_is_said_of_who_moved(national):
    # On that day the nation's sectors of 2024 were not published in this workspace.
    answer = Session(national, dt.date(2024, 10, 31)).contributions("2024Q3")
    assert answer.tables["contributions"]["points"].iloc[1:4].isna().all()
    assert answer.sentences == ("没有合计与各部分都已公布的指标，说不出谁在拉动。",)
    assert any("没有计算" in note for note in answer.notes)


def test_a_whole_that_hardly_grows_has_no_shares():
    # Of 0.1, which may be 0.05 or 0.15, a part that takes 3 points would hold -3,000 %.
    for whole, told in ((0.1, False), (0.4, False), (0.5, True)):
        table = table_of(*quarter([1000, 50, 350, 600], [whole, 4.0, 6.0, -5.0]))
        assert table.loc["gdp.tertiary", "points"] == pytest.approx(-3.0)
        assert np.isfinite(table.loc["gdp.tertiary", "share"]) == told
