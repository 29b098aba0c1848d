"""The deliveries of all departments: whole, coherent, marked, and each cell's meaning known."""

from __future__ import annotations

import csv
import datetime as dt
import re
import zipfile
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from data.simulation import DEFAULT_SEED, LAST_DAY, documents, figures, write_samples
from data.simulation.delivery import FAMILIES, file_bytes, sidecars
from data.simulation.series import read_rows

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "data/raw/published_facts/published_facts.csv"
MARK = "演示数据（模拟）"
YEARS = range(2015, 2025)
NUMBER = re.compile(r"[-+\d.,E]+\t?")


@pytest.fixture(scope="module")
def made():
    return list(documents(DEFAULT_SEED))


@pytest.fixture(scope="module")
def numbers():
    return figures(DEFAULT_SEED)


@pytest.fixture(scope="module")
def meanings(made):
    return [
        (document, page, position, meaning)
        for document in made
        for page in document.pages
        for position, meaning in page.meanings.items()
    ]


def test_all_indicators_come_every_year_once_they_exist(meanings, numbers):
    years = defaultdict(set)
    for _, _, _, meaning in meanings:
        if meaning.kind == "figure":
            years[meaning.indicator].add(int(meaning.period[:4]))
    assert set(years) == {indicator.code for indicator in numbers.catalogue}
    for code, found in years.items():
        last = 2023 if numbers.indicator(code).frequency == "A" else 2024
        last = 2023 if code == "prj.key.plan" else last
        expected = set(range(max(2015, numbers.first[code]), last + 1))
        assert found == expected or found == expected | {2024}, code


def test_layouts_change_over_the_years_and_by_department(made):
    assert {document.family for document in made} == set(FAMILIES)
    assert len(FAMILIES) >= 8
    by_folder = defaultdict(set)
    for document in made:
        by_folder[document.path.split("/")[0]].add(document.family)
    assert by_folder["统计月报"] == {"month_header", "last_year", "three_row"}
    assert by_folder["项目土地"] == {"bulletin", "two_row", "last_year", "three_row", "annual"}


def test_every_title_says_that_it_is_simulated(made):
    for document in made:
        for page in document.pages:
            assert MARK in str(page.rows[0][0]), (document.path, page.name)
    for content in sidecars(made, DEFAULT_SEED).values():
        assert b'provenance = "simulated"' in content


def test_every_number_of_every_sheet_has_a_meaning(made):
    """A number without a meaning is a number that a reader could take wrongly, unseen."""
    for document in made:
        for page in document.pages:
            positions = page.meanings
            first = min(row for row, _ in positions)
            for row, cells in enumerate(page.rows[first:], first):
                for column, cell in enumerate(cells):
                    number = isinstance(cell, int | float) or (
                        isinstance(cell, str) and NUMBER.fullmatch(cell)
                    )
                    period = column == 0 and document.family == "vendor_csv"
                    stated = document.family == "long" and column == 7
                    known = (row, column) in positions or period or stated
                    assert not number or known, (document.path, page.name, row, column, cell)


def test_one_figure_of_one_day_has_one_value(meanings):
    values = defaultdict(set)
    for _, _, _, item in meanings:
        if item.kind == "figure":
            key = (item.indicator, item.measure, item.span, item.period, item.published)
            values[key].add(round(item.value, 9))
    assert [key for key, found in values.items() if len(found) > 1] == []


def test_nothing_is_published_before_its_period_ends_or_after_the_last_day(meanings):
    for document, _, _, item in meanings:
        if item.kind in ("figure", "comparison"):
            year = int(item.period[:4])
            month = {"Q": 3}.get(item.period[4:5], 1) * int(item.period[-1:] or 0)
            if item.period[4:5] == "-":
                month = int(item.period[5:])
            if len(item.period) == 4:
                month = 12
            end = dt.date(year + month // 12, month % 12 + 1, 1)
            assert end <= item.published, (document.path, item)
            assert item.basis == "assumed" or item.published <= LAST_DAY, (document.path, item)


def test_2024_unfolds_month_by_month(meanings):
    """What was out on a day in 2024: no figure of a later month."""
    latest = {}
    for day in (dt.date(2024, 4, 30), dt.date(2024, 10, 31)):
        known = [
            item for _, _, _, item in meanings if item.kind == "figure" and item.published <= day
        ]
        retail = [item.period for item in known if item.indicator == "csm.goods"]
        latest[day] = max(retail)
    assert list(latest.values()) == ["2024-03", "2024-09"]


def test_revisions_late_figures_and_changed_units_are_there(meanings, made):
    vintages = defaultdict(set)
    units = defaultdict(set)
    for document, page, (row, _), item in meanings:
        if item.kind == "figure" and item.measure == "level" and item.span == "ytd":
            vintages[item.indicator, item.period].add((item.published, item.value))
        if item.kind == "figure" and document.family == "month_header" and item.measure == "level":
            units[item.indicator, item.period[:4]].add(page.rows[row][1])
    revised = {key for key, found in vintages.items() if len({value for _, value in found}) > 1}
    assert ("gdp.total", "2023Q4") in revised
    assert len(revised) > 10
    assert units["csm.goods", "2016"] == {"万元"}
    assert units["csm.goods", "2017"] == {"亿元"}
    texts = Counter(
        str(cell)
        for document in made
        for page in document.pages
        for row in page.rows
        for cell in row
    )
    assert texts["#N/A"] and texts["——"] and texts["……"] + texts["—"] > 100
    assert any("*" in text for text in texts)
    assert any("，" not in text and re.search(r"\d,\d{3}", text) for text in texts)
    assert any(re.fullmatch("[０-９．]+", text) for text in texts)
    assert any(re.fullmatch(r"(\w )+\w", text) for text in texts)


def test_population_before_2020_is_restated_by_the_census(meanings):
    found = {
        item.published: item.value
        for _, _, _, item in meanings
        if (item.indicator, item.period) == ("pop.resident", "2017")
    }
    before, after = (found[day] for day in sorted(found))
    assert max(found) == dt.date(2021, 6, 30)
    assert before < 0.95 * after


SUMS = {
    "gdp.total": ("gdp.secondary", "gdp.tertiary"),
    "gdp.secondary": ("ind.va", "bld.va"),
    "gdp.tertiary": (
        "gdp.wholesale_retail",
        "gdp.transport",
        "gdp.hotel_catering",
        "gdp.finance",
        "gdp.realestate",
        "gdp.other_services",
    ),
    "fis.revenue.gpb": ("fis.tax", "fis.nontax"),
    "opn.trade": ("opn.export", "opn.import"),
    "csm.retail.total": ("csm.goods", "csm.catering"),
    "mkt.new": ("mkt.new_firm", "mkt.new_selfemp"),
}


@pytest.mark.parametrize("whole", SUMS)
def test_parts_add_up_to_the_last_decimal(whole, numbers):
    checked = 0
    for year in YEARS:
        for month in range(1, 13):
            total = numbers.level(whole, year, month, dt.date.min)
            if total is None:
                continue
            parts = [numbers.level(code, year, month, dt.date.min) for code in SUMS[whole]]
            assert round(sum(parts), 2) == total, (year, month)
            checked += 1
    assert checked in (40, 110, 120)


PARTS = {
    "fis.tax": ("fis.vat", "fis.cit"),
    "fis.exp": ("fis.exp8",),
    "csm.retail.total": ("csm.above.retail",),
    "csm.above.retail": ("csm.online", "csm.cat.food", "csm.cat.appliance", "csm.cat.auto"),
    "csm.cat.auto": ("csm.cat.nev",),
    "ind.output_above": ("ind.equipment", "ind.hightech", "ind.strategic", "ind.export_delivery"),
    "trd.wholesale.sales": ("trd.wholesale.above",),
    "trd.retail.sales": ("trd.retail.above",),
    "trd.hotel.turnover": ("trd.hotel.above",),
    "trd.catering.turnover": ("trd.catering.above",),
    "bld.contract": ("bld.contract_new",),
    "ene.elec": ("ene.elec_ind",),
    "fin.loan.rmb": ("fin.corp_loan",),
    "tou.visitors": ("tou.overnight",),
    "svc.revenue": ("tra.storage.rev", "svc.leasing.rev"),
    "rsk.accident": ("rsk.major",),
}


@pytest.mark.parametrize("whole", PARTS)
def test_sub_items_stay_below_their_whole(whole, numbers):
    for year in YEARS:
        for month in (3, 6, 9, 12):
            for code in PARTS[whole]:
                part = numbers.level(code, year, month, dt.date.min)
                assert part <= numbers.level(whole, year, month, dt.date.min), (code, year, month)


def test_shares_equal_the_computed_ones(numbers):
    for year in YEARS:
        for month in range(1, 13):
            tax, revenue = (
                numbers.level(code, year, month) for code in ("fis.tax", "fis.revenue.gpb")
            )
            assert abs(numbers.level("fis.tax_share", year, month) - 100 * tax / revenue) <= 0.0501
        done, plan = (numbers.level(f"prj.key.{name}", year, 12) for name in ("done", "plan"))
        assert abs(numbers.level("prj.key.rate", year, 12) - 100 * done / plan) <= 0.0501
        rd, gdp = numbers.level("inn.rd", year, 12), numbers.level("gdp.total", year, 12)
        assert abs(numbers.level("inn.rd_intensity", year, 12) - 100 * rd / gdp) <= 0.00501


def test_year_to_date_flows_never_fall_but_for_a_loss(numbers):
    for code, row in read_rows().items():
        indicator = numbers.indicator(code)
        path = numbers.monthly[code].level
        if indicator.span == "ytd" and indicator.kind == "flow" and path is not None:
            falls = np.diff(path, axis=1) < -0.011  # a rest of rounded figures may slip by one
            assert not falls.any() or code == "ind.profit", (code, row.method)


def test_shocks_and_festivals_are_there(numbers):
    visitors = [numbers.growth("tou.visitors", year, 3) for year in (2019, 2020, 2021)]
    assert visitors[1] < -40 < 40 < visitors[2]
    assert numbers.growth("trd.hotel.turnover", 2022, 2) < -5
    profit = {year: numbers.level("ind.profit", year, 2) for year in (2019, 2020)}
    assert profit[2020] < 0 < profit[2019]
    assert numbers.growth("ind.profit", 2021, 2) is None
    # The festival fell into February in 2018 and into January in 2017.
    scenic = [
        numbers.single("tou.scenic", year, 2) / numbers.single("tou.scenic", year, 1)
        for year in (2017, 2018)
    ]
    assert scenic[0] < scenic[1]


def test_agrees_with_every_published_fact_of_a_catalogue_indicator(numbers):
    with FACTS.open(encoding="utf-8", newline="") as file:
        facts = [row for row in csv.DictReader(file) if row["region"] == "610104"]
    checked = set()
    for row in facts:
        code, year = row["indicator"], row["period"]
        if code.startswith("fact.") or year not in ("2022", "2023"):
            continue
        value = (numbers.level if row["measure"] == "level" else numbers.growth)(
            code, int(year), 12
        )
        if row["unit"] == "亿美元":
            value = value / 10_000
        decimals = len(row["value"].partition(".")[2])
        assert abs(value - float(row["value"])) <= 0.5 * 10**-decimals + 1e-9, row["name_zh"]
        checked.add((code, row["measure"]))
    assert len(checked) == 30


@pytest.mark.parametrize("seed", [1, 2])
def test_other_seeds_meet_the_facts_and_add_up_too(seed):
    other = figures(seed)
    assert other.level("fis.exp", 2023, 12) == 44.26
    assert other.growth("ind.va", 2023, 12) == 6.8
    assert other.level("mkt.new", 2023, 12) == 24701
    parts = [other.level(code, 2021, 9) for code in SUMS["gdp.tertiary"]]
    assert round(sum(parts), 2) == other.level("gdp.tertiary", 2021, 9)


def test_same_seed_same_bytes_and_a_modest_size(made):
    again = list(documents(DEFAULT_SEED))
    size = 0
    for one, other in zip(made, again, strict=True):
        content = file_bytes(one)
        size += len(content)
        if one.path.endswith(("2015.xlsx", "2024-09.xlsx", ".csv")):
            assert content == file_bytes(other), one.path
        assert one == other, one.path
    assert len(made) < 250
    assert size < 5_000_000


def test_files_are_what_their_layout_says(made):
    by_family = {document.family: document for document in made}
    vendor = file_bytes(by_family["vendor_csv"])
    assert vendor.decode("gb18030").splitlines()[1].startswith("指标名称,莲湖区:")
    with pytest.raises(UnicodeDecodeError):
        vendor.decode("utf-8")
    english = file_bytes(by_family["english_csv"]).decode("utf-8-sig").splitlines()
    assert english[2].startswith("Indicators\t,4Q 2018\t,3Q 2018\t")
    assert any(line.startswith("Value added of transport, storage and post") for line in english)
    months = next(page for page in by_family["newest_first"].pages)
    assert months.rows[2][:4] == ["指标", "单位", "2022年12月", "2022年11月"]
    three = by_family["three_row"].pages[0]
    assert [row[2] for row in three.rows[2:5]] == ["2024年12月", "绝对额", "当月"]
    assert (2, 2, 2, 5) in three.merged


def contents(path):
    """Return what a file holds, however tightly it was packed."""
    if path.suffix == ".csv":
        return path.read_bytes()
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_samples_in_the_repository_are_the_present_ones(tmp_path):
    written = write_samples(tmp_path)
    folder = ROOT / "data/samples"
    assert {path.name for path in written} | {"README.md"} == {
        path.name for path in folder.iterdir()
    }
    assert len(written) == len(FAMILIES)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for path in written:
        assert contents(path) == contents(folder / path.name), path.name
        assert f"`{path.name}`" in readme
        assert path.stat().st_size < 12_000
