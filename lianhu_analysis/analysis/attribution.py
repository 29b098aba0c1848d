"""What each arrival between two days did to a verdict, by judging again without it.

Between the two days the verdict is asked again after every day on which something arrived that
it can see, so that the changes sum to the whole by construction.  What arrived on one day has
no order: there the change is the Shapley value (Shapley, 1953), the average over all orders.
What changed without being published (corrections, errors withheld, doubts) comes first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import groupby, permutations
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.targets import Target, versions_on
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.verdict import Knowledge, Rules, Verdict, judge
from lianhu_analysis.intake.observations import KEY, VINTAGE_OF

__all__ = ["Between", "Change", "attribute", "outlook"]


@dataclass(frozen=True, eq=False)
class Piece:
    """What arrived on one day, of one indicator, in one way.

    Attributes
    ----------
    kind
        ``release``, ``revision``, ``correction``, ``target``, or ``re_estimation`` for all
        that only teaches weights and spread.
    rows
        What came, with ``former``: what stood in its place.
    """

    day: dt.date
    kind: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class Change:
    """What some pieces did together: more than one where they are not told apart.

    Attributes
    ----------
    before
        The verdict until then.
    impact
        Change of forecast and of probability; missing where it cannot be said.
    """

    pieces: Sequence[Piece]
    before: Verdict | None
    impact: FloatArray


@dataclass(frozen=True)
class Between:
    """Two days of one workspace, and what was known on every day between them.

    Attributes
    ----------
    days, versions
        Of the earlier day and the later: see ``Session.versions``.
    regions
        Codes of the region and of those above it, nearest first.
    """

    days: tuple[dt.date, dt.date]
    versions: tuple[pd.DataFrame, pd.DataFrame]
    regions: Sequence[str]
    catalogue: Catalogue
    targets: Sequence[Target]
    rules: Rules
    past_runs: Any = None
    _pools: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def frames(self) -> list[pd.DataFrame]:
        """Rows of either day that some verdict can see, with ``year`` and ``former``."""
        seen = {item.indicator for item in self.targets}
        for frame, day in zip(self.versions, self.days, strict=True):
            seen |= {code for _, code in self._knowledge(frame, day, {}).pooled(self.catalogue)}
        seen |= {self.catalogue.get(code).weight_proxy for code in seen}
        return [
            frame[frame["indicator"].isin(seen)].assign(
                year=lambda rows: rows["period"].str[:4].astype(int),
                former=lambda rows: rows.groupby(list(VINTAGE_OF))["value"].shift(),
            )
            for frame in self.versions
        ]

    def _knowledge(self, rows: pd.DataFrame, day: dt.date, pools: dict[Any, Any]) -> Knowledge:
        own, *above = (rows[rows["region"] == code] for code in self.regions)
        announced = [item for told in versions_on(self.targets, day) for item in told]
        return Knowledge(own, tuple(above), tuple(announced), self.past_runs, pools)

    def _seen(self, target: Target, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that a target's verdict can see, with what ``kind`` they are."""
        own = rows["region"] == self.regions[0]
        same, growth = own & (rows["indicator"] == target.indicator), rows["measure"] == "yoy"
        past = rows["year"] < target.year
        seen = same & (rows["measure"] == target.measure) & (rows["year"] <= target.year)
        if target.is_growth:
            # Shares come from earlier years, and so do the outcomes that weights are learned from.
            seen |= past
        proxy = rows["indicator"] == self.catalogue.get(target.indicator).weight_proxy
        taught = ~same & ~(own & proxy & ~growth)
        again = rows.duplicated(list(VINTAGE_OF))
        kind = np.select([taught, again], ["re_estimation", "revision"], "release")
        return rows.assign(kind=kind)[seen & rows["provenance"].isin(self.rules.provenances)]

    def pieces(self, target: Target) -> list[Piece]:
        """Return what a target's verdict can see of what arrived, by day."""
        (start, end), (old, new) = self.days, self.frames
        early = new[new["published"] <= pd.Timestamp(start)]
        both = pd.concat([old, early])
        both = both.assign(former=both.groupby(list(KEY))["value"].shift())
        changed = both.drop_duplicates([*KEY, "value", "doubted"], keep=False)
        changed = self._seen(target, changed).drop_duplicates(list(KEY), keep="last")
        found = [] if changed.empty else [Piece(start, "correction", changed)]
        come = self._seen(target, new).drop(early.index, errors="ignore")
        # Few pieces a day: each doubles the verdicts to be made.
        of = come["indicator"].mask(come["kind"] == "re_estimation", "")
        for _, rows in come.groupby([come["published"], come["kind"], of]):
            found.append(Piece(rows["published"].iloc[0].date(), rows["kind"].iloc[0], rows))
        for item in self.targets:
            near = target.is_growth or item.indicator == target.indicator
            if near and item.in_force and start < item.in_force <= end:
                found.append(Piece(item.in_force, "target", new[:0]))
        return sorted(found, key=attrgetter("day"))

    def judged(self, target: Target, day: dt.date, absent: Sequence[Piece] = ()) -> Verdict | None:
        """Judge a target knowing what arrived until a day, as it is known on the later day.

        Parameters
        ----------
        absent
            Pieces of that day that are not known.
        """
        _, new = self.frames
        rows = new[new["published"] <= pd.Timestamp(day)]
        rows = rows.drop([label for piece in absent for label in piece.rows.index])
        unannounced = any(piece.kind == "target" for piece in absent)
        return self.judge(target, rows, day - dt.timedelta(days=unannounced))

    def judge(self, target: Target, rows: pd.DataFrame, day: dt.date) -> Verdict | None:
        """Judge the version of a target that was in force on a day; ``None`` if none was."""
        wanted = attrgetter("indicator", "measure", "year", "set_by")
        told = versions_on(self.targets, day)
        newest = [item for item, *_ in told if wanted(item) == wanted(target)]
        if not newest:
            return None
        # Who knows the same of the years before has the same pool.
        past = rows.loc[rows["year"] < target.year, [*KEY, "value"]]
        key = pd.util.hash_pandas_object(past, index=False).to_numpy().tobytes(), repr(told)
        knowledge = self._knowledge(rows, day, self._pools.setdefault(key, {}))
        codes = [target.indicator, self.catalogue.get(target.indicator).weight_proxy]
        own = knowledge.versions[knowledge.versions["indicator"].isin(codes)]
        latest = own[~own.duplicated(list(VINTAGE_OF), keep="last")]
        return judge(latest, newest[0], self.catalogue, self.rules, knowledge)


def outlook(verdict: Verdict | None) -> FloatArray:
    """Return forecast and probability; missing where there is none.

    The forecast is the median, as on the page; of a year whose figure is out, that figure.
    """
    if verdict is None:
        return np.full(2, np.nan)
    out = verdict.status != "refused" and not verdict.required.periods
    forecast = verdict.actual if out else verdict.quantiles.get(0.5)
    return np.array([forecast, verdict.probability], dtype=float)


def attribute(
    between: Between, target: Target
) -> tuple[Verdict | None, Verdict | None, list[Change]]:
    """Return a target's verdict on either day, and what moved the one to the other.

    Returns
    -------
    tuple
        The impacts of all changes sum to the whole, wherever both days have a forecast.
    """
    start, end = between.days
    first = standing = between.judge(target, between.frames[0], start)
    last = between.judged(target, end)
    ends = np.isfinite(outlook(first) + outlook(last))
    days = [list(told) for _, told in groupby(between.pieces(target), attrgetter("day"))]
    changes, waiting = list[Change](), list[Piece]()
    for told in days:
        newest = told is days[-1]
        after = last if newest else between.judged(target, told[0].day)
        waiting += told
        # Without a forecast on this day, all is told together with what brings one.
        if newest or (ends.any() and np.isfinite(outlook(after)[ends]).all()):
            until = end if newest else told[0].day
            changes += _shared(between, target, until, waiting, (standing, after))
            standing, waiting = after, []
    if not np.array_equal(outlook(standing), outlook(last), equal_nan=True):
        changes.append(Change([], first, outlook(last) - outlook(standing)))
    return first, last, changes


def _shared(
    between: Between,
    target: Target,
    day: dt.date,
    pieces: list[Piece],
    verdicts: tuple[Verdict | None, Verdict | None],
) -> list[Change]:
    """Share a change among what made it; together where it cannot be told apart."""
    start, end = map(outlook, verdicts)
    players = [[piece] for piece in pieces]
    if pieces[0].day != pieces[-1].day or np.isnan(end - start).all():
        players = [pieces]

    def value(some: frozenset[int]) -> FloatArray:
        if len(some) in (0, len(players)):
            return end if some else start
        absent = [piece for n, told in enumerate(players) if n not in some for piece in told]
        return outlook(between.judged(target, day, absent))

    impacts = shapley(len(players), value)
    if (np.isnan(np.sum(impacts, axis=0)) & np.isfinite(end - start)).any():
        players, impacts = [pieces], [end - start]
    return [Change(told, verdicts[0], move) for told, move in zip(players, impacts, strict=True)]


def shapley(n: int, value: Callable[[frozenset[int]], FloatArray]) -> list[FloatArray]:
    """Return what each of ``n`` players adds, averaged over all orders in which they come.

    Parameters
    ----------
    value
        Of any set of them; asked once for every set.
    """
    known = cache(value)
    steps: list[list[FloatArray]] = [[] for _ in range(n)]
    for order in permutations(range(n)):
        for place, player in enumerate(order):
            before, after = (known(frozenset(order[:end])) for end in (place, place + 1))
            steps[player].append(after - before)
    return [np.mean(item, axis=0) for item in steps]
