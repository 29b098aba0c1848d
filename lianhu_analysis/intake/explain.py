"""What the reader sees in one file: ``lianhu ingest --explain FILE``.

It is written down while the file is read, so it cannot differ from what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.deliveries import read_delivery, read_sidecar
from lianhu_analysis.intake.problems import FileResult, FileStatus, Problem, grouped
from lianhu_analysis.intake.raw_files import find_files
from lianhu_analysis.intake.reading.notes import ColumnNote, RowNote, TableNote
from lianhu_analysis.workspace import Workspace

__all__ = ["Explanation", "explain_file"]

ROLES = {
    "name": "名称",
    "region": "地区",
    "period": "时期",
    "span": "口径",
    "published": "发布日",
    "unit": "单位",
    "level": "绝对量",
    "growth": "增速",
    "reduction": "降低率",
    "ignore": "不读",
}
SPANS = {
    "ytd": "累计",
    "single": "当期",
    "point": "期末",
    "annual": "全年",
    "left": "同左边的列",
    "period": "见时期列",
}
FORMS = {"percent": "百分数", "index": "指数（上年=100）", "fraction": "小数"}


@dataclass(frozen=True)
class Explanation(FileResult):
    """One file as it was read; nothing of it is stored.

    Attributes
    ----------
    tables
        What was understood of each table.
    """

    tables: tuple[TableNote, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain types, as ``--json`` prints them."""
        tables = [
            asdict(table) | {"rows": [row._asdict() for row in table.rows]} for table in self.tables
        ]
        return asdict(self) | {"tables": tables}

    def lines(self) -> list[str]:
        """Return the explanation in Chinese, one line for each table, column, row and problem."""
        return list(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.path}：{self.observations} 个数，{len(self.problems)} 个问题"
        for table in self.tables:
            where = "!".join(part for part in (table.sheet, table.area) if part)
            facts = [f"时期 {table.period}"] if table.period else []
            facts += [f"发布日 {table.published}"] if table.published else []
            facts += [f"表内单位 {table.unit}"] if table.unit else []
            yield f"表 {where}：{'，'.join(facts)}"
            columns = sorted(table.columns, key=lambda note: (len(note.cell), note.cell))
            yield from (f"  列 {_column_line(column)}" for column in columns)
            yield from (f"  行 {_row_line(row)}" for row in table.rows)
        yield from (f"问题 {group.line}" for group in grouped(self.problems))


def explain_file(path: Path, workspace: Workspace, catalogue: Catalogue) -> Explanation:
    """Read one file under ``data/raw`` without storing anything, and say how.

    Raises
    ------
    UsageError
        If there is no such file, or it lies elsewhere.
    """
    name = workspace.relative(path)
    find_files(workspace, [path])
    try:
        sidecar = read_sidecar(path, workspace)
        reading = read_delivery(path, path.read_bytes(), sidecar, workspace, catalogue)
    except IntakeError as error:
        return Explanation(name, "quarantined", 0, (Problem.of(error),))
    count = len(reading.frame)
    status: FileStatus = "read" if count else "quarantined"
    return Explanation(name, status, count, reading.problems, reading.tables)


def _column_line(column: ColumnNote) -> str:
    head = f"{column.cell} “{column.header}” → "
    if column.reason:
        return f"{head}不读：{column.reason}"
    said = [column.indicator, ROLES.get(column.role, column.role), SPANS.get(column.span, "")]
    said += [column.period, f"单位 {column.unit}" if column.unit else ""]
    said += [FORMS.get(column.form, "")]
    return head + "，".join(part for part in said if part)


def _row_line(row: RowNote) -> str:
    head = f"{row.cell} “{row.label}” → "
    if row.reason:
        return f"{head}不读：{row.reason}"
    path = f"路径 {row.path}" if row.path and row.path != row.name_zh else ""
    said = [
        f"{row.name_zh}（{row.indicator}）" if row.indicator else "",
        row.unit,
        path,
        row.period,
    ]
    return head + "，".join(part for part in said if part)
