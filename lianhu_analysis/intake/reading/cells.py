"""What one cell of a statistical table says: a figure, a reason for none, or a fault.

A figure is never guessed, and a sign for "no figure" never becomes zero.
"""

from __future__ import annotations

import datetime as dt
import math
import numbers
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal, NamedTuple, TypeGuard

from lianhu_analysis.catalog.remembering import remembered
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.written import packaged, parse_written

__all__ = ["Reading", "ValueStatus", "is_number", "read_value", "says_direction", "try_to_read"]

ValueStatus = Literal["ok", "not_released", "below_unit", "not_meaningful"]


class Reading(NamedTuple):
    """One cell: its figure (or ``None``), why there is none, and its raw text.

    ``status`` is one of ``observations.STATUSES``; ``value`` is a finite number
    exactly where it is ``ok``.  ``says_percent``: the text itself states a
    percentage (``4.8%``, ``增长1.6倍``), so it is neither a fraction nor an index
    whatever the column holds.
    """

    value: float | None
    status: ValueStatus
    token: str
    says_percent: bool = False


SAME_AS_LAST_YEAR = re.compile(r"同比持平|[与较比]?(?:上年|去年)同[期月]持平")

BLANKS = "\\s\u200b-\u200d\u2060\ufeff"
BLANK = re.compile(rf"[{BLANKS}]+")
INNER_BLANK = re.compile(rf"[0-9.,][{BLANKS}]+[0-9.,]")
FOOTNOTE = re.compile(
    rf"(?:[{BLANKS}]*(?:\*|[①-⑳]|[\[［【〔(（]注[0-9０-９]*[\]］】〕)）]|[\[［【〔][0-9０-９]+[\]］】〕]))+"
    rf"[{BLANKS}]*$"
)
MINUS = str.maketrans("−‐‑–", "----")
NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
PLAIN = re.compile(rf"[+-]?(?:{NUMBER})(?:E[+-]?[0-9]{{1,4}})?")
GROWTH = re.compile(
    rf"(?:同比)?(?:(?P<up>增长|上升|增|↑)|(?P<down>负增长|下降|下滑|降低|降|↓|▼))"
    rf"(?P<number>[+-]?(?:{NUMBER})|[一二两三四五六七八九十])(?P<mark>%|倍)?"
)
NUMERALS = {name: n for n, name in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
# The longest finite number written out has about 1,100 characters.
LONGEST = 1200
QUOTED = 60


@dataclass(frozen=True)
class Fault:
    """Why a text in which a pattern is found is no figure, and what to write instead.

    ``{0}`` is what the first group of the pattern found.
    """

    pattern: re.Pattern[str]
    reason: str
    remedy: str


@dataclass(frozen=True)
class CellWords:
    """``cells.toml``: signs for no figure, and faults."""

    signs: dict[ValueStatus, re.Pattern[str]]
    faults: tuple[Fault, ...]


@cache
def _words() -> CellWords:
    text = packaged("intake/reading/cells.toml")
    return parse_written(text, CellWords, lambda faults: IntakeError("；".join(faults), ""))


def is_number(cell: object) -> TypeGuard[int | float]:
    """Whether a cell holds a number, and no truth value."""
    is_real = isinstance(cell, (int, float)) and not isinstance(cell, bool)
    return is_real and not math.isnan(cell)  # type: ignore[arg-type]


def read_value(token: object, *, unit_is_percent: bool = False) -> Reading:
    """Read one cell.

    - Numbers in any width, with thousands separators or an exponent; a
      footnote mark after them (``12.3*``, ``12.3①``, ``12.3[注]``) is left out.
    - ``5.4%``, ``增长5.4``, ``↓3.2``, ``下降3.2%``, ``同比持平`` (0) and ``增长1.6倍`` (160)
      only where the unit is a percentage.
    - Dashes and ``/``: ``not_meaningful``, as are ``翻番``, ``扭亏`` and the like.
      Ellipses: ``below_unit``.  Blank, ``#N/A``, ``***``: ``not_released``.

    Parameters
    ----------
    token
        The cell as delivered.
    unit_is_percent
        Whether a figure here is a percentage: a growth rate or a share.

    Raises
    ------
    IntakeError
        For a formula's error, a truth value, a date, two numbers, a number with
        a unit of its own, ``持平`` alone, or any other text that is not one figure.
    """
    if isinstance(token, str):
        return _read_text(token, unit_is_percent)
    if token is None or (isinstance(token, float) and math.isnan(token)):
        return Reading(None, "not_released", "")
    if isinstance(token, bool):
        raise IntakeError(f"单元格是逻辑值 {token}，不是数", "请填写数值，或留空")
    if isinstance(token, (dt.date, dt.time, dt.timedelta)):
        why = f"单元格是日期或时间 {token}，不是数"
        cure = "请把单元格格式改为“常规”，核对原来的数后重新填写"
        raise IntakeError(why, cure)
    if not isinstance(token, numbers.Real):
        raise IntakeError(f"单元格的内容（{type(token).__name__}）不是数", "请填写数值，或留空")
    try:
        value = float(token)
    except OverflowError:
        value = math.inf
    if math.isinf(value):
        raise IntakeError("单元格的数大得不能表示", "请核对数值和单位")
    whole = int(value) if value.is_integer() and abs(value) < 1e16 else value
    return Reading(value, "ok", str(token if isinstance(token, numbers.Integral) else whole))


def try_to_read(token: object) -> Reading | None:
    """Read one cell that may hold a percentage; ``None`` if it holds no figure and no sign."""
    try:
        return read_value(token, unit_is_percent=True)
    except IntakeError:
        return None


@remembered
def _read_text(token: str, unit_is_percent: bool) -> Reading:
    if len(token.strip()) > LONGEST:
        raise _refuse(token, "太长，不是一个数", "请只填数值，说明写到备注列")
    if status := _no_figure(_fold(token)):
        return Reading(None, status, token)
    text = FOOTNOTE.sub("", token)
    status = _no_figure(_fold(text))
    if status in ("below_unit", "not_meaningful"):
        return Reading(None, status, token)
    # ² and ½ fold into plain digits: they would change the number unseen.
    if any(unicodedata.category(char) == "No" for char in text):
        raise _refuse(token, "有上标、带圈数字或分数", "请删去脚注号，只留数值")
    if INNER_BLANK.search(unicodedata.normalize("NFKC", text)):
        raise _refuse(token, "数字之间有空格，可能是两个数", "请一格只写一个数，不用空格分节")
    value, says_percent = _figure(token, _fold(text).translate(MINUS))
    if not math.isfinite(value):
        raise _refuse(token, "大得不能表示", "请核对数值和单位")
    if says_percent and not unit_is_percent:
        raise _refuse(token, "是百分比，而这里的单位不是百分比", "请核对这一列的单位和含义")
    return Reading(value, "ok", token, says_percent)


def _fold(text: str) -> str:
    return BLANK.sub("", unicodedata.normalize("NFKC", text)).upper()


def says_direction(token: str) -> bool:
    """Whether a cell says in words or by an arrow which way its figure went: 下降2.3%."""
    return GROWTH.fullmatch(_fold(FOOTNOTE.sub("", token)).translate(MINUS)) is not None


def _no_figure(folded: str) -> ValueStatus | None:
    signs = _words().signs.items()
    return next((status for status, sign in signs if sign.fullmatch(folded)), None)


def _figure(token: str, folded: str) -> tuple[float, bool]:
    """Return the figure, and whether the text itself says that it is a percentage."""
    if PLAIN.fullmatch(folded):
        return float(folded.replace(",", "")) + 0.0, False  # -0 is 0
    if SAME_AS_LAST_YEAR.fullmatch(folded):
        return 0.0, True
    if folded.endswith("%") and PLAIN.fullmatch(folded[:-1]):
        return float(folded[:-1].replace(",", "")), True
    if growth := GROWTH.fullmatch(folded):
        return _growth(token, growth), True
    raise _explain(token, folded)


def _growth(token: str, found: re.Match[str]) -> float:
    number, times = found["number"].replace(",", ""), found["mark"] == "倍"
    signed = number[0] in "+-"
    if found["down"] and (signed or times):
        raise _refuse(token, "的方向相互矛盾，或降幅超过全部", "请填写带正负号的增速，如 -3.2")
    if times and signed:
        raise _refuse(token, "的倍数带有正负号", "请填写带正负号的增速，如 160")
    if number in NUMERALS:
        if not times:
            raise _refuse(token, "不是用数字写的", "请填写数字，如 5.4")
        number = str(NUMERALS[number])
    # In decimal: 1.1 times is 110, not 110.00000000000001.
    growth_pct = float(Decimal(number) * (100 if times else 1))
    return -growth_pct if found["down"] else growth_pct


def _explain(token: str, folded: str) -> IntakeError:
    """Say what is wrong with a text that is no figure, and what to write instead."""
    found = ((fault, fault.pattern.search(folded)) for fault in _words().faults)
    fault, groups = next((fault, match.groups()) for fault, match in found if match)
    return _refuse(token, fault.reason.format(*groups), fault.remedy.format(*groups))


def _refuse(token: str, reason: str, remedy: str) -> IntakeError:
    shown = token if len(token) <= QUOTED else f"{token[:QUOTED]}…"
    return IntakeError(f"“{shown}”{reason}", remedy)
