"""One workspace on one day: its list, targets, figures and verdicts, each read once.

Command line, reports and notebooks ask the same object, so that one day is
never read, corrected and checked twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.analysis.attribution import Between
from lianhu_analysis.analysis.news import news
from lianhu_analysis.analysis.upcoming import upcoming
from lianhu_analysis.catalog.indicators import Catalogue, load_catalogue
from lianhu_analysis.catalog.targets import Target, load_targets, versions_on
from lianhu_analysis.errors import ForecastError, UsageError
from lianhu_analysis.forecast.assessment import Assessment, assess_targets, verdict_frame
from lianhu_analysis.forecast.issued import told_in_advance
from lianhu_analysis.forecast.knowledge import GrowthSources, Knowledge
from lianhu_analysis.forecast.verdict import Rules
from lianhu_analysis.intake.checks.findings import FIGURE
from lianhu_analysis.intake.corrections import (
    Assured,
    apply_corrections,
    assure,
    load_corrections,
    withhold_errors,
)
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.pipeline.past_runs import PastRunFiles, fingerprint
from lianhu_analysis.pipeline.record import read_record
from lianhu_analysis.workspace import Workspace, locate_workspace

if TYPE_CHECKING:
    from statsmodels.tsa.statespace.mlemodel import MLEResults

__all__ = ["Session", "open_session"]

A_MONTH = dt.timedelta(days=31)


def open_session(workspace: str = "", as_of: str = "") -> Session:
    """Open a workspace as of a day.

    Parameters
    ----------
    workspace
        Folder of the workspace, also relative to the nearest one upwards;
        empty for that nearest one itself.
    as_of
        Only what was published by this day, as ``2024-10-31``; empty for the
        last publication.

    Raises
    ------
    UsageError
        If ``as_of`` is no day.
    """
    try:
        day = dt.date.fromisoformat(as_of) if as_of else None
    except ValueError:
        raise UsageError(f"as_of {as_of!r} 不是 2024-10-31 这样的日期") from None
    return Session(locate_workspace(workspace), day)


@dataclass(frozen=True)
class Session:
    """What a workspace knew on a day.

    Attributes
    ----------
    asked
        The day asked for; ``None`` for the last publication that may feed a forecast.
    """

    workspace: Workspace
    asked: dt.date | None = None
    _assessments: dict[int, Assessment] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def catalogue(self) -> Catalogue:
        """The indicator list."""
        return load_catalogue(self.workspace)

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """Every version of every year's targets."""
        return tuple(load_targets(self.workspace, self.catalogue))

    @cached_property
    def store(self) -> VintageStore:
        """The vintage store."""
        return VintageStore(self.workspace.processed)

    @cached_property
    def day(self) -> dt.date | None:
        """The day whose knowledge counts; ``None`` for an empty store."""
        own = [self.workspace.region.code]
        return self.asked or self.store.last_published(self.workspace.forecast_provenance, own)

    @property
    def rules(self) -> Rules:
        """What the workspace says about forecasting."""
        space = self.workspace
        return Rules(space.forecast_provenance, space.census_breaks, space.outlier_years)

    @cached_property
    def assured(self) -> Assured:
        """Figures of the region and those above it, corrected, checked, errors withheld."""
        return self.known(parents=True)

    def known(self, *, parents: bool = False, provenances: Sequence[str] = ()) -> Assured:
        """Return what was known on the day, corrected, checked, its errors withheld.

        Parameters
        ----------
        parents
            Whether the regions above are wanted too.
        provenances
            Of the rows wanted; empty for all.
        """
        frame = self.store.as_of(self.day, regions=self._regions if parents else self._regions[:1])
        if provenances:
            frame = frame[frame["provenance"].isin(provenances)].reset_index(drop=True)
        return assure(
            frame,
            self.catalogue,
            load_corrections(self.workspace),
            breaks=self.workspace.census_breaks,
            as_of=self.day,
            region=self.workspace.region.code,
        )

    @property
    def _regions(self) -> list[str]:
        return [item.code for item in (self.workspace.region, *self.workspace.parents)]

    @cached_property
    def versions(self) -> pd.DataFrame:
        """Every version published by the day, corrected, the errors known by then withheld.

        A column ``doubted`` says which figures the checks find out of line.
        """
        every = self.store.history(self._regions, day=self.day)
        corrected, _ = apply_corrections(every, load_corrections(self.workspace), as_of=self.day)
        findings = self.assured.findings
        doubts = {item.key for item in findings if item.severity in ("Severe", "Bad")}
        keys = pd.MultiIndex.from_frame(corrected[list(FIGURE)])
        doubted = corrected.assign(doubted=keys.isin(list(doubts)) if doubts else False)
        return withhold_errors(doubted, findings)

    @cached_property
    def knowledge(self) -> Knowledge:
        """All that the models' past is seen from."""
        every = self.versions
        own, *above = (every[every["region"] == code] for code in self._regions)
        announced = [target for told in versions_on(self.targets, self.day) for target in told]
        return Knowledge(own, tuple(above), tuple(announced), PastRunFiles(self.workspace))

    @property
    def _year(self) -> int:
        """The latest year with targets that had begun by the day."""
        day = self.day
        known = [told[0].year for told in versions_on(self.targets, day)]
        begun = [item for item in known if day is None or item <= day.year]
        return max(begun or known or [day.year if day else dt.date.min.year])

    def assess(self, year: int | None = None) -> Assessment:
        """Judge the targets of a year.

        Parameters
        ----------
        year
            Default: the latest year with targets that had begun by the day.

        Raises
        ------
        UsageError
            If there are targets, but of other years.
        """
        day = self.day
        known = sorted({told[0].year for told in versions_on(self.targets, day)})
        if year is None:
            year = self._year
        elif known and year not in known:
            years = "、".join(map(str, known))
            raise UsageError(
                f"--year {year}：{self.workspace.targets.name} 中只有 {years} 年的目标"
            )
        if year not in self._assessments:
            self._assessments[year] = assess_targets(
                self.assured.frame,
                self.targets,
                region=self.workspace.region,
                parents=self.workspace.parents,
                year=year,
                as_of=day,
                catalogue=self.catalogue,
                rules=self.rules,
                knowledge=self.knowledge,
            )
        return self._assessments[year]

    def on(self, day: dt.date) -> Session:
        """Return the same workspace on another day."""
        other = replace(self, asked=day)
        # What does not depend on the day is not read again.
        for name in ("catalogue", "targets", "store"):
            other.__dict__[name] = getattr(self, name)
        return other

    @cached_property
    def told(self) -> pd.DataFrame:
        """Forecasts told in advance whose outcome is known: see ``told_in_advance``."""
        return told_in_advance(read_record(self.workspace), self.day)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything that an answer depends on: figures, settings, code."""
        return fingerprint(self.workspace, self.day)

    def kept(self, question: str, answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return a JSON document, computed once for the same figures, settings and code.

        Parameters
        ----------
        question
            What was asked, with every parameter of it.
        answer
            Computes it.
        """
        files = PastRunFiles(self.workspace)
        key = hashlib.sha256(f"{question} {self.fingerprint}".encode()).hexdigest()
        found = files.get(key)
        if found is not None:
            kept: dict[str, Any] = json.loads(found)
            return kept
        content = answer()
        files.put(key, json.dumps(content, ensure_ascii=False).encode())
        return content

    def verdicts(self, year: int | None = None) -> pd.DataFrame:
        """Return the verdict on every target, one row each: see ``verdict_frame``."""
        return verdict_frame(self.assess(year))

    def show(self, code: str, region: str = "") -> pd.DataFrame:
        """Return one indicator's observations as of the day, each with its cell.

        Parameters
        ----------
        region
            Code of a region that the workspace names; empty for its own.

        Raises
        ------
        UsageError
            If the workspace names no such region.
        """
        region = region or self.workspace.region.code
        if region not in self.workspace.regions:
            named = self.workspace.regions.values()
            known = "、".join(f"{item.code} {item.name_zh}" for item in named)
            raise UsageError(f"--region {region!r} 不在 lianhu.toml 中，可填 {known}")
        code = self.catalogue.get(code).code
        day = self.asked or self.store.last_published(None, [region])
        return self.store.as_of(day, regions=[region], indicators=[code])

    def model(self, code: str) -> MLEResults:
        """Return statsmodels' results for one indicator's published growth.

        Raises
        ------
        ForecastError
            If too little growth is published.
        """
        # statsmodels takes half a second to import.
        from lianhu_analysis.forecast.models.state_space import likeliest

        sources = GrowthSources.of(
            self.knowledge, self.catalogue.get(code), self.catalogue, self.rules
        )
        years = sources.growth.on(None).years
        if not years:
            raise ForecastError(f"{code} 没有公布的增速，不能建模。可用 lianhu show {code} 查看")
        return likeliest(sources.panel_on(years[-1], None))

    def news(self, since: dt.date | None = None) -> Answer:
        """Say what moved every target's verdict since a day: see ``analysis.news``.

        Parameters
        ----------
        since
            Default: a month before the session's day.

        Raises
        ------
        UsageError
            If it is not before the session's day.
        """
        day = self.day or dt.date.min + A_MONTH
        since = since or day - A_MONTH
        if since >= day:
            raise UsageError(f"--from {since} 不早于 --to {day}。请写更早的一天")
        between = Between(
            (since, day),
            (self.on(since).versions, self.versions),
            self._regions,
            self.catalogue,
            self.targets,
            self.rules,
            PastRunFiles(self.workspace),
        )
        return news(between, self._year, (self.workspace.region, *self.workspace.parents))

    def calendar(self) -> Answer:
        """Say what is still to come this year, the most informative first: see ``upcoming``."""
        return upcoming(self.assess(), self.knowledge, self.rules)
