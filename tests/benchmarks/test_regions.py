"""Regions from a file are judged as drawn provinces are; a file that is none is refused."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import provinces, regions


@pytest.fixture(scope="module")
def table():
    drawn = provinces.draw_province(np.random.default_rng(3))
    own = drawn[drawn["indicator"] == "gdp.total"]
    wide = own.pivot(index="period", columns="measure", values="value").reset_index()
    return pd.DataFrame(
        {
            "region": "某省",
            "year": wide["period"].str[:4].astype(int),
            "quarter": wide["period"].str[-1].astype(int),
            "growth": wide["yoy"],
            "level": wide["level"],
        }
    )


def test_a_row_is_published_as_growth_and_level_unless_one_is_missing(table):
    gap = table.assign(level=table["level"].where(table["year"] > 2014))
    frame = regions.published(gap)
    assert frame["measure"].value_counts().to_dict() == {"yoy": 48, "level": 44}
    assert frame["published"].is_monotonic_increasing
    assert set(frame["published_basis"]) == {"assumed"}


def test_the_file_gives_the_tables_of_a_province_and_the_control_fails(table, tmp_path, capsys):
    file = tmp_path / "regions.csv"
    table.to_csv(file, index=False, encoding="utf-8-sig")
    assert regions.main([str(file), "--control"]) == 1
    said = capsys.readouterr().out
    assert "某省" in said and "FAILS" in said
    assert "2020" not in said.split()  # outlier years are not scored
    table.drop(columns="level").to_csv(file, index=False)
    with pytest.raises(SystemExit):
        regions.main([str(file)])
    assert "lacks level" in capsys.readouterr().err
