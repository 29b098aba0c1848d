"""An empty workspace for another region, ready to be filled."""

from __future__ import annotations

import re
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from lianhu_analysis.catalog.ledgers import load_ledgers
from lianhu_analysis.errors import UsageError

__all__ = ["create_workspace"]

TEMPLATE_ROWS = (
    ("地方一般公共预算收入", "亿元"),
    ("社会消费品零售总额", "亿元"),
    ("规模以上工业总产值", "亿元"),
)


def create_workspace(
    directory: Path, name_zh: str, code: str, notebooks: Path | None = None
) -> list[Path]:
    """Write an empty workspace and return the files written.

    It holds ``lianhu.toml``, a copy of the built-in catalogue, a targets file
    with a commented example, the folders, and workbooks to fill in: monthly, and of ledgers.

    Parameters
    ----------
    notebooks
        Folder of the project's notebooks; those for exploring are copied, the report's
        template is not, which goes with the program.

    Raises
    ------
    UsageError
        If the code is not six digits, or the folder is already a workspace.
    """
    if not re.fullmatch(r"\d{6}", code):
        raise UsageError(f"--code {code!r} 不是六位行政区划代码")
    if re.search(r'["\\\n]', name_zh):
        raise UsageError(f"--region {name_zh!r} 含有引号、反斜杠或换行")
    if (directory / "lianhu.toml").exists():
        raise UsageError(f"{directory} 已经是工作区，不会覆盖。请另选一个文件夹")
    delivered = directory / "data" / "raw" / "来文"
    for folder in (delivered, directory / "data" / "processed", directory / "reports"):
        folder.mkdir(parents=True, exist_ok=True)
    package = resources.files("lianhu_analysis")
    skeleton = package / "intake" / "skeleton"
    copies: dict[Path, Traversable] = {
        directory / "targets.toml": skeleton / "targets.toml",
        delivered / "delivery.toml": skeleton / "delivery.toml",
        directory / "data" / "raw" / "README.md": skeleton / "README.txt",
        directory / "indicators.csv": package / "catalog" / "data" / "indicators.csv",
    }
    if notebooks is not None:
        for file in (*notebooks.glob("*.ipynb"), *sorted(notebooks.glob("explore/*.ipynb"))):
            copies[directory / "notebooks" / file.relative_to(notebooks)] = file
    for path, packaged in copies.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packaged.read_bytes())
    template = directory / "月报模板.xlsx"
    _write_template(template, name_zh)
    ledgers = directory / "台账模板.xlsx"
    _write_ledgers(ledgers)
    # Last: a folder with lianhu.toml is a whole workspace.
    config = directory / "lianhu.toml"
    text = (skeleton / "lianhu.toml").read_text(encoding="utf-8")
    text = text.replace("{name}", name_zh).replace("{code}", code)
    config.write_text(text, encoding="utf-8", newline="\n")
    return [*copies, template, ledgers, config]


def _write_template(path: Path, name_zh: str) -> None:
    """Write a monthly workbook in the layout that ``ingest`` knows, without figures."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    sheet.title = "月报"
    sheet.append([f"{name_zh}2024年1—9月主要经济指标（部门名称）"])
    # An example day left standing would be taken at its word: this is refused until it is filled in.
    sheet.append(["发布日期：请填写"])
    sheet.append(["指标名称", "计量单位", "本月", "本月止累计", "累计比上年同期增长（%）"])
    for row in TEMPLATE_ROWS:
        sheet.append([*row, None, None, None])
    sheet["A1"].font = Font(bold=True)
    for cell in sheet[3]:
        cell.alignment = Alignment(horizontal="center", wrap_text=True)
    for column, width in zip("ABCDE", (34, 12, 14, 16, 24), strict=True):
        sheet.column_dimensions[column].width = width
    book.save(path)


def _write_ledgers(path: Path) -> None:
    """Write a workbook with a sheet a ledger: what it is for, the day to fill in, the heads."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for ledger in load_ledgers().values():
        sheet = book.create_sheet(ledger.name_zh)
        heads = [f"{'*' if item.required else ''}{item.title}" for item in ledger.columns]
        for row in ([f"{ledger.note}带 * 的列必填。"], ["报送日期：请填写"], heads):
            sheet.append(row)
        sheet.sheet_format.defaultColWidth = 18
    book.save(path)
