"""What users can write is documented, and what the pages link to exists."""

import dataclasses
import re
import shutil

import pytest

from lianhu_analysis import cli
from lianhu_analysis.catalog.indicators import COLUMNS
from lianhu_analysis.intake.deliveries import Sidecar
from lianhu_analysis.intake.reading.words import Facets
from lianhu_analysis.pipeline import answers, reports
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.render.publishing.notebook import parameters_of
from tests.conftest import ROOT, copy_workspace

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def read(name):
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_every_command_is_in_the_guide():
    guide = read("commands.md")
    for command in cli.app.registered_commands:
        assert f"lianhu {command.callback.__name__}" in guide


def test_every_report_parameter_is_in_the_guide():
    guide = read("commands.md")
    for template in reports.TEMPLATES.values():
        for name in parameters_of(ROOT / "notebooks" / "reports" / template):
            assert f"| `{name}` |" in guide or f"叫 `{name}`" in guide


def test_every_catalogue_column_is_in_the_guide():
    guide = read("workspace.md")
    for name in COLUMNS:
        assert f"`{name}`" in guide, name


def test_every_field_of_the_forecast_document_is_in_the_guide(national):
    content = answers.describe_forecast(Session(national), 2024)
    guide = read("commands.md")
    fields = {*content, *content["targets"][0]} - {"indicator", "name_zh", "title_zh", "measure"}
    for name in fields:
        assert f"`{name}`" in guide or f"`{name}." in guide, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)#\s]+)", text):
        if not link.startswith("http"):
            assert (page.parent / link).exists(), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_no_path_of_a_machine(page):
    assert not re.search(r"/(?:home|root|Users|work)/", page.read_text(encoding="utf-8"))


TRANSCRIPT = re.compile(r"```console\n\$ lianhu (.+)\n((?:.*\n)*?)```")


@pytest.mark.parametrize(
    "command", ["catalog", "ingest", "check", "show", "doctor", "monitor", "scenario", "levers"]
)
def test_commands_are_shown_with_real_output(command):
    assert any(said.split()[0] == command for said, _ in TRANSCRIPT.findall(read("commands.md")))


def test_every_field_of_a_delivery_is_in_the_guide():
    guide = read("intake.md")
    for field in dataclasses.fields(Sidecar):
        assert f"`{field.name}`" in guide or f"`{field.name} =" in guide, field.name


def test_every_kind_of_word_is_in_the_guide():
    guide = read("intake.md")
    for name in {*Facets._fields} - {"clash"}:
        assert re.search(rf"\b{name} = ", guide), name


def test_the_output_shown_is_what_the_commands_print(tmp_path, monkeypatch, capfd):
    national = copy_workspace(ROOT / "examples" / "national", tmp_path / "national")
    trial = tmp_path / "lianhu"
    trial.mkdir()
    for name in ("lianhu.toml", "targets.toml"):
        shutil.copy(ROOT / name, trial)
    for folder, name in (("试读", "last_year.xlsx"), ("样例", "tables.xlsx")):
        (trial / "data" / "raw" / folder).mkdir(parents=True)
        shutil.copy(ROOT / "data" / "samples" / name, trial / "data" / "raw" / folder)
    for said, shown in TRANSCRIPT.findall(read("commands.md") + read("intake.md")):
        monkeypatch.chdir(trial if re.search("试读|样例", said) else national)
        with pytest.raises(SystemExit) as stopped:
            cli.main(said.split())
        assert stopped.value.code in (0, 1), said
        printed = "".join(capfd.readouterr()).splitlines()
        lines = [line for line in shown.splitlines() if line != "…"]
        assert lines and [line for line in lines if line not in printed] == [], said
