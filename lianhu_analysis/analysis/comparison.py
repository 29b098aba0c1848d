"""Where a region stands: its place among the districts of its city, and against those above it.

Growth to date as published, of one period for all; ties share a place, and what
is not known has none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from lianhu_analysis.analysis.answer import DECIMALS, Answer
from lianhu_analysis.analysis.wording import gap_text, grew_text, half_up, method_of, pace_text
from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period, Span
from lianhu_analysis.catalog.targets import GROWTH_DECIMALS, as_published
from lianhu_analysis.errors import ForecastError, PeriodError
from lianhu_analysis.forecast.history import periods_asked
from lianhu_analysis.workspace import Workspace

__all__ = ["HEADLINE", "MIXED", "compare"]

DIGITS = 6  # what differences of published decimals are good for
# What every analysis of a region's economy tells, with a target or without.
HEADLINE = (
    "gdp.total",
    "ind.va_above.yoy",
    "inv.fai.yoy",
    "csm.retail.total",
    "fis.revenue.gpb",
    "opn.trade",
    "inc.urban",
)
LEAST_FIRST = "目标有上限，位次由低到高排"
MIXED = "演示数据与外地公布的数字并列，只演示做法，不能据以判断位次和高低"
RANKS = dict.fromkeys(("place", "moved", "published_rank"), "Int64")
# What ended more days before is no course of today: a year's figure is told until the next is out.
STALE = pd.Timedelta(days=450)
TOLD = ["growth", "change", "place", "moved", "published_rank"]
# Of what a region is one, by how its GB/T 2260 code ends.
MATES = (("0000", "省区市", "全国"), ("00", "市州", "全省"), ("", "区县", "全市"))


def _mates(space: Workspace) -> tuple[str, str]:
    """Name the regions that a region is ranked among, and what they are parts of."""
    return next((mate, all_of) for end, mate, all_of in MATES if space.region.code.endswith(end))


def places(growth: pd.Series, *, fewer: bool = False) -> pd.Series:
    """Return places from 1; ties share one, and what is missing has none.

    Parameters
    ----------
    fewer
        Whether less is better.
    """
    ranks: pd.Series = growth.rank(method="min", ascending=fewer)
    return ranks if ranks.count() > 1 else ranks.where(ranks.isna())


def standing(
    growth: pd.DataFrame, space: Workspace, *, fewer: bool = False, decimals: int = 1
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Rank the districts of one city.

    Parameters
    ----------
    growth
        By region: ``growth`` and ``previous``, missing where not published.
    decimals
        Of growth as it is printed: differences are those of printed figures, places are not.

    Returns
    -------
    tuple
        The frame with ``ahead`` (the own region's growth less this one's, in points),
        ``change``, ``place`` and places ``moved`` forward added (missing unless the same
        districts are known in both periods); and of the own region the ``known`` and
        ``unknown`` of ``districts``, and the points ``to_next`` and ``to_best``, missing for the best.
    """
    own, city = space.region.code, [item.code for item in space.parents[:1]]
    mates = [own, *(item.code for item in space.peers if item.parent in ("", *city))]
    districts = growth.loc[mates]
    place, before = (places(districts[name], fewer=fewer) for name in ("growth", "previous"))
    same = districts["growth"].notna().equals(districts["previous"].notna())
    printed = growth[["growth", "previous"]].map(as_published, decimals=decimals)
    gap = (printed["growth"][own] - printed["growth"]).round(DIGITS)
    change = (printed["growth"] - printed["previous"]).round(DIGITS)
    moved = before - place if same else np.nan
    ahead = gap[mates].abs()[place < place[own]]
    known = int(districts["growth"].count())
    count = {"known": known, "districts": len(mates), "unknown": len(mates) - known}
    ranked = growth.assign(ahead=gap, change=change, place=place, moved=moved)
    return ranked, count | {"to_next": ahead.min(), "to_best": ahead.max()}


def compare(
    frame: pd.DataFrame,
    indicators: Sequence[Indicator],
    space: Workspace,
    as_of: dt.date | None,
    period: Period | None = None,
    fewer: Collection[str] = (),
    today: dt.date | None = None,
    decimals: Mapping[str, int] | None = None,
) -> Answer:
    """Compare a region with the districts of its city and the regions above it.

    Parameters
    ----------
    frame
        Observations of every region as of the day.
    period
        Default: of each indicator the own region's last one, of several unless it is ``STALE``.
    fewer
        Codes of the indicators of which less is better.
    today
        The day from which a figure is old; default: ``as_of``.
    decimals
        With which growth is printed, by indicator: see ``growth_decimals``.

    Returns
    -------
    Answer
        Tables ``standing``, one row an indicator, and ``regions``, one row an
        indicator and region (of several indicators, only those with a figure):
        see ``standing``.
    """
    summary, regions, sentences, notes = [], [pd.DataFrame()], [], [*method_of("comparison")]
    alone = []
    own, used, (mate, all_of) = space.region, set[str](), _mates(space)
    now = pd.Timestamp(today or as_of or frame["published"].max())
    for indicator in indicators:
        try:
            table, at, before = _growth(frame, indicator, space, period)
            if period is None and len(indicators) > 1 and now - pd.Timestamp(at.end) > STALE:
                raise ForecastError(f"最近公布的是{at.label_zh(_span(indicator))}，太旧了")
        except (ForecastError, PeriodError) as error:
            notes.append(f"{indicator.name_zh}没有比较：{error}")
            continue
        digits = (decimals or {}).get(indicator.code, GROWTH_DECIMALS)
        table, found = standing(table, space, fewer=indicator.code in fewer, decimals=digits)
        named = {"indicator": indicator.code, "name_zh": indicator.name_zh, "period": at.code}
        mine = {**named, DECIMALS: digits}
        summary.append(mine | table.loc[own.code, TOLD].to_dict() | found)
        turned = indicator.code in fewer
        said = _sentence(indicator, at, before, table, found, space, digits, turned=turned)
        sentences.append(said)
        if found["known"] == 1 < found["districts"] and pd.notna(table["growth"][own.code]):
            alone.append(indicator.name_zh)
        known = table.dropna(subset=["growth", "published_rank"], how="all")
        chosen = (known if len(indicators) > 1 else table).reset_index()
        regions.append(pd.DataFrame(mine, chosen.index).join(chosen))
        used |= set(table["provenance"].dropna())
    if alone:
        which = "以上指标" if len(alone) == len(summary) > 1 else "、".join(alone)
        sentences.append(f"{which}：没有{all_of}其他{mate}的数，不排位次。")
    if "simulated" in used and len(used) > 1:
        notes.append(MIXED)
    told = pd.concat(regions, ignore_index=True)
    tables = {"standing": pd.DataFrame(summary), "regions": told}
    tables = {key: item.astype(RANKS if len(item) else {}) for key, item in tables.items()}
    return Answer(
        question=f"在{all_of}各{mate}排第几，比上级地区高还是低？",
        region=own.code,
        region_zh=own.name_zh,
        as_of=None if as_of is None else as_of.isoformat(),
        simulated="simulated" in used,
        sentences=tuple(sentences),
        tables=tables,
        notes=tuple(notes),
    )


def _growth(
    frame: pd.DataFrame, indicator: Indicator, space: Workspace, asked: Period | None
) -> tuple[pd.DataFrame, Period, Period | None]:
    """Lay out by region the newest growth, that of the period before, and published ranks.

    Of the own region's growth only what may feed a forecast.  Periods are named as
    the indicator's own are: a year is its last quarter or month to date.
    """
    code, rank = indicator.code, f"fact.rank.{indicator.code}"
    spans = ["single"] if indicator.span == "single" else ["ytd", "point", "annual"]
    feeding = frame["provenance"].isin(space.forecast_provenance)
    growth = frame["indicator"].eq(code) & frame["measure"].eq("yoy") & frame["span"].isin(spans)
    growth &= frame["region"].ne(space.region.code) | feeding
    rows = frame[(growth | frame["indicator"].eq(rank)) & frame["value"].notna()]
    newest = {
        (row.indicator, _same_end(str(row.period), indicator.frequency), row.region): row
        for row in rows.sort_values("published", kind="stable").itertuples()
    }
    mine = [when for what, when, where in newest if (what, where) == (code, space.region.code)]
    at, before = periods_asked(filter(None, mine), asked, indicator.frequency)
    wanted = {"growth": (code, at), "previous": (code, before), "published_rank": (rank, at)}
    table = pd.DataFrame({"region_zh": {key: it.name_zh for key, it in space.regions.items()}})
    for column, (what, when) in wanted.items():
        found = [newest.get((what, str(when), where)) for where in table.index]
        table[column] = [getattr(row, "value", np.nan) for row in found]
        if column == "growth":
            table["provenance"] = [getattr(row, "provenance", None) for row in found]
    return table.rename_axis("region"), at, before


def _same_end(text: str, frequency: str) -> str:
    try:
        return Period.parse(text).as_frequency(frequency).code  # type: ignore[arg-type]
    except PeriodError:
        return ""


def _span(indicator: Indicator) -> Span:
    spans: dict[str, Span] = {"single": "single", "point": "point"}
    return spans.get(indicator.span, "ytd")


def _sentence(
    indicator: Indicator,
    at: Period,
    before: Period | None,
    table: pd.DataFrame,
    found: dict[str, float],
    space: Workspace,
    digits: int,
    *,
    turned: bool,
) -> str:
    own, (mate, _) = table.loc[space.region.code].to_dict(), _mates(space)
    span = _span(indicator)
    name = f"{at.label_zh(span)}{indicator.name_zh.removesuffix('增速')}"
    if np.isnan(own["growth"]):
        return f"{name}：本地区没有公布增速，不比较。"
    then = before.label_zh(span) if before else ""
    growth, previous, sign = own["growth"], own["previous"], 1
    if indicator.is_reduction and as_published(np.nanmin([growth, previous]), digits) >= 0:
        change = gap_text(own["change"], then, "提高", "下降", decimals=digits)
        said = [f"{name} {half_up(growth, digits)}%", change]
    else:
        # Less than no reduction is a rise.
        up, sign = ("上升", -1) if indicator.is_reduction else ("增长", 1)
        name, growth, previous = name.removesuffix("降低率"), sign * growth, sign * previous
        pace = pace_text(growth, previous, then, decimals=digits, up=up) if before else ""
        said = [f"{name}{grew_text(growth, digits, up)}", pace]
    ahead = [(sign * table["ahead"][item.code], item.name_zh) for item in space.parents]
    said += [gap_text(points, name, "高", "低", decimals=digits) for points, name in ahead]
    known, unknown = found["known"], found["districts"] - found["known"]
    sharing = int(table["place"].eq(own["place"]).sum())
    ranked = known > 1 and known != sharing
    if 1 < known == sharing:
        said.append(f"有数的 {known} 个{mate}增速都相同")
    elif ranked:
        tied = "并列" if sharing > 1 else ""
        said.append(f"居有数的 {known} 个{mate}{tied}第 {own['place']:.0f} 位")
        moved = own["moved"] if pd.notna(own["moved"]) else 0
        said.append(f"比上期{'前' if moved > 0 else '后'}移 {abs(moved):.0f} 位" if moved else "")
    if known > 1 and own["place"] > 1:
        near, best = (half_up(found[key], digits) for key in ("to_next", "to_best"))
        said.append(f"距前一位 {near} 个、" * (near != best) + f"距首位 {best} 个百分点")
    if unknown and known > 1:
        said.append(f"另有 {unknown} 个{mate}没有数")
    # What has a ceiling is best where it is least, which no reader would guess.
    order = f"；{LEAST_FIRST}" if turned and ranked else ""
    return "，".join(filter(None, said)) + f"{order}。"
