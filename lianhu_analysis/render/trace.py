"""Every figure that a page prints is traced to the store, or the page is refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import lxml.etree
import lxml.html
import pandas as pd

from lianhu_analysis.render.register import Figure, FigureRegister, read_number

__all__ = ["NUMERIC", "PERIOD", "check_html", "check_origins", "check_prose"]

# A text, the tags that it stands in, and whether a block begins or ends there.
Marked = tuple[str, frozenset[str], bool]
EXEMPT_TAGS = frozenset({"code", "cite"})
BLOCK_TAGS = frozenset(
    "p div li ul ol td th tr table caption h1 h2 h3 h4 h5 h6 figure figcaption "
    "pre blockquote section nav main header footer br hr dt dd summary details".split()
)
SPOKEN_ATTRIBUTES = ("alt", "title", "aria-label", "summary", "placeholder", "label")

ZH = "〇零一二两三四五六七八九十百千万"
CHINESE_QUANTITY = re.compile(
    rf"[百千万]分之[{ZH}]+|[{ZH}]+个?百分点|[{ZH}]+倍|翻[{ZH}]番|[{ZH}]+[亿万]元"
    rf"|(?<![{ZH}完达建组])[一二两三四五六七八九]成(?![为立功员效果就长本分套熟败因不])"
)
NUMERIC = re.compile(r"[<>]?[+\-−]?\d[\d,]*(?:\.\d+)?%?")

_YEAR = r"(?:19|20)\d{2}"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_DASH = r"[—–\-~至]{1,2}"
_WITHIN = (
    rf"(?:{_MONTH}{_DASH}{_MONTH}月|{_MONTH}月(?:\d{{1,2}}日|末|份|底)?"
    r"|第?[一二三四1-4]季度末?|前[二三23]季度|[上下]半年)"
)
CHINESE_PERIOD = rf"(?:{_YEAR}年(?:{_WITHIN}|全年|末|底|度)?|{_WITHIN})"
CODE_PERIOD = rf"(?:{_YEAR}(?:[-/]{_MONTH}(?:[-/]\d{{1,2}})?|Q[1-4]))"
_MONTH_NAME = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
ENGLISH_PERIOD = (
    rf"(?:(?:Q[1-4]|H[12]|[Ff]ull-year|(?:\d{{1,2}} )?{_MONTH_NAME}(?: ?{_DASH} ?{_MONTH_NAME})?),? {_YEAR}"
    rf"|{_YEAR} (?:Q[1-4]|H[12]))"
)
PERIOD = rf"(?:{ENGLISH_PERIOD}|{CODE_PERIOD}|{CHINESE_PERIOD})"
PERIOD_IN_PROSE = re.compile(PERIOD)
PERIODS_ALONE = re.compile(
    rf"\s*(?:{PERIOD}|{_YEAR})(?:\s*(?:{_DASH}|[、，,/]|to|and|与|和)\s*(?:{PERIOD}|{_YEAR}))*\s*"
)


def check_html(
    html: str, register: FigureRegister, names: Collection[str] | None = None
) -> tuple[str, ...]:
    """Find every number of a page that is not traced.

    A digit, or a quantity in Chinese numerals, may stand only in ``<data>``
    with the ref of a registered figure and exactly its text, in ``<time>`` as
    a period or date, in ``<dfn>`` as a name of the catalogue, or in ``<code>``
    and ``<cite>``.  Text that is read aloud (``alt``, ``title``) may hold
    periods and the texts of registered figures.

    Parameters
    ----------
    names
        Names that ``<dfn>`` may hold when they contain digits; any if None.

    Returns
    -------
    tuple of str
        One fault for each, quoting the text; empty when all is traced.
    """
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    faults: list[str] = []
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "data":
            faults += _data_faults(element, register)
        for attribute in SPOKEN_ATTRIBUTES:
            if text := element.get(attribute):
                faults += check_prose(text, register, names or ())
    texts = list(_marked_texts(root))
    for text, tags, _ in texts:
        faults += _text_faults(text, tags, names)
    for line in _prose_lines(texts):
        faults += [
            f"“{found}”没有出处，见“{_short(line)}”" for found in CHINESE_QUANTITY.findall(line)
        ]
    return tuple(dict.fromkeys(faults))


def check_prose(text: str, register: FigureRegister, names: Collection[str] = ()) -> list[str]:
    """Find numbers of a text without markup that are no names, periods or registered figures."""
    rest = unicodedata.normalize("NFKC", text)
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(unicodedata.normalize("NFKC", name), "")
    rest = PERIOD_IN_PROSE.sub("", rest)
    known = {read_number(figure.text) for figure in register}
    unknown = [token for token in NUMERIC.findall(rest) if read_number(token) not in known]
    unknown += CHINESE_QUANTITY.findall(rest)
    return [f"“{token}”没有出处，见“{_short(text)}”" for token in unknown]


def check_origins(register: FigureRegister, observations: pd.DataFrame) -> tuple[str, ...]:
    """Find published figures of the register that no row of the store gives.

    Parameters
    ----------
    observations
        Rows in the tidy shape, as they were known on the report's day.
    """
    keys = ("region", "indicator", "measure", "span", "period", "source", "sheet", "cell", "token")
    cited = [figure for figure in register if figure.kind == "observation"]
    wanted = {figure.detail.get("indicator", "") for figure in cited}
    rows = observations[observations["indicator"].isin(wanted)]
    days = rows["published"].dt.strftime("%Y-%m-%d")
    known = dict(
        zip(zip(*(rows[key] for key in keys), days, strict=True), rows["value"], strict=True)
    )
    faults = []
    for figure in cited:
        key = (*(figure.detail.get(name, "") for name in keys), figure.detail["published"])
        value = known.get(key)
        if value is None or not _same(value, figure):
            faults.append(
                f"{figure.label}：{figure.text} 在数据库中没有对应的一行"
                f"（{figure.detail['source']} {figure.detail.get('cell', '')}）"
            )
    return tuple(faults)


def _same(value: float, figure: Figure) -> bool:
    return abs(value - figure.value) <= 1e-9 * max(1.0, abs(value))


def _data_faults(element: Any, register: FigureRegister) -> list[str]:
    text, ref = element.text_content().strip(), element.get("data-ref")
    if ref is None or ref not in register:
        return [f"“{text}”标为数字，但登记簿中没有 {ref or '它的编号'}"]
    figure = register.figure(ref)
    if text != figure.text or element.get("value") != repr(figure.value):
        return [f"“{text}”与登记簿中 {ref} 的“{figure.text}”不符"]
    return []


def _prose_lines(texts: Iterable[Marked]) -> list[str]:
    """Text outside the exempt elements, joined across inline markup, one line a block."""
    parts: list[str] = []
    exempt = EXEMPT_TAGS | {"time", "dfn", "data-ref"}
    for text, tags, block in texts:
        parts.append("\n" if block else "")
        parts.append("\0" if tags & exempt else text)
    return unicodedata.normalize("NFKC", "".join(parts)).split("\n")


def _marked_texts(root: Any) -> Iterator[Marked]:
    """Yield every text with the tags that it stands in, and whether a block begins or ends."""
    within: list[frozenset[str]] = [frozenset()]
    for event, element in lxml.etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        block = element.tag in BLOCK_TAGS
        if event == "start":
            traced = element.tag == "data" and element.get("data-ref")
            within.append(within[-1] | {"data-ref" if traced else element.tag})
            yield element.text or "", within[-1], block
            continue
        within.pop()
        if element is not root:
            yield element.tail or "", within[-1], block


def _text_faults(text: str, tags: frozenset[str], names: Collection[str] | None) -> list[str]:
    plain = unicodedata.normalize("NFKC", text) if _wide_digits(text) else text
    if not _has_digit(plain) or tags & EXEMPT_TAGS or "data-ref" in tags:
        return []
    if "time" in tags:
        return [] if PERIODS_ALONE.fullmatch(plain) else [f"“{_short(text)}”不是时期或日期"]
    if "dfn" in tags:
        known = names is None or text.strip() in names
        return [] if known else [f"“{_short(text)}”不是指标目录中的名称"]
    return [f"“{_short(text)}”中的数字没有出处"]


def _wide_digits(text: str) -> bool:
    return any(
        unicodedata.category(character) == "Nd" and not character.isascii() for character in text
    )


def _has_digit(text: str) -> bool:
    """Digits of any script and fractions; list marks such as ① and the 2 of km² are no figures."""
    return any(
        unicodedata.category(character) == "Nd"
        or unicodedata.decomposition(character).startswith("<fraction>")
        for character in text
    )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:77] + "…"
