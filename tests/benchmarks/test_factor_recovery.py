import numpy as np
import pytest

from benchmarks import factor_recovery
from benchmarks.factor_recovery import trace_r2


def test_factors_are_found_and_bands_are_honest(capsys):
    assert factor_recovery.main(["--quick"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("holds: 2 panels of 10+1: trace R2 0.")


def test_bands_that_are_too_narrow_are_noticed(capsys):
    assert factor_recovery.main(["--quick", "--panels", "1", "--control"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAILS: ")


def test_factors_count_up_to_rotation_only():
    factors = np.random.default_rng(1).standard_normal((50, 2))
    assert trace_r2(factors, factors @ [[1.0, 2.0], [0.5, -1.0]] + 3.0) == pytest.approx(1.0)
    assert trace_r2(factors, factors[:, :1]) < 0.7
