"""A delivery is ingested; from what a day knew, every target is assessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

import lianhu_analysis
from lianhu_analysis.catalog.indicators import Catalogue, load_catalogue
from lianhu_analysis.catalog.targets import load_targets, versions_on
from lianhu_analysis.errors import UsageError
from lianhu_analysis.forecast.assessment import Assessment, assess_targets
from lianhu_analysis.forecast.verdict import Rules
from lianhu_analysis.intake.checks.findings import FIGURE
from lianhu_analysis.intake.corrections import (
    Assured,
    apply_corrections,
    assure,
    load_corrections,
    withhold_errors,
)
from lianhu_analysis.intake.ingest import ingest_files
from lianhu_analysis.intake.problems import FileResult
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.pipeline.past_runs import PastRunFiles
from lianhu_analysis.workspace import Workspace

__all__ = ["PROJECT_ROOT", "assess", "default_day", "ingest", "known_on", "rules_of", "versions_to"]


PROJECT_ROOT = Path(lianhu_analysis.__file__).resolve().parent.parent


def ingest(
    workspace: Workspace,
    paths: Sequence[Path] = (),
    on_file: Callable[[str], None] | None = None,
) -> tuple[FileResult, ...]:
    """Read deliveries into the vintage store; what cannot be read is listed.

    Parameters
    ----------
    paths
        Files or folders; none means everything under the workspace's raw folder.
    """
    return ingest_files(workspace, load_catalogue(workspace), paths, progress=on_file)


def assess(
    workspace: Workspace, as_of: dt.date | None = None, year: int | None = None
) -> Assessment:
    """Judge the targets of a year from what was known on a day.

    Parameters
    ----------
    as_of
        Default: the last publication in the store that may feed a forecast.
    year
        Default: the latest year with targets that had begun by that day.
    """
    catalogue = load_catalogue(workspace)
    targets = load_targets(workspace, catalogue)
    day = as_of or default_day(workspace)
    known = sorted({versions[0].year for versions in versions_on(targets, day)})
    if year is None:
        begun = [item for item in known if day is None or item <= day.year]
        year = max(begun or known or [day.year if day else dt.date.min.year])
    elif known and year not in known:
        years = "、".join(map(str, known))
        raise UsageError(f"--year {year}：{workspace.targets.name} 中只有 {years} 年的目标")
    assured = known_on(workspace, day, catalogue, parents=True)
    return assess_targets(
        assured.frame,
        targets,
        region=workspace.region,
        parents=workspace.parents,
        year=year,
        as_of=day,
        catalogue=catalogue,
        rules=rules_of(workspace),
        versions=versions_to(workspace, day, assured),
        past_runs=PastRunFiles(workspace),
    )


def rules_of(workspace: Workspace) -> Rules:
    """Return what the workspace says about forecasting."""
    return Rules(workspace.forecast_provenance, workspace.census_breaks, workspace.outlier_years)


def versions_to(workspace: Workspace, day: dt.date | None, known: Assured) -> pd.DataFrame:
    """Return every version published by a day, corrected, the errors known by then withheld.

    A column ``doubted`` says which figures the checks find out of line.
    """
    regions = [region.code for region in (workspace.region, *workspace.parents)]
    every = VintageStore(workspace.processed).history(regions, day=day)
    corrected, _ = apply_corrections(every, load_corrections(workspace), as_of=day)
    doubts = {item.key for item in known.findings if item.severity in ("Severe", "Bad")}
    keys = pd.MultiIndex.from_frame(corrected[list(FIGURE)])
    doubted = corrected.assign(doubted=keys.isin(list(doubts)) if doubts else False)
    return withhold_errors(doubted, known.findings)


def known_on(
    workspace: Workspace,
    day: dt.date | None,
    catalogue: Catalogue,
    *,
    parents: bool = False,
    provenances: Sequence[str] = (),
) -> Assured:
    """Return what was known on a day, corrected, checked, its errors withheld.

    Parameters
    ----------
    day
        ``None`` for everything in the store.
    parents
        Whether the regions above are wanted too.
    provenances
        Of the rows wanted; empty for all.
    """
    above = workspace.parents if parents else ()
    regions = [region.code for region in (workspace.region, *above)]
    frame = VintageStore(workspace.processed).as_of(day, regions=regions)
    if provenances:
        frame = frame[frame["provenance"].isin(provenances)].reset_index(drop=True)
    return assure(
        frame,
        catalogue,
        load_corrections(workspace),
        breaks=workspace.census_breaks,
        as_of=day,
        region=workspace.region.code,
    )


def default_day(workspace: Workspace) -> dt.date | None:
    """Return the last publication that may feed a forecast; none in an empty store."""
    store = VintageStore(workspace.processed)
    return store.last_published(workspace.forecast_provenance, [workspace.region.code])
