"""Real and messy files, read without code of their own, figure by figure."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from lianhu_analysis.catalog.indicators import load_catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.figures import Reading
from lianhu_analysis.workspace import load_workspace
from tests.intake.one_file import read_file

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared" / "data"
NATIONAL = REPOSITORY / "examples" / "national"
LAYOUTS = Path(__file__).with_name("real_layouts")
CONFIG = """
[region]
code = "100000"
name_zh = "全国"
[[parents]]
code = "610100"
name_zh = "西安市"
[catalogue]
file = "indicators.csv"
"""


def real(path: str) -> Path:
    file = SHARED / path
    if not file.is_file():
        pytest.skip(f"real file absent: shared/data/{path}; nothing of it was tested")
    return file


def read(file: Path, root: Path, source: Path, sidecar: str = "", config: str = "") -> Reading:
    """Read a real file in a workspace made of a catalogue, words and descriptions."""
    shutil.copy(source / "indicators.csv", root)
    shutil.copy(source / "words.toml", root)
    shutil.copytree(source / "layouts", root / "layouts")
    text = config or (source / "lianhu.toml").read_text(encoding="utf-8")
    (root / "lianhu.toml").write_text(text, encoding="utf-8")
    folder = root / "data" / "raw" / "real"
    folder.mkdir(parents=True)
    (folder / "delivery.toml").write_text(f'provenance = "second_hand"\n{sidecar}', "utf-8")
    copy = Path(shutil.copy(file, folder))
    workspace = load_workspace(root)
    return read_file(workspace, load_catalogue(workspace), copy)


def figure(reading: Reading, *key: str) -> tuple[object, ...]:
    """Value, unit, status and place of one figure."""
    names = ["indicator", "measure", "span", "period"]
    rows = reading.frame[(reading.frame[names] == list(key)).all(axis=1)]
    assert len(rows) == 1, f"{key}: {len(rows)} rows"
    row = rows.iloc[0]
    value = None if pd.isna(row["value"]) else row["value"]
    return value, row["unit"], row["status"], "!".join(filter(None, (row["sheet"], row["cell"])))


@pytest.fixture(scope="module")
def gdp(tmp_path_factory) -> Reading:
    file = real("nbs_quarterly_gdp/nbs_quarterly_gdp_current_prices.csv")
    return read(file, tmp_path_factory.mktemp("gdp"), NATIONAL, "published = 2026-04-30\n")


@pytest.fixture(scope="module")
def indices(tmp_path_factory) -> Reading:
    file = real("nbs_quarterly_gdp/nbs_quarterly_gdp_indices.csv")
    return read(file, tmp_path_factory.mktemp("indices"), NATIONAL, "published = 2026-04-30\n")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (("gdp.total", "level", "single", "2026Q1"), (334192.9, "B4")),
        (("gdp.total", "level", "ytd", "2025Q4"), (1401879.2, "C5")),
        (("gdp.total", "level", "ytd", "2021Q4"), (1173823.0, "S5")),
        (("gdp.finance", "level", "ytd", "2025Q4"), (101336.6, "C27")),
        (("gdp.other", "level", "ytd", "2025Q4"), (246592.7, "C35")),
    ],
)
def test_the_english_export_gives_levels(gdp, key, expected):
    value, cell = expected
    assert figure(gdp, *key) == (value, "亿元", "ok", cell)


def test_the_english_export_is_read_whole(gdp, indices):
    # 16 industries, single quarter and accumulated, 18 quarters.
    for reading in (gdp, indices):
        assert (len(reading.frame), reading.problems) == (16 * 2 * 18, ())
        assert {str(day.date()) for day in reading.frame["published"]} == {"2026-04-30"}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (("gdp.total", "yoy", "single", "2026Q1"), (5.0, "B4")),
        (("gdp.total", "yoy", "ytd", "2021Q4"), (8.6, "S5")),
        (("bld.va", "yoy", "single", "2026Q1"), (-3.8, "B18")),
        (("gdp.other", "yoy", "ytd", "2021Q4"), (7.7, "S35")),
    ],
)
def test_the_english_indices_are_growth(indices, key, expected):
    value, cell = expected
    assert figure(indices, *key) == (value, "%", "ok", cell)


@pytest.fixture(scope="module")
def macro(tmp_path_factory) -> Reading:
    file = real("cn_macro_workbook/data.xlsx")
    return read(file, tmp_path_factory.mktemp("macro"), LAYOUTS, config=CONFIG)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (
            ("csm.retail.total", "level", "single", "2025-09"),
            (41971.0, "亿元", "ok", "消费（没有1-2月）!B2"),
        ),
        (
            ("csm.retail.total", "level", "single", "2018-11"),
            (35259.7, "亿元", "ok", "消费（没有1-2月）!B70"),
        ),
        (("mon.m2", "level", "point", "2025-11"), (3369890.52, "亿元", "ok", "M2!B3")),
        (("mon.m2", "yoy", "point", "2015-12"), (13.3, "%", "ok", "M2!C122")),
        (
            ("pri.ppi", "level", "single", "2015-12"),
            (94.1, "上年同月=100", "ok", "工业品出厂价格指数(PPI)!B121"),
        ),
        # January and February together: no figure of the month, one of the year to date.
        (
            ("ind.va_above.yoy", "yoy", "single", "2017-02"),
            (None, "%", "not_meaningful", "工业增加值增长（没有一月）!B99"),
        ),
        (
            ("ind.va_above.yoy", "yoy", "ytd", "2017-02"),
            (6.3, "%", "ok", "工业增加值增长（没有一月）!C99"),
        ),
        # Indicators in rows and months in columns, newest first.
        (("inv.mfg.yoy", "yoy", "ytd", "2025-11"), (1.9, "%", "ok", "固投月度增长!B2")),
        (("inv.auto.yoy", "yoy", "ytd", "2025-02"), (27.0, "%", "ok", "固投月度增长!K4")),
    ],
)
def test_the_macro_workbook(macro, key, expected):
    assert figure(macro, *key) == expected


def test_a_blank_january_gives_no_figure(macro):
    frame = macro.frame[macro.frame["indicator"] == "inv.mfg.yoy"]
    assert "2025-01" not in set(frame["period"])


def test_the_macro_workbooks_last_row_without_a_month_is_told(macro):
    told = [(p.sheet, p.cell) for p in macro.problems if "没有写时期" in p.message]
    assert told == [("消费（没有1-2月）", "A71")]


HOUSES = "cn_macro_workbook/housing price.xlsx"
BASES = 3


def mend(sheet: Worksheet) -> None:
    """Put the row of bases, which slipped one column to the left, back under its heads."""
    heads = [sheet.cell(1, number).value for number in range(1, sheet.max_column + 1)]
    bases = [sheet.cell(BASES, number).value for number in range(1, len(heads) + 1)]
    found = iter([base for base in bases if base])
    for number, head in enumerate(heads, 1):
        stub = head in (None, "城市")
        sheet.cell(BASES, number).value = None if stub else next(found)


@pytest.fixture(scope="module")
def houses(tmp_path_factory) -> Reading:
    return read(real(HOUSES), tmp_path_factory.mktemp("houses"), LAYOUTS, config=CONFIG)


@pytest.fixture(scope="module")
def mended(tmp_path_factory) -> Reading:
    book = openpyxl.load_workbook(real(HOUSES))
    for sheet in book:
        mend(sheet)
    copy = tmp_path_factory.mktemp("copy") / "housing price.xlsx"
    book.save(copy)
    return read(copy, tmp_path_factory.mktemp("mended"), LAYOUTS, config=CONFIG)


def test_bases_that_slipped_one_column_refuse_each_sheet(houses):
    # 上年同月=100 stands over the month before: no word of these heads can be trusted.
    assert houses.frame.empty
    months = [f"2025{month:02}" for month in range(1, 13)]
    assert {problem.sheet for problem in houses.problems} == {
        f"{month}{kind}" for month in months for kind in ("新房", "二手房")
    }
    assert all("错了位" in problem.message for problem in houses.problems)


def test_the_city_panels_give_the_workspaces_city_only(mended):
    frame = mended.frame
    assert set(frame["region"]) == {"610100"}
    assert frame.groupby("indicator").size().to_dict() == {
        "re.price.new": 12,
        "re.price.used": 12,
    }


@pytest.mark.parametrize(
    ("key", "value", "cell"),
    [
        (("re.price.new", "level", "single", "2025-12"), 94.4, "202512新房!C34"),
        (("re.price.new", "level", "single", "2025-02"), 98.3, "202502新房!C34"),
        (("re.price.used", "level", "single", "2025-12"), 91.0, "202512二手房!C34"),
        (("re.price.used", "level", "single", "2025-01"), 99.0, "202501二手房!C34"),
    ],
)
def test_a_city_is_found_by_its_padded_name(mended, key, value, cell):
    assert figure(mended, *key) == (value, "上年同月=100", "ok", cell)


def test_the_macro_workbooks_other_sheets_are_left_out_on_purpose(macro):
    assert set(macro.frame["sheet"]) == {
        "消费（没有1-2月）",
        "M2",
        "工业品出厂价格指数(PPI)",
        "工业增加值增长（没有一月）",
        "固投月度增长",
    }


def test_months_as_bare_numbers_take_the_sidecars_year(tmp_path):
    file = real("cn_macro_workbook/housing_sales.xlsx")
    sidecar = 'period = "2025"\nspan = "ytd"\n'
    reading = read(file, tmp_path, LAYOUTS, sidecar, CONFIG)
    assert figure(reading, "inv.re", "level", "ytd", "2025-12") == (
        82788.0,
        "亿元",
        "ok",
        "Sheet1!B2",
    )
    assert figure(reading, "re.sales.area", "level", "ytd", "2025-02") == (
        10746.0,
        "万平方米",
        "ok",
        "Sheet1!L4",
    )
    assert figure(reading, "re.inventory", "level", "point", "2025-02")[0] == 79891.0
    assert all("其中项" in problem.message for problem in reading.problems)


def test_a_plain_csv_of_months_takes_the_unit_that_its_delivery_declares(tmp_path):
    sidecar = 'unit = "无量纲"\n'
    reading = read(real("national_cn/pmi_data.csv"), tmp_path, LAYOUTS, sidecar, CONFIG)
    assert figure(reading, "pmi.mfg", "level", "single", "2015-01")[::3] == (49.8, "B2")
    assert figure(reading, "pmi.output", "level", "single", "2015-04")[::3] == (52.6, "C5")
    assert figure(reading, "pmi.mfg", "level", "single", "2016-02")[::3] == (49.0, "B15")
    assert figure(reading, "pmi.output", "level", "single", "2025-12")[::3] == (51.7, "C133")
    # The first three months have no sub-index.
    frame = reading.frame[reading.frame["indicator"] == "pmi.output"]
    assert min(frame["period"]) == "2015-04"
    # 生产经营活动预期 speaks of what is expected, and is left out for that.
    (expected,) = [column for column in reading.tables[0].columns if column.cell == "O1"]
    assert expected.reason
    assert {p.cell for p in reading.problems} == {f"{letter}1" for letter in "DEFGHIJKLMN"}


def test_a_dashboards_cache_is_no_delivery(tmp_path):
    # It mixes sources, derived series and days of release: no layout could say what is what.
    with pytest.raises(IntakeError, match=r"不能读取 \.json"):
        read(real("nbs_quarterly_gdp/series_data.json"), tmp_path, LAYOUTS, config=CONFIG)
