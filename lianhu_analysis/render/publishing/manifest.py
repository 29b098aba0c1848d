"""What vouches for a published report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["FORMATS", "REPORT_SUFFIX", "ManifestEntry"]

# The page, the same in Word, and its numbers with their origins; the page is always made.
FORMATS = {"html": "网页", "docx": "Word", "xlsx": "数字出处表"}
REPORT_SUFFIX = ".html"


@dataclass(frozen=True)
class ManifestEntry:
    """What vouches for a published report.

    Attributes
    ----------
    fingerprint
        Hash of everything that the report depends on.
    inputs
        Hash of each input by its name.
    outputs
        Hash of each published file; filled in by :func:`publish`.
    audience
        ``public``, without what is sensitive, or ``internal``.
    verdicts
        Name and verdict in words, in Chinese, of each target that the report judges.
    workspace
        Folder of the workspace as seen from the reports'; empty of reports of earlier versions.
    """

    name: str
    title: str
    region: str
    region_zh: str
    quarter: str
    as_of: str
    language: str
    simulated: bool
    fingerprint: str
    inputs: Mapping[str, str]
    parameters: Mapping[str, object]
    versions: Mapping[str, str]
    outputs: Mapping[str, str] = field(default_factory=dict)
    audience: str = "internal"
    verdicts: list[list[str]] = field(default_factory=list)
    workspace: str = ""
