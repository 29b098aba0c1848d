"""Pictures of rows against each other: what each part pulls, where each region stands."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lianhu_analysis.analysis.answer import DECIMALS, Answer
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
        # What pulls a fall down most is the news of it.
        falls = whole["growth"] < 0
        most_zh, points = parts[["label", "value"]].iloc[-1 if falls else 0]
        grown = grew_text(whole["growth"], whole[DECIMALS])
        title = (
            f"{Period.parse(whole['period']).label_zh('ytd')}{whole['label']}{grown}，"
            f"{most_zh}{'下拉' if falls else '拉动'}最多：{half_up(abs(points))} 个百分点"
        )
        rows["strong"] = rows.index == block.index[0]
        rows[DECIMALS] = rows[DECIMALS].where(rows["strong"], 1)  # points have one
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
        _picture(rows, f"{when} {name}：{len(rows)} 个地区{_rate(str(name))}", "%", answer)
        for (_, name, when), rows in blocks
        if len(rows) > 1
    ]


def _rate(name: str) -> str:
    return "" if "降低" in name else "的同比增速"


def _picture(rows: pd.DataFrame, title: str, unit: str, answer: Answer) -> Picture:
    caption = f"{answer.region_zh}，截至 {answer.as_of}；括号内为比上期的变化"
    setting = Setting(title=title, caption=caption, unit=unit, simulated=answer.simulated)
    cells = rows[["label", "value", DECIMALS]].itertuples(index=False)
    told = "、".join(f"{label} {half_up(value, digits)}" for label, value, digits in cells)
    return picture(rows_chart(rows, setting), f"{title}。{told}")


def rows_chart(rows: pd.DataFrame, setting: Setting) -> Figure:
    """Draw one bar a row, the first on top, with its range and where it stood before.

    Parameters
    ----------
    rows
        Columns ``label``, ``value``, ``previous`` and ``change`` (missing where unknown),
        ``low`` and ``high`` of what is possible (missing where exact), ``start`` of the
        bar, whether it is ``strong``, and ``decimals`` with which it is printed.
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
    told = zip(right, value, rows["change"], rows[DECIMALS], strict=True)
    for at, (x, points, change, digits) in enumerate(told):
        if not np.isnan(points):
            moved = "" if np.isnan(change) else f"（{half_up(change, digits):+}）"
            text = f"{half_up(points, digits)}{moved}"
            axes.annotate(text, (x, at), (7, 0), textcoords="offset points", va="center")
    axes.set_yticks(y, ["\n".join(wrap(said(label), NAME_WIDTH)) for label in rows["label"]])
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0.1)
    return figure
