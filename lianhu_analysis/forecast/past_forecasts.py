"""What every candidate would have said at the same position of each earlier year.

Every past run sees what was published by its own day and nothing else; it is
scored by the year's figure as first published.  From these runs, and from
nothing else, come weights and calibration.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.history import Versions, position_day, year_periods
from lianhu_analysis.forecast.models import Candidate
from lianhu_analysis.forecast.models.draws import PAST, Draws, Effort

__all__ = [
    "LEVELS",
    "PastRuns",
    "Record",
    "Run",
    "Sources",
    "attempt",
    "record_of",
    "spread_of",
    "unit_rank",
]

# Levels of the quantiles that stand for a distribution: 0.0025, 0.0075 ... 0.9975.
LEVELS = (np.arange(200) + 0.5) / 200
SPREAD_BETWEEN = 0.16, 0.84


@dataclass(frozen=True, kw_only=True)
class Sources(ABC):
    """Published versions that can be looked at from any day.

    Attributes
    ----------
    versions
        The figures that are forecast.
    past_runs
        Where past runs are kept; ``None`` for nowhere.
    """

    versions: Versions
    past_runs: PastRuns | None = None

    @abstractmethod
    def panel_on(self, year: int, day: dt.date | None) -> Any:
        """Lay out what was known on a day about ``year`` and the years before it."""

    @abstractmethod
    def told(self, before: int) -> str:
        """Return everything that runs of the years before one may depend on, as text."""


class PastRuns(Protocol):
    """Past runs kept by what they were computed from: they never change."""

    def get(self, key: str) -> bytes | None:
        """Return what was kept under a key."""
        ...

    def put(self, key: str, content: bytes) -> None:
        """Keep something under a key."""
        ...


@dataclass(frozen=True)
class Run:
    """One past year, looked at from one day in it.

    Attributes
    ----------
    outcome, published
        The year's figure as first published, and on which day.
    quantiles
        By candidate, shape (200,) at ``LEVELS``; refused candidates are absent.
    n_obs
        By candidate, what it was estimated on: of a rule, comparable past years.
    """

    year: int
    day: dt.date
    outcome: float
    published: dt.date
    quantiles: dict[str, FloatArray]
    n_obs: dict[str, int] = field(default_factory=dict)

    @cached_property
    def centres(self) -> dict[str, float]:
        """Mean by candidate."""
        return {name: float(np.mean(item)) for name, item in self.quantiles.items()}

    @cached_property
    def spreads(self) -> dict[str, float]:
        """Spread by candidate: see ``spread_of``."""
        return {name: spread_of(item) for name, item in self.quantiles.items()}


@dataclass(frozen=True)
class Record:
    """Past runs at one position, oldest first.

    Attributes
    ----------
    outlier_years
        Years that neither weights nor calibration learn from.
    """

    runs: tuple[Run, ...]
    outlier_years: tuple[int, ...] = ()

    def known_on(self, day: dt.date) -> Record:
        """Return the runs whose outcome was published by a day."""
        known = tuple(run for run in self.runs if run.published <= day)
        return Record(known, self.outlier_years)

    @property
    def lessons(self) -> tuple[Run, ...]:
        """The runs to learn from."""
        return tuple(run for run in self.runs if run.year not in self.outlier_years)


def spread_of(values: FloatArray) -> float:
    """Return half the distance between two quantiles, a standard deviation of normal errors."""
    low, high = np.quantile(values, SPREAD_BETWEEN)
    return float(high - low) / 2


def unit_rank(quantiles: FloatArray, outcome: float) -> float:
    """Return where the outcome fell in its distribution, within (0, 1).

    The probability integral transform; the middle of it where the outcome has
    a probability of its own.
    """
    below = np.searchsorted(quantiles, outcome, side="left")
    up_to = np.searchsorted(quantiles, outcome, side="right")
    if below == up_to and 0 < below < quantiles.size:
        low, high = quantiles[below - 1], quantiles[below]
        below_level = LEVELS[below - 1] + (outcome - low) / (high - low) / quantiles.size
        return float(below_level)
    rank = 0.5 * (below + up_to) / quantiles.size
    return float(np.clip(rank, 0.5 / quantiles.size / 2, 1 - 0.5 / quantiles.size / 2))


def attempt(
    candidates: Sequence[Candidate], panel: Any, key: str, effort: Effort
) -> tuple[dict[str, Draws], dict[str, str]]:
    """Run the candidates on one panel; return their draws and the refusals.

    Parameters
    ----------
    key
        Names the random streams: adding a target or a candidate never moves another.
    """
    drawn, refused = {}, {}
    for candidate in candidates:
        stream = np.random.default_rng(zlib.crc32(f"{key}/{candidate.name}".encode()))
        try:
            drawn[candidate.name] = candidate.draw(panel, stream, effort)
        except ForecastError as error:
            refused[candidate.name] = str(error)
    return drawn, refused


def record_of(
    sources: Sources,
    candidates: Sequence[Candidate],
    year: int,
    n_known: int,
    *,
    outlier_years: tuple[int, ...] = (),
) -> Record:
    """Run every candidate at one position of each year before ``year``.

    Parameters
    ----------
    sources
        Holding only what was published by the day of the forecast.
    n_known
        Periods of the year that are published at that position.
    """
    kept, names = sources.past_runs, ",".join(item.name for item in candidates)
    key = ""
    if kept is not None:
        question = f"{names}|{year}|{n_known}|{sources.told(year)}"
        key = hashlib.sha256(question.encode()).hexdigest()
        found = kept.get(key)
        if found is not None:
            return Record(_runs_of(found), outlier_years)
    runs = []
    for past in sources.versions.first_on(None).years:
        if past >= year:
            break
        run = run_at(sources, candidates, past, n_known, year - past)
        if run is not None:
            runs.append(run)
    if kept is not None:
        kept.put(key, _content_of(runs))
    return Record(tuple(runs), outlier_years)


def _content_of(runs: Sequence[Run]) -> bytes:
    """Write runs down; every number comes back as it was."""

    def plain(item: Any) -> Any:
        return item.tolist() if isinstance(item, np.ndarray) else item.isoformat()

    return json.dumps(list(map(asdict, runs)), default=plain).encode()


def _runs_of(content: bytes) -> tuple[Run, ...]:
    return tuple(
        Run(
            row["year"],
            dt.date.fromisoformat(row["day"]),
            row["outcome"],
            dt.date.fromisoformat(row["published"]),
            {name: np.array(values) for name, values in row["quantiles"].items()},
            row["n_obs"],
        )
        for row in json.loads(content)
    )


def run_at(
    sources: Sources,
    candidates: Sequence[Candidate],
    year: int,
    n_known: int,
    back: int = 0,
) -> Run | None:
    """Run the candidates in one past year; ``None`` where it cannot be looked at so.

    Parameters
    ----------
    back
        Years before the target's; it names the random streams, so that data
        moved by whole years get the same answer.
    """
    versions = sources.versions
    periods = year_periods(versions.indicator, year)
    first = versions.first_on(None)
    outcome = first.points.get(periods[-1])
    day = position_day(first.points, periods, n_known)
    if outcome is None or day is None or outcome.published <= day:
        return None
    try:
        panel = sources.panel_on(year, day)
    except ForecastError:
        return None
    drawn, _ = attempt(candidates, panel, f"{versions.indicator.code}/{back}/{n_known}", PAST)
    quantiles = {
        name: np.quantile(draws.values, LEVELS, method="hazen") for name, draws in drawn.items()
    }
    n_obs = {name: draws.n_obs for name, draws in drawn.items()}
    return Run(year, day, outcome.value, outcome.published, quantiles, n_obs)
