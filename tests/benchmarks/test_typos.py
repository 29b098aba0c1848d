from benchmarks import typos


def test_larger_typos_are_noticed_more_often(capsys):
    assert typos.main(["--quick"]) == 0
    assert capsys.readouterr().out.strip().splitlines()[-1].startswith("holds: typos noticed in")


def test_without_checks_nothing_is_noticed(capsys):
    assert typos.main(["--quick", "--control"]) == 1
    assert "30%: 0%" in capsys.readouterr().out
