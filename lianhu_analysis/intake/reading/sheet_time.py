"""The time that a sheet is about: from its title, its name, its file and its folder.

A year under the wrong month looks like any other figure, so whatever is stated
twice must agree, and a number that may as well be a day of delivery is no year.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from lianhu_analysis.catalog.periods import Period, parse_period
from lianhu_analysis.errors import IntakeError, PeriodError
from lianhu_analysis.intake.reading.statements import title_part
from lianhu_analysis.intake.reading.titles import EVENT, title_period

__all__ = ["SheetTime", "resolve_time", "sheet_time"]

RANGE = r"\d{1,2}月?(?:份)?[-—–―－~～至]+\d{1,2}(?:月份?|季度)"
# A month or quarter whose year stands elsewhere.
PART = re.compile(
    rf"(?<![\d年.])(?:{RANGE}|\d{{1,2}}月[末底]|\d{{1,2}}月份?|上半年"
    r"|前[一二三两\d]+个?季度|第?[一二三四1-4]季度末?|[前头]\d{1,2}个?月|全年)"
)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?:年度?|n(?![a-z]))")
PINYIN_MONTH = re.compile(r"(?<!\d)(\d{1,2})yf(?![a-z])")
COMPACT = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])(?!\d)")
ISO_MONTH = re.compile(r"(?<!\d)(20\d{2})[-_.](0[1-9]|1[0-2])(?![\d]|[-_.]\d)")
LONE_YEAR = re.compile(r"(?<![\d.-])((?:19|20)\d{2})(?![\d]|[-_.]\d|年|n)")
DAY = re.compile(
    r"(?<!\d)20\d{2}(?:([-_.])\d{1,2}\1\d{1,2}|年\d{1,2}月\d{1,2}日|(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]))(?!\d)"
    r"|\d{1,2}月\d{1,2}[日号]"
)


@dataclass(frozen=True)
class Clue:
    """What one place says: a year, a part of a year, or both.

    ``month_hint`` is a month that may as well be the month of delivery.
    """

    where: str
    text: str
    year: int | None = None
    part: Period | None = None  # of any year: only its frequency and number count
    month_hint: int | None = None


@dataclass(frozen=True)
class SheetTime:
    """Year and, where it is stated, period of a sheet.

    Attributes
    ----------
    only_year
        The period is a year because nothing more was said.
    hints
        Months that must be confirmed by a header before their year counts.
    """

    year: int | None
    period: Period | None
    only_year: bool = False
    hints: tuple[tuple[int, int], ...] = field(default=())


def sheet_time(
    titles: Iterable[str],
    sheet: str = "",
    file: str = "",
    folders: Iterable[str] = (),
    pinned: Period | None = None,
) -> SheetTime:
    """Return what is known of a sheet's time before its header is read.

    Titles come first, then the sidecar's period, the sheet's name, the file's and
    the folders', the nearest first.

    Raises
    ------
    IntakeError
        If two of them contradict each other.
    """
    titles = list(titles)
    title = _title_clue(titles)
    around = [
        _clue("工作表名", sheet, is_path=False),
        _clue("文件名", file, is_path=True),
        *(_clue("文件夹名", name, is_path=True) for name in folders),
    ]
    settled = pinned is not None and (title.year is None or _agrees(title, _of(pinned)))
    clues = [title, *([_of(pinned)] if pinned and title.year is None else [])]
    for clue in around:
        if clue.where == "工作表名" or not settled:
            _refuse_contradiction(clues, clue)
        clues.append(clue)
    year = next((clue.year for clue in clues if clue.year is not None), None)
    part = next((clue.part for clue in clues if clue.part is not None), None)
    hints = tuple((c.year, c.month_hint) for c in clues if c.year and c.month_hint)
    confirmed = next((c.year for c in clues if c.year is not None and not c.month_hint), None)
    if year is None:
        return SheetTime(None, None)
    if confirmed is None:
        return SheetTime(None, None, hints=hints)
    if part is None:
        return SheetTime(confirmed, Period(confirmed, "A", 1), only_year=True)
    return SheetTime(confirmed, Period(confirmed, part.frequency, part.number))


def resolve_time(time: SheetTime, years: set[int], months: set[int]) -> SheetTime:
    """Complete a sheet's time by what its headers state.

    Parameters
    ----------
    years, months
        Stated in the headers of this year's columns.
    """
    if time.period is not None and not time.only_year:
        return time
    month = next(iter(months)) if len(months) == 1 else None
    year = time.year
    if year is None and len(years) == 1:
        year = next(iter(years))
    if year is None and month is not None:
        hinted = {y for y, m in time.hints if m == month}
        year = next(iter(hinted)) if len(hinted) == 1 else None
    if year is None or month is None:
        return time
    return SheetTime(year, Period(year, "M", month))


def _title_clue(titles: list[str]) -> Clue:
    period = title_period(titles)
    shown = "；".join(title.strip() for title in titles if title.strip())[:60]
    if period is not None and period.frequency != "A":
        return Clue("标题", shown, period.year, period)
    # Year and part may stand apart: 2016年莲湖区1-9月, or on two lines.
    parts: dict[int, Period] = {}
    for title in titles:
        parts |= _parts(DAY.sub(" ", EVENT.sub(" ", title_part(title))))
    part = next(iter(parts.values())) if len(parts) == 1 else None
    return Clue("标题", shown, period.year if period else None, part)


def _clue(where: str, name: str, *, is_path: bool) -> Clue:
    """Read a name; in a path, figures without 年 may be a delivery's."""
    text = EVENT.sub(" ", DAY.sub(" ", _fold(name)))
    part, year = _part(text), None
    if found := YEAR.search(text):
        year = int(found[0][:4])
    if month := PINYIN_MONTH.search(text):
        part = Period(2000, "M", int(month[1])) if 1 <= int(month[1]) <= 12 else part
    if year is None and (found := COMPACT.search(text) or ISO_MONTH.search(text)):
        year = int(found[1])
        if is_path:
            return Clue(where, name, year, None, int(found[2]))
        part = part or Period(2000, "M", int(found[2]))
    if year is None and (found := LONE_YEAR.search(text)):
        year = int(found[1])
    return Clue(where, name, year, part)


def _of(period: Period | None) -> Clue:
    if period is None:
        return Clue("delivery.toml", "")
    return Clue("delivery.toml", str(period), period.year, period)


def _part(text: str) -> Period | None:
    """Return the one part of a year that a text states."""
    found = _parts(text)
    return next(iter(found.values())) if len(found) == 1 else None


def _parts(text: str) -> dict[int, Period]:
    """Return the parts of a year that a text states, by the month that they end with."""
    found: dict[int, Period] = {}
    for match in PART.finditer(YEAR.sub(" ", text)):
        try:
            period = parse_period(match[0], year=2000).period
        except PeriodError:
            continue
        found[period.end.month] = period
    return found


def _agrees(one: Clue, other: Clue) -> bool:
    if one.year and other.year and one.year != other.year:
        return False
    return not (one.part and other.part and one.part.end.month != other.part.end.month)


def _refuse_contradiction(clues: list[Clue], clue: Clue) -> None:
    if clue.month_hint:
        return
    for earlier in clues:
        if earlier.month_hint or _agrees(earlier, clue):
            continue
        # A yearly figure comes out in a later year's file; and a lone year names no report.
        yearly = earlier.part is None and clue.year and earlier.year and clue.year > earlier.year
        lone = clue.part is None and not YEAR.search(_fold(clue.text))
        if clue.where in ("文件名", "文件夹名") and (yearly or lone):
            continue
        raise IntakeError(
            f"{earlier.where}“{earlier.text}”与{clue.where}“{clue.text}”说的不是同一个时期",
            "请核对并改正其中之一；标题无误的，也可在 delivery.toml 写明 period",
        )


def _fold(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
