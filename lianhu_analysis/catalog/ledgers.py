"""Ledgers (台账): which cases mechanisms keep beside the series, and how a row is written."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import MinLen

from lianhu_analysis.errors import CatalogueError
from lianhu_analysis.written import Filled, Truth, packaged, parse_written, read_written, shape

__all__ = ["FILE_NAME", "VOID", "Column", "Ledger", "Series", "load_ledgers"]

FILE_NAME = "ledgers.toml"
ColumnType = Literal["text", "number", "past", "day", "period"]


@shape
class Column:
    """One column of a ledger; its fields are described in ``data/ledgers.toml``."""

    name: Filled
    head: Filled
    type: ColumnType = "text"
    unit: str = ""
    required: Truth = False
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The head with its unit."""
        return f"{self.head}（{self.unit}）" if self.unit else self.head


# Every ledger has it: a case entered by mistake is delivered again with 是.
VOID = Column("void", "作废", choices=("是", "否"))


@shape
class Series:
    """A published indicator that cases add up to.

    Attributes
    ----------
    at
        The column that puts a case into a period.
    amount
        The column that is summed, in the indicator's unit; empty: cases are counted.
    where
        Columns and what they must say.
    """

    indicator: Filled
    at: Filled
    amount: str = ""
    where: Mapping[str, str] = field(default_factory=dict)


@shape
class Ledger:
    """One kind of cases.

    Attributes
    ----------
    sensitive
        Whether it stays out of public pages.
    key
        Columns that tell one case from another.
    in_order
        Columns of days that must not go back in time.
    """

    kind: Filled
    name_zh: Filled
    sensitive: Truth
    key: Annotated[tuple[str, ...], MinLen(1)]
    note: Filled
    column: tuple[Column, ...]
    series: tuple[Series, ...] = ()
    in_order: tuple[tuple[str, ...], ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, and those that all ledgers have."""
        return (*self.column, VOID)

    @cached_property
    def heads(self) -> dict[str, Column]:
        """Its columns by each of their heads, with and without the unit."""
        bare = {head: item for item in self.columns for head in (item.head, *item.aliases)}
        return bare | {f"{head}({item.unit})": item for head, item in bare.items() if item.unit}


@shape
class _File:
    ledger: tuple[Ledger, ...] = ()


def load_ledgers(root: Path | None = None) -> dict[str, Ledger]:
    """Return the built-in ledgers by kind, and those of a workspace's own file in their place.

    Parameters
    ----------
    root
        Of the workspace; ``None`` for the built-in ones alone.

    Raises
    ------
    CatalogueError
        With every fault of that file.
    """
    data, refuse = packaged(f"catalog/data/{FILE_NAME}"), partial(CatalogueError, FILE_NAME)
    built_in = {one.kind: one for one in parse_written(data, _File, refuse).ledger}
    own = root / FILE_NAME if root else None
    added = read_written(own, _File, refuse) if own and os.path.lexists(own) else _File()
    faults = [told for one in added.ledger for told in _faults(one, built_in.get(one.kind, one))]
    if faults:
        raise refuse(faults)
    return built_in | {item.kind: item for item in added.ledger}


def _faults(ledger: Ledger, replaced: Ledger) -> Iterator[str]:
    """Say which columns a ledger speaks of or replaces and does not have, and which heads twice."""
    heads = Counter(head for item in ledger.columns for head in (item.head, *item.aliases))
    for head in (head for head, count in heads.items() if count > 1):
        yield f"{ledger.kind}：表头 {head!r} 不止一列，请改名"
    series = [name for one in ledger.series for name in (one.at, one.amount, *one.where)]
    known = {"", *(item.name for item in ledger.columns)}
    types = {(item.name, item.type) for item in ledger.columns}
    for item in (item for item in replaced.column if (item.name, item.type) not in types):
        yield f"{ledger.kind}：内置的列 {item.name!r}（type = {item.type!r}）有用，请保留"
    for name in sorted({*ledger.key, *chain(*ledger.in_order), *series} - known):
        yield f"{ledger.kind}：没有名为 {name!r} 的列，请改正或补上这一列"
