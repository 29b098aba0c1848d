"""Is the year's target reachable? Clean the indicators, forecast, judge, report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statsmodels.tsa.statespace.mlemodel import MLEResults

__version__ = "0.1.0"


def model(code: str, workspace: str = "", as_of: str = "") -> MLEResults:
    """Return statsmodels' results of one indicator's growth model: see ``answers.open_model``."""
    # The version must be known without loading statsmodels.
    from lianhu_analysis.pipeline.answers import open_model

    return open_model(code, workspace, as_of)
