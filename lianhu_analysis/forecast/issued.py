"""Verdicts as they were issued, their scores once the outcome is out, and how often they came true.

An issued verdict is a plain document (see docs/workspace.md): what a record
keeps for years must be readable without this program.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.forecast.assessment import Assessment
from lianhu_analysis.forecast.frequency import came_true, frequency_json
from lianhu_analysis.forecast.scores import brier_scores, crps_of_quantiles
from lianhu_analysis.forecast.verdict import Verdict

__all__ = [
    "digest",
    "frequency_fields",
    "issue",
    "known_on",
    "record_frame",
    "score_issued",
    "told_in_advance",
]

# Equally spaced levels (i - 1/2) / 20, of which the CRPS follows by the midpoint rule.
LADDER = tuple(round((step + 0.5) / 20, 3) for step in range(20))
# What is kept of a target, of some only where they have it, and its fields of another name.
KEPT = "indicator title_zh measure year target rule tolerance decimals unit target_source".split()
RARE = ("upper", "set_by", "plan", "in_force")
FIELDS = {"target": "value", "target_source": "source"}
# Digits kept of a figure: more than any reader, fewer than a machine's noise.
DIGITS = 10


def issue(assessment: Assessment) -> list[dict[str, Any]]:
    """Return the forecasts and refusals of an assessment, as they are kept.

    Targets whose outcome is known are no forecasts and are left out.
    """
    return [
        _issued(verdict) for verdict in assessment.verdicts if verdict.status in ("ok", "refused")
    ]


def _issued(verdict: Verdict) -> dict[str, Any]:
    target = verdict.target
    kept: dict[str, Any] = {
        "indicator": target.indicator,
        "name_zh": verdict.indicator.name_zh,
        **{name: getattr(target, FIELDS.get(name, name)) for name in KEPT},
        "status": verdict.status,
        "reason": verdict.reason,
        "actual": verdict.actual,
        "actual_period": None if verdict.actual_period is None else str(verdict.actual_period),
        "probability": verdict.probability,
        "probability_about": verdict.probability_about,
        "mean": verdict.mean,
        "persistence": verdict.benchmark.get("persistence"),
        "quantiles": {},
        "weights": {},
        "n_obs": len(verdict.series.points),
    }
    if verdict.draws is not None:
        ladder = np.quantile(verdict.draws.values, LADDER)
        kept["quantiles"] = {str(level): float(v) for level, v in zip(LADDER, ladder, strict=True)}
        kept["weights"] = dict(verdict.weights)
        kept["n_obs"] = verdict.draws.n_obs
    # What few targets have is written where it is: the digest of all others stays as it was.
    rare: dict[str, Any] = {
        "upper": target.upper,
        "probability_within": verdict.probability_within,
        "set_by": target.set_by or None,
        "plan": target.plan,
        "in_force": None if target.in_force is None else target.in_force.isoformat(),
    }
    kept |= {name: value for name, value in rare.items() if value is not None}
    rounded: dict[str, Any] = _rounded(kept)
    return rounded


def digest(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """Return a hash of what verdicts say: the same verdicts are issued once."""
    text = json.dumps(list(verdicts), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def target_of(verdict: Mapping[str, Any]) -> Target:
    """Return the target that an issued verdict spoke of, as it stood then."""
    told = {FIELDS.get(name, name): verdict[name] for name in KEPT}
    told |= {name: verdict[name] for name in RARE if name in verdict}
    if "in_force" in told:
        told["in_force"] = dt.date.fromisoformat(told["in_force"])
    return Target(**told)


def score_issued(
    verdict: Mapping[str, Any], outcome: float, published: dt.date, *, store_day: dt.date | None
) -> dict[str, Any]:
    """Score one issued verdict by the year's figure as first published.

    Parameters
    ----------
    outcome, published
        The figure, and the day on which it came out.
    store_day
        The last publication that the store held when the verdict was kept.  If
        the outcome was among them, the verdict is ``retrospective``: nobody
        was told it in advance, and it counts apart.

    Returns
    -------
    dict
        ``met`` and ``met_about``, the Brier score of either probability, the
        CRPS from the kept quantiles, ``error`` (mean less outcome) and
        ``persistence_error`` in the unit of the target, and whether the kept
        80 % interval (by interpolation between quantiles) held the outcome.
        A refusal has only the outcome.
    """
    target = target_of(verdict)
    met = bool(target.met_by(outcome))
    about = bool(target.met_by(outcome, about=True))
    scored: dict[str, Any] = {
        "outcome": outcome,
        "published": published.isoformat(),
        "retrospective": store_day is not None and published <= store_day,
        "met": met,
        "met_about": about,
    }
    if verdict["status"] != "ok":
        return scored
    levels = [float(level) for level in verdict["quantiles"]]
    values = [float(value) for value in verdict["quantiles"].values()]
    low, high = np.interp([0.1, 0.9], levels, values)
    briers = brier_scores(
        [verdict["probability"], verdict["probability_about"]], [float(met), float(about)]
    )
    persistence = verdict["persistence"]
    scored |= {
        "brier": float(briers[0]),
        "brier_about": float(briers[1]),
        "crps": float(crps_of_quantiles([outcome], [values], levels)[0]),
        "error": verdict["mean"] - outcome,
        "persistence_error": None if persistence is None else persistence - outcome,
        "covered_80": bool(low <= outcome <= high),
    }
    rounded: dict[str, Any] = _rounded(scored)
    return rounded


RECORD_COLUMNS = [
    "issue", "public", "region", "as_of", "year", "indicator", "measure", "set_by", "title_zh", "target", "rule",
    "tolerance", "upper", "status", "reason", "actual_period", "probability", "probability_about", "mean",
    "outcome", "published", "retrospective", "met", "met_about", "brier", "brier_about", "crps", "error",
    "persistence_error", "covered_80",
]  # fmt: skip


NUMBERS = (
    "probability", "probability_about", "mean", "outcome", "brier", "brier_about", "crps",
    "error", "persistence_error",
)  # fmt: skip


def record_frame(entries: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Lay out issued verdicts with their scores, one row each, oldest first.

    Parameters
    ----------
    entries
        Issued verdicts with ``issue`` (their number), ``region``, ``as_of``
        and, once scored, the scores.
    """
    # Columns without a single score yet must be of no number's type.
    frame = pd.DataFrame(list(entries), columns=RECORD_COLUMNS, dtype=object)
    frame = frame.astype(dict.fromkeys(NUMBERS, float))
    frame["set_by"] = frame["set_by"].fillna("")
    order = ["as_of", "issue", "indicator", "measure"]
    return frame.sort_values(order, kind="stable", ignore_index=True)


def known_on(record: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Return a record without the outcomes published after a day, and what they score."""
    later = record["published"].fillna("") > day.isoformat()
    scores = RECORD_COLUMNS[RECORD_COLUMNS.index("outcome") :]
    return record.assign(**{name: record[name].mask(later) for name in scores})


def told_in_advance(record: pd.DataFrame, as_of: dt.date | None = None) -> pd.DataFrame:
    """Return what counts of a record: forecasts scored by a day, told before the outcome was out.

    Of verdicts on one target as of one day the first one issued counts.

    Parameters
    ----------
    as_of
        Outcomes published later are not known; ``None`` knows all.
    """
    known = record if as_of is None else known_on(record, as_of)
    counted = known[known["status"].eq("ok") & known["outcome"].notna()]
    counted = counted[~counted["retrospective"].astype(bool)]
    counted = counted.sort_values("issue", kind="stable")
    counted = counted.drop_duplicates(["region", "as_of", "year", "indicator", "measure", "set_by"])
    return counted.sort_index()


def frequency_fields(told: pd.DataFrame, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record beside a target of ``lianhu forecast --json``.

    Parameters
    ----------
    told
        From ``told_in_advance``.
    item
        The target's fields so far.
    """
    if item["status"] != "ok":
        return {"record": None, "record_about": None}
    return {
        name: frequency_json(came_true(told, item[chance], about=about))
        for name, chance, about in (
            ("record", "probability", False),
            ("record_about", "probability_about", True),
        )
    }


def _rounded(item: Any) -> Any:
    """Round every float to ``DIGITS`` significant digits, so that one content has one hash."""
    if isinstance(item, Mapping):
        return {key: _rounded(value) for key, value in item.items()}
    if isinstance(item, float):
        return float(f"{item:.{DIGITS}g}")
    return item
