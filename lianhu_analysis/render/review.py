"""How the models fared: the back-test, and the verdicts that were issued; for a notebook."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from IPython.display import HTML

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.errors import UsageError
from lianhu_analysis.forecast.backtest import COMBINATION, cells, events, events_table, reliability
from lianhu_analysis.forecast.frequency import CLASSES, came_true
from lianhu_analysis.forecast.issued import told_in_advance
from lianhu_analysis.forecast.models import MODEL_NAMES
from lianhu_analysis.render import tables
from lianhu_analysis.render.desk import searchable
from lianhu_analysis.render.drawing.chart_layout import Setting
from lianhu_analysis.render.drawing.charts import Picture, picture
from lianhu_analysis.render.drawing.review_charts import (
    calibration_chart,
    ranks_chart,
    skill_chart,
    weights_chart,
)
from lianhu_analysis.render.listing import EVENTS, SCOPES, position_zh
from lianhu_analysis.render.tables import Html

__all__ = ["ReviewDesk"]

NOTHING = "还没有已有结果的预测，谈不上准不准。"
CELL_NAMES = tables.TERMS["cells"]
ISSUED_NAMES = tables.TERMS["issued"]


@dataclass(frozen=True)
class ReviewDesk:
    """Past forecasts of a workspace, ready to be looked at.

    Attributes
    ----------
    backtest
        One row a forecast made again from its own day: see ``backtest``.
    record
        One row a verdict issued: see ``record_frame``.
    """

    region_zh: str
    as_of: dt.date | None
    simulated: bool
    catalogue: Catalogue
    backtest: pd.DataFrame
    record: pd.DataFrame

    def overview(self) -> Html:
        """Say how many past forecasts there are, of which years, and how many verdicts issued."""
        if self.backtest.empty:
            return tables.join(
                tables.mark(self.simulated), tables.paragraph(self.region_zh, "：", NOTHING)
            )
        years = self.backtest["year"]
        told = told_in_advance(self.record, self.as_of)
        return tables.join(
            tables.mark(self.simulated),
            tables.paragraph(
                f"{self.region_zh}：回测 {self.backtest['indicator'].nunique()} 个指标、"
                f"{years.min()}—{years.max()} 年，共 {(~self.backtest['again']).sum():,} 次预测"
                f"（截至 {self.as_of}）；存档的判断 {len(self.record)} 项，"
                f"其中事先发布且已有结果的 {len(told)} 项。"
            ),
        )

    def events(self) -> Html:
        """Return Brier score and skill of "target met", with event counts."""
        table = events_table(self.backtest)
        if table.empty:
            return tables.paragraph(NOTHING)
        rows = [
            [
                "组合" if row["model"] == COMBINATION else "基准",
                EVENTS[row["event"]],
                SCOPES[row["scope"]],
                f"{row['brier']:.3f}",
                _number(row["skill"]),
                "～".join(dict.fromkeys(_number(row[end]) for end in ("low", "high"))),
                f"{row['calibration_error']:.3f}",
                f"{row['n_observations']}",
                f"{row['n_events']}",
                f"{row['n_clusters']}",
            ]
            for _, row in table.iterrows()
        ]
        headers = "模型|事件|范围|Brier|技巧|95% 区间|校准误差|预测|实现|年".split("|")
        caption = "“目标实现”的概率：Brier 技巧对气候概率，区间按年整群自助法"
        return tables.html_table(headers, rows, caption, numeric=range(3, 10))

    def calibration(self) -> Picture | Html:
        """Draw what the combination promised against what came true."""
        table = reliability(self.backtest)
        if table.empty:
            return tables.paragraph(NOTHING)
        total = int(table["n_observations"].sum())
        setting = self._setting("当时说的概率，后来实现了多少", f"组合的 {total} 次预测")
        figure = calibration_chart(table, setting)
        return picture(figure, f"{total} 次预测按概率分档，各档说的概率与实现的比例")

    def ranks(self) -> Picture | Html:
        """Draw where outcomes fell in the combination's forecasts."""
        own = self.backtest
        if len(own):
            own = own[own["model"].eq(COMBINATION) & ~own["outlier"] & ~own["again"]]
        if own.empty:
            return tables.paragraph(NOTHING)
        setting = self._setting(
            "结果落在预测分布的什么位置", f"组合的 {len(own)} 次预测，剔除异常年份"
        )
        figure = ranks_chart(own["rank"].to_numpy(float), setting)
        return picture(figure, "结果在预测分布中位置的直方图，校准良好时各档一样高")

    def skill(self, indicator: str = "", measure: str = "") -> Picture | Html:
        """Draw the combination's RMSE against the benchmark's, position by position.

        Parameters
        ----------
        indicator
            Empty: that of the first target.
        measure
            ``yoy`` or ``level``, where both have targets; empty: the first.
        """
        table = cells(self._figure(indicator, measure))
        if len(table):
            own = table["model"].eq(COMBINATION) & table["scope"].eq("without_outliers")
            table = table[own].sort_values("n_known")
        if table.empty:
            return tables.paragraph(NOTHING)
        frame = pd.DataFrame(
            {
                "label": [position_zh(item) for item in table["position"]],
                "ratio": table["rmse"].to_numpy(float) / table["rmse_benchmark"].to_numpy(float),
            }
        )
        name = self.catalogue.get(table["indicator"].iloc[0]).name_zh
        worse = int((frame["ratio"] > 1).sum())
        title = f"{name}：{len(frame)} 个时点中 {worse} 个不及基准"
        setting = self._setting(title, "组合与基准的 RMSE 之比，剔除异常年份")
        figure = skill_chart(frame, setting)
        return picture(figure, f"{name}各时点组合的 RMSE 与基准之比，{worse} 个时点不及基准")

    def weights(self, indicator: str = "", position: str = "", measure: str = "") -> Picture | Html:
        """Draw the weights of the models, year by year, at one position of the year.

        Parameters
        ----------
        position
            Last period known, as ``Q3`` or ``09``; empty for the last one.
        measure
            As in ``skill``.
        """
        rows = self._figure(indicator, measure)
        if rows.empty:
            return tables.paragraph(NOTHING)
        rows = rows[rows["model"].ne(COMBINATION)]
        known = list(dict.fromkeys(rows.sort_values("n_known")["position"]))
        chosen = position or known[-1]
        if chosen not in known:
            raise UsageError(f"时点 {position!r} 不认识。可填 {'、'.join(known)}")
        wide = (
            rows[rows["position"].eq(chosen)]
            .pivot_table(index="year", columns="model", values="weight", aggfunc="first")
            .rename(columns=MODEL_NAMES)
        )
        wide = wide.loc[wide.sum(axis=1) > 0, wide.sum() > 0]
        if wide.empty:
            return tables.paragraph("历年都没有足够的记录来定权重，一直用校准过的基准。")
        name = self.catalogue.get(rows["indicator"].iloc[0]).name_zh
        heaviest = wide.mean().idxmax()
        title = f"{name}（{position_zh(chosen)}）：平均权重最大的是{heaviest}"
        setting = self._setting(title, "各年当时由以往得分定的权重")
        figure = weights_chart(wide[wide.mean().sort_values(ascending=False).index], setting)
        return picture(figure, f"{name}各年各模型的权重，平均最大的是{heaviest}")

    def cells(self) -> HTML | Html:
        """Return every cell of the back-test as a table that can be searched."""
        return self._cells(cells(self.backtest))

    def losing(self) -> HTML | Html:
        """Return the cells in which the combination is worse than the benchmark."""
        table = cells(self.backtest)
        if len(table):
            table = table[table["loses"] & table["model"].eq(COMBINATION)]
        return self._cells(table)

    def issued(self) -> HTML | Html:
        """Return the verdicts kept, with what became of them."""
        if self.record.empty:
            return tables.paragraph("还没有存档的判断。请运行 lianhu record，或生成报告。")
        shown = self.record[list(ISSUED_NAMES)].astype(object)
        shown = shown.where(shown.notna(), "—").replace({True: "是", False: "否"})
        shown["status"] = shown["status"].map({"ok": "预测", "refused": "不作预测"})
        return searchable(shown.rename(columns=ISSUED_NAMES))

    def came_true(self) -> Html:
        """Say how often such percentages came true: issued in advance, and in the back-test."""
        told = told_in_advance(self.record, self.as_of)
        past = events(self.backtest)
        past = past.assign(region=self.region_zh) if len(past) else self.record[:0]
        rows = []
        for low, high in pairwise(CLASSES):
            issued, tested = came_true(told, low), came_true(past, low)
            rows.append(
                [
                    f"{low:.0%}～{high:.0%}",
                    f"{tested.came_true}／{tested.n}" if tested.n else "没有",
                    f"{issued.came_true}／{issued.n}" if issued.n else "没有",
                    "够说" if issued.enough else "太少，尚不能说",
                ]
            )
        headers = ["说的概率", "回测：成真／次数", "事先发布：成真／次数", "事先发布的够不够说"]
        return tables.html_table(headers, rows, "这样的百分比后来怎样", numeric=(1, 2))

    def _cells(self, table: pd.DataFrame) -> HTML | Html:
        if table.empty:
            return tables.paragraph("没有这样的格子。")
        shown = table.assign(
            name=[self.catalogue.get(code).name_zh for code in table["indicator"]],
            position=[position_zh(item) for item in table["position"]],
            model=[MODEL_NAMES.get(item, item) for item in table["model"]],
            scope=table["scope"].map(SCOPES),
            loses=table["loses"].map({True: "是", False: "否"}),
        )[list(CELL_NAMES)]
        numbers = shown.select_dtypes("float").columns
        return searchable(
            shown.assign(**{name: shown[name].round(3) for name in numbers}).rename(
                columns=CELL_NAMES
            )
        )

    def _figure(self, indicator: str, measure: str) -> pd.DataFrame:
        """Return the rows of an indicator's growth, or of its level."""
        code, rows = self.catalogue.get(indicator).code if indicator else "", self.backtest
        for name, wanted in (("indicator", code), ("measure", measure)):
            if len(rows):
                rows = rows[rows[name].eq(wanted or rows[name].iloc[0])]
        return rows

    def _setting(self, title: str, what: str) -> Setting:
        caption = f"{self.region_zh}回测：{what}；截至 {self.as_of} 已公布的版本"
        return Setting(title=title, caption=caption, simulated=self.simulated)


def _number(value: float) -> str:
    return "算不出" if not np.isfinite(value) else f"{value:.2f}"
