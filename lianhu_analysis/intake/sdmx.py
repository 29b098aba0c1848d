"""Figures as SDMX-CSV 2.0, for a bureau's own tools."""

from __future__ import annotations

import pandas as pd

from lianhu_analysis.catalog.periods import Period

__all__ = ["sdmx_csv"]

# Codes of CL_OBS_STATUS: normal, not significant, cannot exist; else O, missing.  It has none for a
# correction or a doubt: STATUS keeps our own words.
OBS_STATUS = {"ok": "A", "corrected": "A", "below_unit": "N", "zero_base": "M"}
# Of the observation table, where the standard has a name of its own.
NAMES = {"region": "ref_area", "value": "obs_value", "unit": "unit_measure"}
COLUMNS = (
    "STRUCTURE STRUCTURE_ID ACTION FREQ REF_AREA INDICATOR MEASURE SPAN PROVENANCE TIME_PERIOD "
    "OBS_VALUE OBS_STATUS STATUS UNIT_MEASURE PUBLISHED PUBLISHED_BASIS SOURCE SHEET CELL"
).split()


def sdmx_csv(frame: pd.DataFrame) -> bytes:
    """Write observations of one day, one vintage of each figure, as an SDMX-CSV message.

    Parameters
    ----------
    frame
        The observation table.

    Returns
    -------
    UTF-8 with a line for each observation, a missing value as ``NaN``.  PROVENANCE is a part
    of the key: without it an official figure and a published fact would be one.
    """
    lines = frame.assign(
        structure="dataflow",
        structure_id="LIANHU:OBSERVATIONS(1.0)",
        action="I",
        freq=[Period.parse(code).frequency for code in frame["period"]],
        time_period=frame["period"].str.replace("Q", "-Q"),
        obs_status=frame["status"].map(OBS_STATUS).fillna("O"),
    ).rename(columns=NAMES)
    text = lines.rename(columns=str.upper).to_csv(
        columns=COLUMNS, index=False, na_rep="NaN", date_format="%Y-%m-%d", lineterminator="\r\n"
    )
    return text.encode()
