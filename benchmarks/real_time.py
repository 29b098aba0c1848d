"""The product's own verdict as of a past day, from every published version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.forecast.verdict import Knowledge, Rules, Verdict, judge

__all__ = ["known_on", "verdict_on"]

FIGURE = ["region", "indicator", "measure", "span", "period"]


def known_on(versions: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Return every version that was published by a day, oldest first, labelled 0..n-1."""
    rows = versions[versions["published"] <= pd.Timestamp(day)]
    if not rows["published"].is_monotonic_increasing:
        rows = rows.sort_values("published", kind="stable")
    return rows.reset_index(drop=True)


def verdict_on(
    versions: pd.DataFrame,
    day: dt.date,
    target: Target,
    catalogue: Catalogue,
    rules: Rules,
    announced: Sequence[Target] = (),
) -> Verdict:
    """Judge a target from what was published by a day.

    Parameters
    ----------
    versions
        Observations of one region, all versions.
    announced
        Targets of every year, for what officials are known to steer to.
    """
    known = known_on(versions, day)
    latest = known.drop_duplicates(FIGURE, keep="last").reset_index(drop=True)
    return judge(latest, target, catalogue, rules, Knowledge(known, targets=tuple(announced)))
