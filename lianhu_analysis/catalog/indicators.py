"""The indicator list: what is measured, in which unit, how often, by whom.

The built-in list of 41 core and 187 monitoring indicators is a proposal: no
public document defines the official one.  A workspace replaces it with a CSV
of the same columns.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

from lianhu_analysis.catalog.remembering import remembered
from lianhu_analysis.catalog.units import KNOWN_UNITS, normalise_unit
from lianhu_analysis.errors import CatalogueError, UsageError
from lianhu_analysis.workspace import Workspace
from lianhu_analysis.written import packaged

__all__ = ["Catalogue", "Indicator", "fold_name", "load_catalogue", "read_catalogue"]

# What adds up has no figure of a point in time, and what does not has none to date.
NEVER = {"stock": ("ytd", "single"), "flow": ("point",), "growth_only": ("point",)}
CODE_PATTERN = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")


@dataclass(frozen=True)
class Indicator:
    """One row of the catalogue.

    Attributes
    ----------
    kind
        ``flow``, ``stock``, ``index``, ``rate`` or ``growth_only`` (a level
        exists but is not published).
    span
        How the figure is published: ``ytd``, ``single``, ``point``, ``annual``.
    lag_months
        Months by which a release trails its report (错月指标).
    release_lag_days
        Days from the end of the period to its publication, as a rule.
    weight_proxy
        Code of the indicator whose year-to-date levels stand in for this
        one's where its own levels are not published.
    level_gives_growth
        Whether the published growth is the ratio of the published levels, so
        that each may be checked against the other.
    """

    code: str
    tier: Literal["core", "monitor"]
    name_zh: str
    aliases: tuple[str, ...]
    name_en: str
    unit: str
    frequency: str
    kind: Literal["flow", "stock", "index", "rate", "growth_only"]
    span: Literal["ytd", "single", "point", "annual"]
    level_price: Literal["current", "constant", "na", ""]
    growth_basis: Literal["constant", "comparable", "nominal", ""]
    no_january: bool
    lag_months: int
    release_lag_days: int
    department_zh: str
    theme: str
    mechanism: str
    gdp_component: str
    weight_proxy: str
    city_allocated: bool
    sensitive: bool
    notes: str
    level_gives_growth: bool = False

    def __hash__(self) -> int:
        return hash(self.code)  # enough to find one among others, and quick

    @property
    def piles_up(self) -> bool:
        """Whether its year to date adds up: stocks, rates and indices go up and down."""
        return self.kind in ("flow", "growth_only")

    @property
    def in_points(self) -> bool:
        """Whether it is a rate in %, which rises by points and has no growth."""
        return self.kind == "rate" and self.unit == "%"

    @property
    def is_reduction(self) -> bool:
        """Whether it is published as a positive rate of reduction (降低率)."""
        return self.kind == "growth_only" and "降低" in self.name_zh


COLUMNS = tuple(item.name for item in fields(Indicator))
OPTIONAL = {"weight_proxy", "level_gives_growth"}
TYPES = get_type_hints(Indicator)
FLAGS, WHOLE = ([name for name in COLUMNS if TYPES[name] is kind] for kind in (bool, int))
# What a cell may say, by column.
CHOICES = {name: get_args(TYPES[name]) for name in COLUMNS if get_origin(TYPES[name]) is Literal}
CHOICES |= {"frequency": ("M", "Q", "A"), **dict.fromkeys(FLAGS, ("yes", ""))}


@remembered
def fold_name(name: str) -> str:
    """Fold a name to what must agree: NFKC, without blanks, one kind of quote, lower case."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\s\"'“”‘’]+", "", folded)


@dataclass(frozen=True)
class Catalogue:
    """A validated indicator list, by code and by name.

    Attributes
    ----------
    source
        Where the list came from, as its users know it.
    proposal
        Whether it is the built-in proposal that an official list replaces.
    """

    indicators: tuple[Indicator, ...]
    source: str
    proposal: bool
    _by_code: dict[str, Indicator] = field(init=False, repr=False, compare=False)
    _by_name: dict[str, Indicator] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {item.code: item for item in self.indicators})
        names = {fold_name(name): item for item in self.indicators for name in names_of(item)}
        object.__setattr__(self, "_by_name", names)

    def __hash__(self) -> int:
        return hash((self.source, len(self.indicators)))  # enough to find one among others

    def __iter__(self) -> Iterator[Indicator]:
        return iter(self.indicators)

    def __len__(self) -> int:
        return len(self.indicators)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    @property
    def sensitive(self) -> frozenset[str]:
        """Codes that public reports leave out: marked so, or weighed by the levels of such."""
        marked = {item.code for item in self if item.sensitive}
        return frozenset(marked | {item.code for item in self if item.weight_proxy in marked})

    def get(self, code: str) -> Indicator:
        """Return the indicator of a code.

        Raises
        ------
        UsageError
            Naming the nearest codes, if there is none such.
        """
        if code in self._by_code:
            return self._by_code[code]
        near = difflib.get_close_matches(code, self._by_code, n=3)
        near += [item.code for item in self.near_names(code)]
        named = "、".join(dict.fromkeys(near))
        hint = f"是否指 {named}？" if near else "可用 lianhu catalog 查看全部代码"
        raise UsageError(f"指标目录（{self.source}）中没有代码 {code!r}。{hint}")

    def name_of(self, code: str) -> str:
        """Return the name of an indicator; a code that is none, such as a fact's, as it is."""
        return self._by_code[code].name_zh if code in self._by_code else code

    def match_name(self, name_zh: str) -> Indicator | None:
        """Return the indicator with exactly this name or alias, after folding."""
        return self._by_name.get(fold_name(name_zh))

    def near_names(self, name_zh: str) -> list[Indicator]:
        """Return indicators whose names come near, to be suggested, never guessed."""
        near = difflib.get_close_matches(fold_name(name_zh), self._by_name, n=3, cutoff=0.6)
        return [self._by_name[name] for name in near]


def names_of(indicator: Indicator) -> tuple[str, ...]:
    """Return an indicator's name and aliases."""
    return (indicator.name_zh, *indicator.aliases)


def load_catalogue(workspace: Workspace) -> Catalogue:
    """Read the workspace's list, or the built-in proposal if it has none."""
    return read_catalogue(workspace.catalogue, workspace.expected_counts)


def read_catalogue(path: Path | None, expected_counts: Mapping[str, int]) -> Catalogue:
    """Read and validate an indicator list.

    Parameters
    ----------
    path
        CSV with the columns of ``Indicator``; ``None`` for the built-in list.
    expected_counts
        Number of indicators that each tier must have; empty for no such check.

    Raises
    ------
    CatalogueError
        With every fault of the file, each naming its line and field.
    """
    if path is None:
        text, source = packaged("catalog/data/indicators.csv").decode(), "内置指标目录"
    else:
        source = path.name
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            fault = f"找不到文件 {path}。请放入指标目录，或在 lianhu.toml 中删去 catalogue.file 以用内置目录"
            raise CatalogueError(source, [fault]) from None
        except UnicodeDecodeError:
            fault = "不是 UTF-8 编码。请在 Excel/WPS 中另存为“CSV UTF-8（逗号分隔）”"
            raise CatalogueError(source, [fault]) from None
    reader = csv.DictReader(io.StringIO(text))
    header = list(reader.fieldnames or [])
    faults = _header_faults(header)
    if faults:
        raise CatalogueError(source, faults)
    rows = [(reader.line_num, row) for row in reader]
    for line, row in rows:
        faults += [f"第 {line} 行 {fault}" for fault in _row_faults(row)]
    faults += _list_faults(rows, expected_counts)
    if faults:
        raise CatalogueError(source, faults)
    return Catalogue(tuple(_indicator(row) for _, row in rows), source, proposal=path is None)


def _header_faults(header: list[str]) -> list[str]:
    missing = [name for name in COLUMNS if name not in header and name not in OPTIONAL]
    unknown = [str(name) for name in header if name not in COLUMNS]
    faults = [f"表头缺少列 {name}。请补上这一列" for name in missing]
    return faults + [f"表头有不认识的列 {name}。请删除或改名" for name in unknown]


def _row_faults(row: Mapping[str, str]) -> list[str]:
    if None in row or None in row.values():
        return ["列数与表头不符。含逗号的文字要用双引号括起来"]
    code = row["code"]
    faults = []
    if not CODE_PATTERN.fullmatch(code):
        faults.append(f"code：{code!r} 不是 gdp.total 这样的小写点分代码")
    if not row["name_zh"].strip():
        faults.append(f"name_zh：{code} 没有中文名称。请填写")
    for name, choices in CHOICES.items():
        if (given := row.get(name, "")) not in choices:
            known = "、".join(choice or "（空）" for choice in choices)
            faults.append(f"{name}：{code} 的 {given!r} 不认识。可填 {known}")
    for name in WHOLE:
        if not re.fullmatch(r"\d*", row[name]):
            faults.append(f"{name}：{code} 的 {row[name]!r} 不是非负整数")
    if row["span"] in NEVER.get(row["kind"], ()):
        faults.append(f"span：{code} 的 kind 是 {row['kind']}，不能是 {row['span']}")
    return faults + _unit_faults(row)


def _unit_faults(row: Mapping[str, str]) -> list[str]:
    if not row["unit"].strip():
        return [f"unit：{row['code']} 没有计量单位。请填写"]
    if normalise_unit(row["unit"]) in KNOWN_UNITS:
        return []
    return [f"unit：{row['code']} 的单位 {row['unit']!r} 没有登记换算关系。请改用已登记的单位"]


def _list_faults(
    rows: list[tuple[int, dict[str, str]]], expected_counts: Mapping[str, int]
) -> list[str]:
    faults = []
    codes: dict[str, int] = {}
    names: dict[str, tuple[int, str]] = {}
    for line, row in rows:
        code = row["code"]
        if code in codes:
            faults.append(f"第 {line} 行 code：{code} 与第 {codes[code]} 行重复")
        codes.setdefault(code, line)
        for name in (row["name_zh"] or "", *_aliases(row)):
            first_line, first_code = names.setdefault(fold_name(name), (line, code))
            if first_line != line and name:
                faults.append(
                    f"第 {line} 行 name_zh/aliases：{code} 的名称“{name}”"
                    f"与第 {first_line} 行 {first_code} 重复"
                )
    for line, row in rows:
        proxy = row.get("weight_proxy") or ""
        if proxy and proxy not in codes:
            faults.append(
                f"第 {line} 行 weight_proxy：{proxy} 不在目录中，请补上那一项，或清空这一格"
            )
    faults += _sum_faults(rows)
    counts = Counter(row["tier"] for _, row in rows)
    for tier, expected in expected_counts.items():
        if counts[tier] != expected:
            faults.append(
                f"tier：{tier} 有 {counts[tier]} 项，lianhu.toml 的 catalogue.counts 要求 {expected} 项"
            )
    return faults


def _sum_faults(rows: list[tuple[int, dict[str, str]]]) -> list[str]:
    """Refuse wholes and parts in several units: they are added and divided as they stand."""
    from lianhu_analysis.catalog.structure import load_structure  # it knows indicators

    told = load_structure()
    pairs = {(item.whole, part) for item in (*told.sums, *told.within) for part in item.parts}
    pairs |= {(item.whole, item.part) for item in told.shares}
    amounts = [(line, row) for line, row in rows if row["kind"] != "growth_only"]
    known = {row["code"]: (line, normalise_unit(row["unit"])) for line, row in amounts}
    return [
        f"第 {known[part][0]} 行 unit：{part} 的单位与第 {known[whole][0]} 行它的合计 {whole} 不同。请写同一单位"
        for whole, part in sorted(pairs)
        if {whole, part} <= known.keys() and known[whole][1] != known[part][1]
    ]


def _aliases(row: Mapping[str, str]) -> list[str]:
    return [alias.strip() for alias in re.split("[;；]", row["aliases"] or "") if alias.strip()]


def _indicator(row: Mapping[str, str]) -> Indicator:
    values: dict[str, object] = {name: row.get(name, "") for name in COLUMNS}
    values["aliases"] = tuple(_aliases(row))
    values["unit"] = normalise_unit(row["unit"])
    values |= {name: row.get(name) == "yes" for name in FLAGS}
    values |= {name: int(row[name] or 0) for name in WHOLE}
    return Indicator(**values)  # type: ignore[arg-type]  # built from the same field list
