"""All targets of a year judged on one day, from one region's as-of observations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.targets import Target, versions_on
from lianhu_analysis.forecast.frequency import of_ranks
from lianhu_analysis.forecast.history import IndicatorRows
from lianhu_analysis.forecast.joint import Joint, joint_json, joint_of
from lianhu_analysis.forecast.verdict import Knowledge, Rules, Verdict, judge, verdict_json
from lianhu_analysis.workspace import Region

__all__ = ["Assessment", "assess_targets", "assessment_json", "verdict_frame"]


@dataclass(frozen=True)
class Assessment:
    """Verdicts on every target of a year.

    Attributes
    ----------
    as_of
        The day whose knowledge counts; ``None`` if the store is empty.
    frame
        Observations of the region as of the day, labelled 0..n-1; the
        references of the verdicts are its labels.
    provenance
        Provenances of the rows that the verdicts used, joined by ``+``;
        ``none`` if no row was used.
    joint
        The chance that the targets are met together.
    """

    region: Region
    parents: tuple[Region, ...]
    year: int
    as_of: dt.date | None
    catalogue: Catalogue
    frame: pd.DataFrame
    verdicts: tuple[Verdict, ...]
    provenance: str
    joint: Joint

    @cached_property
    def rows(self) -> IndicatorRows:
        """The frame by indicator."""
        return IndicatorRows(self.frame)

    @property
    def simulated(self) -> bool:
        """Whether a simulated row went into any verdict."""
        return "simulated" in self.provenance

    def verdict(self, indicator: str, measure: str = "yoy", set_by: str | None = None) -> Verdict:
        """Return the verdict of one target, by default the first; ``KeyError`` if there is none."""
        for item in self.verdicts:
            target = item.target
            wanted = (indicator, measure, target.set_by if set_by is None else set_by)
            if (target.indicator, target.measure, target.set_by) == wanted:
                return item
        raise KeyError((indicator, measure, set_by))


def assess_targets(
    frame: pd.DataFrame,
    targets: Sequence[Target],
    *,
    region: Region,
    parents: tuple[Region, ...] = (),
    year: int,
    as_of: dt.date | None,
    catalogue: Catalogue,
    rules: Rules,
    knowledge: Knowledge | None = None,
) -> Assessment:
    """Judge every target of ``year`` in its newest version in force by ``as_of``.

    Parameters
    ----------
    frame
        As-of observations; rows of other regions play no part.
    knowledge
        Every version published by that day: what the models' past is seen from.
        Default: the frame.
    """
    own = frame[frame["region"] == region.code].reset_index(drop=True)
    known = versions_on(targets, as_of)
    if knowledge is None:
        above = tuple(frame[frame["region"] == parent.code] for parent in parents)
        knowledge = Knowledge(own, above, tuple(target for told in known for target in told))
    rows = IndicatorRows(own)
    judged = [
        _to_come(judge(behind, newest, catalogue, rules, knowledge), tuple(earlier), as_of)
        for newest, *earlier in known
        if newest.year == year
        for behind in [rows.behind(catalogue.get(newest.indicator))]
    ]
    # How often a percentage comes true is told by the past of all targets together.
    ranks = {
        (item.target.indicator, item.target.measure, year): rank
        for item in judged
        if item.lesson
        for year, rank in item.lesson.ranks.items()
    }
    verdicts = tuple(_with_track(verdict, list(ranks.values())) for verdict in judged)
    used = sorted({reference for verdict in verdicts for reference in verdict.references})
    provenance = "+".join(sorted(set(own.loc[used, "provenance"]))) or "none"
    joint = joint_of(verdicts, rules.outlier_years)
    return Assessment(region, parents, year, as_of, catalogue, own, verdicts, provenance, joint)


def _to_come(verdict: Verdict, earlier: tuple[Target, ...], as_of: dt.date | None) -> Verdict:
    """Put in the earlier versions of a target; ask nothing of periods that are over."""
    required, day = verdict.required, as_of or dt.date.min
    path, quarters = (
        tuple(step for step in steps if step.period.end >= day)
        for steps in (required.path, required.quarters)
    )
    if required.path and not path:
        required = replace(required, path_reason="全年数尚未公布")
    required = replace(required, path=path, quarters=quarters)
    return replace(verdict, replaced=earlier, required=required)


def _with_track(verdict: Verdict, ranks: Sequence[float]) -> Verdict:
    """Put beside each probability of a forecast how often such ones came true."""
    if verdict.draws is None:
        return verdict
    at_most = verdict.target.rule == "at_most"
    plain, about = (
        None if chance is None else of_ranks(chance, ranks, at_most=at_most)
        for chance in (verdict.probability, verdict.probability_about)
    )
    return replace(verdict, track=plain, track_about=about)


def assessment_json(assessment: Assessment) -> dict[str, Any]:
    """Return what ``lianhu forecast --json`` prints."""
    return {
        "region": assessment.region.code,
        "region_zh": assessment.region.name_zh,
        "year": assessment.year,
        "as_of": None if assessment.as_of is None else assessment.as_of.isoformat(),
        "provenance": assessment.provenance,
        "targets": [verdict_json(verdict) for verdict in assessment.verdicts],
        **joint_json(assessment.joint),
    }


def verdict_frame(assessment: Assessment) -> pd.DataFrame:
    """Return the verdicts as a table to sort, join and export: the forecast document, laid out.

    Returns
    -------
    DataFrame
        One row a target, in their order.  Columns are the plain fields of the document
        under their names, the points of the rules of thumb (``persistence``), the
        quantiles (``q0.1``) and the models' weights (``weight.NAME``).
    """
    rows, documents = [], [verdict_json(item) for item in assessment.verdicts]
    deep = {k for item in documents for k, value in item.items() if isinstance(value, dict | list)}
    for item in documents:
        plain = {key: value for key, value in item.items() if key not in deep}
        plain |= item["benchmark"]
        plain |= {f"q{level}": value for level, value in item["quantiles"].items()}
        plain |= {f"weight.{model}": weight for model, weight in item["weights"].items()}
        rows.append(plain)
    return pd.DataFrame(rows)
