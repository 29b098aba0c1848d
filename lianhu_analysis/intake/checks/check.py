"""All rules on everything known on a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.intake.checks.accounting import check_accounting
from lianhu_analysis.intake.checks.accumulation import check_accumulation
from lianhu_analysis.intake.checks.arrays import build_panels
from lianhu_analysis.intake.checks.copies import check_copies
from lianhu_analysis.intake.checks.coverage import census_breaks, check_coverage
from lianhu_analysis.intake.checks.evidence import Evidence
from lianhu_analysis.intake.checks.findings import Finding, sort_findings
from lianhu_analysis.intake.checks.growth_rates import check_growth
from lianhu_analysis.intake.checks.magnitude import distances, find_out_of_line, find_slips
from lianhu_analysis.intake.checks.zeros import find_zeros
from lianhu_analysis.workspace import CensusBreak
from lianhu_analysis.written import packaged_table

__all__ = ["RULES", "check_observations"]

# Every rule by name, as readers call it.
RULES: dict[str, str] = packaged_table("intake/terms.toml")["rules"]


def check_observations(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    breaks: Sequence[CensusBreak] = (),
    region: str | None = None,
) -> tuple[Finding, ...]:
    """Check observations against accounting and against their own history.

    Parameters
    ----------
    frame
        Observations as of a day (``VintageStore.as_of``): what was published
        later plays no part.
    breaks
        Census breaks; comparisons across one are not made.
    region
        The workspace's own region: only there is a part that the catalogue
        leaves out no part at all.

    Returns
    -------
    Findings, the worst first.
    """
    frame = frame.reset_index(drop=True)
    if frame.empty:
        return ()
    columns = {str(name): frame[name].tolist() for name in frame}
    panels = [
        Evidence(
            **vars(panel),
            frame=frame,
            columns=columns,
            catalogue=catalogue,
            structure=load_structure(),
            breaks=tuple(sorted(breaks, key=lambda item: item.day)),
            region=region,
        )
        for panel in build_panels(frame).values()
    ]
    findings = [item for panel in panels for item in _of_one_frequency(panel)]
    return sort_findings([*findings, *census_breaks(panels), *_without_reference(panels)])


def _of_one_frequency(panel: Evidence) -> Iterator[Finding]:
    """Yield what is to be said of the figures of one frequency."""
    slips, slipped = find_slips(panel)
    zeros, slipped = find_zeros(panel, slipped)
    copies = list(check_copies(panel, distances(panel, slipped)))
    copied = {item.key for item in copies if item.severity == "Error"}
    yield from copies
    yield from zeros
    yield from (item for item in slips if item.key not in copied)
    # A figure ten times too large breaks every relation that it is part of;
    # without it the others may still be judged.
    rest = panel.without(slipped)
    doubt = distances(rest)
    yield from find_out_of_line(rest)
    yield from check_accumulation(rest, doubt)
    yield from check_accounting(rest, doubt)
    yield from check_growth(rest)
    yield from check_coverage(panel)


def _without_reference(panels: Iterable[Evidence]) -> list[Finding]:
    """Say of how many levels nothing of the same period is known, by region and provenance."""
    lonely: dict[tuple[str, str], list[tuple[Evidence, int]]] = {}
    for panel in panels:
        held = panel.rows >= 0
        alone = panel.is_level & (held.any(axis=2).sum(axis=1) == 1)
        for number in np.flatnonzero(alone):
            rows = panel.rows[number][held[number]].tolist()
            lonely.setdefault(panel.owners[number], []).extend((panel, row) for row in rows)
    return [
        panel.finding(
            "no_reference",
            "Undefined",
            row,
            f"{len(told)} 个绝对额只有一年，没有同期可比，数量级没有核查（如{panel.said(row)}）",
            "请在引用前与原表核对",
        )
        for told in lonely.values()
        for panel, row in told[:1]
    ]
