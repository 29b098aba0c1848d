"""One model of growth: a level, effects of the period and of Spring Festival, and what disturbs it.

Growth of a single period is

    g_t = mean + x_t + e_t - echo * e_(t-n) + effect of the period + effect of the festival,
    x_t = persistence * x_(t-1) + u_t - shift * u_(t-n),

the basic structural model (Harvey, 1989, ch. 4) with the moving holiday of Lin and Liu (2002).
What a disturbance does is one of three (Chen and Liu, 1993; here of growth on the year before):
``e`` with an echo passes, and what it took away in one year is missing from the base of the next
(an additive outlier of the economy); ``u`` with a shift stays, so that growth shows it for a year
of n periods and then compares like with like (a shift of its level, as in the local linear
trend); ``u`` without one changes growth itself.  What is published is growth to date,
``G_p = (W_(p-1) G_(p-1) + w_p g_p) / W_p``, rounded; the cumulator is a state (Harvey, 1989,
sec. 6.3).

The ratios of variances are not estimated but averaged over a small grid by their marginal
likelihood, with the scale integrated out: plug-in intervals of short series cover too little, and
there is no optimiser that could fail to converge.  Noise and steps have Student's t, as scale
mixtures of normals whose weights are found by iterating the smoother (Durbin and Koopman, 2012,
sec. 11.6; Lange, Little and Taylor, 1989): a bad quarter that fits no rule counts for little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from statsmodels.tsa.statespace.mlemodel import MLEModel, MLEResults

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.models.draws import (
    FULL,
    PLAUSIBLE_GROWTH,
    ROUNDING_ERROR,
    Draws,
    Effort,
    check_spread,
    root_of,
)
from lianhu_analysis.forecast.models.panel import GrowthPanel

__all__ = ["STAYS", "average", "likeliest"]

# Variance of the unknown mean over that of the noise: as good as flat.
DIFFUSE = 1e4
# Older years say little about today's movement.
MAX_YEARS = 12
# Degrees of freedom of noise and steps: few enough for a crisis, enough for a variance.
FREEDOM = 4.0
ITERATIONS = 3
NEGLIGIBLE = 0.02
# Variance of the noise of a figure that the checks find out of line, over the usual one's.
DOUBT = 9.0
# Persistence and variance (of a step of a random walk; else of the level) over the noise's.
LEVELS = (*product((1.0,), (0.1, 1.0, 10.0, 100.0)), *product((0.8,), (3.0, 30.0)))
SHIFTS = tuple(product((1.0,), (1.0, 10.0, 100.0)))
PERIOD_EFFECTS = (0.0, 1.0)
# Of a whole festival moved; less of it than this in every period does not matter.
FESTIVAL_EFFECT, MOVED = 4.0, 0.05


@dataclass(frozen=True)
class Family:
    """Models of the grid that agree on what disturbances do.

    Attributes
    ----------
    echo, shift
        Whether noise echoes, and whether steps shift the economy's level: see the module.
    heavy
        Whether steps, and whether noises, have heavy tails.
    levels
        Persistence and variance of the level over the noise's.
    """

    echo: float
    shift: float
    heavy: tuple[bool, bool]
    levels: tuple[tuple[float, ...], ...] = LEVELS

    @property
    def grid(self) -> list[FloatArray]:
        """The parameters of its models."""
        return [
            np.array([*level, effect, FESTIVAL_EFFECT, self.echo, self.shift])
            for level, effect in product(self.levels, PERIOD_EFFECTS)
        ]

    @property
    def middle(self) -> FloatArray:
        """The parameters at which weights of Student's t are found."""
        return np.array([1.0, 1.0, 1.0, FESTIVAL_EFFECT, self.echo, self.shift])


# A shock of the newest period may pass, and echo a year later, or stay: no data tell yet, so both
# answers count alike.  A shift of the level is either, since growth shows it for a year: how far the
# economy moves in shifts, its past tells, and within an answer models count by their evidence.
SHIFT = Family(0.0, 1.0, (True, True), SHIFTS)
PASSES, STAYS = (Family(1.0, 0.0, (False, True)), SHIFT), (Family(0.0, 0.0, (True, True)), SHIFT)


class YearToDateGrowth(MLEModel):
    """The state space of published growth to date.

    States: the mean, the level's deviation from it, growth to date, the newest ``n`` noises (steps,
    where these shift the level), the effects of the ``n`` periods, the effect of the festival.
    Parameters are ratios to the variance of the noise, which is concentrated out.

    Parameters
    ----------
    ytd_growth_pct
        Shape (years, n): published growth to date, missing where unknown; n is the number of
        periods of a year.
    shares
        Shape (years, n): each year's cumulative shares ``W_p``.
    festival
        Shape (years, n): by how much more of Spring Festival fell into the period than a year
        before; ``None`` for nothing.
    rounding
        Variance of the rounding of a published figure over the noise's.
    doubted
        Shape (years, n): periods whose noise is as large as an outlier's.
    """

    def __init__(
        self,
        ytd_growth_pct: FloatArray,
        shares: FloatArray,
        festival: FloatArray | None = None,
        rounding: float = 0.0,
        doubted: np.ndarray | None = None,
    ) -> None:
        years, n = shares.shape
        self.centre = float(np.nanmean(ytd_growth_pct))
        self.periods = n
        k = 4 + 2 * n
        super().__init__(ytd_growth_pct.ravel() - self.centre, k_states=k, k_posdef=2)
        weight = (np.diff(shares, prepend=0.0, axis=1) / shares).ravel()
        moved = np.zeros(years * n) if festival is None else festival.ravel()
        # What a state adds to growth of a single period; the level's and the noise's newest
        # values enter by their steps.
        self.loading = np.zeros((years * n, k))
        self.loading[:, 0] = 1.0
        self.loading[np.arange(years * n), 3 + n + np.arange(years * n) % n] = 1.0
        self.loading[:, -1] = moved
        self.weight = weight
        # Of the period after each, by which what enters then moves growth to date.
        self.weight_after = np.append(weight[1:], 0.0)
        self.tails = np.ones((2, years * n - 1))
        self.doubt = np.ones(years * n - 1)
        if doubted is not None:
            self.doubt[doubted.ravel()[1:]] = DOUBT
        self.n_obs = int(np.isfinite(self.endog).sum())
        self["design", 0, 2] = 1.0
        self["obs_cov", 0, 0] = rounding
        self["selection"], self["transition"] = self._selection(), self._transition()
        self["state_cov"] = np.zeros((2, 2, years * n))
        self.ssm.filter_concentrated = True
        self.initialize_known(np.zeros(k), np.eye(k))

    @property
    def param_names(self) -> list[str]:
        """Persistence of the level, ratios of variances, and what disturbances do."""
        return ["persistence", "ratio.level", "ratio.period", "ratio.festival", "echo", "shift"]

    @property
    def start_params(self) -> FloatArray:
        """A random walk of moderate steps."""
        return np.array([1.0, 0.3, 0.3, FESTIVAL_EFFECT, 0.0, 0.0])

    def _selection(self) -> FloatArray:
        """Where steps and noises enter at the next period, shape (k, 2, T)."""
        selection = np.zeros((self.k_states, 2, self.weight.size))
        selection[1, 0] = 1.0
        selection[2] = self.weight_after
        return selection

    def _transition(self) -> FloatArray:
        """What is the same for all parameters, shape (k, k, T)."""
        n, k, size = self.periods, self.k_states, self.weight.size
        transition = np.zeros((k, k, size))
        fixed = [0, *range(3 + n, k)]
        transition[fixed, fixed] = 1.0
        transition[range(4, 3 + n), range(3, 2 + n)] = 1.0
        transition[2] = (self.weight_after[:, None] * np.vstack([self.loading[1:], np.zeros(k)])).T
        transition[2, 2] = 1.0 - self.weight_after
        return transition

    def update(self, params: FloatArray, **kwargs: Any) -> None:
        """Put the parameters into the matrices."""
        persistence, level, effect, festival, echo, shift = super().update(params, **kwargs)
        n, k = self.periods, self.k_states
        # In place: assigning through the names checks and copies every matrix anew.
        selection, transition, state_cov = (
            self[name] for name in ("selection", "transition", "state_cov")
        )
        selection[3] = np.array([[shift], [1.0 - shift]])
        transition[1, 1] = persistence
        transition[1, 2 + n] = -shift
        transition[2, 1] = self.weight_after * persistence
        transition[2, 2 + n] = -self.weight_after * (echo + shift)
        state_cov[0, 0, :-1] = _step_variance(persistence, level) * self.tails[0]
        state_cov[1, 1, :-1] = self.tails[1] * self.doubt
        start = np.repeat([DIFFUSE, level, 0.0, 1.0, effect, festival], [1, 1, 1, n, n, 1])
        spread = np.eye(k)
        if shift:
            # The first level is the sum of a year's steps.
            start[1], start[3 : 3 + n] = 0.0, level
            spread[1, 3 : 3 + n] = 1.0
        spread[2] = self.loading[0] + spread[1]
        spread[2, 3] += 1.0 - shift
        covariance = (spread * start) @ spread.T
        # Disturbances of the first figure that are no states.
        covariance[2, 2] += echo**2 + shift
        self.ssm.initialization.stationary_cov = covariance

    def _run(self, params: FloatArray) -> tuple[Any, float]:
        """Filter; return statsmodels' filter and the noise's variance."""
        self.update(params)
        # The filter itself, without the results object around it: that costs five times as much.
        found = self.ssm._filter()
        return found, float(np.sum(found.scale)) / self.n_obs

    def lighten(self, params: FloatArray, heavy: tuple[bool, bool]) -> None:
        """Find the weights of Student's t: ``tails`` multiply the variance of each disturbance.

        Parameters
        ----------
        heavy
            Whether steps, and whether noises, have heavy tails.
        """
        self.tails = np.ones_like(self.tails)
        for _ in range(ITERATIONS):
            _, scale = self._run(params)
            found = self.ssm._smooth()
            usual = self["state_cov"][[0, 1], [0, 1], :-1] / self.tails
            usual[1] = 1.0
            size = np.asarray(found.smoothed_state_disturbance)[:, :-1] ** 2
            covariance = np.asarray(found.smoothed_state_disturbance_cov)
            size += covariance[[0, 1], [0, 1], :-1] * scale
            size /= np.maximum(usual * scale, ROUNDING_ERROR**2)
            weights = (FREEDOM + 1.0) / (FREEDOM + size)
            self.tails = np.where(np.array(heavy)[:, None], 1.0 / weights, 1.0)

    def results(self, params: FloatArray) -> MLEResults:
        """Return statsmodels' results at some parameters, smoothed: ``summary`` and the like.

        Without standard errors: the parameters are averaged, not estimated.
        """
        return self.smooth(np.asarray(params), cov_type="none")

    def newest(self, params: FloatArray, at: int) -> Newest:
        """Filter, and return the state at one period with the evidence of all figures."""
        found, scale = self._run(params)
        # The concentrated likelihood holds the determinants beside the scale.
        evidence = float(np.sum(found.loglikelihood)) - 0.5 * (self.n_obs - 1) * np.log(scale)
        return Newest(
            evidence,
            np.array(found.filtered_state[:, at]),
            np.array(found.filtered_state_cov[:, :, at]),
            scale,
            self.n_obs,
        )


@dataclass(frozen=True)
class Newest:
    """One model of the grid, filtered.

    Attributes
    ----------
    log_evidence
        The log marginal likelihood, up to a constant, with the scale
        integrated out under a flat prior on its logarithm, one degree of
        freedom spent on the mean (Gelman et al., 2013, sec. 3.2).
    state, covariance
        Of the newest state, the covariance over the noise's variance.
    scale
        The noise's variance.
    n_obs
        Published figures.
    """

    log_evidence: float
    state: FloatArray
    covariance: FloatArray
    scale: float
    n_obs: int


def average(panel: GrowthPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Average the models of the grid and draw the rest of the year.

    Months within a quarter share its growth: the year is cut at the quarters' ends and at the
    newest figure.

    Raises
    ------
    ForecastError
        If the points are too few, constant, or off by a unit.
    """
    cut = panel.cut_at(_columns(panel), MAX_YEARS)
    model = model_of(cut, effort.min_points)
    now = cut.shares.size - cut.shares.shape[1] + cut.n_known - 1
    filtered = {
        item: list(_filtered(model, item, now)) for item in dict.fromkeys((*PASSES, *STAYS))
    }
    paths = []
    for families in (PASSES, STAYS):
        found = [item for family in families for item in filtered[family]]
        evidence = np.array([item.log_evidence for item, *_ in found])
        weight = np.exp(evidence - evidence.max())
        weight = np.where(weight > NEGLIGIBLE * weight.sum(), weight, 0.0)
        counts = rng.multinomial(effort.n_draws // 2, weight / weight.sum())
        paths += [
            _simulated(model, item, now, params, family.heavy, count, rng)
            for (item, params, family), count in zip(found, counts, strict=True)
            if count
        ]
    drawn = rng.permutation(np.vstack(paths))
    path = _between(panel, cut, drawn)
    check_spread(path[:, -1])
    return Draws("growth_model", path[:, -1], path, model.n_obs, panel.reach)


def likeliest(panel: GrowthPanel) -> MLEResults:
    """Return the likeliest model of the grid for every published figure: statsmodels' results.

    Forecasts average the whole grid; this is what an economist looks into.

    Raises
    ------
    ForecastError
        As ``average``.
    """
    model = model_of(panel, FULL.min_points)
    found = [
        (item.log_evidence, params, model.tails)
        for family in dict.fromkeys((*PASSES, *STAYS))
        for item, params, _ in _filtered(model, family, -1)
    ]
    _, params, model.tails = max(found, key=lambda item: item[0])
    return model.results(params)


def _filtered(
    model: YearToDateGrowth, family: Family, at: int
) -> Iterator[tuple[Newest, FloatArray, Family]]:
    """Filter every model of a family: see ``YearToDateGrowth.newest``."""
    model.lighten(family.middle, family.heavy)
    for params in family.grid:
        yield model.newest(params, at), params, family


def model_of(panel: GrowthPanel, min_points: int = 0) -> YearToDateGrowth:
    """Check what is published and put it into the state space.

    Raises
    ------
    ForecastError
        If the points are too few, constant, or off by a unit.
    """
    parts = np.diff(panel.shares, prepend=0.0, axis=1)
    if (parts <= 0).any():
        raise ForecastError("有的时期比重为零，不能由累计增速倒推当期增速")
    growth = panel.ytd_growth_pct.copy()
    growth[panel.outlier] = np.nan
    growth[-1, panel.n_known :] = np.nan
    seen = growth[np.isfinite(growth)]
    if seen.size < max(min_points, 2):
        raise ForecastError(f"可用的历史只有 {seen.size} 期，至少要 {min_points} 期")
    single = np.diff(panel.shares * growth, prepend=0.0, axis=1) / parts
    known, of = single[np.isfinite(single)], "由累计增速推算的当期增速"
    if known.size < 2:
        # Growth published at quarter ends only has no single months: its size must do.
        known, of = seen, "历史增速"
    if np.ptp(seen) < ROUNDING_ERROR or np.ptp(known) < ROUNDING_ERROR:
        raise ForecastError("历史数值完全相同，不能估计波动")
    largest = float(known[np.abs(known).argmax()])
    if abs(largest) > 10 * PLAUSIBLE_GROWTH:
        raise ForecastError(f"{of}中有 {largest:.1f}%，疑为单位或口径错误，请先核对")
    # The noise's size, for the rounding only: it is integrated out elsewhere.
    noise = max(1.4826 * float(np.median(np.abs(np.diff(known)))) / np.sqrt(2.0), panel.half_unit)
    moved = panel.festival
    if moved is not None and np.abs(moved).max() < MOVED:
        moved = None
    rounding = panel.half_unit**2 / 3.0 / noise**2
    return YearToDateGrowth(growth, panel.shares, moved, rounding, panel.doubted)


def _step_variance(persistence: float, level: float) -> float:
    """Variance of a step: a walk's own, else what keeps the level's variance."""
    return level if persistence == 1.0 else level * (1.0 - persistence**2)


def _columns(panel: GrowthPanel) -> list[int]:
    """Where the year is cut: the quarters' ends, and the newest figure."""
    n = panel.shares.shape[1]
    months = 12 // n if panel.frequency != "M" else 1
    ends = {column for column in range(n) if (12 - (n - 1 - column) * months) % 3 == 0}
    return sorted(ends | ({panel.n_known - 1} if panel.n_known else set()))


def _simulated(
    model: YearToDateGrowth,
    newest: Newest,
    now: int,
    params: FloatArray,
    heavy: tuple[bool, bool],
    count: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Draw growth to date at the newest figure and after each remaining period.

    Returns
    -------
    Shape (count, 1 + remaining).
    """
    n = model.periods
    persistence, level, _, _, echo, shift = params
    step = _step_variance(persistence, level)
    degrees = newest.n_obs - 1
    scale = np.sqrt(newest.scale * newest.n_obs / rng.chisquare(degrees, size=count))
    normal = rng.normal(size=(count, model.k_states))
    state = newest.state + scale[:, None] * (normal @ root_of(newest.covariance))
    path = [state[:, 2]]
    fixed = np.where(np.arange(model.k_states) >= 3 + n, model.loading, 0.0)
    for ahead in range(now + 1, model.weight.size):
        tails = [
            np.sqrt(FREEDOM / rng.chisquare(FREEDOM, size=count)) if is_heavy else 1.0
            for is_heavy in heavy
        ]
        steps, noise = (
            tail * scale * rng.normal(scale=spread, size=count)
            for tail, spread in zip(tails, (np.sqrt(step), 1.0), strict=True)
        )
        echoed = state[:, 2 + n].copy()
        state[:, 1] = persistence * state[:, 1] + steps - shift * echoed
        state[:, 4 : 3 + n] = state[:, 3 : 2 + n].copy()
        state[:, 3] = steps if shift else noise
        single = state[:, 0] + state[:, 1] + noise - echo * echoed + state @ fixed[ahead]
        weight = model.weight[ahead]
        state[:, 2] = (1.0 - weight) * state[:, 2] + weight * single
        path.append(state[:, 2].copy())
    return np.column_stack(path) + model.centre


def _between(panel: GrowthPanel, cut: GrowthPanel, drawn: FloatArray) -> FloatArray:
    """Fill the months in between: within a cut, single periods grow alike."""
    shares, ends = panel.shares[-1], cut.shares[-1, max(cut.n_known - 1, 0) :]
    known = drawn if panel.n_known else drawn[:, 1:]
    done = known * ends
    after = shares[panel.n_known :]
    if not panel.n_known:
        ends, done = np.append(0.0, ends), np.column_stack([np.zeros(len(done)), done])
    at = np.clip(np.searchsorted(ends, after), 1, ends.size - 1)
    part = (after - ends[at - 1]) / (ends[at] - ends[at - 1])
    return np.asarray((done[:, at - 1] * (1.0 - part) + done[:, at] * part) / after)
