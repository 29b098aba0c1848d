"""One workspace on one day: its list, targets, figures and verdicts, each read once.

Command line, reports and notebooks ask the same object, so that one day is
never read, corrected and checked twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lianhu_analysis.analysis import mechanisms
from lianhu_analysis.analysis import monitor as glance
from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.analysis.attribution import Between
from lianhu_analysis.analysis.comparison import HEADLINE, compare
from lianhu_analysis.analysis.contributions import who_pulls
from lianhu_analysis.analysis.futures import Futures, forecast_alone, futures_of
from lianhu_analysis.analysis.levers import levers_answer, parts_beside
from lianhu_analysis.analysis.news import news
from lianhu_analysis.analysis.scenarios import read_scenario, scenario_answer
from lianhu_analysis.analysis.upcoming import upcoming
from lianhu_analysis.catalog.indicators import Catalogue, load_catalogue
from lianhu_analysis.catalog.ledgers import load_ledgers
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import Target, growth_decimals, load_targets, versions_on
from lianhu_analysis.errors import ForecastError, PeriodError, StoreError, UsageError
from lianhu_analysis.forecast.assessment import Assessment, assess_targets, verdict_frame
from lianhu_analysis.forecast.issued import told_in_advance
from lianhu_analysis.forecast.joint import Key, key_of
from lianhu_analysis.forecast.knowledge import GrowthSources, Knowledge
from lianhu_analysis.forecast.verdict import Rules, Verdict
from lianhu_analysis.intake.cases import Cases, cases_on
from lianhu_analysis.intake.checks.check import check_observations
from lianhu_analysis.intake.checks.findings import FIGURE, Finding
from lianhu_analysis.intake.corrections import (
    Assured,
    apply_corrections,
    assure,
    load_corrections,
    withhold_errors,
)
from lianhu_analysis.intake.store import VintageStore, latest
from lianhu_analysis.pipeline.past_runs import PastRunFiles, fingerprint
from lianhu_analysis.pipeline.record import read_record
from lianhu_analysis.render.tables import NO_DATA
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
    neighbours
        Workspaces of other regions, from whose past weights and spread are learned, too.
    until
        The last day of the period that is told of, where newer ones are known: see ``of``.
    """

    workspace: Workspace
    asked: dt.date | None = None
    neighbours: tuple[Workspace, ...] = ()
    until: dt.date | None = None
    _assessments: dict[int, Assessment] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    _beside: dict[tuple[int, Key], Verdict] = field(
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
        return self._assured(self._regions if parents else self._regions[:1], provenances)

    def _assured(self, regions: Sequence[str], provenances: Sequence[str] = ()) -> Assured:
        # Taken before the figures are read: never are findings on older ones kept under it.
        self.refuse_changed()
        own = list(regions) == self._regions
        told = self.delivered if own else self.store.history(regions, day=self.day)
        self._refuse_other_units(told)
        frame = latest(told)
        if provenances:
            frame = frame[frame["provenance"].isin(provenances)].reset_index(drop=True)

        def check(*figures: Any, **rules: Any) -> list[Finding]:
            def found() -> dict[str, Any]:
                return {"found": [asdict(item) for item in check_observations(*figures, **rules)]}

            question = f"findings {regions} {provenances}"
            return [Finding.from_plain(item) for item in self.kept(question, found)["found"]]

        return assure(
            frame,
            self.catalogue,
            load_corrections(self.workspace),
            breaks=self.workspace.census_breaks,
            as_of=self.day,
            region=self.workspace.region.code,
            check=check,
        )

    def _refuse_other_units(self, frame: pd.DataFrame) -> None:
        """Refuse amounts that were stored in another unit than the list has by now."""
        levels = frame.loc[frame["measure"].eq("level"), ["indicator", "unit"]].drop_duplicates()
        for code, unit in levels.itertuples(index=False):
            if code in self.catalogue and (now := self.catalogue.get(code)).unit != unit:
                said = f"库中{now.name_zh}的单位是{unit}，指标目录现在写的是{now.unit}"
                raise StoreError(f"{said}。请运行 lianhu ingest；仍不行的先删去 data/processed")

    @cached_property
    def delivered(self) -> pd.DataFrame:
        """Every version published by the day, of the region and those above, as delivered."""
        self.refuse_changed()
        return self.store.history(self._regions, day=self.day)

    @property
    def _regions(self) -> list[str]:
        return [item.code for item in (self.workspace.region, *self.workspace.parents)]

    @cached_property
    def versions(self) -> pd.DataFrame:
        """Every version published by the day, corrected, the errors known by then withheld.

        A column ``doubted`` says which figures the checks find out of line.
        """
        corrected, _ = apply_corrections(
            self.delivered, load_corrections(self.workspace), as_of=self.day
        )
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
        files = PastRunFiles(self.workspace)
        others = tuple(other.knowledge for other in self._others)
        return Knowledge(own, tuple(above), tuple(announced), files, neighbours=others)

    @cached_property
    def _others(self) -> tuple[Session, ...]:
        return tuple(Session(space, self.day) for space in self.neighbours)

    @property
    def target_years(self) -> list[int]:
        """Years that had targets by the day."""
        return sorted({told[0].year for told in versions_on(self.targets, self.day)})

    @property
    def year(self) -> int:
        """The latest year with targets that had begun by the day, or else the first to come."""
        day, known = self.day, self.target_years
        begun = [item for item in known if day is None or item <= day.year]
        return max(begun or known[:1] or [day.year if day else dt.date.min.year])

    def assess(self, year: int | None = None) -> Assessment:
        """Judge the targets of a year.

        Parameters
        ----------
        year
            Default: the latest year with targets that had begun by the day; of a year
            without any nothing is judged.
        """
        year = self.year if year is None else year
        if year not in self._assessments:
            self._assessments[year] = assess_targets(
                self.assured.frame,
                self.targets,
                region=self.workspace.region,
                parents=self.workspace.parents,
                year=year,
                as_of=self.day,
                catalogue=self.catalogue,
                rules=self.rules,
                knowledge=self.knowledge,
            )
        return self._assessments[year]

    @property
    def today(self) -> dt.date | None:
        """The day from which figures are old: of a period that is over, when it was news."""
        newest = self.until and self.until + A_MONTH
        return min(self.day, newest) if self.day and newest else self.day

    def newer_than(self, period: Period) -> list[str]:
        """Return the codes of newer periods of which the region's figures are known, in order."""
        own = self.versions[self.versions["provenance"].isin(self.workspace.forecast_provenance)]
        return sorted(set(own["period"]) - set(_told_by(own, period)["period"]), key=_end)

    def of(self, period: Period) -> Session:
        """Return a session that tells of a period: what is known on the day, but of no newer one.

        Newer periods have taught the checks what is wrong all the same.
        """
        if not self.newer_than(period):
            return self
        other, known = replace(self, until=period.end), self.assured
        kept = {name: getattr(self, name) for name in ("catalogue", "targets", "store")}
        findings = tuple(item for item in known.findings if _end(item.period) <= period.end)
        frame = _told_by(known.frame, period).reset_index(drop=True)
        kept["assured"] = replace(known, frame=frame, findings=findings)
        other.__dict__.update(kept, versions=_told_by(self.versions, period))
        return other

    def on(self, day: dt.date) -> Session:
        """Return the same workspace on another day."""
        self.refuse_changed()
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
        """Hash of everything that an answer depends on: figures, settings, code; of each region."""
        return self._fingerprint_now()

    def _fingerprint_now(self) -> str:
        own = fingerprint(self.workspace, self.day)
        all_told = " ".join([own, *(other._fingerprint_now() for other in self._others)])
        return hashlib.sha256(all_told.encode()).hexdigest() if self._others else own

    def refuse_changed(self) -> None:
        """Refuse to put figures and settings beside others that were read before they changed."""
        if self.fingerprint != self._fingerprint_now():
            told = "打开工作区以后，库中的数据或设置有了变动，前后的数字会对不上"
            raise StoreError(f"{told}。请重新打开（lh.open()），或再运行一次")

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
        asked = f"{question} {self.fingerprint}".encode(errors="surrogatepass")
        key = hashlib.sha256(asked).hexdigest()
        found = files.get(key)
        if found is not None:
            kept: dict[str, Any] = json.loads(found)
            return kept
        content = answer()
        files.put(key, json.dumps(content, ensure_ascii=False).encode())
        return content

    def kept_answer(self, question: str, answer: Callable[[], Answer]) -> Answer:
        """Return an answer to go on with, computed once as ``kept`` does."""
        return Answer.from_kept(self.kept(f"whole {question}", lambda: answer().as_kept()))

    def verdicts(self, year: int | None = None) -> pd.DataFrame:
        """Return the verdict on every target, one row each: see ``verdict_frame``."""
        return verdict_frame(self.assess(year))

    def show(self, code: str, region: str = "") -> pd.DataFrame:
        """Return one indicator's observations as of the day, each with its cell.

        Corrected, and errors withheld, as they enter forecasts; ``token`` is what was delivered.

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
        regions = self._regions if region in self._regions else [region]
        frame = (self.on(day) if day else self)._assured(regions).frame
        own = (frame["region"] == region) & (frame["indicator"] == code)
        return frame[own].reset_index(drop=True)

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
        years = sources.versions.on(None).years
        if not years:
            raise ForecastError(f"{code} 没有公布的增速，不能建模。可用 lianhu show {code} 查看")
        return likeliest(sources.panel_on(years[-1], None))

    def monitor(self, year: int | None = None, period: str = "") -> Answer:
        """Say of every indicator how it stands, and of the whole how warm it is.

        Parameters
        ----------
        period
            The month or quarter whose growth is counted as faster or slower, as ``2024Q3`` or
            ``2024-09``; default: of each indicator the newest.
        """
        asked = self.assess(year), self.assured, self.rules, self.knowledge
        return glance.monitor(*asked, _period(period), self.today)

    @cached_property
    def everywhere(self) -> pd.DataFrame:
        """Figures of every region that the workspace names, corrected, errors withheld."""
        peers = [item.code for item in self.workspace.peers]
        frames = [self.assured.frame, *([self._assured(peers).frame] if peers else [])]
        whole = pd.concat(frames, ignore_index=True)
        return whole.sort_values("region", kind="stable", ignore_index=True)

    def contributions(self, period: str = "") -> Answer:
        """Say who pulls growth, and who slowed it down: see ``who_pulls``.

        Parameters
        ----------
        period
            As ``2024Q3`` or ``2024-09``; default: of each whole the last one known.

        Raises
        ------
        UsageError
            If it is no period.
        """
        at = _period(period)
        asked = self.versions, self.catalogue, self.workspace, self.day, at
        return who_pulls(*asked, self.decimals(at.year if at else self.year))

    def comparison(self, indicator: str = "", period: str = "", year: int = 0) -> Answer:
        """Say where the region stands among its peers and against those above: see ``compare``.

        Parameters
        ----------
        indicator
            Code; default: all that have a target for growth, then the headline indicators
            that have growth.
        period
            As in ``contributions``.
        year
            Of whose targets; default, and where it has none: of all years.

        Raises
        ------
        UsageError
            If there is no such indicator, or it is no period.
        """
        codes = [indicator] if indicator else self._told_of_growth(year)
        chosen = [self.catalogue.get(code) for code in codes]
        fewer = {item.indicator for item in self.targets if item.rule == "at_most"}
        asked = self.everywhere, chosen, self.workspace, self.day
        decimals = self.decimals(year or self.year)
        return compare(*asked, _period(period), fewer, self.today, decimals)

    def _told_of_growth(self, year: int) -> list[str]:
        """Return what has a target for growth, then headline indicators that have growth."""
        growth = [item for item in self.targets if item.measure == "yoy"]
        of_year = [item for item in growth if item.year == year]
        aimed = [item.indicator for item in of_year or growth]
        own = self.everywhere["region"].eq(self.workspace.region.code)
        grown = own & self.everywhere["measure"].eq("yoy") & self.everywhere["value"].notna()
        known = {*self.everywhere.loc[grown, "indicator"]}
        headline = (code for code in HEADLINE if code in known and code in self.catalogue)
        return [*dict.fromkeys([*aimed, *headline])]

    def decimals(self, year: int) -> dict[str, int]:
        """Return with how many decimals growth is printed: see ``growth_decimals``."""
        return growth_decimals(item for item in self.targets if item.year == year)

    @cached_property
    def cases(self) -> Cases:
        """The cases of the region's ledgers as delivered by the day asked for."""
        self.refuse_changed()
        frame = self.store.cases(self.workspace.region.code, self.asked)
        fed = frame[frame["provenance"].isin(self.workspace.forecast_provenance)]
        return cases_on(fed, load_ledgers(self.workspace.root))

    def land_and_projects(self, year: int | None = None) -> Answer:
        """Say how land and projects stand: see ``mechanisms.land_and_projects``."""
        return mechanisms.land_and_projects(self.assess(year), self.cases)

    def risk_and_governance(self, year: int | None = None) -> Answer:
        """Say how risks and citizens' matters stand: see ``mechanisms.risk_and_governance``."""
        return mechanisms.risk_and_governance(self.assess(year), self.cases)

    def scenario(self, written: str | Path | Mapping[str, Any]) -> Answer:
        """Say what becomes of the targets if some indicators take a path.

        Parameters
        ----------
        written
            A TOML file, or a mapping of its fields: see docs/workspace.md.

        Raises
        ------
        UsageError
            With every path that is unknown, contradictory, published already or impossible, and
            its line.
        """
        scenario, refuse = read_scenario(written)
        keys = [path.key(self.assess(scenario.year)) for path in scenario.path]
        return scenario_answer(scenario, self.futures(keys, scenario.year), refuse)

    def levers(self, *indicators: str, year: int | None = None) -> Answer:
        """Say what would bring the open targets (of some indicators) to 50 and to 80 %."""
        beside = parts_beside(self.assess(year), self.rules, indicators)
        return levers_answer(self.futures(beside, year), indicators)

    def futures(self, others: Sequence[Key] = (), year: int | None = None) -> Futures:
        """Return the joint futures of the open targets, and of other figures beside them."""
        assessment = self.assess(year)
        aims = {key_of(item) for item in assessment.verdicts}
        wanted = [k for k in dict.fromkeys(others) if k not in aims and k[0] in self.catalogue]
        for key in wanted:
            if (assessment.year, key) not in self._beside:
                alone = forecast_alone(assessment, key, self.rules, self.knowledge)
                self._beside[assessment.year, key] = alone
        beside = [self._beside[assessment.year, key] for key in wanted]
        return futures_of(assessment, beside, self.rules, self.knowledge)

    def sliders(self) -> Any:
        """Return sliders for the rest of the year of targets and their parts: see ``what_if``."""
        # Charts cost seconds to import.
        from lianhu_analysis.render.what_if import sliders

        return sliders(self.futures(parts_beside(self.assess(), self.rules)), self.scenario)

    def news(self, since: dt.date | None = None) -> Answer:
        """Say what moved every target's verdict since a day: see ``analysis.news``.

        Parameters
        ----------
        since
            Default: a month before the session's day.

        Raises
        ------
        UsageError
            If it is not before the session's day, or there are no data.
        """
        if (day := self.day) is None:
            raise UsageError(NO_DATA)
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
        return news(between, self.year, (self.workspace.region, *self.workspace.parents))

    def calendar(self, year: int | None = None, *, only_next: bool = False) -> Answer:
        """Say what is still to come this year, the most informative first: see ``upcoming``."""
        return upcoming(self.assess(year), self.knowledge, self.rules, only_next=only_next)


def _end(code: str) -> dt.date:
    return Period.parse(code).end


def _told_by(frame: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Return the rows of a frame that are of no newer period."""
    told = [code for code in frame["period"].unique() if _end(code) <= period.end]
    return frame[frame["period"].isin(told)]


def _period(text: str) -> Period | None:
    try:
        return Period.parse(text) if text else None
    except PeriodError as error:
        raise UsageError(f"--period：{error}") from None
