"""The report, section by section, in the order of an official analysis.

Each section is its heading with what stands below it, or nothing where there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Sequence

from lianhu_analysis.render import tables
from lianhu_analysis.render.drawing.charts import Picture
from lianhu_analysis.render.quarterly import report_outlook as look
from lianhu_analysis.render.quarterly import report_sources as sources
from lianhu_analysis.render.quarterly.report import Report, headline, panel, refusals
from lianhu_analysis.render.quarterly.report_charts import growth_overview, progress_overview
from lianhu_analysis.render.tables import Html

__all__ = ["annex", "outlook", "summary"]

Block = Html | Picture | None


def summary(report: Report) -> list[Html | Picture]:
    """The first screen: the answer, every target in one table, the fans in one picture."""
    blocks = [headline(report), panel(report), growth_overview(report), progress_overview(report)]
    return [block for block in blocks if block]


def outlook(report: Report) -> list[Html | Picture]:
    """What the rest of the year must show, whether history did as much, and all at once."""
    if not report.assessment.verdicts:
        return []
    return _section(
        "目标测算：剩余时期须达到多少",
        look.path_table(report),
        look.precedents_list(report),
        look.joint_paragraph(report),
    )


def annex(report: Report) -> list[Html | Picture]:
    """Models and refusals, the record, published facts, data, method."""
    judged = bool(report.assessment.verdicts)
    return [
        *_section("附录一：所用的模型与不作预测的目标", refusals(report) if judged else None),
        *_section(
            "附录二：发布过的百分比后来怎样", look.record_section(report) if judged else None
        ),
        *_section(
            "附录三：公开发布的数字对照（不进入预测）",
            sources.facts_table(report),
            sources.parents_table(report),
        ),
        *_section(
            "附录四：数据、版本与方法",
            sources.vintage_table(report),
            sources.deliveries_table(report),
            sources.method_notes(report),
        ),
    ]


def _section(title: str, *blocks: Block, level: int = 2) -> list[Html | Picture]:
    """Return a heading and what stands below it; nothing if nothing does."""
    kept: Sequence[Html | Picture] = [block for block in blocks if block]
    return [tables.heading(level, title), *kept] if kept else []
