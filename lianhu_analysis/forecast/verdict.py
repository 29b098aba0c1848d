"""Judge one target on one day: actual, forecast, probability, required growth, or a refusal."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray, single_from_ytd
from lianhu_analysis.forecast.history import (
    Series,
    Weights,
    extract_series,
    weights_for,
    year_periods,
)
from lianhu_analysis.forecast.models import (
    Draws,
    GrowthPanel,
    ProgressPanel,
    local_level,
    persistence,
    progress,
    usual_change,
)
from lianhu_analysis.forecast.required import (
    Required,
    amount_required,
    growth_required,
    required_json,
)
from lianhu_analysis.workspace import CensusBreak

__all__ = ["QUANTILES", "Rules", "Status", "Verdict", "judge", "verdict_json"]

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
# A model's name, and what draws its futures from a random stream.
Candidate = tuple[str, Callable[[np.random.Generator], Draws]]
Status = Literal["ok", "refused", "reached", "missed"]


@dataclass(frozen=True)
class Rules:
    """What a workspace says about forecasting: see ``Workspace``."""

    provenances: tuple[str, ...]
    breaks: tuple[CensusBreak, ...] = ()
    outlier_years: tuple[int, ...] = ()


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
    fan: pd.DataFrame | None = None
    attempts: tuple[tuple[str, str], ...] = ()
    usual_share: float | None = None
    references: tuple[int, ...] = ()

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


def judge(frame: pd.DataFrame, target: Target, catalogue: Catalogue, rules: Rules) -> Verdict:
    """Judge one target from the observations of one region as of a day.

    Parameters
    ----------
    frame
        As-of observations; its row labels become the references.
    """
    indicator = catalogue.get(target.indicator)
    series = extract_series(frame, indicator, target.measure, rules.provenances)
    point = series.latest(target.year)
    periods = year_periods(indicator, target.year)
    n_known = 0 if point is None else periods.index(point.period) + 1
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
    )
    if point is not None and n_known == len(periods):
        return _outcome(draft, point.value)
    if target.is_growth:
        return _judge_growth(frame, draft, periods, n_known, catalogue, rules)
    return _judge_level(draft, periods, n_known, rules)


def _outcome(draft: Verdict, final: float) -> Verdict:
    """The year's figure is out: reached or missed, no forecast."""
    target = draft.target
    sign = -1.0 if target.rule == "at_most" else 1.0
    margin = sign * (final - target.value)
    met = margin + target.tolerance >= -1e-9
    return replace(
        draft,
        status="reached" if met else "missed",
        reason="全年数据已公布",
        required=Required(None, (), reason="全年数据已公布，没有剩余时期"),
        benchmark={"persistence": final},
        probability=float(margin >= -1e-9),
        probability_about=float(met),
    )


def _judge_growth(
    frame: pd.DataFrame,
    draft: Verdict,
    periods: tuple[Period, ...],
    n_known: int,
    catalogue: Catalogue,
    rules: Rules,
) -> Verdict:
    indicator, year = draft.indicator, draft.target.year
    own = extract_series(frame, indicator, "level", rules.provenances)
    proxy = None
    if indicator.weight_proxy:
        proxy_indicator = catalogue.get(indicator.weight_proxy)
        proxy = extract_series(frame, proxy_indicator, "level", rules.provenances)
    try:
        weights, reason = _weights(indicator, year, own, proxy, rules.breaks), ""
    except ForecastError as error:
        weights, reason = None, str(error)
    required = growth_required(
        draft.target, draft.series, periods[n_known:], own, proxy, rules.breaks, rules.outlier_years
    )
    benchmark = _growth_benchmark(draft, n_known)
    panel = _growth_panel(draft, periods, n_known, weights, (own, proxy), rules)
    models: list[Candidate] = []
    if weights is not None:
        models.append(("local_level", lambda rng: local_level(panel, rng)))
    models.append(("persistence", lambda rng: persistence(panel, rng)))
    attempts = () if weights is not None else (("local_level", reason),)
    references = draft.references + (weights.references if weights else ())
    if required.share is not None:
        references += (required.share.so_far.reference, required.share.whole.reference)
    draft = replace(draft, required=required, benchmark=benchmark, references=references)
    return _first_publishable(draft, models, attempts)


def _judge_level(
    draft: Verdict, periods: tuple[Period, ...], n_known: int, rules: Rules
) -> Verdict:
    target, series = draft.target, draft.series
    integer = float(target.value).is_integer() and draft.indicator.level_price == "na"
    integer = integer and all(float(p.value).is_integer() for p in series.points.values())
    actual = draft.actual or 0.0
    required = amount_required(target, series, periods[n_known:], rules.outlier_years)
    draft = replace(draft, required=required)
    if draft.indicator.kind == "stock":
        changes = _changes_to_year_end(series, target.year, n_known)
        if draft.actual is None:
            return replace(draft, reason="本年尚无数据，存量没有起点")
        draft = replace(draft, benchmark={"persistence": actual})
        model = ("usual_change", lambda rng: usual_change(changes, actual, integer, rng))
        return _first_publishable(draft, [model])
    if target.rule == "at_least" and actual >= target.value:
        return replace(
            draft,
            status="reached",
            reason="累计数已达到目标",
            probability=1.0,
            probability_about=1.0,
            benchmark={"persistence": actual},
        )
    increments = _past_increments(series, target.year)
    usual = increments.sum(axis=0)
    if usual.sum() > 0:
        share = float(usual[:n_known].sum() / usual.sum())
        pace = actual / share if share > 0 else float(usual.sum() / len(increments))
        draft = replace(draft, usual_share=share, benchmark={"persistence": pace})
    panel = ProgressPanel(increments, actual, n_known, integer)
    return _first_publishable(draft, [("progress", lambda rng: progress(panel, rng))])


def _first_publishable(
    draft: Verdict,
    models: Sequence[Candidate],
    attempts: tuple[tuple[str, str], ...] = (),
) -> Verdict:
    """Take the first model that can be stood behind, or refuse with every reason."""
    for name, model in models:
        # One stream per target and model: adding a target never moves another.
        key = f"{draft.target.indicator}/{draft.target.measure}/{draft.target.year}/{name}"
        try:
            draws = model(np.random.default_rng(zlib.crc32(key.encode())))
        except ForecastError as error:
            attempts = (*attempts, (name, str(error)))
            continue
        return _with_draws(replace(draft, attempts=attempts), draws)
    reasons = "；".join(dict.fromkeys(reason for _, reason in attempts))
    return replace(draft, reason=reasons, attempts=attempts)


def _with_draws(draft: Verdict, draws: Draws) -> Verdict:
    target = draft.target
    half = 0.0 if target.decimals is None else 0.5 * 10.0**-target.decimals
    slack = target.tolerance + half
    if target.rule == "at_most":
        plain = np.mean(draws.values <= target.value + half)
        about = np.mean(draws.values <= target.value + slack)
    else:
        plain = np.mean(draws.values >= target.value - half)
        about = np.mean(draws.values >= target.value - slack)
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
        probability=float(plain),
        probability_about=float(about),
        fan=fan,
    )


def _weights(
    indicator: Indicator,
    year: int,
    own: Series,
    proxy: Series | None,
    breaks: Sequence[CensusBreak],
) -> Weights:
    if indicator.frequency == "A":
        return Weights(np.ones(1), year - 1, indicator, "own", (), (), ())
    return weights_for(year, indicator, own, proxy, breaks)


def _growth_benchmark(draft: Verdict, n_known: int) -> dict[str, float]:
    """The year grows as the year so far; before any figure, as last year did."""
    if n_known:
        return {"persistence": float(draft.actual or 0.0)}
    last = draft.series.latest(draft.target.year - 1)
    return {} if last is None else {"persistence": last.value}


def _growth_panel(
    draft: Verdict,
    periods: tuple[Period, ...],
    n_known: int,
    weights: Weights | None,
    levels: tuple[Series, Series | None],
    rules: Rules,
) -> GrowthPanel:
    """Lay growth and shares out by year; years without shares use the target's."""
    year = draft.target.year
    first = min([*draft.series.years, year])
    years = range(first, year + 1)
    default = weights.shares if weights else np.arange(1, len(periods) + 1) / len(periods)
    shares = []
    for past in years:
        try:
            shares.append(_weights(draft.indicator, past, *levels, rules.breaks).shares)
        except ForecastError:
            shares.append(default)
    growth = [draft.series.values(year_periods(draft.indicator, past)) for past in years]
    return GrowthPanel(
        frequency=draft.indicator.frequency,
        ytd_growth_pct=np.vstack(growth),
        shares=np.vstack([*shares[:-1], default]),
        n_known=n_known,
        outlier=np.array([past in rules.outlier_years for past in years]),
    )


def _past_increments(series: Series, year: int) -> FloatArray:
    """Increments of the complete years before ``year``, shape (years, n)."""
    rows = [
        single_from_ytd(values)
        for past in series.years
        if past < year
        for values in [series.values(year_periods(series.indicator, past))]
        if np.isfinite(values).all()
    ]
    width = len(year_periods(series.indicator, year))
    # A correction can make a cumulative count fall; progress is not negative.
    return np.maximum(np.vstack(rows), 0.0) if rows else np.zeros((0, width))


def _changes_to_year_end(series: Series, year: int, n_known: int) -> list[float]:
    changes = []
    for past in series.years:
        values = series.values(year_periods(series.indicator, past))
        if past < year and n_known:
            changes.append(float(values[-1] - values[n_known - 1]))
    return changes


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """Return one target of ``lianhu forecast --json`` (see docs/design)."""
    target = verdict.target
    return {
        "indicator": target.indicator,
        "name_zh": verdict.indicator.name_zh,
        "title_zh": target.title_zh,
        "measure": target.measure,
        "target": target.value,
        "rule": target.rule,
        "tolerance": target.tolerance,
        "unit": target.unit,
        "actual": verdict.actual,
        "actual_period": None if verdict.actual_period is None else str(verdict.actual_period),
        "mean": verdict.mean,
        "quantiles": {str(level): value for level, value in verdict.quantiles.items()},
        "probability": verdict.probability,
        "probability_about": verdict.probability_about,
        **required_json(verdict.required),
        "benchmark": dict(verdict.benchmark),
        "usual_share": verdict.usual_share,
        "weights": {} if verdict.draws is None else {verdict.draws.model: 1.0},
        "n_obs": len(verdict.series.points) if verdict.draws is None else verdict.draws.n_obs,
        "status": verdict.status,
        "reason": verdict.reason,
    }
