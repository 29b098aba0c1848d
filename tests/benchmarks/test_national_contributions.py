from benchmarks import national_contributions


def test_industries_sum_to_growth_and_an_altered_one_fails(capsys):
    assert national_contributions.main(["--quick"]) == 0
    line = capsys.readouterr().out.strip().splitlines()[-1]
    assert line.startswith("holds: ") and "largest residual 0.1 points" in line
    assert national_contributions.main(["--quick", "--control"]) == 1
    assert capsys.readouterr().out.strip().splitlines()[-1].startswith("FAILS: ")
