"""Do the probabilities and bands mean what they say?  Eight economies whose truth is known.

    python -m benchmarks.calibration [--quick] [--seed N] [--control] [--replications N]
                                     [--processes N] [--minutes N]

Eight simulated economies (``benchmarks.economies``) x 16, 28 and 44 quarters of history are judged
by the product after Q1, H1 and Q1-3 of a year, against a target that is neither certain nor
impossible.  Bars, over the answers given (a refusal is not one):

- 80 % bands hold 76-84 % and 95 % bands 92-98 % of the outcomes in every economy at 28 and 44
  quarters, where at least nine in ten are answered; 80 % bands hold at least 74 % at 16;
- Brier skill of P(target) against the frequency of the events above 0.4, 0.65 and 0.8 after Q1,
  H1 and Q1-3, over all economies at 28 and 44 quarters;
- expected calibration error at most 0.03 in the economies that a candidate matches and 0.06 in
  the others, at 28 and 44 quarters;
- ranks of the truth among the draws of the Bayesian candidates are uniform
  (``benchmarks.posterior_ranks``).

The economies and the bars were fixed before any model was scored on them.  Models may be looked at
with seeds 1 to 9; what is published uses another seed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import partial

import numpy as np
import pandas as pd

from benchmarks.bench import Verdict, conclude, options, print_table
from benchmarks.economies import ECONOMIES, POSITIONS, Economy, catalogue, draw_case, position_day
from benchmarks.posterior_ranks import rank_table
from benchmarks.real_time import verdict_on
from lianhu_analysis.forecast.scores import brier_skill, calibration_error
from lianhu_analysis.forecast.verdict import Rules

__all__ = ["LENGTHS", "judge_cases", "main", "summarise"]

LENGTHS = (16, 28, 44)
LONG = 28
BAND80, BAND95, BAND80_SHORT = (0.76, 0.84), (0.92, 0.98), 0.74
SKILL = {"Q1": 0.4, "H1": 0.65, "Q1-3": 0.8}
ECE_MATCHED, ECE_OTHER = 0.03, 0.06
ANSWERED = 0.9
BAND_LEVELS = (0.025, 0.1, 0.9, 0.975)
# A rejected rank test at this level is a losing cell.
P_RANKS = 0.001
BATCH = 10


def judge_cases(
    economy: Economy, n_quarters: int, replications: Sequence[int], seed: int, spread: float = 1.0
) -> pd.DataFrame:
    """Judge some replications after each position.

    Parameters
    ----------
    spread
        Factor of the distance of every draw from the median; 1 leaves the product alone.

    Returns
    -------
    DataFrame
        One row a verdict: ``economy``, ``matched``, ``quarters``, ``replication``,
        ``position``, ``answered``, ``reason``, ``weights``, ``outcome``, ``low95``, ``low80``,
        ``high80``, ``high95``, ``probability``, ``met``, ``oracle``.
    """
    known = catalogue()
    rules = Rules(("simulated",), outlier_years=economy.outlier_years)
    number = [item.name for item in ECONOMIES].index(economy.name)
    rows = []
    for replication in replications:
        case = draw_case(
            economy, n_quarters, np.random.default_rng([seed, number, n_quarters, replication])
        )
        for position in POSITIONS:
            verdict = verdict_on(case.versions, position_day(position), case.target, known, rules)
            row = {
                "economy": economy.name,
                "matched": economy.matched,
                "quarters": n_quarters,
                "replication": replication,
                "position": position,
                "answered": verdict.draws is not None,
                "reason": verdict.reason,
                "outcome": case.outcome,
                "met": case.met,
                "oracle": case.oracle[position],
            }
            if verdict.draws is not None:
                values = verdict.draws.values
                middle = float(np.median(values))
                values = middle + spread * (values - middle)
                bands = np.quantile(values, BAND_LEVELS)
                row |= dict(zip(("low95", "low80", "high80", "high95"), bands, strict=True))
                row["probability"] = (
                    verdict.probability
                    if spread == 1.0
                    else float(np.mean(case.target.met_by(values)))
                )
                row["lead"] = verdict.draws.model
            rows.append(row)
    return pd.DataFrame(rows)


def judge_all(
    replications: int,
    lengths: Sequence[int],
    seed: int,
    processes: int,
    spread: float,
    minutes: float | None = None,
) -> pd.DataFrame:
    """Judge every economy at every length, round by round, until the time is up.

    Parameters
    ----------
    minutes
        No round is begun after them; every round has the same replications in each cell.
    """
    until = float("inf") if minutes is None else time.monotonic() + 60 * minutes
    judge_batch = partial(_batch, seed=seed, spread=spread)
    found = []
    with ProcessPoolExecutor(processes) if processes > 1 else nullcontext() as pool:
        for start in range(0, replications, BATCH):
            chosen = range(start, min(start + BATCH, replications))
            work = [(economy, length, chosen) for economy in ECONOMIES for length in lengths]
            found += map(judge_batch, work) if pool is None else pool.map(judge_batch, work)
            print(f"{chosen.stop} of {replications}", file=sys.stderr, flush=True)
            if time.monotonic() > until:
                break
    return pd.concat(found, ignore_index=True)


def _batch(work: tuple[Economy, int, Sequence[int]], *, seed: int, spread: float) -> pd.DataFrame:
    economy, length, replications = work
    return judge_cases(economy, length, replications, seed, spread)


def summarise(verdicts: pd.DataFrame, seed: int) -> dict[str, pd.DataFrame]:
    """Return the tables ``bands``, ``skill``, ``pooled_skill`` and ``calibration``."""
    answered = verdicts[verdicts["answered"]]
    inside80 = answered["outcome"].between(answered["low80"], answered["high80"])
    inside95 = answered["outcome"].between(answered["low95"], answered["high95"])
    answered = answered.assign(inside80=inside80, inside95=inside95)
    order = [item.name for item in ECONOMIES]
    bands = []
    for (name, quarters), part in verdicts.groupby(["economy", "quarters"]):
        own = answered[(answered["economy"] == name) & (answered["quarters"] == quarters)]
        by_position = own.groupby("position")["inside80"].mean()
        bands.append(
            {
                "economy": name,
                "quarters": quarters,
                "verdicts": len(part),
                "answered": len(own) / len(part),
                "in80": own["inside80"].mean(),
                "in95": own["inside95"].mean(),
                **{f"in80 {position}": by_position.get(position) for position in POSITIONS},
            }
        )
    long = answered[answered["quarters"] >= LONG]
    return {
        "bands": pd.DataFrame(bands).sort_values(
            ["quarters", "economy"], key=lambda c: c.map(order.index) if c.name == "economy" else c
        ),
        "skill": _skills(answered, ["economy", "quarters", "position"], seed),
        "pooled_skill": _skills(long, ["position"], seed),
        "calibration": pd.concat(
            [
                calibration_error(part["probability"], part["met"]).assign(
                    economy=name, matched=bool(part["matched"].iloc[0])
                )
                for name, part in long.groupby("economy")
            ],
            ignore_index=True,
        ),
    }


def _skills(answered: pd.DataFrame, keys: list[str], seed: int) -> pd.DataFrame:
    rows = []
    for key, part in answered.groupby(keys):
        clusters = (part["economy"] + part["quarters"].astype(str) + "/").str.cat(
            part["replication"].astype(str)
        )
        arguments = {"clusters": list(clusters)}
        own = brier_skill(
            part["probability"], part["met"], np.random.default_rng(seed), **arguments
        )
        best = brier_skill(part["oracle"], part["met"], np.random.default_rng(seed), **arguments)
        own = own.assign(oracle=best["skill"])
        rows.append(own.assign(**dict(zip(keys, key, strict=True))))
    return pd.concat(rows, ignore_index=True)


def losing_cells(tables: dict[str, pd.DataFrame], ranks: pd.DataFrame) -> list[str]:
    """Name every cell that misses its bar."""
    lost = []
    for row in tables["bands"].itertuples():
        cell = f"{row.economy}, {row.quarters} quarters"
        if row.quarters < LONG:
            if row.answered and row.in80 < BAND80_SHORT:
                lost.append(f"{cell}: 80 % bands hold {row.in80:.1%} < {BAND80_SHORT:.0%}")
            continue
        if row.answered < ANSWERED:
            lost.append(f"{cell}: only {row.answered:.0%} answered")
        for level, share, (low, high) in (("80", row.in80, BAND80), ("95", row.in95, BAND95)):
            if not low <= share <= high:
                lost.append(f"{cell}: {level} % bands hold {share:.1%}, not {low:.0%}-{high:.0%}")
    for row in tables["pooled_skill"].itertuples():
        if not row.skill > SKILL[row.position]:
            lost.append(
                f"after {row.position}: Brier skill {row.skill:.2f} <= {SKILL[row.position]}"
                f" (who knows the truth: {row.oracle:.2f})"
            )
    for row in tables["calibration"].itertuples():
        bar = ECE_MATCHED if row.matched else ECE_OTHER
        if row.calibration_error > bar:
            lost.append(f"{row.economy}: calibration error {row.calibration_error:.3f} > {bar}")
    lost += [
        f"{row.candidate}: ranks not uniform, p = {row.p_value:.2g}"
        for row in ranks.itertuples()
        if row.p_value < P_RANKS
    ]
    return lost


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print every table and losing cell, and return the exit status."""
    parser = options(
        str(__doc__).splitlines()[0], control="half of the spread of every draw", seed=20241118
    )
    parser.add_argument("--replications", type=int, help="of each economy and length")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--minutes", type=float, help="begin no further round after them")
    chosen = parser.parse_args(arguments)
    replications = chosen.replications or (20 if chosen.quick else 500)
    spread = 0.5 if chosen.control else 1.0
    processes = 1 if chosen.quick and not chosen.replications else chosen.processes
    verdicts = judge_all(replications, LENGTHS, chosen.seed, processes, spread, chosen.minutes)
    done = verdicts["replication"].nunique()
    ranks = rank_table(100 if chosen.quick else 2000, chosen.seed)
    tables = summarise(verdicts, chosen.seed)
    _print(tables, ranks, verdicts)
    lost = losing_cells(tables, ranks)
    if done < replications:
        lost.append(f"only {done} of {replications} replications in the time given")
    print(f"\nlosing cells: {len(lost)}")
    for cell in lost:
        print(f"  {cell}")
    return conclude(_verdict(tables, lost, done))


def _print(tables: dict[str, pd.DataFrame], ranks: pd.DataFrame, verdicts: pd.DataFrame) -> None:
    shares = ["answered", "in80", "in95", *(f"in80 {position}" for position in POSITIONS)]
    bands = tables["bands"].astype(dict.fromkeys(shares, object))
    for name in shares:
        bands[name] = [f"{value:.1%}" if pd.notna(value) else "-" for value in bands[name]]
    print_table(list(bands.columns), bands.to_numpy().tolist())
    print("\nBrier skill of P(target); in brackets, who knows the economy's law and state")
    skill = tables["skill"]
    cells = [
        f"{own:.2f} ({best:.2f})" for own, best in zip(skill["skill"], skill["oracle"], strict=True)
    ]
    wide = skill.assign(cell=cells).pivot(
        index=["quarters", "economy"], columns="position", values="cell"
    )[list(POSITIONS)]
    print_table(
        ["economy", "quarters", *POSITIONS],
        [[key[1], key[0], *row] for key, row in zip(wide.index, wide.to_numpy(), strict=True)],
    )
    print("\nall economies at 28 and 44 quarters")
    print_table(
        ["after", "skill", "low", "high", "truth", "met", "verdicts"],
        [
            [r.position, r.skill, r.low, r.high, r.oracle, r.n_events, r.n_observations]
            for r in tables["pooled_skill"].itertuples()
        ],
    )
    print("\nexpected calibration error at 28 and 44 quarters")
    print_table(
        ["economy", "matched", "error", "verdicts"],
        [
            [r.economy, r.matched, f"{r.calibration_error:.3f}", r.n_observations]
            for r in tables["calibration"].itertuples()
        ],
    )
    print("\nranks of the truth among the draws (chi-square test of uniformity)")
    print_table(list(ranks.columns), ranks.to_numpy().tolist())
    leads = verdicts.groupby("quarters")["lead"].value_counts(normalize=True)
    print("\nmodel of most weight, by length")
    print_table(
        ["model", "quarters", "share"],
        [[name, quarters, f"{share:.0%}"] for (quarters, name), share in leads.items()],
    )


def _verdict(tables: dict[str, pd.DataFrame], lost: list[str], replications: int) -> Verdict:
    bands = tables["bands"]
    long = bands[bands["quarters"] >= LONG]
    skill = tables["pooled_skill"].set_index("position")["skill"]
    text = (
        f"{len(ECONOMIES)} economies x {len(LENGTHS)} lengths x {replications}: 80 % bands hold"
        f" {long['in80'].min():.1%}-{long['in80'].max():.1%}, 95 % bands"
        f" {long['in95'].min():.1%}-{long['in95'].max():.1%}; Brier skill"
        f" {' / '.join(f'{skill.get(name, np.nan):.2f}' for name in POSITIONS)};"
        f" calibration error at most {tables['calibration']['calibration_error'].max():.3f};"
        f" {len(lost)} losing cells"
    )
    return Verdict(text, not lost)


if __name__ == "__main__":
    sys.exit(main())
