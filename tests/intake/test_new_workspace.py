"""A new workspace takes nothing from anybody, and is a workspace."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from lianhu_analysis.catalog.indicators import load_catalogue
from lianhu_analysis.catalog.targets import load_targets
from lianhu_analysis.errors import UsageError
from lianhu_analysis.intake.new_workspace import create_workspace
from lianhu_analysis.workspace import load_workspace

ROOT = Path(__file__).resolve().parents[2]


def test_it_is_whole_and_asks_for_no_toml(tmp_path):
    written = create_workspace(tmp_path / "x", "某区", "610199")
    assert all(path.is_file() for path in written)
    space = load_workspace(tmp_path / "x")
    assert space.targets.name == "目标表.xlsx"
    assert load_targets(space, load_catalogue(space)) == ()
    books = {path.name for path in written if path.suffix == ".xlsx"}
    assert books == {"目标表.xlsx", "历史数据.xlsx", "月报模板.xlsx", "台账模板.xlsx"}


@pytest.mark.parametrize(("name", "kind"), [("某县", "县"), ("某新区", "区"), ("某", "区")])
def test_its_catalogue_names_its_own_departments_and_nothing_of_lianhu(tmp_path, name, kind):
    create_workspace(tmp_path / "x", name, "610199")
    space = load_workspace(tmp_path / "x")
    text = (space.root / "indicators.csv").read_text(encoding="utf-8")
    assert not [word for word in ("莲湖", "西安", "陕西", "Xi'an", "报告目标") if word in text]
    catalogue = load_catalogue(space)
    assert catalogue.get("gdp.total").department_zh == f"{kind}统计局"
    assert catalogue.get("gov.crime").department_zh == "公安分局"
    assert catalogue.get("emp.survey_unemp").name_zh == "城镇调查失业率(市级)"
    built_in = load_catalogue(load_workspace(ROOT))
    assert [item.code for item in catalogue] == [item.code for item in built_in]
    listed = load_workbook(tmp_path / "x" / "目标表.xlsx")["可选指标"]
    assert {row[0].value for row in listed.iter_rows(min_row=2)} == {i.name_zh for i in catalogue}


@pytest.mark.parametrize("name", ["历史数据.xlsx", "data/raw/来文/delivery.toml"])
def test_a_file_that_is_there_is_never_written_over(tmp_path, name):
    kept = tmp_path / "x" / name
    kept.parent.mkdir(parents=True)
    kept.write_text("我的", encoding="utf-8")
    with pytest.raises(UsageError, match="不会覆盖"):
        create_workspace(tmp_path / "x", "某区", "610199")
    assert kept.read_text(encoding="utf-8") == "我的"
    assert [path for path in (tmp_path / "x").rglob("*") if path.is_file()] == [kept]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"code": "61"}, "六位行政区划代码"),
        ({"name_zh": '某"区'}, "引号"),
        ({"name_zh": "某\x07区"}, "控制字符"),
        ({"year": 24}, "--year 24"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is(tmp_path, arguments, told):
    with pytest.raises(UsageError, match=told):
        create_workspace(tmp_path / "x", **{"name_zh": "某区", "code": "610199", **arguments})
    assert not (tmp_path / "x").exists()
