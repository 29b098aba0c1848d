"""The guide's commands, in its order, print what it shows; its pictures are of the same figures."""

import re

import pytest

from data.simulation.new_district import fill_month, fill_targets, fill_with_simulated
from lianhu_analysis import cli, pipeline
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.workspace import load_workspace
from setup.guide_pictures import sheet_page
from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "guide_zh.md").read_text(encoding="utf-8")
STEP = re.compile(r"```console\n((?:> .+\n)+)((?:.*\n)*?)```")
HOME = "D:\\工作区"


def as_on_windows(line, folder):
    """Write a path below the folder of the workspaces as the guide's reader sees it."""
    name, found, rest = line.partition(str(folder))
    return f"{name}{HOME}{rest.replace('/', chr(92))}" if found else line


def test_every_step_prints_what_the_guide_shows(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    done = []
    for commands, shown in STEP.findall(GUIDE):
        capfd.readouterr()
        for command in commands.splitlines():
            words = command.removeprefix("> ").split()
            if words[:2] == ["cd", "/d"]:
                monkeypatch.chdir(tmp_path if words[2] == HOME else words[2])
                continue
            assert words[0] == "lianhu"
            with pytest.raises(SystemExit) as stopped:
                cli.main(words[1:])
            assert stopped.value.code == 0, command
            done.append(words[1])
            if words[1] == "init":
                fill_with_simulated(tmp_path / words[2])
        told = "".join(capfd.readouterr()).splitlines()
        printed = [as_on_windows(line, tmp_path) for line in told]
        lines = [line for line in shown.splitlines() if line != "…"]
        assert lines and [line for line in lines if line not in printed] == [], commands
    assert done == ["init", "catalog", "ingest", "ingest", "check", "forecast", "report"]
    # The month after, in the template as the guide's picture shows it.
    root = tmp_path / "演示区"
    fill_month(root)
    results = {result.path: result for result in pipeline.ingest(load_workspace(root))}
    month = results["data/raw/来文/2024年1—9月.xlsx"]
    assert (month.observations, month.problems) == (9, ())
    shown = Session(load_workspace(root)).show("csm.retail.total")
    assert "2024-11-05" in {f"{day:%Y-%m-%d}" for day in shown["published"]}


def test_a_picture_of_a_sheet_has_its_cells_and_their_addresses(empty):
    fill_targets(empty.root, {"指标": "<地区生产总值>", "目标值": 6})
    page = sheet_page(empty.targets, "目标", [1, 2], 4)
    assert "<th>A</th><th>B</th><th>C</th><th>D</th></tr>" in page
    assert '<tr><th>1</th><td class="head">指标</td><td class="head">口径</td>' in page
    assert '<tr><th>2</th><td class="over">&lt;地区生产总值&gt;</td>' in page
    assert '<td class="number">6</td></tr>' in page


def test_every_picture_is_drawn_and_shown():
    shown = set(re.findall(r"\(images/guide-(\w+)\.png\)", GUIDE))
    drawn = {
        path.stem.removeprefix("guide-") for path in (ROOT / "docs/images").glob("guide-*.png")
    }
    assert shown == drawn


def test_the_guide_tells_of_every_command_of_the_starters_menu():
    menu = (ROOT / "setup/windows/menu.txt").read_text(encoding="utf-8")
    assert "open-lianhu.bat" in GUIDE
    for command in re.findall(r"lianhu ([a-z]+)", menu):
        assert f"lianhu {command}" in GUIDE, command
