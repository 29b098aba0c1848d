"""A new workspace takes nothing from anybody, and is a workspace."""

import pytest

from lianhu_analysis.catalog.indicators import load_catalogue
from lianhu_analysis.catalog.targets import load_targets
from lianhu_analysis.errors import UsageError
from lianhu_analysis.intake.new_workspace import create_workspace
from lianhu_analysis.workspace import load_workspace


def test_it_is_whole_and_asks_for_no_toml(tmp_path):
    written = create_workspace(tmp_path / "x", "某区", "610199")
    assert all(path.is_file() for path in written)
    space = load_workspace(tmp_path / "x")
    assert space.targets.name == "目标表.xlsx"
    assert load_targets(space, load_catalogue(space)) == ()
    books = {path.name for path in written if path.suffix == ".xlsx"}
    assert books == {"目标表.xlsx", "历史数据.xlsx", "月报模板.xlsx", "台账模板.xlsx"}


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
