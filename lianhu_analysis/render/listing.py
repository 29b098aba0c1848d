"""What the command line prints: JSON documents and plain lines, from frames and verdicts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.reference_period import QUARTER_NAMES
from lianhu_analysis.catalog.targets import (
    Target,
    half_up,
    named,
    needed_words,
    precedent_words,
    printed_decimals,
)
from lianhu_analysis.errors import UsageError
from lianhu_analysis.forecast.joint import CHANCES
from lianhu_analysis.forecast.models import MODEL_NAMES, weights_text
from lianhu_analysis.intake.checks.findings import SEVERITIES, SEVERITY_ZH, Finding
from lianhu_analysis.intake.observations import COLUMNS
from lianhu_analysis.intake.problems import FileResult, Group, grouped
from lianhu_analysis.render.record_listing import frequency_text
from lianhu_analysis.render.tables import NO_DATA, probability_text

# Looking for kernels costs a second to import.
if TYPE_CHECKING:
    from lianhu_analysis.render.doctor import Diagnosis

__all__ = [
    "EVENTS",
    "SCOPES",
    "backtest_lines",
    "catalogue_json",
    "catalogue_lines",
    "diagnosis_lines",
    "file_lines",
    "finding_lines",
    "findings_summary",
    "forecast_lines",
    "observation_lines",
    "observations_json",
    "position_zh",
    "problem_lines",
    "select_findings",
]

STATUS_ZH = {"read": "已读入", "quarantined": "已隔离", "unchanged": "无变化"}
SCOPES = {"all": "全部年份", "without_outliers": "剔除异常年份"}
EVENTS = {"announced": "公布的目标", "last_year": "不低于上年", "both": "两者合计"}
FILES_LISTED = 12  # that need nothing, one by one
OBSERVATION_FIELDS = [name for name in COLUMNS if name not in ("region", "indicator")]


def catalogue_json(
    catalogue: Catalogue, indicators: Sequence[Indicator], targets: Sequence[Target]
) -> dict[str, Any]:
    """Return what ``lianhu catalog --json`` prints."""
    core = sum(item.tier == "core" for item in catalogue)
    note = "（建议稿，待区里正式目录替换）" if catalogue.proposal else ""
    return {
        "indicators": [asdict(item) for item in indicators],
        "targets": [
            {**asdict(item), "in_force": str(item.in_force or "") or None, "name_zh": item.name_zh}
            for item in targets
        ],
        "proposal": catalogue.proposal,
        "summary": f"{catalogue.source}{note}：核心 {core} 项，监测 {len(catalogue) - core} 项；"
        f"目标 {len(targets)} 项",
    }


def catalogue_lines(content: dict[str, Any]) -> list[str]:
    """Return the catalogue document as lines for a terminal."""
    return [
        f"{item['code']:<26}{item['tier']:<9}{item['frequency']}  {item['name_zh']}（{item['unit']}）"
        for item in content["indicators"]
    ] + [
        f"目标 {item['year']}  {item['name_zh']}  〔{item['source']}〕"
        for item in content["targets"]
    ]


def observations_json(
    frame: pd.DataFrame, indicator: Indicator, region: str, as_of: dt.date | None
) -> dict[str, Any]:
    """Return what ``lianhu show --json`` prints.

    Parameters
    ----------
    frame
        Observations of one indicator and region as of a day.
    """
    rows = frame.assign(published=frame["published"].dt.strftime("%Y-%m-%d"))
    records = rows.sort_values(["period", "measure", "span"])[OBSERVATION_FIELDS].to_dict("records")
    for record in records:
        if pd.isna(record["value"]):
            record["value"] = None
    return {
        "indicator": indicator.code,
        "name_zh": indicator.name_zh,
        "region": region,
        "as_of": None if as_of is None else as_of.isoformat(),
        "observations": records,
    }


def observation_lines(content: dict[str, Any]) -> list[str]:
    """Return the document of one indicator as lines for a terminal."""
    lines = []
    for row in content["observations"]:
        value = row["status"] if row["value"] is None else f"{row['value']:,.10g}"
        place = f"{row['source']} {row['sheet']} {row['cell']}"
        what = f"{row['period']:<8} {row['measure']:<6}{row['span']:<7}"
        lines.append(f"{what}{value:>16} {row['unit']}  {row['published']}  {place}")
    return lines


def file_lines(results: Sequence[FileResult], *, every: bool = False) -> list[str]:
    """Return what became of each file; many that need nothing are told by folder."""
    calm = Counter(result.status for result in results if not result.needs_attention)
    held: dict[tuple[str, str], list[FileResult]] = {}
    for result in results:
        alone = every or result.needs_attention or calm[result.status] <= FILES_LISTED
        place = result.path if alone else f"{result.path.rpartition('/')[0]}/"
        held.setdefault((result.status, place), []).append(result)
    return [
        f"{STATUS_ZH[status]}  {place}  {len(found)} 个文件，{_rows(found)} 条"
        if len(found) > 1
        else f"{STATUS_ZH[status]}  {found[0].path}  {_rows(found)} 条"
        for (status, place), found in held.items()
    ]


def _rows(results: Sequence[FileResult]) -> int:
    return sum(result.observations for result in results)


def problem_lines(results: Sequence[FileResult], each: int | None) -> list[str]:
    """Return what was not read, file by file, for a terminal.

    Parameters
    ----------
    each
        How many kinds of problems of a file to tell before only their number is, one line
        for each; then what needs nothing is counted at the end.  All one by one if none.
    """
    if each is None:
        return [
            f"{result.path}：{Group((problem,)).line}"
            for result in results
            for problem in result.problems
        ]
    lines = []
    skipped = 0
    for result in results:
        refused = [problem for problem in result.problems if problem.kind == "refused"]
        skipped += len(result.problems) - len(refused)
        groups = grouped(refused)
        lines += [f"{result.path}：{group.line}" for group in groups[:each]]
        if more := sum(len(group.problems) for group in groups[each:]):
            lines.append(f"{result.path}：另有 {more} 处，lianhu ingest --all 列出全部")
    if skipped:
        lines.append(
            f"{skipped} 处没有采用，不必处理（不在指标目录中，或是模拟数据）；lianhu ingest --all 列出全部"
        )
    return lines


def select_findings(findings: Sequence[Finding], worst: str) -> list[Finding]:
    """Return the findings that are at least as severe as ``worst``; all if it is empty.

    Raises
    ------
    UsageError
        On a severity that there is not.
    """
    if not worst:
        return list(findings)
    order = [name for name in SEVERITIES if name != "Undefined"]
    if worst not in order:
        raise UsageError(f"--severity {worst!r} 不认识。可填 {'、'.join(order)}")
    kept = order[: order.index(worst) + 1]
    return [finding for finding in findings if finding.severity in kept]


def finding_lines(findings: Sequence[Finding]) -> list[str]:
    """Return findings as lines for a terminal: what, where, what to do."""
    lines = []
    for finding in findings:
        where = "、".join(dict.fromkeys(cell.text for cell in finding.cells))
        lines += [
            f"{SEVERITY_ZH[finding.severity]}  {finding.message}  〔{finding.rule}〕",
            f"    {'。'.join(filter(None, (where, finding.remedy)))}",
        ]
    return lines


def findings_summary(findings: Sequence[Finding], none: str) -> str:
    """Return one line: how many of each severity, or that there are none."""
    counts = Counter(finding.severity for finding in findings)
    told = [f"{SEVERITY_ZH[name]} {counts[name]} 条" for name in SEVERITIES if counts[name]]
    return "，".join(told) or none


def diagnosis_lines(diagnoses: Sequence[Diagnosis]) -> list[str]:
    """Return diagnoses as lines for a terminal."""
    return [
        f"{SEVERITY_ZH[item.severity]}  {item.message}"
        + (f"。{item.remedy}" if item.remedy else "")
        for item in diagnoses
    ]


def forecast_lines(content: dict[str, Any]) -> list[str]:
    """Return the forecast document as lines for a terminal."""
    if content["as_of"] is None:
        return [NO_DATA]
    mark = "  演示数据（模拟）" if "simulated" in content["provenance"] else ""
    lines = [f"{content['region_zh']}{content['year']}年目标，截至 {content['as_of']}{mark}"]
    if not content["targets"]:
        lines.append(f"目标文件中没有 {content['year']} 年的目标")
    for item in content["targets"]:
        lines += _target_lines(item)
    return lines + _joint_lines(content)


def _joint_lines(content: dict[str, Any]) -> list[str]:
    """Say how likely all targets are together, or why that is not said."""
    joint = content["joint"]
    if len(content["targets"]) < 2:
        return []
    if all(item["status"] == "reached" for item in content["targets"]):
        return [f"- 同时实现：{len(content['targets'])} 项目标均已实现"]
    if missed := sum(item["status"] == "missed" for item in content["targets"]):
        return [f"- 同时实现：已有 {missed} 项目标未实现，全部目标同时实现已无可能"]
    if joint["probability"] is None:
        return [f"- 同时实现：不给联合概率，{content['joint_reason']}"]
    plain, about, alone, alone_about = (probability_text(joint[name]) for name in CHANCES)
    lines = [
        f"- 同时实现：{len(joint['targets'])} 项都达到目标值的概率 {plain}，按各自容差 {about}"
        f"（若互不相关为 {alone}、{alone_about}）"
    ]
    if joint["left_out"]:
        names = "、".join(item["title_zh"] for item in joint["left_out"])
        lines.append(f"    不含不作预测的 {names}；全部目标同时实现的概率不会高于此")
    return lines


def backtest_lines(content: dict[str, Any]) -> list[str]:
    """Return the backtest document as lines for a terminal."""
    if not content["cells"]:
        return ["没有可回测的年份：库中没有目标指标的完整年度"]
    mark = "  演示数据（模拟）" if content["simulated"] else ""
    years = f"{content['years'][0]}—{content['years'][-1]}年"
    lines = [
        f"{content['region_zh']}回测 {years}，截至 {content['as_of']}，{content['n_forecasts']} 次预测{mark}",
        "均方根误差（RMSE）与 CRPS 越小越好；各格与基准在同样的年份里比较",
    ]
    head = None
    for cell in content["cells"]:
        place = (cell["name_zh"], cell["position"], cell["scope"])
        if place != head:
            head = place
            lines.append(f"- {_cell_place(cell)}（基准 RMSE {cell['rmse_benchmark']:.3f}）")
        lines.append(_cell_line(cell))
    lines.append(f"多模型组合输给基准的格子：{len(content['losing'])} 个")
    for cell in content["losing"]:
        lines.append(
            f"    {_cell_place(cell)}："
            f"RMSE {cell['rmse']:.3f} 对 {cell['rmse_benchmark']:.3f}，"
            f"CRPS {cell['crps']:.3f} 对 {cell['crps_benchmark']:.3f}（{cell['n_observations']} 年）"
        )
    return [*lines, *_event_lines(content)]


def _cell_place(cell: dict[str, Any]) -> str:
    known = cell["position"]
    when = "年初" if known == "none" else f"已知到{position_zh(known)}"
    return f"{cell['name_zh']}，{when}，{SCOPES[cell['scope']]}"


def position_zh(position: str) -> str:
    """Say up to which month or quarter a year was known; none at its beginning."""
    if position == "none":
        return "尚无"
    number = int(position.removeprefix("Q"))
    return f"{QUARTER_NAMES[number - 1]}季度" if position.startswith("Q") else f"{number}月"


def _cell_line(cell: dict[str, Any]) -> str:
    p_value = "—" if cell["dm_p_value"] is None else f"{cell['dm_p_value']:.2f}"
    return (
        f"    {MODEL_NAMES[cell['model']]}  {cell['n_observations']} 年  "
        f"RMSE {cell['rmse']:.3f}（基准 {cell['rmse_benchmark']:.3f}）  "
        f"MAE {cell['mae']:.3f}  偏差 {cell['bias']:+.3f}  CRPS {cell['crps']:.3f}  "
        f"对数分 {cell['log_score']:.2f}  80% 区间 {cell['coverage_80']:.0%}  "
        f"95% 区间 {cell['coverage_95']:.0%}  PIT 均值 {cell['rank_mean']:.2f}  "
        f"DM p {p_value}{'  输给基准' if cell['loses'] else ''}"
    )


def _event_lines(content: dict[str, Any]) -> list[str]:
    lines = ["“目标实现”的概率（Brier 技巧对气候概率，按年整群自助法区间）："]
    for row in content["events"]:
        skill = "—" if row["skill"] is None else f"{row['skill']:.2f}"
        band = "" if row["low"] is None else f"（{row['low']:.2f}～{row['high']:.2f}）"
        model = "组合" if row["model"] == "combination" else "基准"
        lines.append(
            f"    {model} {EVENTS[row['event']]} {SCOPES[row['scope']]}：Brier {row['brier']:.3f}，技巧 {skill}{band}，"
            f"{row['n_observations']} 次预测、{row['n_events']} 次实现、{row['n_clusters']} 年"
        )
    lines.append("各档概率实现了多少：")
    for row in content["reliability"]:
        lines.append(
            f"    {row['low']:.0%}～{row['high']:.0%}：平均说 {row['probability']:.0%}，"
            f"实现 {row['frequency']:.0%}（{row['n_events']}/{row['n_observations']}）"
        )
    return lines


def _known_lines(item: dict[str, Any]) -> list[str]:
    """Say what is published of a target, what of that is held back, and what was set before."""
    actual = "没有可用的数" if item["withheld"] else "尚未公布"
    if item["actual"] is not None:
        known = item["actual"]
        if item["measure"] == "yoy":
            known = half_up(known, printed_decimals(item["decimals"]))
        actual = f"{item['actual_period']} 为 {known:,.10g} {item['unit']}"
    lines = [f"- {named(item['title_zh'], item['set_by'])}：{actual}"]
    if item["withheld"]:
        periods = "、".join(item["withheld"])
        lines.append(
            f"    {periods} 公布的数有错或几处不一致，更正之前不采用（lianhu check 有说明）"
        )
    if item["plan"] is not None:
        share = f"{100 * item['target'] / item['plan']:.6g}%"
        amounts = [f"{item[name]:,.10g}{item['unit']}" for name in ("plan", "target")]
        lines.append(f"    完成年度计划{amounts[0]}的{share}，即{amounts[1]}")
    for newer, older in pairwise((item, *item["replaced"])):
        lines.append(f"    {newer['in_force']} 起改为现在的目标，此前为：{older['title_zh']}")
    return lines


def _target_lines(item: dict[str, Any]) -> list[str]:
    lines = _known_lines(item)
    if item["status"] == "refused":
        return [*lines, f"    不作预测：{item['reason']}"]
    if item["status"] != "ok":
        words = "已实现" if item["status"] == "reached" else "未实现"
        if item["status"] == "reached" and not item["probability"]:
            words = f"在容差 {item['tolerance']:.10g} 内实现（低于目标值）"
        return [*lines, f"    {words}：{item['reason']}"]
    detail = f"    达标概率 {probability_text(item['probability'])}"
    if item["rule"] == "about":
        about = probability_text(item["probability_about"])
        within = f"{item['tolerance']:.10g} {item['unit'].replace('%', '个百分点')}"
        detail += f"（容差 {within}内 {about}）"
    if item["probability_within"] is not None:
        detail += f"（区间内 {probability_text(item['probability_within'])}）"
    low, median, high = (item["quantiles"][level] for level in ("0.1", "0.5", "0.9"))
    detail += f"；预测 {median:,.2f}，可能区间 {low:,.2f}～{high:,.2f}"
    needed = f"    {item['required_span']} "
    if item["required"] is None:
        needed += f"所需无法给出：{item['required_reason']}"
    else:
        form = ",.2f" if item["measure"] == "yoy" else ",.10g"
        stock = item["kind"] == "stock" and item["measure"] == "level"
        most = item["rule"] == "at_most"
        before, after = needed_words(item["required"], most=most, stock=stock)
        size = abs(item["required"]) if stock else item["required"]
        needed += f"{before} {size:{form}} {item['unit']}{after}"
        if item["required_low"] is not None and item["required_low"] < item["required_high"]:
            needed += f"（四舍五入可在 {item['required_low']:.2f}～{item['required_high']:.2f}）"
    share = item["required_share"]
    if share is not None and share["basis"] != "own":
        needed += f"；比重以{share['name_zh']} {share['year']} 年累计绝对额代替"
    return [*lines, detail, *_trust_lines(item), needed, *_path_lines(item)]


def _trust_lines(item: dict[str, Any]) -> list[str]:
    """Say what the weights rest on, and how often such percentages came true."""
    about = item["rule"] == "about"
    track = item["track_about"] if about else item["track"]
    told = f"历次同类预测只有 {track['n']} 次，这样的百分比兑现多少说不清"
    if track["enough"]:
        told = f"同样的百分比{'（含容差）' if about else ''}在 {track['n']} 次历史预测中兑现 {track['came_true']} 次"
    lines = [f"    {told}；{weights_text(item['weights_reason'], item['weights'])}"]
    record = item["record_about"] if about else item["record"]
    if record["n"]:
        lines.append(f"    本工具此前发布的 {frequency_text(record)}")
    return lines


def _path_lines(item: dict[str, Any]) -> list[str]:
    """Say what each period must show, and how often history did it."""
    lines = []
    steps = [step for step in item["required_path"] if step["to_date"] is not None]
    if len(item["required_path"]) > 1 and steps:
        told = "，".join(f"{step['period']} 累计 {step['to_date']:,.2f}" for step in steps)
        lines.append(f"    逐期{'不能超过' if item['rule'] == 'at_most' else '须达到'}：{told}")
    if item["required"] is not None:
        lines.append(f"    {_history_text(item['required_history'], item['rule'])}")
    return lines


def _history_text(history: dict[str, Any], rule: str) -> str:
    if not history["n"]:
        words = "在上限之内几年" if rule == "at_most" else "达到过几次"
        return f"历史上同期{words}：说不出，{history['reason']}"
    first, last = history["years"][0]["year"], history["years"][-1]["year"]
    reached = history["reached"]
    words = precedent_words(rule, reached, history["n"]).format(f" {reached} ")
    text = f"历史上同期{words}（{first}—{last} 年中 {history['n']} 年可比"
    alike = rule == "at_most" and reached in (0, history["n"])
    if 0 < history["n_without_outliers"] < history["n"] and not alike:
        usual, n = history["reached_without_outliers"], history["n_without_outliers"]
        text += f"；剔除异常年份，{n} 年中 {usual} {'年' if rule == 'at_most' else '次'}"
    if history["close"]:
        text += f"；{history['close']} 年因四舍五入两可"
    return f"{text}）"
