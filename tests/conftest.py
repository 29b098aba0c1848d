"""Workspaces that tests may write to, made once from what the project ships."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from lianhu_analysis import pipeline
from lianhu_analysis.intake.new_workspace import create_workspace
from lianhu_analysis.workspace import Workspace, load_workspace

ROOT = Path(__file__).parents[1]

# How long one example takes is the machine's business.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def copy_workspace(source: Path, target: Path) -> Path:
    """Copy a workspace without what was made from its raw data."""
    target.mkdir()
    for name in ("lianhu.toml", "targets.toml", "indicators.csv", "words.toml", "scenario.toml"):
        if (source / name).exists():
            shutil.copy(source / name, target / name)
    for folder in ("data/raw", "layouts"):
        if (source / folder).is_dir():
            shutil.copytree(source / folder, target / folder)
    return target


@pytest.fixture(scope="session")
def national(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return the national workspace, ingested; tests must not change it."""
    folder = tmp_path_factory.mktemp("spaces") / "national"
    space = load_workspace(copy_workspace(ROOT / "examples" / "national", folder))
    results = pipeline.ingest(space)
    assert [result.status for result in results] == ["read"] * 4
    return space


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    """Return a new workspace as ``lianhu init`` writes it."""
    create_workspace(tmp_path / "new", "某区", "610199", year=2024)
    return load_workspace(tmp_path / "new")
