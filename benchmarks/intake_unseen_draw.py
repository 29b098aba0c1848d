"""What a table is drawn from: one year of an invented district, and how it says its months."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.intake_mutants_documents import Fact, Role, Sheet
from benchmarks.intake_unseen_words import Column, Spelling
from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Period

__all__ = [
    "REGION",
    "Draw",
    "figure_of",
    "is_flow",
    "is_money",
    "is_quarterly",
    "items_of",
    "months_of",
    "put_title",
    "spell_month",
    "usable",
]

REGION = "莲湖区"
COUNTED = (
    "家",
    "个",
    "起",
    "人",
    "户",
    "件",
    "宗",
    "栋",
    "处",
    "套",
    "条",
    "张",
    "天",
    "户次",
    "件次",
)


@dataclass
class Draw:
    """One year of an invented district: figures are alike in no two cells and hang together."""

    chance: random.Random
    catalogue: Catalogue
    year: int
    month: int
    quarterly: bool = False
    months: dict[tuple[str, int], float] = field(default_factory=dict)
    rates: dict[tuple[str, str], float] = field(default_factory=dict)

    @property
    def spelling(self) -> Spelling:
        """Return the period's spelling."""
        return Spelling(self.chance, self.year, self.month, self.quarterly)

    @property
    def published(self) -> dt.date:
        """Return the publication day."""
        later = Period(self.year, "M", self.month).shift(1)
        return dt.date(later.year, later.number, 28)

    def period(self, month: int) -> str:
        """Return the period that ends with a month."""
        if self.quarterly:
            return str(Period(self.year, "Q", month // 3))
        return str(Period(self.year, "M", month))

    def single(self, item: Indicator, month: int) -> float:
        """Return the amount of one month."""
        key = item.code, month
        if key not in self.months:
            base = self.months.setdefault((item.code, 0), self.chance.uniform(3, 90))
            digits = 0 if item.unit in COUNTED else 2
            self.months[key] = round(base * self.chance.uniform(0.7, 1.3) + 0.01, digits)
        return self.months[key]

    def level(self, item: Indicator, month: int) -> float:
        """Return the amount of a year so far, the stock, or the rate."""
        if item.kind == "flow":
            return round(sum(self.single(item, number) for number in range(1, month + 1)), 2)
        value = self.single(item, month)
        return value if item.kind == "rate" or value > 10 else round(value + 100, 2)

    def growth_pct(self, item: Indicator, month: int, span: str) -> float:
        """Return a growth of one decimal."""
        key = item.code, f"{span}{month}"
        if key not in self.rates:
            size = self.chance.randrange(11, 190) / 10
            self.rates[key] = size if self.chance.random() < 0.75 else -size
        return self.rates[key]

    def cell(
        self, item: Indicator, column: Column, month: int, factor: int = 1
    ) -> tuple[object, Fact | None]:
        """Return what stands in a cell, and the figure that it is."""
        span = "point" if item.span == "point" else "ytd"
        flow, period = item.kind == "flow", self.period(month)
        if column == "single" and flow:
            value = self.single(item, month)
            return _printed(value, factor), Fact(item.code, "level", "single", period, value)
        if column == "ytd" and item.kind != "growth_only":
            value = self.level(item, month)
            return _printed(value, factor), Fact(item.code, "level", span, period, value)
        if column == "last_year" and flow:
            grown = 1 + self.growth_pct(item, month, span) / 100
            return _printed(round(self.level(item, month) / grown, 2), factor), None
        if column == "yoy" or (column == "yoy_single" and flow):
            span = "single" if column == "yoy_single" else span
            value = self.growth_pct(item, month, span)
            shown = f"{value}个百分点" if item.kind == "rate" else value
            return shown, Fact(item.code, "yoy", span, period, value)
        if column in ("share", "plan", "gap", "rank", "on_month"):
            big = {"rank": 9, "gap": 3, "on_month": 5}.get(column, 90)
            number = self.chance.randint(1, big)
            return number if column == "rank" else number + 0.5, None
        return self.chance.choice(["—", "-", None, "……"]), None


def _printed(value: float, factor: int) -> float:
    return round(value * factor, 2)


def usable(
    catalogue: Catalogue, wanted: Callable[[Indicator], bool], chance: random.Random, count: int
) -> list[Indicator]:
    """Return some indicators that are known by their own name and not published with a lag."""
    found = [
        item
        for item in catalogue
        if wanted(item)
        and not item.lag_months
        and "降低" not in item.name_zh
        and catalogue.match_name(item.name_zh) == item
    ]
    return chance.sample(found, min(count, len(found)))


def is_monthly(item: Indicator) -> bool:
    """Whether it is monthly, of the year to date or at a point, and no index."""
    return item.frequency == "M" and item.span in ("ytd", "point") and item.kind != "index"


def is_flow(item: Indicator) -> bool:
    """Whether it is a monthly amount."""
    return is_monthly(item) and item.kind == "flow"


def is_money(item: Indicator) -> bool:
    """Whether it is a monthly amount of money."""
    return is_flow(item) and item.unit == "亿元"


def is_quarterly(item: Indicator) -> bool:
    """Whether it is a quarterly amount of the year to date."""
    return item.frequency == "Q" and item.span == "ytd" and item.kind == "flow"


def items_of(draw: Draw, wanted: Callable[[Indicator], bool] | None = None) -> list[Indicator]:
    """Return the indicators of a table."""
    if draw.quarterly:
        wanted = is_quarterly
    if wanted is None:
        wanted = draw.chance.choice([is_monthly, is_flow, is_money])
    return usable(draw.catalogue, wanted, draw.chance, draw.chance.randint(3, 9))


def months_of(draw: Draw) -> list[int]:
    """Return the months of a table, in either order."""
    step = 3 if draw.quarterly else 1
    months = list(range(step if draw.quarterly else 2, draw.month + 1, step))
    return months[::-1] if draw.chance.random() < 0.5 else months


def put_title(draw: Draw, sheet: Sheet, title: str) -> int:
    """Print a title, perhaps a publication day; return the row of the heads."""
    sheet.put(0, 0, title, "title")
    if draw.chance.random() < 0.5:
        sheet.put(1, 0, f"发布日期：{draw.published.isoformat()}", "published")
        return 2 + draw.chance.randint(0, 1)
    return 1 + draw.chance.randint(0, 1)


def figure_of(
    draw: Draw, item: Indicator, column: Column, month: int
) -> tuple[object, Role, Fact | None]:
    """Return a cell as a sheet takes it."""
    value, fact = draw.cell(item, column, month)
    return value, "figure", fact


def spell_month(draw: Draw, month: int, *, through: bool) -> str:
    """Return a month, or the months from January to it."""
    if draw.quarterly:
        return draw.chance.choice(
            {3: ["一季度"], 6: ["上半年"], 9: ["前三季度"], 12: ["全年"]}[month]
        )
    return f"1-{month}月" if through else f"{month}月"
