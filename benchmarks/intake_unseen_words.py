"""How offices spell what a table says: words seen on real pages, chosen by chance.

They come from notes on published tables, never from the reader's own vocabulary.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["CORNERS", "UNIT_HEADS", "Column", "Spelling", "heads_in_one", "heads_stacked"]

Column = str  # single, ytd, yoy_single, yoy, last_year, or one that holds no observation
CORNERS = ["指标名称", "项 目 名 称", "项目", "指标", "指    标", None]
UNIT_HEADS = ["计量单位", "计算 单位", "单位", "计 量 单 位"]
DASHES = ["-", "—", "–", "~", "～", "至", "－"]
QUARTERS = {
    1: ["一季度", "第一季度", "1季度"],
    2: ["上半年", "1-2季度"],
    3: ["前三季度", "1-3季度"],
    4: ["全年", "1-4季度"],
}
# A stroke is where a printed head breaks into the next line.
SINGLE = ["本月", "当月", "{m}月", "{m}月份"]
TOTAL = ["1-{m}月", "1-{m}月|累计", "本月止累计", "1-本月", "累计", "累计值", "{y}年1{d}{m}月"]
TOTAL_OF_QUARTERS = ["{q}", "本季累计", "累计", "{y}年{q}"]
GROWTH = [
    "累计比上年同期|增长(%)",
    "本期累计比上年|同期增长(%)",
    "比去年同期|增长(%)",
    "累计同比%",
    "累计增速(%)",
]
BARE_GROWTH = ["±%", "比上年±%", "增幅%", "同比±%", "增速", "同比增长(%)", "比上年同期增长%"]
GROWTH_OF_MONTH = ["本月比上年同月|增长(%)", "比去年同月|增长(%)", "当月同比%", "本月同比±%"]
LAST_YEAR = ["上年同期", "去年同期"]
BESIDE = {
    "share": ["结构(%)", "税收比重%"],
    "plan": ["完成年度计划%", "为预算的%", "完成预期|目标%"],
    "rank": ["排名", "增速排位", "在十区中排位"],
    "gap": ["与全市增速比较"],
    "on_month": ["环比", "环比%"],
}
AMOUNT = ["绝对额", "总量", "总额"]
RATE = ["增速（%）", "增幅%", "同比增长（%）", "±%", "比上年同期增长(%)"]
OF_MONTH = ["当月", "本月", "{m}月"]
OF_MONTHS = ["累计", "本月止累计", "1-{m}月", "1-{m}月累计"]


@dataclass(frozen=True)
class Spelling:
    """The period of one table, and chance to spell it."""

    chance: random.Random
    year: int
    month: int
    quarterly: bool = False

    def fill(self, form: str) -> str:
        """Write the period into a form."""
        quarter = self.chance.choice(QUARTERS[(self.month + 2) // 3])
        return form.format(y=self.year, m=self.month, q=quarter, d=self.chance.choice(DASHES))

    def through(self) -> str:
        """Return the months from January, or the quarters."""
        forms = ["1{d}{m}月", "1{d}{m}月份", "1月至{m}月"]
        return self.fill("{q}" if self.quarterly else self.chance.choice(forms))

    def pick(self, forms: Sequence[str]) -> str:
        """Return one form, filled."""
        return self.fill(self.chance.choice(forms))


def heads_in_one(spelling: Spelling, columns: Sequence[Column]) -> list[str]:
    """Return the head of each column in one cell; strokes are where it may break."""
    both = "yoy" in columns and "yoy_single" in columns
    total = TOTAL_OF_QUARTERS if spelling.quarterly else TOTAL
    bare = BARE_GROWTH if "single" not in columns else []
    growth = GROWTH if both else [*GROWTH, *bare]
    if spelling.quarterly:
        growth = BARE_GROWTH
    forms = {
        "single": SINGLE,
        "ytd": total,
        "yoy": growth,
        "yoy_single": GROWTH_OF_MONTH,
        "last_year": LAST_YEAR,
        **BESIDE,
    }
    return [spelling.pick(forms[column]) for column in columns]


def heads_stacked(spelling: Spelling, columns: Sequence[Column]) -> list[tuple[str, ...]]:
    """Return two heads for each column: measure over months, or months over measure."""
    amount, rate = spelling.pick(AMOUNT), spelling.pick(RATE)
    month, total = spelling.pick(OF_MONTH), spelling.pick(OF_MONTHS)
    if spelling.quarterly:
        total = spelling.pick(["累计", "{q}"])
    parts = {
        "single": (amount, month),
        "ytd": (amount, total),
        "yoy_single": (rate, month),
        "yoy": (rate, total),
    }
    turned = spelling.chance.random() < 0.5
    return [
        (parts[column][::-1] if turned else parts[column])
        if column in parts
        else (spelling.pick({"last_year": LAST_YEAR, **BESIDE}[column]),)
        for column in columns
    ]
