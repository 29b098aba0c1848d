"""Charts of how forecasts fared: calibration, ranks, errors against the rule of thumb, weights."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from lianhu_analysis.render.drawing.chart_layout import (
    LABEL_SIZE,
    Setting,
    draw_split,
    finish,
    new_figure,
)
from lianhu_analysis.render.drawing.theme import PALETTE, said

__all__ = ["calibration_chart", "ranks_chart", "skill_chart", "weights_chart"]

COLOURS = ("actual", "forecast", "good", "other", "bar", "target", "ink", "muted")
HATCHES = ("", "//", "..", "xx")
BINS = 10
FEW = 5  # events; fewer are drawn hollow


def calibration_chart(
    table: pd.DataFrame,
    setting: Setting,
) -> Figure:
    """Draw what was promised against what came true, class by class.

    Parameters
    ----------
    table
        From ``calibration_table``: ``probability``, ``frequency``,
        ``n_observations``.  A perfect forecaster lies on the diagonal; the
        bars are two binomial standard errors of one.
    """
    figure, axes = new_figure(setting, said("实现的比例"))
    p, found, n = (
        table[name].to_numpy(float) for name in ("probability", "frequency", "n_observations")
    )
    axes.plot([0, 1], [0, 1], color=PALETTE["muted"], ls=":", label=said("完全校准"))
    spread = 2 * np.sqrt(np.maximum(p * (1 - p), 0.0) / n)
    axes.errorbar(
        p, p, yerr=[np.minimum(spread, p), np.minimum(spread, 1 - p)], fmt="none",
        ecolor=PALETTE["grid"], elinewidth=6, label=said("偶然范围"),
    )  # fmt: skip
    for chosen, face in ((n >= FEW, PALETTE["actual"]), (n < FEW, "white")):
        label = said("实现的比例" if face != "white" else "不足五次")
        if chosen.any():
            axes.scatter(
                p[chosen], found[chosen], s=36, color=face, edgecolor=PALETTE["actual"], lw=1.5,
                zorder=3, label=label,
            )  # fmt: skip
    for x, y, count in zip(p, found, n, strict=True):
        # Above the point, below it near the top.
        offset = (0, 7) if y < 0.93 else (0, -14)
        axes.annotate(
            f"{count:.0f}", (x, y), xytext=offset, textcoords="offset points", ha="center",
            size=LABEL_SIZE - 1, color=PALETTE["muted"], gid="unit",
        )  # fmt: skip
    finish(axes, [], [])
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.06, 1.06)
    axes.set_xticks(np.arange(0, 1.01, 0.2))
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel(said("当时说的概率（点旁为次数）"), fontsize=LABEL_SIZE)
    return figure


def ranks_chart(
    ranks: np.ndarray,
    setting: Setting,
) -> Figure:
    """Draw where outcomes fell in their forecasts: level if calibrated.

    Parameters
    ----------
    ranks
        Shape (n,), probability integral transforms between 0 and 1.
    """
    figure, axes = new_figure(setting, said("次"))
    counts, edges = np.histogram(ranks, bins=BINS, range=(0, 1))
    axes.bar(
        edges[:-1], counts, width=np.diff(edges), align="edge", color=PALETTE["bar"],
        edgecolor="white", label=said("结果落在预测分布的位置"),
    )  # fmt: skip
    level = len(ranks) / BINS
    slack = 2 * np.sqrt(level * (1 - 1 / BINS))
    axes.axhspan(
        max(level - slack, 0), level + slack, color=PALETTE["grid"], lw=0, zorder=0,
        label=said("偶然范围"),
    )  # fmt: skip
    axes.axhline(level, color=PALETTE["muted"], ls=":", label=said("完全校准"))
    finish(axes, [], [])
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.set_xticks(np.arange(0, 1.01, 0.2))
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel(said("在预测分布中的位置"), fontsize=LABEL_SIZE)
    return figure


def skill_chart(
    table: pd.DataFrame,
    setting: Setting,
) -> Figure:
    """Draw errors as a share of the rule of thumb's: below one is better.

    Parameters
    ----------
    table
        Columns ``label`` (of a cell) and ``ratio``; in the order of drawing.
    """
    figure, axes = new_figure(setting, said("误差是基准的几倍"))
    ratio = table["ratio"].to_numpy(float)
    draw_split(axes, ratio, ~(ratio > 1), ("good", "胜过基准"), ("target", "不及基准"))
    axes.axhline(1.0, color=PALETTE["ink"], lw=1.2, ls="--", label=said("基准"))
    finish(axes, list(table["label"]), [])
    axes.set_ylim(bottom=0)
    return figure


def weights_chart(
    table: pd.DataFrame,
    setting: Setting,
) -> Figure:
    """Draw the weights of models over time, one stacked bar a year.

    Parameters
    ----------
    table
        One row a year (the index), one column a model with its weight; rows
        sum to one, or to nothing where there was no forecast.
    """
    figure, axes = new_figure(setting, said("权重"))
    x, base = np.arange(len(table)), np.zeros(len(table))
    styles = cycle(zip(COLOURS * len(HATCHES), sorted(HATCHES * len(COLOURS)), strict=True))
    for (name, weights), (colour, hatch) in zip(table.items(), styles, strict=False):
        values = weights.fillna(0.0).to_numpy(float)
        axes.bar(
            x, values, bottom=base, color=PALETTE[colour], hatch=hatch, edgecolor="white", lw=0.5,
            width=0.75, label=str(name),
        )  # fmt: skip
        base += values
    finish(axes, [str(label) for label in table.index], [])
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    handles, names = axes.get_legend_handles_labels()
    # More models than fit in one line stand beside the bars, in their order.
    axes.legend(
        handles[::-1], names[::-1], loc="center left", bbox_to_anchor=(1.01, 0.5), handlelength=1.4
    )
    figure.subplots_adjust(right=0.76)
    return figure
