"""What was published of every indicator, and the revisions of it, by period and day."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data.simulation.process import (
    DEFAULT_SEED,
    FIRST_YEAR,
    Array,
    Economy,
    random_stream,
    simulate,
)
from data.simulation.releases import LAST_DAY, target_growth, target_levels
from data.simulation.series import Monthly, draw, growth_of, read_rows
from lianhu_analysis.catalog.indicators import Catalogue, Indicator, read_catalogue

__all__ = ["Figures", "figures"]

# Offices that mend what they reported: trade by customs, transport, services, accidents.
REVISED = (
    *("opn.trade", "opn.export", "tra.road.freight", "tra.road.passenger", "fin.premium"),
    *("svc.rdtech.rev", "svc.leasing.rev", "svc.software.rev", "tra.storage.rev", "svc.revenue"),
)
REVISION_RATE, REVISION_SD, REVISION_LAG_DAYS = 0.12, 0.004, 75
# The seventh census of population restated the years before it.
POPULATION_DAY, POPULATION_UNDERCOUNT = dt.date(2021, 6, 30), 0.062
POPULATION = ("pop.resident", "pop.density")


@dataclass(frozen=True)
class Figures:
    """Every printed figure of the simulated district.

    Attributes
    ----------
    monthly
        Paths by indicator, arrays of (years, 12) from ``FIRST_YEAR``.
    decimals
        With how many an amount is printed.
    first
        First year of each indicator.
    revisions
        By indicator, year and month: the day from which a level is restated,
        and the factor.
    """

    catalogue: Catalogue
    monthly: Mapping[str, Monthly]
    decimals: Mapping[str, int]
    first: Mapping[str, int]
    revisions: Mapping[tuple[str, int, int], tuple[dt.date, float]]

    def indicator(self, code: str) -> Indicator:
        """Return the catalogue's row."""
        return self.catalogue.get(code)

    def level(self, code: str, year: int, month: int, day: dt.date = LAST_DAY) -> float | None:
        """Return the level as printed on a day: year to date of a flow, else as it is."""
        if not self.is_due(code, year, month):
            return None
        path = self.monthly[code].level
        value = None if path is None else float(path[year - FIRST_YEAR, month - 1])
        if value is None or math.isnan(value):
            return None
        if code in POPULATION and year < 2020 and day < POPULATION_DAY:
            value *= 1 - POPULATION_UNDERCOUNT
        from_day, factor = self.revisions.get((code, year, month), (dt.date.max, 1.0))
        return round(value * (factor if day >= from_day else 1.0), self.decimals[code])

    def single(self, code: str, year: int, month: int) -> float | None:
        """Return the level of the month or quarter alone; none where two months come as one."""
        indicator = self.indicator(code)
        step = 3 if indicator.frequency == "Q" else 1
        if indicator.no_january and month == 2:
            return None
        now = self.level(code, year, month, dt.date.min)
        before = 0.0 if month == step else self.level(code, year, month - step, dt.date.min)
        if now is None or before is None:
            return None
        return round(now - before, self.decimals[code])

    def growth(self, code: str, year: int, month: int) -> float | None:
        """Return published growth in %, or the change of a rate in points."""
        return self._rate(code, self.monthly[code].yoy, year, month)

    def growth_single(self, code: str, year: int, month: int) -> float | None:
        """Return published growth of the month alone."""
        if self.indicator(code).no_january and month == 2:
            return None
        return self._rate(code, self.monthly[code].yoy_single, year, month)

    def has_growth(self, code: str) -> bool:
        """Whether growth is published at all."""
        return self.monthly[code].yoy is not None

    def _rate(self, code: str, path: Array | None, year: int, month: int) -> float | None:
        if path is None or not self.is_due(code, year, month):
            return None
        value = float(path[year - FIRST_YEAR, month - 1])
        return None if math.isnan(value) else value

    def is_due(self, code: str, year: int, month: int) -> bool:
        """Whether a period ends with this month for which the indicator is published."""
        indicator = self.indicator(code)
        due = {"M": True, "Q": month % 3 == 0, "A": month == 12}[indicator.frequency]
        return due and year >= self.first[code] and not (indicator.no_january and month == 1)


def figures(seed: int = DEFAULT_SEED) -> Figures:
    """Draw the economy and everything that is published of it."""
    economy = simulate(seed)
    monthly = draw(seed, _targets(economy))
    rows = read_rows()
    whole = ("个", "宗")
    catalogue = read_catalogue(None, {"core": 41, "monitor": 187})
    decimals = {code: 0 if catalogue.get(code).unit in whole else 2 for code in monthly}
    return Figures(
        catalogue,
        monthly,
        decimals | {code: row.decimals for code, row in rows.items()},
        dict.fromkeys(monthly, FIRST_YEAR) | {code: row.first for code, row in rows.items()},
        _revisions(seed),
    )


def _targets(economy: Economy) -> dict[str, Monthly]:
    levels, growth = target_levels(economy), target_growth(economy)
    nominal = {"gdp.secondary": economy.secondary, "gdp.tertiary": economy.tertiary}
    flows = {
        "gdp.secondary": economy.secondary_real,
        "gdp.tertiary": economy.tertiary_real,
        "csm.retail.total": economy.retail,
        "fis.revenue.gpb": economy.revenue,
        "ind.output_above": economy.output,
        "inv.fai.yoy": economy.investment,
    }
    return {
        code: Monthly(
            flows.get(code, np.zeros_like(economy.retail)),
            levels.get(code),
            np.round(growth[code], 1) if code in growth else None,
            growth_of(flows[code], 1) if code in flows else None,
            nominal.get(code),
        )
        for code in {*levels, *growth}
    }


def _revisions(seed: int) -> dict[tuple[str, int, int], tuple[dt.date, float]]:
    found = {}
    for code in REVISED:
        random = random_stream(seed, f"{code}/revisions")
        for year in range(2015, 2025):
            for month in range(2, 13):
                draw_now, factor = random.random(), float(np.exp(random.normal(0, REVISION_SD)))
                if draw_now < REVISION_RATE:
                    first = dt.date(year + month // 12, month % 12 + 1, 1)
                    day = first + dt.timedelta(days=REVISION_LAG_DAYS)
                    found[code, year, month] = (day, factor)
    return found
