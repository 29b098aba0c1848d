"""The backtest of a workspace, computed once for the same data, settings and code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.forecast.backtest import backtest, cells, events_table, reliability
from lianhu_analysis.intake.whole_files import write_parquet
from lianhu_analysis.pipeline.session import Session

__all__ = ["backtest_json", "run_backtest"]

FOLDER = "backtest"


def run_backtest(
    session: Session,
    first: int | None = None,
    last: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Return the record of the years ``first`` to ``last``, from the cache where it holds it.

    Parameters
    ----------
    progress
        Called with the name of each figure that has to be computed.

    Returns
    -------
    DataFrame
        One row a forecast: see ``forecast.backtest``; empty if there is nothing to test.
    """
    path = session.workspace.processed / FOLDER / f"{session.fingerprint[:24]}.parquet"
    record = _read(path)
    if record is None:
        # What was announced later than the day is an aim of the past all the same.
        knowledge = replace(session.knowledge, targets=session.targets)
        record = backtest(
            knowledge, session.targets, session.catalogue, session.rules, progress=progress
        )
        if not record.empty:
            _write(record, path)
            record = _read(path)
    if record is None or record.empty:
        return pd.DataFrame()
    kept = record["year"].between(first or record["year"].min(), last or record["year"].max())
    return record[kept].reset_index(drop=True)


def backtest_json(session: Session, record: pd.DataFrame) -> dict[str, Any]:
    """Return what ``lianhu backtest --json`` prints of a record: see ``run_backtest``."""
    table = cells(record)
    losing = table[table["loses"] & (table["model"] == "combination")] if len(table) else table
    years = sorted(record["year"].unique().tolist()) if len(record) else []
    return {
        "region": session.workspace.region.code,
        "region_zh": session.workspace.region.name_zh,
        "as_of": None if session.day is None else session.day.isoformat(),
        "simulated": session.workspace.simulated,
        "years": years,
        "n_forecasts": int((~record["again"]).sum()) if len(record) else 0,
        "cells": _rows(table, session.catalogue),
        "losing": _rows(losing, session.catalogue),
        "events": _rows(events_table(record)),
        "reliability": _rows(reliability(record)),
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
    write_parquet(path, record)
    for other in path.parent.glob("*.parquet"):
        if other != path:
            other.unlink(missing_ok=True)
