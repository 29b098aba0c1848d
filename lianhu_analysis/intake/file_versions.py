"""A delivered file that was corrected in place: what of it is new, and what stays as it was.

What a file once gave stays in the store, so that each past day is answered as it was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import pandas as pd

from lianhu_analysis.intake.observations import (
    COLUMNS,
    VINTAGE_OF,
    Observation,
    frame_observations,
)
from lianhu_analysis.intake.problems import Problem
from lianhu_analysis.intake.same_figures import is_same_figure, key_of, value_of

__all__ = ["Settled", "settle_versions"]

vintage_of = itemgetter(*map(COLUMNS.index, VINTAGE_OF))
# No statement of the office: what comes later may take the place.
OPEN = ("quarantined", "not_released")


@dataclass(frozen=True)
class Settled:
    """What the store holds of a file in its present version.

    Attributes
    ----------
    fresh
        Rows of the present version: new ones, and the same figures where they stand now.
    kept
        Rows of earlier versions that stay, since the present one does not repeat them.
    problems
        Figures that the present version changes or leaves out, each with both values.
    """

    fresh: pd.DataFrame
    kept: pd.DataFrame | None = None
    problems: tuple[Problem, ...] = ()


def settle_versions(
    held: pd.DataFrame,
    new: pd.DataFrame,
    *,
    known: pd.DataFrame | None = None,
    restored: bool = False,
) -> Settled:
    """Decide on each figure of a file that was changed after it was stored.

    A figure that the store lacks, or holds without a value, is added; so is one with a later
    day of publication, as a revision.  Any other change of a value is refused.

    Parameters
    ----------
    held
        What earlier versions gave, one row a key, in the tidy shape.
    new
        What the present version gives, likewise.
    known
        What the store says of all files together: what it withholds, since another file says
        otherwise, follows the present version alone.
    restored
        Whether the present version is an earlier one again: then what it lacks is no loss.
    """
    disputed = [] if known is None else list(_rows(known[known["status"] == "quarantined"]))
    withheld = set(map(key_of, disputed))
    before = {key: row for row in _rows(held) if (key := key_of(row)) not in withheld}
    latest: dict[Any, Observation] = {}
    for row in sorted(before.values(), key=_day):
        if row.status not in OPEN:
            latest[vintage_of(row)] = row
    fresh: dict[Any, Observation] = {}
    told: set[Any] = set()
    problems: list[Problem] = []
    for row in _rows(new):
        old = before.get(key_of(row)) or latest.get(vintage_of(row))
        if row.status in OPEN and old is not None and old.status not in OPEN:
            continue
        told.add(vintage_of(row))
        if old is None or old.status in OPEN or _day(row) > _day(old) or _same(old, row):
            fresh[key_of(row)] = row
        elif not _is_rounded(old, row):
            problems.append(_changed(old, row))
    kept = [row for key, row in before.items() if key not in fresh]
    if not restored:
        gone = (row for key, row in latest.items() if key not in told)
        problems += [_left_out(row) for row in gone]
    return Settled(
        frame_observations(list(fresh.values())), frame_observations(kept), tuple(problems)
    )


def _rows(frame: pd.DataFrame) -> Iterator[Observation]:
    for row in frame[list(COLUMNS)].itertuples(index=False, name=None):
        yield Observation(*row)


def _day(row: Observation) -> dt.date:
    return row.published or dt.date.min


def _same(old: Observation, new: Observation) -> bool:
    return value_of(old) == value_of(new) and old.status == new.status


def _is_rounded(old: Observation, new: Observation) -> bool:
    """Whether both are one figure, printed with more and with fewer decimals."""
    one, other = value_of(old), value_of(new)
    if one is None or other is None:
        return False
    growth = old.measure == "yoy"
    return is_same_figure(one, other, growth=growth) or is_same_figure(other, one, growth=growth)


def _name(row: Observation) -> str:
    return f"“{row.indicator} {row.period} {row.measure}（{row.span}）”"


def _changed(old: Observation, new: Observation) -> Problem:
    return Problem(
        new.sheet,
        new.cell,
        f"{_name(new)}已按 {old.token}（{_day(old):%Y-%m-%d} 公布）入库，"
        f"改动后的文件写作 {new.token}（{_day(new):%Y-%m-%d} 公布），没有采用",
        "请核对出处：原来的数有误的，写入 corrections.toml；"
        "是修订的，写明新的发布日期，或恢复原件、另存为新的发布",
    )


def _left_out(old: Observation) -> Problem:
    return Problem(
        old.sheet,
        old.cell,
        f"{_name(old)}原来交付的 {old.token} 在改动后的文件里没有了，库中仍保留",
        "误报的，在 corrections.toml 中撤下；不是的，请恢复原件，把改动后的版本另存为新文件",
    )
