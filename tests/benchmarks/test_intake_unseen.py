"""What the tables promise, and the benchmark's negative control."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks import intake_unseen
from benchmarks.intake_judge import judge
from benchmarks.intake_mutants_documents import Document, Fact, Sheet, as_grids, write
from benchmarks.intake_unseen import answer_truth, answer_wrongly, make_table, run
from benchmarks.intake_unseen_tables import FAMILIES
from lianhu_analysis.catalog.indicators import read_catalogue

CATALOGUE = read_catalogue(None, {})
ROOT = Path(__file__).parents[2]
TABLES = [make_table(number, 7, CATALOGUE) for number in range(2 * len(FAMILIES))]


def test_the_truth_is_read_wholly_right():
    tally = run(len(FAMILIES), 7, CATALOGUE, answer_truth)
    assert set(tally.counts) == set(FAMILIES)
    assert tally.total("right") == sum(len(list(t.truth())) for t in TABLES[: len(FAMILIES)])
    assert tally.verdict().holds


def test_one_wrong_figure_of_each_file_is_found():
    tally = run(len(FAMILIES), 7, CATALOGUE, answer_wrongly)
    assert tally.total("wrong") == len(FAMILIES)
    assert not tally.verdict().holds


def test_the_control_fails(capsys):
    assert intake_unseen.main(["--count", "17", "--control"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAILS: 17 tables")


def test_no_figure_is_stated_twice_and_no_two_cells_mean_the_same():
    for table in TABLES:
        keys = [cell.fact.key for _, _, cell in table.truth()]
        assert keys
        assert len(keys) == len(set(keys))


def test_the_same_seed_gives_the_same_table():
    for number in range(len(FAMILIES)):
        one, other = make_table(number, 7, CATALOGUE), make_table(number, 7, CATALOGUE)
        assert write(one) == write(other) if one.is_csv else as_grids(one) == as_grids(other)


@pytest.mark.parametrize(
    ("stored", "true"),
    [
        (("single", "2024Q1"), ("ytd", "2024Q1")),
        (("annual", "2024"), ("ytd", "2024Q4")),
        (("annual", "2024"), ("ytd", "2024-12")),
    ],
)
def test_what_is_the_same_figure_under_another_span_is_right(stored, true):
    sheet = Sheet("9月")
    sheet.put(3, 3, 481.25, "figure", Fact("gdp.total", "level", *true, 481.25))
    document = Document("plain", "a.xlsx", [sheet])
    frame = answer_truth(document).frame.assign(span=stored[0], period=stored[1])
    outcome = judge(document, lambda document: intake_unseen.Answer(frame))
    assert (outcome.wrong, outcome.right, outcome.lost) == ((), 1, 0)


@pytest.mark.parametrize(
    ("cell", "value", "fault"),
    [
        ("E4", 3.0, ""),
        ("E4", 30.0, "the cell holds 3"),
        ("D4", 3.0, "the cell holds the figure"),
        ("F4", 3.0, "nothing stands in"),
    ],
)
def test_a_rank_stands_beside_the_figures(cell, value, fault):
    sheet = Sheet("9月")
    sheet.put(3, 3, 481.25, "figure", Fact("csm.retail.total", "level", "ytd", "2024-09", 481.25))
    sheet.put(3, 4, 3, "note")
    document = Document("plain", "a.xlsx", [sheet])
    frame = answer_truth(document).frame
    rank = frame.assign(indicator="fact.rank.csm.retail.total", value=value, cell=cell)
    both = pd.concat([frame, rank], ignore_index=True)
    wrong = judge(document, lambda document: intake_unseen.Answer(both)).wrong
    assert (not wrong) if not fault else fault in wrong[0]


def test_the_words_are_not_the_readers():
    for file in (ROOT / "benchmarks").glob("intake_unseen*.py"):
        text = file.read_text(encoding="utf-8")
        assert "intake.reading" not in text, f"{file.name} must not know the reader's words"


def test_every_family_is_documented():
    text = (ROOT / "docs" / "accuracy_mutants.md").read_text(encoding="utf-8")
    section = text.split("## Tables not seen")[1].split("## Speed")[0]
    assert not [name for name in FAMILIES if f"| `{name}` |" not in section]
