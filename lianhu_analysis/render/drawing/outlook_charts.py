"""Charts of what the rest of the year must show, of the past that did, and of targets together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lianhu_analysis.render.drawing.chart_layout import (
    LABEL_SIZE,
    Setting,
    draw_actual,
    draw_split,
    draw_target,
    finish,
    new_figure,
)
from lianhu_analysis.render.drawing.theme import PALETTE, said

__all__ = ["change_chart", "correlation_chart", "path_chart", "precedents_chart"]


def path_chart(
    history: pd.DataFrame,
    path: pd.DataFrame,
    setting: Setting,
) -> Figure:
    """Draw the year so far, the path that reaches the target, and the forecast beside it.

    Parameters
    ----------
    history
        Columns ``label`` and ``value`` of the year's published figures to
        date; may have no rows.
    path
        One row for each remaining period: ``label``; ``required``,
        ``required_low`` and ``required_high`` (missing where it cannot be
        said); ``low``, ``median`` and ``high`` of the forecast (missing
        without one).
    """
    figure, axes = new_figure(setting)
    known = len(history)
    values = history["value"].to_numpy(float)
    if known:
        draw_actual(axes, values)
    # Paths start from the latest figure.
    x = np.arange(known - 1 if known else 0, known + len(path))
    columns = {
        name: np.concatenate([values[-1:], path[name].to_numpy(float)])
        for name in path
        if name != "label"
    }
    if np.isfinite(columns["median"]).all():
        axes.fill_between(
            x, columns["low"], columns["high"], color=PALETTE["forecast"], alpha=0.3, lw=0,
            label=f"80% {said('区间')}",
        )  # fmt: skip
        axes.plot(
            x, columns["median"], color=PALETTE["ink"], lw=1.5, marker="",
            label=said("预测中位数"),
        )  # fmt: skip
    axes.plot(
        x, columns["required"], color=PALETTE["good"], marker="D", ms=5, ls="-.",
        markevery=slice(1 if known else 0, None), label=said("达标路径"),
    )  # fmt: skip
    axes.fill_between(
        x, columns["required_low"], columns["required_high"], color=PALETTE["good"], alpha=0.25,
        lw=0,
    )  # fmt: skip
    remarks = draw_target(axes, setting)
    finish(axes, [*history["label"], *path["label"]], remarks)
    return figure


def precedents_chart(
    past: pd.DataFrame,
    setting: Setting,
) -> Figure:
    """Draw what past years did in the same part of the year against what is required now.

    The target of the setting is what is required.

    Parameters
    ----------
    past
        Columns ``label``, ``value``, ``slack`` (how far rounding may move it)
        and ``enough``.
    """
    figure, axes = new_figure(setting)
    x = np.arange(len(past))
    values, slack = past["value"].to_numpy(float), past["slack"].to_numpy(float)
    enough = past["enough"].to_numpy(bool)
    draw_split(axes, values, enough, ("good", "合乎所需"), ("bar", "不合所需"))
    if (slack > 0).any():
        axes.errorbar(
            x, values, yerr=slack, fmt="none", ecolor=PALETTE["muted"], elinewidth=1.2, capsize=3,
            label=said("四舍五入的范围"),
        )  # fmt: skip
    remarks = draw_target(axes, setting, "今年所需")
    if (values < 0).any():
        axes.axhline(0, color=PALETTE["muted"], lw=0.8)
    finish(axes, list(past["label"]), remarks)
    return figure


def correlation_chart(
    correlation: np.ndarray,
    names: list[str],
    setting: Setting,
) -> Figure:
    """Draw how the errors of targets moved together, one square for each pair.

    Parameters
    ----------
    correlation
        Shape (k, k).
    names
        Of the targets, in order; long ones are cut.
    """
    figure, axes = new_figure(setting)
    for text in list(axes.texts):
        text.remove()  # a correlation has no unit
    shown = np.where(np.tri(len(names), k=-1, dtype=bool), correlation, np.nan)
    drawn = axes.imshow(shown[1:, :-1], cmap="PuOr", vmin=-1, vmax=1, aspect="auto")
    for row in range(1, len(names)):
        for column in range(row):
            value = correlation[row, column]
            axes.text(
                column, row - 1, f"{value:.2f}", ha="center", va="center", size=7,
                color="white" if abs(value) > 0.6 else PALETTE["ink"], gid="unit",
            )  # fmt: skip
    cut = [name if len(name) <= 9 else f"{name[:8]}…" for name in names]
    axes.set_xticks(range(len(names) - 1), cut[:-1], rotation=30, ha="right", size=LABEL_SIZE - 1)
    axes.set_yticks(range(len(names) - 1), cut[1:], size=LABEL_SIZE - 1)
    axes.grid(visible=False)
    figure.subplots_adjust(left=0.16, bottom=0.27, top=0.9, right=1.0)
    figure.colorbar(drawn, ax=axes, pad=0.02)
    return figure


def change_chart(changes: pd.DataFrame, setting: Setting) -> Figure:
    """Draw how far each probability moves: a dumbbell a row, the first on top.

    Parameters
    ----------
    changes
        Columns ``name_zh``, ``probability_before`` and ``probability_after``, missing where unknown.
    """
    figure, axes = new_figure(setting)
    y = np.arange(len(changes))
    before, after = (
        100 * changes[f"probability_{when}"].to_numpy(float) for when in ("before", "after")
    )
    axes.hlines(y, before, after, color=PALETTE["muted"], lw=2)
    axes.plot(before, y, ls="", marker="o", color=PALETTE["bar"], label=said("原来"))
    axes.plot(after, y, ls="", marker="D", color=PALETTE["target"], label=said("情景下"))
    axes.set_yticks(y, changes["name_zh"], size=LABEL_SIZE)
    axes.set(xlim=(-2, 102), ylim=(len(changes) - 0.5, -0.5))
    axes.grid(axis="x")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    figure.subplots_adjust(left=0.34)
    return figure
