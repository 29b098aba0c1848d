"""Single quarters under a head of the year to date are told by what they add up to."""

from __future__ import annotations

import pytest

from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.figures import Delivery
from lianhu_analysis.intake.reading.tidy import read_grids
from lianhu_analysis.intake.reading.words import load_vocabulary
from lianhu_analysis.workspace import Region

LIANHU = Region("610104", "莲湖区")
HEAD = (
    "时间",
    "地区生产总值累计值(亿元)",
    "第二产业增加值累计值(亿元)",
    "第三产业增加值累计值(亿元)",
)
# To date 200, 420, 650; the sectors are 80+120, 85+135, 90+140 of the quarters themselves.
QUARTERS = [
    ("2023年第1季度", 200.0, 80.0, 120.0),
    ("2023年第2季度", 420.0, 85.0, 135.0),
    ("2023年第3季度", 650.0, 90.0, 140.0),
]
TO_DATE = [
    ("2024年第1季度", 210.0, 84.0, 126.0),
    ("2024年第2季度", 440.0, 176.0, 264.0),
]


@pytest.fixture
def read(catalogue):
    def rows(*body):
        grid = Grid("核算", (HEAD, *body))
        delivery = Delivery("a.xlsx", LIANHU, (LIANHU,))
        return read_grids((grid,), load_vocabulary(), catalogue, delivery)

    return rows


def spans(reading, code: str) -> dict[str, str]:
    frame = reading.frame[reading.frame["indicator"] == code]
    return dict(zip(frame["period"], frame["span"], strict=True))


def test_parts_that_add_up_over_the_quarters_are_single(read):
    reading = read(*QUARTERS)
    assert set(spans(reading, "gdp.total").values()) == {"ytd"}
    assert set(spans(reading, "gdp.secondary").values()) == {"single"}
    assert set(spans(reading, "gdp.tertiary").values()) == {"single"}
    assert "按合计核对却是单季数" in reading.problems[0].message
    assert reading.problems[0].kind == "skipped"


def test_parts_that_add_up_as_they_stand_are_to_date(read):
    reading = read(*TO_DATE)
    assert {*spans(reading, "gdp.secondary").values()} == {"ytd"}
    assert reading.problems == ()


def test_each_year_is_judged_by_itself(read):
    found = spans(read(*QUARTERS, *TO_DATE), "gdp.secondary")
    assert {s for p, s in found.items() if p.startswith("2023")} == {"single"}
    assert {s for p, s in found.items() if p.startswith("2024")} == {"ytd"}


def test_what_adds_up_neither_way_is_left_to_the_checks(read):
    odd = [(*row[:2], row[2] + 7, row[3]) for row in QUARTERS]
    assert {*spans(read(*odd), "gdp.secondary").values()} == {"ytd"}


def test_one_quarter_alone_says_nothing(read):
    assert {*spans(read(QUARTERS[0]), "gdp.secondary").values()} == {"ytd"}
