"""When figures come out: the day assumed where no page states one."""

from __future__ import annotations

import datetime as dt

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period

__all__ = ["assumed_release"]


def assumed_release(indicator: Indicator, period: Period) -> dt.date:
    """Return the publication day by the catalogue's rule for this indicator.

    The rule counts ``release_lag_days`` from the last day of the period:
    17 for quarterly GDP is the 17th of the month that follows.  A day found
    in this way is an assumption and is stored as ``published_basis`` =
    ``assumed``.
    """
    return period.end + dt.timedelta(days=indicator.release_lag_days)
