"""What ``lianhu record`` prints: the verdicts kept, scored and still open, and how often they came true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lianhu_analysis.catalog.targets import named
from lianhu_analysis.forecast.frequency import CLASSES, came_true, frequency_json
from lianhu_analysis.forecast.issued import told_in_advance
from lianhu_analysis.render.tables import NO_DATA, probability_text

__all__ = ["frequency_text", "record_json", "record_lines"]

SHOWN_OF_OPEN = (
    "issue", "as_of", "year", "indicator", "measure", "set_by", "title_zh", "status", "reason",
    "actual_period", "probability", "probability_about", "mean",
)  # fmt: skip
SHOWN_OF_SCORED = (
    *SHOWN_OF_OPEN, "outcome", "published", "retrospective", "met", "met_about", "brier",
    "brier_about", "crps", "error", "persistence_error", "covered_80",
)  # fmt: skip


def record_json(record: pd.DataFrame, scored: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what ``lianhu record --json`` says of the record itself.

    Parameters
    ----------
    record
        Every verdict kept: see ``record_frame``.
    scored
        What was scored now.
    """
    waiting = record[record["outcome"].isna()]
    known = record[record["outcome"].notna()]
    return {
        "scored_now": [
            {key: item[key] for key in SHOWN_OF_SCORED if key in item} for item in scored
        ],
        "open": _plain(waiting[list(SHOWN_OF_OPEN)]),
        "scored": _plain(known[list(SHOWN_OF_SCORED)]),
        "summary": _summary(record),
    }


def _summary(record: pd.DataFrame) -> dict[str, Any]:
    """Scores of what was told in advance; ``None`` where there is nothing yet."""
    told = told_in_advance(record)
    errors, growth = None, told.loc[told["measure"].eq("yoy"), "error"]
    if len(told):
        errors = {
            "brier": float(told["brier"].mean()),
            "brier_about": float(told["brier_about"].mean()),
            "covered_80": int(told["covered_80"].astype(bool).sum()),
            "growth_rmse": float((growth**2).mean() ** 0.5) if len(growth) else None,
        }
    return {
        "told_in_advance": len(told),
        "retrospective": int(record["retrospective"].eq(True).sum()),
        "scores": errors,
        "classes": [
            {
                "probability": frequency_json(came_true(told, low)),
                "probability_about": frequency_json(came_true(told, low, about=True)),
            }
            for low in CLASSES[:-1]
        ],
    }


def record_lines(content: Mapping[str, Any]) -> list[str]:
    """Return the record document as lines for a terminal."""
    if content["as_of"] is None:
        return [NO_DATA]
    head = f"{content['region_zh']}{content['year']}年目标，截至 {content['as_of']}："
    done = "判断已在记录中，没有重复存档"
    if content["archived"]:
        done = f"存档 {content['archived']} 项判断"
    elif not content["issued"]:
        done = "没有等待结果的目标，无可存档"
    lines = [head + done]
    if content["scored_now"]:
        lines.append(f"新有结果 {len(content['scored_now'])} 项：")
        lines += [_scored_line(item) for item in content["scored_now"]]
    if content["open"]:
        lines.append(f"等待结果 {len(content['open'])} 项：")
        lines += [_open_line(item) for item in content["open"]]
    return lines + _summary_lines(content["summary"])


def _title(item: Mapping[str, Any]) -> str:
    return named(item["title_zh"], item.get("set_by", ""))


def _open_line(item: Mapping[str, Any]) -> str:
    said = "不作预测" if item["status"] == "refused" else probability_text(item["probability"])
    return f"- {_title(item)}：截至 {item['as_of']}，{said}"


def _scored_line(item: Mapping[str, Any]) -> str:
    words = "达到" if item["met"] else "在容差内" if item["met_about"] else "未达到"
    result = f"{item['published']} 公布 {item['outcome']:,.10g}，{words}目标"
    if item["status"] == "refused":
        return f"- {_title(item)}：截至 {item['as_of']} 不作预测；{result}"
    late = "（补记，不计入）" if item["retrospective"] else ""
    said = probability_text(item["probability"])
    return (
        f"- {_title(item)}：截至 {item['as_of']} 说 {said}；{result}；"
        f"Brier {item['brier']:.3f}{late}"
    )


def _summary_lines(summary: Mapping[str, Any]) -> list[str]:
    told = summary["told_in_advance"]
    if not told:
        return ["还没有事先发布过、已有结果的判断，说不出这些百分比准不准"]
    scores = summary["scores"]
    lines = [
        f"事先发布过、已有结果的判断 {told} 项：平均 Brier {scores['brier']:.3f}，"
        f"80% 区间涵盖 {scores['covered_80']} 项"
    ]
    for item in summary["classes"]:
        for name, label in (("probability", "达标概率"), ("probability_about", "按容差")):
            if item[name]["n"]:
                lines.append(f"- {label} {frequency_text(item[name])}")
    return lines


def frequency_text(frequency: Mapping[str, Any]) -> str:
    """Say how often issued percentages of a class came true, or that it cannot be said."""
    low, high = round(frequency["low"] * 100), round(frequency["high"] * 100)
    told = f"发布过、有结果的 {frequency['n']} 次（{frequency['n_targets']} 个年度目标）"
    verdict = f"{frequency['came_true']} 次成真" if frequency["enough"] else "太少，尚不能说"
    return f"{low}%～{high}%：{told}，{verdict}"


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
