"""The year's targets: what was promised, by which rule it is judged, who said so."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import partial
from math import inf, isfinite
from typing import Any, Literal, get_args

import numpy as np

from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.target_sheet import HEADS, NUMBERS, SUFFIXES, Sheet, read_sheet
from lianhu_analysis.catalog.units import convert
from lianhu_analysis.errors import CatalogueError, UnitError, WorkspaceError
from lianhu_analysis.workspace import Workspace
from lianhu_analysis.written import parse_written, shape

__all__ = [
    "GROWTH_DECIMALS",
    "Rule",
    "Target",
    "as_published",
    "chance",
    "decimals_of",
    "growth_decimals",
    "half_up",
    "load_targets",
    "named",
    "needed_words",
    "parse_targets",
    "percentage",
    "precedent_words",
    "printed_decimals",
    "versions_on",
]

Rule = Literal["at_least", "about", "at_most", "range"]
RULES = get_args(Rule)
MEASURES = ("level", "yoy")
BASES = ("", "published_fact", "second_hand")

# "6%左右" is judged twice; 0.2 points is our convention, printed on every page.
ABOUT_TOLERANCE = 0.2
GROWTH_DECIMALS = 1
# What floating point makes of 6.0 - 0.2.
FLOATING = 1e-9


@dataclass(frozen=True)
class Target:
    """One target of one year.

    Attributes
    ----------
    value
        In ``unit``, which is the indicator's own unit for a level and % for
        growth; a reduction is stored as a positive number.
    rule
        ``at_least``, ``at_most``, ``about`` (左右) with ``tolerance``, or ``range``
        from ``value`` to ``upper``, which is met at its lower bound or above.
    decimals
        Decimals with which the figure is published: 5.95 counts as 6.0 with
        one.  ``None`` if the figure is not rounded before it is judged.
    address
        Where ``source`` can be read; empty where it has no address.
    basis
        ``published_fact`` (a page of a government or of its news agency),
        ``second_hand`` (a report or reprint of it), or empty: not said.
    in_force
        The day from which it replaces the version before; ``None`` from the start.
    set_by
        Who set it, where several did; empty: not said.
    in_charge
        Which department answers for it; empty: not said.
    plan
        The yearly amount, in ``unit``, of which ``value`` is a share; ``None`` for
        a value that is no share.
    """

    indicator: str
    measure: str
    year: int
    value: float
    rule: Rule
    tolerance: float
    unit: str
    title_zh: str
    source: str
    decimals: int | None
    address: str = ""
    basis: str = ""
    upper: float | None = None
    in_force: dt.date | None = None
    set_by: str = ""
    in_charge: str = ""
    plan: float | None = None

    @property
    def name_zh(self) -> str:
        """The title, with who set it."""
        return named(self.title_zh, self.set_by)

    @property
    def share_pct(self) -> float:
        """The share of the year's plan that is to be done, as it was written."""
        return round(100 * self.value / (self.plan or self.value), 6)

    @property
    def shown_unit(self) -> str:
        """Its unit as it is printed; an index of which last year is 100 has none."""
        return "" if "=" in self.unit else self.unit

    @property
    def is_growth(self) -> bool:
        """Whether the target is a rate of growth or reduction, in %."""
        return self.measure == "yoy"

    @property
    def growth_decimals(self) -> int:
        """Decimals with which its growth is printed: those that are published, at least one."""
        return printed_decimals(self.decimals)

    @property
    def half_unit(self) -> float:
        """Half of the last published decimal, in ``unit``; nothing where none is rounded."""
        return 0.0 if self.decimals is None else 0.5 * 10.0**-self.decimals

    def met_by(self, values: Any, *, about: bool = False) -> Any:
        """Say of each figure whether it meets the target.

        Parameters
        ----------
        values
            Figures of the year, in ``unit``: one, or an array.
        about
            Whether the tolerance counts.

        Figures are judged as they are published, and printed, so 5.95 meets 6.0 with one decimal.
        """
        slack = (self.tolerance if about else 0.0) + FLOATING + self.half_unit
        if self.rule == "at_most":
            return values <= self.value + slack
        return values >= self.value - slack

    def within(self, values: Any) -> Any:
        """Say of each figure whether it lies within the range: 8.65 is published as 8.7."""
        slack = self.half_unit - FLOATING if self.half_unit else FLOATING
        upper = inf if self.upper is None else self.upper
        return self.met_by(values) & (values <= upper + slack)

    def chance_in(self, draws: Any, *, about: bool = False) -> float:
        """Return the share of simulated figures that meet it: see ``chance``."""
        return chance(self.met_by(draws, about=about))


@shape
class _File:
    target: tuple[dict[str, Any], ...] = ()


def named(name: str, set_by: str) -> str:
    """Return a name with who set the target, where that is said."""
    return f"{name}（{set_by}）" if set_by and set_by not in name else name


def precedent_words(rule: str, enough: int, n: int) -> str:
    """Say how many of some past years were as this one must be; ``{}`` is where the number stands."""
    if rule != "at_most":
        return "达到过{}次"
    return {0: "都没有做到", n: "都做到了"}.get(enough, "有{}年做到")


def needed_words(value: float, *, most: bool, stock: bool) -> tuple[str, str]:
    """Say before a number, and behind its unit, that the rest of the year must bring so much.

    Parameters
    ----------
    most
        Whether it is a ceiling.
    stock
        Whether it is a change of what there is, told without its sign.
    """
    if stock and value < 0:
        return ("须净减", "以上") if most else ("净减不能超过", "")
    change = "净增" if stock else ""
    return (f"{change}不能超过" if most else f"需{change}", "")


def versions_on(targets: Iterable[Target], day: dt.date | None = None) -> list[tuple[Target, ...]]:
    """Return the versions of each target in force by a day, the newest first.

    Parameters
    ----------
    targets
        In the order of the file, which the result keeps.
    day
        ``None`` for every version.
    """
    found: dict[tuple[object, ...], list[Target]] = {}
    for item in targets:
        if day is None or item.in_force is None or item.in_force <= day:
            key = (item.indicator, item.measure, item.year, item.set_by)
            found.setdefault(key, []).append(item)
    start = dt.date.min
    return [
        tuple(sorted(versions, key=lambda item: item.in_force or start, reverse=True))
        for versions in found.values()
    ]


def chance(met: Any) -> float:
    """Return how often it is met in simulated futures, never quite 0 or 1.

    Finitely many futures, learned from few years, exclude nothing.

    Parameters
    ----------
    met
        Shape (n,), of truth values.
    """
    return (float(np.sum(met)) + 0.5) / (np.size(met) + 1.0)


def half_up(value: float, decimals: int = 1) -> Decimal:
    """Round half up on the decimal digits, as published figures are: 5.95 is 6.0, -0.04 is 0.0."""
    return (
        Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-int(decimals)), ROUND_HALF_UP) + 0
    )


def printed_decimals(published: int | None) -> int:
    """Return with how many decimals growth is printed: those that are published, at least one."""
    return max(published or GROWTH_DECIMALS, GROWTH_DECIMALS)


def growth_decimals(targets: Iterable[Target]) -> dict[str, int]:
    """Return with how many decimals growth is printed, by indicator: others have one."""
    growth = [target for target in targets if target.is_growth]
    return {target.indicator: target.growth_decimals for target in growth}


def as_published(value: float, decimals: int = GROWTH_DECIMALS) -> float:
    """Return growth as it is published and printed: a workbook may hold 5.843051 of 5.8."""
    return float(half_up(value, decimals))


def decimals_of(value: float, most: int = 3) -> int:
    """Return with how many decimals a figure is written."""
    return len(f"{value:.{most}f}".rstrip("0").partition(".")[2])


def percentage(probability: float) -> str:
    """Write a chance in whole percent, half up; it is never certain: ``<1%``, ``>99%``."""
    if not 0.01 <= probability <= 0.99:
        return "<1%" if probability < 0.5 else ">99%"
    return f"{half_up(probability * 100, 0)}%"


def load_targets(workspace: Workspace, catalogue: Catalogue) -> tuple[Target, ...]:
    """Read the workspace's targets: TOML, or a sheet with a target in each row.

    Raises
    ------
    WorkspaceError
        If the file is missing or not what its name says.
    CatalogueError
        With every fault of its targets.
    """
    path = workspace.targets
    try:
        if path.suffix.lower() in SUFFIXES:
            sheet = read_sheet(path)
            rows = [_coded(row, catalogue) for row in sheet.rows]
            return _parse(replace(sheet, rows=rows), catalogue, path.name)
        data = path.read_bytes()
    except FileNotFoundError:
        raise WorkspaceError(
            f"找不到目标文件 {path}。请从 docs/workspace.md 复制样例，"
            "或在 lianhu.toml 的 paths.targets 中指明位置"
        ) from None
    return parse_targets(data, catalogue, path.name)


def _coded(row: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """Write the code of an indicator that a sheet names."""
    named = catalogue.match_name(row.get("indicator", ""))
    return {**row, "indicator": named.code} if named else row


def parse_targets(
    data: bytes | Mapping[str, Any], catalogue: Catalogue, source: str
) -> tuple[Target, ...]:
    """Turn TOML, or what it would say, of ``[[target]]`` tables into targets, collecting every fault.

    Raises
    ------
    CatalogueError
        Naming target and field of each fault.
    """
    items = parse_written(data, _File, partial(CatalogueError, source)).target
    places = [f"第 {number} 个目标" for number in range(1, len(items) + 1)]
    return _parse(Sheet(items, places, {}, ()), catalogue, source)


def _parse(sheet: Sheet, catalogue: Catalogue, source: str) -> tuple[Target, ...]:
    faults, targets = list(sheet.faults), []
    seen: dict[tuple[object, ...], str] = {}
    for place, item in zip(sheet.places, sheet.rows, strict=True):
        where = f"{place}（{item.get('indicator', '缺 indicator')}）"
        found = _target_faults(item, catalogue)
        key = tuple(str(item.get(name)) for name in ("indicator", "measure", "year", "set_by"))
        key += (str(item.get("in_force", f"{item.get('year')}-01-01")),)
        if key in seen:
            found.append(f"与{seen[key]}重复，请只留一个")
        seen.setdefault(key, place)
        for fault in found:
            name, colon, told = fault.partition("：")
            faults.append(f"{where} {sheet.columns.get(name, name)}{colon}{told}")
        if not found:
            targets.append(_target(item, catalogue.get(item["indicator"])))
    if faults:
        raise CatalogueError(source, faults)
    return tuple(targets)


REQUIRED = ("indicator", "measure", "year", "value", "rule", "unit", "title_zh", "source")
PERCENT = re.compile(r"(\d+(?:\.\d+)?)[%％]")
TEXTS = sorted(HEADS.keys() - {*NUMBERS, "year", "decimals", "in_force"})
CHOICES = {"measure": MEASURES, "rule": RULES, "basis": BASES}


def _target_faults(item: Mapping[str, Any], catalogue: Catalogue) -> list[str]:
    faults = [f"{name}：缺少，请补上" for name in REQUIRED if name not in item]
    faults += [f"{name}：不认识的字段，请改正或删去" for name in item if name not in HEADS]
    texts = [name for name in TEXTS if not isinstance(item.get(name, ""), str)]
    faults += [f"{name}：{item[name]!r} 不是文字，请加引号" for name in texts]
    if faults:
        return faults
    if item["indicator"] not in catalogue:
        faults.append(f"indicator：指标目录中没有 {item['indicator']}，请核对代码")
    for name, known in CHOICES.items():
        if item.get(name, known[0]) not in known:
            told = "、".join(filter(None, known)) + ("" if all(known) else "，或不写")
            faults.append(f"{name}：{item[name]!r} 不认识，可填 {told}")
    decimals = item.get("decimals", 0)
    if isinstance(decimals, bool) or not isinstance(decimals, int) or not 0 <= decimals <= 6:
        faults.append(f"decimals：{decimals!r} 应写成 0 至 6 的整数")
    day = item.get("in_force", dt.date.min)
    if type(item["year"]) is not int or not 1949 <= item["year"] <= 2100:
        faults.append(f"year：{item['year']!r} 不是年份，应写成 2024 的样子")
    elif type(day) is not dt.date:
        faults.append(f"in_force：{day!r} 不是日期。请写成 2024-07-01，不加引号")
    elif day.year > item["year"]:
        faults.append(f"in_force：{day} 晚于目标年份。请核对")
    numbers = [name for name in NUMBERS if not _is_number(item.get(name, 0.0))]
    faults += [f"{name}：{item[name]!r} 不是数，应写成不加引号的数" for name in numbers]
    faults += [] if numbers else _rule_faults(item)
    return faults or _unit_faults(item, catalogue.get(item["indicator"]))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _rule_faults(item: Mapping[str, Any]) -> list[str]:
    """Say which numbers do not go with the rule."""
    faults = []
    if item.get("tolerance", 0) < 0:
        faults.append(f"tolerance：{item['tolerance']!r} 是负数，容差应不小于 0")
    if "tolerance" in item and item["rule"] != "about":
        faults.append("tolerance：只有 about（左右）才有容差，请删去")
    if ("upper" in item) != (item["rule"] == "range"):
        faults.append("upper：range（区间）必须有上限，其他规则没有。请补上或删去")
    elif item.get("upper", inf) <= item["value"]:
        faults.append(f"upper：{item['upper']!r} 不大于下限 {item['value']!r}。请核对两端")
    if "plan" in item:
        if item["measure"] != "level" or item["unit"] != "%":
            faults.append("plan：只有写成年度计划百分之几（单位 %）的数量目标才有，请删去")
        if item["plan"] <= 0:
            faults.append(f"plan：{item['plan']!r} 不大于 0。请写年度计划的数量")
    return faults


def _unit_faults(item: Mapping[str, Any], indicator: Indicator) -> list[str]:
    if indicator.is_reduction and item["value"] < 0:
        said = f"value：{item['value']!r} 是负数，而{indicator.name_zh}以正数表示下降"
        return [f"{said}。下降 2% 请写 2，rule 写 at_least（不低于）"]
    if indicator.in_points and item["measure"] == "yoy":
        said = f"measure：{indicator.name_zh}是比率，它的增减是百分点，不是增速"
        return [f"{said}。请写 level（数量），value 写要达到的比率"]
    told = {float(text) for text in PERCENT.findall(item["title_zh"])}
    if told and item["measure"] == "yoy" and not told & {abs(item["value"]), item.get("upper")}:
        return [f"title_zh：{item['title_zh']!r} 里没有目标值 {item['value']:g}%。请改正其中一处"]
    own = "%" if item["measure"] == "yoy" or "plan" in item else indicator.unit
    try:
        convert(1.0, item["unit"], own)
    except UnitError as error:
        return [f"unit：{error}"]
    return []


def _target(item: Mapping[str, Any], indicator: Indicator) -> Target:
    growth = item["measure"] == "yoy"
    own = "%" if growth else indicator.unit
    # Growth that is to be 3.23 is published with two decimals, other growth with one.
    decimals = max(GROWTH_DECIMALS, decimals_of(item["value"], 6)) if growth else None
    tolerance = item.get("tolerance", ABOUT_TOLERANCE if item["rule"] == "about" else 0.0)

    def counted(value: float) -> float:
        """Return what is written, in the indicator's unit."""
        if "plan" not in item:
            return convert(value, item["unit"], own)
        return float(Fraction(repr(value)) * Fraction(repr(item["plan"])) / 100)

    numbers = {name: counted(item[name]) for name in ("value", "upper") if name in item}
    told = {"decimals": decimals, **item, **numbers, "tolerance": counted(tolerance), "unit": own}
    return Target(**told)
