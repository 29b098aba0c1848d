"""The simulated economy: monthly paths with a common cycle, shocks and seasons.

Each path is a preliminary one (season x cycle x noise) benchmarked to annual
totals.  Annual totals follow the growth in ``ANNUAL_GROWTH``; those of years
for which the district published a figure meet that figure exactly.  Growth at
constant prices comes from paths of its own, so that it is never the ratio of
the published levels.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DEFAULT_SEED",
    "FIRST_YEAR",
    "YEARS",
    "Array",
    "Economy",
    "benchmark",
    "chain",
    "common_cycle",
    "random_stream",
    "round_half_up",
    "simulate",
]

Array = NDArray[np.float64]

DEFAULT_SEED = 20240117
FIRST_YEAR = 2014  # one year before the first delivery: growth needs its base
YEARS = tuple(range(FIRST_YEAR, 2025))

# Months in which everything stood still: the 2020 outbreak, Xi'an's lockdown
# of December 2021 and January 2022, and the wave of December 2022.
SHOCKS: Mapping[tuple[int, int], float] = {
    (2020, 1): -0.04,
    (2020, 2): -0.22,
    (2020, 3): -0.12,
    (2020, 4): -0.06,
    (2020, 5): -0.03,
    (2021, 12): -0.06,
    (2022, 1): -0.14,
    (2022, 2): -0.04,
    (2022, 12): -0.05,
}
# Of budget revenue alone: the tax refunds of spring 2022, and a base of
# taxpayers that is broader from 2023 on (without it, growth of 24.2 % would
# have to bleed into the years beside it).
REVENUE_SHOCKS: Mapping[tuple[int, int], float] = {
    (2022, 4): -0.30,
    (2022, 5): -0.28,
    (2022, 6): -0.22,
    (2022, 7): -0.15,
}
REVENUE_STEP_YEAR, REVENUE_STEP = 2023, 0.11
CYCLE_PERSISTENCE = 0.8
CYCLE_SD = 0.004

# Growth in %, 2015 to 2024.  What is known: Lianhu's bulletin of 2023 (the
# second decimals are free, the published ones are met), and for 2022 output
# of 252 and retail sales of 496.  The rest is invented, near what Xi'an and
# Shaanxi published.  The bulletin says that the tertiary share rose by 2.3
# points to 73.6; with +5.5 % real growth that forces the price change of the
# secondary sector in 2023, which is therefore far from an ordinary year.
ANNUAL_GROWTH: Mapping[str, tuple[float, ...]] = {
    "secondary_real": (6.8, 6.5, 7.0, 7.2, 5.6, 1.6, 3.2, 6.0, 5.53, 4.6),
    "tertiary_real": (9.0, 8.7, 8.2, 8.2, 6.9, 1.8, 5.2, 1.2, 5.33, 5.3),
    "secondary_price": (-1.6, 0.4, 3.8, 2.4, 0.9, -0.6, 5.2, 3.6, -8.43, -1.2),
    "tertiary_price": (2.3, 2.3, 2.7, 2.6, 2.1, 1.1, 1.7, 1.7, 2.92, 0.6),
    "industry_real": (7.1, 6.8, 7.6, 8.2, 6.1, 4.0, 6.5, 7.2, 8.0, 5.4),
    "output": (4.9, 6.6, 10.4, 9.6, 6.2, 2.9, 10.8, 9.3, 7.496, 4.2),
    "investment": (9.8, 8.4, 10.6, 8.8, 4.9, 6.5, -4.2, 5.4, 1.7, 5.2),
    "retail": (10.6, 9.4, 10.3, 9.1, 6.6, -4.6, 7.4, -3.3, 6.9, 4.9),
    "revenue": (8.9, 6.3, 7.2, 8.4, 3.1, -3.8, 9.6, -6.4, 23.27, 5.4),
}
# Annual totals of 2023 in 亿元 (constant-price paths: at prices of 2023).
LEVEL_2023: Mapping[str, float] = {
    "secondary": 223.79,
    "tertiary": 622.65,
    "industry_real": 100.0,
    "output": 271.04,
    "investment": 100.0,
    "retail": 530.22,
    "revenue": 41.79,
}
OUTCOME_SD_2024 = 0.6  # how far 2024 may end from the growth above, in points

# Growth as published over the ratio of levels, in points: the base year is
# revised, the scope of firms changes, refunds are taken out.
SCOPE_SD: Mapping[str, float] = {"output": 0.8, "investment": 0.0, "retail": 0.6, "revenue": 1.0}
SCOPE_2023: Mapping[str, float] = {"revenue": 0.93}  # 23.27 % in levels, 24.2 % in the same scope

CYCLE_LOADING: Mapping[str, float] = {
    "secondary_real": 0.8,
    "tertiary_real": 0.7,
    "industry_real": 0.9,
    "output": 1.0,
    "investment": 1.1,
    "retail": 1.3,
    "revenue": 0.9,
}
NOISE_SD: Mapping[str, float] = {
    "secondary_real": 0.006,
    "tertiary_real": 0.004,
    "industry_real": 0.010,
    "output": 0.012,
    "investment": 0.035,
    "retail": 0.010,
    "revenue": 0.040,
}
SEASON: Mapping[str, tuple[int, ...]] = {  # parts per thousand
    "secondary_real": (66, 62, 76, 81, 82, 84, 84, 84, 86, 90, 97, 108),
    "tertiary_real": (79, 77, 79, 81, 82, 83, 83, 83, 84, 87, 90, 92),
    "industry_real": (68, 60, 84, 83, 84, 89, 82, 82, 87, 86, 92, 103),
    "output": (68, 60, 84, 83, 84, 89, 82, 82, 87, 86, 92, 103),
    "investment": (22, 33, 75, 82, 92, 118, 90, 90, 108, 98, 94, 98),
    "retail": (90, 80, 80, 78, 83, 84, 80, 81, 84, 87, 83, 90),
    "revenue": (106, 68, 86, 85, 78, 102, 79, 64, 80, 76, 74, 102),
}
LAND_RUSH = np.array([1, 0.5, 2, 2, 3, 4, 3, 3, 5, 5, 8, 14])


@dataclass(frozen=True)
class Economy:
    """Monthly flows and stocks before rounding, arrays of (years, 12) from ``FIRST_YEAR``.

    Attributes
    ----------
    secondary, tertiary, secondary_real, tertiary_real
        Value added in 亿元, at current prices and at those of 2023.
    industry_real, investment
        Above-scale industry at constant prices, and fixed investment: indices
        whose total of 2023 is 100; only their growth is published.
    output, retail, revenue, key_projects
        In 亿元.
    scope
        Annual factors by which published growth departs from the level ratio.
    energy_reduction
        Annual fall of energy use per unit of GDP in %, positive.
    land_area, land_acquisitions, land_reserves, standard_land
        In 亩, 个, 个, 宗.
    projects_in_reserve
        Stock at the end of each quarter, (years, 4).
    """

    secondary: Array
    tertiary: Array
    secondary_real: Array
    tertiary_real: Array
    industry_real: Array
    investment: Array
    output: Array
    retail: Array
    revenue: Array
    key_projects: Array
    scope: Mapping[str, Array]
    energy_reduction: Array
    land_area: Array
    land_acquisitions: Array
    land_reserves: Array
    standard_land: Array
    projects_in_reserve: Array


def benchmark(preliminary: Array, totals: Array) -> Array:
    """Bend monthly paths to annual totals with the least change of shape.

    Proportional first differences of Denton (Journal of the American
    Statistical Association 66, 1971): minimises the squared changes of the
    ratio of result to preliminary path, subject to the totals.

    Parameters
    ----------
    preliminary
        Positive, (years, 12).
    totals
        One per year.
    """
    years, months = preliminary.shape
    size = years * months
    shape = preliminary.ravel()
    difference = np.diff(np.eye(size), axis=0)
    sums = np.kron(np.eye(years), np.ones(months)) * shape
    system = np.block([[difference.T @ difference, sums.T], [sums, np.zeros((years, years))]])
    ratio = np.linalg.solve(system, np.concatenate([np.zeros(size), totals]))[:size]
    return (shape * ratio).reshape(years, months)


def round_half_up(values: Array | float, decimals: int) -> Array:
    """Round as statistics are: the small term undoes binary 0.05 = 0.0499..."""
    scale = 10.0**decimals
    return np.asarray(np.floor(np.asarray(values) * scale + 0.5 + 1e-9) / scale)


def simulate(seed: int = DEFAULT_SEED) -> Economy:
    """Draw one economy; the same seed always draws the same one."""
    cycle = common_cycle(seed)
    growth = {name: _annual_growth(name, seed) for name in ANNUAL_GROWTH}
    path = {
        name: benchmark(_preliminary(name, cycle, seed), _totals(name, growth))
        for name in ("secondary_real", "tertiary_real", "industry_real", "investment")
    }
    for name in ("secondary", "tertiary"):
        price = growth[f"{name}_price"]
        nominal = chain(LEVEL_2023[name], growth[f"{name}_real"], price)
        path[name] = benchmark(path[f"{name}_real"], nominal)
    for name in ("output", "retail", "revenue"):
        path[name] = benchmark(_preliminary(name, cycle, seed), _totals(name, growth))
    return Economy(
        **path,
        key_projects=_key_projects(path["investment"], seed),
        scope={name: _scope(name, seed) for name in SCOPE_SD},
        **_energy_and_land(seed),
    )


def random_stream(seed: int, name: str) -> np.random.Generator:
    """Return the random numbers of one series."""
    # A stream per series: adding a series leaves the others as they were.
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def common_cycle(seed: int) -> Array:
    """Return the log deviations that all series share, shocks included."""
    random = random_stream(seed, "cycle")
    steps = random.normal(0, CYCLE_SD, len(YEARS) * 12)
    cycle = np.zeros_like(steps)
    for month in range(1, len(steps)):
        cycle[month] = CYCLE_PERSISTENCE * cycle[month - 1] + steps[month]
    cycle = cycle.reshape(len(YEARS), 12)
    for (year, month), shock in SHOCKS.items():
        cycle[year - FIRST_YEAR, month - 1] += shock
    return cycle


def _preliminary(name: str, cycle: Array, seed: int) -> Array:
    noise = random_stream(seed, name).normal(0, NOISE_SD[name], cycle.shape)
    # The usual trend belongs here: benchmarking alone flattens the last year.
    trend = np.log1p(np.array(ANNUAL_GROWTH[name]) / 100).mean() / 12
    shift = trend * np.arange(cycle.size).reshape(cycle.shape)
    if name == "revenue":
        shift[YEARS.index(REVENUE_STEP_YEAR) :] += REVENUE_STEP
        for (year, month), shock in REVENUE_SHOCKS.items():
            shift[year - FIRST_YEAR, month - 1] += shock
    return np.array(SEASON[name]) * np.exp(CYCLE_LOADING[name] * cycle + shift + noise)


def _annual_growth(name: str, seed: int) -> Array:
    growth = np.array(ANNUAL_GROWTH[name])
    growth[-1] += random_stream(seed, f"{name}/2024").normal(0, OUTCOME_SD_2024)
    return growth


def _totals(name: str, growth: Mapping[str, Array]) -> Array:
    level = LEVEL_2023[name.removesuffix("_real")] if name not in LEVEL_2023 else LEVEL_2023[name]
    return chain(level, growth[name])


def chain(level_2023: float, *growths_pct: Array) -> Array:
    """Return annual totals that grow by these rates and meet the total of 2023."""
    factors = np.concatenate([[1.0], np.prod([1 + g / 100 for g in growths_pct], axis=0)])
    index = np.cumprod(factors)
    return level_2023 * index / index[YEARS.index(2023)]


def _scope(name: str, seed: int) -> Array:
    points = random_stream(seed, f"{name}/scope").normal(0, SCOPE_SD[name], len(YEARS))
    if name in SCOPE_2023:
        points[YEARS.index(2023)] = SCOPE_2023[name]
    return points / 100


def _key_projects(investment: Array, seed: int) -> Array:
    # Progress reports follow the building season of all investment, with a
    # little more noise and a firmer push at the end of the year.
    random = random_stream(seed, "key_projects")
    years = len(YEARS)
    totals = np.clip(np.linspace(61, 79, years) + random.normal(0, 2.5, years), 60, 85)
    push = np.array([1.0] * 9 + [1.05, 1.12, 1.2])
    return benchmark(investment * push * np.exp(random.normal(0, 0.06, (years, 12))), totals)


def _energy_and_land(seed: int) -> dict[str, Array]:
    random = random_stream(seed, "energy")
    usual = np.array([3.2, 3.4, 3.2, 3.0, 3.1, 2.7, 1.3, 2.3, 1.9, 2.4, 2.3])
    energy = usual + random.normal(0, 0.15, len(YEARS))
    random = random_stream(seed, "land")
    reserve = np.array([_reserve_year(random) for _ in YEARS])
    return {
        "energy_reduction": energy,
        "land_area": np.array([_land_year(random) for _ in YEARS]),
        "land_acquisitions": np.array([_count_year(random, 3, 6) for _ in YEARS]),
        "land_reserves": np.array([_count_year(random, 20, 30) for _ in YEARS]),
        "standard_land": np.array([_count_year(random, 0, 4) for _ in YEARS]),
        "projects_in_reserve": reserve,
    }


def _land_year(random: np.random.Generator) -> Array:
    # Land comes parcel by parcel, and mostly before the year closes.
    total, parcels = random.uniform(900, 1300), random.integers(9, 17)
    sizes = total * random.dirichlet(np.full(parcels, 1.5))
    months = random.choice(12, size=parcels, p=LAND_RUSH / LAND_RUSH.sum())
    return np.bincount(months, weights=sizes, minlength=12).astype(float)


def _count_year(random: np.random.Generator, low: int, high: int) -> Array:
    count = random.integers(low, high + 1)
    months = random.choice(12, size=count, p=LAND_RUSH / LAND_RUSH.sum())
    return np.bincount(months, minlength=12).astype(float)


def _reserve_year(random: np.random.Generator) -> Array:
    # Projects planned in a year gather until December, then become projects.
    end = random.integers(12, 26)
    shares = np.sort(random.uniform([0.3, 0.5, 0.7], [0.5, 0.75, 0.95]))
    return np.concatenate([np.round(end * shares), [end]]).astype(float)
