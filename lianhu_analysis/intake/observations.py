"""The one tidy shape of the suite: a row is one published figure, with where it came from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from lianhu_analysis.errors import IntakeError

__all__ = [
    "COLUMNS",
    "KEY",
    "MEASURES",
    "PROVENANCES",
    "SPANS",
    "STATUSES",
    "VINTAGE_OF",
    "Observation",
    "empty_observations",
    "frame_observations",
    "join_source",
    "make_observations",
    "path_of",
    "split_source",
    "validate_observations",
]

DTYPES: dict[str, str] = {
    "region": "str",
    "indicator": "str",
    "measure": "str",
    "span": "str",
    "period": "str",  # 2024-02, 2024Q1 or 2024
    "value": "float64",  # in the catalogue's unit; missing where status says why
    "unit": "str",
    "published": "datetime64[us]",
    "published_basis": "str",
    "source": "str",  # path of the raw file [ | title | address]
    "sheet": "str",
    "cell": "str",
    "token": "str",  # the raw text of the cell
    "status": "str",
    "provenance": "str",
}
COLUMNS = tuple(DTYPES)
BETWEEN = " | "  # the parts of a source


class Observation(NamedTuple):
    """One row of the tidy shape; see ``DTYPES``."""

    region: str = ""
    indicator: str = ""
    measure: str = ""
    span: str = ""
    period: str = ""
    value: float | None = None
    unit: str = ""
    published: dt.date | None = None
    published_basis: str = ""
    source: str = ""
    sheet: str = ""
    cell: str = ""
    token: str = ""
    status: str = ""
    provenance: str = ""


KEY = ("region", "indicator", "measure", "span", "period", "published", "provenance")
VINTAGE_OF = tuple(name for name in KEY if name != "published")

MEASURES = ("level", "yoy")
SPANS = ("ytd", "single", "point", "annual")
STATUSES = (
    "ok",
    "zero_base",
    "not_released",
    "below_unit",
    "not_meaningful",
    "corrected",
    "quarantined",
)
PROVENANCES = ("official", "published_fact", "second_hand", "simulated")
PUBLISHED_BASES = ("stated", "assumed")
WITH_VALUE = ("ok", "corrected")


@dataclass(frozen=True)
class Rule:
    """What the text of one column must be: one of some, of a pattern, or not empty."""

    choices: tuple[str, ...] = ()
    pattern: str = ""
    filled: bool = False

    def allows(self, texts: set[Any]) -> bool:
        """Whether each of some texts is as it must be."""
        if self.choices:
            return texts.issubset(self.choices)
        if self.pattern:
            pattern = re.compile(self.pattern)
            return all(isinstance(text, str) and pattern.fullmatch(text) for text in texts)
        return all(isinstance(text, str) and (text or not self.filled) for text in texts)


RULES: dict[str, Rule] = {
    "region": Rule(pattern=r"^\d{6}$"),
    "indicator": Rule(filled=True),
    "measure": Rule(MEASURES),
    "span": Rule(SPANS),
    "period": Rule(pattern=r"^\d{4}(-(0[1-9]|1[0-2])|Q[1-4])?$"),
    "unit": Rule(filled=True),
    "published_basis": Rule(PUBLISHED_BASES),
    "source": Rule(filled=True),
    "sheet": Rule(),
    "cell": Rule(),
    "token": Rule(),
    "status": Rule(STATUSES),
    "provenance": Rule(PROVENANCES),
}


def join_source(path: str, title: str = "", url: str = "") -> str:
    """Return the ``source`` of a row; a bar inside a part is escaped, so that parts come apart."""
    parts = (part.replace("\\", "\\\\").replace("|", "\\|") for part in (path, title, url) if part)
    return BETWEEN.join(parts)


def split_source(source: str) -> tuple[str, str, str]:
    """Return path, title and address of a ``source``; empty where it has none."""
    parts = [re.sub(r"\\([\\|])", r"\1", part) for part in source.split(BETWEEN, 2)]
    path, title, url = (*parts, "", "")[:3]
    return path, title, url


def path_of(source: str) -> str:
    """Return the raw file's path of a ``source``."""
    return split_source(source)[0]


def empty_observations() -> pd.DataFrame:
    """Return a frame of no rows in the tidy shape."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in DTYPES.items()})


def make_observations(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Build a frame in the tidy shape from one mapping per figure.

    Parameters
    ----------
    rows
        Mappings with the names of ``COLUMNS``; text that is absent becomes
        ``""`` and ``value`` missing.
    """
    return frame_observations([_observation(row) for row in rows])


def _observation(row: Mapping[str, Any]) -> Observation:
    cells: list[Any] = [
        _text(row.get(name)) if dtype == "str" else row.get(name) for name, dtype in DTYPES.items()
    ]
    return Observation(*cells)


def _text(cell: Any) -> str:
    return "" if pd.isna(cell) else str(cell)


def frame_observations(rows: Sequence[Observation]) -> pd.DataFrame:
    """Build a frame in the tidy shape, column by column."""
    if not rows:
        return empty_observations()
    columns = zip(DTYPES.items(), zip(*rows, strict=True), strict=True)
    return pd.DataFrame(
        {
            name: np.array(cells, dtype=dtype)
            if dtype == "float64"
            else pd.array(list(cells), dtype=dtype)  # type: ignore[call-overload]
            for (name, dtype), cells in columns
        }
    )


def validate_observations(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    """Check a frame against the contract, once, at the store's door.

    Returns the frame with columns in order.  A value must be present exactly
    where the status says so, and every closed choice must be a known one.

    Raises
    ------
    IntakeError
        With every fault found, not only the first.
    """
    if _is_plainly_valid(frame):
        return frame[list(COLUMNS)]
    # pandera costs a second to import and to warm up: it words the faults that there are.
    import pandera.errors

    schema = _schema()
    try:
        return schema.validate(frame, lazy=True)[list(COLUMNS)]
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        faults = sorted(
            {
                f"{row.column or '整表'}：{row.check}（{row.failure_case}）"
                for row in cases.itertuples()
            }
        )
        raise IntakeError(
            f"{source} 的观测不符合数据约定：" + "；".join(faults[:20]),
            "请对照 docs/data.md 的列说明改正",
        ) from errors


def _is_plainly_valid(frame: pd.DataFrame) -> bool:
    """Whether a frame surely passes the schema; what is in doubt is left to it."""
    if {name: str(dtype) for name, dtype in frame.dtypes.items()} != DTYPES:
        return False
    if len(frame.columns) != len(DTYPES) or frame["published"].isna().any():
        return False
    if not all(rule.allows(set(frame[name].array)) for name, rule in RULES.items()):
        return False
    with_value = frame["status"].isin(WITH_VALUE)
    if not (frame["value"].notna() == with_value).all():
        return False
    return not frame.duplicated(list(KEY)).any()


def _schema() -> Any:
    import pandera.pandas as pa

    def column(rule: Rule) -> pa.Column:
        if rule.choices:
            return pa.Column(str, pa.Check.isin(rule.choices))
        if rule.pattern:
            return pa.Column(str, pa.Check.str_matches(rule.pattern))
        return pa.Column(str, pa.Check.str_length(min_value=1) if rule.filled else None)

    return pa.DataFrameSchema(
        {name: column(RULES[name]) for name in COLUMNS if name in RULES}
        | {"value": pa.Column(float, nullable=True), "published": pa.Column("datetime64[us]")},
        checks=[
            pa.Check(
                lambda df: df["value"].notna() == df["status"].isin(WITH_VALUE),
                error="value must be present exactly when status is ok or corrected",
            )
        ],
        unique=list(KEY),
        strict=True,
        ordered=False,
    )
