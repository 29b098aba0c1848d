"""The story: ingest() a delivery, assess() the targets, publish() a report."""

from lianhu_analysis.intake.new_workspace import create_workspace
from lianhu_analysis.pipeline.answers import (
    check,
    describe_catalogue,
    describe_forecast,
    diagnosis_lines,
    examine,
    explain,
    file_json,
    finding_lines,
    findings_summary,
    forecast_lines,
    lab,
    open_desk,
    problem_lines,
    select_findings,
    show_indicator,
    unread_files,
)
from lianhu_analysis.pipeline.backtests import backtest_json, backtest_lines, run_backtest
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
    "diagnosis_lines",
    "examine",
    "explain",
    "file_json",
    "finding_lines",
    "findings_summary",
    "forecast_lines",
    "ingest",
    "lab",
    "open_desk",
    "open_report",
    "outcome_json",
    "plan_reports",
    "problem_lines",
    "publish",
    "run_backtest",
    "select_findings",
    "show_indicator",
    "unread_files",
]
