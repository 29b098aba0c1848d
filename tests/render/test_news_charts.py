"""A waterfall leads from the old forecast to the new one."""

import datetime as dt

import pytest

from lianhu_analysis.analysis.news import news
from lianhu_analysis.errors import ReportError
from lianhu_analysis.render.drawing import news_charts
from lianhu_analysis.render.drawing.news_charts import news_chart
from tests.analysis.worlds import AMOUNT, PACE, REGION, between, done

MAY, AUGUST = dt.date(2024, 5, 28), dt.date(2024, 8, 28)
FRAME = done(("2024Q1", 13.0, dt.date(2024, 4, 18)), ("2024Q2", 40.0, dt.date(2024, 7, 18)))


def test_the_title_is_the_finding_and_the_steps_are_written():
    answer = news(between(FRAME, MAY, AUGUST, targets=(AMOUNT,)), 2024, (REGION,))
    drawn = news_chart(answer)
    row = answer.tables["targets"].iloc[0]
    assert answer.sentences[0].split("。")[0] in drawn.drawn
    for text in (f"{row['old']:.2f}", f"{row['releases']:+.2f}", f"{row['new']:.2f}"):
        assert text in drawn.drawn
    assert drawn.alt == answer.sentences[0]


def test_what_is_too_much_is_taken_together(monkeypatch):
    monkeypatch.setattr(news_charts, "MAX_BARS", 1)
    answer = news(between(FRAME, dt.date(2024, 4, 1), AUGUST, targets=(AMOUNT,)), 2024, (REGION,))
    steps = answer.tables["impacts"]["impact"]
    smallest = steps[steps.abs().idxmin()]
    assert f"{smallest:+.2f}" in news_chart(answer).drawn


def test_a_change_that_is_not_split_is_not_drawn():
    answer = news(between(FRAME, MAY, AUGUST, targets=(PACE,)), 2024, (REGION,))
    with pytest.raises(ReportError, match="无从分解"):
        news_chart(answer)
