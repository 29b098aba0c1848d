"""Simulation-based calibration of the candidates that have a posterior.

Draw the parameters from the candidate's own prior, a history and a future from the parameters,
and let the candidate draw futures from the history alone: the rank of the true future among
them is uniform if, and only if, the candidate computes what it says (Talts, Betancourt, Simpson,
Vehtari and Gelman, 2018, theorem 1; the data-averaged posterior, applied to the predicted
figure).  What a candidate takes as known, or estimates and plugs in, shows as a departure.  The
growth model plugs in the weights of Student's t and is judged by the coverage of its economies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.models.panel import GrowthPanel, ProgressPanel
from lianhu_analysis.forecast.models.progress import progress
from lianhu_analysis.forecast.models.rules import persistence

__all__ = ["BAYESIAN", "rank_of", "rank_table", "uniformity"]

# Ranks 0..99 of one truth among 99 draws, in 20 classes of 5.
N_THINNED, N_CLASSES = 99, 20
USUAL = np.array([2.0, 3.0, 3.0, 4.0, 4.0, 5.0, 5.0, 6.0, 6.0, 7.0, 8.0, 9.0])
PACE_VARIANCE = 0.04
YEARS, NOISE = 8, 0.3
QUARTER_SHARES = np.array([0.22, 0.245, 0.255, 0.28])

# Returns a truth and the candidate's draws of it.
Trial = Callable[[np.random.Generator], tuple[float, FloatArray]]


def rank_of(truth: float, draws: FloatArray, rng: np.random.Generator) -> int:
    """Return the rank of the truth among ``N_THINNED`` of its draws; ties are broken by lot."""
    thinned = rng.choice(draws, size=N_THINNED, replace=False)
    below = int((thinned < truth).sum())
    equal = int((thinned == truth).sum())
    return below + int(rng.integers(equal + 1))


def uniformity(ranks: FloatArray) -> tuple[float, float]:
    """Return the chi-square statistic of uniform ranks, and its p-value."""
    from scipy.stats import chisquare

    width = (N_THINNED + 1) // N_CLASSES
    counts = np.bincount(np.asarray(ranks, dtype=int) // width, minlength=N_CLASSES)
    found = chisquare(counts)
    return float(found.statistic), float(found.pvalue)


def rank_table(trials: int, seed: int, bayesian: Mapping[str, Trial] | None = None) -> pd.DataFrame:
    """Test every Bayesian candidate.

    Returns
    -------
    DataFrame
        One row a candidate: ``candidate``, ``trials``, ``chi_square``, ``p_value``, and
        ``in_80``, the share of truths between the tenth and the ninetieth percentile.
    """
    rows = []
    for name, trial in (BAYESIAN if bayesian is None else bayesian).items():
        rng = np.random.default_rng([seed, *name.encode()])
        ranks = np.array([rank_of(*trial(rng), rng) for _ in range(trials)])
        statistic, p_value = uniformity(ranks)
        inside = np.mean((ranks >= 10) & (ranks < 90))
        rows.append((name, trials, statistic, p_value, f"{inside:.1%}"))
    return pd.DataFrame(rows, columns=["candidate", "trials", "chi_square", "p_value", "in_80"])


def _progress_trial(years: int, known: int) -> Trial:
    """Monthly counts: a gamma pace by year, Poisson counts around the usual ones."""

    def trial(rng: np.random.Generator) -> tuple[float, FloatArray]:
        pace = rng.gamma(1 / PACE_VARIANCE, PACE_VARIANCE, size=(years + 1, 1))
        counts = rng.poisson(pace * USUAL).astype(float)
        panel = ProgressPanel(counts[:-1], float(counts[-1, :known].sum()), known, True)
        return float(counts[-1].sum()), progress(panel, rng).values

    return trial


def _same_growth(rng: np.random.Generator) -> tuple[float, FloatArray]:
    """The year differs from its first half by a normal error of unknown size."""
    growth = np.full((YEARS, 4), np.nan)
    growth[:, 1] = rng.normal(6.0, 1.0, size=YEARS)
    growth[:, 3] = growth[:, 1] + rng.normal(0.0, NOISE, size=YEARS)
    truth = float(growth[-1, 3])
    growth[-1, 2:] = np.nan
    shares = np.tile(np.cumsum(QUARTER_SHARES), (YEARS, 1))
    panel = GrowthPanel("Q", growth, shares, 2, np.zeros(YEARS, dtype=bool), 2024)
    return truth, persistence(panel, rng).values


BAYESIAN: Mapping[str, Trial] = {
    "persistence": _same_growth,
    "progress, 4 years": _progress_trial(4, 6),
    "progress, 8 years": _progress_trial(8, 6),
    "progress, 40 years": _progress_trial(40, 6),
}
