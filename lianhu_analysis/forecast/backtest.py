"""The pseudo-real-time record: what every model and the combination said, and what came.

Each past year is looked at again from the day of each of its figures, with the
versions published by that day (vintage and release lag), and a window that
expands year by year.  The combination of a year has the weights and the
calibration that its day could know.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.targets import FLOATING, Target, versions_on
from lianhu_analysis.forecast.combination import Lesson, learn
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.history import Versions, year_periods
from lianhu_analysis.forecast.knowledge import Knowledge, LevelSources, Rules
from lianhu_analysis.forecast.models.draws import FULL
from lianhu_analysis.forecast.past_forecasts import LEVELS, Record, Run, record_of, unit_rank
from lianhu_analysis.forecast.scores import (
    brier_skill,
    calibration_error,
    calibration_table,
    crps_of_quantiles,
    diebold_mariano,
    log_scores,
    point_scores,
)
from lianhu_analysis.forecast.verdict import asked

__all__ = ["COMBINATION", "backtest", "cells", "events", "events_table", "reliability"]

COMBINATION = "combination"
ALL, WITHOUT_OUTLIERS = "all", "without_outliers"
SHOWN = (0.025, 0.1, 0.5, 0.9, 0.975)


def backtest(
    knowledge: Knowledge,
    targets: Sequence[Target],
    catalogue: Catalogue,
    rules: Rules,
    years: range | None = None,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Look at every past year of every target's figure again.

    Parameters
    ----------
    knowledge
        Every version published by the day of the question.
    targets
        Of any years; each figure is taken once, and its targets are the events.
    years
        Years to keep; the models learn from those before, too.

    Returns
    -------
    DataFrame
        One row a forecast: ``indicator``, ``measure``, ``year``, ``position``
        (the last period known, ``none`` before the first), ``n_known``, ``day``,
        ``model`` (a candidate or ``combination``), ``benchmark`` (the model that
        others must beat), ``weight`` (in the combination of that day),
        ``outcome`` (as first published), ``mean``, ``q025``, ``q100``, ``q500``,
        ``q900``, ``q975``, ``crps``, ``log_score``, ``rank`` (probability
        integral transform), ``event`` (``announced`` or ``last_year``),
        ``threshold``, ``probability``, ``met``, ``outlier``; ``again`` where
        the forecast has a row before, for another target of its year.
    """
    figures = {(item.indicator, item.measure): item for item in targets}
    frames = []
    for target in figures.values():
        if progress is not None:
            progress(catalogue.get(target.indicator).name_zh)
        sources, candidates = asked(target, catalogue, rules, knowledge)
        n = len(year_periods(sources.versions.indicator, target.year))
        last = max([*sources.versions.first_on(None).years, target.year]) + 1
        for n_known in range(n):
            record = record_of(
                sources, candidates, last, n_known, outlier_years=rules.outlier_years
            )
            pool: tuple[Record, ...] = ()
            if target.is_growth:
                pool = knowledge.pool(catalogue, rules, replace(target, year=last), n_known)
            lesson = learn(record, candidates[0].name, pool)
            rows = _rows(record, lesson, sources.versions, target, candidates[0].name, n_known)
            announced = knowledge.announced(target.indicator, target.measure)
            aimed = [
                {**row, "aim": aim, "again": number > 0}
                for row in rows
                for number, aim in enumerate(_aims(announced, row["year"], row["day"]))
            ]
            whole = isinstance(sources, LevelSources) and sources.integer
            frames.append(_with_events(pd.DataFrame(aimed), sources.versions, target, whole))
    table = pd.concat([frame for frame in frames if not frame.empty] or [pd.DataFrame()])
    if table.empty:
        return table
    table["outlier"] = table["year"].isin(rules.outlier_years)
    if years is not None:
        table = table[table["year"].isin(years)]
    return table.drop(columns="quantiles").reset_index(drop=True)


def _rows(
    record: Record,
    lesson: Lesson,
    versions: Versions,
    target: Target,
    benchmark: str,
    n_known: int,
) -> Iterable[dict[str, Any]]:
    for run in record.runs:
        if run.n_obs.get(benchmark, 0) < FULL.min_years:
            continue  # a forecast of that day would have been refused
        said: dict[str, FloatArray] = dict(run.quantiles)
        if run.year in lesson.issued:
            said[COMBINATION] = lesson.issued[run.year]
        weights = lesson.weighings[run.year].weights if run.year in lesson.weighings else {}
        for model, quantiles in said.items():
            yield {
                "indicator": target.indicator,
                "measure": target.measure,
                "year": run.year,
                "position": _position(versions, run, n_known),
                "n_known": n_known,
                "day": run.day,
                "model": model,
                "benchmark": benchmark,
                "weight": 1.0 if model == COMBINATION else weights.get(model, 0.0),
                "outcome": run.outcome,
                "quantiles": quantiles,
            }


def _position(versions: Versions, run: Run, n_known: int) -> str:
    """The last period known, without its year: Q3, 09."""
    if not n_known:
        return "none"
    return str(year_periods(versions.indicator, run.year)[n_known - 1])[4:].lstrip("-")


def _aims(announced: Sequence[Target], year: int, day: dt.date) -> list[Target | None]:
    """The targets of a year as they stood on a day, or one question without any."""
    own = [item for item in announced if item.year == year]
    return [newest for newest, *_ in versions_on(own, day)] or [None]


def _with_events(
    table: pd.DataFrame, versions: Versions, target: Target, whole: bool
) -> pd.DataFrame:
    """Score the forecasts, and ask each for the probability of its year's event."""
    if table.empty:
        return table
    quantiles = np.vstack(table["quantiles"].tolist())
    outcome = table["outcome"].to_numpy(dtype=float)
    half = target.half_unit
    table["mean"] = quantiles.mean(axis=1)
    for level in SHOWN:
        table[f"q{round(level * 1000):03d}"] = np.quantile(quantiles, level, axis=1)
    table["crps"] = crps_of_quantiles(outcome, quantiles, LEVELS)
    table["log_score"] = log_scores(outcome, quantiles, half_unit=half)
    table["rank"] = [unit_rank(q, y) for q, y in zip(quantiles, outcome, strict=True)]
    first = versions.first_on(None)
    last = {
        year: point.value
        for year in first.years
        if (point := first.points.get(year_periods(versions.indicator, year)[-1])) is not None
    }
    aims = table.pop("aim").tolist()
    before = [last.get(year - 1, np.nan) for year in table["year"]]
    goals = [y if aim is None else aim.value for aim, y in zip(aims, before, strict=True)]
    table["event"] = ["last_year" if aim is None else "announced" for aim in aims]
    table["threshold"] = goal = np.array(goals, dtype=float)
    at_most = np.array([(aim or target).rule == "at_most" for aim in aims])
    # A count of just the aim meets it.
    halves = np.array([(aim or target).half_unit + FLOATING for aim in aims])
    edge = goal + np.where(at_most, halves, -halves)
    said = np.rint(quantiles) if whole else quantiles
    below = np.array([unit_rank(q, x) for q, x in zip(said, edge, strict=True)])
    table["probability"] = np.where(np.isnan(edge), np.nan, np.where(at_most, below, 1.0 - below))
    # What is published is judged as it stands: 5.95 is no 6.0.
    met = np.where(at_most, outcome <= goal + FLOATING, outcome >= goal - FLOATING)
    table["met"] = np.where(np.isnan(edge), np.nan, met)
    return table


def cells(table: pd.DataFrame) -> pd.DataFrame:
    """Score every model at every position against the benchmark in the same years.

    Parameters
    ----------
    table
        From ``backtest``.

    Returns
    -------
    DataFrame
        One row a cell, with all years and without the outlier years: the keys
        ``indicator``, ``measure``, ``n_known``, ``position``, ``model``,
        ``scope``; ``n_observations``, ``rmse``, ``mae``, ``bias``, ``crps``,
        ``log_score``, ``coverage_80``, ``coverage_95``, ``rank_mean`` and
        ``rank_variance`` (1/2 and 1/12 if calibrated); ``rmse_benchmark``,
        ``crps_benchmark``; ``dm_statistic``, ``dm_p_value`` of squared errors;
        ``loses`` where the model's RMSE or CRPS is above the benchmark's.
    """
    if table.empty:
        return pd.DataFrame()
    rows = []
    keys = ["indicator", "measure", "n_known", "position"]
    for key, group in table[~table["again"]].groupby(keys, sort=False):
        bar = group[group["model"] == group["benchmark"].iloc[0]].set_index("year")
        for model, own in group.groupby("model", sort=False):
            for scope in (ALL, WITHOUT_OUTLIERS):
                rows_in = own if scope == ALL else own[~own["outlier"]]
                shared = rows_in[rows_in["year"].isin(bar.index)]
                if not shared.empty:
                    head = dict(zip(keys, key, strict=True)) | {"model": model, "scope": scope}
                    rows.append(head | _cell(shared, bar.loc[shared["year"]]))
    # A position's models stand together, with all years first.
    return pd.DataFrame(rows).sort_values(
        ["indicator", "measure", "n_known", "scope"], kind="stable", ignore_index=True
    )


def _cell(own: pd.DataFrame, bar: pd.DataFrame) -> dict[str, Any]:
    outcome, mean = own["outcome"].to_numpy(), own["mean"].to_numpy()
    points = point_scores(outcome, mean).iloc[0]
    against = point_scores(outcome, bar["mean"].to_numpy()).iloc[0]
    test = diebold_mariano((mean - outcome) ** 2, (bar["mean"].to_numpy() - outcome) ** 2).iloc[0]
    crps, crps_bar = float(own["crps"].mean()), float(bar["crps"].mean())
    return {
        "n_observations": len(own),
        "rmse": points["rmse"],
        "mae": points["mae"],
        "bias": points["bias"],
        "crps": crps,
        "log_score": float(own["log_score"].mean()),
        "coverage_80": float(own["outcome"].between(own["q100"], own["q900"]).mean()),
        "coverage_95": float(own["outcome"].between(own["q025"], own["q975"]).mean()),
        "rank_mean": float(own["rank"].mean()),
        "rank_variance": float(own["rank"].var(ddof=0)),
        "rmse_benchmark": against["rmse"],
        "crps_benchmark": crps_bar,
        "dm_statistic": test["statistic"],
        "dm_p_value": test["p_value"],
        "loses": bool(points["rmse"] > against["rmse"] + 1e-12 or crps > crps_bar + 1e-12),
    }


def events(table: pd.DataFrame) -> pd.DataFrame:
    """Return the forecasts of the combination whose event is settled."""
    return _settled(table, COMBINATION, "both", ALL)


def events_table(table: pd.DataFrame) -> pd.DataFrame:
    """Score the probabilities of "target met", pooled over targets and positions.

    Returns
    -------
    DataFrame
        One row a model (the combination and the benchmark rules), kind of event
        and scope: ``event`` is ``announced`` (a target announced for the
        year), ``last_year`` (at least what the year before reached, where
        no target is known) or ``both``; then the columns of ``brier_skill`` (years are
        the clusters) and ``calibration_error``.
    """
    rows = []
    models, kinds = (COMBINATION, "benchmark"), ("announced", "last_year", "both")
    for model, event, scope in product(models, kinds, (ALL, WITHOUT_OUTLIERS)):
        own = _settled(table, model, event, scope)
        if own.empty:
            continue
        p, met = own["probability"].to_numpy(float), own["met"].to_numpy(float)
        # A fixed stream: the same record gives the same interval.
        skill = brier_skill(p, met, np.random.default_rng(0), clusters=own["year"].tolist())
        error = calibration_error(p, met)
        head = pd.DataFrame([{"model": model, "event": event, "scope": scope}])
        shared = error.drop(columns=list(set(error) & set(skill)))
        rows.append(pd.concat([head, skill, shared], axis=1))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()


def _settled(table: pd.DataFrame, model: str, event: str, scope: str) -> pd.DataFrame:
    if table.empty:
        return table
    wanted = table["benchmark"] if model == "benchmark" else model
    own = table[(table["model"] == wanted) & table["met"].notna()]
    own = own if event == "both" else own[own["event"] == event]
    return own if scope == ALL else own[~own["outlier"]]


def reliability(table: pd.DataFrame) -> pd.DataFrame:
    """Return, by class of probability, what the combination promised and what came true."""
    own = events(table)
    if own.empty:
        return pd.DataFrame()
    return calibration_table(own["probability"].to_numpy(float), own["met"].to_numpy(float))
