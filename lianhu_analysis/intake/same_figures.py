"""One key, one figure: what is said twice counts once, and what is disputed not at all."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from operator import itemgetter
from typing import Any

import pandas as pd

from lianhu_analysis.intake.observations import (
    COLUMNS,
    KEY,
    Observation,
    frame_observations,
    path_of,
)
from lianhu_analysis.intake.problems import Problem, place_text

__all__ = ["is_missing", "is_same_figure", "key_of", "merge_rows", "merge_same_figures", "value_of"]

key_of = itemgetter(*map(COLUMNS.index, KEY))
# What tells two rows of one figure apart, in the order in which the first is chosen.
beside_of = itemgetter(
    *(place for place, name in enumerate(COLUMNS) if name not in (*KEY, "value", "status"))
)


def merge_rows(rows: Sequence[Observation]) -> tuple[list[Observation], tuple[Problem, ...]]:
    """Keep one row a key: the same figure once, two different figures not at all.

    Of the same figure printed with more and with fewer decimals the finer one is
    kept.  Different figures become one row of status ``quarantined`` without a
    value, and a problem that names every cell.  Rows that are alone come first, as
    they were; the result does not depend on the order of the others.
    """
    keys = list(map(key_of, rows))
    counts = Counter(keys)
    if len(counts) == len(rows):
        return list(rows), ()
    alone: list[Observation] = []
    groups: dict[tuple[Any, ...], list[Observation]] = {}
    for key, row in zip(keys, rows, strict=True):
        (alone if counts[key] == 1 else groups.setdefault(key, [])).append(row)
    agreed: list[Observation] = []
    merged: list[Observation] = []
    problems: list[Problem] = []
    for key in sorted(groups):
        distinct = _distinct(groups[key])
        if len(distinct) == 1:
            agreed.append(distinct[0])
            continue
        kept, problem = _merge(distinct)
        merged.append(kept)
        if problem:
            problems.append(problem)
    return [*alone, *agreed, *merged], tuple(problems)


def merge_same_figures(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """Do to a frame in the tidy shape what `merge_rows` does to rows."""
    repeated = frame.duplicated(list(KEY), keep=False)
    if not repeated.any():
        return frame, ()
    disputed = frame.loc[repeated, list(COLUMNS)].itertuples(index=False, name=None)
    rows, problems = merge_rows([Observation(*row) for row in disputed])
    pieces = [frame[~repeated], frame_observations(rows)]
    return pd.concat([piece for piece in pieces if len(piece)], ignore_index=True), problems


def _distinct(group: list[Observation]) -> list[Observation]:
    """Return the first row of each value and status, in an order of their own."""
    found: dict[Hashable, Observation] = {}
    for row in sorted(group, key=_order):
        found.setdefault((value_of(row), row.status), row)
    return list(found.values())


def _order(row: Observation) -> tuple[Any, ...]:
    missing = is_missing(row.value)
    return (missing, 0.0 if missing else row.value, row.status, *beside_of(row))


def _merge(rows: list[Observation]) -> tuple[Observation, Problem | None]:
    rows = sorted(rows, key=lambda row: (-_decimals(row.value), *map(str, row)))
    values = [value for row in rows if (value := value_of(row)) is not None]
    if not any(row.status == "quarantined" for row in rows):
        # Those with a value come first, the one of most decimals before the others.
        growth = rows[0].measure == "yoy"
        if all(is_same_figure(values[0], value, growth=growth) for value in values):
            return rows[0], None
    places = [(path_of(row.source), place_text(row.sheet, row.cell)) for row in rows]
    cells = " | ".join(dict.fromkeys(cell for _, cell in places))
    tokens = " | ".join(dict.fromkeys(row.token for row in rows))
    alone = len({path for path, _ in places}) == 1
    where = cells if alone else "；".join(map(" ".join, places))
    first = rows[0]
    named = (first.region, first.indicator, first.measure, first.span, first.period)
    later = "" if alone else "后一份是修订的，请在它的 delivery.toml 写明 published；"
    problem = Problem(
        first.sheet,
        first.cell,
        f"{first.indicator} {first.period} {first.measure}（{first.span}）"
        f"同一天有不同的数：{tokens}（{where}）",
        f"请核对哪一个对，改正那个文件，或写入更正表（corrections.toml）；{later}在此之前两个都不采用",
        figure=" ".join((*named, str(first.published)[:10])),
    )
    return first._replace(
        value=None,
        status="quarantined",
        token=tokens,
        source=" | ".join(dict.fromkeys(row.source for row in rows)),
        sheet="",
        cell=cells,
    ), problem


def is_missing(value: float | None) -> bool:
    """Whether a row has no value."""
    return value is None or math.isnan(value)


def value_of(row: Observation) -> float | None:
    """Return the value of a row, ``None`` where it has none."""
    return None if is_missing(row.value) else row.value


def _decimals(value: float | None) -> int:
    """Count the decimals that a figure was printed with, as far as it shows."""
    if value is None or math.isnan(value):
        return -1
    text = f"{round(value, 9):.9f}".rstrip("0")
    return len(text.partition(".")[2])


def is_same_figure(fine: float, coarse: float, *, growth: bool) -> bool:
    """Whether ``coarse`` is ``fine`` printed with fewer decimals.

    Trailing zeros are lost in spreadsheets: growth counts as printed to one
    decimal at least, and a level must agree within a thousandth besides.
    """
    gap = abs(fine - coarse)
    if gap == 0:
        return True
    decimals = max(_decimals(coarse), 1 if growth else 0)
    near = growth or gap <= abs(fine) / (500 if decimals else 1000)
    return near and gap <= 0.5 * 10**-decimals + 1e-9
