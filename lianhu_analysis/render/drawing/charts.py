"""Charts: one function, one figure; the title is the finding, the caption source and vintage.

Text that a chart draws is part of the report: :func:`picture` hands titles and
annotations to the tracer, so a number in them must be a registered figure.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from PIL import Image

from lianhu_analysis.errors import ReportError
from lianhu_analysis.render.drawing.chart_layout import (
    LABEL_SIZE,
    Setting,
    draw_actual,
    draw_target,
    finish,
    finish_grid,
    new_figure,
    new_grid,
    set_ticks,
    unit_note,
)
from lianhu_analysis.render.drawing.theme import (
    PALETTE,
    covered_characters,
    said,
    strict_glyphs,
)

COLOURS = 96
FIRST_IDEOGRAPH = "\u3400"  # what is before it, DejaVu Sans draws

__all__ = [
    "Panel",
    "Picture",
    "fan_chart",
    "fan_grid",
    "indicator_chart",
    "picture",
    "vintage_chart",
]

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
BANDS = ((0.05, 0.95, "90%", 0.18), (0.1, 0.9, "80%", 0.30), (0.25, 0.75, "50%", 0.50))


@dataclass(frozen=True)
class Picture:
    """A chart as it stands on the page.

    Attributes
    ----------
    png
        The image.
    alt
        What it shows, for a reader who cannot see it.
    drawn
        Titles and annotations inside the image, for the tracer.
    """

    png: bytes
    alt: str
    drawn: tuple[str, ...]

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
        return (
            {"image/png": base64.b64encode(self.png).decode("ascii")},
            {"image/png": {"alt": self.alt, "drawn": list(self.drawn)}},
        )


@dataclass(frozen=True)
class Panel:
    """What a fan is drawn of, alone or beside others.

    Attributes
    ----------
    labels, values
        Of the periods drawn before the fan, oldest first, missing where not published.
    fan
        Column ``label`` and one column for each of ``QUANTILES``, one row for each remaining
        period; may have no rows.
    usual
        Shape (periods, 3): low, middle and high of usual progress; ``None`` where not known.
    counts
        Whether it is one year's count, which begins at nothing.
    """

    title: str
    labels: Sequence[str]
    values: np.ndarray
    fan: pd.DataFrame
    target: float
    usual: np.ndarray | None = None
    counts: bool = False


def picture(figure: Figure, alt: str) -> Picture:
    """Draw a figure; a rare ideograph (瀍, 璟) that the font lacks is a geta mark, 〓.

    Raises
    ------
    ReportError
        If another glyph is missing or there is no text for readers who cannot see.
    """
    if not alt.strip():
        raise ReportError("图缺少文字说明（alt）。请用一句话写出图中的结论")
    for text in figure.findobj(Text):
        text.set_text("".join(map(_drawable, said(text.get_text()))))
    canvas = FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    with strict_glyphs():
        canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    # Flat colours need no more than these; the file is a quarter of the size.
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(buffer, "PNG", compress_level=6)
    return Picture(buffer.getvalue(), said(alt), _drawn_texts(figure))


def _drawable(character: str) -> str:
    """Return an ideograph's place holder where the font has none; all else as it is."""
    known = character < FIRST_IDEOGRAPH or character in covered_characters()
    return character if known else "〓"


def _drawn_texts(figure: Figure) -> tuple[str, ...]:
    exempt: set[int] = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            exempt.update(id(text) for text in axis.findobj(Text) if text is not axis.label)
        if legend := axes.get_legend():
            exempt.update(id(text) for text in legend.findobj(Text))
    for legend in figure.legends:
        exempt.update(id(text) for text in legend.findobj(Text))
    texts = (
        text.get_text()
        for text in figure.findobj(Text)
        if id(text) not in exempt and text.get_gid() not in ("caption", "unit")
    )
    return tuple(dict.fromkeys(text.replace("\n", "") for text in texts if text.strip()))


def fan_chart(panel: Panel, setting: Setting) -> Figure:
    """Draw the past, usual progress, and the fan of what the rest of the year may bring.

    Parameters
    ----------
    panel
        Its target gives way to that of the setting.

    Raises
    ------
    ReportError
        If there is nothing to start from: a count may, before its year's first figure.
    """
    figure, axes = new_figure(setting)
    if not panel.counts and not np.isfinite(panel.values).any():
        raise ReportError(f"图“{setting.title}”没有任何实际数，不能画。请检查指标与时期")
    if panel.usual is not None:
        _draw_usual(axes, panel.usual)
    draw_actual(axes, panel.values, "今年累计" if panel.counts else "实际")
    remarks: list[tuple[float, str, str]] = []
    if len(panel.fan):
        median = _draw_fan(axes, panel.values, panel.fan)
        remarks.append((median, setting.end_text, PALETTE["ink"]))
    remarks += draw_target(axes, setting)
    finish(axes, [*panel.labels, *panel.fan["label"]], remarks)
    if panel.counts:
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    return figure


def fan_grid(panels: Sequence[Panel], setting: Setting) -> Figure:
    """Draw many small fans under one title: past, what may come, target, and usual progress.

    Raises
    ------
    ReportError
        If there is no panel, or one has nothing to start from: see ``fan_chart``.
    """
    if not panels or any(not (it.counts or np.isfinite(it.values).any()) for it in panels):
        raise ReportError(f"图“{setting.title}”有一格没有任何实际数，不能画。请检查指标与时期")
    figure, grid = new_grid(setting, [item.title for item in panels])
    labels = []
    for axes, panel in zip(grid, panels, strict=True):
        if panel.usual is not None:
            _draw_usual(axes, panel.usual)
        draw_actual(axes, panel.values, size=2)
        if len(panel.fan):
            _draw_fan(axes, panel.values, panel.fan)
        draw_target(axes, replace(setting, target=panel.target))
        labels.append([*panel.labels, *panel.fan["label"]])
    finish_grid(grid, labels)
    return figure


def _draw_usual(axes: Axes, usual: np.ndarray) -> None:
    """Draw the range and the middle of usual progress, shape (periods, 3)."""
    x = np.arange(len(usual))
    low, mid, high = usual.T
    axes.fill_between(
        x, low, high, color=PALETTE["muted"], alpha=0.2, lw=0, label=said("常年进度范围")
    )
    axes.plot(x, mid, color=PALETTE["muted"], ls=":", label=said("常年进度"))


def _draw_fan(axes: Axes, values: np.ndarray, fan: pd.DataFrame) -> float:
    """Draw the bands after ``values``, from the last known one on; return the last median."""
    last = np.flatnonzero(np.isfinite(values))[-1:]
    x = np.concatenate([last, np.arange(len(values), len(values) + len(fan))])
    anchored = {level: np.concatenate([values[last], fan[level]]) for level in QUANTILES}
    for low, high, label, alpha in BANDS:
        axes.fill_between(
            x,
            anchored[low],
            anchored[high],
            color=PALETTE["forecast"],
            alpha=alpha,
            lw=0,
            label=f"{label} {said('区间')}",
        )
    axes.plot(
        x,
        anchored[0.5],
        color=PALETTE["ink"],
        lw=1.5,
        marker="",
        label=said("预测中位数"),
    )
    return float(anchored[0.5][-1])


def indicator_chart(frame: pd.DataFrame, setting: Setting, growth: str = "同比增速") -> Figure:
    """Draw one indicator: its levels as bars, its published growth as a line.

    Parameters
    ----------
    frame
        Columns ``label``, ``level`` (in the setting's unit) and ``growth``, oldest first;
        missing is a gap.
    growth
        What the growth is called.
    """
    drawn = frame[["level", "growth"]].astype(float).dropna(axis=1, how="all")
    units = {"level": setting.unit, "growth": "%"}
    figure, _ = new_figure(setting, units[drawn.columns[0]], panels=len(drawn.columns))
    for axes, column in zip(figure.axes, map(str, drawn), strict=True):
        _draw_panel(axes, column, drawn[column].to_numpy(), growth)
        if axes is not figure.axes[0]:
            unit_note(axes, units[column])
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.1)
        axes.yaxis.set_major_locator(MaxNLocator(4))
        set_ticks(axes, list(frame["label"]))
        axes.tick_params(labelbottom=axes is figure.axes[-1])
    return figure


def _draw_panel(axes: Axes, column: str, values: np.ndarray, growth: str) -> None:
    if column == "level":
        axes.bar(np.arange(len(values)), values, color=PALETTE["bar"], label=said("水平"))
        return
    draw_actual(axes, values, growth)
    if np.nanmin(values) < 0:
        axes.axhline(0, color=PALETTE["muted"], lw=0.8)


def vintage_chart(
    frame: pd.DataFrame,
    setting: Setting,
) -> Figure:
    """Draw how one period's figure was revised.

    Parameters
    ----------
    frame
        Columns ``published`` (date) and ``value``, in the order of publication.
    """
    figure, axes = new_figure(setting)
    x = np.arange(len(frame))
    values = frame["value"].to_numpy(dtype=float)
    axes.step(x, values, where="post", color=PALETTE["actual"], label=said("公布值"))
    axes.plot(x, values, color=PALETTE["actual"], marker="o", ls="")
    labels = [f"{day:%Y-%m-%d}" for day in pd.to_datetime(frame["published"])]
    finish(axes, labels, [])
    axes.set_xlabel(said("公布日期"), fontsize=LABEL_SIZE)
    return figure
