"""Judge one target on one day: actual, forecast, probability, required growth, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.catalog.targets import Target, chance, named
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.combination import Lesson, combine, learn, within_reach
from lianhu_analysis.forecast.frequency import Frequency, frequency_json
from lianhu_analysis.forecast.history import (
    Series,
    extract_series,
    held_back,
    published_spans,
    weights_for,
    year_periods,
)
from lianhu_analysis.forecast.knowledge import (
    GrowthSources,
    Knowledge,
    LevelSources,
    Rules,
    whole_numbers,
)
from lianhu_analysis.forecast.models import (
    GROWTH_CANDIDATES,
    MODEL_NAMES,
    PROGRESS_CANDIDATES,
    STOCK_CANDIDATES,
    Candidate,
)
from lianhu_analysis.forecast.models.draws import FULL, Draws
from lianhu_analysis.forecast.models.panel import GrowthPanel, ProgressPanel
from lianhu_analysis.forecast.models.rules import FEW_YEARS
from lianhu_analysis.forecast.past_forecasts import Record, Sources, attempt, record_of
from lianhu_analysis.forecast.plausibility import suspected_slip
from lianhu_analysis.forecast.required import (
    Required,
    amount_required,
    growth_required,
    required_json,
)

__all__ = ["DECIDED", "Knowledge", "Rules", "Verdict", "asked", "judge", "verdict_json"]

QUANTILES = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
Status = Literal["ok", "refused", "reached", "missed"]
NO_YEAR = "逐期单独公布，最后一期不是全年数，全年的平均没有公布"
DECIDED: tuple[Status, ...] = ("reached", "missed")


@dataclass(frozen=True)
class Verdict:
    """The answer for one target.

    Attributes
    ----------
    status
        ``ok`` (a forecast), ``refused`` (with ``reason``), ``reached`` or
        ``missed`` (the outcome is published, or a cumulative count is there).
    actual, actual_period, actual_reference
        The latest published figure of the year and its row in the frame.
    draws
        Simulated year-end figures; ``None`` where there is no forecast.
    probability_within
        Of lying within a range; ``None`` for other rules.
    fan
        Quantiles of the figure after each remaining period: one row per
        period, columns ``QUANTILES``.
    benchmark
        Points of the rules of thumb, by name.
    attempts
        Models that were refused, with their reasons.
    usual_share
        For counts: the part of the year that is usually done by this period.
    references
        Rows of the frame that the answer was computed from.
    weights, weights_reason
        Weight of each model in the forecast, and what the weights rest on.
    lesson
        What past years at the same position taught; ``None`` where no
        forecast was tried.
    replaced
        Earlier versions of the target, the newest first.
    withheld
        Later periods of the year whose figures are published, and held back as wrong or disputed.
    track, track_about
        How often percentages such as the two probabilities came true in the past forecasts
        of all targets, which the assessment knows.
    """

    target: Target
    indicator: Indicator
    status: Status
    reason: str
    series: Series
    actual: float | None
    actual_period: Period | None
    actual_reference: int | None
    required: Required
    benchmark: Mapping[str, float]
    draws: Draws | None = None
    probability: float | None = None
    probability_about: float | None = None
    probability_within: float | None = None
    fan: pd.DataFrame | None = None
    attempts: tuple[tuple[str, str], ...] = ()
    usual_share: float | None = None
    references: tuple[int, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    weights_reason: str = ""
    lesson: Lesson | None = None
    track: Frequency | None = None
    track_about: Frequency | None = None
    replaced: tuple[Target, ...] = ()
    withheld: tuple[Period, ...] = ()

    @property
    def name_zh(self) -> str:
        """Name of the indicator, with who set the target where several did."""
        return named(self.indicator.name_zh, self.target.set_by)

    @property
    def judged(self) -> float | None:
        """The probability that words and lights go by: of 左右 that with its tolerance."""
        return self.probability_about if self.target.rule == "about" else self.probability

    @property
    def broken(self) -> bool:
        """Whether a ceiling is passed for good before the year is over."""
        return self.status == "missed" and bool(self.required.periods)

    @property
    def mean(self) -> float | None:
        """Mean of the draws."""
        return None if self.draws is None else float(self.draws.values.mean())

    @property
    def quantiles(self) -> dict[float, float]:
        """Quantiles of the draws; empty where there is no forecast."""
        if self.draws is None:
            return {}
        values = np.quantile(self.draws.values, QUANTILES)
        return dict(zip(QUANTILES, map(float, values), strict=True))


def judge(
    frame: pd.DataFrame,
    target: Target,
    catalogue: Catalogue,
    rules: Rules,
    knowledge: Knowledge | None = None,
) -> Verdict:
    """Judge one target from the observations of one region as of a day.

    Parameters
    ----------
    frame
        As-of observations; its row labels become the references.
    knowledge
        Every version published by that day, for the models' past; without it
        the frame stands in, which knows first figures only where they were
        never revised.
    """
    knowledge = knowledge or Knowledge(frame)
    indicator = catalogue.get(target.indicator)
    series = extract_series(frame, indicator, target.measure, rules.provenances)
    point = series.latest(target.year)
    periods = year_periods(indicator, target.year)
    n_known = 0 if point is None else periods.index(point.period) + 1
    back = set(held_back(frame, indicator, target.measure, rules.provenances))
    draft = Verdict(
        target=target,
        indicator=indicator,
        status="refused",
        reason="",
        series=series,
        actual=None if point is None else point.value,
        actual_period=None if point is None else point.period,
        actual_reference=None if point is None else point.reference,
        required=Required(None, periods[n_known:]),
        benchmark={},
        references=tuple(item.reference for item in series.points.values()),
        withheld=tuple(period for period in periods[n_known:] if str(period) in back),
    )
    single = "single" in published_spans(indicator)
    slip = NO_YEAR if single else suspected_slip(series, target.year)
    if slip:
        return replace(draft, reason=slip, required=replace(draft.required, reason=slip))
    if point is not None and n_known == len(periods):
        return _outcome(draft, point.value)
    if target.is_growth:
        return _judge_growth(frame, draft, n_known, catalogue, rules, knowledge)
    return _judge_level(draft, n_known, rules, *asked(target, catalogue, rules, knowledge))


def asked(
    target: Target, catalogue: Catalogue, rules: Rules, knowledge: Knowledge
) -> tuple[Sources, Sequence[Candidate]]:
    """Return what is published about a target, and the models that are asked, benchmark first."""
    indicator = catalogue.get(target.indicator)
    if target.is_growth:
        # What stays in a stock is no part of a year that shares could weigh.
        candidates = GROWTH_CANDIDATES if indicator.piles_up else GROWTH_CANDIDATES[:1]
        return GrowthSources.of(knowledge, indicator, catalogue, rules), candidates
    versions = knowledge.extract(indicator, target.measure, rules)
    whole = whole_numbers(versions, target)
    beyond = target.rule != "at_most" and target.value > 100
    sources = LevelSources(
        versions=versions, integer=whole, beyond=beyond, past_runs=knowledge.past_runs
    )
    return sources, PROGRESS_CANDIDATES if indicator.piles_up else STOCK_CANDIDATES


def _outcome(draft: Verdict, final: float) -> Verdict:
    """The year's figure is out: reached or missed, no forecast."""
    target = draft.target
    met = bool(target.met_by(final, about=True))
    within = float(target.within(final)) if target.rule == "range" else None
    return replace(
        draft,
        status="reached" if met else "missed",
        reason="全年数据已公布",
        required=Required(None, (), reason="全年数据已公布，没有剩余时期"),
        benchmark={"persistence": final},
        probability=float(target.met_by(final)),
        probability_about=float(met),
        probability_within=within,
    )


def _judge_growth(
    frame: pd.DataFrame,
    draft: Verdict,
    n_known: int,
    catalogue: Catalogue,
    rules: Rules,
    knowledge: Knowledge,
) -> Verdict:
    indicator, year = draft.indicator, draft.target.year
    own = extract_series(frame, indicator, "level", rules.provenances)
    proxy = None
    if indicator.weight_proxy:
        proxy_indicator = catalogue.get(indicator.weight_proxy)
        proxy = extract_series(frame, proxy_indicator, "level", rules.provenances)
    references = draft.references
    with suppress(ForecastError):
        references += weights_for(year, indicator, own, proxy, rules.breaks).references
    remaining = draft.required.periods
    required = growth_required(
        draft.target, draft.series, remaining, own, proxy, rules.breaks, rules.outlier_years
    )
    # The year grows as the year so far; before any figure, as last year did.
    base = draft.series.latest(year if n_known else year - 1)
    benchmark = {} if base is None else {"persistence": base.value}
    references += required.references
    draft = replace(draft, required=required, benchmark=benchmark, references=references)
    sources, candidates = asked(draft.target, catalogue, rules, knowledge)
    pool = knowledge.pool(catalogue, rules, draft.target, n_known)
    found = _issue(draft, sources, candidates, n_known, rules, pool=pool)
    if not (others := len(knowledge.neighbours)) or not pool or found.draws is None:
        return found
    reason = f"{found.weights_reason}；其中有同一批另外 {others} 个地区的指标"
    return replace(found, weights_reason=reason)


def _judge_level(
    draft: Verdict, n_known: int, rules: Rules, sources: Sources, candidates: Sequence[Candidate]
) -> Verdict:
    target, series = draft.target, draft.series
    actual = draft.actual or 0.0
    required = amount_required(target, series, draft.required.periods, rules.outlier_years)
    draft = replace(draft, required=required)
    if not draft.indicator.piles_up:
        if draft.actual is None:
            return replace(draft, reason="本年尚无数据，没有起点")
        draft = replace(draft, benchmark={"persistence": actual})
        return _issue(draft, sources, candidates, n_known, rules)
    reached = target.rule in ("at_least", "range") and actual >= target.value
    stays = not load_structure().may_be_undone(draft.indicator)
    passed = target.rule == "at_most" and not target.met_by(actual) and stays
    above = target.rule == "range" and reached and not target.within(actual) and stays
    done: dict[str, Any] = dict.fromkeys(("probability", "probability_about"), float(reached))
    done |= {"status": "missed" if passed else "reached"}
    done |= {"reason": "累计数已超过上限" if passed else "累计数已达到目标"}
    done |= {"reason": "累计数已高于区间", "probability_within": 0.0} if above else {}
    # Nothing that the rest of the year may bring makes it fewer.
    done |= {"required": replace(required, value=None, reason=done["reason"])} if passed else {}
    if reached and not stays:
        return replace(draft, reason="累计数已达到目标，但这样的累计数可能回落")
    if passed or above or (reached and target.rule == "at_least"):
        return replace(draft, benchmark={"persistence": actual}, **done)
    panel = sources.panel_on(target.year, None)
    if isinstance(panel, ProgressPanel) and panel.increments.sum() > 0:
        usual = panel.increments.sum(axis=0)
        share = float(usual[: panel.n_known].sum() / usual.sum())
        pace = actual / share if share > 0 else float(usual.sum() / len(panel.increments))
        draft = replace(draft, usual_share=share, benchmark={"persistence": pace})
    found = _issue(draft, sources, candidates, n_known, rules)
    # Where a range has been entered, whether it will be left is still open.
    return replace(found, **done) if reached else found


def _issue(
    draft: Verdict,
    sources: Sources,
    candidates: Sequence[Candidate],
    n_known: int,
    rules: Rules,
    *,
    pool: Sequence[Record] = (),
) -> Verdict:
    """Combine what can be stood behind by what past years taught, or refuse with every reason."""
    year, benchmark = draft.target.year, candidates[0].name
    record = record_of(sources, candidates, year, n_known, outlier_years=rules.outlier_years)
    lesson = learn(record, benchmark, pool)
    panel = sources.panel_on(year, None)
    # The same data a year later get the same streams: see ``run_at``.
    key = f"{draft.target.indicator}/0/{n_known}"
    # Without the benchmark's own errors nothing says how far the others may err.
    chosen = {benchmark, *lesson.weighing.weights}
    drawn, refused = attempt([item for item in candidates if item.name in chosen], panel, key, FULL)
    draft = replace(draft, lesson=lesson)
    if benchmark in refused:
        rest = [item for item in candidates if item.name not in chosen and not item.optional]
        refused |= attempt(rest, panel, key, FULL)[1]
        reasons = "；".join(dict.fromkeys(refused.values()))
        return replace(draft, reason=reasons, attempts=tuple(refused.items()))
    cautions = _cautions(drawn[benchmark].n_obs, panel, draft.indicator)
    said = {name: draws.values for name, draws in drawn.items()}
    near = within_reach(lesson.weighing.weights, said, benchmark)
    weights = {name: weight for name, weight in near.items() if weight}
    drawn = {name: drawn[name] for name in weights}
    held = [name for name in weights if weights[name] < lesson.weighing.weights.get(name, 0.0)]
    far = "、".join(MODEL_NAMES[name] for name in held if name != benchmark)
    far = f"；{far}离基准太远，只跟到基准通常误差的一倍半" if far else ""
    reason = getattr(panel, "shares_reason", "")
    integer = getattr(sources, "integer", False)
    attempts = (("shares", f"{reason}；模型改用最近已知的比重或按月数均分"),) if reason else ()
    draft = replace(
        draft,
        attempts=(*attempts, *refused.items()),
        weights=weights,
        weights_reason=lesson.weighing.reason + far + cautions,
    )
    draws = combine(drawn, weights, lesson.spread_factor, integer=integer)
    if not isinstance(panel, GrowthPanel):
        # Calibration may stretch them to fewer than none, or to more than all.
        path = np.clip(draws.path, panel.least, panel.most)
        draws = replace(draws, values=path[:, -1], path=path)
    return _with_draws(draft, draws)


def _cautions(years: int, panel: Any, indicator: Indicator) -> str:
    """Say that few years can be compared, that figures are doubted, or what no future does."""
    if isinstance(panel, ProgressPanel) and load_structure().may_be_undone(indicator):
        return "；这样的累计数可能回落，预测没有计入"
    if not isinstance(panel, GrowthPanel):
        return ""
    text = ""
    if years < FEW_YEARS:
        text += f"；只有 {years} 年可比，区间因此放宽"
        if panel.outlier_years:
            text += f"（{'、'.join(panel.outlier_years)} 年列为异常，只用来放宽区间）"
    if panel.doubted is not None and panel.doubted.any():
        text += f"；{int(panel.doubted.sum())} 个公布数被检查列为可疑，时间序列模型以三倍的噪声看待"
    return text


def _with_draws(draft: Verdict, draws: Draws) -> Verdict:
    target = draft.target
    plain = target.chance_in(draws.values)
    about = target.chance_in(draws.values, about=True)
    within = chance(target.within(draws.values)) if target.rule == "range" else None
    remaining = draft.required.periods[-draws.path.shape[1] :]
    fan = pd.DataFrame(
        np.quantile(draws.path, QUANTILES, axis=0).T,
        index=pd.Index([str(period) for period in remaining], name="period"),
        columns=list(QUANTILES),
    )
    return replace(
        draft,
        status="ok",
        draws=draws,
        probability=plain,
        probability_about=about,
        probability_within=within,
        fan=fan,
    )


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """Return one target of ``lianhu forecast --json`` (see docs/design)."""
    target = verdict.target
    return {
        "indicator": target.indicator,
        "name_zh": verdict.indicator.name_zh,
        "kind": verdict.indicator.kind,
        **_target_json(target),
        "replaced": [_target_json(item) for item in verdict.replaced],
        "actual": verdict.actual,
        "actual_period": None if verdict.actual_period is None else str(verdict.actual_period),
        "withheld": list(map(str, verdict.withheld)),
        "mean": verdict.mean,
        "quantiles": {str(level): value for level, value in verdict.quantiles.items()},
        "probability": verdict.probability,
        "probability_about": verdict.probability_about,
        "probability_within": verdict.probability_within,
        **required_json(verdict.required),
        "benchmark": dict(verdict.benchmark),
        "usual_share": verdict.usual_share,
        "weights": dict(verdict.weights),
        "weights_reason": verdict.weights_reason,
        "calibration": None
        if verdict.lesson is None or verdict.draws is None
        else {
            "years": verdict.lesson.calibrated_years,
            "spread_factor": verdict.lesson.spread_factor,
        },
        "track": frequency_json(verdict.track),
        "track_about": frequency_json(verdict.track_about),
        "n_obs": len(verdict.series.points) if verdict.draws is None else verdict.draws.n_obs,
        "status": verdict.status,
        "reason": verdict.reason,
    }


def _target_json(target: Target) -> dict[str, Any]:
    return {
        "title_zh": target.title_zh,
        "set_by": target.set_by,
        "in_force": None if target.in_force is None else target.in_force.isoformat(),
        "measure": target.measure,
        "target": target.value,
        "upper": target.upper,
        "rule": target.rule,
        "tolerance": target.tolerance,
        "decimals": target.decimals,
        "unit": target.unit,
        "plan": target.plan,
    }
