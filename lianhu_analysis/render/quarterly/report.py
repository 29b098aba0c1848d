"""What the quarterly report says: every number goes through the figure register."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import (
    GROWTH_DECIMALS,
    Target,
    as_published,
    decimals_of,
    growth_decimals,
    needed_words,
)
from lianhu_analysis.forecast.assessment import Assessment
from lianhu_analysis.forecast.history import period_zh
from lianhu_analysis.forecast.issued import issue, record_frame, told_in_advance
from lianhu_analysis.forecast.models import MODEL_NAMES, weights_text
from lianhu_analysis.forecast.verdict import DECIDED, Verdict
from lianhu_analysis.render import tables
from lianhu_analysis.render.register import FigureRegister
from lianhu_analysis.render.tables import Html

__all__ = [
    "TASKS_ZH",
    "WORDS",
    "Report",
    "aim_figure",
    "aim_text",
    "at_most",
    "counted",
    "forecast_text",
    "from_to_zh",
    "growth_needed",
    "headline",
    "lagging",
    "latest_period",
    "panel",
    "plain_text",
    "refusals",
    "refused",
    "required_figure",
    "required_sentence",
    "status_words",
    "title_text",
    "value_text",
]

# Words for a probability, from the highest; the page prints the scale.
WORDS = [(floor, words) for words, floor in tables.TERMS["chances"].items()]
BEST_FIRST = [*tables.TERMS["signs"], "不作预测"]
# Sections that stand on one answer each, which may rest on a sensitive ledger.
TASKS_ZH = {"land": "项目与土地", "risk": "风险与社会治理"}
# Targets that need attention and are told of.
LAGGING = 3
# An amount whose likely range is narrower than each of these is said with one digit more.
DIGITS_BELOW = (10, 1)


@dataclass(frozen=True)
class Report:
    """One report while its notebook runs.

    Attributes
    ----------
    quarter
        The quarter that the report is about, or the month of a brief; its year's targets are
        judged.
    raw_files
        Hash by delivered file, of every delivery in the store.
    unread
        Raw files that the store does not hold as they lie there, and why.
    context
        Published facts of the region and its parents as known on the day.
    sections
        Titles of the numbered sections so far.
    withheld
        Of a public report: how many targets, and rows of published facts, it leaves
        out as sensitive, and the titles of whole sections; ``None`` for an internal one.
    record
        Forecasts told in advance whose outcome was known on the day: see
        ``told_in_advance``.
    before
        Of each target the verdict issued last as of an earlier day.
    answers
        Of ``analysis``, by name; what was refused is absent.
    newer
        Codes of the periods after the report's that are known by the day, in order.
    """

    assessment: Assessment
    quarter: Period
    raw_files: dict[str, str]
    context: pd.DataFrame
    unread: tuple[tuple[str, str], ...] = ()
    record: pd.DataFrame = field(default_factory=lambda: told_in_advance(record_frame(())))
    before: pd.DataFrame = field(default_factory=lambda: record_frame(()))
    answers: Mapping[str, Answer] = field(default_factory=dict)
    newer: Sequence[str] = ()
    withheld: tuple[int, int, Sequence[str]] | None = None
    register: FigureRegister = field(default_factory=FigureRegister)
    sections: list[str] = field(default_factory=list)

    @property
    def issued(self) -> list[dict[str, Any]]:
        """What the report says of each target, to be kept in the record."""
        return issue(self.assessment)

    @property
    def words(self) -> list[tuple[str, str]]:
        """Name and verdict of each target, for the list of reports."""
        return [(item.target.name_zh, status_words(item)) for item in self.assessment.verdicts]

    @property
    def as_of(self) -> dt.date:
        """The day whose knowledge counts."""
        if self.assessment.as_of is None:
            raise ValueError("a report needs a day; open_report refuses an empty store")
        return self.assessment.as_of

    @cached_property
    def cells(self) -> dict[tuple[str, str, float], int]:
        """Reference of each published number, by indicator and period; the last of equal ones."""
        frame = self.assessment.frame
        names = list(zip(frame["indicator"], frame["period"], strict=True))
        decimals = [self._decimals(name) for name, _ in names]
        # Analyses hold growth as it is printed.
        rounded = list(map(as_published, frame["value"], decimals))
        printed = frame["value"].mask(frame["measure"].eq("yoy"), pd.Series(rounded, frame.index))
        return {
            (*name, value): reference
            for values in (printed, frame["value"])
            for name, value, reference in zip(names, values, frame.index, strict=True)
        }

    def _decimals(self, indicator: str) -> int:
        """Return with how many decimals an indicator's growth is printed on the whole page."""
        return self._growth_decimals.get(indicator, GROWTH_DECIMALS)

    @cached_property
    def _growth_decimals(self) -> dict[str, int]:
        return growth_decimals(item.target for item in self.assessment.verdicts)

    def region_name(self, code: str) -> str:
        """Return the name of the region or of one above it; the code if it is neither."""
        known = (self.assessment.region, *self.assessment.parents)
        return next((item.name_zh for item in known if item.code == code), code)

    def row(self, reference: int) -> pd.Series:
        """Return the observation behind a reference."""
        return self.assessment.frame.iloc[reference]

    def observed(self, reference: int | None) -> Html:
        """Print an observation, traced to its cell; 未公布 where there is none."""
        if reference is None:
            return Html("未公布")
        row = self.row(reference)
        # A published 99.996 is not judged as 100, nor printed so.
        rate, digits = (max(least, decimals_of(row["value"], 6)) for least in (1, 2))
        rate = self._decimals(row["indicator"]) if row["measure"] == "yoy" else rate
        text = value_text(float(row["value"]), row["unit"], digits, rate=rate)
        return self.register.observation(row, text, label=self.label(reference))

    def label(self, reference: int) -> str:
        """Say in words which observation a reference is."""
        row, period = self.row(reference), self.period_of(reference)
        indicator = self.assessment.catalogue.get(str(row["indicator"]))
        # A 降低率 is growth by its own name.
        grows = row["measure"] == "yoy" and not indicator.is_reduction
        return f"{indicator.name_zh.removesuffix('增速')}{'同比增速' if grows else ''}，{period}"

    def period_of(self, reference: int) -> str:
        """Name the period of an observation as it was published."""
        row = self.row(reference)
        return Period.parse(str(row["period"])).label_zh(row["span"])

    def target(self, target: Target) -> Html:
        """Print a target's value, traced to the targets file."""
        return self.register.target(target, plain_text(target.value))

    def modelled(
        self, verdict: Verdict, value: float, text: str, label: str, model: str = ""
    ) -> Html:
        """Print a figure that a model (default: the verdict's) made of a target, with the day."""
        label, model = f"{verdict.name_zh}：{label}", model or model_name(verdict)
        return self.register.model(value, text, label=label, model=model, as_of=self.as_of)


def value_text(value: float, unit: str, decimals: int = 2, *, rate: int = 1) -> str:
    """Format a published figure as its unit is published: decimals of an amount, or of a rate."""
    digits = 0 if float(value).is_integer() else decimals
    return tables.number_text(value, rate if unit == "%" else digits)


def plain_text(value: float) -> str:
    """Format a target as it was written: 6, 1,200, 5.5."""
    return f"{value:z,.10g}"


def model_name(verdict: Verdict) -> str:
    """Return the name of the model behind a verdict, as readers know it."""
    return "由公布数计算" if verdict.draws is None else MODEL_NAMES[verdict.draws.model]


def likelihood_words(probability: float) -> str:
    """Return the words that stand for a probability on our pages."""
    printed = int(probability * 100 + 0.5) / 100
    return next(words for floor, words in WORDS if printed >= floor)


def title_text(report: Report) -> str:
    """Return the report's title: the verdict on its first target, in words."""
    assessment = report.assessment
    kind = "经济运行简报" if report.quarter.frequency == "M" else "经济分析"
    title = f"{assessment.region.name_zh}{report.quarter.label_zh('ytd')}{kind}"
    if not assessment.verdicts:
        return title
    first = assessment.verdicts[0]
    return f"{title}：{first.name_zh}全年目标{status_words(first)}"


def _ends(target: Target) -> list[Target]:
    """The target, or both ends of a range, each as a figure of the targets file."""
    if target.upper is None:
        return [target]
    lower = replace(target, upper=None)
    return [lower, replace(lower, value=target.upper, title_zh=f"{target.title_zh}（上限）")]


def aim_text(target: Target, unit: str) -> str:
    """Write a target, or both ends of a range."""
    return "—".join(f"{plain_text(item.value)}{unit}" for item in _ends(target))


def aim_figure(report: Report, target: Target, unit: str) -> Html:
    """Print a target, or both ends of a range, traced to the targets file."""
    mark, after = (unit, "") if unit == "%" else ("", unit)
    ends = [report.register.target(item, aim_text(item, mark)) + after for item in _ends(target)]
    return Html("—".join(ends))


def headline(report: Report) -> Html:
    """The answer: is the first target reachable, and what of the others?"""
    assessment = report.assessment
    if not assessment.verdicts:
        year = tables.when(f"{assessment.year}年")
        nothing = tables.paragraph(year, "没有可列出的目标，本报告不作判断。")
        return tables.join(nothing, *_later(report), *_withheld(report))
    verdict = assessment.verdicts[0]
    target = verdict.target
    aim = aim_figure(report, target, target.shown_unit)
    asked = [tables.name(verdict.name_zh), "全年目标"]
    if target.is_growth and target.value <= 0:  # nobody says 增长-2%以上
        words = "以下" if target.rule == "at_most" else _rule_words(target)
        asked += [f"{_rate(verdict)}在", aim, words]
    else:
        kept = "控制在" if target.rule == "at_most" else "达到"
        asked += [_verb(verdict) if target.is_growth else kept, aim, _rule_words(target)]
    answer = tables.paragraph(*asked, "。", *_answer(report, verdict))
    tally = tables.paragraph(*_tally(report))
    return tables.join(answer, tally, *_later(report), *_withheld(report))


def _later(report: Report) -> list[Html]:
    """Say of a report on an older period what is known by the day, and what goes by that."""
    if not report.newer:
        return []
    told, until = tables.when(report.quarter.label_zh("ytd")), tables.when(f"{report.as_of}")
    newest = tables.when(Period.parse(report.newer[-1]).label_zh("ytd"))
    said = ["注意：截至", until, "，", told, "以后的数字已经公布，最新的到", newest]
    said += ["；预测、判断和台账以当日已知的全部数字为准，运行情况只说到", told, "。"]
    return [tables.paragraph(*said)]


def _withheld(report: Report) -> list[Html]:
    """Say of a public report what it leaves out."""
    if report.withheld is None:
        return []
    if not any(report.withheld):
        return [tables.paragraph("本页是公开版，没有要略去的敏感指标。")]
    *counts, titles = report.withheld
    labels = ("目标个数", "目标", "项"), ("对照数字行数", "对照数字", "行")
    hidden = [
        tables.join(name, counted(report, number, f"公开版未列出的敏感指标{label}"), unit)
        for number, (label, name, unit) in zip(counts, labels, strict=True)
        if number
    ]
    hidden[:1] = [tables.join("敏感指标的", item) for item in hidden[:1]]
    said = [*(Html(f"{title}一章") for title in titles), *hidden]
    return [tables.paragraph("本页是公开版，未列出", Html("、".join(said)), "。")]


def _verb(verdict: Verdict) -> str:
    return "下降" if verdict.indicator.is_reduction else "增长"


def _rate(verdict: Verdict) -> str:
    return "降低率" if verdict.indicator.is_reduction else "增速"


def growth_needed(verdict: Verdict, needs: str = "需") -> str:
    """Say before a required growth what it is: 需增长, or below zero 增速需为.

    Parameters
    ----------
    needs
        How a requirement is told: 需 or 须; 须已 of what is over and not published.
    """
    most, required = verdict.target.rule == "at_most", verdict.required.value or 0.0
    if round(required, 2) > 0:
        return f"{_verb(verdict)}不能超过" if most else f"{needs}{_verb(verdict)}"
    return f"{_rate(verdict)}不能超过" if most else f"{_rate(verdict)}{needs}为"


def _rule_words(target: Target) -> str:
    return {"about": "左右", "at_least": "以上", "at_most": "以内", "range": ""}[target.rule]


def _answer(report: Report, verdict: Verdict) -> list[str | Html]:
    as_of = tables.when(report.as_of.isoformat())
    target = verdict.target
    if verdict.status == "refused":
        return ["截至", as_of, "，不作预测：", tables.reason(verdict.reason), "。"]
    actual = report.observed(verdict.actual_reference)
    period = latest_period(verdict)
    if verdict.status != "ok":
        words = status_words(verdict)
        return ["截至", as_of, f"，目标{words}：", period, "为", actual, target.shown_unit, "。"]
    probability, about = verdict.probability or 0.0, verdict.probability_about or 0.0
    answer: list[str | Html] = ["截至", as_of, "，", f"{status_words(verdict)}。"]
    answer += [at_most(verdict) or "达到或超过", "目标值的概率为"]
    answer += [_probability(report, verdict, probability, _reached(verdict))]
    if target.rule == "about":
        tolerance = report.register.target(_tolerance_of(target), plain_text(target.tolerance))
        unit = target.shown_unit.replace("%", "个百分点")
        answer += ["；“左右”按容许低", tolerance, unit, "计，概率为"]
        answer += [_probability(report, verdict, about, _reached(verdict, about=True))]
    answer += [*_within(report, verdict, "；落在区间内的概率为", ""), "。"]
    if verdict.actual_reference is not None:
        answer += [period, "为", actual, target.shown_unit, "；"]
    return [*answer, *required_sentence(report, verdict)]


def _tolerance_of(target: Target) -> Target:
    """The tolerance as a figure: our convention, whatever the target's source is."""
    return replace(
        target,
        value=target.tolerance,
        title_zh=f"{target.title_zh}（“左右”的容差）",
        source="本工具的约定，可在目标文件中另写",
    )


def required_sentence(
    report: Report, verdict: Verdict, *, rounding: bool = True
) -> list[str | Html]:
    """Say what the rest of the year must show, with what rounding alone leaves open or without."""
    required, target = verdict.required, verdict.target
    over = required.over(report.as_of)
    if required.value is None:
        unsaid = ["剩余时期所需数值无法给出：", tables.reason(required.reason), "。"]
        return ["全年数尚待公布", "。"] if over else unsaid
    span, most = tables.when(_span_zh(verdict)), target.rule == "at_most"
    if not target.is_growth:
        before, after = _net(verdict)
        must = "须已" if over else "还需"
        before = {"需": f"{must}完成", "需净增": f"{must}净增"}.get(before, before)
        return [span, before, required_figure(report, verdict), target.shown_unit, after, "。"]
    aim = "要不超过目标，" if most else "要恰好达标，"
    sentence: list[str | Html] = [aim, span, growth_needed(verdict, "须已" if over else "需")]
    sentence += [required_figure(report, verdict), "%"]
    if rounding and (required.low or 0.0) < (required.high or 0.0):
        low = required_figure(report, verdict, rounding=target.half_unit)
        high = required_figure(report, verdict, rounding=-target.half_unit)
        sentence += ["（仅因公布数四舍五入，可在", low, "%至", high, "%之间）"]
    return [*sentence, *_stand_in(report, verdict), "。"]


def _stand_in(report: Report, verdict: Verdict) -> list[str | Html]:
    """Say whose levels weigh the year where they are not last year's own, or that none do."""
    share = verdict.required.share
    over = verdict.required.over(report.as_of)
    if verdict.required.value is None and verdict.status not in DECIDED:
        return [] if over else ["；", "说不出：", tables.reason(verdict.required.reason)]
    if share is None or share.basis == "own":
        return []
    name, year = tables.name(share.indicator.name_zh), tables.when(f"{share.year}年")
    return ["；", "上年比重以", name, year, "累计绝对额代替"]


def required_figure(report: Report, verdict: Verdict, rounding: float = 0.0) -> Html:
    """Print the required growth or amount, as arithmetic on observations where it is.

    Parameters
    ----------
    rounding
        What the published growth may lack, in points.
    """
    required = verdict.required
    if required.value is None:
        return tables.reason(required.reason)
    label = f"{verdict.name_zh}：剩余时期所需"
    if not verdict.target.is_growth:
        # What lacks by 0.004 does not lack 0.00.
        value, digits = required.value, max(2, decimals_of(required.value, 6))
        value = abs(value) if _is_change(verdict) else value
        text = value_text(value, verdict.target.shown_unit, digits)
        return _lacking(report, verdict, value, text, label)
    share = required.share
    if share is None or verdict.actual_reference is None:
        return report.target(verdict.target)
    ref = report.register.ref
    goal = ref(report.target(verdict.target))
    actual = ref(report.observed(verdict.actual_reference))
    so_far, whole = (ref(report.observed(point.reference)) for point in (share.so_far, share.whole))
    part = f"{{{so_far}}} / {{{whole}}}"
    growth = f"({{{actual}}} + {rounding})" if rounding else f"{{{actual}}}"
    formula = f"({{{goal}}} - {part} * {growth}) / (1 - {part})"
    if rounding:
        label += "（公布数四舍五入的一端）"
    return report.register.arithmetic(formula, label=label, decimals=2)


def _lacking(report: Report, verdict: Verdict, value: float, text: str, label: str) -> Html:
    """Print the amount that lacks: target less figure, where both are known and it is just that."""
    register, reference = report.register, verdict.actual_reference
    if reference is not None:
        goal, actual = report.target(verdict.target), report.observed(reference)
        both = [f"{{{register.ref(figure)}}}" for figure in (goal, actual)]
        # A stock that must fall lacks the other way round.
        above = _is_change(verdict) and (verdict.required.value or 0.0) < 0
        formula = " - ".join(reversed(both) if above else both)
        if math.isclose(register.evaluate(formula), value, rel_tol=1e-9, abs_tol=1e-9):
            return register.add(value, text, kind="arithmetic", label=label, formula=formula)
    return report.modelled(verdict, value, text, "剩余时期所需")


def counted(report: Report, count: int, label: str) -> Html:
    """Print a number of things counted one by one."""
    text = tables.number_text(count)
    return report.register.add(count, text, kind="arithmetic", label=label, formula="逐项计数")


def _tally(report: Report) -> list[str | Html]:
    verdicts = report.assessment.verdicts
    counts = Counter(map(status_words, verdicts))
    total = counted(report, len(verdicts), "目标个数")
    parts: list[str | Html] = [tables.when(f"{report.assessment.year}年"), "共", total, "项目标："]
    for number, words in enumerate(words for words in BEST_FIRST if counts[words]):
        figure = counted(report, counts[words], f"{words}项数")
        parts += ["，" if number else "", words, figure, "项"]
    return [*parts, "。"]


def status_words(verdict: Verdict) -> str:
    """Return the verdict in a few words."""
    if verdict.status == "refused":
        return "不作预测"
    if verdict.status != "ok":
        if verdict.status == "missed":
            return "未实现（已突破上限）" if verdict.broken else "未实现"
        if verdict.draws is None and verdict.probability_within == 0:
            return "已实现（高于区间）"
        return "已实现" if verdict.probability else "在容差内实现（低于目标值）"
    return likelihood_words(verdict.judged or 0.0)


def panel(report: Report) -> Html:
    """Every target in one row: to date, what remains, forecast, chance, and its change."""
    rows = [
        [
            tables.name(verdict.target.name_zh),
            tables.join(report.observed(verdict.actual_reference), _unit(verdict)),
            latest_period(verdict),
            _needed(report, verdict),
            _forecast(report, verdict),
            _chance(report, verdict),
            status_words(verdict),
        ]
        for verdict in report.assessment.verdicts
    ]
    if not rows:
        return Html("")
    heads = ["目标", "累计", "截至", "剩余时期需", "预测全年（可能区间）", "达标概率", "判断"]
    if any(verdict.target.rule == "about" for verdict in report.assessment.verdicts):
        heads[5] = "达标概率（不含容差）"
    for head, tell in (("达标灯", _light), ("概率较上次（百分点）", _change)):
        told = [tell(report, verdict) for verdict in report.assessment.verdicts]
        # Without lights, or where nothing was issued before, a column of dashes says nothing.
        if set(told) != {"—"}:
            heads.append(head)
            rows = [[*row, one] for row, one in zip(rows, told, strict=True)]
    table = tables.html_table(heads, rows, "各项目标的判断", numeric=(1, 3, 4, 5))
    notes = [
        tables.join(tables.name(verdict.name_zh), "的剩余时期所需", *note[1:], "。")
        for verdict in report.assessment.verdicts
        for note in [_stand_in(report, verdict)]
        if note
    ]
    notes += [note for item in report.assessment.verdicts for note in _target_notes(report, item)]
    return tables.join(table, tables.bullet_list(notes)) if notes else table


def _unit(verdict: Verdict) -> str:
    return "" if verdict.actual is None else verdict.target.shown_unit


def _light(report: Report, verdict: Verdict) -> str:
    """How far it is by now against its plan, as ``lianhu monitor`` says."""
    watched = report.answers.get("monitor")
    brief = report.quarter.frequency == "M"  # of one page, which a column more would break
    if watched is None or brief or verdict.actual_period is None:
        return "—"
    key = verdict.target.indicator, verdict.target.value, verdict.actual_period.code
    rows = watched.tables["targets"].to_dict("records")
    lights = (
        row["target_light"]
        for row in rows
        if (row["code"], row["plan"], row["period"]) == key and isinstance(row["target_light"], str)
    )
    # 绿·达标: the method says what a colour means, and the column is narrow.
    return next((f"{light.partition('·')[0]}灯" for light in lights), "—")


def _needed(report: Report, verdict: Verdict) -> Html:
    """What the rest of the year must show; nothing where nothing is left or all is done."""
    if verdict.status in DECIDED:
        return Html("—")
    if verdict.required.value is None:
        return Html("待公布" if verdict.required.over(report.as_of) else "说不出")
    before, after = _net(verdict)
    before = before.replace("能", "").removeprefix("需")
    return tables.join(before, required_figure(report, verdict), verdict.target.shown_unit, after)


def _net(verdict: Verdict) -> tuple[str, str]:
    """Say before what the rest of the year must bring, and behind it, what it is."""
    most = verdict.target.rule == "at_most"
    return needed_words(verdict.required.value or 0.0, most=most, stock=_is_change(verdict))


def _is_change(verdict: Verdict) -> bool:
    """Say whether what is required is a change of what there is."""
    return verdict.indicator.kind == "stock" and not verdict.target.is_growth


def at_most(verdict: Verdict) -> str:
    """Say before a number that it is a ceiling."""
    return "不超过" if verdict.target.rule == "at_most" else ""


def _chance(report: Report, verdict: Verdict) -> Html:
    """The chance that the words go by; that of the plain target beside it where it differs."""
    if verdict.status != "ok" or verdict.probability is None:
        return Html("—")
    plain = _probability(report, verdict, verdict.probability, _reached(verdict))
    within = _within(report, verdict, "（区间内", "）")
    if verdict.target.rule != "about" or verdict.probability_about is None:
        return tables.join(plain, *within)
    label = _reached(verdict, about=True)
    about = _probability(report, verdict, verdict.probability_about, label)
    return tables.join(about, "（", plain, "）")


def lagging(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return the targets least likely to be met, broken ceilings first, few of them."""
    open_ones = [item for item in verdicts if item.status == "ok" or item.broken]
    return sorted(open_ones, key=lambda item: item.judged or 0.0)[:LAGGING]


def _change(report: Report, verdict: Verdict) -> Html:
    """How the chance moved since the verdict issued last as of an earlier day."""
    before, target, now = report.before, verdict.target, verdict.judged
    same = before[
        before["indicator"].eq(target.indicator)
        & before["measure"].eq(target.measure)
        & before["set_by"].eq(target.set_by)
        & before["year"].eq(target.year)
    ]
    column = "probability_about" if target.rule == "about" else "probability"
    decided = verdict.status in DECIDED
    if decided or same.empty or now is None or pd.isna(same[column].iloc[-1]):
        return Html("—")
    told = same.iloc[-1]
    then = told[["target", "tolerance", "upper"]].astype(float)
    aim = np.array([target.value, target.tolerance, target.upper], dtype=float)
    # A record keeps ten digits.
    if told["rule"] != target.rule or not np.allclose(then, aim, rtol=1e-9, equal_nan=True):
        return Html("目标已调整")
    if tables.probability_text(now) == tables.probability_text(float(told[column])):
        return Html("不变")  # >99% and >99%
    day, points = str(told["as_of"]), round(100 * now) - round(100 * float(told[column]))
    text, label = tables.number_text(abs(points)), f"达标概率与 {day} 发布的相差的百分点"
    label = f"{verdict.name_zh}：{label}"
    moved = report.register.add(
        abs(points), text, kind="arithmetic", label=label, formula="两次发布的百分比之差"
    )
    word = "升" if points > 0 else "降"
    return tables.join(word, moved) if points else Html("不变")


def _target_notes(report: Report, verdict: Verdict) -> list[Html]:
    """What is held back of a target, the plan of which it is a share, what stood before it."""
    notes, target = [], verdict.target
    head = tables.join(tables.name(target.name_zh), "：")
    for period in verdict.withheld:
        when = tables.when(period_zh(verdict.indicator, period))
        notes.append(tables.join(head, when, "公布的数有错或几处不一致，更正之前不采用。"))
    if target.plan is not None:
        whole, share = (
            replace(target, value=value, upper=None, title_zh=f"{target.title_zh}（{words}）")
            for value, words in ((target.plan, "年度计划"), (target.share_pct, "完成比重"))
        )
        said = [head, "完成年度计划", aim_figure(report, whole, target.shown_unit), "的"]
        said += [
            aim_figure(report, share, "%"),
            "，即",
            aim_figure(report, target, target.shown_unit),
        ]
        notes.append(tables.join(*said, "。"))
    for newer, older in pairwise((target, *verdict.replaced)):
        said = [head, tables.when(str(newer.in_force)), "起为"]
        said += [aim_figure(report, newer, newer.shown_unit), _rule_words(newer), "，此前为"]
        said += [aim_figure(report, older, older.shown_unit), _rule_words(older)]
        notes.append(tables.join(*said, "（", tables.name(older.title_zh), "）。"))
    return notes


def refused(verdicts: Sequence[Verdict]) -> list[Html]:
    """Say of each target that is not forecast why."""
    return [
        tables.join(tables.name(v.target.name_zh), "：不作预测，", tables.reason(v.reason), "。")
        for v in verdicts
        if v.status == "refused"
    ]


def refusals(report: Report) -> Html:
    """What is not forecast, and why; what the other forecasts rest on."""
    items = []
    for verdict in report.assessment.verdicts:
        title = tables.name(verdict.target.name_zh)
        items += refused([verdict])
        if verdict.draws is not None:
            reasons = [weights_text(verdict.weights_reason, verdict.weights)]
            reasons += [reason for _, reason in verdict.attempts]
            items.append(tables.join(title, "：", tables.reason("；".join(reasons)), "。"))
    return tables.bullet_list(items) if items else tables.paragraph("各项目标都已有结果。")


def _forecast(report: Report, verdict: Verdict) -> Html:
    """The median, as the chart draws it, and the likely range."""
    quantiles = verdict.quantiles
    if not quantiles:
        return Html("—")
    labels = {
        0.5: "预测全年中位数",
        0.1: "可能区间下端（第10百分位）",
        0.9: "可能区间上端（第90百分位）",
    }
    middle, low, high = (
        report.modelled(verdict, quantiles[level], forecast_text(quantiles[level], verdict), label)
        for level, label in labels.items()
    )
    return tables.join(middle, "（", low, "～", high, "）")


def forecast_text(value: float, verdict: Verdict) -> str:
    """Format a forecast with the digits that its likely range bears; a count is whole."""
    target, likely = verdict.target, verdict.quantiles[0.9] - verdict.quantiles[0.1]
    digits = sum(likely < width for width in DIGITS_BELOW)
    return value_text(value, target.shown_unit, digits, rate=target.growth_decimals)


def _probability(report: Report, verdict: Verdict, value: float, label: str) -> Html:
    label, model = f"{verdict.name_zh}：{label}", model_name(verdict)
    return report.register.probability(value, label=label, model=model, as_of=report.as_of)


def _within(report: Report, verdict: Verdict, before: str, after: str) -> list[str | Html]:
    """The chance to end within a range that is not over yet."""
    if verdict.draws is None or verdict.probability_within is None:
        return []
    chance = _probability(report, verdict, verdict.probability_within, "落在区间内的概率")
    return [before, chance, after]


def _reached(verdict: Verdict, *, about: bool = False) -> str:
    """Name the chance of a target, and how often just such ones came true in past forecasts."""
    track = verdict.track_about if about else verdict.track
    name = "按“左右”计的达标概率" if about else "达标概率"
    if track is None or not track.enough:
        return f"{name}（往年太少，说不出这样的百分比准否）"
    return f"{name}（这样的百分比在往年 {track.n} 次同期预测中成真 {track.came_true} 次）"


def latest_period(verdict: Verdict) -> Html:
    """The period of the latest figure, or the year that has none yet."""
    period = verdict.actual_period
    if period is None:
        known = "没有可用的数" if verdict.withheld else "尚未公布"
        return tables.join(tables.when(f"{verdict.target.year}年"), known)
    return tables.when(period_zh(verdict.indicator, period))


def _span_zh(verdict: Verdict) -> str:
    periods = verdict.required.periods
    first, last = periods[0], periods[-1]
    if first == last:
        return from_to_zh(first, last)
    if verdict.actual is None:
        return f"{last.year}年全年"
    if (first.frequency, len(periods)) == ("Q", 2):
        return f"{last.year}年下半年"
    return from_to_zh(first, last)


def from_to_zh(first: Period, last: Period) -> str:
    """Name the time from one period to another, or the one that both are."""
    joined = "—".join(dict.fromkeys(item.label_zh("single") for item in (first, last)))
    return joined.replace(f"—{first.year}年", "—")
