"""What does each part of the verdict contribute?  The same forecasts with one part taken out.

    python -m benchmarks.verdict_parts [--quick] [--seed N] [--control] [--replications N]

The product's own back-test (``forecast.backtest``) goes over four kinds of data: the simulated
economies of ``benchmarks.calibration`` (44 quarters and a year each), the twelve US series of
``benchmarks.us_years``, the simulated district of the workspace, and the national example, whose
targets were announced since 2011.  It does so as shipped and with one part taken out:

- *robust*: normal noise and steps, a newest shock that stays, no doubt about doubtful figures;
- *humble*: weights from the series' own past without shrinkage, spread from it alone.

Every figure is the combination's: RMSE and CRPS over persistence's (mean over series and
positions), share of outcomes in 80 % and 95 % bands, Brier skill of "target met" (or "at least
last year's growth"), years of outliers left out.  The bar: as shipped no part makes CRPS worse by
more than 2 % on any of them; a part that does has not earned its place.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd

from benchmarks import us_years
from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.economies import ECONOMIES, TARGET, YEAR, catalogue, draw_case
from lianhu_analysis.forecast import combination, knowledge, stacking
from lianhu_analysis.forecast.backtest import COMBINATION, backtest
from lianhu_analysis.forecast.knowledge import Knowledge, Rules
from lianhu_analysis.forecast.models import state_space
from lianhu_analysis.forecast.scores import brier_skill
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.workspace import load_workspace

__all__ = ["PARTS", "judge", "main", "summarise", "without"]

ROOT = Path(__file__).resolve().parents[1]
WORKSPACES = {"simulated district": ROOT, "national": ROOT / "examples" / "national"}
QUARTERS = 44
BAR = 0.02
NO_SHRINKAGE = (1e-6,)
PLAIN = tuple(replace(item, heavy=(False, False)) for item in state_space.STAYS)
PARTS = {
    "robust": (
        (state_space, "FREEDOM", 1e9),
        (state_space, "PASSES", PLAIN),
        (state_space, "STAYS", PLAIN),
        (state_space, "DOUBT", 1.0),
    ),
    "humble": (
        (stacking, "COMMON", NO_SHRINKAGE),
        (stacking, "OWN", NO_SHRINKAGE),
        (knowledge, "MAX_POOL", 0),
        (combination, "YEARS_FOR", 1e-6),
        (combination, "YEARS_TO_NARROW", 0),
    ),
}


class Kept(dict[str, bytes]):
    """Past runs in memory: weights are learned anew from the same runs."""

    def put(self, key: str, content: bytes) -> None:
        """Keep something under a key."""
        self[key] = content


@contextmanager
def without(part: str) -> Iterator[None]:
    """Take one part out of the product; as shipped for the empty name."""
    with ExitStack() as stack:
        for module, name, value in PARTS.get(part, ()):
            stack.enter_context(patch.object(module, name, value))
        yield


def _economies(replications: int, seed: int, kept: Kept) -> Iterator[pd.DataFrame]:
    rules = Rules(("simulated",))
    for number, economy in enumerate(ECONOMIES):
        for replication in range(replications):
            rng = np.random.default_rng([seed, number, QUARTERS, replication])
            versions = draw_case(economy, QUARTERS, rng).versions
            own = Rules(rules.provenances, outlier_years=economy.outlier_years)
            found = backtest(
                Knowledge(versions, past_runs=kept), [TARGET], catalogue(), own, range(YEAR + 1)
            )
            yield found.assign(data="economies", series=f"{economy.name} {replication}")


def _foreign(names: Sequence[str], kept: Kept) -> Iterator[pd.DataFrame]:
    raw = pd.read_csv(us_years.FOLDER / "data_raw.csv", parse_dates=["date"]).set_index("date")
    rules = Rules(("second_hand",), outlier_years=us_years.OUTLIERS)
    for name in names:
        to_date = us_years.levels_to_date(raw[name], quarterly=name in us_years.QUARTERLY)
        to_date = to_date.loc[: us_years.LAST_YEAR]
        versions = us_years.published(to_date, list(to_date.index))
        found = backtest(Knowledge(versions, past_runs=kept), [TARGET], catalogue(), rules)
        yield found.assign(data="US series", series=name)


def _workspace(name: str, folder: Path, kept: Kept) -> Iterator[pd.DataFrame]:
    session = Session(load_workspace(folder))
    if session.day is None:
        print(f"LEFT OUT: {name}; run `make data` first", file=sys.stderr)
        return
    held = session.knowledge
    told = Knowledge(held.versions, held.above, session.targets, kept)
    growth = [item for item in session.targets if item.is_growth]
    found = backtest(told, growth, session.catalogue, session.rules)
    yield found.assign(data=name, series=found["indicator"])


def judge(replications: int, names: Sequence[str], seed: int, kept: Kept) -> pd.DataFrame:
    """Run the back-test over all data; one row a forecast, with ``data`` and ``series``."""
    parts = list(_economies(replications, seed, kept))
    for name, folder in WORKSPACES.items():
        parts += _workspace(name, folder, kept)
    if (us_years.FOLDER / "data_raw.csv").is_file():
        parts += _foreign(names, kept)
    else:
        print(f"LEFT OUT: US series; {us_years.FOLDER.name} is absent", file=sys.stderr)
    return pd.concat(parts, ignore_index=True)


def summarise(record: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the figures of the combination by kind of data: see the module."""
    known = record[~record["outlier"] & ~record["again"]]
    bar = known[known["model"] == known["benchmark"]]
    own = known[known["model"] == COMBINATION]
    key = ["data", "series", "indicator", "year", "position"]
    both = own.merge(bar[[*key, "mean", "crps"]], on=key, suffixes=("", "_bar"))
    both["square"] = (both["mean"] - both["outcome"]) ** 2
    both["square_bar"] = (both["mean_bar"] - both["outcome"]) ** 2
    cell = both.groupby(["data", both["series"].str.replace(r" \d+$", "", regex=True), "position"])
    sums = cell[["square", "square_bar", "crps", "crps_bar"]].sum()
    ratios = pd.DataFrame(
        {
            "rmse": np.sqrt(sums["square"] / sums["square_bar"]),
            "crps": sums["crps"] / sums["crps_bar"],
        }
    ).groupby("data")
    rows = ratios.mean()
    inside = both.assign(
        in80=both["outcome"].between(both["q100"], both["q900"]),
        in95=both["outcome"].between(both["q025"], both["q975"]),
    ).groupby("data")
    rows["in80"], rows["in95"] = inside["in80"].mean(), inside["in95"].mean()
    rows["verdicts"] = inside.size()
    for name, part in both.groupby("data"):
        asked = part[part["probability"].notna() & part["met"].notna()]
        clusters = (asked["series"] + asked["year"].astype(str)).tolist()
        skill = brier_skill(
            asked["probability"].astype(float),
            asked["met"].astype(float),
            np.random.default_rng(seed),
            clusters=clusters,
        )
        rows.loc[name, "skill"] = float(skill["skill"].iloc[0])
    return rows.reset_index()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the table, and return the exit status."""
    parser = options(
        str(__doc__).splitlines()[0],
        control="forecasts as shipped are exchanged with those without shrinkage",
        seed=20241121,
    )
    parser.add_argument("--replications", type=int, default=20, help="of each economy")
    chosen = parser.parse_args(arguments)
    names = ["gdpc1"] if chosen.quick else list(us_years.SERIES)
    replications = 1 if chosen.quick else chosen.replications
    tables = []
    kept = Kept()
    for part in ("", *PARTS):
        print(f"without {part}" if part else "as shipped", file=sys.stderr, flush=True)
        # Other models have other past runs; other weights have the same.
        shelf = Kept() if part == "robust" else kept
        with without(part):
            table = summarise(judge(replications, names, chosen.seed, shelf), chosen.seed)
        tables.append(table.assign(part=part))
    table = pd.concat(tables, ignore_index=True)
    if chosen.control:
        swapped = {"": "humble", "humble": ""}
        table["part"] = table["part"].replace(swapped)
    print_table(
        ["data", "variant", "verdicts", "RMSE", "CRPS", "in 80 %", "in 95 %", "Brier skill"],
        [
            [
                row["data"],
                f"without {row['part']}" if row["part"] else "as shipped",
                int(row["verdicts"]),
                *(f"{row[name]:.4f}" for name in ("rmse", "crps")),
                *(f"{row[name]:.1%}" for name in ("in80", "in95")),
                f"{row['skill']:.3f}",
            ]
            for _, row in table.sort_values(["data", "part"]).iterrows()
        ],
    )
    return conclude(_verdict(table))


def _verdict(table: pd.DataFrame) -> Verdict:
    wide = table.pivot(index="data", columns="part", values="crps")
    worse = wide[""].to_numpy()[:, None] / wide[list(PARTS)] - 1
    told = "; ".join(f"{part} {-100 * worse[part].mean():+.1f} %" for part in PARTS)
    return Verdict(f"CRPS saved on average by {told}", bool((worse <= BAR).all(axis=None)))


if __name__ == "__main__":
    sys.exit(main())
