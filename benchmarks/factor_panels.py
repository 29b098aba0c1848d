"""Synthetic mixed-frequency panels with known parameters, factors and futures.

They have what district statistics have: no January figures in most series, late starts, a
ragged edge of up to three months, stray holes, one series with a gap of years, and growth
that is published year to date.  Everything is drawn from the seed given.

All figures are in model units (growth rates need no further scaling here), so that the
parameters they are drawn from are comparable with estimated ones.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianhu_analysis.forecast.factor import FactorPanel, Form, Parameters

__all__ = [
    "Design",
    "Drawn",
    "draw_panel",
    "draw_parameters",
    "extend",
    "read_design",
    "windows",
    "write_design",
]

Array = NDArray[np.float64]
MARIANO_MURASAWA = (1.0, 2.0, 3.0, 2.0, 1.0)
BURN_IN = 60
QUARTER_ENDS = (3, 6, 9, 12)
LONGEST_WINDOW = 12  # December's year-to-date figure


@dataclass(frozen=True)
class Design:
    """What a panel looks like.

    Attributes
    ----------
    monthly, quarterly
        Numbers of series.
    n_factors, lags
        Factors and order of their VAR.
    months, horizon
        Months that the panel covers, and months after them whose complete figures are kept
        as the truth.
    growth
        Whether monthly series are partly year-to-date growth and quarterly ones growth of
        a quarter or of the year to date; otherwise months and Mariano-Murasawa quarters.
    idiosyncratic_ar1
        Whether idiosyncratic terms are AR(1) or white noise.
    first_month
        Calendar month of the first row.
    """

    monthly: int
    quarterly: int
    n_factors: int = 2
    lags: int = 1
    months: int = 180
    horizon: int = 0
    growth: bool = False
    idiosyncratic_ar1: bool = True
    first_month: int = 1

    @property
    def size(self) -> str:
        """The numbers of series, as they are printed."""
        return f"{self.monthly}+{self.quarterly}"


def write_design(design: Design) -> str:
    """Return a design as one word, for the command line of a contender."""
    return ",".join(str(int(value)) for value in dataclasses.astuple(design))


def read_design(word: str) -> Design:
    """Return the design that a word was written for."""
    pairs = zip(dataclasses.fields(Design), word.split(","), strict=True)
    values = [bool(int(text)) if field.type == "bool" else int(text) for field, text in pairs]
    return Design(*values)


@dataclass(frozen=True)
class Drawn:
    """A panel and what lies behind it.

    Attributes
    ----------
    panel
        What is known, ``months`` rows.
    parameters
        What it was drawn from.
    factors
        Shape (months + horizon, k).
    complete
        Every figure in its published form, known or not, shape (months + horizon, n); a
        quarterly form has one in each month, published or not.
    """

    panel: FactorPanel
    parameters: Parameters
    factors: Array
    complete: Array


def draw_panel(design: Design, seed: int) -> Drawn:
    """Draw parameters, factors and a panel."""
    rng = np.random.default_rng(seed)
    parameters = draw_parameters(design, rng)
    total = design.months + design.horizon
    factors, latent = _draw_latent(parameters, total + LONGEST_WINDOW, rng)
    forms = _choose_forms(design)
    shares = _draw_shares(total, len(forms), rng)
    weights = windows(forms, shares, design.first_month)
    complete = sum(
        weights[:, :, lag] * latent[LONGEST_WINDOW - lag : LONGEST_WINDOW - lag + total]
        for lag in range(LONGEST_WINDOW)
    )
    known = _publish(np.array(complete[: design.months]), forms, design, rng)
    names = [f"m{number}" for number in range(design.monthly)]
    names += [f"q{number}" for number in range(design.quarterly)]
    panel = FactorPanel(
        values=known,
        forms=forms,
        first_month=design.first_month,
        shares=shares[: design.months],
        names=tuple(names),
    )
    return Drawn(panel, parameters, factors[LONGEST_WINDOW:], np.array(complete))


def draw_parameters(design: Design, rng: np.random.Generator) -> Parameters:
    """Draw parameters of a stationary model with factors that depend on each other."""
    n, k = design.monthly + design.quarterly, design.n_factors
    own = np.diag(np.linspace(0.75, 0.5, k))
    cross = rng.uniform(-0.08, 0.08, (k, k))
    matrices = [own + cross] + [0.15 / lag * np.eye(k) for lag in range(2, design.lags + 1)]
    root = np.eye(k) + 0.2 * np.tril(rng.standard_normal((k, k)), -1)
    ar = rng.uniform(-0.2, 0.7, n) if design.idiosyncratic_ar1 else np.zeros(n)
    return Parameters(
        loadings=0.6 * rng.standard_normal((n, k)),
        transition=np.hstack(matrices),
        factor_cov=root @ root.T,
        idiosyncratic_ar=ar,
        idiosyncratic_var=rng.uniform(0.6, 1.4, n),
    )


def _choose_forms(design: Design) -> tuple[Form, ...]:
    if not design.growth:
        return ("month",) * design.monthly + ("mariano_murasawa",) * design.quarterly
    cumulated = round(0.4 * design.monthly)
    quarters: tuple[Form, ...] = ("year_to_date", "quarter_growth")
    return (
        ("month",) * (design.monthly - cumulated)
        + ("year_to_date",) * cumulated
        + tuple(quarters[number % 2] for number in range(design.quarterly))
    )


def _draw_latent(
    parameters: Parameters, months: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    n, k = parameters.loadings.shape
    lags = parameters.transition.shape[1] // k
    root = np.linalg.cholesky(parameters.factor_cov)
    factors = np.zeros((months + BURN_IN, k))
    idiosyncratic = np.zeros((months + BURN_IN, n))
    scale = np.sqrt(parameters.idiosyncratic_var)
    for month in range(lags, months + BURN_IN):
        past = factors[month - lags : month][::-1].ravel()
        factors[month] = parameters.transition @ past + root @ rng.standard_normal(k)
        idiosyncratic[month] = parameters.idiosyncratic_ar * idiosyncratic[month - 1]
        idiosyncratic[month] += scale * rng.standard_normal(n)
    latent = factors @ parameters.loadings.T + idiosyncratic
    return factors[BURN_IN:], latent[BURN_IN:]


def _draw_shares(months: int, n: int, rng: np.random.Generator) -> Array:
    """Draw the size of each month: a season for each series, and some noise."""
    season = rng.uniform(0.5, 1.5, (12, n))
    noise = np.exp(0.05 * rng.standard_normal((months, n)))
    return np.asarray(season[np.arange(months) % 12] * noise)


def windows(forms: tuple[Form, ...], shares: Array, first_month: int) -> Array:
    """Return the weights of months ``t, t - 1, ...`` in the figure of month ``t``.

    Year-to-date growth is the mean of the months since January, weighted with their
    shares: the cumulator's recursion written out.  Months before the panel have the shares
    of the same months of its first year.

    Returns
    -------
    Shape (T, n, 12).
    """
    months, n = shares.shape
    earlier = [min(12 - back, months - 1) for back in range(LONGEST_WINDOW - 1, 0, -1)]
    known = np.vstack([shares[earlier], shares])
    weights = np.zeros((months, n, LONGEST_WINDOW))
    for month in range(months):
        calendar_month = (first_month - 1 + month) % 12 + 1
        for series, form in enumerate(forms):
            if form == "month":
                weights[month, series, 0] = 1.0
            elif form == "mariano_murasawa":
                weights[month, series, :5] = MARIANO_MURASAWA
            else:
                length = 3 if form == "quarter_growth" else calendar_month
                last = month + LONGEST_WINDOW - 1
                part = known[last - length + 1 : last + 1, series][::-1]
                weights[month, series, :length] = part / part.sum()
    return weights


def extend(panel: FactorPanel, before: int, after: int) -> FactorPanel:
    """Add months without figures; their shares are those of the same months of a known year."""
    months, n = panel.shares.shape
    rows = np.arange(-before, months + after)
    rows = np.where(rows < 0, rows + 12, rows)
    while (rows >= months).any():
        rows = np.where(rows >= months, rows - 12, rows)
    empty = [np.full((length, n), np.nan) for length in (before, after)]
    return FactorPanel(
        values=np.vstack([empty[0], panel.values, empty[1]]),
        forms=panel.forms,
        first_month=(panel.first_month - 1 - before) % 12 + 1,
        shares=panel.shares[rows],
        names=panel.names,
    )


def _publish(
    complete: Array, forms: tuple[Form, ...], design: Design, rng: np.random.Generator
) -> Array:
    """Remove what is not published."""
    known = complete.copy()
    months, n = known.shape
    calendar = (design.first_month - 1 + np.arange(months)) % 12 + 1
    quarterly = np.arange(n) >= design.monthly
    known[np.ix_(~np.isin(calendar, QUARTER_ENDS), quarterly)] = np.nan
    without_january = (rng.random(n) < 0.6) & ~quarterly
    without_january |= np.array([form == "year_to_date" for form in forms])
    known[np.ix_(calendar == 1, without_january)] = np.nan
    for series in range(n):
        edge = int(rng.integers(0, 4))
        known[months - edge :, series] = np.nan
        if rng.random() < 0.2:
            known[: int(rng.integers(months // 15, months // 3)), series] = np.nan
    known[rng.random(known.shape) < 0.005] = np.nan
    # One monthly series was discontinued for years, and taken up again.
    known[months // 3 : months // 3 + max(months // 6, 14), 0] = np.nan
    return known
