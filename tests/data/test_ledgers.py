"""The simulated ledgers: marked, read without a fault, and adding up to the simulated series."""

import datetime as dt

import pandas as pd
import pytest

from data.simulation import DEFAULT_SEED, figures
from data.simulation.delivery import file_bytes
from data.simulation.ledgers import LEDGER_YEAR, ledger_documents
from data.simulation.pages import MARK
from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.catalog.ledgers import load_ledgers
from lianhu_analysis.intake.cases import cases_on, read_ledgers
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.reading.figures import Delivery
from lianhu_analysis.intake.reading.tidy import grammar_of
from lianhu_analysis.intake.reading.words import load_vocabulary
from lianhu_analysis.workspace import Region

REGION = Region("610104", "莲湖区")
DELIVERY = Delivery("a.xlsx", REGION, (REGION,), provenance="simulated")
# Supplied parcels were drawn on their own: none in February, when land was supplied.
ON_THEIR_OWN = {"lan.supply.parcels"}


@pytest.fixture(scope="module")
def numbers():
    return figures(DEFAULT_SEED)


@pytest.fixture(scope="module")
def made(numbers):
    return list(ledger_documents(numbers, DEFAULT_SEED))


@pytest.fixture(scope="module")
def frame(made):
    readings = [
        read_ledgers(
            [Grid.of(page.name, page.rows) for page in document.pages],
            load_ledgers(),
            DELIVERY,
            grammar_of(load_vocabulary(), read_catalogue(None, {}), DELIVERY.regions),
        )
        for document in made
    ]
    assert [problem for reading in readings for problem in reading.problems] == []
    return pd.concat([reading.frame for reading in readings], ignore_index=True)


def test_every_sheet_says_that_it_is_simulated(made):
    assert len(made) == 24
    for document in made:
        for page in document.pages:
            assert MARK in page.rows[0][0] and MARK in page.rows[1]


def test_the_same_seed_gives_the_same_bytes(made, numbers):
    again = list(ledger_documents(numbers, DEFAULT_SEED))
    assert [file_bytes(one) for one in made[-2:]] == [file_bytes(one) for one in again[-2:]]


@pytest.mark.parametrize("month", range(1, 13))
def test_cases_add_up_to_what_is_published_of_the_month(frame, numbers, month):
    first = dt.date(LEDGER_YEAR + month // 12, month % 12 + 1, 1)
    known = cases_on(frame[frame["published"] < f"{first:%Y-%m}-28"], load_ledgers())
    compared = 0
    for kind, ledger in known.ledgers.items():
        for one in ledger.series:
            published = numbers.level(one.indicator, LEDGER_YEAR, month)
            if published is None or one.indicator in ON_THEIR_OWN:
                continue
            table = known.tables[kind]
            for name, wanted in one.where.items():
                table = table[table[name] == wanted]
            at = table[one.at]
            if at.dtype.kind == "M":
                table = table[at.between(f"{LEDGER_YEAR}-01-01", f"{first - dt.timedelta(1)}")]
            elif one.indicator != "pop.resident":
                assert set(at) == {f"{LEDGER_YEAR}-{month:02d}"}
            else:
                continue  # the census of the year before
            found = table[one.amount].sum() if one.amount else len(table)
            assert found == pytest.approx(published, abs=1e-6), one.indicator
            compared += 1
    assert compared >= (14 if month == 12 else 6)


def test_a_month_changes_what_was_known(frame):
    dates = sorted(frame["published"].unique())
    before, after = (
        cases_on(frame[frame["published"] <= day], load_ledgers()) for day in dates[-2:]
    )
    assert len(after.tables["governance"]) > len(before.tables["governance"])
    assert after.tables["risks"]["closed"].count() > before.tables["risks"]["closed"].count()
    # A project that left the list is void.
    listed = frame[frame["ledger"] == "projects"]["key"].nunique()
    assert len(after.tables["projects"]) < listed
