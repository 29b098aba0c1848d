import numpy as np
import pytest

from benchmarks.posterior_ranks import rank_of, rank_table, uniformity


def conjugate(stretch):
    """Normal data with unit variance and a standard normal mean; its exact predictive."""

    def trial(rng):
        mean = rng.normal()
        data = rng.normal(mean, size=4)
        centre, variance = data.sum() / 5, 1 / 5 + 1
        return rng.normal(mean), centre + stretch * np.sqrt(variance) * rng.normal(size=400)

    return trial


def test_a_rank_is_the_number_of_draws_below():
    rng = np.random.default_rng(1)
    assert rank_of(10.0, np.zeros(99), rng) == 99
    assert rank_of(-10.0, np.zeros(99), rng) == 0
    ties = [rank_of(0.0, np.zeros(99), rng) for _ in range(400)]
    assert (min(ties) < 5, max(ties) > 94) == (True, True)


def test_equal_counts_are_uniform():
    statistic, p_value = uniformity(np.arange(100))
    assert (statistic, p_value) == (0.0, 1.0)


def test_an_exact_posterior_passes_and_half_its_spread_does_not():
    table = rank_table(1000, 1, {"exact": conjugate(1.0), "narrow": conjugate(0.5)})
    p_values = table.set_index("candidate")["p_value"]
    assert p_values["exact"] > 0.01
    assert p_values["narrow"] < 1e-6
    assert table["in_80"].str.rstrip("%").astype(float).to_list() == pytest.approx([80, 48], abs=5)
