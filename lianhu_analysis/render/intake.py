"""What was read of one delivered file, table by table: coloured cells, and what was refused."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, islice

import pandas as pd

from lianhu_analysis.intake.explain import Explanation
from lianhu_analysis.intake.grids.grid import cell_address
from lianhu_analysis.intake.origins import STATES, cell_states, explain_cell
from lianhu_analysis.intake.problems import Problem, grouped
from lianhu_analysis.intake.reading.blocks import is_blank
from lianhu_analysis.intake.reading.figures import Slot
from lianhu_analysis.intake.reading.notes import TableNote
from lianhu_analysis.render import tables
from lianhu_analysis.render.tables import Html

__all__ = ["IntakeDesk", "coloured_table"]

STYLES = tables.TERMS["cell_styles"]
KINDS = {"refused": "要改", "skipped": "不收"}
ROWS_SHOWN, COLUMNS_SHOWN, TEXT_SHOWN = 60, 40, 36


def block_frame(
    notes: Sequence[TableNote], slots: Sequence[Slot], problems: Sequence[Problem]
) -> pd.DataFrame:
    """Say of each cell of one block what became of it.

    Parameters
    ----------
    notes
        Of the tables side by side in the block.

    Returns
    -------
    A row a cell, titles included: ``row`` and ``column`` as people count them, ``text``,
    ``state`` (one of ``STATES``, or empty) and ``hint``, what its figure is or why it is none.
    """
    states: dict[tuple[int, int], str] = {}
    for note in notes:
        states |= cell_states(note, slots, problems)
    sheet, grid = notes[0].sheet, notes[0].table.grid
    hints = {slot.cell: _said(slot) for slot in slots if slot.sheet == sheet}
    hints |= {problem.cell: problem.message for problem in problems if problem.sheet == sheet}
    rows = range(
        min((r for r, _ in states), default=0), max((r for r, _ in states), default=-1) + 1
    )
    columns = range(max((c for _, c in states), default=-1) + 1)
    cells = [
        (
            row + 1,
            cell_address(row, column)[: -len(str(row + 1))],
            _shown(grid.at(row, column)),
            states.get((row, column), ""),
            hints.get(cell_address(row, column), ""),
        )
        for row in rows
        for column in columns
    ]
    return pd.DataFrame(cells, columns=["row", "column", "text", "state", "hint"])


def coloured_table(block: pd.DataFrame, caption: str) -> Html:
    """Draw a block with each cell in the colour of what became of it.

    Parameters
    ----------
    block
        As `block_frame` returns it.
    """
    letters = list(dict.fromkeys(block["column"]))[:COLUMNS_SHOWN]
    numbers = list(dict.fromkeys(block["row"]))
    head = "".join(f'<th scope="col" style="text-align:left">{letter}</th>' for letter in letters)
    body = []
    for number, row in islice(block.groupby("row", sort=False), ROWS_SHOWN):
        cells = map(_cell, row["state"], row["text"], row["hint"])
        shown = "".join(islice(cells, COLUMNS_SHOWN))
        body.append(f'<tr><th scope="row">{number}</th>{shown}</tr>')
    cut = len(numbers) - len(body)
    return tables.join(
        Html('<div style="overflow-x:auto"><table style="border-collapse:collapse">'),
        Html(f'<caption style="text-align:left">{tables.join(caption)}</caption>'),
        Html(
            f"<thead><tr><th></th>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
        ),
        tables.paragraph(f"其余 {cut} 行没有画出。") if cut else "",
    )


def _cell(state: str, text: str, hint: str) -> str:
    said = "：".join(part for part in (STATES.get(state, ""), hint) if part)
    style = f"{STYLES[state]};text-align:left;white-space:nowrap"
    return f'<td style="{style}" title="{tables.join(said)}">{tables.join(text)}</td>'


@dataclass(frozen=True)
class IntakeDesk:
    """One delivered file as the reader sees it; nothing is stored."""

    told: Explanation

    def overview(self) -> Html:
        """Say how much was read, what was refused, and what the colours mean."""
        kinds = Counter(problem.kind for problem in self.told.problems)
        text = (
            f"：读入 {self.told.observations:,} 个数，{len(self.told.tables)} 张表；"
            f"{kinds['refused']} 个问题，{kinds['skipped']} 处不收。没有入库。"
        )
        legend = [
            Html(f'<span style="{STYLES[state]};padding:0 .5em">{name}</span> ')
            for state, name in STATES.items()
        ]
        around = self.told.around
        simulated = around is not None and around.sidecar.provenance == "simulated"
        return tables.join(
            tables.mark(simulated),
            tables.paragraph(tables.code(self.told.path), text),
            tables.paragraph(*legend),
        )

    def tables(self) -> Html:
        """Draw every table of the file."""
        blocks = groupby(self.told.tables, key=lambda note: id(note.table))
        drawn = [self._block(list(notes)) for _, notes in blocks]
        return tables.join(*drawn) if drawn else tables.paragraph("没有可以画的表，原因见下。")

    def refusals(self) -> Html:
        """Return what was not read, what is alike in one line, and how to mend it."""
        groups = grouped(sorted(self.told.problems, key=lambda problem: problem.kind))
        if not groups:
            return tables.paragraph("没有拒绝任何数。")
        rows = [
            (KINDS[group.problems[0].kind], len(group.problems), group.line) for group in groups
        ]
        headers = ["", "处", "哪里、为什么、怎么办"]
        return tables.html_table(headers, rows, "没有采用的", numeric=[1])

    def cell(self, address: str) -> Html:
        """Say of one cell what it is, and which places say so."""
        if not address:
            return tables.paragraph("在参数 cell 中写一格的地址，如 核算!C9。")
        return tables.bullet_list(map(str.strip, explain_cell(self.told, address).lines()))

    def _block(self, notes: Sequence[TableNote]) -> Html:
        note = notes[0]
        facts = (note.sheet, note.area, "、".join(self.told.regions(note)), note.period)
        block = block_frame(notes, self.told.slots, self.told.problems)
        return coloured_table(block, "　".join(filter(None, facts)))


def _said(slot: Slot) -> str:
    region = slot.region.name_zh if slot.region else ""
    measure = "同比" if slot.measure == "yoy" else ""
    return " ".join(filter(None, (region, slot.indicator.name_zh, str(slot.period), measure)))


def _shown(cell: object) -> str:
    """Return a cell as one short line."""
    if is_blank(cell):
        return ""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    text = f"{cell:.10g}" if isinstance(cell, float) else " ".join(str(cell).split())
    return text if len(text) <= TEXT_SHOWN else text[: TEXT_SHOWN - 1] + "…"
