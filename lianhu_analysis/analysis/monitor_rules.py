"""What the monitor goes by: lights, limits, the index and the focus areas, kept as data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from itertools import pairwise
from math import inf

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.errors import CatalogueError
from lianhu_analysis.written import Filled, packaged, parse_written, shape

__all__ = ["MonitorRules", "load_rules"]


@shape
class Light:
    """One light.

    Attributes
    ----------
    name
        Colour and meaning in words, so that it can be read without colour.
    up_to
        Highest standard score that still gives it.
    """

    name: Filled
    colour: Filled
    rule: Filled
    up_to: float = inf


@shape
class MonitorRules:
    """Everything in ``monitor.toml``.

    Attributes
    ----------
    green, yellow, red
        Lights of plans (达标灯): see ``analysis.monitor.target_light``.
    behind
        Part of the usual progress that may be missing where past years are too few to tell.
    heat
        Lights of heat (景气灯), coldest first.
    min_years
        Fewest past years that progress or heat is measured against.
    min_ranked
        Fewest figures among which one has a rank.
    mechanisms, left_out
        Whose indicators have a temperature, and codes that have none all the same.
    no_heat
        What is said where there is no light of heat: no figure, none lately, no temperature, no
        growth, too short or still.
    components, min_components, min_series, scale, turning_window
        Of the coincident and the diffusion index: see ``analysis.climate``.
    stale_months
        By frequency: months after which a last figure is no news any more.
    focus
        Areas that the work report wants studied: a theme, and codes beside it.
    themes
        What readers call the catalogue's themes, in the order of the heat map.
    notes
        Method and limits, as printed.
    """

    green: Light
    yellow: Light
    red: Light
    behind: float
    heat: tuple[Light, Light, Light, Light, Light]
    heat_years: int
    min_years: int
    min_ranked: int
    mechanisms: frozenset[str]
    left_out: frozenset[str]
    no_heat: tuple[str, str, str, str, str]
    components: tuple[str, ...]
    min_components: int
    min_series: int
    scale: float
    turning_window: int
    stale_months: Mapping[str, int]
    focus: Mapping[str, tuple[str, ...]]
    themes: Mapping[str, str]
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        if any(low.up_to >= high.up_to for low, high in pairwise(self.heat)):
            raise ValueError("heat 的 up_to 须从低到高，只有最后一种不写")

    def warm(self, catalogue: Catalogue) -> set[str]:
        """Return the codes of a catalogue that tell of the temperature of the economy."""
        return {i.code for i in catalogue if i.mechanism in self.mechanisms} - self.left_out

    def light(self, score: float) -> str | None:
        """Return the light of heat of a standard score; of none, none."""
        return next((item.name for item in self.heat if score <= item.up_to), None)

    def said(self) -> tuple[str, ...]:
        """Return method and rules as they are printed."""
        plans = [
            f"达标灯（与计划比）{x.name}：{x.rule}" for x in (self.green, self.yellow, self.red)
        ]
        heat = [f"景气灯（与自己比）{light.name}：{light.rule}" for light in reversed(self.heat)]
        return (*self.notes, *plans, *heat)


@cache
def load_rules() -> MonitorRules:
    """Read the packaged ``monitor.toml``."""
    return read_rules(packaged("analysis/data/monitor.toml"))


def read_rules(data: bytes) -> MonitorRules:
    """Read the rules from TOML.

    Raises
    ------
    CatalogueError
        Naming every field that is missing, misspelt or out of order.
    """
    return parse_written(data, MonitorRules, partial(CatalogueError, "monitor.toml"))
