"""Row labels taken apart: the lines they belong to, name, unit, base and meaning.

Both ends must be known: a label is read where what is left of it is exactly a name
of the catalogue and what was taken off is exactly a wording that a layout declares.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from lianhu_analysis.catalog.indicators import Catalogue, Indicator, fold_name
from lianhu_analysis.catalog.periods import Period, parse_period
from lianhu_analysis.catalog.remembering import LONGEST, remembered
from lianhu_analysis.catalog.units import KNOWN_UNITS, normalise_unit
from lianhu_analysis.errors import IntakeError, PeriodError, UnitError
from lianhu_analysis.intake.problems import Refusal
from lianhu_analysis.intake.reading.layouts import (
    FIGURE_ROLES,
    AxesLayout,
    ReportColumn,
    ReportLayout,
    fold_header,
)
from lianhu_analysis.intake.reading.titles import foreign_region
from lianhu_analysis.workspace import Region

__all__ = [
    "INDEX_BASE",
    "Label",
    "LabelReader",
    "Line",
    "Match",
    "Outline",
    "check_base",
    "is_unit",
    "label_reader",
    "own_period",
    "read_line",
    "split_unit",
]

SUB_ITEM = re.compile(r"^(?:其中|#)[:：]?\s*")
MARKER = re.compile(r"^(?:其中|在总额中|#)[:：]?$")
# Never an item of its own: it is a part of the item above, however it is indented.
SECTOR = re.compile(r"第[一二三]产业")
NUMBERING = tuple(
    re.compile(pattern)
    for pattern in (
        r"^[一二三四五六七八九十]+[、.．]\s*",
        r"^\((?:[一二三四五六七八九十]+)\)\s*",
        r"^\d{1,2}(?:[、．]|\.(?!\d))\s*",
        r"^\(\d{1,2}\)\s*",
    )
)
FOOTNOTE = re.compile(r"(?:[*①-⑳⁰¹²³⁴-⁹]|[\[［【〔(（]注[0-9０-９]*[\]］】〕)）])+$")
# Words of a group line that make its items something else than their bare names.
QUALIFIER = re.compile(
    r"限额以[上下]|规模以[上下]|[区市省央]属|中央|本级|民营|民间|非公|国有|外商|港澳台"
    r"|上年|去年|计划|预期|目标|增长|增速|比重|占比|人均|指数|平均|年均|排名|位次|预计|预测"
)
WHOLE_REGION = re.compile("全[国省市区县]")
INDEX_BASE = re.compile(r"(?:上年|上年同月|上年同期|去年同期|precedingyear|sameperiod.*)=100", re.I)
ENGLISH_INDEX = re.compile(r"^Ind(?:ex|ices) of ", re.I)
OTHER_BASE = re.compile(r".+=100")
MERGED_JANUARY = re.compile(r"1-2月合并")
BRACKETS = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
PRICES = re.compile(r"(.+?)[:_,]?(现价|当年价|不变价|可比价)")
NO_PARENT = "（没有上级）"
CIRCLED = re.compile(r"^\s*([①-⑳])")
# A time that the end of a label states: 营业收入（1-8月）.
TIME = re.compile(
    r"(?:\d{4}年?)?(?:\d{1,2}(?:月份?)?-\d{1,2}(?:月份?)?|\d{1,2}月(?:份|末|底)?"
    r"|上半年|前[一二三两\d]+个?季度|第?[一二三四]季度末?)"
)
MOST_LAGGED = 2
EDGES = "_:,、- "
LABELS = 8192


class Line(NamedTuple):
    """One label before it is known what it belongs to.

    Attributes
    ----------
    numbered_text, text
        Without its numbering; and without 其中 and footnote marks.
    depth
        Of its numbering; ``len(NUMBERING)`` without any.
    is_part
        Whether it says itself that it is a part of the item above it.
    is_marker
        Whether it only says that parts follow.
    """

    numbered_text: str
    text: str
    depth: int
    is_part: bool
    is_marker: bool


@remembered
def read_line(label: str) -> Line:
    """Take numbering, 其中 and footnote marks off a label."""
    # Before folding, which makes a plain digit of a raised or circled one.
    plain = CIRCLED.sub(lambda found: f"({ord(found[1]) - ord('①') + 1})", label)
    folded = unicodedata.normalize("NFKC", FOOTNOTE.sub("", plain.rstrip()))
    numbered_text, depth = _without_number(folded.strip())
    text, _ = _without_number(SUB_ITEM.sub("", numbered_text))
    return Line(
        numbered_text,
        FOOTNOTE.sub("", text).strip(),
        depth,
        is_part=folded.startswith("  ") or bool(SUB_ITEM.match(numbered_text)),
        is_marker=bool(MARKER.fullmatch(re.sub(r"\s", "", numbered_text))),
    )


class Label(NamedTuple):
    """One row's label.

    Attributes
    ----------
    text
        Without numbering, 其中 and footnote marks.
    groups
        The group lines above it that it belongs to, the outermost first.
    parent
        The item that it is a part of; empty for an item.
    """

    text: str
    groups: tuple[str, ...] = ()
    parent: str = ""

    @property
    def path(self) -> str:
        """Parent and child, as a layout's labels name it."""
        return f"{self.parent}/{self.text}" if self.parent else self.text

    @property
    def full_path(self) -> str:
        """Group lines, parent and child."""
        return "/".join((*self.groups, self.path))


@dataclass
class Outline:
    """The lines above a row, kept while a table is read downwards."""

    groups: list[tuple[int, str]] = field(default_factory=list)
    item: str = ""
    in_parts: bool = False
    whole: str = ""

    def place(self, line: Line, *, has_figures: bool) -> Label:
        """Return a label with what it belongs to."""
        if not has_figures and line.is_marker:
            self.in_parts = bool(self.item)
            return Label(line.numbered_text, self._group_names(9))
        text, depth = line.text, line.depth
        numbered = depth < len(NUMBERING)
        if numbered and not line.is_part:
            self.in_parts = False
        if line.is_part or (self.in_parts and has_figures):
            return Label(text, self._group_names(9), self.item or NO_PARENT)
        if has_figures and self.whole and SECTOR.fullmatch(text):
            self.item = text
            return Label(text, self._group_names(9), self.whole)
        self.whole = text if has_figures else ""
        if not has_figures:
            self.in_parts, self.item = False, text
            self.groups = [(d, name) for d, name in self.groups if d < depth]
            label_of = Label(text, self._group_names(depth))
            self.groups.append((depth, text))
            return label_of
        self.item = text
        # An unnumbered item stays under the unnumbered line above it.
        return Label(text, self._group_names(depth if numbered else 9))

    def _group_names(self, depth: int) -> tuple[str, ...]:
        return tuple(name for d, name in self.groups if d < depth)


@dataclass(frozen=True)
class Match:
    """A label understood.

    Attributes
    ----------
    unit, base
        As the label states them: ``亿元``, ``上年同月=100``.
    rule
        What the label says of its figures; ``None`` if nothing.
    merged_january
        Whether its February stands for January and February.
    region
        The region that the label names.
    time
        The months that the label states: ``1-8月``.
    """

    indicator: Indicator
    unit: str = ""
    base: str = ""
    rule: ReportColumn | None = None
    merged_january: bool = False
    region: Region | None = None
    time: str = ""

    def __hash__(self) -> int:
        return hash((self.indicator.code, self.unit, self.base))


@lru_cache(maxsize=16)
def label_reader(
    catalogue: Catalogue,
    layout: ReportLayout | AxesLayout,
    region: Region,
    regions: tuple[Region, ...],
) -> LabelReader:
    """Return the reader of a catalogue, a layout and a region: one for all files."""
    return LabelReader(catalogue, layout, region, regions)


class LabelReader:
    """Reads labels by one catalogue and one layout; a label is taken apart once."""

    def __init__(
        self,
        catalogue: Catalogue,
        layout: ReportLayout | AxesLayout,
        region: Region,
        regions: tuple[Region, ...],
    ) -> None:
        self._catalogue = catalogue
        self._labels = {fold_name(label): code for label, code in layout.labels.items()}
        self._meanings = tuple(
            rule for rule in layout.columns if rule.role in (*FIGURE_ROLES, "ignore")
        )
        self._region = region
        self._regions = regions
        english = Counter(fold_name(item.name_en).casefold() for item in catalogue)
        self._english = {
            name: item
            for item in catalogue
            if (name := fold_name(item.name_en).casefold()) and english[name] == 1
        }
        self._known = lru_cache(maxsize=LABELS)(self._take_apart)
        self._read_before = lru_cache(maxsize=LABELS)(self._read)

    def read(self, label: Label) -> Match | Refusal:
        """Return the indicator of a label, or why there is none."""
        return (self._read_before if len(label.text) <= LONGEST else self._read)(label)

    def _read(self, label: Label) -> Match | Refusal:
        parent = self._indicator(label.parent) if label.parent else None
        for name, exact in _names(label, parent.name_zh if parent else ""):
            found = self._exact(name) if exact else self.take_apart(name)
            if isinstance(found, Refusal):
                return found
            if found is None:
                continue
            if found.rule is not None and found.rule.role not in FIGURE_ROLES:
                return Refusal(
                    f"“{label.text}”说的不是 {found.indicator.name_zh} 的数或增速，不读",
                    "不是数据的行，请写入版式说明的 ignore_rows",
                )
            if name == label.text and (fault := self.group_fault(label, found.indicator)):
                return fault
            return found
        return self._unmatched(label)

    def _exact(self, name: str) -> Match | None:
        indicator = self._indicator(name)
        return Match(indicator) if indicator else None

    def take_apart(self, name: str) -> Match | Refusal | None:
        """Return what a name means by itself; ``None`` if it is not known."""
        return (self._known if len(name) <= LONGEST else self._take_apart)(name)

    def _take_apart(self, name: str) -> Match | Refusal | None:
        if indicator := self._indicator(name):
            return Match(indicator)
        text, unit, base, merged = _without_brackets(FOOTNOTE.sub("", name))
        region, text = self._region_of(text)
        text = text.removeprefix(self._region.name_zh)
        own = self._region.name_zh[-1:]
        if text.startswith(f"全{own}") and own in "国省市区县":
            text = text[2:]
        whole = text
        if base:
            text = ENGLISH_INDEX.sub("", text)
        if base and not INDEX_BASE.fullmatch(base):
            if self._split(text):
                return Refusal(
                    f"“{name}”以{base}为基期，不是同比",
                    "环比和定基指数不采用；请报同比，或在版式说明中略去",
                )
            return None
        found = self._split(whole) or self._split(text)
        if found is None:
            return None
        if isinstance(found, Refusal):
            return found
        indicator, rule, time = found
        return Match(indicator, unit, base, rule, merged, region, time)

    def _split(self, text: str) -> tuple[Indicator, ReportColumn | None, str] | Refusal | None:
        if whole := self._indicator(text.strip(EDGES)):
            return whole, None, ""
        found: dict[tuple[str, str, str], tuple[Indicator, ReportColumn, str]] = {}
        for cut in range(2, len(text)):
            if text[cut - 1] in EDGES:
                continue  # a separator belongs to the ending: _同比增长 is more than 同比增长
            head, tail = text[:cut].strip(EDGES), text[cut:]
            prices = PRICES.fullmatch(head)
            indicator = self._indicator(head)
            if indicator is None and prices:
                indicator = self._indicator(prices[1].strip(EDGES))
            if indicator is None or (rule := self._meaning(tail)) is None:
                continue
            if prices and not _price_fits(prices[2], indicator, rule):
                return Refusal(
                    f"“{text}”按{prices[2]}计，与目录中 {indicator.name_zh} 的口径不同",
                    "请核对；口径确实相同的，请改指标目录的 level_price 或 growth_basis",
                )
            time = TIME.search(fold_header(tail))
            key = (indicator.code, rule.role, rule.span)
            found.setdefault(key, (indicator, rule, time[0] if time else ""))
        if len(found) > 1:
            names = "、".join(
                f"{item.code}（{rule.role} {rule.span}）" for item, rule, _ in found.values()
            )
            return Refusal(f"“{text}”可以有不止一种拆法：{names}", "请在版式说明的 [labels] 中登记")
        return next(iter(found.values())) if found else None

    def _indicator(self, name: str) -> Indicator | None:
        if code := self._labels.get(fold_name(name)):
            return self._catalogue.get(code)
        found = self._catalogue.match_name(name)
        return found or self._english.get(fold_name(name).casefold())

    def _meaning(self, tail: str) -> ReportColumn | None:
        spellings = (fold_header(tail), fold_header(tail.strip(EDGES)))
        for spelling in dict.fromkeys(spellings):
            for rule in self._meanings:
                matches = (pattern.fullmatch(spelling) for pattern in rule.headers)
                # A number by itself heads a column of a month, but ends a label as a footnote.
                if any(found and not found.groupdict().get("lone") for found in matches):
                    return rule
        return None

    def _region_of(self, text: str) -> tuple[Region | None, str]:
        first, colon, rest = text.partition(":")
        if not colon:
            return None, text
        for region in self._regions:
            names = {region.name_zh, region.name_zh.rstrip("省市区县")}
            if region.code == "100000":
                names |= {"中国", "全国"}
            if first.strip() in names:
                return region, rest
        return None, text

    def group_fault(self, label: Label, indicator: Indicator) -> Refusal | None:
        """Return why a bare name is not its indicator under its group lines, if so."""
        name = fold_name(label.text) + fold_name(indicator.name_zh)
        own = self._region.name_zh[-1:]
        for group in label.groups:
            words = [word for word in QUALIFIER.findall(fold_name(group)) if word not in name]
            whole = [word for word in WHOLE_REGION.findall(group) if word[1] != own]
            other = foreign_region(group, self._region, self._regions)
            if words or whole or other:
                said = "、".join(dict.fromkeys([*words, *whole, *([other] if other else [])]))
                return Refusal(
                    f"“{label.text}”在“{group}”之下，说的可能只是{said}的数，不按简称匹配",
                    f'请在版式说明的 [labels] 或指标目录的 aliases 中登记 "{group}/{label.text}"',
                )
        return None

    def _unmatched(self, label: Label) -> Refusal:
        same = self._catalogue.match_name(label.text)
        near = [*([same] if same else []), *self._catalogue.near_names(label.text)]
        hint = "、".join(dict.fromkeys(f"{item.name_zh}（{item.code}）" for item in near))
        meant = f"是否指 {hint}？如是，请" if hint else "这一行不收的，不必处理；要收的，请"
        if label.parent:
            return Refusal(
                f"其中项“{label.path}”不在指标目录中（其中项按完整路径匹配，不按简称）",
                f'{meant}在版式说明的 [labels] 中登记 "{label.path}" = 指标代码',
            )
        return Refusal(
            f"指标名称“{label.text}”不在指标目录中",
            f"{meant}改正名称，或把这个写法加入指标目录的 aliases",
        )


def _names(label: Label, parent_name: str) -> Iterator[tuple[str, bool]]:
    """Yield the names that a label may have, the longest path first.

    ``parent_name`` is the catalogue's own name of the parent, where it has one.

    What was put together here must be a name as it is, and is not taken apart.
    """
    above = (*label.groups, *((label.parent,) if label.parent else ()))
    for start in range(len(above)):
        yield "/".join((*above[start:], label.text)), False
    if parent_name:
        yield f"{parent_name}/{label.text}", False
    if above:
        last = above[-1]
        yield f"{last}{label.text}", True
        if label.parent:
            yield from ((f"{last}{word}{label.text}", True) for word in (":", "其中:"))
    if not label.parent:
        yield label.text, False


def _without_number(text: str) -> tuple[str, int]:
    for depth, pattern in enumerate(NUMBERING):
        if found := pattern.match(text):
            return text[found.end() :].strip(), depth
    return text, len(NUMBERING)


def split_unit(text: str) -> tuple[str, str]:
    """Take a unit in brackets off a text: ``累计（亿元）`` into ``累计`` and ``亿元``."""
    folded = unicodedata.normalize("NFKC", text)
    for found in BRACKETS.finditer(folded):
        if is_unit(found[1]) and found[1].strip() != "%":
            return folded[: found.start()] + folded[found.end() :], found[1].strip()
    return text, ""


def _without_brackets(name: str) -> tuple[str, str, str, bool]:
    """Take unit, index base and the mark of merged Januaries off a name."""
    text = unicodedata.normalize("NFKC", name)
    unit = base = ""
    merged = False
    for found in list(BRACKETS.finditer(text)):
        inner = re.sub(r"\s+", "", found[1])
        if OTHER_BASE.fullmatch(inner) and not base:
            base = inner
        elif is_unit(found[1]) and not unit:
            unit = found[1].strip()
        elif MERGED_JANUARY.fullmatch(fold_header(inner)):
            merged = True
        else:
            continue
        text = text.replace(found[0], " ", 1)
    return text.strip(), unit, base, merged


def is_unit(text: str) -> bool:
    """Whether a text is a declared unit."""
    try:
        return normalise_unit(text) in KNOWN_UNITS
    except UnitError:
        return False


def check_base(match: Match, span: str) -> None:
    """Refuse an index over the same month of last year that heads a year to date.

    Raises
    ------
    IntakeError
        Naming both.
    """
    if match.base == "上年同月=100" and span not in ("single", ""):
        raise IntakeError(
            f"{match.indicator.name_zh} 以上年同月为100，时期或列名却是累计",
            "请核对：累计的指数应以上年同期为100",
        )


def own_period(match: Match, stated: Period) -> Period | None:
    """Return the period that a label itself states, of a month not long before ``stated``.

    Raises
    ------
    IntakeError
        If it cannot be read, or is no month shortly before.
    """
    if not match.time:
        return None
    try:
        own = parse_period(match.time, year=stated.year).period
    except PeriodError as error:
        raise IntakeError(f"{match.indicator.name_zh} 的名称：{error}", "请改正名称") from error
    months = (stated.end.year - own.end.year) * 12 + stated.end.month - own.end.month
    if not 0 <= months <= MOST_LAGGED:
        raise IntakeError(
            f"{match.indicator.name_zh} 的名称说的是 {own}，标题、列名或时期说的是 {stated}",
            "请改正其中之一；错月的指标请写明年份，或另放一张表",
        )
    return own


def _price_fits(word: str, indicator: Indicator, rule: ReportColumn) -> bool:
    if word in ("现价", "当年价"):
        return rule.role == "level" and indicator.level_price == "current"
    return rule.role == "growth" and indicator.growth_basis in ("constant", "comparable")
