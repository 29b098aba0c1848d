"""A small region whose figures come out on known days."""

import datetime as dt

import pandas as pd

from lianhu_analysis.analysis.attribution import Between
from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.forecast.verdict import Rules
from lianhu_analysis.workspace import Region
from tests.forecast.frames import catalogue, figures, indicator

REGION = Region("100000", "某区", "District")
RULES = Rules(("official",))
PROJECTS = indicator("prj.key.done", theme="effective_investment", growth_basis="nominal")
KNOWN = catalogue(indicator(), PROJECTS)
# Done by the end of each quarter, six years; growth to date of the same quarters.
DONE = ((10, 30, 55, 80), (12, 28, 60, 85), (9, 33, 58, 90), (14, 35, 66, 95), (11, 31, 61, 88))
GROWTH = ((6.1, 6.0, 6.2, 6.3), (5.8, 6.0, 5.9, 6.0), (6.4, 6.2, 6.1, 6.2), (5.5, 5.7, 5.8, 5.6),
          (6.0, 5.9, 6.1, 6.0), (5.2, 5.4, 5.5, 5.6))  # fmt: skip
DAYS = ("04-18", "07-18", "10-18", "01-18")
AMOUNT = Target(
    "prj.key.done", "level", 2024, 90.0, "at_least", 0.0, "亿元", "完成投资90亿元", "测试", None
)
PACE = Target("gdp.total", "yoy", 2024, 5.8, "at_least", 0.0, "%", "增长5.8%", "测试", 1)


def published(year: int, quarter: int) -> dt.date:
    """The 18th of the month after the quarter."""
    return dt.date.fromisoformat(f"{year + (quarter == 4)}-{DAYS[quarter - 1]}")


def done(*added: tuple) -> pd.DataFrame:
    """Amounts of 2019-2023 and what is added: (period, value, day)."""
    rows = [
        ("prj.key.done", "level", "ytd", f"{2019 + y}Q{q}", float(value), published(2019 + y, q))
        for y, year in enumerate(DONE)
        for q, value in enumerate(year, 1)
    ]
    rows += [("prj.key.done", "level", "ytd", *item) for item in added]
    return figures(*rows).assign(doubted=False)


def grown(*added: tuple) -> pd.DataFrame:
    """Growth of 2018-2023 and what is added: (measure, period, value, day)."""
    rows = [
        ("gdp.total", "yoy", "ytd", f"{2018 + y}Q{q}", value, published(2018 + y, q))
        for y, year in enumerate(GROWTH)
        for q, value in enumerate(year, 1)
    ]
    rows += [
        ("gdp.total", "level", "ytd", f"{2018 + y}Q{q}", 100.0 * q * 1.1**y, published(2018 + y, q))
        for y in range(6)
        for q in (1, 2, 3, 4)
    ]
    rows += [("gdp.total", measure, "ytd", *item) for measure, *item in added]
    return figures(*rows).assign(doubted=False)


def between(
    frame: pd.DataFrame, first: dt.date, last: dt.date, targets=(AMOUNT, PACE), old=None
) -> Between:
    """Two days of one frame; ``old`` where the earlier day saw other figures."""
    seen = [
        (frame if old is None or day == last else old).loc[
            lambda rows, day=day: rows["published"] <= pd.Timestamp(day)
        ]
        for day in (first, last)
    ]
    return Between((first, last), tuple(seen), (REGION.code,), KNOWN, targets, RULES)
