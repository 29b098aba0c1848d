"""The English edition: the Chinese report, sentence by sentence, in an economist's English.

There is one description of a report, and it is Chinese.  ``english.toml`` pairs each of its
words and sentence patterns with English ones; whatever fills the gaps of a pattern (a number, a
period, a name) is carried over, so no number can differ between the editions.  What has no
English stays Chinese, is marked as such for readers and screen readers, and is counted.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from string import Formatter
from typing import Any

import lxml.html

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.targets import Target, named
from lianhu_analysis.render import tables
from lianhu_analysis.render.register import FigureRegister
from lianhu_analysis.render.trace import PERIOD
from lianhu_analysis.workspace import Workspace
from lianhu_analysis.written import packaged_table

__all__ = ["English", "english_names"]

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
# An element inside a sentence, such as a traced number, while the sentence is translated.
# One whose text is "1" is told apart, since it asks for a singular.
MARK = "[\ue000-\uf8ff]"
FIRST_MARK, FIRST_ONE = 0xE000, 0xF000
NUMBER = rf"(?:{MARK}|[<>]?[+\-−]?\d[\d,]*(?:\.\d+)?)%?"
PERIODS = rf"(?:{MARK}|{PERIOD}(?:[—–~至]{PERIOD})?|\d{{4}}(?:—\d{{4}})?)"
SPACES = re.compile(r"\s+")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
PARTS = tables.TERMS["english_periods"]
MARKS = str.maketrans("，。；：（）“”、—～％", ",.;:()“”,–~%")
SPOKEN = ("alt", "aria-label", "data-label", "data-tip", "title")
UNIT_GAPS = "uv"
NAME_GAP = "n"  # of one thing: stays as it is where it has no English
ONE_NAME = "[^。；、]+?"
END = "end-"  # of a stock's period, as in end-Jun 2024
IN_END = re.compile(rf"\b([Ii]n)( {END})")
INLINE = frozenset("a abbr b br cite code data dfn em i small span strong sub sup time".split())


@dataclass(frozen=True)
class _Pattern:
    """One Chinese sentence with gaps, and the English one."""

    shape: re.Pattern[str]
    english: str


class English:
    """Translates texts and pages of ours.

    Parameters
    ----------
    names
        English by Chinese name: of indicators, targets and regions.

    Attributes
    ----------
    missing
        Texts without English so far, and parts of pages that hold a name without it.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        words, units, self._patterns = _table()
        known = {**words, **names}.items()
        self._known = units | {_closed(zh).rstrip("。"): en.rstrip(".") for zh, en in known}
        self.missing: dict[str, None] = {}
        self._find = lru_cache(maxsize=None)(self._translated)

    def text(self, chinese: str) -> str:
        """Return a text in English; one without English as it is, and remember it."""
        found = self._find(_closed(chinese)) if has_chinese(chinese) else chinese
        if found is None:
            self.missing[chinese] = None
            return chinese
        return _sentence_case(f"¶{found}")

    def name(self, chinese: str) -> str:
        """Return a name in English, as sentences hold it; as it is if it has none."""
        return self._find(_closed(chinese)) or chinese

    def html(self, fragment: str) -> str:
        """Return HTML of ours in English, every number and link in it as it was."""
        root = lxml.html.fragment_fromstring(fragment, create_parent="div")
        self._element(root)
        inner = html.escape(root.text or "", quote=False)
        return inner + "".join(lxml.html.tostring(child, encoding="unicode") for child in root)

    def register(self, register: FigureRegister) -> FigureRegister:
        """Return the figures with what is said about each in English; cells stay as they are."""
        said = FigureRegister()
        for figure in register:
            detail = dict(figure.detail)
            if (convention := self._known.get(detail.get("source", ""))) is not None:
                detail["source"] = convention
            for key in detail.keys() & {"model", "formula"}:
                detail[key] = self.text(detail[key])
            said.put(replace(figure, label=self.text(figure.label), detail=detail))
        return said

    def _element(self, element: Any) -> None:
        """Translate an element from its leaves up, so that a sentence sees its parts as marks."""
        for name in SPOKEN:
            if text := element.get(name):
                # What a tip says comes from the register, in English already.
                tip = text.replace("：", ": ")
                element.set(name, tip if name == "data-tip" else self.text(text))
        if element.tag in ("code", "cite"):
            self._quoted(element)
            return
        for child in element:
            self._element(child)
        children = list(element)
        leaf = all(isinstance(child.tag, str) and child.tag in INLINE for child in children)
        if element.tag == "data" or not leaf:
            return
        text = (element.text or "") + "".join(
            f"{_mark(n, child)}{child.tail or ''}" for n, child in enumerate(children)
        )
        if element.tag == "time":
            text = text.replace("—", "–")
        found = self._find(_closed(text)) if has_chinese(text) else text
        if found is None or has_chinese(found):
            self.missing[text.strip()] = None
        if found is None or (has_chinese(text) and found == _closed(text)):
            element.set("lang", "zh-CN")
            return
        for n, child in enumerate(children):
            if child.tag == "time" and (child.text or "").startswith(END):
                child.text = child.text.removeprefix(END)
                found = found.replace(_mark(n, child), END + _mark(n, child))
        found = _at_end(found)
        # A name inside a sentence is small; what stands at its beginning is not.
        _fill(element, found, children)

    def _quoted(self, element: Any) -> None:
        """Translate a reason or a name of ours; what is quoted from a source stays Chinese."""
        text = element.text_content()
        if not has_chinese(text):
            return
        said = self._find(_closed(text))
        if element.tag == "cite" and not len(element) and said is not None:
            element.text = said.replace("¶", "")
        else:
            element.set("lang", "zh-CN")

    def _translated(self, chinese: str) -> str | None:
        if not has_chinese(chinese):
            return _spaced(chinese)
        if (known := self._known.get(chinese)) is not None:
            return known
        if (period := _period(chinese)) is not None:
            return period
        for pattern in self._patterns:
            if (match := pattern.shape.fullmatch(chinese)) and (
                said := self._filled(pattern.english, match)
            ) is not None:
                return said
        return None

    def _filled(self, english: str, match: re.Match[str]) -> str | None:
        """Put what fills the gaps into an English pattern; ``None`` if a filling has no English."""
        parts: list[str] = []
        one = False
        for literal, gap, plural, _ in Formatter().parse(english):
            parts.append(literal)
            if gap is None:
                continue
            filling = match[f"g{gap}"]
            if gap.isdecimal():
                one = filling == "1" or ord(filling[0]) >= FIRST_ONE
            kept = filling if gap[0] == NAME_GAP else None
            said = plural.split("|")[not one] if plural else self._find(filling) or kept
            if said is None:
                return None
            if gap[0] in UNIT_GAPS:
                # What is counted one by one has no unit to say.
                said = "" if filling == "个" else said.removesuffix("s") if one else said
            parts.append(said)
        text = SPACES.sub(" ", _at_end("".join(parts)))
        return text.replace(" %", "%").replace(" ,", ",").strip()


def english_names(
    workspace: Workspace, catalogue: Catalogue, targets: tuple[Target, ...]
) -> dict[str, str]:
    """Return the English of regions, indicators and targets; what has none is absent."""
    # A region without English keeps its name, so that what is said of it still has its English.
    names = {item.name_zh: item.name_en or item.name_zh for item in workspace.regions.values()}
    for item in catalogue:
        if not item.name_en:
            continue
        names[item.name_zh] = _small(item.name_en)
        # 增长 and 上升 are said of what grows, or is reduced.
        short = re.sub(r"^(growth|reduction) of ", "", item.name_en, flags=re.IGNORECASE)
        for end in ("增速", "降低率"):
            names.setdefault(item.name_zh.removesuffix(end), _small(short))
    for target in targets:
        own = catalogue.get(target.indicator).name_zh
        if (name := names.get(own)) is not None:
            # Who set it is the office's own word.
            names.setdefault(named(own, target.set_by), f"{name} ({target.set_by})")
            titled = [other for other in targets if other.title_zh == target.title_zh]
            if any(other.indicator != target.indicator for other in titled):
                continue  # 增长6%左右 says of none which it is
            # A title that several years share with different values tells none of them.
            aims = {_aim(other) for other in titled}
            name += f" ({', '.join(aims)})" * (len(aims) == 1)
            names.setdefault(target.title_zh, name)
            names.setdefault(target.name_zh, name + f" ({target.set_by})" * bool(target.set_by))
    return names


def _aim(target: Target) -> str:
    """Say what a target aims at, such as ``at least 28`` or ``8%–9%``."""
    shown = target.shown_unit
    unit = {"%": "%", "个": "", "": ""}.get(shown, f" {_table()[1].get(shown, shown)}")
    ends = [target.value, *([] if target.upper is None else [target.upper])]
    words = {"about": "about ", "at_least": "at least ", "at_most": "at most "}
    return words.get(target.rule, "") + "–".join(f"{end:,.10g}{unit}" for end in ends)


def has_chinese(text: str) -> bool:
    """Whether a text holds a Chinese character."""
    return CHINESE.search(text) is not None


def _mark(number: int, child: Any) -> str:
    return chr((FIRST_ONE if child.text_content() == "1" else FIRST_MARK) + number)


def _fill(element: Any, text: str, children: list[Any]) -> None:
    """Write a translated sentence back, its parts where the English wants them."""
    begun = element.tag not in INLINE  # a name inside a sentence is small
    pieces = re.split(f"({MARK})", f"¶{text}" if begun else text)
    for child in children:
        element.remove(child)
    element.text = _sentence_case(pieces[0])
    before = pieces[0]
    for mark, tail in zip(pieces[1::2], pieces[2::2], strict=True):
        child = children[(ord(mark) - FIRST_MARK) % (FIRST_ONE - FIRST_MARK)]
        if before.endswith("¶") and child.tag in ("dfn", "cite", "span", "time") and child.text:
            child.text = _large(child.text)
        child.tail, before = _sentence_case(tail), tail
        element.append(child)


def _closed(text: str) -> str:
    """Return a text without the spaces that Chinese does not need."""
    return SPACES.sub("", text)


def _spaced(text: str) -> str:
    """Return what holds no Chinese, with marks of English."""
    return text.translate(MARKS)


def _at_end(text: str) -> str:
    """Say once, and with its word, that a stock is of the end of a period."""
    text = text.replace(f"the end of {END}", "the end of ")
    return IN_END.sub(lambda match: {"in": "at", "In": "At"}[match[1]] + match[2], text)


def _small(name: str) -> str:
    """Begin a name with a small letter unless it is an abbreviation: ``GDP``, ``R&D``."""
    return name if name[1:2].isupper() or name[1:2] in "&-" else name[:1].lower() + name[1:]


def _large(text: str) -> str:
    """Begin a text with a capital, but never make a mega of a micro: ``µg per m³``."""
    return text if text.startswith("µ") else text[:1].upper() + text[1:]


def _sentence_case(text: str) -> str:
    return re.sub("¶(.?)", lambda match: _large(match[1]), text)


def _period(text: str) -> str | None:
    """Write a Chinese period in English: ``2024年1—9月`` is ``Jan–Sep 2024``."""
    ends = re.fullmatch(r"(\d{4})年(.*?)[—–至](?:(\d{4})年)?([一二三四]季度)", text)
    if ends:
        return f"{PARTS[ends[2]].format(y=ends[1])}–{PARTS[ends[4]].format(y=ends[3] or ends[1])}"
    if text.endswith("末") and (within := _period(text[:-1])) is not None:
        return f"end-{within}"
    found = re.fullmatch(r"(\d{4})年(?:(?:(\d+)月?[—–])?(\d+)月|(.*))", text)
    if found is None:
        return None
    year, first, last, part = found.groups()
    if last:
        months = [MONTHS[int(month) - 1] for month in (first, last) if month]
        return f"{'–'.join(months)} {year}"
    shape = PARTS.get(part)
    return None if shape is None else shape.format(y=year)


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, str], dict[str, str], tuple[_Pattern, ...]]:
    """Read words, units and patterns; the patterns with most fixed text first."""
    raw = packaged_table("render/data/english.toml")
    units = raw["units"]
    sentences = sorted(raw["sentences"].items(), key=lambda pair: -len(_fixed(pair[0])))
    found = (*sentences, *raw["joints"].items())
    return raw["words"], units, tuple(_Pattern(_shape(zh, units), en) for zh, en in found)


def _fixed(chinese: str) -> str:
    return re.sub(r"\{\w+\}", "", chinese)


def _shape(chinese: str, units: Mapping[str, str]) -> re.Pattern[str]:
    """Compile a pattern: a gap is a number ``{1}``, a period ``{p}``, a unit ``{u}``, a name ``{n1}``, or any text."""
    return re.compile("".join(_gaps(_closed(chinese), units)))


def _gaps(chinese: str, units: Mapping[str, str]) -> Iterator[str]:
    of_units = "|".join(map(re.escape, sorted(units, key=len, reverse=True)))
    # What is said of one sentence takes no words of the next; only a joint of sentences does.
    words = ".+?" if "。" in chinese else "[^。]+?"
    for literal, gap, _, _ in Formatter().parse(chinese):
        yield re.escape(literal)
        if gap is not None:
            kinds = {"p": PERIODS, "q": PERIODS, "u": of_units, "v": of_units, NAME_GAP: ONE_NAME}
            kind = kinds.get(gap[0], words)
            yield f"(?P<g{gap}>{NUMBER if gap.isdecimal() else kind})"
