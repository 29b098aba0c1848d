"""Workbooks built small for each test."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence

import openpyxl

Sheets = Mapping[str, Sequence[Sequence[object]]]


def workbook_bytes(
    sheets: Sheets, finish: Callable[[openpyxl.Workbook], None] | None = None
) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if finish:
        finish(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def month_report(*rows: Sequence[object], title: str = "莲湖区2024年1—9月主要经济指标") -> Sheets:
    # A sheet named after another month than its title is refused.
    return {
        "9月" if "9月" in title else "表": [
            [title],
            ["发布日期：2024-10-22"],
            ["指标名称", "计量单位", "本月", "本月止累计", "累计比上年同期增长（%）"],
            *rows,
        ]
    }
