import pytest

from benchmarks import scale_fit


def test_all_counties_on_paper():
    # 12 core-seconds a region and quarter: 2,850 x 4 x 12 s are 38 hours.
    assert scale_fit.on_paper(144.0, 12) == pytest.approx(38.0)


@pytest.mark.parametrize(
    ("together", "most", "status"), [(60.0, 2000.0, 0), (65.0, 2000.0, 1), (60.0, 4000.0, 1)]
)
def test_the_bars(monkeypatch, tmp_path, capsys, together, most, status):
    store = tmp_path / "examples" / "national" / "data" / "processed" / "observations"
    store.mkdir(parents=True)
    (store / "x.parquet").touch()
    (tmp_path / "examples" / "national" / "data" / "raw").mkdir()
    monkeypatch.setattr(scale_fit, "ROOT", tmp_path)
    monkeypatch.setattr(
        scale_fit, "measure", lambda spaces, jobs: (100.0 if jobs == 1 else together, 9.0, most)
    )
    assert scale_fit.main(["--quick"]) == status
    assert f"{100 / together:.2f} times one job" in capsys.readouterr().out
    assert scale_fit.main(["--quick", "--control"]) == 1
