"""Charts: one function, one figure; the title is the finding, the caption source and vintage.

Text that a chart draws is part of the report: :func:`picture` hands titles and
annotations to the tracer, so a number in them must be a registered figure.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from lianhu_analysis.errors import ReportError
from lianhu_analysis.render.tables import SIMULATED_MARK
from lianhu_analysis.render.theme import PALETTE, apply_theme, strict_glyphs

__all__ = [
    "QUANTILES",
    "Picture",
    "fan_chart",
    "indicator_chart",
    "picture",
    "progress_chart",
    "vintage_chart",
]

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
BANDS = (
    (0.05, 0.95, "90% 区间", 0.18),
    (0.1, 0.9, "80% 区间", 0.30),
    (0.25, 0.75, "50% 区间", 0.50),
)
WIDTH_INCHES, HEIGHT_INCHES, DPI = 8.0, 4.6, 110
LEFT, RIGHT, RIGHT_OF_REMARKS, POINTS_PER_INCH = 0.085, 0.96, 0.86, 72
MAX_TICKS = 12
TITLE_SIZE, CAPTION_SIZE, LABEL_SIZE = 13, 8, 9


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


def picture(figure: Figure, alt: str) -> Picture:
    """Draw a figure, refusing it if a character cannot be drawn.

    Raises
    ------
    ReportError
        If a glyph is missing or there is no text for readers who cannot see.
    """
    if not alt.strip():
        raise ReportError("图缺少文字说明（alt）。请用一句话写出图中的结论")
    canvas = FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    with strict_glyphs():
        canvas.print_png(buffer, metadata={"Software": None})
    return Picture(buffer.getvalue(), alt, _drawn_texts(figure))


def _drawn_texts(figure: Figure) -> tuple[str, ...]:
    exempt: set[int] = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            exempt.update(id(label) for label in axis.get_ticklabels(which="both"))
            exempt.add(id(axis.offsetText))
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


def fan_chart(
    history: pd.DataFrame,
    fan: pd.DataFrame,
    *,
    title: str,
    caption: str,
    unit: str = "%",
    target: float | None = None,
    target_text: str = "",
    end_text: str = "",
    simulated: bool = False,
) -> Figure:
    """Draw the past and the fan of what the rest of the year may bring.

    Parameters
    ----------
    history
        Columns ``label`` and ``value``, oldest first, up to the last figure.
    fan
        Column ``label`` and one column for each of ``QUANTILES`` (as a number
        or as ``q05``), one row for each remaining period; may have no rows.
    target, target_text, end_text
        Height of the target line, and what stands beside it and beside the
        last median.
    """
    figure, axes = _new_figure(title, caption, unit, simulated=simulated)
    values = history["value"].to_numpy(dtype=float)
    if not np.isfinite(values).any():
        raise ReportError(f"图“{title}”没有任何实际数，不能画。请检查指标与时期")
    axes.plot(
        np.arange(len(values)), values, color=PALETTE["actual"], marker="o", ms=4, label="实际"
    )
    remarks: list[tuple[float, str, str]] = []
    labels = list(history["label"])
    if len(fan):
        labels += list(fan["label"])
        median = _draw_fan(axes, values, fan)
        remarks.append((median, end_text, PALETTE["ink"]))
    if target is not None:
        axes.axhline(target, color=PALETTE["target"], ls="--", lw=1.5, label="目标")
        remarks.append((target, target_text, PALETTE["target"]))
    _finish(axes, labels, remarks)
    return figure


def _draw_fan(axes: Axes, values: np.ndarray, fan: pd.DataFrame) -> float:
    quantiles = _quantile_columns(fan)
    last = int(np.flatnonzero(np.isfinite(values))[-1])
    x = np.array([last, *range(len(values), len(values) + len(fan))])
    anchored = {level: np.concatenate([[values[last]], quantiles[level]]) for level in QUANTILES}
    for low, high, label, alpha in BANDS:
        axes.fill_between(
            x,
            anchored[low],
            anchored[high],
            color=PALETTE["forecast"],
            alpha=alpha,
            lw=0,
            label=label,
        )
    axes.plot(x, anchored[0.5], color=PALETTE["ink"], lw=1.5, marker="", label="预测中位数")
    return float(anchored[0.5][-1])


def _quantile_columns(fan: pd.DataFrame) -> dict[float, np.ndarray]:
    columns = {}
    for level in QUANTILES:
        named = [key for key in (level, f"q{round(level * 100):02d}", str(level)) if key in fan]
        if not named:
            raise ReportError(f"扇形图缺少 {level} 分位数一列，需要 {QUANTILES} 各一列")
        columns[level] = fan[named[0]].to_numpy(dtype=float)
    stacked = np.vstack(list(columns.values()))
    if not np.isfinite(stacked).all() or (np.diff(stacked, axis=0) < -1e-9).any():
        raise ReportError("扇形图的分位数有缺失，或没有从低到高排列，请检查预测结果")
    return columns


def indicator_chart(
    frame: pd.DataFrame,
    *,
    title: str,
    caption: str,
    level_unit: str,
    growth_unit: str = "%",
    simulated: bool = False,
) -> Figure:
    """Draw one indicator: its levels as bars, its published growth as a line.

    Parameters
    ----------
    frame
        Columns ``label``, ``level`` and ``growth``, oldest first; missing is a gap.
    """
    figure, upper = _new_figure(title, caption, level_unit, simulated=simulated, panels=2)
    lower = figure.axes[1]
    x = np.arange(len(frame))
    upper.bar(x, frame["level"].to_numpy(dtype=float), color=PALETTE["bar"], label="水平")
    growth = frame["growth"].to_numpy(dtype=float)
    lower.plot(x, growth, color=PALETTE["actual"], marker="o", ms=4, label="同比增速")
    if np.nanmin(growth, initial=0) < 0:
        lower.axhline(0, color=PALETTE["muted"], lw=0.8)
    _unit_note(lower, growth_unit)
    upper.legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.1)
    lower.legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.1)
    for axes in (upper, lower):
        _set_ticks(axes, list(frame["label"]))
        axes.yaxis.set_major_locator(MaxNLocator(4))
    upper.tick_params(labelbottom=False)
    return figure


def vintage_chart(
    frame: pd.DataFrame, *, title: str, caption: str, unit: str = "%", simulated: bool = False
) -> Figure:
    """Draw how one period's figure was revised.

    Parameters
    ----------
    frame
        Columns ``published`` (date) and ``value``, in the order of publication.
    """
    figure, axes = _new_figure(title, caption, unit, simulated=simulated)
    x = np.arange(len(frame))
    values = frame["value"].to_numpy(dtype=float)
    axes.step(x, values, where="post", color=PALETTE["actual"], label="公布值")
    axes.plot(x, values, color=PALETTE["actual"], marker="o", ls="")
    labels = [f"{day:%Y-%m-%d}" for day in pd.to_datetime(frame["published"])]
    _finish(axes, labels, [])
    axes.set_xlabel("公布日期", fontsize=LABEL_SIZE)
    return figure


def progress_chart(
    frame: pd.DataFrame,
    *,
    title: str,
    caption: str,
    unit: str,
    target: float | None = None,
    target_text: str = "",
    simulated: bool = False,
) -> Figure:
    """Draw this year's cumulative count against the usual progress and the target.

    Parameters
    ----------
    frame
        Columns ``label``, ``actual`` (missing for periods to come),
        ``usual_low``, ``usual_mid`` and ``usual_high``.
    """
    figure, axes = _new_figure(title, caption, unit, simulated=simulated)
    x = np.arange(len(frame))
    low, mid, high = (
        frame[column].to_numpy(dtype=float) for column in ("usual_low", "usual_mid", "usual_high")
    )
    axes.fill_between(x, low, high, color=PALETTE["muted"], alpha=0.2, lw=0, label="常年进度范围")
    axes.plot(x, mid, color=PALETTE["muted"], ls=":", label="常年进度")
    actual = frame["actual"].to_numpy(dtype=float)
    axes.plot(x, actual, color=PALETTE["actual"], marker="o", ms=4, label="今年累计")
    remarks = []
    if target is not None:
        axes.axhline(target, color=PALETTE["target"], ls="--", lw=1.5, label="目标")
        remarks.append((target, target_text, PALETTE["target"]))
    _finish(axes, list(frame["label"]), remarks)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    return figure


def _new_figure(
    title: str, caption: str, unit: str, *, simulated: bool, panels: int = 1
) -> tuple[Figure, Axes]:
    apply_theme()
    title_lines = _wrap(title, _ems(WIDTH_INCHES * 0.96, TITLE_SIZE))
    note = f"{SIMULATED_MARK}　{caption}" if simulated else caption
    note_lines = _wrap(note, _ems(WIDTH_INCHES * 0.96, CAPTION_SIZE))
    figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES), dpi=DPI)
    title_share = len(title_lines) * 1.45 * TITLE_SIZE / POINTS_PER_INCH / HEIGHT_INCHES
    note_share = len(note_lines) * 1.6 * CAPTION_SIZE / POINTS_PER_INCH / HEIGHT_INCHES
    figure.subplots_adjust(
        left=LEFT,
        right=RIGHT,
        top=0.985 - title_share - 0.085,
        bottom=0.13 + note_share,
        hspace=0.32,
    )
    figure.text(
        0.02, 0.985, "\n".join(title_lines), ha="left", va="top", size=TITLE_SIZE, weight="bold",
        linespacing=1.25, gid="title",
    )  # fmt: skip
    figure.text(
        0.02,
        0.015,
        "\n".join(note_lines),
        va="bottom",
        size=CAPTION_SIZE,
        color=PALETTE["muted"],
        gid="caption",
    )
    axes = figure.subplots(panels, 1, squeeze=False)[:, 0]
    _unit_note(axes[0], unit)
    if simulated:
        figure.text(
            0.48, 0.5, SIMULATED_MARK, ha="center", va="center", size=38, rotation=18,
            color=PALETTE["target"], alpha=0.22, zorder=10, gid="mark",
        )  # fmt: skip
    return figure, axes[0]


def _finish(axes: Axes, labels: Sequence[str], remarks: Sequence[tuple[float, str, str]]) -> None:
    handles, names = axes.get_legend_handles_labels()
    # Drawn in the order in which they are read, not painted: the lines before the bands.
    order = sorted(range(len(names)), key=lambda i: not isinstance(handles[i], Line2D))
    axes.legend(
        [handles[i] for i in order],
        [names[i] for i in order],
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=len(names) or 1,
        borderaxespad=0.1,
        columnspacing=1.2,
        handlelength=1.6,
    )
    axes.margins(y=0.12)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    written = [remark for remark in remarks if remark[1]]
    if written:
        axes.get_figure().subplots_adjust(right=RIGHT_OF_REMARKS)  # type: ignore[union-attr]
        _place_remarks(axes, written)
    _set_ticks(axes, labels)


def _place_remarks(axes: Axes, remarks: Sequence[tuple[float, str, str]]) -> None:
    """Write remarks right of the axes, pushed apart where they would overlap."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    height = HEIGHT_INCHES * axes.get_position().height * POINTS_PER_INCH
    line_height = (high - low) * 1.35 * LABEL_SIZE / height
    room = _ems(WIDTH_INCHES * (1 - RIGHT_OF_REMARKS) * 0.93, LABEL_SIZE)
    top = -math.inf
    for y, text, colour in sorted(remarks):
        lines = _wrap(text, room)
        half = len(lines) * line_height / 2
        place = max(y, top + half)
        top = place + half
        axes.annotate(
            "\n".join(lines), xy=(1.01, place), xycoords=("axes fraction", "data"), va="center", ha="left",
            size=LABEL_SIZE, color=colour, annotation_clip=False, gid="annotation",
        )  # fmt: skip


def _unit_note(axes: Axes, unit: str) -> None:
    axes.text(
        0, 1.03, f"单位：{unit}", transform=axes.transAxes, size=LABEL_SIZE, color=PALETTE["muted"],
        gid="unit",
    )  # fmt: skip


def _set_ticks(axes: Axes, labels: Sequence[str]) -> None:
    broken = [_break_label(label) for label in labels]
    widest = max((_width(line) for label in broken for line in label.split("\n")), default=1)
    room = _ems(WIDTH_INCHES * axes.get_position().width, LABEL_SIZE)
    count = max(2, min(MAX_TICKS, int(room / (widest + 0.8))))
    step = max(1, math.ceil(len(labels) / count))
    # Counted from the end: the newest period is the one that must be named.
    places = sorted(range(len(labels) - 1, -1, -step))
    axes.set_xticks(places, [broken[i] for i in places])
    axes.set_xlim(-0.6, max(len(labels) - 0.4, 0.6))


def _break_label(label: str) -> str:
    year, separator, rest = str(label).partition("年")
    return f"{year}{separator}\n{rest}" if separator and rest else str(label)


def _width(text: str) -> float:
    """Width in ems: a Chinese character is one, anything else about 0.56."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.56 for character in text)


def _ems(inches: float, size: float) -> float:
    return inches * POINTS_PER_INCH / size


def _wrap(text: str, ems: float) -> list[str]:
    lines = [""]
    for character in text:
        # A closing mark stays with the line that it closes.
        if _width(lines[-1] + character) > ems and character not in "，。；：、）”％%":
            lines.append("")
        lines[-1] += character
    return lines
