"""What moved each target's verdict between two days: releases, revisions, corrections, relearning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lianhu_analysis.analysis.answer import Answer, became, chance_text
from lianhu_analysis.analysis.attribution import Between, Change, attribute, outlook
from lianhu_analysis.analysis.monitor_rules import load_rules
from lianhu_analysis.analysis.wording import method_of
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.targets import Target, versions_on
from lianhu_analysis.forecast.models.draws import ROUNDING_ERROR
from lianhu_analysis.workspace import Region

__all__ = ["news", "news_json"]

# What each kind of change is called, and which part of the identity it belongs to.
KINDS = {
    "correction": ("更正", "revisions"),
    "release": ("公布", "releases"),
    "target": ("定目标", "releases"),
    "revision": ("修订", "revisions"),
    "re_estimation": ("重新估计", "residual"),
}
# Only what is decided has no chance left.
DECIDED = {0.0: "0（已定）", 1.0: "100%（已定）"}
PARTS = ("revisions", "releases", "residual")
IMPACT = [
    "row", "target_zh", "indicator", "name_zh", "period", "period_zh", "day", "kind", "kind_zh",
    "expected", "published", "weight", "impact", "impact_probability", "theme", "theme_zh", "mechanism",
]  # fmt: skip


def news(between: Between, year: int, regions: Sequence[Region]) -> Answer:
    """Split the change of every target's verdict into what made it.

    Parameters
    ----------
    regions
        The region and those above it, nearest first.

    Returns
    -------
    Answer
        Tables ``targets`` (one row a target), ``impacts`` (one row a change, ``row`` that of
        its target) and ``themes`` (impacts summed by target, theme, mechanism and kind).
        Forecasts are in the unit of the target, probabilities from 0 to 1; what cannot be said
        is missing, with its ``reason``.
    """
    rows: list[dict[str, Any]] = []
    impacts: list[dict[str, Any]] = []
    sentences = []
    for target, *_ in versions_on(between.targets, between.days[1]):
        if target.year == year:
            *verdicts, changes = attribute(between, target)
            told = [
                _impact(between, target, item, regions) for item in changes if item.impact.any()
            ]
            row = _row(between, target, verdicts, told)
            impacts += [item | {"row": len(rows)} for item in told]
            rows.append(row)
            sentences.append(_sentence(row, told))
    moves = pd.DataFrame(impacts, columns=IMPACT)
    by = ["row", "target_zh", "theme", "theme_zh", "mechanism", "kind", "kind_zh"]
    themes = moves.groupby(by, sort=False, dropna=False)[["impact", "impact_probability"]]
    newest = between.versions[1]
    own = newest[newest["region"] == regions[0].code]
    return Answer(
        question=f"{between.days[0]} 以来，{year} 年各目标的判断变了多少，为什么",
        region=regions[0].code,
        region_zh=regions[0].name_zh,
        as_of=between.days[1].isoformat(),
        simulated=bool(own["provenance"].eq("simulated").any()),
        sentences=tuple(sentences),
        tables={
            "targets": pd.DataFrame(rows),
            "impacts": moves,
            "themes": themes.sum(min_count=1).reset_index(),
        },
        notes=method_of("news"),
    )


def _row(
    between: Between, target: Target, verdicts: Sequence[Any], told: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Say what a target's verdict was, is, and what kinds of change lie between."""
    plain = ("indicator", "name_zh", "measure", "set_by", "unit")
    row: dict[str, Any] = {name: getattr(target, name) for name in plain}
    for number, suffix in enumerate(("", "_probability")):
        old, new = (outlook(verdict)[number] for verdict in verdicts)
        row |= {f"old{suffix}": old, f"new{suffix}": new}
        for part in PARTS:
            moved = [item[f"impact{suffix}"] for item in told if KINDS[item["kind"]][1] == part]
            row[part + suffix] = sum(moved, 0.0) if np.isfinite(new - old) else np.nan
    said = [
        f"{day} {verdict.reason if verdict else '还没有这项目标'}"
        for day, verdict in zip(between.days, verdicts, strict=True)
        if np.isnan(outlook(verdict)[0])
    ]
    return row | {"reason": "；".join(said)}


def _impact(
    between: Between, target: Target, change: Change, regions: Sequence[Region]
) -> dict[str, Any]:
    """Say what a change was: of one figure, or of several that are not told apart."""
    kinds = [kind for kind in KINDS if any(item.kind == kind for item in change.pieces)]
    found: dict[str, Any] = {
        "target_zh": target.name_zh,
        "kind": [*kinds, "re_estimation"][0],
        "kind_zh": "、".join(KINDS[kind][0] for kind in kinds or ["re_estimation"]),
        "day": change.pieces[-1].day.isoformat() if kinds and kinds != ["correction"] else None,
        "impact": change.impact[0],
        "impact_probability": change.impact[1],
    }
    shown = [item.rows for item in change.pieces if item.kind != "re_estimation"]
    rows = pd.concat([between.frames[1][:0], *shown]).sort_values(["period", "measure"])
    if rows.empty:
        return found
    last = rows.iloc[-1]
    indicator = between.catalogue.get(last["indicator"])
    above = {item.code: item.name_zh for item in regions[1:]}
    names = above.get(last["region"], "") + indicator.name_zh
    found |= {
        "theme": indicator.theme,
        "theme_zh": load_rules().themes.get(indicator.theme, indicator.theme),
        "mechanism": indicator.mechanism,
        "indicator": indicator.code,
        "name_zh": names + ("" if rows["indicator"].nunique() == 1 else "等"),
        "period": last["period"],
        "period_zh": Period.parse(last["period"]).label_zh(last["span"]),
    }
    if len(change.pieces) > 1:
        return found
    expected = last["former"]
    if found["kind"] == "release":
        own = not above.get(last["region"]) and last["measure"] == target.measure
        fan = change.before.fan if own and change.before else None
        expected = np.nan if fan is None else fan[0.5].get(last["period"], np.nan)
    surprise = last["value"] - expected
    weight = change.impact[0] / surprise if abs(surprise) > ROUNDING_ERROR else np.nan
    return found | {"expected": expected, "published": last["value"], "weight": weight}


def _sentence(row: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> str:
    """Say what a target's verdict was, is, and what moved it most."""
    if row["reason"]:
        return f"{row['name_zh']}：变化无从分解：{row['reason']}。"
    if not told:
        return f"{row['name_zh']}：没有变化。"
    # What moved it most, of what moved it the way that it went.
    way = np.sign(row["new"] - row["old"])
    sizes = ("impact", "impact_probability")
    item = max(told, key=lambda item: (item["impact"] * way, *(abs(item[key]) for key in sizes)))
    # A target that was changed moves the chance, whatever the figures do to the forecast.
    most = max(told, key=lambda item: abs(item["impact_probability"]))
    item = most if most.get("kind") == "target" else item
    figures = f" {item['published']:,.10g}" if np.isfinite(item.get("published", np.nan)) else ""
    if np.isfinite(expected := item.get("expected", np.nan)):
        figures += f"，预期 {_figure_text(expected, row)}"
    forecast = became(_figure_text(row["old"], row), _figure_text(row["new"], row))
    now = row["new_probability"]
    chance = became(chance_text(row["old_probability"]), DECIDED.get(now, chance_text(now)))
    moved, what = item["impact"], "预测"
    size = f"{_figure_text(abs(moved), row)} {row['unit'].replace('%', '个百分点')}"
    # A count may stay, whose chance does not.
    if item.get("kind") == "target" or not size.partition(" ")[0].strip("0."):
        moved, what = item["impact_probability"], "概率"
        size = f"{abs(100 * moved):.1f} 个百分点"
    return (
        f"{row['name_zh']}：预测{forecast}，概率{chance}。"
        f"{_what(item)}{figures}，"
        f"使{what}{'上调' if moved >= 0 else '下调'} {size}。"
    )


def _what(item: Mapping[str, Any]) -> str:
    """Name what came: a figure of a period, or on its day another target."""
    if item.get("kind") == "target":
        return f"{item['day']} {item['kind_zh']}"
    return f"{item.get('period_zh', '')}{item.get('name_zh', '')}{item['kind_zh']}"


def _figure_text(value: float, row: Mapping[str, Any]) -> str:
    """Write a growth with two decimals, and an amount that is whole without any."""
    return f"{value:,.{0 if row['unit'] != '%' and float(value).is_integer() else 2}f}"


def news_json(answer: Answer) -> dict[str, Any]:
    """Return what ``lianhu news --json`` prints: each target's impacts beside it."""
    content = answer.as_dict()
    for number, row in enumerate(content["targets"]):
        row["impacts"] = [item for item in content["impacts"] if item["row"] == number]
    return content
