"""One grammar for every text of a delivery: what its words say, and what is left over.

The words are data (``words.toml``); the names are the catalogue's, the regions the
workspace's.  At each place of a text the longest word counts.  What no word covers is
left over and named, never skipped.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial, reduce
from itertools import chain
from pathlib import Path
from typing import Any, Literal, NamedTuple

from lianhu_analysis.catalog.indicators import Catalogue, Indicator, names_of
from lianhu_analysis.catalog.periods import Period, parse_period
from lianhu_analysis.catalog.remembering import LONGEST, remembered
from lianhu_analysis.catalog.units import KNOWN_UNITS, normalise_unit
from lianhu_analysis.errors import IntakeError, PeriodError, UnitError
from lianhu_analysis.workspace import NATION, Region
from lianhu_analysis.written import KNOWN_ONLY, Truth, Whole, packaged, parse_written

__all__ = [
    "BARE",
    "GROWTHS",
    "REGION",
    "WORDS_ZH",
    "YEAR",
    "Facets",
    "Grammar",
    "Part",
    "Said",
    "Vocabulary",
    "fold",
    "is_unit",
    "load_vocabulary",
    "native",
    "span_of",
    "unit_in",
]

TEXTS = 16_384
BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\u202a-\u202e\ufeff]+")
DASHES = re.compile(
    r"[-‐‑‒–—―─−~〜∼]+|(?<=[\d月季一二三四五六七八九十])[至到](?=[\d一二三四五六七八九十])|(?<=\d)ー(?=\d)"
)
FOOTNOTE = re.compile(r"(?:[*①-⑳⁰¹²³⁴-⁹]|[\[［【〔(（]注[0-9０-９]*[\]］】〕)）])+$")
WRITTEN_YEAR = re.compile("二[〇零○o][〇零○o一二三四五六七八九]{2}(?=年)")
SHORT_YEAR = re.compile(r"(?<!\d)(?=[12]\d年(?:[\d-]+月|[一二三四1-4]季度|上半年|前三季度))")
DIGITS = str.maketrans("〇零○o一二三四五六七八九", "0000123456789")
REGION = re.compile(r"[一-龥]{2,}?(?:自治区|自治州|自治县|省|市|区|县|旗|盟)|全国|中国")
YEAR = r"(?:19|20)\d{2}"
ON_YEAR = re.compile(rf"({YEAR})年?[比较]({YEAR})年?")
NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})"
RANGE = rf"{NUMBER}月?(?:份)?-{NUMBER}(?:月份?|季度)"
QUARTERS = "[一二三四1-4]"
PART = (
    rf"{RANGE}|{NUMBER}月[末底]|{NUMBER}月份?|上半年|前[一二三两\d]+个?季度"
    rf"|第?{QUARTERS}季度[末底]?|[前头](?:\d{{1,2}}|[一二三四五六七八九十]{{1,2}})个?月|全年"
)
# A period in a text; a year without 年 only before a part or a pair of months.  2024.1 may have
# been 2024.10, 2024.10.25 is a day, 2024.9-10 a part, and 2024.5亿元 an amount.
MONTH = r"[./](?:0[1-9]|[2-9]|1[0-2])(?!-?\d|[./%亿万千百元户家人个吨])"
PERIOD = re.compile(
    rf"(?P<year>{YEAR})(?:年?度?|[./])(?P<part>{PART}|1-\d{{1,2}}(?!\d))|(?<!\d)(?P<alone>{PART})"
    rf"|(?P<only>{YEAR})年(?:度|[末底])?"
    rf"|(?<!\d)(?P<code>{YEAR}(?:q[1-4]|-?0[1-9]|-?1[0-2])|[1-4]q{YEAR}|q[1-4]{YEAR})(?!\d)"
    rf"|(?<![\d.-])(?P<dotted>{YEAR}{MONTH})"
)
# 2020年不变价 is no time.
PRICE = re.compile(rf"[以按]?{YEAR}年(?:(?:不变|可比)价格?|价格?(?!指))(?:计算)?")
BRACKETED = re.compile(r"[(\[【<〔]([^()\[\]【】<>〔〕]*)[)\]】>〕]")
BASE = re.compile(r"(?:以?[上去]年(?:同[月期])?|precedingyear|sameperiod[a-z]*)(?:=|价格为|为)100")
OTHER_BASE = re.compile(r"[^()=]{1,12}(?:=|价格为|为)100")
POINTS = re.compile("%|个?百分点")
BARE = re.compile(r"1-\d{1,2}|\d{1,2}")
CHINESE = re.compile("[\u4e00-\u9fff]")
# Growth Rate, 100 million yuan behind the same in Chinese.
BESIDE = re.compile(
    r"(?<=[\u4e00-\u9fff)）%％])\s+(?:10[\d ]*|(?=.*[A-Za-z]{4}))[A-Za-z][\w ,.&()'/-]*$", re.A
)
LATIN = re.compile("[A-Za-z]{3}")
# 完成全年任务 and 任务完成率 are shares of a plan, 计划完成 is what is to be done.
PLANS, DONE = "(?:计划|目标|任务|预算|预期)", "(?:完成|实现|达成|执行|进度)"
DONE_OF = re.compile(rf"(?:完成|实现|达到|占|为).{{0,8}}?{PLANS}")
DONE_BEHIND = re.compile(f"{PLANS}.{{0,4}}?{DONE}")
TO_BE_DONE = re.compile("计划(?:完成|实现)(?!情况)")
SHARE = re.compile("率|进度|比[例重]")
# 低于年度目标 is how far it is from it; 半年目标 and 奋斗目标 are not the year's plan.
FROM_PLAN = re.compile(
    f"(?:[高低多少]于|超过?|[距较比与欠]|差).{{0,6}}?{PLANS}|{PLANS}.{{0,4}}?(?:差|缺口)"
)
OTHER_PLAN = re.compile(
    f"(?:半年|季度?|月度?|[上去]年|同期|奋斗|力争|挑战|冲刺|保底|底线|必保|确保|争取|下达).{{0,6}}?{PLANS}"
    f"|(?:[上去]年|同期).*{DONE}|序时"
)
EDGES = "_:,、;。.·/|()[]【】<>《》{}\"'“”‘’#*-+%&=?!^~`"


class Facets(NamedTuple):
    """What a text says of the figures that it stands over or beside; empty: nothing.

    Attributes
    ----------
    measure
        ``level``, ``yoy``, ``reduction`` (a positive rate of reduction), or ``value``: growth
        where the row is of growth, else an amount.
    span, per
        ``ytd``, ``single``, ``point``, ``annual``; ``month`` or ``quarter``.
    form, base
        ``index``, and its base as ``上年同月=100``.
    price
        ``current`` or ``constant``.
    nothing
        Why these are no observations; ``fact`` names those kept beside them.
    scope
        Words by which the figures are of a part of the whole.
    lag
        Months by which the figures are older than the report.
    joint
        Whether February stands for January and February.
    sure
        Whether its growth is certainly no change in the amount.
    clash
        Two of its words that contradict each other.
    """

    measure: str = ""
    span: str = ""
    per: str = ""
    form: str = ""
    base: str = ""
    unit: str = ""
    price: str = ""
    nothing: str = ""
    fact: str = ""
    scope: str = ""
    lag: int = 0
    joint: bool = False
    sure: bool = False
    clash: str = ""

    def join(self, other: Facets) -> Facets:
        """Return what both say together; of a unit the nearest to the figures counts."""
        if NOTHING in (self, other):
            return self if other == NOTHING else other
        joined = Facets._make(b or a for a, b in zip(self, other, strict=True))
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("span", "base", "price"))
        clashes = (
            f"{WORDS_ZH.get(mine, mine)}、{WORDS_ZH.get(theirs, theirs)}"
            for mine, theirs in pairs
            if mine and theirs and mine != theirs and {mine, theirs} != {"ytd", "annual"}
        )
        return joined._replace(
            # 完成数同比 is a growth, 全年累计 of the whole year
            span="annual" if {self.span, other.span} == {"ytd", "annual"} else joined.span,
            measure=self.measure if self.measure and other.measure in AMOUNTS else joined.measure,
            nothing=self.nothing or other.nothing,
            fact=self.fact or other.fact,
            scope="、".join(dict.fromkeys(filter(None, (self.scope, other.scope)))),
            lag=max(self.lag, other.lag),
            clash=self.clash or other.clash or next(clashes, ""),
        )


NOTHING = Facets()
AMOUNTS, GROWTHS = ("level", "value"), frozenset(("yoy", "reduction"))
WORDS_ZH = {
    "ytd": "累计",
    "single": "当期",
    "point": "期末",
    "annual": "全年",
    "current": "现价",
    "constant": "可比价",
}


class Part(NamedTuple):
    """A period as one text states it: ``period`` of the year 2000 where ``year`` is 0.

    ``span`` is empty where the text does not say it (9月, 三季度).
    """

    period: Period
    year: int
    span: str
    text: str

    def of(self, year: int) -> Part:
        """Return the same part of another year."""
        period = Period(year, self.period.frequency, self.period.number)
        return self._replace(period=period, year=year)


class Said(NamedTuple):
    """A text understood, or one word of it.

    Attributes
    ----------
    names, named
        Indicators named in it, and the texts that name them.
    parts, years
        Periods of it, and years without a part.
    regions
        Known regions that it names; ``whole`` is 全市 and the like.
    left
        Words that are understood nowhere.
    """

    facets: Facets = NOTHING
    whole: str = ""
    names: tuple[Indicator, ...] = ()
    named: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    years: tuple[int, ...] = ()
    regions: tuple[Region, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def indicator(self) -> Indicator | None:
        """The one indicator that the text names."""
        return self.names[0] if len(self.names) == 1 else None

    @property
    def is_nameless(self) -> bool:
        """Whether every word of it says what a figure is, and none whose: 本月, 增速."""
        return not (self.names or self.left or self.facets.nothing or self.facets.scope)

    @classmethod
    def joined(cls, pieces: Iterable[Said]) -> Said:
        """Return what several texts, or the words of one, say together."""
        facets, wholes, *lists, left = zip(cls(), *pieces, strict=True)
        whole = next(filter(None, reversed(wholes)), "")
        once = (tuple(dict.fromkeys(chain.from_iterable(found))) for found in lists)
        return cls._make(
            (reduce(Facets.join, facets), whole, *once, tuple(chain.from_iterable(left)))
        )


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The words of ``words.toml`` and of a workspace.

    Attributes
    ----------
    words
        Folded word to what it says.
    roles, metadata
        Folded head or first cell to the kind of column or row.
    lines
        By kind, patterns of lines and of their words.
    labels
        Full path of a row to a code, as a workspace registers it.
    text
        Everything as written, for the fingerprint.
    """

    words: Mapping[str, Facets]
    roles: Mapping[str, str]
    metadata: Mapping[str, str]
    lines: Mapping[str, re.Pattern[str]]
    labels: Mapping[str, str]
    text: str = field(repr=False)


@remembered
def fold(text: str) -> str:
    """Fold a text to what is compared: NFKC, no blanks, one dash, lower case."""
    folded = BLANKS.sub("", unicodedata.normalize("NFKC", text)).casefold()
    folded = WRITTEN_YEAR.sub(lambda found: found[0].translate(DIGITS), folded)
    return SHORT_YEAR.sub("20", DASHES.sub("-", folded))


def native(text: str) -> str:
    """Return the Chinese lines of a cell that says the same in two languages."""
    lines = text.split("\n") if "\n" in text else [BESIDE.sub("", text)]
    text = lines[0] if len(lines) == 1 else text
    chinese = [line for line in lines if CHINESE.search(line)]
    foreign = [line for line in lines if not CHINESE.search(line) and LATIN.search(line)]
    return "".join(chinese) if chinese and foreign else text


def is_unit(text: str) -> bool:
    """Whether a text is a declared unit."""
    try:
        return normalise_unit(native(text)) in KNOWN_UNITS
    except UnitError:
        return False


def unit_in(text: str) -> str:
    """Return a declared unit, without the % beside it: 亿元、%."""
    text = native(text)
    whole = [text] if is_unit(text) else [part for part in _but_percent(text) if part]
    return normalise_unit(whole[0]) if len(whole) == 1 and is_unit(whole[0]) else ""


def _but_percent(text: str) -> list[str]:
    """Return what a text lists, as 亿元、%, without the %."""
    return [part for part in re.split("[、,/和;]", text) if part != "%"]


@dataclass(frozen=True)
class WordGroup:
    """One ``[[words]]`` as written: the words, and the `Facets` that they all say."""

    __pydantic_config__ = KNOWN_ONLY
    are: tuple[str, ...]
    measure: Literal["", "level", "value", "yoy", "reduction"] = ""
    span: Literal["", "ytd", "single", "point", "annual"] = ""
    per: Literal["", "month", "quarter"] = ""
    form: Literal["", "index"] = ""
    base: str = ""
    unit: str = ""
    price: Literal["", "current", "constant"] = ""
    nothing: str = ""
    fact: Literal["", "rank", "gap", "plan", "plan_share"] = ""
    scope: Truth = False
    lag: Whole = 0
    joint: Truth = False
    sure: Truth = False
    neutral: Truth = False

    def says(self, word: str) -> Facets:
        """Return what one of the words says."""
        said = {name: getattr(self, name) for name in Facets._fields[:-1]}
        return Facets(**said | {"scope": word if self.scope else ""})


@dataclass(frozen=True)
class WordList:
    """A ``words.toml`` as written."""

    __pydantic_config__ = KNOWN_ONLY
    words: tuple[WordGroup, ...] = ()
    roles: Mapping[
        Literal["name", "region", "period", "unit", "span", "published"], tuple[str, ...]
    ] = field(default_factory=dict)
    metadata: Mapping[Literal["unit", "published", "ignore"], tuple[str, ...]] = field(
        default_factory=dict
    )
    lines: Mapping[
        Literal[
            "ignore",
            "events",
            "contexts",
            "names",
            "scope",
            "not_regions",
            "offices",
            "compared",
            "folder",
        ]
        | Literal[
            "since",
            "file",
            "ind",
            "inv",
            "inn",
            "emp",
            "soc",
            "rsk",
            "fin",
            "tou",
            "inc",
            "ene",
            "csm",
            "trd",
            "fis",
            "re",
            "opn",
            "notes",
            "void",
            "usual",
            "harmless",
            "of_all",
            "trades",
            "places",
        ],
        tuple[re.Pattern[str], ...],
    ] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


def load_vocabulary(own: Path | None = None) -> Vocabulary:
    """Read the built-in words and those of a workspace.

    Raises
    ------
    IntakeError
        Naming the file and entry that is wrong.
    """
    texts = {"words.toml（内置）": packaged("intake/reading/words.toml")}
    if own is not None and os.path.lexists(own):
        texts[own.name] = own.read_bytes()
    return _vocabulary(tuple(texts.items()))


@lru_cache(maxsize=16)
def _vocabulary(texts: tuple[tuple[str, bytes], ...]) -> Vocabulary:
    """Return the vocabulary of some files' texts, made once, and with it its grammars."""
    lists = [parse_written(text, WordList, partial(_wrong, name)) for name, text in texts]
    lines: dict[str, list[str]] = defaultdict(list)
    for kind, patterns in (item for one in lists for item in one.lines.items()):
        lines[kind] += [pattern.pattern for pattern in patterns]
    groups = [group for one in lists for group in one.words]
    return Vocabulary(
        words={fold(word): group.says(word) for group in groups for word in group.are},
        roles=_kinds(one.roles for one in lists),
        metadata=_kinds(one.metadata for one in lists),
        lines={
            kind: re.compile("|".join(f"(?:{p})" for p in some)) for kind, some in lines.items()
        },
        labels={label: code for one in lists for label, code in one.labels.items()},
        text=b"\0".join(text for _, text in texts).decode(),
    )


def _wrong(name: str, faults: list[str]) -> IntakeError:
    return IntakeError(f"{name}：{'；'.join(faults)}", "请对照 docs/intake.md 改正")


def _kinds(tables: Iterable[Mapping[Any, tuple[str, ...]]]) -> dict[str, str]:
    """Return the kind of each folded head."""
    return {
        fold(head).strip(EDGES): kind
        for table in tables
        for kind, heads in table.items()
        for head in heads
    }


class Grammar:
    """Reads texts by a vocabulary, a catalogue and the regions of a workspace."""

    def __init__(
        self, vocabulary: Vocabulary, catalogue: Catalogue, regions: Iterable[Region]
    ) -> None:
        self.vocabulary, self.catalogue = vocabulary, catalogue
        self.regions = tuple(sorted(regions, key=lambda region: region.code))
        english = Counter(fold(item.name_en) for item in catalogue)
        names = {word: i for i in catalogue if english[word := fold(i.name_en)] == 1}
        named = [(fold(name), item) for item in catalogue for name in names_of(item)]
        names |= {one: item for name, item in named for one in _joined_otherwise(name)}
        names |= dict(named)
        names |= {fold(label): catalogue.get(code) for label, code in vocabulary.labels.items()}
        self.names = names
        self._places = {fold(region.name_zh): region for region in self.regions}
        nation = next((region for region in self.regions if region.code == NATION), None)
        self._places |= {"中国": nation} if nation else {}
        self._starts: dict[str, list[tuple[str, Said]]] = defaultdict(list)
        lexicon = {word: Said(facets) for word, facets in vocabulary.words.items()}
        lexicon |= {name: Said(regions=(region,)) for name, region in self._places.items()}
        lexicon |= {name: Said(names=(item,), named=(name,)) for name, item in names.items()}
        lexicon |= {f"{a}{b}": Said(whole=f"全{b}") for a in "全本我" for b in "国省市区县"}
        for word, meaning in lexicon.items():
            self._starts[word[0]].append((word, meaning))
        for found in self._starts.values():
            found.sort(key=lambda item: -len(item[0]))
        self.read = lru_cache(maxsize=TEXTS)(self._read)

    def role(self, text: str) -> str:
        """Return which kind of column a head names as a whole; empty if none.

        指标（万元） heads the names, and says of what unit all amounts are.
        """
        folded = fold(native(text))
        bare = BRACKETED.sub(lambda found: "" if is_unit(found[1]) else found[0], folded)
        role = self.vocabulary.roles.get(bare.strip(EDGES), "")
        return role if folded == bare or role == "name" else ""

    def metadata(self, cell: object) -> str:
        """Return what a row that describes the columns says of them (单位, 更新时间); or empty."""
        return self.vocabulary.metadata.get(fold(cell), "") if isinstance(cell, str) else ""

    def is_note(self, text: str) -> bool:
        """Whether a line is no data: a note, a source, a signature."""
        return bool(self.vocabulary.lines["ignore"].fullmatch(fold(text)))

    def name(self, path: str) -> Indicator | None:
        """Return the indicator of exactly this name or path."""
        return self.names.get(fold(path))

    def region(self, text: str) -> Region | None:
        """Return the known region that a text is the name of, in full or in short.

        莲湖 is 莲湖区 and 城步 is 城步苗族自治县 where no other known region begins so; 西安市莲湖区
        is its last link.
        """
        name = fold(text)
        for outer in self.regions:
            if name not in self._places:
                name = name.removeprefix(fold(outer.name_zh))
        if name in self._places:
            return self._places[name]
        found = [r for r in self.regions if name == r.code or r.name_zh.startswith(name)]
        return found[0] if len(found) == 1 and len(name) > 1 else None

    def tail(self, text: str, left: Sequence[str]) -> str:
        """Return the end of some indicator's name that a head states instead of all of it."""
        if len(left) != 1:
            return ""
        folded, word = fold(text), left[0]
        ends = (name[name.rfind(word) :] for name in self.names if name.rfind(word) > 0)
        return max((end for end in ends if end in folded), key=len, default="")

    def is_place(self, text: str) -> bool:
        """Whether a text looks like the name of a region."""
        return bool(REGION.fullmatch(self.vocabulary.lines["not_regions"].sub(" ", text)))

    def _read(self, text: str) -> Said:
        folded = ON_YEAR.sub(_on_year, fold(FOOTNOTE.sub("", native(text))))
        if len(folded) > LONGEST:
            return Said(left=(f"{folded[:20]}…",))
        said: list[Said] = []
        run, at = "", 0
        first, colon, _ = folded.partition(":")
        if colon and (place := self.region(first)):
            said.append(Said(regions=(place,)))
            at = len(first) + 1
        folded = folded.replace(":", "/")  # GDP:第二产业 of a vendor
        while at < len(folded):
            end, meaning = self._longest(folded, at)
            if end == at and folded[at] not in EDGES:
                run += folded[at]
            else:
                said += [Said(left=(run,)), meaning] if run else [meaning]
                run = ""
            at = max(end, at + 1)
        joined = Said.joined([*said, Said(left=(run,))] if run else said)
        return joined._replace(facets=_of_plan(folded, joined.facets))

    def _longest(self, text: str, at: int) -> tuple[int, Said]:
        """Return the end of the longest word at a place, and its meaning."""
        found = [(at, Said())]
        words = self._starts.get(text[at], ())
        found += [(at + len(word), said) for word, said in words if text.startswith(word, at)][:1]
        for pattern, meaning in PATTERNS:
            if (match := pattern.match(text, at)) and (stated := meaning(match)):
                found.append((match.end(), stated))
        longest = max(found, key=lambda item: item[0])
        of_time = text[at - 1 : at + 1] in ("月度", "季度")  # 度 is a kilowatt hour, too
        if longest[0] == at and is_unit(text[at:]) and not of_time:
            return len(text), _unit(text[at:])
        return longest


def _on_year(found: re.Match[str]) -> str:
    """Return 2023年比2022年 as 2023年比上年."""
    one, base = int(found[1]), int(found[2])
    return f"{one}年比上年" if one == base + 1 else found[0]


def _joined_otherwise(name: str) -> set[str]:
    """Return a name as others print it: 规上交通运输仓储及邮政业 of 规模以上交通运输、仓储和邮政业."""
    bare = name.replace("、", "")
    joined = {
        one.replace("和", joint) for one in (name, bare) for joint in ("和", "及", "与", "、", "")
    }
    return joined | {one.replace("规模以上", "规上").replace("限额以上", "限上") for one in joined}


def _of_plan(text: str, said: Facets) -> Facets:
    """Return what a text that speaks of a plan is of: the plan, or how much of it is done."""
    if said.fact not in ("plan", "plan_share"):
        return said
    if FROM_PLAN.search(text) or OTHER_PLAN.search(text):
        return said._replace(fact="", nothing="与计划的差，或不是全年的那个计划")
    behind = DONE_BEHIND.search(text)
    share = said.fact == "plan_share" or DONE_OF.search(text) or (behind and said.unit == "%")
    if not (share or behind):
        return said
    if said.measure not in GROWTHS and said.unit in ("", "%") and (share or SHARE.search(text)):
        return said._replace(fact="plan_share", nothing="完成计划的比例")
    if TO_BE_DONE.search(text) and said.unit != "%":
        return said
    return said._replace(fact="", nothing="说不清是计划、完成数还是完成率")


def _unit(text: str) -> Said:
    return Said(Facets(unit=normalise_unit(text)))


def _bracketed(found: re.Match[str]) -> Said | None:
    """Return what a text in brackets says as a whole: a unit or an index base."""
    inner = found[1]
    if base := BASE.fullmatch(inner):
        return _base(base)
    if OTHER_BASE.fullmatch(inner):
        return Said(Facets(nothing=f"以{inner}为基期，不是同比"))
    if is_unit(inner):
        return _unit(inner)
    units = _but_percent(inner)
    if not units or not all(map(is_unit, units)):
        return None
    return _unit(units[0]) if len(units) == 1 else Said()


def _base(found: re.Match[str]) -> Said:
    text = re.sub("(?:价格)?为", "=", found[0].removeprefix("以").replace("去年", "上年"))
    english = text.startswith(("precedingyear", "sameperiod"))
    return Said(Facets(base="上年=100" if english else text))


def _part_of(found: re.Match[str]) -> Said | None:
    if found["only"]:
        return Said(years=(int(found["only"]),))
    code = found["code"] or found["dotted"] or ""
    coded = re.search(YEAR, code)
    year = int(found["year"] or (coded[0] if coded else 0))
    words = found["part"] or found["alone"] or code
    try:
        unit = "" if code or re.search("[月季年]", words) else "月"
        period, span = span_of(words + unit, year or 2000)
    except PeriodError:
        return None
    return Said(parts=(Part(period, year, span, found[0]),))


# What a place of a text says that no list of words holds; of the longest, the first.
PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Said | None]], ...] = (
    (BRACKETED, _bracketed),
    (BASE, _base),
    (PERIOD, _part_of),
    (POINTS, lambda found: _unit(found[0])),
    (PRICE, lambda _: Said(Facets(price="constant"))),
)


def span_of(cell: object, year: int | None) -> tuple[Period, str]:
    """Return the period of a cell, and its span where the cell itself says it.

    三季度 heads the quarter's column, whether single or accumulated.

    Raises
    ------
    PeriodError
        If the cell is no period.
    """
    ytd = parse_period(cell, year=year, default_span="ytd")
    single = parse_period(cell, year=year, default_span="single")
    span = ytd.span if ytd.span == single.span else ""
    return ytd.period, "" if ytd.period.frequency == "Q" and span == "single" else span
