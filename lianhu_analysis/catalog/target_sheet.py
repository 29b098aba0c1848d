"""A targets sheet (CSV or Excel): its rows as the mappings that a targets file has, with their cells."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from lianhu_analysis.errors import WorkspaceError

__all__ = ["HEADS", "NUMBERS", "SUFFIXES", "Sheet", "read_sheet"]

SUFFIXES = (".csv", ".xlsx")
NUMBERS = ("value", "tolerance", "upper", "plan")
HEADS = {
    "indicator": "指标", "measure": "口径", "year": "年份", "value": "目标值", "upper": "上限",
    "rule": "规则", "tolerance": "容差", "unit": "单位", "title_zh": "名称", "source": "来源",
    "address": "网址", "basis": "依据", "decimals": "小数位", "in_force": "生效日",
    "set_by": "下达单位", "in_charge": "责任部门", "plan": "年度计划",
}  # fmt: skip
FIELDS = {**{head: name for name, head in HEADS.items()}, **{name: name for name in HEADS}}
WORDS = {
    "不低于": "at_least", "左右": "about", "不高于": "at_most", "不超过": "at_most",
    "区间": "range", "增速": "yoy", "数量": "level", "公布": "published_fact", "转载": "second_hand",
}  # fmt: skip
FIGURE = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
WHOLE = re.compile(r"(\d+)(\.0+)?年?")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?( 00:00:00)?")


@dataclass(frozen=True)
class Sheet:
    """What a targets sheet says.

    Attributes
    ----------
    rows
        Fields of each target; what cannot be read as its field wants it stays text.
    places
        The row of each on the sheet, in words.
    columns
        Head and column of each field, in words.
    faults
        What is wrong with the sheet itself.
    """

    rows: Sequence[Mapping[str, Any]]
    places: Sequence[str]
    columns: Mapping[str, str]
    faults: Sequence[str]


def read_sheet(path: Path) -> Sheet:
    """Read the first sheet of a file; its first row holds the heads.

    Raises
    ------
    WorkspaceError
        If the file is no such table.
    """
    from openpyxl.utils import get_column_letter

    heads, *lines = _cells(path)
    letters = [get_column_letter(number) for number in range(1, len(heads) + 1)]
    named = [FIELDS.get(_plain(head), "") for head in heads]
    columns = {name: f"{head}（没有这一列）" for name, head in HEADS.items()}
    columns |= {n: f"{h}（{x} 列）" for n, h, x in zip(named, heads, letters, strict=True) if n}
    faults = [
        f"{x}1：不认识的表头 {head!r}。可用 {'、'.join(HEADS.values())}；不用的列请删去"
        for x, head, name, *below in zip(letters, heads, named, *lines, strict=True)
        if not name and any((head, *below))
    ]
    twice = {name for name in named if name and named.count(name) > 1}
    faults += [f"{columns[name]}：这一列不止一处。请只留一处" for name in sorted(twice)]
    rows, places = [], []
    for number, line in enumerate(lines, start=2):
        given = {name: text for name, text in zip(named, line, strict=True) if name and text}
        if given:
            percent = _plain(given.get("unit", "")) == "%"
            rows.append({name: _read(name, text, percent) for name, text in given.items()})
            places.append(f"第 {number} 行")
        faults += [
            f"第 {number} 行 {columns[name]}：公式没有算出的结果。请在 Excel 中打开、保存后重试，或填上结果"
            for name, text in given.items()
            if text.startswith("=")
        ]
    return Sheet(rows, places, columns, faults)


def _cells(path: Path) -> list[list[str]]:
    """Every cell as text: a percentage with its sign, a formula that has no result as it is."""
    import pandas as pd
    from openpyxl import load_workbook

    as_text: Any = {"header": None, "dtype": str, "keep_default_na": False}
    try:
        if path.suffix.lower() == ".csv":
            raw = path.read_bytes()
            try:
                text = raw.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = raw.decode("gb18030")
            frame = pd.read_csv(StringIO(text), skip_blank_lines=False, **as_text)
            return [[text.strip() for text in line] for line in frame.fillna("").to_numpy()]
        frame = pd.read_excel(path, engine="calamine", **as_text)
        sheet = load_workbook(path).worksheets[0]
    except FileNotFoundError:
        raise
    except Exception as error:  # each library has its own errors of a damaged file
        told = f"目标文件 {path} 读不出（{str(error).strip()}）。请核对各行的列数，或另存为 xlsx 后重试"
        raise WorkspaceError(told) from error
    # What has no value is not in the frame, and may be a formula.
    whole = frame.reindex(index=range(sheet.max_row), columns=range(sheet.max_column)).fillna("")
    return [
        [_text(sheet.cell(row, column), text.strip()) for column, text in enumerate(line, 1)]
        for row, line in enumerate(whole.to_numpy(), 1)
    ]


def _text(cell: Any, text: str) -> str:
    if cell.data_type == "f" and not text:
        return str(cell.value)
    # A quoted "%" is only printed: its cell holds 6, not 0.06.
    percentage = "%" in re.sub(r'"[^"]*"|\\.', "", cell.number_format) and FIGURE.fullmatch(text)
    return f"{100 * float(text):.10g}%" if percentage else text


def _plain(text: str) -> str:
    """Write full-width letters, digits and signs in the common way."""
    return unicodedata.normalize("NFKC", text).strip()


def _read(name: str, text: str, percent: bool) -> Any:
    plain = _plain(text)
    if name in NUMBERS:
        figure = plain.removesuffix("%") if percent else plain
        return float(figure.replace(",", "")) if FIGURE.fullmatch(figure) else text
    if name in ("year", "decimals"):
        whole = WHOLE.fullmatch(plain)
        return int(whole[1]) if whole else text
    if name == "in_force":
        day = DAY.fullmatch(plain)
        try:
            return dt.date(*map(int, day.groups()[:3])) if day else text
        except ValueError:
            return text
    if name in ("measure", "rule", "basis"):
        return WORDS.get(plain, plain)
    return plain if name in ("indicator", "unit") else text
