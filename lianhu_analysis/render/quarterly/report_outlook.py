"""What the rest of the year must show, the chance of all targets at once, and the record so far."""

from __future__ import annotations

from lianhu_analysis.analysis.levers import strictly
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.structure import COUNTING_UNITS
from lianhu_analysis.catalog.targets import decimals_of, precedent_words
from lianhu_analysis.forecast.frequency import CLASSES, came_true
from lianhu_analysis.forecast.history import released_zh
from lianhu_analysis.forecast.required import Step
from lianhu_analysis.forecast.verdict import DECIDED, Verdict
from lianhu_analysis.render import tables
from lianhu_analysis.render.quarterly.report import (
    WORDS,
    Report,
    at_most,
    counted,
    lagging,
    latest_period,
    required_figure,
    required_sentence,
    status_words,
    value_text,
)
from lianhu_analysis.render.quarterly.report_answers import traced_sentence
from lianhu_analysis.render.tables import Html

__all__ = [
    "attention_list",
    "joint_paragraph",
    "path_table",
    "precedents_list",
    "record_section",
]

# Verdicts in words that ask for no more attention than the others.
HOPEFUL = [words for _, words in WORDS[:2]]


def path_table(report: Report) -> Html:
    """What each remaining period, and each quarter not over yet, must show."""
    rows, notes, counts = [], [], []
    for verdict in report.assessment.verdicts:
        required = verdict.required
        title = tables.name(verdict.target.name_zh)
        if verdict.status in DECIDED or required.value is None:  # why stands by the verdicts
            continue
        if not required.path:
            why = tables.reason(required.path_reason or "没有剩余时期")
            notes.append(tables.join(title, "：不给逐期要求，", why, "。"))
            continue
        # Of things counted one by one each period would ask for a tenth of one.
        if verdict.target.unit in COUNTING_UNITS:
            counts.append(title)
            continue
        # Months of one quarter say the same growth three times.
        steps = required.quarters or required.path
        if verdict.actual is None and required.path[0].period != required.periods[0]:
            notes.append(tables.join(title, "：本年尚无公布数，已过的各期不列。"))
        for step in steps:
            when = tables.when(released_zh(verdict.indicator, step.period))
            needed = (figure(report, verdict, step) for figure in (_single, _to_date))
            figures = (tables.join(at_most(verdict), figure) for figure in needed)
            rows.append([title, when, *figures, verdict.target.shown_unit])
            if step.reason:
                notes.append(tables.join(title, "：", tables.reason(step.reason), "。"))
    if counts:
        names = Html("、".join(counts))
        notes.append(tables.join(names, "：逐件计数，不分摊到各期，还需多少见首页的表。"))
    headers = ["目标", "时期", "当期须", "累计须", "单位"]
    caption = "剩余各期须达到的数字（各期同速，或按常年进度）"
    told = [tables.html_table(headers, rows, caption, numeric=(2, 3))] if rows else []
    told += [tables.bullet_list(notes)] if notes else []
    return tables.join(*told) if told else tables.paragraph("没有可逐期列出的要求。")


def _single(report: Report, verdict: Verdict, step: Step) -> Html:
    if step.single is None:
        return Html("说不出（见表下）")
    if not verdict.target.is_growth:
        return _amount(report, verdict, step.single, step.period, "须完成")
    if step.before is None and step.single == verdict.required.value:
        return required_figure(report, verdict)
    if step.before is None or step.level is None:  # the first quarter is the year to date
        return _to_date(report, verdict, step)
    ref = report.register.ref
    level, growth = (ref(report.observed(point.reference)) for point in step.before)
    end = ref(report.observed(step.level.reference))
    total = ref(_to_date(report, verdict, step))
    return report.register.arithmetic(
        f"({{{end}}} * {{{total}}} - {{{level}}} * {{{growth}}}) / ({{{end}}} - {{{level}}})",
        label=f"{verdict.name_zh}：{step.period} 须达到的增速",
        decimals=2,
    )


def _to_date(report: Report, verdict: Verdict, step: Step) -> Html:
    required = verdict.required
    if step.to_date is None:
        return Html("说不出（见表下）")
    if not verdict.target.is_growth:
        return _amount(report, verdict, step.to_date, step.period, "累计须达到")
    share = required.share
    if share is None or step.level is None or verdict.actual_reference is None:
        return report.target(verdict.target)
    if step.level.reference == share.whole.reference:
        return report.target(verdict.target)
    ref = report.register.ref
    start = ref(report.observed(share.so_far.reference))
    end = ref(report.observed(step.level.reference))
    actual = ref(report.observed(verdict.actual_reference))
    needed = ref(required_figure(report, verdict))
    return report.register.arithmetic(
        f"({{{start}}} * {{{actual}}} + ({{{end}}} - {{{start}}}) * {{{needed}}}) / {{{end}}}",
        label=f"{verdict.name_zh}：到 {step.period} 末累计须达到",
        decimals=2,
    )


def _amount(report: Report, verdict: Verdict, value: float, period: Period, words: str) -> Html:
    text = value_text(round(value, 2), verdict.target.shown_unit)
    return report.modelled(verdict, value, text, f"{period} {words}", "剩余数量按常年进度分摊")


def attention_list(report: Report) -> Html:
    """The targets that need attention: what the rest must show, how rare that is, one lever."""
    doubtful = [v for v in lagging(report.assessment.verdicts) if status_words(v) not in HOPEFUL]
    parts: list[Html] = []
    if doubtful:
        told = tables.bullet_list([_attention(report, verdict) for verdict in doubtful])
        parts = [tables.paragraph("最需要关注的目标："), told]
    if silent := [v for v in report.assessment.verdicts[1:] if v.status == "refused"]:
        names = [part for v in silent for part in ("、", tables.name(v.target.name_zh))][1:]
        parts.append(tables.paragraph("另有目标不作预测：", *names, "，原因见附录。"))
    return tables.join(*parts)


def _attention(report: Report, verdict: Verdict) -> Html:
    parts: list[object] = [tables.name(verdict.target.name_zh), "："]
    if verdict.broken:
        return tables.join(*parts, *_broken(report, verdict), *_in_charge(verdict), "。")
    unsaid = verdict.required.value is None and not verdict.required.over(report.as_of)
    needed = required_sentence(report, verdict, rounding=False)[:-1]
    parts += ["剩余时期所需说不出，原因见上"] if unsaid else needed
    reached, n = verdict.required.precedents.count()
    if n:
        years = counted(report, n, f"{verdict.name_zh}：同期可比的年数")
        told = _reached(report, verdict, reached, n)
        told = told if verdict.target.rule == "at_most" else [told[1], "年达到过"]
        parts += ["，往年同期", years, "年中" if len(told) > 1 else "年", *told]
    levers = report.answers.get("levers")
    if levers is not None and len(rows := levers.tables["levers"]):
        # Targets of several indicators may have one title.
        others = rows[rows["target"].eq(verdict.target.indicator) & rows["link"].eq("核算")]
        others = others[others["target_zh"].eq(verdict.target.name_zh)]
        for _, row in others.head(1).iterrows():
            whole_year = str(row["told"]).partition("，即")[0]
            said = f"；如{row['name_zh']}{whole_year}，把握{strictly(verdict.target)}可到 {row['goal']:.0%}"
            parts.append(traced_sentence(report, levers, said))
    return tables.join(*parts, *_in_charge(verdict), "。")


def _broken(report: Report, verdict: Verdict) -> list[object]:
    """Say by how much a ceiling is passed: nothing that comes can mend it."""
    actual, goal = report.observed(verdict.actual_reference), report.target(verdict.target)
    unit, over = verdict.target.shown_unit, (verdict.actual or 0.0) - verdict.target.value
    formula = "{{{}}} - {{{}}}".format(*map(report.register.ref, (actual, goal)))
    label = f"{verdict.name_zh}：超出上限"
    excess = report.register.arithmetic(formula, label=label, decimals=decimals_of(over, 6))
    return ["已突破上限，", latest_period(verdict), "为", actual, unit, "，超出", excess, unit]


def _in_charge(verdict: Verdict) -> list[object]:
    charged = verdict.target.in_charge
    return ["。责任部门：", tables.cite(charged)] if charged else []


def _reached(report: Report, verdict: Verdict, reached: int, n: int) -> list[object]:
    """Say how many of the past years did what is required, with the number where there is one."""
    before, number, after = precedent_words(verdict.target.rule, reached, n).partition("{}")
    label = f"{verdict.name_zh}：同期达到所需的年数"
    return [before, counted(report, reached, label), after] if number else [before]


def precedents_list(report: Report) -> Html:
    """How often history did in the same part of a year what is required now."""
    items = []
    for verdict in report.assessment.verdicts:
        required = verdict.required
        if verdict.status in DECIDED or required.value is None:
            continue
        title = tables.name(verdict.target.name_zh)
        past = required.precedents
        if not past.years:
            items.append(
                tables.join(title, "：历史上达到过几次说不出，", tables.reason(past.reason), "。")
            )
            continue
        reached, n = past.count()
        name, ends = verdict.name_zh, (past.years[0], past.years[-1])
        parts: list[object] = [
            title, "：", tables.when("—".join(dict.fromkeys(map(str, ends)))), "年中",
            counted(report, n, f"{name}：同期可比的年数"), "年可比，", *_reached(report, verdict, reached, n),
        ]  # fmt: skip
        usual, usual_n = past.count(outliers=False)
        most = verdict.target.rule == "at_most"
        if 0 < usual_n < n and not (most and reached in (0, n)):  # all years were alike
            parts += [
                "；剔除异常年份，", counted(report, usual_n, f"{name}：剔除异常年份后可比的年数"),
                "年中", counted(report, usual, f"{name}：剔除异常年份后达到所需的年数"), "年" if most else "次",
            ]  # fmt: skip
        if close := sum(past.close):
            open_ones = counted(report, close, f"{name}：因四舍五入两可的年数")
            parts += ["；", open_ones, "年因四舍五入两可"]
        items.append(tables.join(*parts, "。"))
    return tables.bullet_list(items) if items else Html("")


def joint_paragraph(report: Report) -> Html:
    """The chance that all targets are met at once, or why it is not told."""
    joint = report.assessment.joint
    statuses = [item.status for item in report.assessment.verdicts]
    if missed := statuses.count("missed"):
        n = counted(report, missed, "已未实现的目标个数")
        return tables.paragraph("已有", n, "项目标未实现，全部目标同时实现已无可能。")
    if statuses.count("reached") == len(statuses):
        n = counted(report, len(statuses), "已实现的目标个数")
        return tables.paragraph(
            *([n, "项目标均已实现。"] if len(statuses) > 1 else ["目标已实现。"])
        )
    if joint.probability is None:
        return tables.paragraph("不给联合概率：", tables.reason(joint.reason), "。")

    def chance(value: float | None, label: str) -> Html:
        label, model = f"同时实现：{label}", "各目标模拟按往年同期误差的相关配成联合模拟"
        return report.register.probability(
            value or 0.0, label=label, model=model, as_of=report.as_of
        )

    parts: list[object] = [
        counted(report, len(joint.covered), "联合概率所含的目标个数"),
        "项目标都达到目标值的概率为", chance(joint.probability, "都达到目标值"),
        "，按各自容差为", chance(joint.probability_about, "按各自容差"),
        "；若互不相关，分别为", chance(joint.independent, "若互不相关"),
        "和", chance(joint.independent_about, "若互不相关，按各自容差"), "。",
    ]  # fmt: skip
    if joint.dependence is not None:
        years = joint.dependence.years
        parts += ["相关取自", tables.when(f"{years[0]}—{years[-1]}"), "年中可比的"]
        parts += [counted(report, len(years), "估计相关所用的年数"), "年，并按年数向互不相关收缩。"]
    for target, reason in joint.left_out:
        parts += [tables.name(target.name_zh), "不在其内（", tables.reason(reason), "）。"]
    if joint.left_out:
        parts += ["全部目标同时实现的概率不会高于此。"]
    return tables.paragraph(*parts)


def record_section(report: Report) -> Html:
    """How often percentages that were told in advance came true, class by class."""
    if report.record.empty:
        return tables.paragraph(
            "本工具事先发布、已有结果的判断还没有，说不出发布过的百分比准不准；"
            "每次发布的判断都已存档，结果公布后评分。"
        )
    rows = []
    for about, label in ((False, "达标概率"), (True, "按容差的概率")):
        for low in CLASSES[:-1]:
            found = came_true(report.record, low, about=about)
            if not found.n:
                continue
            band = f"{round(found.low * 100)}%～{round(found.high * 100)}%"
            name = f"{label} {band}"
            verdict = (
                tables.join(counted(report, found.came_true, f"{name}：成真次数"), "次成真")
                if found.enough
                else Html("太少，尚不能说")
            )
            told = counted(report, found.n, f"{name}：发布过、有结果的次数")
            targets = counted(report, found.n_targets, f"{name}：年度目标个数")
            rows.append([label, tables.cite(band), told, targets, verdict])
    headers = ["概率", "档次", "发布过、有结果（次）", "年度目标（个）", "成真"]
    return tables.html_table(headers, rows, "发布过的百分比后来怎样", numeric=(2, 3))
