"""News: what every release and revision of a vintage does to every forecast.

Parameters are held.  As in Banbura and Modugno (2014, sec. 2.3) and statsmodels'
``news``: first the old figures are replaced by their revisions, then the new
releases come in, and what each moves is its weight times its surprise.  All
weights come from one joint distribution of targets, revised and new figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.model import FactorModel
from lianhu_analysis.forecast.factor.panel import BoolArray, FactorPanel, FloatArray
from lianhu_analysis.forecast.factor.parameters import Parameters
from lianhu_analysis.forecast.factor.posterior import Cell, Joint, joint
from lianhu_analysis.forecast.factor.rows import IntArray

__all__ = ["News", "Surprises", "news"]


@dataclass(frozen=True)
class Surprises:
    """N releases or revisions and what they do to G targets.

    Attributes
    ----------
    cells
        Length N: (row, series).
    expected, published
        Shape (N,): for a release the forecast before it and the figure; for a
        revision the old figure and the new one (missing if withdrawn).
    weights
        Shape (N, G): impact of one unit of surprise; of a revision, missing
        where figures were withdrawn besides.
    impacts
        Shape (N, G).
    """

    cells: tuple[Cell, ...]
    expected: FloatArray
    published: FloatArray
    weights: FloatArray
    impacts: FloatArray


@dataclass(frozen=True)
class News:
    """``old + revisions + releases = new`` for every target.

    Attributes
    ----------
    targets
        Length G: (row, series).
    old, revised, new
        Shape (G,): forecasts from the old vintage, from its figures as revised,
        and from the new vintage.
    """

    targets: tuple[Cell, ...]
    old: FloatArray
    revised: FloatArray
    new: FloatArray
    revisions: Surprises
    releases: Surprises


def news(
    model: FactorModel, new_panel: FactorPanel, parameters: Parameters, targets: Sequence[Cell]
) -> News:
    """Decompose the change of forecasts from one vintage to the next.

    Parameters
    ----------
    model
        The model of the old vintage; the months' shares are those of the new.
    new_panel
        The new vintage: same series and first month, as many rows or more.
    targets
        Figures forecast, as (row, series); rows may lie beyond the panels.

    Raises
    ------
    ForecastError
        If the panels are not two vintages of one panel.
    """
    old = model.panel
    same = (old.names, old.forms, old.first_month)
    if same != (new_panel.names, new_panel.forms, new_panel.first_month):
        raise ForecastError("两期面板的指标、口径或起始月份不同，不能比较新息")
    added = len(new_panel.values) - len(old.values)
    if added < 0:
        raise ForecastError("新一期面板的月数少于旧一期，请检查两期的先后")
    before, after = old.extended(0, added).values, new_panel.values
    revised = ~np.isnan(before) & (before != after)
    released = np.isnan(before) & ~np.isnan(after)
    unchanged = model.with_panel(replace(new_panel, values=np.where(revised, np.nan, before)))
    n, cells, releases = len(targets), _cells(revised), _cells(released)
    base = joint(unchanged, parameters, [*targets, *cells, *releases])
    at = n + np.arange(len(cells))
    kept = ~np.isnan(after[revised])
    weights, first = _given(base, at, before[revised])
    kept_weights, middle = _given(base, at[kept], after[revised][kept])
    impacts = -weights[:, :n] * (before[revised] - base.mean[at])[:, None]
    impacts[kept] += kept_weights[:, :n] * (after[revised] - base.mean[at])[kept][:, None]
    shown = weights[:, :n] if kept.all() else np.full_like(impacts, np.nan)
    revisions = Surprises(cells, before[revised], after[revised], shown, impacts)
    at = n + len(cells) + np.arange(len(releases))
    weights, last = _given(middle, at, after[released])
    expected, weights = middle.mean[at], weights[:, :n]
    impacts = weights * (after[released] - expected)[:, None]
    surprises = Surprises(releases, expected, after[released], weights, impacts)
    before_all, between, now = (found.mean[:n] for found in (first, middle, last))
    return News(tuple(targets), before_all, between, now, revisions, surprises)


def _cells(mask: BoolArray) -> tuple[Cell, ...]:
    return tuple((int(row), int(series)) for row, series in zip(*np.nonzero(mask), strict=True))


def _given(base: Joint, at: IntArray, figures: FloatArray) -> tuple[FloatArray, Joint]:
    """Regress everything on the figures ``at``; return weights and what holds given them."""
    variance = base.covariance[np.ix_(at, at)]
    weights = np.asarray(np.linalg.solve(variance, base.covariance[at]), dtype=float)
    mean = base.mean + (figures - base.mean[at]) @ weights
    return weights, Joint(mean, base.covariance - base.covariance[:, at] @ weights)
