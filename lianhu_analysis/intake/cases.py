"""Cases of ledgers: read row by row, settled between versions, and as known on a day."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import pandas as pd

from lianhu_analysis.catalog.ledgers import Column, Ledger
from lianhu_analysis.catalog.periods import Period, parse_period
from lianhu_analysis.catalog.units import normalise_unit
from lianhu_analysis.errors import IntakeError, LianhuError
from lianhu_analysis.intake.grids.grid import Grid, cell_address
from lianhu_analysis.intake.observations import CASE_COLUMNS, CASE_KEY, join_source, path_of
from lianhu_analysis.intake.problems import Problem, place_text
from lianhu_analysis.intake.reading.around import region_of
from lianhu_analysis.intake.reading.figures import Delivery, Reading
from lianhu_analysis.intake.reading.statements import head_lines, stated_day
from lianhu_analysis.intake.reading.words import Grammar, unit_in
from lianhu_analysis.workspace import Region

__all__ = ["Cases", "cases_on", "read_ledgers", "settle_cases"]

CASE = list(CASE_KEY)
HEAD_ROWS, FEWEST_HEADS = 12, 3
BLANK = frozenset(("", "-", "--", "—", "——", "/", "…", "……", "#N/A"))
NUMBER = re.compile(r"(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
BESIDE = ("合计", "总计", "小计", "注", "说明", "备注", "填表", "制表", "审核")
TOTAL = re.compile(r".*[合总小共]\s*计(\(.*\))?:?")
DISTRICT = re.compile(r"(?:所[属在])?(?:区县|县区|区\(县\)|行政区划?|辖区)(?:名称)?")
# What has happened is a day and nothing else: 计划2024-09-05 has not.
ONLY_A_DAY = re.compile(r"[\d\s年月日号/.:T-]+")
# By type of column: what is to be written, and how it is kept.
TYPES = {
    "text": ("文字或公式的结果", "str"),
    "number": ("不小于 0 的数，如 12.5", "float64"),
    "past": ("不晚于报送日的日期，如 2024-03-15", "datetime64[us]"),
    "day": ("日期，如 2024-03-15", "datetime64[us]"),
    "period": ("不晚于报送日的年和月，如 2024-09", "str"),
}


@dataclass(frozen=True)
class Cases:
    """What was known of a region's cases on a day.

    Attributes
    ----------
    tables
        By kind: one row a case, columns of the ledger; days are timestamps, what is unknown
        is missing.
    begun, delivered
        By kind: the days of the first and of the last delivery.
    provenances
        Of all cases.
    disputed
        Key and place of the rows that two files of one day write differently: none is taken.
    """

    ledgers: Mapping[str, Ledger]
    tables: Mapping[str, pd.DataFrame]
    begun: Mapping[str, pd.Timestamp]
    delivered: Mapping[str, pd.Timestamp]
    provenances: frozenset[str]
    disputed: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Sheet:
    """A sheet with the heads of a ledger in one of its rows; day, region and faults of the report."""

    grid: Grid
    ledger: Ledger
    head: int
    day: dt.date
    region: Region
    grammar: Grammar
    faults: list[Problem]

    def refuse(self, row: int, column: int, told: str, remedy: str) -> None:
        """Put a fault of a cell down."""
        told = f"{self.ledger.name_zh}台账{told}"
        self.faults.append(Problem(self.grid.sheet, cell_address(row, column), told, remedy))


def read_ledgers(
    grids: Sequence[Grid], ledgers: Mapping[str, Ledger], delivery: Delivery, grammar: Grammar
) -> Reading | None:
    """Read the ledgers of a file; ``None`` if none of its sheets has the heads of one.

    The frame has the columns ``CASE_COLUMNS``; ``content`` is what a row says, as JSON by
    column.  A faulty row is left out, with a problem for each of its faulty cells.

    Raises
    ------
    IntakeError
        If no day of report is stated, or several are, or a sheet is about an unknown region.
    """
    sheets = [(grid, *_recognised(grid, ledgers)) for grid in grids]
    if not any(ledger for _, ledger, _ in sheets):
        return None
    rows: list[tuple[Any, ...]] = []
    problems: list[Problem] = []
    source, origin = join_source(path_of(delivery.source)), delivery.provenance
    for grid, ledger, head in sheets:
        if ledger is None:
            told = "没有台账的表头，或是隐藏的，没有读"
            remedy = "是统计表的，请另存为单独的文件；是台账的，请取消隐藏"
            problems += [Problem(grid.sheet, "", told, remedy)] if any(map(any, grid.rows)) else []
            continue
        lines = head_lines(grid, 0, head)
        stated = (stated_day(text) for _, text in lines if "截" not in text)
        days = set(filter(None, stated))
        day = days.pop() if days else delivery.published or delivery.day
        if day is None or days:
            cure = "请在表头上方写“报送日期：2024-10-08”，或写进文件名或 delivery.toml 的 published"
            raise IntakeError("台账没有写明报送日期，或不止一个，不知道从哪一天起算数", cure)
        named = (region_of(line, grammar, delivery, False) for line in lines)
        region = next(filter(None, named), delivery.region)
        sheet = _Sheet(grid, ledger, head, day, region, grammar, problems)
        rows += [
            (region.code, ledger.kind, key, day, origin, content, source, grid.sheet, cell)
            for key, content, cell in _cases(sheet)
        ]
    frame = pd.DataFrame(rows, columns=list(CASE_COLUMNS)).astype({"published": "datetime64[us]"})
    distinct = frame.drop_duplicates([*CASE, "content"])
    several = distinct.duplicated(CASE, keep=False)
    remedy = "请只留对的一行，或改正编号"
    problems += _problems(distinct[several], "不止一行，写法不同，都没有读", remedy)
    return Reading(distinct[~several], tuple(problems), len(frame) - len(distinct))


def _recognised(grid: Grid, ledgers: Mapping[str, Ledger]) -> tuple[Ledger | None, int]:
    """Return the ledger whose heads stand on a sheet, and their row."""
    best: tuple[int, Ledger | None, int] = (FEWEST_HEADS - 1, None, 0)
    for number, row in enumerate(grid.rows[:HEAD_ROWS] if grid.visible else ()):
        heads = set(map(_head, row)) - {""}
        for ledger in ledgers.values():
            count = len(heads & ledger.heads.keys())
            if count > best[0] and 2 * count >= len(heads):
                best = (count, ledger, number)
    return best[1:]


def _head(cell: object) -> str:
    return re.sub(r"\s|\*", "", _text(cell))


def _cases(sheet: _Sheet) -> Iterator[tuple[str, str, str]]:
    """Yield key, content and address of the rows that have no fault."""
    ledger, rows = sheet.ledger, sheet.grid.rows
    columns = dict(_columns(sheet))
    places = {item.name: column for column, item in columns.items()}
    heads = map(_head, rows[sheet.head])
    districts = [n for n, head in enumerate(heads) if DISTRICT.fullmatch(head)]
    missing = [item for item in ledger.column if item.required and item.name not in places]
    for item in missing:
        sheet.refuse(sheet.head, 0, f"缺少“{item.title}”列，整张表没有读", "请补上这一列")
    for number in range(sheet.head + 1, len(rows)):
        texts = {column: _text(sheet.grid.at(number, column)) for column in columns}
        first = next(filter(None, map(_text, rows[number])), "")
        is_note = first.startswith(BESIDE) and 2 * sum(map(bool, texts.values())) <= len(texts)
        if is_note or not any(texts.values()) or any(map(TOTAL.fullmatch, texts.values())):
            continue
        said: dict[str, Any] = {}
        faults = [
            (column, f"是{told}的", "别的地区的，请另报一份，在标题写明地区")
            for column in districts
            if (told := _text(sheet.grid.at(number, column)))
            and sheet.grammar.region(told) != sheet.region
        ]
        for column, item in columns.items():
            try:
                said[item.name] = _value(texts[column], item, sheet.day)
            except (ValueError, LianhuError) as error:
                wanted = "、".join(item.choices) or TYPES[item.type][0]
                faults.append((column, f"“{item.head}”{error}", f"请填{wanted}"))
        for names in ledger.in_order:
            days = [(said[name], places[name]) for name in names if said.get(name)]
            for (earlier, _), (later, column) in pairwise(days):
                if later < earlier:
                    what = f"“{columns[column].head}”{later} 早于之前一步的 {earlier}"
                    faults.append((column, what, "请核对这两天"))
        for column, told, remedy in faults:
            sheet.refuse(number, column, f"第 {number + 1} 行{told}，这一行没有读", remedy)
        if not faults and not missing:
            key = " ".join(str(said[name]) for name in ledger.key)
            known = {name: value for name, value in said.items() if value is not None}
            yield key, json.dumps(known, ensure_ascii=False), cell_address(number, 0)


def _columns(sheet: _Sheet) -> Iterator[tuple[int, Column]]:
    """Yield what each column is."""
    left = dict(sheet.ledger.heads)
    if _other_units(sheet):
        left = {head: one for head, one in left.items() if not one.unit or head.endswith(")")}
    for column, cell in enumerate(sheet.grid.rows[sheet.head]):
        head = _head(cell)
        if item := left.get(head):
            left = {name: other for name, other in left.items() if other != item}
            yield column, item
        elif head not in ("", "序号") and not DISTRICT.fullmatch(head):
            known = "、".join(one.title for one in dict.fromkeys(left.values()))
            told = f"的表头 {head!r} 不认识、不止一处，或表中另写有别的单位，这一列没有读"
            sheet.refuse(sheet.head, column, told, f"还可以用 {known}；不用的列请删去")


def _other_units(sheet: _Sheet) -> set[str]:
    """Return the units that stand above or below the head and are those of no column."""
    cells = map(_text, chain(*sheet.grid.rows[: sheet.head], *sheet.grid.rows[sheet.head + 1 :]))
    parts = {part for text in cells for part in re.split("[、,;:。()为]", text)}
    own = {"", "%", *(normalise_unit(item.unit) for item in sheet.ledger.columns)}
    return {unit_in(part) for part in parts} - own


def _text(cell: object) -> str:
    """Return a cell in the common way of writing; what stands for nothing is empty."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    text = f"{cell:.15g}" if isinstance(cell, float) else "" if cell is None else str(cell)
    folded = unicodedata.normalize("NFKC", text).strip()
    return "" if folded in BLANK else folded


def _value(text: str, item: Column, day: dt.date) -> str | float | None:
    """Return what a cell says; days and months as codes.

    Raises
    ------
    ValueError
        If it is not what its column wants.
    """
    if not text and item.required:
        raise ValueError("空着，这一列必填")
    if not text:
        return None
    if item.type == "number" and NUMBER.fullmatch(text):
        return float(text.replace(",", ""))
    if item.type == "period" and (end := parse_period(text).period.end).replace(day=1) <= day:
        return Period(end.year, "M", end.month).code
    is_day = item.type == "day" or (item.type == "past" and ONLY_A_DAY.fullmatch(text))
    if is_day and (found := stated_day(text)):
        if item.type == "day" or found <= day:
            return found.isoformat()
        raise ValueError(f" {found} 晚于报送日 {day}")
    if item.type == "text" and text in (item.choices or (text,)) and not text.startswith("#"):
        return text
    raise ValueError(f"读不懂 {text!r}")


def _problems(rows: pd.DataFrame, told: str, remedy: str) -> list[Problem]:
    cells = rows[["sheet", "cell", "key"]].itertuples(index=False, name=None)
    return [Problem(sheet, cell, f"编号 {key!r} {told}", remedy) for sheet, cell, key in cells]


def settle_cases(
    held: pd.DataFrame, new: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[Problem, ...]]:
    """Decide on each case of a file that was changed after it was stored.

    What a file once said of a day stays: a case that its present version writes otherwise
    under the same day is not taken, and one that it leaves out is told.

    Returns
    -------
    What `Settled` holds: fresh rows, rows of earlier versions that stay, and problems.
    """
    old = new[CASE].merge(held[[*CASE, "content"]], "left", CASE)["content"].to_numpy()
    changed = pd.notna(old) & (old != new["content"].to_numpy())
    fresh = new[~changed]
    stays = ~pd.MultiIndex.from_frame(held[CASE]).isin(pd.MultiIndex.from_frame(fresh[CASE]))
    told = "与这份文件以前写的不同，报送日却没有变，没有采用"
    remedy = "是更正的，请写上新的报送日期；不是的，请恢复原件"
    written = pd.MultiIndex.from_frame(held[CASE]).isin(pd.MultiIndex.from_frame(new[CASE]))
    gone = held[~written & held["published"].isin(new["published"])]
    left = _problems(gone, "在改动后的文件里没有了，库中仍保留", "误报的，请再报一次、作废填“是”")
    return fresh, held[stays], (*_problems(new[changed], told, remedy), *left)


def cases_on(frame: pd.DataFrame, ledgers: Mapping[str, Ledger]) -> Cases:
    """Return what the newest delivery of each case says.

    Parameters
    ----------
    frame
        Rows delivered by a day, of one region: columns ``CASE_COLUMNS``.
    """
    case = ["ledger", "key"]
    newest = frame[frame["published"].eq(frame.groupby(case)["published"].transform("max"))]
    distinct = newest.drop_duplicates([*case, "content"])
    several = distinct.duplicated(case, keep=False)
    taken = distinct[~several]
    tables = {
        kind: _table(taken[taken["ledger"] == kind], ledger) for kind, ledger in ledgers.items()
    }
    cells = distinct.loc[several, ["key", "source", "sheet", "cell"]]
    disputed = tuple(
        f"{key}（{place_text(path_of(source), *place)}）"
        for key, source, *place in cells.itertuples(index=False, name=None)
    )
    days = frame.groupby("ledger")["published"]
    begun, delivered = (
        {str(kind): day for kind, day in found.items()} for found in (days.min(), days.max())
    )
    return Cases(ledgers, tables, begun, delivered, frozenset(taken["provenance"]), disputed)


def _table(rows: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Return the cases of one kind that are not void, typed."""
    names = [item.name for item in ledger.columns]
    table = pd.DataFrame(list(map(json.loads, rows["content"])), columns=names, dtype=object)
    table = table.astype({item.name: TYPES[item.type][1] for item in ledger.columns})
    cases = table[table["void"].ne("是")].drop(columns="void")
    return cases.sort_values(list(ledger.key), ignore_index=True)
