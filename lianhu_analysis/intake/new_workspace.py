"""An empty workspace for another region, ready to be filled."""

from __future__ import annotations

import datetime as dt
import re
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from lianhu_analysis.catalog.indicators import read_catalogue
from lianhu_analysis.errors import UsageError
from lianhu_analysis.intake import blank_workbooks as blank

__all__ = ["create_workspace"]

YEARS_BACK = 7  # that the history workbook has rows for, before its last year


def create_workspace(
    directory: Path, name_zh: str, code: str, notebooks: Path | None = None, year: int = 0
) -> list[Path]:
    """Write an empty workspace and return the files written.

    It holds ``lianhu.toml``, a copy of the built-in catalogue, the folders, and workbooks to
    fill in: targets, history of the core indicators, a month, ledgers.

    Parameters
    ----------
    notebooks
        Folder of the project's notebooks; those for exploring are copied, the report's
        template is not, which goes with the program.
    year
        The last that the history has rows for, and the template's; 0 for the present one.

    Raises
    ------
    UsageError
        If the code is not six digits, the name or the year none, or a file is there already.
    """
    if not re.fullmatch(r"[0-9]{6}", code):
        raise UsageError(f"--code {code!r} 不是六位行政区划代码，请写成 610104 的样子")
    if re.search(r'["\\]', name_zh) or not name_zh.isprintable():
        raise UsageError(
            f"--region {name_zh!r} 含有引号、反斜杠、换行、控制字符或不是 UTF-8 的字，请用 --region 另写"
        )
    year = year or dt.date.today().year
    if not 1990 <= year <= 2100:
        raise UsageError(f"--year {year} 不是 1990 至 2100 之间的年份")
    config = directory / "lianhu.toml"
    if config.exists():
        raise UsageError(f"{directory} 已经是工作区，不会覆盖。请另选一个文件夹")
    raw = directory / "data" / "raw"
    package = resources.files("lianhu_analysis")
    skeleton = package / "intake" / "skeleton"
    copies: dict[Path, Traversable] = {
        raw / "来文" / "delivery.toml": skeleton / "delivery.toml",
        raw / "README.md": skeleton / "README.txt",
        directory / "indicators.csv": package / "catalog" / "data" / "indicators.csv",
    }
    if notebooks is not None:
        for file in (*notebooks.glob("*.ipynb"), *sorted(notebooks.glob("explore/*.ipynb"))):
            copies[directory / "notebooks" / file.relative_to(notebooks)] = file
    names = ("目标表", "历史数据", "月报模板", "台账模板")
    targets, history, month, ledgers = (directory / f"{name}.xlsx" for name in names)
    written = [*copies, targets, history, month, ledgers]
    for path in written:
        if path.exists():
            raise UsageError(f"{path} 已经在那里，不会覆盖。请另选一个文件夹，或先把它移走")
    for path, packaged in copies.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packaged.read_bytes())
    listed = directory / "indicators.csv"
    text = listed.read_text(encoding="utf-8")
    kind = name_zh[-1] if name_zh[-1] in "县市旗" else "区"
    for words, instead in blank.texts()["elsewhere"].items():
        text = re.sub(words, instead.format(kind=kind), text)
    listed.write_text(text, encoding="utf-8", newline="\n")
    catalogue = read_catalogue(listed, {})
    blank.write_targets(targets, catalogue)
    blank.write_history(history, name_zh, catalogue, range(year - YEARS_BACK, year + 1))
    blank.write_month(month, name_zh, year)
    blank.write_ledgers(ledgers)
    # Last: a folder with lianhu.toml is a whole workspace.
    text = (skeleton / "lianhu.toml").read_text(encoding="utf-8")
    text = text.replace("{name}", name_zh).replace("{code}", code)
    config.write_text(text, encoding="utf-8", newline="\n")
    return [*written, config]
