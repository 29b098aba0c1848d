"""What an analysis says: sentences made from numbers, the tables behind them, its limits."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import pandas as pd

from lianhu_analysis.catalog.targets import percentage
from lianhu_analysis.forecast.assessment import Assessment

__all__ = ["DECIMALS", "Answer", "Row", "answer_of", "became", "chance_text"]

# With how many decimals growth of a row is printed: no number of the answer.
DECIMALS = "decimals"
# Of a table, by column.
Row = Mapping[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer, the same for command line, report and notebook.

    Attributes
    ----------
    question
        In Chinese, as a reader would ask it.
    sentences
        In Chinese; every number in them stands in a table too.
    tables
        By name.  Columns have English names and plain cells (text, numbers,
        missing where unknown); what readers see of an indicator is in ``name_zh``.
    notes
        Method, limits, and what was left out with the reason.
    simulated
        Whether a simulated figure was used.
    sensitive
        Whether a sensitive ledger was used: public pages leave the answer out.
    """

    question: str
    region: str
    region_zh: str
    as_of: str | None
    simulated: bool
    sensitive: bool = False
    sentences: tuple[str, ...]
    notes: tuple[str, ...] = ()
    tables: Mapping[str, pd.DataFrame]

    @cached_property
    def numbers(self) -> list[tuple[Row, str, float]]:
        """Each number of the tables with its row and column, then the sums of what is above zero."""
        found = [
            (row, str(column), float(value))
            for table in self.tables.values()
            for row in table.to_dict("records")
            for column, value in row.items()
            if column != DECIMALS
            if isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
        ]
        sums = [
            ({"name_zh": "合计"}, str(column), float(values[values > 0].sum()))
            for table in self.tables.values()
            for column, values in table.select_dtypes("number").items()
            if column != DECIMALS
        ]
        return [*found, *sums]

    @cached_property
    def counts(self) -> set[int]:
        """How many rows the tables have: in all, alike in a column of words, above zero."""
        counts = {0}
        for table in self.tables.values():
            words = table.select_dtypes(exclude="number")
            alike = (words[name].value_counts(dropna=False) for name in words)
            counts |= {len(table), *(n for found in alike for n in found)}
            counts |= set((table.select_dtypes("number") > 0).sum())
        return {int(count) for count in counts}

    def as_kept(self) -> dict[str, Any]:
        """Return a JSON document from which ``from_kept`` makes the same answer, bit by bit."""
        return self._plain | {"tables": {name: _kept(table) for name, table in self.tables.items()}}

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> Answer:
        """Return the answer that a document of ``as_kept`` holds."""
        told = {name: tuple(kept[name]) for name in ("sentences", "notes")}
        tables = {name: _table(columns) for name, columns in kept["tables"].items()}
        return cls(**{**kept, **told, "tables": tables})

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document: fields as they are, tables as lists of rows."""
        return self._plain | {name: rows_of(table) for name, table in self.tables.items()}

    @property
    def _plain(self) -> dict[str, Any]:
        """Every field but the tables, in their order."""
        told = {item.name: getattr(self, item.name) for item in fields(self)[:-1]}
        return told | {name: list(told[name]) for name in ("sentences", "notes")}


def _kept(table: pd.DataFrame) -> dict[str, Any]:
    columns = [
        [name, str(cells.dtype), [None if cell is pd.NA else cell for cell in cells.astype(object)]]
        for name, cells in table.items()
    ]
    return {"index": table.index.tolist(), "columns": columns}


def _table(kept: Mapping[str, Any]) -> pd.DataFrame:
    labels = kept["index"]
    index = pd.RangeIndex(len(labels)) if labels == [*range(len(labels))] else pd.Index(labels)
    columns = {
        name: pd.Series(cells, index, dtype=object).astype(kind)
        for name, kind, cells in kept["columns"]
    }
    return pd.DataFrame(columns, index)


def answer_of(
    assessment: Assessment,
    question: str,
    sentences: tuple[str, ...],
    tables: Mapping[str, pd.DataFrame],
    notes: tuple[str, ...] = (),
    *,
    simulated: bool | None = None,
    sensitive: bool = False,
) -> Answer:
    """Return an answer about an assessment's region and day.

    Parameters
    ----------
    simulated
        Default: whether a simulated row is among the region's figures.
    sensitive
        Whether a sensitive ledger was used.
    """
    if simulated is None:
        simulated = bool(assessment.frame["provenance"].eq("simulated").any())
    return Answer(
        question=question,
        region=assessment.region.code,
        region_zh=assessment.region.name_zh,
        as_of=None if assessment.as_of is None else assessment.as_of.isoformat(),
        simulated=simulated,
        sentences=sentences,
        tables=tables,
        notes=notes,
        sensitive=sensitive,
    )


def chance_text(probability: float) -> str | None:
    """Write the probability of a forecast, which is never certain; nothing where it is unknown."""
    return None if math.isnan(probability) else percentage(probability)


def became(before: str | None, now: str | None) -> str:
    """Say what something was and is, once where both are told alike."""
    return f"仍为 {now}" if before == now else f"由 {before} 变为 {now}"


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as plain rows; what is missing is ``None``."""
    rows: list[dict[str, Any]] = json.loads(
        table.to_json(orient="records", double_precision=15, date_format="iso")
    )
    return rows
