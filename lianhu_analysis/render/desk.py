"""What an economist's notebook shows: tables to search, charts, revisions; no report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd
from IPython.display import HTML

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import UsageError
from lianhu_analysis.forecast.assessment import Assessment
from lianhu_analysis.forecast.history import year_periods
from lianhu_analysis.forecast.issued import record_frame
from lianhu_analysis.render import tables
from lianhu_analysis.render.drawing import charts
from lianhu_analysis.render.drawing.chart_layout import Setting
from lianhu_analysis.render.drawing.charts import Picture, picture
from lianhu_analysis.render.outlook import joint_picture, path_pictures, precedent_pictures
from lianhu_analysis.render.quarterly.report import Report, panel
from lianhu_analysis.render.quarterly.report_charts import growth_charts, progress_charts
from lianhu_analysis.render.quarterly.report_outlook import (
    joint_paragraph,
    path_table,
    precedents_list,
    record_section,
)
from lianhu_analysis.render.tables import Html

__all__ = ["Desk", "searchable"]

TABLE_WORDS = tables.TERMS["search"]
COLUMN_NAMES = tables.TERMS["observations"]
OBSERVATION_COLUMNS = [
    "period", "measure", "span", "value", "unit", "published", "published_basis",
    "provenance", "source", "sheet", "cell", "token", "status",
]  # fmt: skip
PERIODS_SHOWN = 24


@dataclass(frozen=True)
class Desk:
    """Everything known on a day, ready to be looked at.

    Attributes
    ----------
    assessment
        The verdicts of the year; its frame holds the region's observations.
    vintages
        Gives every published version of one indicator's figures, to the day.
    record
        Forecasts told in advance whose outcome is known: see ``told_in_advance``.
    """

    assessment: Assessment
    vintages: Callable[[str], pd.DataFrame]
    record: pd.DataFrame = field(default_factory=lambda: record_frame(()))

    def overview(self) -> Html:
        """Say whose figures these are, as of when, how many, and whether simulated."""
        frame = self.assessment.frame
        if self.assessment.as_of is None:
            return tables.paragraph(tables.NO_DATA, "。")
        parts = tables.paragraph(
            self.assessment.region.name_zh,
            f"：截至 {self.assessment.as_of.isoformat()}，{frame['indicator'].nunique()} 个指标，"
            f"{frame['value'].notna().sum():,} 个已公布的数字；{self.assessment.year} 年有 "
            f"{len(self.assessment.verdicts)} 项目标。",
        )
        return tables.join(self._mark(), parts)

    def indicators(self) -> HTML:
        """Return the catalogue as a table that can be searched."""
        columns = ["code", "name_zh", "tier", "unit", "frequency", "department_zh", "notes"]
        frame = pd.DataFrame(
            [[getattr(item, name) for name in columns] for item in self.assessment.catalogue]
        )
        return searchable(frame.set_axis(columns, axis=1))

    def verdicts(self) -> Html:
        """Return the verdict on every target."""
        return self._judged(panel)

    def target_chart(self) -> Picture | Html:
        """Return the fan chart of the first growth target."""
        drawn = self._drawn(growth_charts)
        return drawn[0] if drawn else tables.paragraph("没有可以画图的增长目标。")

    def fans(self) -> list[Picture]:
        """Return a fan for every growth target and the progress of every count."""
        return self._drawn(growth_charts, progress_charts)

    def paths(self) -> Html:
        """Return what each remaining period must show, and how often history did as much."""
        return self._judged(path_table, precedents_list)

    def path_charts(self) -> list[Picture]:
        """Return the paths that reach the targets, beside the forecasts."""
        return self._drawn(path_pictures)

    def precedent_charts(self) -> list[Picture]:
        """Return what past years did in the same part of the year."""
        return self._drawn(precedent_pictures)

    def joint(self) -> Html:
        """Say how likely all targets are at once."""
        return self._judged(joint_paragraph)

    def joint_chart(self) -> Picture | Html:
        """Draw how the errors of the targets moved together."""
        report = self._report()
        if report is None:
            return tables.paragraph("没有可以判断的目标。")
        return joint_picture(report, self.assessment.joint)

    def told(self) -> Html:
        """Say how percentages that were told in advance fared."""
        report = self._report()
        return tables.paragraph(tables.NO_DATA, "。") if report is None else record_section(report)

    def card(self, code: str) -> Html:
        """Say what an indicator is: unit, frequency, basis, department, traps."""
        item = self.assessment.catalogue.get(code)
        rows = [
            ["代码", item.code],
            ["单位", item.unit],
            ["频率", {"M": "月", "Q": "季", "A": "年"}[item.frequency]],
            ["发布部门", item.department_zh or "未注明"],
            ["一般发布时间", f"期末后第 {item.release_lag_days} 天"],
            ["说明", item.notes or "无"],
        ]
        if item.sensitive:
            rows.append(["注意", "敏感数据，默认不进公开报告"])
        return tables.join(self._mark(), tables.html_table(["项目", "内容"], rows, item.name_zh))

    def chart(self, code: str) -> Picture | Html:
        """Draw an indicator's published levels and growth."""
        item = self.assessment.catalogue.get(code)
        frame = self._own(item)
        span = {"stock": "point"}.get(item.kind, item.span)
        shown = frame[frame["span"].eq(span) & frame["value"].notna()]
        if shown.empty:
            return tables.paragraph(f"截至报告日，库中没有 {item.name_zh} 的数字。")
        wide = (
            shown.drop_duplicates(["period", "measure"], keep="last")
            .pivot(index="period", columns="measure", values="value")
            .reindex(columns=["level", "yoy"])
            .pipe(_with_gaps, item)
            .tail(PERIODS_SHOWN)
            .rename(columns={"yoy": "growth"})
            .rename_axis("label")
            .reset_index()
        )
        setting = Setting(
            title=item.name_zh,
            caption=f"截至 {self._day()} 已公布的版本",
            unit=item.unit,
            simulated=self._is_simulated(shown),
        )
        growth = "降低率" if item.is_reduction else "同比增速"
        drawn = charts.indicator_chart(wide, setting, growth)
        return picture(drawn, f"{item.name_zh}的水平与{growth}")

    def observations(self, code: str) -> HTML:
        """Return every observation of an indicator with its cell."""
        frame = self._own(self.assessment.catalogue.get(code))
        return searchable(frame[OBSERVATION_COLUMNS].sort_values(["period", "measure"]))

    def revisions(self, code: str, period: str = "") -> Picture | Html:
        """Draw how the growth (or level) of one period was revised.

        Parameters
        ----------
        period
            As ``2023Q4``; empty for the period with the most versions.
        """
        item = self.assessment.catalogue.get(code)
        versions = self.vintages(code).dropna(subset="value")
        if period:
            versions = versions[versions["period"] == str(Period.parse(period))]
        if versions.empty:
            return tables.paragraph(f"库中没有 {item.name_zh} {period} 的数字。")
        key = ["measure", "span", "period"]
        counts = versions.groupby(key)["published"].nunique()
        chosen = dict(zip(key, counts.index[int(counts.argmax())], strict=True))
        mask = versions[key].eq(pd.Series(chosen)).all(axis=1)
        rows = versions[mask].sort_values("published")
        name = f"{item.name_zh} {chosen['period']}"
        setting = Setting(
            title=f"{name} 的历次公布值",
            caption=f"截至 {self._day()}",
            unit="%" if chosen["measure"] == "yoy" else item.unit,
            simulated=self._is_simulated(rows),
        )
        return picture(charts.vintage_chart(rows, setting), f"{name} 的历次公布值")

    def _judged(self, *sections: Callable[[Report], Html]) -> Html:
        report = self._report()
        if report is None or not self.assessment.verdicts:
            return tables.paragraph("没有可以判断的目标。")
        return tables.join(self._mark(), *(section(report) for section in sections))

    def _drawn(self, *draw: Callable[[Report], list[Picture]]) -> list[Picture]:
        report = self._report()
        return [] if report is None else [one for each in draw for one in each(report)]

    def _own(self, item: Indicator) -> pd.DataFrame:
        frame = self.assessment.frame
        return frame[frame["indicator"] == item.code]

    def _day(self) -> dt.date:
        if self.assessment.as_of is None:
            raise UsageError(tables.NO_DATA)
        return self.assessment.as_of

    def _mark(self) -> Html:
        return tables.mark(self._is_simulated(self.assessment.frame))

    def _is_simulated(self, rows: pd.DataFrame) -> bool:
        return bool(rows["provenance"].eq("simulated").any())

    def _report(self) -> Report | None:
        if self.assessment.as_of is None:
            return None
        last = Period(self.assessment.as_of.year, "Q", (self.assessment.as_of.month + 2) // 3)
        return Report(self.assessment, last, {}, self.assessment.frame[:0], record=self.record)


def _with_gaps(known: pd.DataFrame, item: Indicator) -> pd.DataFrame:
    """Put a row for every period between the first and the last, published or not."""
    first, last = known.index[0], known.index[-1]
    years = range(int(first[:4]), int(last[:4]) + 1)
    every = [str(period) for year in years for period in year_periods(item, year)]
    return known.reindex([period for period in every if first <= period <= last])


def searchable(frame: pd.DataFrame) -> HTML:
    """Return a frame as a table with search and paging that needs no network.

    Each table carries the program that shows it, so that it outlives whatever cell
    was run before; the browser runs the first of them only.
    """
    from itables import options, to_html_datatable
    from itables.javascript import generate_init_offline_itables_html

    if "published" in frame:
        frame = frame.assign(published=frame["published"].dt.strftime("%Y-%m-%d"))
    words = [n for n, dtype in enumerate(frame.dtypes) if not pd.api.types.is_numeric_dtype(dtype)]
    # Of its own accord pandas writes 1523456.5 as 1.523456e+06 beside small numbers.
    with pd.option_context("display.float_format", "{:,.10g}".format):
        html = to_html_datatable(
            frame.rename(columns=COLUMN_NAMES).reset_index(drop=True),
            classes="display compact",  # not nowrap: a remedy is a sentence
            columnDefs=[{"className": "dt-left", "targets": words}] if words else [],
            connected=False,
            showIndex=False,
            maxBytes=0,
            language=TABLE_WORDS,
            # DataTables nests its words, which the option's type does not allow for; where
            # typeguard is installed the warning would print a path into the notebook.
            warn_on_unexpected_option_type=False,
        )
    return HTML(generate_init_offline_itables_html(options.dt_bundle) + html)
