"""Provinces as drawn, and the ratios by hand."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import provinces


def test_a_province_publishes_four_series_with_their_shocks():
    frame = provinces.draw_province(np.random.default_rng(1))
    assert set(frame["indicator"]) == set(provinces.SERIES)
    assert len(frame) == 4 * 12 * 4 * 2
    assert frame["published"].is_monotonic_increasing
    growth = frame[frame["measure"] == "yoy"].set_index(["indicator", "period"])["value"]
    for code in provinces.SERIES:
        assert growth[code, "2020Q1"] < 0 < growth[code, "2021Q1"]
    assert (growth == growth.round(1)).all()


def test_what_is_shared_moves_all_series():
    first = [
        frame[(frame["measure"] == "yoy") & (frame["period"] == "2020Q1")]["value"]
        for frame in (provinces.draw_province(np.random.default_rng(seed)) for seed in range(20))
    ]
    slumps = np.array(first)
    assert np.corrcoef(slumps.T)[0, 1:].min() > 0.5


def row(mean, year=2022, model="combination", province=0, outlier=False, position="Q1"):
    return {
        "province": province, "indicator": "gdp.total", "year": year, "position": position,
        "model": model, "benchmark": "persistence", "mean": mean, "outcome": 5.0, "q100": 4.0,
        "q900": 5.5, "again": False, "outlier": outlier,
    }  # fmt: skip


def test_ratios_by_hand():
    rows = [
        row(6.0), row(7.0, model="persistence"),
        row(4.0, 2023), row(5.0, 2023, "persistence"),
        row(5.5, province=1), row(5.5, province=1, model="persistence"),
        # Years set apart, and the first day of the year, do not count.
        row(9.0, 2021, outlier=True), row(5.0, 2021, "persistence", outlier=True),
        row(9.0, position="none"), row(5.0, model="persistence", position="none"),
    ]  # fmt: skip
    tables = provinces.summarise(pd.DataFrame(rows))
    # (1 + 1 + 0.25) over (4 + 0 + 0.25); of the first province alone 2 over 4.
    assert tables["cells"].loc["gdp.total", "Q1"] == pytest.approx(np.sqrt(2.25 / 4.25))
    assert tables["provinces"]["ratio"].tolist() == pytest.approx([np.sqrt(0.5), 1.0])
    assert tables["bands"]["verdicts"].tolist() == [3]
    assert provinces.verdict(tables).holds is False  # all in the bands: too wide
    tables["bands"]["in80"] = 0.8
    assert provinces.verdict(tables).holds


def test_the_mean_of_the_past_as_forecast_fails_the_bar(capsys):
    assert provinces.main(["--quick", "--control"]) == 1
    assert "FAILS" in capsys.readouterr().out
