"""The one tidy shape of the suite: a row is one published figure, with where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from lianhu_analysis.errors import IntakeError

__all__ = [
    "COLUMNS",
    "KEY",
    "MEASURES",
    "PROVENANCES",
    "SPANS",
    "STATUSES",
    "empty_observations",
    "make_observations",
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
KEY = ("region", "indicator", "measure", "span", "period", "published", "provenance")

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
    rows = list(rows)
    if not rows:
        return empty_observations()
    frame = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    text = [name for name, dtype in DTYPES.items() if dtype == "str"]
    return frame.astype(dict.fromkeys(text, object)).fillna(dict.fromkeys(text, "")).astype(DTYPES)


def validate_observations(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    """Check a frame against the contract, once, at the store's door.

    Returns the frame with columns in order.  A value must be present exactly
    where the status says so, and every closed choice must be a known one.

    Raises
    ------
    IntakeError
        With every fault found, not only the first.
    """
    # pandera costs three seconds to import: pay only when something is stored.
    import pandera.errors
    import pandera.pandas as pa

    def closed(choices: tuple[str, ...]) -> pa.Column:
        return pa.Column(str, pa.Check.isin(choices))

    schema = pa.DataFrameSchema(
        {
            "region": pa.Column(str, pa.Check.str_matches(r"^\d{6}$")),
            "indicator": pa.Column(str, pa.Check.str_length(min_value=1)),
            "measure": closed(MEASURES),
            "span": closed(SPANS),
            "period": pa.Column(str, pa.Check.str_matches(r"^\d{4}(-(0[1-9]|1[0-2])|Q[1-4])?$")),
            "value": pa.Column(float, nullable=True),
            "unit": pa.Column(str, pa.Check.str_length(min_value=1)),
            "published": pa.Column("datetime64[us]"),
            "published_basis": closed(PUBLISHED_BASES),
            "source": pa.Column(str, pa.Check.str_length(min_value=1)),
            "sheet": pa.Column(str),
            "cell": pa.Column(str),
            "token": pa.Column(str),
            "status": closed(STATUSES),
            "provenance": closed(PROVENANCES),
        },
        checks=[
            pa.Check(
                lambda df: df["value"].notna() == df["status"].isin(["ok", "corrected"]),
                error="value must be present exactly when status is ok or corrected",
            )
        ],
        unique=list(KEY),
        strict=True,
        ordered=False,
    )
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
