"""What stands around a table: title lines, sheet, file and folder names, the delivery.

Whom the figures are about, of what time, in which unit, published when: the nearest
place that says it counts, and places that contradict each other are refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import NamedTuple

from lianhu_analysis.catalog.indicators import Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import cell_address
from lianhu_analysis.intake.reading.blocks import Table, is_value
from lianhu_analysis.intake.reading.figures import Delivery
from lianhu_analysis.intake.reading.outline import UNNUMBERED, read_line
from lianhu_analysis.intake.reading.remarks import Remark, of_what_is_there, remarks_in
from lianhu_analysis.intake.reading.statements import (
    Line,
    days_in,
    is_statement,
    stated_day,
    statements,
    title_part,
)
from lianhu_analysis.intake.reading.words import (
    NOTHING,
    REGION,
    YEAR,
    Facets,
    Grammar,
    Part,
    Said,
    fold,
    unit_in,
)
from lianhu_analysis.workspace import NATION, Region

__all__ = [
    "Around",
    "Time",
    "foreign_region",
    "read_around",
    "resolve_time",
    "time_around",
    "timely_text",
    "title_indicator",
]

DAY = re.compile(
    r"(?<!\d)20\d{2}(?:([-_.])\d{1,2}\1\d{1,2}|年\d{1,2}月\d{1,2}日|(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]))(?!\d)"
    r"|\d{1,2}月\d{1,2}[日号]"
)
UP_TO = re.compile(
    r"(截[至止]到?(?:\d{4}年)?(?:(?:0?[13578]|1[02])月(?=31)|(?:0?[469]|11)月(?=30)|0?2月(?=2[89])))\d\d日"
)
CLOCK = re.compile(r"(?<=\d)\s+\d{1,2}[:：]\d{2}(?:[:：]\d{2})?")
RANGE = re.compile(rf"(?:[1-4]q{YEAR}|{YEAR}q[1-4])-(?:[1-4]q{YEAR}|{YEAR}q[1-4])")
PINYIN_YEAR, PINYIN_MONTH = re.compile(r"(?<=\d)n(?![a-z])"), re.compile(r"(?<=\d)yf(?![a-z])")
LONE_YEAR = re.compile(rf"(?<![\d.-])({YEAR})(?![\d]|[-_.]\d|年|n)")
CODED = re.compile(rf"{YEAR}(?:[-_]?\d{{2}}|[./]\d{{1,2}})")
DOTTED = re.compile(rf"({YEAR})[-_.](1[0-2]|0?[1-9])")
PUBLISHED = re.compile(r"(?:发布|公布)(?:日期?|时间):(.*)")
BRACKETS = re.compile(r"\(([^()]+?)(?:数据?|指标|口径|情况)?\)$")
SENTENCE, NAMED = re.compile(r"[。；]\s*$"), re.compile("[一-龥]{2}")
BEHIND = re.compile(r"^\s*(?:数据|资料)?来源\s*[:：][^。；;]*[。；;](?=.*[一-龥])")
# What a line states of all figures below it: of when they are, and in which money.
STATED = re.compile(
    "((?:统计|数据|报表|报告)(?:时间|期|所属期|时段|截点)|时间截点|(?:数据)?截[止至](?:时间|日期)|币种|货币单位|对比期):(.+)"
)
NUMBERED = re.compile(r"^\s*(?:附?[图表]|附录?)\s*\d+(?:[-.]\d+)?[\s:：.、]+")
UNIT = re.compile(r"^(?:计量|金额)?单位:(.+)")
ALL_AMOUNTS = re.compile("(?:[本上]?表[中内]?|以上|数据|金额|货币|的|计量)*单位")
ENGLISH = re.compile(r"\([\da-z ]+\)$")  # 亿元 (100 million yuan)
WHOLE = re.compile("(?:我|(?<![资样成基日])本|全)([国省市区县])(?![属级场])")
QUANTITY = re.compile("(?:[额值量]|收入|支出|投资|面积|利润|[存贷]款)$")
SUFFIX = re.compile("(?:省|市|区|县|自治[区州县])$")
UPPER = "(?:(?:(?![与和及对比较])[一-龥]){2,}?(?:自治区|自治州|省|市|盟|地区))+"
# A table of amounts may have their growth beside them: 总量及增速.
RATE, AND_GROWTH = re.compile("增速|增幅|增长率"), re.compile("[及和与、](?:其?增[速长幅]|同比)")


class Time(NamedTuple):
    """Year and, where it is stated, period and span of a table.

    ``hints`` are years and months that a head must confirm before they count;
    ``title`` says whether a title states the month; ``part`` is one of no stated year.
    """

    year: int = 0
    period: Period | None = None
    span: str = ""
    hints: tuple[tuple[int, int], ...] = ()
    title: bool = False
    part: Part | None = None

    @property
    def month(self) -> int:
        """The last month of the period; 0 of a whole year, or of none."""
        return self.period.end.month if self.period and self.period.frequency != "A" else 0


class Clue(NamedTuple):
    """What one place says of the time: a year, a part of any year, or both."""

    where: str
    text: str
    time: Time


class Around(NamedTuple):
    """Everything that the places around a table say of its figures.

    Attributes
    ----------
    region
        Whom they are about; ``named`` says whether a title or sheet says so.
    facets
        Span, and with it measure, that the title states for all figures.
    scope
        Titles that narrow the figures to a part of the whole.
    not_before
        The latest other day that stands above by itself, or as that of filling in: the sheet
        was not known before it, nor anything later by then.
    elsewhere
        Whether the workbook is about places that are none of the workspace's.
    notes
        What notes above and below the table say.
    """

    region: Region
    named: bool
    time: Time
    published: dt.date | None = None
    unit: str = ""
    facets: Facets = NOTHING
    scope: tuple[str, ...] = ()
    not_before: dt.date | None = None
    elsewhere: bool = False
    notes: tuple[Remark, ...] = ()


def read_around(
    table: Table,
    grammar: Grammar,
    delivery: Delivery,
    book: Region | None = None,
    above: Around | None = None,
) -> Around:
    """Read the lines above a table and the names of its sheet, file and folders.

    Where each row names its region the title may be about all of them, and where periods
    stand on an axis it may speak of several.

    Parameters
    ----------
    book
        Whom the workbook is about, where the sheet itself does not say.
    above
        What stands around the table above: it holds, with the names of sheet, file and folders
        that are read in it, for a table whose lines state no time.

    Raises
    ------
    IntakeError
        If they name an unknown region, two units or two times, or a day that is none.
    """
    # Sentences above a caption, as of a report in Word, are about other things as well.
    captions = [line for line in table.titles if not SENTENCE.search(line[1])]
    titles = captions or table.titles
    stated = [grammar.read(text) for _, text in titles if not is_statement(text)]
    above = None if any(one.parts or one.years for one in stated) else above
    regions_in_rows = any("region" in panel.stub for panel in table.panels)
    lines = [(cell, text) for cell, text in titles if not grammar.is_note(text)]
    of_all = grammar.vocabulary.lines["of_all"]
    told = tuple(_notes_of(table, grammar, delivery))
    notes = [
        (cell, text)
        for cell, of, text in told
        if of_all.fullmatch(of) and not ("增" in of and grammar.read(text).facets.price)
    ]
    sheet = "" if above else table.grid.sheet
    base = above or Around(book or delivery.region, named=False, time=Time())
    elsewhere = book is not None and not book.code
    of_lines = [("", sheet), *notes, *lines]
    found = [region_of(line, grammar, delivery, regions_in_rows) for line in of_lines]
    regions = [] if regions_in_rows else [region for region in found if region]
    if any(region not in (None, regions[-1]) for region in found[1 : len(notes) + 1] if regions):
        why = f"表下的注“{notes[0][1]}”与标题说的不是同一个地区"
        raise IntakeError(why, "请改正其中之一，另报新文件", cell=notes[0][0])
    if book and elsewhere and not regions and not regions_in_rows:
        why = f"这本工作簿说的是{book.name_zh}，这张表没有写是{delivery.region.name_zh}的数"
        cure = "确是本地区的，请在 delivery.toml 写明 region，或报送在标题写明地区的新文件"
        raise IntakeError(why, cure)
    named = grammar.region(sheet) if regions and sheet and not regions_in_rows else None
    if named not in (None, *delivery.regions) and named != regions[-1]:
        why = f"工作表名“{sheet}”与标题说的不是同一个地区"
        raise IntakeError(why, "请改正其中之一，另报新文件")
    texts = [text for _, text in lines]
    # A table below 5、工业 is no part of 3、构成 above.
    ended = range(min((read_line(text).depth for text in texts), default=UNNUMBERED), UNNUMBERED)
    scope = tuple(text for text in base.scope if read_line(text).depth not in ended)
    over = (*texts, sheet, *(text for _, text in notes))
    said = [grammar.read(title_part(text)) for text in (*texts, sheet)]
    try:
        time = base.time if above else time_around(texts, sheet, grammar, delivery)
    except IntakeError:
        if not _has_axis(table, grammar):
            raise
        years = {year for one in said for year in (*one.years, *(p.year for p in one.parts))} - {0}
        time = Time(years.pop() if len(years) == 1 else 0)
    corners = (grammar.read(c) for panel in table.panels for c in panel.corner(table))
    units = (one.facets.unit for one in (*(c for c in corners if not c.names), *said))
    of_units = [("", f"单位：{unit}") for unit in units if unit not in ("", "%")]
    days = [day for _, text in titles if is_statement(text) for day in days_in(text)]
    amounts = of_units or any(one.facets.measure == "level" for one in said)
    facets = _meaning_of_titles([AND_GROWTH.sub("", text) for text in (*texts, sheet)], grammar)
    if {facets.span, time.span} == {"single", "ytd"}:  # 1-9月…当月增速 may be of either
        facets, time = facets._replace(span=""), time._replace(span="")
    return Around(
        # The line right above the head is nearest.
        regions[-1] if regions else base.region,
        bool(regions),
        time,
        _published(lines) or base.published,
        _unit([*lines, *_below_heads(table), *of_units]) or base.unit or _unit_of(told),
        base.facets if facets == NOTHING and not amounts else facets,
        _narrowing(table, over, grammar, delivery, named=bool(regions)) or scope,
        max(days, default=base.not_before),
        elsewhere,
        told,
    )


def _below_heads(table: Table) -> Iterator[Line]:
    """Yield the lines between a head and the first figures: 单位：亿元."""
    for row in range(table.bottom + 1, table.end):
        if any(map(is_value, table.grid.rows[row])):
            return
        texts = ((n, text) for n, text in enumerate(table.grid.rows[row]) if isinstance(text, str))
        yield from ((cell_address(row, n), text) for n, text in texts if is_statement(text))


def _unit_of(notes: Sequence[Remark]) -> str:
    """Return the one unit that notes state for all amounts: 注：金额单位为万元."""
    found = {unit_in(note.text) for note in notes if ALL_AMOUNTS.fullmatch(note.of)} - {""}
    return found.pop() if len(found) == 1 else ""


def _narrowing(
    table: Table, over: Sequence[str], grammar: Grammar, delivery: Delivery, *, named: bool
) -> tuple[str, ...]:
    """Return the titles and names that make figures something else than the whole of a period.

    Where a title names whose they are, that of the file says nothing of a part.
    """
    lines, own = grammar.vocabulary.lines, delivery.region.name_zh
    heads = (grammar.read(c.text) for panel in table.panels for c in panel.columns)
    dated = any((one.parts or one.years) and not one.facets.nothing for one in heads)
    dated |= any("period" in panel.stub for panel in table.panels)
    places = [(text, kind) for text in over for kind in ("scope", "since")[: 2 - dated]]
    places += [(delivery.file, kind) for kind in ("file", "scope")[: 2 - named]]
    places += [(folder, "folder") for folder in delivery.folders]
    if not any(grammar.read(text).parts for text in over):
        places.append((delivery.file, "since"))
    # 西安市本级, 莲湖区属企业: what is left behind a name may begin with its last letter.
    said = (
        text
        for text, k in places
        if any(lines[k].search(title_part(text).replace(own, end)) for end in ("", own[-1:]))
    )
    return tuple(dict.fromkeys(text.strip() for text in said))


def _notes_of(table: Table, grammar: Grammar, delivery: Delivery) -> Iterator[Remark]:
    """Yield what notes around a table, or on a sheet of their own, say of what is in it."""
    stubs = [n for panel in table.panels for n in panel.stub.get("name", [])]
    rows = range(table.bottom + 1, table.end)
    cells = (cell for row in rows for n in stubs if isinstance(cell := table.grid.at(row, n), str))
    heads = (column.text for panel in table.panels for column in panel.columns)
    shown = [text for text in (*cells, *heads) if not grammar.is_note(text)]
    for remark in _remarks_around(table, grammar, delivery):
        yield of_what_is_there(remark, shown, grammar)


def _remarks_around(table: Table, grammar: Grammar, delivery: Delivery) -> Iterator[Remark]:
    comments, heads = dict(table.grid.comments), [c for p in table.panels for c in p.columns]
    lines = [
        *((cell, f"注:{comments[cell]}") for cell, _ in table.titles if cell in comments),
        *(one for one in table.titles if grammar.is_note(one[1]) or SENTENCE.search(one[1])),
        *(one for head in heads for one in head.cells if grammar.is_note(one[1])),
        *delivery.notes,
    ]
    rows = range(table.bottom + 1, table.end)
    below = [
        (cell_address(row, n), cell)
        for row in rows
        for n, cell in enumerate(table.grid.rows[row])
        if isinstance(cell, str)
    ]
    for cell, text in (*table.titles, *below):
        if found := STATED.match(fold(text)):
            day = next(days_in(found[2]), None)
            value = f"{day.month}月" if day else found[2]
            yield Remark(cell, "增速" if found[1] == "对比期" else "", value)
    for cell, text in table.titles:
        bracketed = BRACKETS.search(fold(text))
        said = grammar.read(bracketed[1]) if bracketed else Said()
        plain = Said(Facets(span=said.facets.span, per=said.facets.per), said.whole)
        if bracketed and said == plain != Said():
            yield Remark(cell, "", bracketed[1])  # （当月） behind, or below, 1-9月
    for cell, text in lines:
        told = () if is_statement(text) else remarks_in(cell, text.replace("以下", "本表"), grammar)
        yield from told
    # 民间投资（不含房地产） with its figures is a row, which says nothing of 民间投资, and 按构成分
    # above others a group.
    figures = {r for r in rows if any(map(is_value, table.grid.rows[r]))}
    lowest = max(figures, default=table.end)
    last = max((c.number for p in table.panels for c in p.columns if c.text), default=0)
    for row in rows:
        beside = last + 1 if row in figures else 0
        for column, value in enumerate(table.grid.rows[row][beside:], beside):
            # 数据来源：西安海关。进出口总值为1-8月数。
            shown = BEHIND.sub("注:", value) if isinstance(value, str) else ""
            if shown and not is_statement(shown):
                noted = grammar.is_note(shown)
                bare = beside > 0 and not noted
                text = f"注:{shown}" if bare else shown
                told = remarks_in(cell_address(row, column), text, grammar)
                if bare:  # 预计 right of a row, under no head, is of that row.
                    name = next((c for c in table.grid.rows[row] if isinstance(c, str)), "")
                    told = (remark._replace(of=remark.of or fold(name)) for remark in told)
                all_of_it = noted or bare or row > lowest
                yield from (remark for remark in told if all_of_it or NAMED.search(remark.of))


def _has_axis(table: Table, grammar: Grammar) -> bool:
    """Whether periods stand on an axis, so that a title may speak of several."""
    said = [grammar.read(c.text) for panel in table.panels for c in panel.columns]
    ends = {p.period.end.month for one in said if not one.facets.nothing for p in one.parts}
    return len(ends) > 1 or any("period" in panel.stub for panel in table.panels)


def region_of(
    line: Line, grammar: Grammar, delivery: Delivery, regions_in_rows: bool
) -> Region | None:
    """Return the known region that a title or name says it is about; ``None`` if it names none.

    Raises
    ------
    IntakeError
        If it names a region that is none of the workspace's.
    """
    cell, text = line
    part = title_part(text)
    if grammar.vocabulary.lines["offices"].fullmatch(part):
        return None  # whom the office is of is not whom its figures are about
    short = grammar.region(part)  # 西安
    other = short.name_zh if short else foreign_region(part, delivery.region, grammar)
    found = next((region for region in grammar.regions if region.name_zh == other), None)
    if short == delivery.region or (not other and delivery.region.name_zh in part):
        return delivery.region
    if not other:
        plain = grammar.vocabulary.lines["compared"].sub("", re.sub(r"\([^()]*\)", "", part))
        level = WHOLE.search(plain)
        if not level or regions_in_rows:
            return None
        other = f"全{level[1]}"
        found = delivery.at_level(level[1])
    pinned = delivery.pinned and not regions_in_rows
    if found is None or (pinned and found != delivery.region):
        why = f"“{text.strip()[:60]}”说的是{other}，不是{delivery.region.name_zh}"
        cure = "请确认没有放错地区；上级或同级地区的数据，请先在 lianhu.toml 登记为 [[parents]] 或 [[peers]]"
        raise IntakeError(why, cure, cell=cell)
    return found


def foreign_region(title: str, region: Region, grammar: Grammar) -> str:
    """Return the region that a title names instead of ``region``; empty if none.

    A chain such as 陕西省西安市莲湖区 is about its last link; beside the region's
    own name what stands in brackets (the office that reports) is left out.
    """
    text = title_part(title)
    if region.name_zh in text:
        text = re.sub(r"\([^()]*\)", "", text)
    text = re.sub(r"\d+年|[\d、,。~—–-]+月?份?|上半年|[前第]?[一二三四]个?季度|全年", " ", text)
    own = text.find(region.name_zh)
    for known in grammar.regions:
        if known.code != region.code and 0 <= text.find(known.name_zh) < own:
            text = text.replace(known.name_zh, " ", 1)
            own = text.find(region.name_zh)
    if elsewhere := _of_another_city(text, region.name_zh, grammar):
        return elsewhere
    # Those above need not be known: 渭南市临渭区.
    before, own_named, after = re.sub(f"{UPPER}{region.name_zh}", " ", text).partition(
        region.name_zh
    )
    after = after.replace(region.name_zh, " ")
    if region.code == NATION:
        before, after = before.replace("中国", " "), after.replace("中国", " ")
    named = REGION.findall(grammar.vocabulary.lines["not_regions"].sub(" ", f"{before} {after}"))
    if named:
        return _of_another_city(text, named[-1], grammar) or str(named[-1])
    if own_named:
        near = before.split()[-1] if before and not before.endswith(" ") else ""
        return _in_short(near, None, grammar)
    return _in_short(text, region, grammar) if region.code != NATION else ""


def _of_another_city(text: str, name: str, grammar: Grammar) -> str:
    """Return 徐州市鼓楼区 where the workspace knows of 南京市; empty where none is told."""
    cities = [known.name_zh for known in grammar.regions if known.name_zh.endswith("市")]
    chain = re.search(f"({UPPER}){name}", text)
    other = chain and "市" in chain[1] and cities and not name.endswith("市")
    return chain[0] if chain and other and not any(c in chain[1] for c in cities) else ""


def _in_short(text: str, region: Region | None, grammar: Grammar) -> str:
    """Return the place that a title names in short instead of ``region``: 宝鸡, 北京朝阳, 碑林.

    Without a region, those that the workspace knows are right.
    """
    shorts = {SUFFIX.sub("", known.name_zh): known for known in grammar.regions}
    places = grammar.vocabulary.lines["places"].pattern
    for word in (word for piece in text.split() for word in grammar.read(piece).left):
        known, rest = [name for name in shorts if name in word], word
        for name in known:
            rest = rest.replace(name, "")
        if re.fullmatch(f"(?:{places})+(?:街办)?", rest):
            return word
        if region and known and not rest and region not in (shorts[name] for name in known):
            return shorts[max(known, key=word.find)].name_zh
    return ""


def title_indicator(titles: Sequence[Line], sheet: str, grammar: Grammar) -> Indicator | None:
    """Return the one indicator that the title, else the sheet's name, is about."""
    for text in [*(text for _, text in reversed(titles)), re.sub(r"^\d+|\d+$", "", sheet.strip())]:
        folded = fold(title_part(NUMBERED.sub("", text)))
        if grammar.name(folded) is None:
            folded = grammar.vocabulary.lines["names"].sub("", folded)
        said = grammar.read(folded)
        if any(map(QUANTITY.search, said.left)):
            return None  # 网上零售额 below a title of 社会消费品零售总额
        left = [word for word in said.left if not re.fullmatch(r"[一二三四五六七八九十]+", word)]
        if said.indicator and not left and not said.facets.scope and not said.facets.nothing:
            return said.indicator
    return None


def _meaning_of_titles(texts: Sequence[str], grammar: Grammar) -> Facets:
    """Return span and measure that titles state for all figures: 累计值, 增速（%）."""
    own = [grammar.read(title_part(text)).facets._replace(scope="", unit="") for text in texts]
    joined = reduce(Facets.join, own, NOTHING)
    spans = {one.span for one in own if one.span}
    whole = "".join(texts)
    if len(spans) > 1 or joined.nothing or joined.form or joined.clash:
        return NOTHING
    growth = joined.measure == "yoy" and bool(spans or RATE.search(whole))
    unit = "%" if growth and "%" in fold(whole) else ""
    return Facets("yoy" if growth else "", "".join(spans), joined.per, unit=unit)


def time_around(titles: Sequence[str], sheet: str, grammar: Grammar, delivery: Delivery) -> Time:
    """Return what is known of a table's time before its heads are read.

    Titles come first, then the delivery's period, the sheet's name, the file's and
    the folders', the nearest first.

    Raises
    ------
    IntakeError
        If two of them contradict each other.
    """
    title = _clue("标题", titles, grammar)
    places = [("工作表名", sheet), ("文件名", delivery.file)]
    places += [("文件夹名", name) for name in delivery.folders]
    stated, book = delivery.period, delivery.book
    pin = Time(stated.year, stated) if stated else None
    settled = pin is not None and (not title.time.year or _agree(title.time, pin))
    clues = [title]
    if pin and not title.time.year:
        clues.append(Clue("delivery.toml", str(stated), pin))
    for where, text in places:
        clue = _clue(where, [text], grammar)
        if where == "工作表名" or not settled:
            _refuse_contradiction(clues, clue)
        if where == "工作表名":
            clue = clue._replace(time=clue.time._replace(title=True))
        clues.append(clue)
    times = [clue.time for clue in clues]
    year = next((time.year for time in times if time.year and not time.hints), 0)
    # A table of 2023 in a file of February 2024 is of no month.
    part = next((t for t in times if t.month and (t.year in (0, year) or not year)), None)
    if not year and book and (part is None or part.month <= book.period.end.month):
        year, part = book.year, part or Time(book.year, book.period, book.span)
    if not year:
        hints = tuple(hint for time in times for hint in time.hints)
        named = part and part.period and (part.title or part is title.time)
        own = Part(part.period, 0, part.span, "") if named else None  # type: ignore[union-attr,arg-type]
        return Time(hints=hints, span=part.span if part else "", part=own)
    if part is None or part.period is None:
        yearly = any(time.span == "annual" for time in times)
        return Time(year, Period(year, "A", 1), "annual" if yearly else "")
    found = Period(year, part.period.frequency, part.period.number)
    return Time(year, found, part.span, (), part is title.time or part.title)


def resolve_time(time: Time, years: set[int], ends: set[int]) -> Time:
    """Complete a table's time by the years and last months that its heads state."""
    if time.month:
        return time
    month = next(iter(ends)) if len(ends) == 1 else 0
    year = time.year or (next(iter(years)) if len(years) == 1 else 0)
    if not year and month:
        hinted = {y for y, m in time.hints if m == month}
        year = hinted.pop() if len(hinted) == 1 else 0
    if not (year and month):
        return time._replace(year=year)
    return time._replace(year=year, period=Period(year, "M", month), span="")


def _clue(where: str, texts: Sequence[str], grammar: Grammar) -> Clue:
    """Read a title or a name; in a path, figures without 年 may be a delivery's."""
    shown = "；".join(text.strip() for text in texts if text.strip())[:60]
    timely = [timely_text(text, grammar) for text in texts]
    said = [grammar.read(text) for text in timely]
    stated = [part for one in said for part in one.parts]
    coded = [part for part in stated if CODED.fullmatch(part.text)]
    parts = [part for part in stated if part not in coded]
    years = {year for one in said for year in one.years} | {part.year for part in parts} - {0}
    if coded and not years and where not in ("标题", "工作表名"):
        code = coded[0]
        return Clue(where, shown, Time(code.year, hints=((code.year, code.period.number),)))
    dotted = DOTTED.fullmatch(shown)
    if dotted and where != "标题" and not stated:
        year, month = int(dotted[1]), int(dotted[2])
        own = Time(year, Period(year, "M", month), title=True)
        return Clue(where, shown, own if where == "工作表名" else Time(hints=((year, month),)))
    parts = parts or coded
    years |= {part.year for part in parts} - {0}
    if where != "标题" and not years and (found := LONE_YEAR.search(timely[0])):
        years = {int(found[1])}
    ends = {part.period.end.month for part in parts}
    if where == "标题" and (len(ends) > 1 or len(years) > 1):
        named = "、".join(dict.fromkeys(part.text for part in parts)) or "、".join(map(str, years))
        raise IntakeError(f"标题中有不止一个时期：{named}", "请只留一个，或分成两张工作表")
    year = years.pop() if len(years) == 1 else 0
    if len(ends) != 1:
        return Clue(where, shown, Time(year))
    finest = min(parts, key=lambda part: "MQA".index(part.period.frequency))
    spans = {part.span for part in parts}
    span = spans.pop() if len(spans) == 1 else ""
    return Clue(where, shown, Time(year, finest.period, span))


def timely_text(text: str, grammar: Grammar) -> str:
    """Return a text without days, without months in which something was said, without ranges."""
    text = PINYIN_MONTH.sub("月", PINYIN_YEAR.sub("年", UP_TO.sub(r"\1末", title_part(text))))
    return RANGE.sub(" ", DAY.sub(" ", grammar.vocabulary.lines["events"].sub(" ", text)))


def _agree(one: Time, other: Time) -> bool:
    return len({one.year, other.year} - {0}) < 2 and len({one.month, other.month} - {0}) < 2


def _refuse_contradiction(clues: Sequence[Clue], clue: Clue) -> None:
    for earlier in clues:
        if earlier.time.hints or _agree(earlier.time, clue.time):
            continue
        # A yearly figure comes out in a later year's file; and a lone year names no report.
        yearly = not earlier.time.month and clue.time.year > earlier.time.year > 0
        lone = clue.time.period is None and not re.search(rf"{YEAR}(?:年|n)", fold(clue.text))
        if clue.where != "工作表名" and (yearly or lone):
            continue
        why = f"{earlier.where}“{earlier.text}”与{clue.where}“{clue.text}”说的不是同一个时期"
        cure = "请核对并改正其中之一；标题无误的，也可在 delivery.toml 写明 period"
        raise IntakeError(why, cure)


def _behind(label: re.Pattern[str], lines: Sequence[Line]) -> list[tuple[str, str]]:
    """Return what lines state behind a label, each with its address."""
    pieces = ((cell, fold(p)) for cell, t in lines for p in statements(CLOCK.sub("", t)) or [t])
    return [(found[1], cell) for cell, piece in pieces if (found := label.match(piece))]


def _published(lines: Sequence[Line]) -> dt.date | None:
    stated = {stated_day(text): (text, cell) for text, cell in _behind(PUBLISHED, lines)}
    if None in stated or len(stated) > 1:
        text, cell = stated.get(None) or list(stated.values())[1]
        why = f"发布日期“{text}”不是一个日子，或另写了一个" if text else "发布日期没有填写"
        raise IntakeError(why, "请写成 2024-10-22，只写一个", cell=cell)
    return next(iter(stated), None)


def _unit(lines: Sequence[Line]) -> str:
    """Return the one unit that stands above a head; 填报单位 names an office."""
    stated = [(ENGLISH.sub("", text), cell) for text, cell in _behind(UNIT, lines)]
    known = {unit: cell for text, cell in stated if (unit := unit_in(text))}
    if len(known) > 1:
        why = f"表头上方写了不止一个单位：{'、'.join(known)}"
        cure = "请在“计量单位”列逐行写明，或只留一个"
        raise IntakeError(why, cure, cell=list(known.values())[1])
    return next(iter([*known, *(text for text, _ in stated)]), "")
