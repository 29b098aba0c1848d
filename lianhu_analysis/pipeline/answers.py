"""What the command line and the notebooks ask beside reports: documents and desks."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lianhu_analysis.catalog.indicators import load_catalogue
from lianhu_analysis.catalog.targets import load_targets
from lianhu_analysis.errors import ForecastError, UsageError
from lianhu_analysis.forecast.assessment import assessment_json
from lianhu_analysis.forecast.issued import frequency_fields, told_in_advance
from lianhu_analysis.forecast.knowledge import GrowthSources, Knowledge
from lianhu_analysis.intake.checks.findings import Finding
from lianhu_analysis.intake.checks.revisions import revision_findings, revisions
from lianhu_analysis.intake.explain import Explanation, explain_file
from lianhu_analysis.intake.grids.workbook import FILES
from lianhu_analysis.intake.origins import CellExplanation, explain_cell
from lianhu_analysis.intake.problems import Problem
from lianhu_analysis.intake.raw_files import find_files
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.pipeline.backtests import run_backtest
from lianhu_analysis.pipeline.past_runs import PastRunFiles, fingerprint
from lianhu_analysis.pipeline.record import read_record
from lianhu_analysis.pipeline.story import (
    PROJECT_ROOT,
    assess,
    default_day,
    known_on,
    rules_of,
    versions_to,
)
from lianhu_analysis.render import listing
from lianhu_analysis.workspace import Workspace, locate_workspace

# Charts cost seconds to import: what draws imports them.
if TYPE_CHECKING:
    from statsmodels.tsa.statespace.mlemodel import MLEResults

    from lianhu_analysis.render.desk import Desk
    from lianhu_analysis.render.doctor import Diagnosis
    from lianhu_analysis.render.intake import IntakeDesk
    from lianhu_analysis.render.quality import QualityDesk
    from lianhu_analysis.render.review import ReviewDesk

__all__ = [
    "check",
    "describe_catalogue",
    "describe_forecast",
    "examine",
    "explain",
    "open_desk",
    "open_intake",
    "open_model",
    "open_quality",
    "open_review",
    "show_indicator",
]


def open_desk(workspace: str = "", as_of: str = "") -> Desk:
    """Open a workspace for exploring: verdicts, observations, vintages to a day.

    Parameters
    ----------
    workspace
        Folder of the workspace, also relative to the nearest one upwards;
        empty for that nearest one itself.
    as_of
        Only what was published by this day; empty for the last publication.
    """
    from lianhu_analysis.render.desk import Desk

    space, day = _opened(workspace, as_of)
    assessment = assess(space, day)
    store = VintageStore(space.processed)

    def vintages(code: str) -> pd.DataFrame:
        return store.history([space.region.code], indicators=[code], day=day)

    return Desk(assessment, vintages, told_in_advance(read_record(space), assessment.as_of))


def open_model(code: str, workspace: str = "", as_of: str = "") -> MLEResults:
    """Return statsmodels' results for one indicator's published growth.

    Parameters
    ----------
    workspace, as_of
        As in ``open_desk``.

    Raises
    ------
    ForecastError
        If too little growth is published.
    """
    # statsmodels takes half a second to import.
    from lianhu_analysis.forecast.models.state_space import likeliest

    space = locate_workspace(workspace)
    catalogue = load_catalogue(space)
    day = dt.date.fromisoformat(as_of) if as_of else default_day(space)
    versions = versions_to(space, day, known_on(space, day, catalogue))
    own = Knowledge(versions[versions["region"] == space.region.code])
    sources = GrowthSources.of(own, catalogue.get(code), catalogue, rules_of(space))
    years = sources.growth.on(None).years
    if not years:
        raise ForecastError(f"{code} 没有公布的增速，不能建模。可用 lianhu show {code} 查看")
    return likeliest(sources.panel_on(years[-1], None))


def open_review(workspace: str = "", as_of: str = "") -> ReviewDesk:
    """Open the past forecasts of a workspace: back-test to a day, and verdicts issued.

    Parameters
    ----------
    workspace, as_of
        As in ``open_desk``.  The back-test is computed once for the same data,
        settings and code, which takes a while.
    """
    from lianhu_analysis.render.review import ReviewDesk

    space, day = _opened(workspace, as_of)
    found = run_backtest(space, day)
    return ReviewDesk(
        region_zh=space.region.name_zh,
        as_of=found.as_of,
        simulated=space.simulated,
        catalogue=found.catalogue,
        backtest=found.record,
        record=read_record(space),
    )


def open_quality(workspace: str = "", as_of: str = "") -> QualityDesk:
    """Open a workspace's data for a look at their quality; see ``open_desk``."""
    from lianhu_analysis.render.quality import QualityDesk

    space, day = _opened(workspace, as_of)
    catalogue, day = load_catalogue(space), day or default_day(space)
    fed = space.forecast_provenance
    assured = known_on(space, day, catalogue, provenances=fed)
    vintages = VintageStore(space.processed).history([space.region.code], day=day)
    vintages = vintages[vintages["provenance"].isin(fed)]
    return QualityDesk(space, catalogue, day, assured.frame, vintages, assured.findings)


def _opened(workspace: str, as_of: str) -> tuple[Workspace, dt.date | None]:
    return locate_workspace(workspace), dt.date.fromisoformat(as_of) if as_of else None


def open_intake(workspace: str = "", file: str = "") -> IntakeDesk:
    """Read one delivered file for a look at it.

    Parameters
    ----------
    workspace
        As in ``open_desk``.
    file
        Path below the raw folder; empty for the last workbook there by name.

    Raises
    ------
    UsageError
        If there is no such file.
    """
    from lianhu_analysis.render.intake import IntakeDesk

    space = locate_workspace(workspace)
    path: Path | None
    if file:
        places = (space.raw / file, space.root / file)
        path = next(filter(Path.exists, places), places[0])
    else:
        known = sorted(find_files(space).files.items(), reverse=True)
        path = next((path for _, path in known if path.suffix.lower() in FILES), None)
    if path is not None:
        return IntakeDesk(explain_file(path, space, load_catalogue(space)))
    name = space.relative(space.raw)
    nothing = Problem("", "", f"{name} 下还没有工作簿", "请把文件放进去，再运行这一格")
    return IntakeDesk(Explanation(name, (), (nothing,)))


def describe_catalogue(workspace: Workspace, code: str = "") -> dict[str, Any]:
    """Validate catalogue and targets and return them for printing."""
    catalogue = load_catalogue(workspace)
    targets = load_targets(workspace, catalogue)
    chosen = [catalogue.get(code)] if code else list(catalogue)
    return listing.catalogue_json(
        catalogue, chosen, [item for item in targets if not code or item.indicator == code]
    )


def describe_forecast(
    workspace: Workspace, as_of: dt.date | None, year: int | None
) -> dict[str, Any]:
    """Assess and return the forecast document, the record beside each percentage.

    The same figures, settings and code give the same verdicts, so these are computed once.
    """
    day = as_of or default_day(workspace)
    kept = PastRunFiles(workspace)
    question = f"forecast {year} {fingerprint(workspace, day)}"
    key = hashlib.sha256(question.encode()).hexdigest()
    found = kept.get(key)
    if found is None:
        content = assessment_json(assess(workspace, day, year))
        kept.put(key, json.dumps(content, ensure_ascii=False).encode())
    else:
        content = json.loads(found)
    told = told_in_advance(read_record(workspace), day)
    targets = [{**item, **frequency_fields(told, item)} for item in content["targets"]]
    return {**content, "targets": targets}


def show_indicator(
    workspace: Workspace, code: str, as_of: dt.date | None, region: str = ""
) -> dict[str, Any]:
    """Return one indicator's observations as of a day (default: the last publication).

    Parameters
    ----------
    region
        Code of a region that the workspace names; empty for its own.

    Raises
    ------
    UsageError
        If the workspace names no such region.
    """
    indicator = load_catalogue(workspace).get(code)
    store = VintageStore(workspace.processed)
    region = region or workspace.region.code
    if region not in workspace.regions:
        known = "、".join(f"{item.code} {item.name_zh}" for item in workspace.regions.values())
        raise UsageError(f"--region {region!r} 不在 lianhu.toml 中，可填 {known}")
    day = as_of or store.last_published(None, [region])
    frame = store.as_of(day, regions=[region], indicators=[code])
    return listing.observations_json(frame, indicator, region, day)


def check(
    workspace: Workspace,
    as_of: dt.date | None = None,
    *,
    revised: bool = False,
    since: dt.date | None = None,
) -> tuple[Finding, ...]:
    """Check what was known on a day, or list what was revised.

    Parameters
    ----------
    revised
        List the revisions instead of the findings.
    since
        Only revisions published after this day.
    """
    catalogue = load_catalogue(workspace)
    day = as_of or VintageStore(workspace.processed).last_published(None, [workspace.region.code])
    if not revised:
        return known_on(workspace, day, catalogue).findings
    versions = VintageStore(workspace.processed).history([workspace.region.code], day=day)
    table = revisions(versions, breaks=workspace.census_breaks, since=since, as_of=day)
    return revision_findings(table, catalogue)


def examine(workspace: Workspace, as_of: dt.date | None = None) -> tuple[Diagnosis, ...]:
    """Say how the machine and the workspace stand, the worst first.

    Parameters
    ----------
    as_of
        The day by whose calendar figures are due; default the last publication.
    """
    # Looking for kernels costs a second to import.
    from lianhu_analysis.render.doctor import diagnose, survey

    catalogue = load_catalogue(workspace)
    day = as_of or default_day(workspace)
    lock = PROJECT_ROOT / "requirements.lock"
    environment = survey(workspace, lock if lock.is_file() else None)
    frame = known_on(workspace, day, catalogue).frame
    return diagnose(
        environment, frame, catalogue, as_of=day, provenances=workspace.forecast_provenance
    )


def explain(workspace: Workspace, path: Path, cell: str = "") -> Explanation | CellExplanation:
    """Say how a delivered file, or one cell of it, is read; nothing is stored."""
    told = explain_file(path, workspace, load_catalogue(workspace))
    return explain_cell(told, cell) if cell else told
