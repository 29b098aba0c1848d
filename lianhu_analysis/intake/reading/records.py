"""Tidy records, CSV or Parquet, in the columns of the observation table."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lianhu_analysis.catalog.calendar import assumed_release
from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.catalog.units import convert
from lianhu_analysis.errors import IntakeError, LianhuError, PeriodError
from lianhu_analysis.intake.observations import (
    COLUMNS,
    MEASURES,
    PROVENANCES,
    SPANS,
    STATUSES,
    Observation,
    join_source,
    path_of,
)
from lianhu_analysis.intake.reading.figures import Collector, Delivery, Reading
from lianhu_analysis.intake.reading.workbook import cell_address

__all__ = ["FACT_PREFIX", "decode_csv", "read_csv_records", "read_parquet_records"]

FACT_PREFIX = "fact."
REQUIRED = ("indicator", "measure", "span", "period", "value", "unit")
BESIDE = ("name_zh", "source_title", "source_url")
ALLOWED = (*(name for name in COLUMNS if name not in ("source", "sheet", "cell")), *BESIDE)
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
WITH_VALUE = ("ok", "corrected")
SPAN_FREQUENCIES = {"ytd": "MQ", "single": "MQ", "point": "MQA", "annual": "A"}

Record = tuple[int, Mapping[str, str]]


def decode_csv(data: bytes) -> str:
    """Decode strictly as UTF-8, else as GB 18030.

    The order matters: most Chinese text in UTF-8 also decodes as GB 18030, into
    other characters and without an error.

    Raises
    ------
    IntakeError
        If the bytes are empty or neither encoding.
    """
    if not data.strip():
        raise IntakeError("文件是空的", "请重新导出或重新拷贝后再交付")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise IntakeError("既不是 UTF-8 也不是 GB 18030 编码的文本", "请另存为“CSV UTF-8（逗号分隔）”")


def read_csv_records(data: bytes, catalogue: Catalogue, delivery: Delivery) -> Reading:
    """Read tidy CSV; each wrong row is a problem, the others are still read.

    Raises
    ------
    IntakeError
        If the file is no CSV, or its header lacks or misspells a column.
    """
    reader = csv.reader(io.StringIO(decode_csv(data), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader)]
        _check_header(header)
        return _read(header, _csv_rows(reader, header), catalogue, delivery)
    except csv.Error as error:
        raise IntakeError(
            f"第 {reader.line_num} 行附近不是有效的 CSV（{error}）", "请检查引号是否成对"
        ) from error


def read_parquet_records(data: bytes, catalogue: Catalogue, delivery: Delivery) -> Reading:
    """Read tidy Parquet; cells are numbered as if row 1 were the header.

    Raises
    ------
    IntakeError
        If the file is no Parquet, or lacks or misspells a column.
    """
    import duckdb

    try:
        # Under a name of its own: DuckDB reads only files, and [1] in a name as a pattern.
        with TemporaryDirectory() as folder, duckdb.connect() as connection:
            path = Path(folder) / "delivered.parquet"
            path.write_bytes(data)
            result = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
            header = [str(item[0]) for item in result.description or ()]
            rows = result.fetchall()
    except duckdb.Error as error:
        raise IntakeError(f"不是有效的 Parquet 文件（{error}）", "请重新导出后再交付") from error
    _check_header(header)
    records = (
        (
            number,
            dict(zip(header, ["" if cell is None else str(cell) for cell in row], strict=True)),
        )
        for number, row in enumerate(rows, 2)
    )
    return _read(header, records, catalogue, delivery)


def _check_header(header: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name or "（空）" for name in header if name not in ALLOWED]
    repeated = sorted({name for name in header if header.count(name) > 1})
    faults = [
        f"{word}：{'、'.join(names)}"
        for word, names in (("缺少列", missing), ("不认识的列", unknown), ("重复的列", repeated))
        if names
    ]
    if faults:
        raise IntakeError(
            "表头不对，" + "；".join(faults), f"可用的列：{'、'.join(ALLOWED)}（见 docs/data.md）"
        )


def _csv_rows(reader: Any, header: list[str]) -> Iterator[Record]:
    line = reader.line_num + 1
    for cells in reader:
        if len(cells) == len(header):
            yield line, dict(zip(header, (cell.strip() for cell in cells), strict=True))
        elif any(cells):
            yield line, {"": f"这一行有 {len(cells)} 列，表头有 {len(header)} 列"}
        line = reader.line_num + 1


def _read(
    header: list[str], records: Iterator[Record], catalogue: Catalogue, delivery: Delivery
) -> Reading:
    collector = Collector(delivery)
    for line, record in records:
        if "" in record:
            collector.refuse(record[""], "含逗号的文字要用双引号括起来", cell=f"A{line}")
            continue
        try:
            row = _observe(record, catalogue, delivery)
        except _FieldError as error:
            address = cell_address(
                line - 1, header.index(error.field) if error.field in header else 0
            )
            collector.refuse(error.message, error.remedy, cell=address)
        else:
            address = cell_address(line - 1, header.index("value"))
            collector.rows.append(row._replace(cell=address))
    return collector.result()


class _FieldError(Exception):
    def __init__(self, field: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.field, self.message, self.remedy = field, message, remedy


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
    if not unit:
        raise _FieldError("unit", "没有写计量单位", "请填写，不填不会按目录单位推定")
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
    if value not in known:
        raise _FieldError(field, f"{field} = {value!r} 不认识", f"可填 {'、'.join(known)}")
    return value


def _region(record: Mapping[str, str], delivery: Delivery) -> str:
    code = record.get("region") or delivery.region.code
    regions = (*delivery.regions, *delivery.peers)
    if code not in {region.code for region in regions}:
        known = "、".join(f"{region.code} {region.name_zh}" for region in regions)
        raise _FieldError(
            "region",
            f"地区代码 {code!r} 不属于本工作区",
            f"本工作区的地区：{known}。其他地区请另建工作区，或在 lianhu.toml 中登记为上级（parents）或同级（peers）",
        )
    return code


def _indicator(
    record: Mapping[str, str], measure: str, span: str, provenance: str, catalogue: Catalogue
) -> Indicator | None:
    code = record["indicator"]
    if code.startswith(FACT_PREFIX) and len(code) > len(FACT_PREFIX):
        if provenance not in ("published_fact", "second_hand"):
            raise _FieldError(
                "indicator",
                f"{code} 是目录外的参考事实，来源类型不能是 {provenance}",
                "provenance 请填 published_fact 或 second_hand；目录内的指标请用目录代码",
            )
        return None
    try:
        indicator = catalogue.get(code)
    except LianhuError as error:
        raise _FieldError("indicator", str(error), "请改正指标代码") from error
    if measure == "level" and indicator.kind == "growth_only":
        raise _FieldError(
            "measure", f"{code} 只发布增速，没有绝对量", "measure 应为 yoy；绝对量不采用"
        )
    if indicator.span == "point" and span != "point":
        raise _FieldError(
            "span",
            f"{code} 是时点数，span 不能是 {span}",
            "请填 point，period 填期末所在的月、季或年",
        )
    return indicator


def _period(record: Mapping[str, str], span: str, indicator: Indicator | None) -> Period:
    try:
        period = Period.parse(record["period"])
    except PeriodError as error:
        raise _FieldError("period", str(error), "请改正报告期") from error
    if period.frequency not in SPAN_FREQUENCIES[span]:
        raise _FieldError(
            "span",
            f"报告期 {period} 与 span = {span} 不相配",
            "全年数请填 span = annual 和 2024 这样的年份；累计和当期请填月或季",
        )
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
    text, basis = record.get("published", ""), record.get("published_basis", "")
    if basis not in ("", "stated", "assumed"):
        raise _FieldError(
            "published_basis", f"published_basis = {basis!r} 不认识", "可填 stated、assumed"
        )
    if text:
        day = _day(text)
    elif delivery.published and basis != "assumed":
        day = delivery.published
    elif basis == "stated":
        raise _FieldError("published", "写了 stated 却没有发布日", "请填写发布日，或把 stated 删去")
    elif indicator is None:
        raise _FieldError(
            "published", "目录外的参考事实没有发布日历", "请填写发布日，如 2024-10-22"
        )
    else:
        return assumed_release(indicator, period), "assumed"
    # A reference fact can be an event within its period.
    if day < (period.end if indicator is not None else period.start):
        raise _FieldError(
            "published", f"发布日 {day} 早于统计时期 {period} 结束", "请核对发布日和报告期"
        )
    return day, basis or "stated"


def _day(text: str) -> dt.date:
    try:
        # A Parquet date may come with a midnight.
        return dt.date.fromisoformat(text.removesuffix(" 00:00:00"))
    except ValueError:
        raise _FieldError(
            "published", f"发布日 {text!r} 不是一个日子", "请写成 2024-10-22"
        ) from None


def _value(record: Mapping[str, str], status: str) -> float | None:
    text = record["value"]
    if status not in WITH_VALUE:
        if text:
            raise _FieldError(
                "value", f"status = {status} 不应当有数 {text!r}", "请留空，或改正 status"
            )
        return None
    if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        shown = repr(text) if text else "空白"
        raise _FieldError(
            "value",
            f"{record['indicator']} {record['period']} 的值是{shown}，不是数",
            "请填数字（不带千分位和单位）；没有数的，请填 status 说明原因并把 value 留空",
        )
    return float(text)


def _convert(
    value: float | None, unit: str, measure: str, indicator: Indicator
) -> tuple[float | None, str]:
    if measure == "yoy":
        unit = unit.replace("％", "%")
        allowed = ("百分点",) if indicator.kind == "rate" else ("%",)
        if unit not in allowed:
            raise _FieldError(
                "unit", f"{indicator.code} 同比的单位是 {unit!r}", f"请填 {'、'.join(allowed)}"
            )
        return value, unit
    if value is None:
        return None, indicator.unit
    try:
        return convert(value, unit, indicator.unit), indicator.unit
    except LianhuError as error:
        raise _FieldError("unit", f"{indicator.code}：{error}", "请改正单位") from error


def _source(record: Mapping[str, str], delivery: Delivery) -> str:
    title, url = record.get("source_title", ""), record.get("source_url", "")
    if not title and not url:
        return delivery.source
    return join_source(path_of(delivery.source), title, url)
