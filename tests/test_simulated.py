import datetime as dt
import hashlib
import importlib.util
import shutil
from pathlib import Path

import pytest

from lianhu_analysis.intake.observations import Observation, frame_observations
from lianhu_analysis.intake.store import LedgerEntry, VintageStore

ROOT = Path(__file__).resolve().parent.parent
SPEC = importlib.util.spec_from_file_location("simulated", ROOT / "setup/simulated.py")
simulated = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(simulated)


class Simulation:
    """A programme that writes the files it is told to, and counts its runs."""

    def __init__(self, root):
        self.root, self.runs = root, 0
        self.files = {"a.csv": "1", "office/b.csv": "2"}

    def __call__(self):
        self.runs += 1
        folder = self.root / "data/raw/simulated"
        folder.mkdir(parents=True)
        for name, text in self.files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def workspace(tmp_path):
    shutil.copy(ROOT / "lianhu.toml", tmp_path)
    (tmp_path / "data/simulation").mkdir(parents=True)
    (tmp_path / "data/simulation/process.py").write_text("SEED = 1\n", encoding="utf-8")
    return tmp_path


def store_file(root, path):
    """Put one observation of a raw file into the store, as `lianhu ingest` would."""
    row = {
        "region": "610104",
        "indicator": "gdp.total",
        "measure": "yoy",
        "span": "ytd",
        "period": "2024Q3",
        "value": 5.0,
        "unit": "%",
        "published": dt.date(2024, 10, 22),
        "published_basis": "stated",
        "source": path,
        "sheet": "",
        "cell": "A1",
        "token": "5.0",
        "status": "ok",
        "provenance": "simulated",
    }
    digest = hashlib.sha256((root / path).read_bytes()).hexdigest()
    store = VintageStore(root / "data/processed")
    with store.writing() as writer:
        entry = LedgerEntry(path, digest, "f")
        writer.append(frame_observations([Observation(**row)]), entry)


def stored(root):
    return set(VintageStore(root / "data/processed").ledger())


def test_files_that_stand_as_written_are_not_written_again(workspace):
    simulation = Simulation(workspace)
    assert simulated.refresh(workspace, simulation)
    assert not simulated.refresh(workspace, simulation)
    assert simulation.runs == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda root: (root / "data/simulation/process.py").write_text("SEED = 2\n"),
        lambda root: (root / "data/simulation/series.csv").write_text("code"),
        lambda root: (root / "data/raw/simulated/a.csv").write_text("edited"),
        lambda root: (root / "data/raw/simulated/office/b.csv").write_text("edited"),
        lambda root: (root / "data/raw/simulated/a.csv").unlink(),
        lambda root: (root / "data/raw/simulated/extra.csv").write_text("3"),
        lambda root: (root / ".stamps/simulated").write_text("{"),
    ],
    ids=[
        "programme changed",
        "its numbers changed",
        "file edited",
        "file in a folder edited",
        "file lost",
        "file added",
        "stamp torn",
    ],
)
def test_anything_else_is_simulated_again(workspace, spoil):
    simulation = Simulation(workspace)
    simulated.refresh(workspace, simulation)
    spoil(workspace)
    assert simulated.refresh(workspace, simulation)
    folder = workspace / "data/raw/simulated"
    written = {
        file.relative_to(folder).as_posix(): file.read_text()
        for file in folder.rglob("*")
        if file.is_file()
    }
    assert written == simulation.files


def test_a_simulation_that_fails_half_way_does_not_count(workspace):
    simulation = Simulation(workspace)
    simulated.refresh(workspace, simulation)
    (workspace / "data/simulation/process.py").write_text("SEED = 2\n", encoding="utf-8")

    def killed():
        simulation.files = {"a.csv": "new"}
        simulation()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulated.refresh(workspace, killed)
    assert simulated.refresh(workspace, Simulation(workspace))


def test_the_store_loses_what_changed_files_gave_and_nothing_else(workspace):
    simulation = Simulation(workspace)
    simulated.refresh(workspace, simulation)
    own = workspace / "data/raw/2024/own.csv"
    own.parent.mkdir()
    own.write_text("user", encoding="utf-8")
    paths = {
        f"data/raw/{name}" for name in ("simulated/a.csv", "simulated/office/b.csv", "2024/own.csv")
    }
    for path in paths:
        store_file(workspace, path)
    assert stored(workspace) == paths

    (workspace / "data/simulation/process.py").write_text("SEED = 2\n", encoding="utf-8")
    simulation.files = {"a.csv": "1", "office/b.csv": "changed", "c.csv": "new"}
    simulated.refresh(workspace, simulation)
    assert stored(workspace) == {"data/raw/simulated/a.csv", "data/raw/2024/own.csv"}

    (workspace / "data/simulation/process.py").write_text("SEED = 3\n", encoding="utf-8")
    simulation.files = {"c.csv": "new"}
    simulated.refresh(workspace, simulation)
    assert stored(workspace) == {"data/raw/2024/own.csv"}
