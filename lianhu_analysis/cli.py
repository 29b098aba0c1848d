"""The command line: words in, one call, words out."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property, wraps
from importlib.machinery import PathFinder
from importlib.util import LazyLoader
from inspect import Parameter, Signature, signature
from itertools import product
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.text import Text

from lianhu_analysis import __version__
from lianhu_analysis.errors import LianhuError, UsageError, WorkspaceError, described


class _WhenUsed:
    """Finds our own modules so that each is executed at the first look into it."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, _: ModuleType | None = None) -> Any:
        """Return how a module is loaded; of others nothing."""
        spec = PathFinder.find_spec(name, path) if name.startswith("lianhu_analysis.") else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


@contextmanager
def _loaded_when_used() -> Iterator[None]:
    """Import modules without executing them yet."""
    sys.meta_path.insert(0, _WhenUsed)
    try:
        yield
    finally:
        sys.meta_path.remove(_WhenUsed)


# Help and wrong use are answered before pandas and statsmodels are loaded: one second.
with _loaded_when_used():
    from lianhu_analysis import workspace as spaces
    from lianhu_analysis.analysis import news as arrivals
    from lianhu_analysis.intake import blank_workbooks, new_workspace, problems
    from lianhu_analysis.intake import ingest as deliveries
    from lianhu_analysis.pipeline import answers, apart, backtests, batch, cluster, reports, session
    from lianhu_analysis.pipeline import record as issued
    from lianhu_analysis.render import analyses, listing, record_listing
    from lianhu_analysis.render import lab as jupyter

if TYPE_CHECKING:
    from lianhu_analysis.analysis.answer import Answer

__all__ = ["app", "main"]

FINE, ATTENTION, WRONG_USE, FAILED = 0, 1, 2, 3
PROBLEMS_SHOWN = 3  # of each file; the rest on request
INTERRUPTED = 130  # as every shell reports it

app = typer.Typer(
    name="lianhu",
    help="莲湖区经济分析调度：清洗指标、判断目标能否实现、生成报告。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
messages = Console(stderr=True, highlight=False, soft_wrap=True)

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", metavar="DIR", help="工作区文件夹；默认向上找最近的 lianhu.toml。"),
]
AsOfOption = Annotated[
    str, typer.Option("--as-of", metavar="YYYY-MM-DD", help="只用截至这一天已公布的数据。")
]
PeriodOption = Annotated[
    str, typer.Option("--period", help="如 2024Q3 或 2024-09；默认最近已公布的一期。")
]
YearOption = Annotated[int | None, typer.Option("--year", help="目标年份；默认最近有目标的一年。")]
JsonOption = Annotated[bool, typer.Option("--json", help="在标准输出上打印 JSON。")]
WorkspacesOption = Annotated[
    list[str] | None,
    typer.Option("--workspaces", metavar="GLOB", help="多个工作区，如 'regions/*'；可写多次。"),
]
JobsOption = Annotated[
    int | None, typer.Option("--jobs", min=1, help="同时做几份；默认按处理器和内存。")
]
SchedulerOption = Annotated[
    str, typer.Option("--scheduler", metavar="ADDRESS", help="交给 dask 集群，如 tcp://主机:8786。")
]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What commands are told beside their own words: the options that many share."""

    context: typer.Context
    workspace: WorkspaceOption = None
    workspaces: WorkspacesOption = None
    jobs: JobsOption = None
    scheduler: SchedulerOption = ""
    as_of: AsOfOption = ""
    as_json: JsonOption = False

    @cached_property
    def opened(self) -> session.Session:
        """What the workspace knew on the day."""
        return opened(self.context, self.workspace, self.as_of)

    def print(self, content: dict[str, Any], lines: Iterable[str]) -> None:
        """Write the document, or its lines."""
        print_answer(content, lines, as_json=self.as_json)

    def answer(self, question: str, ask: Callable[[], Answer]) -> None:
        """Answer a question, once for the same figures, settings and code, and write it."""
        content = self.opened.kept(question, lambda: ask().as_dict())
        print_analysis(content, as_json=self.as_json)


def command(*shared: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command that takes some of the options of ``Asked`` after its own.

    With ``--workspaces`` it is given to each of them apart.
    """

    def register(work: Callable[..., None]) -> Callable[..., None]:
        @wraps(work)
        def run(context: typer.Context, **told: Any) -> None:
            asked = Asked(context=context, **{name: told.pop(name) for name in shared})
            if asked.workspaces:
                raise typer.Exit(ask_each(context, asked.workspaces, asked.jobs, asked.scheduler))
            work(asked, **told)

        of_all = signature(Asked, eval_str=True).parameters
        own = list(signature(work, eval_str=True).parameters.values())[1:]
        taken = [of_all["context"], *own, *(of_all[name] for name in shared)]
        taken = [item.replace(kind=Parameter.KEYWORD_ONLY) for item in taken]
        # What typer reads the options from.
        run.__signature__ = Signature(taken)  # type: ignore[attr-defined]
        run.__annotations__ = {item.name: item.annotation for item in taken}
        return app.command()(run)

    return register


ONE_DAY = ("workspace", "as_of", "as_json")
MANY = ("workspace", "workspaces", "jobs", "scheduler")


def print_version(wanted: bool) -> None:
    """Print the version and stop, if it was asked for."""
    if wanted:
        print_text(f"lianhu {__version__}")
        raise typer.Exit(FINE)


@app.callback()
def common(
    context: typer.Context,
    workspace: WorkspaceOption = None,
    version: Annotated[
        bool,
        typer.Option("--version", help="打印版本。", is_eager=True, callback=print_version),
    ] = False,
) -> None:
    """莲湖区经济分析调度：清洗指标、判断目标能否实现、生成报告。"""
    del version  # printed and done before any command
    context.obj = workspace


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="新工作区的文件夹。")],
    region: Annotated[str, typer.Option("--region", help="地区中文名；默认取文件夹名。")] = "",
    code: Annotated[str, typer.Option("--code", help="六位行政区划代码。")] = "999999",
    year: Annotated[
        int, typer.Option("--year", help="历史数据填到哪一年；默认今年。", show_default=False)
    ] = 0,
) -> None:
    """新建一个地区的工作区：指标目录、文件夹、待填的目标表、历史数据、月报、台账和笔记本。"""
    project = Path(new_workspace.__file__ or "").resolve().parents[2] / "notebooks"
    notebooks = project if project.is_dir() else None
    name = region or directory.resolve().name
    for path in new_workspace.create_workspace(directory, name, code, notebooks, year):
        tell(f"已写入 {path}")
    for step in blank_workbooks.texts()["next_steps"]:
        tell(step.format(directory))


@command("workspace", "as_json")
def catalog(
    asked: Asked,
    code: Annotated[str, typer.Argument(metavar="[CODE]", help="指标代码；不写则列出全部。")] = "",
) -> None:
    """列出并校验指标目录和目标。"""
    content = answers.describe_catalogue(asked.opened, code)
    asked.print(content, listing.catalogue_lines(content))
    if not asked.as_json:
        tell(content["summary"])


@app.command()
def ingest(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH ...]", help="默认 data/raw 下全部文件。")
    ] = None,
    explained: Annotated[
        Path | None,
        typer.Option("--explain", metavar="FILE", help="只说明这个文件怎样读，不入库。"),
    ] = None,
    cell: Annotated[
        str,
        typer.Option(
            "--cell", metavar="SHEET!C9", help="与 --explain 合用：这一格是什么，各是哪里说的。"
        ),
    ] = "",
    every: Annotated[
        bool, typer.Option("--all", help="逐个列出全部文件和问题，包括不必处理的。")
    ] = False,
    workspace: WorkspaceOption = None,
    workspaces: WorkspacesOption = None,
    jobs: JobsOption = None,
    scheduler: SchedulerOption = "",
    as_json: JsonOption = False,
) -> None:
    """读入原始文件；说明每个文件读了什么、哪些被隔离、为什么。"""
    if workspaces and (paths or explained):
        raise UsageError("--workspaces 读入各工作区的全部文件，不能与 PATH 或 --explain 合用")
    if workspaces:
        raise typer.Exit(ask_each(context, workspaces, jobs, scheduler))
    if cell and explained is None:
        raise UsageError("--cell 只与 --explain FILE 合用")
    space = located(context, workspace)
    if explained is not None:
        explanation = answers.explain(session.Session(space), explained, cell)
        print_answer(explanation.as_dict(), explanation.lines(), as_json=as_json)
        raise typer.Exit(ATTENTION if explanation.needs_attention else FINE)
    with messages.status("正在读入……") as status:
        results = answers.ingest(
            space,
            paths or [],
            lambda path: status.update(Text(problems.printable(f"正在读入 {path}"))),
        )
    files = {"files": [asdict(result) for result in results]}
    print_answer(files, listing.file_lines(results, every=every), as_json=as_json)
    for line in listing.problem_lines(results, None if as_json or every else PROBLEMS_SHOWN):
        tell(line)
    if not results:
        tell(f"{space.relative(space.raw)} 下没有可读的文件")
    if any(result.needs_attention for result in results):
        raise typer.Exit(ATTENTION)


@command(*ONE_DAY)
def check(
    asked: Asked,
    revisions: Annotated[
        bool, typer.Option("--revisions", help="列出历次修订，而不是检查结果。")
    ] = False,
    since: Annotated[
        str, typer.Option("--since", metavar="YYYY-MM-DD", help="只列这一天以后公布的修订。")
    ] = "",
    severity: Annotated[
        str, typer.Option("--severity", help="只列到这个严重程度，如 Bad；默认全部。")
    ] = "",
) -> None:
    """按严重程度列出数据检查结果；Error 的数字在更正之前不进入预测和报告。"""
    if since and not revisions:
        raise UsageError("--since 只用于 --revisions")
    findings = answers.check(asked.opened, revised=revisions, since=parse_day(since, "--since"))
    shown = listing.select_findings(findings, severity)
    content = {"findings": [finding.as_dict() for finding in shown]}
    asked.print(content, listing.finding_lines(shown))
    none = "没有修订" if revisions else "没有发现问题"
    none = (
        none if len(asked.opened.delivered) else "库中没有截至这一天的数据，请先运行 lianhu ingest"
    )
    tell(listing.findings_summary(findings, none))
    if any(finding.severity == "Error" for finding in findings):
        raise typer.Exit(ATTENTION)


@command(*ONE_DAY)
def doctor(asked: Asked) -> None:
    """看看环境与工作区是否正常：Python、字体、内核、锁、无主文件、该到而未到的数据。"""
    diagnoses = answers.examine(asked.opened)
    content = {"diagnoses": [asdict(item) for item in diagnoses]}
    asked.print(content, listing.diagnosis_lines(diagnoses))
    if any(item.severity in ("Error", "Severe", "Bad") for item in diagnoses):
        raise typer.Exit(ATTENTION)


@command(*ONE_DAY)
def show(
    asked: Asked,
    code: Annotated[str, typer.Argument(metavar="CODE", help="指标代码。")],
    region: Annotated[
        str, typer.Option("--region", help="上级或同级地区的代码；默认本地区。")
    ] = "",
) -> None:
    """一个指标截至某日的全部观测，各带来源单元格。"""
    content = answers.show_indicator(asked.opened, code, region)
    asked.print(content, listing.observation_lines(content))


@command("workspace", "as_of")
def export(
    asked: Asked,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="写到哪个文件；不覆盖已有的。")],
) -> None:
    """把截至某日的数据导出为 SDMX-CSV，每个数带观测状态；敏感指标不导出。"""
    written, left_out = answers.export(asked.opened, file)
    tell(
        f"已写入 {file}：{written} 条（截至 {asked.opened.day or '目前'}）；敏感的 {left_out} 条没有导出"
    )


@app.command()
def forecast(
    context: typer.Context,
    year: YearOption = None,
    workspace: WorkspaceOption = None,
    workspaces: WorkspacesOption = None,
    jobs: JobsOption = None,
    scheduler: SchedulerOption = "",
    joint: Annotated[
        bool, typer.Option("--joint", help="权重和区间也从其他工作区的往年学（同一市的各区县）。")
    ] = False,
    as_of: AsOfOption = "",
    as_json: JsonOption = False,
) -> None:
    """每个目标：预测、概率、所需增速、基准和判断。"""
    if workspaces:
        raise typer.Exit(ask_each(context, workspaces, jobs, scheduler))
    asked = opened(context, workspace, as_of)
    refuse_year(asked, year)
    own = asked.workspace
    # Nor is a region learned from twice: of copies, or beside its own parts.
    known = {(item.code, item.name_zh) for item in (own.region, *own.parents)}
    for root in context.meta["together"] if joint else ():
        with suppress(WorkspaceError):  # told where it is asked itself
            other = spaces.load_workspace(root)
            if (name := (other.region.code, other.region.name_zh)) not in known:
                known.add(name)
                asked = replace(asked, neighbours=(*asked.neighbours, other))
    content = answers.describe_forecast(asked, year)
    warn_unread(asked.workspace)
    print_answer(content, listing.forecast_lines(content), as_json=as_json)


@command(*ONE_DAY)
def mechanisms(
    asked: Asked,
    topic: Annotated[
        Literal["land", "risk"],
        typer.Argument(metavar="land|risk", help="land 土地和重点项目；risk 风险和社会治理。"),
    ],
) -> None:
    """台账办到了哪一步，离目标多远，与公布的数是否一致。"""
    known = asked.opened
    ask = known.land_and_projects if topic == "land" else known.risk_and_governance
    # Ledgers go by the day that is asked for, not by that of the last figure.
    asked.answer(f"mechanisms {topic} {known.asked}", ask)


@command(*ONE_DAY)
def record(
    asked: Asked,
    year: YearOption = None,
) -> None:
    """存档当日的判断，给已有结果的评分，列出等待结果的；同样的判断只存一次。"""
    refuse_year(asked.opened, year)
    content = issued.describe_record(asked.opened, year)
    warn_unread(asked.opened.workspace)
    asked.print(content, record_listing.record_lines(content))


@command(*ONE_DAY)
def backtest(
    asked: Asked,
    first: Annotated[int | None, typer.Option("--from", metavar="Y", help="从哪一年起。")] = None,
    last: Annotated[int | None, typer.Option("--to", metavar="Y", help="到哪一年止。")] = None,
) -> None:
    """回测：历年各期当时会怎样预测、后来怎样；逐格与基准比较，输的也列出。"""
    if first is not None and last is not None and first > last:
        raise UsageError(f"--from {first} 晚于 --to {last}")
    with messages.status("正在回测……") as status:
        found = backtests.run_backtest(
            asked.opened, first, last, lambda name: status.update(f"正在回测 {name}")
        )
    content = backtests.backtest_json(asked.opened, found)
    asked.print(content, listing.backtest_lines(content))


@app.command()
def report(
    context: typer.Context,
    periods: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PERIOD ...",
            help="季度如 2024Q3、2023Q1..2024Q4，或简报的月份如 2024-08；可写多个。",
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    workspaces: WorkspacesOption = None,
    jobs: JobsOption = None,
    scheduler: SchedulerOption = "",
    as_of: AsOfOption = "",
    lang: Annotated[
        str, typer.Option("--lang", help="报告语言：zh、en，逗号分隔；默认按 lianhu.toml。")
    ] = "",
    formats: Annotated[
        str, typer.Option("--format", help="输出格式：html、docx、xlsx，逗号分隔；默认全部。")
    ] = "",
    audience: Annotated[
        str, typer.Option("--audience", help="读者：internal、public，逗号分隔。")
    ] = "internal",
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="报告模板的其他参数。"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="输入没有变化也重新生成。")] = False,
    as_json: JsonOption = False,
) -> None:
    """用 papermill 生成季度报告或月度简报，一次可多个地区、时期；没有变化的不重做，中断后接着做。"""
    if workspaces and workspace:
        raise UsageError("--workspace 与 --workspaces 只写一个")
    extra, kinds = dict(map(parse_parameter, parameters or [])), split_list(formats)
    # The template's own reader is not told to it: it is the same report.
    names = split_list(audience) or ["internal"]
    told = [{} if name == "internal" else {"audience": name} for name in names]
    one = [] if workspaces else [located(context, workspace).root]
    folders = batch.find_workspaces(workspaces or []) or one
    wanted, languages = batch.periods_of(periods or []) or [""], split_list(lang) or [""]
    tasks = [
        (root, period, {**extra, **reader}, parse_day(as_of), language, kinds, force)
        for root, period, reader, language in product(folders, wanted, told, languages)
    ]
    if len(tasks) > 1:
        if not scheduler:
            apart.start_ahead()
        for reader in told:
            with suppress(WorkspaceError):  # told of that workspace; the others are made
                first = session.Session(spaces.load_workspace(folders[0]))
                reports.check_options(first, extra | reader, kinds, wanted)
    found: list[dict[str, Any]] = [{}] * len(tasks)
    unread: dict[str, None] = {}
    for number, label, result in run_many(batch.make_report, tasks, jobs, scheduler):
        document = batch.document_of(result, label)
        place = f"{tasks[number][0].name} " if workspaces else ""
        unread |= dict.fromkeys(unread_lines(document.pop("unread"), place))
        tell_report(document, document.pop("page"), as_json=as_json)
        found[number] = document | ({"workspace": str(tasks[number][0])} if workspaces else {})
    for line in unread:
        tell(line)
    if as_json:
        print_json({"reports": found})
    if len(found) > 1:
        tell(batch.summary([item["status"] for item in found]))
    if unread or any(item["error"] or item["warning"] for item in found):
        raise typer.Exit(ATTENTION)


def tell_report(document: dict[str, Any], page: str, *, as_json: bool) -> None:
    """Say what became of a report."""
    if document["error"]:
        tell(f"没有生成 {document['name']}：{document['error']}", keep="\n")
    elif not as_json:
        print_text(f"{'已生成' if document['status'] == 'rendered' else '无变化'}  {page}")
    if document["warning"]:
        tell(f"注意 {document['name']}：{document['warning']}")


@command(*MANY, "as_of", "as_json")
def monitor(
    asked: Asked,
    every: Annotated[bool, typer.Option("--all", help="也列出监测指标，不只核心指标。")] = False,
) -> None:
    """一页看完各项指标：最新、变化、位次、距计划、达标灯与景气灯、扩散指数与一致指数。"""
    document = asked.opened.kept("monitor", lambda: asked.opened.monitor().as_dict())
    shown = document if asked.as_json else analyses.monitor_page(document, every)
    print_analysis(shown, as_json=asked.as_json)


@command(*ONE_DAY)
def contributions(
    asked: Asked,
    period: PeriodOption = "",
) -> None:
    """谁在拉动增长、谁拖慢了它：拉动点、贡献率、可能的范围、比上期的变化。"""
    asked.answer(f"contributions {period}", lambda: asked.opened.contributions(period))


@command(*ONE_DAY)
def compare(
    asked: Asked,
    code: Annotated[
        str, typer.Argument(metavar="[CODE]", help="指标代码；不写则为有增速目标的和主要指标。")
    ] = "",
    period: PeriodOption = "",
) -> None:
    """与同级地区比位次，与上级地区比高低；没有公布的留空，不排在最后。"""
    question = f"comparison {code} {period}"
    asked.answer(question, lambda: asked.opened.comparison(code, period))


@command(*ONE_DAY)
def scenario(
    asked: Asked,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="情景文件（TOML）。")],
) -> None:
    """如果一些指标走文件中的路径，各项目标和它们同时实现的概率会怎样。"""
    known = asked.opened  # before the file: what is wrong of the workspace is told first
    asked.answer(f"scenario {file.read_bytes()!r}", lambda: known.scenario(file))


@command(*ONE_DAY)
def levers(
    asked: Asked,
    target: Annotated[
        str, typer.Argument(metavar="[TARGET]", help="目标的指标代码；不写则全部。")
    ] = "",
) -> None:
    """要使目标有五成、八成把握，什么至少要变多少，往年有没有过。"""
    chosen = filter(None, [target])
    asked.answer(f"levers {target}", lambda: asked.opened.levers(*chosen))


@command(*MANY, "as_json")
def news(
    asked: Asked,
    since: Annotated[
        str, typer.Option("--from", metavar="YYYY-MM-DD", help="从哪天起；默认一个月前。")
    ] = "",
    until: Annotated[
        str, typer.Option("--to", metavar="YYYY-MM-DD", help="到哪天；默认最近一次公布。")
    ] = "",
) -> None:
    """两天之间每个目标的判断变了多少：哪次公布、修订、更正使它变，加起来恰好是全部。"""
    space = located(asked.context, asked.workspace)
    known = session.Session(space, parse_day(until, "--to"))
    day = parse_day(since, "--from")
    content = known.kept(f"news {day}", lambda: arrivals.news_json(known.news(day)))
    print_analysis(content, as_json=asked.as_json)


@command(*ONE_DAY)
def calendar(asked: Asked) -> None:
    """今年还有哪些公布，各自通常使判断变动多少；最能改变判断的在前。"""
    asked.answer("calendar", asked.opened.calendar)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context, workspace: WorkspaceOption = None) -> None:
    """在工作区打开 JupyterLab（中文界面）；其余参数原样交给 JupyterLab。"""
    command = jupyter.lab_command(located(context, workspace).root, context.args)
    done = subprocess.run(command, env=jupyter.lab_environment(os.environ), check=False)
    raise typer.Exit(done.returncode)


def unread_lines(unread: Iterable[Sequence[str]], place: str = "") -> list[str]:
    """Name the raw files whose present content an answer leaves out, of many with their place."""
    return [f"注意 {place}{path}：{reason}。请运行 lianhu ingest 查看" for path, reason in unread]


def warn_unread(space: spaces.Workspace) -> None:
    """Tell ``unread_lines`` of a workspace."""
    for line in unread_lines(deliveries.unread_files(space)):
        tell(line)


def run_many(
    work: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], jobs: int | None, scheduler: str
) -> Iterator[tuple[int, str, Any]]:
    """Do tasks apart, here or on a cluster, saying how far: what ``run_apart`` yields, labelled.

    The refusal of the only task is raised, and one that all share.
    """
    begun, refused = time.monotonic(), []
    with messages.status(f"正在做 {len(tasks)} 项 ……") as status:
        if scheduler:
            results = cluster.run_on_cluster(work, tasks, jobs or len(tasks), scheduler)
        else:
            results = apart.run_apart(work, tasks, jobs or apart.default_jobs())
        for done, (number, result) in enumerate(results, start=1):
            root, second, *_ = tasks[number]
            label = f"{region_name(root)} {second}".strip()
            refused += [result] if isinstance(result, LianhuError) else []
            status.stop()
            if len(refused) == len(tasks) and len(set(map(str, refused))) == 1:
                raise refused[0]
            yield number, label, result
            left = batch.time_left(time.monotonic() - begun, done, len(tasks) - done)
            status.update(f"{done}/{len(tasks)} {label}，{left}")
            status.start()


def region_name(root: Path) -> str:
    """Return the name of a workspace's region, or of a folder whose settings are wrong."""
    try:
        return spaces.load_workspace(root).region.name_zh
    except LianhuError:
        return root.name


def ask_each(
    context: typer.Context, workspaces: Sequence[str], jobs: int | None, scheduler: str
) -> int:
    """Give the command to each of many workspaces, and write what each says as it is done."""
    options = {**context.params, "workspaces": None, "scheduler": ""}
    as_json = options["as_json"]
    roots = batch.find_workspaces(workspaces)
    tasks = [(root, "", context.info_name, options, roots) for root in roots]
    answered: list[dict[str, Any]] = [{}] * len(tasks)
    statuses = []
    for number, label, result in run_many(ask_one, tasks, jobs, scheduler):
        refusal = FAILED, json.dumps({"error": str(result)}), f"没有完成：{result}"
        status, said, remarks = refusal if isinstance(result, LianhuError) else result
        statuses.append(status)
        (tell if as_json else print_text)(f"{label}（{tasks[number][0]}）")
        if as_json:
            answered[number] = {"workspace": str(tasks[number][0]), **json.loads(said)}
        elif status != FAILED:
            print_text(said.rstrip("\n"), keep="\n")
        for line in remarks.splitlines():
            tell(line)
    if as_json:
        print_json({"workspaces": answered})
    return ATTENTION if any(statuses) else FINE


def ask_one(
    root: Path, _: str, command: str, options: dict[str, Any], together: Sequence[Path]
) -> tuple[int, str, str]:
    """Give a command to one of the workspaces asked together; return its status and words."""
    said, remarks, status = io.TextIOWrapper(io.BytesIO()), io.StringIO(), FINE
    with redirect_stdout(said), redirect_stderr(remarks):
        try:
            context = SimpleNamespace(obj=root, meta={"together": together})
            globals()[command](context, **options)
        except typer.Exit as stopped:
            status = stopped.exit_code
    said.seek(0)
    return status, said.buffer.read().decode(), remarks.getvalue()


def located(context: typer.Context, workspace: Path | None) -> spaces.Workspace:
    """Return the workspace that an option before or after the command names."""
    for option in ("scheduler", "joint"):
        # One of many asked together has no options of the command line.
        if getattr(context, "params", {}).get(option):
            raise UsageError(f"--{option} 只与 --workspaces 合用，如 --workspaces 'regions/*'")
    chosen = workspace or context.obj
    return spaces.find_workspace(Path.cwd()) if chosen is None else spaces.load_workspace(chosen)


def opened(context: typer.Context, workspace: Path | None, as_of: str = "") -> session.Session:
    """Return what the workspace that an option names knew on a day."""
    return session.Session(located(context, workspace), parse_day(as_of))


def refuse_year(asked: session.Session, year: int | None) -> None:
    """Refuse a year without targets."""
    if year is not None and asked.target_years and year not in asked.target_years:
        years = "、".join(map(str, asked.target_years))
        raise UsageError(
            f"--year {year}：{asked.workspace.targets.name} 中只有 {years} 年的目标，请改正或补上"
        )


def parse_day(text: str, option: str = "--as-of") -> dt.date | None:
    """Return the day of an option; ``None`` if it was not given."""
    if not text:
        return None
    with suppress(ValueError):
        day = dt.date.fromisoformat(text)
        if text == day.isoformat():  # other forms of ISO 8601 are most likely slips
            return day
    raise UsageError(f"{option} {text!r} 不是日期，请写成 2024-10-31 的样子")


def split_list(text: str) -> list[str]:
    """Split an option's list at its commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def parse_parameter(text: str) -> tuple[str, str]:
    """Split ``NAME=VALUE``."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise UsageError(f"--parameter {text!r} 不是 名称=值 的写法，请写成 audience=public 的样子")
    return name, value


def print_answer(content: dict[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    """Write an answer on standard output: the document, or its lines."""
    if as_json:
        print_json(content)
        return
    for line in lines:
        print_text(line)


def print_analysis(document: dict[str, Any], *, as_json: bool) -> None:
    """Write the document of an analysis on standard output: see ``analysis.answer``."""
    print_answer(document, analyses.answer_lines(document), as_json=as_json)


def print_json(content: Any) -> None:
    """Write a JSON document on standard output, whatever its locale."""
    print_text(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False), keep="\n")


def tell(text: str, keep: str = "") -> None:
    """Write a line for the reader on standard error; ``keep`` as in ``printable``."""
    messages.print(problems.printable(text, keep), markup=False)


def print_text(text: str, keep: str = "") -> None:
    """Write a line on standard output in UTF-8, as redirected output on Windows needs."""
    sys.stdout.buffer.write(f"{problems.printable(text, keep)}\n".encode())
    sys.stdout.buffer.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the status that the design sets."""
    try:
        code = app(args=arguments, standalone_mode=False)
    except UsageError as error:
        tell(f"用法有误：{error}", keep="\n")
        sys.exit(WRONG_USE)
    except LianhuError as error:
        tell(f"没有完成：{error}", keep="\n")
        sys.exit(FAILED)
    except OSError as error:
        tell(f"没有完成：{described(error)}")
        sys.exit(FAILED)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except typer.TyperException as error:
        # Without any word the help was printed already.
        if message := error.format_message():
            tell(f"用法有误：{message}（lianhu --help 有说明）")
        sys.exit(WRONG_USE)
    if code == INTERRUPTED:
        tell("已中断。没有做完的不会留下；可以重新运行")
    sys.exit(code if isinstance(code, int) else FINE)
