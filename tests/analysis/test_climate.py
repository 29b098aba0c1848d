"""Scores, diffusion, index and turning points, each recomputed by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianhu_analysis.analysis import climate
from lianhu_analysis.analysis.monitor_rules import load_rules
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.history import periods_asked
from lianhu_analysis.forecast.knowledge import GrowthSources, Knowledge
from lianhu_analysis.forecast.models import state_space
from lianhu_analysis.forecast.verdict import Rules
from tests.forecast.frames import catalogue, figures, indicator
from tests.forecast.test_past_forecasts import Shelf

SHOP = indicator("csm.shop", frequency="M", no_january=True)
PRICE = indicator("pri.cpi", frequency="M", kind="index", span="single", unit="上年同月=100")
COUNT = indicator("lan.count", frequency="M", mechanism="land", theme="land", unit="宗")
GDP = indicator("gdp.total")
LIST = catalogue(SHOP, PRICE, COUNT, GDP)
RULES = replace(load_rules(), heat_years=1, min_years=1)


def quarters(values, code="gdp.total", first=2020):
    """Growth of successive quarters; missing where ``None``."""
    return figures(
        *(
            (code, "yoy", "ytd", f"{first + n // 4}Q{n % 4 + 1}", value, "2025-01-17")
            for n, value in enumerate(values)
            if value is not None
        )
    )


def of(table, code):
    return table[table["code"] == code]


def test_growth_is_laid_out_where_it_is_published_and_levels_where_not():
    table = climate.lay_out(
        figures(
            ("csm.shop", "level", "ytd", "2024-03", 30.0, "2024-04-20"),
            ("csm.shop", "yoy", "ytd", "2024-03", 5.0, "2024-04-20"),
            ("csm.shop", "yoy", "single", "2024-03", 9.0, "2024-04-20"),
            ("csm.shop", "yoy", "ytd", "2024-03", 5.1, "2024-05-20"),  # revised
            ("lan.count", "level", "ytd", "2024-03", 4.0, "2024-04-20"),
            ("gdp.total", "yoy", "ytd", "2024-03", 7.0, "2024-04-20"),  # a month of a quarterly
            ("no.such", "yoy", "ytd", "2024-03", 7.0, "2024-04-20"),
        ),
        LIST,
    )
    assert list(table["code"]) == ["csm.shop", "lan.count"]
    assert list(table["value"]) == [5.1, 4.0]
    assert list(table["grown"]) == [True, False]
    # What piles up is compared with a year before.
    assert list(table["paced"]) == [True, False]


def test_january_is_the_period_before_february_and_both_are_one_column():
    table = climate.lay_out(
        figures(
            ("pri.cpi", "level", "single", "2023-12", 100.0, "2024-01-10"),
            ("pri.cpi", "level", "single", "2024-01", 101.0, "2024-02-10"),
            ("pri.cpi", "level", "single", "2024-02", 102.0, "2024-03-10"),
            ("pri.cpi", "level", "single", "2025-01", 103.0, "2025-02-10"),
        ),
        LIST,
    )
    assert list(table["slot"].diff().dropna()) == [1, 1, 11]
    found = climate.standings(table)
    assert list(found["change"].dropna()) == [1.0, 1.0, 1.0]
    kept = climate.columns(found)
    assert list(kept["period"]) == ["2023-12", "2024-02", "2025-01"]
    assert list(kept["month"]) == ["2023-12", "2024-02", "2025-02"]
    # 101 fell from 103 in December; 102 of February is more than that.
    table.loc[0, "value"] = 103.0
    assert climate.standings(table)["run"].to_list() == [0, 1, 0, 0]


def test_amounts_of_january_are_held_against_those_of_january():
    done = [("2023-01", 3.0), ("2023-02", 9.0), ("2024-01", 4.0)]
    frame = figures(*(("lan.count", "level", "ytd", p, v, "2024-02-20") for p, v in done))
    newest = climate.standings(climate.lay_out(frame, LIST)).iloc[-1]
    assert (newest["change"], newest["rank"], newest["n"]) == (1.0, 1, 2)


def test_growth_is_held_against_the_last_period_that_is_published_as_where_regions_are_compared():
    told = {"2023-09": 3.1, "2023-12": 2.5, "2024-03": 4.0, "2024-06": 3.0, "2024-08": 2.0}
    told |= {"2024-09": 2.5, "2025-02": 9.0, "2025-03": 8.0, "2025-05": 7.0}
    table = climate.lay_out(
        figures(*(("csm.shop", "yoy", "ytd", p, v, "2025-06-20") for p, v in told.items())), LIST
    )
    changes = [np.nan, -0.6, 1.5, -1.0, -1.0, 0.5, 6.5, -1.0, -1.0]
    table = climate.standings(table)
    assert table["change"].tolist() == pytest.approx(changes, nan_ok=True)
    assert list(table["run"]) == [0, 1, 0, 1, 2, 0, 0, 1, 2]
    for row in table[1:].itertuples():
        _, before = periods_asked(told, Period.parse(row.period), "M")
        assert row.change == pytest.approx(row.value - told[str(before)])


def test_ranks_share_a_place_and_blanks_have_none():
    table = climate.standings(climate.lay_out(quarters([5.0, 6.0, None, 6.0, 4.0, 4.0, 3.9]), LIST))
    assert list(table["rank"]) == [3, 1, 1, 4, 4, 6]
    assert list(table["tied"]) == [1, 2, 2, 2, 2, 1]
    assert set(table["n"]) == {6}
    assert table["change"].tolist() == pytest.approx(
        [np.nan, 1.0, 0.0, -2.0, 0.0, -0.1], nan_ok=True
    )


def test_a_run_of_falls_ends_where_growth_is_higher():
    table = climate.standings(climate.lay_out(quarters([9, 8, 7, 7, 6, 5, 4, 4.5, 4.4]), LIST))
    assert list(table["run"]) == [0, 1, 2, 0, 1, 2, 3, 0, 1]


def test_amounts_are_ranked_among_the_same_months():
    months = [("2022-02", 5.0), ("2022-03", 50.0), ("2023-02", 7.0), ("2023-03", 40.0)]
    table = climate.standings(
        climate.lay_out(
            figures(*(("lan.count", "level", "ytd", p, v, "2024-01-20") for p, v in months)), LIST
        )
    )
    assert list(table["rank"]) == [2, 1, 1, 2]
    assert set(table["n"]) == {2}
    assert table["change"].dropna().tolist() == [2.0, -10.0]


def test_a_score_by_hand():
    table = climate.standings(climate.lay_out(quarters([1.0, 2.0, 3.0, 6.0, 2.0]), LIST))
    scored = climate.with_scores(table, RULES)["score"].tolist()
    # 6 against 1, 2, 3, 6: mean 3, variance (4 + 1 + 0 + 9) / 3.
    assert scored[:3] == pytest.approx([np.nan] * 3, nan_ok=True)
    assert scored[3] == pytest.approx(3 / np.sqrt(14 / 3))
    # 2 against 2, 3, 6, 2: mean 3.25, variance (1.5625 * 2 + 0.0625 + 7.5625) / 3.
    assert scored[4] == pytest.approx(-1.25 / np.sqrt(10.75 / 3))


def test_outlier_years_have_no_score_and_teach_none():
    values = [1.0, 2.0, 3.0, 6.0, 90.0, -50.0, 70.0, 8.0, 2.0]
    table = climate.standings(climate.lay_out(quarters(values), LIST))
    scored = climate.with_scores(table, RULES, [2021])["score"]
    assert scored[4:8].isna().all()
    assert scored[8] == pytest.approx(-1.25 / np.sqrt(10.75 / 3))


def test_what_never_moves_or_piles_up_has_no_score():
    frame = pd.concat(
        [
            quarters([5.0] * 8),
            figures(
                *(
                    ("lan.count", "level", "ytd", f"2024-{m:02d}", float(m), "2025-01-20")
                    for m in range(2, 13)
                )
            ),
        ]
    )
    assert (
        climate.with_scores(climate.standings(climate.lay_out(frame, LIST)), RULES)["score"]
        .isna()
        .all()
    )


def test_heat_of_a_theme_is_the_mean_of_its_scores():
    table = pd.DataFrame(
        {
            "theme": ["macro", "macro", "land", "macro"],
            "month": ["2024-03"] * 3 + ["2024-06"],
            "score": [2.0, 1.0, np.nan, -1.0],
        }
    )
    heat = climate.theme_heat(table, RULES).set_index(["theme", "month"])
    assert heat.loc[("macro", "2024-03"), ["score", "n", "light"]].tolist() == [1.5, 2, "红·过热"]
    assert heat.loc[("all", "2024-06"), ["score", "n", "light"]].tolist() == [-1.0, 1, "浅蓝·偏冷"]
    assert ("land", "2024-03") not in heat.index
    assert set(heat["theme_zh"]) == {"综合", "全部"}


def test_diffusion_of_three_months_by_hand():
    table = pd.DataFrame(
        {
            "month": ["2024-02"] * 4 + ["2024-03"] * 3 + ["2024-04"],
            "change": [0.1, 0.2, -0.3, 0.0, -1.0, -2.0, np.nan, 0.4],
            "gap": [0.5, -0.5, 0.0, np.nan, np.nan, np.nan, 3.0, 0.1],
        }
    )
    found = climate.diffusion(table, 1).set_index("month")
    assert found.loc["2024-02"].tolist() == pytest.approx([2, 1, 4, 3, 62.5, 100 / 3])
    assert found.loc["2024-03"].tolist() == pytest.approx([0, 2, 2, 0, 0.0, np.nan], nan_ok=True)
    assert found.loc["2024-04"].tolist() == pytest.approx([1, 0, 1, 1, 100.0, 100.0])
    few = climate.diffusion(table, 3).set_index("month")
    assert few["n"].tolist() == [4, 2, 1]
    assert few["diffusion"].tolist() == pytest.approx([62.5, np.nan, np.nan], nan_ok=True)
    assert few["above_parent"].tolist() == pytest.approx([100 / 3, np.nan, np.nan], nan_ok=True)


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=1))
def test_diffusion_of_the_opposite_is_the_rest_of_a_hundred(changes):
    table = pd.DataFrame({"month": "2024-02", "change": changes, "gap": np.nan})
    there = climate.diffusion(table, 1)["diffusion"].item()
    back = climate.diffusion(table.assign(change=-table["change"]), 1)["diffusion"].item()
    assert there + back == pytest.approx(100.0)


def test_the_index_of_three_months_by_hand():
    panel = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [10.0, 40.0, 10.0]})
    # a: -1, 0, 1; b: mean 20, deviation sqrt(300): -10, 20, -10 over 17.32.
    means = np.array([-1 - 1 / np.sqrt(3), 2 / np.sqrt(3), 1 - 1 / np.sqrt(3)]) / 2
    expected = 100 + 10 * means / np.std(means, ddof=1)
    assert climate.composite(panel, 2, 10.0).tolist() == pytest.approx(expected.tolist())


def test_the_index_is_blank_where_too_few_are_known_and_a_constant_says_nothing():
    panel = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [3.0, np.nan, 1.0], "c": [5.0] * 3})
    index = climate.composite(panel, 2, 10.0)
    assert index.isna().tolist() == [False, True, False]


def test_turning_points_by_hand():
    values = pd.Series(
        [1, 2, 5, 3, 1, 0, 2, 4, 6, 7, 3, 1.0], index=[f"m{n:02d}" for n in range(12)]
    )
    found = climate.turning_points(values, 2)
    assert found.to_dict("list") == {
        "month": ["m02", "m05", "m09"],
        "kind": ["峰", "谷", "峰"],
        "value": [5.0, 0.0, 7.0],
    }


def test_of_two_peaks_without_a_trough_between_them_the_higher_counts():
    # The trough between them is too near to either to be one.
    values = pd.Series([0, 1, 2, 5, 3, 4, 8, 7, 6, 5.0])
    assert climate.turning_points(values, 2)["value"].tolist() == [8.0]
    gap = pd.Series([0, 1, 5, 3, 2, np.nan, 2, 3, 4, 2, 1.0])
    assert climate.turning_points(gap, 2)["value"].tolist() == [5.0, 4.0]


def sources(growth, kept=None):
    item = indicator("gdp.total")
    frame = figures(
        *(
            ("gdp.total", "yoy", "ytd", f"{2012 + n // 4}Q{n % 4 + 1}", value, "2024-01-17")
            for n, value in enumerate(growth)
        ),
        *(
            ("gdp.total", "level", "ytd", f"{y}Q{q}", 25.0 * q, "2024-01-17")
            for y in range(2012, 2024)
            for q in range(1, 5)
        ),
    )
    return GrowthSources.of(
        Knowledge(frame, past_runs=kept), item, catalogue(item), Rules(("official",), (), (2020,))
    )


def test_growth_is_freed_of_the_season():
    noise = np.random.default_rng(1).normal(0, 0.3, 48)
    single = 6 + noise + np.tile([3.0, -1.0, -1.0, -1.0], 12)
    to_date = (single.reshape(12, 4).cumsum(axis=1) / np.arange(1, 5)).round(1).ravel()
    table = climate.adjusted_growth(sources(to_date)).set_index("month")
    assert table.index[[0, -1]].tolist() == ["2012-03", "2023-12"]
    assert table["growth"].tolist() == to_date.tolist()
    # The outlier year is not made up.
    assert table.loc["2020-03":"2020-12", ["adjusted", "trend"]].isna().all().all()
    first = table.index.str.endswith("-03")
    effect = table["adjusted"][first].mean() - table["adjusted"][~first].mean()
    assert abs(effect) < 0.5 < 3.5 < np.mean(single[::4]) - np.mean(single.reshape(12, 4)[:, 1:])
    assert table["adjusted"].mean() == pytest.approx(6.0, abs=0.4)


def test_what_was_smoothed_once_is_kept_for_the_same_figures(monkeypatch):
    kept = Shelf()
    growth = np.round(6 + np.random.default_rng(2).normal(0, 0.5, 48), 1)
    first = climate.adjusted_growth(sources(growth, kept))
    assert len(kept) == 1
    monkeypatch.setattr(state_space, "likeliest", None)
    pd.testing.assert_frame_equal(climate.adjusted_growth(sources(growth, kept)), first)
    with pytest.raises(TypeError):  # other figures are asked anew
        climate.adjusted_growth(sources(growth + 0.1, kept))


def test_without_growth_there_is_nothing_to_adjust():
    with pytest.raises(ForecastError, match="没有公布累计增速"):
        climate.adjusted_growth(sources([]))
