import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINT = (
    "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
)


def lint(folder):
    """Check the contracts of ``folder`` in a process of its own: it imports the package."""
    return subprocess.run(
        [sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def house(tmp_path):
    """A copy of the package and its contracts, to be spoilt."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "lianhu_analysis",
        tmp_path / "lianhu_analysis",
        ignore=lambda _, names: [name for name in names if Path(name).suffix not in {"", ".py"}],
    )
    return tmp_path


# Two things of one kind: tables that are read, and tables that are printed.
TWINS = {"__init__", "tables"}


def test_no_two_modules_share_a_name_without_reason():
    stems = [path.stem for path in (ROOT / "lianhu_analysis").rglob("*.py")]
    assert {stem for stem in stems if stems.count(stem) > 1} <= TWINS


def test_imports_go_only_downwards():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert "Imports go only downwards KEPT" in done.stdout


@pytest.mark.parametrize(
    "forbidden",
    [
        "\nimport lianhu_analysis.intake.observations\n",
        "\ndef hidden():\n    from lianhu_analysis.intake import observations\n",
    ],
    ids=["module", "function"],
)
def test_an_upward_import_is_caught(house, forbidden):
    with (house / "lianhu_analysis/errors.py").open("a", encoding="utf-8") as file:
        file.write(forbidden)
    done = lint(house)
    assert done.returncode == 1
    assert "lianhu_analysis.errors -> lianhu_analysis.intake.observations" in done.stdout


def test_a_room_outside_the_contract_is_caught(house):
    (house / "lianhu_analysis/attic.py").write_text('"""A room nobody declared."""\n')
    done = lint(house)
    assert done.returncode == 1
    assert "attic" in done.stdout
