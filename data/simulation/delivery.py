"""Writes what the simulated district sends, file by file and always the same bytes."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from data.simulation.channels import department_documents
from data.simulation.figures import figures
from data.simulation.ledgers import ledger_documents
from data.simulation.pages import Document, Page
from data.simulation.process import DEFAULT_SEED
from data.simulation.workbooks import plain_documents

__all__ = ["documents", "file_bytes", "sidecars", "write_delivery", "write_files", "write_samples"]

FIXED_TIME = "2025-01-31T00:00:00Z"
ZIP_TIME = (2025, 1, 31, 0, 0, 0)
BOLD = Font(bold=True)

SIDECAR = """\
title = "莲湖区月度经济指标（演示数据，模拟）"
provenance = "simulated"
region = "610104"
{published}notes = \"\"\"
由 python -m data.simulation 生成（种子 {seed}），不是真实统计数据。
与莲湖区已公布的2022、2023年数字一致，其余均为虚构。
\"\"\"
"""
README = """\
# 演示数据（模拟）

由 `python -m data.simulation --seed {seed}` 生成，不是真实统计数据；删掉后可随时重做，内容不变。

{files} 个文件、{families} 种版式，228项指标，2015年1月至2024年12月。
另有 {ledgers} 份台账（`台账/`），合计与同期的指标一致。
版式、故障和与已公布的数一致之处见 `data/README.md`。
"""
SAMPLES_README = """\
# 版式样本：演示数据（模拟）

每种版式一个小文件，供查看，不入库；由 `python -m data.simulation --samples` 生成，不是真实统计数据。

| 文件 | 版式 | 说明 |
|---|---|---|
{lines}
"""
FAMILIES = {
    "plain": "指标在行，本月、累计、增速在列，时期在标题",
    "bulletin": "同上，另有当月增速和累计增速两列",
    "annual": "年度指标，全年数和增速",
    "month_header": "列名里只有月份，年份在标题、表名、文件名或文件夹；结构列、分组行、万元与亿元混用",
    "last_year": "本年累计旁是上年同期",
    "two_row": "两行合并表头：绝对额和同比增长",
    "three_row": "三行合并表头：月份、绝对额和增速、当月和累计",
    "panels": "同一张表左右两栏",
    "index_panels": "价格指数左右两栏，第三行表头是基期",
    "newest_first": "指标在行，月份在列，最新的在前；度量在标题",
    "suffix": "同上，度量和单位在名称后缀",
    "tables": "一张表里几个并排的表，各有时间列",
    "long": "一行一个数",
    "vendor_csv": "数据商导出：GB 18030，元数据行，#N/A，科学计数，表尾来源",
    "english_csv": "英文官方导出：制表符，名称内不加引号的逗号，指数增速，长注释",
}
SAMPLE_ROWS = 12


def documents(seed: int = DEFAULT_SEED) -> Iterator[Document]:
    """Yield every file of the district, in a fixed order."""
    yield from plain_documents(seed)
    yield from department_documents(figures(seed), seed)


def write_delivery(out: Path, seed: int = DEFAULT_SEED) -> tuple[Path, ...]:
    """Write all files, the sidecars and a README; the same seed gives the same bytes."""
    made = list(documents(seed))
    ledgers = list(ledger_documents(figures(seed), seed))
    written = write_files(out, [*made, *ledgers])
    for path, content in sidecars(made, seed).items():
        _replace(out / path, content)
    families = len({document.family for document in made})
    readme = README.format(seed=seed, files=len(made), families=families, ledgers=len(ledgers))
    _replace(out / "README.md", readme.encode())
    return written


def write_files(out: Path, made: Sequence[Document]) -> tuple[Path, ...]:
    """Write data files only."""
    for document in made:
        _replace(out / document.path, file_bytes(document))
    return tuple(out / document.path for document in made)


def sidecars(made: Sequence[Document], seed: int) -> dict[str, bytes]:
    """Return the ``delivery.toml`` of each folder that needs one of its own.

    The English export states no day of publication, so its folder does.
    """
    found = {"delivery.toml": SIDECAR.format(seed=seed, published="").encode()}
    for document in made:
        if document.family == "english_csv":
            meaning = next(iter(document.pages[0].meanings.values()))
            day = f"published = {meaning.published}\n"
            folder = document.path.rpartition("/")[0]
            found[f"{folder}/delivery.toml"] = SIDECAR.format(seed=seed, published=day).encode()
    return found


def write_samples(out: Path, seed: int = DEFAULT_SEED) -> tuple[Path, ...]:
    """Write one small file for each layout, and a README that lists them."""
    chosen: dict[str, Document] = {}
    for document in documents(seed):
        chosen.setdefault(document.family, _sample(document))
    written = write_files(out, list(chosen.values()))
    lines = "\n".join(
        f"| `{document.path}` | {family} | {FAMILIES[family]} |"
        for family, document in chosen.items()
    )
    _replace(out / "README.md", SAMPLES_README.format(lines=lines).encode())
    return written


def _sample(document: Document) -> Document:
    pages = tuple(
        Page(page.name, [*page.rows[:SAMPLE_ROWS], *page.rows[SAMPLE_ROWS:][-1:]], page.merged)
        for page in document.pages[:2]
    )
    suffix = ".csv" if document.encoding else ".xlsx"
    return Document(f"{document.family}{suffix}", document.family, pages, document.encoding)


def file_bytes(document: Document) -> bytes:
    """Return the bytes of one file."""
    if not document.encoding:
        return _without_clock(_book_bytes(document.pages))
    page = document.pages[0]
    if document.family == "english_csv":
        # As the source writes it: neither names nor numbers are quoted.
        lines = [",".join(_text(cell) for cell in row) for row in page.rows]
        return ("\n".join(lines) + "\n").encode(document.encoding)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(
        [[_text(cell) for cell in row] for row in page.rows]
    )
    return buffer.getvalue().encode(document.encoding)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)


def _book_bytes(pages: Sequence[Page]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for page in pages:
        sheet: Worksheet = book.create_sheet(page.name)
        for row in page.rows:
            sheet.append([None if cell == "" else cell for cell in row])
        for top, left, bottom, right in page.merged:
            sheet.merge_cells(None, top + 1, left + 1, bottom + 1, right + 1)
        sheet["A1"].font = BOLD
        sheet.column_dimensions["A"].width = 34
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _without_clock(content: bytes) -> bytes:
    """Repack a workbook with fixed times, so that its bytes depend on its cells only."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", FIXED_TIME.encode(), data)
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, data)
    return buffer.getvalue()


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    temporary.write_bytes(content)
    temporary.replace(path)
