"""How long the news of a vintage take beside statsmodels, and whether they are the same.

A panel is drawn (`factor_panels`, months and Mariano-Murasawa quarters).  In the old vintage
the newest figure of every series is still missing; the new one releases them all.  The
impact of every release on 12 targets (the quarterly series and the last monthly ones, in the
panel's last month) is asked of the engine and of statsmodels: `apply` of the old results to
the new figures, then `news`.  statsmodels computes impacts on all series of the month asked
for, whether wanted or not, and one month is the least that it can be asked for.

Both sides have the parameters, and statsmodels its smoothed old vintage, before the clock
starts.  Each works in a process of its own with one BLAS thread.  A second, small panel also
has revised figures; there each side's effect of the revisions is compared, too, untimed.

The bar: at 220+8 at least 50 times as fast, impacts equal to 1e-8.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.contenders import answer, load_text, peak_mb, ready, resident_mb, run_alone
from benchmarks.factor_panels import Design, draw_panel, read_design, write_design
from benchmarks.factor_reference import frame_of, mixed_frequency_model, pack
from lianhu_analysis.forecast.factor import FactorModel, FactorPanel, Parameters, news

__all__ = ["main", "make_vintages"]

Array = NDArray[np.float64]
Vintages = tuple[FactorPanel, FactorPanel, Parameters]
NAME = "benchmarks.factor_news"
LARGE, SMALL = Design(220, 8), Design(24, 2, months=84)
TARGETS, REVISIONS = 12, 5
LEAST_RATIO, MOST_DIFFERENCE = 50.0, 1e-8
ROUNDS = 3
SIDES, QUICK_SIDES = ("statsmodels", "numpy", "numba"), ("statsmodels", "numpy")
FALSE_LOADING = 1.01


def make_vintages(design: Design, seed: int, revisions: int) -> Vintages:
    """Return old and new vintage of a panel, and its parameters."""
    drawn = draw_panel(design, seed)
    old = drawn.panel.values.copy()
    newest = len(old) - 1 - np.argmax(~np.isnan(old[::-1]), axis=0)
    old[newest, np.arange(old.shape[1])] = np.nan
    rng = np.random.default_rng(seed)
    rows, columns = np.nonzero(~np.isnan(old[len(old) // 2 :]))
    for chosen in rng.choice(len(rows), revisions, replace=False):
        old[len(old) // 2 + rows[chosen], columns[chosen]] += 0.3 * rng.standard_normal()
    return dataclasses.replace(drawn.panel, values=old), drawn.panel, drawn.parameters


# --- the contenders' side


def contend(side: str, spec: str, seed: str, file: str, control: str) -> None:
    """Compute the news of a vintage in this process; leave the impacts in a file."""
    design = read_design(spec)
    _work(side, make_vintages(SMALL, int(seed), 0), SMALL)()
    revisions = REVISIONS if design == SMALL else 0
    old, new, parameters = make_vintages(design, int(seed), revisions)
    if control == "1" and side != "statsmodels":
        loadings = parameters.loadings.copy()
        loadings[-1, 0] *= FALSE_LOADING
        parameters = dataclasses.replace(parameters, loadings=loadings)
    work = _work(side, (old, new, parameters), design)
    baseline = resident_mb()
    ready()
    start, begun = time.perf_counter(), time.process_time()
    impacts, revised = work()
    seconds, cpu = time.perf_counter() - start, time.process_time() - begun
    np.savez(file, impacts=impacts, revised=revised)
    answer(seconds=seconds, cpu=cpu, baseline_mb=baseline, peak_mb=peak_mb())


def _work(side: str, vintages: Vintages, design: Design) -> Callable[[], tuple[Array, Array]]:
    """Return a function that gives the impacts of releases (T, n, targets) and revisions."""
    return _peer_work(vintages, design) if side == "statsmodels" else _own_work(side, vintages)


def _own_work(kernel: str, vintages: Vintages) -> Callable[[], tuple[Array, Array]]:
    old, new, parameters = vintages
    model = FactorModel(old, parameters.factor_cov.shape[0], 1, kernel=kernel)
    months, n = new.values.shape
    targets = [(months - 1, series) for series in range(n - TARGETS, n)]

    def work() -> tuple[Array, Array]:
        found = news(model, new, parameters, targets)
        impacts = np.zeros((months, n, TARGETS))
        for cell, row in zip(found.releases.cells, found.releases.impacts, strict=True):
            impacts[cell] = row
        return impacts, found.revised - found.old

    return work


def _peer_work(vintages: Vintages, design: Design) -> Callable[[], tuple[Array, Array]]:
    old, new, parameters = vintages
    model = mixed_frequency_model(old, design.n_factors, design.lags)
    results = model.smooth(pack(model, parameters))
    figures = frame_of(new)
    months, n = new.values.shape
    names = list(new.names[-TARGETS:])

    def work() -> tuple[Array, Array]:
        updated = results.apply(figures, k_endog_monthly=design.monthly)
        month = figures.index[-1]
        found = results.news(updated, comparison_type="updated", impact_date=month)
        by_release = found.weights.mul(found.news, axis=0)[month]
        impacts = np.zeros((months, n, TARGETS))
        rows = figures.index.get_indexer(by_release.index.get_level_values(0))
        columns = figures.columns.get_indexer(by_release.index.get_level_values(1))
        impacts[rows, columns] = by_release[names]
        revised = np.zeros(TARGETS)
        if found.revision_impacts is not None:
            revised = found.revision_impacts.loc[month, names].to_numpy()
        return impacts, revised

    return work


# --- the referee's side


def compare(
    design: Design, seed: int, folder: Path, sides: Sequence[str], rounds: int, *, control: bool
) -> tuple[dict[str, float], float, int]:
    """Let both sides work in turn.

    Returns
    -------
    Median seconds and memory in MB of each side, the largest difference between their
    impacts, and the number of releases.
    """
    runs: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    files = {side: folder / f"{design.size}-{side}.npz" for side in sides}
    for _ in range(rounds):
        for side, found in runs.items():
            task = (side, write_design(design), seed, files[side], int(control))
            found.append(run_alone(NAME, *task))
    rows, seconds = [], {}
    for side, found in runs.items():
        seconds[side] = statistics.median(run["seconds"] for run in found)
        memory = statistics.median(run["peak_mb"] - run["baseline_mb"] for run in found)
        cpu = statistics.median(run["cpu"] for run in found)
        rows.append([side, seconds[side], cpu, f"{memory:.0f}"])
    head = [f"news at {design.size}", "seconds", "processor", "MB above the start"]
    print_table(head, rows)
    apart, releases = 0.0, 0
    with np.load(files["statsmodels"]) as theirs:
        releases = int((theirs["impacts"] != 0).any(axis=2).sum())
        for side in sides[1:]:
            with np.load(files[side]) as ours:
                for name in ("impacts", "revised"):
                    apart = max(apart, float(np.abs(theirs[name] - ours[name]).max()))
    return seconds, apart, releases


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; see the module."""
    parser = options(__doc__ or "", control="one loading of the engine's is 1 % off")
    parser.add_argument("--rounds", type=int, help="how often each side computes them")
    parser.add_argument("--contender", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.contender:
        contend(*chosen.contender)
        return 0
    sides = QUICK_SIDES if chosen.quick else SIDES
    with tempfile.TemporaryDirectory() as name:
        task = {"folder": Path(name), "sides": sides, "control": chosen.control}
        seconds, apart, releases = compare(SMALL, chosen.seed, rounds=1, **task)
        if not chosen.quick:
            rounds = chosen.rounds or ROUNDS
            seconds, again, releases = compare(LARGE, chosen.seed, rounds=rounds, **task)
            apart = max(apart, again)
    print(load_text())
    peer = seconds["statsmodels"]
    ratios = {side: peer / seconds[side] for side in sides[1:]}
    figure = f"{releases} releases x {TARGETS} targets "
    figure += ", ".join(f"{ratio:.3g}x with {side}" for side, ratio in ratios.items())
    figure += f"; impacts within {apart:.0e}"
    # Tests have no time to keep.
    least = 0.0 if chosen.quick else LEAST_RATIO
    return conclude(Verdict(figure, max(ratios.values()) >= least and apart <= MOST_DIFFERENCE))


if __name__ == "__main__":
    sys.exit(main())
