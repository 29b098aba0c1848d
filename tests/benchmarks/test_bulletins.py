"""The bulletins' runner sees what is right, missing and wrong."""

from __future__ import annotations

from benchmarks.bulletins import compare, main
from lianhu_analysis.catalog.indicators import read_catalogue
from tests.intake.bulletins import QUARTER

CATALOGUE = read_catalogue(None, {})


def rows(bulletin):
    """Return the rows that a perfect reader stores."""
    for item in bulletin.answers():
        indicator = CATALOGUE.get(item.indicator)
        growth = "百分点" if indicator.kind == "rate" else "%"
        unit = indicator.unit if item.measure == "level" else growth
        yield {**vars(item), "unit": unit}


def test_a_perfect_reading_is_all_right():
    answers = QUARTER.answers()
    score = compare(QUARTER, answers, list(rows(QUARTER)), CATALOGUE)
    assert (score.right, score.missing, score.wrong) == (len(answers), (), ())


def test_a_wrong_unit_and_a_stray_figure_are_wrong():
    first, *others = rows(QUARTER)
    stray = {**first, "cell": "D4", "period": "2022Q3", "value": 578.92}
    stored = [{**first, "unit": "万元"}, stray, *others]
    score = compare(QUARTER, QUARTER.answers(), stored, CATALOGUE)
    assert (len(score.missing), len(score.wrong)) == (1, 2)


def test_the_control_fails(capsys):
    assert main(["--quick", "--control"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAILS")
