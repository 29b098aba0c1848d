import pytest

from benchmarks import factor_exact


def test_the_engine_is_exact(capsys):
    assert factor_exact.main(["--quick"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("holds: largest difference from statsmodels in ")
    assert "densities of draws within chance in 4 of 4 panels" in last


def test_a_false_loading_is_noticed(capsys):
    assert factor_exact.main(["--quick", "--control"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAILS: ")


def test_the_full_run_covers_what_it_says():
    cells = list(factor_exact.designs(quick=False))
    assert len(set(cells)) == 3 * 3 * 2 * 2 * 2
    assert {cell.size for cell in cells} == {"40+1", "100+4", "220+8"}


@pytest.mark.parametrize("figures, bound", [(1, 3.29), (1000, 4.89)])
def test_chance_is_shared_among_the_figures(figures, bound):
    assert factor_exact._bound(figures) == pytest.approx(bound, abs=0.01)
