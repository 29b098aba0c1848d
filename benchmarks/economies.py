"""Eight small economies whose truth is known, written as a district publishes its figures.

Growth of single quarters is ``mean + x + effect of the quarter + shock + noise`` with
``x = phi * x before + drift + step``.  Levels follow from it; what is published is growth to
date against last year, with one decimal, and nominal levels to date, each on its day, and
where the economy revises its data once more fifteen months later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.intake.observations import Observation, frame_observations

__all__ = [
    "ECONOMIES",
    "POSITIONS",
    "TARGET",
    "YEAR",
    "Case",
    "Economy",
    "catalogue",
    "draw_case",
    "levels_of",
    "one_indicator",
    "position_day",
    "released",
    "second_hand",
    "to_date_growth",
]

YEAR = 2024
POSITIONS = {"Q1": 1, "H1": 2, "Q1-3": 3}
RELEASE_LAG, REVISION_LAG = 27, 455
QUARTER_SHARES = np.array([0.22, 0.245, 0.255, 0.28])
DEFLATOR = 0.02
# The target lies up to two standard deviations from what the first day of the year could
# expect: its true probability then is between 2 % and 98 %, neither certain nor impossible.
TARGET_REACH = 2.0
N_FUTURES = 400
REGION, CODE = "100000", "gdp.total"


@dataclass(frozen=True)
class Economy:
    """One data-generating process of quarterly growth, in percent and percentage points.

    Attributes
    ----------
    matched
        Whether a candidate of the suite has this very form.
    season
        Standard deviation of the effects of the four quarters.
    freedom
        Degrees of freedom of the steps; ``None`` for normal ones.
    noise_freedom
        The same of the noise.
    shocks
        By (year, quarter), what comes on top once.
    shift
        What is added to the mean from 2020 on.
    revision
        Standard deviation of the first figure of a year around the final one.
    """

    name: str
    matched: bool
    mean: float = 6.0
    phi: float = 0.85
    drift: float = 0.0
    step: float = 0.7
    noise: float = 0.0
    noise_freedom: float | None = None
    season: float = 0.0
    freedom: float | None = None
    shocks: Mapping[tuple[int, int], float] = field(default_factory=dict)
    shift: float = 0.0
    revision: float = 0.0
    outlier_years: tuple[int, ...] = ()

    def steps(self, rng: np.random.Generator, size: tuple[int, ...]) -> FloatArray:
        """Draw steps with standard deviation ``step``."""
        return _drawn(rng, self.step, self.freedom, size)

    def path(
        self,
        rng: np.random.Generator,
        state: float,
        effects: FloatArray,
        quarters: list[tuple[int, int]],
        n_paths: int,
    ) -> tuple[FloatArray, FloatArray]:
        """Simulate on from a state.

        Returns
        -------
        Growth and states, each of shape (n_paths, len(quarters)).
        """
        steps = self.steps(rng, (n_paths, len(quarters)))
        states = np.empty_like(steps)
        now = np.full(n_paths, state)
        for column in range(len(quarters)):
            now = self.phi * now + self.drift + steps[:, column]
            states[:, column] = now
        fixed = np.array(
            [
                self.mean
                + effects[quarter - 1]
                + self.shocks.get((year, quarter), 0.0)
                + (self.shift if year >= 2020 else 0.0)
                for year, quarter in quarters
            ]
        )
        return states + fixed + _drawn(rng, self.noise, self.noise_freedom, states.shape), states


def _drawn(
    rng: np.random.Generator, scale: float, freedom: float | None, size: tuple[int, ...]
) -> FloatArray:
    """Draw from Student's t, or a normal, with this standard deviation."""
    if freedom is None:
        return rng.normal(scale=scale, size=size)
    return scale * np.sqrt((freedom - 2) / freedom) * rng.standard_t(freedom, size=size)


SLUMP = {(2020, 1): -12.0, (2020, 2): -5.0, (2020, 3): -2.0}
REBOUND = {(2021, quarter): -size for (_, quarter), size in SLUMP.items()}
ECONOMIES = (
    Economy("AR", matched=True),
    Economy("trend", matched=False, mean=9.0, phi=1.0, drift=-0.08, step=0.35, noise=0.5),
    Economy("seasonal", matched=True, mean=7.0, phi=1.0, step=0.4, noise=0.5, season=1.0),
    Economy(
        "2020 break", matched=False, shocks=SLUMP | REBOUND, shift=-1.5, outlier_years=(2020, 2021)
    ),
    Economy("fat tails", matched=False, freedom=3.0),
    Economy("revised data", matched=False, revision=0.3),
    # Quarters like the second of 2022: rare and large, in one economy they pass, in the other
    # they stay.
    Economy("shocks that pass", matched=False, step=0.2, noise=0.8, noise_freedom=2.5),
    Economy("breaks that stay", matched=False, phi=1.0, step=0.6, freedom=2.5, noise=0.2),
)


@dataclass(frozen=True)
class Case:
    """One replication.

    Attributes
    ----------
    versions
        Every published version before the year's outcome, oldest publication first.
    outcome
        The year's growth as first published.
    oracle
        By position, the probability that who knows the economy and its state would state.
    """

    versions: pd.DataFrame
    target: Target
    outcome: float
    oracle: Mapping[str, float]

    @property
    def met(self) -> bool:
        """Whether the target was met."""
        return bool(self.target.met_by(self.outcome))


def one_indicator() -> Indicator:
    """Return the one indicator that these economies publish."""
    return Indicator(
        code=CODE, tier="core", name_zh="地区生产总值", aliases=(), name_en="GDP", unit="亿元",
        frequency="Q", kind="flow", span="ytd", level_price="current", growth_basis="constant",
        no_january=False, lag_months=0, release_lag_days=RELEASE_LAG, department_zh="统计局",
        theme="macro", mechanism="economy", gdp_component="", weight_proxy="",
        city_allocated=False, sensitive=False, notes="",
    )  # fmt: skip


def catalogue() -> Catalogue:
    """Return the catalogue of that indicator."""
    return Catalogue((one_indicator(),), "simulated", proposal=False)


def position_day(position: str) -> dt.date:
    """Return the day on which the figure of a position comes out."""
    return released(YEAR, POSITIONS[position])


def draw_case(economy: Economy, n_quarters: int, rng: np.random.Generator) -> Case:
    """Draw one replication with ``n_quarters`` of history before the year of the target."""
    years = range(YEAR - n_quarters // 4, YEAR)
    quarters = [(year, quarter) for year in years for quarter in (1, 2, 3, 4)]
    effects = rng.normal(scale=economy.season, size=4)
    effects -= effects.mean()
    spread = economy.step / np.sqrt(1 - economy.phi**2) if economy.phi < 1 else 0.0
    past, states = economy.path(rng, rng.normal(scale=spread), effects, quarters, 1)
    own = [(YEAR, quarter) for quarter in (1, 2, 3, 4)]
    truth, own_states = economy.path(rng, states[0, -1], effects, own, 1)
    real = levels_of(np.concatenate([past[0], truth[0]]))
    error = rng.normal(scale=economy.revision, size=(len(years) + 1, 1))
    error = error + rng.normal(scale=economy.revision / 3, size=(len(years) + 1, 4))
    exact = to_date_growth(real)
    first = np.round(exact + error, 1)
    shared = float(error[-1].mean())
    target, oracle = _target(economy, rng, real, states[0, -1], own_states[0], effects, shared)
    versions = _publish(economy, rng, real, exact, error, n_quarters)
    return Case(versions, target, float(first[-1, -1]), oracle)


def levels_of(growth: FloatArray) -> FloatArray:
    """Real levels by year and quarter; the first row is the year before the first growth."""
    rows = [800.0 * QUARTER_SHARES]
    for row in growth.reshape(-1, 4):
        rows.append(rows[-1] * (1 + row / 100))
    return np.vstack(rows)


def to_date_growth(real: FloatArray) -> FloatArray:
    """Growth to date in percent, shape (years, 4)."""
    to_date = np.cumsum(real, axis=1)
    return 100 * (to_date[1:] / to_date[:-1] - 1)


def _target(
    economy: Economy,
    rng: np.random.Generator,
    real: FloatArray,
    before: float,
    states: FloatArray,
    effects: FloatArray,
    error: float,
) -> tuple[Target, dict[str, float]]:
    """Set a target, and say what the economy's own law gives it at each position.

    Parameters
    ----------
    error
        Of the year's first figures, which who knows the truth sees from the first of them on.
    """
    last, own = real[-2], real[-1]
    years = {}
    for position, known in {"start": 0, **POSITIONS}.items():
        state = before if known == 0 else float(states[known - 1])
        ahead = [(YEAR, quarter) for quarter in range(known + 1, 5)]
        growth, _ = economy.path(rng, state, effects, ahead, N_FUTURES)
        total = own[:known].sum() + (last[known:] * (1 + growth / 100)).sum(axis=1)
        first = 100 * (total / last.sum() - 1)
        if known:
            first = first + error + rng.normal(scale=economy.revision / 3, size=N_FUTURES)
        else:
            first = first + rng.normal(scale=economy.revision * np.sqrt(10) / 3, size=N_FUTURES)
        years[position] = first
    reach = rng.uniform(-TARGET_REACH, TARGET_REACH)
    value = round(float(years["start"].mean() + reach * years["start"].std()), 1)
    target = replace(TARGET, value=value)
    return target, {name: float(np.mean(target.met_by(years[name]))) for name in POSITIONS}


TARGET = Target(
    indicator=CODE, measure="yoy", year=YEAR, value=0.0, rule="at_least", tolerance=0.0, unit="%",
    title_zh="模拟目标", source="simulated", decimals=1,
)  # fmt: skip


def released(year: int, quarter: int, lag: int = RELEASE_LAG) -> dt.date:
    """Return the day on which a quarter's figures come out."""
    return Period(year, "Q", quarter).end + dt.timedelta(days=lag)


def second_hand(measure: str, year: int, quarter: int, value: float, source: str) -> Observation:
    """Return a real figure to date, on the day on which its quarter is taken to come out."""
    return Observation(
        region=REGION,
        indicator=CODE,
        measure=measure,
        span="ytd",
        period=f"{year}Q{quarter}",
        value=float(value),
        unit="%" if measure == "yoy" else "亿元",
        published=released(year, quarter),
        published_basis="assumed",
        source=source,
        status="ok",
        provenance="second_hand",
    )


@cache
def _skeleton(first_year: int, revised: bool) -> pd.DataFrame:
    """Everything of the published rows but their values, oldest publication first.

    Columns ``row`` and ``column`` say which cell of the (years, 4) tables is published, and
    ``final`` whether in its revised version.
    """
    rows = []
    for year in range(first_year, YEAR + 1):
        for quarter in (1, 2, 3, 4):
            for measure in ("level", "yoy"):
                for final in (False, True) if revised else (False,):
                    day = released(year, quarter, REVISION_LAG if final else RELEASE_LAG)
                    rows.append((year, quarter, measure, final, day))
    end = released(YEAR, 4)
    kept = [item for item in rows if item[-1] < end]
    frame = frame_observations(
        [
            Observation(
                region=REGION,
                indicator=CODE,
                measure=measure,
                span="ytd",
                period=f"{year}Q{quarter}",
                value=0.0,
                unit="%" if measure == "yoy" else "亿元",
                published=day,
                published_basis="stated",
                source="simulated",
                status="ok",
                provenance="simulated",
            )
            for year, quarter, measure, final, day in kept
        ]
    )
    frame = frame.assign(
        row=[item[0] - first_year for item in kept],
        column=[item[1] - 1 for item in kept],
        final=[item[3] for item in kept],
    )
    return frame.sort_values("published", kind="stable", ignore_index=True)


def _publish(
    economy: Economy,
    rng: np.random.Generator,
    real: FloatArray,
    exact: FloatArray,
    error: FloatArray,
    n_quarters: int,
) -> pd.DataFrame:
    """Write the figures down as they are published."""
    skeleton = _skeleton(YEAR - n_quarters // 4, bool(economy.revision))
    price = (1 + DEFLATOR) ** np.arange(len(real))[:, None]
    price = price * (1 + rng.normal(scale=0.003, size=real.shape))
    nominal = np.cumsum(real * price, axis=1)[1:]
    row, column = skeleton["row"].to_numpy(), skeleton["column"].to_numpy()
    missing = np.where(skeleton["final"].to_numpy(), 0.0, error[row, column])
    growth = np.round(exact[row, column] + missing, 1)
    level = np.round(nominal[row, column] * (1 + missing / 100), 2)
    value = np.where(skeleton["measure"].to_numpy() == "yoy", growth, level)
    return skeleton.drop(columns=["row", "column", "final"]).assign(value=value)
