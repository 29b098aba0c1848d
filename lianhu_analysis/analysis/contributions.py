"""Who pulls growth: points (拉动点) and shares (贡献率) of a whole's parts, and what stays open.

A part pulls ``w g`` points, with ``g`` its published growth and ``w`` its weight
in last year's whole (OECD, *Understanding National Accounts*, 2014, chapter 2).
Growth is at constant prices, and the weights at those prices are not published:
last year's published levels stand in, and the range says what that leaves open.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lianhu_analysis.analysis.answer import DECIMALS, Answer
from lianhu_analysis.analysis.wording import HALF_UNIT, grew_text, method_of, pace_text
from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.catalog.targets import GROWTH_DECIMALS, as_published
from lianhu_analysis.errors import ForecastError, PeriodError
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.history import OLDEST_SHARES, census_base, periods_asked
from lianhu_analysis.workspace import CensusBreak, Workspace

__all__ = ["NOTHING_SPLIT", "RESIDUAL", "breakdown_of", "contributions", "who_pulls"]

# Constant prices are those of the last year ending in 0 or 5 (NBS, GDP accounting).  Where the
# levels of no such year are known, the price of a part against all others may have moved by this
# factor since: that of farm products did by 1.4 in a district that publishes its contributions,
# any other by 1.09 in four years of the nation (docs/method.md).
PRICE_DRIFT, FARM_DRIFT = 1.15, 1.45
FARM = ("gdp.primary", "gdp.agriculture")
BASE_EVERY = 5
NAMED = 3  # parts told in a sentence
COVERED = 98  # % of the whole in parts with points: what is left of less is more than rounding
RESIDUAL, RESIDUAL_ZH, REST_ZH = "residual", "残差", "其余部分"
TAKEN_BACK = "上年绝对额没有公布，比重由本年的推回"
NOTHING_SPLIT = ("没有合计与各部分都已公布的指标，说不出谁在拉动。",)


@dataclass(frozen=True)
class Breakdown:
    """A whole and its parts as published, codes by periods, the whole first.

    Attributes
    ----------
    growth
        Year to date, in percent.
    levels
        Year to date, one table for each census base, the newest first.
    """

    whole: Indicator
    growth: pd.DataFrame
    levels: tuple[pd.DataFrame, ...]

    def growth_in(self, period: str) -> pd.Series:
        """Return the growth of one period by code."""
        return self.growth.reindex(columns=[period])[period]

    def levels_in(self, period: str) -> pd.Series:
        """Return levels of one census base by code: the base that has most, or the newest."""
        found = [table.reindex(columns=[period])[period] for table in self.levels]
        return max(found, key=lambda levels: (pd.notna(levels.iloc[0]), levels.count()))

    def has_last_year(self, period: str) -> bool:
        """Whether last year's level of the whole is known, by which parts are weighed."""
        return bool(self.levels_in(f"{int(period[:4]) - 1}{period[4:]}").notna().iloc[0])

    def weights(self, period: str) -> pd.DataFrame:
        """Return each code's weight in last year's whole, in %, by the year whose prices are used.

        Levels of an older year grow as published up to last year; this year's are
        taken back by this year's growth.
        """
        this, rest = int(period[:4]), period[4:]
        rate = {
            y: 1 + self.growth_in(f"{y}{rest}") / 100 for y in range(this - OLDEST_SHARES, this + 1)
        }
        volumes = {}
        for year in rate:
            levels = self.levels_in(f"{year}{rest}")
            grown = math.prod(rate[y] for y in range(year + 1, this))
            volumes[year] = levels / rate[this] if year == this else levels * grown
        table = pd.DataFrame(volumes)
        return 100 * table / table.loc[self.whole.code]


def breakdown_of(
    versions: pd.DataFrame, whole: Indicator, parts: Sequence[str], breaks: Sequence[CensusBreak]
) -> Breakdown:
    """Take a whole and its parts out of every version known on a day."""
    codes = [whole.code, *parts]
    rows = versions[versions["indicator"].isin(codes) & versions["span"].eq("ytd")]
    rows = rows.dropna(subset="value").sort_values("published", kind="stable")

    def wide(some: pd.DataFrame) -> pd.DataFrame:
        return some.pivot_table("value", "indicator", "period", "last").reindex(codes)

    levels = rows[rows["measure"] == "level"]
    bases = np.array([census_base(day.date(), breaks) for day in levels["published"]])
    tables = [wide(levels[bases == base]) for base in range(len(breaks), -1, -1)]
    return Breakdown(whole, wide(rows[rows["measure"] == "yoy"]), tuple(tables))


def contributions(breakdown: Breakdown, period: str) -> pd.DataFrame:
    """Return what each part adds to the growth of the whole.

    Parameters
    ----------
    period
        Code, such as ``2024Q3``.

    Returns
    -------
    DataFrame
        By code, the whole first and the residual last: ``growth`` and ``weight`` in %,
        ``points`` (parts and residual sum to the whole's growth), ``low`` and ``high``
        of the points, ``share``, ``share_low`` and ``share_high`` in % (missing unless
        the whole grows), ``reason`` why a part has no points.

    Raises
    ------
    ForecastError
        If the growth of the whole or its level, a year ago or now, is not published.
    """
    last = int(period[:4]) - 1
    growth, weights = breakdown.growth_in(period), breakdown.weights(period)
    year = last if breakdown.has_last_year(period) else last + 1
    table = pd.DataFrame({"growth": growth, "weight_pct": weights[year]})
    table["points"] = table["weight_pct"] * growth / 100
    before, now = (Period.parse(f"{y}{period[4:]}").label_zh("ytd") for y in (last, last + 1))
    no_level = f"没有可用的与合计同一普查口径的{before}绝对额"
    table["reason"] = np.where(table["weight_pct"].isna(), no_level, "")
    table.loc[growth.isna(), "reason"] = f"没有可用的{now}增速"
    if reason := table["reason"].iloc[0]:
        raise ForecastError(reason)
    total, parts = growth.iloc[0], table.iloc[1:]
    told = parts.dropna(subset="points")
    # A price year of which a part is not known says nothing about the others' weights either.
    known = weights.loc[told.index].dropna(axis=1) / 100
    base_known = BASE_EVERY * (last // BASE_EVERY) in known
    moved = breakdown.whole.growth_basis == "constant" and not base_known
    drift = np.where(known.index.isin(FARM), FARM_DRIFT, PRICE_DRIFT) ** moved
    light, heavy = repriced(known.min(axis=1), 1 / drift), repriced(known.max(axis=1), drift)
    slow, fast = told["growth"] - HALF_UNIT, told["growth"] + HALF_UNIT
    table["low"] = np.minimum(light * slow, heavy * slow)
    table["high"] = np.maximum(light * fast, heavy * fast)
    table.loc[RESIDUAL, ["points", "reason"]] = total - told["points"].sum(), ""
    # A share of what does not grow, or of what rounding moves by more than a tenth, says nothing.
    grown = total if total >= 10 * HALF_UNIT else np.nan
    exact, most, least = 100 / (grown + np.array([0.0, -HALF_UNIT, HALF_UNIT]))
    return table.assign(
        share=table["points"] * exact,
        share_low=np.minimum(table["low"] * least, table["low"] * most),
        share_high=np.maximum(table["high"] * least, table["high"] * most),
    )


def repriced(weight: pd.Series, price: FloatArray) -> pd.Series:
    """Return weights, as fractions, after each part's price against all others changed."""
    return weight * price / (1 - weight + weight * price)


def who_pulls(
    versions: pd.DataFrame,
    catalogue: Catalogue,
    space: Workspace,
    as_of: dt.date | None,
    period: Period | None = None,
    decimals: Mapping[str, int] | None = None,
) -> Answer:
    """Say who pulls growth, and who made it faster or slower than in the period before.

    Parameters
    ----------
    versions
        Every version of every figure known on the day.
    period
        Default: of each whole the last one with growth.
    decimals
        With which growth is printed, by indicator: see ``growth_decimals``.

    Returns
    -------
    Answer
        Table ``contributions``: the rows of ``contributions`` for each whole
        (``whole``, ``period``), with ``previous`` points and their ``change``.  A whole whose
        parts cannot sum to it is not split, and a sentence says so.
    """
    feeding = versions["provenance"].isin(space.forecast_provenance)
    own = versions[versions["region"].eq(space.region.code) & feeding]
    limits = {"covered": COVERED, "rest": REST_ZH, "drift": PRICE_DRIFT, "farm": FARM_DRIFT}
    tables, sentences, notes = [pd.DataFrame()], [], [*method_of("contributions", **limits)]
    for item in load_structure().sums:
        parts = [code for code in item.parts if code in catalogue or code not in item.optional]
        if any(code not in catalogue for code in (item.whole, *parts)):
            continue
        whole = catalogue.get(item.whole)
        names = [catalogue.get(code).name_zh.removesuffix("增加值") for code in parts]
        name = f"{whole.name_zh}（{item.name_zh}）"
        try:
            breakdown = breakdown_of(own, whole, parts, space.census_breaks)
            table = _compared(breakdown, [name, *names, RESIDUAL_ZH], period)
            if not breakdown.has_last_year(table["period"].iloc[0]):
                table.loc[whole.code, "name_zh"] = (
                    f"{whole.name_zh}（{item.name_zh}，{TAKEN_BACK}）"
                )
            covered = table["weight_pct"].where(table["points"].notna()).iloc[1:].sum()
            if covered < COVERED:  # a county without a row for its 第一产业
                table.loc[RESIDUAL, "name_zh"] = REST_ZH
        except (ForecastError, PeriodError) as error:
            notes.append(f"{name}没有分解：{error}")
            continue
        gaps, bounds = table[table["reason"] != ""], table[["low", "high"]].sum()
        least, most = bounds - table["growth"].iloc[0]
        if gaps.empty and covered >= COVERED and (least > HALF_UNIT or most < -HALF_UNIT):
            when = Period.parse(table["period"].iloc[0]).label_zh("ytd")
            sentences.append(f"{when}{name}：各部分之和与合计不符，不作分解，请核对口径与修订。")
            continue
        table[DECIMALS] = [(decimals or {}).get(code, GROWTH_DECIMALS) for code in table.index]
        tables.append(table)
        sentences += _sentences(table)
        lacking = [(row.name_zh, row.reason) for row in gaps.itertuples()]
        if len(lacking) == len(parts) and gaps["reason"].nunique() == 1:
            lacking = [("各部分都", lacking[0][1])]
        notes += [f"{name}：{which}没有计算，{reason}" for which, reason in lacking]
    told = pd.concat(tables).rename_axis("indicator").reset_index()
    first = sorted(told, key=lambda column: column not in ("name_zh", "period"))
    return Answer(
        question="谁在拉动增长，谁拖慢了它？",
        region=space.region.code,
        region_zh=space.region.name_zh,
        as_of=None if as_of is None else as_of.isoformat(),
        simulated=bool(own["provenance"].eq("simulated").any()),
        sentences=tuple(sentences) or NOTHING_SPLIT,
        tables={"contributions": told[first]},
        notes=tuple(notes),
    )


def _pull_text(row: pd.Series) -> str:
    """Write what a part adds to growth, or takes away from it, with its range."""
    down = row["points"] <= -HALF_UNIT
    points, low, high = -row[["points", "high", "low"]] if down else row[["points", "low", "high"]]
    return f"{'下拉' if down else '拉动'} {points:z.1f} 个百分点（{_range_text(low, high)}）"


def _range_text(low: float, high: float) -> str:
    """Write a range of points; before a minus a dash would be another."""
    ends = f"{low:z.1f}", f"{high:z.1f}"
    return (" 至 " if ends[1].startswith("-") else "—").join(ends)


def _compared(breakdown: Breakdown, names: Sequence[str], asked: Period | None) -> pd.DataFrame:
    """Return the contributions of a period beside those of the last one known before it."""
    whole = breakdown.whole
    known = breakdown.growth.loc[whole.code].dropna().index
    at, before = periods_asked(known, asked, whole.frequency)
    table = contributions(breakdown, at.code).assign(previous=np.nan)
    if before:
        with suppress(ForecastError):
            earlier = contributions(breakdown, before.code)["points"]
            # A residual that holds a part is not compared with one that does not.
            same = earlier.isna().equals(table["points"].isna())
            table["previous"] = earlier if same else earlier.drop(RESIDUAL)
    told = {"name_zh": names, "whole": whole.code, "period": at.code, "before": str(before or "")}
    return table.assign(change=table["points"] - table["previous"], **told)


def _sentences(table: pd.DataFrame) -> list[str]:
    """Tell the largest points, all that go the other way, the rest, and what changed most."""
    whole, parts = table.iloc[0], table.iloc[1:-1].dropna(subset="points")
    if parts.empty:
        return []
    falls = whole["growth"] < 0
    parts = parts.sort_values("points", ascending=falls).set_index("name_zh")
    other = parts["points"].gt(0) if falls else parts["points"].lt(0)
    told = parts[other | (np.arange(len(parts)) < NAMED)]
    pulls = [
        f"{name}{_pull_text(row)}"
        + ("" if np.isnan(row["share"]) else f"，贡献率 {row['share']:z.1f}%")
        for name, row in told.iterrows()
    ]
    pulls.append(f"{table['name_zh'].iloc[-1]} {table['points'].iloc[-1]:z.1f} 个百分点。")
    now, digits = Period.parse(whole["period"]).label_zh("ytd"), whole[DECIMALS]
    grown = grew_text(whole["growth"], digits)
    said = [f"{now}{whole['name_zh']}{grown}：{'；'.join(pulls)}"]
    if np.isnan(whole["change"]):
        return said
    then = Period.parse(whole["before"]).label_zh("ytd")
    before = round(whole["growth"] - whole["change"], 6)  # 5.35, and no float below it
    pace = pace_text(whole["growth"], before, then, "增速", digits)
    change = as_published(whole["growth"], digits) - as_published(before, digits)
    if abs(change) < HALF_UNIT:
        return [*said, f"{pace}。"]
    more, less = ("多", "少") if change > 0 else ("少", "多")
    # A residual that is only that moved nothing.
    movers = table[table["name_zh"] != RESIDUAL_ZH].iloc[1:].set_index("name_zh")["change"]
    moves = (np.sign(change) * movers).dropna()
    pulls_down = table.set_index("name_zh")["points"].lt(0)

    def moved_text(name: str, way: str, by: float) -> str:
        # Whoever pulls down and did so by less is no pull that grew.
        down = bool(pulls_down[name])
        said = {"多": "少", "少": "多"}[way] if down else way
        return f"{name}{said}{'下拉' if down else '拉动'} {by:.1f} 个百分点"

    moved = moves.nlargest(NAMED)
    moved = moved[moved >= HALF_UNIT]
    who = [moved_text(str(name), more, by) for name, by in moved.items()]
    why = f"主要是{'、'.join(who)}" if who else "没有哪一部分的同向变动达到公布的小数位"
    if who and moves.min() <= -HALF_UNIT and moved.sum() >= abs(change) + 2 * HALF_UNIT:
        # Parts that make more than the whole change leave one that went the other way.
        why += f"，而{moved_text(str(moves.idxmin()), less, -moves.min())}"
    return [*said, f"{pace}，{why}。"]
