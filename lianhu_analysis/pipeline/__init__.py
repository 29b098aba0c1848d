"""The story: ingest() a delivery, ask a session about a day, publish() a report."""

from importlib import import_module
from typing import Any

__all__ = [
    "Session",
    "ingest",
    "open_desk",
    "open_intake",
    "open_quality",
    "open_report",
    "open_review",
    "open_session",
    "plan_report",
    "publish",
]

_HOMES = {
    **dict.fromkeys(("Session", "open_session"), "session"),
    **dict.fromkeys(("open_report", "plan_report", "publish"), "reports"),
}


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is: help must not wait for pandas (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES.get(name, "answers")
    return getattr(import_module(f"{__name__}.{home}"), name)
