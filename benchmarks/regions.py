"""Does the verdict beat the rule of thumb on real regions?  Any file of quarterly growth to date.

    python -m benchmarks.regions FILE.csv [--control]

The file has the columns region, year, quarter, growth (to date, in percent, as published) and
level (to date); a row may lack either.  Each region is published on the usual days, growth with its level,
and knows nothing but itself: no targets, no region above.  2020 and 2021 are outlier years, as in
a new workspace.  Every other year is judged after Q1, H1 and Q1-3 from what its day knew, against
persistence; bars and tables are those of ``benchmarks.provinces``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks.bench import conclude, options, print_table
from benchmarks.economies import TARGET, catalogue, second_hand
from benchmarks.provinces import OUTLIERS, print_years, summarise, verdict
from lianhu_analysis.forecast.backtest import COMBINATION, backtest
from lianhu_analysis.forecast.knowledge import Knowledge, Rules
from lianhu_analysis.intake.observations import frame_observations

__all__ = ["judge", "main", "published"]

COLUMNS = ["region", "year", "quarter", "growth", "level"]


def published(table: pd.DataFrame) -> pd.DataFrame:
    """Return the observations of one region, the oldest first.

    Parameters
    ----------
    table
        One row a quarter: year, quarter, growth, level.
    """
    rows = [
        second_hand(measure, int(row.year), int(row.quarter), value, "regions")
        for row in table.itertuples()
        for measure, value in (("level", row.level), ("yoy", row.growth))
        if pd.notna(value)
    ]
    return frame_observations(rows).sort_values("published", kind="stable", ignore_index=True)


def judge(table: pd.DataFrame) -> pd.DataFrame:
    """Run the product's back-test over the regions of a file; one row a forecast."""
    rules = Rules(("second_hand",), outlier_years=OUTLIERS)
    parts = []
    for name, rows in table.groupby("region", sort=True):
        found = backtest(Knowledge(published(rows)), [TARGET], catalogue(), rules)
        parts.append(found.assign(province=name))
        print(name, file=sys.stderr, flush=True)
    return pd.concat(parts, ignore_index=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the tables, and return the exit status."""
    parser = options(str(__doc__).splitlines()[0], control="the forecasts stand one point too high")
    parser.add_argument("file", type=Path, help="CSV with the columns " + ", ".join(COLUMNS))
    chosen = parser.parse_args(arguments)
    table = pd.read_csv(chosen.file, encoding="utf-8-sig")
    if lacking := sorted(set(COLUMNS) - set(table.columns)):
        parser.error(f"{chosen.file} lacks {', '.join(lacking)}")
    record = judge(table)
    record["mean"] += float(chosen.control) * (record["model"] == COMBINATION)
    tables = summarise(record)
    own, cells = tables["provinces"]["ratio"], tables["cells"]
    print_table(["region", "ratio"], [[name, f"{value:.3f}"] for name, value in own.items()])
    print_table(["after", "pooled"], [[name, f"{cells[name].mean():.3f}"] for name in cells])
    print_years(tables["years"])
    return conclude(verdict(tables))


if __name__ == "__main__":
    sys.exit(main())
