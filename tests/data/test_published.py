"""The real data that ship: nothing lost, nothing counted twice, and its origin marked."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "data/raw/published_facts/published_facts.csv"
NATIONAL = ROOT / "examples/national"
KEY = ("indicator", "measure", "span", "period", "published")
RELEASES = {"nbs_first": 42, "nbs_2020-05": 164, "nbs_later": 630, "nbs_2026-04": 576}
GOVERNMENT = r"https?://(www\.lianhu|www\.yanta|en\.xa|www\.shaanxi|www)\.gov\.cn/"
PEERS = {"610113": 10, "610117": 8, "610118": 6, "610102": 3}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def facts() -> list[dict[str, str]]:
    return read(FACTS)


@pytest.fixture(scope="module")
def national() -> dict[str, list[dict[str, str]]]:
    return {name: read(NATIONAL / "data/raw" / name / f"{name}.csv") for name in RELEASES}


def one(rows: list[dict[str, str]], **wanted: str) -> dict[str, str]:
    found = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    assert len(found) == 1, wanted
    return found[0]


def test_facts_by_region_and_provenance(facts):
    own = {"610104": 53, "610100": 141, "610000": 114}
    assert Counter(row["region"] for row in facts) == own | PEERS
    assert {row["provenance"] for row in facts} == {"published_fact", "second_hand"}


def test_fact_keys_are_unique(facts):
    counts = Counter(tuple(row[name] for name in ("region", *KEY)) for row in facts)
    assert [key for key, count in counts.items() if count > 1] == []


def test_targets_are_not_observations(facts):
    assert [row for row in facts if "目标" in row["name_zh"] or row["measure"] == "target"] == []


def test_figures_that_only_retell_are_second_hand(facts):
    for row in facts:
        retold = re.search("转载|百科|二手|镜像", row["source_title"])
        government = re.match(GOVERNMENT, row["source_url"])
        expected = "second_hand" if retold or not government else "published_fact"
        assert row["provenance"] == expected, row


def test_gdp_of_2024_from_an_encyclopaedia_is_second_hand(facts):
    row = one(facts, region="610104", indicator="gdp.total", measure="level", period="2024")
    assert (row["value"], row["provenance"]) == ("894.24", "second_hand")
    assert "百科" in row["source_title"]


def test_bulletin_of_2023_is_a_published_fact(facts):
    row = one(facts, region="610104", indicator="gdp.total", measure="level", period="2023")
    assert (row["value"], row["provenance"]) == ("846.44", "published_fact")
    growth = one(facts, region="610104", indicator="fis.revenue.gpb", measure="yoy", period="2023")
    assert growth["value"] == "24.2"


def test_growth_of_another_basis_keeps_its_own_name(facts):
    for row in facts:
        if row["indicator"] == "inv.fai.yoy":
            assert "不含农户" in row["name_zh"] and "12.3" not in row["name_zh"]
        if row["indicator"].startswith("fis.") and row["measure"] == "yoy":
            assert re.search("同口径|可比", row["name_zh"])
        if "两年平均" in row["name_zh"] or row["unit"] == "百分点":
            assert row["indicator"] == f"fact.{row['name_zh']}"


def test_publication_days(facts):
    for row in facts:
        day = re.search(r"\d{4}-\d{2}-\d{2}", row["source_title"])
        if day:
            assert (row["published"], row["published_basis"]) == (day[0], "stated")
        else:
            assert row["published_basis"] == "assumed"
            assert row["published"][:4] >= row["period"][:4]


def test_every_national_figure_is_there_once(national):
    assert {name: len(rows) for name, rows in national.items()} == RELEASES
    assert sum(RELEASES.values()) == 1412
    for name, rows in national.items():
        counts = Counter(tuple(row[column] for column in KEY) for row in rows)
        assert max(counts.values()) == 1, name


def test_national_revisions_are_both_kept(national):
    wanted = {"indicator": "gdp.total", "measure": "yoy", "period": "2023Q4"}
    assert one(national["nbs_first"], **wanted)["value"] == "5.2"
    assert one(national["nbs_2026-04"], **wanted)["value"] == "5.4"


def test_national_days_are_stated_or_left_empty(national):
    empty = {name: sum(not row["published"] for row in rows) for name, rows in national.items()}
    assert empty == {"nbs_first": 10, "nbs_2020-05": 164, "nbs_later": 630, "nbs_2026-04": 0}
    assert {row["published"] for row in national["nbs_2026-04"]} == {"2026-04-30"}


def test_national_industry_growth_is_of_the_single_month(national):
    rows = [row for row in national["nbs_later"] if row["indicator"] == "ind.va_above.yoy"]
    assert {(row["measure"], row["span"]) for row in rows} == {("yoy", "single")}
    others = [row for row in national["nbs_later"] if row["indicator"] != "ind.va_above.yoy"]
    assert {row["span"] for row in others} == {"ytd"}


@pytest.mark.parametrize("indicator", ["csm.retail.total", "inv.re"])
def test_national_year_to_date_levels_never_fall(national, indicator):
    rows = [row for row in national["nbs_later"] if row["indicator"] == indicator]
    values = {row["period"]: float(row["value"]) for row in rows}
    months = sorted(values)
    for earlier, later in pairwise(months):
        if earlier[:4] == later[:4]:
            assert values[earlier] < values[later], later


def test_national_sectors_add_up(national):
    levels: dict[str, dict[str, float]] = {}
    for row in national["nbs_2026-04"]:
        if row["measure"] == "level":
            levels.setdefault(row["period"], {})[row["indicator"]] = float(row["value"])
    assert len(levels) == 18
    for period, parts in levels.items():
        sectors = sum(parts[f"gdp.{name}"] for name in ("primary", "secondary", "tertiary"))
        assert abs(sectors - parts["gdp.total"]) < 0.11, period


def test_national_catalogue_knows_every_figure(national):
    catalogue = {row["code"]: row for row in read(NATIONAL / "indicators.csv")}
    assert len(catalogue) == 20
    for row in (row for rows in national.values() for row in rows):
        entry = catalogue[row["indicator"]]
        assert row["name_zh"] == entry["name_zh"]
        assert row["unit"] == ("%" if row["measure"] == "yoy" else entry["unit"])


def test_every_delivery_says_where_it_came_from():
    folders = [NATIONAL / "data/raw" / name for name in RELEASES] + [FACTS.parent]
    for folder in folders:
        sidecar = tomllib.loads((folder / "delivery.toml").read_text(encoding="utf-8"))
        assert sidecar["title"] and sidecar["notes"] and sidecar["provenance"]
