"""Pictures of rows against each other: what each part pulls, where each region stands."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.analysis.wording import grew_text, half_up
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.render.drawing.chart_layout import Setting, new_figure, wrap
from lianhu_analysis.render.drawing.charts import Picture, picture
from lianhu_analysis.render.drawing.theme import PALETTE, said

__all__ = ["contribution_pictures", "standing_pictures"]

LEFT_OF_NAMES, NAME_WIDTH = 0.22, 12


def contribution_pictures(answer: Answer, most: int | None = None) -> list[Picture]:
    """Draw how the known points of parts, one after another, make the growth of each whole.

    Parameters
    ----------
    most
        Only so many of the first; default: all.
    """
    table = answer.tables["contributions"].rename(columns={"name_zh": "label", "points": "value"})
    pictures: list[Picture] = []
    if table.empty:
        return pictures
    for _, block in table.groupby((table["indicator"] == table["whole"]).cumsum()):
        whole, parts = block.iloc[0], block.iloc[1:-1].dropna(subset="value")
        if parts.empty or len(pictures) == most:
            continue
        parts = parts.sort_values("value", ascending=False)
        rows = pd.concat([parts, block.iloc[[-1, 0]]]).assign(start=0.0)
        # A waterfall: each part begins where the one before ended, the whole at nothing.
        rows.iloc[1:-1, -1] = rows["value"].fillna(0).cumsum().iloc[:-2]
        most_zh, points = rows[["label", "value"]].iloc[0]
        title = (
            f"{Period.parse(whole['period']).label_zh('ytd')}{whole['label']}{grew_text(whole['growth'])}，"
            f"{most_zh}{'拉动最多' if points > 0 else '拖累最少'}：{half_up(points)} 个百分点"
        )
        rows["strong"] = rows.index == block.index[0]
        pictures.append(_picture(rows, title, "百分点", answer))
    return pictures


def standing_pictures(answer: Answer) -> list[Picture]:
    """Draw the regions whose growth is known, the highest first, where there are several."""
    columns = {"region_zh": "label", "growth": "value"}
    known = answer.tables["regions"].rename(columns=columns).dropna(subset="value")
    known = known.assign(
        start=0.0, low=np.nan, high=np.nan, strong=known["region"] == answer.region
    )
    blocks = known.sort_values("value", ascending=False).groupby(["indicator", "name_zh", "period"])
    return [
        _picture(rows, f"{when} {name}：{len(rows)} 个地区的同比增速", "%", answer)
        for (_, name, when), rows in blocks
        if len(rows) > 1
    ]


def _picture(rows: pd.DataFrame, title: str, unit: str, answer: Answer) -> Picture:
    caption = f"{answer.region_zh}，截至 {answer.as_of}；括号内为比上期的变化"
    setting = Setting(title=title, caption=caption, unit=unit, simulated=answer.simulated)
    told = "、".join(f"{x} {half_up(y)}" for x, y in rows[["label", "value"]].to_numpy())
    return picture(rows_chart(rows, setting), f"{title}。{told}")


def rows_chart(rows: pd.DataFrame, setting: Setting) -> Figure:
    """Draw one bar a row, the first on top, with its range and where it stood before.

    Parameters
    ----------
    rows
        Columns ``label``, ``value``, ``previous`` and ``change`` (missing where unknown),
        ``low`` and ``high`` of what is possible (missing where exact), ``start`` of the
        bar and whether it is ``strong``.
    """
    figure, axes = new_figure(setting)
    figure.subplots_adjust(left=LEFT_OF_NAMES)
    y, start, value = np.arange(len(rows)), rows["start"], rows["value"]
    colours = [PALETTE["actual" if strong else "bar"] for strong in rows["strong"]]
    axes.barh(y, value, left=start, color=colours, height=0.6)
    spread = [value - rows["low"], rows["high"] - value]
    ranged = "可能的范围" if rows["low"].notna().any() else None
    axes.errorbar(
        start + value, y, xerr=spread, fmt="none", ecolor=PALETTE["ink"], capsize=3, label=ranged
    )  # fmt: skip
    axes.scatter(
        start + rows["previous"], y, c="white", edgecolor=PALETTE["target"], zorder=3, label="上期"
    )  # fmt: skip
    right = (start + rows[["value", "high", "previous"]].max(axis=1)).clip(lower=start)
    for at, (x, points, change) in enumerate(zip(right, value, rows["change"], strict=True)):
        if not np.isnan(points):
            moved = "" if np.isnan(change) else f"（{half_up(change):+}）"
            text = f"{half_up(points)}{moved}"
            axes.annotate(text, (x, at), (7, 0), textcoords="offset points", va="center")
    axes.set_yticks(y, ["\n".join(wrap(said(label), NAME_WIDTH)) for label in rows["label"]])
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0.1)
    return figure
