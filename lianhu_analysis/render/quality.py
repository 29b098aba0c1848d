"""How good the data are: what is there, what is missing, what was revised, what the checks found."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from IPython.display import HTML
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Frequency, Period
from lianhu_analysis.intake.checks.check import RULES
from lianhu_analysis.intake.checks.findings import SEVERITIES, SEVERITY_ZH, Finding
from lianhu_analysis.intake.checks.revisions import revisions
from lianhu_analysis.intake.explain import SPANS
from lianhu_analysis.render import tables
from lianhu_analysis.render.desk import searchable
from lianhu_analysis.render.doctor import release_day
from lianhu_analysis.render.drawing.chart_layout import Setting, new_figure
from lianhu_analysis.render.drawing.charts import Picture, picture
from lianhu_analysis.render.drawing.theme import PALETTE
from lianhu_analysis.render.tables import Html
from lianhu_analysis.workspace import Workspace

__all__ = ["QualityDesk"]

# Word and colour, in the order of the legend; a cell is the worst that any row says of it.
STATES = {
    "ok": ("正常", PALETTE["bar"]),
    "corrected": ("已更正", PALETTE["good"]),
    "withheld": ("已隔离", PALETTE["ink"]),
    "missing": ("到期未报", PALETTE["target"]),
    "not_due": ("尚未到期", "#D9D9D9"),
    "none": ("本月无此数", "#FFFFFF"),
}
# What the statuses of rows say, from the least to the worst.
BY_STATUS = {
    "not_released": "missing",
    "ok": "ok",
    "corrected": "corrected",
    "quarantined": "withheld",
}
MONTHS_SHOWN = 36
ROWS_A_PANEL = 120
ROW_INCHES, MONTH_INCHES, NAME_INCHES, NAME_CHARACTERS = 0.158, 0.115, 2.65, 19
HEAD_INCHES, MONTH_ROOM = 1.5, 0.15
VERDICT_ZH = tables.TERMS["revisions"]


def status_matrix(
    frame: pd.DataFrame, catalogue: Catalogue, as_of: dt.date, months: int = MONTHS_SHOWN
) -> pd.DataFrame:
    """Say of every indicator and month how its figure stands on a day.

    Parameters
    ----------
    frame
        One region's observations as of the day, corrected and with errors withheld.

    Returns
    -------
    One of ``STATES`` by indicator code and month code, the last month that of
    the day.  A quarter stands in its last month, a year in December; before
    an indicator's first figure nothing was due.
    """
    last = Period(as_of.year, "M", as_of.month)
    columns = [last.shift(-step) for step in range(months - 1, -1, -1)]
    known = _states(frame)
    begun: dict[str, Period] = {}
    for code, text in known:
        period = Period.parse(text)
        begun[code] = min(begun.get(code, period), period, key=lambda one: one.start)
    rows = [
        [_state(item, month, known, begun.get(item.code), as_of) for month in columns]
        for item in catalogue
    ]
    return pd.DataFrame(
        rows, index=[item.code for item in catalogue], columns=[str(month) for month in columns]
    )


def _states(frame: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return by indicator and period the worst state of its rows."""
    places = {status: place for place, status in enumerate(BY_STATUS)}
    place = frame["status"].astype("str").map(places).fillna(places["ok"]).astype(int)
    worst = place.groupby([frame["indicator"].astype("str"), frame["period"].astype("str")]).max()
    states = worst.map(list(BY_STATUS.values()).__getitem__).to_dict()
    return cast("dict[tuple[str, str], str]", states)


def _state(
    indicator: Indicator,
    month: Period,
    known: dict[tuple[str, str], str],
    begun: Period | None,
    as_of: dt.date,
) -> str:
    frequency = cast("Frequency", indicator.frequency)
    if month.number % {"M": 1, "Q": 3, "A": 12}[frequency]:
        return "none"
    if indicator.no_january and frequency == "M" and month.number == 1:
        return "none"
    period = month.as_frequency(frequency)
    if found := known.get((indicator.code, str(period))):
        return found
    if begun is not None and month.end < begun.start:
        return "none"
    return "missing" if release_day(indicator, period) <= as_of else "not_due"


def status_chart(
    matrix: pd.DataFrame,
    catalogue: Catalogue,
    setting: Setting,
) -> Figure:
    """Draw the states of all indicators, months across, in panels side by side."""
    panels = max(1, -(-len(matrix) // ROWS_A_PANEL))
    rows, body = -(-len(matrix) // panels), len(matrix.columns) * MONTH_INCHES
    width, height = panels * (NAME_INCHES + body), HEAD_INCHES + rows * ROW_INCHES
    figure, _ = new_figure(setting, panels=0, width=width, height=height)
    figure.subplots_adjust(left=NAME_INCHES / width, right=0.99, wspace=NAME_INCHES / body)
    for number, axes in enumerate(figure.subplots(1, panels, squeeze=False)[0]):
        _draw_states(axes, matrix.iloc[number * rows : (number + 1) * rows], catalogue)
        axes.set_ylim(rows, 0)
    used = [shown for name, shown in STATES.items() if (matrix == name).to_numpy().any()]
    figure.legend(
        handles=[
            Patch(facecolor=colour, edgecolor="#999999", label=label) for label, colour in used
        ],
        loc="lower left",
        bbox_to_anchor=(0.01, figure.subplotpars.top + MONTH_ROOM / height),
        ncols=len(used),
        handlelength=1.2,
    )
    return figure


def _draw_states(axes: Axes, part: pd.DataFrame, catalogue: Catalogue) -> None:
    names = list(STATES)
    numbers = part.apply(lambda column: column.map(names.index)).to_numpy(dtype=float)
    axes.pcolormesh(
        numbers,
        cmap=ListedColormap([colour for _, colour in STATES.values()]),
        vmin=-0.5,
        vmax=len(names) - 0.5,
        edgecolors="white",
        linewidth=0.6,
    )
    labels = [_short(catalogue.get(str(code)).name_zh) for code in part.index]
    axes.set_yticks(np.arange(len(labels)) + 0.5, labels, size=7.5)
    months = list(part.columns)
    quarters = [
        index for index, month in enumerate(months) if month[5:] in ("03", "06", "09", "12")
    ]
    texts = [
        months[index][2:] if months[index].endswith("12") else months[index][5:]
        for index in quarters
    ]
    axes.set_xticks(np.array(quarters) + 0.5, texts, size=7)
    axes.tick_params(length=0, pad=2, top=True, labeltop=True, bottom=False, labelbottom=False)
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARACTERS else name[: NAME_CHARACTERS - 1] + "…"


@dataclass(frozen=True)
class QualityDesk:
    """The data of one region on a day, checked.

    Attributes
    ----------
    frame
        Observations that may feed forecasts, corrected and with errors withheld.
    vintages
        Every version of them published by the day.
    """

    workspace: Workspace
    catalogue: Catalogue
    as_of: dt.date | None
    frame: pd.DataFrame
    vintages: pd.DataFrame
    found: tuple[Finding, ...]

    @property
    def simulated(self) -> bool:
        """Whether a simulated row is among the data."""
        return bool(self.frame["provenance"].eq("simulated").any())

    def overview(self) -> Html:
        """Say how many figures there are and how many findings of each severity."""
        if self.as_of is None:
            return tables.paragraph(tables.NO_DATA, "。")
        counts = Counter(item.severity for item in self.found)
        told = [f"{SEVERITY_ZH[name]} {counts[name]}" for name in SEVERITIES if counts[name]]
        figures = f"{self.frame['value'].notna().sum():,} 个已公布的数字"
        words = f"核查结果：{'、'.join(told) or '没有发现问题'}。"
        head = f"{self.workspace.region.name_zh}：截至 {self.as_of}，{figures}；{words}"
        return tables.join(tables.mark(self.simulated), tables.paragraph(head))

    def heat_map(self, months: int = MONTHS_SHOWN) -> Picture | Html:
        """Draw how every indicator stands month by month."""
        if self.as_of is None:
            return self.overview()
        matrix = status_matrix(self.frame, self.catalogue, self.as_of, months)
        counts = Counter(matrix.to_numpy().ravel().tolist())
        words = "，".join(
            f"{STATES[name][0]} {counts[name]:,}"
            for name in ("ok", "missing", "withheld", "corrected")
        )
        setting = Setting(
            title=f"{self.workspace.region.name_zh}各指标报送情况",
            caption=f"截至 {self.as_of}；{len(matrix)} 个指标；{words}；到期日按指标目录的发布时间推定",
            simulated=self.simulated,
        )
        figure = status_chart(matrix, self.catalogue, setting)
        return picture(figure, f"{len(matrix)} 个指标逐月的报送情况：{words}")

    def findings(self, *severities: str) -> HTML | Html:
        """Return the findings as a table that can be searched; all severities by default."""
        shown = [item for item in self.found if not severities or item.severity in severities]
        columns = {
            "程度": [SEVERITY_ZH[item.severity] for item in shown],
            "规则": [RULES[item.rule] for item in shown],
            "发现": [item.message for item in shown],
            "怎么办": [item.remedy for item in shown],
            "单元格": ["；".join(cell.text for cell in item.cells) for item in shown],
        }
        return _listed(columns, "没有这样的发现。")

    def gaps(self) -> HTML | Html:
        """Return the periods that are missing inside a series or at its end."""
        rules = ("gap", "january_missing", "coverage_shrank")
        shown = [item for item in self.found if item.rule in rules]
        columns = {
            "指标": [self.catalogue.get(item.indicator).name_zh for item in shown],
            "时期": [item.period for item in shown],
            "口径": [SPANS[item.span] for item in shown],
            "发现": [item.message for item in shown],
        }
        return _listed(columns, "没有缺数。")

    def revisions(self) -> HTML | Html:
        """Return every revision, the newest first, with what is usual for its series."""
        table = revisions(self.vintages, breaks=self.workspace.census_breaks, as_of=self.as_of)
        columns = {
            "指标": table["indicator"].map(self.catalogue.name_of),
            "时期": table["period"],
            "度量": table["measure"].map({"level": "绝对额", "yoy": "同比"}),
            "原先": table["before"],
            "现在": table["value"],
            "变动": table["change"].round(6),
            "公布日": table["published"].dt.strftime("%Y-%m-%d"),
            "判断": table["verdict"].map(VERDICT_ZH),
        }
        return _listed(columns, "没有修订过的数。")


def _listed(columns: Mapping[str, Sequence[object]], none: str) -> HTML | Html:
    """Return columns as a table that can be searched, or say that there are no rows."""
    frame = pd.DataFrame(columns)
    return tables.paragraph(none) if frame.empty else searchable(frame)
