"""The simulated targets: repeatable, adding up, and true to what is published."""

from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from data.simulation import (
    DEFAULT_SEED,
    LAST_DAY,
    benchmark,
    published_figures,
    simulate,
    write_files,
)
from data.simulation.releases import RELEASES
from data.simulation.workbooks import plain_documents

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "lianhu_analysis/catalog/data/indicators.csv"
FACTS = ROOT / "data/raw/published_facts/published_facts.csv"
SIMULATED_FACTS = {
    # indicators of the published facts that the simulation also has
    "gdp.total",
    "gdp.secondary",
    "gdp.tertiary",
    "ind.va_above.yoy",
    "ind.output_above",
    "fis.revenue.gpb",
    "csm.retail.total",
}


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    return published_figures(simulate())


@pytest.fixture(scope="module")
def delivery(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("simulated")
    write_files(out, list(plain_documents(DEFAULT_SEED)))
    return out


@pytest.fixture(scope="module")
def sheets(delivery) -> dict[tuple[str, str], list[list[object]]]:
    found = {}
    for path in sorted(delivery.glob("*.xlsx")):
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            found[path.stem, name] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return found


def levels(figures: pd.DataFrame, indicator: str, span: str = "ytd") -> pd.Series:
    chosen = figures[
        (figures["indicator"] == indicator)
        & (figures["measure"] == "level")
        & (figures["span"] == span)
    ]
    return chosen.set_index("period")["value"]


def annual(figures: pd.DataFrame, indicator: str, measure: str, year: str) -> float:
    chosen = figures[
        (figures["indicator"] == indicator)
        & (figures["measure"] == measure)
        & (figures["span"] == "ytd")
        & figures["period"].isin([f"{year}-12", f"{year}Q4"])
    ]
    assert len(chosen) == 1
    return float(chosen["value"].iloc[0])


def test_benchmark_meets_totals_and_keeps_a_proportional_path():
    shape = np.tile(np.arange(1.0, 13.0), (2, 1))
    assert benchmark(shape, np.array([156.0, 156.0])) == pytest.approx(2 * shape)
    bent = benchmark(shape, np.array([78.0, 90.0]))
    assert bent.sum(axis=1) == pytest.approx([78.0, 90.0])


def test_same_seed_same_bytes_other_seed_other_figures(delivery, tmp_path, figures):
    write_files(tmp_path, list(plain_documents(DEFAULT_SEED)))
    names = sorted(path.name for path in delivery.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for name in names:
        assert (tmp_path / name).read_bytes() == (delivery / name).read_bytes(), name
    other = published_figures(simulate(seed=1))
    assert not other["value"].equals(figures["value"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_meet_the_published_facts_too(seed):
    figures = published_figures(simulate(seed))
    assert annual(figures, "gdp.total", "level", "2023") == 846.44
    assert annual(figures, "gdp.total", "yoy", "2023") == 5.4
    assert annual(figures, "fis.revenue.gpb", "yoy", "2023") == 24.2


def test_delivery_is_small_and_complete(delivery):
    names = {path.name for path in delivery.iterdir()}
    yearly = {f"lianhu_{year}.xlsx" for year in range(2015, 2023)}
    monthly = {f"lianhu_{year}-{month:02d}.xlsx" for year in (2023, 2024) for month in range(1, 13)}
    assert names == yearly | monthly
    assert sum(path.stat().st_size for path in delivery.iterdir()) < 2_000_000


def test_agrees_with_every_published_fact_it_touches(figures):
    with FACTS.open(encoding="utf-8", newline="") as file:
        facts = [row for row in csv.DictReader(file) if row["region"] == "610104"]
    checked = 0
    for row in facts:
        if row["indicator"] not in SIMULATED_FACTS or row["period"] not in ("2022", "2023"):
            continue
        ours = annual(figures, row["indicator"], row["measure"], row["period"])
        decimals = len(row["value"].partition(".")[2])
        assert abs(ours - float(row["value"])) <= 0.5 * 10**-decimals + 1e-9, row["name_zh"]
        checked += 1
    assert checked == 12


def test_shares_of_2023_agree_with_the_bulletin(figures):
    share = {
        year: 100
        * annual(figures, "gdp.tertiary", "level", year)
        / annual(figures, "gdp.total", "level", year)
        for year in ("2022", "2023")
    }
    assert round(share["2023"], 1) == 73.6
    assert round(share["2023"] - share["2022"], 1) == 2.3


def test_gdp_of_2024_is_not_the_second_hand_one(figures):
    assert 894.24 not in set(figures["value"])


def test_sectors_add_up_to_the_second_decimal(figures):
    parts = levels(figures, "gdp.secondary") + levels(figures, "gdp.tertiary")
    total = levels(figures, "gdp.total")
    assert len(total) == 40
    assert (parts.round(2) == total).all()


def test_months_alone_add_up_to_the_year_to_date(figures):
    for indicator in figures.loc[figures["span"] == "single", "indicator"].unique():
        ytd, single = levels(figures, indicator), levels(figures, indicator, "single")
        for period, value in single.items():
            year, month = period.split("-")
            before = ytd.get(f"{year}-{int(month) - 1:02d}", 0.0)
            assert value == pytest.approx(ytd[period] - before, abs=1e-6), (indicator, period)


def test_year_to_date_levels_never_fall(figures):
    for indicator in figures.loc[figures["measure"] == "level", "indicator"].unique():
        ytd = levels(figures, indicator)
        assert (ytd >= 0).all()
        assert (ytd.groupby(ytd.index.str[:4]).diff().dropna() >= 0).all(), indicator


def test_no_january_for_industry_investment_and_retail(figures):
    for indicator in ("ind.va_above.yoy", "ind.output_above", "inv.fai.yoy", "csm.retail.total"):
        periods = figures.loc[figures["indicator"] == indicator, "period"]
        assert not periods.str.endswith("-01").any()
        single = figures[(figures["indicator"] == indicator) & (figures["span"] == "single")]
        assert not single["period"].str.endswith("-02").any()


def test_growth_only_indicators_have_no_levels(figures):
    growth_only = figures["indicator"].isin(["ind.va_above.yoy", "inv.fai.yoy", "ene.intensity"])
    assert set(figures.loc[growth_only, "measure"]) == {"yoy"}


def test_growth_is_not_the_ratio_of_levels(figures):
    ratio = annual(figures, "gdp.total", "level", "2023") / annual(
        figures, "gdp.total", "level", "2022"
    )
    assert round(100 * (ratio - 1), 1) != annual(figures, "gdp.total", "yoy", "2023")


def test_price_changes_implied_by_gdp_are_plausible(figures):
    for year in range(2016, 2024):
        ratio = annual(figures, "gdp.total", "level", str(year)) / annual(
            figures, "gdp.total", "level", str(year - 1)
        )
        real = 1 + annual(figures, "gdp.total", "yoy", str(year)) / 100
        assert -1.5 < 100 * (ratio / real - 1) < 4.5, year


def test_shock_and_rebound_are_there(figures):
    growth = figures[(figures["indicator"] == "gdp.total") & (figures["measure"] == "yoy")]
    growth = growth.set_index("period")["value"]
    assert growth["2020Q1"] < 0 < growth["2020Q4"] < growth["2019Q4"]
    assert growth["2021Q1"] > 10
    assert growth["2022Q1"] < growth["2023Q1"]


def test_figures_are_rounded_as_printed(figures):
    growth = figures.loc[figures["measure"] == "yoy", "value"]
    assert (growth == growth.round(1)).all()
    counts = figures.loc[figures["unit"].isin(["个", "宗"]), "value"]
    assert (counts == counts.round()).all()
    assert (figures["value"] == figures["value"].round(2)).all()


@pytest.mark.parametrize(
    ("indicator", "low", "high"),
    [
        ("lan.supply.area", 900, 1300),
        ("lan.acq.projects", 3, 6),
        ("lan.reserve.projects", 20, 30),
        ("lan.standard", 0, 4),
        ("prj.reserve.count", 12, 25),
        ("prj.key.done", 60, 85),
    ],
)
def test_magnitudes_at_year_end(figures, indicator, low, high):
    span = "point" if indicator == "prj.reserve.count" else "ytd"
    series = levels(figures, indicator, span)
    ends = series[series.index.str.endswith(("-12", "Q4"))]
    assert len(ends) == 10
    assert ends.between(low, high).all()


def test_land_comes_late_in_the_year(figures):
    area = levels(figures, "lan.supply.area")
    september = area[area.index.str.endswith("-09")].sum()
    december = area[area.index.str.endswith("-12")].sum()
    assert september / december < 0.7


def test_releases_follow_the_catalogue():
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        catalogue = {row["code"]: row for row in csv.DictReader(file)}
    for release in RELEASES:
        for row in release.rows:
            entry = catalogue[row.indicator]
            assert row.name_zh in (entry["name_zh"], *entry["aliases"].split(";")), row
            assert row.unit == entry["unit"], row
            assert release.lag_days == int(entry["release_lag_days"]), row
            assert release.department_zh == entry["department_zh"], row
            assert (1 not in release.months) or entry["no_january"] == "", row


def test_every_sheet_says_that_it_is_simulated(sheets):
    # The last: energy, 2015 to 2023, and the quarters of 2023 restated.
    assert len(sheets) == 10 * (3 * 12 + 2 * 11 + 3 * 4) + 9 + 4
    for key, rows in sheets.items():
        assert re.match(r"莲湖区20\d\d年.+（.+）　演示数据（模拟）$", str(rows[0][0])), key
        assert rows[1][2] == "演示数据（模拟）", key
        assert rows[2][:2] == ["指标名称", "计量单位"], key


def test_nothing_is_published_before_its_period_ends(figures, sheets):
    ends = figures["period_end"].map(lambda end: pd.Period(f"{end[0]}-{end[1]:02d}").end_time)
    published = pd.to_datetime(figures["published"])
    assert (published > ends).all()
    assert published.max() <= pd.Timestamp(LAST_DAY)
    assert not published.dt.day_of_week.isin([5, 6]).any()
    for (book, name), rows in sheets.items():
        if "修订" in name:
            continue
        day = dt.date.fromisoformat(str(rows[1][0]).removeprefix("发布日期："))
        year, month = int(re.search(r"\d{4}", str(rows[0][0]))[0]), int(name[:2])
        month = 12 if "能耗" in name else month
        assert pd.Timestamp(day) > pd.Period(f"{year}-{month:02d}").end_time, (book, name)


def test_cells_hold_the_published_figures_and_dashes(sheets, figures):
    sheet = sheets["lianhu_2024-09", "09月工业"]
    assert sheet[1][0] == "发布日期：2024-10-21"  # the 20th is a Sunday
    assert sheet[3][:4] == ["规模以上工业增加值", "%", "—", "—"]
    output = levels(figures, "ind.output_above")
    assert sheet[4][3] == output["2024-09"]
    assert sheets["lianhu_2024-02", "02月工业"][4][2] == "—"
    numbers = sum(
        isinstance(value, int | float)
        for (_, name), rows in sheets.items()
        for row in rows
        for value in row
        if "修订" not in name
    )
    assert numbers == len(figures)


def test_levels_of_2023_are_restated_after_the_census(sheets, figures):
    for quarter, month in enumerate(("03", "06", "09", "12"), 1):
        rows = sheets["lianhu_2024-12", f"2023年{month}月修订"]
        assert rows[1][0] == "发布日期：2024-12-27"
        total, secondary, tertiary = (row[2] for row in rows[3:6])
        assert total == round(secondary + tertiary, 2)
        assert total > levels(figures, "gdp.total")[f"2023Q{quarter}"]
    assert rows[3][3] == annual(figures, "gdp.total", "yoy", "2023")


def test_energy_comes_five_months_after_the_year(sheets, figures):
    rows = sheets["lianhu_2024-04", "2023年能耗"]
    assert rows[1][0] == "发布日期：2024-05-29"
    energy = figures[figures["indicator"] == "ene.intensity"].set_index("period")["value"]
    assert rows[3][:3] == ["单位地区生产总值能耗降低率", "%", energy["2023"]]
    assert list(energy.index) == [str(year) for year in range(2015, 2024)]
    assert (energy > 0).all()
