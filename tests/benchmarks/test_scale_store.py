import csv

import pytest

from benchmarks import scale_store


def test_every_region_is_delivered_with_as_many_series_and_months(tmp_path):
    scale_store.make_space(tmp_path, 3, 30, 24, seed=1)
    files = sorted(tmp_path.glob("data/raw/*/tidy.csv"))
    assert len(files) == 3
    rows = list(csv.DictReader(files[1].read_text(encoding="utf-8").splitlines()))
    assert {row["region"] for row in rows} == {"610201"}
    series = {(row["indicator"], row["measure"], row["span"]) for row in rows}
    assert len(series) == 30
    assert (tmp_path / "lianhu.toml").read_text(encoding="utf-8").count("[[peers]]") == 2


@pytest.mark.parametrize(
    ("name", "factor", "holds"),
    [("ingest", 1.2, True), ("ingest", 1.4, False), ("one series", 2.9, True),
     ("one series", 3.1, False), ("peak MB", 1.4, False)],
)  # fmt: skip
def test_the_bars(monkeypatch, capsys, name, factor, holds):
    def apart(regions, chosen):
        found = dict.fromkeys(("ingest", "day", "panel", "one series", "peak MB", "rows"), 10.0)
        return found | ({name: 10.0 * factor} if regions > 1 else {})

    monkeypatch.setattr(scale_store, "_apart", apart)
    assert scale_store.main(["--quick"]) == (0 if holds else 1)
    assert f"{name} {factor:.2f}" in capsys.readouterr().out


def test_the_command_runs_and_the_control_asks_for_all(capsys):
    scale_store.main(["--quick"])
    assert "up to 6 regions" in capsys.readouterr().out
