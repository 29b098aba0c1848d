import pytest

from benchmarks import report_batch

PAGE = (
    '<main><p>增长<a href="#fig-1"><data class="n" value="5.3" data-ref="fig-1">5.3</data></a>，'
    '<data value="0.7" data-ref="fig-2">70%</data></p><img src="data:image/png;base64,AA" alt="图">'
    '<details class="origins"><data value="5.3" data-ref="fig-1">5.3</data></details></main>'
)


@pytest.fixture
def clock(monkeypatch, tmp_path):
    """Reports that take as long as said, their pages the same in both but where told."""
    pages = {"ours": PAGE, "plain": PAGE}

    def ours(spaces, jobs, *, control):
        for space in spaces:
            (space / "reports").mkdir(exist_ok=True)
            for quarter, day in zip(report_batch.QUARTERS, report_batch.DAYS, strict=True):
                (space / "reports" / f"1-{quarter}-{day}.html").write_text(pages["ours"])
        return (10.0, 8.0) if control else (2.0, 4.0)

    def plain(spaces):
        for space in spaces:
            for quarter in report_batch.QUARTERS:
                (space / f"{quarter}.html").write_text(pages["plain"])
        return 10.0, 8.0

    store = tmp_path / "examples" / "national" / "data" / "processed" / "observations"
    store.mkdir(parents=True)
    (store / "x.parquet").touch()
    (tmp_path / "examples" / "national" / "data" / "raw").mkdir()
    monkeypatch.setattr(report_batch, "ROOT", tmp_path)
    monkeypatch.setattr(report_batch, "ours", ours)
    monkeypatch.setattr(report_batch, "plain", plain)
    return pages


def test_numbers_are_those_that_readers_meet_not_the_table_of_origins():
    assert report_batch.numbers_of(PAGE) == [("fig-1", "5.3"), ("fig-2", "70%")]
    assert report_batch.pictures_of(PAGE) == 1


def test_the_ratio_is_told_and_the_control_fails(clock, capsys):
    assert report_batch.main(["--quick"]) == 0
    out = capsys.readouterr().out
    assert "4 reports 5.00 times as fast" in out and "0.50 of its processor time" in out
    assert report_batch.main(["--quick", "--control"]) == 1


@pytest.mark.parametrize(("old", "new"), [("70%", "71%"), ("<img", "<b"), ("fig-2", "fig-3")])
def test_another_number_or_a_chart_less_fails(clock, capsys, old, new):
    clock["plain"] = PAGE.replace(old, new)
    assert report_batch.main(["--quick"]) == 1
    out = capsys.readouterr().out
    assert "numbers or charts differ: region0 2023Q4" in out
    assert "4 with other numbers or charts" in out
