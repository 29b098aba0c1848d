"""The identity holds over real days, and an altered impact is caught."""

from benchmarks.news_identity import BAR, measure, publication_days
from lianhu_analysis.pipeline.session import Session


def test_the_news_of_real_days_add_up(national):
    days = publication_days(Session(national))
    assert days[0].year == 2011
    found = measure(national, days[-4:])
    assert (found.pairs, found.split) == (3, 3)
    assert found.moved
    assert found.gap <= BAR
    assert found.strange == []


def test_an_altered_impact_is_caught(national):
    found = measure(national, publication_days(Session(national))[-3:], control=True)
    assert found.gap > BAR
