"""The annex of a report: every printed number with its origin, as a workbook without formulas."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from lianhu_analysis.intake.observations import split_source
from lianhu_analysis.intake.problems import printable
from lianhu_analysis.render.publishing.packages import without_clock
from lianhu_analysis.render.register import KIND_NAMES, Figure, FigureRegister
from lianhu_analysis.render.tables import SIMULATED_MARK

__all__ = ["render_annex"]

HEADS = {
    "编号": 8, "印出": 12, "数值": 14, "内容": 40, "类别": 8, "公布日或截至日": 14, "文件": 40,
    "工作表": 16, "单元格": 10, "原文": 14, "来源": 40, "模型或算式": 40,
}  # fmt: skip


def render_annex(
    register: FigureRegister,
    refs: Sequence[str],
    *,
    title: str,
    simulated: bool,
    say: Callable[[str], str] = str,
) -> bytes:
    """Write the numbers of a report, one row each, in the order of the page.

    Text stays text, whatever it begins with; the head is frozen, nothing is merged.

    Parameters
    ----------
    say
        Puts the words of ours into the report's language; register and title are in it already.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(say("数字出处"))
    # Of a sheet that is only written, all that is not a cell comes before the first row.
    sheet.freeze_panes = "A3"
    for number, width in enumerate(HEADS.values(), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    mark = [say(SIMULATED_MARK)] if simulated else []
    sheet.append([_cell(sheet, text, bold=True) for text in (title, *mark)])
    sheet.append([_cell(sheet, say(head), bold=True) for head in HEADS])
    for ref in refs:
        sheet.append([_cell(sheet, item) for item in _row(register.figure(ref), register, say)])
    buffer = io.BytesIO()
    book.save(buffer)
    return without_clock(buffer.getvalue())


def _row(figure: Figure, register: FigureRegister, say: Callable[[str], str]) -> list[object]:
    detail = figure.detail
    path, title, address = split_source(detail.get("source", ""))
    made = detail.get("model", "") or register.formula_text(figure)
    day = detail.get("published") or detail.get("as_of") or detail.get("year", "")
    return [
        figure.ref,
        figure.text,
        figure.value,
        figure.label,
        say(KIND_NAMES[figure.kind]),
        day,
        path,
        detail.get("sheet", ""),
        detail.get("cell", ""),
        detail.get("token", ""),
        " ".join(filter(None, (title, address))),
        made,
    ]


def _cell(sheet: object, value: object, *, bold: bool = False) -> WriteOnlyCell:
    text = isinstance(value, str)
    # No workbook can hold a control character, as a file name can.
    cell = WriteOnlyCell(sheet, value=printable(str(value), keep="\n\t") if text else value)
    if text:
        # A text that begins with "=" is no formula.
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
