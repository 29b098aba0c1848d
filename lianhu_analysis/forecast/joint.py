"""The chance that several targets are met at once, from draws coupled as past errors were.

Each target is drawn alone.  How their errors move together is seen in the
years in which all of them are known: the same rule of thumb (the rest of the
year as the year so far) erred for each, and the ranks of those errors are
correlated.  The draws of each target are then put in an order that has this
correlation; not one of them is changed.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lianhu_analysis.catalog.targets import Target, chance
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.history import year_periods
from lianhu_analysis.forecast.models.draws import root_of

if TYPE_CHECKING:
    from lianhu_analysis.forecast.verdict import Verdict

__all__ = [
    "CHANCES",
    "Joint",
    "Key",
    "coupled",
    "dependence",
    "joint_json",
    "joint_of",
    "key_of",
    "met_together",
    "open_figures",
    "past_errors",
]

Key = tuple[str, str]  # indicator and measure

# With fewer common years a correlation is noise whatever it is shrunk by.
MIN_COMMON_YEARS = 5
CHANCES = ("probability", "probability_about", "independent", "independent_about")


@dataclass(frozen=True)
class Dependence:
    """How the errors of several targets move together.

    Attributes
    ----------
    correlation
        Shape (k, k): of the normal scores of ranks, shrunk towards zero.
    years
        The common years that it was seen in.
    shrinkage
        Between 0 (as seen) and 1 (independent).
    """

    correlation: FloatArray
    years: tuple[int, ...]
    shrinkage: float


@dataclass(frozen=True)
class Joint:
    """The chance that all covered targets are met.

    Attributes
    ----------
    probability, probability_about
        With every target judged by its value, and with tolerances; ``None``
        for ``reason``.
    independent, independent_about
        The same if the targets' figures had nothing to do with each other: for comparison only.
    covered
        The targets that it speaks of.
    left_out
        Those without a forecast, and why.
    dependence
        ``None`` where fewer than two targets are still open.
    """

    covered: tuple[Target, ...]
    left_out: tuple[tuple[Target, str], ...]
    probability: float | None = None
    probability_about: float | None = None
    independent: float | None = None
    independent_about: float | None = None
    dependence: Dependence | None = None
    reason: str = ""

    @property
    def whole(self) -> bool:
        """Whether it speaks of every target of the year."""
        return not self.left_out and self.probability is not None


def joint_of(verdicts: Sequence[Verdict], outlier_years: Sequence[int] = ()) -> Joint:
    """Return the chance that all targets with a forecast or an outcome are met.

    A target that is refused is left out and named: nothing is assumed of it.

    Parameters
    ----------
    outlier_years
        Years whose errors say nothing of an ordinary year.
    """
    left_out = tuple((item.target, item.reason) for item in verdicts if item.status == "refused")
    covered = [item for item in verdicts if item.status != "refused"]
    found = Joint(tuple(item.target for item in covered), left_out)
    if len(covered) < 2:
        return replace(found, reason="有预测或结果的目标不足两项，没有联合概率可言")
    open_ones = open_figures(covered)
    if len({item.draws.values.size for item in open_ones.values() if item.draws}) > 1:
        return replace(found, reason="各目标的模拟次数不同，不能配成联合模拟")
    seen = None
    if len(open_ones) > 1:
        errors = [past_errors(item) for item in open_ones.values()]
        try:
            seen = dependence(errors, outlier_years)
        except ForecastError as error:
            return replace(found, reason=str(error))
    drawn = coupled(list(open_ones.values()), seen) if open_ones else np.empty((0, 0))
    draws = dict(zip(open_ones, drawn.T, strict=True))
    plain, about = (met_together(covered, draws, about=about) for about in (False, True))
    chances: dict[str, Any] = dict(
        zip(CHANCES, (plain[0], about[0], plain[1], about[1]), strict=True)
    )
    return replace(found, dependence=seen, **chances)


def open_figures(verdicts: Sequence[Verdict]) -> dict[Key, Verdict]:
    """Return the first verdict on every figure that is still open, by indicator and measure.

    A figure has one future, whoever set targets for it.
    """
    found: dict[Key, Verdict] = {}
    for item in verdicts:
        if item.draws is not None:
            found.setdefault(key_of(item), item)
    return found


def key_of(verdict: Verdict) -> Key:
    """Return indicator and measure of a verdict's figure."""
    return verdict.target.indicator, verdict.target.measure


def met_together(
    verdicts: Sequence[Verdict], draws: Mapping[Key, FloatArray], *, about: bool
) -> tuple[float, float]:
    """Return the chance that all are met, and what it were if figures were independent.

    Parameters
    ----------
    verdicts
        With a forecast or an outcome.
    draws
        Of every open figure, each of shape (n,), coupled.
    about
        Whether tolerances count.
    """
    met: dict[Key, np.ndarray] = {}
    for item in verdicts:
        if item.draws is not None:
            key = key_of(item)
            now = item.target.met_by(draws[key], about=about)
            met[key] = met.get(key, np.ones_like(now)) & now
        elif not (item.probability_about if about else item.probability):
            return 0.0, 0.0
    if not met:
        return 1.0, 1.0
    together = chance(np.all(list(met.values()), axis=0))
    return together, float(np.prod([chance(item) for item in met.values()]))


def past_errors(verdict: Verdict) -> dict[int, float]:
    """Return by year how far the rule of thumb was from the year's figure.

    Every past year is looked at from the same period as the target's: growth
    and stocks stay where they are (before any figure, at last year's), counts
    go on at their usual progress.
    """
    series, indicator = verdict.series, verdict.indicator
    year = verdict.target.year
    known = 0
    if verdict.actual_period is not None:
        known = year_periods(indicator, year).index(verdict.actual_period) + 1
    rows = {
        past: series.values(year_periods(indicator, past)) for past in series.years if past < year
    }
    if indicator.piles_up and not verdict.target.is_growth:
        found = _progress_errors(rows, known)
    elif known:
        found = {past: values[-1] - values[known - 1] for past, values in rows.items()}
    else:
        found = {
            past: values[-1] - rows[past - 1][-1]
            for past, values in rows.items()
            if past - 1 in rows
        }
    return {past: float(error) for past, error in found.items() if np.isfinite(error)}


def _progress_errors(rows: Mapping[int, FloatArray], known: int) -> dict[int, float]:
    finals = {past: values[-1] for past, values in rows.items() if np.isfinite(values[-1])}
    done = {past: rows[past][known - 1] if known else 0.0 for past in finals}
    done = {past: value for past, value in done.items() if np.isfinite(value)}
    total = sum(finals[past] for past in done)
    share = sum(done.values()) / total if total > 0 else 0.0
    usual = total / len(done) if done else np.nan
    return {
        past: finals[past] - (value / share if share > 0 else usual) for past, value in done.items()
    }


def dependence(
    errors: Sequence[Mapping[int, float]], outlier_years: Sequence[int] = ()
) -> Dependence:
    """Estimate how errors move together from the years that all of them share.

    Ranks become normal scores (van der Waerden).  Their correlations are
    shrunk towards zero by ``sum Var(r) / sum r^2``, at most 1 (Schaefer and
    Strimmer, 2005, eq. 10), with ``Var(r) = 1 / (n - 1)``, which is exact for
    ranks that have nothing to do with each other and more than that
    otherwise: a few years that show no more than chance give independence.

    Parameters
    ----------
    errors
        By year, one mapping for each target.

    Raises
    ------
    ForecastError
        If there are fewer than five common years.
    """
    from scipy.stats import norm, rankdata

    shared = set.intersection(*(set(item) for item in errors)) - set(outlier_years)
    years = tuple(sorted(shared))
    n = len(years)
    if n < MIN_COMMON_YEARS:
        raise ForecastError(
            f"各目标同期误差都可知的只有 {n} 年，至少要 {MIN_COMMON_YEARS} 年，估计不出它们之间的相关"
        )
    table = np.array([[item[year] for item in errors] for year in years])
    # Floating point must not break ties of published decimals.
    scores = norm.ppf(rankdata(table.round(9), axis=0) / (n + 1))
    scores -= scores.mean(axis=0)
    spread = scores.std(axis=0)
    # Errors that are all equal say nothing: uncorrelated with everything.
    standard = np.divide(scores, spread, out=np.zeros_like(scores), where=spread > 1e-12)
    seen = standard.T @ standard / n
    pairs = seen[np.triu_indices(len(errors), 1)]
    variance = pairs.size / (n - 1)
    total = float((pairs**2).sum())
    shrinkage = 1.0 if total <= variance else variance / total
    correlation = (1 - shrinkage) * seen
    np.fill_diagonal(correlation, 1.0)
    return Dependence(correlation, years, shrinkage)


def couple(draws: FloatArray, correlation: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Put each target's draws in an order that has this rank correlation.

    A Gaussian copula gives the order; the draws of each column are the same as
    before (the Schaake shuffle of Clark et al., 2004, with the copula in the
    place of past years).

    Parameters
    ----------
    draws
        Shape (n, k).
    correlation
        Shape (k, k), positive semi-definite.

    Returns
    -------
    ndarray
        Shape (n, k).
    """
    n, k = draws.shape
    if correlation.shape != (k, k):
        raise ForecastError(f"有 {k} 项目标而相关矩阵形状为 {correlation.shape}，不能相配")
    if np.linalg.eigvalsh(correlation).min() < -1e-9:
        raise ForecastError("相关矩阵不是半正定的，不能作联合模拟")
    latent = rng.standard_normal((n, k)) @ root_of(correlation)
    ranks = latent.argsort(axis=0).argsort(axis=0)
    return np.take_along_axis(np.sort(draws, axis=0), ranks, axis=0)


def coupled(open_ones: Sequence[Verdict], seen: Dependence | None) -> FloatArray:
    """Return the draws of several figures in a common order, the same for the same figures.

    Parameters
    ----------
    open_ones
        With a forecast.
    seen
        How their errors move together; ``None``: not at all.

    Returns
    -------
    ndarray
        Shape (n, k).
    """
    draws = np.column_stack([item.draws.values for item in open_ones if item.draws is not None])
    correlation = np.eye(len(open_ones)) if seen is None else seen.correlation
    key = "/".join("/".join(key_of(item)) for item in open_ones)
    return couple(draws, correlation, np.random.default_rng(zlib.crc32(f"joint/{key}".encode())))


def joint_json(joint: Joint) -> dict[str, Any]:
    """Return the joint fields of ``lianhu forecast --json``.

    ``joint_probability`` speaks of every target of the year or is ``None``;
    ``joint`` says what can be said of those that are covered.
    """
    left_out = "、".join(target.name_zh for target, _ in joint.left_out)
    reason, seen = joint.reason, joint.dependence
    if not reason and left_out:
        reason = f"{left_out}不作预测，全部目标的联合概率无从谈起；其余各项的见 joint"
    return {
        "joint_probability": joint.probability if joint.whole else None,
        "joint_reason": reason,
        "joint": {
            **{name: getattr(joint, name) for name in CHANCES},
            "targets": [
                "/".join(filter(None, (item.indicator, item.measure, item.set_by)))
                for item in joint.covered
            ],
            "left_out": [
                {"indicator": item.indicator, "title_zh": item.name_zh, "reason": why}
                for item, why in joint.left_out
            ],
            "years": [] if seen is None else list(seen.years),
            "shrinkage": None if seen is None else seen.shrinkage,
            "correlation": None if seen is None else seen.correlation.tolist(),
        },
    }
