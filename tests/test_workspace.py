import datetime as dt
import os
import sys
from pathlib import Path

import pytest

from lianhu_analysis.errors import WorkspaceError
from lianhu_analysis.workspace import find_workspace, load_workspace

ROOT = Path(__file__).parents[1]
MINIMAL = '[region]\ncode = "999999"\nname_zh = "某区"\n'


def write(folder, text):
    (folder / "lianhu.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_repository_root_is_lianhus_workspace():
    space = load_workspace(ROOT)
    assert (space.region.code, space.region.name_zh) == ("610104", "莲湖区")
    assert [parent.name_zh for parent in space.parents] == ["西安市", "陕西省"]
    assert len(space.peers) == 12 and {peer.parent for peer in space.peers} == {"610100"}
    assert list(space.regions)[:4] == ["610104", "610100", "610000", "610102"]
    assert space.expected_counts == {"core": 41, "monitor": 187}
    assert space.simulated


def test_the_national_workspace_uses_official_figures_only():
    space = load_workspace(ROOT / "examples" / "national")
    assert space.forecast_provenance == ("official",)
    assert not space.simulated
    assert [item.day for item in space.census_breaks] == [dt.date(2024, 12, 26)]


def test_defaults_are_the_usual_folders(tmp_path):
    space = load_workspace(write(tmp_path, MINIMAL))
    assert space.raw == tmp_path / "data" / "raw"
    assert space.catalogue is None
    assert space.forecast_provenance == ("official",)
    assert (space.language, space.tells_sensitive) == ("zh", False)


def test_the_nearest_workspace_upwards_is_found(tmp_path):
    write(tmp_path, MINIMAL)
    deep = tmp_path / "notebooks" / "explore"
    deep.mkdir(parents=True)
    assert find_workspace(deep).root == tmp_path.resolve()


def test_paths_are_told_as_the_user_knows_them(tmp_path):
    space = load_workspace(write(tmp_path, MINIMAL))
    assert space.relative(tmp_path / "data" / "raw" / "a.csv") == "data/raw/a.csv"
    assert space.relative(Path("/elsewhere/b.csv")) == "b.csv"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[region\n", "不是有效的 TOML"),
        ('[regoin]\ncode = "1"\n', "不认识的字段 regoin"),
        ("[paths]\n", "缺少 region"),
        (MINIMAL + "[report]\nsensitve = true\n", "report：不认识的字段 sensitve"),
        (MINIMAL + '[report]\nsensitive = "no"\n', "report：sensitive = 'no' 应写成 true 或 false"),
        (MINIMAL + '[report]\nlanguage = "fr"\n', "report：language = 'fr' 不认识，可填 .*zh"),
        ('[region]\ncode = "1"\n', "region：缺少 name_zh"),
        ('[region]\ncode = 610104\nname_zh = "某区"\n', "region：code = 610104 .*加引号的文字"),
        (
            '[region]\ncode = "６１０１０４"\nname_zh = "某区"\n',
            "region：code = '６１０１０４'.*半角",
        ),
        ('[region]\ncode = "610104"\nname_zh = 5\n', "region：name_zh = 5 .*加引号的文字"),
        ('[region]\ncode = "610104"\nname_zh = "=1\\u0001"\n', "name_zh.*控制字符"),
        (MINIMAL + 'colour = "red"\n', "region：不认识的字段 colour"),
        (MINIMAL + '[[peers]]\ncode = "999999"\nname_zh = "某区"\n', "999999 写了不止一次"),
        (MINIMAL + '[[peers]]\ncode = "999998"\n', "peers 第 1 条：缺少 name_zh"),
        (MINIMAL + '[peers]\ncode = "999998"\n', "peers = .*应写成几项"),
        (MINIMAL + '[[census_breaks]]\ndate = 2024-12-26\nname = "x"\n', "census_breaks 第 1 条"),
        (MINIMAL + '[[census_breaks]]\nday = "2024-12-26"\nname = "x"\n', "day = .*不加引号的日期"),
        (MINIMAL + '[paths]\nraw = "a\\u0000b"\n', "paths：raw = .*控制字符"),
        (MINIMAL + "[paths]\nraw = 5\n", "paths：raw = 5 应写成加引号的文字"),
        (MINIMAL + '[paths]\nrwa = "x"\n', "paths rwa：.*'rwa' 不认识，可填 'raw'"),
        (MINIMAL + '[catalogue]\ncounts = { core = "41" }\n', "core = '41' 应写成不加引号的整数"),
        (MINIMAL + '[catalogue]\nfile = ["a"]\n', r"file = \['a'\] 应写成加引号的文字"),
        (MINIMAL + '[forecast]\nprovenance = "official"\n', "provenance = 'official' 应写成几项"),
        (MINIMAL + '[forecast]\nprovenance = ["oficial"]\n', "'oficial' 不认识，可填 'official'"),
        (MINIMAL + '[forecast]\noutlier_years = ["2020"]\n', "'2020' 应写成不加引号的整数"),
        ("forecast = 5\n" + MINIMAL, "forecast = 5 应写成一节"),
    ],
)
def test_a_wrong_file_says_what_and_where(tmp_path, text, fault):
    with pytest.raises(WorkspaceError, match=fault) as caught:
        load_workspace(write(tmp_path, text))
    assert "lianhu.toml" in str(caught.value)


def test_a_folder_in_place_of_the_file_is_no_workspace(tmp_path):
    (tmp_path / "lianhu.toml").mkdir()
    with pytest.raises(WorkspaceError, match=r"缺少 lianhu\.toml"):
        load_workspace(tmp_path)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_a_folder_whose_name_is_no_text_is_refused(tmp_path):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + "/莲湖".encode("gbk")))
    folder.mkdir()
    (folder / "lianhu.toml").write_text('[region]\ncode = "610104"\nname_zh = "莲湖区"\n')
    with pytest.raises(WorkspaceError, match="改名"):
        load_workspace(folder)


def test_no_workspace_says_how_to_get_one(tmp_path):
    with pytest.raises(WorkspaceError, match="lianhu init"):
        load_workspace(tmp_path)
    with pytest.raises(WorkspaceError, match="--workspace"):
        find_workspace(Path(tmp_path.anchor))


def test_the_record_lies_under_the_reports_unless_it_is_told_otherwise(tmp_path):
    region = '[region]\ncode = "610104"\nname_zh = "莲湖区"\n'
    (tmp_path / "lianhu.toml").write_text(region, encoding="utf-8")
    assert load_workspace(tmp_path).record == tmp_path.resolve() / "reports" / "record"
    (tmp_path / "lianhu.toml").write_text(
        f'{region}[paths]\nrecord = "判断记录"\n', encoding="utf-8"
    )
    assert load_workspace(tmp_path).record == tmp_path.resolve() / "判断记录"
