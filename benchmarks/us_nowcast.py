"""Nowcasts of US GDP growth under the protocol of dhopp1/nowcasting_benchmark (Hopp, 2022).

Quarters 2005Q1-2010Q1 as growth on the quarter before (a fraction), five
vintages each (``us_nowcast_data``).  Bar: the pool's RMSE, averaged over the
vintages, below 0.00504 (the best published, an LSTM with random search), and
below the published dynamic factor model's at each vintage; and three published
models recomputed here give the published figures, so that the protocol is read
as it was meant.

How the pool was chosen.  On quarters before 2005 only, the file cut there:
forecasts of 1970Q1-2004Q4 under the same five vintages, criterion fixed first
(``--validate`` prints it): RMSE over that of a direct AR(1), each averaged over
the vintages, averaged over the two halves of the window.  About ninety variants
were compared (lags, number of factors, half-life, clipping, prior tightness,
pools of two to five, weights by past errors); near the best they differ by less
than noise, equal weights were as good as learnt ones, and one specification, the
one in ``us_nowcast_models``, was committed before the test quarters were looked
at.  It missed the bar.  A second round, again on quarters before 2005 (noise
with fat tails, averages over half-lives, GDP mixed with GDI as target, a bent
response in slumps, recalibration on past errors, a joint mixed-frequency
autoregression, the dynamic factor model of ``forecast.factor`` as a fourth
member), found nothing better there, so the specification stands as it was, and
with it the miss (``docs/accuracy.md``).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.us_nowcast_data import (
    FOLDER,
    PUBLISHED,
    TEST,
    VINTAGES,
    Panel,
    View,
    quarter_ends,
    read_panel,
    view_at,
)
from benchmarks.us_nowcast_models import CANDIDATES, POOLED, Model
from benchmarks.us_nowcast_published import arma_forecasts, flat_forecasts
from lianhu_analysis.forecast.growth import FloatArray

BAR = 0.00504
QUICK = ("2008-12", "2009-06")
# Of a quick run: this much below AR(1), since its quarters are not the published ones.
QUICK_GAIN = 0.2
VALIDATION = ("1970-03", "2004-12")
# Published figures are rounded to four decimals.
ROUNDING = 0.000051


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; see the module's docstring."""
    parser = options(__doc__ or "", control="GDP growth is shuffled before anything is learnt")
    parser.add_argument(
        "--validate", action="store_true", help="only the quarters on which the pool was chosen"
    )
    chosen = parser.parse_args(arguments)
    if not FOLDER.is_dir():
        print(f"FAILS: {FOLDER.name} is absent from shared/data; nothing was measured")
        return 1
    panel = read_panel()
    if chosen.validate:
        return _validate(panel)
    rng = np.random.default_rng(chosen.seed) if chosen.control else None
    rows = quarter_ends(panel, *(QUICK if chosen.quick else TEST))
    actual = panel.target[rows]
    ours = forecast_all(panel, rows, rng)
    own = {name: rmse(found, actual) for name, found in ours.items()}
    if chosen.quick:
        _print(own)
        gain = 1.0 - own["pool"].mean() / own["AR(1), direct"].mean()
        figure = f"quick: pool {own['pool'].mean():.5f}, {gain:.0%} below AR(1) (bar 20 %)"
        return conclude(Verdict(figure, bool(gain >= QUICK_GAIN)))
    recomputed = {
        "ARMA": arma_forecasts(panel, rows),
        "ridge": flat_forecasts(panel, rows, penalty=0.1, lags=4),
        "least squares": flat_forecasts(panel, rows, penalty=0.0, lags=3),
    }
    table = {name: rmse(found, actual) for name, found in recomputed.items()}
    print("Recomputed here / as published")
    _print({f"{name}, recomputed": found for name, found in table.items()})
    published = {name: np.array(found) for name, found in PUBLISHED.items()}
    _print({f"{name}, published": found for name, found in published.items()})
    print("\nOurs")
    _print(own)
    _print_parts(rows, actual, ours | recomputed)
    _print_losses(own, published)
    return conclude(_judge(own["pool"], table, published))


def forecast_all(
    panel: Panel, rows: list[int], rng: np.random.Generator | None = None
) -> dict[str, FloatArray]:
    """Return every candidate's forecasts, shape (quarters, vintages), the pool's last."""
    found = {
        name: np.array([[forecast(panel, row, v, model, rng) for v in VINTAGES] for row in rows])
        for name, model in CANDIDATES.items()
    }
    found["pool"] = np.mean([found[name] for name in POOLED], axis=0)
    return found


def forecast(
    panel: Panel,
    row: int,
    vintage: int,
    model: Model,
    rng: np.random.Generator | None = None,
) -> float:
    """Forecast one quarter from what was published; with ``rng`` the control's way."""
    view = view_at(panel, row, vintage)
    return model(view if rng is None else _shuffled(view, rng))


def rmse(forecasts: FloatArray, actual: FloatArray) -> FloatArray:
    """Return the root mean square error by vintage, shape (vintages,)."""
    return np.asarray(np.sqrt(((forecasts - actual[:, None]) ** 2).mean(axis=0)))


def _shuffled(view: View, rng: np.random.Generator) -> View:
    """Return a view in which the past growth of GDP and its twins is in no order."""
    values = view.values.copy()
    for column in np.flatnonzero(view.quarterly):
        known = np.flatnonzero(np.isfinite(values[:, column]))
        values[known, column] = rng.permutation(values[known, column])
    return replace(view, values=values)


def _judge(
    pool: FloatArray, recomputed: dict[str, FloatArray], published: dict[str, FloatArray]
) -> Verdict:
    reproduced = sum(
        int((np.abs(found - published[name]) <= ROUNDING).sum())
        for name, found in recomputed.items()
    )
    beaten = int((pool < published["DFM"]).sum())
    cells = len(recomputed) * len(VINTAGES)
    figure = (
        f"mean RMSE {pool.mean():.5f} (best published {BAR}), published DFM beaten at "
        f"{beaten} of {len(VINTAGES)} vintages, {reproduced} of {cells} published cells reproduced"
    )
    holds = pool.mean() < BAR and beaten == len(VINTAGES) and reproduced == cells
    return Verdict(figure, bool(holds))


def _validate(panel: Panel) -> int:
    """Print the criterion by which the pool was chosen; there is no bar."""
    end = quarter_ends(panel, *VALIDATION)[-1] + 1
    past = replace(panel, values=panel.values[:end], months=panel.months[:end])
    rows = quarter_ends(past, *VALIDATION)
    actual, found = past.target[rows], forecast_all(past, rows)
    half = len(rows) // 2
    halves = (slice(None, half), slice(half, None))
    scores = {
        name: [rmse(values[part], actual[part]) for part in halves]
        for name, values in found.items()
    }
    for number, label in enumerate(("1970Q1-1987Q2", "1987Q3-2004Q4")):
        print(label)
        _print({name: score[number] for name, score in scores.items()})
    means = {name: np.array([part.mean() for part in score]) for name, score in scores.items()}
    first = next(iter(means.values()))
    print_table(
        ["criterion", "relative to AR(1)"],
        [[name, f"{float((mean / first).mean()):.4f}"] for name, mean in means.items()],
    )
    return 0


def _print(table: dict[str, FloatArray]) -> None:
    head = ["RMSE", *[f"{vintage:+d}" for vintage in VINTAGES], "mean"]
    rows = [
        [name, *[f"{value:.5f}" for value in found], f"{found.mean():.5f}"]
        for name, found in table.items()
    ]
    print_table(head, rows)


def _print_parts(rows: list[int], actual: FloatArray, found: dict[str, FloatArray]) -> None:
    """Print the calm quarters and the crisis apart: 2005Q1-2007Q4, 2008Q1-2010Q1."""
    calm = len(rows) - 9
    for label, part in (("2005Q1-2007Q4", slice(None, calm)), ("2008Q1-2010Q1", slice(calm, None))):
        print(f"\n{label}")
        _print({name: rmse(values[part], actual[part]) for name, values in found.items()})


def _print_losses(own: dict[str, FloatArray], published: dict[str, FloatArray]) -> None:
    """Print every cell in which a candidate is no better than a published model."""
    print("\nCells lost to a published model")
    rows = [
        [name, other, f"{vintage:+d}", f"{mine:.5f}", f"{theirs:.4f}"]
        for name, values in own.items()
        for other, rivals in published.items()
        for vintage, mine, theirs in zip(VINTAGES, values, rivals, strict=True)
        if mine >= theirs
    ]
    print_table(["candidate", "lost to", "vintage", "ours", "published"], rows)


if __name__ == "__main__":
    sys.exit(main())
