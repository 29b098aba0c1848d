"""The national workspace with the longer compiled series, every figure with its day."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.wrong_figures import ROOT, copy_national
from lianhu_analysis import pipeline
from lianhu_analysis.catalog.indicators import Catalogue, load_catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import Target, load_targets
from lianhu_analysis.forecast.history import Point, extract_series
from lianhu_analysis.forecast.verdict import Rules
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.workspace import load_workspace

__all__ = ["COMPILED", "NationalSeries", "national_series"]

COMPILED = ROOT.parent / "shared" / "data" / "national_cn" / "国家数据202512.xlsx"
FIGURE = ["indicator", "measure", "span", "period"]
# A compiled figure gives way to an official one that came out by this many days after it.
SAME_RELEASE = pd.Timedelta(days=60)


@dataclass(frozen=True)
class NationalSeries:
    """What the benchmark works on.

    Attributes
    ----------
    versions
        Every version of every figure, oldest publication first.
    left_out
        What is missing and why, in words.
    every
        The versions with the compiled figures that an official release has, too: all
        of one provenance come from one source.
    """

    versions: pd.DataFrame
    catalogue: Catalogue
    targets: tuple[Target, ...]
    rules: Rules
    left_out: tuple[str, ...]
    every: pd.DataFrame

    def first_figures(self, code: str) -> Mapping[Period, Point]:
        """Return growth as first published, by period."""
        rows = self.versions.drop_duplicates(FIGURE, keep="first")
        found = extract_series(rows, self.catalogue.get(code), "yoy", self.rules.provenances)
        return found.points


def national_series(compiled: Path = COMPILED) -> NationalSeries:
    """Ingest the national workspace, and the compiled workbook where it is present."""
    left_out = []
    with tempfile.TemporaryDirectory() as name:
        folder = copy_national(Path(name))
        if compiled.is_file():
            delivery = folder / "data" / "raw" / "compiled"
            delivery.mkdir()
            shutil.copy(compiled, delivery)
            text = 'provenance = "second_hand"\n'
            (delivery / "delivery.toml").write_text(text, encoding="utf-8")
        else:
            left_out.append(
                f"{compiled.name} is absent: no levels before 2020, no growth of retail sales"
                " and industry, no investment after 2024-08"
            )
        workspace = load_workspace(folder)
        pipeline.ingest(workspace)
        history = VintageStore(workspace.processed).history([workspace.region.code])
        catalogue = load_catalogue(workspace)
        targets = load_targets(workspace, catalogue)
    rules = Rules(
        provenances=("official", "second_hand"),
        breaks=workspace.census_breaks,
        outlier_years=workspace.outlier_years,
    )
    versions = _without_copies(history)
    missing = versions[versions["value"].isna() & (versions["measure"] == "yoy")]
    left_out += [
        f"{row.indicator} {row.period}: {row.status}, no value" for row in missing.itertuples()
    ]
    left_out.append(
        "ind.va_above.yoy: only single-month growth is in the data, so its year is never"
        " forecast; industry is all of it (gdp.industry), for which no target was announced"
    )
    return NationalSeries(versions, catalogue, targets, rules, tuple(left_out), history)


def _without_copies(history: pd.DataFrame) -> pd.DataFrame:
    """Drop compiled figures that an official release of the time has, too."""
    official = history[history["provenance"] == "official"]
    first = official.groupby(FIGURE)["published"].min().rename("official_day").reset_index()
    joined = history.merge(first, on=FIGURE, how="left")
    copied = (joined["provenance"] != "official") & (
        joined["official_day"] <= joined["published"] + SAME_RELEASE
    )
    kept = joined[~copied & joined["provenance"].isin(("official", "second_hand"))]
    return (
        kept.drop(columns="official_day")
        .sort_values("published", kind="stable")
        .reset_index(drop=True)
    )
