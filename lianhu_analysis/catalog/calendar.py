"""Days that matter to statistics: when figures come out, and when Spring Festival falls."""

from __future__ import annotations

import datetime as dt
from functools import cache

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period

__all__ = ["assumed_release", "festival_share", "spring_festival"]

# Days before and from New Year's Day on which work and trade differ from usual.
DAYS_BEFORE, DAYS_FROM = 7, 14
FESTIVAL_ZH = "春节"


def assumed_release(indicator: Indicator, period: Period) -> dt.date:
    """Return the publication day by the catalogue's rule for this indicator.

    The rule counts ``release_lag_days`` from the last day of the period:
    17 for quarterly GDP is the 17th of the month that follows.  A day found
    in this way is an assumption and is stored as ``published_basis`` =
    ``assumed``.
    """
    return period.end + dt.timedelta(days=indicator.release_lag_days)


@cache
def spring_festival(year: int) -> dt.date:
    """Return the first day of the lunar year that begins in a year."""
    # A tenth of a second of import is paid only where months are modelled.
    import holidays

    found = holidays.country_holidays("CN", years=year, language="zh_CN")
    return min(day for day, name in found.items() if name.startswith(FESTIVAL_ZH))


@cache
def festival_share(period: Period, *, no_january: bool) -> float:
    """Return the part of the festival's days that falls into a month.

    The festival is the three weeks from seven days before New Year's Day; the
    share is the moving-holiday regressor of Lin and Liu (2002), with one window.

    Parameters
    ----------
    no_january
        Whether February stands for both months.
    """
    first = spring_festival(period.year)
    start = dt.date(period.year, 1, 1) if no_january and period.number == 2 else period.start
    days = [first + dt.timedelta(days=offset) for offset in range(-DAYS_BEFORE, DAYS_FROM)]
    return sum(start <= day <= period.end for day in days) / len(days)
