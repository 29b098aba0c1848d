"""Candidate models: each takes what was known on a day and returns simulated futures.

A model returns ``Draws``: simulated values of the target after each remaining
period of its year.  Means, quantiles and probabilities are arithmetic on
draws, done once for all models in ``verdict``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lianhu_analysis.forecast.models.draws import FULL, Draws, Effort
from lianhu_analysis.forecast.models.panel import GrowthPanel
from lianhu_analysis.forecast.models.progress import no_change, pace, progress, stock_change
from lianhu_analysis.forecast.models.rules import persistence

__all__ = [
    "GROWTH_CANDIDATES",
    "MODEL_NAMES",
    "PROGRESS_CANDIDATES",
    "STOCK_CANDIDATES",
    "Candidate",
    "weights_text",
]


def growth_model(panel: GrowthPanel, rng: np.random.Generator, effort: Effort = FULL) -> Draws:
    """Forecast with the structural model of growth: see ``state_space.average``."""
    # statsmodels takes half a second to import, which an answer kept from before need not pay.
    from lianhu_analysis.forecast.models.state_space import average

    return average(panel, rng, effort)


@dataclass(frozen=True)
class Candidate:
    """A model's names, and what draws its futures: (panel, random stream, effort).

    Attributes
    ----------
    optional
        Whether it needs what many regions do not have, so that its refusal is
        no news to a reader.
    """

    name: str
    name_zh: str
    draw: Callable[[Any, np.random.Generator, Effort], Draws]
    optional: bool = False


# The first of each is the one that others must beat, and the last resort:
# persistence for growth, the progress usual by now for counts and amounts.
GROWTH_CANDIDATES = (
    Candidate("persistence", "持续性基准", persistence),
    Candidate("growth_model", "结构时间序列模型", growth_model),
)
PROGRESS_CANDIDATES = (
    Candidate("progress", "常年进度模型", progress),
    Candidate("pace", "同期进度推算", pace, optional=True),
)
STOCK_CANDIDATES = (
    Candidate("usual_change", "常年变化模型", stock_change),
    Candidate("no_change", "维持不变", no_change, optional=True),
)
MODEL_NAMES = {
    item.name: item.name_zh
    for item in (*GROWTH_CANDIDATES, *PROGRESS_CANDIDATES, *STOCK_CANDIDATES)
} | {"combination": "多模型加权组合"}


def weights_text(reason: str, weights: Mapping[str, float]) -> str:
    """Say in words what weights rest on, and what they are, the largest first."""
    ordered = sorted(weights.items(), key=lambda pair: -pair[1])
    return f"{reason}（{'、'.join(f'{MODEL_NAMES.get(n, n)} {w:.0%}' for n, w in ordered)}）"
