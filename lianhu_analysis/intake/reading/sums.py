"""Single quarters under a head of the year to date, told by what they add up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from lianhu_analysis.catalog.structure import Sum, load_structure
from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.observations import Observation
from lianhu_analysis.intake.reading.figures import Collector
from lianhu_analysis.intake.reading.outline import adds_up

__all__ = ["single_quarters"]

Rows = dict[str, dict[int, Observation]]
FEWEST_PARTS = 2


def single_quarters(collector: Collector) -> Iterator[Observation]:
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
                told = IntakeError(
                    f"{year} 年的 {names} 列名写累计，按合计核对却是单季数，已作为当季数入库",
                    "不必处理；有疑问的，请向报送单位核实",
                    skipped=True,
                )
                collector.refuse(told, sheet=sheet, cell=found[0].cell)
    for row in collector.rows:
        yield row._replace(span="single") if row in single else row


def _parts_by_quarter(rows: Rows, relation: Sum) -> Sequence[Observation]:
    """Return the parts of a total that add up to it over the quarters of the year so far."""
    whole, parts = (
        rows.get(relation.whole, {}),
        [rows[code] for code in relation.parts if code in rows],
    )
    complete = [code for code in relation.parts if code in rows or code in relation.optional]
    quarters = sorted(whole)
    if len(parts) < FEWEST_PARTS or len(complete) < len(relation.parts):
        return ()
    if quarters != list(range(1, len(quarters) + 1)) or len(quarters) < FEWEST_PARTS:
        return ()
    if any(q not in part for part in parts for q in quarters):
        return ()
    for last in quarters[1:]:
        total = (whole[last].value,)
        if adds_up(total, [(part[last].value,) for part in parts]):
            return ()
        if not adds_up(total, [(part[q].value,) for part in parts for q in range(1, last + 1)]):
            return ()
    return [part[q] for part in parts for q in quarters]
