"""Tidy records, CSV or Parquet, in the columns of the observation table."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from lianhu_analysis.catalog.calendar import assumed_release
from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.units import convert
from lianhu_analysis.errors import IntakeError, LianhuError, PeriodError
from lianhu_analysis.intake.grids.grid import Grid, cell_address
from lianhu_analysis.intake.observations import (
    COLUMNS,
    MEASURES,
    PROVENANCES,
    PUBLISHED_BASES,
    SPANS,
    STATUSES,
    WITH_VALUE,
    Observation,
    join_source,
    path_of,
)
from lianhu_analysis.intake.reading.figures import Collector, Delivery, Reading, judge, neighbours

__all__ = ["FACT_PREFIX", "is_tidy", "parquet_grid", "read_records"]

FACT_PREFIX = "fact."
ENOUGH = 3
REQUIRED = ("indicator", "measure", "span", "period", "value", "unit")
BESIDE = ("name_zh", "source_title", "source_url")
ALLOWED = (*(name for name in COLUMNS if name not in ("source", "sheet", "cell")), *BESIDE)
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
MOST_NAMED = 12
SPAN_FREQUENCIES = {"ytd": "MQ", "single": "MQ", "point": "MQA", "annual": "A"}


def is_tidy(grid: Grid) -> bool:
    """Whether the first line names columns of the observation table.

    A misspelt column must be refused as such, so not all need be right.
    """
    return len(set(_header(grid)) & set(REQUIRED)) >= ENOUGH


def read_records(grid: Grid, catalogue: Catalogue, delivery: Delivery) -> Reading:
    """Read tidy records; each wrong row is a problem, the others are still read.

    Raises
    ------
    IntakeError
        If the header lacks or misspells a column.
    """
    header = _header(grid)
    _check_header(header)
    collector = Collector(delivery)
    place = header.index("value")
    beside = neighbours(x for row in grid.rows[1:] if "yoy" in row for x in row[place : place + 1])
    for number, row in enumerate(grid.rows[1:], 1):
        cells = ["" if cell is None else str(cell).strip() for cell in row]
        if not any(cells):
            continue
        address = cell_address(number, place)
        try:
            found = _observe(_record(header, cells), catalogue, delivery)
            judge(found, catalogue, beside)
        except IntakeError as error:
            collector.refuse(error, cell=address)
        except _FieldError as error:
            field, message, remedy = error.args
            column = header.index(field) if field in header else 0
            collector.refuse(IntakeError(message, remedy), cell=cell_address(number, column))
        else:
            collector.rows.append(found._replace(cell=address))
    return collector.result()


def parquet_grid(data: bytes) -> Grid:
    """Return Parquet as a grid whose first row is the header.

    Raises
    ------
    IntakeError
        If it is no Parquet.
    """
    import duckdb

    try:
        # Under a name of its own: DuckDB reads only files, and [1] in a name as a pattern.
        with TemporaryDirectory() as folder, duckdb.connect() as connection:
            path = Path(folder) / "delivered.parquet"
            path.write_bytes(data)
            result = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
            header = tuple(item[0] for item in result.description or ())
            return Grid("", (header, *result.fetchall()))
    except duckdb.Error as error:
        raise IntakeError(f"不是有效的 Parquet 文件（{error}）", "请重新导出后再交付") from error


def _header(grid: Grid) -> list[str]:
    return [str(name or "").strip() for name in (grid.rows or ((),))[0]]


def _check_header(header: list[str]) -> None:
    wrong = {
        "缺少列": [name for name in REQUIRED if name not in header],
        "不认识的列": [name or "（空）" for name in header if name not in ALLOWED],
        "重复的列": sorted({name for name in header if header.count(name) > 1}),
    }
    faults = [f"{word}：{'、'.join(names)}" for word, names in wrong.items() if names]
    if faults:
        cure = f"可用的列：{'、'.join(ALLOWED)}（见 docs/data.md）"
        raise IntakeError("表头不对，" + "；".join(faults), cure)


class _FieldError(Exception):
    """Field, message and remedy of what is wrong in a row."""


@contextmanager
def _about(field: str, remedy: str) -> Iterator[None]:
    """Say of what the rest of the suite refuses which field it stands in."""
    try:
        yield
    except LianhuError as error:
        raise _FieldError(field, str(error), remedy) from error


def _require(right: bool, field: str, message: str, remedy: str) -> None:
    if not right:
        raise _FieldError(field, message, remedy)


def _record(header: list[str], cells: list[str]) -> dict[str, str]:
    message = f"这一行有 {len(cells)} 列，表头有 {len(header)} 列"
    _require(len(cells) == len(header), "", message, "含逗号的文字要用双引号括起来")
    return dict(zip(header, cells, strict=True))


def _observe(record: Mapping[str, str], catalogue: Catalogue, delivery: Delivery) -> Observation:
    measure = _choice(record, "measure", MEASURES)
    span = _choice(record, "span", SPANS)
    status = _choice(record, "status", STATUSES, default="ok")
    provenance = _choice(record, "provenance", PROVENANCES, default=delivery.provenance)
    region = _region(record, delivery)
    indicator = _indicator(record, measure, span, provenance, catalogue)
    period = _period(record, span, indicator)
    published, basis = _published(record, indicator, period, delivery)
    value = _value(record, status)
    unit = record["unit"]
    _require(unit != "", "unit", "没有写计量单位", "请填写，不填不会按目录单位推定")
    if indicator is not None:
        value, unit = _convert(value, unit, measure, indicator)
    return Observation(
        region=region,
        indicator=record["indicator"],
        measure=measure,
        span=span,
        period=str(period),
        value=value,
        unit=unit,
        published=published,
        published_basis=basis,
        source=_source(record, delivery),
        token=record.get("token") or record["value"],
        status=status,
        provenance=provenance,
    )


def _choice(
    record: Mapping[str, str], field: str, known: tuple[str, ...], default: str = ""
) -> str:
    value = record.get(field) or default
    remedy = f"可填 {'、'.join(filter(None, known))}"
    _require(value in known, field, f"{field} = {value!r} 不认识", remedy)
    return value


def _region(record: Mapping[str, str], delivery: Delivery) -> str:
    code = record.get("region") or delivery.region.code
    if code not in delivery.codes:
        known = [" ".join(one) for one in delivery.codes.items()]
        more = f"等 {len(known)} 个" if len(known) > MOST_NAMED else ""
        remedy = (
            f"本工作区的地区：{'、'.join(known[:MOST_NAMED])}{more}。其他地区请另建工作区，"
            "或在 lianhu.toml 中登记为上级（parents）或同级（peers）"
        )
        raise _FieldError("region", f"地区代码 {code!r} 不属于本工作区", remedy)
    return code


def _indicator(
    record: Mapping[str, str], measure: str, span: str, provenance: str, catalogue: Catalogue
) -> Indicator | None:
    code = record["indicator"]
    if code.startswith(FACT_PREFIX) and len(code) > len(FACT_PREFIX):
        message = f"{code} 是目录外的参考事实，来源类型不能是 {provenance}"
        remedy = "provenance 请填 published_fact 或 second_hand；目录内的指标请用目录代码"
        _require(provenance in ("published_fact", "second_hand"), "indicator", message, remedy)
        return None
    with _about("indicator", "请改正指标代码"):
        indicator = catalogue.get(code)
    growth_only = measure == "level" and indicator.kind == "growth_only"
    message = f"{code} 只发布增速，没有绝对量"
    _require(not growth_only, "measure", message, "measure 应为 yoy；绝对量不采用")
    remedy = "请填 point，period 填期末所在的月、季或年"
    message = f"{code} 是时点数，span 不能是 {span}"
    _require(span == "point" or indicator.span != "point", "span", message, remedy)
    return indicator


def _period(record: Mapping[str, str], span: str, indicator: Indicator | None) -> Period:
    with _about("period", "请改正报告期"):
        period = Period.parse(record["period"])
    message = f"报告期 {period} 与 span = {span} 不相配"
    remedy = "全年数请填 span = annual 和 2024 这样的年份；累计和当期请填月或季"
    _require(period.frequency in SPAN_FREQUENCIES[span], "span", message, remedy)
    if indicator is None or span not in ("point", "ytd"):
        return period
    try:
        # 2023-12, 2023Q4 and (at a point) 2023 are one moment: one code for it.
        return period.as_frequency({"M": "M", "Q": "Q"}.get(indicator.frequency, "A"))  # type: ignore[arg-type]
    except PeriodError:
        return period


def _published(
    record: Mapping[str, str], indicator: Indicator | None, period: Period, delivery: Delivery
) -> tuple[dt.date, str]:
    basis = _choice(record, "published_basis", ("", *PUBLISHED_BASES))
    usual = None if basis == "assumed" else delivery.published
    day = _day(record.get("published", "")) or usual
    if day is None:
        remedy = "请填写发布日，或把 stated 删去"
        _require(basis != "stated", "published", "写了 stated 却没有发布日", remedy)
        if indicator is not None:
            return assumed_release(indicator, period), "assumed"
        remedy = "请填写发布日，如 2024-10-22"
        raise _FieldError("published", "目录外的参考事实没有发布日历", remedy)
    # A reference fact can be an event within its period.
    earliest = period.end if indicator is not None else period.start
    message = f"发布日 {day} 早于统计时期 {period} 结束"
    _require(day >= earliest, "published", message, "请核对发布日和报告期")
    return day, basis or "stated"


def _day(text: str) -> dt.date | None:
    try:
        # A Parquet date may come with a midnight.
        return dt.date.fromisoformat(text.removesuffix(" 00:00:00")) if text else None
    except ValueError:
        message = f"发布日 {text!r} 不是一个日子"
        raise _FieldError("published", message, "请写成 2024-10-22") from None


def _value(record: Mapping[str, str], status: str) -> float | None:
    text = record["value"]
    if status not in WITH_VALUE:
        message = f"status = {status} 不应当有数 {text!r}"
        _require(not text, "value", message, "请留空，或改正 status")
        return None
    is_number = NUMBER.fullmatch(text) is not None and math.isfinite(float(text))
    shown = repr(text) if text else "空白"
    message = f"{record['indicator']} {record['period']} 的值是{shown}，不是数"
    remedy = "请填数字（不带千分位和单位）；没有数的，请填 status 说明原因并把 value 留空"
    _require(is_number, "value", message, remedy)
    return float(text) + 0.0  # -0 is 0


def _convert(
    value: float | None, unit: str, measure: str, indicator: Indicator
) -> tuple[float | None, str]:
    if measure == "yoy":
        unit, wanted = unit.replace("％", "%"), "百分点" if indicator.kind == "rate" else "%"
        message = f"{indicator.code} 同比的单位是 {unit!r}"
        _require(unit == wanted, "unit", message, f"请填 {wanted}")
        return value, unit
    if value is None:
        return None, indicator.unit
    with _about("unit", f"请改正 {indicator.code} 的单位"):
        return convert(value, unit, indicator.unit), indicator.unit


def _source(record: Mapping[str, str], delivery: Delivery) -> str:
    own = record.get("source_title", ""), record.get("source_url", "")
    return join_source(path_of(delivery.source), *own) if any(own) else delivery.source
