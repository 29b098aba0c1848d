"""Layout descriptions: what a delivered sheet looks like, as data and not as code.

A description is a TOML file, built in or in the workspace's ``layouts`` folder.
Four kinds cover what is delivered.  A *report* has its figures under headers that
say what they are, and its period in the title or in a column.  *across* has
indicators in rows and periods in columns; *down* has periods in rows and indicators
in columns, known by their names.  A *series* names every column of one workbook.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lianhu_analysis.catalog.remembering import remembered

__all__ = [
    "BUILT_IN",
    "FIGURE_ROLES",
    "AxesLayout",
    "ColumnSpan",
    "Form",
    "January",
    "Layout",
    "Per",
    "ReportColumn",
    "ReportLayout",
    "Role",
    "SeriesColumn",
    "SeriesLayout",
    "SeriesSheet",
    "SeriesTable",
    "fold_header",
]

Role = Literal[
    "name",
    "region",
    "period",
    "span",
    "published",
    "unit",
    "level",
    "growth",
    "reduction",
    "ignore",
]
FIGURE_ROLES = ("level", "growth", "reduction")
ColumnSpan = Literal["", "single", "ytd", "point", "annual", "left", "period"]
Per = Literal["", "month", "quarter"]
Form = Literal["value", "percent", "index", "fraction"]
January = Literal["refuse", "keep"]


@dataclass(frozen=True)
class ReportColumn:
    """One meaning of a column or of the end of a label, known by its wording.

    Attributes
    ----------
    role
        ``reduction`` is a growth column whose positive figures are reductions;
        ``region``, ``period``, ``span`` and ``published`` say it for each row.
    headers
        Regular expressions that the folded header must match as a whole.  Groups
        ``year``, ``month`` and ``quarter`` must agree with the title, or complete it.
    span
        ``left`` takes the span of the nearest level column to the left, ``period``
        that of the row's own period.
    per
        Length of a ``single`` period.
    form, unit
        Of a growth column: in percent unless stated; ``百分点`` as its unit.
    reason
        Why a column of role ``ignore`` is left out, for ``--explain``.
    """

    role: Role
    headers: tuple[re.Pattern[str], ...]
    span: ColumnSpan = ""
    per: Per = ""
    form: Form = "percent"
    unit: str = ""
    reason: str = ""

    def __hash__(self) -> int:
        return hash((self.role, self.span, self.form))  # enough to find one among others


@dataclass(frozen=True)
class ReportLayout:
    """Figures under headers that say what they are.

    Attributes
    ----------
    labels
        Indicator codes of rows that the catalogue's names do not cover, by
        label or, for sub-items, by full path ``parent/child``.
    sheet_indicators
        Pattern of a sheet's name to the code of all its figures, for sheets of one
        indicator with regions in rows.
    header_depth
        Rows of the header; 0: found from the sheet.
    """

    name: str
    origin: str
    digest_text: str
    header_rows: int
    published: re.Pattern[str]
    sheet_unit: re.Pattern[str]
    ignore_rows: tuple[re.Pattern[str], ...]
    ignore_sheets: tuple[re.Pattern[str], ...]
    columns: tuple[ReportColumn, ...]
    labels: Mapping[str, str]
    sheet_indicators: Mapping[re.Pattern[str], str]
    header_depth: int = 0

    def __hash__(self) -> int:
        return hash(self.name)


@dataclass(frozen=True)
class AxesLayout:
    """Periods on one axis and indicators, known by their names, on the other.

    Attributes
    ----------
    kind
        ``across``: periods in columns; ``down``: periods in rows.
    corners
        The folded header of the labels (``across``) or of the periods (``down``).
    metadata
        Rows between header and figures, by the folded text in the first column;
        the value says what a row holds: ``unit``, ``published`` or ``ignore``.
    columns
        What the end of a label may mean; those of a report named by ``vocabulary``
        follow the layout's own.
    span, unit
        Of labels and periods that say none.
    """

    name: str
    origin: str
    digest_text: str
    kind: Literal["across", "down"]
    header_rows: int
    corners: tuple[re.Pattern[str], ...]
    metadata: Mapping[re.Pattern[str], str]
    published: re.Pattern[str]
    sheet_unit: re.Pattern[str]
    ignore_rows: tuple[re.Pattern[str], ...]
    ignore_sheets: tuple[re.Pattern[str], ...]
    columns: tuple[ReportColumn, ...]
    labels: Mapping[str, str]
    vocabulary: str = ""
    span: ColumnSpan = ""
    unit: str = ""

    def __hash__(self) -> int:
        return hash(self.name)


@dataclass(frozen=True)
class SeriesColumn:
    """One column of a series table, known by its letter and its exact header.

    Attributes
    ----------
    form
        ``value`` as it stands, ``percent`` a growth in percent, ``index`` a
        growth with the year before at 100, ``fraction`` a growth in parts of 1.
    january
        What to do with a figure of January, or of February alone, of an indicator
        that has no January:
        refuse it, or keep it where the source truly published one.
    skip
        Why the column is not read; then nothing else is needed.
    """

    column: str
    header: str
    indicator: str = ""
    measure: str = "level"
    span: str = "ytd"
    unit: str = ""
    form: Form = "value"
    january: January = "refuse"
    skip: str = ""


@dataclass(frozen=True)
class SeriesTable:
    """Periods in rows, downwards from below the header to the first blank one."""

    header_row: int
    period_column: str
    period_header: str
    columns: tuple[SeriesColumn, ...]


@dataclass(frozen=True)
class SeriesSheet:
    """A sheet known by its exact name, with the tables that lie on it."""

    name: str
    tables: tuple[SeriesTable, ...]


@dataclass(frozen=True)
class SeriesLayout:
    """A workbook whose sheets each hold tables of one row per period."""

    name: str
    origin: str
    digest_text: str
    sheets: tuple[SeriesSheet, ...]
    ignore_sheets: tuple[re.Pattern[str], ...]


Layout = ReportLayout | AxesLayout | SeriesLayout
BUILT_IN = "内置版式"


def fold_header(text: object) -> str:
    """Fold a header or title to what must agree.

    NFKC, without blanks, brackets, percent signs and colons, one kind of dash:
    ``累计比上年同期 增长（%）`` becomes ``累计比上年同期增长``.
    """
    if isinstance(text, float) and text.is_integer():
        text = int(text)  # a month that stands alone in its cell
    return _fold("" if text is None else str(text))


@remembered
def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    folded = re.sub(r"[—–―−~〜至]+", "-", re.sub(r"\s+", "", folded))
    return re.sub(r"[()%:]", "", folded)
