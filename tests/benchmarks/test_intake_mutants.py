import datetime as dt
import random
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import intake_mutants
from benchmarks.intake_judge import judge
from benchmarks.intake_mutants import make_mutant
from benchmarks.intake_mutants_documents import Document, Fact, Sheet, address, as_grids, write
from benchmarks.intake_mutants_families import FAMILIES, draw_document
from benchmarks.intake_mutants_kinds import KINDS, Unfit
from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.workbook import read_workbook
from lianhu_analysis.intake.problems import Problem
from lianhu_analysis.intake.reading.figures import Reading

CATALOGUE = read_catalogue(None, {})
FACT = Fact("csm.retail.total", "level", "ytd", "2024-09", 481.25)
ROW = {
    "region": "610104",
    "indicator": "csm.retail.total",
    "measure": "level",
    "span": "ytd",
    "period": "2024-09",
    "value": 481.25,
    "published": pd.Timestamp("2024-10-22"),
    "published_basis": "stated",
    "sheet": "9月",
    "cell": "D4",
    "token": "481.25",
}


def one_figure(*, must: bool = True) -> Document:
    sheet = Sheet("9月")
    sheet.put(3, 3, 481.25, "figure", FACT)
    sheet.change((3, 3), must=must)
    return Document("plain", "a.xlsx", [sheet], dt.date(2024, 10, 22))


def judged(*rows, problems=(), must=True):
    reading = Reading(pd.DataFrame(rows, columns=list(ROW)), tuple(problems))
    return judge(one_figure(must=must), lambda document: reading)


def test_what_the_truth_has_is_right():
    outcome = judged(ROW)
    assert (outcome.wrong, outcome.refused, outcome.silent) == ((), (), ())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"value": 481.26}, "should be 481.25"),
        ({"cell": "C4"}, "stands in 9月!D4"),
        ({"region": "610100"}, "nothing of the kind"),
        ({"published": pd.Timestamp("2024-09-30")}, "published"),
        ({"period": "2024-08"}, "nothing of the kind"),
        ({"span": "single"}, "nothing of the kind"),
    ],
)
def test_what_the_truth_has_not_is_wrong(change, reason):
    (line,) = judged(ROW | change).wrong
    assert reason in line


def test_what_is_missing_is_refused_aloud_or_silently():
    assert judged().silent
    told = judged(problems=[Problem("9月", "D4", "不认识", "请改正")])
    assert told.refused and not told.silent
    assert not judged(must=False).refused


def test_a_refusal_in_words_is_no_traceback():
    def refuse(document):
        raise IntakeError("不认识", "请改正")

    def fail(document):
        raise KeyError("本月")

    assert judge(one_figure(), refuse).refused
    assert "KeyError" in judge(one_figure(), fail).traceback


def test_every_mutation_fits_every_family_that_it_names():
    pairs = sum(len(kind.families) for kind in KINDS.values())
    made = {
        (mutant.kind.name, mutant.document.family)
        for mutant in (make_mutant(number, 7, CATALOGUE) for number in range(pairs))
    }
    assert len(made) == pairs


def test_the_same_seed_gives_the_same_file():
    one, other = (write(make_mutant(11, 3, CATALOGUE).document) for _ in range(2))
    assert read_workbook(one) == read_workbook(other)


@pytest.mark.parametrize("family", [name for name in FAMILIES if not name.endswith("_csv")])
def test_the_truth_lies_where_the_file_has_it(family):
    document = draw_document(family, CATALOGUE, random.Random(5))
    grids = {grid.sheet: grid for grid in read_workbook(write(document))}
    places = {
        (sheet.name, address(*place)): place for sheet in document.sheets for place in sheet.facts()
    }
    assert places
    for sheet, cell, written in document.truth():
        assert grids[sheet].at(*places[sheet, cell]) == written.value


def test_the_grids_are_what_the_bytes_hold():
    compared = 0
    for number in range(0, 120, 3):
        document = make_mutant(number, 5, CATALOGUE).document
        grids = as_grids(document)
        if grids is not None:
            read = read_workbook(write(document))
            assert tuple(replace(grid, merged=tuple(sorted(grid.merged))) for grid in read) == grids
            compared += 1
    assert compared > 20


def test_a_moved_cell_takes_its_truth_along():
    sheet = one_figure().sheets[0]
    sheet.insert_rows(0, 2)
    sheet.insert_columns(3)
    assert [(address(*place), sheet.cells[place].fact) for place in sheet.facts()] == [("E6", FACT)]


def test_an_exchanged_february_is_what_its_heads_say():
    february = []
    for seed in range(40):
        document = draw_document("plain", CATALOGUE, random.Random(seed))
        KINDS["month_and_ytd_exchanged"].mutate(document, random.Random(seed))
        sheet = document.sheets[0]
        if sheet.name == "2月":
            february += [sheet.cells[place] for place in sheet.facts() if place[1] == 2]
    assert february
    assert {cell.fact.span for cell in february} == {"ytd"}
    assert all(cell.fact.value == cell.value and not cell.must for cell in february)


def mutated(kind, family):
    for seed in range(50):
        document = draw_document(family, CATALOGUE, random.Random(seed))
        before = [cell.fact for _, _, cell in document.truth()]
        try:
            KINDS[kind].mutate(document, random.Random(seed))
        except Unfit:
            continue
        return document.sheets[0], before
    raise AssertionError(f"{kind} fits no {family}")


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        ("corner_blank", "plain"),
        ("grouping", "bulletin"),
        ("zeros_to_come", "tables"),
        ("zeros_to_come", "newest_first"),
    ],
)
def test_what_is_put_around_figures_leaves_the_truth_as_it_was(kind, family):
    sheet, before = mutated(kind, family)
    after = [sheet.cells[place].fact for place in sheet.facts()]
    assert sorted(after, key=str) == sorted(before, key=str)


def test_parts_of_a_grouping_add_up_and_are_none_of_the_catalogue():
    sheet, _ = mutated("grouping", "plain")
    (top,) = [r for (r, _), cell in sheet.cells.items() if re.match("按.*分$", str(cell.value))]
    parts = [
        sheet.cells[row, 3]
        for row in range(top + 1, 1 + max(row for row, _ in sheet.cells))
        if (row, 3) in sheet.cells and sheet.cells[row, 0].role == "note"
    ]
    assert len(parts) > 1
    assert not any(cell.fact for cell in parts)
    if isinstance(sheet.cells[top - 1, 3].value, float):
        assert sum(cell.value for cell in parts) == pytest.approx(sheet.cells[top - 1, 3].value)


def test_growth_in_full_is_what_the_cell_says():
    sheet, _ = mutated("growth_in_full", "plain")
    cells = [sheet.cells[p] for p in sheet.facts() if sheet.cells[p].fact.measure == "yoy"]
    numbers = [cell for cell in cells if isinstance(cell.value, float)]
    assert all(cell.fact.value == cell.value for cell in numbers)
    assert sum(0 < abs(cell.value) < 1 for cell in numbers) == 1


def test_a_sheet_of_areas_has_figures_of_the_district_and_its_city_alone():
    document = draw_document("areas", CATALOGUE, random.Random(3))
    owners = [cell.fact.region for _, _, cell in document.truth()]
    assert sorted(set(owners)) == ["610100", "610104"]
    assert len(document.sheets[0].places("figure")) > len(owners)


def test_the_refused_share_is_told_by_mutation(capsys):
    assert intake_mutants.main(["--count", "30"]) in (0, 1)
    assert "refused, by mutation:" in capsys.readouterr().out


def test_no_two_figures_of_a_document_are_alike():
    for family in FAMILIES:
        document = draw_document(family, CATALOGUE, random.Random(9))
        facts = [cell.fact.value for _, _, cell in document.truth()]
        assert len(facts) == len(set(facts))


def test_the_control_fails(capsys):
    assert intake_mutants.main(["--count", "40", "--control"]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("FAILS: 40 mutants") and " 0 wrong" not in last


def test_every_mutation_and_family_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "accuracy_mutants.md").read_text(encoding="utf-8")
    assert not [name for name in (*KINDS, *FAMILIES) if f"`{name}`" not in text]
