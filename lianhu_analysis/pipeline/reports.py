"""A report is planned, run in private, checked, and put in place only when it is whole."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import named
from lianhu_analysis.errors import LianhuError, ReportError, StoreError, UsageError, WorkspaceError
from lianhu_analysis.intake.ingest import unread_files
from lianhu_analysis.intake.whole_files import private_folder
from lianhu_analysis.pipeline.answers import PROJECT_ROOT
from lianhu_analysis.pipeline.batch import parse_period
from lianhu_analysis.pipeline.past_runs import code_hash, settings_files
from lianhu_analysis.pipeline.record import PUBLIC, keep_verdicts, read_record, record_hash
from lianhu_analysis.pipeline.session import Session, open_session
from lianhu_analysis.render.drawing.theme import speaking
from lianhu_analysis.render.english import English, english_names, has_chinese
from lianhu_analysis.render.publishing.manifest import FORMATS, ManifestEntry
from lianhu_analysis.render.publishing.publish import (
    file_hash,
    find_published,
    fingerprint,
    refuse_another,
    safe_name,
    versions,
)
from lianhu_analysis.render.publishing.publish import (
    publish as put_in_place,
)
from lianhu_analysis.render.quarterly.audience import AUDIENCES, for_public, refuse_hidden
from lianhu_analysis.render.quarterly.report import Report, lagging
from lianhu_analysis.render.register import FigureRegister
from lianhu_analysis.render.tables import NO_DATA, SIMULATED_MARK
from lianhu_analysis.render.trace import check_html, check_origins
from lianhu_analysis.workspace import LANGUAGES, Workspace

__all__ = ["check_options", "open_report", "plan_report", "publish"]

# The quarter of a report is one whose GDP is known.
GDP = "gdp.total"
# Shown beside the forecast, never in it.
FACTS = ("published_fact", "second_hand")
TEMPLATES = {"Q": "quarterly.ipynb", "M": "monthly.ipynb"}
# How the templates call their period.
PERIODS = {"Q": "quarter", "M": "month"}
GIVEN_BY_OPTIONS = ("workspace", *PERIODS.values(), "as_of", "language")
# What a monthly brief asks; a report asks everything.
BRIEF = ("comparison", "monitor", "calendar")


@dataclass(frozen=True)
class ReportPlan:
    """One report to be made.

    Attributes
    ----------
    formats
        Some of ``FORMATS``, the page first.
    parameters
        Of the template, beyond workspace, period and day.
    """

    name: str
    period: Period
    as_of: dt.date
    audience: str
    language: str
    formats: tuple[str, ...]
    parameters: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What became of one planned report: a report of ``lianhu report --json``.

    Attributes
    ----------
    path
        The page; none if it does not stand.
    error
        Why it does not stand; empty if it does.
    warning
        What needs attention though it stands: its verdicts were not kept.
    """

    name: str
    path: Path | None
    status: Literal["rendered", "unchanged", "failed"]
    error: str = ""
    warning: str = ""


def open_report(
    workspace: str, period: str, as_of: str, audience: str = "internal", language: str = "zh"
) -> Report:
    """Open a report inside its notebook: judge the targets, start the figure register.

    Parameters
    ----------
    workspace
        Folder of the workspace; empty for the nearest upwards.
    period, as_of
        As ``2024Q3``, or ``2024-08`` of a monthly brief, and ``2024-10-31``; empty ones as in
        ``plan_report``.
    audience
        ``internal``, or ``public``: see ``for_public``.
    language
        Of the charts; the text is put into it when the page is made.
    """
    asked = open_session(workspace, as_of)
    _refuse_language(language)
    speaking(_english(asked).text if language == "en" else str)
    hidden = _hidden(asked, audience)
    plan = plan_report(asked, period, {})
    session = asked.on(plan.as_of)
    known = session.assured.frame
    report = Report(
        assessment=session.assess(plan.period.year),
        quarter=plan.period,
        raw_files={path: entry.sha256 for path, entry in session.store.ledger().items()},
        context=known[known["provenance"].isin(FACTS) & known["value"].notna()],
        unread=unread_files(session.workspace),
        record=session.told,
        before=_issued_before(session, audience),
        newer=session.newer_than(plan.period),
        answers=_answers(session, plan.period, hidden),
    )
    if audience == "internal":
        return report
    space = session.workspace
    return for_public(report, hidden, space.outlier_years, tells_sensitive=space.tells_sensitive)


def _answers(session: Session, quarter: Period, hidden: frozenset[str]) -> dict[str, Answer]:
    """Ask every analysis that the report tells; one that is refused leaves its section out.

    How the economy runs is told of the report's period alone, whatever is known by the day;
    what is forecast goes by all of that.  Levers are asked of the targets that lag, the calendar
    for the next releases: the report tells no more.
    """
    verdicts = session.assess(quarter.year).verdicts
    shown = [item for item in verdicts if item.target.indicator not in hidden]
    behind = [item.target.indicator for item in lagging(shown)]
    told_of = session.of(quarter)
    asked: dict[str, Callable[[], Answer]] = {
        "comparison": lambda: told_of.comparison(year=quarter.year),
        "contributions": lambda: told_of.contributions(str(quarter)),
        "monitor": lambda: told_of.monitor(quarter.year, str(quarter)),
        "land": lambda: session.land_and_projects(quarter.year),
        "risk": lambda: session.risk_and_governance(quarter.year),
        "levers": lambda: session.levers(*behind, year=quarter.year),
        "calendar": lambda: session.calendar(quarter.year, only_next=True),
    }
    found = {}
    for name in BRIEF if quarter.frequency == "M" else asked:
        with suppress(LianhuError):
            # Another edition of the report asks the same.
            found[name] = session.kept_answer(f"{name} {quarter} {behind}", asked[name])
    session.refuse_changed()  # which would have left sections out
    return found


def _issued_before(session: Session, audience: str) -> pd.DataFrame:
    """Return of each target the verdict issued last as of a day before the session's.

    The public has seen those of public reports alone.
    """
    record = read_record(session.workspace)
    record = record if audience == "internal" else record[record["public"].eq(True)]
    earlier = record[record["as_of"] < f"{session.day}"].sort_values(["as_of", "issue"])
    return earlier.drop_duplicates(["year", "indicator", "measure", "set_by"], keep="last")


def _refuse_language(language: str) -> None:
    if language not in LANGUAGES:
        raise UsageError(f"--lang {language} 不行，可填 {'、'.join(LANGUAGES)}")


def _english(session: Session) -> English:
    return English(english_names(session.workspace, session.catalogue, session.targets))


def _hidden(session: Session, audience: str) -> frozenset[str]:
    """Return the codes of what an audience may not see; refuse an unknown one."""
    if audience not in AUDIENCES:
        raise UsageError(f"audience={audience!r} 不行，可填 {'、'.join(AUDIENCES)}")
    told = audience == "internal" or session.workspace.tells_sensitive
    return frozenset() if told else session.catalogue.sensitive


def plan_report(
    session: Session,
    period: str,
    parameters: Mapping[str, str],
    formats: Sequence[str] = (),
) -> ReportPlan:
    """Decide which report to make, refusing what cannot be made before any work.

    Without a period: the last quarter with a GDP figure.  Without a day: the last
    publication by the end of the month after the period, which is when such a report is
    written.  The language is that of the session's workspace.

    Parameters
    ----------
    period
        A quarter, or a month for a monthly brief; may be empty.
    formats
        Some of ``FORMATS``; the page is always made, and without any all are.

    Raises
    ------
    UsageError
        On an unknown period, format, language or parameter, or a period without data:
        a quarter without GDP, a month without any figure of a core indicator.
    """
    check_options(session, parameters, formats, [period])
    kinds = tuple(kind for kind in FORMATS if kind == "html" or not formats or kind in formats)
    workspace, as_of = session.workspace, session.asked
    audience, language = parameters.get("audience", "internal"), workspace.language
    # Targets that cannot be read are refused first, whatever else is wrong.
    years = {target.year for target in session.targets}
    last = replace(session, asked=None).day
    if last is None:
        raise UsageError(NO_DATA)
    if not period:
        period = _last_quarter(session, as_of or last, years)
    given = dict(parameters) if language == "zh" else {**parameters, "language": language}
    meant = parse_period(period)
    following = Period(meant.end.year, "M", meant.end.month).shift(1)
    day = as_of or min(last, following.end)
    _refuse_no_data(session, day, meant)
    tags = [tag for tag, said in ((PUBLIC, audience), ("en", language)) if said == tag]
    name = safe_name(workspace.region.code, str(meant), day.isoformat(), *tags)
    return ReportPlan(name, meant, day, audience, language, kinds, given)


def check_options(
    session: Session,
    parameters: Mapping[str, str],
    formats: Sequence[str],
    periods: Sequence[str] = (),
) -> None:
    """Refuse unknown formats and languages, parameters unknown or not to be given, audiences."""
    if unknown := sorted(set(formats) - set(FORMATS)):
        raise UsageError(f"--format {'、'.join(unknown)} 不行，可填 {'、'.join(FORMATS)}")
    _refuse_language(session.workspace.language)
    if fixed := sorted(set(parameters) & set(GIVEN_BY_OPTIONS)):
        raise UsageError(f"参数 {'、'.join(fixed)} 由命令行的选项给出，不能用 --parameter 指定")
    if parameters:
        from lianhu_analysis.render.publishing.notebook import check_parameters

        for frequency in sorted({parse_period(text).frequency for text in periods if text} or "Q"):
            template = _template(session.workspace, frequency)
            check_parameters(template, parameters, GIVEN_BY_OPTIONS)
    _hidden(session, parameters.get("audience", "internal"))  # refuses another one


def _refuse_no_data(session: Session, day: dt.date, period: Period) -> None:
    """Refuse a period that has no report as of a day."""
    if period.frequency == "Q":
        if str(period) not in _gdp_quarters(session, day):
            raise UsageError(f"截至 {day}，库中没有 {period} 的地区生产总值，不能生成该季报告")
        return
    core = [item.code for item in session.catalogue if item.tier == "core"]
    if not _known(session, day, core)["period"].eq(str(period)).any():
        raise UsageError(f"截至 {day}，库中没有 {period} 的核心指标数字，不能生成该月简报")


def _known(session: Session, day: dt.date, codes: Sequence[str]) -> pd.DataFrame:
    """Return the region's own figures that may feed a forecast, as known on a day."""
    workspace = session.workspace
    frame = session.store.as_of(day, regions=[workspace.region.code], indicators=codes)
    return frame[frame["provenance"].isin(workspace.forecast_provenance) & frame["value"].notna()]


def _gdp_quarters(session: Session, day: dt.date) -> set[str]:
    """Quarters whose GDP was known on a day."""
    return {period for period in _known(session, day, [GDP])["period"] if "Q" in period}


def _last_quarter(session: Session, day: dt.date, years: set[int]) -> str:
    known = _gdp_quarters(session, day)
    known = {text for text in known if not years or int(text[:4]) in years}
    if not known:
        raise UsageError(f"截至 {day}，有目标的年份没有任何季度的地区生产总值，请指定季度")
    return max(known)


def publish(asked: Session, plan: ReportPlan, *, force: bool = False) -> Outcome:
    """Run, check and publish one report; an unchanged one is left as it stands.

    The notebook runs in a private folder; the page is put in place only if
    every cell ran and every number was traced, and its manifest entry is
    written last.
    """
    session = asked.on(plan.as_of)
    workspace = session.workspace
    frequency = plan.period.frequency
    template = _template(workspace, frequency)
    inputs = _inputs(session, template)
    asks = {PERIODS[frequency]: str(plan.period), "as_of": plan.as_of.isoformat()}
    parameters = asks | plan.parameters
    print_of_inputs = fingerprint(inputs, parameters, versions())
    done = find_published(workspace.reports, plan.name, print_of_inputs)
    wanted = {f"{plan.name}.{kind}" for kind in plan.formats}
    if done is not None and wanted <= set(done.outputs) and not force:
        return Outcome(plan.name, _page_path(workspace, done), "unchanged")
    try:
        entry, warning = _render(session, plan, template, inputs, parameters, print_of_inputs)
    except ReportError as error:
        return Outcome(plan.name, None, "failed", str(error))
    return Outcome(plan.name, _page_path(workspace, entry), "rendered", warning=warning)


def _render(
    session: Session,
    plan: ReportPlan,
    template: Path,
    inputs: dict[str, str],
    parameters: dict[str, str],
    print_of_inputs: str,
) -> tuple[ManifestEntry, str]:
    """Make one report and put it in place; return its entry and a warning."""
    from lianhu_analysis.render.publishing.notebook import execute
    from lianhu_analysis.render.publishing.page import traced_body

    workspace = session.workspace
    seen = os.path.relpath(os.path.realpath(workspace.root), os.path.realpath(workspace.reports))
    place = Path(seen).as_posix()  # the same wherever both are moved
    refuse_another(workspace.reports, workspace.region.code, place)
    simulated = workspace.simulated
    hidden = _hidden(session, plan.audience)
    period = plan.period.label_zh("ytd")
    with private_folder() as private, ThreadPoolExecutor(1) as meanwhile:
        read = meanwhile.submit(lambda: session.delivered)
        executed = execute(
            template,
            {"workspace": str(workspace.root), **parameters},
            private,
            name=plan.name,
            failures=workspace.reports / "failed",
        )
        read.result()
        if _inputs(session, template) != inputs:
            raise ReportError(f"报告 {plan.name} 运行期间数据或设置有变化，未发布。请重新运行")
        register = FigureRegister.load(executed.figures)
        refuse_hidden(register, hidden)
        if faults := check_origins(register, session.assured.frame):
            raise ReportError(f"报告 {plan.name} 的数字与版本库不符，未发布：{'；'.join(faults)}")
        names = _names(session, register)
        title = executed.title or f"{workspace.region.name_zh}{period}经济分析报告"
        english = _english(session) if plan.language == "en" else None
        if english is not None:
            said = {english.name(name) for name in names}
            names |= said | {name[:1].upper() + name[1:] for name in said}
        body = traced_body(executed.notebook, register, title=title, names=names)
        if english is not None:
            body, register, title = _in_english(english, body, register, title, names)
        for kind in plan.formats:
            content = _formatted(kind, body, register, title, english, simulated=simulated)
            (private / f"{plan.name}.{kind}").write_bytes(content)
        entry = ManifestEntry(
            name=plan.name,
            title=title,
            region=workspace.region.code,
            region_zh=workspace.region.name_zh,
            quarter=str(plan.period),
            as_of=plan.as_of.isoformat(),
            language=plan.language,
            simulated=simulated,
            fingerprint=print_of_inputs,
            inputs=inputs,
            parameters=parameters,
            versions=versions(),
            audience=plan.audience,
            verdicts=executed.words,
            workspace=place,
        )
        # First, since a run cut off between would find the report unchanged and not come back.
        warning = _keep(session, plan, executed.verdicts)
        return put_in_place(private, workspace.reports, entry), warning


def _keep(session: Session, plan: ReportPlan, verdicts: tuple[dict[str, Any], ...]) -> str:
    """Add the verdicts of a report to the record; return why they could not be."""
    try:
        keep_verdicts(session, plan.period.year, verdicts, occasion=f"report {plan.name}")
    except (StoreError, OSError) as error:
        return f"报告已发布，但其中的判断没有存档（{error}）。请运行 lianhu record --as-of {plan.as_of}"
    return ""


def _in_english(
    english: English, body: str, register: FigureRegister, title: str, names: set[str]
) -> tuple[str, FigureRegister, str]:
    """Return body, figures and title in English, after proving that every number is the same."""
    from lianhu_analysis.render.publishing.page import data_of

    said, figures = english.html(body), english.register(register)
    if data_of(said) != data_of(body):
        raise ReportError("英文版的数字与中文版不同，未发布。请把这一报告交给维护的人")
    if faults := check_html(said, figures, names):
        raise ReportError(f"英文版有数字没有出处，未发布：{'；'.join(faults)}")
    title = english.text(title)
    if english.missing or has_chinese(title):
        note = "Names and passages without an English edition are given in Chinese."
        said = f'<p class="note">{note}</p>{said}'
    return said, figures, title


def _formatted(
    kind: str,
    body: str,
    register: FigureRegister,
    title: str,
    english: English | None,
    *,
    simulated: bool,
) -> bytes:
    """Write a report in one format."""
    # Each is imported where it is made: together they take a second.
    from lianhu_analysis.render.publishing.page import printed_figures, render_page

    say = str if english is None else english.text
    if kind == "docx":
        from lianhu_analysis.render.publishing.word import render_word

        return render_word(body, title=title, mark=say(SIMULATED_MARK) if simulated else "")
    if kind == "xlsx":
        from lianhu_analysis.render.publishing.annex import render_annex

        refs = printed_figures(body, register)
        return render_annex(register, refs, title=title, simulated=simulated, say=say)
    page = render_page(body, register, title=title, simulated=simulated, english=english)
    return page.encode()


def _names(session: Session, register: FigureRegister) -> set[str]:
    """Names with digits that a page may print: of indicators, targets and reference facts."""
    catalogue = session.catalogue
    names = {item.name_zh for item in catalogue}
    for target in session.targets:
        names |= {target.title_zh, target.name_zh}
        names.add(named(catalogue.get(target.indicator).name_zh, target.set_by))
    facts = {str(figure.detail.get("indicator", "")) for figure in register}
    return names | {code.removeprefix("fact.") for code in facts}


def _template(workspace: Workspace, frequency: str) -> Path:
    """The workspace's own report template, or the project's."""
    place = Path("notebooks") / "reports" / TEMPLATES[frequency]
    for root in (workspace.root, PROJECT_ROOT):
        if (root / place).is_file():
            return root / place
    raise WorkspaceError(
        f"找不到报告模板 {place.as_posix()}。请从项目中复制到 {workspace.root} 下的同名位置"
    )


def _inputs(session: Session, template: Path) -> dict[str, str]:
    """Hashes of everything that a report depends on, by name."""
    workspace = session.workspace
    # Of the same bytes other words, layouts or days of delivery may have made other figures.
    inputs = {path: entry.fingerprint for path, entry in session.store.ledger().items()}
    inputs |= {f"unread:{path}": reason for path, reason in unread_files(workspace)}
    if session.day is not None and (told := record_hash(workspace, session.day)):
        inputs["record"] = told
    for path in (*settings_files(workspace), template):
        if path.is_file():
            inputs[path.name] = file_hash(path)
    inputs["lianhu_analysis"] = code_hash()
    return inputs


def _page_path(workspace: Workspace, entry: ManifestEntry) -> Path:
    return workspace.reports / f"{entry.name}.html"
