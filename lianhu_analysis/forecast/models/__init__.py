"""Candidate models: each takes what was known on a day and returns simulated futures.

A model returns ``Draws``: simulated values of the target after each remaining
period of its year.  Means, quantiles and probabilities are arithmetic on
draws, done once for all models in ``verdict``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lianhu_analysis.forecast.models.bridge import bridge
from lianhu_analysis.forecast.models.draws import FULL, N_DRAWS, PAST, Draws, Effort
from lianhu_analysis.forecast.models.factor import factor_model
from lianhu_analysis.forecast.models.panel import (
    BridgePanel,
    GrowthPanel,
    ProgressPanel,
    StockPanel,
)
from lianhu_analysis.forecast.models.progress import (
    no_change,
    pace,
    progress,
    stock_change,
    usual_change,
)
from lianhu_analysis.forecast.models.rules import (
    carry_forward,
    mean_reversion,
    parent_pooling,
    persistence,
)
from lianhu_analysis.forecast.models.structural import (
    local_level,
    sarimax,
    unobserved_components,
)

__all__ = [
    "FULL",
    "GROWTH_CANDIDATES",
    "N_DRAWS",
    "PAST",
    "PROGRESS_CANDIDATES",
    "STOCK_CANDIDATES",
    "BridgePanel",
    "Candidate",
    "Draws",
    "Effort",
    "GrowthPanel",
    "ProgressPanel",
    "StockPanel",
    "bridge",
    "carry_forward",
    "factor_model",
    "local_level",
    "mean_reversion",
    "no_change",
    "pace",
    "parent_pooling",
    "persistence",
    "progress",
    "sarimax",
    "stock_change",
    "unobserved_components",
    "usual_change",
]


@dataclass(frozen=True)
class Candidate:
    """A model's name, and what draws its futures: (panel, random stream, effort).

    Attributes
    ----------
    optional
        Whether it needs what many regions do not have, so that its refusal is
        no news to a reader.
    """

    name: str
    draw: Callable[[Any, np.random.Generator, Effort], Draws]
    optional: bool = False


# The first of each is the one that others must beat, and the last resort:
# persistence for growth, the progress usual by now for counts and amounts.
GROWTH_CANDIDATES = (
    Candidate("persistence", persistence),
    Candidate("carry_forward", carry_forward, optional=True),
    Candidate("mean_reversion", mean_reversion),
    Candidate("parent_pooling", parent_pooling, optional=True),
    Candidate("local_level", local_level),
    Candidate("unobserved_components", unobserved_components),
    Candidate("sarimax", sarimax),
    Candidate("bridge", bridge, optional=True),
    Candidate("factor_model", factor_model, optional=True),
)
PROGRESS_CANDIDATES = (Candidate("progress", progress), Candidate("pace", pace, optional=True))
STOCK_CANDIDATES = (
    Candidate("usual_change", stock_change),
    Candidate("no_change", no_change, optional=True),
)
