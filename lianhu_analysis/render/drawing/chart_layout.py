"""How every chart is laid out: title, caption, mark, legend, ticks and remarks that never overlap."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from lianhu_analysis.render.drawing.theme import PALETTE, apply_theme, said
from lianhu_analysis.render.tables import SIMULATED_MARK

__all__ = [
    "LABEL_SIZE",
    "Setting",
    "draw_actual",
    "draw_split",
    "draw_target",
    "finish",
    "finish_grid",
    "name_room",
    "new_figure",
    "new_grid",
    "set_ticks",
    "unit_note",
    "wrap",
]

WIDTH_INCHES, HEIGHT_INCHES, DPI = 8.0, 4.6, 150
LEFT, RIGHT, RIGHT_OF_REMARKS, POINTS_PER_INCH = 0.085, 0.96, 0.86, 72
MAX_TICKS = 12
GRID_COLUMNS, GRID_ROW_INCHES = 3, 1.55
TITLE_SIZE, CAPTION_SIZE, LABEL_SIZE = 13, 8, 9
MARK_SIZE, MARK_WIDTH = 38.0, 342.0  # points
# Of a legend, in ems.
COLUMN_SPACING, HANDLE_LENGTH = 1.2, 1.6


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is said around the figures of a chart.

    Attributes
    ----------
    title, caption
        The finding; the source and its vintage.
    target, target_text, end_text
        Height of the target's line, and what stands beside it and beside the
        last figure drawn.
    """

    title: str
    caption: str
    unit: str = "%"
    simulated: bool = False
    target: float | None = None
    target_text: str = ""
    end_text: str = ""

    @property
    def note(self) -> str:
        """The caption, with the mark of simulated data where it is due."""
        return f"{SIMULATED_MARK}　{self.caption}" if self.simulated else self.caption


def new_figure(
    setting: Setting,
    unit: str = "",
    *,
    panels: int = 1,
    width: float = WIDTH_INCHES,
    height: float = HEIGHT_INCHES,
) -> tuple[Figure, Any]:
    """Start a figure: title above, caption below, the mark of simulated data across.

    Parameters
    ----------
    unit
        Of the vertical axis, if it is not the setting's.
    panels
        One above the other; none leaves room for a grid.
    width, height
        In inches.

    Returns
    -------
    tuple
        The figure and its first panel, if it has one.
    """
    apply_theme()
    title_lines = wrap(said(setting.title), _ems(width * 0.96, TITLE_SIZE))
    note_lines = wrap(said(setting.note), _ems(width * 0.96, CAPTION_SIZE))
    figure = Figure(figsize=(width, height), dpi=DPI)
    title_share = len(title_lines) * 1.45 * TITLE_SIZE / POINTS_PER_INCH / height
    note_share = len(note_lines) * 1.6 * CAPTION_SIZE / POINTS_PER_INCH / height
    figure.subplots_adjust(
        left=LEFT,
        right=RIGHT,
        top=0.985 - title_share - 0.085 * HEIGHT_INCHES / height,
        bottom=0.13 * HEIGHT_INCHES / height + note_share,
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
    if setting.simulated:
        mark = said(SIMULATED_MARK)
        size = min(MARK_SIZE, MARK_WIDTH / _width(mark))
        figure.text(
            0.48, 0.5, mark, ha="center", va="center", size=size, rotation=18,
            color=PALETTE["target"], alpha=0.22, zorder=10, gid="mark",
        )  # fmt: skip
    if not panels:
        return figure, None
    axes = figure.subplots(panels, 1, squeeze=False)[:, 0]
    unit_note(axes[0], unit or setting.unit)
    return figure, axes[0]


def new_grid(setting: Setting, titles: Sequence[str]) -> tuple[Figure, list[Axes]]:
    """Start a figure of small panels, each with a title of its own, under one title and legend."""
    rows = math.ceil(len(titles) / GRID_COLUMNS)
    room = _ems(WIDTH_INCHES / GRID_COLUMNS * 0.88, LABEL_SIZE)
    named = [wrap(said(title), room) for title in titles]
    more = max(map(len, named)) - 1  # lines of a title beyond the first
    height = 1.45 + (GRID_ROW_INCHES + 0.16 * more) * rows
    figure, _ = new_figure(setting, panels=0, height=height)
    figure.subplots_adjust(left=0.06, right=0.985, hspace=0.62 + 0.16 * more, wspace=0.24)
    if more:
        figure.subplots_adjust(top=figure.subplotpars.top - 0.16 * more / height)
    grid = figure.subplots(rows, GRID_COLUMNS, squeeze=False).ravel()
    for axes in grid[len(titles) :]:
        axes.remove()
    for axes, lines in zip(grid, named, strict=False):
        axes.set_title("\n".join(lines), loc="left", size=LABEL_SIZE, weight="bold")
        axes.tick_params(labelsize=CAPTION_SIZE)
    return figure, list(grid[: len(titles)])


def finish_grid(grid: Sequence[Axes], labels: Sequence[Sequence[str]]) -> None:
    """Name first and last period of each panel, and add the one legend."""
    figure = grid[0].get_figure()
    legend: dict[str, Any] = {}
    for axes, named in zip(grid, labels, strict=True):
        handles, names = axes.get_legend_handles_labels()
        legend |= dict(zip(names, handles, strict=True))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        places = sorted({0, len(named) - 1})
        axes.set_xticks(places, [named[place] for place in places])
        if len(places) > 1:  # one alone is named once, below it
            first, last = axes.get_xticklabels()
            first.set_horizontalalignment("left")
            last.set_horizontalalignment("right")
        axes.set_xlim(-0.6, max(len(named) - 0.4, 0.6))
    if figure is not None:
        figure.legend(
            list(legend.values()), list(legend), loc="lower right", bbox_to_anchor=(0.985, 0.03),
            ncols=len(legend), columnspacing=COLUMN_SPACING, handlelength=HANDLE_LENGTH,
            fontsize=CAPTION_SIZE,
        )  # fmt: skip


def draw_actual(axes: Axes, values: np.ndarray, label: str = "实际", size: float = 4) -> None:
    """Draw published figures, one a period."""
    x = np.arange(len(values))
    axes.plot(x, values, color=PALETTE["actual"], marker="o", ms=size, label=said(label))


def draw_target(axes: Axes, setting: Setting, word: str = "目标") -> list[tuple[float, str, str]]:
    """Draw the target's line, if there is one, and return what is remarked beside it."""
    if setting.target is None:
        return []
    colour = PALETTE["target"]
    axes.axhline(setting.target, color=colour, ls="--", lw=1.5, label=said(word))
    return [(setting.target, setting.target_text, colour)]


def draw_split(axes: Axes, values: np.ndarray, chosen: np.ndarray, *kinds: tuple[str, str]) -> None:
    """Draw bars in two kinds, each a colour and a word: those chosen, then the others."""
    x = np.arange(len(values))
    for rows, (colour, word) in zip((chosen, ~chosen), kinds, strict=True):
        if rows.any():
            axes.bar(x[rows], values[rows], color=PALETTE[colour], width=0.6, label=said(word))


def finish(axes: Axes, labels: Sequence[str], remarks: Sequence[tuple[float, str, str]]) -> None:
    """Add legend, ticks, and the remarks (height, text, colour) right of the axes."""
    handles, names = axes.get_legend_handles_labels()
    # Drawn in the order in which they are read, not painted: the lines before the bands.
    order = sorted(range(len(names)), key=lambda i: not isinstance(handles[i], Line2D))
    written = [remark for remark in remarks if remark[1]]
    if written:
        axes.get_figure().subplots_adjust(right=RIGHT_OF_REMARKS)  # type: ignore[union-attr]
    columns = _legend_columns(axes, names)
    # Matplotlib fills columns; read are rows.
    order = [order[i] for column in range(columns) for i in range(column, len(order), columns)]
    axes.legend(
        [handles[i] for i in order],
        [names[i] for i in order],
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=columns,
        borderaxespad=0.1,
        columnspacing=COLUMN_SPACING,
        handlelength=HANDLE_LENGTH,
        labelspacing=0.3,
    )
    axes.margins(y=0.12)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    if written:
        _place_remarks(axes, written)
    set_ticks(axes, labels)


def _legend_columns(axes: Axes, names: Sequence[str]) -> int:
    """Return in how many columns the legend fits beside the unit; make room for its rows."""
    unit = next((text.get_text() for text in axes.texts if text.get_gid() == "unit"), "")
    room = _ems(WIDTH_INCHES * axes.get_position().width, LABEL_SIZE) - _width(unit) - 1.0
    # Between handle and text lies matplotlib's own pad of 0.8.
    needed = sum(_width(name) + HANDLE_LENGTH + 0.8 + COLUMN_SPACING for name in names)
    rows = max(1, math.ceil(needed / room))
    figure = axes.get_figure()
    if rows > 1 and figure is not None:
        line = 1.5 * LABEL_SIZE / POINTS_PER_INCH / HEIGHT_INCHES
        figure.subplots_adjust(top=figure.subplotpars.top - (rows - 1) * line)
    return math.ceil(len(names) / rows) or 1


def _place_remarks(axes: Axes, remarks: Sequence[tuple[float, str, str]]) -> None:
    """Write remarks right of the axes, pushed apart where they would overlap."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    height = HEIGHT_INCHES * axes.get_position().height * POINTS_PER_INCH
    line_height = (high - low) * 1.35 * LABEL_SIZE / height
    room = _ems(WIDTH_INCHES * (1 - RIGHT_OF_REMARKS) * 0.93, LABEL_SIZE)
    top = -math.inf
    for y, text, colour in sorted(remarks):
        lines = wrap(said(text), room)
        half = len(lines) * line_height / 2
        place = max(y, top + half)
        top = place + half
        axes.annotate(
            "\n".join(lines), xy=(1.01, place), xycoords=("axes fraction", "data"), va="center", ha="left",
            size=LABEL_SIZE, color=colour, annotation_clip=False, gid="annotation",
        )  # fmt: skip


def unit_note(axes: Axes, unit: str) -> None:
    """Name the unit above the vertical axis."""
    axes.text(
        0,
        1.03,
        said(f"单位：{unit}"),
        transform=axes.transAxes,
        size=LABEL_SIZE,
        color=PALETTE["muted"],
        gid="unit",
    )


def set_ticks(axes: Axes, labels: Sequence[str]) -> None:
    """Name as many periods as fit without touching, always the newest."""
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


def name_room(names: Iterable[str]) -> float:
    """Return the share of a chart's width that names beside its vertical axis need."""
    return 0.02 + max(map(_width, names)) * LABEL_SIZE / POINTS_PER_INCH / WIDTH_INCHES


def wrap(text: str, ems: float) -> list[str]:
    """Break a text into lines: between Chinese characters, never within an English word."""
    lines = [""]
    for piece in re.findall(r"[!-~–’]+ ?|.", text):
        # A closing mark stays with the line that it closes.
        if (
            lines[-1]
            and _width(lines[-1] + piece.rstrip()) > ems
            and piece not in "，。；：、）”％%"
        ):
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]
