"""Ledgers as data: six kinds, those of a workspace beside them, every fault of its file at once."""

from importlib import resources

import pytest

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.catalog.ledgers import FILE_NAME, load_ledgers
from lianhu_analysis.errors import CatalogueError

OWN = """
[[ledger]]
kind = "visits"
name_zh = "走访企业"
sensitive = false
key = ["case"]
note = "一行一次。"
column = [
  { name = "case", head = "走访编号", required = true },
  { name = "day", head = "走访日", type = "past" },
]
"""


def test_the_work_reports_mechanisms_are_there_and_two_are_sensitive():
    ledgers = load_ledgers()
    assert set(ledgers) == {
        "parcels", "projects", "relocations", "heritage", "risks", "governance",
    }  # fmt: skip
    assert {kind for kind, item in ledgers.items() if item.sensitive} == {"risks", "governance"}


def test_what_cases_add_up_to_is_in_the_catalogue_in_the_same_unit():
    catalogue = read_catalogue(None, {})
    for ledger in load_ledgers().values():
        columns = {item.name: item for item in ledger.columns}
        for one in ledger.series:
            unit = catalogue.get(one.indicator).unit
            assert not one.amount or columns[one.amount].unit == unit, one.indicator
            for name, wanted in one.where.items():
                assert not columns[name].choices or wanted in columns[name].choices


def test_a_workspace_adds_its_own_and_replaces_a_built_in_one(tmp_path):
    packaged = resources.files("lianhu_analysis") / "catalog" / "data" / FILE_NAME
    first = packaged.read_text(encoding="utf-8").split("[[ledger]]")[1]
    secret = "[[ledger]]" + first.replace("sensitive = false", "sensitive = true")
    (tmp_path / FILE_NAME).write_text(OWN + secret, encoding="utf-8")
    ledgers = load_ledgers(tmp_path)
    assert ledgers["visits"].heads["走访日"].type == "past"
    assert ledgers["parcels"].sensitive and not load_ledgers()["parcels"].sensitive
    assert ledgers["risks"].name_zh == "风险隐患"


def test_every_fault_of_the_file_is_named_at_once(tmp_path):
    wrong = OWN.replace('key = ["case"]', 'key = ["number"]\nin_order = [["day", "night"]]')
    wrong = wrong.replace('head = "走访日"', 'head = "走访编号"')
    wrong += 'series = [{ indicator = "a", at = "when", amount = "sum", where = { who = "x" } }]\n'
    (tmp_path / FILE_NAME).write_text(wrong, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_ledgers(tmp_path)
    told = "".join(caught.value.faults)
    assert len(caught.value.faults) == 6
    assert all(f"'{name}'" in told for name in ("number", "night", "when", "sum", "who"))
    assert "表头 '走访编号' 不止一列" in told


def test_a_replacement_keeps_the_columns_that_analyses_ask_for(tmp_path):
    short = OWN.replace("visits", "heritage").replace('"day"', '"repaired"')
    (tmp_path / FILE_NAME).write_text(short, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_ledgers(tmp_path)
    assert [told.split("（")[0] for told in caught.value.faults] == [
        f"heritage：内置的列 {name!r}" for name in ("case_zh", "level", "status")
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"past"', '"date"', "type"),
        ("sensitive = false\n", "", "缺少 sensitive"),
        ('key = ["case"]', "key = []", "key"),
        ("note =", "hint =", "hint"),
        ("sensitive = false", 'sensitive = "no"', "sensitive = 'no' 应写成 true 或 false"),
    ],
)
def test_a_misspelt_file_is_refused(tmp_path, old, new, told):
    (tmp_path / FILE_NAME).write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(CatalogueError, match=told):
        load_ledgers(tmp_path)


def test_a_folder_in_place_of_the_file_is_not_passed_over(tmp_path):
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(CatalogueError, match="打不开"):
        load_ledgers(tmp_path)
