"""Layout descriptions from TOML files: the built-in ones and a workspace's own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, partial
from importlib import resources
from typing import Any, TypeVar, get_args

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.layout_shapes import (
    BUILT_IN,
    FIGURE_ROLES,
    AxesLayout,
    ColumnSpan,
    Form,
    January,
    Layout,
    Per,
    ReportColumn,
    ReportLayout,
    Role,
    SeriesColumn,
    SeriesLayout,
    SeriesSheet,
    SeriesTable,
    fold_header,
)
from lianhu_analysis.workspace import Workspace

__all__ = [
    "BUILT_IN",
    "FIGURE_ROLES",
    "AxesLayout",
    "ColumnSpan",
    "Layout",
    "Per",
    "ReportColumn",
    "ReportLayout",
    "SeriesColumn",
    "SeriesLayout",
    "SeriesSheet",
    "SeriesTable",
    "choose_layout",
    "fold_header",
    "load_layout",
    "load_layouts",
]

T = TypeVar("T")


def load_layouts(workspace: Workspace) -> tuple[Layout, ...]:
    """Return the workspace's descriptions, then the built-in ones, by name.

    A workspace description replaces the built-in one of the same name.

    Raises
    ------
    IntakeError
        Naming file and field, if a description is wrong.
    """
    found: dict[str, Layout] = {}
    if workspace.layouts.is_dir():
        for path in sorted(workspace.layouts.glob("*.toml")):
            found[path.stem] = _read(path.stem, workspace.relative(path), path.read_bytes())
    built_in = _built_in()
    # A vocabulary may be replaced by another report, not by a layout of another kind.
    reports = {
        name: layout
        for name, layout in (*built_in.items(), *found.items())
        if isinstance(layout, ReportLayout)
    }
    beside = {name: layout for name, layout in built_in.items() if name not in found}
    return tuple(_with_vocabulary(layout, reports) for layout in (found | beside).values())


@cache
def _built_in() -> dict[str, Layout]:
    """Read what comes with the package: once, since each holds many patterns."""
    found: dict[str, Layout] = {}
    folder = resources.files("lianhu_analysis.intake.reading") / "layouts"
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        stem, dot, suffix = item.name.rpartition(".")
        if dot and suffix == "toml":
            found[stem] = _read(stem, f"{BUILT_IN} {stem}", item.read_bytes())
    return found


def _with_vocabulary(layout: Layout, reports: Mapping[str, ReportLayout]) -> Layout:
    if not isinstance(layout, AxesLayout) or not layout.vocabulary:
        return layout
    report = reports.get(layout.vocabulary)
    if report is None:
        raise IntakeError(
            f"版式说明 {layout.origin}：vocabulary = {layout.vocabulary!r} 不是一份报表版式",
            '请写 kind = "report" 的版式名，如 monthly_report',
        )
    return replace(
        layout,
        columns=(*layout.columns, *report.columns),
        digest_text=layout.digest_text + report.digest_text,
    )


def load_layout(workspace: Workspace, name: str) -> Layout:
    """Return the description of one name; see `choose_layout`."""
    return choose_layout(load_layouts(workspace), name, workspace)


def choose_layout(layouts: Iterable[Layout], name: str, workspace: Workspace) -> Layout:
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
            f"现有：{'、'.join(sorted(found))}。请改正 delivery.toml 的 layout，"
            f"或在 {workspace.relative(workspace.layouts)} 中新建 {name}.toml",
        )
    return found[name]


def _read(name: str, origin: str, data: bytes) -> Layout:
    try:
        text = data.decode("utf-8-sig")
        table = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise IntakeError(f"版式说明 {origin} 不是有效的 TOML：{error}", "请改正后重试") from error
    kind = table.pop("kind", None)
    table.pop("description", None)
    builders: dict[str, Callable[..., Layout]] = {
        "report": _report,
        "across": partial(_axes, "across"),
        "down": partial(_axes, "down"),
        "series": _series,
    }
    if kind not in builders:
        raise IntakeError(
            f"版式说明 {origin}：kind = {kind!r} 不认识", f"可填 {'、'.join(builders)}"
        )
    return builders[kind](name, origin, text, table)


SHARED: Mapping[str, Any] = {
    "header_rows": 15,
    "published": r"(?:发布|公布)(?:日期?|时间)[:：](.+)",
    "sheet_unit": r"(?:计量)?单位[:：](.+)",
    "ignore_rows": [],
    "ignore_sheets": [],
    "columns": [],
    "labels": {},
}


def _converters(origin: str) -> dict[str, Callable[[Any], Any]]:
    return {
        "published": lambda value: _pattern(origin, value),
        "sheet_unit": lambda value: _pattern(origin, value),
        "ignore_rows": lambda value: _patterns(origin, value),
        "ignore_sheets": lambda value: _patterns(origin, value),
        "corners": lambda value: _patterns(origin, value),
        "metadata": lambda value: {_pattern(origin, key): item for key, item in value.items()},
        "sheet_indicators": lambda value: {
            _pattern(origin, key): item for key, item in value.items()
        },
        "columns": lambda value: tuple(
            _build(
                ReportColumn,
                f"{origin} 第 {number} 个 [[columns]]",
                item,
                convert={"headers": lambda headers: _patterns(origin, headers)},
                choices={"role": Role, "span": ColumnSpan, "per": Per, "form": Form},
            )
            for number, item in enumerate(value, 1)
        ),
    }


def _report(name: str, origin: str, text: str, table: dict[str, Any]) -> ReportLayout:
    return _build(
        ReportLayout,
        origin,
        {**SHARED, "sheet_indicators": {}} | table,
        fixed={"name": name, "origin": origin, "digest_text": text},
        convert=_converters(origin),
    )


def _axes(kind: str, name: str, origin: str, text: str, table: dict[str, Any]) -> AxesLayout:
    return _build(
        AxesLayout,
        origin,
        {**SHARED, "metadata": {}} | table,
        fixed={"name": name, "origin": origin, "digest_text": text, "kind": kind},
        convert=_converters(origin),
        choices={"span": ColumnSpan},
    )


def _series(name: str, origin: str, text: str, table: dict[str, Any]) -> SeriesLayout:
    return _build(
        SeriesLayout,
        origin,
        {"ignore_sheets": []} | table,
        fixed={"name": name, "origin": origin, "digest_text": text},
        convert={
            "sheets": lambda value: tuple(_series_sheet(origin, item) for item in value),
            "ignore_sheets": lambda value: _patterns(origin, value),
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


def _patterns(origin: str, texts: list[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(_pattern(origin, text) for text in texts)


def _pattern(origin: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise IntakeError(
            f"版式说明 {origin}：{text!r} 不是有效的正则表达式（{error}）", "请改正后重试"
        ) from error
