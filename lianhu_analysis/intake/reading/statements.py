"""Lines above a table: what they are titled, and what they state behind a label.

``莲湖区2024年1-9月主要指标 单位：万元 发布日期：2024-10-22`` is a title and two statements,
whether they share a cell, or the value stands in the cell beside its label.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator

from lianhu_analysis.catalog.remembering import remembered
from lianhu_analysis.intake.grids.grid import Grid, cell_address
from lianhu_analysis.intake.reading.cells import is_number
from lianhu_analysis.intake.reading.words import fold

__all__ = [
    "Line",
    "days_in",
    "head_lines",
    "is_statement",
    "stated_day",
    "statements",
    "title_part",
]

Line = tuple[str, str]

LABEL = re.compile(
    r"(?:计量|计算|金额|填报|填表|制表|制|报送|报出|上报|编制|编报|汇总|主管|责任|牵头|提供|发布|公布|印发|打印"
    r"|更新|数据|资料|审核|联系|统计|报告)?"
    r"(?:日期|时间|单位|来源|机构|部门|制表|填报|报送|审核|电话|(?<=发布)日|(?<=公布)日)人?\s*:"
)
# Labels whose value may stand in the cell beside them even without a colon.
BARE_LABEL = re.compile(r"(?:发布|公布|报送)(?:日期?|时间)|(?:计量)?单位")
# What 续表（全市） says besides that a table goes on.
CONTINUED = re.compile(r"^\s*续上?表[一二三四五六七八九十\d]*\s*[(（]([^()（）]+)[)）]\s*$")
DAY = re.compile(
    r"(?<!\d)(?P<y>\d{4})(?P<mark>[-/.])(?P<m>\d{1,2})(?P=mark)(?P<d>\d{1,2})(?![\d月])"
    r"|(?<!\d)(?P<ys>\d{4})年(?P<ms>\d{1,2})月(?P<ds>\d{1,2})(?!\d|月)"
    r"|(?<!\d)(?P<y8>20\d{2})(?P<m8>\d{2})(?P<d8>\d{2})(?!\d)"
)
FIRST_SERIAL, LAST_SERIAL = 36_526, 73_050  # the years 2000-2099
SERIAL_ZERO = dt.date(1899, 12, 30)


def title_part(text: str) -> str:
    """Return a line without what it states behind labels, folded and without blanks."""
    folded = fold(text)
    found = LABEL.search(folded)
    return folded[: found.start()].rstrip("([【〔,;、|") if found else folded


def statements(text: str) -> list[str]:
    """Return the parts of a line that each begin with a label, as ``单位:万元``."""
    folded = unicodedata.normalize("NFKC", text)
    starts = [found.start() for found in LABEL.finditer(folded)]
    ends = [*starts, len(folded)][1:]
    return [_trim(folded[a:b]) for a, b in zip(starts, ends, strict=True)]


def _trim(part: str) -> str:
    part = part.strip(" \t\r\n,;、|([【〔")
    for opening, closing in ("()", "[]", "【】", "〔〕"):
        if part.endswith(closing) and part.count(opening) < part.count(closing):
            part = part[:-1].rstrip()
    return part


@remembered
def is_statement(text: str) -> bool:
    """Whether a text only states something of the table: a unit, an office, a day."""
    folded = fold(text)
    if LABEL.search(folded):
        return not title_part(text)
    return bool(DAY.fullmatch(folded.rstrip("日")))


def head_lines(grid: Grid, first: int, last: int) -> list[Line]:
    """Return address and text of every text cell of some rows.

    A label without a value takes that of the next filled cell on its right.
    """
    return [
        (cell_address(row, column), CONTINUED.sub(r"\1", _with_value(grid, row, column, str(cell))))
        for row in range(first, last)
        for column, cell in enumerate(grid.rows[row])
        if isinstance(cell, str) and cell.strip()
    ]


def _with_value(grid: Grid, row: int, column: int, text: str) -> str:
    folded = fold(text)
    bare = BARE_LABEL.fullmatch(folded) is not None
    if not bare and not (folded.endswith(":") and LABEL.search(folded)):
        return text
    label = text.rstrip() + (":" if bare else "")
    filled = (cell for cell in grid.rows[row][column + 1 :] if cell not in (None, ""))
    value = next((str(shown) for cell in filled if (shown := _shown(grid, cell))), "")
    if not value or LABEL.search(unicodedata.normalize("NFKC", value)):
        return label
    return f"{label}{value}"


def _shown(grid: Grid, cell: object) -> object:
    """Return a cell as text; a count of days as the day that a spreadsheet shows for it."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if is_number(cell) and FIRST_SERIAL <= cell <= LAST_SERIAL:
        return cell if grid.dates_from_1904 else SERIAL_ZERO + dt.timedelta(days=int(cell))
    return cell.strip() if isinstance(cell, str) else cell


def days_in(text: str) -> Iterator[dt.date]:
    """Yield the days that a text writes out: 2024-10-22, 2024年10月22日, 20241022."""
    folded = unicodedata.normalize("NFKC", text)
    folded = re.sub(r"(?<=\d)\s*([-/.年月])\s*(?=\d)", r"\1", folded)
    for found in DAY.finditer(folded):
        digits = [part for part in found.groups() if part and part.isdigit()]
        try:
            yield dt.date(*(int(part) for part in digits))
        except ValueError:
            continue


def stated_day(cell: object) -> dt.date | None:
    """Return the one day that a date or a text states; ``None`` if it is none or several."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    found = set(days_in(str(cell)))
    return found.pop() if len(found) == 1 else None
