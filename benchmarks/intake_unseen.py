"""Tables that the reader has not seen: every family written again in other words and shapes.

    python -m benchmarks.intake_unseen [--quick] [--control] [--seed N] [--count N]

The generator takes its words from notes on published tables, not from the reader's
vocabulary, and states of every cell which figure it is.  By family it is counted how many
figures are read right, wrong (must be 0), refused in words, or silently missing (must be 0).
``--control`` puts a reader in place that states one figure of each file ten times too large.
"""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.intake_judge import Outcome, Read, Result, judge, opened_reader
from benchmarks.intake_mutants_documents import Document
from benchmarks.intake_unseen_tables import FAMILIES, draw_unseen
from lianhu_analysis.catalog.indicators import Catalogue, read_catalogue
from lianhu_analysis.intake.problems import Problem

__all__ = ["Answer", "Tally", "answer_truth", "answer_wrongly", "main", "run"]

TABLES, QUICK = 3_400, 170
LEAST_READ = 0.95
SHOWN = 15


@dataclass(frozen=True)
class Answer:
    """What a reader made for a test answers."""

    frame: pd.DataFrame
    problems: tuple[Problem, ...] = ()


@dataclass
class Tally:
    """Figures by family and outcome, and the lines that a person looks at."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: list[str] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)
    reasons: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, number: int, document: Document, outcome: Outcome) -> None:
        """Count one table."""
        counts, family = self.counts[document.family], document.family
        lost = outcome.lost
        counts["tables"] += 1
        counts["whole"] += not (lost or outcome.wrong or outcome.traceback)
        counts["right"] += outcome.right
        counts["wrong"] += len(outcome.wrong)
        counts["silent" if outcome.silent or outcome.traceback else "refused"] += lost
        where = f"#{number} {family}: "
        self.wrong += [where + line for line in outcome.wrong]
        if outcome.traceback:
            self.tracebacks.append(where + outcome.traceback)
        if outcome.reason:
            self.reasons[family][outcome.reason[:60]] += 1

    def total(self, name: str) -> int:
        """Return a count over all families."""
        return sum(counts[name] for counts in self.counts.values())

    def verdict(self) -> Verdict:
        """Return the published line."""
        figures = sum(self.total(name) for name in ("right", "refused", "silent"))
        share = self.total("right") / max(figures, 1)
        figure = (
            f"{self.total('tables')} tables, {figures} figures: {share:.1%} read right, "
            f"{self.total('wrong')} wrong, {self.total('refused')} refused, "
            f"{self.total('silent')} silently missing, {len(self.tracebacks)} tracebacks"
        )
        clean = not (self.wrong or self.total("silent") or self.tracebacks)
        return Verdict(figure, clean and share >= LEAST_READ)


def make_table(number: int, seed: int, catalogue: Catalogue) -> Document:
    """Return one table; the same number and seed give the same file."""
    families = list(FAMILIES)
    chance = random.Random(f"unseen/{seed}/{number}")
    return draw_unseen(families[number % len(families)], catalogue, chance)


def answer_truth(document: Document) -> Result:
    """Answer what the generator knows, as no reader can."""
    rows = [
        {
            "region": cell.fact.region,
            "indicator": cell.fact.indicator,
            "measure": cell.fact.measure,
            "span": cell.fact.span,
            "period": cell.fact.period,
            "value": cell.fact.value,
            "published": None,
            "published_basis": "assumed",
            "sheet": sheet,
            "cell": address,
            "token": str(cell.value),
        }
        for sheet, address, cell in document.truth()
        if cell.fact
    ]
    return Answer(pd.DataFrame(rows))


def answer_wrongly(document: Document) -> Result:
    """Answer one figure of each file ten times too large."""
    frame = answer_truth(document).frame
    frame.loc[frame.index[0], "value"] *= 10
    return Answer(frame)


def run(count: int, seed: int, catalogue: Catalogue, read: Read) -> Tally:
    """Make, read and judge some tables."""
    tally = Tally()
    for number in range(count):
        document = make_table(number, seed, catalogue)
        tally.add(number, document, judge(document, read))
    return tally


def report(tally: Tally) -> None:
    """Print the families, what is wrong, and the commonest reason for not reading each."""
    rows: list[list[object]] = []
    for family, counts in tally.counts.items():
        figures = sum(counts[name] for name in ("right", "refused", "silent"))
        shares = [f"{counts[name] / max(figures, 1):.1%}" for name in ("right", "refused")]
        whole = f"{counts['whole']}/{counts['tables']}"
        rows.append([family, figures, *shares, counts["wrong"], counts["silent"], whole])
    print_table(["family", "figures", "right", "refused", "wrong", "silent", "whole tables"], rows)
    for family, reasons in tally.reasons.items():
        for reason, count in reasons.most_common(3):
            print(f"  {family}: {count} x {reason}")
    for line in [*tally.wrong[:SHOWN], *tally.tracebacks[:SHOWN]]:
        print(f"  {line}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; see the module."""
    parser = options(__doc__ or "", control="a reader that states a figure ten times too large")
    parser.add_argument("--count", type=int, help="number of tables")
    chosen = parser.parse_args(arguments)
    count = chosen.count or (QUICK if chosen.quick else TABLES)
    catalogue = read_catalogue(None, {})
    if chosen.control:
        tally = run(count, chosen.seed, catalogue, answer_wrongly)
    else:
        with opened_reader(catalogue) as read:
            tally = run(count, chosen.seed, catalogue, read)
    report(tally)
    return conclude(tally.verdict())


if __name__ == "__main__":
    sys.exit(main())
