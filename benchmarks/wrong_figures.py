"""Wrong figures put into right ones: the data, the cells chosen by seed, and what checks say."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from lianhu_analysis import pipeline
from lianhu_analysis.catalog.indicators import Catalogue, load_catalogue
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.intake.checks.check import check_observations
from lianhu_analysis.intake.checks.findings import Finding
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.workspace import Workspace, load_workspace

__all__ = [
    "Check",
    "World",
    "batches",
    "copy_national",
    "national",
    "no_check",
    "run_checks",
    "simulated",
]

ROOT = Path(__file__).resolve().parent.parent
# An economy that was never looked at while rules and thresholds were made; those were
# made with the project's own (seed 20240117) and with seeds 1 to 5.
SIMULATION_SEED = 20241118
KEY = ["region", "provenance", "indicator", "measure", "span", "period"]

Check = Callable[["World", pd.DataFrame], tuple[Finding, ...]]


@dataclass(frozen=True)
class World:
    """Published figures that are taken to be right.

    Attributes
    ----------
    history
        Every version of the workspace's own region that may feed a forecast.
    """

    name: str
    workspace: Workspace
    catalogue: Catalogue
    history: pd.DataFrame

    def known(self, day: dt.date) -> pd.DataFrame:
        """Return what was known on a day, labelled 0..n-1."""
        rows = self.history[self.history["published"] <= pd.Timestamp(day)]
        return rows.drop_duplicates(KEY, keep="last").reset_index(drop=True)

    def days(self, count: int, random: np.random.Generator) -> list[dt.date]:
        """Draw days of publication, after the first two years."""
        days = np.sort(self.history["published"].unique())
        late = days[days >= days[0] + np.timedelta64(730, "D")]
        chosen = random.choice(late, size=min(count, len(late)), replace=False)
        return [pd.Timestamp(day).date() for day in np.sort(chosen)]

    def kinds(self, frame: pd.DataFrame) -> pd.Series:
        """Return for each row ``regular``, ``lumpy`` (counts and land) or ``signed``."""
        structure = load_structure()
        kind = {}
        for code in frame["indicator"].unique():
            item = self.catalogue.get(code)
            lumpy, signed = structure.is_lumpy(item), structure.may_fall(item)
            kind[code] = "lumpy" if lumpy else "signed" if signed else "regular"
        return frame["indicator"].map(kind)


def simulated(seed: int = SIMULATION_SEED) -> World:
    """Simulate deliveries of one seed and ingest them into a workspace of their own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "simulated"
        folder.mkdir()
        for file in ("lianhu.toml", "targets.toml"):
            shutil.copy(ROOT / file, folder / file)
        out = folder / "data" / "raw" / "simulated"
        command = [sys.executable, "-m", "data.simulation", "--out", str(out), "--seed", str(seed)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        return _world("simulated", folder)


def national() -> World:
    """Ingest the national workspace into one of its own."""
    with tempfile.TemporaryDirectory() as name:
        return _world("national", copy_national(Path(name)))


def copy_national(into: Path) -> Path:
    """Copy the national workspace, without what was made from it, and return the copy."""
    source, folder = ROOT / "examples" / "national", into / "national"
    folder.mkdir()
    for file in ("lianhu.toml", "targets.toml", "indicators.csv", "words.toml"):
        shutil.copy(source / file, folder / file)
    for part in ("data/raw", "layouts"):
        shutil.copytree(source / part, folder / part)
    return folder


def _world(name: str, folder: Path) -> World:
    workspace = load_workspace(folder)
    pipeline.ingest(workspace)
    history = VintageStore(workspace.processed).history([workspace.region.code])
    history = history[history["provenance"].isin(workspace.forecast_provenance)]
    catalogue = load_catalogue(workspace)
    history = history[history["indicator"].isin([item.code for item in catalogue])]
    return World(name, workspace, catalogue, history.sort_values([*KEY, "published"]))


def run_checks(world: World, frame: pd.DataFrame) -> tuple[Finding, ...]:
    """Run every check, as the command line does."""
    return check_observations(
        frame,
        world.catalogue,
        breaks=world.workspace.census_breaks,
        region=world.workspace.region.code,
    )


def no_check(world: World, frame: pd.DataFrame) -> tuple[Finding, ...]:
    """Find nothing: the negative control."""
    del world, frame
    return ()


def batches(
    world: World,
    frame: pd.DataFrame,
    *,
    newest: bool,
    share: float,
    count: int,
    measures: Sequence[str],
    random: np.random.Generator,
) -> Iterator[np.ndarray]:
    """Draw the cells that go wrong, a few series at a time and one cell in each.

    Parameters
    ----------
    newest
        Only the last figure of a series, as it arrives; else any of its figures.
    share
        Of the series that go wrong together; few enough to be single errors.

    Yields
    ------
    Row labels of one batch.
    """
    usable = frame["value"].notna() & (frame["value"] != 0) & frame["measure"].isin(measures)
    rows = frame[usable].assign(label=frame.index[usable])
    series = KEY[:-1]
    if newest:
        rows = rows.sort_values("period").groupby(series, as_index=False).tail(1)
    groups = [group["label"].to_numpy() for _, group in rows.groupby(series)]
    size = max(1, round(share * len(groups)))
    for _ in range(count):
        chosen = random.choice(len(groups), size=size, replace=False)
        yield np.array([random.choice(groups[index]) for index in chosen])
    del world
