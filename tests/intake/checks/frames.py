"""Small literal worlds: years to date of a made-up month, quarter by quarter."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.intake.observations import Observation, frame_observations

REGION = "610104"
# 亿元 a month; a year to date is their running sum, a year later 6 % more.
MONTHS = (10.1, 9.3, 11.2, 11.4, 11.9, 12.3, 11.8, 12.1, 12.6, 12.9, 13.4, 14.8)
QUARTERS = (30.6, 35.6, 36.5, 41.1)


def row(code, period, value, *, measure="level", span="ytd", published=None, **other):
    """One observation; published 20 days after its period unless stated."""
    day = published or Period.parse(period).end + dt.timedelta(days=20)
    return {
        "region": REGION,
        "indicator": code,
        "measure": measure,
        "span": span,
        "period": period,
        "value": value,
        "unit": "%" if measure == "yoy" else "亿元",
        "published": pd.Timestamp(day),
        "published_basis": "stated",
        "source": f"data/raw/{day}.xlsx",
        "sheet": code,
        "cell": f"D{Period.parse(period).number + 3}",
        "token": str(value),
        "status": "ok",
        "provenance": "official",
    } | other


def monthly(code, years=range(2019, 2024), scale=1.0, *, single=False, january=True):
    """Years to date of a smooth monthly flow, and its single months if wanted."""
    rows = []
    for year in years:
        growth = 1.06 ** (year - 2019)
        total = 0.0
        for month, amount in enumerate(MONTHS, 1):
            step = round(
                scale * amount * growth * (1 + 0.002 * ((7 * year + 3 * month) % 5 - 2)), 2
            )
            total = round(total + step, 2)
            period = f"{year}-{month:02d}"
            if month > 1 or january:
                rows.append(row(code, period, total))
            if single and (month > 2 or january):
                rows.append(row(code, period, step, span="single"))
    return rows


def quarterly(code, years=range(2019, 2024), scale=1.0):
    rows = []
    for year in years:
        total = 0.0
        for quarter, amount in enumerate(QUARTERS, 1):
            wiggle = 1 + 0.002 * ((7 * year + 3 * quarter) % 5 - 2)
            total = round(total + scale * amount * 1.06 ** (year - 2019) * wiggle, 2)
            rows.append(row(code, f"{year}Q{quarter}", total))
    return rows


def growth(code, values, span="ytd"):
    """Growth rates by period."""
    return [row(code, period, value, measure="yoy", span=span) for period, value in values.items()]


def steady_growth(code, years=range(2019, 2024), span="ytd"):
    """Monthly growth near 5 %, February to December."""
    return growth(
        code,
        {
            f"{year}-{month:02d}": round(5 + 0.3 * ((5 * year + 2 * month) % 7 - 3) / 3, 1)
            for year in years
            for month in range(2, 13)
        },
        span,
    )


def frame(*rows_of):
    return frame_observations([Observation(**item) for rows in rows_of for item in rows])


def change(data, period, value, *, code=None, measure="level", span="ytd", **other):
    """Put another value at one figure; a callable is applied to what is there."""
    mask = (data["period"] == period) & (data["measure"] == measure) & (data["span"] == span)
    if code:
        mask &= data["indicator"] == code
    assert mask.sum() == 1
    changed = data.copy()
    old = data.loc[mask, "value"].iloc[0]
    changed.loc[mask, "value"] = value(old) if callable(value) else value
    for name, content in other.items():
        changed.loc[mask, name] = content
    return changed
