"""The temperature of an economy: scores, diffusion, a coincident index and its turning points.

Figures are kept long: one row an indicator and period; what is held against other indicators
has January and February as one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection

import numpy as np
import pandas as pd

from lianhu_analysis.analysis.monitor_rules import MonitorRules
from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.growth import FloatArray
from lianhu_analysis.forecast.history import published_spans, year_periods
from lianhu_analysis.forecast.knowledge import GrowthSources
from lianhu_analysis.forecast.models.panel import GrowthPanel
from lianhu_analysis.forecast.past_forecasts import PastRuns

__all__ = [
    "DECIMALS",
    "adjusted_growth",
    "columns",
    "composite",
    "diffusion",
    "lay_out",
    "standings",
    "theme_heat",
    "turning_points",
    "with_scores",
]

PER_YEAR = {"M": 11, "Q": 4, "A": 1}  # January and February are one
MONTHS = {"M": 1, "Q": 3, "A": 12}  # of a period
COLUMNS = "code period value grown paced frequency year month slot".split()
FREQUENCY_OF_LENGTH = {4: "A", 6: "Q", 7: "M"}
# A spread below this is none, a difference that of binary fractions: decimals, and the same.
DECIMALS, DUST = 6, 1e-6


def lay_out(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Lay out each indicator's growth, or its level where no growth is published.

    Parameters
    ----------
    frame
        Observations of one region as of a day; of equal keys the last published counts.

    Returns
    -------
    DataFrame
        Columns ``code``, ``period``, ``value``, ``grown`` (whether it is growth), ``frequency``,
        ``year``, ``month`` (the last of the period, as 2024-09; of a January February), ``slot``
        (number of the period, one more each) and ``paced`` (whether its size tells of its pace:
        growth, and rates that do not pile up within the year).
    """
    items = pd.DataFrame(
        [
            (i.code, span, i.frequency, i.kind in ("rate", "index") and i.span != "ytd")
            for i in catalogue
            for span in published_spans(i)
        ],
        columns=["indicator", "span", "frequency", "paced"],
    )
    kept = frame[frame["value"].notna()].merge(items, on=["indicator", "span"])
    kept = kept[kept["period"].str.len().map(FREQUENCY_OF_LENGTH) == kept["frequency"]]
    grown = kept["measure"] == "yoy"
    kept = kept[grown | ~kept["indicator"].isin(kept.loc[grown, "indicator"])].copy()
    kept["grown"] = kept["measure"] == "yoy"
    kept["paced"] |= kept["grown"]
    number = pd.to_numeric(kept["period"].str[5:], errors="coerce").fillna(1).astype(int)
    months = kept["frequency"].map(MONTHS)
    kept["year"] = kept["period"].str[:4].astype(int)
    month = (number * months).clip(lower=2).astype(str).str.zfill(2)
    kept["month"] = kept["period"].str[:4] + "-" + month
    kept["slot"] = kept["year"] * (12 // months) + number
    ordered = kept.rename(columns={"indicator": "code"}).sort_values(
        ["code", "period", "published"]
    )
    return ordered[COLUMNS].drop_duplicates(["code", "slot"], keep="last", ignore_index=True)


def standings(table: pd.DataFrame) -> pd.DataFrame:
    """Add each figure's change, its rank and how long its series has fallen.

    Returns
    -------
    DataFrame
        With ``change`` (on the last figure published for an earlier period, as in
        ``periods_asked``; of what has no pace on a year before), ``rank`` (1 is the
        highest of all, or of the same parts of other years where it is compared with a year
        before; equal figures share one), ``tied`` (how many do), ``n`` (figures it ranks among) and ``run`` (falls in a
        row up to it).
    """
    per_year = 12 // table["frequency"].map(MONTHS)
    known = table.set_index(["code", "slot"])["value"]
    year_ago = pd.MultiIndex.from_arrays([table["code"], table["slot"] - per_year])
    last = table.groupby("code")["value"].shift()
    before = last.where(table["paced"], known.reindex(year_ago).to_numpy())
    pool = (table["slot"] % per_year).where(~table["paced"], 0)
    among = table.groupby([table["code"], pool])["value"]
    change = (table["value"] - before).round(DECIMALS)
    fallen = change < 0
    return table.assign(
        change=change,
        rank=among.rank(method="min", ascending=False).astype(int),
        tied=table.groupby([table["code"], pool, "value"])["value"].transform("count"),
        n=among.transform("count"),
        run=fallen.astype(int).groupby([table["code"], (~fallen).cumsum()]).cumsum(),
    )


def columns(table: pd.DataFrame) -> pd.DataFrame:
    """Return the figures by column of a heat map: of January and February the later."""
    return table.drop_duplicates(["code", "month"], keep="last")


def with_scores(
    table: pd.DataFrame, rules: MonitorRules, outlier_years: Collection[int] = ()
) -> pd.DataFrame:
    """Add how far each figure is from the mean of its last years, in standard deviations.

    The years reach up to the figure itself.  Outlier years have no ``score`` and teach none;
    neither has what has no pace or comes once a year, nor a January once February is out.
    """
    usual = columns(table[table["paced"] & ~table["year"].isin(list(outlier_years))])
    parts = [pd.Series(dtype=float)]
    for name in ("M", "Q"):
        own = usual[usual["frequency"] == name]
        longest, fewest = (PER_YEAR[name] * years for years in (rules.heat_years, rules.min_years))
        rolled = own.groupby("code")["value"].rolling(longest, min_periods=fewest)
        mean, spread = rolled.mean().droplevel(0), rolled.std().droplevel(0)
        parts.append((own["value"] - mean) / spread.where(spread > DUST))
    return table.assign(score=pd.concat(parts))


def theme_heat(table: pd.DataFrame, rules: MonitorRules) -> pd.DataFrame:
    """Return the mean score of each theme's indicators and of all, month by month.

    Parameters
    ----------
    table
        Columns ``theme``, ``month`` and ``score``.

    Returns
    -------
    DataFrame
        Columns ``theme``, ``theme_zh``, ``month``, ``score``, ``n`` (indicators with a score) and
        ``light``.
    """
    both = pd.concat([table, table.assign(theme="all")]).dropna(subset="score")
    means = both.groupby(["theme", "month"])["score"].agg(score="mean", n="count").reset_index()
    names = means["theme"].map(dict(rules.themes)).fillna(means["theme"])
    means.insert(1, "theme_zh", names)
    return means.assign(light=means["score"].map(rules.light))


def diffusion(table: pd.DataFrame, min_series: int) -> pd.DataFrame:
    """Return which part of the series speeds up, and which grows more than the region above.

    Half of the unchanged counts as rising (diffusion index of the NBER; The Conference Board,
    Business Cycle Indicators Handbook, 2001).

    Parameters
    ----------
    table
        Columns ``month``, ``change`` and ``gap`` (to the region above, missing if unpublished).
    min_series
        A part of fewer series is missing: it tells of no majority.

    Returns
    -------
    DataFrame
        Columns ``month``, ``faster``, ``slower``, ``n``, ``n_above`` (of both are published),
        ``diffusion`` and ``above_parent`` (in %); a month without series has no row.
    """
    known = table.dropna(subset="change")
    month, signs, both = known["month"], np.sign(known["change"]), known["gap"].notna()
    higher = (known["gap"] > 0).where(both).astype(float)
    found = {
        "faster": (signs > 0).groupby(month).sum(),
        "slower": (signs < 0).groupby(month).sum(),
        "n": signs.groupby(month).count(),
        "n_above": both.groupby(month).sum(),
        "diffusion": 50 * (1 + signs.groupby(month).mean()),
        "above_parent": 100 * higher.groupby(month).mean(),
    }
    parts = pd.DataFrame(found)
    parts.loc[parts["n"] < min_series, "diffusion"] = np.nan
    parts.loc[parts["n_above"] < min_series, "above_parent"] = np.nan
    return parts.reset_index()


def adjusted_growth(sources: GrowthSources) -> pd.DataFrame:
    """Return growth of single periods without effects of the calendar, and its level.

    From the smoothed states of the likeliest growth model: mean, level, noise and its echo,
    without the effects of the period and of Spring Festival (Harvey, 1989, ch. 4).

    Returns
    -------
    DataFrame
        Columns ``month``, ``growth`` (to date, as published), ``adjusted`` and ``trend`` (of
        the single period, in %), up to the last published figure; of January and February the
        mean; missing in outlier years, which the model is not told.

    Raises
    ------
    ForecastError
        If too little growth is published, or it does not add up.
    """
    years = sources.versions.on(None).years
    if not years:
        raise ForecastError("没有公布累计增速")
    panel, item = sources.panel_on(years[-1], None), sources.versions.indicator
    trend, adjusted = _smoothed(panel, sources.past_runs)
    ends = [p.end for year in range(years[0], years[-1] + 1) for p in year_periods(item, year)]
    growth = panel.ytd_growth_pct.ravel()
    table = pd.DataFrame({"growth": growth, "adjusted": adjusted, "trend": trend})
    # What the model was not told, it does not know.
    table.loc[np.repeat(panel.outlier, panel.shares.shape[1]), ["adjusted", "trend"]] = np.nan
    table = table[: np.flatnonzero(np.isfinite(growth))[-1] + 1]
    months = pd.Index([f"{end.year}-{max(end.month, 2):02d}" for end in ends], name="month")
    how = {"growth": "last", "adjusted": "mean", "trend": "mean"}
    return table.groupby(months[: len(table)]).agg(how).reset_index()


def _smoothed(panel: GrowthPanel, kept: PastRuns | None) -> FloatArray:
    """Return the level of each period, and with its noise less the echo; once for a panel.

    Returns
    -------
    Shape (2, years * n).
    """
    told = [np.asarray(value).tolist() for value in vars(panel).values()]
    key = hashlib.sha256(f"smoothed {told}".encode()).hexdigest()
    if kept is not None and (found := kept.get(key)) is not None:
        return np.array(json.loads(found))
    # statsmodels takes half a second to import.
    from lianhu_analysis.forecast.models.state_space import likeliest

    results = likeliest(panel)
    states, n = results.smoothed_state, panel.shares.shape[1]
    params = dict(zip(results.model.param_names, results.params, strict=True))
    trend = results.model.centre + states[0] + states[1]
    # Of the first period only a noise that may echo is kept apart.
    first = (1.0 - params["shift"]) * states[3, 0]
    noise = np.append(first, results.smoothed_state_disturbance[1, :-1])
    echo = params["echo"] * np.append(0.0, states[2 + n, :-1])
    smoothed = np.array([trend, trend + noise - echo])
    if kept is not None:
        kept.put(key, json.dumps(smoothed.tolist()).encode())
    return smoothed


def composite(panel: pd.DataFrame, min_components: int, scale: float) -> pd.Series:
    """Return the mean of standardised series, itself brought to mean 100 and a set scale.

    Growth rates are changes already, so none is taken again.  Equal weights after smoothing and
    standardisation are the OECD's (System of Composite Leading Indicators, 2012); mean 100 and
    standard deviation 10 are the Economic Sentiment Indicator's (European Commission, Joint
    Harmonised EU Programme of Business and Consumer Surveys: User Guide, 2016).

    Parameters
    ----------
    panel
        Growth without the calendar's effects: one row a month, one column a component; months
        with fewer than ``min_components`` are missing.
    scale
        Points of one standard deviation.
    """
    spread = panel.std()
    scores = (panel - panel.mean()) / spread.where(spread > DUST)
    mean = scores.mean(axis=1).where(scores.count(axis=1) >= min_components)
    return 100.0 + scale * (mean - mean.mean()) / mean.std()


def turning_points(values: pd.Series, window: int) -> pd.DataFrame:
    """Date peaks and troughs by the simple form of Bry and Boschan.

    A peak is the highest of the ``window`` periods on either side; of two peaks without a trough
    or a gap between them the higher counts; peak and trough are at least ``window`` periods apart (Bry and
    Boschan, 1971; Harding and Pagan, 2002, sec. 3, without the rule on whole cycles).  The
    first and last ``window`` periods, and as many beside a gap, cannot be dated.

    Returns
    -------
    DataFrame
        Columns ``month``, ``kind`` (峰 or 谷) and ``value``.
    """
    around = values.rolling(2 * window + 1, center=True)
    highest = values.eq(around.max())
    kept: list[tuple[int, int]] = []  # place, and 1 for a peak, -1 for a trough
    for place in map(int, np.flatnonzero(highest | values.eq(around.min()))):
        sign = 1 if highest.iloc[place] else -1
        apart = not kept or values.iloc[kept[-1][0] : place].isna().any()
        if apart or (kept[-1][1] != sign and place - kept[-1][0] >= window):
            kept.append((place, sign))
        elif kept[-1][1] == sign and sign * (values.iloc[place] - values.iloc[kept[-1][0]]) > 0:
            kept[-1] = place, sign
    rows = [(values.index[at], "峰" if sign > 0 else "谷", values.iloc[at]) for at, sign in kept]
    return pd.DataFrame(rows, columns=["month", "kind", "value"])
