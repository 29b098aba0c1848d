"""One key, one figure: what is said twice counts once, and what is disputed not at all."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from lianhu_analysis.intake.observations import COLUMNS, KEY, make_observations
from lianhu_analysis.intake.problems import Problem

__all__ = ["merge_rows", "merge_same_figures"]

Row = Mapping[str, Any]
# What tells two rows of one figure apart, in the order in which the first is chosen.
BESIDE = tuple(name for name in COLUMNS if name not in (*KEY, "value", "status"))


def merge_rows(rows: Sequence[Row]) -> tuple[list[Row], tuple[Problem, ...]]:
    """Keep one row a key: the same figure once, two different figures not at all.

    Of the same figure printed with more and with fewer decimals the finer one is
    kept.  Different figures become one row of status ``quarantined`` without a
    value, and a problem that names every cell.  Rows that are alone come first, as
    they were; the result does not depend on the order of the others.

    Parameters
    ----------
    rows
        Mappings with the names of ``COLUMNS``; text that is absent counts as ``""``.
    """
    by_key: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        by_key.setdefault(tuple([row[name] for name in KEY]), []).append(row)
    if len(by_key) == len(rows):
        return list(rows), ()
    agreed: list[Row] = []
    merged: list[Row] = []
    problems: list[Problem] = []
    for key in sorted(key for key, group in by_key.items() if len(group) > 1):
        distinct = _distinct(by_key[key])
        if len(distinct) == 1:
            agreed.append(distinct[0])
            continue
        kept, problem = _merge(distinct)
        merged.append(kept)
        if problem:
            problems.append(problem)
    alone = [group[0] for group in by_key.values() if len(group) == 1]
    return [*alone, *agreed, *merged], tuple(problems)


def merge_same_figures(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """Do to a frame in the tidy shape what `merge_rows` does to rows."""
    repeated = frame.duplicated(list(KEY), keep=False)
    if not repeated.any():
        return frame, ()
    disputed = frame[repeated].to_dict("records")
    rows, problems = merge_rows([{str(n): value for n, value in row.items()} for row in disputed])
    pieces = [frame[~repeated], make_observations(rows)]
    return pd.concat([piece for piece in pieces if len(piece)], ignore_index=True), problems


def _distinct(group: list[Row]) -> list[Row]:
    """Return the first row of each value and status, in an order of their own."""
    found: dict[Hashable, Row] = {}
    for row in sorted(group, key=_order):
        value = None if _is_missing(row["value"]) else row["value"]
        found.setdefault((value, row["status"]), row)
    return list(found.values())


def _order(row: Row) -> tuple[Any, ...]:
    value = row["value"]
    missing = _is_missing(value)
    beside = [row.get(name) or "" for name in BESIDE]
    return (missing, 0.0 if missing else value, row["status"], *beside)


def _merge(rows: list[Row]) -> tuple[Row, Problem | None]:
    rows = sorted(
        rows,
        key=lambda row: (-_decimals(row["value"]), *(str(row.get(name, "")) for name in COLUMNS)),
    )
    with_value = [row for row in rows if not _is_missing(row["value"])]
    withheld = [row for row in rows if row["status"] == "quarantined"]
    if not withheld:
        first = (with_value or rows)[0]
        if all(_same_figure(first, other) for other in with_value):
            return first, None
    cells = " | ".join(dict.fromkeys("!".join(filter(None, _place(row))) for row in rows))
    tokens = " | ".join(dict.fromkeys(str(row["token"]) for row in rows))
    sources = list(dict.fromkeys(str(row["source"]).partition(" | ")[0] for row in rows))
    where = (
        cells
        if len(sources) == 1
        else "；".join(
            f"{str(row['source']).partition(' | ')[0]} {'!'.join(_place(row))}" for row in rows
        )
    )
    first = rows[0]
    problem = Problem(
        *_place(first),
        f"{first['indicator']} {first['period']} {first['measure']}（{first['span']}）"
        f"同一天有不同的数：{tokens}（{where}）",
        "请核对哪一个对；改正后作为新文件交付，或写入更正表。在此之前两个都不采用",
    )
    withheld_row = {
        **first,
        "value": None,
        "status": "quarantined",
        "token": tokens,
        "source": " | ".join(dict.fromkeys(str(row["source"]) for row in rows)),
        "sheet": "",
        "cell": cells,
    }
    return withheld_row, problem


def _place(row: Row) -> tuple[str, str]:
    return str(row.get("sheet") or ""), str(row.get("cell") or "")


def _is_missing(value: float | None) -> bool:
    return value is None or math.isnan(value)


def _decimals(value: float | None) -> int:
    """Count the decimals that a figure was printed with, as far as it shows."""
    if value is None or math.isnan(value):
        return -1
    text = f"{round(value, 9):.9f}".rstrip("0")
    return len(text.partition(".")[2])


def _same_figure(fine: Row, coarse: Row) -> bool:
    """Whether ``coarse`` is ``fine`` printed with fewer decimals.

    Trailing zeros are lost in spreadsheets: growth counts as printed to one
    decimal at least, and a level must agree within a thousandth besides.
    """
    gap = abs(fine["value"] - coarse["value"])
    if gap == 0:
        return True
    growth = fine["measure"] == "yoy"
    decimals = max(_decimals(coarse["value"]), 1 if growth else 0)
    near = growth or gap <= abs(fine["value"]) / 1000
    return bool(near and gap <= 0.5 * 10**-decimals + 1e-9)
