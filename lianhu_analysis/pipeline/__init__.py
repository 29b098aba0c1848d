"""The story: ingest() a delivery, assess() the targets, publish() a report."""

from lianhu_analysis.intake.ingest import unread_files
from lianhu_analysis.intake.new_workspace import create_workspace
from lianhu_analysis.intake.problems import printable
from lianhu_analysis.pipeline.answers import (
    check,
    describe_catalogue,
    describe_forecast,
    describe_record,
    diagnosis_lines,
    examine,
    explain,
    lab,
    open_desk,
    open_model,
    open_review,
    show_indicator,
)
from lianhu_analysis.pipeline.backtests import backtest_json, run_backtest
from lianhu_analysis.pipeline.reports import (
    TEMPLATE,
    Outcome,
    ReportPlan,
    open_report,
    outcome_json,
    plan_reports,
    publish,
)
from lianhu_analysis.pipeline.story import assess, ingest
from lianhu_analysis.render.listing import (
    backtest_lines,
    file_lines,
    finding_lines,
    findings_summary,
    forecast_lines,
    problem_lines,
    select_findings,
)
from lianhu_analysis.render.record_listing import record_lines

__all__ = [
    "TEMPLATE",
    "Outcome",
    "ReportPlan",
    "assess",
    "backtest_json",
    "backtest_lines",
    "check",
    "create_workspace",
    "describe_catalogue",
    "describe_forecast",
    "describe_record",
    "diagnosis_lines",
    "examine",
    "explain",
    "file_lines",
    "finding_lines",
    "findings_summary",
    "forecast_lines",
    "ingest",
    "lab",
    "open_desk",
    "open_model",
    "open_report",
    "open_review",
    "outcome_json",
    "plan_reports",
    "printable",
    "problem_lines",
    "publish",
    "record_lines",
    "run_backtest",
    "select_findings",
    "show_indicator",
    "unread_files",
]
