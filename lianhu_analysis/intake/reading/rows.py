"""What each row of a panel is: the indicator of its name, and what stands beside it."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.structure import load_structure
from lianhu_analysis.errors import IntakeError, PeriodError
from lianhu_analysis.intake.grids.grid import cell_address
from lianhu_analysis.intake.reading.around import foreign_region
from lianhu_analysis.intake.reading.blocks import STUBS, is_blank
from lianhu_analysis.intake.reading.cells import is_number
from lianhu_analysis.intake.reading.heads import HALF_A_YEAR, Heads
from lianhu_analysis.intake.reading.meaning import Row
from lianhu_analysis.intake.reading.notes import RowNote
from lianhu_analysis.intake.reading.outline import SECTOR, Label, read_line
from lianhu_analysis.intake.reading.place import Place
from lianhu_analysis.intake.reading.remarks import LESS, MARK, MARKS
from lianhu_analysis.intake.reading.statements import is_statement, stated_day, title_part
from lianhu_analysis.intake.reading.words import (
    GROWTHS,
    NOTHING,
    Facets,
    Grammar,
    Part,
    Said,
    fold,
    span_of,
    unit_in,
)
from lianhu_analysis.workspace import Region

__all__ = ["RowReader"]

NOT_OURS = "这一行不收的，不必处理；"
OTHERS = "报送把它们分成另一张表、在标题写明地区和时期的新文件"
BRACKETS = re.compile(r"[(（][^()（）]*[)）]$")
TWICE = re.compile("(工业|服务业)\\1")  # 规模以上工业: above 工业总产值
SEVERAL = re.compile("[及与、]|社会消费品|社零|以下|限下|全[部口]")
SCOPES = {"规上": "规模以上", "限上": "限额以上"}
TOTAL = re.compile("[合总]计$")
ASIDE = re.compile(r"^[\d★☆▲△]+|(?:\d+|[\[(]\d+[\])]|:|小计)$")
DITTO = re.compile("[〃″\"'']+|同上")
NARROW = re.compile("限额?以?上|规模?以?上")
TRADE = re.compile(f"(?<!企)业$|服务$|{TOTAL.pattern}")
LAST_YEAR = 2100
FIRST_CODE = 190_001
MONTH = re.compile(r"\s*(?:0?[1-9]|1[0-2])\s*")
REMARKS = ("备注", "说明")


@dataclass
class RowReader:
    """Reads the rows of one panel, from the top down.

    Attributes
    ----------
    known, units
        Indicators of the rows above and the units beside them, by their labels.
    """

    place: Place
    heads: Heads
    known: dict[str, Indicator] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    measured: tuple[str, frozenset[str]] = ("", frozenset())
    has_other_kinds: bool = False  # 国有控股企业, below which trades may be parts of it
    # Of what kind the part was that was refused last: those below may be its like.
    unknown: str = ""
    unknown_parts: set[str] = field(default_factory=set)

    def read(self, number: int, label: Label, units: Mapping[str, str]) -> Row | None:
        """Return what a row is; ``None`` of one that is not read, which is told.

        Parameters
        ----------
        units
            Those that labels state, of the items and group lines that a row may belong to.
        """
        said, grammar, panel = Said(), self.place.grammar, self.place.panel
        self._note_measure(number, label.text)
        column = next((n for role in STUBS if (n := panel.first(role)) is not None), 0)
        shown = label.text or self.place.text(number, column)
        told = [*self._told_of(number, label)]
        label = label._replace(groups=(*label.groups, *told))
        path = "/".join((*label.groups, label.path))
        note = RowNote(cell_address(number, column), shown, path)
        try:
            if number in self._periods_unclear:
                why = "这个时期写了不止一行、数又不同，或各行跨了年，说不清哪一行对，没有读"
                raise self._wrong(number, "period", why, "请核对各行的时期，另报新文件")
            row = self.read_stub(number)
            if several := self._by_heads(label):
                named = tuple(item.name_zh for item in several)
                said = grammar.read(label.text)._replace(names=several, named=named, left=())
                said = self._accepted(label, said._replace(facets=said.facets._replace(scope="")))
            elif label.text:
                said = self.find_name(label)
                self._refuse_below_another_measure(said, label.text, row)
                self._refuse_among_unknown_parts(said, label)
            elif part_of := next((text for text in told if LESS.match(text)), ""):
                why = f"注说“{shown}”{part_of}，不是全部；这一行没有收"
                raise IntakeError(why, f"{NOT_OURS}要收的，请报送全部的数", skipped=True)
        except IntakeError as error:
            if label.is_part:
                self._note_unknown(label)
            if error.remedy:
                self.place.refuse(error, number, panel.first("name") or 0)
            self.place.note.rows.append(note._replace(reason=error.message))
            return None
        part = label.is_part or label.is_member
        above = [p for p in label.parents if part or self._has_part(p, said.indicator)]
        lines = (*above, *reversed(label.groups))
        outer = [grammar.read(line) for line in lines]
        # 第二产业 below 地区生产总值增速(%) is no percentage.
        amounts = [
            t
            for t, one in zip(lines, outer, strict=True)
            if t not in above or one.facets.measure not in GROWTHS
        ]
        lags = [one.facets.lag for one in outer]
        months = (one.parts[0] for one in outer if len(one.parts) == 1)
        years = (_year_of(one) for one in (said, *outer) if one.years and not one.parts)
        spans = (one.facets.span for one in (*map(grammar.read, told), *outer))
        row = replace(
            row,
            indicator=None if several else said.indicator,
            several=several,
            facets=row.facets.join(said.facets)._replace(lag=max([said.facets.lag, *lags])),
            span=row.span or said.facets.span or next(filter(None, spans), ""),
            inherited=next(filter(None, (units.get(t) or self.units.get(t) for t in amounts)), ""),
            region=next(iter(said.regions), row.region),
            named=next(iter(said.parts), next(months, next(years, None))),
        )
        period = row.part.period if row.part else self.heads.time.period
        note = note._replace(unit=row.unit or row.facets.unit, period=str(period or ""))
        if row.indicator:
            self.known[label.text] = row.indicator
            self.units[label.text] = row.unit
        if row.indicator or several:
            codes = "、".join(item.code for item in said.names)
            note = note._replace(indicator=codes, name_zh="、".join(i.name_zh for i in said.names))
        self.place.note.rows.append(note)
        return row

    def _told_of(self, number: int, label: Label) -> Iterator[str]:
        """Yield remarks beside a row and notes below the table, of whom or when it is."""
        place, read = self.place, self.place.grammar.read
        wholes = label.parents[:1] if label.is_part else ()
        own = [item for text in (label.text, *wholes) for item in read(text).names]
        names = [item.name_zh for item in own]
        stub = place.panel.stub
        shown = [place.text(number, n) for role in ("name", "region") for n in stub.get(role, [])]
        name = fold("/".join((*names, *shown)).translate(MARKS)).replace("规上", "规模以上")
        cells = [(c.text, place.text(number, c.number)) for c in place.panel.columns]
        told = [cell for head, cell in cells if fold(head) in REMARKS]
        # 88.2（1-8月） says of what the growth beside it is, too.
        places = (*label.groups, *(cell for _, cell in cells))  # 一、消费（上年）, too
        told += [found[0][1:-1] for text in places if (found := BRACKETS.search(text))]
        for of, text in self._notes:
            words = re.split(f"[、和及与]|(?<={MARK.pattern})", of.replace("规上", "规模以上"))
            in_name = any(w in name for w in words if re.match(f"...|{MARK.pattern}", w))
            about = in_name or any(_is_of(read(w), own, read(text).facets) for w in words)
            told += [text] if about else []
        for text, one in zip(told, map(read, told), strict=True):
            said, when = one.facets, one.parts or one.years
            told_of = when or one.whole or said.lag or said.span or said.scope or said.nothing
            unknown = set(one.left) - {"单位", "企业"}
            if (told_of and not (unknown or said.fact)) or LESS.match(text):
                yield text

    @cached_property
    def _notes(self) -> list[tuple[str, str]]:
        bare = re.compile(
            f'^[加带标打有注]*[“"]?(?={MARK.pattern})|[”"]?号?的?(?:数据|指标|项目?)?$'
        )
        return [(bare.sub("", of), text) for _, of, text in self.place.around.notes]

    @cached_property
    def _periods_unclear(self) -> set[int]:
        """Return rows of one period on an axis of periods, where they do not say the same.

        All rows, where December stands before January of its own year: of which year is either?
        """
        if "name" in self.place.panel.stub or "region" in self.place.panel.stub:
            return set()
        rows: dict[object, list[int]] = defaultdict(list)
        for number, part in self.periods.items():
            rows[part.period, part.span].append(number)
        for a, b in pairwise(self.periods.values()):
            later = a.period.end.month - b.period.end.month > HALF_A_YEAR
            stated = all(str(part.year) in part.text for part in (a, b))
            if (a.year, a.span) == (b.year, b.span) and later and not stated:
                return set(self.periods)  # 12月 right before 1月, and not both say their year
        twice = (n for n in rows.values() if len({self.place.grid.rows[one][1:] for one in n}) > 1)
        return {number for numbers in twice for number in numbers}

    def _note_measure(self, number: int, text: str) -> None:
        """Keep the last row that is of another measure than the amount of an item with parts."""
        said, structure = self.place.grammar.read(text), load_structure()
        if said.indicator is None or not (parts := structure.parts(said.indicator.code)):
            return
        facets, column = said.facets, self.place.panel.first("name")
        bare = column is not None and self.place.grammar.read(self.place.text(number, column))
        other = facets.form or facets.base or facets.nothing or facets.measure in GROWTHS
        self.measured = ("", frozenset())
        if other and bare and bare.names:
            self.measured = (text, parts.union(*map(structure.parts, parts)))

    def _refuse_below_another_measure(self, said: Said, text: str, row: Row) -> None:
        """Refuse 第二产业 below 地区生产总值指数 or 地区生产总值增速: most likely it is of that, too."""
        item, bare = said.indicator, self.place.grammar.read(text).facets == NOTHING
        if item is None or item.code not in self.measured[1] or row.unit or not bare:
            return
        if fold(item.name_zh) not in fold(text):
            why = f"“{text}”在“{self.measured[0]}”之下，说不清是数还是{self.measured[0]}"
            raise IntakeError(why, "请报送写全了名称的新文件")

    def _refuse_among_unknown_parts(self, said: Said, label: Label) -> None:
        """Refuse 企业所得税 below 其中：增值税 of a whole that is not known: it may be of it, too."""
        item = said.indicator
        if item is None or label.is_part or label.groups or label.is_numbered:
            self.unknown = self.unknown if label.is_part else ""
            return
        structure = load_structure()
        if self.unknown != item.code.partition(".")[0] or not structure.wholes(item.code):
            self.unknown = ""
            return
        why = f"“{label.text}”在一个没有收的“其中”项之后，说的可能是同一个数的一部分"
        raise IntakeError(why, f"{NOT_OURS}要收的，请报送把指标名称写全的新文件", skipped=True)

    def _note_unknown(self, label: Label) -> None:
        """Keep a part that is not known, and its kind, the first word of its code, if its whole is not."""
        name = next(iter(label.parents), "")
        part, whole = self.place.grammar.read(label.text), self.place.grammar.read(name)
        item = part.indicator or whole.indicator
        plain = whole.indicator is not None and not (whole.left or whole.facets.scope)
        known = plain or name in self.known
        self.unknown = "" if known or item is None else item.code.partition(".")[0]
        self.unknown_parts.add(label.text)

    # ---- what stands beside

    def read_stub(self, number: int) -> Row:
        """Return what stands beside the name of a row, which itself is not read.

        Raises
        ------
        IntakeError
            If a cell of the stub says what nobody knows, or two contradict each other; without
            a remedy, if the row is about a place that is none of the workspace's.
        """
        said = self._span(number)
        span = said.span
        unit = self._beside(number, "unit")
        region = self._beside(number, "region")
        if not region and any(self._beside(other, "region") for other in self.place.body):
            why = "这一行没有写地区，不能算作上一行的；这一行没有读"
            raise self._wrong(number, "region", why, "请报送每一行都写明地区的新文件")
        day = self._beside(number, "published")
        published = stated_day(day) if day else None
        if day and published is None:
            why = f"发布日期“{day}”不是一个日子；这一行没有读"
            raise self._wrong(number, "published", why, "请写成 2024-10-22，另报新文件")
        part = self.periods.get(number) or self._part(number)
        if part is not None and span:
            # 全年 is the year to date of its last month.
            if part.span not in ("", span) and (part.span, span) != ("annual", "ytd"):
                why = f"时期“{part.text}”与口径相互矛盾"
                raise self._wrong(number, "period", why, "请改正其中之一，另报新文件")
            part = part._replace(span=span)
        return Row(
            facets=Facets(measure=said.measure, sure=said.sure),
            unit=unit_in(unit) or unit,
            span=span,
            per=said.per,
            region=self._region(region) if region else None,
            part=part,
            published=published,
        )

    def _wrong(self, number: int, role: str, why: str, cure: str) -> IntakeError:
        """Return the refusal of what stands beside a row."""
        cell = cell_address(number, self.place.panel.first(role) or 0)
        return IntakeError(why, cure, cell=cell)

    def _beside(self, number: int, role: str) -> str:
        column = self.place.panel.first(role)
        cell = None if column is None else self.place.merged(number, column)
        if isinstance(cell, dt.datetime):
            return cell.date().isoformat()
        return "" if is_blank(cell) else str(cell).strip()

    def _region(self, text: str) -> Region:
        if DITTO.fullmatch(text.strip()):
            raise IntakeError(
                f"地区“{text}”说的是哪里说不清，这一行没有读", "请报送每一行都写明地区的新文件"
            )
        # 莲湖区1 and 莲湖区(3) have the number of a note, or a rank, behind them.
        folded = ASIDE.sub("", TOTAL.sub("", fold(read_line(text).text)))
        delivery = self.place.delivery
        whole = len(folded) == 2 and folded[0] in "全本我"
        own = delivery.region.name_zh[-1:] == folded[-1:]
        if whole and self.place.around.elsewhere and not own:
            raise IntakeError(f"“{text}”说的是哪里说不清，这一行没有收", "")
        found = delivery.at_level(folded[1]) if whole else self.place.grammar.region(folded)
        if found is None:
            cure = f"是{delivery.region.name_zh}的，请报送只写地区名的新文件；不是的不必处理"
            # 增长% below 莲湖区 is no place.
            measure = self.place.grammar.read(text).facets.measure
            own = delivery.region.name_zh in folded or bool(measure)
            why = f"“{text}”不是本工作区的地区，这一行没有收"
            raise IntakeError(why, cure if own else "", skipped=True)
        return found

    def _span(self, number: int) -> Facets:
        text = self._beside(number, "span")
        said = self.place.grammar.read(text)
        other = said.left or said.facets.fact or said.facets.nothing
        if text and (other or not said.facets.span):
            cure = "请写累计、当月、当季、期末或年度（增速写累计增速之类），另报新文件"
            raise self._wrong(number, "span", f"口径“{text}”不认识", cure)
        return said.facets

    def _part(self, number: int) -> Part | None:
        """Return the period beside a row; of two columns one may hold the year."""
        columns = self.place.panel.stub.get("period", [])
        stated: Part | None = None
        for n in columns:
            cell = self.place.merged(number, n)
            if is_blank(cell) and len(columns) > 1 and not is_blank(self._first(n)):
                rows = range(number, self.place.table.bottom, -1)
                above = (self.place.grid.at(row, n) for row in rows)
                cell = next((c for c in above if not is_blank(c)), None)
            year = stated.period.year if stated and stated.period.frequency == "A" else 0
            year = year or self.heads.time.year or self._years.get(number, 0)
            try:
                found = self._read_period(cell, n, year)
            except PeriodError as error:
                why = f"{error}；这一行没有读"
                cure = "请改正这一格的时期，另报新文件"
                raise IntakeError(why, cure, cell=cell_address(number, n)) from error
            if stated is None or found.period.frequency != "A":
                stated = found
        return stated

    def _first(self, column: int) -> object:
        """Return the first cell beside figures: a year in the middle of its rows heads none."""
        return self.place.merged(self.place.body.start, column) if self.place.body else None

    @cached_property
    def _years(self) -> dict[int, int]:
        """Return the years that lines without figures state above rows of months: 2023年, 1-2月."""
        found: dict[int, int] = {}
        year, column = 0, self.place.panel.first("period") or 0
        for number in self.place.body:
            said = self.place.grammar.read(self.place.text(number, column))
            cells = [self.place.grid.at(number, c.column.number) for c in self.heads.columns]
            alone = len(said.years) == 1 and not (said.parts or said.left)
            if alone and all(map(is_blank, cells)):
                year = said.years[0]
            found[number] = year
        return found

    def _read_period(self, cell: object, column: int, year: int) -> Part:
        if is_blank(cell):
            raise PeriodError("没有写时期")
        head = str(self.place.grid.at(self.place.table.bottom, column) or "")
        years = self.place.grammar.read(head).years
        year = next(iter(years), year)
        number = float(str(cell)) if is_number(cell) or MONTH.fullmatch(str(cell)) else 0
        if 1 <= number <= 12 and (years or self.place.grammar.role(head) == "period"):
            cell = f"{int(number)}{'季度' if '季' in head else '月'}"
        elif LAST_YEAR < number < FIRST_CODE and self.place.grid.dates_from_1904:
            raise PeriodError(f"“{cell}”是从 1904 年算起的日子，说不清是哪个月")
        period, span = span_of(cell, year or None)
        return Part(period, period.year, span, str(cell).strip())

    @cached_property
    def periods(self) -> dict[int, Part]:
        """Return the periods of all rows that state one."""
        found: dict[int, Part] = {}
        last: Part | None = None
        for number in self.place.body:
            try:
                part = self._part(number)
            except IntakeError:
                part = self._continued(number, last)
            if part is not None and number not in self.place.grid.hidden_rows:
                found[number] = last = part
        return found

    def _continued(self, number: int, last: Part | None) -> Part | None:
        """Return 1-3月 below 2023年1-2月 as of its year, where no title states another."""
        columns = self.place.panel.stub.get("period", [])
        if last is None or self.heads.time.year or len(columns) != 1:
            return None
        try:
            part = self._read_period(self.place.merged(number, columns[0]), columns[0], last.year)
        except PeriodError:
            return None
        later = part.year == last.year and part.period.end > last.period.end
        return part if later and last.year else None

    # ---- the name

    def find_name(self, label: Label) -> Said:
        """Return the indicator of a row, and what else its name says: the path's, else its own.

        Raises
        ------
        IntakeError
            Why a row has no indicator; ``skipped`` where there is most likely nothing to mend.
        """
        said = self.place.grammar.read(label.text)
        if by_path := self._by_path(label, said):
            return self._accepted(label, by_path, by_path=True)
        if said.is_nameless and (
            self.place.is_nameless or all(m.indicator for m in self.heads.columns)
        ):
            # 本月, 累计, 增速 and 全市增速 below heads or a title that name indicators
            if not said.whole:
                return said
            place = self.place.delivery.of_whole(said.whole, f"“{label.text}”")
            return said._replace(regions=(place,))
        bare = said.indicator is not None and not said.left
        if bare and label.is_part:
            # 工业投资 below 第二产业 is a part of what the sectors are of.
            owners = (self.known.get(p) for p in label.parents if not SECTOR.fullmatch(p))
            whole = next(owners, None)
            bare = whole is not None and _is_part_of(said.names[0], whole, label.is_marked)
        if not bare:
            raise _unmatched(label, self.place.grammar)
        return self._accepted(label, said)

    def _by_heads(self, label: Label) -> tuple[Indicator, ...]:
        """Return the indicators that a title's scope, a trade's row and the heads' ends make up."""
        scope, name = self._scope_of_trades, fold(_bare(label.text))
        self.has_other_kinds |= not TRADE.search(name)
        whole = label.parents[:1] if label.is_part else ()
        if not scope or self.has_other_kinds or not all(self._by_heads(Label(t)) for t in whole):
            return ()
        for short, full in SCOPES.items():
            scope, name = (text.replace(short, full) for text in (scope, name))
        name = TOTAL.sub("", name.removeprefix(scope))
        ends = dict.fromkeys(m.tail for m in self.heads.columns if m.tail)
        found = (self.place.grammar.name(f"{scope}{name}{end}") for end in ends)
        return tuple(item for item in found if item)

    @cached_property
    def _scope_of_trades(self) -> str:
        """Return 规模以上 or 限额以上 where the title says that all rows are trades of that kind."""
        lines = (text for _, text in reversed(self.place.table.titles) if not is_statement(text))
        trades = self.place.grammar.vocabulary.lines["trades"]
        said = (self.place.grammar.read(title_part(t)) for t in (*lines, self.place.grid.sheet))
        told = next((one for one in said if one.left or one.facets.scope), None)
        if told is None or self.heads.scope or not all(map(trades.fullmatch, told.left)):
            return ""
        return told.facets.scope if told.facets.scope in {*SCOPES, *SCOPES.values()} else ""

    def _has_part(self, above: str, part: Indicator | None) -> bool:
        """Whether the item above is one that a row's indicator is an accounting part of."""
        whole = self.known.get(above)
        return bool(whole and part and part.code in load_structure().parts(whole.code))

    def _by_path(self, label: Label, said: Said) -> Said | None:
        """Return what a row is under one of the lines above it."""
        for parent in () if self.heads.scope else label.parents:
            read = self.place.grammar.read(parent)
            above = self.known.get(parent) or (None if read.left else read.indicator)
            for name in dict.fromkeys((parent, above.name_zh if above else parent)):
                found = self.place.grammar.read(f"{_bare(name)}/{label.text}")
                whole = bool(found.named) and "/" in found.named[0] and found.indicator != above
                part = said.facets.scope and said.facets.scope in found.facets.scope
                if found.indicator and whole and not (found.left or part):
                    return said._replace(names=found.names, facets=found.facets)
        for group in reversed(label.groups):
            joined = TWICE.sub(r"\1", f"{_bare(group)}{label.text}")
            for path in (f"{_bare(group)}/{label.text}", joined):
                if indicator := self.place.grammar.name(path):
                    return said._replace(names=(indicator,))
        return None

    def _accepted(self, label: Label, said: Said, *, by_path: bool = False) -> Said:
        """Return what a name says with its one region, unless it is not taken all the same."""
        facets, text = said.facets, label.text
        if label.is_part and not (said.regions or said.whole):
            owner = self.place.grammar.read(next(iter(label.parents), ""))
            said = said._replace(regions=owner.regions, whole=owner.whole)
        if said.names[0].kind == "growth_only" and fold(text).endswith("增速"):
            facets = facets._replace(sure=True)
        if fold(text).endswith("(实际)") and said.names[0].growth_basis == "nominal":
            facets = facets._replace(price="constant")  # 人均可支配收入(实际) is about real growth
        regions = said.regions if len(said.regions) == 1 else ()
        if facets.clash:
            why = f"“{text}”里有相互矛盾的说法（{facets.clash}）"
            raise IntakeError(why, "请只保留一种说法，另报新文件")
        if facets.nothing:
            name = said.names[0].name_zh
            reason = f"“{text}”说的不是 {name} 的数或增速（{facets.nothing}），不读"
            raise IntakeError(reason, NOT_OURS.rstrip("；"), skipped=True)
        if said.whole:
            regions = (self.place.delivery.of_whole(said.whole, f"“{text}”"),)
        whole = self._other_whole(label, said.names[0], by_path=by_path)
        if whole:
            why = f"“{text}”与旁边的行合计正是“{whole}”，说的可能是它的构成"
            raise IntakeError(why, f"{NOT_OURS}要收的，请{OTHERS}", skipped=True)
        if local := None if by_path else self._local_part(said):
            why = f"“{text}”里可能有上级的，表里另有“{local}”，这一行没有收"
            raise IntakeError(why, f"{NOT_OURS}要收的，请报送只有地方级的新文件")
        # (1)餐饮收入 below 1.限额以上 is no part of what that is a part of.
        trade = label.is_numbered and said.names[0].code.startswith(("csm.", "trd."))
        # 社会消费品零售总额 behind 住宿和餐饮业 and its 营业额 is of neither.
        of_sales = said.names[0].code.startswith("csm.")
        over = tuple(g for g in label.groups if not (of_sales and g.endswith("业")))
        over += label.parents[:1] if trade else ()
        if said.names[0].code.startswith("re.floor."):  # 房屋竣工面积 below 一、建筑业
            over += label.parents
        under = self.place.part_of(said.names[0], text, over)
        above = self.place.grammar.name(f"限额以上{text}") if under else None
        if under and above and not SEVERAL.search(under):
            # Under a title of 限额以上, 批发业商品销售额 is of the units above the limit.
            return said._replace(names=(above,), facets=facets, regions=regions)
        narrowed = (under, "其中一部分", False) if under else None
        if narrowed := self._narrowed(label, said, by_path=by_path) or narrowed:
            place, words, is_part = narrowed
            path = f"{place}/{text}" if place else text
            where = f"在“{place}”之下，" if place else ""
            why = f"“{text}”{where}说的可能只是{words}的数，不按简称匹配"
            cure = f'在 words.toml 的 [labels] 登记 "{path}" = "指标代码"'
            cure = f"{NOT_OURS}要收的，请{cure if is_part else OTHERS}"
            raise IntakeError(why, cure, skipped=True)
        return said._replace(facets=facets, regions=regions)

    def _other_whole(self, label: Label, part: Indicator, *, by_path: bool) -> str:
        """Return what a row adds up to that is no whole of its own: 出口 and 进口 of 服务贸易."""
        structure = load_structure()
        wholes = structure.wholes(part.code)
        # By their path 出口 and 进口 are the trade's, and may add up to 其中：民营企业 all the same.
        names = [
            name
            for name in label.totals
            if name in self.unknown_parts or NARROW.match(name) or not by_path
        ]
        totals = [(name, self.known.get(name)) for name in names] if wholes else []
        if any(item and item.code in wholes for _, item in totals):
            return ""
        for name, item in totals:
            # The month and what is to date of one indicator may add up as well, and so may 个 and 亿元.
            inner = item and structure.wholes(item.code) and not structure.parts(item.code)
            narrow = item and NARROW.match(name) and structure.wholes(item.code) & wholes
            own = item and (item.code == part.code or item.unit != part.unit)
            if not ((inner and not narrow) or own):
                return name
        return ""

    def _local_part(self, said: Said) -> str:
        """Return the row of the local part of a revenue, by which a bare name is not of it."""
        names, name = self.place.panel.stub.get("name", []), said.named[0]
        rows = (self.place.text(row, n).strip() for row in self.place.body for n in names)
        local = re.compile(
            rf"\W*(?:其中\W*)?(?:地方(?:级?{re.escape(name)}|级(?:收入)?)|中央级(?:收入)?)"
        )
        own = said.names[0].code.startswith("fis.") and not re.match("地方|.*支出", name)
        return next((row for row in rows if own and local.fullmatch(fold(row))), "")

    def _narrowed(
        self, label: Label, named: Said, *, by_path: bool
    ) -> tuple[str, str, bool] | None:
        """Return the line, and the words of it, by which a bare name is not its indicator.

        The last says whether they make it a part of ours, not another region's or time's.
        """
        if not by_path and (words := named.facets.scope):
            return "", words, True
        name, own = fold(label.text) + fold(named.names[0].name_zh), self.place.delivery.region
        above = label.parents if label.is_part or label.is_member else ()
        narrows = self.place.grammar.vocabulary.lines["scope"]
        # 实际利用外资 on a sheet called 外资 is all of it.
        for line in (line for line in (*label.groups, *above) if fold(line) not in name):
            found = [match[0] for match in narrows.finditer(title_part(line))]
            if found and all(word in name for word in found):
                continue  # 民间固定资产投资 under a title of it
            said = self.place.grammar.read(line)
            scopes = said.facets.scope.split("、")
            words_of = [word for word in scopes if SCOPES.get(word, word) not in name]
            others = [line] if said.facets.nothing and not said.left else []
            if line in label.groups:
                level = said.whole if said.whole[1:] != own.name_zh[-1:] else ""
                bare = fold(line).replace(own.name_zh, "")
                others += [line] if narrows.search(bare) else []
                others += [level, foreign_region(line, own, self.place.grammar)]
            words_of += [*others, *([line] if line in self.heads.scope else [])]
            if told := "、".join(dict.fromkeys(filter(None, words_of))):
                return line, told, not any(others)
        return None


def _year_of(said: Said) -> Part:
    """Return the year that a text names, without a part of it."""
    year = said.years[0]
    return Part(Period(year, "A", 1), year, "annual", f"{year}年")


def _is_of(subject: Said, own: Collection[Indicator], told: Facets) -> bool:
    """Whether the subject of a note is one of these indicators, or its growth that is none."""
    part = subject.left or subject.facets.scope or (subject.facets.measure and not told.nothing)
    return subject.indicator in own and not part


def _unmatched(label: Label, grammar: Grammar) -> IntakeError:
    text, inner = label.text, label.parents if label.is_part or label.is_member else ()
    known = ((name, i) for name in inner if (i := grammar.read(_bare(name)).indicator))
    owner, whole = next(known, ("", None))
    near = [item for item in _near(text, grammar) if not whole or item.kind == whole.kind]
    hint = "、".join(dict.fromkeys(f"{item.name_zh}（{item.code}）" for item in near))
    meant, add = f"（是否指 {hint}？）" if hint else "", "报送把指标名称写全的新文件"
    if inner:
        path = f"{_bare(owner) or inner[0]}/{text}"
        why = f"其中项“{path}”不在指标目录中（其中项按完整路径匹配，不按简称）"
        # A path may be registered that begins with an indicator: any other is of many tables.
        add = f'在 words.toml 的 [labels] 登记 "{path}" = "指标代码"{meant}' if owner else add
    elif any(name.endswith(f"/{fold(text)}") for name in grammar.names):
        why = f"“{text}”在几种表里都有，单看名称说不清是哪个指标"
    else:
        why, add = f"指标名称“{text}”不在指标目录中", f"把这个写法加入指标目录的 aliases{meant}"
    return IntakeError(why, f"{NOT_OURS}要收的，请{add}", skipped=bool(inner) or not near)


def _near(text: str, grammar: Grammar) -> Iterator[Indicator]:
    """Yield indicators of nearly this name; 第二产业 alone is of many tables."""
    if not SECTOR.search(text):
        same = grammar.catalogue.match_name(text)
        yield from [same] if same else []
        yield from grammar.catalogue.near_names(text)


def _bare(name: str) -> str:
    """Return a name without a colon or what stands in brackets at its end."""
    return BRACKETS.sub("", name.strip().rstrip(":："))


def _is_part_of(part: Indicator, whole: Indicator, marked: bool) -> bool:
    """Whether a name below another's is its own: a part in accounting, or one of a list."""
    alike = part.code.partition(".")[0] == whole.code.partition(".")[0]
    if not marked and (part.kind == whole.kind == "index" or (whole.tier == "core" and alike)):
        return True
    return part.code in load_structure().parts(whole.code)
