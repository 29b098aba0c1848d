"""The compiled national workbook, a real and messy file, read by its layout."""

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from lianhu_analysis.catalog.indicators import load_catalogue
from lianhu_analysis.intake.reading.figures import Reading
from lianhu_analysis.workspace import load_workspace
from tests.intake.one_file import read_file

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "examples" / "national"
FILE = REPOSITORY.parent / "shared" / "data" / "national_cn" / "国家数据202512.xlsx"

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"real file absent: {FILE.name}")


@pytest.fixture(scope="module")
def reading(tmp_path_factory) -> Reading:
    root = tmp_path_factory.mktemp("national")
    for name in ("lianhu.toml", "indicators.csv", "words.toml", "layouts"):
        source = EXAMPLE / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, root / name)
    folder = root / "data" / "raw" / "compiled"
    folder.mkdir(parents=True)
    file = Path(shutil.copy(FILE, folder))
    (folder / "delivery.toml").write_text('provenance = "second_hand"\n', encoding="utf-8")
    workspace = load_workspace(root)
    return read_file(workspace, load_catalogue(workspace), file)


@pytest.fixture(scope="module")
def figures(reading) -> pd.DataFrame:
    return reading.frame.set_index(["indicator", "measure", "span", "period"]).sort_index()


def test_every_series_has_its_count(reading):
    counts = reading.frame.groupby(["indicator", "measure", "span"]).size().to_dict()
    quarterly = {
        (code, measure, "ytd"): 64
        for code in ("gdp.total", "gdp.primary", "gdp.secondary", "gdp.tertiary", "gdp.industry")
        for measure in ("level", "yoy")
    }
    # 2010-02 to 2025-09 without Januaries is 173 months, and 2025-12 from the quarterly table.
    assert counts == quarterly | {
        ("inv.fai.yoy", "yoy", "ytd"): 174,
        ("inv.re", "level", "ytd"): 174,
        ("inv.re", "yoy", "ytd"): 64,
        ("csm.retail.total", "level", "ytd"): 176,
        ("csm.retail.total", "yoy", "ytd"): 64,
        ("ind.va_above.yoy", "yoy", "single"): 160,
    }


@pytest.mark.parametrize(
    ("key", "value", "token", "cell"),
    [
        (("gdp.total", "yoy", "ytd", "2010Q1"), 12.2, "112.2", "D2"),
        (("gdp.total", "level", "ytd", "2010Q1"), 87501.3, "87501.3", "C2"),
        (("gdp.total", "yoy", "ytd", "2020Q1"), -6.9, "93.1", "D42"),
        (("gdp.tertiary", "yoy", "ytd", "2025Q4"), 5.4, "105.4", "J65"),
        (("inv.re", "yoy", "ytd", "2025-12"), -17.2, "-17.2", "N65"),
        (("inv.re", "level", "ytd", "2025-02"), 10719.74, "10719.74\t", "C183"),
        (("inv.re", "level", "ytd", "2015-05"), 32291.84, "32291.84", "C66"),
        (("csm.retail.total", "level", "ytd", "2024-10"), 398960.3, "398960.3", "D179"),
        (("csm.retail.total", "level", "ytd", "2012-12"), 207166.71, "207166.71", "O13"),
        (("csm.retail.total", "level", "ytd", "2023-12"), 471495.2, "471495.2", "AD168"),
        (("ind.va_above.yoy", "yoy", "single", "2012-02"), 21.3, "21.3", "AE27"),
        (("inv.fai.yoy", "yoy", "ytd", "2020-02"), -24.5, "-24.5", "AB122"),
    ],
)
def test_figures_lead_back_to_their_cells(figures, key, value, token, cell):
    row = figures.loc[key]
    assert (row["value"], row["token"], row["cell"]) == (value, token, cell)


def test_the_old_january_figures_are_kept_as_published(figures):
    assert figures.loc[("csm.retail.total", "level", "ytd", "2010-01"), "value"] == 12718.1
    assert figures.loc[("csm.retail.total", "level", "ytd", "2011-01"), "value"] == 15249.0


@pytest.mark.parametrize(
    "key",
    [
        ("inv.re", "level", "ytd", "2010-01"),  # B2 to E2 of 月度 are blank text
        ("ind.va_above.yoy", "yoy", "single", "2013-02"),
        ("csm.retail.total", "level", "ytd", "2025-11"),  # the rows end before
    ],
)
def test_what_is_blank_in_the_file_gives_no_figure(figures, key):
    assert key not in figures.index


def test_the_last_monthly_row_is_read_with_an_excel_serial_for_its_period(figures):
    # A190 holds 45901; the quarterly table says September in row 64, too.
    september = figures.xs("2025-09", level=3)
    assert {cell[1:] for cell in september["cell"]} == {"64", "190"}
    assert "2025-10" not in {key[3] for key in figures.index}


def test_the_one_disagreement_inside_the_file_is_found_and_withheld(reading, figures):
    assert len(reading.problems) == 1
    problem = reading.problems[0]
    assert "3.2 | 3.3" in problem.message
    assert "国家数据20242季度数据!R61" in problem.message and "月度!B181" in problem.message
    row = figures.loc[("inv.fai.yoy", "yoy", "ytd", "2024-12")]
    assert (row["status"], pd.isna(row["value"])) == ("quarantined", True)


def test_the_side_table_repeats_the_second_sheet(reading):
    # 160 of its 176 months and four series, and the quarter ends of three columns.
    assert reading.duplicates > 600


def differences(figures: pd.DataFrame, name: str) -> dict[tuple, tuple[float, float]]:
    """Compare with an adopted file: key -> (workbook, fact) where they differ as printed."""
    found = {}
    with (EXAMPLE / "data" / "raw" / name / f"{name}.csv").open(encoding="utf-8") as stream:
        for fact in csv.DictReader(stream):
            key = tuple(fact[field] for field in ("indicator", "measure", "span", "period"))
            ours, theirs = figures.loc[key, "value"], float(fact["value"])
            # The compiled file has up to two decimals where the other has one or none.
            half = 0.5 if theirs > 1000 and theirs.is_integer() else 0.05
            if abs(ours - theirs) > half + 1e-9:
                found[key] = (ours, theirs)
    return found


def test_it_agrees_with_the_monthly_facts_adopted_into_the_example(figures):
    assert differences(figures, "nbs_later") == {}


def test_it_agrees_with_first_published_growth_since_the_fourth_census_settled(figures):
    found = differences(figures, "nbs_first")
    growth = {key[3]: pair for key, pair in found.items() if key[1] == "yoy"}
    assert growth == {
        "2020Q2": (-1.7, -1.6),
        "2020Q3": (0.6, 0.7),
        "2020Q4": (2.2, 2.3),
        "2021Q1": (18.7, 18.3),
        "2021Q2": (13.0, 12.7),
        "2021Q3": (10.1, 9.8),
        "2021Q4": (8.4, 8.1),
    }
    assert max(key[3] for key in found if key[1] == "level") == "2022Q3"


def test_it_differs_from_the_facts_of_2020_only_by_the_revision_since(figures):
    found = differences(figures, "nbs_2020-05")
    assert found[("gdp.total", "yoy", "ytd", "2019Q1")] == (6.3, 6.4)
    assert all(abs(ours - theirs) <= 0.8 + 1e-9 for ours, theirs in found.values())
