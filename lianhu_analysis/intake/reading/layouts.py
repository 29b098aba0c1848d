"""Descriptions of workbooks that no reader can know: ``kind = "series"``.

A description names each sheet, and each column by letter and header, so that a renamed
sheet or a moved column is refused with what was expected and what was found.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from lianhu_analysis.catalog.remembering import remembered
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.workspace import Workspace

__all__ = [
    "SeriesColumn",
    "SeriesLayout",
    "SeriesSheet",
    "SeriesTable",
    "choose_layout",
    "fold_header",
    "load_layouts",
]

T = TypeVar("T")
Form = Literal["value", "percent", "index", "fraction"]
January = Literal["refuse", "keep"]


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


def load_layouts(workspace: Workspace) -> tuple[SeriesLayout, ...]:
    """Return the workspace's descriptions by name.

    Raises
    ------
    IntakeError
        Naming file and field, if a description is wrong.
    """
    folder = workspace.layouts
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    return tuple(_read(path.stem, workspace.relative(path), path.read_bytes()) for path in files)


def choose_layout(layouts: Iterable[SeriesLayout], name: str, workspace: Workspace) -> SeriesLayout:
    """Return the one of some descriptions that has a name.

    Raises
    ------
    IntakeError
        Naming those that there are, if there is none such.
    """
    found = {layout.name: layout for layout in layouts}
    if name not in found:
        raise IntakeError(
            f"没有名为 {name!r} 的版式说明",
            f"现有：{'、'.join(sorted(found)) or '无'}。请改正 delivery.toml 的 layout，"
            f"或在 {workspace.relative(workspace.layouts)} 中新建 {name}.toml",
        )
    return found[name]


def _read(name: str, origin: str, data: bytes) -> SeriesLayout:
    try:
        text = data.decode("utf-8-sig")
        table = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise IntakeError(f"版式说明 {origin} 不是有效的 TOML：{error}", "请改正后重试") from error
    kind = table.pop("kind", None)
    table.pop("description", None)
    if kind != "series":
        raise IntakeError(
            f"版式说明 {origin}：kind = {kind!r} 不认识；一般的表不用说明就能读",
            '只有描述某一本工作簿的 kind = "series" 还要写；用词和指标的别名请写到工作区的 words.toml',
        )
    return _build(
        SeriesLayout,
        origin,
        {"ignore_sheets": []} | table,
        fixed={"name": name, "origin": origin, "digest_text": text},
        convert={
            "sheets": lambda value: tuple(_series_sheet(origin, item) for item in value),
            "ignore_sheets": lambda value: tuple(_pattern(origin, item) for item in value),
        },
    )


def _series_sheet(origin: str, table: dict[str, Any]) -> SeriesSheet:
    where = f"{origin} 的工作表“{table.get('name', '?')}”"
    return _build(
        SeriesSheet,
        where,
        table,
        convert={
            "tables": lambda value: tuple(
                _build(
                    SeriesTable,
                    f"{where} 第 {number} 个 tables",
                    item,
                    convert={"columns": lambda columns: _series_columns(where, columns)},
                )
                for number, item in enumerate(value, 1)
            )
        },
    )


def _series_columns(origin: str, value: list[dict[str, Any]]) -> tuple[SeriesColumn, ...]:
    columns = []
    for item in value:
        where = f"{origin} 的 {item.get('column', '?')} 列"
        column = _build(SeriesColumn, where, item, choices={"form": Form, "january": January})
        if not column.skip and not (column.indicator and column.unit):
            raise IntakeError(
                f"版式说明 {where} 没有写 indicator 和 unit", "请补上，或用 skip 写明不读的理由"
            )
        if (column.form != "value") != (column.measure == "yoy") and not column.skip:
            raise IntakeError(
                f"版式说明 {where}：measure = {column.measure!r} 与 form = {column.form!r} 不相配",
                "增速列（yoy）请写 form = percent、index 或 fraction，绝对量列（level）不写 form",
            )
        columns.append(column)
    return tuple(columns)


def _build(
    shape: type[T],
    where: str,
    table: Mapping[str, Any],
    *,
    fixed: Mapping[str, Any] | None = None,
    convert: Mapping[str, Callable[[Any], Any]] | None = None,
    choices: Mapping[str, Any] | None = None,
) -> T:
    """Build one dataclass from a TOML table, naming what is unknown, missing or wrong."""
    fixed, convert, choices = fixed or {}, convert or {}, choices or {}
    known = set(shape.__dataclass_fields__) - set(fixed)  # type: ignore[attr-defined]
    if unknown := sorted(set(table) - known):
        raise IntakeError(
            f"版式说明 {where}：不认识的字段 {'、'.join(unknown)}",
            f"可用的字段：{'、'.join(sorted(known))}",
        )
    for key, choice in choices.items():
        if key in table and table[key] not in get_args(choice):
            allowed = "、".join(repr(item) for item in get_args(choice) if item)
            raise IntakeError(f"版式说明 {where}：{key} = {table[key]!r} 不认识", f"可填 {allowed}")
    try:
        values = {
            key: convert[key](value) if key in convert else value for key, value in table.items()
        }
        return shape(**fixed, **values)
    except (TypeError, AttributeError) as error:
        raise IntakeError(
            f"版式说明 {where} 的写法不对（{error}）", "请对照 docs/intake.md 改正"
        ) from error


def _pattern(origin: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise IntakeError(
            f"版式说明 {origin}：{text!r} 不是有效的正则表达式（{error}）", "请改正后重试"
        ) from error
