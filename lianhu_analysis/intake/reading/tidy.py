"""A whole delivery: which sheets there are, whom and what time the book is about."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from math import inf, isclose

from lianhu_analysis.catalog.indicators import Catalogue
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.structure import Sum, load_structure
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.grid import Grid
from lianhu_analysis.intake.observations import Observation
from lianhu_analysis.intake.reading.around import DAY, SUFFIX, foreign_region, timely_text
from lianhu_analysis.intake.reading.blocks import WHOLE, Sheet, Table, find_tables, is_blank
from lianhu_analysis.intake.reading.cells import is_number
from lianhu_analysis.intake.reading.figures import Collector, Delivery, Reading
from lianhu_analysis.intake.reading.outline import adds_up
from lianhu_analysis.intake.reading.place import HIDDEN
from lianhu_analysis.intake.reading.remarks import remarks_in
from lianhu_analysis.intake.reading.series import SeriesLayout, read_described
from lianhu_analysis.intake.reading.statements import statements, title_part
from lianhu_analysis.intake.reading.tables import read_sheet
from lianhu_analysis.intake.reading.words import Grammar, Part, Vocabulary, fold
from lianhu_analysis.workspace import Region

__all__ = ["grammar_of", "read_grids"]

MOST_TEXT = 60
FEWEST_PLACES = 3
FEWEST_PARTS = 2
CLOSE = 1e-3
# Bodies whose figures are not all of a district's.
BODY = re.compile("街道(?:办(?:事处)?)?$|公司$|集团$|[工商]厂$")
REPORTER = re.compile("(?:填[报表]|制表|报送|报出|上报|编报)(?:单位|机构|部门):")
NOTES = re.compile("说明|备注|[附批]注|须知")
MAKER = re.compile("(?:编印|制表):(.+)")
SOURCE = re.compile(
    r"(?:来源|机构|主办|承办|版权所有|责任编辑|联系单位|供稿)(?:单位|方)?:(.+)|\((.+)供稿\)"
)
PLACE = re.compile("[一-龥]{2,4}")
UPPER = re.compile("全[国省市](?![属级场])")
LEVELS = "国省市区"  # 县 and 旗 stand where 区 does

Rows = dict[str, dict[int, Observation]]


def read_grids(
    grids: tuple[Grid, ...],
    vocabulary: Vocabulary,
    catalogue: Catalogue,
    delivery: Delivery,
    layouts: Sequence[SeriesLayout] = (),
    pinned: SeriesLayout | None = None,
) -> Reading:
    """Read every sheet of a delivery; what is not read is a problem of the result.

    Parameters
    ----------
    layouts, pinned
        Descriptions of workbooks that no reader can know; the one that the delivery
        names must fit.

    Raises
    ------
    IntakeError
        If a pinned description does not fit: half of a workbook that is not the
        described one is worse than none of it.
    """
    collector = Collector(delivery)
    grammar = grammar_of(vocabulary, catalogue, (*delivery.regions, *delivery.peers))
    left = [grid for grid in grids if any(not is_blank(c) for row in grid.rows for c in row)]
    for layout in [pinned] if pinned else layouts:
        left = read_described(left, layout, catalogue, collector, must=pinned is not None)
    for grid in left:
        if not grid.visible:
            error = IntakeError("这张工作表是隐藏的，没有读", HIDDEN, skipped=True)
            collector.refuse(error, sheet=grid.sheet)
    found = [find_tables(grid, grammar) for grid in left if grid.visible]
    tables = [table for sheet in found for table in sheet.tables]
    notes = tuple(line for sheet in found if not sheet.tables for line in _notes_on(sheet))
    collector.delivery = replace(delivery, book=_period_of_book(tables, grammar), notes=notes)
    book = _whose(found, grammar, collector.delivery)
    for sheet in found:
        read_sheet(sheet, grammar, collector, _beside_own(sheet, found, grammar, delivery) or book)
    collector.rows = [*_single_quarters(collector)]
    nothing = not any(sheet.tables or sheet.headless for sheet in found)
    if nothing and not collector.rows and not collector.problems:
        why = "没有一张工作表里有数"
        cure = "请核对是否交错了文件；只作凭证的文件请放进名称以 _ 开头的文件夹"
        raise IntakeError(why, cure)
    return collector.result()


@lru_cache(maxsize=16)
def grammar_of(
    vocabulary: Vocabulary, catalogue: Catalogue, regions: tuple[Region, ...]
) -> Grammar:
    """Return the grammar of a vocabulary, a catalogue and regions, made once."""
    return Grammar(vocabulary, catalogue, regions)


def _notes_on(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Yield the lines of a sheet that tells of the others: 填报说明."""
    name = sheet.grid.sheet
    texts = [(row, c) for row, cells in enumerate(sheet.grid.rows) for c in _short_texts(cells)]
    if NOTES.search(name) or any(NOTES.search(text) for _, text in texts[:1]):
        yield from ((f"{name}!{row + 1}", f"注:{text}") for row, text in texts)


def _period_of_book(tables: Sequence[Table], grammar: Grammar) -> Part | None:
    """Return the one year and month that heads and titles state, for those that do not.

    Tables of last year, and of what is known a month late (营业收入 of 1-8月), date no others.
    """
    narrows = grammar.vocabulary.lines["scope"]
    found: dict[Period, str] = {}
    ends: set[int] = set()
    for table in tables:
        titles = [table.grid.sheet, *(text for _, text in table.titles)]
        heads = [c.text for panel in table.panels for c in panel.columns]
        said = (grammar.read(timely_text(text, grammar)) for text in (*titles, *heads))
        parts = [part for one in said for part in one.parts]
        stub = {n for panel in table.panels for n in panel.stub.get("name", [])}
        cells = (table.grid.at(row, n) for row in range(table.bottom + 1, table.end) for n in stub)
        items = [i for c in cells if isinstance(c, str) for i in grammar.read(c).names]
        late = bool(items) and all(item.lag_months for item in items)
        if not late and not any(narrows.search(title_part(title)) for title in titles):
            ends |= {part.period.end.month for part in parts}
            dated = (part for part in parts if part.year and part.period.frequency != "A")
            for part in dated:
                found[part.period] = found.get(part.period) or part.span
    last, span = found.popitem() if len(found) == 1 else (None, "")
    if last is None or max(ends) != last.end.month:
        return None
    return Part(last, last.year, "ytd" if span == "ytd" else "", "")


def _whose(found: Sequence[Sheet], grammar: Grammar, delivery: Delivery) -> Region | None:
    """Return whom a workbook's sheets are about, where they do not say it themselves.

    A city's monthly report names the city on its contents page, in a title or in a label, or
    has the row 全市 that its other figures equal; a district must not take them for its own.
    ``None``: the delivery's region; one without a code: another, or it cannot be told.
    """
    own = delivery.region
    if delivery.pinned:
        return None
    # Before 全区 is: what 碑林区 reports says it, too.
    elsewhere = "别的地区" if _is_elsewhere(found, grammar, own) else ""
    if other := elsewhere or _reporter(found, grammar, delivery):
        return Region("", other)
    name = grammar.vocabulary.lines["offices"].sub("", delivery.file)
    shorts = {r.name_zh[:-1]: r.name_zh for r in grammar.regions if len(r.name_zh) > 2}
    known = [] if own.name_zh[:-1] in name else [shorts[short] for short in shorts if short in name]
    # What a district's bureau passes on may be 西安统计月报.
    ours = own.name_zh[:-1] in name or any(
        own.name_zh in text for text in ([] if known else delivery.folders)
    )
    beside = {head: word for sheet in found for head, word in _beside(sheet, grammar)}
    words = sorted(
        {w for sheet in found for w in _wholes(sheet.grid, grammar, beside)}
        | set(
            UPPER.findall(
                grammar.vocabulary.lines["compared"].sub(
                    "", " ".join((delivery.file, *delivery.folders))
                )
            )
        )
    )
    if f"全{own.name_zh[-1:]}" in words or (ours and not words):
        return None
    if words and not ours:
        one = delivery.at_level(words[0][1]) if len(words) == 1 else None
        return one or Region("", words[0])
    larger = LEVELS[LEVELS.find(own.name_zh[-1]) - 1]
    if beside and not (words or ours or f"全{larger}" in beside.values()):
        return Region("", min(beside.values()))
    by_figures, told = _whose_by_figures(found, grammar, delivery)
    if ours and not told:
        by_figures = None  # what compares 莲湖区 with 全市 in a book of its own
    other = next(iter([*words, *known]), "") or foreign_region(name, own, grammar)
    return Region("", other) if other and not told else by_figures


def _beside_own(
    sheet: Sheet, found: Sequence[Sheet], grammar: Grammar, delivery: Delivery
) -> Region | None:
    """Return the place that a sheet's name must be, where another is called as the own region."""
    name = fold(sheet.grid.sheet)
    apart = any(grammar.region(other.grid.sheet) == delivery.region for other in found)
    unknown = PLACE.fullmatch(name) and grammar.read(name).left == (name,)
    return Region("", name) if apart and unknown and not delivery.pinned else None


def _reporter(found: Sequence[Sheet], grammar: Grammar, delivery: Delivery) -> str:
    """Return another region whose office reports, or in whose folder the file lies."""
    titles = [text for sheet in found for table in sheet.tables for _, text in table.titles]
    # At the foot, too.
    texts = [text for sheet in found for row in sheet.grid.rows for text in _short_texts(row)]
    feet = (text for text in texts if "单位" in text)
    stated = (one for text in (*titles, *feet) for one in statements(text))
    said = [one.partition(":")[2] for one in stated if REPORTER.match(one)]
    said += [made[1] for text in texts if (made := MAKER.search(fold(text)))]
    if bodies := [name for name in said if BODY.search(name)]:
        return bodies[0]
    own = SUFFIX.sub("", delivery.region.name_zh)
    if not any(own in text for text in (*texts, *(sheet.grid.sheet for sheet in found))):
        # A letterhead or a signature, a cover, the titles of sheets beside this one.
        said += filter(grammar.vocabulary.lines["offices"].fullmatch, map(_undated, texts))
        apart = (
            t for s in found for t in s.tables if not any("region" in p.stub for p in t.panels)
        )
        said += [text for table in apart for _, text in table.titles if not grammar.is_note(text)]
        # A district's bureau is a source of its own figures, one above of all below it.
        sources = filter(None, map(SOURCE.search, map(fold, (*texts, *titles))))
        named = [foreign_region(one[1] or one[2], delivery.region, grammar) for one in sources]
        said += [name for name in named if name[-1:] in "区县旗" and name]
    if not any(delivery.region.name_zh in name for name in (delivery.file, *delivery.folders)):
        if bodies := [name for name in delivery.folders if BODY.search(name)]:
            return bodies[0]
        # The office of a region above passes on what is of those below.
        office = f"(?:{'|'.join(r.name_zh for r in delivery.regions)}).*[局队会室]"
        said += [name for name in delivery.folders if not re.fullmatch(office, name)]
    shorts = [
        one.name_zh for one in map(grammar.region, said) if one not in (None, delivery.region)
    ]
    names = (foreign_region(text, delivery.region, grammar) for text in said)
    return next(filter(None, [*shorts, *names]), "")


def _short_texts(row: Iterable[object]) -> list[str]:
    return [cell for cell in row if isinstance(cell, str) and len(cell) < MOST_TEXT]


def _undated(text: str) -> str:
    return DAY.sub("", title_part(text))


def _is_elsewhere(found: Sequence[Sheet], grammar: Grammar, own: Region) -> bool:
    """Whether tables by areas list several places of which none is known but another's 全市."""
    tables = (table for sheet in found for table in sheet.tables)
    columns = ((t, n) for t in tables for panel in t.panels for n in panel.stub.get("region", []))
    cells = (t.grid.at(row, n) for t, n in columns for row in range(t.bottom + 1, t.end))
    named = {fold(cell) for cell in cells if isinstance(cell, str)} - {"", "合计", "总计"}
    wholes = {name for name in named if WHOLE.fullmatch(name)}
    places = named - wholes
    several = len(places) >= FEWEST_PLACES and not any(map(grammar.region, places))
    return several and bool(wholes) and f"全{own.name_zh[-1:]}" not in wholes


def _whose_by_figures(
    found: Sequence[Sheet], grammar: Grammar, delivery: Delivery
) -> tuple[Region | None, bool]:
    """Return the region of tables by areas whose row the other sheets equal, and whether any is."""
    by_area = [s for s in found if any("region" in p.stub for t in s.tables for p in t.panels)]
    others = [sheet for sheet in found if sheet.tables and sheet not in by_area]
    known = {region.code: region for region in delivery.regions}
    if not by_area or not others:
        return None, False
    areas, rest = (_figures(group, grammar, delivery) for group in (by_area, others))
    cells = (fold(c) for one in by_area for row in one.grid.rows for c in row if isinstance(c, str))
    own_whole = f"全{delivery.region.name_zh[-1:]}"  # over the rows of its streets
    wholes = [cell for cell in cells if WHOLE.fullmatch(cell) and cell != own_whole]
    said = {key[1:]: value for key, value in rest.items()}
    own = delivery.region.code
    if not wholes and not any(k[0] in known and (k[0] != own or k[1:] in said) for k in areas):
        return None, False
    equal = Counter(
        key[0]
        for key, value in areas.items()
        if isclose(value, said.get(key[1:], inf), rel_tol=CLOSE)
    )
    if not equal:
        return Region("", wholes[0] if wholes else "各区县和上级地区"), False
    region = known.get(equal.most_common(1)[0][0])
    return (None if region == delivery.region else region or Region("", "另一个地区")), True


def _figures(
    found: Sequence[Sheet], grammar: Grammar, delivery: Delivery
) -> dict[tuple[str, ...], float]:
    scratch = Collector(delivery)
    for sheet in found:
        read_sheet(sheet, grammar, scratch)
    return {
        (row.region, row.indicator, row.measure, row.span, row.period): row.value
        for row in scratch.rows
        if row.value is not None
    }


def _beside(sheet: Sheet, grammar: Grammar) -> Iterator[tuple[str, str]]:
    """Yield heads of 全市 and the like, and that word, that stand behind figures of no such place.

    1-9月, 同比%, 全市增速%: the first are not the city's.
    """
    for panel in (panel for table in sheet.tables for panel in table.panels):
        heads = [(column, grammar.read(column.text)) for column in panel.columns]
        first = next((said for _, said in heads if not said.facets.nothing), None)
        if first and not first.whole:
            yield from ((t, said.whole) for c, said in heads if said.whole for _, t in c.cells)


def _wholes(grid: Grid, grammar: Grammar, but: Collection[str]) -> set[str]:
    """Return 全市 and the like where a sheet says them of its figures, not of one row of areas."""
    rows = [_short_texts(row) for row in grid.rows]
    # 社零（全市） beside 社零, and 全市平均增速, are what figures of others are compared with.
    filled = {
        c
        for row, full in zip(rows, grid.rows, strict=True)
        if any(map(is_number, full))
        for c in row
    }
    plain = {item for c in filled if not (one := grammar.read(c)).whole for item in one.names}
    compared = {
        c for c in filled if not (names := grammar.read(c).names) or plain.intersection(names)
    }
    cells = {c for row in rows for c in row} - compared
    lines = grammar.vocabulary.lines
    notes = [said for c in cells if grammar.is_note(c) for said in remarks_in("", c, grammar)]
    compares = lines["compared"]
    texts = [compares.sub("", c) for c in cells.difference(but) if not grammar.is_note(c)]
    texts = [text for text in texts if "全" in text]
    texts += [f"{one.text}口径" for one in notes if lines["of_all"].fullmatch(one.of)]
    said = ((fold(text), grammar.read(text)) for text in texts)
    return {one.whole for text, one in said if text != one.whole and not one.facets.fact} - {""}


def _single_quarters(collector: Collector) -> Iterator[Observation]:
    """Yield the rows of a delivery; quarters that add up only one after the other are single.

    The parts of a total whose figures of the quarters, not those to date, sum to the
    total to date are single quarters, whatever their head says: each year by itself.
    """
    series: dict[tuple[str, ...], Rows] = defaultdict(lambda: defaultdict(dict))
    for row in collector.rows:
        if row.measure == "level" and row.span == "ytd" and "Q" in row.period and row.value:
            year, quarter = row.period.split("Q")
            series[row.region, row.sheet, year][row.indicator][int(quarter)] = row
    single: set[Observation] = set()
    for (_, sheet, year), rows in series.items():
        for relation in load_structure().sums:
            found = _parts_by_quarter(rows, relation)
            single |= set(found)
            if found:
                names = "、".join(dict.fromkeys(row.indicator for row in found))
                told = f"{year} 年的 {names} 列名写累计，按合计核对却是单季数，已作为当季数入库"
                error = IntakeError(told, "不必处理；有疑问的，请向报送单位核实", skipped=True)
                collector.refuse(error, sheet=sheet, cell=found[0].cell)
    for row in collector.rows:
        yield row._replace(span="single") if row in single else row


def _parts_by_quarter(rows: Rows, relation: Sum) -> Sequence[Observation]:
    """Return the parts of a total that add up to it over the quarters of the year so far."""
    whole, found = rows.get(relation.whole, {}), [*relation.parts]
    parts = [rows[code] for code in found if code in rows]
    quarters = list(range(1, len(whole) + 1))
    known = {*rows, *relation.optional}.issuperset(found) and sorted(whole) == quarters
    complete = all(q in part for part in parts for q in quarters)
    if not (known and complete) or min(len(parts), len(quarters)) < FEWEST_PARTS:
        return ()
    for last in quarters[1:]:
        total = (whole[last].value,)
        to_date = [(part[q].value,) for part in parts for q in range(1, last + 1)]
        if adds_up(total, [(part[last].value,) for part in parts]) or not adds_up(total, to_date):
            return ()
    return [part[q] for part in parts for q in quarters]
