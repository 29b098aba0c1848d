"""News: what every release and revision of a vintage does to every forecast.

Parameters are held.  As in Banbura and Modugno (2014, sec. 2.3) and statsmodels'
``news``: first the old figures are replaced by their revisions, then the new
releases come in, and what each moves is its weight times its surprise.  The
weights of all releases on all targets come from one joint distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.factor.model import FactorModel
from lianhu_analysis.forecast.factor.panel import FactorPanel, FloatArray
from lianhu_analysis.forecast.factor.parameters import Parameters
from lianhu_analysis.forecast.factor.posterior import Cell, Joint, joint

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
    _check_vintages(model.panel, new_panel)
    added = len(new_panel.values) - len(model.panel.values)
    before = model.panel.extended(0, added).values
    after = new_panel.values
    known_before, known_after = ~np.isnan(before), ~np.isnan(after)
    changed = known_before & (before != after)
    middle = np.where(known_before, after, np.nan)
    releases, unrevised, new = _release(
        model.with_panel(replace(new_panel, values=middle)),
        parameters,
        targets,
        known_after & ~known_before,
        after,
    )
    if not changed.any():
        return News(tuple(targets), unrevised, unrevised, new, _nothing(len(targets)), releases)
    base = model.with_panel(replace(new_panel, values=np.where(changed, np.nan, before)))
    revisions, old, revised = _revise(base, parameters, targets, changed, before, after)
    return News(tuple(targets), old, revised, new, revisions, releases)


def _nothing(n_targets: int) -> Surprises:
    none, by_target = np.zeros(0), np.zeros((0, n_targets))
    return Surprises((), none, none, by_target, by_target)


def _check_vintages(old: FactorPanel, new: FactorPanel) -> None:
    if (old.names, old.forms, old.first_month) != (new.names, new.forms, new.first_month):
        raise ForecastError("两期面板的指标、口径或起始月份不同，不能比较新息")
    if len(new.values) < len(old.values):
        raise ForecastError("新一期面板的月数少于旧一期，请检查两期的先后")


def _cells(mask: np.ndarray) -> tuple[Cell, ...]:
    return tuple((int(row), int(series)) for row, series in zip(*np.nonzero(mask), strict=True))


def _release(
    model: FactorModel,
    parameters: Parameters,
    targets: Sequence[Cell],
    mask: np.ndarray,
    figures: FloatArray,
) -> tuple[Surprises, FloatArray, FloatArray]:
    """Weigh new figures; also return the targets' forecasts without and with them."""
    cells = _cells(mask)
    given = joint(model, parameters, [*targets, *cells])
    n_targets = len(targets)
    expected, published = given.mean[n_targets:], figures[mask]
    weights = _weights(given, n_targets, np.arange(len(cells)))
    impacts = weights * (published - expected)[:, None]
    forecast = given.mean[:n_targets]
    surprises = Surprises(cells, expected, published, weights, impacts)
    return surprises, forecast, forecast + impacts.sum(axis=0)


def _revise(
    base: FactorModel,
    parameters: Parameters,
    targets: Sequence[Cell],
    mask: np.ndarray,
    before: FloatArray,
    after: FloatArray,
) -> tuple[Surprises, FloatArray, FloatArray]:
    """Weigh revised figures against the panel without them; also forecasts before and after."""
    cells, n_targets = _cells(mask), len(targets)
    given = joint(base, parameters, [*targets, *cells])
    mean = given.mean[n_targets:]
    kept = np.flatnonzero(~np.isnan(after[mask]))
    weights = _weights(given, n_targets, np.arange(len(cells)))
    old = weights * (before[mask] - mean)[:, None]
    new = np.zeros_like(old)
    new[kept] = _weights(given, n_targets, kept) * (after[mask] - mean)[kept][:, None]
    if kept.size < len(cells):
        weights = np.full_like(weights, np.nan)
    surprises = Surprises(cells, before[mask], after[mask], weights, new - old)
    forecast = given.mean[:n_targets]
    return surprises, forecast + old.sum(axis=0), forecast + new.sum(axis=0)


def _weights(given: Joint, n_targets: int, which: np.ndarray) -> FloatArray:
    """Shape (N, G): regression of the targets on the cells ``which``."""
    if not which.size:
        return np.zeros((0, n_targets))
    own = n_targets + which
    variance = given.covariance[np.ix_(own, own)]
    return np.asarray(np.linalg.solve(variance, given.covariance[own, :n_targets]), dtype=float)
