import numpy as np

from benchmarks import factor_news
from benchmarks.factor_panels import Design


def test_news_are_those_of_statsmodels(capsys):
    assert factor_news.main(["--quick"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("holds: 26 releases x 12 targets ")


def test_a_false_loading_is_noticed(capsys):
    assert factor_news.main(["--quick", "--control"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAILS: ")


def test_vintages_differ_by_the_newest_figures_and_some_revisions():
    old, new, _ = factor_news.make_vintages(Design(10, 2, months=72), 1, revisions=3)
    released = np.isnan(old.values) & ~np.isnan(new.values)
    assert (released.sum(axis=0) == 1).all()
    assert (np.isnan(old.values) >= np.isnan(new.values)).all()
    both = ~np.isnan(old.values)
    assert (old.values[both] != new.values[both]).sum() == 3
