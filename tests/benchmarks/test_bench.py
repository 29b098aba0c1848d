from benchmarks.bench import Verdict, conclude, median_seconds, options, print_table


def test_the_last_line_is_the_figure_and_the_status_says_whether_it_holds(capsys):
    assert conclude(Verdict("0 of 10 wrong", holds=True)) == 0
    assert conclude(Verdict("3 of 10 wrong", holds=False)) == 1
    assert capsys.readouterr().out.splitlines() == ["holds: 0 of 10 wrong", "FAILS: 3 of 10 wrong"]


def test_options_are_those_of_every_benchmark():
    chosen = options("x", control="swaps").parse_args(["--quick", "--seed", "3"])
    assert (chosen.quick, chosen.seed, chosen.control) == (True, 3, False)


def test_the_median_is_of_every_run():
    calls = []
    assert median_seconds(lambda: calls.append(1), 3) >= 0
    assert len(calls) == 3


def test_tables_are_aligned(capsys):
    print_table(["a", "n"], [["xyz", 1], ["x", 22.5]])
    assert capsys.readouterr().out.splitlines() == ["a       n", "xyz     1", "x    22.5"]
