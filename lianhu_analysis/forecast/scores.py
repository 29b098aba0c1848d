"""Scores of forecasts once the outcome is known: errors, CRPS, calibration, Brier, Diebold-Mariano.

Arrays in; per-observation scores come back as arrays, summaries as frames of
one row a summary with ``n_observations``.  Everything is negatively oriented
(smaller is better) but skill.  A missing outcome or forecast is refused:
which pairs are scored is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray

__all__ = [
    "brier_scores",
    "brier_skill",
    "calibration_error",
    "calibration_table",
    "crps_of_quantiles",
    "diebold_mariano",
    "log_scores",
    "point_scores",
]

# The least density, per unit of the outcome, that a log score is taken of: one
# surprise costs at most 9.2, so that it cannot outweigh a record of any length.
DENSITY_FLOOR = 1e-4
N_BINS = 10
N_BOOTSTRAP = 2_000
INTERVAL = 0.95
# Chunks of this many draws keep kernel estimates within some 100 MB.
CHUNK = 2_000_000


def point_scores(outcomes: ArrayLike, forecasts: ArrayLike) -> pd.DataFrame:
    """Return errors of point forecasts, in the unit of the outcome.

    Returns
    -------
    DataFrame
        One row: ``rmse``, ``mae``, ``bias`` (mean of forecast less outcome: a
        positive one is optimism), ``n_observations``.
    """
    actual, forecast = _pairs(outcomes, forecasts)
    errors = forecast - actual
    return _row(
        rmse=np.sqrt(np.mean(errors**2)),
        mae=np.mean(np.abs(errors)),
        bias=np.mean(errors),
        n_observations=errors.size,
    )


def crps_of_quantiles(outcomes: ArrayLike, quantiles: ArrayLike, levels: ArrayLike) -> FloatArray:
    """Return the CRPS of forecasts of which only quantiles were kept.

    Twice the mean pinball loss (Laio and Tamea, 2007, eq. 13), which is the
    midpoint rule for the CRPS if the levels are ``(i - 1/2) / k``.

    Parameters
    ----------
    outcomes
        Shape (n,).
    quantiles
        Shape (n, k), rising along each row.
    levels
        Shape (k,), between 0 and 1, rising.

    Returns
    -------
    ndarray
        Shape (n,).
    """
    actual, values = _ensembles(outcomes, quantiles)
    alpha = np.asarray(levels, dtype=float)
    if alpha.shape != values.shape[1:]:
        raise ForecastError(f"分位数有 {values.shape[1]} 列而水平有 {alpha.size} 个，不能相配")
    if alpha.min() <= 0 or alpha.max() >= 1 or (np.diff(alpha) <= 0).any():
        raise ForecastError("分位数的水平要在 0 与 1 之间、从低到高")
    if (np.diff(values, axis=1) < 0).any():
        raise ForecastError("分位数没有从低到高排列")
    below = actual[:, None] < values
    return 2 * np.mean((below - alpha) * (values - actual[:, None]), axis=1)


def log_scores(outcomes: ArrayLike, draws: ArrayLike, *, half_unit: float = 0.0) -> FloatArray:
    """Return minus the log of the density that the draws gave the outcome.

    The density is a Gaussian kernel estimate whose bandwidth is Silverman's
    (1986, eq. 3.31: 0.9 min(s, IQR / 1.34) m^(-1/5)), but not less than
    ``half_unit``: below the last published decimal a density means nothing.
    It is never taken below ``DENSITY_FLOOR`` per unit of the outcome.

    Parameters
    ----------
    outcomes
        Shape (n,).
    draws
        Shape (n, m).
    half_unit
        Half of the last published decimal of the outcome.

    Returns
    -------
    ndarray
        Shape (n,), in nats.

    Raises
    ------
    ForecastError
        If the draws of an outcome are all equal and ``half_unit`` is zero.
    """
    actual, simulated = _ensembles(outcomes, draws)
    m = simulated.shape[1]
    low, high = np.quantile(simulated, [0.25, 0.75], axis=1)
    deviation = simulated.std(axis=1)
    inner = (high - low) / 1.34
    # More than half of the draws can be equal while the others spread.
    scale = np.where(inner > 0, np.minimum(deviation, inner), deviation)
    width = np.maximum(0.9 * scale * m**-0.2, half_unit)
    if (width <= 0).any():
        raise ForecastError("模拟值完全相同又没有公布的小数位，密度无从谈起")
    density = np.empty(actual.size)
    step = max(1, CHUNK // m)
    for start in range(0, actual.size, step):
        rows = slice(start, start + step)
        z = (actual[rows, None] - simulated[rows]) / width[rows, None]
        density[rows] = np.exp(-0.5 * z**2).mean(axis=1) / (width[rows] * np.sqrt(2 * np.pi))
    return -np.log(np.maximum(density, DENSITY_FLOOR))


def brier_scores(probabilities: ArrayLike, happened: ArrayLike) -> FloatArray:
    """Return ``(p - o)^2`` (Brier, 1950, one of two equal terms), shape (n,)."""
    p, o = _events(probabilities, happened)
    return (p - o) ** 2


def brier_skill(
    probabilities: ArrayLike,
    happened: ArrayLike,
    rng: np.random.Generator,
    *,
    clusters: Sequence[object] | None = None,
) -> pd.DataFrame:
    """Return the Brier skill against climatology with its 95 % bootstrap interval.

    ``1 - mean Brier / mean Brier of climatology`` (Murphy, 1973), which is the
    frequency of these very events: no forecaster knew it in advance.  Whole
    clusters are drawn with replacement (percentile interval, Efron and
    Tibshirani, 1993, sec. 13.3), since the forecasts of one year share its
    luck.

    Parameters
    ----------
    clusters
        Shape (n,): the cluster of each event, such as its year; none lets
        every event stand alone.

    Returns
    -------
    DataFrame
        One row: ``brier``, ``brier_climatology``, ``skill``, ``low``,
        ``high``, ``n_observations``, ``n_events`` (that happened),
        ``n_clusters``.  Skill is missing where climatology makes no error;
        the interval also where there are fewer than two clusters.
    """
    p, o = _events(probabilities, happened)
    groups = pd.Series(range(p.size) if clusters is None else list(clusters))
    if groups.size != p.size:
        raise ForecastError(f"事件有 {p.size} 个而分组有 {groups.size} 个，不能相配")
    sums = (
        pd.DataFrame({"own": (p - o) ** 2, "n": 1.0, "events": o})
        .groupby(groups.to_numpy())
        .sum(min_count=1)
        .to_numpy()
    )
    own, other = _mean_scores(sums.sum(axis=0))
    counts = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=N_BOOTSTRAP)
    drawn_own, drawn_other = _mean_scores((counts @ sums).T)
    possible = drawn_other > 0
    low = high = np.nan
    if len(sums) > 1 and other > 0 and possible.any():
        skills = 1 - drawn_own[possible] / drawn_other[possible]
        low, high = np.quantile(skills, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    return _row(
        brier=own,
        brier_climatology=other,
        skill=1 - own / other if other > 0 else np.nan,
        low=low,
        high=high,
        n_observations=p.size,
        n_events=int(o.sum()),
        n_clusters=len(sums),
    )


def calibration_table(
    probabilities: ArrayLike, happened: ArrayLike, n_bins: int = N_BINS
) -> pd.DataFrame:
    """Return, class by class, what was promised and what came true.

    Returns
    -------
    DataFrame
        One row a class of equal width that has events: ``low``, ``high`` (the
        class is ``[low, high)``, the last one closed), ``probability`` (mean),
        ``frequency``, ``n_events`` (that happened), ``n_observations``.
    """
    p, o = _events(probabilities, happened)
    index = np.minimum((p * n_bins + 1e-9).astype(int), n_bins - 1)
    rows = [
        _row(
            low=number / n_bins,
            high=(number + 1) / n_bins,
            probability=p[index == number].mean(),
            frequency=o[index == number].mean(),
            n_events=int(o[index == number].sum()),
            n_observations=int((index == number).sum()),
        )
        for number in np.unique(index)
    ]
    return pd.concat(rows, ignore_index=True)


def calibration_error(
    probabilities: ArrayLike, happened: ArrayLike, n_bins: int = N_BINS
) -> pd.DataFrame:
    """Return the expected calibration error.

    The mean distance of frequency from mean probability over the classes of
    ``calibration_table``, weighed by their events (Naeini, Cooper and
    Hauskrecht, 2015, eq. 1).  Even a perfect forecaster shows some with few
    events: with n events in a class, about ``sqrt(p (1 - p) / n)`` there.

    Returns
    -------
    DataFrame
        One row: ``calibration_error``, ``n_bins`` (with events),
        ``n_observations``.
    """
    table = calibration_table(probabilities, happened, n_bins)
    total = int(table["n_observations"].sum())
    gaps = (table["frequency"] - table["probability"]).abs()
    return _row(
        calibration_error=float((gaps * table["n_observations"]).sum() / total),
        n_bins=len(table),
        n_observations=total,
    )


def diebold_mariano(losses: ArrayLike, other_losses: ArrayLike) -> pd.DataFrame:
    """Test whether two forecasts are equally accurate (Diebold and Mariano, 1995).

    The mean loss difference over its standard error for forecasts one step
    ahead, with the small-sample factor ``sqrt((n - 1) / n)`` and Student's t
    with n - 1 degrees of freedom (Harvey, Leybourne and Newbold, 1997, eq. 9).

    Parameters
    ----------
    losses, other_losses
        Shape (n,), in order of time, such as squared errors.

    Returns
    -------
    DataFrame
        One row: ``difference`` (mean of ``losses`` less ``other_losses``: a
        negative one favours the first), ``statistic``, ``p_value``
        (two-sided), ``n_observations``.  Statistic and p-value are missing
        where the estimated variance is not positive.
    """
    first, second = _pairs(losses, other_losses)
    difference = first - second
    n, mean = difference.size, float(difference.mean())
    statistic = p_value = np.nan
    centred = difference - mean
    variance = float(centred @ centred) / n
    # Equal differences leave rounding error, not information.
    least = 1e-24 * max(1.0, float(np.abs(difference).max())) ** 2
    if variance > least:
        from scipy.stats import t

        statistic = float(np.sqrt((n - 1) / n) * mean / np.sqrt(variance / n))
        p_value = float(2 * t.sf(abs(statistic), n - 1))
    return _row(difference=mean, statistic=statistic, p_value=p_value, n_observations=n)


def _mean_scores(sums: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean Brier of forecast and climatology from sums (own, n, events)."""
    own, n, events = sums
    rate = events / n
    return own / n, rate * (1 - rate)


def _row(**values: object) -> pd.DataFrame:
    return pd.DataFrame([values])


def _pairs(first: ArrayLike, second: ArrayLike) -> tuple[FloatArray, FloatArray]:
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if a.ndim != 1 or a.shape != b.shape or not a.size:
        raise ForecastError(f"要评分的两列数形状为 {a.shape} 与 {b.shape}，应是同长的非空两列")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ForecastError("要评分的数中有缺失或无穷。请先选出两边都有的各项")
    return a, b


def _ensembles(outcomes: ArrayLike, draws: ArrayLike) -> tuple[FloatArray, FloatArray]:
    a, x = np.asarray(outcomes, dtype=float), np.asarray(draws, dtype=float)
    if a.ndim != 1 or x.ndim != 2 or not x.size or len(a) != len(x):
        raise ForecastError(f"结果形状为 {a.shape}、模拟为 {x.shape}，应是 (n,) 与 (n, m)")
    if not (np.isfinite(a).all() and np.isfinite(x).all()):
        raise ForecastError("要评分的数中有缺失或无穷。请先选出两边都有的各项")
    return a, x


def _events(probabilities: ArrayLike, happened: ArrayLike) -> tuple[FloatArray, FloatArray]:
    p, o = _pairs(probabilities, np.asarray(happened, dtype=float))
    if p.min() < 0 or p.max() > 1:
        raise ForecastError("概率不在 0 与 1 之间")
    if not np.isin(o, (0.0, 1.0)).all():
        raise ForecastError("事件的结果只能是发生或没有发生")
    return p, o
