"""How a year's work falls on its months, and the festival that moves between two of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np

from data.simulation.process import FIRST_YEAR, YEARS, Array

__all__ = ["SEASONS", "SPRING_FESTIVALS", "festival_share"]

SEASONS: Mapping[str, tuple[float, ...]] = {  # parts, scaled to a year
    "even": (80, 78, 82, 82, 83, 84, 83, 83, 84, 85, 87, 89),
    "flat": (83, 80, 84, 83, 83, 84, 84, 84, 83, 84, 84, 84),
    "industry": (68, 60, 84, 83, 84, 89, 82, 82, 87, 86, 92, 103),
    "build": (22, 33, 75, 82, 92, 118, 90, 90, 108, 98, 94, 98),
    "trade": (90, 80, 80, 78, 83, 84, 80, 81, 84, 87, 83, 90),
    "festive": (118, 92, 78, 74, 76, 78, 74, 78, 90, 82, 78, 82),
    "q4": (74, 66, 78, 78, 80, 86, 80, 80, 86, 88, 96, 108),
    "front": (70, 86, 122, 100, 92, 92, 82, 78, 78, 72, 68, 60),
    "back": (20, 26, 62, 72, 78, 98, 84, 84, 104, 98, 118, 156),
    "yearend": (14, 12, 40, 46, 62, 96, 70, 68, 104, 98, 140, 250),
    "premium": (190, 92, 104, 74, 72, 84, 66, 64, 74, 58, 56, 66),
    "fiscal": (84, 66, 92, 76, 78, 104, 78, 74, 96, 72, 82, 98),
    "settle": (96, 40, 60, 132, 158, 96, 84, 52, 60, 88, 60, 74),
    "spring": (78, 84, 82, 96, 102, 80, 92, 94, 76, 116, 62, 58),
    "summer": (90, 78, 74, 68, 70, 84, 108, 110, 82, 70, 76, 92),
    "winter": (130, 120, 96, 70, 56, 44, 40, 42, 50, 74, 104, 126),
}
SPRING_FESTIVALS = (
    *(dt.date(2014, 1, 31), dt.date(2015, 2, 19), dt.date(2016, 2, 8), dt.date(2017, 1, 28)),
    *(dt.date(2018, 2, 16), dt.date(2019, 2, 5), dt.date(2020, 1, 25), dt.date(2021, 2, 12)),
    *(dt.date(2022, 2, 1), dt.date(2023, 1, 22), dt.date(2024, 2, 10)),
)


def festival_share() -> Array:
    """Share of the two weeks around Spring Festival that falls into each month."""
    share = np.zeros((len(YEARS), 12))
    for day in SPRING_FESTIVALS:
        for offset in range(-5, 10):
            inside = day + dt.timedelta(days=offset)
            share[inside.year - FIRST_YEAR, inside.month - 1] += 1 / 15
    return share
