"""The story: ingest() a delivery, assess() the targets, publish() a report."""

from lianhu_analysis.pipeline.answers import open_desk, open_intake, open_quality, open_review
from lianhu_analysis.pipeline.reports import open_report, plan_reports, publish
from lianhu_analysis.pipeline.story import assess, ingest

__all__ = [
    "assess",
    "ingest",
    "open_desk",
    "open_intake",
    "open_quality",
    "open_report",
    "open_review",
    "plan_reports",
    "publish",
]
