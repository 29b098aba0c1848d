"""Is the year's target reachable? Clean the indicators, forecast, judge, report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statsmodels.tsa.statespace.mlemodel import MLEResults

    from lianhu_analysis.pipeline.session import Session

__all__ = ["__version__", "model", "open"]

__version__ = "0.2.0"


def open(workspace: str = "", as_of: str = "") -> Session:
    """Open a workspace as of a day: see ``pipeline.session.open_session``."""
    # The version must be known without loading statsmodels.
    from lianhu_analysis.pipeline.session import open_session

    return open_session(workspace, as_of)


def model(code: str, workspace: str = "", as_of: str = "") -> MLEResults:
    """Return statsmodels' results of one indicator's growth model: see ``Session.model``."""
    return open(workspace, as_of).model(code)
