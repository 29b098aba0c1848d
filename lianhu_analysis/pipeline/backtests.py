"""The backtest of a workspace, computed once for the same data, settings and code."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue, load_catalogue
from lianhu_analysis.catalog.targets import load_targets
from lianhu_analysis.forecast.backtest import backtest, cells, events_table, reliability
from lianhu_analysis.forecast.verdict import Knowledge
from lianhu_analysis.intake.whole_files import PART_SUFFIX, settle
from lianhu_analysis.pipeline.past_runs import PastRunFiles, fingerprint
from lianhu_analysis.pipeline.story import default_day, known_on, rules_of, versions_to
from lianhu_analysis.workspace import Workspace

__all__ = ["Backtest", "backtest_json", "run_backtest"]

FOLDER = "backtest"


@dataclass(frozen=True)
class Backtest:
    """The record of a workspace.

    Attributes
    ----------
    record
        One row a forecast: see ``forecast.backtest``.
    """

    workspace: Workspace
    as_of: dt.date | None
    catalogue: Catalogue
    record: pd.DataFrame


def run_backtest(
    workspace: Workspace,
    as_of: dt.date | None = None,
    first: int | None = None,
    last: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Backtest:
    """Return the record of the years ``first`` to ``last``, from the cache where it holds it.

    Parameters
    ----------
    as_of
        Default: the last publication that may feed a forecast.
    progress
        Called with the name of each figure that has to be computed.
    """
    catalogue = load_catalogue(workspace)
    day = as_of or default_day(workspace)
    path = workspace.processed / FOLDER / f"{fingerprint(workspace, day)[:24]}.parquet"
    record = _read(path)
    if record is None:
        targets = load_targets(workspace, catalogue)
        assured = known_on(workspace, day, catalogue, parents=True)
        every = versions_to(workspace, day, assured)
        codes = [region.code for region in (workspace.region, *workspace.parents)]
        own, *above = (every[every["region"] == code] for code in codes)
        knowledge = Knowledge(own, tuple(above), targets, PastRunFiles(workspace))
        record = backtest(knowledge, targets, catalogue, rules_of(workspace), progress=progress)
        if not record.empty:
            _write(record, path)
            record = _read(path)
    if record is None or record.empty:
        return Backtest(workspace, day, catalogue, pd.DataFrame())
    kept = record["year"].between(first or record["year"].min(), last or record["year"].max())
    return Backtest(workspace, day, catalogue, record[kept].reset_index(drop=True))


def backtest_json(found: Backtest) -> dict[str, Any]:
    """Return what ``lianhu backtest --json`` prints."""
    table = cells(found.record)
    losing = table[table["loses"] & (table["model"] == "combination")] if len(table) else table
    years = sorted(found.record["year"].unique().tolist()) if len(found.record) else []
    return {
        "region": found.workspace.region.code,
        "region_zh": found.workspace.region.name_zh,
        "as_of": None if found.as_of is None else found.as_of.isoformat(),
        "simulated": found.workspace.simulated,
        "years": years,
        "n_forecasts": int((~found.record["again"]).sum()) if len(found.record) else 0,
        "cells": _rows(table, found.catalogue),
        "losing": _rows(losing, found.catalogue),
        "events": _rows(events_table(found.record)),
        "reliability": _rows(reliability(found.record)),
    }


def _rows(table: pd.DataFrame, catalogue: Catalogue | None = None) -> list[dict[str, Any]]:
    """Return plain rows; what cannot be computed is ``None``."""
    if catalogue is not None and len(table):
        table = table.assign(name_zh=[catalogue.get(code).name_zh for code in table["indicator"]])
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=10))
    return rows


def _read(path: Path) -> pd.DataFrame | None:
    if not path.is_file():
        return None
    with duckdb.connect() as connection:
        return connection.execute("SELECT * FROM read_parquet($1)", [str(path)]).df()


def _write(record: pd.DataFrame, path: Path) -> None:
    """Write the record whole, and drop those of other data or code."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}{PART_SUFFIX}")
    with duckdb.connect() as connection:
        connection.register("record", record)
        quoted = str(temporary).replace("'", "''")
        connection.execute(f"COPY record TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")
    settle(temporary, path)
    for other in path.parent.glob("*.parquet"):
        if other != path:
            other.unlink(missing_ok=True)
