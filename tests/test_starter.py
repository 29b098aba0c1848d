"""The starter for Windows, read: no machine of ours can double-click it."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from lianhu_analysis import cli

ROOT = Path(__file__).resolve().parent.parent
BATCH = ROOT / "open-lianhu.bat"
SHOWN = sorted((ROOT / "setup" / "windows").glob("*.txt"))
TEXT = BATCH.read_bytes().decode("ascii")
LINES = [line for line in TEXT.split("\r\n") if not line.startswith("rem ")]


def test_the_batch_file_is_ascii_so_that_no_code_page_can_break_it():
    # Read as ASCII above; no mark of its encoding before the first word.
    assert TEXT.startswith("@echo off\r\n")


@pytest.mark.parametrize("path", [BATCH, *SHOWN], ids=lambda path: path.name)
def test_every_line_ends_as_windows_ends_it_in_every_checkout(path):
    content = path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") > 0
    rules = (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    own = "*.bat" if path.suffix == ".bat" else "setup/windows/*.txt"
    assert f"{own} text eol=crlf" in rules
    # The last rule that fits holds.
    assert rules.index(f"{own} text eol=crlf") > rules.index("* text=auto eol=lf")


def test_what_is_said_in_chinese_is_shown_as_utf_8_after_the_code_page_is_set():
    shown = re.findall(r"^type (\S+)$", TEXT.replace("\r", ""), re.M)
    assert {ROOT / name.replace("\\", "/") for name in shown} == set(SHOWN)
    assert TEXT.index("chcp 65001") < TEXT.index("type ")
    for path in SHOWN:
        # A mark at the beginning would be printed.
        assert re.match(r"\s+[一-鿿]", path.read_bytes().decode("utf-8"))


def test_it_runs_only_what_is_there():
    assert (ROOT / "setup/environment.py").is_file()
    assert r"%PY% setup\environment.py" in LINES
    assert {*re.findall(r"goto (\w+)", TEXT)} == {
        *re.findall(r"^:(\w+)", TEXT.replace("\r", ""), re.M)
    }
    # Where pip puts `lianhu` in an environment on Windows.
    assert r'set "PATH=%HERE%\.venv\Scripts;%PATH%"' in LINES
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "lianhu" in project["scripts"]
    tried = re.search(r"for %%v in \(([\d. ]+)\)", TEXT)[1].split()
    assert all(SpecifierSet(project["requires-python"]).contains(version) for version in tried)
    known = re.search(
        r"for candidate in (.+);", (ROOT / "setup/venv.sh").read_text(encoding="utf-8")
    )
    assert [f"python{version}" for version in tried] == known[1].split()[1:-1]


def test_no_path_falls_into_the_next():
    """Each label's part ends in ``exit``; a failure is not closed before it can be read."""
    parts = re.split(r"^:\w+$", TEXT.replace("\r", ""), flags=re.M)
    assert all(part.strip().splitlines()[-1].startswith("exit /b") for part in parts)
    for part in re.findall(r":(?:nopython|failed)\n(.*?)exit", TEXT.replace("\r", ""), re.S):
        assert part.endswith("pause\n")


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.name)
def test_the_commands_and_files_that_it_names_exist(path):
    text = path.read_bytes().decode("utf-8")
    commands = {command.callback.__name__ for command in cli.app.registered_commands}
    assert set(re.findall(r"\blianhu ([a-z]+)", text)) <= commands
    for name in re.findall(r"\bdocs\\\S+?\.md|open-lianhu\.bat", text):
        assert (ROOT / name.replace("\\", "/")).is_file(), name


def test_the_menu_leads_from_a_new_folder_to_a_report():
    text = (ROOT / "setup/windows/menu.txt").read_bytes().decode("utf-8")
    assert re.findall(r"\blianhu ([a-z]+)", text) == [
        "init", "ingest", "check", "forecast", "report", "lab",
    ]  # fmt: skip
