"""Pictures of the monitor: heat by theme and month, the coincident and the diffusion index."""

from __future__ import annotations

from matplotlib.colors import BoundaryNorm, ListedColormap

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.analysis.monitor_rules import load_rules
from lianhu_analysis.errors import ReportError
from lianhu_analysis.render.drawing.chart_layout import (
    LABEL_SIZE,
    Setting,
    finish,
    name_room,
    new_figure,
)
from lianhu_analysis.render.drawing.charts import Picture, picture
from lianhu_analysis.render.drawing.theme import PALETTE, said

__all__ = ["heat_map", "index_chart"]

MONTHS_SHOWN, YEARS_SHOWN = 22, 6
# Beyond every score.
FAR = 1e3


def heat_map(answer: Answer) -> Picture:
    """Draw the light of heat of each theme, month by month, the newest at the right.

    Every cell names its light, so that it is read without colour.
    """
    import seaborn as sns

    rules = load_rules()
    setting = _setting(answer, "heat", "各方面的景气灯（只与自己近五年比，不说好坏）", "灯号")
    wide = answer.tables["heat"].pivot(index="theme_zh", columns="month", values="score")
    order = [name for name in rules.themes.values() if name in wide.index]
    wide = wide.reindex(order).rename(index=said).iloc[:, -MONTHS_SHOWN:]
    limits = [-FAR, *(light.up_to for light in rules.heat[:-1]), FAR]
    figure, axes = new_figure(setting)
    sns.heatmap(
        wide,
        ax=axes,
        cmap=ListedColormap([light.colour for light in rules.heat]),
        norm=BoundaryNorm(limits, len(rules.heat)),
        cbar=False,
        annot=wide.map(lambda score: said((rules.light(score) or "").split("·")[0])),
        fmt="",
        annot_kws={"size": LABEL_SIZE - 2, "gid": "unit"},
        linewidths=0.5,
    )
    names = [month[5:] if month[5:] != "02" else f"02\n{month[:4]}" for month in map(str, wide)]
    axes.set_xticklabels(names, rotation=0)
    axes.set(xlabel="", ylabel="")
    axes.grid(visible=False)
    figure.subplots_adjust(left=max(0.13, name_room(wide.index)))
    return picture(figure, setting.title)


def index_chart(answer: Answer) -> Picture:
    """Draw the coincident index with its turning points, and below it the diffusion index."""
    setting = _setting(answer, "index", "一致指数（100＝均值，不是预测）与扩散指数", "指数")
    index = answer.tables["index"].tail(YEARS_SHOWN * 11).set_index("month")
    spread = answer.tables["diffusion"].set_index("month")["diffusion"].reindex(index.index)
    figure, upper = new_figure(setting, panels=2)
    lower, x = figure.axes[1], range(len(index))
    upper.plot(x, index["index"], color=PALETTE["actual"], lw=2, label="一致指数")
    upper.axhline(100, color=PALETTE["muted"], ls=":")
    for turn in answer.tables["turning_points"].itertuples():
        if turn.month in index.index:
            place = index.index.get_loc(turn.month), turn.value
            upper.plot(*place, color=PALETTE["ink"], marker="o", ms=4)
            upper.annotate(
                turn.kind, place, xytext=(0, 8), textcoords="offset points", ha="center",
                size=LABEL_SIZE, gid="annotation",
            )  # fmt: skip
    lower.bar(x, spread - 50, bottom=50, color=PALETTE["bar"], label="扩散指数（50 以上多数加快）")
    for axes in figure.axes:
        finish(axes, list(index.index), [])
    upper.tick_params(labelbottom=False)
    return picture(figure, setting.title)


def _setting(answer: Answer, table: str, title: str, unit: str) -> Setting:
    """Return what stands around a picture.

    Raises
    ------
    ReportError
        If there is nothing to draw.
    """
    if answer.tables[table].empty:
        raise ReportError(f"图“{title}”没有足够的历史，不能画。请先入库三年以上的增速")
    caption = f"{answer.region_zh}，截至 {answer.as_of} 已公布的版本；规则见方法说明"
    return Setting(title=title, caption=caption, unit=unit, simulated=answer.simulated)
