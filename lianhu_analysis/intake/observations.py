"""The one tidy shape of the suite: a row is one published figure, with where it came from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from pydantic import AfterValidator

from lianhu_analysis.catalog.periods import Period, Span
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.workspace import Provenance

__all__ = [
    "CASE_COLUMNS",
    "CASE_KEY",
    "COLUMNS",
    "KEY",
    "MEASURES",
    "PROVENANCES",
    "SPANS",
    "STATUSES",
    "VINTAGE_OF",
    "Measure",
    "Observation",
    "PeriodCode",
    "Provenance",
    "Span",
    "empty_observations",
    "frame_observations",
    "is_hidden",
    "join_source",
    "path_of",
    "split_source",
    "validate_observations",
]

BETWEEN = " | "  # the parts of a source


class Observation(NamedTuple):
    """One row of the tidy shape."""

    region: str = ""
    indicator: str = ""
    measure: str = ""
    span: str = ""
    period: str = ""  # 2024-02, 2024Q1 or 2024
    value: float | None = None  # in the catalogue's unit; missing where status says why
    unit: str = ""
    published: dt.date | None = None
    published_basis: str = ""
    source: str = ""  # path of the raw file [ | title | address]
    sheet: str = ""
    cell: str = ""
    token: str = ""  # the raw text of the cell
    status: str = ""
    provenance: str = ""


COLUMNS = Observation._fields
DTYPES = dict.fromkeys(COLUMNS, "str") | {"value": "float64", "published": "datetime64[us]"}
KEY = ("region", "indicator", "measure", "span", "period", "published", "provenance")
# A case of a ledger: beside where it stands, what its row says, as JSON by column.
CASE_KEY = ("region", "ledger", "key", "published", "provenance")
CASE_COLUMNS = (*CASE_KEY, "content", "source", "sheet", "cell")
VINTAGE_OF = tuple(name for name in KEY if name != "published")

Measure = Literal["level", "yoy"]
PeriodCode = Annotated[str, AfterValidator(lambda text: Period.parse(text).code)]
MEASURES: tuple[str, ...] = get_args(Measure)
SPANS: tuple[str, ...] = get_args(Span)
PROVENANCES: tuple[str, ...] = get_args(Provenance)
STATUSES = (
    "ok",
    "zero_base",
    "not_released",
    "below_unit",
    "not_meaningful",
    "corrected",
    "quarantined",
)
PUBLISHED_BASES = ("stated", "assumed")
WITH_VALUE = ("ok", "corrected")


# What the text of a column must be as a whole; the others may be empty.
TEXTS: dict[str, str] = {
    "region": "[0-9]{6}",
    "indicator": ".+",
    "measure": "|".join(MEASURES),
    "span": "|".join(SPANS),
    "period": "[0-9]{4}(-(0[1-9]|1[0-2])|Q[1-4])?",
    "unit": ".+",
    "published_basis": "|".join(PUBLISHED_BASES),
    "source": ".+",
    "status": "|".join(STATUSES),
    "provenance": "|".join(PROVENANCES),
}
FAULTS_SHOWN = 20


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


def is_hidden(indicators: pd.Series[Any], hidden: frozenset[str]) -> pd.Series[bool]:
    """Say of each code whether it, or the indicator that a fact (``fact.KIND.CODE``) is of, is hidden."""
    return indicators.str.replace(r"^fact\.[^.]+\.", "", regex=True).isin(hidden)


def empty_observations() -> pd.DataFrame:
    """Return a frame of no rows in the tidy shape."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in DTYPES.items()})


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
    faults = _shape_faults(frame) or [*_text_faults(frame), *_row_faults(frame)]
    if faults:
        raise IntakeError(
            f"{source} 的观测不符合数据约定：" + "；".join(faults[:FAULTS_SHOWN]),
            "请对照 docs/data.md 的列说明改正",
        )
    return frame[list(COLUMNS)]


def _shape_faults(frame: pd.DataFrame) -> list[str]:
    found = {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
    names = dict.fromkeys([*DTYPES, *found])
    faults = [
        f"{name} 列应为 {DTYPES.get(name, '没有')}，实为 {found.get(name, '没有')}"
        for name in names
        if found.get(name) != DTYPES.get(name)
    ]
    return faults or (["有列重名"] if len(frame.columns) > len(DTYPES) else [])


def _text_faults(frame: pd.DataFrame) -> Iterator[str]:
    for name, dtype in DTYPES.items():
        if name != "value" and frame[name].isna().any():
            yield f"{name} 有空缺"
        elif dtype == "str" and name in TEXTS:
            allowed = re.compile(TEXTS[name], re.DOTALL)
            for text in sorted(set(frame[name].array)):
                if not allowed.fullmatch(text):
                    yield f"{name} = {text!r} 不认识"


def _row_faults(frame: pd.DataFrame) -> Iterator[str]:
    wrong = {
        "value 应当有数、且只在 status 为 ok 或 corrected 时有": frame["value"].notna()
        != frame["status"].isin(WITH_VALUE),
        "一个数有两行": frame.duplicated(list(KEY)),
    }
    for what, rows in wrong.items():
        for row in frame[rows].itertuples():
            yield f"{what}（{row.indicator} {row.period} {row.sheet}!{row.cell}）"
