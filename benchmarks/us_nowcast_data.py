"""The data and the protocol of dhopp1/nowcasting_benchmark: what a forecaster saw, and when.

``data_tf.csv`` holds growth rates by month (quarterly series in the last month
of their quarter), ``meta_data.csv`` each series' publication lag in months.
There is one vintage of the figures themselves; vintages are made by hiding
what was not yet published.  As ``gen_lagged_data`` of that repository does it:
with the panel cut after the last month of the target's quarter (row ``r``),
vintage ``v`` and lag ``l``, rows from ``r - l + v`` on are hidden.  Vintage 0
is the first day of the quarter's last month, so that a series without lag is
known up to the month before.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from lianhu_analysis.forecast.growth import FloatArray

__all__ = [
    "FOLDER",
    "PUBLISHED",
    "TEST",
    "VINTAGES",
    "Panel",
    "View",
    "quarter_ends",
    "read_panel",
    "view_at",
]

FOLDER = Path(__file__).parents[1].parent / "shared" / "data" / "us_nowcasting_benchmark"
TARGET = "gdpc1"
VINTAGES = (-2, -1, 0, 1, 2)
TEST = ("2005-03", "2010-03")
# RMSE over the test quarters, by vintage, as the repository's notebooks and
# result pages print them; "LSTM, random search" is the best of all on average.
PUBLISHED = {
    "LSTM, random search": (0.0072, 0.0051, 0.0044, 0.0042, 0.0043),
    "LSTM": (0.0076, 0.0056, 0.0048, 0.0044, 0.0042),
    "Bayesian VAR": (0.0057, 0.0065, 0.0047, 0.0051, 0.0051),
    "midasml": (0.0053, 0.0051, 0.0061, 0.0059, 0.0059),
    "ridge": (0.0082, 0.0062, 0.0053, 0.0050, 0.0047),
    "MIDAS": (0.0081, 0.0073, 0.0067, 0.0059, 0.0041),
    "DFM": (0.0080, 0.0071, 0.0064, 0.0063, 0.0064),
    "least squares": (0.0091, 0.0099, 0.0067, 0.0092, 0.0060),
    "ARMA": (0.0091, 0.0079, 0.0079, 0.0079, 0.0079),
}


@dataclass(frozen=True)
class Panel:
    """All figures, whenever they were published.

    Attributes
    ----------
    values
        Shape (T, n): growth over the month or quarter before, as a fraction.
    months
        Shape (T,): the months of the rows.
    names, lags, quarterly
        Shape (n,): series, publication lag in months, whether quarterly.
    """

    values: FloatArray
    months: pd.PeriodIndex
    names: tuple[str, ...]
    lags: np.ndarray
    quarterly: np.ndarray

    @property
    def target(self) -> FloatArray:
        """Return growth of GDP, shape (T,), missing between the ends of quarters."""
        return np.asarray(self.values[:, self.names.index(TARGET)])


@dataclass(frozen=True)
class View:
    """What is known of one quarter at one vintage; the last row ends the quarter.

    Attributes
    ----------
    values
        Shape (r + 1, n): figures, missing where not yet published.
    age
        Shape (n,): months from each series' last published month to the end of
        the quarter, zero where its last month is known.
    quarter_rows
        Rows that end a quarter, the target's last.
    """

    values: FloatArray
    age: np.ndarray
    names: tuple[str, ...]
    quarterly: np.ndarray
    quarter_rows: np.ndarray

    @property
    def target(self) -> FloatArray:
        """Return growth of GDP as far as it is known, shape (r + 1,)."""
        return np.asarray(self.values[:, self.names.index(TARGET)])


def read_panel(folder: Path = FOLDER) -> Panel:
    """Read the panel from the benchmark's own two files."""
    frame = pd.read_csv(folder / "data_tf.csv", index_col="date", parse_dates=["date"])
    frame = frame.sort_index()
    meta = pd.read_csv(folder / "meta_data.csv", index_col="series").loc[frame.columns]
    return Panel(
        values=frame.to_numpy(dtype=float),
        months=pd.PeriodIndex(frame.index, freq="M"),
        names=tuple(frame.columns),
        lags=meta["months_lag"].to_numpy(dtype=int),
        quarterly=(meta["freq"] == "q").to_numpy(),
    )


def quarter_ends(panel: Panel, first: str, last: str) -> list[int]:
    """Return the rows that end the quarters from one month to another."""
    return [
        row
        for row, month in enumerate(panel.months)
        if month.month % 3 == 0 and pd.Period(first, "M") <= month <= pd.Period(last, "M")
    ]


def view_at(panel: Panel, row: int, vintage: int, lags: np.ndarray | None = None) -> View:
    """Hide what was not published at a vintage of the quarter that ends in ``row``."""
    lags = panel.lags if lags is None else lags
    values = panel.values[: row + 1].copy()
    for column, lag in enumerate(lags):
        values[max(row - lag + vintage, 0) :, column] = np.nan
    # A lag shorter than the vintage must not show the target itself.
    values[row, panel.names.index(TARGET)] = np.nan
    ends = np.arange(row % 3, row + 1, 3)
    age = np.maximum(0, 1 + lags - vintage)
    return View(values, age, panel.names, panel.quarterly, ends)
