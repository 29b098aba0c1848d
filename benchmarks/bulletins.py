"""Twelve tables as bulletins print them, read as delivered: right, missing and wrong by table.

    python -m benchmarks.bulletins [--quick] [--control] [--list]

The bar: at least 85 % of the figures right and none wrong.  The tables were made without looking
at the reader and must not be adapted to it (``tests/intake/bulletins.py``).  ``--quick`` reads
the first three; ``--control`` falsifies one figure of each and must fail; ``--list`` names every
figure that is missing or wrong.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.bench import Verdict, conclude, options, print_table
from lianhu_analysis.catalog.indicators import Catalogue, load_catalogue
from lianhu_analysis.errors import LianhuError
from lianhu_analysis.intake.ingest import ingest_files
from lianhu_analysis.intake.store import VintageStore
from tests.intake.bulletins import BULLETINS, Answer, Bulletin

__all__ = ["Score", "compare", "main", "read"]

READ_SHARE = 0.85
QUICK = 3
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Score:
    """What became of one table."""

    name: str
    right: int
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    refusals: tuple[str, ...] = ()

    @property
    def of(self) -> int:
        """Return the number of figures that are right to store."""
        return self.right + len(self.missing)


def compare(
    bulletin: Bulletin, answers: Sequence[Answer], rows: Sequence[Row], catalogue: Catalogue
) -> Score:
    """Hold the stored rows against the answers of a table."""
    good = [*answers, *bulletin.answers(allowed=True)]
    missing = [
        str(item) for item in answers if not any(_same(row, item, catalogue) for row in rows)
    ]
    wrong = [
        " ".join(str(row[name]) for name in ("cell", "region", "indicator", "measure", "span"))
        + f" {row['period']} {row['value']} {row['unit']}"
        for row in rows
        if not any(_same(row, item, catalogue) for item in good)
    ]
    return Score(bulletin.name, len(answers) - len(missing), tuple(missing), tuple(wrong))


def _same(row: Row, item: Answer, catalogue: Catalogue) -> bool:
    names = ("cell", "region", "indicator", "measure", "span", "period")
    indicator = catalogue.get(item.indicator)
    unit = indicator.unit
    if item.measure == "yoy":
        unit = "百分点" if indicator.kind == "rate" else "%"
    return (
        all(row[name] == getattr(item, name) for name in names)
        and row["unit"] == unit
        and math.isclose(row["value"], item.value, rel_tol=1e-9)
    )


def read(bulletin: Bulletin, root: Path, *, falsified: bool = False) -> Score:
    """Deliver a table into a new workspace, ingest it and score what is stored."""
    answers = bulletin.answers()
    if falsified:
        answers = (replace(answers[0], value=10 * answers[0].value), *answers[1:])
    try:
        workspace = bulletin.deliver(root)
    except LianhuError as error:
        return Score(bulletin.name, 0, tuple(map(str, answers)), (), (str(error),))
    catalogue = load_catalogue(workspace)
    results = ingest_files(workspace, catalogue)
    stored = VintageStore(workspace.processed).as_of(None).dropna(subset=["value"])
    # Ranks and plan shares are facts beside the observations.
    stored = stored[~stored["indicator"].str.startswith("fact.")]
    problems = (item for result in results for item in result.problems)
    score = compare(bulletin, answers, stored.to_dict("records"), catalogue)
    told = (f"{item.cell}：{item.message}。{item.remedy}" for item in problems)
    return replace(score, refusals=tuple(told))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and return its exit status."""
    parser = options(__doc__.splitlines()[0], control="one figure of each table is falsified")
    parser.add_argument("--list", action="store_true", help="name what is missing or wrong")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        scores = [
            read(item, Path(folder) / str(number), falsified=given.control)
            for number, item in enumerate(BULLETINS[: QUICK if given.quick else None])
        ]
    if given.list:
        for score in scores:
            kinds = (
                ("missing", score.missing),
                ("wrong", score.wrong),
                ("refusal", score.refusals),
            )
            for kind, lines in kinds:
                print(*(f"{score.name}: {kind}: {line}" for line in lines), sep="\n")
    print_table(
        ["table", "right", "of", "missing", "wrong"],
        [[s.name, s.right, s.of, len(s.missing), len(s.wrong)] for s in scores],
    )
    right, of = sum(s.right for s in scores), sum(s.of for s in scores)
    wrong = sum(len(s.wrong) for s in scores)
    figure = (
        f"{right} of {of} figures of {len(scores)} tables right ({right / of:.1%}), {wrong} wrong"
    )
    return conclude(Verdict(figure, not wrong and right >= READ_SHARE * of))


if __name__ == "__main__":
    sys.exit(main())
