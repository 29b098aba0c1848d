"""The answers to the twelve bulletins stand in their tables."""

from __future__ import annotations

import math

import openpyxl
import pytest

from lianhu_analysis.catalog.indicators import read_catalogue
from tests.intake.bulletins import BULLETINS, cells


def figure(text: object) -> float:
    return float(str(text).removesuffix("个百分点"))


@pytest.mark.parametrize("bulletin", BULLETINS, ids=lambda item: item.name)
def test_each_answer_is_the_figure_of_its_cell(bulletin):
    page = openpyxl.Workbook().active
    for row in cells(bulletin.text):
        page.append(row)
    catalogue = read_catalogue(None, {})
    seen = set()
    for item in (*bulletin.answers(), *bulletin.answers(allowed=True)):
        assert item.indicator in catalogue
        ratio = item.value / figure(page[item.cell].value)
        power = round(math.log10(ratio))
        assert math.isclose(ratio, 10**power, rel_tol=1e-9), item
        assert item.measure == "level" or power == 0
        key = (item.indicator, item.measure, item.span, item.period, item.region)
        assert key not in seen
        seen.add(key)


def test_the_tables_are_as_many_as_promised_and_of_their_own_names():
    assert len(BULLETINS) == len({item.name for item in BULLETINS}) == 12
