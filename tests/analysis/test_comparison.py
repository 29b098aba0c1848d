"""Places among peers: ties share one, the unknown have none; distances worked out by hand."""

import datetime as dt
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis import pipeline
from lianhu_analysis.analysis.comparison import compare, places, standing
from lianhu_analysis.catalog.indicators import load_catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import UsageError
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.render.english import English, has_chinese
from lianhu_analysis.workspace import Region, load_workspace
from tests.conftest import ROOT

LIANHU = load_workspace(ROOT)
PEERS = tuple(Region(str(code), f"{code}区", "", "610100") for code in (1, 2, 3, 4))
SPACE = replace(LIANHU, peers=(*PEERS, Region("9", "外市某区", "", "620100")))
CATALOGUE = load_catalogue(LIANHU)
GDP = CATALOGUE.get("gdp.total")
OWN, CITY, PROVINCE = "610104", "610100", "610000"
DAY = dt.date(2024, 10, 31)


def figures(*rows):
    """Rows of (region, indicator, period, value[, span, measure, provenance])."""
    usual = ("ytd", "yoy", "official")
    columns = ["region", "indicator", "period", "value", "span", "measure", "provenance"]
    frame = pd.DataFrame([(*row, *usual[len(row) - 4 :]) for row in rows], columns=columns)
    simulated = frame["region"].eq(OWN) & frame["provenance"].eq("official")
    frame["provenance"] = frame["provenance"].mask(simulated, "simulated")
    return frame.assign(published=pd.Timestamp("2024-10-20"))


def gdp(period, **growth):
    codes = {"own": OWN, "city": CITY, "province": PROVINCE, "away": "9"}
    return [(codes.get(k, k[-1]), "gdp.total", period, value) for k, value in growth.items()]


AUTUMN = gdp("2024Q3", own=5.2, city=4.9, province=5.2, d1=5.8, d2=5.4, d3=5.2, away=9.0)
SUMMER = gdp("2024Q2", own=5.1, city=5.0, d1=5.9, d2=5.5, d3=5.3, away=9.5)


def ask(*rows, indicators=(GDP,), space=SPACE, period=None, fewer=()):
    return compare(figures(*rows), indicators, space, DAY, period, fewer)


def test_ties_share_a_place_and_the_unknown_have_none():
    growth = pd.Series([5.2, 5.8, np.nan, 5.2, 4.0], list("abcde"))
    assert places(growth).dropna().to_dict() == {"a": 2, "b": 1, "d": 2, "e": 4}
    assert np.isnan(places(growth)["c"])
    assert places(growth, fewer=True).dropna().to_dict() == {"e": 1, "a": 2, "d": 2, "b": 4}


def test_one_known_is_no_ranking():
    assert places(pd.Series([5.2, np.nan])).isna().all()


def test_place_distances_and_gaps_are_those_of_the_hand():
    answer = ask(*AUTUMN, *SUMMER)
    row = answer.tables["standing"].iloc[0]
    assert (row["place"], row["known"], row["districts"]) == (3, 4, 5)
    # Third with a tie, fourth in summer: 5.4 comes next, 5.8 is best.
    assert (row["moved"], row["to_next"], row["to_best"]) == (1, 0.2, 0.6)
    regions = answer.tables["regions"].set_index("region")
    assert regions.loc["3", "place"] == 3 and pd.isna(regions.loc["4", "place"])
    assert pd.isna(regions.loc["9", "place"])  # of another city
    assert regions.loc[CITY, "ahead"] == 0.3 and regions.loc[CITY, "change"] == -0.1
    assert answer.sentences == (
        "2024年前三季度地区生产总值增长 5.2%，比2024年上半年加快 0.1 个百分点，比西安市高 0.3 个百分点，"
        "与陕西省持平，居有数的 4 个区县并列第 3 位，比上期前移 1 位，距前一位 0.2 个、距首位 0.6 个百分点，"
        "另有 1 个区县没有数。",
    )


def test_of_several_indicators_those_long_out_of_date_are_left_out_aloud():
    retail = CATALOGUE.get("csm.retail.total")
    old = [(OWN, "csm.retail.total", "2023-07", 3.0)]
    several = ask(*AUTUMN, *old, indicators=(GDP, retail))
    assert list(several.tables["standing"]["indicator"]) == ["gdp.total"]
    assert "社会消费品零售总额没有比较：最近公布的是2023年1—7月，太旧了" in several.notes
    # Who asks for it, or for a month, is told; 2023-08 is not yet old on the last of October 2024.
    assert "增长 3.0%" in ask(*old, indicators=(retail,)).sentences[0]
    newer = [(OWN, "csm.retail.total", "2023-08", 3.0)]
    assert len(ask(*AUTUMN, *newer, indicators=(GDP, retail)).tables["standing"]) == 2


def test_no_movement_is_told_when_other_districts_are_known():
    row = ask(*AUTUMN, *SUMMER[:-2]).tables["standing"].iloc[0]
    assert pd.isna(row["moved"]) and row["place"] == 3


def test_the_best_has_nobody_before():
    row = ask(*gdp("2024Q3", own=6.0, d1=5.0)).tables["standing"].iloc[0]
    assert row["place"] == 1 and pd.isna(row["to_next"]) and pd.isna(row["to_best"])


def test_without_peers_no_place_is_made_up():
    answer = ask(*gdp("2024Q3", own=5.2))
    assert pd.isna(answer.tables["standing"].loc[0, "place"])
    assert answer.sentences == (
        "2024年前三季度地区生产总值增长 5.2%。",
        "地区生产总值：没有全市其他区县的数，不排位次。",
    )
    tax = (OWN, "fis.tax", "2024Q3", 3.0, "ytd", "yoy")
    both = ask(*gdp("2024Q3", own=5.2), tax, indicators=[GDP, CATALOGUE.get("fis.tax")])
    assert both.sentences[2:] == ("以上指标：没有全市其他区县的数，不排位次。",)


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (2.0, 2.4, "降低率 2.4%，比2022年提高 0.4 个百分点，比西安市高 0.4 个百分点。"),
        (2.5, -0.5, "上升 0.5%，由2022年的下降 2.5%转为上升，比西安市高 2.5 个百分点。"),
        (-0.5, 2.0, "下降 2.0%，由2022年的上升 0.5%转为下降，与西安市持平。"),
        (-0.5, -0.7, "上升 0.7%，升幅比2022年扩大 0.2 个百分点，比西安市高 2.7 个百分点。"),
        (-0.5, 0.0, "同比持平，由2022年的上升 0.5%转为持平，比西安市高 2.0 个百分点。"),
    ],
)
def test_a_rate_of_reduction_rises_and_falls_and_below_nothing_is_a_rise(before, now, said):
    energy = next(item for item in CATALOGUE if item.is_reduction)
    rows = [(OWN, energy.code, "2022", before, "annual"), (OWN, energy.code, "2023", now, "annual")]
    rows.append((CITY, energy.code, "2023", 2.0, "annual"))
    found = ask(*rows, indicators=[energy]).sentences[0]
    assert found == f"2023年{energy.name_zh.removesuffix('降低率')}{said}"


def test_differences_are_those_of_the_figures_that_are_printed():
    # 8.8 less 5.0 is 3.8, though 8.85 less 4.95 is 3.9; the tables keep what is published.
    rows = [*gdp("2024Q2", own=5.04), *gdp("2024Q3", own=4.95, city=8.84)]
    answer = ask(*rows)
    assert answer.sentences[0] == (
        "2024年前三季度地区生产总值增长 5.0%，与2024年上半年持平，比西安市低 3.8 个百分点。"
    )
    assert answer.tables["standing"]["growth"].tolist() == [4.95]
    fine = compare(figures(*rows), [GDP], SPACE, DAY, decimals={"gdp.total": 2})
    assert fine.sentences[0] == (
        "2024年前三季度地区生产总值增长 4.95%，比2024年上半年回落 0.09 个百分点，比西安市低 3.89 个百分点。"
    )


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ("single", "2024年8月{}增长 4.5%，比2024年7月回落 0.6 个百分点。"),
        ("ytd", "2024年1—8月{}增长 4.5%，比2024年1—7月回落 0.6 个百分点。"),
        ("point", "2024年8月末{}增长 4.5%，比2024年7月末回落 0.6 个百分点。"),
    ],
)
def test_growth_of_one_month_is_not_told_as_growth_to_date(span, said):
    item = replace(CATALOGUE.get("fis.tax"), span=span)
    rows = [
        (OWN, item.code, when, rate, span) for when, rate in (("2024-07", 5.1), ("2024-08", 4.5))
    ]
    assert ask(*rows, indicators=[item]).sentences[0] == said.format(item.name_zh)


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        # Nobody writes that growth was faster by 15.4 points than a fall.
        (1.3, -1.0, "下降 1.0%，由2024年上半年的增长 1.3%转为下降"),
        (-12.4, 3.0, "增长 3.0%，由2024年上半年的下降 12.4%转为增长"),
        (0.0, -1.0, "下降 1.0%，由2024年上半年的持平转为下降"),
        (-3.0, -1.0, "下降 1.0%，降幅比2024年上半年收窄 2.0 个百分点"),
        (-0.4, -1.0, "下降 1.0%，降幅比2024年上半年扩大 0.6 个百分点"),
        (-1.0, -1.0, "下降 1.0%，降幅与2024年上半年持平"),
        (-1.0, 0.0, "同比持平，由2024年上半年的下降 1.0%转为持平"),
        (0.4, -0.04, "同比持平，由2024年上半年的增长 0.4%转为持平"),
        (-0.04, 0.04, "同比持平，与2024年上半年持平"),
    ],
)
def test_a_fall_is_told_as_one(before, now, said):
    rows = [*gdp("2024Q2", own=before), *gdp("2024Q3", own=now)]
    assert ask(*rows).sentences[0] == f"2024年前三季度地区生产总值{said}。"


@pytest.mark.parametrize(
    ("own", "mate", "all_of"),
    [("610104", "区县", "全市"), ("610100", "市州", "全省"), ("610000", "省区市", "全国")],
)
def test_a_region_is_ranked_among_its_like(own, mate, all_of):
    peers = tuple(Region(str(code), f"某地{code}", "", "") for code in (1, 2))
    space = replace(LIANHU, region=Region(own, "本地"), parents=(), peers=peers)
    rows = [(own, "gdp.total", "2024Q3", 5.2, "ytd", "yoy", "simulated")]
    alone = ask(*rows, space=space)
    assert alone.question == f"在{all_of}各{mate}排第几，比上级地区高还是低？"
    assert alone.sentences[-1] == f"地区生产总值：没有{all_of}其他{mate}的数，不排位次。"
    ranked = ask(*rows, ("1", "gdp.total", "2024Q3", 6.0), space=space)
    assert f"居有数的 2 个{mate}第 2 位，距首位 0.8 个百分点，" in ranked.sentences[0]
    assert ranked.sentences[0].endswith(f"另有 1 个{mate}没有数。")


def test_unchanged_growth_is_level_with_the_period_before():
    said = ask(*gdp("2024Q3", own=5.2), *gdp("2024Q2", own=5.2)).sentences[0]
    assert said == "2024年前三季度地区生产总值增长 5.2%，与2024年上半年持平。"


def test_where_all_grow_alike_nobody_is_first():
    (said,) = ask(*gdp("2024Q3", own=5.0, city=5.0, d1=5.0, d2=5.0)).sentences
    assert "，有数的 3 个区县增速都相同，另有 2 个区县没有数。" in said and "位，" not in said
    english = English({"地区生产总值": "GDP", "西安市": "Xi'an"})
    assert not has_chinese(english.text(said))
    first, *_ = ask(*gdp("2024Q3", own=5.0, d1=5.0, d2=4.0)).sentences
    assert "居有数的 3 个区县并列第 1 位，另有 2 个区县没有数。" in first
    assert "joint place 1 among the 3 districts" in english.text(first)


def test_what_has_no_rank_is_named_once_where_something_else_has_one():
    tax = (OWN, "fis.tax", "2024Q3", 3.0, "ytd", "yoy")
    answer = ask(*AUTUMN, tax, indicators=[GDP, CATALOGUE.get("fis.tax")])
    assert answer.sentences[-1] == "税收收入：没有全市其他区县的数，不排位次。"
    assert sum("不排位次" in said for said in answer.sentences) == 1


def test_less_is_better_where_the_target_says_so():
    answer = ask(*AUTUMN, fewer={"gdp.total"})
    said = "另有 1 个区县没有数；目标有上限，位次由低到高排。"
    assert answer.sentences[0].endswith(said)
    assert "由低到高" not in ask(*AUTUMN).sentences[0]
    english = English({"地区生产总值": "GDP", "西安市": "Xi'an", "陕西省": "Shaanxi"})
    assert not has_chinese(english.text(answer.sentences[0]))
    row = answer.tables["standing"].iloc[0]
    assert (row["place"], row["to_next"]) == (1, pytest.approx(np.nan, nan_ok=True))


def test_a_year_is_compared_with_its_last_quarter():
    rows = [
        *gdp("2023Q4", own=5.4),
        ("1", "gdp.total", "2023", 11.3, "annual", "yoy", "second_hand"),
    ]
    row = ask(*rows).tables["standing"].iloc[0]
    assert (row["period"], row["place"], row["to_best"]) == ("2023Q4", 2, pytest.approx(5.9))


def test_facts_beside_a_simulated_history_are_not_the_regions_own():
    beside = (OWN, "gdp.total", "2023", 5.4, "annual", "yoy", "published_fact")
    answer = ask(*gdp("2024Q3", own=5.2), beside)
    assert answer.tables["standing"].loc[0, "period"] == "2024Q3"
    assert answer.simulated and not any("只演示做法" in note for note in answer.notes)
    assert any("只演示做法" in note for note in ask(*AUTUMN).notes)


def test_published_ranks_stand_beside():
    rank = (OWN, "fact.rank.gdp.total", "2024Q3", 7.0, "ytd", "level")
    table = ask(*AUTUMN, rank).tables["regions"].set_index("region")
    assert table.loc[OWN, "published_rank"] == 7 and table["published_rank"].count() == 1


def test_what_cannot_be_compared_is_named():
    answer = ask(*AUTUMN, indicators=[GDP, CATALOGUE.get("fis.tax")])
    assert any("税收收入没有比较：没有公布增速" in note for note in answer.notes)
    answer = ask(*AUTUMN, period=Period(2024, "M", 8))
    assert answer.tables["standing"].empty and any("2024-08" in note for note in answer.notes)
    assert "本地区没有公布增速" in ask(*AUTUMN[1:], period=Period(2024, "Q", 3)).sentences[0]


def test_standing_needs_no_city():
    alone = replace(SPACE, parents=(), peers=(Region("1", "某区"),))
    growth = pd.DataFrame({"growth": [5.0, 6.0], "previous": [5.0, 4.0]}, [OWN, "1"])
    table, found = standing(growth, alone)
    assert list(table["place"]) == [2, 1] and list(table["moved"]) == [-1, 1]
    assert found["to_next"] == 1.0


def test_a_session_compares_targets_and_headlines_or_one(national):
    session = Session(national, dt.date(2024, 10, 31))
    every, one = session.comparison(), session.comparison("gdp.total", "2024Q3")
    of_year = session.comparison(year=2024).tables["standing"]["indicator"]
    # What has a target comes first, then headline indicators that have growth.
    assert list(of_year) == ["gdp.total", "ind.va_above.yoy", "inv.fai.yoy"]
    assert len(session.comparison(year=2020).tables["standing"]) == len(every.tables["standing"])
    assert {"gdp.total", "inv.fai.yoy"} <= set(every.tables["standing"]["indicator"])
    assert one.tables["standing"].loc[0, "growth"] == 4.8
    assert one.sentences[0].startswith("2024年前三季度国内生产总值增长 4.8%")
    with pytest.raises(UsageError):
        session.comparison("gdp.totl")


def test_the_facts_of_peers_are_compared_with_the_day_they_were_known(tmp_path):
    shutil.copytree(ROOT / "data" / "raw" / "published_facts", tmp_path / "data" / "raw" / "facts")
    for name in ("lianhu.toml", "targets.toml"):
        shutil.copy(ROOT / name, tmp_path)
    space = replace(load_workspace(tmp_path), forecast_provenance=("published_fact",))
    pipeline.ingest(space)
    known = Session(space, dt.date(2024, 6, 1)).comparison("gdp.total", "2023Q4")
    # Gaoling told 11.3 % on 2024-05-15; Lianhu's bulletin says 5.4 %.  The other eleven: nothing.
    table = known.tables["regions"].set_index("region")
    assert table.loc["610117", ["growth", "place"]].tolist() == [11.3, 1]
    assert table.loc["610104", ["growth", "place", "provenance"]].tolist() == [
        5.4,
        2,
        "published_fact",
    ]
    assert table["place"].count() == 2 and len(table) == 15
    assert not known.simulated and "另有 11 个区县没有数" in known.sentences[0]
    before = Session(space, dt.date(2024, 5, 1)).comparison("gdp.total", "2023Q4")
    assert before.tables["regions"]["place"].isna().all()
