"""Every indicator that is no target: how ``series.csv`` turns into monthly paths.

A row names a method and its numbers; nothing here knows an indicator by name.
Parts are shares of their wholes, rests are differences of printed figures, so
that whatever ought to add up does so to the last printed decimal.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data.simulation.process import (
    FIRST_YEAR,
    YEARS,
    Array,
    benchmark,
    chain,
    common_cycle,
    random_stream,
    round_half_up,
)
from data.simulation.seasons import SEASONS, festival_share

__all__ = ["SPECIFICATION", "Monthly", "Row", "draw", "growth_of", "read_rows"]

SPECIFICATION = Path(__file__).with_name("series.csv")
BASE = YEARS.index(2023)
SHAPE = (len(YEARS), 12)
MONTHS = np.arange(len(YEARS) * 12).reshape(SHAPE)

DAYS_IN_MONTH = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
GOOD_DAYS = np.array([0.45, 0.55, 0.7, 0.8, 0.85, 0.72, 0.68, 0.75, 0.9, 0.85, 0.66, 0.48])
SCOPE_SD = 0.4  # points by which growth in comparable scope leaves the ratio of levels
PERSISTENCE = 0.7
LOSS = {"ind.profit": {(2020, 1): -0.09, (2020, 2): -0.12}}


@dataclass(frozen=True)
class Row:
    """One line of ``series.csv``.

    Attributes
    ----------
    of
        The whole of a share, the parts of a sum or rest, or the bounds of a rate.
    value, growth
        Numbers whose meaning is the method's; several of them are one a year.
    yoy
        ``y`` or ``2`` (growth in %, with that many decimals), ``p`` (points), or none.
    first
        First year in which the indicator exists.
    """

    code: str
    method: str
    of: tuple[str, ...]
    value: tuple[float, ...]
    growth: tuple[float, ...]
    season: str
    cycle: float
    festival: float
    noise: float
    decimals: int
    yoy: str
    first: int


@dataclass(frozen=True)
class Monthly:
    """Monthly paths of one indicator, arrays of (years, 12) from ``FIRST_YEAR``.

    Attributes
    ----------
    flow
        Months before rounding; of a stock or rate its level.
    level
        As printed: year to date of a flow, else the level itself.
    nominal
        Months at current prices, where ``flow`` is at constant ones.
    yoy, yoy_single
        Growth of ``level`` and of the month alone, as printed; missing where undefined.
    """

    flow: Array
    level: Array | None
    yoy: Array | None = None
    yoy_single: Array | None = None
    nominal: Array | None = None

    @property
    def printed(self) -> Array:
        """The levels of an indicator that has some."""
        if self.level is None:
            raise ValueError("growth is all that is published here")
        return self.level


def read_rows(path: Path = SPECIFICATION) -> dict[str, Row]:
    """Read the specification, by indicator code in the order of drawing."""
    with path.open(encoding="utf-8", newline="") as file:
        return {line["code"]: _row(line) for line in csv.DictReader(file)}


def _row(line: Mapping[str, str]) -> Row:
    return Row(
        code=line["code"],
        method=line["method"],
        of=tuple(line["of"].split(";")) if line["of"] else (),
        value=_numbers(line["value"]),
        growth=_numbers(line["growth"]),
        season=line["season"] or "even",
        cycle=float(line["cycle"] or 0),
        festival=float(line["festival"] or 0),
        noise=float(line["noise"] or 0),
        decimals=int(line["decimals"]),
        yoy=line["yoy"],
        first=int(line["first"] or FIRST_YEAR),
    )


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split())


def growth_of(levels: Array, decimals: int) -> Array:
    """Return growth over the year before in %; missing without a positive base."""
    growth = np.full_like(levels, np.nan)
    before, now = levels[:-1], levels[1:]
    sound = (before > 0) & (now >= 0)
    growth[1:][sound] = 100 * (now[sound] / before[sound] - 1)
    return round_half_up(growth, decimals)


def draw(seed: int, known: Mapping[str, Monthly]) -> dict[str, Monthly]:
    """Draw every indicator of the specification beside those already known.

    Parameters
    ----------
    known
        Paths of the targets; the specification names them as wholes and bases.
    """
    paths = dict(known)
    world = World(seed, common_cycle(seed), paths)
    waiting = list(read_rows().values())
    while waiting:
        ready = [
            row for row in waiting if {code for code in row.of if _is_code(code)} <= set(paths)
        ]
        if not ready:
            raise ValueError(f"no order in which to draw {[row.code for row in waiting]}")
        paths |= {row.code: METHODS[row.method](row, world) for row in ready}
        waiting = [row for row in waiting if row.code not in paths]
    return paths


def _is_code(text: str) -> bool:
    return text[:1].isalpha()


@dataclass(frozen=True)
class World:
    """What all series share: the seed, the cycle, and the paths drawn so far."""

    seed: int
    cycle: Array
    paths: Mapping[str, Monthly]


def _season(row: Row) -> Array:
    parts = np.array(SEASONS[row.season])
    return np.asarray(parts / parts.sum() * 12)


def _shape(row: Row, world: World, trend_pct: float) -> Array:
    noise = random_stream(world.seed, row.code).normal(0, row.noise or 1e-9, SHAPE)
    trend = np.log1p(trend_pct / 100) / 12 * MONTHS
    return np.asarray(
        _season(row)
        * np.exp(row.cycle * world.cycle + row.festival * festival_share() + trend + noise)
    )


def _finish(row: Row, flow: Array, world: World) -> Monthly:
    """Cumulate and print a flow, with growth on its own scope."""
    level = round_half_up(flow.cumsum(axis=1), row.decimals)
    if not row.yoy:
        return Monthly(flow, level)
    decimals = 2 if row.yoy == "2" else 1
    # Parts have the scope of their whole, and constant prices know of none.
    own = row.method in ("flow", "sum") and len(row.growth) == 1 and row.decimals > 0
    scope = np.zeros(len(YEARS))
    if own and row.yoy == "y":
        scope = random_stream(world.seed, f"{row.code}/scope").normal(0, SCOPE_SD, len(YEARS))
    printed = row.decimals == 0
    base = level if printed else flow.cumsum(axis=1)
    months = np.diff(level, axis=1, prepend=0.0) if printed else flow
    return Monthly(
        flow,
        level,
        round_half_up(growth_of(base, 9) + scope[:, np.newaxis], decimals),
        round_half_up(growth_of(months, 9) + scope[:, np.newaxis], decimals),
    )


def _flow(row: Row, world: World) -> Monthly:
    if len(row.growth) > 1:
        growth = np.array(row.growth)
        flow = benchmark(_shape(row, world, growth.mean()), chain(row.value[0], growth))
    else:
        flow = _shape(row, world, row.growth[0])
        flow = flow * row.value[0] / flow[BASE].sum()
    for (year, month), value in LOSS.get(row.code, {}).items():
        flow[year - FIRST_YEAR, month - 1] = value
    return _finish(row, flow, world)


def _yearly(row: Row) -> Array:
    """Return one number a year: as listed, or drifting by a growth around 2023."""
    if len(row.value) == len(YEARS):
        return np.array(row.value)
    drift = 1 + (row.growth[0] if row.growth else 0.0) / 100
    return np.asarray(row.value[0] * drift ** (np.array(YEARS) - 2023.0))


def _share(row: Row, world: World) -> Monthly:
    of, whole = world.paths[row.of[0]], world.paths[row.of[0]].flow
    bent = whole if row.season == "even" else whole * (0.7 + 0.3 * _season(row))
    noise = np.exp(random_stream(world.seed, row.code).normal(0, row.noise or 1e-9, SHAPE))
    flow = benchmark(bent * noise, _yearly(row) * whole.sum(axis=1))
    path = _finish(row, flow, world)
    if of.nominal is None:
        return path
    nominal = flow / whole * of.nominal
    # The whole's printed level may stand on a later census base than its months.
    base = of.printed / of.nominal.cumsum(axis=1)
    level = round_half_up(nominal.cumsum(axis=1) * base, row.decimals)
    return replace(path, level=level, nominal=nominal)


def _rest(row: Row, world: World) -> Monthly:
    whole, *parts = (world.paths[code] for code in row.of)
    flow = whole.flow - sum((part.flow for part in parts), np.zeros(SHAPE))
    path = _finish(row, flow, world)
    # The difference of what is printed, so that the parts add up to the whole.
    level = whole.printed - sum((part.printed for part in parts), np.zeros(SHAPE))
    return replace(path, level=round_half_up(level, row.decimals))


def _sum(row: Row, world: World) -> Monthly:
    flow = sum((world.paths[code].flow for code in row.of), np.zeros(SHAPE))
    level = sum((world.paths[code].printed for code in row.of), np.zeros(SHAPE))
    if row.value[0]:
        others = _flow(row, world)
        flow, level = flow + others.flow, level + others.printed
    path = _finish(row, flow, world)
    return replace(path, level=round_half_up(level, row.decimals))


def _stock(row: Row, world: World) -> Monthly:
    trend = np.log1p(row.growth[0] / 100) / 12 * MONTHS
    swing = np.exp(row.cycle * world.cycle + _wander(row, world) + trend)
    return _levels(row, swing * row.value[0] / swing[BASE, 11])


def _share_stock(row: Row, world: World) -> Monthly:
    whole = world.paths[row.of[0]].flow
    drift = np.exp(np.log1p(row.growth[0] / 100) / 12 * (MONTHS - MONTHS[BASE, 11]))
    return _levels(row, whole * row.value[0] * drift * np.exp(_wander(row, world)))


def _levels(row: Row, values: Array) -> Monthly:
    level = round_half_up(values, row.decimals)
    if row.yoy == "p":
        change = np.full_like(level, np.nan)
        change[1:] = level[1:] - level[:-1]
        return Monthly(values, level, round_half_up(change, row.decimals))
    return Monthly(values, level, growth_of(level, 1) if row.yoy else None)


def _wander(row: Row, world: World) -> Array:
    steps = random_stream(world.seed, row.code).normal(0, row.noise or 1e-9, len(YEARS) * 12)
    path = np.zeros_like(steps)
    for month in range(1, len(steps)):
        path[month] = PERSISTENCE * path[month - 1] + steps[month]
    return np.asarray(path.reshape(SHAPE))


def _rate(row: Row, world: World) -> Monthly:
    low, high = (float(bound) for bound in row.of)
    drift = row.growth[0] / 12 * (MONTHS - MONTHS[BASE, 11])
    wander = _wander(row, world)
    values = row.value[0] + drift + wander - wander[BASE, 11]
    return _levels(row, np.clip(values, low, high))


def _index(row: Row, world: World) -> Monthly:
    return _levels(row, 100 + row.value[0] + 20 * row.cycle * world.cycle + _wander(row, world))


def _rise(row: Row, _: World) -> Monthly:
    ends = np.clip(row.value[0] + row.growth[0] * (np.array(YEARS) - 2023.0), 0, 100)
    reached = np.cumsum(_season(row)) / 12
    return _levels(row, ends[:, np.newaxis] * reached)


def _growth_only(row: Row, world: World) -> Monthly:
    flow = _shape(row, world, row.value[0])
    yoy = growth_of(flow.cumsum(axis=1), 1)
    return Monthly(flow, None, yoy, growth_of(flow, 1))


def _count(row: Row, world: World) -> Monthly:
    means = _yearly(row)[:, np.newaxis] * _season(row) / 12
    flow = random_stream(world.seed, row.code).poisson(means).astype(float)
    return _finish(row, flow, world)


def _days(row: Row, world: World) -> Monthly:
    better = np.linspace(-0.12, 0.08, len(YEARS))[:, np.newaxis]
    days = np.broadcast_to(DAYS_IN_MONTH, SHAPE)
    good = random_stream(world.seed, row.code).binomial(days, np.clip(GOOD_DAYS + better, 0, 1))
    return _finish(row, good.astype(float), world)


def _winter(row: Row, world: World) -> Monthly:
    """Mean of the year to date of what is worst in winter."""
    season = np.array(SEASONS["winter"]) / np.mean(SEASONS["winter"])
    noise = np.exp(random_stream(world.seed, row.code).normal(0, 0.08, SHAPE))
    months = _yearly(row)[:, np.newaxis] * season**0.8 * noise
    return _levels(row, months.cumsum(axis=1) / np.arange(1, 13))


def _month(row: Row, world: World) -> Monthly:
    flow = _shape(row, world, row.growth[0])
    return _levels(row, flow * row.value[0] / flow[BASE].mean())


def _annual(row: Row, world: World) -> Monthly:
    noise = random_stream(world.seed, row.code).normal(0, 0.006, len(YEARS))
    noise[BASE] = 0
    values = _yearly(row) * np.exp(noise)
    return _levels(row, np.repeat(values[:, np.newaxis], 12, axis=1))


def _annual_rate(row: Row, _: World) -> Monthly:
    return _levels(row, np.repeat(np.array(row.value)[:, np.newaxis], 12, axis=1))


def _ratio(row: Row, world: World) -> Monthly:
    """Of printed figures, so that whoever computes it finds the printed ratio."""
    over, under = row.of[0], row.of[1] if len(row.of) > 1 else ""
    level, factor = world.paths[over].printed, float(row.of[2])
    if under == "prj.key.plan":
        return _levels(row, level / world.paths[under].printed * factor)
    whole = world.paths[under].printed if under else 1.0
    if over == "inn.rd" or not under:
        return _levels(row, np.repeat((level / whole * factor)[:, 11:], 12, axis=1))
    return _levels(row, level / whole * factor)


METHODS: Mapping[str, Callable[[Row, World], Monthly]] = {
    "flow": _flow,
    "share": _share,
    "rest": _rest,
    "sum": _sum,
    "stock": _stock,
    "share_stock": _share_stock,
    "rate": _rate,
    "index": _index,
    "rise": _rise,
    "growth": _growth_only,
    "count": _count,
    "days": _days,
    "winter": _winter,
    "month": _month,
    "annual": _annual,
    "annual_rate": _annual_rate,
    "ratio": _ratio,
}
