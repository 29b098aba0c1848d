"""Statistical periods, and reading them as Chinese statistics write them.

Texts that could mean two things are refused, because a figure under the wrong
period looks like any other figure.
"""

from __future__ import annotations

import datetime as dt
import math
import numbers
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, NoReturn

from lianhu_analysis.catalog.reference_period import Frequency, Period, ReadPeriod, Span
from lianhu_analysis.errors import PeriodError

__all__ = ["Frequency", "Period", "ReadPeriod", "Span", "parse_period"]


def parse_period(
    text: object,
    *,
    year: int | None = None,
    default_span: SpanInYear = "single",
) -> ReadPeriod:
    """Read a cell or text as one period.

    - ``1-9月``, ``前三季度``, ``上半年`` are ``ytd``, and a range must start at 1;
      ``三季度`` is ``single``; ``9月末``, ``年末`` are ``point``; ``全年``,
      ``2024年`` are ``annual``.  ``1-9`` without a word means months.
    - ``9月``, ``201003``, ``2021Q4``, ``一季度``, ``截至10月`` do not say: ``default_span``.
    - A number of five digits is an Excel date (36526-73050, the years 2000-2099),
      one of four digits a year.  ``2024.1`` is refused: it may be ``2024.10``.
    - A date must be the first or last day of its month.  Any other day is a day of
      release, or ``1-8`` (月) that a spreadsheet turned into 8 January.
    - A day written with 日 means that day: its month, as ``point``.  The first of
      a month is refused, because it also means the end of the month before.

    Parameters
    ----------
    text
        Text, date, or number as delivered.
    year
        Used where the text states no year.
    default_span
        Used where the text does not say.

    Raises
    ------
    PeriodError
        Quoting the text and saying what to do, for anything that is not one period.
    """
    case = _Case(_shorten(text), year, default_span)
    try:
        return _read(text, case)
    except PeriodError as error:
        if case.quoted in str(error):
            raise
        raise case.refuse(str(error)) from error


@dataclass(frozen=True)
class _Case:
    """One call's text, as quoted to the user, and its context."""

    quoted: str
    year: int | None
    default_span: SpanInYear

    def refuse(self, reason: str) -> PeriodError:
        return PeriodError(f"读不懂报告期“{self.quoted}”：{reason}")


@dataclass(frozen=True)
class _Wording:
    """A text taken apart: ``[截至]`` year mark name ``[末][累计]``."""

    year: int | None
    mark: str
    name: str
    word: str | None
    is_end: bool
    until: bool


@dataclass(frozen=True)
class _Part:
    """The part of a year that a text names; ``span`` only where it says so."""

    frequency: Frequency
    number: int
    span: Span | None = None
    can_end: bool = True


SpanInYear = Literal["ytd", "single"]
EMPTY = "是空的。请填写报告期，如 2024年1-9月"
LONGEST = 60
DASHES = "-‐‑‒–—―─−ー~〜∼"
RANGE = re.compile(rf"[{DASHES}]+|(?<!截)[至到]")
BLANKS = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
MIDNIGHT = re.compile(r"(?<=[0-9])[\sT]+00?:00(?::00(?:\.0+)?)?$")
FOOTNOTE = re.compile(r"(?:[*①-⑳⁰¹²³⁴-⁹]|[\[（(【]注[0-9]*[\]）)】])+$")
RAISED_DIGIT = re.compile("[⁰¹²³⁴-⁹₀-₉]")
NUMERALS = {name: str(n) for n, name in enumerate("一二三四五六七八九十", 1)} | {
    "十一": "11",
    "十二": "12",
    "两": "2",
}
NUMERAL_RUN = re.compile(r"(?<![0-9])[〇零一二两三四五六七八九十]+(?![0-9])")
YEAR_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
SPAN_WORD = r"\(?(累计|当月|单月|当季|单季)[值数]?\)?"
RELATIVE = re.compile(r"(1-|年初-)?本[月期]|本年|本季度?")


def _read(text: object, case: _Case) -> ReadPeriod:
    if isinstance(text, dt.date) and not math.isnan(text.year):  # NaT is a date, too
        return _month_of_date(text.year, text.month, text.day, case)
    folded = _fold(_as_text(text, case), case)
    if folded.isascii() and folded.isdigit():
        return _read_digits(folded, case)
    until = folded.startswith("截至")
    folded = folded.removeprefix("截至")
    if day := re.fullmatch(r"(?:([0-9]{4})年?)?([0-9]{1,2})月([0-9]{1,2})[日号]", folded):
        return _month_of_day(day[1], day[2], day[3], case)
    if day := re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})[日号]", folded):
        return _month_of_day(day[1], day[2], day[3], case)
    if date := re.fullmatch(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})", folded):
        stated, mark, month, number = date.groups()
        if mark == "-" and month == "1" and re.fullmatch("[1-9]|1[0-2]", number):
            raise case.refuse(
                f"可以是 1 月 {number} 日，也可以是 1—{number} 月。"
                f"若指累计，请写成 {stated}年1-{number}月"
            )
        return _month_of_date(int(stated), int(month), int(number), case)
    return _read_words(folded, until, case)


def _read_words(folded: str, until: bool, case: _Case) -> ReadPeriod:
    folded, word = _split_span_word(folded, case)
    stated, mark, rest = _split_year(folded, case)
    name = rest.removesuffix("止")
    is_end = name.endswith(("末", "底"))
    said = _Wording(stated, mark, name[:-1] if is_end else name, word, is_end, until)
    part = _match_part(said, case)
    span = _settle_span(part, said, case)
    return ReadPeriod(Period(_known_year(stated, case), part.frequency, part.number), span)


def _known_year(stated: int | None, case: _Case) -> int:
    year = case.year if stated is None else stated
    if year is None:
        raise case.refuse("缺少年份。请在文字里写上年份（如 2024年），或在标题、工作表名中写明")
    return year


def _as_text(value: object, case: _Case) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, dt.date) or _is_nan(value):
        raise case.refuse(EMPTY)
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if number.is_integer() and 0 <= number < 1e9:
            return str(int(number))
        raise case.refuse("这个数不是报告期。请把单元格改为文本，如 2024年10月")
    raise case.refuse("不是文字、日期或数字。请填写报告期，如 2024年1-9月")


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _fold(text: str, case: _Case) -> str:
    if len(text.strip()) > LONGEST:
        raise case.refuse("太长，不是一个报告期。请只写年和月，如 2024年1-9月")
    text = FOOTNOTE.sub("", MIDNIGHT.sub("", text.strip()))
    if RAISED_DIGIT.search(text):
        raise case.refuse("中间有上标或下标数字。请删去脚注号")
    text = unicodedata.normalize("NFKC", text).strip().upper()
    text = re.sub(r"^(Q[1-4]|H1)\s+(?=[0-9]{4}$)", r"\1-", text)
    text = re.sub(r"(?<![0-9])([0-9]{4})\s+(?=[0-9])", r"\1年", text)
    if re.search(r"[0-9]\s+[0-9]", text):
        raise case.refuse("两个数字之间有空格。请删去空格，或写成 2024年1-9月 的形式")
    text = BLANKS.sub("", text)
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1]
    if not text:
        raise case.refuse(EMPTY)
    text = re.sub("截[至止]到?", "截至", text)
    text = re.sub(r"(?<![0-9])([0-9]{4})(?=[一二三四五六七八九十])", r"\1年", text)
    text = NUMERAL_RUN.sub(_numeral, text)
    text = RANGE.sub("-", text.replace("個", "个"))
    # 2024年1月-2024年9月 is 2024年1月-9月.
    return re.sub(r"^([0-9]{4})[年./-]([^-]+)-\1[年./-]([^-]+)$", r"\1年\2-\3", text)


def _numeral(found: re.Match[str]) -> str:
    run = found[0]
    if len(run) == 4 and not set(run) & set("十两"):
        return run.translate(YEAR_DIGITS)
    return NUMERALS.get(run, run)


def _read_digits(digits: str, case: _Case) -> ReadPeriod:
    if len(digits) == 4:
        return ReadPeriod(Period(int(digits), "A", 1), "annual")
    if len(digits) == 5 and 36526 <= int(digits) <= 73050:
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(digits))
        return _month_of_date(day.year, day.month, day.day, case)
    if len(digits) == 6:
        return ReadPeriod(Period(int(digits[:4]), "M", int(digits[4:])), case.default_span)
    if len(digits) == 8:
        return _month_of_date(int(digits[:4]), int(digits[4:6]), int(digits[6:]), case)
    if len(digits) <= 2:
        raise case.refuse(f"只有一个数。请写成 {digits}月 或 1-{digits}月")
    raise case.refuse("只有数字，看不出年和月。请写成 2024年9月、2024年1-9月 或 202409")


def _month_of_date(year: int, month: int, day: int, case: _Case) -> ReadPeriod:
    period = Period(year, "M", month)
    if day not in (1, period.end.day):
        raise case.refuse(
            f"{month} 月 {day} 日不是月初或月末，可能是发布日期，也可能是"
            "“1-8”这样的月份被表格软件改成了日期。请把单元格改为文本，写明年和月"
        )
    return ReadPeriod(period, case.default_span)


def _month_of_day(year: str | None, month: str, day: str, case: _Case) -> ReadPeriod:
    period = Period(_known_year(int(year) if year else None, case), "M", int(month))
    if not 1 <= int(day) <= period.end.day:
        raise case.refuse(f"{month} 月没有 {day} 日。请改正日期")
    if int(day) == 1:
        raise case.refuse("某月 1 日可以指上月末，也可以指当月。请写成 9月末 或 10月 的形式")
    return ReadPeriod(period, "point")


def _split_span_word(text: str, case: _Case) -> tuple[str, str | None]:
    words = []
    for pattern in (rf"{SPAN_WORD}$", rf"^{SPAN_WORD}"):
        if found := re.search(pattern, text):
            words.append(found[1])
            text = text[: found.start()] + text[found.end() :]
    if len(set(words)) > 1:
        raise case.refuse("既说累计又说当期。请只保留一种说法")
    text = re.sub(r"^\((.*)\)$", r"\1", text)
    return text, words[0] if words else None


def _split_year(text: str, case: _Case) -> tuple[int | None, str, str]:
    """Return the stated year, the mark after it, and the rest."""
    if tail := re.fullmatch(r"(Q[1-4]|[1-4]Q|H1|1H)[-/.]?([0-9]{4})年?", text):
        return int(tail[2]), "年", tail[1]
    head = re.fullmatch(r"([0-9]{4})(年度?|[-./])?(.*)", text)
    if not head:
        if re.match(r"[0-9]{2}年", text):
            raise case.refuse("年份只有两位。请写足四位，如 2024年")
        return None, "", text
    year, mark, rest = int(head[1]), head[2] or "", head[3]
    if mark == "." and rest == "1":
        raise case.refuse(
            f"{year}.1 也可能是丢了零的 {year}.10。请写成 {year}年1月 或 {year}年10月"
        )
    return year, mark, rest


def _match_part(said: _Wording, case: _Case) -> _Part:
    name = said.name
    if name in ("上半年", "H1", "1H"):
        return _Part("Q", 2, "ytd")
    if name in ("下半年", "H2", "2H"):
        raise case.refuse("下半年不从 1 月开始，不是累计口径。请改报全年或三、四季度")
    if name in ("全年", "年度") or (name == "年" and said.is_end):
        return _Part("A", 1, "annual", can_end=name == "年")
    if name == "" and said.year is not None and said.word is None:
        return _Part("A", 1)
    alone = (name == "" and said.word) or (name in ("期", "月") and said.is_end)
    if alone or RELATIVE.fullmatch(name):
        raise case.refuse("只相对于标题才有意义。请在标题中写明年和月（如 2024年9月），或在此写明")
    return _match_quarter(name, case) or _match_month(name, said.mark, case) or _no_part(said, case)


def _match_quarter(name: str, case: _Case) -> _Part | None:
    if found := re.fullmatch(r"第?([0-9])(?:季度?)?-第?([0-9])季度?|Q([0-9])-Q?([0-9])", name):
        first, last = (int(group) for group in found.groups() if group)
        return _so_far("Q", first, last, case)
    if found := re.fullmatch(r"[前头]([0-9])个?季度?", name):
        return _first_of("Q", int(found[1]), case)
    if found := re.fullmatch(r"第?([0-9]{1,2})季度?", name):
        return _Part("Q", int(found[1]), None if found[1] == "1" else "single")
    if found := re.fullmatch(r"Q([0-9])|([0-9])Q", name):
        return _Part("Q", int(found[1] or found[2]))
    return None


def _match_month(name: str, mark: str, case: _Case) -> _Part | None:
    if found := re.fullmatch(r"([0-9]{1,2})(?:月份?)?-([0-9]{1,2})(?:月份?)?", name):
        return _so_far("M", int(found[1]), int(found[2]), case)
    if found := re.fullmatch(r"[前头]([0-9]{1,2})个?月份?", name):
        return _first_of("M", int(found[1]), case)
    if found := re.fullmatch(r"([0-9]{1,2})月份?|M([0-9]{1,2})", name):
        return _Part("M", int(found[1] or found[2]))
    if mark and re.fullmatch(r"[0-9]{1,2}", name):
        return _Part("M", int(name))
    return None


def _so_far(frequency: Frequency, first: int, last: int, case: _Case) -> _Part:
    if first != 1:
        raise case.refuse(
            "不是从年初开始的累计。请改报从 1 月（一季度）开始的累计数，或单月（季）数"
        )
    return _Part(frequency, last, "ytd", can_end=False)


def _first_of(frequency: Frequency, last: int, case: _Case) -> _Part:
    if last == 1:
        raise case.refuse("可以指上一期，也可以指年初第一期。请写明是哪一月或哪一季")
    return _Part(frequency, last, "ytd", can_end=False)


def _no_part(said: _Wording, case: _Case) -> NoReturn:
    name = said.name
    another_year = said.year is not None and re.search(r"[0-9]{4}", name)
    if another_year or len(re.findall(r"[0-9]+(?:月|季|Q|年)|半年", name)) > 1:
        raise case.refuse("含有不止一个报告期。请分开，一格只写一个")
    if re.search("上年|去年|上月|上期", name):
        raise case.refuse("说的是另一期。请写明它的年和月")
    raise case.refuse("不是认得的写法。请写成 2024年9月、2024年1-9月、2024年前三季度 或 2024年")


def _settle_span(part: _Part, said: _Wording, case: _Case) -> Span:
    if said.word == "累计":
        return "annual" if part.frequency == "A" else "ytd"
    if said.word:
        wrong_length = said.word.endswith("月") != (part.frequency == "M")
        if said.is_end or wrong_length or part.span in ("ytd", "annual"):
            raise case.refuse(f"与“{said.word}”相互矛盾。请只保留一种说法")
        return "single"
    if said.is_end and not part.can_end:
        raise case.refuse("既是一段时间又是期末。请写成 9月末 或 1-9月")
    if said.is_end:
        return "point"
    if part.span is None and part.frequency == "A":
        return "point" if said.until else "annual"
    return part.span or case.default_span


def _shorten(text: object) -> str:
    if isinstance(text, str):
        return text if len(text) <= 40 else f"{text[:40]}…"
    if isinstance(text, (dt.date, bool, float)) or (isinstance(text, int) and abs(text) < 1e18):
        return str(text)
    return "" if text is None else type(text).__name__
