"""What stands beside the names of rows: region, period, span, day of publication and unit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from lianhu_analysis.errors import IntakeError, PeriodError
from lianhu_analysis.intake.grids.grid import cell_address
from lianhu_analysis.intake.reading.blocks import is_blank
from lianhu_analysis.intake.reading.cells import is_number
from lianhu_analysis.intake.reading.heads import Place
from lianhu_analysis.intake.reading.meaning import Row
from lianhu_analysis.intake.reading.statements import stated_day
from lianhu_analysis.intake.reading.words import Facets, Part, fold, native, span_of
from lianhu_analysis.workspace import Region

__all__ = ["StubReader"]

LAST_YEAR = 2100
FIRST_CODE = 190_001


@dataclass
class StubReader:
    """Reads the columns beside the names of one panel.

    Attributes
    ----------
    year
        The year of the table, for periods that state none; 0 if it has none.
    """

    place: Place
    year: int

    def read(self, number: int) -> Row:
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
        day = self._beside(number, "published")
        published = stated_day(day) if day else None
        if day and published is None:
            raise IntakeError(
                f"发布日期“{day}”不是一个日子；这一行没有读",
                "请写成 2024-10-22，另报新文件",
                cell=cell_address(number, self.place.panel.first("published") or 0),
            )
        part = self.periods.get(number) or self._part(number)
        if part is not None and span:
            # 全年 is the year to date of its last month.
            if part.span not in ("", span) and (part.span, span) != ("annual", "ytd"):
                raise IntakeError(
                    f"时期“{part.text}”与口径相互矛盾",
                    "请改正其中之一，另报新文件",
                    cell=cell_address(number, self.place.panel.first("period") or 0),
                )
            part = part._replace(span=span)
        return Row(
            facets=Facets(measure=said.measure),
            unit=native(unit),
            span=span,
            per=said.per,
            region=self._region(region) if region else None,
            part=part,
            published=published,
        )

    def _beside(self, number: int, role: str) -> str:
        column = self.place.panel.first(role)
        cell = None if column is None else self.place.grid.at(number, column)
        if isinstance(cell, dt.datetime):
            return cell.date().isoformat()
        return "" if is_blank(cell) else str(cell).strip()

    def _region(self, text: str) -> Region:
        folded, delivery = fold(text), self.place.delivery
        whole = len(folded) == 2 and folded[0] == "全"
        own = delivery.region.name_zh[-1:] == folded[-1:]
        if whole and self.place.around.elsewhere and not own:
            raise IntakeError(f"“{text}”说的是哪里说不清，这一行没有收", "")
        found = delivery.at_level(folded[1]) if whole else self.place.grammar.region(text)
        if found is None:
            raise IntakeError(f"“{text}”不是本工作区的地区，这一行没有收", "")
        return found

    def _span(self, number: int) -> Facets:
        text = self._beside(number, "span")
        said = self.place.grammar.read(text)
        other = said.left or said.facets.fact or said.facets.nothing
        if text and (other or not said.facets.span):
            raise IntakeError(
                f"口径“{text}”不认识",
                "请写累计、当月、当季、期末或年度（增速写累计增速之类），另报新文件",
                cell=cell_address(number, self.place.panel.first("span") or 0),
            )
        return said.facets

    def _part(self, number: int) -> Part | None:
        """Return the period beside a row; of two columns one may hold the year."""
        columns = self.place.panel.stub.get("period", [])
        stated: Part | None = None
        for n in columns:
            cell = self.place.grid.at(number, n)
            if is_blank(cell) and len(columns) > 1:
                above = (
                    self.place.grid.at(r, n) for r in range(number, self.place.table.bottom, -1)
                )
                cell = next((c for c in above if not is_blank(c)), None)
            year = stated.period.year if stated and stated.period.frequency == "A" else 0
            try:
                found = self._read_period(cell, n, year or self.year)
            except PeriodError as error:
                raise IntakeError(
                    f"{error}；这一行没有读",
                    "请改正这一格的时期，另报新文件",
                    cell=cell_address(number, n),
                ) from error
            if stated is None or found.period.frequency != "A":
                stated = found
        return stated

    def _read_period(self, cell: object, column: int, year: int) -> Part:
        if is_blank(cell):
            raise PeriodError("没有写时期")
        head = str(self.place.grid.at(self.place.table.bottom, column) or "")
        number = cell if is_number(cell) else 0
        if 1 <= number <= 12 and self.place.grammar.role(head) == "period":
            cell = f"{int(number)}{'季度' if '季' in head else '月'}"
        elif LAST_YEAR < number < FIRST_CODE and self.place.grid.dates_from_1904:
            raise PeriodError(f"“{cell}”是从 1904 年算起的日子，说不清是哪个月")
        period, span = span_of(cell, year or None)
        return Part(period, period.year, span, str(cell).strip())

    @cached_property
    def periods(self) -> dict[int, Part]:
        """Return the periods of all rows that state one."""
        found = {}
        for number in self.place.body:
            try:
                part = self._part(number)
            except IntakeError:
                continue
            if part is not None and number not in self.place.grid.hidden_rows:
                found[number] = part
        return found
