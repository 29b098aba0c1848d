"""An empty workspace for another region, ready to be filled."""

from __future__ import annotations

import re
import shutil
from importlib import resources
from pathlib import Path

from lianhu_analysis.errors import UsageError

__all__ = ["create_workspace"]

CONFIG = """\
# 工作区：{name}。字段说明见 docs/workspace.md。
[region]
code = "{code}"
name_zh = "{name}"
name_en = ""

# 上级地区，由近及远；其数据可一并入库。
# [[parents]]
# code = "610100"
# name_zh = "西安市"

# 同级地区，只存来比较，不作预测。
# [[peers]]
# code = "610102"
# name_zh = "新城区"

[catalogue]
file = "indicators.csv"
counts = {{ core = 41, monitor = 187 }}

[forecast]
provenance = ["official"]
outlier_years = [2020, 2021]

# 普查修订之日起，公布的绝对额换了口径。
[[census_breaks]]
day = 2024-12-26
name = "第五次全国经济普查修订"
"""

TARGETS = """\
# 年度目标。每个目标一节；去掉行首的 # 并改成本地区的目标。
# rule：at_least（不低于）、about（左右，容差 tolerance）、at_most（不超过）。
#
# [[target]]
# indicator = "gdp.total"
# measure = "yoy"
# year = 2024
# value = 6.0
# rule = "about"
# tolerance = 0.2
# unit = "%"
# title_zh = "地区生产总值增长6%左右"
# source = "2024年政府工作报告"
"""

SIDECAR = """\
# 这个文件夹里的文件从哪里来。
title = ""
url = ""
provenance = "official"
# 表内没有写“发布日期”时，用这一天；不填则按指标目录的发布规律推定，并标明“推定”。
# published = 2024-10-22
"""

README = """\
# 原始数据

每次收到的文件原样放在这里（可分文件夹），不改动；更正和修订作为新文件放入。
上一级文件夹的 `月报模板.xlsx` 是一张可以直接填写的月报，填好后另存到 `来文` 文件夹，再运行 `lianhu ingest`。
"""

TEMPLATE_ROWS = (
    ("地方一般公共预算收入", "亿元"),
    ("社会消费品零售总额", "亿元"),
    ("规模以上工业总产值", "亿元"),
)


def create_workspace(directory: Path, name_zh: str, code: str) -> list[Path]:
    """Write an empty workspace and return the files written.

    It holds ``lianhu.toml``, a copy of the built-in catalogue, a targets file
    with a commented example, the folders, and a monthly workbook to fill in.

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
    written = []
    for path, text in (
        (directory / "targets.toml", TARGETS),
        (delivered / "delivery.toml", SIDECAR),
        (directory / "data" / "raw" / "README.md", README),
    ):
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    catalogue = resources.files("lianhu_analysis.catalog") / "data" / "indicators.csv"
    with resources.as_file(catalogue) as source:
        shutil.copyfile(source, directory / "indicators.csv")
    template = directory / "月报模板.xlsx"
    _write_template(template, name_zh)
    # Last: a folder with lianhu.toml is a whole workspace.
    config = directory / "lianhu.toml"
    config.write_text(CONFIG.format(name=name_zh, code=code), encoding="utf-8", newline="\n")
    return [*written, directory / "indicators.csv", template, config]


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
