"""A small district with targets of every kind: one whole with two parts, one count, one outcome."""

import dataclasses
import datetime as dt
from functools import cache

import numpy as np

from lianhu_analysis.analysis.futures import Futures, forecast_alone, futures_of
from lianhu_analysis.forecast.assessment import assess_targets
from lianhu_analysis.forecast.knowledge import Knowledge
from lianhu_analysis.forecast.models.draws import Draws
from lianhu_analysis.forecast.verdict import judge
from lianhu_analysis.workspace import Region
from tests.forecast.frames import catalogue, figures, indicator
from tests.forecast.test_verdict import GDP, RULES, gdp_frame, target

SECOND, THIRD = indicator("gdp.secondary"), indicator("gdp.tertiary")
RETAIL = indicator("csm.retail.total", growth_basis="nominal")
OTHER = indicator("ene.elec", unit="万千瓦时", growth_basis="nominal")
LAND = indicator("lan.acq.projects", unit="个", level_price="na")
DONE = indicator("fis.revenue.gpb")
CATALOGUE = catalogue(GDP, SECOND, THIRD, RETAIL, OTHER, LAND, DONE)
YEARS = range(2014, 2024)
# Of last year's hundred of GDP.
SHARES = {"gdp.secondary": 0.4, "gdp.tertiary": 0.6}
AS_OF = dt.date(2024, 10, 31)


def _frame():
    frame = gdp_frame()
    rows = []
    noise = np.random.default_rng(7)
    growth = frame[frame["measure"] == "yoy"]
    for code in (*SHARES, "csm.retail.total", "ene.elec", "fis.revenue.gpb"):
        apart = noise.normal(0, 0.3, len(growth)).round(1)
        for row, more in zip(growth.itertuples(), apart, strict=True):
            # Electricity is known for four usual years: too few to say what it moves with.
            if code != "ene.elec" or row.period >= "2018":
                value = round(row.value + more, 1)
                rows.append((code, "yoy", "ytd", row.period, value, str(row.published.date())))
    for row in frame[frame["measure"] == "level"].itertuples():
        day = str(row.published.date())
        for code in (*SHARES, "csm.retail.total", "fis.revenue.gpb"):
            value = row.value * SHARES.get(code, 1.0)
            rows.append((code, "level", "ytd", row.period, value, day))
        quarter, total = int(row.period[-1]), 10 + int(row.period[:4]) % 3
        rows.append((LAND.code, "level", "ytd", row.period, float(total * quarter // 4), day))
    rows.append((LAND.code, "level", "ytd", "2024Q3", 7.0, "2024-10-17"))
    rows.append(("fis.revenue.gpb", "yoy", "ytd", "2024Q4", 5.6, "2024-10-18"))
    return figures(*[tuple(row) for row in rows]), frame


@cache
def world():
    """Return the assessment of 2024."""
    import pandas as pd

    more, gdp = _frame()
    frame = pd.concat([gdp, more], ignore_index=True)
    targets = [
        target(),
        target("csm.retail.total", value=5.5, title_zh="零售增长5.5%左右"),
        target(
            LAND.code, measure="level", value=11, rule="at_least", tolerance=0.0, unit="个",
            title_zh="11个项目", decimals=None,
        ),
        target("fis.revenue.gpb", title_zh="收入增长5%左右"),
    ]  # fmt: skip
    return assess_targets(
        frame, targets, region=Region("100000", "某区", "X"), year=2024, as_of=AS_OF,
        catalogue=CATALOGUE, rules=RULES,
    )  # fmt: skip


@cache
def beside(*codes):
    """Return the joint futures of its targets, and of the growth of other indicators."""
    found = world()
    alone = [forecast_alone(found, (code, "yoy"), RULES, Knowledge(found.frame)) for code in codes]
    return futures_of(found, alone, RULES, Knowledge(found.frame))


def pair(draws, covariance, weights=None):
    """Return futures of two figures made by hand, the targets being 5 % for both."""
    items = []
    for code, values in zip(("gdp.total", "csm.retail.total"), draws.T, strict=True):
        verdict = judge(gdp_frame(), target(), catalogue(GDP), RULES)
        drawn = Draws("hand", values, values[:, None], 1)
        aim = dataclasses.replace(verdict.target, indicator=code)
        items.append(dataclasses.replace(verdict, draws=drawn, target=aim))
    zero = np.zeros((2, 2))
    return Futures(
        world(),
        RULES,
        Knowledge(gdp_frame()),
        tuple(items),
        2,
        draws,
        covariance,
        zero if weights is None else weights,
        {},
    )
