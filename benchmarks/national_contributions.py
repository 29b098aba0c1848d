"""Do the contributions of the published industries sum to published growth?

Every quarter from 2010 whose growth and last year's levels of GDP and its parts are published in
`examples/national`, and with the compiled workbook beside the checkout (`--quick`: without it), by
sector and by industry.  Bar: every residual, at published
rounding, is at most 0.1 point: half a unit of the whole's growth and half a unit of its parts'.
Control: one growth of one industry is altered by 3 points, which must show.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.national_series import COMPILED, NationalSeries, national_series
from lianhu_analysis.analysis.contributions import RESIDUAL, breakdown_of, contributions
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.errors import ForecastError

FIRST_YEAR, ALTERED = 2010, 3.0
BAR = 0.1
SOURCES = ("official", "second_hand")  # the shipped releases; the compiled workbook


def residuals(series: NationalSeries, source: str, *, alter: bool = False) -> pd.DataFrame:
    """Return one row a division and quarter: ``growth``, ``residual`` and, if none, ``why``.

    Parameters
    ----------
    source
        Provenance of the figures used: whole and parts come from one source.
    """
    versions = series.every[series.every["provenance"] == source]
    rows = []
    for item in load_structure().sums:
        if item.whole != "gdp.total" or any(code not in series.catalogue for code in item.parts):
            continue
        whole, breaks = series.catalogue.get(item.whole), series.rules.breaks
        breakdown = breakdown_of(versions, whole, item.parts, breaks)
        quarters = breakdown.growth.columns[breakdown.growth.columns >= str(FIRST_YEAR)]
        if alter and len(quarters):
            breakdown.growth.loc[item.parts[1], quarters[-1]] += ALTERED
        for quarter in quarters:
            row = {"division": f"{source}, {len(item.parts)} parts", "quarter": quarter, "why": ""}
            try:
                table = contributions(breakdown, quarter)
            except ForecastError as error:
                rows.append(row | {"why": str(error)})
                continue
            if missing := [reason for reason in table["reason"] if reason]:
                rows.append(row | {"why": missing[0]})
                continue
            parts = table.iloc[1:-1]
            inside = parts["points"].between(parts["low"] - 1e-9, parts["high"] + 1e-9).all()
            total, left = table["points"].iloc[0], table.loc[RESIDUAL, "points"]
            rows.append(row | {"growth": total, "residual": left, "inside": inside})
    return pd.DataFrame(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    asked = options(__doc__ or "", control="one industry's growth is altered").parse_args(arguments)
    series = national_series(Path("absent") if asked.quick else COMPILED)
    found = pd.concat(residuals(series, name, alter=asked.control) for name in SOURCES)
    told = found.dropna(subset="residual")
    print_table(
        ("source and parts", "quarters", "from", "to", "largest", "mean", "not computed"),
        [
            (
                name,
                str(len(part)),
                part["quarter"].min(),
                part["quarter"].max(),
                f"{part['residual'].abs().max():.3f}",
                f"{part['residual'].abs().mean():.3f}",
                str((found["division"] == name).sum() - len(part)),
            )
            for name, part in told.groupby("division")
        ],
    )
    gaps = found[found["residual"].isna()]
    for division, part in gaps.groupby("division"):
        first, last = part.iloc[0], part.iloc[-1]
        print(
            f"{division}: not computed {first['quarter']} ({first['why']}) to {last['quarter']} ({last['why']})"
        )
    over = told[told["residual"].abs().round(1) > BAR]
    for row in over.itertuples():
        print(f"{row.division} {row.quarter}: growth {row.growth}, residual {row.residual:.3f}")
    largest = told["residual"].abs().round(1).max()
    holds = bool(len(told)) and largest <= BAR and bool(told["inside"].all())
    figure = (
        f"{len(told)} divisions of GDP growth, {told['quarter'].min()} to {told['quarter'].max()}: "
        f"largest residual {largest:.1f} points at published rounding "
        f"({told['residual'].abs().max():.3f} before it)"
    )
    return conclude(Verdict(figure, holds))


if __name__ == "__main__":
    raise SystemExit(main())
