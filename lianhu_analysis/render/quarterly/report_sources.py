"""The report's back pages: published facts beside the forecast, vintages, method, versions."""

from __future__ import annotations

import pandas as pd

from lianhu_analysis import __version__
from lianhu_analysis.analysis.wording import method_of
from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import decimals_of
from lianhu_analysis.intake.observations import path_of, split_source
from lianhu_analysis.render import tables
from lianhu_analysis.render.quarterly.report import WORDS, Report, latest_period, plain_text
from lianhu_analysis.render.register import read_number
from lianhu_analysis.render.tables import PROVENANCE_NAMES, Html

__all__ = [
    "deliveries_table",
    "facts_above",
    "facts_table",
    "method_notes",
    "own_facts",
    "parents_table",
    "vintage_table",
]

YEARS_ABOVE = 3
# What tells a cell of the deliveries from every other.
WHERE = ("source", "sheet", "cell")
BASIS_NAMES = {"stated": "注明", "assumed": "推定"}


def facts_table(report: Report) -> Html:
    """Published facts of the region as known on the day; they feed no forecast."""
    return _facts(report, own_facts(report), "公开发布的数字（不进入预测）")


def parents_table(report: Report) -> Html:
    """What was published of the targets' indicators in the regions above, latest years only."""
    return _facts(report, facts_above(report), "上级地区公开发布的数字（不进入预测）")


def own_facts(report: Report) -> pd.DataFrame:
    """Return the rows of ``facts_table``."""
    return report.context[report.context["region"] == report.assessment.region.code]


def facts_above(report: Report) -> pd.DataFrame:
    """Return the rows of ``parents_table``."""
    facts = report.context
    wanted = {verdict.target.indicator for verdict in report.assessment.verdicts}
    recent = facts["period"].str[:4].astype(int) > report.quarter.year - YEARS_ABOVE
    above = facts["region"] != report.assessment.region.code
    return facts[above & recent & facts["indicator"].isin(wanted)]


def _facts(report: Report, facts: pd.DataFrame, caption: str) -> Html:
    if facts.empty:
        return Html("")
    facts = facts.sort_values(
        ["region", "period", "provenance"], ascending=[False, False, True], kind="stable"
    )
    rows = []
    for _, row in facts.iterrows():
        region = report.region_name(str(row["region"]))
        name = _fact_name(row, report.assessment.catalogue)
        period = Period.parse(str(row["period"])).label_zh(row["span"])
        path, title, address = split_source(str(row["source"]))
        label = f"{region}：{name}，{period}"
        rows.append(
            [
                region,
                tables.name(name),
                tables.when(period),
                report.register.observation(row, _fact_text(row), label=label),
                str(row["unit"]),
                PROVENANCE_NAMES[row["provenance"]],
                tables.cite(title or path, address),
            ]
        )
    headers = ["地区", "内容", "时期", "数值", "单位", "来历", "出处"]
    return tables.html_table(headers, rows, caption, numeric=(3,), real=True)


def vintage_table(report: Report) -> Html:
    """The latest figure behind each target: published when, stated or assumed, from where."""
    rows = []
    for verdict in report.assessment.verdicts:
        if verdict.actual_reference is None:
            continue
        row = report.row(verdict.actual_reference)
        rows.append(
            [
                tables.name(verdict.name_zh),
                latest_period(verdict),
                report.observed(verdict.actual_reference),
                tables.when(f"{row['published']:%Y-%m-%d}"),
                BASIS_NAMES[row["published_basis"]],
                PROVENANCE_NAMES[row["provenance"]],
                tables.code(" ".join(part for part in (row["sheet"], row["cell"]) if part)),
            ]
        )
    if not rows:
        return Html("")
    headers = ["指标", "时期", "数值", "公布日", "公布日依据", "来历", "单元格"]
    return tables.html_table(headers, rows, "各项目标所用的最新数字及其公布日", numeric=(2,))


def deliveries_table(report: Report) -> Html:
    """Delivered files of the figures printed and judged by, with hashes; and what is not read."""
    frame = pd.concat([report.assessment.frame, report.context])
    used = {ref for verdict in report.assessment.verdicts for ref in verdict.references}
    printed = {tuple(map(item.detail.get, WHERE)) for item in report.register}
    cells = frame[list(WHERE)].astype(object).itertuples(index=False, name=None)
    used |= {n for n, cell in enumerate(cells) if tuple(part or None for part in cell) in printed}
    frame = frame.iloc[sorted(used)]
    path = frame["source"].map(path_of)
    days = frame.assign(path=path).groupby(["path", "provenance"], sort=True)["published"]
    rows = [
        [
            tables.code(file),
            PROVENANCE_NAMES[provenance],
            tables.when("—".join(dict.fromkeys(f"{day:%Y-%m-%d}" for day in (first, last)))),
            tables.code(report.raw_files.get(file, "")[:12] or "未登记"),
        ]
        for (file, provenance), first, last in days.agg(["min", "max"]).itertuples()
    ]
    headers = ["原始文件", "来历", "公布日", "文件指纹"]
    if not rows:
        return tables.paragraph("正文没有印出公布数。")
    table = tables.html_table(headers, rows, "正文印出的公布数和目标判断所用的原始文件")
    if not report.unread:
        return table
    warning = tables.paragraph("注意：下列原始文件与版本库不一致，本报告没有采用它们现在的内容。")
    items = [Html(f"{tables.code(path)}：{tables.reason(why)}。") for path, why in report.unread]
    return tables.join(table, warning, tables.bullet_list(items))


def method_notes(report: Report) -> Html:
    """How the figures were made, and what they cannot say."""
    scale = "；".join(
        f"{words}（{tables.number_text(100 * floor)}%以上）" if floor else f"{words}（更低）"
        for floor, words in WORDS
    )
    tolerances = {
        f"{plain_text(verdict.target.tolerance)} {verdict.target.unit.replace('%', '个百分点')}"
        for verdict in report.assessment.verdicts
        if verdict.target.rule == "about"
    }
    chance, *others, together = method_of("report")
    judged = [
        chance,
        tables.join("可能区间是", tables.cite("模拟结果的第10至第90百分位"), "。"),
        tables.join("判断用语（有“左右”的按“左右”的概率）：", tables.cite(scale), "。"),
        *others,
    ]
    items: list[object] = [*judged] if report.assessment.verdicts else []
    items += [together] if report.assessment.joint.probability is not None else []
    if tolerances:
        note = tables.cite("、".join(sorted(tolerances)))
        items.insert(1, tables.join("“左右”按容许低", note, "判断，是本工具的约定。"))
    if any(verdict.target.rule == "range" for verdict in report.assessment.verdicts):
        items.insert(1, "区间目标达到下限即为达标，另给落在区间内的概率。")
    for name in ("comparison", "contributions", "monitor"):
        if (answer := report.answers.get(name)) is not None:
            items += [tables.cite(f"{note}。") for note in answer.notes]
    if report.assessment.catalogue.proposal:
        items.append("指标目录是建议稿，待区里正式目录替换。")
    if report.assessment.simulated or any(one.simulated for one in report.answers.values()):
        items.append(
            "本报告使用演示数据（模拟）：历史由程序生成，不是真实统计数据，不能用于任何判断。"
        )
    version = tables.paragraph(
        "版本：", tables.code(f"lianhu-analysis {__version__}"), "；数据截至",
        tables.when(report.as_of.isoformat()), "。",
    )  # fmt: skip
    return tables.join(tables.bullet_list(items), version)


def _fact_name(row: pd.Series, catalogue: Catalogue) -> str:
    code = str(row["indicator"])
    if code not in catalogue:
        return code.removeprefix("fact.")
    return catalogue.get(code).name_zh + ("（同比）" if row["measure"] == "yoy" else "")


def _fact_text(row: pd.Series) -> str:
    """A fact keeps the decimals it was published with; in another unit, those that it needs."""
    value, written = float(row["value"]), read_number(str(row["token"]))
    kept = written[2] if written and written[1] == value else 0
    return tables.number_text(value, max(kept, decimals_of(value, 6)))
