"""Text of numbers, and HTML that is escaped and free of styles and scripts."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Sequence

from lianhu_analysis.catalog.targets import half_up, percentage
from lianhu_analysis.errors import ReportError
from lianhu_analysis.written import packaged_table

__all__ = [
    "BLANK",
    "NO_DATA",
    "PROVENANCE_NAMES",
    "SIMULATED_MARK",
    "TERMS",
    "Html",
    "bullet_list",
    "cite",
    "code",
    "heading",
    "html_table",
    "join",
    "mark",
    "name",
    "number_text",
    "paragraph",
    "probability_text",
    "reason",
    "traced",
    "when",
    "word",
]

# On a terminal blanks part numbers from Chinese; a page is set without them.
BLANK = r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])"
# Simulated figures may lie in the store where only official ones are forecast from.
NO_DATA = "还没有可用的数据。请把文件放进 data/raw，再运行 lianhu ingest；来历须是 lianhu.toml 的 provenance 所列"
# What readers call columns and findings, by what shows them.
TERMS = packaged_table("render/data/terms.toml")
PROVENANCE_NAMES = TERMS["provenance"]
SIMULATED_MARK: str = PROVENANCE_NAMES["simulated"]


class Html(str):
    """Text that is HTML already; every other string is escaped where it is used."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)

    __html__ = _repr_html_  # what templates ask for


def _escaped(part: object) -> str:
    return str(part) if isinstance(part, Html) else html.escape(str(part))


def number_text(value: float, decimals: int = 0) -> str:
    """Write a number with thousands separated, without its unit: ``1,234``, ``5.3``.

    Raises
    ------
    ReportError
        If it is missing or infinite.
    """
    if not math.isfinite(value):
        raise ReportError(f"要印出的数值缺失或无穷（{value}）。请写明原因，不要留空或写零")
    return f"{half_up(value, decimals):,}"


def probability_text(probability: float) -> str:
    """Write the probability of a forecast: ``62%``; never certain, so ``<1%`` and ``>99%``."""
    if not 0 <= probability <= 1:
        raise ReportError(f"概率 {probability} 不在 0 与 1 之间，请检查预测结果")
    return percentage(probability)


def traced(text: str, ref: str, value: float) -> Html:
    """Write one figure with the link to where it came from."""
    return Html(
        f'<a class="origin" href="#{html.escape(ref)}">'
        f'<data class="n" value="{float(value)!r}" data-ref="{html.escape(ref)}">'
        f"{html.escape(text)}</data></a>"
    )


def when(text: object) -> Html:
    """Write a period or a date."""
    return Html(f"<time>{_escaped(text)}</time>")


def name(text: object) -> Html:
    """Write a name of the catalogue, which may hold digits."""
    return Html(f"<dfn>{_escaped(text)}</dfn>")


def code(text: object) -> Html:
    """Write a file, sheet, cell, hash or version."""
    return Html(f"<code>{_escaped(text)}</code>")


def reason(text: str) -> Html:
    """Write why something cannot be said, as the page is set: without a terminal's blanks."""
    return cite(re.sub(BLANK, "", text))


def cite(text: object, address: str = "") -> Html:
    """Write the title of a source, with a link where there is an address."""
    if address.startswith(("https://", "http://")):
        return Html(f'<cite><a href="{html.escape(address)}">{_escaped(text)}</a></cite>')
    return Html(f"<cite>{_escaped(text)}</cite>")


def word(text: object) -> Html:
    """Write a word of a rule or a ledger, which is not broken: 黄·欠缺, 并列28/39."""
    return Html(f'<cite class="word">{_escaped(text)}</cite>')


def join(*parts: object) -> Html:
    """Put text and HTML together, escaping the text."""
    return Html("".join(_escaped(part) for part in parts))


def paragraph(*parts: object) -> Html:
    """Make one paragraph."""
    return Html(f"<p>{join(*parts)}</p>")


def heading(level: int, *parts: object) -> Html:
    """Make one heading; level 2 is the highest inside a report."""
    return Html(f"<h{level}>{join(*parts)}</h{level}>")


def bullet_list(items: Iterable[object]) -> Html:
    """Make a list without numbers."""
    return Html(f"<ul>{''.join(f'<li>{_escaped(item)}</li>' for item in items)}</ul>")


def mark(simulated: bool) -> Html:
    """Make the mark that simulated data must carry; nothing for real ones."""
    return Html(f'<p class="simulated">{SIMULATED_MARK}</p>' if simulated else "")


def html_table(
    headers: Sequence[object],
    rows: Iterable[Sequence[object]],
    caption: object,
    *,
    numeric: Sequence[int] = (),
    real: bool = False,
) -> Html:
    """Make a table.

    Parameters
    ----------
    headers, rows
        Cells as text, which is escaped, or as :class:`Html`.
    caption
        What the table says.
    numeric
        Positions of the columns that are aligned to the right.
    real
        Whether no figure in it is simulated, whatever the page must say of others.

    Raises
    ------
    ReportError
        If a row is not as long as the headers, or a cell is empty.
    """
    body = []
    for number, row in enumerate(rows, start=1):
        cells = list(row)
        if len(cells) != len(headers):
            raise ReportError(
                f"表“{caption}”第 {number} 行有 {len(cells)} 格，应为 {len(headers)} 格"
            )
        empty = [
            headers[i] for i, cell in enumerate(cells) if cell is None or not str(cell).strip()
        ]
        if empty:
            raise ReportError(f"表“{caption}”第 {number} 行的“{empty[0]}”为空。请写明原因")
        body.append(f"<tr>{_cells(cells, headers, numeric)}</tr>")
    head = "".join(
        f'<th scope="col"{_align(i, numeric)}>{_escaped(header)}</th>'
        for i, header in enumerate(headers)
    )
    kind = ' class="real"' if real else ""
    return Html(
        f'<div class="table"><table><caption{kind}>{_escaped(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _align(position: int, numeric: Sequence[int]) -> str:
    return ' class="right"' if position in numeric else ""


def _cells(cells: Sequence[object], headers: Sequence[object], numeric: Sequence[int]) -> str:
    """Write a row; each cell knows its head, which stands beside it on a phone."""
    first = f'<th scope="row"{_align(0, numeric)}>{_escaped(cells[0])}</th>'
    return first + "".join(
        f'<td{_align(i, numeric)} data-label="{html.escape(str(headers[i]))}">{_escaped(cell)}</td>'
        for i, cell in enumerate(cells[1:], start=1)
    )
