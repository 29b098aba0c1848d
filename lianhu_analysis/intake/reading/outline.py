"""What each row of a table belongs to: its group lines, the item above it, its path.

Numbering, indent, ``#``, 其中 and 按…分 decide; the arithmetic of the figures (parts sum to
the whole) confirms them or says otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lianhu_analysis.catalog.remembering import remembered
from lianhu_analysis.intake.reading.words import FOOTNOTE

__all__ = ["Item", "Label", "Line", "adds_up", "decimals", "outline", "read_line"]

SUB_ITEM = re.compile(r"^(?:其中|#)[:：]?\s*")
MARKER = re.compile(r"^(?:其中|在总额中|#)[:：]?$")
GROUPING = re.compile(
    r"^(?:在总额中,?)?(?P<owner>.{2,20}?)??(?:按|依)[^:：]{1,12}?(?:分|划分|分组|分类)(?:组|类)?(?:[:：]|$)"
)
SECTOR = re.compile(r"第[一二三]产业")
SHORT_SECTOR = re.compile("^([一二三])产(?!业)")
NUMBERING = tuple(
    re.compile(pattern)
    for pattern in (
        r"^[一二三四五六七八九十]+[、.．]\s*",
        r"^\((?:[一二三四五六七八九十]+)\)\s*",
        r"^\d{1,2}(?:[、．]|\.(?!\d))\s*",
        r"^\(\d{1,2}\)\s*",
    )
)
CIRCLED = re.compile(r"^\s*([①-⑳])")
FIRST = re.compile(r"\(?[一1][、.．)]")
UNNUMBERED = len(NUMBERING)
# How much less deep than a list is the line without number that it stands under.
OVER = 0.5
# Rounding of one printed figure, in units of its last decimal.
HALF = 0.5
# A list of so many rows may add up to the item above it; 第二产业 is 工业 and 建筑业.
FEWEST, FEWEST_OF_SECTOR, MOST = 3, 2, 20
# 其中： takes five columns, and its fellows are aligned behind it, more or less.
MARKED = 9
CLOSE = 2e-4
UNTOLD = 0.3
# 工业 has services of mining and repairs that are no part of 第二产业 (三次产业划分规定, 2018).
REPAIRS = 0.02


Amounts = Sequence[float | None]


class Line(NamedTuple):
    """One label before it is known what it belongs to.

    Attributes
    ----------
    numbered_text, text
        Without its numbering; and without 其中 and footnote marks.
    depth, is_first
        Of its numbering; ``UNNUMBERED`` without any; and whether it is the first of a list.
    indent
        Blanks before it, a wide one counted as two.
    is_part
        Whether it says itself that it is a part of the item above it.
    is_marker
        Whether it only says that parts follow.
    grouping, owner
        What 按…分 says, where it opens a grouping, and what of where it says that;
        ``text`` is then what follows it.
    """

    numbered_text: str
    text: str
    depth: int
    indent: int = 0
    is_part: bool = False
    is_marker: bool = False
    grouping: str = ""
    owner: str = ""
    is_first: bool = False


class Item(NamedTuple):
    """A row on its way into the outline: its label and its figures by column."""

    row: int
    line: Line
    has_figures: bool
    amounts: Amounts = ()


class Label(NamedTuple):
    """One row's label in its place.

    Attributes
    ----------
    groups
        Group lines above it that it belongs to, the outermost first.
    parents
        Items that it may be a part of, the likeliest first.
    is_part
        Whether it is certainly a part: then its bare name means nothing.
    is_marked
        Whether 其中 or # says so, not only an indent.
    is_member
        Whether it is a member of a grouping: a name that says all is itself.
    is_numbered
        Whether its number says that it is in the list of its first parent.
    totals
        Items above that it and the rows around it add up to.
    """

    text: str
    groups: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    is_part: bool = False
    is_member: bool = False
    is_marked: bool = False
    is_numbered: bool = False
    totals: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Parent and child, as a vocabulary's labels name it."""
        return f"{self.parents[0]}/{self.text}" if self.is_part and self.parents else self.text


@remembered
def read_line(label: str) -> Line:
    """Take numbering, 其中 and footnote marks off a label."""
    # Before folding, which makes a plain digit of a raised or circled one.
    plain = CIRCLED.sub(lambda found: f"({ord(found[1]) - ord('①') + 1})", label)
    indent = sum(2 if c == "\u3000" else 1 for c in plain[: len(plain) - len(plain.lstrip())])
    folded = unicodedata.normalize("NFKC", FOOTNOTE.sub("", plain.strip()))
    numbered_text, depth = _without_number(folded)
    part = bool(SUB_ITEM.match(numbered_text))
    text, _ = _without_number(SUB_ITEM.sub("", numbered_text))
    text = SHORT_SECTOR.sub(r"第\1产业", FOOTNOTE.sub("", text).strip())
    bare = re.sub(r"\s", "", text)
    found = GROUPING.match(bare)
    grouping, owner = (found[0], found["owner"] or "") if found else ("", "")
    if grouping:
        text = bare[len(grouping) :]
    marker = bool(MARKER.fullmatch(re.sub(r"\s", "", numbered_text)))
    grouping, first = grouping.rstrip(":："), bool(FIRST.match(folded))
    return Line(numbered_text, text, depth, indent, part, marker, grouping, owner, first)


def _without_number(text: str) -> tuple[str, int]:
    for depth, pattern in enumerate(NUMBERING):
        if found := pattern.match(text):
            return text[found.end() :].strip(), depth
    return text, UNNUMBERED


def outline(items: Sequence[Item], scope: Iterable[str] = ()) -> dict[int, Label]:
    """Return the label of each row, in its place."""
    walk = _Walk([(-1, text) for text in scope])
    labels = {item.row: walk.place(item) for item in items}
    for row, whole in _listed(items):
        labels[row] = labels[row]._replace(parents=(*labels[row].parents, whole))
    for row, whole in _listed(items, FEWEST_OF_SECTOR):
        labels[row] = labels[row]._replace(totals=(*labels[row].totals, whole))
    wholes: dict[str, str] = {}
    sectors = dict(_sectors(items, labels))
    for item in items:
        row, text = item.row, item.line.text
        found = labels[row]
        if row in sectors:
            wholes[text] = sectors[row]
            parents = tuple(dict.fromkeys((wholes[text], *found.parents))) if wholes[text] else ()
            labels[row] = found._replace(parents=parents, is_part=True, is_member=False)
        elif above := [wholes[parent] for parent in found.parents if wholes.get(parent)]:
            # 工业 below 第二产业 is a part of what the sectors add up to.
            labels[row] = found._replace(parents=tuple(dict.fromkeys((*found.parents, *above))))
    return labels


@dataclass
class _Walk:
    """The lines above a row, kept while a table is read downwards."""

    groups: list[tuple[float, str]] = field(default_factory=list)  # depth and text
    # Open items from the outermost: indent, text, and the most that its fellows are indented.
    items: list[tuple[int, str, int]] = field(default_factory=list)
    numbered: list[tuple[int, str]] = field(default_factory=list)  # depth and text
    owner: str = ""
    owner_depth: int = UNNUMBERED
    in_grouping: bool = False
    whole: str = ""  # of which all that follows are parts, after 其中
    part: str = ""  # one without indent, of which an indented 其中 is a part

    def place(self, item: Item) -> Label:
        line = item.line
        if line.is_marker and not item.has_figures:
            self.whole = self._above()
            return Label(line.numbered_text, self._names())
        if line.grouping:
            self._open_grouping(line)
            if not line.text:
                return Label(line.grouping, self._names())
        numbered = line.depth < UNNUMBERED and not line.grouping
        if numbered and not line.is_part:
            self.whole = ""
            self.in_grouping = self.in_grouping and line.depth > self.owner_depth
        if not item.has_figures or (numbered and not line.is_part):
            self._close_groups(line)
        return self._item(line, numbered) if item.has_figures else self._group_line(line)

    def _close_groups(self, line: Line) -> None:
        """Leave the groups that a line ends; a list that begins below one without number is in it."""
        over = line.depth - OVER if line.is_first else UNNUMBERED
        groups = ((over if d == UNNUMBERED else d, name) for d, name in self.groups)
        numbered = line.depth < UNNUMBERED
        self.groups = [(d, n) for d, n in groups if d < line.depth and (numbered or d == int(d))]

    def _open_grouping(self, line: Line) -> None:
        self.in_grouping, self.whole = True, ""
        # Groupings side by side belong to the same item; a group line in between takes over.
        owner = line.owner or (self.items[0][1] if self.items and not self.owner else "")
        if owner:
            self.owner, self.owner_depth = owner, line.depth
        self.items = [(line.indent, self.owner, 0)] if self.owner else []

    def _group_line(self, line: Line) -> Label:
        self.in_grouping, self.whole = False, ""
        self.items, self.numbered, self.owner = [(line.indent, line.text, 0)], [], ""
        label = Label(line.text, self._names())
        self.groups.append((line.depth, line.text))
        return label

    def _item(self, line: Line, numbered: bool) -> Label:
        text, (above, _) = line.text, self._chain(line)
        self.part = self.part if line.indent >= 2 else ""
        outer = above[-1][1] if above and line.indent >= 2 else None
        marked = line.is_part or bool(self.whole)
        if line.is_part or (
            (marked or (outer is not None and not numbered))
            and (outer is not None or not self.in_grouping)
        ):
            deeper = line.is_part and line.indent >= 2 > max((i for i, *_ in above), default=0)
            within = self.part if deeper else ""
            parent = within or outer or (not line.is_part and self.whole) or self._above()
            member = self.in_grouping and parent == self.owner
            bare = member or parent in {name for _, name in self.groups}
            self._push(line)
            return Label(
                text,
                self._names(),
                (parent,) if parent else (),
                is_part=line.is_part or not bare,
                is_member=member and not line.is_part,
                is_marked=marked,
            )
        if self.in_grouping:
            self._push(line, base=True)
            return Label(text, self._names(), (self.owner,) if self.owner else (), is_member=True)
        self.numbered = [(d, name) for d, name in self.numbered if d < line.depth]
        parents = [name for _, name in reversed(self.numbered)]
        if numbered:
            self.numbered.append((line.depth, text))
        else:
            parents += [name for _, name, _ in self.items[-1:] if name not in parents]
        self.items, self.owner = [(line.indent, text, 0)], ""
        return Label(text, self._names(), tuple(parents), is_numbered=numbered)

    def _chain(self, line: Line) -> tuple[list[tuple[int, str, int]], int]:
        """Return the open items that a line is indented under, and how far its list is indented."""
        less = (n for n, open_ in enumerate(self.items) if open_[0] + line.is_part < line.indent)
        at = max(less, default=-1)
        if at >= 0 and not line.is_part and line.indent <= self.items[at][2]:
            return self.items[:at], self.items[at][0]  # behind 其中: of the line above
        return self.items[: at + 1], line.indent

    def _above(self) -> str:
        return self.items[-1][1] if self.items else ""

    def _push(self, line: Line, *, base: bool = False) -> None:
        if line.is_part and line.indent < 2:
            self.part = line.text
            return  # parts without indent stand side by side
        kept, indent = self._chain(line)
        kept = kept or self.items[:1]
        indent = max(indent, kept[-1][0] + 1 if base and kept else 0)
        end = line.indent + (MARKED if line.is_part else 0)
        self.items = [*kept, (indent, line.text, end)]

    def _names(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.groups)


def _sectors(items: Sequence[Item], labels: Mapping[int, Label]) -> Iterator[tuple[int, str]]:
    """Yield rows of 第一、二、三产业 and the item that they add up to."""
    runs: list[list[Item]] = []
    for item in items:
        if item.has_figures and SECTOR.fullmatch(item.line.text):
            if not runs or item.line.text in {other.line.text for other in runs[-1]}:
                runs.append([])
            runs[-1].append(item)
    for run in runs:
        first = run[0].row
        whole = _whole_of(run, [item for item in items if item.row < first], labels[first])
        yield from ((item.row, whole) for item in run)


def _listed(items: Sequence[Item], least: int = FEWEST) -> Iterator[tuple[int, str]]:
    """Yield rows of a flat list that adds up to the item above it: 农林牧渔业, 工业, 建筑业, …."""
    filled = [item for item in items if item.has_figures]
    for at, whole in enumerate(filled):
        found = [whole]
        start = at + 1
        while found:
            yield from ((item.row, whole.line.text) for item in found if item != whole)
            fewest = FEWEST_OF_SECTOR if SECTOR.fullmatch(whole.line.text) else least
            ends = range(start + fewest, min(start + MOST, len(filled) + 1))
            lists = (filled[start:end] for end in ends)
            sums = (
                one
                for one in lists
                if adds_up(whole.amounts, [i.amounts for i in one], over=_over(whole, one))
            )
            found = next(sums, [])
            start += len(found)


def _over(whole: Item, parts: Sequence[Item]) -> float:
    """Return by which share of a whole its parts may exceed it."""
    named = [whole.line.text, *(part.line.text for part in parts)]
    return REPAIRS if named == ["第二产业", "工业", "建筑业"] else 0.0


def _whole_of(run: Sequence[Item], earlier: Sequence[Item], first: Label) -> str:
    """Return the item that a run of parts adds up to.

    Amounts decide where there are any; without them the owner of the grouping that the first
    part stands in, or the item right above it.
    """
    above = [item for item in earlier if item.has_figures]
    whole = above[-1] if above and earlier[-1] == above[-1] else None
    if first.is_member:
        whole = next((o for o in reversed(above) if o.line.text in first.parents[:1]), None)
    parts = [item.amounts for item in run]
    if len(run) > 1 and any(amount is not None for amounts in parts for amount in amounts):
        comparable = whole and any(
            amount is not None and all(part[n] is not None for part in parts)
            for n, amount in enumerate(whole.amounts)
        )
        sums = (item for item in reversed(above) if adds_up(item.amounts, parts))
        # Where 第一产业 is not told, the others leave a little of the item right above them.
        short = 0.0 if "第一产业" in {item.line.text for item in run} else UNTOLD
        nearly = whole and adds_up(whole.amounts, parts, short)
        whole = next(sums, whole if nearly or not comparable else None)
    return whole.line.text if whole else ""


def adds_up(
    whole: Amounts, parts: Sequence[Amounts], short: float = 0.0, over: float = 0.0
) -> bool:
    """Whether parts sum to the whole in every column that has all of them, and in one at least.

    They may fall short of it, or exceed it, by a share of it.
    """
    held = 0
    for column, total in enumerate(whole):
        found = [part[column] for part in parts]
        if total is None or any(value is None for value in found):
            continue
        values = [float(value) for value in found if value is not None]
        # A spreadsheet drops the zeros at the end: the finest figure tells how all are printed.
        step = min(10.0 ** -decimals(value) for value in (*values, total))
        slack = max(HALF * step * (len(values) + 1), CLOSE * abs(total))
        left = total - sum(values)
        if not -max(slack, over * abs(total)) <= left <= max(slack, short * abs(total)):
            return False
        held += 1
    return held > 0


def decimals(value: float) -> int:
    """Return how many decimals a figure is printed with."""
    text = repr(float(value))
    return 0 if text.endswith(".0") or "e" in text else len(text.partition(".")[2])
