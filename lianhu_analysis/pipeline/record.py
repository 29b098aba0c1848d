"""The record: every verdict as it was issued, and its score once the outcome is out.

``issued/`` holds one file for each set of verdicts, ``scores/`` one for each
verdict whose outcome is known.  Files are added, never changed; they are made
from nothing that could make them again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lianhu_analysis.errors import StoreError
from lianhu_analysis.forecast.history import year_periods
from lianhu_analysis.forecast.issued import digest, issue, known_on, record_frame, score_issued
from lianhu_analysis.intake.whole_files import PARTS, locked, sweep, write_whole
from lianhu_analysis.render.publishing.publish import safe_name, versions
from lianhu_analysis.render.record_listing import record_json
from lianhu_analysis.workspace import Workspace

if TYPE_CHECKING:
    from lianhu_analysis.pipeline.session import Session

__all__ = ["PUBLIC", "describe_record", "keep_verdicts", "read_record", "record_hash"]

FORMAT = 1
ISSUED, SCORES = "issued", "scores"
LOCK_NAME = ".record.lock"
DIGEST_LENGTH = 12
# What the name of a public report has, by which the record knows what it issued.
PUBLIC = "public"
NOT_AGAIN = "记录不能由原始数据重建：请从备份恢复这个文件，不要删除整个文件夹"


def describe_record(session: Session, year: int | None) -> dict[str, Any]:
    """Archive the verdicts of a day, score the open ones whose outcome is out, and tell all.

    Only what was published by the session's day counts, for verdicts and outcomes.

    Parameters
    ----------
    year
        Of the targets; default as in ``Session.assess``.

    Returns
    -------
    dict
        What ``lianhu record --json`` prints: ``issued`` forecasts and refusals of that
        day, none if every outcome is known; of them the number ``archived``, none if the
        record held the same already; then see ``record_json``.
    """
    assessment, workspace = session.assess(year), session.workspace
    day, verdicts = assessment.as_of, issue(assessment)
    archived = keep_verdicts(session, assessment.year, verdicts, occasion="record")
    scored, known = _score_open(session), read_record(workspace)
    if day is not None:  # what was issued later is not known yet
        known = known_on(known[known["as_of"] <= day.isoformat()], day)
    return {
        "region": workspace.region.code,
        "region_zh": workspace.region.name_zh,
        "as_of": None if day is None else day.isoformat(),
        "year": assessment.year,
        "issued": len(verdicts),
        "archived": len(archived),
        **record_json(known, scored),
    }


def keep_verdicts(
    session: Session,
    year: int,
    verdicts: Sequence[Mapping[str, Any]],
    *,
    occasion: str,
) -> list[dict[str, Any]]:
    """Add issued verdicts to the record, unless it holds the very same of that day.

    Parameters
    ----------
    verdicts
        From ``issue``.
    occasion
        What issued them: ``record``, or the report's name.

    Returns
    -------
    list of dict
        What was added.

    Raises
    ------
    StoreError
        If another process holds the record too long.
    """
    workspace, as_of = session.workspace, session.day
    if not verdicts or as_of is None:
        return []
    last = replace(session, asked=None).day
    ledger = session.store.ledger()
    held = json.dumps(sorted((path, entry.sha256) for path, entry in ledger.items()))
    batch = {
        "format": FORMAT,
        "region": workspace.region.code,
        "region_zh": workspace.region.name_zh,
        "year": year,
        "as_of": as_of.isoformat(),
        "store_day": None if last is None else last.isoformat(),
        "store_fingerprint": hashlib.sha256(held.encode("utf-8")).hexdigest(),
        "provenance": list(workspace.forecast_provenance),
        "occasion": occasion,
        "versions": versions(),
        "verdicts": list(verdicts),
    }
    # What internal readers were told, the public was not: it is kept again.
    told = [*verdicts, {"audience": "public"}] if _is_public(occasion) else verdicts
    name = safe_name(
        workspace.region.code, str(year), as_of.isoformat(), digest(told)[:DIGEST_LENGTH]
    )
    with locked(workspace.record / LOCK_NAME, "判断记录"):
        files = sorted((workspace.record / ISSUED).glob("*.json"))
        same = [file for file in files if file.stem.partition("-")[2] == name]
        if same:
            _read(same[0])
            return []
        # Numbered in the order of issue, which no clock is asked for.
        number = 1 + max((int(file.stem.partition("-")[0]) for file in files), default=0)
        _write(workspace.record / ISSUED / f"{number:05d}-{name}.json", batch)
    return [dict(verdict) for verdict in verdicts]


def _is_public(occasion: str) -> bool:
    """Say whether a public report issued a verdict: see ``plan_report`` for its name."""
    return f"-{PUBLIC}" in occasion


def read_record(workspace: Workspace) -> pd.DataFrame:
    """Return every verdict of the workspace's region, with its score if it has one.

    Raises
    ------
    StoreError
        If a file of the record cannot be read.
    """
    return record_frame(entry for _, entry in _entries(workspace))


def record_hash(workspace: Workspace, day: dt.date) -> str:
    """Return a hash of what a page of a day tells of the record: scores, and verdicts before."""
    issued = sorted((workspace.record / ISSUED).glob("*.json"))
    # Of a name NUMBER-REGION-YEAR-DAY-DIGEST, the day.
    before = [file.name for file in issued if file.stem[: -1 - DIGEST_LENGTH][-10:] < f"{day}"]
    files = sorted((workspace.record / SCORES).glob("*.json"))
    text = "".join(f"{file.name}\0{file.read_text(encoding='utf-8')}\0" for file in files)
    told = "\0".join([*before, text])
    return hashlib.sha256(told.encode("utf-8")).hexdigest() if files or before else ""


def _score_open(session: Session) -> list[dict[str, Any]]:
    """Score the verdicts whose outcome was published by the session's day."""
    workspace = session.workspace
    waiting = [(key, entry) for key, entry in _entries(workspace) if "outcome" not in entry]
    if not waiting:
        return []
    scored = []
    with locked(workspace.record / LOCK_NAME, "判断记录"):
        for key, entry in waiting:
            found = _outcome(session, entry)
            target = workspace.record / SCORES / f"{key}.json"
            if found is None or target.exists():
                continue
            store_day = entry["store_day"]
            score = score_issued(
                entry,
                *found,
                store_day=None if store_day is None else dt.date.fromisoformat(store_day),
            )
            _write(target, {"format": FORMAT, **score})
            scored.append({**entry, **score})
    return scored


def _outcome(session: Session, verdict: Mapping[str, Any]) -> tuple[float, dt.date] | None:
    """Return the year's figure as first published and its day, if it came out after the verdict's."""
    if verdict["indicator"] not in session.catalogue:
        return None
    indicator = session.catalogue.get(verdict["indicator"])
    found = session.knowledge.extract(indicator, verdict["measure"], session.rules).first_on(None)
    point = found.points.get(year_periods(indicator, verdict["year"])[-1])
    if point is None or point.published.isoformat() <= verdict["as_of"]:
        return None
    return point.value, point.published


def _entries(workspace: Workspace) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every issued verdict under its key, with batch fields and scores.

    Verdicts made from figures of another provenance speak of other outcomes: those
    of a simulation are left out once the real figures are in.
    """
    for file in sorted((workspace.record / ISSUED).glob("*.json")):
        batch = _read(file)
        if batch["region"] != workspace.region.code:
            continue
        if sorted(batch["provenance"]) != sorted(workspace.forecast_provenance):
            continue
        for verdict in batch["verdicts"]:
            # Who set it may be any text, which no file name takes.
            setter = [digest([{"": verdict["set_by"]}])] if verdict.get("set_by") else []
            setter = [item[:DIGEST_LENGTH] for item in setter]
            key = safe_name(file.stem, verdict["indicator"], verdict["measure"], *setter)
            score_file = workspace.record / SCORES / f"{key}.json"
            score = _read(score_file) if score_file.exists() else {}
            yield (
                key,
                {
                    **verdict,
                    "region": batch["region"],
                    "as_of": batch["as_of"],
                    "store_day": batch["store_day"],
                    "public": _is_public(batch["occasion"]),
                    "issue": int(file.stem.partition("-")[0]),
                    **score,
                },
            )


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"判断记录 {file.name} 读不出（{error}）。{NOT_AGAIN}") from error
    return dict(content)


def _write(target: Path, content: Mapping[str, Any]) -> None:
    sweep(target.parent.glob(PARTS))
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_whole(target, text.encode("utf-8"))
