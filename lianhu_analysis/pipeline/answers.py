"""What the command line and the notebooks ask beside reports: documents and desks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import lianhu_analysis
from lianhu_analysis.catalog.indicators import load_catalogue
from lianhu_analysis.errors import UsageError
from lianhu_analysis.forecast.assessment import assessment_json
from lianhu_analysis.forecast.issued import frequency_fields
from lianhu_analysis.intake.checks.findings import Finding
from lianhu_analysis.intake.checks.revisions import revision_findings, revisions
from lianhu_analysis.intake.explain import Explanation, explain_file
from lianhu_analysis.intake.grids.workbook import FILES
from lianhu_analysis.intake.ingest import ingest_files
from lianhu_analysis.intake.observations import is_hidden
from lianhu_analysis.intake.origins import CellExplanation, explain_cell
from lianhu_analysis.intake.problems import FileResult, Problem
from lianhu_analysis.intake.raw_files import find_files
from lianhu_analysis.intake.sdmx import sdmx_csv
from lianhu_analysis.intake.whole_files import write_whole
from lianhu_analysis.pipeline.backtests import run_backtest
from lianhu_analysis.pipeline.record import read_record
from lianhu_analysis.pipeline.session import Session, open_session
from lianhu_analysis.render import listing
from lianhu_analysis.workspace import Workspace, locate_workspace

# Charts cost seconds to import: what draws imports them.
if TYPE_CHECKING:
    from lianhu_analysis.render.desk import Desk
    from lianhu_analysis.render.doctor import Diagnosis
    from lianhu_analysis.render.intake import IntakeDesk
    from lianhu_analysis.render.quality import QualityDesk
    from lianhu_analysis.render.review import ReviewDesk

PROJECT_ROOT = Path(lianhu_analysis.__file__).resolve().parent.parent

__all__ = [
    "PROJECT_ROOT",
    "check",
    "describe_catalogue",
    "describe_forecast",
    "examine",
    "explain",
    "export",
    "ingest",
    "open_desk",
    "open_intake",
    "open_quality",
    "open_review",
    "show_indicator",
]


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


def open_desk(workspace: str = "", as_of: str = "") -> Desk:
    """Open a workspace for exploring: verdicts, observations, vintages to a day.

    Parameters
    ----------
    workspace, as_of
        As in ``open_session``.
    """
    from lianhu_analysis.render.desk import Desk

    session = open_session(workspace, as_of)
    assessment = session.assess()

    def vintages(code: str) -> pd.DataFrame:
        return session.store.history(
            [session.workspace.region.code], indicators=[code], day=session.asked
        )

    return Desk(assessment, vintages, session.told)


def open_review(workspace: str = "", as_of: str = "") -> ReviewDesk:
    """Open the past forecasts of a workspace: back-test to a day, and verdicts issued.

    Parameters
    ----------
    workspace, as_of
        As in ``open_session``.  The back-test is computed once for the same data,
        settings and code, which takes a while.
    """
    from lianhu_analysis.render.review import ReviewDesk

    session = open_session(workspace, as_of)
    return ReviewDesk(
        region_zh=session.workspace.region.name_zh,
        as_of=session.day,
        simulated=session.workspace.simulated,
        catalogue=session.catalogue,
        backtest=run_backtest(session),
        record=read_record(session.workspace),
    )


def open_quality(workspace: str = "", as_of: str = "") -> QualityDesk:
    """Open a workspace's data for a look at their quality; see ``open_session``."""
    from lianhu_analysis.render.quality import QualityDesk

    session = open_session(workspace, as_of)
    space, fed = session.workspace, session.workspace.forecast_provenance
    assured = session.known(provenances=fed)
    vintages = session.store.history([space.region.code], day=session.day)
    vintages = vintages[vintages["provenance"].isin(fed)]
    return QualityDesk(
        space, session.catalogue, session.day, assured.frame, vintages, assured.findings
    )


def open_intake(workspace: str = "", file: str = "") -> IntakeDesk:
    """Read one delivered file for a look at it.

    Parameters
    ----------
    workspace
        As in ``open_session``.
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


def describe_catalogue(session: Session, code: str = "") -> dict[str, Any]:
    """Validate catalogue and targets and return them for printing."""
    catalogue = session.catalogue
    chosen = [catalogue.get(code)] if code else list(catalogue)
    targets = [item for item in session.targets if not code or item.indicator == code]
    return listing.catalogue_json(catalogue, chosen, targets)


def describe_forecast(session: Session, year: int | None) -> dict[str, Any]:
    """Assess and return the forecast document, the record beside each percentage."""
    content = session.kept(f"forecast {year}", lambda: assessment_json(session.assess(year)))
    targets = [{**item, **frequency_fields(session.told, item)} for item in content["targets"]]
    return {**content, "targets": targets}


def show_indicator(session: Session, code: str, region: str = "") -> dict[str, Any]:
    """Return the document of one indicator's observations: see ``Session.show``."""
    frame = session.show(code, region)
    region = region or session.workspace.region.code
    day = session.asked or session.store.last_published(None, [region])
    return listing.observations_json(frame, session.catalogue.get(code), region, day)


def check(
    session: Session, *, revised: bool = False, since: dt.date | None = None
) -> tuple[Finding, ...]:
    """Check what was known on a day, or list what was revised.

    Parameters
    ----------
    revised
        List the revisions instead of the findings.
    since
        Only revisions published after this day.
    """
    space = session.workspace
    own = [space.region.code]
    # Facts shown beside the forecast are checked too: the day is that of the last of any kind.
    day = session.asked or session.store.last_published(None, own)
    if not revised:
        # With the regions above, that an amount above theirs is named which is withheld for it.
        known = (session if day is None else session.on(day)).known(parents=True)
        return tuple(found for found in known.findings if found.region in own)
    versions = session.store.history(own, day=day)
    table = revisions(versions, breaks=space.census_breaks, since=since, as_of=day)
    return revision_findings(table, session.catalogue)


def examine(session: Session) -> tuple[Diagnosis, ...]:
    """Say how the machine and the workspace stand, the worst first.

    Figures are due by the calendar of the session's day.
    """
    # Looking for kernels costs a second to import.
    from lianhu_analysis.render.doctor import diagnose

    lock = PROJECT_ROOT / "requirements.lock"
    return diagnose(
        session.workspace,
        session.known().frame,
        session.catalogue,
        as_of=session.day,
        requirements=lock if lock.is_file() else None,
    )


def export(session: Session, file: Path) -> tuple[int, int]:
    """Write what was known on the day as SDMX-CSV: the region's figures and those above it.

    Corrections are made and errors withheld, as everywhere; what is sensitive stays in the
    house, unless the workspace says otherwise.

    Returns
    -------
    How many observations were written, and how many were left out.

    Raises
    ------
    UsageError
        If the file is there already.
    """
    if file.exists():
        raise UsageError(f"{file} 已经在那里，不会覆盖。请换一个文件名，或先把它移走")
    told = session.workspace.tells_sensitive
    frame = session.assured.frame
    shown = frame[told | ~is_hidden(frame["indicator"], session.catalogue.sensitive)]
    write_whole(file, sdmx_csv(shown))
    return len(shown), len(frame) - len(shown)


def explain(session: Session, path: Path, cell: str = "") -> Explanation | CellExplanation:
    """Say how a delivered file, or one cell of it, is read; nothing is stored."""
    told = explain_file(path, session.workspace, session.catalogue)
    return explain_cell(told, cell) if cell else told
